/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The reference list: `[1] <https://...>`, `[2] words --- <https://...>`. Flattening takes the
 * addresses away; they are then NULL, never guessed.
 */
#include "advisory/reading.h"

/* `[12]` at `pos`, where a reference can begin; its length, or 0. */
static size_t number_length(struct view v, size_t pos, bool published, unsigned *ret_number)
{
	size_t n = pos + 1;
	unsigned number = 0;

	if (v.p[pos] != '[')
		return 0;
	/* Published: the first thing on its line. Flattened: any word. */
	for (size_t i = pos; i > 0; i--) {
		if (v.p[i - 1] == '\n' || (!published && is_blank(v.p[i - 1])))
			break;
		if (!is_blank(v.p[i - 1]))
			return 0;
	}
	while (n < v.n && n < pos + 6 && is_digit(v.p[n]))
		number = number * 10 + (v.p[n++] - '0');
	if (n == pos + 1 || n >= v.n || v.p[n] != ']')
		return 0;
	*ret_number = number;
	return n + 1 - pos;
}

/* The address in `v`: <...> or a bare one; *ret_from and *ret_to enclose what it takes up. */
static struct view address_of(struct view v, size_t *ret_from, size_t *ret_to)
{
	size_t from, to;
	struct view none = {NULL, 0};

	from = view_find(v, 0, "<");
	if (from != SIZE_MAX) {
		to = view_find(v, from, ">");
		if (to != SIZE_MAX &&
		    view_find(view_slice(v, from, to - from), 0, ":") != SIZE_MAX) {
			*ret_from = from;
			*ret_to = to + 1;
			return view_trim(view_slice(v, from + 1, to - from - 1));
		}
	}
	from = view_find_nocase(v, 0, "http");
	if (from == SIZE_MAX || view_find(view_slice(v, from, 9), 0, "://") == SIZE_MAX)
		return none;
	for (to = from; to < v.n && !is_blank(v.p[to]); to++)
		;
	*ret_from = from;
	*ret_to = to;
	while (to > from && strchr(".,;)>", v.p[to - 1]))
		to--;
	return view_slice(v, from, to - from);
}

/* Words beside the address, without the dashes between them. */
static struct view label_of(struct view v)
{
	v = view_trim(v);
	while (v.n && (v.p[v.n - 1] == '-' || v.p[v.n - 1] == ':' || is_blank(v.p[v.n - 1])))
		v.n--;
	while (v.n && (v.p[0] == '-' || v.p[0] == ':' || is_blank(v.p[0])))
		v = view_slice(v, 1, v.n);
	return v;
}

static void add(struct reading *r, struct list *out, unsigned number, struct view v)
{
	struct advisory_reference *ref;
	size_t from = 0, to = 0;
	const struct view address = address_of(v, &from, &to);
	struct view label = label_of(address.p ? view_slice(v, 0, from) : v);

	if (!number && !address.p)
		return;
	if (!label.n && address.p)
		label = label_of(view_slice(v, to, v.n));
	ref = list_add(r, out, sizeof(*ref));
	if (!ref)
		return;
	ref->number = number;
	ref->address = address.p ? reading_copy(r, address) : NULL;
	ref->label = label.n ? (const char *)reading_collapse(r, label).p : NULL;
}

void references_read(struct reading *r, struct view text, bool published, struct list *out)
{
	unsigned number = 0, next;
	size_t begin = 0;

	for (size_t i = 0; i < text.n; i++) {
		const size_t n = text.p[i] == '[' ? number_length(text, i, published, &next) : 0;

		if (!n)
			continue;
		add(r, out, number, view_slice(text, begin, i - begin));
		number = next;
		begin = i + n;
		i = begin - 1;
	}
	add(r, out, number, view_slice(text, begin, text.n));
}
