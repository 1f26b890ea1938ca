/* SPDX-License-Identifier: Apache-2.0 */
/* The outputs of `tocsin events`: which formats are asked for, and the way of texts to their
 * places. */
#ifndef TOCSIN_CLI_EVENTS_OUTPUT_H
#define TOCSIN_CLI_EVENTS_OUTPUT_H

#include "cli/cli.h"
#include "output/event_output.h"

/* One for each format. */
#define EVENTS_OUTPUTS_MAX 8

enum events_form {
	FORM_TEXT,  /* what `format` makes */
	FORM_COUNT, /* the number of events, at the end */
	FORM_EVTX   /* an event log; its texts are portable records */
};

struct events_output {
	const char *name; /* of the format */
	enum events_form form;
	const struct event_format *format; /* FORM_TEXT only */
	struct event_style style;
	struct cli_stream *stream;
	struct evtx_writer *writer; /* FORM_EVTX only */
	struct buf pending;         /* small texts on their way */
	size_t hold;                /* so much of them is put together */
	bool any;                   /* a text has been put */
};

struct portable_store;

struct events_outputs {
	const struct cli *cli;
	struct events_output list[EVENTS_OUTPUTS_MAX];
	size_t count;
	struct portable_store *store; /* where one is an event log */
	bool stopped;      /* one takes no more: nobody reads it, or an error was printed */
	bool failed;       /* and it was an error */
	uint64_t left_out; /* records that did not fit into an event log */
};

/* Reads the options and opens the outputs; false when an error was printed. */
bool events_outputs_open(struct events_outputs *o, const struct cli *cli);

/* Whether one makes use of event.others. */
bool events_outputs_want_others(const struct events_outputs *o);

/* One or more texts, as output `i` makes them; for an event log one portable record. False: stop.
 */
bool events_outputs_put(struct events_outputs *o, size_t i, struct view text);

/* Writes what is left, `kept` as the count, and closes. What did not get everything is not kept.
 * True when everything arrived, or nobody reads any more. */
bool events_outputs_close(struct events_outputs *o, bool complete, uint64_t kept);

#endif
