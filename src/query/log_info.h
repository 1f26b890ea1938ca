/* SPDX-License-Identifier: Apache-2.0 */
/*
 * How event log files are built: the file header, the table of chunks, and a map of the damage.
 * Each source is read twice: by the scan, for what its records are, and once more for its chunks as
 * they lie. Memory is bounded for any size of file; what is told comes in order of place.
 */
#ifndef TOCSIN_QUERY_LOG_INFO_H
#define TOCSIN_QUERY_LOG_INFO_H

#include "query/scan.h"

/* A stored checksum against the bytes. UNKNOWN: some of them are missing. NONE: the log says that
 * it has no checksums, and this one does not match. */
enum log_checksum { CHECKSUM_OK, CHECKSUM_WRONG, CHECKSUM_UNKNOWN, CHECKSUM_NONE };

struct log_info_file {
	const struct source *source;
	uint64_t size;              /* now */
	struct tocsin_error unread; /* TOCSIN_OK: it can be opened */
	bool has_header;
	struct tocsin_error damage; /* to the header, as the scan sees it */
	/* Of the header: */
	struct evtx_header header;
	uint32_t header_size; /* in use: 128 */
	uint32_t flags;
	/* Of the file itself: */
	uint64_t data_offset; /* of the first chunk */
	uint32_t chunk_count; /* places, with a last one that is cut off */
	uint32_t oldest;      /* number of the chunk with the oldest records */
};

enum log_chunk_state {
	LOG_CHUNK_IN_USE,
	LOG_CHUNK_EMPTY,     /* a header without records */
	LOG_CHUNK_ZERO,      /* nothing but zeros */
	LOG_CHUNK_NO_MAGIC,  /* bytes, but no chunk */
	LOG_CHUNK_TRUNCATED, /* the file ends inside */
	LOG_CHUNK_UNREADABLE
};

struct log_info_chunk {
	uint32_t number;
	uint64_t offset;
	uint32_t size; /* bytes that are there */
	enum log_chunk_state state;
	/* As its header says; all 0 without one. */
	bool has_header;
	uint64_t first_number, last_number, first_id, last_id;
	uint32_t header_size, last_record_offset, free_offset, flags;
	enum log_checksum header_checksum, data_checksum;
	/* What was read from it. */
	uint64_t records, recovered, losses, lost_bytes;
};

struct log_info_sums {
	uint64_t chunks[LOG_CHUNK_UNREADABLE + 1]; /* by state */
	uint64_t records, recovered;
	uint64_t losses, checksums; /* places of the map that are a loss, and that are none */
	struct evtx_account account;
};

/* For each source: begin, its chunks, its damage, end. False ends the run. */
struct log_info_sink {
	void *context;
	bool (*begin)(void *context, const struct log_info_file *file);
	bool (*chunk)(void *context, const struct log_info_chunk *chunk);
	bool (*damage)(void *context, const struct scan_damage *damage);
	bool (*end)(void *context, const struct log_info_sums *sums);
	void (*progress)(void *context, uint64_t done, uint64_t total);
};

const char *log_chunk_state_name(enum log_chunk_state state);

/* `options`: threads and recover. TOCSIN_NO_MEMORY, or TOCSIN_IO with a temporary file. */
TOCSIN_MUST_USE enum tocsin_status log_info_run(const struct evidence *evidence,
						const struct scan_options *options,
						const struct log_info_sink *sink,
						struct tocsin_error *error);

/* One chunk from its bytes as they lie: everything but what was read from it. */
void log_info_chunk_parse(struct view bytes, struct log_info_chunk *ret);

#endif
