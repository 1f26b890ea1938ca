/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What the tests of the engines share: one question over evidence in memory, asked in different
 * ways, and everything that comes of it as bytes that can be compared: the selected and the
 * undecided records in their order, each with its fields, its JSON and its XML; the losses; the
 * account; how many records were met before each of these; the channels.
 */
#ifndef TOCSIN_TESTS_ENGINE_LAB_H
#define TOCSIN_TESTS_ENGINE_LAB_H

#include <stdio.h>
#include <stdlib.h>

#include "base/cpu.h"
#include "base/threads.h"
#include "query/predicate_parts.h"
#include "query/prefilter.h"
#include "query/scan.h"

#define ENGINE_FLAGS_ALL                                                                           \
	(SCAN_WITHOUT_SKIM | SCAN_WITHOUT_PREFILTER | SCAN_WITHOUT_SELECT | SCAN_WITHOUT_COMPILED)
#define ENGINE_THREADS_MAX 4u

struct engine_question {
	const struct evidence *evidence;
	const struct query *query; /* NULL: every record */
	const struct message_catalogue *catalogue;
	enum query_subject subject;
	uint64_t since, until;
	uint32_t parts; /* of the events that are looked at; 0: all */
	bool newest_first, others, recover;
	bool in_memory; /* see engine_evidence */
};

/* How it is answered. */
struct engine_way {
	unsigned without; /* SCAN_WITHOUT_ */
	enum cpu_level level;
	unsigned threads;
	bool select, prefilter; /* the client gives them */
};

static const struct engine_way engine_slow = {ENGINE_FLAGS_ALL, CPU_SCALAR, 1, false, false};

struct engine_answer {
	struct buf text;
	uint64_t records, passed, selected, undecided, losses;
};

static inline void engine_answer_free(struct engine_answer *a)
{
	buf_free(&a->text);
}

/* ---- Evidence in memory */

#define ENGINE_SOURCES 192u

struct engine_evidence {
	struct evidence evidence;
	struct source sources[ENGINE_SOURCES];
	struct view bytes[ENGINE_SOURCES];
};

/* Reads a source whose handle is the view of its bytes. */
static inline enum tocsin_status engine_read_at(struct os_file *file, uint64_t offset, void *to,
						size_t n, size_t *ret_n, struct tocsin_error *error)
{
	const struct view *const v = (const void *)file;
	const size_t at = offset < v->n ? (size_t)offset : v->n;

	(void)error;
	*ret_n = n < v->n - at ? n : v->n - at;
	if (*ret_n)
		memcpy(to, v->p + at, *ret_n);
	return TOCSIN_OK;
}

/* The bytes and the path stay the caller's. */
static inline void engine_evidence_add(struct engine_evidence *e, const char *path,
				       struct view bytes)
{
	const size_t i = e->evidence.source_count++;

	if (i >= ENGINE_SOURCES)
		abort();
	e->bytes[i] = bytes;
	e->sources[i] = (struct source){
		.path = path,
		.kind = SOURCE_EVTX,
		.size = bytes.n,
		.file = (struct os_file *)(void *)&e->bytes[i],
	};
	e->evidence.sources = e->sources;
	e->evidence.bytes += bytes.n;
}

/* ---- One run */

struct engine_unit {
	struct buf text, channels;
	uint64_t records, passed, selected, undecided, losses;
};

struct engine_run {
	const struct engine_question *question;
	const struct engine_way *way;
	struct engine_answer *answer;
	struct matcher *matchers[ENGINE_THREADS_MAX], *selectors[ENGINE_THREADS_MAX];
	struct prefilter *prefilter;
	bool failed;
};

static inline void engine_add_view(struct buf *out, struct view v)
{
	buf_printf(out, "%zu:", v.n);
	if (v.n)
		buf_add(out, v.p, v.n);
}

static inline void engine_add_value(struct buf *out, const struct value *v)
{
	buf_printf(out, " %02x ", v->type);
	engine_add_view(out, v->bytes);
}

static inline void engine_add_data(struct buf *out, const struct event_data *data, size_t count)
{
	buf_printf(out, " [%zu]", count);
	for (size_t i = 0; i < count; i++) {
		engine_add_view(out, data[i].name);
		engine_add_value(out, &data[i].value);
	}
}

static inline void engine_add_event(const struct engine_question *q, struct buf *out,
				    const struct event *e)
{
	const uint32_t parts = q->parts ? q->parts : EVENT_PARTS_ALL;

	buf_printf(out, "id %llu written %llu offset %llu chunk %lu size %lu %s %s %d%d%d %s:%llu",
		   (unsigned long long)e->record_id, (unsigned long long)e->written,
		   (unsigned long long)e->offset, (unsigned long)e->chunk, (unsigned long)e->size,
		   event_origin_name(e->origin), e->note ? e->note : "", e->template_missing,
		   e->values_cut, e->template_ambiguous, e->template_path ? e->template_path : "",
		   (unsigned long long)e->template_offset);
	for (unsigned i = 0; i < EVENT_FIELD_COUNT; i++)
		if (parts & EVENT_PART(i))
			engine_add_value(out, &e->field[i]);
	if (parts & EVENT_PART_DATA) {
		engine_add_data(out, e->data, e->data_count);
		engine_add_view(out, e->binary);
	}
	if (q->others && (parts & EVENT_PART_OTHERS))
		engine_add_data(out, e->others, e->other_count);
	buf_byte(out, '\n');
}

/* Both renderings; what a failed one leaves is nobody's. */
static inline void engine_add_text(struct buf *out, struct evtx_decoder *d, const struct event *e)
{
	static enum tocsin_status (*const render[])(struct evtx_decoder *, const struct event *,
						    struct buf *) = {evtx_render_json,
								     evtx_render_xml};

	for (size_t i = 0; i < 2; i++) {
		const size_t at = out->n;
		const enum tocsin_status status = render[i](d, e, out);

		if (status != TOCSIN_OK) {
			out->n = at;
			buf_str(out, tocsin_status_name(status));
		}
		buf_byte(out, '\n');
	}
}

static inline void *engine_unit_begin(void *context, const struct scan_worker *w,
				      const struct source *source)
{
	(void)context;
	(void)w;
	(void)source;
	return calloc(1, sizeof(struct engine_unit));
}

/* Each channel once, where it is met first. */
static inline void engine_channel(struct engine_unit *u, const struct value *channel)
{
	const size_t at = u->channels.n;
	size_t n;

	if (channel->type == VALUE_NULL)
		return;
	engine_add_value(&u->channels, channel);
	n = u->channels.n - at;
	for (size_t i = 0; i + n <= at; i++)
		if (!memcmp(u->channels.p + i, u->channels.p + at, n)) {
			u->channels.n = at;
			return;
		}
	buf_str(&u->text, "# a channel\n");
}

static inline enum tri engine_ask(const struct engine_question *q, struct matcher *m,
				  const struct event *e)
{
	const uint64_t time = event_time(e);

	if (time < q->since || time > q->until)
		return TRI_FALSE;
	return m ? matcher_match(m, e) : TRI_TRUE;
}

static inline bool engine_select(void *context, const struct scan_worker *w, void *state,
				 const struct event *e)
{
	const struct engine_run *const r = context;

	engine_channel(state, &e->field[EVENT_CHANNEL]);
	return engine_ask(r->question, r->selectors[w->index], e) != TRI_FALSE;
}

static inline void engine_passed(void *context, const struct scan_worker *w, void *state,
				 uint64_t n)
{
	struct engine_unit *const u = state;

	(void)context;
	(void)w;
	u->passed += n;
}

static inline bool engine_seen(void *context, const struct scan_worker *w, void *state,
			       const struct value *channel)
{
	(void)context;
	(void)w;
	engine_channel(state, channel);
	return true;
}

static inline void engine_event(void *context, const struct scan_worker *w, void *state,
				const struct event *e)
{
	const struct engine_run *const r = context;
	struct engine_unit *const u = state;
	enum tri answer;

	engine_channel(u, &e->field[EVENT_CHANNEL]);
	u->records++;
	answer = engine_ask(r->question, r->matchers[w->index], e);
	if (answer == TRI_FALSE)
		return;
	u->selected += answer == TRI_TRUE;
	u->undecided += answer == TRI_UNDECIDED;
	buf_printf(&u->text, "# %llu %s ", (unsigned long long)(u->records + u->passed),
		   answer == TRI_TRUE ? "hit" : "undecided");
	engine_add_event(r->question, &u->text, e);
	engine_add_text(&u->text, w->decoder, e);
}

static inline void engine_damage(void *context, const struct scan_worker *w, void *state,
				 const struct scan_damage *d)
{
	struct engine_unit *const u = state;

	(void)context;
	(void)w;
	u->losses++;
	buf_printf(&u->text,
		   "# %llu loss %s record %llu offset %llu bytes %llu chunk %lu: %s (%s)\n",
		   (unsigned long long)(u->records + u->passed),
		   tocsin_status_name(d->error.status), (unsigned long long)d->record_id,
		   (unsigned long long)d->error.offset, (unsigned long long)d->bytes,
		   (unsigned long)d->chunk, d->error.msg ? d->error.msg : "", d->error.detail);
}

static inline void engine_account(void *context, const struct scan_worker *w, void *state,
				  const struct evtx_account *a)
{
	struct engine_unit *const u = state;

	(void)context;
	(void)w;
	buf_printf(&u->text, "# account %llu %llu %llu %llu %llu %llu %llu %llu\n",
		   (unsigned long long)a->headers, (unsigned long long)a->records,
		   (unsigned long long)a->recovered, (unsigned long long)a->unused,
		   (unsigned long long)a->residue, (unsigned long long)a->lost,
		   (unsigned long long)a->noise, (unsigned long long)a->copies);
}

static inline void engine_unit_free(void *context, void *state)
{
	struct engine_unit *const u = state;

	(void)context;
	if (!u)
		return;
	buf_free(&u->text);
	buf_free(&u->channels);
	free(u);
}

static inline bool engine_unit_end(void *context, const struct source *source, void *state)
{
	struct engine_run *const r = context;
	struct engine_answer *const a = r->answer;
	struct engine_unit *const u = state;

	if (!u || buf_failed(&u->text) || buf_failed(&u->channels)) {
		r->failed = true;
		engine_unit_free(NULL, u);
		return false;
	}
	a->records += u->records + u->passed;
	a->passed += u->passed;
	a->selected += u->selected;
	a->undecided += u->undecided;
	a->losses += u->losses;
	buf_printf(&a->text, "# unit %s, %llu records\n", source->path,
		   (unsigned long long)(u->records + u->passed));
	if (u->text.n)
		buf_add(&a->text, u->text.p, u->text.n);
	if (u->channels.n)
		buf_add(&a->text, u->channels.p, u->channels.n);
	buf_byte(&a->text, '\n');
	engine_unit_free(NULL, u);
	return true;
}

static inline bool engine_run_prepare(struct engine_run *r)
{
	const struct engine_question *const q = r->question;

	if (!q->query)
		return true;
	for (unsigned i = 0; i < r->way->threads; i++) {
		r->matchers[i] = matcher_new(q->query, q->catalogue, q->subject);
		r->selectors[i] = matcher_new(q->query, q->catalogue, q->subject);
		if (!r->matchers[i] || !r->selectors[i])
			return false;
	}
	return !r->way->prefilter ||
	       prefilter_new(q->query, q->catalogue, q->subject, &r->prefilter, NULL) == TOCSIN_OK;
}

/* Asks the question in one way; false without memory. */
static inline bool engine_answer(const struct engine_question *q, const struct engine_way *way,
				 struct engine_answer *ret)
{
	struct engine_run r = {.question = q, .way = way, .answer = ret};
	const struct scan_options options = {
		.threads = way->threads,
		.newest_first = q->newest_first,
		.recover = q->recover,
		.others = q->others,
		.read_at = q->in_memory ? engine_read_at : NULL,
		.engine = way->without,
	};
	struct scan_client client = {
		.context = &r,
		.parts = q->parts,
		.passed = engine_passed,
		.unit_begin = engine_unit_begin,
		.event = engine_event,
		.damage = engine_damage,
		.account = engine_account,
		.unit_end = engine_unit_end,
		.unit_free = engine_unit_free,
	};
	bool ok;

	memset(ret, 0, sizeof(*ret));
	cpu_limit(way->level);
	ok = engine_run_prepare(&r);
	if (way->select) {
		client.select = engine_select;
		client.select_parts = EVENT_PART(EVENT_TIME) | EVENT_PART(EVENT_CHANNEL) |
				      (q->query ? query_parts(q->query, q->subject) : 0);
	}
	client.prefilter = r.prefilter;
	client.seen = r.prefilter ? engine_seen : NULL;
	if (client.parts) /* what `event` itself looks at */
		client.parts |= EVENT_PART(EVENT_TIME) | EVENT_PART(EVENT_CHANNEL) |
				(q->query ? query_parts(q->query, q->subject) : 0);
	ok = ok && scan_run(q->evidence, &options, &client, NULL) == TOCSIN_OK && !r.failed &&
	     !buf_failed(&ret->text);
	for (unsigned i = 0; i < ENGINE_THREADS_MAX; i++) {
		matcher_free(r.matchers[i]);
		matcher_free(r.selectors[i]);
	}
	prefilter_free(r.prefilter);
	cpu_limit(CPU_AVX512);
	return ok;
}

/* ---- One chunk by itself */

/* All plain records of the chunk that was skimmed. */
static inline bool engine_touch_records(struct evtx_decoder *d, uint32_t count, struct buf *out)
{
	for (uint32_t i = 0; i < count; i++) {
		const struct event *e;

		if (!evtx_skim_records(d)[i].plain)
			continue;
		(void)evtx_skim_channel(d, i);
		e = evtx_skim_event(d, i, i % 3 ? EVENT_PART(EVENT_ID) : 0);
		if (!e || !evtx_skim_complete(d, i, EVENT_PARTS_ALL))
			return false;
		buf_clear(out);
		engine_add_text(out, d, e);
		evtx_skim_refuse(d);
	}
	return true;
}

/*
 * The fast way over chunks that stand in blocks of exactly their size, each at another distance
 * from an aligned place: the address sanitizer sees what a read past the end of a record's last
 * value would not show in a worker's buffer. False: what was promised can't be had, or no memory.
 */
static inline bool engine_touch(struct view log, const struct prefilter *prefilter)
{
	struct evtx_decoder *const d = evtx_decoder_new();
	struct buf out = {0};
	bool ok = d != NULL;

	for (size_t at = EVTX_HEADER_SIZE, i = 0; ok && at < log.n; at += EVTX_CHUNK_SIZE, i++) {
		const struct view bytes = view_slice(log, at, EVTX_CHUNK_SIZE);
		uint8_t *const block = malloc(bytes.n + i % 16);
		const struct view copy = {block ? block + i % 16 : NULL, bytes.n};
		struct evtx_chunk_info info;
		struct tocsin_error error;
		uint32_t hits[16], count;

		if (!block)
			break;
		memcpy(block + i % 16, bytes.p, bytes.n);
		if (prefilter)
			(void)prefilter_find(prefilter, copy, 0, copy.n, hits, 16);
		if (evtx_chunk_open(d, copy, at, (uint32_t)i, &info, &error) == TOCSIN_OK &&
		    evtx_skim(d, &count))
			ok = engine_touch_records(d, count, &out);
		free(block);
	}
	buf_free(&out);
	evtx_decoder_free(d);
	return ok;
}

/* ---- Comparing */

static inline void engine_print(FILE *to, const struct buf *text, size_t at)
{
	size_t from = at < text->n ? at : text->n;

	while (from && !(text->p[from] == '#' && text->p[from - 1] == '\n') && at - from < 4000)
		from--;
	for (size_t i = from; i < text->n && i < at + 200; i++) {
		const uint8_t c = (uint8_t)text->p[i];

		if (i == at)
			fputs("<<HERE>>", to);
		if (c == 0)
			continue;
		fputc(c < ' ' && c != '\n' ? '.' : c, to);
	}
	fputc('\n', to);
}

static inline void engine_way_print(FILE *to, const struct engine_way *way)
{
	fprintf(to, "way: %s%s%s%s%s, %u threads%s%s\n", cpu_level_name(way->level),
		way->without & SCAN_WITHOUT_SKIM ? ",no-skim" : "",
		way->without & SCAN_WITHOUT_PREFILTER ? ",no-prefilter" : "",
		way->without & SCAN_WITHOUT_SELECT ? ",no-select" : "",
		way->without & SCAN_WITHOUT_COMPILED ? ",no-compiled" : "", way->threads,
		way->select ? ", select" : "", way->prefilter ? ", prefilter" : "");
}

/* Whether both are the same; else the first difference is printed. */
static inline bool engine_same(const struct engine_answer *expected,
			       const struct engine_answer *got, const struct engine_way *way)
{
	const struct buf *const a = &expected->text, *const b = &got->text;
	size_t at = 0;

	if (a->n == b->n && (!a->n || !memcmp(a->p, b->p, a->n)))
		return true;
	while (at < a->n && at < b->n && a->p[at] == b->p[at])
		at++;
	engine_way_print(stderr, way);
	fputs("expected:\n", stderr);
	engine_print(stderr, a, at);
	fputs("got:\n", stderr);
	engine_print(stderr, b, at);
	return false;
}

#endif
