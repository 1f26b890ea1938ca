/* SPDX-License-Identifier: Apache-2.0 */
#include "output/csv.h"

#include "base/text.h"

void csv_init(struct csv *c, struct buf *out)
{
	c->out = out;
	c->inside = false;
}

static bool needs_quotes(struct view v)
{
	for (size_t i = 0; i < v.n; i++)
		if (v.p[i] == ',' || v.p[i] == '"' || v.p[i] == '\n' || v.p[i] == '\r')
			return true;
	/* Blanks at an end get lost in some readers. */
	return v.n && (v.p[0] == ' ' || v.p[v.n - 1] == ' ');
}

/* Length of the line end at the start of `v`, which a quoted cell keeps; a tab is kept, too. */
static size_t kept(struct view v)
{
	if (v.n >= 2 && v.p[0] == '\r' && v.p[1] == '\n')
		return 2;
	return v.n && (v.p[0] == '\n' || v.p[0] == '\t');
}

/* Control characters would act on a terminal, and readers of CSV lose them: shown as \xHH. */
static void clean(struct buf *out, struct view utf8)
{
	while (utf8.n) {
		const size_t keep = kept(utf8);
		size_t n = keep;

		while (!keep && n < utf8.n && !kept(view_slice(utf8, n, utf8.n - n)))
			n++;
		if (keep)
			buf_add(out, utf8.p, n);
		else
			text_clean(out, view_slice(utf8, 0, n));
		utf8 = view_slice(utf8, n, utf8.n - n);
	}
}

/* Printable ASCII and line ends. */
static bool is_plain(struct view v)
{
	for (size_t i = 0; i < v.n; i++)
		if ((v.p[i] < 0x20 && v.p[i] != '\n') || v.p[i] >= 0x7f)
			return false;
	return true;
}

static void cell(struct csv *c, struct view utf8)
{
	if (c->inside)
		buf_byte(c->out, ',');
	c->inside = true;
	if (!needs_quotes(utf8)) {
		buf_add(c->out, utf8.p, utf8.n);
		return;
	}
	buf_byte(c->out, '"');
	for (size_t i = 0; i < utf8.n; i++) {
		if (utf8.p[i] == '"')
			buf_byte(c->out, '"');
		buf_byte(c->out, (char)utf8.p[i]);
	}
	buf_byte(c->out, '"');
}

void csv_cell(struct csv *c, struct view utf8)
{
	struct buf text = {NULL, 0, 0, 0, false};

	if (is_plain(utf8)) {
		cell(c, utf8);
		return;
	}
	clean(&text, utf8);
	cell(c, (struct view){(const uint8_t *)text.p, text.n});
	c->out->failed = c->out->failed || buf_failed(&text);
	buf_free(&text);
}

void csv_str(struct csv *c, const char *s)
{
	csv_cell(c, view_of(s ? s : ""));
}

void csv_u64(struct csv *c, uint64_t v)
{
	if (c->inside)
		buf_byte(c->out, ',');
	c->inside = true;
	buf_u64(c->out, v);
}

void csv_end_row(struct csv *c)
{
	buf_byte(c->out, '\n');
	c->inside = false;
}
