/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Conditions on all values: each value is made a text once for all conditions, and searched once
 * for what any of them needs. Only the texts that hold some of it are then given to the conditions,
 * in the evaluator's order: condition by condition, value by value. Every other text is FALSE for
 * each of them, without an error (regex_may_match()), so nothing is left out.
 */
#include "base/find_literals.h"
#include "query/match_fast.h"
#include "query/regex_literals.h"

/* Texts of one event that are kept for the conditions; of events with more the evaluator asks. */
#define TEXTS_MAX 32u

/* ---- Binding */

/* What stands in no number, id or time as text. */
static bool is_word_unit(uint16_t unit)
{
	static const char marks[] = "0123456789abcdefxstzABCDEFXSTZ-+.:,{}";

	return !unit || unit >= 0x80 || !strchr(marks, (int)unit);
}

static bool is_word(struct view literal)
{
	for (size_t i = 0; i + 1 < literal.n; i += 2)
		if (is_word_unit(le16(literal.p + i)))
			return true;
	return false;
}

static bool asks_for_word(const struct wildcard *w)
{
	for (size_t i = 0; i < w->count; i++)
		if (w->items[i].kind == WILDCARD_UNIT && is_word_unit(w->items[i].unit))
			return true;
	return false;
}

/* The longest run of units that a wildcard asks for, as far as a finder goes; empty: none. */
static bool wildcard_literal(struct arena *a, const struct wildcard *w, struct view *ret)
{
	size_t from = 0, best = 0, n = 0;
	uint8_t *p;

	for (size_t i = 0; i < w->count; i++) {
		const bool unit = w->items[i].kind == WILDCARD_UNIT && w->items[i].unit;

		n = unit ? n + 1 : 0;
		if (n > best) {
			best = n;
			from = i + 1 - n;
		}
	}
	best = best > LITERAL_UNITS_MAX ? LITERAL_UNITS_MAX : best;
	p = best ? arena_alloc(a, 2 * best) : NULL;
	if (!p)
		return false;
	for (size_t i = 0; i < best; i++)
		put16(p + 2 * i, w->items[from + i].unit);
	ret->p = p;
	ret->n = 2 * best;
	return true;
}

bool fast_is_values(const struct predicate *p)
{
	return p->kind == PREDICATE_COMPARE && p->left.kind == OPERAND_VALUES &&
	       p->right.kind == OPERAND_LITERAL &&
	       (p->compare == COMPARE_LIKE || p->compare == COMPARE_MATCH);
}

/* What a text needs for any of the conditions; of numbers and the like only `words` tells. */
struct needs {
	struct view literals[LITERALS_MAX];
	size_t count;
	bool known; /* of each condition */
	bool words;
};

static void add_like(struct arena *a, const struct predicate *p, struct needs *n)
{
	n->words = n->words && asks_for_word(p->wildcard);
	n->known = n->known && n->count < LITERALS_MAX &&
		   wildcard_literal(a, p->wildcard, &n->literals[n->count]);
	n->count += n->known;
}

static void add_match(struct arena *a, const struct query_regex *regex, struct needs *n)
{
	const struct view *list;
	const size_t count = regex_literals(a, regex->pattern, regex->nocase, &list);

	n->known = n->known && count && count <= LITERALS_MAX - n->count;
	for (size_t i = 0; n->known && i < count; i++) {
		n->literals[n->count++] = list[i];
		n->words = n->words && is_word(list[i]);
	}
}

bool fast_values_bind(struct arena *a, const struct query *q, struct fast_match *f,
		      const struct predicate *const *asked, size_t count)
{
	struct needs needs = {.known = true, .words = true};
	bool like = true;

	f->kind = FAST_VALUES;
	f->cost = FAST_COST_ALL;
	f->asked = asked;
	f->count = count;
	for (size_t i = 0; i < count; i++) {
		const struct predicate *const p = asked[i];

		if (p->compare == COMPARE_LIKE) {
			add_like(a, p, &needs);
			continue;
		}
		if (!q || p->regex_number >= q->regex_count)
			return false;
		like = false;
		if (f->regex_end <= p->regex_number)
			f->regex_end = p->regex_number + 1;
		add_match(a, &q->regexes[p->regex_number], &needs);
	}
	f->fails = !like;
	f->words = needs.words && (like || needs.known);
	if (needs.known)
		f->finder = literal_finder_new(needs.literals, needs.count);
	return like || f->finder;
}

/* ---- Asking */

/* Types whose text is made of digits, the letters a to f, x, S, T and Z, and marks; arrays of them
 * have commas between. */
static bool is_scalar(const struct value *v)
{
	switch (v->type & ~VALUE_ARRAY) {
	case VALUE_INT8:
	case VALUE_UINT8:
	case VALUE_INT16:
	case VALUE_UINT16:
	case VALUE_INT32:
	case VALUE_UINT32:
	case VALUE_INT64:
	case VALUE_UINT64:
	case VALUE_BINARY:
	case VALUE_GUID:
	case VALUE_SIZE:
	case VALUE_FILETIME:
	case VALUE_SYSTEMTIME:
	case VALUE_SID:
	case VALUE_HEX32:
	case VALUE_HEX64:
	case VALUE_HANDLE:
		return true;
	default:
		return false;
	}
}

static enum tri ask(const struct fast_match *f, struct evaluation *x, const struct datum *texts,
		    size_t count)
{
	enum tri answer = TRI_FALSE;

	for (size_t i = 0; i < f->count && answer != TRI_TRUE; i++) {
		const struct predicate *const p = f->asked[i];

		for (size_t k = 0; k < count && answer != TRI_TRUE; k++)
			answer = tri_or(answer, evaluation_compare(p, p->compare, x, &texts[k],
								   &p->right.as.literal));
	}
	return answer;
}

static enum tri ask_evaluator(const struct fast_match *f, struct evaluation *x)
{
	enum tri answer = TRI_FALSE;

	for (size_t i = 0; i < f->count && answer != TRI_TRUE; i++)
		answer = tri_or(answer, predicate_evaluate(f->asked[i], x));
	return answer;
}

/* All are LIKE, and each value is let go of before the next one. */
static enum tri ask_each(const struct fast_match *f, struct evaluation *x)
{
	const size_t count = evaluation_value_count(x->event);
	enum tri answer = TRI_FALSE;

	for (size_t i = 0; i < count && answer != TRI_TRUE; i++) {
		const struct value v = evaluation_value(x->event, i);
		const struct arena_mark mark = arena_save(x->arena);
		struct datum shown;

		if (value_is_null(&v) || (f->words && is_scalar(&v)))
			continue;
		shown = evaluation_shown(x, &v);
		answer = tri_or(answer, ask(f, x, &shown, 1));
		arena_restore(x->arena, mark);
	}
	return answer;
}

enum tri fast_values_evaluate(const struct fast_match *f, struct evaluation *x)
{
	const size_t values = evaluation_value_count(x->event);
	struct datum texts[TEXTS_MAX];
	size_t count = 0;
	uint32_t at;

	if (!f->finder)
		return ask_each(f, x);
	if (x->regex_count < f->regex_end)
		return ask_evaluator(f, x);
	for (size_t i = 0; i < values; i++) {
		const struct value v = evaluation_value(x->event, i);
		const struct arena_mark mark = arena_save(x->arena);
		struct datum shown;

		if (value_is_null(&v) || (f->words && is_scalar(&v)))
			continue;
		shown = evaluation_shown(x, &v);
		if (shown.type != DATUM_TEXT || count == TEXTS_MAX)
			return ask_evaluator(f, x);
		if (literal_find(f->finder, shown.as.text, 0, shown.as.text.n, &at, 1))
			texts[count++] = shown;
		else
			arena_restore(x->arena, mark);
	}
	return ask(f, x, texts, count);
}
