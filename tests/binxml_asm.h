/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A BinXML assembler for tests: writes one chunk of records token by token, right or wrong as the
 * test wants it. Offsets are the chunk's. Sizes that a reader must not trust are written as 0
 * unless a test sets them.
 */
#ifndef TOCSIN_TESTS_BINXML_ASM_H
#define TOCSIN_TESTS_BINXML_ASM_H

#include "format/evtx/evtx.h"
#include "test.h"

#define ASM_CHUNK 65536u

struct binasm {
	uint8_t chunk[ASM_CHUNK];
	size_t at, record, definition, count_at;
	uint64_t id;
};

static inline void asm_bytes(struct binasm *a, const void *p, size_t n)
{
	assert_true(n <= ASM_CHUNK - a->at);
	if (n)
		memcpy(a->chunk + a->at, p, n);
	a->at += n;
}

static inline void asm_8(struct binasm *a, unsigned v)
{
	const uint8_t b = (uint8_t)v;

	asm_bytes(a, &b, 1);
}

static inline void asm_16(struct binasm *a, unsigned v)
{
	asm_8(a, v & 0xff);
	asm_8(a, v >> 8);
}

static inline void asm_32(struct binasm *a, uint32_t v)
{
	asm_16(a, v & 0xffff);
	asm_16(a, v >> 16);
}

/* ASCII as UTF-16LE units, without a NUL. */
static inline void asm_units(struct binasm *a, const char *ascii)
{
	for (; *ascii; ascii++)
		asm_16(a, (uint8_t)*ascii);
}

static inline void asm_start(struct binasm *a)
{
	memset(a, 0, sizeof(*a));
	memcpy(a->chunk, "ElfChnk", 8);
	put64(a->chunk + 8, 1);
	put64(a->chunk + 24, 1);
	a->at = 512;
}

static inline void asm_record(struct binasm *a)
{
	static const uint8_t magic[4] = {0x2a, 0x2a, 0, 0};

	a->record = a->at;
	asm_bytes(a, magic, 4);
	asm_32(a, 0);
	asm_32(a, (uint32_t)++a->id);
	asm_32(a, 0);
	asm_32(a, 0xd53e8000);
	asm_32(a, 0x019db1de);
}

/* Pads to eight bytes and writes the size in front and behind. */
static inline void asm_record_end(struct binasm *a)
{
	uint32_t size;

	while ((a->at + 4) % 8)
		asm_8(a, 0);
	size = (uint32_t)(a->at + 4 - a->record);
	asm_32(a, size);
	put32(a->chunk + a->record + 4, size);
	put32(a->chunk + 44, (uint32_t)a->record);
	put32(a->chunk + 48, (uint32_t)a->at);
	put64(a->chunk + 16, a->id);
	put64(a->chunk + 32, a->id);
}

static inline void asm_fragment(struct binasm *a)
{
	asm_32(a, 0x0001010f);
}

/* A name offset and the name right behind it, with its hash. */
static inline void asm_name(struct binasm *a, const char *ascii)
{
	uint32_t hash = 0;

	for (const char *p = ascii; *p; p++)
		hash = hash * 65599 + (uint8_t)*p;
	asm_32(a, (uint32_t)a->at + 4);
	asm_32(a, 0);
	asm_16(a, hash & 0xffff);
	asm_16(a, (unsigned)strlen(ascii));
	asm_units(a, ascii);
	asm_16(a, 0);
}

/* An element's start without attributes; `dependency` -1: no dependency id, 0xffff: none. */
static inline void asm_open(struct binasm *a, int dependency, const char *name)
{
	asm_8(a, 0x01);
	if (dependency >= 0)
		asm_16(a, (unsigned)dependency);
	asm_32(a, 0);
	asm_name(a, name);
}

/* The same with attributes to follow; their list size is wrong. */
static inline void asm_open_list(struct binasm *a, int dependency, const char *name)
{
	asm_8(a, 0x41);
	if (dependency >= 0)
		asm_16(a, (unsigned)dependency);
	asm_32(a, 0xdeadbeef);
	asm_name(a, name);
	asm_32(a, 7);
}

static inline void asm_attribute(struct binasm *a, const char *name)
{
	asm_8(a, 0x06);
	asm_name(a, name);
}

static inline void asm_body(struct binasm *a)
{
	asm_8(a, 0x02);
}

static inline void asm_close(struct binasm *a)
{
	asm_8(a, 0x04);
}

static inline void asm_text(struct binasm *a, const char *ascii)
{
	asm_8(a, 0x05);
	asm_8(a, 0x01);
	asm_16(a, (unsigned)strlen(ascii));
	asm_units(a, ascii);
}

static inline void asm_slot(struct binasm *a, unsigned slot, unsigned type, bool optional)
{
	asm_8(a, optional ? 0x0e : 0x0d);
	asm_16(a, slot);
	asm_8(a, type);
}

/* <name>text</name> */
static inline void asm_leaf(struct binasm *a, int dependency, const char *name, const char *text)
{
	asm_open(a, dependency, name);
	asm_body(a);
	if (text)
		asm_text(a, text);
	asm_close(a);
}

/* A template instance that defines its template; returns the definition's place. */
static inline size_t asm_template(struct binasm *a)
{
	asm_8(a, 0x0c);
	asm_8(a, 0x01);
	asm_32(a, 0x1234);
	asm_32(a, (uint32_t)a->at + 4);
	a->definition = a->at;
	asm_32(a, 0);
	for (unsigned i = 0; i < 16; i++)
		asm_8(a, i);
	asm_32(a, 0);
	asm_fragment(a);
	return a->definition;
}

/* Ends the definition at `definition`. */
static inline void asm_template_end(struct binasm *a, size_t definition)
{
	asm_8(a, 0);
	put32(a->chunk + definition + 20, (uint32_t)(a->at - definition - 24));
}

/* An instance of the template at `definition`. */
static inline void asm_instance(struct binasm *a, size_t definition)
{
	asm_8(a, 0x0c);
	asm_8(a, 0x01);
	asm_32(a, 0x1234);
	asm_32(a, (uint32_t)definition);
}

/* The values of an instance, all of them with their bytes here. */
struct asm_value {
	unsigned type;
	const void *bytes;
	size_t n;
};

static inline void asm_values(struct binasm *a, const struct asm_value *v, unsigned count)
{
	asm_32(a, count);
	for (unsigned i = 0; i < count; i++) {
		asm_16(a, (unsigned)v[i].n);
		asm_8(a, v[i].type);
		asm_8(a, 0);
	}
	for (unsigned i = 0; i < count; i++)
		asm_bytes(a, v[i].bytes, v[i].n);
}

/* One BinXML value written in place: begin, its tokens, end. */
static inline size_t asm_binxml_value(struct binasm *a)
{
	asm_32(a, 1);
	a->count_at = a->at;
	asm_16(a, 0);
	asm_8(a, 0x21);
	asm_8(a, 0);
	return a->count_at;
}

static inline void asm_binxml_value_end(struct binasm *a, size_t descriptor)
{
	put16(a->chunk + descriptor, (uint16_t)(a->at - descriptor - 4));
}

/* ---- Reading it back ---- */

struct reading {
	struct evtx_decoder *decoder;
	struct buf xml, json;
	unsigned records, errors;
	struct tocsin_error error; /* the last one */
	const struct event *event; /* the last one */
};

/* Reads all records; xml and json hold those that could be read, a line each. */
static inline void asm_read(struct reading *r, const struct binasm *a, size_t n)
{
	struct evtx_chunk_info info;
	struct tocsin_error error;
	enum tocsin_status status;
	struct evtx_loss id;

	memset(r, 0, sizeof(*r));
	r->decoder = evtx_decoder_new();
	assert_non_null(r->decoder);
	evtx_decoder_configure(r->decoder, &(struct evtx_options){.no_checksums = true});
	assert_ok(evtx_chunk_open(r->decoder, (struct view){a->chunk, n}, 4096, 0, &info, &error));
	while ((status = evtx_chunk_next(r->decoder, &r->event, &id, &error)) != TOCSIN_END) {
		if (status == TOCSIN_OK) {
			status = evtx_render_xml(r->decoder, r->event, &r->xml);
			if (status == TOCSIN_OK)
				status = evtx_render_json(r->decoder, r->event, &r->json);
			buf_byte(&r->xml, '\n');
			buf_byte(&r->json, '\n');
			error.status = status;
		}
		if (status == TOCSIN_OK) {
			r->records++;
		} else {
			r->errors++;
			r->error = error;
		}
	}
}

static inline void asm_read_end(struct reading *r)
{
	buf_free(&r->xml);
	buf_free(&r->json);
	evtx_decoder_free(r->decoder);
}

/* Ends a chunk of one record and checks both renderings. */
static inline void asm_expect(struct binasm *a, const char *xml, const char *json)
{
	struct reading r;

	asm_record_end(a);
	asm_read(&r, a, ASM_CHUNK);
	if (r.errors)
		print_error("%s %s\n", r.error.msg, r.error.detail);
	assert_int_equal(r.errors, 0);
	r.xml.n--; /* the line's end */
	r.json.n--;
	assert_string_equal(buf_cstr(&r.xml), xml);
	assert_string_equal(buf_cstr(&r.json), json);
	asm_read_end(&r);
}

/* ---- Shapes that many tests share ---- */

/* A record that is one fragment without a template. */
static inline void asm_begin(struct binasm *a)
{
	asm_start(a);
	asm_record(a);
	asm_fragment(a);
}

/* Opens a template: <Event><EventData>, slots follow. */
static inline size_t asm_begin_template(struct binasm *a)
{
	size_t definition;

	asm_begin(a);
	definition = asm_template(a);
	asm_open(a, 0xffff, "Event");
	asm_body(a);
	asm_open(a, 0xffff, "EventData");
	asm_body(a);
	return definition;
}

static inline void asm_end_template(struct binasm *a, size_t definition)
{
	asm_close(a);
	asm_close(a);
	asm_template_end(a, definition);
}

/* <Data Name='name'>%slot</Data>; `name` may be NULL */
static inline void asm_data(struct binasm *a, int dependency, const char *name, unsigned slot,
			    unsigned type)
{
	if (name) {
		asm_open_list(a, dependency, "Data");
		asm_attribute(a, "Name");
		asm_text(a, name);
	} else {
		asm_open(a, dependency, "Data");
	}
	asm_body(a);
	asm_slot(a, slot, type, dependency != 0xffff);
	asm_close(a);
}

/* A plain record behind a hostile one must be read. */
static inline void asm_expect_one_of_two(struct binasm *a, const char *message)
{
	struct reading r;

	asm_record_end(a);
	asm_record(a);
	asm_fragment(a);
	asm_leaf(a, -1, "Event", "good");
	asm_record_end(a);
	asm_read(&r, a, ASM_CHUNK);
	assert_int_equal(r.records, 1);
	assert_int_equal(r.errors, 1);
	assert_string_equal(r.error.msg, message);
	assert_non_null(strstr(buf_cstr(&r.xml), "<Event>good</Event>"));
	asm_read_end(&r);
}

#endif
