/* SPDX-License-Identifier: Apache-2.0 */
/* Bytes that come once and in order: standard input, a named pipe. stream_posix.c and
 * stream_windows.c. */
#ifndef TOCSIN_BASE_STREAM_H
#define TOCSIN_BASE_STREAM_H

#include "base/error.h"

struct stream;

/*
 * Opens standard input (`path` NULL) or a named pipe; the latter waits for a writer.
 * TOCSIN_UNSUPPORTED for a terminal, and for a path that is no pipe: a device may never end.
 */
TOCSIN_MUST_USE enum tocsin_status stream_open(const char *path, struct stream **ret,
					       struct tocsin_error *error);
void stream_close(struct stream *s); /* NULL is allowed; standard input stays open */

/* At most `n` bytes, as many as come at once; 0 at the end. */
TOCSIN_MUST_USE enum tocsin_status stream_read(struct stream *s, void *to, size_t n, size_t *ret_n,
					       struct tocsin_error *error);

/* A name that standard input can be opened by and read at any place: it is a file, and nothing of
 * it was read. NULL where it is not so. */
const char *stream_standard_file(void);

/* A name that standard input can be looked at by, though not be opened; NULL where there is none.
 */
const char *stream_standard_name(void);

#endif
