/* SPDX-License-Identifier: Apache-2.0 */
/*
 * tocsin advisory list: what is built in.
 * tocsin advisory show [FILE|NUMBER]: what a document or a built-in advisory says.
 */
#include "cli/cli.h"

#include <stdlib.h>

#include "advisory/advisory.h"
#include "advisory/pack.h"
#include "base/limits.h"
#include "base/os.h"
#include "output/advisory_report.h"

#define OUTPUTS_MAX 2

/* What is to be shown: built-in packs, or one pack file, or one document. */
struct subject {
	struct pack **packs;
	size_t pack_count;
	struct advisory *document;
	struct advisory_run *runs; /* of the document's code */
};

static bool no_memory(void)
{
	cli_error("advisory: out of memory");
	return false;
}

static void subject_free(struct subject *s)
{
	for (size_t i = 0; i < s->pack_count; i++)
		pack_free(s->packs[i]);
	free(s->packs);
	advisory_free(s->document);
	free(s->runs);
}

static bool load_builtin(const struct cli *cli, struct subject *s)
{
	struct tocsin_error error = {0};

	if (pack_builtin(cli->data, &s->packs, &s->pack_count, &error) == TOCSIN_OK)
		return true;
	cli_report("built-in advisories", &error, NULL);
	return false;
}

/* All of stdin, at most as much as an advisory may have. */
static enum tocsin_status read_stdin(struct arena *a, struct view *ret, struct tocsin_error *error)
{
	struct buf text = {0};
	char part[16384];
	enum tocsin_status status = TOCSIN_OK;
	size_t n;
	char *copy;

	while ((n = fread(part, 1, sizeof(part), stdin)) > 0 && text.n <= LIMIT_DOCUMENT_BYTES)
		buf_add(&text, part, n);
	if (ferror(stdin))
		status = error_set(error, TOCSIN_IO, 0, "can't read");
	else if (text.n > LIMIT_DOCUMENT_BYTES)
		status = error_set(error, TOCSIN_LIMIT, 0, "document is too large for an advisory");
	copy = status == TOCSIN_OK && !buf_failed(&text)
		       ? arena_copy(a, text.p ? text.p : "", text.n)
		       : NULL;
	if (status == TOCSIN_OK && !copy)
		status = error_set(error, TOCSIN_NO_MEMORY, 0, "out of memory");
	if (status == TOCSIN_OK)
		*ret = (struct view){(const uint8_t *)copy, text.n};
	buf_free(&text);
	return status;
}

/* Which code blocks tocsin can run: those that read evidence, in a language that it interprets. */
static bool try_codes(struct subject *s)
{
	const struct advisory *const a = s->document;

	s->runs = calloc(a->code_count + 1, sizeof(*s->runs));
	if (!s->runs)
		return no_memory();
	for (size_t i = 0; i < a->code_count; i++) {
		struct advisory_run *const run = &s->runs[i];
		tocsin_query *query = NULL;

		if (!a->codes[i].reads_evidence || strcmp(a->codes[i].language, "powershell") != 0)
			continue;
		run->tried = true;
		run->ok = tocsin_query_compile(a->codes[i].text, &query, &run->error) == TOCSIN_OK;
		tocsin_query_free(query);
	}
	return true;
}

static bool take_pack(struct subject *s, struct pack *pack)
{
	s->packs = calloc(1, sizeof(struct pack *));
	if (!s->packs) {
		pack_free(pack);
		return no_memory();
	}
	s->packs[0] = pack;
	s->pack_count = 1;
	return true;
}

/* `-`, a file, or a number. */
static bool load(const struct cli *cli, const char *what, struct subject *s)
{
	const bool standard = strcmp(what, "-") == 0;
	const char *const name = standard ? "stdin" : what;
	struct tocsin_error error = {0};
	struct arena a = {0};
	struct view text;
	struct pack *pack = NULL;
	enum tocsin_status status;

	if (!standard && os_kind(what) == OS_MISSING) {
		status = pack_open(what, cli->data, &pack, &error);
		if (status == TOCSIN_OK)
			return take_pack(s, pack);
		cli_report(what, &error, NULL);
		return false;
	}
	status = standard ? read_stdin(&a, &text, &error)
			  : os_read_file(&a, what, LIMIT_DOCUMENT_BYTES, &text, &error);
	if (status == TOCSIN_OK && pack_recognise(text))
		status = pack_parse(text, name, &pack, &error);
	else if (status == TOCSIN_OK)
		status = advisory_parse(text, &s->document, &error);
	arena_free(&a);
	if (status != TOCSIN_OK) {
		cli_report(name, &error, "offset");
		return false;
	}
	return pack ? take_pack(s, pack) : try_codes(s);
}

static void show_text(const struct subject *s, bool color, struct buf *out)
{
	if (s->document)
		advisory_report_text(out, s->document, s->runs, color);
	for (size_t i = 0; i < s->pack_count; i++) {
		if (i)
			buf_byte(out, '\n');
		pack_report_text(out, s->packs[i], color);
	}
}

static bool write_one(const struct cli *cli, const struct subject *s, bool list,
		      const struct cli_output *to)
{
	const bool color = cli->color && !to->file;
	struct buf out = {0};
	struct json j;
	bool ok = true;

	if (strcmp(to->format, "json") == 0) {
		advisory_report_begin(&j, &out);
		if (s->document)
			advisory_report_json(&j, s->document, s->runs);
		for (size_t i = 0; i < s->pack_count; i++)
			pack_report_json(&j, s->packs[i]);
		advisory_report_end(&j);
	} else if (list) {
		ok = pack_report_list(&out, s->packs, s->pack_count, to->file ? 0 : cli->width,
				      color);
	} else {
		show_text(s, color, &out);
	}
	if (!ok || buf_failed(&out))
		ok = no_memory();
	ok = ok && cli_write(cli, to, &out);
	buf_free(&out);
	return ok;
}

int cmd_advisory(const struct cli *cli)
{
	static const char *const actions[] = {"list", "show", NULL};
	static const char *const list_formats[] = {"table", "json", NULL};
	static const char *const show_formats[] = {"text", "json", NULL};
	struct cli_output outputs[OUTPUTS_MAX];
	struct subject s = {0};
	size_t output_count;
	bool list, ok;

	if (!cli->arg_count) {
		cli_error("advisory: list or show? For example: tocsin advisory list");
		return EXIT_USAGE;
	}
	list = strcmp(cli->args[0], "list") == 0;
	if (!list && strcmp(cli->args[0], "show") != 0) {
		const char *const near = cli_nearest(cli->args[0], actions);

		cli_error("advisory: no action '%s'; did you mean '%s'?", cli->args[0],
			  near ? near : "show");
		return EXIT_USAGE;
	}
	if (cli->arg_count > (list ? 1u : 2u)) {
		cli_error("advisory %s: '%s' is one argument too many", cli->args[0],
			  cli->args[list ? 1 : 2]);
		return EXIT_USAGE;
	}
	if (!cli_outputs(cli, list ? list_formats : show_formats, list ? "table" : "text", outputs,
			 OUTPUTS_MAX, &output_count))
		return EXIT_USAGE;
	ok = cli->arg_count == 2 ? load(cli, cli->args[1], &s) : load_builtin(cli, &s);
	for (size_t i = 0; ok && i < output_count; i++)
		ok = write_one(cli, &s, list, &outputs[i]);
	subject_free(&s);
	return ok ? EXIT_COMPLETE : EXIT_USAGE;
}
