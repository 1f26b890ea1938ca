/* SPDX-License-Identifier: Apache-2.0 */
#include "base/buf.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>

#include "base/limits.h"
#include "base/text_write.h"

char *buf_grow(struct buf *b, size_t n)
{
	const size_t cap = b->cap ? b->cap : LIMIT_BUFFER_BYTES;

	if (b->failed)
		return NULL;
	if (n > cap || b->n > cap - n) {
		b->failed = true;
		return NULL;
	}
	if (!b->p || n > b->size - b->n) {
		size_t size = b->size ? b->size * 2 : 256;
		char *p;

		while (size < b->n + n)
			size *= 2;
		size = size < cap ? size : cap;
		p = realloc(b->p, size);
		if (!p) {
			b->failed = true;
			return NULL;
		}
		b->p = p;
		b->size = size;
	}
	return b->p + b->n;
}

void buf_str(struct buf *b, const char *s)
{
	buf_add(b, s, strlen(s));
}

void buf_printf(struct buf *b, const char *fmt, ...)
{
	va_list ap, again;
	int n;

	va_start(ap, fmt);
	va_copy(again, ap);
	n = vsnprintf(NULL, 0, fmt, ap);
	va_end(ap);
	if (n < 0)
		b->failed = true;
	else if (buf_reserve(b, (size_t)n + 1)) {
		vsnprintf(b->p + b->n, (size_t)n + 1, fmt, again);
		b->n += (size_t)n;
	}
	va_end(again);
}

void buf_u64(struct buf *b, uint64_t v)
{
	char digits[20 + TEXT_WRITE_SLACK];

	buf_add(b, digits, (size_t)(text_write_u64(digits, v) - digits));
}

void buf_fill(struct buf *b, char c, size_t count)
{
	char *const to = buf_reserve(b, count);

	if (to && count) {
		memset(to, c, count);
		b->n += count;
	}
}

const char *buf_cstr(struct buf *b)
{
	char *const to = buf_reserve(b, 1);

	if (!to)
		return "";
	*to = 0;
	return b->p;
}

bool buf_failed(const struct buf *b)
{
	return b->failed;
}

void buf_clear(struct buf *b)
{
	b->n = 0;
	b->failed = false;
}

void buf_free(struct buf *b)
{
	free(b->p);
	b->p = NULL;
	b->n = b->size = 0;
	b->failed = false;
}
