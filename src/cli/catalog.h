/* SPDX-License-Identifier: Apache-2.0 */
/* The tables of options and commands as data: parsing, help, man page and completion read them. */
#ifndef TOCSIN_CLI_CATALOG_H
#define TOCSIN_CLI_CATALOG_H

#include "base/arena.h"
#include "cli/cli.h"

struct option_entry {
	const char *name;     /* without its dashes */
	char letter;          /* 0: none */
	const char *value;    /* NULL: a flag */
	const char *commands; /* names with a blank between, or "*" */
	const char *help;     /* NULL: hidden from help, manual page and completion */
};

struct command_entry {
	const char *name;
	const char *operands;
	int usage_error; /* exit code */
	const char *summary;
	const char *description; /* paragraphs end with a newline */
	int (*run)(const struct cli *cli);
};

struct example_entry {
	const char *command;
	const char *what;
	const char *line;
};

struct exit_entry {
	const char *command;
	const char *code;
	const char *meaning;
};

extern const struct option_entry catalog_options[OPTION_COUNT];
extern const struct command_entry catalog_commands[];
extern const size_t catalog_command_count;
extern const struct example_entry catalog_examples[];
extern const size_t catalog_example_count;
extern const struct exit_entry catalog_exits[];
extern const size_t catalog_exit_count;

/* NULL when there is none of that name. */
const struct command_entry *catalog_command(const char *name);

/* Whether an option may be given to a command. */
bool catalog_belongs(const struct option_entry *option, const char *command);

/* Whether it is told to people as one of the command's. */
bool catalog_shows(const struct option_entry *option, const char *command);

/*
 * Parses the command line into `cli`, whose parts live in `arena` and in `argv`. False when an
 * error was printed; *ret_exit is then the exit code. cli->command is NULL when none was given.
 */
bool cli_parse(int argc, char **argv, struct arena *arena, struct cli *cli, int *ret_exit);

/* Tells that there is no such command, and which one was meant. */
void cli_unknown_command(const char *name);

/* Help: of one command, or of all when it is NULL; short (-h) or long (--help). */
void help_write(struct buf *out, const struct command_entry *command, bool complete);

/* The version, and which optional libraries are in. */
void help_version(struct buf *out);

/* What --generate makes: the manual page in man(7) form, the completion script. */
void manual_write(struct buf *out);
void completion_write_bash(struct buf *out);

/* What main() does. */
int cli_main(int argc, char **argv);

#endif
