/* SPDX-License-Identifier: Apache-2.0 */
/* Temporary files: what is read is what was appended; a full disk is a status with its reason. */
#include "test.h"

#include <dirent.h>
#include <errno.h>
#include <signal.h>
#include <sys/resource.h>
#include <unistd.h>

#include "base/os.h"
#include "base/spool.h"

static uint8_t byte_at(uint64_t i)
{
	return (uint8_t)(i * 31 + (i >> 8) * 7 + (i >> 16));
}

static void append_pattern(struct spool *s, size_t n)
{
	uint8_t *const p = malloc(n + 1);
	const uint64_t at = spool_size(s);

	for (size_t i = 0; i < n; i++)
		p[i] = byte_at(at + i);
	assert_ok(spool_append(s, p, n, NULL));
	free(p);
	assert_int_equal(spool_size(s), at + n);
}

/* Appends of every size around the buffer's, read back across each border. */
static void test_reads_what_was_appended(void **state)
{
	static const size_t sizes[] = {0, 1, 100, 16383, 16384, 16385, 16384, 7, 100000, 3};
	struct spool *s;
	struct os_file *file;
	uint8_t *all;
	size_t got;

	(void)state;
	assert_ok(spool_open(&s, NULL));
	assert_int_equal(spool_size(s), 0);
	for (size_t i = 0; i < sizeof(sizes) / sizeof(sizes[0]); i++) {
		uint8_t bytes[50];
		uint64_t from;

		append_pattern(s, sizes[i]);
		from = spool_size(s) > 25 + sizes[i] ? spool_size(s) - sizes[i] - 25 : 0;
		for (; from < spool_size(s); from += 977) {
			const uint64_t left = spool_size(s) - from;
			const size_t n = left < sizeof(bytes) ? (size_t)left : sizeof(bytes);

			assert_ok(spool_read_at(s, from, bytes, n, NULL));
			for (size_t k = 0; k < n; k++)
				assert_int_equal(bytes[k], byte_at(from + k));
		}
	}
	assert_status(spool_read_at(s, spool_size(s), &got, 1, NULL), TOCSIN_USAGE);
	assert_status(spool_read_at(s, UINT64_MAX, &got, 2, NULL), TOCSIN_USAGE);
	assert_ok(spool_read_at(s, spool_size(s), &got, 0, NULL));
	all = malloc((size_t)spool_size(s));
	got = (size_t)spool_size(s);
	assert_ok(spool_to_file(s, &file, NULL));
	assert_int_equal(os_size(file), got);
	assert_ok(os_read_at(file, 0, all, (size_t)os_size(file), &got, NULL));
	assert_int_equal(os_size(file), got);
	for (size_t i = 0; i < got; i++)
		assert_int_equal(all[i], byte_at(i));
	os_close(file);
	free(all);
	spool_close(NULL);
}

/* Nothing is left in the folder, not even while the file is open. */
static void test_has_no_name(void **state)
{
	char folder[] = "/tmp/tocsin-test-XXXXXX";
	struct spool *s;
	const struct dirent *d;
	DIR *dir;

	(void)state;
	assert_non_null(mkdtemp(folder));
	setenv("TMPDIR", folder, 1);
	assert_ok(spool_open(&s, NULL));
	append_pattern(s, 50000);
	dir = opendir(folder);
	while ((d = readdir(dir)))
		assert_true(!strcmp(d->d_name, ".") || !strcmp(d->d_name, ".."));
	closedir(dir);
	spool_close(s);
	assert_int_equal(rmdir(folder), 0);
	unsetenv("TMPDIR");
}

static void test_tells_where_it_failed(void **state)
{
	struct tocsin_error error;
	struct spool *s = NULL;

	(void)state;
	setenv("TMPDIR", "/nowhere/at/all", 1);
	assert_status(spool_open(&s, &error), TOCSIN_IO);
	unsetenv("TMPDIR");
	assert_null(s);
	assert_string_equal(error.msg, "can't make a temporary file");
	assert_string_equal(error.detail, "No such file or directory; TMPDIR is /nowhere/at/all");
}

/* A disk that takes no more: once failed, it stays failed, and what was written stays readable. */
static void test_full(void **state)
{
	struct rlimit old, limit;
	struct tocsin_error error;
	struct os_file *file = NULL;
	struct spool *s;
	enum tocsin_status status = TOCSIN_OK;
	uint8_t bytes[1000] = {0};

	(void)state;
	signal(SIGXFSZ, SIG_IGN);
	assert_int_equal(getrlimit(RLIMIT_FSIZE, &old), 0);
	limit = old;
	limit.rlim_cur = 100000;
	assert_int_equal(setrlimit(RLIMIT_FSIZE, &limit), 0);
	assert_ok(spool_open(&s, NULL));
	for (int i = 0; status == TOCSIN_OK && i < 1000; i++)
		status = spool_append(s, bytes, sizeof(bytes), &error);
	assert_status(status, TOCSIN_IO);
	assert_string_equal(error.msg, "can't write to a temporary file");
	assert_string_equal(error.detail, "File too large; TMPDIR is /tmp");
	assert_int_equal(error.offset, 100000);
	assert_int_equal(setrlimit(RLIMIT_FSIZE, &old), 0);
	memset(&error, 0, sizeof(error));
	assert_status(spool_append(s, bytes, 1, &error), TOCSIN_IO);
	assert_string_equal(error.msg, "can't write to a temporary file");
	assert_ok(spool_read_at(s, 90000, bytes, 1000, NULL));
	assert_status(spool_to_file(s, &file, &error), TOCSIN_IO);
	assert_null(file);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_reads_what_was_appended),
		cmocka_unit_test(test_has_no_name),
		cmocka_unit_test(test_tells_where_it_failed),
		cmocka_unit_test(test_full),
	};

	unsetenv("TMPDIR");
	return cmocka_run_group_tests(tests, NULL, NULL);
}
