/* SPDX-License-Identifier: Apache-2.0 */
#include "base/text.h"

#include "base/utf.h"

static const char hex_lower[] = "0123456789abcdef";
static const char hex_upper[] = "0123456789ABCDEF";

void text_guid(struct buf *out, const uint8_t *p)
{
	/* Data1..3 are little-endian integers, the last eight bytes are bytes (MS-DTYP 2.3.4). */
	static const uint8_t order[16] = {3, 2, 1, 0, 5, 4, 7, 6, 8, 9, 10, 11, 12, 13, 14, 15};
	char text[38];
	size_t n = 0;

	text[n++] = '{';
	for (size_t i = 0; i < 16; i++) {
		if (i == 4 || i == 6 || i == 8 || i == 10)
			text[n++] = '-';
		text[n++] = hex_lower[p[order[i]] >> 4];
		text[n++] = hex_lower[p[order[i]] & 15];
	}
	text[n++] = '}';
	buf_add(out, text, n);
}

bool text_sid(struct buf *out, struct view sid)
{
	/* MS-DTYP 2.4.2.2: revision, count, 48-bit authority big-endian, then 32-bit little-endian
	 * sub-authorities. */
	const uint8_t *const h = take(&sid, 8);
	uint64_t authority = 0;

	if (!h || sid.n < (size_t)h[1] * 4)
		return false;
	for (size_t i = 2; i < 8; i++)
		authority = authority << 8 | h[i];
	buf_str(out, "S-");
	buf_u64(out, h[0]);
	buf_byte(out, '-');
	if (authority >> 32)
		text_hex_number(out, authority); /* MS-DTYP 2.4.2.1: hex from 2^32 on */
	else
		buf_u64(out, authority);
	for (size_t i = 0; i < h[1]; i++) {
		buf_byte(out, '-');
		buf_u64(out, le32(sid.p + 4 * i));
	}
	return true;
}

void text_hex(struct buf *out, struct view bytes)
{
	char *const o = buf_reserve(out, bytes.n * 2);

	if (!o)
		return;
	for (size_t i = 0; i < bytes.n; i++) {
		o[2 * i] = hex_upper[bytes.p[i] >> 4];
		o[2 * i + 1] = hex_upper[bytes.p[i] & 15];
	}
	out->n += bytes.n * 2;
}

void text_hex_number(struct buf *out, uint64_t v)
{
	char digits[18];
	size_t i = sizeof(digits);

	do {
		digits[--i] = hex_lower[v & 15];
		v >>= 4;
	} while (v);
	digits[--i] = 'x';
	digits[--i] = '0';
	buf_add(out, digits + i, sizeof(digits) - i);
}

bool text_parse_u64(struct view text, uint64_t *ret)
{
	uint64_t v = 0, base = 10;

	if (text.n > 2 && text.p[0] == '0' && (text.p[1] | 32) == 'x') {
		base = 16;
		text.p += 2;
		text.n -= 2;
	}
	if (!text.n)
		return false;
	for (size_t i = 0; i < text.n; i++) {
		const uint8_t c = text.p[i], l = c | 32;
		uint64_t digit;

		if (c >= '0' && c <= '9')
			digit = c - '0';
		else if (base == 16 && l >= 'a' && l <= 'f')
			digit = l - 'a' + 10u;
		else
			return false;
		if (__builtin_mul_overflow(v, base, &v) || __builtin_add_overflow(v, digit, &v))
			return false;
	}
	*ret = v;
	return true;
}

/* Characters that change how a terminal or editor shows what follows: C1, bidirectional controls,
 * separators. */
static bool hides(uint32_t cp)
{
	return (cp >= 0x7f && cp < 0xa0) || (cp >= 0x200b && cp <= 0x200f) ||
	       (cp >= 0x2028 && cp <= 0x202e) || (cp >= 0x2060 && cp <= 0x2069) || cp == 0xfeff ||
	       (cp >= 0xfff9 && cp <= 0xfffb) || (cp >= 0xe0000 && cp < 0xe0080);
}

void text_clean(struct buf *out, struct view utf8)
{
	while (utf8.n) {
		const uint8_t first = utf8.p[0];
		const struct view before = utf8;
		const uint32_t cp = utf8_next(&utf8);
		char text[4];

		if (cp == '\r' && utf8.n && utf8.p[0] == '\n')
			continue; /* Windows' line end is one line end */
		if (cp == '\n')
			buf_str(out, "\\n");
		else if (cp == '\t')
			buf_byte(out, ' ');
		else if (cp < 0x20 || (cp == 0xfffd && before.n - utf8.n == 1))
			buf_printf(out, "\\x%02x", first);
		else if (hides(cp))
			buf_printf(out, "\\u{%x}", (unsigned)cp);
		else
			buf_add(out, text, utf8_put(text, cp));
	}
}

void text_clean_xml(struct buf *out, struct view xml)
{
	while (xml.n) {
		const struct view before = xml;
		const uint32_t cp = utf8_next(&xml);

		if ((cp < 0x20 && cp != '\n' && cp != '\t') || hides(cp))
			buf_printf(out, "&#x%x;", (unsigned)cp);
		else
			buf_add(out, before.p, before.n - xml.n);
	}
}

size_t text_width(struct view utf8)
{
	size_t columns = 0;

	while (utf8.n) {
		const uint32_t cp = utf8_next(&utf8);

		if ((cp >= 0x300 && cp < 0x370) || (cp >= 0xfe00 && cp < 0xfe10) ||
		    (cp >= 0x20d0 && cp < 0x2100))
			continue;
		columns += (cp >= 0x1100 && cp < 0x1160) || (cp >= 0x2e80 && cp < 0xa4d0) ||
					   (cp >= 0xac00 && cp < 0xd7a4) ||
					   (cp >= 0xf900 && cp < 0xfb00) ||
					   (cp >= 0xfe30 && cp < 0xfe70) ||
					   (cp >= 0xff00 && cp < 0xff61) ||
					   (cp >= 0x1f300 && cp < 0x1f650) ||
					   (cp >= 0x20000 && cp < 0x30000)
				   ? 2
				   : 1;
	}
	return columns;
}

#define DISTANCE_MAX 63

size_t text_distance(const char *a, const char *b)
{
	const size_t na = strlen(a), nb = strlen(b);
	size_t row[DISTANCE_MAX + 1];

	if (na > DISTANCE_MAX || nb > DISTANCE_MAX)
		return SIZE_MAX;
	for (size_t j = 0; j <= nb; j++)
		row[j] = j;
	for (size_t i = 1; i <= na; i++) {
		size_t diagonal = row[0];

		row[0] = i;
		for (size_t j = 1; j <= nb; j++) {
			const size_t swap =
				diagonal +
				!ascii_equal_nocase_n(a + i - 1, 1, (char[2]){b[j - 1], 0});
			const size_t gap = 1 + (row[j] < row[j - 1] ? row[j] : row[j - 1]);

			diagonal = row[j];
			row[j] = swap < gap ? swap : gap;
		}
	}
	return row[nb];
}

void text_json(struct buf *out, struct view utf8)
{
	buf_byte(out, '"');
	utf8_append(out, utf8, UTF_JSON);
	buf_byte(out, '"');
}

void text_json_str(struct buf *out, const char *s)
{
	text_json(out, view_of(s));
}
