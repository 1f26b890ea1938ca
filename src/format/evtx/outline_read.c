/* SPDX-License-Identifier: Apache-2.0 */
/* Reading a record by the outline of its template: step by step, as long as its values are what the
 * steps take them for. */
#include "format/evtx/binxml_token.h"
#include "format/evtx/outline.h"

static const struct value no_value = {VALUE_NULL, {NULL, 0}};

struct reading {
	struct binxml_context *c;
	struct event *e;
	struct event_data *data, *others;
	size_t room, other_room;
	struct value binary;
	uint32_t parts;
};

/* Whether the values are what the steps take them for. */
static bool fits(const struct outline *o, const struct binxml_instance *in)
{
	uint8_t wrong = 0;

	for (uint32_t i = 0; i < in->count && i < OUTLINE_SLOTS; i++)
		wrong |= outline_type(in->values[i].type) & o->forbidden[i];
	return !wrong;
}

static const struct value *source(const struct outline_step *s, const struct binxml_instance *in)
{
	if (s->slot == SLOT_NONE)
		return &s->literal;
	return s->slot < in->count ? &in->values[s->slot] : &no_value;
}

static bool add_data(struct reading *r, const struct outline_step *s, const struct value *v)
{
	struct event_data *const d = ARENA_GROW(&r->c->arena, r->data, r->e->data_count, r->room);

	if (!d)
		return false;
	r->e->data = r->data;
	d->name = s->name;
	d->value = *v;
	return true;
}

static bool has_text(const struct value *v)
{
	return v->bytes.n && !value_is_null(v);
}

static bool add_other(struct reading *r, const struct outline_step *s, const struct value *v)
{
	struct event_data *d;

	if (!r->c->others || !has_text(v))
		return true;
	d = ARENA_GROW(&r->c->arena, r->others, r->e->other_count, r->other_room);
	if (!d)
		return false;
	r->e->others = r->others;
	d->name = s->name;
	d->value = *v;
	return true;
}

static bool set_field(struct reading *r, const struct outline_step *s, const struct value *v)
{
	if (s->optional && value_is_null(v))
		return true;
	if (r->e->field[s->field].type != VALUE_NULL)
		return add_other(r, s, v);
	r->e->field[s->field] =
		v->bytes.n && v->type != VALUE_NULL ? *v : event_field_value(s->field, *v);
	return true;
}

static bool set_binary(struct reading *r, const struct outline_step *s, const struct value *v)
{
	if ((r->binary.type == VALUE_BINARY && !add_other(r, s, &r->binary)) ||
	    (v->type != VALUE_BINARY && !add_other(r, s, v)))
		return false;
	r->binary = *v;
	r->e->binary = v->bytes;
	return true;
}

static bool data(struct reading *r, const struct outline_step *s, const struct value *v)
{
	struct value item;
	size_t state = 0;

	if (!(v->type & VALUE_ARRAY)) {
		return s->text && !has_text(v) ? true : add_data(r, s, v);
	}
	/* An empty array gives one empty element. */
	if (!value_item(v, &state, &item))
		return add_data(r, s, &no_value);
	do {
		/* Finding where an item ends is work too. */
		if (r->c->chunk_nodes < 1 + item.bytes.n / 64 || !add_data(r, s, &item))
			return false;
		r->c->chunk_nodes -= (uint32_t)(1 + item.bytes.n / 64);
	} while (value_item(v, &state, &item));
	return true;
}

static bool steps(struct reading *r, const struct outline *o, const struct binxml_instance *in);

/* How the value of a STEP_NESTED goes on. */
static const struct outline *inside(const struct outline_step *s, const struct binxml_instance *in)
{
	return s->inner ? in->program->inner : in->program->outline;
}

/* A BinXML value of the usual shape: one template instance, with or without a fragment header
 * before it, and the end. */
static bool nested(struct reading *r, const struct binxml_instance *outer,
		   const struct outline_step *s, const struct value *v)
{
	const uint8_t *const p = v->bytes.p;
	const struct binxml_instance *in = outer->nested;
	const struct outline *o;
	size_t at, end;

	if (v->type == VALUE_NULL || !v->bytes.n)
		return true;
	if (in && outer->nested_slot == s->slot)
		return !(inside(s, in)->parts & r->parts) || steps(r, inside(s, in), in);
	at = v->bytes.n > 5 && p[0] == TOKEN_FRAGMENT ? 4 : 0;
	if (p[at] != TOKEN_INSTANCE)
		return false;
	at += (size_t)(p - r->c->chunk.p) + 1;
	end = (size_t)(p - r->c->chunk.p) + v->bytes.n;
	if (binxml_instance_read(r->c, &at, end, &in, NULL) != TOCSIN_OK ||
	    (at < end && r->c->chunk.p[at] != 0))
		return false;
	o = inside(s, in);
	return o && o->nested && steps(r, o, in);
}

static bool steps(struct reading *r, const struct outline *o, const struct binxml_instance *in)
{
	if (!fits(o, in) || r->c->chunk_nodes < o->cost)
		return false;
	r->c->chunk_nodes -= o->cost;
	for (size_t i = 0; i < o->count; i++) {
		const struct outline_step *const s = &o->steps[i];
		const struct value *const v = source(s, in);

		switch (s->kind) {
		case STEP_SKIP:
			if (s->slot < in->count && v->type == VALUE_NULL)
				i = s->next - 1;
			break;
		case STEP_FIELD:
			if ((r->parts & EVENT_PART(s->field)) && !set_field(r, s, v))
				return false;
			break;
		case STEP_DATA:
			if ((r->parts & EVENT_PART_DATA) && !data(r, s, v))
				return false;
			break;
		case STEP_BINARY:
			if ((r->parts & EVENT_PART_DATA) && !set_binary(r, s, v))
				return false;
			break;
		case STEP_OTHER:
			if (!add_other(r, s, v))
				return false;
			break;
		case STEP_NESTED:
			if (!nested(r, in, s, v))
				return false;
			break;
		}
	}
	return true;
}

bool outline_extract(struct binxml_context *c, const struct binxml_instance *instance,
		     uint32_t parts, struct event *e)
{
	const struct outline *const o = instance->program->outline;
	/* What is an other depends on what came before. */
	struct reading r = {
		.c = c, .e = e, .parts = parts & EVENT_PART_OTHERS ? EVENT_PARTS_ALL : parts};

	return o && !o->nested && steps(&r, o, instance);
}
