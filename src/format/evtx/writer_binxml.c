/* SPDX-License-Identifier: Apache-2.0 */
/*
 * EVTX writer: an event as BinXML.
 *
 *   instance    0C 01 id(4) offset(4) [definition, at its first use]  count(4)
 *               count * { size(2) type(1) 00 }  values  00
 *   definition  next(4) GUID(16) size(4)  0F 01 01 00  element  00
 *   element     01 or 41 (with attributes)  dependency(2)  size(4)  name(4)
 *               [attribute list: size(4) { 06 or 46 (more follow)  name(4)  content }*]
 *               02 content* 04, or 03 when it is closed empty
 *   content     05 01 count(2) text, or 0D / 0E (left out when null)  id(2)  type(1)
 *   name        offset(4), and at that offset: next(4) hash(2) count(2) text 00 00
 *
 * Names and definitions are chained into the chunk's tables. Both hash with the multiplier 65,599:
 * names over their characters, definitions over the eight 16-bit words of their GUID.
 */
#include "format/evtx/writer_internal.h"

/* ---- values */

static void descriptor(struct pen *pen, size_t size, uint8_t type)
{
	if (size > UINT16_MAX)
		pen->overflow = true;
	pen_16(pen, (unsigned)size);
	pen_8(pen, type);
	pen_8(pen, 0);
}

/* A number of the event in the width that the system template has for it; a value that is no such
 * number stays as it is. */
static struct pen_value system_number(const struct value *v, uint8_t type, size_t width,
				      uint8_t bytes[8])
{
	const struct pen_value as_is = {v->type, v->bytes};
	uint64_t n = 0;

	if (v->type == VALUE_NULL || !v->bytes.n)
		return (struct pen_value){VALUE_NULL, {NULL, 0}};
	if ((v->type < VALUE_INT8 || v->type > VALUE_UINT64) && v->type != VALUE_HEX32 &&
	    v->type != VALUE_HEX64)
		return as_is;
	if (v->bytes.n > 8)
		return as_is;
	for (size_t i = 0; i < v->bytes.n; i++)
		n |= (uint64_t)v->bytes.p[i] << 8 * i;
	if (width < 8 && n >> 8 * width)
		return as_is;
	put64(bytes, n);
	return (struct pen_value){type, {bytes, width}};
}

static struct pen_value other_value(const struct value *v)
{
	if (v->type == VALUE_NULL)
		return (struct pen_value){VALUE_NULL, {NULL, 0}};
	return (struct pen_value){v->type, v->bytes};
}

struct system_number {
	uint8_t slot, field, type, width;
};

static const struct system_number system_numbers[] = {
	{SLOT_LEVEL, EVENT_LEVEL, VALUE_UINT8, 1},
	{SLOT_OPCODE, EVENT_OPCODE, VALUE_UINT8, 1},
	{SLOT_TASK, EVENT_TASK, VALUE_UINT16, 2},
	{SLOT_ID, EVENT_ID, VALUE_UINT16, 2},
	{SLOT_QUALIFIERS, EVENT_QUALIFIERS, VALUE_UINT16, 2},
	{SLOT_KEYWORDS, EVENT_KEYWORDS, VALUE_HEX64, 8},
	{SLOT_PROCESS, EVENT_PROCESS_ID, VALUE_UINT32, 4},
	{SLOT_THREAD, EVENT_THREAD_ID, VALUE_UINT32, 4},
	{SLOT_RECORD, EVENT_RECORD_ID, VALUE_UINT64, 8},
	{SLOT_VERSION, EVENT_VERSION, VALUE_UINT8, 1},
};
#define NUMBER_COUNT (sizeof(system_numbers) / sizeof(*system_numbers))

struct system_values {
	struct pen_value slot[SLOT_COUNT];
	uint8_t number[NUMBER_COUNT][8];
	uint8_t id[8], time[8];
};

static void system_values(const struct job *job, struct system_values *out)
{
	const struct value *const f = job->e->field;
	struct pen_value *const slot = out->slot;

	memset(slot, 0, sizeof(out->slot));
	for (size_t i = 0; i < NUMBER_COUNT; i++) {
		const struct system_number *const n = &system_numbers[i];

		slot[n->slot] = system_number(&f[n->field], n->type, n->width, out->number[i]);
	}
	slot[SLOT_TIME] = other_value(&f[EVENT_TIME]);
	slot[SLOT_ACTIVITY] = other_value(&f[EVENT_ACTIVITY_ID]);
	slot[SLOT_USER] = other_value(&f[EVENT_USER_ID]);
	slot[SLOT_RELATED_ACTIVITY] = other_value(&f[EVENT_RELATED_ACTIVITY_ID]);
	if (slot[SLOT_RECORD].type == VALUE_NULL) {
		put64(out->id, job->record_id);
		slot[SLOT_RECORD] = (struct pen_value){VALUE_UINT64, {out->id, 8}};
	}
	if (slot[SLOT_TIME].type == VALUE_NULL && job->written) {
		put64(out->time, job->written);
		slot[SLOT_TIME] = (struct pen_value){VALUE_FILETIME, {out->time, 8}};
	}
	if (job->flags & SYSTEM_SLOTS) {
		slot[SLOT_PROVIDER] = other_value(&f[EVENT_PROVIDER]);
		slot[SLOT_PROVIDER_GUID] = other_value(&f[EVENT_PROVIDER_GUID]);
		slot[SLOT_CHANNEL] = other_value(&f[EVENT_CHANNEL]);
	}
}

/* The strings as one array: each ends with a NUL. */
static void write_strings(const struct job *job)
{
	struct pen *const pen = job->pen;
	const struct event *const e = job->e;
	size_t size = 0;

	for (size_t i = 0; i < e->data_count; i++)
		size += (e->data[i].value.bytes.n & ~(size_t)1) + 2;
	pen_32(pen, 3);
	descriptor(pen, size, size ? VALUE_STRING | VALUE_ARRAY : VALUE_NULL);
	descriptor(pen, 4, VALUE_UINT32); /* Windows has a zero here */
	descriptor(pen, e->binary.n, e->binary.n ? VALUE_BINARY : VALUE_NULL);
	for (size_t i = 0; i < e->data_count; i++) {
		struct view v = e->data[i].value.bytes;

		v.n &= ~(size_t)1;
		pen_bytes(pen, v);
		pen_16(pen, 0);
	}
	pen_32(pen, 0);
	pen_bytes(pen, e->binary);
}

static enum tocsin_status write_values(const struct job *job, struct tocsin_error *error)
{
	struct pen *const pen = job->pen;
	const struct event *const e = job->e;

	pen_32(pen, (uint32_t)(e->data_count + (e->binary.n ? 1 : 0)));
	for (size_t i = 0; i < e->data_count; i++) {
		const struct value *const v = &e->data[i].value;

		ENSURE((v->type & ~VALUE_ARRAY) != VALUE_BINXML, error, TOCSIN_UNSUPPORTED, 0,
		       "a BinXML value cannot leave its chunk");
		ENSURE(job->body != KIND_USER_DATA || e->data[i].name.n > 1, error, TOCSIN_USAGE, 0,
		       "a value below UserData needs a name");
		descriptor(pen, v->type == VALUE_NULL ? 0 : v->bytes.n, v->type);
	}
	if (e->binary.n)
		descriptor(pen, e->binary.n, VALUE_BINARY);
	for (size_t i = 0; i < e->data_count; i++) {
		if (e->data[i].value.type != VALUE_NULL)
			pen_bytes(pen, e->data[i].value.bytes);
	}
	pen_bytes(pen, e->binary);
	return TOCSIN_OK;
}

static void write_rendering(const struct job *job)
{
	struct pen *const pen = job->pen;

	pen_32(pen, WRITER_RENDERED);
	for (size_t i = 0; i < WRITER_RENDERED; i++) {
		const struct pen_value v = other_value(&job->e->field[writer_rendered[i]]);

		descriptor(pen, v.bytes.n, v.type);
	}
	for (size_t i = 0; i < WRITER_RENDERED; i++)
		pen_bytes(pen, other_value(&job->e->field[writer_rendered[i]]).bytes);
}

/* A template instance as the BinXML value of the system template, whose descriptor is filled in. */
static enum tocsin_status write_nested(const struct job *job, enum template_kind kind,
				       uint32_t descriptor_at, struct tocsin_error *error)
{
	struct pen *const pen = job->pen;
	const uint32_t start = pen->at;

	TRY(pen_instance(job, kind, error));
	if (kind == KIND_STRINGS)
		write_strings(job);
	else if (kind == KIND_RENDERING)
		write_rendering(job);
	else
		TRY(write_values(job, error));
	pen_8(pen, TOKEN_END);
	if (!pen->overflow)
		put16(pen->chunk + descriptor_at, (uint16_t)(pen->at - start));
	return TOCSIN_OK;
}

/* ---- events */

static bool all_strings(const struct event *e)
{
	for (size_t i = 0; i < e->data_count; i++) {
		const struct value *const v = &e->data[i].value;

		if (e->data[i].name.n > 1 || v->type != VALUE_STRING)
			return false;
		for (size_t k = 0; k + 1 < v->bytes.n; k += 2) {
			if (le16(v->bytes.p + k) == 0)
				return false; /* would split the array */
		}
	}
	return true;
}

/* Null, or text that can stand in a template. */
static bool is_text(const struct value *v)
{
	return v->type == VALUE_NULL || v->type == VALUE_STRING;
}

static void plan(struct job *job)
{
	const struct event *const e = job->e;
	const struct value *const f = e->field;

	if (f[EVENT_VERSION].type || f[EVENT_OPCODE].type || f[EVENT_ACTIVITY_ID].type ||
	    f[EVENT_RELATED_ACTIVITY_ID].type || f[EVENT_PROCESS_ID].type ||
	    f[EVENT_THREAD_ID].type || f[EVENT_PROVIDER_GUID].type)
		job->flags |= SYSTEM_MANIFEST;
	if (job->shape->system_in_slots)
		job->flags |= SYSTEM_SLOTS;
	for (size_t i = 0; i < WRITER_RENDERED; i++) {
		if (f[writer_rendered[i]].type)
			job->flags |= SYSTEM_RENDERING;
	}
	if (f[EVENT_PROVIDER].type == VALUE_STRING)
		job->flags |= SYSTEM_PROVIDER;
	if (f[EVENT_SOURCE].type == VALUE_STRING)
		job->flags |= SYSTEM_SOURCE;
	if ((f[EVENT_PROVIDER_GUID].type == VALUE_GUID && f[EVENT_PROVIDER_GUID].bytes.n == 16) ||
	    f[EVENT_PROVIDER_GUID].type == VALUE_STRING)
		job->flags |= SYSTEM_GUID;
	if (f[EVENT_CHANNEL].type == VALUE_STRING)
		job->flags |= SYSTEM_CHANNEL;
	if (f[EVENT_COMPUTER].type == VALUE_STRING)
		job->flags |= SYSTEM_COMPUTER;
	if (job->shape->user_element.n > 1)
		job->body = KIND_USER_DATA;
	else if (!job->shape->separate_strings && all_strings(e))
		job->body = KIND_STRINGS;
	else
		job->body = KIND_VALUES;
}

enum tocsin_status pen_event(struct pen *pen, const struct event *e, const struct evtx_shape *shape,
			     uint64_t record_id, uint64_t written, struct tocsin_error *error)
{
	struct job job = {pen, e, shape, 0, KIND_VALUES, record_id, written};
	const struct value *const f = e->field;
	struct system_values values;
	unsigned slots = SLOT_RENDERING;
	uint32_t descriptors_at;

	plan(&job);
	if (job.flags & SYSTEM_RENDERING)
		slots++;
	ENSURE(is_text(&f[EVENT_PROVIDER]) && is_text(&f[EVENT_SOURCE]) &&
		       is_text(&f[EVENT_CHANNEL]) && is_text(&f[EVENT_COMPUTER]),
	       error, TOCSIN_UNSUPPORTED, 0, "provider, channel and computer must be UTF-16 text");
	system_values(&job, &values);
	TRY(pen_instance(&job, KIND_SYSTEM, error));
	pen_32(pen, slots);
	descriptors_at = pen->at;
	for (unsigned i = 0; i < slots; i++)
		descriptor(pen, values.slot[i].bytes.n, values.slot[i].type);
	for (unsigned i = 0; i < SLOT_BODY; i++)
		pen_bytes(pen, values.slot[i].bytes);
	if (pen->overflow)
		return TOCSIN_OK;
	pen->chunk[descriptors_at + 4 * SLOT_BODY + 2] = VALUE_BINXML;
	TRY(write_nested(&job, job.body, descriptors_at + 4 * SLOT_BODY, error));
	if ((job.flags & SYSTEM_RENDERING) && !pen->overflow) {
		pen->chunk[descriptors_at + 4 * SLOT_RENDERING + 2] = VALUE_BINXML;
		TRY(write_nested(&job, KIND_RENDERING, descriptors_at + 4 * SLOT_RENDERING, error));
	}
	pen_8(pen, TOKEN_END);
	return TOCSIN_OK;
}
