/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Reads the chunks of one unit with as few system calls as possible and tells their events. A small
 * file (most logs of a collection have one or a few chunks) is one read with its header.
 */
#include "query/scan_unit.h"

#include <stdlib.h>

#define CACHE_LINE 64u

/* An event or a loss of a chunk that is told backwards. */
struct scan_item {
	const struct event *event; /* NULL: a loss */
	struct evtx_loss loss;
	struct tocsin_error error;
};

/* A unit's chunks in the order in which they are told. */
struct chunk_list {
	uint32_t count;
	uint32_t number[UNIT_CHUNKS_MAX];
	struct view bytes[UNIT_CHUNKS_MAX];
};

uint32_t scan_unit_count(uint64_t size)
{
	const uint64_t unit = (uint64_t)UNIT_CHUNKS * EVTX_CHUNK_SIZE;
	const uint64_t n = size > EVTX_HEADER_SIZE ? (size - EVTX_HEADER_SIZE - 1) / unit + 1 : 1;

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

/* A place in a chunk that gave no event. */
static void tell_loss(const struct scan_job *job, void *state, const struct evtx_loss *loss,
		      const struct tocsin_error *error)
{
	const struct log_file *const f = &job->source->file;
	struct scan_damage damage = {job->source->source, loss->record_id, loss->bytes,
				     SCAN_NO_CHUNK, *error};

	if (error->offset >= f->data_offset)
		damage.chunk = (uint32_t)((error->offset - f->data_offset) / EVTX_CHUNK_SIZE);
	job->client->damage(job->client->context, job->worker, state, &damage);
}

/* Damage that is not one record's. */
static void tell_damage(const struct scan_job *job, void *state, const struct tocsin_error *error)
{
	tell_loss(job, state, &(struct evtx_loss){0, 0}, error);
}

/* A file of one unit comes with one read; everything about it is then decided from the buffer. */
static void read_whole(const struct scan_job *job)
{
	struct log_file *const f = &job->source->file;
	struct view whole = {job->buffers->bytes, 0};

	if (f->size > UNIT_BUFFER)
		return;
	if (os_read_at(f->file, 0, job->buffers->bytes, (size_t)f->size, &whole.n, NULL) ==
	    TOCSIN_OK)
		f->cached = whole;
}

static bool open_source(const struct scan_job *job)
{
	struct scan_source *const s = job->source;

	mutex_lock(&s->lock);
	if (!s->opened) {
		s->opened = true;
		s->status = log_file_open(&s->file, s->source->path, &s->error);
		if (s->status == TOCSIN_OK) {
			s->file.size = s->source->size;
			if (s->units == 1)
				read_whole(job);
			log_file_plan(&s->file);
		}
	}
	mutex_unlock(&s->lock);
	return s->status == TOCSIN_OK;
}

static void list_chunks(const struct scan_job *job, struct chunk_list *list)
{
	const struct log_file *const f = &job->source->file;
	const uint32_t first = job->unit * UNIT_CHUNKS;
	uint32_t left = f->chunk_count > first ? f->chunk_count - first : 0, i;

	if (job->unit + 1 < job->source->units && left > UNIT_CHUNKS)
		left = UNIT_CHUNKS;
	list->count = left < UNIT_CHUNKS_MAX ? left : UNIT_CHUNKS_MAX;
	for (i = 0; i < list->count; i++) {
		list->number[i] = log_file_chunk(f, first + i, job->newest_first);
		list->bytes[i] = (struct view){NULL, 0};
	}
}

/* Past 256 TiB the numbers of units and chunks end. */
static void tell_limit(const struct scan_job *job, void *state)
{
	const struct log_file *const f = &job->source->file;
	const uint64_t last = (uint64_t)job->source->units * UNIT_CHUNKS + 1;
	struct tocsin_error error;

	if (job->unit + 1 != job->source->units || f->chunk_count <= last)
		return;
	error_set(&error, TOCSIN_LIMIT, f->data_offset + last * EVTX_CHUNK_SIZE,
		  "the rest of the file is not read: it is too large");
	tell_damage(job, state, &error);
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
	if (os_read_at(f->file, log_file_chunk_offset(f, low), job->buffers->bytes, n, &all.n,
		       NULL) != TOCSIN_OK)
		return false;
	for (i = 0; i < list->count; i++)
		list->bytes[i] = view_slice(all, (size_t)(list->number[i] - low) * EVTX_CHUNK_SIZE,
					    EVTX_CHUNK_SIZE);
	return true;
}

/* Chunk by chunk: around the seam of a wrapped log, and to save what a bad disk still gives. */
static void read_apart(const struct scan_job *job, struct chunk_list *list, void *state)
{
	const struct log_file *const f = &job->source->file;
	uint32_t i;

	for (i = 0; i < list->count; i++) {
		uint8_t *const to = job->buffers->bytes + (size_t)i * EVTX_CHUNK_SIZE;
		struct tocsin_error error;
		size_t n = 0;

		if (os_read_at(f->file, log_file_chunk_offset(f, list->number[i]), to,
			       log_file_chunk_size(f, list->number[i]), &n, &error) != TOCSIN_OK) {
			tell_damage(job, state, &error);
			list->number[i] = UINT32_MAX; /* told: nothing more to say of it */
		}
		list->bytes[i] = (struct view){to, n};
	}
}

static void read_chunks(const struct scan_job *job, struct chunk_list *list, void *state)
{
	const struct log_file *const f = &job->source->file;
	uint64_t end = UINT64_MAX;
	uint32_t i;

	if (f->cached.n) {
		for (i = 0; i < list->count; i++) {
			const uint64_t at = log_file_chunk_offset(f, list->number[i]);

			list->bytes[i] = view_slice(f->cached, (size_t)at, EVTX_CHUNK_SIZE);
		}
	} else if (!read_at_once(job, list)) {
		read_apart(job, list, state);
	}
	for (i = 0; i < list->count; i++) {
		if (list->number[i] != UINT32_MAX &&
		    list->bytes[i].n < log_file_chunk_size(f, list->number[i])) {
			const uint64_t at =
				log_file_chunk_offset(f, list->number[i]) + list->bytes[i].n;

			end = at < end ? at : end;
		}
	}
	if (end != UINT64_MAX) {
		struct tocsin_error error;

		error_set(&error, TOCSIN_TRUNCATED, end,
			  "the file became shorter while it was read");
		tell_damage(job, state, &error);
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
static bool tell_forward(const struct scan_job *job, void *state)
{
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
			job->client->event(job->client->context, job->worker, state, e);
		else
			tell_loss(job, state, &loss, &error);
	}
}

/* The decoder goes forward; its events stay until the next chunk, so the way back is a list. */
static bool tell_backward(const struct scan_job *job, void *state)
{
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
			job->client->event(job->client->context, job->worker, state, item->event);
		else
			tell_loss(job, state, &item->loss, &item->error);
	}
	return true;
}

static bool tell_chunk(const struct scan_job *job, void *state, uint32_t number, struct view bytes)
{
	struct tocsin_error damage;
	const enum tocsin_status status =
		log_file_begin(&job->source->file, job->worker->decoder, bytes, number, &damage);
	bool done = true;

	if (damage.status == TOCSIN_NO_MEMORY)
		return false;
	if (damage.status != TOCSIN_OK && !job->newest_first)
		tell_damage(job, state, &damage);
	if (status == TOCSIN_OK)
		done = job->newest_first ? tell_backward(job, state) : tell_forward(job, state);
	if (damage.status != TOCSIN_OK && job->newest_first)
		tell_damage(job, state, &damage);
	return done;
}

bool scan_unit_run(const struct scan_job *job, void **ret_state)
{
	const struct scan_client *const client = job->client;
	void *const state = client->unit_begin(client->context, job->worker, job->source->source);
	struct chunk_list list;
	bool done = true;
	uint32_t i;

	*ret_state = state;
	if (!open_source(job)) {
		if (job->unit == 0)
			tell_damage(job, state, &job->source->error);
		return true;
	}
	if (job->unit == 0 && job->source->file.damage.status != TOCSIN_OK)
		tell_damage(job, state, &job->source->file.damage);
	list_chunks(job, &list);
	tell_limit(job, state);
	if (list.count)
		read_chunks(job, &list, state);
	for (i = 0; done && i < list.count && !atomic_load(job->stop); i++) {
		if (list.number[i] != UINT32_MAX && list.bytes[i].n)
			done = tell_chunk(job, state, list.number[i], list.bytes[i]);
	}
	return done;
}
