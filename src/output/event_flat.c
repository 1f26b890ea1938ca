/* SPDX-License-Identifier: Apache-2.0 */
/* Flat JSON: one object an event, without nesting, with names that stay (docs/json.md). */
#include "base/limits.h"
#include "output/event_array.h"
#include "output/event_values.h"

/* Digits that JSON takes for a number as they stand. */
static bool is_integer(const char *p, size_t n)
{
	size_t i = n && p[0] == '-';

	if (i == n || (p[i] == '0' && n - i > 1))
		return false;
	for (; i < n; i++)
		if (p[i] < '0' || p[i] > '9')
			return false;
	return true;
}

/* A member for the column where the event has a text for it. */
static void put_column(const struct event_pen *pen, const struct event_column *column,
		       const struct event *e, bool *any, struct buf *out)
{
	const size_t before = out->n;
	size_t key, from;

	buf_str(out, *any ? ",\"" : "\"");
	buf_str(out, column->name);
	buf_str(out, "\":");
	key = out->n;
	buf_byte(out, '"');
	from = out->n;
	column->text(pen, e, column->field, out, UTF_JSON);
	if (buf_failed(out))
		return;
	if (out->n == from) {
		out->n = before;
		return;
	}
	*any = true;
	if (column->kind == COLUMN_BOOL ||
	    (column->kind == COLUMN_NUMBER && is_integer(out->p + from, out->n - from))) {
		memmove(out->p + key, out->p + from, out->n - from);
		out->n--;
		return;
	}
	buf_byte(out, '"');
}

static enum tocsin_status put_object(const struct event_pen *pen, const struct event *e,
				     struct buf *out)
{
	const size_t start = out->n;
	enum tocsin_status status;
	bool any = false;
	size_t i;

	buf_byte(out, '{');
	for (i = 0; i < event_column_count; i++)
		put_column(pen, &event_columns[i], e, &any, out);
	status = event_members_json(pen, e->data, e->data_count, "data.", &any, out);
	if (status == TOCSIN_OK)
		status = event_members_json(pen, e->others, e->other_count, "other.", &any, out);
	buf_byte(out, '}');
	if (status == TOCSIN_OK && out->n - start > LIMIT_RECORD_TEXT)
		status = TOCSIN_LIMIT;
	return status;
}

static enum tocsin_status put_line(const struct event_pen *pen, const struct event *e,
				   struct buf *out)
{
	return event_put_line(put_object, pen, e, out);
}

static enum tocsin_status put_item(const struct event_pen *pen, const struct event *e,
				   struct buf *out)
{
	return event_put_item(put_object, pen, e, out);
}

const struct event_format event_format_flat_jsonl = {"jsonl", NULL, put_line, "", 0};
const struct event_format event_format_flat_json = {"json", event_open_array, put_item, "\n]\n", 1};
