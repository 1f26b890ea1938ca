/* SPDX-License-Identifier: Apache-2.0 */
/* Eight digits at once: they are made in one 64-bit word, the first one in its lowest byte. */
#ifndef TOCSIN_BASE_DIGITS_H
#define TOCSIN_BASE_DIGITS_H

#include "base/view.h"

#define DIGITS_EACH(byte) (0x0101010101010101u * (byte))

/* Stores 8 or 4 digits that begin with the lowest byte. (One store each: compilers don't see
 * that put64() is one.) */
static inline void digits_put(char *to, uint64_t word)
{
	const bool swap = __BYTE_ORDER__ == __ORDER_BIG_ENDIAN__;
	const uint64_t bytes = swap ? __builtin_bswap64(word) : word;

	memcpy(to, &bytes, 8);
}

static inline void digits_put_4(char *to, uint64_t word)
{
	const bool swap = __BYTE_ORDER__ == __ORDER_BIG_ENDIAN__;
	const uint32_t bytes = swap ? __builtin_bswap32((uint32_t)word) : (uint32_t)word;

	memcpy(to, &bytes, 4);
}

/* Two digits for each number below 100. */
extern const char digits_pairs[201];

static inline void digits_put_pair(char *to, uint32_t below_100)
{
	memcpy(to, digits_pairs + 2 * below_100, 2);
}

/* The values (not the characters) of the eight decimal digits of v, which is below 10^8. */
static inline uint64_t digits_decimal(uint32_t v)
{
	/* Two lanes of four digits, four of two, eight of one. A quotient by 100 and one by 10 are
	 * products with 10486 / 2^20 and 103 / 2^10, exact below 10^4 and 100. */
	const uint64_t fours = v / 10000 | (uint64_t)(v % 10000) << 32;
	const uint64_t by_100 = (fours * 10486 >> 20) & 0x0000007f0000007fu;
	const uint64_t twos = by_100 | (fours - by_100 * 100) << 16;
	const uint64_t by_10 = (twos * 103 >> 10) & 0x000f000f000f000fu;

	return by_10 | (twos - by_10 * 10) << 8;
}

#endif
