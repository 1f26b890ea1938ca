/* SPDX-License-Identifier: Apache-2.0 */
/* Event logs that tests make in memory with the writer, and read back with the decoder. */
#ifndef TOCSIN_TESTS_EVTX_MEMORY_H
#define TOCSIN_TESTS_EVTX_MEMORY_H

#include "base/timestamp.h"
#include "format/evtx/evtx.h"
#include "format/evtx/evtx_writer.h"
#include "format/evtx/writer_event.h"

#define MEMORY_TIME 132804583640951280u /* 2021-11-03T09:12:44.0951280Z */

/* What reading a log gave. */
struct log_reading {
	unsigned chunks, records;
	unsigned lost;    /* records that were told to be damaged */
	unsigned closed;  /* chunks that could not be opened */
	unsigned damages; /* all that was told: these two, headers, checksums */
	uint64_t text;    /* bytes that the renderers gave */
	uint64_t seen;    /* bit n: a record of id n was read, or n + 64, ... */
};

typedef void (*log_visit)(void *context, const struct event *e);

/*
 * Reads a whole log as a program would: header, then every chunk to the end of the bytes, each
 * record rendered. `visit` may be NULL. The bytes of each chunk are copied to a block of exactly
 * their size, so that the address sanitizer sees a read past their end.
 */
static inline struct log_reading log_read(struct view log, log_visit visit, void *context)
{
	struct evtx_decoder *const d = evtx_decoder_new();
	struct log_reading r = {0};
	struct tocsin_error error;
	struct evtx_header header;
	struct buf out = {0};
	size_t at = EVTX_HEADER_SIZE;

	if (!d)
		return r;
	if (evtx_header_parse(view_slice(log, 0, EVTX_HEADER_SIZE), &header, &error) == TOCSIN_OK)
		at = header.data_offset;
	else
		r.damages++;
	for (; at < log.n; at += EVTX_CHUNK_SIZE, r.chunks++) {
		const struct view bytes = view_slice(log, at, EVTX_CHUNK_SIZE);
		uint8_t *const copy = malloc(bytes.n);
		struct evtx_chunk_info info;
		const struct event *e;
		enum tocsin_status status;
		struct evtx_loss id;

		memcpy(copy, bytes.p, bytes.n);
		status = evtx_chunk_open(d, (struct view){copy, bytes.n}, at, r.chunks, &info,
					 &error);
		r.closed += status != TOCSIN_OK;
		r.damages += error.status != TOCSIN_OK;
		while (status == TOCSIN_OK) {
			const enum tocsin_status next = evtx_chunk_next(d, &e, &id, &error);

			if (next == TOCSIN_END)
				break;
			if (next != TOCSIN_OK) {
				r.damages++;
				r.lost++;
				continue;
			}
			r.records++;
			r.seen |= 1ull << (e->record_id & 63);
			buf_clear(&out);
			(void)!evtx_render_xml(d, e, &out);
			(void)!evtx_render_json(d, e, &out);
			r.text += out.n;
			if (visit)
				visit(context, e);
		}
		free(copy);
	}
	buf_free(&out);
	evtx_decoder_free(d);
	return r;
}

#endif
