/* SPDX-License-Identifier: Apache-2.0 */
/*
 * UTF-16LE (what Windows logs hold) and UTF-8 (what tocsin speaks). Text in evidence is kept as raw
 * UTF-16LE bytes: a view whose length may be odd (the last byte is then ignored) and which may hold
 * lone surrogates.
 */
#ifndef TOCSIN_BASE_UTF_H
#define TOCSIN_BASE_UTF_H

#include "base/arena.h"
#include "base/buf.h"
#include "base/view.h"

/* How a converter writes what its output may not hold. */
enum utf_escape {
	UTF_PLAIN,    /* UTF-8 as is; lone surrogates become U+FFFD */
	UTF_XML_TEXT, /* & < > escaped; what XML 1.0 forbids becomes `_`, as Windows writes it */
	UTF_XML_ATTRIBUTE, /* the same, and ' and " */
	UTF_XML_CDATA,     /* only what XML 1.0 forbids becomes `_` */
	UTF_JSON           /* inside a JSON string, without its quotes */
};

/* Appends UTF-16LE bytes as UTF-8. */
void utf16_append(struct buf *out, struct view utf16, enum utf_escape escape);

/*
 * The same into memory of the caller's, which has utf16_write_bound(utf16.n) bytes from `to` on;
 * returns where the text ends. What lies behind it within the bound may be overwritten: the
 * converter stores whole vectors. No escape takes more than six bytes a unit.
 */
#define UTF16_WRITE_SLACK 64

static inline size_t utf16_write_bound(size_t bytes)
{
	return bytes / 2 * 6 + UTF16_WRITE_SLACK;
}

char *utf16_write(char *to, struct view utf16, enum utf_escape escape);

/* The same up to the first NUL: event logs store strings with or without one, and Windows stops
 * there. */
char *utf16_write_to_nul(char *to, struct view utf16, enum utf_escape escape);

/* `utf16` up to its first NUL, all of it where there is none. */
struct view utf16_until_nul(struct view utf16);

/* Appends UTF-8 bytes (checked: each ill-formed sequence becomes U+FFFD). */
void utf8_append(struct buf *out, struct view utf8, enum utf_escape escape);

/* One code point as UTF-8 into out[4]; returns its length. */
size_t utf8_put(char *out, uint32_t cp);

/* Next code point of `v`; ill-formed input gives U+FFFD and advances at least one byte. `v` must
 * not be empty. */
uint32_t utf8_next(struct view *v);

/* UTF-16LE -> UTF-8 C string in the arena, NULL without memory. Embedded NULs stay: use *ret_n (may
 * be NULL). */
char *utf16_to_utf8(struct arena *a, struct view utf16, size_t *ret_n);

/* UTF-8 -> UTF-16LE bytes in the arena; a view with p == NULL without memory. */
struct view utf8_to_utf16(struct arena *a, struct view utf8);

/*
 * Lower case of one UTF-16 unit, as .NET's ToLowerInvariant does per character: simple one-to-one
 * mappings of the BMP. Surrogates map to themselves.
 */
uint16_t utf16_lower(uint16_t unit);

/* The other units whose lower case is this one: how many. */
#define UTF16_UPPER_MAX 4u
size_t utf16_upper(uint16_t lower, uint16_t out[UTF16_UPPER_MAX]);

/* Equality of two UTF-16LE texts, ignoring case by utf16_lower(). */
bool utf16_equal_nocase(struct view a, struct view b);

/* Equality of a UTF-16LE text and an ASCII string, ignoring ASCII case. */
bool utf16_equal_ascii(struct view a, const char *ascii);

/* Whether UTF-16LE `needle` occurs in `text`; nocase by utf16_lower(). An empty needle always does.
 */
bool utf16_contains(struct view text, struct view needle, bool nocase);

/* ASCII case-insensitive equality of C strings. */
bool ascii_equal_nocase(const char *a, const char *b);

/* The same with a length on the left. */
bool ascii_equal_nocase_n(const char *a, size_t n, const char *b);

#endif
