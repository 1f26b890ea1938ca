/* SPDX-License-Identifier: Apache-2.0 */
/* Literals in raw bytes: every implementation against a plain search, and the folding's proof. */
#include "test.h"

#include "base/cpu.h"
#include "base/find_literals.h"
#include "base/utf.h"

#define ROOM 40u

static uint64_t random_state = 0x9e3779b97f4a7c15u;

static unsigned random_below(unsigned n)
{
	random_state ^= random_state << 13;
	random_state ^= random_state >> 7;
	random_state ^= random_state << 17;
	return (unsigned)((random_state >> 33) % n);
}

static bool stands(struct view bytes, size_t at, struct view literal)
{
	if (literal.n > bytes.n - at)
		return false;
	for (size_t i = 0; i < literal.n; i += 2)
		if (literal_fold(le16(bytes.p + at + i)) != literal_fold(le16(literal.p + i)))
			return false;
	return true;
}

static size_t plain_find(const struct view *literals, size_t count, struct view bytes, size_t from,
			 size_t to, uint32_t *offsets, size_t room)
{
	size_t n = 0;

	for (size_t at = from; at < to && at < bytes.n; at++) {
		bool found = false;

		for (size_t i = 0; i < count && !found; i++)
			found = stands(bytes, at, literals[i]);
		if (!found)
			continue;
		if (n == room)
			return room + 1;
		offsets[n++] = (uint32_t)at;
	}
	return n;
}

/* `bytes` are copied to memory of just their size, so that a read beyond them is seen. */
static void compare(const struct view *literals, size_t count, struct view bytes, size_t from,
		    size_t to, size_t room)
{
	struct literal_finder *const f = literal_finder_new(literals, count);
	uint8_t *const memory = malloc(bytes.n + 1);
	const struct view copy = {memory + 1, bytes.n};
	uint32_t want[ROOM + 1], got[ROOM + 1];
	const size_t n = plain_find(literals, count, bytes, from, to, want, room);

	assert_non_null(f);
	assert_non_null(memory);
	if (bytes.n)
		memcpy(memory + 1, bytes.p, bytes.n);
	for (int level = CPU_SCALAR; level <= CPU_AVX512; level++) {
		cpu_limit((enum cpu_level)level);
		memset(got, 0xff, sizeof(got));
		assert_int_equal(literal_find(f, copy, from, to, got, room), n);
		assert_int_equal(got[room], UINT32_MAX);
		assert_memory_equal(got, want, (n > room ? room : n) * sizeof(*got));
	}
	cpu_limit(CPU_AVX512);
	free(memory);
	literal_finder_free(f);
}

/* Units that fold to each other, and bytes that stand in tables beside theirs. */
static uint16_t random_unit(unsigned alphabet)
{
	static const uint16_t odd[] = {'k',    'K',    0x212a, 's',    'S',    0x017f,
				       'i',    'I',    0x0130, 0x0131, 0x00e5, 0x212b,
				       0x0430, 0x0410, 0x4e00, 0xd83d, 0x6b6b, 0x00ff};

	if (alphabet == 0)
		return (uint16_t)(random_below(2) ? 'a' : 'b');
	if (alphabet == 1)
		return odd[random_below(sizeof(odd) / sizeof(*odd))];
	if (alphabet == 2)
		return (uint16_t)(random_below(26) + (random_below(2) ? 'a' : 'A'));
	return (uint16_t)random_below(0x10000);
}

static void test_random(void **state)
{
	uint8_t text[LITERALS_MAX][2 * LITERAL_UNITS_MAX], bytes[700];
	struct view literals[LITERALS_MAX];

	(void)state;
	for (unsigned round = 0; round < 1500; round++) {
		const unsigned alphabet = random_below(4), longest = 1 + random_below(9);
		const size_t count =
			random_below(3) ? 1 + random_below(5) : 1 + random_below(LITERALS_MAX);
		const size_t n = random_below(sizeof(bytes)), from = random_below(80);
		const size_t to = random_below(3) ? n + random_below(4) : random_below(700);

		for (size_t i = 0; i < count; i++) {
			literals[i].p = text[i];
			literals[i].n = 2 * (size_t)(1 + random_below(longest));
			for (size_t k = 0; k < literals[i].n; k += 2)
				put16(text[i] + k, random_unit(alphabet));
		}
		for (size_t i = 0; i + 1 < n; i += 2)
			put16(bytes + i, random_unit(alphabet));
		/* Each literal also with other cases, anywhere. */
		for (unsigned k = random_below(8); k; k--) {
			const struct view l = literals[random_below((unsigned)count)];
			const size_t at = random_below(sizeof(bytes) - 64);

			for (size_t i = 0; i < l.n && at + i + 1 < n; i += 2) {
				const uint16_t u = le16(l.p + i);
				const bool letter = (u | 32) >= 'a' && (u | 32) <= 'z';

				put16(bytes + at + i,
				      letter && random_below(2) ? (uint16_t)(u ^ 32) : u);
			}
		}
		if (n & 1)
			bytes[n - 1] = (uint8_t)random_below(256);
		compare(literals, count, (struct view){bytes, n}, from, to, random_below(ROOM));
	}
}

/* One literal at every alignment and distance from the end. */
static void test_places(void **state)
{
	static const uint8_t text[] = "G\0e\0t\0-\0A\0p\0p";
	static const uint8_t other[] = "z\0z\0z\0z";
	const struct view literals[2] = {{text, 14}, {other, 8}};
	uint8_t bytes[600];

	(void)state;
	for (size_t n = 14; n < 600; n += 1 + n / 40) {
		for (size_t at = 0; at + 14 <= n; at += 1 + at / 16) {
			memset(bytes, 0, n);
			memcpy(bytes + at, "g\0E\0t\0-\0A\0P\0p", 14);
			compare(literals, 1, (struct view){bytes, n}, 0, n, 2);
			compare(literals, 2, (struct view){bytes, n}, at, at + 1, 2);
			compare(literals, 2, (struct view){bytes, n}, 0, at, 2);
		}
	}
}

/* Nearly everything is a candidate: no room, some room, and matches inside each other. */
static void test_hostile(void **state)
{
	static const uint8_t text[] = "a\0a\0a\0a\0a\0a\0b\0";
	const struct view literals[3] = {{text, 14}, {text, 12}, {text + 8, 6}};
	uint8_t bytes[3000];

	(void)state;
	for (size_t i = 0; i < sizeof(bytes); i += 2)
		put16(bytes + i, i % 200 == 198 ? 'B' : 'A');
	for (size_t count = 1; count <= 3; count++)
		for (size_t room = 0; room < ROOM; room += 13)
			compare(literals, count, (struct view){bytes, sizeof(bytes)}, 1, 2999,
				room);
	memset(bytes, 'a', sizeof(bytes));
	compare(literals, 3, (struct view){bytes, sizeof(bytes)}, 0, 3000, 5);
}

/* The folding, and that the other way gives all that fold to a unit. */
static void test_fold(void **state)
{
	unsigned folded_to[0x10000] = {0};

	(void)state;
	for (uint32_t u = 0; u < 0x10000; u++) {
		const uint16_t folded = literal_fold((uint16_t)u);

		assert_int_equal(literal_fold(folded), folded);
		assert_int_equal(literal_fold(utf16_lower((uint16_t)u)), folded);
		if (u < 0x80)
			assert_int_equal(folded, u >= 'A' && u <= 'Z' ? u + 32 : u);
		folded_to[utf16_lower((uint16_t)u)] += utf16_lower((uint16_t)u) != u;
	}
	for (uint32_t u = 0; u < 0x10000; u++) {
		uint16_t upper[UTF16_UPPER_MAX];
		const size_t n = utf16_upper((uint16_t)u, upper);

		assert_int_equal(n, folded_to[u]);
		for (size_t i = 0; i < n; i++)
			assert_int_equal(utf16_lower(upper[i]), u);
	}
	assert_int_equal(literal_fold(0x017f), 's');
	assert_int_equal(literal_fold(0x212a), 'k');
}

static void test_rate(void **state)
{
	const struct view brief = {(const uint8_t *)"e\0t\0", 4};
	const struct view longer = {(const uint8_t *)"e\0t\0W\0z\0", 8};

	(void)state;
	assert_true(literal_rate(longer) < literal_rate(brief));
	assert_null(literal_finder_new(&brief, 0));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_random),  cmocka_unit_test(test_places),
		cmocka_unit_test(test_hostile), cmocka_unit_test(test_fold),
		cmocka_unit_test(test_rate),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
