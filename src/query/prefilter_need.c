/* SPDX-License-Identifier: Apache-2.0 */
/* Sets of literals: which pieces of a text, a wildcard or an expression can be looked for. */
#include "query/prefilter_plan.h"

#include "base/find_literals.h"
#include "query/regex_literals.h"

/* Shorter ones stand in every chunk. */
#define UNITS_MIN 3u

static bool all_of(struct view text, const char *alphabet)
{
	for (size_t i = 0; i + 1 < text.n; i += 2) {
		const uint16_t u = literal_fold(le16(text.p + i));

		if (!u || u >= 0x80 || !strchr(alphabet, (int)u))
			return false;
	}
	return true;
}

static bool part_of(struct view text, const char *word)
{
	const size_t units = text.n / 2, n = strlen(word);

	for (size_t at = 0; at + units <= n; at++) {
		size_t i = 0;

		while (i < units && literal_fold(le16(text.p + 2 * i)) == (uint8_t)word[at + i])
			i++;
		if (i == units)
			return true;
	}
	return false;
}

/* A part of hex digits, `0x1f`, an identifier, or a SID, which begins with its S and may have a
 * `0x1f` inside. */
static bool in_hex(struct view text)
{
	uint16_t before = '0';

	for (size_t i = 0; i + 1 < text.n; i += 2) {
		const uint16_t u = literal_fold(le16(text.p + i));
		const struct view one = view_slice(text, i, 2);
		const bool fits = i == 2 && before == 's' ? u == '-'
				  : u == 's'              ? i == 0
				  : u == 'x'              ? before == '0'
							  : all_of(one, "0123456789abcdef-{}");

		if (!fits)
			return false;
		before = u;
	}
	return true;
}

/*
 * Whether the text of a value that is none (format/value.c) may hold it: a number; hex digits and
 * what is made of them; a time; a truth value. Such a text is made when it is asked for, and stands
 * nowhere in the record.
 */
static bool may_be_formatted(struct view text)
{
	return all_of(text, "0123456789+-.e") || part_of(text, "-1.#inf") ||
	       part_of(text, "-1.#ind") || in_hex(text) || all_of(text, "0123456789-:.tz") ||
	       part_of(text, "true") || part_of(text, "false");
}

static bool usable(struct view text)
{
	for (size_t i = 0; i < text.n; i += 2)
		if (!le16(text.p + i))
			return false;
	return text.n >= 2 * UNITS_MIN && !may_be_formatted(text);
}

static struct need one_literal(struct planner *p, struct view literal)
{
	struct view *const list = arena_array(p->arena, 1, sizeof(*list));

	if (!list)
		return need_unknown();
	list[0] = literal;
	return (struct need){true, list, 1, literal_rate(literal)};
}

/* The rarest piece of a text: each part of it is needed as much as the whole is. */
struct need need_text(struct planner *p, struct view text)
{
	const size_t units = text.n / 2;
	struct view best = {NULL, 0};

	for (size_t at = 0; at + UNITS_MIN <= units; at++) {
		struct view piece;
		size_t n = 0;

		while (n < LITERAL_UNITS_MAX && at + n < units && le16(text.p + 2 * (at + n)))
			n++;
		piece = view_slice(text, 2 * at, 2 * n);
		if (usable(piece) && (!best.p || literal_rate(piece) < literal_rate(best)))
			best = piece;
	}
	return best.p ? one_literal(p, best) : need_unknown();
}

/* The rarest run of characters. */
struct need need_wildcard(struct planner *p, const struct wildcard *w)
{
	struct need best = need_unknown();

	for (size_t i = 0, n; i < w->count; i += n + 1) {
		struct need one;
		uint8_t *text;

		for (n = 0; i + n < w->count && w->items[i + n].kind == WILDCARD_UNIT;)
			n++;
		if (n < UNITS_MIN)
			continue;
		text = arena_alloc(p->arena, 2 * n);
		if (!text)
			return need_unknown();
		for (size_t k = 0; k < n; k++)
			put16(text + 2 * k, w->items[i + k].unit);
		one = need_text(p, (struct view){text, 2 * n});
		if (one.known && (!best.known || one.rate < best.rate))
			best = one;
	}
	return best;
}

/* Just those that regex_may_match() looks for: without them no step is taken. */
struct need need_regex(struct planner *p, size_t number)
{
	const struct query_regex *const regex =
		number < p->query->regex_count ? &p->query->regexes[number] : NULL;
	struct need all = {true, NULL, 0, 0};

	if (!regex)
		return need_unknown();
	all.count = regex_literals(p->arena, regex->pattern, regex->nocase, &all.list);
	for (size_t i = 0; i < all.count; i++) {
		if (!usable(all.list[i]))
			return need_unknown();
		all.rate += literal_rate(all.list[i]);
	}
	return all.count ? all : need_unknown();
}

struct need need_either(struct planner *p, struct need a, struct need b)
{
	struct view *const list = arena_array(p->arena, a.count + b.count + 1, sizeof(*list));
	struct need all = {true, list, a.count, a.rate + b.rate};

	if (!a.known || !b.known || !list)
		return need_unknown();
	if (a.count)
		memcpy(list, a.list, a.count * sizeof(*list));
	for (size_t i = 0; i < b.count; i++) {
		size_t k = 0;

		while (k < all.count && !view_equal(list[k], b.list[i]))
			k++;
		if (k == all.count)
			list[all.count++] = b.list[i];
	}
	return all.count > LITERALS_MAX ? need_unknown() : all;
}
