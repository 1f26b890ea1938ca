/* SPDX-License-Identifier: Apache-2.0 */
/*
 * JSON in the shape of evtx_dump's jsonl (docs/evtx.md): attributes in "#attributes", text besides
 * them in "#text", named Data as members of their EventData, unnamed ones as an array, integers and
 * booleans bare.
 *
 * A walk can't tell in advance whether an element will have children or a name will come again, so
 * the sink builds a small tree in the decoder's arena, which is printed and forgotten. Most records
 * are written by compiled templates (compiled.h), which give the same.
 */
#include "base/limits.h"
#include "format/evtx/compiled.h"
#include "format/evtx/evtx_decoder.h"
#include "format/evtx/json_keys.h"
#include "format/evtx/json_value.h"

/* A part of a text: a value, or the name of an entity that nothing tells the meaning of. */
struct piece {
	struct piece *next;
	struct value value;
	const struct binxml_name *entity;
	bool char_ref;
};

struct text {
	struct piece *first, *last;
};

struct attribute {
	struct attribute *next;
	const struct binxml_name *name;
	struct text text;
};

struct node {
	struct node *parent, *next, *first, *last;
	const struct binxml_name *name; /* NULL: the node above the record's elements */
	struct attribute *attributes, *last_attribute;
	struct text text;
	struct view key; /* Data: its name as JSON, p == NULL until data_key() has made it */
};

struct json_record {
	struct arena *arena;
	struct buf *out;
	size_t start; /* where this record's text begins in `out` */
	size_t room;  /* how long it may get */
	size_t keys;  /* text made for keys, which can be as long without being printed */
	struct node *at;
	struct text *text; /* what is being read: of `at` or of its last attribute */
	bool failed;
};

/* ---- The sink: builds the tree ---- */

static void on_open(void *sink, const struct binxml_name *name)
{
	struct json_record *const j = sink;
	struct node *const node = arena_alloc(j->arena, sizeof(*node));
	struct node *const parent = j->at;

	if (!node) {
		j->failed = true;
		return;
	}
	node->parent = parent;
	node->name = name;
	if (parent->last)
		parent->last->next = node;
	else
		parent->first = node;
	parent->last = node;
	j->at = node;
	j->text = &node->text;
}

static void on_close(void *sink, const struct binxml_name *name, bool empty_tag)
{
	struct json_record *const j = sink;

	(void)name;
	(void)empty_tag;
	if (j->at->parent)
		j->at = j->at->parent;
	j->text = &j->at->text;
}

static void on_attribute(void *sink, const struct binxml_name *name)
{
	struct json_record *const j = sink;
	struct attribute *const attribute = arena_alloc(j->arena, sizeof(*attribute));

	if (!attribute) {
		j->failed = true;
		return;
	}
	attribute->name = name;
	if (j->at->last_attribute)
		j->at->last_attribute->next = attribute;
	else
		j->at->attributes = attribute;
	j->at->last_attribute = attribute;
	j->text = &attribute->text;
}

static void on_attribute_end(void *sink)
{
	struct json_record *const j = sink;

	j->text = &j->at->text;
}

static void on_body(void *sink)
{
	(void)sink;
}

static struct piece *add_piece(struct json_record *j)
{
	struct piece *const piece = arena_alloc(j->arena, sizeof(*piece));

	if (!piece) {
		j->failed = true;
		return NULL;
	}
	if (j->text->last)
		j->text->last->next = piece;
	else
		j->text->first = piece;
	j->text->last = piece;
	return piece;
}

/* Pieces without text would change nothing, so they are left out here. */
static void on_text(void *sink, const struct value *value)
{
	struct piece *piece;

	if (!json_value_shows(value))
		return;
	piece = add_piece(sink);
	if (piece)
		piece->value = *value;
}

static void on_char_ref(void *sink, uint16_t unit)
{
	struct json_record *const j = sink;
	struct piece *piece = j->text->last;
	uint8_t *bytes;

	/* The two halves of a surrogate pair are one character. */
	if (piece && piece->char_ref && piece->value.bytes.n == 2 && unit >= 0xdc00 &&
	    unit < 0xe000) {
		bytes = (uint8_t *)arena_copy(j->arena, piece->value.bytes.p, 4);
		if (!bytes) {
			j->failed = true;
			return;
		}
		put16(bytes + 2, unit);
		piece->value.bytes.p = bytes;
		piece->value.bytes.n = 4;
		return;
	}
	bytes = arena_alloc(j->arena, 4);
	piece = bytes ? add_piece(j) : NULL;
	if (!piece) {
		j->failed = true;
		return;
	}
	put16(bytes, unit);
	piece->char_ref = true;
	piece->value.type = VALUE_STRING;
	piece->value.bytes.p = bytes;
	piece->value.bytes.n = 2;
}

static void on_entity_ref(void *sink, const struct binxml_name *name)
{
	const struct value known = {VALUE_STRING, binxml_entity(name)};
	struct piece *piece;

	if (known.bytes.n) {
		on_text(sink, &known);
		return;
	}
	piece = add_piece(sink);
	if (piece)
		piece->entity = name;
}

static void on_pi(void *sink, const struct binxml_name *target, const struct value *data)
{
	(void)sink;
	(void)target;
	(void)data;
}

static bool on_failed(void *sink)
{
	return ((const struct json_record *)sink)->failed;
}

/* ---- Printing ---- */

static bool full(const struct json_record *j)
{
	return j->failed || j->out->failed || j->out->n - j->start + j->keys > j->room;
}

/* A text inside a JSON string. */
static void print_pieces(const struct json_record *j, const struct text *text)
{
	for (const struct piece *p = text->first; p && !full(j); p = p->next) {
		if (!p->entity) {
			value_append(j->out, &p->value, UTF_JSON);
			continue;
		}
		buf_byte(j->out, '&');
		buf_add(j->out, p->entity->utf8.p, p->entity->utf8.n);
		buf_byte(j->out, ';');
	}
}

/* A text as a JSON value; `none` where it is empty. */
static void print_text(const struct json_record *j, const struct text *text, const char *none)
{
	const struct piece *const p = text->first;

	if (!p) {
		buf_str(j->out, none);
	} else if (!p->next && !p->entity && json_value_is_bare(&p->value)) {
		value_append(j->out, &p->value, UTF_JSON);
	} else {
		buf_byte(j->out, '"');
		print_pieces(j, text);
		buf_byte(j->out, '"');
	}
}

static bool is_data(const struct node *n)
{
	return n->name->atom == ATOM_DATA;
}

static bool is_container(const struct node *n)
{
	return n->name && n->parent->name &&
	       (n->name->atom == ATOM_EVENT_DATA || n->name->atom == ATOM_USER_DATA);
}

/* Whether Windows' name of a Data element is what its member is called by. */
static const struct attribute *data_name(const struct node *n)
{
	for (const struct attribute *a = n->attributes; a; a = a->next) {
		if (a->name->atom == ATOM_NAME)
			return a->text.first ? a : NULL;
	}
	return NULL;
}

/* A named Data's name, escaped for JSON. */
static struct view data_key(struct json_record *j, struct node *n)
{
	const size_t from = j->out->n;

	if (n->key.p)
		return n->key;
	print_pieces(j, &data_name(n)->text);
	if (full(j))
		return n->key;
	n->key.n = j->out->n - from;
	n->key.p = (const uint8_t *)arena_copy(j->arena, j->out->p + from, n->key.n);
	j->failed = !n->key.p;
	j->keys += n->key.n;
	j->out->n = from;
	return n->key;
}

/* One object's members. */
struct members {
	struct json_keys keys;
	bool any;
};

static void print_key(struct json_record *j, struct members *m, struct view name)
{
	const struct view key = json_keys_add(&m->keys, j->arena, name);

	if (!key.p) {
		j->failed = true;
		return;
	}
	buf_str(j->out, m->any ? ",\"" : "\"");
	buf_add(j->out, key.p, key.n);
	buf_str(j->out, "\":");
	m->any = true;
}

/* An attribute that `#attributes` shows: it has a text, and is not already the member's key. */
static bool attribute_shows(const struct attribute *a, const struct attribute *key)
{
	return a->text.first && a != key;
}

static void print_attributes(struct json_record *j, struct members *m, const struct node *n,
			     const struct attribute *key)
{
	struct members inner = {{NULL, NULL, 0, NULL}, false};
	const struct attribute *a = n->attributes;

	while (a && !attribute_shows(a, key))
		a = a->next;
	if (!a)
		return;
	print_key(j, m, view_of("#attributes"));
	buf_byte(j->out, '{');
	for (; a && !full(j); a = a->next) {
		if (!attribute_shows(a, key))
			continue;
		print_key(j, &inner, a->name->utf8);
		print_text(j, &a->text, "\"\"");
	}
	buf_byte(j->out, '}');
}

static void print_element(struct json_record *j, struct node *n, const struct attribute *key,
			  const char *none);

/* A Data element's value: an empty one is an empty string. */
static void print_data(struct json_record *j, struct node *n)
{
	print_element(j, n, data_name(n), "\"\"");
}

/* The Data elements from `n` on that follow each other under one name: one member. Returns the last
 * one. */
static struct node *print_named_data(struct json_record *j, struct members *m, struct node *n)
{
	const struct view key = data_key(j, n);
	struct node *last = n;

	while (!full(j) && last->next && is_data(last->next) && data_name(last->next) &&
	       view_equal(data_key(j, last->next), key))
		last = last->next;
	if (full(j))
		return n;
	print_key(j, m, key);
	if (last == n) {
		print_data(j, n);
		return n;
	}
	buf_byte(j->out, '[');
	for (struct node *one = n; !full(j); one = one->next) {
		print_data(j, one);
		if (one == last)
			break;
		buf_byte(j->out, ',');
	}
	buf_byte(j->out, ']');
	return last;
}

/* The next Data element without a name, from `n` on. */
static struct node *unnamed_data(struct node *n)
{
	while (n && (!is_data(n) || data_name(n)))
		n = n->next;
	return n;
}

/* All Data elements without a name, `n` the first of them: one member. */
static void print_unnamed_data(struct json_record *j, struct members *m, struct node *n)
{
	struct node *next = unnamed_data(n->next);
	const bool several = next;

	print_key(j, m, n->name->utf8);
	buf_str(j->out, several ? "{\"#text\":[" : "{\"#text\":");
	print_data(j, n);
	for (; next && !full(j); next = unnamed_data(next->next)) {
		buf_byte(j->out, ',');
		print_data(j, next);
	}
	buf_str(j->out, several ? "]}" : "}");
}

/* An element with attributes or children: an object. */
static void print_object(struct json_record *j, struct node *n, const struct attribute *key)
{
	struct members m = {{NULL, NULL, 0, NULL}, false};
	const bool container = is_container(n);
	bool unnamed = false;

	buf_byte(j->out, '{');
	print_attributes(j, &m, n, key);
	if (n->text.first) {
		print_key(j, &m, view_of("#text"));
		print_text(j, &n->text, "\"\"");
	}
	for (struct node *child = n->first; child && !full(j); child = child->next) {
		if (!container || !is_data(child)) {
			print_key(j, &m, child->name->utf8);
			print_element(j, child, NULL, "null");
		} else if (data_name(child)) {
			child = print_named_data(j, &m, child);
		} else if (!unnamed) {
			unnamed = true;
			print_unnamed_data(j, &m, child);
		}
	}
	buf_byte(j->out, '}');
}

/*
 * An element's value; `none` when nothing is in it. `key` is the attribute that its member is
 * called by. Recursion is as deep as the record's elements: LIMIT_XML_DEPTH.
 */
static void print_element(struct json_record *j, struct node *n, const struct attribute *key,
			  const char *none)
{
	bool attributes = false;

	if (full(j))
		return;
	for (const struct attribute *a = n->attributes; a && !attributes; a = a->next)
		attributes = attribute_shows(a, key);
	if (n->first || attributes)
		print_object(j, n, key);
	else
		print_text(j, &n->text, none);
}

static enum tocsin_status render_walk(struct evtx_decoder *d, const struct event *e,
				      struct buf *out)
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
	struct node top = {NULL, NULL, NULL, NULL, NULL, NULL, NULL, {NULL, NULL}, {NULL, 0}};
	struct json_record j = {.arena = &d->context.arena,
				.out = out,
				.start = out->n,
				.room = binxml_text_room(&d->context),
				.at = &top,
				.text = &top.text};
	struct binxml_mark mark;
	enum tocsin_status status;

	binxml_begin(&d->context); /* other records may have been read since */
	mark = binxml_save(&d->context);
	status = binxml_walk(&d->context, e->record, &ops, &j, NULL);
	if (status == TOCSIN_OK) {
		print_object(&j, &top, NULL);
		if (full(&j))
			status = out->failed ? TOCSIN_NO_MEMORY : TOCSIN_LIMIT;
	}
	binxml_rendered(&d->context, mark, out->n - j.start + j.keys);
	if (status != TOCSIN_OK)
		out->n = j.start;
	return status;
}

enum tocsin_status evtx_render_json(struct evtx_decoder *d, const struct event *e, struct buf *out)
{
	if (!e->record)
		return TOCSIN_USAGE;
	return compiled_render(&d->context, e->record, FORM_JSON, out) ? TOCSIN_OK
								       : render_walk(d, e, out);
}
