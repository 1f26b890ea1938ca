/* SPDX-License-Identifier: Apache-2.0 */
/*
 * tocsin_reader: the records of one EVTX file in file order, on the caller's thread, one chunk in
 * memory. Losses are the same as those of a scan (query/log_file.h).
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
	if (!r->decoder || !r->chunk) {
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
	*ret_reader = r;
	return TOCSIN_OK;
out:
	tocsin_reader_free(r);
	return status;
}

/* Reads the next chunk and puts it on the decoder. TOCSIN_OK also when it has no records. */
static enum tocsin_status next_chunk(struct tocsin_reader *r, struct tocsin_error *error)
{
	const uint32_t number = r->next_chunk;
	const size_t size = log_file_chunk_size(&r->file, number);
	struct view bytes = {r->chunk, 0};
	struct tocsin_error damage;

	if (number >= r->file.chunk_count)
		return TOCSIN_END;
	r->next_chunk++;
	TRY(os_read_at(r->file.file, log_file_chunk_offset(&r->file, number), r->chunk, size,
		       &bytes.n, error));
	if (bytes.n < size)
		r->next_chunk = r->file.chunk_count; /* what lay behind is gone as well */
	if (bytes.n)
		r->in_chunk =
			log_file_begin(&r->file, r->decoder, bytes, number, &damage) == TOCSIN_OK;
	ENSURE(bytes.n == size, error, TOCSIN_TRUNCATED,
	       log_file_chunk_offset(&r->file, number) + bytes.n,
	       "the file became shorter while it was read");
	if (bytes.n && damage.status != TOCSIN_OK) {
		if (error)
			*error = damage;
		return damage.status;
	}
	return TOCSIN_OK;
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
		if (r->file.damage.status != TOCSIN_OK) {
			if (error)
				*error = r->file.damage;
			return r->file.damage.status;
		}
	}
	for (;;) {
		while (!r->in_chunk)
			TRY(next_chunk(r, error));
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
	free(reader->chunk);
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
