/* SPDX-License-Identifier: Apache-2.0 */
#include "test.h"

#include "output/table.h"

static const struct table_column columns[] = {
	{"HOST", TABLE_KEEP, false},
	{"HITS", TABLE_KEEP, true},
	{"BECAUSE", TABLE_CUT, false},
};

static const char *write_table(const struct table *t, struct buf *out, unsigned width, bool color)
{
	buf_clear(out);
	assert_true(table_write(t, out, width, color));
	return buf_cstr(out);
}

static void widths_follow_the_text(void **state)
{
	struct arena arena = {0};
	struct buf out = {0};
	struct table t;

	(void)state;
	table_init(&t, &arena, columns, 3);
	table_cell(&t, "EX01", TABLE_PLAIN);
	table_cell(&t, "12", TABLE_PLAIN);
	table_cell(&t, "2 hits", TABLE_PLAIN);
	table_cell(&t, "\xe4\xb8\xad\xe6\x96\x87-host", TABLE_PLAIN); /* two wide characters */
	table_cell(&t, "3", TABLE_PLAIN);
	assert_string_equal(write_table(&t, &out, 0, false),
			    "HOST       HITS  BECAUSE\n"
			    "EX01         12  2 hits\n"
			    "\xe4\xb8\xad\xe6\x96\x87-host     3\n");
	buf_free(&out);
	arena_free(&arena);
}

static void only_what_may_be_cut_is_cut(void **state)
{
	struct arena arena = {0};
	struct buf out = {0};
	struct table t;

	(void)state;
	table_init(&t, &arena, columns, 3);
	table_cell(&t, "EX01.example.org", TABLE_PLAIN);
	table_cell(&t, "1", TABLE_PLAIN);
	table_cell(&t, "a reason that is too long", TABLE_PLAIN);
	assert_string_equal(write_table(&t, &out, 36, false),
			    "HOST              HITS  BECAUSE\n"
			    "EX01.example.org     1  a reason th\xe2\x80\xa6\n");
	/* Too narrow for anything: what must stay stays. */
	assert_string_equal(write_table(&t, &out, 5, false),
			    "HOST              HITS  BECAUSE\n"
			    "EX01.example.org     1  a reaso\xe2\x80\xa6\n");
	buf_free(&out);
	arena_free(&arena);
}

static void evidence_is_cleaned_and_styles_are_not(void **state)
{
	struct arena arena = {0};
	struct buf out = {0};
	struct table t;

	(void)state;
	table_init(&t, &arena, columns, 3);
	table_cell(&t, "\033[31mEX", TABLE_RED);
	table_cell(&t, NULL, TABLE_RED);
	table_cell(&t, "a\nb", TABLE_PLAIN);
	assert_string_equal(write_table(&t, &out, 0, true),
			    "\033[1mHOST\033[0m        \033[1mHITS\033[0m  \033[1mBECAUSE\033[0m\n"
			    "\033[31m\\x1b[31mEX\033[0m        a\\nb\n");
	buf_free(&out);
	arena_free(&arena);
}

static void many_rows(void **state)
{
	struct arena arena = {0};
	struct buf out = {0};
	struct table t;
	size_t lines = 0;

	(void)state;
	table_init(&t, &arena, columns, 3);
	for (unsigned i = 0; i < 1000; i++) {
		table_cell(&t, "EX", TABLE_PLAIN);
		table_cell(&t, "1", TABLE_PLAIN);
		table_cell(&t, "x", TABLE_PLAIN);
	}
	for (const char *p = write_table(&t, &out, 80, false); (p = strchr(p, '\n')); p++)
		lines++;
	assert_int_equal(lines, 1001);
	buf_free(&out);
	arena_free(&arena);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(widths_follow_the_text),
		cmocka_unit_test(only_what_may_be_cut_is_cut),
		cmocka_unit_test(evidence_is_cleaned_and_styles_are_not),
		cmocka_unit_test(many_rows),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
