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

/* buf_reserve() where there is no room yet. */
char *buf_grow(struct buf *b, size_t n);

/* Makes room for `n` more bytes and returns where they go, or NULL. Advance `b->n` by what was
 * written. Rendering passes here for every piece of text: room that is there costs no call. */
static inline char *buf_reserve(struct buf *b, size_t n)
{
	/* A buffer grows within its cap only, so room that is there is room within it. */
	return b->p && !b->failed && n <= b->size - b->n ? b->p + b->n : buf_grow(b, n);
}

static inline void buf_add(struct buf *b, const void *p, size_t n)
{
	char *const to = buf_reserve(b, n);

	if (to && n) {
		memcpy(to, p, n);
		b->n += n;
	}
}

static inline void buf_byte(struct buf *b, char c)
{
	char *const to = buf_reserve(b, 1);

	if (to) {
		*to = c;
		b->n++;
	}
}

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
