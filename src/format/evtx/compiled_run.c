/* SPDX-License-Identifier: Apache-2.0 */
/* Writing a record by the forms of its templates. Whatever does not fit ends the attempt. */
#include "base/limits.h"
#include "format/evtx/compiled.h"
#include "format/evtx/json_value.h"

static const struct value no_value = {VALUE_NULL, {NULL, 0}};

struct rendering {
	struct binxml_context *c;
	struct buf *out;
	size_t end;     /* `out` may not grow beyond */
	size_t keys;    /* text made for keys by a walk */
	uint64_t nodes; /* that a walk visits */
	uint64_t room;  /* how many those may be */
	unsigned depth;
	bool json;
};

/* Room for `n` bytes of text within the limits; NULL: it comes near them. */
static inline char *reserve(struct rendering *r, size_t n)
{
	if (n > r->end - r->out->n)
		return NULL;
	return buf_reserve(r->out, n);
}

static bool add(struct rendering *r, const char *text, size_t n)
{
	char *const to = reserve(r, n);

	if (!to)
		return false;
	memcpy(to, text, n);
	r->out->n += n;
	return true;
}

/* A value's text; it is neither an array nor BinXML. */
static inline bool add_value(struct rendering *r, const struct value *v, enum utf_escape escape)
{
	value_append(r->out, v, escape);
	return r->out->n <= r->end && !r->out->failed;
}

/* A value as JSON; `none` when it has no text. */
static inline bool add_json(struct rendering *r, const struct value *v, const char *none, size_t n)
{
	if (!json_value_shows(v))
		return add(r, none, n);
	if (json_value_is_bare(v))
		return add_value(r, v, UTF_JSON);
	return add(r, "\"", 1) && add_value(r, v, UTF_JSON) && add(r, "\"", 1);
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

static bool add_xml_items(struct rendering *r, const struct form *f, const struct form_op *op,
			  const struct value *array)
{
	struct value item = no_value;
	size_t state = 0;

	if (!op->extra_n)
		return false;
	r->nodes -= op->nodes;
	/* An empty array gives one empty element. */
	(void)value_item(array, &state, &item);
	for (;;) {
		if (!spend_item(r, &item, op->nodes) || !add_value(r, &item, UTF_XML_TEXT))
			return false;
		if (!value_item(array, &state, &item))
			return true;
		if (!add(r, f->text + op->extra, op->extra_n))
			return false;
	}
}

/* A Data element's items with commas between them, and before the first one where *count says so;
 * their number is
 * added to *count. */
static bool add_json_items(struct rendering *r, const struct form_op *op, const struct value *array,
			   size_t *count)
{
	struct value item = no_value;
	size_t state = 0;

	r->nodes -= op->nodes;
	(void)value_item(array, &state, &item);
	do {
		if (!spend_item(r, &item, op->nodes) || (*count && !add(r, ",", 1)) ||
		    !add_json(r, &item, "\"\"", 2))
			return false;
		r->keys += op->key;
		++*count;
	} while (value_item(array, &state, &item));
	return true;
}

/* Puts a bracket before what was written behind `from`, and one behind it. */
static bool add_brackets(struct rendering *r, size_t from)
{
	char *const to = reserve(r, 2);

	if (!to)
		return false;
	memmove(r->out->p + from + 1, r->out->p + from, r->out->n - from);
	r->out->p[from] = '[';
	r->out->p[r->out->n + 1] = ']';
	r->out->n += 2;
	return true;
}

static bool add_data_array(struct rendering *r, const struct form_op *op, const struct value *array)
{
	const size_t from = r->out->n;
	size_t count = 0;

	r->keys -= op->key; /* of the first item, which the op has */
	return add_json_items(r, op, array, &count) && (count == 1 || add_brackets(r, from));
}

static const struct value *slot_value(const struct binxml_instance *in, uint16_t slot)
{
	return slot < in->count ? &in->values[slot] : &no_value;
}

static bool add_datum(struct rendering *r, const struct form *f, const struct form_op *op,
		      const struct binxml_instance *in, size_t *count)
{
	const struct value *const v = slot_value(in, op->slot);

	if (op->slot != SLOT_NONE && (v->type & VALUE_ARRAY))
		return add_json_items(r, op, v, count);
	if ((*count)++ && !add(r, ",", 1))
		return false;
	r->keys += op->key;
	if (op->slot == SLOT_NONE)
		return add(r, f->text + op->text, op->text_n);
	return is_single(v) && add_json(r, v, "\"\"", 2);
}

/* The Data elements behind `op` as one member; none where all of them are left out. */
static bool add_group(struct rendering *r, const struct form *f, const struct form_op *op,
		      const struct binxml_instance *in)
{
	const size_t start = r->out->n;
	size_t from, count = 0;

	if (!add(r, f->text + op->extra, op->extra_n))
		return false;
	from = r->out->n;
	for (uint32_t i = 1; i <= op->jump; i++) {
		const uint16_t depends = op[i].depends;

		if (depends < in->count && depends != SLOT_NONE &&
		    in->values[depends].type == VALUE_NULL)
			r->nodes -= op[i].nodes;
		else if (!add_datum(r, f, &op[i], in, &count))
			return false;
	}
	if (!count) {
		r->out->n = start;
		return true;
	}
	if (count > 1 && !add_brackets(r, from))
		return false;
	return op->flags & FORM_WHOLE ? add(r, "},", 2) : add(r, ",", 1);
}

/* ---- Nested values */

static bool run(struct rendering *r, const struct form *f, const struct binxml_instance *in);

/* The instance that a BinXML value consists of: with or without a fragment header before it, and
 * the end behind it. NULL: the value is something else. */
static const struct binxml_instance *nested_instance(struct rendering *r,
						     const struct binxml_instance *outer,
						     uint16_t slot, const struct value *v)
{
	const uint8_t *const p = v->bytes.p;
	const struct binxml_instance *in;
	size_t at, end;

	if (outer->nested && outer->nested_slot == slot)
		return outer->nested;
	at = v->bytes.n > 5 && p[0] == 0x0f ? 4 : 0;
	if (p[at] != 0x0c)
		return NULL;
	at += (size_t)(p - r->c->chunk.p) + 1;
	end = (size_t)(p - r->c->chunk.p) + v->bytes.n;
	if (binxml_instance_read(r->c, &at, end, &in, NULL) != TOCSIN_OK ||
	    (at < end && r->c->chunk.p[at] != 0))
		return NULL;
	return in;
}

static bool add_nested(struct rendering *r, const struct form *f, uint16_t slot,
		       const struct binxml_instance *outer)
{
	const struct value *const v = slot_value(outer, slot);
	const struct binxml_instance *in;
	const struct form *form;
	bool good;

	if (v->type == VALUE_NULL || (v->type == VALUE_BINXML && !v->bytes.n))
		return true;
	if (v->type != VALUE_BINXML || r->depth == FORM_NESTING)
		return false;
	/* As compiling it costs, and the instance that it holds. */
	r->nodes += 8 + v->bytes.n / 2 + 1;
	in = r->nodes <= r->room ? nested_instance(r, outer, slot, v) : NULL;
	form = in ? compiled_form(r->c, in->program, r->json ? FORM_JSON_INSIDE : FORM_XML) : NULL;
	if (!form)
		return false;
	for (uint32_t i = 0; i < f->sibling_count; i++) {
		if (view_equal(f->siblings[i], form->root))
			return false;
	}
	r->depth++;
	good = run(r, form, in);
	r->depth--;
	return good;
}

/* ---- Ops */

static bool add_xml_text(struct rendering *r, const struct form *f, const struct form_op *op,
			 const struct binxml_instance *in)
{
	const struct value *const v = slot_value(in, op->slot);

	if (v->type & VALUE_ARRAY)
		return add_xml_items(r, f, op, v);
	if (v->type == VALUE_BINXML)
		return add_nested(r, f, op->slot, in);
	return add_value(r, v, UTF_XML_TEXT);
}

/* Whether an attribute or a text is left out of JSON; *fits: it is a single value. */
static bool is_hidden(struct rendering *r, const struct form_op *op, const struct value *v,
		      bool *fits)
{
	*fits = is_single(v);
	if (!*fits || json_value_shows(v))
		return false;
	if ((op->flags & FORM_OPTIONAL) && value_is_null(v))
		r->nodes -= op->nodes;
	return true;
}

/* Ends an object, or "#attributes" in one. False: there was no member. */
static bool end_members(struct rendering *r, char behind)
{
	char *const last = r->out->p + r->out->n - 1;

	if (*last != ',')
		return false;
	*last = '}';
	if (behind) {
		last[1] = behind; /* reserved with the op */
		r->out->n++;
	}
	return true;
}

/* The next op; NULL: the record does not fit. */
static const struct form_op *step(struct rendering *r, const struct form *f,
				  const struct form_op *op, const struct binxml_instance *in)
{
	static const char start[] = "{\"#attributes\":{";
	const struct value *const v = slot_value(in, op->slot);
	const struct form_op *const target = f->ops + op->jump;
	bool fits = true;

	switch ((enum form_op_kind)op->kind) {
	case FORM_SKIP_NULL:
		if (op->slot < in->count && v->type == VALUE_NULL) {
			r->nodes -= op->nodes;
			return target;
		}
		break;
	case FORM_SKIP_EMPTY:
		if (value_is_null(v)) {
			r->nodes -= op->nodes;
			return target;
		}
		break;
	case FORM_SKIP_HIDDEN:
		if (is_hidden(r, op, v, &fits))
			return target;
		break;
	case FORM_JUMP:
		return target;
	case FORM_XML_TEXT:
		fits = add_xml_text(r, f, op, in);
		break;
	case FORM_XML_ATTRIBUTE:
		fits = is_single(v) && add_value(r, v, UTF_XML_ATTRIBUTE);
		break;
	case FORM_JSON_VALUE:
		fits = is_single(v) && add_json(r, v, f->text + op->extra, op->extra_n);
		break;
	case FORM_JSON_DATA:
		if (v->type & VALUE_ARRAY)
			fits = add_data_array(r, op, v);
		else
			fits = is_single(v) && add_json(r, v, f->text + op->extra, op->extra_n);
		break;
	case FORM_JSON_GROUP:
		fits = add_group(r, f, op, in);
		op += op->jump;
		break;
	case FORM_JSON_NESTED:
		fits = add_nested(r, f, op->slot, in);
		break;
	case FORM_ATTRIBUTES:
		if (!end_members(r, ',')) {
			r->out->n -= sizeof(start) - 1 - (op->flags & FORM_WHOLE ? 0 : 1);
			return target;
		}
		break;
	case FORM_OBJECT:
		if (!end_members(r, 0)) {
			r->out->n--;
			fits = add(r, f->text + op->extra, op->extra_n);
		}
		break;
	case FORM_JSON_DATUM:
	case FORM_END:
		break;
	}
	return fits ? op + 1 : NULL;
}

static bool run(struct rendering *r, const struct form *f, const struct binxml_instance *in)
{
	const struct form_op *op = f->ops;

	r->nodes += f->nodes;
	for (;;) {
		char *const to = reserve(r, op->text_n + 1);

		if (!to)
			return false;
		memcpy(to, f->text + op->text, op->text_n);
		r->out->n += op->text_n;
		r->keys += op->keys;
		if (op->kind == FORM_END)
			return true;
		op = step(r, f, op, in);
		if (!op)
			return false;
	}
}

/* A record's content: one root element, and in JSON the object that it is a member of. */
static bool render(struct rendering *r, const struct binxml_instance *instance, enum form_kind kind)
{
	const struct form *const f = compiled_form(r->c, instance->program, kind);

	if (!f || (r->json && !add(r, "{", 1)) || !run(r, f, instance))
		return false;
	if (r->json)
		r->out->p[r->out->n - 1] = '}';
	return true;
}

bool compiled_render(struct binxml_context *c, const struct binxml_instance *instance,
		     enum form_kind kind, struct buf *out)
{
	const size_t start = out->n, cap = out->cap ? out->cap : LIMIT_BUFFER_BYTES;
	const size_t chunk_text = c->chunk_text, text_room = binxml_text_room(c);
	struct rendering r = {.c = c, .out = out, .json = kind == FORM_JSON};
	struct binxml_mark mark;

	if (instance->cut || c->plain_walk || out->failed || start > cap)
		return false;
	binxml_begin(c);
	c->cut = CUT_NEVER;
	mark = binxml_save(c);
	r.end = text_room < cap - start ? start + text_room : cap;
	r.room = c->nodes < c->chunk_nodes ? c->nodes : c->chunk_nodes;
	if (!render(&r, instance, kind) || out->n - start + r.keys > text_room ||
	    r.nodes > r.room) {
		out->n = start;
		binxml_rendered(c, mark, 0);
		c->chunk_text = chunk_text;
		return false;
	}
	c->chunk_nodes -= (uint32_t)r.nodes;
	c->nodes -= (uint32_t)r.nodes;
	binxml_rendered(c, mark, out->n - start + r.keys);
	return true;
}
