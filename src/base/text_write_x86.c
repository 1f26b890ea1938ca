/* SPDX-License-Identifier: Apache-2.0 */
/* Hexadecimal digits of 16 bytes at once: a shuffle looks up the digit of each half byte. */
#include "base/text_write.h"

#if defined(__x86_64__)

#include <immintrin.h>

#define TARGET __attribute__((target("sse4.2,ssse3")))

static inline TARGET void put_16(char *to, __m128i x)
{
	_mm_storeu_si128((__m128i *)(void *)to, x);
}

/* The digits of the first eight bytes, and of the others. */
static inline TARGET void hex_16(__m128i x, __m128i digits, __m128i *first, __m128i *last)
{
	const __m128i low = _mm_set1_epi8(15);
	const __m128i high_digits =
		_mm_shuffle_epi8(digits, _mm_and_si128(_mm_srli_epi16(x, 4), low));
	const __m128i low_digits = _mm_shuffle_epi8(digits, _mm_and_si128(x, low));

	*first = _mm_unpacklo_epi8(high_digits, low_digits);
	*last = _mm_unpackhi_epi8(high_digits, low_digits);
}

TARGET char *text_write_hex_sse(char *to, const uint8_t *p, size_t n)
{
	const __m128i digits = _mm_loadu_si128((const void *)"0123456789ABCDEF");
	__m128i first, last;

	for (size_t i = 0; i < n; i += 16) {
		hex_16(_mm_loadu_si128((const void *)(p + i)), digits, &first, &last);
		put_16(to + 2 * i, first);
		put_16(to + 2 * i + 16, last);
	}
	return to + 2 * n;
}

/* {aaaaaaaa-bbbb-cccc-dddd-eeeeeeeeeeee} */
TARGET char *text_write_guid_sse(char *to, const uint8_t *p)
{
	const __m128i digits = _mm_loadu_si128((const void *)"0123456789abcdef");
	const __m128i order = _mm_set_epi8(15, 14, 13, 12, 11, 10, 9, 8, 6, 7, 4, 5, 0, 1, 2, 3);
	const __m128i abc_at = _mm_set_epi8(13, 12, -1, 11, 10, 9, 8, -1, 7, 6, 5, 4, 3, 2, 1, 0);
	const __m128i de_at = _mm_set_epi8(14, 13, 12, 11, 10, 9, 8, 7, 6, 5, 4, -1, 3, 2, 1, 0);
	const __m128i dashes = _mm_set_epi8(0, 0, '-', 0, 0, 0, 0, '-', 0, 0, 0, 0, 0, 0, 0, 0);
	const __m128i dash = _mm_set_epi8(0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, '-', 0, 0, 0, 0);
	__m128i abc, de;
	uint16_t end;

	hex_16(_mm_shuffle_epi8(_mm_loadu_si128((const void *)p), order), digits, &abc, &de);
	to[0] = '{';
	put_16(to + 1, _mm_or_si128(_mm_shuffle_epi8(abc, abc_at), dashes));
	end = (uint16_t)_mm_extract_epi16(abc, 7); /* the last two of cccc */
	memcpy(to + 17, &end, 2);
	to[19] = '-';
	put_16(to + 20, _mm_or_si128(_mm_shuffle_epi8(de, de_at), dash));
	to[36] = (char)_mm_extract_epi8(de, 15);
	to[37] = '}';
	return to + 38;
}

#endif
