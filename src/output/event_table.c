/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A table for people, written as it comes: the widths of the columns are fixed, and the values take
 * what is left of the terminal's width.
 */
#include "base/text.h"
#include "base/timestamp.h"
#include "output/event_values.h"
#include "output/table.h"

/* Bytes of values that are looked at for a line without a width. */
#define VALUES_MAX 4096u

struct cut_column {
	const char *title;
	unsigned width, narrow; /* on a terminal below NARROW columns */
	bool right;
};

#define NARROW 110u

enum { AT_TIME, AT_LEVEL, AT_PROVIDER, AT_ID, AT_COMPUTER, AT_RECORD, AT_ORIGIN, AT_COUNT };

static const struct cut_column columns[AT_COUNT] = {
	[AT_TIME] = {"TIME (UTC)", 23, 19, false},   [AT_LEVEL] = {"LEVEL", 8, 8, false},
	[AT_PROVIDER] = {"PROVIDER", 24, 12, false}, [AT_ID] = {"ID", 5, 5, true},
	[AT_COMPUTER] = {"COMPUTER", 16, 8, false},  [AT_RECORD] = {"RECORD", 8, 8, true},
	[AT_ORIGIN] = {"ORIGIN", 9, 9, false},
};

#define GAP 2u

static unsigned column_width(const struct event_style *style, size_t column)
{
	return style->width && style->width < NARROW ? columns[column].narrow
						     : columns[column].width;
}

/* Columns that the fixed part takes. */
static unsigned fixed_width(const struct event_style *style)
{
	unsigned n = 0;
	size_t i;

	for (i = 0; i < AT_COUNT; i++)
		if (i != AT_ORIGIN || style->origin)
			n += column_width(style, i) + GAP;
	return n;
}

static void put_head(const struct event_style *style, struct buf *out)
{
	size_t i;

	for (i = 0; i < AT_COUNT; i++)
		if (i != AT_ORIGIN || style->origin) {
			table_put(out, view_of(columns[i].title), column_width(style, i),
				  columns[i].right, TABLE_BOLD, style->color);
			buf_fill(out, ' ', GAP);
		}
	table_styled(out, TABLE_BOLD, style->color, "VALUES");
	buf_byte(out, '\n');
}

/* As event viewers show them: an audit by its outcome, anything else by its level. */
static const char *level(const struct event *e, enum table_style *ret_style)
{
	static const char *const names[] = {"info",    "critical", "error",
					    "warning", "info",     "verbose"};
	static const enum table_style styles[] = {TABLE_PLAIN,  TABLE_RED,   TABLE_RED,
						  TABLE_YELLOW, TABLE_PLAIN, TABLE_DIM};
	const uint64_t keywords = event_number(e, EVENT_KEYWORDS, 0);
	const uint64_t n = event_number(e, EVENT_LEVEL, UINT64_MAX);

	*ret_style = TABLE_PLAIN;
	if (keywords & 0x0010000000000000u) {
		*ret_style = TABLE_YELLOW;
		return "failure";
	}
	if (keywords & 0x0020000000000000u)
		return "success";
	if (n >= sizeof(names) / sizeof(names[0]))
		return NULL;
	*ret_style = styles[n];
	return names[n];
}

/* `name=value` for a value with a name, the value for one without. */
static void add_values(const struct event *e, size_t room, struct buf *out)
{
	size_t i;

	for (i = 0; i < e->data_count && out->n < room; i++) {
		const struct event_data *const d = &e->data[i];

		if (value_is_null(&d->value))
			continue;
		if (out->n)
			buf_str(out, "  ");
		if (d->name.n >= 2) {
			utf16_append(out, d->name, UTF_PLAIN);
			buf_byte(out, '=');
		}
		value_append(out, &d->value, UTF_PLAIN);
	}
	if (i < e->data_count)
		buf_str(out, " \xe2\x80\xa6");
}

/* `extra`: columns that other cells took from the values. */
static void put_values(const struct event_pen *pen, const struct event *e, size_t extra,
		       struct buf *scratch, struct buf *out)
{
	const size_t fixed = fixed_width(&pen->style) + extra;
	const size_t width = pen->style.width > fixed + 8 ? pen->style.width - fixed : 8;
	struct buf clean = {0};
	struct view text;

	buf_clear(scratch);
	if (e->template_missing)
		buf_str(scratch, "(template missing)");
	if (e->template_path)
		buf_str(scratch, e->template_ambiguous ? "(template borrowed, others fit)"
						       : "(template borrowed)");
	if (e->values_cut)
		buf_str(scratch, "(cut off)");
	if (!pen->style.origin && e->origin != EVENT_LIVE)
		buf_printf(scratch, "(%s)", event_origin_name(e->origin));
	add_values(e, pen->style.width ? 4 * width : VALUES_MAX, scratch);
	text_clean(&clean, (struct view){(const uint8_t *)scratch->p, scratch->n});
	text = (struct view){(const uint8_t *)clean.p, clean.n};
	if (pen->style.width && text_width(text) > width)
		table_put(out, text, width, false, TABLE_PLAIN, false);
	else
		buf_add(out, text.p, text.n);
	out->failed |= buf_failed(&clean);
	buf_free(&clean);
}

/* A cell, and the gap behind it. Off a terminal nothing is cut. Returns the columns that it takes
 * too many. */
static size_t put_cell(const struct event_pen *pen, size_t column, struct buf *text,
		       enum table_style style, struct buf *out)
{
	struct buf clean = {0};
	struct view v;
	const size_t room = column_width(&pen->style, column);
	size_t width = room, need;

	text_clean(&clean, (struct view){(const uint8_t *)text->p, text->n});
	v = (struct view){(const uint8_t *)clean.p, clean.n};
	need = text_width(v);
	/* A number is never cut: it would be another one. */
	if (need > width && (!pen->style.width || columns[column].right))
		width = need;
	table_put(out, v, width, columns[column].right, style, pen->style.color);
	buf_fill(out, ' ', GAP);
	out->failed |= buf_failed(&clean) || buf_failed(text);
	buf_free(&clean);
	buf_clear(text);
	return width - room;
}

/* To the millisecond, or to the second. */
static void add_time(const struct event_pen *pen, const struct event *e, struct buf *out)
{
	char text[FILETIME_TEXT];

	filetime_format(text, event_time(e));
	text[10] = ' ';
	buf_add(out, text, column_width(&pen->style, AT_TIME));
}

/* A name that would be cut goes without the beginning that most have. */
static void add_provider(const struct event_pen *pen, const struct event *e, struct buf *out)
{
	static const char common[] = "Microsoft-Windows-";
	const size_t n = sizeof(common) - 1;

	value_append(out, &e->field[EVENT_PROVIDER], UTF_PLAIN);
	if (!pen->style.width || out->n <= n || out->n <= column_width(&pen->style, AT_PROVIDER) ||
	    memcmp(out->p, common, n) != 0)
		return;
	memmove(out->p + 3, out->p + n, out->n - n);
	memcpy(out->p, "\xe2\x80\xa6", 3);
	out->n -= n - 3;
}

static enum tocsin_status put(const struct event_pen *pen, const struct event *e, struct buf *out)
{
	const size_t start = out->n;
	size_t extra = 0;
	struct buf text = {0};
	enum table_style style;
	const char *const name = level(e, &style);

	add_time(pen, e, &text);
	extra += put_cell(pen, AT_TIME, &text, TABLE_PLAIN, out);
	if (name)
		buf_str(&text, name);
	else
		value_append(&text, &e->field[EVENT_LEVEL], UTF_PLAIN);
	extra += put_cell(pen, AT_LEVEL, &text, style, out);
	add_provider(pen, e, &text);
	extra += put_cell(pen, AT_PROVIDER, &text, TABLE_PLAIN, out);
	value_append(&text, &e->field[EVENT_ID], UTF_PLAIN);
	extra += put_cell(pen, AT_ID, &text, TABLE_BOLD, out);
	value_append(&text, &e->field[EVENT_COMPUTER], UTF_PLAIN);
	extra += put_cell(pen, AT_COMPUTER, &text, TABLE_PLAIN, out);
	buf_u64(&text, event_number(e, EVENT_RECORD_ID, e->record_id));
	extra += put_cell(pen, AT_RECORD, &text, TABLE_PLAIN, out);
	if (pen->style.origin) {
		buf_str(&text, event_origin_name(e->origin));
		extra += put_cell(pen, AT_ORIGIN, &text, TABLE_PLAIN, out);
	}
	put_values(pen, e, extra, &text, out);
	buf_free(&text);
	while (!buf_failed(out) && out->n > start && out->p[out->n - 1] == ' ')
		out->n--;
	buf_byte(out, '\n');
	return TOCSIN_OK;
}

const struct event_format event_format_table = {"table", put_head, put, "", 0};
