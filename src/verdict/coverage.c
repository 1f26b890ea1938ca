/* SPDX-License-Identifier: Apache-2.0 */
#include "verdict/coverage.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>

#include "base/timestamp.h"

/* Losses of a source: what gave no event. A checksum that does not match is none. */
static uint64_t losses(const struct collection *c, const struct source *source)
{
	uint64_t n = 0;

	for (size_t i = 0; i < c->damage_count; i++) {
		if (c->damages[i].source == source && c->damages[i].error.status != TOCSIN_MISMATCH)
			n++;
	}
	return n;
}

static int by_first(const void *a, const void *b)
{
	const struct id_run *const x = a, *const y = b;

	return x->first < y->first ? -1 : x->first > y->first;
}

/* Sorts runs by id and joins those that touch or overlap; returns how many are left. */
static size_t join_runs(struct id_run *runs, size_t count)
{
	size_t kept = 0;

	if (count)
		qsort(runs, count, sizeof(*runs), by_first);
	for (size_t i = 0; i < count; i++) {
		struct id_run *const last = kept ? &runs[kept - 1] : NULL;

		if (!last || runs[i].first > last->last + 1) {
			runs[kept++] = runs[i];
		} else if (runs[i].last > last->last) {
			last->last = runs[i].last;
			last->last_time = runs[i].last_time;
		}
	}
	return kept;
}

static uint64_t missing_ids(const struct id_run *runs, size_t count, uint64_t since, uint64_t until)
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

enum tocsin_status coverage_make(struct arena *a, const struct collection *c,
				 const struct host_group *group, struct check_host *host)
{
	host->coverage = arena_array(a, group->segment_count, sizeof(*host->coverage));
	if (!host->coverage)
		return TOCSIN_NO_MEMORY;
	host->coverage_count = group->segment_count;
	for (size_t i = 0; i < group->segment_count; i++) {
		const struct segment *const s = group->segments[i];
		struct check_coverage *const v = &host->coverage[i];
		struct id_run *const runs = arena_array(a, s->run_count, sizeof(*runs));

		if (!runs)
			return TOCSIN_NO_MEMORY;
		if (s->run_count)
			memcpy(runs, s->runs, s->run_count * sizeof(*runs));
		v->source = s->source;
		v->channel = s->channel;
		v->from = s->from;
		v->to = s->to;
		v->records = s->records;
		v->damaged = losses(c, s->source);
		v->gaps = missing_ids(runs, join_runs(runs, s->run_count), 0, UINT64_MAX);
	}
	return TOCSIN_OK;
}

/* What all of a host's segments of one channel hold together. */
struct channel_view {
	uint64_t from, to, records, lost;
	struct id_run *runs;
	size_t run_count;
};

static enum tocsin_status gather(struct arena *a, const struct collection *c,
				 const struct host_group *group, const char *channel,
				 struct channel_view *v)
{
	size_t room = 0;

	for (size_t i = 0; i < group->segment_count; i++)
		room += group->segments[i]->run_count;
	v->from = UINT64_MAX;
	v->runs = arena_array(a, room, sizeof(*v->runs));
	if (!v->runs)
		return TOCSIN_NO_MEMORY;
	for (size_t i = 0; i < group->segment_count; i++) {
		const struct segment *const s = group->segments[i];

		if (!ascii_equal_nocase(s->channel, channel))
			continue;
		v->from = s->from < v->from ? s->from : v->from;
		v->to = s->to > v->to ? s->to : v->to;
		v->records += s->records;
		v->lost += losses(c, s->source);
		if (s->run_count)
			memcpy(v->runs + v->run_count, s->runs, s->run_count * sizeof(*v->runs));
		v->run_count += s->run_count;
	}
	v->run_count = join_runs(v->runs, v->run_count);
	return TOCSIN_OK;
}

static void doubt(struct buf *out, const char *fmt, const char *channel, const char *what)
{
	if (out->n)
		buf_str(out, "; ");
	buf_printf(out, fmt, channel, what);
}

static void doubt_cleared(const struct host_group *group, const char *channel, struct buf *out)
{
	for (size_t i = 0; i < group->mark_count; i++) {
		const struct mark *const m = group->marks[i];
		char when[FILETIME_TEXT];

		if (m->kind != MARK_CLEARED || !ascii_equal_nocase(m->text, channel))
			continue;
		filetime_format_second(when, m->time);
		doubt(out, "%s log was cleared %s", channel, when);
	}
}

enum tocsin_status coverage_doubts(struct arena *a, const struct collection *c,
				   const struct host_group *group, const char *channel,
				   const struct check_options *options, struct buf *out,
				   uint64_t *ret_from, uint64_t *ret_to)
{
	struct channel_view v = {0};
	char when[FILETIME_TEXT], count[32];
	uint64_t missing;

	TRY(gather(a, c, group, channel, &v));
	doubt_cleared(group, channel, out);
	if (!v.records) {
		doubt(out, "no %s log with records%s", channel, "");
		return TOCSIN_OK;
	}
	if (v.from > options->until || v.to < options->since) {
		filetime_format_day(when, v.from > options->until ? v.from : v.to);
		doubt(out,
		      v.from > options->until ? "%s log starts %s, after --until"
					      : "%s log ends %s, before --since",
		      channel, when);
		return TOCSIN_OK;
	}
	if (options->since && v.from > options->since) {
		filetime_format_day(when, v.from);
		doubt(out, "%s log starts %s, after --since", channel, when);
	}
	missing = missing_ids(v.runs, v.run_count, options->since, options->until);
	snprintf(count, sizeof(count), "%" PRIu64, missing);
	if (missing)
		doubt(out,
		      missing == 1 ? "%s log lacks %s record id" : "%s log lacks %s record ids",
		      channel, count);
	snprintf(count, sizeof(count), "%" PRIu64, v.lost);
	if (v.lost)
		doubt(out,
		      v.lost == 1 ? "%s log is damaged in %s place"
				  : "%s log is damaged in %s places",
		      channel, count);
	*ret_from = v.from > options->since ? v.from : options->since;
	*ret_to = v.to < options->until ? v.to : options->until;
	return TOCSIN_OK;
}
