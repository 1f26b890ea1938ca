/* SPDX-License-Identifier: Apache-2.0 */
/*
 * -FilterHashtable: PowerShell builds an XPath from it (GetEventCommand.cs); these are the same
 * conditions. Keys are ANDed, the values of one key ORed, several tables united.
 */
#include "lang/powershell/ps_compile.h"

#include "base/timestamp.h"
#include "base/utf.h"
#include "query/property.h"

/* One table: its condition, and whether it names a log, a file or a provider. */
struct table {
	const struct predicate *all;
	bool log, path, provider;
};

static enum tocsin_status join(struct ps_compiler *c, struct table *t, const struct predicate *p)
{
	t->all = predicate_join(&c->query->arena, PREDICATE_AND, t->all, p);
	return t->all ? TOCSIN_OK : ps_memory(c);
}

static enum tocsin_status numbers(struct ps_compiler *c, const struct ps_node *n,
				  enum event_field field, int64_t high,
				  const struct predicate **ret)
{
	const struct datum *values;
	struct datum *out;
	size_t count;

	TRY(ps_constants(c, n, &values, &count));
	out = arena_array(&c->query->arena, count + 1, sizeof(*out));
	if (!out)
		return ps_memory(c);
	for (size_t i = 0; i < count; i++) {
		int64_t v;

		TRY(ps_number(c, n, &values[i], 0, high, &v));
		out[i] = datum_int(v);
	}
	return ps_compare_any(c, operand_field(field), COMPARE_EQUAL, out, count, ret);
}

/* The values are one mask. */
static enum tocsin_status keywords(struct ps_compiler *c, const struct ps_node *n,
				   const struct predicate **ret)
{
	const struct datum *values;
	struct datum mask = datum_int(0);
	size_t count;

	TRY(ps_constants(c, n, &values, &count));
	for (size_t i = 0; i < count; i++) {
		int64_t v;

		TRY(ps_number(c, n, &values[i], INT64_MIN, INT64_MAX, &v));
		mask.as.i |= v;
	}
	return ps_compare_any(c, operand_property(PROPERTY_KEYWORDS), COMPARE_ANY_BIT, &mask, 1,
			      ret);
}

/* Inclusive; the value loses what is below a second. */
static enum tocsin_status time_bound(struct ps_compiler *c, const struct ps_node *n,
				     enum compare compare, const struct predicate **ret)
{
	struct datum d;
	uint64_t time;

	TRY(ps_constant(c, n, &d));
	TRY(ps_time(c, n, &d, &time));
	d = datum_time(time / FILETIME_SECOND * FILETIME_SECOND);
	return ps_compare_any(c, operand_property(PROPERTY_TIME), compare, &d, 1, ret);
}

static enum tocsin_status user(struct ps_compiler *c, const struct ps_node *n,
			       const struct predicate **ret)
{
	const char *name, *sid;
	struct datum d;

	TRY(ps_utf8(c, n, &name));
	sid = ascii_equal_nocase_n(name, strlen(name) < 4 ? 0 : 4, "S-1-") ? name
									   : account_sid(name);
	if (!sid)
		return ps_refuse(c, n, "the names of accounts are not in event logs",
				 "%.60s; give its SID: 'S-1-5-21-...'", name);
	d = datum_ascii(&c->query->arena, sid);
	return ps_compare_any(c, operand_property(PROPERTY_USER_SID), COMPARE_EQUAL, &d, 1, ret);
}

/* Data, and the names of EventData: whole values, ignoring case. */
static enum tocsin_status values(struct ps_compiler *c, const struct ps_node *key, bool named,
				 const struct ps_node *n, const struct predicate **ret)
{
	struct operand operand = {.kind = OPERAND_STRINGS, .as = {.index = 0}};
	const struct view *texts;
	struct datum *data;
	size_t count;

	if (named) {
		operand.kind = OPERAND_NAMED;
		TRY(ps_text(c, key, &operand.as.name));
	}
	TRY(ps_texts(c, n, &texts, &count));
	data = arena_array(&c->query->arena, count + 1, sizeof(*data));
	if (!data)
		return ps_memory(c);
	for (size_t i = 0; i < count; i++)
		data[i] = datum_text(texts[i]);
	return ps_compare_any(c, operand, COMPARE_CONTAINS, data, count, ret);
}

/* Keys that look like filters and are names of event data to Windows: it finds nothing, silently.
 */
static enum tocsin_status warn_key(struct ps_compiler *c, const char *name)
{
	static const struct {
		const char *name, *meant;
	} keys[] = {
		{"EventID", "Id"},          {"InstanceId", "Id"},
		{"Source", "ProviderName"}, {"Provider", "ProviderName"},
		{"Channel", "LogName"},     {"Log", "LogName"},
		{"EntryType", "Level"},     {"LevelDisplayName", "Level"},
		{"After", "StartTime"},     {"Before", "EndTime"},
		{"Keyword", "Keywords"},
	};

	for (size_t i = 0; i < sizeof(keys) / sizeof(keys[0]); i++)
		if (ascii_equal_nocase(keys[i].name, name))
			return ps_warn(c,
				       "-FilterHashtable has no key '%s', so it is the name of "
				       "event data, as on Windows; is '%s' meant?",
				       keys[i].name, keys[i].meant);
	return TOCSIN_OK;
}

static enum tocsin_status pair(struct ps_compiler *c, const struct ps_node *key,
			       const struct ps_node *n, struct table *t)
{
	struct query *const q = c->query;
	const char *const name = key->text;
	const struct predicate *p = NULL;
	const struct view *texts;
	size_t count;

	if (ascii_equal_nocase(name, "LogName")) {
		t->log = true;
		TRY(ps_texts(c, n, &texts, &count));
		TRY(ps_like_any(c, n, operand_field(EVENT_CHANNEL), texts, count, &p));
		TRY(ps_add_names(c, &q->channels, &q->channel_count, texts, count));
	} else if (ascii_equal_nocase(name, "ProviderName")) {
		t->provider = true;
		TRY(ps_texts(c, n, &texts, &count));
		TRY(ps_like_any(c, n, operand_field(EVENT_PROVIDER), texts, count, &p));
	} else if (ascii_equal_nocase(name, "Path")) {
		t->path = true;
		TRY(ps_texts(c, n, &texts, &count));
		return ps_add_names(c, &q->paths, &q->path_count, texts, count);
	} else if (ascii_equal_nocase(name, "Id")) {
		TRY(numbers(c, n, EVENT_ID, INT32_MAX, &p));
	} else if (ascii_equal_nocase(name, "Level")) {
		TRY(numbers(c, n, EVENT_LEVEL, 255, &p));
	} else if (ascii_equal_nocase(name, "Keywords")) {
		TRY(keywords(c, n, &p));
	} else if (ascii_equal_nocase(name, "StartTime")) {
		TRY(time_bound(c, n, COMPARE_GREATER_EQUAL, &p));
	} else if (ascii_equal_nocase(name, "EndTime")) {
		TRY(time_bound(c, n, COMPARE_LESS_EQUAL, &p));
	} else if (ascii_equal_nocase(name, "UserID")) {
		TRY(user(c, n, &p));
	} else if (ascii_equal_nocase(name, "SuppressHashFilter")) {
		return ps_refuse(c, key, "this key is not understood here",
				 "understood: LogName, ProviderName, Path, Id, Level, Keywords, "
				 "StartTime, EndTime, UserID, Data, names of event data");
	} else {
		TRY(warn_key(c, name));
		TRY(values(c, key, !ascii_equal_nocase(name, "Data"), n, &p));
	}
	return join(c, t, p);
}

static enum tocsin_status one_table(struct ps_compiler *c, const struct ps_node *n, struct table *t)
{
	memset(t, 0, sizeof(*t));
	for (size_t i = 0; i + 1 < n->count; i += 2) {
		for (size_t k = 0; k < i; k += 2)
			if (ascii_equal_nocase(n->items[k]->text, n->items[i]->text))
				return ps_invalid(c, n->items[i], "a key is given twice",
						  "%.40s; several values are a list: Id=1,2",
						  n->items[i]->text);
		TRY(pair(c, n->items[i], n->items[i + 1], t));
	}
	if (!t->log && !t->path && !t->provider)
		return ps_invalid(c, n, "the hashtable needs LogName, Path or ProviderName",
				  "@{LogName='Application'; Id=4999}");
	if (t->log && t->path)
		return ps_refuse(c, n, "LogName and Path in one hashtable are not understood here",
				 "give one of them");
	return TOCSIN_OK;
}

enum tocsin_status ps_filter_hashtable(struct ps_compiler *c, const struct ps_node *value)
{
	const struct predicate *any = NULL;
	bool paths = false, everything = false;
	size_t count;

	while (value->kind == PS_PAREN)
		value = value->items[0];
	count = value->kind == PS_ARRAY ? value->count : 1;
	for (size_t i = 0; i < count; i++) {
		const struct ps_node *const n = value->kind == PS_ARRAY ? value->items[i] : value;
		struct table t;

		if (n->kind != PS_TABLE)
			return ps_refuse(c, n, "a hashtable is expected here",
					 "-FilterHashtable @{LogName='Application'; Id=4999}");
		TRY(one_table(c, n, &t));
		paths = paths || t.path;
		if (!t.all)
			everything = true;
		else
			any = predicate_join(&c->query->arena, PREDICATE_OR, any, t.all);
		if (!any && !everything)
			return ps_memory(c);
	}
	if (paths && count > 1)
		return ps_refuse(c, value, "several hashtables with Path are not understood here",
				 "give one hashtable");
	return everything ? TOCSIN_OK : ps_add_parameter(c, any);
}
