/* SPDX-License-Identifier: Apache-2.0 */
/* The decoder's state, shared by the chunk reader, recovery, carving and the renderers. */
#ifndef TOCSIN_FORMAT_EVTX_EVTX_DECODER_H
#define TOCSIN_FORMAT_EVTX_EVTX_DECODER_H

#include "format/evtx/binxml.h"
#include "format/evtx/evtx.h"

#define CHUNK_HEADER_SIZE 512u
#define RECORD_HEADER_SIZE 24u
#define RECORD_SIGNATURE 0x00002a2au
#define RECORD_SIZE_MIN 28u
#define RECORD_ALIGN 8u

struct skim;

enum chunk_phase { CHUNK_DONE, CHUNK_WALK, CHUNK_REST };

/* Bytes of a chunk that no live record covers. */
enum chunk_span_kind {
	SPAN_DAMAGE, /* told as a loss: `error` */
	SPAN_INSIDE, /* the same, in a record behind its content */
	SPAN_FREE    /* behind the last live record */
};

struct chunk_span {
	uint32_t from, to; /* chunk offsets */
	uint32_t cover; /* size of the live record that these bytes are of, to its end; 0: none */
	enum chunk_span_kind kind;
	uint64_t record_id;
	struct tocsin_error error;
};

/* A record found in a span; event NULL: the chunk's work is spent, and it is not decoded. */
struct chunk_found {
	const struct event *event;
	uint32_t at, size;
};

/* Where recovery stands in a chunk (recover.c); all arrays are the chunk's. */
struct recovery {
	struct chunk_span *spans; /* in place order */
	size_t span_count, span_room, next_span;
	const struct event **live; /* the events given so far, later by id */
	size_t live_count, live_room;
	struct chunk_found *found; /* in the span at hand, in place order */
	size_t found_count, found_room, next_found;
	const struct event *cut; /* given, and not told yet that its values are cut */
};

struct evtx_decoder {
	/* These stay from chunk to chunk. */
	struct binxml_context context; /* the current chunk's bytes, memory and templates */
	struct evtx_options options;
	struct skim *skim;

	/* The rest is the chunk's, all zero when it is opened. */
	uint64_t offset; /* of the chunk in its file */
	uint32_t number;
	enum chunk_phase phase;
	struct evtx_account account; /* without chunk[free_from .. free_to) */
	size_t free_from, free_to;   /* free space that nobody has looked at */
	size_t content_end;          /* chunk offset behind the BinXML of the record decoded last */

	/* By the header. */
	enum event_origin origin; /* of the records: RECOVERED where the signature is missing */
	uint64_t first_record, last_record; /* ids */
	uint32_t free_offset;
	bool has_range; /* the ids can be those of one chunk */
	bool cleared;   /* emptied: no first id and no records */

	/* The walk over the records. */
	size_t at;        /* where the next one starts */
	uint64_t last_id; /* of the record before `at` */
	bool has_last_id;
	bool resync;         /* `at` was found behind damage: ids have to tell what is live */
	bool told;           /* damage was told behind the last record that was read */
	size_t trusted_end;  /* where the last live record ends */
	size_t next_counted; /* the next record surely there, as far as it was looked for */

	/* Damage to tell at the next call; status TOCSIN_OK: none. */
	struct tocsin_error pending;
	uint64_t pending_id;
	size_t pending_from, pending_to;
	uint32_t pending_cover; /* the lost bytes are in a record of this size behind its content */

	/* Where the bytes are that the loss at hand is about. */
	size_t lost_from;
	uint32_t lost_cover; /* as chunk_span.cover */
	bool lost_inside;    /* they are SPAN_INSIDE */

	struct recovery recovery;
	bool restored; /* the record that recovery_read_all() read has names that were restored */
};

/* Forgets the chunk before: only what is not one chunk's stays. `bytes` are seen as a chunk, of
 * which no record is looked for. */
void evtx_decoder_start(struct evtx_decoder *d, struct view bytes, uint64_t offset,
			uint32_t number);

/* ---- Records, evtx_record.c ---- */

/* What is told behind a record whose values are cut. */
extern const char evtx_values_cut_msg[];

/* Where the next record signature stands in chunk[from .. to); `to` without one. */
size_t evtx_signature_find(struct view chunk, size_t from, size_t to);

/* Whether a whole record stands at chunk offset `at`: signature, a possible size, its copy. */
bool evtx_record_fits(struct view chunk, size_t at);

/* Where the next whole record starts in chunk[from .. to); `to` without one. */
size_t evtx_record_find(struct view chunk, size_t from, size_t to);

/* The same inside a record of `cover` bytes that ends at `end`: the last one that it covers has
 * lost its copy to the outer one's. */
bool evtx_record_fits_inside(struct view chunk, size_t at, size_t end, size_t cover);

/* The element that a record consists of; NULL when it is something else, or nothing. */
const struct binxml_name *evtx_record_root(const struct event *e);

/* Takes the work of reading `n` bytes that may be read more than once off what the chunk may cost;
 * false when it is not left. */
bool evtx_charge_bytes(struct evtx_decoder *d, size_t n);

/*
 * Decodes the record at chunk offset `at`, `size` bytes with header and trailing copy; neither its
 * signature nor the copy is looked at. `note` is a static string, NULL for a live record. The event
 * is valid until the next chunk is opened. Offsets in events and errors are the file's. `error` may
 * be NULL.
 */
TOCSIN_MUST_USE enum tocsin_status
evtx_record_decode(struct evtx_decoder *d, size_t at, size_t size, enum event_origin origin,
		   const char *note, const struct event **ret_event, struct tocsin_error *error);

/* The same for a record of which the chunk has the first bytes only, to its end. */
TOCSIN_MUST_USE enum tocsin_status evtx_record_decode_cut(struct evtx_decoder *d, size_t at,
							  enum event_origin origin,
							  const char *note,
							  const struct event **ret_event,
							  struct tocsin_error *error);

/*
 * The last resort for a record whose values do not read: a damaged size or type among them is put
 * right where that is certain, else what reaches past the first `content` bytes is cut there; the
 * event says so (values_cut). What is given has to be an event; where values are cut, the one that
 * the record's header tells of.
 */
TOCSIN_MUST_USE enum tocsin_status evtx_record_decode_clipped(struct evtx_decoder *d, size_t at,
							      size_t size, size_t content,
							      enum event_origin origin,
							      const char *note,
							      const struct event **ret_event);

/* ---- Recovery, recover.c ---- */

/* An event that the walk gave: what is found later must not be a copy of it. */
void recovery_add_record(struct evtx_decoder *d, const struct event *e);

/* Whether the loss at hand is kept to be told when its bytes have been searched. */
bool recovery_takes(struct evtx_decoder *d, const struct evtx_loss *loss,
		    const struct tocsin_error *error);

/* Whether an event that no structure lists is one: an Event with an id and a source, or, where its
 * template is lost, values that are as large as their types ask. */
bool recovery_makes_sense(const struct event *e);

/* Reads all of a record once, values inside values too, so that no rendering finds anything else
 * than what was judged. */
TOCSIN_MUST_USE enum tocsin_status recovery_read_all(struct evtx_decoder *d, const struct event *e,
						     struct tocsin_error *error);

/* The walk has ended: what is behind it is free space. */
void recovery_begin(struct evtx_decoder *d);

/* Adds free space to an account, by what is in it. */
void recovery_account_free(const struct evtx_decoder *d, size_t from, size_t to,
			   struct evtx_account *account);

/* As evtx_chunk_next(), for what is not live. */
TOCSIN_MUST_USE enum tocsin_status recovery_next(struct evtx_decoder *d,
						 const struct event **ret_event,
						 struct evtx_loss *ret_loss,
						 struct tocsin_error *error);

#endif
