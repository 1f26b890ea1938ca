/* SPDX-License-Identifier: Apache-2.0 */
/* Text and list helpers of the advisory parser. */
#include "advisory/reading.h"

void *list_add(struct reading *r, struct list *l, size_t item_size)
{
	if (l->count == l->size) {
		const size_t size = l->size ? l->size * 2 : 16;
		void *const grown = arena_array(r->arena, size, item_size);

		if (!grown) {
			r->failed = true;
			return NULL;
		}
		if (l->count)
			memcpy(grown, l->items, l->count * item_size);
		l->items = grown;
		l->size = size;
	}
	return (char *)l->items + l->count++ * item_size;
}

bool is_blank(uint8_t c)
{
	return c == ' ' || (c >= '\t' && c <= '\r');
}

bool is_digit(uint8_t c)
{
	return c >= '0' && c <= '9';
}

bool is_upper(uint8_t c)
{
	return c >= 'A' && c <= 'Z';
}

bool is_alpha(uint8_t c)
{
	return is_upper(c) || (c >= 'a' && c <= 'z');
}

uint8_t to_lower(uint8_t c)
{
	return is_upper(c) ? (uint8_t)(c + 32) : c;
}

struct view view_trim(struct view v)
{
	while (v.n && is_blank(v.p[0])) {
		v.p++;
		v.n--;
	}
	while (v.n && is_blank(v.p[v.n - 1]))
		v.n--;
	return v;
}

bool view_starts(struct view v, const char *prefix)
{
	const size_t n = strlen(prefix);

	return v.n >= n && (n == 0 || memcmp(v.p, prefix, n) == 0);
}

bool view_starts_nocase(struct view v, const char *prefix)
{
	size_t i = 0;

	for (; prefix[i]; i++)
		if (i >= v.n || to_lower(v.p[i]) != to_lower((uint8_t)prefix[i]))
			return false;
	return true;
}

size_t view_find(struct view v, size_t from, const char *needle)
{
	while (from < v.n) {
		const uint8_t *const p = memchr(v.p + from, needle[0], v.n - from);

		if (!p)
			break;
		from = (size_t)(p - v.p);
		if (view_starts(view_slice(v, from, v.n), needle))
			return from;
		from++;
	}
	return SIZE_MAX;
}

size_t view_find_nocase(struct view v, size_t from, const char *needle)
{
	for (; from < v.n; from++)
		if (to_lower(v.p[from]) == to_lower((uint8_t)needle[0]) &&
		    view_starts_nocase(view_slice(v, from, v.n), needle))
			return from;
	return SIZE_MAX;
}

const char *reading_copy(struct reading *r, struct view v)
{
	const char *const copy = arena_copy(r->arena, v.n ? (const void *)v.p : "", v.n);

	if (!copy)
		r->failed = true;
	return copy ? copy : "";
}

const char *reading_plain_blanks(struct reading *r, const char *text)
{
	char *const out = arena_alloc(r->arena, strlen(text) + 1);
	size_t n = 0;

	if (!out) {
		r->failed = true;
		return "";
	}
	while (*text) {
		if (strncmp(text, "\xc2\xa0", 2) == 0) {
			out[n++] = ' ';
			text += 2;
		} else if (strncmp(text, "\xe2\x80\xaf", 3) == 0) {
			out[n++] = ' ';
			text += 3;
		} else {
			out[n++] = *text++;
		}
	}
	out[n] = 0;
	return out;
}

/* Length of the link in angle brackets that `v` starts with, or 0. */
static size_t link_length(struct view v)
{
	const uint8_t *end;

	if (!view_starts_nocase(v, "<http://") && !view_starts_nocase(v, "<https://") &&
	    !view_starts_nocase(v, "<mailto:") && !view_starts_nocase(v, "<ftp://") &&
	    !view_starts_nocase(v, "<www."))
		return 0;
	/* an address that goes on for longer than any browser takes is not one */
	end = memchr(v.p, '>', v.n < 8192 ? v.n : 8192);
	return end ? (size_t)(end - v.p) + 1 : 0;
}

static struct view collapse(struct reading *r, struct view v, bool drop_links)
{
	uint8_t *const out = arena_alloc(r->arena, v.n + 1);
	struct view ret = {(const uint8_t *)"", 0};
	size_t n = 0;

	if (!out) {
		r->failed = true;
		return ret;
	}
	for (size_t i = 0; i < v.n;) {
		if (drop_links && v.p[i] == '<') {
			const size_t link = link_length(view_slice(v, i, v.n));

			if (link) {
				i += link;
				continue;
			}
		}
		if (!is_blank(v.p[i]))
			out[n++] = v.p[i];
		else if (n && out[n - 1] != ' ')
			out[n++] = ' ';
		i++;
	}
	while (n && out[n - 1] == ' ')
		n--;
	out[n] = 0;
	ret.p = out;
	ret.n = n;
	return ret;
}

struct view reading_collapse(struct reading *r, struct view v)
{
	return collapse(r, v, false);
}

struct view reading_flatten(struct reading *r, struct view v)
{
	return collapse(r, v, true);
}
