/* SPDX-License-Identifier: Apache-2.0 */
/* Random queries through both front ends, about what random logs hold. */
#ifndef TOCSIN_TESTS_ENGINE_QUERIES_H
#define TOCSIN_TESTS_ENGINE_QUERIES_H

#include "engine_words.h"
#include "lang/filter/filter.h"
#include "lang/powershell/powershell.h"

struct engine_query {
	struct query *query; /* query_free() */
	bool others;
	struct buf text; /* as a person would write it; buf_free() */
};

/* ---- Conditions */

static inline void ask_quoted(struct chance *c, struct buf *b, bool wildcards)
{
	static const char *const between[] = {"*", "?", "", " ", "[ab]", "*"};

	buf_byte(b, '\'');
	if (wildcards && chance_is(c, 75))
		buf_byte(b, '*');
	for (unsigned n = chance_below(c, 3) + chance_is(c, 80); n; n--) {
		engine_word(c, b);
		if (n > 1)
			buf_str(b, wildcards ? CHANCE_ONE(c, between) : "");
	}
	if (wildcards && chance_is(c, 75))
		buf_byte(b, '*');
	buf_byte(b, '\'');
}

/* Words have nothing that an expression takes for more than itself, but for the dot. */
static inline void ask_regex(struct chance *c, struct buf *b)
{
	static const char *const before[] = {"",       "",       "^",     "\\b",
					     "(?:x)?", "[a-z]+", "(?=.)", "\\d*"};
	static const char *const behind[] = {"", "", "$", ".*", "+", "?", "{1,2}", "\\b"};

	for (unsigned n = 1 + chance_is(c, 30); n; n--) {
		buf_str(b, CHANCE_ONE(c, before));
		engine_word(c, b);
		buf_str(b, CHANCE_ONE(c, behind));
		if (n > 1)
			buf_str(b, chance_is(c, 60) ? "|" : "");
	}
}

static inline void ask_number(struct chance *c, struct buf *b)
{
	static const char *const numbers[] = {"0",  "1",    "2",    "3",    "4",
					      "47", "4625", "4711", "4999", "7"};

	buf_str(b, CHANCE_ONE(c, numbers));
}

static const char *const ask_texts[2][6] = {
	{"$_.Message", "$_.Source", "$_.MachineName", "$_.ReplacementStrings[0]",
	 "$_.ReplacementStrings", "$_.ReplacementStrings[0]"},
	{"$_.Message", "$_.ProviderName", "$_.MachineName", "$_.Properties[0].Value",
	 "$_.Properties.Value", "$_.LogName"}};
static const char *const ask_numbers[2][5] = {
	{"$_.EventID", "$_.InstanceId", "$_.Index", "$_.EventID", "$_.CategoryNumber"},
	{"$_.Id", "$_.Level", "$_.RecordId", "$_.Keywords", "$_.Properties[1].Value"}};

static inline void ask_text(struct chance *c, struct buf *b, unsigned object)
{
	static const char *const compares[] = {"-eq", "-ne", "-ceq", "-in", "-contains", "-lt"};
	static const char *const methods[] = {"Contains", "StartsWith", "EndsWith"};
	const char *const what = ask_texts[object][chance_is(c, 30) ? 0 : chance_below(c, 6)];

	switch (chance_below(c, 8)) {
	case 0:
	case 1:
		buf_printf(b, "%s %s ", what,
			   chance_is(c, 75)   ? "-like"
			   : chance_is(c, 50) ? "-clike"
					      : "-notlike");
		ask_quoted(c, b, true);
		break;
	case 2:
		buf_printf(b, "%s %s '", what,
			   chance_is(c, 75)   ? "-match"
			   : chance_is(c, 50) ? "-cmatch"
					      : "-notmatch");
		ask_regex(c, b);
		buf_byte(b, '\'');
		break;
	case 3:
	case 4:
		buf_printf(b, "%s.%s(", what, CHANCE_ONE(c, methods));
		ask_quoted(c, b, false);
		buf_byte(b, ')');
		break;
	case 5:
		buf_str(b, what);
		break;
	default:
		buf_printf(b, "%s %s ", what, CHANCE_ONE(c, compares));
		ask_quoted(c, b, false);
		break;
	}
}

static inline void ask_atom(struct chance *c, struct buf *b, unsigned object)
{
	static const char *const compares[] = {"-eq", "-ne", "-lt", "-le", "-gt", "-ge"};

	switch (chance_below(c, 10)) {
	case 0:
	case 1:
		buf_printf(b, "%s %s ", CHANCE_ONE(c, ask_numbers[object]),
			   CHANCE_ONE(c, compares));
		ask_number(c, b);
		break;
	case 2:
		buf_printf(b, "%s -in ", CHANCE_ONE(c, ask_numbers[object]));
		ask_number(c, b);
		buf_byte(b, ',');
		ask_number(c, b);
		break;
	case 3:
		buf_printf(b, "%s %s [datetime]'2021-11-0%uT0%u:20:00Z'",
			   object ? "$_.TimeCreated" : "$_.TimeGenerated", CHANCE_ONE(c, compares),
			   4 + chance_below(c, 2), chance_below(c, 9));
		break;
	case 4:
		if (object)
			buf_printf(b, "$_.UserId -eq '%s'", CHANCE_ONE(c, engine_sids));
		else
			buf_printf(b, "$_.EntryType -eq '%s'",
				   chance_is(c, 60) ? "Error" : "Warning");
		break;
	default:
		ask_text(c, b, object);
		break;
	}
}

static inline void ask_condition(struct chance *c, struct buf *b, unsigned object, unsigned depth)
{
	static const char *const joins[] = {"-and", "-or", "-and", "-or", "-xor"};
	unsigned n = depth ? 1 + chance_below(c, 3) : 1;

	while (n--) {
		if (chance_is(c, 15))
			buf_str(b, "-not ");
		buf_byte(b, '(');
		if (depth && chance_is(c, 30))
			ask_condition(c, b, object, depth - 1);
		else
			ask_atom(c, b, object);
		buf_byte(b, ')');
		if (n)
			buf_printf(b, " %s ", CHANCE_ONE(c, joins));
	}
}

/* ---- Commands */

static inline void ask_event_log(struct chance *c, struct buf *b)
{
	buf_printf(b, "Get-EventLog -LogName %s", chance_is(c, 70) ? "Application" : "Security");
	if (chance_is(c, 30))
		buf_printf(b, " -Source '%s'", CHANCE_ONE(c, engine_providers));
	if (chance_is(c, 20))
		buf_printf(b, " -EntryType Error");
	if (chance_is(c, 20))
		buf_printf(b, " -InstanceId 1,4999");
	if (chance_is(c, 40)) {
		buf_str(b, " -Message ");
		ask_quoted(c, b, true);
	}
	if (chance_is(c, 10))
		buf_str(b, " -After '2021-11-04T04:00:00Z'");
}

static inline void ask_hashtable(struct chance *c, struct buf *b)
{
	buf_printf(b, "Get-WinEvent -FilterHashtable @{LogName='%s'",
		   chance_is(c, 50) ? "*" : "Application");
	if (chance_is(c, 40))
		buf_str(b, "; Id=1,4999,4711");
	if (chance_is(c, 30))
		buf_printf(b, "; ProviderName='%s'", CHANCE_ONE(c, engine_providers));
	if (chance_is(c, 30))
		buf_str(b, "; Level=0,2,3");
	if (chance_is(c, 30)) {
		buf_str(b, chance_is(c, 60) ? "; Data=" : "; Path=");
		ask_quoted(c, b, false);
	}
	if (chance_is(c, 25)) {
		buf_str(b, chance_is(c, 50) ? "; a=" : "; k=");
		ask_quoted(c, b, false);
	}
	buf_byte(b, '}');
}

static inline void ask_command(struct chance *c, struct buf *b)
{
	unsigned object = 1;

	switch (chance_below(c, 3)) {
	case 0:
		ask_event_log(c, b);
		object = 0;
		break;
	case 1:
		ask_hashtable(c, b);
		break;
	default:
		buf_printf(b, "Get-WinEvent -LogName %s", chance_is(c, 50) ? "*" : "Application");
		break;
	}
	if (chance_is(c, 75)) {
		buf_str(b, " | ? { ");
		ask_condition(c, b, object, 2);
		buf_str(b, " }");
	}
}

/* ---- Filters */

#define ASK_TERMS 4u

static inline const char *ask_term(struct chance *c, enum filter_kind kind)
{
	static const char *const ids[] = {"1", "1,4999", "4000-5000", "0,2-4", "4711"};
	struct buf b = {0};
	const char *text;

	switch (kind) {
	case FILTER_ID:
		buf_str(&b, CHANCE_ONE(c, ids));
		break;
	case FILTER_LEVEL:
		buf_str(&b, chance_is(c, 50) ? "error" : "0-3");
		break;
	case FILTER_PROVIDER:
		buf_str(&b, chance_is(c, 60) ? CHANCE_ONE(c, engine_providers) : "*k*");
		break;
	case FILTER_CHANNEL:
		buf_str(&b, chance_is(c, 60) ? CHANCE_ONE(c, engine_channels) : "a*");
		break;
	case FILTER_COMPUTER:
		buf_str(&b, CHANCE_ONE(c, engine_computers));
		break;
	case FILTER_USER:
		buf_str(&b, CHANCE_ONE(c, engine_sids));
		break;
	case FILTER_RECORD:
		buf_printf(&b, "%lu-%lu,900-", 1ul + chance_below(c, 500),
			   500ul + chance_below(c, 500));
		break;
	case FILTER_TEXT:
		buf_str(&b, engine_phrase(c, 2));
		break;
	case FILTER_REGEX:
		ask_regex(c, &b);
		break;
	default:
		ask_condition(c, &b, 1, 2);
		break;
	}
	text = arena_copy(&c->arena, b.p, b.n);
	if (!text || buf_failed(&b))
		abort();
	buf_free(&b);
	return text;
}

static inline bool ask_filters(struct chance *c, struct engine_query *ret)
{
	static const char *const names[] = {"id",   "level",  "provider", "channel", "computer",
					    "user", "record", "text",     "regex",   "where"};
	struct filter_term terms[ASK_TERMS];
	struct tocsin_error error;
	const size_t n = 1 + chance_below(c, ASK_TERMS);
	size_t at;

	for (size_t i = 0; i < n; i++) {
		terms[i].kind = chance_is(c, 45)   ? (enum filter_kind)chance_below(c, FILTER_KINDS)
				: chance_is(c, 50) ? FILTER_TEXT
						   : FILTER_WHERE;
		terms[i].text = ask_term(c, terms[i].kind);
		buf_printf(&ret->text, "--%s \"%s\" ", names[terms[i].kind], terms[i].text);
	}
	return filter_compile(terms, n, &ret->query, &ret->others, &at, &error) == TOCSIN_OK;
}

/* False: a query that its front end refuses. */
static inline bool engine_query_make(struct chance *c, struct engine_query *ret)
{
	memset(ret, 0, sizeof(*ret));
	c->rare_percent = chance_is(c, 60) ? 70 : 2;
	if (chance_is(c, 50))
		return ask_filters(c, ret);
	ask_command(c, &ret->text);
	return powershell_compile((struct view){(const uint8_t *)ret->text.p, ret->text.n},
				  &ret->query, NULL) == TOCSIN_OK;
}

static inline void engine_query_free(struct engine_query *q)
{
	query_free(q->query);
	buf_free(&q->text);
}

#endif
