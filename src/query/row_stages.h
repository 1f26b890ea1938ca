/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What happens to selected rows on their way out, in this order: a row that came before is left out
 * (dedupe), rows are sorted by their time, the first or the last of them are taken. Memory is
 * bounded; what does not fit is spilled.
 */
#ifndef TOCSIN_QUERY_ROW_STAGES_H
#define TOCSIN_QUERY_ROW_STAGES_H

#include "base/error.h"
#include "base/hash.h"
#include "base/view.h"

struct row_stages_options {
	bool dedupe, sort;
	uint64_t head, tail; /* UINT64_MAX: all; not both */
	size_t memory;       /* bytes for rows or hashes, of all stages together about twice that */
	/* Takes what comes out, in order. False: no more is wanted. */
	bool (*put)(void *context, struct view row);
	void *context;
};

struct row_stages;

/* NULL without memory. */
struct row_stages *row_stages_new(const struct row_stages_options *options);
void row_stages_free(struct row_stages *s);

/* A row: its time, and the hash of what makes it the same as another one (for dedupe). TOCSIN_END:
 * nothing that comes behind this row would come out. */
TOCSIN_MUST_USE enum tocsin_status row_stages_add(struct row_stages *s, uint64_t time,
						  const uint8_t hash[HASH_SIZE], struct view row,
						  struct tocsin_error *error);

/* Puts out what was held back. TOCSIN_END: `put` wanted no more. */
TOCSIN_MUST_USE enum tocsin_status row_stages_finish(struct row_stages *s,
						     struct tocsin_error *error);

/* Rows that came before, and that came out. */
uint64_t row_stages_duplicates(const struct row_stages *s);
uint64_t row_stages_out(const struct row_stages *s);

#endif
