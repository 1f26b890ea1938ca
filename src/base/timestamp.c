/* SPDX-License-Identifier: Apache-2.0 */
#include "base/timestamp.h"

#include <stdio.h>
#include <time.h>

#include "base/digits.h"

/* Days since 1601-01-01 <-> civil date in the proleptic Gregorian calendar, counted in 400-year
 * eras from 0000-03-01. */
#define DAYS_0000_TO_1601 584694 /* 0000-03-01 .. 1601-01-01 */

static int64_t days_from_civil(int64_t y, unsigned m, unsigned d)
{
	const int64_t year = m <= 2 ? y - 1 : y;
	const int64_t era = year / 400;
	const int64_t yoe = year - era * 400;
	const int64_t doy = (153 * ((int64_t)m + (m > 2 ? -3 : 9)) + 2) / 5 + (int64_t)d - 1;

	return era * 146097 + yoe * 365 + yoe / 4 - yoe / 100 + doy - DAYS_0000_TO_1601;
}

/*
 * After Neri and Schneider, "Euclidean affine functions and their application to calendar
 * algorithms" (2022): centuries, years and months by one multiplication each, exact for all days
 * that 64 bits of 100 ns can name (about 2.2 * 10^7).
 */
static inline void to_civil(uint64_t filetime, struct civil *out)
{
	const uint64_t seconds = filetime / FILETIME_SECOND;
	const uint32_t days = (uint32_t)(seconds / 86400), rest = (uint32_t)(seconds % 86400);
	const uint32_t quarters = 4 * (days + DAYS_0000_TO_1601) + 3; /* of days since March 0000 */
	const uint32_t century = quarters / 146097;
	const uint64_t of_century = (uint64_t)2939745 * (quarters % 146097 | 3);
	const uint32_t day_of_year = (uint32_t)of_century / 2939745 / 4; /* from the 1st of March */
	const uint32_t month_day = 2141 * day_of_year + 197913;
	const bool next_year = day_of_year >= 306; /* January and February */

	out->year = 100 * century + (uint32_t)(of_century >> 32) + next_year;
	out->month = (month_day >> 16) - (next_year ? 12 : 0);
	out->day = (month_day & 0xffff) / 2141 + 1;
	out->hour = rest / 3600;
	out->minute = rest / 60 % 60;
	out->second = rest % 60;
	out->ticks = (unsigned)(filetime % FILETIME_SECOND);
	out->weekday = (days + 1) % 7; /* 1601-01-01 was a Monday */
}

void filetime_to_civil(uint64_t filetime, struct civil *out)
{
	to_civil(filetime, out);
}

static unsigned month_days(int64_t year, unsigned month)
{
	static const unsigned char days[12] = {31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31};

	if (month == 2 && year % 4 == 0 && (year % 100 != 0 || year % 400 == 0))
		return 29;
	return days[month - 1];
}

bool filetime_from_civil(const struct civil *c, uint64_t *ret_filetime)
{
	if (c->year < 1601 || c->year > 30827 || c->month < 1 || c->month > 12 || c->day < 1 ||
	    c->day > month_days(c->year, c->month) || c->hour > 23 || c->minute > 59 ||
	    c->second > 59 || c->ticks >= FILETIME_SECOND)
		return false;
	*ret_filetime = (uint64_t)days_from_civil(c->year, c->month, c->day) * FILETIME_DAY +
			(c->hour * 3600ull + c->minute * 60ull + c->second) * FILETIME_SECOND +
			c->ticks;
	return true;
}

/* The last four digits of the year, month and day. */
static inline void put_date(char *o, const struct civil *c)
{
	const uint32_t year = (uint32_t)c->year % 10000;

	digits_put_pair(o, year / 100);
	digits_put_pair(o + 2, year % 100);
	o[4] = '-';
	digits_put_pair(o + 5, c->month);
	o[7] = '-';
	digits_put_pair(o + 8, c->day);
}

static inline void put_clock(char *o, const struct civil *c)
{
	digits_put_pair(o, c->hour);
	o[2] = ':';
	digits_put_pair(o + 3, c->minute);
	o[5] = ':';
	digits_put_pair(o + 6, c->second);
}

size_t filetime_format(char out[FILETIME_TEXT], uint64_t filetime)
{
	struct civil c;

	if (filetime > INT64_MAX) {
		memcpy(out, "0000-00-00T00:00:00.0000000Z", 29);
		return 28;
	}
	to_civil(filetime, &c);
	put_date(out, &c);
	out[10] = 'T';
	put_clock(out + 11, &c);
	out[19] = '.';
	digits_put(out + 20, (digits_decimal(c.ticks) + DIGITS_EACH('0')) >> 8);
	memcpy(out + 27, "Z", 2);
	return 28;
}

size_t filetime_format_second(char out[FILETIME_TEXT], uint64_t filetime)
{
	struct civil c;

	to_civil(filetime, &c);
	put_date(out, &c);
	out[10] = ' ';
	put_clock(out + 11, &c);
	memcpy(out + 19, "Z", 2);
	return 20;
}

size_t filetime_format_day(char out[FILETIME_TEXT], uint64_t filetime)
{
	struct civil c;

	to_civil(filetime, &c);
	put_date(out, &c);
	out[10] = 0;
	return 10;
}

static bool digits(const char **s, unsigned min, unsigned max, unsigned *ret)
{
	unsigned v = 0, n = 0;

	while (n < max && **s >= '0' && **s <= '9') {
		v = v * 10 + (unsigned)(*(*s)++ - '0');
		n++;
	}
	*ret = v;
	return n >= min;
}

enum tocsin_status filetime_parse(const char *text, bool end, uint64_t *ret_filetime)
{
	const char *s = text;
	struct civil c = {0, 0, 0, 0, 0, 0, 0, 0};
	uint64_t filetime, width = FILETIME_DAY; /* how long the named instant is */
	unsigned year, offset_hour, offset_minute = 0;

	if (!digits(&s, 4, 4, &year) || *s++ != '-' || !digits(&s, 2, 2, &c.month) || *s++ != '-' ||
	    !digits(&s, 2, 2, &c.day))
		return TOCSIN_USAGE;
	c.year = year;
	if (*s == 'T' || *s == 't' || *s == ' ') {
		s++;
		if (!digits(&s, 2, 2, &c.hour) || *s++ != ':' || !digits(&s, 2, 2, &c.minute))
			return TOCSIN_USAGE;
		width = 60 * FILETIME_SECOND;
		if (*s == ':') {
			s++;
			if (!digits(&s, 2, 2, &c.second))
				return TOCSIN_USAGE;
			width = FILETIME_SECOND;
			if (*s == '.' || *s == ',') {
				unsigned n = 0;

				s++;
				while (*s >= '0' && *s <= '9') {
					if (n < 7)
						c.ticks = c.ticks * 10 + (unsigned)(*s - '0');
					s++;
					n++;
				}
				if (!n)
					return TOCSIN_USAGE;
				for (width = 1; n < 7; n++) {
					c.ticks *= 10;
					width *= 10;
				}
			}
		}
	}
	if (!filetime_from_civil(&c, &filetime))
		return TOCSIN_USAGE;
	if (*s == 'Z' || *s == 'z') {
		s++;
	} else if (*s == '+' || *s == '-') {
		const bool east = *s++ == '+';
		uint64_t shift;

		if (!digits(&s, 2, 2, &offset_hour))
			return TOCSIN_USAGE;
		if (*s == ':')
			s++;
		if (*s && !digits(&s, 2, 2, &offset_minute))
			return TOCSIN_USAGE;
		if (offset_hour > 14 || offset_minute > 59)
			return TOCSIN_USAGE;
		shift = (offset_hour * 3600ull + offset_minute * 60ull) * FILETIME_SECOND;
		if (east && shift > filetime)
			return TOCSIN_USAGE;
		filetime = east ? filetime - shift : filetime + shift;
	}
	if (*s)
		return TOCSIN_USAGE;
	*ret_filetime = end ? filetime + width - 1 : filetime;
	return TOCSIN_OK;
}

enum tocsin_status filetime_parse_relative(const char *text, bool end, uint64_t now,
					   uint64_t *ret_filetime)
{
	static const struct {
		char unit;
		uint64_t length;
	} units[] = {
		{'s', FILETIME_SECOND}, {'m', 60 * FILETIME_SECOND}, {'h', 3600 * FILETIME_SECOND},
		{'d', FILETIME_DAY},    {'w', 7 * FILETIME_DAY},
	};
	const size_t n = strspn(text, "0123456789");
	uint64_t count = 0, length;

	if (!n || !text[n] || text[n + 1])
		return filetime_parse(text, end, ret_filetime);
	for (size_t i = 0; i < sizeof(units) / sizeof(units[0]); i++) {
		if (units[i].unit != text[n])
			continue;
		for (size_t k = 0; k < n; k++)
			if (__builtin_mul_overflow(count, 10u, &count) ||
			    __builtin_add_overflow(count, (uint64_t)(text[k] - '0'), &count))
				return TOCSIN_USAGE;
		if (__builtin_mul_overflow(count, units[i].length, &length))
			return TOCSIN_USAGE;
		*ret_filetime = length < now ? now - length : 0;
		return TOCSIN_OK;
	}
	return TOCSIN_USAGE;
}

uint64_t filetime_now(void)
{
	const time_t seconds = time(NULL);

	if (seconds < 0)
		return FILETIME_UNIX_EPOCH;
	return FILETIME_UNIX_EPOCH + (uint64_t)seconds * FILETIME_SECOND;
}
