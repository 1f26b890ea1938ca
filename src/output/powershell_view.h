/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Events as Windows PowerShell 5.1 prints them on a console in US English, times in UTC: the tables
 * of EventLogEntry and EventLogRecord, a table of at most four chosen properties, a list of more.
 * Text from evidence is cleaned (text_clean); line breaks in a list stay line breaks.
 */
#ifndef TOCSIN_OUTPUT_POWERSHELL_VIEW_H
#define TOCSIN_OUTPUT_POWERSHELL_VIEW_H

#include "query/query.h"

struct ps_view;

/* `width` in columns, 0: 120. The query must outlive it. NULL without memory. */
struct ps_view *ps_view_new(const struct query *q, unsigned width);
void ps_view_free(struct ps_view *v);

/* The matcher's current event (the last one of matcher_match()) as one row or list entry. */
void ps_view_row(const struct ps_view *v, struct matcher *m, const struct event *e,
		 struct buf *out);

/* What consecutive rows share under one heading (the provider's name); nothing where the view does
 * not group. */
void ps_view_group(const struct ps_view *v, struct matcher *m, struct buf *out);

/* Comes before the first row, and before each row whose group differs from the one before. */
void ps_view_head(const struct ps_view *v, struct view group, struct buf *out);

/* Comes behind the last row. */
void ps_view_tail(const struct ps_view *v, struct buf *out);

#endif
