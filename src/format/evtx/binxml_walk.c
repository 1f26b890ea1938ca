/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Runs a program over a record's values and tells a sink. What the instance decides is decided
 * here, once for all sinks: elements that depend on a NULL value are left out with their children,
 * optional attributes without a value are left out, an element that holds an array is repeated for
 * each item (MS-EVEN6 3.1.4.7.5), BinXML values are walked in place.
 */
#include "format/evtx/binxml.h"

#include "base/limits.h"

struct walk {
	struct binxml_context *c;
	const struct binxml_sink *ops;
	void *sink;
	struct tocsin_error *error;
	unsigned arrays; /* repetitions inside each other */
	unsigned depth;  /* elements open */
	bool in_attribute;
};

/* One program with its values; `item` replaces the slot at op `item_op` while an array element is
 * repeated. */
struct frame {
	const struct binxml_instance *instance;
	uint32_t item_op;
	struct value item;
};

static const struct value null_value = {VALUE_NULL, {NULL, 0}};

static enum tocsin_status run(struct walk *w, struct frame *f, uint32_t from, uint32_t to);

/* Which limit has no room for `nodes` more, or what is wrong with the sink. */
static enum tocsin_status spent(const struct walk *w, size_t nodes)
{
	ENSURE(nodes <= w->c->nodes, w->error, TOCSIN_LIMIT, 0, "record expands to too many nodes");
	ENSURE(nodes <= w->c->chunk_nodes, w->error, TOCSIN_LIMIT, 0,
	       "the records of this chunk expand to too many nodes");
	return error_set(w->error, TOCSIN_LIMIT, 0, "record renders to too much text");
}

/* Each op of each record passes here: the way that nothing is wrong on is kept short. */
static inline enum tocsin_status spend(struct walk *w, size_t nodes)
{
	struct binxml_context *const c = w->c;

	if (nodes > c->nodes || nodes > c->chunk_nodes || w->ops->failed(w->sink))
		return spent(w, nodes);
	c->nodes -= (uint32_t)nodes;
	c->chunk_nodes -= (uint32_t)nodes;
	return TOCSIN_OK;
}

/* Finding where an array's item ends is work too, though nothing may come out of it. */
static enum tocsin_status spend_item(struct walk *w, const struct value *item)
{
	return spend(w, 1 + item->bytes.n / 64);
}

/* A slot past the values is as good as NULL: there is nothing to show. */
static const struct value *slot_value(const struct frame *f, uint32_t op_index)
{
	const uint16_t slot = f->instance->program->ops[op_index].slot;

	if (f->item_op == op_index && op_index)
		return &f->item;
	return slot < f->instance->count ? &f->instance->values[slot] : &null_value;
}

/* A BinXML value: fragments, elements, instances of their own; all of its top elements count. */
static enum tocsin_status walk_value(struct walk *w, const struct value *v)
{
	struct binxml_instance plain = {.program = NULL};
	struct frame inner = {&plain, 0, null_value};
	enum tocsin_status status;
	size_t start;

	if (!v->bytes.n)
		return TOCSIN_OK;
	start = (size_t)(v->bytes.p - w->c->chunk.p);
	TRY(spend(w, 8 + v->bytes.n / 2)); /* compiling is work too: a token takes a byte or two */
	status = binxml_compile(w->c, start, v->bytes.n, false, &plain.program, w->error);
	if (w->c->cut && (status == TOCSIN_INVALID || status == TOCSIN_TRUNCATED))
		return TOCSIN_OK;
	TRY(status);
	ENSURE(w->c->nesting < LIMIT_BINXML_NESTING, w->error, TOCSIN_LIMIT, start,
	       "BinXML is nested too deep");
	w->c->nesting++;
	status = run(w, &inner, 0, plain.program->count);
	w->c->nesting--;
	return status;
}

static enum tocsin_status walk_instance(struct walk *w, const struct binxml_instance *instance)
{
	struct frame inner = {instance, 0, null_value};
	enum tocsin_status status;

	ENSURE(w->c->nesting < LIMIT_BINXML_NESTING, w->error, TOCSIN_LIMIT, 0,
	       "BinXML is nested too deep");
	w->c->nesting++;
	status = run(w, &inner, 0, instance->program->count);
	w->c->nesting--;
	return status;
}

static enum tocsin_status tell_text(struct walk *w, const struct value *v)
{
	static const uint8_t comma[2] = {',', 0};
	const struct value separator = {VALUE_STRING, {comma, sizeof(comma)}};
	struct value item;
	size_t state = 0;
	bool first = true;

	if (!(v->type & VALUE_ARRAY)) {
		w->ops->text(w->sink, v);
		return TOCSIN_OK;
	}
	/* An array where no element can be repeated for it: its items with commas between them. */
	while (value_item(v, &state, &item)) {
		TRY(spend_item(w, &item));
		if (!first)
			w->ops->text(w->sink, &separator);
		first = false;
		w->ops->text(w->sink, &item);
	}
	return TOCSIN_OK;
}

static enum tocsin_status open_element(struct walk *w, const struct binxml_name *name)
{
	ENSURE(w->depth < LIMIT_XML_DEPTH, w->error, TOCSIN_LIMIT, 0,
	       "elements are nested too deep");
	w->depth++;
	w->ops->open(w->sink, name);
	return TOCSIN_OK;
}

/* The ops of an attribute's value. An attribute that is one optional slot without a value is left
 * out. */
static enum tocsin_status attribute(struct walk *w, struct frame *f, uint32_t i)
{
	const struct binxml_op *const ops = f->instance->program->ops, *const op = &ops[i];

	if (op->next == i + 2 && ops[i + 1].kind == OP_SLOT && (ops[i + 1].flags & OP_OPTIONAL) &&
	    value_is_null(slot_value(f, i + 1)))
		return TOCSIN_OK;
	w->ops->attribute(w->sink, op->name);
	w->in_attribute = true;
	TRY(run(w, f, i + 1, op->next));
	w->in_attribute = false;
	w->ops->attribute_end(w->sink);
	return TOCSIN_OK;
}

/* Op index of the slot whose array the element at op `i` is repeated for: the first one in its
 * content, else the first one in its attributes; 0: none. */
static uint32_t array_slot(const struct frame *f, uint32_t i)
{
	const struct binxml_op *const ops = f->instance->program->ops;
	uint32_t attribute_end = 0, in_attribute = 0;

	for (uint32_t k = i + 1; k < ops[i].next; k++) {
		if (ops[k].kind == OP_OPEN)
			k = ops[k].next - 1; /* what a child holds is the child's */
		else if (ops[k].kind == OP_ATTRIBUTE)
			attribute_end = ops[k].next;
		else if (ops[k].kind != OP_SLOT || !(slot_value(f, k)->type & VALUE_ARRAY))
			continue;
		else if (k >= attribute_end)
			return k;
		else if (!in_attribute)
			in_attribute = k;
	}
	return in_attribute;
}

/* Repeats the element at op `i` for each item of the array at op `slot`. */
static enum tocsin_status repeat(struct walk *w, const struct frame *f, uint32_t i, uint32_t slot)
{
	const struct binxml_op *const op = &f->instance->program->ops[i];
	const struct value *const array = slot_value(f, slot);
	struct frame one = {f->instance, slot, null_value};
	enum tocsin_status status;
	size_t state = 0;

	ENSURE(w->arrays < LIMIT_ARRAY_NESTING, w->error, TOCSIN_LIMIT, 0,
	       "arrays inside arrays inside arrays");
	w->arrays++;
	/* An empty array gives one empty element. */
	(void)value_item(array, &state, &one.item);
	do {
		status = spend_item(w, &one.item);
		if (status == TOCSIN_OK)
			status = open_element(w, op->name);
		if (status == TOCSIN_OK)
			status = run(w, &one, i + 1, op->next);
	} while (status == TOCSIN_OK && value_item(array, &state, &one.item));
	w->arrays--;
	return status;
}

/* Enters the element at op *i, or leaves it out, or walks all of its repetitions; *i is then its
 * last op. */
static enum tocsin_status element(struct walk *w, const struct frame *f, uint32_t *i)
{
	const struct binxml_op *const op = &f->instance->program->ops[*i];

	/* A stream's root has no parent to leave it out of. */
	if (op->slot != SLOT_NONE && *i && op->slot < f->instance->count &&
	    f->instance->values[op->slot].type == VALUE_NULL) {
		*i = op->next - 1;
		return TOCSIN_OK;
	}
	if (f->instance->arrays && op->flags & OP_SLOTS) {
		const uint32_t slot = array_slot(f, *i);

		if (slot) {
			TRY(repeat(w, f, *i, slot));
			*i = op->next - 1;
			return TOCSIN_OK;
		}
	}
	return open_element(w, op->name);
}

static enum tocsin_status slot(struct walk *w, const struct frame *f, uint32_t i)
{
	const struct value *const v = slot_value(f, i);

	/* Elements can't stand in an attribute: a BinXML value there shows nothing. */
	if (v->type == VALUE_BINXML)
		return w->in_attribute ? TOCSIN_OK : walk_value(w, v);
	return tell_text(w, v);
}

static enum tocsin_status run(struct walk *w, struct frame *f, uint32_t from, uint32_t to)
{
	const struct binxml_program *const p = f->instance->program;

	for (uint32_t i = from; i < to; i++) {
		const struct binxml_op *const op = &p->ops[i];

		TRY(spend(w, 1));
		switch ((enum binxml_op_kind)op->kind) {
		case OP_OPEN:
			TRY(element(w, f, &i));
			break;
		case OP_ATTRIBUTE:
			TRY(attribute(w, f, i));
			i = op->next - 1;
			break;
		case OP_BODY:
			w->ops->body(w->sink);
			break;
		case OP_CLOSE:
			w->depth--;
			w->ops->close(w->sink, op->name, op->flags & OP_EMPTY);
			break;
		case OP_TEXT:
			TRY(tell_text(w, &op->value));
			break;
		case OP_SLOT:
			TRY(slot(w, f, i));
			break;
		case OP_CHAR_REF:
			w->ops->char_ref(w->sink, op->slot);
			break;
		case OP_ENTITY_REF:
			w->ops->entity_ref(w->sink, op->name);
			break;
		case OP_CDATA:
			w->ops->cdata(w->sink, &op->value);
			break;
		case OP_PI:
			w->ops->pi(w->sink, op->name, &op->value);
			break;
		case OP_INSTANCE:
			/* Elements can't stand in an attribute. */
			if (!w->in_attribute)
				TRY(walk_instance(w, op->instance));
			break;
		}
	}
	return TOCSIN_OK;
}

enum tocsin_status binxml_walk(struct binxml_context *c, const struct binxml_instance *instance,
			       const struct binxml_sink *ops, void *sink,
			       struct tocsin_error *error)
{
	struct walk w = {c, ops, sink, error, 0, 0, false};
	struct frame f = {instance, 0, null_value};

	binxml_begin(c);
	if (!instance->cut)
		c->cut = CUT_NEVER;
	else if (c->cut == CUT_NEVER)
		c->cut = CUT_ALLOWED;
	return run(&w, &f, 0, instance->program->count);
}
