/* SPDX-License-Identifier: Apache-2.0 */
/* Text forms of small binary things, number parsing, and the filter that every text takes before it
 * meets a terminal. */
#ifndef TOCSIN_BASE_TEXT_H
#define TOCSIN_BASE_TEXT_H

#include "base/buf.h"
#include "base/view.h"

/* `{00112233-4455-6677-8899-aabbccddeeff}` lower case; `p` has 16 bytes as Windows stores them. */
void text_guid(struct buf *out, const uint8_t *p);

/* `S-1-5-21-…`; false (nothing written) when `sid` is too short for the count that it claims. */
bool text_sid(struct buf *out, struct view sid);

/* Upper-case hex digits. */
void text_hex(struct buf *out, struct view bytes);

/* `0x1f` lower case without padding. */
void text_hex_number(struct buf *out, uint64_t v);

/* Whole-string unsigned decimal, or hex after 0x; false on anything else or overflow. */
bool text_parse_u64(struct view text, uint64_t *ret);

/*
 * Appends UTF-8 from evidence for a terminal or a log line: C0, DEL, C1, bidirectional controls and
 * ill-formed bytes are shown as \xHH or \u{HHHH}; a line end (LF, CRLF) becomes `\n`, a tab a
 * blank.
 */
void text_clean(struct buf *out, struct view utf8);

/*
 * Appends XML for a terminal: the same characters that text_clean() shows, and CR, as character
 * references, so that it stays the same XML. Line feeds and tabs stay.
 */
void text_clean_xml(struct buf *out, struct view xml);

/* Columns that UTF-8 text takes on a terminal (combining marks 0, wide East Asian 2). */
size_t text_width(struct view utf8);

/* Edit distance of two short strings (Levenshtein, ASCII case ignored), for "did you mean". */
size_t text_distance(const char *a, const char *b);

/* A JSON string with its quotes. */
void text_json(struct buf *out, struct view utf8);
void text_json_str(struct buf *out, const char *s);

#endif
