/* SPDX-License-Identifier: Apache-2.0 */
/*
 * One EVTX file as a sequence of chunks: where they lie, in which order they were written, and
 * which places between them hold nothing that should. Shared by the scan and the library's reader.
 *
 * Offsets in the file's header are advisory (a log that was copied while it was open has old ones):
 * the chunks run to the end of the file. Of the header only its presence, its block size and its
 * "no checksums" flag matter. A log whose start was cut off at any place, or that has something
 * before it, is read from where its chunks show themselves. A wrong checksum is told as
 * TOCSIN_MISMATCH, which is no loss; the dirty flag says nothing that a reader must tell.
 */
#ifndef TOCSIN_QUERY_LOG_FILE_H
#define TOCSIN_QUERY_LOG_FILE_H

#include "base/error.h"
#include "base/os.h"
#include "format/evtx/evtx.h"

typedef enum tocsin_status os_read_fn(struct os_file *file, uint64_t offset, void *to, size_t n,
				      size_t *ret_n, struct tocsin_error *error);

struct log_file {
	struct os_file *file;
	bool shared; /* the file is somebody else's: not closed here */
	/* Reads from `file`; os_read_at(), unless a test stands in for a bad disk. */
	os_read_fn *read_at;
	uint64_t size; /* when it was listed; what a live log gains later is not looked at */
	struct view
		cached; /* the file from its start, where the caller has read it; may be empty */

	/* Set by log_file_plan(). */
	struct evtx_header header;
	struct tocsin_error damage; /* to the header; its status is TOCSIN_OK without */
	uint64_t damage_bytes;      /* of the part before the first chunk that are lost by it */
	uint64_t data_offset;
	uint32_t chunk_count; /* with a last one that the end of the file cuts off */
	uint32_t used;        /* up to the last one with a chunk's signature */
	uint32_t oldest;      /* number of the chunk with the oldest records */
};

TOCSIN_MUST_USE enum tocsin_status log_file_open(struct log_file *f, const char *path,
						 struct tocsin_error *error);

/* The same over a file that is open already and stays the caller's. */
void log_file_use(struct log_file *f, struct os_file *file);
void log_file_close(struct log_file *f);

/* Reads the header and finds the order. What is wrong with them is in `damage`; it never fails. */
void log_file_plan(struct log_file *f);

/*
 * Number of the chunk at a position of the order: oldest records first (a log that has wrapped
 * starts in its middle), or newest first. Where the record ids show no such order, as they lie.
 */
uint32_t log_file_chunk(const struct log_file *f, uint32_t position, bool newest_first);

/* Place and length of a chunk; less than EVTX_CHUNK_SIZE where the file ends inside it. */
uint64_t log_file_chunk_offset(const struct log_file *f, uint32_t number);
size_t log_file_chunk_size(const struct log_file *f, uint32_t number);

/*
 * Starts chunk `number` on the decoder, see evtx_chunk_open(). TOCSIN_OK: its records can be read;
 * TOCSIN_END: it holds none. In both cases *ret_damage tells of a loss in the chunk as a whole; its
 * status is TOCSIN_OK where there is none.
 */
TOCSIN_MUST_USE enum tocsin_status log_file_begin(const struct log_file *f, struct evtx_decoder *d,
						  struct view bytes, uint32_t number,
						  struct tocsin_error *ret_damage);

/*
 * Adds what became of a chunk's bytes, when its records are read: `status` and `damage` are what
 * log_file_begin() gave for it.
 */
void log_file_account(const struct evtx_decoder *d, struct view bytes, enum tocsin_status status,
		      const struct tocsin_error *damage, struct evtx_account *to);

/* Bytes that the damage to a chunk as a whole leaves out. */
uint64_t log_file_lost(struct view bytes, enum tocsin_status status,
		       const struct tocsin_error *damage);

#endif
