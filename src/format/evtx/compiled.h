/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Compiled templates: a kept template's XML and JSON as runs of finished text with values between
 * them. Made when a template is rendered for the second time; a record is then written from left to
 * right, without a walk and without a tree.
 *
 * A form describes the usual: elements of one value each, elements and attributes that are left out
 * by a value, arrays in elements of their own, one BinXML value with a template of its own. What a
 * form can't describe has none, and a record whose values do not fit it, or which comes near a
 * limit, is walked: render_json.c and render_xml.c are the specification, and what a form gives and
 * charges is theirs to the byte. A test and a fuzz target hold both against each other.
 */
#ifndef TOCSIN_FORMAT_EVTX_COMPILED_H
#define TOCSIN_FORMAT_EVTX_COMPILED_H

#include "format/evtx/binxml.h"

enum form_kind {
	FORM_XML,
	FORM_JSON,        /* `"Event":{...},`: a record's root */
	FORM_JSON_INSIDE, /* the same for the root of a value inside a record */
	FORM_KINDS
};

enum form_op_kind {
	FORM_END,
	FORM_SKIP_NULL,   /* the slot is NULL: go on at `jump` */
	FORM_SKIP_EMPTY,  /* the slot has no value, for XML */
	FORM_SKIP_HIDDEN, /* the slot has no text, for JSON */
	FORM_JUMP,
	FORM_XML_TEXT,      /* the slot's value, in an element; `extra` between an array's items */
	FORM_XML_ATTRIBUTE, /* the same in an attribute: no arrays */
	FORM_JSON_VALUE,    /* the slot's value as JSON; `extra` where it has no text */
	FORM_JSON_DATA,     /* the same for Data: an array becomes one of JSON */
	FORM_JSON_GROUP,    /* the Data elements told by the next `jump` ops as one member */
	FORM_JSON_DATUM,    /* one of them: `slot`, or SLOT_NONE and `text`; `depends` */
	FORM_JSON_NESTED,   /* the root of the slot's BinXML value as a member */
	FORM_MEMBER,     /* a skip of kind `test` on `depends`, `head`, a value op of kind `value`,
			    `tail`: what most elements and attributes are */
	FORM_ATTRIBUTES, /* ends "#attributes"; without any: takes it back, goes on at `jump` */
	FORM_OBJECT      /* ends an object; without members `extra` stands in its place */
};

#define FORM_OPTIONAL 1u /* FORM_SKIP_HIDDEN: a NULL leaves an attribute out of the walk, too */
#define FORM_WHOLE 2u    /* FORM_ATTRIBUTES: without any, the object itself is taken back */
/* FORM_ATTRIBUTES: the object ends with them; `extra` stands in its place without any. */
#define FORM_ALONE 4u

/* A cache line: a record of a template that was not met lately waits for its ops. */
struct form_op {
	uint8_t kind, flags;
	uint8_t test, value; /* FORM_MEMBER only */
	uint16_t slot, depends;
	uint32_t text, text_n;   /* of the form's text: stands before what the op does */
	uint32_t extra, extra_n; /* the same, for what the op says */
	union {
		uint32_t jump;
		uint32_t test_nodes; /* FORM_MEMBER: `nodes` of the skip */
	};
	uint32_t nodes; /* what a walk does not visit when it is skipped, or visits for an item */
	uint32_t keys;  /* text of keys that a rendering of JSON makes besides */
	uint32_t key;   /* the same for each further item of an array */
	/* FORM_MEMBER only. */
	uint32_t head, head_n, tail, tail_n;
	uint32_t value_keys; /* `keys` of the value */
};

struct form {
	const struct form_op *ops;   /* the last one is FORM_END */
	const char *text;            /* FORM_TEXT_SLACK bytes more can be read */
	struct view root;            /* name of the root element */
	const struct view *siblings; /* of the FORM_JSON_NESTED: keys beside it */
	uint32_t sibling_count;
	uint32_t nodes; /* that a walk visits when nothing is skipped */
};

#define FORM_TEXT_SLACK 32u

/* Each form's text starts with `""`: an empty string of JSON. */
#define FORM_EMPTY 0u
#define FORM_EMPTY_N 2u

/* Elements open at once in a form, and forms inside each other: together less than
 * LIMIT_XML_DEPTH. */
#define FORM_DEPTH 40u
#define FORM_NESTING 4u

/* The forms of a kept template. */
struct compiled_template {
	const struct template_store *store; /* that keeps it */
	const struct form *form[FORM_KINDS];
	uint8_t met[FORM_KINDS]; /* how many times it was asked for, up to FORM_TRIED */
};

#define FORM_TRIED 2u

/* The form of a program that `c` keeps; NULL when it has none, or is not worth one yet. */
const struct form *compiled_form(const struct binxml_context *c, const struct binxml_program *p,
				 enum form_kind kind);

/* Renders a record as `kind` (FORM_XML, FORM_JSON) by the forms of its templates. False: it has to
 * be walked, and nothing is changed. */
bool compiled_render(struct binxml_context *c, const struct binxml_instance *instance,
		     enum form_kind kind, struct buf *out);

/* ---- Making forms: compiled_make.c, compiled_xml.c, compiled_json.c */

struct form_maker {
	const struct binxml_program *p;
	enum form_kind kind;
	struct arena arena; /* for the time of making */
	struct form_op *ops;
	size_t count, room;
	struct buf text;
	size_t from;   /* where the text begins that no op has yet */
	uint32_t keys; /* FORM_JSON: that no op has yet */
	struct view siblings[FORM_DEPTH];
	uint32_t sibling_count;
	unsigned depth;
	bool nested; /* there is a FORM_JSON_NESTED */
	bool failed; /* no memory */
};

/* An op that the text so far stands before; its index. */
uint32_t form_add(struct form_maker *m, enum form_op_kind kind, uint16_t slot);

/* Gives the text so far to an op of its own, so that one that jumps here goes on behind it; returns
 * the index of the op that comes next. */
uint32_t form_flush(struct form_maker *m);

/* Lets the op at `index` jump here. */
void form_land(struct form_maker *m, uint32_t index);

/* Text that only the op at `index` knows. Nothing may stand between that op and this. */
void form_extra(struct form_maker *m, uint32_t index, const char *text, size_t n);

/* Whether two attributes of the element at op `i` have one name, or there are many. */
bool form_repeats_attribute(const struct binxml_program *p, uint32_t i);

bool form_make_xml(struct form_maker *m);
bool form_make_json(struct form_maker *m);

#endif
