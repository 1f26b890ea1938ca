/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Which hashes were seen; see seen_set.h. The memory's parts:
 *
 *   table    1/4  the newest hashes, open addressing; full (3/4), it becomes a sorted run in a file
 *   filter   1/2  a Bloom filter over the hashes of all runs: most new ones ask no file
 *   fences   1/8  each stride-th hash of each run; when they don't fit, the stride doubles
 *   reading  1/8  a buffer for each run of a merge, and the spool's
 *
 * Runs have levels: RUNS_MERGED of one level become one of the next, so that a hash is written once
 * a level, and the files stay few.
 */
#include "query/seen_set.h"

#include <stdlib.h>

#include "base/siphash.h"
#include "base/spool.h"

#define HASH_SIZE 16u
#define MEMORY_MIN ((size_t)256 << 10)
#define RUNS_MERGED 8u

/* With eight runs a level, 12 levels hold more than any disk. */
#define LEVELS_MAX 12u
#define RUNS_MAX (LEVELS_MAX * RUNS_MERGED)

#define STRIDE_MIN 256u /* hashes: one read of 4 KiB */
#define FILTER_BITS 3u  /* set for one hash */

struct hash {
	uint8_t p[HASH_SIZE];
};

struct run {
	struct os_file *file;
	uint64_t count;
	unsigned level;
	struct hash *fences; /* hashes 0, stride, 2 * stride, … */
	size_t fence_count;
};

struct seen_set {
	size_t memory;
	struct hash *table; /* all zero: free */
	size_t room, count; /* room: a power of two */
	uint64_t salt;      /* of this set: evidence can't be made to meet in one place */
	bool has_zero;      /* the hash that looks like a free place */
	uint64_t *filter;   /* NULL before the first run */
	size_t filter_words;
	struct run runs[RUNS_MAX]; /* by level, the highest first */
	size_t run_count;
	uint64_t stride;
	size_t fence_count, fence_max; /* in all */
	struct tocsin_error failed;
};

static const struct hash zero;

/* Any order does. */
static int compare(const struct hash *a, const struct hash *b)
{
	const uint64_t x = le64(a->p), y = le64(b->p);
	const uint64_t more_x = le64(a->p + 8), more_y = le64(b->p + 8);

	return x != y ? (x > y) - (x < y) : (more_x > more_y) - (more_x < more_y);
}

/* Both halves mixed: callers' hashes need not be even in all their bits. */
static uint64_t mix(const struct hash *h, uint64_t salt)
{
	uint64_t x = le64(h->p) ^ salt;

	x = (x ^ x >> 32) * 0xd6e8feb86659fd93u;
	x ^= le64(h->p + 8);
	x = (x ^ x >> 32) * 0xd6e8feb86659fd93u;
	x = (x ^ x >> 32) * 0xd6e8feb86659fd93u;
	return x ^ x >> 32;
}

static size_t power_below(size_t n)
{
	size_t p = 1;

	while (p <= n / 2)
		p *= 2;
	return p;
}

struct seen_set *seen_set_new(size_t memory)
{
	struct seen_set *const s = calloc(1, sizeof(*s));
	struct siphash_key key;

	if (!s)
		return NULL;
	s->memory = memory < MEMORY_MIN ? MEMORY_MIN : memory;
	s->room = power_below(s->memory / 4 / sizeof(struct hash));
	s->filter_words = power_below(s->memory / 2 / sizeof(*s->filter));
	s->fence_max = s->memory / 8 / sizeof(struct hash);
	s->stride = STRIDE_MIN;
	s->table = calloc(s->room, sizeof(*s->table));
	if (!s->table) {
		free(s);
		return NULL;
	}
	key = siphash_key_of(s->table);
	s->salt = siphash(&key, (struct view){(const uint8_t *)"", 0});
	return s;
}

static void run_free(struct run *r)
{
	os_close(r->file);
	free(r->fences);
}

void seen_set_free(struct seen_set *s)
{
	if (s) {
		for (size_t i = 0; i < s->run_count; i++)
			run_free(&s->runs[i]);
		free(s->table);
		free(s->filter);
		free(s);
	}
}

/* Where a hash is in the table, or would be. */
static struct hash *table_slot(const struct seen_set *s, const struct hash *h)
{
	size_t i = (size_t)mix(h, s->salt) & (s->room - 1);

	while (compare(&s->table[i], &zero) != 0 && compare(&s->table[i], h) != 0)
		i = (i + 1) & (s->room - 1);
	return &s->table[i];
}

static uint64_t filter_bit(const struct seen_set *s, const struct hash *h, unsigned i,
			   uint64_t **ret_word)
{
	const uint64_t x = mix(h, s->salt + (i + 1) * 0x9e3779b97f4a7c15u);

	*ret_word = &s->filter[(size_t)(x >> 6) & (s->filter_words - 1)];
	return (uint64_t)1 << (x & 63);
}

static bool filter_has(const struct seen_set *s, const struct hash *h)
{
	uint64_t *word;

	for (unsigned i = 0; i < FILTER_BITS; i++) {
		const uint64_t bit = filter_bit(s, h, i, &word);

		if (!(*word & bit))
			return false;
	}
	return true;
}

static void filter_add(struct seen_set *s, const struct hash *h)
{
	uint64_t *word;

	for (unsigned i = 0; i < FILTER_BITS; i++) {
		const uint64_t bit = filter_bit(s, h, i, &word);

		*word |= bit;
	}
}

static enum tocsin_status read_hashes(const struct run *r, uint64_t first, struct hash *to,
				      size_t count, struct tocsin_error *error)
{
	size_t got;

	TRY(os_read_at(r->file, first * HASH_SIZE, to, count * HASH_SIZE, &got, error));
	ENSURE(got == count * HASH_SIZE, error, TOCSIN_IO, first * HASH_SIZE + got,
	       "the temporary file is shorter than what was written to it");
	return TOCSIN_OK;
}

/* How many of `count` sorted hashes are not above `h`. */
static size_t not_above(const struct hash *list, size_t count, const struct hash *h)
{
	size_t low = 0, high = count;

	while (low < high) {
		const size_t middle = low + (high - low) / 2;

		if (compare(&list[middle], h) <= 0)
			low = middle + 1;
		else
			high = middle;
	}
	return low;
}

static enum tocsin_status run_has(const struct run *r, uint64_t stride, const struct hash *h,
				  bool *ret, struct tocsin_error *error)
{
	const size_t fence = not_above(r->fences, r->fence_count, h);
	struct hash page[STRIDE_MIN];
	uint64_t low, high;
	size_t n;

	*ret = false;
	if (!fence)
		return TOCSIN_OK;
	low = (fence - 1) * stride;
	high = r->count - low < stride ? r->count : low + stride;
	/* The hash can only be in [low, high); hash `low` is not above it. */
	while (high - low > STRIDE_MIN) {
		const uint64_t middle = low + (high - low) / 2;

		TRY(read_hashes(r, middle, page, 1, error));
		if (compare(&page[0], h) <= 0)
			low = middle;
		else
			high = middle;
	}
	TRY(read_hashes(r, low, page, (size_t)(high - low), error));
	n = not_above(page, (size_t)(high - low), h);
	*ret = n && compare(&page[n - 1], h) == 0;
	return TOCSIN_OK;
}

/* Keeps each second fence of all runs. */
static void thin_fences(struct seen_set *s)
{
	s->stride *= 2;
	s->fence_count = 0;
	for (size_t i = 0; i < s->run_count; i++) {
		struct run *const r = &s->runs[i];
		const size_t kept = (r->fence_count + 1) / 2;
		struct hash *less;

		for (size_t k = 0; k < kept; k++)
			r->fences[k] = r->fences[2 * k];
		less = realloc(r->fences, kept * sizeof(*less));
		r->fences = less ? less : r->fences;
		r->fence_count = kept;
		s->fence_count += kept;
	}
}

/* A run that is being written. */
struct writer {
	struct spool *spool;
	struct run run;
	size_t fence_room;
};

/* Makes room for a run of `count` hashes: its fences must fit beside all others, also while those
 * of the runs that it replaces are still there. */
static enum tocsin_status writer_open(struct seen_set *s, uint64_t count, unsigned level,
				      struct writer *ret, struct tocsin_error *error)
{
	struct writer w = {.run = {.level = level}};
	enum tocsin_status status;

	ENSURE(s->run_count < RUNS_MAX, error, TOCSIN_LIMIT, 0, "too many hashes");
	while ((count + s->stride - 1) / s->stride > s->fence_max - s->fence_count)
		thin_fences(s);
	w.fence_room = (size_t)((count + s->stride - 1) / s->stride);
	w.run.fences = malloc(w.fence_room * sizeof(*w.run.fences));
	ENSURE(w.run.fences, error, TOCSIN_NO_MEMORY, 0, "out of memory");
	status = spool_open(&w.spool, error);
	if (status == TOCSIN_OK)
		*ret = w;
	else
		free(w.run.fences);
	return status;
}

static enum tocsin_status writer_add(const struct seen_set *s, struct writer *w,
				     const struct hash *h, struct tocsin_error *error)
{
	if (w->run.count % s->stride == 0)
		w->run.fences[w->run.fence_count++] = *h;
	w->run.count++;
	return spool_append(w->spool, h, sizeof(*h), error);
}

static void writer_drop(struct writer *w)
{
	spool_close(w->spool);
	free(w->run.fences);
}

/* Adds the run behind the others; it is freed on failure. */
static enum tocsin_status writer_close(struct seen_set *s, struct writer *w,
				       struct tocsin_error *error)
{
	const enum tocsin_status status = spool_to_file(w->spool, &w->run.file, error);

	if (status != TOCSIN_OK) {
		free(w->run.fences);
		return status;
	}
	s->fence_count += w->run.fence_count;
	s->runs[s->run_count++] = w->run;
	return TOCSIN_OK;
}

/* One run of a merge. */
struct reader {
	const struct run *run;
	uint64_t next; /* not in the buffer yet */
	struct hash *buffer;
	size_t from, to;
};

static enum tocsin_status reader_fill(struct reader *r, size_t room, struct tocsin_error *error)
{
	const uint64_t left = r->run->count - r->next;

	if (r->from < r->to || !left)
		return TOCSIN_OK;
	r->from = 0;
	r->to = left < room ? (size_t)left : room;
	TRY(read_hashes(r->run, r->next, r->buffer, r->to, error));
	r->next += r->to;
	return TOCSIN_OK;
}

static enum tocsin_status merge_into(const struct seen_set *s, struct reader *readers, size_t room,
				     struct writer *w, struct tocsin_error *error)
{
	for (;;) {
		struct reader *least = NULL;

		for (size_t i = 0; i < RUNS_MERGED; i++) {
			struct reader *const r = &readers[i];

			TRY(reader_fill(r, room, error));
			if (r->from < r->to && (!least || compare(&r->buffer[r->from],
								  &least->buffer[least->from]) < 0))
				least = r;
		}
		if (!least)
			return TOCSIN_OK;
		TRY(writer_add(s, w, &least->buffer[least->from++], error));
	}
}

/* The last RUNS_MERGED runs, which are of one level, become one of the next. */
static enum tocsin_status merge_last(struct seen_set *s, struct tocsin_error *error)
{
	const size_t first = s->run_count - RUNS_MERGED;
	const size_t room = (s->memory / 8 - SPOOL_BUFFER) / RUNS_MERGED / sizeof(struct hash);
	struct hash *const buffers = malloc(RUNS_MERGED * room * sizeof(*buffers));
	struct reader readers[RUNS_MERGED] = {{0}};
	struct writer w;
	uint64_t count = 0;
	enum tocsin_status status;

	ENSURE(buffers, error, TOCSIN_NO_MEMORY, 0, "out of memory");
	for (size_t i = 0; i < RUNS_MERGED; i++) {
		readers[i].run = &s->runs[first + i];
		readers[i].buffer = buffers + i * room;
		count += readers[i].run->count;
	}
	status = writer_open(s, count, s->runs[first].level + 1, &w, error);
	if (status == TOCSIN_OK) {
		status = merge_into(s, readers, room, &w, error);
		if (status == TOCSIN_OK) {
			for (size_t i = first; i < s->run_count; i++) {
				s->fence_count -= s->runs[i].fence_count;
				run_free(&s->runs[i]);
			}
			s->run_count = first;
			status = writer_close(s, &w, error);
		} else {
			writer_drop(&w);
		}
	}
	free(buffers);
	return status;
}

static void sift_down(struct hash *list, size_t i, size_t count)
{
	const struct hash h = list[i];

	for (;;) {
		size_t child = 2 * i + 1;

		if (child >= count)
			break;
		if (child + 1 < count && compare(&list[child], &list[child + 1]) < 0)
			child++;
		if (compare(&h, &list[child]) >= 0)
			break;
		list[i] = list[child];
		i = child;
	}
	list[i] = h;
}

/* A heap sort: in place, and no input makes it slow. */
static void sort(struct hash *list, size_t count)
{
	for (size_t i = count / 2; i-- > 0;)
		sift_down(list, i, count);
	for (size_t n = count; n-- > 1;) {
		const struct hash largest = list[0];

		list[0] = list[n];
		list[n] = largest;
		sift_down(list, 0, n);
	}
}

/* The table becomes a run; then the table is empty. */
static enum tocsin_status spill(struct seen_set *s, struct tocsin_error *error)
{
	struct writer w;
	size_t n = 0;
	enum tocsin_status status;

	if (!s->filter)
		s->filter = calloc(s->filter_words, sizeof(*s->filter));
	ENSURE(s->filter, error, TOCSIN_NO_MEMORY, 0, "out of memory");
	for (size_t i = 0; i < s->room; i++) {
		if (compare(&s->table[i], &zero) != 0)
			s->table[n++] = s->table[i];
	}
	sort(s->table, n);
	TRY(writer_open(s, n, 0, &w, error));
	status = TOCSIN_OK;
	for (size_t i = 0; i < n && status == TOCSIN_OK; i++) {
		filter_add(s, &s->table[i]);
		status = writer_add(s, &w, &s->table[i], error);
	}
	if (status != TOCSIN_OK) {
		writer_drop(&w);
		return status;
	}
	TRY(writer_close(s, &w, error));
	memset(s->table, 0, s->room * sizeof(*s->table));
	s->count = 0;
	while (s->run_count >= RUNS_MERGED &&
	       s->runs[s->run_count - RUNS_MERGED].level == s->runs[s->run_count - 1].level)
		TRY(merge_last(s, error));
	return TOCSIN_OK;
}

static enum tocsin_status add(struct seen_set *s, const struct hash *h, bool *ret_new,
			      struct tocsin_error *error)
{
	struct hash *slot;

	if (compare(h, &zero) == 0) {
		*ret_new = !s->has_zero;
		s->has_zero = true;
		return TOCSIN_OK;
	}
	slot = table_slot(s, h);
	if (compare(slot, h) == 0) {
		*ret_new = false;
		return TOCSIN_OK;
	}
	/* The newest run first: copies lie near each other more often than not. */
	for (size_t i = s->filter && filter_has(s, h) ? s->run_count : 0; i-- > 0;) {
		bool there;

		TRY(run_has(&s->runs[i], s->stride, h, &there, error));
		if (there) {
			*ret_new = false;
			return TOCSIN_OK;
		}
	}
	*slot = *h;
	*ret_new = true;
	if (++s->count > s->room / 4 * 3)
		TRY(spill(s, error));
	return TOCSIN_OK;
}

enum tocsin_status seen_set_add(struct seen_set *s, const uint8_t hash[16], bool *ret_new,
				struct tocsin_error *error)
{
	struct hash h;
	bool is_new = false;

	if (s->failed.status == TOCSIN_OK) {
		memcpy(h.p, hash, HASH_SIZE);
		if (add(s, &h, &is_new, &s->failed) == TOCSIN_OK) {
			*ret_new = is_new;
			return TOCSIN_OK;
		}
	}
	if (error)
		*error = s->failed;
	return error_status(s->failed.status);
}
