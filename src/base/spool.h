/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A temporary file: what does not fit into memory, or comes through a pipe. It has no name that
 * another program would find (or one that is removed at once), lies in the system's folder for
 * temporary files, and is gone when it is closed or the process ends. One thread at a time, except
 * spool_read_at().
 */
#ifndef TOCSIN_BASE_SPOOL_H
#define TOCSIN_BASE_SPOOL_H

#include "base/error.h"
#include "base/os.h"

/* What an open one holds in memory: one write of this size costs little more than the copy. */
#define SPOOL_BUFFER 16384u

struct spool;

/* TOCSIN_IO with the system's reason (and the folder) in detail. */
TOCSIN_MUST_USE enum tocsin_status spool_open(struct spool **ret, struct tocsin_error *error);
void spool_close(struct spool *s); /* NULL is allowed */

/* Appends through a buffer. A failure (the disk is full) stays: later calls fail the same way. */
TOCSIN_MUST_USE enum tocsin_status spool_append(struct spool *s, const void *p, size_t n,
						struct tocsin_error *error);

/* Bytes so far. */
uint64_t spool_size(const struct spool *s);

/* Exactly `n` bytes at `offset`, which were appended before. */
TOCSIN_MUST_USE enum tocsin_status spool_read_at(struct spool *s, uint64_t offset, void *to,
						 size_t n, struct tocsin_error *error);

/* Gives up the spool for a file to read from; on failure the spool is closed all the same. */
TOCSIN_MUST_USE enum tocsin_status spool_to_file(struct spool *s, struct os_file **ret,
						 struct tocsin_error *error);

#endif
