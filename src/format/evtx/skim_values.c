/* SPDX-License-Identifier: Apache-2.0 */
/*
 * An instance's values as their descriptors tell of them. Instances of a template mostly have
 * values of the same types, so these are compared with the last ones that were looked at; sizes are
 * summed beside it, four descriptors at a time.
 */
#include "format/evtx/skim.h"

/* 8-bit text, XML text, and what nobody knows; a handle, which nobody asks for, is let be one. */
static bool is_odd(uint8_t type)
{
	const uint8_t plain = type & (uint8_t)~VALUE_ARRAY;

	return plain == VALUE_ANSI || (plain > VALUE_HEX64 && plain != VALUE_BINXML);
}

static const uint8_t *descriptor(const struct skim_values *v, uint32_t i)
{
	return v->descriptors + 4 * (size_t)i;
}

void skim_look_plain(struct skim_outlook *l, const struct outline *o, const struct skim_values *v)
{
	uint8_t wrong = 0;

	l->total = l->array_bytes = 0;
	l->odd = l->arrays = false;
	for (uint32_t i = 0; i < v->count; i++) {
		const uint16_t size = le16(descriptor(v, i));
		const uint8_t type = descriptor(v, i)[2];

		wrong |= outline_type(type) & o->forbidden[i];
		l->odd |= is_odd(type);
		l->arrays |= (type & VALUE_ARRAY) != 0;
		l->array_bytes += type & VALUE_ARRAY ? size : 0;
		l->total += size;
	}
	l->fits = !wrong;
}

#ifdef __GNUC__

typedef uint32_t four __attribute__((vector_size(16)));

static four load(const uint8_t *p)
{
	four v;

	memcpy(&v, p, sizeof(v));
	return v;
}

/* The last four descriptors are loaded together; those that were counted before are masked out. */
static four uncounted(uint32_t count)
{
	static const uint32_t lanes[4][4] = {
		{~0u, ~0u, ~0u, ~0u}, {0, 0, 0, ~0u}, {0, 0, ~0u, ~0u}, {0, ~0u, ~0u, ~0u}};
	four v;

	memcpy(&v, lanes[count % 4], sizeof(v));
	return v;
}

static uint32_t sum(four v)
{
	uint64_t half[2];

	memcpy(half, &v, sizeof(half));
	half[0] += half[1]; /* the sums stay below 2^32 */
	return (uint32_t)half[0] + (uint32_t)(half[0] >> 32);
}

static bool any(four v)
{
	uint64_t half[2];

	memcpy(half, &v, sizeof(half));
	return half[0] | half[1];
}

/* Sums over descriptors. */
struct sums {
	four wrong, odd, sizes, arrays, array_sizes;
};

static inline void add(struct sums *t, four x, four forbidden, four counted)
{
	const four type = x >> 16 & 0xff, plain = type & 0x7f, size = x & 0xffff & counted;
	const four array = (four)(type > 0x7f), binxml = (four)(type == VALUE_BINXML);

	t->wrong |= forbidden & ((array & OUTLINE_NO_ARRAY) | (binxml & OUTLINE_NO_BINXML));
	t->odd |= (four)(plain == VALUE_ANSI) |
		  (four)((plain > VALUE_HEX64) & (plain != VALUE_BINXML));
	t->sizes += size;
	t->arrays |= array;
	t->array_sizes += size & array;
}

/* As skim_look_plain(), for at least four values; a nested one is left to find_nested(). */
static void look_at_four(struct skim_outlook *l, const struct outline *o,
			 const struct skim_values *v)
{
	const uint8_t *const p = v->descriptors, *const f = (const uint8_t *)o->forbidden_types;
	const size_t last = 4 * (size_t)v->count - 16;
	struct sums t = {{0}, {0}, {0}, {0}, {0}};

	for (size_t i = 0; i < last; i += 16)
		add(&t, load(p + i), load(f + i), uncounted(0));
	add(&t, load(p + last), load(f + last), uncounted(v->count));
	l->total = sum(t.sizes);
	l->arrays = any(t.arrays);
	l->array_bytes = sum(t.array_sizes);
	l->fits = !any(t.wrong);
	l->odd = any(t.odd);
}

/* Whether the types are those of `memo`; *ret_total is then the values' size. */
static bool same_types(const struct skim_values *v, const uint8_t *memo, uint32_t *ret_total)
{
	const uint8_t *const p = v->descriptors;
	const size_t last = 4 * (size_t)v->count - 16;
	four differs = {0}, sizes = {0}, x;

	for (size_t i = 0; i < last; i += 16) {
		x = load(p + i);
		differs |= x ^ load(memo + i);
		sizes += x & 0xffff;
	}
	x = load(p + last);
	differs |= x ^ load(memo + last);
	sizes += x & 0xffff & uncounted(v->count);
	*ret_total = sum(sizes);
	return !any(differs & 0xff0000);
}

#if __BYTE_ORDER__ != __ORDER_LITTLE_ENDIAN__
#error "descriptors are read as they stand in the file"
#endif

#else

static void look_at_four(struct skim_outlook *l, const struct outline *o,
			 const struct skim_values *v)
{
	skim_look_plain(l, o, v);
}

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
	l->fits &= l->nested_type == VALUE_BINXML || l->nested_type == VALUE_NULL;
}

static bool has_expected(const struct outline *o, const struct skim_values *v)
{
	if (v->count < o->expected_end)
		return false;
	for (uint32_t i = 0; i < o->expected_count; i++) {
		const uint8_t *const p = descriptor(v, o->expected_slots[i]);

		if (!le16(p) || p[2] == VALUE_NULL)
			return false;
	}
	return true;
}

void skim_look(struct skim_outlook *l, const struct outline *o, const struct skim_values *v,
	       struct skim_memo *memo)
{
	uint32_t total;

	if (v->count < 4) {
		skim_look_plain(l, o, v);
	} else if (memo->descriptors && memo->outline == o && memo->count == v->count &&
		   same_types(v, memo->descriptors, &total)) {
		*l = memo->outlook;
		l->total = total;
	} else {
		look_at_four(l, o, v);
		memo->outline = o;
		/* Arrays cost by their size. */
		memo->descriptors = l->arrays ? NULL : v->descriptors;
		memo->count = v->count;
		memo->outlook = *l;
	}
	find_nested(l, o, v);
	l->odd |= !has_expected(o, v);
}

static struct value slot_value(const struct skim_instance *in, const uint8_t *chunk,
			       const uint32_t *before, uint16_t slot)
{
	const uint8_t *const d = chunk + in->descriptors + 4 * (size_t)slot;
	const struct value none = {VALUE_NULL, {NULL, 0}};

	if (slot >= in->count)
		return none;
	return (struct value){d[2], {chunk + in->values + before[slot], le16(d)}};
}

static bool is_skipped(const struct skim_instance *in, const uint8_t *chunk,
		       const struct outline_source *from)
{
	for (uint32_t i = 0; i < from->skips; i++) {
		const uint16_t slot = from->skip[i];

		if (slot < in->count && chunk[in->descriptors + 4 * (size_t)slot + 2] == VALUE_NULL)
			return true;
	}
	return false;
}

void skim_fields(const struct skim_instance *in, const uint8_t *chunk, uint32_t parts,
		 struct event *e)
{
	const struct outline *const o = in->outline;
	const uint32_t end = o->slots_end < in->count ? o->slots_end : in->count;
	uint32_t before[OUTLINE_SLOTS], total = 0;

	if (!parts)
		return;
	for (uint32_t i = 0; i < end; i++) {
		before[i] = total;
		total += le16(chunk + in->descriptors + 4 * (size_t)i);
	}
	for (int i = 0; i < EVENT_FIELD_COUNT; i++) {
		const struct outline_source *const from = &o->sources[i];
		const struct outline_step *const s = from->step;
		struct value v;

		if (!(parts & EVENT_PART(i)) || !s || is_skipped(in, chunk, from))
			continue;
		v = s->slot == SLOT_NONE ? s->literal : slot_value(in, chunk, before, s->slot);
		if (!s->optional || !value_is_null(&v))
			e->field[i] = event_field_value((enum event_field)i, v);
	}
}
