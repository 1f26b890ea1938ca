/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The sink that fills a struct event: System's fields, the inserted values in document order,
 * RenderingInfo. It follows the path of names (as atoms) and keeps one text per attribute or leaf:
 * the typed value itself where there is one piece, else the pieces joined as text. What is none of
 * these goes to event.others where that is asked for: no text of the record is then left out but
 * namespaces and what inserted values are called.
 */
#include "format/evtx/binxml.h"
#include "format/evtx/outline.h"

#define TEXT_ROOM 256

enum section { SECTION_NONE, SECTION_SYSTEM, SECTION_DATA, SECTION_RENDERING };

struct extract {
	struct binxml_context *c;
	struct arena *arena;
	struct event *e;
	struct event_data *data;   /* grows by doubling */
	struct event_data *others; /* the same */
	size_t room, other_room;
	enum section section;
	unsigned depth;                      /* elements open */
	const struct binxml_name *element;   /* the innermost one */
	const struct binxml_name *attribute; /* being read, or NULL */
	struct view name;                    /* of the leaf: its Name attribute */
	bool leaf;                           /* the innermost element has no child element so far */
	struct value text;                   /* of the leaf or attribute so far */
	struct value binary; /* EventData/Binary, of which the event has the bytes */
	unsigned pieces;
	uint8_t *joined; /* the text's bytes where it has several pieces; grows by doubling */
	size_t joined_room;
	bool event_data; /* the section is EventData */
	bool failed;
};

static void add_other(struct extract *x, struct view name, struct value v)
{
	struct event_data *d;

	if (!x->c->others || !v.bytes.n || value_is_null(&v))
		return;
	d = ARENA_GROW(x->arena, x->others, x->e->other_count, x->other_room);
	if (!d) {
		x->failed = true;
		return;
	}
	x->e->others = x->others;
	d->name = name;
	d->value = v;
}

struct value event_field_value(enum event_field field, struct value v)
{
	const struct value empty = {VALUE_STRING, {(const uint8_t *)"", 0}};

	switch (field) {
	case EVENT_PROVIDER:
	case EVENT_ID:
	case EVENT_CHANNEL:
	case EVENT_COMPUTER:
		return value_is_null(&v) ? empty : v;
	default:
		return v;
	}
}

static void set_field(struct extract *x, enum event_field field, struct view name, struct value v)
{
	/* The first one counts: a later element of the same name is not System's. */
	if (field < EVENT_FIELD_COUNT && x->e->field[field].type == VALUE_NULL)
		x->e->field[field] = event_field_value(field, v);
	else
		add_other(x, name, v);
}

/* EventData/Binary: the event has the bytes of the last one, which tell nothing of another type. */
static void set_binary(struct extract *x, struct view name, struct value v)
{
	if (x->binary.type == VALUE_BINARY)
		add_other(x, name, x->binary);
	if (v.type != VALUE_BINARY)
		add_other(x, name, v);
	x->binary = v;
	x->e->binary = v.bytes;
}

static void add_data(struct extract *x)
{
	struct event_data *d;

	d = ARENA_GROW(x->arena, x->data, x->e->data_count, x->room);
	if (!d) {
		x->failed = true;
		return;
	}
	x->e->data = x->data;
	d->name = x->name;
	d->value = x->text;
}

static const struct value no_value = {VALUE_NULL, {NULL, 0}};
static const struct view no_name = {NULL, 0};

static void clear_text(struct extract *x)
{
	x->text = no_value;
	x->pieces = 0;
	x->joined = NULL;
	x->joined_room = 0;
}

static bool has_text(const struct extract *x)
{
	return x->pieces && x->text.bytes.n && !value_is_null(&x->text);
}

/* A value's text as UTF-16, charged to the chunk where it is made and not found. */
static struct view text16(struct extract *x, const struct value *v)
{
	struct view text = {NULL, 0};

	/* A string is its own text; to find its end is a little work. */
	if (v->type == VALUE_STRING) {
		x->failed |= !binxml_charge_text(x->c, v->bytes.n / 8);
		return value_text16(x->arena, v);
	}
	/* Hex digits take the most: four bytes for each of the value's. */
	if (binxml_charge_text(x->c, 4 * v->bytes.n + 64))
		text = value_text16(x->arena, v);
	x->failed |= !text.p;
	return text;
}

/* Appends to the joined text. */
static void join(struct extract *x, struct view more)
{
	const size_t n = x->text.bytes.n, add = more.n & ~(size_t)1;

	if (add > x->joined_room - n) {
		const size_t room = 2 * (n + add) + TEXT_ROOM;
		uint8_t *const bytes =
			binxml_charge_text(x->c, room) ? arena_alloc(x->arena, room) : NULL;

		if (!bytes) {
			x->failed = true;
			return;
		}
		if (n)
			memcpy(bytes, x->joined, n);
		x->joined = bytes;
		x->joined_room = room;
	}
	if (add)
		memcpy(x->joined + n, more.p, add);
	x->text.bytes.p = x->joined;
	x->text.bytes.n = n + add;
}

/* Puts `more` behind the text so far. A second piece makes both to text. */
static void add_piece(struct extract *x, const struct value *more)
{
	const struct value first = x->text;

	if (x->pieces++ == 0) {
		x->text = *more;
		return;
	}
	if (x->pieces == 2) {
		x->text.type = VALUE_STRING;
		x->text.bytes.n = 0;
		join(x, text16(x, &first));
	}
	if (!x->failed)
		join(x, text16(x, more));
}

/* What a value is called by until its element says otherwise. */
static struct view element_name(const struct binxml_name *name)
{
	const struct view none = {NULL, 0};

	return name->atom == ATOM_DATA || name->atom == ATOM_COMPLEX_DATA ? none : name->utf16;
}

static void on_open(void *sink, const struct binxml_name *name)
{
	struct extract *const x = sink;

	/* Text before a child element is a value like that of a leaf: nothing is lost. */
	if (x->section == SECTION_DATA && x->depth >= 2 && has_text(x))
		add_data(x);
	else if (has_text(x))
		add_other(x, x->leaf ? x->element->utf16 : no_name, x->text);
	x->depth++;
	if (x->depth == 2) {
		x->event_data = name->atom == ATOM_EVENT_DATA;
		x->section = name->atom == ATOM_SYSTEM           ? SECTION_SYSTEM
			     : name->atom == ATOM_RENDERING_INFO ? SECTION_RENDERING
								 : SECTION_DATA;
	}
	x->element = name;
	x->leaf = true;
	x->name = element_name(name);
	clear_text(x);
}

static void on_attribute(void *sink, const struct binxml_name *name)
{
	struct extract *const x = sink;

	x->attribute = name;
	clear_text(x);
}

static void on_attribute_end(void *sink)
{
	struct extract *const x = sink;
	const enum event_field field =
		x->section == SECTION_SYSTEM && x->depth == 3
			? atom_attribute_field(x->element->atom, x->attribute->atom)
			: EVENT_FIELD_COUNT;

	if (field != EVENT_FIELD_COUNT)
		set_field(x, field, x->attribute->utf16, x->text);
	else if (x->section == SECTION_DATA && x->attribute->atom == ATOM_NAME &&
		 (x->element->atom == ATOM_DATA || x->element->atom == ATOM_COMPLEX_DATA))
		x->name = text16(x, &x->text);
	else if (!name_is_namespace(x->attribute))
		add_other(x, x->attribute->utf16, x->text);
	x->attribute = NULL;
	clear_text(x);
}

static void on_body(void *sink)
{
	(void)sink;
}

static void on_text(void *sink, const struct value *value)
{
	add_piece(sink, value);
}

static void on_char_ref(void *sink, uint16_t unit)
{
	struct extract *const x = sink;
	uint8_t *const bytes = arena_alloc(x->arena, 2);
	struct value v = {VALUE_STRING, {bytes, 2}};

	if (!bytes) {
		x->failed = true;
		return;
	}
	put16(bytes, unit);
	add_piece(x, &v);
}

static void on_entity_ref(void *sink, const struct binxml_name *name)
{
	static const uint8_t before[2] = {'&', 0}, behind[2] = {';', 0};
	struct value v = {VALUE_STRING, binxml_entity(name)};

	if (v.bytes.n) {
		add_piece(sink, &v);
		return;
	}
	/* Nothing tells what it stands for: kept as it is written. */
	v.bytes = (struct view){before, 2};
	add_piece(sink, &v);
	v.bytes = name->utf16;
	add_piece(sink, &v);
	v.bytes = (struct view){behind, 2};
	add_piece(sink, &v);
}

static void on_pi(void *sink, const struct binxml_name *target, const struct value *data)
{
	add_other(sink, target->utf16, *data);
}

static void on_close(void *sink, const struct binxml_name *name, bool empty_tag)
{
	struct extract *const x = sink;
	const bool leaf = x->leaf && x->depth > 1;

	(void)empty_tag;
	if (!x->leaf)
		x->name = element_name(name); /* text behind a child */
	if (leaf && x->section == SECTION_SYSTEM && x->depth == 3)
		set_field(x, atom_system_field(name->atom), name->utf16, x->text);
	else if (leaf && x->section == SECTION_RENDERING && x->depth == 3)
		set_field(x, atom_rendering_field(name->atom), name->utf16, x->text);
	else if (x->section == SECTION_DATA && (has_text(x) || (leaf && x->depth > 2))) {
		if (name->atom == ATOM_BINARY && x->depth == 3 && x->event_data)
			set_binary(x, name->utf16, x->text);
		else
			add_data(x);
	} else if (has_text(x)) {
		add_other(x, name->utf16, x->text);
	}
	x->depth--;
	if (x->depth == 1)
		x->section = SECTION_NONE;
	x->leaf = false; /* the parent has a child */
	clear_text(x);
}

static bool on_failed(void *sink)
{
	return ((const struct extract *)sink)->failed;
}

enum tocsin_status binxml_extract_walk(struct binxml_context *c,
				       const struct binxml_instance *instance, struct event *e,
				       struct tocsin_error *error)
{
	static const struct binxml_sink ops = {
		.open = on_open,
		.attribute = on_attribute,
		.attribute_end = on_attribute_end,
		.body = on_body,
		.text = on_text,
		.char_ref = on_char_ref,
		.entity_ref = on_entity_ref,
		.cdata = on_text,
		.pi = on_pi,
		.close = on_close,
		.failed = on_failed,
	};
	struct extract x = {.c = c, .arena = &c->arena, .e = e};

	TRY(binxml_walk(c, instance, &ops, &x, error));
	if (has_text(&x)) /* behind the last element */
		add_other(&x, no_name, x.text);
	ENSURE(!x.failed, error, TOCSIN_LIMIT, 0, "record renders to too much text");
	return TOCSIN_OK;
}

void binxml_forget_content(struct event *e)
{
	memset(e->field, 0, sizeof(e->field));
	e->data = e->others = NULL;
	e->data_count = e->other_count = 0;
	e->binary = (struct view){NULL, 0};
}

enum tocsin_status binxml_extract(struct binxml_context *c, const struct binxml_instance *instance,
				  struct event *e, struct tocsin_error *error)
{
	if (!c->plain_walk && outline_extract(c, instance, EVENT_PARTS_ALL, e))
		return TOCSIN_OK;
	binxml_forget_content(e);
	return binxml_extract_walk(c, instance, e, error);
}
