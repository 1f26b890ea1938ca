/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Blocks of a published body: the subset of Markdown that CERT-EU writes (https://commonmark.org
 * for the rules), read line by line. No Markdown library does it, because the model wants what a
 * library throws away: headings and items with their marks as printed, and the exact place of each
 * block, so that the flattened copy can be held against it. Deliberate differences to CommonMark: a
 * list item may be indented by any depth where a list is open, a table is text, and a fence may
 * open and close on one line.
 */
#include "advisory/reading.h"

/* Deeper lists are counted as this deep. */
#define MAX_DEPTH 8

struct lines {
	struct reading *r;
	struct view body;
	struct list *blocks;
	size_t pos; /* behind the current line */

	/* The paragraph or item that is still open. */
	bool open;
	struct block block;

	bool blank;                /* the previous line was blank */
	size_t depth;              /* open list levels */
	size_t content[MAX_DEPTH]; /* column in which each level's text begins */
};

/* A line without its end, and its indentation in columns (a tab goes to the next multiple of 4). */
struct line {
	size_t begin, end; /* in the body */
	struct view text;  /* behind the indentation */
	size_t indent;
};

static bool next_line(struct lines *s, struct line *ret)
{
	const size_t begin = s->pos;
	const uint8_t *nl;
	size_t i, column = 0;

	if (begin >= s->body.n)
		return false;
	nl = memchr(s->body.p + begin, '\n', s->body.n - begin);
	ret->begin = begin;
	ret->end = nl ? (size_t)(nl - s->body.p) : s->body.n;
	s->pos = nl ? ret->end + 1 : s->body.n;
	if (ret->end > begin && s->body.p[ret->end - 1] == '\r')
		ret->end--;
	for (i = begin; i < ret->end; i++) {
		if (s->body.p[i] == ' ')
			column++;
		else if (s->body.p[i] == '\t')
			column = column / 4 * 4 + 4;
		else
			break;
	}
	ret->indent = column;
	ret->text = view_slice(s->body, i, ret->end - i);
	return true;
}

static struct block *add(struct lines *s, const struct block *block)
{
	struct block *const b = list_add(s->r, s->blocks, sizeof(*b));

	if (b)
		*b = *block;
	return b;
}

/* Ends the open paragraph or item. */
static void flush(struct lines *s)
{
	struct block *const b = &s->block;

	if (!s->open)
		return;
	s->open = false;
	b->text = (const char *)reading_collapse(s->r,
						 view_slice(s->body, b->begin, b->end - b->begin))
			  .p;
	if (b->text[0])
		add(s, b);
}

static void open_block(struct lines *s, enum block_kind kind, size_t begin, size_t end)
{
	flush(s);
	s->open = true;
	s->block = (struct block){.kind = kind, .begin = begin, .end = end};
}

static size_t run_length(struct view v, uint8_t c)
{
	size_t n = 0;

	while (n < v.n && v.p[n] == c)
		n++;
	return n;
}

static bool heading(struct lines *s, const struct line *line)
{
	const size_t level = run_length(line->text, '#');
	struct view text;
	struct block b;

	if (!level || level > 6 || line->indent > 3 ||
	    (level < line->text.n && !is_blank(line->text.p[level])))
		return false;
	flush(s);
	text = view_trim(view_slice(line->text, level, line->text.n));
	/* closing marks */
	if (text.n && text.p[text.n - 1] == '#') {
		size_t n = text.n;

		while (n && text.p[n - 1] == '#')
			n--;
		if (!n || is_blank(text.p[n - 1]))
			text = view_trim(view_slice(text, 0, n));
	}
	b = (struct block){.kind = BLOCK_HEADING,
			   .level = (unsigned)level,
			   .text = (const char *)reading_collapse(s->r, text).p,
			   .begin = line->begin,
			   .end = s->pos};
	add(s, &b);
	s->depth = 0;
	return true;
}

/* A line of code with up to `columns` of its indentation taken off. */
static struct view dedent(const struct lines *s, const struct line *line, size_t columns)
{
	size_t i = line->begin, column = 0;

	while (i < line->end && column < columns) {
		if (s->body.p[i] == ' ')
			column++;
		else if (s->body.p[i] == '\t')
			column = column / 4 * 4 + 4;
		else
			break;
		i++;
	}
	return view_slice(s->body, i, line->end - i);
}

/* Code lines one behind the other; the last line end is left out. */
struct code_text {
	char *p;
	size_t n;
};

static void add_line(struct code_text *c, struct view v)
{
	if (v.n)
		memcpy(c->p + c->n, v.p, v.n);
	c->n += v.n;
	c->p[c->n++] = '\n';
}

static void add_code(struct lines *s, struct code_text *c, const char *tag, bool fenced,
		     size_t begin, size_t end)
{
	const struct block b = {.kind = BLOCK_CODE,
				.fenced = fenced,
				.tag = tag,
				.text = c->p,
				.begin = begin,
				.end = end};

	while (c->n && c->p[c->n - 1] == '\n')
		c->n--;
	c->p[c->n] = 0;
	add(s, &b);
}

static char *code_room(struct lines *s, size_t n)
{
	/* lines are never longer than in the body, but the last one may have no line end */
	char *const p = arena_alloc(s->r->arena, n + 2);

	if (!p)
		s->r->failed = true;
	return p;
}

/* Where a fence of `n` marks `c` ends, looking from s->pos; the body's end if nowhere. */
static size_t fence_end(struct lines *s, uint8_t c, size_t n)
{
	const size_t start = s->pos;
	struct line line;
	size_t end = s->body.n;

	while (next_line(s, &line)) {
		const size_t run = run_length(line.text, c);

		if (run >= n && view_trim(line.text).n == run) {
			end = line.begin;
			break;
		}
	}
	s->pos = start;
	return end;
}

static bool fence(struct lines *s, const struct line *open)
{
	const uint8_t c = open->text.n ? open->text.p[0] : 0;
	const size_t n = c == '`' || c == '~' ? run_length(open->text, c) : 0;
	struct view info;
	struct code_text code = {0};
	struct line line;
	size_t end;

	if (n < 3)
		return false;
	flush(s);
	info = view_trim(view_slice(open->text, n, open->text.n));
	if (c == '`' && info.n > n && run_length(view_slice(info, info.n - n, n), '`') == n) {
		info = view_trim(view_slice(info, 0, info.n - n));
		code.p = code_room(s, info.n);
		if (!code.p)
			return true;
		add_line(&code, info);
		add_code(s, &code, NULL, true, open->begin, s->pos);
		return true;
	}
	end = fence_end(s, c, n);
	code.p = code_room(s, end - s->pos);
	if (!code.p)
		return true;
	while (s->pos < end && next_line(s, &line))
		add_line(&code, dedent(s, &line, open->indent));
	next_line(s, &line); /* the closing fence */
	add_code(s, &code, info.n ? reading_copy(s->r, info) : NULL, true, open->begin, s->pos);
	return true;
}

/* Indentation behind which a line is code: four columns into what is open. */
static size_t code_indent(const struct lines *s)
{
	return (s->depth ? s->content[s->depth - 1] : 0) + 4;
}

static bool indented_code(struct lines *s, const struct line *first)
{
	const size_t columns = code_indent(s);
	struct code_text code = {0};
	struct line line;
	size_t end = s->pos;
	const size_t start = s->pos;

	if (first->indent < columns || !s->blank)
		return false;
	flush(s);
	while (next_line(s, &line)) {
		if (line.text.n && line.indent < columns)
			break;
		if (line.text.n)
			end = s->pos;
	}
	s->pos = start;
	code.p = code_room(s, end - first->begin);
	if (!code.p)
		return true;
	add_line(&code, dedent(s, first, columns));
	while (s->pos < end && next_line(s, &line))
		add_line(&code, dedent(s, &line, columns));
	add_code(s, &code, NULL, false, first->begin, s->pos);
	s->blank = true;
	return true;
}

/* Length of a list mark with the blank behind it; 0 when there is none. */
static size_t mark_length(struct view v)
{
	size_t n = 0;

	if (v.n && (v.p[0] == '*' || v.p[0] == '-' || v.p[0] == '+')) {
		n = 1;
	} else {
		while (n < v.n && n < 9 && is_digit(v.p[n]))
			n++;
		if (!n || n >= v.n || (v.p[n] != '.' && v.p[n] != ')'))
			return 0;
		n++;
	}
	return n < v.n && is_blank(v.p[n]) ? n + 1 : 0;
}

/* `---`, `***`, `_ _ _`: a rule across the page, no item. */
static bool is_rule(struct view v)
{
	const uint8_t c = v.n ? v.p[0] : 0;
	size_t n = 0;

	if (c != '-' && c != '*' && c != '_')
		return false;
	for (size_t i = 0; i < v.n; i++) {
		if (v.p[i] == c)
			n++;
		else if (!is_blank(v.p[i]))
			return false;
	}
	return n >= 3;
}

static bool item(struct lines *s, const struct line *line)
{
	const size_t mark = mark_length(line->text);
	const size_t begin = (size_t)(line->text.p - s->body.p) + mark;

	if (!mark)
		return false;
	while (s->depth && line->indent < s->content[s->depth - 1])
		s->depth--;
	open_block(s, BLOCK_ITEM, begin, line->end);
	s->block.level = (unsigned)s->depth;
	if (s->depth < MAX_DEPTH)
		s->content[s->depth++] = line->indent + mark;
	return true;
}

static void text_line(struct lines *s, const struct line *line)
{
	const bool inside = s->depth && line->indent >= s->content[0];

	if (s->open && (!s->blank || (s->block.kind == BLOCK_ITEM && inside))) {
		s->block.end = line->end;
		return;
	}
	if (!inside)
		s->depth = 0;
	open_block(s, BLOCK_TEXT, line->begin, line->end);
}

void blocks_published(struct reading *r, struct view body, struct list *blocks)
{
	struct lines s = {.r = r, .body = body, .blocks = blocks, .blank = true};
	struct line line;

	while (!r->failed && next_line(&s, &line)) {
		if (!line.text.n) {
			if (s.open && s.block.kind == BLOCK_TEXT)
				flush(&s);
			s.blank = true;
			continue;
		}
		if (indented_code(&s, &line))
			continue;
		if (fence(&s, &line) || heading(&s, &line)) {
			s.blank = true;
			continue;
		}
		if (is_rule(line.text))
			flush(&s);
		else if (!item(&s, &line))
			text_line(&s, &line);
		s.blank = false;
	}
	flush(&s);
}
