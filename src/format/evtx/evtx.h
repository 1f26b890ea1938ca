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

struct template_library;

/* All zero is the default. */
struct evtx_options {
	bool no_checksums; /* do not check them: logs with the no_crc32 flag have none */
	bool recover; /* also give records that the chunk's structures no longer list, and records
			 whose template is lost with bare values */
	bool others;  /* fill event.others */
	bool plain_walk; /* render and extract by the walker only, not by compiled templates */
	struct template_library
		*lost_templates; /* where lost templates are looked up; NULL: nowhere */
	uint32_t source;         /* number of the file at hand in the library */
};

/* For the chunks opened from now on. */
void evtx_decoder_configure(struct evtx_decoder *d, const struct evtx_options *options);

/* A place that gave no event. */
struct evtx_loss {
	uint64_t record_id; /* 0: not known, or not one record's */
	uint64_t bytes;     /* that are left out */
};

/* Bytes by what became of them. The sum is what was read: bytes seen = bytes explained. */
struct evtx_account {
	uint64_t headers;   /* of the file and of chunks */
	uint64_t records;   /* live ones, and the padding between them */
	uint64_t recovered; /* records that were recovered or carved */
	uint64_t unused;    /* free space: zeros */
	uint64_t residue;   /* free space with something in it that is not in an event: what is left
			       of   older records, or foreign bytes */
	uint64_t lost;      /* told as losses */
	uint64_t noise;     /* not bytes: candidates for records that turned out to be none */
	uint64_t copies; /* not bytes: recovered records left out, equal to a live one of the chunk
			  */
};

static inline void evtx_account_add(struct evtx_account *to, const struct evtx_account *more)
{
	to->headers += more->headers;
	to->records += more->records;
	to->recovered += more->recovered;
	to->unused += more->unused;
	to->residue += more->residue;
	to->lost += more->lost;
	to->noise += more->noise;
	to->copies += more->copies;
}

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
 * checksum, no signature), which has no lost bytes of its own. Other statuses: no record can be
 * read from it, and all of its bytes are lost.
 */
TOCSIN_MUST_USE enum tocsin_status evtx_chunk_open(struct evtx_decoder *d, struct view bytes,
						   uint64_t offset, uint32_t number,
						   struct evtx_chunk_info *ret_info,
						   struct tocsin_error *error);

/*
 * Next record of the chunk: the live ones in place order, then (options.recover) the recovered ones
 * in place order. TOCSIN_OK: *ret_event, valid until the next chunk is opened. TOCSIN_END: none
 * left. Any other status is a damaged place: error->offset is its offset in the file, *ret_loss
 * what is lost there; call again to go on behind it. With recovery, a place is told when it has
 * been searched: before what was found in it.
 */
TOCSIN_MUST_USE enum tocsin_status evtx_chunk_next(struct evtx_decoder *d,
						   const struct event **ret_event,
						   struct evtx_loss *ret_loss,
						   struct tocsin_error *error);

/*
 * The fast way over a chunk. evtx_skim() comes after evtx_chunk_open() in place of
 * evtx_chunk_next(), and is true only where the chunk's structure is whole, so that
 * evtx_chunk_next() would walk from record to record without damage: then these are the records
 * 0 .. count - 1, in place order. Each is sound (by the outlines of its templates, known to decode
 * without a loss; it need not be looked at any further) or has to be decoded to know what is in it.
 * False: nothing is changed, and evtx_chunk_next() has to be used. skim.c says what is checked and
 * why that is enough; evtx_chunk_next() is the specification.
 */
struct evtx_skimmed {
	uint32_t at, size;  /* of the record, in the chunk */
	bool sound;         /* known to decode without a loss */
	bool plain;         /* sound, and evtx_skim_event() can give it */
	bool odd_text;      /* has text that is not UTF-16 as it stands: 8-bit text, XML */
	uint32_t templates; /* a bit for each of its templates: its number in evtx_skim_templates(),
			       modulo 32 */
};

struct evtx_skimmed_template {
	uint32_t at, size; /* where its definition stands in the chunk */
};

bool evtx_skim(struct evtx_decoder *d, uint32_t *ret_count);
const struct evtx_skimmed *evtx_skim_records(const struct evtx_decoder *d);
const struct evtx_skimmed_template *evtx_skim_templates(const struct evtx_decoder *d,
							uint32_t *ret_count);

/* The channel of plain record `i` (VALUE_NULL: it has to be decoded to know it). */
struct value evtx_skim_channel(const struct evtx_decoder *d, uint32_t i);

/* Whether evtx_skim_event() can give `parts` of record `i`: all of plain ones, and of the other
 * sound ones some. */
bool evtx_skim_offers(const struct evtx_decoder *d, uint32_t i, uint32_t parts);

/* An event of such a record of which only `parts` (EVENT_PART) are filled; it can't be rendered
 * until it is completed. There is one at a time. NULL: it has to be decoded. */
const struct event *evtx_skim_event(struct evtx_decoder *d, uint32_t i, uint32_t parts);

/* The event is no longer needed. */
void evtx_skim_refuse(struct evtx_decoder *d);

/* Fills `parts` and nothing else of the event that evtx_skim_event() gave for record `i`, and makes
 * it fit for rendering. False: it has to be decoded. */
bool evtx_skim_complete(struct evtx_decoder *d, uint32_t i, uint32_t parts);

/*
 * What evtx_chunk_next() gives for record `i` and nothing behind it: call it until TOCSIN_END, with
 * *state 0 at the first call. For records that are not plain.
 */
TOCSIN_MUST_USE enum tocsin_status evtx_skim_decode(struct evtx_decoder *d, uint32_t i,
						    unsigned *state, const struct event **ret_event,
						    struct evtx_loss *ret_loss,
						    struct tocsin_error *error);

/* Adds what became of the chunk's bytes; complete after TOCSIN_END. */
void evtx_chunk_account(const struct evtx_decoder *d, struct evtx_account *to);

/*
 * Carving: chunks and loose records in any bytes, found by their signatures. The bytes come in
 * windows; each window owns a part of its bytes and gives what starts there. Around it bytes are
 * given so that a chunk that starts in the owned part can be read to its end, and one that starts
 * before it is known: EVTX_CARVE_MARGIN on both sides, fewer at the ends of the file.
 */
#define EVTX_CARVE_MARGIN EVTX_CHUNK_SIZE

struct evtx_carver;

struct evtx_carver *evtx_carver_new(struct evtx_decoder *d); /* uses `d`; NULL without memory */
void evtx_carver_free(struct evtx_carver *c);

/* Starts a window: it owns bytes[start .. end); bytes.p[0] is at `offset` of the file. */
void evtx_carve_open(struct evtx_carver *c, struct view bytes, size_t start, size_t end,
		     uint64_t offset);

/* As evtx_chunk_next(); the event is valid until the next call. */
TOCSIN_MUST_USE enum tocsin_status evtx_carve_next(struct evtx_carver *c,
						   const struct event **ret_event,
						   struct evtx_loss *ret_loss,
						   struct tocsin_error *error);

/* Adds what became of the owned bytes; complete after TOCSIN_END. */
void evtx_carve_account(const struct evtx_carver *c, struct evtx_account *to);

/* One record as XML, as Windows words it, on one line, appended to `out`. */
TOCSIN_MUST_USE enum tocsin_status evtx_render_xml(struct evtx_decoder *d, const struct event *e,
						   struct buf *out);

/* One record as one JSON object on one line, in the shape of evtx_dump's jsonl. */
TOCSIN_MUST_USE enum tocsin_status evtx_render_json(struct evtx_decoder *d, const struct event *e,
						    struct buf *out);

#endif
