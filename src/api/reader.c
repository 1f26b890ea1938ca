/* SPDX-License-Identifier: Apache-2.0 */
/*
 * tocsin_reader: the records of one EVTX file in file order, on the caller's thread, one chunk in
 * memory. Records and losses are the same as those of a scan of this file.
 */
#include "api/api.h"

#include <stdlib.h>

#include "evidence/evidence.h"
#include "evidence/recognise.h"

/* An event log by its content, also one whose header is lost. */
static enum tocsin_status check_kind(struct log_file *f, struct tocsin_error *error)
{
	uint8_t first[EVTX_HEADER_SIZE];
	struct view v = {first, 0};

	TRY(os_read_at(f->file, 0, first, sizeof(first), &v.n, error));
	if (source_recognise(v) == SOURCE_EVTX || source_has_chunks(f->file, f->size))
		return TOCSIN_OK;
	ENSURE(v.n, error, TOCSIN_TRUNCATED, 0, "an empty file");
	return error_set(error, TOCSIN_INVALID, 0, "not an event log (EVTX), by its content");
}

static char *path_copy(const char *path)
{
	const size_t n = strlen(path) + 1;
	char *const copy = malloc(n);

	return copy ? memcpy(copy, path, n) : NULL;
}

/* What the decoder is to do; lost templates are looked up in the other chunks of the file. */
static enum tocsin_status configure(struct tocsin_reader *r, struct tocsin_error *error)
{
	const struct source source = {
		.path = r->path, .kind = SOURCE_EVTX, .size = r->file.size, .file = r->file.file};
	struct evtx_options options = {.no_checksums = r->file.header.no_crc32};

	r->source = source;
	r->evidence.sources = &r->source;
	r->evidence.source_count = 1;
	r->feed.evidence = &r->evidence;
	r->feed.options = &r->options;
	if (!r->lost_templates)
		r->lost_templates = scan_feed_library(&r->feed);
	ENSURE(r->lost_templates, error, TOCSIN_NO_MEMORY, 0, "out of memory");
	options.lost_templates = r->lost_templates;
	options.recover = r->options.recover;
	evtx_decoder_configure(r->decoder, &options);
	return TOCSIN_OK;
}

enum tocsin_status tocsin_reader_open(const char *path, tocsin_reader **ret_reader,
				      struct tocsin_error *error)
{
	struct tocsin_reader *r;
	enum tocsin_status status;

	ENSURE(path && ret_reader, error, TOCSIN_USAGE, 0, "no path, or no place for the reader");
	r = calloc(1, sizeof(*r));
	ENSURE(r, error, TOCSIN_NO_MEMORY, 0, "out of memory");
	r->event.reader = r;
	r->decoder = evtx_decoder_new();
	r->chunk = malloc(EVTX_CHUNK_SIZE);
	r->path = path_copy(path);
	if (!r->decoder || !r->chunk || !r->path) {
		status = error_set(error, TOCSIN_NO_MEMORY, 0, "out of memory");
		goto out;
	}
	status = log_file_open(&r->file, path, error);
	if (status != TOCSIN_OK)
		goto out;
	status = check_kind(&r->file, error);
	if (status != TOCSIN_OK)
		goto out;
	log_file_plan(&r->file);
	status = configure(r, error);
	if (status != TOCSIN_OK)
		goto out;
	*ret_reader = r;
	return TOCSIN_OK;
out:
	tocsin_reader_free(r);
	return status;
}

enum tocsin_status tocsin_reader_recover(tocsin_reader *reader, struct tocsin_error *error)
{
	ENSURE(reader && !reader->told, error, TOCSIN_USAGE, 0,
	       "no reader, or one that has begun to read");
	reader->options.recover = true;
	return configure(reader, error);
}

/* Tells of a damage once. */
static enum tocsin_status tell(struct tocsin_error *damage, struct tocsin_error *error)
{
	const enum tocsin_status status = damage->status;

	if (error)
		*error = *damage;
	damage->status = TOCSIN_OK;
	return status;
}

/* Reads the next chunk and puts it on the decoder; its records follow what is wrong with it. */
static enum tocsin_status next_chunk(struct tocsin_reader *r, struct tocsin_error *error)
{
	const uint32_t number = r->next_chunk;
	const uint64_t offset = log_file_chunk_offset(&r->file, number);
	const size_t size = log_file_chunk_size(&r->file, number);
	struct read_piece *const piece = &r->piece;

	if (number >= r->file.chunk_count)
		return TOCSIN_END;
	r->next_chunk++;
	r->hole_at = 0;
	read_piece(&r->file, offset, r->chunk, size, piece);
	if (piece->n < size)
		r->next_chunk = r->file.chunk_count; /* what lay behind is gone as well */
	/* Nothing of the chunk could be read: zeros would say that nothing was there. */
	if (piece->bad < piece->n)
		r->in_chunk =
			log_file_begin(&r->file, r->decoder, (struct view){r->chunk, piece->n},
				       number, &r->damage) == TOCSIN_OK;
	ENSURE(piece->n == size, error, TOCSIN_TRUNCATED, offset + piece->n,
	       "the file became shorter while it was read");
	return TOCSIN_OK;
}

/* What is to be told before the records of the chunk at hand: places that the disk did not give,
 * then damage to the chunk as a whole. */
static enum tocsin_status next_damage(struct tocsin_reader *r, struct tocsin_error *error)
{
	struct tocsin_error hole = r->piece.error;
	size_t from, n;

	if (!read_piece_hole(&r->piece, &r->hole_at, &from, &n))
		return tell(&r->damage, error);
	hole.offset = r->piece.offset + from;
	return tell(&hole, error);
}

enum tocsin_status tocsin_reader_next(tocsin_reader *reader, const tocsin_event **ret_event,
				      struct tocsin_error *error)
{
	struct tocsin_reader *const r = reader;
	struct evtx_loss loss = {0, 0};
	enum tocsin_status status;

	ENSURE(r && ret_event, error, TOCSIN_USAGE, 0, "no reader, or no place for the event");
	if (!r->told) {
		r->told = true;
		r->damage = r->file.damage;
	}
	for (;;) {
		TRY(next_damage(r, error));
		if (!r->in_chunk) {
			TRY(next_chunk(r, error));
			continue;
		}
		status = evtx_chunk_next(r->decoder, &r->event.event, &loss, error);
		if (status != TOCSIN_END)
			break;
		r->in_chunk = false;
	}
	if (status == TOCSIN_OK)
		*ret_event = &r->event;
	else if (loss.record_id && error && !error->detail[0])
		error_setf(error, error->status, error->offset, error->msg, "record %llu",
			   (unsigned long long)loss.record_id);
	return status;
}

void tocsin_reader_free(tocsin_reader *reader)
{
	unsigned i;

	if (!reader)
		return;
	for (i = 0; i < API_MATCHERS; i++) {
		matcher_free(reader->matchers[i].matcher);
		api_query_release(reader->matchers[i].query);
	}
	log_file_close(&reader->file);
	evtx_decoder_free(reader->decoder);
	template_library_free(reader->lost_templates);
	free(reader->chunk);
	free(reader->path);
	buf_free(&reader->xml);
	free(reader);
}

uint64_t tocsin_event_record_id(const tocsin_event *event)
{
	return event->event->record_id;
}

uint64_t tocsin_event_offset(const tocsin_event *event)
{
	return event->event->offset;
}

uint64_t tocsin_event_time(const tocsin_event *event)
{
	return event_time(event->event);
}

enum tocsin_origin tocsin_event_origin(const tocsin_event *event)
{
	return event->event->origin == EVENT_LIVE ? TOCSIN_LIVE : TOCSIN_RECOVERED;
}

const char *tocsin_event_note(const tocsin_event *event)
{
	return event->event->note ? event->event->note : "";
}

enum tocsin_template tocsin_event_template(const tocsin_event *event, uint64_t *ret_offset)
{
	const struct event *const e = event->event;

	if (e->template_path && ret_offset)
		*ret_offset = e->template_offset;
	return e->template_missing ? TOCSIN_TEMPLATE_MISSING
	       : e->template_path  ? TOCSIN_TEMPLATE_BORROWED
				   : TOCSIN_TEMPLATE_OWN;
}

enum tocsin_status tocsin_event_xml(const tocsin_event *event, const char **ret_xml,
				    size_t *ret_length)
{
	struct tocsin_reader *const r = event->reader;
	const char *text;

	buf_clear(&r->xml);
	TRY(evtx_render_xml(r->decoder, event->event, &r->xml));
	text = buf_cstr(&r->xml);
	if (buf_failed(&r->xml))
		return TOCSIN_NO_MEMORY;
	*ret_xml = text;
	if (ret_length)
		*ret_length = r->xml.n;
	return TOCSIN_OK;
}
