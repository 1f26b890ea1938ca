/* SPDX-License-Identifier: Apache-2.0 */
#include "cli/query_output.h"

#include <stdlib.h>

#include "base/limits.h"
#include "base/os.h"
#include "base/text.h"
#include "output/json.h"
#include "output/query_rows.h"

/* Kinds of undecided events that are told one by one. */
#define UNDECIDED_KINDS 8

/* Sources whose hits are told one by one. */
#define SOURCES_TOLD 50

/* Text that is written at once: the first rows as they come, then more and more. To a terminal
 * every row goes as it comes. */
#define FLUSH_BYTES ((size_t)1 << 20)
#define FLUSH_FIRST ((size_t)1 << 10)

static const char *const form_names[] = {"ps", "json", "jsonl", "csv", NULL};

/* A row kept for Select-Object -Last. */
struct kept {
	struct buf text[QUERY_OUTPUTS_MAX];
	struct buf group;
};

struct kind {
	char *name;
	uint64_t count;
};

struct query_writer {
	const struct query *query;
	struct ps_view *view;
	struct query_output outputs[QUERY_OUTPUTS_MAX];
	size_t output_count;
	struct buf pending[QUERY_OUTPUTS_MAX]; /* to be written */
	size_t hold[QUERY_OUTPUTS_MAX];        /* when there is so much of it */
	struct buf errors;                     /* of the JSON document */
	size_t error_count;
	uint64_t json_events;
	bool stopped, failed;

	/* Of the source at hand. */
	const struct source *source;
	uint64_t counted; /* passed the parameters */
	uint64_t selected;
	bool done;
	struct kept *last; /* ring of query->last */
	size_t last_size, last_next, last_count;

	/* Of the ps view. */
	struct buf group;
	bool any_row;

	uint64_t hits, undecided;
	uint64_t hits_before; /* this source */
	struct buf by_source; /* NUL-terminated lines */
	size_t sources_told, sources_untold;
	struct kind kinds[UNDECIDED_KINDS];
	size_t kind_count;
	uint64_t other_kinds;
};

/* ---- Rows of a unit */

void query_rows_clear(struct query_rows *r)
{
	r->count = 0;
	r->failed = false;
	for (size_t i = 0; i < QUERY_OUTPUTS_MAX; i++)
		buf_clear(&r->text[i]);
	buf_clear(&r->names);
}

void query_rows_free(struct query_rows *r)
{
	for (size_t i = 0; i < QUERY_OUTPUTS_MAX; i++)
		buf_free(&r->text[i]);
	buf_free(&r->names);
	free(r->rows);
}

static struct query_row *add_row(struct query_rows *r)
{
	if (r->count == r->size) {
		const size_t size = r->size ? r->size * 2 : 64;
		struct query_row *const grown = realloc(r->rows, size * sizeof(*grown));

		if (!grown) {
			r->failed = true;
			return NULL;
		}
		r->rows = grown;
		r->size = size;
	}
	memset(&r->rows[r->count], 0, sizeof(*r->rows));
	return &r->rows[r->count++];
}

static void render_names(const struct query_writer *w, struct matcher *m, const struct event *e,
			 struct query_rows *r, struct query_row *row)
{
	row->group.from = r->names.n;
	ps_view_group(w->view, m, &r->names);
	row->group.n = r->names.n - row->group.from;
	if (row->answer != TRI_UNDECIDED)
		return;
	row->name.from = r->names.n;
	value_append(&r->names, &e->field[EVENT_PROVIDER], UTF_PLAIN);
	buf_printf(&r->names, " %llu", (unsigned long long)event_number(e, EVENT_ID, 0));
	row->name.n = r->names.n - row->name.from;
}

bool query_writer_render(const struct query_writer *w, struct matcher *m, const struct event *e,
			 const char *source, enum tri answer, enum tri parameters,
			 struct query_rows *r)
{
	struct query_row *const row = add_row(r);

	if (!row)
		return true;
	row->answer = answer;
	row->parameters = parameters;
	if (answer == TRI_FALSE)
		return true;
	render_names(w, m, e, r, row);
	for (size_t i = 0; i < w->output_count; i++) {
		struct buf *const out = &r->text[i];
		const bool undecided = answer == TRI_UNDECIDED;

		row->text[i].from = out->n;
		switch (w->outputs[i].form) {
		case QUERY_PS:
			/* Windows would print an event or not: only what is sure is printed. */
			if (!undecided)
				ps_view_row(w->view, m, e, out);
			break;
		case QUERY_JSON:
		case QUERY_JSONL:
			query_json(w->query, m, e, source, undecided, out);
			break;
		case QUERY_CSV:
			query_csv(w->query, m, e, source, undecided, out);
			break;
		}
		row->text[i].n = out->n - row->text[i].from;
		r->failed = r->failed || buf_failed(out);
		if (out->n > LIMIT_UNIT_TEXT && row->text[i].n) {
			for (size_t k = 0; k <= i; k++)
				r->text[k].n = row->text[k].from;
			r->count--;
			return false;
		}
	}
	r->failed = r->failed || buf_failed(&r->names);
	return true;
}

/* ---- Opening */

static void begin_output(struct query_writer *w, size_t i, const char *command)
{
	struct buf *const out = &w->pending[i];
	struct json j;

	if (w->outputs[i].form == QUERY_CSV)
		query_csv_head(w->query, out);
	if (w->outputs[i].form != QUERY_JSON)
		return;
	/* One event a line inside an indented document. */
	buf_str(out, "{\n  \"schema\": \"tocsin.query/1\",\n  \"command\": ");
	text_json_str(out, command);
	buf_str(out, ",\n  \"warnings\": ");
	json_init(&j, out, true);
	json_begin(&j, '[');
	for (size_t k = 0; k < w->query->warning_count; k++)
		json_str(&j, w->query->warnings[k]);
	json_end(&j, ']');
	buf_str(out, ",\n  \"events\": [");
}

bool query_writer_open(const struct cli *cli, const struct query *q, const char *command,
		       struct query_writer **ret)
{
	struct query_writer *const w = calloc(1, sizeof(*w));
	struct cli_output list[QUERY_OUTPUTS_MAX];
	size_t count;

	if (!w || !(w->view = ps_view_new(q, cli->width))) {
		free(w);
		cli_error("out of memory");
		return false;
	}
	w->query = q;
	if (!cli_outputs(cli, form_names, "ps", list, QUERY_OUTPUTS_MAX, &count)) {
		query_writer_free(w);
		return false;
	}
	if (q->last != UINT64_MAX && q->last) {
		w->last_size = (size_t)q->last;
		w->last = w->last_size > SIZE_MAX / sizeof(*w->last)
				  ? NULL
				  : calloc(w->last_size, sizeof(*w->last));
		if (!w->last) {
			cli_error("out of memory for the last %zu events", w->last_size);
			query_writer_free(w);
			return false;
		}
	}
	for (size_t i = 0; i < count; i++) {
		struct query_output *const o = &w->outputs[i];

		o->form = QUERY_PS;
		while (o->form < QUERY_CSV && strcmp(form_names[o->form], list[i].format) != 0)
			o->form++;
		o->terminal = !list[i].file && os_is_terminal(1);
		o->stream = cli_stream_open(cli, &list[i]);
		if (!o->stream) {
			query_writer_close(w, false);
			query_writer_free(w);
			return false;
		}
		w->output_count++;
		begin_output(w, i, command);
	}
	*ret = w;
	return true;
}

/* ---- Writing */

static void flush(struct query_writer *w, size_t i)
{
	struct buf *const out = &w->pending[i];

	if (buf_failed(out))
		w->failed = true;
	else if (out->n && !w->stopped && !cli_stream_put(w->outputs[i].stream, out))
		w->stopped = true;
	buf_clear(out);
	if (w->hold[i] < FLUSH_BYTES && !w->outputs[i].terminal)
		w->hold[i] = w->hold[i] ? w->hold[i] * 2 : FLUSH_FIRST;
}

static void put(struct query_writer *w, size_t i, struct view text, struct view group)
{
	struct buf *const out = &w->pending[i];

	if (!text.n)
		return;
	switch (w->outputs[i].form) {
	case QUERY_PS:
		if (!w->any_row ||
		    !view_equal(group, (struct view){(const uint8_t *)w->group.p, w->group.n})) {
			ps_view_head(w->view, group, out);
			buf_clear(&w->group);
			buf_add(&w->group, group.p, group.n);
			w->any_row = true;
		}
		break;
	case QUERY_JSON:
		buf_str(out, w->json_events++ ? ",\n    " : "\n    ");
		break;
	case QUERY_JSONL:
	case QUERY_CSV:
		break;
	}
	buf_add(out, text.p, text.n);
	if (w->outputs[i].form == QUERY_JSONL)
		buf_byte(out, '\n');
	if (out->n >= w->hold[i])
		flush(w, i);
}

static struct view of(const struct buf *b, struct span s)
{
	const struct view v = {(const uint8_t *)b->p, b->n};
	return view_slice(v, s.from, s.n);
}

static void keep_last(struct query_writer *w, const struct query_rows *r,
		      const struct query_row *row)
{
	struct kept *const k = &w->last[w->last_next];
	const struct view group = of(&r->names, row->group);

	for (size_t i = 0; i < w->output_count; i++) {
		const struct view text = of(&r->text[i], row->text[i]);

		buf_clear(&k->text[i]);
		buf_add(&k->text[i], text.p, text.n);
		w->failed = w->failed || buf_failed(&k->text[i]);
	}
	buf_clear(&k->group);
	buf_add(&k->group, group.p, group.n);
	w->last_next = (w->last_next + 1) % w->last_size;
	if (w->last_count < w->last_size)
		w->last_count++;
}

/* The end of a source: what -Last kept comes out. */
static void end_source(struct query_writer *w)
{
	const size_t first =
		w->last_size ? (w->last_next + w->last_size - w->last_count) % w->last_size : 0;

	for (size_t n = 0; n < w->last_count; n++) {
		const struct kept *const k = &w->last[(first + n) % w->last_size];
		const struct view group = {(const uint8_t *)k->group.p, k->group.n};

		for (size_t i = 0; i < w->output_count; i++)
			put(w, i, (struct view){(const uint8_t *)k->text[i].p, k->text[i].n},
			    group);
		w->hits++;
	}
	w->last_count = w->last_next = 0;
	if (w->source && w->hits > w->hits_before) {
		if (w->sources_told < SOURCES_TOLD) {
			const uint64_t n = w->hits - w->hits_before;

			buf_printf(&w->by_source, "%s: ", w->source->path);
			cli_thousands(&w->by_source, n);
			buf_str(&w->by_source, n == 1 ? " hit" : " hits");
			buf_byte(&w->by_source, 0);
			w->sources_told++;
		} else {
			w->sources_untold++;
		}
	}
	w->hits_before = w->hits;
}

static void emit(struct query_writer *w, const struct query_rows *r, const struct query_row *row)
{
	for (size_t i = 0; i < w->output_count; i++)
		put(w, i, of(&r->text[i], row->text[i]), of(&r->names, row->group));
}

static void note_undecided(struct query_writer *w, struct view name)
{
	w->undecided++;
	for (size_t i = 0; i < w->kind_count; i++)
		if (strlen(w->kinds[i].name) == name.n &&
		    !memcmp(w->kinds[i].name, name.p, name.n)) {
			w->kinds[i].count++;
			return;
		}
	if (w->kind_count < UNDECIDED_KINDS) {
		char *const copy = malloc(name.n + 1);

		if (copy) {
			if (name.n)
				memcpy(copy, name.p, name.n);
			copy[name.n] = 0;
			w->kinds[w->kind_count].name = copy;
			w->kinds[w->kind_count++].count = 1;
			return;
		}
	}
	w->other_kinds++;
}

/* One row, in order. */
static void take_row(struct query_writer *w, const struct query_rows *r,
		     const struct query_row *row)
{
	const struct query *const q = w->query;

	if (row->parameters == TRI_TRUE)
		w->counted++;
	if (row->answer == TRI_UNDECIDED) {
		note_undecided(w, of(&r->names, row->name));
		emit(w, r, row);
	} else if (row->answer == TRI_TRUE) {
		const uint64_t number = w->selected++;

		if (number < q->skip)
			return;
		if (q->last != UINT64_MAX) {
			if (q->last)
				keep_last(w, r, row);
			return;
		}
		if (number - q->skip >= q->first)
			return;
		w->hits++;
		emit(w, r, row);
	}
}

bool query_writer_take(struct query_writer *w, const struct source *source,
		       const struct query_rows *r)
{
	const struct query *const q = w->query;

	if (source != w->source) {
		end_source(w);
		w->source = source;
		w->counted = w->selected = 0;
		w->done = false;
	}
	w->failed = w->failed || r->failed;
	for (size_t i = 0; i < r->count && !w->done; i++) {
		/* Reached before the row: 0 asks for nothing at all. */
		w->done =
			w->counted >= q->max || (q->first != UINT64_MAX && w->selected >= q->skip &&
						 w->selected - q->skip >= q->first);
		if (!w->done)
			take_row(w, r, &r->rows[i]);
	}
	return !w->done;
}

void query_writer_loss(struct query_writer *w, const char *source, uint64_t record_id,
		       const struct tocsin_error *error)
{
	struct json j;

	buf_str(&w->errors, w->error_count++ ? ",\n    " : "\n    ");
	json_init(&j, &w->errors, true);
	json_begin(&j, '{');
	json_member_str(&j, "source", source);
	json_member_u64(&j, "record_id", record_id);
	json_member_u64(&j, "offset", error->offset);
	json_member_str(&j, "kind", tocsin_status_name(error->status));
	json_member_str(&j, "message", error->msg);
	json_member_str(&j, "detail", error->detail);
	json_end(&j, '}');
}

static void end_output(struct query_writer *w, size_t i)
{
	struct buf *const out = &w->pending[i];

	if (w->outputs[i].form == QUERY_PS && w->any_row)
		ps_view_tail(w->view, out);
	if (w->outputs[i].form != QUERY_JSON)
		return;
	buf_str(out, w->json_events ? "\n  ],\n  \"hits\": " : "],\n  \"hits\": ");
	buf_u64(out, w->hits);
	buf_str(out, ",\n  \"undecided\": ");
	buf_u64(out, w->undecided);
	buf_str(out, ",\n  \"errors\": [");
	buf_add(out, w->errors.p, w->errors.n);
	buf_str(out, w->error_count ? "\n  ]\n}\n" : "]\n}\n");
}

bool query_writer_close(struct query_writer *w, bool complete)
{
	bool good = true;

	if (complete)
		end_source(w);
	w->failed = w->failed || buf_failed(&w->errors);
	for (size_t i = 0; i < w->output_count; i++) {
		if (complete && !w->failed) {
			end_output(w, i);
			flush(w, i);
		}
		good = cli_stream_close(w->outputs[i].stream,
					complete && !w->stopped && !w->failed) &&
		       good;
		w->outputs[i].stream = NULL;
	}
	if (w->failed)
		cli_error("out of memory: the output is not complete");
	w->output_count = 0;
	return good && complete && !w->failed;
}

bool query_writer_stopped(const struct query_writer *w)
{
	return w->stopped || w->failed;
}

uint64_t query_writer_hits(const struct query_writer *w)
{
	return w->hits;
}

uint64_t query_writer_undecided(const struct query_writer *w)
{
	return w->undecided;
}

void query_writer_tell_undecided(const struct query_writer *w)
{
	struct buf text = {NULL, 0, 0, 0, false};

	if (!w->undecided)
		return;
	cli_thousands(&text, w->undecided);
	buf_str(&text, w->undecided == 1 ? " event undecided: " : " events undecided: ");
	buf_str(&text, "what the condition asks about (such as the wording of a message) is not in "
		       "the record, and its values do not decide: ");
	for (size_t i = 0; i < w->kind_count; i++)
		buf_printf(&text, "%s%s (%llu)", i ? ", " : "", w->kinds[i].name,
			   (unsigned long long)w->kinds[i].count);
	if (w->other_kinds)
		buf_printf(&text, ", others (%llu)", (unsigned long long)w->other_kinds);
	cli_error("%s", buf_cstr(&text));
	buf_free(&text);
}

void query_writer_tell_sources(const struct query_writer *w, const struct cli *cli)
{
	for (size_t i = 0; i < w->by_source.n && !buf_failed(&w->by_source);
	     i += strlen(w->by_source.p + i) + 1)
		cli_note(cli, "%s", w->by_source.p + i);
	if (w->sources_untold)
		cli_note(cli, "%zu more sources with hits", w->sources_untold);
}

void query_writer_free(struct query_writer *w)
{
	if (!w)
		return;
	for (size_t i = 0; i < w->output_count; i++)
		(void)cli_stream_close(w->outputs[i].stream, false);
	for (size_t i = 0; i < QUERY_OUTPUTS_MAX; i++)
		buf_free(&w->pending[i]);
	for (size_t n = 0; n < w->last_size && w->last; n++) {
		for (size_t i = 0; i < QUERY_OUTPUTS_MAX; i++)
			buf_free(&w->last[n].text[i]);
		buf_free(&w->last[n].group);
	}
	for (size_t i = 0; i < w->kind_count; i++)
		free(w->kinds[i].name);
	free(w->last);
	buf_free(&w->errors);
	buf_free(&w->group);
	buf_free(&w->by_source);
	ps_view_free(w->view);
	free(w);
}
