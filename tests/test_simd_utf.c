/* SPDX-License-Identifier: Apache-2.0 */
/* UTF-16 to escaped UTF-8 on every level of this machine against the definition, unit by unit. */
#include "base/utf.h"
#include "simd_lab.h"
#include "test.h"

/* XML 1.0's references and Windows' `_`, JSON's escapes; what utf.h promises, written once more in
 * the plainest way. */
static size_t escaped(char *o, uint32_t cp, bool lone, enum utf_escape escape)
{
	static const char json_from[] = "\"\\\b\f\n\r\t", json_to[] = "\"\\bfnrt";
	const bool control = cp < 0x20 && cp != '\t' && cp != '\n' && cp != '\r';
	const bool xml = escape != UTF_PLAIN && escape != UTF_JSON;
	const char *const short_form = cp && cp < 0x80 ? strchr(json_from, (int)cp) : NULL;

	if (xml && (lone || control || cp == 0xfffe || cp == 0xffff)) {
		*o = '_';
		return 1;
	}
	if (escape == UTF_XML_TEXT || escape == UTF_XML_ATTRIBUTE) {
		const char *const name = cp == '&'   ? "&amp;"
					 : cp == '<' ? "&lt;"
					 : cp == '>' ? "&gt;"
						     : NULL;
		const char *const quote = escape == UTF_XML_TEXT ? NULL
					  : cp == '"'            ? "&quot;"
					  : cp == '\''           ? "&apos;"
								 : NULL;

		if (name || quote) {
			memcpy(o, name ? name : quote, strlen(name ? name : quote));
			return strlen(name ? name : quote);
		}
	}
	if (escape == UTF_JSON && short_form) {
		o[0] = '\\';
		o[1] = json_to[short_form - json_from];
		return 2;
	}
	if (escape == UTF_JSON &&
	    (cp < 0x20 || (cp >= 0x7f && cp < 0xa0) || cp == 0x61c || cp == 0x200e ||
	     cp == 0x200f || (cp >= 0x2028 && cp <= 0x202e) || (cp >= 0x2066 && cp <= 0x2069))) {
		char text[8];

		snprintf(text, sizeof(text), "\\u%04x", (unsigned)cp);
		memcpy(o, text, 6);
		return 6;
	}
	return utf8_put(o, cp);
}

static size_t by_definition(char *to, struct view s, enum utf_escape escape)
{
	char *o = to;

	for (size_t i = 0; i + 1 < s.n; i += 2) {
		const uint16_t u = le16(s.p + i);
		const uint16_t low = i + 3 < s.n ? le16(s.p + i + 2) : 0;

		if (u >= 0xd800 && u < 0xdc00 && low >= 0xdc00 && low < 0xe000) {
			o += escaped(o, 0x10000 + ((u - 0xd800u) << 10) + (low - 0xdc00u), false,
				     escape);
			i += 2;
		} else {
			const bool lone = u >= 0xd800 && u < 0xe000;

			o += escaped(o, lone ? 0xfffd : u, lone, escape);
		}
	}
	return (size_t)(o - to);
}

static void expect(struct view s, enum utf_escape escape)
{
	const size_t bound = utf16_write_bound(s.n);
	char *const wanted = malloc(s.n * 3 + 8), *const got = malloc(bound);
	const size_t n = by_definition(wanted, s, escape);
	size_t to_nul = n;
	struct buf b = {0};

	assert_non_null(wanted);
	assert_non_null(got);
	assert_ptr_equal(utf16_write(got, s, escape), got + n);
	assert_memory_equal(got, wanted, n);
	utf16_append(&b, s, escape);
	assert_int_equal(b.n, n);
	if (n)
		assert_memory_equal(b.p, wanted, n);
	for (size_t i = 0; i + 1 < s.n; i += 2) {
		if (!le16(s.p + i)) {
			const struct view head = {s.p, i};

			to_nul = by_definition(wanted, head, escape);
			assert_int_equal(utf16_until_nul(s).n, i);
			break;
		}
	}
	assert_ptr_equal(utf16_write_to_nul(got, s, escape), got + to_nul);
	assert_memory_equal(got, wanted, to_nul);
	buf_free(&b);
	free(wanted);
	free(got);
}

/* One unit of a text of some kind; each kind has its own share of what is special in it. */
static uint16_t random_unit(uint64_t *random, unsigned kind)
{
	static const char marks[] = "\"\\'&<>\t\n\r\b\f\1\x1f\x7f";
	static const uint16_t edges[] = {0x7f,   0x80,   0x9f,   0xa0,   0x61b,  0x61c,  0x61d,
					 0x7ff,  0x800,  0xfff,  0x1000, 0x1fff, 0x2000, 0x200d,
					 0x200e, 0x200f, 0x2027, 0x2028, 0x202e, 0x202f, 0x2065,
					 0x2066, 0x2069, 0x206a, 0x2070, 0xd7ff, 0xd800, 0xdbff,
					 0xdc00, 0xdfff, 0xe000, 0xfffd, 0xfffe, 0xffff, 0};
	const uint64_t r = simd_random(random);
	const bool rare = (r >> 32) % 16 == 0;

	switch (kind) {
	case 0: /* plain */
		return (uint16_t)('a' + r % 26);
	case 1: /* paths and quotes */
		return rare ? (uint16_t)(uint8_t)marks[r % (sizeof(marks) - 1)]
			    : (uint16_t)('a' + r % 26);
	case 2: /* Latin with Cyrillic */
		return rare ? ' ' : (uint16_t)(0x400 + r % 0x100);
	case 3: /* Chinese with punctuation */
		return rare ? (uint16_t)(0x1ff0 + r % 0x90) : (uint16_t)(0x4e00 + r % 0x5000);
	case 4: /* edges of all ranges */
		return edges[r % (sizeof(edges) / sizeof(edges[0]))];
	case 5: /* surrogates */
		return (uint16_t)(0xd7f0 + r % 0x820);
	case 6: /* plain with edges */
		return rare ? edges[(r >> 8) % (sizeof(edges) / sizeof(edges[0]))]
			    : (uint16_t)(' ' + r % 95);
	default: /* anything */
		return (uint16_t)r;
	}
}

#define KINDS 8

static void test_lengths(void **state)
{
	uint64_t random = 1;

	(void)state;
	SIMD_EACH_LEVEL(level)
	{
		for (unsigned kind = 0; kind < KINDS; kind++) {
			for (size_t n = 0; n <= 300; n++) {
				uint8_t *const s = simd_random_bytes(&random, n);

				for (size_t i = 0; i + 1 < n; i += 2)
					put16(s + i, random_unit(&random, kind));
				for (int e = UTF_PLAIN; e <= UTF_JSON; e++)
					expect((struct view){s, n}, (enum utf_escape)e);
				free(s);
			}
		}
	}
}

/* Each unit at each place of a vector, with plain text around it. */
static void test_units(void **state)
{
	(void)state;
	SIMD_EACH_LEVEL(level)
	{
		for (unsigned unit = 0; unit <= 0xffff;
		     unit += unit < 0x900 || unit > 0xd700 ? 1 : 7) {
			const size_t n = 2 * (1 + unit % 67), at = unit / 67 * 2 % n;
			uint8_t *const s = malloc(n);

			assert_non_null(s);
			for (size_t i = 0; i < n; i += 2)
				put16(s + i, (uint16_t)('A' + i % 26));
			put16(s + at, (uint16_t)unit);
			for (int e = UTF_PLAIN; e <= UTF_JSON; e++)
				expect((struct view){s, n}, (enum utf_escape)e);
			free(s);
		}
	}
}

/* Every ASCII character at every place of a vector, under every way of escaping. */
static void test_ascii_places(void **state)
{
	(void)state;
	SIMD_EACH_LEVEL(level)
	{
		for (uint16_t unit = 0; unit < 0x82; unit++) {
			for (size_t n = 1; n <= 34; n += 3) {
				uint8_t *const s = malloc(2 * n);

				assert_non_null(s);
				for (size_t at = 0; at < n; at++) {
					for (size_t i = 0; i < n; i++)
						put16(s + 2 * i, 'x');
					put16(s + 2 * at, unit);
					for (int e = UTF_PLAIN; e <= UTF_JSON; e++)
						expect((struct view){s, 2 * n}, (enum utf_escape)e);
				}
				free(s);
			}
		}
	}
}

/* Parts of long text meet within a surrogate pair, and in a row of halves. */
static void test_long(void **state)
{
	uint64_t random = 4;

	(void)state;
	SIMD_EACH_LEVEL(level)
	{
		for (unsigned kind = 0; kind < KINDS; kind++) {
			const size_t n = 2 * 9000 + 1;
			uint8_t *const s = simd_random_bytes(&random, n);

			for (size_t i = 0; i + 1 < n; i += 2)
				put16(s + i, random_unit(&random, kind));
			for (size_t i = 4090; i < 4096; i++)
				put16(s + 2 * i, 0xd83d);
			put16(s + 2 * 4096, 0xde00);
			for (int e = UTF_PLAIN; e <= UTF_JSON; e++)
				expect((struct view){s, n}, (enum utf_escape)e);
			free(s);
		}
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_lengths),
		cmocka_unit_test(test_units),
		cmocka_unit_test(test_ascii_places),
		cmocka_unit_test(test_long),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
