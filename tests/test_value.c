/* SPDX-License-Identifier: Apache-2.0 */
/* Typed values: the text of each type as Windows has it, numbers, times, array items; damaged ones.
 */
#include "format/value.h"
#include "test.h"

static void expect_n(uint8_t type, const void *bytes, size_t n, const char *text)
{
	const struct value v = {type, {bytes, n}};
	struct arena a = {0};
	struct buf b = {0};
	struct view utf16;

	value_append(&b, &v, UTF_PLAIN);
	assert_string_equal(buf_cstr(&b), text);
	assert_string_equal(value_text8(&a, &v), text);
	utf16 = value_text16(&a, &v);
	b.n = 0;
	utf16_append(&b, utf16, UTF_PLAIN);
	assert_string_equal(buf_cstr(&b), text);
	buf_free(&b);
	arena_free(&a);
}

/* A value whose bytes are those of a string literal. */
#define EXPECT(type, bytes, text) expect_n(type, bytes, sizeof(bytes) - 1, text)

static void expect_double(double d, const char *text)
{
	uint64_t u;
	uint8_t bytes[8];

	memcpy(&u, &d, 8);
	put64(bytes, u);
	expect_n(VALUE_DOUBLE, bytes, 8, text);
}

static void expect_float(float f, const char *text)
{
	uint32_t u;
	uint8_t bytes[4];

	memcpy(&u, &f, 4);
	put32(bytes, u);
	expect_n(VALUE_FLOAT, bytes, 4, text);
}

static void test_strings(void **state)
{
	(void)state;
	EXPECT(VALUE_NULL, "", "");
	EXPECT(VALUE_NULL, "abc", ""); /* NULL may have bytes: they mean nothing */
	EXPECT(VALUE_STRING, "a\0b\0", "ab");
	EXPECT(VALUE_STRING, "a\0b\0\0\0c\0", "ab"); /* Windows stops at a NUL */
	EXPECT(VALUE_STRING, "a\0b", "a");           /* an odd byte */
	EXPECT(VALUE_STRING, "a\0 \0\0\0", "a ");
	EXPECT(VALUE_STRING, "", "");
	EXPECT(VALUE_STRING, "\x3d\xd8", "\xef\xbf\xbd");
	EXPECT(VALUE_ANSI, "a\xe9\x80\0z", "a\xc3\xa9\xc2\x80"); /* each byte its code point */
	EXPECT(VALUE_XML, "<\0a\0/\0>\0\0\0", "<a/>");
	EXPECT(VALUE_BINXML, "\x0f\1\1\0", "");
}

static void test_integers(void **state)
{
	(void)state;
	EXPECT(VALUE_INT8, "\xff", "-1");
	EXPECT(VALUE_INT8, "\x80", "-128");
	EXPECT(VALUE_UINT8, "\xff", "255");
	EXPECT(VALUE_INT16, "\0\x80", "-32768");
	EXPECT(VALUE_UINT16, "\xff\xff", "65535");
	EXPECT(VALUE_INT32, "\0\0\0\x80", "-2147483648");
	EXPECT(VALUE_UINT32, "\xff\xff\xff\xff", "4294967295");
	EXPECT(VALUE_INT64, "\0\0\0\0\0\0\0\x80", "-9223372036854775808");
	EXPECT(VALUE_UINT64, "\xff\xff\xff\xff\xff\xff\xff\xff", "18446744073709551615");
	EXPECT(VALUE_HEX32, "\x1f\0\0\0", "0x1f");
	EXPECT(VALUE_HEX32, "\0\0\0\0", "0x0");
	EXPECT(VALUE_HEX64, "\0\0\0\0\0\0\0\x80", "0x8000000000000000");
	EXPECT(VALUE_SIZE, "\x10\0\0\0", "0x10");
	EXPECT(VALUE_SIZE, "\0\0\0\0\1\0\0\0", "0x100000000");
	EXPECT(VALUE_HANDLE, "\5\0\0\0", "5");
}

static void test_damaged_sizes(void **state)
{
	(void)state;
	EXPECT(VALUE_INT32, "\1\2", "0102"); /* too short: its bytes */
	EXPECT(VALUE_UINT64, "\1\2\3\4\5\6\7", "01020304050607");
	EXPECT(VALUE_INT32, "\1\0\0\0\xff", "1"); /* too long: what its type takes */
	EXPECT(VALUE_INT32, "", "");
	EXPECT(VALUE_FLOAT, "\1", "01");
	EXPECT(VALUE_FILETIME, "\1\2\3", "010203");
	EXPECT(VALUE_SYSTEMTIME, "\xe4\7\1\0", "E4070100");
	EXPECT(VALUE_GUID, "\1", "01");
	EXPECT(VALUE_SID, "\1\1\0\0\0\0\0\5", "0101000000000005"); /* a sub-authority is missing */
	EXPECT(VALUE_SID, "\1", "01");
	EXPECT(VALUE_SIZE, "\1\2\3", "010203");
	EXPECT(VALUE_HEX32, "\1\2\3", "010203");
	EXPECT(0x27, "\1\2", "0102"); /* types that nobody has documented */
	EXPECT(0x7f, "", "");
}

static void test_booleans(void **state)
{
	(void)state;
	EXPECT(VALUE_BOOL, "\0\0\0\0", "false");
	EXPECT(VALUE_BOOL, "\1\0\0\0", "true");
	EXPECT(VALUE_BOOL, "\1", "true");
	EXPECT(VALUE_BOOL, "\0\0", "false");
	EXPECT(VALUE_BOOL, "\0\0\0\0\0\0\0\0", "false");
	EXPECT(VALUE_BOOL, "\6\0\0\0", "6"); /* bit masks are kept */
	EXPECT(VALUE_BOOL, "\xff\xff\xff\xff", "-1");
	EXPECT(VALUE_BOOL, "", "");
}

static void test_floats(void **state)
{
	const double zero = 0.0;

	(void)state;
	expect_double(0.0, "0");
	expect_double(-0.0, "-0");
	expect_double(1.0, "1");
	expect_double(0.1, "0.1");
	expect_double(1.0 / 3, "0.333333333333333");
	expect_double(1e15, "1e+015"); /* three digits of exponent, as Microsoft's C runtime */
	expect_double(123456789012345.0, "123456789012345");
	expect_double(1e-5, "1e-005");
	expect_double(-1.5e300, "-1.5e+300");
	expect_double(1 / zero, "1.#INF");
	expect_double(-1 / zero, "-1.#INF");
	expect_float(0.1f, "0.1");
	expect_float(1.0f / 3, "0.3333333");
	expect_float(1e10f, "1e+010");
	expect_float(16777216.0f, "1.677722e+007");
	EXPECT(VALUE_DOUBLE, "\0\0\0\0\0\0\xf8\xff", "-1.#IND");
	EXPECT(VALUE_FLOAT, "\0\0\xc0\xff", "-1.#IND");
}

static void test_times(void **state)
{
	(void)state;
	EXPECT(VALUE_FILETIME, "\0\0\0\0\0\0\0\0", "1601-01-01T00:00:00.0000000Z");
	EXPECT(VALUE_FILETIME, "\x18\x96\x57\x57\x44\xd9\xd1\x01", "2016-07-08T18:12:51.6816408Z");
	EXPECT(VALUE_FILETIME, "\xff\xff\xff\xff\xff\xff\xff\x7f", "0828-09-14T02:48:05.4775807Z");
	EXPECT(VALUE_FILETIME, "\xff\xff\xff\xff\xff\xff\xff\xff", "0000-00-00T00:00:00.0000000Z");
	/* year, month, weekday, day, hour, minute, second, millisecond */
	EXPECT(VALUE_SYSTEMTIME, "\xe0\7\7\0\5\0\x8\0\x12\0\xc\0\x33\0\x15\3",
	       "2016-07-08T18:12:51.7890000Z");
	EXPECT(VALUE_SYSTEMTIME, "\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0",
	       "1601-01-01T00:00:00.0000000Z");
	EXPECT(VALUE_SYSTEMTIME, "\xff\xff\xff\xff\xff\xff\xff\xff\xff\xff\xff\xff\xff\xff\xff\xff",
	       "1601-01-01T00:00:00.0000000Z");
	EXPECT(VALUE_SYSTEMTIME, "\xe5\7\2\0\0\0\x1d\0\0\0\0\0\0\0\0\0", /* 29 February 2021 */
	       "1601-01-01T00:00:00.0000000Z");
	EXPECT(VALUE_SYSTEMTIME, "\x6b\x78\xc\0\0\0\x1f\0\x17\0\x3b\0\x3b\0\xe7\3",
	       "0827-12-31T23:59:59.9990000Z"); /* 30827, its last year */
}

static void test_bytes(void **state)
{
	(void)state;
	EXPECT(VALUE_BINARY, "\0\x1f\xff", "001FFF");
	EXPECT(VALUE_BINARY, "", "");
	EXPECT(VALUE_GUID, "\x33\x22\x11\0\x55\x44\x77\x66\x88\x99\xaa\xbb\xcc\xdd\xee\xff",
	       "{00112233-4455-6677-8899-aabbccddeeff}");
	EXPECT(VALUE_SID, "\1\1\0\0\0\0\0\5\x12\0\0\0", "S-1-5-18");
	EXPECT(VALUE_SID, "\1\0\0\0\0\0\0\0", "S-1-0");
	EXPECT(VALUE_SID, "\1\1\0\0\0\0\0\5\x12\0\0\0\xff", "S-1-5-18"); /* bytes behind it */
	EXPECT(VALUE_SID, "\1\1\0\1\0\0\0\0\xff\xff\xff\xff", "S-1-0x100000000-4294967295");
}

static void test_array_text(void **state)
{
	(void)state;
	EXPECT(VALUE_ARRAY | VALUE_STRING, "a\0\0\0\0\0b\0", "a,,b");
	EXPECT(VALUE_ARRAY | VALUE_ANSI, "a\0b\0", "a,b");
	EXPECT(VALUE_ARRAY | VALUE_UINT16, "\1\0\2\0", "1,2");
	EXPECT(VALUE_ARRAY | VALUE_BOOL, "\1\0\0\0\0\0\0\0", "true,false");
	EXPECT(VALUE_ARRAY | VALUE_HEX64, "", "");
}

static size_t count_items(uint8_t type, const void *bytes, size_t n)
{
	const struct value v = {type, {bytes, n}};
	struct value item;
	size_t state = 0, count = 0;

	while (value_item(&v, &state, &item)) {
		assert_true(item.bytes.n <= n);
		assert_true(++count <= n + 1);
	}
	return count;
}

static void test_items(void **state)
{
	(void)state;
	assert_int_equal(count_items(VALUE_ARRAY | VALUE_STRING, "a\0\0\0b\0\0\0", 8), 2);
	assert_int_equal(count_items(VALUE_ARRAY | VALUE_STRING, "a\0\0\0b\0", 6), 2);
	assert_int_equal(count_items(VALUE_ARRAY | VALUE_STRING, "\0\0\0\0", 4), 2);
	assert_int_equal(count_items(VALUE_ARRAY | VALUE_STRING, "a\0\0\0b", 5), 1);
	assert_int_equal(count_items(VALUE_ARRAY | VALUE_STRING, "a", 1), 0);
	assert_int_equal(count_items(VALUE_ARRAY | VALUE_STRING, "", 0), 0);
	assert_int_equal(count_items(VALUE_ARRAY | VALUE_UINT32, "\1\0\0\0\2", 5), 2);
	assert_int_equal(count_items(VALUE_ARRAY | VALUE_GUID, "0123456789abcdef", 16), 1);
	assert_int_equal(count_items(VALUE_ARRAY | VALUE_BINARY, "abc", 3), 1);
	assert_int_equal(count_items(VALUE_ARRAY | VALUE_BINXML, "abc", 3), 1);
	assert_int_equal(count_items(VALUE_ARRAY | VALUE_SID,
				     "\1\1\0\0\0\0\0\5\x12\0\0\0\1\0\0\0\0\0\0\5", 20),
			 2);
	assert_int_equal(count_items(VALUE_ARRAY | VALUE_SID, "\1\xff\0\0\0\0\0\5\x12\0\0\0", 12),
			 1);
	assert_int_equal(count_items(VALUE_ARRAY | VALUE_SIZE, "\1\0\0\0\2\0\0\0\3\0\0\0", 12), 3);
	assert_int_equal(count_items(VALUE_UINT32, "\1\0\0\0", 4), 1);
	assert_int_equal(count_items(VALUE_NULL, NULL, 0), 1);
	/* Every type and size ends, and stays inside. */
	for (unsigned type = 0; type < 256; type++) {
		for (size_t n = 0; n <= 40; n++) {
			uint8_t *const bytes = calloc(1, n + !n);

			assert_non_null(bytes);
			(void)count_items((uint8_t)type, bytes, n);
			memset(bytes, 0xff, n);
			(void)count_items((uint8_t)type, bytes, n);
			free(bytes);
		}
	}
}

/* The end of the text item at `at`, unit by unit. */
static size_t text_end(const uint8_t *p, size_t n, size_t at, size_t unit)
{
	while (n - at >= unit && (p[at] || (unit == 2 && p[at + 1])))
		at += unit;
	return at;
}

/* Text items with NULs everywhere, and units of which one byte is 0 or 0x80: as unit by unit. */
static void test_text_items(void **state)
{
	static const uint8_t some[4] = {0, 0x80, 1, 'a'};
	uint32_t random = 7;

	(void)state;
	for (unsigned i = 0; i < 20000; i++) {
		const size_t n = i % 45, unit = 1 + i / 45 % 2;
		uint8_t *const bytes = malloc(n + !n);
		const struct value v = {VALUE_ARRAY | (unit == 2 ? VALUE_STRING : VALUE_ANSI),
					{bytes, n}};
		struct value item;
		size_t at = 0, items = 0;

		assert_non_null(bytes);
		for (size_t k = 0; k < n; k++) {
			random = random * 1664525u + 1013904223u;
			bytes[k] = some[random >> 24 & (i % 3 ? 3 : 1)];
		}
		while (n - at >= unit) {
			const size_t end = text_end(bytes, n, at, unit);

			assert_true(value_item(&v, &items, &item));
			assert_ptr_equal(item.bytes.p, bytes + at);
			assert_int_equal(item.bytes.n, end - at);
			at = n - end >= unit ? end + unit : n;
			assert_int_equal(items, at);
		}
		assert_false(value_item(&v, &items, &item));
		free(bytes);
	}
}

/* Each type at each size: whatever the bytes are, a text comes out and no byte behind is read. */
static void test_all_sizes(void **state)
{
	(void)state;
	for (unsigned type = 0; type < 256; type++) {
		for (size_t n = 0; n <= 33; n++) {
			uint8_t *const bytes = malloc(n + !n);
			const struct value v = {(uint8_t)type, {bytes, n}};
			struct buf b = {0};
			uint64_t u;

			assert_non_null(bytes);
			for (unsigned fill = 0; fill < 3; fill++) {
				memset(bytes, fill == 0 ? 0 : fill == 1 ? 0xff : 0x7f, n);
				value_append(&b, &v, UTF_JSON);
				(void)value_number(&v, &u);
				(void)value_time(&v, &u);
				(void)value_is_null(&v);
			}
			assert_false(buf_failed(&b));
			buf_free(&b);
			free(bytes);
		}
	}
}

static bool number(uint8_t type, const void *bytes, size_t n, uint64_t *ret)
{
	const struct value v = {type, {bytes, n}};

	return value_number(&v, ret);
}

static void test_numbers(void **state)
{
	uint64_t v = 0;

	(void)state;
	assert_true(number(VALUE_INT8, "\xff", 1, &v) && v == UINT64_MAX);
	assert_true(number(VALUE_UINT16, "\x87\x13", 2, &v) && v == 4999);
	assert_true(number(VALUE_HEX64, "\0\0\0\0\0\0\0\x80", 8, &v) && v == 1ull << 63);
	assert_true(number(VALUE_STRING,
			   "4\0"
			   "2\0",
			   4, &v) &&
		    v == 42);
	assert_true(number(VALUE_STRING, "0\0x\0f\0f\0\0\0", 10, &v) && v == 255);
	assert_false(number(VALUE_STRING, "4\0x\0", 4, &v));
	assert_false(number(VALUE_STRING, "", 0, &v));
	assert_false(number(VALUE_NULL, "", 0, &v));
	assert_false(number(VALUE_UINT32, "", 0, &v));
	assert_false(number(VALUE_UINT32, "123456789", 9, &v));
	assert_false(number(VALUE_GUID, "0123456789abcdef", 16, &v));
	assert_int_equal(v, 255); /* untouched by what failed */
}

static void test_value_time(void **state)
{
	static const char text[] =
		"2\0000\0001\0006\0-\0000\0007\0-\0000\0008\0T\0001\0008\0:\0001\0002\0:"
		"\0005\0001\0.\0006\0008\0001\0006\0004\0000\0008\0Z\0";
	const struct value string = {VALUE_STRING, {(const uint8_t *)text, sizeof(text) - 1}};
	const struct value word = {VALUE_STRING, {(const uint8_t *)"x\0", 2}};
	const struct value number_value = {VALUE_UINT64, {(const uint8_t *)"12345678", 8}};
	uint64_t t = 0;

	(void)state;
	assert_true(value_time(&string, &t));
	assert_true(t == 131124751716816408u);
	assert_false(value_time(&word, &t));
	assert_false(value_time(&number_value, &t));
}

static void test_is_null(void **state)
{
	static const struct {
		uint8_t type;
		size_t n;
		bool null;
	} cases[] = {{VALUE_NULL, 0, true},    {VALUE_NULL, 4, true},    {VALUE_STRING, 0, false},
		     {VALUE_ANSI, 0, false},   {VALUE_BINARY, 0, false}, {VALUE_UINT32, 0, true},
		     {VALUE_UINT32, 4, false}, {VALUE_BINXML, 0, true},  {0x81, 0, false},
		     {0x88, 0, false}};

	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		const struct value v = {cases[i].type, {(const uint8_t *)"1234", cases[i].n}};

		assert_int_equal(value_is_null(&v), cases[i].null);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_strings),       cmocka_unit_test(test_integers),
		cmocka_unit_test(test_damaged_sizes), cmocka_unit_test(test_booleans),
		cmocka_unit_test(test_floats),        cmocka_unit_test(test_times),
		cmocka_unit_test(test_bytes),         cmocka_unit_test(test_array_text),
		cmocka_unit_test(test_items),         cmocka_unit_test(test_all_sizes),
		cmocka_unit_test(test_numbers),       cmocka_unit_test(test_value_time),
		cmocka_unit_test(test_is_null),       cmocka_unit_test(test_text_items),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
