/* SPDX-License-Identifier: Apache-2.0 */
/* The part of a scan that one worker does alone: reads a unit's chunks and tells their events. */
#ifndef TOCSIN_QUERY_SCAN_UNIT_H
#define TOCSIN_QUERY_SCAN_UNIT_H

#include <stdatomic.h>

#include "base/threads.h"
#include "query/log_file.h"
#include "query/scan.h"

/* Chunks of a unit: 1 MiB, large enough for one read, small enough to spread and to hold. */
#define UNIT_CHUNKS 16u

/* The last unit takes one more where the file's header is smaller than usual. */
#define UNIT_CHUNKS_MAX (UNIT_CHUNKS + 1)

#define UNIT_BUFFER ((size_t)EVTX_HEADER_SIZE + (size_t)UNIT_CHUNKS_MAX * EVTX_CHUNK_SIZE)

/* A source while units of it are worked on; the first worker opens it. */
struct scan_source {
	const struct source *source;
	struct mutex lock; /* for opening */
	bool opened;
	enum tocsin_status status; /* of opening */
	struct tocsin_error error;
	struct log_file file;
	uint32_t units;      /* of the source */
	uint32_t units_left; /* not finished; under the scan's lock */
};

/* How many units a source of that size has; at least one, which then tells what is wrong. */
uint32_t scan_unit_count(uint64_t size);

struct scan_item;

/* One worker's own memory. */
struct scan_buffers {
	uint8_t *memory; /* to be freed */
	uint8_t *bytes;  /* UNIT_BUFFER of it, on a cache line */
	struct scan_item *items;
	size_t item_room;
};

TOCSIN_MUST_USE bool scan_buffers_init(struct scan_buffers *b);
void scan_buffers_free(struct scan_buffers *b);

struct scan_job {
	const struct scan_client *client;
	const struct scan_worker *worker;
	struct scan_buffers *buffers;
	struct scan_source *source;
	uint32_t unit; /* of the source, from 0 in the order of the run */
	bool newest_first;
	const atomic_bool *stop; /* set: nobody wants the rest */
};

/* Does the unit; its state is what unit_begin returned. False: out of memory. */
TOCSIN_MUST_USE bool scan_unit_run(const struct scan_job *job, void **ret_state);

#endif
