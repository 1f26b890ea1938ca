/* SPDX-License-Identifier: Apache-2.0 */
/* Verdicts by the rules of docs/verdicts.md, each on logs made for it by the writer. */
#include "test.h"

#include <unistd.h>

#include "base/limits.h"
#include "base/os.h"
#include "base/timestamp.h"
#include "format/evtx/evtx_writer.h"
#include "format/evtx/writer_event.h"
#include "output/check_report.h"
#include "verdict/verdict.h"

#define ATTACK "M.E.C.S.F.TypedBinaryFormatter.Deserialize"
#define HARMLESS "M.E.D.Something.Else"

/* A folder of logs, and what check says of it. */
struct lab {
	char folder[64];
	char paths[24][96];
	const char *given[24];
	size_t count;
	struct check_options options;
	struct pack **packs;
	size_t pack_count;
	struct exposure_db *db;
	struct message_catalogue *catalogue;
	struct evidence *evidence;
	struct check_result *result;
};

/* One log being written. */
struct log {
	FILE *file;
	struct evtx_writer *writer;
	struct arena arena;
	const char *computer, *channel;
	uint64_t id;
	bool forwarded;
};

static int setup(void **state)
{
	struct lab *const lab = calloc(1, sizeof(*lab));
	char data[4096];
	struct tocsin_error error;

	snprintf(lab->folder, sizeof(lab->folder), "/tmp/tocsin-verdict-XXXXXX");
	assert_non_null(mkdtemp(lab->folder));
	test_source(data, "data");
	assert_ok(pack_builtin(data, &lab->packs, &lab->pack_count, &error));
	assert_int_equal(lab->pack_count, 1);
	assert_ok(exposure_db_load(data, &lab->db, &error));
	assert_ok(message_catalogue_load(data, &lab->catalogue, &error));
	lab->options.packs = lab->packs;
	lab->options.pack_count = lab->pack_count;
	lab->options.db = lab->db;
	lab->options.catalogue = lab->catalogue;
	lab->options.until = UINT64_MAX;
	lab->options.threads = 2;
	*state = lab;
	return 0;
}

static int teardown(void **state)
{
	struct lab *const lab = *state;

	check_result_free(lab->result);
	evidence_free(lab->evidence);
	message_catalogue_free(lab->catalogue);
	exposure_db_free(lab->db);
	for (size_t i = 0; i < lab->pack_count; i++)
		pack_free(lab->packs[i]);
	free(lab->packs);
	for (size_t i = 0; i < lab->count; i++)
		unlink(lab->paths[i]);
	rmdir(lab->folder);
	free(lab);
	return 0;
}

static uint64_t at(const char *iso)
{
	uint64_t t;

	assert_ok(filetime_parse(iso, false, &t));
	return t;
}

static struct log *log_open(struct lab *lab, const char *computer, const char *channel)
{
	struct log *const log = calloc(1, sizeof(*log));
	char *const path = lab->paths[lab->count];

	snprintf(path, sizeof(lab->paths[0]), "%s/%02zu.evtx", lab->folder, lab->count);
	lab->given[lab->count++] = path;
	log->file = fopen(path, "wb");
	assert_non_null(log->file);
	log->writer = evtx_writer_new(evtx_sink_stream(log->file), NULL);
	assert_non_null(log->writer);
	log->computer = computer;
	log->channel = channel;
	log->id = 1;
	return log;
}

static void log_close(struct log *log)
{
	struct tocsin_error error;

	assert_ok(evtx_writer_finish(log->writer, &error));
	evtx_writer_free(log->writer);
	fclose(log->file);
	arena_free(&log->arena);
	free(log);
}

/* An event with strings; the list of them ends with NULL. */
static void add(struct log *log, const char *time, const char *provider, unsigned id,
		unsigned level, const char *const *strings)
{
	struct event_maker m;
	struct tocsin_error error;
	const struct event *e;

	event_maker_start(&m, &log->arena);
	event_maker_text(&m, EVENT_PROVIDER, provider);
	event_maker_number(&m, EVENT_ID, VALUE_UINT16, id);
	event_maker_number(&m, EVENT_LEVEL, VALUE_UINT8, level);
	event_maker_time(&m, at(time));
	event_maker_text(&m, EVENT_CHANNEL, log->channel);
	event_maker_text(&m, EVENT_COMPUTER, log->computer);
	if (log->forwarded)
		event_maker_text(&m, EVENT_MESSAGE, "worded by its own computer");
	for (size_t i = 0; strings && strings[i]; i++)
		event_maker_string(&m, NULL, strings[i]);
	m.event.record_id = log->id;
	log->id++;
	e = event_maker_done(&m);
	assert_non_null(e);
	assert_ok(evtx_writer_add(log->writer, e, NULL, &error));
}

static void add_plain(struct log *log, const char *time)
{
	add(log, time, "ESENT", 102, 4, (const char *const[]){"svchost", NULL});
}

/* A crash report of a process of this build, in this method. */
static void add_crash(struct log *log, const char *time, const char *build, const char *method)
{
	const char *const strings[] = {"1124",
				       "E12IIS",
				       "c-RTL-AMD64",
				       build,
				       "w3wp#MSExchangeServicesAppPool",
				       "M.Exchange.Compliance",
				       method,
				       "System.InvalidCastException",
				       "66d7",
				       build,
				       "True",
				       "False",
				       "w3wp",
				       "",
				       NULL};

	add(log, time, "MSExchange Common", 4999, 2, strings);
}

static const struct check_result *check(struct lab *lab)
{
	struct tocsin_error error;

	check_result_free(lab->result);
	evidence_free(lab->evidence);
	lab->result = NULL;
	lab->evidence = NULL;
	assert_ok(evidence_open(lab->given, lab->count, &lab->evidence, &error));
	assert_ok(check_run(lab->evidence, &lab->options, &lab->result, &error));
	return lab->result;
}

static const struct check_verdict *only_verdict(const struct check_result *r)
{
	assert_int_equal(r->host_count, 1);
	return &r->hosts[0].verdicts[0];
}

static void assert_assessment(const struct check_verdict *v, const char *assessment,
			      const char *reason_has)
{
	assert_string_equal(assessment_name(v->assessment), assessment);
	if (!strstr(v->reason, reason_has))
		fail_msg("reason is \"%s\", without \"%s\"", v->reason, reason_has);
}

static const char *exposure_of(const struct check_verdict *v)
{
	assert_int_equal(v->exposure_count, 1);
	return exposure_status_name(v->exposures[0].exposure.status);
}

/* ---- findings */

static void a_hit_below_the_fix_is_an_attack(void **state)
{
	struct lab *const lab = *state;
	struct log *const log = log_open(lab, "ex01.example.org", "Application");
	const struct check_verdict *v;

	add_plain(log, "2021-10-14T08:00:00Z");
	add_crash(log, "2021-11-03T09:12:44.0951280Z", "15.01.2375.012", ATTACK);
	log_close(log);
	v = only_verdict(check(lab));
	assert_assessment(v, "attack_found", "15.1.2375.12");
	assert_string_equal(exposure_of(v), "affected");
	assert_int_equal(v->finding_count, 1);
	assert_int_equal(v->findings[0].severity, SEVERITY_HIGH);
	assert_int_equal(v->findings[0].record_id, 2);
	assert_string_equal(v->findings[0].build, "15.1.2375.12");
	assert_string_equal(lab->result->hosts[0].name, "ex01");
	assert_true(lab->result->complete);
}

static void a_hit_at_the_fix_is_suspicious(void **state)
{
	struct lab *const lab = *state;
	struct log *const log = log_open(lab, "EX03", "Application");
	const struct check_verdict *v;

	add_crash(log, "2021-12-03T09:12:44Z", "15.01.2375.017", ATTACK);
	log_close(log);
	v = only_verdict(check(lab));
	assert_assessment(v, "suspected", "15.1.2375.17");
	assert_string_equal(exposure_of(v), "fixed");
}

/* The event itself holds no build; the timeline decides, and builds only rise. */
static void the_build_that_ran_decides(void **state)
{
	struct lab *const lab = *state;
	struct log *const log = log_open(lab, "EX01", "Application");
	const char *const trace[] = {"at System...Binary.BinaryFormatter.Deserialize(Stream)",
				     NULL};
	const struct check_verdict *v;

	add(log, "2021-10-01T00:00:00Z", "MSExchange Common", 2, 2, trace);
	add_crash(log, "2021-10-05T00:00:00Z", "15.01.2375.012", HARMLESS);
	add(log, "2021-10-07T00:00:00Z", "MSExchange Common", 2, 2, trace);
	add_crash(log, "2021-11-12T00:00:00Z", "15.01.2375.017", HARMLESS);
	add(log, "2021-11-13T00:00:00Z", "MSExchange Common", 2, 2, trace);
	log_close(log);
	v = only_verdict(check(lab));
	assert_int_equal(v->finding_count, 3);
	assert_int_equal(v->findings[0].severity, SEVERITY_HIGH); /* before the first known build */
	assert_int_equal(v->findings[1].severity, SEVERITY_HIGH);
	assert_int_equal(v->findings[2].severity, SEVERITY_MEDIUM); /* after the fix */
	assert_string_equal(exposure_of(v), "fixed");
	assert_int_equal(lab->result->hosts[0].build_count, 2);
}

static void without_a_build_a_hit_is_suspicious(void **state)
{
	struct lab *const lab = *state;
	struct log *const log = log_open(lab, "EX01", "Application");
	const struct check_verdict *v;

	add(log, "2021-10-01T00:00:00Z", "MSExchange Common", 1, 2,
	    (const char *const[]){"x Binary.BINARYFORMATTER.deserialize( y", NULL});
	log_close(log);
	v = only_verdict(check(lab));
	assert_assessment(v, "suspected", "no build known");
	assert_string_equal(exposure_of(v), "unknown");
}

static void get_app_is_high_by_its_exception(void **state)
{
	struct lab *const lab = *state;
	struct log *const log = log_open(lab, "EX01", "MSExchange Management");
	const char *strings[28];
	const struct check_verdict *v;

	for (size_t i = 0; i < 27; i++)
		strings[i] = "x";
	strings[0] = "Get-App";
	strings[2] = "example.org/Users/a.keller";
	strings[27] = NULL;
	add(log, "2021-11-03T09:12:40Z", "MSExchange CmdletLogs", 6, 2, strings);
	strings[11] = "System.InvalidCastException: Unable to cast";
	add(log, "2021-11-03T09:12:44Z", "MSExchange CmdletLogs", 6, 2, strings);
	log_close(log);
	v = only_verdict(check(lab));
	assert_assessment(v, "attack_found", "InvalidCastException");
	assert_int_equal(v->finding_count, 2);
	assert_string_equal(v->findings[0].account, "example.org/Users/a.keller");
	assert_int_equal(v->findings[1].severity, SEVERITY_LOW);
}

static void one_record_in_two_exports_counts_once(void **state)
{
	struct lab *const lab = *state;
	const struct check_verdict *v;

	for (int i = 0; i < 2; i++) {
		struct log *const log = log_open(lab, "EX01", "Application");

		add_crash(log, "2021-11-03T09:12:44Z", "15.01.2375.012", ATTACK);
		log_close(log);
	}
	v = only_verdict(check(lab));
	assert_int_equal(v->finding_count, 1);
	assert_int_equal(v->detections[0].hits, 1);
	assert_int_equal(v->detections[0].coverage_count, 2);
}

/* A collector's copy of a record is that record. */
static void a_collectors_copy_counts_once(void **state)
{
	struct lab *const lab = *state;
	struct log *log = log_open(lab, "ex01.example.org", "Application");
	struct event_maker m;
	struct tocsin_error error;

	add(log, "2021-11-03T09:12:44Z", "MSExchange Common", 4999, 2,
	    (const char *const[]){"1", "x BinaryFormatter.Deserialize(", NULL});
	log_close(log);
	log = log_open(lab, "ex01.example.org", "Application");
	event_maker_start(&m, &log->arena);
	event_maker_text(&m, EVENT_PROVIDER, "MSExchange Common");
	event_maker_text(&m, EVENT_ID, "4999");
	event_maker_text(&m, EVENT_LEVEL, "2");
	event_maker_time(&m, at("2021-11-03T09:12:44Z"));
	event_maker_text(&m, EVENT_CHANNEL, "Application");
	event_maker_text(&m, EVENT_COMPUTER, "ex01.example.org");
	event_maker_text(&m, EVENT_MESSAGE, "worded by its own computer");
	event_maker_string(&m, NULL, "1");
	event_maker_string(&m, NULL, "x BinaryFormatter.Deserialize(");
	m.event.record_id = 1;
	assert_ok(evtx_writer_add(log->writer, event_maker_done(&m), NULL, &error));
	log_close(log);
	assert_int_equal(only_verdict(check(lab))->finding_count, 1);
}

static void hits_outside_the_period_do_not_count(void **state)
{
	struct lab *const lab = *state;
	struct log *const log = log_open(lab, "EX01", "Application");
	const struct check_verdict *v;

	add_crash(log, "2021-11-03T09:12:44Z", "15.01.2375.012", ATTACK);
	add_plain(log, "2021-12-01T00:00:00Z");
	log_close(log);
	lab->options.since = at("2021-11-20");
	v = only_verdict(check(lab));
	assert_assessment(v, "no_sign", "2021-11-20 … 2021-12-01");
	assert_string_equal(exposure_of(v), "affected"); /* a build lasts */
}

/* A log that is nothing but hits stays readable, and the worst of them can't hide behind others. */
static void a_flood_of_hits_is_counted(void **state)
{
	struct lab *const lab = *state;
	struct log *const log = log_open(lab, "EX01", "Application");
	const struct check_verdict *v;
	uint64_t records = 0;

	for (int i = 0; i < LIMIT_HITS_KEPT + 500; i++)
		add_crash(log, "2021-11-12T00:00:00Z", "15.01.2375.017", ATTACK);
	for (int i = 0; i < 3; i++)
		add_crash(log, "2021-11-13T00:00:00Z", "15.01.2375.012", ATTACK);
	log_close(log);
	v = only_verdict(check(lab));
	assert_assessment(v, "attack_found", "3 × ");
	assert_int_equal(v->detections[0].hits, LIMIT_HITS_KEPT + 503);
	assert_int_equal(v->finding_count, LIMIT_HITS_KEPT + 2);
	assert_int_equal(v->findings[0].records, 3);
	assert_int_equal(v->findings[0].severity, SEVERITY_HIGH);
	for (size_t i = 0; i < v->finding_count; i++)
		records += v->findings[i].records;
	assert_int_equal(records, LIMIT_HITS_KEPT + 503);
	assert_int_equal(lab->result->hosts[0].build_count, 2);
}

/* A build below the fix later means below it before, also where one that does not tell is known. */
static void a_later_affected_build_tells_of_before(void **state)
{
	struct lab *const lab = *state;
	struct log *const log = log_open(lab, "EX01", "Application");
	const struct check_verdict *v;

	add_crash(log, "2021-10-01T00:00:00Z", "15.01.2375", HARMLESS); /* CU22, which update? */
	add(log, "2021-10-02T00:00:00Z", "MSExchange Common", 2, 2,
	    (const char *const[]){"x BinaryFormatter.Deserialize(", NULL});
	add_crash(log, "2021-10-05T00:00:00Z", "15.01.2375.012", HARMLESS);
	log_close(log);
	v = only_verdict(check(lab));
	assert_assessment(v, "attack_found", "15.1.2375.12");
}

/* ---- can this evidence tell */

static void a_whole_quiet_log_gives_no_sign(void **state)
{
	struct lab *const lab = *state;
	struct log *const log = log_open(lab, "EX03", "Application");
	const struct check_verdict *v;

	add_plain(log, "2021-10-01T00:00:00Z");
	add_crash(log, "2021-11-12T00:00:00Z", "15.01.2375.017", HARMLESS);
	add_plain(log, "2021-12-03T00:00:00Z");
	log_close(log);
	v = only_verdict(check(lab));
	assert_assessment(v, "no_sign", "2021-10-01 … 2021-12-03 covered, no gap");
	assert_assessment(v, "no_sign", "without System, MSExchange Management");
	assert_int_equal(v->detections[0].status, DETECTION_NO_HIT);
	assert_int_equal(v->detections[1].status, DETECTION_NO_SOURCE);
}

static void missing_ids_are_a_gap(void **state)
{
	struct lab *const lab = *state;
	struct log *log = log_open(lab, "EX02", "Application");
	const struct check_verdict *v;

	add_plain(log, "2021-10-01T00:00:00Z");
	log->id = 5;
	add_plain(log, "2021-10-03T00:00:00Z");
	add_plain(log, "2021-12-03T00:00:00Z");
	log_close(log);
	v = only_verdict(check(lab));
	assert_assessment(v, "insufficient_evidence", "Application log lacks 3 record ids");
	assert_false(lab->result->complete);
	assert_int_equal(v->detections[0].coverage[0].gaps, 3);

	/* The gap lies before the period: it does not matter. */
	lab->options.since = at("2021-10-10");
	assert_assessment(only_verdict(check(lab)), "no_sign", "2021-10-10 … 2021-12-03");
	lab->options.since = 0;

	/* Another export has what is missing. */
	log = log_open(lab, "EX02", "Application");
	log->id = 2;
	for (int i = 0; i < 3; i++)
		add_plain(log, "2021-10-02T00:00:00Z");
	log_close(log);
	assert_assessment(only_verdict(check(lab)), "no_sign", "no gap");
}

static void a_cleared_log_can_not_tell(void **state)
{
	struct lab *const lab = *state;
	struct log *log = log_open(lab, "EX02", "Application");
	struct event_maker m;
	struct tocsin_error error;

	add_plain(log, "2021-11-20T00:00:00Z");
	log_close(log);
	log = log_open(lab, "EX02", "System");
	event_maker_start(&m, &log->arena);
	event_maker_text(&m, EVENT_PROVIDER, "Microsoft-Windows-Eventlog");
	event_maker_number(&m, EVENT_ID, VALUE_UINT16, 104);
	event_maker_number(&m, EVENT_LEVEL, VALUE_UINT8, 4);
	event_maker_time(&m, at("2021-11-19T22:10:05Z"));
	event_maker_text(&m, EVENT_CHANNEL, "System");
	event_maker_text(&m, EVENT_COMPUTER, "EX02");
	event_maker_string(&m, "Channel", "Application");
	assert_ok(evtx_writer_add(log->writer, event_maker_done(&m), NULL, &error));
	log_close(log);
	assert_assessment(only_verdict(check(lab)), "insufficient_evidence",
			  "Application log was cleared 2021-11-19 22:10:05Z");
	lab->options.since = at("2021-11-20");
	assert_assessment(only_verdict(check(lab)), "no_sign", "covered");
}

static void a_log_that_starts_late_can_not_tell(void **state)
{
	struct lab *const lab = *state;
	struct log *const log = log_open(lab, "EX02", "Application");

	add_plain(log, "2021-11-20T00:00:00Z");
	log_close(log);
	lab->options.since = at("2021-11-01");
	assert_assessment(only_verdict(check(lab)), "insufficient_evidence",
			  "Application log starts 2021-11-20, after --since");
	lab->options.since = at("2021-12-01");
	assert_assessment(only_verdict(check(lab)), "insufficient_evidence",
			  "Application log ends 2021-11-20, before --since");
}

static void without_the_application_log_nothing_is_cleared(void **state)
{
	struct lab *const lab = *state;
	struct log *const log = log_open(lab, "EX02", "System");

	add_plain(log, "2021-11-20T00:00:00Z");
	log_close(log);
	assert_assessment(only_verdict(check(lab)), "insufficient_evidence",
			  "no Application log with records");
}

static void a_truncated_log_has_lost_records(void **state)
{
	struct lab *const lab = *state;
	struct log *const log = log_open(lab, "EX02", "Application");
	const struct check_verdict *v;

	for (int i = 0; i < 40; i++)
		add_plain(log, "2021-11-20T00:00:00Z");
	log_close(log);
	assert_int_equal(truncate(lab->paths[0], 4096 + 6000), 0);
	v = only_verdict(check(lab));
	assert_assessment(v, "insufficient_evidence", "damaged");
	assert_true(lab->result->lost > 0);
	assert_true(lab->result->error_count > 0);
	assert_false(lab->result->complete);
}

/* Event 104 of the System log: a log was cleared. */
static void add_cleared(struct log *log, const char *time, const char *channel)
{
	struct event_maker m;
	struct tocsin_error error;

	event_maker_start(&m, &log->arena);
	event_maker_text(&m, EVENT_PROVIDER, "Microsoft-Windows-Eventlog");
	event_maker_number(&m, EVENT_ID, VALUE_UINT16, 104);
	event_maker_number(&m, EVENT_LEVEL, VALUE_UINT8, 4);
	event_maker_time(&m, at(time));
	event_maker_text(&m, EVENT_CHANNEL, log->channel);
	event_maker_text(&m, EVENT_COMPUTER, log->computer);
	event_maker_string(&m, "Channel", channel);
	m.event.record_id = log->id++;
	assert_ok(evtx_writer_add(log->writer, event_maker_done(&m), NULL, &error));
}

static void a_clearing_in_two_copies_is_told_once(void **state)
{
	struct lab *const lab = *state;
	struct log *log = log_open(lab, "EX02", "Application");
	const struct check_verdict *v;

	add_plain(log, "2021-11-20T00:00:00Z");
	log_close(log);
	for (int i = 0; i < 2; i++) {
		log = log_open(lab, "EX02", "System");
		add_cleared(log, "2021-11-19T22:10:05Z", "Application");
		for (int k = 0; k < 9; k++)
			add_cleared(log, "2021-11-18T00:00:00Z", "Setup");
		log_close(log);
	}
	log = log_open(lab, "EX09", "System"); /* another host's */
	add_cleared(log, "2021-11-20T22:10:05Z", "Application");
	log_close(log);
	check(lab);
	assert_int_equal(lab->result->host_count, 2);
	v = &lab->result->hosts[0].verdicts[0];
	assert_string_equal(v->reason, "Application log was cleared 2021-11-19 22:10:05Z; "
				       "without MSExchange Management");
}

/* A copy from before a log was cleared can't fill a gap of the records since then. */
static void ids_that_start_again_are_other_records(void **state)
{
	struct lab *const lab = *state;
	struct log *log = log_open(lab, "EX02", "Application");

	for (int i = 0; i < 10; i++)
		add_plain(log, "2021-10-01T00:00:00Z");
	log_close(log);
	log = log_open(lab, "EX02", "Application");
	add_plain(log, "2021-11-01T00:00:00Z");
	log->id = 5;
	add_plain(log, "2021-11-03T00:00:00Z");
	log_close(log);
	assert_assessment(only_verdict(check(lab)), "insufficient_evidence", "lacks 3 record ids");
	assert_assessment(only_verdict(lab->result), "insufficient_evidence",
			  "record ids start again between 2021-10-01 00:00:00Z and "
			  "2021-11-01 00:00:00Z");
	lab->options.since = at("2021-11-04");
	lab->options.until = at("2021-11-05");
	assert_assessment(only_verdict(check(lab)), "insufficient_evidence", "before --since");
	lab->options.since = at("2021-11-03");
	assert_assessment(only_verdict(check(lab)), "insufficient_evidence", "lacks 3");
	assert_null(strstr(only_verdict(lab->result)->reason, "again"));
}

/* An old copy of a log, and the log as it went on: no gap, nothing started again. */
static void an_older_copy_is_no_restart(void **state)
{
	struct lab *const lab = *state;

	for (uint64_t copy = 0; copy < 3; copy++) {
		struct log *const log = log_open(lab, "EX02", "Application");

		log->id = 1 + copy * 4;
		for (uint64_t i = 0; i < 8; i++) {
			char time[32];

			snprintf(time, sizeof(time), "2021-11-%02uT00:00:00Z", (unsigned)log->id);
			add_plain(log, time);
		}
		log_close(log);
	}
	assert_assessment(only_verdict(check(lab)), "no_sign",
			  "2021-11-01 … 2021-11-16 covered, no gap");
}

/* A clock that was wrong for a moment doesn't make a log reach back. */
static void a_wrong_clock_makes_no_log_older(void **state)
{
	struct lab *const lab = *state;
	struct log *const log = log_open(lab, "EX02", "Application");

	add_plain(log, "2021-11-20T10:00:00Z");
	add_plain(log, "2001-01-01T00:00:00Z");
	add_plain(log, "2021-11-21T00:00:00Z");
	log_close(log);
	lab->options.since = at("2021-11-01");
	assert_assessment(only_verdict(check(lab)), "insufficient_evidence",
			  "starts 2021-11-20, after --since");
	lab->options.since = at("2021-11-20");
	assert_assessment(only_verdict(check(lab)), "insufficient_evidence",
			  "starts 2021-11-20 10:00:00Z, after --since");
}

/* Both ends belong to the period. */
static void the_period_includes_its_ends(void **state)
{
	struct lab *const lab = *state;
	struct log *const log = log_open(lab, "EX01", "Application");

	add_crash(log, "2021-11-03T09:12:44Z", "15.01.2375.012", ATTACK);
	log_close(log);
	lab->options.since = lab->options.until = at("2021-11-03T09:12:44Z");
	assert_int_equal(only_verdict(check(lab))->finding_count, 1);
	lab->options.until++;
	lab->options.since++;
	assert_int_equal(only_verdict(check(lab))->finding_count, 0);
}

/* ---- hosts */

static void a_machine_may_have_had_several_names(void **state)
{
	struct lab *const lab = *state;
	struct log *log = log_open(lab, "WIN-8A2KJ3", "Application");
	const struct check_result *r;

	add_plain(log, "2021-10-01T00:00:00Z");
	log->computer = "ex01.example.org";
	add_plain(log, "2021-10-02T00:00:00Z");
	log_close(log);
	log = log_open(lab, "EX01", "System");
	add_plain(log, "2021-10-02T00:00:00Z");
	log_close(log);
	r = check(lab);
	assert_int_equal(r->host_count, 1);
	assert_string_equal(r->hosts[0].name, "EX01");
	assert_int_equal(r->hosts[0].alias_count, 3);
}

static void one_short_name_of_two_domains_is_not_guessed(void **state)
{
	static const char *const names[] = {"ex01.a.example", "ex01.b.example", "EX01"};
	struct lab *const lab = *state;

	for (size_t i = 0; i < 3; i++) {
		struct log *const log = log_open(lab, names[i], "Application");

		add_plain(log, "2021-10-01T00:00:00Z");
		log_close(log);
	}
	assert_int_equal(check(lab)->host_count, 3);
}

static void a_collectors_log_has_many_machines(void **state)
{
	struct lab *const lab = *state;
	struct log *const log = log_open(lab, "ex01.example.org", "Application");

	log->forwarded = true;
	add_plain(log, "2021-10-01T00:00:00Z");
	log->computer = "ex02.example.org";
	add_crash(log, "2021-10-02T00:00:00Z", "15.01.2375.012", ATTACK);
	log_close(log);
	check(lab);
	assert_int_equal(lab->result->host_count, 2);
	assert_int_equal(lab->result->hosts[0].verdicts[0].finding_count, 0);
	assert_int_equal(lab->result->hosts[1].verdicts[0].finding_count, 1);
}

/* Every server of one image begins with the image's name; that makes them no one machine. */
static void an_image_s_name_joins_no_machines(void **state)
{
	static const char *const names[] = {"EX01", "EX02", "ex01.example.org"};
	struct lab *const lab = *state;
	struct log *log;

	for (size_t i = 0; i < 3; i++) {
		log = log_open(lab, "MINWINPC", i == 2 ? "System" : "Application");
		add_plain(log, "2021-10-01T00:00:00Z");
		log->computer = names[i];
		add_crash(log, "2021-10-02T00:00:00Z", i == 1 ? "15.01.2375.017" : "15.01.2375.012",
			  i == 1 ? HARMLESS : ATTACK);
		log_close(log);
	}
	check(lab);
	assert_int_equal(lab->result->host_count, 2);
	assert_string_equal(lab->result->hosts[0].name, "EX01");
	assert_int_equal(lab->result->hosts[0].alias_count, 3);
	assert_string_equal(exposure_of(&lab->result->hosts[1].verdicts[0]), "fixed");
	assert_int_equal(lab->result->hosts[1].verdicts[0].finding_count, 0);

	/* A log that knows the image's name only is nobody's. */
	log = log_open(lab, "minwinpc", "Setup");
	add_plain(log, "2021-10-01T00:00:00Z");
	log_close(log);
	assert_int_equal(check(lab)->host_count, 3);
}

/* A log from before the machine got its name is its log; one of a machine that has that name later
 * is not. */
static void an_old_name_joins_while_it_was_the_machine_s(void **state)
{
	struct lab *const lab = *state;
	struct log *log = log_open(lab, "WIN-8A2KJ3", "Application");

	add_plain(log, "2021-10-01T00:00:00Z");
	log->computer = "EX01";
	add_plain(log, "2021-10-10T00:00:00Z");
	log_close(log);
	log = log_open(lab, "WIN-8A2KJ3", "Setup");
	add_plain(log, "2021-10-05T00:00:00Z");
	log_close(log);
	assert_int_equal(check(lab)->host_count, 1);
	log = log_open(lab, "WIN-8A2KJ3", "System");
	add_plain(log, "2021-10-20T00:00:00Z");
	log_close(log);
	assert_int_equal(check(lab)->host_count, 2);
	assert_string_equal(lab->result->hosts[0].name, "EX01");
	assert_string_equal(lab->result->hosts[1].name, "WIN-8A2KJ3");
}

static void an_empty_name_joins_nothing(void **state)
{
	static const char *const names[] = {"EX01", "EX02", ""};
	struct lab *const lab = *state;

	for (size_t i = 0; i < 4; i++) {
		struct log *const log = log_open(lab, "", "Application");

		add_plain(log, "2021-10-01T00:00:00Z");
		log->computer = names[i < 3 ? i : 2];
		add_plain(log, "2021-10-02T00:00:00Z");
		log_close(log);
	}
	check(lab);
	assert_int_equal(lab->result->host_count, 4);
	assert_string_equal(lab->result->hosts[0].name, "");
	assert_int_equal(lab->result->hosts[0].alias_count, 1);
	assert_string_equal(lab->result->hosts[2].name, "EX01");
	assert_int_equal(lab->result->hosts[2].alias_count, 1);
}

/* The newest name is the one of the newest record id, whatever a wrong clock says. */
static void a_wrong_clock_renames_no_machine(void **state)
{
	struct lab *const lab = *state;
	struct log *const log = log_open(lab, "MINWINPC", "System");

	add_plain(log, "2030-01-01T00:00:00Z");
	log->computer = "EX01";
	add_plain(log, "2021-10-02T00:00:00Z");
	log_close(log);
	check(lab);
	assert_int_equal(lab->result->host_count, 1);
	assert_string_equal(lab->result->hosts[0].name, "EX01");
	assert_string_equal(lab->result->hosts[0].aliases[0], "EX01");
}

/* A build for a name counts for the machine that has it now, not for one that once had. */
static void a_given_build_is_for_the_present_name(void **state)
{
	static const char *const given[] = {"EX01=15.1.2375.12"};
	struct lab *const lab = *state;
	struct log *log = log_open(lab, "EX01", "Application");

	add_plain(log, "2021-10-01T00:00:00Z");
	log->computer = "EX01-OLD";
	add_plain(log, "2021-10-10T00:00:00Z");
	log_close(log);
	log = log_open(lab, "EX01", "Application");
	add_plain(log, "2021-11-01T00:00:00Z");
	log_close(log);
	lab->options.build_count = 1;
	lab->options.builds = given;
	check(lab);
	assert_int_equal(lab->result->host_count, 2);
	assert_string_equal(exposure_of(&lab->result->hosts[0].verdicts[0]), "affected");
	assert_string_equal(exposure_of(&lab->result->hosts[1].verdicts[0]), "unknown");
}

/* One file with several names and channels that is damaged counts its damage once. */
static void damage_of_one_file_counts_once(void **state)
{
	struct lab *const lab = *state;
	struct log *const log = log_open(lab, "WIN-8A2KJ3", "Application");
	const struct check_verdict *v;
	FILE *f;

	add_plain(log, "2021-10-01T00:00:00Z");
	log->computer = "EX01";
	for (int i = 0; i < 20; i++)
		add_plain(log, "2021-10-02T00:00:00Z");
	log_close(log);
	f = fopen(lab->paths[0], "r+b");
	assert_non_null(f);
	fseek(f, 4096 + 512 + 3000, SEEK_SET);
	for (int i = 0; i < 400; i++)
		fputc(0xee, f);
	fclose(f);
	v = only_verdict(check(lab));
	assert_string_equal(assessment_name(v->assessment), "insufficient_evidence");
	assert_int_equal(lab->result->lost, 1);
	assert_assessment(v, "insufficient_evidence", "damaged in 1 place");
}

/* ---- builds from the user */

static void a_given_build_counts_as_now(void **state)
{
	static const char *const newer[] = {"ex01=15.1.2375.17"};
	static const char *const admin[] = {"EX01=Version 15.1 (Build 2375.7)"};
	static const char *const product[] = {"EX01=Exchange Server 2016"};
	static const char *const later[] = {"EX01=15.1.2507"};
	static const char *const next[] = {"EX01=Exchange Server 2019"};
	static const char *const other[] = {"EX09=15.0.1497.24"};
	struct lab *const lab = *state;
	struct log *const log = log_open(lab, "ex01.example.org", "Application");

	add_crash(log, "2021-10-02T00:00:00Z", "15.01.2375.012", HARMLESS);
	log_close(log);
	lab->options.build_count = 1;
	lab->options.builds = newer;
	assert_string_equal(exposure_of(only_verdict(check(lab))), "fixed");

	/* An AdminDisplayVersion says less than the crash report of the same update. */
	lab->options.builds = admin;
	assert_string_equal(exposure_of(only_verdict(check(lab))), "affected");

	lab->options.builds = product;
	assert_string_equal(exposure_of(only_verdict(check(lab))), "affected");
	assert_string_equal(lab->result->hosts[0].newest->text, "15.1.2375.12");

	/* What is not known of a build is not shown. */
	lab->options.builds = later;
	assert_string_equal(exposure_of(only_verdict(check(lab))), "fixed");
	assert_string_equal(lab->result->hosts[0].newest->text, "15.1.2507");
	lab->options.builds = next;
	only_verdict(check(lab));
	assert_null(lab->result->hosts[0].newest->text);

	/* A host without evidence is judged by its build, and can't be cleared. */
	lab->options.builds = other;
	check(lab);
	assert_int_equal(lab->result->host_count, 2);
	assert_string_equal(lab->result->hosts[0].name, "EX09");
	assert_string_equal(exposure_of(&lab->result->hosts[0].verdicts[0]), "not_affected");
	assert_assessment(&lab->result->hosts[0].verdicts[0], "insufficient_evidence", "no Appl");
}

static void a_build_that_is_none_is_refused(void **state)
{
	static const char *const bad[] = {"EX01=twelve", "EX01", "=15.1.2375.17", "EX01=99.1.2.3"};
	struct lab *const lab = *state;
	struct tocsin_error error;

	assert_ok(evidence_open(lab->given, 0, &lab->evidence, &error));
	lab->options.build_count = 1;
	for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++) {
		lab->options.builds = &bad[i];
		assert_int_not_equal(check_run(lab->evidence, &lab->options, &lab->result, &error),
				     TOCSIN_OK);
	}
}

/* ---- the report */

/* What was covered is said on a narrow terminal too, where the table has no room for it. */
static void a_narrow_report_says_what_was_covered(void **state)
{
	static const unsigned widths[] = {0, 60, 80, 100, 300};
	struct lab *const lab = *state;
	struct log *const log = log_open(lab, "EX03", "Application");
	struct check_report report = {NULL, &lab->options, NULL};
	struct buf out = {0};

	add_plain(log, "2021-10-01T00:00:00Z");
	add_crash(log, "2021-11-12T00:00:00Z", "15.01.2375.017", HARMLESS);
	log_close(log);
	report.result = check(lab);
	report.evidence = lab->evidence;
	for (size_t i = 0; i < sizeof(widths) / sizeof(widths[0]); i++) {
		const char *found;

		buf_clear(&out);
		check_report_text(&report, widths[i], false, &out);
		found = strstr(buf_cstr(&out), "2021-10-01 … 2021-11-12 covered, no gap");
		assert_non_null(found);
		assert_null(strstr(found + 1, "2021-10-01 … 2021-11-12 covered"));
	}
	buf_free(&out);
}

/* ---- the same answer for any number of threads */

static void threads_do_not_change_a_byte(void **state)
{
	struct lab *const lab = *state;
	struct buf reports[3] = {{0}, {0}, {0}};
	static const unsigned threads[3] = {1, 2, 7};

	for (int i = 0; i < 3; i++) {
		struct log *const log = log_open(lab, i ? "EX01" : "EX02", "Application");

		for (int k = 0; k < 3000; k++) {
			add_plain(log, "2021-11-20T00:00:00Z");
			if (k % 500 == 7)
				add_crash(log, "2021-11-21T00:00:00Z", "15.01.2375.012", ATTACK);
		}
		log_close(log);
	}
	for (int i = 0; i < 3; i++) {
		struct check_report report;

		lab->options.threads = threads[i];
		report.result = check(lab);
		report.options = &lab->options;
		report.evidence = lab->evidence;
		check_report_json(&report, &reports[i]);
		check_report_text(&report, 0, false, &reports[i]);
	}
	assert_true(reports[0].n > 1000);
	for (int i = 1; i < 3; i++) {
		assert_int_equal(reports[0].n, reports[i].n);
		assert_memory_equal(reports[0].p, reports[i].p, reports[0].n);
	}
	for (int i = 0; i < 3; i++)
		buf_free(&reports[i]);
}

int main(void)
{
#define TEST(f) cmocka_unit_test_setup_teardown(f, setup, teardown)
	const struct CMUnitTest tests[] = {
		TEST(a_hit_below_the_fix_is_an_attack),
		TEST(a_hit_at_the_fix_is_suspicious),
		TEST(the_build_that_ran_decides),
		TEST(without_a_build_a_hit_is_suspicious),
		TEST(get_app_is_high_by_its_exception),
		TEST(one_record_in_two_exports_counts_once),
		TEST(a_collectors_copy_counts_once),
		TEST(hits_outside_the_period_do_not_count),
		TEST(a_whole_quiet_log_gives_no_sign),
		TEST(missing_ids_are_a_gap),
		TEST(a_cleared_log_can_not_tell),
		TEST(a_log_that_starts_late_can_not_tell),
		TEST(without_the_application_log_nothing_is_cleared),
		TEST(a_truncated_log_has_lost_records),
		TEST(a_machine_may_have_had_several_names),
		TEST(one_short_name_of_two_domains_is_not_guessed),
		TEST(a_collectors_log_has_many_machines),
		TEST(a_given_build_counts_as_now),
		TEST(a_build_that_is_none_is_refused),
		TEST(a_flood_of_hits_is_counted),
		TEST(a_later_affected_build_tells_of_before),
		TEST(a_clearing_in_two_copies_is_told_once),
		TEST(ids_that_start_again_are_other_records),
		TEST(an_older_copy_is_no_restart),
		TEST(a_wrong_clock_makes_no_log_older),
		TEST(the_period_includes_its_ends),
		TEST(an_image_s_name_joins_no_machines),
		TEST(an_old_name_joins_while_it_was_the_machine_s),
		TEST(an_empty_name_joins_nothing),
		TEST(a_wrong_clock_renames_no_machine),
		TEST(a_given_build_is_for_the_present_name),
		TEST(damage_of_one_file_counts_once),
		TEST(a_narrow_report_says_what_was_covered),
		TEST(threads_do_not_change_a_byte),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
