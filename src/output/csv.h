/* SPDX-License-Identifier: Apache-2.0 */
/*
 * CSV as RFC 4180 has it, in UTF-8, lines ended by a line feed. A cell is quoted where it must be.
 * Cells are exact: a spreadsheet that takes `=` for a formula must be told not to.
 */
#ifndef TOCSIN_OUTPUT_CSV_H
#define TOCSIN_OUTPUT_CSV_H

#include "base/buf.h"

struct csv {
	struct buf *out;
	bool inside; /* a cell of this row has been written */
};

void csv_init(struct csv *c, struct buf *out);
void csv_cell(struct csv *c, struct view utf8);
void csv_str(struct csv *c, const char *s); /* NULL is an empty cell */
void csv_u64(struct csv *c, uint64_t v);
void csv_end_row(struct csv *c);

#endif
