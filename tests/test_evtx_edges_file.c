/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Files: rows A of docs/edge-cases.md.
 *
 * a14, logs that other programs write: what is unusual in them are tokens, rows C.
 * a15, values that a service altered when it exported a log: the export does not hold the old ones.
 */
#include "edge.h"

#include "../tools/edges_file.h"
#include "query/log_file.h"

static void test_a01_dirty_log_is_read_to_its_end(void **state)
{
	struct edge e;

	(void)state;
	edge_a01(&e);
	assert_int_equal(le16(damage_at(&e.log, 42)), 1); /* chunks, by the header */
	edge_expect_ids(&e.log, "1 2 3 4 5 6 ");
	buf_free(&e.log);
}

static void test_a02_no_checksums_none_wrong(void **state)
{
	struct edge_reading r;
	struct edge e;

	(void)state;
	edge_a02(&e);
	edge_read(&r, &e.log, false);
	assert_string_equal(buf_cstr(&r.ids), "1 2 ");
	assert_string_equal(buf_cstr(&r.told), "");
	edge_reading_free(&r);
	/* The same bytes without the flag: the checksums are wrong. */
	put32(damage_at(&e.log, 120), 0);
	edge_read(&r, &e.log, false);
	assert_string_equal(buf_cstr(&r.ids), "1 2 ");
	assert_true(r.mismatches > 0);
	edge_reading_free(&r);
	buf_free(&e.log);
}

static void test_a03_unknown_flags_mean_nothing(void **state)
{
	struct edge_reading r;
	struct edge e;

	(void)state;
	edge_a03(&e);
	edge_read(&r, &e.log, false);
	assert_string_equal(buf_cstr(&r.ids), "1 2 ");
	assert_string_equal(buf_cstr(&r.told), "");
	edge_reading_free(&r);
	buf_free(&e.log);
}

/* 65,536 chunks and some: the header counts them modulo 65,536. The file is a hole but for its
 * ends. */
static void test_a04_more_chunks_than_the_header_can_count(void **state)
{
	static const uint32_t last = 65540;
	const uint64_t at = EVTX_HEADER_SIZE + (uint64_t)last * EVTX_CHUNK_SIZE;
	static uint8_t chunk[EVTX_CHUNK_SIZE];
	struct evtx_decoder *const d = evtx_decoder_new();
	char path[] = "/tmp/tocsin-edge-XXXXXX";
	const int fd = mkstemp(path);
	struct tocsin_error error;
	struct evtx_loss loss;
	struct log_file f;
	const struct event *event;
	struct edge e;
	size_t n;

	(void)state;
	edge_usual_log(&e, &(struct evtx_writer_options){.first_record = 9000000}, 1, 2);
	put16(damage_at(&e.log, 42), (uint16_t)(last + 1));
	damage_seal_file(&e.log);
	assert_true(fd >= 0);
	assert_int_equal(pwrite(fd, e.log.p, EVTX_HEADER_SIZE, 0), EVTX_HEADER_SIZE);
	if (pwrite(fd, damage_chunk(&e.log, 0), EVTX_CHUNK_SIZE, (off_t)at) != EVTX_CHUNK_SIZE) {
		/* A file system without such files. */
		test_skipped(1, "file of 4 GiB");
		goto out;
	}
	assert_ok(log_file_open(&f, path, &error));
	log_file_plan(&f);
	assert_int_equal(f.damage.status, TOCSIN_OK);
	assert_int_equal(f.chunk_count, last + 1);
	assert_int_equal(f.used, last + 1);
	assert_true(log_file_chunk_offset(&f, last) == at);
	assert_ok(os_read_at(f.file, at, chunk, sizeof(chunk), &n, &error));
	assert_int_equal(n, sizeof(chunk));
	assert_ok(log_file_begin(&f, d, (struct view){chunk, n}, last, &error));
	assert_ok(evtx_chunk_next(d, &event, &loss, &error));
	assert_true(event->record_id == 9000000 && event->offset == at + 512);
	log_file_close(&f);
out:
	close(fd);
	remove(path);
	evtx_decoder_free(d);
	buf_free(&e.log);
}

static void test_a05_wrapped_log_is_oldest_first(void **state)
{
	struct edge e;

	(void)state;
	edge_a05(&e);
	edge_expect_ids(&e.log, "501 502 503 504 505 506 507 508 509 510 511 512 ");
	/* A header that is one chunk off, as of a log in use: the ids decide. */
	put64(damage_at(&e.log, 8), 2);
	damage_seal_file(&e.log);
	edge_expect_ids(&e.log, "501 502 503 504 505 506 507 508 509 510 511 512 ");
	buf_free(&e.log);
}

static void test_a06_zeros_instead_of_a_chunk(void **state)
{
	struct edge_reading r;
	struct edge e;

	(void)state;
	edge_a06(&e);
	edge_read(&r, &e.log, false);
	assert_string_equal(buf_cstr(&r.ids), "1 2 5 6 ");
	assert_int_equal(r.losses, 1); /* the ids show that records were there */
	assert_non_null(strstr(buf_cstr(&r.told), "only zeros"));
	edge_reading_free(&r);
	buf_free(&e.log);
}

static void test_a07_cleared_chunk(void **state)
{
	struct edge_reading r;
	struct edge e;

	(void)state;
	edge_a07(&e);
	edge_expect_ids(&e.log, "1 2 5 6 ");
	edge_read(&r, &e.log, true);
	assert_string_equal(buf_cstr(&r.ids), "1 2 r3 r4 5 6 ");
	assert_int_equal(r.losses, 0);
	edge_reading_free(&r);
	buf_free(&e.log);
}

static void test_a08_chunk_without_its_magic(void **state)
{
	struct edge_reading r;
	struct edge e;

	(void)state;
	edge_a08(&e);
	edge_read(&r, &e.log, false);
	assert_non_null(strstr(buf_cstr(&r.told), "invalid 0x11000 "));
	assert_non_null(strstr(buf_cstr(&r.told), "ElfChnk"));
	/* Its records are there all the same, and say that nothing vouches for them. */
	assert_string_equal(buf_cstr(&r.ids), "1 2 r3 r4 5 6 ");
	assert_non_null(r.event[2]->note);
	edge_reading_free(&r);
	edge_read(&r, &e.log, true);
	assert_string_equal(buf_cstr(&r.ids), "1 2 r3 r4 5 6 ");
	edge_reading_free(&r);
	buf_free(&e.log);
}

static void test_a09_wrong_checksums_are_no_loss(void **state)
{
	struct edge_reading r;
	struct edge e;

	(void)state;
	edge_a09(&e);
	edge_read(&r, &e.log, false);
	assert_string_equal(buf_cstr(&r.ids), "1 2 3 4 5 6 ");
	assert_int_equal(r.losses, 0);
	assert_int_equal(r.mismatches, 2);
	assert_int_equal(r.lost_bytes, 0);
	edge_reading_free(&r);
	buf_free(&e.log);
}

static void test_a10_file_ends_inside_a_chunk(void **state)
{
	struct edge_reading r;
	struct edge e;

	(void)state;
	edge_a10(&e);
	edge_read(&r, &e.log, false);
	assert_string_equal(buf_cstr(&r.ids), "1 2 3 4 5 6 ");
	assert_true(r.losses > 0);
	assert_non_null(strstr(buf_cstr(&r.told), "truncated "));
	edge_reading_free(&r);
	buf_free(&e.log);
}

static void test_a11_foreign_bytes_behind_the_last_chunk(void **state)
{
	struct edge_reading r;
	struct edge e;

	(void)state;
	edge_a11(&e);
	edge_read(&r, &e.log, false);
	assert_string_equal(buf_cstr(&r.ids), "1 2 ");
	/* Told, and no record's loss: the header's count ends before them. */
	assert_non_null(strstr(buf_cstr(&r.told), " 0x11000 "));
	assert_int_equal(r.losses, 0);
	edge_reading_free(&r);
	buf_free(&e.log);
}

static void test_a12_newer_version(void **state)
{
	struct edge_reading r;
	struct edge e;

	(void)state;
	edge_a12(&e);
	edge_read(&r, &e.log, false);
	assert_string_equal(buf_cstr(&r.ids), "1 2 ");
	assert_string_equal(buf_cstr(&r.told), "");
	edge_reading_free(&r);
	buf_free(&e.log);
}

static void test_a13_header_is_only_advice(void **state)
{
	struct edge_reading r;
	struct edge e;

	(void)state;
	edge_a13(&e);
	edge_read(&r, &e.log, false);
	assert_string_equal(buf_cstr(&r.ids), "1 2 3 4 ");
	assert_int_equal(r.losses, 0);
	assert_int_equal(r.mismatches, 1); /* its checksum */
	edge_reading_free(&r);
	buf_free(&e.log);
}

static void test_a16_several_channels_and_computers(void **state)
{
	static const char *const channel[] = {"Application", "System", "Edge/Operational"};
	struct edge_reading r;
	struct edge e;

	(void)state;
	edge_a16(&e);
	edge_read(&r, &e.log, false);
	assert_int_equal(r.records, 6);
	for (unsigned i = 0; i < 6; i++) {
		const struct value *const f = r.event[i]->field;

		assert_true(utf16_equal_ascii(f[EVENT_CHANNEL].bytes, channel[i % 3]));
		assert_true(utf16_equal_ascii(f[EVENT_COMPUTER].bytes,
					      i % 2 ? "host1.example.org" : "host0.example.org"));
	}
	edge_reading_free(&r);
	buf_free(&e.log);
}

/* What a file is, its first bytes tell: names lie. */
static void test_a17_content_decides_not_the_extension(void **state)
{
	static const uint8_t legacy[64] = {0x30, 0, 0, 0, 'L', 'f', 'L', 'e', 1, 0, 0, 0, 1};
	struct edge_reading r;
	struct edge e;

	(void)state;
	edge_usual_log(&e, NULL, 1, 2);
	edge_read_as(&r, &e.log, "SysEvent.Evt", false);
	assert_string_equal(buf_cstr(&r.ids), "1 2 ");
	edge_reading_free(&r);
	assert_int_equal(source_recognise((struct view){(const uint8_t *)e.log.p, 4096}),
			 SOURCE_EVTX);
	assert_int_equal(source_recognise((struct view){legacy, sizeof(legacy)}), SOURCE_EVT);
	buf_free(&e.log);
}

static void test_a18_nothing_in_it(void **state)
{
	struct edge_reading r;
	struct edge e;

	(void)state;
	edge_a18(&e);
	edge_read(&r, &e.log, false);
	assert_int_equal(r.records, 0);
	assert_int_equal(r.losses, 0);
	edge_reading_free(&r);
	/* As Windows makes a log: one chunk, no record. */
	buf_free(&e.log);
	edge_usual_log(&e, NULL, 0, 0);
	assert_int_equal(e.log.n, EVTX_HEADER_SIZE + EVTX_CHUNK_SIZE);
	edge_expect_ids(&e.log, "");
	buf_free(&e.log);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_a01_dirty_log_is_read_to_its_end),
		cmocka_unit_test(test_a02_no_checksums_none_wrong),
		cmocka_unit_test(test_a03_unknown_flags_mean_nothing),
		cmocka_unit_test(test_a04_more_chunks_than_the_header_can_count),
		cmocka_unit_test(test_a05_wrapped_log_is_oldest_first),
		cmocka_unit_test(test_a06_zeros_instead_of_a_chunk),
		cmocka_unit_test(test_a07_cleared_chunk),
		cmocka_unit_test(test_a08_chunk_without_its_magic),
		cmocka_unit_test(test_a09_wrong_checksums_are_no_loss),
		cmocka_unit_test(test_a10_file_ends_inside_a_chunk),
		cmocka_unit_test(test_a11_foreign_bytes_behind_the_last_chunk),
		cmocka_unit_test(test_a12_newer_version),
		cmocka_unit_test(test_a13_header_is_only_advice),
		cmocka_unit_test(test_a16_several_channels_and_computers),
		cmocka_unit_test(test_a17_content_decides_not_the_extension),
		cmocka_unit_test(test_a18_nothing_in_it),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
