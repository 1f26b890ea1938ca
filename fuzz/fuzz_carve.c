/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Carving: bytes put together from pieces of a log, zeros, raw bytes and patches, carved in windows
 * of several sizes. All must tell the same, and each byte must be explained once. The input is a
 * list of steps, so that few bytes make large files:
 *
 *   u16 window size, less 1 KiB
 *   step  u8 what (modulo 4), u16 place, u8 chunk, u8 length, u8 shift (modulo 9): the length is
 *         shifted by it
 *         0: that part of the chunk   1: `length` bytes of the input     2: zeros
 *         3: up to 8 bytes of the input over what is at `place`, of which `chunk` is the high byte
 *
 * The log's chunks end where their records do: zeros behind one make it whole.
 */
#include <stdlib.h>

#include "../tests/carve_memory.h"
#include "format/evtx/evtx_writer.h"
#include "format/evtx/writer_event.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

#define FILE_MAX (256u << 10)
#define STEP 6u
#define CHUNKS 3u
#define CHUNK_RECORDS 4u

/* A file is cut into this many windows at most: a run costs what the file is long. */
#define WINDOWS_MAX 12u

/* What a decoder keeps from run to run is forgotten this often: a finding stays repeatable. */
#define RUNS_PER_DECODER 64

static struct {
	struct buf log; /* made once */
	struct view chunk[CHUNKS];
	uint8_t *file;
	struct evtx_decoder *one, *cut;
	unsigned runs;
} lab;

/* Each chunk of several templates, the same ones in each. */
static bool make_log(struct buf *log)
{
	struct evtx_writer *const w = evtx_writer_new(evtx_sink_buf(log), NULL);
	struct arena arena = {0};
	struct tocsin_error error;
	bool ok = w;

	for (unsigned i = 0; ok && i < CHUNKS * CHUNK_RECORDS; i++) {
		struct event_maker m;

		arena_reset(&arena);
		event_maker_start(&m, &arena);
		event_maker_text(&m, EVENT_PROVIDER, i % 3 ? "Provider" : "Another");
		event_maker_number(&m, EVENT_ID, VALUE_UINT16, 1000 + i % 7);
		event_maker_text(&m, EVENT_CHANNEL, "Application");
		event_maker_text(&m, EVENT_COMPUTER, "ex01.example.org");
		event_maker_time(&m, 132804583640951280u + i * 10000000u);
		event_maker_string(&m, i % 3 == 1 ? "Name" : NULL, "a text that an event has");
		ok = event_maker_done(&m) &&
		     evtx_writer_add(w, &m.event, NULL, &error) == TOCSIN_OK;
		if (ok && i % CHUNK_RECORDS == CHUNK_RECORDS - 1)
			ok = evtx_writer_end_chunk(w, &error) == TOCSIN_OK;
	}
	ok = ok && evtx_writer_finish(w, &error) == TOCSIN_OK;
	evtx_writer_free(w);
	arena_free(&arena);
	return ok;
}

static bool lab_ready(void)
{
	if (!lab.file) {
		lab.file = malloc(FILE_MAX);
		if (!lab.file || !make_log(&lab.log))
			abort();
		for (size_t i = 0; i < CHUNKS; i++) {
			const uint8_t *const p =
				(const uint8_t *)lab.log.p + EVTX_HEADER_SIZE + i * EVTX_CHUNK_SIZE;

			lab.chunk[i] = (struct view){p, le32(p + 48)};
		}
	}
	if (lab.runs++ % RUNS_PER_DECODER == 0) {
		evtx_decoder_free(lab.one);
		evtx_decoder_free(lab.cut);
		lab.one = evtx_decoder_new();
		lab.cut = evtx_decoder_new();
	}
	return lab.one && lab.cut;
}

/* Puts the file together; returns its size. */
static size_t build(uint8_t *file, struct view steps)
{
	size_t n = 0;

	for (;;) {
		const uint8_t *const s = take(&steps, STEP);
		struct view piece = {NULL, 0}, chunk;
		size_t length, to;

		if (!s)
			return n;
		length = (size_t)s[4] << s[5] % 9;
		to = n;
		switch (s[0] % 4) {
		case 0:
			chunk = lab.chunk[s[3] % CHUNKS];
			piece = view_slice(chunk, le16(s + 1) % chunk.n, length);
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
			to = (le16(s + 1) | (size_t)s[3] << 16) % n;
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

static void carve(struct evtx_decoder *d, struct view file, size_t window, struct carving *r)
{
	carve_memory(d, file, window, r);
	if (carving_bytes(r) != file.n)
		abort();
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct carving one = {0}, cut = {0};
	size_t window;
	struct view whole;

	if (size < 2 || !lab_ready())
		return 0;
	whole.p = lab.file;
	whole.n = build(lab.file, (struct view){data + 2, size - 2});
	window = 1024u + le16(data);
	if (window < whole.n / WINDOWS_MAX)
		window = whole.n / WINDOWS_MAX;
	carve(lab.one, whole, FILE_MAX, &one);
	carve(lab.cut, whole, window, &cut);
	if (!one.limited && !cut.limited && !carving_same(&one, &cut))
		abort();
	carving_free(&one);
	carving_free(&cut);
	return 0;
}
