/* SPDX-License-Identifier: Apache-2.0 */
/* What the EVTX writer writes, the reader reads with equal values; tables and checksums are right.
 */
#include "test.h"

#include "base/crc32.h"
#include "base/os.h"
#include "evtx_memory.h"

/* One log in memory: what was added, and what comes back. */
struct bench {
	struct buf bytes;
	struct evtx_writer *writer;
	struct arena arena;
	struct event_maker maker;
	const struct event *added[4096];
	size_t added_count, read_count;
	uint64_t first_record;
};

static void bench_open(struct bench *b, const struct evtx_writer_options *options)
{
	memset(b, 0, sizeof(*b));
	b->writer = evtx_writer_new(evtx_sink_buf(&b->bytes), options);
	assert_non_null(b->writer);
	b->first_record = options && options->first_record ? options->first_record : 1;
}

static void bench_add(struct bench *b, const struct evtx_shape *shape)
{
	const struct event *const e = event_maker_done(&b->maker);
	struct tocsin_error error = {0};

	assert_non_null(e);
	assert_ok(evtx_writer_add(b->writer, e, shape, &error));
	b->added[b->added_count++] = event_copy(&b->arena, e);
}

static void same_value(struct arena *a, const struct value *want, const struct value *got)
{
	assert_string_equal(value_text8(a, want), value_text8(a, got));
}

static void same_data(struct arena *a, const struct event *want, const struct event *got)
{
	size_t k = 0;

	for (size_t i = 0; i < want->data_count; i++) {
		const struct event_data *const d = &want->data[i];
		struct value item;
		size_t state = 0;

		while (value_item(&d->value, &state, &item)) {
			assert_true(k < got->data_count);
			assert_true(view_equal(d->name, got->data[k].name));
			assert_int_equal(item.type, got->data[k].value.type);
			assert_true(view_equal(item.bytes, got->data[k].value.bytes));
			same_value(a, &item, &got->data[k].value);
			k++;
		}
		if (state == 0) {
			/* An empty array is one empty element, a null value is one null. */
			assert_true(k < got->data_count);
			assert_int_equal(got->data[k].value.bytes.n, 0);
			k++;
		}
	}
	assert_int_equal(k, got->data_count);
}

static void compare(void *context, const struct event *got)
{
	struct bench *const b = context;
	const struct event *const want = b->added[b->read_count];
	struct arena scratch = {0};

	assert_true(b->read_count < b->added_count);
	assert_int_equal(got->record_id, b->first_record + b->read_count);
	assert_int_equal(got->written, want->written);
	for (unsigned i = 0; i < EVENT_FIELD_COUNT; i++) {
		if (i == EVENT_RECORD_ID)
			assert_int_equal(event_number(got, EVENT_RECORD_ID, 0), got->record_id);
		else
			same_value(&scratch, &want->field[i], &got->field[i]);
	}
	same_data(&scratch, want, got);
	assert_true(view_equal(want->binary, got->binary));
	arena_free(&scratch);
	b->read_count++;
}

/* Finishes the log, reads it back, compares all. */
static struct log_reading bench_check(struct bench *b)
{
	struct tocsin_error error = {0};
	struct log_reading r;

	assert_ok(evtx_writer_finish(b->writer, &error));
	assert_int_equal(evtx_writer_records(b->writer), b->added_count);
	assert_int_equal(b->bytes.n, 4096 + 65536 * evtx_writer_chunks(b->writer));
	r = log_read((struct view){(const uint8_t *)b->bytes.p, b->bytes.n}, compare, b);
	assert_int_equal(r.records, b->added_count);
	assert_int_equal(r.damages, 0);
	assert_true(r.text > 0 || b->added_count == 0);
	return r;
}

static void bench_close(struct bench *b)
{
	evtx_writer_free(b->writer);
	buf_free(&b->bytes);
	arena_free(&b->arena);
}

static struct event_maker *classic(struct bench *b, unsigned id, const char *provider)
{
	struct event_maker *const m = &b->maker;

	event_maker_start(m, &b->arena);
	event_maker_text(m, EVENT_PROVIDER, provider);
	event_maker_number(m, EVENT_ID, VALUE_UINT16, id);
	event_maker_number(m, EVENT_QUALIFIERS, VALUE_UINT16, 16388);
	event_maker_number(m, EVENT_LEVEL, VALUE_UINT8, 2);
	event_maker_number(m, EVENT_TASK, VALUE_UINT16, 1);
	event_maker_number(m, EVENT_KEYWORDS, VALUE_HEX64, 0x80000000000000u);
	event_maker_text(m, EVENT_CHANNEL, "Application");
	event_maker_text(m, EVENT_COMPUTER, "ex01.example.org");
	event_maker_time(m, MEMORY_TIME + id);
	return m;
}

static struct event_maker *manifest(struct bench *b, unsigned id)
{
	struct event_maker *const m = classic(b, id, "Tocsin-Test");

	m->event.field[EVENT_QUALIFIERS].type = VALUE_NULL;
	event_maker_guid(m, EVENT_PROVIDER_GUID, "{0b5a7c11-2f4e-4d0e-9a3b-5c6d7e8f9011}");
	event_maker_number(m, EVENT_VERSION, VALUE_UINT8, 2);
	event_maker_number(m, EVENT_OPCODE, VALUE_UINT8, 1);
	event_maker_number(m, EVENT_PROCESS_ID, VALUE_UINT32, 812);
	event_maker_number(m, EVENT_THREAD_ID, VALUE_UINT32, 0xffffffffu);
	event_maker_sid(m, EVENT_USER_ID, "S-1-5-21-1-2-4294967295-1106");
	if (id % 2)
		event_maker_guid(m, EVENT_ACTIVITY_ID, "{a3591746-a27b-447a-b8be-ff54ae3a46f1}");
	return m;
}

static void test_classic(void **state)
{
	static const char *const text[] = {"",
					   "plain",
					   "<&>\"' ]]>",
					   "two\r\nlines\t",
					   "gr\xc3\xb6n \xc3\x9f \xf0\x9f\x94\x94",
					   "  "};
	struct bench b;

	(void)state;
	bench_open(&b, NULL);
	for (unsigned i = 0; i < 60; i++) {
		struct event_maker *const m = classic(&b, i, "MSExchange Common");

		for (unsigned k = 0; k < i % 29; k++)
			event_maker_string(m, NULL, text[(i + k) % 6]);
		if (i % 3 == 0)
			event_maker_binary(m,
					   (struct view){(const uint8_t *)"\0\1\2\xff", i % 4 + 1});
		bench_add(&b, NULL);
	}
	bench_check(&b);
	bench_close(&b);
}

static void test_types(void **state)
{
	static const uint64_t numbers[] = {0, 1, 0x7f, 0x80, 0x7fff8000, 0xffffffffffffffffu};
	static const uint8_t raw[16] = {0xe5, 7, 11, 0, 3, 0, 3, 0, 9, 0, 12, 0, 44, 0, 95, 0};
	struct bench b;

	(void)state;
	bench_open(&b, NULL);
	for (unsigned i = 0; i < 40; i++) {
		struct event_maker *const m = manifest(&b, i);
		const uint64_t n = numbers[i % 6];

		event_maker_string(m, "Text", i % 2 ? "some text" : "");
		event_maker_value(m, "Null", VALUE_NULL, (struct view){NULL, 0});
		event_maker_value(m, "Ansi", VALUE_ANSI, (struct view){raw, 4});
		for (unsigned type = VALUE_INT8; type <= VALUE_UINT64; type++)
			event_maker_integer(m, "Number", (uint8_t)type, n);
		event_maker_integer(m, "Bool", VALUE_BOOL, i % 3);
		event_maker_value(m, "Binary", VALUE_BINARY, (struct view){raw, i % 17});
		event_maker_value(m, "Guid", VALUE_GUID, (struct view){raw, 16});
		event_maker_integer(m, "Size", VALUE_SIZE, n);
		event_maker_integer(m, "Time", VALUE_FILETIME, MEMORY_TIME + n % 1000);
		event_maker_value(m, "System", VALUE_SYSTEMTIME, (struct view){raw, 16});
		event_maker_value(m, "Sid", VALUE_SID, sid_from_text(&b.arena, "S-1-5-32-544"));
		event_maker_integer(m, "Hex", VALUE_HEX32, n);
		event_maker_integer(m, "Hex", VALUE_HEX64, n);
		bench_add(&b, NULL);
	}
	bench_check(&b);
	bench_close(&b);
}

static void test_arrays(void **state)
{
	static const uint8_t text[] = {'a', 0, 0, 0, 0, 0, 'b', 0, 'c', 0, 0, 0};
	static const uint8_t number[] = {1, 0, 0, 0, 2, 0, 0, 0, 0xff, 0xff, 0xff, 0xff};
	struct bench b;

	(void)state;
	bench_open(&b, NULL);
	for (unsigned i = 0; i < 6; i++) {
		struct event_maker *const m = manifest(&b, i);

		event_maker_value(m, "Strings", VALUE_STRING | VALUE_ARRAY,
				  (struct view){text, i < 3 ? sizeof(text) : 2});
		event_maker_value(m, "Numbers", VALUE_UINT32 | VALUE_ARRAY,
				  (struct view){number, 4 * (i % 4)});
		event_maker_string(m, "After", "y");
		bench_add(&b, NULL);
	}
	bench_check(&b);
	bench_close(&b);
}

static void test_shapes(void **state)
{
	struct evtx_shape shape = {0};
	struct bench b;

	(void)state;
	bench_open(&b, NULL);
	for (unsigned i = 0; i < 32; i++) {
		struct event_maker *const m =
			i % 8 < 4 ? classic(&b, i, i % 3 ? "A" : "") : manifest(&b, i);

		shape.system_in_slots = i % 2;
		shape.separate_strings = i / 2 % 2;
		shape.user_element = shape.user_namespace = (struct view){NULL, 0};
		if (i % 4 == 3) {
			shape.user_element = utf8_to_utf16(&b.arena, view_of("LogFileCleared"));
			if (i % 8 == 7)
				shape.user_namespace =
					utf8_to_utf16(&b.arena, view_of("http://example.org/x"));
		}
		if (i % 5 == 0)
			event_maker_text(m, EVENT_SOURCE, "Source");
		if (i % 7 == 0)
			event_maker_text(m, EVENT_MESSAGE, "rendered & forwarded");
		if (i % 14 == 0)
			event_maker_text(m, EVENT_LEVEL_NAME, "Error");
		if (i == 30)
			m->event.field[EVENT_PROVIDER].type = m->event.field[EVENT_CHANNEL].type =
				m->event.field[EVENT_COMPUTER].type = VALUE_NULL;
		event_maker_string(m, i % 4 == 3 ? "Channel" : NULL, "one");
		event_maker_string(m, i % 4 == 3 ? "BackupPath" : NULL, "");
		bench_add(&b, &shape);
	}
	bench_check(&b);
	bench_close(&b);
}

/* ---- tables and checksums */

static uint32_t hash_of(const uint8_t *p, size_t words)
{
	uint32_t h = 0;

	for (size_t i = 0; i < words; i++)
		h = h * 65599u + le16(p + 2 * i);
	return h;
}

static unsigned check_tables(const uint8_t *chunk)
{
	unsigned templates = 0;

	for (unsigned i = 0; i < 64; i++) {
		uint32_t before = 65536;

		for (uint32_t at = le32(chunk + 128 + 4 * i); at; at = le32(chunk + at)) {
			const size_t n = le16(chunk + at + 6);

			assert_true(at < before && at >= 512);
			assert_int_equal(hash_of(chunk + at + 8, n) & 0xffff, le16(chunk + at + 4));
			assert_int_equal(hash_of(chunk + at + 8, n) % 64, i);
			assert_int_equal(le16(chunk + at + 8 + 2 * n), 0);
			before = at;
		}
	}
	for (unsigned i = 0; i < 32; i++) {
		for (uint32_t at = le32(chunk + 384 + 4 * i); at; at = le32(chunk + at)) {
			assert_int_equal(hash_of(chunk + at + 4, 8) % 32, i);
			/* Instance token, its id and offset stand before a definition. */
			assert_int_equal(chunk[at - 10], 0x0c);
			assert_memory_equal(chunk + at - 8, chunk + at + 4, 4);
			assert_int_equal(le32(chunk + at - 4), at);
			assert_int_equal(chunk[at + 24 + le32(chunk + at + 20) - 1], 0);
			templates++;
		}
	}
	return templates;
}

static void check_chunk(const uint8_t *c)
{
	const uint32_t end = le32(c + 48);
	uint32_t at = 512, last = 0, crc;

	assert_memory_equal(c, "ElfChnk", 8);
	assert_int_equal(le32(c + 52), crc32_update(0, (struct view){c + 512, end - 512}));
	crc = crc32_update(0, (struct view){c, 120});
	assert_int_equal(le32(c + 124), crc32_update(crc, (struct view){c + 128, 384}));
	for (; at < end; at += le32(c + at + 4)) {
		const uint32_t size = le32(c + at + 4);

		assert_int_equal(le32(c + at), 0x2a2a);
		assert_int_equal(size % 8, 0);
		assert_int_equal(le32(c + at + size - 4), size);
		last = at;
	}
	assert_int_equal(at, end);
	assert_int_equal(last, le32(c + 44));
	for (; at < 65536; at++)
		assert_int_equal(c[at], 0);
}

static void test_chunks(void **state)
{
	const struct evtx_writer_options options = {.first_record = 4294967000u};
	struct evtx_header header;
	struct tocsin_error error = {0};
	struct log_reading r;
	const uint8_t *file;
	struct bench b;
	char text[600];

	(void)state;
	bench_open(&b, &options);
	for (unsigned i = 0; i < 2000; i++) {
		struct event_maker *m;

		snprintf(text, sizeof(text), "%*u", (int)(i * 7919 % 590) + 1, i);
		if (i % 4) {
			char provider[16];

			snprintf(provider, sizeof(provider), "Provider %u", i * 31 % 17);
			m = classic(&b, i, provider);
			event_maker_string(m, NULL, text);
		} else {
			m = manifest(&b, i);
			event_maker_string(m, i % 8 ? "Text" : "Other", text);
		}
		bench_add(&b, NULL);
	}
	r = bench_check(&b);
	assert_true(r.chunks > 10);
	file = (const uint8_t *)b.bytes.p;
	for (unsigned i = 0; i < r.chunks; i++) {
		check_chunk(file + 4096 + 65536 * i);
		assert_true(check_tables(file + 4096 + 65536 * i) >= 18);
	}
	assert_ok(evtx_header_parse((struct view){file, 4096}, &header, &error));
	assert_true(header.checksum_ok && !header.dirty);
	assert_int_equal(header.chunk_count, r.chunks);
	assert_int_equal(header.last_chunk, r.chunks - 1);
	assert_int_equal(header.next_record, options.first_record + 2000);
	bench_close(&b);
}

/* ---- ends */

static void test_empty(void **state)
{
	struct bench b;

	(void)state;
	bench_open(&b, NULL);
	assert_int_equal(bench_check(&b).chunks, 1);
	bench_close(&b);
}

static void test_dirty(void **state)
{
	const struct evtx_writer_options options = {.dirty = true};
	struct tocsin_error error = {0};
	struct evtx_header header;
	struct bench b;

	(void)state;
	bench_open(&b, &options);
	for (unsigned i = 0; i < 3; i++) {
		event_maker_string(classic(&b, i, "X"), NULL, "text");
		bench_add(&b, NULL);
		assert_ok(evtx_writer_end_chunk(b.writer, &error));
		assert_ok(evtx_writer_end_chunk(b.writer, &error)); /* an empty one does not end */
	}
	assert_int_equal(bench_check(&b).chunks, 3);
	assert_ok(evtx_header_parse((struct view){(const uint8_t *)b.bytes.p, 4096}, &header,
				    &error));
	assert_true(header.dirty && header.checksum_ok);
	assert_int_equal(header.chunk_count, 1);
	bench_close(&b);
}

/* Texts of all lengths around what one chunk holds: written exactly or refused, never cut. */
/* Only a record that needs all of a chunk takes its last bytes. */
static void test_last_bytes(void **state)
{
	static const uint8_t zeros[65024];
	struct buf log = {0};
	struct evtx_writer *const w = evtx_writer_new(evtx_sink_buf(&log), NULL);

	(void)state;
	/* A record has 28 bytes besides its content. */
	assert_ok(evtx_writer_add_raw(w, 1, 1, (struct view){zeros, 1000 - 28}, NULL));
	assert_ok(evtx_writer_add_raw(w, 2, 1, (struct view){zeros, 64024 - 28}, NULL));
	assert_ok(evtx_writer_add_raw(w, 3, 1, (struct view){zeros, 65024 - 28}, NULL));
	assert_ok(evtx_writer_add_raw(w, 4, 1, (struct view){zeros, 1000 - 28}, NULL));
	assert_ok(evtx_writer_add_raw(w, 5, 1, (struct view){zeros, 64016 - 28}, NULL));
	assert_ok(evtx_writer_finish(w, NULL));
	assert_int_equal(log.n, 4096 + 4 * 65536);
	assert_int_equal(le32((const uint8_t *)log.p + 4096 + 48), 1512);
	assert_int_equal(le32((const uint8_t *)log.p + 4096 + 2 * 65536 + 48), 65536);
	assert_int_equal(le32((const uint8_t *)log.p + 4096 + 3 * 65536 + 48), 65528);
	evtx_writer_free(w);
	buf_free(&log);
}

static void test_limit(void **state)
{
	char *const text = malloc(40000);
	unsigned written = 0, refused = 0, full = 0;

	(void)state;
	assert_non_null(text);
	memset(text, 'x', 40000);
	for (size_t n = 31860; n < 31960; n++) {
		struct tocsin_error error = {0};
		enum tocsin_status status;
		struct bench b;

		bench_open(&b, NULL);
		event_maker_string(classic(&b, 1, "small"), NULL, "before");
		bench_add(&b, NULL);
		text[n] = 0;
		event_maker_string(classic(&b, 2, "large"), NULL, text);
		text[n] = 'x';
		status = evtx_writer_add(b.writer, event_maker_done(&b.maker), NULL, &error);
		if (status == TOCSIN_OK) {
			b.added[b.added_count++] = event_copy(&b.arena, &b.maker.event);
			written++;
		} else {
			assert_status(status, TOCSIN_LIMIT);
			refused++;
			b.first_record = 1;
		}
		event_maker_string(classic(&b, 3, "small"), NULL, "after");
		bench_add(&b, NULL);
		bench_check(&b);
		if (status == TOCSIN_OK)
			full += le32((const uint8_t *)b.bytes.p + 4096 + 65536 + 48) == 65536;
		bench_close(&b);
	}
	assert_true(written > 0 && refused > 0 && full > 0);
	free(text);
}

static void test_refused(void **state)
{
	struct tocsin_error error = {0};
	struct bench b;

	(void)state;
	bench_open(&b, NULL);
	event_maker_value(manifest(&b, 1), "Nested", VALUE_BINXML,
			  (struct view){(const uint8_t *)"\x0f\1\1\0", 4});
	assert_status(evtx_writer_add(b.writer, event_maker_done(&b.maker), NULL, &error),
		      TOCSIN_UNSUPPORTED);
	event_maker_string(classic(&b, 2, "good"), NULL, "text");
	bench_add(&b, NULL);
	bench_check(&b);
	assert_status(evtx_writer_add(b.writer, event_maker_done(&b.maker), NULL, &error),
		      TOCSIN_USAGE);
	bench_close(&b);
}

struct failing {
	unsigned calls, fail_at;
};

static bool failing_write(void *context, uint64_t offset, struct view bytes)
{
	struct failing *const f = context;

	(void)offset;
	(void)bytes;
	return f->calls++ != f->fail_at;
}

/* Each write of the sink fails once: an error, no crash, and the run without failure is the last.
 */
static void test_sink_fails(void **state)
{
	unsigned failures = 0;

	(void)state;
	for (unsigned n = 0;; n++) {
		struct failing f = {0, n};
		struct evtx_writer *const w =
			evtx_writer_new((struct evtx_sink){failing_write, &f}, NULL);
		struct tocsin_error error = {0};
		enum tocsin_status status = TOCSIN_OK;
		struct bench b = {0};

		assert_non_null(w);
		for (unsigned i = 0; i < 300 && status == TOCSIN_OK; i++) {
			event_maker_string(classic(&b, i, "X"), NULL, "a text that takes room");
			status = evtx_writer_add(w, event_maker_done(&b.maker), NULL, &error);
		}
		if (status == TOCSIN_OK)
			status = evtx_writer_finish(w, &error);
		evtx_writer_free(w);
		arena_free(&b.arena);
		if (status == TOCSIN_OK)
			break;
		assert_status(status, TOCSIN_IO);
		failures++;
	}
	assert_true(failures >= 4);
}

/* No more memory is taken once the buffers have grown, and the same events give the same bytes. */
static void test_steady(void **state)
{
	struct bench b[2];

	(void)state;
	for (unsigned k = 0; k < 2; k++) {
		bench_open(&b[k], NULL);
		for (unsigned i = 0; i < 500; i++) {
			event_maker_string(classic(&b[k], i % 7, "Provider"), NULL, "text");
			bench_add(&b[k], NULL);
		}
		bench_check(&b[k]);
	}
	assert_int_equal(b[0].bytes.n, b[1].bytes.n);
	assert_memory_equal(b[0].bytes.p, b[1].bytes.p, b[0].bytes.n);
	bench_close(&b[0]);
	bench_close(&b[1]);
}

/* ---- what was read, written again */

struct rewrite {
	struct evtx_writer *writer;
	struct arena arena;
	struct event **event; /* copies */
	size_t count, size, refused, read;
};

static void rewrite_event(void *context, const struct event *e)
{
	struct rewrite *const r = context;
	struct tocsin_error error = {0};
	enum tocsin_status status = evtx_writer_add(r->writer, e, NULL, &error);

	if (status != TOCSIN_OK) {
		/* No chunk holds it any more (a UserData tree as EventData), or odd types. */
		assert_true(status == TOCSIN_LIMIT || status == TOCSIN_UNSUPPORTED);
		r->refused++;
		return;
	}
	if (r->count == r->size) {
		r->size = r->size ? 2 * r->size : 1024;
		r->event = realloc(r->event, r->size * sizeof(*r->event));
		assert_non_null(r->event);
	}
	r->event[r->count++] = event_copy(&r->arena, e);
}

static void rewrite_compare(void *context, const struct event *got)
{
	struct rewrite *const r = context;
	const struct event *const want = r->event[r->read++];
	struct arena scratch = {0};

	assert_int_equal(got->record_id, want->record_id);
	for (unsigned i = 0; i < EVENT_FIELD_COUNT; i++) {
		if (i != EVENT_RECORD_ID && i != EVENT_TIME)
			same_value(&scratch, &want->field[i], &got->field[i]);
	}
	same_data(&scratch, want, got);
	assert_true(view_equal(want->binary, got->binary));
	arena_free(&scratch);
}

/* Every event of the sample logs survives being written again. */
static void test_rewrite(void **state)
{
	char folder[4096], path[8192];
	const char *const samples = test_samples(folder, "evtx-edge-cases");
	struct arena arena = {0};
	struct os_entry *entry;
	size_t entries = 0, events = 0;

	(void)state;
	if (!samples) {
		test_skipped(1, "folder of sample logs to write again");
		return;
	}
	assert_ok(os_list(&arena, samples, &entry, &entries, NULL));
	for (size_t i = 0; i < entries; i++) {
		struct tocsin_error error = {0};
		struct rewrite r = {0};
		struct buf out = {0};
		struct log_reading again;
		struct view file;

		snprintf(path, sizeof(path), "%s/%s", samples, entry[i].name);
		if (entry[i].kind != OS_FILE)
			continue;
		assert_ok(os_read_file(&arena, path, 64u << 20, &file, &error));
		r.writer = evtx_writer_new(evtx_sink_buf(&out), NULL);
		log_read(file, rewrite_event, &r);
		assert_ok(evtx_writer_finish(r.writer, &error));
		again = log_read((struct view){(const uint8_t *)out.p, out.n}, rewrite_compare, &r);
		assert_int_equal(again.damages, 0);
		assert_int_equal(again.records, r.count);
		assert_true(r.refused <= r.count / 50);
		events += r.count;
		evtx_writer_free(r.writer);
		arena_free(&r.arena);
		free(r.event);
		buf_free(&out);
		arena_reset(&arena);
		assert_ok(os_list(&arena, samples, &entry, &entries, NULL));
	}
	print_message("%zu events of %zu sample logs written again\n", events, entries);
	assert_true(events > 1000);
	arena_free(&arena);
}

static void test_texts(void **state)
{
	static const char *const bad_sid[] = {"",        "S-1-",   "S-2-5-18",        "S-1-5-",
					      "S-1-5-x", "S-1-5 ", "S-1-5-4294967296"};
	static const char *const bad_guid[] = {"", "{", "{0b5a7c11-2f4e-4d0e-9a3b-5c6d7e8f901}",
					       "{0b5a7c11-2f4e-4d0e-9a3b-5c6d7e8f9011}x",
					       "0b5a7c112f4e4d0e9a3b5c6d7e8f9011"};
	struct arena a = {0};
	struct view v;

	(void)state;
	v = sid_from_text(&a, "S-1-5-18");
	assert_int_equal(v.n, 12);
	assert_memory_equal(v.p, "\1\1\0\0\0\0\0\5\x12\0\0\0", 12);
	v = guid_from_text(&a, "{00112233-4455-6677-8899-AABBccddeeff}");
	assert_int_equal(v.n, 16);
	assert_memory_equal(v.p, "\x33\x22\x11\0\x55\x44\x77\x66\x88\x99\xaa\xbb\xcc\xdd\xee\xff",
			    16);
	for (size_t i = 0; i < sizeof(bad_sid) / sizeof(*bad_sid); i++)
		assert_null(sid_from_text(&a, bad_sid[i]).p);
	for (size_t i = 0; i < sizeof(bad_guid) / sizeof(*bad_guid); i++)
		assert_null(guid_from_text(&a, bad_guid[i]).p);
	arena_free(&a);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_classic),    cmocka_unit_test(test_types),
		cmocka_unit_test(test_arrays),     cmocka_unit_test(test_shapes),
		cmocka_unit_test(test_chunks),     cmocka_unit_test(test_empty),
		cmocka_unit_test(test_dirty),      cmocka_unit_test(test_last_bytes),
		cmocka_unit_test(test_limit),      cmocka_unit_test(test_refused),
		cmocka_unit_test(test_sink_fails), cmocka_unit_test(test_steady),
		cmocka_unit_test(test_texts),      cmocka_unit_test(test_rewrite),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
