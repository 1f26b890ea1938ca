/* SPDX-License-Identifier: Apache-2.0 */
/* The summary of a source: the same however its records are cut into parts, and bounded. */
#include "test.h"

#include "base/limits.h"
#include "base/timestamp.h"
#include "query/log_summary.h"

/* Records made for these tests: fields as values, kept until the end of a test. */
struct maker {
	struct arena arena;
	struct event list[3000];
	size_t count;
};

static struct value text_value(struct maker *m, const char *text)
{
	struct value v = {VALUE_STRING, utf8_to_utf16(&m->arena, view_of(text))};

	return v;
}

static struct value number_value(struct maker *m, uint64_t n)
{
	uint8_t *const p = arena_alloc(&m->arena, 8);
	struct value v = {VALUE_UINT64, {p, 8}};

	put64(p, n);
	return v;
}

static struct event *make(struct maker *m, const char *channel, const char *provider, uint32_t id,
			  uint64_t record, uint64_t time)
{
	struct event *const e = &m->list[m->count++];

	memset(e, 0, sizeof(*e));
	e->record_id = record;
	e->written = time;
	e->field[EVENT_CHANNEL] = text_value(m, channel);
	e->field[EVENT_PROVIDER] = text_value(m, provider);
	e->field[EVENT_COMPUTER] = text_value(m, "PC");
	e->field[EVENT_ID] = number_value(m, id);
	e->field[EVENT_LEVEL] = number_value(m, 4);
	return e;
}

static void give_data(struct maker *m, struct event *e, const char *const pairs[][2], size_t count)
{
	struct event_data *const data = arena_array(&m->arena, count, sizeof(*data));

	for (size_t i = 0; i < count; i++) {
		data[i].name = utf8_to_utf16(&m->arena, view_of(pairs[i][0]));
		data[i].value = text_value(m, pairs[i][1]);
	}
	e->data = data;
	e->data_count = count;
}

/* Joins the records in parts of `size` each. */
static struct log_summary *summarise(const struct maker *m, size_t size, struct summary_source *ret)
{
	struct log_summary *const s = log_summary_new();
	struct log_summary_part *const p = log_summary_part_new();
	size_t held = 0;

	for (size_t i = 0; i < m->count; i++) {
		const size_t now = log_summary_part_add(p, &m->list[i]);

		assert_true(now >= held);
		held = now;
		if ((i + 1) % size == 0) {
			assert_true(log_summary_join(s, p));
			held = 0;
		}
	}
	assert_true(log_summary_join(s, p));
	assert_true(log_summary_join(s, p)); /* an empty one */
	assert_true(log_summary_finish(s, ret));
	log_summary_part_free(p);
	return s;
}

static void same_log(const struct summary_log *a, const struct summary_log *b)
{
	assert_string_equal(a->channel, b->channel);
	assert_memory_equal(a->spans, b->spans, sizeof(a->spans));
	assert_memory_equal(a->levels, b->levels, sizeof(a->levels));
	assert_int_equal(a->run_count, b->run_count);
	if (a->run_count)
		assert_memory_equal(a->runs, b->runs, a->run_count * sizeof(*a->runs));
	assert_int_equal(a->scattered, b->scattered);
	assert_int_equal(a->missing, b->missing);
	assert_int_equal(a->unordered, b->unordered);
	assert_memory_equal(&a->clock, &b->clock, sizeof(a->clock));
	assert_int_equal(a->provider_count, b->provider_count);
	for (size_t i = 0; i < a->provider_count; i++) {
		const struct summary_provider *const x = &a->providers[i], *const y =
										   &b->providers[i];

		assert_string_equal(x->name, y->name);
		assert_int_equal(x->records, y->records);
		assert_int_equal(x->event_count, y->event_count);
		for (size_t k = 0; k < x->event_count; k++) {
			assert_int_equal(x->events[k].id, y->events[k].id);
			assert_int_equal(x->events[k].records, y->events[k].records);
		}
	}
	assert_int_equal(a->computer_count, b->computer_count);
	for (size_t i = 0; i < a->computer_count; i++) {
		assert_string_equal(a->computers[i].name, b->computers[i].name);
		assert_int_equal(a->computers[i].records, b->computers[i].records);
	}
	assert_int_equal(a->cleared_count, b->cleared_count);
	for (size_t i = 0; i < a->cleared_count; i++)
		assert_int_equal(a->cleared[i].record_id, b->cleared[i].record_id);
	assert_int_equal(a->more_events, b->more_events);
	assert_int_equal(a->more_computers, b->more_computers);
	assert_int_equal(a->more_cleared, b->more_cleared);
}

static void same(const struct summary_source *a, const struct summary_source *b)
{
	assert_int_equal(a->records, b->records);
	assert_int_equal(a->more_logs, b->more_logs);
	assert_int_equal(a->log_count, b->log_count);
	for (size_t i = 0; i < a->log_count; i++)
		same_log(&a->logs[i], &b->logs[i]);
}

static void same_in_any_parts(const struct maker *m)
{
	static const size_t sizes[] = {1, 2, 3, 7, 100, 1000};
	struct summary_source whole, other;
	struct log_summary *const s = summarise(m, 1u << 20, &whole);

	for (size_t i = 0; i < sizeof(sizes) / sizeof(sizes[0]); i++) {
		struct log_summary *const t = summarise(m, sizes[i], &other);

		same(&whole, &other);
		log_summary_free(t);
	}
	log_summary_free(s);
}

static void maker_free(struct maker *m)
{
	arena_free(&m->arena);
	free(m);
}

#define T0 (132000000000000000u)

static void test_one_log(void **state)
{
	struct maker *const m = calloc(1, sizeof(*m));
	struct summary_source r;
	struct log_summary *s;
	const struct summary_log *log;

	(void)state;
	for (uint64_t i = 0; i < 10; i++)
		make(m, "App", i % 3 ? "B" : "A", (uint32_t)(i % 3), 100 + i + (i > 4 ? 20 : 0),
		     T0 + i * FILETIME_SECOND);
	m->list[9].field[EVENT_LEVEL] = (struct value){VALUE_NULL, {NULL, 0}};
	m->list[8].field[EVENT_LEVEL] = number_value(m, 2);
	m->list[8].origin = EVENT_RECOVERED;
	s = summarise(m, 4, &r);
	assert_int_equal(r.records, 10);
	assert_int_equal(r.log_count, 1);
	assert_int_equal(r.more_logs, 0);
	log = &r.logs[0];
	assert_string_equal(log->channel, "App");
	assert_int_equal(log->spans[EVENT_LIVE].records, 9);
	assert_int_equal(log->spans[EVENT_LIVE].first, T0);
	assert_int_equal(log->spans[EVENT_LIVE].last, T0 + 9 * FILETIME_SECOND);
	assert_int_equal(log->spans[EVENT_LIVE].first_id, 100);
	assert_int_equal(log->spans[EVENT_LIVE].last_id, 129);
	assert_int_equal(log->spans[EVENT_RECOVERED].records, 1);
	assert_int_equal(log->spans[EVENT_RECOVERED].first_id, 128);
	assert_int_equal(log->spans[EVENT_CARVED].records, 0);
	assert_int_equal(log->levels[4], 8);
	assert_int_equal(log->levels[2], 1);
	assert_int_equal(log->levels[SUMMARY_LEVELS - 1], 1);
	/* 100-104, 125-127, 129: a recovered record fills no gap */
	assert_int_equal(log->run_count, 3);
	assert_int_equal(log->missing, 21);
	assert_int_equal(log->unordered, 0);
	assert_int_equal(log->provider_count, 2);
	assert_string_equal(log->providers[0].name, "B");
	assert_int_equal(log->providers[0].records, 6);
	assert_int_equal(log->providers[0].event_count, 2);
	assert_int_equal(log->providers[0].events[0].id, 1);
	assert_int_equal(log->providers[1].records, 4);
	assert_int_equal(log->computer_count, 1);
	assert_int_equal(log->computers[0].records, 10);
	log_summary_reset(s);
	assert_true(log_summary_finish(s, &r));
	assert_int_equal(r.records, 0);
	assert_int_equal(r.log_count, 0);
	log_summary_free(s);
	same_in_any_parts(m);
	maker_free(m);
}

/* The clock: only backwards, only live, only more than a minute, only one computer's, and only
 * where ids ascend. */
static void test_clock(void **state)
{
	struct maker *const m = calloc(1, sizeof(*m));
	struct summary_source r;
	struct log_summary *s;
	const uint64_t minute = 60 * FILETIME_SECOND;

	(void)state;
	make(m, "S", "P", 1, 1, T0);
	make(m, "S", "P", 1, 2, T0 - minute); /* not more than a minute */
	make(m, "S", "P", 1, 3, T0 + 90 * minute);
	make(m, "S", "P", 1, 4, T0 + 30 * minute); /* an hour back */
	make(m, "S", "P", 1, 5, T0 + 28 * minute); /* two minutes back */
	make(m, "S", "P", 1, 6, T0)->field[EVENT_COMPUTER] = text_value(m, "OTHER");
	make(m, "S", "P", 1, 7, T0 + 100 * minute);
	make(m, "S", "P", 1, 8, T0)->origin = EVENT_RECOVERED;
	make(m, "S", "P", 1, 9, 0); /* no time is no earlier time */
	make(m, "S", "P", 1, 9, T0);
	make(m, "S", "P", 1, 3, T0 - 90 * minute);
	s = summarise(m, 100, &r);
	assert_int_equal(r.logs[0].clock.steps, 2);
	assert_int_equal(r.logs[0].clock.largest, 60 * minute);
	assert_int_equal(r.logs[0].clock.record_id, 4);
	assert_int_equal(r.logs[0].clock.from, T0 + 90 * minute);
	assert_int_equal(r.logs[0].clock.to, T0 + 30 * minute);
	assert_int_equal(r.logs[0].unordered, 2);
	assert_int_equal(r.logs[0].spans[EVENT_LIVE].first, T0 - 90 * minute);
	log_summary_free(s);
	same_in_any_parts(m);
	maker_free(m);
}

static void test_cleared(void **state)
{
	static const char *const who[][2] = {{"SubjectUserSid", "S-1-5-18"},
					     {"SubjectUserName", "admin"},
					     {"SubjectDomainName", "EXAMPLE"},
					     {"Channel", "Application"}};
	static const char *const sid[][2] = {{"SubjectUserSid", "S-1-5-18"}};
	struct maker *const m = calloc(1, sizeof(*m));
	struct summary_source r;
	struct log_summary *s;

	(void)state;
	give_data(m, make(m, "System", "Microsoft-Windows-Eventlog", 104, 7, T0), who, 4);
	give_data(m, make(m, "Security", "Microsoft-Windows-Eventlog", 1102, 1, T0 + 1), sid, 1);
	give_data(m, make(m, "System", "Other", 104, 8, T0), who, 4);
	give_data(m, make(m, "System", "Microsoft-Windows-Eventlog", 104, 9, T0), sid, 0);
	s = summarise(m, 2, &r);
	assert_int_equal(r.log_count, 2);
	assert_int_equal(r.logs[0].cleared_count, 2);
	assert_string_equal(r.logs[0].cleared[0].channel, "Application");
	assert_string_equal(r.logs[0].cleared[0].account, "EXAMPLE\\admin");
	assert_int_equal(r.logs[0].cleared[0].record_id, 7);
	assert_int_equal(r.logs[0].cleared[0].event_id, 104);
	assert_string_equal(r.logs[0].cleared[1].channel, "");
	assert_string_equal(r.logs[0].cleared[1].account, "");
	assert_int_equal(r.logs[1].cleared_count, 1);
	assert_string_equal(r.logs[1].cleared[0].channel, "Security");
	assert_string_equal(r.logs[1].cleared[0].account, "S-1-5-18");
	log_summary_free(s);
	same_in_any_parts(m);
	maker_free(m);
}

/* Missing fields, long names, many channels. */
static void test_odd_names(void **state)
{
	struct maker *const m = calloc(1, sizeof(*m));
	struct summary_source r;
	struct log_summary *s;
	char name[LIMIT_SUMMARY_NAME + 2];

	(void)state;
	memset(name, 'x', sizeof(name));
	name[LIMIT_SUMMARY_NAME + 1] = 0;
	make(m, name, name, 1, 1, T0);
	name[LIMIT_SUMMARY_NAME] = 'y';
	make(m, name, name, 1, 2, T0); /* the same as far as it is kept */
	name[LIMIT_SUMMARY_NAME] = 0;
	make(m, name, name, 1, 3, T0); /* exactly as long as names may be */
	for (size_t i = 0; i < EVENT_FIELD_COUNT; i++)
		make(m, "", "", 1, 4, T0)->field[i].type = VALUE_NULL;
	m->list[3].field[EVENT_ID].type = VALUE_NULL;
	s = summarise(m, 2, &r);
	assert_int_equal(r.log_count, 3);
	assert_int_equal(strlen(r.logs[0].channel), LIMIT_SUMMARY_NAME + strlen(" …"));
	assert_int_equal(r.logs[0].spans[0].records, 2);
	assert_int_equal(strlen(r.logs[1].channel), LIMIT_SUMMARY_NAME);
	assert_string_equal(r.logs[2].channel, "");
	assert_string_equal(r.logs[2].providers[0].name, "");
	log_summary_free(s);
	same_in_any_parts(m);
	maker_free(m);
}

/* Names that look the same are one name, whatever their values' types: the order of the records
 * counts, not that of the types. */
static void test_types(void **state)
{
	struct maker *const m = calloc(1, sizeof(*m));
	struct summary_source r;
	struct log_summary *s;

	(void)state;
	for (unsigned i = 0; i < 12; i++) {
		struct event *const e = make(m, i % 2 ? "" : "C", "P", 1, 100 + i, T0);

		if (i % 4 == 2)
			e->field[EVENT_CHANNEL] = (struct value){VALUE_ANSI, view_of("C")};
		if (i % 4 == 3)
			e->field[EVENT_CHANNEL].type = VALUE_NULL;
		if (i % 3 == 1)
			e->field[EVENT_COMPUTER] = (struct value){VALUE_ANSI, view_of("PC")};
		e->written = T0 - i * 3600 * FILETIME_SECOND;
	}
	s = summarise(m, 100, &r);
	assert_int_equal(r.log_count, 2);
	for (size_t i = 0; i < 2; i++) {
		assert_int_equal(r.logs[i].spans[0].records, 6);
		assert_int_equal(r.logs[i].unordered, 0);
		assert_int_equal(r.logs[i].clock.steps, 5);
		assert_int_equal(r.logs[i].computer_count, 1);
	}
	log_summary_free(s);
	same_in_any_parts(m);
	maker_free(m);
}

/* Nothing follows the greatest id, and what lies before it is missing. */
static void test_greatest_id(void **state)
{
	static const uint64_t ids[] = {5, UINT64_MAX - 1, UINT64_MAX, 0, 1};
	struct maker *const m = calloc(1, sizeof(*m));
	struct summary_source r;
	struct log_summary *s;

	(void)state;
	for (size_t i = 0; i < 5; i++)
		make(m, "C", "P", 1, ids[i], T0);
	s = summarise(m, 100, &r);
	assert_int_equal(r.logs[0].run_count, 3);
	assert_int_equal(r.logs[0].runs[0].first, 0);
	assert_int_equal(r.logs[0].runs[0].last, 1);
	assert_true(r.logs[0].runs[2].first == UINT64_MAX - 1);
	assert_true(r.logs[0].runs[2].last == UINT64_MAX);
	assert_true(r.logs[0].missing == 3 + (UINT64_MAX - 2 - 5));
	log_summary_free(s);
	same_in_any_parts(m);
	maker_free(m);
}

static void test_limits(void **state)
{
	struct maker *const m = calloc(1, sizeof(*m));
	struct summary_source r;
	struct log_summary *s;

	(void)state;
	for (size_t i = 0; i < 2400; i++) {
		char channel[16];

		snprintf(channel, sizeof(channel), "C%zu", i % 1200);
		make(m, channel, "P", (uint32_t)i, i * 2, T0);
	}
	s = summarise(m, 64, &r);
	assert_int_equal(r.log_count, LIMIT_SUMMARY_LOGS);
	assert_int_equal(r.more_logs, 400);
	assert_int_equal(r.records, 2400);
	assert_int_equal(r.logs[999].spans[0].records, 2);
	assert_int_equal(r.logs[999].missing, 2399);
	log_summary_free(s);
	same_in_any_parts(m);
	maker_free(m);
}

/* More counts and runs than are kept: the rest is counted. */
static void test_many_counts(void **state)
{
	struct maker *const m = calloc(1, sizeof(*m));
	struct log_summary *const s = log_summary_new();
	struct log_summary_part *const p = log_summary_part_new();
	struct summary_source r;
	struct event *const e = make(m, "C", "P", 0, 0, T0);
	uint64_t told = 0;

	(void)state;
	for (uint32_t i = 0; i < 80000; i++) {
		put64((uint8_t *)(uintptr_t)e->field[EVENT_ID].bytes.p, i);
		e->record_id = 3 * i;
		log_summary_part_add(p, e);
		if (i % 1000 == 999)
			assert_true(log_summary_join(s, p));
	}
	assert_true(log_summary_finish(s, &r));
	assert_int_equal(r.log_count, 1);
	assert_true(r.logs[0].scattered);
	assert_int_equal(r.logs[0].run_count, LIMIT_SUMMARY_RUNS);
	assert_int_equal(r.logs[0].providers[0].event_count, LIMIT_SUMMARY_COUNTERS - 1);
	for (size_t i = 0; i < r.logs[0].provider_count; i++)
		told += r.logs[0].providers[i].records;
	assert_int_equal(told + r.logs[0].more_events, 80000);
	assert_int_equal(r.logs[0].computers[0].records, 80000);
	log_summary_free(s);
	log_summary_part_free(p);
	log_summary_free(NULL);
	log_summary_part_free(NULL);
	maker_free(m);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_one_log), cmocka_unit_test(test_clock),
		cmocka_unit_test(test_cleared), cmocka_unit_test(test_odd_names),
		cmocka_unit_test(test_types),   cmocka_unit_test(test_greatest_id),
		cmocka_unit_test(test_limits),  cmocka_unit_test(test_many_counts),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
