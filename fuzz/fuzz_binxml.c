/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The input as the BinXML of one record in a chunk that has a usual record before it (whose
 * templates and names it can refer to), and once more behind it, so that what it does to the
 * decoder's state meets a record too.
 *
 * The records around it are made once, and the chunk is as long as what is in it: a run costs what
 * the input costs.
 */
#include <stdlib.h>

#include "binxml_log.h"
#include "format/evtx/evtx.h"

/* What a decoder keeps from run to run is forgotten this often: a finding stays repeatable. */
#define RUNS_PER_DECODER 64

#define RECORD_HEADER 24u
#define FREE_OFFSET_AT 48u

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

/* The chunk without the record between: up to its BinXML, and what follows it. */
static struct {
	struct buf log;
	struct view before, behind;
	struct evtx_decoder *decoder;
	unsigned runs;
	struct buf out;
} lab;

static bool lab_ready(void)
{
	const struct view none = {(const uint8_t *)"", 0};
	uint32_t position;
	struct view chunk;

	if (!lab.log.n) {
		if (!binxml_log(&lab.log, none, &position))
			abort();
		chunk = (struct view){(const uint8_t *)lab.log.p + EVTX_HEADER_SIZE,
				      EVTX_CHUNK_SIZE};
		lab.before = view_slice(chunk, 0, position);
		position += le32(chunk.p + position - RECORD_HEADER + 4) - RECORD_HEADER;
		lab.behind = view_slice(chunk, position, le32(chunk.p + FREE_OFFSET_AT) - position);
	}
	if (lab.runs++ % RUNS_PER_DECODER == 0) {
		const struct evtx_options options = {.no_checksums = true, .others = true};

		evtx_decoder_free(lab.decoder);
		lab.decoder = evtx_decoder_new();
		if (lab.decoder)
			evtx_decoder_configure(lab.decoder, &options);
	}
	return lab.decoder != NULL;
}

/* Reads and renders all records; how many there were. */
static unsigned read_chunk(struct view chunk)
{
	struct evtx_chunk_info info;
	struct tocsin_error error;
	struct evtx_loss loss;
	enum tocsin_status status;
	const struct event *e;
	unsigned good = 0;

	if (evtx_chunk_open(lab.decoder, chunk, EVTX_HEADER_SIZE, 0, &info, &error) != TOCSIN_OK)
		abort();
	while ((status = evtx_chunk_next(lab.decoder, &e, &loss, &error)) != TOCSIN_END) {
		if (status != TOCSIN_OK)
			continue;
		good++;
		buf_clear(&lab.out);
		(void)!evtx_render_xml(lab.decoder, e, &lab.out);
		(void)!evtx_render_json(lab.decoder, e, &lab.out);
	}
	return good;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	const size_t record = (RECORD_HEADER + size + 4 + 7) & ~(size_t)7;
	size_t n;
	uint8_t *chunk, *p;

	if (!lab_ready())
		return 0;
	n = lab.before.n - RECORD_HEADER + record + lab.behind.n;
	if (n > EVTX_CHUNK_SIZE)
		return 0;
	chunk = calloc(1, n);
	if (!chunk)
		return 0;
	memcpy(chunk, lab.before.p, lab.before.n);
	p = chunk + lab.before.n - RECORD_HEADER;
	put32(p + 4, (uint32_t)record);
	put32(p + record - 4, (uint32_t)record);
	if (size)
		memcpy(p + RECORD_HEADER, data, size);
	memcpy(p + record, lab.behind.p, lab.behind.n);
	put32(chunk + FREE_OFFSET_AT, (uint32_t)n);
	if (read_chunk((struct view){chunk, n}) < 2) /* a record took its neighbours with it */
		abort();
	free(chunk);
	return 0;
}
