/* SPDX-License-Identifier: Apache-2.0 */
/*
 * tocsin events --summary: what the logs hold, source by source. A source is told when the next one
 * begins, so memory does not grow with their number.
 */
#include "cli/events_tables.h"

#include "cli/events_run.h"
#include "query/log_summary.h"

struct summary {
	struct events_run run;
	struct events_tables tables;
	struct log_summary *whole;
	const struct source *source; /* that `whole` is of; NULL: none yet */
	uint64_t lost, lost_bytes;   /* of the sources before it */
	bool no_memory;
};

static void *part_new(void *context)
{
	(void)context;
	return log_summary_part_new();
}

static void part_free(void *context, void *part)
{
	(void)context;
	log_summary_part_free(part);
}

static size_t on_event(void *context, const struct scan_worker *w, struct events_unit *u,
		       const struct event *e)
{
	(void)context;
	(void)w;
	return log_summary_part_add(u->part, e);
}

/* Tells the source at hand, which has come to its end. */
static bool tell_source(struct summary *c)
{
	const struct events_totals *const totals = &c->run.totals;
	struct events_tables *const t = &c->tables;
	struct summary_source summary;
	const struct log_summary_report report = {
		.path = c->source->path,
		.size = c->source->size,
		.summary = &summary,
		.filtered = c->run.query || c->run.since || c->run.until != UINT64_MAX,
		.lost = totals->lost - c->lost,
		.lost_bytes = totals->account.lost - c->lost_bytes,
	};

	c->lost = totals->lost;
	c->lost_bytes = totals->account.lost;
	c->source = NULL;
	c->no_memory = !log_summary_finish(c->whole, &summary);
	if (c->no_memory)
		return false;
	if (t->is_json) {
		log_summary_json(&report, &t->json);
	} else {
		if (t->any)
			buf_byte(&t->text, '\n');
		log_summary_text(&report, &t->style, &t->text);
	}
	t->any = true;
	log_summary_reset(c->whole);
	return events_tables_put(t);
}

static bool on_take(void *context, const struct source *source, void *part, uint64_t *ret_taken)
{
	struct summary *const c = context;

	if (c->source && c->source != source && !tell_source(c)) {
		*ret_taken = 0;
		return false;
	}
	c->source = source;
	c->no_memory = !log_summary_join(c->whole, part);
	return !c->no_memory;
}

static void begin(struct summary *c)
{
	struct json *const j = &c->tables.json;

	if (!c->tables.is_json)
		return;
	json_begin(j, '{');
	json_member_str(j, "schema", "tocsin.summary/1");
	json_key(j, "sources");
	json_begin(j, '[');
}

static bool end(struct summary *c, bool complete)
{
	const struct events_totals *const totals = &c->run.totals;
	struct json *const j = &c->tables.json;

	if (c->tables.is_json) {
		json_end(j, ']');
		json_member_u64(j, "records", totals->records);
		json_member_u64(j, "selected", totals->selected);
		json_member_u64(j, "undecided", totals->undecided);
		json_member_u64(j, "lost_places", totals->lost);
		json_member_u64(j, "lost_bytes", totals->account.lost);
		json_member_bool(j, "complete", complete);
		json_end(j, '}');
		buf_byte(&c->tables.text, '\n');
	}
	return events_tables_put(&c->tables);
}

static int run(struct summary *c)
{
	const struct events_client client = {
		.context = c,
		.part_new = part_new,
		.part_free = part_free,
		.event = on_event,
		.take = on_take,
	};
	bool scanned, explained;
	int code;

	begin(c);
	scanned = events_find(&c->run) && events_scan(&c->run, &client);
	if (scanned && c->source && !c->run.ended_early)
		tell_source(c);
	if (c->no_memory)
		cli_error("out of memory");
	if (!scanned || c->no_memory)
		return EXIT_FAIL_ON;
	code = events_exit(&c->run, c->run.totals.selected);
	if (!c->tables.stopped)
		end(c, code != EXIT_FAIL_ON);
	if (!events_tables_close(&c->tables, true))
		return EXIT_FAIL_ON;
	explained = c->run.ended_early || events_summarise(&c->run, c->run.totals.selected, NULL);
	return explained ? code : EXIT_FAIL_ON;
}

int events_summary(const struct cli *cli)
{
	static const enum option_id foreign[] = {OPT_SHAPE, OPT_DEDUPE, OPT_SORT,
						 OPT_HEAD,  OPT_TAIL,   OPT_ORIGIN};
	struct summary c = {0};
	int code = EXIT_FAIL_ON;

	c.whole = log_summary_new();
	if (!c.whole)
		cli_error("out of memory");
	if (c.whole && events_open(&c.run, cli) &&
	    events_tables_open(&c.tables, cli, "summary", foreign,
			       sizeof(foreign) / sizeof(foreign[0])))
		code = run(&c);
	events_tables_close(&c.tables, false);
	log_summary_free(c.whole);
	if (c.run.cli)
		events_close(&c.run);
	return code;
}
