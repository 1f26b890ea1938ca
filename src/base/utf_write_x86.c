/* SPDX-License-Identifier: Apache-2.0 */
/*
 * UTF-16LE to escaped UTF-8, many units at once. Text of logs is mostly ASCII that stands for
 * itself: its units are packed to bytes and stored before anything else is known about them, and a
 * mask tells how many of them count. What a vector can't do is left to utf16_write_one(): pairs of
 * surrogates, XML's references, \u escapes.
 */
#include "base/utf_write_fast.h"

#if defined(__x86_64__)

#include <immintrin.h>

#define TARGET_SSE42 __attribute__((target("sse4.2,ssse3,popcnt")))
#define TARGET_AVX512                                                                              \
	__attribute__((target("avx512f,avx512bw,avx512vl,avx512dq,avx512vbmi,avx512vbmi2,bmi,"     \
			      "bmi2,popcnt")))

/* Format characters that JSON output escapes stand there. */
#define PUNCTUATION_FIRST 0x2000
#define PUNCTUATION_LAST 0x206f

/* ASCII that is not UTF16_AS_IS: by the low four bits of a character, one bit for each value of the
 * upper ones. */
static const uint8_t special_rows[UTF_JSON + 1][16] = {
	[UTF_PLAIN] = {0x01, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00,
		       0x00, 0x00, 0x00},
	[UTF_XML_TEXT] = {0x03, 0x03, 0x03, 0x03, 0x03, 0x03, 0x07, 0x03, 0x03, 0x02, 0x02, 0x03,
			  0x0b, 0x02, 0x0b, 0x03},
	[UTF_XML_ATTRIBUTE] = {0x03, 0x03, 0x07, 0x03, 0x03, 0x03, 0x07, 0x07, 0x03, 0x02, 0x02,
			       0x03, 0x0b, 0x02, 0x0b, 0x03},
	[UTF_XML_CDATA] = {0x03, 0x03, 0x03, 0x03, 0x03, 0x03, 0x03, 0x03, 0x03, 0x02, 0x02, 0x03,
			   0x03, 0x02, 0x03, 0x03},
	[UTF_JSON] = {0x03, 0x03, 0x07, 0x03, 0x03, 0x03, 0x03, 0x03, 0x03, 0x03, 0x03, 0x03, 0x23,
		      0x03, 0x03, 0x83},
};

static inline TARGET_SSE42 __m128i load_128(const void *p)
{
	return _mm_loadu_si128(p);
}

/* One bit for each byte of `packed` that is not UTF16_AS_IS; those must be ASCII. */
static inline TARGET_SSE42 unsigned special_bytes(__m128i packed, __m128i rows)
{
	const __m128i bits =
		_mm_set_epi8(0, 0, 0, 0, 0, 0, 0, 0, (char)0x80, 0x40, 0x20, 0x10, 8, 4, 2, 1);
	const __m128i low = _mm_set1_epi8(15);
	const __m128i row = _mm_shuffle_epi8(rows, _mm_and_si128(packed, low));
	const __m128i column =
		_mm_shuffle_epi8(bits, _mm_and_si128(_mm_srli_epi16(packed, 4), low));
	const __m128i hit = _mm_and_si128(row, column);

	return (unsigned)_mm_movemask_epi8(_mm_cmpeq_epi8(hit, _mm_setzero_si128())) ^ 0xffff;
}

/* One bit for each of 16 units that is not ASCII, or not UTF16_AS_IS. */
static inline TARGET_SSE42 unsigned special_units(__m128i a, __m128i b, __m128i rows,
						  __m128i *packed)
{
	const __m128i beyond = _mm_set1_epi16((short)0xff80), zero = _mm_setzero_si128();
	const __m128i ascii = _mm_packs_epi16(_mm_cmpeq_epi16(_mm_and_si128(a, beyond), zero),
					      _mm_cmpeq_epi16(_mm_and_si128(b, beyond), zero));

	*packed = _mm_packus_epi16(a, b);
	return ((unsigned)_mm_movemask_epi8(ascii) ^ 0xffff) | special_bytes(*packed, rows);
}

/* A unit that is not UTF16_AS_IS, with what needs no table of escapes done here. */
static inline const uint8_t *write_special(char **to, const uint8_t *p, const uint8_t *end,
					   enum utf_escape escape)
{
	const uint16_t u = le16(p);
	char *const o = *to;

	if (u >= 0xa0 && u < 0x800 && u != 0x061c) {
		o[0] = (char)(0xc0 | u >> 6);
		o[1] = (char)(0x80 | (u & 0x3f));
		*to = o + 2;
		return p + 2;
	}
	if (u >= 0x800 && (u < 0xd800 || (u >= 0xe000 && u < 0xfffe)) &&
	    (u < PUNCTUATION_FIRST || u > PUNCTUATION_LAST)) {
		o[0] = (char)(0xe0 | u >> 12);
		o[1] = (char)(0x80 | (u >> 6 & 0x3f));
		o[2] = (char)(0x80 | (u & 0x3f));
		*to = o + 3;
		return p + 2;
	}
	return utf16_write_one(to, p, end, escape);
}

TARGET_SSE42 char *utf16_write_sse42(char *to, const uint8_t *p, size_t units,
				     enum utf_escape escape, bool to_nul)
{
	const uint8_t *const end = p + 2 * units, *const classes = utf16_classes[escape];
	const __m128i rows = load_128(special_rows[escape]);

	while (p < end) {
		__m128i packed;
		unsigned special;

		/* Bit i: unit i ends the plain ones that begin at p. */
		if (end - p >= 32) {
			special = special_units(load_128(p), load_128(p + 16), rows, &packed);
			_mm_storeu_si128((__m128i *)(void *)to, packed);
		} else if (end - p >= 16) {
			special = special_units(load_128(p), _mm_setzero_si128(), rows, &packed);
			_mm_storel_epi64((__m128i *)(void *)to, packed);
			special |= 0x100;
		} else {
			for (; p < end && le16(p) < 0x80 && !classes[*p]; p += 2)
				*to++ = (char)*p;
			special = 1;
		}
		if (!special) {
			to += 16;
			p += 32;
			continue;
		}
		to += __builtin_ctz(special);
		p += 2 * __builtin_ctz(special);
		while (p < end && (le16(p) >= 0x80 || classes[le16(p)])) {
			if (to_nul && !le16(p))
				return to;
			p = write_special(&to, p, end, escape);
		}
	}
	return to;
}

/* Units of which some are no ASCII that stands for itself. */
struct units {
	__m512i x;
	__mmask32 there;     /* that are there */
	__mmask32 high;      /* beyond ASCII */
	__mmask32 backslash; /* UTF16_BACKSLASH */
	__mmask32 special;   /* UTF16_SPECIAL */
};

/* Bytes behind a backslash for C0 controls that have such an escape. */
static inline TARGET_AVX512 __m512i backslashed(const struct units *u)
{
	const __m128i letters =
		_mm_set_epi8(0, 0, 'r', 'f', 0, 'n', 't', 'b', 0, 0, 0, 0, 0, 0, 0, 0);
	const __mmask32 control = _mm512_cmplt_epu16_mask(u->x, _mm512_set1_epi16(0x20));

	return _mm512_mask_blend_epi16(u->backslash & control, u->x,
				       _mm512_shuffle_epi8(_mm512_broadcast_i32x4(letters), u->x));
}

/*
 * Units that take one or two bytes, up to the first that takes another way. Each 16-bit lane is
 * made the two bytes in their order, a backslash or the first byte of two, then the last one; the
 * first bytes that don't count are squeezed out. Returns how many units it took.
 */
static inline TARGET_AVX512 unsigned write_pairs(char **to, const struct units *u, bool json)
{
	const __m512i x = u->x;
	const __mmask32 c1 = _mm512_cmplt_epu16_mask(_mm512_sub_epi16(x, _mm512_set1_epi16(0x80)),
						     _mm512_set1_epi16(0x20));
	const __mmask32 mark = _mm512_cmpeq_epi16_mask(x, _mm512_set1_epi16(0x061c));
	const __mmask32 stop = u->special | _mm512_cmpge_epu16_mask(x, _mm512_set1_epi16(0x800)) |
			       (json ? c1 | mark : 0) | ~u->there;
	const unsigned n = stop ? (unsigned)__builtin_ctz(stop) : 32;
	const __m512i one =
		_mm512_or_si512(_mm512_slli_epi16(backslashed(u), 8), _mm512_set1_epi16('\\'));
	const __m512i two = _mm512_or_si512(
		_mm512_slli_epi16(_mm512_and_si512(x, _mm512_set1_epi16(0x3f)), 8),
		_mm512_or_si512(_mm512_srli_epi16(x, 6), _mm512_set1_epi16((short)0x80c0)));
	const __m512i lanes = _mm512_mask_blend_epi16(u->high, one, two);
	const uint64_t keep = _bzhi_u64(
		0xaaaaaaaaaaaaaaaau | _pdep_u64(u->backslash | u->high, 0x5555555555555555u),
		2 * n);

	_mm512_storeu_si512(*to, _mm512_maskz_compress_epi8(keep, lanes));
	*to += __builtin_popcountll(keep);
	return n;
}

/*
 * The first 16 units, which may take three bytes, up to the first that takes another way. A 32-bit
 * lane has the last byte at its end, before it a backslash or the byte before, before that the
 * first of three; its own first byte is never one of them.
 */
static inline TARGET_AVX512 unsigned write_triples(char **to, const struct units *u, bool json)
{
	const __m512i x = _mm512_cvtepu16_epi32(_mm512_castsi512_si256(u->x));
	const __m512i one = _mm512_cvtepu16_epi32(_mm512_castsi512_si256(backslashed(u)));
	const __mmask16 three = _mm512_cmpge_epu32_mask(x, _mm512_set1_epi32(0x800));
	const __mmask16 more = (__mmask16)u->high, backslash = (__mmask16)u->backslash;
	/* Surrogates, U+FFFE and U+FFFF, and for JSON what lies around its format characters. */
	const __mmask16 other =
		_mm512_cmpeq_epi32_mask(_mm512_and_si512(x, _mm512_set1_epi32(0xf800)),
					_mm512_set1_epi32(0xd800)) |
		_mm512_cmpge_epu32_mask(x, _mm512_set1_epi32(0xfffe));
	const __mmask16 format =
		_mm512_cmplt_epu32_mask(_mm512_sub_epi32(x, _mm512_set1_epi32(0x80)),
					_mm512_set1_epi32(0x20)) |
		_mm512_cmpeq_epi32_mask(x, _mm512_set1_epi32(0x061c)) |
		_mm512_cmplt_epu32_mask(
			_mm512_sub_epi32(x, _mm512_set1_epi32(PUNCTUATION_FIRST)),
			_mm512_set1_epi32(PUNCTUATION_LAST - PUNCTUATION_FIRST + 1));
	const uint32_t stop = u->special | other | (json ? format : 0u) | ~(u->there & 0xffffu);
	const unsigned n = (unsigned)__builtin_ctz(stop);
	/* xxxx yyyyyy zzzzzz: the lane's bytes from its end on are z, y and x. */
	const __m512i z = _mm512_slli_epi32(_mm512_and_si512(x, _mm512_set1_epi32(0x3f)), 24);
	const __m512i y = _mm512_slli_epi32(_mm512_and_si512(x, _mm512_set1_epi32(0xfc0)), 10);
	__m512i lanes = _mm512_or_si512(_mm512_slli_epi32(one, 24), _mm512_set1_epi32('\\' << 16));
	uint64_t keep;

	lanes = _mm512_mask_blend_epi32(
		more, lanes,
		_mm512_or_si512(_mm512_or_si512(z, y), _mm512_set1_epi32((int)0x80c00000)));
	lanes = _mm512_mask_blend_epi32(
		three, lanes,
		_mm512_or_si512(_mm512_or_si512(_mm512_or_si512(z, y),
						_mm512_and_si512(_mm512_srli_epi32(x, 4),
								 _mm512_set1_epi32(0xf00))),
				_mm512_set1_epi32((int)0x8080e000)));
	keep = _bzhi_u64(0x8888888888888888u |
				 _pdep_u64((uint32_t)(more | backslash), 0x4444444444444444u) |
				 _pdep_u64(three, 0x2222222222222222u),
			 4 * n);
	_mm512_storeu_si512(*to, _mm512_maskz_compress_epi8(keep, lanes));
	*to += __builtin_popcountll(keep);
	return n;
}

TARGET_AVX512 char *utf16_write_avx512(char *to, const uint8_t *p, size_t units,
				       enum utf_escape escape, bool to_nul)
{
	const uint8_t *const end = p + 2 * units;
	const __m512i low = _mm512_loadu_si512(utf16_classes[escape]);
	const __m512i high = _mm512_loadu_si512(utf16_classes[escape] + 64);

	while (p < end) {
		const size_t left = (size_t)(end - p) / 2;
		struct units u;
		__m256i bytes, classes;
		__mmask32 any;
		unsigned n, wide;

		u.there = left < 32 ? _bzhi_u32(~0u, (unsigned)left) : ~0u;
		u.x = _mm512_maskz_loadu_epi16(u.there, p);
		bytes = _mm512_cvtusepi16_epi8(u.x); /* 255 for what is larger */
		classes = _mm512_castsi512_si256(
			_mm512_permutex2var_epi8(low, _mm512_castsi256_si512(bytes), high));
		u.high = _mm256_movepi8_mask(bytes);
		_mm256_storeu_si256((__m256i *)(void *)to, bytes);
		any = (_mm256_test_epi8_mask(classes, classes) | u.high) & u.there;
		if (!any) {
			n = left < 32 ? (unsigned)left : 32;
			to += n;
			p += 2 * n;
			continue;
		}
		u.special =
			_mm256_cmpeq_epi8_mask(classes, _mm256_set1_epi8(UTF16_SPECIAL)) & ~u.high;
		n = (unsigned)__builtin_ctz(any);
		if (u.special >> n & 1) {
			to += n; /* what lies before it is stored */
			p += 2 * n;
		} else {
			u.backslash = any & ~u.special & ~u.high;
			wide = _mm512_cmpge_epu16_mask(u.x, _mm512_set1_epi16(0x800)) & 0xffff;
			n = wide ? write_triples(&to, &u, escape == UTF_JSON)
				 : write_pairs(&to, &u, escape == UTF_JSON);
			p += 2 * n;
			if (p == end || n == (wide ? 16 : 32))
				continue;
		}
		if (to_nul && !le16(p))
			break;
		p = utf16_write_one(&to, p, end, escape);
	}
	return to;
}

#endif
