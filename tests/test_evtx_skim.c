/* SPDX-License-Identifier: Apache-2.0 */
/* The quick look at values' descriptors against the plain one. That skimmed chunks give what the
 * walk gives is test_engines.c's. */
#include "test.h"

#include <string.h>

#include "format/evtx/skim.h"

#define VALUES_MAX 64u
#define ROUNDS 200000u

static uint32_t random_next(uint64_t *state)
{
	*state = *state * 6364136223846793005u + 1442695040888963407u;
	return (uint32_t)(*state >> 33);
}

/* Mostly what real records have, and everything else. */
static uint8_t random_type(uint64_t *state)
{
	static const uint8_t usual[] = {VALUE_NULL,   VALUE_STRING, VALUE_UINT8,  VALUE_UINT16,
					VALUE_UINT32, VALUE_UINT64, VALUE_GUID,   VALUE_SID,
					VALUE_HEX64,  VALUE_ANSI,   VALUE_BINXML, VALUE_XML};

	return random_next(state) % 8 ? usual[random_next(state) % sizeof(usual)]
				      : (uint8_t)random_next(state);
}

static void random_outline(uint64_t *state, struct outline *o)
{
	static const uint8_t by_use[] = {0, TYPE_ARRAY | TYPE_BINXML, TYPE_BINXML};

	memset(o, 0, sizeof(*o));
	o->nested_slot = random_next(state) % 2 ? SLOT_NONE : random_next(state) % VALUES_MAX;
	for (uint32_t i = 0; i < OUTLINE_SLOTS; i++) {
		o->forbidden[i] = i == o->nested_slot ? TYPE_ARRAY | TYPE_OTHER
						      : by_use[random_next(state) % 3];
		o->forbidden_types[i] = (o->forbidden[i] & TYPE_ARRAY ? OUTLINE_NO_ARRAY : 0) |
					(o->forbidden[i] & TYPE_BINXML ? OUTLINE_NO_BINXML : 0);
	}
}

static void random_values(uint64_t *state, uint8_t *descriptors, uint32_t count)
{
	for (uint32_t i = 0; i < count; i++) {
		put16(descriptors + 4 * i, (uint16_t)(random_next(state) % 0x10000u));
		descriptors[4 * i + 2] = random_type(state);
		descriptors[4 * i + 3] = (uint8_t)random_next(state);
	}
}

static void same_look(const struct outline *o, const struct skim_values *v, struct skim_memo *memo)
{
	struct skim_outlook quick = {0}, plain = {0};
	uint32_t before = 0;

	skim_look_plain(&plain, o, v);
	skim_look(&quick, o, v, memo);
	assert_int_equal(quick.total, plain.total);
	assert_int_equal(quick.array_bytes, plain.array_bytes);
	assert_int_equal(quick.arrays, plain.arrays);
	assert_int_equal(quick.fits, plain.fits);
	assert_int_equal(quick.odd, plain.odd);
	if (o->nested_slot >= v->count)
		return;
	for (uint32_t i = 0; i < o->nested_slot; i++)
		before += le16(v->descriptors + 4 * i);
	assert_int_equal(quick.before, before);
	assert_int_equal(quick.nested_size, le16(v->descriptors + 4 * o->nested_slot));
	assert_int_equal(quick.nested_type, v->descriptors[4 * o->nested_slot + 2]);
}

static void a_quick_look_sees_what_a_plain_one_does(void **state)
{
	uint64_t random = 1;
	uint8_t descriptors[16][4 * VALUES_MAX];
	static struct outline o;

	(void)state;
	for (uint32_t round = 0; round < ROUNDS / 16; round++) {
		struct skim_memo memo = {0};
		uint32_t count = random_next(&random) % VALUES_MAX;

		random_outline(&random, &o);
		for (uint32_t i = 0; i < 16; i++) {
			/* From the array's end, so that a byte too far is seen. */
			uint8_t *const to = descriptors[i] + 4 * (VALUES_MAX - count);
			const struct skim_values v = {to, count};

			random_values(&random, to, count);
			/* The types of the one before, other sizes. */
			if (i % 3 && i) {
				const uint8_t *const from =
					descriptors[i - 1] + 4 * (VALUES_MAX - count);

				for (uint32_t k = 0; k < count; k++)
					to[4 * k + 2] = from[4 * k + 2];
			}
			same_look(&o, &v, &memo);
		}
	}
}

/* The four sure fields' values have to be there. */
static void a_missing_value_is_odd(void **state)
{
	uint8_t descriptors[4 * 5] = {4, 0, 1, 0, 4, 0, 1, 0, 4, 0, 1, 0, 4, 0, 1, 0, 4, 0, 1, 0};
	const struct skim_values v = {descriptors, 5};
	struct skim_memo memo = {0};
	struct skim_outlook l = {0};
	static struct outline o;

	(void)state;
	memset(&o, 0, sizeof(o));
	o.nested_slot = SLOT_NONE;
	o.expected_slots[o.expected_count++] = 3;
	o.expected_end = 4;
	skim_look(&l, &o, &v, &memo);
	assert_false(l.odd);
	descriptors[4 * 3] = 0;
	skim_look(&l, &o, &v, &memo);
	assert_true(l.odd);
	descriptors[4 * 3] = 4;
	descriptors[4 * 3 + 2] = VALUE_NULL;
	skim_look(&l, &o, &v, &memo);
	assert_true(l.odd);
	descriptors[4 * 3 + 2] = VALUE_STRING;
	o.expected_end = 6;
	skim_look(&l, &o, &v, &memo);
	assert_true(l.odd);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_quick_look_sees_what_a_plain_one_does),
		cmocka_unit_test(a_missing_value_is_odd),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
