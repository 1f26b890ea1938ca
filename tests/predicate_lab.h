/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Random predicates and random events, made so that they meet: few names, few numbers, and values
 * of types that Windows does not write. Both are pure data in an arena.
 */
#ifndef TOCSIN_TESTS_PREDICATE_LAB_H
#define TOCSIN_TESTS_PREDICATE_LAB_H

#include "test.h"

#include "query/evaluate.h"

struct lab {
	struct arena *arena;
	uint64_t state;
	struct query_regex *regexes; /* of the predicates that were made; room for LAB_REGEXES */
	size_t regex_count;
};

#define LAB_REGEXES 64u

static inline uint32_t lab_random(struct lab *l, uint32_t below)
{
	l->state = l->state * 6364136223846793005u + 1442695040888963407u;
	return (uint32_t)(l->state >> 33) % below;
}

static const char *const lab_texts[] = {"Application",
					"APPLICATION",
					"applicatiom",
					"App",
					"\xc3\x84rger",
					"\xc3\xa4rger",
					"7",
					"4625",
					"-1",
					"Error",
					"P",
					"",
					"a b",
					"ex01.local",
					"S-1-5-18",
					"0x10",
					"Warn",
					"2",
					"2021-11-03",
					"K",
					"\xe2\x84\xaa",
					"true",
					"Applications",
					"(a+)+$",
					"4.5",
					"EX01",
					"Message text",
					"132803",
					"Provider P",
					"Information",
					"MSExchange Common",
					"MSExchange Common",
					"aaaaaaaaaaaaaaaaaaaaaaaaaaaaab",
					"(a+)+$"};

#define LAB_TEXTS (sizeof(lab_texts) / sizeof(lab_texts[0]))

static inline struct view lab_text(struct lab *l)
{
	const char *const text = lab_texts[lab_random(l, LAB_TEXTS)];
	/* One takes the expression to its limit, which takes its time. */
	const bool slow = strlen(text) > 24 && lab_random(l, 12);
	struct view v = utf8_to_utf16(l->arena, view_of(slow ? "aaab" : text));
	uint8_t *p;

	if (lab_random(l, 8))
		return v;
	/* A NUL in it or behind it, and perhaps a byte too many. */
	p = arena_alloc(l->arena, v.n + 8);
	if (v.n)
		memcpy(p, v.p, v.n);
	put16(p + v.n, 0);
	put16(p + v.n + 2, 'x');
	v.p = p;
	v.n += lab_random(l, 6);
	return v;
}

static inline uint64_t lab_number(struct lab *l)
{
	static const uint64_t numbers[] = {0,          1,         2,    4,      7,
					   4624,       4625,      4999, 0xffff, 0xc0000007,
					   UINT64_MAX, INT64_MAX, 8,    16,     0x10007};

	return numbers[lab_random(l, sizeof(numbers) / sizeof(numbers[0]))];
}

static inline uint64_t lab_time(struct lab *l)
{
	return 132803712000000000u + lab_random(l, 4) * 5000000u;
}

/* ---- Events */

static inline struct value lab_value(struct lab *l)
{
	static const uint8_t types[] = {
		VALUE_NULL,   VALUE_STRING, VALUE_STRING, VALUE_STRING,     VALUE_ANSI,
		VALUE_INT8,   VALUE_UINT8,  VALUE_INT16,  VALUE_UINT16,     VALUE_INT32,
		VALUE_UINT32, VALUE_INT64,  VALUE_UINT64, VALUE_FLOAT,      VALUE_DOUBLE,
		VALUE_BOOL,   VALUE_BINARY, VALUE_GUID,   VALUE_SIZE,       VALUE_FILETIME,
		VALUE_SID,    VALUE_HEX32,  VALUE_HEX64,  VALUE_SYSTEMTIME, VALUE_XML,
		0x81,         VALUE_UINT16, VALUE_UINT8,  VALUE_HANDLE,     0x84,
		0x86,         0x8e,         0x94};
	const uint8_t type = types[lab_random(l, sizeof(types))];
	const size_t fixed = value_fixed_size(type);
	struct value v = {type, {NULL, 0}};
	uint8_t *p;

	if (type == VALUE_STRING || type == VALUE_XML || type == 0x81) {
		v.bytes = lab_text(l);
		return v;
	}
	if (type == VALUE_NULL)
		return v;
	p = arena_alloc(l->arena, 32);
	put64(p, type == VALUE_FILETIME ? lab_time(l) : lab_number(l));
	put64(p + 8, lab_number(l));
	if (type == VALUE_SID) {
		memcpy(p, "\x01\x01\0\0\0\0\0\x05\x12\0\0\0", 12);
		v.bytes.n = 12;
	} else {
		v.bytes.n = fixed ? fixed : 5;
	}
	if (!lab_random(l, 12))
		v.bytes.n = lab_random(l, 10);
	v.bytes.p = p;
	return v;
}

/* What Windows writes into the field, mostly. */
static inline struct value lab_field(struct lab *l, enum event_field field)
{
	uint8_t *const p = arena_alloc(l->arena, 8);
	struct value v = {VALUE_UINT16, {p, 2}};

	if (!lab_random(l, 5))
		return lab_value(l);
	put64(p, lab_number(l));
	switch (field) {
	case EVENT_LEVEL:
	case EVENT_VERSION:
	case EVENT_OPCODE:
		v.type = VALUE_UINT8;
		v.bytes.n = 1;
		break;
	case EVENT_ID:
	case EVENT_QUALIFIERS:
	case EVENT_TASK:
		if (lab_random(l, 6))
			break;
		v.type = VALUE_UINT32;
		v.bytes.n = 4;
		break;
	case EVENT_KEYWORDS:
		put64(p, (uint64_t)(lab_random(l, 4)) << 52);
		v.type = VALUE_HEX64;
		v.bytes.n = 8;
		break;
	case EVENT_RECORD_ID:
		v.type = VALUE_UINT64;
		v.bytes.n = 8;
		break;
	case EVENT_TIME:
		put64(p, lab_time(l));
		v.type = VALUE_FILETIME;
		v.bytes.n = 8;
		break;
	default:
		v.type = VALUE_STRING;
		v.bytes = lab_text(l);
		break;
	}
	return v;
}

static inline struct event_data *lab_list(struct lab *l, size_t *ret_count)
{
	const size_t n = lab_random(l, 4);
	struct event_data *const data = arena_array(l->arena, n + 1, sizeof(*data));

	for (size_t i = 0; i < n; i++) {
		data[i].name = lab_text(l);
		data[i].value = lab_value(l);
	}
	*ret_count = n;
	return data;
}

static inline struct event *lab_event(struct lab *l)
{
	struct event *const e = arena_alloc(l->arena, sizeof(*e));

	e->record_id = lab_number(l);
	e->written = lab_time(l);
	for (int i = 0; i < EVENT_FIELD_COUNT; i++)
		if (lab_random(l, 6))
			e->field[i] = lab_field(l, (enum event_field)i);
	if (lab_random(l, 2))
		e->field[EVENT_MESSAGE].type = VALUE_NULL;
	if (!lab_random(l, 4)) {
		/* One whose wording the catalogue has. */
		e->field[lab_random(l, 3) ? EVENT_PROVIDER : EVENT_SOURCE] = (struct value){
			VALUE_STRING, utf8_to_utf16(l->arena, view_of("MSExchange Common"))};
		e->field[EVENT_ID] = (struct value){VALUE_UINT16, {(const uint8_t *)"\x87\x13", 2}};
	}
	e->data = lab_list(l, &e->data_count);
	e->others = lab_list(l, &e->other_count);
	if (!lab_random(l, 3))
		e->binary = lab_text(l);
	return e;
}

/* ---- Predicates */

static inline struct datum lab_datum(struct lab *l)
{
	struct datum d = {0};

	switch (lab_random(l, 9)) {
	case 0:
		return datum_null();
	case 1:
		return datum_uint(lab_number(l));
	case 2:
		return datum_int(-(int64_t)lab_random(l, 3));
	case 3:
		return datum_double((double)lab_number(l) / 2);
	case 4:
		return datum_time(lab_time(l));
	case 5:
		return datum_entry_type(1 << lab_random(l, 5));
	case 6:
		return datum_bool(lab_random(l, 2));
	default:
		d = datum_text(lab_text(l));
		d.guid = !lab_random(l, 9);
		return d;
	}
}

static inline struct datum lab_literal(struct lab *l, bool list)
{
	struct datum d = {.type = DATUM_LIST, .as = {.i = 0}};
	struct datum *items;
	const bool numbers = lab_random(l, 2);

	if (!list)
		return lab_datum(l);
	d.as.list.count = lab_random(l, 5);
	items = arena_array(l->arena, d.as.list.count + 1, sizeof(*items));
	for (size_t i = 0; i < d.as.list.count; i++)
		items[i] = numbers ? datum_uint(lab_number(l)) : lab_datum(l);
	d.as.list.items = items;
	return d;
}

static inline struct predicate *lab_predicate(struct lab *l, unsigned depth);

static inline struct operand lab_operand(struct lab *l, unsigned depth)
{
	struct operand o = {.kind = OPERAND_FIELD, .as = {.index = 0}};

	switch (lab_random(l, 14)) {
	case 0:
	case 1:
	case 2:
		o.as.field = (enum event_field)lab_random(l, EVENT_FIELD_COUNT);
		return o;
	case 3:
	case 4:
	case 5:
		return operand_property((enum property)lab_random(l, PROPERTY_COUNT));
	case 6:
		o.kind = OPERAND_STRING;
		o.as.index = (int64_t)lab_random(l, 5) - 2;
		return o;
	case 7:
		o.kind = lab_random(l, 2) ? OPERAND_STRINGS : OPERAND_DATA_LIST;
		return o;
	case 8:
		o.kind = OPERAND_DATA;
		o.as.index = (int64_t)lab_random(l, 3);
		return o;
	case 9:
		o.kind = OPERAND_NAMED;
		o.as.name = lab_text(l);
		return o;
	case 10:
		o.kind = OPERAND_MESSAGE;
		return o;
	case 11:
		if (depth)
			break;
		o.kind = OPERAND_ABSENT;
		return o;
	default:
		return operand_literal(lab_literal(l, false));
	}
	o.kind = OPERAND_PREDICATE;
	o.as.predicate = lab_predicate(l, depth - 1);
	return o;
}

static inline struct predicate *lab_like(struct lab *l, struct operand left)
{
	const struct view text = lab_text(l);
	uint8_t *const pattern = arena_alloc(l->arena, text.n + 8);
	struct view v = {pattern, 0};
	struct tocsin_error error;
	struct predicate *p;
	const bool open = lab_random(l, 2);

	if (open)
		put16(pattern, '*');
	v.n = open ? 2 : 0;
	if (text.n)
		memcpy(pattern + v.n, text.p, text.n & ~(size_t)1);
	v.n += text.n & ~(size_t)1;
	if (v.n > 2 && !lab_random(l, 6))
		put16(pattern + 2 * lab_random(l, (uint32_t)(v.n / 2)), '?');
	if (open ? lab_random(l, 4) : !lab_random(l, 8)) {
		put16(pattern + v.n, '*');
		v.n += 2;
	}
	assert_ok(predicate_like(l->arena, left, !lab_random(l, 4), !lab_random(l, 3), v, &p,
				 &error));
	return p;
}

static inline struct predicate *lab_match(struct lab *l, struct operand left, bool negated)
{
	struct query_regex *const regex = &l->regexes[l->regex_count];
	struct predicate *p;

	if (l->regex_count == LAB_REGEXES)
		return predicate_constant(l->arena, TRI_UNDECIDED);
	regex->pattern = lab_text(l);
	regex->pattern.n &= ~(size_t)1;
	regex->nocase = lab_random(l, 4);
	p = predicate_compare(l->arena, left, negated ? COMPARE_NOT_MATCH : COMPARE_MATCH,
			      !regex->nocase, operand_literal(datum_text(regex->pattern)));
	p->regex = regex->pattern;
	p->regex_local = lab_random(l, 2);
	p->regex_number = l->regex_count++;
	return p;
}

/* As --text and --regex ask. */
static inline struct predicate *lab_search(struct lab *l)
{
	const struct predicate *p = NULL;

	for (uint32_t n = 1 + lab_random(l, 5), i = 0; i < n; i++)
		p = predicate_join(l->arena, PREDICATE_OR, p,
				   lab_random(l, 2) ? lab_like(l, operand_values())
						    : lab_match(l, operand_values(), false));
	return predicate_join(l->arena, PREDICATE_AND, p, NULL);
}

static inline struct predicate *lab_compare(struct lab *l, unsigned depth)
{
	struct operand left = lab_operand(l, depth);
	const enum compare c = (enum compare)lab_random(l, COMPARE_COUNT);
	struct predicate_range ranges[3];
	struct predicate *p;

	if (!lab_random(l, 8))
		left = operand_values();
	if (c == COMPARE_LIKE || c == COMPARE_NOT_LIKE || !lab_random(l, 4))
		return lab_like(l, left);
	if (c == COMPARE_WITHIN) {
		for (size_t i = 0; i < 3; i++) {
			ranges[i].first = lab_number(l);
			ranges[i].last = ranges[i].first + lab_random(l, 2);
			if (ranges[i].last < ranges[i].first)
				ranges[i].last = ranges[i].first;
		}
		return predicate_within(l->arena, left, ranges, lab_random(l, 4));
	}
	if (c == COMPARE_MATCH || c == COMPARE_NOT_MATCH)
		return lab_match(l, left, c == COMPARE_NOT_MATCH);
	p = predicate_compare(l->arena, left, c, lab_random(l, 2),
			      lab_random(l, 5) ? operand_literal(lab_literal(
							 l, c == COMPARE_IN || c == COMPARE_NOT_IN))
					       : lab_operand(l, depth));
	return p;
}

static inline struct predicate *lab_predicate(struct lab *l, unsigned depth)
{
	static const enum predicate_kind kinds[] = {PREDICATE_AND, PREDICATE_OR, PREDICATE_OR,
						    PREDICATE_XOR};
	const uint32_t kind = lab_random(l, depth ? 12 : 4);
	const struct predicate *p = NULL;

	if (kind == 0 && !lab_random(l, 4))
		return predicate_constant(l->arena, (enum tri)lab_random(l, 3));
	if (kind == 1 && !lab_random(l, 3))
		return predicate_test(l->arena, lab_operand(l, depth));
	if (kind == 2 && lab_random(l, 2))
		return lab_search(l);
	if (kind < 6)
		return lab_compare(l, depth);
	if (kind == 6)
		return predicate_not(l->arena, lab_predicate(l, depth - 1));
	if (kind == 7)
		return predicate_join(l->arena, PREDICATE_XOR, lab_predicate(l, depth - 1),
				      lab_predicate(l, depth - 1));
	for (uint32_t n = 2 + lab_random(l, 3), i = 0; i < n; i++)
		p = predicate_join(l->arena, kinds[kind % 3], p, lab_predicate(l, depth - 1));
	return predicate_join(l->arena, PREDICATE_AND, p, NULL);
}

#endif
