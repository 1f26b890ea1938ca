/* SPDX-License-Identifier: Apache-2.0 */
#include "query/id_runs.h"

#include <stdlib.h>

bool id_runs_add(struct id_runs *runs, struct arena *a, const struct id_run *run, size_t *total,
		 size_t limit)
{
	struct id_run *const last = runs->count ? &runs->list[runs->count - 1] : NULL;
	struct id_run *fresh;

	runs->last_id = run->last > runs->last_id ? run->last : runs->last_id;
	if (last && id_follows(last->last, run->first)) {
		last->last = run->last;
		last->last_time = run->last_time;
		return true;
	}
	if (*total >= limit) {
		runs->scattered = true;
		return true;
	}
	fresh = ARENA_GROW(a, runs->list, runs->count, runs->room);
	if (!fresh)
		return false;
	*fresh = *run;
	++*total;
	return true;
}

static int by_first(const void *a, const void *b)
{
	const struct id_run *const x = a, *const y = b;

	return x->first < y->first ? -1 : x->first > y->first;
}

size_t id_runs_join(struct id_run *runs, size_t count)
{
	size_t kept = 0;

	if (count)
		qsort(runs, count, sizeof(*runs), by_first);
	for (size_t i = 0; i < count; i++) {
		struct id_run *const last = kept ? &runs[kept - 1] : NULL;

		if (!last ||
		    (runs[i].first > last->last && !id_follows(last->last, runs[i].first))) {
			runs[kept++] = runs[i];
		} else if (runs[i].last > last->last) {
			last->last = runs[i].last;
			last->last_time = runs[i].last_time;
		}
	}
	return kept;
}

/* Whether `run` lies between two of the sorted runs, and was written between them. */
static bool fits_a_gap(const struct id_run *runs, size_t count, const struct id_run *run)
{
	size_t low = 0, high = count;

	while (low < high) {
		const size_t middle = low + (high - low) / 2;

		if (runs[middle].first <= run->first)
			low = middle + 1;
		else
			high = middle;
	}
	return low && low < count && run->first > runs[low - 1].last &&
	       run->last < runs[low].first && run->first_time >= runs[low - 1].last_time &&
	       run->last_time <= runs[low].first_time;
}

size_t id_runs_fill(struct id_run *runs, size_t count, const struct id_run *others,
		    size_t other_count)
{
	size_t all = count;

	for (size_t i = 0; i < other_count; i++) {
		if (fits_a_gap(runs, count, &others[i]))
			runs[all++] = others[i];
	}
	return all == count ? count : id_runs_join(runs, all);
}

uint64_t id_runs_missing(const struct id_run *runs, size_t count, uint64_t since, uint64_t until)
{
	uint64_t missing = 0;

	for (size_t i = 1; i < count; i++) {
		const struct id_run *const a = &runs[i - 1], *const b = &runs[i];

		/* What is missing lies between its neighbours' times; a clock may have stepped
		 * between. */
		const uint64_t low = a->last_time < b->first_time ? a->last_time : b->first_time;
		const uint64_t high = a->last_time < b->first_time ? b->first_time : a->last_time;

		if (high >= since && low <= until)
			missing += b->first - a->last - 1;
	}
	return missing;
}
