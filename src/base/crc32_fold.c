/* SPDX-License-Identifier: Apache-2.0 */
/*
 * CRC-32 by carry-less multiplication, after Gopal et al., "Fast CRC Computation for Generic
 * Polynomials Using PCLMULQDQ Instruction" (Intel, 2009).
 *
 * A message is a polynomial over GF(2), and its CRC the remainder of message * x^32 modulo P. Bytes
 * that stand D bits before others may be replaced by anything that is congruent to them times x^D,
 * xored to those others: the 128 bits A (earlier 64 bits) and B are folded onto the 128 bits that
 * stand D bits behind as
 *
 *     A * (x^(D + 64) mod P)  xor  B * (x^D mod P)
 *
 * which are two products of 64 by 32 bits. Many such accumulators are independent of each other,
 * which is where the speed comes from; at the end they are folded onto one, and that is reduced.
 *
 * Bits are reflected: bit 0 of a byte is the highest power. The product of two reflected factors of
 * 64 bits is the reflected product shifted right by one; the factors below are stored 33 bits wide,
 * shifted left by one, which makes up for it. A factor of 32 bits stands 32 bits higher than one of
 * 64 would, thus the powers are 32 less: x^(D + 32) and x^(D - 32).
 */
#include "base/crc32_fold.h"

#if defined(__x86_64__)
#include <immintrin.h>
#endif

/* The polynomial, reflected, without x^32. */
#define POLYNOMIAL 0xedb88320u

uint64_t crc32_fold_constant(unsigned n)
{
	uint32_t r = 0x80000000u; /* x^0 */

	for (unsigned i = 0; i < n; i++)
		r = r & 1 ? r >> 1 ^ POLYNOMIAL : r >> 1;
	return (uint64_t)r << 1;
}

#if defined(__x86_64__)

#define TARGET_128 __attribute__((target("sse4.2,ssse3,pclmul")))
#define TARGET_512                                                                                 \
	__attribute__((target("avx512f,avx512bw,avx512vl,avx512dq,vpclmulqdq,sse4.2,pclmul")))

/* x^n mod P, as crc32_fold_constant() gives them; tests hold the two against each other. Each pair
 * folds D bits ahead: x^(D + 32) for the earlier half, x^(D - 32) for the later one. */
#define FOLD_2048 0x1322d1430, 0x11542778a
#define FOLD_512 0x1c6e41596, 0x154442bd4
#define FOLD_384 0x174359406, 0x03db1ecdc
#define FOLD_256 0x15a546366, 0x0f1da05aa
#define FOLD_128 0x0ccaa009e, 0x1751997d0
#define X_64 0x163cd6124
#define X_96 0x0ccaa009e
/* P itself, and floor(x^64 / P), both reflected with all their 33 bits. */
#define P_33 0x1db710641
#define QUOTIENT_33 0x1f7011641

static inline TARGET_128 __m128i load_128(const uint8_t *p)
{
	return _mm_loadu_si128((const __m128i *)(const void *)p);
}

static inline TARGET_128 __m128i fold_128(__m128i x, __m128i factors, __m128i onto)
{
	return _mm_xor_si128(onto, _mm_xor_si128(_mm_clmulepi64_si128(x, factors, 0x00),
						 _mm_clmulepi64_si128(x, factors, 0x11)));
}

/* The remainder of x * x^32 for 128 bits: the register after a message that ends with them. */
static inline TARGET_128 uint32_t reduce(__m128i x)
{
	const __m128i low_32 = _mm_set_epi32(0, 0, 0, -1);
	const __m128i powers = _mm_set_epi64x(X_96, X_64);
	const __m128i barrett = _mm_set_epi64x(QUOTIENT_33, P_33);
	__m128i q;

	/* 128 bits to 96, the earlier half times x^96; then to 64, the first 32 bits times x^64. */
	x = _mm_xor_si128(_mm_srli_si128(x, 8), _mm_clmulepi64_si128(x, powers, 0x10));
	x = _mm_xor_si128(_mm_srli_si128(x, 4),
			  _mm_clmulepi64_si128(_mm_and_si128(x, low_32), powers, 0x00));
	/* Barrett: the multiple of P that takes the first 32 bits of 64 away. */
	q = _mm_clmulepi64_si128(_mm_and_si128(x, low_32), barrett, 0x10);
	q = _mm_clmulepi64_si128(_mm_and_si128(q, low_32), barrett, 0x00);
	return (uint32_t)_mm_extract_epi32(_mm_xor_si128(x, q), 1);
}

TARGET_128 uint32_t crc32_fold_8_bytes(uint32_t reg, const uint8_t *p)
{
	return reduce(_mm_set_epi64x((int64_t)(le64(p) ^ reg), 0));
}

/* Folds `x` onto the rest of the message, and reduces it. At least 16 bytes of the message lie
 * before `v`. */
static inline TARGET_128 uint32_t finish(__m128i x, struct view v)
{
	/* A shift by r bytes is a shuffle by 16 of these from the r-th on. */
	static const int8_t shift[48] = {-1, -1, -1, -1, -1, -1, -1, -1, -1, -1, -1, -1,
					 -1, -1, -1, -1, 0,  1,  2,  3,  4,  5,  6,  7,
					 8,  9,  10, 11, 12, 13, 14, 15, -1, -1, -1, -1,
					 -1, -1, -1, -1, -1, -1, -1, -1, -1, -1, -1, -1};
	const __m128i factors = _mm_set_epi64x(FOLD_128);
	const uint8_t *p;

	while ((p = take(&v, 16)))
		x = fold_128(x, factors, load_128(p));
	if (v.n) {
		/* x and the last r bytes are 16 + r: the first r of x are folded onto the 16 that
		 * end the message. Those are loaded together with what lies before them. */
		const __m128i left = load_128((const uint8_t *)shift + v.n);
		const __m128i right = load_128((const uint8_t *)shift + 16 + v.n);
		const __m128i last = load_128(v.p + v.n - 16);

		x = fold_128(_mm_shuffle_epi8(x, left), factors,
			     _mm_blendv_epi8(_mm_shuffle_epi8(x, right), last, right));
	}
	return reduce(x);
}

static inline TARGET_128 __m128i with_register(__m128i x, uint32_t reg)
{
	return _mm_xor_si128(x, _mm_cvtsi32_si128((int)reg));
}

TARGET_128 uint32_t crc32_fold_128(uint32_t reg, struct view v)
{
	const __m128i factors = _mm_set_epi64x(FOLD_128), ahead = _mm_set_epi64x(FOLD_512);
	const uint8_t *p = take(&v, 64);
	__m128i x, b, c, d;

	if (!p) {
		x = with_register(load_128(v.p), reg);
		take(&v, 16);
		return finish(x, v);
	}
	x = with_register(load_128(p), reg);
	b = load_128(p + 16);
	c = load_128(p + 32);
	d = load_128(p + 48);
	while ((p = take(&v, 64))) {
		x = fold_128(x, ahead, load_128(p));
		b = fold_128(b, ahead, load_128(p + 16));
		c = fold_128(c, ahead, load_128(p + 32));
		d = fold_128(d, ahead, load_128(p + 48));
	}
	x = fold_128(x, factors, b);
	x = fold_128(x, factors, c);
	return finish(fold_128(x, factors, d), v);
}

static inline TARGET_512 __m512i load_512(const uint8_t *p)
{
	return _mm512_loadu_si512(p);
}

static inline TARGET_512 __m512i fold_512(__m512i x, __m512i factors, __m512i onto)
{
	/* 0x96: the xor of three. */
	return _mm512_ternarylogic_epi64(_mm512_clmulepi64_epi128(x, factors, 0x00),
					 _mm512_clmulepi64_epi128(x, factors, 0x11), onto, 0x96);
}

/* Each of the four lanes onto the last one. */
static inline TARGET_512 __m128i join_lanes(__m512i x)
{
	const __m512i factors = _mm512_set_epi64(0, 0, FOLD_128, FOLD_256, FOLD_384);
	const __m512i last = _mm512_maskz_mov_epi64(0xc0, x);
	const __m512i y = fold_512(x, factors, last);
	const __m256i half =
		_mm256_xor_si256(_mm512_castsi512_si256(y), _mm512_extracti64x4_epi64(y, 1));

	return _mm_xor_si128(_mm256_castsi256_si128(half), _mm256_extracti128_si256(half, 1));
}

TARGET_512 uint32_t crc32_fold_512(uint32_t reg, struct view v)
{
	const __m512i ahead_1 = _mm512_broadcast_i64x2(_mm_set_epi64x(FOLD_512));
	const __m512i ahead_4 = _mm512_broadcast_i64x2(_mm_set_epi64x(FOLD_2048));
	const uint8_t *p = take(&v, 256);
	__m512i a, b, c, d;

	a = _mm512_xor_si512(load_512(p), _mm512_zextsi128_si512(_mm_cvtsi32_si128((int)reg)));
	b = load_512(p + 64);
	c = load_512(p + 128);
	d = load_512(p + 192);
	while ((p = take(&v, 256))) {
		a = fold_512(a, ahead_4, load_512(p));
		b = fold_512(b, ahead_4, load_512(p + 64));
		c = fold_512(c, ahead_4, load_512(p + 128));
		d = fold_512(d, ahead_4, load_512(p + 192));
	}
	a = fold_512(a, ahead_1, b);
	a = fold_512(a, ahead_1, c);
	a = fold_512(a, ahead_1, d);
	while ((p = take(&v, 64)))
		a = fold_512(a, ahead_1, load_512(p));
	return finish(join_lanes(a), v);
}

#endif
