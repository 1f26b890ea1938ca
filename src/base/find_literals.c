/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Making a finder, and the portable search, byte for byte: the specification of the others
 * (find_literals_x86.c, find_literals_arm.c).
 */
#include "base/find_literals_search.h"

#include <stdlib.h>

#include "base/utf.h"

/* Its lower case is itself; see literal_fold(). */
#define LONG_S 0x017fu

/*
 * How often a byte value stands in an event log, of 10,000: half by the public samples, half by a
 * log of a server, each without its zeros, which are half of all bytes.
 */
static const uint16_t byte_rates[256] = {
	10000, 594, 200, 80, 275, 103, 124, 33,  218, 53, 71,  23,  86, 59,  39,  97,  81,  41, 50,
	42,    25,  49,  9,  10,  14,  7,   11,  10,  16, 8,   11,  12, 96,  31,  23,  11,  17, 29,
	35,    20,  25,  23, 59,  16,  16,  147, 80,  59, 150, 111, 97, 85,  74,  68,  67,  57, 63,
	60,    59,  21,  28, 45,  32,  10,  21,  137, 53, 99,  85,  73, 64,  23,  34,  62,  11, 24,
	39,    80,  43,  44, 61,  13,  56,  106, 63,  35, 16,  81,  13, 13,  13,  6,   95,  8,  6,
	20,    7,   176, 27, 155, 140, 368, 82,  58,  40, 293, 13,  26, 113, 109, 218, 326, 89, 9,
	233,   266, 263, 69, 46,  95,  38,  69,  8,   12, 11,  8,   4,  9,   27,  7,   8,   4,  10,
	6,     6,   5,   6,  4,   11,  3,   6,   5,   6,  8,   6,   6,  7,   6,   10,  12,  11, 6,
	8,     3,   3,   5,  4,   5,   4,   4,   7,   5,  5,   7,   5,  13,  15,  6,   7,   5,  6,
	6,     5,   4,   12, 4,   8,   3,   4,   3,   9,  6,   5,   4,  7,   4,   10,  8,   5,  4,
	4,     8,   9,   8,  8,   8,   6,   6,   7,   5,  8,   6,   3,  4,   5,   5,   7,   7,  7,
	11,    5,   9,   22, 18,  15,  7,   10,  9,   6,  3,   5,   5,  8,   4,   12,  6,   4,  4,
	4,     5,   4,   8,  8,   4,   4,   4,   6,   6,  5,   5,   9,  5,   7,   5,   9,   15, 3,
	5,     8,   4,   6,  9,   4,   6,   5,   100,
};

uint16_t literal_fold(uint16_t unit)
{
	return unit == LONG_S ? 's' : utf16_lower(unit);
}

/* ---- Making */

/* The byte values that may stand at one place: low or high byte of all units that fold alike. */
struct byte_set {
	uint32_t has[8];
};

static void set_add(struct byte_set *set, uint16_t unit, bool high)
{
	const unsigned v = high ? unit >> 8 : unit & 0xff;

	set->has[v / 32] |= 1u << v % 32;
}

static bool set_has(const struct byte_set *set, unsigned v)
{
	return set->has[v / 32] >> v % 32 & 1;
}

/* The bytes of units that fold to this one. */
static void bytes_of(uint16_t lower, struct byte_set *low, struct byte_set *high)
{
	const struct byte_set none = {{0}};
	uint16_t units[UTF16_UPPER_MAX + 2];
	size_t n = utf16_upper(lower, units);

	units[n++] = lower;
	if (lower == 's')
		units[n++] = LONG_S;
	*low = *high = none;
	while (n--) {
		set_add(low, units[n], false);
		set_add(high, units[n], true);
	}
}

/* The mask and value that join a set's bytes, and how often a byte passes them. */
static double join(const struct byte_set *set, uint8_t *ret_mask, uint8_t *ret_value)
{
	unsigned first = 0, mask = 0;
	double rate = 0;

	while (!set_has(set, first))
		first++;
	for (unsigned v = first; v < 256; v++)
		if (set_has(set, v))
			mask |= v ^ first;
	for (unsigned v = 0; v < 256; v++)
		if ((v | mask) == (first | mask))
			rate += byte_rates[v];
	*ret_mask = (uint8_t)mask;
	*ret_value = (uint8_t)(first | mask);
	return rate;
}

/* The bytes of a literal's units, for the choice of its pair and window. */
struct places {
	struct byte_set low[LITERAL_UNITS_MAX], high[LITERAL_UNITS_MAX];
	double rate[LITERAL_UNITS_MAX]; /* of the low bytes */
};

static void find_places(const struct literal *l, struct places *p)
{
	uint8_t mask, value;

	for (size_t i = 0; i < l->units; i++) {
		bytes_of(l->lower[i], &p->low[i], &p->high[i]);
		p->rate[i] = join(&p->low[i], &mask, &value);
	}
}

/* The two rarest low bytes; of one unit, both its bytes. */
static void choose_pair(struct literal *l, const struct places *p)
{
	size_t a = 0, b = SIZE_MAX;

	for (size_t i = 1; i < l->units; i++)
		if (p->rate[i] < p->rate[a])
			a = i;
	for (size_t i = 0; i < l->units; i++)
		if (i != a && (b == SIZE_MAX || p->rate[i] < p->rate[b]))
			b = i;
	l->at[0] = 2 * a;
	l->at[1] = b == SIZE_MAX ? 2 * a + 1 : 2 * b;
	(void)join(&p->low[a], &l->mask[0], &l->value[0]);
	(void)join(b == SIZE_MAX ? &p->high[a] : &p->low[b], &l->mask[1], &l->value[1]);
}

/* Where `units` neighbours are the rarest together. */
static void choose_window(struct literal *l, const struct places *p, size_t units)
{
	double best = -1;

	for (size_t at = 0; at + units <= l->units; at++) {
		double rate = 1;

		for (size_t i = 0; i < units; i++)
			rate *= p->rate[at + i];
		if (best < 0 || rate < best) {
			best = rate;
			l->window = 2 * at;
		}
	}
}

/* What a bucket's tables allow at each place of the window. */
struct bucket {
	struct byte_set places[WINDOW_UNITS];
};

static void bucket_add(struct bucket *to, const struct literal *l, const struct places *p,
		       size_t units)
{
	for (size_t i = 0; i < units; i++)
		for (size_t k = 0; k < 8; k++)
			to->places[i].has[k] |= p->low[l->window / 2 + i].has[k];
}

/* How many of a log's bytes it lets pass. */
static double bucket_rate(const struct bucket *b, size_t units)
{
	double rate = 1;

	for (size_t i = 0; i < units; i++) {
		double sum = 0;

		for (unsigned v = 0; v < 256; v++)
			if (set_has(&b->places[i], v))
				sum += byte_rates[v];
		rate *= sum / 20000;
	}
	return rate;
}

/* Puts a literal where it adds the fewest candidates. */
static void choose_bucket(struct literal_finder *f, struct bucket *buckets, size_t which,
			  const struct places *p)
{
	const size_t units = f->window_units;
	size_t best = 0;
	double least = -1;

	for (size_t i = 0; i < BUCKETS; i++) {
		struct bucket with = buckets[i];
		const double before = f->members[i] ? bucket_rate(&with, units) : 0;
		double more;

		bucket_add(&with, &f->literals[which], p, units);
		more = bucket_rate(&with, units) - before;
		if (least < 0 || more < least) {
			least = more;
			best = i;
		}
	}
	bucket_add(&buckets[best], &f->literals[which], p, units);
	f->members[best] |= 1ull << which;
}

static void fill_tables(struct literal_finder *f, const struct bucket *buckets)
{
	f->ascii = true;
	for (size_t k = 0; k < BUCKETS; k++) {
		const uint8_t bit = (uint8_t)(1u << k);

		for (size_t i = 0; f->members[k] && i < f->window_units; i++) {
			for (unsigned v = 0; v < 256; v++) {
				if (!set_has(&buckets[k].places[i], v))
					continue;
				f->ascii &= v < 0x80;
				f->whole[i][v] |= bit;
				f->six[i][v & 63] |= bit;
				f->low[i][v & 15] |= bit;
				f->high[i][v >> 4] |= bit;
			}
		}
	}
}

static void read_literal(struct literal *l, struct view utf16)
{
	l->units = utf16.n / 2;
	for (size_t i = 0; i < l->units; i++) {
		const uint16_t lower = literal_fold(le16(utf16.p + 2 * i));

		l->lower[i] = lower;
		l->upper[i] = lower >= 'a' && lower <= 'z' ? (uint16_t)(lower - 32) : lower;
	}
}

/* Places, pairs, windows, buckets, tables. */
static void make(struct literal_finder *f, struct places *places)
{
	struct bucket buckets[BUCKETS];

	memset(buckets, 0, sizeof(buckets));
	f->window_units = WINDOW_UNITS;
	for (size_t i = 0; i < f->count; i++) {
		find_places(&f->literals[i], &places[i]);
		choose_pair(&f->literals[i], &places[i]);
		if (f->literals[i].units < f->window_units)
			f->window_units = f->literals[i].units;
	}
	f->window_first = SIZE_MAX;
	for (size_t i = 0; i < f->count; i++) {
		struct literal *const l = &f->literals[i];

		choose_window(l, &places[i], f->window_units);
		choose_bucket(f, buckets, i, &places[i]);
		f->window_first = l->window < f->window_first ? l->window : f->window_first;
		f->window_last = l->window > f->window_last ? l->window : f->window_last;
	}
	fill_tables(f, buckets);
}

struct literal_finder *literal_finder_new(const struct view *literals, size_t count)
{
	struct literal_finder *f = calloc(1, sizeof(*f));
	struct places *const places = calloc(LITERALS_MAX, sizeof(*places));

	if (f && count && count <= LITERALS_MAX) {
		f->count = count;
		for (size_t i = 0; i < count; i++)
			read_literal(&f->literals[i], literals[i]);
	}
	if (f && places && f->count) {
		make(f, places);
	} else {
		free(f);
		f = NULL;
	}
	free(places);
	return f;
}

void literal_finder_free(struct literal_finder *f)
{
	free(f);
}

double literal_rate(struct view utf16)
{
	double rate = 65536;

	/* Neighbours depend on each other: each tells less than it would alone. */
	for (size_t i = 0; i < utf16.n / 2 && i < LITERAL_UNITS_MAX; i++)
		rate *= byte_rates[literal_fold(le16(utf16.p + 2 * i)) & 0xff] > 100 ? 0.3 : 0.15;
	return rate;
}

/* ---- Searching */

void literal_found(struct literal_search *s, size_t start)
{
	size_t i = s->n;

	while (i && s->offsets[i - 1] > start)
		i--;
	if (i && s->offsets[i - 1] == start)
		return;
	if (s->n == s->room) {
		s->more = true;
		if (i == s->n)
			return;
		s->n--;
	}
	memmove(s->offsets + i + 1, s->offsets + i, (s->n - i) * sizeof(*s->offsets));
	s->offsets[i] = (uint32_t)start;
	s->n++;
}

void literal_window(struct literal_search *s, size_t at, unsigned buckets)
{
	const struct literal_finder *const f = s->f;

	for (; buckets; buckets &= buckets - 1) {
		uint64_t members = f->members[__builtin_ctz(buckets)];

		for (; members; members &= members - 1) {
			const struct literal *const l = &f->literals[__builtin_ctzll(members)];
			const size_t start = at - l->window;

			if (at < l->window || start < s->from || start >= s->to ||
			    2 * l->units > s->bytes.n - start)
				continue;
			if (literal_stands(l, s->bytes.p + start))
				literal_found(s, start);
		}
	}
	/* With no room left, what starts behind the last one found changes nothing. */
	if (s->more && s->end == SIZE_MAX)
		s->end = s->n ? s->offsets[s->n - 1] + f->window_last + 1 : 0;
}

bool literal_windows(const struct literal_search *s, size_t *ret_from, size_t *ret_to)
{
	const size_t bytes = 2 * s->f->window_units;
	size_t to;

	if (s->bytes.n < bytes || s->from >= s->to)
		return false;
	to = s->bytes.n - bytes + 1;
	*ret_from = s->from + s->f->window_first;
	*ret_to = to < s->to + s->f->window_last ? to : s->to + s->f->window_last;
	return *ret_from < *ret_to;
}

bool literal_starts(const struct literal_search *s, size_t *ret_from, size_t *ret_to)
{
	const size_t bytes = 2 * s->f->literals[0].units;
	size_t to;

	if (s->bytes.n < bytes)
		return false;
	to = s->bytes.n - bytes + 1;
	*ret_from = s->from;
	*ret_to = to < s->to ? to : s->to;
	return *ret_from < *ret_to;
}

void literal_candidate(struct literal_search *s, size_t at, unsigned buckets)
{
	const struct literal_finder *const f = s->f;
	const uint8_t *const p = s->bytes.p + at;

	for (size_t i = 0; buckets && i < f->window_units; i++)
		buckets &= f->whole[i][p[2 * i]];
	if (buckets)
		literal_window(s, at, buckets);
}

void literal_scan_windows(struct literal_search *s, size_t from, size_t to)
{
	for (size_t at = from; at < to && at < s->end; at++)
		if (s->f->whole[0][s->bytes.p[at]])
			literal_candidate(s, at, s->f->whole[0][s->bytes.p[at]]);
}

void literal_scan_starts(struct literal_search *s, size_t from, size_t to)
{
	for (size_t at = from; at < to && !s->more; at++)
		literal_start(s, at);
}

size_t literal_find(const struct literal_finder *f, struct view bytes, size_t from, size_t to,
		    uint32_t *offsets, size_t room)
{
	struct literal_search s = {f, bytes, from, to, offsets, room, 0, false, SIZE_MAX};
	size_t first, end;

	if (bytes.n > UINT32_MAX)
		s.bytes.n = UINT32_MAX;
	if (s.to > s.bytes.n)
		s.to = s.bytes.n;
	if (!literal_search_vectors(&s) && literal_windows(&s, &first, &end))
		literal_scan_windows(&s, first, end);
	return s.more ? room + 1 : s.n;
}

#if !defined(__x86_64__) && !defined(__aarch64__)
bool literal_search_vectors(struct literal_search *s)
{
	(void)s;
	return false;
}
#endif
