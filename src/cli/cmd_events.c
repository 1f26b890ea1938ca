/* SPDX-License-Identifier: Apache-2.0 */
/*
 * tocsin events: every record of the event logs, in one order for any number of threads.
 *
 *   jsonl  one JSON object a line (the default)
 *   xml    one <Event> after the other, as Windows words them, each ended by a line feed. No prolog
 *          and no root element: text values keep their own line breaks, so count events, not lines
 *   count  the number of records, in decimal
 *
 * A unit of the scan is rendered by its worker and written as a whole when its turn comes.
 */
#include "cli/cli.h"

#include <stdlib.h>

#include "base/limits.h"
#include "base/os.h"
#include "base/text.h"
#include "base/threads.h"
#include "evidence/evidence.h"
#include "query/scan.h"

/* One for each format. */
#define OUTPUTS_MAX 3

enum form { FORM_JSONL, FORM_XML, FORM_COUNT };

static const char *const form_names[] = {"jsonl", "xml", "count", NULL};

struct output {
	enum form form;
	struct cli_stream *stream;
	bool terminal; /* XML shows it no control characters, which XML allows */
};

/* What a unit brings: rendered text for each output, and lines for stderr. */
struct unit {
	struct unit *next; /* in the pool */
	const char *path;  /* of its source */
	struct buf text[OUTPUTS_MAX];
	bool full;         /* a text has reached LIMIT_UNIT_TEXT */
	struct buf losses; /* NUL-terminated lines */
	uint64_t records, selected, lost;
};

struct events {
	const struct cli *cli;
	struct output outputs[OUTPUTS_MAX];
	size_t output_count;
	uint64_t since, until;
	uint64_t records, selected, lost;
	bool no_memory; /* for the state of a unit: found when it is handed on */
	bool stopped;   /* an output takes no more */
	struct mutex lock;
	struct unit *pool; /* used units: their buffers have grown to what is needed */
};

static void *unit_begin(void *context, const struct scan_worker *w, const struct source *source)
{
	struct events *const c = context;
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
		u->path = source->path;
	return u;
}

static void unit_release(void *context, void *state)
{
	struct events *const c = context;
	struct unit *const u = state;
	size_t i;

	if (!u)
		return;
	for (i = 0; i < OUTPUTS_MAX; i++)
		buf_clear(&u->text[i]);
	buf_clear(&u->losses);
	u->records = u->selected = u->lost = 0;
	u->full = false;
	mutex_lock(&c->lock);
	u->next = c->pool;
	c->pool = u;
	mutex_unlock(&c->lock);
}

static void add_loss(struct unit *u, const char *path, uint64_t record_id,
		     const struct tocsin_error *error)
{
	struct buf *const line = &u->losses;

	buf_printf(line, "%s: ", path);
	if (record_id)
		buf_printf(line, "record %llu, ", (unsigned long long)record_id);
	if (error->status != TOCSIN_NOT_FOUND && (error->status != TOCSIN_IO || error->offset))
		buf_printf(line, "offset 0x%llx: ", (unsigned long long)error->offset);
	buf_str(line, error->msg);
	if (error->detail[0])
		buf_printf(line, " (%s)", error->detail);
	buf_byte(line, 0);
	if (error->status != TOCSIN_MISMATCH)
		u->lost++;
}

static void on_damage(void *context, const struct scan_worker *w, void *state,
		      const struct scan_damage *damage)
{
	(void)context;
	(void)w;
	if (state)
		add_loss(state, damage->source->path, damage->record_id, &damage->error);
}

/*
 * One event into one output. A record that can't be rendered, or that is too much for its unit,
 * leaves nothing of itself. Without memory the buffer stays failed: cli_stream_put() tells.
 */
static enum tocsin_status render(const struct scan_worker *w, enum form form, const struct event *e,
				 struct unit *u, struct buf *out)
{
	const size_t before = out->n;
	enum tocsin_status status;

	if (form == FORM_COUNT)
		return TOCSIN_OK;
	if (u->full)
		return TOCSIN_LIMIT; /* what made it so took long enough */
	status = form == FORM_XML ? evtx_render_xml(w->decoder, e, out)
				  : evtx_render_json(w->decoder, e, out);
	if (buf_failed(out))
		return TOCSIN_OK;
	buf_byte(out, '\n');
	u->full = out->n > LIMIT_UNIT_TEXT;
	if (u->full)
		status = TOCSIN_LIMIT;
	if (status != TOCSIN_OK)
		out->n = before;
	return status;
}

static void on_event(void *context, const struct scan_worker *w, void *state, const struct event *e)
{
	const struct events *const c = context;
	struct unit *const u = state;
	const uint64_t time = event_time(e);
	enum tocsin_status status = TOCSIN_OK;
	size_t i;

	if (!u)
		return;
	u->records++;
	if (time < c->since || time > c->until)
		return;
	u->selected++;
	for (i = 0; i < c->output_count; i++) {
		const enum tocsin_status s = render(w, c->outputs[i].form, e, u, &u->text[i]);

		status = status == TOCSIN_OK ? s : status;
	}
	if (status != TOCSIN_OK) {
		struct tocsin_error error;

		error_set(&error, status, e->offset,
			  status == TOCSIN_LIMIT ? "too much text to be written out"
						 : "record can't be written out");
		add_loss(u, u->path, e->record_id, &error);
	}
}

static bool put(const struct output *o, const struct buf *text)
{
	struct buf clean = {0};
	bool goes_on;

	if (!o->terminal || o->form != FORM_XML)
		return cli_stream_put(o->stream, text);
	text_clean_xml(&clean, (struct view){(const uint8_t *)text->p, text->n});
	goes_on = cli_stream_put(o->stream, &clean);
	buf_free(&clean);
	return goes_on;
}

static bool unit_end(void *context, const struct source *source, void *state)
{
	struct events *const c = context;
	struct unit *const u = state;
	size_t i;

	(void)source;
	if (!u) {
		c->no_memory = true;
		return false;
	}
	for (i = 0; i < u->losses.n && !buf_failed(&u->losses); i += strlen(u->losses.p + i) + 1)
		cli_error("%s", u->losses.p + i);
	c->no_memory = c->no_memory || buf_failed(&u->losses);
	c->records += u->records;
	c->selected += u->selected;
	c->lost += u->lost;
	for (i = 0; i < c->output_count; i++) {
		const struct output *const o = &c->outputs[i];

		if (o->form != FORM_COUNT && u->text[i].n && !put(o, &u->text[i]))
			c->stopped = true;
	}
	unit_release(c, u);
	return !c->stopped && !c->no_memory;
}

static void on_progress(void *context, uint64_t done, uint64_t total)
{
	const struct events *const c = context;

	cli_progress(c->cli, done, total);
}

/* The format by -o, or by the one flag of --jsonl, --xml, --count. */
static bool read_outputs(const struct cli *cli, struct cli_output *ret, size_t *ret_count)
{
	static const enum option_id flags[] = {OPT_JSONL, OPT_XML, OPT_COUNT};
	const char *flag = NULL;
	size_t i;

	for (i = 0; i < sizeof(flags) / sizeof(flags[0]); i++) {
		if (!cli_has(cli, flags[i]))
			continue;
		if (flag) {
			cli_error("--%s and --%s: choose one, or give each a place with --output "
				  "FORMAT=FILE",
				  flag, form_names[i]);
			return false;
		}
		flag = form_names[i];
	}
	if (flag && cli_has(cli, OPT_OUTPUT)) {
		cli_error(
			"--%s and --output: choose one; --output %s=FILE is the same with a place",
			flag, flag);
		return false;
	}
	return cli_outputs(cli, form_names, flag ? flag : "jsonl", ret, OUTPUTS_MAX, ret_count);
}

static bool open_outputs(struct events *c)
{
	struct cli_output list[OUTPUTS_MAX];
	size_t count, i;

	if (!read_outputs(c->cli, list, &count))
		return false;
	for (i = 0; i < count; i++) {
		struct output *const o = &c->outputs[i];

		o->form = FORM_JSONL;
		while (o->form < FORM_COUNT && strcmp(form_names[o->form], list[i].format) != 0)
			o->form++;
		o->terminal = !list[i].file && os_is_terminal(1);
		o->stream = cli_stream_open(c->cli, &list[i]);
		if (!o->stream)
			return false;
		c->output_count++;
	}
	return true;
}

/* Counts go out last; a stream that did not get everything is not kept. */
static bool close_outputs(struct events *c, bool complete)
{
	bool good = true;
	size_t i;

	for (i = 0; i < c->output_count; i++) {
		const struct output *const o = &c->outputs[i];
		struct buf text = {0};

		if (complete && o->form == FORM_COUNT) {
			buf_u64(&text, c->selected);
			buf_byte(&text, '\n');
			if (!cli_stream_put(o->stream, &text))
				c->stopped = true;
		}
		buf_free(&text);
		good = cli_stream_close(o->stream, complete && !c->stopped) && good;
	}
	return good;
}

/* Tells what can't be read; true when there is something. A trace is no event log: only counted. */
static bool report_evidence(const struct evidence *e, size_t *ret_traces)
{
	bool any = e->error_count > 0;
	size_t i;

	*ret_traces = 0;
	for (i = 0; i < e->error_count; i++)
		cli_report(e->errors[i].path, &e->errors[i].error, NULL);
	for (i = 0; i < e->other_count; i++) {
		const struct source *const s = &e->others[i];

		if (s->kind == SOURCE_ETL && !s->given) {
			++*ret_traces;
			continue;
		}
		cli_error("%s: %s", s->path, s->reason);
		any = true;
	}
	return any;
}

static void add_count(struct buf *out, uint64_t n, const char *one, const char *many)
{
	cli_thousands(out, n);
	buf_printf(out, " %s", n == 1 ? one : many);
}

static void summarise(const struct events *c, const struct evidence *e, size_t traces)
{
	struct buf line = {0};

	if (c->selected != c->records) {
		cli_thousands(&line, c->selected);
		buf_str(&line, " of ");
	}
	add_count(&line, c->records, "record", "records");
	buf_str(&line, " from ");
	add_count(&line, e->source_count, "source", "sources");
	buf_str(&line, ", ");
	cli_bytes(&line, e->bytes);
	buf_str(&line, "; ");
	add_count(&line, c->lost, "record or region", "records or regions");
	buf_str(&line, " lost");
	if (traces) {
		buf_str(&line, "; ");
		add_count(&line, traces, "event trace (ETL)", "event traces (ETL)");
		buf_str(&line, " not read");
	}
	if (e->links) {
		buf_str(&line, "; ");
		add_count(&line, e->links, "link to a folder", "links to folders");
		buf_str(&line, " not followed");
	}
	if (e->duplicates) {
		buf_str(&line, "; ");
		add_count(&line, e->duplicates, "file", "files");
		buf_str(&line, " reached twice, read once");
	}
	cli_note(c->cli, "%s", buf_cstr(&line));
	buf_free(&line);
}

/* Runs over the evidence; false when the answer is not complete. */
static bool run(struct events *c, const struct evidence *e)
{
	const struct scan_options options = {.threads = c->cli->threads};
	const struct scan_client client = {
		.context = c,
		.unit_begin = unit_begin,
		.event = on_event,
		.damage = on_damage,
		.unit_end = unit_end,
		.progress = on_progress,
		.unit_free = unit_release,
	};
	struct tocsin_error error;

	if (scan_run(e, &options, &client, &error) != TOCSIN_OK || c->no_memory) {
		cli_error("out of memory");
		return false;
	}
	return true;
}

int cmd_events(const struct cli *cli)
{
	struct events c = {.cli = cli};
	struct evidence *evidence = NULL;
	struct tocsin_error error;
	int code = EXIT_FAIL_ON;
	bool unread, complete;
	size_t traces;

	if (!cli->arg_count) {
		cli_error("events: no evidence given: name event log files or folders");
		return EXIT_FAIL_ON;
	}
	if (!cli_period(cli, &c.since, &c.until))
		return EXIT_FAIL_ON;
	if (!mutex_init(&c.lock)) {
		cli_error("out of memory");
		return EXIT_FAIL_ON;
	}
	if (!open_outputs(&c)) {
		close_outputs(&c, false);
		goto out;
	}
	if (evidence_open(cli->args, cli->arg_count, NULL, &evidence, &error) != TOCSIN_OK) {
		cli_error("out of memory");
		close_outputs(&c, false);
		goto out;
	}
	unread = report_evidence(evidence, &traces);
	complete = run(&c, evidence);
	if (!close_outputs(&c, complete) || !complete)
		goto out;
	if (!c.stopped)
		summarise(&c, evidence, traces);
	if (!unread && !c.lost)
		code = c.selected ? EXIT_COMPLETE : EXIT_USAGE;
out:
	while (c.pool) {
		struct unit *const u = c.pool;
		size_t i;

		c.pool = u->next;
		for (i = 0; i < OUTPUTS_MAX; i++)
			buf_free(&u->text[i]);
		buf_free(&u->losses);
		free(u);
	}
	evidence_free(evidence);
	mutex_destroy(&c.lock);
	return code;
}
