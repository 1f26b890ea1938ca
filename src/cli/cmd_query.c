/* SPDX-License-Identifier: Apache-2.0 */
/*
 * tocsin query: a detection command, as an advisory prints it, over event logs.
 *
 *   ps     what Windows PowerShell prints (the default)
 *   json   one document: the hits, what is undecided, what was lost
 *   jsonl  one object a line
 *   csv    one row a hit
 *
 * Workers match and render; rows go out in one order for any number of threads.
 */
#include "cli/cli.h"

#include <stdatomic.h>
#include <stdlib.h>

#include "base/text.h"
#include "base/threads.h"
#include "cli/query_output.h"
#include "evidence/evidence.h"
#include "lang/powershell/powershell.h"
#include "query/predicate_parts.h"
#include "query/prefilter.h"
#include "query/scan.h"

/* Log names of a command that are looked out for: real commands name one or two. */
#define CHANNELS_MAX 64

struct unit {
	struct unit *next; /* in the pool */
	const struct source *source;
	struct query_rows rows;
	struct scan_damage *losses;
	size_t loss_count, loss_size;
	bool failed;
	uint64_t records, borrowed;
};

/* A worker's own: a matcher, and the event that it was asked about last, with its answers. Which
 * event that was is told by its place: the same one may come once more. */
struct hand {
	struct matcher *matcher;
	const struct event *event; /* NULL: none */
	uint64_t unit, offset;
	enum tri answer, parameters;
};

struct run {
	const struct cli *cli;
	struct query *query;
	struct message_catalogue *catalogue;
	struct query_writer *writer;
	struct prefilter *prefilter;
	struct hand *hands;
	unsigned threads;
	struct arena arena;
	const struct wildcard *channels[CHANNELS_MAX];
	size_t channel_count;
	atomic_bool seen[CHANNELS_MAX];
	atomic_size_t unseen; /* of them */
	uint64_t since, until;
	uint64_t records, lost;
	uint64_t borrowed;                /* records that are read with another place's template */
	const struct source *last_source; /* behind it no source follows */
	struct mutex lock;
	struct unit *pool;
	bool no_memory;
	bool ended_early; /* not all events were seen: the counts were reached */
	bool missing;     /* a log or a file that the command names is not in the evidence */
};

/* ---- Workers */

static void *unit_begin(void *context, const struct scan_worker *w, const struct source *source)
{
	struct run *const c = context;
	struct unit *u;

	(void)w;
	mutex_lock(&c->lock);
	u = c->pool;
	if (u)
		c->pool = u->next;
	mutex_unlock(&c->lock);
	if (!u)
		u = calloc(1, sizeof(*u));
	if (u)
		u->source = source;
	return u;
}

static void unit_release(void *context, void *state)
{
	struct run *const c = context;
	struct unit *const u = state;

	if (!u)
		return;
	query_rows_clear(&u->rows);
	u->loss_count = 0;
	u->records = u->borrowed = 0;
	u->failed = false;
	mutex_lock(&c->lock);
	u->next = c->pool;
	c->pool = u;
	mutex_unlock(&c->lock);
}

static void add_loss(struct unit *u, const struct scan_damage *damage)
{
	if (u->loss_count == u->loss_size) {
		const size_t size = u->loss_size ? u->loss_size * 2 : 8;
		struct scan_damage *const grown = realloc(u->losses, size * sizeof(*grown));

		if (!grown) {
			u->failed = true;
			return;
		}
		u->losses = grown;
		u->loss_size = size;
	}
	u->losses[u->loss_count++] = *damage;
}

static void on_damage(void *context, const struct scan_worker *w, void *state,
		      const struct scan_damage *damage)
{
	(void)context;
	(void)w;
	if (state)
		add_loss(state, damage);
}

/* Which of the logs that the command names are in the evidence at all; false when all are. */
static bool look_for_channels(struct run *c, const struct value *channel)
{
	if (!atomic_load_explicit(&c->unseen, memory_order_relaxed))
		return false;
	if (channel->type != VALUE_STRING)
		return true;
	for (size_t i = 0; i < c->channel_count; i++)
		if (!atomic_load_explicit(&c->seen[i], memory_order_relaxed) &&
		    wildcard_match(c->channels[i], channel->bytes) &&
		    !atomic_exchange(&c->seen[i], true))
			atomic_fetch_sub(&c->unseen, 1);
	return true;
}

static bool on_channel(void *context, const struct scan_worker *w, void *state,
		       const struct value *channel)
{
	(void)w;
	(void)state;
	return look_for_channels(context, channel);
}

/* Whether the counts of the command must see the event: with -Newest also one that Where-Object
 * leaves out. The answers stay in `h`. */
static bool is_wanted(const struct run *c, struct hand *h, const struct scan_worker *w,
		      const struct event *e)
{
	const bool all = c->since == 0 && c->until == UINT64_MAX;

	h->event = NULL;
	if (!all && (event_time(e) < c->since || event_time(e) > c->until))
		return false;
	h->answer = matcher_match(h->matcher, e);
	h->parameters = TRI_FALSE;
	if (h->answer == TRI_FALSE && c->query->max == UINT64_MAX)
		return false;
	if (c->query->max != UINT64_MAX) {
		h->parameters = matcher_parameters(h->matcher);
		if (h->parameters == TRI_FALSE)
			return false;
	}
	h->event = e;
	h->unit = w->unit;
	h->offset = e->offset;
	return true;
}

static bool on_select(void *context, const struct scan_worker *w, void *state,
		      const struct event *e)
{
	struct run *const c = context;

	if (!state)
		return false;
	look_for_channels(c, &e->field[EVENT_CHANNEL]);
	return is_wanted(c, &c->hands[w->index], w, e);
}

static void on_passed(void *context, const struct scan_worker *w, void *state, uint64_t n)
{
	struct unit *const u = state;

	(void)context;
	(void)w;
	if (u)
		u->records += n;
}

static void on_event(void *context, const struct scan_worker *w, void *state, const struct event *e)
{
	struct run *const c = context;
	struct hand *const h = &c->hands[w->index];
	struct unit *const u = state;
	const bool known = h->event == e && h->unit == w->unit && h->offset == e->offset;

	if (!u)
		return;
	u->records++;
	u->borrowed += e->template_path != NULL;
	if (!known) {
		look_for_channels(c, &e->field[EVENT_CHANNEL]);
		if (!is_wanted(c, h, w, e))
			return;
	}
	h->event = NULL;
	if (!query_writer_render(c->writer, h->matcher, e, u->source->path, h->answer,
				 h->parameters, &u->rows)) {
		struct scan_damage damage = {.source = u->source, .record_id = e->record_id};

		error_set(&damage.error, TOCSIN_LIMIT, e->offset,
			  "too much text to be written out");
		add_loss(u, &damage);
	}
}

static void tell_loss(const struct scan_damage *d)
{
	struct buf line = {NULL, 0, 0, 0, false};

	buf_printf(&line, "%s: ", d->source->path);
	if (d->record_id)
		buf_printf(&line, "record %llu, ", (unsigned long long)d->record_id);
	if (d->error.status != TOCSIN_NOT_FOUND &&
	    (d->error.status != TOCSIN_IO || d->error.offset))
		buf_printf(&line, "offset 0x%llx: ", (unsigned long long)d->error.offset);
	buf_str(&line, d->error.msg);
	if (d->error.detail[0])
		buf_printf(&line, " (%s)", d->error.detail);
	cli_error("%s", buf_cstr(&line));
	buf_free(&line);
}

static bool unit_end(void *context, const struct source *source, void *state)
{
	struct run *const c = context;
	struct unit *const u = state;
	bool more;

	if (!u || u->failed) {
		c->no_memory = true;
		unit_release(c, u);
		return false;
	}
	for (size_t i = 0; i < u->loss_count; i++) {
		tell_loss(&u->losses[i]);
		query_writer_loss(c->writer, source->path, u->losses[i].record_id,
				  &u->losses[i].error);
		if (u->losses[i].error.status != TOCSIN_MISMATCH)
			c->lost++;
	}
	c->records += u->records;
	c->borrowed += u->borrowed;
	more = query_writer_take(c->writer, source, &u->rows);
	unit_release(c, u);
	if (query_writer_stopped(c->writer))
		return false;
	c->ended_early = !more && source == c->last_source;
	return !c->ended_early;
}

static void on_progress(void *context, uint64_t done, uint64_t total)
{
	const struct run *const c = context;

	cli_progress(c->cli, done, total);
}

/* ---- Setting up */

static bool compile_names(struct run *c)
{
	for (size_t i = 0; i < c->query->channel_count && i < CHANNELS_MAX; i++) {
		const struct view text = utf8_to_utf16(&c->arena, view_of(c->query->channels[i]));

		if (!text.p ||
		    wildcard_compile(&c->arena, text, true, &c->channels[i], NULL) != TOCSIN_OK)
			return false;
		atomic_init(&c->seen[i], false);
		c->channel_count++;
	}
	atomic_init(&c->unseen, c->channel_count);
	return true;
}

static bool make_matchers(struct run *c)
{
	c->threads = c->cli->threads ? c->cli->threads : 1;
	c->hands = calloc(c->threads, sizeof(*c->hands));
	for (unsigned i = 0; c->hands && i < c->threads; i++) {
		c->hands[i].matcher = matcher_new(c->query, c->catalogue, QUERY_SUBJECT_MESSAGE);
		if (!c->hands[i].matcher)
			return false;
	}
	return c->hands != NULL;
}

/* Compiles the command, tells what is wrong with it. */
static bool compile(struct run *c, const char *command)
{
	const struct view text = view_of(command);
	struct tocsin_error error;
	enum tocsin_status status = powershell_compile(text, &c->query, &error);

	if (status != TOCSIN_OK) {
		if (status != TOCSIN_NO_MEMORY)
			error.offset = powershell_column(text, error.offset) - 1;
		cli_report("the command", &error, "column");
		return false;
	}
	for (size_t i = 0; i < c->query->warning_count; i++)
		cli_error("warning: %s", c->query->warnings[i]);
	status = message_catalogue_load(c->cli->data, &c->catalogue, &error);
	if (status == TOCSIN_UNSUPPORTED || (status == TOCSIN_NOT_FOUND && !c->cli->data)) {
		/* A build without YAML or without data: wordings stay unknown. */
		cli_error("warning: no message wordings are known in this build (%s)", error.msg);
		return true;
	}
	if (status != TOCSIN_OK) {
		cli_report("messages.yaml", &error, "offset");
		return false;
	}
	return true;
}

/* The name of a file without its folders, whatever system wrote the path. */
static const char *leaf(const char *path)
{
	const char *name = path;

	for (; *path; path++)
		if (*path == '/' || *path == '\\')
			name = path + 1;
	return name;
}

/* -Path names files of the computer that the command was written for: the same file names are taken
 * from the evidence. */
static bool choose_paths(struct run *c, struct evidence *e)
{
	const struct query *const q = c->query;
	size_t kept = 0;
	bool *const found = calloc(q->path_count + 1, sizeof(*found));
	const struct wildcard **const names = calloc(q->path_count + 1, sizeof(*names));

	for (size_t k = 0; found && names && k < q->path_count; k++) {
		const struct view text = utf8_to_utf16(&c->arena, view_of(leaf(q->paths[k])));

		if (!text.p ||
		    wildcard_compile(&c->arena, text, true, &names[k], NULL) != TOCSIN_OK) {
			cli_error("-Path %s: a wildcard that is not valid", q->paths[k]);
			free(found);
			free(names);
			return false;
		}
	}
	for (size_t i = 0; found && names && i < e->source_count; i++) {
		const struct view text =
			utf8_to_utf16(&c->arena, view_of(leaf(e->sources[i].path)));
		bool wanted = false;

		for (size_t k = 0; text.p && k < q->path_count; k++)
			if (wildcard_match(names[k], text))
				wanted = found[k] = true;
		if (wanted)
			e->sources[kept++] = e->sources[i];
		else
			e->bytes -= e->sources[i].size;
	}
	e->source_count = kept;
	for (size_t k = 0; found && k < q->path_count; k++)
		if (!found[k]) {
			c->missing = true;
			cli_error("-Path %s: no file of this name is in the evidence", q->paths[k]);
		}
	free(found);
	free(names);
	return true;
}

static bool report_evidence(const struct evidence *e)
{
	bool any = e->error_count > 0;

	for (size_t i = 0; i < e->error_count; i++)
		cli_report(e->errors[i].path, &e->errors[i].error, NULL);
	for (size_t i = 0; i < e->other_count; i++) {
		const struct source *const s = &e->others[i];

		if (s->kind == SOURCE_ETL && !s->given)
			continue;
		cli_error("%s: %s", s->path, s->reason);
		any = true;
	}
	return any;
}

/* ---- Telling what came of it */

static void summarise(struct run *c, const struct evidence *e)
{
	static const char *const nothing[] = {
		[QUERY_EVENT_LOG_ENTRY] = "No matches found",
		[QUERY_EVENT_LOG_RECORD] =
			"No events were found that match the specified selection criteria."};
	const struct tocsin_error *error = NULL;
	struct buf line = {NULL, 0, 0, 0, false};

	for (size_t i = 0; i < c->channel_count; i++)
		if (!atomic_load(&c->seen[i]) && !c->ended_early) {
			c->missing = true;
			cli_error("no event of the log '%s' is in the evidence: about it nothing "
				  "can be said",
				  c->query->channels[i]);
		}
	if (e->source_count > 1)
		query_writer_tell_sources(c->writer, c->cli);
	query_writer_tell_undecided(c->writer);
	for (unsigned i = 0; i < c->threads && !error; i++)
		error = matcher_error(c->hands[i].matcher);
	if (c->borrowed)
		cli_error("%llu %s lost %s template: read with another chunk's or file's that "
			  "fits",
			  (unsigned long long)c->borrowed,
			  c->borrowed == 1 ? "record has" : "records have",
			  c->borrowed == 1 ? "its" : "their");
	if (error)
		cli_error("some events are undecided because %s%s%s%s", error->msg,
			  error->detail[0] ? " (" : "", error->detail, error->detail[0] ? ")" : "");
	if (!query_writer_hits(c->writer))
		cli_note(c->cli, "%s", nothing[c->query->object]);
	cli_thousands(&line, query_writer_hits(c->writer));
	buf_str(&line, query_writer_hits(c->writer) == 1 ? " hit in " : " hits in ");
	cli_thousands(&line, c->records);
	buf_str(&line, c->records == 1 ? " record from " : " records from ");
	cli_thousands(&line, e->source_count);
	buf_str(&line, e->source_count == 1 ? " source, " : " sources, ");
	cli_bytes(&line, e->bytes);
	buf_str(&line, "; ");
	cli_thousands(&line, c->lost);
	buf_str(&line, c->lost == 1 ? " record or region lost" : " records or regions lost");
	cli_note(c->cli, "%s", buf_cstr(&line));
	buf_free(&line);
}

/* What rows show of their events. */
static uint32_t shown_parts(const struct query *q)
{
	uint32_t parts = query_parts(q, QUERY_SUBJECT_MESSAGE) | EVENT_PART(EVENT_CHANNEL) |
			 EVENT_PART(EVENT_TIME);

	if (!q->column_count)
		return EVENT_PARTS_ALL;
	for (size_t i = 0; i < q->column_count; i++)
		parts |= operand_parts(&q->columns[i].operand, QUERY_SUBJECT_MESSAGE);
	/* What is told of undecided events, and shown in place of what a record does not hold. */
	return parts | EVENT_PART(EVENT_PROVIDER) | EVENT_PART(EVENT_ID) | EVENT_PART(EVENT_TASK) |
	       EVENT_PART(EVENT_USER_ID);
}

/* What is_wanted() looks at. */
static uint32_t wanted_parts(const struct run *c)
{
	const bool all = c->since == 0 && c->until == UINT64_MAX;

	return query_parts(c->query, QUERY_SUBJECT_MESSAGE) |
	       (c->channel_count ? EVENT_PART(EVENT_CHANNEL) : 0) |
	       (all ? 0 : EVENT_PART(EVENT_TIME));
}

/* Scans and writes; the exit code. */
static int scan(struct run *c, struct evidence *e, bool unread)
{
	const struct scan_options options = {.threads = c->threads,
					     .engine = c->cli->engine,
					     .newest_first = !c->query->oldest_first};
	const struct scan_client client = {
		.context = c,
		.select = on_select,
		.select_parts = wanted_parts(c),
		.parts = shown_parts(c->query),
		.passed = on_passed,
		.prefilter = c->prefilter,
		.seen = c->channel_count ? on_channel : NULL,
		.unit_begin = unit_begin,
		.event = on_event,
		.damage = on_damage,
		.unit_end = unit_end,
		.progress = on_progress,
		.unit_free = unit_release,
	};
	struct tocsin_error error;
	bool complete;

	c->last_source = e->source_count ? &e->sources[e->source_count - 1] : NULL;
	complete = scan_run(e, &options, &client, &error) == TOCSIN_OK && !c->no_memory;
	if (!complete)
		cli_error("out of memory");
	if (!query_writer_close(c->writer, complete))
		return EXIT_FAIL_ON;
	if (!query_writer_stopped(c->writer))
		summarise(c, e);
	/* What was not looked at is no "none". */
	if (unread || c->lost || c->missing)
		return EXIT_FAIL_ON;
	return query_writer_hits(c->writer) ? EXIT_COMPLETE : EXIT_USAGE;
}

static void run_free(struct run *c)
{
	while (c->pool) {
		struct unit *const u = c->pool;

		c->pool = u->next;
		query_rows_free(&u->rows);
		free(u->losses);
		free(u);
	}
	for (unsigned i = 0; c->hands && i < c->threads; i++)
		matcher_free(c->hands[i].matcher);
	free(c->hands);
	prefilter_free(c->prefilter);
	query_writer_free(c->writer);
	message_catalogue_free(c->catalogue);
	query_free(c->query);
	arena_free(&c->arena);
}

int cmd_query(const struct cli *cli)
{
	struct run c = {.cli = cli};
	struct evidence *evidence = NULL;
	struct tocsin_error error;
	int code = EXIT_FAIL_ON;
	bool unread;

	if (cli->arg_count < 2) {
		cli_error(
			cli->arg_count
				? "query: no evidence given: name event log files or folders"
				: "query: no command given: put it in quotes, evidence behind it");
		return EXIT_FAIL_ON;
	}
	if (!cli_period(cli, &c.since, &c.until) || !mutex_init(&c.lock))
		return EXIT_FAIL_ON;
	if (!compile(&c, cli->args[0]))
		goto out;
	if (!compile_names(&c) || !make_matchers(&c) ||
	    prefilter_new(c.query, c.catalogue, QUERY_SUBJECT_MESSAGE, &c.prefilter, NULL) !=
		    TOCSIN_OK) {
		cli_error("out of memory");
		goto out;
	}
	if (!query_writer_open(cli, c.query, cli->args[0], &c.writer))
		goto out;
	if (evidence_open(cli->args + 1, cli->arg_count - 1, NULL, &evidence, &error) !=
	    TOCSIN_OK) {
		cli_error("out of memory");
		goto out;
	}
	unread = report_evidence(evidence);
	if (c.query->path_count && !choose_paths(&c, evidence))
		goto out;
	code = scan(&c, evidence, unread);
out:
	run_free(&c);
	evidence_free(evidence);
	mutex_destroy(&c.lock);
	return code;
}
