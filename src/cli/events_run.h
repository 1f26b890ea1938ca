/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What all modes of `tocsin events` share: the evidence, the filters, the scan, what is lost and
 * what became of each byte, the line of totals, the exit code. A mode is a client: it takes the
 * selected events of a unit in any worker, and then the units in their order.
 *
 * Memory is bounded for any input: a unit whose part has grown is handed on in pieces once it is
 * its turn; until then its worker waits when LIMIT_EVENTS_HELD are held by all units together.
 */
#ifndef TOCSIN_CLI_EVENTS_RUN_H
#define TOCSIN_CLI_EVENTS_RUN_H

#include "base/threads.h"
#include "cli/cli.h"
#include "evidence/evidence.h"
#include "query/query.h"
#include "query/scan.h"

/* A unit of the scan. */
struct events_unit {
	struct events_unit *next; /* in the pool of used ones: their buffers have grown to what is
				     needed */
	const struct source *source;
	void *part;      /* the client's */
	uint64_t number; /* in the order of the run */
	size_t size;     /* bytes that the part holds */
	size_t held;     /* bytes that count as held for it */
	bool over;       /* the run has ended: nothing more is taken */
	struct buf told; /* what is to be told, see events_run.c */
	uint64_t records, selected;
	uint64_t recovered, carved, borrowed, missing;
	struct evtx_account account;
};

/* A loss in the unit's source that the client found. From any worker. */
void events_unit_loss(struct events_unit *u, const struct scan_damage *damage);

struct events_client {
	void *context;
	/* What of an event is looked at (EVENT_PART), but for rendering it; 0: all. */
	uint32_t parts;
	/* A part for units, used again for others once it was taken; NULL without memory. */
	void *(*part_new)(void *context);
	void (*part_free)(void *context, void *part);
	/* A selected event into u->part, from any worker; returns the bytes that the part holds. */
	size_t (*event)(void *context, const struct scan_worker *w, struct events_unit *u,
			const struct event *e);
	/* `n` selected events into u->part of which nothing is wanted but their number; NULL:
	 * `event` gets each. Some come to `event` all the same. */
	void (*counted)(void *context, struct events_unit *u, uint64_t n);
	/* What a part holds, in order, one at a time; leaves it empty. It may be a piece of its
	 * unit. False ends the run early; *ret_taken is then the number of the part's events that
	 * were taken until then. */
	bool (*take)(void *context, const struct source *source, void *part, uint64_t *ret_taken);
};

/* The event that a worker was asked about last, and the answer. Which one that was is told by its
 * place: the same event may come once more. */
struct events_asked {
	const struct event *event; /* NULL: none */
	uint64_t unit, offset;
	enum tri answer;
	uint8_t apart[32]; /* each worker has its own cache line */
};

/* Sums over the units that were handed on. */
struct events_totals {
	uint64_t records;  /* read */
	uint64_t selected; /* of them, by the period and the filters */
	uint64_t undecided;
	uint64_t lost; /* places */
	uint64_t recovered, carved;
	uint64_t borrowed; /* with a template of another chunk or file */
	uint64_t missing;  /* with none */
	struct evtx_account account;
};

struct events_run {
	const struct cli *cli;
	struct evidence *evidence;
	struct scan_options options; /* may be added to before events_scan() */
	uint64_t since, until;
	struct query *query; /* NULL without filters */
	struct message_catalogue *catalogue;
	struct matcher **matchers;   /* one a worker */
	struct prefilter *prefilter; /* what the bytes of a selected record hold; may be NULL */
	struct events_asked *asked;  /* one a worker */
	struct events_totals totals;
	bool unread;      /* some of the evidence can't be read, and was told */
	size_t traces;    /* event traces that were found and not read */
	bool complete;    /* events_scan() ran to its end */
	bool ended_early; /* the client wanted no more */

	const struct events_client *client;
	struct mutex lock;        /* for what is below */
	struct cond moved;        /* `due` or `held` has, or `stopped` */
	struct events_unit *pool; /* no more of them than threads */
	unsigned pooled;
	uint64_t due; /* number of the unit whose turn it is */
	size_t held;
	bool stopped, no_memory;
	bool lock_ready;
};

/*
 * Reads the options that all modes have and compiles the filters; false when an error was printed.
 * events_close() is due in any case.
 */
bool events_open(struct events_run *r, const struct cli *cli);

/* The part of it that compiles the filters and makes a matcher for each worker. */
bool events_open_filters(struct events_run *r);

/* Lists the evidence and tells what can't be read; false when an error was printed. */
bool events_find(struct events_run *r);

/* Runs over the evidence; false when an error was printed. */
bool events_scan(struct events_run *r, const struct events_client *client);

/*
 * Tells the totals on stderr. `kept` is the number of events that a client kept of the selected
 * ones, `left_out` says why it kept fewer ("3 duplicates left out") or is NULL. False when the
 * bytes that were read and those that are explained differ, which is told as well.
 */
bool events_summarise(const struct events_run *r, uint64_t kept, const char *left_out);

/* The exit code of a run that was summarised: `kept` as there. */
int events_exit(const struct events_run *r, uint64_t kept);

void events_close(struct events_run *r);

#endif
