/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Carving through the scan: windows of a megabyte must not show. What lies over their edges comes
 * once, in place order, for any number of threads; every byte is accounted for.
 */
#include "test.h"

#include "scan_damage_lab.h"

static const struct evidence_options every = {.every_file = true};

/* Bytes without a signature. */
static void add_noise(struct buf *out, size_t n, uint64_t seed)
{
	while (n--)
		buf_byte(out, (char)('a' + random_below(&seed, 26)));
}

/* `to` filled up with noise, then chunk `number` of a log, `n` bytes of it. */
static void put_chunk(struct buf *out, size_t to, struct buf *log, unsigned number, size_t n)
{
	assert_true(out->n <= to);
	add_noise(out, to - out->n, to + 1);
	buf_add(out, chunk_of(log, number), n);
}

static void carve(const struct buf *bytes, unsigned threads, bool on_bad_disk, struct result *r)
{
	const struct scan_options options = {
		.threads = threads, .carve = true, .read_at = on_bad_disk ? read_bad : NULL};
	const char *const path = save(bytes);
	struct evidence *e = NULL;
	struct tocsin_error error;

	assert_ok(evidence_open(&path, 1, &every, &e, &error));
	assert_int_equal(e->source_count, 1);
	run_options(e, &options, 0, true, r);
	evidence_free(e);
	remove(path);
	free((void *)(uintptr_t)path);
}

static void expect_carved(const struct buf *bytes, bool on_bad_disk, const char *expected)
{
	static const unsigned threads[] = {1, 2, 7};
	size_t i;

	for (i = 0; i < 3; i++) {
		struct result r;

		carve(bytes, threads[i], on_bad_disk, &r);
		assert_string_equal(buf_cstr(&r.text), expected);
		buf_free(&r.text);
	}
	bad_count = 0;
}

static void test_windows(void **state)
{
	const size_t mib = 1u << 20;
	struct buf log = {0}, image = {0};

	(void)state;
	make_log(&log, 6, 1);
	put_chunk(&image, 100 * 512, &log, 0, EVTX_CHUNK_SIZE);
	/* Over the first edge, at it, and just before the second. */
	put_chunk(&image, mib - 512, &log, 1, EVTX_CHUNK_SIZE);
	put_chunk(&image, 2 * mib - EVTX_CHUNK_SIZE, &log, 2, EVTX_CHUNK_SIZE);
	put_chunk(&image, 2 * mib, &log, 3, EVTX_CHUNK_SIZE);
	put_chunk(&image, 3 * mib - 8, &log, 4, EVTX_CHUNK_SIZE);
	/* At no sector, and ended by the end of the file behind its records. */
	put_chunk(&image, 3 * mib + 200001, &log, 5, 8192);
	expect_carved(&image, false,
		      "1c 2c 3c 4c 5c 6c 7c 8c 9c 10c 11c 12c 13c 14c 15c 16c 17c 18c ");

	/* Nothing at all, of any size. */
	for (image.n = 0; image.n < 20; image.n += 7)
		expect_carved(&image, false, "");
	buf_clear(&image);
	add_noise(&image, 2 * mib, 3);
	expect_carved(&image, false, "");
	buf_free(&log);
	buf_free(&image);
}

/* An event log is bytes as any other: each record once, from a wrapped one too, and without its
 * header. */
static void test_whole_log(void **state)
{
	struct buf log = {0}, expected = {0};
	unsigned i;

	(void)state;
	make_log(&log, 40, 1);
	for (i = 1; i <= 120; i++)
		buf_printf(&expected, "%uc ", i);
	expect_carved(&log, false, buf_cstr(&expected));
	cut_start(&log, 3333);
	expect_carved(&log, false, buf_cstr(&expected));
	buf_free(&log);
	buf_free(&expected);
}

/* A chunk that lost the definition of its template: another chunk of the image has it. */
static void test_templates(void **state)
{
	struct buf log = {0}, image = {0};

	(void)state;
	make_log(&log, 2, 1);
	memset(chunk_of(&log, 1), 0, 600);
	put_chunk(&image, 50000, &log, 1, EVTX_CHUNK_SIZE);
	put_chunk(&image, 1024 * 1500, &log, 0, EVTX_CHUNK_SIZE);
	{
		struct result r;

		carve(&image, 2, false, &r);
		assert_non_null(strstr(buf_cstr(&r.text), "5ct 6ct "));
		assert_non_null(strstr(r.text.p, "1c 2c 3c "));
		buf_free(&r.text);
	}
	buf_free(&log);
	buf_free(&image);
}

static void test_bad_disk(void **state)
{
	struct buf log = {0}, image = {0};

	(void)state;
	make_log(&log, 2, 1);
	put_chunk(&image, 20 * 512, &log, 0, EVTX_CHUNK_SIZE);
	put_chunk(&image, 1048576 + 100 * 512, &log, 1, EVTX_CHUNK_SIZE);
	add_noise(&image, 100000, 9);
	bad_place(1048576 - 1024, 2048); /* over the edge: each window tells its part */
	expect_carved(&image, true, "1c 2c 3c !io:ffc00+1024 !io:100000+1024 4c 5c 6c ");
	buf_free(&log);
	buf_free(&image);
}

static void test_carve_shrunk(void **state)
{
	const struct scan_options options = {.threads = 2, .carve = true};
	struct evidence *e = NULL;
	struct tocsin_error error;
	struct buf log = {0};
	const char *path;
	struct result r;

	(void)state;
	make_log(&log, 40, 1);
	path = save(&log);
	assert_ok(evidence_open(&path, 1, &every, &e, &error));
	assert_int_equal(truncate(path, EVTX_HEADER_SIZE + EVTX_CHUNK_SIZE), 0);
	run_options(e, &options, 0, true, &r);
	assert_string_equal(buf_cstr(&r.text),
			    "!truncated:11000+978944 1c 2c 3c !truncated:100000+1048576 "
			    "!truncated:200000+528384 ");
	buf_free(&r.text);
	remove(path);
	run_options(e, &options, 0, true, &r);
	assert_string_equal(buf_cstr(&r.text), "!not found:0+2625536 ");
	buf_free(&r.text);
	evidence_free(e);
	free((void *)(uintptr_t)path);
	buf_free(&log);
}

/* Whatever is done to a log: every byte is in the account, and threads make no difference. */
static void test_carve_damaged(void **state)
{
	uint64_t seed = 0x63617276;
	struct buf log = {0};
	unsigned i;

	(void)state;
	for (i = 0; i < 120; i++) {
		struct result one, three;

		make_log(&log, 2 + i % 19, 1);
		damage_log(&log, &seed);
		if (i % 3 == 0)
			damage_log(&log, &seed);
		carve(&log, 1, false, &one);
		carve(&log, 3, false, &three);
		assert_string_equal(buf_cstr(&one.text), buf_cstr(&three.text));
		buf_free(&one.text);
		buf_free(&three.text);
	}
	buf_free(&log);
}

/* The public samples as if they were anything: each account is complete. */
static void test_carve_samples(void **state)
{
	static const char *const sets[] = {"evtx-edge-cases", "sigma"};
	unsigned missing = 0;
	size_t i;

	(void)state;
	for (i = 0; i < sizeof(sets) / sizeof(sets[0]); i++) {
		const struct scan_options options = {.threads = 2, .carve = true};
		const struct scan_options logs = {.threads = 2, .recover = true};
		char top[4096];
		const char *const paths[] = {test_samples(top, sets[i])};
		struct evidence *e = NULL;
		struct tocsin_error error;
		struct result carved, read;

		if (!paths[0]) {
			missing++;
			continue;
		}
		assert_ok(evidence_open(paths, 1, NULL, &e, &error));
		run_options(e, &options, 0, false, &carved);
		run_options(e, &logs, 0, false, &read);
		assert_true(count_events(&carved) >= count_events(&read));
		buf_free(&carved.text);
		buf_free(&read.text);
		evidence_free(e);
	}
	if (missing)
		test_skipped(missing, "sample archives for carving");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_windows),       cmocka_unit_test(test_whole_log),
		cmocka_unit_test(test_templates),     cmocka_unit_test(test_bad_disk),
		cmocka_unit_test(test_carve_shrunk),  cmocka_unit_test(test_carve_damaged),
		cmocka_unit_test(test_carve_samples),
	};

	return cmocka_run_group_tests(tests, lab_set_up, lab_tear_down);
}
