/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Values whose template is lost, as a program like any other, so that every renderer and the
 * extractor show them by the ordinary walk:
 *
 *   <Event xmlns='...'><System><TimeCreated
 * SystemTime='...'/><EventRecordID>1</EventRecordID></System> <EventData><Data Name='1'
 * Type='UInt16'>4624</Data>...</EventData>[BinXML values]</Event>
 *
 * Time and id are the record header's. A value inside a record that is readable otherwise has the
 * EventData alone. BinXML values come behind it: they are elements of their own (EventData,
 * UserData), whose templates may be known. Type is the value's, by its name in event manifests.
 */
#include "base/limits.h"
#include "format/evtx/template.h"

/* Ops of an event without values, and of each value. */
#define OPS_AROUND 24u
#define OPS_VALUE 8u

/* Text charged for each value: what its ops and names take. */
#define VALUE_COST 512u

struct maker {
	struct binxml_context *c;
	struct binxml_op *ops;
	uint32_t count;
	uint32_t open[4]; /* op indexes of the elements that are open */
	unsigned depth;
	bool failed;
};

static const char *type_name(uint8_t type)
{
	static const struct {
		uint8_t type;
		const char *name;
	} names[] = {
		{VALUE_NULL, "Null"},
		{VALUE_STRING, "UnicodeString"},
		{VALUE_ANSI, "AnsiString"},
		{VALUE_INT8, "Int8"},
		{VALUE_UINT8, "UInt8"},
		{VALUE_INT16, "Int16"},
		{VALUE_UINT16, "UInt16"},
		{VALUE_INT32, "Int32"},
		{VALUE_UINT32, "UInt32"},
		{VALUE_INT64, "Int64"},
		{VALUE_UINT64, "UInt64"},
		{VALUE_FLOAT, "Float"},
		{VALUE_DOUBLE, "Double"},
		{VALUE_BOOL, "Boolean"},
		{VALUE_BINARY, "Binary"},
		{VALUE_GUID, "GUID"},
		{VALUE_SIZE, "Pointer"},
		{VALUE_FILETIME, "FILETIME"},
		{VALUE_SYSTEMTIME, "SYSTEMTIME"},
		{VALUE_SID, "SID"},
		{VALUE_HEX32, "HexInt32"},
		{VALUE_HEX64, "HexInt64"},
		{VALUE_HANDLE, "Handle"},
		{VALUE_BINXML, "BinXml"},
		{VALUE_XML, "Xml"},
	};

	for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++) {
		if (names[i].type == (type & ~VALUE_ARRAY))
			return names[i].name;
	}
	return "Unknown";
}

/* ASCII as UTF-16 in the chunk's memory. */
static struct view units(struct maker *m, const char *ascii)
{
	const size_t n = strlen(ascii);
	uint8_t *const p = arena_alloc(&m->c->arena, 2 * n);

	m->failed |= !p;
	for (size_t i = 0; p && i < n; i++)
		p[2 * i] = (uint8_t)ascii[i];
	return (struct view){p, p ? 2 * n : 0};
}

static const struct binxml_name *name_of(struct maker *m, const char *ascii)
{
	struct binxml_name *const name = arena_alloc(&m->c->arena, sizeof(*name));

	if (!name) {
		m->failed = true;
		return NULL;
	}
	name->utf16 = units(m, ascii);
	name->utf8 = view_of(ascii); /* a literal of this file */
	name->atom = binxml_atom(name->utf16);
	return name;
}

static struct binxml_op *add(struct maker *m, enum binxml_op_kind kind)
{
	struct binxml_op *const op = &m->ops[m->count++];

	op->kind = (uint8_t)kind;
	return op;
}

static void open_element(struct maker *m, const struct binxml_name *name)
{
	struct binxml_op *const op = add(m, OP_OPEN);

	op->name = name;
	op->slot = SLOT_NONE;
	m->open[m->depth++] = m->count - 1;
}

static void body(struct maker *m)
{
	add(m, OP_BODY);
}

static void close_element(struct maker *m, unsigned flags)
{
	struct binxml_op *const op = add(m, OP_CLOSE);
	struct binxml_op *const open = &m->ops[m->open[--m->depth]];

	op->name = open->name;
	op->flags = (uint8_t)flags;
	open->next = m->count;
}

static void text(struct maker *m, uint8_t type, struct view bytes)
{
	struct binxml_op *const op = add(m, OP_TEXT);

	op->value.type = type;
	op->value.bytes = bytes;
}

static void attribute(struct maker *m, const struct binxml_name *name, uint8_t type,
		      struct view bytes)
{
	struct binxml_op *const op = add(m, OP_ATTRIBUTE);

	op->name = name;
	op->next = m->count + 1;
	text(m, type, bytes);
}

/* System, of what the record's header has: u64 id at 8, FILETIME at 16. */
static void add_system(struct maker *m)
{
	open_element(m, name_of(m, "System"));
	body(m);
	open_element(m, name_of(m, "TimeCreated"));
	attribute(m, name_of(m, "SystemTime"), VALUE_FILETIME, (struct view){m->c->record + 16, 8});
	close_element(m, OP_EMPTY);
	open_element(m, name_of(m, "EventRecordID"));
	body(m);
	text(m, VALUE_UINT64, (struct view){m->c->record + 8, 8});
	close_element(m, 0);
	close_element(m, 0);
}

static bool is_binxml(const struct value *v)
{
	return v->type == VALUE_BINXML;
}

/* The values as Data, called by their numbers from 1. */
static void add_data(struct maker *m, const struct value *values, uint32_t count)
{
	const struct binxml_name *const data = name_of(m, "Data"), *const name = name_of(m, "Name"),
					*const type = name_of(m, "Type");

	open_element(m, name_of(m, "EventData"));
	body(m);
	for (uint32_t i = 0; i < count; i++) {
		char digits[12];
		size_t n = sizeof(digits) - 1;
		struct binxml_op *slot;

		if (is_binxml(&values[i]))
			continue;
		digits[n] = 0;
		for (uint32_t number = i + 1; number; number /= 10)
			digits[--n] = (char)('0' + number % 10);
		open_element(m, data);
		m->ops[m->count - 1].flags = OP_SLOTS;
		attribute(m, name, VALUE_STRING, units(m, digits + n));
		attribute(m, type, VALUE_STRING, units(m, type_name(values[i].type)));
		body(m);
		slot = add(m, OP_SLOT);
		slot->slot = (uint16_t)i;
		slot->value.type = values[i].type;
		close_element(m, 0);
	}
	close_element(m, 0);
}

static void add_binxml(struct maker *m, const struct value *values, uint32_t count)
{
	for (uint32_t i = 0; i < count; i++) {
		struct binxml_op *slot;

		if (!is_binxml(&values[i]))
			continue;
		slot = add(m, OP_SLOT);
		slot->slot = (uint16_t)i;
		slot->value.type = VALUE_BINXML;
	}
}

const struct binxml_program *template_from_values(struct binxml_context *c,
						  const struct value *values, uint32_t count)
{
	static const char namespace[] = "http://schemas.microsoft.com/win/2004/08/events/event";
	struct binxml_program *program;
	struct maker m = {.c = c};

	/* `count` is at most LIMIT_SUBSTITUTIONS. */
	if (!binxml_charge_text(c, (OPS_AROUND / OPS_VALUE + (size_t)count) * VALUE_COST))
		return NULL;
	program = arena_alloc(&c->arena, sizeof(*program));
	m.ops = arena_array(&c->arena, OPS_AROUND + (size_t)count * OPS_VALUE, sizeof(*m.ops));
	if (!program || !m.ops)
		return NULL;
	if (c->record) {
		open_element(&m, name_of(&m, "Event"));
		attribute(&m, name_of(&m, "xmlns"), VALUE_STRING, units(&m, namespace));
		body(&m);
		add_system(&m);
	}
	add_data(&m, values, count);
	add_binxml(&m, values, count);
	if (c->record)
		close_element(&m, 0);
	program->ops = m.ops;
	program->count = m.count;
	return m.failed ? NULL : program;
}
