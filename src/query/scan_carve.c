/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A unit of a source that is taken as bytes of any kind: a window of a megabyte, and around it what
 * a chunk at its edge needs.
 *
 *        from     start                           end      to
 *         |margin  |  owned: what starts here      | margin|
 *
 * Every byte is owned by one window; what starts in the margins is the neighbours' to tell.
 *
 * And, with recovery, the part of a log before its first chunk: the rest of a chunk whose start was
 * cut off, most likely.
 */
#include "query/scan_tell.h"

struct window {
	uint64_t from, start, end, to; /* in the file */
	struct view bytes;             /* from `from` */
	size_t pieces;                 /* with holes; 0: none */
};

static struct window place(const struct scan_job *job)
{
	const uint64_t size = job->source->file.size;
	struct window w = {0};

	w.start = (uint64_t)job->unit * UNIT_SIZE;
	w.end = size - w.start < UNIT_SIZE ? size : w.start + UNIT_SIZE;
	w.from = w.start > EVTX_CARVE_MARGIN ? w.start - EVTX_CARVE_MARGIN : 0;
	w.to = size - w.end < EVTX_CARVE_MARGIN ? size : w.end + EVTX_CARVE_MARGIN;
	return w;
}

/* At once; where the disk has bad places, piece by piece. */
static void read_window(const struct scan_job *job, struct window *w)
{
	const struct log_file *const f = &job->source->file;
	const size_t n = (size_t)(w->to - w->from);

	w->bytes.p = job->buffers->bytes;
	if (f->read_at(f->file, w->from, job->buffers->bytes, n, &w->bytes.n, NULL) == TOCSIN_OK)
		return;
	w->bytes.n = 0;
	while (w->bytes.n < n) {
		const size_t step =
			n - w->bytes.n < EVTX_CHUNK_SIZE ? n - w->bytes.n : EVTX_CHUNK_SIZE;
		struct read_piece *const p = &job->buffers->pieces[w->pieces++];

		read_piece(f, w->from + w->bytes.n, job->buffers->bytes + w->bytes.n, step, p);
		w->bytes.n += p->n;
		if (p->n < step)
			break;
	}
}

/* The file became shorter: the owned bytes that are gone are lost. */
static void tell_gone(struct scan_teller *t, struct window *w)
{
	const uint64_t is = w->from + w->bytes.n;
	struct tocsin_error error;

	if (is >= w->end)
		return;
	error_set(&error, TOCSIN_TRUNCATED, is > w->start ? is : w->start,
		  "the file became shorter while it was read");
	tell_source(t, &error, w->end - error.offset);
	w->end = error.offset;
}

/* Past 4 PiB the numbers of units end. */
static void tell_rest(struct scan_teller *t, const struct window *w)
{
	const struct scan_source *const s = t->job->source;
	struct tocsin_error error;

	if (t->job->unit + 1 != s->units || w->end >= s->file.size)
		return;
	error_set(&error, TOCSIN_LIMIT, w->end,
		  "the rest of the file is not read: it is too large");
	tell_source(t, &error, s->file.size - w->end);
}

/* Bytes [from, end) of the log with a margin behind them; none where the disk has a bad place. */
static struct view front(const struct scan_job *job, uint64_t from, uint64_t end)
{
	const struct log_file *const f = &job->source->file;
	const uint64_t left = f->size - from, want = end - from + EVTX_CARVE_MARGIN;
	const size_t n = (size_t)(want < left ? want : left);
	struct view v = {job->buffers->bytes, 0};

	if (f->cached.n)
		return view_slice(f->cached, (size_t)from, n);
	if (f->read_at(f->file, from, job->buffers->bytes, n, &v.n, NULL) != TOCSIN_OK)
		v.n = 0;
	return v;
}

/* Carves bytes [0, owned) of `v`; gives the events if `give`. False: out of memory. */
static bool carve_front(struct scan_teller *t, struct view v, size_t owned, uint64_t offset,
			bool give, struct evtx_account *account)
{
	const struct scan_job *const job = t->job;
	const struct scan_client *const client = job->client;

	evtx_carve_open(job->carver, v, 0, owned, offset);
	for (;;) {
		const struct event *e;
		struct evtx_loss loss;
		const enum tocsin_status status = evtx_carve_next(job->carver, &e, &loss, NULL);

		if (status == TOCSIN_NO_MEMORY)
			return false;
		if (status == TOCSIN_END)
			break;
		if (give && status == TOCSIN_OK)
			client->event(client->context, job->worker, t->state, e);
	}
	evtx_carve_account(job->carver, account);
	return true;
}

/*
 * Twice: the damage is told before what was found, with the bytes that are still lost. What is
 * wrong with single records is part of them.
 */
bool scan_carve_front(struct scan_teller *t, uint64_t from, uint64_t end)
{
	const struct log_file *const f = &t->job->source->file;
	const struct view v = front(t->job, from, end);
	const size_t owned = v.n < end - from ? v.n : (size_t)(end - from);
	struct evtx_account found = {0}, again = {0};
	uint64_t recovered;

	if (owned && !carve_front(t, v, owned, from, false, &found))
		return false;
	recovered = found.recovered < owned ? found.recovered : owned;
	tell_source(t, &f->damage, end - from - recovered);
	t->account.recovered += recovered;
	t->account.noise += found.noise;
	t->account.copies += found.copies;
	return !recovered || carve_front(t, v, owned, from, true, &again);
}

bool scan_carve_window(struct scan_teller *t)
{
	const struct scan_job *const job = t->job;
	const struct scan_client *const client = job->client;
	struct evtx_account account = {0};
	struct window w = place(job);

	tell_rest(t, &w);
	read_window(job, &w);
	tell_gone(t, &w);
	tell_begin(t, w.start, w.end, w.pieces ? job->buffers->pieces : NULL, w.pieces);
	if (w.start >= w.end)
		return true;
	evtx_carve_open(job->carver, w.bytes, (size_t)(w.start - w.from), (size_t)(w.end - w.from),
			w.from);
	while (!atomic_load(job->stop)) {
		const struct event *e;
		struct tocsin_error error;
		struct evtx_loss loss = {0, 0};
		const enum tocsin_status status = evtx_carve_next(job->carver, &e, &loss, &error);

		if (status == TOCSIN_END)
			break;
		if (status == TOCSIN_NO_MEMORY)
			return false;
		tell_holes(t, status == TOCSIN_OK ? e->offset : error.offset);
		if (status == TOCSIN_OK)
			client->event(client->context, job->worker, t->state, e);
		else
			tell_loss(t, &loss, &error);
	}
	tell_holes(t, UINT64_MAX);
	evtx_carve_account(job->carver, &account);
	tell_account(t, &account);
	return true;
}
