/* SPDX-License-Identifier: Apache-2.0 */
/* Chunk headers as they lie, at each length and with each byte of the header changed. */
#include "test.h"

#include "base/crc32.h"
#include "query/log_info.h"

static uint8_t chunk[EVTX_CHUNK_SIZE];

static struct log_info_chunk parse(size_t n)
{
	/* A copy of exactly that length: reading behind it would show. */
	uint8_t *const copy = malloc(n + (n == 0));
	struct log_info_chunk c;

	memcpy(copy, chunk, n);
	log_info_chunk_parse((struct view){copy, n}, &c);
	free(copy);
	assert_int_equal(c.size, n);
	return c;
}

static void seal(void)
{
	const uint32_t free_offset = le32(chunk + 48);
	uint32_t crc;

	put32(chunk + 52, crc32_update(0, (struct view){chunk + 512, free_offset - 512}));
	crc = crc32_update(0, (struct view){chunk, 120});
	put32(chunk + 124, crc32_update(crc, (struct view){chunk + 128, 384}));
}

static void make(void)
{
	memset(chunk, 0, sizeof(chunk));
	memcpy(chunk, "ElfChnk", 8);
	put64(chunk + 8, 11);
	put64(chunk + 16, 12);
	put64(chunk + 24, 21);
	put64(chunk + 32, 22);
	put32(chunk + 40, 128);
	put32(chunk + 44, 512);
	put32(chunk + 48, 1000);
	put32(chunk + 120, 7);
	memset(chunk + 512, 0x55, 488);
	seal();
}

static void test_whole(void **state)
{
	struct log_info_chunk c;

	(void)state;
	make();
	c = parse(EVTX_CHUNK_SIZE);
	assert_int_equal(c.state, LOG_CHUNK_IN_USE);
	assert_true(c.has_header);
	assert_int_equal(c.first_number, 11);
	assert_int_equal(c.last_number, 12);
	assert_int_equal(c.first_id, 21);
	assert_int_equal(c.last_id, 22);
	assert_int_equal(c.header_size, 128);
	assert_int_equal(c.last_record_offset, 512);
	assert_int_equal(c.free_offset, 1000);
	assert_int_equal(c.flags, 7);
	assert_int_equal(c.header_checksum, CHECKSUM_OK);
	assert_int_equal(c.data_checksum, CHECKSUM_OK);
	put64(chunk + 24, UINT64_MAX);
	put64(chunk + 32, UINT64_MAX);
	put32(chunk + 48, 512);
	seal();
	c = parse(EVTX_CHUNK_SIZE);
	assert_int_equal(c.state, LOG_CHUNK_EMPTY);
	assert_int_equal(c.data_checksum, CHECKSUM_OK);
}

static void test_each_length(void **state)
{
	(void)state;
	make();
	for (size_t n = 0; n < 1100; n++) {
		const struct log_info_chunk c = parse(n);

		assert_int_equal(c.state, n == 0  ? LOG_CHUNK_ZERO
					  : n < 8 ? LOG_CHUNK_NO_MAGIC
						  : LOG_CHUNK_TRUNCATED);
		assert_int_equal(c.has_header, n >= 512);
		assert_int_equal(c.header_checksum, n < 512 ? CHECKSUM_UNKNOWN : CHECKSUM_OK);
		assert_int_equal(c.data_checksum, n < 1000 ? CHECKSUM_UNKNOWN : CHECKSUM_OK);
	}
	memset(chunk, 0, sizeof(chunk));
	assert_int_equal(parse(EVTX_CHUNK_SIZE).state, LOG_CHUNK_ZERO);
	assert_int_equal(parse(100).state, LOG_CHUNK_ZERO);
	chunk[65535] = 1;
	assert_int_equal(parse(EVTX_CHUNK_SIZE).state, LOG_CHUNK_NO_MAGIC);
}

/* Whatever is changed, a checksum tells; only the flags have none. */
static void test_each_byte(void **state)
{
	(void)state;
	for (size_t i = 8; i < 1000; i++) {
		struct log_info_chunk c;

		make();
		chunk[i] ^= 0xff;
		c = parse(EVTX_CHUNK_SIZE);
		if (i >= 120 && i < 124)
			assert_int_equal(c.header_checksum, CHECKSUM_OK);
		else
			assert_true(c.header_checksum == CHECKSUM_WRONG ||
				    c.data_checksum == CHECKSUM_WRONG);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_whole),
		cmocka_unit_test(test_each_length),
		cmocka_unit_test(test_each_byte),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
