/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Fields and values of events under stable names, for the formats that have columns: flat JSON and
 * CSV.
 */
#ifndef TOCSIN_OUTPUT_EVENT_VALUES_H
#define TOCSIN_OUTPUT_EVENT_VALUES_H

#include "output/event_output.h"

/* Whether an event says where it comes from even unasked: it is not live, its template is not its
 * own, or it is not whole. */
bool event_origin_matters(const struct event *e);

enum event_column_kind {
	COLUMN_NUMBER, /* JSON: a number */
	COLUMN_TEXT,
	COLUMN_BOOL
};

/* One column: a field of System or RenderingInfo, or something about the record. */
struct event_column {
	const char *name;
	enum event_column_kind kind;
	/* Appends its text, escaped as asked; nothing where the event has none. */
	void (*text)(const struct event_pen *pen, const struct event *e, enum event_field field,
		     struct buf *out, enum utf_escape escape);
	enum event_field field;
};

extern const struct event_column event_columns[];
extern const size_t event_column_count;

/* Columns that come before the inserted values in CSV; the others come behind them. */
extern const size_t event_columns_leading;

/* A typed value as JSON: a number or boolean bare, everything else a string; null where there is
 * none. */
void event_value_json(struct buf *out, const struct value *v);

/*
 * Appends a member for each value, a comma before each but the first when `*any` is false: `prefix`
 * and the value's name; a value without a name has its number (from 1) for one. No key comes twice:
 * the second of a name is NAME.2. TOCSIN_LIMIT when it gets more than one record may make; then
 * out->n is where it stopped.
 */
enum tocsin_status event_members_json(const struct event_pen *pen, const struct event_data *list,
				      size_t count, const char *prefix, bool *any, struct buf *out);

#endif
