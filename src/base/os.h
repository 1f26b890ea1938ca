/* SPDX-License-Identifier: Apache-2.0 */
/* The operating system: read-only files, folders, terminals. os_posix.c and os_windows.c. Paths are
 * UTF-8. */
#ifndef TOCSIN_BASE_OS_H
#define TOCSIN_BASE_OS_H

#include "base/arena.h"
#include "base/error.h"

struct os_file; /* opaque; reads at positions from any thread */

/* Opens read-only (never creates, never writes). TOCSIN_NOT_FOUND or TOCSIN_IO with the system's
 * reason in detail. */
TOCSIN_MUST_USE enum tocsin_status os_open(const char *path, struct os_file **ret_file,
					   struct tocsin_error *error);

/* Current size in bytes. */
uint64_t os_size(const struct os_file *file);

/*
 * Reads up to `n` bytes at `offset`; *ret_n is what was there: less than `n` only at the end of the
 * file (which may move while we read).
 */
TOCSIN_MUST_USE enum tocsin_status os_read_at(struct os_file *file, uint64_t offset, void *to,
					      size_t n, size_t *ret_n, struct tocsin_error *error);

void os_close(struct os_file *file);

/* A whole small file (at most `cap` bytes, TOCSIN_LIMIT beyond) into the arena, NUL-terminated
 * behind its `n` bytes. */
TOCSIN_MUST_USE enum tocsin_status os_read_file(struct arena *a, const char *path, size_t cap,
						struct view *ret, struct tocsin_error *error);

enum os_kind { OS_MISSING, OS_FILE, OS_FOLDER, OS_OTHER };

/* Follows links. */
enum os_kind os_kind(const char *path);

/*
 * What tells two names of one file apart from two files: equal for every path, link or hard link
 * that leads to the same file. `regular` is false for devices, which a walk must leave alone.
 */
struct os_identity {
	uint64_t device, file;
	bool regular;
};

/* Follows links. False when there is no such file, or the system can't tell. */
bool os_identity(const char *path, struct os_identity *ret);

/*
 * Names in a folder (without . and ..), sorted by byte value so that a walk has one order
 * everywhere. Links to folders are returned with is_link so that a walk can leave them out.
 */
struct os_entry {
	const char *name;
	enum os_kind kind;
	bool is_link;
};

TOCSIN_MUST_USE enum tocsin_status os_list(struct arena *a, const char *path,
					   struct os_entry **ret_entries, size_t *ret_count,
					   struct tocsin_error *error);

/* Whether a stdio stream (1 or 2) is a terminal; its width in columns, 0 if it has none. */
bool os_is_terminal(int fd);
unsigned os_terminal_width(int fd);

/* Processors that this process may use, at least 1. */
unsigned os_processors(void);

/* Monotonic time in nanoseconds. */
uint64_t os_clock(void);

/* Makes stdio and arguments binary and UTF-8 where the system needs it (Windows); nothing
 * elsewhere. */
void os_prepare_stdio(void);

/* Keeps what the process holds close to what it uses; once, before threads. */
void os_prepare_memory(void);

#endif
