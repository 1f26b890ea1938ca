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

/* Format-List and Format-Table force a view; otherwise the object's own, or by the column count. */
enum query_view { QUERY_VIEW_DEFAULT, QUERY_VIEW_LIST, QUERY_VIEW_TABLE };

/* A regular expression of the query; predicate.regex_number is its place. */
struct query_regex {
	struct view pattern; /* UTF-16LE */
	bool nocase;
};

struct query {
	struct arena arena;
	enum query_object object;
	struct predicate *where; /* the whole selection: parameters and every Where-Object, ANDed;
				    NULL selects all */
	const struct predicate *parameters; /* the part that the first cmdlet's own parameters make:
					       `max` counts what passes it; NULL passes all */
	const struct query_regex *regexes;
	size_t regex_count;
	const char **warnings; /* what the user should know: an assumption, a likely mistake */
	size_t warning_count;
	const char **channels; /* log names asked for (may hold wildcards, matched in `where` too);
				  for coverage */
	size_t channel_count;
	const char **paths; /* -Path; empty when the command named none */
	size_t path_count;
	/* -Newest, -MaxEvents: stop after so many events that pass `parameters` (Where-Object comes
	 * behind it); UINT64_MAX without. This and the Select-Object counts hold for one run of the
	 * command, on one host: with several sources, for each source. */
	uint64_t max;
	uint64_t first, last,
		skip; /* Select-Object -First/-Last/-Skip; UINT64_MAX / UINT64_MAX / 0 without */
	bool oldest_first;            /* -Oldest */
	struct query_column *columns; /* Select-Object; none: the type's default view */
	size_t column_count;
	enum query_view view;
	bool expand; /* Select-Object -ExpandProperty: the bare value of column 0 */
};

/* Frees a query; NULL is allowed. */
void query_free(struct query *q);

/* A new, empty query (max, first, last unlimited), or NULL without memory. */
struct query *query_new(void);

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

/* Answer of query.parameters alone for the event of the last matcher_match(). */
enum tri matcher_parameters(struct matcher *m);

/* What an operand gives for the event of the last matcher_match(); valid until the next one. */
struct datum matcher_value(struct matcher *m, const struct operand *o);

/* Message text of that event, as message_text(). */
enum message_source matcher_message(struct matcher *m, struct view *ret_text);

/* The first error met while matching, or NULL: such an event was answered TRI_UNDECIDED. */
const struct tocsin_error *matcher_error(const struct matcher *m);

#endif
