/* SPDX-License-Identifier: Apache-2.0 */
/* tocsin check: the verdict for each host. */
#include <stdlib.h>

#include "cli/cli.h"
#include "output/check_report.h"

#define OUTPUTS_MAX 4
#define DAMAGE_SHOWN 20u /* lines on stderr for one source; -o json has all */

struct check_job {
	const struct cli *cli;
	struct pack **packs;
	size_t pack_count;
	struct exposure_db *db;
	struct message_catalogue *catalogue;
	struct evidence *evidence;
	struct check_result *result;
};

static void on_progress(void *context, uint64_t done, uint64_t total)
{
	cli_progress(context, done, total);
}

/* --fail-on: 0 without, else the least state that fails. */
enum fail_on { FAIL_NEVER, FAIL_AFFECTED, FAIL_SUSPECTED, FAIL_ATTACK };

static bool parse_fail_on(const struct cli *cli, enum fail_on *ret)
{
	static const char *const levels[] = {"affected", "suspected", "attack_found", NULL};
	const char *const value = cli_value(cli, OPT_FAIL_ON);
	const char *near;

	*ret = FAIL_NEVER;
	if (!value)
		return true;
	for (size_t i = 0; levels[i]; i++) {
		if (!strcmp(value, levels[i])) {
			*ret = (enum fail_on)(FAIL_AFFECTED + i);
			return true;
		}
	}
	near = cli_nearest(value, levels);
	cli_error("--fail-on %s: not affected, suspected or attack_found%s%s%s", value,
		  near ? "; did you mean " : "", near ? near : "", near ? "?" : "");
	return false;
}

static bool fails(const struct check_job *job, enum fail_on level)
{
	for (size_t h = 0; h < job->result->host_count; h++) {
		for (size_t p = 0; p < job->pack_count; p++) {
			const struct check_verdict *const v = &job->result->hosts[h].verdicts[p];

			if (v->assessment == ASSESSMENT_ATTACK_FOUND ||
			    (level <= FAIL_SUSPECTED && v->assessment == ASSESSMENT_SUSPECTED))
				return true;
			for (size_t i = 0; i < v->exposure_count; i++) {
				if (level == FAIL_AFFECTED &&
				    v->exposures[i].exposure.status == EXPOSURE_AFFECTED)
					return true;
			}
		}
	}
	return false;
}

/* The advisories asked for, or all built-in ones. */
static bool open_packs(struct check_job *job)
{
	const size_t asked = job->cli->option_count[OPT_ADVISORY];
	struct tocsin_error error;

	if (!asked) {
		if (pack_builtin(job->cli->data, &job->packs, &job->pack_count, &error) !=
		    TOCSIN_OK) {
			cli_report("built-in advisories", &error, "offset");
			return false;
		}
		if (!job->pack_count)
			cli_error("no built-in advisory: name one with -a");
		return job->pack_count > 0;
	}
	job->packs = calloc(asked, sizeof(struct pack *));
	if (!job->packs) {
		cli_error("out of memory");
		return false;
	}
	for (size_t i = 0; i < asked; i++) {
		const char *const what = job->cli->option[OPT_ADVISORY][i];

		if (pack_open(what, job->cli->data, &job->packs[i], &error) != TOCSIN_OK) {
			cli_report(what, &error, "offset");
			return false;
		}
		job->pack_count++;
	}
	return true;
}

static bool open_data(struct check_job *job)
{
	struct tocsin_error error;

	if (exposure_db_load(job->cli->data, &job->db, &error) != TOCSIN_OK) {
		cli_report("data: builds and CVEs", &error, "offset");
		return false;
	}
	if (message_catalogue_load(job->cli->data, &job->catalogue, &error) != TOCSIN_OK) {
		cli_report("data: messages", &error, "offset");
		return false;
	}
	if (evidence_open(job->cli->args, job->cli->arg_count, NULL, &job->evidence, &error) !=
	    TOCSIN_OK) {
		cli_report("evidence", &error, "offset");
		return false;
	}
	return true;
}

/* Losses on stderr, source by source. */
static void tell_errors(const struct check_result *r)
{
	size_t shown = 0;

	for (size_t i = 0; i < r->error_count; i++) {
		const struct check_error *const e = &r->errors[i];
		const bool same = i && !strcmp(e->source, r->errors[i - 1].source);

		if (!same && shown > DAMAGE_SHOWN)
			cli_error("%s: and %zu more: -o json has all", r->errors[i - 1].source,
				  shown - DAMAGE_SHOWN);
		shown = same ? shown + 1 : 1;
		if (shown > DAMAGE_SHOWN)
			continue;
		if (e->record_id)
			cli_error("%s: record %llu, offset 0x%llx: %s", e->source,
				  (unsigned long long)e->record_id, (unsigned long long)e->offset,
				  e->message);
		else if (e->offset)
			cli_error("%s: offset 0x%llx: %s", e->source, (unsigned long long)e->offset,
				  e->message);
		else
			cli_error("%s: %s", e->source, e->message);
	}
	if (shown > DAMAGE_SHOWN)
		cli_error("%s: and %zu more: -o json has all", r->errors[r->error_count - 1].source,
			  shown - DAMAGE_SHOWN);
}

static bool write_reports(const struct check_job *job, const struct check_options *options,
			  const struct cli_output *outputs, size_t count)
{
	const struct check_report report = {job->result, options, job->evidence};
	bool ok = true;

	for (size_t i = 0; i < count; i++) {
		const bool terminal = !outputs[i].file;
		struct buf out = {0};

		if (!strcmp(outputs[i].format, "json"))
			check_report_json(&report, &out);
		else
			check_report_text(&report, terminal ? job->cli->width : 0,
					  terminal && job->cli->color, &out);
		if (out.failed)
			cli_error("out of memory while writing the report");
		ok &= !out.failed && cli_write(job->cli, &outputs[i], &out);
		buf_free(&out);
	}
	return ok;
}

static void job_free(struct check_job *job)
{
	check_result_free(job->result);
	evidence_free(job->evidence);
	message_catalogue_free(job->catalogue);
	exposure_db_free(job->db);
	for (size_t i = 0; i < job->pack_count; i++)
		pack_free(job->packs[i]);
	free(job->packs);
}

static int run(struct check_job *job, const struct cli_output *outputs, size_t output_count,
	       enum fail_on fail_on)
{
	const struct cli *const cli = job->cli;
	struct check_options options = {0};
	struct tocsin_error error;

	if (!cli_period(cli, &options.since, &options.until) || !open_packs(job) || !open_data(job))
		return EXIT_USAGE;
	options.packs = job->packs;
	options.pack_count = job->pack_count;
	options.db = job->db;
	options.catalogue = job->catalogue;
	options.builds = (const char *const *)cli->option[OPT_BUILD];
	options.build_count = cli->option_count[OPT_BUILD];
	options.threads = cli->threads;
	options.engine = cli->engine;
	options.progress = on_progress;
	options.progress_context = (void *)(uintptr_t)cli;
	if (check_run(job->evidence, &options, &job->result, &error) != TOCSIN_OK) {
		if (error.status == TOCSIN_USAGE)
			cli_error("--build %s: %s", error.detail, error.msg);
		else
			cli_report("check", &error, "offset");
		return EXIT_USAGE;
	}
	tell_errors(job->result);
	if (!job->result->host_count)
		cli_error("no event log with records in the evidence: no host to judge");
	if (!write_reports(job, &options, outputs, output_count))
		return EXIT_USAGE;
	if (fail_on != FAIL_NEVER && fails(job, fail_on))
		return EXIT_FAIL_ON;
	return job->result->complete ? EXIT_COMPLETE : EXIT_INCOMPLETE;
}

int cmd_check(const struct cli *cli)
{
	static const char *const formats[] = {"table", "json", NULL};
	struct cli_output outputs[OUTPUTS_MAX];
	struct check_job job = {.cli = cli};
	enum fail_on fail_on;
	size_t count;
	int code;

	if (!cli_outputs(cli, formats, "table", outputs, OUTPUTS_MAX, &count) ||
	    !parse_fail_on(cli, &fail_on))
		return EXIT_USAGE;
	if (!cli->arg_count) {
		cli_error("check: no evidence: name the folders or .evtx files to read");
		return EXIT_USAGE;
	}
	code = run(&job, outputs, count, fail_on);
	job_free(&job);
	return code;
}
