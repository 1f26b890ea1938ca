/* SPDX-License-Identifier: Apache-2.0 */
/*
 * EVTX writer: file, chunks and records (evtx_writer.h); writer_binxml.c fills the records.
 *
 *   file header    0 "ElfFile\0"  8 first chunk  16 last chunk  24 next record id  32 size 128
 *                  36 minor 1  38 major 3  40 block 4,096  42 chunks  120 flags  124 CRC-32 of
 * 0-119 chunk header   0 "ElfChnk\0"  8 first, 16 last record number  24 first, 32 last record id
 *                  40 size 128  44 last record  48 free space  52 CRC-32 of the records
 *                  120 flags  124 CRC-32 of 0-119 and 128-511  128 names  384 templates
 *   record         0 2A 2A 00 00  4 size  8 id  16 FILETIME  24 BinXML  …  size
 */
#include <stdlib.h>

#include "base/crc32.h"
#include "format/evtx/evtx_writer.h"
#include "format/evtx/writer_internal.h"

#define FILE_HEADER 4096u
#define FILE_DIRTY 1u
#define FILE_FULL 2u
#define FILE_NO_CRC32 4u
#define CHUNK_FLAGS 1u
#define CHUNK_NO_CRC32 4u
#define NO_RECORD UINT64_MAX
/* The last id of a chunk whose ids do not rise: with the first one, a range that is none. No record
 * of it may have this id: some readers stop at the one that does. */
#define NO_RANGE 0u
/* Chunks that may end before they are full: so many, and each eighth. */
#define EARLY_CHUNKS 8u
#define EARLY_SHARE 8u

struct evtx_writer {
	struct evtx_sink sink;
	struct evtx_writer_options options;
	uint64_t next_record;
	uint64_t records, chunks;   /* chunks that the sink has, the first at FILE_HEADER */
	uint64_t first_id, last_id; /* of the chunk being filled */
	uint64_t chunk_records;     /* in it */
	uint64_t early;             /* chunks that ended where an id did not rise */
	uint64_t header_next;       /* the next id as the file's header tells it: above all ids */
	uint32_t last_record;       /* offset of its last record; 0: it is empty */
	bool falls;                 /* its ids do not rise */
	bool started;               /* the sink has a file header */
	bool finished;
	struct pen pen;
};

/* ---- sinks */

static bool buf_write(void *context, uint64_t offset, struct view bytes)
{
	struct buf *const out = context;

	if (offset < out->n && bytes.n <= out->n - offset) {
		memcpy(out->p + offset, bytes.p, bytes.n);
		return true;
	}
	if (offset != out->n)
		return false;
	buf_add(out, bytes.p, bytes.n);
	return !buf_failed(out);
}

struct evtx_sink evtx_sink_buf(struct buf *out)
{
	const struct evtx_sink sink = {buf_write, out};

	buf_clear(out);
	return sink;
}

static bool stream_write(void *context, uint64_t offset, struct view bytes)
{
	FILE *const stream = context;

	/* The one step back is to offset 0, which long holds on every system. */
	if (offset == 0 && fseek(stream, 0, SEEK_SET) != 0)
		return false;
	return fwrite(bytes.p, 1, bytes.n, stream) == bytes.n;
}

struct evtx_sink evtx_sink_stream(FILE *stream)
{
	const struct evtx_sink sink = {stream_write, stream};

	return sink;
}

/* ---- file and chunks */

struct evtx_writer *evtx_writer_new(struct evtx_sink sink,
				    const struct evtx_writer_options *options)
{
	struct evtx_writer *const w = calloc(1, sizeof(*w));

	if (!w)
		return NULL;
	w->sink = sink;
	if (options)
		w->options = *options;
	w->next_record = w->options.first_record ? w->options.first_record : 1;
	w->header_next = w->next_record;
	pen_reset(&w->pen);
	return w;
}

static enum tocsin_status sink_write(struct evtx_writer *w, uint64_t offset, struct view bytes,
				     struct tocsin_error *error)
{
	ENSURE(w->sink.write(w->sink.context, offset, bytes), error, TOCSIN_IO, offset,
	       "the event log cannot be written");
	return TOCSIN_OK;
}

static enum tocsin_status write_file_header(struct evtx_writer *w, struct tocsin_error *error)
{
	uint8_t header[FILE_HEADER] = "ElfFile";
	const struct view summed = {header, 120};
	uint32_t flags = 0;

	flags |= w->options.dirty ? FILE_DIRTY : 0;
	flags |= w->options.full ? FILE_FULL : 0;
	flags |= w->options.no_crc32 ? FILE_NO_CRC32 : 0;
	put64(header + 16, w->chunks ? w->chunks - 1 : 0);
	put64(header + 24, w->header_next);
	put32(header + 32, 128);
	put16(header + 36, 1);
	put16(header + 38, 3);
	put16(header + 40, FILE_HEADER);
	/* 16 bits: larger logs are counted by their size. */
	put16(header + 42, (uint16_t)(w->chunks ? w->chunks : 1));
	put32(header + 120, flags);
	if (!w->options.no_crc32)
		put32(header + 124, crc32_update(0, summed));
	TRY(sink_write(w, 0, (struct view){header, sizeof(header)}, error));
	w->started = true;
	return TOCSIN_OK;
}

static void close_chunk_header(struct evtx_writer *w)
{
	uint8_t *const c = w->pen.chunk;
	const struct view records = {c + CHUNK_HEADER, w->pen.at - CHUNK_HEADER};
	/* Records are numbered through the file, whatever their ids. */
	const uint64_t first = w->options.first_record ? w->options.first_record : 1;
	const uint64_t behind = first + w->records;
	uint32_t crc;

	memcpy(c, "ElfChnk", 8);
	put64(c + 8, w->last_record ? behind - w->chunk_records : 1);
	put64(c + 16, w->last_record ? behind - 1 : NO_RECORD);
	put64(c + 24, w->last_record ? w->first_id : NO_RECORD);
	put64(c + 32, !w->last_record ? NO_RECORD : w->falls ? NO_RANGE : w->last_id);
	put32(c + 40, 128);
	put32(c + 44, w->last_record);
	put32(c + 48, w->pen.at);
	put32(c + 120, CHUNK_FLAGS | (w->options.no_crc32 ? CHUNK_NO_CRC32 : 0));
	if (w->options.no_crc32)
		return;
	put32(c + 52, crc32_update(0, records));
	crc = crc32_update(0, (struct view){c, 120});
	put32(c + 124, crc32_update(crc, (struct view){c + 128, CHUNK_HEADER - 128}));
}

static enum tocsin_status write_chunk(struct evtx_writer *w, struct tocsin_error *error)
{
	const struct view bytes = {w->pen.chunk, CHUNK_SIZE};

	if (!w->started)
		TRY(write_file_header(w, error));
	close_chunk_header(w);
	TRY(sink_write(w, FILE_HEADER + w->chunks * CHUNK_SIZE, bytes, error));
	w->chunks++;
	w->last_record = 0;
	w->chunk_records = 0;
	w->falls = false;
	pen_reset(&w->pen);
	return TOCSIN_OK;
}

enum tocsin_status evtx_writer_end_chunk(struct evtx_writer *w, struct tocsin_error *error)
{
	return w->last_record ? write_chunk(w, error) : TOCSIN_OK;
}

enum tocsin_status evtx_writer_finish(struct evtx_writer *w, struct tocsin_error *error)
{
	ENSURE(!w->finished, error, TOCSIN_USAGE, 0, "the event log is finished already");
	/* A log without records has one empty chunk, as Windows creates it. */
	if (w->last_record || !w->chunks)
		TRY(write_chunk(w, error));
	if (!w->options.dirty)
		TRY(write_file_header(w, error));
	w->finished = true;
	return TOCSIN_OK;
}

/* ---- records */

struct record {
	const struct event *event; /* NULL: what `fill` writes, or `binxml` as it is */
	const struct evtx_shape *shape;
	struct view binxml;
	uint64_t id, written;
	pen_fill fill;
	const void *filling;
};

static enum tocsin_status write_record(struct evtx_writer *w, const struct record *r,
				       struct tocsin_error *error)
{
	struct pen *const pen = &w->pen;
	const uint32_t start = pen->at;
	uint32_t size;

	pen_32(pen, 0x2a2a);
	pen_32(pen, 0);
	pen_64(pen, r->id);
	pen_64(pen, r->written);
	if (r->event)
		TRY(pen_event(pen, r->event, r->shape, r->id, r->written, error));
	else if (r->fill)
		TRY(r->fill(pen, r->filling, error));
	else
		pen_bytes(pen, r->binxml);
	while ((pen->at - start + RECORD_TRAILER) % 8 != 0 && !pen->overflow)
		pen_8(pen, 0);
	size = pen->at - start + RECORD_TRAILER;
	pen_32(pen, size);
	/* Windows leaves a chunk's last bytes free, and libevtx does not see a record that ends
	 * with them; one that fills a chunk by itself has to. */
	ENSURE(!pen->overflow && (pen->at < CHUNK_SIZE || !w->last_record), error, TOCSIN_LIMIT,
	       FILE_HEADER + w->chunks * CHUNK_SIZE + start, "the record is larger than a chunk");
	put32(pen->chunk + start + 4, size);
	return TOCSIN_OK;
}

static enum tocsin_status add_record(struct evtx_writer *w, const struct record *r,
				     struct tocsin_error *error)
{
	struct pen_mark mark;
	enum tocsin_status status;
	uint32_t start = w->pen.at;

	ENSURE(!w->finished, error, TOCSIN_USAGE, 0, "the event log is finished already");
	pen_save(&w->pen, &mark);
	status = write_record(w, r, error);
	if (status == TOCSIN_LIMIT && w->last_record) {
		pen_restore(&w->pen, &mark);
		TRY(write_chunk(w, error));
		start = w->pen.at;
		pen_save(&w->pen, &mark);
		status = write_record(w, r, error);
	}
	if (status != TOCSIN_OK) {
		pen_restore(&w->pen, &mark);
		return status;
	}
	if (!w->last_record)
		w->first_id = r->id;
	else if (r->id <= w->last_id)
		w->falls = true;
	w->last_record = start;
	w->last_id = r->id;
	w->next_record = r->id + 1;
	if (w->next_record > w->header_next)
		w->header_next = w->next_record;
	w->records++;
	w->chunk_records++;
	return TOCSIN_OK;
}

enum tocsin_status evtx_writer_add(struct evtx_writer *w, const struct event *e,
				   const struct evtx_shape *shape, struct tocsin_error *error)
{
	static const struct evtx_shape usual;
	struct record r = {
		.event = e,
		.shape = shape ? shape : &usual,
		.id = e->record_id,
		.written = e->written,
	};
	const struct value *const time = &e->field[EVENT_TIME];

	if (r.id == 0)
		r.id = w->next_record;
	if (r.written == 0 && time->type == VALUE_FILETIME && time->bytes.n == 8)
		r.written = le64(time->bytes.p);
	return add_record(w, &r, error);
}

enum tocsin_status evtx_writer_add_raw(struct evtx_writer *w, uint64_t record_id, uint64_t written,
				       struct view binxml, struct tocsin_error *error)
{
	const struct record r = {
		.binxml = binxml,
		.id = record_id ? record_id : w->next_record,
		.written = written,
	};

	return add_record(w, &r, error);
}

enum tocsin_status evtx_writer_add_filled(struct evtx_writer *w, uint64_t record_id,
					  uint64_t written, pen_fill fill, const void *filling,
					  struct tocsin_error *error)
{
	const struct record r = {
		.id = record_id ? record_id : w->next_record,
		.written = written,
		.fill = fill,
		.filling = filling,
	};

	return add_record(w, &r, error);
}

/*
 * Whether the chunk ends before an id that does not rise. In logs of Windows they do, and logs that
 * are put behind each other stay as they were; but records of several logs in the order of time
 * would take a chunk each, so most chunks have to be full.
 */
static bool ends_at(const struct evtx_writer *w, uint64_t record_id)
{
	return w->early < EARLY_CHUNKS + w->chunks / EARLY_SHARE || record_id == NO_RANGE ||
	       w->first_id == NO_RANGE;
}

enum tocsin_status evtx_writer_add_exact(struct evtx_writer *w, uint64_t record_id,
					 uint64_t written, pen_fill fill, const void *filling,
					 struct tocsin_error *error)
{
	const struct record r = {
		.id = record_id,
		.written = written,
		.fill = fill,
		.filling = filling,
	};

	if (w->last_record && record_id <= w->last_id && ends_at(w, record_id)) {
		TRY(write_chunk(w, error));
		w->early++;
	}
	return add_record(w, &r, error);
}

uint32_t evtx_writer_position(const struct evtx_writer *w)
{
	return w->pen.at + RECORD_HEADER;
}

uint64_t evtx_writer_records(const struct evtx_writer *w)
{
	return w->records;
}

uint64_t evtx_writer_chunks(const struct evtx_writer *w)
{
	return w->chunks + (w->last_record ? 1 : 0);
}

void evtx_writer_free(struct evtx_writer *w)
{
	if (!w)
		return;
	buf_free(&w->pen.keys);
	free(w);
}
