/* SPDX-License-Identifier: Apache-2.0 */
/* Portable BinXML (portable_internal.h): putting a form together. */
#include "base/limits.h"
#include "format/evtx/portable_internal.h"

void form_start(struct form *f, struct buf *out, struct arena *arena)
{
	memset(f, 0, sizeof(*f));
	f->out = out;
	f->base = out->n;
	f->arena = arena;
}

/* Room for `n` more bytes; NULL, and the form is full, when there is none. */
static uint8_t *room(struct form *f, size_t n)
{
	uint8_t *to;

	if (f->full || n > LIMIT_PORTABLE_FORM - (f->out->n - f->base)) {
		f->full = true;
		return NULL;
	}
	to = (uint8_t *)buf_reserve(f->out, n);
	if (!to) {
		f->full = true;
		return NULL;
	}
	f->out->n += n;
	return to;
}

void form_op(struct form *f, enum form_op op)
{
	uint8_t *const to = room(f, 1);

	f->run = 0;
	if (to)
		*to = (uint8_t)op;
}

static void raw(struct form *f, const uint8_t *p, size_t n)
{
	uint8_t *const to = room(f, n);

	if (to && n)
		memcpy(to, p, n);
}

void form_byte(struct form *f, uint8_t byte)
{
	raw(f, &byte, 1);
}

void form_16(struct form *f, unsigned v)
{
	uint8_t *const to = room(f, 2);

	if (to)
		put16(to, (uint16_t)v);
}

void form_32(struct form *f, uint32_t v)
{
	uint8_t *const to = room(f, 4);

	if (to)
		put32(to, v);
}

void form_bytes(struct form *f, const uint8_t *p, size_t n)
{
	while (n && !f->full) {
		size_t part = n, before = 0;

		if (f->run)
			before = le16((const uint8_t *)f->out->p + f->run);
		if (!f->run || before == UINT16_MAX) {
			form_op(f, FORM_BYTES);
			f->run = f->out->n;
			form_16(f, 0);
			before = 0;
		}
		if (part > UINT16_MAX - before)
			part = UINT16_MAX - before;
		raw(f, p, part);
		if (!f->full)
			put16((uint8_t *)f->out->p + f->run, (uint16_t)(before + part));
		p += part;
		n -= part;
	}
}

/* Spreads names well enough: what repeats in real records differs in length or at an end. */
static size_t bucket_of(struct view utf16)
{
	size_t h = utf16.n / 2;

	if (utf16.n >= 2)
		h = h * 31 + utf16.p[0] + 7 * (size_t)utf16.p[utf16.n - 2];
	return h % FORM_BUCKETS;
}

void form_name(struct form *f, struct view utf16)
{
	uint32_t *const bucket = &f->bucket[bucket_of(utf16)];
	struct form_name *name;

	for (uint32_t i = *bucket; i; i = f->name[i - 1].next) {
		if (view_equal(f->name[i - 1].utf16, utf16)) {
			form_op(f, FORM_NAME);
			form_32(f, f->name[i - 1].at);
			return;
		}
	}
	name = ARENA_GROW(f->arena, f->name, f->name_count, f->name_room);
	if (!name) {
		f->full = true;
		return;
	}
	form_op(f, FORM_NEW_NAME);
	name->utf16 = utf16;
	name->at = (uint32_t)(f->out->n - f->base);
	name->next = *bucket;
	*bucket = (uint32_t)f->name_count;
	form_16(f, (unsigned)(utf16.n / 2));
	raw(f, utf16.p, utf16.n);
}

void form_instance(struct form *f, const uint8_t header[5],
		   const struct portable_definition *definition, bool by_number)
{
	const bool kept = definition->kept && by_number;
	struct form_inline *last;
	size_t i = 0;

	if (!kept) {
		while (i < f->inlined_count && f->inlined[i].p != definition->form.p)
			i++;
	}
	form_op(f, kept ? FORM_KEPT : i < f->inlined_count ? FORM_AGAIN : FORM_INLINE);
	raw(f, header, 5);
	if (kept) {
		form_32(f, definition->number);
		return;
	}
	if (i < f->inlined_count) {
		form_32(f, f->inlined[i].at);
		return;
	}
	last = ARENA_GROW(f->arena, f->inlined, f->inlined_count, f->inlined_room);
	if (!last) {
		f->full = true;
		return;
	}
	last->p = definition->form.p;
	last->at = (uint32_t)(f->out->n - f->base);
	form_32(f, (uint32_t)definition->form.n);
	raw(f, definition->form.p, definition->form.n);
}

struct form_mark form_save(const struct form *f)
{
	return (struct form_mark){f->out->n, f->run, f->name_count, f->inlined_count};
}

void form_restore(struct form *f, struct form_mark mark)
{
	f->out->n = mark.n;
	f->run = mark.run;
	f->inlined_count = mark.inlined_count;
	while (f->name_count > mark.name_count) {
		const struct form_name *const name = &f->name[--f->name_count];

		f->bucket[bucket_of(name->utf16)] = name->next;
	}
}
