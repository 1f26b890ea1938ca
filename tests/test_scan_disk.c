/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Files as disks and other programs give them: bad sectors, files that grow, that were cut off at
 * their start, that are larger than 32 bits; a file that is open already. A bad disk is one that
 * the scan reads through: scan_options.read_at.
 */
#include "test.h"

#include <fcntl.h>

#include "scan_damage_lab.h"

/* ---- A disk with bad places */

/* What a scan of `log` on the disk tells, with the bytes of losses; to be freed. */
static struct buf run_bad(const struct buf *log, bool newest)
{
	const char *const path = save(log);
	struct evidence *e = NULL;
	struct tocsin_error error;
	struct buf first = {0};
	unsigned threads;

	assert_ok(evidence_open(&path, 1, NULL, &e, &error));
	for (threads = 1; threads < 4; threads += 2) {
		const struct scan_options options = {
			.threads = threads, .newest_first = newest, .read_at = read_bad};
		struct result r;

		run_options(e, &options, 0, true, &r);
		if (threads == 1) {
			first = r.text;
			continue;
		}
		assert_string_equal(buf_cstr(&r.text), buf_cstr(&first));
		buf_free(&r.text);
	}
	evidence_free(e);
	remove(path);
	free((void *)(uintptr_t)path);
	return first;
}

static void expect_bad(const struct buf *log, bool newest, const char *expected)
{
	struct buf text = run_bad(log, newest);

	assert_string_equal(buf_cstr(&text), expected);
	buf_free(&text);
	bad_count = 0;
}

static void test_bad_free_space(void **state)
{
	struct buf log = {0};

	(void)state;
	make_log(&log, 3, 1);
	bad_place(0x11000 + 0x8000, 1);
	expect_bad(&log, false, "1 2 3 !io:19000+512 4 5 6 7 8 9 ");
	bad_place(0x11000 + 0x8000, 1);
	expect_bad(&log, true, "9 8 7 6 5 4 !io:19000+512 3 2 1 ");

	/* Neighbours are one place, also over the blocks of a first try. */
	bad_place(0x11000 + 0x8e00, 0x1400);
	bad_place(0x11000 + 0xfff0, 16);
	expect_bad(&log, false, "1 2 3 !io:19e00+5120 !io:20e00+512 4 5 6 7 8 9 ");

	/* Over the edge of two chunks: each tells its part. */
	bad_place(0x20f00, 0x200);
	expect_bad(&log, false,
		   "1 2 3 !io:20e00+512 4 5 6 !io:21000+512 "
		   "!invalid:21000 7r 8r 9r ");
	buf_free(&log);
}

static void test_bad_everywhere(void **state)
{
	struct buf log = {0};

	(void)state;
	make_log(&log, 3, 1);
	bad_place(0x11000, EVTX_CHUNK_SIZE);
	expect_bad(&log, false, "1 2 3 !io:11000+65536 7 8 9 ");
	bad_place(0, UINT32_MAX);
	expect_bad(&log, false,
		   "!io:0+4096 !io:1000+65536 !io:11000+65536 "
		   "!io:21000+65536 ");
	/* The last chunk ends with the file, inside a sector. */
	log.n -= 300;
	bad_place(0x21000, UINT32_MAX);
	expect_bad(&log, false, "1 2 3 4 5 6 !io:21000+65236 ");
	buf_free(&log);
}

static void test_bad_header(void **state)
{
	struct buf log = {0};

	(void)state;
	make_log(&log, 2, 1);
	bad_place(100, 1);
	expect_bad(&log, false, "!io:0+4096 1 2 3 4 5 6 ");
	/* Behind the part of it that is used. */
	bad_place(2000, 1);
	expect_bad(&log, false, "!io:200+3584 1 2 3 4 5 6 ");
	buf_free(&log);
}

/* Any one sector of a chunk: what is not in it is read, and it is told once. */
static void test_bad_sector_of_records(void **state)
{
	struct buf log = {0};
	uint64_t at;

	(void)state;
	make_log(&log, 3, 1);
	for (at = 0x11000; at < 0x11000 + 6 * 512; at += 512) {
		struct buf text;
		const char *loss;
		char place[40];

		bad_place(at, 512);
		text = run_bad(&log, false);
		bad_count = 0;
		snprintf(place, sizeof(place), "!io:%llx+512 ", (unsigned long long)at);
		assert_memory_equal(buf_cstr(&text), "1 2 3 ", 6);
		assert_non_null(strstr(text.p, " 7 8 9 "));
		loss = strstr(text.p, place);
		assert_non_null(loss);
		assert_null(strstr(loss + 1, place));
		buf_free(&text);
	}
	buf_free(&log);
}

/* ---- Files that are not as they were or should be */

static void test_grown(void **state)
{
	struct evidence *e = NULL;
	struct tocsin_error error;
	struct buf log = {0};
	const char *path;
	struct result r;
	FILE *f;

	(void)state;
	make_log(&log, 3, 1);
	path = save(&(struct buf){.p = log.p, .n = log.n - EVTX_CHUNK_SIZE - 1000});
	assert_ok(evidence_open(&path, 1, NULL, &e, &error));
	f = fopen(path, "r+b");
	assert_non_null(f);
	assert_int_equal(fwrite(log.p, 1, log.n, f), log.n);
	assert_int_equal(fclose(f), 0);
	/* As it was listed: what came later belongs to a later reading. */
	run_evidence(e, 2, false, 0, &r);
	assert_memory_equal(buf_cstr(&r.text), "1 2 3 ", 6);
	assert_non_null(strstr(r.text.p, "4 5 6 "));
	assert_null(strstr(r.text.p, "7"));
	buf_free(&r.text);
	evidence_free(e);
	remove(path);
	free((void *)(uintptr_t)path);
	buf_free(&log);
}

static void test_cut_start(void **state)
{
	struct buf log = {0}, longer = {0};

	(void)state;
	make_log(&log, 4, 1);
	cut_start(&log, 1001);
	expect_log(&log, false, "!invalid:0 1 2 3 4 5 6 7 8 9 10 11 12 ");
	make_log(&log, 4, 1);
	cut_start(&log, EVTX_HEADER_SIZE + 20000);
	expect_log(&log, false, "!invalid:0 4 5 6 7 8 9 10 11 12 ");

	/* Something before it. */
	make_log(&log, 20, 1);
	buf_fill(&longer, 'x', 777);
	buf_add(&longer, log.p, log.n);
	buf_clear(&log);
	buf_str(&log, "!invalid:0 ");
	add_ids(&log, 1, 60);
	expect_log(&longer, false, buf_cstr(&log));

	/* Something between the header and the chunks. */
	make_log(&log, 2, 1);
	buf_clear(&longer);
	buf_add(&longer, log.p, EVTX_HEADER_SIZE);
	buf_fill(&longer, 'x', 100);
	buf_add(&longer, chunk_of(&log, 0), 2 * EVTX_CHUNK_SIZE);
	expect_log(&longer, false, "!invalid:0 1 2 3 4 5 6 ");
	buf_free(&log);
	buf_free(&longer);
}

/* The rest of the chunk that was cut is searched for its records; only what is not in them is
 * lost. */
static void test_recover_cut_start(void **state)
{
	static const unsigned threads[] = {1, 3};
	/* All records are left; the first one is torn; free space alone is left. */
	static const struct {
		size_t cut;
		const char *expected;
	} cases[] = {
		{EVTX_HEADER_SIZE + 100, "!invalid:0+63828 1c 2c 3c 4 5 6 7 8 9 "},
		{EVTX_HEADER_SIZE + 512 + 8, "!invalid:0+64616 2c 3c 4 5 6 7 8 9 "},
		{EVTX_HEADER_SIZE + 60000, "!invalid:0+5536 4 5 6 7 8 9 "},
	};

	(void)state;
	for (size_t i = 0; i < 3; i++) {
		struct evidence *e = NULL;
		struct tocsin_error error;
		struct buf log = {0};
		const char *path;

		make_log(&log, 3, 1);
		cut_start(&log, cases[i].cut);
		path = save(&log);
		assert_ok(evidence_open(&path, 1, NULL, &e, &error));
		for (size_t k = 0; k < 2; k++) {
			const struct scan_options options = {.threads = threads[k],
							     .recover = true};
			struct result r;

			run_options(e, &options, 0, true, &r);
			assert_string_equal(buf_cstr(&r.text), cases[i].expected);
			buf_free(&r.text);
		}
		evidence_free(e);
		remove(path);
		free((void *)(uintptr_t)path);
		buf_free(&log);
	}
}

/* Standard input was copied to a file that has no name. */
static void test_open_file(void **state)
{
	struct evidence *e = NULL;
	struct tocsin_error error;
	struct buf log = {0}, expected = {0};
	const char *path;
	unsigned threads;

	(void)state;
	make_log(&log, 40, 1);
	add_ids(&expected, 1, 120);
	path = save(&log);
	assert_ok(evidence_open(&path, 1, NULL, &e, &error));
	assert_ok(os_open(path, &e->sources[0].file, &error));
	e->sources[0].path = "-";
	remove(path);
	free((void *)(uintptr_t)path);
	for (threads = 1; threads < 6; threads += 4) {
		struct result r;

		run_evidence(e, threads, false, 0, &r);
		assert_string_equal(buf_cstr(&r.text), buf_cstr(&expected));
		buf_free(&r.text);
	}
	evidence_free(e);
	buf_free(&log);
	buf_free(&expected);
}

#define LARGE_AT (EVTX_HEADER_SIZE + UINT64_C(66000) * EVTX_CHUNK_SIZE)

/* Gives the zeros of a sparse file's middle without the system, which takes its time for them. */
static enum tocsin_status read_sparse(struct os_file *file, uint64_t offset, void *to, size_t n,
				      size_t *ret_n, struct tocsin_error *error)
{
	if (offset < (1u << 20) || offset + n > LARGE_AT)
		return os_read_at(file, offset, to, n, ret_n, error);
	memset(to, 0, n);
	*ret_n = n;
	return TOCSIN_OK;
}

/* A chunk behind 4 GiB, where the header's 16 bits for their number have run over. The file is
 * sparse: where the disk can't do that, there is nothing to test. */
static void test_large(void **state)
{
	struct evidence *e = NULL;
	struct tocsin_error error;
	struct buf log = {0}, start = {0};
	struct stat st;
	const char *path;
	struct result r;
	int fd;

	(void)state;
	make_log(&log, 2, 1);
	chunk_of(&log, 1)[512 + 8] = 9; /* its checksum is then wrong, and ids are missing */
	buf_add(&start, log.p, EVTX_HEADER_SIZE + EVTX_CHUNK_SIZE);
	path = save(&start);
	fd = open(path, O_WRONLY);
	assert_true(fd >= 0);
	if (pwrite(fd, chunk_of(&log, 1), EVTX_CHUNK_SIZE, (off_t)LARGE_AT) != EVTX_CHUNK_SIZE ||
	    fstat(fd, &st) || st.st_blocks > 4096) {
		test_skipped(1, "large file: no sparse files here");
	} else {
		const struct scan_options options = {.threads = 2, .read_at = read_sparse};

		assert_ok(evidence_open(&path, 1, NULL, &e, &error));
		assert_int_equal(e->sources[0].size, LARGE_AT + EVTX_CHUNK_SIZE);
		run_options(e, &options, 0, false, &r);
		assert_string_equal(buf_cstr(&r.text),
				    "1 2 3 !invalid:11000 !mismatch:101d01000 9 5 6 ");
		buf_free(&r.text);
		evidence_free(e);
	}
	close(fd);
	remove(path);
	free((void *)(uintptr_t)path);
	buf_free(&log);
	buf_free(&start);
}

/* ---- Every byte accounted for, whatever is done to a log */

static void test_damaged_accounts(void **state)
{
	static const struct evidence_options every = {.every_file = true};
	uint64_t seed = 0x746f6373696e;
	struct buf log = {0};
	unsigned i;

	(void)state;
	for (i = 0; i < 300; i++) {
		const struct scan_options options = {
			.threads = 1 + i % 3, .recover = i % 2, .newest_first = i % 4 == 2};
		struct evidence *e = NULL;
		struct tocsin_error error;
		const char *path;
		struct result r;

		make_log(&log, 2 + i % 19, 1);
		damage_log(&log, &seed);
		if (i % 3 == 0)
			damage_log(&log, &seed);
		path = save(&log);
		assert_ok(evidence_open(&path, 1, &every, &e, &error));
		run_options(e, &options, 0, true, &r);
		buf_free(&r.text);
		evidence_free(e);
		remove(path);
		free((void *)(uintptr_t)path);
	}
	buf_free(&log);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_bad_free_space),
		cmocka_unit_test(test_bad_everywhere),
		cmocka_unit_test(test_bad_header),
		cmocka_unit_test(test_bad_sector_of_records),
		cmocka_unit_test(test_grown),
		cmocka_unit_test(test_cut_start),
		cmocka_unit_test(test_recover_cut_start),
		cmocka_unit_test(test_open_file),
		cmocka_unit_test(test_large),
		cmocka_unit_test(test_damaged_accounts),
	};

	return cmocka_run_group_tests(tests, lab_set_up, lab_tear_down);
}
