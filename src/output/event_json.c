/* SPDX-License-Identifier: Apache-2.0 */
/*
 * JSON in evtx_dump's shape (docs/json.md), a line an object or one array of them. What is not told
 * by the record itself, where it was found, is a second member beside "Event": "Origin".
 */
#include <stdio.h>

#include "output/event_array.h"
#include "output/event_values.h"
#include "output/json.h"

/*
 * Whether the object that `text` starts with has a member of that name: a record may have any
 * element at its top. Only its outermost keys are looked at.
 */
static bool has_member(struct view text, const char *name)
{
	const size_t length = strlen(name);
	unsigned depth = 0;
	size_t i, from = 0;
	bool quoted = false;

	for (i = 0; i < text.n; i++) {
		const uint8_t c = text.p[i];

		if (quoted && c == '\\') {
			i++;
		} else if (c == '"') {
			quoted = !quoted;
			if (quoted)
				from = i + 1;
			else if (depth == 1 && i - from == length && i + 1 < text.n &&
				 text.p[i + 1] == ':' && memcmp(text.p + from, name, length) == 0)
				return true;
		} else if (!quoted && (c == '{' || c == '[')) {
			depth++;
		} else if (!quoted && (c == '}' || c == ']')) {
			depth--;
		}
	}
	return false;
}

static void put_template(struct json *j, const struct event *e)
{
	if (!e->template_missing && !e->template_path)
		return;
	json_key(j, "template");
	json_begin(j, '{');
	if (e->template_path) {
		json_member_str(j, "path", e->template_path);
		json_member_u64(j, "offset", e->template_offset);
	}
	if (e->template_ambiguous)
		json_member_bool(j, "ambiguous", true);
	if (e->template_missing)
		json_member_bool(j, "missing", true);
	json_end(j, '}');
}

/* The last member of the object that ends at out->n; `start` is where it begins. */
static void add_origin(const struct event_pen *pen, const struct event *e, size_t start,
		       struct buf *out)
{
	const struct view object = {(const uint8_t *)out->p + start, out->n - start};
	char name[24] = "Origin";
	struct json j;
	unsigned n;

	for (n = 1; has_member(object, name); n++)
		snprintf(name, sizeof(name), "Origin_%u", n);
	out->n--; /* its bracket */
	if (object.n > 2)
		buf_byte(out, ',');
	buf_printf(out, "\"%s\":", name);
	json_init(&j, out, true);
	json_begin(&j, '{');
	json_member_str(&j, "kind", event_origin_name(e->origin));
	if (e->note)
		json_member_str(&j, "note", e->note);
	json_member_str(&j, "source", pen->path);
	if (e->origin != EVENT_CARVED)
		json_member_u64(&j, "chunk", e->chunk);
	json_member_u64(&j, "offset", e->offset);
	put_template(&j, e);
	if (e->values_cut)
		json_member_bool(&j, "values_cut", true);
	json_end(&j, '}');
	buf_byte(out, '}');
}

static enum tocsin_status put_object(const struct event_pen *pen, const struct event *e,
				     struct buf *out)
{
	const size_t start = out->n;
	const enum tocsin_status status = evtx_render_json(pen->decoder, e, out);

	if (status == TOCSIN_OK && !buf_failed(out) &&
	    (pen->style.origin || event_origin_matters(e)))
		add_origin(pen, e, start, out);
	return status;
}

static enum tocsin_status put_line(const struct event_pen *pen, const struct event *e,
				   struct buf *out)
{
	return event_put_line(put_object, pen, e, out);
}

static enum tocsin_status put_item(const struct event_pen *pen, const struct event *e,
				   struct buf *out)
{
	return event_put_item(put_object, pen, e, out);
}

const struct event_format event_format_jsonl = {"jsonl", NULL, put_line, "", 0};
const struct event_format event_format_json = {"json", event_open_array, put_item, "\n]\n", 1};
