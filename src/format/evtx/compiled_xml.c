/* SPDX-License-Identifier: Apache-2.0 */
/* Making a template's form for XML: what the sink in render_xml.c writes, with slots in place of
 * values. */
#include "format/evtx/compiled.h"

/* An op that jumps behind the element that is open. */
struct skip {
	uint32_t element; /* op of its OP_OPEN */
	uint32_t op;      /* of the form */
	bool any;
};

struct xml_maker {
	struct form_maker *m;
	struct skip open[FORM_DEPTH + 1];
};

static void add_name(struct buf *out, const struct binxml_name *name)
{
	buf_add(out, name->utf8.p, name->utf8.n);
}

/* `</a>` of the element at op `i`, and its start again: what stands between two items of an array
 * that it is repeated for. */
static void add_between(struct form_maker *m, uint32_t i)
{
	const struct binxml_op *const ops = m->p->ops;
	struct buf *const out = &m->text;

	buf_str(out, "</");
	add_name(out, ops[i].name);
	buf_str(out, "><");
	add_name(out, ops[i].name);
	for (i++; ops[i].kind == OP_ATTRIBUTE; i = ops[i].next) {
		buf_byte(out, ' ');
		add_name(out, ops[i].name);
		buf_str(out, "='");
		for (uint32_t k = i + 1; k < ops[i].next; k++)
			value_append(out, &ops[k].value, UTF_XML_ATTRIBUTE);
		buf_byte(out, '\'');
	}
	buf_byte(out, '>');
}

/* Whether the element at op `i` holds one slot and nothing else, but for attributes that are text.
 */
static bool holds_slot(const struct binxml_program *p, uint32_t i)
{
	for (i++; p->ops[i].kind == OP_ATTRIBUTE; i = p->ops[i].next) {
		for (uint32_t k = i + 1; k < p->ops[i].next; k++) {
			if (p->ops[k].kind != OP_TEXT)
				return false;
		}
	}
	return p->ops[i].kind == OP_BODY && p->ops[i + 1].kind == OP_SLOT &&
	       p->ops[i + 2].kind == OP_CLOSE;
}

static bool make_attribute(struct form_maker *m, uint32_t i)
{
	const struct binxml_op *const ops = m->p->ops, *const op = &ops[i];
	uint32_t skip = 0;
	const bool optional =
		op->next == i + 2 && ops[i + 1].kind == OP_SLOT && (ops[i + 1].flags & OP_OPTIONAL);

	if (optional) {
		skip = form_add(m, FORM_SKIP_EMPTY, ops[i + 1].slot);
		if (!m->failed)
			m->ops[skip].nodes = op->next - i - 1;
	}
	buf_byte(&m->text, ' ');
	add_name(&m->text, op->name);
	buf_str(&m->text, "='");
	for (uint32_t k = i + 1; k < op->next; k++) {
		if (ops[k].kind == OP_TEXT)
			value_append(&m->text, &ops[k].value, UTF_XML_ATTRIBUTE);
		else if (ops[k].kind == OP_SLOT)
			(void)form_add(m, FORM_XML_ATTRIBUTE, ops[k].slot);
		else
			return false;
	}
	buf_byte(&m->text, '\'');
	if (optional)
		form_land(m, skip);
	return true;
}

static bool make_open(struct xml_maker *x, uint32_t i)
{
	struct form_maker *const m = x->m;
	const struct binxml_op *const op = &m->p->ops[i];
	struct skip *s;

	if (m->depth == FORM_DEPTH || form_repeats_attribute(m->p, i))
		return false;
	s = &x->open[++m->depth];
	s->element = i;
	s->any = op->slot != SLOT_NONE && i;
	if (s->any) {
		s->op = form_add(m, FORM_SKIP_NULL, op->slot);
		if (!m->failed)
			m->ops[s->op].nodes = op->next - i - 1;
	}
	buf_byte(&m->text, '<');
	add_name(&m->text, op->name);
	return true;
}

static void make_close(const struct xml_maker *x, const struct binxml_op *op)
{
	struct form_maker *const m = x->m;
	const struct skip *const s = &x->open[m->depth--];

	if (op->flags & OP_EMPTY) {
		buf_str(&m->text, "/>");
	} else {
		buf_str(&m->text, "</");
		add_name(&m->text, op->name);
		buf_byte(&m->text, '>');
	}
	if (s->any)
		form_land(m, s->op);
}

static void make_slot(const struct xml_maker *x, const struct binxml_op *op)
{
	struct form_maker *const m = x->m;
	const uint32_t element = x->open[m->depth].element;
	const uint32_t i = form_add(m, FORM_XML_TEXT, op->slot);
	const size_t from = m->text.n;

	if (m->failed || !holds_slot(m->p, element))
		return;
	add_between(m, element);
	m->ops[i].extra = (uint32_t)from;
	m->ops[i].extra_n = (uint32_t)(m->text.n - from);
	m->ops[i].nodes = m->p->ops[element].next - element - 1;
	m->from = m->text.n;
}

bool form_make_xml(struct form_maker *m)
{
	struct xml_maker x = {.m = m};
	const struct binxml_program *const p = m->p;

	for (uint32_t i = 0; i < p->count && !m->failed; i++) {
		const struct binxml_op *const op = &p->ops[i];

		switch ((enum binxml_op_kind)op->kind) {
		case OP_OPEN:
			if (!make_open(&x, i))
				return false;
			break;
		case OP_ATTRIBUTE:
			if (!make_attribute(m, i))
				return false;
			i = op->next - 1;
			break;
		case OP_BODY:
			buf_byte(&m->text, '>');
			break;
		case OP_CLOSE:
			make_close(&x, op);
			break;
		case OP_TEXT:
			value_append(&m->text, &op->value, UTF_XML_TEXT);
			break;
		case OP_SLOT:
			make_slot(&x, op);
			break;
		case OP_CHAR_REF:
		case OP_ENTITY_REF:
		case OP_CDATA:
		case OP_PI:
		case OP_INSTANCE:
			return false;
		}
	}
	return !m->failed;
}
