/* SPDX-License-Identifier: Apache-2.0 */
/*
 * EVTX writer: template definitions, one per shape of events (layout: writer_binxml.c). What a
 * definition depends on is its key; a chunk has one definition per key, found again by a hash table
 * and compared in full. Definitions are chained into the chunk's table of 32 buckets by the hash of
 * their GUID's eight 16-bit words.
 */
#include "base/text_write.h"
#include "format/evtx/writer_internal.h"

#define EVENT_NAMESPACE "http://schemas.microsoft.com/win/2004/08/events/event"
#define USER_NAMESPACE "http://schemas.microsoft.com/win/2004/08/events"

/* ---- system template */

static struct view field(const struct job *job, enum event_field f)
{
	return job->e->field[f].bytes;
}

/* The GUID as text; a reader gives it as text where a template held it so. */
static void provider_guid(const struct job *job, struct pen_element *el)
{
	const struct value *const v = &job->e->field[EVENT_PROVIDER_GUID];
	char guid[38 + TEXT_WRITE_SLACK + 1];

	pen_attribute(job->pen, el, "Guid");
	if (v->type == VALUE_STRING) {
		pen_text(job->pen, v->bytes);
		return;
	}
	*text_write_guid(guid, v->bytes.p) = 0;
	pen_text_ascii(job->pen, guid);
}

static void system_provider(const struct job *job)
{
	struct pen *const pen = job->pen;
	const unsigned attributes = SYSTEM_SLOTS | SYSTEM_PROVIDER | SYSTEM_GUID | SYSTEM_SOURCE;
	struct pen_element el = pen_open(pen, "Provider", ALWAYS, (job->flags & attributes) != 0);

	if (job->flags & SYSTEM_SLOTS) {
		pen_optional_attribute(pen, &el, "Name", SLOT_PROVIDER, VALUE_STRING);
		pen_optional_attribute(pen, &el, "Guid", SLOT_PROVIDER_GUID, VALUE_GUID);
	} else if (job->flags & SYSTEM_PROVIDER) {
		pen_attribute(pen, &el, "Name");
		pen_text(pen, field(job, EVENT_PROVIDER));
	}
	if ((job->flags & SYSTEM_GUID) && !(job->flags & SYSTEM_SLOTS))
		provider_guid(job, &el);
	if (job->flags & SYSTEM_SOURCE) {
		pen_attribute(pen, &el, "EventSourceName");
		pen_text(pen, field(job, EVENT_SOURCE));
	}
	pen_close_empty(pen, &el);
}

static void system_execution(struct pen *pen)
{
	struct pen_element el = pen_open(pen, "Correlation", ALWAYS, true);

	pen_optional_attribute(pen, &el, "ActivityID", SLOT_ACTIVITY, VALUE_GUID);
	pen_optional_attribute(pen, &el, "RelatedActivityID", SLOT_RELATED_ACTIVITY, VALUE_GUID);
	pen_close_empty(pen, &el);
	el = pen_open(pen, "Execution", ALWAYS, true);
	pen_optional_attribute(pen, &el, "ProcessID", SLOT_PROCESS, VALUE_UINT32);
	pen_optional_attribute(pen, &el, "ThreadID", SLOT_THREAD, VALUE_UINT32);
	pen_close_empty(pen, &el);
}

static void system_element(const struct job *job)
{
	struct pen *const pen = job->pen;
	const bool manifest = job->flags & SYSTEM_MANIFEST;
	const struct pen_element system = pen_open(pen, "System", ALWAYS, false);
	struct pen_element el;

	pen_content(pen, &system);
	system_provider(job);
	el = pen_open(pen, "EventID", SLOT_ID, true);
	pen_optional_attribute(pen, &el, "Qualifiers", SLOT_QUALIFIERS, VALUE_UINT16);
	pen_content(pen, &el);
	pen_substitution(pen, TOKEN_SLOT_OPTIONAL, SLOT_ID, VALUE_UINT16);
	pen_end(pen, &el);
	if (manifest)
		pen_optional(pen, "Version", SLOT_VERSION, VALUE_UINT8);
	pen_optional(pen, "Level", SLOT_LEVEL, VALUE_UINT8);
	pen_optional(pen, "Task", SLOT_TASK, VALUE_UINT16);
	if (manifest)
		pen_optional(pen, "Opcode", SLOT_OPCODE, VALUE_UINT8);
	pen_optional(pen, "Keywords", SLOT_KEYWORDS, VALUE_HEX64);
	el = pen_open(pen, "TimeCreated", ALWAYS, true);
	pen_optional_attribute(pen, &el, "SystemTime", SLOT_TIME, VALUE_FILETIME);
	pen_close_empty(pen, &el);
	pen_optional(pen, "EventRecordID", SLOT_RECORD, VALUE_UINT64);
	if (manifest)
		system_execution(pen);
	if (job->flags & SYSTEM_SLOTS)
		pen_optional(pen, "Channel", SLOT_CHANNEL, VALUE_STRING);
	else if (job->flags & SYSTEM_CHANNEL)
		pen_text_element(pen, "Channel", field(job, EVENT_CHANNEL));
	if (job->flags & SYSTEM_COMPUTER)
		pen_text_element(pen, "Computer", field(job, EVENT_COMPUTER));
	el = pen_open(pen, "Security", ALWAYS, true);
	pen_optional_attribute(pen, &el, "UserID", SLOT_USER, VALUE_SID);
	pen_close_empty(pen, &el);
	pen_end(pen, &system);
}

static void define_system(const struct job *job)
{
	struct pen *const pen = job->pen;
	struct pen_element event = pen_open(pen, "Event", ALWAYS, true);

	pen_attribute(pen, &event, "xmlns");
	pen_text_ascii(pen, EVENT_NAMESPACE);
	pen_content(pen, &event);
	system_element(job);
	if (job->body == KIND_USER_DATA) {
		const struct pen_element el = pen_open(pen, "UserData", SLOT_BODY, false);

		pen_content(pen, &el);
		pen_substitution(pen, TOKEN_SLOT_OPTIONAL, SLOT_BODY, VALUE_BINXML);
		pen_end(pen, &el);
	} else {
		pen_substitution(pen, TOKEN_SLOT_OPTIONAL, SLOT_BODY, VALUE_BINXML);
	}
	if (job->flags & SYSTEM_RENDERING)
		pen_substitution(pen, TOKEN_SLOT_OPTIONAL, SLOT_RENDERING, VALUE_BINXML);
	pen_end(pen, &event);
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
	const struct pen_element data = pen_open(pen, "EventData", ALWAYS, false);

	pen_content(pen, &data);
	pen_optional(pen, "Data", 0, VALUE_STRING | VALUE_ARRAY);
	pen_optional(pen, "Binary", 2, VALUE_BINARY);
	pen_end(pen, &data);
}

static void define_values(const struct job *job)
{
	struct pen *const pen = job->pen;
	const struct pen_element data = pen_open(pen, "EventData", ALWAYS, false);

	pen_content(pen, &data);
	for (size_t i = 0; i < job->e->data_count; i++) {
		const struct event_data *const d = &job->e->data[i];
		struct pen_element el = pen_open(pen, "Data", ALWAYS, d->name.n > 1);

		if (d->name.n > 1) {
			pen_attribute(pen, &el, "Name");
			pen_text(pen, d->name);
		}
		pen_content(pen, &el);
		pen_substitution(pen, TOKEN_SLOT, (unsigned)i, declared_type(&d->value));
		pen_end(pen, &el);
	}
	if (job->e->binary.n)
		pen_optional(pen, "Binary", (unsigned)job->e->data_count, VALUE_BINARY);
	pen_end(pen, &data);
}

static void define_user_data(const struct job *job)
{
	struct pen *const pen = job->pen;
	const bool has_namespace = job->shape->user_namespace.n > 1;
	struct pen_element top = pen_element(pen, job->shape->user_element, ALWAYS, has_namespace);

	if (has_namespace) {
		pen_attribute(pen, &top, "xmlns:auto-ns3");
		pen_text_ascii(pen, USER_NAMESPACE);
		pen_attribute(pen, &top, "xmlns");
		pen_text(pen, job->shape->user_namespace);
	}
	pen_content(pen, &top);
	for (size_t i = 0; i < job->e->data_count; i++) {
		const struct event_data *const d = &job->e->data[i];
		const struct pen_element el = pen_element(pen, d->name, ALWAYS, false);

		pen_content(pen, &el);
		pen_substitution(pen, TOKEN_SLOT, (unsigned)i, declared_type(&d->value));
		pen_end(pen, &el);
	}
	pen_end(pen, &top);
}

const enum event_field writer_rendered[WRITER_RENDERED] = {EVENT_MESSAGE, EVENT_LEVEL_NAME,
							   EVENT_TASK_NAME, EVENT_OPCODE_NAME};

static void define_rendering(const struct job *job)
{
	static const char *const name[WRITER_RENDERED] = {"Message", "Level", "Task", "Opcode"};
	struct pen *const pen = job->pen;
	struct pen_element info = pen_open(pen, "RenderingInfo", ALWAYS, true);

	pen_attribute(pen, &info, "Culture");
	pen_text_ascii(pen, "en-US");
	pen_content(pen, &info);
	for (size_t i = 0; i < WRITER_RENDERED; i++)
		pen_optional(pen, name[i], (unsigned)i, VALUE_STRING);
	pen_end(pen, &info);
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
			buf_byte(key, (char)e->field[EVENT_PROVIDER_GUID].type);
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

uint32_t pen_definition(struct pen *pen, const uint8_t guid[16])
{
	uint8_t *const bucket =
		pen->chunk + CHUNK_TEMPLATES + 4 * (pen_hash(guid, 8) % TEMPLATE_BUCKETS);
	const uint32_t at = pen->at;

	pen_32(pen, le32(bucket));
	pen_bytes(pen, (struct view){guid, 16});
	pen_32(pen, 0);
	if (!pen->overflow)
		put32(bucket, at);
	return at + 20;
}

static void write_definition(const struct job *job, enum template_kind kind, const uint8_t *guid)
{
	struct pen *const pen = job->pen;
	const uint32_t size_at = pen_definition(pen, guid);

	pen_32(pen, FRAGMENT);
	define(job, kind);
	pen_8(pen, TOKEN_END);
	pen_patch_size(pen, size_at);
}

/* The slot for the key that was added to pen->keys at `key_at`; the key is taken back where the
 * template is there already. */
static struct writer_template *enter(struct pen *pen, size_t key_at, uint64_t hash)
{
	const struct view key = {(const uint8_t *)pen->keys.p + key_at, pen->keys.n - key_at};
	struct writer_template *const t = find_template(pen, hash, key);

	if (t->key_n) {
		pen->keys.n = key_at;
		return t;
	}
	if (pen->template_count == WRITER_TEMPLATES || key.n > CHUNK_SIZE)
		pen->overflow = true;
	if (pen->overflow)
		return t;
	*t = (struct writer_template){hash, (uint32_t)key_at, (uint32_t)key.n, pen->at + 4};
	pen->template_count++;
	return NULL;
}

enum tocsin_status pen_template(struct pen *pen, struct view key, uint32_t *ret_offset,
				struct tocsin_error *error)
{
	const size_t key_at = pen->keys.n;
	const struct writer_template *t;

	buf_add(&pen->keys, key.p, key.n);
	ENSURE(!buf_failed(&pen->keys), error, TOCSIN_NO_MEMORY, 0, "no memory for a template");
	t = enter(pen, key_at, key_hash(key.p, key.n, 0xcbf29ce484222325u));
	*ret_offset = t ? t->offset : 0;
	return TOCSIN_OK;
}

/* Fragment header, template instance up to its substitutions, and the definition at first use. */
enum tocsin_status pen_instance(const struct job *job, enum template_kind kind,
				struct tocsin_error *error)
{
	struct pen *const pen = job->pen;
	const size_t key_at = pen->keys.n;
	const struct writer_template *t;
	struct view key;
	uint8_t guid[16];
	uint64_t hash;

	make_key(job, kind, &pen->keys);
	ENSURE(!buf_failed(&pen->keys), error, TOCSIN_NO_MEMORY, 0, "no memory for a template");
	key = (struct view){(const uint8_t *)pen->keys.p + key_at, pen->keys.n - key_at};
	hash = key_hash(key.p, key.n, 0xcbf29ce484222325u);
	put64(guid, hash);
	put64(guid + 8, key_hash(key.p, key.n, 0x84222325cbf29ce4u));
	pen_32(pen, FRAGMENT);
	pen_8(pen, TOKEN_INSTANCE);
	pen_8(pen, 1);
	pen_32(pen, le32(guid));
	t = enter(pen, key_at, hash);
	if (t) {
		pen_32(pen, t->offset);
		return TOCSIN_OK;
	}
	pen_32(pen, pen->at + 4);
	write_definition(job, kind, guid);
	return TOCSIN_OK;
}
