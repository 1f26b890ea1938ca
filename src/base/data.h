/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The data files (data/ in the source tree): compiled in at build time, or read from a folder
 * (--data DIR), which then replaces all of them.
 */
#ifndef TOCSIN_BASE_DATA_H
#define TOCSIN_BASE_DATA_H

#include "base/arena.h"
#include "base/error.h"

struct data_file {
	const char *name;  /* relative to data/, with '/': "exchange/builds.csv" */
	struct view bytes; /* NUL-terminated behind its end */
};

/* Compiled in by cmake/embed.cmake; empty in a build without it. */
extern const struct data_file data_embedded[];
extern const size_t data_embedded_count;

/*
 * The files whose name starts with `prefix` (a folder with its '/', or a whole name), sorted by
 * name, from `dir` or, when it is NULL, from the compiled-in set. Contents live in `a` or are
 * static. No file is not an error: *ret_count 0.
 */
TOCSIN_MUST_USE enum tocsin_status data_list(struct arena *a, const char *dir, const char *prefix,
					     struct data_file **ret_files, size_t *ret_count,
					     struct tocsin_error *error);

/* The one file of that name; TOCSIN_NOT_FOUND without it. */
TOCSIN_MUST_USE enum tocsin_status data_load(struct arena *a, const char *dir, const char *name,
					     struct view *ret, struct tocsin_error *error);

#endif
