/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Chunks and records (libyal "Windows XML Event Log (EVTX)" 2.2, 2.3).
 *
 *   chunk header, 512 bytes:                       record:
 *     0  ElfChnk\0                                   0  2A 2A 00 00
 *     8  u64 first record number                     4  u32 size, header and trailing copy included
 *    16  u64 last record number                      8  u64 record id
 *    24  u64 first record id                        16  u64 FILETIME written
 *    32  u64 last record id                         24  BinXML
 *    40  u32 header size (128)                   size-4  u32 size again
 *    44  u32 offset of the last record
 *    48  u32 offset of the free space
 *    52  u32 CRC-32 of the records (512 .. free space)
 *   120  u32 flags
 *   124  u32 CRC-32 of bytes 0..119 and 128..511
 *   128  u32 × 64 string table, 384 u32 × 32 template table (not needed: names and definitions
 * stand inline)
 */
#include "format/evtx/evtx.h"

#include <stdlib.h>

#include "base/crc32.h"
#include "base/limits.h"
#include "format/evtx/evtx_decoder.h"

static const uint8_t chunk_magic[8] = {'E', 'l', 'f', 'C', 'h', 'n', 'k', 0};
static const uint8_t record_magic[4] = {0x2a, 0x2a, 0, 0};

struct evtx_decoder *evtx_decoder_new(void)
{
	struct evtx_decoder *const d = calloc(1, sizeof(*d));

	if (!d)
		return NULL;
	d->context.store = template_store_new();
	if (!d->context.store) {
		free(d);
		return NULL;
	}
	return d;
}

void evtx_decoder_free(struct evtx_decoder *d)
{
	if (d) {
		arena_free(&d->context.arena);
		template_store_free(d->context.store);
		free(d);
	}
}

void evtx_decoder_configure(struct evtx_decoder *d, const struct evtx_options *options)
{
	d->options = *options;
	d->context.others = options->others;
}

static bool all_zero(struct view v)
{
	return v.n == 0 || (v.p[0] == 0 && memcmp(v.p, v.p + 1, v.n - 1) == 0);
}

static bool checksums_ok(struct view chunk, uint32_t free_offset)
{
	const uint32_t crc = crc32_update(0, view_slice(chunk, 0, 120));

	if (crc32_update(crc, view_slice(chunk, 128, 384)) != le32(chunk.p + 124))
		return false;
	return crc32_update(0, view_slice(chunk, CHUNK_HEADER_SIZE,
					  free_offset - CHUNK_HEADER_SIZE)) == le32(chunk.p + 52);
}

/* Whether a whole record stands at chunk offset `at`. */
static bool record_fits(struct view chunk, size_t at)
{
	const struct view h = view_slice(chunk, at, RECORD_HEADER_SIZE);
	size_t size;

	if (h.n < RECORD_HEADER_SIZE || memcmp(h.p, record_magic, 4) != 0)
		return false;
	size = le32(h.p + 4);
	return size >= RECORD_SIZE_MIN && size <= chunk.n - at &&
	       le32(chunk.p + at + size - 4) == size;
}

/*
 * Behind the free-space offset a record is live only when it goes on where the last one stopped:
 * the offset can be stale, and what an earlier use of the chunk left there has other ids. The
 * header's first id is the first record's: an emptied chunk has -1 there.
 */
static bool goes_on(const struct evtx_decoder *d)
{
	return d->has_last_id && record_fits(d->context.chunk, d->at) &&
	       le64(d->context.chunk.p + d->at + 8) == d->last_id + 1;
}

/* Reads the chunk header into `d` and `info`; a free-space offset that can't be is taken as the
 * chunk's end. */
static void read_header(struct evtx_decoder *d, struct view bytes, struct evtx_chunk_info *info)
{
	const uint32_t free_offset = le32(bytes.p + 48);

	info->first_record = le64(bytes.p + 24);
	info->last_record = d->last_record = le64(bytes.p + 32);
	d->free_offset = free_offset < CHUNK_HEADER_SIZE || free_offset > EVTX_CHUNK_SIZE
				 ? EVTX_CHUNK_SIZE
				 : free_offset;
	/* The header's first id stands in for the record before the first one. */
	d->has_last_id = info->first_record != UINT64_MAX;
	d->last_id = info->first_record - 1;
}

enum tocsin_status evtx_chunk_open(struct evtx_decoder *d, struct view bytes, uint64_t offset,
				   uint32_t number, struct evtx_chunk_info *ret_info,
				   struct tocsin_error *error)
{
	struct evtx_chunk_info info = {0, 0, false, true};

	if (bytes.n > EVTX_CHUNK_SIZE)
		bytes.n = EVTX_CHUNK_SIZE;
	binxml_context_reset(&d->context, bytes);
	d->offset = offset;
	d->number = number;
	d->at = d->free_offset = 0;
	d->has_last_id = d->told = false;
	d->pending.status = TOCSIN_OK;
	error_set(error, TOCSIN_OK, offset, "");
	if (all_zero(bytes)) {
		/* Allocated and never written, or wiped: nothing is left in it either way. */
		info.empty = true;
		*ret_info = info;
		return TOCSIN_OK;
	}
	ENSURE(bytes.n >= CHUNK_HEADER_SIZE, error, TOCSIN_TRUNCATED, offset,
	       "file ends inside a chunk header");
	ENSURE(memcmp(bytes.p, chunk_magic, 8) == 0, error, TOCSIN_INVALID, offset,
	       "chunk has no ElfChnk magic");
	read_header(d, bytes, &info);
	d->at = CHUNK_HEADER_SIZE;
	info.empty = d->free_offset == CHUNK_HEADER_SIZE && !goes_on(d);
	if (bytes.n < EVTX_CHUNK_SIZE && bytes.n < d->free_offset) {
		error_setf(error, TOCSIN_TRUNCATED, offset + bytes.n, "file ends inside a chunk",
			   "%zu of %u bytes are there", bytes.n, EVTX_CHUNK_SIZE);
	} else if (!d->options.no_checksums && !checksums_ok(bytes, d->free_offset)) {
		info.checksum_ok = false;
		error_set(error, TOCSIN_MISMATCH, offset,
			  "chunk checksum does not match; its records are read all the same");
	}
	*ret_info = info;
	return TOCSIN_OK;
}

/*
 * Where the next whole record behind chunk offset `at` stands, at most at the free space. Windows
 * aligns records, a damaged size or another program may not have.
 */
static size_t next_record(const struct evtx_decoder *d, size_t at)
{
	const struct view chunk = d->context.chunk;
	const size_t end = d->free_offset < chunk.n ? d->free_offset : chunk.n;

	for (size_t i = (at / RECORD_ALIGN + 1) * RECORD_ALIGN; i < end; i += RECORD_ALIGN) {
		if (record_fits(chunk, i))
			return i;
	}
	for (size_t i = at + 1; i < end; i++) {
		if (record_fits(chunk, i))
			return i;
	}
	return end;
}

/* Whether nothing but zeros stands where the next record should, and the header misses none: some
 * programs pad a chunk and count the padding as used. */
static bool padding(const struct evtx_decoder *d)
{
	return d->at > CHUNK_HEADER_SIZE && d->has_last_id && d->last_id >= d->last_record &&
	       all_zero(view_slice(d->context.chunk, d->at, d->free_offset - d->at));
}

/* Damage at d->at: goes on at the next whole record, or ends the chunk. */
static enum tocsin_status skip_damage(struct evtx_decoder *d, enum tocsin_status status,
				      const char *msg, struct tocsin_error *error)
{
	const size_t from = d->at, next = next_record(d, from);

	d->at = next > from ? next : d->context.chunk.n;
	d->told = true;
	return error_setf(error, status, d->offset + from, msg, "%zu bytes are left out",
			  d->at - from);
}

/*
 * A record whose size and trailing copy differ: half written, or overwritten at one end. Its
 * content is read as far as the next whole record; where it decodes, the event is given and the
 * damage told behind it.
 */
static enum tocsin_status torn_record(struct evtx_decoder *d, size_t at, size_t size,
				      const struct event **ret_event, struct tocsin_error *error)
{
	const size_t next = next_record(d, at);
	const size_t whole = size < next - at ? size : next - at;

	if (whole >= RECORD_SIZE_MIN &&
	    evtx_record_decode(d, at, whole, EVENT_LIVE, NULL, ret_event, error) == TOCSIN_OK) {
		d->at = next;
		d->last_id = (*ret_event)->record_id;
		d->has_last_id = true;
		d->pending_id = d->last_id;
		error_set(&d->pending, TOCSIN_INVALID, d->offset + at,
			  "record size differs from its trailing copy; the record is given as it "
			  "reads");
		return TOCSIN_OK;
	}
	return skip_damage(d, TOCSIN_INVALID, "record size differs from its trailing copy", error);
}

/*
 * Nothing more is read. Records that the header counts and that no damage before has accounted for
 * are lost: a free-space offset that was set back hides them.
 */
static enum tocsin_status end_of_records(struct evtx_decoder *d, struct tocsin_error *error)
{
	const uint64_t missing = d->last_record - d->last_id;
	const size_t at = d->at;

	d->at = 0;
	/* A file that ends inside the chunk was told when the chunk was opened. */
	if (d->told || d->context.chunk.n < EVTX_CHUNK_SIZE || !d->has_last_id || missing == 0 ||
	    missing > EVTX_CHUNK_SIZE / RECORD_SIZE_MIN)
		return TOCSIN_END;
	return error_setf(error, TOCSIN_INVALID, d->offset + at,
			  "records that the chunk header counts are not there",
			  "the last %llu, up to id %llu", (unsigned long long)missing,
			  (unsigned long long)d->last_record);
}

enum tocsin_status evtx_chunk_next(struct evtx_decoder *d, const struct event **ret_event,
				   struct evtx_loss *ret_loss, struct tocsin_error *error)
{
	const struct view chunk = d->context.chunk;
	struct tocsin_error scratch;
	const size_t at = d->at;
	const uint8_t *h;
	size_t size;

	if (!error)
		error = &scratch;
	*ret_loss = (struct evtx_loss){0, 0};
	if (d->pending.status != TOCSIN_OK) {
		*error = d->pending;
		ret_loss->record_id = d->pending_id;
		d->pending.status = TOCSIN_OK;
		return error->status;
	}
	if (at == 0)
		return TOCSIN_END;
	if (at >= chunk.n || (at >= d->free_offset && !goes_on(d)))
		return end_of_records(d, error);
	if (chunk.n - at < RECORD_HEADER_SIZE) {
		/* Fewer bytes than a record's header before the end of the chunk: padding. */
		if (chunk.n == EVTX_CHUNK_SIZE)
			return end_of_records(d, error);
		d->at = chunk.n;
		return error_set(error, TOCSIN_TRUNCATED, d->offset + at,
				 "file ends inside a record header");
	}
	h = chunk.p + at;
	if (memcmp(h, record_magic, 4) != 0 && padding(d))
		return TOCSIN_END;
	if (memcmp(h, record_magic, 4) != 0)
		return skip_damage(d, TOCSIN_INVALID, "no record where one should start", error);
	ret_loss->record_id = le64(h + 8);
	size = le32(h + 4);
	if (size >= RECORD_SIZE_MIN && size > chunk.n - at && size <= EVTX_CHUNK_SIZE - at) {
		d->at = chunk.n;
		return error_set(error, TOCSIN_TRUNCATED, d->offset + at,
				 "file ends inside a record");
	}
	if (size < RECORD_SIZE_MIN || size > chunk.n - at)
		return skip_damage(d, TOCSIN_INVALID, "record size is impossible", error);
	if (le32(h + size - 4) != size)
		return torn_record(d, at, size, ret_event, error);
	d->at = at + size;
	d->last_id = ret_loss->record_id;
	d->has_last_id = true;
	d->told = false;
	return evtx_record_decode(d, at, size, EVENT_LIVE, NULL, ret_event, error);
}
