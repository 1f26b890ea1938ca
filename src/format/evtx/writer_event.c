/* SPDX-License-Identifier: Apache-2.0 */
/* Making an event by hand (writer_event.h). */
#include "format/evtx/writer_event.h"

#define FIRST_DATA 32

void event_maker_start(struct event_maker *m, struct arena *arena)
{
	memset(m, 0, sizeof(*m));
	m->arena = arena;
}

static struct view keep(struct event_maker *m, const void *p, size_t n)
{
	const char *const copy = arena_copy(m->arena, p, n);

	if (!copy)
		m->failed = true;
	return (struct view){(const uint8_t *)copy, copy ? n : 0};
}

static struct view keep_text(struct event_maker *m, const char *utf8)
{
	const struct view v = utf8_to_utf16(m->arena, view_of(utf8));

	if (!v.p)
		m->failed = true;
	return v;
}

static void set(struct event_maker *m, enum event_field field, uint8_t type, struct view bytes)
{
	m->event.field[field] = (struct value){type, bytes};
}

void event_maker_text(struct event_maker *m, enum event_field field, const char *utf8)
{
	set(m, field, VALUE_STRING, keep_text(m, utf8));
}

/* A number in as many bytes as its type has; 8 where that depends on the machine. */
static struct view keep_number(struct event_maker *m, uint8_t type, uint64_t v)
{
	const size_t width = value_fixed_size(type);
	uint8_t bytes[8];

	put64(bytes, v);
	return keep(m, bytes, width && width < 8 ? width : 8);
}

void event_maker_number(struct event_maker *m, enum event_field field, uint8_t type, uint64_t v)
{
	set(m, field, type, keep_number(m, type, v));
}

void event_maker_time(struct event_maker *m, uint64_t filetime)
{
	m->event.written = filetime;
	event_maker_number(m, EVENT_TIME, VALUE_FILETIME, filetime);
}

void event_maker_guid(struct event_maker *m, enum event_field field, const char *guid)
{
	const struct view v = guid_from_text(m->arena, guid);

	if (!v.p)
		m->failed = true;
	set(m, field, VALUE_GUID, v);
}

void event_maker_sid(struct event_maker *m, enum event_field field, const char *sid)
{
	const struct view v = sid_from_text(m->arena, sid);

	if (!v.p)
		m->failed = true;
	set(m, field, VALUE_SID, v);
}

static void add(struct event_maker *m, const char *name, uint8_t type, struct view bytes)
{
	struct event *const e = &m->event;

	if (e->data_count == m->size) {
		const size_t size = m->size ? 2 * m->size : FIRST_DATA;
		struct event_data *const grown = arena_array(m->arena, size, sizeof(*grown));

		if (!grown) {
			m->failed = true;
			return;
		}
		if (m->size)
			memcpy(grown, m->data, m->size * sizeof(*grown));
		m->data = grown;
		m->size = size;
	}
	m->data[e->data_count] = (struct event_data){{NULL, 0}, {type, bytes}};
	if (name)
		m->data[e->data_count].name = keep_text(m, name);
	e->data_count++;
}

void event_maker_string(struct event_maker *m, const char *name, const char *utf8)
{
	add(m, name, VALUE_STRING, keep_text(m, utf8));
}

void event_maker_value(struct event_maker *m, const char *name, uint8_t type, struct view bytes)
{
	add(m, name, type, bytes.n ? keep(m, bytes.p, bytes.n) : (struct view){NULL, 0});
}

void event_maker_integer(struct event_maker *m, const char *name, uint8_t type, uint64_t v)
{
	add(m, name, type, keep_number(m, type, v));
}

void event_maker_binary(struct event_maker *m, struct view bytes)
{
	m->event.binary = keep(m, bytes.p, bytes.n);
}

const struct event *event_maker_done(struct event_maker *m)
{
	m->event.data = m->data;
	return m->failed ? NULL : &m->event;
}

static int hex_digit(char c)
{
	if (c >= '0' && c <= '9')
		return c - '0';
	c = (char)(c | 0x20);
	return c >= 'a' && c <= 'f' ? c - 'a' + 10 : -1;
}

struct view guid_from_text(struct arena *a, const char *text)
{
	/* Where the text's bytes go: the first three groups are little-endian numbers. */
	static const uint8_t place[16] = {3, 2, 1, 0, 5, 4, 7, 6, 8, 9, 10, 11, 12, 13, 14, 15};
	const struct view none = {NULL, 0};
	uint8_t bytes[16];
	size_t n = 0;

	text += *text == '{';
	for (; n < 16; n++) {
		int high, low;

		if (n == 4 || n == 6 || n == 8 || n == 10) {
			if (*text++ != '-')
				return none;
		}
		high = hex_digit(text[0]);
		low = high < 0 ? -1 : hex_digit(text[1]);
		if (low < 0)
			return none;
		bytes[place[n]] = (uint8_t)(high << 4 | low);
		text += 2;
	}
	text += *text == '}';
	if (*text)
		return none;
	return (struct view){(const uint8_t *)arena_copy(a, bytes, 16), 16};
}

/* A decimal number up to `limit` off the front of *text; false when there is none. */
static bool take_decimal(const char **text, uint64_t limit, uint64_t *ret)
{
	uint64_t v = 0;

	if (**text < '0' || **text > '9')
		return false;
	for (; **text >= '0' && **text <= '9'; (*text)++) {
		v = v * 10 + (uint64_t)(**text - '0');
		if (v > limit)
			return false;
	}
	*ret = v;
	return true;
}

struct view sid_from_text(struct arena *a, const char *text)
{
	const struct view none = {NULL, 0};
	uint8_t bytes[8 + 4 * 15] = {1};
	uint64_t v;
	size_t n = 0;

	if (strncmp(text, "S-1-", 4) != 0)
		return none;
	text += 4;
	if (!take_decimal(&text, UINT32_MAX, &v))
		return none;
	for (size_t i = 0; i < 4; i++)
		bytes[7 - i] = (uint8_t)(v >> 8 * i); /* the authority is big-endian */
	while (*text == '-' && n < 15) {
		text++;
		if (!take_decimal(&text, UINT32_MAX, &v))
			return none;
		put32(bytes + 8 + 4 * n++, (uint32_t)v);
	}
	if (*text)
		return none;
	bytes[1] = (uint8_t)n;
	return (struct view){(const uint8_t *)arena_copy(a, bytes, 8 + 4 * n), 8 + 4 * n};
}
