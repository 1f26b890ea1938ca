/* SPDX-License-Identifier: Apache-2.0 */
/* Verdicts by the rules of docs/verdicts.md, each on logs made for it by the writer. */
#include "verdict_lab.h"

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

/* System 104; `name` NULL: the event has lost the log's name. */
static void add_cleared(struct log *log, const char *time, const char *name)
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
	if (name)
		event_maker_string(&m, "Channel", name);
	m.event.record_id = log->id++;
	assert_ok(evtx_writer_add(log->writer, event_maker_done(&m), NULL, &error));
}

static void a_cleared_log_can_not_tell(void **state)
{
	struct lab *const lab = *state;
	struct log *log = log_open(lab, "EX02", "Application");

	add_plain(log, "2021-11-20T00:00:00Z");
	log_close(log);
	log = log_open(lab, "EX02", "System");
	add_cleared(log, "2021-11-19T22:10:05Z", "Application");
	log_close(log);
	assert_assessment(only_verdict(check(lab)), "insufficient_evidence",
			  "Application log was cleared 2021-11-19 22:10:05Z");
	lab->options.since = at("2021-11-20");
	assert_assessment(only_verdict(check(lab)), "no_sign", "covered");
}

static void a_clearing_without_a_name_may_be_of_any_log(void **state)
{
	struct lab *const lab = *state;
	struct log *log = log_open(lab, "EX02", "Application");

	add_plain(log, "2021-11-20T00:00:00Z");
	log_close(log);
	log = log_open(lab, "EX02", "System");
	add_cleared(log, "2021-11-19T22:10:05Z", NULL);
	log_close(log);
	assert_assessment(only_verdict(check(lab)), "insufficient_evidence",
			  "Application log may be the one that was cleared 2021-11-19 22:10:05Z");
}

/* A flood of clearings of other logs does not hide the one that matters. */
static void many_clearings_hide_none(void **state)
{
	struct lab *const lab = *state;
	struct log *log = log_open(lab, "EX02", "Application");

	add_plain(log, "2021-11-20T00:00:00Z");
	log_close(log);
	log = log_open(lab, "EX02", "System");
	for (int i = 0; i < 1000; i++)
		add_cleared(log, "2021-11-18T00:00:00Z", "Setup");
	log_close(log);
	assert_assessment(only_verdict(check(lab)), "no_sign", "covered");
	log = log_open(lab, "EX02", "System");
	for (int i = 0; i < 1001; i++)
		add_cleared(log, "2021-11-18T00:00:00Z", i < 1000 ? "Setup" : "Application");
	log_close(log);
	assert_assessment(only_verdict(check(lab)), "insufficient_evidence",
			  "tells of too many cleared logs");
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
		TEST(a_clearing_without_a_name_may_be_of_any_log),
		TEST(many_clearings_hide_none),
		TEST(a_log_that_starts_late_can_not_tell),
		TEST(without_the_application_log_nothing_is_cleared),
		TEST(a_truncated_log_has_lost_records),
		TEST(a_flood_of_hits_is_counted),
		TEST(a_later_affected_build_tells_of_before),
		TEST(a_clearing_in_two_copies_is_told_once),
		TEST(ids_that_start_again_are_other_records),
		TEST(an_older_copy_is_no_restart),
		TEST(a_wrong_clock_makes_no_log_older),
		TEST(the_period_includes_its_ends),
		TEST(a_narrow_report_says_what_was_covered),
		TEST(threads_do_not_change_a_byte),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
