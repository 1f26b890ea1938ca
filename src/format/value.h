/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Typed values as event logs store them. The numbers are BinXML's (MS-EVEN6 2.2.12, libevtx "value
 * types").
 */
#ifndef TOCSIN_FORMAT_VALUE_H
#define TOCSIN_FORMAT_VALUE_H

#include "base/arena.h"
#include "base/buf.h"
#include "base/utf.h"
#include "base/view.h"

enum value_type {
	VALUE_NULL = 0x00,
	VALUE_STRING = 0x01, /* UTF-16LE */
	VALUE_ANSI =
		0x02, /* 8 bits, code page unknown: each byte is the code point of the same value */
	VALUE_INT8 = 0x03,
	VALUE_UINT8 = 0x04,
	VALUE_INT16 = 0x05,
	VALUE_UINT16 = 0x06,
	VALUE_INT32 = 0x07,
	VALUE_UINT32 = 0x08,
	VALUE_INT64 = 0x09,
	VALUE_UINT64 = 0x0a,
	VALUE_FLOAT = 0x0b,
	VALUE_DOUBLE = 0x0c,
	VALUE_BOOL = 0x0d,
	VALUE_BINARY = 0x0e,
	VALUE_GUID = 0x0f,
	VALUE_SIZE = 0x10,
	VALUE_FILETIME = 0x11,
	VALUE_SYSTEMTIME = 0x12,
	VALUE_SID = 0x13,
	VALUE_HEX32 = 0x14,
	VALUE_HEX64 = 0x15,
	VALUE_HANDLE = 0x20,
	VALUE_BINXML = 0x21,
	VALUE_XML = 0x23,
	VALUE_ARRAY = 0x80 /* flag: an array of the type below it */
};

/* A value: its type and its raw bytes, a view into whatever holds the event. */
struct value {
	uint8_t type; /* enum value_type, with VALUE_ARRAY */
	struct view bytes;
};

/* NULL type, or nothing at all of a type that is not text. An empty string is not null. */
bool value_is_null(const struct value *v);

/*
 * Appends the value's text as Windows renders it (UTF-8, escaped as asked). Damaged bytes (too
 * short for their type) are appended as hex digits. Arrays give their items separated by commas;
 * VALUE_BINXML gives nothing: its reader expands it.
 */
void value_append(struct buf *out, const struct value *v, enum utf_escape escape);

/*
 * The same text into memory of the caller's, which has value_write_bound() bytes from `to` on;
 * returns where the text ends. What lies behind it within the bound may be overwritten.
 */
char *value_write(char *to, const struct value *v, enum utf_escape escape);

/*
 * UTF-16 takes at most 6 bytes a unit, ANSI 6 a byte, bytes as hex 2 a byte, a SID 11 for 4 bytes
 * behind its head; no number, time or head of a SID takes more than 40 in all. An item of an array
 * takes the most for its size where it is an ANSI character that is escaped and its comma. What is
 * left is for converters that store whole vectors.
 */
#define VALUE_WRITE_SLACK (40 + UTF16_WRITE_SLACK)

static inline size_t value_write_bound(const struct value *v)
{
	const size_t per_byte = v->type & VALUE_ARRAY ? 7 : v->type == VALUE_ANSI ? 6 : 3;

	return v->bytes.n * per_byte + VALUE_WRITE_SLACK;
}

/* The same text as UTF-16LE: the raw bytes themselves for VALUE_STRING, else a copy in the arena (p
 * == NULL: memory). */
struct view value_text16(struct arena *a, const struct value *v);

/* The same text as a NUL-terminated UTF-8 string in the arena; NULL without memory. */
const char *value_text8(struct arena *a, const struct value *v);

/* The value as a number: integers, booleans, hex, size, and strings that hold one number; false
 * otherwise. */
bool value_number(const struct value *v, uint64_t *ret);

/* FILETIME or SYSTEMTIME as a FILETIME, or the ISO 8601 text of one; false otherwise. */
bool value_time(const struct value *v, uint64_t *ret);

/*
 * Next item of an array value: true and *item while there is one; *state starts at 0. A last item
 * without its terminator counts. A value that is no array is its own one item. An empty array has
 * no items.
 */
bool value_item(const struct value *v, size_t *state, struct value *item);

/* Whether the value is a whole integer of 1 to 8 bytes, not shown as hex: its text is a number. */
bool value_is_integer(const struct value *v);

/* Bytes that one value of `type` takes; 0 where it varies. */
size_t value_fixed_size(uint8_t type);

/* Whether a value of this type has been seen in a log, and is as large as its type asks, or
 * nothing. */
bool value_is_plausible(const struct value *v);

#endif
