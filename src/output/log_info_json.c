/* SPDX-License-Identifier: Apache-2.0 */
/* How a file is built, as one JSON object: docs/summary.md. */
#include "output/log_report.h"

static void checksum(struct json *j, const char *key, enum log_checksum c)
{
	json_key(j, key);
	if (c == CHECKSUM_UNKNOWN || c == CHECKSUM_NONE)
		json_null(j);
	else
		json_bool(j, c == CHECKSUM_OK);
}

static void file_header(struct json *j, const struct log_info_file *f)
{
	json_key(j, "header");
	if (!f->has_header) {
		json_null(j);
		return;
	}
	json_begin(j, '{');
	json_member_u64(j, "major_version", f->header.major);
	json_member_u64(j, "minor_version", f->header.minor);
	json_member_u64(j, "flags", f->flags);
	json_member_bool(j, "dirty", f->header.dirty);
	json_member_bool(j, "full", f->header.full);
	json_member_bool(j, "no_checksums", f->header.no_crc32);
	json_member_u64(j, "first_chunk", f->header.first_chunk);
	json_member_u64(j, "last_chunk", f->header.last_chunk);
	json_member_u64(j, "chunk_count", f->header.chunk_count);
	json_member_u64(j, "next_record_id", f->header.next_record);
	json_member_u64(j, "header_size", f->header_size);
	json_member_u64(j, "block_size", f->header.data_offset);
	json_member_bool(j, "checksum_ok", f->header.checksum_ok);
	json_end(j, '}');
}

void log_info_json_begin(const struct log_info_file *f, struct json *j)
{
	json_begin(j, '{');
	json_member_str(j, "source", f->source->path);
	json_member_u64(j, "bytes", f->size);
	json_member_bool(j, "readable", f->unread.status == TOCSIN_OK);
	file_header(j, f);
	json_member_u64(j, "data_offset", f->data_offset);
	json_member_u64(j, "chunk_places", f->chunk_count);
	json_member_u64(j, "oldest_chunk", f->oldest);
	json_key(j, "chunks");
	json_begin(j, '[');
}

void log_info_json_chunk(const struct log_info_chunk *c, struct json *j)
{
	json_begin(j, '{');
	json_member_u64(j, "number", c->number);
	json_member_u64(j, "offset", c->offset);
	json_member_u64(j, "bytes", c->size);
	json_member_str(j, "state", log_chunk_state_name(c->state));
	json_key(j, "header");
	if (c->has_header) {
		json_begin(j, '{');
		json_member_u64(j, "first_record_number", c->first_number);
		json_member_u64(j, "last_record_number", c->last_number);
		json_member_u64(j, "first_record_id", c->first_id);
		json_member_u64(j, "last_record_id", c->last_id);
		json_member_u64(j, "header_size", c->header_size);
		json_member_u64(j, "last_record_offset", c->last_record_offset);
		json_member_u64(j, "free_space_offset", c->free_offset);
		json_member_u64(j, "flags", c->flags);
		checksum(j, "header_checksum_ok", c->header_checksum);
		checksum(j, "data_checksum_ok", c->data_checksum);
		json_end(j, '}');
	} else {
		json_null(j);
	}
	json_member_u64(j, "records", c->records);
	json_member_u64(j, "recovered", c->recovered);
	json_member_u64(j, "lost_places", c->losses);
	json_member_u64(j, "lost_bytes", c->lost_bytes);
	json_end(j, '}');
}

void log_info_json_damages(struct json *j)
{
	json_end(j, ']');
	json_key(j, "damage");
	json_begin(j, '[');
}

void log_info_json_damage(const struct scan_damage *d, struct json *j)
{
	json_begin(j, '{');
	json_member_u64(j, "offset", d->error.offset);
	json_key(j, "chunk");
	if (d->chunk == SCAN_NO_CHUNK)
		json_null(j);
	else
		json_u64(j, d->chunk);
	json_key(j, "record_id");
	if (d->record_id)
		json_u64(j, d->record_id);
	else
		json_null(j);
	json_member_u64(j, "bytes", d->bytes);
	json_member_str(j, "kind", tocsin_status_name(d->error.status));
	json_member_bool(j, "loss", d->error.status != TOCSIN_MISMATCH);
	json_member_str(j, "message", d->error.msg);
	json_member_str(j, "detail", d->error.detail[0] ? d->error.detail : NULL);
	json_end(j, '}');
}

void log_info_json_end(const struct log_info_sums *s, struct json *j)
{
	json_end(j, ']');
	json_member_u64(j, "records", s->records);
	json_member_u64(j, "recovered", s->recovered);
	json_member_u64(j, "lost_places", s->losses);
	json_key(j, "bytes_by");
	json_begin(j, '{');
	json_member_u64(j, "headers", s->account.headers);
	json_member_u64(j, "records", s->account.records);
	json_member_u64(j, "recovered", s->account.recovered);
	json_member_u64(j, "unused", s->account.unused);
	json_member_u64(j, "residue", s->account.residue);
	json_member_u64(j, "lost", s->account.lost);
	json_end(j, '}');
	json_end(j, '}');
}
