/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Portable BinXML from a compiled template: for a record whose own chunk has lost the definition,
 * which the reader then knows from elsewhere. Writes the tokens that Windows writes for such a
 * template (layout: writer_binxml.c).
 */
#include "format/evtx/portable_internal.h"
#include "format/evtx/writer_internal.h"

static void token(struct form *f, unsigned byte)
{
	const uint8_t b = (uint8_t)byte;

	form_bytes(f, &b, 1);
}

static void word(struct form *f, unsigned v)
{
	uint8_t bytes[2];

	put16(bytes, (uint16_t)v);
	form_bytes(f, bytes, 2);
}

static void counted(struct form *f, struct view text, size_t width)
{
	word(f, (unsigned)(text.n / width));
	form_bytes(f, text.p, text.n);
}

static void literal(struct form *f, const struct value *v)
{
	token(f, TOKEN_VALUE);
	token(f, v->type);
	if (v->type == VALUE_STRING)
		counted(f, v->bytes, 2);
	else if (v->type == VALUE_ANSI || v->type == VALUE_BINARY || v->type == VALUE_SID)
		counted(f, v->bytes, 1);
	else
		form_bytes(f, v->bytes.p, v->bytes.n);
}

static void element_start(struct form *f, const struct binxml_op *op, bool attributes)
{
	token(f, TOKEN_OPEN | (attributes ? TOKEN_MORE : 0));
	word(f, op->slot);
	form_op(f, FORM_SIZE);
	form_name(f, op->name->utf16);
	if (attributes)
		form_op(f, FORM_LIST);
}

/* What follows an attribute list: it ends there. */
static bool ends_list(const struct binxml_op *op)
{
	return op->kind == OP_BODY || op->kind == OP_CLOSE;
}

static void one_op(struct form *f, const struct binxml_program *p, uint32_t i, bool *in_list)
{
	const struct binxml_op *const op = &p->ops[i];

	if (*in_list && ends_list(op)) {
		form_op(f, FORM_LIST_END);
		*in_list = false;
	}
	switch ((enum binxml_op_kind)op->kind) {
	case OP_OPEN:
		*in_list = i + 1 < p->count && op[1].kind == OP_ATTRIBUTE;
		element_start(f, op, *in_list);
		break;
	case OP_ATTRIBUTE:
		token(f, TOKEN_ATTRIBUTE |
				 (op->next < p->count && p->ops[op->next].kind == OP_ATTRIBUTE
					  ? TOKEN_MORE
					  : 0));
		form_name(f, op->name->utf16);
		break;
	case OP_BODY:
		token(f, TOKEN_BODY);
		break;
	case OP_CLOSE:
		form_op(f, FORM_CLOSE);
		form_byte(f, op->flags & OP_EMPTY ? TOKEN_CLOSE_EMPTY : TOKEN_CLOSE);
		break;
	case OP_TEXT:
		literal(f, &op->value);
		break;
	case OP_SLOT:
		token(f, op->flags & OP_OPTIONAL ? TOKEN_SLOT_OPTIONAL : TOKEN_SLOT);
		word(f, op->slot);
		token(f, op->value.type);
		break;
	case OP_CHAR_REF:
		token(f, TOKEN_CHAR_REF);
		word(f, op->slot);
		break;
	case OP_ENTITY_REF:
		token(f, TOKEN_ENTITY_REF);
		form_name(f, op->name->utf16);
		break;
	case OP_CDATA:
		token(f, TOKEN_CDATA);
		counted(f, op->value.bytes, 2);
		break;
	case OP_PI:
		token(f, TOKEN_PI_TARGET);
		form_name(f, op->name->utf16);
		token(f, TOKEN_PI_DATA);
		counted(f, op->value.bytes, 2);
		break;
	case OP_INSTANCE:
		break;
	}
}

enum tocsin_status portable_program(struct form *f, const struct binxml_program *program,
				    struct tocsin_error *error)
{
	static const uint8_t fragment[4] = {0x0f, 1, 1, 0};
	bool in_list = false;

	form_bytes(f, fragment, sizeof(fragment));
	for (uint32_t i = 0; i < program->count; i++) {
		ENSURE(program->ops[i].kind != OP_INSTANCE, error, TOCSIN_UNSUPPORTED, 0,
		       "a borrowed template that holds another one");
		one_op(f, program, i, &in_list);
	}
	token(f, TOKEN_END);
	return TOCSIN_OK;
}
