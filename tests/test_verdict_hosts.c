/* SPDX-License-Identifier: Apache-2.0 */
/* Which logs and builds belong to one host, each on logs made for it by the writer. */
#include "verdict_lab.h"

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

	assert_ok(evidence_open(lab->given, 0, NULL, &lab->evidence, &error));
	lab->options.build_count = 1;
	for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++) {
		lab->options.builds = &bad[i];
		assert_int_not_equal(check_run(lab->evidence, &lab->options, &lab->result, &error),
				     TOCSIN_OK);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(a_machine_may_have_had_several_names),
		TEST(one_short_name_of_two_domains_is_not_guessed),
		TEST(a_collectors_log_has_many_machines),
		TEST(an_image_s_name_joins_no_machines),
		TEST(an_old_name_joins_while_it_was_the_machine_s),
		TEST(an_empty_name_joins_nothing),
		TEST(a_wrong_clock_renames_no_machine),
		TEST(a_given_build_is_for_the_present_name),
		TEST(damage_of_one_file_counts_once),
		TEST(a_given_build_counts_as_now),
		TEST(a_build_that_is_none_is_refused),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
