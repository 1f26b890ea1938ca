/* SPDX-License-Identifier: Apache-2.0 */
/* Data files: the folder and the compiled-in set give the same list. */
#define _GNU_SOURCE /* mkdtemp */
#include "test.h"

#include <unistd.h>
#include <sys/stat.h>

#include "base/data.h"

static char folder[] = "/tmp/tocsin-test-data-XXXXXX";

static void put(const char *name, const char *text)
{
	char path[4096];
	FILE *f;

	snprintf(path, sizeof(path), "%s/%s", folder, name);
	f = fopen(path, "wb");
	assert_non_null(f);
	fputs(text, f);
	fclose(f);
}

static int set_up(void **state)
{
	char path[4096];

	(void)state;
	if (!mkdtemp(folder))
		return -1;
	snprintf(path, sizeof(path), "%s/b", folder);
	mkdir(path, 0700);
	snprintf(path, sizeof(path), "%s/b/deep", folder);
	mkdir(path, 0700);
	put("b.txt", "one");
	put("b/two.txt", "two\n");
	put("b/deep/three.txt", "");
	put("b/.hidden", "x");
	put("b/two.txt~", "x");
	return 0;
}

static int tear_down(void **state)
{
	static const char *const names[] = {"b.txt",     "b/two.txt",  "b/deep/three.txt",
					    "b/.hidden", "b/two.txt~", NULL};
	char path[4096];

	(void)state;
	for (size_t i = 0; names[i]; i++) {
		snprintf(path, sizeof(path), "%s/%s", folder, names[i]);
		unlink(path);
	}
	snprintf(path, sizeof(path), "%s/b/deep", folder);
	rmdir(path);
	snprintf(path, sizeof(path), "%s/b", folder);
	rmdir(path);
	return rmdir(folder);
}

static void lists_a_folder_by_name(void **state)
{
	struct arena a = {0};
	struct data_file *files;
	size_t count;

	(void)state;
	assert_ok(data_list(&a, folder, "", &files, &count, NULL));
	assert_int_equal(count, 3);
	/* By byte value of the whole name: '.' before '/'. */
	assert_string_equal(files[0].name, "b.txt");
	assert_string_equal(files[1].name, "b/deep/three.txt");
	assert_string_equal(files[2].name, "b/two.txt");
	assert_view(files[2].bytes, "two\n");
	assert_int_equal(files[2].bytes.p[files[2].bytes.n], 0);
	assert_int_equal(files[1].bytes.n, 0);

	assert_ok(data_list(&a, folder, "b/deep/", &files, &count, NULL));
	assert_int_equal(count, 1);
	assert_string_equal(files[0].name, "b/deep/three.txt");
	/* A prefix is a folder or a whole name, not a beginning of one. */
	assert_ok(data_list(&a, folder, "b", &files, &count, NULL));
	assert_int_equal(count, 0);
	assert_ok(data_list(&a, folder, "none/", &files, &count, NULL));
	assert_int_equal(count, 0);
	arena_free(&a);
}

static void loads_one_file(void **state)
{
	struct arena a = {0};
	struct view v = {NULL, 77};
	struct tocsin_error error;

	(void)state;
	assert_ok(data_load(&a, folder, "b.txt", &v, &error));
	assert_view(v, "one");
	v.n = 77;
	assert_status(data_load(&a, folder, "b/none.txt", &v, &error), TOCSIN_NOT_FOUND);
	assert_int_equal(v.n, 77);
	assert_status(data_load(&a, "/nowhere/at/all", "b.txt", &v, &error), TOCSIN_NOT_FOUND);
	assert_non_null(strstr(error.msg, "folder"));
	/* Names never leave the folder. */
	assert_status(data_load(&a, folder, "../b.txt", &v, &error), TOCSIN_USAGE);
	assert_status(data_load(&a, folder, "/etc/passwd", &v, &error), TOCSIN_USAGE);
	assert_status(data_load(&a, folder, "b\\two.txt", &v, &error), TOCSIN_USAGE);
	arena_free(&a);
}

/* What is compiled in is what the source tree holds, byte for byte and in the same order. */
static void compiled_in_is_the_source(void **state)
{
	char dir[4096];
	struct arena a = {0};
	struct data_file *in, *out;
	size_t in_count, out_count;

	(void)state;
	if (!data_embedded_count)
		skip();
	test_source(dir, "data");
	assert_ok(data_list(&a, NULL, "", &in, &in_count, NULL));
	assert_ok(data_list(&a, dir, "", &out, &out_count, NULL));
	assert_int_equal(in_count, out_count);
	assert_int_equal(in_count, data_embedded_count);
	for (size_t i = 0; i < in_count; i++) {
		assert_string_equal(in[i].name, out[i].name);
		assert_string_equal(in[i].name, data_embedded[i].name);
		assert_true(view_equal(in[i].bytes, out[i].bytes));
		assert_int_equal(in[i].bytes.p[in[i].bytes.n], 0);
	}
	arena_free(&a);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(lists_a_folder_by_name),
		cmocka_unit_test(loads_one_file),
		cmocka_unit_test(compiled_in_is_the_source),
	};

	return cmocka_run_group_tests(tests, set_up, tear_down);
}
