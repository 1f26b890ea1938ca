/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What a comparison needs. Its operand's text has to stand in the record as it is: evaluate.c and
 * property.c say what an operand gives, predicate.h what a comparison makes of it.
 *
 * Not among these operands: inserted values with their types (those of some types are unknown,
 * which leaves every comparison undecided), names and keywords that are looked up, and Message
 * where its wording counts (undecided where it is not known).
 */
#include "query/prefilter_plan.h"

#include "query/evaluate.h"

/* What an operand gives, as far as texts of the record are concerned. */
enum texts {
	TEXTS_NONE,    /* something else */
	TEXTS_ONE,     /* a text; it may be unknown only in a record that has lost it */
	TEXTS_OR_NULL, /* a text or $null */
	TEXTS_LIST,    /* a list of texts */
	TEXTS_EACH     /* one after the other: some has to satisfy the comparison */
};

/* How much more often a literal is in a record because it is what its field holds. */
#define RATE_CHANNEL 100000.0
#define RATE_COMPUTER 50000.0
#define RATE_PROVIDER 1000.0

static enum texts texts_of(const struct planner *p, const struct operand *o, double *ret_rate)
{
	*ret_rate = 0;
	switch (o->kind) {
	case OPERAND_FIELD:
		switch (o->as.field) {
		case EVENT_CHANNEL:
			*ret_rate = RATE_CHANNEL;
			return TEXTS_ONE;
		case EVENT_COMPUTER:
			*ret_rate = RATE_COMPUTER;
			return TEXTS_ONE;
		case EVENT_PROVIDER:
			*ret_rate = RATE_PROVIDER;
			return TEXTS_ONE;
		case EVENT_SOURCE:
			*ret_rate = RATE_PROVIDER;
			return TEXTS_OR_NULL;
		case EVENT_MESSAGE:
		case EVENT_LEVEL_NAME:
		case EVENT_TASK_NAME:
		case EVENT_OPCODE_NAME:
			return TEXTS_OR_NULL;
		default:
			return TEXTS_NONE;
		}
	case OPERAND_PROPERTY:
		*ret_rate = o->as.property == PROPERTY_SOURCE ? RATE_PROVIDER : RATE_COMPUTER;
		/* The label is how the computer's name begins. */
		return o->as.property == PROPERTY_SOURCE ||
				       o->as.property == PROPERTY_COMPUTER_LABEL
			       ? TEXTS_ONE
			       : TEXTS_NONE;
	case OPERAND_STRING:
		return TEXTS_OR_NULL;
	case OPERAND_STRINGS:
	case OPERAND_NAMED:
		return TEXTS_LIST;
	case OPERAND_VALUES:
		return TEXTS_EACH;
	case OPERAND_MESSAGE:
		return p->subject == QUERY_SUBJECT_VALUES ? TEXTS_EACH : TEXTS_NONE;
	default:
		return TEXTS_NONE;
	}
}

/* To hold what `d` is as a text, when it is converted to one. $null is not: a text that equals it,
 * or contains it, needs nothing. */
static struct need to_text(struct planner *p, const struct datum *d)
{
	if (d->type == DATUM_NULL || d->type == DATUM_UNKNOWN || d->type == DATUM_LIST)
		return need_unknown();
	return need_text(p, datum_to_text(p->arena, d));
}

/* To equal one of the literal's items, which stand on the left of that comparison: others than
 * texts ask for something else. */
static struct need to_equal_one(struct planner *p, const struct datum *d)
{
	struct need all = need_never();

	if (d->type == DATUM_TEXT && !d->guid)
		return need_text(p, d->as.text);
	if (d->type != DATUM_LIST)
		return need_unknown();
	for (size_t i = 0; i < d->as.list.count && all.known; i++) {
		const struct datum *const item = &d->as.list.items[i];

		all = item->type == DATUM_TEXT && !item->guid
			      ? need_either(p, all, need_text(p, item->as.text))
			      : need_unknown();
	}
	return all;
}

/* Texts on the left, a literal on the right. */
static struct need texts_left(struct planner *p, const struct predicate *c, enum compare compare,
			      enum texts texts)
{
	const struct datum *const right = &c->right.as.literal;

	switch (compare) {
	case COMPARE_EQUAL:
	case COMPARE_CONTAINS:
		return to_text(p, right);
	case COMPARE_IN:
		/* A list on the left is one text, joined. */
		return texts == TEXTS_LIST ? need_unknown() : to_equal_one(p, right);
	case COMPARE_LIKE:
		return need_wildcard(p, c->wildcard);
	case COMPARE_MATCH:
		return need_regex(p, c->regex_number);
	case COMPARE_TEXT_CONTAINS:
	case COMPARE_TEXT_STARTS:
	case COMPARE_TEXT_ENDS:
		/* On $null they are undecided. */
		return texts == TEXTS_OR_NULL ? need_unknown() : to_text(p, right);
	default:
		return need_unknown();
	}
}

/* A literal on the left, texts on the right. */
static struct need texts_right(struct planner *p, const struct predicate *c, enum compare compare,
			       enum texts texts)
{
	const struct datum *const left = &c->left.as.literal;

	switch (compare) {
	case COMPARE_EQUAL:
		return texts == TEXTS_LIST || left->type != DATUM_TEXT ? need_unknown()
								       : to_equal_one(p, left);
	case COMPARE_CONTAINS:
		return texts == TEXTS_LIST ? need_unknown() : to_equal_one(p, left);
	case COMPARE_IN:
		return to_text(p, left);
	default:
		return need_unknown();
	}
}

struct need need_compare(struct planner *p, const struct predicate *c, bool negated)
{
	bool negative;
	const enum compare compare = compare_positive(c->compare, &negative);
	double left_rate, right_rate;
	const enum texts left = texts_of(p, &c->left, &left_rate);
	const enum texts right = texts_of(p, &c->right, &right_rate);
	struct need need = need_unknown();

	/* The negated operators filter a list: their negation is not the positive one. */
	if (negative != negated || (negative && left == TEXTS_LIST))
		return need;
	if (left != TEXTS_NONE && c->right.kind == OPERAND_LITERAL) {
		need = texts_left(p, c, compare, left);
		need.rate += left_rate;
	} else if (right != TEXTS_NONE && right != TEXTS_EACH && c->left.kind == OPERAND_LITERAL) {
		need = texts_right(p, c, compare, right);
		need.rate += right_rate;
	}
	return need;
}

/* ---- Errors */

static bool is_number(const struct operand *o)
{
	if (o->kind == OPERAND_FIELD)
		return (o->as.field >= EVENT_ID && o->as.field <= EVENT_KEYWORDS) ||
		       o->as.field == EVENT_RECORD_ID || o->as.field == EVENT_PROCESS_ID ||
		       o->as.field == EVENT_THREAD_ID;
	return o->kind == OPERAND_PROPERTY &&
	       (o->as.property == PROPERTY_RECORD_ID || o->as.property == PROPERTY_INDEX ||
		o->as.property == PROPERTY_INSTANCE_ID || o->as.property == PROPERTY_KEYWORDS ||
		o->as.property == PROPERTY_ID);
}

static bool is_time(const struct operand *o)
{
	return (o->kind == OPERAND_FIELD && o->as.field == EVENT_TIME) ||
	       (o->kind == OPERAND_PROPERTY &&
		(o->as.property == PROPERTY_TIME || o->as.property == PROPERTY_TIME_GENERATED));
}

/* An ordering whose right side can always be converted to the type of its left one. */
static bool orders_quietly(const struct planner *p, const struct predicate *c)
{
	const struct datum *const right = &c->right.as.literal;
	struct datum number;
	uint64_t time;
	double rate;

	if (c->right.kind != OPERAND_LITERAL)
		return false;
	if (c->left.kind == OPERAND_MESSAGE || texts_of(p, &c->left, &rate) != TEXTS_NONE)
		return true;
	switch (right->type) {
	case DATUM_INT:
	case DATUM_UINT:
	case DATUM_DOUBLE:
		return is_number(&c->left);
	case DATUM_TIME:
		return is_time(&c->left);
	case DATUM_TEXT:
		return is_time(&c->left) ? datum_parse_time(right->as.text, &time, NULL)
					 : is_number(&c->left) &&
						   datum_parse_number(right->as.text, &number) &&
						   number.type != DATUM_DOUBLE;
	default:
		return false;
	}
}

struct need need_compare_error(struct planner *p, const struct predicate *c)
{
	bool negative;
	double rate;
	const enum texts left = texts_of(p, &c->left, &rate);

	switch (compare_positive(c->compare, &negative)) {
	case COMPARE_LESS:
	case COMPARE_LESS_EQUAL:
	case COMPARE_GREATER:
	case COMPARE_GREATER_EQUAL:
		return orders_quietly(p, c) ? need_never() : need_unknown();
	case COMPARE_MATCH:
		/* It runs out of steps only where its literals stand. */
		return left == TEXTS_NONE ? need_unknown() : need_regex(p, c->regex_number);
	case COMPARE_TEXT_CONTAINS:
	case COMPARE_TEXT_STARTS:
	case COMPARE_TEXT_ENDS:
		/* They fail on $null. */
		return left == TEXTS_ONE || left == TEXTS_LIST || left == TEXTS_EACH ||
				       c->left.kind == OPERAND_MESSAGE
			       ? need_never()
			       : need_unknown();
	default:
		return need_never();
	}
}
