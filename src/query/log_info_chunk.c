/* SPDX-License-Identifier: Apache-2.0 */
/* A chunk's header as it lies; format/evtx/evtx_chunk.c has the layout. */
#include "base/crc32.h"
#include "query/log_info.h"

#define CHUNK_HEADER_SIZE 512u

static const uint8_t magic[8] = {'E', 'l', 'f', 'C', 'h', 'n', 'k', 0};

static bool all_zero(struct view v)
{
	return v.n == 0 || (v.p[0] == 0 && memcmp(v.p, v.p + 1, v.n - 1) == 0);
}

static void checksums(struct view bytes, struct log_info_chunk *c)
{
	uint32_t crc = crc32_update(0, view_slice(bytes, 0, 120));

	crc = crc32_update(crc, view_slice(bytes, 128, 384));
	c->header_checksum = crc == le32(bytes.p + 124) ? CHECKSUM_OK : CHECKSUM_WRONG;
	if (c->free_offset < CHUNK_HEADER_SIZE || c->free_offset > EVTX_CHUNK_SIZE) {
		c->data_checksum = CHECKSUM_WRONG;
		return;
	}
	c->data_checksum = CHECKSUM_UNKNOWN;
	if (c->free_offset > bytes.n)
		return;
	crc = crc32_update(
		0, view_slice(bytes, CHUNK_HEADER_SIZE, c->free_offset - CHUNK_HEADER_SIZE));
	c->data_checksum = crc == le32(bytes.p + 52) ? CHECKSUM_OK : CHECKSUM_WRONG;
}

void log_info_chunk_parse(struct view bytes, struct log_info_chunk *ret)
{
	struct log_info_chunk c = {.size = (uint32_t)bytes.n};
	const bool cut = bytes.n < EVTX_CHUNK_SIZE;

	c.header_checksum = c.data_checksum = CHECKSUM_UNKNOWN;
	if (all_zero(bytes)) {
		c.state = LOG_CHUNK_ZERO;
	} else if (bytes.n < sizeof(magic) || memcmp(bytes.p, magic, sizeof(magic)) != 0) {
		c.state = LOG_CHUNK_NO_MAGIC;
	} else if (bytes.n < CHUNK_HEADER_SIZE) {
		c.state = LOG_CHUNK_TRUNCATED;
	} else {
		c.has_header = true;
		c.first_number = le64(bytes.p + 8);
		c.last_number = le64(bytes.p + 16);
		c.first_id = le64(bytes.p + 24);
		c.last_id = le64(bytes.p + 32);
		c.header_size = le32(bytes.p + 40);
		c.last_record_offset = le32(bytes.p + 44);
		c.free_offset = le32(bytes.p + 48);
		c.flags = le32(bytes.p + 120);
		checksums(bytes, &c);
		c.state = cut                        ? LOG_CHUNK_TRUNCATED
			  : c.first_id == UINT64_MAX ? LOG_CHUNK_EMPTY
						     : LOG_CHUNK_IN_USE;
	}
	*ret = c;
}

const char *log_chunk_state_name(enum log_chunk_state state)
{
	static const char *const names[] = {"in use",   "empty",     "zeros",
					    "no magic", "truncated", "unreadable"};

	return names[state];
}
