/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Prefilters: plans by their text, and that no event is passed over which is not answered FALSE, or
 * whose evaluation says something. Each event stands in a chunk of its own, so that the chunk's
 * bytes are the record's and its templates'.
 */
#include "test.h"

#include "base/find_literals.h"
#include "evtx_memory.h"
#include "lang/filter/filter.h"
#include "lang/powershell/powershell.h"
#include "query/prefilter.h"
#include "query/regex.h"
#include "query/regex_literals.h"

/* ---- Plans */

static void assert_plan(const struct query *q, enum query_subject subject, const char *what,
			const char *want)
{
	struct tocsin_error error = {0};
	struct prefilter *p = NULL;
	struct buf text = {0};

	assert_ok(prefilter_new(q, NULL, subject, &p, &error));
	prefilter_dump(&text, p);
	if (strcmp(buf_cstr(&text), want))
		fail_msg("%s: %s, not %s", what, buf_cstr(&text), want);
	buf_free(&text);
	prefilter_free(p);
}

/* The plan with a Message of unknown wording, and with one that is looked for in values. */
static void plans(const char *condition, const char *message, const char *values)
{
	struct tocsin_error error = {0};
	struct query *q = NULL;

	if (powershell_compile_condition(view_of(condition), QUERY_EVENT_LOG_RECORD, &q, &error) !=
	    TOCSIN_OK)
		fail_msg("%s: %s (%s)", condition, error.msg, error.detail);
	assert_plan(q, QUERY_SUBJECT_MESSAGE, condition, message);
	assert_plan(q, QUERY_SUBJECT_VALUES, condition, values);
	query_free(q);
}

static void plan(const char *condition, const char *both)
{
	plans(condition, both, both);
}

static void command_plans(const char *command, const char *message, const char *values)
{
	struct tocsin_error error = {0};
	struct query *q = NULL;

	assert_ok(powershell_compile(view_of(command), &q, &error));
	assert_plan(q, QUERY_SUBJECT_MESSAGE, command, message);
	assert_plan(q, QUERY_SUBJECT_VALUES, command, values);
	query_free(q);
}

static void test_commands(void **state)
{
	(void)state;
	command_plans("Get-EventLog -LogName Application -Source \"MSExchange Common\" -EntryType "
		      "Error | Where-Object { $_.Message -like \"*BinaryFormatter.Deserialize*\" }",
		      "any of \"msexchange common\"", "any of \"binaryformatter.deserialize\"");
	/* What passes the parameters is counted, so that those alone can be looked for. */
	command_plans("Get-EventLog -LogName Application -Newest 5 | Where-Object { $_.Message "
		      "-like \"*BinaryFormatter.Deserialize*\" }",
		      "any of \"application\"", "any of \"application\"");
	command_plans("Get-WinEvent -MaxEvents 5 -FilterHashtable @{LogName='Application'; "
		      "ProviderName='MSExchange Common'} | Where-Object Message -like '*abcgh*'",
		      "any of \"msexchange common\"", "any of \"msexchange common\"");
}

static void test_conditions(void **state)
{
	(void)state;
	plan("$_.ProviderName -eq 'MSExchange Common'", "any of \"MSExchange Common\"");
	plan("'MSExchange Common' -eq $_.ProviderName", "any of \"MSExchange Common\"");
	plan("$_.ProviderName -ne 'MSExchange Common'", "none");
	plan("-not ($_.ProviderName -ne 'MSExchange Common')", "any of \"MSExchange Common\"");
	plan("$_.ProviderName -in 'First One','Second'", "any of \"First One\" \"Second\"");
	plan("'First One','Second' -contains $_.ProviderName", "any of \"First One\" \"Second\"");
	plan("$_.ProviderName -in 'First One',$null", "none");
	plan("$_.ProviderName -in 'First One',5", "none");
	plan("$_.ProviderName -eq $null", "none");
	plan("$_.ProviderName -like 'A?cgh*Common[xy]mon'", "any of \"common\"");
	plan("$_.ProviderName.Contains('Exchange')", "any of \"Exchange\"");
	plan("$_.ProviderName -gt 'Exchange'", "none");
	plan("$_.ProviderName -eq 'Ab'", "none");
	/* Channels are in all records: anything else is better. */
	plan("$_.LogName -eq 'Application'", "any of \"Application\"");
	plan("$_.LogName -eq 'Application' -and $_.ProviderName -eq 'Outlook'",
	     "any of \"Outlook\"");
	plan("$_.LogName -eq 'Application' -or $_.ProviderName -eq 'Outlook'",
	     "any of \"Application\" \"Outlook\"");
	plan("$_.LogName -eq 'Application' -or $_.Id -eq 5", "none");
	plan("$_.LogName -eq 'Application' -xor $_.ProviderName -eq 'Outlook'", "none");
	plan("-not ($_.LogName -ne 'Application' -or $_.ProviderName -ne 'Outlook')",
	     "any of \"Outlook\"");
	plan("-not ($_.LogName -ne 'Application' -and $_.ProviderName -ne 'Outlook')",
	     "any of \"Application\" \"Outlook\"");
	/* A value of some types is unknown, and a comparison with it undecided. */
	plan("$_.Properties[0].Value -eq 'BinaryFormatter'", "none");
	plan("$_.LevelDisplayName -eq 'Warning'", "none");
	plans("$_.Message -like '*BinaryFormatter*'", "none", "any of \"binaryformatter\"");
	plans("$_.Message -match 'Binary.+Formatter'", "none", "any of \"formatter\"");
	plans("$_.Message -notmatch 'Binary.+Formatter'", "none", "none");
	plans("$_.Message -like '*BinaryFormatter*' -or $_.Message -like '*Kerberos*'", "none",
	      "any of \"binaryformatter\" \"kerberos\"");
	plans("$_.Message.Contains('BinaryFormatter')", "none", "any of \"BinaryFormatter\"");
	/* What fails must be told: it may stand before what is looked for only where it can't. */
	plan("$_.Properties[0].Value -gt 7 -and $_.ProviderName -eq 'Outlook'", "none");
	plan("$_.ProviderName -eq 'Outlook' -and $_.Properties[0].Value -gt 7",
	     "any of \"Outlook\"");
	plan("$_.Id -gt 7 -and $_.ProviderName -eq 'Outlook'", "any of \"Outlook\"");
	plan("$_.TimeCreated -gt '2021-11-03' -and $_.ProviderName -eq 'Outlook'",
	     "any of \"Outlook\"");
	plans("$_.Message -match '(a|b)+c' -and $_.ProviderName -eq 'Outlook'", "none", "none");
	plans("$_.Message -match 'Kerberos' -and $_.ProviderName -match 'Outlook'", "none",
	      "any of \"kerberos\"");
}

static void test_formatted(void **state)
{
	static const char *const spelled[] = {"-1.#IND", "1e+005",     "cafe",      "{00aa-bb}",
					      "0x1F",    "S-1-5",      "T09:12:44", "2021-11-03",
					      "rue",     "False",      "-12",       "AbCd0123",
					      "x1f",     "S-1-0xab-2", "#inf",      "F-{}"};
	static const char *const words[] = {"falsehood", "trues",  "cafes.", "S-1-5-18 ",
					    "0x1g",      "Indian", "ex01",   "sexec",
					    "1xa",       "#INFO",  "e-s"};
	char condition[100], want[100];

	(void)state;
	for (size_t i = 0; i < sizeof(spelled) / sizeof(*spelled); i++) {
		snprintf(condition, sizeof(condition), "$_.ProviderName -like '*%s*'", spelled[i]);
		plan(condition, "none");
	}
	for (size_t i = 0; i < sizeof(words) / sizeof(*words); i++) {
		snprintf(condition, sizeof(condition), "$_.ProviderName -clike '*%s*'", words[i]);
		snprintf(want, sizeof(want), "any of \"%s\"", words[i]);
		plan(condition, want);
	}
}

static void filter_plan(const struct filter_term *terms, size_t count, const char *want)
{
	struct tocsin_error error = {0};
	struct query *q = NULL;
	bool others;
	size_t term;

	assert_ok(filter_compile(terms, count, &q, &others, &term, &error));
	assert_plan(q, QUERY_SUBJECT_MESSAGE, terms[0].text, want);
	query_free(q);
}

static void test_filters(void **state)
{
	static const struct filter_term texts[] = {{FILTER_TEXT, "mimikatz"},
						   {FILTER_TEXT, "SekurLSA"}};
	static const struct filter_term provider[] = {{FILTER_PROVIDER, "MSExchange*"},
						      {FILTER_ID, "6,8"}};
	static const struct filter_term both[] = {{FILTER_TEXT, "kerberos ticket"},
						  {FILTER_CHANNEL, "Security"},
						  {FILTER_COMPUTER, "workstation"}};
	static const struct filter_term nothing[] = {{FILTER_ID, "4624"}};

	(void)state;
	filter_plan(texts, 2, "any of \"mimikatz\" \"sekurlsa\"");
	filter_plan(provider, 2, "any of \"msexchange\"");
	filter_plan(both, 3, "any of \"kerberos ticket\"");
	filter_plan(both + 2, 1, "any of \"workstation\"");
	filter_plan(nothing, 1, "none");
}

/* ---- Expressions */

static void assert_literals(const char *pattern, bool nocase, const char *want)
{
	struct arena a = {0};
	const struct view *list = NULL;
	const size_t n = regex_literals(&a, utf8_to_utf16(&a, view_of(pattern)), nocase, &list);
	struct buf text = {0};

	for (size_t i = 0; i < n; i++) {
		if (i)
			buf_byte(&text, '|');
		utf16_append(&text, list[i], UTF_PLAIN);
	}
	if (strcmp(buf_cstr(&text), want))
		fail_msg("%s: %s, not %s", pattern, buf_cstr(&text), want);
	buf_free(&text);
	arena_free(&a);
}

static void test_regex_literals(void **state)
{
	(void)state;
	assert_literals("PowerShell", true, "powershell");
	assert_literals("power(?:shell|cat)\\.exe", true, "powershell.exe|powercat.exe");
	assert_literals("first|second|third", true, "first|second|third");
	assert_literals("first|second|.*", true, "");
	assert_literals("first|second|", true, "");
	assert_literals("colou?rful", true, "colourful|colorful");
	assert_literals("(abc)?def", true, "abcdef|def");
	assert_literals("abc*defg", true, "defg");
	assert_literals("abcd+e", true, "abcd");
	assert_literals("xy{3}z", true, "xyyyz");
	assert_literals("xy{0}zzz", true, "zzz");
	assert_literals("xy{2,}zw", true, "xyy");
	assert_literals("xy{2,3}", true, "xyy");
	assert_literals("x{,3}yq", true, "x{,3}yq");
	assert_literals("xyz{a}", true, "xyz{a}");
	assert_literals("[Pp]ower[Ss]hell", true, "powershell");
	assert_literals("[kx]ylo", true, "kylo|xylo");
	assert_literals("[^k]ylo", true, "ylo");
	assert_literals("[]a]ylo", true, "]ylo|aylo");
	assert_literals("[a-c]ylo[\\d]kw", true, "ylo");
	assert_literals("[a-]ylo", true, "aylo|-ylo");
	assert_literals("[\\w]\\w\\W\\s\\p{Lu}\\d", true, "");
	assert_literals("^\\bGet-App\\b$", true, "get-app");
	assert_literals("a(?=bcd)efgh", true, "efgh");
	assert_literals("abc(?!x)(?<!y)(?<=z)", true, "abc");
	assert_literals("(?>ab|abc)d", true, "abd|abcd");
	assert_literals("(?<name>abc)\\k<name>defg", true, "defg");
	assert_literals("(abc)\\1defg", true, "defg");
	assert_literals("(?i)abc(?-i:DEF)(?#no)g", false, "abcdefg");
	assert_literals("\\x41\\u0042\\t\\\\\\.\\cA", true, "ab\t\\.\x01");
	assert_literals("ab\\0cde", true, "cde");
	assert_literals("Straße", true, "stra");
	assert_literals("Straße", false, "straße");
	assert_literals("(?i)Straße", false, "stra");
	assert_literals("a.b.c", true, "b");
	assert_literals("", true, "");
	assert_literals("(((((x)))))", true, "x");
	/* More texts than a set may have: it goes on with the last. */
	assert_literals("[ab][ab][ab][ab][ab][ab][ab]wxyz", true, "awxyz|bwxyz");
}

/* ---- Properties: random conditions over random events */

#define CONDITIONS 40u
#define EVENTS 30u

static uint64_t random_state = 0x2545f4914f6cdd1du;

static unsigned random_below(unsigned n)
{
	random_state ^= random_state << 13;
	random_state ^= random_state >> 7;
	random_state ^= random_state << 17;
	return (unsigned)((random_state >> 33) % n);
}

static const char *const words[] = {
	"Application",
	"Security",
	"MSExchange Common",
	"Outlook",
	"ex01.example.org",
	"ex01",
	"BinaryFormatter",
	"Deserialize",
	"cafe",
	"cafebabe",
	"true",
	"False",
	"falsehood",
	"0x1f",
	"1.#INF",
	"-1.#IND",
	"S-1-5-18",
	"2021-11-03",
	"Kelvin",
	"stra\xc3\x9f"
	"e",
	"\xd0\x9f\xd0\xb0\xd1\x80\xd0\xbe\xd0\xbb\xd1\x8c",
	"mimikatz",
	"ab",
	"",
	"4999",
	"42",
	"{0b5a7c11-2f4e-4d0e-9a3b-5c6d7e8f9011}",
	"Warning",
	"a b",
	"k\xc5\xbf"
	"K",
	"\xe2\x84\xaa"
	"elvin",
	"SYSTEM",
	"000102AB",
};

#define WORDS (sizeof(words) / sizeof(*words))

/* A word or two, some letters in the other case, or a part of it. */
static const char *random_text(struct arena *a)
{
	char text[200];
	size_t n;

	snprintf(text, sizeof(text), "%s%s%s", words[random_below(WORDS)],
		 random_below(5) ? "" : " ", random_below(5) ? "" : words[random_below(WORDS)]);
	n = strlen(text);
	for (size_t i = 0; i < n; i++)
		if (((text[i] | 32) >= 'a' && (text[i] | 32) <= 'z') && !random_below(6))
			text[i] = (char)(text[i] ^ 32);
	if (n > 5 && !random_below(3) && !(text[3] & 0x80))
		return arena_string(a, text + 3);
	return arena_string(a, text);
}

static struct view random_utf16(struct arena *a)
{
	return utf8_to_utf16(a, view_of(random_text(a)));
}

/* One of those that are in many events. */
static struct view random_word(struct arena *a)
{
	return utf8_to_utf16(a, view_of(words[random_below(11)]));
}

static void random_value(struct event_maker *m, const char *name)
{
	static const uint8_t types[] = {VALUE_INT8,   VALUE_UINT8, VALUE_INT32,    VALUE_UINT32,
					VALUE_INT64,  VALUE_FLOAT, VALUE_DOUBLE,   VALUE_BOOL,
					VALUE_BINARY, VALUE_GUID,  VALUE_FILETIME, VALUE_SYSTEMTIME,
					VALUE_HEX32,  VALUE_HEX64, VALUE_SIZE};
	static const size_t sizes[] = {1, 1, 4, 4, 8, 4, 8, 4, 5, 16, 8, 16, 4, 8, 8};
	const unsigned i = random_below(sizeof(types));
	uint8_t *const bytes = arena_alloc(m->arena, 16);
	struct view v = {bytes, sizes[i]};

	for (size_t k = 0; k < 16; k++)
		bytes[k] = (uint8_t)(random_below(2) ? random_below(256) : random_below(2));
	if (types[i] == VALUE_FLOAT && random_below(2))
		put32(bytes, random_below(2) ? 0x7f800000u : 0xffc00000u);
	event_maker_value(m, name, types[i], v);
}

static const struct event *random_event(struct event_maker *m, struct arena *a)
{
	static const char *const names[] = {"Name", "Other", NULL};
	const char *const name = names[random_below(3)];

	event_maker_start(m, a);
	event_maker_text(m, EVENT_PROVIDER, words[2 + random_below(2)]);
	if (!random_below(3))
		event_maker_text(m, EVENT_SOURCE, random_text(a));
	event_maker_text(m, EVENT_CHANNEL, words[random_below(2)]);
	event_maker_text(m, EVENT_COMPUTER, words[4 + random_below(2)]);
	event_maker_number(m, EVENT_ID, VALUE_UINT16, random_below(3) ? 42 : 4999);
	event_maker_number(m, EVENT_QUALIFIERS, VALUE_UINT16, 0);
	event_maker_number(m, EVENT_LEVEL, VALUE_UINT8, random_below(7));
	event_maker_number(m, EVENT_TASK, VALUE_UINT16, random_below(2));
	event_maker_number(m, EVENT_KEYWORDS, VALUE_HEX64, 0x80000000000000u);
	event_maker_time(m, MEMORY_TIME + random_below(1000));
	if (random_below(2))
		event_maker_sid(m, EVENT_USER_ID, "S-1-5-18");
	if (!random_below(4))
		event_maker_text(m, EVENT_MESSAGE, random_text(a));
	for (unsigned k = random_below(6); k; k--) {
		if (random_below(4))
			event_maker_string(m, name, random_text(a));
		else
			random_value(m, name ? name : "Name");
	}
	if (!random_below(4))
		event_maker_binary(m, (struct view){(const uint8_t *)"\0\1\2\xab", 4});
	return event_maker_done(m);
}

static struct datum random_literal(struct arena *a, bool list)
{
	const unsigned kind = random_below(list ? 12 : 10);
	struct datum d = datum_null();

	if (kind < 6)
		return datum_text(random_below(2) ? random_utf16(a) : random_word(a));
	if (kind == 6)
		return datum_int(random_below(2) ? 42 : random_below(100));
	if (kind == 7)
		return datum_bool(random_below(2));
	if (kind == 8)
		return random_below(2) ? datum_time(MEMORY_TIME) : datum_double(0.5);
	if (kind > 9) {
		struct datum *const items = arena_array(a, 3, sizeof(*items));
		const size_t n = random_below(4);

		for (size_t i = 0; i < n; i++)
			items[i] = random_below(4) ? datum_text(random_utf16(a))
						   : random_literal(a, false);
		d.type = DATUM_LIST;
		d.as.list.items = items;
		d.as.list.count = n;
	}
	return d;
}

static struct predicate *random_predicate(struct query *q, unsigned depth);

static struct operand random_operand(struct query *q, unsigned depth, bool left)
{
	struct operand o = {.kind = OPERAND_LITERAL};

	switch (random_below(13)) {
	case 0:
	case 1:
	case 2:
		return operand_field((enum event_field)random_below(EVENT_FIELD_COUNT));
	case 3:
	case 4:
		return operand_property((enum property)random_below(PROPERTY_COUNT));
	case 5:
		o.kind = OPERAND_STRING;
		o.as.index = (int64_t)random_below(4) - 1;
		return o;
	case 6:
		o.kind = random_below(2) ? OPERAND_STRINGS : OPERAND_DATA_LIST;
		return o;
	case 7:
		o.kind = OPERAND_DATA;
		o.as.index = random_below(3);
		return o;
	case 8:
		o.kind = OPERAND_NAMED;
		o.as.name = utf8_to_utf16(&q->arena, view_of("Name"));
		return o;
	case 9:
	case 10:
		o.kind = OPERAND_MESSAGE;
		return o;
	case 11:
		if (left)
			return operand_values();
		o.kind = OPERAND_MESSAGE;
		return o;
	default:
		if (!depth || random_below(2))
			return operand_literal(random_literal(&q->arena, true));
		o.kind = OPERAND_PREDICATE;
		o.as.predicate = random_predicate(q, depth - 1);
		return o;
	}
}

/* Literal text with a wildcard's or an expression's own characters here and there. */
static struct view random_pattern(struct arena *a, const char *const *pieces, unsigned count)
{
	struct buf text = {0};
	struct view v;

	for (unsigned k = 1 + random_below(3); k; k--) {
		for (const char *s = random_text(a); *s; s++)
			if (!strchr("*?[]`.+{}()|\\$^", *s))
				buf_byte(&text, *s);
		buf_str(&text, pieces[random_below(count)]);
	}
	v = utf8_to_utf16(a, view_of(buf_cstr(&text)));
	buf_free(&text);
	return v;
}

static struct predicate *random_like(struct query *q, struct operand left)
{
	static const char *const pieces[] = {"*", "*", "?", "[a-z]", "", "[k]"};
	struct predicate *p = NULL;
	struct tocsin_error error;
	const struct view pattern = random_pattern(&q->arena, pieces, 6);
	uint8_t *const open = arena_alloc(&q->arena, pattern.n + 4);

	put16(open, '*');
	memcpy(open + 2, pattern.p, pattern.n);
	put16(open + 2 + pattern.n, '*');
	assert_ok(predicate_like(&q->arena, left, random_below(3) == 0, random_below(2),
				 random_below(2) ? (struct view){open, pattern.n + 4} : pattern, &p,
				 &error));
	return p;
}

/* NULL: this build has no expressions, or this one is none. */
static struct predicate *random_match(struct query *q, struct operand left)
{
	static const char *const pieces[] = {".*",  "|",  "",  "s?",  "[ab]",   "(?:an)?",
					     "\\b", "k+", "$", "\\w", "(x|on)", "{2}"};
	const struct view pattern = random_pattern(&q->arena, pieces, 12);
	const bool nocase = random_below(2);
	struct query_regex *const list = (struct query_regex *)(uintptr_t)q->regexes;
	struct regex *compiled;
	struct predicate *p;

	if (q->regex_count == 8 || regex_compile(pattern, nocase, &compiled, NULL) != TOCSIN_OK)
		return NULL;
	regex_free(compiled);
	p = predicate_compare(&q->arena, left, random_below(3) ? COMPARE_MATCH : COMPARE_NOT_MATCH,
			      !nocase, operand_literal(datum_text(pattern)));
	p->regex = pattern;
	p->regex_number = q->regex_count;
	list[q->regex_count++] = (struct query_regex){pattern, nocase};
	return p;
}

static struct predicate *random_compare(struct query *q, unsigned depth)
{
	static const struct predicate_range range = {40, 5000};
	const enum compare compare = (enum compare)random_below(COMPARE_COUNT);
	const struct operand left = random_operand(q, depth, true);
	struct operand right = random_below(4) ? operand_literal(random_literal(&q->arena, true))
					       : random_operand(q, depth, false);
	struct predicate *p = NULL;

	if (left.kind == OPERAND_LITERAL)
		right = random_operand(q, depth, false);
	if (compare == COMPARE_LIKE || compare == COMPARE_NOT_LIKE)
		return random_like(q, left);
	if (compare == COMPARE_MATCH || compare == COMPARE_NOT_MATCH)
		p = random_match(q, left);
	else if (compare == COMPARE_WITHIN)
		p = predicate_within(&q->arena, left, &range, 1);
	else
		p = predicate_compare(&q->arena, left, compare, random_below(2), right);
	return p ? p : random_like(q, left);
}

static struct predicate *random_predicate(struct query *q, unsigned depth)
{
	static const enum predicate_kind kinds[] = {PREDICATE_AND, PREDICATE_OR, PREDICATE_XOR};
	const unsigned kind = random_below(depth ? 12 : 4);
	struct predicate *p;

	if (kind < 4 || kind == 11)
		return random_compare(q, depth);
	if (kind == 4)
		return predicate_not(&q->arena, random_predicate(q, depth - 1));
	if (kind == 5)
		return random_below(4) ? predicate_test(&q->arena, random_operand(q, depth, true))
				       : predicate_constant(&q->arena, (enum tri)random_below(3));
	p = random_predicate(q, depth - 1);
	return predicate_join(&q->arena, kind < 8 ? PREDICATE_AND : kinds[random_below(3)], p,
			      random_predicate(q, depth - 1));
}

struct condition {
	struct query *query;
	struct prefilter *prefilter;
	struct matcher *matcher;
};

struct counts {
	unsigned planned, passed, looked_at, answered;
};

static void check(struct condition *c, const struct event *e, struct view chunk,
		  struct counts *counts)
{
	const bool failed = matcher_error(c->matcher);
	const enum tri answer = matcher_match(c->matcher, e);
	const bool fails = matcher_error(c->matcher) && !failed;
	uint32_t offset;
	struct buf text = {0};

	counts->answered += answer != TRI_FALSE;
	if (prefilter_find(c->prefilter, chunk, 0, chunk.n, &offset, 1)) {
		counts->looked_at++;
		return;
	}
	counts->passed++;
	if (answer == TRI_FALSE && !fails)
		return;
	predicate_dump(&text, c->query->where);
	buf_str(&text, "\n");
	prefilter_dump(&text, c->prefilter);
	fail_msg("an event is passed over, but its answer is %d (%s): %s", (int)answer,
		 fails ? matcher_error(c->matcher)->msg : "no error", buf_cstr(&text));
}

static void new_condition(struct condition *c, const struct message_catalogue *catalogue)
{
	const enum query_subject subject =
		random_below(2) ? QUERY_SUBJECT_VALUES : QUERY_SUBJECT_MESSAGE;
	struct tocsin_error error = {0};

	for (;;) {
		struct query *const q = c->query = query_new();

		q->regexes = arena_array(&q->arena, 8, sizeof(struct query_regex));
		q->where = random_predicate(q, random_below(4));
		c->prefilter = NULL;
		assert_ok(prefilter_new(q, catalogue, subject, &c->prefilter, &error));
		if (c->prefilter)
			break;
		query_free(q);
	}
	c->matcher = matcher_new(c->query, catalogue, subject);
	assert_non_null(c->matcher);
}

/* A log of EVENTS chunks with one event each. */
static struct view random_log(struct buf *bytes, struct arena *a)
{
	struct evtx_writer *const w = evtx_writer_new(evtx_sink_buf(bytes), NULL);
	struct tocsin_error error = {0};
	struct event_maker maker;

	for (unsigned i = 0; i < EVENTS; i++) {
		const struct evtx_shape shape = {.system_in_slots = random_below(2),
						 .separate_strings = random_below(2)};

		assert_ok(evtx_writer_add(w, random_event(&maker, a), &shape, &error));
		assert_ok(evtx_writer_end_chunk(w, &error));
	}
	assert_ok(evtx_writer_finish(w, &error));
	evtx_writer_free(w);
	return (struct view){(const uint8_t *)bytes->p, bytes->n};
}

static void check_log(struct condition *conditions, struct view log, struct counts *counts)
{
	struct evtx_decoder *const d = evtx_decoder_new();
	const struct evtx_options options = {.others = true};
	struct tocsin_error error = {0};
	struct evtx_chunk_info info;
	struct evtx_loss loss;
	const struct event *e;

	evtx_decoder_configure(d, &options);
	for (size_t at = EVTX_HEADER_SIZE; at < log.n; at += EVTX_CHUNK_SIZE) {
		struct view chunk = view_slice(log, at, EVTX_CHUNK_SIZE);

		assert_ok(evtx_chunk_open(d, chunk, at, 0, &info, &error));
		assert_ok(evtx_chunk_next(d, &e, &loss, &error));
		while (chunk.n > 64 && !chunk.p[chunk.n - 64])
			chunk.n--; /* free space */
		for (unsigned i = 0; i < CONDITIONS; i++)
			check(&conditions[i], e, chunk, counts);
		assert_status(evtx_chunk_next(d, &e, &loss, &error), TOCSIN_END);
	}
	evtx_decoder_free(d);
}

static void test_properties(void **state)
{
	struct message_catalogue *catalogue = NULL;
	struct counts counts = {0};
	struct tocsin_error error = {0};

	(void)state;
	assert_ok(message_catalogue_load(NULL, &catalogue, &error));
	for (unsigned round = 0; round < 60; round++) {
		struct condition conditions[CONDITIONS];
		struct arena a = {0};
		struct buf bytes = {0};
		const struct view log = random_log(&bytes, &a);

		for (unsigned i = 0; i < CONDITIONS; i++)
			new_condition(&conditions[i], random_below(2) ? catalogue : NULL);
		check_log(conditions, log, &counts);
		for (unsigned i = 0; i < CONDITIONS; i++) {
			matcher_free(conditions[i].matcher);
			prefilter_free(conditions[i].prefilter);
			query_free(conditions[i].query);
		}
		buf_free(&bytes);
		arena_free(&a);
	}
	message_catalogue_free(catalogue);
	/* Both happen often enough to mean something. */
	assert_true(counts.passed > 30000);
	assert_true(counts.looked_at > 5000);
	assert_true(counts.answered > 700);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_commands),       cmocka_unit_test(test_conditions),
		cmocka_unit_test(test_formatted),      cmocka_unit_test(test_filters),
		cmocka_unit_test(test_regex_literals), cmocka_unit_test(test_properties),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
