/* SPDX-License-Identifier: Apache-2.0 */
/* Carving, inside: finding signatures, and finding the place of a lost chunk by its definitions. */
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

#endif
