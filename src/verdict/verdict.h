/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Verdicts: joins hits, coverage and exposure per host (docs/verdicts.md has the rules). One pass
 * over the evidence answers for all advisories; the result is a plain model that the outputs print.
 */
#ifndef TOCSIN_VERDICT_VERDICT_H
#define TOCSIN_VERDICT_VERDICT_H

#include "advisory/pack.h"
#include "evidence/evidence.h"
#include "exposure/exposure.h"
#include "query/message.h"

enum assessment {
	ASSESSMENT_NO_SIGN,
	ASSESSMENT_INSUFFICIENT,
	ASSESSMENT_SUSPECTED,
	ASSESSMENT_ATTACK_FOUND
};

enum detection_status {
	DETECTION_NO_SOURCE, /* no log of the channels that it asks */
	DETECTION_NO_HIT,
	DETECTION_UNDECIDED, /* no hit, but records that could not be decided */
	DETECTION_HIT
};

/* A build that something proved at a time. */
struct check_build {
	uint64_t time; /* FILETIME; UINT64_MAX: now, from the user */
	struct build build;
	enum precision precision;
	const char *text; /* of `build`, as far as it is known; NULL: the product only */
	const char *from; /* "MSExchange Common 4999, record 7, PATH" or "--build" */
};

/* What one source spans of one channel. */
struct check_coverage {
	const struct source *source;
	const char *channel;
	uint64_t from, to; /* FILETIME of the oldest and newest record */
	uint64_t records;
	bool recovered;   /* records that the source's chunks do not list: they cover nothing */
	uint64_t damaged; /* records or regions of the source that were lost */
	uint64_t gaps;    /* record ids missing between its first and last record */
};

struct check_finding {
	enum severity severity;
	const struct pack_detection *detection;
	uint64_t time;
	const struct source *source;
	uint64_t record_id, offset;
	uint32_t chunk, event_id;
	enum event_origin origin;
	const char *template_path; /* the record's own is lost; this file's stands in; NULL: no */
	uint64_t template_offset;
	bool template_ambiguous; /* others, which are not like it, fit as well */
	const char *provider, *channel;
	const char *build; /* as the event or the timeline has it; NULL: none known */
	const char *account, *client_ip, *process; /* NULL: the event does not say */
	const char *text; /* the message, or the inserted values where its wording is unknown */
	uint64_t records; /* 1; more: it stands for this many hits, until `last`, that are not shown
			   */
	uint64_t last;
};

struct check_detection {
	const struct pack_detection *detection;
	const char *refused; /* why its command can't be run; NULL: it was */
	enum detection_status status;
	uint64_t hits, undecided;
	uint64_t first, last; /* time of the first and last hit */
	const struct check_coverage *coverage;
	size_t coverage_count;
};

struct check_exposure {
	const char *cve;
	struct exposure exposure;
};

struct check_verdict {
	const struct pack *pack;
	struct check_exposure *exposures;
	size_t exposure_count;
	enum assessment assessment;
	const char *reason;
	struct check_detection *detections;
	size_t detection_count;
	struct check_finding *findings; /* worst first, then by time */
	size_t finding_count;
};

struct check_host {
	const char *name;     /* the short name */
	const char **aliases; /* every Computer name seen for it, its present ones first */
	size_t alias_count;
	struct check_build *builds; /* by time; changes only */
	size_t build_count;
	const struct check_build *newest; /* NULL: none known */
	struct check_coverage *coverage;
	size_t coverage_count;
	struct check_verdict *verdicts; /* one a pack */
};

struct check_error {
	const char *source;
	uint64_t offset, record_id;
	enum tocsin_status kind;
	const char *message;
	bool lost; /* evidence was lost by it */
};

struct check_result {
	struct arena arena, collected; /* own everything below */
	struct check_host *hosts;
	size_t host_count;
	struct check_error *errors;
	size_t error_count;
	uint64_t records, lost;
	size_t sources;
	bool complete; /* nothing was lost and every host's evidence could tell */
};

struct check_options {
	struct pack *const *packs;
	size_t pack_count;
	const struct exposure_db *db;
	const struct message_catalogue *catalogue;
	uint64_t since, until;     /* FILETIME; 0 and UINT64_MAX: all time */
	const char *const *builds; /* "HOST=BUILD" */
	size_t build_count;
	unsigned threads;
	unsigned engine; /* SCAN_WITHOUT_ flags of query/scan.h: for tests */
	void (*progress)(void *context, uint64_t done, uint64_t total);
	void *progress_context;
};

/*
 * Runs all packs over the evidence. The packs, the db and the evidence must outlive the result.
 * Fails for a HOST=BUILD that is no build, or without memory; never for bad evidence. A command
 * that can't be run is told in its detection.
 */
TOCSIN_MUST_USE enum tocsin_status check_run(const struct evidence *evidence,
					     const struct check_options *options,
					     struct check_result **ret_result,
					     struct tocsin_error *error);
void check_result_free(struct check_result *r);

const char *assessment_name(enum assessment a); /* "attack_found" */
const char *severity_name(enum severity s);
const char *detection_status_name(enum detection_status s);

#endif
