/* SPDX-License-Identifier: Apache-2.0 */
/* Carving, inside: the state that its files share (carve.c says what is done). */
#ifndef TOCSIN_FORMAT_EVTX_CARVE_H
#define TOCSIN_FORMAT_EVTX_CARVE_H

#include "format/evtx/evtx_decoder.h"

/* Positions in a window, in rising order. */
struct carve_places {
	uint32_t *list; /* grows by doubling */
	size_t count, room;
};

/* Where a chunk's signature (`ElfChnk\0`) or a record's (2A 2A 00 00) starts at or behind `from`;
 * v.n without one. */
size_t carve_signature(struct view v, size_t from);

/* Finds all of them: chunks whose header can be one, and record signatures whatever stands behind
 * them. False: no memory. */
TOCSIN_MUST_USE bool carve_search(struct view v, struct carve_places *chunks,
				  struct carve_places *records);

/* Position in `places` of the first one at or behind `at`. */
size_t carve_from(const struct carve_places *places, size_t at);

/* A definition by what an instance calls it. */
struct carve_definition {
	uint64_t key; /* short id, offset in its chunk */
	uint32_t place;
};

/* All definitions in a part of a window, by key and place. */
struct carve_index {
	struct carve_definition *list;
	size_t count, room;
	size_t from, to; /* the part */
};

/* A record outside of its chunk, v[at .. at + size), and the part of the window that can tell of
 * its chunk. */
struct carve_record {
	size_t at, size;
	size_t from, to;
};

/*
 * Where the chunk of a record started, by a definition near it that it refers to: that can lie
 * before the window (negative), never so far that the record would not have been in that chunk. The
 * chunk itself may be gone. False: nothing tells. Records come in rising order.
 */
bool carve_base(struct carve_index *index, struct view v, const struct carve_record *r,
		int64_t *ret);

/* A record has the header of a chunk before it. */
#define RECORD_SIZE_MAX (EVTX_CHUNK_SIZE - CHUNK_HEADER_SIZE)

/* What may still be spent on what overlaps, in this 64 KiB of the file. */
struct budget {
	uint64_t block;
	uint32_t nodes;
	size_t text;
	bool any;
	bool used; /* by what is open on the decoder */
};

struct evtx_carver {
	struct evtx_decoder *d;
	struct view bytes;
	size_t start, end;
	uint64_t offset;
	bool no_memory;

	struct carve_places chunks, records;
	struct carve_places reach; /* chunk i and all before it end at most here */
	struct carve_index index;
	uint8_t *given; /* a bit for each byte of the window: a record that was given starts there
			 */
	size_t given_room;
	bool margin_read; /* records of the chunks before `start` are marked in it */

	size_t next_chunk, next_record; /* in `chunks` and `records` */
	size_t told;                    /* the account is complete up to here */
	struct evtx_account account;

	/* The chunk that is open, or whose foreign records are looked at. */
	enum { NO_CHUNK, CHUNK_OPEN, CHUNK_LATE } state;
	size_t chunk_at, chunk_end;
	struct evtx_account chunk_account;
	bool overlaps;        /* it starts inside another one */
	size_t beyond;        /* bytes of its records beyond `told`, when it overlaps */
	size_t late_record;   /* in `records` */
	struct event event;   /* the one that was given */
	size_t torn;          /* a torn record, or one whose values are cut */
	bool torn_given;      /* as an event; what is wrong with it is still to be told */
	struct budget budget; /* for what is read besides chunks that stand alone */
	uint8_t *scratch;     /* a chunk whose start lies before the file's */
};

static inline size_t smaller(size_t a, size_t b)
{
	return a < b ? a : b;
}

static inline size_t larger(size_t a, size_t b)
{
	return a > b ? a : b;
}

/* ---- carve_places.c ---- */

/* Where the chunk number `i` of the window ends. */
size_t carve_chunk_end(const struct evtx_carver *c, size_t i);

/* How far chunks reach that start at or before `at`. */
size_t carve_reach(const struct evtx_carver *c, size_t at);

/* Whether a whole record stands at the signature at `at`, as far as header and copy tell, and its
 * content can be BinXML: a fragment, an element, a processing instruction or nothing. */
bool carve_record_fits(const struct evtx_carver *c, size_t at);

static inline size_t carve_record_size(const struct evtx_carver *c, size_t at)
{
	return le32(c->bytes.p + at + 4);
}

/* Where the bytes of a loose record end: a chunk has its own. */
size_t carve_record_end(const struct evtx_carver *c, size_t at);

/* Whether the signature at `at` is a whole record that is not inside one chunk. */
bool carve_is_loose(const struct evtx_carver *c, size_t at);

/* ---- carve_loose.c ---- */

/* Settles what the thing that was open on the decoder has spent; rendering spends as well. */
void carve_budget_end(struct evtx_carver *c);

/* Takes the work of looking through `n` bytes that others may be in as well; false when it is not
 * left. */
bool carve_budget_take(struct evtx_carver *c, size_t at, size_t n);

/* What is open on the decoder from now on, at `at`, overlaps other things that are read as well: it
 * may spend what is left of the place's share. */
void carve_budget_begin(struct evtx_carver *c, size_t at);

/* Makes `e` the event that was carved. */
void carve_give(struct evtx_carver *c, const struct event *e, const char *note,
		const struct event **ret);

/* Counts the bytes up to `at` that nothing stands in. */
void carve_account_rest(struct evtx_carver *c, size_t at);

/* Tells that the record at `at` is not read for want of work. */
enum tocsin_status carve_too_much(struct evtx_carver *c, size_t at, struct evtx_loss *ret_loss,
				  struct tocsin_error *error);

/*
 * Gives the record `r`, whose chunk started at `base` when that is known, or tells that it is lost,
 * or nothing (TOCSIN_END): it is noise. *ret_to is the counter that its bytes go to.
 */
TOCSIN_MUST_USE enum tocsin_status carve_tell(struct evtx_carver *c, const struct carve_record *r,
					      const int64_t *base, const struct event **ret_event,
					      struct evtx_loss *ret_loss,
					      struct tocsin_error *error, uint64_t **ret_to);

/* Tells of the record at `c->torn` that it is torn. */
enum tocsin_status carve_tell_torn(struct evtx_carver *c, struct evtx_loss *ret_loss,
				   struct tocsin_error *error);

/* A signature that no whole record stands at. TOCSIN_END: nothing is to be told of it. */
TOCSIN_MUST_USE enum tocsin_status carve_no_record(struct evtx_carver *c, size_t at,
						   const struct event **ret_event,
						   struct evtx_loss *ret_loss,
						   struct tocsin_error *error);

/* A loose record: carve_tell(), and its bytes are counted. */
TOCSIN_MUST_USE enum tocsin_status carve_loose(struct evtx_carver *c, size_t at,
					       const struct event **ret_event,
					       struct evtx_loss *ret_loss,
					       struct tocsin_error *error);

#endif
