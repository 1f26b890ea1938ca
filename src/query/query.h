/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A query: which logs, which predicate, which properties to show. Front ends (src/lang/) compile to
 * it; the matcher evaluates it over events. Immutable once built; everything in it lives in its own
 * arena.
 */
#ifndef TOCSIN_QUERY_QUERY_H
#define TOCSIN_QUERY_QUERY_H

#include "base/error.h"
#include "format/event.h"
#include "query/message.h"
#include "query/predicate.h"

/* How `Message` is answered. VALUES: the text is looked for in the inserted values only, so wording
 * can't matter. */
enum query_subject { QUERY_SUBJECT_MESSAGE, QUERY_SUBJECT_VALUES };

/* The object type that Windows PowerShell would emit: decides property names and default output. */
enum query_object { QUERY_EVENT_LOG_ENTRY, QUERY_EVENT_LOG_RECORD };

struct query_column {
	const char *label;      /* as the user wrote it */
	struct operand operand; /* what it shows */
};

struct query {
	struct arena arena;
	enum query_object object;
	struct predicate *where; /* the whole selection: parameters and every Where-Object, ANDed;
				    NULL selects all */
	const char **channels; /* log names asked for (may hold wildcards, matched in `where` too);
				  for coverage */
	size_t channel_count;
	const char **paths; /* -Path; empty when the command named none */
	size_t path_count;
	uint64_t max; /* -Newest, -MaxEvents: stop after so many hits; UINT64_MAX without */
	uint64_t first, last,
		skip; /* Select-Object -First/-Last/-Skip; UINT64_MAX / UINT64_MAX / 0 without */
	bool oldest_first;            /* -Oldest */
	struct query_column *columns; /* Select-Object; none: the type's default view */
	size_t column_count;
	bool expand; /* Select-Object -ExpandProperty: the bare value of column 0 */
};

/* Frees a query; NULL is allowed. */
void query_free(struct query *q);

/* Per thread: scratch memory and compiled regular expressions' match data. */
struct matcher;

/* A matcher for `q`; `catalogue` may be NULL (no wording is known). Both must outlive it. NULL
 * without memory. */
struct matcher *matcher_new(const struct query *q, const struct message_catalogue *catalogue,
			    enum query_subject subject);
void matcher_free(struct matcher *m);

/* Answer for one event: TRI_FALSE, TRI_UNDECIDED, TRI_TRUE. Sticky errors (regex limit):
 * matcher_error(). */
enum tri matcher_match(struct matcher *m, const struct event *e);

/* The first error met while matching, or NULL: such an event was answered TRI_UNDECIDED. */
const struct tocsin_error *matcher_error(const struct matcher *m);

#endif
