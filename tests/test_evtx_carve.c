/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Carving: logs that our writer makes, taken apart and put among other bytes. What is whole is
 * given with its content, what is not is told, each byte is explained once, and the size of the
 * windows changes nothing.
 */
#include "test.h"

#include "base/os.h"
#include "carve_memory.h"
#include "evidence/evidence.h"
#include "evtx_memory.h"
#include "format/evtx/carve.h"
#include "format/evtx/template_library.h"

#define FIRST EVTX_HEADER_SIZE
#define PER_CHUNK 60u
#define FILE_ROOM (2u << 20)

/* A log of three chunks with PER_CHUNK records each. */
struct lab {
	struct buf log;
	struct carving live; /* its records */
	struct view file;    /* what is carved */
	uint8_t *bytes;      /* FILE_ROOM of them */
};

/* The same everywhere. */
static void fill_noise(uint8_t *p, size_t n)
{
	uint64_t s = 88172645463325252u;

	for (size_t i = 0; i < n; i++) {
		s ^= s << 13;
		s ^= s >> 7;
		s ^= s << 17;
		p[i] = (uint8_t)s;
	}
}

static void fill_event(struct event_maker *m, unsigned i)
{
	event_maker_text(m, EVENT_PROVIDER, i % 3 ? "MSExchange Common" : "Tocsin-Test");
	event_maker_number(m, EVENT_ID, VALUE_UINT16, 4000 + i % 5);
	event_maker_text(m, EVENT_CHANNEL, "Application");
	event_maker_text(m, EVENT_COMPUTER, "ex01.example.org");
	event_maker_time(m, MEMORY_TIME + i);
	event_maker_string(m, i % 2 ? "Text" : NULL, "a text of some length, so that chunks fill");
	if (i % 4 == 0)
		event_maker_integer(m, i % 2 ? "Number" : NULL, VALUE_UINT32, i);
}

static void make_log(struct buf *log)
{
	struct evtx_writer *const w = evtx_writer_new(evtx_sink_buf(log), NULL);
	struct arena arena = {0};

	assert_non_null(w);
	for (unsigned i = 0; i < 3 * PER_CHUNK; i++) {
		struct event_maker m;

		arena_reset(&arena);
		event_maker_start(&m, &arena);
		fill_event(&m, i);
		assert_non_null(event_maker_done(&m));
		assert_ok(evtx_writer_add(w, &m.event, NULL, NULL));
		if (i % PER_CHUNK == PER_CHUNK - 1)
			assert_ok(evtx_writer_end_chunk(w, NULL));
	}
	assert_ok(evtx_writer_finish(w, NULL));
	evtx_writer_free(w);
	arena_free(&arena);
}

/* Reads a log as one, with recovery. */
static void read_log(struct view log, struct carving *to)
{
	struct evtx_decoder *const d = evtx_decoder_new();

	assert_non_null(d);
	evtx_decoder_configure(d, &(struct evtx_options){.recover = true});
	for (size_t at = FIRST; at < log.n; at += EVTX_CHUNK_SIZE) {
		struct evtx_chunk_info info;
		const struct event *e;
		struct evtx_loss loss;
		enum tocsin_status status;

		if (evtx_chunk_open(d, view_slice(log, at, EVTX_CHUNK_SIZE), at, 0, &info, NULL) !=
		    TOCSIN_OK)
			continue;
		while ((status = evtx_chunk_next(d, &e, &loss, NULL)) != TOCSIN_END) {
			if (status == TOCSIN_OK)
				carving_event(to, d, e);
		}
	}
	evtx_decoder_free(d);
}

static int set_up(void **state)
{
	struct lab *const lab = calloc(1, sizeof(*lab));

	assert_non_null(lab);
	make_log(&lab->log);
	read_log((struct view){(const uint8_t *)lab->log.p, lab->log.n}, &lab->live);
	lab->bytes = malloc(FILE_ROOM);
	assert_non_null(lab->bytes);
	*state = lab;
	return lab->live.events == 3 * PER_CHUNK ? 0 : -1;
}

static int tear_down(void **state)
{
	struct lab *const lab = *state;

	carving_free(&lab->live);
	buf_free(&lab->log);
	free(lab->bytes);
	free(lab);
	return 0;
}

/* The file is `n` bytes of noise to begin with. */
static void start(struct lab *lab, size_t n)
{
	fill_noise(lab->bytes, n);
	lab->file = (struct view){lab->bytes, n};
}

/* Puts log[from .. from + n) at `at`. */
static void put(struct lab *lab, size_t at, size_t from, size_t n)
{
	memcpy(lab->bytes + at, lab->log.p + from, n);
}

static size_t chunk_at(unsigned number)
{
	return FIRST + number * (size_t)EVTX_CHUNK_SIZE;
}

/* Place in the log of record `i` (ids are i + 1). */
static size_t record_at(const struct lab *lab, unsigned i)
{
	return (size_t)lab->live.list[i].offset;
}

static void carve_windows(const struct lab *lab, size_t window, struct template_library *library,
			  struct carving *r)
{
	struct evtx_decoder *const d = evtx_decoder_new();

	assert_non_null(d);
	memset(r, 0, sizeof(*r));
	evtx_decoder_configure(d, &(struct evtx_options){.lost_templates = library});
	carve_memory(d, lab->file, window, r);
	assert_int_equal(carving_bytes(r), lab->file.n);
	assert_int_equal(r->account.records, 0);
	evtx_decoder_free(d);
}

/* Carves the file in windows of all sizes; they must agree. */
static void carve_with(const struct lab *lab, struct template_library *library, struct carving *r)
{
	static const size_t windows[] = {64u << 10, 100001, 256u << 10, 4097};

	carve_windows(lab, FILE_ROOM, library, r);
	for (size_t i = 0; i < sizeof(windows) / sizeof(windows[0]); i++) {
		struct carving other;

		carve_windows(lab, windows[i], library, &other);
		assert_true(carving_same(r, &other));
		carving_free(&other);
	}
}

static void carve(const struct lab *lab, struct carving *r)
{
	carve_with(lab, NULL, r);
}

/* The event at a place of the file; NULL: none was given there. */
static const struct carved *given_at(const struct carving *r, size_t at)
{
	for (size_t i = 0; i < r->count; i++) {
		if (r->list[i].status == TOCSIN_OK && r->list[i].offset == at)
			return &r->list[i];
	}
	return NULL;
}

/* Records first .. last of the log must have been given as they are, moved by `shift`; `note` may
 * be NULL. */
static void expect(const struct lab *lab, const struct carving *r, unsigned first, unsigned last,
		   int64_t shift, const char *note)
{
	for (unsigned i = first; i <= last; i++) {
		const struct carved *const live = &lab->live.list[i];
		const struct carved *const e =
			given_at(r, (size_t)((int64_t)record_at(lab, i) + shift));

		assert_non_null(e);
		assert_int_equal(e->record_id, live->record_id);
		assert_true(e->content == live->content);
		if (note)
			assert_string_equal(e->note, note);
	}
}

/* ---- Chunks ---- */

static void test_log(void **state)
{
	struct lab *const lab = *state;
	struct carving r;

	lab->file = (struct view){(const uint8_t *)lab->log.p, lab->log.n};
	carve(lab, &r);
	assert_int_equal(r.count, 3 * PER_CHUNK);
	expect(lab, &r, 0, 3 * PER_CHUNK - 1, 0, "chunk");
	assert_int_equal(r.account.headers, 3 * 512);
	assert_int_equal(r.account.residue, FIRST);
	assert_int_equal(r.account.noise, 0);
	carving_free(&r);
}

static void test_chunk_anywhere(void **state)
{
	static const size_t places[] = {0, 1, 511, 65535, 65536, 65537, 99999, 131071};
	struct lab *const lab = *state;

	for (size_t i = 0; i < sizeof(places) / sizeof(places[0]); i++) {
		struct carving r;

		start(lab, 300000);
		put(lab, places[i], chunk_at(1), EVTX_CHUNK_SIZE);
		carve(lab, &r);
		assert_int_equal(r.count, PER_CHUNK);
		expect(lab, &r, PER_CHUNK, 2 * PER_CHUNK - 1,
		       (int64_t)places[i] - (int64_t)chunk_at(1), "chunk");
		assert_int_equal(r.account.residue, 300000 - EVTX_CHUNK_SIZE);
		carving_free(&r);
	}
}

/* The first half of a chunk, then something else. */
static void test_first_half(void **state)
{
	struct lab *const lab = *state;
	const unsigned last = PER_CHUNK / 2;
	struct carving r;

	start(lab, 200000);
	put(lab, 1000, chunk_at(0), record_at(lab, last + 1) + 40 - chunk_at(0));
	carve(lab, &r);
	assert_int_equal(r.events, last + 1);
	expect(lab, &r, 0, last, 1000 - (int64_t)chunk_at(0), "chunk");
	assert_true(r.count > r.events); /* and that the rest is lost is told */
	carving_free(&r);
}

/* A chunk ends where the next one starts, and where the file ends. */
static void test_cut_by_another(void **state)
{
	struct lab *const lab = *state;
	const size_t length = record_at(lab, 20) - chunk_at(0);
	struct carving r;

	start(lab, 7 + length + 512 + 3000);
	put(lab, 7, chunk_at(0), length);
	put(lab, 7 + length, chunk_at(1), 512 + 3000);
	carve(lab, &r);
	expect(lab, &r, 0, 19, 7 - (int64_t)chunk_at(0), "chunk");
	expect(lab, &r, PER_CHUNK, PER_CHUNK + 2, (int64_t)(7 + length) - (int64_t)chunk_at(1),
	       "chunk");
	carving_free(&r);
}

/* A value holds what looks like a chunk: the records around it are its chunk's all the same. */
static void test_chunk_in_a_record(void **state)
{
	struct lab *const lab = *state;
	struct evtx_writer *w;
	struct buf log = {0};
	struct arena arena = {0};
	struct carving r, live = {0};
	unsigned found = 0;

	w = evtx_writer_new(evtx_sink_buf(&log), NULL);
	assert_non_null(w);
	for (unsigned i = 0; i < 20; i++) {
		struct event_maker m;

		event_maker_start(&m, &arena);
		fill_event(&m, i);
		if (i == 7)
			event_maker_binary(
				&m, (struct view){(const uint8_t *)lab->log.p + chunk_at(2), 8000});
		assert_non_null(event_maker_done(&m));
		assert_ok(evtx_writer_add(w, &m.event, NULL, NULL));
	}
	assert_ok(evtx_writer_finish(w, NULL));
	evtx_writer_free(w);
	arena_free(&arena);
	read_log((struct view){(const uint8_t *)log.p, log.n}, &live);
	assert_int_equal(live.events, 20);

	start(lab, 150000);
	memcpy(lab->bytes + 12345, log.p + FIRST, EVTX_CHUNK_SIZE);
	carve(lab, &r);
	for (unsigned i = 0; i < 20; i++) {
		const struct carved *const e =
			given_at(&r, (size_t)live.list[i].offset - FIRST + 12345);

		assert_non_null(e);
		assert_true(e->content == live.list[i].content);
	}
	/* What is in the value is given as well: nobody can tell that it is no chunk. */
	for (size_t i = 0; i < r.count; i++)
		found += r.list[i].status == TOCSIN_OK && r.list[i].record_id > 2 * PER_CHUNK;
	assert_true(found > 5);
	for (size_t i = 0; i < r.count; i++) {
		for (size_t k = 0; k < i; k++) /* and nothing twice */
			assert_false(r.list[i].status == TOCSIN_OK &&
				     r.list[k].status == TOCSIN_OK &&
				     r.list[i].offset == r.list[k].offset);
	}
	carving_free(&r);
	carving_free(&live);
	buf_free(&log);
}

/* ---- Loose records ---- */

/* A chunk without its header: the definitions in it tell where it started. */
static void test_lost_header(void **state)
{
	struct lab *const lab = *state;
	struct carving r;

	start(lab, 200000);
	put(lab, 333, chunk_at(1) + 512, EVTX_CHUNK_SIZE - 512);
	carve(lab, &r);
	assert_int_equal(r.count, PER_CHUNK);
	expect(lab, &r, PER_CHUNK, 2 * PER_CHUNK - 1, 333 - (int64_t)chunk_at(1) - 512,
	       "loose record");
	assert_int_equal(r.account.headers, 0);
	carving_free(&r);
}

/* The same where the chunk's start lies before the file's. */
static void test_before_the_file(void **state)
{
	struct lab *const lab = *state;
	struct carving r;

	start(lab, 70000);
	put(lab, 0, chunk_at(0) + 512, EVTX_CHUNK_SIZE - 512);
	carve(lab, &r);
	expect(lab, &r, 0, PER_CHUNK - 1, -(int64_t)chunk_at(0) - 512, "loose record");
	carving_free(&r);
}

/* Damage parts the run of records: those behind it find the definitions before it. */
static void test_parted_run(void **state)
{
	struct lab *const lab = *state;
	struct carving r;

	start(lab, 200000);
	put(lab, 333, chunk_at(0) + 512, EVTX_CHUNK_SIZE - 512);
	memset(lab->bytes + 333 + (record_at(lab, 30) - chunk_at(0) - 512), 0xee, 60);
	carve(lab, &r);
	assert_int_equal(r.events, PER_CHUNK - 1);
	expect(lab, &r, 0, 29, 333 - (int64_t)chunk_at(0) - 512, "loose record");
	expect(lab, &r, 31, PER_CHUNK - 1, 333 - (int64_t)chunk_at(0) - 512, "loose record");
	carving_free(&r);
}

static const char *feed_path(void *context, uint32_t source)
{
	(void)context;
	(void)source;
	return "whole.evtx";
}

static void feed_chunks(void *context, uint32_t source,
			bool (*chunk)(void *argument, struct view bytes, uint64_t offset),
			void *argument)
{
	const struct lab *const lab = context;

	(void)source;
	for (unsigned i = 0; i < 3; i++)
		(void)!chunk(argument,
			     view_slice((struct view){(const uint8_t *)lab->log.p, lab->log.n},
					chunk_at(i), EVTX_CHUNK_SIZE),
			     chunk_at(i));
}

/* Records far from their definitions: the values are there, and with another log the names. */
static void test_without_definitions(void **state)
{
	struct lab *const lab = *state;
	const struct template_feed feed = {lab, 1, feed_path, feed_chunks};
	struct template_library *library;
	const unsigned first = 40, last = 47;
	const size_t from = record_at(lab, first), to = record_at(lab, last + 1);
	struct carving r;

	start(lab, 100000);
	put(lab, 50001, from, to - from);
	carve(lab, &r);
	assert_int_equal(r.events, last - first + 1);
	for (size_t i = 0; i < r.count; i++) {
		assert_true(r.list[i].template_missing);
		assert_int_equal(r.list[i].record_id, first + 1 + i);
	}
	assert_non_null(strstr(buf_cstr(&r.text), "a text of some length"));
	carving_free(&r);

	library = template_library_new(&feed);
	assert_non_null(library);
	carve_with(lab, library, &r);
	expect(lab, &r, first, last, 50001 - (int64_t)from, "loose record");
	carving_free(&r);
	template_library_free(library);
}

/* Half of a chunk behind half of another one, at a place that is not its own. */
static void test_two_halves(void **state)
{
	struct lab *const lab = *state;
	const size_t half = record_at(lab, 30) - chunk_at(0);
	/* From its second record on: the definitions of the first one are lost. */
	const size_t from = record_at(lab, PER_CHUNK), to = chunk_at(2);
	struct carving r;

	start(lab, 200000);
	put(lab, 4321, chunk_at(0), half);
	put(lab, 4321 + half, from, to - from);
	carve(lab, &r);
	expect(lab, &r, 0, 29, 4321 - (int64_t)chunk_at(0), "chunk");
	expect(lab, &r, PER_CHUNK, 2 * PER_CHUNK - 1, (int64_t)(4321 + half) - (int64_t)from, NULL);
	carving_free(&r);
}

/* A record whose end is overwritten is given, and told to be so; one that stops is told. */
static void test_torn(void **state)
{
	struct lab *const lab = *state;
	const size_t size = record_at(lab, 3) - record_at(lab, 2);
	const size_t at = 333 + record_at(lab, 2) - chunk_at(0) - 512;
	struct carving r;
	unsigned told = 0;

	start(lab, 100000);
	put(lab, 333, chunk_at(0) + 512, EVTX_CHUNK_SIZE - 512);
	memset(lab->bytes + at + size - 4, 0xee, 4);
	carve(lab, &r);
	assert_int_equal(r.events, PER_CHUNK);
	assert_non_null(given_at(&r, at));
	assert_non_null(strstr(given_at(&r, at)->note, "cut off"));
	for (size_t i = 0; i < r.count; i++)
		told += r.list[i].status == TOCSIN_TRUNCATED && r.list[i].offset == at;
	assert_int_equal(told, 1);
	carving_free(&r);

	start(lab, 100000);
	put(lab, 333, record_at(lab, 2), 60);
	memset(lab->bytes + 333 + 60, 0, 60000);
	carve(lab, &r);
	assert_int_equal(r.events, 0);
	assert_int_equal(r.count, 1);
	assert_int_equal(r.list[0].offset, 333);
	assert_int_equal(r.list[0].record_id, 3);
	carving_free(&r);
}

/* A loose record whose values reach past it is given as far as it reads, and told behind it. */
static void test_values_cut(void **state)
{
	static const char text[] = "a text of some length, so that chunks fill";
	struct lab *const lab = *state;
	const size_t from = record_at(lab, 1), size = record_at(lab, 2) - from;
	uint8_t *const record = lab->bytes + 333;
	struct carving r;
	size_t at = 0;

	start(lab, 100000);
	put(lab, 333, from, size);
	/* The descriptor of the text. */
	for (at = 24; at + 4 < size; at++) {
		if (le16(record + at) / 2 - strlen(text) <= 1 && record[at + 2] == VALUE_STRING)
			break;
	}
	assert_true(at + 4 < size);
	put16(record + at, 60000);
	carve(lab, &r);
	assert_int_equal(r.events, 1);
	assert_int_equal(r.count, 2);
	assert_int_equal(r.list[0].offset, 333);
	assert_int_equal(r.list[1].offset, 333);
	assert_int_equal(r.list[1].status, TOCSIN_INVALID);
	assert_non_null(strstr(buf_cstr(&r.text), text));
	carving_free(&r);
}

/* Signatures without records are counted, and nothing of them is given. */
static void test_noise(void **state)
{
	static const uint8_t fits[] = {0x2a, 0x2a, 0, 0, 32, 0, 0, 0, 1, 0, 0, 0, 0,  0, 0, 0,
				       0,    0,    0, 0, 0,  0, 0, 0, 0, 0, 0, 0, 32, 0, 0, 0};
	struct lab *const lab = *state;
	struct carving r;

	start(lab, 100000);
	for (size_t at = 100; at < 99000; at += 1000) {
		memcpy(lab->bytes + at, "**\0\0", 4);
		memcpy(lab->bytes + at + 300, "ElfChnk", 8);
	}
	memcpy(lab->bytes + 50500, fits, sizeof(fits)); /* nothing in it */
	carve(lab, &r);
	assert_int_equal(r.count, 0);
	assert_int_equal(r.account.noise, 100);
	assert_int_equal(r.account.residue, 100000);
	carving_free(&r);
}

static void test_nothing(void **state)
{
	struct lab *const lab = *state;
	struct carving r;

	start(lab, 0);
	carve(lab, &r);
	assert_int_equal(r.count, 0);
	carving_free(&r);
	start(lab, 3);
	memcpy(lab->bytes, "**", 3);
	carve(lab, &r);
	assert_int_equal(r.count, 0);
	carving_free(&r);
}

/* ---- Signatures ---- */

static size_t plain_search(struct view v, size_t from)
{
	for (; from < v.n; from++) {
		if (v.n - from >= 4 && memcmp(v.p + from, "**\0\0", 4) == 0)
			break;
		if (v.n - from >= 8 && memcmp(v.p + from, "ElfChnk", 8) == 0)
			break;
	}
	return from;
}

/* The search by words against the plain one, at every place of blocks and ends. */
static void test_search(void **state)
{
	static const char *const pieces[] = {"**\0\0", "ElfChnk", "**\0",
					     "ElfChn", "*****",   "EElfC"};
	uint8_t bytes[200];

	(void)state;
	for (size_t piece = 0; piece < 6; piece++) {
		const size_t n = piece == 1 ? 8 : piece == 0 ? 4 : strlen(pieces[piece]);

		for (size_t at = 0; at + n <= sizeof(bytes); at++) {
			for (size_t size = at + n; size <= sizeof(bytes); size += 7) {
				const struct view v = {bytes, size};

				memset(bytes, piece % 2 ? '*' : 'E', sizeof(bytes));
				memcpy(bytes + at, pieces[piece], n);
				for (size_t from = 0; from < 3; from++)
					assert_int_equal(carve_signature(v, from),
							 plain_search(v, from));
			}
		}
	}
}

/* ---- Public logs ---- */

/* A log is bytes like others: carving gives all that reading it gives. */
static unsigned compare_log(const char *path)
{
	struct arena arena = {0};
	struct carving live = {0}, carved[2] = {{0}, {0}};
	struct tocsin_error error;
	struct view log;
	unsigned events;

	assert_ok(os_read_file(&arena, path, 64u << 20, &log, &error));
	read_log(log, &live);
	for (size_t i = 0; i < 2; i++) {
		struct evtx_decoder *const d = evtx_decoder_new();

		assert_non_null(d);
		carve_memory(d, log, i ? 100001 : 1u << 20, &carved[i]);
		assert_int_equal(carving_bytes(&carved[i]), log.n);
		evtx_decoder_free(d);
	}
	assert_true(carving_same(&carved[0], &carved[1]));
	for (size_t i = 0; i < live.count; i++) {
		const struct carved *const e = given_at(&carved[0], (size_t)live.list[i].offset);

		if (!e || e->content != live.list[i].content)
			print_error("%s: record %llu\n", path,
				    (unsigned long long)live.list[i].record_id);
		assert_non_null(e);
		assert_true(e->content == live.list[i].content);
	}
	events = (unsigned)live.events;
	carving_free(&live);
	carving_free(&carved[0]);
	carving_free(&carved[1]);
	arena_free(&arena);
	return events;
}

static void test_samples_are_carved(void **state)
{
	char folder[4096];
	const char *const path = test_samples(folder, "evtx-edge-cases");
	struct evidence *evidence;
	struct tocsin_error error;
	unsigned events = 0;

	(void)state;
	if (!path) {
		test_skipped(1, "folder of sample logs");
		return;
	}
	assert_ok(evidence_open(&path, 1, NULL, &evidence, &error));
	for (size_t i = 0; i < evidence->source_count; i++)
		events += compare_log(evidence->sources[i].path);
	printf("%u events of %zu sample logs carved\n", events, evidence->source_count);
	assert_true(events > 0);
	evidence_free(evidence);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_log),
		cmocka_unit_test(test_chunk_anywhere),
		cmocka_unit_test(test_first_half),
		cmocka_unit_test(test_cut_by_another),
		cmocka_unit_test(test_chunk_in_a_record),
		cmocka_unit_test(test_lost_header),
		cmocka_unit_test(test_before_the_file),
		cmocka_unit_test(test_parted_run),
		cmocka_unit_test(test_without_definitions),
		cmocka_unit_test(test_two_halves),
		cmocka_unit_test(test_torn),
		cmocka_unit_test(test_values_cut),
		cmocka_unit_test(test_noise),
		cmocka_unit_test(test_nothing),
		cmocka_unit_test(test_search),
		cmocka_unit_test(test_samples_are_carved),
	};

	return cmocka_run_group_tests(tests, set_up, tear_down);
}
