/* SPDX-License-Identifier: Apache-2.0 */
/*
 * XML as Windows words it: one <Event> after the other, each ended by a line feed. No prolog and no
 * root element: text values keep their own line breaks, so count events, not lines. Where an event
 * comes from is a comment on the line before it.
 */
#include "output/event_values.h"

#include "base/text.h"

/* Text inside a comment, where two dashes may not stand together. */
static void add_comment_text(struct buf *out, const char *text)
{
	size_t i, from = out->n;
	struct buf clean = {0};

	utf8_append(&clean, view_of(text), UTF_XML_TEXT);
	for (i = 0; i < clean.n; i++) {
		if (clean.p[i] == '-' && out->n > from && out->p[out->n - 1] == '-')
			buf_str(out, "&#45;");
		else
			buf_byte(out, clean.p[i]);
	}
	out->failed |= buf_failed(&clean);
	buf_free(&clean);
}

static void put_comment(const struct event_pen *pen, const struct event *e, struct buf *out)
{
	buf_printf(out, "<!-- %s", event_origin_name(e->origin));
	if (e->note) {
		buf_str(out, " (");
		add_comment_text(out, e->note);
		buf_byte(out, ')');
	}
	buf_str(out, ": ");
	add_comment_text(out, pen->path);
	if (e->origin != EVENT_CARVED)
		buf_printf(out, ", chunk %lu", (unsigned long)e->chunk);
	buf_printf(out, ", offset 0x%llx", (unsigned long long)e->offset);
	if (e->template_path) {
		buf_str(out, "; template from ");
		add_comment_text(out, e->template_path);
		buf_printf(out, ", offset 0x%llx", (unsigned long long)e->template_offset);
	}
	if (e->template_ambiguous)
		buf_str(out, "; other templates fit as well");
	if (e->template_missing)
		buf_str(out, "; template missing");
	if (e->values_cut)
		buf_str(out, "; values cut off");
	buf_str(out, " -->\n");
}

/* XML allows control characters that a terminal would act on. */
static void clean(struct buf *out, size_t start)
{
	struct buf text = {0};

	text_clean_xml(&text, (struct view){(const uint8_t *)out->p + start, out->n - start});
	out->n = start;
	buf_add(out, text.p, text.n);
	out->failed |= buf_failed(&text);
	buf_free(&text);
}

static enum tocsin_status put(const struct event_pen *pen, const struct event *e, struct buf *out)
{
	const size_t start = out->n;
	enum tocsin_status status;

	if (pen->style.origin || event_origin_matters(e))
		put_comment(pen, e, out);
	status = evtx_render_xml(pen->decoder, e, out);
	if (buf_failed(out))
		return status;
	if (status != TOCSIN_OK) {
		out->n = start;
		return status;
	}
	buf_byte(out, '\n');
	if (pen->style.terminal)
		clean(out, start);
	return status;
}

const struct event_format event_format_xml = {"xml", NULL, put, "", 0};
