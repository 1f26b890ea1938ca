/* SPDX-License-Identifier: Apache-2.0 */
/* Evaluates a predicate over one event, plainly: this is the specification (predicate.h). */
#include "query/evaluate.h"

#include "base/limits.h"
#include "query/property.h"

enum message_source evaluation_message(struct evaluation *x, struct view *ret_text)
{
	if (!x->message_known) {
		x->message_source = message_text(x->catalogue, x->event, x->arena, &x->message);
		x->message_known = true;
	}
	*ret_text = x->message;
	return x->message_source;
}

/* The first error stays: it is what the user is told. */
static void fail(struct evaluation *x, enum tocsin_status status, const char *msg)
{
	if (x->error && x->error->status == TOCSIN_OK)
		error_set(x->error, status, x->event->offset, msg);
}

static struct datum text_of(struct evaluation *x, const struct value *v)
{
	const struct view empty = {(const uint8_t *)"", 0};
	struct view text;

	if (value_is_null(v))
		return datum_text(empty);
	text = value_text16(x->arena, v);
	return text.p ? datum_text(text) : datum_unknown();
}

static struct datum item(struct evaluation *x, int64_t index, bool typed)
{
	const int64_t count = (int64_t)x->event->data_count;
	const int64_t at = index < 0 ? count + index : index;

	if (at < 0 || at >= count)
		return datum_null();
	return typed ? property_of_value(&x->event->data[at].value, x->arena)
		     : text_of(x, &x->event->data[at].value);
}

/* Values as a list: all of them, or those of one name. */
static struct datum item_list(struct evaluation *x, bool typed, const struct view *name)
{
	const struct event *const e = x->event;
	struct datum *const items = arena_array(x->arena, e->data_count + 1, sizeof(*items));
	struct datum list = {.type = DATUM_LIST, .as = {.list = {items, 0}}};

	if (!items)
		return datum_unknown();
	for (size_t i = 0; i < e->data_count; i++) {
		if (name && !view_equal(e->data[i].name, *name))
			continue;
		items[list.as.list.count++] = item(x, (int64_t)i, typed);
	}
	return list;
}

/* ---- All values */

size_t evaluation_value_count(const struct event *e)
{
	return EVENT_FIELD_COUNT + e->data_count + e->other_count + 1;
}

struct value evaluation_value(const struct event *e, size_t i)
{
	struct value binary = {VALUE_NULL, {NULL, 0}};

	if (i < EVENT_FIELD_COUNT)
		return e->field[i];
	i -= EVENT_FIELD_COUNT;
	if (i < e->data_count)
		return e->data[i].value;
	i -= e->data_count;
	if (i < e->other_count)
		return e->others[i].value;
	if (e->binary.n) {
		binary.type = VALUE_BINARY;
		binary.bytes = e->binary;
	}
	return binary;
}

/* Each byte is the code point of the same value; the text ends at a NUL. */
static struct datum widened(struct evaluation *x, struct view ansi)
{
	const uint8_t *const nul = ansi.n ? memchr(ansi.p, 0, ansi.n) : NULL;
	const size_t n = nul ? (size_t)(nul - ansi.p) : ansi.n;
	uint8_t *const to = arena_alloc(x->arena, 2 * n + 2);

	if (!to)
		return datum_unknown();
	for (size_t i = 0; i < n; i++)
		to[2 * i] = ansi.p[i];
	return datum_text((struct view){to, 2 * n});
}

/* As text_of(): most values are text or short, and are asked for one after the other. */
struct datum evaluation_shown(struct evaluation *x, const struct value *v)
{
	struct view text;

	if (v->type == VALUE_STRING)
		return text_of(x, v);
	if (v->type == VALUE_ANSI)
		return widened(x, v->bytes);
	buf_clear(&x->text);
	value_append(&x->text, v, UTF_PLAIN);
	if (buf_failed(&x->text))
		return datum_unknown();
	text = utf8_to_utf16(x->arena, (struct view){(const uint8_t *)x->text.p, x->text.n});
	return text.p ? datum_text(text) : datum_unknown();
}

static struct datum value_list(struct evaluation *x)
{
	const size_t count = evaluation_value_count(x->event);
	struct datum *const items = arena_array(x->arena, count, sizeof(*items));
	struct datum list = {.type = DATUM_LIST, .as = {.list = {items, 0}}};

	if (!items)
		return datum_unknown();
	for (size_t i = 0; i < count; i++) {
		const struct value v = evaluation_value(x->event, i);

		if (!value_is_null(&v))
			items[list.as.list.count++] = evaluation_shown(x, &v);
	}
	return list;
}

struct datum operand_evaluate(const struct operand *o, struct evaluation *x)
{
	struct view text;
	enum tri answer;

	switch (o->kind) {
	case OPERAND_LITERAL:
		return o->as.literal;
	case OPERAND_FIELD:
		return property_of_field(x->event, o->as.field, x->arena);
	case OPERAND_PROPERTY:
		return property_of_event(x->event, o->as.property, x->arena);
	case OPERAND_STRING:
		return item(x, o->as.index, false);
	case OPERAND_STRINGS:
		return item_list(x, false, NULL);
	case OPERAND_DATA:
		return item(x, o->as.index, true);
	case OPERAND_DATA_LIST:
		return item_list(x, true, NULL);
	case OPERAND_NAMED:
		return item_list(x, false, &o->as.name);
	case OPERAND_MESSAGE:
		if (evaluation_message(x, &text) == MESSAGE_UNKNOWN || !text.p)
			return datum_unknown();
		return datum_text(text);
	case OPERAND_VALUES:
		return value_list(x);
	case OPERAND_PREDICATE:
		answer = predicate_evaluate(o->as.predicate, x);
		return answer == TRI_UNDECIDED ? datum_unknown() : datum_bool(answer == TRI_TRUE);
	case OPERAND_ABSENT:
		break;
	}
	return datum_null();
}

enum compare compare_positive(enum compare c, bool *ret_negated)
{
	*ret_negated = true;
	switch (c) {
	case COMPARE_NOT_EQUAL:
		return COMPARE_EQUAL;
	case COMPARE_NOT_LIKE:
		return COMPARE_LIKE;
	case COMPARE_NOT_MATCH:
		return COMPARE_MATCH;
	case COMPARE_NOT_IN:
		return COMPARE_IN;
	case COMPARE_NOT_CONTAINS:
		return COMPARE_CONTAINS;
	default:
		*ret_negated = false;
		return c;
	}
}

/* ---- One left value (no list) against the right one, positive forms */

static enum tri compare_order(const struct predicate *p, enum compare c, struct evaluation *x,
			      const struct datum *l, const struct datum *r)
{
	switch (datum_order(x->arena, l, r, p->exact)) {
	case ORDER_LESS:
		return tri_of(c == COMPARE_LESS || c == COMPARE_LESS_EQUAL);
	case ORDER_EQUAL:
		return tri_of(c == COMPARE_LESS_EQUAL || c == COMPARE_GREATER_EQUAL);
	case ORDER_GREATER:
		return tri_of(c == COMPARE_GREATER || c == COMPARE_GREATER_EQUAL);
	case ORDER_UNKNOWN:
		break;
	case ORDER_ERROR:
		fail(x, TOCSIN_INVALID, "PowerShell fails to compare values of these types");
		break;
	}
	return TRI_UNDECIDED;
}

static enum tri compare_regex(const struct predicate *p, struct evaluation *x, struct view text)
{
	struct tocsin_error error;
	bool matched;

	if (p->regex_number >= x->regex_count)
		return TRI_UNDECIDED;
	if (!regex_may_match(x->regexes[p->regex_number], text))
		return TRI_FALSE;
	if (x->regex_failures >= LIMIT_REGEX_FAILURES)
		return TRI_UNDECIDED;
	if (regex_match(x->regexes[p->regex_number], text, &matched, &error) != TOCSIN_OK) {
		x->regex_failures++;
		if (x->error && x->error->status == TOCSIN_OK) {
			*x->error = error;
			x->error->offset = x->event->offset;
		}
		return TRI_UNDECIDED;
	}
	return tri_of(matched);
}

static enum tri compare_text(enum compare c, struct evaluation *x, const struct datum *l,
			     const struct datum *r)
{
	struct view text, part;

	if (l->type == DATUM_NULL) {
		fail(x, TOCSIN_INVALID, "PowerShell fails to call a method on a null value");
		return TRI_UNDECIDED;
	}
	text = datum_to_text(x->arena, l);
	part = datum_to_text(x->arena, r);
	if (!text.p || !part.p)
		return TRI_UNDECIDED;
	text.n &= ~(size_t)1;
	part.n &= ~(size_t)1;
	if (c == COMPARE_TEXT_CONTAINS)
		return tri_of(utf16_contains(text, part, false));
	if (part.n > text.n)
		return TRI_FALSE;
	if (c == COMPARE_TEXT_ENDS)
		text.p += text.n - part.n;
	text.n = part.n;
	return tri_of(view_equal(text, part));
}

static enum tri compare_bits(const struct datum *l, const struct datum *r)
{
	if (l->type != DATUM_INT && l->type != DATUM_UINT)
		return TRI_FALSE;
	if (r->type != DATUM_INT && r->type != DATUM_UINT)
		return TRI_FALSE;
	/* Both members of the union have the same 64 bits. */
	return tri_of((l->as.u & r->as.u) != 0);
}

static enum tri compare_within(const struct predicate *p, const struct datum *l)
{
	size_t low = 0, high = p->range_count;

	if (l->type != DATUM_UINT && (l->type != DATUM_INT || l->as.i < 0))
		return TRI_FALSE;
	while (low < high) {
		const size_t middle = low + (high - low) / 2;

		if (p->ranges[middle].last < l->as.u)
			low = middle + 1;
		else
			high = middle;
	}
	return tri_of(low < p->range_count && p->ranges[low].first <= l->as.u);
}

static enum tri any_equal(const struct predicate *p, struct evaluation *x, const struct datum *many,
			  const struct datum *one)
{
	enum tri answer = TRI_FALSE;

	if (many->type == DATUM_UNKNOWN || one->type == DATUM_UNKNOWN)
		return TRI_UNDECIDED;
	if (many->type != DATUM_LIST)
		return datum_equal(x->arena, many, one, p->exact);
	for (size_t i = 0; i < many->as.list.count; i++)
		answer = tri_or(answer,
				datum_equal(x->arena, &many->as.list.items[i], one, p->exact));
	return answer;
}

enum tri evaluation_compare(const struct predicate *p, enum compare c, struct evaluation *x,
			    const struct datum *l, const struct datum *r)
{
	const bool unknown = l->type == DATUM_UNKNOWN;
	struct view text;

	switch (c) {
	case COMPARE_EQUAL:
		return datum_equal(x->arena, l, r, p->exact);
	case COMPARE_LESS:
	case COMPARE_LESS_EQUAL:
	case COMPARE_GREATER:
	case COMPARE_GREATER_EQUAL:
		return compare_order(p, c, x, l, r);
	case COMPARE_LIKE:
		if (p->wildcard->shape == WILDCARD_ALL)
			return TRI_TRUE;
		text = datum_to_text(x->arena, l);
		if (unknown || !text.p)
			return TRI_UNDECIDED;
		return tri_of(wildcard_match(p->wildcard, text));
	case COMPARE_MATCH:
		text = datum_to_text(x->arena, l);
		return unknown || !text.p ? TRI_UNDECIDED : compare_regex(p, x, text);
	case COMPARE_IN:
		return any_equal(p, x, r, l);
	case COMPARE_CONTAINS:
		return any_equal(p, x, l, r);
	case COMPARE_TEXT_CONTAINS:
	case COMPARE_TEXT_STARTS:
	case COMPARE_TEXT_ENDS:
		if (unknown || r->type == DATUM_UNKNOWN)
			return TRI_UNDECIDED;
		return compare_text(c, x, l, r);
	case COMPARE_ANY_BIT:
		return unknown ? TRI_UNDECIDED : compare_bits(l, r);
	case COMPARE_WITHIN:
		return unknown ? TRI_UNDECIDED : compare_within(p, l);
	default:
		return TRI_UNDECIDED;
	}
}

/* A list on the left is filtered; the answer is the truth of what is left of it. */
static enum tri compare_list(const struct predicate *p, struct evaluation *x, const struct datum *l,
			     const struct datum *r)
{
	const struct datum *hit = NULL;
	size_t hits = 0;
	bool undecided = false, negated;
	const enum compare c = compare_positive(p->compare, &negated);

	for (size_t i = 0; i < l->as.list.count; i++) {
		const struct datum *const one = &l->as.list.items[i];
		enum tri answer = evaluation_compare(p, c, x, one, r);

		if (negated)
			answer = tri_not(answer);
		if (answer == TRI_UNDECIDED)
			undecided = true;
		if (answer != TRI_TRUE)
			continue;
		hits++;
		hit = one;
	}
	if (hits > 1)
		return TRI_TRUE;
	if (undecided)
		return TRI_UNDECIDED;
	return hits ? datum_truth(hit) : TRI_FALSE;
}

/* ---- Message */

/* Some inserted value satisfies the positive form; with `rendered`, or the RenderingInfo text does.
 */
static enum tri any_value(const struct predicate *p, enum compare c, struct evaluation *x,
			  const struct datum *other, bool message_left, bool rendered)
{
	const struct event *const e = x->event;
	enum tri answer = TRI_FALSE;

	for (size_t i = 0; i < e->data_count && answer != TRI_TRUE; i++) {
		const struct datum one = text_of(x, &e->data[i].value);

		answer = tri_or(answer, message_left ? evaluation_compare(p, c, x, &one, other)
						     : evaluation_compare(p, c, x, other, &one));
	}
	if (rendered && answer != TRI_TRUE && !value_is_null(&e->field[EVENT_MESSAGE])) {
		const struct datum one = text_of(x, &e->field[EVENT_MESSAGE]);

		answer = tri_or(answer, message_left ? evaluation_compare(p, c, x, &one, other)
						     : evaluation_compare(p, c, x, other, &one));
	}
	return answer;
}

static bool is_nothing(const struct datum *d)
{
	return d->type == DATUM_NULL || (d->type == DATUM_TEXT && d->as.text.n < 2);
}

/* A condition on a message whose wording nobody knows. */
static enum tri unknown_message(const struct predicate *p, enum compare c, struct evaluation *x,
				const struct datum *right)
{
	switch (c) {
	case COMPARE_LIKE:
		if (p->wildcard->shape == WILDCARD_ALL)
			return TRI_TRUE;
		if (!p->wildcard->open)
			return TRI_UNDECIDED;
		break;
	case COMPARE_MATCH:
		if (!p->regex_local)
			return TRI_UNDECIDED;
		break;
	case COMPARE_TEXT_CONTAINS:
		break;
	case COMPARE_EQUAL:
		return is_nothing(right) ? TRI_FALSE : TRI_UNDECIDED;
	default:
		return TRI_UNDECIDED;
	}
	return any_value(p, c, x, right, true, false) == TRI_TRUE ? TRI_TRUE : TRI_UNDECIDED;
}

static enum tri compare_message(const struct predicate *p, struct evaluation *x)
{
	const bool on_left = p->left.kind == OPERAND_MESSAGE;
	bool negated;
	const enum compare c = compare_positive(p->compare, &negated);
	enum tri answer;

	if (x->subject == QUERY_SUBJECT_VALUES) {
		const struct datum other = operand_evaluate(on_left ? &p->right : &p->left, x);

		answer = any_value(p, c, x, &other, on_left, true);
	} else {
		const struct datum l = operand_evaluate(&p->left, x);
		const struct datum r = operand_evaluate(&p->right, x);

		if (!on_left && l.type == DATUM_LIST && c != COMPARE_CONTAINS && c != COMPARE_IN)
			return compare_list(p, x, &l, &r);
		if (on_left && l.type == DATUM_UNKNOWN)
			answer = unknown_message(p, c, x, &r);
		else if (c == COMPARE_EQUAL && r.type == DATUM_UNKNOWN && is_nothing(&l))
			answer = TRI_FALSE;
		else
			answer = evaluation_compare(p, c, x, &l, &r);
	}
	return negated ? tri_not(answer) : answer;
}

static enum tri test(const struct operand *o, struct evaluation *x)
{
	struct datum d;

	if (o->kind == OPERAND_MESSAGE && x->subject == QUERY_SUBJECT_VALUES) {
		for (size_t i = 0; i < x->event->data_count; i++) {
			d = text_of(x, &x->event->data[i].value);
			if (datum_truth(&d) != TRI_FALSE)
				return datum_truth(&d);
		}
		d = text_of(x, &x->event->field[EVENT_MESSAGE]);
		return datum_truth(&d);
	}
	d = operand_evaluate(o, x);
	if (o->kind == OPERAND_MESSAGE && d.type == DATUM_UNKNOWN)
		return TRI_TRUE;
	return datum_truth(&d);
}

/* Each value is let go of before the next one: an event's texts may take much when all are held. */
static enum tri compare_values(const struct predicate *p, struct evaluation *x)
{
	bool negated;
	const enum compare c = compare_positive(p->compare, &negated);
	const struct datum r = operand_evaluate(&p->right, x);
	const size_t count = evaluation_value_count(x->event);
	enum tri answer = TRI_FALSE;

	for (size_t i = 0; i < count && answer != TRI_TRUE; i++) {
		const struct arena_mark mark = arena_save(x->arena);
		const struct value v = evaluation_value(x->event, i);
		struct datum l;

		if (value_is_null(&v))
			continue;
		l = evaluation_shown(x, &v);
		answer = tri_or(answer, evaluation_compare(p, c, x, &l, &r));
		arena_restore(x->arena, mark);
	}
	return negated ? tri_not(answer) : answer;
}

static enum tri compare(const struct predicate *p, struct evaluation *x)
{
	bool negated;
	const enum compare c = compare_positive(p->compare, &negated);
	struct datum l, r;
	enum tri answer;

	if (p->left.kind == OPERAND_MESSAGE || p->right.kind == OPERAND_MESSAGE)
		return compare_message(p, x);
	if (p->left.kind == OPERAND_VALUES)
		return compare_values(p, x);
	l = operand_evaluate(&p->left, x);
	r = operand_evaluate(&p->right, x);
	if (l.type == DATUM_LIST && c != COMPARE_CONTAINS && c != COMPARE_IN)
		return compare_list(p, x, &l, &r);
	answer = evaluation_compare(p, c, x, &l, &r);
	return negated ? tri_not(answer) : answer;
}

enum tri predicate_evaluate(const struct predicate *p, struct evaluation *x)
{
	/* Depth is bounded by the front ends (LIMIT_EXPRESSION_DEPTH). */
	enum tri answer;

	switch (p->kind) {
	case PREDICATE_CONSTANT:
		return p->constant;
	case PREDICATE_AND:
		answer = TRI_TRUE;
		for (size_t i = 0; i < p->count && answer != TRI_FALSE; i++)
			answer = tri_and(answer, predicate_evaluate(p->children[i], x));
		return answer;
	case PREDICATE_OR:
		answer = TRI_FALSE;
		for (size_t i = 0; i < p->count && answer != TRI_TRUE; i++)
			answer = tri_or(answer, predicate_evaluate(p->children[i], x));
		return answer;
	case PREDICATE_XOR:
		return tri_xor(predicate_evaluate(p->children[0], x),
			       predicate_evaluate(p->children[1], x));
	case PREDICATE_NOT:
		return tri_not(predicate_evaluate(p->children[0], x));
	case PREDICATE_TEST:
		return test(&p->left, x);
	case PREDICATE_COMPARE:
		return compare(p, x);
	}
	return TRI_UNDECIDED;
}
