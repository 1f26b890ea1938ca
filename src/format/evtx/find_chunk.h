/* SPDX-License-Identifier: Apache-2.0 */
/* Chunks that do not lie where a file's header says. */
#ifndef TOCSIN_FORMAT_EVTX_FIND_CHUNK_H
#define TOCSIN_FORMAT_EVTX_FIND_CHUNK_H

#include "base/view.h"

/* How many bytes of a chunk evtx_find_chunk() looks at. */
#define EVTX_CHUNK_HEAD 128u

/* The first place in `bytes`, at any byte, where a chunk's header stands: its signature alone may
 * be an event's data, so its fixed fields must be right too. */
bool evtx_find_chunk(struct view bytes, size_t *ret_at);

#endif
