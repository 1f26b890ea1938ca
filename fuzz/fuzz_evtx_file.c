/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A whole event log file: header, every chunk, every record as XML and as JSON, and by the outline
 * of its template as by a walk. Each chunk is read with and without recovery: every byte of it is
 * accounted for both times, the losses that are told are the account's, and the live events are the
 * same.
 */
#include <stdlib.h>

#include "../tests/event_compare.h"

#include "base/limits.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

/* What both readings of a chunk must agree on. */
struct trail {
	uint64_t live; /* mixed of the live events */
	uint64_t count;
	/* They need not: work limits are near, or damage was met with a live record whose template
	 * is lost, which only recovery reads. */
	bool differs;
};

static void mix(struct trail *t, const struct event *e, const struct buf *xml)
{
	if (e->origin != EVENT_LIVE)
		return;
	t->differs |= e->template_missing;
	t->count++;
	t->live = (t->live ^ e->offset) * 0x9e3779b97f4a7c15u + e->size;
	for (size_t i = 0; i < xml->n; i++)
		t->live = (t->live ^ (uint8_t)xml->p[i]) * 0x100000001b3u;
}

static void check_account(const struct evtx_decoder *d, size_t n, uint64_t lost)
{
	struct evtx_account a = {0};

	evtx_chunk_account(d, &a);
	if (a.headers + a.records + a.recovered + a.unused + a.residue + a.lost != n ||
	    a.lost != lost)
		abort();
}

/* Reads the chunk that is open on the decoder. */
static void read_events(struct evtx_decoder *d, size_t n, struct buf *out, struct trail *trail)
{
	struct tocsin_error error;
	const struct event *e;
	enum tocsin_status status;
	struct evtx_loss loss;
	uint64_t lost = 0;

	while ((status = evtx_chunk_next(d, &e, &loss, &error)) != TOCSIN_END) {
		lost += loss.bytes;
		if (status != TOCSIN_OK)
			continue;
		if (!e->note != (e->origin == EVENT_LIVE))
			abort();
		buf_clear(out);
		(void)!evtx_render_json(d, e, out);
		buf_clear(out);
		(void)!evtx_render_xml(d, e, out);
		mix(trail, e, out);
		if (event_compare(d, e) == COMPARE_DIFFERENT)
			abort();
	}
	check_account(d, n, lost);
	trail->differs |= d->context.chunk_nodes < LIMIT_CHUNK_NODES / 2 ||
			  d->context.chunk_text < LIMIT_CHUNK_TEXT / 2;
}

static struct trail read_chunk(struct evtx_decoder *d, struct view bytes, uint64_t offset,
			       uint32_t number, struct buf *out)
{
	/* A copy of exactly this size: a read past the chunk is a read past the block. */
	uint8_t *const copy = malloc(bytes.n);
	struct trail trail = {0, 0, false};
	struct evtx_chunk_info info;
	struct tocsin_error error;

	if (!copy)
		return trail;
	memcpy(copy, bytes.p, bytes.n);
	bytes.p = copy;
	if (evtx_chunk_open(d, bytes, offset, number, &info, &error) == TOCSIN_OK)
		read_events(d, bytes.n, out, &trail);
	else
		check_account(d, bytes.n, bytes.n);
	free(copy);
	return trail;
}

/* The chunk without recovery and with it, on decoders of their own. */
static void read_twice(struct evtx_decoder *plain, struct evtx_decoder *recover, struct view bytes,
		       uint64_t offset, uint32_t number, struct buf *out)
{
	const struct trail a = read_chunk(plain, bytes, offset, number, out);
	const struct trail b = read_chunk(recover, bytes, offset, number, out);

	if (!a.differs && !b.differs && (a.live != b.live || a.count != b.count))
		abort();
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	const struct evtx_options options = {.recover = true};
	const struct view file = {data, size};
	struct evtx_decoder *const plain = evtx_decoder_new(), *const recover = evtx_decoder_new();
	struct evtx_header header;
	struct tocsin_error error;
	struct buf out = {0};
	uint64_t at = EVTX_HEADER_SIZE;
	uint32_t number = 0;

	if (plain && recover) {
		evtx_decoder_configure(recover, &options);
		if (evtx_header_parse(view_slice(file, 0, EVTX_HEADER_SIZE), &header, &error) ==
		    TOCSIN_OK)
			at = header.data_offset;
		for (; at < size; at += EVTX_CHUNK_SIZE)
			read_twice(plain, recover, view_slice(file, (size_t)at, EVTX_CHUNK_SIZE),
				   at, number++, &out);
	}
	buf_free(&out);
	evtx_decoder_free(plain);
	evtx_decoder_free(recover);
	return 0;
}
