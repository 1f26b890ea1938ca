/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Typed values: text, numbers, times, array items. What Windows prints for each type is in
 * docs/evtx.md; the scalar layouts are MS-DTYP's, all little-endian.
 */
#include "format/value.h"

#include <float.h>
#include <stdio.h>

#include "base/text.h"
#include "base/text_write.h"
#include "base/timestamp.h"

bool value_is_integer(const struct value *v)
{
	return v->type >= VALUE_INT8 && v->type <= VALUE_UINT64 &&
	       v->bytes.n >= value_fixed_size(v->type);
}

size_t value_fixed_size(uint8_t type)
{
	switch (type & ~VALUE_ARRAY) {
	case VALUE_INT8:
	case VALUE_UINT8:
		return 1;
	case VALUE_INT16:
	case VALUE_UINT16:
		return 2;
	case VALUE_INT32:
	case VALUE_UINT32:
	case VALUE_FLOAT:
	case VALUE_BOOL:
	case VALUE_HEX32:
		return 4;
	case VALUE_INT64:
	case VALUE_UINT64:
	case VALUE_DOUBLE:
	case VALUE_FILETIME:
	case VALUE_HEX64:
		return 8;
	case VALUE_GUID:
	case VALUE_SYSTEMTIME:
		return 16;
	default:
		return 0;
	}
}

bool value_is_plausible(const struct value *v)
{
	const uint8_t type = (uint8_t)(v->type & ~VALUE_ARRAY);
	const size_t fixed = v->type & VALUE_ARRAY ? 0 : value_fixed_size(type);

	/* 0x27 and 0x28: in logs of Windows, and in no document. */
	if (type > VALUE_HEX64 && type != VALUE_HANDLE && type != VALUE_BINXML &&
	    type != VALUE_XML && type != 0x27 && type != 0x28)
		return false;
	return !fixed || !v->bytes.n || v->bytes.n == fixed;
}

bool value_is_null(const struct value *v)
{
	if (v->type == VALUE_NULL)
		return true;
	return v->bytes.n == 0 && !(v->type & VALUE_ARRAY) && v->type != VALUE_STRING &&
	       v->type != VALUE_ANSI && v->type != VALUE_BINARY;
}

/* Little-endian integer of 1 to 8 bytes. */
static uint64_t load(struct view b)
{
	uint64_t v = 0;

	for (size_t i = b.n < 8 ? b.n : 8; i-- > 0;)
		v = v << 8 | b.p[i];
	return v;
}

/* Two's complement of a value of `n` bytes (1 to 8). */
static int64_t sign_extend(uint64_t v, size_t n)
{
	const unsigned shift = n >= 8 ? 0 : (unsigned)(64 - 8 * n);

	return (int64_t)(v << shift) >> shift;
}

static char *write_string(char *to, const char *s)
{
	const size_t n = strlen(s);

	memcpy(to, s, n);
	return to + n;
}

/*
 * A floating-point number as Microsoft's C runtime prints %g: `precision` significant digits,
 * exponents of at least three digits, 1.#INF and 1.#IND. Written by snprintf in the "C" locale's
 * form whatever the locale is.
 */
static char *write_float(char *to, double v, int precision)
{
	char text[40];
	char *exponent;

	/* isnan() and isinf() are macros that lose bits on the way in some runtimes. */
	if (!(v >= -DBL_MAX && v <= DBL_MAX))
		return write_string(to, v > 0 ? "1.#INF" : v < 0 ? "-1.#INF" : "-1.#IND");
	snprintf(text, sizeof(text), "%.*g", precision, v);
	for (char *p = text; *p; p++) {
		if (*p == ',')
			*p = '.';
	}
	exponent = strchr(text, 'e');
	if (!exponent)
		return write_string(to, text);
	memcpy(to, text, (size_t)(exponent - text) + 2); /* up to the exponent's sign */
	to += exponent - text + 2;
	for (size_t n = strlen(exponent + 2); n < 3; n++)
		*to++ = '0';
	return write_string(to, exponent + 2);
}

/* SYSTEMTIME: year, month, weekday, day, hour, minute, second, millisecond, 16 bits each. */
static bool systemtime(struct view b, uint64_t *ret)
{
	const uint8_t *const p = take(&b, 16);
	struct civil c;

	if (!p)
		return false;
	c.year = le16(p);
	c.month = le16(p + 2);
	c.day = le16(p + 6);
	c.hour = le16(p + 8);
	c.minute = le16(p + 10);
	c.second = le16(p + 12);
	c.ticks = le16(p + 14) * 10000u;
	return filetime_from_civil(&c, ret);
}

static char *write_ansi(char *to, struct view s, enum utf_escape escape)
{
	const uint8_t *const nul = s.n ? memchr(s.p, 0, s.n) : NULL;

	if (nul)
		s.n = (size_t)(nul - s.p);
	while (s.n) {
		uint8_t units[256];
		const size_t n = s.n < sizeof(units) / 2 ? s.n : sizeof(units) / 2;

		for (size_t i = 0; i < n; i++)
			put16(units + 2 * i, s.p[i]);
		to = utf16_write(to, (struct view){units, n * 2}, escape);
		take(&s, n);
	}
	return to;
}

static char *write_items(char *to, const struct value *v, enum utf_escape escape)
{
	struct value item;
	size_t state = 0;
	bool first = true;

	while (value_item(v, &state, &item)) {
		if (!first)
			*to++ = ',';
		first = false;
		to = value_write(to, &item, escape);
	}
	return to;
}

/* Seen with 1, 2, 4 and 8 bytes. */
static char *write_bool(char *to, struct view b)
{
	const uint64_t u = load(b);

	/* Neither 0 nor 1: Windows keeps the number (some providers store bit masks). */
	if (u > 1)
		return text_write_i64(to, sign_extend(u, b.n));
	return write_string(to, u ? "true" : "false");
}

/* IEEE 754, 4 or 8 bytes. */
static char *write_real(char *to, const uint8_t *p, bool twice)
{
	const uint32_t u = le32(p);
	const uint64_t wide = twice ? le64(p) : 0;
	double d;
	float f;

	if (twice) {
		memcpy(&d, &wide, sizeof(d));
		return write_float(to, d, 15);
	}
	memcpy(&f, &u, sizeof(f));
	return write_float(to, (double)f, 7);
}

/*
 * Types of a fixed size with all their bytes, the rest of them ignored; NULL where some are missing
 * and for types of no fixed size.
 */
static inline char *write_fixed(char *to, const struct value *v)
{
	const uint8_t *const p = v->bytes.p;
	const size_t n = v->bytes.n;
	uint64_t t;

	switch (v->type) {
	case VALUE_INT8:
		return n >= 1 ? text_write_i64(to, (int8_t)*p) : NULL;
	case VALUE_UINT8:
		return n >= 1 ? text_write_u64(to, *p) : NULL;
	case VALUE_INT16:
		return n >= 2 ? text_write_i64(to, (int16_t)le16(p)) : NULL;
	case VALUE_UINT16:
		return n >= 2 ? text_write_u64(to, le16(p)) : NULL;
	case VALUE_INT32:
		return n >= 4 ? text_write_i64(to, (int32_t)le32(p)) : NULL;
	case VALUE_UINT32:
		return n >= 4 ? text_write_u64(to, le32(p)) : NULL;
	case VALUE_INT64:
		return n >= 8 ? text_write_i64(to, (int64_t)le64(p)) : NULL;
	case VALUE_UINT64:
		return n >= 8 ? text_write_u64(to, le64(p)) : NULL;
	case VALUE_FLOAT:
		return n >= 4 ? write_real(to, p, false) : NULL;
	case VALUE_DOUBLE:
		return n >= 8 ? write_real(to, p, true) : NULL;
	case VALUE_BOOL:
		return n ? write_bool(to, v->bytes) : NULL;
	case VALUE_GUID:
		return n >= 16 ? text_write_guid(to, p) : NULL;
	case VALUE_SIZE:
		return n == 4 || n == 8 ? text_write_hex_number(to, load(v->bytes)) : NULL;
	case VALUE_HANDLE:
		return n == 4 || n == 8 ? text_write_u64(to, load(v->bytes)) : NULL;
	case VALUE_FILETIME:
		return n >= 8 ? to + filetime_format(to, le64(p)) : NULL;
	case VALUE_SYSTEMTIME:
		/* Out of range or unset: Windows prints the epoch. */
		return n >= 16 ? to + filetime_format(to, systemtime(v->bytes, &t) ? t : 0) : NULL;
	case VALUE_HEX32:
		return n >= 4 ? text_write_hex_number(to, le32(p)) : NULL;
	case VALUE_HEX64:
		return n >= 8 ? text_write_hex_number(to, le64(p)) : NULL;
	default:
		return NULL;
	}
}

char *value_write(char *to, const struct value *v, enum utf_escape escape)
{
	char *end;

	switch (v->type) {
	case VALUE_NULL:
	case VALUE_BINXML:
		return to;
	case VALUE_STRING:
	case VALUE_XML:
		return utf16_write_to_nul(to, v->bytes, escape);
	case VALUE_ANSI:
		return write_ansi(to, v->bytes, escape);
	case VALUE_SID:
		end = text_write_sid(to, v->bytes);
		break;
	default:
		if (v->type & VALUE_ARRAY)
			return write_items(to, v, escape);
		end = write_fixed(to, v);
		break;
	}
	/* What is too short for its type, VALUE_BINARY, and types that nobody has documented. */
	return end ? end : text_write_hex(to, v->bytes);
}

/* Longer text than this is converted in parts. */
#define WHOLE_TEXT 16384

void value_append(struct buf *out, const struct value *v, enum utf_escape escape)
{
	char *to;

	if ((v->type == VALUE_STRING || v->type == VALUE_XML) && v->bytes.n > WHOLE_TEXT) {
		utf16_append(out, utf16_until_nul(v->bytes), escape);
		return;
	}
	to = buf_reserve(out, value_write_bound(v));
	if (to)
		out->n += (size_t)(value_write(to, v, escape) - to);
}

struct view value_text16(struct arena *a, const struct value *v)
{
	struct buf text = {0};
	struct view r = {NULL, 0};

	/* A view of nothing may have no bytes at all: it is a text all the same. */
	if (v->type == VALUE_STRING)
		return v->bytes.p ? utf16_until_nul(v->bytes)
				  : (struct view){(const uint8_t *)"", 0};
	value_append(&text, v, UTF_PLAIN);
	if (!text.failed)
		r = utf8_to_utf16(a, (struct view){(const uint8_t *)text.p, text.n});
	buf_free(&text);
	return r;
}

const char *value_text8(struct arena *a, const struct value *v)
{
	struct buf text = {0};
	const char *r = NULL;

	value_append(&text, v, UTF_PLAIN);
	if (!text.failed)
		r = arena_copy(a, text.p, text.n);
	buf_free(&text);
	return r;
}

bool value_number(const struct value *v, uint64_t *ret)
{
	char digits[24];
	size_t n = 0;

	switch (v->type) {
	case VALUE_INT8:
	case VALUE_INT16:
	case VALUE_INT32:
	case VALUE_INT64:
		if (!v->bytes.n)
			return false;
		*ret = (uint64_t)sign_extend(load(v->bytes), v->bytes.n);
		return true;
	case VALUE_UINT8:
	case VALUE_UINT16:
	case VALUE_UINT32:
	case VALUE_UINT64:
	case VALUE_BOOL:
	case VALUE_SIZE:
	case VALUE_HEX32:
	case VALUE_HEX64:
	case VALUE_HANDLE:
		if (!v->bytes.n || v->bytes.n > 8)
			return false;
		*ret = load(v->bytes);
		return true;
	case VALUE_STRING:
		/* Templates hold constant numbers as text. */
		for (size_t i = 0; i + 1 < v->bytes.n; i += 2) {
			const uint16_t u = le16(v->bytes.p + i);

			if (!u)
				break;
			if (u > 0x7f || n == sizeof(digits))
				return false;
			digits[n++] = (char)u;
		}
		return text_parse_u64((struct view){(const uint8_t *)digits, n}, ret);
	default:
		return false;
	}
}

bool value_time(const struct value *v, uint64_t *ret)
{
	char text[40];
	size_t n = 0;

	if (v->type == VALUE_FILETIME && v->bytes.n >= 8) {
		*ret = le64(v->bytes.p);
		return true;
	}
	if (v->type == VALUE_SYSTEMTIME)
		return systemtime(v->bytes, ret);
	if (v->type != VALUE_STRING)
		return false;
	for (size_t i = 0; i + 1 < v->bytes.n && le16(v->bytes.p + i); i += 2) {
		if (n + 1 >= sizeof(text) || v->bytes.p[i + 1])
			return false;
		text[n++] = (char)v->bytes.p[i];
	}
	text[n] = 0;
	return filetime_parse(text, false, ret) == TOCSIN_OK;
}

/* The bit 15 of the first UTF-16 unit in `x` that is 0, besides others above it; 0: none is. */
static uint64_t zero_unit(uint64_t x)
{
	return (x - 0x0001000100010001u) & ~x & 0x8000800080008000u;
}

/* Where the NUL of `unit` bytes stands at or behind `at`; where no whole unit is left without one.
 */
static size_t string_end(struct view b, size_t at, size_t unit)
{
	size_t i = at;

	for (; unit == 2 && b.n - i >= 8; i += 8) {
		const uint64_t zero = zero_unit(le64(b.p + i));

		if (zero)
			return i + (size_t)__builtin_ctzll(zero) / 16 * 2;
	}
	while (i + unit <= b.n && (b.p[i] || (unit == 2 && b.p[i + 1])))
		i += unit;
	return i;
}

bool value_item(const struct value *v, size_t *state, struct value *item)
{
	const uint8_t type = (uint8_t)(v->type & ~VALUE_ARRAY);
	const struct view b = v->bytes;
	const size_t at = *state;
	size_t size;

	if (!(v->type & VALUE_ARRAY)) {
		*item = *v;
		return (*state)++ == 0;
	}
	if (at >= b.n || (type == VALUE_STRING && b.n - at < 2))
		return false; /* a last odd byte of UTF-16 can't be a unit */
	item->type = type;
	if (type == VALUE_STRING || type == VALUE_ANSI) {
		/* Items end at a NUL or the end of the array. */
		const size_t unit = type == VALUE_STRING ? 2 : 1, end = string_end(b, at, unit);

		item->bytes = view_slice(b, at, end - at);
		*state = b.n - end >= unit ? end + unit : b.n;
		return true;
	}
	size = value_fixed_size(type);
	if (type == VALUE_SID && b.n - at >= 8)
		size = 8 + (size_t)b.p[at + 1] * 4;
	if (type == VALUE_SIZE)
		size = b.n % 8 == 0 ? 8 : 4;
	if (!size || size > b.n - at) {
		/* Not a whole item: its bytes are shown, not dropped. */
		item->type = VALUE_BINARY;
		size = b.n - at;
	}
	item->bytes = view_slice(b, at, size);
	*state = at + size;
	return true;
}
