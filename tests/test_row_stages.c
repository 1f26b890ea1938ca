/* SPDX-License-Identifier: Apache-2.0 */
/* What happens to rows on their way out, against naive lists; the hash that tells them apart. */
#include "test.h"

#include "base/hash.h"
#include "query/row_stages.h"
#include "query/row_tail.h"

static void digest_is(const void *p, size_t n, size_t step, const char *hex)
{
	uint8_t out[HASH_SIZE];
	char text[2 * HASH_SIZE + 1];
	struct hash h;

	hash_begin(&h);
	for (size_t at = 0; at < n; at += step)
		hash_add(&h, (const uint8_t *)p + at, n - at < step ? n - at : step);
	hash_end(&h, out);
	for (size_t i = 0; i < HASH_SIZE; i++)
		snprintf(text + 2 * i, 3, "%02x", out[i]);
	assert_string_equal(text, hex);
}

/* Digests as Python's hashlib.blake2b(…, digest_size=16) has them, whatever the pieces. */
static void test_hash(void **state)
{
	uint8_t bytes[1000];

	(void)state;
	for (size_t i = 0; i < sizeof(bytes); i++)
		bytes[i] = (uint8_t)(i % 251);
	digest_is("", 0, 1, "cae66941d9efbd404e4d88758ea67670");
	digest_is("abc", 3, 3, "cf4ab791c62b8d2b2109c90275287816");
	for (size_t step = 1; step < 300; step += 37) {
		digest_is(bytes, 128, step, "a74787004ef589e31149183900d0294a");
		digest_is(bytes, 1000, step, "bca120dfd89cd95d82898473a5b01c90");
	}
}

/* ---- row_tail */

/* Row i: its number in 4 bytes, and i % size more. */
static struct view make_row(uint32_t i, uint32_t size, uint8_t *room)
{
	put32(room, i);
	memset(room + 4, (int)(i & 0xff), i % size);
	return (struct view){room, 4 + i % size};
}

static void tail_of(uint32_t rows, uint64_t count, size_t memory, uint32_t size)
{
	struct row_tail *const t = row_tail_new(count, memory);
	const uint32_t first = rows > count ? rows - (uint32_t)count : 0;
	struct view row;
	uint8_t room[600];

	assert_non_null(t);
	for (uint32_t i = 0; i < rows; i++)
		assert_ok(row_tail_add(t, make_row(i, size, room), NULL));
	for (uint32_t i = first; i < rows; i++) {
		assert_ok(row_tail_next(t, &row, NULL));
		assert_true(view_equal(row, make_row(i, size, room)));
	}
	assert_status(row_tail_next(t, &row, NULL), TOCSIN_END);
	assert_status(row_tail_next(t, &row, NULL), TOCSIN_END);
	row_tail_free(t);
}

static void test_tail(void **state)
{
	(void)state;
	for (uint32_t rows = 0; rows < 40; rows++)
		for (uint64_t count = 1; count < 12; count++) {
			tail_of(rows, count, 1 << 20, 50); /* all in memory */
			tail_of(rows, count, 0, 50);       /* all in the file */
			tail_of(rows, count, 300, 50);     /* some here, some there */
		}
	tail_of(10000, 999, 4096, 500);
	tail_of(3, UINT64_MAX - 1, 64, 50);
	row_tail_free(NULL);
}

/* ---- row_stages */

struct came_out {
	uint32_t row[4096];
	size_t count, room;
};

static bool take_row(void *context, struct view row)
{
	struct came_out *const c = context;

	assert_true(row.n == 4);
	if (c->count == c->room)
		return false;
	c->row[c->count++] = le32(row.p);
	return true;
}

static struct came_out run(struct row_stages_options o, uint32_t rows, size_t room,
			   uint32_t *ret_added, uint64_t *ret_duplicates)
{
	struct came_out c = {.room = room};
	struct row_stages *s;
	uint32_t i = 0;
	enum tocsin_status status = TOCSIN_OK;

	o.put = take_row;
	o.context = &c;
	o.memory = 4096;
	s = row_stages_new(&o);
	assert_non_null(s);
	while (i < rows && status == TOCSIN_OK) {
		const uint32_t same = i % 100; /* each row comes again, a hundred later */
		uint8_t bytes[4], hash[HASH_SIZE] = {0};

		put32(bytes, i);
		put32(hash, same);
		status = row_stages_add(s, (same * 37) % 100, hash, (struct view){bytes, 4}, NULL);
		i++;
	}
	if (status == TOCSIN_OK)
		status = row_stages_finish(s, NULL);
	assert_true(status == TOCSIN_OK || status == TOCSIN_END);
	*ret_added = i;
	*ret_duplicates = row_stages_duplicates(s);
	assert_int_equal(row_stages_out(s), c.count);
	row_stages_free(s);
	return c;
}

static void test_stages(void **state)
{
	const struct row_stages_options all = {.head = UINT64_MAX, .tail = UINT64_MAX};
	struct row_stages_options o = all;
	struct came_out c;
	uint64_t duplicates;
	uint32_t added;

	(void)state;
	c = run(o, 300, 4096, &added, &duplicates);
	assert_int_equal(c.count, 300);
	for (uint32_t i = 0; i < 300; i++)
		assert_int_equal(c.row[i], i);

	/* The first ones end the run with the last row that is wanted. */
	o.head = 7;
	c = run(o, 300, 4096, &added, &duplicates);
	assert_int_equal(c.count, 7);
	assert_int_equal(added, 7);
	assert_int_equal(c.row[6], 6);

	o = all;
	o.dedupe = true;
	c = run(o, 300, 4096, &added, &duplicates);
	assert_int_equal(c.count, 100);
	assert_int_equal(duplicates, 200);
	assert_int_equal(c.row[99], 99);

	/* Sorted, equal times in the order of their coming; then the first and the last of them. */
	o.sort = true;
	c = run(o, 300, 4096, &added, &duplicates);
	assert_int_equal(c.count, 100);
	for (size_t i = 0; i < 100; i++)
		assert_int_equal((c.row[i] * 37) % 100, i);
	o.head = 5;
	c = run(o, 300, 4096, &added, &duplicates);
	assert_int_equal(c.count, 5);
	assert_int_equal(added, 300);
	o.head = UINT64_MAX;
	o.dedupe = false;
	o.tail = 5;
	c = run(o, 300, 4096, &added, &duplicates);
	assert_int_equal(c.count, 5);
	for (size_t i = 0; i < 5; i++)
		assert_int_equal((c.row[i] % 100 * 37) % 100, i < 2 ? 98 : 99);
	assert_true(c.row[2] < c.row[3] && c.row[3] < c.row[4]);

	/* Whoever takes them may have had enough. */
	c = run(all, 300, 12, &added, &duplicates);
	assert_int_equal(c.count, 12);
	assert_int_equal(added, 13);
	o = all;
	o.sort = true;
	c = run(o, 300, 12, &added, &duplicates);
	assert_int_equal(c.count, 12);
	row_stages_free(NULL);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_hash),
		cmocka_unit_test(test_tail),
		cmocka_unit_test(test_stages),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
