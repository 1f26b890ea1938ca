/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Damage done to a finished event log in memory: what crashes, wiping tools and other programs
 * leave behind. Chunks and the records of a chunk are counted from 0. What keeps a log's checksums
 * right says "sealed": a tool that lies does that too.
 */
#ifndef TOCSIN_TESTS_EVTX_DAMAGE_H
#define TOCSIN_TESTS_EVTX_DAMAGE_H

#include "base/buf.h"
#include "base/crc32.h"
#include "format/evtx/evtx.h"

#define DAMAGE_RECORDS 512u /* where a chunk's records start */

static inline uint8_t *damage_at(struct buf *log, size_t offset)
{
	return (uint8_t *)log->p + offset;
}

static inline size_t damage_chunks(const struct buf *log)
{
	return log->n < EVTX_HEADER_SIZE ? 0 : (log->n - EVTX_HEADER_SIZE) / EVTX_CHUNK_SIZE;
}

static inline uint8_t *damage_chunk(struct buf *log, unsigned chunk)
{
	return damage_at(log, EVTX_HEADER_SIZE + (size_t)chunk * EVTX_CHUNK_SIZE);
}

/* A record's place in its chunk, by the sizes of those before it; 0: there is none. */
static inline uint32_t damage_record(struct buf *log, unsigned chunk, unsigned record)
{
	const uint8_t *const c = damage_chunk(log, chunk);
	uint32_t at = DAMAGE_RECORDS;

	for (; at + 28 <= EVTX_CHUNK_SIZE && le32(c + at) == 0x2a2a; at += le32(c + at + 4)) {
		if (!record--)
			return at;
		if (le32(c + at + 4) < 28 || le32(c + at + 4) > EVTX_CHUNK_SIZE - at)
			break;
	}
	return 0;
}

static inline void damage_seal_chunk(struct buf *log, unsigned chunk)
{
	uint8_t *const c = damage_chunk(log, chunk);
	const uint32_t end = le32(c + 48);
	uint32_t crc;

	if (end >= DAMAGE_RECORDS && end <= EVTX_CHUNK_SIZE)
		put32(c + 52,
		      crc32_update(0, (struct view){c + DAMAGE_RECORDS, end - DAMAGE_RECORDS}));
	crc = crc32_update(0, (struct view){c, 120});
	put32(c + 124, crc32_update(crc, (struct view){c + 128, 384}));
}

static inline void damage_seal_file(struct buf *log)
{
	put32(damage_at(log, 124), crc32_update(0, (struct view){damage_at(log, 0), 120}));
}

static inline void damage_flip(struct buf *log, size_t offset, unsigned bits)
{
	*damage_at(log, offset) ^= (uint8_t)bits;
}

static inline void damage_zero(struct buf *log, size_t offset, size_t n)
{
	if (offset < log->n)
		memset(damage_at(log, offset), 0, n < log->n - offset ? n : log->n - offset);
}

static inline void damage_cut(struct buf *log, size_t n)
{
	if (n < log->n)
		log->n = n;
}

/* Turns the chunks so that chunk `by` lies first: a log that has wrapped. The file's header says
 * so, sealed. */
static inline void damage_wrap(struct buf *log, unsigned by)
{
	const size_t all = damage_chunks(log) * EVTX_CHUNK_SIZE;
	const size_t cut = (size_t)by * EVTX_CHUNK_SIZE;
	struct buf copy = {0};

	buf_add(&copy, damage_chunk(log, 0), all);
	if (copy.failed)
		abort();
	memcpy(damage_chunk(log, 0), copy.p + cut, all - cut);
	memcpy(damage_chunk(log, 0) + all - cut, copy.p, cut);
	buf_free(&copy);
	put64(damage_at(log, 8), damage_chunks(log) - by);
	put64(damage_at(log, 16), damage_chunks(log) - by - 1);
	damage_seal_file(log);
}

/* As the log service leaves a chunk that it starts anew: a header without records, over the old
 * ones. */
static inline void damage_clear_chunk(struct buf *log, unsigned chunk)
{
	uint8_t *const c = damage_chunk(log, chunk);

	put64(c + 8, 1);
	memset(c + 16, 0xff, 24);
	put32(c + 44, 0);
	put32(c + 48, DAMAGE_RECORDS);
	memset(c + 128, 0, 384);
	damage_seal_chunk(log, chunk);
}

/* The chunk forgets its records from this one on: they become what lies in the free space. */
static inline void damage_forget(struct buf *log, unsigned chunk, unsigned from)
{
	uint8_t *const c = damage_chunk(log, chunk);
	const uint32_t end = damage_record(log, chunk, from);
	const uint32_t last = damage_record(log, chunk, from - 1);

	put64(c + 16, le64(c + last + 8));
	put64(c + 32, le64(c + last + 8));
	put32(c + 44, last);
	put32(c + 48, end);
	damage_seal_chunk(log, chunk);
}

/* The size in front of a record, and (`both`) the one behind it. */
static inline void damage_size(struct buf *log, unsigned chunk, unsigned record, uint32_t size,
			       bool both)
{
	uint8_t *const c = damage_chunk(log, chunk);
	const uint32_t at = damage_record(log, chunk, record);

	put32(c + at + 4, size);
	if (both && size >= 28 && size <= EVTX_CHUNK_SIZE - at)
		put32(c + at + size - 4, size);
}

/*
 * A record grows over the `count` that follow it, and those behind them get lower ids: how a known
 * tool unlinks records. Sealed, and the chunk's header agrees.
 */
static inline void damage_swallow(struct buf *log, unsigned chunk, unsigned record, unsigned count)
{
	uint8_t *const c = damage_chunk(log, chunk);
	const uint32_t at = damage_record(log, chunk, record);
	const uint32_t last = damage_record(log, chunk, record + count);
	const uint32_t size = last + le32(c + last + 4) - at;
	uint64_t id = le64(c + at + 8);

	put32(c + at + 4, size);
	put32(c + at + size - 4, size);
	for (unsigned i = record; damage_record(log, chunk, i); i++) {
		put32(c + 44, damage_record(log, chunk, i));
		put64(c + damage_record(log, chunk, i) + 8, id++);
	}
	put64(c + 16, id - 1);
	put64(c + 32, id - 1);
	damage_seal_chunk(log, chunk);
}

/* All of a chunk's names or template definitions form a loop, or start outside of it. Sealed. */
enum damage_table { DAMAGE_NAMES, DAMAGE_TEMPLATES };

static inline void damage_loop(struct buf *log, unsigned chunk, enum damage_table table)
{
	uint8_t *const c = damage_chunk(log, chunk);
	uint8_t *const buckets = c + (table == DAMAGE_NAMES ? 128 : 384);

	for (unsigned i = 0; i < (table == DAMAGE_NAMES ? 64 : 32); i++) {
		const uint32_t at = le32(buckets + 4 * (size_t)i);

		if (at >= DAMAGE_RECORDS && at < EVTX_CHUNK_SIZE - 4)
			put32(c + at, at);
		else
			put32(buckets + 4 * (size_t)i, 0xfffffff0u - i);
	}
	damage_seal_chunk(log, chunk);
}

/* Zeros over the template definition that stands inline in a record. */
static inline void damage_lose_definition(struct buf *log, unsigned chunk, unsigned record)
{
	uint8_t *const c = damage_chunk(log, chunk);
	const uint32_t at = damage_record(log, chunk, record) + 24 + 4 + 10;

	memset(c + at, 0, 24 + le32(c + at + 20));
	damage_seal_chunk(log, chunk);
}

#endif
