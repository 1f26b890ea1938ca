/* SPDX-License-Identifier: Apache-2.0 */
/* CRC-32 on every level of this machine against the definition, bit by bit; the constants of the
 * folding. */
#include "base/cpu.h"
#include "base/crc32.h"
#include "base/crc32_fold.h"
#include "simd_lab.h"
#include "test.h"

static uint32_t by_definition(uint32_t crc, struct view v)
{
	crc = ~crc;
	for (size_t i = 0; i < v.n; i++) {
		crc ^= v.p[i];
		for (int k = 0; k < 8; k++)
			crc = crc & 1 ? crc >> 1 ^ 0xedb88320u : crc >> 1;
	}
	return ~crc;
}

static void test_known(void **state)
{
	(void)state;
	SIMD_EACH_LEVEL(level)
	{
		assert_int_equal(crc32_update(0, view_of("123456789")), 0xcbf43926);
		assert_int_equal(crc32_update(0, view_of("")), 0);
		assert_int_equal(crc32_update(7, (struct view){NULL, 0}), 7);
	}
}

static void test_lengths(void **state)
{
	uint64_t random = 1;

	(void)state;
	SIMD_EACH_LEVEL(level)
	{
		for (size_t n = 0; n <= 1100; n += n < 300 ? 1 : 13) {
			const uint32_t seed = (uint32_t)simd_random(&random);
			uint8_t *const exact = simd_random_bytes(&random, n);

			assert_int_equal(crc32_update(seed, (struct view){exact, n}),
					 by_definition(seed, (struct view){exact, n}));
			free(exact);
		}
	}
}

static void test_alignments(void **state)
{
	uint64_t random = 2;

	(void)state;
	SIMD_EACH_LEVEL(level)
	{
		uint8_t *const bytes = simd_random_bytes(&random, 70000);

		for (size_t at = 0; at < 67; at++) {
			const struct view v = {bytes + at, 65024 - at * 3};

			assert_int_equal(crc32_update(0, v), by_definition(0, v));
		}
		free(bytes);
	}
}

/* In pieces it is the same as in one. */
static void test_pieces(void **state)
{
	uint64_t random = 3;

	(void)state;
	SIMD_EACH_LEVEL(level)
	{
		uint8_t *const bytes = simd_random_bytes(&random, 3000);
		const uint32_t whole = by_definition(0, (struct view){bytes, 3000});

		for (unsigned round = 0; round < 100; round++) {
			struct view v = {bytes, 3000};
			uint32_t crc = 0;

			while (v.n) {
				const size_t most = (size_t)1 << simd_random(&random) % 11;
				const struct view piece =
					view_slice(v, 0, simd_random(&random) % most);

				crc = crc32_update(crc, piece);
				take(&v, piece.n);
			}
			assert_int_equal(crc, whole);
		}
		free(bytes);
	}
}

static void test_constants(void **state)
{
	/* From the published examples of the method; the code's are tested by their results. */
	(void)state;
	assert_int_equal(crc32_fold_constant(2048 + 32), 0x11542778a);
	assert_int_equal(crc32_fold_constant(2048 - 32), 0x1322d1430);
	assert_int_equal(crc32_fold_constant(512 + 32), 0x154442bd4);
	assert_int_equal(crc32_fold_constant(512 - 32), 0x1c6e41596);
	assert_int_equal(crc32_fold_constant(384 + 32), 0x03db1ecdc);
	assert_int_equal(crc32_fold_constant(384 - 32), 0x174359406);
	assert_int_equal(crc32_fold_constant(256 + 32), 0x0f1da05aa);
	assert_int_equal(crc32_fold_constant(256 - 32), 0x15a546366);
	assert_int_equal(crc32_fold_constant(128 + 32), 0x1751997d0);
	assert_int_equal(crc32_fold_constant(128 - 32), 0x0ccaa009e);
	assert_int_equal(crc32_fold_constant(64), 0x163cd6124);
}

/* x^64 = Q * P + R with R below x^32: Q is the quotient that the last step takes. */
static void test_quotient(void **state)
{
	const uint64_t p = 0x104c11db7, q = 0x104d101df;
	uint64_t low = 0, high = 0;

	(void)state;
	for (unsigned i = 0; i < 33; i++) {
		if (q >> i & 1) {
			low ^= p << i;
			high ^= i ? p >> (64 - i) : 0;
		}
	}
	assert_int_equal(high, 1);
	assert_int_equal(low >> 32, 0);
	/* Reflected over 33 bits, as the code has them. */
	for (unsigned i = 0; i < 33; i++) {
		assert_int_equal(p >> i & 1, 0x1db710641u >> (32 - i) & 1);
		assert_int_equal(q >> i & 1, 0x1f7011641u >> (32 - i) & 1);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_known),      cmocka_unit_test(test_lengths),
		cmocka_unit_test(test_alignments), cmocka_unit_test(test_pieces),
		cmocka_unit_test(test_constants),  cmocka_unit_test(test_quotient),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
