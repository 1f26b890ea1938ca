/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Times. Inside tocsin every time is a FILETIME: 100 ns since 1601-01-01 UTC, unsigned 64 bits.
 * Text is ISO 8601 in UTC; nothing depends on the locale or the zone of this machine.
 */
#ifndef TOCSIN_BASE_TIMESTAMP_H
#define TOCSIN_BASE_TIMESTAMP_H

#include "base/error.h"
#include "base/view.h"

#define FILETIME_SECOND 10000000ull
#define FILETIME_DAY (86400ull * FILETIME_SECOND)
#define FILETIME_UNIX_EPOCH 116444736000000000ull

/* Longest text of filetime_format() with its NUL. */
#define FILETIME_TEXT 32

struct civil {
	int64_t year;
	unsigned month, day, hour, minute, second; /* month and day from 1 */
	unsigned ticks;                            /* 100 ns within the second */
	unsigned weekday;                          /* 0 = Sunday */
};

void filetime_to_civil(uint64_t filetime, struct civil *out);

/* False when the fields name no time or it lies outside 1601..30828. */
bool filetime_from_civil(const struct civil *c, uint64_t *ret_filetime);

/*
 * `2016-07-08T18:12:51.6816408Z`, always seven digits, as Windows writes it: after year 9999 the
 * last four digits of the year, past the signed 64-bit range 0000-00-00T00:00:00.0000000Z. Returns
 * the length.
 */
size_t filetime_format(char out[FILETIME_TEXT], uint64_t filetime);

/* `2016-07-08 18:12:51Z` (to the second) for people. Returns the length. */
size_t filetime_format_second(char out[FILETIME_TEXT], uint64_t filetime);

/* `2016-07-08`. Returns the length. */
size_t filetime_format_day(char out[FILETIME_TEXT], uint64_t filetime);

/*
 * Parses an ISO 8601 date or time: `2021-11-03`, `2021-11-03T09:12`, with seconds, fraction, `Z` or
 * an offset
 * (`+01:00`); `T` may be a blank. UTC unless it says otherwise. A date alone is its first instant,
 * or its last one when `end` is true; likewise a minute or a second without a fraction.
 */
TOCSIN_MUST_USE enum tocsin_status filetime_parse(const char *text, bool end,
						  uint64_t *ret_filetime);

/*
 * The same, or how long before `now`: `90s`, `30m`, `12h`, `7d`, `2w` (a day has 24 hours). What
 * lies before 1601 is 1601.
 */
TOCSIN_MUST_USE enum tocsin_status filetime_parse_relative(const char *text, bool end, uint64_t now,
							   uint64_t *ret_filetime);

/* The time of this machine's clock, to the second. */
uint64_t filetime_now(void);

#endif
