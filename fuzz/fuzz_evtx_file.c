/* SPDX-License-Identifier: Apache-2.0 */
/* A whole event log file: header, every chunk, every record as XML and as JSON, and by the outline
 * of its template as by a walk. */
#include <stdlib.h>

#include "../tests/event_compare.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void read_chunk(struct evtx_decoder *d, struct view bytes, uint64_t offset, uint32_t number,
		       struct buf *out)
{
	/* A copy of exactly this size: a read past the chunk is a read past the block. */
	uint8_t *const copy = malloc(bytes.n);
	struct evtx_chunk_info info;
	struct tocsin_error error;
	const struct event *e;
	enum tocsin_status status;
	struct evtx_loss id;

	if (!copy)
		return;
	memcpy(copy, bytes.p, bytes.n);
	bytes.p = copy;
	if (evtx_chunk_open(d, bytes, offset, number, &info, &error) == TOCSIN_OK) {
		while ((status = evtx_chunk_next(d, &e, &id, &error)) != TOCSIN_END) {
			if (status != TOCSIN_OK)
				continue;
			buf_clear(out);
			(void)!evtx_render_xml(d, e, out);
			(void)!evtx_render_json(d, e, out);
			if (event_compare(d, e) == COMPARE_DIFFERENT)
				abort();
		}
	}
	free(copy);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	const struct view file = {data, size};
	struct evtx_decoder *const d = evtx_decoder_new();
	struct evtx_header header;
	struct tocsin_error error;
	struct buf out = {0};
	uint64_t at = EVTX_HEADER_SIZE;
	uint32_t number = 0;

	if (!d)
		return 0;
	if (evtx_header_parse(view_slice(file, 0, EVTX_HEADER_SIZE), &header, &error) == TOCSIN_OK)
		at = header.data_offset;
	for (; at < size; at += EVTX_CHUNK_SIZE)
		read_chunk(d, view_slice(file, (size_t)at, EVTX_CHUNK_SIZE), at, number++, &out);
	buf_free(&out);
	evtx_decoder_free(d);
	return 0;
}
