/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Text forms of numbers and small binary things, written into memory that the caller has made room
 * in: each function says how much, and returns where its text ends. Up to TEXT_WRITE_SLACK bytes
 * behind the text are room too: they may be overwritten.
 */
#ifndef TOCSIN_BASE_TEXT_WRITE_H
#define TOCSIN_BASE_TEXT_WRITE_H

#include "base/view.h"

#define TEXT_WRITE_SLACK 32

/* Decimal digits; at most 20. */
char *text_write_u64(char *to, uint64_t v);

/* The same with a sign; at most 20. */
char *text_write_i64(char *to, int64_t v);

/* `0x1f` lower case without padding; at most 18. */
char *text_write_hex_number(char *to, uint64_t v);

/* Upper-case hex digits; 2 * bytes.n. */
char *text_write_hex(char *to, struct view bytes);

/* `{00112233-4455-6677-8899-aabbccddeeff}` lower case, 38 bytes; `p` has 16 as Windows stores
 * them. */
char *text_write_guid(char *to, const uint8_t *p);

/* `S-1-5-21-…`, at most 3 * sid.n bytes; NULL (nothing written) when `sid` is too short for the
 * count that it claims. */
char *text_write_sid(char *to, struct view sid);

#if defined(__x86_64__)

/* The two above with SSSE3 (CPU_SSE42), for text_write.c; `n` is a multiple of 16. */
char *text_write_hex_sse(char *to, const uint8_t *p, size_t n);
char *text_write_guid_sse(char *to, const uint8_t *p);

#endif

#endif
