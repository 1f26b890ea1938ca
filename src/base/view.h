/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Untrusted bytes. File bytes are seen only as a struct view; a parser takes a fixed-size group
 * with one check and then loads from it at constant offsets. A nested element gets a sub-view of
 * its parent, so it can't read past it.
 */
#ifndef TOCSIN_BASE_VIEW_H
#define TOCSIN_BASE_VIEW_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

struct view {
	const uint8_t *p;
	size_t n;
};

static inline uint16_t le16(const uint8_t *p)
{
	return (uint16_t)(p[0] | (uint16_t)(p[1] << 8));
}

static inline uint32_t le32(const uint8_t *p)
{
	return (uint32_t)p[0] | (uint32_t)p[1] << 8 | (uint32_t)p[2] << 16 | (uint32_t)p[3] << 24;
}

static inline uint64_t le64(const uint8_t *p)
{
	return (uint64_t)le32(p) | (uint64_t)le32(p + 4) << 32;
}

static inline void put16(uint8_t *p, uint16_t v)
{
	p[0] = (uint8_t)v;
	p[1] = (uint8_t)(v >> 8);
}

static inline void put32(uint8_t *p, uint32_t v)
{
	put16(p, (uint16_t)v);
	put16(p + 2, (uint16_t)(v >> 16));
}

static inline void put64(uint8_t *p, uint64_t v)
{
	put32(p, (uint32_t)v);
	put32(p + 4, (uint32_t)(v >> 32));
}

/* Takes the next `n` bytes off the front of `v`; NULL (and `v` unchanged) when they are not there.
 */
static inline const uint8_t *take(struct view *v, size_t n)
{
	const uint8_t *const p = v->p;

	if (n > v->n)
		return NULL;
	if (n) /* an empty view may have no bytes at all, and NULL + 0 is undefined */
		v->p += n;
	v->n -= n;
	return p;
}

/* The part of `v` from `offset`, at most `n` bytes; an empty view when `offset` lies outside. */
static inline struct view view_slice(struct view v, size_t offset, size_t n)
{
	struct view r = {NULL, 0};

	if (offset > v.n)
		return r;
	r.p = offset ? v.p + offset : v.p;
	r.n = n < v.n - offset ? n : v.n - offset;
	return r;
}

/* A view of a C string, without its NUL. */
static inline struct view view_of(const char *s)
{
	struct view v = {(const uint8_t *)s, strlen(s)};
	return v;
}

static inline bool view_equal(struct view a, struct view b)
{
	return a.n == b.n && (a.n == 0 || memcmp(a.p, b.p, a.n) == 0);
}

#endif
