/* SPDX-License-Identifier: Apache-2.0 */
/*
 * XML as Windows words it: attributes in single quotes, `<x/>` where the template closes an element
 * empty and
 * `<x></x>` where it has no content, `_` for what XML 1.0 forbids, nothing between elements.
 */
#include "base/limits.h"
#include "format/evtx/evtx_decoder.h"

struct xml {
	struct buf *out;
	size_t start; /* where this record's text begins in `out` */
	bool in_attribute;
};

static void add_name(struct buf *out, const struct binxml_name *name)
{
	buf_add(out, name->utf8.p, name->utf8.n);
}

static void on_open(void *sink, const struct binxml_name *name)
{
	const struct xml *const x = sink;

	buf_byte(x->out, '<');
	add_name(x->out, name);
}

static void on_attribute(void *sink, const struct binxml_name *name)
{
	struct xml *const x = sink;

	buf_byte(x->out, ' ');
	add_name(x->out, name);
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

static void on_char_ref(void *sink, uint16_t unit)
{
	const struct xml *const x = sink;

	buf_printf(x->out, "&#%u;", unit);
}

static void on_entity_ref(void *sink, const struct binxml_name *name)
{
	const struct xml *const x = sink;

	buf_byte(x->out, '&');
	add_name(x->out, name);
	buf_byte(x->out, ';');
}

static void on_cdata(void *sink, const struct value *value)
{
	const struct xml *const x = sink;

	buf_str(x->out, "<![CDATA[");
	value_append(x->out, value, UTF_XML_CDATA);
	buf_str(x->out, "]]>");
}

static void on_pi(void *sink, const struct binxml_name *target, const struct value *data)
{
	const struct xml *const x = sink;

	buf_str(x->out, "<?");
	add_name(x->out, target);
	if (data->bytes.n) {
		buf_byte(x->out, ' ');
		value_append(x->out, data, UTF_XML_CDATA);
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

	return x->out->failed || x->out->n - x->start > LIMIT_RECORD_TEXT;
}

enum tocsin_status evtx_render_xml(struct evtx_decoder *d, const struct event *e, struct buf *out)
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
	struct xml x = {out, out->n, false};
	enum tocsin_status status;

	if (!e->record)
		return TOCSIN_USAGE;
	status = binxml_walk(&d->context, e->record, &ops, &x, NULL);
	if (status == TOCSIN_OK && out->failed)
		status = TOCSIN_NO_MEMORY;
	if (status != TOCSIN_OK)
		out->n = x.start;
	return status;
}
