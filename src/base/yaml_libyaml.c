/* SPDX-License-Identifier: Apache-2.0 */
/*
 * YAML 1.1 with libyaml's event interface (https://pyyaml.org/wiki/LibYAML), built into our tree
 * without recursion: open collections are frames on a stack, their finished members lie on a second
 * stack and move into the arena when the collection ends. Aliases are refused, so a small document
 * can't expand to a large tree.
 */
#include "base/yaml.h"

#ifdef TOCSIN_HAVE_YAML

#include <stdlib.h>
#include <yaml.h>

#include "base/limits.h"

/* A finished member of a collection that is still open. */
struct member {
	struct yaml_node node;
	const char *key; /* NULL in a sequence */
};

/* A collection that is still open. */
struct frame {
	struct yaml_node node; /* kind and place; members come when it ends */
	size_t first;          /* its first member on the member stack */
	const char *key;       /* mapping: a key that waits for its value */
	struct yaml_node key_place;
};

struct builder {
	struct arena *arena;
	struct view text;
	struct tocsin_error *error;
	struct frame frames[LIMIT_YAML_DEPTH];
	size_t depth;
	struct member *members;
	size_t count, size;
	size_t nodes;
	struct yaml_node root;
	bool has_root;
	/* Byte offset of a character index: libyaml counts characters. Marks come nearly in order,
	 * so walking from the last one keeps this linear. */
	size_t at_char, at_byte;
};

static bool continues(uint8_t byte)
{
	return (byte & 0xc0) == 0x80;
}

static size_t byte_offset(struct builder *b, size_t character)
{
	const struct view t = b->text;

	while (b->at_char < character && b->at_byte < t.n) {
		b->at_byte++;
		while (b->at_byte < t.n && continues(t.p[b->at_byte]))
			b->at_byte++;
		b->at_char++;
	}
	while (b->at_char > character && b->at_byte > 0) {
		b->at_byte--;
		while (b->at_byte > 0 && continues(t.p[b->at_byte]))
			b->at_byte--;
		b->at_char--;
	}
	return b->at_byte;
}

static void place(struct builder *b, struct yaml_node *node, const yaml_mark_t *mark)
{
	node->line = (uint32_t)mark->line + 1;
	node->column = (uint32_t)mark->column + 1;
	node->offset = byte_offset(b, mark->index);
}

static enum tocsin_status fail(struct builder *b, enum tocsin_status status,
			       const struct yaml_node *where, const char *msg)
{
	return error_setf(b->error, status, where->offset, msg, "line %u, column %u", where->line,
			  where->column);
}

static enum tocsin_status no_memory(struct builder *b)
{
	return error_set(b->error, TOCSIN_NO_MEMORY, 0, "out of memory");
}

/* The node is complete: it becomes the root, or a member of the innermost open collection. */
static enum tocsin_status add(struct builder *b, struct yaml_node *node)
{
	struct frame *f;
	struct member *m;

	if (++b->nodes > LIMIT_YAML_NODES)
		return fail(b, TOCSIN_LIMIT, node, "too many values in one YAML document");
	if (!b->depth) {
		b->root = *node;
		b->has_root = true;
		return TOCSIN_OK;
	}
	f = &b->frames[b->depth - 1];
	if (f->node.kind == YAML_MAPPING && !f->key) {
		if (node->kind != YAML_SCALAR)
			return fail(b, TOCSIN_UNSUPPORTED, node, "a key must be a plain text");
		f->key = node->text;
		f->key_place = *node;
		return TOCSIN_OK;
	}
	if (b->count == b->size) {
		const size_t size = b->size ? b->size * 2 : 64;
		struct member *const grown = realloc(b->members, size * sizeof(*grown));

		if (!grown)
			return no_memory(b);
		b->members = grown;
		b->size = size;
	}
	m = &b->members[b->count++];
	m->node = *node;
	m->key = f->key;
	if (f->key) {
		m->node.key_line = f->key_place.line;
		m->node.key_column = f->key_place.column;
		m->node.key_offset = f->key_place.offset;
		f->key = NULL;
	}
	return TOCSIN_OK;
}

static int by_key(const void *a, const void *b)
{
	const struct member *const x = *(const struct member *const *)a;
	const struct member *const y = *(const struct member *const *)b;
	const int order = strcmp(x->key, y->key);

	if (order)
		return order;
	return x->node.key_offset < y->node.key_offset ? -1 : 1;
}

/* Keys must be unique. Sorted first, so that a large mapping costs no square of its size. */
static enum tocsin_status check_unique(struct builder *b, const struct member *members, size_t n)
{
	enum tocsin_status status = TOCSIN_OK;
	const struct member **const sorted = malloc(n * sizeof(*sorted));

	if (!sorted)
		return no_memory(b);
	for (size_t i = 0; i < n; i++)
		sorted[i] = &members[i];
	qsort(sorted, n, sizeof(*sorted), by_key);
	for (size_t i = 1; i < n && status == TOCSIN_OK; i++) {
		const struct yaml_node *const node = &sorted[i]->node;

		if (strcmp(sorted[i - 1]->key, sorted[i]->key) == 0)
			status = error_setf(
				b->error, TOCSIN_INVALID, node->key_offset, "a key is given twice",
				"line %u, column %u: %.60s, first on line %u", node->key_line,
				node->key_column, sorted[i]->key, sorted[i - 1]->node.key_line);
	}
	free(sorted);
	return status;
}

static enum tocsin_status begin(struct builder *b, enum yaml_kind kind, const yaml_mark_t *mark)
{
	struct yaml_node node = {.kind = kind};
	struct frame *f;

	place(b, &node, mark);
	if (b->depth == LIMIT_YAML_DEPTH)
		return fail(b, TOCSIN_LIMIT, &node, "YAML is nested too deeply");
	f = &b->frames[b->depth++];
	memset(f, 0, sizeof(*f));
	f->node = node;
	f->first = b->count;
	return TOCSIN_OK;
}

static enum tocsin_status end(struct builder *b)
{
	const struct frame *const f = &b->frames[b->depth - 1];
	struct member *const members = b->members ? b->members + f->first : NULL;
	struct yaml_node node = f->node;

	node.count = b->count - f->first;
	if (node.count) {
		node.children = arena_array(b->arena, node.count, sizeof(*node.children));
		if (!node.children)
			return no_memory(b);
		for (size_t i = 0; i < node.count; i++)
			node.children[i] = members[i].node;
	}
	if (node.count && node.kind == YAML_MAPPING) {
		TRY(check_unique(b, members, node.count));
		node.keys = arena_array(b->arena, node.count, sizeof(*node.keys));
		if (!node.keys)
			return no_memory(b);
		for (size_t i = 0; i < node.count; i++)
			node.keys[i] = members[i].key;
	}
	b->count = f->first;
	b->depth--;
	return add(b, &node);
}

static enum tocsin_status scalar(struct builder *b, const yaml_event_t *e)
{
	struct yaml_node node = {.kind = YAML_SCALAR};
	const char *const value = (const char *)e->data.scalar.value;

	place(b, &node, &e->start_mark);
	if (e->data.scalar.anchor || e->data.scalar.tag)
		return fail(b, TOCSIN_UNSUPPORTED, &node, "anchors and tags are not read");
	if (memchr(value, 0, e->data.scalar.length))
		return fail(b, TOCSIN_INVALID, &node, "text holds a NUL character");
	node.text = arena_copy(b->arena, value, e->data.scalar.length);
	node.plain = e->data.scalar.style == YAML_PLAIN_SCALAR_STYLE;
	return node.text ? add(b, &node) : no_memory(b);
}

static enum tocsin_status refuse(struct builder *b, const yaml_event_t *e, const char *msg)
{
	struct yaml_node node = {.kind = YAML_SCALAR};

	place(b, &node, &e->start_mark);
	return fail(b, TOCSIN_UNSUPPORTED, &node, msg);
}

static enum tocsin_status take_event(struct builder *b, const yaml_event_t *e)
{
	switch (e->type) {
	case YAML_DOCUMENT_START_EVENT:
		return b->has_root ? refuse(b, e, "only one YAML document is read") : TOCSIN_OK;
	case YAML_ALIAS_EVENT:
		return refuse(b, e, "anchors and aliases are not read");
	case YAML_SCALAR_EVENT:
		return scalar(b, e);
	case YAML_SEQUENCE_START_EVENT:
		if (e->data.sequence_start.anchor || e->data.sequence_start.tag)
			return refuse(b, e, "anchors and tags are not read");
		return begin(b, YAML_SEQUENCE, &e->start_mark);
	case YAML_MAPPING_START_EVENT:
		if (e->data.mapping_start.anchor || e->data.mapping_start.tag)
			return refuse(b, e, "anchors and tags are not read");
		return begin(b, YAML_MAPPING, &e->start_mark);
	case YAML_SEQUENCE_END_EVENT:
	case YAML_MAPPING_END_EVENT:
		return end(b);
	case YAML_NO_EVENT:
	case YAML_STREAM_START_EVENT:
	case YAML_STREAM_END_EVENT:
	case YAML_DOCUMENT_END_EVENT:
		break;
	}
	return TOCSIN_OK;
}

/* Line and column (characters, from 1) of a byte offset. */
static void locate(struct view text, size_t offset, struct yaml_node *ret)
{
	ret->line = 1;
	ret->column = 1;
	ret->offset = offset < text.n ? offset : text.n;
	for (size_t i = 0; i < ret->offset; i++) {
		if (text.p[i] == '\n') {
			ret->line++;
			ret->column = 1;
		} else if (!continues(text.p[i])) {
			ret->column++;
		}
	}
}

static enum tocsin_status parser_error(struct builder *b, const yaml_parser_t *parser)
{
	struct yaml_node where = {.kind = YAML_SCALAR};
	const char *const problem = parser->problem ? parser->problem : "not YAML";

	if (parser->error == YAML_MEMORY_ERROR)
		return no_memory(b);
	if (parser->error == YAML_READER_ERROR)
		locate(b->text, parser->problem_offset, &where);
	else
		place(b, &where, &parser->problem_mark);
	return error_setf(b->error, TOCSIN_SYNTAX, where.offset, "not well-formed YAML",
			  "line %u, column %u: %.120s", where.line, where.column, problem);
}

enum tocsin_status yaml_parse(struct arena *a, struct view text, struct yaml_node **ret_root,
			      struct tocsin_error *error)
{
	yaml_parser_t parser;
	struct builder *b = NULL;
	struct yaml_node *root = NULL;
	enum tocsin_status status = TOCSIN_OK;
	bool done = false;

	ENSURE(text.n <= LIMIT_DOCUMENT_BYTES, error, TOCSIN_LIMIT, 0,
	       "YAML document is too large");
	if (!yaml_parser_initialize(&parser))
		return error_set(error, TOCSIN_NO_MEMORY, 0, "out of memory");
	b = calloc(1, sizeof(*b));
	if (!b) {
		status = error_set(error, TOCSIN_NO_MEMORY, 0, "out of memory");
		goto out;
	}
	b->arena = a;
	b->text = text;
	b->error = error;
	yaml_parser_set_encoding(&parser, YAML_UTF8_ENCODING);
	yaml_parser_set_input_string(&parser, text.n ? text.p : (const uint8_t *)"", text.n);
	while (status == TOCSIN_OK && !done) {
		yaml_event_t event;

		if (!yaml_parser_parse(&parser, &event)) {
			status = parser_error(b, &parser);
			break;
		}
		done = event.type == YAML_STREAM_END_EVENT;
		status = take_event(b, &event);
		yaml_event_delete(&event);
	}
	if (status != TOCSIN_OK)
		goto out;
	if (!b->has_root) {
		status = error_set(error, TOCSIN_INVALID, 0, "the YAML document is empty");
		goto out;
	}
	root = arena_alloc(a, sizeof(*root));
	if (!root) {
		status = no_memory(b);
		goto out;
	}
	*root = b->root;
	*ret_root = root;
out:
	if (b)
		free(b->members);
	free(b);
	yaml_parser_delete(&parser);
	return status;
}

#endif
