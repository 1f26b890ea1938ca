/* SPDX-License-Identifier: Apache-2.0 */
/*
 * XML as Windows words it: attributes in single quotes, `<x/>` where the template closes an element
 * empty and `<x></x>` where it has no content, `_` for what XML 1.0 forbids, nothing between
 * elements. An attribute whose name its element has already gets a suffix, as a key of JSON does.
 * Most records are written by compiled templates (compiled.h), which give the same.
 */
#include "format/evtx/compiled.h"
#include "format/evtx/evtx_decoder.h"
#include "format/evtx/json_keys.h"

#define NAMES_COMPARED 8u

struct xml {
	struct buf *out;
	size_t start; /* where this record's text begins in `out` */
	size_t room;  /* how long it may get */
	struct arena *arena;
	/* The attributes of the start tag at hand: the first ones are compared one by one. */
	const struct binxml_name *names[NAMES_COMPARED];
	unsigned name_count;
	struct json_keys keys; /* all of them, where there are more or one came twice */
	bool in_attribute, failed;
};

static void add_name(struct buf *out, const struct binxml_name *name)
{
	buf_add(out, name->utf8.p, name->utf8.n);
}

static void on_open(void *sink, const struct binxml_name *name)
{
	struct xml *const x = sink;

	x->name_count = 0;
	if (x->keys.count)
		x->keys = (struct json_keys){NULL, NULL, 0, NULL};
	buf_byte(x->out, '<');
	add_name(x->out, name);
}

/* Whether an attribute of this name is the first one; then it is remembered. */
static bool is_new(struct xml *x, const struct binxml_name *name)
{
	if (x->keys.count || x->name_count == NAMES_COMPARED)
		return false;
	for (unsigned i = 0; i < x->name_count; i++) {
		if (view_equal(x->names[i]->utf8, name->utf8))
			return false;
	}
	x->names[x->name_count++] = name;
	return true;
}

/* The name of an attribute that may be there already. */
static struct view unique_name(struct xml *x, const struct binxml_name *name)
{
	struct view unique;

	for (unsigned i = 0; i < x->name_count && !x->failed; i++)
		x->failed = !json_keys_add(&x->keys, x->arena, x->names[i]->utf8).p;
	x->name_count = 0;
	unique = json_keys_add(&x->keys, x->arena, name->utf8);
	x->failed |= !unique.p;
	return unique.p ? unique : name->utf8;
}

static void on_attribute(void *sink, const struct binxml_name *name)
{
	struct xml *const x = sink;
	const struct view text = is_new(x, name) ? name->utf8 : unique_name(x, name);

	buf_byte(x->out, ' ');
	buf_add(x->out, text.p, text.n);
	buf_add(x->out, "='", 2);
	x->in_attribute = true;
}

static void on_attribute_end(void *sink)
{
	struct xml *const x = sink;

	buf_byte(x->out, '\'');
	x->in_attribute = false;
}

static void on_body(void *sink)
{
	const struct xml *const x = sink;

	buf_byte(x->out, '>');
}

static void on_text(void *sink, const struct value *value)
{
	const struct xml *const x = sink;

	value_append(x->out, value, x->in_attribute ? UTF_XML_ATTRIBUTE : UTF_XML_TEXT);
}

/* A reference to what XML forbids is as ill-formed as the character: `_`, as elsewhere. */
static void on_char_ref(void *sink, uint16_t unit)
{
	const struct xml *const x = sink;
	const bool forbidden = (unit < 0x20 && unit != '\t' && unit != '\n' && unit != '\r') ||
			       (unit >= 0xd800 && unit < 0xe000) || unit >= 0xfffe;

	if (forbidden)
		buf_byte(x->out, '_');
	else
		buf_printf(x->out, "&#%u;", unit);
}

static void on_entity_ref(void *sink, const struct binxml_name *name)
{
	const struct xml *const x = sink;

	/* Without a document type there are no others: those are shown as text. */
	buf_str(x->out, binxml_entity(name).n ? "&" : "&amp;");
	add_name(x->out, name);
	buf_byte(x->out, ';');
}

/*
 * Text that XML ends at `end`: each one inside is broken up by `gap` before its last
 * byte, so that the record can't end it early and write markup of its own.
 */
static void add_until(struct buf *out, const struct value *value, const char *end, const char *gap)
{
	const size_t n = strlen(end), from = out->n;
	struct buf text = {0};
	size_t done = 0;

	value_append(out, value, UTF_XML_CDATA);
	if (out->failed)
		return;
	for (size_t i = from; i + n <= out->n; i++) {
		if (memcmp(out->p + i, end, n) != 0)
			continue;
		buf_add(&text, out->p + from + done, i + n - 1 - from - done);
		buf_str(&text, gap);
		done = i + n - 1 - from;
	}
	if (done) {
		buf_add(&text, out->p + from + done, out->n - from - done);
		out->n = from;
		buf_add(out, text.p, text.n);
		out->failed |= text.failed;
	}
	buf_free(&text);
}

/* Attributes have no CDATA sections: their text is escaped there. */
static void on_cdata(void *sink, const struct value *value)
{
	const struct xml *const x = sink;

	if (x->in_attribute) {
		on_text(sink, value);
		return;
	}
	buf_str(x->out, "<![CDATA[");
	add_until(x->out, value, "]]>", "]]><![CDATA[");
	buf_str(x->out, "]]>");
}

/* `xml` in any case is no name of an instruction. */
static bool is_reserved(struct view name)
{
	return name.n == 3 && (name.p[0] | 0x20) == 'x' && (name.p[1] | 0x20) == 'm' &&
	       (name.p[2] | 0x20) == 'l';
}

static void on_pi(void *sink, const struct binxml_name *target, const struct value *data)
{
	const struct xml *const x = sink;

	if (x->in_attribute)
		return;
	buf_str(x->out, "<?");
	if (is_reserved(target->utf8))
		buf_byte(x->out, '_');
	add_name(x->out, target);
	if (data->bytes.n) {
		buf_byte(x->out, ' ');
		add_until(x->out, data, "?>", " ");
	}
	buf_str(x->out, "?>");
}

static void on_close(void *sink, const struct binxml_name *name, bool empty_tag)
{
	const struct xml *const x = sink;

	if (empty_tag) {
		buf_str(x->out, "/>");
		return;
	}
	buf_str(x->out, "</");
	add_name(x->out, name);
	buf_byte(x->out, '>');
}

static bool on_failed(void *sink)
{
	const struct xml *const x = sink;

	return x->failed || x->out->failed || x->out->n - x->start > x->room;
}

static enum tocsin_status render_walk(struct evtx_decoder *d, const struct event *e,
				      struct buf *out)
{
	static const struct binxml_sink ops = {
		.open = on_open,
		.attribute = on_attribute,
		.attribute_end = on_attribute_end,
		.body = on_body,
		.text = on_text,
		.char_ref = on_char_ref,
		.entity_ref = on_entity_ref,
		.cdata = on_cdata,
		.pi = on_pi,
		.close = on_close,
		.failed = on_failed,
	};
	struct xml x = {
		.out = out,
		.start = out->n,
		.room = binxml_text_room(&d->context),
		.arena = &d->context.arena,
	};
	struct binxml_mark mark;
	enum tocsin_status status;

	binxml_begin(&d->context); /* other records may have been read since */
	mark = binxml_save(&d->context);
	status = binxml_walk(&d->context, e->record, &ops, &x, NULL);
	binxml_rendered(&d->context, mark, out->n - x.start);
	if (status == TOCSIN_OK && (out->failed || x.failed))
		status = TOCSIN_NO_MEMORY;
	if (status != TOCSIN_OK)
		out->n = x.start;
	return status;
}

enum tocsin_status evtx_render_xml(struct evtx_decoder *d, const struct event *e, struct buf *out)
{
	if (!e->record)
		return TOCSIN_USAGE;
	return compiled_render(&d->context, e->record, FORM_XML, out) ? TOCSIN_OK
								      : render_walk(d, e, out);
}
