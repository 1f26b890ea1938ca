/* SPDX-License-Identifier: Apache-2.0 */
/* How a file is built, for people. Columns have fixed widths: the table has as many rows as the
 * file has chunks, and is written as it comes. */
#include <stdio.h>

#include "base/text.h"
#include "output/log_report.h"
#include "output/table.h"

static void label(struct buf *out, const char *name)
{
	buf_printf(out, "  %-9s ", name);
}

static void flags(struct buf *out, const struct log_info_file *f)
{
	const char *before = " (";

	buf_printf(out, ", flags 0x%x", (unsigned)f->flags);
	if (f->header.dirty) {
		buf_printf(out, "%sdirty", before);
		before = ", ";
	}
	if (f->header.full) {
		buf_printf(out, "%sfull", before);
		before = ", ";
	}
	if (f->header.no_crc32) {
		buf_printf(out, "%sno checksums", before);
		before = ", ";
	}
	if (before[0] == ',')
		buf_byte(out, ')');
}

static void file_header(struct buf *out, const struct log_info_file *f,
			const struct log_style *style)
{
	label(out, "header");
	if (!f->has_header) {
		table_styled(out, TABLE_YELLOW, style->color, "none");
		buf_byte(out, '\n');
		return;
	}
	buf_printf(out, "version %u.%u", (unsigned)f->header.major, (unsigned)f->header.minor);
	flags(out, f);
	buf_str(out, ", checksum ");
	table_styled(out, f->header.checksum_ok ? TABLE_PLAIN : TABLE_YELLOW, style->color,
		     f->header.checksum_ok ? "ok" : "wrong");
	buf_printf(out, ", %u bytes in a block of %u\n", (unsigned)f->header_size,
		   (unsigned)f->header.data_offset);
	label(out, "");
	buf_str(out, "counts ");
	log_counted(out, f->header.chunk_count, "chunk", "chunks");
	buf_printf(out, ", first %llu, last %llu; next record %llu\n",
		   (unsigned long long)f->header.first_chunk,
		   (unsigned long long)f->header.last_chunk,
		   (unsigned long long)f->header.next_record);
}

void log_info_text_begin(const struct log_info_file *f, const struct log_style *style,
			 struct buf *out)
{
	struct buf path = {0};

	text_clean(&path, view_of(f->source->path));
	table_styled(out, TABLE_BOLD, style->color, buf_cstr(&path));
	out->failed |= buf_failed(&path);
	buf_free(&path);
	buf_str(out, "  ");
	log_counted(out, f->size, "byte", "bytes");
	buf_byte(out, '\n');
	if (f->unread.status != TOCSIN_OK)
		return;
	file_header(out, f, style);
	label(out, "chunks");
	log_counted(out, f->chunk_count, "place", "places");
	buf_printf(out, " from offset 0x%llx", (unsigned long long)f->data_offset);
	if (f->oldest)
		buf_printf(out, ", the oldest is number %u", (unsigned)f->oldest);
	buf_byte(out, '\n');
	if (f->chunk_count)
		buf_printf(out, "  %8s  %12s  %-10s  %7s  %6s  %-22s  %-22s  %6s  %6s  %-9s  %s\n",
			   "CHUNK", "OFFSET", "STATE", "RECORDS", "LOST", "RECORD IDS",
			   "RECORD NUMBERS", "LAST", "FREE", "CHECKSUMS", "FLAGS");
}

static void offset(struct buf *out, uint64_t v)
{
	char text[32];

	snprintf(text, sizeof(text), "0x%llx", (unsigned long long)v);
	buf_printf(out, "%12s  ", text);
}

/* `91 to 120`; `-` without a range */
static void range(char *to, size_t room, uint64_t first, uint64_t last, bool there)
{
	if (there)
		snprintf(to, room, "%llu to %llu", (unsigned long long)first,
			 (unsigned long long)last);
	else
		snprintf(to, room, "-");
}

static const char *checksums(const struct log_info_chunk *c)
{
	const bool header = c->header_checksum == CHECKSUM_WRONG;
	const bool data = c->data_checksum == CHECKSUM_WRONG;

	if (!c->has_header)
		return "-";
	if (header || data)
		return header && data ? "both" : header ? "header" : "data";
	if (c->header_checksum == CHECKSUM_NONE || c->data_checksum == CHECKSUM_NONE)
		return "none";
	return c->data_checksum == CHECKSUM_UNKNOWN ? "data ?" : "ok";
}

void log_info_text_chunk(const struct log_info_chunk *c, const struct log_style *style,
			 struct buf *out)
{
	const bool filled = c->has_header && c->first_id != UINT64_MAX;
	const bool bad = c->state >= LOG_CHUNK_NO_MAGIC;
	char ids[48], numbers[48], state[16];
	struct buf count = {0}, lost = {0};

	range(ids, sizeof(ids), c->first_id, c->last_id, filled);
	range(numbers, sizeof(numbers), c->first_number, c->last_number, filled);
	snprintf(state, sizeof(state), "%-10s", log_chunk_state_name(c->state));
	log_thousands(&count, c->records + c->recovered);
	log_thousands(&lost, c->losses);
	buf_printf(out, "  %8u  ", (unsigned)c->number);
	offset(out, c->offset);
	table_styled(out, bad ? TABLE_YELLOW : TABLE_PLAIN, style->color, state);
	buf_printf(out, "  %7s  %6s  %-22s  %-22s  ", buf_cstr(&count), buf_cstr(&lost), ids,
		   numbers);
	if (c->has_header) {
		buf_printf(out, "%6u  %6u  ", (unsigned)c->last_record_offset,
			   (unsigned)c->free_offset);
		buf_printf(out, "%-9s  0x%x", checksums(c), (unsigned)c->flags);
		if (c->header_size != 128)
			buf_printf(out, ", header size %u", (unsigned)c->header_size);
	} else {
		buf_printf(out, "%6s  %6s  %-9s  -", "-", "-", "-");
	}
	if (c->recovered) {
		buf_str(out, ", ");
		log_thousands(out, c->recovered);
		buf_str(out, " recovered");
	}
	buf_byte(out, '\n');
	out->failed |= buf_failed(&count) || buf_failed(&lost);
	buf_free(&count);
	buf_free(&lost);
}

void log_info_text_damages(struct buf *out)
{
	buf_str(out, "  damage\n");
}

void log_info_text_damage(const struct scan_damage *d, const struct log_style *style,
			  struct buf *out)
{
	const struct tocsin_error *const e = &d->error;

	buf_str(out, "  ");
	offset(out, e->offset);
	if (d->chunk != SCAN_NO_CHUNK)
		buf_printf(out, "chunk %u, ", (unsigned)d->chunk);
	if (d->record_id)
		buf_printf(out, "record %llu, ", (unsigned long long)d->record_id);
	if (d->bytes)
		log_counted(out, d->bytes, "byte, ", "bytes, ");
	table_styled(out, e->status == TOCSIN_MISMATCH ? TABLE_PLAIN : TABLE_YELLOW, style->color,
		     tocsin_status_name(e->status));
	buf_printf(out, ": %s", e->msg);
	if (e->detail[0]) {
		buf_str(out, " (");
		text_clean(out, view_of(e->detail));
		buf_byte(out, ')');
	}
	buf_byte(out, '\n');
}

void log_info_text_end(const struct log_info_sums *s, struct buf *out)
{
	const struct {
		uint64_t n;
		const char *what;
	} parts[] = {
		{s->account.headers, "headers"},
		{s->account.records, "records"},
		{s->account.recovered, "recovered"},
		{s->account.unused, "unused"},
		{s->account.residue, "remains in free space"},
		{s->account.lost, "lost"},
	};
	const char *before = "";

	label(out, "in all");
	log_counted(out, s->records, "record", "records");
	if (s->recovered) {
		buf_str(out, ", ");
		log_thousands(out, s->recovered);
		buf_str(out, " recovered");
	}
	buf_str(out, ", ");
	log_counted(out, s->losses, "place", "places");
	buf_str(out, " lost\n");
	label(out, "bytes");
	for (size_t i = 0; i < sizeof(parts) / sizeof(parts[0]); i++) {
		if (!parts[i].n)
			continue;
		buf_str(out, before);
		log_thousands(out, parts[i].n);
		buf_printf(out, " %s", parts[i].what);
		before = ", ";
	}
	if (!*before)
		buf_byte(out, '0');
	buf_byte(out, '\n');
}
