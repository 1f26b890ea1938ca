/* SPDX-License-Identifier: Apache-2.0 */
/* What a text must hold for a regular expression to match in it. */
#ifndef TOCSIN_QUERY_REGEX_LITERALS_H
#define TOCSIN_QUERY_REGEX_LITERALS_H

#include "base/arena.h"
#include "base/view.h"

/*
 * Literals (UTF-16LE in `a`, folded by literal_fold(), 1 to LITERAL_UNITS_MAX units, no U+0000) of
 * which one at least stands, under that folding, in each text that the expression matches. The
 * pattern is one that regex_translate() takes. Returns how many, at most LITERALS_MAX; 0 where none
 * are known (or no memory).
 */
size_t regex_literals(struct arena *a, struct view pattern, bool nocase, const struct view **ret);

#endif
