/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Each part of an expression is known exactly, as the few texts that it matches, or by a set of
 * texts one of which it needs, or not at all. A sequence joins what is known exactly as far as that
 * stays few; the joined texts are needed, and the rarest set of all is kept. Alternatives are
 * united, a part that may be absent needs nothing. Conditions that take no room (^ $ \b and the
 * like) match the empty text; looking around, references, sets and classes are not known.
 *
 * A text stands for all of its cases, so that options and sets such as [Ee] make no difference.
 * That holds for ASCII only: under Unicode's rules other letters have more relatives than
 * literal_fold() knows, and are not known where case may not matter.
 */
#include "query/regex_literals.h"

#include "base/find_literals.h"
#include "base/limits.h"

/* Texts that a sequence may join to, and units of one. */
#define TEXTS_MAX LITERALS_MAX
#define TEXT_UNITS 64u

struct text {
	const uint16_t *units;
	size_t n;
};

struct texts {
	struct text *list; /* each once */
	size_t count;
};

struct part {
	bool exact;
	bool needs;         /* `texts` is a set that it needs, not exactly what it matches */
	struct texts texts; /* neither: nothing is known */
};

struct reader {
	struct arena *arena;
	struct view in;
	size_t at, units;
	bool nocase;
	bool failed; /* something that is not understood, or no memory: nothing is known */
	unsigned depth;
};

static const struct part unknown = {false, false, {NULL, 0}};

static uint16_t unit(const struct reader *r, size_t i)
{
	return i < r->units ? le16(r->in.p + 2 * i) : 0;
}

static uint16_t next(const struct reader *r)
{
	return unit(r, r->at);
}

static bool is_digit(uint16_t u)
{
	return u >= '0' && u <= '9';
}

static bool is_word(uint16_t u)
{
	return is_digit(u) || u == '_' || ((u | 32) >= 'a' && (u | 32) <= 'z' && u < 0x80);
}

/* ---- Sets of texts */

static struct part fail(struct reader *r)
{
	r->failed = true;
	return unknown;
}

static struct part exactly(struct reader *r, const uint16_t *units, size_t n)
{
	struct part p = {true, false, {arena_array(r->arena, 1, sizeof(struct text)), 1}};
	uint16_t *const copy = arena_array(r->arena, n + 1, sizeof(*copy));

	if (!p.texts.list || !copy)
		return fail(r);
	for (size_t i = 0; i < n; i++)
		copy[i] = literal_fold(units[i]);
	p.texts.list[0].units = copy;
	p.texts.list[0].n = n;
	return p;
}

/* A character as the expression has it. */
static struct part character(struct reader *r, uint16_t u)
{
	if (!u || (u >= 0x80 && r->nocase))
		return unknown;
	return exactly(r, &u, 1);
}

static bool add_text(struct texts *to, struct text t)
{
	for (size_t i = 0; i < to->count; i++)
		if (to->list[i].n == t.n && !memcmp(to->list[i].units, t.units, 2 * t.n))
			return true;
	if (to->count == TEXTS_MAX)
		return false;
	to->list[to->count++] = t;
	return true;
}

/* Texts of either; false where they are too many. */
static bool unite(struct reader *r, const struct texts *a, const struct texts *b, struct texts *ret)
{
	struct texts all = {arena_array(r->arena, a->count + b->count + 1, sizeof(struct text)), 0};

	if (!all.list) {
		r->failed = true;
		return false;
	}
	for (size_t i = 0; i < a->count; i++)
		if (!add_text(&all, a->list[i]))
			return false;
	for (size_t i = 0; i < b->count; i++)
		if (!add_text(&all, b->list[i]))
			return false;
	*ret = all;
	return true;
}

/* Each text of `a` with each of `b` behind it; false where they are too many or too long. */
static bool follow(struct reader *r, const struct texts *a, const struct texts *b,
		   struct texts *ret)
{
	struct texts all = {NULL, 0};

	if (a->count * b->count > TEXTS_MAX)
		return false;
	all.list = arena_array(r->arena, a->count * b->count, sizeof(struct text));
	for (size_t i = 0; all.list && i < a->count; i++) {
		for (size_t k = 0; k < b->count; k++) {
			const struct text x = a->list[i], y = b->list[k];
			uint16_t *const units = arena_array(r->arena, x.n + y.n + 1, 2);

			if (x.n + y.n > TEXT_UNITS)
				return false;
			if (!units) {
				r->failed = true;
				return false;
			}
			if (x.n)
				memcpy(units, x.units, 2 * x.n);
			if (y.n)
				memcpy(units + x.n, y.units, 2 * y.n);
			(void)add_text(&all, (struct text){units, x.n + y.n});
		}
	}
	r->failed |= !all.list;
	*ret = all;
	return all.list;
}

static double rate(const struct texts *t)
{
	double sum = 0;

	for (size_t i = 0; i < t->count; i++) {
		uint8_t bytes[2 * TEXT_UNITS];

		for (size_t k = 0; k < t->list[i].n; k++)
			put16(bytes + 2 * k, t->list[i].units[k]);
		sum += literal_rate((struct view){bytes, 2 * t->list[i].n});
	}
	return sum;
}

/* Whether one of these is needed: the empty text is everywhere. */
static bool tells(const struct part *p)
{
	for (size_t i = 0; i < p->texts.count; i++)
		if (!p->texts.list[i].n)
			return false;
	return p->texts.count && (p->exact || p->needs);
}

/* ---- Sequences */

struct sequence {
	struct texts run; /* what it ends with, exactly */
	struct part best; /* the rarest set that it needs */
	bool broken;      /* `run` is not all of it */
};

/* The rarer one of what is needed so far and this. */
static void need(struct sequence *s, const struct part *p)
{
	if (tells(p) && (!s->best.needs || rate(&p->texts) < rate(&s->best.texts))) {
		s->best = *p;
		s->best.exact = false;
		s->best.needs = true;
	}
}

/* Between what came and what comes anything may stand. */
static void cut(struct reader *r, struct sequence *s)
{
	const struct part run = {true, false, s->run};

	need(s, &run);
	s->run = exactly(r, NULL, 0).texts;
	s->broken = true;
}

static void append(struct reader *r, struct sequence *s, const struct part *p)
{
	if (!p->exact) {
		cut(r, s);
		need(s, p);
	} else if (!follow(r, &s->run, &p->texts, &s->run)) {
		cut(r, s);
		s->run = p->texts;
	}
}

/* At least `least` times, then perhaps more. */
static void append_repeated(struct reader *r, struct sequence *s, const struct part *p,
			    size_t least, bool more)
{
	if (!least) {
		cut(r, s);
		return;
	}
	for (size_t i = 0; i < least && i < TEXT_UNITS; i++)
		append(r, s, p);
	if (more || least > TEXT_UNITS) {
		/* What follows stands behind the last one. */
		cut(r, s);
		if (p->exact)
			s->run = p->texts;
	}
}

static struct part finish(struct reader *r, struct sequence *s)
{
	struct part whole = {true, false, s->run};

	if (!s->broken)
		return whole;
	cut(r, s);
	return s->best;
}

static struct part either(struct reader *r, const struct part *a, const struct part *b)
{
	struct part p = {a->exact && b->exact, false, {NULL, 0}};

	if (!p.exact && (!tells(a) || !tells(b)))
		return unknown;
	if (!unite(r, &a->texts, &b->texts, &p.texts))
		return unknown;
	p.needs = !p.exact;
	return p;
}

/* ---- Reading */

static struct part alternatives(struct reader *r);

/* Behind a backslash: escapes that stand for one character. False: it is another escape. */
static bool escaped_character(struct reader *r, uint16_t *ret)
{
	static const char from[] = "tnrfaev", to[] = "\t\n\r\f\a\x1b\v";
	const uint16_t u = next(r);
	const char *const simple = u && u < 0x80 ? strchr(from, (int)u) : NULL;
	size_t digits = u == 'x' ? 2 : u == 'u' ? 4 : 0;
	uint16_t v = 0;

	if (simple) {
		r->at++;
		*ret = (uint8_t)to[simple - from];
		return true;
	}
	if (digits) {
		for (r->at++; digits; digits--, r->at++) {
			const uint16_t d = next(r);

			v = (uint16_t)(v << 4 | (is_digit(d) ? d - '0' : (d | 32) - 'a' + 10));
		}
		*ret = v;
		return true;
	}
	if (u == 'c') {
		*ret = (uint16_t)((unit(r, r->at + 1) & 0xdf) - '@');
		r->at += 2;
		return true;
	}
	if (u == '0') {
		for (size_t i = 0; i < 3 && next(r) >= '0' && next(r) <= '7'; i++, r->at++)
			v = (uint16_t)(v * 8 + (next(r) - '0'));
		*ret = v & 0xff;
		return true;
	}
	if (r->at < r->units && !is_word(u)) {
		r->at++;
		*ret = u;
		return true;
	}
	return false;
}

static void skip_to(struct reader *r, uint16_t end)
{
	while (r->at < r->units && next(r) != end)
		r->at++;
	r->failed |= r->at >= r->units;
	r->at++;
}

static struct part escape(struct reader *r)
{
	const uint16_t u = next(r);
	uint16_t c;

	switch (u) {
	case 'b':
	case 'B':
	case 'A':
	case 'Z':
	case 'z':
	case 'G':
		r->at++;
		return exactly(r, NULL, 0);
	case 'p':
	case 'P':
		skip_to(r, '}');
		return unknown;
	case 'k':
		r->at++;
		r->at++;
		skip_to(r, unit(r, r->at - 1) == '<' ? '>' : '\'');
		return unknown;
	default:
		break;
	}
	if (escaped_character(r, &c))
		return character(r, c);
	/* \d \w \s and their negations, \1 to \9. */
	if (!u || u >= 0x80 || !strchr("dDwWsS123456789", (int)u))
		return fail(r);
	r->at++;
	return unknown;
}

/* One member of a set; *ret_plain: a single character, *ret. */
static void set_member(struct reader *r, bool *ret_plain, uint16_t *ret)
{
	*ret_plain = true;
	*ret = next(r);
	r->at++;
	if (*ret != '\\')
		return;
	if (next(r) == 'b') {
		*ret = '\b';
		r->at++;
	} else if (!escaped_character(r, ret)) {
		*ret_plain = false;
		if (next(r) == 'p' || next(r) == 'P')
			skip_to(r, '}');
		else
			r->at++;
	}
}

/* Behind `[`: exactly its members where they are few and written out. */
static struct part set(struct reader *r)
{
	struct part p = {true, false, {NULL, 0}};
	bool known = next(r) != '^';

	if (!known)
		r->at++;
	for (bool first = true; !r->failed && (first || next(r) != ']'); first = false) {
		struct part one = unknown;
		uint16_t u;
		bool plain;

		if (r->at >= r->units)
			return fail(r);
		set_member(r, &plain, &u);
		if (plain && next(r) == '-' && unit(r, r->at + 1) != ']') {
			plain = false;
			r->at++;
			set_member(r, &known, &u);
		}
		if (plain)
			one = character(r, u);
		known = known && one.exact && unite(r, &p.texts, &one.texts, &p.texts);
	}
	r->at++;
	return known && p.texts.count <= 4 ? p : unknown;
}

/* Behind `(`. */
static struct part group(struct reader *r)
{
	struct part p;
	bool around = false;

	if (next(r) == '?') {
		const uint16_t kind = unit(r, r->at + 1), after = unit(r, r->at + 2);

		if (kind == '#') {
			skip_to(r, ')');
			return exactly(r, NULL, 0);
		}
		around = kind == '=' || kind == '!' ||
			 (kind == '<' && (after == '=' || after == '!'));
		r->at += 2;
		if (around) {
			r->at += kind == '<';
		} else if (kind == '<' || kind == '\'') {
			skip_to(r, kind == '<' ? '>' : '\'');
		} else if (kind != ':' && kind != '>') {
			/* Options, for what follows in this group or for a group of their own. */
			r->at--;
			while (next(r) && next(r) < 0x80 && strchr("imnsIMNS-", (int)next(r)))
				r->at++;
			if (next(r) != ')' && next(r) != ':')
				return fail(r);
			if (unit(r, r->at++) == ')')
				return exactly(r, NULL, 0);
		}
	}
	p = alternatives(r);
	if (next(r) != ')')
		return fail(r);
	r->at++;
	return around ? unknown : p;
}

static struct part atom(struct reader *r)
{
	const uint16_t u = unit(r, r->at++);

	switch (u) {
	case '\\':
		return escape(r);
	case '[':
		return set(r);
	case '(':
		return group(r);
	case '^':
	case '$':
		return exactly(r, NULL, 0);
	case '.':
		return unknown;
	default:
		return character(r, u);
	}
}

/* A quantifier, if one stands here: *ret_more without an upper end, or with another than
 * *ret_least.
 */
static bool quantifier(struct reader *r, size_t *ret_least, size_t *ret_most)
{
	const uint16_t u = next(r);
	size_t i = r->at + 1, least = 0, most = 0;

	if (u == '*' || u == '+' || u == '?') {
		*ret_least = u == '+';
		*ret_most = u == '?' ? 1 : SIZE_MAX;
	} else if (u == '{' && is_digit(unit(r, i))) {
		for (; is_digit(unit(r, i)); i++)
			least = least > LIMIT_PATTERN_UNITS ? least : least * 10 + unit(r, i) - '0';
		*ret_least = *ret_most = least;
		if (unit(r, i) == ',') {
			*ret_most = is_digit(unit(r, ++i)) ? 0 : SIZE_MAX;
			for (; is_digit(unit(r, i)); i++)
				most = most > LIMIT_PATTERN_UNITS ? most
								  : most * 10 + unit(r, i) - '0';
			*ret_most = *ret_most ? SIZE_MAX : most;
		}
		if (unit(r, i) != '}')
			return false;
		i++;
	} else {
		return false;
	}
	r->at = i;
	if (next(r) == '?')
		r->at++;
	return true;
}

static struct part sequence(struct reader *r)
{
	struct sequence s = {.run = exactly(r, NULL, 0).texts, .best = unknown};

	while (!r->failed && r->at < r->units && next(r) != '|' && next(r) != ')') {
		const struct part p = atom(r), nothing = exactly(r, NULL, 0);
		struct part perhaps;
		size_t least = 1, most = 1;

		(void)quantifier(r, &least, &most);
		if (least == 0 && most == 1 && p.exact) {
			perhaps = either(r, &p, &nothing);
			append(r, &s, &perhaps);
		} else {
			append_repeated(r, &s, &p, least, most != least);
		}
	}
	return r->failed ? unknown : finish(r, &s);
}

static struct part alternatives(struct reader *r)
{
	struct part all;

	if (++r->depth > LIMIT_EXPRESSION_DEPTH)
		return fail(r);
	all = sequence(r);
	while (!r->failed && r->at < r->units && next(r) == '|') {
		struct part one;

		r->at++;
		one = sequence(r);
		all = either(r, &all, &one);
	}
	r->depth--;
	return all;
}

/* The rarest LITERAL_UNITS_MAX units of a text. */
static struct view piece(struct arena *a, struct text t)
{
	const size_t n = t.n < LITERAL_UNITS_MAX ? t.n : LITERAL_UNITS_MAX;
	uint8_t *const bytes = arena_alloc(a, 2 * t.n);
	struct view all = {bytes, 2 * t.n}, best;

	if (!bytes)
		return (struct view){NULL, 0};
	for (size_t i = 0; i < t.n; i++)
		put16(bytes + 2 * i, t.units[i]);
	best = view_slice(all, 0, 2 * n);
	for (size_t i = 1; i + n <= t.n; i++)
		if (literal_rate(view_slice(all, 2 * i, 2 * n)) < literal_rate(best))
			best = view_slice(all, 2 * i, 2 * n);
	return best;
}

size_t regex_literals(struct arena *a, struct view pattern, bool nocase, const struct view **ret)
{
	struct reader r = {.arena = a, .in = pattern, .units = pattern.n / 2, .nocase = nocase};
	struct part all;
	struct view *list;

	/* Options may come with any group. */
	for (size_t i = 0; i + 1 < r.units; i++)
		r.nocase |= unit(&r, i) == '(' && unit(&r, i + 1) == '?';
	all = alternatives(&r);
	if (r.failed || r.at < r.units || !tells(&all))
		return 0;
	list = arena_array(a, all.texts.count, sizeof(*list));
	for (size_t i = 0; list && i < all.texts.count; i++) {
		list[i] = piece(a, all.texts.list[i]);
		if (!list[i].p)
			return 0;
	}
	*ret = list;
	return list ? all.texts.count : 0;
}
