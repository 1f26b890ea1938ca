/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Portable BinXML from a compiled template: for a record whose own chunk has lost the definition,
 * which the reader then knows from elsewhere. Writes the tokens that Windows writes for such a
 * template (layout: writer_binxml.c).
 */
#include "format/evtx/portable_internal.h"
#include "format/evtx/writer_internal.h"

#define TOKEN_CDATA 0x07
#define TOKEN_CHAR_REF 0x08
#define TOKEN_ENTITY_REF 0x09
#define TOKEN_PI 0x0a
#define TOKEN_PI_CONTENT 0x0b

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
	token(f, TOKEN_TEXT);
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
	token(f, TOKEN_ELEMENT | (attributes ? TOKEN_MORE : 0));
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
		token(f, TOKEN_CONTENT);
		break;
	case OP_CLOSE:
		form_op(f, FORM_CLOSE);
		form_byte(f, op->flags & OP_EMPTY ? TOKEN_CLOSE_EMPTY : TOKEN_END);
		break;
	case OP_TEXT:
		literal(f, &op->value);
		break;
	case OP_SLOT:
		token(f, op->flags & OP_OPTIONAL ? TOKEN_OPTIONAL : TOKEN_NORMAL);
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
		token(f, TOKEN_PI);
		form_name(f, op->name->utf16);
		token(f, TOKEN_PI_CONTENT);
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
	token(f, TOKEN_EOF);
	return TOCSIN_OK;
}
