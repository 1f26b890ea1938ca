/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Carving: bytes put together from pieces of a log, zeros, raw bytes and patches, carved in windows
 * of several sizes. All must tell the same, and each byte must be explained once. The input is a
 * list of steps, so that few bytes make large files:
 *
 *   u16 window size, less 16 KiB
 *   step  u8 what (modulo 4), u24 place, u16 length in units of 8 bytes
 *         0: that part of the log     1: `length` bytes of the input     2: zeros
 *         3: up to 8 bytes of the input over what is at `place` already
 */
#include <stdlib.h>

#include "../tests/carve_memory.h"
#include "format/evtx/evtx_writer.h"
#include "format/evtx/writer_event.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

#define FILE_MAX (256u << 10)
#define STEP 6u

/* Three chunks; the first two of several templates each. */
static bool make_log(struct buf *log)
{
	struct evtx_writer *const w = evtx_writer_new(evtx_sink_buf(log), NULL);
	struct arena arena = {0};
	struct tocsin_error error;
	bool ok = w;

	for (unsigned i = 0; ok && i < 240; i++) {
		struct event_maker m;

		arena_reset(&arena);
		event_maker_start(&m, &arena);
		event_maker_text(&m, EVENT_PROVIDER, i % 3 ? "Provider" : "Another");
		event_maker_number(&m, EVENT_ID, VALUE_UINT16, 1000 + i % 7);
		event_maker_text(&m, EVENT_CHANNEL, "Application");
		event_maker_text(&m, EVENT_COMPUTER, "ex01.example.org");
		event_maker_time(&m, 132804583640951280u + i * 10000000u);
		event_maker_string(&m, i % 2 ? "Name" : NULL, "a text that an event has");
		if (i % 5 == 0)
			event_maker_string(&m, i % 2 ? "Other" : NULL, "one more");
		ok = event_maker_done(&m) &&
		     evtx_writer_add(w, &m.event, NULL, &error) == TOCSIN_OK;
		if (ok && i % 80 == 79)
			ok = evtx_writer_end_chunk(w, &error) == TOCSIN_OK;
	}
	ok = ok && evtx_writer_finish(w, &error) == TOCSIN_OK;
	evtx_writer_free(w);
	arena_free(&arena);
	return ok;
}

/* Puts the file together; returns its size. */
static size_t build(uint8_t *file, struct view log, struct view steps)
{
	size_t n = 0;

	for (;;) {
		const uint8_t *const s = take(&steps, STEP);
		struct view piece = {NULL, 0};
		size_t place, length, to;

		if (!s)
			return n;
		place = s[1] | (size_t)s[2] << 8 | (size_t)s[3] << 16;
		length = (size_t)le16(s + 4) * 8;
		to = n;
		switch (s[0] % 4) {
		case 0:
			piece = view_slice(log, place % log.n, length);
			break;
		case 1:
			piece.n = length < steps.n ? length : steps.n;
			piece.p = take(&steps, piece.n);
			break;
		case 2:
			piece.n = length;
			break;
		default:
			if (!n)
				continue;
			to = place % n;
			piece.n = s[4] % 8 + 1u;
			piece.n = piece.n < steps.n ? piece.n : steps.n;
			piece.n = piece.n < n - to ? piece.n : n - to;
			piece.p = take(&steps, piece.n);
			break;
		}
		if (piece.n > FILE_MAX - to)
			piece.n = FILE_MAX - to;
		if (piece.p)
			memcpy(file + to, piece.p, piece.n);
		else
			memset(file + to, 0, piece.n);
		if (to == n)
			n += piece.n;
	}
}

static void carve(struct view file, size_t window, struct carving *r)
{
	struct evtx_decoder *const d = evtx_decoder_new();

	if (!d)
		abort();
	carve_memory(d, file, window, r);
	evtx_decoder_free(d);
	if (carving_bytes(r) != file.n)
		abort();
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	uint8_t *const file = malloc(FILE_MAX);
	static struct buf log; /* made once, freed by nobody */
	struct view whole;

	if (!file || size < 2 || (!log.n && !make_log(&log)))
		goto out;
	whole.p = file;
	whole.n = build(file, (struct view){(const uint8_t *)log.p, log.n},
			(struct view){data + 2, size - 2});
	{
		struct carving one = {0}, cut = {0};

		carve(whole, FILE_MAX, &one);
		carve(whole, 16384u + le16(data), &cut);
		if (!one.limited && !cut.limited && !carving_same(&one, &cut))
			abort();
		carving_free(&one);
		carving_free(&cut);
	}
out:
	free(file);
	return 0;
}
