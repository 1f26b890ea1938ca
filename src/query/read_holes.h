/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Reading from a disk with bad places: what a large read refuses is read again in small steps, so
 * that one bad sector costs its own bytes and not the chunk around it. Holes are filled with zeros
 * and known by their place.
 */
#ifndef TOCSIN_QUERY_READ_HOLES_H
#define TOCSIN_QUERY_READ_HOLES_H

#include "query/log_file.h"

/* The smallest unit of a disk, and what most have now. */
#define SECTOR_SIZE 512u
#define BLOCK_SIZE 4096u

/* A piece of a file, at most EVTX_CHUNK_SIZE bytes, and which sectors of it could not be read. */
struct read_piece {
	uint64_t offset; /* in the file */
	size_t n;        /* bytes that are there; the holes count */
	size_t bad;      /* bytes in holes */
	uint64_t sectors[EVTX_CHUNK_SIZE / SECTOR_SIZE / 64]; /* bit: a hole */
	struct tocsin_error error;                            /* of the first hole */
};

/* Reads up to `n` bytes at `offset`; fewer where the file ends. */
void read_piece(const struct log_file *f, uint64_t offset, uint8_t *to, size_t n,
		struct read_piece *ret);

/* The next hole from `*at` (a place in the piece) on; moves *at behind it. False: none is left. */
bool read_piece_hole(const struct read_piece *p, size_t *at, size_t *ret_from, size_t *ret_n);

/* Bytes in holes among the `n` bytes at `offset` of the file. */
uint64_t read_piece_overlap(const struct read_piece *p, uint64_t offset, uint64_t n);

#endif
