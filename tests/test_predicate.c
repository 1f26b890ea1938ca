/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The scalar evaluator: Kleene's logic, values and their comparison, and the three answers of a
 * condition on a message.
 */
#include "test.h"

#include "base/limits.h"
#include "base/timestamp.h"
#include "lang/powershell/powershell.h"
#include "query/evaluate.h"

static struct arena arena;

static struct value text_value(const char *s)
{
	const struct value v = {VALUE_STRING, utf8_to_utf16(&arena, view_of(s))};
	return v;
}

static struct value number_value(uint8_t type, uint64_t n, size_t size)
{
	uint8_t *const p = arena_alloc(&arena, 8);
	const struct value v = {type, {p, size}};

	put64(p, n);
	return v;
}

/* An Error of provider P, event 7, with these inserted strings. */
static struct event *event_with(const char *const *strings)
{
	struct event *const e = arena_alloc(&arena, sizeof(*e));
	size_t n = 0;
	struct event_data *data;

	while (strings[n])
		n++;
	data = arena_array(&arena, n + 1, sizeof(*data));
	for (size_t i = 0; i < n; i++)
		data[i].value = text_value(strings[i]);
	e->data = data;
	e->data_count = n;
	e->record_id = 5;
	e->written = 132803000000000000ull + 1234567;
	e->field[EVENT_PROVIDER] = text_value("P");
	e->field[EVENT_CHANNEL] = text_value("Application");
	e->field[EVENT_COMPUTER] = text_value("EX01");
	e->field[EVENT_ID] = number_value(VALUE_UINT16, 7, 2);
	e->field[EVENT_QUALIFIERS] = number_value(VALUE_UINT16, 0xc000, 2);
	e->field[EVENT_LEVEL] = number_value(VALUE_UINT8, 2, 1);
	e->field[EVENT_TASK] = number_value(VALUE_UINT16, 1, 2);
	e->field[EVENT_KEYWORDS] = number_value(VALUE_HEX64, 0x80000000000000ull, 8);
	return e;
}

static enum tri ask_as(const struct event *e, const char *condition, enum query_object object,
		       enum query_subject subject, const struct message_catalogue *catalogue)
{
	struct tocsin_error error = {0};
	struct query *q = NULL;
	struct matcher *m;
	enum tri answer;

	if (powershell_compile_condition(view_of(condition), object, &q, &error) != TOCSIN_OK)
		fail_msg("%s: %s (%s)", condition, error.msg, error.detail);
	m = matcher_new(q, catalogue, subject);
	assert_non_null(m);
	answer = matcher_match(m, e);
	matcher_free(m);
	query_free(q);
	return answer;
}

static enum tri ask(const struct event *e, const char *condition)
{
	return ask_as(e, condition, QUERY_EVENT_LOG_ENTRY, QUERY_SUBJECT_MESSAGE, NULL);
}

#define T TRI_TRUE
#define F TRI_FALSE
#define U TRI_UNDECIDED

struct expectation {
	const char *condition;
	enum tri expected;
};

static void check(const struct event *e, const struct expectation *list, size_t count,
		  enum query_object object, enum query_subject subject)
{
	for (size_t i = 0; i < count; i++) {
		const enum tri answer = ask_as(e, list[i].condition, object, subject, NULL);

		if (answer != list[i].expected)
			fail_msg("%s: %d, not %d", list[i].condition, answer, list[i].expected);
	}
}

#define CHECK(e, list, object, subject)                                                            \
	check(e, list, sizeof(list) / sizeof((list)[0]), object, subject)

/* ---- Kleene */

static enum tri evaluate(const struct predicate *p)
{
	struct evaluation x = {0};

	return predicate_evaluate(p, &x);
}

static const struct predicate *constant(unsigned v)
{
	return predicate_constant(&arena, (enum tri)v);
}

/* An answer that holds whatever the undecided ones turn out to be, is the answer; and only then. */
static void test_kleene(void **state)
{
	static const enum predicate_kind kinds[] = {PREDICATE_AND, PREDICATE_OR, PREDICATE_XOR};

	(void)state;
	for (unsigned a = 0; a < 3; a++) {
		assert_int_equal(evaluate(predicate_not(&arena, constant(a))), 2 - a);
		for (unsigned b = 0; b < 3; b++)
			for (size_t k = 0; k < 3; k++) {
				const enum tri answer = evaluate(
					predicate_join(&arena, kinds[k], constant(a), constant(b)));
				bool may_be[2] = {false, false};

				for (unsigned x = 0; x <= 2; x += 2)
					for (unsigned y = 0; y <= 2; y += 2) {
						const bool p = x == 2, q = y == 2;

						if ((a != 1 && a != x) || (b != 1 && b != y))
							continue;
						may_be[k == 0   ? p && q
						       : k == 1 ? p || q
								: p != q] = true;
					}
				assert_int_equal(answer, may_be[0] && may_be[1] ? U
							 : may_be[1]            ? T
										: F);
			}
	}
	assert_int_equal(evaluate(predicate_join(&arena, PREDICATE_AND, NULL, NULL)), T);
}

/* De Morgan, and chains that grow past their capacity. */
static void test_chains(void **state)
{
	unsigned seed = 7;

	(void)state;
	for (unsigned n = 0; n < 500; n++) {
		const struct predicate *all = NULL, *none = NULL;
		enum tri least = T;

		for (unsigned i = 0; i < 1 + n % 19; i++) {
			unsigned v;

			seed = seed * 1103515245u + 12345u;
			v = (seed >> 16) % 3;
			least = v < (unsigned)least ? (enum tri)v : least;
			all = predicate_join(&arena, PREDICATE_AND, all, constant(v));
			none = predicate_join(&arena, PREDICATE_OR, none, constant(2 - v));
		}
		assert_int_equal(evaluate(all), least);
		assert_int_equal(evaluate(none), 2 - (unsigned)least);
	}
}

/* ---- Properties */

static void test_entry(void **state)
{
	static const struct expectation list[] = {
		{"$_.EventID -eq 7", T},
		{"$_.EventID -eq '7'", T},
		{"$_.EventID -eq '0x7'", T},
		{"'07' -eq $_.EventID", F},
		{"$_.EventID -in 6,7", T},
		{"$_.EventID -notin 6,7", F},
		{"6,7 -contains $_.EventID", T},
		{"$_.InstanceId -eq 3221225479", T},
		{"$_.Index -eq 5", T},
		{"$_.EntryType -eq 'Error'", T},
		{"$_.EntryType -eq 'err'", T},
		{"$_.EntryType -eq 1", T},
		{"$_.EntryType -ne 'Error'", F},
		{"$_.EntryType -like 'Err*'", T},
		{"'Error' -eq $_.EntryType", T},
		{"$_.Source -eq 'p'", T},
		{"$_.Source -ceq 'p'", F},
		{"$_.MachineName -like 'ex0?'", T},
		{"$_.Site -eq $null", T},
		{"$null -eq $_.UserName", T},
		{"$_.UserName -like 'x*'", F},
		{"$_.UserName -notlike 'x*'", T},
		{"$_.ProviderName -like '*'", T}, /* $null is '' */
		{"$_.ProviderName -like '?*'", F},
		{"$_.ReplacementStrings[0] -eq 'ONE'", T},
		{"$_.ReplacementStrings[-1] -eq 'three'", T},
		{"$_.ReplacementStrings[9] -eq $null", T},
		{"$_.ReplacementStrings -like 't*'", T},
		{"$_.ReplacementStrings -like 'x*'", F},
		{"$_.ReplacementStrings -contains 'TWO'", T},
		{"$_.ReplacementStrings -ccontains 'TWO'", F},
		{"$_.ReplacementStrings.Contains('two')", T},
		{"$_.ReplacementStrings.Contains('Two')", F},
		{"$_.Source.StartsWith('P')", T},
		{"$_.Source.StartsWith('p')", F},
		{"$_.TimeGenerated -lt '2022-01-01'", T},
		{"$_.TimeGenerated -gt [datetime]'11/1/2021'", T},
		{"$_.Category -like '(1)'", U}, /* its text is in a message file */
		{"$_.CategoryNumber -eq 1", T},
		{"-not ($_.EventID -eq 7) -or $_.EventID -gt 6", T},
		{"$true -or $false -and $false", F},  /* equal precedence, left to right */
		{"-not $_.EventID -like '*als*'", T}, /* (-not 7) is False, like *als* */
		{"$_.EventID", T},
		{"$_.Site", F},
	};
	static const char *const strings[] = {"one", "two", "three", NULL};

	(void)state;
	CHECK(event_with(strings), list, QUERY_EVENT_LOG_ENTRY, QUERY_SUBJECT_MESSAGE);
}

static void test_record(void **state)
{
	static const struct expectation list[] = {
		{"$_.Id -eq 7", T},
		{"$_.LogName -eq 'application'", T},
		{"$_.LevelDisplayName -eq 'Error'", T},
		{"$_.Level -le 2", T},
		{"$_.Qualifiers -eq 0xC000", T},
		{"$_.Keywords -eq 0x80000000000000", T},
		{"$_.Properties[0].Value -eq 'ONE'", T},
		{"$_.Properties.Value -contains 'two'", T},
		{"$_.UserId -eq $null", T},
		{"$_.Version -eq $null", T},
		{"$_.TaskDisplayName -eq 'x'", U},
		{"$_.TaskDisplayName -ne 'x'", U},
		{"$_.EventID -eq 7", F}, /* no such property here */
		{"$_.UserId.Value -like 'S-1-*'", F},
		{"$_.UserId.StartsWith('S-1')", U}, /* PowerShell fails */
	};
	static const char *const strings[] = {"one", "two", NULL};

	(void)state;
	CHECK(event_with(strings), list, QUERY_EVENT_LOG_RECORD, QUERY_SUBJECT_MESSAGE);
}

/* A Guid is text without braces; text with them is converted to it. */
static void test_guid_values(void **state)
{
	static const struct expectation list[] = {
		{"$_.Properties[0].Value -eq '{00112233-4455-6677-8899-AABBCCDDEEFF}'", T},
		{"$_.Properties[0].Value -eq '00112233-4455-6677-8899-aabbccddeeff'", T},
		{"$_.Properties[0].Value -ceq '(00112233-4455-6677-8899-AABBCCDDEEFF)'", T},
		{"$_.Properties[0].Value -ne '{00112233-4455-6677-8899-AABBCCDDEEFF}'", F},
		{"$_.Properties[0].Value -eq '{00112233-4455-6677-8899-AABBCCDDEEF0}'", F},
		{"$_.Properties[0].Value -eq '{}'", F},
		{"$_.Properties[0].Value -like '00112233-*ff'", T},
		{"$_.Properties[0].Value -like '{00112233-*'", F},
		{"'00112233-4455-6677-8899-aabbccddeeff' -in $_.Properties.Value", T},
	};
	static const uint8_t bytes[16] = {0x33, 0x22, 0x11, 0x00, 0x55, 0x44, 0x77, 0x66,
					  0x88, 0x99, 0xaa, 0xbb, 0xcc, 0xdd, 0xee, 0xff};
	static const char *const strings[] = {NULL};
	const struct event_data data = {.value = {VALUE_GUID, {bytes, sizeof(bytes)}}};
	struct event *const e = event_with(strings);

	(void)state;
	e->data = &data;
	e->data_count = 1;
	CHECK(e, list, QUERY_EVENT_LOG_RECORD, QUERY_SUBJECT_MESSAGE);
}

static void test_entry_types(void **state)
{
	static const struct {
		uint64_t level, keywords;
		const char *condition;
		enum tri expected;
	} cases[] = {
		{0, 0x8020000000000000ull, "$_.EntryType -eq 'SuccessAudit'", T},
		{0, 0x8010000000000000ull, "$_.EntryType -eq 'FailureAudit'", T},
		{0, 0, "$_.EntryType -eq 0", T},
		{0, 0, "$_.EntryType -eq 'Information'", F},
		{1, 0, "$_.EntryType -eq 'Error'", T}, /* critical counts as an error */
		{3, 0, "$_.EntryType -eq 'Warning'", T},
		{4, 0, "$_.EntryType -eq 'Information'", T},
		{5, 0, "$_.EntryType -eq 'Information'", U},
	};
	static const char *const none[] = {NULL};

	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		struct event *const e = event_with(none);

		e->field[EVENT_LEVEL] = number_value(VALUE_UINT8, cases[i].level, 1);
		e->field[EVENT_KEYWORDS] = number_value(VALUE_HEX64, cases[i].keywords, 8);
		assert_int_equal(ask(e, cases[i].condition), cases[i].expected);
	}
}

/* A record that lost its channel or provider does not answer "no". */
static void test_lost_fields(void **state)
{
	static const char *const none[] = {NULL};
	struct event *const e = event_with(none);

	(void)state;
	memset(&e->field[EVENT_PROVIDER], 0, sizeof(e->field[EVENT_PROVIDER]));
	assert_int_equal(ask(e, "$_.Source -like 'P'"), U);
	assert_int_equal(ask(e, "$_.Source -like 'P' -and $_.EventID -eq 8"), F);
	memset(&e->field[EVENT_ID], 0, sizeof(e->field[EVENT_ID]));
	memset(&e->field[EVENT_COMPUTER], 0, sizeof(e->field[EVENT_COMPUTER]));
	assert_int_equal(ask(e, "$_.EventID -eq 8"), U);
	assert_int_equal(ask(e, "$_.InstanceId -in 8, 9"), U);
	assert_int_equal(ask(e, "$_.MachineName -like 'EX*'"), U);
}

/* ---- Message */

static void test_unknown_wording(void **state)
{
	static const struct expectation list[] = {
		{"$_.Message -ne $null -and $_.Message -like '*deserialize*'", T},
		{"$null -ne $_.Message", T},
		{"$null -eq $_.Message", F},
		{"$_.Message -eq ''", F},
		{"'' -ne $_.Message", T},
		{"$_.Message -like '*binaryformatter.deserialize*'", T},
		{"$_.Message -clike '*binaryformatter.deserialize*'", U},
		{"$_.Message -like '*Formatter?Deser*'", T},
		{"$_.Message -like '*'", T},
		{"$_.Message -notlike '*'", F},
		{"$_.Message -like '*other*'", U},
		{"$_.Message -notlike '*other*'", U},
		{"$_.Message -notlike '*Formatter*'", F},
		{"$_.Message -like 'Binary*'", U},               /* anchored */
		{"$_.Message -like '*one*BinaryFormatter*'", U}, /* over two values */
		{"$_.Message -match 'formatter\\.\\w+'", T},
		{"$_.Message -match '^The'", U},
		{"$_.Message -match '\\bBinary'", U},
		{"$_.Message -match 'Deserialize$'", U},
		{"$_.Message -match '(?=Binary)B'", U},
		{"$_.Message -notmatch 'formatter'", F},
		{"$_.Message -notmatch 'other'", U},
		{"$_.Message.Contains('BinaryFormatter')", T},
		{"$_.Message.Contains('binaryformatter')", U},
		{"$_.Message.StartsWith('x')", U},
		{"$_.Message -eq 'one'", U},
		{"$_.Message -ne 'one'", U},
		{"$_.Message", T},
		{"-not $_.Message", F},
		{"$_.Message -like '*other*' -and $_.EventID -eq 8", F},
		{"$_.Message -like '*other*' -or $_.EventID -eq 7", T},
	};
	static const char *const strings[] = {"one", "BinaryFormatter.Deserialize", NULL};

	(void)state;
	CHECK(event_with(strings), list, QUERY_EVENT_LOG_ENTRY, QUERY_SUBJECT_MESSAGE);
}

static void test_values(void **state)
{
	static const struct expectation list[] = {
		{"$_.Message -like '*binaryformatter.deserialize*'", T},
		{"$_.Message -like '*other*'", F},
		{"$_.Message -notlike '*other*'", T},
		{"$_.Message -like '*one*BinaryFormatter*'", F}, /* one value, not all of them */
		{"$_.Message -eq 'ONE'", T},
		{"$_.Message -ne 'two'", T},
		{"$_.Message -match '^one$'", T},
		{"$_.Message -notmatch 'other'", T},
		{"$_.Message -in 'x','one'", T},
		{"$_.Message", T},
		{"$_.Message.StartsWith('Binary')", T},
	};
	static const char *const strings[] = {"one", "BinaryFormatter.Deserialize", NULL};
	static const char *const none[] = {NULL};
	struct event *const e = event_with(none);

	(void)state;
	CHECK(event_with(strings), list, QUERY_EVENT_LOG_ENTRY, QUERY_SUBJECT_VALUES);
	assert_int_equal(ask_as(e, "$_.Message -like '*x*'", QUERY_EVENT_LOG_ENTRY,
				QUERY_SUBJECT_VALUES, NULL),
			 F);
	e->field[EVENT_MESSAGE] = text_value("a rendered text");
	assert_int_equal(ask_as(e, "$_.Message -like '*rendered*'", QUERY_EVENT_LOG_ENTRY,
				QUERY_SUBJECT_VALUES, NULL),
			 T);
}

static void test_rendered(void **state)
{
	static const struct expectation list[] = {
		{"$_.Message -like 'The service*'", T},
		{"$_.Message -like '*other*'", F},
		{"$_.Message -match 'stopped\\.$'", T},
		{"$_.Message -eq 'the service stopped.'", T},
	};
	static const char *const strings[] = {"other", NULL};
	struct event *const e = event_with(strings);

	(void)state;
	e->field[EVENT_MESSAGE] = text_value("The service stopped.");
	CHECK(e, list, QUERY_EVENT_LOG_ENTRY, QUERY_SUBJECT_MESSAGE);
}

static void test_catalogue(void **state)
{
	static const char *const strings[] = {"1124", "E12",  "c-RTL-AMD64", "15.00.1104.005",
					      "w3wp", "M.E",  "M.E.S.Check", "System.X",
					      "66d7", "15.0", "False",       NULL};
	struct event *const e = event_with(strings);
	struct message_catalogue *catalogue = NULL;
	struct tocsin_error error;
	char path[4096];
	struct view text;

	(void)state;
	if (message_catalogue_load(test_source(path, "data"), &catalogue, &error) ==
	    TOCSIN_UNSUPPORTED) {
		test_skipped(1, "a build without YAML");
		return;
	}
	e->field[EVENT_PROVIDER] = text_value("msexchange common");
	e->field[EVENT_ID] = number_value(VALUE_UINT16, 4999, 2);
	assert_int_equal(message_text(catalogue, e, &arena, &text), MESSAGE_CATALOGUE);
	assert_string_equal(
		utf16_to_utf8(&arena, text, NULL),
		"Watson report about to be sent for process id: 1124, with parameters: E12, "
		"c-RTL-AMD64, 15.00.1104.005, w3wp, M.E, M.E.S.Check, System.X, 66d7, 15.0.\r\n"
		"ErrorReportingEnabled: False");
	/* Words of the template are decided, and so is what is not there. */
	assert_int_equal(ask_as(e, "$_.Message -like 'watson report*1124*E12*'",
				QUERY_EVENT_LOG_ENTRY, QUERY_SUBJECT_MESSAGE, catalogue),
			 T);
	assert_int_equal(ask_as(e, "$_.Message -like '*other*'", QUERY_EVENT_LOG_ENTRY,
				QUERY_SUBJECT_MESSAGE, catalogue),
			 F);
	/* A missing insert renders as itself. */
	e->data_count = 2;
	message_text(catalogue, e, &arena, &text);
	assert_non_null(strstr(utf16_to_utf8(&arena, text, NULL), "E12, %3, %4"));
	message_catalogue_free(catalogue);
}

static void test_fallback(void **state)
{
	static const char *const strings[] = {"rdyboost", "4", NULL};
	struct event *const e = event_with(strings);
	struct view text;

	(void)state;
	e->field[EVENT_ID] = number_value(VALUE_UINT16, 1023, 2);
	e->field[EVENT_SOURCE] = text_value("Perflib");
	assert_int_equal(message_text(NULL, e, &arena, &text), MESSAGE_UNKNOWN);
	assert_string_equal(
		utf16_to_utf8(&arena, text, NULL),
		"The description for Event ID '-1073740801' in Source 'Perflib' cannot be found.  "
		"The local computer may not have the necessary registry information or message "
		"DLL files to display the message, or you may not have permission to access "
		"them.  The following information is part of the event:'rdyboost', '4'");
}

/* ---- Values */

static void test_times(void **state)
{
	static const struct {
		const char *text, *iso;
		bool zone;
	} good[] = {
		{"2021-11-09", "2021-11-09T00:00:00.0000000Z", false},
		{"2021-11-09T12:30:00Z", "2021-11-09T12:30:00.0000000Z", true},
		{"2021-11-09 12:30:00+01:00", "2021-11-09T11:30:00.0000000Z", true},
		{"11/9/2021", "2021-11-09T00:00:00.0000000Z", false},
		{"11/09/2021 1:02:03 PM", "2021-11-09T13:02:03.0000000Z", false},
		{"11/09/2021 12:02 am", "2021-11-09T00:02:00.0000000Z", false},
		{"2021/11/09 23:59", "2021-11-09T23:59:00.0000000Z", false},
		{"November 9, 2021", "2021-11-09T00:00:00.0000000Z", false},
		{"9 Nov 2021 10:00:00.5", "2021-11-09T10:00:00.5000000Z", false},
		{"Nov 9 2021 10:00", "2021-11-09T10:00:00.0000000Z", false},
	};
	static const char *const bad[] = {"",           "yesterday",  "13/13/2021", "2021-02-30",
					  "11/9/2021x", "9 Nox 2021", "11/9",       "25:00"};

	(void)state;
	for (size_t i = 0; i < sizeof(good) / sizeof(good[0]); i++) {
		char text[FILETIME_TEXT];
		uint64_t time;
		bool zone;

		if (!datum_parse_time(utf8_to_utf16(&arena, view_of(good[i].text)), &time, &zone))
			fail_msg("%s", good[i].text);
		filetime_format(text, time);
		assert_string_equal(text, good[i].iso);
		assert_int_equal(zone, good[i].zone);
	}
	for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++) {
		uint64_t time;

		if (datum_parse_time(utf8_to_utf16(&arena, view_of(bad[i])), &time, NULL))
			fail_msg("%s", bad[i]);
	}
}

static void test_regex_rules(void **state)
{
	static const struct expectation list[] = {
		{"'a' -match '\\x61'", T},
		{"'a' -match '\\u0061'", T},
		{"'A' -cmatch 'a'", F},
		{"\"a`vb\" -match 'a\\vb'", T},
		{"\"a`nb\" -match 'a\\vb'", F}, /* \v is one character in .NET */
		{"'[:' -match '^[[:]:$'", T},
		{"'a{b' -match 'a{b'", T},
		{"'a{,2}' -match 'a{,2}'", T},
		{"'x_1' -match '^\\w+$'", T},
		{"'a b' -match '\\bb'", T},
		{"'\xc3\xa4' -match '^\\w$'", T},
		{"\"foo`n\" -match 'foo$'", T},
		{"\"foo`r`n\" -match 'foo$'", F},
		{"'aa' -match '(a)\\1'", T},
		{"'ab' -match '(?<x>a)b'", T},
		{"'abab' -match '^(ab){2}$'", T},
		{"'a-b' -match '[\\w-]b'", T},
		{"'\xf0\x9f\x98\x80' -match '^..$'", T}, /* two UTF-16 units, as in .NET */
		{"'x.y' -match 'x\\.y(?#comment)'", T},
	};
	static const char *const refused[] = {
		"a++",      "a**",       "(?>a",      "[a",    "a)",           "(?|a|b)",
		"\\Qa\\E",  "\\h",       "\\R",       "\\K",   "\\_",          "(*FAIL)",
		"(?R)",     "(?<a-b>x)", "[a-z-[b]]", "*a",    "\\p{IsGreek}", "\\p{Xx}",
		"(?P<n>a)", "\\xg1",     "\\",        "[b-a]", "(?x)a b",
	};
	static const char *const none[] = {NULL};

	(void)state;
	CHECK(event_with(none), list, QUERY_EVENT_LOG_ENTRY, QUERY_SUBJECT_MESSAGE);
	for (size_t i = 0; i < sizeof(refused) / sizeof(refused[0]); i++) {
		struct regex *r;

		if (regex_compile(utf8_to_utf16(&arena, view_of(refused[i])), true, &r, NULL) ==
		    TOCSIN_OK)
			fail_msg("%s is accepted", refused[i]);
	}
}

/* A text without a byte is a text: nothing is unknown about it. */
static void test_empty_text(void **state)
{
	const char *const strings[] = {"s", NULL};
	struct event *const e = event_with(strings);

	(void)state;
	e->field[EVENT_SOURCE] = (struct value){VALUE_STRING, {NULL, 0}};
	assert_int_equal(ask(e, "$_.Source -eq 'P'"), TRI_FALSE);
	assert_int_equal(ask(e, "$_.Source -like '?*'"), TRI_FALSE);
	assert_int_equal(ask(e, "$_.Source -eq ''"), TRI_TRUE);
}

/* Too many steps are an error and no answer. */
static void test_regex_limit(void **state)
{
	char text[64];
	const char *const strings[] = {text, NULL};
	struct query *q = NULL;
	struct matcher *m;
	struct tocsin_error error;

	(void)state;
	memset(text, 'a', sizeof(text));
	text[sizeof(text) - 1] = 0;
	assert_ok(powershell_compile_condition(
		view_of("$_.ReplacementStrings[0] -notmatch '^(a+)+$b'"), QUERY_EVENT_LOG_ENTRY, &q,
		&error));
	m = matcher_new(q, NULL, QUERY_SUBJECT_MESSAGE);
	query_free(NULL);
	{
		const enum tri answer = matcher_match(m, event_with(strings));

		if (answer == TRI_UNDECIDED)
			assert_int_equal(matcher_error(m)->status, TOCSIN_LIMIT);
		else
			assert_int_equal(answer, TRI_TRUE); /* found by a shorter way */
	}
	matcher_free(m);
	query_free(q);
	assert_ok(powershell_compile_condition(
		view_of("$_.ReplacementStrings[0] -notmatch '(x+x+)+y|(a|a)*(a|aa)*[b-d]'"),
		QUERY_EVENT_LOG_ENTRY, &q, &error));
	m = matcher_new(q, NULL, QUERY_SUBJECT_MESSAGE);
	assert_int_equal(matcher_match(m, event_with(strings)), TRI_UNDECIDED);
	assert_int_equal(matcher_error(m)->status, TOCSIN_LIMIT);
	matcher_free(m);
	query_free(q);
	/* What the expression needs is not there: no step is taken. */
	assert_ok(powershell_compile_condition(
		view_of("$_.ReplacementStrings[0] -notmatch '(x+x+)+y|(a|a)*(a|aa)*c'"),
		QUERY_EVENT_LOG_ENTRY, &q, &error));
	m = matcher_new(q, NULL, QUERY_SUBJECT_MESSAGE);
	assert_int_equal(matcher_match(m, event_with(strings)), TRI_TRUE);
	assert_null(matcher_error(m));
	matcher_free(m);
	query_free(q);
}

static int reset(void **state)
{
	(void)state;
	arena_reset(&arena);
	return 0;
}

static int teardown(void **state)
{
	(void)state;
	arena_free(&arena);
	return 0;
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_teardown(test_kleene, reset),
		cmocka_unit_test_teardown(test_chains, reset),
		cmocka_unit_test_teardown(test_entry, reset),
		cmocka_unit_test_teardown(test_record, reset),
		cmocka_unit_test_teardown(test_guid_values, reset),
		cmocka_unit_test_teardown(test_entry_types, reset),
		cmocka_unit_test_teardown(test_lost_fields, reset),
		cmocka_unit_test_teardown(test_unknown_wording, reset),
		cmocka_unit_test_teardown(test_values, reset),
		cmocka_unit_test_teardown(test_rendered, reset),
		cmocka_unit_test_teardown(test_catalogue, reset),
		cmocka_unit_test_teardown(test_fallback, reset),
		cmocka_unit_test_teardown(test_times, reset),
		cmocka_unit_test_teardown(test_regex_rules, reset),
		cmocka_unit_test_teardown(test_empty_text, reset),
		cmocka_unit_test_teardown(test_regex_limit, reset),
	};

	return cmocka_run_group_tests(tests, NULL, teardown);
}
