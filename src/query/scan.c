/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The order of a scan: which worker does which unit, and when a unit is handed on.
 *
 *   claim    the next unit, in list order, when it is less than `window` ahead of the last one
 *            that was handed on; else wait
 *   work     without a lock (scan_unit.c)
 *   hand on  put the state into its slot; whoever finds the next slot in order filled, and nobody
 *            else at it, calls unit_end for it and all filled ones behind it
 *
 * The unit that is due next is always claimed by a worker that is not waiting, so the run can't
 * stand still.
 */
#include "query/scan.h"

#include <stdlib.h>

#include "base/limits.h"
#include "base/threads.h"
#include "query/scan_feed.h"
#include "query/scan_unit.h"

/* Units ahead per thread: enough that one slow unit holds nobody up, few enough to hold. */
#define WINDOW_PER_THREAD 4u

/* Progress is told at most this often: every MiB of a small run, every 256th part of a large one.
 */
#define PROGRESS_BYTES (1u << 20)
#define PROGRESS_PARTS 256u

struct slot {
	bool filled;
	const struct source *source;
	void *state;
	uint64_t bytes; /* that the unit stands for */
};

struct scan {
	const struct evidence *evidence;
	const struct scan_options *options;
	const struct scan_client *client;
	struct template_library *lost_templates; /* shared by the workers' decoders */

	struct mutex lock; /* for everything below but `stop` */
	struct cond moved; /* the window moved, or the run stops */
	size_t next_source;
	uint32_t next_unit;
	struct scan_source *current; /* the source that next_unit belongs to; NULL: not begun */
	uint64_t claimed, handed_on; /* units */
	struct slot *slots;          /* ring of `window` */
	uint64_t window;
	bool handing_on; /* somebody calls unit_end */
	bool no_memory;
	uint64_t done, told; /* bytes */
	atomic_bool stop;
};

struct worker {
	struct scan *scan;
	struct thread thread;
	struct scan_worker self;
	struct evtx_carver *carver; /* NULL unless the run carves or recovers */
	struct scan_buffers buffers;
};

static void source_free(struct scan_source *s)
{
	if (s) {
		log_file_close(&s->file);
		mutex_destroy(&s->lock);
		free(s);
	}
}

static struct scan_source *source_new(const struct scan *scan, size_t number)
{
	const struct source *const source = &scan->evidence->sources[number];
	struct scan_source *const s = calloc(1, sizeof(*s));

	if (!s || !mutex_init(&s->lock)) {
		free(s);
		return NULL;
	}
	s->source = source;
	s->number = (uint32_t)number;
	s->units = scan_unit_count(source->size, scan->options->carve);
	s->units_left = s->units;
	return s;
}

/* Ends the run; the lock is held. */
static void stop(struct scan *scan, bool no_memory)
{
	scan->no_memory = scan->no_memory || no_memory;
	atomic_store(&scan->stop, true);
	cond_broadcast(&scan->moved);
}

/* The next unit; false when there is none left for this worker. */
static bool claim(struct scan *scan, struct scan_job *job, uint64_t *ret_number)
{
	bool found = false;

	mutex_lock(&scan->lock);
	while (!atomic_load(&scan->stop) && scan->next_source < scan->evidence->source_count &&
	       scan->claimed - scan->handed_on >= scan->window)
		cond_wait(&scan->moved, &scan->lock);
	if (atomic_load(&scan->stop) || scan->next_source == scan->evidence->source_count)
		goto out;
	if (!scan->current)
		scan->current = source_new(scan, scan->next_source);
	if (!scan->current) {
		stop(scan, true);
		goto out;
	}
	job->source = scan->current;
	job->unit = scan->next_unit++;
	*ret_number = scan->claimed++;
	found = true;
	if (scan->next_unit == scan->current->units) {
		scan->current = NULL; /* its last unit frees it */
		scan->next_unit = 0;
		scan->next_source++;
	}
out:
	mutex_unlock(&scan->lock);
	return found;
}

/* The lock is held. */
static void tell_progress(struct scan *scan, uint64_t bytes)
{
	const uint64_t total = scan->evidence->bytes;
	const uint64_t step =
		total / PROGRESS_PARTS > PROGRESS_BYTES ? total / PROGRESS_PARTS : PROGRESS_BYTES;

	scan->done += bytes;
	if (scan->client->progress && scan->done - scan->told >= step && scan->done < total) {
		scan->told = scan->done;
		scan->client->progress(scan->client->context, scan->done, total);
	}
}

/* Bytes that unit `unit` of a source stands for, for progress only. */
static uint64_t unit_bytes(const struct scan_source *s, uint32_t unit)
{
	const uint64_t before = (uint64_t)unit * UNIT_SIZE;

	if (unit + 1 < s->units)
		return UNIT_SIZE;
	return s->source->size > before ? s->source->size - before : 0;
}

/* Calls unit_end for what is due; the lock is held, and given up while the client works. */
static void hand_on(struct scan *scan)
{
	const struct scan_client *const client = scan->client;

	if (scan->handing_on)
		return;
	scan->handing_on = true;
	while (!atomic_load(&scan->stop)) {
		struct slot *const due = &scan->slots[scan->handed_on % scan->window];
		const struct slot unit = *due;
		bool more;

		if (!unit.filled)
			break;
		due->filled = false;
		mutex_unlock(&scan->lock);
		more = client->unit_end(client->context, unit.source, unit.state);
		mutex_lock(&scan->lock);
		scan->handed_on++;
		tell_progress(scan, unit.bytes);
		cond_broadcast(&scan->moved);
		if (!more)
			stop(scan, false);
	}
	scan->handing_on = false;
}

static void finish(struct scan *scan, const struct scan_job *job, uint64_t number, void *state,
		   bool done)
{
	struct slot *const slot = &scan->slots[number % scan->window];
	struct scan_source *last = NULL;

	mutex_lock(&scan->lock);
	slot->source = job->source->source;
	slot->state = state;
	slot->bytes = unit_bytes(job->source, job->unit);
	slot->filled = true;
	if (--job->source->units_left == 0)
		last = job->source;
	if (!done)
		stop(scan, true);
	hand_on(scan);
	mutex_unlock(&scan->lock);
	source_free(last);
}

static void work(void *argument)
{
	struct worker *const w = argument;
	struct scan *const scan = w->scan;
	struct scan_job job = {
		.client = scan->client,
		.options = scan->options,
		.worker = &w->self,
		.buffers = &w->buffers,
		.carver = w->carver,
		.lost_templates = scan->lost_templates,
		.stop = &scan->stop,
	};
	uint64_t number;

	while (claim(scan, &job, &number)) {
		void *state = NULL;
		bool done;

		w->self.unit = number;
		done = scan_unit_run(&job, &state);

		finish(scan, &job, number, state, done);
	}
}

static bool worker_init(struct worker *w, struct scan *scan, unsigned index)
{
	w->scan = scan;
	w->self.index = index;
	w->self.decoder = evtx_decoder_new();
	if (!w->self.decoder || !scan_buffers_init(&w->buffers))
		return false;
	if (!scan->options->carve && !scan->options->recover)
		return true;
	w->carver = evtx_carver_new(w->self.decoder);
	return w->carver != NULL;
}

static void worker_free(struct worker *w)
{
	evtx_carver_free(w->carver);
	evtx_decoder_free(w->self.decoder);
	scan_buffers_free(&w->buffers);
}

/*
 * The caller is worker 0. More workers come as far as memory and the system allow: fewer of them
 * give the same result.
 */
static bool run_workers(struct scan *scan, unsigned threads)
{
	struct worker *const workers = calloc(threads, sizeof(*workers));
	unsigned started = 1, i;
	const bool ready = workers && worker_init(&workers[0], scan, 0);

	if (ready) {
		for (; started < threads; started++) {
			struct worker *const w = &workers[started];

			if (!worker_init(w, scan, started) || !thread_start(&w->thread, work, w)) {
				worker_free(w);
				break;
			}
		}
		work(&workers[0]);
		for (i = 1; i < started; i++)
			thread_join(&workers[i].thread);
		for (i = 1; i < started; i++)
			worker_free(&workers[i]);
	}
	if (workers)
		worker_free(&workers[0]);
	free(workers);
	return ready;
}

/* No more threads than units. */
static unsigned thread_count(const struct evidence *e, const struct scan_options *options)
{
	unsigned threads = options->threads;
	uint64_t units = 0;
	size_t i;

	threads = threads < 1 ? 1 : threads > LIMIT_THREADS ? LIMIT_THREADS : threads;
	for (i = 0; i < e->source_count && units < threads; i++)
		units += scan_unit_count(e->sources[i].size, options->carve);
	return units >= threads ? threads : units ? (unsigned)units : 1;
}

/* What a run that ended early leaves; only the caller's thread is left. */
static void clear(struct scan *scan)
{
	uint64_t i;

	for (i = 0; i < scan->window; i++) {
		if (scan->slots[i].filled && scan->client->unit_free)
			scan->client->unit_free(scan->client->context, scan->slots[i].state);
	}
	source_free(scan->current);
}

enum tocsin_status scan_run(const struct evidence *evidence, const struct scan_options *options,
			    const struct scan_client *client, struct tocsin_error *error)
{
	const unsigned threads = thread_count(evidence, options);
	struct scan scan = {.evidence = evidence, .options = options, .client = client};
	struct scan_feed feed = {evidence, options};
	bool ready = false;

	scan.window = (uint64_t)threads * WINDOW_PER_THREAD;
	scan.slots = calloc(scan.window, sizeof(*scan.slots));
	atomic_init(&scan.stop, false);
	scan.lost_templates = scan_feed_library(&feed);
	if (!scan.slots || !scan.lost_templates || !mutex_init(&scan.lock))
		goto out;
	if (cond_init(&scan.moved)) {
		ready = run_workers(&scan, threads);
		clear(&scan);
		cond_destroy(&scan.moved);
	}
	mutex_destroy(&scan.lock);
	if (ready && !scan.no_memory && client->progress && evidence->source_count)
		client->progress(client->context, evidence->bytes, evidence->bytes);
out:
	template_library_free(scan.lost_templates);
	free(scan.slots);
	if (!ready || scan.no_memory)
		return error_set(error, TOCSIN_NO_MEMORY, 0, "out of memory");
	return TOCSIN_OK;
}
