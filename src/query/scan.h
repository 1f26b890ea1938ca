/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Runs over all events of all sources with several threads, and hands results on in one order for
 * any thread count.
 *
 * The work is cut into units: runs of chunks of one source. Any worker takes the next unit;
 * `unit_end` is called for unit 0, 1, 2, … one at a time, under a lock. A bounded number of units
 * is in flight, so memory does not grow with the evidence. Sources come in list order; inside a
 * source in file order, or newest first.
 */
#ifndef TOCSIN_QUERY_SCAN_H
#define TOCSIN_QUERY_SCAN_H

#include "evidence/evidence.h"
#include "format/event.h"
#include "format/evtx/evtx.h"

/* A loss: bytes of a source that gave no event. With status TOCSIN_MISMATCH none: everything was
 * read, but a checksum does not agree. */
struct scan_damage {
	const struct source *source;
	uint64_t record_id;        /* 0: not known, or not one record's */
	uint64_t bytes;            /* that are left out; 0 where that is not known */
	uint32_t chunk;            /* number of the chunk; SCAN_NO_CHUNK: not in one */
	struct tocsin_error error; /* offset in the file */
};

#define SCAN_NO_CHUNK UINT32_MAX

/* What a worker may use inside callbacks. */
struct scan_worker {
	unsigned index;               /* 0 … threads - 1 */
	struct evtx_decoder *decoder; /* to render the event at hand */
	uint64_t unit;                /* number of the unit at hand, in the order of unit_end */
};

struct prefilter;

/* scan_client.parts of a client that looks at no part of an event, and may render it. */
#define SCAN_NO_PARTS (1u << 31)

struct scan_client {
	void *context;
	/*
	 * Selection before an event is decoded; NULL: every event is handed to `event`, with
	 * `parts` filled (EVENT_PART; 0 means all of them, and an event handed on can always be
	 * rendered). Given an event of which `select_parts` are filled: whether `event` is to be
	 * called for it. Those it refuses are told by `passed`. An event may also come to `event`
	 * unasked: it has to answer the question again.
	 */
	bool (*select)(void *context, const struct scan_worker *w, void *unit,
		       const struct event *e);
	uint32_t select_parts, parts;
	/* Nothing is wanted of a sound record but that it is there: `passed` is told. */
	bool counts_only;
	/* `n` records that `event` is not called for. Required with `select`, `prefilter` and
	 * `counts_only`. */
	void (*passed)(void *context, const struct scan_worker *w, void *unit, uint64_t n);
	/* What a record's bytes must hold for `event` to be called for it; NULL: nothing is known.
	 * Records that don't are told by `passed` and not looked at, but for `seen`. */
	const struct prefilter *prefilter;
	/* Which channels are there: called for records that are passed over by the prefilter, where
	 * the channel is not that of the record before. False: there is no need to know any more of
	 * them. May be NULL. */
	bool (*seen)(void *context, const struct scan_worker *w, void *unit,
		     const struct value *channel);
	/* A new unit of `source`; returns the unit's state (may be NULL). Called from any worker.
	 */
	void *(*unit_begin)(void *context, const struct scan_worker *w,
			    const struct source *source);
	/* One event; it and all views in it die when this returns. */
	void (*event)(void *context, const struct scan_worker *w, void *unit,
		      const struct event *e);
	/* A loss, in place order among the unit's events. */
	void (*damage)(void *context, const struct scan_worker *w, void *unit,
		       const struct scan_damage *damage);
	/* What became of the unit's bytes, once, behind its last event. The sum over all units is
	 * the size of the sources. May be NULL. */
	void (*account)(void *context, const struct scan_worker *w, void *unit,
			const struct evtx_account *account);
	/* In unit order, one at a time; frees the state. Returning false ends the run early (enough
	 * hits): it is not called again. */
	bool (*unit_end)(void *context, const struct source *source, void *unit);
	/* Progress in bytes; from any worker, one at a time, at most some times a second. May be
	 * NULL. */
	void (*progress)(void *context, uint64_t done, uint64_t total);
	/* Frees a state that unit_end will not see because the run ended early; one at a time. May
	 * be NULL where no state needs freeing. */
	void (*unit_free)(void *context, void *unit);
};

/* Parts of the engine that a test can do without. */
#define SCAN_WITHOUT_SKIM 1u      /* every record through evtx_chunk_next() */
#define SCAN_WITHOUT_PREFILTER 2u /* every record is looked at */
#define SCAN_WITHOUT_SELECT 4u    /* every record is decoded */
#define SCAN_WITHOUT_COMPILED 8u  /* evtx_options.plain_walk */

struct scan_options {
	unsigned threads;  /* 0: 1 */
	bool newest_first; /* chunks by descending record id, records of a chunk backwards */
	bool recover;      /* see struct evtx_options */
	bool others;
	/* Reads the files in place of os_read_at(): for tests, which have no bad disk at hand. */
	enum tocsin_status (*read_at)(struct os_file *file, uint64_t offset, void *to, size_t n,
				      size_t *ret_n, struct tocsin_error *error);
	unsigned engine; /* SCAN_WITHOUT_ flags: slower ways to the same result, for tests */
	bool carve; /* take each source as bytes of any kind: chunks and loose records wherever they
		       lie. Not with newest_first */
};

/*
 * Runs over evidence->sources. A source that can't be opened or read is told as a damage in a unit
 * of its own. Fails only without memory.
 */
TOCSIN_MUST_USE enum tocsin_status scan_run(const struct evidence *evidence,
					    const struct scan_options *options,
					    const struct scan_client *client,
					    struct tocsin_error *error);

#endif
