/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A growable byte buffer for output. Errors stick: after a failed growth every append is ignored
 * and buf_failed() is true, so that a writer checks once at the end.
 */
#ifndef TOCSIN_BASE_BUF_H
#define TOCSIN_BASE_BUF_H

#include "base/error.h"
#include "base/view.h"

/* All zero is an empty buffer with the default cap LIMIT_BUFFER_BYTES. */
struct buf {
	char *p; /* not NUL-terminated unless buf_cstr() is called */
	size_t n, size;
	size_t cap; /* 0: LIMIT_BUFFER_BYTES */
	bool failed;
};

/* Makes room for `n` more bytes and returns where they go, or NULL. Advance `b->n` by what was
 * written. */
char *buf_reserve(struct buf *b, size_t n);

void buf_add(struct buf *b, const void *p, size_t n);
void buf_byte(struct buf *b, char c);
void buf_str(struct buf *b, const char *s);
void buf_printf(struct buf *b, const char *fmt, ...) PRINTF_LIKE(2, 3);
void buf_u64(struct buf *b, uint64_t v);

/* `count` copies of c. */
void buf_fill(struct buf *b, char c, size_t count);

/* The contents as a C string, valid until the next append; "" when empty or failed. */
const char *buf_cstr(struct buf *b);

bool buf_failed(const struct buf *b);
void buf_clear(struct buf *b);
void buf_free(struct buf *b);

#endif
