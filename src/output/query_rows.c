/* SPDX-License-Identifier: Apache-2.0 */
#include "output/query_rows.h"

#include "base/timestamp.h"
#include "output/csv.h"
#include "output/json.h"

/* A value of no list as UTF-8 text; times as ISO 8601. */
static void append(struct buf *out, const struct datum *d)
{
	char time[FILETIME_TEXT];

	if (d->type == DATUM_TIME) {
		filetime_format(time, d->as.time);
		buf_str(out, time);
	} else {
		datum_append(out, d);
	}
}

static struct view bytes(const struct buf *b)
{
	const struct view v = {(const uint8_t *)b->p, b->n};
	return v;
}

/* ---- JSON */

static void json_datum(struct json *j, const struct datum *d)
{
	struct buf text = {NULL, 0, 0, 0, false};

	switch (d->type) {
	case DATUM_NULL:
	case DATUM_UNKNOWN:
		json_null(j);
		break;
	case DATUM_BOOL:
		json_bool(j, d->as.truth);
		break;
	case DATUM_INT:
		json_i64(j, d->as.i);
		break;
	case DATUM_UINT:
		json_u64(j, d->as.u);
		break;
	case DATUM_LIST:
		/* Lists of events are flat. */
		json_begin(j, '[');
		for (size_t i = 0; i < d->as.list.count; i++)
			if (d->as.list.items[i].type != DATUM_LIST)
				json_datum(j, &d->as.list.items[i]);
		json_end(j, ']');
		break;
	case DATUM_DOUBLE:
	case DATUM_TIME:
	case DATUM_ENTRY_TYPE:
	case DATUM_TEXT:
		append(&text, d);
		json_text(j, bytes(&text));
		break;
	}
	buf_free(&text);
}

static void json_value(struct json *j, const char *key, struct matcher *m, struct operand o)
{
	const struct datum d = matcher_value(m, &o);

	json_key(j, key);
	json_datum(j, &d);
}

static void json_utf16(struct json *j, struct view text)
{
	struct buf utf8 = {NULL, 0, 0, 0, false};

	utf16_append(&utf8, text, UTF_PLAIN);
	json_text(j, bytes(&utf8));
	buf_free(&utf8);
}

static void json_data(struct json *j, const struct event *e)
{
	struct buf text = {NULL, 0, 0, 0, false};

	json_key(j, "data");
	json_begin(j, '[');
	for (size_t i = 0; i < e->data_count; i++) {
		json_begin(j, '{');
		json_key(j, "name");
		if (e->data[i].name.n)
			json_utf16(j, e->data[i].name);
		else
			json_null(j);
		buf_clear(&text);
		value_append(&text, &e->data[i].value, UTF_PLAIN);
		json_key(j, "value");
		json_text(j, bytes(&text));
		json_end(j, '}');
	}
	json_end(j, ']');
	buf_free(&text);
}

static void json_event(struct json *j, struct matcher *m, const struct event *e, const char *source)
{
	enum message_source known;
	struct view text;

	json_value(j, "time", m, operand_property(PROPERTY_TIME));
	json_value(j, "host", m, operand_field(EVENT_COMPUTER));
	json_value(j, "channel", m, operand_field(EVENT_CHANNEL));
	json_value(j, "provider", m, operand_field(EVENT_PROVIDER));
	json_value(j, "event_id", m, operand_field(EVENT_ID));
	json_value(j, "qualifiers", m, operand_field(EVENT_QUALIFIERS));
	json_value(j, "level", m, operand_field(EVENT_LEVEL));
	json_value(j, "level_name", m, operand_property(PROPERTY_LEVEL_NAME));
	json_value(j, "entry_type", m, operand_property(PROPERTY_ENTRY_TYPE));
	json_value(j, "record_id", m, operand_property(PROPERTY_RECORD_ID));
	json_value(j, "user", m, operand_property(PROPERTY_USER_SID));
	known = matcher_message(m, &text);
	json_key(j, "message");
	json_utf16(j, text);
	json_member_bool(j, "message_known", known != MESSAGE_UNKNOWN);
	json_data(j, e);
	json_member_str(j, "source", source);
	json_member_u64(j, "offset", e->offset);
	json_member_str(j, "origin", event_origin_name(e->origin));
	if (e->template_path) {
		json_member_str(j, "template_path", e->template_path);
		json_member_u64(j, "template_offset", e->template_offset);
		if (e->template_ambiguous)
			json_member_bool(j, "template_ambiguous", true);
	}
}

void query_json(const struct query *q, struct matcher *m, const struct event *e, const char *source,
		bool undecided, struct buf *out)
{
	struct json j;

	json_init(&j, out, true);
	json_begin(&j, '{');
	for (size_t i = 0; i < q->column_count; i++) {
		const struct query_column *const c = &q->columns[i];
		struct view text;

		if (c->operand.kind != OPERAND_MESSAGE) {
			json_value(&j, c->label, m, c->operand);
			continue;
		}
		matcher_message(m, &text);
		json_key(&j, c->label);
		json_utf16(&j, text);
	}
	if (!q->column_count)
		json_event(&j, m, e, source);
	json_member_bool(&j, "undecided", undecided);
	json_end(&j, '}');
}

/* ---- CSV */

static const char *const csv_names[] = {"time",     "host",   "channel",   "provider",
					"event_id", "level",  "record_id", "message",
					"strings",  "source", "offset",    "undecided"};

void query_csv_head(const struct query *q, struct buf *out)
{
	struct csv c;

	csv_init(&c, out);
	if (q->column_count) {
		for (size_t i = 0; i < q->column_count; i++)
			csv_str(&c, q->columns[i].label);
		csv_str(&c, "undecided");
	} else {
		for (size_t i = 0; i < sizeof(csv_names) / sizeof(csv_names[0]); i++)
			csv_str(&c, csv_names[i]);
	}
	csv_end_row(&c);
}

/* A list is one cell with a JSON array in it. */
static void csv_value(struct csv *c, struct matcher *m, struct operand o)
{
	struct buf text = {NULL, 0, 0, 0, false};

	if (o.kind == OPERAND_MESSAGE) {
		struct view message;

		matcher_message(m, &message);
		utf16_append(&text, message, UTF_PLAIN);
	} else {
		const struct datum d = matcher_value(m, &o);

		if (d.type == DATUM_LIST) {
			struct json j;

			json_init(&j, &text, true);
			json_datum(&j, &d);
		} else {
			append(&text, &d);
		}
	}
	csv_cell(c, bytes(&text));
	buf_free(&text);
}

void query_csv(const struct query *q, struct matcher *m, const struct event *e, const char *source,
	       bool undecided, struct buf *out)
{
	const struct operand message = {.kind = OPERAND_MESSAGE, .as = {.index = 0}};
	const struct operand strings = {.kind = OPERAND_STRINGS, .as = {.index = 0}};
	struct csv c;

	csv_init(&c, out);
	for (size_t i = 0; i < q->column_count; i++)
		csv_value(&c, m, q->columns[i].operand);
	if (!q->column_count) {
		csv_value(&c, m, operand_property(PROPERTY_TIME));
		csv_value(&c, m, operand_field(EVENT_COMPUTER));
		csv_value(&c, m, operand_field(EVENT_CHANNEL));
		csv_value(&c, m, operand_field(EVENT_PROVIDER));
		csv_value(&c, m, operand_field(EVENT_ID));
		csv_value(&c, m, operand_field(EVENT_LEVEL));
		csv_value(&c, m, operand_property(PROPERTY_RECORD_ID));
		csv_value(&c, m, message);
		csv_value(&c, m, strings);
		csv_str(&c, source);
		csv_u64(&c, e->offset);
	}
	csv_str(&c, undecided ? "true" : "false");
	csv_end_row(&c);
}
