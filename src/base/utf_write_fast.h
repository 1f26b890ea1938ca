/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Between utf_write.c, which converts unit by unit, and its faster ways for processors with vector
 * instructions. All write at most utf16_write_bound() bytes.
 */
#ifndef TOCSIN_BASE_UTF_WRITE_FAST_H
#define TOCSIN_BASE_UTF_WRITE_FAST_H

#include "base/utf.h"

/* What an ASCII character takes in each way of escaping. NUL may end the text: never plain. */
enum utf16_class {
	UTF16_AS_IS,
	UTF16_BACKSLASH, /* a backslash and a character (JSON) */
	UTF16_SPECIAL    /* anything else */
};

extern const uint8_t utf16_classes[UTF_JSON + 1][128];

/* The code point at `p`, of which at least one unit lies before `end`; *to goes on behind it.
 * Returns where the next one starts. */
const uint8_t *utf16_write_one(char **to, const uint8_t *p, const uint8_t *end,
			       enum utf_escape escape);

/* At least one unit. `to_nul`: up to the first NUL. */
char *utf16_write_sse42(char *to, const uint8_t *p, size_t units, enum utf_escape escape,
			bool to_nul);
char *utf16_write_avx512(char *to, const uint8_t *p, size_t units, enum utf_escape escape,
			 bool to_nul);

#endif
