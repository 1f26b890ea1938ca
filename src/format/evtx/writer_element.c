/* SPDX-License-Identifier: Apache-2.0 */
/*
 * EVTX writer: names and elements of BinXML (layout: writer_binxml.c). Names are chained into the
 * chunk's table of 64 buckets by their hash: multiplier 65,599 over their UTF-16 units.
 */
#include "format/evtx/writer_internal.h"

/* ---- names */

uint32_t pen_hash(const uint8_t *p, size_t words)
{
	uint32_t h = 0;

	for (size_t i = 0; i < words; i++)
		h = h * 65599u + le16(p + 2 * i);
	return h;
}

/* A name's offset; where the chunk doesn't have it yet, it follows right here. */
void pen_name(struct pen *pen, struct view utf16)
{
	const size_t count = utf16.n / 2;
	const uint16_t hash = (uint16_t)pen_hash(utf16.p, count);
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

struct pen_element pen_element(struct pen *pen, struct view name, unsigned dependency,
			       bool attributes)
{
	struct pen_element el = {0, 0, 0};

	pen_8(pen, TOKEN_OPEN | (attributes ? TOKEN_MORE : 0));
	if (dependency != NO_DEPENDENCY)
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

struct pen_element pen_open(struct pen *pen, const char *name, unsigned dependency, bool attributes)
{
	uint8_t wide[128];

	return pen_element(pen, widen(wide, name), dependency, attributes);
}

void pen_attribute_named(struct pen *pen, struct pen_element *el, struct view name)
{
	if (el->attribute_at && !pen->overflow)
		pen->chunk[el->attribute_at] |= TOKEN_MORE;
	el->attribute_at = pen->at;
	pen_8(pen, TOKEN_ATTRIBUTE);
	pen_name(pen, name);
}

void pen_attribute(struct pen *pen, struct pen_element *el, const char *name)
{
	uint8_t wide[128];

	pen_attribute_named(pen, el, widen(wide, name));
}

/* Fills in a size that counts from behind its own four bytes to the pen. */
void pen_patch_size(struct pen *pen, uint32_t size_at)
{
	if (!pen->overflow)
		put32(pen->chunk + size_at, pen->at - size_at - 4);
}

static void attributes_end(struct pen *pen, const struct pen_element *el)
{
	if (el->list_at)
		pen_patch_size(pen, el->list_at);
}

void pen_content(struct pen *pen, const struct pen_element *el)
{
	attributes_end(pen, el);
	pen_8(pen, TOKEN_BODY);
}

void pen_end(struct pen *pen, const struct pen_element *el)
{
	pen_8(pen, TOKEN_CLOSE);
	pen_patch_size(pen, el->size_at);
}

void pen_close_empty(struct pen *pen, const struct pen_element *el)
{
	attributes_end(pen, el);
	pen_8(pen, TOKEN_CLOSE_EMPTY);
	pen_patch_size(pen, el->size_at);
}

void pen_text(struct pen *pen, struct view utf16)
{
	const size_t count = utf16.n / 2;

	if (count > UINT16_MAX)
		pen->overflow = true;
	pen_8(pen, TOKEN_VALUE);
	pen_8(pen, VALUE_STRING);
	pen_16(pen, (unsigned)count);
	pen_bytes(pen, (struct view){utf16.p, 2 * count});
}

void pen_text_ascii(struct pen *pen, const char *ascii)
{
	uint8_t wide[128];

	pen_text(pen, widen(wide, ascii));
}

void pen_substitution(struct pen *pen, unsigned token, unsigned id, unsigned type)
{
	pen_8(pen, token);
	pen_16(pen, id);
	pen_8(pen, type);
}

/* <name>%id</name>, left out when the value is null. */
void pen_optional(struct pen *pen, const char *name, unsigned id, unsigned type)
{
	const struct pen_element el = pen_open(pen, name, id, false);

	pen_content(pen, &el);
	pen_substitution(pen, TOKEN_SLOT_OPTIONAL, id, type);
	pen_end(pen, &el);
}

void pen_optional_attribute(struct pen *pen, struct pen_element *el, const char *name, unsigned id,
			    unsigned type)
{
	pen_attribute(pen, el, name);
	pen_substitution(pen, TOKEN_SLOT_OPTIONAL, id, type);
}

void pen_text_element(struct pen *pen, const char *name, struct view utf16)
{
	const struct pen_element el = pen_open(pen, name, ALWAYS, false);

	pen_content(pen, &el);
	if (utf16.n > 1)
		pen_text(pen, utf16);
	pen_end(pen, &el);
}
