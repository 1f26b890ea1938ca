/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What .NET's EventLogEntry and EventLogRecord make of a record (dotnet/runtime,
 * System.Diagnostics.EventLog; MS-EVEN 2.2.2, 2.2.3). docs/powershell.md lists the rules.
 */
#include "query/property.h"

#include "base/text.h"
#include "base/timestamp.h"

#define KEYWORD_AUDIT_FAILURE 0x10000000000000ull
#define KEYWORD_AUDIT_SUCCESS 0x20000000000000ull

static struct datum text_or_null(const struct value *v, struct arena *a)
{
	struct view text;

	if (value_is_null(v))
		return datum_null();
	text = value_text16(a, v);
	return text.p ? datum_text(text) : datum_unknown();
}

static struct datum number_or_null(const struct event *e, enum event_field field)
{
	uint64_t n;

	return value_number(&e->field[field], &n) ? datum_uint(n) : datum_null();
}

static bool is_whole(const struct datum *d)
{
	return d->type == DATUM_INT || d->type == DATUM_UINT;
}

/* Unknown where it is lost or damaged; an empty one, or words, is no number. */
static struct datum event_id(const struct event *e)
{
	const struct value *const v = &e->field[EVENT_ID];
	uint64_t n;

	if (value_number(v, &n))
		return datum_uint(n);
	return v->type == VALUE_STRING ? datum_null() : datum_unknown();
}

static int64_t sign_extend(struct view bytes)
{
	switch (bytes.n) {
	case 1:
		return (int8_t)bytes.p[0];
	case 2:
		return (int16_t)le16(bytes.p);
	case 4:
		return (int32_t)le32(bytes.p);
	default:
		return bytes.n >= 8 ? (int64_t)le64(bytes.p) : 0;
	}
}

static struct datum float_value(const struct value *v)
{
	if (v->type == VALUE_FLOAT && v->bytes.n >= 4) {
		const uint32_t bits = le32(v->bytes.p);
		float f;

		memcpy(&f, &bits, sizeof(f));
		return datum_double((double)f);
	}
	if (v->type == VALUE_DOUBLE && v->bytes.n >= 8) {
		const uint64_t bits = le64(v->bytes.p);
		double d;

		memcpy(&d, &bits, sizeof(d));
		return datum_double(d);
	}
	return datum_unknown();
}

/* {00112233-…} as .NET writes a Guid: lower case, no braces. */
static struct datum guid(const struct value *v, struct arena *a)
{
	struct datum d = text_or_null(v, a);
	const size_t n = d.type == DATUM_TEXT ? d.as.text.n / 2 : 0;
	uint8_t *copy;

	if (n < 2 || le16(d.as.text.p) != '{' || le16(d.as.text.p + 2 * (n - 1)) != '}')
		return d;
	copy = arena_alloc(a, d.as.text.n);
	if (!copy)
		return datum_unknown();
	for (size_t i = 1; i + 1 < n; i++)
		put16(copy + 2 * (i - 1), utf16_lower(le16(d.as.text.p + 2 * i)));
	d.guid = true;
	d.as.text.p = copy;
	d.as.text.n = 2 * (n - 2);
	return d;
}

struct datum property_of_value(const struct value *v, struct arena *a)
{
	const size_t size = value_fixed_size(v->type);
	uint64_t n;

	if (value_is_null(v))
		return datum_null();
	if (size && v->bytes.n < size)
		return datum_unknown(); /* damaged */
	switch (v->type) {
	case VALUE_STRING:
	case VALUE_ANSI:
	case VALUE_SID:
	case VALUE_XML:
		return text_or_null(v, a);
	case VALUE_GUID:
		return guid(v, a);
	case VALUE_INT16:
		/* .NET reads the low byte only (NativeWrapper.ConvertToObject). */
		return datum_int((int8_t)v->bytes.p[0]);
	case VALUE_INT8:
	case VALUE_INT32:
	case VALUE_INT64:
	case VALUE_HEX32: /* a signed [int] in .NET */
		return datum_int(sign_extend(v->bytes));
	case VALUE_UINT8:
	case VALUE_UINT16:
	case VALUE_UINT32:
	case VALUE_UINT64:
	case VALUE_SIZE:
	case VALUE_HEX64:
		return value_number(v, &n) ? datum_uint(n) : datum_unknown();
	case VALUE_FLOAT:
	case VALUE_DOUBLE:
		return float_value(v);
	case VALUE_BOOL:
		return value_number(v, &n) ? datum_bool(n != 0) : datum_unknown();
	case VALUE_FILETIME:
	case VALUE_SYSTEMTIME:
		return value_time(v, &n) ? datum_time(n) : datum_unknown();
	default:
		return datum_unknown();
	}
}

bool property_is_number(enum event_field field)
{
	switch (field) {
	case EVENT_ID:
	case EVENT_QUALIFIERS:
	case EVENT_VERSION:
	case EVENT_LEVEL:
	case EVENT_TASK:
	case EVENT_OPCODE:
	case EVENT_KEYWORDS:
	case EVENT_RECORD_ID:
	case EVENT_PROCESS_ID:
	case EVENT_THREAD_ID:
		return true;
	default:
		return false;
	}
}

struct datum property_of_field(const struct event *e, enum event_field field, struct arena *a)
{
	uint64_t time;
	struct datum d;

	switch (field) {
	case EVENT_ID:
		return event_id(e);
	case EVENT_TIME:
		return value_time(&e->field[field], &time) ? datum_time(time) : datum_null();
	case EVENT_PROVIDER:
	case EVENT_CHANNEL:
	case EVENT_COMPUTER:
		/* Every record has them: one without has lost them. */
		d = text_or_null(&e->field[field], a);
		return d.type == DATUM_NULL ? datum_unknown() : d;
	default:
		return property_is_number(field) ? number_or_null(e, field)
						 : text_or_null(&e->field[field], a);
	}
}

static const struct {
	const char *sid, *name;
} accounts[] = {
	{"S-1-5-18", "NT AUTHORITY\\SYSTEM"},
	{"S-1-5-19", "NT AUTHORITY\\LOCAL SERVICE"},
	{"S-1-5-20", "NT AUTHORITY\\NETWORK SERVICE"},
	{"S-1-5-32-544", "BUILTIN\\Administrators"},
};

#define ACCOUNTS (sizeof(accounts) / sizeof(accounts[0]))

const char *account_sid(const char *name)
{
	for (size_t i = 0; i < ACCOUNTS; i++)
		if (ascii_equal_nocase(accounts[i].name, name))
			return accounts[i].sid;
	return NULL;
}

static struct datum user_name(const struct event *e, struct arena *a)
{
	const struct datum sid = text_or_null(&e->field[EVENT_USER_ID], a);

	if (sid.type != DATUM_TEXT)
		return sid;
	for (size_t i = 0; i < ACCOUNTS; i++)
		if (utf16_equal_ascii(sid.as.text, accounts[i].sid))
			return datum_ascii(a, accounts[i].name);
	return datum_unknown();
}

static struct datum entry_type(const struct event *e)
{
	static const uint8_t types[] = {ENTRY_NONE, ENTRY_ERROR, ENTRY_ERROR, ENTRY_WARNING,
					ENTRY_INFORMATION};
	const uint64_t keywords = event_number(e, EVENT_KEYWORDS, 0);
	const uint64_t level = event_number(e, EVENT_LEVEL, UINT64_MAX);

	if (keywords & KEYWORD_AUDIT_SUCCESS)
		return datum_entry_type(ENTRY_SUCCESS_AUDIT);
	if (keywords & KEYWORD_AUDIT_FAILURE)
		return datum_entry_type(ENTRY_FAILURE_AUDIT);
	/* Critical counts as Error: what the classic interface gives for it is not documented, and
	 * a search for errors must not miss it. */
	return level < sizeof(types) ? datum_entry_type(types[level]) : datum_unknown();
}

static struct datum level_name(const struct event *e, struct arena *a)
{
	static const char *const names[] = {"Information", "Critical",    "Error",
					    "Warning",     "Information", "Verbose"};
	const struct datum rendered = text_or_null(&e->field[EVENT_LEVEL_NAME], a);
	uint64_t level;

	if (rendered.type != DATUM_NULL)
		return rendered;
	if (!value_number(&e->field[EVENT_LEVEL], &level))
		return datum_null();
	return level < sizeof(names) / sizeof(names[0]) ? datum_ascii(a, names[level])
							: datum_unknown();
}

static struct datum category(const struct event *e, struct arena *a)
{
	const struct datum rendered = text_or_null(&e->field[EVENT_TASK_NAME], a);

	if (rendered.type != DATUM_NULL)
		return rendered;
	return event_number(e, EVENT_TASK, 0) == 0 ? datum_ascii(a, "(0)") : datum_unknown();
}

static struct datum rendered_name(const struct event *e, enum event_field name, struct arena *a)
{
	const struct datum rendered = text_or_null(&e->field[name], a);

	return rendered.type == DATUM_NULL ? datum_unknown() : rendered;
}

static uint64_t record_id(const struct event *e)
{
	return event_number(e, EVENT_RECORD_ID, e->record_id);
}

static struct datum computer_label(const struct event *e, struct arena *a)
{
	struct datum name = property_of_field(e, EVENT_COMPUTER, a);

	if (name.type != DATUM_TEXT)
		return name;
	for (size_t i = 0; i + 1 < name.as.text.n; i += 2)
		if (le16(name.as.text.p + i) == '.')
			name.as.text.n = i;
	return name;
}

struct datum property_of_event(const struct event *e, enum property property, struct arena *a)
{
	struct datum id;
	uint64_t n;

	switch (property) {
	case PROPERTY_RECORD_ID:
		return datum_uint(record_id(e));
	case PROPERTY_INDEX:
		return datum_int((int32_t)(uint32_t)record_id(e));
	case PROPERTY_TIME:
		return datum_time(event_time(e));
	case PROPERTY_TIME_GENERATED:
		return datum_time(event_time(e) / FILETIME_SECOND * FILETIME_SECOND);
	case PROPERTY_SOURCE:
		if (!value_is_null(&e->field[EVENT_SOURCE]))
			return text_or_null(&e->field[EVENT_SOURCE], a);
		return property_of_field(e, EVENT_PROVIDER, a);
	case PROPERTY_ENTRY_TYPE:
		return entry_type(e);
	case PROPERTY_INSTANCE_ID:
		id = event_id(e);
		if (!is_whole(&id))
			return id;
		return datum_int((int64_t)((event_number(e, EVENT_QUALIFIERS, 0) & 0xffff) << 16) |
				 (id.as.i & 0xffff));
	case PROPERTY_LEVEL_NAME:
		return level_name(e, a);
	case PROPERTY_TASK_NAME:
		return rendered_name(e, EVENT_TASK_NAME, a);
	case PROPERTY_OPCODE_NAME:
		return rendered_name(e, EVENT_OPCODE_NAME, a);
	case PROPERTY_CATEGORY:
		return category(e, a);
	case PROPERTY_KEYWORDS:
		return value_number(&e->field[EVENT_KEYWORDS], &n) ? datum_int((int64_t)n)
								   : datum_null();
	case PROPERTY_USER_SID:
		return text_or_null(&e->field[EVENT_USER_ID], a);
	case PROPERTY_USER_NAME:
		return user_name(e, a);
	case PROPERTY_PROVIDER_ID:
		return guid(&e->field[EVENT_PROVIDER_GUID], a);
	case PROPERTY_ACTIVITY_ID:
		return guid(&e->field[EVENT_ACTIVITY_ID], a);
	case PROPERTY_RELATED_ACTIVITY_ID:
		return guid(&e->field[EVENT_RELATED_ACTIVITY_ID], a);
	case PROPERTY_ID:
		id = event_id(e);
		return is_whole(&id) ? datum_int(id.as.i & 0xffff) : id;
	case PROPERTY_COMPUTER_LABEL:
		return computer_label(e, a);
	case PROPERTY_COUNT:
		break;
	}
	return datum_null();
}
