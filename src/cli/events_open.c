/* SPDX-License-Identifier: Apache-2.0 */
/* Setting up `tocsin events`: the options that all modes have, the evidence. */
#include "cli/events_run.h"

#include <stdlib.h>

#include "query/prefilter.h"

bool events_open(struct events_run *r, const struct cli *cli)
{
	memset(r, 0, sizeof(*r));
	r->cli = cli;
	r->options.threads = cli->threads;
	r->options.engine = cli->engine;
	r->options.recover = cli_has(cli, OPT_RECOVER);
	r->options.carve = cli_has(cli, OPT_CARVE);
	if (!cli->arg_count) {
		cli_error("events: no evidence given: name event log files or folders");
		return false;
	}
	r->lock_ready = mutex_init(&r->lock);
	if (r->lock_ready && !cond_init(&r->moved)) {
		mutex_destroy(&r->lock);
		r->lock_ready = false;
	}
	if (!r->lock_ready) {
		cli_error("out of memory");
		return false;
	}
	return cli_period(cli, &r->since, &r->until) && events_open_filters(r);
}

/* Tells what can't be read. A trace is no event log: only counted. */
static void tell_unread(struct events_run *r)
{
	const struct evidence *const e = r->evidence;
	size_t i;

	r->unread = e->error_count > 0;
	for (i = 0; i < e->error_count; i++)
		cli_report(e->errors[i].path, &e->errors[i].error, NULL);
	for (i = 0; i < e->other_count; i++) {
		const struct source *const s = &e->others[i];

		if (s->kind == SOURCE_ETL && !s->given) {
			r->traces++;
			continue;
		}
		cli_error("%s: %s", s->path, s->reason);
		r->unread = true;
	}
}

bool events_find(struct events_run *r)
{
	const struct evidence_options options = {.every_file = r->options.carve};
	struct tocsin_error error;

	if (evidence_open(r->cli->args, r->cli->arg_count, &options, &r->evidence, &error) !=
	    TOCSIN_OK) {
		cli_error("out of memory");
		return false;
	}
	tell_unread(r);
	return true;
}

void events_close(struct events_run *r)
{
	const unsigned threads = r->cli->threads ? r->cli->threads : 1;
	unsigned i;

	for (i = 0; r->matchers && i < threads; i++)
		matcher_free(r->matchers[i]);
	free(r->matchers);
	prefilter_free(r->prefilter);
	query_free(r->query);
	message_catalogue_free(r->catalogue);
	evidence_free(r->evidence);
	if (r->lock_ready) {
		cond_destroy(&r->moved);
		mutex_destroy(&r->lock);
	}
}
