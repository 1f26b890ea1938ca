/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Compiles BinXML token streams to programs (MS-EVEN6 2.2.12; libyal "Windows XML Event Log
 * (EVTX)", chapter 4). Token bytes carry 0x40 as "more follows", which changes what comes behind an
 * element start (an attribute list size).
 */
#include "format/evtx/binxml.h"
#include "format/evtx/binxml_token.h"

#include <stdlib.h>

#include "base/limits.h"

/* The state of one compilation. */
struct compile {
	struct binxml_context *c;
	size_t at, end; /* in the chunk */
	bool dependencies;
	struct binxml_op *ops; /* grows by doubling in the arena */
	uint32_t count, room, room_first;
	uint32_t open[LIMIT_XML_DEPTH]; /* op indexes of the elements that are open */
	unsigned depth;
	bool in_tag;        /* between an element's start and its OP_BODY */
	uint32_t attribute; /* op index of the attribute whose value is being read, or UINT32_MAX */
	unsigned lost;      /* names that were overwritten */
	struct tocsin_error *error;
};

static enum tocsin_status fail(const struct compile *s, enum tocsin_status status, const char *msg)
{
	return error_set(s->error, status, s->at, msg);
}

static const uint8_t *take_at(struct compile *s, size_t n)
{
	const uint8_t *const p = s->c->chunk.p + s->at;

	if (n > s->end - s->at)
		return NULL;
	s->at += n;
	return p;
}

#define TAKE(var, s, n)                                                                            \
	const uint8_t *const var = take_at((s), (n));                                              \
	do {                                                                                       \
		if (!(var))                                                                        \
			return fail((s), TOCSIN_TRUNCATED, "BinXML ends inside a token");          \
	} while (0)

static enum tocsin_status add_op(struct compile *s, enum binxml_op_kind kind,
				 struct binxml_op **ret)
{
	struct binxml_op *op;

	if (s->count == s->room) {
		const uint32_t room = s->room ? s->room * 2 : s->room_first;
		struct binxml_op *const more =
			s->room > LIMIT_RECORD_NODES
				? NULL
				: arena_array(&s->c->arena, room, sizeof(*more));

		if (!more)
			return fail(s, TOCSIN_LIMIT, "BinXML has too many tokens");
		if (s->count)
			memcpy(more, s->ops, s->count * sizeof(*more));
		s->ops = more;
		s->room = room;
	}
	op = &s->ops[s->count++];
	op->kind = (uint8_t)kind;
	*ret = op;
	return TOCSIN_OK;
}

/* Whether a name structure can stand at chunk offset `at`: its counted units and their NUL are
 * inside the chunk. */
static bool name_fits(const struct view chunk, size_t at)
{
	if (at < 8 || at > chunk.n || chunk.n - at < 8)
		return false;
	return (size_t)le16(chunk.p + at + 6) * 2 + 2 <= chunk.n - at - 8;
}

/* The hash that stands before a name: of UTF-16 units, multiplier 65,599. */
static bool name_hash_ok(const uint8_t *name)
{
	const size_t units = le16(name + 6);
	uint32_t h = 0;

	for (size_t i = 0; i < units; i++)
		h = h * 65599u + le16(name + 8 + 2 * i);
	return units && (uint16_t)h == le16(name + 4);
}

/* Whether a name that an older record refers to is still there. */
static bool name_kept(const struct view chunk, size_t at)
{
	return name_fits(chunk, at) && name_hash_ok(chunk.p + at);
}

/* A name to be filled in by restore_names(). */
static enum tocsin_status lost_name(struct compile *s, const struct binxml_name **ret)
{
	struct binxml_name *const name = arena_alloc(&s->c->arena, sizeof(*name));

	if (!name)
		return fail(s, TOCSIN_LIMIT, "no memory for a BinXML name");
	name->restored = true;
	s->lost++;
	*ret = name;
	return TOCSIN_OK;
}

/* For a definition that is met again, see template_variant.h. */
static void log_name(const struct compile *s)
{
	struct binxml_name_log *const log = s->c->names;

	if (!log)
		return;
	if (log->count < BINXML_NAMES_LOGGED)
		log->fields[log->count++] = (uint32_t)(s->at - 4);
	else
		log->odd = true;
}

/* Reads a name reference; the name stands inline where the offset is the place just behind it. */
static enum tocsin_status read_name(struct compile *s, const struct binxml_name **ret)
{
	const struct view chunk = s->c->chunk;
	struct binxml_name *name;
	size_t offset, units;
	char *utf8;
	TAKE(p, s, 4);

	offset = le32(p);
	log_name(s);
	if (s->c->live_end && !name_kept(chunk, offset)) {
		if (offset == s->at)
			return fail(s, TOCSIN_INVALID, "no name stands where BinXML has one");
		return lost_name(s, ret);
	}
	if (!name_fits(chunk, offset))
		return fail(s, TOCSIN_INVALID, "BinXML name lies outside the chunk");
	units = le16(chunk.p + offset + 6);
	if (offset == s->at) {
		TAKE(inline_name, s, 8 + units * 2 + 2);
		(void)inline_name;
	}
	/* Four bytes are enough to name 64 KiB. */
	if (!binxml_charge_text(s->c, units * 3))
		return fail(s, TOCSIN_LIMIT, "the names of this chunk make too much text");
	name = arena_alloc(&s->c->arena, sizeof(*name));
	utf8 = arena_alloc(&s->c->arena, units * 3 + 1);
	if (!name || !utf8)
		return fail(s, TOCSIN_LIMIT, "no memory for a BinXML name");
	name->utf16 = view_slice(chunk, offset + 8, units * 2);
	name->atom = binxml_atom(name->utf16);
	name->utf8.n = binxml_name_put(utf8, name->utf16);
	name->utf8.p = (const uint8_t *)utf8;
	*ret = name;
	return TOCSIN_OK;
}

/* Ends the attribute whose value is being read, if any. */
static void end_attribute(struct compile *s)
{
	if (s->attribute != UINT32_MAX) {
		s->ops[s->attribute].next = s->count;
		s->attribute = UINT32_MAX;
	}
}

/* Ends the start tag of the element that is open, if it was not ended by its token. */
static enum tocsin_status end_tag(struct compile *s)
{
	struct binxml_op *op;

	end_attribute(s);
	if (!s->in_tag)
		return TOCSIN_OK;
	s->in_tag = false;
	return add_op(s, OP_BODY, &op);
}

/*
 * Whether an element start reads well with `header` bytes before its name offset: the size that it
 * claims fits, and the name is a name. MS-EVEN6 says when the dependency id is there; logs exist
 * that do otherwise.
 */
static bool start_fits(const struct compile *s, size_t header)
{
	const uint8_t *const p = s->c->chunk.p + s->at;
	size_t name;

	if (s->end - s->at < header + 4)
		return false;
	name = le32(p + header);
	return name_fits(s->c->chunk, name) && (name <= s->at || name == s->at + header + 4);
}

static enum tocsin_status element_start(struct compile *s, bool more)
{
	const struct binxml_name *name;
	struct binxml_op *op;
	uint16_t dependency = SLOT_NONE;
	bool with = s->dependencies;

	TRY(end_tag(s));
	if (s->depth == LIMIT_XML_DEPTH)
		return fail(s, TOCSIN_LIMIT, "BinXML elements are nested too deep");
	/* dependency id: 2 bytes, element size: 4 bytes */
	if (!start_fits(s, with ? 6 : 4) && start_fits(s, with ? 4 : 6))
		with = !with;
	if (s->c->names && !(with && start_fits(s, 6)))
		s->c->names->odd = true;
	if (with) {
		TAKE(p, s, 2);
		dependency = le16(p);
	}
	{
		TAKE(size, s, 4);
		(void)size; /* wrong in some logs: the tokens tell where the element ends */
	}
	TRY(read_name(s, &name));
	if (more) {
		TAKE(list_size, s, 4);
		(void)list_size; /* the same */
	}
	TRY(add_op(s, OP_OPEN, &op));
	op->name = name;
	op->slot = dependency;
	s->open[s->depth++] = s->count - 1;
	s->in_tag = true;
	return TOCSIN_OK;
}

static enum tocsin_status element_close(struct compile *s, bool empty_tag)
{
	struct binxml_op *op, *open;

	if (!s->depth)
		return fail(s, TOCSIN_INVALID, "BinXML closes an element that is not open");
	end_attribute(s);
	/* `/>` can only stand where the start tag is still open. */
	empty_tag = empty_tag && s->in_tag;
	if (!empty_tag)
		TRY(end_tag(s));
	s->in_tag = false;
	TRY(add_op(s, OP_CLOSE, &op));
	open = &s->ops[s->open[--s->depth]];
	op->flags = empty_tag ? OP_EMPTY : 0;
	op->name = open->name;
	open->next = s->count;
	return TOCSIN_OK;
}

static enum tocsin_status attribute(struct compile *s)
{
	const struct binxml_name *name;
	struct binxml_op *op;

	if (!s->in_tag)
		return fail(s, TOCSIN_INVALID, "BinXML attribute outside an element's start");
	end_attribute(s);
	TRY(read_name(s, &name));
	TRY(add_op(s, OP_ATTRIBUTE, &op));
	op->name = name;
	s->attribute = s->count - 1;
	return TOCSIN_OK;
}

/* Content begins: ends the start tag unless an attribute's value is what is being read. */
static enum tocsin_status before_content(struct compile *s)
{
	return s->attribute != UINT32_MAX ? TOCSIN_OK : end_tag(s);
}

/* u16 count of UTF-16 units, units */
static enum tocsin_status counted_text(struct compile *s, struct view *ret)
{
	TAKE(count, s, 2);
	TAKE(units, s, (size_t)le16(count) * 2);

	ret->p = units;
	ret->n = (size_t)le16(count) * 2;
	return TOCSIN_OK;
}

/* A literal value. Templates hold strings; other types are read by their fixed size
 * (MS-EVEN6 2.2.12 ValueText). */
static enum tocsin_status literal(struct compile *s)
{
	struct binxml_op *op;
	struct value v = {VALUE_STRING, {NULL, 0}};
	TAKE(type, s, 1);

	TRY(before_content(s));
	v.type = *type;
	if (v.type == VALUE_STRING) {
		TRY(counted_text(s, &v.bytes));
	} else if (v.type == VALUE_ANSI || v.type == VALUE_BINARY || v.type == VALUE_SID) {
		size_t n;
		TAKE(count, s, 2);
		n = le16(count);
		TAKE(bytes, s, n);
		v.bytes.p = bytes;
		v.bytes.n = n;
	} else if (v.type != VALUE_NULL) {
		const size_t n = value_fixed_size(v.type);

		if (!n || (v.type & VALUE_ARRAY))
			return fail(s, TOCSIN_UNSUPPORTED,
				    "literal BinXML value of an unknown type");
		TAKE(bytes, s, n);
		v.bytes.p = bytes;
		v.bytes.n = n;
	}
	TRY(add_op(s, OP_TEXT, &op));
	op->value = v;
	return TOCSIN_OK;
}

static enum tocsin_status slot(struct compile *s, bool optional)
{
	struct binxml_op *op;
	TAKE(p, s, 3);

	TRY(before_content(s));
	TRY(add_op(s, OP_SLOT, &op));
	op->slot = le16(p);
	op->flags = optional ? OP_OPTIONAL : 0;
	op->value.type = p[2];
	if (s->depth)
		s->ops[s->open[s->depth - 1]].flags |= OP_SLOTS;
	return TOCSIN_OK;
}

static enum tocsin_status reference(struct compile *s, enum binxml_op_kind kind)
{
	struct binxml_op *op;
	const struct binxml_name *name = NULL;
	struct value text = {VALUE_STRING, {NULL, 0}};
	uint16_t unit = 0;

	if (kind == OP_CHAR_REF) {
		TAKE(p, s, 2);
		unit = le16(p);
	} else if (kind == OP_CDATA) {
		TRY(counted_text(s, &text.bytes));
	} else {
		TRY(read_name(s, &name));
	}
	if (kind == OP_PI) {
		TAKE(token, s, 1);
		if (*token != TOKEN_PI_DATA)
			return fail(s, TOCSIN_INVALID,
				    "BinXML processing instruction without data");
		TRY(counted_text(s, &text.bytes));
	}
	TRY(before_content(s));
	TRY(add_op(s, kind, &op));
	op->name = name;
	op->slot = unit;
	op->value = text;
	return TOCSIN_OK;
}

static enum tocsin_status nested_instance(struct compile *s)
{
	const uint8_t *const record = s->c->record;
	const struct binxml_instance *instance;
	enum tocsin_status status;
	struct binxml_op *op;

	TRY(before_content(s));
	if (s->depth)
		s->c->record = NULL; /* its root is open */
	status = binxml_instance_read(s->c, &s->at, s->end, &instance, s->error);
	s->c->record = record;
	TRY(status);
	TRY(add_op(s, OP_INSTANCE, &op));
	op->instance = instance;
	return TOCSIN_OK;
}

static enum tocsin_status token(struct compile *s, uint8_t t)
{
	switch (t & ~TOKEN_MORE) {
	case TOKEN_OPEN:
		return element_start(s, t & TOKEN_MORE);
	case TOKEN_BODY:
		return end_tag(s);
	case TOKEN_CLOSE_EMPTY:
		return element_close(s, true);
	case TOKEN_CLOSE:
		return element_close(s, false);
	case TOKEN_VALUE:
		return literal(s);
	case TOKEN_ATTRIBUTE:
		return attribute(s);
	case TOKEN_CDATA:
		return reference(s, OP_CDATA);
	case TOKEN_CHAR_REF:
		return reference(s, OP_CHAR_REF);
	case TOKEN_ENTITY_REF:
		return reference(s, OP_ENTITY_REF);
	case TOKEN_PI_TARGET:
		return reference(s, OP_PI);
	case TOKEN_INSTANCE:
		return nested_instance(s);
	case TOKEN_SLOT:
		return slot(s, false);
	case TOKEN_SLOT_OPTIONAL:
		return slot(s, true);
	case TOKEN_FRAGMENT: {
		TAKE(version, s, 3); /* 1, 1, 0; others are read the same way */
		(void)version;
		return TOCSIN_OK;
	}
	default:
		s->at--;
		return error_setf(s->error, TOCSIN_INVALID, s->at, "unknown BinXML token", "0x%02x",
				  t);
	}
}

/* All tokens up to the end token or the end of the stream. */
static enum tocsin_status tokens(struct compile *s)
{
	while (s->at < s->end) {
		const uint8_t t = s->c->chunk.p[s->at++];

		if (t == TOKEN_END)
			break;
		TRY(token(s, t));
	}
	return TOCSIN_OK;
}

/* ---- Names that were overwritten ---- */

static bool is_lost(const struct binxml_name *name)
{
	return name->restored && !name->utf16.n;
}

static void restore(const struct binxml_op *open, const char *utf16, const char *utf8)
{
	/* Its OP_CLOSE has the same name. */
	struct binxml_name *const name = (struct binxml_name *)open->name;

	name->utf8 = view_of(utf8);
	name->utf16 = (struct view){(const uint8_t *)utf16, 2 * name->utf8.n};
	name->atom = binxml_atom(name->utf16);
}

/* Where the elements in the element at op `i` start, one after the other: the first one at or
 * behind op `from`; 0: none is left. */
static uint32_t next_inside(const struct compile *s, uint32_t i, uint32_t from)
{
	const uint32_t end = s->ops[i].next - 1;

	while (from < end && s->ops[from].kind != OP_OPEN)
		from++;
	return from < end ? from : 0;
}

/* Whether the first attribute of the element at op `i` is Name. */
static bool has_name(const struct compile *s, uint32_t i)
{
	return s->ops[i + 1].kind == OP_ATTRIBUTE && s->ops[i + 1].name->atom == ATOM_NAME;
}

/* Whether the element at op `i` is nothing but a Name. */
static bool is_empty(const struct compile *s, uint32_t i)
{
	const uint32_t end = s->ops[i].next - 1;

	for (i = s->ops[i + 1].next; i < end; i++) {
		if (s->ops[i].kind != OP_BODY)
			return false;
	}
	return true;
}

/* Whether an element in EventData can be Data, if its name is lost: it has a Name, and no elements
 * inside (ComplexData has). */
static bool can_be_data(const struct compile *s, uint32_t i)
{
	if (!is_lost(s->ops[i].name))
		return s->ops[i].name->atom == ATOM_DATA;
	return has_name(s, i) && !next_inside(s, i, i + 1);
}

/* Whether the element at op `i` holds elements, and all of them can be Data. */
static bool holds_data(const struct compile *s, uint32_t i)
{
	uint32_t child = next_inside(s, i, i + 1);
	const bool any = child;

	while (child && can_be_data(s, child))
		child = next_inside(s, i, s->ops[child].next);
	return any && !child;
}

/* Restores Data in EventData at op `i`. */
static void restore_data(const struct compile *s, uint32_t i)
{
	for (uint32_t child = next_inside(s, i, i + 1); child;
	     child = next_inside(s, i, s->ops[child].next)) {
		if (is_lost(s->ops[child].name) && can_be_data(s, child))
			restore(&s->ops[child], "D\0a\0t\0a", "Data");
	}
}

/*
 * The names that event definitions share are stored where a chunk uses them first, at its start,
 * which is overwritten first. Two of them are known by their place: a definition's one element is
 * EventData where it consists of Data or of a Name alone, and what is in EventData with an
 * attribute Name and no elements is Data (MS-EVEN6 2.2.12, event manifests: the author has no say
 * in them; EventData can have a Name as well). Other names can't be known.
 */
static enum tocsin_status restore_names(struct compile *s)
{
	const struct binxml_op *const ops = s->ops;

	if (s->count && ops[0].kind == OP_OPEN && is_lost(ops[0].name) &&
	    (holds_data(s, 0) || (has_name(s, 0) && is_empty(s, 0))))
		restore(&ops[0], "E\0v\0e\0n\0t\0D\0a\0t\0a", "EventData");
	for (uint32_t i = 0; i < s->count; i++) {
		if (ops[i].kind == OP_OPEN && ops[i].name->atom == ATOM_EVENT_DATA)
			restore_data(s, i);
	}
	for (uint32_t i = 0; i < s->count; i++) {
		if (ops[i].name && is_lost(ops[i].name))
			return fail(s, TOCSIN_INVALID, "a name of BinXML is overwritten");
	}
	return TOCSIN_OK;
}

enum tocsin_status binxml_compile(struct binxml_context *c, size_t start, size_t size,
				  bool dependencies, const struct binxml_program **ret,
				  struct tocsin_error *error)
{
	struct compile state, *const s = &state;
	struct binxml_program *program;
	enum tocsin_status status;

	memset(s, 0, sizeof(*s));
	ENSURE(start <= c->chunk.n && size <= c->chunk.n - start, error, TOCSIN_TRUNCATED, start,
	       "BinXML reaches past the chunk");
	s->c = c;
	s->at = start;
	s->end = start + size;
	s->dependencies = dependencies;
	s->attribute = UINT32_MAX;
	/* Many small streams must not cost much memory each. */
	s->room_first = size > 512 ? 64 : 8;
	s->error = error;
	ENSURE(c->nesting < LIMIT_BINXML_NESTING, error, TOCSIN_LIMIT, start,
	       "BinXML is nested too deep");
	c->nesting++;
	status = tokens(s);
	c->nesting--;
	TRY(status);
	if (s->depth)
		return fail(s, TOCSIN_TRUNCATED, "BinXML ends inside an element");
	if (s->lost)
		TRY(restore_names(s));
	program = arena_alloc(&c->arena, sizeof(*program));
	ENSURE(program, error, TOCSIN_LIMIT, start, "no memory for BinXML");
	program->ops = s->ops;
	program->count = s->count;
	program->size = (uint32_t)(s->at - start);
	*ret = program;
	return TOCSIN_OK;
}
