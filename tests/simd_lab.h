/* SPDX-License-Identifier: Apache-2.0 */
/* For tests that hold the vector code of each level against the scalar code: levels, reproducible
 * random numbers, memory that ends where its contents do. */
#ifndef TOCSIN_TESTS_SIMD_LAB_H
#define TOCSIN_TESTS_SIMD_LAB_H

#include "base/cpu.h"
#include "test.h"

/* The body runs once for each level that this machine has; afterwards the level is the highest. */
#define SIMD_EACH_LEVEL(level)                                                                     \
	for (enum cpu_level level = CPU_SCALAR; simd_level(level); level = simd_next(level))

/* Past CPU_AVX512 there is none. */
static inline enum cpu_level simd_next(enum cpu_level level)
{
	return (enum cpu_level)((int)level + 1);
}

static inline bool simd_level(enum cpu_level level)
{
	cpu_limit(level <= CPU_AVX512 ? level : CPU_AVX512);
	return cpu_level() == level;
}

/* splitmix64 */
static inline uint64_t simd_random(uint64_t *state)
{
	uint64_t z = *state += 0x9e3779b97f4a7c15u;

	z = (z ^ z >> 30) * 0xbf58476d1ce4e5b9u;
	z = (z ^ z >> 27) * 0x94d049bb133111ebu;
	return z ^ z >> 31;
}

/* Exactly `n` bytes from the heap, so that a sanitizer sees a step before or behind them. */
static inline uint8_t *simd_bytes(const void *from, size_t n)
{
	uint8_t *const p = malloc(n);

	assert_non_null(p);
	if (n)
		memcpy(p, from, n);
	return p;
}

static inline uint8_t *simd_random_bytes(uint64_t *state, size_t n)
{
	uint8_t *const p = malloc(n);

	assert_non_null(p);
	for (size_t i = 0; i < n; i++)
		p[i] = (uint8_t)simd_random(state);
	return p;
}

#endif
