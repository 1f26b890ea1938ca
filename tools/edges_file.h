/* SPDX-License-Identifier: Apache-2.0 */
/* Part of make-evidence: edge cases of files, chunks and records (rows A, B of docs/edge-cases.md).
 */
#ifndef TOCSIN_TOOLS_EDGES_FILE_H
#define TOCSIN_TOOLS_EDGES_FILE_H

#include "edge_log.h"

/* ---- A: the file */

static inline void edge_a01(struct edge *e)
{
	static const struct evtx_writer_options dirty = {.dirty = true};

	edge_usual_log(e, &dirty, 3, 2);
}

static inline void edge_a02(struct edge *e)
{
	static const struct evtx_writer_options flags = {
		.dirty = true, .full = true, .no_crc32 = true};

	edge_usual_log(e, &flags, 1, 2);
}

static inline void edge_a03(struct edge *e)
{
	edge_usual_log(e, NULL, 1, 2);
	put32(damage_at(&e->log, 120), 0xfffffff8u);
	damage_seal_file(&e->log);
}

static inline void edge_a05(struct edge *e)
{
	static const struct evtx_writer_options full = {.full = true, .first_record = 501};

	edge_usual_log(e, &full, 4, 3);
	damage_wrap(&e->log, 3);
}

static inline void edge_a06(struct edge *e)
{
	edge_usual_log(e, NULL, 3, 2);
	damage_zero(&e->log, EVTX_HEADER_SIZE + EVTX_CHUNK_SIZE, EVTX_CHUNK_SIZE);
}

static inline void edge_a07(struct edge *e)
{
	edge_usual_log(e, NULL, 3, 2);
	damage_clear_chunk(&e->log, 1);
}

static inline void edge_a08(struct edge *e)
{
	edge_usual_log(e, NULL, 3, 2);
	memset(damage_chunk(&e->log, 1), 'x', 8);
}

/* One checksum of the first chunk, the other one of the second. */
static inline void edge_a09(struct edge *e)
{
	edge_usual_log(e, NULL, 3, 2);
	damage_chunk(&e->log, 0)[52] ^= 1;
	damage_chunk(&e->log, 1)[124] ^= 1;
}

/* The end of the file is in the third record of the second chunk. */
static inline void edge_a10(struct edge *e)
{
	edge_usual_log(e, NULL, 2, 4);
	damage_cut(&e->log, EVTX_HEADER_SIZE + EVTX_CHUNK_SIZE + damage_record(&e->log, 1, 2) + 40);
}

static inline void edge_a11(struct edge *e)
{
	edge_usual_log(e, NULL, 1, 2);
	buf_fill(&e->log, (char)0xa5, 1000);
}

static inline void edge_a12(struct edge *e)
{
	edge_usual_log(e, NULL, 1, 2);
	put16(damage_at(&e->log, 36), 2);
	damage_seal_file(&e->log);
}

static inline void edge_a13(struct edge *e)
{
	edge_usual_log(e, NULL, 2, 2);
	put64(damage_at(&e->log, 8), 7);
	put64(damage_at(&e->log, 16), 3);
	put64(damage_at(&e->log, 24), 2);
	put16(damage_at(&e->log, 42), 9);
}

/* A collector's log, or a merged one. */
static inline void edge_a16(struct edge *e)
{
	static const char *const channel[] = {"Application", "System", "Edge/Operational"};
	char computer[64];

	edge_start(e, NULL);
	for (unsigned i = 0; i < 6; i++) {
		struct event_maker *const m = &e->maker;

		event_maker_start(m, &e->arena);
		event_maker_text(m, EVENT_PROVIDER, "Tocsin Edge");
		event_maker_number(m, EVENT_ID, VALUE_UINT16, i);
		event_maker_text(m, EVENT_CHANNEL, channel[i % 3]);
		snprintf(computer, sizeof(computer), "host%u.example.org", i % 2);
		event_maker_text(m, EVENT_COMPUTER, computer);
		event_maker_time(m, EDGE_TIME + i);
		edge_check(e, evtx_writer_add(e->writer, event_maker_done(m), NULL, &e->error));
	}
	edge_done(e);
}

static inline void edge_a18(struct edge *e)
{
	edge_usual_log(e, NULL, 1, 1);
	damage_cut(&e->log, EVTX_HEADER_SIZE);
}

/* ---- B: chunks and records */

static inline void edge_b01(struct edge *e)
{
	uint8_t *c;
	uint32_t at;

	edge_usual_log(e, NULL, 1, 3);
	c = damage_chunk(&e->log, 0);
	at = damage_record(&e->log, 0, 1);
	put32(c + at + le32(c + at + 4) - 4, 0x20);
}

/* Sizes of the second, fourth, sixth and eighth record: none, tiny, odd, enormous. */
static inline void edge_b02(struct edge *e)
{
	static const uint32_t size[] = {0, 27, 0, 3099113656u};

	edge_usual_log(e, NULL, 1, 9);
	for (unsigned i = 4; i-- > 0;) {
		const uint32_t at = damage_record(&e->log, 0, 2 * i + 1);
		uint8_t *const c = damage_chunk(&e->log, 0);

		put32(c + at + 4, i == 2 ? le32(c + at + 4) + 3 : size[i]);
	}
	damage_seal_chunk(&e->log, 0);
}

/* The free space starts at the chunk's end, behind zeros; in the second chunk, too early. */
static inline void edge_b03(struct edge *e)
{
	edge_usual_log(e, NULL, 2, 3);
	put32(damage_chunk(&e->log, 0) + 48, EVTX_CHUNK_SIZE);
	damage_seal_chunk(&e->log, 0);
	put32(damage_chunk(&e->log, 1) + 48, damage_record(&e->log, 1, 1));
	damage_seal_chunk(&e->log, 1);
}

/* Behind the live records an equal copy of one of them, and what an older use of the chunk left. */
static inline void edge_b04(struct edge *e)
{
	uint8_t *c;
	uint32_t at, size, end;

	edge_usual_log(e, NULL, 1, 4);
	c = damage_chunk(&e->log, 0);
	damage_forget(&e->log, 0, 3);
	/* What was the fourth record: from before the log was cleared. */
	at = damage_record(&e->log, 0, 3);
	put64(c + at + 8, 2);
	put64(c + at + 16, EDGE_TIME - 86400 * 10000000ull);
	end = at + le32(c + at + 4);
	at = damage_record(&e->log, 0, 2);
	size = le32(c + at + 4);
	memcpy(c + end, c + at, size);
}

/* What the chunk's header says of its records. */
static inline void edge_b05(struct edge *e)
{
	edge_usual_log(e, NULL, 1, 3);
	put64(damage_chunk(&e->log, 0) + 8, 77);
	put64(damage_chunk(&e->log, 0) + 16, 78);
	put32(damage_chunk(&e->log, 0) + 44, 0x9999);
	damage_seal_chunk(&e->log, 0);
}

static inline void edge_b06(struct edge *e)
{
	edge_usual_log(e, NULL, 1, 5);
	damage_swallow(&e->log, 0, 1, 1);
}

/* Zeros over the second and third of five records; from the last record of a chunk over the header
 * and the first record of the next one. */
static inline void edge_b07(struct edge *e)
{
	const size_t first = EVTX_HEADER_SIZE, second = first + EVTX_CHUNK_SIZE;
	uint32_t at, end;

	edge_usual_log(e, NULL, 3, 5);
	at = damage_record(&e->log, 0, 1) + 8;
	end = damage_record(&e->log, 0, 3);
	damage_zero(&e->log, first + at, end - at);
	at = damage_record(&e->log, 1, 4);
	end = damage_record(&e->log, 2, 1);
	damage_zero(&e->log, second + at, EVTX_CHUNK_SIZE - at + end);
}

static inline void edge_b08(struct edge *e)
{
	edge_usual_log(e, NULL, 1, 3);
	damage_size(&e->log, 0, 1, EVTX_CHUNK_SIZE, false);
}

/* Ids that jump, repeat, and do not fit 32 bits. */
static inline void edge_b09(struct edge *e)
{
	static const uint64_t id[] = {5, 6, 4294967296u, 4294967296u, 3, 0x7fffffffffffff00u};

	edge_start(e, NULL);
	for (unsigned i = 0; i < 6; i++)
		edge_add(e, &(struct edge_event){.body = NODES(EVENT_DATA(NAMED("n", TEXT("v")))),
						 .id = id[i]});
	edge_done(e);
}

/* The record's header tells another time than its event, and times that can't be. */
static inline void edge_b10(struct edge *e)
{
	static const uint64_t written[] = {EDGE_TIME + 600000000u, 1, 0x0100000000000000u,
					   0xffffffffffffffffu};

	edge_start(e, NULL);
	for (unsigned i = 0; i < 4 && !e->failed; i++) {
		struct event_maker *const m = &e->maker;

		event_maker_start(m, &e->arena);
		event_maker_text(m, EVENT_PROVIDER, "Tocsin Edge");
		event_maker_text(m, EVENT_COMPUTER, EDGE_COMPUTER);
		event_maker_time(m, EDGE_TIME + i);
		m->event.written = written[i];
		edge_check(e, evtx_writer_add(e->writer, event_maker_done(m), NULL, &e->error));
	}
	edge_done(e);
}

/* The event itself tells no time that can be: 0, and one far off. */
static inline void edge_b11(struct edge *e)
{
	edge_start(e, NULL);
	for (unsigned i = 0; i < 3 && !e->failed; i++) {
		struct event_maker *const m = &e->maker;

		event_maker_start(m, &e->arena);
		event_maker_text(m, EVENT_PROVIDER, "Tocsin Edge");
		event_maker_text(m, EVENT_COMPUTER, EDGE_COMPUTER);
		event_maker_number(m, EVENT_TIME, VALUE_FILETIME,
				   i == 0   ? 0
				   : i == 1 ? 2068256160000000000u
					    : UINT64_MAX);
		m->event.written = EDGE_TIME;
		edge_check(e, evtx_writer_add(e->writer, event_maker_done(m), NULL, &e->error));
	}
	edge_done(e);
}

static inline void edge_b12(struct edge *e)
{
	edge_usual_log(e, NULL, 2, 4);
	damage_loop(&e->log, 1, DAMAGE_NAMES);
}

static inline void edge_b13(struct edge *e)
{
	edge_usual_log(e, NULL, 2, 4);
	damage_loop(&e->log, 1, DAMAGE_TEMPLATES);
}

/* A chunk header of another size; a record that begins with a processing instruction, and one that
 * holds nothing. */
static inline void edge_b14(struct edge *e)
{
	edge_start(e, NULL);
	edge_tree(e, NODES(PI("mark", "up"), ELEMENT("Event", TEXT("x"))),
		  &(struct evtx_tree_options){.no_headers = true});
	if (!e->failed)
		edge_check(e, evtx_writer_add_raw(e->writer, 0, EDGE_TIME,
						  (struct view){(const uint8_t *)"\0\0\0\0", 4},
						  &e->error));
	edge_usual(e, 1);
	edge_done(e);
	put32(damage_chunk(&e->log, 0) + 40, 512);
	damage_seal_chunk(&e->log, 0);
}

static inline void edge_b15(struct edge *e)
{
	edge_usual_log(e, NULL, 1, 1);
}

#endif
