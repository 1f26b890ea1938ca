/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Front matter: `key: value` between two `---`. Values are bare or in quotes; no nesting, no lists.
 *
 *	published                        flattened
 *	---                              --- title: 'A title' version: '1.0' number: '2021-063' ---
 *	title: 'A title'
 *	version: '1.0'
 *	---
 *
 * In the flattened form only a quoted value says where it ends. A bare one goes on to the next key
 * that is known, because it may hold anything (`: `, commas, parentheses).
 */
#include "advisory/reading.h"

static const char *const known_keys[] = {
	"licence_title",  "licence_link", "licence_restrictions",
	"licence_author", "title",        "version",
	"number",         "date",         "original_date",
	"orignal_date", /* printed so once; read as original_date */
	"fontsize",
};

static bool is_known(struct view name)
{
	for (size_t i = 0; i < sizeof(known_keys) / sizeof(known_keys[0]); i++)
		if (view_equal(name, view_of(known_keys[i])))
			return true;
	return false;
}

/* Length of a `name:` that `v` starts with, without the colon; 0 when there is none. */
static size_t key_length(struct view v)
{
	size_t n = 0;

	while (n < v.n && n < 64 && (is_alpha(v.p[n]) || is_digit(v.p[n]) || v.p[n] == '_'))
		n++;
	if (!n || n >= v.n || v.p[n] != ':')
		return 0;
	return n + 1 == v.n || is_blank(v.p[n + 1]) ? n : 0;
}

/* Length of the quoted scalar that `v` starts with, quotes included; 0 when it does not end. */
static size_t quoted_length(struct view v)
{
	const uint8_t quote = v.p[0];
	/* unclosed quotes must not make every key search the whole document */
	const size_t n = v.n < 65536 ? v.n : 65536;

	for (size_t i = 1; i < n; i++) {
		if (quote == '"' && v.p[i] == '\\')
			i++;
		else if (v.p[i] == quote && quote == '\'' && i + 1 < n && v.p[i + 1] == quote)
			i++;
		else if (v.p[i] == quote)
			return i + 1;
	}
	return 0;
}

/* A scalar's text: quotes taken off, '' and \" \\ resolved. */
static const char *scalar_text(struct reading *r, struct view v)
{
	char *out;
	size_t n = 0;

	if (v.n < 2 || (v.p[0] != '\'' && v.p[0] != '"') || quoted_length(v) != v.n)
		return reading_copy(r, v);
	out = arena_alloc(r->arena, v.n);
	if (!out) {
		r->failed = true;
		return "";
	}
	for (size_t i = 1; i + 1 < v.n; i++) {
		if ((v.p[0] == '\'' && v.p[i] == '\'') || (v.p[0] == '"' && v.p[i] == '\\'))
			i++;
		out[n++] = (char)v.p[i];
	}
	out[n] = 0;
	return out;
}

static void add_key(struct reading *r, struct list *keys, struct view name, struct view value)
{
	struct advisory_key *const key = list_add(r, keys, sizeof(*key));

	if (!key)
		return;
	key->name = reading_copy(r, name);
	key->value = scalar_text(r, view_trim(value));
	key->known = is_known(name);
}

static struct view next_line(struct view text, size_t *pos)
{
	const size_t begin = *pos;
	const uint8_t *const end = memchr(text.p + begin, '\n', text.n - begin);

	*pos = end ? (size_t)(end - text.p) + 1 : text.n;
	return view_slice(text, begin, *pos - begin);
}

/* `pos` is behind the opening line. */
static enum tocsin_status read_lines(struct reading *r, struct view text, size_t pos,
				     struct list *keys, size_t *ret_end, struct tocsin_error *error)
{
	while (pos < text.n) {
		const size_t begin = pos;
		const struct view line = view_trim(next_line(text, &pos));
		const size_t key = key_length(line);

		if (!line.n)
			continue;
		if (view_equal(line, view_of("---"))) {
			*ret_end = pos;
			return TOCSIN_OK;
		}
		if (!key)
			return error_setf(error, TOCSIN_SYNTAX, begin,
					  "front matter line is not `key: value`", "%.*s",
					  (int)(line.n < 60 ? line.n : 60), (const char *)line.p);
		add_key(r, keys, view_slice(line, 0, key), view_slice(line, key + 1, line.n));
	}
	return error_set(error, TOCSIN_TRUNCATED, text.n,
			 "the document ends inside its front matter (no closing ---)");
}

/* Where a bare value ends: in front of a known key or the closing dashes; SIZE_MAX if nowhere. */
static size_t bare_end(struct view text, size_t pos)
{
	for (size_t i = pos; i < text.n; i++) {
		struct view rest;
		size_t key;

		if (i > pos && !is_blank(text.p[i - 1]))
			continue;
		rest = view_slice(text, i, text.n);
		if (view_starts(rest, "---") && (rest.n == 3 || is_blank(rest.p[3])))
			return i;
		key = key_length(rest);
		if (key && is_known(view_slice(rest, 0, key)))
			return i;
	}
	return SIZE_MAX;
}

static size_t skip_blanks(struct view text, size_t pos)
{
	while (pos < text.n && is_blank(text.p[pos]))
		pos++;
	return pos;
}

static enum tocsin_status read_line(struct reading *r, struct view text, size_t pos,
				    struct list *keys, size_t *ret_end, struct tocsin_error *error)
{
	for (pos = skip_blanks(text, pos); pos < text.n; pos = skip_blanks(text, pos)) {
		const struct view rest = view_slice(text, pos, text.n);
		const size_t key = key_length(rest);
		size_t value, end;

		if (view_starts(rest, "---") && (rest.n == 3 || is_blank(rest.p[3]))) {
			*ret_end = pos + 3;
			return TOCSIN_OK;
		}
		if (!key)
			return error_setf(error, TOCSIN_SYNTAX, pos,
					  "front matter has no `key: value` here", "%.*s",
					  (int)(rest.n < 60 ? rest.n : 60), (const char *)rest.p);
		value = skip_blanks(text, pos + key + 1);
		end = SIZE_MAX;
		if (value < text.n && (text.p[value] == '\'' || text.p[value] == '"')) {
			const size_t n = quoted_length(view_slice(text, value, text.n));

			if (n && (value + n == text.n || is_blank(text.p[value + n])))
				end = value + n;
		}
		if (end == SIZE_MAX)
			end = bare_end(text, value);
		if (end == SIZE_MAX)
			break;
		add_key(r, keys, view_slice(text, pos, key), view_slice(text, value, end - value));
		pos = end;
	}
	return error_set(error, TOCSIN_TRUNCATED, text.n,
			 "the document ends inside its front matter (no closing ---)");
}

enum tocsin_status front_matter_parse(struct reading *r, struct view text, struct advisory *a,
				      size_t *ret_end, struct tocsin_error *error)
{
	struct list keys = {0};
	size_t pos = skip_blanks(text, 0);

	ENSURE(view_starts(view_slice(text, pos, text.n), "---"), error, TOCSIN_SYNTAX, pos,
	       "not a CERT-EU advisory: it does not begin with front matter (---)");
	pos += 3;
	/* What comes behind the dashes on their line tells the forms apart. */
	while (pos < text.n && (text.p[pos] == ' ' || text.p[pos] == '\t' || text.p[pos] == '\r'))
		pos++;
	a->form = pos < text.n && text.p[pos] == '\n' ? ADVISORY_PUBLISHED : ADVISORY_FLATTENED;
	if (a->form == ADVISORY_PUBLISHED)
		TRY(read_lines(r, text, pos + 1, &keys, ret_end, error));
	else
		TRY(read_line(r, text, pos, &keys, ret_end, error));
	a->keys = keys.items;
	a->key_count = keys.count;
	return TOCSIN_OK;
}
