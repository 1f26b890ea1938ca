/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A log of one chunk around arbitrary bytes: a usual record, a record whose BinXML they are, and
 * the usual one again. Shared by fuzz_binxml, fuzz_portable and the maker of their corpora, whose
 * offsets count from where the bytes will stand.
 */
#ifndef TOCSIN_FUZZ_BINXML_LOG_H
#define TOCSIN_FUZZ_BINXML_LOG_H

#include <stdlib.h>

#include "format/evtx/evtx.h"
#include "format/evtx/evtx_writer.h"
#include "format/evtx/writer_event.h"

/* False when `binxml` does not fit. *ret_position: its offset in the chunk. */
static inline bool binxml_log(struct buf *log, struct view binxml, uint32_t *ret_position)
{
	struct evtx_writer *const w = evtx_writer_new(evtx_sink_buf(log), NULL);
	struct arena arena = {0};
	struct event_maker m;
	struct tocsin_error error;
	bool ok;

	if (!w)
		return false;
	event_maker_start(&m, &arena);
	event_maker_text(&m, EVENT_PROVIDER, "Provider");
	event_maker_number(&m, EVENT_ID, VALUE_UINT16, 1);
	event_maker_text(&m, EVENT_CHANNEL, "Application");
	event_maker_time(&m, 132804583640951280u);
	event_maker_string(&m, NULL, "text");
	ok = event_maker_done(&m) && evtx_writer_add(w, &m.event, NULL, &error) == TOCSIN_OK;
	*ret_position = evtx_writer_position(w);
	ok = ok && evtx_writer_add_raw(w, 0, 132804583640951280u, binxml, &error) == TOCSIN_OK &&
	     evtx_writer_add(w, &m.event, NULL, &error) == TOCSIN_OK &&
	     evtx_writer_finish(w, &error) == TOCSIN_OK;
	evtx_writer_free(w);
	arena_free(&arena);
	return ok;
}

#define FRAME_RECORD_HEADER 24u
#define FRAME_FREE_OFFSET_AT 48u

/* The chunk of such a log without the bytes: up to where they will stand, and what follows their
 * record. Made once. */
struct binxml_frame {
	struct buf log;
	struct view before, behind;
};

static inline bool binxml_frame_make(struct binxml_frame *f)
{
	const struct view none = {(const uint8_t *)"", 0};
	uint32_t position;
	struct view chunk;

	if (f->log.n)
		return true;
	if (!binxml_log(&f->log, none, &position))
		return false;
	chunk = (struct view){(const uint8_t *)f->log.p + EVTX_HEADER_SIZE, EVTX_CHUNK_SIZE};
	f->before = view_slice(chunk, 0, position);
	position += le32(chunk.p + position - FRAME_RECORD_HEADER + 4) - FRAME_RECORD_HEADER;
	f->behind = view_slice(chunk, position, le32(chunk.p + FRAME_FREE_OFFSET_AT) - position);
	return true;
}

/* The chunk with these bytes, as long as what is in it (its checksums are wrong), for free();
 * NULL: no memory, or they don't fit. */
static inline uint8_t *binxml_frame_fill(const struct binxml_frame *f, struct view binxml,
					 size_t *ret_n)
{
	const size_t record = (FRAME_RECORD_HEADER + binxml.n + 4 + 7) & ~(size_t)7;
	const size_t start = f->before.n - FRAME_RECORD_HEADER;
	const size_t n = start + record + f->behind.n;
	uint8_t *const chunk = n > EVTX_CHUNK_SIZE ? NULL : calloc(1, n);

	if (!chunk)
		return NULL;
	memcpy(chunk, f->before.p, f->before.n);
	put32(chunk + start + 4, (uint32_t)record);
	put32(chunk + start + record - 4, (uint32_t)record);
	if (binxml.n)
		memcpy(chunk + f->before.n, binxml.p, binxml.n);
	memcpy(chunk + start + record, f->behind.p, f->behind.n);
	put32(chunk + FRAME_FREE_OFFSET_AT, (uint32_t)n);
	*ret_n = n;
	return chunk;
}

#endif
