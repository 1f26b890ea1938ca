/* SPDX-License-Identifier: Apache-2.0 */
/* Advisory documents: our own small ones field by field, at every truncation, and hostile ones. */
#include "test.h"

#include "advisory/advisory.h"
#include "base/arena.h"
#include "base/os.h"

#define DOCUMENT_CAP (1u << 20)

/* ---- helpers */

static struct advisory *parse(struct view text, const char *name)
{
	struct tocsin_error error = {0};
	struct advisory *a = NULL;

	if (advisory_parse(text, &a, &error) != TOCSIN_OK)
		fail_msg("%s: %s %s at %llu", name, error.msg, error.detail,
			 (unsigned long long)error.offset);
	return a;
}

static struct view load(struct arena *arena, const char *path)
{
	struct tocsin_error error;
	struct view text;

	if (os_read_file(arena, path, DOCUMENT_CAP, &text, &error) != TOCSIN_OK)
		fail_msg("%s: %s", path, error.msg);
	return text;
}

static struct advisory *load_source(struct arena *arena, const char *below)
{
	char path[4096];

	return parse(load(arena, test_source(path, below)), below);
}

static void assert_text(const char *a, const char *b)
{
	if (a && b)
		assert_string_equal(a, b);
	else
		assert_true(a == b);
}

/* ---- our own documents */

static void own_document(const struct advisory *a, bool published)
{
	assert_int_equal(a->form, published ? ADVISORY_PUBLISHED : ADVISORY_FLATTENED);
	assert_string_equal(a->title, "Two Flaws in the Example Mail Gateway's \"Relay\"");
	assert_string_equal(a->number, "2031-007");
	assert_string_equal(a->version, "1.10");
	assert_string_equal(a->date, "2031-03-02");
	assert_string_equal(a->date_printed, "March 2, 2031");
	assert_string_equal(a->original_date, "2031-02-21");
	assert_string_equal(a->licence_title, "Example Licence 1.0 (EX, 1.0)");
	assert_string_equal(a->licence_author, "The Example Team: people, and machines");
	assert_string_equal(advisory_key_value(a, "review_state"), "it's open");

	assert_int_equal(a->history_count, 2);
	assert_string_equal(a->history[0].date, "2031-02-21");
	assert_string_equal(a->history[0].text, "Initial publication");
	assert_string_equal(a->history[1].version, "1.10");
	assert_string_equal(a->history[1].text, "Scores added -- see below");

	assert_int_equal(a->cve_count, 3);
	assert_string_equal(a->cves[0], "CVE-2031-0815");
	assert_string_equal(a->cves[1], "CVE-2031-12345"); /* printed with an en dash */
	assert_string_equal(a->cves[2], "CVE-2031-9999");

	assert_int_equal(a->cvss_count, 4);
	assert_string_equal(a->cvss[0].score, "9.8");
	assert_string_equal(a->cvss[0].version, "3.1");
	assert_string_equal(a->cvss[0].cve, "CVE-2031-0815");
	assert_null(a->cvss[0].severity);
	assert_string_equal(a->cvss[1].score, "7.2");
	assert_string_equal(a->cvss[1].severity, "High");
	assert_string_equal(a->cvss[1].cve, "CVE-2031-12345");
	assert_string_equal(a->cvss[2].score, "5.3");
	assert_null(a->cvss[2].cve); /* said of two at once */
	assert_string_equal(a->cvss[3].vector, "CVSS:3.1/AV:N/AC:L/PR:N/UI:N/S:U/C:H/I:H/A:H");

	assert_int_equal(a->product_count, 4);
	assert_string_equal(a->products[0].plain, "The following are affected:");
	assert_true(a->products[0].prose);
	assert_string_equal(a->products[1].plain, "Example Gateway 4.x before 4.2.1");
	assert_string_equal(a->products[2].plain, "Example Relay 5 and 6");
	assert_true(a->products[3].prose);

	assert_int_equal(a->code_count, published ? 3 : 2);
	assert_true(a->codes[0].reads_evidence);
	assert_string_equal(a->codes[0].language, "powershell");
	assert_string_equal(a->codes[0].text,
			    "Get-WinEvent -LogName Application | Where-Object { $_.Id -eq 7 }");
	assert_false(a->codes[1].reads_evidence);
	assert_string_equal(a->codes[1].language, "cmd");

	assert_int_equal(a->reference_count, 2);
	assert_int_equal(a->references[1].number, 2);
	assert_text(a->references[0].address, published ? "https://example.org/gateway" : NULL);
	assert_text(a->references[1].address,
		    published ? "https://example.org/CVE-2031-4711" : NULL);
	assert_string_equal(a->references[1].label, "The vendor's notes");
}

static void own_published(void **state)
{
	struct arena arena = {0};
	struct advisory *a = load_source(&arena, "tests/data/advisory-published.md");

	(void)state;
	own_document(a, true);
	assert_int_equal(a->section_count, 6);
	assert_int_equal(a->sections[4].level, 2);
	assert_int_equal(a->sections[4].kind, ADVISORY_RECOMMENDATIONS);
	assert_string_equal(a->codes[2].text, "line one\n  line two");
	assert_false(a->codes[2].fenced);
	advisory_free(a);
	arena_free(&arena);
}

static void own_flattened(void **state)
{
	struct arena arena = {0};
	struct advisory *a = load_source(&arena, "tests/data/advisory-flattened.txt");

	(void)state;
	own_document(a, false);
	assert_int_equal(a->section_count, 6);
	advisory_free(a);
	arena_free(&arena);
}

static void each_truncation(const char *below)
{
	struct arena arena = {0};
	char path[4096];
	const struct view text = load(&arena, test_source(path, below));

	for (size_t n = 0; n <= text.n; n++) {
		/* a copy of its own, so that a read behind it is seen */
		uint8_t *const copy = malloc(n ? n : 1);
		struct advisory *a = NULL;
		struct tocsin_error error = {0};
		enum tocsin_status status;

		assert_non_null(copy);
		if (n)
			memcpy(copy, text.p, n);
		status = advisory_parse((struct view){copy, n}, &a, &error);
		assert_true((status == TOCSIN_OK) == (a != NULL));
		if (!a)
			assert_true(error.offset <= n && error.msg);
		advisory_free(a);
		free(copy);
	}
	arena_free(&arena);
}

static void truncated(void **state)
{
	(void)state;
	each_truncation("tests/data/advisory-published.md");
	each_truncation("tests/data/advisory-flattened.txt");
}

static void refused(void **state)
{
	static const struct {
		const char *text;
		enum tocsin_status status;
	} cases[] = {
		{"", TOCSIN_SYNTAX},
		{"# Summary\n", TOCSIN_SYNTAX},
		{"---\n", TOCSIN_TRUNCATED},
		{"---\ntitle: 'x'\nnumber: '1'\n", TOCSIN_TRUNCATED},
		{"---\ntitle: 'x'\n- list\n---\n", TOCSIN_SYNTAX},
		{"---\ntitle: 'x'\n---\n", TOCSIN_SYNTAX},
		{"---\nnumber: 'x'\n---\n", TOCSIN_SYNTAX},
		{"--- title: 'x' number: '1'", TOCSIN_TRUNCATED},
		{"--- no key here ---", TOCSIN_SYNTAX},
	};
	const uint8_t nul[] = "---\ntitle: x\0y\n";
	struct advisory *a = NULL;
	struct tocsin_error error;

	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++)
		assert_status(advisory_parse(view_of(cases[i].text), &a, &error), cases[i].status);
	assert_status(advisory_parse((struct view){nul, sizeof(nul)}, &a, &error), TOCSIN_INVALID);
	assert_int_equal(error.offset, 12);
	assert_null(a);
}

/* One code block in a document of its own. */
static void assert_code(const char *code, const char *language, bool reads)
{
	char text[2048];
	struct advisory *a;

	snprintf(text, sizeof(text), "---\ntitle: t\nnumber: n\n---\n# Detection\n\n```\n%s\n```\n",
		 code);
	a = parse(view_of(text), code);
	assert_int_equal(a->code_count, 1);
	assert_string_equal(a->codes[0].language, language);
	if (a->codes[0].reads_evidence != reads)
		fail_msg("%s: %s", code, a->codes[0].reason);
	advisory_free(a);
}

static void code_classes(void **state)
{
	(void)state;
	assert_code("Get-EventLog -LogName System -Newest 5", "powershell", true);
	assert_code("PS C:\\> Get-WinEvent -LogName System", "powershell", true);
	assert_code("Get-WinEvent -LogName System | Remove-Item", "powershell", false);
	assert_code("Clear-EventLog -LogName System; Get-EventLog System", "powershell", false);
	assert_code("Restart-WebAppPool -Name MSExchangeServicesAppPool", "powershell", false);
	assert_code("wevtutil cl Security", "cmd", false);
	assert_code("wevtutil cl System & wevtutil qe System", "cmd", false);
	assert_code("wevtutil qe Security /c:2", "cmd", true);
	assert_code("findstr /snip /c:\"words\" *.log", "cmd", true);
	assert_code("sudo zgrep -E 'a|b' /var/log/x*", "shell", true);
	assert_code("find / -name x -delete", "shell", false);
	assert_code("curl -k https://host/", "shell", false);
	assert_code("Table\n| where A == 1\n| project B", "kql", true);
	assert_code("alert tcp any any -> any any (msg:\"x\")", "snort", false);
	assert_code("2021-01-01 12:00:00 an event", "log", false);
	assert_code("<a>b</a>", "xml", false);
	assert_code("some words", "unknown", false);
}

/* One sentence's score. */
static void assert_cvss(const char *text, const char *score, const char *version,
			const char *severity, const char *cve)
{
	char document[2048];
	struct advisory *a;

	snprintf(document, sizeof(document), "---\ntitle: t\nnumber: n\n---\n# Summary\n\n%s\n",
		 text);
	a = parse(view_of(document), text);
	if (a->cvss_count != (score ? 1u : 0u))
		fail_msg("%s: %zu scores", text, a->cvss_count);
	if (score) {
		assert_text(a->cvss[0].score, score);
		assert_text(a->cvss[0].version, version);
		assert_text(a->cvss[0].severity, severity);
		assert_text(a->cvss[0].cve, cve);
	}
	advisory_free(a);
}

static void cvss_wordings(void **state)
{
	(void)state;
	assert_cvss("CVE-2031-1111 has a CVSS3.1 score of 8.8 out of 10 [2].", "8.8", "3.1", NULL,
		    "CVE-2031-1111");
	assert_cvss("CVE-2031-1111 (CVSS Score: Base 9.8)", "9.8", NULL, NULL, "CVE-2031-1111");
	assert_cvss("CVE-2031-1111 - CVSS 3.0 score 9.8 - CRITICAL", "9.8", "3.0", "CRITICAL",
		    "CVE-2031-1111");
	assert_cvss("CVSS 7.2 High", "7.2", NULL, "High", NULL);
	assert_cvss("CVSS 3.1", "3.1", NULL, NULL, NULL);
	assert_cvss("CVSS 8.8/10", "8.8", NULL, NULL, NULL);
	assert_cvss("CVSS base score = 9.8", "9.8", NULL, NULL, NULL);
	assert_cvss("CVSS v3 score: 10.0", "10.0", "3", NULL, NULL);
	assert_cvss("CVSSv3 score of 10 (critical)", "10", "3", "critical", NULL);
	assert_cvss("CVSS score of **9.8**", "9.8", NULL, NULL, NULL);
	assert_cvss("with 7.8 out of 10.0 on the CVSS scale [2, 3]", "7.8", NULL, NULL, NULL);
	assert_cvss("a 9.1 CVSS score", "9.1", NULL, NULL, NULL);
	assert_cvss("a flaw (CVSS score 9.8) known as CVE-2031-2222", "9.8", NULL, NULL,
		    "CVE-2031-2222");
	assert_cvss("CVE-2031-1111 and CVE-2031-2222 have a CVSS score of 9.8", "9.8", NULL, NULL,
		    NULL);
	assert_cvss("No CVSS score is known yet; 12 products, version 8.4.1.", NULL, NULL, NULL,
		    NULL);
	assert_cvss("The CVSS score is high. Version 9.8 is out.", NULL, NULL, NULL, NULL);
}

/* Inputs that would cost a careless parser the square of their length. */
static void hostile(void **state)
{
	static const char *const patterns[] = {"# ",        "* ",       "- ",
					       "```",       "` ``` ",   "[1] ",
					       "CVE",       "CVSS ",    "CVE-2031-1111 ",
					       "CVSS 9.8 ", "<http://", "1. ",
					       "'",         "# A B ",   "    x\n\n",
					       "    - x\n"};
	static const char *const heads[] = {"---\ntitle: t\nnumber: n\n---\n",
					    "--- title: 't' number: 'n' --- ",
					    "---\n# References\n", "--- title: 't"};
	const size_t n = 200000;
	char *const text = malloc(n + 64);
	uint64_t begin, spent;

	(void)state;
	assert_non_null(text);
	for (size_t h = 0; h < sizeof(heads) / sizeof(heads[0]); h++) {
		for (size_t i = 0; i < sizeof(patterns) / sizeof(patterns[0]); i++) {
			const size_t head = strlen(heads[h]), step = strlen(patterns[i]);
			struct advisory *a = NULL;
			struct tocsin_error error;
			size_t at = head;

			memcpy(text, heads[h], head);
			for (; at + step <= n; at += step)
				memcpy(text + at, patterns[i], step);
			begin = os_clock();
			if (advisory_parse((struct view){(uint8_t *)text, at}, &a, &error) !=
			    TOCSIN_OK)
				a = NULL;
			spent = os_clock() - begin;
			/* generous: sanitizers and a busy machine; the square would take minutes */
			if (spent > 5000000000ull)
				fail_msg("%s%s...: %llu ms", heads[h], patterns[i],
					 (unsigned long long)(spent / 1000000));
			advisory_free(a);
		}
	}
	free(text);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(own_published), cmocka_unit_test(own_flattened),
		cmocka_unit_test(truncated),     cmocka_unit_test(refused),
		cmocka_unit_test(code_classes),  cmocka_unit_test(cvss_wordings),
		cmocka_unit_test(hostile),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
