/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The summary of one source: parts joined in order, then counts sorted. Each limit applies to one
 * list in the order of the records, whatever the parts were: so the result does not depend on them.
 */
#include "query/log_summary.h"

#include <stdlib.h>

#include "base/limits.h"
#include "query/summary_parts.h"

/* Beyond it the memory of one source is given back before the next. */
#define SOURCE_KEPT ((size_t)4 << 20)

struct whole_log {
	const char *channel;
	struct summary_span spans[SUMMARY_ORIGINS];
	uint64_t levels[SUMMARY_LEVELS];
	uint64_t unordered;
	struct summary_clock clock;
	struct summary_edge last;
	struct id_runs ids;
	uint64_t more_events, more_computers, more_cleared;
};

struct log_summary {
	struct arena arena;
	struct summary_names channels, names; /* names of providers and computers */
	struct summary_counters counters;
	struct whole_log *logs;
	size_t log_count, log_room;
	struct summary_part_cleared *cleared;
	size_t cleared_count, cleared_room;
	size_t run_count;
	uint64_t records, more_logs;
	bool failed;
};

struct log_summary *log_summary_new(void)
{
	return calloc(1, sizeof(struct log_summary));
}

void log_summary_free(struct log_summary *s)
{
	if (s) {
		summary_index_free(&s->channels.index);
		summary_index_free(&s->names.index);
		summary_index_free(&s->counters.index);
		arena_free(&s->arena);
		free(s);
	}
}

void log_summary_reset(struct log_summary *s)
{
	struct log_summary kept = {
		.arena = s->arena,
		.channels = s->channels,
		.names = s->names,
		.counters = s->counters,
	};

	summary_names_clear(&kept.channels);
	summary_names_clear(&kept.names);
	summary_counters_clear(&kept.counters);
	if (kept.arena.total > SOURCE_KEPT)
		arena_free(&kept.arena);
	else
		arena_reset(&kept.arena);
	*s = kept;
}

/* The entry of a text; NULL where the table is full, or without memory: then s->failed. */
static struct summary_name *text_get(struct log_summary *s, struct summary_names *n,
				     const char *text, size_t max)
{
	struct summary_name *name;
	bool full;

	name = summary_name_get(n, &s->arena, 0, view_of(text), max, &full);
	s->failed |= !name && !full;
	if (name && !name->text) {
		name->text = arena_string(&s->arena, text);
		s->failed |= !name->text;
		if (name->text)
			name->key = view_of(name->text);
	}
	return s->failed ? NULL : name;
}

/* ---- Joining a part */

static void join_edges(struct whole_log *to, const struct summary_part_log *from)
{
	if (!from->first.there)
		return;
	summary_follow(&to->last, &from->first, &to->unordered, &to->clock);
	summary_clock_add(&to->clock, &from->clock);
	to->unordered += from->unordered;
	to->last = from->last;
}

/* The numbers of the part's logs in the whole, + 1; 0: beyond the limit. NULL without memory. */
static uint32_t *join_logs(struct log_summary *s, struct log_summary_part *p)
{
	uint32_t *const numbers = arena_array(&p->arena, p->log_count + 1, sizeof(*numbers));

	for (size_t i = 0; numbers && i < p->log_count; i++) {
		const struct summary_part_log *const from = &p->logs[i];
		struct summary_name *const name =
			text_get(s, &s->channels, from->channel, LIMIT_SUMMARY_LOGS);
		struct whole_log *to;

		if (s->failed)
			return NULL;
		if (!name) {
			for (size_t k = 0; k < SUMMARY_ORIGINS; k++)
				s->more_logs += from->spans[k].records;
			continue;
		}
		if (!name->log) {
			to = ARENA_GROW(&s->arena, s->logs, s->log_count, s->log_room);
			if (!to)
				return NULL;
			to->channel = name->text;
			name->log = (uint32_t)s->log_count;
		}
		numbers[i] = name->log;
		to = &s->logs[name->log - 1];
		for (size_t k = 0; k < SUMMARY_ORIGINS; k++)
			summary_span_add(&to->spans[k], &from->spans[k]);
		for (size_t k = 0; k < SUMMARY_LEVELS; k++)
			to->levels[k] += from->levels[k];
		join_edges(to, from);
	}
	return numbers;
}

static bool join_counters(struct log_summary *s, const struct log_summary_part *p,
			  const uint32_t *numbers)
{
	for (size_t i = 0; i < p->counters.count; i++) {
		const struct summary_counter *const from = &p->counters.list[i];
		const uint32_t number = numbers[from->log];
		const bool room = s->counters.count < LIMIT_SUMMARY_COUNTERS;
		struct summary_counter like = *from, *to = NULL;
		struct summary_name *name;
		bool full;

		if (!number)
			continue;
		/* A new name would bring a new counter. */
		name = text_get(s, &s->names, p->names.list[from->name].text, room ? SIZE_MAX : 0);
		if (name) {
			like.log = number - 1;
			like.name = (uint32_t)(name - s->names.list);
			to = summary_counter_get(&s->counters, &s->arena, &like,
						 LIMIT_SUMMARY_COUNTERS, &full);
			s->failed |= !to && !full;
		}
		if (s->failed)
			return false;
		if (to)
			to->count += from->count;
		else if (from->kind == SUMMARY_EVENTS)
			s->logs[number - 1].more_events += from->count;
		else
			s->logs[number - 1].more_computers += from->count;
	}
	return true;
}

static bool join_runs(struct log_summary *s, const struct log_summary_part *p,
		      const uint32_t *numbers)
{
	for (size_t i = 0; i < p->run_count; i++) {
		const uint32_t number = numbers[p->runs[i].log];

		if (number && !id_runs_add(&s->logs[number - 1].ids, &s->arena, &p->runs[i].run,
					   &s->run_count, LIMIT_SUMMARY_RUNS))
			return false;
	}
	return true;
}

static bool join_cleared(struct log_summary *s, const struct log_summary_part *p,
			 const uint32_t *numbers)
{
	for (size_t i = 0; i < p->cleared_count; i++) {
		const struct summary_part_cleared *const from = &p->cleared[i];
		struct summary_part_cleared *to;

		if (!numbers[from->log])
			continue;
		if (s->cleared_count == LIMIT_CLEARED_KEPT) {
			s->logs[numbers[from->log] - 1].more_cleared++;
			continue;
		}
		to = ARENA_GROW(&s->arena, s->cleared, s->cleared_count, s->cleared_room);
		if (!to)
			return false;
		*to = *from;
		to->log = numbers[from->log] - 1;
		to->cleared.channel = arena_string(&s->arena, from->cleared.channel);
		to->cleared.account = arena_string(&s->arena, from->cleared.account);
		if (!to->cleared.channel || !to->cleared.account)
			return false;
	}
	return true;
}

bool log_summary_join(struct log_summary *s, struct log_summary_part *p)
{
	const uint32_t *const numbers = p->failed ? NULL : join_logs(s, p);
	const bool good = numbers && join_counters(s, p, numbers) && join_runs(s, p, numbers) &&
			  join_cleared(s, p, numbers);

	s->failed |= !good;
	s->records += p->records;
	log_summary_part_clear(p);
	return !s->failed;
}

/* ---- Finishing */

/* By log, then computers behind events, then by name, then by count and id: what belongs together
 * stands together. */
struct sorted {
	const struct summary_counter *counter;
	const char *name;
};

static int by_place(const void *a, const void *b)
{
	const struct sorted *const x = a, *const y = b;
	int order;

	if (x->counter->log != y->counter->log)
		return x->counter->log < y->counter->log ? -1 : 1;
	if (x->counter->kind != y->counter->kind)
		return x->counter->kind < y->counter->kind ? -1 : 1;
	order = strcmp(x->name, y->name);
	if (order)
		return order;
	if (x->counter->count != y->counter->count)
		return x->counter->count > y->counter->count ? -1 : 1;
	return x->counter->id < y->counter->id ? -1 : x->counter->id > y->counter->id;
}

static int by_provider(const void *a, const void *b)
{
	const struct summary_provider *const x = a, *const y = b;

	if (x->records != y->records)
		return x->records > y->records ? -1 : 1;
	return strcmp(x->name, y->name);
}

static int by_computer(const void *a, const void *b)
{
	const struct summary_computer *const x = a, *const y = b;

	if (x->records != y->records)
		return x->records > y->records ? -1 : 1;
	return strcmp(x->name, y->name);
}

/* Computers of one log from the front of `sorted`; returns how many. */
static bool finish_computers(struct arena *a, const struct sorted *sorted, size_t count,
			     struct summary_log *log)
{
	struct summary_computer *const list = arena_array(a, count, sizeof(*list));

	if (!list)
		return false;
	for (size_t i = 0; i < count; i++) {
		list[i].name = sorted[i].name;
		list[i].records = sorted[i].counter->count;
	}
	qsort(list, count, sizeof(*list), by_computer);
	log->computers = list;
	log->computer_count = count;
	return true;
}

static bool finish_providers(struct arena *a, const struct sorted *sorted, size_t count,
			     struct summary_log *log)
{
	struct summary_event *const events = arena_array(a, count, sizeof(*events));
	struct summary_provider *list = NULL, *p = NULL;
	size_t list_count = 0, room = 0;

	if (!events)
		return false;
	for (size_t i = 0; i < count; i++) {
		events[i].id = sorted[i].counter->id;
		events[i].records = sorted[i].counter->count;
		if (!p || strcmp(p->name, sorted[i].name) != 0) {
			p = ARENA_GROW(a, list, list_count, room);
			if (!p)
				return false;
			p->name = sorted[i].name;
			p->events = &events[i];
		}
		p->event_count++;
		p->records += events[i].records;
	}
	if (list_count)
		qsort(list, list_count, sizeof(*list), by_provider);
	log->providers = list;
	log->provider_count = list_count;
	return true;
}

static bool finish_counts(struct log_summary *s, struct summary_log *logs)
{
	const size_t count = s->counters.count;
	struct sorted *const sorted = arena_array(&s->arena, count + 1, sizeof(*sorted));

	if (!sorted)
		return false;
	for (size_t i = 0; i < count; i++) {
		sorted[i].counter = &s->counters.list[i];
		sorted[i].name = s->names.list[s->counters.list[i].name].text;
	}
	qsort(sorted, count, sizeof(*sorted), by_place);
	for (size_t i = 0, n; i < count; i += n) {
		const struct summary_counter *const first = sorted[i].counter;
		struct summary_log *const log = &logs[first->log];
		bool good;

		for (n = 1; i + n < count; n++) {
			const struct summary_counter *const c = sorted[i + n].counter;

			if (c->log != first->log || c->kind != first->kind)
				break;
		}
		good = first->kind == SUMMARY_EVENTS
			       ? finish_providers(&s->arena, &sorted[i], n, log)
			       : finish_computers(&s->arena, &sorted[i], n, log);
		if (!good)
			return false;
	}
	return true;
}

/* Each log's clearings together, in the order of the records. */
static bool finish_cleared(struct log_summary *s, struct summary_log *logs)
{
	struct summary_cleared *const list =
		arena_array(&s->arena, s->cleared_count + 1, sizeof(*list));
	size_t *const next = arena_array(&s->arena, s->log_count + 1, sizeof(*next));
	size_t start = 0;

	if (!list || !next)
		return false;
	for (size_t i = 0; i < s->cleared_count; i++)
		logs[s->cleared[i].log].cleared_count++;
	for (size_t i = 0; i < s->log_count; i++) {
		logs[i].cleared = &list[start];
		next[i] = start;
		start += logs[i].cleared_count;
	}
	for (size_t i = 0; i < s->cleared_count; i++)
		list[next[s->cleared[i].log]++] = s->cleared[i].cleared;
	return true;
}

bool log_summary_finish(struct log_summary *s, struct summary_source *ret)
{
	struct summary_log *const logs = arena_array(&s->arena, s->log_count + 1, sizeof(*logs));

	if (!logs || s->failed)
		return false;
	for (size_t i = 0; i < s->log_count; i++) {
		struct whole_log *const from = &s->logs[i];
		struct summary_log *const to = &logs[i];

		to->channel = from->channel;
		memcpy(to->spans, from->spans, sizeof(to->spans));
		memcpy(to->levels, from->levels, sizeof(to->levels));
		to->run_count = id_runs_join(from->ids.list, from->ids.count);
		to->runs = from->ids.list;
		to->scattered = from->ids.scattered;
		to->missing = id_runs_missing(to->runs, to->run_count, 0, UINT64_MAX);
		to->unordered = from->unordered;
		to->clock = from->clock;
		to->more_events = from->more_events;
		to->more_computers = from->more_computers;
		to->more_cleared = from->more_cleared;
	}
	if (!finish_counts(s, logs) || !finish_cleared(s, logs))
		return false;
	ret->records = s->records;
	ret->logs = logs;
	ret->log_count = s->log_count;
	ret->more_logs = s->more_logs;
	return true;
}

const char *summary_level_name(size_t level)
{
	static const char *const names[] = {"LogAlways", "Critical",    "Error",
					    "Warning",   "Information", "Verbose"};

	return level < sizeof(names) / sizeof(names[0]) ? names[level] : NULL;
}
