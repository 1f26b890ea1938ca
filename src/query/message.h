/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Message wording. An EVTX record holds the inserted strings only; the wording around them lives in
 * the provider's message file. The catalogue (data/messages.yaml) knows the wordings that this
 * project can vouch for.
 */
#ifndef TOCSIN_QUERY_MESSAGE_H
#define TOCSIN_QUERY_MESSAGE_H

#include "base/arena.h"
#include "base/error.h"
#include "format/event.h"

struct message_catalogue;

/* Loads the catalogue from data/ (`dir` as in data_load). The caller frees it; shared read-only by
 * all threads. */
TOCSIN_MUST_USE enum tocsin_status
message_catalogue_load(const char *dir, struct message_catalogue **ret, struct tocsin_error *error);
void message_catalogue_free(struct message_catalogue *c);

enum message_source {
	MESSAGE_UNKNOWN, /* no wording known: text is Windows' fallback sentence with the strings */
	MESSAGE_RENDERED, /* from the record's RenderingInfo */
	MESSAGE_CATALOGUE /* from the catalogue's template and the record's strings */
};

/*
 * The event's message as UTF-16LE text in `a`. For MESSAGE_UNKNOWN the text is what Get-EventLog
 * shows without the message file ("The description for Event ID '...' ..."), for display only:
 * conditions on it are not decided by it.
 */
enum message_source message_text(const struct message_catalogue *c, const struct event *e,
				 struct arena *a, struct view *ret_text);

#endif
