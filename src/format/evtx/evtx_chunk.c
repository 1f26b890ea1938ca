/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Chunks: their headers, the walk over their records and what is done where it meets damage (libyal
 * "Windows XML Event Log (EVTX)" 2.2, 2.3). Records: evtx_record.c; what no structure lists any
 * more: recover.c.
 *
 *   chunk header, 512 bytes:
 *     0  ElfChnk\0
 *     8  u64 first record number
 *    16  u64 last record number
 *    24  u64 first record id
 *    32  u64 last record id
 *    40  u32 header size (128)
 *    44  u32 offset of the last record
 *    48  u32 offset of the free space
 *    52  u32 CRC-32 of the records (512 .. free space)
 *   120  u32 flags
 *   124  u32 CRC-32 of bytes 0..119 and 128..511
 *   128  u32 × 64 string table, 384 u32 × 32 template table (not needed: names and definitions
 *        stand inline)
 *
 * Each byte goes to one counter of the account: the header; then, from place to place, each record
 * or what is told as lost; the rest is free space.
 */
#include "format/evtx/evtx.h"

#include <stdlib.h>

#include "base/crc32.h"
#include "base/limits.h"
#include "format/evtx/evtx_decoder.h"
#include "format/evtx/skim.h"

static const uint8_t chunk_magic[8] = {'E', 'l', 'f', 'C', 'h', 'n', 'k', 0};

static const char no_magic_note[] = "chunk without its signature";
static const char bad_id_note[] = "behind damage, with an id that is not the chunk's";

struct evtx_decoder *evtx_decoder_new(void)
{
	struct evtx_decoder *const d = calloc(1, sizeof(*d));

	if (!d)
		return NULL;
	d->context.store = template_store_new();
	d->skim = skim_new();
	if (!d->context.store || !d->skim) {
		evtx_decoder_free(d);
		return NULL;
	}
	return d;
}

void evtx_decoder_free(struct evtx_decoder *d)
{
	if (d) {
		skim_free(d->skim);
		arena_free(&d->context.arena);
		template_store_free(d->context.store);
		free(d);
	}
}

void evtx_decoder_configure(struct evtx_decoder *d, const struct evtx_options *options)
{
	d->options = *options;
	d->context.others = options->others;
	d->context.plain_walk = options->plain_walk;
	d->context.lost_templates = options->lost_templates;
	d->context.source = options->source;
	d->context.recover = options->recover;
}

/* ---- The header ---- */

static bool all_zero(struct view v)
{
	return v.n == 0 || (v.p[0] == 0 && memcmp(v.p, v.p + 1, v.n - 1) == 0);
}

/* `magic` stands in for the signature: where that is damaged the rest can still agree. */
static bool header_sum_ok(struct view chunk, const uint8_t magic[8])
{
	uint32_t crc = crc32_update(0, (struct view){magic, 8});

	crc = crc32_update(crc, view_slice(chunk, 8, 112));
	return crc32_update(crc, view_slice(chunk, 128, 384)) == le32(chunk.p + 124);
}

static bool checksums_ok(struct view chunk, uint32_t free_offset)
{
	return header_sum_ok(chunk, chunk.p) &&
	       crc32_update(0, view_slice(chunk, CHUNK_HEADER_SIZE,
					  free_offset - CHUNK_HEADER_SIZE)) == le32(chunk.p + 52);
}

/* Whether the header's ids can be those of one chunk. */
static bool range_fits(uint64_t first, uint64_t last)
{
	return first && first <= last && last - first < EVTX_CHUNK_SIZE / RECORD_SIZE_MIN;
}

/* Reads the chunk header into `d` and `info`; a free-space offset that can't be is taken as the
 * chunk's end. */
static void read_header(struct evtx_decoder *d, struct view bytes, struct evtx_chunk_info *info)
{
	const uint32_t free_offset = le32(bytes.p + 48);

	info->first_record = d->first_record = le64(bytes.p + 24);
	info->last_record = d->last_record = le64(bytes.p + 32);
	d->has_range = range_fits(d->first_record, d->last_record);
	d->free_offset = free_offset < CHUNK_HEADER_SIZE || free_offset > EVTX_CHUNK_SIZE
				 ? EVTX_CHUNK_SIZE
				 : free_offset;
	/* The header's first id stands in for the record before the first one. */
	d->has_last_id = info->first_record != UINT64_MAX;
	d->last_id = info->first_record - 1;
}

/* Whether what stands where a header should be is one, but for its signature. */
static bool header_plausible(struct view bytes)
{
	const uint32_t free_offset = le32(bytes.p + 48);

	if (header_sum_ok(bytes, chunk_magic))
		return true;
	return le32(bytes.p + 40) == 128 && free_offset > CHUNK_HEADER_SIZE &&
	       free_offset <= EVTX_CHUNK_SIZE && range_fits(le64(bytes.p + 24), le64(bytes.p + 32));
}

/* ---- Records by their places ---- */

/*
 * Behind the free-space offset a record is live only when it goes on where the last one stopped:
 * the offset can be stale, and what an earlier use of the chunk left there has other ids. The
 * header's first id is the first record's: an emptied chunk has -1 there.
 */
static bool goes_on(const struct evtx_decoder *d)
{
	return d->has_last_id && evtx_record_fits(d->context.chunk, d->at) &&
	       le64(d->context.chunk.p + d->at + 8) == d->last_id + 1;
}

/* Whether the header counts this id as the chunk's. */
static bool counts(const struct evtx_decoder *d, uint64_t id)
{
	return d->has_range && id >= d->first_record && id <= d->last_record;
}

/* Whether a record with this id can stand at chunk offset `at`, by the header or by the records
 * before: so many fit between. */
static bool id_fits(const struct evtx_decoder *d, uint64_t id, size_t at)
{
	if (counts(d, id))
		return true;
	if (!d->has_last_id)
		return !d->has_range;
	return id > d->last_id && id - d->last_id <= 1 + (at - d->trusted_end) / RECORD_SIZE_MIN;
}

/* Where the next whole record whose id the header counts stands behind `at`, at most at the end of
 * the bytes. Asked for rising places, it looks at each byte once. */
static size_t next_counted(struct evtx_decoder *d, size_t at)
{
	const struct view chunk = d->context.chunk;
	size_t i = at + 1;

	if (at < d->next_counted)
		return d->next_counted;
	do
		i = evtx_record_find(chunk, i, chunk.n);
	while (i < chunk.n && !counts(d, le64(chunk.p + i + 8)) && ++i);
	return d->next_counted = i;
}

/* Whether a record, whole or torn, stands at the signature at `at`; at `counted`, behind it, is the
 * next one that is surely there, and what reaches into that one is none. */
static bool record_starts(const struct evtx_decoder *d, size_t at, size_t counted)
{
	const struct view chunk = d->context.chunk;

	if (evtx_record_fits(chunk, at))
		return le32(chunk.p + at + 4) <= counted - at;
	return at % RECORD_ALIGN == 0 && chunk.n - at >= RECORD_HEADER_SIZE &&
	       id_fits(d, le64(chunk.p + at + 8), at);
}

/* Where the next record behind chunk offset `at` stands, at most at the free space. */
static size_t next_record(struct evtx_decoder *d, size_t at)
{
	const struct view chunk = d->context.chunk;
	const size_t end = d->free_offset < chunk.n ? d->free_offset : chunk.n;
	const size_t counted = next_counted(d, at);

	for (size_t i = at + 1; i < end; i++) {
		i = evtx_signature_find(chunk, i, end);
		if (i == end || i == counted || record_starts(d, i, counted))
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

/* ---- What is told as lost ---- */

/* Tells that chunk[from .. to) is lost. */
static enum tocsin_status lose(struct evtx_decoder *d, size_t from, size_t to,
			       enum tocsin_status status, const char *msg,
			       struct evtx_loss *ret_loss, struct tocsin_error *error)
{
	d->lost_from = from;
	d->told = true;
	ret_loss->bytes = to - from;
	return error_set(error, status, d->offset + from, msg);
}

/* Damage at d->at: goes on at the next record, or ends the chunk. */
static enum tocsin_status skip_damage(struct evtx_decoder *d, enum tocsin_status status,
				      const char *msg, struct evtx_loss *ret_loss,
				      struct tocsin_error *error)
{
	const size_t from = d->at, next = next_record(d, from);

	d->at = next > from ? next : d->context.chunk.n;
	d->resync = true;
	return lose(d, from, d->at, status, msg, ret_loss, error);
}

/* Puts a loss behind the event that is given first. */
static void lose_later(struct evtx_decoder *d, size_t at, size_t from, size_t to,
		       enum tocsin_status status, const char *msg)
{
	error_set(&d->pending, status, d->offset + at, msg);
	d->pending_id = le64(d->context.chunk.p + at + 8);
	d->pending_from = from;
	d->pending_to = to;
	d->pending_cover = 0;
}

static enum tocsin_status tell_pending(struct evtx_decoder *d, struct evtx_loss *ret_loss,
				       struct tocsin_error *error)
{
	*error = d->pending;
	d->pending.status = TOCSIN_OK;
	d->lost_from = d->pending_from;
	d->lost_cover = d->pending_cover;
	d->lost_inside = d->pending_cover != 0;
	ret_loss->record_id = d->pending_id;
	ret_loss->bytes = d->pending_to - d->pending_from;
	return error->status;
}

/* ---- Records ---- */

/* Whether the record at `at` is where the chunk's structures have it: behind damage, and behind the
 * free-space offset, its id has to tell. */
static bool is_listed(const struct evtx_decoder *d, size_t at)
{
	const uint64_t id = le64(d->context.chunk.p + at + 8);

	if (at >= d->free_offset)
		return d->has_last_id && id == d->last_id + 1;
	return !d->resync || id_fits(d, id, at);
}

static enum event_origin origin_at(const struct evtx_decoder *d, size_t at, const char **ret_note)
{
	if (d->origin != EVENT_LIVE) {
		*ret_note = no_magic_note;
		return d->origin;
	}
	*ret_note = is_listed(d, at) ? NULL : bad_id_note;
	return *ret_note ? EVENT_RECOVERED : EVENT_LIVE;
}

/* A record stands at `at`, whether it reads or not; reading goes on behind its `size` bytes. */
static void pass_record(struct evtx_decoder *d, size_t at, size_t size)
{
	d->at = at + size;
	if (!is_listed(d, at))
		return;
	d->resync = false;
	d->told = false;
	d->last_id = le64(d->context.chunk.p + at + 8);
	d->has_last_id = true;
	d->trusted_end = d->at;
}

/* Counts a record that is given; `lost` of its bytes are told as lost behind it. */
static void give_record(struct evtx_decoder *d, const struct event *e, size_t lost)
{
	if (e->origin == EVENT_LIVE)
		d->account.records += e->size - lost;
	else
		d->account.recovered += e->size - lost;
	if (d->options.recover)
		recovery_add_record(d, e);
}

/*
 * A record's size can be enlarged so that it covers the records behind it, which no reader that
 * follows sizes then sees (a way to hide events). They are looked for behind its own content.
 * Returns how many of the record's bytes are told as lost.
 */
static size_t look_inside(struct evtx_decoder *d, size_t at, size_t size)
{
	const struct view chunk = d->context.chunk;
	const size_t end = at + size;
	size_t i = d->content_end;

	if (end - i < RECORD_SIZE_MIN)
		return 0;
	i = evtx_signature_find(chunk, i, end);
	while (i < end && !evtx_record_fits_inside(chunk, i, end, size))
		i = evtx_signature_find(chunk, i + 1, end);
	if (i == end)
		return 0;
	lose_later(d, at, i, end, TOCSIN_INVALID,
		   "the record's size covers other records behind its content");
	d->pending_cover = (uint32_t)size;
	return end - i;
}

/* Its values are cut, which is told behind it. */
static enum tocsin_status clipped_record(struct evtx_decoder *d, size_t at, const struct event *e,
					 const struct event **ret_event)
{
	const size_t end = at + e->size;

	lose_later(d, at, end, end, TOCSIN_INVALID, evtx_values_cut_msg);
	give_record(d, e, 0);
	*ret_event = e;
	return TOCSIN_OK;
}

static enum tocsin_status whole_record(struct evtx_decoder *d, size_t at, size_t size,
				       const struct event **ret_event, struct evtx_loss *ret_loss,
				       struct tocsin_error *error)
{
	const char *note;
	const enum event_origin origin = origin_at(d, at, &note);
	const struct event *e;
	enum tocsin_status status;

	pass_record(d, at, size);
	status = evtx_record_decode(d, at, size, origin, note, &e, error);
	if (status == TOCSIN_TRUNCATED &&
	    evtx_record_decode_clipped(d, at, size, size - 4, origin, note, &e) == TOCSIN_OK)
		return clipped_record(d, at, e, ret_event);
	/* What the chunk does not list has to be an event, not just look like a record. */
	if (status == TOCSIN_OK && origin != EVENT_LIVE && !recovery_makes_sense(e))
		status = error_set(error, TOCSIN_INVALID, d->offset + at,
				   "no event is in what looks like a record");
	if (status != TOCSIN_OK) {
		d->lost_from = at;
		d->lost_cover = (uint32_t)size;
		ret_loss->bytes = size;
		return status;
	}
	give_record(d, e, look_inside(d, at, size));
	*ret_event = e;
	return TOCSIN_OK;
}

/* Decodes a torn record in chunk[at .. end); reading a record that may reach over others, which
 * are read as well, is work that is paid for. */
static enum tocsin_status read_torn(struct evtx_decoder *d, size_t at, size_t end, bool clip,
				    const struct event **ret_event)
{
	const char *note;
	const enum event_origin origin = origin_at(d, at, &note);
	const struct event *e;

	if (end - at < RECORD_SIZE_MIN || !evtx_charge_bytes(d, end - at))
		return TOCSIN_INVALID;
	if (clip)
		return evtx_record_decode_clipped(d, at, end - at, end - at - 4, origin, note,
						  ret_event);
	TRY(evtx_record_decode(d, at, end - at, origin, note, &e, NULL));
	if (!e->template_missing && !evtx_record_root(e))
		return TOCSIN_INVALID; /* nothing reads well anywhere */
	*ret_event = e;
	return TOCSIN_OK;
}

/*
 * A record whose size is impossible (then `size` is 0 here) or differs from its trailing copy: half
 * written, or overwritten at one end. Where its content reads, the event is given and the damage
 * told behind it.
 */
static enum tocsin_status torn_record(struct evtx_decoder *d, size_t at, size_t size,
				      const char *msg, const struct event **ret_event,
				      struct evtx_loss *ret_loss, struct tocsin_error *error)
{
	const size_t next = next_record(d, at);
	size_t end = size && size < next - at ? at + size : next, real;
	const struct event *e;

	if (read_torn(d, at, end, false, &e) != TOCSIN_OK) {
		if ((end == next || read_torn(d, at, end = next, false, &e) != TOCSIN_OK) &&
		    read_torn(d, at, next, true, &e) != TOCSIN_OK)
			return skip_damage(d, TOCSIN_INVALID, msg, ret_loss, error);
	}
	/* Where nothing follows at once, the content tells where the record ends: an end token,
	 * padding, the trailing copy. */
	real = (d->content_end + 4 + RECORD_ALIGN) / RECORD_ALIGN * RECORD_ALIGN;
	if (end > real + RECORD_ALIGN && read_torn(d, at, real, false, &e) == TOCSIN_OK)
		end = real;
	pass_record(d, at, end - at);
	d->at = next;
	d->resync = true; /* `next` was searched for */
	lose_later(d, at, end, next, TOCSIN_INVALID, msg);
	give_record(d, e, 0);
	*ret_event = e;
	return TOCSIN_OK;
}

/* A record of which the file has the first bytes: its content can be whole all the same. */
static enum tocsin_status cut_record(struct evtx_decoder *d, size_t at,
				     const struct event **ret_event, struct evtx_loss *ret_loss,
				     struct tocsin_error *error)
{
	static const char msg[] = "file ends inside a record";
	const size_t end = d->context.chunk.n;
	const char *note;
	const enum event_origin origin = origin_at(d, at, &note);
	const struct event *e;

	if (evtx_record_decode_cut(d, at, origin, note, &e, NULL) != TOCSIN_OK &&
	    evtx_record_decode_clipped(d, at, end - at, end - at, origin, note, &e) != TOCSIN_OK) {
		d->at = end;
		return lose(d, at, end, TOCSIN_TRUNCATED, msg, ret_loss, error);
	}
	pass_record(d, at, end - at);
	lose_later(d, at, end, end, TOCSIN_TRUNCATED, msg);
	give_record(d, e, 0);
	*ret_event = e;
	return TOCSIN_OK;
}

/* Reads what is a record but for its signature, which is damaged: its sizes agree, and its id goes
 * on, or, where damage to ids around it leaves nothing to go by, its content is a whole event. */
static enum tocsin_status read_unsigned(struct evtx_decoder *d, size_t at,
					const struct event **ret_event)
{
	const struct view chunk = d->context.chunk;
	const size_t size = le32(chunk.p + at + 4);
	const struct event *e;

	if (size < RECORD_SIZE_MIN || size > chunk.n - at || le32(chunk.p + at + size - 4) != size)
		return TOCSIN_INVALID;
	TRY(read_torn(d, at, at + size, false, &e));
	if (!id_fits(d, le64(chunk.p + at + 8), at) &&
	    (e->template_missing || !recovery_makes_sense(e)))
		return TOCSIN_INVALID;
	*ret_event = e;
	return TOCSIN_OK;
}

/* No signature stands where the next record should. */
static enum tocsin_status no_record(struct evtx_decoder *d, const struct event **ret_event,
				    struct evtx_loss *ret_loss, struct tocsin_error *error)
{
	static const char msg[] = "no record where one should start";
	const size_t at = d->at, size = le32(d->context.chunk.p + at + 4);

	if (read_unsigned(d, at, ret_event) != TOCSIN_OK)
		return skip_damage(d, TOCSIN_INVALID, msg, ret_loss, error);
	pass_record(d, at, size);
	lose_later(d, at, at + size, at + size, TOCSIN_INVALID,
		   "the record's signature is damaged; the record is given as it reads");
	give_record(d, *ret_event, 0);
	return TOCSIN_OK;
}

static enum tocsin_status record_at(struct evtx_decoder *d, const struct event **ret_event,
				    struct evtx_loss *ret_loss, struct tocsin_error *error)
{
	static const char impossible[] = "record size is impossible";
	const struct view chunk = d->context.chunk;
	const size_t at = d->at, left = chunk.n - at;
	const uint8_t *const h = chunk.p + at;
	const size_t size = le32(h + 4);

	ret_loss->record_id = le64(h + 8);
	if (size > left && size <= EVTX_CHUNK_SIZE - at && next_record(d, at) == chunk.n)
		return cut_record(d, at, ret_event, ret_loss, error);
	if ((size < RECORD_SIZE_MIN || size > left) && !id_fits(d, ret_loss->record_id, at))
		return skip_damage(d, TOCSIN_INVALID, impossible, ret_loss, error);
	if (size < RECORD_SIZE_MIN || size > left)
		return torn_record(d, at, 0, impossible, ret_event, ret_loss, error);
	if (le32(h + size - 4) != size)
		return torn_record(d, at, size, "record size differs from its trailing copy",
				   ret_event, ret_loss, error);
	return whole_record(d, at, size, ret_event, ret_loss, error);
}

/* ---- The walk ---- */

/* Whether the header counts the record at `at`, though it stands behind the free-space offset. */
static bool misses(const struct evtx_decoder *d, size_t at)
{
	const struct view chunk = d->context.chunk;

	return d->has_range && d->has_last_id && d->last_id < d->last_record &&
	       evtx_record_fits(chunk, at) && counts(d, le64(chunk.p + at + 8)) &&
	       le64(chunk.p + at + 8) > d->last_id;
}

static bool at_end(const struct evtx_decoder *d)
{
	return d->at >= d->context.chunk.n ||
	       (d->at >= d->free_offset && !goes_on(d) && !misses(d, d->at));
}

/*
 * Behind the last record. Records that the header counts and that no damage before has accounted
 * for are looked for behind the free-space offset, which can have been set back to hide them; where
 * they are not there either, they are lost.
 */
static enum tocsin_status end_of_records(struct evtx_decoder *d, struct evtx_loss *ret_loss,
					 struct tocsin_error *error)
{
	const uint64_t missing = d->last_record - d->last_id;
	const struct view chunk = d->context.chunk;
	const size_t at = d->at;

	if (!d->has_last_id || missing == 0 || missing > EVTX_CHUNK_SIZE / RECORD_SIZE_MIN)
		return TOCSIN_END;
	for (size_t i = next_counted(d, at); i < chunk.n; i = next_counted(d, i)) {
		if (!misses(d, i))
			continue;
		d->at = i;
		d->resync = true;
		return lose(d, at, i, TOCSIN_INVALID,
			    "records that the chunk header counts stand behind its free space",
			    ret_loss, error);
	}
	/* A file that ends inside the chunk was told when the chunk was opened. */
	if (d->told || chunk.n < EVTX_CHUNK_SIZE)
		return TOCSIN_END;
	d->told = true;
	d->lost_from = at;
	return error_setf(error, TOCSIN_INVALID, d->offset + at,
			  "records that the chunk header counts are not there",
			  "the last %llu, up to id %llu", (unsigned long long)missing,
			  (unsigned long long)d->last_record);
}

/* The next live record, or loss; TOCSIN_END where the free space starts, at d->at. */
static enum tocsin_status walk(struct evtx_decoder *d, const struct event **ret_event,
			       struct evtx_loss *ret_loss, struct tocsin_error *error)
{
	const struct view chunk = d->context.chunk;
	const size_t at = d->at;

	*ret_loss = (struct evtx_loss){0, 0};
	d->lost_cover = 0;
	d->lost_inside = false;
	if (d->pending.status != TOCSIN_OK)
		return tell_pending(d, ret_loss, error);
	if (at_end(d))
		return end_of_records(d, ret_loss, error);
	if (chunk.n - at < RECORD_HEADER_SIZE) {
		/* Fewer bytes than a record's header before the end of the chunk: padding. */
		if (chunk.n == EVTX_CHUNK_SIZE)
			return end_of_records(d, ret_loss, error);
		d->at = chunk.n;
		return lose(d, at, chunk.n, TOCSIN_TRUNCATED, "file ends inside a record header",
			    ret_loss, error);
	}
	if (evtx_signature_find(chunk, at, at + 1) == at)
		return record_at(d, ret_event, ret_loss, error);
	if (padding(d))
		return TOCSIN_END;
	return no_record(d, ret_event, ret_loss, error);
}

void evtx_decoder_start(struct evtx_decoder *d, struct view bytes, uint64_t offset, uint32_t number)
{
	const struct evtx_decoder fresh = {
		.context = d->context,
		.options = d->options,
		.skim = d->skim,
		.offset = offset,
		.number = number,
		.phase = CHUNK_DONE,
	};

	*d = fresh;
	binxml_context_reset(&d->context, bytes);
	d->context.live_end = 0;
}

/* A chunk whose header has no signature, with `ret_info` still empty. */
static enum tocsin_status open_unsigned(struct evtx_decoder *d, struct view bytes,
					struct evtx_chunk_info *info, struct tocsin_error *error)
{
	if (evtx_record_find(bytes, CHUNK_HEADER_SIZE, bytes.n) == bytes.n) {
		d->account.lost = bytes.n;
		return error_set(error, TOCSIN_INVALID, d->offset, "chunk has no ElfChnk magic");
	}
	d->origin = EVENT_RECOVERED;
	info->empty = false;
	info->checksum_ok = false;
	if (header_plausible(bytes))
		read_header(d, bytes, info);
	else
		d->free_offset = EVTX_CHUNK_SIZE;
	error_set(error, TOCSIN_INVALID, d->offset,
		  "chunk has no ElfChnk magic; records are in it and read all the same");
	return TOCSIN_OK;
}

static enum tocsin_status open_signed(struct evtx_decoder *d, struct view bytes,
				      struct evtx_chunk_info *info, struct tocsin_error *error)
{
	read_header(d, bytes, info);
	info->empty = d->free_offset == CHUNK_HEADER_SIZE && !goes_on(d) && !misses(d, d->at);
	d->cleared = info->empty && !d->has_last_id;
	if (bytes.n < EVTX_CHUNK_SIZE && bytes.n < d->free_offset) {
		error_setf(error, TOCSIN_TRUNCATED, d->offset + bytes.n, "file ends inside a chunk",
			   "%zu of %u bytes are there", bytes.n, EVTX_CHUNK_SIZE);
	} else if (!d->options.no_checksums && !checksums_ok(bytes, d->free_offset)) {
		info->checksum_ok = false;
		error_set(error, TOCSIN_MISMATCH, d->offset,
			  "chunk checksum does not match; its records are read all the same");
	}
	return TOCSIN_OK;
}

enum tocsin_status evtx_chunk_open(struct evtx_decoder *d, struct view bytes, uint64_t offset,
				   uint32_t number, struct evtx_chunk_info *ret_info,
				   struct tocsin_error *error)
{
	struct evtx_chunk_info info = {0, 0, false, true};

	if (bytes.n > EVTX_CHUNK_SIZE)
		bytes.n = EVTX_CHUNK_SIZE;
	evtx_decoder_start(d, bytes, offset, number);
	error_set(error, TOCSIN_OK, offset, "");
	if (all_zero(bytes)) {
		/* Allocated and never written, or wiped: nothing is left in it either way. */
		info.empty = true;
		d->account.unused = bytes.n;
		*ret_info = info;
		return TOCSIN_OK;
	}
	if (bytes.n < CHUNK_HEADER_SIZE) {
		d->account.lost = bytes.n;
		return error_set(error, TOCSIN_TRUNCATED, offset,
				 "file ends inside a chunk header");
	}
	d->at = d->trusted_end = CHUNK_HEADER_SIZE;
	if (memcmp(bytes.p, chunk_magic, 8) == 0)
		TRY(open_signed(d, bytes, &info, error));
	else
		TRY(open_unsigned(d, bytes, &info, error));
	d->account.headers = CHUNK_HEADER_SIZE;
	d->phase = CHUNK_WALK;
	*ret_info = info;
	return TOCSIN_OK;
}

enum tocsin_status evtx_chunk_next(struct evtx_decoder *d, const struct event **ret_event,
				   struct evtx_loss *ret_loss, struct tocsin_error *error)
{
	struct tocsin_error scratch;
	enum tocsin_status status;

	if (!error)
		error = &scratch;
	*ret_loss = (struct evtx_loss){0, 0};
	while (d->phase == CHUNK_WALK) {
		status = walk(d, ret_event, ret_loss, error);
		if (status == TOCSIN_OK)
			return status;
		if (status == TOCSIN_END) {
			recovery_begin(d);
			d->phase = CHUNK_REST;
			continue;
		}
		/* Where records are looked for in it first, it is told behind the live ones. */
		if (recovery_takes(d, ret_loss, error))
			continue;
		d->account.lost += ret_loss->bytes;
		return status;
	}
	if (d->phase == CHUNK_REST) {
		*ret_loss = (struct evtx_loss){0, 0};
		status = recovery_next(d, ret_event, ret_loss, error);
		if (status == TOCSIN_END)
			d->phase = CHUNK_DONE;
		return status;
	}
	return TOCSIN_END;
}

void evtx_chunk_account(const struct evtx_decoder *d, struct evtx_account *to)
{
	evtx_account_add(to, &d->account);
	/* It is half of what a log is, and only an account asks for it. */
	recovery_account_free(d, d->free_from, d->free_to, to);
}
