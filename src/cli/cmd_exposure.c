/* SPDX-License-Identifier: Apache-2.0 */
/*
 * tocsin exposure BUILD|TEXT...: what each build is, and whether it is exposed to the CVEs asked
 * for (by default those of the built-in advisories).
 */
#include "cli/cli.h"

#include <stdlib.h>

#include "advisory/pack.h"
#include "exposure/exposure.h"
#include "output/exposure_report.h"

#define OUTPUTS_MAX 2

/* Words that one name may be given as: "Microsoft Exchange Server 2016 Cumulative Update 22 …" */
#define WORDS_MAX 12

struct run {
	const struct cli *cli;
	struct exposure_db *db;
	struct arena arena;
	const char **cves;
	size_t cve_count, cve_room;
	struct exposure_subject *subjects;
	size_t subject_count;
	bool failed; /* an argument was not understood */
};

static bool no_memory(void)
{
	cli_error("exposure: out of memory");
	return false;
}

/* Adds a CVE unless it is there; the id is copied. */
static bool add_cve(struct run *r, const char *id)
{
	struct cve_info known;
	const char **slot;

	if (exposure_cve(r->db, id, &known))
		id = known.id;
	for (size_t i = 0; i < r->cve_count; i++)
		if (!strcmp(r->cves[i], id))
			return true;
	slot = ARENA_GROW(&r->arena, r->cves, r->cve_count, r->cve_room);
	if (!slot)
		return no_memory();
	*slot = arena_string(&r->arena, id);
	return *slot || no_memory();
}

static bool add_all(struct run *r)
{
	struct cve_info info;

	for (size_t i = 0; exposure_cve_at(r->db, i, &info); i++)
		if (!add_cve(r, info.id))
			return false;
	return true;
}

/* The CVEs of the built-in advisories; all that are known in a build that can't read those. */
static bool add_advisories(struct run *r)
{
	struct pack **packs = NULL;
	size_t count = 0;
	struct tocsin_error error = {0};
	const enum tocsin_status status = pack_builtin(r->cli->data, &packs, &count, &error);
	bool ok = true;

	if (status != TOCSIN_OK && status != TOCSIN_UNSUPPORTED) {
		cli_report("built-in advisories", &error, "offset");
		return false;
	}
	for (size_t i = 0; i < count; i++) {
		for (size_t k = 0; ok && k < packs[i]->cve_count; k++)
			ok = add_cve(r, packs[i]->cves[k]);
		pack_free(packs[i]);
	}
	free(packs);
	if (ok && !r->cve_count) {
		cli_note(r->cli, "exposure: no built-in advisory can be read: every CVE is judged");
		ok = add_all(r);
	}
	return ok;
}

static bool choose_cves(struct run *r)
{
	if (cli_has(r->cli, OPT_ALL))
		return add_all(r);
	if (!cli_has(r->cli, OPT_CVE))
		return add_advisories(r);
	for (size_t i = 0; i < r->cli->option_count[OPT_CVE]; i++)
		if (!add_cve(r, r->cli->option[OPT_CVE][i]))
			return false;
	return true;
}

/* The arguments from `at`, `count` of them, with blanks between. */
static const char *join(struct run *r, size_t at, size_t count)
{
	struct buf text = {0};
	const char *copy;

	for (size_t i = at; i < at + count; i++) {
		if (i > at)
			buf_byte(&text, ' ');
		buf_str(&text, r->cli->args[i]);
	}
	copy = buf_failed(&text) ? NULL : arena_copy(&r->arena, text.p ? text.p : "", text.n);
	buf_free(&text);
	return copy;
}

static void report_text(struct run *r, const char *text, const struct tocsin_error *error)
{
	r->failed = true;
	if (error->status == TOCSIN_NOT_FOUND)
		cli_error("exposure: '%s': %s (%s)", text, error->msg, error->detail);
	else
		cli_error("exposure: '%s': %s (column %llu); understood are 15.1.2308.20, "
			  "15.01.2308.020, 'Version 15.1 (Build 2308.8)', "
			  "'Exchange Server 2016 CU22 Nov21SU'",
			  text, error->msg, (unsigned long long)error->offset + 1);
}

static bool judge(struct run *r, struct exposure_subject *s)
{
	struct buf name = {0};

	exposure_name(r->db, &s->build, s->precision, &name);
	s->name = buf_failed(&name) ? NULL : arena_string(&r->arena, buf_cstr(&name));
	buf_free(&name);
	s->lines = arena_array(&r->arena, r->cve_count ? r->cve_count : 1, sizeof(*s->lines));
	if (!s->name || !s->lines)
		return no_memory();
	for (size_t i = 0; i < r->cve_count; i++) {
		struct exposure_line *const line = &s->lines[s->line_count++];

		if (!exposure_cve(r->db, r->cves[i], &line->cve))
			line->cve.id = r->cves[i];
		if (exposure_judge(r->db, r->cves[i], &s->build, s->precision, &r->arena,
				   &line->exposure) != TOCSIN_OK)
			return no_memory();
	}
	return true;
}

/*
 * A name may come as several arguments: as many words as make sense together are one build. Returns
 * how many were taken, 0 without memory.
 */
static size_t take_build(struct run *r, size_t at)
{
	const size_t left = r->cli->arg_count - at;
	struct exposure_subject *const s = &r->subjects[r->subject_count];
	struct tocsin_error error = {0};
	enum tocsin_status status = TOCSIN_SYNTAX;
	size_t count = left < WORDS_MAX ? left : WORDS_MAX;

	for (;; count--) {
		s->input = join(r, at, count);
		if (!s->input)
			return no_memory(); /* 0 */
		status = exposure_parse(r->db, s->input, &s->build, &s->precision, &error);
		if (status != TOCSIN_SYNTAX || count == 1)
			break;
	}
	if (status != TOCSIN_OK) {
		report_text(r, s->input, &error);
		return count;
	}
	if (!exposure_identify(r->db, &s->build, s->precision, &s->info)) {
		cli_error(
			"exposure: '%s' is no Exchange build: those begin with 14.0 to 14.3, 15.0, "
			"15.1, 15.2 or 15.20",
			s->input);
		r->failed = true;
		return count;
	}
	if (!judge(r, s))
		return 0;
	r->subject_count++;
	return count;
}

static bool write_all(struct run *r, const struct cli_output *outputs, size_t count)
{
	bool ok = true;

	for (size_t i = 0; i < count && ok; i++) {
		struct buf text = {0};

		if (!strcmp(outputs[i].format, "json"))
			exposure_report_json(&text, r->subjects, r->subject_count);
		else if (!exposure_report_table(&text, r->subjects, r->subject_count,
						r->cli->color && !outputs[i].file))
			ok = no_memory();
		if (ok && buf_failed(&text))
			ok = no_memory();
		ok = ok && cli_write(r->cli, &outputs[i], &text);
		buf_free(&text);
	}
	return ok;
}

int cmd_exposure(const struct cli *cli)
{
	static const char *const formats[] = {"table", "json", NULL};
	struct cli_output outputs[OUTPUTS_MAX];
	struct run r = {.cli = cli};
	struct tocsin_error error = {0};
	size_t output_count;
	bool ok = false;

	if (!cli_outputs(cli, formats, "table", outputs, OUTPUTS_MAX, &output_count))
		return EXIT_USAGE;
	if (!cli->arg_count) {
		cli_error("exposure: which build? For example: tocsin exposure 15.1.2308.20");
		return EXIT_USAGE;
	}
	if (exposure_db_load(cli->data, &r.db, &error) != TOCSIN_OK) {
		cli_report("exposure data", &error, "offset");
		return EXIT_USAGE;
	}
	r.subjects = arena_array(&r.arena, cli->arg_count, sizeof(*r.subjects));
	if (!r.subjects)
		no_memory();
	else
		ok = choose_cves(&r);
	for (size_t at = 0, taken; ok && at < cli->arg_count; at += taken) {
		taken = take_build(&r, at);
		ok = taken != 0;
	}
	ok = ok && (!r.subject_count || write_all(&r, outputs, output_count));
	arena_free(&r.arena);
	exposure_db_free(r.db);
	return ok && !r.failed ? EXIT_COMPLETE : EXIT_USAGE;
}
