/* SPDX-License-Identifier: Apache-2.0 */
/* Carving: where chunks and records start and end, by rules that look at most EVTX_CHUNK_SIZE
 * around a place. */
#include "format/evtx/carve.h"

/* Whether window position `at` lies inside a whole record of the chunk that starts at `chunk`. */
static bool in_record(const struct evtx_carver *c, size_t chunk, size_t at)
{
	const struct view v = view_slice(c->bytes, chunk, EVTX_CHUNK_SIZE);
	size_t i = CHUNK_HEADER_SIZE;

	at -= chunk;
	for (;;) {
		i = evtx_record_find(v, i, v.n);
		if (i >= at)
			return false;
		i += le32(v.p + i + 4);
		if (i > at)
			return true;
	}
}

/* Where the chunk number `i` of the window ends. */
size_t carve_chunk_end(const struct evtx_carver *c, size_t i)
{
	const size_t at = c->chunks.list[i];
	const size_t end = smaller(at + EVTX_CHUNK_SIZE, c->bytes.n);

	/* A header that reaches beyond would be outside of what is given around a window. */
	while (++i < c->chunks.count && c->chunks.list[i] + CHUNK_HEADER_SIZE <= end) {
		if (!in_record(c, at, c->chunks.list[i]))
			return c->chunks.list[i];
	}
	return end;
}

/* How far chunks reach that start at or before `at`. */
size_t carve_reach(const struct evtx_carver *c, size_t at)
{
	const size_t i = carve_from(&c->chunks, at + 1);

	return i ? c->reach.list[i - 1] : 0;
}

/* Whether a whole record stands at `at`, as far as header and copy tell, and its content can be
 * BinXML: a fragment, an element, a processing instruction or nothing. */
bool carve_record_fits(const struct evtx_carver *c, size_t at)
{
	const struct view v = view_slice(c->bytes, at, RECORD_SIZE_MAX);

	if (!evtx_record_fits(v, 0))
		return false;
	switch (v.n > RECORD_HEADER_SIZE ? v.p[RECORD_HEADER_SIZE] : 0) {
	case 0x00:
	case 0x01:
	case 0x0a:
	case 0x0f:
	case 0x41:
		return true;
	default:
		return false;
	}
}

/* Where the bytes of a loose record end: a chunk has its own. */
size_t carve_record_end(const struct evtx_carver *c, size_t at)
{
	const size_t i = carve_from(&c->chunks, at + 1), end = at + carve_record_size(c, at);

	return i < c->chunks.count ? smaller(c->chunks.list[i], end) : end;
}

bool carve_is_loose(const struct evtx_carver *c, size_t at)
{
	return carve_record_fits(c, at) && carve_reach(c, at) < at + carve_record_size(c, at);
}
