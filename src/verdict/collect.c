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
#include "query/cleared_log.h"
#include "verdict/timeline.h"

/* FNV-1a, 64 bits */
#define FNV_START 0xcbf29ce484222325u
#define FNV_PRIME 0x100000001b3u

struct worker {
	struct matcher ***matchers; /* [pack][detection] */
	struct arena scratch;
};

struct run {
	const struct check_options *options;
	struct collection *whole;
	size_t tally_count; /* a segment: all packs' detections and build rules */
	struct worker *workers;
	unsigned worker_count;
};

/* One unit's collection, plus what makes the next record of the same kind cheap. */
struct unit {
	struct collection c;
	const struct source *source;
	struct source_loss loss; /* only of borrowed templates */
	struct segment *last;
	struct view last_computer, last_channel; /* raw text of `last`, in the unit's arena */
};

static const char *field_text(struct arena *a, const struct event *e, enum event_field f)
{
	return value_text8(a, &e->field[f]);
}

static uint64_t hash_text(uint64_t h, const char *s)
{
	for (; *s; s++)
		h = (h ^ (uint8_t)*s) * FNV_PRIME;
	return h * FNV_PRIME;
}

static size_t segment_slot(const struct collection *c, const struct segment *like)
{
	uint64_t h = hash_text(FNV_START ^ (uintptr_t)like->source, like->computer);
	size_t i;

	h = hash_text(h, like->channel) ^ like->recovered;
	h ^= h >> 29;
	for (i = (size_t)h & (c->index.room - 1); c->index.slots[i];
	     i = (i + 1) & (c->index.room - 1)) {
		const struct segment *const s = c->segments[c->index.slots[i] - 1];

		if (s->source == like->source && s->recovered == like->recovered &&
		    !strcmp(s->computer, like->computer) && !strcmp(s->channel, like->channel))
			break;
	}
	return i;
}

/* The segment with the source, names and kind of `like`. */
static struct segment *find_segment(const struct collection *c, const struct segment *like)
{
	const size_t slot = c->index.room ? c->index.slots[segment_slot(c, like)] : 0;

	return slot ? c->segments[slot - 1] : NULL;
}

/* Puts the last segment into the index, which grows with them. */
static bool index_segment(struct collection *c)
{
	const struct segment *s;

	if (c->segment_count * 2 > c->index.room) {
		const size_t room = c->index.room ? c->index.room * 2 : 16;

		c->index.slots = arena_array(&c->arena, room, sizeof(*c->index.slots));
		c->index.room = c->index.slots ? room : 0;
		for (size_t i = 0; c->index.room && i + 1 < c->segment_count; i++) {
			s = c->segments[i];
			c->index.slots[segment_slot(c, s)] = i + 1;
		}
	}
	if (!c->index.room)
		return false;
	s = c->segments[c->segment_count - 1];
	c->index.slots[segment_slot(c, s)] = c->segment_count;
	return true;
}

static struct segment *new_segment(struct collection *c, const struct segment *like)
{
	struct segment *const s = arena_alloc(&c->arena, sizeof(*s));
	struct segment **const slot =
		s ? ARENA_GROW(&c->arena, c->segments, c->segment_count, c->segment_room) : NULL;

	if (!slot)
		return NULL;
	*slot = s;
	s->source = like->source;
	s->computer = like->computer;
	s->channel = like->channel;
	s->recovered = like->recovered;
	s->from = UINT64_MAX;
	return index_segment(c) ? s : NULL;
}

/* The segment of an event; its names are compared raw with the last record's first. */
static struct segment *segment_of(struct unit *u, const struct event *e)
{
	const struct view computer = e->field[EVENT_COMPUTER].bytes;
	const struct view channel = e->field[EVENT_CHANNEL].bytes;
	struct segment like = {.source = u->source, .recovered = e->origin != EVENT_LIVE};
	struct segment *s;

	if (u->last && u->last->recovered == like.recovered &&
	    view_equal(computer, u->last_computer) && view_equal(channel, u->last_channel))
		return u->last;
	like.computer = field_text(&u->c.arena, e, EVENT_COMPUTER);
	like.channel = field_text(&u->c.arena, e, EVENT_CHANNEL);
	if (!like.computer || !like.channel)
		return NULL;
	s = find_segment(&u->c, &like);
	if (!s)
		s = new_segment(&u->c, &like);
	u->last = s;
	u->last_computer.p = (const uint8_t *)arena_copy(&u->c.arena, computer.p, computer.n);
	u->last_computer.n = computer.n;
	u->last_channel.p = (const uint8_t *)arena_copy(&u->c.arena, channel.p, channel.n);
	u->last_channel.n = channel.n;
	if (!u->last_computer.p || !u->last_channel.p)
		u->last = NULL;
	return s;
}

static bool add_run(struct collection *c, struct segment *s, const struct id_run *run)
{
	return id_runs_add(&s->ids, &c->arena, run, &c->run_count, LIMIT_ID_RUNS);
}

static uint64_t event_record_number(const struct event *e)
{
	return event_number(e, EVENT_RECORD_ID, e->record_id);
}

static uint64_t hash_view(uint64_t h, struct view v)
{
	for (size_t i = 0; i < v.n; i++)
		h = (h ^ v.p[i]) * FNV_PRIME;
	return (h ^ v.n) * FNV_PRIME;
}

/* A record's identity beside its host and channel: two exports of one log hold the same. */
static uint64_t event_hash(const struct event *e)
{
	uint64_t h = FNV_START;

	h = hash_view(h, e->field[EVENT_PROVIDER].bytes);
	/* By its number: a collector keeps as text what a log of its own keeps as a number. */
	h = (h ^ event_number(e, EVENT_ID, 0)) * FNV_PRIME;
	for (size_t i = 0; i < e->data_count; i++)
		h = hash_view(h, e->data[i].value.bytes);
	return h;
}

/*
 * A copy of a text of a hit. A log where each record is a hit with a long text must not take the
 * memory: `taken` counts what is kept, and beyond `limit` a text keeps its start only.
 */
static const char *keep_text(struct arena *a, const char *s, size_t *taken, size_t limit)
{
	const size_t n = strlen(s), room = *taken < limit ? LIMIT_HIT_TEXT : LIMIT_HIT_TEXT_FEW;
	char *copy;
	size_t cut = room;

	if (n <= room + 4) {
		*taken += n;
		return arena_copy(a, s, n);
	}
	while (cut && ((uint8_t)s[cut] & 0xc0) == 0x80)
		cut--; /* not inside a character */
	copy = arena_alloc(a, cut + sizeof(" …"));
	if (!copy)
		return NULL;
	memcpy(copy, s, cut);
	memcpy(copy + cut, " …", sizeof(" …"));
	*taken += cut;
	return copy;
}

static const char *string_at(struct unit *u, struct arena *scratch, const struct event *e,
			     int index)
{
	struct value v;
	const char *text;

	if (index < 0 || (size_t)index >= e->data_count)
		return NULL;
	v = event_string(e, (size_t)index);
	text = value_text8(scratch, &v);
	text = text ? keep_text(&u->c.arena, text, &u->c.text_bytes, LIMIT_UNIT_HIT_TEXT) : NULL;
	u->c.failed |= !text;
	return text;
}

/* The message where its wording is known, else the inserted values with " | " between them. */
static const char *event_text(const struct message_catalogue *catalogue, const struct event *e,
			      struct arena *scratch)
{
	struct buf text = {0};
	struct view message;
	const char *copy;

	if (message_text(catalogue, e, scratch, &message) != MESSAGE_UNKNOWN)
		return utf16_to_utf8(scratch, message, NULL);
	for (size_t i = 0; i < e->data_count && text.n <= LIMIT_HIT_TEXT; i++) {
		if (i)
			buf_str(&text, " | ");
		value_append(&text, &e->data[i].value, UTF_PLAIN);
	}
	copy = text.failed ? NULL : arena_copy(scratch, text.p, text.n);
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
	m->time = m->last = event_time(e);
	m->record_id = event_record_number(e);
	m->offset = e->offset;
	m->chunk = e->chunk;
	m->origin = e->origin;
	m->template_path = e->template_path ? arena_string(&u->c.arena, e->template_path) : NULL;
	m->template_offset = e->template_offset;
	m->template_ambiguous = e->template_ambiguous;
	m->event_id = (uint32_t)event_number(e, EVENT_ID, 0);
	m->hash = event_hash(e);
	m->provider = field_text(&u->c.arena, e, EVENT_PROVIDER);
	u->c.failed |= !m->provider || (e->template_path && !m->template_path);
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

static void fill_hit(const struct run *r, struct worker *w, struct unit *u, struct mark *m,
		     const struct event *e)
{
	const struct pack_fields *const f =
		&r->options->packs[m->pack]->detections[m->detection].fields;
	const char *const text = event_text(r->options->catalogue, e, &w->scratch);

	m->text = text ? keep_text(&u->c.arena, text, &u->c.text_bytes, LIMIT_UNIT_HIT_TEXT) : NULL;
	m->build = string_at(u, &w->scratch, e, f->build);
	m->account = string_at(u, &w->scratch, e, f->account);
	m->process = string_at(u, &w->scratch, e, f->process);
	u->c.failed |= !m->text;
	arena_reset(&w->scratch);
}

static void match_detections(struct run *r, struct worker *w, struct unit *u,
			     const struct segment *s, const struct event *e)
{
	for (size_t p = 0; p < r->options->pack_count; p++) {
		const struct pack *const pack = r->options->packs[p];

		for (size_t d = 0; d < pack->detection_count; d++) {
			struct matcher *const matcher = w->matchers[p][d];
			const enum tri answer = matcher ? matcher_match(matcher, e) : TRI_FALSE;
			struct mark *m;

			if (answer == TRI_FALSE ||
			    (answer == TRI_UNDECIDED && count_undecided(u, s, p, d)))
				continue;
			m = add_mark(u, answer == TRI_TRUE ? MARK_HIT : MARK_UNDECIDED, s, e);
			if (!m)
				return;
			m->pack = p;
			m->detection = d;
			if (answer == TRI_TRUE)
				fill_hit(r, w, u, m, e);
		}
	}
}

/* Builds that the event proves. They count whatever period is asked for: a build lasts. */
static void mark_builds(const struct run *r, struct worker *w, struct unit *u,
			const struct segment *s, const struct event *e)
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
			m->text = string_at(u, &w->scratch, e, (int)rule->string);
			arena_reset(&w->scratch);
		}
	}
}

/* Event 104 of the System log names the log that was cleared; 1102 is the Security log's own. */
static void mark_cleared(struct unit *u, const struct segment *s, const struct event *e)
{
	struct cleared_log cleared;
	struct mark *m;

	if (!cleared_log(e, &cleared))
		return;
	m = add_mark(u, MARK_CLEARED, s, e);
	if (!m)
		return;
	m->text = "Security";
	if (cleared.security)
		return;
	m->text = "";
	if (cleared.channel.type != VALUE_NULL)
		m->text = value_text8(&u->c.arena, &cleared.channel);
	u->c.failed |= !m->text;
}

/* What stands in for a lost template is a guess, though a good one: it is told. */
static void count_borrowed(struct source_loss *to, const struct source_loss *from)
{
	if (!to->borrowed) {
		to->borrowed_id = from->borrowed_id;
		to->borrowed_offset = from->borrowed_offset;
	}
	to->borrowed += from->borrowed;
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
	if (!s || !add_run(&u->c, s, &run)) {
		u->c.failed = true;
		return;
	}
	if (e->template_path) {
		const struct source_loss one = {
			.borrowed = 1, .borrowed_id = run.first, .borrowed_offset = e->offset};

		count_borrowed(&u->loss, &one);
	}
	u->c.records++;
	s->records++;
	s->from = time < s->from ? time : s->from;
	s->to = time > s->to ? time : s->to;
	s->forwarded |= e->field[EVENT_MESSAGE].type != VALUE_NULL;
	mark_builds(r, &r->workers[w->index], u, s, e);
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
	struct segment *to = find_segment(c, from);

	if (!to) {
		struct segment like = *from;

		like.computer = arena_string(&c->arena, from->computer);
		like.channel = arena_string(&c->arena, from->channel);
		to = like.computer && like.channel ? new_segment(c, &like) : NULL;
	}
	if (!to)
		return NULL;
	to->records += from->records;
	to->from = from->from < to->from ? from->from : to->from;
	to->to = from->to > to->to ? from->to : to->to;
	to->forwarded |= from->forwarded;
	to->ids.scattered |= from->ids.scattered;
	for (size_t i = 0; i < from->ids.count; i++) {
		if (!add_run(c, to, &from->ids.list[i]))
			return NULL;
	}
	return to;
}

static const char *keep(struct collection *c, const char *s)
{
	const char *copy;

	if (!s)
		return NULL;
	copy = keep_text(&c->arena, s, &c->text_bytes, LIMIT_HIT_TEXTS);
	c->failed |= !copy;
	return copy;
}

/* The tally of a mark's detection or build rule in its segment. */
static struct tally *tally_of(const struct run *r, struct segment *s, const struct mark *m)
{
	const struct check_options *const o = r->options;
	size_t i = m->detection;

	if (!s->tallies)
		s->tallies = arena_array(&r->whole->arena, r->tally_count, sizeof(*s->tallies));
	for (size_t p = 0; p < m->pack; p++)
		i += o->packs[p]->detection_count + o->packs[p]->build_count + 1;
	if (m->kind == MARK_BUILD)
		i += o->packs[m->pack]->detection_count;
	else if (m->kind == MARK_CLEARED)
		i = r->tally_count - 1;
	return s->tallies ? &s->tallies[i] : NULL;
}

/* Counts a mark as one more of an earlier one. */
static bool add_to(struct collection *c, size_t index, const struct mark *from)
{
	struct mark *const to = index ? &c->marks[index - 1] : NULL;

	if (!to)
		return false;
	to->count += from->count;
	to->last = from->last > to->last ? from->last : to->last;
	if (from->time < to->time)
		to->time = from->time;
	return true;
}

/*
 * Whether a mark needs no place of its own. A crash loop proves one build a thousand times: only
 * where it changes counts. Hits beyond the limits are counted by what the event says that ran:
 * their severity depends on it.
 */
static bool is_counted(const struct run *r, struct segment *s, struct tally *t,
		       const struct mark *m, size_t **ret_slot)
{
	struct collection *const c = r->whole;
	const struct mark *const last = t->last_build ? &c->marks[t->last_build - 1] : NULL;
	struct arena scratch = {0};
	struct build own;
	enum ran ran;

	*ret_slot = NULL;
	switch (m->kind) {
	case MARK_BUILD:
		*ret_slot = &t->last_build;
		return last && !strcmp(last->text, m->text) && last->time <= m->time;
	case MARK_UNDECIDED:
		*ret_slot = &t->undecided;
		return add_to(c, t->undecided, m);
	case MARK_HIT:
		if (t->kept < (c->hit_count < LIMIT_HITS_ALL ? LIMIT_HITS_KEPT : LIMIT_HITS_FEW)) {
			t->kept++;
			c->hit_count++;
			return false;
		}
		ran = timeline_own(&scratch, r->options->db, r->options->packs[m->pack], m->build,
				   &own);
		arena_free(&scratch);
		if (ran == RAN_NO_MEMORY) {
			c->failed = true;
			return true;
		}
		*ret_slot = &t->more[ran];
		return add_to(c, **ret_slot, m);
	case MARK_CLEARED:
		break;
	}
	if (t->cleared == LIMIT_CLEARED_KEPT)
		s->cleared_more = true; /* which log it was is not kept: a doubt about each */
	else
		t->cleared++;
	return s->cleared_more;
}

static void join_mark(const struct run *r, const struct mark *from)
{
	struct collection *const c = r->whole;
	struct segment *const s = find_segment(c, from->segment);
	struct tally *const t = s ? tally_of(r, s, from) : NULL;
	struct mark *to;
	size_t *slot;

	if (!t) {
		c->failed = true;
		return;
	}
	if (is_counted(r, s, t, from, &slot))
		return;
	if (from->kind == MARK_BUILD && ++t->build_count > LIMIT_BUILDS_KEPT)
		to = &c->marks[t->last_build - 1]; /* the newest one decides about exposure */
	else
		to = ARENA_GROW(&c->arena, c->marks, c->mark_count, c->mark_room);
	if (!to) {
		c->failed = true;
		return;
	}
	*to = *from;
	to->segment = s;
	to->template_path = keep(c, from->template_path);
	to->provider = keep(c, from->provider);
	to->text = keep(c, from->text);
	to->build = keep(c, from->build);
	to->account = keep(c, from->account);
	to->process = keep(c, from->process);
	if (slot)
		*slot = (size_t)(to - c->marks) + 1;
}

/* The first losses of a source are told one by one. */
static bool join_damage(struct collection *c, const struct scan_damage *d)
{
	struct source_loss *const loss = &c->losses[d->source - c->sources];
	const bool lost = d->error.status != TOCSIN_MISMATCH;
	struct scan_damage *to;

	loss->lost += lost;
	if (loss->kept == LIMIT_LOSSES_KEPT) {
		loss->more++;
		loss->more_lost += lost;
		return true;
	}
	to = ARENA_GROW(&c->arena, c->damages, c->damage_count, c->damage_room);
	if (!to)
		return false;
	*to = *d;
	loss->kept++;
	return true;
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

	if (!u) {
		c->failed = true;
		return false;
	}
	count_borrowed(&c->losses[source - c->sources], &u->loss);
	c->failed |= u->c.failed;
	c->records += u->c.records;
	for (size_t i = 0; i < u->c.segment_count; i++)
		c->failed |= !join_segment(c, u->c.segments[i]);
	for (size_t i = 0; i < u->c.mark_count && !c->failed; i++)
		join_mark(r, &u->c.marks[i]);
	for (size_t i = 0; i < u->c.damage_count; i++)
		c->failed |= !join_damage(c, &u->c.damages[i]);
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
				const struct query *const query = compiled->detections[p][d].query;

				if (!query)
					continue;
				w->matchers[p][d] = matcher_new(query, r->options->catalogue,
								pack->detections[d].values
									? QUERY_SUBJECT_VALUES
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
	struct run r = {options, c, 1, NULL, options->threads ? options->threads : 1};
	const struct scan_options scan = {.threads = r.worker_count, .engine = options->engine};
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

	for (size_t p = 0; p < options->pack_count; p++)
		r.tally_count +=
			options->packs[p]->detection_count + options->packs[p]->build_count + 1;
	c->sources = evidence->sources;
	c->losses = arena_array(&c->arena, evidence->source_count, sizeof(*c->losses));
	if (c->losses && workers_new(&r, compiled))
		status = scan_run(evidence, &scan, &client, error);
	workers_free(&r);
	if (c->failed)
		status = TOCSIN_NO_MEMORY;
	if (status == TOCSIN_NO_MEMORY)
		return error_set(error, status, 0, "out of memory");
	return status;
}
