/* SPDX-License-Identifier: Apache-2.0 */
#include "output/csv.h"

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

void csv_cell(struct csv *c, struct view utf8)
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
