/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The file header (libyal "Windows XML Event Log (EVTX)" 2.1), 128 bytes used of a block of 4,096:
 *
 *     0  ElfFile\0          32  u32 size used (128)    42  u16 number of chunks
 *     8  u64 first chunk    36  u16 minor version     120  u32 flags: 1 dirty, 2 full, 4 no
 * checksums 16  u64 last chunk     38  u16 major version     124  u32 CRC-32 of bytes 0..119 24 u64
 * next record    40  u16 size of the header block
 *
 * Chunk counts and ids are advisory: they are stale in a dirty log, and the count has 16 bits only.
 * The chunks themselves tell.
 */
#include "format/evtx/evtx.h"

#include "base/crc32.h"

static const uint8_t file_magic[8] = {'E', 'l', 'f', 'F', 'i', 'l', 'e', 0};

bool evtx_is_file(struct view first_bytes)
{
	return first_bytes.n >= 8 && memcmp(first_bytes.p, file_magic, 8) == 0;
}

enum tocsin_status evtx_header_parse(struct view bytes, struct evtx_header *ret,
				     struct tocsin_error *error)
{
	const struct view all = bytes;
	const uint8_t *const h = take(&bytes, 128);
	struct evtx_header r;
	uint32_t flags;

	ENSURE(h, error, TOCSIN_TRUNCATED, all.n, "file ends inside the EVTX header");
	ENSURE(evtx_is_file(all), error, TOCSIN_INVALID, 0, "EVTX header has no ElfFile magic");
	memset(&r, 0, sizeof(r));
	r.first_chunk = le64(h + 8);
	r.last_chunk = le64(h + 16);
	r.next_record = le64(h + 24);
	r.minor = le16(h + 36);
	r.major = le16(h + 38);
	r.data_offset = le16(h + 40);
	r.chunk_count = le16(h + 42);
	flags = le32(h + 120);
	r.dirty = flags & 1;
	r.full = flags & 2;
	r.no_crc32 = flags & 4;
	r.checksum_ok = r.no_crc32 || crc32_update(0, view_slice(all, 0, 120)) == le32(h + 124);
	/* Every known version has a block of 4,096; a damaged field must not move the chunks. */
	if (r.data_offset < 128 || r.data_offset % 512)
		r.data_offset = EVTX_HEADER_SIZE;
	*ret = r;
	return TOCSIN_OK;
}
