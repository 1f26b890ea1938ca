/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A table for people: titles in capitals, two blanks between columns, no lines. Widths are measured
 * in terminal columns. Cells are cleaned (text_clean), so evidence can go in as it is.
 */
#ifndef TOCSIN_OUTPUT_TABLE_H
#define TOCSIN_OUTPUT_TABLE_H

#include "base/arena.h"
#include "base/buf.h"

enum table_style { TABLE_PLAIN, TABLE_BOLD, TABLE_RED, TABLE_YELLOW, TABLE_GREEN, TABLE_DIM };

enum table_fit {
	TABLE_KEEP, /* never cut: a verdict, a number */
	TABLE_CUT   /* cut with … where the width does not suffice */
};

struct table_column {
	const char *title; /* as printed: "HOST" */
	enum table_fit fit;
	bool right; /* numbers */
};

struct table_cell {
	struct view text; /* cleaned */
	size_t width;
	enum table_style style;
};

/* Cells come row by row, each row with one cell for each column. */
struct table {
	struct arena *arena;
	const struct table_column *columns;
	size_t column_count;
	struct table_cell *cells;
	size_t cell_count, cell_room;
	bool failed; /* out of memory: told by table_write() */
};

/* `columns` must outlive the table; texts are copied into the arena. */
void table_init(struct table *t, struct arena *arena, const struct table_column *columns,
		size_t column_count);

/* The next cell; NULL is an empty one. */
void table_cell(struct table *t, const char *utf8, enum table_style style);

/*
 * Appends titles and rows. `width` 0: nothing is cut. A last row that is not full is filled with
 * empty cells. False (nothing appended) without memory.
 */
TOCSIN_MUST_USE bool table_write(const struct table *t, struct buf *out, unsigned width,
				 bool color);

/*
 * One cell of exactly `width` columns, for a table that is written as it comes: cut with … or
 * filled with blanks. The text must be clean.
 */
void table_put(struct buf *out, struct view text, size_t width, bool right, enum table_style style,
	       bool color);

/* `text` in a style, for what is no table; plain without `color`. The text is not cleaned. */
void table_styled(struct buf *out, enum table_style style, bool color, const char *text);

#endif
