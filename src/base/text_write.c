/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Leading zeros are shifted out of a word of eight digits. Past one digit no branch depends on how
 * many there are: numbers in logs have all lengths, and a wrong guess of the processor costs more
 * than the digits.
 */
#include "base/text_write.h"

#include "base/cpu.h"
#include "base/digits.h"

const char digits_pairs[201] = "00010203040506070809101112131415161718192021222324"
			       "25262728293031323334353637383940414243444546474849"
			       "50515253545556575859606162636465666768697071727374"
			       "75767778798081828384858687888990919293949596979899";

/* The eight hexadecimal digits of v; `letter` is 'a' or 'A'. */
static inline uint64_t hex_8(uint32_t v, char letter)
{
	const uint64_t fours = v >> 16 | (uint64_t)(v & 0xffff) << 32;
	const uint64_t twos = (fours >> 8 & 0x000000ff000000ffu) | (fours & 0x000000ff000000ffu)
									   << 16;
	const uint64_t ones = (twos >> 4 & 0x000f000f000f000fu) | (twos & 0x000f000f000f000fu) << 8;
	const uint64_t letters = (ones + DIGITS_EACH(6)) >> 4 & DIGITS_EACH(1);

	return ones + DIGITS_EACH('0') + letters * (uint64_t)(letter - '0' - 10);
}

static inline uint32_t be32(const uint8_t *p)
{
	return (uint32_t)p[0] << 24 | (uint32_t)p[1] << 16 | (uint32_t)p[2] << 8 | p[3];
}

/* At most eight digits, without leading zeros. */
static inline char *put_up_to_8(char *to, uint32_t v)
{
	uint64_t digits;
	unsigned zeros;

	if (v < 10) {
		*to = (char)('0' + v);
		return to + 1;
	}
	digits = digits_decimal(v);
	zeros = (unsigned)__builtin_ctzll(digits) / 8;
	digits_put(to, (digits + DIGITS_EACH('0')) >> zeros * 8);
	return to + 8 - zeros;
}

static inline char *put_8(char *to, uint32_t v)
{
	digits_put(to, digits_decimal(v) + DIGITS_EACH('0'));
	return to + 8;
}

#define E8 100000000u /* eight digits */

char *text_write_u64(char *to, uint64_t v)
{
	if (v < E8)
		return put_up_to_8(to, (uint32_t)v);
	if (v < (uint64_t)E8 * E8) {
		to = put_up_to_8(to, (uint32_t)(v / E8));
	} else {
		to = put_up_to_8(to, (uint32_t)(v / E8 / E8));
		to = put_8(to, (uint32_t)(v / E8 % E8));
	}
	return put_8(to, (uint32_t)(v % E8));
}

char *text_write_i64(char *to, int64_t v)
{
	if (v >= 0)
		return text_write_u64(to, (uint64_t)v);
	*to = '-';
	return text_write_u64(to + 1, (uint64_t)0 - (uint64_t)v);
}

char *text_write_hex_number(char *to, uint64_t v)
{
	const uint32_t high = (uint32_t)(v >> 32), first = high ? high : (uint32_t)v;
	const unsigned zeros = (unsigned)__builtin_clz(first | 1) / 4;

	to[0] = '0';
	to[1] = 'x';
	digits_put(to + 2, hex_8(first, 'a') >> zeros * 8);
	to += 10 - zeros;
	if (!high)
		return to;
	digits_put(to, hex_8((uint32_t)v, 'a'));
	return to + 8;
}

static char *hex_scalar(char *to, struct view bytes)
{
	const uint8_t *p;

	while ((p = take(&bytes, 4))) {
		digits_put(to, hex_8(be32(p), 'A'));
		to += 8;
	}
	while ((p = take(&bytes, 1))) {
		to[0] = "0123456789ABCDEF"[*p >> 4];
		to[1] = "0123456789ABCDEF"[*p & 15];
		to += 2;
	}
	return to;
}

static char *guid_scalar(char *to, const uint8_t *p)
{
	/* Data1..3 are little-endian integers, the last eight bytes are bytes (MS-DTYP 2.3.4). */
	const uint64_t data_2_3 = hex_8((uint32_t)le16(p + 4) << 16 | le16(p + 6), 'a');
	const uint64_t data_4 = hex_8(be32(p + 8), 'a');

	to[37] = '}';
	digits_put(to + 29, hex_8(be32(p + 12), 'a'));
	digits_put_4(to + 25, (data_4 >> 32));
	to[24] = '-';
	digits_put_4(to + 20, data_4);
	to[19] = '-';
	digits_put_4(to + 15, (data_2_3 >> 32));
	to[14] = '-';
	digits_put_4(to + 10, data_2_3);
	to[9] = '-';
	digits_put(to + 1, hex_8(le32(p), 'a'));
	to[0] = '{';
	return to + 38;
}

#if defined(__x86_64__)

char *text_write_hex(char *to, struct view bytes)
{
	if (bytes.n >= 16 && cpu_level() >= CPU_SSE42) {
		const size_t whole = bytes.n & ~(size_t)15;

		to = text_write_hex_sse(to, bytes.p, whole);
		take(&bytes, whole);
	}
	return hex_scalar(to, bytes);
}

char *text_write_guid(char *to, const uint8_t *p)
{
	return cpu_level() >= CPU_SSE42 ? text_write_guid_sse(to, p) : guid_scalar(to, p);
}

#else

char *text_write_hex(char *to, struct view bytes)
{
	return hex_scalar(to, bytes);
}

char *text_write_guid(char *to, const uint8_t *p)
{
	return guid_scalar(to, p);
}

#endif

char *text_write_sid(char *to, struct view sid)
{
	/* MS-DTYP 2.4.2.2: revision, count, 48-bit authority big-endian, then 32-bit little-endian
	 * sub-authorities. */
	const uint8_t *const h = take(&sid, 8);
	uint64_t authority = 0;

	if (!h || sid.n < (size_t)h[1] * 4)
		return NULL;
	for (size_t i = 2; i < 8; i++)
		authority = authority << 8 | h[i];
	*to++ = 'S';
	*to++ = '-';
	to = text_write_u64(to, h[0]);
	*to++ = '-';
	/* MS-DTYP 2.4.2.1: hex from 2^32 on. */
	to = authority >> 32 ? text_write_hex_number(to, authority) : text_write_u64(to, authority);
	for (size_t i = 0; i < h[1]; i++) {
		*to++ = '-';
		to = text_write_u64(to, le32(sid.p + 4 * i));
	}
	return to;
}
