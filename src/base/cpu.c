/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Processor features by CPUID (Intel SDM volume 2A, AMD APM volume 3) and XGETBV: an instruction
 * set counts where the processor has it and the system saves its registers.
 */
#include "base/cpu.h"

#if defined(__x86_64__)
#include <cpuid.h>
#endif

atomic_int cpu_level_known = -1;
static atomic_int level_limit = CPU_AVX512;
static atomic_int level_found = -1; /* asking takes long on a virtual machine */

#if defined(__x86_64__)

/* CPUID leaf 1, ECX. */
#define PCLMULQDQ (1u << 1)
#define SSSE3 (1u << 9)
#define SSE42 (1u << 20)
#define POPCNT (1u << 23)
#define OSXSAVE (1u << 27)
#define AVX (1u << 28)
/* CPUID leaf 7, EBX. */
#define BMI1 (1u << 3)
#define AVX2 (1u << 5)
#define BMI2 (1u << 8)
#define AVX512F (1u << 16)
#define AVX512DQ (1u << 17)
#define AVX512BW (1u << 30)
#define AVX512VL (1u << 31)
/* CPUID leaf 7, ECX. */
#define AVX512VBMI (1u << 1)
#define AVX512VBMI2 (1u << 6)
#define VPCLMULQDQ (1u << 10)
/* XCR0: SSE and AVX registers; those and the mask and ZMM registers. */
#define STATE_AVX 0x06u
#define STATE_AVX512 0xe6u

static bool has(unsigned flags, unsigned wanted)
{
	return (flags & wanted) == wanted;
}

/* Register states that the system saves. Only where OSXSAVE is set. */
static unsigned saved_states(void)
{
	unsigned low, high;

	__asm__("xgetbv" : "=a"(low), "=d"(high) : "c"(0));
	return low;
}

static enum cpu_level detect(void)
{
	unsigned a, b, c, d, b7, c7, states;

	if (!__get_cpuid(1, &a, &b, &c, &d) || !has(c, PCLMULQDQ | SSSE3 | SSE42 | POPCNT))
		return CPU_SCALAR;
	if (!has(c, OSXSAVE | AVX) || !__get_cpuid_count(7, 0, &a, &b7, &c7, &d))
		return CPU_SSE42;
	states = saved_states();
	if (!has(states, STATE_AVX) || !has(b7, AVX2 | BMI1 | BMI2))
		return CPU_SSE42;
	if (!has(states, STATE_AVX512) || !has(b7, AVX512F | AVX512BW | AVX512DQ | AVX512VL) ||
	    !has(c7, AVX512VBMI | AVX512VBMI2 | VPCLMULQDQ))
		return CPU_AVX2;
	return CPU_AVX512;
}

static const char *const names[] = {"scalar", "sse4.2", "avx2", "avx512"};

#else

/* NEON is part of 64-bit ARM. */
static enum cpu_level detect(void)
{
#if defined(__aarch64__)
	return CPU_SSE42;
#else
	return CPU_SCALAR;
#endif
}

static const char *const names[] = {"scalar", "neon", "avx2", "avx512"};

#endif

enum cpu_level cpu_level_find(void)
{
	const int limit = atomic_load(&level_limit);
	int level = atomic_load(&level_found);

	if (level < 0) {
		level = (int)detect();
		atomic_store(&level_found, level);
	}
	level = level < limit ? level : limit;
	atomic_store(&cpu_level_known, level);
	return (enum cpu_level)level;
}

void cpu_limit(enum cpu_level level)
{
	atomic_store(&level_limit, (int)level);
	cpu_level_find();
}

const char *cpu_level_name(enum cpu_level level)
{
	return names[level];
}
