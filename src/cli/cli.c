/* SPDX-License-Identifier: Apache-2.0 */
#include "cli/catalog.h"

#include <errno.h>
#include <stdio.h>

#include "base/os.h"
#include "base/outfile.h"
#include "base/text.h"
#include "base/timestamp.h"

bool cli_has(const struct cli *cli, enum option_id id)
{
	return cli->option_count[id] > 0;
}

const char *cli_value(const struct cli *cli, enum option_id id)
{
	return cli_has(cli, id) ? cli->option[id][cli->option_count[id] - 1] : NULL;
}

bool cli_period(const struct cli *cli, uint64_t *ret_since, uint64_t *ret_until)
{
	static const char expected[] = "expected a date or time like 2021-11-03 or "
				       "2021-11-03T09:12:44Z, or how long ago: 7d, 12h, 30m";
	const uint64_t now = filetime_now();
	const char *const since = cli_value(cli, OPT_SINCE);
	const char *const until = cli_value(cli, OPT_UNTIL);
	uint64_t from = 0, to = UINT64_MAX;

	if (since && filetime_parse_relative(since, false, now, &from) != TOCSIN_OK) {
		cli_error("--since: '%s' is no time; %s", since, expected);
		return false;
	}
	if (until && filetime_parse_relative(until, true, now, &to) != TOCSIN_OK) {
		cli_error("--until: '%s' is no time; %s", until, expected);
		return false;
	}
	if (from > to) {
		cli_error("--since '%s' is later than --until '%s'", since, until);
		return false;
	}
	*ret_since = from;
	*ret_until = to;
	return true;
}

const char *cli_nearest(const char *word, const char *const list[])
{
	const size_t n = strlen(word);
	const char *best = NULL;
	size_t best_distance = (n + 2) / 3 + 1; /* further away is another word */

	for (size_t i = 0; list[i]; i++) {
		const size_t distance = text_distance(word, list[i]);

		if (distance < best_distance) {
			best = list[i];
			best_distance = distance;
		}
	}
	/* A beginning that only one has: people abbreviate. */
	for (size_t i = 0, found = 0; !best && n >= 2 && list[i]; i++)
		if (!strncmp(word, list[i], n) && ++found == 1)
			best = list[i];
	return best;
}

static bool print(const struct cli *cli, struct buf *text)
{
	static const struct cli_output to = {"text", NULL};
	const bool ok = cli_write(cli, &to, text);

	buf_free(text);
	return ok;
}

/* `help`, `help NAME`, `NAME --help`, `NAME -h`. */
static int run_help(const struct cli *cli)
{
	const bool verb = cli->command && !strcmp(cli->command, "help");
	const char *const name = verb ? (cli->arg_count ? cli->args[0] : NULL) : cli->command;
	const char *const spelled = cli_value(cli, OPT_HELP);
	const struct command_entry *const command = name ? catalog_command(name) : NULL;
	struct buf text = {0};

	if (name && !command) {
		cli_unknown_command(name);
		return EXIT_USAGE;
	}
	help_write(&text, command, !spelled || spelled[1] == '-');
	return print(cli, &text) ? EXIT_COMPLETE : EXIT_USAGE;
}

static int run_generate(const struct cli *cli)
{
	static const char *const names[] = {"man", "complete-bash", NULL};
	const char *const what = cli_value(cli, OPT_GENERATE);
	struct buf text = {0};

	if (!strcmp(what, names[0])) {
		manual_write(&text);
	} else if (!strcmp(what, names[1])) {
		completion_write_bash(&text);
	} else {
		cli_error("--generate: '%s' is none of man, complete-bash", what);
		return EXIT_USAGE;
	}
	return print(cli, &text) ? EXIT_COMPLETE : EXIT_USAGE;
}

static int run(const struct cli *cli)
{
	struct buf text = {0};

	if (cli_has(cli, OPT_VERSION)) {
		help_version(&text);
		return print(cli, &text) ? EXIT_COMPLETE : EXIT_USAGE;
	}
	if (cli_has(cli, OPT_HELP) || (cli->command && !strcmp(cli->command, "help")))
		return run_help(cli);
	if (cli_has(cli, OPT_GENERATE))
		return run_generate(cli);
	if (!cli->command) {
		help_write(&text, NULL, false);
		fputs(buf_cstr(&text), stderr);
		buf_free(&text);
		return EXIT_USAGE;
	}
	return catalog_command(cli->command)->run(cli);
}

/* What stdio still holds must arrive too; a reader that left early wanted no more. */
static int finish(int code, int failed)
{
	if (fflush(stdout) == 0 && !ferror(stdout))
		return code;
	if (errno == EPIPE)
		return code;
	cli_error("stdout: can't write");
	return failed;
}

int cli_main(int argc, char **argv)
{
	struct arena arena = {0};
	struct cli cli;
	int code;

	os_prepare_memory();
	os_prepare_stdio();
	outfile_prepare();
	if (cli_parse(argc, argv, &arena, &cli, &code)) {
		const struct command_entry *const command =
			cli.command ? catalog_command(cli.command) : NULL;

		code = run(&cli);
		code = finish(code, command ? command->usage_error : EXIT_USAGE);
	}
	arena_free(&arena);
	return code;
}
