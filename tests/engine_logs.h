/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Random event logs, and damage to them. A log has a few templates and many records of them: that
 * is what the fast ways live on. The templates hold everything that BinXML can say; values fit
 * their slots mostly.
 */
#ifndef TOCSIN_TESTS_ENGINE_LOGS_H
#define TOCSIN_TESTS_ENGINE_LOGS_H

#include "../tools/edge_log.h"
#include "engine_words.h"

#define PLAN_SLOTS 40u
#define PLAN_CHILDREN 8u

struct plan_slot {
	uint8_t type;
	bool optional;
	const char *text;         /* what a string slot holds mostly; NULL: anything */
	const struct plan *inner; /* of a BinXML slot */
	bool written;             /* the same without a template: its elements are written out */
};

/* A template, and what its instances bring. */
struct plan {
	struct evtx_tree_template template;
	struct plan_slot slots[PLAN_SLOTS];
	uint16_t slot_count;
	unsigned depth;
	bool tame;
};

static inline struct view engine_utf16(struct chance *c, const char *text)
{
	const struct view v = utf8_to_utf16(&c->arena, view_of(text));

	if (!v.p)
		abort();
	return v;
}

/* ---- Nodes */

/* A list of nodes that grows, with room for its end. */
struct nodes {
	struct evtx_node *node;
	size_t n;
};

static inline struct nodes nodes_new(struct chance *c)
{
	return (struct nodes){chance_alloc(c, 40, sizeof(struct evtx_node)), 0};
}

static inline void nodes_add(struct nodes *l, struct evtx_node node)
{
	if (l->n < 38)
		l->node[l->n++] = node;
}

static inline struct evtx_node node_text(const char *text, bool more)
{
	return (struct evtx_node){.kind = EVTX_NODE_TEXT, .text = text, .more = more};
}

static inline struct evtx_node *nodes_one(struct chance *c, struct evtx_node node)
{
	struct nodes l = nodes_new(c);

	nodes_add(&l, node);
	return l.node;
}

static inline struct evtx_node node_element(const char *name, const struct evtx_node *attributes,
					    const struct evtx_node *children)
{
	return (struct evtx_node){.kind = EVTX_NODE_ELEMENT,
				  .name = name,
				  .attributes = attributes,
				  .children = children};
}

static inline struct evtx_node node_attribute(const char *name, const struct evtx_node *value)
{
	return (struct evtx_node){.kind = EVTX_NODE_ATTRIBUTE, .name = name, .children = value};
}

static inline uint8_t plan_type(struct chance *c)
{
	static const uint8_t usual[] = {
		VALUE_STRING,   VALUE_STRING, VALUE_STRING, VALUE_STRING,
		VALUE_UINT32,   VALUE_UINT16, VALUE_UINT64, VALUE_HEX64,
		VALUE_FILETIME, VALUE_GUID,   VALUE_SID,    VALUE_INT32,
		VALUE_UINT8,    VALUE_HEX32,  VALUE_BOOL,   VALUE_BINARY,
	};
	static const uint8_t seldom[] = {
		VALUE_XML,    0x82,        VALUE_NULL,   VALUE_ANSI, VALUE_INT8, VALUE_INT16,
		VALUE_INT64,  VALUE_FLOAT, VALUE_DOUBLE, VALUE_SIZE, VALUE_XML,  VALUE_SYSTEMTIME,
		VALUE_HANDLE, 0x27,        0x81,         0x81,       0x82,       0x84,
		0x88,         0x8f,        0x91,         0x93,       0x95,       0x8e,
		VALUE_BINXML, 0xa1,
	};

	if (chance_is(c, 6))
		return VALUE_ANSI;
	return chance_is_odd(c, 20) ? CHANCE_ONE(c, seldom) : CHANCE_ONE(c, usual);
}

static inline struct evtx_node plan_slot(struct chance *c, struct plan *p, uint8_t type,
					 const char *text)
{
	uint16_t i = p->slot_count;
	const bool optional = chance_is(c, 30);

	if (i >= PLAN_SLOTS || (i && chance_is_odd(c, 6)))
		i = (uint16_t)chance_below(c, i); /* the same value twice */
	else
		p->slots[p->slot_count++] =
			(struct plan_slot){.type = type, .optional = optional, .text = text};
	return (struct evtx_node){.kind = EVTX_NODE_SLOT,
				  .slot = i,
				  .type = p->slots[i].type,
				  .optional = chance_is_odd(c, 3) ? !optional : optional};
}

/* A cut of a text that splits no character. */
static inline size_t text_cut(struct chance *c, const char *text)
{
	size_t at = chance_below(c, (uint32_t)strlen(text) + 1);

	while (at && ((uint8_t)text[at] & 0xc0) == 0x80)
		at--;
	return at;
}

/* A text in pieces: literals, a slot, a CDATA section, characters. */
static inline void plan_pieces(struct chance *c, struct plan *p, struct nodes *to, const char *text)
{
	const size_t at = text_cut(c, text);
	const char *const head = arena_copy(&c->arena, text, at), *const tail = text + at;
	static const char *const entities[] = {"lt", "amp", "quot", "nbsp"};

	if (!head)
		abort();
	switch (chance_below(c, 8)) {
	case 0:
	case 1:
		nodes_add(to, node_text(head, chance_is(c, 30)));
		nodes_add(to, plan_slot(c, p, VALUE_STRING, tail));
		break;
	case 2:
		nodes_add(to, plan_slot(c, p, VALUE_STRING, head));
		nodes_add(to, node_text(tail, false));
		break;
	case 3:
		nodes_add(to, plan_slot(c, p, VALUE_STRING, head));
		nodes_add(to, plan_slot(c, p, VALUE_STRING, tail));
		break;
	case 4:
		nodes_add(to, node_text(head, true));
		nodes_add(to, node_text(tail, chance_is(c, 20)));
		break;
	case 5:
		nodes_add(to, node_text(head, false));
		nodes_add(to, (struct evtx_node){.kind = EVTX_NODE_CDATA, .text = tail});
		break;
	case 6:
		nodes_add(to, node_text(head, false));
		for (const char *t = tail; *t; t++)
			nodes_add(to,
				  (struct evtx_node){.kind = EVTX_NODE_CHAR, .slot = (uint8_t)*t});
		break;
	default:
		nodes_add(to, node_text(head, false));
		nodes_add(to, (struct evtx_node){.kind = EVTX_NODE_ENTITY,
						 .name = CHANCE_ONE(c, entities)});
		nodes_add(to, plan_slot(c, p, plan_type(c), tail));
		break;
	}
	if (chance_is(c, 4))
		nodes_add(to,
			  (struct evtx_node){.kind = EVTX_NODE_PI, .name = "pi", .text = "data"});
}

/* What stands in an element or an attribute: mostly one slot, or one text. */
static inline const struct evtx_node *plan_content(struct chance *c, struct plan *p)
{
	struct nodes to = nodes_new(c);
	if (chance_is_odd(c, 22))
		plan_pieces(c, p, &to, engine_phrase(c, 2));
	else if (chance_is(c, 75))
		nodes_add(&to, plan_slot(c, p, plan_type(c), NULL));
	else if (chance_is(c, 90))
		nodes_add(&to, node_text(engine_phrase(c, 2), false));
	return to.node;
}

/* `text` for sure: in one piece mostly, or in a slot, or in pieces. */
static inline const struct evtx_node *plan_sure(struct chance *c, struct plan *p, const char *text)
{
	struct nodes to = nodes_new(c);
	if (chance_is_odd(c, 10))
		plan_pieces(c, p, &to, text);
	else if (chance_is(c, 65))
		nodes_add(&to, node_text(text, false));
	else
		nodes_add(&to, plan_slot(c, p, VALUE_STRING, text));
	return to.node;
}

static inline const struct evtx_node *plan_number(struct chance *c, struct plan *p, uint8_t type,
						  const char *text)
{
	struct nodes to = nodes_new(c);

	nodes_add(&to, chance_is(c, 70) ? plan_slot(c, p, type, NULL) : node_text(text, false));
	return to.node;
}

/* ---- System */

static inline struct evtx_node plan_provider(struct chance *c, struct plan *p)
{
	struct nodes a = nodes_new(c);
	struct evtx_node e;

	if (!chance_is_odd(c, 4))
		nodes_add(&a,
			  node_attribute("Name", plan_sure(c, p, CHANCE_ONE(c, engine_providers))));
	if (chance_is(c, 40))
		nodes_add(&a, node_attribute("Guid", plan_number(c, p, VALUE_GUID, "{x}")));
	if (chance_is(c, 15))
		nodes_add(&a, node_attribute("EventSourceName",
					     plan_sure(c, p, CHANCE_ONE(c, engine_providers))));
	e = node_element("Provider", a.node, NULL);
	e.empty_tag = true;
	return e;
}

static inline void plan_attributes(struct chance *c, struct plan *p, struct nodes *to,
				   const char *name, const char *first, const char *second,
				   uint8_t type)
{
	struct nodes a = nodes_new(c);
	struct evtx_node e;

	nodes_add(&a, node_attribute(first, nodes_one(c, plan_slot(c, p, type, NULL))));
	if (second)
		nodes_add(&a, node_attribute(second, nodes_one(c, plan_slot(c, p, type, NULL))));
	e = node_element(name, a.node, NULL);
	e.empty_tag = true;
	if (chance_is(c, 10))
		e.depends = a.node[0].children[0].slot + 1u;
	nodes_add(to, e);
}

static inline struct evtx_node plan_system(struct chance *c, struct plan *p)
{
	static const struct {
		const char *name;
		uint8_t type;
		const char *text;
	} numbers[] = {{"Version", VALUE_UINT8, "0"},
		       {"Level", VALUE_UINT8, "3"},
		       {"Task", VALUE_UINT16, "7"},
		       {"Opcode", VALUE_UINT8, "0"},
		       {"Keywords", VALUE_HEX64, "0x80000000000000"}};
	struct nodes s = nodes_new(c);
	struct evtx_node id;

	nodes_add(&s, plan_provider(c, p));
	id = node_element("EventID", NULL, plan_number(c, p, VALUE_UINT16, "1"));
	if (chance_is(c, 40))
		id.attributes = nodes_one(
			c, node_attribute("Qualifiers",
					  nodes_one(c, plan_slot(c, p, VALUE_UINT16, NULL))));
	if (!chance_is_odd(c, 4))
		nodes_add(&s, id);
	for (size_t i = 0; i < 5; i++)
		if (chance_is(c, 60))
			nodes_add(&s, node_element(
					      numbers[i].name, NULL,
					      plan_number(c, p, numbers[i].type, numbers[i].text)));
	if (!chance_is(c, 5))
		plan_attributes(c, p, &s, "TimeCreated", "SystemTime", NULL, VALUE_FILETIME);
	nodes_add(&s, node_element("EventRecordID", NULL, plan_number(c, p, VALUE_UINT64, "5")));
	if (chance_is(c, 30))
		plan_attributes(c, p, &s, "Correlation", "ActivityID", "RelatedActivityID",
				VALUE_GUID);
	if (chance_is(c, 40))
		plan_attributes(c, p, &s, "Execution", "ProcessID", "ThreadID", VALUE_UINT32);
	if (!chance_is_odd(c, 4))
		nodes_add(&s, node_element("Channel", NULL,
					   plan_sure(c, p, CHANCE_ONE(c, engine_channels))));
	if (!chance_is_odd(c, 4))
		nodes_add(&s, node_element("Computer", NULL,
					   plan_sure(c, p, CHANCE_ONE(c, engine_computers))));
	if (chance_is(c, 50))
		plan_attributes(c, p, &s, "Security", "UserID", NULL, VALUE_SID);
	if (chance_is_odd(c, 4))
		nodes_add(&s, node_element("Unknown", NULL, plan_content(c, p)));
	return node_element("System", NULL, s.node);
}

/* ---- Bodies */

static inline struct evtx_node plan_leaf(struct chance *c, struct plan *p, bool data)
{
	static const char *const names[] = {"Data", "Data", "Data", "Binary", "ComplexData", "x"};
	static const char *const keys[] = {"a", "Path", "k", "Deserialize"};
	struct evtx_node e =
		node_element(data ? CHANCE_ONE(c, names) : CHANCE_ONE(c, keys), NULL, NULL);

	e.children = plan_content(c, p);
	if (data ? chance_is(c, 80) : chance_is(c, 10))
		e.attributes = nodes_one(
			c,
			node_attribute("Name",
				       !chance_is_odd(c, 8)
					       ? nodes_one(c, node_text(CHANCE_ONE(c, keys), false))
					       : plan_content(c, p)));
	if (e.children[0].kind == EVTX_NODE_SLOT && chance_is(c, 20))
		e.depends = e.children[0].slot + 1u;
	if (chance_is(c, 3)) {
		e.empty_tag = true;
		e.children = NULL;
	}
	return e;
}

static inline struct evtx_node plan_event_data(struct chance *c, struct plan *p)
{
	struct nodes data = nodes_new(c);

	for (unsigned n = chance_below(c, PLAN_CHILDREN); n; n--)
		nodes_add(&data, plan_leaf(c, p, true));
	return node_element("EventData", NULL, data.node);
}

static inline struct evtx_node plan_user_data(struct chance *c, struct plan *p)
{
	struct nodes outer = nodes_new(c);
	struct evtx_node e;

	for (unsigned n = chance_below(c, PLAN_CHILDREN); n; n--)
		nodes_add(&outer, plan_leaf(c, p, false));
	if (chance_is(c, 30))
		nodes_add(&outer, node_element("deep", NULL, nodes_one(c, plan_leaf(c, p, false))));
	e = node_element("X", NULL, outer.node);
	e.attributes =
		nodes_one(c, node_attribute("xmlns", nodes_one(c, node_text("urn:x", false))));
	return node_element("UserData", NULL, nodes_one(c, e));
}

static inline struct evtx_node plan_rendering(struct chance *c, struct plan *p)
{
	struct nodes r = nodes_new(c);

	nodes_add(&r, node_element("Message", NULL, plan_content(c, p)));
	if (chance_is(c, 50))
		nodes_add(&r, node_element("Level", NULL, plan_content(c, p)));
	return node_element(
		"RenderingInfo",
		nodes_one(c, node_attribute("Culture", nodes_one(c, node_text("en", false)))),
		r.node);
}

static inline struct plan *plan_new(struct chance *c, unsigned depth)
{
	struct plan *const p = chance_alloc(c, 1, sizeof(*p));

	p->depth = depth;
	put32(p->template.guid, 0x2000u + chance_below(c, 12));
	p->template.guid[15] = (uint8_t)chance_below(c, 2);
	p->template.variant = chance_below(c, 1000);
	return p;
}

/* A body, as it stands in an event or in an instance of its own. */
static inline void plan_body(struct chance *c, struct plan *p, struct nodes *to);

static inline struct plan *plan_inner(struct chance *c, unsigned depth)
{
	struct plan *const p = plan_new(c, depth);
	struct nodes body = nodes_new(c);

	plan_body(c, p, &body);
	if (chance_is_odd(c, 5))
		nodes_add(&body, (struct evtx_node){.kind = EVTX_NODE_FRAGMENT});
	p->template.nodes = body.node;
	return p;
}

static inline struct evtx_node plan_nested(struct chance *c, struct plan *p)
{
	const struct evtx_node node = {.kind = EVTX_NODE_SLOT,
				       .slot = p->slot_count,
				       .type = VALUE_BINXML,
				       .optional = chance_is(c, 70)};
	struct plan_slot slot = {.type = VALUE_BINXML};

	if (p->slot_count == PLAN_SLOTS)
		return node_text("full", false);
	slot.written = chance_is(c, 30);
	if (!slot.written)
		slot.inner = plan_inner(c, p->depth + 1);
	p->slots[p->slot_count++] = slot;
	return node;
}

static inline void plan_body(struct chance *c, struct plan *p, struct nodes *to)
{
	const unsigned kind = chance_below(c, 100);

	if (kind < 45)
		nodes_add(to, plan_event_data(c, p));
	else if (kind < 60)
		nodes_add(to, plan_user_data(c, p));
	else if (kind < 90 && p->depth < 3) {
		nodes_add(to, plan_nested(c, p));
		if (chance_is_odd(c, 8))
			nodes_add(to, plan_nested(c, p));
	} else if (p->depth < 3) {
		/* What providers of classic layouts do. */
		nodes_add(to, node_element("UserData", NULL, nodes_one(c, plan_nested(c, p))));
	} else if (chance_is(c, 50)) {
		nodes_add(to, node_element("X", NULL, plan_content(c, p)));
	}
	if (chance_is(c, 12))
		nodes_add(to, plan_rendering(c, p));
}

/* A whole event. */
static inline struct plan *plan_event(struct chance *c)
{
	struct plan *const p = plan_new(c, 0);
	struct nodes body = nodes_new(c);
	struct evtx_node event;

	c->tame = p->tame = chance_is(c, 75);
	nodes_add(&body, plan_system(c, p));
	plan_body(c, p, &body);
	event = node_element("Event", NULL, body.node);
	event.attributes = nodes_one(
		c, node_attribute("xmlns", nodes_one(c, node_text(EDGE_NAMESPACE, false))));
	p->template.nodes = nodes_one(c, event);
	p->template.lost = chance_is_odd(c, 3);
	return p;
}

/* ---- Values */

static inline struct view make_random(struct chance *c, size_t n)
{
	uint8_t *const p = chance_alloc(c, n + 1, 1);

	for (size_t i = 0; i < n; i++)
		p[i] = (uint8_t)chance_below(c, 256);
	return (struct view){p, n};
}

/* Small numbers are what queries ask for. */
static inline struct view make_integer(struct chance *c, size_t n)
{
	static const uint64_t numbers[] = {0,  1,    2,    3,    4,          7,       31,
					   47, 4625, 4711, 4999, UINT64_MAX, 0x10001, 0x11387};
	struct view v = make_random(c, n < 8 ? 8 : n);

	put64((uint8_t *)(uintptr_t)v.p, CHANCE_ONE(c, numbers));
	v.n = n;
	return v;
}

static inline struct view make_string(struct chance *c, const char *planned)
{
	const char *const text = planned && chance_is(c, 70) ? planned : engine_phrase(c, 3);
	const struct view v = engine_utf16(c, text);
	uint8_t *p;
	size_t n = v.n;

	if (chance_is(c, 75))
		return v;
	p = chance_alloc(c, n + 8, 1);
	memcpy(p, v.p, n);
	switch (chance_below(c, 6)) {
	case 0: /* ended */
		n += 2;
		break;
	case 1: /* more than ended */
		n += 6;
		break;
	case 2: /* half a unit */
		p[n++] = 'A';
		break;
	case 3: /* ended in the middle */
		if (n)
			put16(p + chance_below(c, (uint32_t)n / 2) * 2u, 0);
		break;
	case 4: /* half a character, or one that XML does not have */
		if (n)
			put16(p + chance_below(c, (uint32_t)n / 2) * 2u,
			      chance_is(c, 50) ? 0xd83d : 1);
		break;
	default: /* blanks around */
		put16(p + n, ' ');
		n += 2;
		break;
	}
	return (struct view){p, n};
}

static inline struct view make_strings(struct chance *c, bool ansi)
{
	struct buf b = {0};
	struct view v;

	for (unsigned n = chance_below(c, 4); n; n--) {
		const char *const text = engine_phrase(c, 2);
		const struct view one = ansi ? view_of(text) : engine_utf16(c, text);

		if (one.n)
			buf_add(&b, one.p, one.n);
		buf_fill(&b, 0, ansi ? 1 : chance_is(c, 95) ? 2 : 1);
	}
	v = (struct view){(const uint8_t *)arena_copy(&c->arena, b.p, b.n), b.n};
	if (!v.p)
		abort();
	buf_free(&b);
	return v;
}

static inline struct view make_sid(struct chance *c)
{
	struct view v = sid_from_text(&c->arena, CHANCE_ONE(c, engine_sids));

	if (!v.p)
		abort();
	if (chance_is(c, 5))
		v.n -= 1 + chance_below(c, 4);
	return v;
}

static inline struct view make_time(struct chance *c)
{
	const struct view v = make_random(c, 8);

	put64((uint8_t *)(uintptr_t)v.p,
	      chance_is(c, 90) ? ENGINE_TIME + chance_below(c, 1000) * 100000000ull : le64(v.p));
	return v;
}

static inline struct view make_of_type(struct chance *c, uint8_t type, const char *planned)
{
	const size_t fixed = value_fixed_size(type & 0x7f);

	switch (type) {
	case VALUE_NULL:
		return make_random(c, chance_is(c, 90) ? 0 : 4);
	case VALUE_STRING:
		return make_string(c, planned);
	case VALUE_XML:
		return engine_utf16(c, engine_phrase(c, 2));
	case VALUE_ANSI:
		return view_of(engine_phrase(c, 2));
	case 0x81:
	case 0x82:
		return make_strings(c, type == 0x82);
	case VALUE_SID:
		return make_sid(c);
	case VALUE_FILETIME:
		return make_time(c);
	case VALUE_SIZE:
		return make_integer(c, chance_is(c, 50) ? 4 : 8);
	case VALUE_BINXML:
		return chance_is(c, 50) ? (struct view){(const uint8_t *)"\x0f\1\1\0", 4}
					: make_random(c, chance_below(c, 12));
	default:
		break;
	}
	if (type & VALUE_ARRAY)
		return make_random(c, fixed ? fixed * chance_below(c, 4) : chance_below(c, 12));
	if (!fixed)
		return make_random(c, chance_below(c, 12));
	return make_integer(c, chance_is(c, 95) ? fixed : chance_below(c, (uint32_t)fixed + 3));
}

/* An element as a provider writes it out: texts of one piece, mostly. */
static inline struct evtx_node make_element(struct chance *c, unsigned depth)
{
	static const char *const names[] = {"EventData", "UserData", "X", "Data", "a", "deep"};
	struct nodes children = nodes_new(c);
	struct evtx_node e = node_element(CHANCE_ONE(c, names), NULL, NULL);

	if (depth && chance_is(c, 60)) {
		for (unsigned n = chance_below(c, 4); n; n--)
			nodes_add(&children, make_element(c, depth - 1));
	} else if (!chance_is(c, 10)) {
		nodes_add(&children, node_text(engine_phrase(c, 2), chance_is(c, 4)));
	}
	if (chance_is(c, 5))
		nodes_add(&children, (struct evtx_node){.kind = EVTX_NODE_CDATA, .text = "ab"});
	e.children = children.node;
	if (chance_is(c, 30))
		e.attributes = nodes_one(
			c, node_attribute("Name",
					  nodes_one(c, node_text(engine_phrase(c, 1), false))));
	e.empty_tag = !children.n && chance_is(c, 50);
	return e;
}

static inline const struct evtx_node *make_written(struct chance *c)
{
	struct nodes top = nodes_new(c);

	for (unsigned n = chance_is(c, 85) ? 1 : chance_below(c, 4); n; n--)
		nodes_add(&top, make_element(c, 3));
	return top.node;
}

static inline struct evtx_node plan_instance(struct chance *c, const struct plan *p);

static inline struct evtx_tree_value plan_value(struct chance *c, const struct plan_slot *s)
{
	struct evtx_tree_value v = {.type = s->type};
	if (chance_is_odd(c, 3))
		v.type = plan_type(c);
	else if (chance_is_odd(c, 8) || (s->optional && chance_is(c, 25)))
		v.type = VALUE_NULL;
	if (v.type == VALUE_BINXML && s->inner)
		v.nodes = nodes_one(c, plan_instance(c, s->inner));
	else if (v.type == VALUE_BINXML && s->written)
		v.nodes = make_written(c);
	else
		v.bytes = make_of_type(c, v.type, s->text);
	if (chance_is_odd(c, 1) && chance_is(c, 25))
		v.claimed = (uint16_t)(1 + chance_below(c, chance_is(c, 50) ? 16 : 0xffff));
	return v;
}

static inline struct evtx_node plan_instance(struct chance *c, const struct plan *p)
{
	uint32_t n = p->slot_count;
	struct evtx_tree_value *const values = chance_alloc(c, n + 4u, sizeof(*values));

	for (uint32_t i = 0; i < n; i++)
		values[i] = plan_value(c, &p->slots[i]);
	if (chance_is_odd(c, 2))
		n = chance_below(c, n + 1);
	else if (chance_is_odd(c, 2))
		n += chance_below(c, 4);
	return (struct evtx_node){.kind = EVTX_NODE_INSTANCE,
				  .template = &p->template,
				  .values = values,
				  .value_count = n};
}

/* ---- Logs */

#define ENGINE_PLANS 5u

struct engine_log {
	struct edge edge;
	const struct plan *plans[ENGINE_PLANS];
	size_t plan_count;
	uint64_t time;
};

static inline void engine_log_record(struct chance *c, struct engine_log *l)
{
	static const struct evtx_tree_options usual = {.no_headers = false},
					      odd[] = {{.no_headers = true},
						       {.no_ends = true},
						       {.wrong_sizes = true},
						       {.more_end = 3},
						       {.version = 0x0203}};
	const struct evtx_tree_options *const options =
		!chance_is_odd(c, 3) ? &usual : &odd[chance_below(c, 5)];
	struct nodes record = nodes_new(c);
	enum tocsin_status status;

	if (chance_is(c, 2)) { /* no template */
		nodes_add(&record, *plan_event(c)->template.nodes);
	} else {
		const struct plan *const p = l->plans[chance_below(c, (uint32_t)l->plan_count)];

		c->tame = p->tame;
		nodes_add(&record, plan_instance(c, p));
	}
	l->time += chance_below(c, 1000) * 1000000ull;
	status = evtx_writer_add_tree(l->edge.writer, 0, l->time, record.node, options,
				      &l->edge.error);
	/* A tree that can't be: too deep, too large. Then there is one record less. */
	if (status != TOCSIN_OK && status != TOCSIN_LIMIT && status != TOCSIN_USAGE)
		l->edge.failed = true;
}

/* A record as programs log it, by the writer's own layout. */
static inline void engine_log_usual(struct chance *c, struct engine_log *l)
{
	struct event_maker m;

	event_maker_start(&m, &c->arena);
	event_maker_text(&m, EVENT_PROVIDER, CHANCE_ONE(c, engine_providers));
	event_maker_number(&m, EVENT_ID, VALUE_UINT16, chance_is(c, 50) ? 1 : 4999);
	event_maker_number(&m, EVENT_LEVEL, VALUE_UINT8, chance_below(c, 5));
	event_maker_text(&m, EVENT_CHANNEL, CHANCE_ONE(c, engine_channels));
	event_maker_text(&m, EVENT_COMPUTER, CHANCE_ONE(c, engine_computers));
	if (chance_is(c, 30))
		event_maker_sid(&m, EVENT_USER_ID, CHANCE_ONE(c, engine_sids));
	l->time += chance_below(c, 1000) * 1000000ull;
	event_maker_time(&m, l->time);
	for (unsigned n = chance_below(c, 4); n; n--)
		event_maker_string(&m, chance_is(c, 40) ? "Path" : NULL, engine_phrase(c, 3));
	if (chance_is(c, 10))
		event_maker_binary(&m, make_random(c, 6));
	edge_check(&l->edge,
		   evtx_writer_add(l->edge.writer, event_maker_done(&m), NULL, &l->edge.error));
}

/* A log of one to three chunks; the templates come again in each. The bytes are the caller's. */
static inline struct buf engine_log_make(struct chance *c)
{
	const struct evtx_writer_options options = {.first_record = 1 + chance_below(c, 1000),
						    .dirty = chance_is(c, 20),
						    .no_crc32 = chance_is(c, 5)};
	const unsigned chunks = 1 + chance_below(c, 3);
	struct engine_log l = {.time = ENGINE_TIME};

	edge_start(&l.edge, &options);
	l.plan_count = 1 + chance_below(c, ENGINE_PLANS);
	for (size_t i = 0; i < l.plan_count; i++)
		l.plans[i] = plan_event(c);
	for (unsigned i = 0; i < chunks; i++) {
		for (unsigned n = 1 + chance_below(c, 14); n && !l.edge.failed; n--) {
			if (chance_is(c, 80))
				engine_log_record(c, &l);
			else
				engine_log_usual(c, &l);
		}
		edge_check(&l.edge, evtx_writer_end_chunk(l.edge.writer, &l.edge.error));
	}
	edge_done(&l.edge);
	return l.edge.log;
}

#endif
