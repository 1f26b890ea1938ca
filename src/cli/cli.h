/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The command line. opts.def is the one table of options: parsing, help, man page and completions
 * come from it. Each command is one file, cmd_NAME.c, with one function that returns the exit code.
 */
#ifndef TOCSIN_CLI_CLI_H
#define TOCSIN_CLI_CLI_H

#include <stdio.h>

#include "base/buf.h"
#include "base/error.h"

enum exit_code {
	EXIT_COMPLETE = 0, /* ran completely, nothing at or above --fail-on; query, events: a hit */
	EXIT_USAGE = 1,    /* usage or internal error; query, events: no hit */
	EXIT_FAIL_ON = 2,  /* --fail-on reached; query, events: error */
	EXIT_INCOMPLETE = 3 /* finished, but evidence was incomplete */
};

/* One constant an option: OPT_SINCE, OPT_OUTPUT, … from opts.def. */
enum option_id {
#define OPTION(id, long_name, short_name, value, commands, help) OPT_##id,
#include "cli/opts.def"
#undef OPTION
	OPTION_COUNT
};

struct cli {
	const char *command; /* "check" */
	const char **args;   /* operands, options taken out */
	size_t arg_count;
	const char ***option; /* [OPTION_COUNT] values given, in order */
	size_t *option_count; /* [OPTION_COUNT] how often given */
	bool color;           /* stdout is a terminal, NO_COLOR is unset */
	bool progress;        /* stderr is a terminal, not --quiet */
	unsigned threads;     /* --threads, else the processors */
	const char *data;     /* --data, else NULL */
	unsigned width;       /* of the terminal; 0 when stdout is none: do not cut */
};

/* Whether an option was given; its last value (NULL without); for a flag any non-NULL string. */
bool cli_has(const struct cli *cli, enum option_id id);
const char *cli_value(const struct cli *cli, enum option_id id);

/*
 * -o FORMAT[=FILE], repeatable: opens nothing, decides only. `formats` is a NULL-terminated list of
 * what the command can write; prints an error with the nearest suggestion and returns false when
 * one is not in it.
 */
struct cli_output {
	const char *format;
	const char *file; /* NULL: stdout */
};
bool cli_outputs(const struct cli *cli, const char *const formats[], const char *standard,
		 struct cli_output *ret, size_t max, size_t *ret_count);

/*
 * Writes a finished buffer to its place. A closed pipe is success. On failure prints the error and
 * returns false. Files are written beside their name and renamed; an existing file is replaced only
 * with --force.
 */
bool cli_write(const struct cli *cli, const struct cli_output *to, const struct buf *what);

/* "tocsin: " + message on stderr, control characters shown, a newline behind. */
void cli_error(const char *fmt, ...) PRINTF_LIKE(1, 2);

/* `name: what (detail)` with where it is; `unit` is "offset" (printed in hex) or "column". */
void cli_report(const char *name, const struct tocsin_error *error, const char *unit);

int cmd_check(const struct cli *cli);
int cmd_query(const struct cli *cli);
int cmd_events(const struct cli *cli);
int cmd_advisory(const struct cli *cli);
int cmd_exposure(const struct cli *cli);

#endif
