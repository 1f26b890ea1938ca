/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Conditions to their quick forms. Each rule here says of a comparison in predicate.h what it comes
 * to for a left value of one type; whatever is not named keeps the slow way.
 *
 * Order in a chain. AND and OR give the same answer in any order, but an error is only told where a
 * condition is come to. So conditions that may tell one stay where they are, and the others are
 * sorted between them: none moves from one side of such a condition to the other.
 */
#include <stdlib.h>

#include "base/find_literals.h"
#include "query/match_fast.h"
#include "query/property.h"

/* What a condition costs, to sort by: a look at a number, a name, some other field. */
enum { COST_NUMBER = 1, COST_TEXT = 2, COST_FIELD = 8, COST_ALL = FAST_COST_ALL };

static struct fast_match *bind(struct arena *a, const struct query *q, const struct predicate *p);

/* ---- What may tell an error */

static bool may_fail(const struct predicate *p);

static bool operand_may_fail(const struct operand *o)
{
	return o->kind == OPERAND_PREDICATE && may_fail(o->as.predicate);
}

static bool may_fail(const struct predicate *p)
{
	/* Depth is bounded by the front ends (LIMIT_EXPRESSION_DEPTH). */
	for (size_t i = 0; i < p->count; i++)
		if (may_fail(p->children[i]))
			return true;
	if (p->kind == PREDICATE_TEST)
		return operand_may_fail(&p->left);
	if (p->kind != PREDICATE_COMPARE)
		return false;
	switch (p->compare) {
	case COMPARE_LESS:
	case COMPARE_LESS_EQUAL:
	case COMPARE_GREATER:
	case COMPARE_GREATER_EQUAL:
	case COMPARE_MATCH:
	case COMPARE_NOT_MATCH:
	case COMPARE_TEXT_CONTAINS:
	case COMPARE_TEXT_STARTS:
	case COMPARE_TEXT_ENDS:
		return true;
	default:
		return operand_may_fail(&p->left) || operand_may_fail(&p->right);
	}
}

static unsigned operand_cost(const struct operand *o)
{
	switch (o->kind) {
	case OPERAND_LITERAL:
	case OPERAND_ABSENT:
		return 0;
	case OPERAND_FIELD:
	case OPERAND_PROPERTY:
	case OPERAND_STRING:
	case OPERAND_DATA:
		return COST_FIELD;
	default:
		return COST_ALL;
	}
}

/* ---- Numbers and times */

/* What a left operand gives where its field holds what Windows writes. */
enum domain { DOMAIN_NONE, DOMAIN_NUMBER, DOMAIN_TIME, DOMAIN_ENTRY_TYPE };

static enum domain field_domain(struct fast_match *f, enum event_field field)
{
	if (field == EVENT_TIME) {
		f->number = NUMBER_TIME;
		return DOMAIN_TIME;
	}
	if (!property_is_number(field))
		return DOMAIN_NONE;
	f->number = NUMBER_FIELD;
	f->field = field;
	return DOMAIN_NUMBER;
}

static enum domain number_domain(struct fast_match *f, const struct operand *o)
{
	if (o->kind == OPERAND_FIELD)
		return field_domain(f, o->as.field);
	if (o->kind != OPERAND_PROPERTY)
		return DOMAIN_NONE;
	switch (o->as.property) {
	case PROPERTY_RECORD_ID:
		return field_domain(f, EVENT_RECORD_ID);
	case PROPERTY_ID:
		f->number = NUMBER_ID;
		return DOMAIN_NUMBER;
	case PROPERTY_INSTANCE_ID:
		f->number = NUMBER_INSTANCE_ID;
		return DOMAIN_NUMBER;
	case PROPERTY_TIME:
		f->number = NUMBER_TIME;
		return DOMAIN_TIME;
	case PROPERTY_TIME_GENERATED:
		f->number = NUMBER_TIME_SECONDS;
		return DOMAIN_TIME;
	case PROPERTY_ENTRY_TYPE:
		f->number = NUMBER_ENTRY_TYPE;
		return DOMAIN_ENTRY_TYPE;
	default:
		return DOMAIN_NONE;
	}
}

/* The right value as the left one's type takes it. A negative number is below all. */
static bool literal_number(enum domain domain, const struct datum *d, uint64_t *ret,
			   bool *ret_below)
{
	struct datum n = *d;
	int64_t type;

	*ret_below = false;
	if (domain == DOMAIN_TIME) {
		*ret = d->as.time;
		return d->type == DATUM_TIME ||
		       (d->type == DATUM_TEXT && datum_parse_time(d->as.text, ret, NULL));
	}
	if (domain == DOMAIN_ENTRY_TYPE) {
		if (d->type == DATUM_TEXT) {
			if (!entry_type_parse(d->as.text, &type))
				return false;
			n = datum_int(type);
		} else if (d->type == DATUM_ENTRY_TYPE) {
			n = datum_int(d->as.i);
		}
	} else if (d->type == DATUM_TEXT && !datum_parse_number(d->as.text, &n)) {
		return false;
	}
	if (n.type != DATUM_INT && (n.type != DATUM_UINT || domain == DOMAIN_ENTRY_TYPE))
		return false;
	*ret_below = n.type == DATUM_INT && n.as.i < 0;
	*ret = n.type == DATUM_UINT ? n.as.u : (uint64_t)n.as.i;
	return true;
}

static bool set_range(struct arena *a, struct fast_match *f, enum compare c, uint64_t n, bool below)
{
	struct predicate_range *const r = arena_alloc(a, sizeof(*r));

	if (!r)
		return false;
	f->ranges = r;
	f->range_count = 1;
	r->last = UINT64_MAX;
	switch (c) {
	case COMPARE_EQUAL:
		r->first = r->last = n;
		f->range_count = !below;
		return true;
	case COMPARE_GREATER_EQUAL:
		r->first = below ? 0 : n;
		return true;
	case COMPARE_GREATER:
		r->first = below ? 0 : n + 1;
		f->range_count = below || n < UINT64_MAX;
		return true;
	case COMPARE_LESS_EQUAL:
		r->last = n;
		f->range_count = !below;
		return true;
	case COMPARE_LESS:
		r->last = n - 1;
		f->range_count = !below && n > 0;
		return true;
	default:
		return false;
	}
}

static int by_first(const void *a, const void *b)
{
	const struct predicate_range *const x = a, *const y = b;

	return (x->first > y->first) - (x->first < y->first);
}

/* Each item is the left side of its comparison: one that is no integer compares otherwise. */
static bool set_items(struct arena *a, struct fast_match *f, const struct datum *list)
{
	const size_t count = list->as.list.count;
	struct predicate_range *const r = arena_array(a, count + 1, sizeof(*r));
	size_t n = 0, kept = 0;

	for (size_t i = 0; r && i < count; i++) {
		const struct datum *const d = &list->as.list.items[i];

		if (d->type != DATUM_INT && d->type != DATUM_UINT)
			return false;
		if (d->type == DATUM_INT && d->as.i < 0)
			continue;
		r[n].first = r[n].last = d->as.u; /* the same 64 bits in both */
		n++;
	}
	if (!r)
		return false;
	qsort(r, n, sizeof(*r), by_first);
	for (size_t i = 0; i < n; i++)
		if (!kept || r[kept - 1].first != r[i].first)
			r[kept++] = r[i];
	f->ranges = r;
	f->range_count = kept;
	return true;
}

static bool bind_number(struct arena *a, struct fast_match *f)
{
	const struct predicate *const p = f->predicate;
	const enum domain domain = number_domain(f, &p->left);
	const enum compare c = compare_positive(p->compare, &f->negated);
	const struct datum *const literal = &p->right.as.literal;
	uint64_t n;
	bool below;

	if (domain == DOMAIN_NONE || p->right.kind != OPERAND_LITERAL)
		return false;
	f->kind = FAST_NUMBER;
	f->cost = COST_NUMBER;
	if (c == COMPARE_WITHIN) {
		f->ranges = p->ranges;
		f->range_count = p->range_count;
		return domain == DOMAIN_NUMBER;
	}
	if (c == COMPARE_IN && literal->type == DATUM_LIST)
		return domain != DOMAIN_TIME && set_items(a, f, literal);
	return literal_number(domain, literal, &n, &below) && set_range(a, f, c, n, below);
}

/* ---- Names */

static bool is_name(const struct operand *o, struct fast_match *f)
{
	f->field = EVENT_PROVIDER;
	f->source = o->kind == OPERAND_PROPERTY && o->as.property == PROPERTY_SOURCE;
	if (o->kind != OPERAND_FIELD)
		return f->source;
	f->field = o->as.field;
	return f->field == EVENT_PROVIDER || f->field == EVENT_SOURCE ||
	       f->field == EVENT_CHANNEL || f->field == EVENT_COMPUTER;
}

static bool has_nul(struct view text)
{
	for (size_t i = 0; i + 1 < text.n; i += 2)
		if (!le16(text.p + i))
			return true;
	return false;
}

static bool bind_text(struct fast_match *f)
{
	const struct predicate *const p = f->predicate;
	const enum compare c = compare_positive(p->compare, &f->negated);
	const struct datum *const right = &p->right.as.literal;

	if (!is_name(&p->left, f) || p->right.kind != OPERAND_LITERAL)
		return false;
	f->exact = p->exact;
	if (c == COMPARE_LIKE && p->wildcard->shape == WILDCARD_EQUAL) {
		f->literal = p->wildcard->literal;
		f->exact = !p->wildcard->nocase;
	} else if (c == COMPARE_EQUAL && right->type == DATUM_TEXT) {
		f->literal = right->as.text;
		f->literal.n &= ~(size_t)1;
	} else {
		return false;
	}
	f->kind = FAST_TEXT;
	f->cost = COST_TEXT;
	return f->literal.n && !has_nul(f->literal);
}

/* ---- Chains */

static int by_cost(const struct fast_match *l, const struct fast_match *r)
{
	return (l->cost > r->cost) - (l->cost < r->cost);
}

/* Stable, between those that may fail; chains are short, or all of one cost. */
static void sort_run(const struct fast_match **list, size_t count)
{
	for (size_t i = 1; i < count; i++) {
		const struct fast_match *const one = list[i];
		size_t k = i;

		for (; k && by_cost(list[k - 1], one) > 0; k--)
			list[k] = list[k - 1];
		list[k] = one;
	}
}

static void sort_chain(const struct fast_match **list, size_t count)
{
	size_t from = 0;

	for (size_t i = 0; i <= count; i++) {
		if (i < count && !list[i]->fails)
			continue;
		sort_run(list + from, i - from);
		from = i + 1;
	}
}

/* What is asked of all values, one condition behind the other, becomes one. */
static size_t values_run(const struct predicate *p, size_t from)
{
	size_t n = 0;

	while (from + n < p->count && fast_is_values(p->children[from + n]))
		n++;
	return n;
}

/* NULL: they stay as they are. */
static struct fast_match *bind_run(struct arena *a, const struct query *q,
				   const struct predicate *p, size_t from, size_t n)
{
	struct fast_match *const f = n ? arena_alloc(a, sizeof(*f)) : NULL;

	return f && fast_values_bind(a, q, f, &p->children[from], n) ? f : NULL;
}

static bool bind_chain(struct arena *a, const struct query *q, struct fast_match *f)
{
	const struct predicate *const p = f->predicate;

	f->kind = p->kind == PREDICATE_AND  ? FAST_AND
		  : p->kind == PREDICATE_OR ? FAST_OR
					    : FAST_NOT;
	f->children = arena_array(a, p->count + 1, sizeof(*f->children));
	if (!f->children)
		return false;
	for (size_t i = 0; i < p->count;) {
		const size_t run = f->kind == FAST_OR ? values_run(p, i) : 0;
		struct fast_match *child = bind_run(a, q, p, i, run);
		const size_t taken = child ? run : 1;

		if (!child)
			child = bind(a, q, p->children[i]);
		if (!child)
			return false;
		f->children[f->count++] = child;
		f->fails = f->fails || child->fails;
		f->cost += child->cost;
		i += taken;
	}
	sort_chain(f->children, f->count);
	return true;
}

static bool bind_compare(struct arena *a, const struct query *q, struct fast_match *f)
{
	const struct predicate *const p = f->predicate;
	const struct fast_match empty = *f;

	if (bind_number(a, f))
		return true;
	*f = empty;
	if (bind_text(f))
		return true;
	*f = empty;
	if (fast_is_values(p)) {
		const struct predicate **const asked = arena_alloc(a, sizeof(*asked));

		if (!asked)
			return false;
		*asked = p;
		if (fast_values_bind(a, q, f, asked, 1))
			return true;
		*f = empty;
	}
	f->fails = may_fail(p);
	f->cost = COST_NUMBER + operand_cost(&p->left) + operand_cost(&p->right);
	return true;
}

static struct fast_match *bind(struct arena *a, const struct query *q, const struct predicate *p)
{
	/* Depth is bounded by the front ends (LIMIT_EXPRESSION_DEPTH). */
	struct fast_match *const f = arena_alloc(a, sizeof(*f));
	bool bound = true;

	if (!f)
		return NULL;
	f->kind = FAST_SLOW;
	f->predicate = p;
	switch (p->kind) {
	case PREDICATE_CONSTANT:
		f->kind = FAST_CONSTANT;
		f->constant = p->constant;
		break;
	case PREDICATE_AND:
	case PREDICATE_OR:
	case PREDICATE_NOT:
		bound = bind_chain(a, q, f);
		break;
	case PREDICATE_COMPARE:
		bound = bind_compare(a, q, f);
		break;
	case PREDICATE_XOR:
	case PREDICATE_TEST:
		f->fails = may_fail(p);
		f->cost = COST_ALL;
		break;
	}
	return bound ? f : NULL;
}

const struct fast_match *fast_match_new(struct arena *a, const struct query *q,
					const struct predicate *p)
{
	return bind(a, q, p);
}

void fast_match_free(const struct fast_match *f)
{
	if (!f)
		return;
	literal_finder_free(f->finder);
	for (size_t i = 0; f->children && i < f->count; i++)
		fast_match_free(f->children[i]);
}
