/* SPDX-License-Identifier: Apache-2.0 */
#include "verdict/coverage.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>

#include "base/timestamp.h"

#define CLEARED_TOLD 3u /* times that a reason names; then how many more */

/* Losses of a source: what gave no event. A checksum that does not match is none. */
static uint64_t losses(const struct collection *c, const struct source *source)
{
	return c->losses[source - c->sources].lost;
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
		const struct arena_mark mark = arena_save(a);
		struct id_run *const runs = arena_array(a, s->ids.count, sizeof(*runs));

		if (!runs)
			return TOCSIN_NO_MEMORY;
		if (s->ids.count)
			memcpy(runs, s->ids.list, s->ids.count * sizeof(*runs));
		v->source = s->source;
		v->channel = s->channel;
		v->from = s->from;
		v->to = s->to;
		v->records = s->records;
		v->recovered = s->recovered;
		v->damaged = losses(c, s->source);
		v->gaps = id_runs_missing(runs, id_runs_join(runs, s->ids.count), 0, UINT64_MAX);
		arena_restore(a, mark);
	}
	return TOCSIN_OK;
}

/*
 * What all of a host's segments of one channel hold together: as many epochs as the record ids
 * started again. Ids of two epochs are of different records: the one can't fill the other's gaps.
 */
struct channel_view {
	const struct segment **segments; /* of live records, by their oldest record's time */
	size_t segment_count;
	const struct segment **recovered; /* they only fill gaps */
	size_t recovered_count;
	uint64_t from, to, lost, missing;
	uint64_t restart_from, restart_to; /* of the first restart in the period; 0: none */
	bool scattered;
};

static int by_from(const void *a, const void *b)
{
	const struct segment *const x = *(const struct segment *const *)a;
	const struct segment *const y = *(const struct segment *const *)b;

	if (x->from != y->from)
		return x->from < y->from ? -1 : 1;
	return x->source < y->source ? -1 : x->source > y->source;
}

static uint64_t first_id(const struct segment *s)
{
	uint64_t first = UINT64_MAX;

	for (size_t i = 0; i < s->ids.count; i++)
		first = s->ids.list[i].first < first ? s->ids.list[i].first : first;
	return first;
}

static enum tocsin_status gather(struct arena *a, const struct collection *c,
				 const struct host_group *group, const char *channel,
				 struct channel_view *v)
{
	const struct source *last = NULL;

	v->segments = arena_array(a, group->segment_count, sizeof(*v->segments));
	v->recovered = arena_array(a, group->segment_count, sizeof(*v->recovered));
	if (!v->segments || !v->recovered)
		return TOCSIN_NO_MEMORY;
	for (size_t i = 0; i < group->segment_count; i++) {
		const struct segment *const s = group->segments[i];

		if (!ascii_equal_nocase(s->channel, channel))
			continue;
		/* Several names or spellings of one file: its losses count once. */
		if (last != s->source)
			v->lost += losses(c, s->source);
		last = s->source;
		if (s->recovered) {
			v->recovered[v->recovered_count++] = s;
			continue;
		}
		v->scattered |= s->ids.scattered;
		v->segments[v->segment_count++] = s;
	}
	if (v->segment_count)
		qsort(v->segments, v->segment_count, sizeof(*v->segments), by_from);
	return TOCSIN_OK;
}

/* How many segments from `start` on are of one epoch, with its newest time. */
static size_t epoch_length(const struct channel_view *v, size_t start, uint64_t *ret_to)
{
	uint64_t last_id = 0, to = 0;
	size_t i;

	for (i = start; i < v->segment_count; i++) {
		const struct segment *const s = v->segments[i];

		if (i > start && s->from > to && first_id(s) <= last_id)
			break;
		last_id = s->ids.last_id > last_id ? s->ids.last_id : last_id;
		to = s->to > to ? s->to : to;
	}
	*ret_to = to;
	return i - start;
}

/* Closes gaps between joined runs with recovered records that fit into them. */
static enum tocsin_status add_recovered(struct arena *a, const struct channel_view *v, size_t found,
					struct id_run *runs, size_t *count)
{
	struct id_run *const others = arena_array(a, found, sizeof(*others));
	size_t n = 0;

	if (!others)
		return TOCSIN_NO_MEMORY;
	for (size_t i = 0; i < v->recovered_count; i++) {
		const struct id_runs *const ids = &v->recovered[i]->ids;

		if (ids->count)
			memcpy(others + n, ids->list, ids->count * sizeof(*others));
		n += ids->count;
	}
	*count = id_runs_fill(runs, *count, others, n);
	return TOCSIN_OK;
}

/* Adds one epoch's runs: what is missing between them, and when its first record was written. */
static enum tocsin_status add_epoch(struct arena *a, struct channel_view *v, size_t start,
				    size_t length, const struct check_options *options)
{
	struct id_run *runs;
	size_t count = 0, found = 0;

	for (size_t i = start; i < start + length; i++)
		count += v->segments[i]->ids.count;
	for (size_t i = 0; i < v->recovered_count; i++)
		found += v->recovered[i]->ids.count;
	runs = arena_array(a, count + found, sizeof(*runs));
	if (!runs)
		return TOCSIN_NO_MEMORY;
	count = 0;
	for (size_t i = start; i < start + length; i++) {
		const struct segment *const s = v->segments[i];

		if (s->ids.count)
			memcpy(runs + count, s->ids.list, s->ids.count * sizeof(*runs));
		count += s->ids.count;
	}
	count = id_runs_join(runs, count);
	TRY(add_recovered(a, v, found, runs, &count));
	v->missing += id_runs_missing(runs, count, options->since, options->until);
	/* The first record's time, not the oldest: a clock that was wrong for a while doesn't make
	 * a log older. */
	if (start == 0)
		v->from = count ? runs[0].first_time : v->segments[0]->from;
	return TOCSIN_OK;
}

static enum tocsin_status add_epochs(struct arena *a, struct channel_view *v,
				     const struct check_options *options)
{
	uint64_t before = 0;

	for (size_t i = 0, n; i < v->segment_count; i += n) {
		const uint64_t from = v->segments[i]->from;
		uint64_t to;

		n = epoch_length(v, i, &to);
		if (i && !v->restart_to && from >= options->since && before <= options->until) {
			v->restart_from = before;
			v->restart_to = from;
		}
		TRY(add_epoch(a, v, i, n, options));
		before = v->to = to > v->to ? to : v->to;
	}
	return TOCSIN_OK;
}

static void doubt(struct buf *out, const char *fmt, const char *channel, const char *what)
{
	if (out->n)
		buf_str(out, "; ");
	buf_printf(out, fmt, channel, what);
}

static int by_time(const void *a, const void *b)
{
	const struct mark *const x = *(const struct mark *const *)a;
	const struct mark *const y = *(const struct mark *const *)b;

	return x->time < y->time ? -1 : x->time > y->time;
}

/* Each time once, however many copies of a log tell it. */
static enum tocsin_status doubt_cleared(struct arena *a, const struct host_group *group,
					const char *channel, struct buf *out)
{
	const struct mark **const list = arena_array(a, group->mark_count, sizeof(*list));
	char when[FILETIME_TEXT], count[32];
	size_t n = 0, told = 0;

	if (!list)
		return TOCSIN_NO_MEMORY;
	for (size_t i = 0; i < group->mark_count; i++) {
		const struct mark *const m = group->marks[i];

		/* An event that has lost the log's name may mean any log. */
		if (m->kind == MARK_CLEARED &&
		    (!m->text[0] || ascii_equal_nocase(m->text, channel)))
			list[n++] = m;
	}
	if (n)
		qsort(list, n, sizeof(*list), by_time);
	for (size_t i = 0; i < n; i++) {
		if (i && list[i]->time == list[i - 1]->time)
			continue;
		if (told++ >= CLEARED_TOLD)
			continue;
		filetime_format_second(when, list[i]->time);
		doubt(out,
		      list[i]->text[0] ? "%s log was cleared %s"
				       : "%s log may be the one that was cleared %s",
		      channel, when);
	}
	for (size_t i = 0; i < group->segment_count; i++) {
		if (!group->segments[i]->cleared_more)
			continue;
		doubt(out, "%s log may have been cleared: %s tells of too many cleared logs",
		      channel, group->segments[i]->channel);
		break;
	}
	if (told > CLEARED_TOLD) {
		snprintf(count, sizeof(count), "%zu", told - CLEARED_TOLD);
		doubt(out, "%s log was cleared %s more times", channel, count);
	}
	return TOCSIN_OK;
}

static void doubt_restart(const struct channel_view *v, const char *channel, struct buf *out)
{
	char from[FILETIME_TEXT], to[FILETIME_TEXT], between[2 * FILETIME_TEXT + 8];

	if (!v->restart_to)
		return;
	filetime_format_second(from, v->restart_from);
	filetime_format_second(to, v->restart_to);
	snprintf(between, sizeof(between), "%s and %s", from, to);
	doubt(out, "%s log's record ids start again between %s: it was cleared or replaced",
	      channel, between);
}

/* The day says enough unless it is the day that was asked for. */
static void format_edge(char *when, uint64_t time, uint64_t asked)
{
	char day[FILETIME_TEXT];

	filetime_format_day(when, time);
	filetime_format_day(day, asked);
	if (!strcmp(when, day))
		filetime_format_second(when, time);
}

/* "%s log lacks %s record id(s)" */
static void doubt_count(struct buf *out, const char *one, const char *many, const char *channel,
			uint64_t n)
{
	char count[32];

	snprintf(count, sizeof(count), "%" PRIu64, n);
	if (n)
		doubt(out, n == 1 ? one : many, channel, count);
}

enum tocsin_status coverage_doubts(struct arena *a, const struct collection *c,
				   const struct host_group *group, const char *channel,
				   const struct check_options *options, struct buf *out,
				   uint64_t *ret_from, uint64_t *ret_to)
{
	struct channel_view v = {0};
	char when[FILETIME_TEXT];

	TRY(gather(a, c, group, channel, &v));
	TRY(add_epochs(a, &v, options));
	TRY(doubt_cleared(a, group, channel, out));
	if (!v.segment_count) {
		doubt(out,
		      v.recovered_count ? "%s log has recovered records only%s"
					: "no %s log with records%s",
		      channel, "");
		doubt_count(out, "%s log is damaged in %s place", "%s log is damaged in %s places",
			    channel, v.lost);
		return TOCSIN_OK;
	}
	if (v.from > options->until) {
		format_edge(when, v.from, options->until);
		doubt(out, "%s log starts %s, after --until", channel, when);
		return TOCSIN_OK;
	}
	if (v.to < options->since) {
		format_edge(when, v.to, options->since);
		doubt(out, "%s log ends %s, before --since", channel, when);
		return TOCSIN_OK;
	}
	if (options->since && v.from > options->since) {
		format_edge(when, v.from, options->since);
		doubt(out, "%s log starts %s, after --since", channel, when);
	}
	doubt_restart(&v, channel, out);
	doubt_count(out, "%s log lacks %s record id", "%s log lacks %s record ids", channel,
		    v.missing);
	if (v.scattered)
		doubt(out, "%s log's record ids are too scattered to find gaps%s", channel, "");
	doubt_count(out, "%s log is damaged in %s place", "%s log is damaged in %s places", channel,
		    v.lost);
	*ret_from = v.from > options->since ? v.from : options->since;
	*ret_to = v.to < options->until ? v.to : options->until;
	return TOCSIN_OK;
}
