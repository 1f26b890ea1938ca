/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Hits for programs: JSON objects and CSV rows. Without Select-Object an object has the event's
 * main properties, the same for both cmdlets; with it the chosen ones. Times are ISO 8601 in UTC,
 * to 100 ns. `undecided` tells an event that the record alone does not decide. docs/powershell.md
 * describes the fields.
 */
#ifndef TOCSIN_OUTPUT_QUERY_ROWS_H
#define TOCSIN_OUTPUT_QUERY_ROWS_H

#include "query/query.h"

/* The matcher's current event as one JSON object on one line, without a line break behind it. */
void query_json(const struct query *q, struct matcher *m, const struct event *e, const char *source,
		bool undecided, struct buf *out);

/* The head of a CSV file, and one row of it. */
void query_csv_head(const struct query *q, struct buf *out);
void query_csv(const struct query *q, struct matcher *m, const struct event *e, const char *source,
	       bool undecided, struct buf *out);

#endif
