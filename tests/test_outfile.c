/* SPDX-License-Identifier: Apache-2.0 */
/* Output files: complete or not there, and nobody's file is replaced by accident. */
#include "test.h"

#include "base/os.h"
#include "base/outfile.h"

static char folder[4096];

static const char *in_folder(const char *name)
{
	static char path[4200];

	snprintf(path, sizeof(path), "%s/%s", folder, name);
	return path;
}

static void put(const char *name, const char *text, bool replace)
{
	struct tocsin_error error;
	struct outfile *file = NULL;

	assert_ok(outfile_open(in_folder(name), replace, &file, &error));
	assert_ok(outfile_write(file, text, strlen(text), &error));
	assert_ok(outfile_commit(file, &error));
}

static void assert_content(const char *name, const char *text)
{
	struct arena arena = {0};
	struct tocsin_error error;
	struct view v;

	assert_ok(os_read_file(&arena, in_folder(name), 1000, &v, &error));
	assert_view(v, text);
	arena_free(&arena);
}

static size_t files_there(void)
{
	struct arena arena = {0};
	struct tocsin_error error;
	struct os_entry *entries;
	size_t count = 0;

	assert_ok(os_list(&arena, folder, &entries, &count, &error));
	arena_free(&arena);
	return count;
}

static void the_name_comes_last(void **state)
{
	struct tocsin_error error;
	struct outfile *file = NULL;

	(void)state;
	assert_ok(outfile_open(in_folder("a"), false, &file, &error));
	assert_ok(outfile_write(file, "one ", 4, &error));
	assert_true(os_kind(in_folder("a")) == OS_MISSING);
	assert_ok(outfile_write(file, "two", 3, &error));
	assert_ok(outfile_commit(file, &error));
	assert_content("a", "one two");
	assert_int_equal(files_there(), 1);
}

static void discarded_leaves_nothing(void **state)
{
	const size_t before = files_there();
	struct tocsin_error error;
	struct outfile *file = NULL;

	(void)state;
	assert_ok(outfile_open(in_folder("b"), false, &file, &error));
	assert_ok(outfile_write(file, "x", 1, &error));
	outfile_discard(file);
	outfile_discard(NULL);
	assert_int_equal(files_there(), before);
}

static void existing_stays_without_replace(void **state)
{
	struct tocsin_error error;
	struct outfile *file = NULL;

	(void)state;
	put("c", "old", false);
	assert_status(outfile_open(in_folder("c"), false, &file, &error), TOCSIN_USAGE);
	assert_null(file);
	assert_content("c", "old");
	put("c", "new", true);
	assert_content("c", "new");
}

/* Somebody else made the file while we worked. */
static void appeared_meanwhile_stays(void **state)
{
	struct tocsin_error error;
	struct outfile *file = NULL;
	FILE *other;

	(void)state;
	assert_ok(outfile_open(in_folder("d"), false, &file, &error));
	assert_ok(outfile_write(file, "ours", 4, &error));
	other = fopen(in_folder("d"), "wb");
	assert_non_null(other);
	fputs("theirs", other);
	fclose(other);
	assert_status(outfile_commit(file, &error), TOCSIN_IO);
	assert_content("d", "theirs");
}

static void bad_places(void **state)
{
	struct tocsin_error error;

	(void)state;
	assert_status(outfile_check(in_folder("no/such"), true, &error), TOCSIN_NOT_FOUND);
	assert_status(outfile_check(folder, true, &error), TOCSIN_USAGE);
	assert_status(outfile_check("", true, &error), TOCSIN_USAGE);
	assert_ok(outfile_check(in_folder("new"), false, &error));
	if (os_kind("/dev/null") == OS_OTHER) { /* never replaced, not even with --force */
		struct outfile *file = NULL;

		assert_ok(outfile_open("/dev/null", true, &file, &error));
		assert_ok(outfile_write(file, "x", 1, &error));
		assert_ok(outfile_commit(file, &error));
		assert_true(os_kind("/dev/null") == OS_OTHER);
	}
}

static int make_folder(void **state)
{
	const char *const build = getenv("TOCSIN_BUILD");

	(void)state;
	snprintf(folder, sizeof(folder), "%s/outfile-XXXXXX", build ? build : ".");
	return mkdtemp(folder) ? 0 : -1;
}

static int remove_folder(void **state)
{
	static const char *const names[] = {"a", "c", "d"};

	(void)state;
	for (size_t i = 0; i < sizeof(names) / sizeof(*names); i++)
		remove(in_folder(names[i]));
	return remove(folder);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(the_name_comes_last),
		cmocka_unit_test(discarded_leaves_nothing),
		cmocka_unit_test(existing_stays_without_replace),
		cmocka_unit_test(appeared_meanwhile_stays),
		cmocka_unit_test(bad_places),
	};

	return cmocka_run_group_tests(tests, make_folder, remove_folder);
}
