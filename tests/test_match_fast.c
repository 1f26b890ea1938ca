/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Quick forms of predicates and the parts of an event that they need, each held against the
 * evaluator: the same answer, and the same first error.
 */
#include "test.h"

#include "predicate_lab.h"
#include "query/match_fast.h"
#include "query/predicate_parts.h"

#define ROUNDS 10000u
#define EVENTS 6u

static struct arena arena;

struct answer {
	enum tri tri;
	struct tocsin_error error;
	unsigned failures;
};

struct bench {
	struct regex *regexes[LAB_REGEXES];
	size_t regex_count;
	struct arena scratch;
	enum query_subject subject;
	const struct message_catalogue *catalogue;
};

static void compile_regexes(struct bench *b, const struct lab *l)
{
	b->regex_count = 0;
	for (size_t i = 0; i < l->regex_count; i++) {
		struct tocsin_error error;

		/* Without PCRE2 there are none: conditions on them are undecided in both. */
		if (regex_compile(l->regexes[i].pattern, true, &b->regexes[i], &error) != TOCSIN_OK)
			break;
		b->regex_count++;
	}
}

static void free_regexes(struct bench *b)
{
	for (size_t i = 0; i < b->regex_count; i++)
		regex_free(b->regexes[i]);
}

static struct answer answer(struct bench *b, const struct predicate *p, const struct fast_match *f,
			    const struct event *e)
{
	struct answer a = {0};
	struct evaluation x = {.event = e,
			       .arena = &b->scratch,
			       .catalogue = b->catalogue,
			       .subject = b->subject,
			       .regexes = b->regexes,
			       .regex_count = b->regex_count,
			       .error = &a.error};

	a.tri = f ? fast_match_evaluate(f, &x) : predicate_evaluate(p, &x);
	a.failures = x.regex_failures;
	buf_free(&x.text);
	arena_reset(&b->scratch);
	return a;
}

static void same(const struct predicate *p, const struct answer *l, const struct answer *r,
		 const char *what, uint64_t round)
{
	struct buf text = {0};

	if (l->tri == r->tri && l->error.status == r->error.status &&
	    (l->error.status == TOCSIN_OK || !strcmp(l->error.msg, r->error.msg)) &&
	    l->failures == r->failures)
		return;
	predicate_dump(&text, p);
	fail_msg("%s, round %llu: %d (%s), not %d (%s): %s", what, (unsigned long long)round,
		 r->tri, tocsin_status_name(r->error.status), l->tri,
		 tocsin_status_name(l->error.status), buf_cstr(&text));
}

/* An event of which nothing but these parts is there. */
static struct event *only(const struct event *e, uint32_t parts)
{
	struct event *const part = arena_alloc(&arena, sizeof(*part));

	*part = *e;
	for (int i = 0; i < EVENT_FIELD_COUNT; i++)
		if (!(parts & EVENT_PART(i)))
			part->field[i] = (struct value){VALUE_NULL, {NULL, 0}};
	if (!(parts & EVENT_PART_DATA)) {
		part->data = NULL;
		part->data_count = 0;
		part->binary = (struct view){NULL, 0};
	}
	if (!(parts & EVENT_PART_OTHERS)) {
		part->others = NULL;
		part->other_count = 0;
	}
	return part;
}

static void random_predicates(enum query_subject subject, const struct message_catalogue *catalogue,
			      uint64_t seed)
{
	struct bench b = {.subject = subject, .catalogue = catalogue};
	size_t narrow = 0, decided = 0;

	for (uint64_t round = 0; round < ROUNDS; round++) {
		struct query_regex regexes[LAB_REGEXES];
		struct lab l = {&arena, seed * 1000003u + round, regexes, 0};
		const struct predicate *const p = lab_predicate(&l, lab_random(&l, 4));
		const struct query q = {.regexes = regexes, .regex_count = l.regex_count};
		const struct fast_match *const f = fast_match_new(&arena, &q, p);
		const uint32_t parts = predicate_parts(p, subject);

		assert_non_null(f);
		narrow += parts != EVENT_PARTS_ALL;
		compile_regexes(&b, &l);
		for (size_t i = 0; i < EVENTS; i++) {
			const struct event *const e = lab_event(&l);
			const struct answer expected = answer(&b, p, NULL, e);
			const struct answer quick = answer(&b, p, f, e);
			const struct answer partial = answer(&b, p, f, only(e, parts));
			const struct answer slow = answer(&b, p, NULL, only(e, parts));

			decided += expected.tri == TRI_TRUE;
			same(p, &expected, &quick, "quick", round);
			same(p, &expected, &partial, "quick, of a part", round);
			same(p, &expected, &slow, "of a part", round);
		}
		free_regexes(&b);
		fast_match_free(f);
		arena_reset(&arena);
	}
	/* The test means something. */
	assert_true(narrow > ROUNDS / 2);
	assert_true(decided > ROUNDS * EVENTS / 10);
	arena_free(&b.scratch);
}

static void test_message(void **state)
{
	(void)state;
	random_predicates(QUERY_SUBJECT_MESSAGE, NULL, 1);
}

static void test_values(void **state)
{
	(void)state;
	random_predicates(QUERY_SUBJECT_VALUES, NULL, 2);
}

static void test_wording(void **state)
{
	struct message_catalogue *catalogue = NULL;
	struct tocsin_error error;
	char path[4096];

	(void)state;
	/* A build without YAML has none. */
	if (message_catalogue_load(test_source(path, "data"), &catalogue, &error) != TOCSIN_OK)
		skip();
	random_predicates(QUERY_SUBJECT_MESSAGE, catalogue, 3);
	message_catalogue_free(catalogue);
}

/* ---- Forms that are quick, so that nobody makes them slow unnoticed */

static enum fast_kind kind_of(const struct predicate *p)
{
	const struct fast_match *const f = fast_match_new(&arena, NULL, p);
	const enum fast_kind kind = f->kind == FAST_OR ? f->children[0]->kind : f->kind;

	fast_match_free(f);
	return kind;
}

static struct datum word(const char *text)
{
	return datum_text(utf8_to_utf16(&arena, view_of(text)));
}

static void test_quick_forms(void **state)
{
	const struct predicate_range range = {4624, 4625};
	struct tocsin_error error;
	struct predicate *p;

	(void)state;
	p = predicate_within(&arena, operand_property(PROPERTY_ID), &range, 1);
	assert_int_equal(kind_of(p), FAST_NUMBER);
	p = predicate_compare(&arena, operand_property(PROPERTY_TIME), COMPARE_GREATER_EQUAL, false,
			      operand_literal(word("2021-11-03")));
	assert_int_equal(kind_of(p), FAST_NUMBER);
	p = predicate_compare(&arena, operand_property(PROPERTY_ENTRY_TYPE), COMPARE_EQUAL, false,
			      operand_literal(word("Err")));
	assert_int_equal(kind_of(p), FAST_NUMBER);
	assert_ok(predicate_like(&arena, operand_property(PROPERTY_SOURCE), false, false,
				 word("MSExchange Common").as.text, &p, &error));
	assert_int_equal(kind_of(p), FAST_TEXT);
	assert_ok(predicate_like(&arena, operand_values(), false, false, word("*x*").as.text, &p,
				 &error));
	p = predicate_join(&arena, PREDICATE_OR, p, p);
	assert_int_equal(kind_of(p), FAST_VALUES);
	arena_reset(&arena);
}

/* 8-bit text is made UTF-16 in one step: the same as by way of what is written of it. */
static void test_8_bit_text(void **state)
{
	struct lab l = {&arena, 7, NULL, 0};
	struct evaluation x = {.arena = &arena};

	(void)state;
	for (int round = 0; round < 2000; round++) {
		const size_t n = lab_random(&l, 40);
		uint8_t *const bytes = arena_alloc(&arena, n + 1);
		const struct value v = {VALUE_ANSI, {bytes, n}};
		struct buf written = {0};
		struct datum shown;
		struct view text;

		for (size_t i = 0; i < n; i++)
			bytes[i] = (uint8_t)(lab_random(&l, 30) ? lab_random(&l, 256) : 0);
		value_append(&written, &v, UTF_PLAIN);
		text = utf8_to_utf16(&arena, (struct view){(const uint8_t *)written.p, written.n});
		shown = evaluation_shown(&x, &v);
		assert_int_equal(shown.type, DATUM_TEXT);
		assert_true(view_equal(shown.as.text, text));
		buf_free(&written);
		arena_reset(&arena);
	}
	buf_free(&x.text);
}

/* More texts hold what is looked for than are kept. */
static void test_many_values(void **state)
{
	struct bench b = {.subject = QUERY_SUBJECT_MESSAGE};
	struct query_regex regexes[1] = {{word("y 39$").as.text, true}};
	const struct query q = {.regexes = regexes, .regex_count = 1};
	struct lab l = {&arena, 0, regexes, 1};
	struct event *const e = arena_alloc(&arena, sizeof(*e));
	struct event_data *const data = arena_array(&arena, 40, sizeof(*data));
	const struct fast_match *f;
	struct predicate *p;
	struct answer expected, quick;
	char text[32];

	(void)state;
	e->data = data;
	e->data_count = 40;
	for (int i = 0; i < 40; i++) {
		snprintf(text, sizeof(text), "key %d", i);
		data[i].value = (struct value){VALUE_STRING, word(text).as.text};
	}
	p = predicate_compare(&arena, operand_values(), COMPARE_MATCH, false,
			      operand_literal(datum_text(regexes[0].pattern)));
	p->regex = regexes[0].pattern;
	f = fast_match_new(&arena, &q, p);
	assert_int_equal(f->kind, FAST_VALUES);
	compile_regexes(&b, &l);
	expected = answer(&b, p, NULL, e);
	quick = answer(&b, p, f, e);
	same(p, &expected, &quick, "many", 0);
	assert_int_equal(quick.tri, b.regex_count ? TRI_TRUE : TRI_UNDECIDED);
	fast_match_free(f);
	free_regexes(&b);
	arena_free(&b.scratch);
	arena_reset(&arena);
}

/* A condition that may tell an error keeps its place; the others are sorted around it. */
static void test_order(void **state)
{
	const struct predicate_range range = {1, 2};
	const struct fast_match *f;
	struct predicate *number, *all, *order, *chain;
	struct tocsin_error error;

	(void)state;
	number = predicate_within(&arena, operand_field(EVENT_LEVEL), &range, 1);
	assert_ok(predicate_like(&arena, operand_values(), false, false, word("*x*").as.text, &all,
				 &error));
	order = predicate_compare(&arena, operand_field(EVENT_USER_ID), COMPARE_LESS, false,
				  operand_literal(datum_int(1)));
	chain = predicate_join(&arena, PREDICATE_AND, all, number);
	chain = predicate_join(&arena, PREDICATE_AND, chain, order);
	chain = predicate_join(&arena, PREDICATE_AND, chain, all);
	chain = predicate_join(&arena, PREDICATE_AND, chain, number);
	f = fast_match_new(&arena, NULL, chain);
	assert_int_equal(f->count, 5);
	assert_ptr_equal(f->children[0]->predicate, number);
	assert_int_equal(f->children[1]->kind, FAST_VALUES);
	assert_ptr_equal(f->children[2]->predicate, order);
	assert_ptr_equal(f->children[3]->predicate, number);
	assert_int_equal(f->children[4]->kind, FAST_VALUES);
	fast_match_free(f);
	arena_reset(&arena);
}

static int teardown(void **state)
{
	(void)state;
	arena_free(&arena);
	return 0;
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_message),    cmocka_unit_test(test_values),
		cmocka_unit_test(test_wording),    cmocka_unit_test(test_quick_forms),
		cmocka_unit_test(test_8_bit_text), cmocka_unit_test(test_many_values),
		cmocka_unit_test(test_order),
	};

	return cmocka_run_group_tests(tests, NULL, teardown);
}
