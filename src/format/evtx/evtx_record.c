/* SPDX-License-Identifier: Apache-2.0 */
/*
 * One record (libyal "Windows XML Event Log (EVTX)" 2.3), wherever in a chunk it was found:
 *
 *   0  2A 2A 00 00     4  u32 size     8  u64 record id     16  u64 FILETIME written
 *  24  BinXML, usually a fragment header, one template instance and an end, padded to 8 bytes
 *  size-4  u32 size again
 */
#include <stdio.h>

#include "base/limits.h"
#include "format/evtx/evtx_decoder.h"

/* The content of the record whose BinXML is chunk[at .. end); *ret_end is where it ends. */
static enum tocsin_status read_content(struct evtx_decoder *d, size_t at, size_t end,
				       const struct binxml_instance **ret, size_t *ret_end,
				       struct tocsin_error *error)
{
	struct binxml_context *const c = &d->context;
	const uint8_t *const p = c->chunk.p;
	struct binxml_instance *plain;

	/* The usual shape: a fragment header, one template instance, the end. */
	if (end - at > 5 && p[at] == 0x0f && p[at + 4] == 0x0c) {
		size_t next = at + 5;

		TRY(binxml_instance_read(c, &next, end, ret, error));
		*ret_end = next;
		/* Records are padded to eight bytes with what stood there before. */
		if (end - next < RECORD_ALIGN || p[next] == 0)
			return TOCSIN_OK;
	}
	plain = arena_alloc(&c->arena, sizeof(*plain));
	ENSURE(plain, error, TOCSIN_LIMIT, at, "no memory for a record");
	TRY(binxml_compile(c, at, end - at, false, &plain->program, error));
	*ret = plain;
	*ret_end = at + plain->program->size;
	return TOCSIN_OK;
}

/* An error inside a record: its offset is the record's, its detail says where in the chunk. */
static enum tocsin_status record_error(const struct evtx_decoder *d, size_t record,
				       struct tocsin_error *error)
{
	const uint64_t place = error->offset;

	if (!error->detail[0] && place > record && place < EVTX_CHUNK_SIZE)
		snprintf(error->detail, sizeof(error->detail), "at offset 0x%llx",
			 (unsigned long long)(d->offset + place));
	error->offset = d->offset + record;
	return error->status;
}

static enum tocsin_status read_event(struct evtx_decoder *d, size_t at, size_t size,
				     struct event *e, struct tocsin_error *error)
{
	const struct binxml_instance *content;

	binxml_begin(&d->context);
	TRY(read_content(d, at + RECORD_HEADER_SIZE, at + size - 4, &content, &d->content_end,
			 error));
	e->record = content;
	return binxml_extract(&d->context, content, e, error);
}

enum tocsin_status evtx_record_decode(struct evtx_decoder *d, size_t at, size_t size,
				      enum event_origin origin, const char *note,
				      const struct event **ret_event, struct tocsin_error *error)
{
	struct event *const e = arena_alloc(&d->context.arena, sizeof(*e));
	const uint8_t *const h = d->context.chunk.p + at;
	struct tocsin_error scratch;

	if (!error)
		error = &scratch;
	ENSURE(size >= RECORD_SIZE_MIN && at <= d->context.chunk.n &&
		       size <= d->context.chunk.n - at,
	       error, TOCSIN_TRUNCATED, d->offset + at, "a record reaches past its chunk");
	ENSURE(e, error, TOCSIN_LIMIT, d->offset + at, "no memory for a record");
	e->record_id = le64(h + 8);
	e->written = le64(h + 16);
	e->offset = d->offset + at;
	e->chunk = d->number;
	e->size = (uint32_t)size;
	e->origin = origin;
	e->note = note;
	if (read_event(d, at, size, e, error) != TOCSIN_OK)
		return record_error(d, at, error);
	*ret_event = e;
	return TOCSIN_OK;
}
