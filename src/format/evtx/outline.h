/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A template's outline: where its event's fields and values come from, found once for each kept
 * template. Most records are then read slot by slot without walking their elements. A template that
 * an outline can't describe has none, and a record whose values don't fit it is walked: extract.c
 * is the specification, and a test holds both against each other.
 */
#ifndef TOCSIN_FORMAT_EVTX_OUTLINE_H
#define TOCSIN_FORMAT_EVTX_OUTLINE_H

#include "format/evtx/binxml.h"

#define OUTLINE_SLOTS 256u

enum outline_step_kind {
	STEP_SKIP,   /* values[slot] is NULL: go on at step `next` */
	STEP_FIELD,  /* the event's `field`; `name` where it is not the first of its kind */
	STEP_DATA,   /* an inserted value called `name` */
	STEP_BINARY, /* EventData/Binary, called `name` */
	STEP_OTHER,  /* event.others, called `name`: only where they are asked for */
	STEP_NESTED  /* a BinXML value: its own outline goes on */
};

/* What a slot's value may be, so that the steps are right. */
enum outline_use {
	USE_NONE,   /* not looked at: anything */
	USE_SCALAR, /* no array, no BinXML */
	USE_DATA,   /* an array too: the element is repeated for each item */
	USE_NESTED  /* BinXML or NULL */
};

struct outline_step {
	enum outline_step_kind kind;
	enum event_field field;
	uint16_t slot; /* SLOT_NONE: `literal` */
	bool optional; /* an attribute that is not there without a value */
	bool text;     /* STEP_DATA: only where there is some text */
	bool inner;    /* STEP_NESTED: inside UserData and the like, not below Event */
	uint32_t next;
	struct value literal;
	struct view name;
};

/* Types of values as outlines tell them apart. */
#define TYPE_ARRAY 1u
#define TYPE_BINXML 2u
#define TYPE_OTHER 4u /* neither, and not NULL */

/* Bits of outline.forbidden_types. */
#define OUTLINE_NO_ARRAY 1u
#define OUTLINE_NO_BINXML 2u

/* Slots that the four sure fields take at most: their values, and what their elements depend on. */
#define OUTLINE_EXPECTED 16u

/* Elements around a field's value that depend on values of their own, at most. */
#define OUTLINE_SKIPS 2u

/* The one step that can fill a field; NULL: none can. */
struct outline_source {
	const struct outline_step *step;
	uint32_t skips;
	uint16_t skip[OUTLINE_SKIPS]; /* slots: one of them NULL, and the field is not there */
};

struct outline {
	struct outline_step *steps;
	size_t count;
	uint32_t cost;  /* nodes that a walk would visit */
	uint32_t parts; /* EVENT_PART: what its own steps fill */
	bool nested;    /* the root is a child of Event, not Event itself */
	/* Each record has provider, id, channel and computer if it has values at the `expected`
	 * slots. */
	bool sure;
	uint16_t expected_end; /* behind the last of these slots */
	uint32_t repeats;      /* how often one slot's array is gone through at most */
	uint8_t expected_count;
	uint8_t expected_slots[OUTLINE_EXPECTED];
	const struct outline_step *channel; /* that then fills EVENT_CHANNEL */
	/* The slot of its one STEP_NESTED; SLOT_NONE: there is none, SLOT_MANY: several. */
	uint16_t nested_slot;
	bool nested_inner; /* as its step has it */
	uint8_t use[OUTLINE_SLOTS];
	uint8_t forbidden[OUTLINE_SLOTS]; /* TYPE_ flags for which the steps are wrong */
	/* The same without TYPE_OTHER, which only the nested slot forbids, for vectors. */
	uint32_t forbidden_types[OUTLINE_SLOTS];
	/* Where fields come from, for those that `quick` (EVENT_PART) names. */
	struct outline_source sources[EVENT_FIELD_COUNT];
	uint32_t quick;
	uint32_t slots_end;           /* behind the last slot of a source */
	bool expected[OUTLINE_SLOTS]; /* the same as a map */
};

#define SLOT_MANY 0xfffeu

/* The TYPE_ flag of a value's type; 0 for NULL. */
static inline uint8_t outline_type(uint8_t type)
{
	return type & VALUE_ARRAY     ? TYPE_ARRAY
	       : type == VALUE_BINXML ? TYPE_BINXML
	       : type == VALUE_NULL   ? 0
				      : TYPE_OTHER;
}

/*
 * The outline of a program that stays as it is, in `a`; NULL when it has none (or no memory).
 * `inner`: of a value in an element of its own that is not EventData, such as UserData.
 */
const struct outline *outline_make(struct arena *a, const struct binxml_program *p, bool inner);

/*
 * Fills `parts` (EVENT_PART) of `e` from a record by the outlines of its templates. False: the
 * record has to be walked, and `e` holds a part of it.
 */
bool outline_extract(struct binxml_context *c, const struct binxml_instance *instance,
		     uint32_t parts, struct event *e);

/* What stands in a field that the record has. Every record has its Provider, EventID, Channel and
 * Computer: an empty one is an empty text, so that it is not taken for a lost one. */
struct value event_field_value(enum event_field field, struct value v);

#endif
