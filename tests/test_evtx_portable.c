/* SPDX-License-Identifier: Apache-2.0 */
/* Records copied from log to log through their portable form show just what they showed. */
#include "test.h"

#include "base/os.h"
#include "portable_lab.h"

/* ---- sample logs ---- */

struct totals {
	unsigned files, records, refused, missing;
	struct evtx_options options;
	unsigned every;
	const char *keep; /* folder for the copies; NULL: none */
};

static void keep_copy(const struct totals *t, const struct lab *lab)
{
	char path[8192];
	FILE *file;

	snprintf(path, sizeof(path), "%s/%04u.evtx", t->keep, t->files);
	file = fopen(path, "wb");
	assert_non_null(file);
	assert_int_equal(fwrite(lab->log.p, 1, lab->log.n, file), lab->log.n);
	assert_int_equal(fclose(file), 0);
}

static void copy_file(struct totals *t, const char *path)
{
	struct lab lab = {.options = t->options, .every = t->every};
	struct arena a = {0};
	struct tocsin_error error;
	struct view log;

	assert_true(lab_open(&lab));
	assert_ok(os_read_file(&a, path, 64u << 20, &log, &error));
	lab_copy(&lab, log);
	if (lab.refused > lab.missing)
		fail_msg("%s: %s", path, lab.refusal.msg);
	if (!lab_same(&lab))
		fail_msg("%s: differs after %zu of %zu: %s", path, (size_t)lab.met, lab.count,
			 lab.difference ? lab.difference : "losses");
	if (t->keep)
		keep_copy(t, &lab);
	t->files++;
	t->records += (unsigned)lab.count;
	t->refused += lab.refused;
	t->missing += lab.missing;
	lab_close(&lab);
	arena_free(&a);
}

static void copy_folder(struct totals *t, const char *path, unsigned depth)
{
	struct arena a = {0};
	struct tocsin_error error;
	struct os_entry *entries;
	size_t count;

	assert_true(depth < 16);
	assert_ok(os_list(&a, path, &entries, &count, &error));
	for (size_t i = 0; i < count; i++) {
		const size_t n = strlen(entries[i].name);
		char below[4096];

		snprintf(below, sizeof(below), "%s/%s", path, entries[i].name);
		if (entries[i].kind == OS_FOLDER)
			copy_folder(t, below, depth + 1);
		else if (n > 5 && !strcmp(entries[i].name + n - 5, ".evtx"))
			copy_file(t, below);
	}
	arena_free(&a);
}

static void copy_samples(struct totals *t)
{
	static const char *const archives[] = {"evtx-edge-cases", "evtx-attack-samples", "sigma"};

	t->keep = getenv("TOCSIN_PORTABLE_KEEP");
	for (size_t i = 0; i < sizeof(archives) / sizeof(*archives); i++) {
		char path[4096];

		if (test_samples(path, archives[i]))
			copy_folder(t, path, 0);
		else
			test_skipped(1, archives[i]);
	}
	print_message("%u logs, %u records copied, %u without their template\n", t->files,
		      t->records, t->missing);
}

static void test_samples_all(void **state)
{
	struct totals t = {.every = 1, .options = {.others = true}};

	(void)state;
	copy_samples(&t);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_samples_all),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
