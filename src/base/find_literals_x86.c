/* SPDX-License-Identifier: Apache-2.0 */
/*
 * literal_find() for x86-64: by SSE, AVX2 (find_literals_vector.h) and AVX-512. The last has tables
 * of 64 entries: a look-up for each byte of a window, by its low six bits, tells enough.
 */
#if defined(__x86_64__)

#include <immintrin.h>

#include "base/cpu.h"
#include "base/find_literals_search.h"

/* ---- SSE */

#define NAME(x) sse_##x
#define TARGET __attribute__((target("sse4.2")))
#define VECTOR __m128i
#define WIDTH 16u
#define LOAD(p) _mm_loadu_si128((const __m128i *)(const void *)(p))
#define STORE(p, v) _mm_storeu_si128((__m128i *)(void *)(p), v)
#define SET(byte) _mm_set1_epi8(byte)
#define OR(a, b) _mm_or_si128(a, b)
#define AND(a, b) _mm_and_si128(a, b)
#define EQUAL(a, b) _mm_cmpeq_epi8(a, b)
#define TABLE(p) LOAD(p)
#define LOOK(table, v) _mm_shuffle_epi8(table, v)
#define LOOK_ASCII(table, v) _mm_shuffle_epi8(table, v)
#define LOW(v) _mm_and_si128(v, _mm_set1_epi8(15))
#define HIGH(v) _mm_and_si128(_mm_srli_epi16(v, 4), _mm_set1_epi8(15))
#define ANY(v) (!_mm_testz_si128(v, v))
#include "base/find_literals_vector.h"
#undef NAME
#undef TARGET
#undef VECTOR
#undef WIDTH
#undef LOAD
#undef STORE
#undef SET
#undef OR
#undef AND
#undef EQUAL
#undef TABLE
#undef LOOK
#undef LOOK_ASCII
#undef LOW
#undef HIGH
#undef ANY

/* ---- AVX2: look-ups stay within halves of 16 bytes, which hold the table twice. */

#define NAME(x) avx2_##x
#define TARGET __attribute__((target("avx2,bmi,bmi2")))
#define VECTOR __m256i
#define WIDTH 32u
#define LOAD(p) _mm256_loadu_si256((const __m256i *)(const void *)(p))
#define STORE(p, v) _mm256_storeu_si256((__m256i *)(void *)(p), v)
#define SET(byte) _mm256_set1_epi8(byte)
#define OR(a, b) _mm256_or_si256(a, b)
#define AND(a, b) _mm256_and_si256(a, b)
#define EQUAL(a, b) _mm256_cmpeq_epi8(a, b)
#define TABLE(p) _mm256_broadcastsi128_si256(_mm_loadu_si128((const __m128i *)(const void *)(p)))
#define LOOK(table, v) _mm256_shuffle_epi8(table, v)
#define LOOK_ASCII(table, v) _mm256_shuffle_epi8(table, v)
#define LOW(v) _mm256_and_si256(v, _mm256_set1_epi8(15))
#define HIGH(v) _mm256_and_si256(_mm256_srli_epi16(v, 4), _mm256_set1_epi8(15))
#define ANY(v) (!_mm256_testz_si256(v, v))
#include "base/find_literals_vector.h"

/* ---- AVX-512: blocks of 64; the last one, and the first up to an aligned address, by masks. */

#define TARGET512                                                                                  \
	__attribute__((target("avx512f,avx512bw,avx512dq,avx512vl,avx512vbmi,avx2,bmi,bmi2")))

TARGET512 static inline __attribute__((always_inline)) __m512i load_some(__mmask64 which,
									 const uint8_t *p)
{
	return _mm512_maskz_loadu_epi8(which, p);
}

TARGET512 static void starts_in(struct literal_search *s, size_t at, uint64_t found)
{
	for (; found && !s->more; found &= found - 1)
		literal_start(s, at + (size_t)__builtin_ctzll(found));
}

struct pair512 {
	const uint8_t *p[2];
	__m512i mask[2], value[2];
};

/* Zero where both bytes agree: (byte | mask) ^ value, and the OR of both. */
TARGET512 static inline __attribute__((always_inline)) __m512i pair_differs(const struct pair512 *r,
									    __m512i a, __m512i b)
{
	return _mm512_or_si512(_mm512_ternarylogic_epi32(a, r->mask[0], r->value[0], 0x56),
			       _mm512_ternarylogic_epi32(b, r->mask[1], r->value[1], 0x56));
}

/* `n` < 64 starts. */
TARGET512 static void pair_some(struct literal_search *s, const struct pair512 *r, size_t at,
				size_t n)
{
	const __mmask64 which = (1ull << n) - 1;
	const __m512i differs =
		pair_differs(r, load_some(which, r->p[0] + at), load_some(which, r->p[1] + at));

	starts_in(s, at, _mm512_mask_testn_epi8_mask(which, differs, differs));
}

TARGET512 static inline __attribute__((always_inline)) __m512i pair_block(const struct pair512 *r,
									  size_t at)
{
	return pair_differs(r, _mm512_loadu_si512(r->p[0] + at), _mm512_loadu_si512(r->p[1] + at));
}

TARGET512 static void pair512(struct literal_search *s)
{
	const struct literal *const l = &s->f->literals[0];
	struct pair512 r;
	size_t at, to, ahead;

	if (!literal_starts(s, &at, &to))
		return;
	for (size_t i = 0; i < 2; i++) {
		r.p[i] = s->bytes.p + l->at[i];
		r.mask[i] = _mm512_set1_epi8((char)l->mask[i]);
		r.value[i] = _mm512_set1_epi8((char)l->value[i]);
	}
	ahead = (size_t)(-(uintptr_t)(r.p[0] + at) & 63);
	ahead = ahead < to - at ? ahead : (to - at) & 63;
	pair_some(s, &r, at, ahead);
	for (at += ahead; to - at >= 256 && !s->more; at += 256) {
		const __m512i a = pair_block(&r, at), b = pair_block(&r, at + 64);
		const __m512i c = pair_block(&r, at + 128), d = pair_block(&r, at + 192);
		const __m512i least = _mm512_min_epu8(_mm512_min_epu8(a, b), _mm512_min_epu8(c, d));

		if (_mm512_testn_epi8_mask(least, least)) {
			starts_in(s, at, _mm512_testn_epi8_mask(a, a));
			starts_in(s, at + 64, _mm512_testn_epi8_mask(b, b));
			starts_in(s, at + 128, _mm512_testn_epi8_mask(c, c));
			starts_in(s, at + 192, _mm512_testn_epi8_mask(d, d));
		}
	}
	for (; to - at >= 64 && !s->more; at += 64) {
		const __m512i differs = pair_block(&r, at);

		starts_in(s, at, _mm512_testn_epi8_mask(differs, differs));
	}
	if (!s->more)
		pair_some(s, &r, at, to - at);
}

TARGET512 static void windows_in(struct literal_search *s, size_t at, __m512i buckets)
{
	uint64_t found = _mm512_test_epi8_mask(buckets, buckets);
	uint8_t each[64];

	if (!found)
		return;
	_mm512_storeu_si512(each, buckets);
	for (; found && at < s->end; found &= found - 1) {
		const size_t i = (size_t)__builtin_ctzll(found);

		literal_candidate(s, at + i, each[i]);
	}
}

TARGET512 static inline __attribute__((always_inline)) __m512i
window_block(const uint8_t *p, const __m512i *six, size_t units)
{
	__m512i buckets = _mm512_permutexvar_epi8(_mm512_loadu_si512(p), six[0]);

	for (size_t i = 1; i < units; i++)
		buckets = _mm512_and_si512(
			buckets, _mm512_permutexvar_epi8(_mm512_loadu_si512(p + 2 * i), six[i]));
	return buckets;
}

/* `n` < 64 windows. */
TARGET512 static void window_some(struct literal_search *s, const __m512i *six, size_t units,
				  size_t at, size_t n)
{
	const __mmask64 which = (1ull << n) - 1;
	const uint8_t *const p = s->bytes.p + at;
	__m512i buckets = _mm512_movm_epi8(which);

	for (size_t i = 0; i < units; i++)
		buckets = _mm512_and_si512(
			buckets, _mm512_permutexvar_epi8(load_some(which, p + 2 * i), six[i]));
	windows_in(s, at, buckets);
}

TARGET512 static inline __attribute__((always_inline)) void windows_of(struct literal_search *s,
								       size_t units)
{
	__m512i six[WINDOW_UNITS];
	size_t at, to, ahead;

	if (!literal_windows(s, &at, &to))
		return;
	for (size_t i = 0; i < units; i++)
		six[i] = _mm512_loadu_si512(s->f->six[i]);
	ahead = (size_t)(-(uintptr_t)(s->bytes.p + at) & 63);
	ahead = ahead < to - at ? ahead : (to - at) & 63;
	window_some(s, six, units, at, ahead);
	for (at += ahead; to - at >= 256 && at < s->end; at += 256) {
		const uint8_t *const p = s->bytes.p + at;
		const __m512i a = window_block(p, six, units);
		const __m512i b = window_block(p + 64, six, units);
		const __m512i c = window_block(p + 128, six, units);
		const __m512i d = window_block(p + 192, six, units);
		const __m512i any = _mm512_or_si512(_mm512_or_si512(a, b), _mm512_or_si512(c, d));

		if (_mm512_test_epi8_mask(any, any)) {
			windows_in(s, at, a);
			windows_in(s, at + 64, b);
			windows_in(s, at + 128, c);
			windows_in(s, at + 192, d);
		}
	}
	for (; to - at >= 64 && at < s->end; at += 64)
		windows_in(s, at, window_block(s->bytes.p + at, six, units));
	if (at < s->end)
		window_some(s, six, units, at, to - at);
}

TARGET512 static void windows512(struct literal_search *s)
{
	switch (s->f->window_units) {
	case 1:
		windows_of(s, 1);
		break;
	case 2:
		windows_of(s, 2);
		break;
	default:
		windows_of(s, 3);
		break;
	}
}

bool literal_search_vectors(struct literal_search *s)
{
	const bool one = s->f->count == 1;

	switch (cpu_level()) {
	case CPU_AVX512:
		if (one)
			pair512(s);
		else
			windows512(s);
		return true;
	case CPU_AVX2:
		if (one)
			avx2_pair(s);
		else
			avx2_windows(s);
		return true;
	case CPU_SSE42:
		if (one)
			sse_pair(s);
		else
			sse_windows(s);
		return true;
	case CPU_SCALAR:
		break;
	}
	return false;
}

#else
typedef int find_literals_x86_is_empty; /* ISO C wants a declaration in a file */
#endif
