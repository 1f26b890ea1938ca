/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The pass over the evidence. Workers fill a collection per unit; units are joined in order, so the
 * result does not depend on threads. What is kept per record is a few counters; only hits and marks
 * are copied.
 */
#include "verdict/collect.h"

#include <stdlib.h>

#include "base/limits.h"
#include "base/text.h"

#define CLEARED_LOG 104u       /* System, Microsoft-Windows-Eventlog: names the log */
#define CLEARED_SECURITY 1102u /* Security: the Security log itself */

struct worker {
	struct matcher ***matchers; /* [pack][detection] */
	struct arena scratch;
};

struct run {
	const struct check_options *options;
	struct collection *whole;
	struct worker *workers;
	unsigned worker_count;
};

/* One unit's collection, plus what makes the next record of the same kind cheap. */
struct unit {
	struct collection c;
	const struct source *source;
	struct segment *last;
	struct view last_computer, last_channel; /* raw text of `last`, in the unit's arena */
};

static const char *field_text(struct arena *a, const struct event *e, enum event_field f)
{
	return value_text8(a, &e->field[f]);
}

static struct segment *new_segment(struct collection *c, const struct source *source,
				   const char *computer, const char *channel)
{
	struct segment *const s = arena_alloc(&c->arena, sizeof(*s));
	struct segment **const slot =
		s ? ARENA_GROW(&c->arena, c->segments, c->segment_count, c->segment_room) : NULL;

	if (!slot)
		return NULL;
	*slot = s;
	s->source = source;
	s->computer = computer;
	s->channel = channel;
	s->from = UINT64_MAX;
	return s;
}

/* Sources come one after the other, so a source's segments are the last ones. */
static struct segment *find_segment(const struct collection *c, const struct source *source,
				    const char *computer, const char *channel)
{
	for (size_t i = c->segment_count; i-- > 0 && c->segments[i]->source == source;) {
		if (!strcmp(c->segments[i]->computer, computer) &&
		    !strcmp(c->segments[i]->channel, channel))
			return c->segments[i];
	}
	return NULL;
}

/* The segment of an event; its names are compared raw with the last record's first. */
static struct segment *segment_of(struct unit *u, const struct event *e)
{
	const struct view computer = e->field[EVENT_COMPUTER].bytes;
	const struct view channel = e->field[EVENT_CHANNEL].bytes;
	const char *computer_text, *channel_text;
	struct segment *s;

	if (u->last && view_equal(computer, u->last_computer) &&
	    view_equal(channel, u->last_channel))
		return u->last;
	computer_text = field_text(&u->c.arena, e, EVENT_COMPUTER);
	channel_text = field_text(&u->c.arena, e, EVENT_CHANNEL);
	if (!computer_text || !channel_text)
		return NULL;
	s = find_segment(&u->c, u->source, computer_text, channel_text);
	if (!s)
		s = new_segment(&u->c, u->source, computer_text, channel_text);
	u->last = s;
	u->last_computer.p = (const uint8_t *)arena_copy(&u->c.arena, computer.p, computer.n);
	u->last_computer.n = computer.n;
	u->last_channel.p = (const uint8_t *)arena_copy(&u->c.arena, channel.p, channel.n);
	u->last_channel.n = channel.n;
	if (!u->last_computer.p || !u->last_channel.p)
		u->last = NULL;
	return s;
}

static bool add_run(struct arena *a, struct segment *s, const struct id_run *run)
{
	struct id_run *const last = s->run_count ? &s->runs[s->run_count - 1] : NULL;
	struct id_run *fresh;

	if (last && run->first == last->last + 1) {
		last->last = run->last;
		last->last_time = run->last_time;
		return true;
	}
	fresh = ARENA_GROW(a, s->runs, s->run_count, s->run_room);
	if (!fresh)
		return false;
	*fresh = *run;
	return true;
}

static uint64_t event_record_number(const struct event *e)
{
	return event_number(e, EVENT_RECORD_ID, e->record_id);
}

static uint64_t hash_view(uint64_t h, struct view v)
{
	for (size_t i = 0; i < v.n; i++)
		h = (h ^ v.p[i]) * 0x100000001b3u; /* FNV-1a, 64 bits */
	return (h ^ v.n) * 0x100000001b3u;
}

/* A record's identity beside its host and channel: two exports of one log hold the same. */
static uint64_t event_hash(const struct event *e)
{
	uint64_t h = 0xcbf29ce484222325u;

	h = hash_view(h, e->field[EVENT_PROVIDER].bytes);
	h = hash_view(h, e->field[EVENT_ID].bytes);
	for (size_t i = 0; i < e->data_count; i++)
		h = hash_view(h, e->data[i].value.bytes);
	return h;
}

static const char *string_at(struct arena *a, const struct event *e, int index)
{
	struct value v;

	if (index < 0 || (size_t)index >= e->data_count)
		return NULL;
	v = event_string(e, (size_t)index);
	return value_text8(a, &v);
}

/* The message where its wording is known, else the inserted values with " | " between them. */
static const char *event_text(const struct message_catalogue *catalogue, const struct event *e,
			      struct arena *scratch, struct arena *a)
{
	struct buf text = {0};
	struct view message;
	const char *copy;

	if (message_text(catalogue, e, scratch, &message) != MESSAGE_UNKNOWN)
		return utf16_to_utf8(a, message, NULL);
	for (size_t i = 0; i < e->data_count; i++) {
		if (i)
			buf_str(&text, " | ");
		value_append(&text, &e->data[i].value, UTF_PLAIN);
	}
	copy = text.failed ? NULL : arena_copy(a, text.p, text.n);
	buf_free(&text);
	return copy;
}

static struct mark *add_mark(struct unit *u, enum mark_kind kind, const struct segment *s,
			     const struct event *e)
{
	struct mark *const m = ARENA_GROW(&u->c.arena, u->c.marks, u->c.mark_count, u->c.mark_room);

	if (!m) {
		u->c.failed = true;
		return NULL;
	}
	m->kind = kind;
	m->count = 1;
	m->segment = s;
	m->time = event_time(e);
	m->record_id = event_record_number(e);
	m->offset = e->offset;
	m->chunk = e->chunk;
	m->event_id = (uint32_t)event_number(e, EVENT_ID, 0);
	m->hash = event_hash(e);
	m->provider = field_text(&u->c.arena, e, EVENT_PROVIDER);
	u->c.failed |= !m->provider;
	return m;
}

/* Undecided records can be many: one mark counts them, with the first one's particulars. */
static bool count_undecided(struct unit *u, const struct segment *s, size_t pack, size_t detection)
{
	for (size_t i = u->c.mark_count; i-- > 0;) {
		struct mark *const m = &u->c.marks[i];

		if (m->kind == MARK_UNDECIDED && m->segment == s && m->pack == pack &&
		    m->detection == detection) {
			m->count++;
			return true;
		}
	}
	return false;
}

static void match_detections(struct run *r, struct worker *w, struct unit *u,
			     const struct segment *s, const struct event *e)
{
	for (size_t p = 0; p < r->options->pack_count; p++) {
		const struct pack *const pack = r->options->packs[p];

		for (size_t d = 0; d < pack->detection_count; d++) {
			const struct pack_fields *const fields = &pack->detections[d].fields;
			const enum tri answer = matcher_match(w->matchers[p][d], e);
			struct mark *m;

			if (answer == TRI_FALSE ||
			    (answer == TRI_UNDECIDED && count_undecided(u, s, p, d)))
				continue;
			m = add_mark(u, answer == TRI_TRUE ? MARK_HIT : MARK_UNDECIDED, s, e);
			if (!m)
				return;
			m->pack = p;
			m->detection = d;
			if (answer != TRI_TRUE)
				continue;
			m->text = event_text(r->options->catalogue, e, &w->scratch, &u->c.arena);
			m->build = string_at(&u->c.arena, e, fields->build);
			m->account = string_at(&u->c.arena, e, fields->account);
			m->process = string_at(&u->c.arena, e, fields->process);
			u->c.failed |= !m->text;
			arena_reset(&w->scratch);
		}
	}
}

/* Builds that the event proves. They count whatever period is asked for: a build lasts. */
static void mark_builds(struct run *r, struct unit *u, const struct segment *s,
			const struct event *e)
{
	const uint64_t id = event_number(e, EVENT_ID, UINT64_MAX);

	for (size_t p = 0; p < r->options->pack_count; p++) {
		const struct pack *const pack = r->options->packs[p];

		for (size_t b = 0; b < pack->build_count; b++) {
			const struct pack_build *const rule = &pack->builds[b];
			struct mark *m;

			if (id != rule->event_id || rule->string >= e->data_count ||
			    !utf16_equal_ascii(e->field[EVENT_PROVIDER].bytes, rule->provider))
				continue;
			m = add_mark(u, MARK_BUILD, s, e);
			if (!m)
				return;
			m->pack = p;
			m->detection = b;
			m->text = string_at(&u->c.arena, e, (int)rule->string);
			u->c.failed |= !m->text;
		}
	}
}

/* Event 104 of the System log names the log that was cleared; 1102 is the Security log's own. */
static void mark_cleared(struct unit *u, const struct segment *s, const struct event *e)
{
	const uint64_t id = event_number(e, EVENT_ID, UINT64_MAX);
	struct mark *m;

	if ((id != CLEARED_LOG && id != CLEARED_SECURITY) ||
	    !utf16_equal_ascii(e->field[EVENT_PROVIDER].bytes, "Microsoft-Windows-Eventlog"))
		return;
	m = add_mark(u, MARK_CLEARED, s, e);
	if (!m)
		return;
	m->text = "Security";
	if (id == CLEARED_SECURITY)
		return;
	m->text = "";
	for (size_t i = 0; i < e->data_count; i++) {
		if (utf16_equal_ascii(e->data[i].name, "Channel"))
			m->text = value_text8(&u->c.arena, &e->data[i].value);
	}
	u->c.failed |= !m->text;
}

static void *on_unit_begin(void *context, const struct scan_worker *w, const struct source *source)
{
	struct unit *const u = calloc(1, sizeof(*u));

	(void)context;
	(void)w;
	if (u)
		u->source = source;
	return u;
}

static void on_event(void *context, const struct scan_worker *w, void *unit, const struct event *e)
{
	struct run *const r = context;
	struct unit *const u = unit;
	const uint64_t time = event_time(e);
	struct id_run run;
	struct segment *s;

	if (!u)
		return; /* told by unit_end */
	s = segment_of(u, e);
	run.first = run.last = event_record_number(e);
	run.first_time = run.last_time = time;
	if (!s || !add_run(&u->c.arena, s, &run)) {
		u->c.failed = true;
		return;
	}
	u->c.records++;
	s->records++;
	s->from = time < s->from ? time : s->from;
	s->to = time > s->to ? time : s->to;
	s->forwarded |= e->field[EVENT_MESSAGE].type != VALUE_NULL;
	mark_builds(r, u, s, e);
	if (time < r->options->since || time > r->options->until)
		return;
	mark_cleared(u, s, e);
	match_detections(r, &r->workers[w->index], u, s, e);
}

static void on_damage(void *context, const struct scan_worker *w, void *unit,
		      const struct scan_damage *damage)
{
	struct unit *const u = unit;
	struct scan_damage *d;

	(void)context;
	(void)w;
	if (!u)
		return;
	d = ARENA_GROW(&u->c.arena, u->c.damages, u->c.damage_count, u->c.damage_room);
	if (d)
		*d = *damage;
	else
		u->c.failed = true;
}

/* The segment of the whole that a unit's segment belongs to, with the unit's counts added. */
static struct segment *join_segment(struct collection *c, const struct segment *from)
{
	struct segment *to = find_segment(c, from->source, from->computer, from->channel);

	if (!to) {
		const char *const computer = arena_string(&c->arena, from->computer);
		const char *const channel = arena_string(&c->arena, from->channel);

		to = computer && channel ? new_segment(c, from->source, computer, channel) : NULL;
	}
	if (!to)
		return NULL;
	to->records += from->records;
	to->from = from->from < to->from ? from->from : to->from;
	to->to = from->to > to->to ? from->to : to->to;
	to->forwarded |= from->forwarded;
	for (size_t i = 0; i < from->run_count; i++) {
		if (!add_run(&c->arena, to, &from->runs[i]))
			return NULL;
	}
	return to;
}

static const char *keep(struct collection *c, const char *s)
{
	const char *copy;

	if (!s)
		return NULL;
	copy = arena_string(&c->arena, s);
	c->failed |= !copy;
	return copy;
}

static void join_mark(struct collection *c, const struct mark *from)
{
	struct mark *to;

	/* A crash loop proves one build a thousand times: only where it changes counts. */
	if (from->kind == MARK_BUILD && c->mark_count) {
		const struct mark *const last = &c->marks[c->mark_count - 1];

		if (last->kind == MARK_BUILD && last->pack == from->pack &&
		    last->detection == from->detection && !strcmp(last->text, from->text) &&
		    !strcmp(last->segment->computer, from->segment->computer) &&
		    last->segment->source == from->segment->source && last->time <= from->time)
			return;
	}
	to = ARENA_GROW(&c->arena, c->marks, c->mark_count, c->mark_room);
	if (!to) {
		c->failed = true;
		return;
	}
	*to = *from;
	to->segment = find_segment(c, from->segment->source, from->segment->computer,
				   from->segment->channel);
	to->provider = keep(c, from->provider);
	to->text = keep(c, from->text);
	to->build = keep(c, from->build);
	to->account = keep(c, from->account);
	to->process = keep(c, from->process);
}

static void unit_free(struct unit *u)
{
	if (u) {
		arena_free(&u->c.arena);
		free(u);
	}
}

static bool on_unit_end(void *context, const struct source *source, void *unit)
{
	const struct run *const r = context;
	struct collection *const c = r->whole;
	struct unit *const u = unit;

	(void)source;
	if (!u) {
		c->failed = true;
		return false;
	}
	c->failed |= u->c.failed;
	c->records += u->c.records;
	for (size_t i = 0; i < u->c.segment_count; i++)
		c->failed |= !join_segment(c, u->c.segments[i]);
	for (size_t i = 0; i < u->c.mark_count && !c->failed; i++)
		join_mark(c, &u->c.marks[i]);
	for (size_t i = 0; i < u->c.damage_count; i++) {
		struct scan_damage *const d =
			ARENA_GROW(&c->arena, c->damages, c->damage_count, c->damage_room);

		if (d)
			*d = u->c.damages[i];
		else
			c->failed = true;
	}
	unit_free(u);
	return !c->failed;
}

static void on_progress(void *context, uint64_t done, uint64_t total)
{
	const struct run *const r = context;

	if (r->options->progress)
		r->options->progress(r->options->progress_context, done, total);
}

static void on_unit_free(void *context, void *unit)
{
	(void)context;
	unit_free(unit);
}

static void workers_free(struct run *r)
{
	for (unsigned t = 0; r->workers && t < r->worker_count; t++) {
		struct worker *const w = &r->workers[t];

		for (size_t p = 0; w->matchers && p < r->options->pack_count; p++) {
			const size_t n = r->options->packs[p]->detection_count;

			for (size_t d = 0; w->matchers[p] && d < n; d++)
				matcher_free(w->matchers[p][d]);
			free(w->matchers[p]);
		}
		free(w->matchers);
		arena_free(&w->scratch);
	}
	free(r->workers);
}

/* One matcher per worker and detection. */
static bool workers_new(struct run *r, const struct compiled *compiled)
{
	r->workers = calloc(r->worker_count, sizeof(*r->workers));
	for (unsigned t = 0; r->workers && t < r->worker_count; t++) {
		struct worker *const w = &r->workers[t];

		w->matchers = calloc(r->options->pack_count + 1, sizeof(*w->matchers));
		if (!w->matchers)
			return false;
		for (size_t p = 0; p < r->options->pack_count; p++) {
			const struct pack *const pack = r->options->packs[p];

			w->matchers[p] = calloc(pack->detection_count + 1, sizeof(**w->matchers));
			if (!w->matchers[p])
				return false;
			for (size_t d = 0; d < pack->detection_count; d++) {
				w->matchers[p][d] = matcher_new(
					compiled->queries[p][d], r->options->catalogue,
					pack->detections[d].values ? QUERY_SUBJECT_VALUES
								   : QUERY_SUBJECT_MESSAGE);
				if (!w->matchers[p][d])
					return false;
			}
		}
	}
	return r->workers != NULL;
}

enum tocsin_status collect_run(struct collection *c, const struct evidence *evidence,
			       const struct check_options *options, const struct compiled *compiled,
			       struct tocsin_error *error)
{
	struct run r = {options, c, NULL, options->threads ? options->threads : 1};
	const struct scan_options scan = {r.worker_count, false};
	const struct scan_client client = {
		.context = &r,
		.unit_begin = on_unit_begin,
		.event = on_event,
		.damage = on_damage,
		.unit_end = on_unit_end,
		.unit_free = on_unit_free,
		.progress = on_progress,
	};
	enum tocsin_status status = TOCSIN_NO_MEMORY;

	if (workers_new(&r, compiled))
		status = scan_run(evidence, &scan, &client, error);
	workers_free(&r);
	if (c->failed)
		status = TOCSIN_NO_MEMORY;
	if (status == TOCSIN_NO_MEMORY)
		return error_set(error, status, 0, "out of memory");
	return status;
}
