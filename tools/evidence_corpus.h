/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Part of make-evidence: the seeds of fuzz/fuzz_evtx_file, fuzz_binxml, fuzz_carve and
 * fuzz_engines. Files are
 * the writer's: a chunk without the free space, and one with a small file header before it; BinXML
 * is assembled token by token, because it has to hold what the writer never writes.
 */
#ifndef TOCSIN_TOOLS_EVIDENCE_CORPUS_H
#define TOCSIN_TOOLS_EVIDENCE_CORPUS_H

#include "../fuzz/binxml_log.h"
#include "evidence_cases.h"
#include "evidence_edges.h"

/* BinXML in the making; `base` is the chunk's offset of its first byte. */
struct assembly {
	uint8_t byte[8192];
	uint32_t n, base;
};

static void put(struct assembly *a, unsigned bytes, uint64_t v)
{
	for (unsigned i = 0; i < bytes && a->n < sizeof(a->byte); i++)
		a->byte[a->n++] = (uint8_t)(v >> 8 * i);
}

static void put_text(struct assembly *a, const char *ascii)
{
	put(a, 2, strlen(ascii));
	for (; *ascii; ascii++)
		put(a, 2, (uint8_t)*ascii);
}

/* A name that stands inline. */
static void put_name(struct assembly *a, const char *name)
{
	put(a, 4, a->base + a->n + 4);
	put(a, 4, 0);
	put(a, 2, 0);
	put_text(a, name);
	put(a, 2, 0);
}

/* Element start with or without a dependency id, up to its content; sizes are left 0. */
static void open_element(struct assembly *a, const char *name, bool dependency)
{
	put(a, 1, 0x01);
	if (dependency)
		put(a, 2, 0xffff);
	put(a, 4, 0);
	put_name(a, name);
	put(a, 1, 0x02);
}

static void put_value(struct assembly *a, const char *text, unsigned more)
{
	put(a, 1, 0x05 | more);
	put(a, 1, 0x01);
	put_text(a, text);
}

static void put_closes(struct assembly *a, unsigned count)
{
	while (count--)
		put(a, 1, 0x04);
}

static void seed_plain(struct assembly *a)
{
	put(a, 4, 0x0001010f);
	open_element(a, "Event", false);
	open_element(a, "System", false);
	open_element(a, "EventID", false);
	put_value(a, "4999", 0);
	put_closes(a, 2);
	open_element(a, "EventData", false);
	open_element(a, "Data", false);
	put_value(a, "one ", 0x40);
	put_value(a, "two", 0);
	put_closes(a, 3);
	put(a, 1, 0);
}

static void seed_markup(struct assembly *a)
{
	put(a, 4, 0x0001010f);
	open_element(a, "Event", false);
	put(a, 1, 0x07); /* CDATA */
	put_text(a, "<raw>");
	put(a, 1, 0x08); /* character reference */
	put(a, 2, 65);
	put(a, 1, 0x09); /* entity reference */
	put_name(a, "amp");
	put(a, 1, 0x0a); /* processing instruction */
	put_name(a, "target");
	put(a, 1, 0x0b);
	put_text(a, "data");
	put_closes(a, 1);
	put(a, 1, 0);
}

/* A template instance with its definition: one element with `slots` substitutions of `type`. */
static void put_instance(struct assembly *a, unsigned slots, unsigned type, bool optional)
{
	uint32_t size_at, start;

	put(a, 1, 0x0c);
	put(a, 1, 1);
	put(a, 4, 0x11223344 + a->n);
	put(a, 4, a->base + a->n + 4);
	put(a, 4, 0);
	put(a, 8, 0x11223344 + a->n);
	put(a, 8, 7);
	size_at = a->n;
	put(a, 4, 0);
	start = a->n;
	put(a, 4, 0x0001010f);
	open_element(a, "Event", true);
	for (unsigned i = 0; i < slots; i++) {
		open_element(a, "Data", true);
		put(a, 1, optional ? 0x0e : 0x0d);
		put(a, 2, i);
		put(a, 1, type);
		put_closes(a, 1);
	}
	put_closes(a, 1);
	put(a, 1, 0);
	put32(a->byte + size_at, a->n - start);
}

static void put_descriptor(struct assembly *a, unsigned size, unsigned type)
{
	put(a, 2, size);
	put(a, 2, type);
}

static void seed_arrays(struct assembly *a)
{
	put(a, 4, 0x0001010f);
	put_instance(a, 3, VALUE_STRING | VALUE_ARRAY, true);
	put(a, 4, 3);
	put_descriptor(a, 8, VALUE_STRING | VALUE_ARRAY);
	put_descriptor(a, 12, VALUE_UINT32 | VALUE_ARRAY);
	put_descriptor(a, 0, VALUE_NULL);
	put(a, 8, 0x0000006200000061u);
	put(a, 8, 0x0000000200000001u);
	put(a, 4, 3);
	put(a, 1, 0);
}

/* A BinXML value with an instance in it, used by several substitutions. */
static void seed_nested(struct assembly *a)
{
	uint32_t descriptor_at, start;

	put(a, 4, 0x0001010f);
	put_instance(a, 1, VALUE_BINXML, true);
	put(a, 4, 1);
	descriptor_at = a->n;
	put_descriptor(a, 0, VALUE_BINXML);
	start = a->n;
	put(a, 4, 0x0001010f);
	put_instance(a, 2, VALUE_UINT32, false);
	put(a, 4, 2);
	put_descriptor(a, 4, VALUE_UINT32);
	put_descriptor(a, 8, VALUE_HEX64);
	put(a, 4, 7);
	put(a, 8, 0xffffffffffffffffu);
	put(a, 1, 0);
	put16(a->byte + descriptor_at, (uint16_t)(a->n - start));
	put(a, 1, 0);
}

static void seed_several(struct assembly *a)
{
	put(a, 4, 0x0001010f);
	for (unsigned i = 0; i < 3; i++) {
		open_element(a, "Event", false);
		put_value(a, "x", 0);
		put_closes(a, 1);
		put(a, 4, 0x0001010f);
	}
	put(a, 1, 0);
}

static void seed_deep(struct assembly *a)
{
	put(a, 4, 0x0001010f);
	for (unsigned i = 0; i < 300; i++)
		open_element(a, "e", false);
	put_closes(a, 300);
	put(a, 1, 0);
}

/* An instance of the first record's template, with values of odd types. */
static void seed_reference(struct assembly *a)
{
	static const uint8_t type[20] = {4,  4, 6,    6,    6,    0x15, 0x11, 0x0f, 8, 8,
					 10, 4, 0x13, 0x0c, 0x0d, 0x12, 0x10, 0x0b, 2, 0x23};
	static const uint8_t size[20] = {1, 1, 2,  2, 2, 8,  8, 16, 4, 4,
					 8, 1, 12, 8, 4, 16, 8, 4,  3, 4};

	put(a, 4, 0x0001010f);
	put(a, 1, 0x0c);
	put(a, 1, 1);
	put(a, 4, 0);
	put(a, 4, 512 + 24 + 4 + 10);
	put(a, 4, 20);
	for (unsigned i = 0; i < 20; i++)
		put_descriptor(a, size[i], type[i]);
	for (unsigned i = 0; i < 20; i++) {
		for (unsigned k = 0; k < size[i]; k++)
			put(a, 1, i == 12 ? (k == 1) : 0x41);
	}
	put(a, 1, 0);
}

static void write_seed(const char *folder, const char *name, const void *p, size_t n)
{
	char path[PATH_SIZE];
	FILE *file;

	join_path(path, folder, name);
	file = fopen(path, "wb");
	if (!file || fwrite(p, 1, n, file) != n || fclose(file) != 0)
		fail(path, strerror(errno));
}

static void write_binxml_seeds(const char *folder)
{
	static const struct {
		const char *name;
		void (*make)(struct assembly *);
	} seeds[] = {{"plain", seed_plain},        {"markup", seed_markup},
		     {"arrays", seed_arrays},      {"nested", seed_nested},
		     {"several", seed_several},    {"deep", seed_deep},
		     {"reference", seed_reference}};
	struct buf log = {0};
	struct assembly a;

	make_folders(folder);
	for (size_t i = 0; i < sizeof(seeds) / sizeof(*seeds); i++) {
		a.n = 0;
		if (!binxml_log(&log, (struct view){NULL, 0}, &a.base))
			fail(folder, "no memory");
		seeds[i].make(&a);
		write_seed(folder, seeds[i].name, a.byte, a.n);
	}
	buf_free(&log);
}

/* The first chunk of a log up to the free space. */
static void write_chunk(const char *folder, const char *name, struct view log)
{
	const struct view chunk = view_slice(log, EVTX_HEADER_SIZE, 8192);

	write_seed(folder, name, chunk.p, view_slice(chunk, 0, le32(chunk.p + 48)).n);
}

/* The same with the log's header before it, in a block of 512 bytes. */
static void write_small_log(const char *folder, const char *name, struct view log)
{
	uint8_t small[512 + 8192] = {0};
	const struct view chunk = view_slice(log, EVTX_HEADER_SIZE, 8192);
	const size_t n = view_slice(chunk, 0, le32(chunk.p + 48)).n;

	memcpy(small, log.p, 128);
	put16(small + 40, 512);
	memcpy(small + 512, chunk.p, n);
	write_seed(folder, name, small, 512 + n);
}

static void write_file_seeds(const char *folder)
{
	static const struct {
		const char *name;
		void (*fill)(struct log *);
	} seeds[] = {{"classic", case_classic_strings}, {"types", case_types},
		     {"arrays", case_arrays},           {"userdata", case_user_data},
		     {"shapes", case_shapes},           {"forwarded", case_forwarded}};

	make_folders(folder);
	for (size_t i = 0; i < sizeof(seeds) / sizeof(*seeds); i++) {
		struct buf bytes = {0};
		struct tocsin_error error;
		struct log log = {0};

		join_path(log.path, folder, seeds[i].name);
		log.writer = evtx_writer_new(evtx_sink_buf(&bytes), NULL);
		if (!log.writer)
			fail(folder, "no memory");
		seeds[i].fill(&log);
		if (evtx_writer_finish(log.writer, &error) != TOCSIN_OK)
			fail(folder, error.msg);
		(i ? write_chunk : write_small_log)(
			folder, seeds[i].name, (struct view){(const uint8_t *)bytes.p, bytes.n});
		evtx_writer_free(log.writer);
		arena_free(&log.arena);
		buf_free(&bytes);
	}
}

/* Tokens, value types and meanings; what is damaged, a fuzzer finds by itself. */
static void write_edge_seeds(const char *folder)
{
	for (size_t i = 0; i < EDGE_CASES; i++) {
		struct edge e;

		if (edge_cases[i].name[0] < 'c')
			continue;
		edge_cases[i].make(&e);
		write_chunk(folder, edge_cases[i].name,
			    (struct view){(const uint8_t *)e.log.p, e.log.n});
		buf_free(&e.log);
	}
}

/* Steps of fuzz_carve. */
#define STEP_PART(chunk, place, length, shift) 0, (place)&0xff, (place) >> 8, chunk, length, shift
#define STEP_CHUNK(i) STEP_PART(i, 0, 255, 5)
#define STEP_RAW(length) 1, 0, 0, 0, length, 0
#define STEP_ZEROS(length, shift) 2, 0, 0, 0, length, shift
#define STEP_PATCH(place, length) 3, (place)&0xff, (place) >> 8, 0, (length)-1, 0

static void write_carve_seeds(const char *folder)
{
	static const uint8_t whole[] = {0, 0, STEP_CHUNK(0), STEP_CHUNK(1), STEP_CHUNK(2)},
			     large[] = {0, 60, STEP_CHUNK(0), STEP_ZEROS(255, 8), STEP_CHUNK(1)},
			     zeros[] = {0, 0, STEP_ZEROS(200, 4)},
			     odd_place[] = {7,           2, STEP_RAW(3),  1, 2, 3, STEP_CHUNK(0),
					    STEP_RAW(1), 9, STEP_CHUNK(1)},
			     halves[] = {0, 3, STEP_PART(0, 0, 150, 3), STEP_PART(1, 1200, 255, 5)},
			     loose[] = {0,
					1,
					STEP_ZEROS(100, 0),
					STEP_PART(0, 512, 255, 5),
					STEP_ZEROS(9, 3),
					STEP_PART(1, 1500, 255, 5)},
			     inside[] = {9, 0, STEP_PART(0, 0, 140, 3), STEP_CHUNK(1),
					 STEP_PART(0, 1120, 255, 5)},
			     no_magic[] = {99, 0, STEP_CHUNK(0), STEP_PATCH(0, 4), 'X',
					   0,  0, 'X',           STEP_CHUNK(1)},
			     cut[] = {50, 1, STEP_CHUNK(0), STEP_ZEROS(40, 2),
				      STEP_PART(1, 0, 200, 3)},
			     patched[] = {1,    2,    STEP_CHUNK(0),      STEP_PATCH(1300, 2),
					  0xff, 0xff, STEP_PATCH(600, 1), 3},
			     signatures[] = {3,   0,   STEP_RAW(24), 'E', 'l', 'f', 'C',
					     'h', 'n', 'k',          0,   '*', '*', 0,
					     0,   '*', '*',          0,   0,   'E', 'l',
					     'f', 'C', 'h',          'n', 'k', 0,   STEP_CHUNK(0)};
	/* The first one leaves records to the second one, which starts inside of it. */
	static const uint8_t left[] = {0,
				       0,
				       STEP_PART(0, 0, 184, 2),
				       STEP_PART(2, 0, 16, 0),
				       STEP_PART(0, 2456, 118, 2),
				       STEP_ZEROS(16, 0),
				       STEP_CHUNK(0)};
	static const struct {
		const char *name;
		struct view bytes;
	} seeds[] = {{"whole", {whole, sizeof(whole)}},
		     {"left", {left, sizeof(left)}},
		     {"large", {large, sizeof(large)}},
		     {"zeros", {zeros, sizeof(zeros)}},
		     {"odd_place", {odd_place, sizeof(odd_place)}},
		     {"halves", {halves, sizeof(halves)}},
		     {"loose", {loose, sizeof(loose)}},
		     {"chunk_inside_chunk", {inside, sizeof(inside)}},
		     {"no_magic", {no_magic, sizeof(no_magic)}},
		     {"cut", {cut, sizeof(cut)}},
		     {"patched", {patched, sizeof(patched)}},
		     {"signatures", {signatures, sizeof(signatures)}}};

	make_folders(folder);
	for (size_t i = 0; i < sizeof(seeds) / sizeof(*seeds); i++)
		write_seed(folder, seeds[i].name, seeds[i].bytes.p, seeds[i].bytes.n);
}

/* Chunks that end where their records do. */
static void add_chunks(struct buf *out, struct buf *log)
{
	for (unsigned i = 0; i < damage_chunks(log); i++)
		buf_add(out, damage_chunk(log, i), le32(damage_chunk(log, i) + 48));
}

static void write_engine_seeds(const char *folder)
{
	static const struct {
		const char *name, *question;
		void (*make)(struct edge *e); /* NULL: two chunks of usual events */
	} seeds[] = {
		{"usual-ids", "\ni1001-1003,1006\n\n", NULL},
		{"usual-text", "no\ntEVENT 2\n\n", NULL},
		{"usual-regex", "o\nxevent [37]\np*edge\n\n", NULL},
		{"usual-where", "5\nw$_.Message -like '*Event 4*' -or $_.Id -eq 1002\n\n", NULL},
		{"usual-command", "v\n>Get-EventLog Application -Message '*event 3*'\n\n", NULL},
		{"references", "o\nr1-2\n\n", edge_c01},
		{"nested", "o\ntDEEP\n\n", edge_c05},
		{"several", "o\ntsaid\n\n", edge_c07},
		{"pieces", "o\ntone two three\nta 7 b\n\n", edge_c11},
		{"cdata", "no\nt<c>\n\n", edge_c12},
		{"characters", "o\nxAB|x\n\n", edge_c13},
		{"null-and-empty", "3\nw$_.Properties[1].Value -eq ''\n\n", edge_c16},
		{"arrays", "o\nta\nt2\n\n", edge_c18},
		{"types", "o\ntansi\nt-1\n\n", edge_d00},
		{"binxml", "or\ntside\n\n", edge_d15},
		{"rendered", "o\nw$_.Message -match 'a'\n\n", edge_e02},
	};
	struct buf seed = {0};

	make_folders(folder);
	for (size_t i = 0; i < sizeof(seeds) / sizeof(*seeds); i++) {
		struct edge e;

		if (seeds[i].make)
			seeds[i].make(&e);
		else
			edge_usual_log(&e, NULL, 2, 4);
		buf_clear(&seed);
		buf_str(&seed, seeds[i].question);
		add_chunks(&seed, &e.log);
		write_seed(folder, seeds[i].name, (const uint8_t *)seed.p, seed.n);
		buf_free(&e.log);
	}
	buf_free(&seed);
}

static void write_corpus(const char *folder)
{
	char below[PATH_SIZE];

	join_path(below, folder, "evtx_file");
	write_file_seeds(below);
	write_edge_seeds(below);
	join_path(below, folder, "binxml");
	write_binxml_seeds(below);
	join_path(below, folder, "carve");
	write_carve_seeds(below);
	join_path(below, folder, "engines");
	write_engine_seeds(below);
}

#endif
