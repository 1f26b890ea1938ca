/* SPDX-License-Identifier: Apache-2.0 */
/* What making forms of XML and of JSON has in common, and when they are made. */
#include "base/limits.h"
#include "format/evtx/compiled.h"
#include "format/evtx/template.h"

/* Attributes of one element that are compared; others are walked. */
#define ATTRIBUTES_MAX 16u

uint32_t form_add(struct form_maker *m, enum form_op_kind kind, uint16_t slot)
{
	struct form_op *const op = ARENA_GROW(&m->arena, m->ops, m->count, m->room);

	if (!op || m->text.n > UINT32_MAX / 2) {
		m->failed = true;
		return 0;
	}
	op->kind = (uint8_t)kind;
	op->slot = slot;
	op->depends = SLOT_NONE;
	op->text = (uint32_t)m->from;
	op->text_n = (uint32_t)(m->text.n - m->from);
	op->keys = m->keys;
	m->from = m->text.n;
	m->keys = 0;
	return (uint32_t)m->count - 1;
}

uint32_t form_flush(struct form_maker *m)
{
	if (m->text.n > m->from || m->keys) {
		const uint32_t i = form_add(m, FORM_JUMP, SLOT_NONE);

		if (!m->failed)
			m->ops[i].jump = i + 1;
	}
	return (uint32_t)m->count;
}

static bool is_value(const struct form_op *op)
{
	return op->kind == FORM_XML_TEXT || op->kind == FORM_XML_ATTRIBUTE ||
	       op->kind == FORM_JSON_VALUE || op->kind == FORM_JSON_DATA;
}

static bool is_skip(const struct form_op *op)
{
	return op->kind == FORM_SKIP_NULL || op->kind == FORM_SKIP_EMPTY ||
	       op->kind == FORM_SKIP_HIDDEN;
}

/* Makes one op of a skip, the one value that it is over, and the text behind that. */
static bool join(struct form_maker *m, uint32_t index)
{
	struct form_op *const skip = &m->ops[index], *const value = skip + 1;

	if (m->count != (size_t)index + 2 || !is_skip(skip) || !is_value(value) || m->keys)
		return false;
	skip->test = skip->kind;
	skip->test_nodes = skip->nodes;
	skip->depends = skip->slot;
	skip->kind = FORM_MEMBER;
	skip->value = value->kind;
	skip->slot = value->slot;
	skip->head = value->text;
	skip->head_n = value->text_n;
	skip->tail = (uint32_t)m->from;
	skip->tail_n = (uint32_t)(m->text.n - m->from);
	skip->extra = value->extra;
	skip->extra_n = value->extra_n;
	skip->nodes = value->nodes;
	skip->value_keys = value->keys;
	skip->key = value->key;
	memset(value, 0, sizeof(*value));
	m->count--;
	m->from = m->text.n;
	return true;
}

void form_land(struct form_maker *m, uint32_t index)
{
	uint32_t here;

	if (m->failed || join(m, index))
		return;
	here = form_flush(m);
	if (!m->failed)
		m->ops[index].jump = here;
}

void form_extra(struct form_maker *m, uint32_t index, const char *text, size_t n)
{
	if (m->failed)
		return;
	m->ops[index].extra = (uint32_t)m->text.n;
	m->ops[index].extra_n = (uint32_t)n;
	buf_add(&m->text, text, n);
	m->from = m->text.n;
}

bool form_repeats_attribute(const struct binxml_program *p, uint32_t i)
{
	const struct binxml_name *names[ATTRIBUTES_MAX];
	unsigned count = 0;

	for (i++; p->ops[i].kind == OP_ATTRIBUTE; i = p->ops[i].next) {
		if (count == ATTRIBUTES_MAX)
			return true;
		for (unsigned k = 0; k < count; k++) {
			if (view_equal(names[k]->utf8, p->ops[i].name->utf8))
				return true;
		}
		names[count++] = p->ops[i].name;
	}
	return false;
}

/* What was made, in memory that stays; NULL without it. */
static const struct form *keep(struct arena *a, const struct form_maker *m)
{
	struct form *const form = arena_alloc(a, sizeof(*form));
	struct form_op *const ops = arena_array(a, m->count, sizeof(*ops));
	struct view *const siblings = arena_array(a, m->sibling_count + 1, sizeof(*siblings));
	char *const text = arena_alloc(a, m->text.n + FORM_TEXT_SLACK);

	if (!form || !ops || !siblings || !text)
		return NULL;
	memcpy(text, m->text.p, m->text.n);
	memcpy(ops, m->ops, m->count * sizeof(*ops));
	for (uint32_t i = 0; i < m->sibling_count; i++) {
		siblings[i].n = m->siblings[i].n;
		siblings[i].p = (const uint8_t *)arena_copy(a, m->siblings[i].p, siblings[i].n);
		if (!siblings[i].p)
			return NULL;
	}
	form->ops = ops;
	form->text = text;
	form->root = m->p->ops[0].name->utf8;
	form->siblings = siblings;
	form->sibling_count = m->sibling_count;
	form->nodes = m->p->count;
	return form;
}

static const struct form *make(struct arena *a, const struct binxml_program *p, enum form_kind kind)
{
	struct form_maker m = {.p = p, .kind = kind};
	const struct form *form = NULL;

	buf_add(&m.text, "\"\"", FORM_EMPTY_N);
	m.from = m.text.n;
	/* One root element, which is how templates are. */
	if (p->count && p->ops[0].kind == OP_OPEN && p->ops[0].next == p->count &&
	    (kind == FORM_XML ? form_make_xml(&m) : form_make_json(&m))) {
		(void)form_add(&m, FORM_END, SLOT_NONE);
		if (!m.failed && !buf_failed(&m.text))
			form = keep(a, &m);
	}
	buf_free(&m.text);
	arena_free(&m.arena);
	return form;
}

const struct form *compiled_form(const struct binxml_context *c, const struct binxml_program *p,
				 enum form_kind kind)
{
	struct compiled_template *const t = p->compiled;

	/* Other decoders may be reading what another store keeps. */
	if (!t || t->store != c->store)
		return NULL;
	if (t->met[kind] < FORM_TRIED && ++t->met[kind] == FORM_TRIED) {
		struct arena *const a = template_store_arena(c->store);

		if (a->total <= LIMIT_TEMPLATE_BYTES)
			t->form[kind] = make(a, p, kind);
	}
	return t->form[kind];
}
