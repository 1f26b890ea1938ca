/* SPDX-License-Identifier: Apache-2.0 */
/* Building and printing predicates. */
#include "query/predicate.h"

#include <stdlib.h>

#include "base/text.h"
#include "base/timestamp.h"

struct operand operand_literal(struct datum value)
{
	const struct operand o = {.kind = OPERAND_LITERAL, .as = {.literal = value}};
	return o;
}

struct operand operand_field(enum event_field field)
{
	const struct operand o = {.kind = OPERAND_FIELD, .as = {.field = field}};
	return o;
}

struct operand operand_property(enum property property)
{
	const struct operand o = {.kind = OPERAND_PROPERTY, .as = {.property = property}};
	return o;
}

struct operand operand_values(void)
{
	const struct operand o = {.kind = OPERAND_VALUES, .as = {.index = 0}};
	return o;
}

struct predicate *predicate_constant(struct arena *a, enum tri value)
{
	struct predicate *const p = arena_alloc(a, sizeof(*p));

	if (p) {
		p->kind = PREDICATE_CONSTANT;
		p->constant = value;
	}
	return p;
}

struct predicate *predicate_test(struct arena *a, struct operand of)
{
	struct predicate *const p = arena_alloc(a, sizeof(*p));

	if (p) {
		p->kind = PREDICATE_TEST;
		p->left = of;
	}
	return p;
}

struct predicate *predicate_compare(struct arena *a, struct operand left, enum compare compare,
				    bool exact, struct operand right)
{
	struct predicate *const p = arena_alloc(a, sizeof(*p));

	if (p) {
		p->kind = PREDICATE_COMPARE;
		p->compare = compare;
		p->exact = exact;
		p->left = left;
		p->right = right;
	}
	return p;
}

struct predicate *predicate_not(struct arena *a, const struct predicate *child)
{
	struct predicate *const p = arena_alloc(a, sizeof(*p));
	const struct predicate **const children = arena_array(a, 1, sizeof(*children));

	if (!p || !children)
		return NULL;
	children[0] = child;
	p->kind = PREDICATE_NOT;
	p->children = children;
	p->count = 1;
	return p;
}

struct predicate *predicate_join(struct arena *a, enum predicate_kind kind,
				 const struct predicate *left, const struct predicate *right)
{
	const bool extend = left && left->kind == kind && kind != PREDICATE_XOR;
	const struct predicate **children;
	struct predicate *p;
	size_t n = 0;

	if (!left || !right) {
		/* A copy, so that the caller owns what it gets. */
		const struct predicate *const only = left ? left : right;

		p = arena_alloc(a, sizeof(*p));
		if (p && only)
			*p = *only;
		else if (p)
			p->kind = kind;
		return p;
	}
	p = arena_alloc(a, sizeof(*p));
	if (!p)
		return NULL;
	p->kind = kind;
	/* Children of a chain grow in place: capacity doubles at powers of two. */
	if (extend && (left->count & (left->count - 1)) != 0) {
		children = left->children;
		n = left->count;
	} else {
		const size_t have = extend ? left->count : 1;

		children = arena_array(a, have < 2 ? 2 : have * 2, sizeof(*children));
		if (!children)
			return NULL;
		if (extend)
			memcpy(children, left->children, have * sizeof(*children));
		else
			children[0] = left;
		n = have;
	}
	children[n++] = right;
	p->children = children;
	p->count = n;
	return p;
}

enum tocsin_status predicate_like(struct arena *a, struct operand left, bool negated, bool exact,
				  struct view pattern, struct predicate **ret,
				  struct tocsin_error *error)
{
	const struct wildcard *wildcard;
	struct predicate *p;

	TRY(wildcard_compile(a, pattern, !exact, &wildcard, error));
	p = predicate_compare(a, left, negated ? COMPARE_NOT_LIKE : COMPARE_LIKE, exact,
			      operand_literal(datum_text(wildcard->source)));
	ENSURE(p, error, TOCSIN_NO_MEMORY, 0, "out of memory");
	p->wildcard = wildcard;
	*ret = p;
	return TOCSIN_OK;
}

static int by_first(const void *a, const void *b)
{
	const struct predicate_range *const x = a, *const y = b;

	return (x->first > y->first) - (x->first < y->first);
}

struct predicate *predicate_within(struct arena *a, struct operand left,
				   const struct predicate_range *ranges, size_t count)
{
	struct predicate *const p =
		predicate_compare(a, left, COMPARE_WITHIN, false, operand_literal(datum_null()));
	struct predicate_range *const list = arena_array(a, count, sizeof(*list));
	size_t n = 0;

	if (!p || !list)
		return NULL;
	if (count) {
		memcpy(list, ranges, count * sizeof(*list));
		qsort(list, count, sizeof(*list), by_first);
	}
	for (size_t i = 0; i < count; i++) {
		struct predicate_range *const before = n ? &list[n - 1] : NULL;

		if (!before || (before->last < list[i].first && list[i].first - before->last > 1))
			list[n++] = list[i];
		else if (before->last < list[i].last)
			before->last = list[i].last;
	}
	p->ranges = list;
	p->range_count = n;
	return p;
}

static const char *const property_names[PROPERTY_COUNT] = {
	[PROPERTY_RECORD_ID] = "record-id",
	[PROPERTY_INDEX] = "index",
	[PROPERTY_TIME] = "time",
	[PROPERTY_TIME_GENERATED] = "time-generated",
	[PROPERTY_SOURCE] = "source",
	[PROPERTY_ENTRY_TYPE] = "entry-type",
	[PROPERTY_INSTANCE_ID] = "instance-id",
	[PROPERTY_LEVEL_NAME] = "level-name",
	[PROPERTY_TASK_NAME] = "task-name",
	[PROPERTY_OPCODE_NAME] = "opcode-name",
	[PROPERTY_CATEGORY] = "category",
	[PROPERTY_KEYWORDS] = "keywords",
	[PROPERTY_USER_SID] = "user-sid",
	[PROPERTY_USER_NAME] = "user-name",
	[PROPERTY_PROVIDER_ID] = "provider-id",
	[PROPERTY_ACTIVITY_ID] = "activity-id",
	[PROPERTY_RELATED_ACTIVITY_ID] = "related-activity-id",
	[PROPERTY_ID] = "id",
	[PROPERTY_COMPUTER_LABEL] = "computer-label",
};

const char *property_name(enum property property)
{
	return property_names[property];
}

static const char *const compare_names[COMPARE_COUNT] = {
	[COMPARE_EQUAL] = "eq",
	[COMPARE_NOT_EQUAL] = "ne",
	[COMPARE_LESS] = "lt",
	[COMPARE_LESS_EQUAL] = "le",
	[COMPARE_GREATER] = "gt",
	[COMPARE_GREATER_EQUAL] = "ge",
	[COMPARE_LIKE] = "like",
	[COMPARE_NOT_LIKE] = "notlike",
	[COMPARE_MATCH] = "match",
	[COMPARE_NOT_MATCH] = "notmatch",
	[COMPARE_IN] = "in",
	[COMPARE_NOT_IN] = "notin",
	[COMPARE_CONTAINS] = "contains",
	[COMPARE_NOT_CONTAINS] = "notcontains",
	[COMPARE_TEXT_CONTAINS] = "text-contains",
	[COMPARE_TEXT_STARTS] = "text-starts",
	[COMPARE_TEXT_ENDS] = "text-ends",
	[COMPARE_ANY_BIT] = "any-bit",
	[COMPARE_WITHIN] = "within",
};

static void dump_text(struct buf *out, struct view utf16)
{
	buf_byte(out, '"');
	utf16_append(out, utf16, UTF_JSON);
	buf_byte(out, '"');
}

static void dump_datum(struct buf *out, const struct datum *d)
{
	char time[FILETIME_TEXT];

	switch (d->type) {
	case DATUM_NULL:
		buf_str(out, "null");
		break;
	case DATUM_UNKNOWN:
		buf_str(out, "unknown");
		break;
	case DATUM_TEXT:
		dump_text(out, d->as.text);
		break;
	case DATUM_TIME:
		filetime_format(time, d->as.time);
		buf_str(out, time);
		break;
	case DATUM_LIST:
		/* Literals nest one level at most: lists of lists are refused by the front ends. */
		buf_byte(out, '[');
		for (size_t i = 0; i < d->as.list.count; i++) {
			if (i)
				buf_byte(out, ' ');
			if (d->as.list.items[i].type == DATUM_LIST)
				buf_str(out, "[...]");
			else
				dump_datum(out, &d->as.list.items[i]);
		}
		buf_byte(out, ']');
		break;
	case DATUM_BOOL:
	case DATUM_INT:
	case DATUM_UINT:
	case DATUM_DOUBLE:
	case DATUM_ENTRY_TYPE:
		datum_append(out, d);
		break;
	}
}

static void dump(struct buf *out, const struct predicate *p, unsigned depth);

static void dump_operand(struct buf *out, const struct operand *o, unsigned depth)
{
	switch (o->kind) {
	case OPERAND_LITERAL:
		dump_datum(out, &o->as.literal);
		break;
	case OPERAND_ABSENT:
		buf_str(out, "absent");
		break;
	case OPERAND_FIELD:
		buf_str(out, event_field_name(o->as.field));
		break;
	case OPERAND_PROPERTY:
		buf_str(out, property_name(o->as.property));
		break;
	case OPERAND_STRING:
		buf_printf(out, "string[%lld]", (long long)o->as.index);
		break;
	case OPERAND_STRINGS:
		buf_str(out, "strings");
		break;
	case OPERAND_DATA:
		buf_printf(out, "data[%lld]", (long long)o->as.index);
		break;
	case OPERAND_DATA_LIST:
		buf_str(out, "data");
		break;
	case OPERAND_NAMED:
		buf_str(out, "named[");
		dump_text(out, o->as.name);
		buf_byte(out, ']');
		break;
	case OPERAND_MESSAGE:
		buf_str(out, "message");
		break;
	case OPERAND_VALUES:
		buf_str(out, "values");
		break;
	case OPERAND_PREDICATE:
		dump(out, o->as.predicate, depth + 1);
		break;
	}
}

static void dump_ranges(struct buf *out, const struct predicate *p)
{
	for (size_t i = 0; i < p->range_count; i++) {
		const struct predicate_range *const r = &p->ranges[i];

		buf_byte(out, ' ');
		buf_u64(out, r->first);
		if (r->last == r->first)
			continue;
		buf_byte(out, '-');
		if (r->last != UINT64_MAX)
			buf_u64(out, r->last);
	}
}

static void dump(struct buf *out, const struct predicate *p, unsigned depth)
{
	static const char *const names[] = {
		[PREDICATE_AND] = "and", [PREDICATE_OR] = "or",     [PREDICATE_XOR] = "xor",
		[PREDICATE_NOT] = "not", [PREDICATE_TEST] = "test",
	};
	static const char *const answers[] = {"false", "undecided", "true"};

	if (depth > 4096) {
		buf_str(out, "...");
		return;
	}
	if (p->kind == PREDICATE_CONSTANT) {
		buf_str(out, answers[p->constant]);
		return;
	}
	buf_byte(out, '(');
	if (p->kind == PREDICATE_COMPARE) {
		if (p->exact)
			buf_byte(out, 'c');
		buf_str(out, compare_names[p->compare]);
		buf_byte(out, ' ');
		dump_operand(out, &p->left, depth);
		if (p->compare == COMPARE_WITHIN) {
			dump_ranges(out, p);
		} else {
			buf_byte(out, ' ');
			dump_operand(out, &p->right, depth);
		}
	} else {
		buf_str(out, names[p->kind]);
		if (p->kind == PREDICATE_TEST) {
			buf_byte(out, ' ');
			dump_operand(out, &p->left, depth);
		}
		for (size_t i = 0; i < p->count; i++) {
			buf_byte(out, ' ');
			dump(out, p->children[i], depth + 1);
		}
	}
	buf_byte(out, ')');
}

void predicate_dump(struct buf *out, const struct predicate *p)
{
	if (p)
		dump(out, p, 0);
	else
		buf_str(out, "true");
}
