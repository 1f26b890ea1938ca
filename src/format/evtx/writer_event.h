/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Making an event by hand, from UTF-8 text and numbers: for the writer, for tests and for sample
 * evidence. Everything lives in the maker's arena.
 */
#ifndef TOCSIN_FORMAT_EVTX_WRITER_EVENT_H
#define TOCSIN_FORMAT_EVTX_WRITER_EVENT_H

#include "format/event.h"

struct event_maker {
	struct arena *arena;
	struct event event; /* the event so far; finish with event_maker_done() */
	struct event_data *data;
	size_t size;
	bool failed; /* no memory, or a GUID, SID or time that does not parse; sticks */
};

/* Starts an event. `arena` is not reset. */
void event_maker_start(struct event_maker *m, struct arena *arena);

void event_maker_text(struct event_maker *m, enum event_field field, const char *utf8);
void event_maker_number(struct event_maker *m, enum event_field field, uint8_t type, uint64_t v);
void event_maker_time(struct event_maker *m, uint64_t filetime); /* EVENT_TIME, and `written` */
void event_maker_guid(struct event_maker *m, enum event_field field, const char *guid);
void event_maker_sid(struct event_maker *m, enum event_field field, const char *sid);

/* An inserted value; `name` NULL for the unnamed ones of classic events. */
void event_maker_string(struct event_maker *m, const char *name, const char *utf8);
void event_maker_value(struct event_maker *m, const char *name, uint8_t type, struct view bytes);
void event_maker_integer(struct event_maker *m, const char *name, uint8_t type, uint64_t v);
void event_maker_binary(struct event_maker *m, struct view bytes); /* EventData/Binary */

/* The event, valid until the arena is reset; NULL when anything failed. */
const struct event *event_maker_done(struct event_maker *m);

/* Binary forms of `{0011…}` (braces are optional) and `S-1-…`; p == NULL when the text is none or
 * without memory. */
struct view guid_from_text(struct arena *a, const char *text);
struct view sid_from_text(struct arena *a, const char *text);

#endif
