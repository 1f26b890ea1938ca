/* SPDX-License-Identifier: Apache-2.0 */
/* Finds a chunk's header (layout: evtx_chunk.c) at any place. */
#include "format/evtx/find_chunk.h"

#include "format/evtx/evtx.h"

#define HEADER_SIZE 512u

static const uint8_t chunk_magic[8] = {'E', 'l', 'f', 'C', 'h', 'n', 'k', 0};

bool evtx_find_chunk(struct view bytes, size_t *ret_at)
{
	struct view v = bytes;

	while (v.n >= EVTX_CHUNK_HEAD) {
		const uint8_t *const p = memchr(v.p, 'E', v.n - EVTX_CHUNK_HEAD + 1);

		if (!p)
			return false;
		take(&v, (size_t)(p - v.p));
		if (memcmp(p, chunk_magic, sizeof(chunk_magic)) == 0 &&
		    le32(p + 40) == EVTX_CHUNK_HEAD && le32(p + 48) >= HEADER_SIZE &&
		    le32(p + 48) <= EVTX_CHUNK_SIZE) {
			*ret_at = bytes.n - v.n;
			return true;
		}
		take(&v, 1);
	}
	return false;
}
