/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Finding signatures in any bytes. Nearly all bytes of a disk are none, so 64 positions are asked
 * at once, eight in a word; all four bytes of a signature are compared, so that no text slows it
 * down.
 */
#include "format/evtx/carve.h"

#include <stdlib.h>

#include "base/crc32.h"

#define BLOCK 64u
#define ONES 0x0101010101010101u

static const uint8_t chunk_magic[8] = {'E', 'l', 'f', 'C', 'h', 'n', 'k', 0};
static const uint8_t record_magic[4] = {0x2a, 0x2a, 0, 0};

static uint64_t load(const uint8_t *p)
{
	uint64_t v;

	memcpy(&v, p, sizeof(v));
	return v;
}

/* Not 0 where one of the eight bytes is 0. */
static uint64_t zero_byte(uint64_t v)
{
	return (v - ONES) & ~v & ONES << 7;
}

/* Whether one of 64 positions starts with `**\0\0` or `ElfC`: p[0 .. 67) is looked at. */
static bool block_has(const uint8_t *p)
{
	uint64_t any = 0;

	for (size_t i = 0; i < BLOCK; i += 8) {
		const uint64_t a = load(p + i), b = load(p + i + 1), c = load(p + i + 2),
			       d = load(p + i + 3);

		any |= zero_byte((a ^ ONES * '*') | (b ^ ONES * '*') | c | d) |
		       zero_byte((a ^ ONES * 'E') | (b ^ ONES * 'l') | (c ^ ONES * 'f') |
				 (d ^ ONES * 'C'));
	}
	return any != 0;
}

static bool starts(struct view v, size_t at)
{
	const size_t left = v.n - at;
	const uint8_t *const p = v.p + at;

	if (p[0] == record_magic[0])
		return left >= sizeof(record_magic) &&
		       memcmp(p, record_magic, sizeof(record_magic)) == 0;
	return p[0] == chunk_magic[0] && left >= sizeof(chunk_magic) &&
	       memcmp(p, chunk_magic, sizeof(chunk_magic)) == 0;
}

size_t carve_signature(struct view v, size_t from)
{
	while (from < v.n) {
		size_t end = from + BLOCK;

		if (v.n - from >= BLOCK + 3) {
			if (!block_has(v.p + from)) {
				from = end;
				continue;
			}
		} else {
			end = v.n;
		}
		for (; from < end; from++) {
			if (starts(v, from))
				return from;
		}
	}
	return v.n;
}

/* Whether what follows a chunk's signature can be its header: the sizes that it names, or its
 * checksum. */
static bool header_fits(struct view v, size_t at)
{
	const struct view header = view_slice(v, at, CHUNK_HEADER_SIZE);
	uint32_t free_offset, crc;

	if (header.n < CHUNK_HEADER_SIZE)
		return false;
	free_offset = le32(header.p + 48);
	if (le32(header.p + 40) == 128 && free_offset >= CHUNK_HEADER_SIZE &&
	    free_offset <= EVTX_CHUNK_SIZE)
		return true;
	crc = crc32_update(0, view_slice(header, 0, 120));
	return crc32_update(crc, view_slice(header, 128, 384)) == le32(header.p + 124);
}

static bool add(struct carve_places *to, size_t at)
{
	if (to->count == to->room) {
		const size_t room = to->room ? 2 * to->room : 256;
		uint32_t *const more = realloc(to->list, room * sizeof(*more));

		if (!more)
			return false;
		to->list = more;
		to->room = room;
	}
	to->list[to->count++] = (uint32_t)at;
	return true;
}

bool carve_search(struct view v, struct carve_places *chunks, struct carve_places *records)
{
	chunks->count = records->count = 0;
	for (size_t at = carve_signature(v, 0); at < v.n; at = carve_signature(v, at + 1)) {
		if (v.p[at] == record_magic[0] ? !add(records, at)
					       : header_fits(v, at) && !add(chunks, at))
			return false;
	}
	return true;
}

size_t carve_from(const struct carve_places *places, size_t at)
{
	size_t low = 0, high = places->count;

	while (low < high) {
		const size_t middle = low + (high - low) / 2;

		if (places->list[middle] < at)
			low = middle + 1;
		else
			high = middle;
	}
	return low;
}
