/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Looking for any of some texts in raw bytes: UTF-16LE, at any byte, whatever its case. What counts
 * is the bytes in which nothing is found: they are passed at a speed near that of memory.
 */
#ifndef TOCSIN_BASE_FIND_LITERALS_H
#define TOCSIN_BASE_FIND_LITERALS_H

#include "base/view.h"

/* Of one finder, and units of one literal: longer ones are as well found by a piece of them, and a
 * hostile log can't make comparisons long. */
#define LITERALS_MAX 64u
#define LITERAL_UNITS_MAX 32u

/*
 * The folding under which texts are compared: utf16_lower(), and long s (U+017F) is an s, as
 * regular expressions that ignore case have it. It joins all that any comparison of this program
 * that ignores case joins, for texts that hold nothing but ASCII on one side; others use
 * utf16_lower() only.
 */
uint16_t literal_fold(uint16_t unit);

/* How rare a literal is in event logs by the rarest of its units: about its expected number in
 * 65,536 bytes. */
double literal_rate(struct view utf16);

struct literal_finder;

/*
 * A finder of 1 to LITERALS_MAX literals of 1 to LITERAL_UNITS_MAX units (UTF-16LE), which are
 * copied. NULL without memory. It is immutable.
 */
struct literal_finder *literal_finder_new(const struct view *literals, size_t count);
void literal_finder_free(struct literal_finder *f);

/*
 * Where literals start in bytes[from .. to), each with its end within `bytes`: fills
 * offsets[room] with the first ones in ascending order, each offset once, and returns how many
 * there are, room + 1 where there are more. Offsets past UINT32_MAX are not looked for.
 */
size_t literal_find(const struct literal_finder *f, struct view bytes, size_t from, size_t to,
		    uint32_t *offsets, size_t room);

#endif
