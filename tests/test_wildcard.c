/* SPDX-License-Identifier: Apache-2.0 */
/* PowerShell wildcards: the rules, the fast paths against the general matcher, and the work bound.
 */
#include "test.h"

#include "query/wildcard.h"

static struct arena arena;

static const struct wildcard *compile(const char *pattern, bool nocase)
{
	const struct wildcard *w = NULL;

	assert_ok(wildcard_compile(&arena, utf8_to_utf16(&arena, view_of(pattern)), nocase, &w,
				   NULL));
	return w;
}

static bool match(const char *text, const char *pattern, bool nocase)
{
	return wildcard_match(compile(pattern, nocase), utf8_to_utf16(&arena, view_of(text)));
}

static void test_rules(void **state)
{
	static const struct {
		const char *text, *pattern;
		bool nocase, expected;
	} cases[] = {
		{"", "", true, true},
		{"a", "", true, false},
		{"", "*", true, true},
		{"", "?", true, false},
		{"PowerShell", "*shell", true, true},
		{"PowerShell", "*shell", false, false},
		{"a\r\nb", "a*b", true, true},
		{"a\nb", "a?b", true, true},
		{"\xf0\x9f\x98\x80", "??", true, true}, /* two UTF-16 units */
		{"\xf0\x9f\x98\x80", "?", true, false},
		{"!", "[!a]", true, true}, /* no negation */
		{"a", "[!a]", true, true},
		{"b", "[!a]", true, false},
		{"^", "[^a]", true, true},
		{"]a", "[]a]a", true, true}, /* a first ] is a member */
		{"-", "[a-]", true, true},
		{"-", "[-a]", true, true},
		{"b", "[-a]", true, false},
		{"]", "]", true, true},
		{"*", "`*", true, true},
		{"x", "`*", true, false},
		{"abcdef", "abc`def", true, true},
		{"abc`def", "abc`def", true, false},
		{"abc`def", "abc``def", true, true},
		{"a`", "a`", true, true}, /* a backtick at the end is itself */
		{"", "`", true, true},    /* but alone it is nothing */
		{"`", "`", true, false},
		{"]", "[`]]", true, true},
		{"Q", "[a-z]", true, true},
		{"q", "[A-Z]", true, true},
		{"q", "[A-Z]", false, false},
		{"\xc3\x84", "\xc3\xa4", true, true}, /* A and a with diaeresis */
		{"\xc3\x84", "[\xc3\xa0-\xc3\xa5]", true, true},
		{"C:\\x\\y", "C:\\*\\y", true, true}, /* a backslash is a backslash */
		{"ServerInfo~a/b", "ServerInfo~*/*", true, true},
		{"abcabd", "*ab?", true, true},
		{"aXbXc", "a*b*c", true, true},
		{"aXbX", "a*b*c", true, false},
	};

	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++)
		if (match(cases[i].text, cases[i].pattern, cases[i].nocase) != cases[i].expected)
			fail_msg("'%s' -like '%s'", cases[i].text, cases[i].pattern);
}

static void test_bad_patterns(void **state)
{
	static const char *const bad[] = {"[", "[a", "[]", "a[b", "[z-a]", "[a-", "[`"};

	(void)state;
	for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++) {
		const struct wildcard *w;

		assert_status(wildcard_compile(&arena, utf8_to_utf16(&arena, view_of(bad[i])), true,
					       &w, NULL),
			      TOCSIN_INVALID);
	}
}

static void test_shapes(void **state)
{
	(void)state;
	assert_int_equal(compile("*", true)->shape, WILDCARD_ALL);
	assert_int_equal(compile("***", true)->shape, WILDCARD_ALL);
	assert_int_equal(compile("*text*", true)->shape, WILDCARD_CONTAINS);
	assert_int_equal(compile("text", true)->shape, WILDCARD_EQUAL);
	assert_int_equal(compile("*a?c*", true)->shape, WILDCARD_GENERAL);
	assert_true(compile("*a?c*", true)->open);
	assert_false(compile("a*", true)->open);
	assert_true(compile("a`*c", true)->plain);
	assert_false(compile("a*c", true)->plain);
}

/* Reference: plain recursion over a small alphabet. */
static bool reference(const char *p, const char *t)
{
	if (!*p)
		return !*t;
	if (*p == '*')
		return reference(p + 1, t) || (*t && reference(p, t + 1));
	return *t && (*p == '?' || *p == *t) && reference(p + 1, t + 1);
}

static void test_against_reference(void **state)
{
	static const char pattern_letters[] = "ab*?", text_letters[] = "ab";
	unsigned seed = 12345;

	(void)state;
	for (unsigned n = 0; n < 20000; n++) {
		char p[9], t[13];
		size_t np, nt;

		seed = seed * 1103515245u + 12345u;
		np = seed >> 16 & 7;
		for (size_t i = 0; i < np; i++) {
			seed = seed * 1103515245u + 12345u;
			p[i] = pattern_letters[seed >> 16 & 3];
		}
		p[np] = 0;
		nt = seed >> 20 & 7;
		for (size_t i = 0; i < nt; i++) {
			seed = seed * 1103515245u + 12345u;
			t[i] = text_letters[seed >> 16 & 1];
		}
		t[nt] = 0;
		if (match(t, p, true) != reference(p, t))
			fail_msg("'%s' -like '%s'", t, p);
		arena_reset(&arena);
	}
}

/* 40,000 units against a pattern that would take exponential time with backtracking. */
static void test_work(void **state)
{
	uint8_t *const text = arena_alloc(&arena, 80000);
	const struct view v = {text, 80000};

	(void)state;
	for (size_t i = 0; i < 40000; i++)
		put16(text + 2 * i, 'a');
	assert_false(wildcard_match(compile("*a*a*a*a*a*a*a*a*a*a*a*a*b", true), v));
	assert_true(wildcard_match(compile("*a*a*a*a*a*a*a*a*a*a*a*a*a", true), v));
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
		cmocka_unit_test(test_rules),  cmocka_unit_test(test_bad_patterns),
		cmocka_unit_test(test_shapes), cmocka_unit_test(test_against_reference),
		cmocka_unit_test(test_work),
	};

	return cmocka_run_group_tests(tests, NULL, teardown);
}
