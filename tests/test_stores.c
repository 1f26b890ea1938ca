/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The stores that hold any number of items in bounded memory, against naive ones that hold all:
 * with so little memory that they spill and merge, several times.
 */
#include "test.h"

#include <signal.h>
#include <sys/resource.h>
#include <time.h>

#include "query/row_sorter.h"
#include "query/seen_set.h"

/* xorshift64*: the same numbers on every machine. */
static uint64_t next_number(uint64_t *state)
{
	*state ^= *state >> 12;
	*state ^= *state << 25;
	*state ^= *state >> 27;
	return *state * 0x2545f4914f6cdd1du;
}

/* ---- row_sorter */

struct row {
	uint64_t key;
	uint32_t number, size;
};

static int by_key_then_number(const void *a, const void *b)
{
	const struct row *const x = a, *const y = b;

	if (x->key != y->key)
		return x->key < y->key ? -1 : 1;
	return x->number < y->number ? -1 : x->number > y->number;
}

/* A row's bytes tell which one it is. Not inlined: gcc would unroll the loop beyond rows of no
 * size. */
__attribute__((noinline)) static void row_bytes(const struct row *r, uint8_t *to)
{
	for (uint32_t i = 0; i < r->size; i++)
		to[i] = (uint8_t)(r->number * 7 + i * (r->number | 1));
}

/* Sorts `count` rows with keys below `keys` and sizes up to `size_max`, and looks at each. */
static void sort_rows(size_t memory, uint32_t count, uint64_t keys, uint32_t size_max,
		      uint64_t seed)
{
	struct row_sorter *const s = row_sorter_new(memory);
	struct row *const rows = calloc(count + 1, sizeof(*rows));
	uint8_t *const bytes = malloc(size_max + 1);
	struct view v;
	uint64_t key;

	assert_non_null(s);
	for (uint32_t i = 0; i < count; i++) {
		rows[i].number = i;
		rows[i].key = keys ? next_number(&seed) % keys : i;
		rows[i].size = (uint32_t)(next_number(&seed) % (size_max + 1));
		if (i % 97 == 0)
			rows[i].size = size_max;
		row_bytes(&rows[i], bytes);
		assert_ok(row_sorter_add(s, rows[i].key, (struct view){bytes, rows[i].size}, NULL));
	}
	qsort(rows, count, sizeof(*rows), by_key_then_number);
	for (uint32_t i = 0; i < count; i++) {
		assert_ok(row_sorter_next(s, &key, &v, NULL));
		assert_int_equal(key, rows[i].key);
		assert_int_equal(v.n, rows[i].size);
		row_bytes(&rows[i], bytes);
		assert_memory_equal(v.p, bytes, v.n);
	}
	assert_status(row_sorter_next(s, &key, &v, NULL), TOCSIN_END);
	assert_status(row_sorter_next(s, &key, &v, NULL), TOCSIN_END);
	assert_status(row_sorter_add(s, 0, (struct view){NULL, 0}, NULL), TOCSIN_USAGE);
	row_sorter_free(s);
	free(rows);
	free(bytes);
}

static void test_rows(void **state)
{
	(void)state;
	sort_rows(1 << 20, 0, 0, 0, 1);
	sort_rows(1 << 20, 1, 0, 10, 1);
	sort_rows(1 << 20, 1000, 50, 100, 2);         /* all in memory */
	sort_rows(1 << 16, 20000, UINT64_MAX, 60, 3); /* some runs */
	sort_rows(1000, 20000, 1000, 60, 4);          /* hundreds, two at a time */
	sort_rows(1000, 20000, 3, 60, 5);             /* hardly any keys: the order of adding */
	sort_rows(500, 3000, 100, 500, 6);            /* rows as large as the memory */
	sort_rows(64, 20000, 0, 8, 7);                /* runs are merged while rows come; sorted */
	sort_rows(3 << 20, 50000, 1 << 20, 1000, 8);  /* many merged at once */
	sort_rows(0, 3, 10, 0, 9);
}

static void test_row_too_large(void **state)
{
	struct row_sorter *const s = row_sorter_new(100);
	uint8_t bytes[101] = {0};
	struct tocsin_error error;
	struct view v;
	uint64_t key;

	(void)state;
	assert_ok(row_sorter_add(s, 2, (struct view){bytes, 100}, &error));
	assert_status(row_sorter_add(s, 1, (struct view){bytes, 101}, &error), TOCSIN_LIMIT);
	assert_string_equal(error.msg, "a row is larger than all memory for sorting");
	/* It is left out, nothing else is. */
	assert_ok(row_sorter_add(s, 0, (struct view){bytes, 1}, &error));
	assert_ok(row_sorter_next(s, &key, &v, &error));
	assert_int_equal(key, 0);
	assert_ok(row_sorter_next(s, &key, &v, &error));
	assert_int_equal(key, 2);
	assert_int_equal(v.n, 100);
	assert_status(row_sorter_next(s, &key, &v, &error), TOCSIN_END);
	row_sorter_free(s);
	row_sorter_free(NULL);
}

/* ---- a disk that is full */

static struct rlimit old_limit;

static void limit_files(rlim_t bytes)
{
	struct rlimit limit;

	signal(SIGXFSZ, SIG_IGN);
	assert_int_equal(getrlimit(RLIMIT_FSIZE, &old_limit), 0);
	limit = old_limit;
	limit.rlim_cur = bytes;
	assert_int_equal(setrlimit(RLIMIT_FSIZE, &limit), 0);
}

static void unlimit_files(void)
{
	assert_int_equal(setrlimit(RLIMIT_FSIZE, &old_limit), 0);
}

/* The failure comes when the limit is reached, while adding or while reading, and stays. */
static void test_rows_full_disk(void **state)
{
	(void)state;
	for (rlim_t bytes = 0; bytes < 300000; bytes += 17000) {
		struct row_sorter *const s = row_sorter_new(2000);
		enum tocsin_status status = TOCSIN_OK;
		struct tocsin_error error;
		uint8_t row[30] = {0};
		unsigned given = 0;
		struct view v;
		uint64_t key;

		limit_files(bytes);
		for (unsigned i = 0; i < 5000 && status == TOCSIN_OK; i++)
			status = row_sorter_add(s, i * 7 % 1000, (struct view){row, sizeof(row)},
						&error);
		while (status == TOCSIN_OK) {
			status = row_sorter_next(s, &key, &v, &error);
			given++;
		}
		unlimit_files();
		if (bytes >= 5000 * 46) {
			assert_status(status, TOCSIN_END);
			assert_int_equal(given, 5001);
		} else {
			assert_status(status, TOCSIN_IO);
			assert_string_equal(error.msg, "can't write to a temporary file");
			memset(&error, 0, sizeof(error));
			assert_status(row_sorter_next(s, &key, &v, &error), TOCSIN_IO);
			assert_status(row_sorter_add(s, 1, v, &error), TOCSIN_IO);
			assert_string_equal(error.msg, "can't write to a temporary file");
		}
		row_sorter_free(s);
	}
}

/* ---- seen_set */

/* Hashes of these tests: a number spread over all bytes, or in some of them only. */
static void make_hash(uint64_t number, unsigned form, uint8_t to[16])
{
	uint64_t x = number + 1;

	memset(to, 0, 16);
	switch (form) {
	case 0:
		put64(to, next_number(&x));
		put64(to + 8, next_number(&x));
		break;
	case 1: /* all equal but for the last bytes */
		for (unsigned i = 0; i < 8; i++)
			to[15 - i] = (uint8_t)(number >> (8 * i));
		break;
	case 2: /* the first bytes only; number 0 is all zero */
		put64(to, number);
		break;
	default:
		break;
	}
}

/* Adds numbers below `numbers` in random order, and knows which were there. */
static void see(size_t memory, unsigned form, uint32_t numbers, uint32_t adds, uint64_t seed)
{
	struct seen_set *const s = seen_set_new(memory);
	bool *const seen = calloc(numbers, sizeof(*seen));

	assert_non_null(s);
	for (uint32_t i = 0; i < adds; i++) {
		const uint32_t number = (uint32_t)(next_number(&seed) % numbers);
		uint8_t hash[16];
		bool is_new = seen[number];

		make_hash(number, form, hash);
		assert_ok(seen_set_add(s, hash, &is_new, NULL));
		assert_int_equal(is_new, !seen[number]);
		seen[number] = true;
	}
	seen_set_free(s);
	free(seen);
}

static void test_seen(void **state)
{
	(void)state;
	for (unsigned form = 0; form < 3; form++) {
		see(0, form, 1000, 3000, 1);     /* in the table */
		see(0, form, 20000, 40000, 2);   /* some runs */
		see(0, form, 300000, 400000, 3); /* runs of runs */
	}
	see(0, 0, 1200000, 900000, 4); /* fences get rarer */
	see(1 << 20, 0, 100000, 200000, 5);
}

static void test_seen_full_disk(void **state)
{
	struct seen_set *const s = seen_set_new(0);
	enum tocsin_status status = TOCSIN_OK;
	struct tocsin_error error;
	uint8_t hash[16];
	bool is_new;
	uint32_t i;

	(void)state;
	limit_files(100000); /* a run fits, a merged one does not */
	for (i = 0; i < 100000 && status == TOCSIN_OK; i++) {
		make_hash(i, 0, hash);
		status = seen_set_add(s, hash, &is_new, &error);
	}
	unlimit_files();
	assert_status(status, TOCSIN_IO);
	assert_true(i > 8 * 3000);
	assert_string_equal(error.msg, "can't write to a temporary file");
	memset(&error, 0, sizeof(error));
	assert_status(seen_set_add(s, hash, &is_new, &error), TOCSIN_IO);
	assert_string_equal(error.msg, "can't write to a temporary file");
	seen_set_free(s);
	seen_set_free(NULL);
}

/* ---- Hashes that were made to fall together */

#define MANY 100000u

/* CPU seconds for many hashes: of any kind, or such as a table without a key of its own puts in one
 * place (the mixing steps backwards). */
static double seconds_for(bool chosen)
{
	struct seen_set *const s = seen_set_new((size_t)16 << 20);
	uint64_t inverse = 1, state = 1;
	const clock_t start = clock();

	assert_non_null(s);
	for (unsigned i = 0; i < 6; i++)
		inverse *= 2 - 0xd6e8feb86659fd93u * inverse;
	for (uint64_t i = 1; i <= MANY; i++) {
		uint64_t x = i << 32;
		uint8_t hash[16] = {0};
		bool is_new;

		for (unsigned k = 0; k < 2; k++) {
			x ^= x >> 32;
			x *= inverse;
		}
		put64(hash + 8, chosen ? x ^ x >> 32 : next_number(&state));
		assert_ok(seen_set_add(s, hash, &is_new, NULL));
		assert_true(is_new);
	}
	seen_set_free(s);
	return (double)(clock() - start) / CLOCKS_PER_SEC;
}

static void test_chosen_hashes(void **state)
{
	const double any = seconds_for(false);

	(void)state;
	assert_true(seconds_for(true) < 10 * any + 0.5);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_rows),           cmocka_unit_test(test_row_too_large),
		cmocka_unit_test(test_rows_full_disk), cmocka_unit_test(test_seen),
		cmocka_unit_test(test_seen_full_disk), cmocka_unit_test(test_chosen_hashes),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
