/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Making an outline replays what the sink in extract.c does on the ops of a template, with slots in
 * place of values. It gives up where an element holds more than one piece of text, text beside
 * child elements, or anything but literals and slots.
 */
#include "format/evtx/outline.h"

#define DEPTH_MAX 8u

static const struct value no_value = {VALUE_NULL, {NULL, 0}};

/* An element that is open while an outline is made. */
struct level {
	const struct binxml_name *name;
	struct view called; /* the value's name: the element's, or its Name attribute */
	const struct binxml_op *content;
	uint32_t skip; /* its STEP_SKIP + 1; 0: none */
	bool parent;   /* has a child element */
	bool sure;     /* has one that no value can leave out */
	bool other;    /* has an attribute that is a value of its own */
};

struct maker {
	struct arena *a;
	const struct binxml_program *p;
	struct outline *o;
	size_t room;
	struct level level[DEPTH_MAX + 1]; /* [1]: Event */
	unsigned depth;
	const struct binxml_name *attribute;
	const struct binxml_op *attribute_value;
};

static struct outline_step *add_step(struct maker *m, enum outline_step_kind kind)
{
	struct outline_step *const s = ARENA_GROW(m->a, m->o->steps, m->o->count, m->room);

	if (s) {
		s->kind = kind;
		s->slot = SLOT_NONE;
		s->literal = no_value;
	}
	return s;
}

/* A slot that is used twice may only be what both uses allow. */
static bool use_slot(struct maker *m, uint16_t slot, enum outline_use use)
{
	uint8_t *const was = slot < OUTLINE_SLOTS ? &m->o->use[slot] : NULL;

	if (!was || (*was != USE_NONE && *was != use && (*was == USE_NESTED || use == USE_NESTED)))
		return false;
	*was = *was == USE_NONE || *was == use ? (uint8_t)use : USE_SCALAR;
	return true;
}

/* Where a step's value comes from: a literal, a slot, or nothing at all. */
static bool set_source(struct maker *m, struct outline_step *s, const struct binxml_op *op,
		       enum outline_use use)
{
	if (!s)
		return false;
	if (!op)
		return true;
	if (op->kind == OP_TEXT) {
		s->literal = op->value;
		return !(op->value.type & VALUE_ARRAY);
	}
	s->slot = op->slot;
	return use_slot(m, op->slot, use);
}

static enum atom section(const struct maker *m)
{
	return m->depth >= 2 ? m->level[2].name->atom : ATOM_OTHER;
}

static bool in_data(const struct maker *m)
{
	return m->depth >= 2 && section(m) != ATOM_SYSTEM && section(m) != ATOM_RENDERING_INFO;
}

static bool make_open(struct maker *m, const struct binxml_op *op, bool root)
{
	struct level *l;

	if (m->depth == DEPTH_MAX || (m->depth && m->level[m->depth].content))
		return false;
	if (m->depth) {
		m->level[m->depth].parent = true;
		m->level[m->depth].sure |= op->slot == SLOT_NONE;
	}
	l = &m->level[++m->depth];
	memset(l, 0, sizeof(*l));
	l->name = op->name;
	if (op->name->atom != ATOM_DATA && op->name->atom != ATOM_COMPLEX_DATA)
		l->called = op->name->utf16;
	if (op->slot != SLOT_NONE && !root) {
		struct outline_step *const s = add_step(m, STEP_SKIP);

		/* A slot past the values skips nothing; which ones are there is not known yet. */
		if (!s || op->slot >= OUTLINE_SLOTS)
			return false;
		s->slot = op->slot;
		l->skip = (uint32_t)m->o->count;
	}
	return true;
}

/* A value that is neither a field nor data. An array repeats the element, whatever it stands in. */
static bool make_other(struct maker *m, struct view name, const struct binxml_op *value)
{
	struct outline_step *s;

	if (!value || (value->kind == OP_TEXT && !(value->value.type & VALUE_ARRAY) &&
		       (!value->value.bytes.n || value_is_null(&value->value))))
		return true;
	m->level[m->depth].other = true;
	s = add_step(m, STEP_OTHER);
	if (!set_source(m, s, value, USE_SCALAR))
		return false;
	s->name = name;
	return true;
}

/* An attribute is complete. */
static bool make_attribute(struct maker *m)
{
	const struct level *const l = &m->level[m->depth];
	const struct binxml_op *const value = m->attribute_value;
	const struct binxml_name *const name = m->attribute;
	const enum atom element = l->name->atom, attribute = name->atom;
	const enum event_field field = section(m) == ATOM_SYSTEM && m->depth == 3
					       ? atom_attribute_field(element, attribute)
					       : EVENT_FIELD_COUNT;

	m->attribute = NULL;
	if (in_data(m) && attribute == ATOM_NAME &&
	    (element == ATOM_DATA || element == ATOM_COMPLEX_DATA)) {
		if (!value || value->kind != OP_TEXT || value->value.type != VALUE_STRING)
			return false;
		m->level[m->depth].called = value_text16(m->a, &value->value);
		return true;
	}
	if (field != EVENT_FIELD_COUNT) {
		struct outline_step *const s = add_step(m, STEP_FIELD);

		if (!set_source(m, s, value, USE_SCALAR))
			return false;
		s->field = field;
		s->name = name->utf16;
		s->optional = value && (value->flags & OP_OPTIONAL);
		return true;
	}
	if (name_is_namespace(name))
		return !value || value->kind == OP_TEXT || use_slot(m, value->slot, USE_SCALAR);
	return make_other(m, name->utf16, value);
}

static bool make_content(struct maker *m, const struct binxml_op *op)
{
	struct level *const l = &m->level[m->depth];

	if (m->attribute) {
		const bool first = !m->attribute_value;

		m->attribute_value = op;
		return first;
	}
	if (m->depth == 1 && op->kind == OP_SLOT) {
		struct outline_step *const s = add_step(m, STEP_NESTED);

		l->parent = true;
		return set_source(m, s, op, USE_NESTED);
	}
	if (m->depth < 2 || l->content || l->parent)
		return false;
	/* BinXML in UserData and the like; where it is something else, the record is walked. */
	if (m->depth == 2 && op->kind == OP_SLOT && op->value.type == VALUE_BINXML && in_data(m) &&
	    section(m) != ATOM_EVENT_DATA) {
		struct outline_step *const s = add_step(m, STEP_NESTED);

		l->parent = true;
		if (!set_source(m, s, op, USE_NESTED))
			return false;
		s->inner = true;
		return true;
	}
	l->content = op;
	return true;
}

static bool make_leaf(struct maker *m, const struct level *l)
{
	const enum atom part = section(m);
	struct outline_step *s;

	if (m->depth == 3 && (part == ATOM_SYSTEM || part == ATOM_RENDERING_INFO)) {
		const enum event_field field = part == ATOM_SYSTEM
						       ? atom_system_field(l->name->atom)
						       : atom_rendering_field(l->name->atom);

		if (field == EVENT_FIELD_COUNT)
			return make_other(m, l->name->utf16, l->content);
		s = add_step(m, STEP_FIELD);
		if (!set_source(m, s, l->content, USE_SCALAR))
			return false;
		s->field = field;
		s->name = l->name->utf16;
		return true;
	}
	if (!in_data(m))
		return make_other(m, l->name->utf16, l->content);
	if (l->name->atom == ATOM_BINARY && m->depth == 3 && part == ATOM_EVENT_DATA) {
		s = add_step(m, STEP_BINARY);
		if (!set_source(m, s, l->content, USE_SCALAR))
			return false;
		s->name = l->name->utf16;
		return true;
	}
	s = add_step(m, STEP_DATA);
	/* With an element its attributes are repeated, too. */
	if (!set_source(m, s, l->content, l->other ? USE_SCALAR : USE_DATA))
		return false;
	s->name = l->called;
	s->text = m->depth == 2;
	return true;
}

static bool make_close(struct maker *m)
{
	const struct level *const l = &m->level[m->depth];

	if (m->depth > 1 && !l->parent && !make_leaf(m, l))
		return false;
	/* Left without any child it would be a leaf of its own. */
	if (m->depth > 2 && l->parent && !l->sure && in_data(m))
		return false;
	if (l->skip)
		m->o->steps[l->skip - 1].next = (uint32_t)m->o->count;
	m->depth--;
	return true;
}

static bool make_op(struct maker *m, uint32_t i)
{
	const struct binxml_op *const op = &m->p->ops[i];

	switch ((enum binxml_op_kind)op->kind) {
	case OP_OPEN:
		return make_open(m, op, i == 0);
	case OP_ATTRIBUTE:
		m->attribute = op->name;
		m->attribute_value = NULL;
		return true;
	case OP_BODY:
		return true;
	case OP_CLOSE:
		return make_close(m);
	case OP_TEXT:
	case OP_SLOT:
		return make_content(m, op);
	case OP_CHAR_REF:
	case OP_ENTITY_REF:
	case OP_CDATA:
	case OP_PI:
	case OP_INSTANCE:
		return false;
	}
	return false;
}

static uint32_t part_of(const struct outline_step *s)
{
	switch (s->kind) {
	case STEP_FIELD:
		return EVENT_PART(s->field);
	case STEP_DATA:
	case STEP_BINARY:
		return EVENT_PART_DATA;
	case STEP_OTHER:
		return EVENT_PART_OTHERS;
	case STEP_SKIP:
	case STEP_NESTED:
		break;
	}
	return 0;
}

/* What the steps ask of the values' types. */
static void forbid(struct outline *o)
{
	static const uint8_t by_use[] = {
		[USE_NONE] = 0,
		[USE_SCALAR] = TYPE_ARRAY | TYPE_BINXML,
		[USE_DATA] = TYPE_BINXML,
		[USE_NESTED] = TYPE_ARRAY | TYPE_OTHER,
	};

	for (size_t i = 0; i < OUTLINE_SLOTS; i++)
		o->forbidden[i] = by_use[o->use[i]];
	/* An array in the place of text of a section's root: rare enough to walk. */
	for (size_t i = 0; i < o->count; i++) {
		const struct outline_step *const s = &o->steps[i];

		if (s->kind == STEP_DATA && s->text && s->slot != SLOT_NONE)
			o->forbidden[s->slot] |= TYPE_ARRAY;
	}
	for (size_t i = 0; i < OUTLINE_SLOTS; i++)
		o->forbidden_types[i] = (o->forbidden[i] & TYPE_ARRAY ? OUTLINE_NO_ARRAY : 0) |
					(o->forbidden[i] & TYPE_BINXML ? OUTLINE_NO_BINXML : 0);
}

static bool expect(struct outline *o, uint16_t slot)
{
	if (slot >= OUTLINE_SLOTS || o->expected[slot])
		return true;
	if (o->expected_count == OUTLINE_EXPECTED)
		return false;
	o->expected[slot] = true;
	o->expected_slots[o->expected_count++] = (uint8_t)slot;
	if (slot >= o->expected_end)
		o->expected_end = (uint16_t)(slot + 1);
	return true;
}

/* Notes on what it depends that the first step for `field` fills it. False: not known. */
static bool expect_field(struct outline *o, enum event_field field)
{
	size_t at = 0;

	while (at < o->count && (o->steps[at].kind != STEP_FIELD || o->steps[at].field != field))
		at++;
	if (at == o->count)
		return false;
	for (size_t i = 0; i < at; i++) {
		if (o->steps[i].kind == STEP_SKIP && o->steps[i].next > at &&
		    !expect(o, o->steps[i].slot))
			return false;
	}
	if (field == EVENT_CHANNEL)
		o->channel = &o->steps[at];
	return expect(o, o->steps[at].slot);
}

/* Notes where `field` comes from, if there is one place at most. */
static void find_source(struct outline *o, enum event_field field)
{
	struct outline_source *const source = &o->sources[field];
	size_t at = o->count;

	for (size_t i = 0; i < o->count; i++) {
		if (o->steps[i].kind != STEP_FIELD || o->steps[i].field != field)
			continue;
		if (at != o->count)
			return;
		at = i;
	}
	for (size_t i = 0; at < o->count && i < at; i++) {
		if (o->steps[i].kind != STEP_SKIP || o->steps[i].next <= at)
			continue;
		if (source->skips == OUTLINE_SKIPS)
			return;
		source->skip[source->skips++] = o->steps[i].slot;
	}
	o->quick |= EVENT_PART(field);
	if (at == o->count)
		return;
	source->step = &o->steps[at];
	if (source->step->slot != SLOT_NONE && source->step->slot >= o->slots_end)
		o->slots_end = source->step->slot + 1u;
}

/* Steps that repeat their element for an array, by slot: the most of one. */
static uint32_t most_repeats(const struct outline *o)
{
	uint32_t repeats[OUTLINE_SLOTS] = {0}, most = 0;

	for (size_t i = 0; i < o->count; i++) {
		const struct outline_step *const s = &o->steps[i];

		if (s->kind == STEP_DATA && s->slot != SLOT_NONE && ++repeats[s->slot] > most)
			most = repeats[s->slot];
	}
	return most;
}

/* What is known of every record by its outline. */
static void summarise(struct outline *o)
{
	o->nested_slot = SLOT_NONE;
	o->repeats = most_repeats(o);
	for (int i = 0; i < EVENT_FIELD_COUNT; i++)
		find_source(o, (enum event_field)i);
	for (size_t i = 0; i < o->count; i++) {
		const struct outline_step *const s = &o->steps[i];

		if (s->kind == STEP_NESTED) {
			o->nested_slot = o->nested_slot == SLOT_NONE ? s->slot : SLOT_MANY;
			o->nested_inner = s->inner;
		}
		o->parts |= part_of(s);
	}
	o->sure = expect_field(o, EVENT_PROVIDER) && expect_field(o, EVENT_ID) &&
		  expect_field(o, EVENT_CHANNEL) && expect_field(o, EVENT_COMPUTER);
}

/* What stands for the elements that a nested program is in. */
static const struct binxml_name no_element = {.atom = ATOM_OTHER};

const struct outline *outline_make(struct arena *a, const struct binxml_program *p, bool inner)
{
	struct maker m = {.a = a, .p = p, .o = arena_alloc(a, sizeof(*m.o))};
	uint32_t attribute_end = 0;

	if (!m.o || !p->count || p->ops[0].kind != OP_OPEN || p->ops[0].next != p->count)
		return NULL;
	m.o->nested = p->ops[0].name->atom != ATOM_EVENT;
	m.o->cost = p->count;
	if (!m.o->nested && inner)
		return NULL;
	m.depth = inner ? 2 : m.o->nested ? 1 : 0;
	for (unsigned i = 1; i <= m.depth; i++)
		m.level[i].name = &no_element;
	for (uint32_t i = 0; i < p->count; i++) {
		if (m.attribute && i == attribute_end && !make_attribute(&m))
			return NULL;
		if (p->ops[i].kind == OP_ATTRIBUTE)
			attribute_end = p->ops[i].next;
		if (!make_op(&m, i))
			return NULL;
	}
	forbid(m.o);
	summarise(m.o);
	return m.o;
}
