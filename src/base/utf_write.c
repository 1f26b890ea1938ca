/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Conversion to UTF-8 with escaping for XML and JSON. This is the specification: the converters
 * that take many units at once give the same bytes.
 */
#include "base/utf.h"

#define REPLACEMENT 0xfffdu

/* What XML 1.0 forbids (chapter 2.2): C0 but tab, LF, CR; U+FFFE, U+FFFF. Windows writes `_` for
 * it. */
static bool xml_forbids(uint32_t cp)
{
	return (cp < 0x20 && cp != '\t' && cp != '\n' && cp != '\r') || cp == 0xfffe ||
	       cp == 0xffff;
}

static size_t json_escape(char *out, uint32_t cp)
{
	static const char hex[] = "0123456789abcdef";
	static const char from[] = "\"\\\b\f\n\r\t", to[] = "\"\\bfnrt";
	const char *const found = cp ? strchr(from, (int)cp) : NULL;

	if (cp < 0x80 && found) {
		out[0] = '\\';
		out[1] = to[found - from];
		return 2;
	}
	memcpy(out, "\\u", 2);
	for (unsigned i = 0; i < 4; i++)
		out[2 + i] = hex[cp >> (12 - 4 * i) & 15];
	return 6;
}

/* What JSON allows raw, but a terminal would obey: C1 (0x9b starts a control sequence), line and
 * bidirectional controls. Escaped it is the same JSON value. */
static bool json_controls(uint32_t cp)
{
	return (cp >= 0x7f && cp < 0xa0) || cp == 0x061c || cp == 0x200e || cp == 0x200f ||
	       (cp >= 0x2028 && cp <= 0x202e) || (cp >= 0x2066 && cp <= 0x2069);
}

/* Writes one code point escaped; at most 6 bytes. `lone` tells that the input was a lone surrogate
 * or ill-formed. */
static size_t put_escaped(char *out, uint32_t cp, bool lone, enum utf_escape escape)
{
	switch (escape) {
	case UTF_PLAIN:
		break;
	case UTF_JSON:
		if (cp < 0x20 || cp == '"' || cp == '\\' || json_controls(cp))
			return json_escape(out, cp);
		break;
	case UTF_XML_CDATA:
		if (lone || xml_forbids(cp)) {
			*out = '_';
			return 1;
		}
		break;
	case UTF_XML_ATTRIBUTE:
		if (cp == '\'' || cp == '"') {
			memcpy(out, cp == '"' ? "&quot;" : "&apos;", 6);
			return 6;
		}
		/* fall through */
	case UTF_XML_TEXT:
		if (lone || xml_forbids(cp)) {
			*out = '_';
			return 1;
		}
		if (cp == '&') {
			memcpy(out, "&amp;", 5);
			return 5;
		}
		if (cp == '<' || cp == '>') {
			memcpy(out, cp == '<' ? "&lt;" : "&gt;", 4);
			return 4;
		}
		break;
	}
	return utf8_put(out, cp);
}

/* ASCII that no escape touches: copied without a look at the escape mode. All printable ones but
 * " & ' < > and \. */
/* clang-format off */
static const uint8_t plain_ascii[128] = {
	0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0,
	0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0,
	1, 1, 0, 1, 1, 1, 0, 0, 1, 1, 1, 1, 1, 1, 1, 1,
	1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 0, 1, 0, 1,
	1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1,
	1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 0, 1, 1, 1,
	1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1,
	1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 0};
/* clang-format on */

static bool is_plain(uint16_t u)
{
	return u < 128 && plain_ascii[u];
}

/*
 * Units from `p` up to `stop`; a pair that starts before `stop` may end behind it, where the text
 * goes on up to `end`. Returns where it stopped.
 */
static const uint8_t *convert(char **to, const uint8_t *p, const uint8_t *stop, const uint8_t *end,
			      enum utf_escape escape)
{
	char *o = *to;

	while (p < stop) {
		const uint16_t u = le16(p);
		uint32_t cp = u;
		bool lone = false;

		p += 2;
		if (is_plain(u)) {
			*o++ = (char)u;
			continue;
		}
		if (u >= 0xd800 && u < 0xe000) {
			const uint16_t low = u < 0xdc00 && p < end ? le16(p) : 0;

			if (low >= 0xdc00 && low < 0xe000) {
				cp = 0x10000 + ((uint32_t)(u - 0xd800) << 10) +
				     (uint32_t)(low - 0xdc00);
				p += 2;
			} else {
				cp = REPLACEMENT;
				lone = true;
			}
		}
		o += put_escaped(o, cp, lone, escape);
	}
	*to = o;
	return p;
}

char *utf16_write(char *to, struct view utf16, enum utf_escape escape)
{
	const size_t units = utf16.n / 2;
	const uint8_t *const end = units ? utf16.p + units * 2 : utf16.p;

	convert(&to, utf16.p, end, end, escape);
	return to;
}

struct view utf16_until_nul(struct view utf16)
{
	for (size_t i = 0; i + 1 < utf16.n; i += 2) {
		if (!utf16.p[i] && !utf16.p[i + 1]) {
			utf16.n = i;
			break;
		}
	}
	return utf16;
}

char *utf16_write_to_nul(char *to, struct view utf16, enum utf_escape escape)
{
	return utf16_write(to, utf16_until_nul(utf16), escape);
}

/* Text is converted in parts, so that a long one doesn't ask for six times its size at once. */
#define BATCH 4096

void utf16_append(struct buf *out, struct view utf16, enum utf_escape escape)
{
	while (utf16.n >= 2) {
		struct view part = {utf16.p,
				    utf16.n < 2 * BATCH ? utf16.n & ~(size_t)1 : 2 * BATCH};
		char *to;

		/* No part ends within a surrogate pair. */
		while (part.n + 2 <= utf16.n && (utf16.p[part.n - 1] & 0xfc) == 0xd8)
			part.n += 2;
		to = buf_reserve(out, utf16_write_bound(part.n));
		if (!to)
			return;
		out->n += (size_t)(utf16_write(to, part, escape) - to);
		utf16.p += part.n;
		utf16.n -= part.n;
	}
}

void utf8_append(struct buf *out, struct view utf8, enum utf_escape escape)
{
	while (utf8.n) {
		char *const to = buf_reserve(out, 6);
		const bool given =
			utf8.n >= 3 && utf8.p[0] == 0xef && utf8.p[1] == 0xbf && utf8.p[2] == 0xbd;
		const uint32_t cp = utf8_next(&utf8);

		if (!to)
			return;
		out->n += put_escaped(to, cp, cp == REPLACEMENT && !given, escape);
	}
}
