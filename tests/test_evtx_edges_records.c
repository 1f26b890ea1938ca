/* SPDX-License-Identifier: Apache-2.0 */
/* Chunks and records: rows B of docs/edge-cases.md. */
#include "edge.h"

#include "../tools/edges_file.h"

/* The ids of a scan, and how many losses it tells. */
static void expect(struct edge *e, bool recover, const char *ids, unsigned losses)
{
	struct edge_reading r;

	edge_read(&r, &e->log, recover);
	if (strcmp(buf_cstr(&r.ids), ids) != 0 || r.losses != losses)
		fail_msg("%u losses, records %s\n%s", r.losses, buf_cstr(&r.ids),
			 buf_cstr(&r.told));
	edge_reading_free(&r);
}

static void test_b01_sizes_of_a_record_differ(void **state)
{
	struct edge_reading r;
	struct edge e;

	(void)state;
	edge_b01(&e);
	edge_read(&r, &e.log, false);
	/* It is given as far as it reads, and the damage is told; its neighbours are whole. */
	assert_string_equal(buf_cstr(&r.ids), "1 2 3 ");
	assert_int_equal(r.losses, 1);
	assert_non_null(strstr(buf_cstr(&r.told), "trailing copy"));
	assert_non_null(strstr(buf_cstr(&r.xml), ">event 2<"));
	edge_reading_free(&r);
	buf_free(&e.log);
}

static void test_b02_impossible_sizes(void **state)
{
	struct edge_reading r;
	struct edge e;

	(void)state;
	edge_b02(&e);
	edge_read(&r, &e.log, false);
	for (unsigned id = 1; id <= 9; id += 2) {
		char text[16];

		snprintf(text, sizeof(text), "%u ", id);
		assert_non_null(strstr(buf_cstr(&r.ids), text));
	}
	assert_true(r.records - 5 + r.losses >= 4); /* each of the others is given or told */
	assert_true(r.losses > 0);
	edge_reading_free(&r);
	buf_free(&e.log);
}

static void test_b03_free_space_too_late_or_too_early(void **state)
{
	struct edge e;

	(void)state;
	edge_b03(&e);
	expect(&e, false, "1 2 3 4 5 6 ", 0);
	buf_free(&e.log);
}

static void test_b04_older_records_in_free_space(void **state)
{
	struct edge_reading r;
	struct edge e;

	(void)state;
	edge_b04(&e);
	expect(&e, false, "1 2 3 ", 0);
	/* The one of another time is recovered; the equal copy of a live one is none. */
	edge_read(&r, &e.log, true);
	assert_string_equal(buf_cstr(&r.ids), "1 2 3 r2 ");
	assert_true(r.event[3]->written < r.event[1]->written);
	assert_int_equal(r.losses, 0);
	edge_reading_free(&r);
	buf_free(&e.log);
}

static void test_b05_header_of_a_chunk_is_only_advice(void **state)
{
	struct edge_reading r;
	struct edge e;

	(void)state;
	edge_b05(&e);
	expect(&e, false, "1 2 3 ", 0);
	/* The ids that say where a log begins, too. That the header counts others is told. */
	put64(damage_chunk(&e.log, 0) + 24, 1000);
	put64(damage_chunk(&e.log, 0) + 32, 1002);
	damage_seal_chunk(&e.log, 0);
	edge_read(&r, &e.log, false);
	assert_string_equal(buf_cstr(&r.ids), "1 2 3 ");
	edge_reading_free(&r);
	buf_free(&e.log);
}

static void test_b06_record_that_swallowed_its_neighbour(void **state)
{
	struct edge_reading r;
	struct edge e;

	(void)state;
	edge_b06(&e);
	/* What hides is told, though all checksums are right; with recovery it is given. */
	edge_read(&r, &e.log, false);
	assert_int_equal(r.records, 4);
	assert_int_equal(r.losses, 1);
	assert_true(r.lost_bytes > 0 && r.account.lost == r.lost_bytes);
	edge_reading_free(&r);
	edge_read(&r, &e.log, true);
	assert_int_equal(r.records, 5);
	assert_int_equal(r.recovered, 1);
	assert_non_null(strstr(buf_cstr(&r.xml), ">event 3<"));
	for (unsigned i = 0; i < 5; i++) {
		if (r.event[i]->origin == EVENT_RECOVERED)
			assert_non_null(r.event[i]->note);
	}
	edge_reading_free(&r);
	buf_free(&e.log);
}

static void test_b07_zeros_over_records_and_chunks(void **state)
{
	struct edge_reading r;
	struct edge e;

	(void)state;
	edge_b07(&e);
	edge_read(&r, &e.log, false);
	assert_memory_equal(buf_cstr(&r.ids), "1 4 5 6 7 8 9 ", 14);
	assert_true(r.losses >= 2);
	edge_reading_free(&r);
	/* The third chunk has lost its header and its first record, with the templates of all. */
	edge_read(&r, &e.log, true);
	assert_memory_equal(buf_cstr(&r.ids), "1 4 5 6 7 8 9 r12 r13 r14 r15 ", 30);
	edge_reading_free(&r);
	buf_free(&e.log);
}

static void test_b08_record_reaches_past_its_chunk(void **state)
{
	struct edge_reading r;
	struct edge e;

	(void)state;
	edge_b08(&e);
	edge_read(&r, &e.log, false);
	assert_non_null(strstr(buf_cstr(&r.ids), "1 "));
	assert_non_null(strstr(buf_cstr(&r.ids), "3 "));
	assert_int_equal(r.losses, 1);
	edge_reading_free(&r);
	buf_free(&e.log);
}

static void test_b09_ids_jump_and_repeat(void **state)
{
	struct edge e;

	(void)state;
	edge_b09(&e);
	expect(&e, false, "5 6 4294967296 4294967296 3 9223372036854775552 ", 0);
	buf_free(&e.log);
}

static void test_b10_time_of_the_header_and_of_the_event(void **state)
{
	static const uint64_t written[] = {EDGE_TIME + 600000000u, 1, 0x0100000000000000u,
					   0xffffffffffffffffu};
	struct edge_reading r;
	struct edge e;

	(void)state;
	edge_b10(&e);
	edge_read(&r, &e.log, false);
	assert_int_equal(r.records, 4);
	for (unsigned i = 0; i < 4; i++) {
		assert_true(r.event[i]->written == written[i]);
		assert_true(event_time(r.event[i]) == EDGE_TIME + i);
	}
	edge_reading_free(&r);
	buf_free(&e.log);
}

static void test_b11_absurd_times(void **state)
{
	struct edge_reading r;
	struct edge e;

	(void)state;
	edge_b11(&e);
	edge_read(&r, &e.log, false);
	assert_int_equal(r.records, 3);
	assert_int_equal(r.unrendered, 0);
	assert_non_null(strstr(buf_cstr(&r.xml), "'1601-01-01T00:00:00.0000000Z'"));
	assert_non_null(strstr(buf_cstr(&r.xml), "'0000-00-00T00:00:00.0000000Z'"));
	edge_reading_free(&r);
	buf_free(&e.log);
}

static void test_b12_names_in_a_loop(void **state)
{
	struct edge e;

	(void)state;
	edge_b12(&e);
	expect(&e, false, "1 2 3 4 5 6 7 8 ", 0);
	buf_free(&e.log);
}

static void test_b13_templates_in_a_loop(void **state)
{
	struct edge e;

	(void)state;
	edge_b13(&e);
	expect(&e, false, "1 2 3 4 5 6 7 8 ", 0);
	buf_free(&e.log);
}

static void test_b14_other_starts(void **state)
{
	struct edge_reading r;
	struct edge e;

	(void)state;
	edge_b14(&e);
	edge_read(&r, &e.log, false);
	assert_string_equal(buf_cstr(&r.ids), "1 2 3 ");
	assert_int_equal(r.losses, 0);
	assert_int_equal(strncmp(buf_cstr(&r.xml), "<?mark up?><Event>x</Event>\n\n<Event ", 36),
			 0);
	edge_reading_free(&r);
	buf_free(&e.log);
}

static void test_b15_one_record(void **state)
{
	struct edge e;

	(void)state;
	edge_b15(&e);
	expect(&e, false, "1 ", 0);
	buf_free(&e.log);
}

/* `%4` is how Windows writes the `/` of a channel's name; names are any bytes here. */
static void test_b16_names_of_files(void **state)
{
	static const char *const names[] = {"Edge%4Operational.evtx",
					    "\xc3\xa9v\xc3\xa9nements.evtx",
					    "a name, with blanks & 'quotes'.EVTX", "%s%n.evtx"};
	struct edge e;

	(void)state;
	edge_usual_log(&e, NULL, 1, 2);
	for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++) {
		struct edge_reading r;

		edge_read_as(&r, &e.log, names[i], false);
		assert_string_equal(buf_cstr(&r.ids), "1 2 ");
		edge_reading_free(&r);
	}
	buf_free(&e.log);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_b01_sizes_of_a_record_differ),
		cmocka_unit_test(test_b02_impossible_sizes),
		cmocka_unit_test(test_b03_free_space_too_late_or_too_early),
		cmocka_unit_test(test_b04_older_records_in_free_space),
		cmocka_unit_test(test_b05_header_of_a_chunk_is_only_advice),
		cmocka_unit_test(test_b06_record_that_swallowed_its_neighbour),
		cmocka_unit_test(test_b07_zeros_over_records_and_chunks),
		cmocka_unit_test(test_b08_record_reaches_past_its_chunk),
		cmocka_unit_test(test_b09_ids_jump_and_repeat),
		cmocka_unit_test(test_b10_time_of_the_header_and_of_the_event),
		cmocka_unit_test(test_b11_absurd_times),
		cmocka_unit_test(test_b12_names_in_a_loop),
		cmocka_unit_test(test_b13_templates_in_a_loop),
		cmocka_unit_test(test_b14_other_starts),
		cmocka_unit_test(test_b15_one_record),
		cmocka_unit_test(test_b16_names_of_files),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
