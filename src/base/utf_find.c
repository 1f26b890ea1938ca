/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Horspool's search: the unit under the needle's end tells how far to go on. Where too many units
 * agree in vain (`aaaa` in `aaab...`) Knuth, Morris and Pratt's takes over, which looks at each
 * unit of the text once.
 */
#include "base/utf_find.h"

#include "base/utf.h"

/* Units are told apart by their low byte: within one script that is nearly all of them. */
#define CLASSES 256u

struct utf16_finder {
	bool nocase;
	size_t units;
	const uint16_t *needle; /* lower case when `nocase` */
	const uint16_t *border; /* [i]: the longest proper border of needle[0 .. i] */
	uint16_t skip[CLASSES]; /* from the needle's end to its last unit of that class */
	uint16_t next;          /* the same for the class of its last unit, without that one */
};

static uint16_t fold(const struct utf16_finder *f, uint16_t unit)
{
	if (!f->nocase)
		return unit;
	if (unit < 0x80)
		return unit >= 'A' && unit <= 'Z' ? (uint16_t)(unit + 32) : unit;
	return utf16_lower(unit);
}

static void find_borders(const uint16_t *needle, size_t units, uint16_t *border)
{
	size_t k = 0;

	for (size_t i = 1; i < units; i++) {
		while (k && needle[k] != needle[i])
			k = border[k - 1];
		if (needle[k] == needle[i])
			k++;
		border[i] = (uint16_t)k;
	}
}

const struct utf16_finder *utf16_finder_new(struct arena *a, struct view needle, bool nocase)
{
	const size_t units = needle.n / 2;
	struct utf16_finder *const f = arena_alloc(a, sizeof(*f));
	uint16_t *const folded = arena_array(a, units + 1, sizeof(*folded));
	uint16_t *const border = arena_array(a, units + 1, sizeof(*border));

	if (!f || !folded || !border || units > UTF16_NEEDLE_MAX)
		return NULL;
	f->nocase = nocase;
	f->units = units;
	f->needle = folded;
	f->border = border;
	for (size_t i = 0; i < units; i++)
		folded[i] = fold(f, le16(needle.p + 2 * i));
	find_borders(folded, units, border);
	for (size_t i = 0; i < CLASSES; i++)
		f->skip[i] = (uint16_t)units;
	f->next = (uint16_t)units;
	for (size_t i = 0; i < units; i++) {
		uint16_t *const skip = &f->skip[folded[i] % CLASSES];

		if (i + 1 == units)
			f->next = *skip;
		*skip = (uint16_t)(units - 1 - i);
	}
	return f;
}

/* Knuth, Morris, Pratt from unit `at` on. */
static bool find_linear(const struct utf16_finder *f, struct view text, size_t at)
{
	const size_t total = text.n / 2;
	size_t k = 0;

	for (; at < total; at++) {
		const uint16_t unit = fold(f, le16(text.p + 2 * at));

		while (k && f->needle[k] != unit)
			k = f->border[k - 1];
		if (f->needle[k] == unit)
			k++;
		if (k == f->units)
			return true;
	}
	return false;
}

bool utf16_find(const struct utf16_finder *f, struct view text)
{
	const size_t total = text.n / 2, units = f->units;
	size_t vain = 0; /* units that agreed where not all did */

	if (!units)
		return true;
	for (size_t end = units - 1; end < total;) {
		const uint16_t skip = f->skip[fold(f, le16(text.p + 2 * end)) % CLASSES];
		const size_t start = end - (units - 1);
		size_t i = 0;

		if (skip) {
			end += skip;
			continue;
		}
		while (i < units && fold(f, le16(text.p + 2 * (start + i))) == f->needle[i])
			i++;
		if (i == units)
			return true;
		vain += i;
		if (vain > total)
			return find_linear(f, text, start);
		end += f->next;
	}
	return false;
}
