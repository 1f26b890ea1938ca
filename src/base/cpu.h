/* SPDX-License-Identifier: Apache-2.0 */
/* Which instruction sets this machine has, for code that chooses among implementations. */
#ifndef TOCSIN_BASE_CPU_H
#define TOCSIN_BASE_CPU_H

#include <stdatomic.h>
#include <stdbool.h>

/* Each level includes those before it. */
enum cpu_level {
	CPU_SCALAR, /* portable C: the specification of all others */
	CPU_SSE42,  /* x86-64 with SSE4.2, SSSE3, POPCNT and PCLMULQDQ; on ARM: NEON */
	CPU_AVX2,   /* and AVX2, BMI1, BMI2 */
	CPU_AVX512  /* and AVX-512 F, BW, DQ, VL, VBMI, VBMI2, VPCLMULQDQ */
};

/* The level to use: what the processor and the system support, at most what cpu_limit() allows. */
static inline enum cpu_level cpu_level(void);

/* No higher level from now on, until another call allows it. For the start of a program and for
 * tests, before other threads are started. */
void cpu_limit(enum cpu_level level);

/* `scalar`, `sse4.2` (`neon`), `avx2`, `avx512`. */
const char *cpu_level_name(enum cpu_level level);

/* What cpu_level() found; -1 until then. Written by cpu.c only, to the same value by each thread.
 */
extern atomic_int cpu_level_known;

/* Asks the processor. */
enum cpu_level cpu_level_find(void);

static inline enum cpu_level cpu_level(void)
{
	const int level = atomic_load_explicit(&cpu_level_known, memory_order_relaxed);

	return level >= 0 ? (enum cpu_level)level : cpu_level_find();
}

#endif
