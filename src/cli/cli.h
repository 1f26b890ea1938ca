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
	OPTION_COUNT
};

struct cli {
	const char *command; /* "check" */
	const char **args;   /* operands, options taken out */
	size_t arg_count;
	const char ***option; /* [OPTION_COUNT] values given, in order */
	size_t *option_count; /* [OPTION_COUNT] how often given */
	bool color;           /* --color, else: stdout is a terminal, NO_COLOR is unset */
	bool progress;        /* stderr is a terminal, not --quiet */
	bool quiet;           /* --quiet */
	unsigned threads;     /* --threads, else the processors */
	unsigned engine;      /* --engine: SCAN_WITHOUT_ flags of query/scan.h */
	const char *data;     /* --data, else NULL */
	unsigned width;       /* of the terminal; 0 when stdout is none: do not cut */
};

/* Whether an option was given; its last value (NULL without); for a flag any non-NULL string. */
bool cli_has(const struct cli *cli, enum option_id id);
const char *cli_value(const struct cli *cli, enum option_id id);

/*
 * --since and --until as FILETIMEs: 0 and UINT64_MAX where not given, a date alone is its first or
 * last instant, `7d` is that long ago. Prints an error and returns false when one is no time, or
 * since lies after until.
 */
bool cli_period(const struct cli *cli, uint64_t *ret_since, uint64_t *ret_until);

/*
 * The word of a NULL-terminated list that `word` most likely means, or NULL when none is near: for
 * "did you mean".
 */
const char *cli_nearest(const char *word, const char *const list[]);

/*
 * -o FORMAT[=FILE], repeatable: opens nothing, decides only. `formats` is a NULL-terminated list of
 * what the command can write; prints an error with the nearest suggestion and returns false when
 * one is not in it, when two outputs share a place, or when a file can't be written (it exists and
 * --force is not given, its folder does not exist): before the work, not after it.
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

/*
 * The same for output that comes in parts. The file has its name only once cli_stream_close() is
 * told that it is complete.
 */
struct cli_stream;
struct cli_stream *cli_stream_open(const struct cli *cli, const struct cli_output *to);

/* False: stop, nobody reads any more (closed pipe) or an error was printed. */
bool cli_stream_put(struct cli_stream *stream, const struct buf *what);

/* The same at a place of a file, which must be one. */
bool cli_stream_put_at(struct cli_stream *stream, uint64_t offset, struct view bytes);

/*
 * Ends the stream and frees it (NULL is allowed: false). True when everything arrived or the reader
 * closed the pipe. A file that is not complete is removed.
 */
bool cli_stream_close(struct cli_stream *stream, bool complete);

/* "tocsin: " + message on stderr, control characters shown, a newline behind. */
void cli_error(const char *fmt, ...) PRINTF_LIKE(1, 2);

/* The same for what is no error (a summary): nothing with --quiet. */
void cli_note(const struct cli *cli, const char *fmt, ...) PRINTF_LIKE(2, 3);

/* `name: what (detail)` with where it is; `unit` is "offset" (printed in hex) or "column". */
void cli_report(const char *name, const struct tocsin_error *error, const char *unit);

/*
 * Progress in bytes on stderr, only where cli->progress; done == total removes the line, as every
 * cli_error() does. May be called from several threads.
 */
void cli_progress(const struct cli *cli, uint64_t done, uint64_t total);

/* `1,904,113` and `2.1 GB` (decimal units), for people. */
void cli_thousands(struct buf *out, uint64_t n);
void cli_bytes(struct buf *out, uint64_t n);

int cmd_check(const struct cli *cli);
int cmd_query(const struct cli *cli);
int cmd_events(const struct cli *cli);
int cmd_advisory(const struct cli *cli);
int cmd_exposure(const struct cli *cli);

#endif
