/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What a code block is. A block is no detection because it is code: documents print log samples,
 * configuration, mitigations that change the system and what attackers ran. So a block reads
 * evidence only when its command is one that reads, and when no word in it acts. The guess is made
 * from the content; the tag behind the fence says nothing reliable.
 */
#include "advisory/reading.h"

#include "base/limits.h"

static bool is_word_char(uint8_t c)
{
	return is_alpha(c) || is_digit(c) || c == '_' || c >= 0x80;
}

/* `phrase` in the text, ignoring case, with no letter or digit on either side of it. */
static bool has_phrase(struct view v, const char *phrase)
{
	const size_t n = strlen(phrase);

	for (size_t i = view_find_nocase(v, 0, phrase); i != SIZE_MAX;
	     i = view_find_nocase(v, i + 1, phrase)) {
		const bool left =
			i == 0 || !is_word_char(v.p[i - 1]) || !is_word_char((uint8_t)phrase[0]);
		const bool right = i + n >= v.n || !is_word_char(v.p[i + n]) ||
				   !is_word_char((uint8_t)phrase[n - 1]);

		if (left && right)
			return true;
	}
	return false;
}

static const char *first_phrase(struct view v, const char *const phrases[], size_t count)
{
	for (size_t i = 0; i < count; i++)
		if (has_phrase(v, phrases[i]))
			return phrases[i];
	return NULL;
}

#define FIRST_PHRASE(v, phrases)                                                                   \
	first_phrase((v), (phrases), sizeof(phrases) / sizeof((phrases)[0]))

/* Words that change a system or start something: with one of them a block is never evidence. */
static const char *const acting[] = {
	"remove-",
	"set-",
	"new-",
	"invoke-",
	"start-",
	"stop-",
	"restart-",
	"clear-",
	"disable-",
	"enable-",
	"add-",
	"install-",
	"uninstall-",
	"rename-",
	"move-",
	"copy-",
	"register-",
	"unregister-",
	"update-",
	"iex",
	"wevtutil cl",
	"wevtutil.exe cl",
	"wevtutil clear-log",
	"wevtutil sl",
	"wevtutil im",
	"wevtutil um",
	"fsutil",
	"takeown",
	"icacls",
	"cacls",
	"del",
	"rmdir",
	"rm",
	"taskkill",
	"net stop",
	"net start",
	"sc stop",
	"sc config",
	"sc delete",
	"schtasks",
	"reg add",
	"reg delete",
	"netsh",
	"wmic",
	"psexec",
	"rundll32",
	"regsvr32",
	"mshta",
	"vssadmin",
	"bcdedit",
	"chmod",
	"chown",
	"kill",
	"killall",
	"systemctl",
	"service",
	"iptables",
	"mv",
	"tee",
	"dd",
	"mkfs",
	"-delete",
	"-exec rm",
	"eval",
};

/* Cmdlets that a PowerShell command may begin with when it only reads. */
static const char *const ps_readers[] = {
	"get-eventlog", "get-winevent",  "get-childitem", "gci",         "dir",
	"ls",           "select-string", "import-csv",    "get-content", "gc",
	"cat",          "type",          "get-filehash",  "get-item",
};

static const char *const ps_marks[] = {
	"get-eventlog",
	"get-winevent",
	"get-childitem",
	"select-string",
	"import-csv",
	"get-content",
	"get-filehash",
	"where-object",
	"foreach-object",
	"select-object",
	"$_.",
	"new-throttlingpolicy",
	"set-mailbox",
	"restart-webapppool",
	"get-webconfiguration",
	"set-itemproperty",
	"new-itemproperty",
	"remove-item",
	"invoke-webrequest",
	"invoke-expression",
	"set-webservicesvirtualdirectory",
};

static const char *const kql_marks[] = {"| where ",     "| project ", "| extend ",
					"| summarize ", "|where ",    "|project "};
static const char *const log_store[] = {
	"parentimage=", "commandline=", "image=", "eventcode=", "sourcetype="};
static const char *const cmd_marks[] = {
	"wevtutil",   "findstr",  "takeown",   "cacls",  "icacls",      "reg add", "reg query",
	"reg delete", "schtasks", "netsh",     "wmic",   "wmic.exe",    "fsutil",  "cmd /c",
	"cmd.exe",    "net stop", "sc config", "psexec", "rundll32.exe"};
static const char *const shell_readers[] = {
	"grep", "egrep", "zgrep",   "fgrep", "cat",  "zcat", "gzcat", "find",      "ls",
	"awk",  "sed",   "strings", "diff",  "yara", "head", "tail",  "journalctl"};
static const char *const live_readers[] = {"netstat", "ss",   "ps",   "dpkg",
					   "rpm",     "last", "lsof", "show"};
static const char *const senders[] = {"curl", "wget", "nmap", "openssl", "nc", "ping"};

/* The first word, a prompt in front of it left out. */
static struct view first_word(struct view v)
{
	static const char *const wrappers[] = {"sudo ", "$ ", "# ", "> "};
	size_t n = 0;

	v = view_trim(v);
	if (view_starts_nocase(v, "ps ") && view_find(view_slice(v, 0, 80), 0, "> ") != SIZE_MAX)
		v = view_slice(v, view_find(v, 0, "> ") + 2, v.n);
	for (size_t i = 0; i < sizeof(wrappers) / sizeof(wrappers[0]); i++)
		if (view_starts(v, wrappers[i]))
			v = view_slice(v, strlen(wrappers[i]), v.n);
	while (n < v.n && !is_blank(v.p[n]))
		n++;
	return view_slice(v, 0, n);
}

static bool word_in(struct view word, const char *const list[], size_t count)
{
	for (size_t i = 0; i < count; i++)
		if (word.n == strlen(list[i]) && view_starts_nocase(word, list[i]))
			return true;
	return false;
}

#define WORD_IN(word, list) word_in((word), (list), sizeof(list) / sizeof((list)[0]))

/* A line that begins like a log's: a date, a time, or a name and a colon many times over. */
static bool is_log(struct view v)
{
	const struct view t = view_trim(v);
	size_t colons = 0, lines = 1;

	if (t.n > 10 && is_digit(t.p[0]) && is_digit(t.p[1]) && is_digit(t.p[2]) &&
	    is_digit(t.p[3]) && (t.p[4] == '-' || t.p[4] == '/'))
		return true;
	if (view_starts_nocase(t, "log name:") || view_starts_nocase(t, "source:") ||
	    view_starts_nocase(t, "subject:") || view_starts_nocase(t, "a handle to") ||
	    view_starts_nocase(t, "an attempt was made"))
		return true;
	for (size_t i = 0; i < t.n; i++) {
		colons += t.p[i] == ':' && i + 1 < t.n && is_blank(t.p[i + 1]);
		lines += t.p[i] == '\n';
	}
	return lines >= 4 && colons * 2 >= lines;
}

static const char *guess_language(struct view v)
{
	const struct view t = view_trim(v);
	const struct view word = first_word(v);

	if (view_starts(t, "<"))
		return "xml";
	if (view_starts_nocase(t, "windows registry editor") || view_starts(t, "[HKEY_"))
		return "registry";
	if (view_starts(t, "alert ") && has_phrase(v, "msg:"))
		return "snort";
	if (FIRST_PHRASE(v, kql_marks))
		return "kql";
	if (FIRST_PHRASE(v, ps_marks) || WORD_IN(word, ps_readers))
		return WORD_IN(word, shell_readers) && !FIRST_PHRASE(v, ps_marks) ? "shell"
										  : "powershell";
	if (FIRST_PHRASE(v, cmd_marks))
		return "cmd";
	if (WORD_IN(word, shell_readers) || WORD_IN(word, live_readers) || WORD_IN(word, senders) ||
	    view_starts(t, "#!"))
		return "shell";
	for (size_t i = 0; i < sizeof(log_store) / sizeof(log_store[0]); i++)
		if (view_find_nocase(v, 0, log_store[i]) != SIZE_MAX)
			return "spl";
	return is_log(v) ? "log" : "unknown";
}

static void decide(struct advisory_code *code, bool reads, const char *reason)
{
	code->reads_evidence = reads;
	code->reason = reason;
}

void code_classify(struct advisory_code *code)
{
	const struct view v = view_of(code->text);
	const struct view word = first_word(v);

	code->language = "unknown";
	if (v.n > LIMIT_CODE_BLOCK) {
		decide(code, false, "too long to be a command");
		return;
	}
	code->language = guess_language(v);
	if (strcmp(code->language, "snort") == 0)
		decide(code, false, "a network rule");
	else if (strcmp(code->language, "log") == 0)
		decide(code, false, "a sample of a log");
	else if (strcmp(code->language, "xml") == 0 || strcmp(code->language, "registry") == 0)
		decide(code, false, "a file's content");
	else if (FIRST_PHRASE(v, acting))
		decide(code, false, "changes the system or starts a program");
	else if (strcmp(code->language, "kql") == 0 || strcmp(code->language, "spl") == 0)
		decide(code, true, "searches a log store");
	else if (WORD_IN(word, senders))
		decide(code, false, "sends requests to a system");
	else if (strcmp(code->language, "powershell") == 0)
		decide(code, WORD_IN(word, ps_readers) || view_starts(word, "("),
		       WORD_IN(word, ps_readers) ? "reads logs or files"
		       : view_starts(word, "(")  ? "reads logs or files"
						 : "is no command that only reads");
	else if (strcmp(code->language, "cmd") == 0)
		decide(code,
		       has_phrase(v, "wevtutil qe") || view_starts_nocase(word, "findstr") ||
			       has_phrase(v, "reg query"),
		       has_phrase(v, "wevtutil qe") || view_starts_nocase(word, "findstr") ||
				       has_phrase(v, "reg query")
			       ? "reads logs or files"
			       : "is no command that only reads");
	else if (WORD_IN(word, live_readers))
		decide(code, !memchr(v.p, '\n', v.n),
		       memchr(v.p, '\n', v.n) ? "a sample of a session"
					      : "reads the state of a running system");
	else if (WORD_IN(word, shell_readers))
		decide(code, true, "reads logs or files");
	else
		decide(code, false, "no command that is known to read evidence");
}
