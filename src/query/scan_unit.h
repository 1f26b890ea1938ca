/* SPDX-License-Identifier: Apache-2.0 */
/* The part of a scan that one worker does alone: reads a unit's bytes and tells their events. */
#ifndef TOCSIN_QUERY_SCAN_UNIT_H
#define TOCSIN_QUERY_SCAN_UNIT_H

#include <stdatomic.h>

#include "base/threads.h"
#include "query/log_file.h"
#include "query/read_holes.h"
#include "query/scan.h"

/* Chunks of a unit: 1 MiB, large enough for one read, small enough to spread and to hold. */
#define UNIT_CHUNKS 16u
#define UNIT_SIZE ((size_t)UNIT_CHUNKS * EVTX_CHUNK_SIZE)

/* The last unit takes one more where the file's header is smaller than usual. */
#define UNIT_CHUNKS_MAX (UNIT_CHUNKS + 1)

/* A window that is carved has a margin on both sides. */
#define UNIT_WINDOW (UNIT_SIZE + 2 * (size_t)EVTX_CARVE_MARGIN)
#define UNIT_PIECES (UNIT_WINDOW / EVTX_CHUNK_SIZE)

/* A small file is read at once, with its header. */
#define UNIT_WHOLE ((size_t)EVTX_HEADER_SIZE + (size_t)UNIT_CHUNKS_MAX * EVTX_CHUNK_SIZE)
#define UNIT_BUFFER (UNIT_WINDOW > UNIT_WHOLE ? UNIT_WINDOW : UNIT_WHOLE)

/* A source while units of it are worked on; the first worker opens it. */
struct scan_source {
	const struct source *source;
	uint32_t number;   /* of the source in the evidence */
	struct mutex lock; /* for opening */
	bool opened;
	enum tocsin_status status; /* of opening */
	struct tocsin_error error;
	struct log_file file;
	uint32_t units;      /* of the source */
	uint32_t units_left; /* not finished; under the scan's lock */
};

/* How many units a source of that size has; at least one, which then tells what is wrong. */
uint32_t scan_unit_count(uint64_t size, bool carve);

struct scan_item;

/* One worker's own memory. */
struct scan_buffers {
	uint8_t *memory; /* to be freed */
	uint8_t *bytes;  /* UNIT_BUFFER of it, on a cache line */
	struct scan_item *items;
	size_t item_room;
	struct read_piece pieces[UNIT_PIECES]; /* where a disk has bad places */
};

TOCSIN_MUST_USE bool scan_buffers_init(struct scan_buffers *b);
void scan_buffers_free(struct scan_buffers *b);

struct scan_job {
	const struct scan_client *client;
	const struct scan_options *options;
	const struct scan_worker *worker;
	struct scan_buffers *buffers;
	struct evtx_carver *carver; /* NULL unless options->carve or recover */
	struct template_library *lost_templates;
	struct scan_source *source;
	uint32_t unit;           /* of the source, from 0 in the order of the run */
	const atomic_bool *stop; /* set: nobody wants the rest */
};

/* Does the unit; its state is what unit_begin returned. False: out of memory. */
TOCSIN_MUST_USE bool scan_unit_run(const struct scan_job *job, void **ret_state);

#endif
