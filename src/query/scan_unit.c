/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Reads the chunks of one unit with as few system calls as possible and tells their events. A small
 * file (most logs of a collection have one or a few chunks) is one read with its header.
 */
#include "query/scan_tell.h"

#include <stdlib.h>

#define CACHE_LINE 64u

/* An event or a loss of a chunk that is told backwards. */
struct scan_item {
	const struct event *event; /* NULL: a loss */
	struct evtx_loss loss;
	struct tocsin_error error;
};

/* Chunks of one read: what is read stays in the processor's second cache until it is told. */
#define BATCH_CHUNKS 4u

/* Chunks of a unit in the order in which they are told. */
struct chunk_list {
	uint32_t count;
	uint32_t number[BATCH_CHUNKS];
	struct view bytes[BATCH_CHUNKS];
	bool apart; /* each was read by itself: the worker's pieces tell of bad places */
};

uint32_t scan_unit_count(uint64_t size, bool carve)
{
	const uint64_t head = carve ? 0 : EVTX_HEADER_SIZE;
	const uint64_t n = size > head ? (size - head - 1) / UNIT_SIZE + 1 : 1;

	return n > UINT32_MAX / UNIT_CHUNKS ? UINT32_MAX / UNIT_CHUNKS : (uint32_t)n;
}

bool scan_buffers_init(struct scan_buffers *b)
{
	memset(b, 0, sizeof(*b));
	b->memory = malloc(UNIT_BUFFER + CACHE_LINE);
	if (!b->memory)
		return false;
	b->bytes = b->memory + (CACHE_LINE - (uintptr_t)b->memory % CACHE_LINE);
	return true;
}

void scan_buffers_free(struct scan_buffers *b)
{
	free(b->memory);
	free(b->items);
	memset(b, 0, sizeof(*b));
}

/* A file of one unit comes with one read; everything about it is then decided from the buffer. */
static void read_whole(const struct scan_job *job)
{
	struct log_file *const f = &job->source->file;
	struct view whole = {job->buffers->bytes, 0};

	if (f->size > UNIT_WHOLE)
		return;
	if (f->read_at(f->file, 0, job->buffers->bytes, (size_t)f->size, &whole.n, NULL) ==
	    TOCSIN_OK)
		f->cached = whole;
}

static enum tocsin_status open_file(const struct scan_job *job)
{
	struct scan_source *const s = job->source;

	if (s->source->file)
		log_file_use(&s->file, s->source->file);
	else
		TRY(log_file_open(&s->file, s->source->path, &s->error));
	if (job->options->read_at)
		s->file.read_at = job->options->read_at;
	s->file.size = s->source->size;
	if (!job->options->carve) {
		if (s->units == 1)
			read_whole(job);
		log_file_plan(&s->file);
	}
	return TOCSIN_OK;
}

static bool open_source(const struct scan_job *job)
{
	struct scan_source *const s = job->source;

	mutex_lock(&s->lock);
	if (!s->opened) {
		s->opened = true;
		s->status = open_file(job);
	}
	mutex_unlock(&s->lock);
	return s->status == TOCSIN_OK;
}

/* How many chunks the unit has. */
static uint32_t unit_chunks(const struct scan_job *job)
{
	const uint32_t first = job->unit * UNIT_CHUNKS, all = job->source->file.chunk_count;
	const uint32_t left = all > first ? all - first : 0;
	const uint32_t most = job->unit + 1 < job->source->units ? UNIT_CHUNKS : UNIT_CHUNKS_MAX;

	return left < most ? left : most;
}

/* The unit's chunks from number `from` on, as many as one read takes. */
static void list_chunks(const struct scan_job *job, uint32_t from, struct chunk_list *list)
{
	const uint32_t left = unit_chunks(job) - from;

	list->count = left < BATCH_CHUNKS ? left : BATCH_CHUNKS;
	for (uint32_t i = 0; i < list->count; i++) {
		list->number[i] =
			log_file_chunk(&job->source->file, job->unit * UNIT_CHUNKS + from + i,
				       job->options->newest_first);
		list->bytes[i] = (struct view){NULL, 0};
	}
}

/* Past 256 TiB the numbers of units and chunks end. */
static void tell_limit(struct scan_teller *t)
{
	const struct scan_job *const job = t->job;
	const struct log_file *const f = &job->source->file;
	const uint64_t last = (uint64_t)job->source->units * UNIT_CHUNKS + 1;
	const uint64_t end = f->data_offset + last * EVTX_CHUNK_SIZE;
	struct tocsin_error error;

	if (job->unit + 1 != job->source->units || f->chunk_count <= last)
		return;
	error_set(&error, TOCSIN_LIMIT, end, "the rest of the file is not read: it is too large");
	tell_source(t, &error, f->size - end);
}

/* One read for all chunks when they lie side by side, upwards or downwards. */
static bool read_at_once(const struct scan_job *job, struct chunk_list *list)
{
	const struct log_file *const f = &job->source->file;
	uint32_t low = UINT32_MAX, high = 0, i;
	struct view all = {job->buffers->bytes, 0};
	size_t n;

	for (i = 0; i < list->count; i++) {
		low = list->number[i] < low ? list->number[i] : low;
		high = list->number[i] > high ? list->number[i] : high;
	}
	if (high - low + 1 != list->count)
		return false;
	n = (size_t)(high - low) * EVTX_CHUNK_SIZE + log_file_chunk_size(f, high);
	if (f->read_at(f->file, log_file_chunk_offset(f, low), job->buffers->bytes, n, &all.n,
		       NULL) != TOCSIN_OK)
		return false;
	for (i = 0; i < list->count; i++)
		list->bytes[i] = view_slice(all, (size_t)(list->number[i] - low) * EVTX_CHUNK_SIZE,
					    EVTX_CHUNK_SIZE);
	return true;
}

/* Chunk by chunk: around the seam of a wrapped log, and to save what a bad disk still gives. */
static void read_apart(const struct scan_job *job, struct chunk_list *list)
{
	const struct log_file *const f = &job->source->file;
	uint32_t i;

	list->apart = true;
	for (i = 0; i < list->count; i++) {
		uint8_t *const to = job->buffers->bytes + (size_t)i * EVTX_CHUNK_SIZE;
		struct read_piece *const piece = &job->buffers->pieces[i];

		read_piece(f, log_file_chunk_offset(f, list->number[i]), to,
			   log_file_chunk_size(f, list->number[i]), piece);
		list->bytes[i] = (struct view){to, piece->n};
	}
}

/* Bytes that were there when the file was listed. What a listed chunk has lost, it and those that
 * follow in the unit are told together, once. */
static bool tell_gone(struct scan_teller *t, const struct chunk_list *list, uint32_t from)
{
	const struct scan_job *const job = t->job;
	const struct log_file *const f = &job->source->file;
	uint64_t first = UINT64_MAX, gone = 0;
	struct tocsin_error error;
	struct chunk_list rest;

	for (uint32_t i = 0; i < list->count; i++) {
		const size_t was = log_file_chunk_size(f, list->number[i]), is = list->bytes[i].n;
		const uint64_t end = log_file_chunk_offset(f, list->number[i]) + is;

		if (is < was) {
			first = end < first ? end : first;
			gone += was - is;
		}
	}
	if (!gone)
		return false;
	for (from += list->count; from < unit_chunks(job); from += rest.count) {
		list_chunks(job, from, &rest);
		for (uint32_t i = 0; i < rest.count; i++) {
			const uint64_t at = log_file_chunk_offset(f, rest.number[i]);

			first = at < first ? at : first;
			gone += log_file_chunk_size(f, rest.number[i]);
		}
	}
	error_set(&error, TOCSIN_TRUNCATED, first, "the file became shorter while it was read");
	tell_source(t, &error, gone);
	return true;
}

static void read_chunks(const struct scan_job *job, struct chunk_list *list)
{
	const struct log_file *const f = &job->source->file;
	uint32_t i;

	list->apart = false;
	if (!list->count)
		return;
	if (f->cached.n) {
		for (i = 0; i < list->count; i++) {
			const uint64_t at = log_file_chunk_offset(f, list->number[i]);

			list->bytes[i] = view_slice(f->cached, (size_t)at, EVTX_CHUNK_SIZE);
		}
	} else if (!read_at_once(job, list)) {
		read_apart(job, list);
	}
}

static struct scan_item *next_item(struct scan_buffers *b, size_t count)
{
	if (count == b->item_room) {
		const size_t room = count ? count * 2 : 512;
		struct scan_item *const more = realloc(b->items, room * sizeof(*more));

		if (!more)
			return NULL;
		b->items = more;
		b->item_room = room;
	}
	return &b->items[count];
}

/* Tells the records of the chunk that is open on the decoder. */
static bool tell_forward(struct scan_teller *t)
{
	const struct scan_job *const job = t->job;

	for (;;) {
		const struct event *e;
		struct tocsin_error error;
		struct evtx_loss loss = {0, 0};
		const enum tocsin_status status =
			evtx_chunk_next(job->worker->decoder, &e, &loss, &error);

		if (status == TOCSIN_END)
			return true;
		if (status == TOCSIN_NO_MEMORY)
			return false;
		if (status == TOCSIN_OK)
			job->client->event(job->client->context, job->worker, t->state, e);
		else
			tell_loss(t, &loss, &error);
	}
}

/* The decoder goes forward; its events stay until the next chunk, so the way back is a list. */
static bool tell_backward(struct scan_teller *t)
{
	const struct scan_job *const job = t->job;
	struct scan_buffers *const b = job->buffers;
	size_t count = 0;

	for (;; count++) {
		struct scan_item *const item = next_item(b, count);
		enum tocsin_status status;

		if (!item)
			return false;
		memset(item, 0, sizeof(*item));
		status = evtx_chunk_next(job->worker->decoder, &item->event, &item->loss,
					 &item->error);
		if (status == TOCSIN_END)
			break;
		if (status == TOCSIN_NO_MEMORY)
			return false;
		if (status != TOCSIN_OK)
			item->event = NULL;
	}
	while (count--) {
		const struct scan_item *const item = &b->items[count];

		if (item->event)
			job->client->event(job->client->context, job->worker, t->state,
					   item->event);
		else
			tell_loss(t, &item->loss, &item->error);
	}
	return true;
}

/* Damage to the chunk as a whole. */
static void tell_damage(struct scan_teller *t, struct view bytes, enum tocsin_status status,
			const struct tocsin_error *damage)
{
	const struct evtx_loss loss = {0, log_file_lost(bytes, status, damage)};

	if (damage->status != TOCSIN_OK)
		tell_loss(t, &loss, damage);
}

/* Nothing of the chunk could be read: zeros would say that nothing was there. */
static void tell_unread(struct scan_teller *t, const struct read_piece *piece)
{
	tell_holes(t, UINT64_MAX);
	t->account.lost += piece->n;
}

static bool tell_chunk(struct scan_teller *t, uint32_t number, struct view bytes)
{
	const struct scan_job *const job = t->job;
	struct evtx_account account = {0};
	struct tocsin_error damage;
	const enum tocsin_status status =
		log_file_begin(&job->source->file, job->worker->decoder, bytes, number, &damage);
	bool done = true, skimmed = false;

	if (damage.status == TOCSIN_NO_MEMORY)
		return false;
	if (!job->options->newest_first) {
		tell_holes(t, UINT64_MAX);
		tell_damage(t, bytes, status, &damage);
	}
	if (status == TOCSIN_OK)
		done = scan_skim(t, bytes, &skimmed);
	if (status == TOCSIN_OK && !skimmed)
		done = job->options->newest_first ? tell_backward(t) : tell_forward(t);
	if (job->options->newest_first) {
		tell_damage(t, bytes, status, &damage);
		tell_holes(t, UINT64_MAX);
	}
	log_file_account(job->worker->decoder, bytes, status, &damage, &account);
	tell_account(t, &account);
	return done;
}

/* The part before the first chunk. */
static bool tell_header(struct scan_teller *t)
{
	const struct log_file *const f = &t->job->source->file;
	const uint64_t bytes = f->data_offset < f->size ? f->data_offset : f->size;
	const uint64_t lost = f->damage_bytes < bytes ? f->damage_bytes : bytes;

	t->account.headers += bytes - lost;
	if (lost && t->job->options->recover && !t->job->options->newest_first)
		return scan_carve_front(t, bytes - lost, bytes);
	if (f->damage.status != TOCSIN_OK)
		tell_source(t, &f->damage, lost);
	return true;
}

static bool tell_chunks(struct scan_teller *t, const struct chunk_list *list)
{
	const struct scan_job *const job = t->job;
	bool done = true;

	for (uint32_t i = 0; done && i < list->count && !atomic_load(job->stop); i++) {
		const uint64_t at = log_file_chunk_offset(&job->source->file, list->number[i]);
		const struct read_piece *const piece =
			list->apart ? &job->buffers->pieces[i] : NULL;

		tell_begin(t, at, at + list->bytes[i].n, piece, 1);
		if (piece && piece->bad == piece->n)
			tell_unread(t, piece);
		else if (list->bytes[i].n)
			done = tell_chunk(t, list->number[i], list->bytes[i]);
	}
	return done;
}

static bool tell_log(struct scan_teller *t)
{
	const struct scan_job *const job = t->job;
	struct chunk_list list;
	bool done = true, gone = false;
	uint32_t from;

	if (job->unit == 0 && !tell_header(t))
		return false;
	tell_limit(t);
	for (from = 0; done && !gone && from < unit_chunks(job); from += list.count) {
		list_chunks(job, from, &list);
		read_chunks(job, &list);
		gone = tell_gone(t, &list, from);
		done = tell_chunks(t, &list);
	}
	return done;
}

static void configure(const struct scan_job *job)
{
	const struct evtx_options options = {
		.no_checksums = !job->options->carve && job->source->file.header.no_crc32,
		.recover = job->options->recover || job->options->carve,
		.others = job->options->others,
		.plain_walk = job->options->engine & SCAN_WITHOUT_COMPILED,
		.lost_templates = job->lost_templates,
		.source = job->source->number,
	};

	evtx_decoder_configure(job->worker->decoder, &options);
}

bool scan_unit_run(const struct scan_job *job, void **ret_state)
{
	const struct scan_client *const client = job->client;
	struct scan_teller t = {.job = job};
	bool done = true;

	t.state = client->unit_begin(client->context, job->worker, job->source->source);
	*ret_state = t.state;
	if (open_source(job)) {
		configure(job);
		done = job->options->carve ? scan_carve_window(&t) : tell_log(&t);
	} else if (job->unit == 0) {
		tell_source(&t, &job->source->error, job->source->source->size);
	}
	if (client->account)
		client->account(client->context, job->worker, t.state, &t.account);
	return done;
}
