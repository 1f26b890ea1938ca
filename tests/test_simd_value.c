/* SPDX-License-Identifier: Apache-2.0 */
/* Text of numbers, times, identifiers and values on every level of this machine, against the
 * plainest code that gives it. Memory is exactly as large as the functions ask. */
#include "base/text_write.h"
#include "base/timestamp.h"
#include "format/value.h"
#include "simd_lab.h"
#include "test.h"

/* Numbers of every length, and those around powers of ten and two. */
static uint64_t number(uint64_t *random, unsigned i)
{
	uint64_t power = 1;

	if (i >= 200)
		return simd_random(random) >> simd_random(random) % 64;
	if (i >= 80)
		return ((uint64_t)1 << (i - 80) / 2 % 64) - (i & 1);
	for (unsigned k = 0; k < i / 4; k++)
		power *= 10;
	return power + i % 4 - 2;
}

static void expect_text(char *(*write)(char *, uint64_t), uint64_t v, size_t most,
			const char *wanted)
{
	char *const room = malloc(most + TEXT_WRITE_SLACK);
	const char *end;

	assert_non_null(room);
	assert_true(strlen(wanted) <= most);
	end = write(room, v);
	assert_int_equal(end - room, strlen(wanted));
	assert_memory_equal(room, wanted, strlen(wanted));
	free(room);
}

static char *write_i64(char *to, uint64_t v)
{
	return text_write_i64(to, (int64_t)v);
}

static void test_numbers(void **state)
{
	uint64_t random = 1;

	(void)state;
	for (unsigned i = 0; i < 20000; i++) {
		const uint64_t v = number(&random, i);
		char wanted[32];

		snprintf(wanted, sizeof(wanted), "%llu", (unsigned long long)v);
		expect_text(text_write_u64, v, 20, wanted);
		snprintf(wanted, sizeof(wanted), "%lld", (long long)v);
		expect_text(write_i64, v, 20, wanted);
		snprintf(wanted, sizeof(wanted), "0x%llx", (unsigned long long)v);
		expect_text(text_write_hex_number, v, 18, wanted);
	}
}

static void test_hex(void **state)
{
	uint64_t random = 2;

	(void)state;
	SIMD_EACH_LEVEL(level)
	{
		for (size_t n = 0; n <= 300; n++) {
			uint8_t *const bytes = simd_random_bytes(&random, n);
			char *const room = malloc(2 * n + TEXT_WRITE_SLACK);

			assert_non_null(room);
			assert_ptr_equal(text_write_hex(room, (struct view){bytes, n}),
					 room + 2 * n);
			for (size_t i = 0; i < n; i++) {
				char wanted[3];

				snprintf(wanted, sizeof(wanted), "%02X", bytes[i]);
				assert_memory_equal(room + 2 * i, wanted, 2);
			}
			free(room);
			free(bytes);
		}
	}
}

static void test_guid(void **state)
{
	uint64_t random = 3;

	(void)state;
	SIMD_EACH_LEVEL(level)
	{
		for (unsigned i = 0; i < 1000; i++) {
			uint8_t *const p = simd_random_bytes(&random, 16);
			char *const room = malloc(38 + TEXT_WRITE_SLACK);
			char wanted[40];

			assert_non_null(room);
			snprintf(wanted, sizeof(wanted),
				 "{%08x-%04x-%04x-%02x%02x-%02x%02x%02x%02x%02x%02x}",
				 (unsigned)le32(p), le16(p + 4), le16(p + 6), p[8], p[9], p[10],
				 p[11], p[12], p[13], p[14], p[15]);
			assert_ptr_equal(text_write_guid(room, p), room + 38);
			assert_memory_equal(room, wanted, 38);
			free(room);
			free(p);
		}
	}
}

static void test_sid(void **state)
{
	uint64_t random = 4;

	(void)state;
	for (unsigned i = 0; i < 2000; i++) {
		const size_t n = simd_random(&random) % 80;
		uint8_t *const p = simd_random_bytes(&random, n);
		char *const room = malloc(3 * n + TEXT_WRITE_SLACK), *end;
		char wanted[400];
		size_t at;
		uint64_t authority = 0;

		assert_non_null(room);
		if (n >= 8 && i % 8)
			p[1] = (uint8_t)((n - 8) / 4); /* as many as there are */
		if (n >= 8 && i % 3)
			p[2] = p[3] = 0;
		end = text_write_sid(room, (struct view){p, n});
		if (n < 8 || n - 8 < (size_t)p[1] * 4) {
			assert_null(end);
		} else {
			for (size_t k = 2; k < 8; k++)
				authority = authority << 8 | p[k];
			at = (size_t)snprintf(wanted, sizeof(wanted),
					      authority >> 32 ? "S-%u-0x%llx" : "S-%u-%llu", p[0],
					      (unsigned long long)authority);
			for (size_t k = 0; k < p[1]; k++)
				at += (size_t)snprintf(wanted + at, sizeof(wanted) - at, "-%lu",
						       (unsigned long)le32(p + 8 + 4 * k));
			assert_int_equal(end - room, at);
			assert_memory_equal(room, wanted, at);
		}
		free(room);
		free(p);
	}
}

/* The calendar counted day by day through all that 64 bits can name. */
static void test_calendar(void **state)
{
	static const unsigned lengths[12] = {31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31};
	uint64_t year = 1601, days = UINT64_MAX / FILETIME_DAY;
	unsigned month = 1, day = 1;

	(void)state;
	for (uint64_t i = 0; i <= days; i++) {
		const bool leap = year % 4 == 0 && (year % 100 != 0 || year % 400 == 0);

		/* All of the next thousand years, then what is hard, and some of the rest. */
		if (year < 2600 || month == 2 || i % 61 == 0) {
			struct civil c;

			filetime_to_civil(i * FILETIME_DAY, &c);
			if (c.year != (int64_t)year || c.month != month || c.day != day ||
			    c.weekday != (i + 1) % 7)
				fail_msg("day %llu", (unsigned long long)i);
		}
		if (++day > lengths[month - 1] + (month == 2 && leap)) {
			day = 1;
			if (++month > 12) {
				month = 1;
				year++;
			}
		}
	}
}

static void test_times(void **state)
{
	uint64_t random = 5;

	(void)state;
	for (unsigned i = 0; i < 20000; i++) {
		const uint64_t t =
			i % 2 ? 125911584000000000u + simd_random(&random) % 10000000000000000u
			      : simd_random(&random) >> simd_random(&random) % 64;
		char *const got = malloc(FILETIME_TEXT);
		char wanted[64];
		struct civil c;

		assert_non_null(got);
		filetime_to_civil(t, &c);
		snprintf(wanted, sizeof(wanted), "%04u-%02u-%02uT%02u:%02u:%02u.%07uZ",
			 t > INT64_MAX ? 0 : (unsigned)(c.year % 10000), c.month, c.day, c.hour,
			 c.minute, c.second, c.ticks);
		assert_int_equal(filetime_format(got, t), 28);
		assert_string_equal(got, t > INT64_MAX ? "0000-00-00T00:00:00.0000000Z" : wanted);
		assert_int_equal(t % FILETIME_DAY,
				 ((c.hour * 60ull + c.minute) * 60 + c.second) * FILETIME_SECOND +
					 c.ticks);
		snprintf(wanted, sizeof(wanted), "%04u-%02u-%02u %02u:%02u:%02uZ",
			 (unsigned)(c.year % 10000), c.month, c.day, c.hour, c.minute, c.second);
		assert_int_equal(filetime_format_second(got, t), 20);
		assert_string_equal(got, wanted);
		wanted[10] = 0;
		assert_int_equal(filetime_format_day(got, t), 10);
		assert_string_equal(got, wanted);
		free(got);
	}
}

/* Values of all types and sizes, damaged ones too: all levels agree, nothing is written past the
 * bound, and what is appended is what is written. */
static void test_values(void **state)
{
	uint64_t random = 6;

	(void)state;
	for (unsigned i = 0; i < 60000; i++) {
		const uint64_t r = simd_random(&random);
		const uint8_t type = (uint8_t)(r % 0x2a | (r >> 8) % 4 / 3 * VALUE_ARRAY);
		const size_t n = i % 16 ? (r >> 16) % 33 : (r >> 16) % 700;
		uint8_t *const bytes = simd_random_bytes(&random, n);
		const struct value v = {type, {bytes, n}};
		const enum utf_escape escape = (enum utf_escape)((r >> 40) % (UTF_JSON + 1));
		const size_t bound = value_write_bound(&v);
		struct buf scalar = {0};

		for (size_t k = 0; k < n && i % 3; k++)
			bytes[k] = i % 3 == 1 ? (uint8_t)(k & 1 ? 0 : bytes[k]) : bytes[k] % 4;
		cpu_limit(CPU_SCALAR);
		value_append(&scalar, &v, escape);
		SIMD_EACH_LEVEL(level)
		{
			char *const room = malloc(bound);

			assert_non_null(room);
			assert_int_equal(value_write(room, &v, escape) - room, scalar.n);
			if (scalar.n)
				assert_memory_equal(room, scalar.p, scalar.n);
			free(room);
		}
		buf_free(&scalar);
		free(bytes);
	}
}

/* The most text that the bytes of a type can give fits. */
static void test_bound(void **state)
{
	static const uint8_t fills[] = {0x80, 0xff, 1, '"', 0x9f};

	(void)state;
	for (unsigned type = 0; type < 256; type++) {
		for (size_t n = 0; n < 200; n += n < 40 ? 1 : 9) {
			for (size_t f = 0; f < sizeof(fills); f++) {
				uint8_t *const bytes = malloc(n);
				const struct value v = {(uint8_t)type, {bytes, n}};

				assert_non_null(bytes);
				memset(bytes, fills[f], n);
				if ((type & 0x7f) == VALUE_SID && n >= 8)
					bytes[1] = (uint8_t)((n - 8) / 4);
				for (int e = UTF_PLAIN; e <= UTF_JSON; e++) {
					const size_t bound = value_write_bound(&v);
					char *const room = malloc(bound);

					assert_non_null(room);
					assert_true(
						(size_t)(value_write(room, &v, (enum utf_escape)e) -
							 room) <= bound);
					free(room);
				}
				free(bytes);
			}
		}
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_numbers),  cmocka_unit_test(test_hex),
		cmocka_unit_test(test_guid),     cmocka_unit_test(test_sid),
		cmocka_unit_test(test_calendar), cmocka_unit_test(test_times),
		cmocka_unit_test(test_values),   cmocka_unit_test(test_bound),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
