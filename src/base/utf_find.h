/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Looking for one text in many: UTF-16LE, with or without regard to case. Most units of the text
 * are not even looked at; the worst pair of texts takes a number of steps that grows with their
 * lengths, not with the product of these.
 */
#ifndef TOCSIN_BASE_UTF_FIND_H
#define TOCSIN_BASE_UTF_FIND_H

#include "base/arena.h"
#include "base/view.h"

struct utf16_finder;

/* A finder in `a` for a needle of at most UTF16_NEEDLE_MAX units; NULL without memory, or when it
 * is longer. Case is ignored by utf16_lower(). */
#define UTF16_NEEDLE_MAX 65535u
const struct utf16_finder *utf16_finder_new(struct arena *a, struct view needle, bool nocase);

/* Whether the needle occurs in `text`; the same answer as utf16_contains(). */
bool utf16_find(const struct utf16_finder *f, struct view text);

#endif
