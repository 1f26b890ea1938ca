/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The PowerShell front end: damaged copies of a command compile to what the command itself compiles
 * to, what is outside the subset is refused at its place, and published comparisons give
 * PowerShell's results.
 */
#include "test.h"

#include "base/os.h"
#include "lang/powershell/powershell.h"

static struct arena arena;

static struct query *compile(const char *command)
{
	struct tocsin_error error = {0};
	struct query *q = NULL;

	if (powershell_compile(view_of(command), &q, &error) != TOCSIN_OK)
		fail_msg("%s\n%s (%s) at %u", command, error.msg, error.detail,
			 (unsigned)error.offset);
	return q;
}

/* The predicate as text. */
static const char *dump_of(const char *command)
{
	struct query *const q = compile(command);
	struct buf b = {0};
	const char *text;

	predicate_dump(&b, q->where);
	text = arena_string(&arena, buf_cstr(&b));
	buf_free(&b);
	query_free(q);
	return text;
}

#define PRINTED                                                                                    \
	"Get-EventLog -LogName Application -Source \"MSExchange Common\" -EntryType Error | "      \
	"Where-Object { $_.Message -like \"*BinaryFormatter.Deserialize*\" }"

/* ---- Damage */

static void test_damage(void **state)
{
	static const char *const copies[] = {
		"PS C:\\> " PRINTED,
		"PS C:\\Users\\x y\\>" PRINTED,
		"[PS] C:\\Windows\\system32>" PRINTED "\r\n",
		"PS> " PRINTED,
		"C:\\>" PRINTED,
		"\xef\xbb\xbf" PRINTED ";",
		"  \n\n" PRINTED "  # as printed\n",
		"<# check #> " PRINTED,
		"`" PRINTED "`",
		"```\n" PRINTED "\n```",
		/* smart quotes, en dashes, no-break spaces */
		"Get\xe2\x80\x93"
		"EventLog \xe2\x80\x93LogName Application \xe2\x80\x93Source "
		"\xe2\x80\x9cMSExchange "
		"Common\xe2\x80\x9d \xe2\x80\x93"
		"EntryType Error | Where\xe2\x80\x93Object { $_.Message \xe2\x80\x93like "
		"\xe2\x80\x9e*BinaryFormatter.Deserialize*\xe2\x80\x9c }",
		"Get-EventLog\xc2\xa0-LogName\xc2\xa0"
		"Application -Source \xe2\x80\x98MSExchange Common\xe2\x80\x99 -EntryType "
		"Error\xc2\xa0| Where-Object { $_.Message -like "
		"'*BinaryFormatter.Deserialize*'\xc2\xa0}",
		"Get-EventLog -LogName Application -Source 'MSExchange Common' -EntryType Error | "
		"where { $_.Message\xe2\x80\x93like\xe2\x80\x9c*BinaryFormatter.Deserialize*"
		"\xe2\x80\x9d}",
		"Get-EventLog -LogName Application -Source 'MSExchange Common' -EntryType Error | "
		"where { $_.\xe2\x80\x98Message\xe2\x80\x99 -like "
		"'*BinaryFormatter.Deserialize*' }",
		/* HTML */
		"Get-EventLog -LogName Application -Source &quot;MSExchange Common&quot; "
		"-EntryType "
		"Error | Where-Object { $_.Message -like &#34;*BinaryFormatter.Deserialize*&#x22; "
		"}",
		"Get-EventLog&nbsp;-LogName Application -Source &#39;MSExchange Common&#39; "
		"-EntryType "
		"Error &#124; Where-Object &lbrace; $_.Message -like "
		"&ldquo;*BinaryFormatter.Deserialize*&rdquo; &rbrace;",
		/* wrapped */
		"Get-EventLog -LogName Application `\n  -Source \"MSExchange Common\" `\n  "
		"-EntryType "
		"Error |\n  Where-Object { $_.Message -like \"*BinaryFormatter.Deserialize*\" }",
		"Get-EventLog -LogName Application\n-Source \"MSExchange Common\"\n-EntryType "
		"Error\n| Where-Object\n{ $_.Message -like\n\"*BinaryFormatter.Deserialize*\" }",
		"Get-EventLog -LogName Application # all\n-Source \"MSExchange Common\" # this\n"
		"-EntryType Error | Where-Object # what\n"
		"{ $_.Message -like \"*BinaryFormatter.Deserialize*\" }",
		"Get-EventLog -LogName\nApplication -Source \"MSExchange\nCommon\" "
		"-EntryType\nError "
		"| Where-Object { $_.Message\n-like \"*BinaryFormatter.Deserialize*\"\n}",
		"Get-EventLog -LogName Application -Source \"MSExchange Common\" |\r\n>> "
		"Where-Object { "
		"$_.EntryType -eq 1 }\r\n",
		/* Markdown, JSON */
		"Get-EventLog -LogName Application -Source \"MSExchange Common\" -EntryType Error "
		"\\| "
		"Where-Object { $\\_.Message -like \"\\*BinaryFormatter.Deserialize\\*\" }",
		"Get-EventLog -LogName Application -Source \\\"MSExchange Common\\\" -EntryType "
		"Error "
		"| Where-Object { $_.Message -like \\\"*BinaryFormatter.Deserialize*\\\" }",
		/* other ways to write it */
		"get-eventlog Application -so 'MSExchange Common' -et error | ? Message -like "
		"*BinaryFormatter.Deserialize*",
		"Get-EventLog -LogName:Application -Source:'MSExchange Common' -EntryType:Error "
		"-ea 0|where{$PSItem.message -ilike '*BinaryFormatter.Deserialize*'}",
		"Get-EventLog -ErrorAction SilentlyContinue -LogName Application -Source "
		"@('MSExchange "
		"Common') -EntryType Error | where -FilterScript {($_.Message -like "
		"('*BinaryFormatter.Deserialize*'))}",
	};
	const char *const expected = dump_of(PRINTED);

	(void)state;
	assert_string_equal(expected, "(and (like Channel \"Application\") (like source "
				      "\"MSExchange Common\") (eq entry-type Error) (like message "
				      "\"*BinaryFormatter.Deserialize*\"))");
	for (size_t i = 0; i < sizeof(copies) / sizeof(copies[0]); i++) {
		/* One copy has another condition: only its prompt is of interest. */
		if (strstr(copies[i], ">> "))
			assert_non_null(strstr(dump_of(copies[i]), "(eq entry-type 1)"));
		else if (strcmp(dump_of(copies[i]), expected) != 0)
			fail_msg("%s\n%s", copies[i], dump_of(copies[i]));
	}
}

/* A wrap at any blank of the printed line gives the same query. */
static void test_every_wrap(void **state)
{
	static const char *const breaks[] = {"\n", "\r\n    ", "`\n", "\n>> "};
	const char *const expected = dump_of(PRINTED);

	(void)state;
	for (size_t at = 0; at < strlen(PRINTED); at++) {
		if (PRINTED[at] != ' ')
			continue;
		for (size_t b = 0; b < 4; b++) {
			char text[512];

			snprintf(text, sizeof(text), "%.*s%s%s", (int)at, PRINTED, breaks[b],
				 &PRINTED[at + 1]);
			if (breaks[b][0] == '`' && PRINTED[at - 1] != ' ')
				snprintf(text, sizeof(text), "%.*s %s%s", (int)at, PRINTED,
					 breaks[b], &PRINTED[at + 1]);
			if (strcmp(dump_of(text), expected) != 0)
				fail_msg("%s\n%s", text, dump_of(text));
		}
	}
}

/* Every start of the printed line is refused or compiles; nothing else happens. */
static void test_truncation(void **state)
{
	char text[512];

	(void)state;
	for (size_t n = 0; n < strlen(PRINTED); n++) {
		struct query *q = NULL;
		struct tocsin_error error = {0};

		memcpy(text, PRINTED, n);
		text[n] = 0;
		if (powershell_compile(view_of(text), &q, &error) != TOCSIN_OK) {
			assert_non_null(error.msg);
			assert_true(error.offset <= n);
		}
		query_free(q);
	}
}

/* ---- The family */

static void test_family(void **state)
{
	static const char *const cases[][2] = {
		{"Get-WinEvent -FilterHashtable @{ LogName='Application'; "
		 "ProviderName='MSExchange Unified Messaging'; Level='2' } | Where-Object Message "
		 "-Like \"*System.InvalidCastException*\"",
		 "(and (like Channel \"Application\") (like Provider \"MSExchange Unified "
		 "Messaging\") (eq Level 2) (like message \"*System.InvalidCastException*\"))"},
		{"Get-WinEvent -FilterHashtable "
		 "@{\xe2\x80\x9cLogName\xe2\x80\x9d=\xe2\x80\x9cSystem"
		 "\xe2\x80\x9d; gr\xc3\xb6\xc3\x9f"
		 "e='1'}",
		 "(and (like Channel \"System\") (contains named[\"gr\xc3\xb6\xc3\x9f"
		 "e\"] \"1\"))"},
		{"Get-WinEvent -FilterHashtable @{logname='System';id=7030,7045;}",
		 "(and (like Channel \"System\") (or (eq EventID 7030) (eq EventID 7045)))"},
		{"Get-WinEvent -FilterHashtable @{\n LogName = 'a*'\n Id = @(1,\n 2)\n}",
		 "(and (like Channel \"a*\") (or (eq EventID 1) (eq EventID 2)))"},
		{"Get-WinEvent -FilterHashtable @{Path='C:\\l\\x.evtx'; Keywords=1,4; "
		 "Data='a'; Service='Bits'; StartTime='2021-11-01Z'; EndTime=[datetime]'2021-11-02 "
		 "10:00:00.7Z'}",
		 "(and (any-bit keywords 5) (contains strings \"a\") (contains named[\"Service\"] "
		 "\"Bits\") (ge time 2021-11-01T00:00:00.0000000Z) (le time "
		 "2021-11-02T10:00:00.0000000Z))"},
		{"Get-WinEvent -FilterHashtable "
		 "@{LogName='A';Id=1},@{LogName='B';UserID='S-1-5-18'}",
		 "(or (and (like Channel \"A\") (eq EventID 1)) (and (like Channel \"B\") (eq "
		 "user-sid \"S-1-5-18\")))"},
		{"Get-WinEvent -ProviderName 'a','b*' | ? { $_.Id -in 1,2 -and !($_.Level -gt 3) }",
		 "(and (or (like Provider \"a\") (like Provider \"b*\")) (and (in EventID [1 2]) "
		 "(not (gt Level 3))))"},
		{"Get-WinEvent Security | where { $_.Properties[5].Value -eq 'x' -xor $_.Id -ne "
		 "0x10 "
		 "}",
		 "(and (like Channel \"Security\") (xor (eq data[5] \"x\") (ne EventID 16)))"},
		{"Get-EventLog Application -InstanceId 9009,2303 -Index 5 -Message '*a*'",
		 "(and (like Channel \"Application\") (or (eq instance-id 9009) (eq instance-id "
		 "2303)) (eq index 5) (like message \"*a*\"))"},
		{"Get-EventLog Application -After '2021-11-01Z' -Before '2021-12-01Z'",
		 "(and (like Channel \"Application\") (and (gt time-generated "
		 "2021-11-01T00:00:00.0000000Z) (lt time-generated "
		 "2021-12-01T00:00:00.0000000Z)))"},
		{"Get-EventLog Application -Before '2021-11-01Z' -After '2021-12-01Z'",
		 "(and (like Channel \"Application\") (or (gt time-generated "
		 "2021-12-01T00:00:00.0000000Z) (lt time-generated "
		 "2021-11-01T00:00:00.0000000Z)))"},
		{"Get-EventLog Application -UserName 'NT AUTHORITY\\SYSTEM'",
		 "(and (like Channel \"Application\") (eq user-sid \"S-1-5-18\"))"},
		{"Get-EventLog System | Where-Object { $_.EventID -eq 1 -or $_.EventID -eq 2 -and "
		 "$_.Index -lt 1kb }",
		 "(and (like Channel \"System\") (and (or (eq EventID 1) (eq EventID 2)) (lt index "
		 "1024)))"},
		{"Get-WinEvent -Path .\\a.evtx | ?{ $_.ProviderId -eq "
		 "'{00112233-4455-6677-8899-AABBCCDDEEFF}' }",
		 "(eq provider-id \"00112233-4455-6677-8899-AABBCCDDEEFF\")"},
		{"Get-WinEvent System | where { $_.Message -cmatch 'a|b' } | where Id -GE 5",
		 "(and (like Channel \"System\") (cmatch message \"a|b\") (ge EventID 5))"},
		{"Get-WinEvent System | where { $_.Message.Contains('a') -and $_.Message }",
		 "(and (like Channel \"System\") (and (ctext-contains message \"a\") (test "
		 "message)))"},
		{"Get-WinEvent System | where { $_.Message -like @'\n*a\"b*\n'@ }",
		 "(and (like Channel \"System\") (like message \"*a\\\"b*\"))"},
		{"Get-WinEvent System | where { $_.Message -like \"*a`\"b`tc''d\"\"e*\" }",
		 "(and (like Channel \"System\") (like message \"*a\\\"b\\tc''d\\\"e*\"))"},
	};

	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++)
		assert_string_equal(dump_of(cases[i][0]), cases[i][1]);
}

static void test_projection(void **state)
{
	struct query *q = compile("Get-WinEvent -LogName A,B -MaxEvents 7 -Oldest | select "
				  "TimeCreated,id -First 3 -Skip 1 | ft -AutoSize");

	(void)state;
	assert_int_equal(q->object, QUERY_EVENT_LOG_RECORD);
	assert_int_equal(q->max, 7);
	assert_true(q->oldest_first);
	assert_int_equal(q->first, 3);
	assert_int_equal(q->skip, 1);
	assert_int_equal(q->channel_count, 2);
	assert_string_equal(q->channels[1], "B");
	assert_int_equal(q->column_count, 2);
	assert_string_equal(q->columns[1].label, "id");
	assert_int_equal(q->view, QUERY_VIEW_TABLE);
	query_free(q);
	q = compile("Get-EventLog A -Newest 2 | ? EventID -eq 1 | select -exp Message");
	assert_true(q->expand);
	assert_int_equal(q->max, 2);
	{
		struct buf b = {0};

		/* -Newest counts before Where-Object: the parameters stand alone. */
		predicate_dump(&b, q->parameters);
		assert_string_equal(buf_cstr(&b), "(like Channel \"A\")");
		buf_free(&b);
	}
	query_free(q);
	q = compile("Get-WinEvent -Path 'C:\\x\\a.evtx',b.evtx | fl *");
	assert_int_equal(q->path_count, 2);
	assert_true(q->column_count > 15);
	assert_null(q->where);
	query_free(q);
}

/* ---- Warnings */

static void test_warnings(void **state)
{
	static const char *const cases[][2] = {
		{"Get-EventLog A | ? { $_.Message -like 'x' }", "no wildcard"},
		{"Get-EventLog A | ? { $_.ProviderName -eq 'x' }", "is 'Source' meant?"},
		{"Get-WinEvent A | ? { $_.EventID -eq 1 }", "is 'Id' meant?"},
		{"Get-WinEvent A | ? { $_.Mesage -like '*x*' }", "is 'Message' meant?"},
		{"Get-WinEvent A | ? { -not $_.Message -like '*x*' }", "-not binds tighter"},
		{"Get-WinEvent A | ? { $_.Message -contains 'x' }", "-contains looks for"},
		{"Get-WinEvent A | ? { $_.Message -eq '*x*' }", "-eq takes asterisks"},
		{"Get-WinEvent A | ? { $_.TimeCreated -gt '2021-11-01' }", "taken as UTC"},
		{"Get-EventLog A -After 3/4/2021", "month first"},
		{"Get-EventLog X/Operational", "classic logs only"},
		{"Get-EventLog A -Source \"MSExchange\nCommon\"", "line break inside quotes"},
		{"Get-EventLog A | ? { $\\_.Message -like '*x*' }", "Markdown"},
		{"Get-WinEvent A | ? { $_.Message -like '*a*','*b*' }", "a list of patterns"},
		{"Get-WinEvent A | ? { $_.Message -like '*a*' -or '*b*' }", "a fixed value"},
		{"Get-WinEvent -FilterHashtable @{LogName='A';EventID=1}", "is 'Id' meant?"},
		{"Get-WinEvent A | ? { $_.Id -eq 1,2 }", "-in and -notin"},
		{"Get-EventLog A -Message Deserialize", "-Message has no wildcard"},
		{"Get-EventLog A\n-Source 'x\ny'", "line break inside quotes"},
	};

	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		struct query *const q = compile(cases[i][0]);
		bool found = false;

		for (size_t k = 0; k < q->warning_count; k++)
			found = found || strstr(q->warnings[k], cases[i][1]);
		if (!found)
			fail_msg("%s: no warning has '%s'", cases[i][0], cases[i][1]);
		query_free(q);
	}
	{
		struct query *const q = compile(PRINTED);

		assert_int_equal(q->warning_count, 0);
		query_free(q);
	}
}

/* ---- Refusals: what, and in which column */

static void test_refusals(void **state)
{
	static const struct {
		const char *command;
		enum tocsin_status status;
		size_t column;
		const char *word; /* in message or detail */
	} cases[] = {
		{"", TOCSIN_SYNTAX, 1, "no command"},
		{"Get-WinEvent -LogName A -FilterXPath '*'", TOCSIN_UNSUPPORTED, 25,
		 "-FilterXPath"},
		{"Get-WinEvent -FilterXml $x", TOCSIN_UNSUPPORTED, 14, "-FilterXml"},
		{"Get-WinEvent -ListLog *", TOCSIN_UNSUPPORTED, 14, "-ListLog"},
		{"Get-WinEvent -LogName A -ProviderName B", TOCSIN_SYNTAX, 25, "one of"},
		{"Get-WinEvent -L A", TOCSIN_SYNTAX, 14, "ambiguous"},
		{"Get-WinEvent -Foo A", TOCSIN_SYNTAX, 14, "-Foo"},
		{"Get-WinEvent -LogName", TOCSIN_SYNTAX, 14, "without its value"},
		{"Get-WinEvent -LogName A -ComputerName EX01", TOCSIN_UNSUPPORTED, 39, "EX01"},
		{"Get-EventLog", TOCSIN_SYNTAX, 1, "-LogName"},
		{"Get-EventLog App*", TOCSIN_UNSUPPORTED, 14, "wildcards"},
		{"Get-EventLog A -EntryType Fatal", TOCSIN_SYNTAX, 27, "entry type"},
		{"Get-EventLog A -UserName 'D\\x'", TOCSIN_UNSUPPORTED, 26, "accounts"},
		{"Get-EventLog A -InstanceId x", TOCSIN_SYNTAX, 28, "number"},
		{"Get-EventLog A -After tomorrow", TOCSIN_SYNTAX, 23, "date"},
		{"Get-EventLog A -After (Get-Date).AddDays(-7)", TOCSIN_UNSUPPORTED, 34,
		 "time of the run"},
		{"Get-WinEvent A | ? { $_.TimeCreated -gt (Get-Date).AddDays(-7) }",
		 TOCSIN_UNSUPPORTED, 52, "time of the run"},
		{"Get-WinEvent A | ? { $_.TimeCreated -lt (Get-Date) }", TOCSIN_UNSUPPORTED, 42,
		 "time of the run"},
		{"Get-WinEvent -FilterHashtable @{LogName='A';Id=@()}", TOCSIN_SYNTAX, 48,
		 "list is empty"},
		{"Get-EventLog A -InstanceId @()", TOCSIN_SYNTAX, 28, "list is empty"},
		{"Get-EventLog A | ? { (('a','b' -eq $_.Source)) -eq 'a' }", TOCSIN_UNSUPPORTED, 32,
		 "filtered list"},
		{"Get-EventLog A | ? { (('a','b') -eq $_.Source) -eq 'a' }", TOCSIN_UNSUPPORTED, 33,
		 "filtered list"},
		{"Get-EventLog A | ? { $_.ReplacementStrings.StartsWith('a') }", TOCSIN_UNSUPPORTED,
		 44, "of a list"},
		{"Get-WinEvent A | ? { $_.TimeCreated -gt 2021-11-09 }", TOCSIN_UNSUPPORTED, 45,
		 "arithmetic"},
		/* A comment ends with its line, whichever way lines are joined. */
		{"Get-EventLog A\n# the other\nGet-EventLog B", TOCSIN_UNSUPPORTED, 28,
		 "second command"},
		{"Get-EventLog A | ? { $_.Source -eq 'B' # x\n-and 1 2 }", TOCSIN_SYNTAX, 44, ""},
		{"Get-EventLog <Log>", TOCSIN_SYNTAX, 14, "placeholder"},
		{"gci *.aspx -Recurse", TOCSIN_UNSUPPORTED, 1, "gci"},
		{"Remove-Item C:\\x -Recurse", TOCSIN_UNSUPPORTED, 1, "Remove-Item"},
		{"Get-EventLog A | Export-Csv x.csv", TOCSIN_UNSUPPORTED, 18, "-o csv"},
		{"Get-EventLog A | Sort-Object Index", TOCSIN_UNSUPPORTED, 18, "Sort-Object"},
		{"Get-EventLog A > x.txt", TOCSIN_UNSUPPORTED, 16, "operator"},
		{"$e = Get-EventLog A", TOCSIN_UNSUPPORTED, 4, "assignments"},
		{"Get-EventLog A; Get-EventLog B", TOCSIN_UNSUPPORTED, 17, "second command"},
		{"& Get-EventLog A", TOCSIN_UNSUPPORTED, 1, "&"},
		{"(Get-EventLog A).Count", TOCSIN_UNSUPPORTED, 18, "command"},
		{"Get-EventLog A | ? { $_.Message -like $p }", TOCSIN_UNSUPPORTED, 39, "$p"},
		{"Get-EventLog A | ? { $_.Message -like \"*$p*\" }", TOCSIN_UNSUPPORTED, 41,
		 "expand"},
		{"Get-EventLog A | ? { $_.Message -like '[a' }", TOCSIN_SYNTAX, 39, "wildcard"},
		{"Get-EventLog A | ? { $_.Message -match 'a++' }", TOCSIN_SYNTAX, 40,
		 "character 3"},
		{"Get-EventLog A | ? { $_.Message -match '[a-z-[b]]' }", TOCSIN_UNSUPPORTED, 40,
		 "subtraction"},
		{"Get-EventLog A | ? { $_.Message -replace 'a' }", TOCSIN_UNSUPPORTED, 33,
		 "replace"},
		{"Get-EventLog A | ? { $_.Message.ToLower() -eq 'a' }", TOCSIN_UNSUPPORTED, 33,
		 "ToLower"},
		{"Get-EventLog A | ? { $_.EventID + 1 }", TOCSIN_UNSUPPORTED, 33, "+"},
		{"Get-EventLog A | ? { $_.EventID -gt 'abc' }", TOCSIN_SYNTAX, 37, "number"},
		{"Get-EventLog A | ? { $_.TimeGenerated -gt 'abc' }", TOCSIN_SYNTAX, 43, "date"},
		{"Get-EventLog A | ? { $x.Message -like '*a*' }", TOCSIN_UNSUPPORTED, 22, "$x"},
		{"Get-EventLog A | ? { $_ }", TOCSIN_UNSUPPORTED, 22, "event itself"},
		{"Get-EventLog A | ? { [regex]::IsMatch($_.Message,'a') }", TOCSIN_UNSUPPORTED, 22,
		 "static"},
		{"Get-EventLog A | ? { $_.Message -like '*a*' ", TOCSIN_SYNTAX, 45, "}"},
		{"Get-EventLog A | ? { $_.Message -like '*a* }", TOCSIN_SYNTAX, 39,
		 "closing quote"},
		{"Get-EventLog A | ? Message -like", TOCSIN_SYNTAX, 18, "no value"},
		{"Get-EventLog A | select @{n='x';e={1}}", TOCSIN_UNSUPPORTED, 25, "calculated"},
		{"Get-EventLog A | select Message -Unique", TOCSIN_UNSUPPORTED, 33, "-Unique"},
		{"Get-EventLog A | select -exp Nothing", TOCSIN_SYNTAX, 30, "Nothing"},
		{"Get-WinEvent -FilterHashtable @{Id=1}", TOCSIN_SYNTAX, 31, "needs LogName"},
		{"Get-WinEvent -FilterHashtable @{LogName='A';Id='x'}", TOCSIN_SYNTAX, 48,
		 "number"},
		{"Get-WinEvent -FilterHashtable @{LogName=Application}", TOCSIN_UNSUPPORTED, 41,
		 "quotes"},
		{"Get-WinEvent -FilterHashtable @{LogName='A';LogName='B'}", TOCSIN_SYNTAX, 45,
		 "twice"},
		{"Get-EventLog A | ? { \xc3\xa4 }", TOCSIN_UNSUPPORTED, 22, "command"},
	};

	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		const struct view text = view_of(cases[i].command);
		struct tocsin_error error = {0};
		struct query *q = NULL;
		const enum tocsin_status status = powershell_compile(text, &q, &error);

		if (status != cases[i].status)
			fail_msg("%s: %s: %s (%s)", cases[i].command, tocsin_status_name(status),
				 error.msg ? error.msg : "", error.detail);
		if (powershell_column(text, error.offset) != cases[i].column)
			fail_msg("%s: column %zu: %s (%s)", cases[i].command,
				 powershell_column(text, error.offset), error.msg, error.detail);
		if (!strstr(error.msg, cases[i].word) && !strstr(error.detail, cases[i].word))
			fail_msg("%s: %s (%s)", cases[i].command, error.msg, error.detail);
	}
}

static void test_depth(void **state)
{
	struct tocsin_error error = {0};
	char text[8192] = "Get-EventLog A | ? { ";
	struct query *q = NULL;
	size_t n = strlen(text);

	(void)state;
	memset(text + n, '(', 4000);
	text[n + 4000] = 0;
	assert_status(powershell_compile(view_of(text), &q, &error), TOCSIN_LIMIT);
	for (size_t i = 0; i < 4000; i += 2)
		memcpy(text + n + i, "! ", 2);
	assert_status(powershell_compile(view_of(text), &q, &error), TOCSIN_LIMIT);
	n = strlen("Get-EventLog A | ? { ");
	snprintf(text + n, sizeof(text) - n, "$_");
	for (n += 2; n < 7000; n += 2)
		memcpy(text + n, ".a", 3);
	assert_status(powershell_compile(view_of(text), &q, &error), TOCSIN_LIMIT);
	/* A long chain of one operator is no depth. */
	n = strlen("Get-EventLog A | ? { ");
	snprintf(text + n, sizeof(text) - n, "$true");
	for (n += 5; n < 7000; n += 11)
		memcpy(text + n, " -and $true", 12);
	memcpy(text + n, "}", 2);
	assert_ok(powershell_compile(view_of(text), &q, &error));
	query_free(q);
	/* Comparisons of comparisons cost what they are long: not twice as much at each level. */
	q = NULL;
	n = strlen("Get-EventLog A | ? { ");
	n += (size_t)snprintf(text + n, sizeof(text) - n, "$_.EventID");
	for (size_t i = 0; i < 60; i++, n += 6)
		memcpy(text + n, " -eq 7", 7);
	memcpy(text + n, "}", 2);
	assert_ok(powershell_compile(view_of(text), &q, &error));
	query_free(q);
}

/* ---- Published comparisons as an oracle */

/* `\n`, `\t`, `\\` in the table. */
static void unescape(char *s)
{
	char *to = s;

	for (; *s; s++) {
		if (*s == '\\' && s[1]) {
			s++;
			*to++ = *s == 'n' ? '\n' : *s == 't' ? '\t' : *s;
		} else {
			*to++ = *s;
		}
	}
	*to = 0;
}

static void oracle_row(char *line, unsigned *checked, unsigned *outside)
{
	static const struct event nothing;
	char *const expression = strchr(line, '\t') + 1;
	char *const expected = strchr(expression, '\t') + 1;
	char *const source = strchr(expected, '\t');
	struct tocsin_error error = {0};
	struct query *q = NULL;
	struct matcher *m;
	enum tri answer;
	enum tocsin_status status;

	expected[-1] = 0;
	if (source)
		*source = 0;
	unescape(expression);
	status = powershell_compile_condition(view_of(expression), QUERY_EVENT_LOG_ENTRY, &q,
					      &error);
	if (strstr(expected, "error")) {
		if (status == TOCSIN_OK) {
			m = matcher_new(q, NULL, QUERY_SUBJECT_MESSAGE);
			if (matcher_match(m, &nothing) != TRI_UNDECIDED)
				fail_msg("%s is no error", expression);
			matcher_free(m);
		}
		++*checked;
	} else if (status != TOCSIN_OK ||
		   (strcmp(expected, "[\"True\"]") != 0 && strcmp(expected, "[\"False\"]") != 0)) {
		++*outside;
	} else {
		m = matcher_new(q, NULL, QUERY_SUBJECT_MESSAGE);
		answer = matcher_match(m, &nothing);
		if (answer != (expected[2] == 'T' ? TRI_TRUE : TRI_FALSE))
			fail_msg("%s is %d, not %s", expression, answer, expected);
		matcher_free(m);
		++*checked;
	}
	query_free(q);
}

static void test_oracle(void **state)
{
	static const char *const areas[] = {"wildcard\t", "relation\t", "logic\t", "match\t"};
	char path[4096];
	unsigned checked = 0, outside = 0;
	struct view text;
	char *line, *end;

	(void)state;
	if (!test_samples(path, "powershell-cases.tsv")) {
		test_skipped(1, "no powershell-cases.tsv");
		return;
	}
	assert_ok(os_read_file(&arena, path, 4u << 20, &text, NULL));
	for (line = (char *)(uintptr_t)text.p; *line; line = end) {
		end = line + strcspn(line, "\n");
		if (*end)
			*end++ = 0;
		for (size_t i = 0; i < 4; i++)
			if (!strncmp(line, areas[i], strlen(areas[i]))) {
				oracle_row(line, &checked, &outside);
				break;
			}
	}
	printf("%u published comparisons agree\n", checked);
	test_skipped(outside, "published comparisons outside the subset");
	assert_true(checked > 200);
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
		cmocka_unit_test_teardown(test_damage, reset),
		cmocka_unit_test_teardown(test_every_wrap, reset),
		cmocka_unit_test_teardown(test_truncation, reset),
		cmocka_unit_test_teardown(test_family, reset),
		cmocka_unit_test_teardown(test_projection, reset),
		cmocka_unit_test_teardown(test_warnings, reset),
		cmocka_unit_test_teardown(test_refusals, reset),
		cmocka_unit_test_teardown(test_depth, reset),
		cmocka_unit_test_teardown(test_oracle, reset),
	};

	return cmocka_run_group_tests(tests, NULL, teardown);
}
