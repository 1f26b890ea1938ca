/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The input as the BinXML of one record in a chunk that has a usual record before it (whose
 * templates and names it can refer to), and once more behind it, so that what it does to the
 * decoder's state meets a record too.
 */
#include <stdlib.h>

#include "binxml_log.h"
#include "format/evtx/evtx.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct evtx_decoder *const d = evtx_decoder_new();
	const struct view binxml = {data, size};
	struct buf log = {0}, out = {0};
	struct evtx_chunk_info info;
	struct tocsin_error error;
	const struct event *e;
	enum tocsin_status status;
	struct view chunk;
	unsigned good = 0;
	uint32_t position;
	struct evtx_loss id;

	if (!d || !binxml_log(&log, binxml, &position) ||
	    log.n != EVTX_HEADER_SIZE + EVTX_CHUNK_SIZE)
		goto out;
	chunk = (struct view){(const uint8_t *)log.p + EVTX_HEADER_SIZE, EVTX_CHUNK_SIZE};
	if (evtx_chunk_open(d, chunk, EVTX_HEADER_SIZE, 0, &info, &error) != TOCSIN_OK)
		abort();
	while ((status = evtx_chunk_next(d, &e, &id, &error)) != TOCSIN_END) {
		if (status != TOCSIN_OK)
			continue;
		good++;
		buf_clear(&out);
		(void)!evtx_render_xml(d, e, &out);
		(void)!evtx_render_json(d, e, &out);
	}
	if (good < 2) /* a record took its neighbours with it */
		abort();
out:
	buf_free(&log);
	buf_free(&out);
	evtx_decoder_free(d);
	return 0;
}
