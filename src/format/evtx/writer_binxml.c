/* SPDX-License-Identifier: Apache-2.0 */
/*
 * EVTX writer: an event as BinXML.
 *
 *   instance    0C 01 id(4) offset(4) [definition, at its first use]  count(4)
 *               count * { size(2) type(1) 00 }  values  00
 *   definition  next(4) GUID(16) size(4)  0F 01 01 00  element  00
 *   element     01 or 41 (with attributes)  dependency(2)  size(4)  name(4)
 *               [attribute list: size(4) { 06 or 46 (more follow)  name(4)  content }*]
 *               02 content* 04, or 03 when it is closed empty
 *   content     05 01 count(2) text, or 0D / 0E (left out when null)  id(2)  type(1)
 *   name        offset(4), and at that offset: next(4) hash(2) count(2) text 00 00
 *
 * Names and definitions are chained into the chunk's tables. Both hash with the multiplier 65,599:
 * names over their characters, definitions over the eight 16-bit words of their GUID.
 */
#include "base/text.h"
#include "format/evtx/writer_internal.h"

#define TOKEN_EOF 0x00
#define TOKEN_ELEMENT 0x01
#define TOKEN_CONTENT 0x02
#define TOKEN_CLOSE_EMPTY 0x03
#define TOKEN_END 0x04
#define TOKEN_TEXT 0x05
#define TOKEN_ATTRIBUTE 0x06
#define TOKEN_TEMPLATE 0x0c
#define TOKEN_NORMAL 0x0d
#define TOKEN_OPTIONAL 0x0e
#define TOKEN_MORE 0x40 /* an element's attributes, further attributes */
#define FRAGMENT 0x0001010fu
#define ALWAYS 0xffffu /* dependency of an element that is always there */

#define EVENT_NAMESPACE "http://schemas.microsoft.com/win/2004/08/events/event"
#define USER_NAMESPACE "http://schemas.microsoft.com/win/2004/08/events"

/* Substitutions of the system template, as Windows numbers them. */
enum system_slot {
	SLOT_LEVEL,
	SLOT_OPCODE,
	SLOT_TASK,
	SLOT_ID,
	SLOT_QUALIFIERS,
	SLOT_KEYWORDS,
	SLOT_TIME,
	SLOT_ACTIVITY,
	SLOT_PROCESS,
	SLOT_THREAD,
	SLOT_RECORD,
	SLOT_VERSION,
	SLOT_USER,
	SLOT_UNUSED,
	SLOT_PROVIDER,
	SLOT_PROVIDER_GUID,
	SLOT_CHANNEL,
	SLOT_UNUSED_2,
	SLOT_RELATED_ACTIVITY,
	SLOT_BODY,
	SLOT_RENDERING, /* ours: Windows forwards rendered events without a template */
	SLOT_COUNT
};

/* What a template is made from. */
enum template_kind { KIND_SYSTEM, KIND_STRINGS, KIND_VALUES, KIND_USER_DATA, KIND_RENDERING };

enum system_flag {
	SYSTEM_MANIFEST = 1, /* Version, Opcode, Correlation, Execution */
	SYSTEM_SLOTS = 2,
	SYSTEM_RENDERING = 4,
	SYSTEM_SOURCE = 8,
	SYSTEM_GUID = 16,
	SYSTEM_CHANNEL = 32,
	SYSTEM_COMPUTER = 64,
	SYSTEM_PROVIDER = 128
};

/* One event on its way into the chunk. */
struct job {
	struct pen *pen;
	const struct event *e;
	const struct evtx_shape *shape;
	unsigned flags;
	enum template_kind body;
	uint64_t record_id, written;
};

/* An element whose sizes are filled in when it is closed. */
struct element {
	uint32_t size_at, list_at, attribute_at;
};

/* ---- names */

static uint32_t hash_words(const uint8_t *p, size_t words)
{
	uint32_t h = 0;

	for (size_t i = 0; i < words; i++)
		h = h * 65599u + le16(p + 2 * i);
	return h;
}

/* A name's offset; where the chunk doesn't have it yet, it follows right here. */
static void pen_name(struct pen *pen, struct view utf16)
{
	const size_t count = utf16.n / 2;
	const uint16_t hash = (uint16_t)hash_words(utf16.p, count);
	uint8_t *const bucket = pen->chunk + CHUNK_STRINGS + 4 * (hash % STRING_BUCKETS);

	/* The chains are our own and only lead backwards. */
	for (uint32_t at = le32(bucket); at; at = le32(pen->chunk + at)) {
		const uint8_t *const name = pen->chunk + at;

		if (le16(name + 4) == hash && le16(name + 6) == count &&
		    memcmp(name + 8, utf16.p, 2 * count) == 0) {
			pen_32(pen, at);
			return;
		}
	}
	if (count > UINT16_MAX || pen->overflow || CHUNK_SIZE - pen->at < 14 + 2 * count) {
		pen->overflow = true;
		return;
	}
	pen_32(pen, pen->at + 4);
	const uint32_t at = pen->at;

	pen_32(pen, le32(bucket));
	pen_16(pen, hash);
	pen_16(pen, (unsigned)count);
	pen_bytes(pen, (struct view){utf16.p, 2 * count});
	pen_16(pen, 0);
	put32(bucket, at);
}

/* UTF-16LE of a short ASCII text of ours, in `buffer`. */
static struct view widen(uint8_t buffer[128], const char *ascii)
{
	size_t n = 0;

	for (; ascii[n] && 2 * n + 2 <= 128; n++)
		put16(buffer + 2 * n, (uint8_t)ascii[n]);
	return (struct view){buffer, 2 * n};
}

/* ---- elements */

static struct element element_open(struct pen *pen, struct view name, unsigned dependency,
				   bool attributes)
{
	struct element el = {0, 0, 0};

	pen_8(pen, TOKEN_ELEMENT | (attributes ? TOKEN_MORE : 0));
	pen_16(pen, dependency);
	el.size_at = pen->at;
	pen_32(pen, 0);
	pen_name(pen, name);
	if (attributes) {
		el.list_at = pen->at;
		pen_32(pen, 0);
	}
	return el;
}

static struct element open_ascii(struct pen *pen, const char *name, unsigned dependency,
				 bool attributes)
{
	uint8_t wide[128];

	return element_open(pen, widen(wide, name), dependency, attributes);
}

static void attribute_open(struct pen *pen, struct element *el, const char *name)
{
	uint8_t wide[128];

	if (el->attribute_at && !pen->overflow)
		pen->chunk[el->attribute_at] |= TOKEN_MORE;
	el->attribute_at = pen->at;
	pen_8(pen, TOKEN_ATTRIBUTE);
	pen_name(pen, widen(wide, name));
}

/* Fills in a size that counts from behind its own four bytes to the pen. */
static void patch_size(struct pen *pen, uint32_t size_at)
{
	if (!pen->overflow)
		put32(pen->chunk + size_at, pen->at - size_at - 4);
}

static void attributes_end(struct pen *pen, const struct element *el)
{
	if (el->list_at)
		patch_size(pen, el->list_at);
}

static void element_content(struct pen *pen, const struct element *el)
{
	attributes_end(pen, el);
	pen_8(pen, TOKEN_CONTENT);
}

static void element_end(struct pen *pen, const struct element *el)
{
	pen_8(pen, TOKEN_END);
	patch_size(pen, el->size_at);
}

static void element_close_empty(struct pen *pen, const struct element *el)
{
	attributes_end(pen, el);
	pen_8(pen, TOKEN_CLOSE_EMPTY);
	patch_size(pen, el->size_at);
}

static void text(struct pen *pen, struct view utf16)
{
	const size_t count = utf16.n / 2;

	if (count > UINT16_MAX)
		pen->overflow = true;
	pen_8(pen, TOKEN_TEXT);
	pen_8(pen, VALUE_STRING);
	pen_16(pen, (unsigned)count);
	pen_bytes(pen, (struct view){utf16.p, 2 * count});
}

static void text_ascii(struct pen *pen, const char *ascii)
{
	uint8_t wide[128];

	text(pen, widen(wide, ascii));
}

static void substitution(struct pen *pen, unsigned token, unsigned id, unsigned type)
{
	pen_8(pen, token);
	pen_16(pen, id);
	pen_8(pen, type);
}

/* <name>%id</name>, left out when the value is null. */
static void optional_element(struct pen *pen, const char *name, unsigned id, unsigned type)
{
	const struct element el = open_ascii(pen, name, id, false);

	element_content(pen, &el);
	substitution(pen, TOKEN_OPTIONAL, id, type);
	element_end(pen, &el);
}

static void optional_attribute(struct pen *pen, struct element *el, const char *name, unsigned id,
			       unsigned type)
{
	attribute_open(pen, el, name);
	substitution(pen, TOKEN_OPTIONAL, id, type);
}

static void text_element(struct pen *pen, const char *name, struct view utf16)
{
	const struct element el = open_ascii(pen, name, ALWAYS, false);

	element_content(pen, &el);
	if (utf16.n > 1)
		text(pen, utf16);
	element_end(pen, &el);
}

/* ---- system template */

static struct view field(const struct job *job, enum event_field f)
{
	return job->e->field[f].bytes;
}

static void system_provider(const struct job *job)
{
	struct pen *const pen = job->pen;
	const unsigned attributes = SYSTEM_SLOTS | SYSTEM_PROVIDER | SYSTEM_GUID | SYSTEM_SOURCE;
	struct element el = open_ascii(pen, "Provider", ALWAYS, (job->flags & attributes) != 0);

	if (job->flags & SYSTEM_SLOTS) {
		optional_attribute(pen, &el, "Name", SLOT_PROVIDER, VALUE_STRING);
		optional_attribute(pen, &el, "Guid", SLOT_PROVIDER_GUID, VALUE_GUID);
	} else if (job->flags & SYSTEM_PROVIDER) {
		attribute_open(pen, &el, "Name");
		text(pen, field(job, EVENT_PROVIDER));
	}
	if ((job->flags & SYSTEM_GUID) && !(job->flags & SYSTEM_SLOTS)) {
		char guid[64];
		struct buf b = {guid, 0, sizeof(guid), sizeof(guid), false};

		text_guid(&b, field(job, EVENT_PROVIDER_GUID).p);
		guid[b.n < sizeof(guid) ? b.n : 0] = 0;
		attribute_open(pen, &el, "Guid");
		text_ascii(pen, guid);
	}
	if (job->flags & SYSTEM_SOURCE) {
		attribute_open(pen, &el, "EventSourceName");
		text(pen, field(job, EVENT_SOURCE));
	}
	element_close_empty(pen, &el);
}

static void system_execution(struct pen *pen)
{
	struct element el = open_ascii(pen, "Correlation", ALWAYS, true);

	optional_attribute(pen, &el, "ActivityID", SLOT_ACTIVITY, VALUE_GUID);
	optional_attribute(pen, &el, "RelatedActivityID", SLOT_RELATED_ACTIVITY, VALUE_GUID);
	element_close_empty(pen, &el);
	el = open_ascii(pen, "Execution", ALWAYS, true);
	optional_attribute(pen, &el, "ProcessID", SLOT_PROCESS, VALUE_UINT32);
	optional_attribute(pen, &el, "ThreadID", SLOT_THREAD, VALUE_UINT32);
	element_close_empty(pen, &el);
}

static void system_element(const struct job *job)
{
	struct pen *const pen = job->pen;
	const bool manifest = job->flags & SYSTEM_MANIFEST;
	const struct element system = open_ascii(pen, "System", ALWAYS, false);
	struct element el;

	element_content(pen, &system);
	system_provider(job);
	el = open_ascii(pen, "EventID", SLOT_ID, true);
	optional_attribute(pen, &el, "Qualifiers", SLOT_QUALIFIERS, VALUE_UINT16);
	element_content(pen, &el);
	substitution(pen, TOKEN_OPTIONAL, SLOT_ID, VALUE_UINT16);
	element_end(pen, &el);
	if (manifest)
		optional_element(pen, "Version", SLOT_VERSION, VALUE_UINT8);
	optional_element(pen, "Level", SLOT_LEVEL, VALUE_UINT8);
	optional_element(pen, "Task", SLOT_TASK, VALUE_UINT16);
	if (manifest)
		optional_element(pen, "Opcode", SLOT_OPCODE, VALUE_UINT8);
	optional_element(pen, "Keywords", SLOT_KEYWORDS, VALUE_HEX64);
	el = open_ascii(pen, "TimeCreated", ALWAYS, true);
	optional_attribute(pen, &el, "SystemTime", SLOT_TIME, VALUE_FILETIME);
	element_close_empty(pen, &el);
	optional_element(pen, "EventRecordID", SLOT_RECORD, VALUE_UINT64);
	if (manifest)
		system_execution(pen);
	if (job->flags & SYSTEM_SLOTS)
		optional_element(pen, "Channel", SLOT_CHANNEL, VALUE_STRING);
	else if (job->flags & SYSTEM_CHANNEL)
		text_element(pen, "Channel", field(job, EVENT_CHANNEL));
	if (job->flags & SYSTEM_COMPUTER)
		text_element(pen, "Computer", field(job, EVENT_COMPUTER));
	el = open_ascii(pen, "Security", ALWAYS, true);
	optional_attribute(pen, &el, "UserID", SLOT_USER, VALUE_SID);
	element_close_empty(pen, &el);
	element_end(pen, &system);
}

static void define_system(const struct job *job)
{
	struct pen *const pen = job->pen;
	struct element event = open_ascii(pen, "Event", ALWAYS, true);

	attribute_open(pen, &event, "xmlns");
	text_ascii(pen, EVENT_NAMESPACE);
	element_content(pen, &event);
	system_element(job);
	if (job->body == KIND_USER_DATA) {
		const struct element el = open_ascii(pen, "UserData", SLOT_BODY, false);

		element_content(pen, &el);
		substitution(pen, TOKEN_OPTIONAL, SLOT_BODY, VALUE_BINXML);
		element_end(pen, &el);
	} else {
		substitution(pen, TOKEN_OPTIONAL, SLOT_BODY, VALUE_BINXML);
	}
	if (job->flags & SYSTEM_RENDERING)
		substitution(pen, TOKEN_OPTIONAL, SLOT_RENDERING, VALUE_BINXML);
	element_end(pen, &event);
}

/* ---- body templates */

/* The type that a template declares for a value: a null one is declared as text, so that nulls
 * don't make templates of their own. */
static uint8_t declared_type(const struct value *v)
{
	return v->type == VALUE_NULL ? VALUE_STRING : v->type;
}

/* EventData of a classic provider: all strings are one array, each item becomes a Data element. */
static void define_strings(const struct job *job)
{
	struct pen *const pen = job->pen;
	const struct element data = open_ascii(pen, "EventData", ALWAYS, false);

	element_content(pen, &data);
	optional_element(pen, "Data", 0, VALUE_STRING | VALUE_ARRAY);
	optional_element(pen, "Binary", 2, VALUE_BINARY);
	element_end(pen, &data);
}

static void define_values(const struct job *job)
{
	struct pen *const pen = job->pen;
	const struct element data = open_ascii(pen, "EventData", ALWAYS, false);

	element_content(pen, &data);
	for (size_t i = 0; i < job->e->data_count; i++) {
		const struct event_data *const d = &job->e->data[i];
		struct element el = open_ascii(pen, "Data", ALWAYS, d->name.n > 1);

		if (d->name.n > 1) {
			attribute_open(pen, &el, "Name");
			text(pen, d->name);
		}
		element_content(pen, &el);
		substitution(pen, TOKEN_NORMAL, (unsigned)i, declared_type(&d->value));
		element_end(pen, &el);
	}
	if (job->e->binary.n)
		optional_element(pen, "Binary", (unsigned)job->e->data_count, VALUE_BINARY);
	element_end(pen, &data);
}

static void define_user_data(const struct job *job)
{
	struct pen *const pen = job->pen;
	const bool has_namespace = job->shape->user_namespace.n > 1;
	struct element top = element_open(pen, job->shape->user_element, ALWAYS, has_namespace);

	if (has_namespace) {
		attribute_open(pen, &top, "xmlns:auto-ns3");
		text_ascii(pen, USER_NAMESPACE);
		attribute_open(pen, &top, "xmlns");
		text(pen, job->shape->user_namespace);
	}
	element_content(pen, &top);
	for (size_t i = 0; i < job->e->data_count; i++) {
		const struct event_data *const d = &job->e->data[i];
		const struct element el = element_open(pen, d->name, ALWAYS, false);

		element_content(pen, &el);
		substitution(pen, TOKEN_NORMAL, (unsigned)i, declared_type(&d->value));
		element_end(pen, &el);
	}
	element_end(pen, &top);
}

static const enum event_field rendered[] = {EVENT_MESSAGE, EVENT_LEVEL_NAME, EVENT_TASK_NAME,
					    EVENT_OPCODE_NAME};
#define RENDERED_COUNT (sizeof(rendered) / sizeof(*rendered))

static void define_rendering(const struct job *job)
{
	static const char *const name[RENDERED_COUNT] = {"Message", "Level", "Task", "Opcode"};
	struct pen *const pen = job->pen;
	struct element info = open_ascii(pen, "RenderingInfo", ALWAYS, true);

	attribute_open(pen, &info, "Culture");
	text_ascii(pen, "en-US");
	element_content(pen, &info);
	for (size_t i = 0; i < RENDERED_COUNT; i++)
		optional_element(pen, name[i], (unsigned)i, VALUE_STRING);
	element_end(pen, &info);
}

static void define(const struct job *job, enum template_kind kind)
{
	switch (kind) {
	case KIND_SYSTEM:
		define_system(job);
		break;
	case KIND_STRINGS:
		define_strings(job);
		break;
	case KIND_VALUES:
		define_values(job);
		break;
	case KIND_USER_DATA:
		define_user_data(job);
		break;
	case KIND_RENDERING:
		define_rendering(job);
		break;
	}
}

/* ---- template keys: everything that a definition depends on */

static void key_view(struct buf *key, struct view v)
{
	uint8_t n[4];

	put32(n, (uint32_t)v.n);
	buf_add(key, n, sizeof(n));
	buf_add(key, v.p, v.n);
}

static void make_key(const struct job *job, enum template_kind kind, struct buf *key)
{
	const struct event *const e = job->e;

	buf_byte(key, (char)kind);
	if (kind == KIND_SYSTEM) {
		buf_byte(key, (char)job->flags);
		buf_byte(key, (char)job->body);
		if (!(job->flags & SYSTEM_SLOTS)) {
			key_view(key, field(job, EVENT_PROVIDER));
			key_view(key, field(job, EVENT_PROVIDER_GUID));
			key_view(key, field(job, EVENT_CHANNEL));
		}
		key_view(key, field(job, EVENT_SOURCE));
		key_view(key, field(job, EVENT_COMPUTER));
	} else if (kind == KIND_VALUES || kind == KIND_USER_DATA) {
		key_view(key, job->shape->user_element);
		key_view(key, job->shape->user_namespace);
		buf_byte(key, e->binary.n != 0);
		for (size_t i = 0; i < e->data_count; i++) {
			buf_byte(key, (char)declared_type(&e->data[i].value));
			key_view(key, e->data[i].name);
		}
	}
}

/* FNV-1a from two starting points: a template's GUID, the same for the same contents everywhere. */
static uint64_t key_hash(const uint8_t *p, size_t n, uint64_t h)
{
	for (size_t i = 0; i < n; i++)
		h = (h ^ p[i]) * 0x100000001b3u;
	return h ^ h >> 29;
}

static struct writer_template *find_template(struct pen *pen, uint64_t hash, struct view key)
{
	size_t i = (size_t)hash % WRITER_TEMPLATE_SLOTS;

	for (;; i = (i + 1) % WRITER_TEMPLATE_SLOTS) {
		struct writer_template *const t = &pen->template[i];

		if (!t->key_n)
			return t;
		if (t->hash == hash && t->key_n == key.n &&
		    memcmp(pen->keys.p + t->key_at, key.p, key.n) == 0)
			return t;
	}
}

static void write_definition(const struct job *job, enum template_kind kind, const uint8_t *guid)
{
	struct pen *const pen = job->pen;
	uint8_t *const bucket =
		pen->chunk + CHUNK_TEMPLATES + 4 * (hash_words(guid, 8) % TEMPLATE_BUCKETS);
	const uint32_t at = pen->at;
	uint32_t size_at;

	pen_32(pen, le32(bucket));
	pen_bytes(pen, (struct view){guid, 16});
	size_at = pen->at;
	pen_32(pen, 0);
	pen_32(pen, FRAGMENT);
	define(job, kind);
	pen_8(pen, TOKEN_EOF);
	patch_size(pen, size_at);
	put32(bucket, at);
}

/* Fragment header, template instance up to its substitutions, and the definition at first use. */
static enum tocsin_status open_instance(const struct job *job, enum template_kind kind,
					struct tocsin_error *error)
{
	struct pen *const pen = job->pen;
	const size_t key_at = pen->keys.n;
	struct writer_template *t;
	struct view key;
	uint8_t guid[16];
	uint64_t hash;

	make_key(job, kind, &pen->keys);
	ENSURE(!buf_failed(&pen->keys), error, TOCSIN_NO_MEMORY, 0, "no memory for a template");
	key = (struct view){(const uint8_t *)pen->keys.p + key_at, pen->keys.n - key_at};
	hash = key_hash(key.p, key.n, 0xcbf29ce484222325u);
	put64(guid, hash);
	put64(guid + 8, key_hash(key.p, key.n, 0x84222325cbf29ce4u));
	t = find_template(pen, hash, key);
	pen_32(pen, FRAGMENT);
	pen_8(pen, TOKEN_TEMPLATE);
	pen_8(pen, 1);
	pen_32(pen, le32(guid));
	if (t->key_n) {
		pen->keys.n = key_at;
		pen_32(pen, t->offset);
		return TOCSIN_OK;
	}
	if (pen->template_count == WRITER_TEMPLATES || key.n > CHUNK_SIZE)
		pen->overflow = true;
	if (pen->overflow)
		return TOCSIN_OK;
	pen_32(pen, pen->at + 4);
	*t = (struct writer_template){hash, (uint32_t)key_at, (uint32_t)key.n, pen->at};
	pen->template_count++;
	write_definition(job, kind, guid);
	return TOCSIN_OK;
}

/* ---- values */

static void descriptor(struct pen *pen, size_t size, uint8_t type)
{
	if (size > UINT16_MAX)
		pen->overflow = true;
	pen_16(pen, (unsigned)size);
	pen_8(pen, type);
	pen_8(pen, 0);
}

/* A number of the event in the width that the system template has for it; a value that is no such
 * number stays as it is. */
static struct pen_value system_number(const struct value *v, uint8_t type, size_t width,
				      uint8_t bytes[8])
{
	const struct pen_value as_is = {v->type, v->bytes};
	uint64_t n = 0;

	if (v->type == VALUE_NULL || !v->bytes.n)
		return (struct pen_value){VALUE_NULL, {NULL, 0}};
	if ((v->type < VALUE_INT8 || v->type > VALUE_UINT64) && v->type != VALUE_HEX32 &&
	    v->type != VALUE_HEX64)
		return as_is;
	if (v->bytes.n > 8)
		return as_is;
	for (size_t i = 0; i < v->bytes.n; i++)
		n |= (uint64_t)v->bytes.p[i] << 8 * i;
	if (width < 8 && n >> 8 * width)
		return as_is;
	put64(bytes, n);
	return (struct pen_value){type, {bytes, width}};
}

static struct pen_value other_value(const struct value *v)
{
	if (v->type == VALUE_NULL)
		return (struct pen_value){VALUE_NULL, {NULL, 0}};
	return (struct pen_value){v->type, v->bytes};
}

struct system_number {
	uint8_t slot, field, type, width;
};

static const struct system_number system_numbers[] = {
	{SLOT_LEVEL, EVENT_LEVEL, VALUE_UINT8, 1},
	{SLOT_OPCODE, EVENT_OPCODE, VALUE_UINT8, 1},
	{SLOT_TASK, EVENT_TASK, VALUE_UINT16, 2},
	{SLOT_ID, EVENT_ID, VALUE_UINT16, 2},
	{SLOT_QUALIFIERS, EVENT_QUALIFIERS, VALUE_UINT16, 2},
	{SLOT_KEYWORDS, EVENT_KEYWORDS, VALUE_HEX64, 8},
	{SLOT_PROCESS, EVENT_PROCESS_ID, VALUE_UINT32, 4},
	{SLOT_THREAD, EVENT_THREAD_ID, VALUE_UINT32, 4},
	{SLOT_RECORD, EVENT_RECORD_ID, VALUE_UINT64, 8},
	{SLOT_VERSION, EVENT_VERSION, VALUE_UINT8, 1},
};
#define NUMBER_COUNT (sizeof(system_numbers) / sizeof(*system_numbers))

struct system_values {
	struct pen_value slot[SLOT_COUNT];
	uint8_t number[NUMBER_COUNT][8];
	uint8_t id[8], time[8];
};

static void system_values(const struct job *job, struct system_values *out)
{
	const struct value *const f = job->e->field;
	struct pen_value *const slot = out->slot;

	memset(slot, 0, sizeof(out->slot));
	for (size_t i = 0; i < NUMBER_COUNT; i++) {
		const struct system_number *const n = &system_numbers[i];

		slot[n->slot] = system_number(&f[n->field], n->type, n->width, out->number[i]);
	}
	slot[SLOT_TIME] = other_value(&f[EVENT_TIME]);
	slot[SLOT_ACTIVITY] = other_value(&f[EVENT_ACTIVITY_ID]);
	slot[SLOT_USER] = other_value(&f[EVENT_USER_ID]);
	slot[SLOT_RELATED_ACTIVITY] = other_value(&f[EVENT_RELATED_ACTIVITY_ID]);
	if (slot[SLOT_RECORD].type == VALUE_NULL) {
		put64(out->id, job->record_id);
		slot[SLOT_RECORD] = (struct pen_value){VALUE_UINT64, {out->id, 8}};
	}
	if (slot[SLOT_TIME].type == VALUE_NULL && job->written) {
		put64(out->time, job->written);
		slot[SLOT_TIME] = (struct pen_value){VALUE_FILETIME, {out->time, 8}};
	}
	if (job->flags & SYSTEM_SLOTS) {
		slot[SLOT_PROVIDER] = other_value(&f[EVENT_PROVIDER]);
		slot[SLOT_PROVIDER_GUID] = other_value(&f[EVENT_PROVIDER_GUID]);
		slot[SLOT_CHANNEL] = other_value(&f[EVENT_CHANNEL]);
	}
}

/* The strings as one array: each ends with a NUL. */
static void write_strings(const struct job *job)
{
	struct pen *const pen = job->pen;
	const struct event *const e = job->e;
	size_t size = 0;

	for (size_t i = 0; i < e->data_count; i++)
		size += (e->data[i].value.bytes.n & ~(size_t)1) + 2;
	pen_32(pen, 3);
	descriptor(pen, size, size ? VALUE_STRING | VALUE_ARRAY : VALUE_NULL);
	descriptor(pen, 4, VALUE_UINT32); /* Windows has a zero here */
	descriptor(pen, e->binary.n, e->binary.n ? VALUE_BINARY : VALUE_NULL);
	for (size_t i = 0; i < e->data_count; i++) {
		struct view v = e->data[i].value.bytes;

		v.n &= ~(size_t)1;
		pen_bytes(pen, v);
		pen_16(pen, 0);
	}
	pen_32(pen, 0);
	pen_bytes(pen, e->binary);
}

static enum tocsin_status write_values(const struct job *job, struct tocsin_error *error)
{
	struct pen *const pen = job->pen;
	const struct event *const e = job->e;

	pen_32(pen, (uint32_t)(e->data_count + (e->binary.n ? 1 : 0)));
	for (size_t i = 0; i < e->data_count; i++) {
		const struct value *const v = &e->data[i].value;

		ENSURE((v->type & ~VALUE_ARRAY) != VALUE_BINXML, error, TOCSIN_UNSUPPORTED, 0,
		       "a BinXML value cannot leave its chunk");
		ENSURE(job->body != KIND_USER_DATA || e->data[i].name.n > 1, error, TOCSIN_USAGE, 0,
		       "a value below UserData needs a name");
		descriptor(pen, v->type == VALUE_NULL ? 0 : v->bytes.n, v->type);
	}
	if (e->binary.n)
		descriptor(pen, e->binary.n, VALUE_BINARY);
	for (size_t i = 0; i < e->data_count; i++) {
		if (e->data[i].value.type != VALUE_NULL)
			pen_bytes(pen, e->data[i].value.bytes);
	}
	pen_bytes(pen, e->binary);
	return TOCSIN_OK;
}

static void write_rendering(const struct job *job)
{
	struct pen *const pen = job->pen;

	pen_32(pen, RENDERED_COUNT);
	for (size_t i = 0; i < RENDERED_COUNT; i++) {
		const struct pen_value v = other_value(&job->e->field[rendered[i]]);

		descriptor(pen, v.bytes.n, v.type);
	}
	for (size_t i = 0; i < RENDERED_COUNT; i++)
		pen_bytes(pen, other_value(&job->e->field[rendered[i]]).bytes);
}

/* A template instance as the BinXML value of the system template, whose descriptor is filled in. */
static enum tocsin_status write_nested(const struct job *job, enum template_kind kind,
				       uint32_t descriptor_at, struct tocsin_error *error)
{
	struct pen *const pen = job->pen;
	const uint32_t start = pen->at;

	TRY(open_instance(job, kind, error));
	if (kind == KIND_STRINGS)
		write_strings(job);
	else if (kind == KIND_RENDERING)
		write_rendering(job);
	else
		TRY(write_values(job, error));
	pen_8(pen, TOKEN_EOF);
	if (!pen->overflow)
		put16(pen->chunk + descriptor_at, (uint16_t)(pen->at - start));
	return TOCSIN_OK;
}

/* ---- events */

static bool all_strings(const struct event *e)
{
	for (size_t i = 0; i < e->data_count; i++) {
		const struct value *const v = &e->data[i].value;

		if (e->data[i].name.n > 1 || v->type != VALUE_STRING)
			return false;
		for (size_t k = 0; k + 1 < v->bytes.n; k += 2) {
			if (le16(v->bytes.p + k) == 0)
				return false; /* would split the array */
		}
	}
	return true;
}

static void plan(struct job *job)
{
	const struct event *const e = job->e;
	const struct value *const f = e->field;

	if (f[EVENT_VERSION].type || f[EVENT_OPCODE].type || f[EVENT_ACTIVITY_ID].type ||
	    f[EVENT_RELATED_ACTIVITY_ID].type || f[EVENT_PROCESS_ID].type ||
	    f[EVENT_THREAD_ID].type || f[EVENT_PROVIDER_GUID].type)
		job->flags |= SYSTEM_MANIFEST;
	if (job->shape->system_in_slots)
		job->flags |= SYSTEM_SLOTS;
	for (size_t i = 0; i < RENDERED_COUNT; i++) {
		if (f[rendered[i]].type)
			job->flags |= SYSTEM_RENDERING;
	}
	if (f[EVENT_PROVIDER].type == VALUE_STRING)
		job->flags |= SYSTEM_PROVIDER;
	if (f[EVENT_SOURCE].type == VALUE_STRING)
		job->flags |= SYSTEM_SOURCE;
	if (f[EVENT_PROVIDER_GUID].type == VALUE_GUID && f[EVENT_PROVIDER_GUID].bytes.n == 16)
		job->flags |= SYSTEM_GUID;
	if (f[EVENT_CHANNEL].type == VALUE_STRING)
		job->flags |= SYSTEM_CHANNEL;
	if (f[EVENT_COMPUTER].type == VALUE_STRING)
		job->flags |= SYSTEM_COMPUTER;
	if (job->shape->user_element.n > 1)
		job->body = KIND_USER_DATA;
	else if (!job->shape->separate_strings && all_strings(e))
		job->body = KIND_STRINGS;
	else
		job->body = KIND_VALUES;
}

enum tocsin_status pen_event(struct pen *pen, const struct event *e, const struct evtx_shape *shape,
			     uint64_t record_id, uint64_t written, struct tocsin_error *error)
{
	struct job job = {pen, e, shape, 0, KIND_VALUES, record_id, written};
	const struct value *const f = e->field;
	struct system_values values;
	unsigned slots = SLOT_RENDERING;
	uint32_t descriptors_at;

	plan(&job);
	if (job.flags & SYSTEM_RENDERING)
		slots++;
	ENSURE(!f[EVENT_PROVIDER].type || f[EVENT_PROVIDER].type == VALUE_STRING, error,
	       TOCSIN_UNSUPPORTED, 0, "a provider's name must be text");
	system_values(&job, &values);
	TRY(open_instance(&job, KIND_SYSTEM, error));
	pen_32(pen, slots);
	descriptors_at = pen->at;
	for (unsigned i = 0; i < slots; i++)
		descriptor(pen, values.slot[i].bytes.n, values.slot[i].type);
	for (unsigned i = 0; i < SLOT_BODY; i++)
		pen_bytes(pen, values.slot[i].bytes);
	if (pen->overflow)
		return TOCSIN_OK;
	pen->chunk[descriptors_at + 4 * SLOT_BODY + 2] = VALUE_BINXML;
	TRY(write_nested(&job, job.body, descriptors_at + 4 * SLOT_BODY, error));
	if ((job.flags & SYSTEM_RENDERING) && !pen->overflow) {
		pen->chunk[descriptors_at + 4 * SLOT_RENDERING + 2] = VALUE_BINXML;
		TRY(write_nested(&job, KIND_RENDERING, descriptors_at + 4 * SLOT_RENDERING,
				 error));
	}
	pen_8(pen, TOKEN_EOF);
	return TOCSIN_OK;
}
