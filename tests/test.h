/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What every unit test includes: cmocka with what it needs before it, and the few helpers that
 * several tests share. A test program runs cmocka_run_group_tests() and returns its result, or
 * TEST_SKIPPED when everything it tests needs samples that are not there.
 */
#ifndef TOCSIN_TESTS_TEST_H
#define TOCSIN_TESTS_TEST_H

/* For tests that make files and folders; it is to be the first header of a test. */
#ifndef _GNU_SOURCE
#define _GNU_SOURCE
#endif

#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "base/error.h"
#include "base/view.h"

/* Exit code that CTest counts as skipped. */
#define TEST_SKIPPED 77

/* A status that must be TOCSIN_OK. Says which one it was. */
#define assert_ok(expr) assert_string_equal(tocsin_status_name(expr), "ok")

/* A status that must be this one. */
#define assert_status(expr, status)                                                                \
	assert_string_equal(tocsin_status_name(expr), tocsin_status_name(status))

/* A view that must hold exactly these bytes of a C string. */
#define assert_view(v, text)                                                                       \
	do {                                                                                       \
		const struct view view_ = (v);                                                     \
		assert_int_equal(view_.n, strlen(text));                                           \
		assert_memory_equal(view_.p, text, view_.n);                                       \
	} while (0)

/* A path below the source tree: test_source(path, "tests/data/x.evtx"). */
static inline const char *test_source(char path[4096], const char *below)
{
	snprintf(path, 4096, "%s/%s", TEST_SOURCE_DIR, below);
	return path;
}

/*
 * The folder of one sample archive ("evtx-edge-cases"), or NULL when it is not there: then the test
 * calls test_skipped().
 */
static inline const char *test_samples(char path[4096], const char *archive)
{
	const char *const top = getenv("TOCSIN_SAMPLES_DIR");
	FILE *probe;

	if (!top || !*top)
		return NULL;
	snprintf(path, 4096, "%s/%s", top, archive);
	probe = fopen(path, "rb"); /* a folder opens for reading, what is missing does not */
	if (!probe)
		return NULL;
	fclose(probe);
	return path;
}

/* One line that scripts/test counts: "skipped: N WHAT". */
static inline void test_skipped(unsigned n, const char *what)
{
	printf("skipped: %u %s\n", n, what);
	fflush(stdout);
}

#endif
