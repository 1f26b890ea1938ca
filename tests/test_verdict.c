/* SPDX-License-Identifier: Apache-2.0 */
/* Verdicts by the rules of docs/verdicts.md, each on logs made for it by the writer. */
#include "test.h"

#include <unistd.h>

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
	char paths[16][96];
	const char *given[16];
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

/* ---- builds from the user */

static void a_given_build_counts_as_now(void **state)
{
	static const char *const newer[] = {"ex01=15.1.2375.17"};
	static const char *const admin[] = {"EX01=Version 15.1 (Build 2375.7)"};
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
	static const char *const bad[] = {"EX01=twelve", "EX01", "=15.1.2375.17"};
	struct lab *const lab = *state;
	struct tocsin_error error;

	assert_ok(evidence_open(lab->given, 0, &lab->evidence, &error));
	lab->options.build_count = 1;
	for (size_t i = 0; i < 3; i++) {
		lab->options.builds = &bad[i];
		assert_int_not_equal(check_run(lab->evidence, &lab->options, &lab->result, &error),
				     TOCSIN_OK);
	}
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
		TEST(threads_do_not_change_a_byte),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
