/* SPDX-License-Identifier: Apache-2.0 */
/* YAML as a tree: shapes, places, and what is refused with its line and column. */
#include "test.h"

#include <stdio.h>
#include <stdlib.h>

#include "base/limits.h"
#include "base/yaml.h"

struct parsed {
	struct arena arena;
	struct yaml_node *root;
	struct tocsin_error error;
};

static enum tocsin_status parse(struct parsed *p, const char *text)
{
	memset(p, 0, sizeof(*p));
	return yaml_parse(&p->arena, view_of(text), &p->root, &p->error);
}

static void tree(void **state)
{
	struct parsed p;
	const struct yaml_node *list;

	(void)state;
	assert_int_equal(
		parse(&p, "# comment\na: one\nb:\n  - x\n  - 'true'\n  - true\nc: {d: \"e\"}\n"),
		TOCSIN_OK);
	assert_int_equal(p.root->kind, YAML_MAPPING);
	assert_int_equal(p.root->count, 3);
	assert_string_equal(p.root->keys[1], "b");
	assert_string_equal(yaml_text(p.root, "a"), "one");
	assert_null(yaml_text(p.root, "b"));
	assert_null(yaml_get(p.root, "z"));
	assert_null(yaml_get(NULL, "z"));
	list = yaml_get(p.root, "b");
	assert_int_equal(list->kind, YAML_SEQUENCE);
	assert_int_equal(list->count, 3);
	assert_false(list->children[1].plain);
	assert_true(list->children[2].plain);
	assert_int_equal(list->children[2].line, 6);
	assert_int_equal(list->children[2].column, 5);
	assert_int_equal(list->key_line, 3);
	assert_int_equal(list->key_column, 1);
	assert_string_equal(yaml_text(yaml_get(p.root, "c"), "d"), "e");
	arena_free(&p.arena);
}

/* Columns are characters, offsets are bytes. */
static void places(void **state)
{
	struct parsed p;
	const char *const text = "\xc3\xa9\xc3\xa9: \xe2\x82\xac\nb: c\n";
	const struct yaml_node *node;

	(void)state;
	assert_int_equal(parse(&p, text), TOCSIN_OK);
	node = yaml_get(p.root, "\xc3\xa9\xc3\xa9");
	assert_int_equal(node->column, 5);
	assert_int_equal(node->offset, 6);
	node = yaml_get(p.root, "b");
	assert_int_equal(node->line, 2);
	assert_int_equal(node->offset, 13);
	assert_int_equal(node->key_offset, 10);
	arena_free(&p.arena);
}

static void refused(void **state)
{
	static const struct {
		const char *text;
		enum tocsin_status status;
		const char *where;
	} cases[] = {
		{"", TOCSIN_INVALID, ""},
		{"# only a comment\n", TOCSIN_INVALID, ""},
		{"a: 1\na: 2\n", TOCSIN_INVALID, "line 2, column 1"},
		{"a: &x 1\nb: *x\n", TOCSIN_UNSUPPORTED, "line 1, column 4"},
		{"a: *x\n", TOCSIN_UNSUPPORTED, "line 1, column 4"},
		{"a: !!str 1\n", TOCSIN_UNSUPPORTED, "line 1, column 4"},
		{"a: 1\n---\nb: 2\n", TOCSIN_UNSUPPORTED, "line 2, column 1"},
		{"? [a]\n: b\n", TOCSIN_UNSUPPORTED, "line 1, column 3"},
		{"a: \"x\\0y\"\n", TOCSIN_INVALID, "line 1, column 4"},
		{"a:\n  - b\n c: d\n", TOCSIN_SYNTAX, "line 3, column 2"},
		{"a: 'unfinished\n", TOCSIN_SYNTAX, "line 2, column 1"},
		{"a: b\xff\n", TOCSIN_SYNTAX, "line 1, column 5"},
		{"a: \x01\n", TOCSIN_SYNTAX, "line 1, column 4"},
	};

	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		struct parsed p;

		if (parse(&p, cases[i].text) != cases[i].status ||
		    strncmp(p.error.detail, cases[i].where, strlen(cases[i].where)) != 0)
			fail_msg("case %zu: %s: %s", i, tocsin_status_name(p.error.status),
				 p.error.detail);
		assert_null(p.root);
		arena_free(&p.arena);
	}
}

static void depth(void **state)
{
	char text[2 * LIMIT_YAML_DEPTH + 4];
	struct parsed p;

	(void)state;
	memset(text, '[', LIMIT_YAML_DEPTH);
	memset(text + LIMIT_YAML_DEPTH, ']', LIMIT_YAML_DEPTH);
	text[2 * LIMIT_YAML_DEPTH] = 0;
	assert_int_equal(parse(&p, text), TOCSIN_OK);
	arena_free(&p.arena);
	memset(text, '[', sizeof(text) - 1);
	text[sizeof(text) - 1] = 0;
	assert_int_equal(parse(&p, text), TOCSIN_LIMIT);
	arena_free(&p.arena);
}

/* Each prefix of a document parses or fails, reads nothing outside (ASan) and leaks nothing. */
static void truncated(void **state)
{
	static const char text[] = "a: [1, 'two', \"thr\\u00e9e\"]\nb:\n  - c: |\n      text\n"
				   "    d: {e: f, g: [h]}\n\xe2\x82\xac: x\n";

	(void)state;
	for (size_t n = 0; n < sizeof(text); n++) {
		uint8_t *const copy = malloc(n ? n : 1);
		struct parsed p = {0};
		enum tocsin_status status;

		assert_non_null(copy);
		memcpy(copy, text, n);
		status = yaml_parse(&p.arena, (struct view){copy, n}, &p.root, &p.error);
		assert_true((status == TOCSIN_OK) == (p.root != NULL));
		arena_free(&p.arena);
		free(copy);
	}
}

int main(void)
{
#ifndef TOCSIN_HAVE_YAML
	printf("skipped: built without libyaml\n");
	return 77;
#endif
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(tree),  cmocka_unit_test(places),    cmocka_unit_test(refused),
		cmocka_unit_test(depth), cmocka_unit_test(truncated),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
