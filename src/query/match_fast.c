/* SPDX-License-Identifier: Apache-2.0 */
/* Answers by the quick forms of conditions; match_bind.c makes them. */
#include "query/match_fast.h"

#include "base/timestamp.h"
#include "query/property.h"

/* ---- Numbers and times */

/* An integer as it stands; false for any other type, or bytes that are not all there. */
static bool integer(const struct value *v, uint64_t *ret)
{
	switch (v->type) {
	case VALUE_UINT8:
	case VALUE_UINT16:
	case VALUE_UINT32:
	case VALUE_UINT64:
	case VALUE_HEX32:
	case VALUE_HEX64:
		break;
	default:
		return false;
	}
	switch (v->bytes.n) {
	case 1:
		*ret = v->bytes.p[0];
		return true;
	case 2:
		*ret = le16(v->bytes.p);
		return true;
	case 4:
		*ret = le32(v->bytes.p);
		return true;
	case 8:
		*ret = le64(v->bytes.p);
		return true;
	default:
		return false;
	}
}

static bool filetime(const struct event *e, uint64_t *ret)
{
	const struct value *const v = &e->field[EVENT_TIME];

	if (v->type != VALUE_FILETIME || v->bytes.n != 8)
		return false;
	*ret = le64(v->bytes.p);
	return true;
}

static bool entry_type(const struct event *e, struct evaluation *x, uint64_t *ret)
{
	const struct datum d = property_of_event(e, PROPERTY_ENTRY_TYPE, x->arena);

	if (d.type != DATUM_ENTRY_TYPE || d.as.i < 0)
		return false;
	*ret = (uint64_t)d.as.i;
	return true;
}

/* The number that the condition asks about; false where it takes the slow way to know it. */
static bool number(const struct fast_match *f, struct evaluation *x, uint64_t *ret)
{
	const struct event *const e = x->event;
	uint64_t qualifiers = 0;

	switch (f->number) {
	case NUMBER_FIELD:
		return integer(&e->field[f->field], ret);
	case NUMBER_ID:
		if (!integer(&e->field[EVENT_ID], ret))
			return false;
		*ret &= 0xffff;
		return true;
	case NUMBER_INSTANCE_ID:
		if (!integer(&e->field[EVENT_ID], ret))
			return false;
		if (e->field[EVENT_QUALIFIERS].type != VALUE_NULL &&
		    !integer(&e->field[EVENT_QUALIFIERS], &qualifiers))
			return false;
		*ret = (qualifiers & 0xffff) << 16 | (*ret & 0xffff);
		return true;
	case NUMBER_ENTRY_TYPE:
		return entry_type(e, x, ret);
	case NUMBER_TIME:
		return filetime(e, ret);
	case NUMBER_TIME_SECONDS:
		if (!filetime(e, ret))
			return false;
		*ret = *ret / FILETIME_SECOND * FILETIME_SECOND;
		return true;
	}
	return false;
}

static bool is_within(const struct fast_match *f, uint64_t n)
{
	size_t low = 0, high = f->range_count;

	while (high - low > 1) {
		const size_t middle = low + (high - low) / 2;

		if (f->ranges[middle].first <= n)
			low = middle;
		else
			high = middle;
	}
	return low < high && n >= f->ranges[low].first && n <= f->ranges[low].last;
}

/* ---- Names */

/* Four units at once where they are the same; else one by one. Both have n bytes, n even. */
static bool same_text(const uint8_t *l, const uint8_t *r, size_t n, bool exact)
{
	size_t i = 0;

	if (exact)
		return memcmp(l, r, n) == 0;
	for (; i < n; i += 2) {
		while (n - i >= 8 && memcmp(l + i, r + i, 8) == 0)
			i += 8;
		if (i < n && utf16_lower(le16(l + i)) != utf16_lower(le16(r + i)))
			return false;
	}
	return true;
}

/* A text ends at its first NUL. */
static bool equals(const struct fast_match *f, struct view text)
{
	const struct view literal = f->literal;

	if (text.n < literal.n)
		return false;
	if (text.n >= literal.n + 2 && le16(text.p + literal.n) != 0)
		return false;
	return same_text(text.p, literal.p, literal.n, f->exact);
}

static enum tri text(const struct fast_match *f, struct evaluation *x)
{
	const struct event *const e = x->event;
	enum event_field field = f->field;
	const struct value *v;

	if (f->source && e->field[EVENT_SOURCE].type != VALUE_NULL)
		field = EVENT_SOURCE;
	v = &e->field[field];
	if (v->type == VALUE_STRING)
		return tri_of(equals(f, v->bytes) != f->negated);
	if (v->type == VALUE_NULL && field == EVENT_SOURCE)
		return tri_of(f->negated);
	if (v->type == VALUE_NULL)
		return TRI_UNDECIDED; /* every event has one: it is lost */
	return predicate_evaluate(f->predicate, x);
}

/* ---- Chains */

enum tri fast_match_evaluate(const struct fast_match *f, struct evaluation *x)
{
	enum tri answer;
	uint64_t n;

	switch (f->kind) {
	case FAST_CONSTANT:
		return f->constant;
	case FAST_AND:
		answer = TRI_TRUE;
		for (size_t i = 0; i < f->count && answer != TRI_FALSE; i++)
			answer = tri_and(answer, fast_match_evaluate(f->children[i], x));
		return answer;
	case FAST_OR:
		answer = TRI_FALSE;
		for (size_t i = 0; i < f->count && answer != TRI_TRUE; i++)
			answer = tri_or(answer, fast_match_evaluate(f->children[i], x));
		return answer;
	case FAST_NOT:
		return tri_not(fast_match_evaluate(f->children[0], x));
	case FAST_NUMBER:
		if (number(f, x, &n))
			return tri_of(is_within(f, n) != f->negated);
		break;
	case FAST_TEXT:
		return text(f, x);
	case FAST_VALUES:
		return fast_values_evaluate(f, x);
	case FAST_SLOW:
		break;
	}
	return predicate_evaluate(f->predicate, x);
}
