/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Windows event logs (EVTX): reading. Format: MS-EVEN6 2.2.12-2.2.17 (BinXML), libyal's "Windows
 * XML Event Log (EVTX)".
 *
 *   file    = header (4,096 bytes) chunk* (65,536 bytes each, to the end of the file)
 *   chunk   = header (512 bytes: ids, checksums, string and template tables) record* free space
 *   record  = 2A 2A 00 00, size, id, FILETIME, BinXML, size again
 *
 * A chunk is decoded by itself: all offsets inside it count from its start. One evtx_decoder per
 * thread; it owns the compiled templates and the memory of the current chunk's events.
 */
#ifndef TOCSIN_FORMAT_EVTX_EVTX_H
#define TOCSIN_FORMAT_EVTX_EVTX_H

#include "base/arena.h"
#include "base/error.h"
#include "format/event.h"

#define EVTX_CHUNK_SIZE 65536u
#define EVTX_HEADER_SIZE 4096u

/* `ElfFile\0` at the start. */
bool evtx_is_file(struct view first_bytes);

struct evtx_header {
	uint64_t first_chunk, last_chunk, next_record;
	uint16_t minor, major;
	uint32_t data_offset; /* where the first chunk starts: the header block's size */
	uint32_t chunk_count; /* advisory: 16 bits in the file, and stale in a dirty log */
	bool dirty, full, no_crc32;
	bool checksum_ok;
};

/* Parses the first bytes of a file (EVTX_HEADER_SIZE, or fewer where the file ends). */
TOCSIN_MUST_USE enum tocsin_status evtx_header_parse(struct view bytes, struct evtx_header *ret,
						     struct tocsin_error *error);

struct evtx_decoder;

struct evtx_decoder *evtx_decoder_new(void); /* NULL without memory */
void evtx_decoder_free(struct evtx_decoder *d);

/* Whether chunk checksums are checked (default: yes). Logs with the no_crc32 flag have none. */
void evtx_decoder_checksums(struct evtx_decoder *d, bool check);

struct evtx_chunk_info {
	uint64_t first_record, last_record; /* ids by the chunk header; advisory */
	bool empty;                         /* all zero, or a header without records */
	bool checksum_ok;
};

/*
 * Starts a chunk: `bytes` are its bytes as read (fewer than EVTX_CHUNK_SIZE where the file ends
 * inside it) and must stay until the next chunk is opened; `offset` is its place in the file,
 * `number` its number. Events of the chunk before become invalid. TOCSIN_OK: records can be read,
 * though `error` may tell of damage to the chunk as a whole (status not TOCSIN_OK in it: truncated,
 * checksum). Other statuses: no record can be read from it.
 */
TOCSIN_MUST_USE enum tocsin_status evtx_chunk_open(struct evtx_decoder *d, struct view bytes,
						   uint64_t offset, uint32_t number,
						   struct evtx_chunk_info *ret_info,
						   struct tocsin_error *error);

/*
 * Next record of the chunk in place order. TOCSIN_OK: *ret_event, valid until the next chunk is
 * opened. TOCSIN_END: none left. Any other status is a damaged record: error->offset is its place
 * in the file, *ret_record_id its id (0 where it is not known); call again to go on behind it.
 */
TOCSIN_MUST_USE enum tocsin_status evtx_chunk_next(struct evtx_decoder *d,
						   const struct event **ret_event,
						   uint64_t *ret_record_id,
						   struct tocsin_error *error);

/* One record as XML, as Windows words it, on one line, appended to `out`. */
TOCSIN_MUST_USE enum tocsin_status evtx_render_xml(struct evtx_decoder *d, const struct event *e,
						   struct buf *out);

/* One record as one JSON object on one line, in the shape of evtx_dump's jsonl. */
TOCSIN_MUST_USE enum tocsin_status evtx_render_json(struct evtx_decoder *d, const struct event *e,
						    struct buf *out);

#endif
