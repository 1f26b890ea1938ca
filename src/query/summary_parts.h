/* SPDX-License-Identifier: Apache-2.0 */
/* Inside of log_summary: what a part holds, for those who fill it and those who join it. */
#ifndef TOCSIN_QUERY_SUMMARY_PARTS_H
#define TOCSIN_QUERY_SUMMARY_PARTS_H

#include "query/log_summary.h"
#include "query/summary_tables.h"

/* A live record, as what comes before or behind it looks at it. */
struct summary_edge {
	uint64_t id, written;
	uint64_t computer; /* hash of its name */
	bool there;
};

struct summary_part_log {
	const char *channel;
	struct summary_span spans[SUMMARY_ORIGINS];
	uint64_t levels[SUMMARY_LEVELS];
	uint64_t unordered;
	struct summary_clock clock;
	struct summary_edge first, last;
	size_t last_run; /* number + 1 in `runs` */
};

struct summary_part_run {
	uint32_t log;
	struct id_run run;
};

struct summary_part_cleared {
	uint32_t log;
	struct summary_cleared cleared;
};

/* All lists in the order of the records that brought the entries. */
struct log_summary_part {
	struct arena arena;
	struct summary_names names;
	struct summary_counters counters;
	struct summary_part_log *logs;
	size_t log_count, log_room;
	struct summary_part_run *runs;
	size_t run_count, run_room;
	struct summary_part_cleared *cleared;
	size_t cleared_count, cleared_room;
	uint64_t records;
	size_t text_bytes; /* of names and clearings */
	bool failed;       /* no memory */
};

/* Forgets all; what memory it took is kept for the next records, up to a bound. */
void log_summary_part_clear(struct log_summary_part *p);

void summary_span_add(struct summary_span *to, const struct summary_span *more);

/* Takes `after`, the live record behind `before` in one log, into account. */
void summary_follow(const struct summary_edge *before, const struct summary_edge *after,
		    uint64_t *unordered, struct summary_clock *clock);

void summary_clock_add(struct summary_clock *to, const struct summary_clock *more);

#endif
