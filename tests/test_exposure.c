/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Builds, their names, and the rules: hand-checked cases, and what must hold for every build and
 * every CVE of the data.
 */
#include "test.h"

#include "base/data.h"
#include "base/limits.h"
#include "exposure/exposure_db.h"

static struct exposure_db *db;
static struct arena files_arena;
static struct view files[FILE_COUNT];

static int set_up(void **state)
{
	static const char *const names[FILE_COUNT] = {"exchange/products.tsv",
						      "exchange/builds.tsv", "exchange/cves.tsv",
						      "exchange/fixes.tsv", "exchange/remarks.tsv"};
	struct tocsin_error error = {0};
	char dir[4096];

	(void)state;
	test_source(dir, "data");
	for (size_t i = 0; i < FILE_COUNT; i++)
		assert_ok(data_load(&files_arena, dir, names[i], &files[i], &error));
	if (exposure_db_load(dir, &db, &error) != TOCSIN_OK) {
		print_message("%s (%s)\n", error.msg, error.detail);
		return -1;
	}
	return 0;
}

static int tear_down(void **state)
{
	(void)state;
	exposure_db_free(db);
	exposure_db_free(NULL);
	arena_free(&files_arena);
	return 0;
}

/* ---- Reading texts */

static void reads_every_form(void **state)
{
	static const struct {
		const char *text, *build;
		enum precision precision;
	} cases[] = {
		{"15.1.2308.20", "15.1.2308.20", PRECISION_SU},
		{"  15.1.2308.20\t", "15.1.2308.20", PRECISION_SU},
		{"15.01.2308.020", "15.1.2308.20", PRECISION_SU},
		{"15.02.0986.005", "15.2.986.5", PRECISION_SU},
		{"15,1,2308,8", "15.1.2308.8", PRECISION_SU},
		{"15, 1, 2308, 8", "15.1.2308.8", PRECISION_SU},
		{"v15.1.2308.8", "15.1.2308.8", PRECISION_SU},
		{"Version 15.1.2308.8", "15.1.2308.8", PRECISION_SU},
		{"15.1.2308", "15.1.2308.0", PRECISION_CU},
		{"15.1", "15.1.0.0", PRECISION_PRODUCT},
		{"0.0.0.0", "0.0.0.0", PRECISION_SU},
		{"65535.65535.29999.65535", "65535.65535.29999.65535", PRECISION_SU},
		/* Four parts, but no security update changes this text. */
		{"Version 15.1 (Build 2308.8)", "15.1.2308.8", PRECISION_CU},
		{"version 15.1 (build 2308.8)", "15.1.2308.8", PRECISION_CU},
		{"Version 15.1 (Build 32308.8)", "15.1.2308.8", PRECISION_CU},
		{"15.1.32308.8", "15.1.2308.8", PRECISION_CU},
		{"15.1 (Build 2308.8)", "15.1.2308.8", PRECISION_CU},
		{"15.1(Build 2308.8)", "15.1.2308.8", PRECISION_CU},
		{"Exchange Server 2016 CU22 Nov21SU", "15.1.2375.17", PRECISION_SU},
		{"Microsoft Exchange Server 2016 Cumulative Update 22 Nov21SU", "15.1.2375.17",
		 PRECISION_SU},
		{"Exchange 2016 CU22 Nov21SU", "15.1.2375.17", PRECISION_SU},
		{"2016 cu22 nov21su", "15.1.2375.17", PRECISION_SU},
		{"2016 CU 22 NOV21SU", "15.1.2375.17", PRECISION_SU},
		{"Exchange Server 2016 CU22 KB5007409", "15.1.2375.17", PRECISION_SU},
		{"Exchange Server 2016 CU22 Nov21SU (KB5007409)", "15.1.2375.17", PRECISION_SU},
		{"Exchange 2016 CU22 RTM", "15.1.2375.7", PRECISION_SU},
		{"Exchange 2016 CU22", "15.1.2375.7", PRECISION_CU},
		{"Exchange Server 2016", "15.1.0.0", PRECISION_PRODUCT},
		{"Exchange Server 2013 SP1", "15.0.847.32", PRECISION_CU},
		{"Exchange Server 2013 CU4", "15.0.847.32", PRECISION_CU},
		{"Exchange Server 2013 SP1 (CU4) Mar21SU", "15.0.847.64", PRECISION_SU},
		{"Exchange Server 2010 SP3 RU30", "14.3.496.0", PRECISION_SU},
		{"Exchange Server 2010 Service Pack 3 Update Rollup 30", "14.3.496.0",
		 PRECISION_SU},
		{"Exchange Server SE", "15.2.2562.0", PRECISION_PRODUCT},
		{"Exchange Server SE RTM", "15.2.2562.17", PRECISION_CU},
		{"Exchange Server Subscription Edition (SE) RTM Oct25SU", "15.2.2562.29",
		 PRECISION_SU},
		{"Exchange Server 2016 CU23 Aug23SUv2", "15.1.2507.32", PRECISION_SU},
		/* Sources disagree about its number: the higher one. */
		{"Exchange Server 2016 CU8 Mar21SU", "15.1.1415.10", PRECISION_SU},
		{"Exchange Server 2016 Preview", "15.1.225.16", PRECISION_SU},
	};

	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(*cases); i++) {
		struct build b;
		enum precision p;
		struct tocsin_error error = {0};
		char text[48];

		print_message("%s\n", cases[i].text);
		assert_ok(exposure_parse(db, cases[i].text, &b, &p, &error));
		build_format(text, &b);
		assert_string_equal(text, cases[i].build);
		assert_string_equal(precision_name(p), precision_name(cases[i].precision));
	}
}

static void refuses_what_is_none(void **state)
{
	static const struct {
		const char *text;
		enum tocsin_status status;
		size_t offset;
	} cases[] = {
		{"", TOCSIN_SYNTAX, 0},
		{"   ", TOCSIN_SYNTAX, 3},
		{"hello", TOCSIN_SYNTAX, 0},
		{"15", TOCSIN_SYNTAX, 0},
		{"15.", TOCSIN_SYNTAX, 3},
		{"15.1.", TOCSIN_SYNTAX, 5},
		{"15.1.2308.20.1", TOCSIN_SYNTAX, 12},
		{"15.1.2308.", TOCSIN_SYNTAX, 10},
		{"15..1", TOCSIN_SYNTAX, 3},
		{"15.1,2308,20", TOCSIN_SYNTAX, 4},
		{"15.1.2308.20x", TOCSIN_SYNTAX, 12},
		{"15.1.2308.-20", TOCSIN_SYNTAX, 10},
		{"15.1.65536.1", TOCSIN_SYNTAX, 5},
		{"15.1.99999999999999999999.1", TOCSIN_SYNTAX, 5},
		{"15.1 (Build 2308)", TOCSIN_SYNTAX, 16},
		{"15.1 (Build 2308.8", TOCSIN_SYNTAX, 18},
		{"15.1 (2308.8)", TOCSIN_SYNTAX, 6},
		{"15.1.2308 (Build 8.8)", TOCSIN_SYNTAX, 10},
		{"Exchange Server", TOCSIN_SYNTAX, 15},
		{"Exchange Server 2007", TOCSIN_SYNTAX, 16},
		{"Exchange 2016 foo", TOCSIN_SYNTAX, 14},
		{"Exchange 2016 Nov21SU", TOCSIN_SYNTAX, 14},
		{"Exchange 2016 CU", TOCSIN_SYNTAX, 16},
		{"Exchange 2016 CU22 Nov21SU more", TOCSIN_SYNTAX, 27},
		{"Exchange 2016 CU22; Nov21SU", TOCSIN_SYNTAX, 18},
		{"Exchange 2016 CU99", TOCSIN_NOT_FOUND, 14},
		{"Exchange 2016 CU22 Dec21SU", TOCSIN_NOT_FOUND, 19},
		{"Exchange 2016 CU22 KB1234567", TOCSIN_NOT_FOUND, 19},
		{"Exchange 2010 SP3 RU99", TOCSIN_NOT_FOUND, 18},
	};
	char longest[4096];

	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(*cases); i++) {
		struct build b = {{1, 2, 3, 4}};
		enum precision p = PRECISION_SU;
		struct tocsin_error error = {0};

		print_message("%s\n", cases[i].text);
		assert_status(exposure_parse(db, cases[i].text, &b, &p, &error), cases[i].status);
		assert_int_equal(error.offset, cases[i].offset);
		assert_int_equal(b.part[3], 4);
		assert_status(exposure_parse(db, cases[i].text, &b, &p, NULL), cases[i].status);
	}
	memset(longest, '1', sizeof(longest));
	longest[sizeof(longest) - 1] = 0;
	for (size_t n = sizeof(longest) - 1; n > 0; n /= 2) {
		struct build b;
		enum precision p;

		longest[n] = 0;
		assert_status(exposure_parse(db, longest, &b, &p, NULL), TOCSIN_SYNTAX);
	}
}

/* ---- Names */

static void names_builds(void **state)
{
	static const struct {
		const char *build;
		enum precision precision;
		const char *name;
	} cases[] = {
		{"15.1.2375.12", PRECISION_SU, "Exchange Server 2016 CU22 Oct21SU"},
		{"15.2.986.5", PRECISION_SU, "Exchange Server 2019 CU11"},
		{"15.1.2375.14", PRECISION_SU,
		 "Exchange Server 2016 CU22, between Oct21SU and Nov21SU"},
		{"15.1.2375.8", PRECISION_SU,
		 "Exchange Server 2016 CU22, between its release and Oct21SU"},
		{"15.1.2375.99", PRECISION_SU, "Exchange Server 2016 CU22, newer than Nov22SU"},
		{"15.1.2375.1", PRECISION_SU, "Exchange Server 2016 CU22, older than its release"},
		{"15.1.2375.12", PRECISION_CU, "Exchange Server 2016 CU22, update unknown"},
		{"15.1.2375.12", PRECISION_PRODUCT, "Exchange Server 2016"},
		{"15.1.2376.1", PRECISION_SU, "Exchange Server 2016, cumulative update unknown"},
		{"15.0.0.0", PRECISION_SU, "Exchange Server 2013, cumulative update unknown"},
		{"15.1.225.16", PRECISION_SU, "Exchange Server 2016 Preview"},
		{"15.1.225.17", PRECISION_SU, "Exchange Server 2016 Preview"},
		{"15.1.225.42", PRECISION_SU, "Exchange Server 2016 RTM"},
		{"15.1.225.0", PRECISION_CU, "Exchange Server 2016 RTM, update unknown"},
		{"15.2.1748.10", PRECISION_SU, "Exchange Server 2019 CU15"},
		{"15.2.2562.17", PRECISION_SU, "Exchange Server SE RTM"},
		{"14.3.496.0", PRECISION_SU, "Exchange Server 2010 SP3 RU30"},
		{"14.3.500.1", PRECISION_SU, "Exchange Server 2010 SP3, between RU30 and RU31"},
		{"15.20.4734.22", PRECISION_SU, "Exchange Online"},
		{"8.3.83.6", PRECISION_SU, "no Exchange build"},
		{"10.0.17763.1", PRECISION_SU, "no Exchange build"},
		{"65535.65535.65535.65535", PRECISION_SU, "no Exchange build"},
	};

	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(*cases); i++) {
		struct buf out = {0};
		struct build b;

		assert_true(build_read(cases[i].build, &b));
		exposure_name(db, &b, cases[i].precision, &out);
		assert_string_equal(buf_cstr(&out), cases[i].name);
		buf_free(&out);
	}
}

static void identifies_a_build(void **state)
{
	struct build_info info;
	struct build b = {{15, 1, 2308, 20}};

	(void)state;
	assert_true(exposure_identify(db, &b, PRECISION_SU, &info));
	assert_string_equal(info.product, "Exchange Server 2016");
	assert_string_equal(info.product_id, "2016");
	assert_string_equal(info.cu, "CU21");
	assert_string_equal(info.su, "Nov21SU");
	assert_string_equal(info.kb, "KB5007409");
	assert_string_equal(info.release_date, "2021-11-09");
	assert_null(info.conflict);
	assert_null(info.su_before);

	b.part[3] = 19;
	assert_true(exposure_identify(db, &b, PRECISION_SU, &info));
	assert_null(info.su);
	assert_null(info.kb);
	assert_string_equal(info.su_before, "Oct21SU");

	assert_true(exposure_identify(db, &b, PRECISION_CU, &info));
	assert_string_equal(info.cu, "CU21");
	assert_null(info.su);
	assert_string_equal(info.release_date, "2021-06-29");

	b = (struct build){{15, 1, 1415, 8}};
	assert_true(exposure_identify(db, &b, PRECISION_SU, &info));
	assert_string_equal(info.su, "Mar21SU");
	assert_non_null(strstr(info.conflict, "15.1.1415.10"));
	b.part[0] = 6;
	assert_false(exposure_identify(db, &b, PRECISION_SU, &info));
}

static void compares_as_numbers(void **state)
{
	const struct build a = {{15, 1, 2308, 8}}, b = {{15, 1, 2308, 20}}, c = {{15, 2, 1, 1}};

	(void)state;
	assert_int_equal(build_compare(&a, &b), -1);
	assert_int_equal(build_compare(&b, &a), 1);
	assert_int_equal(build_compare(&b, &b), 0);
	assert_int_equal(build_compare(&b, &c), -1);
}

/* ---- The rules */

struct judged {
	const char *cve, *build;
	enum precision precision;
	enum exposure_status status;
	const char *update, *kb, *fixed; /* the fix, or NULL */
	const char *says;                /* part of the reason, or NULL */
};

static void check_judged(const struct judged *j)
{
	struct arena a = {0};
	struct exposure e;
	struct build b;

	print_message("%s %s %s\n", j->cve, j->build, precision_name(j->precision));
	assert_true(build_read(j->build, &b));
	assert_ok(exposure_judge(db, j->cve, &b, j->precision, &a, &e));
	print_message("    %s: %s\n", exposure_status_name(e.status), e.reason);
	assert_string_equal(exposure_status_name(e.status), exposure_status_name(j->status));
	if (j->update) {
		assert_string_equal(e.fix_update, j->update);
		assert_string_equal(e.fix_build, j->fixed);
	} else {
		assert_null(e.fix_update);
		assert_null(e.fix_build);
	}
	if (j->kb)
		assert_string_equal(e.fix_kb, j->kb);
	else
		assert_null(e.fix_kb);
	if (j->says)
		assert_non_null(strstr(e.reason, j->says));
	arena_free(&a);
}

#define FIX_16_21 "Nov21SU", "KB5007409", "15.1.2308.20"
#define FIX_16_22 "Nov21SU", "KB5007409", "15.1.2375.17"
#define FIX_19_10 "Nov21SU", "KB5007409", "15.2.922.19"
#define FIX_19_11 "Nov21SU", "KB5007409", "15.2.986.14"
#define FIX_16_OLD "CU22 and then Nov21SU", "KB5007409", "15.1.2375.17"
#define FIX_19_OLD "CU11 and then Nov21SU", "KB5007409", "15.2.986.14"
#define NO_FIX NULL, NULL, NULL

static void judges_cve_2021_42321(void **state)
{
#define C "CVE-2021-42321"
	static const struct judged cases[] = {
		/* The ten builds that a public exploit's check calls vulnerable. */
		{C, "15.1.2308.8", PRECISION_SU, EXPOSURE_AFFECTED, FIX_16_21, "below"},
		{C, "15.1.2308.14", PRECISION_SU, EXPOSURE_AFFECTED, FIX_16_21, NULL},
		{C, "15.1.2308.15", PRECISION_SU, EXPOSURE_AFFECTED, FIX_16_21, NULL},
		{C, "15.1.2375.7", PRECISION_SU, EXPOSURE_AFFECTED, FIX_16_22, NULL},
		{C, "15.1.2375.12", PRECISION_SU, EXPOSURE_AFFECTED, FIX_16_22, NULL},
		{C, "15.2.922.7", PRECISION_SU, EXPOSURE_AFFECTED, FIX_19_10, NULL},
		{C, "15.2.922.13", PRECISION_SU, EXPOSURE_AFFECTED, FIX_19_10, NULL},
		{C, "15.2.922.14", PRECISION_SU, EXPOSURE_AFFECTED, FIX_19_10, NULL},
		{C, "15.2.986.5", PRECISION_SU, EXPOSURE_AFFECTED, FIX_19_11, NULL},
		{C, "15.2.986.9", PRECISION_SU, EXPOSURE_AFFECTED, FIX_19_11, NULL},
		/* Between known builds, and just below the fix. */
		{C, "15.1.2308.19", PRECISION_SU, EXPOSURE_AFFECTED, FIX_16_21, NULL},
		{C, "15.1.2375.16", PRECISION_SU, EXPOSURE_AFFECTED, FIX_16_22, NULL},
		/* The fix, and above. */
		{C, "15.1.2308.20", PRECISION_SU, EXPOSURE_FIXED, NO_FIX, "first fixed"},
		{C, "15.1.2308.21", PRECISION_SU, EXPOSURE_FIXED, NO_FIX, "above"},
		{C, "15.1.2308.999", PRECISION_SU, EXPOSURE_FIXED, NO_FIX, NULL},
		{C, "15.1.2375.17", PRECISION_SU, EXPOSURE_FIXED, NO_FIX, NULL},
		{C, "15.2.922.19", PRECISION_SU, EXPOSURE_FIXED, NO_FIX, NULL},
		{C, "15.2.986.14", PRECISION_SU, EXPOSURE_FIXED, NO_FIX, NULL},
		/* CUs that came out with it. */
		{C, "15.1.2507.6", PRECISION_SU, EXPOSURE_FIXED, NO_FIX, "2022-04-20"},
		{C, "15.1.2507.0", PRECISION_CU, EXPOSURE_FIXED, NO_FIX, "inside"},
		{C, "15.2.1118.7", PRECISION_SU, EXPOSURE_FIXED, NO_FIX, NULL},
		{C, "15.2.1748.10", PRECISION_CU, EXPOSURE_FIXED, NO_FIX, NULL},
		{C, "15.2.2562.17", PRECISION_SU, EXPOSURE_FIXED, NO_FIX, "inside"},
		{C, "15.2.2562.0", PRECISION_PRODUCT, EXPOSURE_FIXED, NO_FIX, NULL},
		/* A cumulative update of SE that no table has yet. */
		{C, "15.2.2700.1", PRECISION_SU, EXPOSURE_FIXED, NO_FIX, NULL},
		/* CUs that got no fix. */
		{C, "15.2.858.15", PRECISION_SU, EXPOSURE_AFFECTED, FIX_19_OLD, "out of support"},
		{C, "15.2.858.0", PRECISION_CU, EXPOSURE_AFFECTED, FIX_19_OLD, "researchers"},
		{C, "15.1.2242.12", PRECISION_SU, EXPOSURE_AFFECTED, FIX_16_OLD, "researchers"},
		{C, "15.1.225.42", PRECISION_SU, EXPOSURE_AFFECTED, FIX_16_OLD, NULL},
		{C, "15.1.225.16", PRECISION_SU, EXPOSURE_AFFECTED, FIX_16_OLD, NULL},
		/* Only the CU is known. */
		{C, "15.1.2308.8", PRECISION_CU, EXPOSURE_UNKNOWN, FIX_16_21, "15.1.2308.20"},
		{C, "15.1.2308.20", PRECISION_CU, EXPOSURE_UNKNOWN, FIX_16_21, "ExSetup.exe"},
		{C, "15.1.2375.7", PRECISION_CU, EXPOSURE_UNKNOWN, FIX_16_22, NULL},
		{C, "15.2.922.7", PRECISION_CU, EXPOSURE_UNKNOWN, FIX_19_10, NULL},
		{C, "15.2.986.5", PRECISION_CU, EXPOSURE_UNKNOWN, FIX_19_11, NULL},
		/* Only the product is known. */
		{C, "15.1.0.0", PRECISION_PRODUCT, EXPOSURE_UNKNOWN, NO_FIX, "only the product"},
		{C, "15.2.0.0", PRECISION_PRODUCT, EXPOSURE_UNKNOWN, NO_FIX, NULL},
		{C, "15.0.0.0", PRECISION_PRODUCT, EXPOSURE_NOT_AFFECTED, NO_FIX, NULL},
		/* Products that are not named. */
		{C, "15.0.1497.24", PRECISION_SU, EXPOSURE_NOT_AFFECTED, NO_FIX, "not named"},
		{C, "15.0.1497.26", PRECISION_SU, EXPOSURE_NOT_AFFECTED, NO_FIX, NULL},
		{C, "15.0.0.0", PRECISION_SU, EXPOSURE_NOT_AFFECTED, NO_FIX, NULL},
		{C, "14.3.513.0", PRECISION_SU, EXPOSURE_NOT_AFFECTED, NO_FIX, NULL},
		{C, "15.20.4734.22", PRECISION_SU, EXPOSURE_NOT_AFFECTED, NO_FIX, "Online"},
		/* No known CU, no known product. */
		{C, "15.1.2300.5", PRECISION_SU, EXPOSURE_UNKNOWN, NO_FIX, "no known cumulative"},
		{C, "15.1.9999.5", PRECISION_SU, EXPOSURE_UNKNOWN, NO_FIX, NULL},
		{C, "15.2.0.0", PRECISION_SU, EXPOSURE_UNKNOWN, NO_FIX, NULL},
		{C, "8.3.83.6", PRECISION_SU, EXPOSURE_UNKNOWN, NO_FIX, "no build of a product"},
		{"cve-2021-42321", "15.1.2308.8", PRECISION_SU, EXPOSURE_AFFECTED, FIX_16_21, NULL},
		{"CVE-2021-99999", "15.1.2308.8", PRECISION_SU, EXPOSURE_UNKNOWN, NO_FIX,
		 "CVE-2021-99999"},
	};
#undef C

	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(*cases); i++)
		check_judged(&cases[i]);
}

static void judges_the_odd_ones(void **state)
{
	static const struct judged cases[] = {
		/* Sources disagree about the first fixed build: the higher one, and it is said. */
		{"CVE-2021-26855", "15.1.1415.7", PRECISION_SU, EXPOSURE_AFFECTED, "Mar21SU",
		 "KB5000871", "15.1.1415.10", NULL},
		{"CVE-2021-26855", "15.1.1415.8", PRECISION_SU, EXPOSURE_AFFECTED, "Mar21SU",
		 "KB5000871", "15.1.1415.10", "HealthChecker"},
		{"CVE-2021-26855", "15.1.1415.10", PRECISION_SU, EXPOSURE_FIXED, NO_FIX, NULL},
		{"CVE-2021-26855", "15.1.1466.13", PRECISION_SU, EXPOSURE_AFFECTED, "Mar21SU",
		 "KB5000871", "15.1.1466.16", "HealthChecker"},
		{"CVE-2018-8302", "15.1.1466.9", PRECISION_SU, EXPOSURE_AFFECTED, "Aug18SU",
		 "KB4340731", "15.1.1466.10", "HealthChecker"},
		{"CVE-2023-36756", "15.1.2507.31", PRECISION_SU, EXPOSURE_AFFECTED, "Aug23SUv2",
		 "KB5030524", "15.1.2507.32", "HealthChecker"},
		{"CVE-2023-21707", "15.1.2507.21", PRECISION_SU, EXPOSURE_AFFECTED, "Mar23SU",
		 "KB5024296", "15.1.2507.23", "CVE record"},
		/* The CU is the fix. */
		{"CVE-2019-0686", "15.0.1395.12", PRECISION_SU, EXPOSURE_AFFECTED, "CU22", NULL,
		 "15.0.1473.3", "out of support"},
		{"CVE-2019-0686", "15.0.1473.3", PRECISION_CU, EXPOSURE_FIXED, NO_FIX, "inside"},
		/* 2010: the rollup. */
		{"CVE-2020-17144", "14.3.496.0", PRECISION_SU, EXPOSURE_AFFECTED, "RU31",
		 "KB4593467", "14.3.509.0", NULL},
		{"CVE-2020-17144", "14.3.509.0", PRECISION_SU, EXPOSURE_FIXED, NO_FIX, NULL},
		{"CVE-2020-17144", "14.2.390.3", PRECISION_SU, EXPOSURE_AFFECTED,
		 "SP3 and then RU31", "KB4593467", "14.3.509.0", NULL},
		{"CVE-2020-17144", "14.3.123.4", PRECISION_CU, EXPOSURE_UNKNOWN, "RU31",
		 "KB4593467", "14.3.509.0", NULL},
		/* The vendor names the CU, no source has its first fixed build. */
		{"CVE-2018-8604", "15.1.1531.8", PRECISION_SU, EXPOSURE_AFFECTED,
		 "CU11 and then Dec18SU", "KB4468741", "15.1.1591.11", "before"},
		{"CVE-2018-8604", "15.1.1531.10", PRECISION_SU, EXPOSURE_UNKNOWN,
		 "CU11 and then Dec18SU", "KB4468741", "15.1.1591.11", "not known"},
		{"CVE-2018-8604", "15.1.1531.9", PRECISION_SU, EXPOSURE_UNKNOWN,
		 "CU11 and then Dec18SU", "KB4468741", "15.1.1591.11", NULL},
		/* Only one of the vendor's lists names the product. */
		{"CVE-2021-33768", "15.0.1497.18", PRECISION_SU, EXPOSURE_AFFECTED, "Jul21SU",
		 "KB5004778", "15.0.1497.23", "HealthChecker"},
		/* Products that came out later than the fix, and previews of them. */
		{"CVE-2018-8265", "15.2.221.12", PRECISION_SU, EXPOSURE_FIXED, NO_FIX, "inside"},
		{"CVE-2018-8265", "15.2.196.0", PRECISION_SU, EXPOSURE_UNKNOWN, NO_FIX, "Preview"},
		{"CVE-2018-8604", "15.2.221.12", PRECISION_SU, EXPOSURE_NOT_AFFECTED, NO_FIX, NULL},
		{"CVE-2020-17144", "15.2.2562.17", PRECISION_SU, EXPOSURE_NOT_AFFECTED, NO_FIX,
		 NULL},
		/* Configuration that a build does not show. */
		{"CVE-2024-21410", "15.1.2507.9", PRECISION_SU, EXPOSURE_AFFECTED, "Aug22SU",
		 "KB5015322", "15.1.2507.12", "Extended Protection"},
		{"CVE-2024-21410", "15.1.2507.72", PRECISION_SU, EXPOSURE_UNKNOWN, NO_FIX,
		 "Extended Protection"},
		{"CVE-2024-21410", "15.2.1258.39", PRECISION_SU, EXPOSURE_UNKNOWN, NO_FIX,
		 "Extended Protection"},
		{"CVE-2024-21410", "15.2.1544.4", PRECISION_SU, EXPOSURE_FIXED, NO_FIX,
		 "Extended Protection"},
		{"CVE-2024-21410", "15.2.2562.17", PRECISION_SU, EXPOSURE_FIXED, NO_FIX, NULL},
		{"CVE-2024-21410", "15.1.2308.27", PRECISION_SU, EXPOSURE_AFFECTED,
		 "CU23 and then Aug22SU", "KB5015322", "15.1.2507.12", NULL},
		{"CVE-2021-34470", "15.1.2242.12", PRECISION_SU, EXPOSURE_UNKNOWN, NO_FIX,
		 "PrepareSchema"},
		{"CVE-2021-34470", "15.1.2308.8", PRECISION_SU, EXPOSURE_FIXED, NO_FIX, NULL},
		{"CVE-2022-21978", "15.1.2507.9", PRECISION_SU, EXPOSURE_UNKNOWN, NO_FIX,
		 "PrepareAllDomains"},
		{"CVE-2025-53786", "15.2.1748.24", PRECISION_SU, EXPOSURE_UNKNOWN, NO_FIX,
		 "hybrid"},
		/* … that could undo a fix, or shielded before it. */
		{"CVE-2024-49040", "15.2.1544.14", PRECISION_SU, EXPOSURE_FIXED, NO_FIX,
		 "AddP2FromRegexMatchHeader"},
		{"CVE-2022-41040", "15.1.2507.13", PRECISION_SU, EXPOSURE_AFFECTED, "Nov22SU",
		 "KB5019758", "15.1.2507.16", "rewrite"},
		{"CVE-2022-41040", "15.1.2507.16", PRECISION_SU, EXPOSURE_FIXED, NO_FIX, NULL},
		/* A fix outside Exchange. */
		{"CVE-2023-36434", "15.1.2507.72", PRECISION_SU, EXPOSURE_UNKNOWN, NO_FIX,
		 "Windows"},
		{"CVE-2023-36434", "15.2.2562.46", PRECISION_SU, EXPOSURE_UNKNOWN, NO_FIX, NULL},
		{"CVE-2023-36434", "15.0.1497.48", PRECISION_SU, EXPOSURE_NOT_AFFECTED, NO_FIX,
		 NULL},
		/* All releases of a product hold it. */
		{"CVE-2021-42305", "15.2.2562.0", PRECISION_PRODUCT, EXPOSURE_FIXED, NO_FIX, NULL},
		{"CVE-2026-21527", "15.2.2562.0", PRECISION_PRODUCT, EXPOSURE_UNKNOWN, NO_FIX,
		 NULL},
	};

	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(*cases); i++)
		check_judged(&cases[i]);
}

/* Every build and every CVE: an answer with a reason; once fixed, fixed; CU precision contradicts
 * nothing. */
static void is_monotone(void **state)
{
	struct arena a = {0};
	size_t answers = 0;

	(void)state;
	assert_true(exposure_cve_count(db) > 100);
	for (size_t c = 0; c < db->cve_count; c++) {
		const char *const id = db->cves[c].info.id;
		bool fixed = false;

		for (size_t i = 0; i < db->build_count; i++) {
			const struct build_row *const row = &db->builds[i];
			struct exposure e, by_cu;

			if (!i || row[-1].cu != row->cu)
				fixed = false;
			assert_ok(exposure_judge(db, id, &row->build, PRECISION_SU, &a, &e));
			assert_ok(exposure_judge(db, id, &row->build, PRECISION_CU, &a, &by_cu));
			assert_true(e.reason && *e.reason);
			if (fixed && e.status != EXPOSURE_FIXED)
				fail_msg("%s: %u.%u is not fixed", id, row->build.part[2],
					 row->build.part[3]);
			fixed = e.status == EXPOSURE_FIXED;
			/* What the CU alone says holds for each of its builds. */
			if (by_cu.status != EXPOSURE_UNKNOWN && !db->cus[row->cu].preview &&
			    by_cu.status != e.status)
				fail_msg("%s: %u.%u: %s by its CU, %s by itself", id,
					 row->build.part[2], row->build.part[3],
					 exposure_status_name(by_cu.status),
					 exposure_status_name(e.status));
			/* What is to be installed helps. */
			if (e.fix_build && db->cves[c].config != CONFIG_NEEDED) {
				struct build b;
				struct exposure after;

				assert_true(build_read(e.fix_build, &b));
				assert_true(build_compare(&b, &row->build) > 0);
				assert_ok(exposure_judge(db, id, &b, PRECISION_SU, &a, &after));
				assert_int_equal(after.status, EXPOSURE_FIXED);
			}
			if (e.status == EXPOSURE_AFFECTED)
				assert_true(e.fix_build || !db->cves[c].fix_count ||
					    !strcmp(db->cus[row->cu].product->id, "2010"));
			answers += 2;
			arena_reset(&a);
		}
	}
	print_message("%zu answers\n", answers);
	arena_free(&a);
}

/* A name that we print reads as the same build again, where it names one. */
static void names_read_back(void **state)
{
	(void)state;
	for (size_t i = 0; i < db->build_count; i++) {
		const struct build_row *const row = &db->builds[i];
		struct buf name = {0};
		struct build b;
		enum precision p;
		struct build_info before, after;

		exposure_name(db, &row->build, PRECISION_SU, &name);
		assert_ok(exposure_parse(db, buf_cstr(&name), &b, &p, NULL));
		assert_true(exposure_identify(db, &row->build, PRECISION_SU, &before));
		assert_true(exposure_identify(db, &b, p, &after));
		assert_string_equal(before.product_id, after.product_id);
		assert_string_equal(before.cu, after.cu);
		if (p == PRECISION_SU)
			assert_string_equal(before.su, after.su);
		else
			assert_null(row->update);
		buf_free(&name);
	}
}

static void tells_cves(void **state)
{
	struct cve_info info, before = {0};

	(void)state;
	assert_true(exposure_cve(db, "CVE-2021-42321", &info));
	assert_string_equal(info.released, "2021-11-09");
	assert_string_equal(info.cvss_score, "8.8");
	assert_string_equal(info.cvss_vector, "CVSS:3.1/AV:N/AC:L/PR:L/UI:N/S:U/C:H/I:H/A:H");
	assert_string_equal(info.cvss_version, "3.1");
	assert_string_equal(info.cvss_severity, "high");
	assert_true(info.kev);
	assert_string_equal(info.kev_date, "2021-11-17");
	assert_non_null(strstr(info.precondition, "authenticated"));
	assert_false(exposure_cve(db, "CVE-2021-1", &info));
	assert_true(exposure_cve(db, "CVE-2018-0924", &info));
	assert_null(info.cvss_score);
	assert_false(info.kev);
	for (size_t i = 0; exposure_cve_at(db, i, &info); i++) {
		if (before.id)
			assert_true(strcmp(before.id, info.id) < 0);
		before = info;
	}
	assert_false(exposure_cve_at(db, exposure_cve_count(db), &info));
}

/* A reason that is cut for lack of memory is no answer. */
static void tells_missing_memory(void **state)
{
	const struct build b = {{15, 1, 2242, 12}};

	(void)state;
	for (size_t room = 0; room < 4; room++) {
		struct arena full = {0};
		struct exposure e = {.reason = "untouched"};
		struct arena_mark mark;

		/* One block, filled but for some bytes, and no second one. */
		assert_non_null(arena_alloc(&full, 1));
		mark = arena_save(&full);
		full.total = LIMIT_ARENA_BYTES;
		while (arena_alloc(&full, 16))
			continue;
		full.used -= room * 64;
		assert_status(exposure_judge(db, "CVE-2021-42321", &b, PRECISION_SU, &full, &e),
			      TOCSIN_NO_MEMORY);
		assert_string_equal(e.reason, "untouched");
		arena_restore(&full, mark);
		arena_free(&full);
	}
}

/* ---- Data that is damaged */

/* Loads with one file replaced; must fail with a place, or give a db that can be asked. */
static bool load_with(enum exposure_file which, struct view text)
{
	struct view changed[FILE_COUNT];
	struct exposure_db *other = NULL;
	struct tocsin_error error = {0};

	memcpy(changed, files, sizeof(changed));
	changed[which] = text;
	if (exposure_db_parse(changed, &other, &error) != TOCSIN_OK) {
		assert_non_null(error.msg);
		assert_non_null(strstr(error.detail, "line"));
		assert_null(other);
		return false;
	}
	exposure_db_free(other);
	return true;
}

static void refuses_cut_off_files(void **state)
{
	(void)state;
	for (size_t f = 0; f < FILE_COUNT; f++) {
		const size_t n = files[f].n;
		/* Every length for small files; of the large ones both ends and samples between. */
		for (size_t cut = 0; cut < n;
		     cut += n < 2000 || cut < 400 || cut > n - 200 ? 1 : 97) {
			/* A copy of its exact size, so that reading on is seen. */
			uint8_t *const copy = malloc(cut ? cut : 1);
			bool ok;

			memcpy(copy, files[f].p, cut);
			ok = load_with((enum exposure_file)f, (struct view){copy, cut});
			free(copy);
			/* Whole lines less can be a smaller table; a part of a line never is one.
			 */
			if (ok)
				assert_int_equal(files[f].p[cut - 1], '\n');
		}
	}
}

static void survives_changed_bytes(void **state)
{
	static const char with[] = {'\t', '\n', '\0', '0', '9', ' ', (char)0xff};
	size_t loaded = 0, refused = 0;

	(void)state;
	for (size_t f = 0; f < FILE_COUNT; f++) {
		uint8_t *const copy = malloc(files[f].n);
		const size_t step = files[f].n / 150 + 1;

		memcpy(copy, files[f].p, files[f].n);
		for (size_t i = 0; i < files[f].n; i += step) {
			const uint8_t was = copy[i];

			copy[i] = (uint8_t)with[i / step % sizeof(with)];
			if (load_with((enum exposure_file)f, (struct view){copy, files[f].n}))
				loaded++;
			else
				refused++;
			copy[i] = was;
		}
		free(copy);
	}
	print_message("%zu loaded, %zu refused\n", loaded, refused);
	assert_true(refused > loaded / 4);
}

static void refuses_wrong_tables(void **state)
{
	static const struct {
		enum exposure_file file;
		const char *text, *line;
	} cases[] = {
		{FILE_BUILDS, "", "line 0"},
		{FILE_BUILDS, "product\tcu\n", "line 1"},
		{FILE_BUILDS,
		 "product\tcu\tsu\tbuild\treleased\tkb\tsources\tconflict\n"
		 "2016\tCU22\tRTM\t15.1.2375.7\t\t\tcss\n",
		 "line 2"},
		{FILE_BUILDS,
		 "product\tcu\tsu\tbuild\treleased\tkb\tsources\tconflict\n"
		 "2016\tCU22\tRTM\t15.1.2375.7\t\t\tcss\t\n"
		 "2016\tCU22\tRTM\t15.1.2375.7\t\t\tcss\t\n",
		 "line 3"},
		{FILE_BUILDS,
		 "product\tcu\tsu\tbuild\treleased\tkb\tsources\tconflict\n"
		 "2019\tCU22\tRTM\t15.1.2375.7\t\t\tcss\t\n",
		 "line 2"},
		{FILE_BUILDS,
		 "product\tcu\tsu\tbuild\treleased\tkb\tsources\tconflict\n"
		 "2016\tCU22\tRTM\t15.1.2375\t\t\tcss\t\n",
		 "line 2"},
		{FILE_BUILDS,
		 "product\tcu\tsu\tbuild\treleased\tkb\tsources\tconflict\n"
		 "2016\tCU22\tRTM\t15.1.2375.7\tyesterday\t\tcss\t\n",
		 "line 2"},
		{FILE_FIXES,
		 "cve\tproduct\tcu\tupdate\tbuild\tkb\tdisputed_build\tdisputed_by\n"
		 "CVE-2021-42321\t2016\tCU22\tNov21SU\t15.1.2375.18888\t\t\t\n",
		 "line 2"},
		{FILE_FIXES,
		 "cve\tproduct\tcu\tupdate\tbuild\tkb\tdisputed_build\tdisputed_by\n"
		 "CVE-2021-42321\t2013\tCU23\tNov21SU\t15.0.1497.26\t\t\t\n",
		 "line 2"},
		{FILE_REMARKS, "cve\tproduct\tbelow\ttext\nCVE-2021-42321\t2016\t15.1.2308.8\t\n",
		 "line 2"},
	};

	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(*cases); i++) {
		struct view changed[FILE_COUNT];
		struct exposure_db *other = NULL;
		struct tocsin_error error = {0};

		memcpy(changed, files, sizeof(changed));
		changed[cases[i].file] = view_of(cases[i].text);
		assert_status(exposure_db_parse(changed, &other, &error), TOCSIN_INVALID);
		print_message("%s (%s)\n", error.msg, error.detail);
		assert_non_null(strstr(error.detail, cases[i].line));
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(reads_every_form),       cmocka_unit_test(refuses_what_is_none),
		cmocka_unit_test(names_builds),           cmocka_unit_test(identifies_a_build),
		cmocka_unit_test(compares_as_numbers),    cmocka_unit_test(judges_cve_2021_42321),
		cmocka_unit_test(judges_the_odd_ones),    cmocka_unit_test(is_monotone),
		cmocka_unit_test(names_read_back),        cmocka_unit_test(tells_cves),
		cmocka_unit_test(tells_missing_memory),   cmocka_unit_test(refuses_cut_off_files),
		cmocka_unit_test(survives_changed_bytes), cmocka_unit_test(refuses_wrong_tables),
	};

	return cmocka_run_group_tests(tests, set_up, tear_down);
}
