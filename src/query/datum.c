/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Values, their conversions and comparisons as Windows PowerShell 5.1 makes them (language
 * specification chapters 6 and 7.8).
 */
#include "query/datum.h"

#include <stdio.h>

#include "base/timestamp.h"
#include "base/utf.h"

/* .NET ticks (100 ns since 0001-01-01) of FILETIME 0. */
#define TICKS_1601 504911232000000000ll

struct datum datum_null(void)
{
	const struct datum d = {.type = DATUM_NULL, .as = {.i = 0}};
	return d;
}

struct datum datum_unknown(void)
{
	const struct datum d = {.type = DATUM_UNKNOWN, .as = {.i = 0}};
	return d;
}

struct datum datum_bool(bool v)
{
	const struct datum d = {.type = DATUM_BOOL, .as = {.truth = v}};
	return d;
}

struct datum datum_int(int64_t v)
{
	const struct datum d = {.type = DATUM_INT, .as = {.i = v}};
	return d;
}

struct datum datum_uint(uint64_t v)
{
	const struct datum d = {.type = DATUM_UINT, .as = {.u = v}};
	return v <= INT64_MAX ? datum_int((int64_t)v) : d;
}

struct datum datum_double(double v)
{
	const struct datum d = {.type = DATUM_DOUBLE, .as = {.d = v}};
	return d;
}

struct datum datum_time(uint64_t filetime)
{
	const struct datum d = {.type = DATUM_TIME, .as = {.time = filetime}};
	return d;
}

struct datum datum_entry_type(int64_t v)
{
	const struct datum d = {.type = DATUM_ENTRY_TYPE, .as = {.i = v}};
	return d;
}

struct datum datum_text(struct view utf16)
{
	const struct datum d = {.type = DATUM_TEXT, .as = {.text = utf16}};
	return d;
}

struct datum datum_ascii(struct arena *a, const char *s)
{
	const struct view text = utf8_to_utf16(a, view_of(s));
	return text.p ? datum_text(text) : datum_unknown();
}

static const struct {
	int64_t value;
	const char *name;
} entry_types[] = {
	{ENTRY_ERROR, "Error"},
	{ENTRY_WARNING, "Warning"},
	{ENTRY_INFORMATION, "Information"},
	{ENTRY_SUCCESS_AUDIT, "SuccessAudit"},
	{ENTRY_FAILURE_AUDIT, "FailureAudit"},
};

#define ENTRY_TYPES (sizeof(entry_types) / sizeof(entry_types[0]))

const char *entry_type_name(int64_t v)
{
	for (size_t i = 0; i < ENTRY_TYPES; i++)
		if (entry_types[i].value == v)
			return entry_types[i].name;
	return NULL;
}

/* Copies short ASCII text without blanks around it into `out`; false when it is longer or not
 * ASCII. */
static bool ascii_trimmed(struct view utf16, char *out, size_t size)
{
	size_t first = 0, end = utf16.n / 2;

	while (first < end && (le16(utf16.p + 2 * first) == ' ' || le16(utf16.p + 2 * first) == 9))
		first++;
	while (end > first &&
	       (le16(utf16.p + 2 * (end - 1)) == ' ' || le16(utf16.p + 2 * (end - 1)) == 9))
		end--;
	if (end - first >= size)
		return false;
	for (size_t i = first; i < end; i++) {
		const uint16_t u = le16(utf16.p + 2 * i);

		if (u >= 0x80 || u == 0)
			return false;
		out[i - first] = (char)u;
	}
	out[end - first] = 0;
	return true;
}

bool entry_type_parse(struct view utf16, int64_t *ret)
{
	char text[32];
	size_t n, found = ENTRY_TYPES;
	uint64_t number;

	if (!ascii_trimmed(utf16, text, sizeof(text)) || !text[0])
		return false;
	n = strlen(text);
	if (text[0] >= '0' && text[0] <= '9') {
		struct datum d;

		if (!datum_parse_number(utf16, &d) || d.type != DATUM_INT || d.as.i > INT32_MAX)
			return false;
		number = (uint64_t)d.as.i;
		*ret = (int64_t)number;
		return true;
	}
	for (size_t i = 0; i < ENTRY_TYPES; i++) {
		if (n > strlen(entry_types[i].name) ||
		    !ascii_equal_nocase_n(entry_types[i].name, n, text))
			continue;
		if (found != ENTRY_TYPES)
			return false; /* a prefix of two names */
		found = i;
	}
	if (found == ENTRY_TYPES)
		return false;
	*ret = entry_types[found].value;
	return true;
}

enum tri datum_truth(const struct datum *d)
{
	/* A list of one is its item; lists are not nested deeper than the literal that made them,
	 * and a list in a list is true. */
	switch (d->type) {
	case DATUM_NULL:
		return TRI_FALSE;
	case DATUM_UNKNOWN:
		return TRI_UNDECIDED;
	case DATUM_BOOL:
		return tri_of(d->as.truth);
	case DATUM_INT:
	case DATUM_ENTRY_TYPE:
		return tri_of(d->as.i != 0);
	case DATUM_DOUBLE:
		return tri_of(d->as.d != 0);
	case DATUM_TEXT:
		return tri_of(d->as.text.n >= 2);
	case DATUM_LIST:
		if (d->as.list.count != 1)
			return tri_of(d->as.list.count > 1);
		if (d->as.list.items[0].type == DATUM_LIST)
			return TRI_TRUE;
		return datum_truth(&d->as.list.items[0]);
	case DATUM_UINT:
	case DATUM_TIME:
		break;
	}
	return TRI_TRUE;
}

static void append_double(struct buf *out, double v)
{
	char text[40];

	/* 15 digits, as .NET Framework writes a double; the point whatever the locale. */
	snprintf(text, sizeof(text), "%.15G", v);
	for (char *p = text; *p; p++)
		if (*p == ',')
			*p = '.';
	buf_str(out, text);
}

void datum_append(struct buf *out, const struct datum *d)
{
	struct civil c;

	switch (d->type) {
	case DATUM_BOOL:
		buf_str(out, d->as.truth ? "True" : "False");
		break;
	case DATUM_ENTRY_TYPE:
		if (entry_type_name(d->as.i)) {
			buf_str(out, entry_type_name(d->as.i));
			break;
		}
		/* fall through */
	case DATUM_INT:
		buf_printf(out, "%lld", (long long)d->as.i);
		break;
	case DATUM_UINT:
		buf_u64(out, d->as.u);
		break;
	case DATUM_DOUBLE:
		append_double(out, d->as.d);
		break;
	case DATUM_TIME:
		/* The invariant culture's form, as in string conversions. */
		filetime_to_civil(d->as.time, &c);
		buf_printf(out, "%02u/%02u/%04u %02u:%02u:%02u", c.month, c.day, (unsigned)c.year,
			   c.hour, c.minute, c.second);
		break;
	case DATUM_TEXT:
		utf16_append(out, d->as.text, UTF_PLAIN);
		break;
	case DATUM_NULL:
	case DATUM_UNKNOWN:
	case DATUM_LIST:
		break;
	}
}

struct view datum_to_text(struct arena *a, const struct datum *d)
{
	struct buf b = {NULL, 0, 0, 0, false};
	struct view r = {NULL, 0};

	if (d->type == DATUM_TEXT)
		return d->as.text;
	if (d->type == DATUM_LIST) {
		for (size_t i = 0; i < d->as.list.count; i++) {
			if (i)
				buf_byte(&b, ' ');
			datum_append(&b, &d->as.list.items[i]);
		}
	} else {
		datum_append(&b, d);
	}
	if (!buf_failed(&b)) {
		const struct view utf8 = {(const uint8_t *)b.p, b.n};

		r = utf8_to_utf16(a, utf8);
	}
	buf_free(&b);
	return r;
}

/* ---- Text to number */

static bool parse_hex(const char *p, struct datum *ret)
{
	uint64_t v = 0;
	size_t n = 0;

	for (; p[n]; n++) {
		const char c = p[n], l = (char)(c | 32);

		if (n == 16)
			return false;
		if (c >= '0' && c <= '9')
			v = v << 4 | (uint64_t)(c - '0');
		else if (l >= 'a' && l <= 'f')
			v = v << 4 | (uint64_t)(l - 'a' + 10);
		else
			return false;
	}
	if (!n)
		return false;
	/* Eight digits are an [int], sixteen a [long]: the top bit is the sign. */
	if (n <= 8)
		*ret = datum_int((int64_t)v > INT32_MAX ? (int64_t)v - (1ll << 32) : (int64_t)v);
	else
		*ret = datum_int((int64_t)v);
	return true;
}

/* mantissa * 10^exponent; exact for what 53 bits and 10^22 hold. */
static double scale(uint64_t mantissa, int exponent)
{
	long double v = (long double)mantissa;

	for (; exponent > 0 && v < 1e4900L; exponent--)
		v *= 10;
	if (exponent < 0) {
		long double divisor = 1;

		for (; exponent < 0 && divisor < 1e4900L; exponent++)
			divisor *= 10;
		v /= divisor;
	}
	return (double)v;
}

static bool parse_decimal(const char *p, bool negative, struct datum *ret)
{
	uint64_t v = 0;
	int exponent = 0, dropped = 0;
	bool digits = false, whole = true;

	for (; *p >= '0' && *p <= '9'; p++) {
		digits = true;
		if (v > (UINT64_MAX - 9) / 10)
			dropped++;
		else
			v = v * 10 + (uint64_t)(*p - '0');
	}
	if (*p == '.') {
		whole = false;
		for (p++; *p >= '0' && *p <= '9'; p++) {
			digits = true;
			if (v > (UINT64_MAX - 9) / 10)
				continue;
			v = v * 10 + (uint64_t)(*p - '0');
			exponent--;
		}
	}
	if (digits && (*p | 32) == 'e') {
		const bool minus = p[1] == '-';
		int e = 0;

		whole = false;
		p += p[1] == '-' || p[1] == '+' ? 2 : 1;
		if (*p < '0' || *p > '9')
			return false;
		for (; *p >= '0' && *p <= '9'; p++)
			e = e > 9999 ? e : e * 10 + (*p - '0');
		exponent += minus ? -e : e;
	}
	if (!digits || *p)
		return false;
	if (whole && !dropped && v <= INT64_MAX)
		*ret = datum_int(negative ? -(int64_t)v : (int64_t)v);
	else if (whole && !dropped && !negative)
		*ret = datum_uint(v);
	else
		*ret = datum_double((negative ? -1 : 1) * scale(v, exponent + dropped));
	return true;
}

bool datum_parse_number(struct view utf16, struct datum *ret)
{
	char text[80];
	const char *p = text;
	bool negative = false;

	if (!ascii_trimmed(utf16, text, sizeof(text)))
		return false;
	if (!*p) {
		*ret = datum_int(0);
		return true;
	}
	if (*p == '-' || *p == '+')
		negative = *p++ == '-';
	if (p[0] == '0' && (p[1] | 32) == 'x') {
		if (!parse_hex(p + 2, ret))
			return false;
		if (negative)
			ret->as.i = (int64_t)(0 - (uint64_t)ret->as.i);
		return true;
	}
	return parse_decimal(p, negative, ret);
}

/* ---- Text to time */

static const char *const months[12] = {"january",   "february", "march",    "april",
				       "may",       "june",     "july",     "august",
				       "september", "october",  "november", "december"};

static bool take_number(const char **p, size_t max_digits, unsigned *ret)
{
	unsigned v = 0;
	size_t n = 0;

	for (; **p >= '0' && **p <= '9' && n < max_digits; n++, (*p)++)
		v = v * 10 + (unsigned)(**p - '0');
	*ret = v;
	return n > 0 && !(**p >= '0' && **p <= '9');
}

static bool take_month(const char **p, unsigned *ret)
{
	size_t n = 0;

	while (((*p)[n] | 32) >= 'a' && ((*p)[n] | 32) <= 'z')
		n++;
	/* The whole name or its first three letters. */
	for (unsigned m = 0; n >= 3 && m < 12; m++) {
		const char *const name = months[m];

		if (n != 3 && n != strlen(name))
			continue;
		for (size_t i = 0; i < n; i++)
			if (((*p)[i] | 32) != name[i])
				goto next;
		*p += n;
		*ret = m + 1;
		return true;
	next:;
	}
	return false;
}

static void skip_blanks(const char **p)
{
	while (**p == ' ' || **p == ',')
		(*p)++;
}

/* M/d/yyyy, yyyy/M/d, `d MMM yyyy`, `MMM d, yyyy`. */
static bool take_date(const char **p, struct civil *c)
{
	unsigned first, year;

	if (take_month(p, &c->month)) {
		skip_blanks(p);
		if (!take_number(p, 2, &c->day))
			return false;
		skip_blanks(p);
		if (!take_number(p, 4, &year))
			return false;
		c->year = (int64_t)year;
		return year >= 1000;
	}
	if (!take_number(p, 4, &first))
		return false;
	if (**p == '/') {
		unsigned second, third;

		(*p)++;
		if (!take_number(p, 2, &second) || **p != '/')
			return false;
		(*p)++;
		if (!take_number(p, 4, &third))
			return false;
		c->year = first > 31 ? (int64_t)first : (int64_t)third;
		c->month = first > 31 ? second : first;
		c->day = first > 31 ? third : second;
		return c->year >= 1000;
	}
	c->day = first;
	while (**p == ' ' || **p == '-')
		(*p)++;
	if (!take_month(p, &c->month))
		return false;
	while (**p == ' ' || **p == '-' || **p == ',')
		(*p)++;
	if (!take_number(p, 4, &year))
		return false;
	c->year = (int64_t)year;
	return year >= 1000;
}

/* H:mm[:ss[.fffffff]] [AM|PM] */
static bool take_clock(const char **p, struct civil *c)
{
	if (!take_number(p, 2, &c->hour) || **p != ':')
		return false;
	(*p)++;
	if (!take_number(p, 2, &c->minute))
		return false;
	if (**p == ':') {
		(*p)++;
		if (!take_number(p, 2, &c->second))
			return false;
		if (**p == '.') {
			unsigned unit = 1000000;

			for ((*p)++; **p >= '0' && **p <= '9'; (*p)++, unit /= 10)
				c->ticks += (unsigned)(**p - '0') * unit;
		}
	}
	skip_blanks(p);
	if (((*p)[0] | 32) == 'a' || ((*p)[0] | 32) == 'p') {
		const bool pm = ((*p)[0] | 32) == 'p';

		if (((*p)[1] | 32) != 'm' || c->hour < 1 || c->hour > 12)
			return false;
		c->hour = c->hour % 12 + (pm ? 12 : 0);
		*p += 2;
	}
	return true;
}

bool datum_parse_time(struct view utf16, uint64_t *ret, bool *ret_zone)
{
	char text[64];
	const char *p = text;
	struct civil c;

	if (!ascii_trimmed(utf16, text, sizeof(text)) || !text[0])
		return false;
	if (filetime_parse(text, false, ret) == TOCSIN_OK) {
		const char *const colon = strchr(text, ':');

		if (ret_zone)
			*ret_zone = colon && (strpbrk(colon, "Zz+-") != NULL);
		return true;
	}
	memset(&c, 0, sizeof(c));
	if (!take_date(&p, &c))
		return false;
	skip_blanks(&p);
	if (*p && !take_clock(&p, &c))
		return false;
	skip_blanks(&p);
	if (*p && !((*p == 'Z' || *p == 'z') && !p[1]))
		return false;
	if (ret_zone)
		*ret_zone = *p != 0;
	return filetime_from_civil(&c, ret);
}

/* ---- Comparison */

static bool is_number(const struct datum *d)
{
	return d->type == DATUM_INT || d->type == DATUM_UINT || d->type == DATUM_DOUBLE;
}

static double to_double(const struct datum *d)
{
	if (d->type == DATUM_DOUBLE)
		return d->as.d;
	return d->type == DATUM_UINT ? (double)d->as.u : (double)d->as.i;
}

static enum ordering order_numbers(const struct datum *l, const struct datum *r)
{
	if (l->type == DATUM_DOUBLE || r->type == DATUM_DOUBLE) {
		const double x = to_double(l), y = to_double(r);

		return x < y ? ORDER_LESS : x > y ? ORDER_GREATER : ORDER_EQUAL;
	}
	if (l->type != r->type)
		return l->type == DATUM_INT ? ORDER_LESS : ORDER_GREATER;
	if (l->type == DATUM_UINT)
		return l->as.u < r->as.u   ? ORDER_LESS
		       : l->as.u > r->as.u ? ORDER_GREATER
					   : ORDER_EQUAL;
	return l->as.i < r->as.i ? ORDER_LESS : l->as.i > r->as.i ? ORDER_GREATER : ORDER_EQUAL;
}

/* Nearest integer, halves to even, as .NET converts. False outside 64 bits. */
static bool round_double(double v, int64_t *ret)
{
	int64_t whole;
	double rest;

	if (!(v > -9.2e18 && v < 9.2e18))
		return false;
	whole = (int64_t)v;
	rest = v - (double)whole;
	if (rest > 0.5 || (rest == 0.5 && whole % 2))
		whole++;
	else if (rest < -0.5 || (rest == -0.5 && whole % 2))
		whole--;
	*ret = whole;
	return true;
}

/* `from` as a number of the kind of `like`; false where PowerShell fails. */
static bool convert_number(const struct datum *from, const struct datum *like, struct datum *ret)
{
	int64_t whole;

	switch (from->type) {
	case DATUM_INT:
	case DATUM_UINT:
	case DATUM_DOUBLE:
		*ret = *from;
		return true;
	case DATUM_BOOL:
		*ret = datum_int(from->as.truth);
		return true;
	case DATUM_ENTRY_TYPE:
		*ret = datum_int(from->as.i);
		return true;
	case DATUM_TEXT:
		if (!datum_parse_number(from->as.text, ret))
			return false;
		if (ret->type != DATUM_DOUBLE || like->type == DATUM_DOUBLE)
			return true;
		if (!round_double(ret->as.d, &whole))
			return false;
		*ret = datum_int(whole);
		return true;
	case DATUM_NULL:
	case DATUM_UNKNOWN:
	case DATUM_TIME:
	case DATUM_LIST:
		break;
	}
	return false;
}

static bool convert_time(const struct datum *from, uint64_t *ret)
{
	if (from->type == DATUM_TIME) {
		*ret = from->as.time;
		return true;
	}
	if (from->type == DATUM_TEXT)
		return datum_parse_time(from->as.text, ret, NULL);
	if (from->type == DATUM_INT && from->as.i >= 0) {
		/* A number is a count of ticks; what lies before 1601 is before every event. */
		*ret = from->as.i < TICKS_1601 ? 0 : (uint64_t)(from->as.i - TICKS_1601);
		return true;
	}
	return false;
}

/* Weight of an ASCII character in the invariant culture: punctuation, then digits, then letters
 * without their case. 0: it has no weight of its own, or it is not ASCII. */
static unsigned weight(uint16_t u)
{
	static const char order[] =
		" _,;:!?.\"()[]{}@*/\\&#%`^+<=>|~$0123456789abcdefghijklmnopqrstuvwxyz";
	const uint16_t l = u >= 'A' && u <= 'Z' ? (uint16_t)(u + 32) : u;
	const char *const found = l && l < 0x80 ? strchr(order, (int)l) : NULL;

	return found ? (unsigned)(found - order) + 1 : 0;
}

static bool is_punctuation(unsigned w)
{
	return w <= 32;
}

static enum ordering order_text(struct view l, struct view r, bool exact)
{
	const size_t nl = l.n / 2, nr = r.n / 2, n = nl < nr ? nl : nr;
	enum ordering by_case = ORDER_EQUAL;

	for (size_t i = 0; i < n; i++) {
		const uint16_t x = le16(l.p + 2 * i), y = le16(r.p + 2 * i);
		const unsigned wx = weight(x), wy = weight(y);

		if (x == y)
			continue;
		if (utf16_lower(x) == utf16_lower(y)) {
			if (by_case == ORDER_EQUAL)
				by_case = utf16_lower(x) == x ? ORDER_LESS : ORDER_GREATER;
			continue;
		}
		if (!wx || !wy)
			return ORDER_UNKNOWN;
		/* Sort tables disagree about punctuation among itself, but brackets before braces.
		 */
		if (is_punctuation(wx) && is_punctuation(wy) &&
		    !(strchr("[]{}", (int)x) && strchr("[]{}", (int)y)))
			return ORDER_UNKNOWN;
		return wx < wy ? ORDER_LESS : ORDER_GREATER;
	}
	if (nl != nr) {
		const uint16_t next = nl > nr ? le16(l.p + 2 * n) : le16(r.p + 2 * n);

		if (next >= 0x80 || next < 0x20)
			return ORDER_UNKNOWN; /* may have no weight at all */
		return nl < nr ? ORDER_LESS : ORDER_GREATER;
	}
	return exact ? by_case : ORDER_EQUAL;
}

static bool equal_text(struct view l, struct view r, bool exact)
{
	l.n &= ~(size_t)1;
	r.n &= ~(size_t)1;
	return exact ? view_equal(l, r) : utf16_equal_nocase(l, r);
}

/* {…} and (…), as a text is converted to a Guid. */
static struct view without_braces(struct view text)
{
	const size_t n = text.n / 2;
	const uint16_t first = n >= 2 ? le16(text.p) : 0;
	const uint16_t last = n >= 2 ? le16(text.p + 2 * (n - 1)) : 0;

	return (first == '{' && last == '}') || (first == '(' && last == ')')
		       ? view_slice(text, 2, 2 * (n - 2))
		       : text;
}

enum tri datum_equal(struct arena *a, const struct datum *left, const struct datum *right,
		     bool exact)
{
	struct datum number;
	struct view text;
	uint64_t time;
	int64_t type;

	if (left->type == DATUM_UNKNOWN || right->type == DATUM_UNKNOWN)
		return TRI_UNDECIDED;
	if (left->type == DATUM_NULL || right->type == DATUM_NULL)
		return tri_of(left->type == right->type);
	switch (left->type) {
	case DATUM_BOOL:
		return datum_truth(right) == TRI_UNDECIDED
			       ? TRI_UNDECIDED
			       : tri_of((datum_truth(right) == TRI_TRUE) == left->as.truth);
	case DATUM_INT:
	case DATUM_UINT:
	case DATUM_DOUBLE:
		return tri_of(convert_number(right, left, &number) &&
			      order_numbers(left, &number) == ORDER_EQUAL);
	case DATUM_TIME:
		return tri_of(convert_time(right, &time) && time == left->as.time);
	case DATUM_ENTRY_TYPE:
		if (right->type == DATUM_TEXT)
			return tri_of(entry_type_parse(right->as.text, &type) &&
				      type == left->as.i);
		return tri_of((right->type == DATUM_INT || right->type == DATUM_ENTRY_TYPE) &&
			      right->as.i == left->as.i);
	case DATUM_TEXT:
		text = datum_to_text(a, right);
		if (!text.p)
			return TRI_UNDECIDED;
		if (left->guid)
			return tri_of(equal_text(left->as.text, without_braces(text), false));
		return tri_of(equal_text(left->as.text, text, exact));
	case DATUM_NULL:
	case DATUM_UNKNOWN:
	case DATUM_LIST:
		break;
	}
	return TRI_UNDECIDED;
}

/* $null is below everything but negative numbers. */
static enum ordering order_null(const struct datum *left, const struct datum *right)
{
	const struct datum *const other = left->type == DATUM_NULL ? right : left;
	const bool negative = is_number(other) && to_double(other) < 0;
	const bool null_first = left->type == DATUM_NULL;

	if (left->type == right->type)
		return ORDER_EQUAL;
	if (!null_first && left->type == DATUM_TIME)
		return ORDER_ERROR;
	return negative == null_first ? ORDER_GREATER : ORDER_LESS;
}

enum ordering datum_order(struct arena *a, const struct datum *left, const struct datum *right,
			  bool exact)
{
	struct datum number;
	struct view text;
	uint64_t time;
	int64_t type;

	if (left->type == DATUM_UNKNOWN || right->type == DATUM_UNKNOWN)
		return ORDER_UNKNOWN;
	if (left->type == DATUM_NULL || right->type == DATUM_NULL)
		return order_null(left, right);
	switch (left->type) {
	case DATUM_BOOL: {
		const int x = left->as.truth, y = datum_truth(right) == TRI_TRUE;

		if (datum_truth(right) == TRI_UNDECIDED)
			return ORDER_UNKNOWN;
		return x < y ? ORDER_LESS : x > y ? ORDER_GREATER : ORDER_EQUAL;
	}
	case DATUM_INT:
	case DATUM_UINT:
	case DATUM_DOUBLE:
		return convert_number(right, left, &number) ? order_numbers(left, &number)
							    : ORDER_ERROR;
	case DATUM_TIME:
		if (!convert_time(right, &time))
			return ORDER_ERROR;
		return left->as.time < time   ? ORDER_LESS
		       : left->as.time > time ? ORDER_GREATER
					      : ORDER_EQUAL;
	case DATUM_ENTRY_TYPE:
		if (right->type == DATUM_TEXT) {
			if (!entry_type_parse(right->as.text, &type))
				return ORDER_ERROR;
		} else if (right->type == DATUM_INT || right->type == DATUM_ENTRY_TYPE) {
			type = right->as.i;
		} else {
			return ORDER_ERROR;
		}
		return left->as.i < type   ? ORDER_LESS
		       : left->as.i > type ? ORDER_GREATER
					   : ORDER_EQUAL;
	case DATUM_TEXT:
		text = datum_to_text(a, right);
		return text.p ? order_text(left->as.text, text, exact) : ORDER_UNKNOWN;
	case DATUM_NULL:
	case DATUM_UNKNOWN:
	case DATUM_LIST:
		break;
	}
	return ORDER_ERROR;
}
