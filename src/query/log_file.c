/* SPDX-License-Identifier: Apache-2.0 */
/* One EVTX file as a sequence of chunks; see log_file.h. Layout: format/evtx/evtx.h. */
#include "query/log_file.h"

#include <stdio.h>
#include <stdlib.h>

#include "format/evtx/find_chunk.h"

#define CHUNK_HEADER_SIZE 512u
#define RECORD_HEADER_SIZE 24u
#define PEEK_SIZE (CHUNK_HEADER_SIZE + RECORD_HEADER_SIZE)
#define SECTOR 512u

/* Chunks that are looked at before the rest of a log is taken to lie somewhere else. */
#define REALIGN_CHUNKS 64u

/* Records that fit into a chunk at most: a range of ids that claims more is garbage. */
#define RECORDS_MAX (EVTX_CHUNK_SIZE / RECORD_HEADER_SIZE)

static const uint8_t chunk_magic[8] = {'E', 'l', 'f', 'C', 'h', 'n', 'k', 0};

static bool all_zero(struct view v)
{
	return v.n == 0 || (v.p[0] == 0 && memcmp(v.p, v.p + 1, v.n - 1) == 0);
}

/* The head of a chunk: what order and holes are decided by. */
struct head {
	bool zero;            /* nothing there */
	bool magic;           /* a chunk */
	uint64_t first, last; /* record ids; 0 where not known */
	uint64_t number;      /* of its first record in the file */
};

/* Up to `n` bytes at `offset`; what can't be read counts as not there: reading it reports it. */
static size_t peek(const struct log_file *f, uint64_t offset, uint8_t *to, size_t n)
{
	size_t got;

	if (f->cached.n) {
		const struct view v = offset <= SIZE_MAX ? view_slice(f->cached, (size_t)offset, n)
							 : (struct view){NULL, 0};

		if (v.n)
			memcpy(to, v.p, v.n);
		return v.n;
	}
	if (offset >= f->size)
		return 0;
	if (n > f->size - offset)
		n = (size_t)(f->size - offset);
	return f->read_at(f->file, offset, to, n, &got, NULL) == TOCSIN_OK ? got : 0;
}

/*
 * The first record's own id goes before the header's: the chunk that Windows was writing to when
 * the log was copied can still have the header of the records that it replaces.
 */
static struct head chunk_head(const struct log_file *f, uint32_t number)
{
	struct head head = {false, false, 0, 0, 0};
	uint8_t p[PEEK_SIZE] = {0};
	const size_t n = peek(f, log_file_chunk_offset(f, number), p, sizeof(p));
	uint64_t first, last;

	head.zero = all_zero((struct view){p, n});
	head.magic = memcmp(p, chunk_magic, sizeof(chunk_magic)) == 0;
	if (n < PEEK_SIZE || !head.magic)
		return head;
	head.number = le64(p + 8);
	first = le64(p + 24);
	last = le64(p + 32);
	if (first && first <= last && last - first < RECORDS_MAX) {
		head.first = first;
		head.last = last;
	}
	if (le32(p + 512) == 0x2a2a && le32(p + 516) > RECORD_HEADER_SIZE && le64(p + 520))
		head.first = le64(p + 520);
	return head;
}

enum tocsin_status log_file_open(struct log_file *f, const char *path, struct tocsin_error *error)
{
	struct os_file *file;

	memset(f, 0, sizeof(*f));
	TRY(os_open(path, &file, error));
	log_file_use(f, file);
	f->shared = false;
	return TOCSIN_OK;
}

void log_file_use(struct log_file *f, struct os_file *file)
{
	memset(f, 0, sizeof(*f));
	f->file = file;
	f->shared = true;
	f->read_at = os_read_at;
	f->size = os_size(file);
}

void log_file_close(struct log_file *f)
{
	if (!f->shared)
		os_close(f->file);
	f->file = NULL;
}

static bool chunk_at(const struct log_file *f, uint64_t offset)
{
	uint8_t magic[sizeof(chunk_magic)];

	return peek(f, offset, magic, sizeof(magic)) == sizeof(magic) &&
	       memcmp(magic, chunk_magic, sizeof(magic)) == 0;
}

/* The first place before `end` where a chunk's header stands, whatever lies before it. */
static bool find_chunk(const struct log_file *f, uint64_t end, uint64_t *ret_offset)
{
	uint8_t bytes[4096 + EVTX_CHUNK_HEAD];
	uint64_t at;

	for (at = 0; at < end && at < f->size; at += 4096) {
		const struct view v = {bytes, peek(f, at, bytes, sizeof(bytes))};
		size_t found;

		if (evtx_find_chunk(v, &found)) {
			*ret_offset = at + found;
			return true;
		}
	}
	return false;
}

/* Whether any of the first chunks stands where it should. */
static bool chunks_from(const struct log_file *f, uint64_t data_offset)
{
	unsigned i;

	for (i = 0; i < REALIGN_CHUNKS; i++) {
		if (chunk_at(f, data_offset + (uint64_t)i * EVTX_CHUNK_SIZE))
			return true;
	}
	return false;
}

/* Chunks at no multiple of their size behind the header: the start of the file was cut off, or
 * something was put before it. */
static void realign(struct log_file *f)
{
	const uint64_t before = f->data_offset;
	uint64_t first;

	if (chunks_from(f, before) ||
	    !find_chunk(f, 2 * EVTX_CHUNK_SIZE + EVTX_HEADER_SIZE, &first))
		return;
	f->data_offset = first % EVTX_CHUNK_SIZE;
	error_setf(&f->damage, TOCSIN_INVALID, 0, "the chunks do not lie where they should",
		   "read from offset 0x%llx", (unsigned long long)f->data_offset);
	/* A whole header before them explains itself. */
	f->damage_bytes = f->header.data_offset && f->data_offset >= f->header.data_offset
				  ? f->data_offset - f->header.data_offset
				  : f->data_offset;
}

static uint64_t smaller(uint64_t a, uint64_t b)
{
	return a < b ? a : b;
}

/* The header block's bytes; with a place in it that can't be read, what stands before that. */
static struct view read_header(struct log_file *f, uint8_t bytes[EVTX_HEADER_SIZE])
{
	const size_t want = (size_t)smaller(EVTX_HEADER_SIZE, f->size);
	struct view v = {bytes, peek(f, 0, bytes, want)};
	struct tocsin_error error;

	if (v.n == want)
		return v;
	if (f->cached.n || f->read_at(f->file, 0, bytes, want, &v.n, &error) == TOCSIN_OK) {
		error_set(&f->damage, TOCSIN_TRUNCATED, v.n,
			  "the file became shorter while it was read");
	} else {
		v.n = peek(f, 0, bytes, SECTOR);
		f->damage = error;
		f->damage.offset = v.n;
	}
	f->damage_bytes = want - v.n;
	return v;
}

static void plan_header(struct log_file *f)
{
	uint8_t bytes[EVTX_HEADER_SIZE];
	struct tocsin_error error;
	struct view v;

	f->data_offset = EVTX_HEADER_SIZE;
	f->damage_bytes = 0;
	error_set(&f->damage, TOCSIN_OK, 0, "");
	if (chunk_at(f, 0)) {
		error_set(&f->damage, TOCSIN_INVALID, 0,
			  "the file header is missing: the file starts with a chunk");
		f->data_offset = 0;
		return;
	}
	v = read_header(f, bytes);
	if (evtx_header_parse(v, &f->header, &error) != TOCSIN_OK) {
		memset(&f->header, 0, sizeof(f->header));
		if (f->damage.status == TOCSIN_OK)
			f->damage = error;
		realign(f);
		f->damage_bytes = smaller(f->data_offset, f->size);
		return;
	}
	if (!f->header.checksum_ok && f->damage.status == TOCSIN_OK)
		error_set(&f->damage, TOCSIN_MISMATCH, 0,
			  "the file header's checksum does not match");
	/* Another block size counts only where it leads to a chunk. */
	if (f->header.data_offset != EVTX_HEADER_SIZE &&
	    f->header.data_offset >= CHUNK_HEADER_SIZE / 4 &&
	    f->header.data_offset <= EVTX_CHUNK_SIZE && !chunk_at(f, EVTX_HEADER_SIZE) &&
	    chunk_at(f, f->header.data_offset))
		f->data_offset = f->header.data_offset;
	else
		realign(f);
}

/*
 * A log that has wrapped is its records' order, rotated: going by place, the ids step down exactly
 * once, and so do the numbers that records have in their file. Anything else (ids damaged, logs put
 * behind each other) is read as it lies.
 */
static uint32_t find_oldest(const struct log_file *f)
{
	uint32_t i, steps = 0, oldest = 0;
	uint64_t before = 0, first = 0, number = 0;

	for (i = 0; i < f->used; i++) {
		const struct head head = chunk_head(f, i);

		if (!head.first)
			continue;
		if (!first)
			first = head.first;
		if (head.first < before) {
			if (head.number > number)
				return 0;
			steps++;
			oldest = i;
		}
		before = head.first;
		number = head.number;
	}
	return steps == 1 && before < first ? oldest : 0;
}

/* Id of the first chunk from `i` on, upwards or downwards, that has one; 0 without. */
static uint64_t nearest_id(const struct log_file *f, uint32_t i, bool up)
{
	for (; i < f->used; i = up ? i + 1 : i - 1) {
		const struct head head = chunk_head(f, i);

		if (head.first)
			return head.first;
	}
	return 0;
}

void log_file_plan(struct log_file *f)
{
	uint64_t count;

	plan_header(f);
	count = f->size > f->data_offset ? (f->size - f->data_offset - 1) / EVTX_CHUNK_SIZE + 1 : 0;
	/* A chunk's number has 32 bits: 256 TiB. The caller's units end there as well. */
	f->chunk_count = count > UINT32_MAX ? UINT32_MAX : (uint32_t)count;
	f->used = f->chunk_count;
	while (f->used && !chunk_head(f, f->used - 1).magic)
		f->used--;
	f->oldest = 0;
	/* Only a log that ends below where it starts can have wrapped: no need to look at all. */
	if (f->used > 1 && nearest_id(f, 0, true) > nearest_id(f, f->used - 1, false))
		f->oldest = find_oldest(f);
}

uint32_t log_file_chunk(const struct log_file *f, uint32_t position, bool newest_first)
{
	const uint32_t p = newest_first ? f->chunk_count - 1 - position : position;

	if (p >= f->used)
		return p;
	return p < f->used - f->oldest ? p + f->oldest : p - (f->used - f->oldest);
}

uint64_t log_file_chunk_offset(const struct log_file *f, uint32_t number)
{
	return f->data_offset + (uint64_t)number * EVTX_CHUNK_SIZE;
}

size_t log_file_chunk_size(const struct log_file *f, uint32_t number)
{
	const uint64_t offset = log_file_chunk_offset(f, number);
	const uint64_t left = f->size > offset ? f->size - offset : 0;

	return left < EVTX_CHUNK_SIZE ? (size_t)left : EVTX_CHUNK_SIZE;
}

/* The whole chunk; on the heap, as a thread's stack is small. Without memory it counts as used. */
static bool chunk_is_zero(const struct log_file *f, uint32_t number)
{
	uint8_t *const bytes = malloc(EVTX_CHUNK_SIZE);
	bool zero = false;

	if (bytes) {
		const struct view v = {
			bytes, peek(f, log_file_chunk_offset(f, number), bytes, EVTX_CHUNK_SIZE)};

		zero = all_zero(v);
	}
	free(bytes);
	return zero;
}

/*
 * Zeros between chunks in use: told once, at the first of them, unless the record ids on both sides
 * follow each other. What is lost there is records: the bytes are all there, and zeros, so they
 * count as unused; the line says how many. Behind the last chunk in use they are room that Windows
 * keeps.
 */
static void hole(const struct log_file *f, uint32_t number, struct tocsin_error *ret_damage)
{
	struct head before = {false, false, 0, 0, 0}, after = before;
	char records[64] = "";
	uint32_t end = number + 1;

	if (number >= f->used)
		return;
	if (number)
		before = chunk_head(f, number - 1);
	if (before.zero && chunk_is_zero(f, number - 1))
		return;
	for (; end < f->used; end++) {
		after = chunk_head(f, end);
		if (!after.zero || !chunk_is_zero(f, end))
			break;
	}
	if (before.last && after.first == before.last + 1)
		return;
	if (before.last && after.first > before.last)
		snprintf(records, sizeof(records), ", records %llu to %llu",
			 (unsigned long long)before.last + 1, (unsigned long long)after.first - 1);
	error_setf(ret_damage, TOCSIN_INVALID, log_file_chunk_offset(f, number),
		   "only zeros where chunks should be",
		   "chunks %u to %u, %llu bytes that count as unused%s", (unsigned)number,
		   (unsigned)(end - 1), (unsigned long long)(end - number) * EVTX_CHUNK_SIZE,
		   records);
}

/* Whether the header counts this chunk. The count has 16 bits; a header that is damaged may mean
 * any. */
static bool counted(const struct log_file *f, uint32_t number)
{
	return f->damage.status != TOCSIN_OK || f->chunk_count > UINT16_MAX ||
	       number < f->header.chunk_count;
}

/* Whether the signature of a record with a possible size stands anywhere. */
static bool has_record(struct view v)
{
	while (v.n >= RECORD_HEADER_SIZE) {
		const uint8_t *const p = memchr(v.p, '*', v.n - RECORD_HEADER_SIZE + 1);

		if (!p)
			break;
		take(&v, (size_t)(p - v.p));
		if (le32(v.p) == 0x2a2a && le32(v.p + 4) > RECORD_HEADER_SIZE &&
		    le32(v.p + 4) < EVTX_CHUNK_SIZE)
			return true;
		take(&v, 1);
	}
	return false;
}

/*
 * Windows enlarges a log by more than it needs at once, and in a raw copy of the disk that room
 * holds whatever was there before. Behind the last chunk, not counted by the header and without a
 * record in it, such bytes are no loss.
 */
static void no_chunk(const struct log_file *f, struct view bytes, uint32_t number,
		     struct tocsin_error *ret_damage)
{
	const uint64_t offset = log_file_chunk_offset(f, number);

	if (number < f->used || counted(f, number) || has_record(bytes)) {
		if (bytes.n < CHUNK_HEADER_SIZE)
			error_set(ret_damage, TOCSIN_TRUNCATED, offset,
				  "the file ends inside a chunk's header");
		else
			error_set(ret_damage, TOCSIN_INVALID, offset, "chunk has no ElfChnk magic");
	} else if (number == f->used || chunk_head(f, number - 1).zero) {
		error_set(ret_damage, TOCSIN_MISMATCH, offset,
			  "neither chunks nor zeros behind the last chunk; no record is in them");
	}
}

enum tocsin_status log_file_begin(const struct log_file *f, struct evtx_decoder *d,
				  struct view bytes, uint32_t number,
				  struct tocsin_error *ret_damage)
{
	const uint64_t offset = log_file_chunk_offset(f, number);
	struct evtx_chunk_info info = {0, 0, false, false};
	enum tocsin_status status = TOCSIN_END;
	bool magic;

	memset(ret_damage, 0, sizeof(*ret_damage));
	if (all_zero(bytes)) {
		hole(f, number, ret_damage);
		return TOCSIN_END;
	}
	magic = bytes.n >= CHUNK_HEADER_SIZE &&
		memcmp(bytes.p, chunk_magic, sizeof(chunk_magic)) == 0;
	/* Without its signature a chunk is read for the records that show themselves. */
	if (magic || has_record(bytes))
		status = evtx_chunk_open(d, bytes, offset, number, &info, ret_damage);
	if (status != TOCSIN_OK) {
		if (!magic && ret_damage->status != TOCSIN_NO_MEMORY)
			no_chunk(f, bytes, number, ret_damage);
		return TOCSIN_END;
	}
	/* A log without checksums has none to be wrong. */
	if (f->header.no_crc32 && ret_damage->status == TOCSIN_MISMATCH)
		memset(ret_damage, 0, sizeof(*ret_damage));
	return TOCSIN_OK; /* what a header without records means is the decoder's to say */
}

uint64_t log_file_lost(struct view bytes, enum tocsin_status status,
		       const struct tocsin_error *damage)
{
	return status == TOCSIN_OK || damage->status == TOCSIN_OK ||
			       damage->status == TOCSIN_MISMATCH || all_zero(bytes)
		       ? 0
		       : bytes.n;
}

void log_file_account(const struct evtx_decoder *d, struct view bytes, enum tocsin_status status,
		      const struct tocsin_error *damage, struct evtx_account *to)
{
	const uint64_t lost = log_file_lost(bytes, status, damage);

	if (status == TOCSIN_OK)
		evtx_chunk_account(d, to);
	else if (lost)
		to->lost += lost;
	else if (all_zero(bytes))
		to->unused += bytes.n;
	else
		to->residue += bytes.n;
}
