/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Runs of consecutive record ids, with the times at their ends: what a log lacks shows between
 * them. A log whose ids follow each other is one run, however long.
 */
#ifndef TOCSIN_QUERY_ID_RUNS_H
#define TOCSIN_QUERY_ID_RUNS_H

#include "base/arena.h"

struct id_run {
	uint64_t first, last;
	uint64_t first_time, last_time;
};

/* All zero is empty. */
struct id_runs {
	struct id_run *list; /* in the order of adding */
	size_t count, room;
	uint64_t last_id; /* the greatest id, also of runs that are not kept */
	bool scattered;   /* more runs than may be kept: gaps are not known */
};

/* Nothing follows the greatest number. */
static inline bool id_follows(uint64_t last, uint64_t id)
{
	return last != UINT64_MAX && id == last + 1;
}

/*
 * Adds a run, to the last one where it goes on from there. `*total` counts the runs of all lists
 * that share `limit`; beyond it the list is scattered. False without memory.
 */
bool id_runs_add(struct id_runs *runs, struct arena *a, const struct id_run *run, size_t *total,
		 size_t limit);

/* Sorts runs by id and joins those that touch or overlap; returns how many are left. */
size_t id_runs_join(struct id_run *runs, size_t count);

/*
 * Adds to `count` joined runs those of `others` that lie in a gap, by their ids and by their times;
 * `runs` has room for all. Returns how many runs there are then, joined.
 */
size_t id_runs_fill(struct id_run *runs, size_t count, const struct id_run *others,
		    size_t other_count);

/* Ids that are missing between joined runs and, by their neighbours' times, in a period. */
uint64_t id_runs_missing(const struct id_run *runs, size_t count, uint64_t since, uint64_t until);

#endif
