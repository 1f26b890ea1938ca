/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Files that tocsin writes. One gets its name only when it is complete: until then it stands beside
 * it under a temporary one. What is no regular file (a device, a pipe) is written as it is.
 * outfile_posix.c and outfile_windows.c. Paths are UTF-8.
 */
#ifndef TOCSIN_BASE_OUTFILE_H
#define TOCSIN_BASE_OUTFILE_H

#include <stdbool.h>

#include "base/error.h"

struct outfile;

/*
 * Whether a file could be written there, without touching anything: its folder exists, it is no
 * folder, and it does not exist yet unless `replace`.
 */
TOCSIN_MUST_USE enum tocsin_status outfile_check(const char *path, bool replace,
						 struct tocsin_error *error);

/* Opens the temporary file. */
TOCSIN_MUST_USE enum tocsin_status
outfile_open(const char *path, bool replace, struct outfile **ret_file, struct tocsin_error *error);

/* Appends all of it, or fails. */
TOCSIN_MUST_USE enum tocsin_status outfile_write(struct outfile *file, const void *p, size_t n,
						 struct tocsin_error *error);

/* Writes all of it at a place of the file, or fails: what was appended is no longer the end where
 * this is. Not into what can only be written on (a pipe). */
TOCSIN_MUST_USE enum tocsin_status outfile_write_at(struct outfile *file, uint64_t offset,
						    const void *p, size_t n,
						    struct tocsin_error *error);

/*
 * Makes the file durable, gives it its name and frees `file`, also on failure: then nothing is left
 * behind. Without `replace` a file that appeared meanwhile is an error.
 */
TOCSIN_MUST_USE enum tocsin_status outfile_commit(struct outfile *file, struct tocsin_error *error);

/* Removes the temporary file and frees `file`; NULL is allowed. */
void outfile_discard(struct outfile *file);

/* Appends to stdout, behind what stdio holds for it. TOCSIN_END: nobody reads any more. */
TOCSIN_MUST_USE enum tocsin_status outfile_stdout(const void *p, size_t n,
						  struct tocsin_error *error);

/* Once, before output: a closed pipe is then a status of a write and no signal. */
void outfile_prepare(void);

#endif
