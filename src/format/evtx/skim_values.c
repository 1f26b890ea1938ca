/* SPDX-License-Identifier: Apache-2.0 */
/*
 * An instance's values as their descriptors tell of them. Instances of a template mostly have
 * values of the same types, so these are compared with the last ones that were looked at; sizes are
 * summed beside it, four descriptors at a time.
 */
#include "format/evtx/skim.h"

/* 8-bit text, XML text, and what nobody knows. */
static bool is_odd(uint8_t type)
{
	const uint8_t plain = type & (uint8_t)~VALUE_ARRAY;

	return plain == VALUE_ANSI || plain > VALUE_BINXML ||
	       (plain > VALUE_HEX64 && plain < VALUE_HANDLE);
}

static const uint8_t *descriptor(const struct skim_values *v, uint32_t i)
{
	return v->descriptors + 4 * (size_t)i;
}

/* The specification. */
static void look(struct skim_outlook *l, const struct outline *o, const struct skim_values *v)
{
	uint8_t wrong = 0;

	l->total = l->array_bytes = 0;
	l->odd = false;
	for (uint32_t i = 0; i < v->count; i++) {
		const uint16_t size = le16(descriptor(v, i));
		const uint8_t type = descriptor(v, i)[2];

		wrong |= outline_type(type) & o->forbidden[i];
		l->odd |= is_odd(type) || (o->expected[i] && type == VALUE_NULL);
		l->array_bytes += type & VALUE_ARRAY ? size : 0;
		l->total += size;
	}
	l->fits = !wrong;
}

#ifdef __GNUC__

typedef uint32_t four __attribute__((vector_size(16)));

/* `n` <= 4 descriptors; what is not there is 0. */
static four load(const uint8_t *p, uint32_t n)
{
	four v = {0};

	memcpy(&v, p, n * 4);
	return v;
}

static uint32_t sum(four v)
{
	return v[0] + v[1] + v[2] + v[3];
}

/* Whether the types are those of `memo`; *ret_total is then the values' size. */
static bool same_types(const struct skim_values *v, const uint8_t *memo, uint32_t *ret_total)
{
	const uint8_t *const p = v->descriptors;
	const uint32_t whole = v->count & ~3u;
	four differs = {0}, sizes = {0}, x;

	for (uint32_t i = 0; i < whole; i += 4) {
		x = load(p + 4 * (size_t)i, 4);
		differs |= x ^ load(memo + 4 * (size_t)i, 4);
		sizes += x & 0xffff;
	}
	x = load(p + 4 * (size_t)whole, v->count - whole);
	differs |= x ^ load(memo + 4 * (size_t)whole, v->count - whole);
	sizes += x & 0xffff;
	*ret_total = sum(sizes);
	return !((differs[0] | differs[1] | differs[2] | differs[3]) >> 16);
}

#if __BYTE_ORDER__ != __ORDER_LITTLE_ENDIAN__
#error "descriptors are read as they stand in the file"
#endif

#else

static bool same_types(const struct skim_values *v, const uint8_t *memo, uint32_t *ret_total)
{
	(void)v;
	(void)memo;
	(void)ret_total;
	return false;
}

#endif

/* Where the BinXML value stands. Few values stand behind it, so these are taken off. */
static void find_nested(struct skim_outlook *l, const struct outline *o,
			const struct skim_values *v)
{
	const uint8_t *p;

	if (o->nested_slot >= v->count)
		return;
	p = descriptor(v, o->nested_slot);
	l->nested_size = le16(p);
	l->nested_type = p[2];
	l->before = l->total;
	for (uint32_t i = o->nested_slot; i < v->count; i++)
		l->before -= le16(descriptor(v, i));
}

static bool has_expected(const struct outline *o, const struct skim_values *v)
{
	if (v->count < o->expected_end)
		return false;
	for (uint32_t i = 0; i < o->expected_count; i++) {
		if (!le16(descriptor(v, o->expected_slots[i])))
			return false;
	}
	return true;
}

void skim_look(struct skim_outlook *l, const struct outline *o, const struct skim_values *v,
	       struct skim_memo *memo)
{
	uint32_t total;

	if (memo->descriptors && memo->outline == o && memo->count == v->count &&
	    same_types(v, memo->descriptors, &total)) {
		*l = memo->outlook;
		l->total = total;
	} else {
		look(l, o, v);
		memo->outline = o;
		/* Arrays cost by their size. */
		memo->descriptors = l->array_bytes ? NULL : v->descriptors;
		memo->count = v->count;
		memo->outlook = *l;
	}
	find_nested(l, o, v);
	l->odd |= !has_expected(o, v);
}
