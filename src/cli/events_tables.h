/* SPDX-License-Identifier: Apache-2.0 */
/* The modes of `tocsin events` that tell of logs instead of listing records. Each reads its options
 * by itself, and returns the exit code. */
#ifndef TOCSIN_CLI_EVENTS_TABLES_H
#define TOCSIN_CLI_EVENTS_TABLES_H

#include "cli/cli.h"
#include "output/log_report.h"

int events_summary(const struct cli *cli); /* --summary */
int events_info(const struct cli *cli);    /* --info */

/* ---- What both share: one output, text for people or one JSON document, written as it comes */

struct events_tables {
	struct cli_stream *stream;
	bool is_json;
	struct log_style style;
	struct json json;
	struct buf text; /* on its way, also of `json` */
	bool any;        /* a source has been told */
	bool stopped;    /* nobody reads any more, or an error was printed */
};

/* Reads the output options and opens it. `mode` is the option that chose the mode; the options in
 * `foreign` don't go with it. False when an error was printed. */
bool events_tables_open(struct events_tables *t, const struct cli *cli, const char *mode,
			const enum option_id *foreign, size_t foreign_count);

/* Writes what has come together. False: stop. */
bool events_tables_put(struct events_tables *t);

/* Ends the output; NULL streams are allowed. False when it did not arrive. */
bool events_tables_close(struct events_tables *t, bool complete);

#endif
