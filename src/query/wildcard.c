/* SPDX-License-Identifier: Apache-2.0 */
/* PowerShell wildcards; the rules are in docs/predicates.md. */
#include "query/wildcard.h"

#include "base/limits.h"

struct compiler {
	struct arena *arena;
	struct view pattern;
	size_t at, units;
	bool nocase;
	struct wildcard_item *items;
	size_t count;
	struct tocsin_error *error;
};

static uint16_t unit_at(struct view v, size_t i)
{
	return le16(v.p + 2 * i);
}

static uint16_t fold(const struct compiler *c, uint16_t u)
{
	return c->nocase ? utf16_lower(u) : u;
}

static enum tocsin_status bad_pattern(struct compiler *c, size_t at, const char *why)
{
	return error_setf(c->error, TOCSIN_INVALID, at,
			  "the specified wildcard character pattern is not valid", "%s", why);
}

/* A range in a set that ignores case: the lower case of each of its units, as runs. */
static enum tocsin_status add_folded(struct compiler *c, uint16_t first, uint16_t last,
				     struct wildcard_range **ranges, size_t *count, size_t *size)
{
	uint32_t u = first;

	while (u <= last) {
		struct wildcard_range run = {fold(c, (uint16_t)u), fold(c, (uint16_t)u)};

		for (u++; u <= last && fold(c, (uint16_t)u) == run.last + 1u; u++)
			run.last++;
		if (*count == *size) {
			const size_t more = *size ? *size * 2 : 8;
			struct wildcard_range *const grown =
				arena_array(c->arena, more, sizeof(*grown));

			ENSURE(grown, c->error, TOCSIN_NO_MEMORY, 0, "out of memory");
			if (*count)
				memcpy(grown, *ranges, *count * sizeof(*grown));
			*ranges = grown;
			*size = more;
		}
		(*ranges)[(*count)++] = run;
	}
	return TOCSIN_OK;
}

/* Behind `[`: one member, with a backtick taken off. False at the pattern's end. */
static bool set_unit(struct compiler *c, uint16_t *ret, bool *ret_escaped)
{
	*ret_escaped = false;
	if (c->at >= c->units)
		return false;
	*ret = unit_at(c->pattern, c->at++);
	if (*ret == '`' && c->at < c->units) {
		*ret = unit_at(c->pattern, c->at++);
		*ret_escaped = true;
	}
	return true;
}

/* A set: the first `]` is a member, `-` at either end is one too. */
static enum tocsin_status compile_set(struct compiler *c, struct wildcard_item *item)
{
	const size_t start = c->at - 1;
	struct wildcard_range *ranges = NULL;
	size_t count = 0, size = 0;
	bool first = true, escaped;
	uint16_t u, v;

	for (;; first = false) {
		if (!set_unit(c, &u, &escaped))
			return bad_pattern(c, start, "`[` without its `]`");
		if (u == ']' && !escaped && !first)
			break;
		v = u;
		if (c->at + 1 < c->units && unit_at(c->pattern, c->at) == '-' &&
		    unit_at(c->pattern, c->at + 1) != ']') {
			c->at++;
			if (!set_unit(c, &v, &escaped))
				return bad_pattern(c, start, "`[` without its `]`");
			if (v < u)
				return bad_pattern(c, start, "a range runs backwards");
		}
		TRY(add_folded(c, u, v, &ranges, &count, &size));
	}
	item->kind = WILDCARD_SET;
	item->ranges = ranges;
	item->range_count = count;
	return TOCSIN_OK;
}

static enum tocsin_status compile_items(struct compiler *c)
{
	while (c->at < c->units) {
		uint16_t u = unit_at(c->pattern, c->at++);
		struct wildcard_item *const item = &c->items[c->count];

		if (u == '*') {
			if (c->count && item[-1].kind == WILDCARD_RUN)
				continue;
			item->kind = WILDCARD_RUN;
		} else if (u == '?') {
			item->kind = WILDCARD_ONE;
		} else if (u == '[') {
			TRY(compile_set(c, item));
		} else {
			/* A backtick makes the next unit literal; at the very end it is one itself.
			 */
			if (u == '`' && c->at < c->units)
				u = unit_at(c->pattern, c->at++);
			item->kind = WILDCARD_UNIT;
			item->unit = fold(c, u);
		}
		c->count++;
	}
	return TOCSIN_OK;
}

/* The units between `from` and `to` as text, when they are all literal. */
static bool literal_items(struct compiler *c, size_t from, size_t to, struct view *ret)
{
	uint8_t *p;

	for (size_t i = from; i < to; i++)
		if (c->items[i].kind != WILDCARD_UNIT)
			return false;
	p = arena_alloc(c->arena, (to - from) * 2 + 2);
	if (!p)
		return false;
	for (size_t i = from; i < to; i++)
		put16(p + 2 * (i - from), c->items[i].unit);
	ret->p = p;
	ret->n = (to - from) * 2;
	return true;
}

static void find_shape(struct compiler *c, struct wildcard *w)
{
	const size_t n = c->count;

	w->open = n && c->items[0].kind == WILDCARD_RUN && c->items[n - 1].kind == WILDCARD_RUN;
	if (n == 1 && w->open) {
		w->shape = WILDCARD_ALL;
	} else if (literal_items(c, 0, n, &w->literal)) {
		w->shape = WILDCARD_EQUAL;
		w->plain = true;
	} else if (w->open && n > 2 && literal_items(c, 1, n - 1, &w->literal)) {
		w->finder = utf16_finder_new(c->arena, w->literal, c->nocase);
		w->shape = w->finder ? WILDCARD_CONTAINS : WILDCARD_GENERAL;
	}
}

enum tocsin_status wildcard_compile(struct arena *a, struct view pattern, bool nocase,
				    const struct wildcard **ret, struct tocsin_error *error)
{
	struct compiler c = {a, pattern, 0, pattern.n / 2, nocase, NULL, 0, error};
	struct wildcard *const w = arena_alloc(a, sizeof(*w));
	uint8_t *const source = arena_alloc(a, pattern.n + 2);

	ENSURE(c.units <= LIMIT_PATTERN_UNITS, error, TOCSIN_LIMIT, LIMIT_PATTERN_UNITS,
	       "the wildcard pattern is too long");
	c.items = arena_array(a, c.units + 1, sizeof(*c.items));
	ENSURE(w && source && c.items, error, TOCSIN_NO_MEMORY, 0, "out of memory");
	/* One backtick alone matches the empty text (PowerShell's WildcardPattern). */
	if (c.units == 1 && unit_at(pattern, 0) == '`')
		c.at = 1;
	TRY(compile_items(&c));
	if (pattern.n)
		memcpy(source, pattern.p, pattern.n);
	w->nocase = nocase;
	w->source.p = source;
	w->source.n = pattern.n & ~(size_t)1;
	w->items = c.items;
	w->count = c.count;
	find_shape(&c, w);
	*ret = w;
	return TOCSIN_OK;
}

static bool item_matches(const struct wildcard *w, const struct wildcard_item *item, uint16_t unit)
{
	const uint16_t u = w->nocase ? utf16_lower(unit) : unit;

	if (item->kind == WILDCARD_ONE)
		return true;
	if (item->kind == WILDCARD_UNIT)
		return item->unit == u;
	for (size_t i = 0; i < item->range_count; i++)
		if (u >= item->ranges[i].first && u <= item->ranges[i].last)
			return true;
	return false;
}

/* On a mismatch only the last `*` can help: it takes one unit more. */
static bool match_general(const struct wildcard *w, struct view text)
{
	const size_t units = text.n / 2;
	size_t at = 0, item = 0, star = SIZE_MAX, star_at = 0;

	while (at < units) {
		if (item < w->count && w->items[item].kind == WILDCARD_RUN) {
			star = item++;
			star_at = at;
		} else if (item < w->count && item_matches(w, &w->items[item], unit_at(text, at))) {
			item++;
			at++;
		} else if (star != SIZE_MAX) {
			item = star + 1;
			at = ++star_at;
		} else {
			return false;
		}
	}
	while (item < w->count && w->items[item].kind == WILDCARD_RUN)
		item++;
	return item == w->count;
}

bool wildcard_match(const struct wildcard *w, struct view text)
{
	switch (w->shape) {
	case WILDCARD_ALL:
		return true;
	case WILDCARD_EQUAL:
		text.n &= ~(size_t)1;
		return w->nocase ? utf16_equal_nocase(text, w->literal)
				 : view_equal(text, w->literal);
	case WILDCARD_CONTAINS:
		return utf16_find(w->finder, text);
	case WILDCARD_GENERAL:
		break;
	}
	return match_general(w, text);
}
