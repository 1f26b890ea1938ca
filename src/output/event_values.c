/* SPDX-License-Identifier: Apache-2.0 */
#include "output/event_values.h"

#include <float.h>

#include "base/limits.h"
#include "base/text.h"
#include "base/timestamp.h"
#include "format/evtx/json_keys.h"

bool event_origin_matters(const struct event *e)
{
	return e->origin != EVENT_LIVE || e->note || e->template_missing || e->template_path ||
	       e->values_cut;
}

/* ---- Columns */

static void add_utf8(struct buf *out, const char *text, enum utf_escape escape)
{
	if (text)
		utf8_append(out, view_of(text), escape);
}

static void add_time(struct buf *out, uint64_t filetime)
{
	char text[FILETIME_TEXT];

	buf_add(out, text, filetime_format(text, filetime));
}

static void put_source(const struct event_pen *pen, const struct event *e, enum event_field field,
		       struct buf *out, enum utf_escape escape)
{
	(void)e;
	(void)field;
	add_utf8(out, pen->path, escape);
}

#define ABOUT(function, statement)                                                                 \
	static void function(const struct event_pen *pen, const struct event *e,                   \
			     enum event_field field, struct buf *out, enum utf_escape escape)      \
	{                                                                                          \
		(void)pen;                                                                         \
		(void)field;                                                                       \
		(void)escape;                                                                      \
		statement;                                                                         \
	}

ABOUT(put_offset, buf_u64(out, e->offset))
ABOUT(put_chunk, if (e->origin != EVENT_CARVED) buf_u64(out, e->chunk))
ABOUT(put_origin, buf_str(out, event_origin_name(e->origin)))
ABOUT(put_note, add_utf8(out, e->note, escape))
ABOUT(put_header_id, buf_u64(out, e->record_id))
ABOUT(put_time, add_time(out, event_time(e)))
ABOUT(put_written, add_time(out, e->written))
ABOUT(put_template_missing, buf_str(out, e->template_missing ? "true" : ""))
ABOUT(put_template_ambiguous, buf_str(out, e->template_ambiguous ? "true" : ""))
ABOUT(put_values_cut, buf_str(out, e->values_cut ? "true" : ""))
ABOUT(put_template_path, add_utf8(out, e->template_path, escape))
#undef ABOUT

static void put_template_offset(const struct event_pen *pen, const struct event *e,
				enum event_field field, struct buf *out, enum utf_escape escape)
{
	(void)pen;
	(void)field;
	(void)escape;
	if (e->template_path)
		buf_u64(out, e->template_offset);
}

static void put_record_id(const struct event_pen *pen, const struct event *e,
			  enum event_field field, struct buf *out, enum utf_escape escape)
{
	(void)pen;
	(void)escape;
	buf_u64(out, event_number(e, field, e->record_id));
}

static void put_text(const struct event_pen *pen, const struct event *e, enum event_field field,
		     struct buf *out, enum utf_escape escape)
{
	(void)pen;
	value_append(out, &e->field[field], escape);
}

/* Windows has numbers in System; a template may hold one as text, or in hex. */
static void put_number(const struct event_pen *pen, const struct event *e, enum event_field field,
		       struct buf *out, enum utf_escape escape)
{
	const struct value *const v = &e->field[field];
	const bool is_signed = v->type == VALUE_INT8 || v->type == VALUE_INT16 ||
			       v->type == VALUE_INT32 || v->type == VALUE_INT64;
	uint64_t n;

	(void)pen;
	if (!is_signed && value_number(v, &n))
		buf_u64(out, n);
	else
		value_append(out, v, escape);
}

static void put_binary(const struct event_pen *pen, const struct event *e, enum event_field field,
		       struct buf *out, enum utf_escape escape)
{
	(void)pen;
	(void)field;
	(void)escape;
	text_hex(out, e->binary);
}

#define NONE EVENT_FIELD_COUNT

const struct event_column event_columns[] = {
	{"source", COLUMN_TEXT, put_source, NONE},
	{"offset", COLUMN_NUMBER, put_offset, NONE},
	{"origin", COLUMN_TEXT, put_origin, NONE},
	{"record_id", COLUMN_NUMBER, put_record_id, EVENT_RECORD_ID},
	{"time", COLUMN_TEXT, put_time, NONE},
	{"written", COLUMN_TEXT, put_written, NONE},
	{"provider", COLUMN_TEXT, put_text, EVENT_PROVIDER},
	{"event_id", COLUMN_NUMBER, put_number, EVENT_ID},
	{"qualifiers", COLUMN_NUMBER, put_number, EVENT_QUALIFIERS},
	{"version", COLUMN_NUMBER, put_number, EVENT_VERSION},
	{"level", COLUMN_NUMBER, put_number, EVENT_LEVEL},
	{"task", COLUMN_NUMBER, put_number, EVENT_TASK},
	{"opcode", COLUMN_NUMBER, put_number, EVENT_OPCODE},
	{"keywords", COLUMN_TEXT, put_text, EVENT_KEYWORDS},
	{"channel", COLUMN_TEXT, put_text, EVENT_CHANNEL},
	{"computer", COLUMN_TEXT, put_text, EVENT_COMPUTER},
	{"user_sid", COLUMN_TEXT, put_text, EVENT_USER_ID},
	{"process_id", COLUMN_NUMBER, put_number, EVENT_PROCESS_ID},
	{"thread_id", COLUMN_NUMBER, put_number, EVENT_THREAD_ID},
	{"activity_id", COLUMN_TEXT, put_text, EVENT_ACTIVITY_ID},
	{"related_activity_id", COLUMN_TEXT, put_text, EVENT_RELATED_ACTIVITY_ID},
	{"provider_guid", COLUMN_TEXT, put_text, EVENT_PROVIDER_GUID},
	{"event_source", COLUMN_TEXT, put_text, EVENT_SOURCE},
	{"message", COLUMN_TEXT, put_text, EVENT_MESSAGE},
	{"level_name", COLUMN_TEXT, put_text, EVENT_LEVEL_NAME},
	{"task_name", COLUMN_TEXT, put_text, EVENT_TASK_NAME},
	{"opcode_name", COLUMN_TEXT, put_text, EVENT_OPCODE_NAME},
	{"binary", COLUMN_TEXT, put_binary, NONE},
	{"header_id", COLUMN_NUMBER, put_header_id, NONE},
	{"chunk", COLUMN_NUMBER, put_chunk, NONE},
	{"origin_note", COLUMN_TEXT, put_note, NONE},
	{"template_missing", COLUMN_BOOL, put_template_missing, NONE},
	{"template_path", COLUMN_TEXT, put_template_path, NONE},
	{"template_offset", COLUMN_NUMBER, put_template_offset, NONE},
	{"template_ambiguous", COLUMN_BOOL, put_template_ambiguous, NONE},
	{"values_cut", COLUMN_BOOL, put_values_cut, NONE},
};

const size_t event_column_count = sizeof(event_columns) / sizeof(event_columns[0]);
const size_t event_columns_leading = 21;

/* ---- JSON */

/* Whether a value's text is a JSON number or literal as it stands. */
static bool is_bare(const struct value *v)
{
	const size_t need = value_fixed_size(v->type);
	float f;
	double d;

	switch (v->type) {
	case VALUE_FLOAT:
		if (v->bytes.n < need)
			return false;
		memcpy(&f, &(uint32_t){le32(v->bytes.p)}, sizeof(f));
		return f >= -FLT_MAX && f <= FLT_MAX;
	case VALUE_DOUBLE:
		if (v->bytes.n < need)
			return false;
		memcpy(&d, &(uint64_t){le64(v->bytes.p)}, sizeof(d));
		return d >= -DBL_MAX && d <= DBL_MAX;
	case VALUE_BOOL:
		return v->bytes.n == 1 || v->bytes.n == 2 || v->bytes.n == 4 || v->bytes.n == 8;
	default:
		return value_is_integer(v);
	}
}

void event_value_json(struct buf *out, const struct value *v)
{
	if (value_is_null(v)) {
		buf_str(out, "null");
	} else if (is_bare(v)) {
		value_append(out, v, UTF_JSON);
	} else {
		buf_byte(out, '"');
		value_append(out, v, UTF_JSON);
		buf_byte(out, '"');
	}
}

/* A value's name as the inside of a JSON string; p == NULL without memory. */
static struct view member_name(const struct event_pen *pen, const struct event_data *d,
			       size_t number, struct buf *scratch)
{
	struct view name;

	buf_clear(scratch);
	if (d->name.n >= 2)
		utf16_append(scratch, d->name, UTF_JSON);
	else
		buf_u64(scratch, number);
	name.n = scratch->n;
	name.p = buf_failed(scratch)
			 ? NULL
			 : (const uint8_t *)arena_copy(pen->arena, scratch->p, scratch->n);
	return name;
}

enum tocsin_status event_members_json(const struct event_pen *pen, const struct event_data *list,
				      size_t count, const char *prefix, bool *any, struct buf *out)
{
	struct json_keys keys = {.first = NULL};
	struct buf scratch = {0};
	enum tocsin_status status = TOCSIN_OK;
	const size_t start = out->n;
	size_t names = 0, i;

	for (i = 0; i < count && status == TOCSIN_OK; i++) {
		const struct view name = member_name(pen, &list[i], i + 1, &scratch);
		const struct view key =
			name.p ? json_keys_add_dotted(&keys, pen->arena, name) : name;

		if (!key.p) {
			status = TOCSIN_NO_MEMORY;
			break;
		}
		buf_str(out, *any ? ",\"" : "\"");
		buf_str(out, prefix);
		buf_add(out, key.p, key.n);
		buf_str(out, "\":");
		event_value_json(out, &list[i].value);
		*any = true;
		names += key.n;
		if (out->n - start + names > LIMIT_RECORD_TEXT)
			status = TOCSIN_LIMIT;
	}
	buf_free(&scratch);
	return status;
}
