/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Random damage to random logs. Most of it repairs the checksums: such a chunk looks whole to
 * whoever trusts them.
 */
#ifndef TOCSIN_TESTS_ENGINE_DAMAGE_H
#define TOCSIN_TESTS_ENGINE_DAMAGE_H

#include "engine_words.h"
#include "evtx_damage.h"

/* Where a random record of a chunk starts; 0: there is none. */
static inline uint32_t hurt_record(struct chance *c, struct buf *log, unsigned chunk,
				   uint32_t *ret_size)
{
	unsigned n = 0;
	uint32_t at;

	while (n < 64 && damage_record(log, chunk, n))
		n++;
	if (!n)
		return 0;
	at = damage_record(log, chunk, chance_below(c, n));
	*ret_size = le32(damage_chunk(log, chunk) + at + 4);
	return *ret_size >= 28 && *ret_size <= EVTX_CHUNK_SIZE - at ? at : 0;
}

/* A place in a record: often its header, its first tokens and definition, its values or its end. */
static inline uint32_t hurt_place(struct chance *c, struct buf *log, unsigned chunk)
{
	uint32_t size, offset;
	const uint32_t at = hurt_record(c, log, chunk, &size);

	if (!at)
		return DAMAGE_RECORDS + chance_below(c, 2000);
	switch (chance_below(c, 4)) {
	case 0:
		offset = chance_below(c, 90);
		break;
	case 1: /* values stand at the end */
		offset = size - 1 - chance_below(c, size < 160 ? size : 160);
		break;
	default:
		offset = chance_below(c, size);
		break;
	}
	return at + (offset < size ? offset : size - 1);
}

static inline void hurt_bytes(struct chance *c, struct buf *log, unsigned chunk)
{
	uint8_t *const p = damage_chunk(log, chunk);

	for (unsigned n = 1 + chance_below(c, 3); n; n--)
		p[hurt_place(c, log, chunk)] ^=
			(uint8_t)(chance_is(c, 70) ? 1u << chance_below(c, 8)
						   : chance_below(c, 256));
}

/* A number that means something somewhere, over two or four bytes. */
static inline void hurt_number(struct chance *c, struct buf *log, unsigned chunk)
{
	static const uint32_t numbers[] = {0,          1,          2,      0x2a2a,  0xffff,
					   0xffffffff, 0x200,      0x1ff,  0x10000, 0xfffc,
					   0x80000000, 0x7fffffff, 0x0101, 0x010f,  0x0d0e0100,
					   0x0c010000, 0x21,       0x81};
	uint8_t *const p = damage_chunk(log, chunk);
	const uint32_t at = hurt_place(c, log, chunk);
	const uint32_t v = chance_is(c, 60) ? CHANCE_ONE(c, numbers)
					    : hurt_place(c, log, chunk); /* an offset */

	if (at > EVTX_CHUNK_SIZE - 4)
		return;
	if (chance_is(c, 50))
		put16(p + at, (uint16_t)v);
	else
		put32(p + at, v);
}

/* A name that stands at its reference is taken from another place where one stands, or the
 * reference of a template from another definition. */
static inline void hurt_reference(struct chance *c, struct buf *log, unsigned chunk)
{
	uint8_t *const p = damage_chunk(log, chunk);
	uint32_t size, found[64], n = 0;
	const uint32_t at = hurt_record(c, log, chunk, &size);

	for (uint32_t i = at; at && i + 4 <= at + size && n < 64; i++)
		if (le32(p + i) == i + 4)
			found[n++] = i;
	if (n)
		put32(p + found[chance_below(c, n)],
		      chance_is(c, 80) ? found[chance_below(c, n)] + 4 : hurt_place(c, log, chunk));
}

/* What the chunk's header says. */
static inline void hurt_header(struct chance *c, struct buf *log, unsigned chunk)
{
	uint8_t *const p = damage_chunk(log, chunk);
	const uint32_t end = le32(p + 48);
	uint32_t size, at;

	switch (chance_below(c, 8)) {
	case 7: /* a record's own id */
		at = hurt_record(c, log, chunk, &size);
		if (at)
			put64(p + at + 8, le64(p + at + 8) + chance_below(c, 4) - 2);
		break;
	case 0: /* the free space starts elsewhere */
		put32(p + 48,
		      chance_is(c, 50) ? end + 8 - chance_below(c, 16) : chance_below(c, 70000));
		break;
	case 1:
		put32(p + 48, hurt_place(c, log, chunk));
		break;
	case 2:
		put32(p + 44, hurt_place(c, log, chunk));
		break;
	case 3: /* ids */
		put64(p + 8 + 8 * chance_below(c, 4), chance_below(c, 2000));
		break;
	case 4: /* the tables of names and templates */
		put32(p + 128 + 4 * chance_below(c, 96), hurt_place(c, log, chunk));
		break;
	case 5:
		p[chance_below(c, 512)] ^= (uint8_t)(1u << chance_below(c, 8));
		break;
	default:
		put32(p + 120, chance_below(c, 2)); /* flags */
		break;
	}
}

/* Sizes, definitions, tables: what evtx_damage.h knows, where it fits. */
static inline void hurt_structure(struct chance *c, struct buf *log, unsigned chunk)
{
	unsigned n = 0;
	uint32_t size, at;

	while (n < 64 && damage_record(log, chunk, n))
		n++;
	switch (chance_below(c, 7)) {
	case 0:
		if (n > 1)
			damage_forget(log, chunk, 1 + chance_below(c, n - 1));
		break;
	case 1:
		if (n > 2)
			damage_swallow(log, chunk, chance_below(c, n - 2), 1);
		break;
	case 2:
		damage_loop(log, chunk, chance_is(c, 50) ? DAMAGE_NAMES : DAMAGE_TEMPLATES);
		break;
	case 3:
		at = hurt_record(c, log, chunk, &size);
		if (at && size > 80 && le32(damage_chunk(log, chunk) + at + 58) < size - 80) {
			memset(damage_chunk(log, chunk) + at + 38, 0,
			       24 + le32(damage_chunk(log, chunk) + at + 58));
		}
		break;
	case 4:
		if (n)
			damage_size(log, chunk, chance_below(c, n), chance_below(c, 3000),
				    chance_is(c, 50));
		break;
	case 5:
		damage_clear_chunk(log, chunk);
		break;
	default: /* a record once more behind the last one */
		at = hurt_record(c, log, chunk, &size);
		if (at && le32(damage_chunk(log, chunk) + 48) < EVTX_CHUNK_SIZE - size)
			memmove(damage_chunk(log, chunk) + le32(damage_chunk(log, chunk) + 48),
				damage_chunk(log, chunk) + at, size);
		break;
	}
}

/* Two records of one size, or two stretches, change places. */
static inline void hurt_copy(struct chance *c, struct buf *log, unsigned chunk)
{
	uint8_t *const p = damage_chunk(log, chunk);
	uint32_t a = hurt_place(c, log, chunk), b = hurt_place(c, log, chunk),
		 n = 1 + chance_below(c, 200);

	n = n < EVTX_CHUNK_SIZE - a ? n : EVTX_CHUNK_SIZE - a;
	n = n < EVTX_CHUNK_SIZE - b ? n : EVTX_CHUNK_SIZE - b;
	memmove(p + a, p + b, n);
}

static inline void hurt_chunks(struct chance *c, struct buf *log)
{
	const unsigned count = (unsigned)damage_chunks(log);
	uint8_t *const a = damage_chunk(log, chance_below(c, count)), *const b = damage_chunk(
									      log,
									      chance_below(c,
											   count));
	uint8_t *const copy = chance_alloc(c, EVTX_CHUNK_SIZE, 1);

	memcpy(copy, a, EVTX_CHUNK_SIZE);
	memmove(a, b, EVTX_CHUNK_SIZE);
	if (chance_is(c, 70))
		memcpy(b, copy, EVTX_CHUNK_SIZE);
}

/* The file as a whole. */
static inline void hurt_file(struct chance *c, struct buf *log)
{
	const size_t at = chance_below(c, (uint32_t)log->n);

	switch (chance_below(c, 6)) {
	case 0:
		damage_cut(log, at + 1);
		break;
	case 1:
		damage_zero(log, at, 1 + chance_below(c, 20000));
		break;
	case 2:
		damage_flip(log, chance_below(c, EVTX_HEADER_SIZE), 1u << chance_below(c, 8));
		break;
	case 3:
		buf_fill(log, (char)0xa5, 1 + chance_below(c, 1000));
		break;
	case 4:
		damage_wrap(log, chance_below(c, (uint32_t)damage_chunks(log)));
		break;
	default:
		damage_flip(log, at, 1u << chance_below(c, 8));
		break;
	}
}

/* One harm to one chunk. */
static inline void hurt_chunk(struct chance *c, struct buf *log, unsigned chunk)
{
	switch (chance_below(c, 11)) {
	case 0:
	case 1:
	case 2:
		hurt_bytes(c, log, chunk);
		break;
	case 3:
	case 4:
	case 5:
		hurt_number(c, log, chunk);
		break;
	case 6:
		hurt_header(c, log, chunk);
		break;
	case 7:
		hurt_copy(c, log, chunk);
		break;
	case 8:
		hurt_reference(c, log, chunk);
		break;
	default:
		hurt_structure(c, log, chunk);
		break;
	}
	if (chance_is(c, 85))
		damage_seal_chunk(log, chunk);
}

static inline void engine_damage_log(struct chance *c, struct buf *log)
{
	unsigned n = chance_is(c, 25) ? 0 : 1 + chance_below(c, 3);

	for (; n && damage_chunks(log); n--) {
		if (chance_is(c, 85))
			hurt_chunk(c, log, chance_below(c, (uint32_t)damage_chunks(log)));
		else if (chance_is(c, 40))
			hurt_chunks(c, log);
		else
			hurt_file(c, log);
	}
}

#endif
