/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Terms to one predicate: docs/filters.md. Kinds are joined in the order of what they cost to
 * answer, not in the order given: an event whose id does not fit is never searched.
 */
#include "lang/filter/filter.h"

#include <stdio.h>

#include "base/limits.h"
#include "base/utf.h"
#include "lang/filter/filter_numbers.h"
#include "lang/powershell/powershell.h"
#include "query/property.h"
#include "query/regex.h"

struct filter {
	struct query *q;
	struct query_regex *regexes;
	size_t regex_room;
	bool information, log_always; /* asked for: level 4 by its name, level 0 */
	struct tocsin_error *error;
};

static enum tocsin_status no_memory(struct filter *f)
{
	return error_set(f->error, TOCSIN_NO_MEMORY, 0, "out of memory");
}

/* ---- Texts */

/* Byte offset of a UTF-16 unit of a text. */
static uint64_t byte_of_unit(const char *text, uint64_t unit)
{
	struct view rest = view_of(text);
	const uint8_t *const start = rest.p;

	for (uint64_t at = 0; rest.n && at < unit;)
		at += utf8_next(&rest) < 0x10000 ? 1 : 2;
	return (uint64_t)(rest.p - start);
}

/* What a lower layer said of the pattern, with the place in the text as given. */
static enum tocsin_status at_byte(struct filter *f, const char *text, enum tocsin_status status)
{
	if (status != TOCSIN_OK && f->error)
		f->error->offset = byte_of_unit(text, f->error->offset);
	return status;
}

static enum tocsin_status read_text(struct filter *f, const char *text, const char *empty,
				    struct view *ret)
{
	struct view rest = view_of(text);
	const uint8_t *const start = rest.p;

	ENSURE(rest.n, f->error, TOCSIN_SYNTAX, 0, empty);
	while (rest.n) {
		const struct view at = rest;

		/* U+FFFD is itself, or what stands for ill-formed bytes. */
		if (utf8_next(&rest) == 0xfffd && (at.n < 3 || memcmp(at.p, "\xef\xbf\xbd", 3)))
			return error_set(f->error, TOCSIN_SYNTAX, (uint64_t)(at.p - start),
					 "this is no UTF-8");
	}
	*ret = utf8_to_utf16(&f->q->arena, view_of(text));
	if (!ret->p)
		return no_memory(f);
	ENSURE(ret->n / 2 <= LIMIT_PATTERN_UNITS, f->error, TOCSIN_LIMIT,
	       byte_of_unit(text, LIMIT_PATTERN_UNITS), "the text is too long");
	return TOCSIN_OK;
}

/* ---- Kinds. Each makes the predicate of one term. */

static const struct number_kind numbers_id = {
	.max = 0xffff,
	.expected = "an event id is expected here",
	.large = "no event id is as large as this",
	.example = "4624,4625,4700-4710",
};

static const struct number_kind numbers_level = {
	.max = 0xff,
	.levels = true,
	.expected = "a level is expected here",
	.large = "no level is as large as this",
	.example = "critical,error,warning,information,verbose or 1-3",
};

static const struct number_kind numbers_record = {
	.max = UINT64_MAX,
	.expected = "a record id is expected here",
	.large = "no record id is as large as this",
	.example = "1000-2000,2500",
};

static enum tocsin_status within(struct filter *f, struct operand left, const char *text,
				 const struct number_kind *kind, struct predicate **ret)
{
	struct number_list list;
	struct predicate *p;

	TRY(filter_numbers(&f->q->arena, text, kind, &list, f->error));
	p = predicate_within(&f->q->arena, left, list.ranges, list.count);
	if (!p)
		return no_memory(f);
	if (kind->levels) {
		f->information |= list.named_information;
		f->log_always |= p->ranges[0].first == 0;
	}
	*ret = p;
	return TOCSIN_OK;
}

static enum tocsin_status warn(struct filter *f, const char *text)
{
	struct query *const q = f->q;
	const char **const list = arena_array(&q->arena, q->warning_count + 1, sizeof(*list));

	if (!list)
		return no_memory(f);
	for (size_t i = 0; i < q->warning_count; i++)
		list[i] = q->warnings[i];
	list[q->warning_count++] = text;
	q->warnings = list;
	return TOCSIN_OK;
}

/* `left` LIKE the name: whole, case ignored, wildcards allowed. */
static enum tocsin_status like(struct filter *f, struct operand left, const char *text,
			       struct predicate **ret)
{
	struct view name;

	TRY(read_text(f, text, "a name is expected here", &name));
	return at_byte(f, text,
		       predicate_like(&f->q->arena, left, false, false, name, ret, f->error));
}

/* One of two operands is LIKE the name. */
static enum tocsin_status like_either(struct filter *f, struct operand one, struct operand other,
				      const char *text, struct predicate **ret)
{
	struct predicate *a, *b, *p;

	TRY(like(f, one, text, &a));
	TRY(like(f, other, text, &b));
	p = predicate_join(&f->q->arena, PREDICATE_OR, a, b);
	if (!p)
		return no_memory(f);
	*ret = p;
	return TOCSIN_OK;
}

/* The SID of an account that has the same one everywhere, with or without its domain. */
static const char *known_sid(const char *name)
{
	static const char *const domains[] = {"", "NT AUTHORITY\\", "BUILTIN\\"};
	char full[64];

	for (size_t i = 0; i < sizeof(domains) / sizeof(domains[0]); i++) {
		const int n = snprintf(full, sizeof(full), "%s%s", domains[i], name);
		const char *const sid =
			n > 0 && (size_t)n < sizeof(full) ? account_sid(full) : NULL;

		if (sid)
			return sid;
	}
	return NULL;
}

static enum tocsin_status user(struct filter *f, const char *text, struct predicate **ret)
{
	const char *const sid = known_sid(text);

	if (!sid && !(strlen(text) > 4 && ascii_equal_nocase_n(text, 4, "S-1-")))
		return error_setf(f->error, TOCSIN_SYNTAX, 0, "a SID is expected here",
				  "write it like S-1-5-21-*-500; of names only those of SYSTEM, "
				  "LOCAL SERVICE, NETWORK SERVICE, Administrators are known");
	return like(f, operand_property(PROPERTY_USER_SID), sid ? sid : text, ret);
}

/* A literal, anywhere in any value: the wildcard `*literal*`. */
static enum tocsin_status contains(struct filter *f, const char *text, struct predicate **ret)
{
	struct arena *const a = &f->q->arena;
	struct view literal, pattern;
	uint8_t *p;

	TRY(read_text(f, text, "an empty text is in every event", &literal));
	p = arena_alloc(a, 2 * literal.n + 4);
	if (!p)
		return no_memory(f);
	pattern.p = p;
	put16(p, '*');
	p += 2;
	for (size_t i = 0; i < literal.n; i += 2) {
		const uint16_t unit = le16(literal.p + i);

		if (unit == '*' || unit == '?' || unit == '[' || unit == '`') {
			put16(p, '`');
			p += 2;
		}
		put16(p, unit);
		p += 2;
	}
	put16(p, '*');
	pattern.n = (size_t)(p + 2 - pattern.p);
	ENSURE(pattern.n / 2 <= LIMIT_PATTERN_UNITS, f->error, TOCSIN_LIMIT, 0,
	       "the text is too long");
	return predicate_like(a, operand_values(), false, false, pattern, ret, f->error);
}

static enum tocsin_status matches(struct filter *f, const char *text, struct predicate **ret)
{
	struct query *const q = f->q;
	struct view pattern;
	struct regex *compiled;
	struct query_regex *regex;
	struct predicate *p;

	TRY(read_text(f, text, "an empty expression is in every event", &pattern));
	TRY(at_byte(f, text, regex_compile(pattern, true, &compiled, f->error)));
	regex_free(compiled);
	p = predicate_compare(&q->arena, operand_values(), COMPARE_MATCH, false,
			      operand_literal(datum_text(pattern)));
	regex = ARENA_GROW(&q->arena, f->regexes, q->regex_count, f->regex_room);
	if (!p || !regex)
		return no_memory(f);
	q->regexes = f->regexes;
	regex->pattern = pattern;
	regex->nocase = true;
	p->regex = pattern;
	p->regex_number = q->regex_count - 1;
	*ret = p;
	return TOCSIN_OK;
}

static enum tocsin_status compile_term(struct filter *f, const struct filter_term *t,
				       struct predicate **ret)
{
	switch (t->kind) {
	case FILTER_ID:
		return within(f, operand_property(PROPERTY_ID), t->text, &numbers_id, ret);
	case FILTER_LEVEL:
		return within(f, operand_field(EVENT_LEVEL), t->text, &numbers_level, ret);
	case FILTER_RECORD:
		return within(f, operand_property(PROPERTY_RECORD_ID), t->text, &numbers_record,
			      ret);
	case FILTER_PROVIDER:
		return like_either(f, operand_field(EVENT_PROVIDER), operand_field(EVENT_SOURCE),
				   t->text, ret);
	case FILTER_CHANNEL:
		return like(f, operand_field(EVENT_CHANNEL), t->text, ret);
	case FILTER_COMPUTER:
		return like_either(f, operand_field(EVENT_COMPUTER),
				   operand_property(PROPERTY_COMPUTER_LABEL), t->text, ret);
	case FILTER_USER:
		return user(f, t->text, ret);
	case FILTER_TEXT:
		return contains(f, t->text, ret);
	case FILTER_REGEX:
		return matches(f, t->text, ret);
	case FILTER_WHERE:
	case FILTER_KINDS:
		break;
	}
	return error_set(f->error, TOCSIN_USAGE, 0, "no such filter");
}

/* ---- All terms */

/* q->where AND `p`. */
static enum tocsin_status require(struct filter *f, const struct predicate *p)
{
	struct predicate *const where = predicate_join(&f->q->arena, PREDICATE_AND, f->q->where, p);

	if (!where)
		return no_memory(f);
	f->q->where = where;
	return TOCSIN_OK;
}

static enum tocsin_status add_conditions(struct filter *f, const struct filter_term *terms,
					 size_t count, size_t *ret_term)
{
	for (size_t i = 0; i < count; i++) {
		if (terms[i].kind != FILTER_WHERE)
			continue;
		*ret_term = i;
		ENSURE(terms[i].text[strspn(terms[i].text, " \t\r\n")], f->error, TOCSIN_SYNTAX, 0,
		       "a condition is expected here");
		TRY(powershell_add_condition(view_of(terms[i].text), f->q, f->error));
	}
	return TOCSIN_OK;
}

static enum tocsin_status compile(struct filter *f, const struct filter_term *terms, size_t count,
				  size_t *ret_term)
{
	static const enum filter_kind order[] = {
		FILTER_ID,       FILTER_LEVEL, FILTER_RECORD, FILTER_CHANNEL, FILTER_PROVIDER,
		FILTER_COMPUTER, FILTER_USER,  FILTER_WHERE,  FILTER_TEXT,    FILTER_REGEX,
	};
	const struct predicate *any[FILTER_KINDS] = {NULL};

	for (size_t i = 0; i < count; i++) {
		struct predicate *p;

		*ret_term = i;
		ENSURE(strlen(terms[i].text) <= LIMIT_COMMAND_BYTES, f->error, TOCSIN_LIMIT,
		       LIMIT_COMMAND_BYTES, "the filter is too long");
		if (terms[i].kind == FILTER_WHERE)
			continue;
		TRY(compile_term(f, &terms[i], &p));
		any[terms[i].kind] =
			predicate_join(&f->q->arena, PREDICATE_OR, any[terms[i].kind], p);
		if (!any[terms[i].kind])
			return no_memory(f);
	}
	for (size_t i = 0; i < sizeof(order) / sizeof(order[0]); i++) {
		if (order[i] == FILTER_WHERE)
			TRY(add_conditions(f, terms, count, ret_term));
		else if (any[order[i]])
			TRY(require(f, any[order[i]]));
	}
	if (f->information && !f->log_always)
		return warn(f, "level information is 4 here; Event Viewer shows level 0 (audit "
			       "events and others) as Information, too: --level information,0");
	return TOCSIN_OK;
}

enum tocsin_status filter_compile(const struct filter_term *terms, size_t count, struct query **ret,
				  bool *ret_others, size_t *ret_term, struct tocsin_error *error)
{
	struct filter f = {.q = query_new(), .error = error};
	enum tocsin_status status;
	size_t term = 0;
	bool others = false;

	ENSURE(f.q, error, TOCSIN_NO_MEMORY, 0, "out of memory");
	f.q->object = QUERY_EVENT_LOG_RECORD;
	status = compile(&f, terms, count, &term);
	if (status != TOCSIN_OK) {
		*ret_term = term;
		query_free(f.q);
		return status;
	}
	for (size_t i = 0; i < count; i++)
		others |= terms[i].kind == FILTER_TEXT || terms[i].kind == FILTER_REGEX;
	*ret = f.q;
	*ret_others = others;
	return TOCSIN_OK;
}
