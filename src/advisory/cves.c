/* SPDX-License-Identifier: Apache-2.0 */
/*
 * CVE numbers in a text: `CVE-2021-42321`, with a hyphen or (as some documents have it) an en dash,
 * upper case only: small letters stand in addresses, which a flattened copy has lost, so they must
 * not count.
 */
#include "advisory/reading.h"

#include "base/limits.h"

/* Hash table size; twice the cap keeps it half empty. */
#define SLOTS (LIMIT_ADVISORY_CVES * 2u)

struct known {
	uint32_t slot[SLOTS]; /* index + 1 into the list of names; 0: free */
};

/* Length of a hyphen or a dash, or 0. */
static size_t dash_length(struct view v)
{
	if (view_starts(v, "-"))
		return 1;
	/* U+2010 … U+2014 */
	return v.n >= 3 && v.p[0] == 0xe2 && v.p[1] == 0x80 && v.p[2] >= 0x90 && v.p[2] <= 0x94 ? 3
												: 0;
}

/* The CVE at `pos`: its length, or 0; its name into `name`. */
static size_t cve_at(struct view v, size_t pos, char name[32])
{
	struct view rest = view_slice(v, pos, v.n);
	size_t dash, digits = 0, n = 0;

	if (!view_starts(rest, "CVE") ||
	    (pos && (is_alpha(v.p[pos - 1]) || is_digit(v.p[pos - 1]))))
		return 0;
	rest = view_slice(rest, 3, rest.n);
	dash = dash_length(rest);
	rest = view_slice(rest, dash, rest.n);
	if (!dash || rest.n < 4)
		return 0;
	for (size_t i = 0; i < 4; i++)
		if (!is_digit(rest.p[i]))
			return 0;
	memcpy(name, "CVE-", 4);
	memcpy(name + 4, rest.p, 4);
	name[8] = '-';
	rest = view_slice(rest, 4, rest.n);
	dash = dash_length(rest);
	rest = view_slice(rest, dash, rest.n);
	if (!dash)
		return 0;
	while (digits < rest.n && is_digit(rest.p[digits]))
		digits++;
	/* Four or more digits; the longest given out so far has 7. */
	if (digits < 4 || digits > 19)
		return 0;
	n = 9 + digits;
	memcpy(name + 9, rest.p, digits);
	name[n] = 0;
	return (size_t)(rest.p - v.p) + digits - pos;
}

static uint32_t hash(const char *s)
{
	uint32_t h = 2166136261u;

	for (; *s; s++)
		h = (h ^ (uint8_t)*s) * 16777619u;
	return h;
}

/* Index of the name in the list, added when it is new; SIZE_MAX when there are too many. */
static size_t intern(struct reading *r, struct known *k, struct list *names, const char *name)
{
	const char **items = names->items;
	uint32_t at = hash(name) % SLOTS;

	for (; k->slot[at]; at = (at + 1) % SLOTS)
		if (strcmp(items[k->slot[at] - 1], name) == 0)
			return k->slot[at] - 1;
	if (names->count == LIMIT_ADVISORY_CVES) {
		r->too_many = true;
		return SIZE_MAX;
	}
	items = list_add(r, names, sizeof(*items));
	if (!items)
		return SIZE_MAX;
	*items = reading_copy(r, view_of(name));
	k->slot[at] = (uint32_t)names->count;
	return names->count - 1;
}

static void scan(struct reading *r, struct view v, struct known *k, struct list *names,
		 struct list *mentions)
{
	for (size_t i = view_find(v, 0, "CVE"); i != SIZE_MAX && !r->failed && !r->too_many;
	     i = view_find(v, i, "CVE")) {
		char name[32];
		const size_t n = cve_at(v, i, name);
		struct mention *m;
		size_t cve;

		if (!n) {
			i += 3;
			continue;
		}
		cve = intern(r, k, names, name);
		if (cve != SIZE_MAX && mentions) {
			m = list_add(r, mentions, sizeof(*m));
			if (m)
				*m = (struct mention){i, i + n, cve};
		}
		i += n;
	}
}

void cves_read(struct reading *r, struct view flat, struct advisory *a, struct list *mentions)
{
	struct known *const known = arena_alloc(r->arena, sizeof(*known));
	struct list names = {0};

	if (!known) {
		r->failed = true;
		return;
	}
	if (a->title)
		scan(r, view_of(a->title), known, &names, NULL);
	scan(r, flat, known, &names, mentions);
	a->cves = names.items;
	a->cve_count = names.count;
}
