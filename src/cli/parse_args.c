/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The command line: `--name=value`, `--name value`, `-n value`, `-nvalue`, `-ab` for flags, `--`
 * ends the options. Options and operands come in any order; the first operand is the command.
 * Names are never abbreviated, so that a new option can't change what a script means.
 */
#include "cli/catalog.h"

#include <stdlib.h>

#include "base/cpu.h"
#include "base/limits.h"
#include "base/os.h"
#include "base/text.h"
#include "query/scan.h"

struct parser {
	struct arena *arena;
	struct cli *cli;
	char **argv;
	int argc, at; /* the next argument */
};

/* The command that the line names, also before the parser is there: its usage errors have its exit
 * code. */
static const char *command_of(const struct parser *p)
{
	if (p->cli->command)
		return p->cli->command;
	for (int i = p->at; i < p->argc; i++)
		if (catalog_command(p->argv[i]))
			return p->argv[i];
	return NULL;
}

static void unknown_option(const struct parser *p, const char *given)
{
	const char *names[OPTION_COUNT + 1];
	const char *const command = command_of(p);
	const char *near;
	size_t count = 0;

	for (size_t i = 0; i < OPTION_COUNT; i++)
		if (catalog_options[i].help && (!command || !catalog_command(command) ||
						catalog_belongs(&catalog_options[i], command)))
			names[count++] = catalog_options[i].name;
	names[count] = NULL;
	near = given[1] == '-' ? cli_nearest(given + 2, names) : NULL;
	if (near)
		cli_error("unknown option '%s'; did you mean '--%s'?", given, near);
	else
		cli_error("unknown option '%s'; see 'tocsin %s%s--help'", given,
			  command ? command : "", command ? " " : "");
}

static bool add_value(struct parser *p, size_t id, const char *value)
{
	struct cli *const cli = p->cli;

	if (!cli->option[id]) {
		cli->option[id] =
			arena_array(p->arena, (size_t)p->argc * 2 + 1, sizeof(**cli->option));
		if (!cli->option[id]) {
			cli_error("out of memory");
			return false;
		}
	}
	cli->option[id][cli->option_count[id]++] = value;
	return true;
}

static bool long_option(struct parser *p, const char *arg)
{
	const char *const equals = strchr(arg, '=');
	const size_t n = equals ? (size_t)(equals - arg) - 2 : strlen(arg) - 2;
	char *name;

	for (size_t i = 0; i < OPTION_COUNT; i++) {
		const struct option_entry *const o = &catalog_options[i];

		if (strlen(o->name) != n || memcmp(o->name, arg + 2, n))
			continue;
		if (!o->value && equals) {
			cli_error("option '--%s' takes no value", o->name);
			return false;
		}
		if (!o->value)
			return add_value(p, i, arg);
		if (equals)
			return add_value(p, i, equals + 1);
		if (p->at < p->argc)
			return add_value(p, i, p->argv[p->at++]);
		cli_error("option '--%s' needs a value: %s", o->name, o->value);
		return false;
	}
	name = arena_copy(p->arena, arg, n + 2);
	unknown_option(p, name ? name : arg);
	return false;
}

/* A cluster of letters; the first that takes a value takes the rest of it, or the next argument. */
static bool short_options(struct parser *p, const char *arg)
{
	for (const char *c = arg + 1; *c; c++) {
		const char given[] = {'-', *c, 0};
		size_t id = 0;

		while (id < OPTION_COUNT && catalog_options[id].letter != *c)
			id++;
		if (id == OPTION_COUNT) {
			unknown_option(p, (unsigned char)*c < 0x80 ? given : arg);
			return false;
		}
		if (!catalog_options[id].value) {
			const char *const flag = arena_string(p->arena, given);

			if (!add_value(p, id, flag ? flag : ""))
				return false;
			continue;
		}
		if (c[1])
			return add_value(p, id, c + 1);
		if (p->at < p->argc)
			return add_value(p, id, p->argv[p->at++]);
		cli_error("option '%s' needs a value: %s", given, catalog_options[id].value);
		return false;
	}
	return true;
}

static bool split(struct parser *p)
{
	struct cli *const cli = p->cli;
	bool only_operands = false;

	while (p->at < p->argc) {
		const char *const arg = p->argv[p->at++];

		if (!only_operands && !strcmp(arg, "--")) {
			only_operands = true;
		} else if (!only_operands && arg[0] == '-' && arg[1] == '-') {
			if (!long_option(p, arg))
				return false;
		} else if (!only_operands && arg[0] == '-' && arg[1]) {
			if (!short_options(p, arg))
				return false;
		} else if (!cli->command) {
			cli->command = arg;
		} else {
			cli->args[cli->arg_count++] = arg;
		}
	}
	return true;
}

void cli_unknown_command(const char *name)
{
	const char *names[16] = {0};
	const char *near;

	for (size_t i = 0; i < catalog_command_count && i < 15; i++)
		names[i] = catalog_commands[i].name;
	near = cli_nearest(name, names);
	if (near)
		cli_error("unknown command '%s'; did you mean '%s'?", name, near);
	else
		cli_error("unknown command '%s'; see 'tocsin --help'", name);
}

static bool check_command(const struct cli *cli)
{
	if (!cli->command || !strcmp(cli->command, "help") || catalog_command(cli->command))
		return true;
	cli_unknown_command(cli->command);
	return false;
}

static bool check_options(const struct cli *cli)
{
	if (!cli->command || !catalog_command(cli->command))
		return true;
	for (size_t i = 0; i < OPTION_COUNT; i++) {
		const struct option_entry *const o = &catalog_options[i];

		if (cli->option_count[i] && !catalog_belongs(o, cli->command)) {
			cli_error("option '--%s' does not belong to '%s', only to: %s", o->name,
				  cli->command, o->commands);
			return false;
		}
	}
	return true;
}

static bool set_color(struct cli *cli)
{
	static const char *const words[] = {"auto", "always", "never", NULL};
	const char *const when = cli_has(cli, OPT_COLOR) ? cli_value(cli, OPT_COLOR) : words[0];
	const char *const term = getenv("TERM");
	const char *const no_color = getenv("NO_COLOR");
	const char *near;

	for (size_t i = 0; words[i]; i++) {
		if (strcmp(when, words[i]))
			continue;
		cli->color = i == 1 || (i == 0 && os_is_terminal(1) && !(no_color && *no_color) &&
					!(term && !strcmp(term, "dumb")));
		return true;
	}
	near = cli_nearest(when, words);
	cli_error("--color: '%s' is none of auto, always, never%s%s%s", when,
		  near ? "; did you mean '" : "", near ? near : "", near ? "'?" : "");
	return false;
}

/* One word of --engine. Of several instruction sets the lowest holds. */
static bool engine_word(struct cli *cli, struct view word)
{
	static const struct {
		const char *word;
		unsigned flag;
	} without[] = {{"no-skim", SCAN_WITHOUT_SKIM},
		       {"no-prefilter", SCAN_WITHOUT_PREFILTER},
		       {"no-select", SCAN_WITHOUT_SELECT},
		       {"no-compiled", SCAN_WITHOUT_COMPILED}};

	for (size_t i = 0; i < sizeof(without) / sizeof(*without); i++)
		if (view_equal(word, view_of(without[i].word))) {
			cli->engine |= without[i].flag;
			return true;
		}
	for (unsigned i = CPU_SCALAR; i <= CPU_AVX512; i++)
		if (view_equal(word, view_of(cpu_level_name((enum cpu_level)i)))) {
			if (i < (unsigned)cpu_level())
				cpu_limit((enum cpu_level)i);
			return true;
		}
	return false;
}

/* --engine: what the engine has to do without, for tests. */
static bool set_engine(struct cli *cli)
{
	for (size_t i = 0; i < cli->option_count[OPT_ENGINE]; i++) {
		const char *word = cli->option[OPT_ENGINE][i];

		for (;;) {
			const size_t n = strcspn(word, ",");

			if (!engine_word(cli, (struct view){(const uint8_t *)word, n})) {
				cli_error("--engine: '%.*s' is none of its words; see "
					  "docs/performance.md",
					  (int)(n < 40 ? n : 40), word);
				return false;
			}
			if (!word[n])
				break;
			word += n + 1;
		}
	}
	return true;
}

/* What every command is given in its own fields. */
static bool set_common(struct cli *cli)
{
	const char *const threads = cli_value(cli, OPT_THREADS);
	const unsigned processors = os_processors();
	uint64_t n = processors < LIMIT_THREADS ? processors : LIMIT_THREADS;

	if (threads && (!text_parse_u64(view_of(threads), &n) || !n || n > LIMIT_THREADS)) {
		cli_error("--threads: '%s' is no number from 1 to %d", threads, LIMIT_THREADS);
		return false;
	}
	cli->threads = (unsigned)n;
	if (cli_has(cli, OPT_ENGINE) && !set_engine(cli))
		return false;
	cli->data = cli_value(cli, OPT_DATA);
	if (cli->data && os_kind(cli->data) != OS_FOLDER) {
		cli_error("--data: '%s' is not a folder", cli->data);
		return false;
	}
	cli->quiet = cli_has(cli, OPT_QUIET);
	cli->progress = !cli->quiet && os_is_terminal(2);
	cli->width = os_is_terminal(1) ? os_terminal_width(1) : 0;
	return set_color(cli);
}

bool cli_parse(int argc, char **argv, struct arena *arena, struct cli *cli, int *ret_exit)
{
	struct parser p = {arena, cli, argv, argc, 1};
	const struct command_entry *command;

	memset(cli, 0, sizeof(*cli));
	*ret_exit = EXIT_USAGE;
	cli->args = arena_array(arena, (size_t)argc + 1, sizeof(*cli->args));
	cli->option = arena_array(arena, OPTION_COUNT, sizeof(*cli->option));
	cli->option_count = arena_array(arena, OPTION_COUNT, sizeof(*cli->option_count));
	if (!cli->args || !cli->option || !cli->option_count) {
		cli_error("out of memory");
		return false;
	}
	if (split(&p) && check_command(cli) &&
	    (cli_has(cli, OPT_HELP) || (check_options(cli) && set_common(cli))))
		return true;
	command = command_of(&p) ? catalog_command(command_of(&p)) : NULL;
	if (command)
		*ret_exit = command->usage_error;
	return false;
}
