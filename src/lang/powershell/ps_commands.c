/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Get-EventLog and Get-WinEvent: their parameters as conditions (PowerShell's Eventlog.cs and
 * GetEventCommand.cs; docs/powershell.md).
 */
#include "lang/powershell/ps_compile.h"

#include "base/timestamp.h"
#include "query/property.h"

enum tocsin_status ps_add_parameter(struct ps_compiler *c, const struct predicate *p)
{
	c->query->parameters =
		predicate_join(&c->query->arena, PREDICATE_AND, c->query->parameters, p);
	return c->query->parameters ? TOCSIN_OK : ps_memory(c);
}

enum tocsin_status ps_like_any(struct ps_compiler *c, const struct ps_node *at,
			       struct operand operand, const struct view *texts, size_t count,
			       const struct predicate **ret)
{
	const struct predicate *any = NULL;

	for (size_t i = 0; i < count; i++) {
		struct predicate *p;
		struct tocsin_error error;
		const enum tocsin_status status = predicate_like(&c->query->arena, operand, false,
								 false, texts[i], &p, &error);

		if (status == TOCSIN_NO_MEMORY)
			return ps_memory(c);
		if (status != TOCSIN_OK)
			return ps_invalid(c, at, error.msg, "%s", error.detail);
		any = predicate_join(&c->query->arena, PREDICATE_OR, any, p);
		if (!any)
			return ps_memory(c);
	}
	if (!any)
		return ps_invalid(c, at, "a value is missing", "the list is empty");
	*ret = any;
	return TOCSIN_OK;
}

enum tocsin_status ps_compare_any(struct ps_compiler *c, struct operand operand,
				  enum compare compare, const struct datum *values, size_t count,
				  const struct predicate **ret)
{
	const struct predicate *any = NULL;

	for (size_t i = 0; i < count; i++) {
		const struct predicate *const p = predicate_compare(
			&c->query->arena, operand, compare, false, operand_literal(values[i]));

		any = p ? predicate_join(&c->query->arena, PREDICATE_OR, any, p) : NULL;
		if (!any)
			return ps_memory(c);
	}
	if (!any)
		any = predicate_constant(&c->query->arena, TRI_FALSE);
	*ret = any;
	return any ? TOCSIN_OK : ps_memory(c);
}

enum tocsin_status ps_add_names(struct ps_compiler *c, const char ***list, size_t *count,
				const struct view *texts, size_t n)
{
	const char **const grown =
		arena_array(&c->query->arena, *count + n + 1, sizeof(const char *));

	if (!grown)
		return ps_memory(c);
	if (*count)
		memcpy(grown, *list, *count * sizeof(*grown));
	for (size_t i = 0; i < n; i++) {
		grown[*count + i] = utf16_to_utf8(&c->query->arena, texts[i], NULL);
		if (!grown[*count + i])
			return ps_memory(c);
	}
	*list = grown;
	*count += n;
	return TOCSIN_OK;
}

/* -ComputerName: only the computer at hand can be meant. */
static enum tocsin_status check_computer(struct ps_compiler *c, const struct ps_node *n)
{
	static const char *const here[] = {".", "localhost", "127.0.0.1", "::1"};
	const char *name;

	if (!n)
		return TOCSIN_OK;
	TRY(ps_utf8(c, n, &name));
	for (size_t i = 0; i < sizeof(here) / sizeof(here[0]); i++)
		if (ascii_equal_nocase(name, here[i]))
			return TOCSIN_OK;
	return ps_refuse(c, n, "another computer can't be asked here",
			 "-ComputerName %.60s; give its logs as evidence and leave this out", name);
}

/* A list of whole numbers compared with an operand. */
static enum tocsin_status number_filter(struct ps_compiler *c, const struct ps_node *n,
					struct operand operand, int64_t low, int64_t high)
{
	const struct predicate *any;
	const struct datum *values;
	struct datum *numbers;
	size_t count;

	if (!n)
		return TOCSIN_OK;
	TRY(ps_constants(c, n, &values, &count));
	numbers = arena_array(&c->query->arena, count + 1, sizeof(*numbers));
	if (!numbers)
		return ps_memory(c);
	for (size_t i = 0; i < count; i++) {
		int64_t v;

		TRY(ps_number(c, n, &values[i], low, high, &v));
		numbers[i] = datum_int(v);
	}
	TRY(ps_compare_any(c, operand, COMPARE_EQUAL, numbers, count, &any));
	return ps_add_parameter(c, any);
}

/* ---- Get-EventLog */

enum {
	LOG_NAME,
	LOG_COMPUTER,
	LOG_NEWEST,
	LOG_AFTER,
	LOG_BEFORE,
	LOG_USER,
	LOG_INSTANCE,
	LOG_INDEX,
	LOG_ENTRY_TYPE,
	LOG_SOURCE,
	LOG_MESSAGE,
	LOG_AS_BASE_OBJECT,
	LOG_LIST,
	LOG_AS_STRING,
	LOG_PARAMETERS
};

static const struct ps_parameter log_parameters[LOG_PARAMETERS] = {
	[LOG_NAME] = {"LogName", "LN", false, 0},
	[LOG_COMPUTER] = {"ComputerName", "Cn", false, -1},
	[LOG_NEWEST] = {"Newest", NULL, false, -1},
	[LOG_AFTER] = {"After", NULL, false, -1},
	[LOG_BEFORE] = {"Before", NULL, false, -1},
	[LOG_USER] = {"UserName", NULL, false, -1},
	[LOG_INSTANCE] = {"InstanceId", NULL, false, 1},
	[LOG_INDEX] = {"Index", NULL, false, -1},
	[LOG_ENTRY_TYPE] = {"EntryType", "ET", false, -1},
	[LOG_SOURCE] = {"Source", "ABO", false, -1},
	[LOG_MESSAGE] = {"Message", "MSG", false, -1},
	[LOG_AS_BASE_OBJECT] = {"AsBaseObject", NULL, true, -1},
	[LOG_LIST] = {"List", NULL, true, -1},
	[LOG_AS_STRING] = {"AsString", NULL, true, -1},
};

static enum tocsin_status log_name(struct ps_compiler *c, const struct ps_node *n)
{
	const struct predicate *p = NULL;
	struct view text;

	TRY(ps_text(c, n, &text));
	for (size_t i = 0; i < text.n / 2; i++) {
		const uint16_t u = le16(text.p + 2 * i);

		if (u == '*' || u == '?' || u == '[')
			return ps_refuse(c, n, "a log name with wildcards is not understood here",
					 "Get-EventLog then lists logs; give one name");
		if (u == '/')
			TRY(ps_warn(c, "Get-EventLog reads classic logs only; Windows does not "
				       "know this one to it, Get-WinEvent reads it"));
	}
	TRY(ps_like_any(c, n, operand_field(EVENT_CHANNEL), &text, 1, &p));
	TRY(ps_add_names(c, &c->query->channels, &c->query->channel_count, &text, 1));
	return ps_add_parameter(c, p);
}

static enum tocsin_status entry_types(struct ps_compiler *c, const struct ps_node *n)
{
	const struct predicate *any;
	const struct view *texts;
	struct datum *types;
	size_t count;

	TRY(ps_texts(c, n, &texts, &count));
	types = arena_array(&c->query->arena, count + 1, sizeof(*types));
	if (!types)
		return ps_memory(c);
	for (size_t i = 0; i < count; i++) {
		int64_t v;

		if (!entry_type_parse(texts[i], &v) || !entry_type_name(v))
			return ps_invalid(
				c, n, "no such entry type",
				"Error, Warning, Information, SuccessAudit, FailureAudit");
		types[i] = datum_entry_type(v);
	}
	TRY(ps_compare_any(c, operand_property(PROPERTY_ENTRY_TYPE), COMPARE_EQUAL, types, count,
			   &any));
	return ps_add_parameter(c, any);
}

static enum tocsin_status parameter_time(struct ps_compiler *c, const struct ps_node *n,
					 struct datum *ret)
{
	struct datum d;
	uint64_t time;

	TRY(ps_constant(c, n, &d));
	TRY(ps_time(c, n, &d, &time));
	*ret = datum_time(time);
	return TOCSIN_OK;
}

/* -After and -Before are strict. Given both, an -After that is not before -Before means "outside".
 */
static enum tocsin_status log_times(struct ps_compiler *c, const struct ps_node *after,
				    const struct ps_node *before)
{
	struct arena *const a = &c->query->arena;
	const struct operand time = operand_property(PROPERTY_TIME_GENERATED);
	const struct predicate *p = NULL, *q = NULL;
	struct datum from = datum_null(), to = datum_null();

	if (after) {
		TRY(parameter_time(c, after, &from));
		p = predicate_compare(a, time, COMPARE_GREATER, false, operand_literal(from));
		if (!p)
			return ps_memory(c);
	}
	if (before) {
		TRY(parameter_time(c, before, &to));
		q = predicate_compare(a, time, COMPARE_LESS, false, operand_literal(to));
		if (!q)
			return ps_memory(c);
	}
	if (!p && !q)
		return TOCSIN_OK;
	if (p && q && from.as.time >= to.as.time)
		TRY(ps_warn(c, "-After is not before -Before: Get-EventLog then gives events "
			       "before the one or after the other, and so does this"));
	p = predicate_join(a, p && q && from.as.time >= to.as.time ? PREDICATE_OR : PREDICATE_AND,
			   p, q);
	return p ? ps_add_parameter(c, p) : ps_memory(c);
}

static enum tocsin_status log_user(struct ps_compiler *c, const struct ps_node *n)
{
	const struct predicate *p = NULL;
	struct datum sid;
	const char *name, *known;

	TRY(ps_utf8(c, n, &name));
	known = account_sid(name);
	if (!known)
		return ps_refuse(c, n, "the names of accounts are not in event logs",
				 "-UserName %.60s; understood: 'NT AUTHORITY\\SYSTEM', 'NT "
				 "AUTHORITY\\NETWORK SERVICE', ...",
				 name);
	sid = datum_ascii(&c->query->arena, known);
	TRY(ps_compare_any(c, operand_property(PROPERTY_USER_SID), COMPARE_EQUAL, &sid, 1, &p));
	return ps_add_parameter(c, p);
}

enum tocsin_status ps_get_event_log(struct ps_compiler *c, const struct ps_node *command)
{
	struct query *const q = c->query;
	const struct predicate *p = NULL;
	const struct view *texts;
	struct ps_binding b;
	struct datum d;
	size_t count;
	int64_t n;

	q->object = QUERY_EVENT_LOG_ENTRY;
	TRY(ps_bind(c, command, log_parameters, LOG_PARAMETERS, &b));
	for (size_t i = LOG_LIST; i <= LOG_AS_STRING; i++)
		if (b.value[i])
			return ps_refuse(c, b.value[i], "this switch is not understood here",
					 "-%s; understood: events of one log, by -LogName",
					 log_parameters[i].name);
	if (!b.value[LOG_NAME])
		return ps_invalid(c, command, "Get-EventLog needs -LogName",
				  "Get-EventLog -LogName Application");
	TRY(check_computer(c, b.value[LOG_COMPUTER]));
	TRY(log_name(c, b.value[LOG_NAME]));
	if (b.value[LOG_SOURCE]) {
		TRY(ps_texts(c, b.value[LOG_SOURCE], &texts, &count));
		TRY(ps_like_any(c, b.value[LOG_SOURCE], operand_property(PROPERTY_SOURCE), texts,
				count, &p));
		TRY(ps_add_parameter(c, p));
	}
	if (b.value[LOG_ENTRY_TYPE])
		TRY(entry_types(c, b.value[LOG_ENTRY_TYPE]));
	TRY(number_filter(c, b.value[LOG_INSTANCE], operand_property(PROPERTY_INSTANCE_ID), 0,
			  INT64_MAX));
	TRY(number_filter(c, b.value[LOG_INDEX], operand_property(PROPERTY_INDEX), 1, INT32_MAX));
	TRY(log_times(c, b.value[LOG_AFTER], b.value[LOG_BEFORE]));
	if (b.value[LOG_USER])
		TRY(log_user(c, b.value[LOG_USER]));
	if (b.value[LOG_MESSAGE]) {
		struct view text;

		TRY(ps_text(c, b.value[LOG_MESSAGE], &text));
		TRY(ps_like_any(c, b.value[LOG_MESSAGE],
				(struct operand){.kind = OPERAND_MESSAGE, .as = {.index = 0}},
				&text, 1, &p));
		if (p->wildcard->plain)
			TRY(ps_warn(c, "-Message has no wildcard, so it must equal the whole "
				       "text; -Message '*text*' looks for a part of it"));
		TRY(ps_add_parameter(c, p));
	}
	if (b.value[LOG_NEWEST]) {
		TRY(ps_constant(c, b.value[LOG_NEWEST], &d));
		TRY(ps_number(c, b.value[LOG_NEWEST], &d, 0, INT32_MAX, &n));
		q->max = (uint64_t)n;
	}
	return TOCSIN_OK;
}

/* ---- Get-WinEvent */

enum {
	WIN_LOG,
	WIN_PROVIDER,
	WIN_PATH,
	WIN_TABLE,
	WIN_MAX,
	WIN_OLDEST,
	WIN_FORCE,
	WIN_COMPUTER,
	WIN_XPATH,
	WIN_XML,
	WIN_LIST_LOG,
	WIN_LIST_PROVIDER,
	WIN_CREDENTIAL,
	WIN_PARAMETERS
};

static const struct ps_parameter win_parameters[WIN_PARAMETERS] = {
	[WIN_LOG] = {"LogName", NULL, false, 0},
	[WIN_PROVIDER] = {"ProviderName", NULL, false, -1},
	[WIN_PATH] = {"Path", "PSPath", false, -1},
	[WIN_TABLE] = {"FilterHashtable", NULL, false, -1},
	[WIN_MAX] = {"MaxEvents", NULL, false, -1},
	[WIN_OLDEST] = {"Oldest", NULL, true, -1},
	[WIN_FORCE] = {"Force", NULL, true, -1},
	[WIN_COMPUTER] = {"ComputerName", "Cn", false, -1},
	[WIN_XPATH] = {"FilterXPath", NULL, false, -1},
	[WIN_XML] = {"FilterXml", NULL, false, -1},
	[WIN_LIST_LOG] = {"ListLog", NULL, false, -1},
	[WIN_LIST_PROVIDER] = {"ListProvider", NULL, false, -1},
	[WIN_CREDENTIAL] = {"Credential", NULL, false, -1},
};

static enum tocsin_status check_win_parameters(struct ps_compiler *c, const struct ps_binding *b)
{
	const struct ps_node *first = NULL;

	for (size_t i = WIN_XPATH; i <= WIN_CREDENTIAL; i++)
		if (b->value[i])
			return ps_refuse(c, b->given[i], "this parameter is not understood here",
					 "-%s; understood: -LogName, -ProviderName, -Path, "
					 "-FilterHashtable, -MaxEvents, -Oldest",
					 win_parameters[i].name);
	for (size_t i = WIN_LOG; i <= WIN_TABLE; i++) {
		if (b->value[i] && first)
			return ps_invalid(c, b->given[i],
					  "Get-WinEvent takes one of -LogName, -ProviderName, "
					  "-Path and -FilterHashtable",
					  "-%s is the second; put both into -FilterHashtable",
					  win_parameters[i].name);
		if (b->value[i])
			first = b->value[i];
	}
	return check_computer(c, b->value[WIN_COMPUTER]);
}

enum tocsin_status ps_get_win_event(struct ps_compiler *c, const struct ps_node *command)
{
	struct query *const q = c->query;
	const struct predicate *p = NULL;
	const struct view *texts;
	struct ps_binding b;
	struct datum d;
	size_t count;
	int64_t n;

	q->object = QUERY_EVENT_LOG_RECORD;
	TRY(ps_bind(c, command, win_parameters, WIN_PARAMETERS, &b));
	TRY(check_win_parameters(c, &b));
	q->oldest_first = b.value[WIN_OLDEST] != NULL;
	if (b.value[WIN_LOG]) {
		TRY(ps_texts(c, b.value[WIN_LOG], &texts, &count));
		TRY(ps_like_any(c, b.value[WIN_LOG], operand_field(EVENT_CHANNEL), texts, count,
				&p));
		TRY(ps_add_names(c, &q->channels, &q->channel_count, texts, count));
		TRY(ps_add_parameter(c, p));
	}
	if (b.value[WIN_PROVIDER]) {
		TRY(ps_texts(c, b.value[WIN_PROVIDER], &texts, &count));
		TRY(ps_like_any(c, b.value[WIN_PROVIDER], operand_field(EVENT_PROVIDER), texts,
				count, &p));
		TRY(ps_add_parameter(c, p));
	}
	if (b.value[WIN_PATH]) {
		TRY(ps_texts(c, b.value[WIN_PATH], &texts, &count));
		TRY(ps_add_names(c, &q->paths, &q->path_count, texts, count));
	}
	if (b.value[WIN_TABLE])
		TRY(ps_filter_hashtable(c, b.value[WIN_TABLE]));
	if (b.value[WIN_MAX]) {
		TRY(ps_constant(c, b.value[WIN_MAX], &d));
		TRY(ps_number(c, b.value[WIN_MAX], &d, 1, INT64_MAX, &n));
		q->max = (uint64_t)n;
	}
	return TOCSIN_OK;
}
