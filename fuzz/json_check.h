/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Whether bytes are one JSON value as RFC 8259 has it, strictly: well-formed UTF-8, no control
 * characters in strings, no key twice in an object. An oracle, with nothing of the writer in it.
 */
#ifndef TOCSIN_FUZZ_JSON_CHECK_H
#define TOCSIN_FUZZ_JSON_CHECK_H

#include <stdlib.h>

#include "base/utf.h"
#include "base/view.h"

/* Deeper than any record may be. */
#define JSON_CHECK_DEPTH 1024

struct json_check {
	const uint8_t *p, *end;
	unsigned depth;
};

static bool json_is(struct json_check *j, uint8_t c)
{
	if (j->p == j->end || *j->p != c)
		return false;
	j->p++;
	return true;
}

/* The four digits behind \u. */
static bool json_hex(struct json_check *j)
{
	for (unsigned i = 0; i < 4; i++, j->p++)
		if (j->p == j->end || !strchr("0123456789abcdefABCDEF", *j->p) || !*j->p)
			return false;
	return true;
}

/* *ret: what stands between the quotes. */
static bool json_string(struct json_check *j, struct view *ret)
{
	const uint8_t *const start = j->p + 1;

	if (!json_is(j, '"'))
		return false;
	while (j->p < j->end && *j->p != '"') {
		struct view rest = {j->p, (size_t)(j->end - j->p)};
		const uint8_t c = *j->p;
		const uint32_t cp = utf8_next(&rest);

		if (c < 0x20 || (cp == 0xfffd && c != 0xef))
			return false;
		j->p = rest.p;
		if (c != '\\')
			continue;
		if (j->p == j->end || !*j->p || !strchr("\"\\/bfnrtu", *j->p))
			return false;
		if (*j->p++ == 'u' && !json_hex(j))
			return false;
	}
	*ret = (struct view){start, (size_t)(j->p - start)};
	return json_is(j, '"');
}

static bool json_digits(struct json_check *j)
{
	const uint8_t *const start = j->p;

	while (j->p < j->end && *j->p >= '0' && *j->p <= '9')
		j->p++;
	return j->p > start;
}

static bool json_number(struct json_check *j)
{
	json_is(j, '-');
	if (!json_is(j, '0') && !json_digits(j))
		return false;
	if (json_is(j, '.') && !json_digits(j))
		return false;
	if (!json_is(j, 'e') && !json_is(j, 'E'))
		return true;
	if (!json_is(j, '+'))
		json_is(j, '-');
	return json_digits(j);
}

static bool json_word(struct json_check *j, const char *word)
{
	const size_t n = strlen(word);

	if ((size_t)(j->end - j->p) < n || memcmp(j->p, word, n) != 0)
		return false;
	j->p += n;
	return true;
}

static int json_by_text(const void *a, const void *b)
{
	const struct view *const x = a, *const y = b;
	const int d = memcmp(x->p, y->p, x->n < y->n ? x->n : y->n);

	return d ? d : x->n < y->n ? -1 : x->n > y->n;
}

static bool json_unique(struct view *keys, size_t count)
{
	if (count)
		qsort(keys, count, sizeof(*keys), json_by_text);
	for (size_t i = 1; i < count; i++)
		if (view_equal(keys[i - 1], keys[i]))
			return false;
	return true;
}

static bool json_value(struct json_check *j);

static bool json_object(struct json_check *j)
{
	struct view *keys = NULL, *grown;
	size_t count = 0, room = 0;
	bool good = true;

	j->p++;
	if (json_is(j, '}'))
		return true;
	do {
		if (count == room) {
			room = room ? 2 * room : 16;
			grown = realloc(keys, room * sizeof(*keys));
			if (!grown)
				abort();
			keys = grown;
		}
		good = json_string(j, &keys[count++]) && json_is(j, ':') && json_value(j);
	} while (good && json_is(j, ','));
	good = good && json_is(j, '}') && json_unique(keys, count);
	free(keys);
	return good;
}

static bool json_array(struct json_check *j)
{
	j->p++;
	if (json_is(j, ']'))
		return true;
	do {
		if (!json_value(j))
			return false;
	} while (json_is(j, ','));
	return json_is(j, ']');
}

static bool json_value(struct json_check *j)
{
	struct view text;
	bool good;

	if (j->p == j->end || j->depth == JSON_CHECK_DEPTH)
		return false;
	j->depth++;
	switch (*j->p) {
	case '{':
		good = json_object(j);
		break;
	case '[':
		good = json_array(j);
		break;
	case '"':
		good = json_string(j, &text);
		break;
	default:
		good = json_word(j, "true") || json_word(j, "false") || json_word(j, "null") ||
		       json_number(j);
		break;
	}
	j->depth--;
	return good;
}

static bool json_check(struct view text)
{
	struct json_check j = {text.p, text.p + text.n, 0};

	return json_value(&j) && j.p == j.end;
}

#endif
