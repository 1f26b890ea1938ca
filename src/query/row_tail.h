/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The last N rows of many, in bounded memory: rows go into a block, to memory first and beyond a
 * limit to a temporary file; a block of N rows is complete, and only the last complete block and
 * the one behind it are kept.
 */
#ifndef TOCSIN_QUERY_ROW_TAIL_H
#define TOCSIN_QUERY_ROW_TAIL_H

#include "base/error.h"
#include "base/view.h"

struct row_tail;

/* `memory`: bytes of rows to hold before they are spilled. NULL without memory. */
struct row_tail *row_tail_new(uint64_t count, size_t memory);
void row_tail_free(struct row_tail *t);

TOCSIN_MUST_USE enum tocsin_status row_tail_add(struct row_tail *t, struct view row,
						struct tocsin_error *error);

/* Ends adding; the next of the last rows in the order of adding, valid until the next call;
 * TOCSIN_END behind the last. */
TOCSIN_MUST_USE enum tocsin_status row_tail_next(struct row_tail *t, struct view *ret_row,
						 struct tocsin_error *error);

#endif
