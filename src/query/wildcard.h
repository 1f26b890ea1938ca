/* SPDX-License-Identifier: Apache-2.0 */
/*
 * PowerShell wildcards (-like): `*` any run, `?` one UTF-16 unit, `[abc]` `[a-z]` a set, a backtick
 * makes the next character literal. Anchored at both ends. Matching takes at most text x pattern
 * steps: on failure only the last `*` is tried again. `*text*` takes text + pattern steps.
 */
#ifndef TOCSIN_QUERY_WILDCARD_H
#define TOCSIN_QUERY_WILDCARD_H

#include "base/arena.h"
#include "base/error.h"
#include "base/utf.h"
#include "base/utf_find.h"

enum wildcard_kind { WILDCARD_UNIT, WILDCARD_ONE, WILDCARD_RUN, WILDCARD_SET };

struct wildcard_range {
	uint16_t first, last;
};

struct wildcard_item {
	enum wildcard_kind kind;
	uint16_t unit;                       /* WILDCARD_UNIT; lower case when `nocase` */
	const struct wildcard_range *ranges; /* WILDCARD_SET; of lower case when `nocase` */
	size_t range_count;
};

/* Shapes that need no general matcher. */
enum wildcard_shape {
	WILDCARD_GENERAL,
	WILDCARD_ALL,     /* `*` */
	WILDCARD_EQUAL,   /* text */
	WILDCARD_CONTAINS /* `*text*` */
};

struct wildcard {
	bool nocase;
	enum wildcard_shape shape;
	struct view literal;               /* UTF-16LE, without the stars: EQUAL, CONTAINS */
	const struct utf16_finder *finder; /* CONTAINS */
	struct view source;                /* the pattern as given */
	const struct wildcard_item *items;
	size_t count;
	bool open; /* begins and ends with `*`: what it matches it also matches inside other text */
	bool plain; /* no wildcard character at all */
};

/*
 * Compiles a UTF-16LE pattern into `a`. TOCSIN_INVALID: PowerShell refuses it (unterminated or
 * empty set, reversed range); error->offset is the UTF-16 unit. TOCSIN_LIMIT: longer than
 * LIMIT_PATTERN_UNITS.
 */
TOCSIN_MUST_USE enum tocsin_status wildcard_compile(struct arena *a, struct view pattern,
						    bool nocase, const struct wildcard **ret,
						    struct tocsin_error *error);

/* Whether the whole of a UTF-16LE text matches. */
bool wildcard_match(const struct wildcard *w, struct view text);

#endif
