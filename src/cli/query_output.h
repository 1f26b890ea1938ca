/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What `tocsin query` writes: rows rendered by the workers, and their way to the outputs in order,
 * with the counts of -Newest, -MaxEvents and Select-Object. Those counts hold for each source: one
 * source stands for one run of the command on one host.
 */
#ifndef TOCSIN_CLI_QUERY_OUTPUT_H
#define TOCSIN_CLI_QUERY_OUTPUT_H

#include "cli/cli.h"
#include "evidence/evidence.h"
#include "output/powershell_view.h"
#include "query/query.h"

/* One for each format. */
#define QUERY_OUTPUTS_MAX 4

enum query_form { QUERY_PS, QUERY_JSON, QUERY_JSONL, QUERY_CSV };

struct query_output {
	enum query_form form;
	struct cli_stream *stream;
	bool terminal;
};

/* A stretch of a unit's text. */
struct span {
	size_t from, n;
};

/* One event that the query selects, or can't decide, or that its counts must see. */
struct query_row {
	enum tri answer;
	enum tri parameters; /* answer of the cmdlet's own parameters */
	struct span text[QUERY_OUTPUTS_MAX];
	struct span group;
	struct span name; /* `provider, event id`: for the summary of the undecided */
};

/* The rows of one unit of the scan. */
struct query_rows {
	struct query_row *rows;
	size_t count, size;
	struct buf text[QUERY_OUTPUTS_MAX];
	struct buf names; /* groups and names */
	bool failed;
};

void query_rows_clear(struct query_rows *r);
void query_rows_free(struct query_rows *r);

struct query_writer;

/*
 * Opens the outputs of -o. `command` for the JSON document. False: an error was printed. NULL-safe
 * free.
 */
bool query_writer_open(const struct cli *cli, const struct query *q, const char *command,
		       struct query_writer **ret);

/* Renders the matcher's current event into `r`, for all outputs. From any worker. False: it is too
 * much text for its unit (LIMIT_UNIT_TEXT) and left out. */
bool query_writer_render(const struct query_writer *w, struct matcher *m, const struct event *e,
			 const char *source, enum tri answer, enum tri parameters,
			 struct query_rows *r);

/* A loss, for the JSON document. */
void query_writer_loss(struct query_writer *w, const char *source, uint64_t record_id,
		       const struct tocsin_error *error);

/*
 * Takes the rows of the next unit of `source`. False: no further unit of this source can add
 * anything (its counts are reached).
 */
bool query_writer_take(struct query_writer *w, const struct source *source,
		       const struct query_rows *r);

/* Nobody reads any more, or an output failed: stop. */
bool query_writer_stopped(const struct query_writer *w);

/* Writes what is left, and closes. False: an output is not complete. */
bool query_writer_close(struct query_writer *w, bool complete);

uint64_t query_writer_hits(const struct query_writer *w);
uint64_t query_writer_undecided(const struct query_writer *w);

/* Prints how many hits each source gave, where there are several: the view has no column for it. */
void query_writer_tell_sources(const struct query_writer *w, const struct cli *cli);

/* Prints what was undecided: how many of which events. */
void query_writer_tell_undecided(const struct query_writer *w);

void query_writer_free(struct query_writer *w);

#endif
