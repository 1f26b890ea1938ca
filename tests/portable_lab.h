/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Logs copied record by record through their portable form, and both sides compared: XML, JSON,
 * every typed value, ids and times. For a test and a fuzz target.
 */
#ifndef TOCSIN_TESTS_PORTABLE_LAB_H
#define TOCSIN_TESTS_PORTABLE_LAB_H

#include <stdlib.h>

#include "event_compare.h"
#include "format/evtx/portable.h"

/* What a record showed before it was copied. */
struct lab_record {
	const struct event *event;
	struct view xml, json;
	enum tocsin_status xml_status, json_status;
};

struct lab {
	struct evtx_options options; /* to read with; the copy is always read without */
	unsigned every;              /* copy each n-th record; 0 is 1 */
	bool compiled;               /* take all as recovered: definitions as the reader has them */
	/* May be kept for another copy, see lab_again(). */
	struct evtx_decoder *reader, *checker; /* of what is copied, and of the copy */
	struct portable_store *store;
	struct evtx_writer *writer;
	struct buf log; /* the copy */
	struct buf record, text;
	struct arena arena, compared; /* for the whole copy, and for one record of it */
	struct lab_record *records;
	size_t count, room;
	uint64_t met;
	unsigned refused;            /* not copied, and told why */
	unsigned missing;            /* of these: for a lost template */
	unsigned borrowed;           /* copied with a template from elsewhere */
	struct tocsin_error refusal; /* the last one but those */
	const char *difference;      /* what the copy shows otherwise; NULL: nothing */
	bool limited; /* a record was lost to a limit of work, which a copy in other chunks may meet
			 elsewhere */
};

static inline bool lab_open(struct lab *lab)
{
	if (!lab->reader)
		lab->reader = evtx_decoder_new();
	if (!lab->checker)
		lab->checker = evtx_decoder_new();
	if (!lab->store)
		lab->store = portable_store_new();
	lab->writer = evtx_writer_new(evtx_sink_buf(&lab->log), NULL);
	return lab->reader && lab->checker && lab->store && lab->writer;
}

/* Ends a copy; another one may be opened that finds the decoders, the store and the memory of this
 * one. */
static inline void lab_again(struct lab *lab)
{
	struct lab next = {.reader = lab->reader,
			   .checker = lab->checker,
			   .store = lab->store,
			   .log = lab->log,
			   .record = lab->record,
			   .text = lab->text,
			   .arena = lab->arena,
			   .compared = lab->compared};

	evtx_writer_free(lab->writer);
	*lab = next;
	buf_clear(&lab->log);
	arena_reset(&lab->arena);
}

static inline void lab_close(struct lab *lab)
{
	evtx_decoder_free(lab->reader);
	evtx_decoder_free(lab->checker);
	portable_store_free(lab->store);
	evtx_writer_free(lab->writer);
	buf_free(&lab->log);
	buf_free(&lab->record);
	buf_free(&lab->text);
	arena_free(&lab->arena);
	arena_free(&lab->compared);
}

static inline void lab_render(struct lab *lab, struct arena *a, struct evtx_decoder *d,
			      const struct event *e, struct lab_record *r)
{
	struct buf *const text = &lab->text;

	buf_clear(text);
	r->xml_status = evtx_render_xml(d, e, text);
	r->xml = (struct view){(const uint8_t *)arena_copy(a, text->p, text->n), text->n};
	buf_clear(text);
	r->json_status = evtx_render_json(d, e, text);
	r->json = (struct view){(const uint8_t *)arena_copy(a, text->p, text->n), text->n};
}

static inline void lab_event(void *context, struct evtx_decoder *d, const struct event *e)
{
	struct lab *const lab = context;
	struct event taken = *e;
	struct lab_record r = {0}, *kept;
	struct tocsin_error error = {0};
	enum tocsin_status status;

	if (lab->met++ % (lab->every ? lab->every : 1) != 0)
		return;
	lab_render(lab, &lab->arena, d, e, &r);
	buf_clear(&lab->record);
	if (lab->compiled)
		taken.origin = EVENT_RECOVERED;
	status = portable_put(lab->store, d, &taken, &lab->record, &error);
	if (status == TOCSIN_OK)
		status = evtx_writer_add_portable(
			lab->writer, lab->store,
			(struct view){(const uint8_t *)lab->record.p, lab->record.n}, &error);
	if (status != TOCSIN_OK) {
		lab->refused++;
		if (status == TOCSIN_UNSUPPORTED)
			lab->missing++;
		else
			lab->refusal = error;
		return;
	}
	lab->borrowed += e->template_path != NULL;
	r.event = event_copy(&lab->arena, e);
	kept = ARENA_GROW(&lab->arena, lab->records, lab->count, lab->room);
	if (kept)
		*kept = r;
}

typedef void (*lab_visit)(void *context, struct evtx_decoder *d, const struct event *e);

/* Calls `visit` for each record of a chunk. Returns how many places gave none; *limited: a limit
 * was met. */
static inline unsigned lab_chunk(struct evtx_decoder *d, struct view bytes, uint64_t offset,
				 uint32_t number, lab_visit visit, void *context, bool *limited)
{
	struct evtx_chunk_info info;
	struct tocsin_error error = {0};
	struct evtx_loss loss;
	const struct event *e;
	enum tocsin_status status;
	unsigned losses;

	status = evtx_chunk_open(d, bytes, offset, number, &info, &error);
	losses = error.status != TOCSIN_OK;
	if (status != TOCSIN_OK)
		return losses;
	while ((status = evtx_chunk_next(d, &e, &loss, &error)) != TOCSIN_END) {
		*limited |= status == TOCSIN_LIMIT;
		if (status == TOCSIN_OK)
			visit(context, d, e);
		else
			losses++;
	}
	return losses;
}

/* The same for a log. */
static inline unsigned lab_each(struct evtx_decoder *d, struct view log, lab_visit visit,
				void *context, bool *limited)
{
	unsigned losses = 0;
	uint32_t number = 0;

	for (size_t at = EVTX_HEADER_SIZE; at < log.n; at += EVTX_CHUNK_SIZE)
		losses += lab_chunk(d, view_slice(log, at, EVTX_CHUNK_SIZE), at, number++, visit,
				    context, limited);
	return losses;
}

static inline void lab_copy(struct lab *lab, struct view log)
{
	evtx_decoder_configure(lab->reader, &lab->options);
	(void)lab_each(lab->reader, log, lab_event, lab, &lab->limited);
}

/* The same for one chunk. */
static inline void lab_copy_chunk(struct lab *lab, struct view bytes)
{
	evtx_decoder_configure(lab->reader, &lab->options);
	(void)lab_chunk(lab->reader, bytes, EVTX_HEADER_SIZE, 0, lab_event, lab, &lab->limited);
}

/* Limits of work count for a chunk: the copy may stand with others. */
static inline bool lab_text_differs(enum tocsin_status want_status, struct view want,
				    enum tocsin_status got_status, struct view got)
{
	if (want_status == TOCSIN_LIMIT || got_status == TOCSIN_LIMIT)
		return false;
	return want_status != got_status || (want_status == TOCSIN_OK && !view_equal(want, got));
}

static inline const char *lab_difference(const struct lab_record *want, const struct event *e,
					 const struct lab_record *got)
{
	if (want->event->record_id != e->record_id || want->event->written != e->written)
		return "id or time";
	if (lab_text_differs(want->xml_status, want->xml, got->xml_status, got->xml))
		return "XML";
	if (lab_text_differs(want->json_status, want->json, got->json_status, got->json))
		return "JSON";
	return same_event(want->event, e) ? NULL : "values";
}

static inline void lab_compare(void *context, struct evtx_decoder *d, const struct event *e)
{
	struct lab *const lab = context;
	struct lab_record got = {0};

	if (lab->met == lab->count) {
		lab->difference = "a record more";
	} else if (!lab->difference) {
		lab_render(lab, &lab->compared, d, e, &got);
		lab->difference = lab_difference(&lab->records[lab->met], e, &got);
		if (lab->difference)
			fprintf(stderr, "record %llu (%zu-th): %s differs\n%.*s\n%.*s\n",
				(unsigned long long)e->record_id, (size_t)lab->met, lab->difference,
				(int)lab->records[lab->met].xml.n,
				(const char *)lab->records[lab->met].xml.p, (int)got.xml.n,
				(const char *)got.xml.p);
		else
			lab->met++;
	}
	arena_reset(&lab->compared);
}

/* Ends the copy and reads it: true when it shows just what was copied, and no loss. */
static inline bool lab_same(struct lab *lab)
{
	const struct evtx_options usual = {.others = lab->options.others};
	struct tocsin_error error;
	unsigned losses;

	if (evtx_writer_finish(lab->writer, &error) != TOCSIN_OK)
		return false;
	lab->met = 0;
	evtx_decoder_configure(lab->checker, &usual);
	losses = lab_each(lab->checker, (struct view){(const uint8_t *)lab->log.p, lab->log.n},
			  lab_compare, lab, &lab->limited);
	return !losses && !lab->difference && lab->met == lab->count;
}

#endif
