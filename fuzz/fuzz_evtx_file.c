/* SPDX-License-Identifier: Apache-2.0 */
/*
 * An event log file: header, every chunk, every record as XML and as JSON, by what its template was
 * compiled to as by a walk. Without a file's signature the input is chunks alone, the last of
 * which mostly ends with its records. Each chunk is read with and without recovery: every byte of
 * it is accounted for both times, the losses that are told are the account's, and the live events
 * are the same.
 */
#include <stdlib.h>

#include "../tests/event_compare.h"
#include "../tests/render_compare.h"

#include "base/limits.h"

/* What decoders keep from run to run is forgotten this often: a finding stays repeatable. */
#define RUNS_PER_DECODER 64

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

static void check_rendering(struct evtx_decoder *d, const struct event *e)
{
	struct render_lab lab = {{0}, {0}};

	if (render_compare(&lab, d, e, FORM_XML) == RENDER_DIFFERENT ||
	    render_compare(&lab, d, e, FORM_JSON) == RENDER_DIFFERENT)
		abort();
	render_lab_free(&lab);
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
		check_rendering(d, e);
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

static struct {
	struct evtx_decoder *plain, *recover;
	unsigned runs;
	struct buf out;
} lab;

static bool lab_ready(void)
{
	const struct evtx_options options = {.recover = true};

	if (lab.runs++ % RUNS_PER_DECODER == 0) {
		evtx_decoder_free(lab.plain);
		evtx_decoder_free(lab.recover);
		lab.plain = evtx_decoder_new();
		lab.recover = evtx_decoder_new();
		if (lab.recover)
			evtx_decoder_configure(lab.recover, &options);
	}
	return lab.plain && lab.recover;
}

/* The chunk without recovery and with it. */
static void read_twice(struct view bytes, uint64_t offset, uint32_t number)
{
	const struct trail a = read_chunk(lab.plain, bytes, offset, number, &lab.out);
	const struct trail b = read_chunk(lab.recover, bytes, offset, number, &lab.out);

	if (!a.differs && !b.differs && (a.live != b.live || a.count != b.count))
		abort();
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	const struct view file = {data, size};
	struct evtx_header header;
	struct tocsin_error error;
	uint64_t at = evtx_is_file(file) ? EVTX_HEADER_SIZE : 0;
	uint32_t number = 0;

	if (!lab_ready())
		return 0;
	if (at &&
	    evtx_header_parse(view_slice(file, 0, EVTX_HEADER_SIZE), &header, &error) == TOCSIN_OK)
		at = header.data_offset;
	for (; at < size; at += EVTX_CHUNK_SIZE)
		read_twice(view_slice(file, (size_t)at, EVTX_CHUNK_SIZE), at, number++);
	return 0;
}
