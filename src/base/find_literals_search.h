/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What the implementations of literal_find() share: a finder's tables, a search, and what becomes
 * of a candidate.
 *
 * A pair: two bytes of one literal at a fixed distance, (byte | mask) == value. The mask joins the
 * cases of a letter; where their bytes differ in more than one bit it joins others besides.
 *
 * A window: up to WINDOW_UNITS consecutive units of each literal, by their low bytes. Literals are
 * spread over eight buckets, a bit each: tables give the buckets that allow a byte at a place, by
 * the whole byte, its low six bits, or its halves. Bytes that the tables of all places allow in one
 * bucket are a candidate for its literals.
 */
#ifndef TOCSIN_BASE_FIND_LITERALS_SEARCH_H
#define TOCSIN_BASE_FIND_LITERALS_SEARCH_H

#include "base/find_literals.h"

#define WINDOW_UNITS 3u
#define BUCKETS 8u

struct literal {
	uint16_t lower[LITERAL_UNITS_MAX]; /* folded */
	uint16_t upper[LITERAL_UNITS_MAX]; /* the other ASCII case, else the same */
	size_t units;
	size_t window; /* bytes from its start to its window */
	/* Its pair. */
	size_t at[2];
	uint8_t mask[2], value[2];
};

struct literal_finder {
	size_t count, window_units;
	size_t window_first, window_last; /* least and greatest literal.window */
	uint64_t members[BUCKETS];        /* literals, a bit each */
	bool ascii;                       /* bytes above 0x7f are in no table */
	/* By place in the window. */
	uint8_t whole[WINDOW_UNITS][256], six[WINDOW_UNITS][64];
	uint8_t low[WINDOW_UNITS][16], high[WINDOW_UNITS][16];
	struct literal literals[LITERALS_MAX];
};

/* One call of literal_find(). */
struct literal_search {
	const struct literal_finder *f;
	struct view bytes;
	size_t from, to;
	uint32_t *offsets;
	size_t room, n;
	bool more;  /* there are more than `room` */
	size_t end; /* candidates from here on can't matter */
};

/* The literal stands at `p`, where its bytes are. */
static inline bool literal_stands(const struct literal *l, const uint8_t *p)
{
	for (size_t i = 0; i < l->units; i++) {
		const uint16_t u = le16(p + 2 * i);

		if (u != l->lower[i] && u != l->upper[i] &&
		    (u < 0x80 || literal_fold(u) != l->lower[i]))
			return false;
	}
	return true;
}

/* A start was found; they come nearly in order. */
void literal_found(struct literal_search *s, size_t start);

/* Bytes at `at` may be the window of a literal of these buckets. */
void literal_window(struct literal_search *s, size_t at, unsigned buckets);

/* The bytes where windows, or starts of a finder's only literal, may stand: [*ret_from, *ret_to).
 * A window that stands there lies within the bytes. False: none. */
bool literal_windows(const struct literal_search *s, size_t *ret_from, size_t *ret_to);
bool literal_starts(const struct literal_search *s, size_t *ret_from, size_t *ret_to);

/* Byte for byte: windows that stand in from .. to, and starts of the finder's only literal. */
void literal_scan_windows(struct literal_search *s, size_t from, size_t to);
void literal_scan_starts(struct literal_search *s, size_t from, size_t to);

/* The finder's only literal may start at `at`. */
static inline void literal_start(struct literal_search *s, size_t at)
{
	if (!s->more && literal_stands(&s->f->literals[0], s->bytes.p + at))
		literal_found(s, at);
}

/* The window at `at` by the tables of whole bytes, where those of parts of bytes allow `buckets`.
 */
void literal_candidate(struct literal_search *s, size_t at, unsigned buckets);

/* The search by vectors. False: this machine has none (at this level). It reads nothing outside of
 * the bytes, and ends early once s->end is passed. */
bool literal_search_vectors(struct literal_search *s);

#endif
