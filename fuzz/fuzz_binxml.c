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

/* What a decoder keeps from run to run is forgotten this often: a finding stays repeatable. */
#define RUNS_PER_DECODER 64

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static struct {
	struct binxml_frame frame;
	struct evtx_decoder *decoder;
	unsigned runs;
	struct buf out;
} lab;

static bool lab_ready(void)
{
	if (!binxml_frame_make(&lab.frame))
		abort();
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
	const struct view binxml = {data, size};
	uint8_t *chunk;
	size_t n;

	if (!lab_ready())
		return 0;
	chunk = binxml_frame_fill(&lab.frame, binxml, &n);
	if (!chunk)
		return 0;
	if (read_chunk((struct view){chunk, n}) < 2) /* a record took its neighbours with it */
		abort();
	free(chunk);
	return 0;
}
