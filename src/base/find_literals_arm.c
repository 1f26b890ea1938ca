/* SPDX-License-Identifier: Apache-2.0 */
/* literal_find() by NEON, which each 64-bit ARM has. */
#if defined(__aarch64__)

#include <arm_neon.h>

#include "base/cpu.h"
#include "base/find_literals_search.h"

#define NAME(x) neon_##x
#define TARGET
#define VECTOR uint8x16_t
#define WIDTH 16u
#define LOAD(p) vld1q_u8(p)
#define STORE(p, v) vst1q_u8(p, v)
#define SET(byte) vdupq_n_u8((uint8_t)(byte))
#define OR(a, b) vorrq_u8(a, b)
#define AND(a, b) vandq_u8(a, b)
#define EQUAL(a, b) vceqq_u8(a, b)
#define TABLE(p) vld1q_u8(p)
#define LOOK(table, v) vqtbl1q_u8(table, v)
#define LOOK_ASCII(table, v) vqtbl1q_u8(table, LOW(v))
#define LOW(v) vandq_u8(v, vdupq_n_u8(15))
#define HIGH(v) vshrq_n_u8(v, 4)
#define ANY(v) (vmaxvq_u8(v) != 0)
#include "base/find_literals_vector.h"

bool literal_search_vectors(struct literal_search *s)
{
	if (cpu_level() == CPU_SCALAR)
		return false;
	if (s->f->count == 1)
		neon_pair(s);
	else
		neon_windows(s);
	return true;
}

#else
typedef int find_literals_arm_is_empty; /* ISO C wants a declaration in a file */
#endif
