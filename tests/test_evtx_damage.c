/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A log of two chunks, damaged in every way that one byte can be: cut at each length, each byte of
 * its headers and of its first records changed, and many bytes at random. Reading it never crashes
 * and always ends (the sanitizers and the test's time limit watch), what is whole is still read,
 * and what is lost is told.
 */
#include "test.h"

#include "evtx_memory.h"

#define FIRST 4096u             /* chunk 0 */
#define SECOND (4096u + 65536u) /* chunk 1 */
#define IN_FIRST 11u
#define IN_SECOND 4u
#define ALL (IN_FIRST + IN_SECOND)

struct fixture {
	struct buf bytes;
	uint32_t record[ALL + 1], end[ALL + 1]; /* in the file, by id from 1 */
	uint8_t *copy;                          /* damaged here */
};

/* Bits of the ids from..to in log_reading.seen. */
static uint64_t ids(unsigned from, unsigned to)
{
	return (1ull << (to + 1)) - (1ull << from);
}

#define FIRST_IDS ids(1, IN_FIRST)
#define SECOND_IDS ids(IN_FIRST + 1, ALL)

static void fill_event(struct event_maker *m, unsigned id)
{
	event_maker_text(m, EVENT_PROVIDER, id % 2 ? "MSExchange Common" : "Tocsin-Test");
	event_maker_number(m, EVENT_ID, VALUE_UINT16, 4000 + id);
	event_maker_number(m, EVENT_LEVEL, VALUE_UINT8, 2);
	event_maker_text(m, EVENT_CHANNEL, "Application");
	event_maker_text(m, EVENT_COMPUTER, "ex01.example.org");
	event_maker_time(m, MEMORY_TIME + id);
	if (id % 2) {
		event_maker_number(m, EVENT_QUALIFIERS, VALUE_UINT16, 16388);
		event_maker_string(m, NULL, "first");
		event_maker_string(m, NULL, "");
		return;
	}
	event_maker_guid(m, EVENT_PROVIDER_GUID, "{0b5a7c11-2f4e-4d0e-9a3b-5c6d7e8f9011}");
	event_maker_number(m, EVENT_PROCESS_ID, VALUE_UINT32, 812);
	event_maker_sid(m, EVENT_USER_ID, "S-1-5-18");
	event_maker_string(m, "Text", "text");
	event_maker_integer(m, "Number", VALUE_UINT32, id);
	if (id % 4 == 0)
		event_maker_value(m, "Array", VALUE_STRING | VALUE_ARRAY,
				  (struct view){(const uint8_t *)"a\0\0\0b\0\0\0", 8});
	if (id % 6 == 0)
		event_maker_text(m, EVENT_MESSAGE, "rendered");
}

static int set_up(void **state)
{
	struct fixture *const f = calloc(1, sizeof(*f));
	struct evtx_writer *const w = evtx_writer_new(evtx_sink_buf(&f->bytes), NULL);
	struct arena arena = {0};
	struct tocsin_error error;

	assert_non_null(w);
	for (unsigned id = 1; id <= ALL; id++) {
		struct evtx_shape shape = {.system_in_slots = id % 5 == 0};
		struct event_maker m;

		event_maker_start(&m, &arena);
		fill_event(&m, id);
		if (id == 10 || id == 14)
			shape.user_element = utf8_to_utf16(&arena, view_of("LogFileCleared"));
		f->record[id] = (id <= IN_FIRST ? FIRST : SECOND) + evtx_writer_position(w) - 24;
		assert_ok(evtx_writer_add(w, event_maker_done(&m), &shape, &error));
		if (id == IN_FIRST)
			assert_ok(evtx_writer_end_chunk(w, &error));
	}
	assert_ok(evtx_writer_finish(w, &error));
	evtx_writer_free(w);
	arena_free(&arena);
	for (unsigned id = 1; id <= ALL; id++)
		f->end[id] = f->record[id] + le32((const uint8_t *)f->bytes.p + f->record[id] + 4);
	f->copy = malloc(f->bytes.n);
	memcpy(f->copy, f->bytes.p, f->bytes.n);
	*state = f;
	return 0;
}

static int tear_down(void **state)
{
	struct fixture *const f = *state;

	buf_free(&f->bytes);
	free(f->copy);
	free(f);
	return 0;
}

static struct log_reading read_copy(const struct fixture *f)
{
	return log_read((struct view){f->copy, f->bytes.n}, NULL, NULL);
}

static void test_whole(void **state)
{
	const struct fixture *const f = *state;
	const struct log_reading r = read_copy(f);

	assert_int_equal(r.records, ALL);
	assert_int_equal(r.damages, 0);
	assert_true(r.seen == (FIRST_IDS | SECOND_IDS));
}

/* ---- every length */

static void cut_at(const struct fixture *f, size_t n)
{
	const struct log_reading r = log_read((struct view){f->copy, n}, NULL, NULL);
	const size_t chunk = n < SECOND ? FIRST : SECOND;
	const size_t used = n < SECOND ? f->end[IN_FIRST] : f->end[ALL];
	unsigned whole = 0;

	while (whole < ALL && f->end[whole + 1] <= n)
		whole++;
	/* A record that has lost its end is read where its values tell which event it is. */
	if (r.records > whole && n > f->record[whole + 1] + 24)
		whole++;
	if (r.records != whole || (n > chunk && n < used && !r.damages)) {
		print_error("cut at %zu: %u records of %u, %u damages\n", n, r.records, whole,
			    r.damages);
		fail();
	}
}

static void test_truncated(void **state)
{
	const struct fixture *const f = *state;

	for (size_t n = 0; n <= 256; n++)
		cut_at(f, n);
	for (size_t n = 256; n < FIRST; n += 61)
		cut_at(f, n);
	for (size_t n = FIRST; n <= f->end[IN_FIRST] + 32; n++)
		cut_at(f, n);
	for (size_t n = f->end[IN_FIRST] + 32; n < SECOND; n += 997)
		cut_at(f, n);
	for (size_t n = SECOND - 4; n <= f->end[ALL] + 32; n++)
		cut_at(f, n);
}

/* ---- every byte of the headers */

/* Bits to flip; 0: the byte becomes 0. */
static const uint8_t change[] = {0x01, 0x80, 0x10, 0xff, 0};
#define CHANGES sizeof(change)

/* Reads with one byte changed, for the first `changes`. `check` says what must still hold. */
static void change_byte(const struct fixture *f, size_t at, size_t changes,
			void (*check)(const struct fixture *, size_t, const struct log_reading *))
{
	for (size_t i = 0; i < changes; i++) {
		const uint8_t before = f->copy[at];
		struct log_reading r;

		f->copy[at] = change[i] ? before ^ change[i] : 0;
		if (f->copy[at] != before) {
			r = read_copy(f);
			check(f, at, &r);
		}
		f->copy[at] = before;
	}
}

static void fail_at(const char *what, size_t at, uint8_t byte, const struct log_reading *r)
{
	print_error("%s: offset %zu is 0x%02x: %u records, %u lost, %u chunks closed, %u damages, "
		    "seen 0x%llx\n",
		    what, at, byte, r->records, r->lost, r->closed, r->damages,
		    (unsigned long long)r->seen);
	fail();
}

/* All is read whatever the file's header says, but for where the first chunk is. */
static void check_file_header(const struct fixture *f, size_t at, const struct log_reading *r)
{
	const bool moved = at == 40 || at == 41;

	if (!moved && r->records != ALL)
		fail_at("file header", at, f->copy[at], r);
	if (moved && r->records != ALL && !r->damages)
		fail_at("file header", at, f->copy[at], r);
}

static void test_file_header(void **state)
{
	for (size_t at = 0; at < 136; at++)
		change_byte(*state, at, CHANGES, check_file_header);
}

/* A chunk's header tells of its records, but they are found without it; its magic aside. */
static void check_chunk_header(const struct fixture *f, size_t at, const struct log_reading *r)
{
	const size_t in = at - FIRST;
	const bool summed = in < 120 || in >= 124;

	if ((r->seen & SECOND_IDS) != SECOND_IDS || (summed && !r->damages))
		fail_at("chunk header", at, f->copy[at], r);
	if (in >= 8 && r->records != ALL)
		fail_at("chunk header", at, f->copy[at], r);
}

static void test_chunk_header(void **state)
{
	for (size_t at = FIRST; at < FIRST + 512; at++)
		change_byte(*state, at, CHANGES, check_chunk_header);
}

/* A stale free-space offset hides no record: those behind it go on where the last one stopped. */
static void test_free_space(void **state)
{
	const struct fixture *const f = *state;
	uint8_t *const field = f->copy + FIRST + 48;
	const uint32_t before = le32(field);

	for (uint32_t offset = 0; offset <= before + 8; offset += 4) {
		struct log_reading r;

		put32(field, offset);
		r = read_copy(f);
		if (r.records != ALL || (offset != before && !r.damages))
			fail_at("free space", FIRST + 48, *field, &r);
	}
	put32(field, before);
}

/* A record's own header harms that record alone. */
static void check_record_header(const struct fixture *f, size_t at, const struct log_reading *r)
{
	uint64_t others = FIRST_IDS | SECOND_IDS;

	for (unsigned id = 1; id <= ALL; id++) {
		if (at >= f->record[id] && at < f->end[id])
			others &= ~(1ull << id);
	}
	if ((r->seen & others) != others || !r->damages)
		fail_at("record header", at, f->copy[at], r);
	if (r->records + r->lost < ALL)
		fail_at("record header", at, f->copy[at], r);
}

static void test_record_headers(void **state)
{
	const struct fixture *const f = *state;

	for (unsigned id = 1; id <= ALL; id++) {
		for (size_t at = f->record[id]; at < f->record[id] + 24; at++)
			change_byte(f, at, CHANGES, check_record_header);
		for (size_t at = f->end[id] - 4; at < f->end[id]; at++)
			change_byte(f, at, CHANGES, check_record_header);
	}
}

/* ---- BinXML: names and templates are shared, so a change reaches other records of the chunk */

static void check_content(const struct fixture *f, size_t at, const struct log_reading *r)
{
	if ((r->seen & SECOND_IDS) != SECOND_IDS || !r->damages || r->records + r->lost < ALL)
		fail_at("content", at, f->copy[at], r);
}

static void test_content(void **state)
{
	const struct fixture *const f = *state;

	/* The first four records define most templates. */
	for (size_t at = f->record[1] + 24; at < f->end[4] - 4; at++)
		change_byte(f, at, 1 + at % 2, check_content);
	for (size_t at = f->end[4] - 4; at < f->end[IN_FIRST] - 4; at += 5)
		change_byte(f, at, 4, check_content);
}

/* ---- anything at all */

static uint64_t random_next(uint64_t *s)
{
	*s ^= *s >> 12;
	*s ^= *s << 25;
	*s ^= *s >> 27;
	return *s * 0x2545f4914f6cdd1du;
}

static void mutate(uint8_t *from, size_t n, uint64_t *seed)
{
	const size_t at = (size_t)(random_next(seed) >> 16) % (n - 64);
	const size_t other = (size_t)(random_next(seed) >> 16) % (n - 64);
	const uint64_t v = random_next(seed);

	switch (v >> 60) {
	case 0:
	case 1:
		memmove(from + at, from + other, 1 + (v & 63));
		break;
	case 2:
		memset(from + at, 0, 1 + (v & 63));
		break;
	case 3:
		put16(from + at, (uint16_t)(v & 0xffff));
		break;
	case 4:
		put32(from + at, (uint32_t)(512 + v % n));
		break;
	default:
		from[at] = (uint8_t)v;
	}
}

static void test_random(void **state)
{
	const struct fixture *const f = *state;
	const size_t n = f->end[IN_FIRST] - FIRST;
	uint64_t seed = 20211103;

	for (unsigned i = 0; i < 4000; i++) {
		const unsigned changes = 1 + (unsigned)(random_next(&seed) >> 32) % 8;
		struct log_reading r;

		for (unsigned k = 0; k < changes; k++)
			mutate(f->copy + FIRST + (i % 2 ? 512 : 8), n - (i % 2 ? 512 : 8), &seed);
		r = read_copy(f);
		if ((r.seen & SECOND_IDS) != SECOND_IDS)
			fail_at("random", i, 0, &r);
		memcpy(f->copy + FIRST, f->bytes.p + FIRST, n);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(test_whole, set_up, tear_down),
		cmocka_unit_test_setup_teardown(test_truncated, set_up, tear_down),
		cmocka_unit_test_setup_teardown(test_file_header, set_up, tear_down),
		cmocka_unit_test_setup_teardown(test_chunk_header, set_up, tear_down),
		cmocka_unit_test_setup_teardown(test_free_space, set_up, tear_down),
		cmocka_unit_test_setup_teardown(test_record_headers, set_up, tear_down),
		cmocka_unit_test_setup_teardown(test_content, set_up, tear_down),
		cmocka_unit_test_setup_teardown(test_random, set_up, tear_down),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
