/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Portable records: the store of template definitions, what a chunk's definitions are in it, and
 * records of the chunk at hand (portable.h; the form is in portable_internal.h).
 */
#include <stdlib.h>

#include "base/limits.h"
#include "base/threads.h"
#include "format/evtx/evtx_decoder.h"
#include "format/evtx/portable_internal.h"
#include "format/evtx/writer_internal.h"

#define STORE_BUCKETS 8192u
#define CACHE_BUCKETS 128u

/* ---- the store */

struct kept {
	struct kept *next; /* in its bucket */
	uint64_t hash;
	uint32_t number;
	struct view form;
};

struct portable_store {
	struct mutex mutex;
	struct arena arena;
	struct kept *bucket[STORE_BUCKETS];
	const struct kept **by_number;
	uint32_t count, room;
};

struct portable_store *portable_store_new(void)
{
	struct portable_store *const s = calloc(1, sizeof(*s));

	if (s && !mutex_init(&s->mutex)) {
		free(s);
		return NULL;
	}
	return s;
}

void portable_store_free(struct portable_store *s)
{
	if (!s)
		return;
	mutex_destroy(&s->mutex);
	arena_free(&s->arena);
	free(s->by_number);
	free(s);
}

static uint64_t hash_of(struct view form)
{
	uint64_t h = form.n;

	for (; form.n >= 8; (void)take(&form, 8)) {
		h = (h ^ le64(form.p)) * 0x9e3779b97f4a7c15u;
		h ^= h >> 29;
	}
	for (size_t i = 0; i < form.n; i++)
		h = (h ^ form.p[i]) * 0x9e3779b97f4a7c15u;
	return h ^ h >> 29;
}

struct view portable_store_get(const struct portable_store *s, uint32_t number)
{
	/* The lock is the one thing of a store that looking does change. */
	struct mutex *const mutex = &((struct portable_store *)s)->mutex;
	struct view form = {NULL, 0};

	mutex_lock(mutex);
	if (number < s->count)
		form = s->by_number[number]->form;
	mutex_unlock(mutex);
	return form;
}

/* Enters a new definition; NULL when the store is full or has no memory. */
static struct kept *enter(struct portable_store *s, struct kept **bucket, uint64_t hash,
			  struct view form)
{
	struct kept *kept;

	if (s->arena.total >= LIMIT_PORTABLE_STORE)
		return NULL;
	if (s->count == s->room) {
		const uint32_t room = s->room ? s->room * 2 : 256;
		const struct kept **const more =
			realloc(s->by_number, room * sizeof(*s->by_number));

		if (!more)
			return NULL;
		s->by_number = more;
		s->room = room;
	}
	kept = arena_alloc(&s->arena, sizeof(*kept));
	if (!kept)
		return NULL;
	kept->form.p = (const uint8_t *)arena_copy(&s->arena, form.p, form.n);
	kept->form.n = form.n;
	if (!kept->form.p)
		return NULL;
	kept->hash = hash;
	kept->number = s->count;
	kept->next = *bucket;
	*bucket = kept;
	s->by_number[s->count++] = kept;
	return kept;
}

/* The kept definition with this content, a new one if need be; NULL when there is no room. */
static const struct kept *store_keep(struct portable_store *s, struct view form)
{
	const uint64_t hash = hash_of(form);
	struct kept **const bucket = &s->bucket[hash % STORE_BUCKETS];
	struct kept *kept;
	unsigned chain = 0;

	mutex_lock(&s->mutex);
	for (kept = *bucket; kept; kept = kept->next, chain++) {
		if (kept->hash == hash && view_equal(kept->form, form))
			break;
	}
	if (!kept && chain < LIMIT_TEMPLATE_CHAIN)
		kept = enter(s, bucket, hash, form);
	mutex_unlock(&s->mutex);
	return kept;
}

/* ---- the definitions of a chunk */

enum entry_state { ENTRY_BUSY, ENTRY_GOOD, ENTRY_BAD };

struct entry {
	struct entry *next;
	const void *key; /* where the definition stands, or the program that was made of it */
	enum entry_state state;
	struct portable_definition definition;
};

/* In the arena of the chunk. */
struct portable_cache {
	const struct portable_store *store;
	struct entry *bucket[CACHE_BUCKETS];
	size_t defined; /* bytes of all definitions read for this chunk */
};

/* Keeps a definition in the store, or in the chunk's memory where that is full. */
static enum tocsin_status keep(struct portable_job *job, struct view form,
			       struct portable_definition *ret)
{
	const struct kept *const kept = store_keep(job->store, form);

	if (kept) {
		*ret = (struct portable_definition){true, kept->number, kept->form};
		return TOCSIN_OK;
	}
	form.p = (const uint8_t *)arena_copy(&job->c->arena, form.p, form.n);
	ENSURE(form.p, job->error, TOCSIN_NO_MEMORY, 0, "no memory to copy a template");
	*ret = (struct portable_definition){false, 0, form};
	return TOCSIN_OK;
}

static void definition_start(struct form *f, const uint8_t guid[16], struct buf *out,
			     struct arena *arena)
{
	form_start(f, out, arena);
	form_byte(f, FORM_DEFINITION);
	for (size_t i = 0; i < 16; i++)
		form_byte(f, guid[i]);
}

/* The definition's tokens as they stand at chunk offset `at`. */
static enum tocsin_status read_definition(struct portable_job *job, size_t at, unsigned nesting,
					  struct form *form, struct buf *out)
{
	const uint8_t *const definition = job->c->chunk.p + at;
	const size_t size = le32(definition + 20);
	bool ended;

	job->cache->defined += size;
	ENSURE(job->cache->defined <= LIMIT_CHUNK_DEFINITIONS, job->error, TOCSIN_LIMIT, at,
	       "template definitions overlap");
	definition_start(form, definition + 4, out, &job->c->arena);
	return portable_tokens(job, form, at + 24, at + 24 + size, true, true, nesting + 1, &ended);
}

static enum tocsin_status compiled_definition(struct portable_job *job,
					      const struct binxml_program *program,
					      struct form *form, struct buf *out)
{
	definition_start(form, program->guid, out, &job->c->arena);
	TRY(portable_program(form, program, job->error));
	ENSURE(!buf_failed(out), job->error, TOCSIN_NO_MEMORY, 0, "no memory to copy a template");
	ENSURE(!form->full, job->error, TOCSIN_LIMIT, 0, "a template is too large to be copied");
	return TOCSIN_OK;
}

/* The definition at `at`, or of `program` where that is not NULL, read once a chunk. */
static enum tocsin_status cached(struct portable_job *job, size_t at,
				 const struct binxml_program *program, unsigned nesting,
				 struct portable_definition *ret)
{
	const void *const key = program ? (const void *)program : job->c->chunk.p + at;
	struct entry **const bucket = &job->cache->bucket[(uintptr_t)key / 8 % CACHE_BUCKETS];
	struct entry *e = *bucket;
	enum tocsin_status status;
	struct buf out = {0};
	struct form form;

	while (e && e->key != key)
		e = e->next;
	if (e) {
		ENSURE(e->state != ENTRY_BUSY, job->error, TOCSIN_INVALID, at,
		       "template definition contains itself");
		ENSURE(e->state != ENTRY_BAD, job->error, TOCSIN_INVALID, at,
		       "template definition can't be copied");
		*ret = e->definition;
		return TOCSIN_OK;
	}
	e = arena_alloc(&job->c->arena, sizeof(*e));
	ENSURE(e, job->error, TOCSIN_NO_MEMORY, at, "no memory to copy a template");
	e->key = key;
	e->state = ENTRY_BUSY;
	e->next = *bucket;
	*bucket = e;
	status = program ? compiled_definition(job, program, &form, &out)
			 : read_definition(job, at, nesting, &form, &out);
	if (status == TOCSIN_OK)
		status = keep(job, (struct view){(const uint8_t *)out.p, out.n}, &e->definition);
	buf_free(&out);
	e->state = status == TOCSIN_OK ? ENTRY_GOOD : ENTRY_BAD;
	if (status == TOCSIN_OK)
		*ret = e->definition;
	return status;
}

enum tocsin_status portable_local(struct portable_job *job, size_t at, unsigned nesting,
				  struct portable_definition *ret)
{
	return cached(job, at, NULL, nesting, ret);
}

enum tocsin_status portable_compiled(struct portable_job *job, const struct binxml_program *program,
				     struct portable_definition *ret)
{
	return cached(job, 0, program, 0, ret);
}

/* ---- records */

static struct portable_cache *chunk_cache(struct binxml_context *c, const struct portable_store *s)
{
	struct portable_cache *cache = c->portable;

	if (!cache || cache->store != s) {
		cache = arena_alloc(&c->arena, sizeof(*cache));
		if (cache)
			cache->store = s;
		c->portable = cache;
	}
	return cache;
}

/*
 * The record's BinXML in chunk[at .. end), as the reader takes it: the usual shape is a fragment
 * header, one template instance and the end; what stands behind is padding.
 */
static enum tocsin_status content(struct portable_job *job, struct form *f, size_t at, size_t end)
{
	static const uint8_t end_tokens[8] = {TOKEN_END};
	const uint8_t *const p = job->c->chunk.p;
	bool ended = false, instance = false;

	if (end - at > 5 && p[at] == 0x0f && p[at + 4] == TOKEN_INSTANCE) {
		const struct form_mark mark = form_save(f);
		size_t next = at + 5;

		form_bytes(f, p + at, 4);
		TRY(portable_instance(job, f, &next, end, false, 0));
		if (end - next < 8 || p[next] == TOKEN_END) {
			form_bytes(f, end_tokens, 1);
			return TOCSIN_OK;
		}
		form_restore(f, mark);
		instance = true;
	}
	TRY(portable_tokens(job, f, at, end, false, false, 0, &ended));
	/* Some readers read on behind a record that does not end in one. */
	if (!ended)
		form_bytes(f, end_tokens, 1);
	/* A few bytes behind an instance would be padding: what stands there is more. */
	if (instance)
		form_bytes(f, end_tokens, sizeof(end_tokens) - 1);
	return TOCSIN_OK;
}

/* A BinXML value that can't be read was copied as it is: that is right only where the record does
 * not show it. */
static enum tocsin_status check_shown(struct evtx_decoder *d, const struct event *e,
				      struct tocsin_error *error)
{
	struct buf xml = {0};
	const enum tocsin_status status = evtx_render_xml(d, e, &xml);

	buf_free(&xml);
	/* Where values are cut, such a one is not shown, and would be an error of the copy. */
	ENSURE(status == TOCSIN_OK && !e->values_cut, error, TOCSIN_INVALID, e->offset,
	       "the record holds a BinXML value that can't be read");
	return TOCSIN_OK;
}

static enum tocsin_status put(struct portable_store *s, struct evtx_decoder *d,
			      const struct event *e, struct buf *out, struct tocsin_error *error)
{
	struct binxml_context *const c = &d->context;
	struct portable_job job = {
		.store = s,
		.c = c,
		.cache = chunk_cache(c, s),
		.compiled = e->origin != EVENT_LIVE,
		.error = error,
	};
	const uint64_t at = e->offset - d->offset;
	const struct binxml_instance *instance;
	struct form f;

	ENSURE(job.cache, error, TOCSIN_NO_MEMORY, 0, "no memory to copy a record");
	ENSURE(e->record && e->offset >= d->offset && at <= c->chunk.n &&
		       e->size <= c->chunk.n - at && e->size >= RECORD_HEADER + RECORD_TRAILER,
	       error, TOCSIN_USAGE, 0, "the record is not one of the chunk that is open");
	binxml_begin(c);
	instance = e->record;
	c->cut = instance->cut ? CUT_ALLOWED : CUT_NEVER;
	form_start(&f, out, &c->arena);
	form_32(&f, (uint32_t)e->record_id);
	form_32(&f, (uint32_t)(e->record_id >> 32));
	form_32(&f, (uint32_t)e->written);
	form_32(&f, (uint32_t)(e->written >> 32));
	TRY(content(&job, &f, (size_t)at + RECORD_HEADER, instance->end));
	ENSURE(!buf_failed(out), error, TOCSIN_NO_MEMORY, 0, "no memory to copy a record");
	ENSURE(!f.full, error, TOCSIN_LIMIT, 0, "the record is too large to be copied");
	return job.verbatim ? check_shown(d, e, error) : TOCSIN_OK;
}

enum tocsin_status portable_put(struct portable_store *s, struct evtx_decoder *d,
				const struct event *e, struct buf *out, struct tocsin_error *error)
{
	const size_t start = out->n;
	struct tocsin_error inner = {0};
	enum tocsin_status status;

	ENSURE(!e->template_missing, error, TOCSIN_UNSUPPORTED, e->offset,
	       "the record's template is lost");
	status = put(s, d, e, out, &inner);
	if (status != TOCSIN_OK) {
		out->n = start;
		return error_set(error, status, e->offset, inner.msg);
	}
	return TOCSIN_OK;
}
