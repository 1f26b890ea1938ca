/* SPDX-License-Identifier: Apache-2.0 */
/*
 * CVSS scores as printed. Hundreds of wordings exist, nearly all of one shape: the word CVSS,
 * perhaps a version, and within 60 characters a number from 0.0 to 10.0 that is no citation and no
 * "out of 10". Traps: "CVSS3.1 score of 8.8 out of 10 [2]" (3.1 is the version, 10 the scale, 2 a
 * citation), "CVSS 3.0 score 9.8", "7.8 out of 10.0 on the CVSS scale" (the number comes first).
 *
 * Of which CVE it is said: the nearest before it in its sentence, else the nearest behind it there,
 * else the nearest in the sentence before. Where that one stands in a list of several, the text
 * leaves it open, and so do we.
 */
#include "advisory/reading.h"

/* How far a number may stand from its word. */
#define REACH 60
/* How far back a sentence is looked for; longer ones are cut, which only loses a connection. */
#define SENTENCE 600

struct span {
	size_t begin, end;
};

struct cvss_match {
	struct span all, score, version, severity, vector; /* end 0: not there */
};

static struct view at(struct view v, size_t pos)
{
	return view_slice(v, pos, v.n);
}

/* Whether something ends here that a score does not reach over: a bullet, a heading, a sentence. */
static bool is_border(struct view v, size_t pos)
{
	const struct view rest = at(v, pos);
	size_t i = 2;

	if (view_starts(rest, " * ") || view_starts(rest, " # ") || view_starts(rest, " ## ") ||
	    view_starts(rest, "```"))
		return true;
	if (!view_starts(rest, ". "))
		return false;
	while (i < rest.n && i < 6 &&
	       (rest.p[i] == '*' || rest.p[i] == '`' || rest.p[i] == '_' || rest.p[i] == '['))
		i++;
	return i < rest.n && is_upper(rest.p[i]);
}

/* The word CVSS, no part of a longer one. */
static bool is_word(struct view v, size_t pos)
{
	const uint8_t next = pos + 4 < v.n ? v.p[pos + 4] : ' ';

	if (!view_starts_nocase(at(v, pos), "cvss") ||
	    (pos && (is_alpha(v.p[pos - 1]) || is_digit(v.p[pos - 1]))))
		return false;
	return !is_alpha(next) || next == 'v' || next == 'V';
}

/* Length of `3`, `3.1` at `pos`, or 0. */
static size_t version_length(struct view v, size_t pos)
{
	const struct view rest = at(v, pos);

	if (!rest.n || rest.p[0] < '1' || rest.p[0] > '4' || (rest.n > 1 && is_digit(rest.p[1])))
		return 0;
	if (rest.n > 2 && rest.p[1] == '.' && is_digit(rest.p[2]))
		return rest.n > 3 && is_digit(rest.p[3]) ? 0 : 3;
	return 1;
}

/*
 * A version at `pos`, behind the word CVSS. After a blank and without a `v` it is only *maybe* one:
 * "CVSS 3.0 score 9.8" or "CVSS 3.0"; a number behind it decides.
 */
static size_t read_version(struct view v, size_t pos, struct span *ret, bool *ret_maybe)
{
	size_t i = pos, n;
	bool marked = false;

	*ret_maybe = false;
	if (i < v.n && (v.p[i] == ' ' || v.p[i] == '-' || v.p[i] == ':'))
		i++;
	if (view_starts_nocase(at(v, i), "version ")) {
		marked = true;
		i += 8;
	} else if (i < v.n && (v.p[i] == 'v' || v.p[i] == 'V')) {
		marked = true;
		i++;
		if (i < v.n && v.p[i] == '.')
			i++;
	}
	n = version_length(v, i);
	if (!n)
		return pos;
	if (!marked && i > pos && v.p[pos] != ':') {
		/* only the versions that exist, written in full */
		if (n != 3)
			return pos;
		*ret_maybe = true;
	}
	*ret = (struct span){i, i + n};
	return i + n;
}

/* A number at `pos` that can be a score: its length, or 0. */
static size_t number_length(struct view v, size_t pos)
{
	const struct view rest = at(v, pos);
	size_t n = 0, whole;
	unsigned value = 0;

	if (!rest.n || !is_digit(rest.p[0]) || (pos && !strchr(" *`(=:~,\"'", v.p[pos - 1])))
		return 0;
	while (n < rest.n && n < 3 && is_digit(rest.p[n]))
		value = value * 10 + (rest.p[n++] - '0');
	whole = n;
	if (n + 1 < rest.n && rest.p[n] == '.' && is_digit(rest.p[n + 1]))
		n += 2;
	if (n > whole + 1 && n < rest.n && is_digit(rest.p[n]))
		n++;
	if (value > 10 || (value == 10 && n > whole && (rest.p[whole + 1] != '0')))
		return 0;
	if (n < rest.n && (is_alpha(rest.p[n]) || is_digit(rest.p[n]) || strchr("]%-_", rest.p[n])))
		return 0;
	/* 9.8.1 is no score */
	if (n + 1 < rest.n && rest.p[n] == '.' && is_digit(rest.p[n + 1]))
		return 0;
	return n;
}

static bool follows(struct view v, size_t pos, const char *word)
{
	const size_t n = strlen(word);

	return pos >= n && view_starts_nocase(at(v, pos - n), word);
}

/* The score behind `pos`; a whole number counts only close by or after the word "score". */
static bool find_score(struct view v, size_t pos, struct span *ret)
{
	const size_t limit = pos + REACH < v.n ? pos + REACH : v.n;

	for (size_t i = pos; i < limit; i++) {
		const size_t n = number_length(v, i);
		const struct view between = view_slice(v, pos, i - pos);

		if (is_border(v, i) || (i > pos && is_word(v, i)))
			return false;
		if (!n)
			continue;
		if (follows(v, i, "out of ") || follows(v, i, "out of *"))
			continue;
		if (n < 3 && i - pos > 4 && view_find_nocase(between, 0, "scor") == SIZE_MAX) {
			i += n;
			continue;
		}
		*ret = (struct span){i, i + n};
		return true;
	}
	return false;
}

/* "7.8 out of 10.0 on the CVSS", "9.8 CVSS": a score in front of the word at `pos`. */
static bool find_score_before(struct view v, size_t pos, struct span *ret)
{
	static const char *const between[] = {" out of 10.0 on the ",
					      " out of 10 on the ",
					      " out of 10.0 in ",
					      " out of 10 in ",
					      "/10 ",
					      "/10.0 ",
					      " on the ",
					      " in ",
					      " "};

	for (size_t i = 0; i < sizeof(between) / sizeof(between[0]); i++) {
		const size_t gap = strlen(between[i]);

		if (!follows(v, pos, between[i]))
			continue;
		for (size_t n = 4; n > 0; n--) {
			const size_t from = pos - gap - n;

			/* a whole number in front of CVSS may be anything */
			if (pos < gap + n || (n < 3 && i > 3))
				continue;
			if (number_length(v, from) == n ||
			    (v.p[pos - gap] == '/' &&
			     number_length(view_slice(v, 0, pos - gap), from) == n)) {
				*ret = (struct span){from, from + n};
				return true;
			}
		}
	}
	return false;
}

/* A severity word between `from` and `to`, or right behind the score with marks between. */
static bool find_severity(struct view v, size_t from, size_t to, struct span *ret)
{
	static const char *const words[] = {"critical", "important", "high", "medium",
					    "moderate", "low",       "none"};

	for (size_t i = from; i < to; i++) {
		if (i && is_alpha(v.p[i - 1]))
			continue;
		for (size_t w = 0; w < sizeof(words) / sizeof(words[0]); w++) {
			const size_t n = strlen(words[w]);

			if (view_starts_nocase(at(v, i), words[w]) &&
			    (i + n >= v.n || !is_alpha(v.p[i + n]))) {
				*ret = (struct span){i, i + n};
				return true;
			}
		}
	}
	return false;
}

/* Behind the score: " out of 10" and "/10" belong to the wording, then marks, then a severity. */
static void read_behind(struct view v, struct cvss_match *m)
{
	static const char *const scales[] = {" out of 10.0", " out of 10", "/10.0", "/10"};
	size_t i = m->all.end;

	if (i < v.n && (v.p[i] == '*' || v.p[i] == '`'))
		while (i < v.n && v.p[i] == '*')
			i++;
	for (size_t s = 0; s < sizeof(scales) / sizeof(scales[0]); s++) {
		if (view_starts_nocase(at(v, i), scales[s])) {
			i += strlen(scales[s]);
			m->all.end = i;
			break;
		}
	}
	while (i < v.n && i < m->all.end + 6 && strchr(" (*-,:`/", v.p[i]))
		i++;
	if (!m->severity.end && find_severity(v, i, i + 1 < v.n ? i + 1 : v.n, &m->severity)) {
		m->all.end = m->severity.end;
		if (v.p[i - 1] == '(' && m->all.end < v.n && v.p[m->all.end] == ')')
			m->all.end++;
	}
}

static bool is_vector_char(uint8_t c)
{
	return is_alpha(c) || is_digit(c) || c == ':' || c == '/' || c == '.';
}

/* `AV:N/AC:L/…`, with or without `CVSS:3.1/`, from `pos` on. */
static bool find_vector(struct view v, size_t pos, struct span *ret)
{
	const size_t limit = pos + 2u * REACH < v.n ? pos + 2u * REACH : v.n;

	for (size_t i = pos; i + 5 < limit; i++) {
		size_t end = i;

		if (is_border(v, i) || (i > pos + 4 && is_word(v, i)))
			return false;
		if (!view_starts(at(v, i), "AV:") || (i && is_alpha(v.p[i - 1])))
			continue;
		while (end < v.n && end < i + 200 && is_vector_char(v.p[end]))
			end++;
		while (end > i && (v.p[end - 1] == '.' || v.p[end - 1] == '/'))
			end--;
		while (i > pos && is_vector_char(v.p[i - 1]))
			i--;
		if (i < end && v.p[i] == '/')
			i++;
		*ret = (struct span){i, end};
		return end - i > 8;
	}
	return false;
}

/* Reads what the word CVSS at `pos` says; false when it gives neither score nor vector. */
static bool read_match(struct view v, size_t pos, struct cvss_match *ret)
{
	struct cvss_match m = {0};
	bool maybe;
	size_t i = read_version(v, pos + 4, &m.version, &maybe);

	m.all = (struct span){pos, i};
	if (find_vector(v, pos, &m.vector)) {
		/* CVSS:3.1/AV:… is a vector from its first letter on */
		if (m.vector.begin > pos && m.version.end && v.p[m.version.end] == '/')
			m.vector.begin = pos;
	}
	if (!find_score(v, i, &m.score) && maybe) {
		/* no number behind it: what looked like a version is the score */
		m.score = m.version;
		m.version = (struct span){0, 0};
	} else if (!m.score.end && find_score_before(v, pos, &m.score)) {
		m.all.begin = m.score.begin;
	}
	if (m.vector.end && m.score.begin >= m.vector.end)
		m.score = (struct span){0, 0};
	if (!m.score.end && !m.vector.end)
		return false;
	if (m.score.end > pos) {
		m.all.end = m.score.end;
		find_severity(v, i, m.score.begin, &m.severity);
		read_behind(v, &m);
	} else {
		m.all.end = pos + 4 > m.all.end ? pos + 4 : m.all.end;
	}
	if (m.vector.end > m.all.end)
		m.all.end = m.vector.end;
	*ret = m;
	return true;
}

/* All borders of the text in order, found once: a document may name CVSS in every word. */
static void find_borders(struct reading *r, struct view v, struct list *borders)
{
	for (size_t i = 0; i < v.n && !r->failed; i++) {
		size_t *border;

		if ((v.p[i] != ' ' && v.p[i] != '.' && v.p[i] != '`') || !is_border(v, i))
			continue;
		border = list_add(r, borders, sizeof(*border));
		if (border)
			*border = i;
	}
}

/* Index of the first border at or behind `pos`. */
static size_t border_at(const struct list *borders, size_t pos)
{
	const size_t *const b = borders->items;
	size_t low = 0, high = borders->count;

	while (low < high) {
		const size_t middle = low + (high - low) / 2;

		if (b[middle] < pos)
			low = middle + 1;
		else
			high = middle;
	}
	return low;
}

/* Where the sentence that holds `pos` begins. */
static size_t sentence_begin(const struct list *borders, size_t pos)
{
	const size_t limit = pos > SENTENCE ? pos - SENTENCE : 0;
	const size_t next = border_at(borders, pos);
	const size_t begin = next ? ((const size_t *)borders->items)[next - 1] + 1 : 0;

	return begin > limit ? begin : limit;
}

/* Where it ends: its full stop, or the next word CVSS. */
static size_t sentence_end(struct view v, const struct list *borders, size_t pos)
{
	const size_t next = border_at(borders, pos);
	size_t limit = pos + SENTENCE < v.n ? pos + SENTENCE : v.n;

	if (next < borders->count && ((const size_t *)borders->items)[next] < limit)
		limit = ((const size_t *)borders->items)[next];
	for (size_t i = pos; i < limit; i++)
		if (to_lower(v.p[i]) == 'c' && is_word(v, i))
			return i;
	return limit;
}

/* Whether only "and", commas and marks stand between two mentions: they are one list. */
static bool is_joined(struct view v, const struct mention *a, const struct mention *b)
{
	size_t i = a->end;

	if (b->begin < a->end || b->begin - a->end > 16)
		return false;
	while (i < b->begin) {
		if (view_starts(at(v, i), "and") || view_starts(at(v, i), "or "))
			i += 2;
		else if (!strchr(" ,*`_&/;d()", v.p[i]))
			return false;
		i++;
	}
	return a->cve != b->cve;
}

/* Index of the first mention at or behind `pos`. */
static size_t mention_at(const struct list *mentions, size_t pos)
{
	const struct mention *const m = mentions->items;
	size_t low = 0, high = mentions->count;

	while (low < high) {
		const size_t middle = low + (high - low) / 2;

		if (m[middle].begin < pos)
			low = middle + 1;
		else
			high = middle;
	}
	return low;
}

static const char *attach(struct view v, const struct list *borders, const struct list *mentions,
			  const struct cvss_match *c, const struct advisory *a)
{
	const struct mention *const m = mentions->items;
	const size_t next = mention_at(mentions, c->all.begin);
	const size_t begin = sentence_begin(borders, c->all.begin);
	size_t pick;

	if (next > 0 && m[next - 1].begin >= begin)
		pick = next - 1;
	else if (next < mentions->count && m[next].begin < sentence_end(v, borders, c->all.end))
		pick = next;
	else if (next > 0 && begin > 1 && m[next - 1].begin >= sentence_begin(borders, begin - 1))
		pick = next - 1;
	else
		return NULL;
	if ((pick > 0 && is_joined(v, &m[pick - 1], &m[pick])) ||
	    (pick + 1 < mentions->count && is_joined(v, &m[pick], &m[pick + 1])))
		return NULL;
	return a->cves[m[pick].cve];
}

static const char *text_of(struct reading *r, struct view v, struct span s)
{
	return s.end ? reading_copy(r, view_slice(v, s.begin, s.end - s.begin)) : NULL;
}

void cvss_read(struct reading *r, struct view flat, const struct list *mentions, struct advisory *a)
{
	struct list out = {0}, borders = {0};

	find_borders(r, flat, &borders);
	for (size_t i = view_find_nocase(flat, 0, "cvss"); i != SIZE_MAX && !r->failed;
	     i = view_find_nocase(flat, i, "cvss")) {
		struct cvss_match m;
		struct advisory_cvss *c;

		if (!is_word(flat, i) || !read_match(flat, i, &m)) {
			i += 4;
			continue;
		}
		c = list_add(r, &out, sizeof(*c));
		if (!c)
			break;
		c->score = text_of(r, flat, m.score);
		c->version = text_of(r, flat, m.version);
		c->severity = text_of(r, flat, m.severity);
		c->vector = text_of(r, flat, m.vector);
		c->wording = text_of(r, flat, m.all);
		c->cve = attach(flat, &borders, mentions, &m, a);
		i = m.all.end > i + 4 ? m.all.end : i + 4;
	}
	a->cvss = out.items;
	a->cvss_count = out.count;
}
