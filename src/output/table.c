/* SPDX-License-Identifier: Apache-2.0 */
#include "output/table.h"

#include "base/text.h"
#include "base/utf.h"

#define GAP 2       /* blanks between columns */
#define NARROWEST 8 /* a column is not cut below this: less tells nothing */

static const char *const style_start[] = {
	[TABLE_PLAIN] = "",          [TABLE_BOLD] = "\033[1m",   [TABLE_RED] = "\033[31m",
	[TABLE_YELLOW] = "\033[33m", [TABLE_GREEN] = "\033[32m", [TABLE_DIM] = "\033[2m",
};

static const char ellipsis[] = "\xe2\x80\xa6";

void table_init(struct table *t, struct arena *arena, const struct table_column *columns,
		size_t column_count)
{
	memset(t, 0, sizeof(*t));
	t->arena = arena;
	t->columns = columns;
	t->column_count = column_count;
}

void table_cell(struct table *t, const char *utf8, enum table_style style)
{
	struct buf clean = {0};
	struct table_cell *cell;

	cell = ARENA_GROW(t->arena, t->cells, t->cell_count, t->cell_room);
	if (!cell) {
		t->failed = true;
		return;
	}
	text_clean(&clean, view_of(utf8 ? utf8 : ""));
	cell->style = style;
	cell->text.n = clean.n;
	cell->text.p = (const uint8_t *)arena_copy(t->arena, clean.p ? clean.p : "", clean.n);
	t->failed |= !cell->text.p || buf_failed(&clean);
	cell->width = t->failed ? 0 : text_width(cell->text);
	buf_free(&clean);
}

/* Natural widths; then the widest column that may be cut gives way, one column of the terminal at a
 * time. */
static void fit(const struct table *t, size_t *widths, unsigned limit)
{
	size_t total = t->column_count ? GAP * (t->column_count - 1) : 0;

	for (size_t c = 0; c < t->column_count; c++) {
		widths[c] = text_width(view_of(t->columns[c].title));
		for (size_t i = c; i < t->cell_count; i += t->column_count)
			if (t->cells[i].width > widths[c])
				widths[c] = t->cells[i].width;
		total += widths[c];
	}
	while (limit && total > limit) {
		size_t widest = t->column_count;

		for (size_t c = 0; c < t->column_count; c++)
			if (t->columns[c].fit == TABLE_CUT && widths[c] > NARROWEST &&
			    (widest == t->column_count || widths[c] > widths[widest]))
				widest = c;
		if (widest == t->column_count)
			return;
		widths[widest]--;
		total--;
	}
}

/* As much of `text` as `width` columns hold, with … where something is left out. Returns what it
 * took. */
static size_t put_cut(struct buf *out, struct view text, size_t width)
{
	const uint8_t *const start = text.p;
	size_t used = 0;

	if (!width)
		return 0;
	while (text.n) {
		const struct view before = text;
		struct view one = text;
		size_t w;

		utf8_next(&text);
		one.n = before.n - text.n;
		w = text_width(one);
		if (used + w > width - 1) {
			text = before;
			break;
		}
		used += w;
	}
	buf_add(out, start, (size_t)(text.p - start));
	buf_str(out, ellipsis);
	return used + 1;
}

static void put_cell(struct buf *out, const struct table_column *column,
		     const struct table_cell *cell, size_t width, bool last, bool color)
{
	const bool styled = color && cell->style != TABLE_PLAIN && cell->text.n;
	size_t used = cell->width < width ? cell->width : width;

	if (column->right)
		buf_fill(out, ' ', width - used);
	if (styled)
		buf_str(out, style_start[cell->style]);
	if (cell->width > width)
		used = put_cut(out, cell->text, width);
	else
		buf_add(out, cell->text.p, cell->text.n);
	if (styled)
		buf_str(out, "\033[0m");
	if (last)
		return;
	if (!column->right)
		buf_fill(out, ' ', width - used);
	buf_fill(out, ' ', GAP);
}

void table_put(struct buf *out, struct view text, size_t width, bool right, enum table_style style,
	       bool color)
{
	const struct table_column column = {"", TABLE_CUT, right};
	const struct table_cell cell = {text, text_width(text), style};
	const size_t used = cell.width < width ? cell.width : width;

	put_cell(out, &column, &cell, width, true, color);
	if (!right)
		buf_fill(out, ' ', width - used);
}

/* No blanks at a line's end, whatever cells are empty. */
static void end_line(struct buf *out, size_t start)
{
	while (out->n > start && out->p[out->n - 1] == ' ')
		out->n--;
	buf_byte(out, '\n');
}

bool table_write(const struct table *t, struct buf *out, unsigned width, bool color)
{
	static const struct table_cell empty = {{(const uint8_t *)"", 0}, 0, TABLE_PLAIN};
	size_t *const widths = arena_array(t->arena, t->column_count, sizeof(*widths));
	size_t start = out->n;

	if (t->failed || !widths)
		return false;
	fit(t, widths, width);
	for (size_t c = 0; c < t->column_count; c++) {
		const struct view title = view_of(t->columns[c].title);
		const struct table_cell cell = {title, text_width(title), TABLE_BOLD};

		put_cell(out, &t->columns[c], &cell, widths[c], c + 1 == t->column_count, color);
	}
	end_line(out, start);
	for (size_t i = 0; i < t->cell_count; i += t->column_count) {
		start = out->n;
		for (size_t c = 0; c < t->column_count; c++)
			put_cell(out, &t->columns[c],
				 i + c < t->cell_count ? &t->cells[i + c] : &empty, widths[c],
				 c + 1 == t->column_count, color);
		end_line(out, start);
	}
	return true;
}

void table_styled(struct buf *out, enum table_style style, bool color, const char *text)
{
	const bool styled = color && style != TABLE_PLAIN && *text;

	if (styled)
		buf_str(out, style_start[style]);
	buf_str(out, text);
	if (styled)
		buf_str(out, "\033[0m");
}
