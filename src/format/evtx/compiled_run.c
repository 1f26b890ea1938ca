/* SPDX-License-Identifier: Apache-2.0 */
/* Writing a record by the forms of its templates. Whatever does not fit ends the attempt. */
#include "base/limits.h"
#include "base/text_write.h"
#include "format/evtx/compiled_write.h"
#include "format/evtx/json_value.h"

static const struct value no_value = {VALUE_NULL, {NULL, 0}};

/* Room that is made at once: most records take less. */
#define ROOM_FIRST 4096u

char *compiled_make_room(struct rendering *r, char *to, size_t n)
{
	struct buf *const out = r->out;

	if (to) /* NULL: nothing has been written yet */
		out->n = (size_t)(to - out->p);
	if (n > r->end - out->n || !buf_reserve(out, n))
		return NULL;
	r->limit = out->p + (out->size < r->end ? out->size : r->end);
	return out->p + out->n;
}

/* Text of a form; there is room for STEP bytes more. */
static inline char *put_text(char *to, const struct form *f, uint32_t text, uint32_t n)
{
	const char *const from = f->text + text;

	for (uint32_t i = 0; i < n; i += STEP)
		memcpy(to + i, from + i, STEP);
	return to + n;
}

static inline char *add_text(struct rendering *r, char *to, const struct form *f, uint32_t text,
			     uint32_t n)
{
	to = ensure(r, to, n + STEP);
	return to ? put_text(to, f, text, n) : NULL;
}

/* What most numbers of a record are, or NULL for anything else; there is room. */
static inline char *put_unsigned(char *to, const struct value *v)
{
	const uint8_t *const p = v->bytes.p;

	switch (v->type) {
	case VALUE_UINT8:
		return v->bytes.n >= 1 ? text_write_u64(to, *p) : NULL;
	case VALUE_UINT16:
		return v->bytes.n >= 2 ? text_write_u64(to, le16(p)) : NULL;
	case VALUE_UINT32:
		return v->bytes.n >= 4 ? text_write_u64(to, le32(p)) : NULL;
	case VALUE_UINT64:
		return v->bytes.n >= 8 ? text_write_u64(to, le64(p)) : NULL;
	default:
		return NULL;
	}
}

/* A value's text; it is neither an array nor BinXML. */
static inline char *add_value(struct rendering *r, char *to, const struct value *v,
			      enum utf_escape escape)
{
	char *number;

	to = ensure(r, to, value_write_bound(v));
	if (!to)
		return NULL;
	if (v->type == VALUE_STRING)
		return utf16_write_to_nul(to, v->bytes, escape);
	number = put_unsigned(to, v);
	return number ? number : value_write(to, v, escape);
}

/* A value as JSON; `none` when it has no text. */
static inline char *add_json(struct rendering *r, char *to, const struct value *v,
			     const struct form *f, uint32_t none, uint32_t n)
{
	char *number;
	bool bare;

	if (!json_value_shows(v))
		return add_text(r, to, f, none, n);
	to = ensure(r, to, value_write_bound(v) + 2);
	if (!to)
		return NULL;
	number = put_unsigned(to, v);
	if (number)
		return number;
	if (v->type == VALUE_STRING) {
		*to++ = '"';
		to = utf16_write_to_nul(to, v->bytes, UTF_JSON);
		*to++ = '"';
		return to;
	}
	bare = json_value_is_bare(v);
	*to = '"';
	to = value_write(to + !bare, v, UTF_JSON);
	*to = '"';
	return to + !bare;
}

static inline bool is_single(const struct value *v)
{
	return !(v->type & VALUE_ARRAY) && v->type != VALUE_BINXML;
}

/* Work for one more item of an array, `more` besides what a walk does for the item itself. */
static bool spend_item(struct rendering *r, const struct value *item, uint32_t more)
{
	r->nodes += 1 + item->bytes.n / 64 + more;
	return r->nodes <= r->room;
}

/* ---- Arrays */

static char *add_xml_items(struct rendering *r, char *to, const struct form *f,
			   const struct form_op *op, const struct value *array)
{
	struct value item = no_value;
	size_t state = 0;

	if (!op->extra_n)
		return NULL;
	r->nodes -= op->nodes;
	/* An empty array gives one empty element. */
	(void)value_item(array, &state, &item);
	for (;;) {
		to = spend_item(r, &item, op->nodes) ? add_value(r, to, &item, UTF_XML_TEXT) : NULL;
		if (!to || !value_item(array, &state, &item))
			return to;
		to = add_text(r, to, f, op->extra, op->extra_n);
		if (!to)
			return NULL;
	}
}

static char *add_comma(struct rendering *r, char *to)
{
	to = ensure(r, to, 1);
	if (to)
		*to++ = ',';
	return to;
}

/* A Data element's items, a comma before each of them but the very first; *count rises by their
 * number. */
static char *add_json_items(struct rendering *r, char *to, const struct form *f,
			    const struct form_op *op, const struct value *array, size_t *count)
{
	struct value item = no_value;
	size_t state = 0;

	r->nodes -= op->nodes;
	(void)value_item(array, &state, &item);
	do {
		if (!spend_item(r, &item, op->nodes))
			return NULL;
		if ((*count)++)
			to = add_comma(r, to);
		to = to ? add_json(r, to, &item, f, FORM_EMPTY, FORM_EMPTY_N) : NULL;
		r->keys += op->key;
	} while (to && value_item(array, &state, &item));
	return to;
}

/* Puts a bracket before what was written behind `from` of the output, and one behind it. */
static char *add_brackets(struct rendering *r, char *to, size_t from)
{
	char *text;

	to = ensure(r, to, 2);
	if (!to)
		return NULL;
	text = r->out->p + from;
	memmove(text + 1, text, (size_t)(to - text));
	*text = '[';
	to[1] = ']';
	return to + 2;
}

static char *add_data_array(struct rendering *r, char *to, const struct form *f,
			    const struct form_op *op, const struct value *array)
{
	const size_t from = (size_t)(to - r->out->p);
	size_t count = 0;

	r->keys -= op->key; /* of the first item, which the op has */
	to = add_json_items(r, to, f, op, array, &count);
	return to && count > 1 ? add_brackets(r, to, from) : to;
}

static inline const struct value *slot_value(const struct binxml_instance *in, uint16_t slot)
{
	return slot < in->count ? &in->values[slot] : &no_value;
}

/* What a skip looks at: an element that depends on a slot past the values is there. */
static inline const struct value *test_value(const struct binxml_instance *in, uint8_t kind,
					     uint16_t slot)
{
	static const struct value any = {VALUE_BINARY, {NULL, 0}};

	return slot >= in->count && kind == FORM_SKIP_NULL ? &any : slot_value(in, slot);
}

static char *add_datum(struct rendering *r, char *to, const struct form *f,
		       const struct form_op *op, const struct binxml_instance *in, size_t *count)
{
	const struct value *const v = slot_value(in, op->slot);

	if (op->slot != SLOT_NONE && (v->type & VALUE_ARRAY))
		return add_json_items(r, to, f, op, v, count);
	if ((*count)++)
		to = add_comma(r, to);
	r->keys += op->key;
	if (!to || !is_single(v))
		return NULL;
	return op->slot == SLOT_NONE ? add_text(r, to, f, op->text, op->text_n)
				     : add_json(r, to, v, f, FORM_EMPTY, FORM_EMPTY_N);
}

/* The Data elements behind `op` as one member; none where all of them are left out. */
static char *add_group(struct rendering *r, char *to, const struct form *f,
		       const struct form_op *op, const struct binxml_instance *in)
{
	const size_t start = (size_t)(to - r->out->p);
	size_t from, count = 0;

	to = add_text(r, to, f, op->extra, op->extra_n);
	if (!to)
		return NULL;
	from = (size_t)(to - r->out->p);
	for (uint32_t i = 1; i <= op->jump && to; i++) {
		const uint16_t depends = op[i].depends;

		if (depends < in->count && in->values[depends].type == VALUE_NULL)
			r->nodes -= op[i].nodes;
		else
			to = add_datum(r, to, f, &op[i], in, &count);
	}
	if (to && !count)
		return r->out->p + start;
	if (to && count > 1)
		to = add_brackets(r, to, from);
	if (to && (op->flags & FORM_WHOLE)) {
		to = ensure(r, to, 2);
		if (to)
			*to++ = '}';
	}
	return to ? add_comma(r, to) : NULL;
}

/* ---- Nested values */

bool compiled_key_free(const struct form *f, struct view name)
{
	for (uint32_t i = 0; i < f->sibling_count; i++) {
		if (view_equal(f->siblings[i], name))
			return false;
	}
	return true;
}

static char *run(struct rendering *r, char *to, const struct form *f,
		 const struct binxml_instance *in);

/* The instance that a BinXML value consists of: with or without a fragment header before it, and
 * the end behind it. NULL: the value is something else, or *ret_damaged. */
static const struct binxml_instance *nested_instance(struct rendering *r,
						     const struct binxml_instance *outer,
						     uint16_t slot, const struct value *v,
						     bool *ret_damaged)
{
	const uint8_t *const p = v->bytes.p;
	const struct binxml_instance *in;
	size_t at, end;

	if (outer->nested && outer->nested_slot == slot) {
		r->nodes++; /* the op that holds it */
		return outer->nested;
	}
	at = v->bytes.n > 5 && p[0] == TOKEN_FRAGMENT ? 4 : 0;
	if (p[at] != TOKEN_INSTANCE)
		return NULL;
	r->nodes++;
	at += (size_t)(p - r->c->chunk.p) + 1;
	end = (size_t)(p - r->c->chunk.p) + v->bytes.n;
	*ret_damaged = true;
	if (binxml_instance_read(r->c, &at, end, &in, NULL) != TOCSIN_OK ||
	    (at < end && r->c->chunk.p[at] != 0))
		return NULL;
	return in;
}

static char *add_nested(struct rendering *r, char *to, const struct form *f, uint16_t slot,
			const struct binxml_instance *outer)
{
	const struct value *const v = slot_value(outer, slot);
	const struct binxml_instance *in;
	const struct form *form;
	bool damaged = false;

	if (v->type == VALUE_NULL || (v->type == VALUE_BINXML && !v->bytes.n))
		return to;
	if (v->type != VALUE_BINXML || r->depth == FORM_NESTING)
		return NULL;
	/* As compiling it costs. */
	r->nodes += 8 + v->bytes.n / 2;
	if (r->nodes > r->room)
		return NULL;
	in = nested_instance(r, outer, slot, v, &damaged);
	if (!in)
		return damaged ? NULL : compiled_stream(r, to, f, v->bytes);
	form = compiled_form(r->c, in->program, r->json ? FORM_JSON_INSIDE : FORM_XML);
	if (!form || !compiled_key_free(f, form->root))
		return NULL;
	r->depth++;
	to = run(r, to, form, in);
	r->depth--;
	return to;
}

/* ---- Ops */

static inline char *add_xml_text(struct rendering *r, char *to, const struct form *f,
				 const struct form_op *op, const struct binxml_instance *in)
{
	const struct value *const v = slot_value(in, op->slot);

	if (v->type & VALUE_ARRAY)
		return add_xml_items(r, to, f, op, v);
	if (v->type == VALUE_BINXML)
		return add_nested(r, to, f, op->slot, in);
	return add_value(r, to, v, UTF_XML_TEXT);
}

static inline char *add_data(struct rendering *r, char *to, const struct form *f,
			     const struct form_op *op, const struct value *v)
{
	if (v->type & VALUE_ARRAY)
		return add_data_array(r, to, f, op, v);
	return v->type == VALUE_BINXML ? NULL : add_json(r, to, v, f, op->extra, op->extra_n);
}

/* Whether an op of a skip's kind leaves something out by its slot; *fits: the slot's value is one
 * that it can have. */
static inline bool skips(struct rendering *r, uint8_t kind, uint8_t flags, uint32_t nodes,
			 const struct value *v, bool *fits)
{
	bool skip, counts = true; /* not in the walk either */

	if (kind == FORM_SKIP_NULL) {
		skip = v->type == VALUE_NULL;
	} else if (kind == FORM_SKIP_EMPTY) {
		skip = value_is_null(v);
	} else {
		*fits = is_single(v);
		skip = !json_value_shows(v);
		counts = (flags & FORM_OPTIONAL) && value_is_null(v);
	}
	if (skip && counts)
		r->nodes -= nodes;
	return skip;
}

/* A value by an op of this kind. */
static inline char *add_by(struct rendering *r, char *to, const struct form *f,
			   const struct form_op *op, uint8_t kind, const struct binxml_instance *in)
{
	const struct value *const v = slot_value(in, op->slot);

	if (kind == FORM_XML_TEXT)
		return add_xml_text(r, to, f, op, in);
	if (kind == FORM_XML_ATTRIBUTE)
		return is_single(v) ? add_value(r, to, v, UTF_XML_ATTRIBUTE) : NULL;
	if (kind == FORM_JSON_DATA)
		return add_data(r, to, f, op, v);
	return is_single(v) ? add_json(r, to, v, f, op->extra, op->extra_n) : NULL;
}

static inline char *add_member(struct rendering *r, char *to, const struct form *f,
			       const struct form_op *op, const struct binxml_instance *in)
{
	bool fits = true;

	if (skips(r, op->test, op->flags, op->test_nodes, test_value(in, op->test, op->depends),
		  &fits))
		return fits ? to : NULL;
	to = fits ? add_text(r, to, f, op->head, op->head_n) : NULL;
	r->keys += op->value_keys;
	to = to ? add_by(r, to, f, op, op->value, in) : NULL;
	return to ? add_text(r, to, f, op->tail, op->tail_n) : NULL;
}

/* Ends an object, or "#attributes" in one: *ret_to is behind it. False: there was no member. */
static inline bool end_members(char *to, char behind, char **ret_to)
{
	if (to[-1] != ',')
		return false;
	to[-1] = '}';
	*to = behind;
	*ret_to = to + (behind != 0);
	return true;
}

static char *run(struct rendering *r, char *to, const struct form *f,
		 const struct binxml_instance *in)
{
	static const char start[] = "{\"#attributes\":{";
	const struct form_op *op = f->ops;
	bool fits = true, skip;

	r->nodes += f->nodes;
	while (to && fits) {
		to = ensure(r, to, op->text_n + STEP);
		if (!to)
			return NULL;
		to = put_text(to, f, op->text, op->text_n);
		r->keys += op->keys;
		switch ((enum form_op_kind)op->kind) {
		case FORM_SKIP_NULL:
		case FORM_SKIP_EMPTY:
		case FORM_SKIP_HIDDEN:
			skip = skips(r, op->kind, op->flags, op->nodes,
				     test_value(in, op->kind, op->slot), &fits);
			op = skip ? f->ops + op->jump : op + 1;
			continue;
		case FORM_JUMP:
			op = f->ops + op->jump;
			continue;
		case FORM_MEMBER:
			to = add_member(r, to, f, op, in);
			break;
		case FORM_XML_TEXT:
		case FORM_XML_ATTRIBUTE:
		case FORM_JSON_VALUE:
		case FORM_JSON_DATA:
			to = add_by(r, to, f, op, op->kind, in);
			break;
		case FORM_JSON_GROUP:
			to = add_group(r, to, f, op, in);
			op += op->jump;
			break;
		case FORM_JSON_NESTED:
			to = add_nested(r, to, f, op->slot, in);
			break;
		case FORM_ATTRIBUTES:
			if (!end_members(to, op->flags & FORM_ALONE ? '}' : ',', &to)) {
				to -= sizeof(start) - 1 - (op->flags ? 0 : 1);
				if (op->flags & FORM_ALONE) {
					to = add_text(r, to, f, op->extra, op->extra_n);
					break;
				}
				op = f->ops + op->jump;
				continue;
			}
			break;
		case FORM_OBJECT:
			if (!end_members(to, 0, &to))
				to = add_text(r, to - 1, f, op->extra, op->extra_n);
			break;
		case FORM_JSON_DATUM:
			break;
		case FORM_END:
			return to;
		}
		op++;
	}
	return NULL;
}

/* A record's content: one root element, and in JSON the object that it is a member of. */
static char *render(struct rendering *r, const struct binxml_instance *instance,
		    enum form_kind kind)
{
	const struct form *const f = compiled_form(r->c, instance->program, kind);
	char *to = f ? compiled_make_room(r, NULL, ROOM_FIRST) : NULL;

	if (!to)
		return NULL;
	if (!r->json)
		return run(r, to, f, instance);
	*to = '{';
	to = run(r, to + 1, f, instance);
	if (to)
		to[-1] = '}';
	return to;
}

bool compiled_render(struct binxml_context *c, const struct binxml_instance *instance,
		     enum form_kind kind, struct buf *out)
{
	const size_t start = out->n, cap = out->cap ? out->cap : LIMIT_BUFFER_BYTES;
	const size_t chunk_text = c->chunk_text, text_room = binxml_text_room(c);
	struct rendering r = {.c = c, .out = out, .json = kind == FORM_JSON};
	struct binxml_mark mark;
	const char *to;
	size_t made;

	if (instance->cut || c->plain_walk || out->failed || start > cap)
		return false;
	binxml_begin(c);
	c->cut = CUT_NEVER;
	mark = binxml_save(c);
	r.end = text_room < cap - start ? start + text_room : cap;
	r.room = c->nodes < c->chunk_nodes ? c->nodes : c->chunk_nodes;
	to = render(&r, instance, kind);
	made = to ? (size_t)(to - out->p) - start + r.keys : 0;
	if (!to || made > text_room || r.nodes > r.room) {
		out->n = start;
		binxml_rendered(c, mark, 0);
		c->chunk_text = chunk_text;
		return false;
	}
	out->n = (size_t)(to - out->p);
	c->chunk_nodes -= (uint32_t)r.nodes;
	c->nodes -= (uint32_t)r.nodes;
	binxml_rendered(c, mark, made);
	return true;
}
