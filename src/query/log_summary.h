/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What the logs of one source hold: per channel the records, their period, ids and gaps, providers
 * and event ids by count, computers, levels, and the signs of a log that was cleared or of a clock
 * that was set back.
 *
 * Workers fill parts; parts are joined in the order of the records. The result is the same however
 * the records are cut into parts. Memory is bounded per source by limits (LIMIT_SUMMARY_…); what is
 * beyond them is counted as such.
 */
#ifndef TOCSIN_QUERY_LOG_SUMMARY_H
#define TOCSIN_QUERY_LOG_SUMMARY_H

#include "format/event.h"
#include "query/id_runs.h"

/* Levels 0 to 15; then all others, and records without one. */
#define SUMMARY_LEVELS 17u
#define SUMMARY_ORIGINS 3u /* enum event_origin */

/* Times are 0 where no record has one; ids where there is no record. */
struct summary_span {
	uint64_t records;
	uint64_t first, last;                 /* TimeCreated */
	uint64_t first_written, last_written; /* of the records' headers */
	uint64_t first_id, last_id;           /* least and greatest */
};

/* A clock that was set back: of two live records of one computer that follow each other by id and
 * place, the later one has a header time more than a minute before the other's. */
struct summary_clock {
	uint64_t steps;
	uint64_t largest;   /* FILETIME units */
	uint64_t record_id; /* the record behind the largest step, and the times around it */
	uint64_t from, to;
};

struct summary_event {
	uint32_t id; /* SUMMARY_NO_ID: the records have none */
	uint64_t records;
};

#define SUMMARY_NO_ID UINT32_MAX

struct summary_provider {
	const char *name; /* "": none */
	uint64_t records;
	const struct summary_event *events; /* by count, then id */
	size_t event_count;
};

struct summary_computer {
	const char *name;
	uint64_t records;
};

/* A record that tells of a cleared log. */
struct summary_cleared {
	const char *channel; /* the log that was cleared; "": the record has lost it */
	const char *account; /* DOMAIN\user, else a SID, else "" */
	uint64_t time, record_id;
	uint32_t event_id;
	enum event_origin origin;
};

/* One channel. Lists are sorted by count, then name; names longer than LIMIT_SUMMARY_NAME are cut
 * and end in " …". */
struct summary_log {
	const char *channel; /* "": the records have none */
	struct summary_span spans[SUMMARY_ORIGINS];
	uint64_t levels[SUMMARY_LEVELS];
	/* Of live records: */
	const struct id_run *runs; /* by id, joined */
	size_t run_count;
	bool scattered;     /* too many runs: gaps are not known */
	uint64_t missing;   /* ids between the runs */
	uint64_t unordered; /* records whose id is not above the one's before them */
	struct summary_clock clock;

	const struct summary_provider *providers;
	size_t provider_count;
	const struct summary_computer *computers;
	size_t computer_count;
	const struct summary_cleared *cleared; /* in order of the records */
	size_t cleared_count;
	/* Beyond the limits: records whose provider and event id, or computer, has no count of its
	 * own, and clearings that are not listed. */
	uint64_t more_events, more_computers, more_cleared;
};

struct log_summary_part;

struct log_summary_part *log_summary_part_new(void); /* NULL without memory */
void log_summary_part_free(struct log_summary_part *p);

/* Adds a record; returns the bytes that the part holds by now. */
size_t log_summary_part_add(struct log_summary_part *p, const struct event *e);

struct log_summary;

struct log_summary *log_summary_new(void); /* NULL without memory */
void log_summary_free(struct log_summary *s);

/* Adds a part's records and leaves it empty. False: out of memory, also earlier in the part. */
TOCSIN_MUST_USE bool log_summary_join(struct log_summary *s, struct log_summary_part *p);

struct summary_source {
	uint64_t records;
	const struct summary_log *logs; /* in order of their first records */
	size_t log_count;
	uint64_t more_logs; /* records of further channels, beyond the limit */
};

/* Ends the source: valid until log_summary_reset(). False without memory. */
TOCSIN_MUST_USE bool log_summary_finish(struct log_summary *s, struct summary_source *ret);

/* For the next source. */
void log_summary_reset(struct log_summary *s);

/* "Information"; NULL for a level without a name. */
const char *summary_level_name(size_t level);

#endif
