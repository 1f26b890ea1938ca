/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Sorts rows of any size by a number, stable, in bounded memory: full runs go to a temporary file
 * and are merged. Rows with equal keys come in the order in which they were added.
 */
#ifndef TOCSIN_QUERY_ROW_SORTER_H
#define TOCSIN_QUERY_ROW_SORTER_H

#include "base/error.h"
#include "base/view.h"

struct row_sorter;

/* `memory`: bytes of rows to hold before they are spilled; merging takes no more. NULL without. */
struct row_sorter *row_sorter_new(size_t memory);
void row_sorter_free(struct row_sorter *s);

/* Copies the row. TOCSIN_IO when the temporary file fails, TOCSIN_LIMIT for a row over `memory`. */
TOCSIN_MUST_USE enum tocsin_status row_sorter_add(struct row_sorter *s, uint64_t key,
						  struct view row, struct tocsin_error *error);

/* Ends adding; the next row in order, valid until the next call; TOCSIN_END behind the last. */
TOCSIN_MUST_USE enum tocsin_status row_sorter_next(struct row_sorter *s, uint64_t *ret_key,
						   struct view *ret_row,
						   struct tocsin_error *error);

#endif
