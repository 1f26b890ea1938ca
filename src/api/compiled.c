/* SPDX-License-Identifier: Apache-2.0 */
/*
 * tocsin_query: a compiled command, shared by threads. Asking it needs a matcher, which is not
 * shared: each reader keeps those of the queries that its events were asked about last, so that a
 * question costs no set-up after the first.
 */
#include "api/api.h"

#include <stdlib.h>

#include "lang/powershell/powershell.h"

void api_query_release(struct api_query *q)
{
	if (!q || atomic_fetch_sub(&q->users, 1) != 1)
		return;
	message_catalogue_free(q->catalogue);
	query_free(q->query);
	free(q);
}

/*
 * The compiled-in wordings. A build without them knows none: conditions on wording are then decided
 * by the record's strings or not at all, never wrongly.
 */
static enum tocsin_status load_catalogue(struct api_query *q, struct tocsin_error *error)
{
	const enum tocsin_status status = message_catalogue_load(NULL, &q->catalogue, error);

	return status == TOCSIN_UNSUPPORTED || status == TOCSIN_NOT_FOUND ? TOCSIN_OK : status;
}

enum tocsin_status tocsin_query_compile(const char *command, tocsin_query **ret_query,
					struct tocsin_error *error)
{
	struct tocsin_query *q;
	struct api_query *shared;
	enum tocsin_status status;

	ENSURE(command && ret_query, error, TOCSIN_USAGE, 0,
	       "no command, or no place for the query");
	q = calloc(1, sizeof(*q));
	shared = calloc(1, sizeof(*shared));
	if (!q || !shared) {
		free(q);
		free(shared);
		return error_set(error, TOCSIN_NO_MEMORY, 0, "out of memory");
	}
	atomic_init(&shared->users, 1);
	q->shared = shared;
	status = powershell_compile(view_of(command), &shared->query, error);
	if (status == TOCSIN_OK)
		status = load_catalogue(shared, error);
	if (status != TOCSIN_OK) {
		tocsin_query_free(q);
		return status;
	}
	*ret_query = q;
	return TOCSIN_OK;
}

/* The reader's matcher for a query; NULL without memory. */
static struct matcher *matcher_of(struct tocsin_reader *r, struct api_query *q)
{
	struct api_matcher *slot = NULL;
	struct matcher *fresh;
	unsigned i;

	for (i = 0; i < API_MATCHERS; i++) {
		if (r->matchers[i].query == q)
			return r->matchers[i].matcher;
		if (!slot && !r->matchers[i].query)
			slot = &r->matchers[i];
	}
	fresh = matcher_new(q->query, q->catalogue, QUERY_SUBJECT_MESSAGE);
	if (!fresh)
		return NULL;
	if (!slot) {
		slot = &r->matchers[r->next_matcher];
		r->next_matcher = (r->next_matcher + 1) % API_MATCHERS;
		matcher_free(slot->matcher);
		api_query_release(slot->query);
	}
	atomic_fetch_add(&q->users, 1);
	slot->query = q;
	slot->matcher = fresh;
	return fresh;
}

enum tocsin_answer tocsin_query_match(const tocsin_query *query, const tocsin_event *event)
{
	struct matcher *const m = matcher_of(event->reader, query->shared);

	if (!m)
		return TOCSIN_UNDECIDED;
	switch (matcher_match(m, event->event)) {
	case TRI_TRUE:
		return TOCSIN_YES;
	case TRI_FALSE:
		return TOCSIN_NO;
	case TRI_UNDECIDED:
		break;
	}
	return TOCSIN_UNDECIDED;
}

void tocsin_query_free(tocsin_query *query)
{
	if (query) {
		api_query_release(query->shared);
		free(query);
	}
}
