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
#include "format/evtx/binxml_token.h"
#include "format/evtx/evtx_decoder.h"

static const uint8_t record_magic[4] = {0x2a, 0x2a, 0, 0};

const char evtx_values_cut_msg[] =
	"the record's values do not fit it; it is given as far as it reads";

size_t evtx_signature_find(struct view chunk, size_t from, size_t to)
{
	const size_t end = to < chunk.n ? to : chunk.n;

	while (from < end) {
		const uint8_t *const hit = memchr(chunk.p + from, record_magic[0], end - from);

		if (!hit)
			break;
		from = (size_t)(hit - chunk.p);
		if (chunk.n - from < sizeof(record_magic))
			break;
		if (memcmp(hit, record_magic, sizeof(record_magic)) == 0)
			return from;
		from++;
	}
	return to;
}

bool evtx_record_fits(struct view chunk, size_t at)
{
	const struct view h = view_slice(chunk, at, RECORD_HEADER_SIZE);
	size_t size;

	if (h.n < RECORD_HEADER_SIZE || memcmp(h.p, record_magic, sizeof(record_magic)) != 0)
		return false;
	size = le32(h.p + 4);
	return size >= RECORD_SIZE_MIN && size <= chunk.n - at &&
	       le32(chunk.p + at + size - 4) == size;
}

size_t evtx_record_find(struct view chunk, size_t from, size_t to)
{
	while (from < to) {
		from = evtx_signature_find(chunk, from, to);
		if (from < to && evtx_record_fits(chunk, from))
			break;
		from++;
	}
	return from < to ? from : to;
}

bool evtx_record_fits_inside(struct view chunk, size_t at, size_t end, size_t cover)
{
	const struct view inside = view_slice(chunk, 0, end);
	const struct view h = view_slice(inside, at, RECORD_HEADER_SIZE);

	if (evtx_record_fits(inside, at))
		return true;
	return cover && h.n == RECORD_HEADER_SIZE && end - at >= RECORD_SIZE_MIN &&
	       memcmp(h.p, record_magic, sizeof(record_magic)) == 0 && le32(h.p + 4) == end - at &&
	       le32(inside.p + end - 4) == cover;
}

bool evtx_charge_bytes(struct evtx_decoder *d, size_t n)
{
	/* As a BinXML value costs: a token takes a byte or two. */
	const uint32_t nodes = (uint32_t)(8 + n / 2);

	if (d->context.chunk_nodes < nodes)
		return false;
	d->context.chunk_nodes -= nodes;
	return true;
}

const struct binxml_name *evtx_record_root(const struct event *e)
{
	const struct binxml_instance *instance = e->record;

	for (unsigned depth = 0; depth < LIMIT_BINXML_NESTING; depth++) {
		const struct binxml_program *const p = instance->program;
		uint32_t i = 0;

		while (i < p->count && p->ops[i].kind == OP_PI)
			i++;
		if (i == p->count)
			return NULL;
		if (p->ops[i].kind == OP_OPEN)
			return p->ops[i].name;
		if (p->ops[i].kind != OP_INSTANCE)
			return NULL;
		instance = p->ops[i].instance;
	}
	return NULL;
}

/* The content of the record whose BinXML is chunk[at .. end); *ret_end is where it ends. */
static enum tocsin_status read_content(struct evtx_decoder *d, size_t at, size_t end,
				       const struct binxml_instance **ret, size_t *ret_end,
				       struct tocsin_error *error)
{
	struct binxml_context *const c = &d->context;
	const uint8_t *const p = c->chunk.p;
	struct binxml_instance *plain;

	/* The usual shape: a fragment header, one template instance, the end. */
	if (end - at > 5 && p[at] == TOKEN_FRAGMENT && p[at + 4] == TOKEN_INSTANCE) {
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

static enum tocsin_status read_event(struct evtx_decoder *d, size_t at, size_t end, struct event *e,
				     struct tocsin_error *error)
{
	struct binxml_context *const c = &d->context;
	const struct binxml_instance *content;
	enum tocsin_status status;

	binxml_begin(c);
	c->cut = e->values_cut ? CUT_ALLOWED : CUT_NEVER;
	binxml_record_begin(c, c->chunk.p + at);
	status = read_content(d, at + RECORD_HEADER_SIZE, end, &content, &d->content_end, error);
	binxml_record_end(c);
	TRY(status);
	/* Not shared: it has just been made for this record. */
	((struct binxml_instance *)content)->end = (uint32_t)end;
	((struct binxml_instance *)content)->cut = e->values_cut;
	e->record = content;
	TRY(binxml_extract(c, content, e, error));
	binxml_tell_templates(c, e);
	return TOCSIN_OK;
}

/* The record at `at`, of which chunk[.. end) is its BinXML. */
static enum tocsin_status decode(struct evtx_decoder *d, size_t at, size_t end, struct event *e,
				 struct tocsin_error *error)
{
	const uint8_t *const h = d->context.chunk.p + at;

	e->record_id = le64(h + 8);
	e->written = le64(h + 16);
	e->offset = d->offset + at;
	e->chunk = d->number;
	if (read_event(d, at, end, e, error) != TOCSIN_OK)
		return record_error(d, at, error);
	return TOCSIN_OK;
}

enum tocsin_status evtx_record_decode(struct evtx_decoder *d, size_t at, size_t size,
				      enum event_origin origin, const char *note,
				      const struct event **ret_event, struct tocsin_error *error)
{
	struct event *const e = arena_alloc(&d->context.arena, sizeof(*e));
	struct tocsin_error scratch;

	if (!error)
		error = &scratch;
	ENSURE(size >= RECORD_SIZE_MIN && at <= d->context.chunk.n &&
		       size <= d->context.chunk.n - at,
	       error, TOCSIN_TRUNCATED, d->offset + at, "a record reaches past its chunk");
	ENSURE(e, error, TOCSIN_LIMIT, d->offset + at, "no memory for a record");
	e->size = (uint32_t)size;
	e->origin = origin;
	e->note = note;
	TRY(decode(d, at, at + size - 4, e, error));
	*ret_event = e;
	return TOCSIN_OK;
}

enum tocsin_status evtx_record_decode_cut(struct evtx_decoder *d, size_t at,
					  enum event_origin origin, const char *note,
					  const struct event **ret_event,
					  struct tocsin_error *error)
{
	struct event *const e = arena_alloc(&d->context.arena, sizeof(*e));
	const size_t end = d->context.chunk.n;
	struct tocsin_error scratch;

	if (!error)
		error = &scratch;
	ENSURE(at <= end && end - at >= RECORD_HEADER_SIZE, error, TOCSIN_TRUNCATED, d->offset + at,
	       "a record reaches past its chunk");
	ENSURE(e, error, TOCSIN_LIMIT, d->offset + at, "no memory for a record");
	e->size = (uint32_t)(end - at);
	e->origin = origin;
	e->note = note;
	TRY(decode(d, at, end, e, error));
	ENSURE(e->template_missing || evtx_record_root(e), error, TOCSIN_TRUNCATED, d->offset + at,
	       "a record without content");
	*ret_event = e;
	return TOCSIN_OK;
}

/* Whether the values have the time or the id of the record's header among them. */
static bool tells_header(const struct event *e)
{
	const struct binxml_instance *const instance = e->record;

	for (uint32_t i = 0; i < instance->count; i++) {
		const struct value *const v = &instance->values[i];

		if ((v->type == VALUE_FILETIME || v->type == VALUE_UINT64) && v->bytes.n == 8 &&
		    le64(v->bytes.p) == (v->type == VALUE_FILETIME ? e->written : e->record_id))
			return true;
	}
	return false;
}

/*
 * Whether a record read with its values cut or mended is given. Where they are cut anything can be
 * read that way, also the start of one record and the end of another: it has to be an event, and
 * the one that the header tells of. Where they fit, because they are mended or the cut ones are
 * inside of a whole one, they are judged as whole ones; but where no template stands by them they
 * have to be the header's too.
 */
static bool clipped_makes_sense(const struct evtx_decoder *d, const struct event *e)
{
	const struct binxml_instance *const instance = e->record;
	/* A token and padding stand behind whole values, nothing behind cut ones. */
	const size_t behind = instance->end - d->content_end;

	if (d->context.cut < CUT_MENDED || !recovery_makes_sense(e))
		return false;
	if (d->context.cut == CUT_MENDED || (behind && behind <= RECORD_ALIGN))
		return !e->template_missing || tells_header(e);
	return event_number(e, EVENT_RECORD_ID, e->record_id) == e->record_id;
}

enum tocsin_status evtx_record_decode_clipped(struct evtx_decoder *d, size_t at, size_t size,
					      size_t content, enum event_origin origin,
					      const char *note, const struct event **ret_event)
{
	struct event *const e = arena_alloc(&d->context.arena, sizeof(*e));
	struct tocsin_error error;

	if (!e)
		return TOCSIN_LIMIT;
	e->size = (uint32_t)size;
	e->origin = origin;
	e->note = note;
	e->values_cut = true;
	TRY(decode(d, at, at + content, e, &error));
	if (!clipped_makes_sense(d, e))
		return TOCSIN_INVALID;
	*ret_event = e;
	return TOCSIN_OK;
}
