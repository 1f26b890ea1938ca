/* SPDX-License-Identifier: Apache-2.0 */
/* The skimmer's own state, one a decoder; what it does is declared in evtx.h. */
#ifndef TOCSIN_FORMAT_EVTX_SKIM_H
#define TOCSIN_FORMAT_EVTX_SKIM_H

#include "format/evtx/evtx_decoder.h"
#include "format/evtx/outline.h"
#include "format/evtx/template.h"
#include "format/evtx/template_variant.h"

struct skim;

/* The values of an instance. */
struct skim_values {
	const uint8_t *descriptors; /* count × {u16 size, u8 type, u8} */
	uint32_t count;             /* at most OUTLINE_SLOTS */
};

/* What their descriptors tell. */
struct skim_outlook {
	uint32_t total, before; /* bytes of all values; of those before the outline's nested one */
	uint32_t array_bytes;   /* of arrays */
	uint16_t nested_size;   /* of the nested one */
	uint8_t nested_type;
	bool arrays;
	bool fits; /* the types are such that the outline's steps are right */
	bool odd;  /* see struct evtx_skimmed, or one of the expected values is not there */
};

/* What was looked at last, in this chunk. All zero: nothing. */
struct skim_memo {
	const struct outline *outline;
	const uint8_t *descriptors;
	uint32_t count;
	struct skim_outlook outlook;
};

/* The types and sizes, but for the nested value: the specification of skim_look(). */
void skim_look_plain(struct skim_outlook *l, const struct outline *o, const struct skim_values *v);

void skim_look(struct skim_outlook *l, const struct outline *o, const struct skim_values *v,
	       struct skim_memo *memo);

/* Where the parts of an instance stand in the chunk. */
struct skim_instance {
	const struct outline *outline;
	uint16_t template; /* number in skim.templates */
	uint16_t count;
	uint32_t descriptors, values; /* chunk offsets */
};

/* Fills fields (EVENT_PART) that the outline names as quick, without a look at the rest. */
void skim_fields(const struct skim_instance *in, const uint8_t *chunk, uint32_t parts,
		 struct event *e);

struct skim *skim_new(void); /* NULL without memory */
void skim_free(struct skim *s);

/* Whether chunk[at .. end) is a value of elements that surely compile, none with more than one
 * piece of text. */
bool skim_inline(struct view chunk, uint32_t at, uint32_t end);

#endif
