/* SPDX-License-Identifier: Apache-2.0 */
/*
 * .NET regular expressions, as PowerShell's -match reads them, over UTF-16 text. What .NET refuses
 * is refused (TOCSIN_SYNTAX); what .NET means and this engine can't give is refused too
 * (TOCSIN_UNSUPPORTED). regex_pcre2.c does it with PCRE2's 16-bit library; a build without it has
 * regex_none.c.
 */
#ifndef TOCSIN_QUERY_REGEX_H
#define TOCSIN_QUERY_REGEX_H

#include "base/arena.h"
#include "base/error.h"
#include "base/view.h"

struct regex; /* compiled, with its match data: one per thread */

/* Compiles a UTF-16LE pattern. On failure error->offset is the UTF-16 unit in the pattern. */
TOCSIN_MUST_USE enum tocsin_status regex_compile(struct view pattern, bool nocase,
						 struct regex **ret, struct tocsin_error *error);
void regex_free(struct regex *r);

/* Whether it matches anywhere in a UTF-16LE text. TOCSIN_LIMIT: LIMIT_REGEX_STEPS were not enough
 * to tell. */
TOCSIN_MUST_USE enum tocsin_status regex_match(struct regex *r, struct view text, bool *ret_matched,
					       struct tocsin_error *error);

/* False: it does not match in the text, which lacks what each match holds (regex_literals.h). Asked
 * before regex_match(), which may run out of steps where this is quick to tell. */
bool regex_may_match(const struct regex *r, struct view text);

/*
 * regex_net.c: reads a pattern as .NET does and writes it in the engine's language (UTF-16LE in
 * `a`). *ret_local is true when the expression looks at nothing but what it matches: what it
 * matches in one text it also matches inside a longer one.
 */
TOCSIN_MUST_USE enum tocsin_status regex_translate(struct arena *a, struct view pattern,
						   struct view *ret_pattern, bool *ret_local,
						   struct tocsin_error *error);

#endif
