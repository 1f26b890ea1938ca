/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The scan: every record once, in one order for any number of threads; every loss told at its
 * place; early stop without leaks. The logs are made by our own writer, then damaged by hand.
 */
#include "test.h"

#include <unistd.h>

#include "scan_lab.h"

static void test_order(void **state)
{
	const char *paths[9];
	struct buf log = {0}, expected = {0};
	uint64_t id = 1;
	size_t i;

	(void)state;
	for (i = 0; i < 9; i++) {
		const unsigned chunks = i == 3 ? 50 : i == 5 ? 33 : i == 7 ? 16 : 1;

		make_log(&log, chunks, id);
		paths[i] = save(&log);
		add_ids(&expected, id, id + chunks * PER_CHUNK - 1);
		id += chunks * PER_CHUNK;
	}
	expect(paths, 9, false, buf_cstr(&expected));
	buf_clear(&expected);
	for (i = 0, id = 1; i < 9; i++) {
		const unsigned chunks = i == 3 ? 50 : i == 5 ? 33 : i == 7 ? 16 : 1;

		add_ids(&expected, id + chunks * PER_CHUNK - 1, id);
		id += chunks * PER_CHUNK;
	}
	expect(paths, 9, true, buf_cstr(&expected));
	for (i = 0; i < 9; i++) {
		remove(paths[i]);
		free((void *)(uintptr_t)paths[i]);
	}
	buf_free(&log);
	buf_free(&expected);
}

static void test_wrapped(void **state)
{
	static const unsigned sizes[] = {2, 5, 16, 17, 40};
	struct buf log = {0}, expected = {0};
	size_t i;

	(void)state;
	for (i = 0; i < 5; i++) {
		const unsigned n = sizes[i];
		unsigned by;

		for (by = 1; by < n; by += n / 2) {
			make_log(&log, n, 100);
			rotate(&log, by);
			buf_clear(&expected);
			add_ids(&expected, 100, 99 + n * PER_CHUNK);
			expect_log(&log, false, buf_cstr(&expected));
			buf_clear(&expected);
			add_ids(&expected, 99 + n * PER_CHUNK, 100);
			expect_log(&log, true, buf_cstr(&expected));
		}
	}
	/* Room behind the last chunk stays behind it. */
	make_log(&log, 3, 1);
	rotate(&log, 2);
	buf_fill(&log, 0, 2 * EVTX_CHUNK_SIZE);
	expect_log(&log, false, "1 2 3 4 5 6 7 8 9 ");
	expect_log(&log, true, "9 8 7 6 5 4 3 2 1 ");
	buf_free(&log);
	buf_free(&expected);
}

/* A header that still tells of the records before: the first record's own id decides. */
static void test_wrapped_stale_header(void **state)
{
	struct buf log = {0};

	(void)state;
	make_log(&log, 4, 10); /* 10-12 13-15 16-18 19-21 */
	rotate(&log, 2);       /* 16-18 19-21 10-12 13-15 */
	put64(chunk_of(&log, 1) + 24, 7);
	put64(chunk_of(&log, 1) + 32, 9);
	expect_log(&log, false, "10 11 12 13 14 15 16 17 18 !mismatch:11000 19 20 21 ");
	buf_free(&log);
}

/* Two logs in one, the one with the higher ids first: its records are numbered through, so it has
 * not wrapped. */
static void test_put_behind_each_other(void **state)
{
	struct buf log = {0}, other = {0};

	(void)state;
	make_log(&log, 2, 100);
	make_log(&other, 1, 7);
	memcpy(chunk_of(&log, 1), chunk_of(&other, 0), EVTX_CHUNK_SIZE);
	put64(chunk_of(&log, 1) + 8, 103);
	expect_log(&log, false, "100 101 102 !mismatch:11000 7 8 9 ");
	buf_free(&log);
	buf_free(&other);
}

/* Ids that step down more than once show no order: as it lies. */
static void test_garbage_ids(void **state)
{
	struct buf log = {0}, other = {0};

	(void)state;
	make_log(&log, 4, 100);
	make_log(&other, 4, 7);
	memcpy(chunk_of(&log, 1), chunk_of(&other, 0), EVTX_CHUNK_SIZE);
	memcpy(chunk_of(&log, 3), chunk_of(&other, 1), EVTX_CHUNK_SIZE);
	expect_log(&log, false, "100 101 102 7 8 9 106 107 108 10 11 12 ");
	expect_log(&log, true, "12 11 10 108 107 106 9 8 7 102 101 100 ");
	buf_free(&log);
	buf_free(&other);
}

static void test_chunk_damage(void **state)
{
	struct buf log = {0};

	(void)state;
	make_log(&log, 3, 1);
	chunk_of(&log, 1)[3] ^= 1;
	expect_log(&log, false, "1 2 3 !invalid:11000 4r 5r 6r 7 8 9 ");
	expect_log(&log, true, "9 8 7 6r 5r 4r !invalid:11000 3 2 1 ");

	/* Zeros between chunks: a loss, told once, wherever they start. */
	make_log(&log, 5, 1);
	memset(chunk_of(&log, 1), 0, 2 * EVTX_CHUNK_SIZE);
	expect_log(&log, false, "1 2 3 !invalid:11000 10 11 12 13 14 15 ");
	make_log(&log, 3, 1);
	memset(chunk_of(&log, 0), 0, EVTX_CHUNK_SIZE);
	expect_log(&log, false, "!invalid:1000 4 5 6 7 8 9 ");

	/* Room that was never used: no loss. */
	make_log(&log, 2, 1);
	buf_fill(&log, 0, 20 * EVTX_CHUNK_SIZE + 100);
	expect_log(&log, false, "1 2 3 4 5 6 ");

	/* A chunk whose header was zeroed is no room. */
	make_log(&log, 3, 1);
	memset(chunk_of(&log, 2), 0, 600);
	expect_log(&log, false, "1 2 3 4 5 6 !invalid:21000 !invalid:21200 8rt 9rt ");
	buf_free(&log);
}

/* What the damage of chunk `number`, which is zeros, says in detail. */
static void expect_hole(const struct buf *log, uint32_t number, const char *expected)
{
	static const uint8_t zeros[EVTX_CHUNK_SIZE];
	const char *const path = save(log);
	struct evtx_decoder *const d = evtx_decoder_new();
	struct tocsin_error damage;
	struct log_file f;

	assert_non_null(d);
	assert_ok(log_file_open(&f, path, &damage));
	log_file_plan(&f);
	assert_status(log_file_begin(&f, d, (struct view){zeros, sizeof(zeros)}, number, &damage),
		      TOCSIN_END);
	assert_string_equal(damage.detail, expected);
	log_file_close(&f);
	evtx_decoder_free(d);
	remove(path);
	free((void *)(uintptr_t)path);
}

/* The line tells of the zeros alone, with their bytes and where those are counted. */
static void test_zeros_in_detail(void **state)
{
	struct buf log = {0};

	(void)state;
	make_log(&log, 5, 1);
	memset(chunk_of(&log, 1), 0, 2 * EVTX_CHUNK_SIZE);
	expect_hole(&log, 1, "chunks 1 to 2, 131072 bytes that count as unused, records 4 to 9");
	make_log(&log, 5, 1);
	memset(chunk_of(&log, 1), 0, EVTX_CHUNK_SIZE + 600);
	expect_hole(&log, 1, "chunks 1 to 1, 65536 bytes that count as unused");
	buf_free(&log);
}

/* Room behind the last chunk that holds what was on the disk before, as a raw copy has it. */
static void test_old_bytes_behind(void **state)
{
	struct buf log = {0};

	(void)state;
	make_log(&log, 2, 1);
	buf_fill(&log, 'x', 18 * EVTX_CHUNK_SIZE + 100);
	expect_log(&log, false, "1 2 3 4 5 6 !mismatch:21000 ");

	/* With a record in it, it was a chunk. */
	memcpy(chunk_of(&log, 5) + 1024, "**\0\0\x40\0\0\0", 8);
	expect_log(&log, false, "1 2 3 4 5 6 !mismatch:21000 !invalid:51000 ");

	/* Counted by the header: lost, whatever it looks like. */
	make_log(&log, 4, 1);
	memset(chunk_of(&log, 3), 'x', EVTX_CHUNK_SIZE);
	expect_log(&log, false, "1 2 3 4 5 6 7 8 9 !invalid:31000 ");
	buf_free(&log);
}

/* No id is missing between the chunks before and after the zeros: nothing was there. */
static void test_zeros_without_loss(void **state)
{
	struct buf log = {0}, two = {0};

	(void)state;
	make_log(&two, 2, 1);
	buf_add(&log, two.p, EVTX_HEADER_SIZE + EVTX_CHUNK_SIZE);
	buf_fill(&log, 0, EVTX_CHUNK_SIZE);
	buf_add(&log, chunk_of(&two, 1), EVTX_CHUNK_SIZE);
	expect_log(&log, false, "1 2 3 4 5 6 ");
	buf_free(&log);
	buf_free(&two);
}

static void test_file_header(void **state)
{
	struct buf log = {0};

	(void)state;
	/* Wrong checksum: told, no loss. */
	make_log(&log, 1, 1);
	log.p[124] ^= 1;
	expect_log(&log, false, "!mismatch:0 1 2 3 ");

	/* No checksums are kept: none can be wrong. */
	make_log(&log, 1, 1);
	log.p[120] |= 4;
	chunk_of(&log, 0)[52] ^= 1;
	expect_log(&log, false, "1 2 3 ");

	/* Wiped: told, and read all the same. */
	make_log(&log, 2, 1);
	memset(log.p, 0, EVTX_HEADER_SIZE);
	expect_log(&log, false, "!invalid:0 1 2 3 4 5 6 ");

	/* Cut off: the file starts with its first chunk. */
	make_log(&log, 20, 1);
	memmove(log.p, log.p + EVTX_HEADER_SIZE, log.n - EVTX_HEADER_SIZE);
	log.n = 2 * EVTX_CHUNK_SIZE;
	expect_log(&log, false, "!invalid:0 1 2 3 4 5 6 ");

	/* Another block size leads nowhere: not followed. */
	make_log(&log, 2, 1);
	put16((uint8_t *)log.p + 40, 8192);
	expect_log(&log, false, "!mismatch:0 1 2 3 4 5 6 ");

	/* No chunk at all. */
	make_log(&log, 1, 1);
	log.n = EVTX_HEADER_SIZE;
	expect_log(&log, false, "");
	log.n = 100;
	expect_log(&log, false, "!truncated:64 ");
	buf_free(&log);
}

static void test_block_size(void **state)
{
	struct buf log = {0}, wide = {0};

	(void)state;
	make_log(&log, 33, 1);
	buf_add(&wide, log.p, EVTX_HEADER_SIZE);
	buf_fill(&wide, 0, EVTX_HEADER_SIZE);
	buf_add(&wide, log.p + EVTX_HEADER_SIZE, log.n - EVTX_HEADER_SIZE);
	put16((uint8_t *)wide.p + 40, 8192);
	buf_clear(&log);
	buf_str(&log, "!mismatch:0 ");
	add_ids(&log, 1, 99);
	expect_log(&wide, false, buf_cstr(&log));
	buf_free(&log);
	buf_free(&wide);
}

static void test_end_of_file(void **state)
{
	struct buf log = {0};

	(void)state;
	/* Ends inside a record of the second chunk: the records before it are read. */
	make_log(&log, 2, 1);
	log.n = EVTX_HEADER_SIZE + EVTX_CHUNK_SIZE + 512 + le32(chunk_of(&log, 1) + 516) + 40;
	{
		const char *const path = save(&log);
		const char *paths[1] = {path};
		struct evidence *e = NULL;
		struct tocsin_error error;
		struct result r;

		assert_ok(evidence_open(paths, 1, NULL, &e, &error));
		run_evidence(e, 1, false, 0, &r);
		assert_memory_equal(buf_cstr(&r.text), "1 2 3 ", 6);
		assert_non_null(strstr(r.text.p, " 4 "));
		assert_null(strstr(r.text.p, " 5 "));
		assert_non_null(strstr(r.text.p, "!truncated:"));
		buf_free(&r.text);
		evidence_free(e);
		remove(path);
		free((void *)(uintptr_t)path);
	}
	/* Less than a chunk's header: a loss where it is one, or the file's header counts it. */
	make_log(&log, 2, 1);
	log.n = EVTX_HEADER_SIZE + EVTX_CHUNK_SIZE + 100;
	expect_log(&log, false, "1 2 3 !truncated:11000 ");
	memset(chunk_of(&log, 1), 'x', 100);
	expect_log(&log, false, "1 2 3 !truncated:11000 ");
	make_log(&log, 1, 1);
	buf_fill(&log, 'x', 100);
	expect_log(&log, false, "1 2 3 !mismatch:11000 ");
	make_log(&log, 1, 1);
	buf_fill(&log, 0, 100);
	expect_log(&log, false, "1 2 3 ");
	buf_free(&log);
}

/* Sizes at the edges of a unit, and a file that is shorter than it was when it was listed. */
static void test_shrunk(void **state)
{
	static const unsigned was[] = {2, 16, 17, 18, 33, 40};
	struct buf log = {0}, expected = {0};
	size_t i;

	(void)state;
	for (i = 0; i < sizeof(was) / sizeof(was[0]); i++) {
		const char *path;
		struct evidence *e = NULL;
		struct tocsin_error error;
		unsigned threads;

		make_log(&log, was[i], 1);
		path = save(&log);
		assert_ok(evidence_open(&path, 1, NULL, &e, &error));
		assert_int_equal(truncate(path, EVTX_HEADER_SIZE + EVTX_CHUNK_SIZE), 0);
		for (threads = 1; threads < 4; threads++) {
			struct result r;
			const char *p;
			unsigned losses = 0;

			run_evidence(e, threads, false, 0, &r);
			/* One loss a unit; the records that are left come, in order. */
			for (p = buf_cstr(&r.text); (p = strstr(p, "!truncated:")); p++)
				losses++;
			assert_int_equal(losses, (was[i] + 15) / 16);
			assert_non_null(strstr(r.text.p, "!truncated:11000 1 2 3 "));
			buf_free(&r.text);
		}
		evidence_free(e);
		remove(path);
		free((void *)(uintptr_t)path);
	}
	buf_free(&log);
	buf_free(&expected);
}

static void test_gone(void **state)
{
	const char *path;
	struct evidence *e = NULL;
	struct tocsin_error error;
	struct buf log = {0};
	struct result r;

	(void)state;
	make_log(&log, 40, 1);
	path = save(&log);
	assert_ok(evidence_open(&path, 1, NULL, &e, &error));
	remove(path);
	run_evidence(e, 3, false, 0, &r);
	assert_string_equal(buf_cstr(&r.text), "!not found:0 ");
	buf_free(&r.text);
	evidence_free(e);
	free((void *)(uintptr_t)path);
	buf_free(&log);
}

static void test_early_stop(void **state)
{
	const char *paths[4];
	struct evidence *e = NULL;
	struct tocsin_error error;
	struct buf log = {0};
	unsigned threads, after;
	size_t i;

	(void)state;
	for (i = 0; i < 4; i++) {
		make_log(&log, 40, 1 + 1000 * i);
		paths[i] = save(&log);
	}
	assert_ok(evidence_open(paths, 4, NULL, &e, &error));
	for (threads = 1; threads < 6; threads += 2) {
		for (after = 1; after < 12; after += 5) {
			struct result r;

			run_evidence(e, threads, false, after, &r);
			assert_int_equal(r.ended, after);
			assert_memory_equal(buf_cstr(&r.text), "1 2 3 4 ", 8);
			buf_free(&r.text);
		}
	}
	evidence_free(e);
	for (i = 0; i < 4; i++) {
		remove(paths[i]);
		free((void *)(uintptr_t)paths[i]);
	}
	buf_free(&log);
}

static void test_nothing(void **state)
{
	struct evidence *e = NULL;
	struct tocsin_error error;
	struct result r;

	(void)state;
	assert_ok(evidence_open(NULL, 0, NULL, &e, &error));
	run_evidence(e, 4, false, 0, &r);
	assert_int_equal(r.begun, 0);
	evidence_free(e);
}

/* Each length of a small log, and each byte of its headers changed: no crash, no hang. */
static void test_hostile(void **state)
{
	struct buf log = {0};
	const char *path;
	struct evidence *e = NULL;
	struct tocsin_error error;
	size_t i;
	FILE *f;

	(void)state;
	make_log(&log, 2, 1);
	path = save(&log);
	assert_ok(evidence_open(&path, 1, NULL, &e, &error));
	f = fopen(path, "r+b");
	assert_non_null(f);
	for (i = 0; i < 128 + 512; i++) {
		uint8_t *const at = i < 128 ? (uint8_t *)log.p + i : chunk_of(&log, 1) + i - 128;
		struct result r;

		assert_int_equal(fseek(f, (long)(at - (uint8_t *)log.p), SEEK_SET), 0);
		assert_int_equal(fputc(*at ^ 0xff, f), *at ^ 0xff);
		assert_int_equal(fflush(f), 0);
		run_evidence(e, 1, i % 2, 0, &r);
		assert_non_null(strstr(buf_cstr(&r.text), i % 2 ? "3 2 1 " : "1 2 3 "));
		buf_free(&r.text);
		assert_int_equal(fseek(f, (long)(at - (uint8_t *)log.p), SEEK_SET), 0);
		assert_int_equal(fputc(*at, f), *at);
		assert_int_equal(fflush(f), 0);
	}
	for (i = EVTX_HEADER_SIZE + EVTX_CHUNK_SIZE + 4096; i > 0; i -= i > 70000 ? 7 : 61) {
		struct result r;

		assert_int_equal(truncate(path, (off_t)i), 0);
		e->sources[0].size = i;
		run_evidence(e, 1, false, 0, &r);
		buf_free(&r.text);
		if (i < 61)
			break;
	}
	fclose(f);
	evidence_free(e);
	remove(path);
	free((void *)(uintptr_t)path);
	buf_free(&log);
}

/*
 * Public samples: at least the records that the best other reader finds
 * (tests/peers/count-records), the same ones for any number of threads, as many backwards.
 */
static void test_sample_logs(void **state)
{
	static const struct {
		const char *name;
		unsigned files, records;
	} sets[] = {
		{"evtx-attack-samples", 277, 8255},
		{"evtx-edge-cases", 24, 18567},
		{"sigma", 53, 63},
	};
	unsigned missing = 0;
	size_t i;

	(void)state;
	for (i = 0; i < sizeof(sets) / sizeof(sets[0]); i++) {
		char top[4096];
		const char *const paths[] = {test_samples(top, sets[i].name)};
		struct evidence *e = NULL;
		struct tocsin_error error;
		const struct scan_options recover = {.threads = 2, .recover = true};
		struct result one, three, back, more;

		if (!paths[0]) {
			missing++;
			continue;
		}
		assert_ok(evidence_open(paths, 1, NULL, &e, &error));
		assert_int_equal(e->source_count, sets[i].files);
		run_evidence(e, 1, false, 0, &one);
		run_evidence(e, 3, false, 0, &three);
		run_evidence(e, 2, true, 0, &back);
		run_options(e, &recover, 0, false, &more);
		assert_true(count_events(&more) >= count_events(&one));
		assert_true(count_events(&one) >= sets[i].records);
		assert_string_equal(buf_cstr(&one.text), buf_cstr(&three.text));
		assert_int_equal(count_events(&back), count_events(&one));
		buf_free(&one.text);
		buf_free(&three.text);
		buf_free(&back.text);
		buf_free(&more.text);
		evidence_free(e);
	}
	if (missing)
		test_skipped(missing, "sample archives for the scan");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_order),
		cmocka_unit_test(test_wrapped),
		cmocka_unit_test(test_wrapped_stale_header),
		cmocka_unit_test(test_put_behind_each_other),
		cmocka_unit_test(test_garbage_ids),
		cmocka_unit_test(test_chunk_damage),
		cmocka_unit_test(test_old_bytes_behind),
		cmocka_unit_test(test_zeros_without_loss),
		cmocka_unit_test(test_zeros_in_detail),
		cmocka_unit_test(test_file_header),
		cmocka_unit_test(test_block_size),
		cmocka_unit_test(test_end_of_file),
		cmocka_unit_test(test_shrunk),
		cmocka_unit_test(test_gone),
		cmocka_unit_test(test_early_stop),
		cmocka_unit_test(test_nothing),
		cmocka_unit_test(test_hostile),
		cmocka_unit_test(test_sample_logs),
	};

	return cmocka_run_group_tests(tests, lab_set_up, lab_tear_down);
}
