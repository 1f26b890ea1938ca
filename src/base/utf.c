/* SPDX-License-Identifier: Apache-2.0 */
/* UTF-16LE and UTF-8: code points, simple case folding, comparison. */
#include "base/utf.h"

#include <stdlib.h>

#define REPLACEMENT 0xfffdu

static const struct {
	uint16_t first, last;
	uint8_t step;
	int32_t delta;
} lower_runs[] = {
#include "base/utf_lower.inc"
};

uint16_t utf16_lower(uint16_t unit)
{
	size_t lo = 0, hi = sizeof(lower_runs) / sizeof(lower_runs[0]);

	if (unit < 0x80)
		return unit >= 'A' && unit <= 'Z' ? (uint16_t)(unit + 32) : unit;
	while (lo < hi) {
		const size_t mid = (lo + hi) / 2;

		if (unit < lower_runs[mid].first)
			hi = mid;
		else if (unit > lower_runs[mid].last)
			lo = mid + 1;
		else if ((unit - lower_runs[mid].first) % lower_runs[mid].step)
			return unit;
		else
			return (uint16_t)(unit + lower_runs[mid].delta);
	}
	return unit;
}

size_t utf16_upper(uint16_t lower, uint16_t out[UTF16_UPPER_MAX])
{
	size_t n = 0;

	if (lower >= 'a' && lower <= 'z')
		out[n++] = (uint16_t)(lower - 32);
	for (size_t i = 0; i < sizeof(lower_runs) / sizeof(lower_runs[0]); i++) {
		const int32_t unit = lower - lower_runs[i].delta;

		if (unit < lower_runs[i].first || unit > lower_runs[i].last ||
		    (unit - lower_runs[i].first) % lower_runs[i].step || n == UTF16_UPPER_MAX)
			continue;
		out[n++] = (uint16_t)unit;
	}
	return n;
}

size_t utf8_put(char *out, uint32_t cp)
{
	if (cp < 0x80) {
		out[0] = (char)cp;
		return 1;
	}
	if (cp < 0x800) {
		out[0] = (char)(0xc0 | cp >> 6);
		out[1] = (char)(0x80 | (cp & 0x3f));
		return 2;
	}
	if (cp < 0x10000) {
		out[0] = (char)(0xe0 | cp >> 12);
		out[1] = (char)(0x80 | (cp >> 6 & 0x3f));
		out[2] = (char)(0x80 | (cp & 0x3f));
		return 3;
	}
	out[0] = (char)(0xf0 | cp >> 18);
	out[1] = (char)(0x80 | (cp >> 12 & 0x3f));
	out[2] = (char)(0x80 | (cp >> 6 & 0x3f));
	out[3] = (char)(0x80 | (cp & 0x3f));
	return 4;
}

uint32_t utf8_next(struct view *v)
{
	static const uint32_t smallest[5] = {0, 0, 0x80, 0x800, 0x10000};
	const uint8_t c = v->p[0];
	const size_t n = c < 0x80                ? 1
			 : c >= 0xc2 && c < 0xe0 ? 2
			 : c >= 0xe0 && c < 0xf0 ? 3
			 : c >= 0xf0 && c < 0xf5 ? 4
						 : 0;
	uint32_t cp = c;

	v->p++;
	v->n--;
	if (n == 1)
		return cp;
	if (n == 0 || v->n < n - 1)
		return REPLACEMENT;
	cp = c & (0xffu >> (n + 1));
	for (size_t i = 0; i < n - 1; i++) {
		if ((v->p[i] & 0xc0) != 0x80)
			return REPLACEMENT;
		cp = cp << 6 | (v->p[i] & 0x3f);
	}
	if (cp < smallest[n] || cp > 0x10ffff || (cp >= 0xd800 && cp < 0xe000))
		return REPLACEMENT;
	v->p += n - 1;
	v->n -= n - 1;
	return cp;
}

char *utf16_to_utf8(struct arena *a, struct view utf16, size_t *ret_n)
{
	struct buf b = {NULL, 0, 0, 0, false};
	char *copy;

	utf16_append(&b, utf16, UTF_PLAIN);
	copy = b.failed ? NULL : arena_copy(a, b.p, b.n);
	if (copy && ret_n)
		*ret_n = b.n;
	buf_free(&b);
	return copy;
}

struct view utf8_to_utf16(struct arena *a, struct view utf8)
{
	/* One byte of UTF-8 gives at most one unit. */
	uint8_t *const out = arena_array(a, utf8.n + 1, 2);
	struct view r = {out, 0};

	if (!out)
		return r;
	while (utf8.n) {
		const uint32_t cp = utf8_next(&utf8);

		if (cp < 0x10000) {
			put16(out + r.n, (uint16_t)cp);
		} else {
			put16(out + r.n, (uint16_t)(0xd800 + ((cp - 0x10000) >> 10)));
			r.n += 2;
			put16(out + r.n, (uint16_t)(0xdc00 + ((cp - 0x10000) & 0x3ff)));
		}
		r.n += 2;
	}
	return r;
}

bool utf16_equal_nocase(struct view a, struct view b)
{
	const size_t units = a.n / 2;

	if (units != b.n / 2)
		return false;
	for (size_t i = 0; i < units; i++) {
		const uint16_t x = le16(a.p + 2 * i), y = le16(b.p + 2 * i);

		if (x != y && utf16_lower(x) != utf16_lower(y))
			return false;
	}
	return true;
}

static char ascii_lower(char c)
{
	return c >= 'A' && c <= 'Z' ? (char)(c + 32) : c;
}

bool utf16_equal_ascii(struct view a, const char *ascii)
{
	const size_t n = strlen(ascii);

	if (a.n / 2 != n)
		return false;
	for (size_t i = 0; i < n; i++) {
		const uint16_t u = le16(a.p + 2 * i);

		if (u >= 0x80 || ascii_lower((char)u) != ascii_lower(ascii[i]))
			return false;
	}
	return true;
}

bool utf16_contains(struct view text, struct view needle, bool nocase)
{
	const size_t units = needle.n / 2, total = text.n / 2;

	if (units > total)
		return false;
	for (size_t at = 0; at + units <= total; at++) {
		size_t i = 0;

		while (i < units) {
			const uint16_t x = le16(text.p + 2 * (at + i)), y = le16(needle.p + 2 * i);

			if (x != y && (!nocase || utf16_lower(x) != utf16_lower(y)))
				break;
			i++;
		}
		if (i == units)
			return true;
	}
	return false;
}

bool ascii_equal_nocase_n(const char *a, size_t n, const char *b)
{
	for (size_t i = 0; i < n; i++) {
		if (!b[i] || ascii_lower(a[i]) != ascii_lower(b[i]))
			return false;
	}
	return b[n] == 0;
}

bool ascii_equal_nocase(const char *a, const char *b)
{
	return ascii_equal_nocase_n(a, strlen(a), b);
}
