/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Typed values: text, numbers, times, array items. What Windows prints for each type is in
 * docs/evtx.md; the scalar layouts are MS-DTYP's, all little-endian.
 */
#include "format/value.h"

#include <float.h>
#include <stdio.h>

#include "base/text.h"
#include "base/timestamp.h"

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

static void append_i64(struct buf *out, int64_t v)
{
	if (v < 0) {
		buf_byte(out, '-');
		buf_u64(out, (uint64_t)0 - (uint64_t)v);
	} else {
		buf_u64(out, (uint64_t)v);
	}
}

/*
 * A floating-point number as Microsoft's C runtime prints %g: `precision` significant digits,
 * exponents of at least three digits, 1.#INF and 1.#IND. Written by snprintf in the "C" locale's
 * form whatever the locale is.
 */
static void append_float(struct buf *out, double v, int precision)
{
	char text[40];
	char *exponent;

	/* isnan() and isinf() are macros that lose bits on the way in some runtimes. */
	if (!(v >= -DBL_MAX && v <= DBL_MAX)) {
		buf_str(out, v > 0 ? "1.#INF" : v < 0 ? "-1.#INF" : "-1.#IND");
		return;
	}
	snprintf(text, sizeof(text), "%.*g", precision, v);
	for (char *p = text; *p; p++) {
		if (*p == ',')
			*p = '.';
	}
	exponent = strchr(text, 'e');
	if (!exponent) {
		buf_str(out, text);
		return;
	}
	buf_add(out, text, (size_t)(exponent - text) + 2); /* up to the exponent's sign */
	for (size_t n = strlen(exponent + 2); n < 3; n++)
		buf_byte(out, '0');
	buf_str(out, exponent + 2);
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

/* Text up to the first NUL: strings are stored with or without one, and Windows stops there. */
static struct view until_nul16(struct view s)
{
	for (size_t i = 0; i + 1 < s.n; i += 2) {
		if (!s.p[i] && !s.p[i + 1]) {
			s.n = i;
			break;
		}
	}
	return s;
}

static void append_ansi(struct buf *out, struct view s, enum utf_escape escape)
{
	for (size_t i = 0; i < s.n && s.p[i]; i++) {
		const uint8_t unit[2] = {s.p[i], 0};
		const struct view one = {unit, 2};

		utf16_append(out, one, escape);
	}
}

static void append_time(struct buf *out, uint64_t filetime)
{
	char text[FILETIME_TEXT];

	buf_add(out, text, filetime_format(text, filetime));
}

static void append_items(struct buf *out, const struct value *v, enum utf_escape escape)
{
	struct value item;
	size_t state = 0;
	bool first = true;

	while (value_item(v, &state, &item)) {
		if (!first)
			buf_byte(out, ',');
		first = false;
		value_append(out, &item, escape);
	}
}

/* Scalars of a fixed size whose bytes are all there. */
static void append_number(struct buf *out, const struct value *v)
{
	const uint64_t u = load(v->bytes);
	uint64_t t;
	float f;
	double d;

	switch (v->type) {
	case VALUE_INT8:
	case VALUE_INT16:
	case VALUE_INT32:
	case VALUE_INT64:
		append_i64(out, sign_extend(u, v->bytes.n));
		break;
	case VALUE_FLOAT:
		t = u;
		memcpy(&f, &(uint32_t){(uint32_t)t}, sizeof(f));
		append_float(out, (double)f, 7);
		break;
	case VALUE_DOUBLE:
		memcpy(&d, &u, sizeof(d));
		append_float(out, d, 15);
		break;
	case VALUE_BOOL:
		/* Neither 0 nor 1: Windows keeps the number (some providers store bit masks). */
		if (u <= 1)
			buf_str(out, u ? "true" : "false");
		else
			append_i64(out, sign_extend(u, v->bytes.n));
		break;
	case VALUE_SIZE:
	case VALUE_HEX32:
	case VALUE_HEX64:
		text_hex_number(out, u);
		break;
	case VALUE_FILETIME:
		append_time(out, u);
		break;
	case VALUE_SYSTEMTIME:
		/* Out of range or unset: Windows prints the epoch. */
		append_time(out, systemtime(v->bytes, &t) ? t : 0);
		break;
	case VALUE_GUID:
		text_guid(out, v->bytes.p);
		break;
	default:
		buf_u64(out, u);
		break;
	}
}

void value_append(struct buf *out, const struct value *v, enum utf_escape escape)
{
	const size_t need = value_fixed_size(v->type);

	if (v->type & VALUE_ARRAY) {
		append_items(out, v, escape);
		return;
	}
	if (value_is_null(v))
		return;
	switch (v->type) {
	case VALUE_STRING:
		utf16_append(out, until_nul16(v->bytes), escape);
		return;
	case VALUE_ANSI:
		append_ansi(out, v->bytes, escape);
		return;
	case VALUE_BINXML:
		return;
	case VALUE_XML:
		utf16_append(out, until_nul16(v->bytes), escape);
		return;
	case VALUE_SID:
		if (!text_sid(out, v->bytes))
			text_hex(out, v->bytes);
		return;
	case VALUE_BOOL:
		append_number(out, v); /* seen with 1, 2, 4 and 8 bytes */
		return;
	case VALUE_SIZE:
	case VALUE_HANDLE:
		if (v->bytes.n == 4 || v->bytes.n == 8) {
			append_number(out, v);
			return;
		}
		text_hex(out, v->bytes);
		return;
	default:
		/* A fixed-size scalar, else bytes (VALUE_BINARY and types that nobody has
		 * documented). */
		if (need && v->bytes.n >= need) {
			const struct value whole = {v->type, {v->bytes.p, need}};

			append_number(out, &whole);
			return;
		}
		text_hex(out, v->bytes);
		return;
	}
}

struct view value_text16(struct arena *a, const struct value *v)
{
	struct buf text = {0};
	struct view r = {NULL, 0};

	if (v->type == VALUE_STRING)
		return until_nul16(v->bytes);
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
