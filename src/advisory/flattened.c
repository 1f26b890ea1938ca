/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Blocks of a flattened body: one line of words in which marks stand between blanks.
 *
 *	# Affected Products * Exchange 2019 * Exchange 2016 To be exploitable ... ``` Get-EventLog
 *... ```
 *
 * Line ends are gone, so what ended with one is found again by words: a heading ends where the
 *known headings do; `*` between blanks is always an item, `-` only where a list was begun; an item
 *ends where a sentence begins without one having ended. What that can't tell stays text.
 */
#include "advisory/reading.h"

/* A list may begin behind a heading of free words, which is at most this long. */
#define FREE_HEADING 80

struct flat {
	struct reading *r;
	struct view v;
	struct list *blocks;
	size_t begin; /* of the block that is open */
	enum block_kind kind;
	bool dashes;     /* a list with `-` is open */
	unsigned number; /* last number of an ordered list that is open, or 0 */
	bool no_fence;   /* no further ``` exists */
	size_t free;     /* behind the marks of a heading of free words, or 0 */
};

static void add(struct flat *s, enum block_kind kind, size_t begin, size_t end)
{
	const struct view text = view_trim(view_slice(s->v, begin, end - begin));
	struct block *b;

	if (!text.n)
		return;
	b = list_add(s->r, s->blocks, sizeof(*b));
	if (!b)
		return;
	b->kind = kind;
	b->text = reading_copy(s->r, text);
	b->begin = begin;
	b->end = end;
}

/* Words that begin a sentence about a list and hardly ever stand inside an item's name. */
static const char *const sentence_starts[] = {
	"A",        "Additionally", "After",       "All",     "Also",    "Although", "An",
	"Another",  "As",           "Aside",       "At",      "Because", "Before",   "Besides",
	"CERT-EU",  "Customers",    "Due",         "During",  "Each",    "Finally",  "Following",
	"For",      "From",         "Furthermore", "However", "If",      "In",       "It",
	"Moreover", "More",         "Most",        "No",      "Note",    "On",       "Once",
	"One",      "Only",         "Other",       "Please",  "Since",   "Some",     "Successful",
	"That",     "The",          "There",       "These",   "They",    "This",     "Those",
	"To",       "Unlike",       "Users",       "We",      "When",    "While",    "With",
	"_Note:_",  "**Note:**",
};

/* Whether a sentence begins at `pos`, a word that follows no end of one. */
static bool sentence_begins(struct view v, size_t pos)
{
	const uint8_t before = pos >= 2 ? v.p[pos - 2] : '.';
	const struct view rest = view_slice(v, pos, v.n);
	size_t n = 0;

	if (!is_alpha(before) && !is_digit(before) && before != ')' && before != ']' &&
	    before != '`' && before != '*' && before != '_')
		return false;
	while (n < rest.n && rest.p[n] != ' ')
		n++;
	/* "To be", "In addition": a small word follows; in a title it would be a large one */
	if (n + 1 >= rest.n || rest.p[n + 1] < 'a' || rest.p[n + 1] > 'z')
		return false;
	for (size_t i = 0; i < sizeof(sentence_starts) / sizeof(sentence_starts[0]); i++)
		if (view_equal(view_slice(rest, 0, n), view_of(sentence_starts[i])))
			return true;
	return false;
}

/* Ends the open block in front of `end`; an item that a paragraph followed is cut in two. */
static void flush(struct flat *s, size_t end)
{
	if (s->kind == BLOCK_ITEM) {
		for (size_t i = s->begin + 1; i < end; i++) {
			if (s->v.p[i - 1] != ' ' || i == s->begin + 1 || !sentence_begins(s->v, i))
				continue;
			add(s, BLOCK_ITEM, s->begin, i);
			add(s, BLOCK_TEXT, i, end);
			s->begin = end;
			s->kind = BLOCK_TEXT;
			return;
		}
	}
	add(s, s->kind, s->begin, end);
	s->begin = end;
	s->kind = BLOCK_TEXT;
}

/* Whether what stands in front of `pos` can end the line before a list. */
static bool may_begin_list(struct view v, size_t pos)
{
	uint8_t before;

	/* at most "**" and a blank */
	for (unsigned i = 0; i < 4 && pos && strchr(" *_", v.p[pos - 1]); i++)
		pos--;
	/* a no-break space, U+00A0 or U+202F, is as good as none */
	if (pos > 1 && v.p[pos - 1] == 0xa0 && v.p[pos - 2] == 0xc2)
		pos -= 2;
	if (pos > 2 && v.p[pos - 1] == 0xaf && v.p[pos - 2] == 0x80 && v.p[pos - 3] == 0xe2)
		pos -= 3;
	before = pos ? v.p[pos - 1] : ':';
	return strchr(":.?!,;\"", before) != NULL;
}

/*
 * Documents use a line in bold as a small heading over a list: `... 11.5.7. **CVE-2020-4005** -
 * ESXi`. Where it begins, if it ends in front of `pos` and no sentence runs into it; else SIZE_MAX.
 */
static size_t bold_line(const struct flat *s, size_t pos)
{
	const size_t limit = pos > FREE_HEADING ? pos - FREE_HEADING : 0;
	size_t i = pos;

	if (i < 4 || memcmp(s->v.p + i - 3, "** ", 3) != 0)
		return SIZE_MAX;
	for (i -= 4; i > s->begin && i > limit; i--)
		if (s->v.p[i] == '*' && s->v.p[i - 1] == '*')
			break;
	if (i <= s->begin || i <= limit || !may_begin_list(s->v, i - 1))
		return SIZE_MAX;
	/* an item that is bold as a whole is an item */
	if (s->kind == BLOCK_ITEM && i <= s->begin + 2)
		return SIZE_MAX;
	return i - 1;
}

/*
 * Length of a heading of words that are not known: those with a capital, up to where a bullet
 * stands or a sentence begins (a capital word with a small one behind it). 0: can't be told.
 */
static size_t heading_guess(struct view v)
{
	size_t last = 0, before_last = 0, n = 0;

	for (unsigned words = 0; words < 9 && n < v.n; words++) {
		size_t end = n;

		while (end < v.n && v.p[end] != ' ')
			end++;
		if (!is_upper(v.p[n])) {
			if (v.p[n] == '*' || v.p[n] == '-' || v.p[n] == '`')
				return last;
			return before_last;
		}
		before_last = last;
		last = end;
		n = end + 1;
	}
	return before_last;
}

static bool heading(struct flat *s, size_t *pos, unsigned *ret_level)
{
	size_t level = 0, n;
	struct view rest;
	struct block *b;

	while (*pos + level < s->v.n && s->v.p[*pos + level] == '#')
		level++;
	if (level > 6 || *pos + level >= s->v.n || s->v.p[*pos + level] != ' ')
		return false;
	rest = view_slice(s->v, *pos + level + 1, s->v.n);
	n = heading_known(rest);
	if (!n && level == 1)
		n = heading_guess(rest);
	if (!n) {
		s->free = *pos + level;
		return false;
	}
	flush(s, *pos);
	b = list_add(s->r, s->blocks, sizeof(*b));
	if (!b)
		return false;
	b->kind = BLOCK_HEADING;
	b->level = (unsigned)level;
	b->text = reading_copy(s->r, view_slice(rest, 0, n));
	b->begin = *pos;
	b->end = *pos + level + 1 + n;
	*pos = s->begin = b->end;
	*ret_level = b->level;
	s->dashes = false;
	s->number = 0;
	return true;
}

/* ``` words ```, with a tag where a word is glued to the opening fence. */
static bool fence(struct flat *s, size_t *pos)
{
	const struct view rest = view_slice(s->v, *pos, s->v.n);
	size_t end, text = 3;
	struct block *b;

	if (!view_starts(rest, "```") || s->no_fence)
		return false;
	end = view_find(rest, 3, "```");
	if (end == SIZE_MAX) {
		s->no_fence = true;
		return false;
	}
	flush(s, *pos);
	b = list_add(s->r, s->blocks, sizeof(*b));
	if (!b)
		return false;
	if (rest.p[3] != ' ' && rest.p[end - 1] == ' ') {
		while (text < end && rest.p[text] != ' ')
			text++;
		b->tag = reading_copy(s->r, view_slice(rest, 3, text - 3));
	}
	b->kind = BLOCK_CODE;
	b->fenced = true;
	b->text = reading_copy(s->r, view_trim(view_slice(rest, text, end - text)));
	b->begin = *pos;
	b->end = *pos + end + 3;
	*pos = s->begin = b->end;
	return true;
}

/* Length of an item's mark at `pos`; 0 when none stands there. */
static size_t mark_length(struct flat *s, size_t pos)
{
	const struct view rest = view_slice(s->v, pos, s->v.n);
	const bool begins = pos == s->begin || may_begin_list(s->v, pos) ||
			    (pos == s->begin + 1 && s->v.p[s->begin] == ' ') ||
			    (s->free && pos - s->free < FREE_HEADING) ||
			    bold_line(s, pos) != SIZE_MAX;
	unsigned number = 0;
	size_t n = 0;

	if (view_starts(rest, "* ")) {
		s->dashes = false;
		return 1;
	}
	if (view_starts(rest, "- ")) {
		if (!s->dashes && begins)
			s->dashes = true;
		return s->dashes ? 1 : 0;
	}
	while (n < rest.n && n < 3 && is_digit(rest.p[n]))
		number = number * 10 + (rest.p[n++] - '0');
	if (!n || n + 1 >= rest.n || (rest.p[n] != '.' && rest.p[n] != ')') || rest.p[n + 1] != ' ')
		return 0;
	if (number != s->number + 1 || (number == 1 && !begins))
		return 0;
	s->number = number;
	return n + 1;
}

void blocks_flattened(struct reading *r, struct view body, struct list *blocks)
{
	struct flat s = {.r = r, .v = body, .blocks = blocks, .kind = BLOCK_TEXT};
	unsigned level;

	for (size_t pos = 0; pos < body.n && !r->failed;) {
		const bool word = pos == 0 || body.p[pos - 1] == ' ';
		size_t mark;

		if (word && (fence(&s, &pos) || (body.p[pos] == '#' && heading(&s, &pos, &level))))
			continue;
		mark = word ? mark_length(&s, pos) : 0;
		if (mark) {
			const size_t bold = bold_line(&s, pos);

			if (bold != SIZE_MAX)
				flush(&s, bold);
			flush(&s, pos);
			s.kind = BLOCK_ITEM;
			pos += mark;
			s.begin = pos;
		} else {
			pos++;
		}
	}
	flush(&s, body.n);
}
