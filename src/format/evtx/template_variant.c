/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What a definition compiles to depends on its bytes, on the names at the offsets that it refers
 * to, and on whether a name stands inline; so these are compared. The compiler also looks at an
 * element's name offset to tell whether a dependency id stands before it (start_fits() in
 * binxml_compile.c): a name that lies before its reference, or inline, as they all do here, is the
 * one case that it decides alone.
 */
#include "format/evtx/template_variant.h"

#include <stdlib.h>

#include "base/limits.h"
#include "format/evtx/template.h"

#define BUCKETS 1024u
#define BLOCK 32u

/* A name that stands elsewhere in the chunk. */
struct variant_name {
	uint32_t field; /* where its offset stands, from the definition's start */
	uint32_t units;
	const uint8_t *utf16;
};

struct variant {
	struct variant *next;
	const struct binxml_program *program;
	size_t length; /* with the header */
	size_t text;
	const uint8_t *bytes, *mask; /* `length`, filled up to whole blocks with zeros */
	const struct variant_name *names;
	const uint32_t *inline_names; /* fields of names that stand right behind */
	size_t name_count, inline_count;
};

struct template_variants {
	struct arena arena;
	struct variant *bucket[BUCKETS];
};

struct template_variants *template_variants_new(void)
{
	return calloc(1, sizeof(struct template_variants));
}

void template_variants_free(struct template_variants *v)
{
	if (v) {
		arena_free(&v->arena);
		free(v);
	}
}

static size_t bucket_of(const uint8_t *definition)
{
	uint64_t h = le64(definition + 4) ^ le64(definition + 12) ^ le32(definition + 20);

	h *= 0x9e3779b97f4a7c15u;
	return (size_t)(h >> 48) % BUCKETS;
}

static uint64_t differs8(const uint8_t *a, const uint8_t *b, const uint8_t *mask)
{
	return (le64(a) ^ le64(b)) & le64(mask);
}

static bool bytes_equal(const struct variant *k, const uint8_t *definition)
{
	const size_t whole = k->length / BLOCK * BLOCK;
	uint8_t last[BLOCK] = {0};

	for (size_t i = 0; i < whole; i += BLOCK) {
		uint64_t differs = 0;

		for (size_t j = i; j < i + BLOCK; j += 8)
			differs |= differs8(definition + j, k->bytes + j, k->mask + j);
		if (differs)
			return false;
	}
	if (whole == k->length)
		return true;
	memcpy(last, definition + whole, k->length - whole);
	for (size_t j = 0; j < BLOCK; j += 8) {
		if (differs8(last + j, k->bytes + whole + j, k->mask + whole + j))
			return false;
	}
	return true;
}

/* Whether a name of so many bytes ends before its reference: then it is in the chunk, too. */
static bool lies_before(size_t offset, size_t bytes, size_t field)
{
	return offset >= 8 && offset < field && bytes + 10 <= field - offset;
}

static bool names_equal(const struct variant *k, struct view chunk, size_t at)
{
	for (size_t i = 0; i < k->inline_count; i++) {
		const size_t behind = at + k->inline_names[i] + 4;

		if (le32(chunk.p + behind - 4) != behind)
			return false;
	}
	for (size_t i = 0; i < k->name_count; i++) {
		const struct variant_name *const n = &k->names[i];
		const size_t field = at + n->field, offset = le32(chunk.p + field);
		const size_t bytes = (size_t)n->units * 2;

		if (!lies_before(offset, bytes, field) || le16(chunk.p + offset + 6) != n->units ||
		    memcmp(chunk.p + offset + 8, n->utf16, bytes) != 0)
			return false;
	}
	return true;
}

const struct binxml_program *template_variant_find(const struct template_variants *v,
						   struct view chunk, size_t at, size_t size,
						   size_t *ret_text)
{
	const uint8_t *const definition = chunk.p + at;

	for (const struct variant *k = v->bucket[bucket_of(definition)]; k; k = k->next) {
		if (k->length == size + DEFINITION_HEADER && bytes_equal(k, definition) &&
		    names_equal(k, chunk, at)) {
			*ret_text = k->text;
			return k->program;
		}
	}
	return NULL;
}

static bool add_names(struct arena *a, struct variant *k, uint8_t *mask, struct view chunk,
		      size_t at, const struct binxml_name_log *log)
{
	struct variant_name *const names = arena_array(a, log->count + 1, sizeof(*names));
	uint32_t *const inline_names = arena_array(a, log->count + 1, sizeof(*inline_names));

	if (!names || !inline_names)
		return false;
	for (size_t i = 0; i < log->count; i++) {
		const size_t field = log->fields[i], offset = le32(chunk.p + field);
		const uint32_t units = le16(chunk.p + offset + 6);
		struct variant_name *const n = &names[k->name_count];

		k->text += (size_t)units * 3;
		memset(mask + (field - at), 0, 4);
		if (offset == field + 4) {
			memset(mask + (field - at) + 4, 0, 4); /* the string table's link */
			inline_names[k->inline_count++] = (uint32_t)(field - at);
			continue;
		}
		if (!lies_before(offset, (size_t)units * 2, field))
			return false;
		n->field = (uint32_t)(field - at);
		n->units = units;
		n->utf16 = (const uint8_t *)arena_copy(a, chunk.p + offset + 8, (size_t)units * 2);
		if (!n->utf16)
			return false;
		k->name_count++;
	}
	k->names = names;
	k->inline_names = inline_names;
	return true;
}

static struct variant *variant_make(struct arena *a, struct view chunk, size_t at, size_t size,
				    const struct binxml_name_log *log)
{
	const size_t length = size + DEFINITION_HEADER;
	const size_t room = (length + BLOCK - 1) / BLOCK * BLOCK;
	struct variant *const k = arena_alloc(a, sizeof(*k));
	uint8_t *const bytes = arena_alloc(a, room), *const mask = arena_alloc(a, room);

	if (!k || !bytes || !mask)
		return NULL;
	k->length = length;
	k->bytes = bytes;
	k->mask = mask;
	memcpy(bytes, chunk.p + at, length);
	memset(mask, 0xff, length);
	memset(mask, 0, 4); /* the template table's link */
	return add_names(a, k, mask, chunk, at, log) ? k : NULL;
}

void template_variant_add(struct template_variants *v, struct view chunk, size_t at, size_t size,
			  const struct binxml_name_log *names, const struct binxml_program *program)
{
	struct variant **const bucket = &v->bucket[bucket_of(chunk.p + at)];
	const struct arena_mark mark = arena_save(&v->arena);
	struct variant *made;
	unsigned chain = 0;

	for (const struct variant *k = *bucket; k; k = k->next)
		chain++;
	if (names->odd || chain >= LIMIT_TEMPLATE_VARIANTS || v->arena.total > LIMIT_VARIANT_BYTES)
		return;
	made = variant_make(&v->arena, chunk, at, size, names);
	if (!made || made->text > LIMIT_VARIANT_TEXT) {
		arena_restore(&v->arena, mark);
		return;
	}
	made->program = program;
	made->next = *bucket;
	*bucket = made;
}
