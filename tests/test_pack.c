/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Packs: the built-in ones, what is refused and where, and that a document given as a file and the
 * built-in pack of its number lead to the same verdict.
 */
#include "test.h"

#include "advisory/pack.h"
#include "base/os.h"

#define SMALL                                                                                      \
	"schema: tocsin.pack/1\n"                                                                  \
	"number: '2031-007'\n"                                                                     \
	"title: A title\n"                                                                         \
	"version: '1.0'\n"                                                                         \
	"date: '2031-02-21'\n"                                                                     \
	"licence: ours\n"                                                                          \
	"cves: [CVE-2031-0815]\n"                                                                  \
	"products: [Gateway]\n"

#define DETECTION                                                                                  \
	"detections:\n"                                                                            \
	"  - id: one\n"                                                                            \
	"    title: One\n"                                                                         \
	"    command: Get-WinEvent -LogName System\n"                                              \
	"    printed: false\n"                                                                     \
	"    severity: low\n"

static char data_folder[4096];

static void small(void **state)
{
	struct pack *p = NULL;
	struct tocsin_error error = {0};

	(void)state;
	assert_ok(pack_parse(view_of(SMALL DETECTION), "small.yaml", &p, &error));
	assert_string_equal(p->number, "2031-007");
	assert_string_equal(p->source, "small.yaml");
	assert_null(p->condition);
	assert_int_equal(p->source_count, 0);
	assert_int_equal(p->detection_count, 1);
	assert_int_equal(p->detections[0].severity_otherwise, SEVERITY_LOW);
	assert_int_equal(p->detections[0].fields.account, -1);
	assert_int_equal(p->detections[0].line, 10);
	assert_false(p->detections[0].values);
	pack_free(p);
	pack_free(NULL);
}

static void refused(void **state)
{
	static const struct {
		const char *text, *place, *expected;
	} cases[] = {
		{"- a\n", "line 1, column 1", "a mapping"},
		{"schema: tocsin.pack/2\n", "line 1, column 9", "tocsin.pack/1"},
		{"number: '1'\n", "line 1, column 1", "schema"},
		{SMALL "colour: red\n", "line 9, column 1", "colour"},
		{SMALL "update: [a]\n", "line 9, column 1", "did you mean updates"},
		{SMALL "updates: a\n", "line 9, column 10", "a list of texts"},
		{SMALL "updates: [[a]]\n", "line 9, column 11", "a text"},
		{SMALL "condition: ''\n", "line 9, column 12", "a text"},
		{SMALL "sources: [{channel: A, required: 1, path: x}]\n", "line 9, column 34",
		 "true or false"},
		{SMALL "sources: [{channel: A, required: 'true', path: x}]\n", "line 9, column 34",
		 "true or false"},
		{SMALL "sources: [{channel: A, required: true}]\n", "line 9, column 11", "path"},
		{SMALL "builds: [{provider: A, event: 70000, string: 1, precision: su}]\n",
		 "line 9, column 31", "an event id"},
		{SMALL "builds: [{provider: A, event: 7, string: 1, precision: exact}]\n",
		 "line 9, column 56", "su, cu or product"},
		{SMALL DETECTION "    fields: {build: -1}\n", "line 15, column 21", "index"},
		{SMALL DETECTION "    fields: {builds: 1}\n", "line 15, column 14",
		 "did you mean build?"},
		{SMALL DETECTION "    subject: text\n", "line 15, column 14", "message or values"},
		{SMALL "detections: [{id: a}]\n", "line 9, column 14", "title"},
		{SMALL
		 "detections: [{id: a, title: b, command: c, printed: true, severity: bad}]\n",
		 "line 9, column 69", "info, low, medium or high"},
		{SMALL "detections: [{id: a, title: b, command: c, printed: true, severity: "
		       "{affected: high}}]\n",
		 "line 9, column 69", "otherwise"},
		{SMALL DETECTION
		 "  - {id: one, title: b, command: c, printed: true, severity: low}\n",
		 "line 15, column 10", "another id"},
		{SMALL "number: '2'\n", "line 9, column 1", "number"},
		{SMALL "condition: [\n", "line 10, column 1", ""},
		{"schema: tocsin.pack/1\nnumber: n\ntitle: t\nversion: v\ndate: yesterday\n"
		 "licence: l\ncves: [CVE-2031-0815]\nproducts: [p]\n",
		 "line 5, column 7", "YYYY-MM-DD"},
		{"schema: tocsin.pack/1\nnumber: n\ntitle: t\nversion: v\ndate: '2031-01-01'\n"
		 "licence: l\ncves: [CVE-31-0815]\nproducts: [p]\n",
		 "line 7, column 8", "CVE-YYYY-NNNN"},
		{"schema: tocsin.pack/1\nnumber: n\ntitle: t\nversion: v\ndate: '2031-01-01'\n"
		 "licence: l\ncves: []\nproducts: [p]\n",
		 "line 7, column 7", "at least one"},
	};

	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		struct pack *p = NULL;
		struct tocsin_error error = {0};
		const enum tocsin_status status =
			pack_parse(view_of(cases[i].text), "x.yaml", &p, &error);

		if (status == TOCSIN_OK || p || !strstr(error.detail, cases[i].place) ||
		    !strstr(error.detail, cases[i].expected))
			fail_msg("case %zu: %s: %s (wanted %s: %s)", i, error.msg, error.detail,
				 cases[i].place, cases[i].expected);
	}
}

/* Every built-in pack parses, and tocsin runs every command in it. */
static void builtin(void **state)
{
	struct pack **packs = NULL;
	size_t count = 0;
	struct tocsin_error error = {0};

	(void)state;
	assert_ok(pack_builtin(data_folder, &packs, &count, &error));
	assert_true(count >= 1);
	for (size_t i = 0; i < count; i++) {
		assert_string_equal(packs[i]->source, "built-in");
		if (i)
			assert_true(strcmp(packs[i - 1]->number, packs[i]->number) < 0);
		for (size_t k = 0; k < packs[i]->detection_count; k++) {
			tocsin_query *query = NULL;

			if (tocsin_query_compile(packs[i]->detections[k].command, &query, &error))
				fail_msg("%s: %s: %s %s at %llu", packs[i]->number,
					 packs[i]->detections[k].id, error.msg, error.detail,
					 (unsigned long long)error.offset);
			tocsin_query_free(query);
		}
		pack_free(packs[i]);
	}
	free(packs);
}

static struct pack *opened(const char *what)
{
	struct pack *p = NULL;
	struct tocsin_error error = {0};

	if (pack_open(what, data_folder, &p, &error) != TOCSIN_OK)
		fail_msg("%s: %s %s", what, error.msg, error.detail);
	return p;
}

static void same_list(const char *const *a, size_t a_count, const char *const *b, size_t b_count)
{
	assert_int_equal(a_count, b_count);
	for (size_t i = 0; i < a_count; i++)
		assert_string_equal(a[i], b[i]);
}

/* All that a verdict depends on. */
static void same_verdict(const struct pack *a, const struct pack *b)
{
	assert_string_equal(a->number, b->number);
	assert_string_equal(a->title, b->title);
	assert_string_equal(a->version, b->version);
	assert_string_equal(a->date, b->date);
	same_list(a->cves, a->cve_count, b->cves, b->cve_count);
	same_list(a->products, a->product_count, b->products, b->product_count);
	same_list(a->updates, a->update_count, b->updates, b->update_count);
	assert_string_equal(a->condition, b->condition);
	assert_int_equal(a->source_count, b->source_count);
	for (size_t i = 0; i < a->source_count; i++) {
		assert_string_equal(a->sources[i].channel, b->sources[i].channel);
		assert_string_equal(a->sources[i].path, b->sources[i].path);
		assert_int_equal(a->sources[i].required, b->sources[i].required);
	}
	assert_int_equal(a->build_count, b->build_count);
	for (size_t i = 0; i < a->build_count; i++) {
		assert_string_equal(a->builds[i].provider, b->builds[i].provider);
		assert_int_equal(a->builds[i].event_id, b->builds[i].event_id);
		assert_int_equal(a->builds[i].string, b->builds[i].string);
		assert_string_equal(a->builds[i].precision, b->builds[i].precision);
	}
	assert_int_equal(a->detection_count, b->detection_count);
	for (size_t i = 0; i < a->detection_count; i++) {
		const struct pack_detection *const x = &a->detections[i], *const y =
										  &b->detections[i];

		assert_string_equal(x->id, y->id);
		assert_string_equal(x->title, y->title);
		assert_string_equal(x->command, y->command);
		assert_int_equal(x->printed, y->printed);
		assert_int_equal(x->values, y->values);
		assert_int_equal(x->severity_affected, y->severity_affected);
		assert_int_equal(x->severity_otherwise, y->severity_otherwise);
		assert_memory_equal(&x->fields, &y->fields, sizeof(x->fields));
	}
	assert_int_equal(a->reference_count, b->reference_count);
}

static void document_joined(void **state)
{
	char path[4096];
	struct pack *const number = opened("2021-063");
	struct pack *const published = opened(test_source(path, "tests/data/own-2021-063.md"));
	struct pack *const flat = opened(test_source(path, "tests/data/own-2021-063.txt"));

	(void)state;
	assert_true(number->detection_count >= 6);
	same_verdict(number, published);
	same_verdict(number, flat);
	assert_string_equal(published->references[1], number->references[1]);
	assert_null(flat->references[1]);
	pack_free(number);
	pack_free(published);
	pack_free(flat);
}

/* The same with the documents as CERT-EU published them. */
static void samples_joined(void **state)
{
	char folder[4096], path[8192];
	struct pack *number, *published, *flat;

	(void)state;
	if (!test_samples(folder, "advisories")) {
		test_skipped(1, "documents of CERT-EU: no samples");
		return;
	}
	number = opened("2021-063");
	snprintf(path, sizeof(path), "%s/markdown/2021-063.md", folder);
	published = opened(path);
	snprintf(path, sizeof(path), "%s/flat/2021-063.txt", folder);
	flat = opened(path);
	same_verdict(number, published);
	same_verdict(number, flat);
	pack_free(number);
	pack_free(published);
	pack_free(flat);
}

/* A document that no pack knows: its own commands, and nothing else. */
static void document_alone(void **state)
{
	char path[4096];
	struct pack *const p = opened(test_source(path, "tests/data/advisory-published.md"));

	(void)state;
	assert_int_equal(p->cve_count, 3);
	assert_int_equal(p->product_count, 2);
	assert_string_equal(p->products[0], "Example Gateway 4.x before 4.2.1");
	assert_int_equal(p->source_count, 0);
	assert_int_equal(p->detection_count, 1);
	assert_true(p->detections[0].printed);
	assert_false(p->detections[0].values);
	assert_int_equal(p->detections[0].severity_affected, SEVERITY_HIGH);
	assert_int_equal(p->detections[0].severity_otherwise, SEVERITY_MEDIUM);
	assert_int_equal(p->detections[0].fields.build, -1);
	pack_free(p);
}

static void not_found(void **state)
{
	struct pack *p = NULL;
	struct tocsin_error error = {0};
	char path[8192];

	(void)state;
	assert_status(pack_open("1999-001", data_folder, &p, &error), TOCSIN_NOT_FOUND);
	assert_non_null(strstr(error.detail, "1999-001"));
	assert_status(pack_open("no such file", data_folder, &p, &error), TOCSIN_NOT_FOUND);
	/* a pack in a file is opened like any other */
	snprintf(path, sizeof(path), "%s/advisories/2021-063.yaml", data_folder);
	p = opened(path);
	assert_string_equal(p->source, path);
	pack_free(p);
}

/* Each prefix of the built-in pack parses or fails; nothing is read outside (ASan) or leaks. */
static void truncated(void **state)
{
	struct arena arena = {0};
	struct view text;
	struct tocsin_error error = {0};
	char path[8192];

	(void)state;
	snprintf(path, sizeof(path), "%s/advisories/2021-063.yaml", data_folder);
	assert_ok(os_read_file(&arena, path, 1u << 20, &text, &error));
	for (size_t n = 0; n < text.n; n += 7) {
		uint8_t *const copy = malloc(n ? n : 1);
		struct pack *p = NULL;

		assert_non_null(copy);
		memcpy(copy, text.p, n);
		if (pack_parse((struct view){copy, n}, "x", &p, &error) == TOCSIN_OK)
			pack_free(p);
		free(copy);
	}
	arena_free(&arena);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(small),          cmocka_unit_test(refused),
		cmocka_unit_test(builtin),        cmocka_unit_test(document_joined),
		cmocka_unit_test(samples_joined), cmocka_unit_test(document_alone),
		cmocka_unit_test(not_found),      cmocka_unit_test(truncated),
	};

#ifndef TOCSIN_HAVE_YAML
	test_skipped(1, "packs: built without libyaml");
	return TEST_SKIPPED;
#endif
	test_source(data_folder, "data");
	return cmocka_run_group_tests(tests, NULL, NULL);
}
