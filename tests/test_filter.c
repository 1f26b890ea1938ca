/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The filters of `tocsin events`: what each term means, what is refused and where, what stays
 * undecided; times before now; the search for a text in a text.
 */
#include "test.h"

#include "binxml_asm.h"
#include "event_compare.h"

#include "base/limits.h"
#include "base/os.h"
#include "base/timestamp.h"
#include "base/utf_find.h"
#include "format/evtx/writer_event.h"
#include "lang/filter/filter.h"
#include "lang/powershell/powershell.h"

static struct arena arena;

/* ---- Asking */

static struct query *compile(const struct filter_term *terms, size_t count)
{
	struct tocsin_error error = {0};
	struct query *q = NULL;
	size_t term = 99;
	bool others;

	if (filter_compile(terms, count, &q, &others, &term, &error) != TOCSIN_OK)
		fail_msg("term %zu, byte %llu: %s (%s)", term, (unsigned long long)error.offset,
			 error.msg, error.detail);
	return q;
}

static enum tri answer_of(const struct query *q, const struct event *e)
{
	struct matcher *const m = matcher_new(q, NULL, QUERY_SUBJECT_MESSAGE);
	enum tri answer;

	assert_non_null(m);
	answer = matcher_match(m, e);
	assert_int_equal(matcher_match(m, e), answer);
	matcher_free(m);
	return answer;
}

static enum tri ask_all(const struct event *e, const struct filter_term *terms, size_t count)
{
	struct query *const q = compile(terms, count);
	const enum tri answer = answer_of(q, e);

	query_free(q);
	return answer;
}

static enum tri ask(const struct event *e, enum filter_kind kind, const char *text)
{
	const struct filter_term term = {kind, text};

	return ask_all(e, &term, 1);
}

static const struct event *usual_event(void)
{
	static const uint8_t extra[] = {0xde, 0xad, 0xbe, 0xef};
	struct event_maker m;

	event_maker_start(&m, &arena);
	m.event.record_id = 77;
	event_maker_text(&m, EVENT_PROVIDER, "Microsoft-Windows-Security-Auditing");
	event_maker_text(&m, EVENT_SOURCE, "Security, old");
	event_maker_guid(&m, EVENT_PROVIDER_GUID, "{54849625-5478-4994-a5ba-3e3b0328c30d}");
	event_maker_number(&m, EVENT_ID, VALUE_UINT16, 4624);
	event_maker_number(&m, EVENT_QUALIFIERS, VALUE_UINT16, 0xc000);
	event_maker_number(&m, EVENT_LEVEL, VALUE_UINT8, 4);
	event_maker_number(&m, EVENT_KEYWORDS, VALUE_HEX64, 0x8020000000000000ull);
	event_maker_number(&m, EVENT_RECORD_ID, VALUE_UINT64, 5000000000ull);
	event_maker_time(&m, 132804583640951280u);
	event_maker_text(&m, EVENT_CHANNEL, "Security");
	event_maker_text(&m, EVENT_COMPUTER, "EX01.corp.example");
	event_maker_sid(&m, EVENT_USER_ID, "S-1-5-21-1-2-3-500");
	event_maker_string(&m, "TargetUserName", "J\xc3\xbcrgen [admin]*");
	event_maker_integer(&m, "LogonType", VALUE_UINT32, 3);
	event_maker_string(&m, "Empty", "");
	event_maker_integer(&m, "Flag", VALUE_BOOL, 1);
	event_maker_binary(&m, (struct view){extra, sizeof(extra)});
	assert_non_null(event_maker_done(&m));
	return event_copy(&arena, event_maker_done(&m));
}

struct expectation {
	enum filter_kind kind;
	const char *text;
	enum tri answer;
};

#define T TRI_TRUE
#define F TRI_FALSE
#define U TRI_UNDECIDED

static void check(const struct event *e, const struct expectation *list, size_t count)
{
	for (size_t i = 0; i < count; i++) {
		const enum tri answer = ask(e, list[i].kind, list[i].text);

		if (answer != list[i].answer)
			fail_msg("%d `%s`: %d, not %d", list[i].kind, list[i].text, answer,
				 list[i].answer);
	}
}

#define CHECK(e, list) check(e, list, sizeof(list) / sizeof((list)[0]))

/* ---- Meaning */

static void numbers(void **state)
{
	static const struct expectation list[] = {
		{FILTER_ID, "4624", T},
		{FILTER_ID, "4625", F},
		{FILTER_ID, "4624,4625", T},
		{FILTER_ID, "1,4624", T},
		{FILTER_ID, "4600-4624", T},
		{FILTER_ID, "4624-4700", T},
		{FILTER_ID, "4600-4623,4625-4700", F},
		{FILTER_ID, "-4624", T},
		{FILTER_ID, "-4623", F},
		{FILTER_ID, "4624-", T},
		{FILTER_ID, "4625-", F},
		{FILTER_ID, "0-65535", T},
		{FILTER_ID, " 1 , 4620 - 4630 ", T},
		{FILTER_ID, "0x1210", T},
		{FILTER_ID, "4700-4800,4000-5000,4100", T},
		{FILTER_ID, "4625,4623,4625,4623", F},
		{FILTER_LEVEL, "4", T},
		{FILTER_LEVEL, "0", F},
		{FILTER_LEVEL, "information", T},
		{FILTER_LEVEL, "INFO", T},
		{FILTER_LEVEL, "Informational", T},
		{FILTER_LEVEL, "warn", F},
		{FILTER_LEVEL, "critical,error,warning", F},
		{FILTER_LEVEL, "critical-info", T},
		{FILTER_LEVEL, "error - verbose", T},
		{FILTER_LEVEL, "1-3", F},
		{FILTER_LEVEL, "verbose,logalways", F},
		{FILTER_RECORD, "5000000000", T},
		{FILTER_RECORD, "77", F}, /* the header's id only where there is no EventRecordID */
		{FILTER_RECORD, "-4999999999", F},
		{FILTER_RECORD, "4999999999-", T},
		{FILTER_RECORD, "1-2,18446744073709551615", F},
	};

	(void)state;
	CHECK(usual_event(), list);
}

static void names(void **state)
{
	static const struct expectation list[] = {
		{FILTER_PROVIDER, "microsoft-windows-security-auditing", T},
		{FILTER_PROVIDER, "Microsoft-Windows-Security", F},
		{FILTER_PROVIDER, "*security*", T},
		{FILTER_PROVIDER, "Security, old", T}, /* EventSourceName; a comma is a comma */
		{FILTER_PROVIDER, "Microsoft-Windows-Security-Auditin?", T},
		{FILTER_PROVIDER, "Microsoft-[V-X]indows-*", T},
		{FILTER_CHANNEL, "security", T},
		{FILTER_CHANNEL, "Sec*", T},
		{FILTER_CHANNEL, "Sec", F},
		{FILTER_COMPUTER, "ex01", T},
		{FILTER_COMPUTER, "ex01.corp.example", T},
		{FILTER_COMPUTER, "ex01.corp", F},
		{FILTER_COMPUTER, "ex0?", T},
		{FILTER_COMPUTER, "*.corp.example", T},
		{FILTER_COMPUTER, "corp", F},
		{FILTER_COMPUTER, "EX0", F},
		{FILTER_USER, "s-1-5-21-1-2-3-500", T},
		{FILTER_USER, "S-1-5-21-1-2-3-50", F},
		{FILTER_USER, "S-1-5-21-*-500", T},
		{FILTER_USER, "S-1-5-18", F},
		{FILTER_USER, "system", F},
	};

	(void)state;
	CHECK(usual_event(), list);
}

static void well_known_accounts(void **state)
{
	static const struct {
		const char *sid, *names[3];
	} accounts[] = {
		{"S-1-5-18", {"SYSTEM", "nt authority\\system", "s-1-5-18"}},
		{"S-1-5-19", {"Local Service", "NT AUTHORITY\\LOCAL SERVICE", "S-1-5-1?"}},
		{"S-1-5-20", {"network service", "NT Authority\\Network Service", "S-1-5-20"}},
		{"S-1-5-32-544", {"Administrators", "BUILTIN\\administrators", "S-1-5-32-*"}},
	};

	(void)state;
	for (size_t i = 0; i < 4; i++) {
		struct event_maker m;

		event_maker_start(&m, &arena);
		event_maker_sid(&m, EVENT_USER_ID, accounts[i].sid);
		assert_non_null(event_maker_done(&m));
		for (size_t k = 0; k < 3; k++) {
			assert_int_equal(ask(&m.event, FILTER_USER, accounts[i].names[k]), T);
			assert_int_equal(ask(usual_event(), FILTER_USER, accounts[i].names[k]), F);
		}
	}
}

static void texts(void **state)
{
	static const struct expectation list[] = {
		{FILTER_TEXT, "j\xc3\x9cRGEN", T},
		{FILTER_TEXT, "[admin]*", T}, /* no wildcards here */
		{FILTER_TEXT, "[ADMIN]", T},
		{FILTER_TEXT, "J*n", F},
		{FILTER_TEXT, "J?rgen", F},
		{FILTER_TEXT, "`", F},
		{FILTER_TEXT, "TargetUserName", F}, /* a name */
		{FILTER_TEXT, "EventData", F},
		{FILTER_TEXT, "\"", F},
		{FILTER_TEXT, "4624", T},
		{FILTER_TEXT, "49152", T},
		{FILTER_TEXT, "5000000000", T},
		{FILTER_TEXT, "2021-11-04T00:12:44.0951280Z", T},
		{FILTER_TEXT, "0x8020000000000000", T},
		{FILTER_TEXT, "{54849625-5478-4994-A5BA-3E3B0328C30D}", T},
		{FILTER_TEXT, "s-1-5-21-1-2-3-500", T},
		{FILTER_TEXT, "deadbeef", T}, /* the extra bytes, as XML has them */
		{FILTER_TEXT, "true", T},
		{FILTER_TEXT, "Security, old", T},
		{FILTER_TEXT, "securityEX01", F}, /* values are not joined */
	};

	(void)state;
	CHECK(usual_event(), list);
}

static void expressions(void **state)
{
	static const struct expectation list[] = {
		{FILTER_REGEX, "j.rgen", T},  {FILTER_REGEX, "^security$", T},
		{FILTER_REGEX, "^curity", F}, {FILTER_REGEX, "S-1-5-21(-\\d+){4}$", T},
		{FILTER_REGEX, "^$", T}, /* the empty value */
		{FILTER_REGEX, "^dead", T},   {FILTER_REGEX, "LogonType", F},
		{FILTER_REGEX, "^3$", T},
	};
	struct tocsin_error error = {0};
	const struct filter_term term = {FILTER_REGEX, "a"};
	struct query *q = NULL;
	size_t at;
	bool others = false;

	(void)state;
	if (filter_compile(&term, 1, &q, &others, &at, &error) == TOCSIN_UNSUPPORTED) {
		assert_non_null(strstr(error.msg, "no regular expressions"));
		test_skipped(1, "test of regular expressions: built without PCRE2");
		return;
	}
	assert_true(others);
	query_free(q);
	CHECK(usual_event(), list);
}

static void conditions(void **state)
{
	static const struct expectation list[] = {
		{FILTER_WHERE, "$_.Id -eq 4624 -and $_.Properties[1].Value -eq 3", T},
		{FILTER_WHERE, "$_.ProviderName -like '*-Auditing'", T},
		{FILTER_WHERE, "$_.LevelDisplayName -ne 'Information'", F},
		{FILTER_WHERE, "$_.Message -like 'An account*'", U},
		{FILTER_WHERE, "$_.RecordId -gt 4999999999", T},
	};

	(void)state;
	CHECK(usual_event(), list);
}

/* Terms of one kind are alternatives, kinds must all hold, every condition must. */
static void several_terms(void **state)
{
	static const struct {
		struct filter_term terms[6];
		size_t count;
		enum tri answer;
	} cases[] = {
		{{{FILTER_ID, "1"}}, 0, T},
		{{{FILTER_ID, "1"}, {FILTER_ID, "4624"}}, 2, T},
		{{{FILTER_ID, "4624"}, {FILTER_LEVEL, "2"}}, 2, F},
		{{{FILTER_PROVIDER, "x"}, {FILTER_PROVIDER, "y"}, {FILTER_PROVIDER, "*Audit*"}},
		 3,
		 T},
		{{{FILTER_TEXT, "nowhere"}, {FILTER_TEXT, "admin"}, {FILTER_CHANNEL, "Security"}},
		 3,
		 T},
		{{{FILTER_TEXT, "admin"}, {FILTER_CHANNEL, "System"}}, 2, F},
		{{{FILTER_WHERE, "$_.Id -eq 4624"}, {FILTER_WHERE, "$_.Id -eq 1"}}, 2, F},
		{{{FILTER_WHERE, "$_.Id -eq 4624"},
		  {FILTER_WHERE, "$_.Level -eq 4"},
		  {FILTER_WHERE, "$_.LogName -eq 'Security'"},
		  {FILTER_ID, "4624"},
		  {FILTER_RECORD, "1-"}},
		 5,
		 T},
		{{{FILTER_WHERE, "$_.Id -eq 1 -or $_.Id -eq 2"}, {FILTER_ID, "4624"}}, 2, F},
		/* What is certain outweighs what is not. */
		{{{FILTER_WHERE, "$_.Message -like 'An*'"}, {FILTER_ID, "1"}}, 2, F},
		{{{FILTER_WHERE, "$_.Message -like 'An*'"}, {FILTER_ID, "4624"}}, 2, U},
	};

	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		const enum tri answer = ask_all(usual_event(), cases[i].terms, cases[i].count);

		if (answer != cases[i].answer)
			fail_msg("case %zu: %d, not %d", i, answer, cases[i].answer);
	}
}

/* Each expression keeps its own number, whichever way it came into the query. */
static void expressions_of_several_terms(void **state)
{
	static const struct filter_term terms[] = {
		{FILTER_WHERE, "$_.ProviderName -match '^Micro' -and $_.LogName -cmatch '^Sec'"},
		{FILTER_REGEX, "^nowhere$"},
		{FILTER_WHERE, "$_.MachineName -match 'corp' -and $_.LogName -notmatch 'x'"},
		{FILTER_REGEX, "^EX01\\."},
	};
	static const struct filter_term none[] = {
		{FILTER_WHERE, "$_.ProviderName -match '^Micro'"},
		{FILTER_REGEX, "^nowhere$"},
	};
	const struct filter_term probe = {FILTER_REGEX, "a"};
	struct query *q = NULL;
	size_t at;
	bool others;

	(void)state;
	if (filter_compile(&probe, 1, &q, &others, &at, NULL) != TOCSIN_OK) {
		test_skipped(1, "test of several regular expressions: built without PCRE2");
		return;
	}
	query_free(q);
	assert_int_equal(ask_all(usual_event(), terms, 4), T);
	assert_int_equal(ask_all(usual_event(), none, 2), F);
}

/* A condition that is refused leaves the query as it was, whatever of it was read already. */
static void refused_conditions_leave_no_trace(void **state)
{
	static const char *const refused[] = {
		"$_.Id -eq 4624 -and $_.Nonsense.Foo(1)",
		"$_.ProviderName -match 'x' -and $_.Id -eq",
		"$_.ProviderName -match 'x' -and (Get-Date) -gt 1",
		"$_.Nowhere -eq 1 -and $_.Id -foo 1",
	};
	const struct filter_term term = {FILTER_WHERE, "$_.Id -eq 4624 -and $_.Level -eq 4"};
	struct query *const q = compile(&term, 1);
	struct buf before = {0}, after = {0};

	(void)state;
	predicate_dump(&before, q->where);
	for (size_t i = 0; i < sizeof(refused) / sizeof(refused[0]); i++) {
		struct tocsin_error error;

		assert_int_not_equal(powershell_add_condition(view_of(refused[i]), q, &error),
				     TOCSIN_OK);
		buf_clear(&after);
		predicate_dump(&after, q->where);
		assert_string_equal(buf_cstr(&after), buf_cstr(&before));
		assert_int_equal(q->regex_count, 0);
		assert_int_equal(q->warning_count, 0);
		assert_int_equal(answer_of(q, usual_event()), T);
	}
	assert_ok(powershell_add_condition(view_of("$_.Id -eq 1"), q, NULL));
	assert_int_equal(answer_of(q, usual_event()), F);
	buf_free(&before);
	buf_free(&after);
	query_free(q);
}

/* Cheap questions first, whatever the order given; each list once, sorted. */
static void compiled_form(void **state)
{
	static const struct filter_term terms[] = {
		{FILTER_TEXT, "a*b"},
		{FILTER_COMPUTER, "ex01"},
		{FILTER_RECORD, "9-,3"},
		{FILTER_ID, "5,1-3,4,2-3,9"},
		{FILTER_LEVEL, "warn,error"},
		{FILTER_USER, "SYSTEM"},
		{FILTER_WHERE, "$_.Id -eq 1"},
		{FILTER_CHANNEL, "System"},
		{FILTER_CHANNEL, "Application"},
	};
	struct query *const q = compile(terms, sizeof(terms) / sizeof(terms[0]));
	struct buf out = {0};

	(void)state;
	predicate_dump(&out, q->where);
	assert_string_equal(buf_cstr(&out),
			    "(and (within id 1-5 9) (within Level 2-3) (within record-id 3 "
			    "9-) (or (like Channel \"System\") (like Channel "
			    "\"Application\")) (or (like Computer \"ex01\") (like computer-label "
			    "\"ex01\")) (like user-sid \"S-1-5-18\") (eq EventID 1) (like values "
			    "\"*a`*b*\"))");
	buf_free(&out);
	query_free(q);
}

static void level_zero_is_told(void **state)
{
	static const struct {
		const char *text;
		size_t warnings;
	} cases[] = {{"information", 1}, {"error-info", 1},   {"info,0", 0},
		     {"4", 0},           {"-information", 0}, {"logalways-info", 0}};

	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		const struct filter_term term = {FILTER_LEVEL, cases[i].text};
		struct query *const q = compile(&term, 1);

		assert_int_equal(q->warning_count, cases[i].warnings);
		query_free(q);
	}
}

/* ---- Undecided */

/* A record that has lost what every record has is neither in nor out. */
static void lost_fields(void **state)
{
	static const struct expectation list[] = {
		{FILTER_ID, "1-65535", U},    {FILTER_PROVIDER, "x", U},
		{FILTER_PROVIDER, "*", T},    {FILTER_CHANNEL, "Security", U},
		{FILTER_COMPUTER, "ex01", U}, {FILTER_LEVEL, "0-255", F},
		{FILTER_USER, "S-1-5-18", F}, {FILTER_RECORD, "77", T},
		{FILTER_TEXT, "anything", F}, {FILTER_RECORD, "78", F},
	};
	const struct event e = {.record_id = 77};

	(void)state;
	CHECK(&e, list);
}

/* <System> with its provider's name, id, channel and computer there and empty: by the template's
 * slot, without a value, and with nothing in the element. */
static void empty_system(struct binasm *a, bool slots)
{
	static const char *const elements[] = {"EventID", "Channel", "Computer"};

	asm_start(a);
	asm_record(a);
	asm_fragment(a);
	asm_template(a);
	asm_open(a, -1, "Event");
	asm_body(a);
	asm_open(a, 0xffff, "System");
	asm_body(a);
	asm_open_list(a, 0xffff, "Provider");
	asm_attribute(a, "Name");
	asm_slot(a, 0, VALUE_STRING, false);
	asm_8(a, 0x03);
	for (size_t i = 0; i < 3; i++) {
		asm_open(a, 0xffff, elements[i]);
		asm_body(a);
		if (slots)
			asm_slot(a, 0, VALUE_STRING, false);
		asm_close(a);
	}
	asm_close(a);
	asm_close(a);
	asm_template_end(a, a->definition);
	asm_values(a, &(struct asm_value){VALUE_NULL, NULL, 0}, 1);
	asm_record_end(a);
}

/* What is there and empty is not lost: it is none of what could be asked for. */
static void empty_fields(void **state)
{
	static const struct expectation list[] = {
		{FILTER_ID, "0-65535", F},
		{FILTER_PROVIDER, "x", F},
		{FILTER_PROVIDER, "*", T},
		{FILTER_CHANNEL, "Security", F},
		{FILTER_CHANNEL, "*", T},
		{FILTER_COMPUTER, "ex01", F},
		{FILTER_WHERE, "$_.LogName -eq 'Security'", F},
		{FILTER_WHERE, "$_.LogName -eq ''", T},
		{FILTER_WHERE, "$_.Id -eq 0", F},
		{FILTER_WHERE, "$_.Id -ne 4624", T},
		{FILTER_REGEX, "^$", T},
	};
	static struct binasm a;
	struct evtx_chunk_info info;
	const struct event *e;
	struct evtx_loss id;

	(void)state;
	for (unsigned slots = 0; slots < 2; slots++) {
		struct evtx_decoder *const d = evtx_decoder_new();

		empty_system(&a, slots);
		assert_non_null(d);
		evtx_decoder_configure(d, &(struct evtx_options){.no_checksums = true});
		assert_ok(evtx_chunk_open(d, (struct view){a.chunk, ASM_CHUNK}, 4096, 0, &info,
					  NULL));
		assert_ok(evtx_chunk_next(d, &e, &id, NULL));
		CHECK(e, list);
		assert_int_not_equal(event_compare(d, e), COMPARE_DIFFERENT);
		evtx_decoder_free(d);
	}
}

/* An expression that runs away on a value, and finds what it looks for in another one. */
static void expressions_that_take_too_long(void **state)
{
	char text[4001];
	struct event_maker m;
	const struct filter_term slow = {FILTER_REGEX, "^(a+)+$"},
				 good = {FILTER_REGEX, "^(a+)+$|^b$"};
	struct query *q = NULL;
	struct matcher *matcher;
	size_t at;
	bool others;

	(void)state;
	if (filter_compile(&slow, 1, &q, &others, &at, NULL) != TOCSIN_OK) {
		test_skipped(1, "test of a slow expression: built without PCRE2");
		return;
	}
	memset(text, 'a', 4000);
	text[3999] = '!';
	text[4000] = 0;
	event_maker_start(&m, &arena);
	event_maker_string(&m, NULL, text);
	assert_non_null(event_maker_done(&m));
	matcher = matcher_new(q, NULL, QUERY_SUBJECT_MESSAGE);
	assert_null(matcher_error(matcher));
	assert_int_equal(matcher_match(matcher, &m.event), U);
	assert_non_null(matcher_error(matcher));
	assert_int_equal(matcher_error(matcher)->status, TOCSIN_LIMIT);
	matcher_free(matcher);
	query_free(q);
	event_maker_string(&m, NULL, "b");
	assert_non_null(event_maker_done(&m));
	assert_int_equal(ask(&m.event, FILTER_REGEX, good.text), T);
}

/* ---- Refused */

static void errors(void **state)
{
	static const struct {
		enum filter_kind kind;
		const char *text;
		enum tocsin_status status;
		uint64_t offset;
		const char *msg, *detail; /* parts */
	} cases[] = {
		{FILTER_ID, "", TOCSIN_SYNTAX, 0, "event id", "empty"},
		{FILTER_ID, "1,,2", TOCSIN_SYNTAX, 2, "event id", "empty"},
		{FILTER_ID, "1,", TOCSIN_SYNTAX, 2, "event id", "4624,4625,4700-4710"},
		{FILTER_ID, ",1", TOCSIN_SYNTAX, 0, "event id", "empty"},
		{FILTER_ID, "1, ,2", TOCSIN_SYNTAX, 3, "event id", "empty"},
		{FILTER_ID, "-", TOCSIN_SYNTAX, 0, "no end", "A-"},
		{FILTER_ID, "1, - ", TOCSIN_SYNTAX, 3, "no end", "-B"},
		{FILTER_ID, "1-2-3", TOCSIN_SYNTAX, 3, "comma", ""},
		{FILTER_ID, "1 2", TOCSIN_SYNTAX, 2, "comma", ""},
		{FILTER_ID, "4710-4700", TOCSIN_SYNTAX, 0, "backwards", "4700-4710"},
		{FILTER_ID, "1,9-8", TOCSIN_SYNTAX, 2, "backwards", "8-9"},
		{FILTER_ID, "65536", TOCSIN_SYNTAX, 0, "large", "65535"},
		{FILTER_ID, "1-65536", TOCSIN_SYNTAX, 2, "large", "65535"},
		{FILTER_ID, "99999999999999999999", TOCSIN_SYNTAX, 0, "large", "65535"},
		{FILTER_ID, "abc", TOCSIN_SYNTAX, 0, "event id", "4624"},
		{FILTER_ID, "1,+2", TOCSIN_SYNTAX, 2, "event id", "4624"},
		{FILTER_ID, "4624;4625", TOCSIN_SYNTAX, 0, "event id", "4624"},
		{FILTER_ID, "error", TOCSIN_SYNTAX, 0, "event id", "4624"},
		{FILTER_LEVEL, "errors", TOCSIN_SYNTAX, 0, "level", "critical"},
		{FILTER_LEVEL, "256", TOCSIN_SYNTAX, 0, "large", "255"},
		{FILTER_LEVEL, "warning-error", TOCSIN_SYNTAX, 0, "backwards", "2-3"},
		{FILTER_RECORD, "18446744073709551616", TOCSIN_SYNTAX, 0, "large",
		 "18446744073709551615"},
		{FILTER_RECORD, "x", TOCSIN_SYNTAX, 0, "record id", "1000-2000"},
		{FILTER_PROVIDER, "", TOCSIN_SYNTAX, 0, "name is expected", ""},
		{FILTER_PROVIDER, "\xc3\xa9[a", TOCSIN_INVALID, 2, "wildcard", "`["},
		{FILTER_CHANNEL, "\xf0\x9f\x98\x80\xc3\xa9[z-a]", TOCSIN_INVALID, 6, "wildcard",
		 "backwards"},
		{FILTER_COMPUTER, "a\xff", TOCSIN_SYNTAX, 1, "UTF-8", ""},
		{FILTER_USER, "", TOCSIN_SYNTAX, 0, "SID", "S-1-5-21"},
		{FILTER_USER, "jdoe", TOCSIN_SYNTAX, 0, "SID", "SYSTEM"},
		{FILTER_TEXT, "", TOCSIN_SYNTAX, 0, "empty text", ""},
		{FILTER_TEXT, "\xed\xa0\x80", TOCSIN_SYNTAX, 0, "UTF-8", ""},
		{FILTER_REGEX, "", TOCSIN_SYNTAX, 0, "empty expression", ""},
		{FILTER_WHERE, "$_.Id -eq", TOCSIN_SYNTAX, 9, "", ""},
		{FILTER_WHERE, "Get-Process", TOCSIN_SYNTAX, 0, "", ""},
		{FILTER_WHERE, " \t", TOCSIN_SYNTAX, 0, "condition is expected", ""},
	};

	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		const struct filter_term terms[] = {{FILTER_ID, "1"},
						    {cases[i].kind, cases[i].text}};
		struct tocsin_error error = {0};
		struct query *q = NULL;
		size_t term = 99;
		bool others = true;
		const enum tocsin_status status =
			filter_compile(terms, 2, &q, &others, &term, &error);

		if (status == TOCSIN_UNSUPPORTED && cases[i].kind == FILTER_REGEX)
			continue;
		if (status == TOCSIN_OK || term != 1 || q || !others ||
		    (cases[i].kind != FILTER_WHERE &&
		     (status != cases[i].status || error.offset != cases[i].offset)) ||
		    !strstr(error.msg, cases[i].msg) || !strstr(error.detail, cases[i].detail))
			fail_msg("%d `%s`: %s, term %zu, byte %llu: %s (%s)", cases[i].kind,
				 cases[i].text, tocsin_status_name(status), term,
				 (unsigned long long)error.offset, error.msg, error.detail);
	}
}

static void places_in_expressions(void **state)
{
	const struct filter_term term = {FILTER_REGEX, "\xc3\xa9(a"};
	struct tocsin_error error = {0};
	struct query *q = NULL;
	size_t at;
	bool others;
	const enum tocsin_status status = filter_compile(&term, 1, &q, &others, &at, &error);

	(void)state;
	assert_int_not_equal(status, TOCSIN_OK);
	assert_true(error.offset <= strlen(term.text));
}

static void texts_that_are_too_long(void **state)
{
	char *const text = malloc(LIMIT_PATTERN_UNITS + 2);
	const struct filter_term term = {FILTER_TEXT, text};
	struct tocsin_error error;
	struct query *q = NULL;
	size_t at;
	bool others;

	(void)state;
	memset(text, 'a', LIMIT_PATTERN_UNITS + 1);
	text[LIMIT_PATTERN_UNITS + 1] = 0;
	assert_status(filter_compile(&term, 1, &q, &others, &at, &error), TOCSIN_LIMIT);
	assert_int_equal(error.offset, LIMIT_PATTERN_UNITS);
	text[LIMIT_PATTERN_UNITS - 2] = 0;
	assert_ok(filter_compile(&term, 1, &q, &others, &at, &error));
	query_free(q);
	free(text);
}

/* ---- Times before now */

static void times_before_now(void **state)
{
	static const struct {
		const char *text;
		const char *is; /* NULL: refused */
	} cases[] = {
		{"90s", "2021-11-03T11:58:30.0000000Z"},
		{"30m", "2021-11-03T11:30:00.0000000Z"},
		{"12h", "2021-11-03T00:00:00.0000000Z"},
		{"7d", "2021-10-27T12:00:00.0000000Z"},
		{"2w", "2021-10-20T12:00:00.0000000Z"},
		{"0s", "2021-11-03T12:00:00.0000000Z"},
		{"007d", "2021-10-27T12:00:00.0000000Z"},
		{"999999d", "1601-01-01T00:00:00.0000000Z"},
		{"2021-11-01", "2021-11-01T00:00:00.0000000Z"},
		{"7", NULL},
		{"d", NULL},
		{"", NULL},
		{"7D", NULL},
		{"7y", NULL},
		{"-7d", NULL},
		{"7 d", NULL},
		{"7dd", NULL},
		{"7.5d", NULL},
		{"99999999999999999999s", NULL},
		{"99999999999999999w", NULL},
	};
	uint64_t now;

	(void)state;
	assert_ok(filetime_parse("2021-11-03T12:00:00Z", false, &now));
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		for (int end = 0; end < 2; end++) {
			char text[FILETIME_TEXT];
			uint64_t t = 1;

			if (!cases[i].is) {
				assert_status(filetime_parse_relative(cases[i].text, end, now, &t),
					      TOCSIN_USAGE);
				assert_int_equal(t, 1);
				continue;
			}
			if (end && strchr(cases[i].text, '-'))
				continue;
			assert_ok(filetime_parse_relative(cases[i].text, end, now, &t));
			(void)filetime_format(text, t);
			assert_string_equal(text, cases[i].is);
		}
	}
	assert_true(filetime_now() > now);
}

/* ---- Text in text */

static uint32_t next(uint64_t *seed)
{
	*seed = *seed * 6364136223846793005u + 1442695040888963407u;
	return (uint32_t)(*seed >> 33);
}

/* Few different units, so that needles nearly fit; some of them share their low byte. */
static void fill(uint8_t *p, size_t units, uint64_t *seed)
{
	static const uint16_t alphabet[] = {'a', 'A', 'b', 0x161, 0x160, 0x2161, 0xd83d, 'B'};
	const uint32_t many = 1 + next(seed) % 8;

	for (size_t i = 0; i < units; i++)
		put16(p + 2 * i, alphabet[next(seed) % many]);
}

static void finding_is_what_trying_gives(void **state)
{
	uint64_t seed = 7;
	unsigned found = 0;

	(void)state;
	for (unsigned round = 0; round < 100000; round++) {
		uint8_t text[128], needle[32];
		const struct view t = {text, next(&seed) % sizeof(text)};
		const struct view n = {needle, next(&seed) % (round % 2 ? 8 : sizeof(needle))};
		const bool nocase = next(&seed) % 2;
		const struct utf16_finder *f;

		fill(text, sizeof(text) / 2, &seed);
		fill(needle, sizeof(needle) / 2, &seed);
		if (n.n > 2 && t.n > n.n && round % 3 == 0)
			memcpy(needle, text + (next(&seed) % ((t.n - n.n) / 2 + 1)) * 2, n.n);
		f = utf16_finder_new(&arena, n, nocase);
		assert_non_null(f);
		found += utf16_find(f, t);
		if (utf16_find(f, t) != utf16_contains(t, n, nocase))
			fail_msg("round %u", round);
		arena_reset(&arena);
	}
	assert_in_range(found, 20000, 80000);
}

/* The worst pair takes steps by the sum of its lengths: 2,000 searches would be minutes. */
static void finding_does_not_take_long(void **state)
{
	const size_t units = 32768, long_needle = 4000;
	uint8_t *const text = malloc(2 * units), *const needle = malloc(2 * long_needle);
	const uint64_t before = os_clock();
	const struct utf16_finder *f;

	(void)state;
	for (size_t i = 0; i < units; i++)
		put16(text + 2 * i, 'a');
	for (size_t i = 0; i < long_needle; i++)
		put16(needle + 2 * i, 'A');
	put16(needle + 2 * (long_needle / 2), 'b');
	f = utf16_finder_new(&arena, (struct view){needle, 2 * long_needle}, true);
	assert_non_null(f);
	for (unsigned i = 0; i < 500; i++)
		assert_false(utf16_find(f, (struct view){text, 2 * units}));
	put16(text + 2 * (units - long_needle / 2), 'B');
	assert_true(utf16_find(f, (struct view){text, 2 * units}));
	assert_true(os_clock() - before < 20000000000u);
	/* Longer than a record, and not looked at. */
	assert_null(utf16_finder_new(&arena, (struct view){text, 2 * 65536}, true));
	free(text);
	free(needle);
}

static int free_arena(void **state)
{
	(void)state;
	arena_free(&arena);
	return 0;
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(numbers),
		cmocka_unit_test(names),
		cmocka_unit_test(well_known_accounts),
		cmocka_unit_test(texts),
		cmocka_unit_test(expressions),
		cmocka_unit_test(conditions),
		cmocka_unit_test(several_terms),
		cmocka_unit_test(expressions_of_several_terms),
		cmocka_unit_test(refused_conditions_leave_no_trace),
		cmocka_unit_test(compiled_form),
		cmocka_unit_test(level_zero_is_told),
		cmocka_unit_test(lost_fields),
		cmocka_unit_test(empty_fields),
		cmocka_unit_test(expressions_that_take_too_long),
		cmocka_unit_test(errors),
		cmocka_unit_test(places_in_expressions),
		cmocka_unit_test(texts_that_are_too_long),
		cmocka_unit_test(times_before_now),
		cmocka_unit_test(finding_is_what_trying_gives),
		cmocka_unit_test(finding_does_not_take_long),
	};

	return cmocka_run_group_tests(tests, NULL, free_arena);
}
