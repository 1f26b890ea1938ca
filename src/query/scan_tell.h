/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What a unit tells its client, and the account of its bytes: each byte in exactly one counter, the
 * bytes of all losses together in `lost`. Bytes that a disk did not give are zeros to the decoder,
 * which takes them for what zeros are; here they become lost ones.
 */
#ifndef TOCSIN_QUERY_SCAN_TELL_H
#define TOCSIN_QUERY_SCAN_TELL_H

#include "query/scan_unit.h"

struct scan_teller {
	const struct scan_job *job;
	void *state; /* the unit's, the client's own */
	struct evtx_account account;

	/* Pieces with holes among the bytes at hand, and the part of these that is accounted for
	 * here. */
	const struct read_piece *pieces;
	size_t piece_count;
	uint64_t from, to;          /* in the file */
	uint64_t covered;           /* bytes of holes that a loss of the decoder's covers */
	size_t hole_piece, hole_at; /* up to where holes are told */
};

/* Damage to the source as a whole: `bytes` are lost by it. */
void tell_source(struct scan_teller *t, const struct tocsin_error *error, uint64_t bytes);

/* A loss among the bytes at hand. What it has in common with holes is told with these. */
void tell_loss(struct scan_teller *t, const struct evtx_loss *loss,
	       const struct tocsin_error *error);

/* Starts bytes [from, to) of the file; `pieces` (holes in them and around them) may be NULL. */
void tell_begin(struct scan_teller *t, uint64_t from, uint64_t to, const struct read_piece *pieces,
		size_t count);

/* Tells the holes among the bytes at hand that start before `end`, each once. */
void tell_holes(struct scan_teller *t, uint64_t end);

/* Adds the account of the bytes at hand: what the decoder took the holes for is lost. */
void tell_account(struct scan_teller *t, const struct evtx_account *account);

/* The events and losses of the chunk that is open on the decoder, where that can be skimmed; else
 * nothing is done. False: out of memory. scan_skim.c. */
TOCSIN_MUST_USE bool scan_skim(struct scan_teller *t, struct view bytes, bool *ret_skimmed);

/* The events and losses of a carved window: scan_carve.c. False: out of memory. */
TOCSIN_MUST_USE bool scan_carve_window(struct scan_teller *t);

/* The part [from, end) before a log's first chunk, which the file's damage leaves out: records that
 * are in it, and the damage with what is still lost. */
TOCSIN_MUST_USE bool scan_carve_front(struct scan_teller *t, uint64_t from, uint64_t end);

#endif
