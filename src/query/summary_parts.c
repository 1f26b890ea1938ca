/* SPDX-License-Identifier: Apache-2.0 */
/* A part of a log summary: some records of one source, in their order. */
#include "query/summary_parts.h"

#include <stdlib.h>

#include "base/limits.h"
#include "base/timestamp.h"
#include "query/cleared_log.h"

#define CLOCK_STEP (60 * FILETIME_SECOND) /* less is how services and disks delay records */

/* Beyond it a part gives its memory back when it is emptied. */
#define PART_KEPT ((size_t)1 << 20)

struct log_summary_part *log_summary_part_new(void)
{
	return calloc(1, sizeof(struct log_summary_part));
}

void log_summary_part_free(struct log_summary_part *p)
{
	if (p) {
		summary_index_free(&p->names.index);
		summary_index_free(&p->counters.index);
		arena_free(&p->arena);
		free(p);
	}
}

void log_summary_part_clear(struct log_summary_part *p)
{
	const struct summary_names names = p->names;
	const struct summary_counters counters = p->counters;
	const struct arena arena = p->arena;

	memset(p, 0, sizeof(*p));
	p->arena = arena;
	p->names = names;
	p->counters = counters;
	summary_names_clear(&p->names);
	summary_counters_clear(&p->counters);
	if (p->arena.total > PART_KEPT)
		arena_free(&p->arena);
	else
		arena_reset(&p->arena);
}

static void widen(uint64_t *first, uint64_t *last, uint64_t from, uint64_t to)
{
	*first = from && (!*first || from < *first) ? from : *first;
	*last = to > *last ? to : *last;
}

void summary_span_add(struct summary_span *to, const struct summary_span *more)
{
	if (!more->records)
		return;
	to->first_id =
		!to->records || more->first_id < to->first_id ? more->first_id : to->first_id;
	to->last_id = more->last_id > to->last_id ? more->last_id : to->last_id;
	to->records += more->records;
	widen(&to->first, &to->last, more->first, more->last);
	widen(&to->first_written, &to->last_written, more->first_written, more->last_written);
}

void summary_follow(const struct summary_edge *before, const struct summary_edge *after,
		    uint64_t *unordered, struct summary_clock *clock)
{
	uint64_t back;

	if (!before->there || !after->there)
		return;
	if (after->id <= before->id) {
		++*unordered;
		return;
	}
	if (after->computer != before->computer || !after->written ||
	    after->written >= before->written)
		return;
	back = before->written - after->written;
	if (back <= CLOCK_STEP)
		return;
	clock->steps++;
	if (back > clock->largest) {
		clock->largest = back;
		clock->record_id = after->id;
		clock->from = before->written;
		clock->to = after->written;
	}
}

void summary_clock_add(struct summary_clock *to, const struct summary_clock *more)
{
	const uint64_t steps = to->steps + more->steps;

	if (more->largest > to->largest)
		*to = *more;
	to->steps = steps;
}

/* A value's text, no longer than names are. */
static const char *short_text(struct arena *a, struct value v)
{
	const size_t max = (size_t)LIMIT_SUMMARY_NAME * 2;
	const bool cut = v.bytes.n > max;
	const char *text;
	char *longer;
	size_t n;

	if (!cut)
		return value_text8(a, &v);
	v.bytes.n = max;
	text = value_text8(a, &v);
	n = text ? strlen(text) : 0;
	longer = text ? arena_alloc(a, n + sizeof(" …")) : NULL;
	if (!longer)
		return NULL;
	memcpy(longer, text, n);
	memcpy(longer + n, " …", sizeof(" …"));
	return longer;
}

/* The number of a text; UINT32_MAX without memory. `text` lives as long as the part. */
static uint32_t text_of(struct log_summary_part *p, const char *text)
{
	const struct siphash_key everywhere = {{0, 0}};
	struct summary_name *name;
	bool full;

	name = summary_name_get(&p->names, &p->arena, SUMMARY_TEXT, view_of(text), UINT32_MAX - 1,
				&full);
	if (!name)
		return UINT32_MAX;
	if (!name->text) {
		name->text = text;
		name->same = (uint32_t)(name - p->names.list);
		name->content = siphash(&everywhere, name->key);
	}
	return name->same;
}

/* Fills the entry that a value's bytes have got. Values that look the same share the entry of their
 * text, which is what the parts are joined by. */
static uint32_t name_new(struct log_summary_part *p, struct summary_name *name,
			 const struct value *v)
{
	const uint32_t number = (uint32_t)(name - p->names.list);
	const char *const text = short_text(&p->arena, *v);
	uint32_t same;

	if (name->key.n)
		name->key.p = (const uint8_t *)arena_copy(&p->arena, name->key.p, name->key.n);
	if (!text || (name->key.n && !name->key.p))
		return UINT32_MAX;
	name->text = text;
	p->text_bytes += name->key.n + strlen(text);
	same = text_of(p, text); /* the list may move */
	p->names.list[number].same = same;
	return same;
}

/* The number of a value's name in the part; UINT32_MAX without memory. */
static uint32_t name_of(struct log_summary_part *p, const struct value *v)
{
	const size_t max = (size_t)LIMIT_SUMMARY_NAME * 2;
	struct view key = v->bytes;
	struct summary_name *name;
	uint32_t number = UINT32_MAX;
	bool full;

	/* One byte more, so that a name that is cut is not one that ends there. */
	if (key.n > max)
		key.n = max + 1;
	if (value_is_null(v))
		key.n = 0;
	name = summary_name_get(&p->names, &p->arena, value_is_null(v) ? VALUE_NULL : v->type, key,
				UINT32_MAX - 1, &full);
	if (name)
		number = name->text ? name->same : name_new(p, name, v);
	p->failed |= number == UINT32_MAX;
	return number;
}

static void count(struct log_summary_part *p, enum summary_kind kind, uint32_t log, uint32_t name,
		  uint32_t id)
{
	const struct summary_counter like = {.kind = kind, .log = log, .name = name, .id = id};
	struct summary_counter *c;
	bool full;

	c = summary_counter_get(&p->counters, &p->arena, &like, UINT32_MAX - 1, &full);
	if (c)
		c->count++;
	else
		p->failed = true;
}

/* The number of the event's log; UINT32_MAX without memory. */
static uint32_t log_of(struct log_summary_part *p, const struct event *e)
{
	const uint32_t number = name_of(p, &e->field[EVENT_CHANNEL]);
	struct summary_part_log *log;
	struct summary_name *name;

	if (number == UINT32_MAX)
		return number;
	name = &p->names.list[number];
	if (!name->log) {
		log = ARENA_GROW(&p->arena, p->logs, p->log_count, p->log_room);
		if (!log) {
			p->failed = true;
			return UINT32_MAX;
		}
		log->channel = name->text;
		name->log = (uint32_t)p->log_count;
	}
	return name->log - 1;
}

static void add_run(struct log_summary_part *p, uint32_t number, uint64_t id, uint64_t time)
{
	struct summary_part_log *const log = &p->logs[number];
	struct summary_part_run *run = log->last_run ? &p->runs[log->last_run - 1] : NULL;

	if (!run || !id_follows(run->run.last, id)) {
		run = ARENA_GROW(&p->arena, p->runs, p->run_count, p->run_room);
		if (!run) {
			p->failed = true;
			return;
		}
		log->last_run = p->run_count;
		run->log = number;
		run->run.first = id;
		run->run.first_time = time;
	}
	run->run.last = id;
	run->run.last_time = time;
}

static void add_live(struct log_summary_part *p, uint32_t number, const struct event *e,
		     uint64_t id, uint32_t computer)
{
	struct summary_part_log *const log = &p->logs[number];
	const struct summary_edge edge = {id, e->written, p->names.list[computer].content, true};

	summary_follow(&log->last, &edge, &log->unordered, &log->clock);
	if (!log->first.there)
		log->first = edge;
	log->last = edge;
	add_run(p, number, id, event_time(e));
}

/* DOMAIN\user, or the SID where the record has no names. */
static const char *account_text(struct arena *a, const struct cleared_log *c)
{
	const char *const user = short_text(a, c->user), *const domain = short_text(a, c->domain);
	char *both;
	size_t n, m;

	if (!user || !domain)
		return NULL;
	if (!*user)
		return short_text(a, c->sid);
	if (!*domain)
		return user;
	n = strlen(domain);
	m = strlen(user);
	both = arena_alloc(a, n + m + 2);
	if (!both)
		return NULL;
	memcpy(both, domain, n);
	both[n] = '\\';
	memcpy(both + n + 1, user, m + 1);
	return both;
}

static void add_cleared(struct log_summary_part *p, uint32_t number, const struct event *e,
			uint64_t id)
{
	struct cleared_log c;
	struct summary_part_cleared *to;

	if (!cleared_log(e, &c))
		return;
	to = ARENA_GROW(&p->arena, p->cleared, p->cleared_count, p->cleared_room);
	if (!to) {
		p->failed = true;
		return;
	}
	to->log = number;
	to->cleared.channel = c.security ? "Security" : short_text(&p->arena, c.channel);
	to->cleared.account = account_text(&p->arena, &c);
	to->cleared.time = event_time(e);
	to->cleared.record_id = id;
	to->cleared.event_id = (uint32_t)event_number(e, EVENT_ID, 0);
	to->cleared.origin = e->origin;
	p->failed |= !to->cleared.channel || !to->cleared.account;
	if (!p->failed)
		p->text_bytes += strlen(to->cleared.channel) + strlen(to->cleared.account);
}

/* Lists double, so they take up to twice what is in them. */
static size_t held(const struct log_summary_part *p)
{
	return p->text_bytes +
	       2 * (p->names.count * sizeof(*p->names.list) +
		    p->counters.count * sizeof(*p->counters.list) +
		    p->log_count * sizeof(*p->logs) + p->run_count * sizeof(*p->runs) +
		    p->cleared_count * sizeof(*p->cleared));
}

size_t log_summary_part_add(struct log_summary_part *p, const struct event *e)
{
	const uint64_t id = event_number(e, EVENT_RECORD_ID, e->record_id);
	const uint64_t level = event_number(e, EVENT_LEVEL, SUMMARY_LEVELS - 1);
	const uint64_t event = event_number(e, EVENT_ID, SUMMARY_NO_ID);
	const uint64_t time = event_time(e);
	const struct summary_span one = {1, time, time, e->written, e->written, id, id};
	uint32_t log = UINT32_MAX, provider = UINT32_MAX, computer = UINT32_MAX;

	if (!p->failed) {
		log = log_of(p, e);
		provider = name_of(p, &e->field[EVENT_PROVIDER]);
		computer = name_of(p, &e->field[EVENT_COMPUTER]);
	}
	if (p->failed)
		return held(p);
	p->records++;
	summary_span_add(&p->logs[log].spans[e->origin], &one);
	p->logs[log].levels[level < SUMMARY_LEVELS ? level : SUMMARY_LEVELS - 1]++;
	count(p, SUMMARY_EVENTS, log, provider,
	      event < SUMMARY_NO_ID ? (uint32_t)event : SUMMARY_NO_ID);
	count(p, SUMMARY_COMPUTERS, log, computer, 0);
	if (e->origin == EVENT_LIVE)
		add_live(p, log, e, id, computer);
	add_cleared(p, log, e, id);
	return held(p);
}
