/* SPDX-License-Identifier: Apache-2.0 */
/* The base layer: arena, buffer, UTF, times, text for terminals, checksums. */
#include "base/arena.h"
#include "base/buf.h"
#include "base/crc32.h"
#include "base/limits.h"
#include "base/siphash.h"
#include "base/text.h"
#include "base/timestamp.h"
#include "base/utf.h"
#include "test.h"

/* xorshift64: the same numbers each time */
static uint64_t next_random(uint64_t *state)
{
	*state ^= *state << 13;
	*state ^= *state >> 7;
	*state ^= *state << 17;
	return *state;
}

/* The reference's own vectors: the key 00 01 .. 0f, texts 00 01 .. of 0, 15 and 63 bytes. */
static void test_siphash(void **state)
{
	const struct siphash_key key = {{0x0706050403020100u, 0x0f0e0d0c0b0a0908u}};
	uint8_t text[63];

	(void)state;
	for (size_t i = 0; i < sizeof(text); i++)
		text[i] = (uint8_t)i;
	assert_true(siphash(&key, (struct view){text, 0}) == 0x726fdb47dd0e0e31u);
	assert_true(siphash(&key, (struct view){text, 15}) == 0xa129ca6149be45e5u);
	assert_true(siphash(&key, (struct view){text, 63}) == 0x958a324ceb064572u);
}

static void test_arena(void **state)
{
	struct arena a = {0};
	struct arena_mark mark;
	uint8_t *p, *q;

	(void)state;
	p = arena_alloc(&a, 100);
	assert_non_null(p);
	for (size_t i = 0; i < 100; i++)
		assert_int_equal(p[i], 0);
	assert_int_equal((uintptr_t)p % 16, 0);
	memset(p, 1, 100);
	mark = arena_save(&a);
	q = arena_alloc(&a, 200000); /* a block of its own */
	assert_non_null(q);
	memset(q, 1, 200000);
	arena_restore(&a, mark);
	assert_int_equal(p[99], 1);
	q = arena_alloc(&a, 200000);
	assert_int_equal(q[199999], 0); /* used again, and zeroed again */
	assert_string_equal(arena_string(&a, "text"), "text");
	assert_string_equal(arena_copy(&a, "abc", 2), "ab");
	assert_string_equal(arena_copy(&a, NULL, 0), "");
	assert_null(arena_array(&a, SIZE_MAX / 2, 4));
	assert_null(arena_alloc(&a, SIZE_MAX));
	assert_null(arena_alloc(&a, LIMIT_ARENA_BYTES + 1));
	arena_free(&a);
	assert_int_equal(a.total, 0);
	assert_non_null(arena_alloc(&a, 1));
	arena_free(&a);
}

/* A mark of an empty arena frees everything. */
static void test_arena_empty_mark(void **state)
{
	struct arena a = {0};
	const struct arena_mark mark = arena_save(&a);
	const void *const p = arena_alloc(&a, 10);

	(void)state;
	arena_restore(&a, mark);
	assert_ptr_equal(arena_alloc(&a, 10), p);
	arena_free(&a);
}

/* Kept blocks of sizes that no longer fit don't use up the limit: each reset can ask for more. */
static void test_arena_kept_blocks(void **state)
{
	struct arena a = {0};

	(void)state;
	for (size_t i = 1; i < 16; i++) {
		arena_reset(&a);
		assert_non_null(arena_alloc(&a, 1));
		assert_non_null(arena_alloc(&a, i * 3000000)); /* 360 MB in all */
		assert_true(a.total <= LIMIT_ARENA_BYTES + (64u << 10));
	}
	arena_free(&a);
}

static void test_buf(void **state)
{
	struct buf b = {0}, small = {.cap = 4};

	(void)state;
	assert_string_equal(buf_cstr(&b), "");
	buf_str(&b, "ab");
	buf_byte(&b, 'c');
	buf_u64(&b, UINT64_MAX);
	buf_fill(&b, '-', 3);
	buf_printf(&b, "%s %d", "x", -1);
	buf_add(&b, NULL, 0);
	assert_string_equal(buf_cstr(&b), "abc18446744073709551615---x -1");
	buf_clear(&b);
	for (size_t i = 0; i < 100000; i++)
		buf_byte(&b, (char)i);
	assert_int_equal(b.n, 100000);
	assert_int_equal((uint8_t)b.p[99999], (uint8_t)99999);
	buf_free(&b);
	buf_str(&small, "abcd");
	assert_false(buf_failed(&small));
	buf_byte(&small, 'e'); /* sticks */
	buf_clear(&small);
	buf_str(&small, "ab");
	assert_false(buf_failed(&small));
	buf_str(&small, "abc");
	assert_true(buf_failed(&small));
	buf_str(&small, "c");
	assert_int_equal(small.n, 2);
	buf_free(&small);
}

static void expect16(struct view utf16, enum utf_escape escape, const char *text)
{
	struct buf b = {0};

	utf16_append(&b, utf16, escape);
	assert_string_equal(buf_cstr(&b), text);
	buf_free(&b);
}

static void test_utf16(void **state)
{
	/* A & < > " ' \ U+0001 U+00E9 U+FFFE U+1F600 lone-high lone-low DEL, and an odd byte */
	static const uint8_t all[] = "A\0&\0<\0>\0\"\0'\0\\\0\1\0\xe9\0\xfe\xff\x3d\xd8\0\xde"
				     "\x3d\xd8\0\xdcx\0\x7f\0z";
	static const uint8_t high_last[] = {0x3d, 0xd8};
	const struct view v = {all, sizeof(all) - 1};

	(void)state;
	expect16(v, UTF_PLAIN,
		 "A&<>\"'\\\x01\xc3\xa9\xef\xbf\xbe\xf0\x9f\x98\x80\xf0\x9f\x90\x80x\x7f");
	expect16(v, UTF_XML_TEXT,
		 "A&amp;&lt;&gt;\"'\\_\xc3\xa9_\xf0\x9f\x98\x80\xf0\x9f\x90\x80x\x7f");
	expect16(v, UTF_XML_ATTRIBUTE,
		 "A&amp;&lt;&gt;&quot;&apos;\\_\xc3\xa9_\xf0\x9f\x98\x80\xf0\x9f\x90\x80x\x7f");
	expect16(v, UTF_XML_CDATA, "A&<>\"'\\_\xc3\xa9_\xf0\x9f\x98\x80\xf0\x9f\x90\x80x\x7f");
	expect16(
		v, UTF_JSON,
		"A&<>\\\"'\\\\\\u0001\xc3\xa9\xef\xbf\xbe\xf0\x9f\x98\x80\xf0\x9f\x90\x80x\\u007f");
	/* What a terminal would obey: U+009B, U+202E, U+2066; U+00A0 is none. */
	expect16((struct view){(const uint8_t *)"\x9b\0\x2e\x20\x66\x20\xa0\0", 8}, UTF_JSON,
		 "\\u009b\\u202e\\u2066\xc2\xa0");
	expect16((struct view){high_last, 2}, UTF_PLAIN, "\xef\xbf\xbd");
	expect16((struct view){high_last, 2}, UTF_XML_TEXT, "_");
	expect16((struct view){(const uint8_t *)"\0\xdc"
						"a\0",
			       4},
		 UTF_XML_TEXT, "_a");
	expect16((struct view){NULL, 0}, UTF_PLAIN, "");
}

/* Any UTF-16 gives well-formed UTF-8, and comes back equal where it was well-formed itself. */
static void test_utf_round_trip(void **state)
{
	uint64_t seed = 1;

	(void)state;
	for (unsigned i = 0; i < 3000; i++) {
		uint8_t units[64];
		struct arena a = {0};
		struct view v = {units, 2 * (next_random(&seed) % 32)}, rest, back;
		size_t n;
		char *text;

		for (size_t k = 0; k < v.n; k += 2) {
			uint64_t r = next_random(&seed);
			const uint16_t u = (uint16_t)(r % 3 == 0 ? r >> 8 & 0x7f : r >> 8);

			put16(units + k, u >= 0xd800 && u < 0xe000 ? 0x20ac : u);
		}
		if (v.n >= 4 && i % 3 == 0) {
			put16(units, (uint16_t)(0xd800 + i % 0x400));
			put16(units + 2, (uint16_t)(0xdc00 + i % 0x3ff));
		}
		text = utf16_to_utf8(&a, v, &n);
		assert_non_null(text);
		rest = (struct view){(const uint8_t *)text, n};
		while (rest.n)
			assert_int_not_equal(utf8_next(&rest), 0xffffffff);
		back = utf8_to_utf16(&a, (struct view){(const uint8_t *)text, n});
		assert_true(view_equal(back, v));
		arena_free(&a);
	}
}

static void test_utf8_ill_formed(void **state)
{
	static const char *const bad[] = {
		"\x80",         "\xc0\x80",         "\xc1\xbf",         "\xe0\x80\x80",
		"\xed\xa0\x80", "\xf0\x80\x80\x80", "\xf4\x90\x80\x80", "\xff",
		"\xe2\x82",     "\xf0\x9f\x98"};

	(void)state;
	for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++) {
		struct view v = view_of(bad[i]);
		const size_t n = v.n;

		assert_int_equal(utf8_next(&v), 0xfffd);
		assert_true(v.n < n);
	}
}

static void test_utf16_compare(void **state)
{
	static const uint8_t upper[] = "B\0i\0N\0\xc4\0\x16\x04",
			     lower[] = "b\0I\0n\0\xe4\0\x36\x04";
	const struct view a = {upper, 10}, b = {lower, 10};

	(void)state;
	assert_true(utf16_equal_nocase(a, b));
	assert_false(utf16_equal_nocase(a, view_slice(b, 0, 8)));
	assert_true(utf16_equal_ascii(view_slice(a, 0, 6), "bin"));
	assert_false(utf16_equal_ascii(a, "bin"));
	assert_true(utf16_contains(a, view_slice(b, 4, 4), true));
	assert_false(utf16_contains(a, view_slice(b, 4, 4), false));
	assert_true(utf16_contains(a, (struct view){NULL, 0}, false));
	assert_false(utf16_contains(view_slice(a, 0, 2), a, false));
	assert_int_equal(utf16_lower(0xd800), 0xd800);
	assert_true(ascii_equal_nocase("AbC", "aBc"));
	assert_false(ascii_equal_nocase("ab", "abc"));
	assert_true(ascii_equal_nocase_n("abX", 2, "AB"));
}

static void test_times(void **state)
{
	static const struct {
		uint64_t filetime;
		const char *text;
	} cases[] = {
		{0, "1601-01-01T00:00:00.0000000Z"},
		{FILETIME_UNIX_EPOCH, "1970-01-01T00:00:00.0000000Z"},
		{131124751716816408u, "2016-07-08T18:12:51.6816408Z"},
		{125911584000000000u, "2000-01-01T00:00:00.0000000Z"},
		{125963423999999999u, "2000-02-29T23:59:59.9999999Z"},
		{2650467743999999999u, "9999-12-31T23:59:59.9999999Z"},
		{2650467744000000000u, "0000-01-01T00:00:00.0000000Z"},
		{INT64_MAX, "0828-09-14T02:48:05.4775807Z"},
		{(uint64_t)INT64_MAX + 1, "0000-00-00T00:00:00.0000000Z"},
		{UINT64_MAX, "0000-00-00T00:00:00.0000000Z"},
	};

	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		char text[FILETIME_TEXT];

		assert_int_equal(filetime_format(text, cases[i].filetime), 28);
		assert_string_equal(text, cases[i].text);
	}
}

/* Formatted and parsed again, and through the calendar and back. */
static void test_times_round_trip(void **state)
{
	uint64_t seed = 7;

	(void)state;
	for (unsigned i = 0; i < 20000; i++) {
		const uint64_t t = next_random(&seed) % 2650467744000000000u;
		char text[FILETIME_TEXT];
		struct civil c;
		uint64_t back;

		(void)filetime_format(text, t);
		assert_ok(filetime_parse(text, false, &back));
		assert_int_equal(back, t);
		assert_ok(filetime_parse(text, true, &back));
		assert_int_equal(back, t);
		filetime_to_civil(t, &c);
		assert_true(filetime_from_civil(&c, &back));
		assert_int_equal(back, t);
		assert_int_equal(c.weekday, (t / FILETIME_DAY + 1) % 7);
	}
}

static void test_time_parse(void **state)
{
	static const struct {
		const char *text;
		bool end;
		const char *is; /* NULL: refused */
	} cases[] = {
		{"2021-11-03", false, "2021-11-03T00:00:00.0000000Z"},
		{"2021-11-03", true, "2021-11-03T23:59:59.9999999Z"},
		{"2021-11-03T09:12", false, "2021-11-03T09:12:00.0000000Z"},
		{"2021-11-03T09:12", true, "2021-11-03T09:12:59.9999999Z"},
		{"2021-11-03 09:12:44", true, "2021-11-03T09:12:44.9999999Z"},
		{"2021-11-03T09:12:44.5", true, "2021-11-03T09:12:44.5999999Z"},
		{"2021-11-03T09:12:44.1234567Z", true, "2021-11-03T09:12:44.1234567Z"},
		{"2021-11-03T09:12:44.123456789Z", false, "2021-11-03T09:12:44.1234567Z"},
		{"2021-11-03T09:12:44+01:00", false, "2021-11-03T08:12:44.0000000Z"},
		{"2021-11-03T09:12:44-0530", false, "2021-11-03T14:42:44.0000000Z"},
		{"2020-02-29", false, "2020-02-29T00:00:00.0000000Z"},
		{"2021-02-29", false, NULL},
		{"2021-13-01", false, NULL},
		{"2021-00-01", false, NULL},
		{"2021-01-32", false, NULL},
		{"2021-01-01T24:00", false, NULL},
		{"2021-01-01T12:60", false, NULL},
		{"2021-01-01T12", false, NULL},
		{"2021-01-01T12:00:00.", false, NULL},
		{"2021-01-01x", false, NULL},
		{"2021-1-1", false, NULL},
		{"1600-12-31", false, NULL},
		{"1601-01-01T00:00:00+01:00", false, NULL},
		{"2021-01-01T00:00:00+15:00", false, NULL},
		{"", false, NULL},
	};

	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		char text[FILETIME_TEXT];
		uint64_t t = 1;

		if (!cases[i].is) {
			assert_status(filetime_parse(cases[i].text, cases[i].end, &t),
				      TOCSIN_USAGE);
			assert_int_equal(t, 1);
			continue;
		}
		assert_ok(filetime_parse(cases[i].text, cases[i].end, &t));
		(void)filetime_format(text, t);
		assert_string_equal(text, cases[i].is);
	}
}

static void test_text_clean(void **state)
{
	struct buf b = {0};

	(void)state;
	text_clean(&b,
		   view_of("a\x1b[31m\nb\tc\r\x7f\xc2\x9b\xe2\x80\xae\xef\xbb\xbf\xff\xc3\xa9"));
	assert_string_equal(buf_cstr(&b),
			    "a\\x1b[31m\\nb c\\x0d\\u{7f}\\u{9b}\\u{202e}\\u{feff}\\xff"
			    "\xc3\xa9");
	buf_free(&b);
}

static void test_text_numbers(void **state)
{
	static const uint8_t guid[16] = {0x33, 0x22, 0x11, 0x00, 0x55, 0x44, 0x77, 0x66,
					 0x88, 0x99, 0xaa, 0xbb, 0xcc, 0xdd, 0xee, 0xff};
	struct buf b = {0};
	uint64_t v = 7;

	(void)state;
	text_guid(&b, guid);
	assert_string_equal(buf_cstr(&b), "{00112233-4455-6677-8899-aabbccddeeff}");
	buf_clear(&b);
	text_hex(&b, (struct view){guid, 3});
	text_hex_number(&b, 0);
	text_hex_number(&b, UINT64_MAX);
	assert_string_equal(buf_cstr(&b), "3322110x00xffffffffffffffff");
	assert_true(text_parse_u64(view_of("18446744073709551615"), &v) && v == UINT64_MAX);
	assert_true(text_parse_u64(view_of("0xFFfffFFFffffffff"), &v) && v == UINT64_MAX);
	assert_false(text_parse_u64(view_of("18446744073709551616"), &v));
	assert_false(text_parse_u64(view_of("0x10000000000000000"), &v));
	assert_false(text_parse_u64(view_of("0x"), &v));
	assert_false(text_parse_u64(view_of(""), &v));
	assert_false(text_parse_u64(view_of("-1"), &v));
	assert_false(text_parse_u64(view_of("1 "), &v));
	buf_free(&b);
}

static void test_text_distance(void **state)
{
	char longest[80];

	(void)state;
	memset(longest, 'a', sizeof(longest));
	longest[79] = 0;
	assert_int_equal(text_distance("", ""), 0);
	assert_int_equal(text_distance("check", "chekc"), 2);
	assert_int_equal(text_distance("Check", "cHECK"), 0);
	assert_int_equal(text_distance("kitten", "sitting"), 3);
	assert_int_equal(text_distance("", "abc"), 3);
	assert_int_equal(text_distance(longest, "a"), SIZE_MAX);
}

static void test_text_width(void **state)
{
	(void)state;
	assert_int_equal(text_width(view_of("abc")), 3);
	assert_int_equal(text_width(view_of("e\xcc\x81")), 1);
	assert_int_equal(text_width(view_of("\xe6\x97\xa5\xe6\x9c\xac")), 4);
}

static void test_text_json(void **state)
{
	struct buf b = {0};

	(void)state;
	text_json_str(&b, "a\"b\\c\n\t\x01\xff\xe2\x82\xac");
	assert_string_equal(buf_cstr(&b), "\"a\\\"b\\\\c\\n\\t\\u0001\xef\xbf\xbd\xe2\x82\xac\"");
	buf_free(&b);
}

static void test_crc32(void **state)
{
	uint8_t bytes[300];
	uint32_t whole;

	(void)state;
	for (size_t i = 0; i < sizeof(bytes); i++)
		bytes[i] = (uint8_t)(i * 7);
	assert_int_equal(crc32_update(0, view_of("")), 0);
	assert_int_equal(crc32_update(0, view_of("123456789")), 0xcbf43926);
	assert_int_equal(crc32_update(0, view_of("The quick brown fox jumps over the lazy dog")),
			 0x414fa339);
	whole = crc32_update(0, (struct view){bytes, sizeof(bytes)});
	for (size_t cut = 0; cut <= sizeof(bytes); cut++) {
		const uint32_t first = crc32_update(0, (struct view){bytes, cut});

		assert_int_equal(
			crc32_update(first, (struct view){bytes + cut, sizeof(bytes) - cut}),
			whole);
	}
}

/* On a terminal XML keeps its meaning and loses its control characters. */
static void test_clean_xml(void **state)
{
	static const char xml[] = "<a b='\xc2\x9b'>x\r\n\ty\x7f \xe2\x80\xae \xc3\xa9</a>";
	struct buf out = {0};

	(void)state;
	text_clean_xml(&out, view_of(xml));
	assert_string_equal(buf_cstr(&out),
			    "<a b='&#x9b;'>x&#xd;\n\ty&#x7f; &#x202e; \xc3\xa9</a>");
	buf_free(&out);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_clean_xml),
		cmocka_unit_test(test_arena),
		cmocka_unit_test(test_arena_empty_mark),
		cmocka_unit_test(test_arena_kept_blocks),
		cmocka_unit_test(test_buf),
		cmocka_unit_test(test_utf16),
		cmocka_unit_test(test_utf_round_trip),
		cmocka_unit_test(test_utf8_ill_formed),
		cmocka_unit_test(test_utf16_compare),
		cmocka_unit_test(test_times),
		cmocka_unit_test(test_times_round_trip),
		cmocka_unit_test(test_time_parse),
		cmocka_unit_test(test_text_clean),
		cmocka_unit_test(test_text_numbers),
		cmocka_unit_test(test_text_distance),
		cmocka_unit_test(test_text_width),
		cmocka_unit_test(test_text_json),
		cmocka_unit_test(test_crc32),
		cmocka_unit_test(test_siphash),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
