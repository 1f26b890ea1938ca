/* SPDX-License-Identifier: Apache-2.0 */
/* EVTX writer: a portable record (form: portable_internal.h) laid out in the chunk at hand. */
#include "base/limits.h"
#include "format/evtx/portable_internal.h"
#include "format/evtx/writer_internal.h"

/* A BinXML value that is open. */
struct open_value {
	uint32_t descriptor_at, start;
	/* of what is around it */
	uint32_t descriptors_at, descriptor_count, element_at, list_at;
};

/* One record or definition. An element that is open holds the place of the one around it where its
 * size will stand. */
struct layout {
	struct pen *pen;
	const struct portable_store *store;
	struct view form, rest;
	struct tocsin_error *error;
	uint32_t element_at, list_at; /* 0: none */
	uint32_t descriptors_at, descriptor_count;
	unsigned nesting; /* definitions around this one */
	unsigned open;
	struct open_value value[LIMIT_BINXML_NESTING];
};

static enum tocsin_status broken(const struct layout *l)
{
	return error_set(l->error, TOCSIN_INVALID, 0, "a kept record is damaged");
}

#define OPERAND(var, l, n)                                                                         \
	const uint8_t *const var = take(&(l)->rest, (n));                                          \
	do {                                                                                       \
		if (!(var))                                                                        \
			return broken(l);                                                          \
	} while (0)

static enum tocsin_status lay_out(struct layout *l);

static enum tocsin_status put_bytes(struct layout *l)
{
	OPERAND(count, l, 2);
	OPERAND(bytes, l, le16(count));

	pen_bytes(l->pen, (struct view){bytes, le16(count)});
	return TOCSIN_OK;
}

/* A name: u16 units, UTF-16. */
static enum tocsin_status put_name(struct layout *l, struct view *from)
{
	const uint8_t *const count = take(from, 2);
	const uint8_t *units = NULL;

	if (count)
		units = take(from, 2 * (size_t)le16(count));
	if (!units)
		return broken(l);
	pen_name(l->pen, (struct view){units, 2 * (size_t)le16(count)});
	return TOCSIN_OK;
}

static enum tocsin_status put_known_name(struct layout *l)
{
	struct view from;
	OPERAND(at, l, 4);

	from = view_slice(l->form, le32(at), SIZE_MAX);
	return put_name(l, &from);
}

static void element_size(struct layout *l)
{
	const uint32_t at = l->pen->at;

	pen_32(l->pen, l->element_at);
	l->element_at = at;
}

static enum tocsin_status element_close(struct layout *l)
{
	uint32_t around;
	OPERAND(token, l, 1);

	if (!l->element_at)
		return broken(l);
	around = le32(l->pen->chunk + l->element_at);
	pen_8(l->pen, *token);
	pen_patch_size(l->pen, l->element_at);
	l->element_at = around;
	return TOCSIN_OK;
}

/* ---- template instances */

static enum tocsin_status define(struct layout *l, struct view definition)
{
	struct layout inner = {
		.pen = l->pen,
		.store = l->store,
		.form = definition,
		.rest = definition,
		.error = l->error,
		.nesting = l->nesting + 1,
	};
	uint32_t size_at;
	OPERAND(header, &inner, FORM_DEFINITION_HEADER);

	if (*header != FORM_DEFINITION || inner.nesting > LIMIT_BINXML_NESTING)
		return broken(l);
	size_at = pen_definition(l->pen, header + 1);
	TRY(lay_out(&inner));
	pen_patch_size(l->pen, size_at);
	return TOCSIN_OK;
}

/* An instance's token and header, and the definition where the chunk lacks it. `key` tells the
 * definition from all others. */
static enum tocsin_status instance(struct layout *l, const uint8_t header[5], struct view key,
				   struct view definition)
{
	struct pen *const pen = l->pen;
	uint32_t at;

	pen_8(pen, TOKEN_INSTANCE);
	pen_bytes(pen, (struct view){header, 5});
	TRY(pen_template(pen, key, &at, l->error));
	pen_32(pen, at ? at : pen->at + 4);
	return at || pen->overflow ? TOCSIN_OK : define(l, definition);
}

/* No key of another kind of template begins with these bytes. */
#define KEY_KEPT 0xfeu

static enum tocsin_status kept_instance(struct layout *l)
{
	const struct portable_store *const store = l->store;
	uint8_t key[1 + 4 + sizeof(store)] = {KEY_KEPT};
	OPERAND(header, l, 9);
	const struct view definition = portable_store_get(store, le32(header + 5));

	if (!definition.n)
		return broken(l);
	memcpy(key + 1, header + 5, 4);
	memcpy(key + 5, &store, sizeof(store));
	return instance(l, header, (struct view){key, sizeof(key)}, definition);
}

/* u32 n, definition */
static enum tocsin_status inline_instance(struct layout *l, const uint8_t header[5],
					  struct view *from)
{
	const uint8_t *const size = take(from, 4);
	const uint8_t *bytes = NULL;

	if (size)
		bytes = take(from, le32(size));
	/* A definition is its own key; none of another kind begins as it does. */
	if (!bytes || !le32(size) || *bytes != FORM_DEFINITION)
		return broken(l);
	return instance(l, header, (struct view){bytes, le32(size)},
			(struct view){bytes, le32(size)});
}

static enum tocsin_status instance_again(struct layout *l)
{
	struct view from;
	OPERAND(header, l, 9);

	from = view_slice(l->form, le32(header + 5), SIZE_MAX);
	return inline_instance(l, header, &from);
}

static enum tocsin_status new_inline_instance(struct layout *l)
{
	OPERAND(header, l, 5);

	return inline_instance(l, header, &l->rest);
}

/* ---- values */

static enum tocsin_status descriptors(struct layout *l)
{
	OPERAND(count, l, 4);
	const size_t n = 4 * (size_t)le32(count);
	OPERAND(bytes, l, n);

	pen_bytes(l->pen, (struct view){count, 4});
	l->descriptors_at = l->pen->at;
	l->descriptor_count = le32(count);
	pen_bytes(l->pen, (struct view){bytes, n});
	return TOCSIN_OK;
}

static enum tocsin_status open_value(struct layout *l)
{
	struct open_value *v;
	OPERAND(index, l, 2);

	if (l->open == LIMIT_BINXML_NESTING || le16(index) >= l->descriptor_count)
		return broken(l);
	v = &l->value[l->open++];
	v->descriptors_at = l->descriptors_at;
	v->descriptor_count = l->descriptor_count;
	v->descriptor_at = l->descriptors_at + 4 * (uint32_t)le16(index);
	v->start = l->pen->at;
	v->element_at = l->element_at;
	v->list_at = l->list_at;
	l->element_at = l->list_at = 0;
	return TOCSIN_OK;
}

static enum tocsin_status close_value(struct layout *l)
{
	struct pen *const pen = l->pen;
	const struct open_value *v;
	uint32_t size;

	if (!l->open)
		return broken(l);
	v = &l->value[--l->open];
	size = pen->at - v->start;
	if (size > UINT16_MAX)
		pen->overflow = true;
	if (!pen->overflow)
		put16(pen->chunk + v->descriptor_at, (uint16_t)size);
	l->descriptors_at = v->descriptors_at;
	l->descriptor_count = v->descriptor_count;
	l->element_at = v->element_at;
	l->list_at = v->list_at;
	return TOCSIN_OK;
}

/* ---- all */

static enum tocsin_status put_op(struct layout *l, uint8_t op)
{
	switch (op) {
	case FORM_BYTES:
		return put_bytes(l);
	case FORM_NEW_NAME:
		return put_name(l, &l->rest);
	case FORM_NAME:
		return put_known_name(l);
	case FORM_SIZE:
		element_size(l);
		return TOCSIN_OK;
	case FORM_LIST:
		l->list_at = l->pen->at;
		pen_32(l->pen, 0);
		return TOCSIN_OK;
	case FORM_LIST_END:
		if (!l->list_at)
			return broken(l);
		pen_patch_size(l->pen, l->list_at);
		l->list_at = 0;
		return TOCSIN_OK;
	case FORM_CLOSE:
		return element_close(l);
	case FORM_KEPT:
		return kept_instance(l);
	case FORM_INLINE:
		return new_inline_instance(l);
	case FORM_AGAIN:
		return instance_again(l);
	case FORM_VALUES:
		return descriptors(l);
	case FORM_VALUE:
		return open_value(l);
	case FORM_VALUE_END:
		return close_value(l);
	default:
		return broken(l);
	}
}

/* Stops where the chunk is full: nothing of the record will stay. */
static enum tocsin_status lay_out(struct layout *l)
{
	while (l->rest.n && !l->pen->overflow) {
		const uint8_t *const op = take(&l->rest, 1);

		TRY(put_op(l, *op));
	}
	return TOCSIN_OK;
}

struct filling {
	const struct portable_store *store;
	struct view record;
};

static enum tocsin_status fill(struct pen *pen, const void *filling, struct tocsin_error *error)
{
	const struct filling *const f = filling;
	struct layout l = {
		.pen = pen,
		.store = f->store,
		.form = f->record,
		.rest = view_slice(f->record, FORM_RECORD_HEADER, SIZE_MAX),
		.error = error,
	};

	return lay_out(&l);
}

enum tocsin_status evtx_writer_add_portable(struct evtx_writer *w, const struct portable_store *s,
					    struct view record, struct tocsin_error *error)
{
	const struct filling filling = {s, record};

	ENSURE(record.n > FORM_RECORD_HEADER, error, TOCSIN_INVALID, 0, "a kept record is damaged");
	return evtx_writer_add_exact(w, le64(record.p), le64(record.p + 8), fill, &filling, error);
}
