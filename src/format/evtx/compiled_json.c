/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Making a template's form for JSON: what render_json.c prints, with slots in place of values.
 *
 * Every member ends with a comma. What ends an object turns the last one into its bracket; so no op
 * has to know what was left out before it.
 */
#include "format/evtx/compiled.h"
#include "format/evtx/json_keys.h"
#include "format/evtx/json_value.h"

/* Direct parts of one element; others are walked. */
#define CHILDREN_MAX 512u

static const char attributes_start[] = "\"#attributes\":{";
static const char none_null[] = "null", none_empty[] = "\"\"";

/* An element's parts, by their ops; 0: there is none. */
struct element {
	uint32_t at;
	uint32_t key;     /* attribute that its member is called by */
	uint32_t content; /* its one text or slot */
	uint32_t nested;  /* the slot that holds an element */
	uint32_t children[CHILDREN_MAX];
	size_t count;
	bool fixed;   /* has an attribute that always shows */
	bool dynamic; /* has one that may */
	bool inside;  /* has a parent element */
};

static const struct binxml_op *op_at(const struct form_maker *m, uint32_t i)
{
	return &m->p->ops[i];
}

/* ---- Texts */

static void add_literal(struct form_maker *m, const struct value *v)
{
	const bool bare = json_value_is_bare(v);

	if (!bare)
		buf_byte(&m->text, '"');
	value_append(&m->text, v, UTF_JSON);
	if (!bare)
		buf_byte(&m->text, '"');
}

static void add_key(struct form_maker *m, struct view key)
{
	buf_byte(&m->text, '"');
	buf_add(&m->text, key.p, key.n);
	buf_str(&m->text, "\":");
}

static bool shows(const struct form_maker *m, uint32_t i)
{
	const struct binxml_op *const op = op_at(m, i);

	return i && op->kind == OP_TEXT && json_value_shows(&op->value);
}

/* The value of the attribute at op `i`: a text, a slot, or 0 for nothing; false for anything else.
 */
static bool attribute_value(const struct form_maker *m, uint32_t i, uint32_t *ret)
{
	const struct binxml_op *const op = op_at(m, i);

	*ret = 0;
	if (op->next == i + 1)
		return true;
	if (op->next != i + 2 || (op[1].kind != OP_TEXT && op[1].kind != OP_SLOT))
		return false;
	*ret = i + 1;
	return true;
}

/* Turns the comma behind the last member into `end`, where it is known to be there. */
static bool close_known(struct form_maker *m, const char *end)
{
	if (m->text.n <= m->from || m->text.p[m->text.n - 1] != ',')
		return false;
	m->text.n--;
	buf_str(&m->text, end);
	return true;
}

static void close_object(struct form_maker *m, const char *none)
{
	if (!close_known(m, "}"))
		form_extra(m, form_add(m, FORM_OBJECT, SLOT_NONE), none, strlen(none));
}

/* ---- Elements */

static bool parse_child(struct element *e, uint32_t i)
{
	if (e->count == CHILDREN_MAX)
		return false;
	e->children[e->count++] = i;
	return true;
}

static bool parse_attribute(const struct form_maker *m, struct element *e, uint32_t i)
{
	uint32_t value;

	if (!attribute_value(m, i, &value))
		return false;
	e->fixed |= i != e->key && shows(m, value);
	e->dynamic |= value && op_at(m, value)->kind == OP_SLOT;
	return true;
}

/* The parts of the element at op `i`; false when there are such as no form can have. */
static bool parse(const struct form_maker *m, uint32_t i, struct element *e)
{
	const uint32_t end = op_at(m, i)->next - 1;
	uint32_t k = i + 1;

	e->at = i;
	for (; op_at(m, k)->kind == OP_ATTRIBUTE; k = op_at(m, k)->next) {
		if (!parse_attribute(m, e, k))
			return false;
	}
	for (; k < end; k = op_at(m, k)->kind == OP_OPEN ? op_at(m, k)->next : k + 1) {
		const struct binxml_op *const op = op_at(m, k);

		if (op->kind == OP_OPEN ? !parse_child(e, k) : op->kind != OP_BODY) {
			if (e->content || (op->kind != OP_TEXT && op->kind != OP_SLOT))
				return false;
			e->content = k;
		}
	}
	if (e->content && op_at(m, e->content)->kind == OP_SLOT &&
	    (e->count || op_at(m, e->content)->value.type == VALUE_BINXML))
		e->nested = e->content;
	return (!e->count || !e->content || e->nested) && !form_repeats_attribute(m->p, i);
}

/* The attribute that names the Data element at op `i`; 0: it has no name. False: its name is no
 * plain text. */
static bool data_name(const struct form_maker *m, uint32_t i, uint32_t *ret)
{
	uint32_t value;

	*ret = 0;
	for (i++; op_at(m, i)->kind == OP_ATTRIBUTE; i = op_at(m, i)->next) {
		if (op_at(m, i)->name->atom != ATOM_NAME)
			continue;
		if (!attribute_value(m, i, &value) || (value && op_at(m, value)->kind != OP_TEXT))
			return false;
		*ret = shows(m, value) ? i : 0;
		return true;
	}
	return true;
}

static bool is_data(const struct form_maker *m, uint32_t i)
{
	return op_at(m, i)->name->atom == ATOM_DATA;
}

/* Whether all of the Data element at op `i` but its name is at most one text or slot. */
static bool is_plain_data(const struct form_maker *m, uint32_t i)
{
	struct element e = {.at = i};

	return data_name(m, i, &e.key) && parse(m, i, &e) && !e.fixed && !e.dynamic && !e.count &&
	       !e.nested;
}

/* ---- Members */

/* One member of an object: a child, or Data elements in a row under one name. */
struct member {
	size_t first, count; /* of element.children */
	struct view name;    /* what it would be called alone */
	struct view key;
	uint32_t made; /* text that a walk makes for the key of each named Data element */
	bool named;    /* named Data */
	bool data;
};

static bool is_conditional(const struct form_maker *m, uint32_t i)
{
	return i && op_at(m, i)->slot != SLOT_NONE;
}

/* Leaves the element at op `i` out where it depends on a NULL; *ret is the op to land. */
static bool begin_element(struct form_maker *m, uint32_t i, uint32_t *ret)
{
	const struct binxml_op *const op = op_at(m, i);

	if (!is_conditional(m, i))
		return false;
	*ret = form_add(m, FORM_SKIP_NULL, op->slot);
	if (!m->failed)
		m->ops[*ret].nodes = op->next - i - 1;
	return true;
}

static void add_value(struct form_maker *m, uint32_t content, const char *none)
{
	if (!content || op_at(m, content)->kind == OP_TEXT) {
		if (shows(m, content))
			add_literal(m, &op_at(m, content)->value);
		else
			buf_str(&m->text, none);
		return;
	}
	form_extra(m, form_add(m, FORM_JSON_VALUE, op_at(m, content)->slot), none, strlen(none));
}

/* A text beside attributes, where it shows. */
static void add_text_member(struct form_maker *m, uint32_t content)
{
	uint32_t skip;

	if (!content || (op_at(m, content)->kind == OP_TEXT && !shows(m, content)))
		return;
	if (op_at(m, content)->kind == OP_TEXT) {
		buf_str(&m->text, "\"#text\":");
		add_value(m, content, none_empty);
		buf_byte(&m->text, ',');
		return;
	}
	skip = form_add(m, FORM_SKIP_HIDDEN, op_at(m, content)->slot);
	buf_str(&m->text, "\"#text\":");
	add_value(m, content, none_empty);
	buf_byte(&m->text, ',');
	form_land(m, skip);
}

static void add_attribute(struct form_maker *m, uint32_t i)
{
	const struct binxml_op *const op = op_at(m, i);
	const bool slot = op->next == i + 2 && op[1].kind == OP_SLOT;
	uint32_t skip = 0;

	if (!slot && !(op->next == i + 2 && shows(m, i + 1)))
		return;
	if (slot) {
		skip = form_add(m, FORM_SKIP_HIDDEN, op[1].slot);
		if (!m->failed && (op[1].flags & OP_OPTIONAL)) {
			m->ops[skip].flags = FORM_OPTIONAL;
			m->ops[skip].nodes = 1;
		}
	}
	add_key(m, op->name->utf8);
	add_value(m, i + 1, none_empty);
	buf_byte(&m->text, ',');
	if (slot)
		form_land(m, skip);
}

/* `"#attributes":{...},`; *ret: the op that takes all of it back, where there may be none. */
static bool add_attributes(struct form_maker *m, const struct element *e, uint32_t *ret)
{
	buf_str(&m->text, attributes_start);
	for (uint32_t i = e->at + 1; op_at(m, i)->kind == OP_ATTRIBUTE; i = op_at(m, i)->next) {
		if (i != e->key)
			add_attribute(m, i);
	}
	if (close_known(m, "},"))
		return false;
	*ret = form_add(m, FORM_ATTRIBUTES, SLOT_NONE);
	return true;
}

static bool add_children(struct form_maker *m, const struct element *e);

/* An element's value, as print_element() has it. */
static bool add_element(struct form_maker *m, const struct element *e, const char *none)
{
	const bool object = e->count || e->nested, attributes = e->fixed || e->dynamic;
	uint32_t back, over;
	bool may_be_none;

	if (!object && !attributes) {
		add_value(m, e->content, none);
		return true;
	}
	buf_byte(&m->text, '{');
	may_be_none = attributes && add_attributes(m, e, &back);
	if (may_be_none && !object && !e->content && !m->failed) {
		m->ops[back].flags = FORM_ALONE;
		form_extra(m, back, none, strlen(none));
		return true;
	}
	if (object) {
		if (may_be_none)
			form_land(m, back);
		if (!add_children(m, e))
			return false;
		close_object(m, none);
		return true;
	}
	add_text_member(m, e->content);
	close_object(m, none);
	if (may_be_none && !e->fixed) {
		over = form_add(m, FORM_JUMP, SLOT_NONE);
		form_land(m, back);
		if (!m->failed)
			m->ops[back].flags = FORM_WHOLE;
		add_value(m, e->content, none);
		form_land(m, over);
	} else if (may_be_none && !m->failed) {
		m->ops[back].jump = back + 1;
	}
	return true;
}

/* A slot that has to hold BinXML, or nothing. */
static bool add_nested(struct form_maker *m, uint32_t i)
{
	if (m->nested)
		return false;
	m->nested = true;
	(void)form_add(m, FORM_JSON_NESTED, op_at(m, i)->slot);
	return true;
}

/* One child as a member; Data has a name. */
static bool add_child(struct form_maker *m, uint32_t i, const struct member *member)
{
	struct element *const e = arena_alloc(&m->arena, sizeof(*e));
	uint32_t skip = 0;
	bool skips;

	if (!e || m->depth == FORM_DEPTH)
		return false;
	e->inside = true;
	if ((member->data && !data_name(m, i, &e->key)) || !parse(m, i, e))
		return false;
	skips = begin_element(m, i, &skip);
	m->keys += member->made;
	add_key(m, member->key);
	m->depth++;
	if (!add_element(m, e, member->data ? none_empty : none_null))
		return false;
	m->depth--;
	buf_byte(&m->text, ',');
	if (skips)
		form_land(m, skip);
	return true;
}

/* A Data element of one slot, whose array becomes one of JSON. */
static void add_datum(struct form_maker *m, uint32_t i, uint32_t slot, const struct member *member)
{
	uint32_t skip = 0, op;
	const bool skips = begin_element(m, i, &skip);

	add_key(m, member->key);
	if (!member->named)
		buf_str(&m->text, "{\"#text\":");
	m->keys += member->made;
	op = form_add(m, FORM_JSON_DATA, op_at(m, slot)->slot);
	form_extra(m, op, none_empty, strlen(none_empty));
	if (!m->failed) {
		m->ops[op].nodes = op_at(m, i)->next - i - 1;
		m->ops[op].key = member->made;
	}
	buf_str(&m->text, member->named ? "," : "},");
	if (skips)
		form_land(m, skip);
}

/* One or more Data elements as one member. */
static bool add_group(struct form_maker *m, const uint32_t *ops, const struct member *member)
{
	const uint32_t group = form_add(m, FORM_JSON_GROUP, SLOT_NONE);
	const size_t from = m->text.n;

	if (m->failed)
		return false;
	add_key(m, member->key);
	if (!member->named)
		buf_str(&m->text, "{\"#text\":");
	m->ops[group].extra = (uint32_t)from;
	m->ops[group].extra_n = (uint32_t)(m->text.n - from);
	m->ops[group].flags = member->named ? 0 : FORM_WHOLE;
	m->ops[group].jump = (uint32_t)member->count;
	m->from = m->text.n;
	for (size_t i = 0; i < member->count && !m->failed; i++) {
		struct element e = {.at = ops[i]};
		uint32_t op;

		if (!data_name(m, ops[i], &e.key) || !is_plain_data(m, ops[i]) ||
		    !parse(m, ops[i], &e))
			return false;
		if (!e.content || op_at(m, e.content)->kind == OP_TEXT)
			add_value(m, e.content, none_empty);
		op = form_add(m, FORM_JSON_DATUM,
			      e.content && op_at(m, e.content)->kind == OP_SLOT
				      ? op_at(m, e.content)->slot
				      : SLOT_NONE);
		if (m->failed)
			return false;
		m->ops[op].depends = op_at(m, ops[i])->slot;
		m->ops[op].nodes = op_at(m, ops[i])->next - ops[i] - 1;
		m->ops[op].key = member->made;
	}
	return true;
}

/* ---- Children */

struct members {
	struct member *list;
	size_t count, room;
	struct json_keys keys;
	bool suffixes; /* a key has one */
	bool may_miss; /* a member may be left out, or it is not known here what there is */
};

static struct view name_as_key(struct form_maker *m, uint32_t attribute)
{
	struct buf text = {0};
	struct view key = {NULL, 0};

	value_append(&text, &op_at(m, attribute + 1)->value, UTF_JSON);
	if (!buf_failed(&text)) {
		key.n = text.n;
		key.p = (const uint8_t *)arena_copy(&m->arena, text.p, text.n);
	}
	buf_free(&text);
	return key;
}

static bool key_of(struct form_maker *m, uint32_t i, bool container, struct member *ret)
{
	uint32_t name = 0;

	ret->data = container && is_data(m, i);
	if (ret->data && !data_name(m, i, &name))
		return false;
	ret->named = name != 0;
	ret->key = name ? name_as_key(m, name) : op_at(m, i)->name->utf8;
	ret->name = ret->key;
	ret->made = name ? (uint32_t)ret->key.n : 0;
	return ret->key.p != NULL;
}

static bool same_member(const struct member *a, const struct member *b)
{
	return a->data && b->data && a->named == b->named &&
	       (!a->named || view_equal(a->name, b->name));
}

/* Which members there are, by the keys that they get. */
static bool find_members(struct form_maker *m, const struct element *e, bool container,
			 struct members *all)
{
	bool unnamed = false;

	for (size_t i = 0; i < e->count; i++) {
		struct member one = {.first = i, .count = 1}, *to;
		struct view key;

		if (!key_of(m, e->children[i], container, &one))
			return false;
		all->may_miss |= is_conditional(m, e->children[i]);
		if (all->count && same_member(&all->list[all->count - 1], &one)) {
			all->list[all->count - 1].count++;
			continue;
		}
		if (one.data && !one.named && unnamed)
			return false; /* they are gathered where the first one stands */
		unnamed |= one.data && !one.named;
		key = json_keys_add(&all->keys, &m->arena, one.key);
		to = ARENA_GROW(&m->arena, all->list, all->count, all->room);
		if (!key.p || !to)
			return false;
		all->suffixes |= key.p != one.key.p;
		one.key = key;
		*to = one;
	}
	return true;
}

/* The keys beside a nested element: it must not be called by one of them, nor be Data that its
 * container tells from other elements. */
static bool note_siblings(struct form_maker *m, const struct members *all, bool container)
{
	if (container)
		m->siblings[m->sibling_count++] = view_of("Data");
	for (size_t i = 0; i < all->count; i++) {
		if (m->sibling_count == FORM_DEPTH)
			return false;
		m->siblings[m->sibling_count++] = all->list[i].key;
	}
	return true;
}

static bool add_member(struct form_maker *m, const struct element *e, const struct member *one)
{
	const uint32_t *const ops = &e->children[one->first];
	struct element leaf = {.at = ops[0]};

	if (!one->data)
		return add_child(m, ops[0], one);
	if (one->count > 1)
		return add_group(m, ops, one);
	if (!is_plain_data(m, ops[0]))
		return one->named && add_child(m, ops[0], one);
	if (!data_name(m, ops[0], &leaf.key) || !parse(m, ops[0], &leaf))
		return false;
	if (!leaf.content || op_at(m, leaf.content)->kind == OP_TEXT)
		return add_group(m, ops, one);
	add_datum(m, ops[0], leaf.content, one);
	return true;
}

static bool add_children(struct form_maker *m, const struct element *e)
{
	const enum atom atom = op_at(m, e->at)->name->atom;
	const bool container = e->inside && (atom == ATOM_EVENT_DATA || atom == ATOM_USER_DATA);
	struct members all = {.may_miss = e->nested};
	size_t i = 0;

	if (!find_members(m, e, container, &all) || (all.suffixes && all.may_miss) ||
	    (e->nested && !note_siblings(m, &all, container)))
		return false;
	for (; i < all.count; i++) {
		if (e->nested && e->children[all.list[i].first] > e->nested)
			break;
		if (!add_member(m, e, &all.list[i]))
			return false;
	}
	if (e->nested && !add_nested(m, e->nested))
		return false;
	for (; i < all.count; i++) {
		if (!add_member(m, e, &all.list[i]))
			return false;
	}
	return true;
}

bool form_make_json(struct form_maker *m)
{
	struct element *const root = arena_alloc(&m->arena, sizeof(*root));

	if (!root || !parse(m, 0, root))
		return false;
	root->inside = m->kind == FORM_JSON_INSIDE;
	add_key(m, m->p->ops[0].name->utf8);
	if (!add_element(m, root, none_null))
		return false;
	buf_byte(&m->text, ',');
	return !m->failed;
}
