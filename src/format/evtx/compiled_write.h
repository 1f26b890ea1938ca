/* SPDX-License-Identifier: Apache-2.0 */
/* Writing by forms: what compiled_run.c and compiled_stream.c share. */
#ifndef TOCSIN_FORMAT_EVTX_COMPILED_WRITE_H
#define TOCSIN_FORMAT_EVTX_COMPILED_WRITE_H

#include "format/evtx/binxml_token.h"
#include "format/evtx/compiled.h"

/* Literals and short values are copied in steps of this: so far text may be read and written behind
 * its end. */
#define STEP FORM_TEXT_SLACK

struct rendering {
	struct binxml_context *c;
	struct buf *out; /* its n is behind while text is written */
	size_t end;      /* `out` may not grow beyond */
	char *limit;     /* of the room that is there */
	size_t keys;     /* text made for keys by a walk */
	uint64_t nodes;  /* that a walk visits */
	uint64_t room;   /* how many those may be */
	unsigned depth;
	bool json;
};

/* Functions that write take where text goes and return where it ends; NULL: the record does not
 * fit, or comes near a limit. */

char *compiled_make_room(struct rendering *r, char *to, size_t n);

/* `to`, with room for `n` bytes. */
static inline char *ensure(struct rendering *r, char *to, size_t n)
{
	return n <= (size_t)(r->limit - to) ? to : compiled_make_room(r, to, n);
}

/* Whether an element inside the nested one's parent may have this name. */
bool compiled_key_free(const struct form *f, struct view name);

/* A BinXML value that is no template instance: one element, written out token by token. */
char *compiled_stream(struct rendering *r, char *to, const struct form *f, struct view bytes);

#endif
