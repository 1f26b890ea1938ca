/* SPDX-License-Identifier: Apache-2.0 */
#include "lang/powershell/ps_source.h"

#include "base/utf.h"

struct writer {
	char *p;
	uint32_t *origin;
	size_t n;
};

static bool start(struct writer *w, struct arena *a, size_t most)
{
	/* No repair makes text longer; 4 bytes a step is the longest character. */
	w->p = arena_alloc(a, most + 8);
	w->origin = arena_array(a, most + 8, sizeof(*w->origin));
	w->n = 0;
	return w->p && w->origin;
}

static void put(struct writer *w, char c, uint32_t origin)
{
	w->p[w->n] = c;
	w->origin[w->n++] = origin;
}

static void finish(struct writer *w, uint32_t end, struct ps_source *ret)
{
	w->p[w->n] = 0;
	w->origin[w->n] = end;
	ret->p = w->p;
	ret->n = w->n;
	ret->origin = w->origin;
	ret->joined = false;
}

static const struct {
	const char *name;
	uint32_t cp;
} entities[] = {
	{"quot", '"'},     {"apos", '\''},    {"lt", '<'},       {"gt", '>'},
	{"amp", '&'},      {"nbsp", 0xa0},    {"ndash", 0x2013}, {"mdash", 0x2014},
	{"lsquo", 0x2018}, {"rsquo", 0x2019}, {"ldquo", 0x201c}, {"rdquo", 0x201d},
	{"num", '#'},      {"ast", '*'},      {"lbrace", '{'},   {"rbrace", '}'},
	{"lcub", '{'},     {"rcub", '}'},     {"dollar", '$'},   {"lowbar", '_'},
	{"vert", '|'},     {"verbar", '|'},   {"lpar", '('},     {"rpar", ')'},
};

/* A character reference at `at` (which holds `&`): its length, 0 when it is none. */
static size_t entity(struct view text, size_t at, uint32_t *ret)
{
	const char *const p = (const char *)text.p + at + 1;
	const size_t left = text.n - at - 1;
	size_t n = 0;
	uint32_t cp = 0;

	while (n < left && n < 10 && p[n] != ';')
		n++;
	if (n == left || n == 10 || n < 2)
		return 0;
	for (size_t i = 0; i < sizeof(entities) / sizeof(entities[0]); i++)
		if (strlen(entities[i].name) == n && !memcmp(entities[i].name, p, n)) {
			*ret = entities[i].cp;
			return n + 2;
		}
	if (p[0] != '#')
		return 0;
	if ((p[1] | 32) == 'x') {
		for (size_t i = 2; i < n; i++) {
			const char c = p[i], l = (char)(c | 32);

			if (c >= '0' && c <= '9')
				cp = cp << 4 | (uint32_t)(c - '0');
			else if (l >= 'a' && l <= 'f')
				cp = cp << 4 | (uint32_t)(l - 'a' + 10);
			else
				return 0;
		}
	} else {
		for (size_t i = 1; i < n; i++) {
			if (p[i] < '0' || p[i] > '9')
				return 0;
			cp = cp * 10 + (uint32_t)(p[i] - '0');
		}
	}
	if (cp < 9 || cp > 0x10ffff || (cp >= 0xd800 && cp < 0xe000))
		return 0;
	*ret = cp;
	return n + 2;
}

/* Length of a prompt at the start of a line, 0 without one. */
static size_t prompt(const char *p, size_t n)
{
	size_t i = 0, start_of_path;

	while (i < n && (p[i] == ' ' || p[i] == '\t'))
		i++;
	if (n - i >= 2 && p[i] == '>' && p[i + 1] == '>')
		return i + 2;
	if (n - i >= 4 && !memcmp(p + i, "[PS]", 4))
		i += 4;
	else if (n - i >= 2 && !memcmp(p + i, "PS", 2))
		i += 2;
	while (i < n && p[i] == ' ')
		i++;
	start_of_path = i;
	if (n - i >= 3 && ((p[i] | 32) >= 'a' && (p[i] | 32) <= 'z') && p[i + 1] == ':' &&
	    p[i + 2] == '\\') {
		/* A path in a prompt has no quote, pipe or wildcard. */
		while (i < n && p[i] != '>' && p[i] != '\n' && !strchr("\"'|*?<", p[i]))
			i++;
	}
	if (i < n && p[i] == '>' && (i > start_of_path || start_of_path >= 2))
		return i + 1;
	return 0;
}

/* One byte as it stands. A byte order mark and the CR of CRLF say nothing; a lone CR ends a line.
 */
static void put_plain(struct writer *w, struct view text, size_t *i)
{
	const uint32_t origin = (uint32_t)*i;
	const uint8_t c = text.p[*i];

	if (*i == 0 && text.n >= 3 && !memcmp(text.p, "\xef\xbb\xbf", 3)) {
		*i += 3;
		return;
	}
	(*i)++;
	if (c != '\r')
		put(w, (char)c, origin);
	else if (*i >= text.n || text.p[*i] != '\n')
		put(w, '\n', origin);
}

bool ps_source_clean(struct arena *a, struct view text, struct ps_source *ret)
{
	struct writer decoded, w;
	bool line_start = true;

	if (!start(&decoded, a, text.n) || !start(&w, a, text.n))
		return false;
	for (size_t i = 0; i < text.n;) {
		const uint32_t origin = (uint32_t)i;
		uint32_t cp = 0;
		const size_t n = text.p[i] == '&' ? entity(text, i, &cp) : 0;
		char utf8[4];

		if (n) {
			const size_t bytes = utf8_put(utf8, cp);

			for (size_t k = 0; k < bytes; k++)
				put(&decoded, utf8[k], origin);
			i += n;
		} else {
			put_plain(&decoded, text, &i);
		}
	}
	for (size_t i = 0; i < decoded.n;) {
		if (line_start)
			i += prompt(decoded.p + i, decoded.n - i);
		if (i >= decoded.n)
			break;
		line_start = decoded.p[i] == '\n';
		put(&w, decoded.p[i], decoded.origin[i]);
		i++;
	}
	finish(&w, (uint32_t)text.n, ret);
	return true;
}

bool ps_source_join(struct arena *a, const struct ps_source *s, struct ps_source *ret)
{
	struct writer w;

	if (!start(&w, a, s->n))
		return false;
	for (size_t i = 0; i < s->n; i++) {
		if (s->p[i] != '\n') {
			put(&w, s->p[i], s->origin[i]);
			continue;
		}
		while (w.n && (w.p[w.n - 1] == ' ' || w.p[w.n - 1] == '\t' || w.p[w.n - 1] == '`'))
			w.n--;
		while (i + 1 < s->n &&
		       (s->p[i + 1] == ' ' || s->p[i + 1] == '\t' || s->p[i + 1] == '\n'))
			i++;
		put(&w, PS_JOINT, s->origin[i]);
	}
	finish(&w, s->origin[s->n], ret);
	ret->joined = true;
	return true;
}

bool ps_source_unescape(struct arena *a, const struct ps_source *s, struct ps_source *ret)
{
	struct writer w;
	size_t first = 0, end = s->n;

	if (!start(&w, a, s->n))
		return false;
	while (first < end && (s->p[first] == '`' || s->p[first] == ' ' || s->p[first] == '\n'))
		first++;
	while (end > first &&
	       (s->p[end - 1] == '`' || s->p[end - 1] == ' ' || s->p[end - 1] == '\n'))
		end--;
	for (size_t i = first; i < end; i++) {
		if (s->p[i] == '\\' && i + 1 < end && s->p[i + 1] &&
		    strchr("\\`*_{}[]()#+-.!|\"'<>$~&=", s->p[i + 1]))
			i++;
		put(&w, s->p[i], s->origin[i]);
	}
	finish(&w, s->origin[s->n], ret);
	return true;
}
