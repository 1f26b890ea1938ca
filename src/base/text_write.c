/* SPDX-License-Identifier: Apache-2.0 */
#include "base/text_write.h"

static const char hex_lower[] = "0123456789abcdef";
static const char hex_upper[] = "0123456789ABCDEF";

char *text_write_u64(char *to, uint64_t v)
{
	char digits[20];
	size_t i = sizeof(digits);

	do {
		digits[--i] = (char)('0' + v % 10);
		v /= 10;
	} while (v);
	memcpy(to, digits + i, sizeof(digits) - i);
	return to + sizeof(digits) - i;
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
	const size_t digits = v ? (size_t)(67 - __builtin_clzll(v)) / 4 : 1;

	to[0] = '0';
	to[1] = 'x';
	for (size_t i = digits; i-- > 0; v >>= 4)
		to[2 + i] = hex_lower[v & 15];
	return to + 2 + digits;
}

char *text_write_hex(char *to, struct view bytes)
{
	for (size_t i = 0; i < bytes.n; i++) {
		to[2 * i] = hex_upper[bytes.p[i] >> 4];
		to[2 * i + 1] = hex_upper[bytes.p[i] & 15];
	}
	return to + 2 * bytes.n;
}

char *text_write_guid(char *to, const uint8_t *p)
{
	/* Data1..3 are little-endian integers, the last eight bytes are bytes (MS-DTYP 2.3.4). */
	static const uint8_t order[16] = {3, 2, 1, 0, 5, 4, 7, 6, 8, 9, 10, 11, 12, 13, 14, 15};

	*to++ = '{';
	for (size_t i = 0; i < 16; i++) {
		if (i == 4 || i == 6 || i == 8 || i == 10)
			*to++ = '-';
		*to++ = hex_lower[p[order[i]] >> 4];
		*to++ = hex_lower[p[order[i]] & 15];
	}
	*to++ = '}';
	return to;
}

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
