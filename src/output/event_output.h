/* SPDX-License-Identifier: Apache-2.0 */
/*
 * How events are written down: one format a file, all behind this interface. A format makes the
 * text of one event at a time, from any thread; whoever writes it puts `head` before the first text
 * and `foot` behind the last. docs/json.md describes what JSON and CSV hold.
 */
#ifndef TOCSIN_OUTPUT_EVENT_OUTPUT_H
#define TOCSIN_OUTPUT_EVENT_OUTPUT_H

#include "base/arena.h"
#include "base/buf.h"
#include "format/event.h"
#include "format/evtx/evtx.h"

struct event_style {
	bool origin;    /* say of live events, too, where they come from; in the table: a column */
	bool terminal;  /* the text goes to a terminal, which must see no control characters */
	bool color;     /* table: with colours */
	unsigned width; /* table: columns of the terminal; 0: nothing is cut */
};

/* What a worker makes texts with. */
struct event_pen {
	struct evtx_decoder *decoder; /* that the event at hand comes from */
	const char *path;             /* of its source */
	struct arena *arena;          /* for the text at hand; whoever owns the pen resets it */
	struct event_style style;
};

struct event_format {
	const char *name;
	/* What stands before all texts; may be NULL. */
	void (*head)(const struct event_style *style, struct buf *out);
	/*
	 * Appends an event's text, with the line feed that ends it. On failure nothing is appended:
	 * TOCSIN_LIMIT for more text than one record may make.
	 */
	enum tocsin_status (*put)(const struct event_pen *pen, const struct event *e,
				  struct buf *out);
	const char *foot; /* what stands behind all texts */
	size_t joint;     /* bytes at the start of a text that separate it from the one before: the
			     very first text goes without */
};

extern const struct event_format event_format_xml;        /* as Windows words it */
extern const struct event_format event_format_jsonl;      /* evtx_dump's shape, one object a line */
extern const struct event_format event_format_json;       /* the same objects in one array */
extern const struct event_format event_format_flat_jsonl; /* one flat object a line */
extern const struct event_format event_format_flat_json;
extern const struct event_format event_format_csv;
extern const struct event_format event_format_table; /* for people */

#endif
