/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The library of templates: every definition of every file, found
 *
 *   - where an instance defines it: 0C, u8, short id, offset = the place right behind, GUID that
 *     starts with the short id;
 *   - where a chunk's template table (u32 x 32 at 384, chained by the definitions' first field)
 *     says, for those whose instance is overwritten.
 *
 * Free space is searched as well: a definition is a definition. One that has a name which is not
 * what its hash says is half overwritten and left out.
 */
#include "format/evtx/template_library.h"

#include <stdlib.h>

#include "base/limits.h"
#include "base/threads.h"
#include "format/evtx/evtx.h"
#include "format/evtx/template.h"

#define BUCKETS 4096u
#define TABLE_OFFSET 384u
#define TABLE_BUCKETS 32u

/* Definitions that a chunk's table may list: a chunk has no room for more. */
#define TABLE_DEFINITIONS (EVTX_CHUNK_SIZE / DEFINITION_HEADER)

/* A file that has a template, and where it is first defined there. */
struct place {
	struct place *next; /* in file order */
	uint32_t source;
	uint64_t offset;
};

struct candidate {
	struct candidate *next; /* in the order in which they were found */
	uint32_t short_id;
	uint32_t values; /* that it has slots for */
	const struct binxml_program *program;
	const struct candidate *like; /* the first one with its id that shows values alike */
	struct place first, *last;
};

struct template_library {
	struct template_feed feed;
	struct mutex lock; /* until it is built */
	bool built;
	bool incomplete; /* it is full: there are templates that it does not have */
	struct template_store *store;
	struct arena arena; /* of candidates and places */
	struct candidate *bucket[BUCKETS];
	size_t places;
};

/* The state of building it. */
struct build {
	struct template_library *l;
	struct binxml_context context;
	uint32_t source;
	uint64_t offset; /* of the chunk at hand */
};

struct template_library *template_library_new(const struct template_feed *feed)
{
	struct template_library *const l = calloc(1, sizeof(*l));

	if (!l || !mutex_init(&l->lock)) {
		free(l);
		return NULL;
	}
	l->feed = *feed;
	l->store = template_store_new();
	if (!l->store) {
		template_library_free(l);
		return NULL;
	}
	return l;
}

void template_library_free(struct template_library *l)
{
	if (l) {
		template_store_free(l->store);
		arena_free(&l->arena);
		mutex_destroy(&l->lock);
		free(l);
	}
}

/* One more than the highest slot. */
static uint32_t slots(const struct binxml_program *p)
{
	uint32_t n = 0;

	for (uint32_t i = 0; i < p->count; i++) {
		if (p->ops[i].kind == OP_SLOT && p->ops[i].slot >= n)
			n = p->ops[i].slot + 1u;
	}
	return n;
}

static bool full(const struct template_library *l)
{
	return template_store_bytes(l->store) > LIMIT_LIBRARY_BYTES;
}

/* Notes that the source at hand has a candidate too. Where there are more of them than are noted,
 * the candidate is known from another file, and says the same. */
static void add_place(struct build *b, struct candidate *c, uint64_t offset)
{
	struct place *place;

	if (c->last->source == b->source || b->l->places >= LIMIT_LIBRARY_PLACES)
		return;
	place = arena_alloc(&b->l->arena, sizeof(*place));
	if (!place)
		return;
	place->source = b->source;
	place->offset = offset;
	c->last->next = place;
	c->last = place;
	b->l->places++;
}

static void add_program(struct build *b, const struct binxml_program *program, uint64_t offset)
{
	const uint32_t id = le32(program->guid);
	struct candidate **to = &b->l->bucket[id % BUCKETS];
	const struct candidate *like = NULL;
	unsigned same = 0;

	for (; *to; to = &(*to)->next) {
		if ((*to)->program == program) {
			add_place(b, *to, offset);
			return;
		}
		if ((*to)->short_id != id)
			continue;
		same++;
		if (!like && template_alike((*to)->program, program))
			like = *to;
	}
	if (same >= LIMIT_TEMPLATE_CHAIN)
		return;
	*to = arena_alloc(&b->l->arena, sizeof(**to));
	if (!*to)
		return;
	(*to)->short_id = id;
	(*to)->values = slots(program);
	(*to)->program = program;
	(*to)->like = like ? like : *to;
	(*to)->first.source = b->source;
	(*to)->first.offset = offset;
	(*to)->last = &(*to)->first;
	b->l->places++;
}

/* Whether a name of it was overwritten and is only known by its place. */
static bool is_restored(const struct binxml_program *p)
{
	for (uint32_t i = 0; i < p->count; i++) {
		if (p->ops[i].name && p->ops[i].name->restored)
			return true;
	}
	return false;
}

/* Takes the definition at chunk offset `at` in, if it is one. */
static void add_definition(struct build *b, size_t at)
{
	const struct binxml_program *fresh, *kept;

	if (template_definition(&b->context, at, &fresh, NULL) != TOCSIN_OK || !fresh->count ||
	    template_has_instances(fresh) || is_restored(fresh))
		return;
	kept = template_store_keep(b->l->store, fresh);
	/* A full store returns what it was given. */
	if (kept != fresh)
		add_program(b, kept, b->offset + at);
	else
		b->l->incomplete = true;
}

static void search_instances(struct build *b, struct view chunk)
{
	size_t at = 0;

	while (at + INSTANCE_HEADER + DEFINITION_HEADER <= chunk.n) {
		const uint8_t *const p =
			memchr(chunk.p + at, TOKEN_INSTANCE,
			       chunk.n - at - INSTANCE_HEADER - DEFINITION_HEADER + 1);

		if (!p)
			return;
		at = (size_t)(p - chunk.p);
		if (template_inline(p, at))
			add_definition(b, at + INSTANCE_HEADER);
		at++;
	}
}

static void search_table(struct build *b, struct view chunk)
{
	const struct view table = view_slice(chunk, TABLE_OFFSET, 4 * TABLE_BUCKETS);
	size_t left = TABLE_DEFINITIONS;

	if (table.n < 4 * TABLE_BUCKETS || memcmp(chunk.p, "ElfChnk", 8) != 0)
		return;
	for (size_t i = 0; i < TABLE_BUCKETS; i++) {
		size_t at = le32(table.p + 4 * i);

		while (at && left) {
			const struct view header = view_slice(chunk, at, DEFINITION_HEADER);

			if (header.n < DEFINITION_HEADER)
				break;
			left--;
			add_definition(b, at);
			at = le32(header.p);
		}
	}
}

static bool on_chunk(void *argument, struct view bytes, uint64_t offset)
{
	struct build *const b = argument;

	bytes = view_slice(bytes, 0, EVTX_CHUNK_SIZE);
	b->offset = offset;
	binxml_context_reset(&b->context, bytes);
	b->context.live_end = bytes.n; /* names have to be what their hashes say */
	binxml_begin(&b->context);
	search_instances(b, bytes);
	search_table(b, bytes);
	return !full(b->l);
}

static void build(struct template_library *l)
{
	struct build b = {.l = l};

	for (; b.source < l->feed.source_count && !full(l); b.source++)
		l->feed.chunks(l->feed.context, b.source, on_chunk, &b);
	l->incomplete |= full(l);
	arena_free(&b.context.arena);
}

/* Integers of all widths and notations: a slot does not always say what its values are. */
static bool is_integer(uint8_t type)
{
	return (type >= VALUE_INT8 && type <= VALUE_UINT64) || type == VALUE_BOOL ||
	       type == VALUE_SIZE || type == VALUE_HEX32 || type == VALUE_HEX64;
}

static bool type_fits(uint8_t slot, uint8_t value)
{
	return slot == value || value == VALUE_NULL || (is_integer(slot) && is_integer(value));
}

static bool fits(const struct candidate *c, const struct value *values, uint32_t count)
{
	const struct binxml_program *const p = c->program;

	if (c->values != count)
		return false;
	for (uint32_t i = 0; i < p->count; i++) {
		if (p->ops[i].kind == OP_SLOT &&
		    !type_fits(p->ops[i].value.type, values[p->ops[i].slot].type))
			return false;
	}
	return true;
}

/* Where a source has the candidate; NULL when it does not. */
static const struct place *place_in(const struct candidate *c, uint32_t source)
{
	const struct place *p = &c->first;

	while (p && p->source < source)
		p = p->next;
	return p && p->source == source ? p : NULL;
}

const struct binxml_program *template_library_find(struct template_library *l, uint32_t source,
						   uint32_t short_id, const struct value *values,
						   uint32_t count, struct template_place *ret_place)
{
	const struct candidate *best = NULL;
	const struct place *best_place = NULL;
	bool ambiguous = false;
	unsigned same = 0;

	mutex_lock(&l->lock);
	if (!l->built)
		build(l);
	l->built = true;
	mutex_unlock(&l->lock);
	for (const struct candidate *c = l->bucket[short_id % BUCKETS]; c; c = c->next) {
		const struct place *own;

		if (c->short_id != short_id)
			continue;
		same++;
		if (!fits(c, values, count))
			continue;
		ambiguous |= best && best->like != c->like;
		own = place_in(c, source);
		if (own && (!best_place || best_place->source != source ||
			    own->offset < best_place->offset)) {
			best = c;
			best_place = own;
		} else if (!best) {
			best = c;
			best_place = &c->first;
		}
	}
	if (!best)
		return NULL;
	ret_place->path = l->feed.path(l->feed.context, best_place->source);
	ret_place->offset = best_place->offset;
	/* Where there were too many, some are not known. */
	ret_place->ambiguous = ambiguous || l->incomplete || same >= LIMIT_TEMPLATE_CHAIN;
	return best->program;
}
