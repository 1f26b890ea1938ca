/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Console views (PowerShell's DotNetTypes_format_ps1xml.cs and Event_Format_ps1xml.cs; the general
 * rules in about_Format.ps1xml). docs/powershell.md names the differences.
 */
#include "output/powershell_view.h"

#include <stdlib.h>

#include "base/text.h"
#include "base/timestamp.h"

enum shape { SHAPE_TABLE, SHAPE_LIST, SHAPE_VALUES };

struct column {
	const char *label;
	struct operand operand;
	size_t width; /* 0: the rest of the line */
	bool right;
	bool short_time;
};

struct ps_view {
	const struct query *query;
	enum shape shape;
	size_t width, label_width;
	bool grouped;
	struct column *columns;
	size_t count;
};

#define P(p)                                                                                       \
	{                                                                                          \
		.kind = OPERAND_PROPERTY, .as = {.property = (p) }                                 \
	}
#define F(f)                                                                                       \
	{                                                                                          \
		.kind = OPERAND_FIELD, .as = {.field = (f) }                                       \
	}
#define K(k)                                                                                       \
	{                                                                                          \
		.kind = (k), .as = {.index = 0 }                                                   \
	}

static const struct column entry_table[] = {
	{"Index", P(PROPERTY_INDEX), 8, true, false},
	{"Time", P(PROPERTY_TIME_GENERATED), 13, false, true},
	{"EntryType", P(PROPERTY_ENTRY_TYPE), 11, false, false},
	{"Source", P(PROPERTY_SOURCE), 20, false, false},
	{"InstanceID", P(PROPERTY_INSTANCE_ID), 12, true, false},
	{"Message", K(OPERAND_MESSAGE), 0, false, false},
};

static const struct column record_table[] = {
	{"TimeCreated", P(PROPERTY_TIME), 26, false, false},
	{"Id", F(EVENT_ID), 8, true, false},
	{"LevelDisplayName", P(PROPERTY_LEVEL_NAME), 16, false, false},
	{"Message", K(OPERAND_MESSAGE), 0, false, false},
};

static const struct column entry_list[] = {
	{"Index", P(PROPERTY_INDEX), 0, false, false},
	{"EntryType", P(PROPERTY_ENTRY_TYPE), 0, false, false},
	{"InstanceId", P(PROPERTY_INSTANCE_ID), 0, false, false},
	{"Message", K(OPERAND_MESSAGE), 0, false, false},
	{"Category", P(PROPERTY_CATEGORY), 0, false, false},
	{"CategoryNumber", F(EVENT_TASK), 0, false, false},
	{"ReplacementStrings", K(OPERAND_STRINGS), 0, false, false},
	{"Source", P(PROPERTY_SOURCE), 0, false, false},
	{"TimeGenerated", P(PROPERTY_TIME_GENERATED), 0, false, false},
	{"TimeWritten", P(PROPERTY_TIME_GENERATED), 0, false, false},
	{"UserName", P(PROPERTY_USER_NAME), 0, false, false},
};

static const struct column record_list[] = {
	{"TimeCreated", P(PROPERTY_TIME), 0, false, false},
	{"ProviderName", F(EVENT_PROVIDER), 0, false, false},
	{"Id", F(EVENT_ID), 0, false, false},
	{"Message", K(OPERAND_MESSAGE), 0, false, false},
};

#define COUNT(a) (sizeof(a) / sizeof((a)[0]))

/* Properties that hold numbers stand on the right of their column. */
static bool is_number(const struct operand *o)
{
	if (o->kind == OPERAND_FIELD)
		return o->as.field == EVENT_ID ||
		       (o->as.field >= EVENT_QUALIFIERS && o->as.field <= EVENT_OPCODE) ||
		       o->as.field == EVENT_PROCESS_ID || o->as.field == EVENT_THREAD_ID;
	return o->kind == OPERAND_PROPERTY &&
	       (o->as.property == PROPERTY_RECORD_ID || o->as.property == PROPERTY_INDEX ||
		o->as.property == PROPERTY_INSTANCE_ID || o->as.property == PROPERTY_KEYWORDS);
}

/* The chosen properties; table columns share the line. */
static void choose_columns(struct ps_view *v)
{
	const struct query *const q = v->query;
	const size_t gaps = q->column_count - 1;
	const size_t share =
		v->width > gaps + q->column_count ? (v->width - gaps) / q->column_count : 1;

	for (size_t i = 0; i < q->column_count; i++) {
		struct column *const c = &v->columns[i];

		c->label = q->columns[i].label;
		c->operand = q->columns[i].operand;
		c->right = v->shape == SHAPE_TABLE && is_number(&c->operand);
		c->width = i == gaps && !c->right ? 0 : share;
	}
	v->count = q->column_count;
}

static void standard_columns(struct ps_view *v)
{
	const bool entry = v->query->object == QUERY_EVENT_LOG_ENTRY;
	const bool table = v->shape == SHAPE_TABLE;
	const struct column *const from =
		entry ? (table ? entry_table : entry_list) : (table ? record_table : record_list);

	v->count = entry ? (table ? COUNT(entry_table) : COUNT(entry_list))
			 : (table ? COUNT(record_table) : COUNT(record_list));
	memcpy(v->columns, from, v->count * sizeof(*from));
	v->grouped = table && !entry;
}

struct ps_view *ps_view_new(const struct query *q, unsigned width)
{
	struct ps_view *const v = calloc(1, sizeof(*v));
	const size_t room =
		q->column_count > COUNT(entry_list) ? q->column_count : COUNT(entry_list);

	if (!v)
		return NULL;
	v->query = q;
	v->width = width ? width : 120;
	v->columns = calloc(room, sizeof(*v->columns));
	if (!v->columns) {
		free(v);
		return NULL;
	}
	if (q->expand)
		v->shape = SHAPE_VALUES;
	else if (q->view == QUERY_VIEW_DEFAULT)
		v->shape = q->column_count > 4 ? SHAPE_LIST : SHAPE_TABLE;
	else
		v->shape = q->view == QUERY_VIEW_LIST ? SHAPE_LIST : SHAPE_TABLE;
	if (q->column_count)
		choose_columns(v);
	else
		standard_columns(v);
	for (size_t i = 0; i < v->count; i++) {
		const size_t n = text_width(view_of(v->columns[i].label));

		v->label_width = n > v->label_width ? n : v->label_width;
	}
	return v;
}

void ps_view_free(struct ps_view *v)
{
	if (!v)
		return;
	free(v->columns);
	free(v);
}

/* ---- Values */

static void show_time(struct buf *out, uint64_t time, bool in_table)
{
	static const char *const months[] = {"Jan", "Feb", "Mar", "Apr", "May", "Jun",
					     "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"};
	struct civil c;

	filetime_to_civil(time, &c);
	if (in_table)
		buf_printf(out, "%s %02u %02u:%02u", months[(c.month - 1) % 12], c.day, c.hour,
			   c.minute);
	else
		buf_printf(out, "%u/%u/%lld %u:%02u:%02u %s", c.month, c.day, (long long)c.year,
			   c.hour % 12 ? c.hour % 12 : 12, c.minute, c.second,
			   c.hour < 12 ? "AM" : "PM");
}

/* What the record does not hold, and can be shown in another form. */
static void show_unknown(struct buf *out, const struct operand *o, const struct event *e)
{
	if (o->kind != OPERAND_PROPERTY)
		return;
	if (o->as.property == PROPERTY_CATEGORY)
		buf_printf(out, "(%llu)", (unsigned long long)event_number(e, EVENT_TASK, 0));
	else if (o->as.property == PROPERTY_USER_NAME)
		value_append(out, &e->field[EVENT_USER_ID], UTF_PLAIN);
}

static void show(struct buf *out, struct matcher *m, const struct event *e, const struct column *c)
{
	struct view text;
	struct datum d;

	if (c->operand.kind == OPERAND_MESSAGE) {
		matcher_message(m, &text);
		utf16_append(out, text, UTF_PLAIN);
		return;
	}
	d = matcher_value(m, &c->operand);
	if (d.type == DATUM_TIME) {
		show_time(out, d.as.time, c->short_time);
	} else if (d.type == DATUM_UNKNOWN) {
		show_unknown(out, &c->operand, e);
	} else if (d.type == DATUM_LIST) {
		buf_byte(out, '{');
		for (size_t i = 0; i < d.as.list.count && i < 4; i++) {
			buf_str(out, i ? ", " : "");
			datum_append(out, &d.as.list.items[i]);
		}
		buf_str(out, d.as.list.count > 4 ? "...}" : "}");
	} else {
		datum_append(out, &d);
	}
}

/* Length of the longest start of `text` that takes at most `width` columns. */
static size_t fitting(struct view text, size_t width)
{
	struct view rest = text;
	size_t good = 0, columns = 0;

	while (rest.n) {
		const struct view before = rest;

		(void)utf8_next(&rest);
		columns += text_width(view_slice(before, 0, before.n - rest.n));
		if (columns > width)
			break;
		good = text.n - rest.n;
	}
	return good;
}

/* ---- Tables */

/* A cell: the first line only, cut with `...` where something is left out. */
static void put_cell(const struct ps_view *v, size_t i, struct view text, size_t *used,
		     struct buf *out)
{
	const struct column *const c = &v->columns[i];
	const size_t left = v->width > *used ? v->width - *used : 1;
	const size_t width = c->width ? (c->width < left ? c->width : left) : left;
	struct buf cell = {NULL, 0, 0, 0, false};
	struct view clean;
	size_t line = 0, columns;

	while (line < text.n && text.p[line] != '\r' && text.p[line] != '\n')
		line++;
	text_clean(&cell, view_slice(text, 0, line));
	if (line < text.n)
		buf_str(&cell, "...");
	clean.p = (const uint8_t *)cell.p;
	clean.n = cell.n;
	columns = text_width(clean);
	if (columns > width) {
		cell.n = fitting(clean, width > 3 ? width - 3 : width);
		if (width > 3)
			buf_str(&cell, "...");
		clean.p = (const uint8_t *)cell.p;
		clean.n = cell.n;
		columns = text_width(clean);
	}
	if (c->right)
		buf_fill(out, ' ', width > columns ? width - columns : 0);
	buf_add(out, cell.p, cell.n);
	if (i + 1 < v->count) {
		if (!c->right)
			buf_fill(out, ' ', width > columns ? width - columns : 0);
		buf_byte(out, ' ');
	}
	*used += width + 1;
	buf_free(&cell);
}

static void end_line(struct buf *out, size_t start)
{
	while (out->n > start && out->p[out->n - 1] == ' ')
		out->n--;
	buf_byte(out, '\n');
}

static void table_row(const struct ps_view *v, struct matcher *m, const struct event *e,
		      struct buf *out)
{
	const size_t start = out->n;
	struct buf text = {NULL, 0, 0, 0, false};
	size_t used = 0;

	for (size_t i = 0; i < v->count; i++) {
		buf_clear(&text);
		show(&text, m, e, &v->columns[i]);
		put_cell(v, i, (struct view){(const uint8_t *)text.p, text.n}, &used, out);
	}
	end_line(out, start);
	buf_free(&text);
}

void ps_view_head(const struct ps_view *v, struct view group, struct buf *out)
{
	static const char dashes[] = "----------------------------------------------------------";
	size_t start;

	if (v->shape == SHAPE_VALUES)
		return;
	buf_byte(out, '\n');
	if (v->shape == SHAPE_LIST)
		return;
	if (v->grouped) {
		buf_str(out, "   ProviderName: ");
		text_clean(out, group);
		buf_str(out, "\n\n");
	}
	for (int line = 0; line < 2; line++) {
		size_t used = 0;

		start = out->n;
		for (size_t i = 0; i < v->count; i++) {
			const struct view label = view_of(v->columns[i].label);
			const size_t n = text_width(label);
			const struct view under = {(const uint8_t *)dashes,
						   n < sizeof(dashes) ? n : sizeof(dashes) - 1};

			put_cell(v, i, line ? under : label, &used, out);
		}
		end_line(out, start);
	}
}

void ps_view_tail(const struct ps_view *v, struct buf *out)
{
	if (v->shape == SHAPE_TABLE)
		buf_byte(out, '\n');
}

void ps_view_group(const struct ps_view *v, struct matcher *m, struct buf *out)
{
	static const struct operand provider = F(EVENT_PROVIDER);
	struct datum d;

	if (!v->grouped)
		return;
	d = matcher_value(m, &provider);
	datum_append(out, &d);
}

/* ---- Lists */

/* One line of a value, broken at blanks where it is too long. */
static void put_line(const struct ps_view *v, struct view line, size_t indent, bool *first,
		     struct buf *out)
{
	const size_t width = v->width > indent + 10 ? v->width - indent : 10;
	struct buf clean = {NULL, 0, 0, 0, false};
	struct view rest;

	text_clean(&clean, line);
	rest.p = (const uint8_t *)clean.p;
	rest.n = clean.n;
	do {
		size_t n = fitting(rest, width);

		if (n < rest.n) {
			size_t blank = n;

			while (blank > 0 && rest.p[blank - 1] != ' ')
				blank--;
			n = blank ? blank : n;
		}
		if (!*first)
			buf_fill(out, ' ', indent);
		*first = false;
		buf_add(out, rest.p, n);
		end_line(out, out->n - n);
		rest = view_slice(rest, n, rest.n);
		if (!n)
			break;
	} while (rest.n);
	buf_free(&clean);
}

static void put_lines(const struct ps_view *v, struct view text, size_t indent, struct buf *out)
{
	bool first = true;

	for (;;) {
		size_t n = 0, skip;

		while (n < text.n && text.p[n] != '\r' && text.p[n] != '\n')
			n++;
		put_line(v, view_slice(text, 0, n), indent, &first, out);
		if (n == text.n)
			return;
		skip = n + 1 < text.n && text.p[n] == '\r' && text.p[n + 1] == '\n' ? 2 : 1;
		text = view_slice(text, n + skip, text.n);
	}
}

static void list_row(const struct ps_view *v, struct matcher *m, const struct event *e,
		     struct buf *out)
{
	struct buf text = {NULL, 0, 0, 0, false};

	for (size_t i = 0; i < v->count; i++) {
		const char *const label = v->columns[i].label;

		buf_str(out, label);
		buf_fill(out, ' ', v->label_width - text_width(view_of(label)));
		buf_str(out, " : ");
		buf_clear(&text);
		show(&text, m, e, &v->columns[i]);
		put_lines(v, (struct view){(const uint8_t *)text.p, text.n}, v->label_width + 3,
			  out);
	}
	buf_byte(out, '\n');
	buf_free(&text);
}

/* The bare value; a list gives a line for each item. Lines are not broken. */
static void value_row(const struct ps_view *v, struct matcher *m, const struct event *e,
		      struct buf *out)
{
	struct ps_view wide = *v;
	struct buf text = {NULL, 0, 0, 0, false};
	struct datum d = datum_null();

	wide.width = SIZE_MAX;
	if (v->columns[0].operand.kind != OPERAND_MESSAGE)
		d = matcher_value(m, &v->columns[0].operand);
	if (d.type == DATUM_LIST) {
		for (size_t i = 0; i < d.as.list.count; i++) {
			buf_clear(&text);
			datum_append(&text, &d.as.list.items[i]);
			put_lines(&wide, (struct view){(const uint8_t *)text.p, text.n}, 0, out);
		}
	} else {
		show(&text, m, e, &v->columns[0]);
		put_lines(&wide, (struct view){(const uint8_t *)text.p, text.n}, 0, out);
	}
	buf_free(&text);
}

void ps_view_row(const struct ps_view *v, struct matcher *m, const struct event *e, struct buf *out)
{
	if (v->shape == SHAPE_TABLE)
		table_row(v, m, e, out);
	else if (v->shape == SHAPE_LIST)
		list_row(v, m, e, out);
	else
		value_row(v, m, e, out);
}
