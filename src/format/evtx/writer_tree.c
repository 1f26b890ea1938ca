/* SPDX-License-Identifier: Apache-2.0 */
/*
 * EVTX writer: a record from a tree of nodes (evtx_tree.h; layout: writer_binxml.c). Beyond what
 * events need there are
 *
 *   07 count(2) text             CDATA section
 *   08 unit(2)                   character reference
 *   09 name                      entity reference
 *   0A name  0B count(2) text    processing instruction
 *
 * where 40 in a token says that more of the same text follows.
 */
#include "format/evtx/evtx_tree.h"

#include "base/limits.h"
#include "format/evtx/writer_internal.h"

#define WRONG_SIZE 0xdeadbeefu

/* Where instances of a lost template look for it: the last bytes of a chunk, which are zero unless
 * records fill it. */
#define NOWHERE (CHUNK_SIZE - 64u)

struct tree {
	struct pen *pen;
	struct evtx_tree_options options;
	struct arena arena; /* names and texts as UTF-16 */
	unsigned depth;     /* nodes inside each other */
	bool dependencies;  /* of the stream at hand */
	struct tocsin_error *error;
};

static enum tocsin_status nodes(struct tree *t, const struct evtx_node *first);

static enum tocsin_status widen(struct tree *t, const char *utf8, struct view *ret)
{
	const struct view v = utf8_to_utf16(&t->arena, view_of(utf8 ? utf8 : ""));

	ENSURE(v.p, t->error, TOCSIN_NO_MEMORY, 0, "no memory for a text");
	*ret = v;
	return TOCSIN_OK;
}

static void header(struct tree *t)
{
	const unsigned version = t->options.version ? t->options.version : 0x0101;

	if (t->options.no_headers)
		return;
	pen_8(t->pen, 0x0f);
	pen_8(t->pen, version >> 8);
	pen_8(t->pen, version & 0xff);
	pen_8(t->pen, 0);
}

static void end(struct tree *t)
{
	if (!t->options.no_ends)
		pen_8(t->pen, TOKEN_END);
}

/* A token, a counted text. */
static enum tocsin_status counted(struct tree *t, unsigned token, const char *utf8)
{
	struct view v;

	TRY(widen(t, utf8, &v));
	ENSURE(v.n / 2 <= UINT16_MAX, t->error, TOCSIN_LIMIT, 0, "a text is too long for BinXML");
	pen_8(t->pen, token);
	pen_16(t->pen, (unsigned)(v.n / 2));
	pen_bytes(t->pen, v);
	return TOCSIN_OK;
}

static enum tocsin_status text(struct tree *t, const struct evtx_node *node)
{
	struct view v;

	TRY(widen(t, node->text, &v));
	ENSURE(v.n / 2 <= UINT16_MAX, t->error, TOCSIN_LIMIT, 0, "a text is too long for BinXML");
	pen_8(t->pen, TOKEN_VALUE | (node->more ? TOKEN_MORE : 0));
	pen_8(t->pen, VALUE_STRING);
	pen_16(t->pen, (unsigned)(v.n / 2));
	pen_bytes(t->pen, v);
	return TOCSIN_OK;
}

/* A literal that is no string: counted where its size is not its type's. */
static enum tocsin_status literal(struct tree *t, const struct evtx_node *node)
{
	const size_t fixed = value_fixed_size(node->type);

	ENSURE(!(node->type & VALUE_ARRAY) && (!fixed || fixed == node->bytes.n) &&
		       node->bytes.n <= UINT16_MAX,
	       t->error, TOCSIN_USAGE, 0, "such a value can't be a literal");
	pen_8(t->pen, TOKEN_VALUE | (node->more ? TOKEN_MORE : 0));
	pen_8(t->pen, node->type);
	if (!fixed && node->type != VALUE_NULL) {
		const size_t unit = node->type == VALUE_STRING ? 2 : 1;

		pen_16(t->pen, (unsigned)(node->bytes.n / unit));
	}
	pen_bytes(t->pen, node->bytes);
	return TOCSIN_OK;
}

static enum tocsin_status attributes(struct tree *t, const struct evtx_node *node,
				     struct pen_element *el)
{
	for (const struct evtx_node *a = node->attributes; a && a->kind != EVTX_NODE_NONE; a++) {
		struct view name;

		ENSURE(a->kind == EVTX_NODE_ATTRIBUTE, t->error, TOCSIN_USAGE, 0,
		       "a node among attributes is none");
		TRY(widen(t, a->name, &name));
		pen_attribute_named(t->pen, el, name);
		TRY(nodes(t, a->children));
	}
	return TOCSIN_OK;
}

/* The sizes of an element that has just ended, wrong where that is asked for. */
static void spoil(struct tree *t, const struct pen_element *el)
{
	if (!t->options.wrong_sizes || t->pen->overflow)
		return;
	put32(t->pen->chunk + el->size_at, WRONG_SIZE);
	if (el->list_at)
		put32(t->pen->chunk + el->list_at, WRONG_SIZE);
}

static enum tocsin_status element(struct tree *t, const struct evtx_node *node)
{
	const bool list =
		node->empty_list || (node->attributes && node->attributes->kind != EVTX_NODE_NONE);
	unsigned dependency = NO_DEPENDENCY;
	struct pen_element el;
	struct view name;

	if (t->dependencies)
		dependency = node->depends ? node->depends - 1 : ALWAYS;
	TRY(widen(t, node->name, &name));
	el = pen_element(t->pen, name, dependency, list);
	TRY(attributes(t, node, &el));
	if (node->empty_tag) {
		pen_close_empty(t->pen, &el);
	} else {
		pen_content(t->pen, &el);
		TRY(nodes(t, node->children));
		pen_end(t->pen, &el);
	}
	spoil(t, &el);
	return TOCSIN_OK;
}

/* A stream inside of another: a definition's, or a BinXML value's. */
static enum tocsin_status stream(struct tree *t, const struct evtx_node *first, bool definition)
{
	const bool outer = t->dependencies;
	enum tocsin_status status;

	t->dependencies =
		t->options.dependency_ids == EVTX_DEPENDENCIES_EVERYWHERE ||
		(t->options.dependency_ids == EVTX_DEPENDENCIES_IN_TEMPLATES && definition);
	header(t);
	status = nodes(t, first);
	end(t);
	t->dependencies = outer;
	return status;
}

static enum tocsin_status define(struct tree *t, const struct evtx_tree_template *template)
{
	uint32_t size_at;

	size_at = pen_definition(t->pen, template->guid);
	TRY(stream(t, template->nodes, true));
	pen_patch_size(t->pen, size_at);
	return TOCSIN_OK;
}

static enum tocsin_status values(struct tree *t, const struct evtx_node *node)
{
	struct pen *const pen = t->pen;
	uint32_t descriptor_at;

	pen_32(pen, node->value_count);
	descriptor_at = pen->at;
	for (uint32_t i = 0; i < node->value_count; i++) {
		const struct evtx_tree_value *const v = &node->values[i];

		ENSURE(v->bytes.n <= UINT16_MAX, t->error, TOCSIN_LIMIT, 0,
		       "a value is too long for BinXML");
		pen_16(pen, v->claimed ? v->claimed : (unsigned)v->bytes.n);
		pen_8(pen, v->nodes ? VALUE_BINXML : v->type);
		pen_8(pen, 0);
	}
	for (uint32_t i = 0; i < node->value_count; i++, descriptor_at += 4) {
		const struct evtx_tree_value *const v = &node->values[i];
		const uint32_t start = pen->at;

		if (!v->nodes) {
			pen_bytes(pen, v->bytes);
			continue;
		}
		TRY(stream(t, v->nodes, false));
		if (!pen->overflow && !v->claimed)
			put16(pen->chunk + descriptor_at, (uint16_t)(pen->at - start));
	}
	return TOCSIN_OK;
}

static enum tocsin_status instance(struct tree *t, const struct evtx_node *node)
{
	const struct evtx_tree_template *const template = node->template;
	struct pen *const pen = t->pen;
	uint8_t key[21] = {0xff}; /* no key of an event's template begins so */
	uint32_t at;

	ENSURE(template, t->error, TOCSIN_USAGE, 0, "an instance without its template");
	memcpy(key + 1, template->guid, 16);
	put32(key + 17, template->variant);
	pen_8(pen, TOKEN_INSTANCE);
	pen_8(pen, 1);
	pen_32(pen, le32(template->guid));
	if (template->lost) {
		pen_32(pen, NOWHERE);
		return values(t, node);
	}
	TRY(pen_template(pen, (struct view){key, sizeof(key)}, &at, t->error));
	pen_32(pen, at ? at : pen->at + 4);
	if (!at)
		TRY(define(t, template));
	return values(t, node);
}

static enum tocsin_status put_node(struct tree *t, const struct evtx_node *node)
{
	struct pen *const pen = t->pen;
	const unsigned more = node->more ? TOKEN_MORE : 0;
	struct view name;

	switch (node->kind) {
	case EVTX_NODE_ELEMENT:
		return element(t, node);
	case EVTX_NODE_TEXT:
		return text(t, node);
	case EVTX_NODE_LITERAL:
		return literal(t, node);
	case EVTX_NODE_SLOT:
		pen_substitution(pen, node->optional ? TOKEN_SLOT_OPTIONAL : TOKEN_SLOT, node->slot,
				 node->type);
		return TOCSIN_OK;
	case EVTX_NODE_CDATA:
		return counted(t, TOKEN_CDATA | more, node->text);
	case EVTX_NODE_CHAR:
		pen_8(pen, TOKEN_CHAR_REF | more);
		pen_16(pen, node->slot);
		return TOCSIN_OK;
	case EVTX_NODE_ENTITY:
		TRY(widen(t, node->name, &name));
		pen_8(pen, TOKEN_ENTITY_REF | more);
		pen_name(pen, name);
		return TOCSIN_OK;
	case EVTX_NODE_PI:
		TRY(widen(t, node->name, &name));
		pen_8(pen, TOKEN_PI_TARGET);
		pen_name(pen, name);
		return counted(t, TOKEN_PI_DATA, node->text);
	case EVTX_NODE_INSTANCE:
		return instance(t, node);
	case EVTX_NODE_FRAGMENT:
		header(t);
		return TOCSIN_OK;
	case EVTX_NODE_BYTES:
		pen_bytes(pen, node->bytes);
		return TOCSIN_OK;
	case EVTX_NODE_NONE:
	case EVTX_NODE_ATTRIBUTE:
		break;
	}
	return error_set(t->error, TOCSIN_USAGE, 0, "an attribute stands outside of an element");
}

static enum tocsin_status nodes(struct tree *t, const struct evtx_node *first)
{
	ENSURE(t->depth < LIMIT_XML_DEPTH, t->error, TOCSIN_LIMIT, 0,
	       "a tree is nested too deep for a record");
	t->depth++;
	for (const struct evtx_node *node = first; node && node->kind != EVTX_NODE_NONE; node++) {
		/* What is behind the chunk's end needs no more writing. */
		if (t->pen->overflow)
			break;
		TRY(put_node(t, node));
	}
	t->depth--;
	return TOCSIN_OK;
}

/* What evtx_writer_add_filled() hands through. */
struct filling {
	const struct evtx_node *nodes;
	const struct evtx_tree_options *options;
};

static enum tocsin_status fill(struct pen *pen, const void *filling, struct tocsin_error *error)
{
	static const struct evtx_tree_options usual;
	const struct filling *const f = filling;
	struct tree t = {.pen = pen, .options = f->options ? *f->options : usual, .error = error};
	const enum tocsin_status status = stream(&t, f->nodes, false);

	for (unsigned i = 0; status == TOCSIN_OK && i < t.options.more_end; i++)
		pen_8(pen, TOKEN_END);
	arena_free(&t.arena);
	return status;
}

enum tocsin_status evtx_writer_add_tree(struct evtx_writer *w, uint64_t record_id, uint64_t written,
					const struct evtx_node *first,
					const struct evtx_tree_options *options,
					struct tocsin_error *error)
{
	const struct filling filling = {first, options};

	return evtx_writer_add_filled(w, record_id, written, fill, &filling, error);
}
