/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Conversion to UTF-8 with escaping for XML and JSON. This is the specification: the converters
 * that take many units at once give the same bytes.
 */
#include "base/utf.h"

#include "base/cpu.h"
#include "base/utf_write_fast.h"

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

/* clang-format off */
const uint8_t utf16_classes[UTF_JSON + 1][128] = {
	[UTF_PLAIN] = {
		2, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0,
		0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0,
		0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0,
		0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0,
		0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0,
		0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0,
		0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0,
		0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0,
	},
	[UTF_XML_TEXT] = {
		2, 2, 2, 2, 2, 2, 2, 2, 2, 0, 0, 2, 2, 0, 2, 2,
		2, 2, 2, 2, 2, 2, 2, 2, 2, 2, 2, 2, 2, 2, 2, 2,
		0, 0, 0, 0, 0, 0, 2, 0, 0, 0, 0, 0, 0, 0, 0, 0,
		0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 2, 0, 2, 0,
		0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0,
		0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0,
		0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0,
		0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0,
	},
	[UTF_XML_ATTRIBUTE] = {
		2, 2, 2, 2, 2, 2, 2, 2, 2, 0, 0, 2, 2, 0, 2, 2,
		2, 2, 2, 2, 2, 2, 2, 2, 2, 2, 2, 2, 2, 2, 2, 2,
		0, 0, 2, 0, 0, 0, 2, 2, 0, 0, 0, 0, 0, 0, 0, 0,
		0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 2, 0, 2, 0,
		0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0,
		0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0,
		0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0,
		0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0,
	},
	[UTF_XML_CDATA] = {
		2, 2, 2, 2, 2, 2, 2, 2, 2, 0, 0, 2, 2, 0, 2, 2,
		2, 2, 2, 2, 2, 2, 2, 2, 2, 2, 2, 2, 2, 2, 2, 2,
		0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0,
		0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0,
		0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0,
		0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0,
		0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0,
		0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0,
	},
	[UTF_JSON] = {
		2, 2, 2, 2, 2, 2, 2, 2, 1, 1, 1, 2, 1, 1, 2, 2,
		2, 2, 2, 2, 2, 2, 2, 2, 2, 2, 2, 2, 2, 2, 2, 2,
		0, 0, 1, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0,
		0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0,
		0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0,
		0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 1, 0, 0, 0,
		0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0,
		0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 2,
	},
};
/* clang-format on */

/* One code point. */
static inline const uint8_t *write_one(char **to, const uint8_t *p, const uint8_t *end,
				       enum utf_escape escape)
{
	const uint16_t u = le16(p);
	uint32_t cp = u;
	bool lone = false;

	p += 2;
	if (u >= 0xd800 && u < 0xe000) {
		const uint16_t low = u < 0xdc00 && p < end ? le16(p) : 0;

		if (low >= 0xdc00 && low < 0xe000) {
			cp = 0x10000 + ((uint32_t)(u - 0xd800) << 10) + (uint32_t)(low - 0xdc00);
			p += 2;
		} else {
			cp = REPLACEMENT;
			lone = true;
		}
	}
	*to += put_escaped(*to, cp, lone, escape);
	return p;
}

const uint8_t *utf16_write_one(char **to, const uint8_t *p, const uint8_t *end,
			       enum utf_escape escape)
{
	return write_one(to, p, end, escape);
}

static char *write_scalar(char *to, const uint8_t *p, size_t units, enum utf_escape escape,
			  bool to_nul)
{
	const uint8_t *const end = p + units * 2;

	while (p < end) {
		const uint16_t u = le16(p);

		if (is_plain(u)) {
			*to++ = (char)u;
			p += 2;
		} else if (!u && to_nul) {
			break;
		} else {
			p = write_one(&to, p, end, escape);
		}
	}
	return to;
}

#if defined(__x86_64__)

static char *write_units(char *to, const uint8_t *p, size_t units, enum utf_escape escape,
			 bool to_nul)
{
	switch (cpu_level()) {
	case CPU_AVX512:
		return utf16_write_avx512(to, p, units, escape, to_nul);
	case CPU_AVX2:
	case CPU_SSE42:
		return utf16_write_sse42(to, p, units, escape, to_nul);
	default:
		return write_scalar(to, p, units, escape, to_nul);
	}
}

#else

static char *write_units(char *to, const uint8_t *p, size_t units, enum utf_escape escape,
			 bool to_nul)
{
	return write_scalar(to, p, units, escape, to_nul);
}

#endif

char *utf16_write(char *to, struct view utf16, enum utf_escape escape)
{
	return utf16.n >= 2 ? write_units(to, utf16.p, utf16.n / 2, escape, false) : to;
}

char *utf16_write_to_nul(char *to, struct view utf16, enum utf_escape escape)
{
	return utf16.n >= 2 ? write_units(to, utf16.p, utf16.n / 2, escape, true) : to;
}

/* The bit 15 of the first UTF-16 unit in `x` that is 0, besides others above it; 0: none is. */
static uint64_t zero_unit(uint64_t x)
{
	return (x - 0x0001000100010001u) & ~x & 0x8000800080008000u;
}

struct view utf16_until_nul(struct view utf16)
{
	size_t i = 0;

	for (; utf16.n - i >= 8; i += 8) {
		if (zero_unit(le64(utf16.p + i)))
			break;
	}
	for (; utf16.n - i >= 2; i += 2) {
		if (!utf16.p[i] && !utf16.p[i + 1]) {
			utf16.n = i;
			break;
		}
	}
	return utf16;
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
