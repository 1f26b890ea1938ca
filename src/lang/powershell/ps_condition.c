/* SPDX-License-Identifier: Apache-2.0 */
/* What Where-Object selects: script blocks and the comparison form, as predicates. */
#include "lang/powershell/ps_compile.h"

#include "base/limits.h"
#include "base/utf.h"
#include "query/regex.h"

/* One side of a comparison. */
struct side {
	struct operand operand;
	enum ps_type type;
	const struct ps_node *node;
};

enum tocsin_status ps_property(struct ps_compiler *c, const struct ps_node *at, const char *name,
			       struct operand *ret, enum ps_type *ret_type)
{
	const struct ps_property *const p = ps_property_find(c->query->object, name);
	const bool entry = c->query->object == QUERY_EVENT_LOG_ENTRY;
	const char *meant;

	if (p && p->type == PS_TYPE_NOT_HELD)
		return ps_refuse(c, at, "this property is not understood here", "%s", p->name);
	if (p) {
		*ret = p->operand;
		*ret_type = p->type;
		return TOCSIN_OK;
	}
	meant = ps_property_meant(c->query->object, name);
	TRY(ps_warn(c, "events of %s have no property '%.60s': it is $null%s%s%s",
		    entry ? "Get-EventLog" : "Get-WinEvent", name, meant ? "; is '" : "",
		    meant ? meant : "", meant ? "' meant?" : ""));
	*ret = (struct operand){.kind = OPERAND_ABSENT, .as = {.index = 0}};
	*ret_type = PS_TYPE_NULL;
	return TOCSIN_OK;
}

static bool is_object(const struct ps_node *n)
{
	return n->kind == PS_VARIABLE &&
	       (ascii_equal_nocase(n->text, "_") || ascii_equal_nocase(n->text, "PSItem"));
}

static bool is_literal(const struct side *s, enum datum_type type)
{
	return s->type == PS_TYPE_LITERAL && s->operand.as.literal.type == type;
}

/* ---- Operands */

static enum tocsin_status operand(struct ps_compiler *c, const struct ps_node *n, struct side *ret);

/* $_.ReplacementStrings[n], $_.Properties[n]: `ret` has the list's kind with the index in it. */
static enum tocsin_status index_operand(struct ps_compiler *c, const struct ps_node *n,
					struct side *ret)
{
	struct side list;
	struct datum d;
	int64_t at;

	TRY(operand(c, n->items[0], &list));
	if (list.type != PS_TYPE_LIST && list.type != PS_TYPE_DATA)
		return ps_refuse(c, n, "an index is not understood here",
				 "understood: ReplacementStrings[0], Properties[0].Value");
	TRY(ps_constant(c, n->items[1], &d));
	TRY(ps_number(c, n->items[1], &d, INT32_MIN, INT32_MAX, &at));
	ret->type = list.type == PS_TYPE_LIST ? PS_TYPE_TEXT : PS_TYPE_DATA;
	ret->operand.kind = list.type == PS_TYPE_LIST ? OPERAND_STRING : OPERAND_DATA;
	ret->operand.as.index = at;
	return TOCSIN_OK;
}

static enum tocsin_status member_operand(struct ps_compiler *c, const struct ps_node *n,
					 struct side *ret)
{
	struct side object;

	if (is_object(n->items[0]))
		return ps_property(c, n, n->text, &ret->operand, &ret->type);
	if (n->items[0]->kind == PS_VARIABLE)
		return ps_refuse(c, n->items[0], "a variable is not understood here",
				 "$%.40s; understood: $_ $PSItem $true $false $null",
				 n->items[0]->text);
	TRY(operand(c, n->items[0], &object));
	if (object.type == PS_TYPE_DATA && ascii_equal_nocase(n->text, "Value")) {
		*ret = object;
		ret->type = object.operand.kind == OPERAND_DATA ? PS_TYPE_ANY : PS_TYPE_LIST;
		return TOCSIN_OK;
	}
	if (object.operand.kind == OPERAND_PROPERTY &&
	    object.operand.as.property == PROPERTY_USER_SID &&
	    ascii_equal_nocase(n->text, "Value")) {
		*ret = object;
		return TOCSIN_OK;
	}
	return ps_refuse(c, n, "this member is not understood here",
			 ".%.40s; understood: properties of $_, Properties[n].Value", n->text);
}

static const struct ps_node *without_parens(const struct ps_node *n)
{
	while (n->kind == PS_PAREN)
		n = n->items[0];
	return n;
}

/* Its value is a truth, or it is refused. */
static bool is_condition(const struct ps_node *n)
{
	return n->kind == PS_NEGATION || n->kind == PS_LOGIC || n->kind == PS_COMPARE ||
	       n->kind == PS_CALL;
}

/* The outermost operator works on a list: its value is a list, not a truth. */
static bool filters_list(struct ps_compiler *c, const struct ps_node *n)
{
	struct tocsin_error *const error = c->error;
	struct side left;
	bool list;

	n = without_parens(n);
	/* A condition on the left is no list: to compile it only to know that would double the work
	 * at each level. */
	if (n->kind != PS_COMPARE || n->op >= PS_IN || is_condition(without_parens(n->items[0])))
		return false;
	c->error = NULL;
	list = n->items[0]->kind == PS_ARRAY ||
	       (operand(c, n->items[0], &left) == TOCSIN_OK &&
		(left.type == PS_TYPE_LIST || is_literal(&left, DATUM_LIST)));
	c->error = error;
	return list;
}

static enum tocsin_status condition_operand(struct ps_compiler *c, const struct ps_node *n,
					    struct side *ret)
{
	if (filters_list(c, n))
		return ps_refuse(c, n, "a filtered list as a value is not understood here",
				 "use it as the whole condition");
	ret->operand.kind = OPERAND_PREDICATE;
	ret->type = PS_TYPE_BOOL;
	return ps_condition(c, n, &ret->operand.as.predicate);
}

static enum tocsin_status operand(struct ps_compiler *c, const struct ps_node *n, struct side *ret)
{
	memset(ret, 0, sizeof(*ret));
	ret->node = n;
	if (ps_is_constant(n)) {
		struct datum d;

		TRY(ps_constant(c, n, &d));
		ret->operand = operand_literal(d);
		ret->type = PS_TYPE_LITERAL;
		return TOCSIN_OK;
	}
	switch (n->kind) {
	case PS_MEMBER:
		return member_operand(c, n, ret);
	case PS_INDEX:
		return index_operand(c, n, ret);
	case PS_NEGATION:
	case PS_LOGIC:
	case PS_COMPARE:
	case PS_CALL:
		return condition_operand(c, n, ret);
	case PS_PAREN:
		return operand(c, n->items[0], ret);
	case PS_VARIABLE:
		if (is_object(n))
			return ps_refuse(c, n, "the event itself as a value is not understood here",
					 "name a property: $_.Message");
		return ps_refuse(c, n, "a variable is not understood here",
				 "$%.40s; understood: $_ $PSItem $true $false $null", n->text);
	case PS_CAST:
		return ps_refuse(c, n, "a cast of a property is not understood here", "[%.40s]",
				 n->text);
	case PS_COMMAND:
	case PS_PIPELINE:
		if (ps_is_now(n))
			return ps_refuse_now(c, n);
		return ps_refuse(c, n, "a command in a condition is not understood here", "%.40s",
				 n->text);
	default:
		return ps_refuse(c, n, "this is not understood in a condition",
				 "understood: properties of $_, text, numbers, lists of them");
	}
}

/* ---- Comparisons */

static bool text_has(struct view text, uint16_t first, uint16_t second)
{
	for (size_t i = 0; i + 1 < text.n / 2; i++)
		if (le16(text.p + 2 * i) == first && le16(text.p + 2 * i + 2) == second)
			return true;
	return false;
}

/* The pattern on the right of -like and -match: a fixed text. */
static enum tocsin_status pattern(struct ps_compiler *c, const struct side *right, struct view *ret)
{
	if (right->type != PS_TYPE_LITERAL)
		return ps_refuse(c, right->node,
				 "a pattern that is not a fixed text is not "
				 "understood here",
				 "write it in quotes");
	if (right->operand.as.literal.type == DATUM_LIST)
		TRY(ps_warn(c, "a list of patterns is one text with blanks between them for "
			       "PowerShell; use one comparison for each, joined by -or"));
	*ret = datum_to_text(&c->query->arena, &right->operand.as.literal);
	return ret->p ? TOCSIN_OK : ps_memory(c);
}

static enum tocsin_status like(struct ps_compiler *c, const struct side *left, bool negated,
			       bool exact, const struct side *right, struct predicate **ret)
{
	struct tocsin_error error;
	struct view text;
	enum tocsin_status status;

	TRY(pattern(c, right, &text));
	status = predicate_like(&c->query->arena, left->operand, negated, exact, text, ret, &error);
	if (status == TOCSIN_NO_MEMORY)
		return ps_memory(c);
	if (status != TOCSIN_OK)
		return ps_invalid(c, right->node, error.msg, "%s", error.detail);
	if ((*ret)->wildcard->plain)
		TRY(ps_warn(c, "a -like pattern has no wildcard, so it must equal the whole text; "
			       "were asterisks lost when the command was copied?"));
	if (text_has(text, '\\', '*'))
		TRY(ps_warn(c, "a -like pattern has `\\*`: the backslash is looked for as it "
			       "stands; was it added when the command was copied?"));
	return TOCSIN_OK;
}

static enum tocsin_status match(struct ps_compiler *c, const struct side *left, bool negated,
				bool exact, const struct side *right, struct predicate **ret)
{
	struct query *const q = c->query;
	struct tocsin_error error;
	struct regex *compiled;
	struct view text, translated;
	enum tocsin_status status;
	struct predicate *p;

	TRY(pattern(c, right, &text));
	status = regex_compile(text, !exact, &compiled, &error);
	if (status == TOCSIN_NO_MEMORY)
		return ps_memory(c);
	if (status == TOCSIN_SYNTAX)
		return ps_invalid(c, right->node, error.msg, "character %u: %s",
				  (unsigned)error.offset + 1, error.detail);
	if (status != TOCSIN_OK)
		return ps_refuse(c, right->node, error.msg, "character %u: %s",
				 (unsigned)error.offset + 1, error.detail);
	regex_free(compiled);
	p = predicate_compare(&q->arena, left->operand, negated ? COMPARE_NOT_MATCH : COMPARE_MATCH,
			      exact, operand_literal(datum_text(text)));
	if (!p || regex_translate(&q->arena, text, &translated, &p->regex_local, NULL) != TOCSIN_OK)
		return ps_memory(c);
	if (q->regex_count == c->regex_size) {
		const size_t size = c->regex_size ? c->regex_size * 2 : 4;
		struct query_regex *const grown = arena_array(&q->arena, size, sizeof(*grown));

		if (!grown)
			return ps_memory(c);
		if (q->regex_count)
			memcpy(grown, q->regexes, q->regex_count * sizeof(*grown));
		c->regexes = grown;
		c->regex_size = size;
		q->regexes = grown;
	}
	p->regex = text;
	p->regex_number = q->regex_count;
	c->regexes[q->regex_count].pattern = text;
	c->regexes[q->regex_count++].nocase = !exact;
	*ret = p;
	return TOCSIN_OK;
}

/* A Guid's text form has no braces; PowerShell converts text with them. */
static void strip_braces(struct side *s)
{
	struct view *const v = &s->operand.as.literal.as.text;

	if (v->n >= 4 && le16(v->p) == '{' && le16(v->p + (v->n & ~(size_t)1) - 2) == '}') {
		v->p += 2;
		v->n = (v->n & ~(size_t)1) - 4;
	}
}

/* Literals on the right are converted to the left property's type now: a wrong one is told. */
static enum tocsin_status fit(struct ps_compiler *c, const struct side *left, struct side *right,
			      bool ordering)
{
	struct datum *const d = &right->operand.as.literal;
	struct datum number;
	uint64_t time;
	int64_t type;

	if (right->type != PS_TYPE_LITERAL)
		return TOCSIN_OK;
	if (ordering && d->type == DATUM_LIST)
		return ps_invalid(c, right->node, "PowerShell can't order a value and a list",
				  "give one value");
	if (ordering && d->type == DATUM_NULL && left->type == PS_TYPE_TIME)
		return ps_invalid(c, right->node, "PowerShell can't compare a time with $null",
				  "give a date");
	if (left->type == PS_TYPE_TIME && d->type == DATUM_TEXT) {
		TRY(ps_time(c, right->node, d, &time));
		*d = datum_time(time);
	} else if (left->type == PS_TYPE_TIME && ordering && d->type == DATUM_DOUBLE) {
		return ps_invalid(c, right->node, "a date or time is expected here",
				  "not a number");
	} else if (left->type == PS_TYPE_GUID && d->type == DATUM_TEXT) {
		strip_braces(right);
	} else if (left->type == PS_TYPE_ENTRY_TYPE && d->type == DATUM_TEXT &&
		   !entry_type_parse(d->as.text, &type)) {
		return ps_invalid(c, right->node, "no such entry type",
				  "Error, Warning, Information, SuccessAudit, FailureAudit");
	} else if (left->type == PS_TYPE_NUMBER && d->type == DATUM_TEXT &&
		   !datum_parse_number(d->as.text, &number)) {
		if (ordering)
			return ps_invalid(c, right->node, "a number is expected here", "not text");
		TRY(ps_warn(c, "a number is compared with text that is no number: they are never "
			       "equal"));
	} else if (left->type == PS_TYPE_NUMBER && d->type == DATUM_TIME && ordering) {
		return ps_invalid(c, right->node, "a number is expected here", "not a time");
	}
	return TOCSIN_OK;
}

/* Frequent mistakes, told and not mended. */
static enum tocsin_status warn_compare(struct ps_compiler *c, const struct ps_node *n,
				       const struct side *left, const struct side *right)
{
	if ((n->op == PS_CONTAINS || n->op == PS_NOT_CONTAINS) &&
	    (left->type == PS_TYPE_TEXT || left->type == PS_TYPE_ANY))
		TRY(ps_warn(c, "-contains looks for an equal item in a list, not for a part of a "
			       "text; -like '*text*' does that"));
	if ((n->op == PS_EQ || n->op == PS_NE) && left->operand.kind == OPERAND_MESSAGE &&
	    is_literal(right, DATUM_TEXT) &&
	    (text_has(right->operand.as.literal.as.text, '*', '*') ||
	     (right->operand.as.literal.as.text.n >= 2 &&
	      le16(right->operand.as.literal.as.text.p) == '*')))
		TRY(ps_warn(c, "-eq takes asterisks as they stand; -like takes them as wildcards"));
	if ((n->op == PS_EQ || n->op == PS_NE) && left->type != PS_TYPE_LIST &&
	    is_literal(right, DATUM_LIST))
		TRY(ps_warn(c, "-eq and -ne take a list on the right as one value, not as one of "
			       "several; -in and -notin look for an equal item"));
	if (left->type == PS_TYPE_BOOL && n->items[0]->kind == PS_NEGATION)
		TRY(ps_warn(c, "-not binds tighter than the comparison behind it, as PowerShell "
			       "reads it: the negated value is compared; parentheses make it "
			       "negate the comparison"));
	return TOCSIN_OK;
}

static enum tocsin_status compare(struct ps_compiler *c, const struct ps_node *n,
				  const struct predicate **ret)
{
	static const enum compare plain[] = {
		[PS_EQ] = COMPARE_EQUAL,
		[PS_NE] = COMPARE_NOT_EQUAL,
		[PS_LT] = COMPARE_LESS,
		[PS_LE] = COMPARE_LESS_EQUAL,
		[PS_GT] = COMPARE_GREATER,
		[PS_GE] = COMPARE_GREATER_EQUAL,
		[PS_IN] = COMPARE_IN,
		[PS_NOT_IN] = COMPARE_NOT_IN,
		[PS_CONTAINS] = COMPARE_CONTAINS,
		[PS_NOT_CONTAINS] = COMPARE_NOT_CONTAINS,
	};
	struct side left, right;
	struct predicate *p;

	TRY(operand(c, n->items[0], &left));
	TRY(operand(c, n->items[1], &right));
	if (left.type == PS_TYPE_DATA || right.type == PS_TYPE_DATA)
		return ps_refuse(c, left.type == PS_TYPE_DATA ? n->items[0] : n->items[1],
				 "Properties itself as a value is not understood here",
				 "Properties[0].Value, or Properties.Value for all of them");
	TRY(warn_compare(c, n, &left, &right));
	if (n->op == PS_LIKE || n->op == PS_NOT_LIKE) {
		TRY(like(c, &left, n->op == PS_NOT_LIKE, n->exact, &right, &p));
		*ret = p;
		return TOCSIN_OK;
	}
	if (n->op == PS_MATCH || n->op == PS_NOT_MATCH) {
		TRY(match(c, &left, n->op == PS_NOT_MATCH, n->exact, &right, &p));
		*ret = p;
		return TOCSIN_OK;
	}
	if (n->op <= PS_GE)
		TRY(fit(c, &left, &right, n->op >= PS_LT));
	if (right.type == PS_TYPE_LIST && n->op <= PS_GE)
		return ps_refuse(c, n->items[1], "a list on the right is not understood here",
				 "write it on the left");
	*ret = predicate_compare(&c->query->arena, left.operand, plain[n->op], n->exact,
				 right.operand);
	return *ret ? TOCSIN_OK : ps_memory(c);
}

/* .Contains(), .StartsWith(), .EndsWith(): case matters, as .NET compares. */
static enum tocsin_status method(struct ps_compiler *c, const struct ps_node *n,
				 const struct predicate **ret)
{
	static const struct {
		const char *name;
		enum compare compare;
	} methods[] = {
		{"Contains", COMPARE_TEXT_CONTAINS},
		{"StartsWith", COMPARE_TEXT_STARTS},
		{"EndsWith", COMPARE_TEXT_ENDS},
	};
	enum compare compare_by = COMPARE_COUNT;
	struct side object;
	struct datum d;

	for (size_t i = 0; i < 3; i++)
		if (ascii_equal_nocase(methods[i].name, n->text))
			compare_by = methods[i].compare;
	if (ps_is_now(n->items[0]))
		return ps_refuse_now(c, n);
	if (compare_by == COMPARE_COUNT || n->count != 2)
		return ps_refuse(c, n, "this method is not understood here",
				 ".%.40s(); understood: .Contains('text'), .StartsWith('text'), "
				 ".EndsWith('text')",
				 n->text);
	TRY(operand(c, n->items[0], &object));
	TRY(ps_constant(c, n->items[1], &d));
	if (d.type != DATUM_TEXT)
		return ps_refuse(c, n->items[1], "a fixed text is expected here", "'text'");
	if (object.type == PS_TYPE_LIST && compare_by == COMPARE_TEXT_CONTAINS) {
		*ret = predicate_compare(&c->query->arena, object.operand, COMPARE_CONTAINS, true,
					 operand_literal(d));
		return *ret ? TOCSIN_OK : ps_memory(c);
	}
	if (object.type == PS_TYPE_LIST)
		return ps_refuse(c, n, "this method of a list is not understood here",
				 ".%.40s(); understood: -like, -match, .Contains('text')", n->text);
	if (object.type != PS_TYPE_TEXT && object.type != PS_TYPE_ANY &&
	    !is_literal(&object, DATUM_TEXT))
		return ps_invalid(c, n, "PowerShell can't call this method on this value",
				  ".%.40s() is a method of text", n->text);
	*ret = predicate_compare(&c->query->arena, object.operand, compare_by, true,
				 operand_literal(d));
	return *ret ? TOCSIN_OK : ps_memory(c);
}

/* ---- Conditions */

static enum tocsin_status logic(struct ps_compiler *c, const struct ps_node *n,
				const struct predicate **ret)
{
	const enum predicate_kind kind = n->op == PS_AND  ? PREDICATE_AND
					 : n->op == PS_OR ? PREDICATE_OR
							  : PREDICATE_XOR;
	const struct predicate *all, *one;

	TRY(ps_condition(c, n->items[0], &all));
	for (size_t i = 1; i < n->count; i++) {
		TRY(ps_condition(c, n->items[i], &one));
		all = predicate_join(&c->query->arena, kind, all, one);
		if (!all)
			return ps_memory(c);
	}
	*ret = all;
	return TOCSIN_OK;
}

enum tocsin_status ps_condition(struct ps_compiler *c, const struct ps_node *n,
				const struct predicate **ret)
{
	const struct predicate *inner;
	struct side value;

	switch (n->kind) {
	case PS_LOGIC:
		return logic(c, n, ret);
	case PS_COMPARE:
		return compare(c, n, ret);
	case PS_CALL:
		return method(c, n, ret);
	case PS_NEGATION:
		TRY(ps_condition(c, n->items[0], &inner));
		*ret = predicate_not(&c->query->arena, inner);
		return *ret ? TOCSIN_OK : ps_memory(c);
	case PS_PAREN:
		if (!ps_is_constant(n))
			return ps_condition(c, n->items[0], ret);
		break;
	default:
		break;
	}
	TRY(operand(c, n, &value));
	if (value.type == PS_TYPE_LITERAL)
		TRY(ps_warn(c, "a fixed value stands where a condition is expected, so it holds "
			       "for every event or for none; each side of -and and -or needs its "
			       "own comparison"));
	if (value.type == PS_TYPE_DATA)
		return ps_refuse(c, n, "Properties itself as a value is not understood here",
				 "Properties[0].Value, or Properties.Value for all of them");
	*ret = predicate_test(&c->query->arena, value.operand);
	return *ret ? TOCSIN_OK : ps_memory(c);
}

/* ---- Where-Object */

enum { WHERE_SCRIPT, WHERE_PROPERTY, WHERE_VALUE, WHERE_INPUT, WHERE_OPERATORS };

static const struct ps_parameter where_parameters[] = {
	[WHERE_SCRIPT] = {"FilterScript", NULL, false, -1},
	[WHERE_PROPERTY] = {"Property", NULL, false, 0},
	[WHERE_VALUE] = {"Value", NULL, false, 1},
	[WHERE_INPUT] = {"InputObject", NULL, false, -1},
	{"EQ", "IEQ", true, -1},
	{"CEQ", NULL, true, -1},
	{"NE", "INE", true, -1},
	{"CNE", NULL, true, -1},
	{"GT", "IGT", true, -1},
	{"CGT", NULL, true, -1},
	{"LT", "ILT", true, -1},
	{"CLT", NULL, true, -1},
	{"GE", "IGE", true, -1},
	{"CGE", NULL, true, -1},
	{"LE", "ILE", true, -1},
	{"CLE", NULL, true, -1},
	{"Like", "ILike", true, -1},
	{"CLike", NULL, true, -1},
	{"NotLike", "INotLike", true, -1},
	{"CNotLike", NULL, true, -1},
	{"Match", "IMatch", true, -1},
	{"CMatch", NULL, true, -1},
	{"NotMatch", "INotMatch", true, -1},
	{"CNotMatch", NULL, true, -1},
	{"Contains", "IContains", true, -1},
	{"CContains", NULL, true, -1},
	{"NotContains", "INotContains", true, -1},
	{"CNotContains", NULL, true, -1},
	{"In", "IIn", true, -1},
	{"CIn", NULL, true, -1},
	{"NotIn", "INotIn", true, -1},
	{"CNotIn", NULL, true, -1},
};

#define WHERE_PARAMETERS (sizeof(where_parameters) / sizeof(where_parameters[0]))

/* Property -operator Value: the tree that `{ $_.Property -operator Value }` has. */
static enum tocsin_status comparison_form(struct ps_compiler *c, const struct ps_node *command,
					  const struct ps_binding *b, const struct predicate **ret)
{
	struct ps_node *const nodes = arena_array(c->scratch, 3, sizeof(*nodes));
	struct ps_node **const items = arena_array(c->scratch, 3, sizeof(struct ps_node *));
	const struct ps_node *op = NULL;
	struct ps_node *const object = nodes, *const member = nodes + 1, *const n = nodes + 2;

	if (!nodes || !items)
		return ps_memory(c);
	if (b->value[WHERE_PROPERTY]->kind != PS_STRING)
		return ps_refuse(c, b->value[WHERE_PROPERTY], "a property's name is expected here",
				 "Where-Object Message -like '*text*'");
	object->kind = PS_VARIABLE;
	object->text = "_";
	member->kind = PS_MEMBER;
	member->at = b->value[WHERE_PROPERTY]->at;
	member->text = b->value[WHERE_PROPERTY]->text;
	member->items = items;
	member->count = 1;
	items[0] = object;
	n->kind = PS_COMPARE;
	for (size_t i = WHERE_OPERATORS; i < WHERE_PARAMETERS; i++) {
		if (!b->value[i])
			continue;
		if (op)
			return ps_invalid(c, b->value[i], "a second operator",
					  "write the condition in braces");
		op = b->value[i];
		if (!ps_operator_find(where_parameters[i].name, strlen(where_parameters[i].name),
				      &n->op, &n->exact))
			return ps_refuse(c, op, "this operator is not understood here", "-%s",
					 where_parameters[i].name);
	}
	if (!op && b->value[WHERE_VALUE])
		return ps_invalid(c, b->value[WHERE_VALUE], "the comparison has no operator",
				  "Where-Object Message -like '*text*'");
	if (!op)
		return ps_condition(c, member, ret);
	if (!b->value[WHERE_VALUE])
		return ps_invalid(c, command, "the comparison has no value",
				  "Where-Object Message -like '*text*'");
	n->at = op->at;
	n->items = items + 1;
	n->count = 2;
	n->items[0] = member;
	/* The tree is read only from here on. */
	memcpy(&n->items[1], &b->value[WHERE_VALUE], sizeof(n->items[1]));
	return ps_condition(c, n, ret);
}

static enum tocsin_status script_form(struct ps_compiler *c, const struct ps_node *block,
				      const struct predicate **ret)
{
	if (block->kind != PS_BLOCK)
		return ps_refuse(c, block, "a condition in braces is expected here",
				 "Where-Object { $_.Message -like '*text*' }");
	if (block->count != 1)
		return ps_refuse(c, block, "a condition is one expression here",
				 "Where-Object { $_.Message -like '*text*' }");
	return ps_condition(c, block->items[0], ret);
}

enum tocsin_status ps_where(struct ps_compiler *c, const struct ps_node *command)
{
	const struct predicate *p;
	struct ps_binding b;

	TRY(ps_bind(c, command, where_parameters, WHERE_PARAMETERS, &b));
	if (b.value[WHERE_INPUT])
		return ps_refuse(c, b.given[WHERE_INPUT], "this parameter is not understood here",
				 "-InputObject; events come from the command in front");
	if (!b.value[WHERE_SCRIPT] && b.value[WHERE_PROPERTY] &&
	    b.value[WHERE_PROPERTY]->kind == PS_BLOCK) {
		b.value[WHERE_SCRIPT] = b.value[WHERE_PROPERTY];
		b.value[WHERE_PROPERTY] = NULL;
	}
	if (b.value[WHERE_SCRIPT]) {
		for (size_t i = WHERE_PROPERTY; i < WHERE_PARAMETERS; i++)
			if (b.value[i])
				return ps_invalid(c, b.value[i],
						  "a condition in braces stands alone",
						  "Where-Object { $_.Message -like '*text*' }");
		TRY(script_form(c, b.value[WHERE_SCRIPT], &p));
	} else if (b.value[WHERE_PROPERTY]) {
		TRY(comparison_form(c, command, &b, &p));
	} else {
		return ps_invalid(c, command, "Where-Object needs a condition",
				  "Where-Object { $_.Message -like '*text*' }");
	}
	c->query->where = predicate_join(&c->query->arena, PREDICATE_AND, c->query->where, p);
	return c->query->where ? TOCSIN_OK : ps_memory(c);
}
