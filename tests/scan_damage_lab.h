/* SPDX-License-Identifier: Apache-2.0 */
/* Harm for the tests of the scan: a disk with bad places, and logs that were damaged by chance, the
 * same way everywhere. */
#ifndef TOCSIN_TESTS_SCAN_DAMAGE_LAB_H
#define TOCSIN_TESTS_SCAN_DAMAGE_LAB_H

#include "scan_lab.h"

/* ---- A disk with bad places */

static struct {
	uint64_t from, to;
} bad[8];
static size_t bad_count;

static inline void bad_place(uint64_t from, uint64_t n)
{
	assert_true(bad_count < 8);
	bad[bad_count].from = from;
	bad[bad_count++].to = from + n;
}

static inline enum tocsin_status read_bad(struct os_file *file, uint64_t offset, void *to, size_t n,
					  size_t *ret_n, struct tocsin_error *error)
{
	size_t i;

	for (i = 0; i < bad_count; i++) {
		if (offset < bad[i].to && bad[i].from < offset + n)
			return error_setf(error, TOCSIN_IO, offset, "can't read", "bad sector");
	}
	return os_read_at(file, offset, to, n, ret_n, error);
}

/* ---- Damage */

/* A log without its first `n` bytes. */
static inline void cut_start(struct buf *log, size_t n)
{
	memmove(log->p, log->p + n, log->n - n);
	log->n -= n;
}

/* A generator of our own: the same damage everywhere. */
static inline uint64_t next_random(uint64_t *seed)
{
	*seed ^= *seed << 13;
	*seed ^= *seed >> 7;
	*seed ^= *seed << 17;
	return *seed;
}

static inline size_t random_below(uint64_t *seed, size_t n)
{
	return (size_t)(next_random(seed) % n);
}

static inline void damage_log(struct buf *log, uint64_t *seed)
{
	uint8_t *const p = (uint8_t *)log->p;
	size_t at = random_below(seed, log->n), n = 1 + random_below(seed, 70000), i;

	n = n < log->n - at ? n : log->n - at;
	switch (random_below(seed, 6)) {
	case 0:
		memset(p + at, 0, n);
		break;
	case 1:
		for (i = 0; i < n; i++)
			p[at + i] = (uint8_t)next_random(seed);
		break;
	case 2:
		for (i = 0; i < 20; i++)
			p[random_below(seed, log->n)] ^= (uint8_t)(1u << random_below(seed, 8));
		break;
	case 3:
		log->n = at + 1;
		break;
	case 4:
		cut_start(log, at);
		break;
	default: /* where most structures are */
		for (i = 0; i < 20; i++)
			chunk_of(log, 0)[random_below(seed, 3000)] ^= 1;
		break;
	}
}

#endif
