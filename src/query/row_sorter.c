/* SPDX-License-Identifier: Apache-2.0 */
/*
 * An external merge sort; see row_sorter.h. All memory is one block:
 *
 *   adding    rows from the front, one slot a row from the back, half of the room behind the slots
 *             kept for sorting them
 *   merging   the row at hand in front, a read buffer for each run behind it
 *
 * A run is a stretch of the temporary file, its rows in order. A row in the block and in a run:
 * u64 key, u64 size, bytes. Runs keep the order in which they were made and a merge takes from the
 * first of equal ones, so the sort is stable.
 */
#include "query/row_sorter.h"

#include <stdlib.h>

#include "base/spool.h"

#define ROW_HEADER 16u

/* Runs that are merged at once, and what a read buffer should have: below, reads cost more than a
 * further pass over the file. */
#define FAN_IN_MAX 64u
#define READ_SIZE 16384u

/* Runs before they are merged while rows still come: the list of them is bounded as well. */
#define RUNS_MAX 4096u

/* Room beside the rows themselves: for one row's header and slots, and for two read buffers. */
#define SLACK 256u

struct slot {
	uint64_t key;
	size_t at; /* of the row in the block */
};

struct run {
	uint64_t at, end; /* in the spool */
};

/* A run that is being merged. */
struct reader {
	struct run left; /* not in the buffer yet */
	uint8_t *buffer;
	size_t from, to;    /* what is left in the buffer */
	uint64_t key, size; /* of its next row, when `has_row` */
	bool has_row;
};

struct row_sorter {
	size_t memory, block_size, max_row;
	uint8_t *block;
	size_t used;        /* by rows */
	size_t count;       /* of slots */
	struct slot *slots; /* sorted, where nothing was spilled */
	size_t next;
	struct spool *spool;
	struct run runs[RUNS_MAX];
	size_t run_count;
	struct reader readers[FAN_IN_MAX];
	size_t reader_count, reader_size; /* and what each one's buffer has */
	bool reading;
	struct tocsin_error failed;
};

struct row_sorter *row_sorter_new(size_t memory)
{
	struct row_sorter *const s = calloc(1, sizeof(*s));

	if (!s)
		return NULL;
	s->memory = memory;
	/* Slots lie at its end, so its end is aligned for them. */
	s->block_size = memory + SLACK - memory % sizeof(struct slot);
	s->block = memory < SIZE_MAX - SLACK ? malloc(s->block_size) : NULL;
	if (!s->block) {
		free(s);
		return NULL;
	}
	return s;
}

void row_sorter_free(struct row_sorter *s)
{
	if (s) {
		spool_close(s->spool);
		free(s->block);
		free(s);
	}
}

static struct slot *last_slots(const struct row_sorter *s, size_t count)
{
	return (struct slot *)(void *)(s->block + s->block_size) - count;
}

/* Merges two sorted neighbours of `from` into `to`; the left one wins among equals. */
static void merge_slots(const struct slot *from, size_t middle, size_t end, struct slot *to)
{
	size_t a = 0, b = middle;

	for (size_t i = 0; i < end; i++) {
		if (a < middle && (b == end || from[a].key <= from[b].key))
			to[i] = from[a++];
		else
			to[i] = from[b++];
	}
}

/* Sorts the slots with the free room below them; they end up in either place. */
static struct slot *sort_slots(const struct row_sorter *s)
{
	struct slot *from = last_slots(s, s->count), *to = last_slots(s, 2 * s->count);
	const size_t n = s->count;
	bool sorted = true;

	/* They grow downwards: the newest is the first. */
	for (size_t i = 0; i < n / 2; i++) {
		const struct slot other = from[i];

		from[i] = from[n - 1 - i];
		from[n - 1 - i] = other;
	}
	for (size_t i = 1; i < n && sorted; i++)
		sorted = from[i - 1].key <= from[i].key;
	for (size_t width = 1; width < n && !sorted; width *= 2) {
		struct slot *const before = from;

		for (size_t i = 0; i < n; i += 2 * width) {
			const size_t left = n - i < width ? n - i : width;
			const size_t both = n - i < 2 * width ? n - i : 2 * width;

			merge_slots(from + i, left, both, to + i);
		}
		from = to;
		to = before;
	}
	return from;
}

static enum tocsin_status fail(struct row_sorter *s, const struct tocsin_error *why,
			       struct tocsin_error *error)
{
	s->failed = *why;
	if (error)
		*error = *why;
	return error_status(why->status);
}

static size_t fan_in(const struct row_sorter *s)
{
	const size_t n = (s->block_size - s->max_row) / READ_SIZE;

	return n < 2 ? 2 : n > FAN_IN_MAX ? FAN_IN_MAX : n;
}

/* Starts the merge of `count` runs: the block is shared among them. */
static void start_merge(struct row_sorter *s, const struct run *runs, size_t count)
{
	s->reader_count = count;
	s->reader_size = (s->block_size - s->max_row) / count;
	for (size_t i = 0; i < count; i++)
		s->readers[i] = (struct reader){
			.left = runs[i],
			.buffer = s->block + s->max_row + i * s->reader_size,
		};
}

/* Takes `n` bytes off the front of a run. */
static enum tocsin_status reader_take(struct row_sorter *s, struct reader *r, uint8_t *to, size_t n,
				      struct tocsin_error *error)
{
	while (n) {
		const size_t held = r->to - r->from, part = held < n ? held : n;
		const uint64_t left = r->left.end - r->left.at;

		if (part) {
			memcpy(to, r->buffer + r->from, part);
			r->from += part;
			to += part;
			n -= part;
			continue;
		}
		if (n >= s->reader_size) { /* straight to where it goes */
			TRY(spool_read_at(s->spool, r->left.at, to, n, error));
			r->left.at += n;
			return TOCSIN_OK;
		}
		r->from = 0;
		r->to = left < s->reader_size ? (size_t)left : s->reader_size;
		TRY(spool_read_at(s->spool, r->left.at, r->buffer, r->to, error));
		r->left.at += r->to;
	}
	return TOCSIN_OK;
}

/* Reads the header of a run's next row, where it has one. */
static enum tocsin_status reader_peek(struct row_sorter *s, struct reader *r,
				      struct tocsin_error *error)
{
	uint8_t header[ROW_HEADER];

	if (r->has_row || (r->left.at == r->left.end && r->from == r->to))
		return TOCSIN_OK;
	TRY(reader_take(s, r, header, sizeof(header), error));
	r->key = le64(header);
	r->size = le64(header + 8);
	r->has_row = true;
	return TOCSIN_OK;
}

/* The next row of the runs, into the front of the block. TOCSIN_END behind the last. */
static enum tocsin_status merge_next(struct row_sorter *s, uint64_t *ret_key, size_t *ret_size,
				     struct tocsin_error *error)
{
	struct reader *least = NULL;

	for (size_t i = 0; i < s->reader_count; i++) {
		struct reader *const r = &s->readers[i];

		TRY(reader_peek(s, r, error));
		if (r->has_row && (!least || r->key < least->key))
			least = r;
	}
	if (!least)
		return TOCSIN_END;
	TRY(reader_take(s, least, s->block, (size_t)least->size, error));
	least->has_row = false;
	*ret_key = least->key;
	*ret_size = (size_t)least->size;
	return TOCSIN_OK;
}

/* Merges some neighbouring runs into one, at the end of another spool. */
static enum tocsin_status merge_group(struct row_sorter *s, const struct run *runs, size_t count,
				      struct spool *to, struct run *ret, struct tocsin_error *error)
{
	const uint64_t at = spool_size(to);

	start_merge(s, runs, count);
	for (;;) {
		uint8_t header[ROW_HEADER];
		uint64_t key;
		size_t size;
		const enum tocsin_status status = merge_next(s, &key, &size, error);

		if (status == TOCSIN_END)
			break;
		TRY(status);
		put64(header, key);
		put64(header + 8, size);
		TRY(spool_append(to, header, sizeof(header), error));
		TRY(spool_append(to, s->block, size, error));
	}
	*ret = (struct run){at, spool_size(to)};
	return TOCSIN_OK;
}

/* One pass over all runs; the old spool's room is given back. */
static enum tocsin_status merge_pass(struct row_sorter *s, struct tocsin_error *error)
{
	const size_t group = fan_in(s);
	size_t made = 0;
	struct spool *to;

	TRY(spool_open(&to, error));
	for (size_t i = 0; i < s->run_count; i += group) {
		const size_t left = s->run_count - i;
		const enum tocsin_status status = merge_group(
			s, &s->runs[i], left < group ? left : group, to, &s->runs[made], error);

		if (status != TOCSIN_OK) {
			spool_close(to);
			return status;
		}
		made++;
	}
	spool_close(s->spool);
	s->spool = to;
	s->run_count = made;
	return TOCSIN_OK;
}

/* Writes the rows of the block as a run, and leaves it empty. */
static enum tocsin_status spill(struct row_sorter *s, struct tocsin_error *error)
{
	const struct slot *const sorted = sort_slots(s);
	struct run run = {0};

	if (!s->spool)
		TRY(spool_open(&s->spool, error));
	run.at = spool_size(s->spool);
	for (size_t i = 0; i < s->count; i++) {
		const uint8_t *const row = s->block + sorted[i].at;

		TRY(spool_append(s->spool, row, ROW_HEADER + (size_t)le64(row + 8), error));
	}
	run.end = spool_size(s->spool);
	s->runs[s->run_count++] = run;
	s->used = s->count = 0;
	return s->run_count == RUNS_MAX ? merge_pass(s, error) : TOCSIN_OK;
}

enum tocsin_status row_sorter_add(struct row_sorter *s, uint64_t key, struct view row,
				  struct tocsin_error *error)
{
	/* The slots again: room to sort them. */
	const size_t slots = 2 * (s->count + 1) * sizeof(struct slot);
	struct tocsin_error why;
	struct slot *slot;
	uint8_t *to;

	if (s->failed.status != TOCSIN_OK)
		return fail(s, &s->failed, error);
	ENSURE(!s->reading, error, TOCSIN_USAGE, 0, "rows can't be added any more");
	ENSURE(row.n <= s->memory, error, TOCSIN_LIMIT, 0,
	       "a row is larger than all memory for sorting");
	if (s->count && (s->block_size - s->used < slots ||
			 s->block_size - s->used - slots < ROW_HEADER + row.n)) {
		if (spill(s, &why) != TOCSIN_OK)
			return fail(s, &why, error);
	}
	s->max_row = row.n > s->max_row ? row.n : s->max_row;
	to = s->block + s->used;
	put64(to, key);
	put64(to + 8, row.n);
	if (row.n)
		memcpy(to + ROW_HEADER, row.p, row.n);
	s->count++;
	slot = last_slots(s, s->count);
	slot->key = key;
	slot->at = s->used;
	s->used += ROW_HEADER + row.n;
	return TOCSIN_OK;
}

/* Ends adding: all in the block, or all in few enough runs. */
static enum tocsin_status start_reading(struct row_sorter *s, struct tocsin_error *error)
{
	s->reading = true;
	if (!s->spool) {
		s->slots = sort_slots(s);
		return TOCSIN_OK;
	}
	if (s->count)
		TRY(spill(s, error));
	while (s->run_count > fan_in(s))
		TRY(merge_pass(s, error));
	start_merge(s, s->runs, s->run_count);
	return TOCSIN_OK;
}

enum tocsin_status row_sorter_next(struct row_sorter *s, uint64_t *ret_key, struct view *ret_row,
				   struct tocsin_error *error)
{
	enum tocsin_status status = TOCSIN_OK;
	struct tocsin_error why;
	const uint8_t *row;
	size_t size;

	if (s->failed.status != TOCSIN_OK)
		return fail(s, &s->failed, error);
	if (!s->reading)
		status = start_reading(s, &why);
	if (status == TOCSIN_OK && s->spool) {
		status = merge_next(s, ret_key, &size, &why);
		if (status == TOCSIN_OK)
			*ret_row = (struct view){s->block, size};
	}
	if (status != TOCSIN_OK && status != TOCSIN_END)
		return fail(s, &why, error);
	if (s->spool)
		return status;
	if (s->next == s->count)
		return TOCSIN_END;
	row = s->block + s->slots[s->next++].at;
	*ret_key = le64(row);
	*ret_row = (struct view){row + ROW_HEADER, (size_t)le64(row + 8)};
	return TOCSIN_OK;
}
