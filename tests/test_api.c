/* SPDX-License-Identifier: Apache-2.0 */
/* The public library: include/tocsin.h is all that a caller knows. Logs are made by our own writer.
 */
#include "test.h"

#include <unistd.h>

#include "base/threads.h"
#include "format/evtx/evtx_writer.h"
#include "tocsin.h"

#define CHUNKS 3u
#define PER_CHUNK 4u

static char path[] = "/tmp/tocsin-api-XXXXXX";
static struct buf whole;

static struct value text_value(struct arena *a, const char *text)
{
	const struct value v = {VALUE_STRING, utf8_to_utf16(a, view_of(text))};
	return v;
}

/* Odd records are errors of one provider, even ones information of another. */
static void make_event(struct arena *a, struct event *e, uint64_t id)
{
	struct event_data *const data = arena_alloc(a, sizeof(*data));
	uint8_t *const p = arena_alloc(a, 16);

	memset(e, 0, sizeof(*e));
	put64(p, 132800000000000000u + id);
	put16(p + 8, (uint16_t)(4000 + id));
	p[10] = id % 2 ? 2 : 4;
	e->record_id = id;
	e->written = le64(p) + 5;
	e->field[EVENT_PROVIDER] = text_value(a, id % 2 ? "MSExchange Common" : "Other");
	e->field[EVENT_CHANNEL] = text_value(a, "Application");
	e->field[EVENT_COMPUTER] = text_value(a, "EX01.corp.example");
	e->field[EVENT_TIME] = (struct value){VALUE_FILETIME, {p, 8}};
	e->field[EVENT_ID] = (struct value){VALUE_UINT16, {p + 8, 2}};
	e->field[EVENT_LEVEL] = (struct value){VALUE_UINT8, {p + 10, 1}};
	data->value = text_value(a, "a value & more");
	e->data = data;
	e->data_count = 1;
}

static void save(const struct buf *bytes)
{
	FILE *const f = fopen(path, "wb");

	assert_non_null(f);
	assert_true(!bytes->n || fwrite(bytes->p, 1, bytes->n, f) == bytes->n);
	assert_int_equal(fclose(f), 0);
}

static int set_up(void **state)
{
	struct evtx_writer *const w = evtx_writer_new(evtx_sink_buf(&whole), NULL);
	const int fd = mkstemp(path);
	struct arena a = {0};
	struct tocsin_error error;
	unsigned id;

	(void)state;
	if (fd < 0 || !w)
		return -1;
	close(fd);
	for (id = 1; id <= CHUNKS * PER_CHUNK; id++) {
		struct event e;

		make_event(&a, &e, id);
		assert_ok(evtx_writer_add(w, &e, NULL, &error));
		if (id % PER_CHUNK == 0)
			assert_ok(evtx_writer_end_chunk(w, &error));
	}
	assert_ok(evtx_writer_finish(w, &error));
	evtx_writer_free(w);
	arena_free(&a);
	return 0;
}

static int tear_down(void **state)
{
	(void)state;
	buf_free(&whole);
	return remove(path);
}

static tocsin_reader *open_log(void)
{
	tocsin_reader *r = NULL;
	struct tocsin_error error;

	assert_ok(tocsin_reader_open(path, &r, &error));
	assert_non_null(r);
	return r;
}

static void test_read(void **state)
{
	const tocsin_event *e = NULL;
	struct tocsin_error error;
	tocsin_reader *r;
	uint64_t id, offset = 0;

	(void)state;
	save(&whole);
	r = open_log();
	for (id = 1; id <= CHUNKS * PER_CHUNK; id++) {
		const char *xml = NULL;
		size_t n = 0;

		assert_ok(tocsin_reader_next(r, &e, &error));
		assert_int_equal(tocsin_event_record_id(e), id);
		assert_int_equal(tocsin_event_time(e), 132800000000000000u + id);
		assert_true(tocsin_event_offset(e) > offset);
		offset = tocsin_event_offset(e);
		assert_memory_equal(whole.p + offset, "**\0", 4);
		assert_ok(tocsin_event_xml(e, &xml, &n));
		assert_int_equal(strlen(xml), n);
		assert_memory_equal(xml, "<Event ", 7);
		assert_non_null(strstr(xml, "a value &amp; more"));
		assert_ok(tocsin_event_xml(e, &xml, NULL));
	}
	assert_status(tocsin_reader_next(r, &e, &error), TOCSIN_END);
	assert_status(tocsin_reader_next(r, &e, &error), TOCSIN_END);
	tocsin_reader_free(r);
	tocsin_reader_free(NULL);
}

/* Every loss is told once, at its place; reading goes on behind it, and in a chunk that has lost
 * its signature. */
static void test_damage(void **state)
{
	struct buf log = {0};
	const tocsin_event *e = NULL;
	struct tocsin_error error = {0};
	tocsin_reader *r;
	uint64_t id;

	(void)state;
	buf_add(&log, whole.p, whole.n);
	memset(log.p, 0, 4096);
	log.p[4096 + 65536] = 'X';
	save(&log);
	r = open_log();
	assert_status(tocsin_reader_next(r, &e, &error), TOCSIN_INVALID);
	assert_int_equal(error.offset, 0);
	assert_null(e);
	for (id = 1; id <= PER_CHUNK; id++) {
		assert_ok(tocsin_reader_next(r, &e, NULL));
		assert_int_equal(tocsin_event_record_id(e), id);
	}
	assert_status(tocsin_reader_next(r, &e, &error), TOCSIN_INVALID);
	assert_int_equal(error.offset, 4096 + 65536);
	for (id = PER_CHUNK + 1; id <= 3 * PER_CHUNK; id++) {
		assert_ok(tocsin_reader_next(r, &e, &error));
		assert_int_equal(tocsin_event_record_id(e), id);
	}
	assert_status(tocsin_reader_next(r, &e, NULL), TOCSIN_END);
	tocsin_reader_free(r);

	/* Shorter than when it was opened. */
	save(&whole);
	r = open_log();
	assert_int_equal(truncate(path, 4096 + 65536), 0);
	for (id = 1; id <= PER_CHUNK; id++)
		assert_ok(tocsin_reader_next(r, &e, &error));
	assert_status(tocsin_reader_next(r, &e, &error), TOCSIN_TRUNCATED);
	assert_int_equal(error.offset, 4096 + 65536);
	assert_status(tocsin_reader_next(r, &e, &error), TOCSIN_END);
	tocsin_reader_free(r);
	buf_free(&log);
}

static void test_no_log(void **state)
{
	struct buf log = {0};
	tocsin_reader *r = NULL;
	const tocsin_event *e = NULL;
	struct tocsin_error error;

	(void)state;
	assert_status(tocsin_reader_open("/nonexistent/x.evtx", &r, &error), TOCSIN_NOT_FOUND);
	assert_status(tocsin_reader_open("/nonexistent/x.evtx", &r, NULL), TOCSIN_NOT_FOUND);
	assert_status(tocsin_reader_open("/", &r, &error), TOCSIN_IO);
	assert_status(tocsin_reader_open(NULL, &r, &error), TOCSIN_USAGE);
	assert_status(tocsin_reader_open(path, NULL, &error), TOCSIN_USAGE);
	assert_status(tocsin_reader_next(NULL, &e, &error), TOCSIN_USAGE);
	save(&log);
	assert_status(tocsin_reader_open(path, &r, &error), TOCSIN_TRUNCATED);
	buf_str(&log, "not a log at all");
	save(&log);
	assert_status(tocsin_reader_open(path, &r, &error), TOCSIN_INVALID);
	assert_null(r);

	/* A header alone: no record, no loss. */
	buf_clear(&log);
	buf_add(&log, whole.p, 4096);
	save(&log);
	assert_ok(tocsin_reader_open(path, &r, &error));
	assert_status(tocsin_reader_next(r, &e, &error), TOCSIN_END);
	tocsin_reader_free(r);
	buf_free(&log);
}

static tocsin_query *compile(const char *command)
{
	tocsin_query *q = NULL;
	struct tocsin_error error = {0};

	if (tocsin_query_compile(command, &q, &error) != TOCSIN_OK)
		fail_msg("%s: %s (%s)", command, error.msg, error.detail);
	return q;
}

static const char errors_only[] =
	"Get-EventLog -LogName Application -Source \"MSExchange Common\" -EntryType Error";

static void test_query(void **state)
{
	tocsin_query *const q = compile(errors_only);
	tocsin_query *const worded = compile("Get-EventLog -LogName Application | Where-Object { "
					     "$_.Message -like \"*no such words*\" }");
	tocsin_reader *r;
	const tocsin_event *e = NULL;
	unsigned id;

	(void)state;
	save(&whole);
	r = open_log();
	for (id = 1; id <= CHUNKS * PER_CHUNK; id++) {
		assert_ok(tocsin_reader_next(r, &e, NULL));
		assert_int_equal(tocsin_query_match(q, e), id % 2 ? TOCSIN_YES : TOCSIN_NO);
		/* No wording is known for these. */
		assert_int_equal(tocsin_query_match(worded, e), TOCSIN_UNDECIDED);
	}
	/* The reader may live on. */
	tocsin_query_free(q);
	tocsin_query_free(worded);
	tocsin_query_free(NULL);
	assert_status(tocsin_reader_next(r, &e, NULL), TOCSIN_END);
	tocsin_reader_free(r);
}

/* More queries than a reader keeps matchers for. */
static void test_many_queries(void **state)
{
	tocsin_query *queries[11];
	tocsin_reader *r;
	const tocsin_event *e = NULL;
	unsigned id, i;

	(void)state;
	save(&whole);
	for (i = 0; i < 11; i++) {
		char command[160];

		snprintf(command, sizeof(command),
			 "Get-WinEvent -LogName Application | Where-Object { $_.Id -eq %u }",
			 4001 + i);
		queries[i] = compile(command);
	}
	r = open_log();
	for (id = 1; id <= CHUNKS * PER_CHUNK; id++) {
		assert_ok(tocsin_reader_next(r, &e, NULL));
		for (i = 0; i < 11; i++)
			assert_int_equal(tocsin_query_match(queries[i], e),
					 id == i + 1 ? TOCSIN_YES : TOCSIN_NO);
	}
	for (i = 0; i < 11; i++)
		tocsin_query_free(queries[i]);
	tocsin_reader_free(r);
}

struct asker {
	struct thread thread;
	tocsin_query *query;
	unsigned yes;
};

static void ask(void *argument)
{
	struct asker *const a = argument;
	tocsin_reader *r = NULL;
	const tocsin_event *e;

	if (tocsin_reader_open(path, &r, NULL) != TOCSIN_OK)
		return;
	while (tocsin_reader_next(r, &e, NULL) == TOCSIN_OK)
		a->yes += tocsin_query_match(a->query, e) == TOCSIN_YES;
	tocsin_reader_free(r);
}

static void test_shared_query(void **state)
{
	tocsin_query *const q = compile(errors_only);
	struct asker askers[4];
	unsigned i;

	(void)state;
	save(&whole);
	for (i = 0; i < 4; i++) {
		askers[i].query = q;
		askers[i].yes = 0;
		assert_true(thread_start(&askers[i].thread, ask, &askers[i]));
	}
	for (i = 0; i < 4; i++) {
		thread_join(&askers[i].thread);
		assert_int_equal(askers[i].yes, CHUNKS * PER_CHUNK / 2);
	}
	tocsin_query_free(q);
}

static void test_compile_errors(void **state)
{
	tocsin_query *q = NULL;
	struct tocsin_error error = {0};

	(void)state;
	assert_status(tocsin_query_compile(NULL, &q, &error), TOCSIN_USAGE);
	assert_status(tocsin_query_compile("Get-EventLog (", &q, &error), TOCSIN_SYNTAX);
	assert_status(tocsin_query_compile("Remove-Item x", &q, &error), TOCSIN_UNSUPPORTED);
	assert_null(q);
	assert_non_null(error.msg);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_read),           cmocka_unit_test(test_damage),
		cmocka_unit_test(test_no_log),         cmocka_unit_test(test_query),
		cmocka_unit_test(test_many_queries),   cmocka_unit_test(test_shared_query),
		cmocka_unit_test(test_compile_errors),
	};

	return cmocka_run_group_tests(tests, set_up, tear_down);
}
