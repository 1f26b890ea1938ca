/* SPDX-License-Identifier: Apache-2.0 */
#include "base/text.h"

#include "base/text_write.h"
#include "base/utf.h"

void text_guid(struct buf *out, const uint8_t *p)
{
	char *const to = buf_reserve(out, 38 + TEXT_WRITE_SLACK);

	if (to)
		out->n += (size_t)(text_write_guid(to, p) - to);
}

bool text_sid(struct buf *out, struct view sid)
{
	char *const to = buf_reserve(out, sid.n * 3 + 20 + TEXT_WRITE_SLACK);
	const char *const end = to ? text_write_sid(to, sid) : NULL;

	if (end)
		out->n += (size_t)(end - to);
	return end || (!to && sid.n >= 8 && sid.n - 8 >= (size_t)sid.p[1] * 4);
}

void text_hex(struct buf *out, struct view bytes)
{
	char *const to = buf_reserve(out, bytes.n * 2 + TEXT_WRITE_SLACK);

	if (to)
		out->n += (size_t)(text_write_hex(to, bytes) - to);
}

void text_hex_number(struct buf *out, uint64_t v)
{
	char *const to = buf_reserve(out, 18 + TEXT_WRITE_SLACK);

	if (to)
		out->n += (size_t)(text_write_hex_number(to, v) - to);
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
