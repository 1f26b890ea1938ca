/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Part of make-evidence: the demo's four Exchange servers, each as a triage collection has it
 * (HOST/C/Windows/System32/winevt/Logs). What they show:
 *
 *   EX01  2016 CU22 Oct21SU (15.1.2375.12): attacked on 2021-11-03
 *   EX02  2019 CU11 (15.2.986.5): its Application log was cleared on 2021-11-20
 *   EX03  2016 CU22 Nov21SU (15.1.2375.17): quiet
 *   EX04  2013 CU23 (15.0.1497.24): quiet
 */
#ifndef TOCSIN_TOOLS_EVIDENCE_HOSTS_H
#define TOCSIN_TOOLS_EVIDENCE_HOSTS_H

#include "evidence_cases.h"

#define PERIOD_START "2021-10-14T00:04:11.2210370Z"
#define PERIOD_END "2021-12-03T21:30:00Z"
#define CLEARED_AT "2021-11-20T07:41:09.6120041Z"

struct host {
	const char *name;  /* short: System log */
	const char *fqdn;  /* the other logs */
	const char *build; /* as a crash report words it */
	uint64_t seed;
};

/* An event that has its own time, between the background's. */
struct special {
	const char *time;
	void (*make)(struct log *log, const struct host *host, uint64_t time);
};

/* One log of a host: background events at random distances, and the special ones. */
struct log_plan {
	const char *file, *channel, *computer;
	const char *start;
	unsigned gap_minutes; /* on average */
	uint64_t first_record;
	void (*background)(struct log *log, const struct host *host, uint64_t *seed);
	const struct special *special;
	size_t special_count;
};

/* ---- Application */

/* Strings: `~` becomes a number, `^` the host's name. */
struct background {
	struct classic system;
	const char *text[6];
};

static const struct background application_events[] = {
	{{"MSExchange ADAccess", 2080, 16388, 4, 3},
	 {"Microsoft.Exchange.Directory.TopologyService.exe", "~",
	  "dc01.example.org 7 7 1 0 1 1 7 1; dc02.example.org 7 7 1 0 1 1 7 1", "none"}},
	{{"MSExchange ADAccess", 2070, 32772, 3, 3},
	 {"w3wp.exe", "~", "dc02.example.org", "no answer in time"}},
	{{"MSExchangeTransport", 1036, 16388, 4, 2}, {"inbound", "^", "~ bytes"}},
	{{"MSExchangeTransport", 12023, 16388, 4, 12}, {"certificate loaded", "CN=^"}},
	{{"MSExchangeTransport", 15004, 32772, 3, 15},
	 {"Version buckets: ~", "medium", "normal", "queue database"}},
	{{"ESENT", 326, 0, 4, 1}, {"svchost", "~", "", "1", "C:\\Windows\\sample.edb", "0"}},
	{{"ESENT", 102, 0, 4, 3}, {"msexchangerepl", "~", "", "0", "10", "00"}},
	{{"ESE", 916, 0, 4, 1}, {"Microsoft.Exchange.Store.Worker", "~", "", "ad hoc"}},
	{{"MSExchangeIS", 1013, 16388, 4, 6}, {"Mailbox Database 01", "~ messages"}},
	{{"MSExchange ActiveSync", 1008, 32772, 3, 2}, {"device EAS~ asked too often", "^"}},
	{{"MSExchange Mailbox Replication", 1121, 49156, 2, 1},
	 {"move request ~", "a mailbox is locked", "will be tried again"}},
	{{"MSExchange Common", 106, 49156, 2, 1},
	 {"Average delivery time", "MSExchange Delivery ~", "3",
	  "The exception thrown is : System.InvalidOperationException: not registered"}},
	{{"MSExchange Front End HTTP Proxy", 1001, 16385, 4, 1}, {"Ews", "started", "~"}},
	{{"Application Error", 1000, 0, 2, 100}, {"backup-agent.exe", "4.2.0.~", "ntdll.dll"}},
};

static void expand(struct event_maker *m, const char *text, const struct host *host, uint64_t *seed)
{
	char out[512];
	size_t n = 0;

	for (; *text && n < sizeof(out) - 64; text++) {
		if (*text == '~')
			n += (size_t)snprintf(out + n, 64, "%u", 1000 + random_below(seed, 9000));
		else if (*text == '^')
			n += (size_t)snprintf(out + n, 64, "%s", host->fqdn);
		else
			out[n++] = *text;
	}
	out[n] = 0;
	event_maker_string(m, NULL, out);
}

static void software_protection(struct event_maker *m)
{
	static const struct manifest f = {"Microsoft-Windows-Security-SPP",
					  "{e23b33b0-c8c9-472c-a5f9-f2bdfea0f156}",
					  "Software Protection Platform Service",
					  16384,
					  0,
					  4,
					  0,
					  0,
					  0x80000000000000u,
					  0,
					  0};

	manifest_system(m, &f);
	event_maker_number(m, EVENT_QUALIFIERS, VALUE_UINT16, 16384);
	event_maker_string(m, NULL, "2121-10-21T07:31:02Z");
	event_maker_string(m, NULL, "RulesEngine");
}

static void application_background(struct log *log, const struct host *host, uint64_t *seed)
{
	const unsigned count = sizeof(application_events) / sizeof(*application_events);
	const unsigned pick = random_below(seed, count + 1);
	const struct background *b;

	if (pick == count) {
		software_protection(&log->maker);
		return;
	}
	b = &application_events[pick];
	classic_system(&log->maker, &b->system);
	for (unsigned i = 0; i < 6 && b->text[i]; i++)
		expand(&log->maker, b->text[i], host, seed);
}

/* What a crash report (MSExchange Common 4999) tells. */
struct crash {
	const char *process, *kind, *application, *assembly, *method, *exception, *hash;
};

static void crash_event(struct log *log, const struct host *host, uint64_t time,
			const struct crash *c)
{
	static const struct classic system = {"MSExchange Common", 4999, 16388, 2, 1};
	struct event_maker *const m = &log->maker;
	char plain[64];

	snprintf(plain, sizeof(plain), "%s", c->application);
	if (strstr(plain, ".exe"))
		*strstr(plain, ".exe") = 0;
	classic_system(m, &system);
	place(m, "Application", host->fqdn, time);
	event_maker_string(m, NULL, c->process);
	event_maker_string(m, NULL, c->kind);
	event_maker_string(m, NULL, "c-RTL-AMD64");
	event_maker_string(m, NULL, host->build);
	event_maker_string(m, NULL, c->application);
	event_maker_string(m, NULL, c->assembly);
	event_maker_string(m, NULL, c->method);
	event_maker_string(m, NULL, c->exception);
	event_maker_string(m, NULL, c->hash);
	event_maker_string(m, NULL, host->build);
	event_maker_string(m, NULL, "False");
	event_maker_string(m, NULL, "False");
	event_maker_string(m, NULL, plain);
	event_maker_string(m, NULL, "");
}

static void crash_benign(struct log *log, const struct host *host, uint64_t time)
{
	static const struct crash c = {"6412",
				       "E12",
				       "MSExchangeHMWorker",
				       "M.Exchange.Monitoring",
				       "M.E.M.ActiveMonitoring.SampleProbe.DoWork",
				       "System.TimeoutException",
				       "51f2-dumptidset"};

	crash_event(log, host, time, &c);
}

static void crash_attack_1(struct log *log, const struct host *host, uint64_t time)
{
	static const struct crash c = {"9164",
				       "E12IIS",
				       "w3wp#MSExchangeServicesAppPool",
				       "M.Exchange.Compliance",
				       "M.E.C.S.F.TypedBinaryFormatter.Deserialize",
				       "System.InvalidCastException",
				       "c7a1-dumptidset"};

	crash_event(log, host, time, &c);
}

static void crash_attack_2(struct log *log, const struct host *host, uint64_t time)
{
	static const struct crash c = {"11840",
				       "E12IIS",
				       "w3wp#MSExchangeServicesAppPool",
				       "M.Exchange.Compliance",
				       "M.E.C.S.F.TypedBinaryFormatter.Deserialize",
				       "System.InvalidCastException",
				       "c7a1-dumptidset"};

	crash_event(log, host, time, &c);
}

/* ---- System */

static void service_state(struct event_maker *m, const char *service, const char *state)
{
	static const struct manifest f = {"Service Control Manager",
					  "{555908d1-a6d7-4695-8e1e-26931d2012f4}",
					  "Service Control Manager",
					  7036,
					  0,
					  4,
					  0,
					  0,
					  0x8080000000000000u,
					  684,
					  7316};
	const struct view wide = utf8_to_utf16(m->arena, view_of(service));

	manifest_system(m, &f);
	event_maker_number(m, EVENT_QUALIFIERS, VALUE_UINT16, 16384);
	event_maker_string(m, "param1", service);
	event_maker_string(m, "param2", state);
	event_maker_binary(m, wide);
}

static void policy_applied(struct event_maker *m, uint64_t *seed)
{
	static const struct manifest f = {"Microsoft-Windows-GroupPolicy",
					  "{aea1b4fa-97d1-45f2-a64c-4d69fffd92c9}",
					  NULL,
					  1500,
					  0,
					  4,
					  0,
					  1,
					  0x8000000000000000u,
					  1044,
					  2208};
	manifest_system(m, &f);
	event_maker_guid(m, EVENT_ACTIVITY_ID, "{3f0c1a52-6d0e-4a7c-8a55-0d5f5f3a2b10}");
	event_maker_sid(m, EVENT_USER_ID, "S-1-5-18");
	event_maker_integer(m, "SupportInfo1", VALUE_UINT32, 1);
	event_maker_integer(m, "SupportInfo2", VALUE_UINT32, 4000 + random_below(seed, 999));
	event_maker_integer(m, "ProcessingMode", VALUE_UINT32, 0);
	event_maker_integer(m, "ProcessingTimeInMilliseconds", VALUE_UINT32,
			    500 + random_below(seed, 900));
	event_maker_string(m, "DCName", "\\\\dc01.example.org");
}

static void uptime(struct event_maker *m, uint64_t *seed)
{
	static const struct classic c = {"EventLog", 6013, 32768, 4, 0};
	char seconds[16];

	classic_system(m, &c);
	snprintf(seconds, sizeof(seconds), "%u", 86400 + random_below(seed, 900000));
	for (unsigned i = 0; i < 4; i++)
		event_maker_string(m, NULL, "");
	event_maker_string(m, NULL, seconds);
	event_maker_string(m, NULL, "60");
	event_maker_string(m, NULL, "0 Coordinated Universal Time");
}

static void system_background(struct log *log, const struct host *host, uint64_t *seed)
{
	static const char *const service[] = {"Windows Update", "WMI Performance Adapter",
					      "Software Protection", "Windows Modules Installer",
					      "Windows Error Reporting Service"};

	(void)host;
	switch (random_below(seed, 8)) {
	case 0:
		uptime(&log->maker, seed);
		break;
	case 1:
	case 2:
		policy_applied(&log->maker, seed);
		break;
	default:
		service_state(&log->maker, service[random_below(seed, 5)],
			      random_below(seed, 2) ? "running" : "stopped");
	}
}

static void pool_crash(struct log *log, const struct host *host, uint64_t time)
{
	static const struct manifest f = {"Microsoft-Windows-WAS",
					  "{524b5d04-133c-4a62-8362-64e8edb9ce40}",
					  "WAS",
					  5011,
					  0,
					  3,
					  0,
					  0,
					  0x80000000000000u,
					  0,
					  0};
	struct event_maker *const m = &log->maker;

	manifest_system(m, &f);
	event_maker_number(m, EVENT_QUALIFIERS, VALUE_UINT16, 32768);
	place(m, "System", host->name, time);
	event_maker_string(m, "AppPoolID", "MSExchangeServicesAppPool");
	event_maker_string(m, "ProcessID", "9164");
	event_maker_binary(m, bytes_of("\x6d\x00\x07\x80", 4));
}

static void application_cleared(struct log *log, const struct host *host, uint64_t time)
{
	cleared_event(&log->maker, host->name, "Application", time);
}

/* ---- MSExchange Management */

/* What differs between cmdlet events; the other strings are those of every one. */
struct cmdlet {
	const char *name, *parameters, *user, *sid, *application, *process;
	const char *exception, *inner; /* NULL: it succeeded */
};

static void cmdlet_event(struct event_maker *m, const struct cmdlet *c)
{
	static const struct classic good = {"MSExchange CmdletLogs", 1, 16384, 4, 1};
	static const struct classic bad = {"MSExchange CmdletLogs", 6, 49152, 2, 1};
	const bool failed = c->exception != NULL;
	const char *const text[] = {c->name,
				    c->parameters,
				    c->user,
				    c->sid,
				    c->sid,
				    c->application,
				    c->process,
				    "",
				    "41",
				    "00:00:00.1718746",
				    "View Entire Forest: 'False', Default Scope: 'example.org'",
				    failed ? c->exception : "",
				    failed ? "0" : "",
				    failed ? c->inner : "",
				    failed ? "NonLocalizedException" : "",
				    "",
				    "",
				    "False",
				    "",
				    "0 objects execution has been proxied to remote server.",
				    "",
				    "",
				    "1",
				    "ActivityId: 2d0e6d6f-8f0b-4d67-9d2e-35b1c3f7a901",
				    "ServicePlan:;IsAdmin:False;",
				    "",
				    "en-US",
				    NULL};

	classic_system(m, failed ? &bad : &good);
	strings(m, text);
}

static void management_background(struct log *log, const struct host *host, uint64_t *seed)
{
	static const struct cmdlet cmdlets[] = {
		{"Set-Mailbox", "-Identity \"b.lang\" -IssueWarningQuota \"4 GB\"",
		 "example.org/Admins/adm.weber", "S-1-5-21-3407-5512-9001-1118",
		 "Remote-ManagementShell-Unknown", "8372 w3wp#MSExchangePowerShellAppPool", NULL,
		 NULL},
		{"Add-DistributionGroupMember", "-Identity \"Sales\" -Member \"c.roth\"",
		 "example.org/Admins/adm.weber", "S-1-5-21-3407-5512-9001-1118",
		 "Remote-EMC-Unknown", "8372 w3wp#MSExchangePowerShellAppPool", NULL, NULL},
		{"Set-MailboxAutoReplyConfiguration", "-Identity \"d.kern\"",
		 "example.org/Users/d.kern", "S-1-5-21-3407-5512-9001-2207", "Local-ECP-Unknown",
		 "7024 w3wp#MSExchangeECPAppPool", NULL, NULL},
		{"New-InboxRule", "-Name \"Newsletters\" -MoveToFolder \"Read later\"",
		 "example.org/Users/e.marx", "S-1-5-21-3407-5512-9001-2214", "Local-ECP-Unknown",
		 "7024 w3wp#MSExchangeECPAppPool", NULL, NULL},
		{"Get-Mailbox", "-Identity \"f.nobody\"", "example.org/Admins/adm.weber",
		 "S-1-5-21-3407-5512-9001-1118", "Remote-ManagementShell-Unknown",
		 "8372 w3wp#MSExchangePowerShellAppPool",
		 "Microsoft.Exchange.Configuration.Tasks.ManagementObjectNotFoundException: no "
		 "mailbox of this name.",
		 ""},
	};

	(void)host;
	cmdlet_event(&log->maker, &cmdlets[random_below(seed, 5)]);
}

static void get_app_failed(struct log *log, const struct host *host, uint64_t time)
{
	static const struct cmdlet c = {
		"Get-App",
		"-Mailbox \"a.keller@example.org\"",
		"example.org/Users/a.keller",
		"S-1-5-21-3407-5512-9001-2231",
		"Remote-Unknown-Unknown",
		"10532 w3wp#MSExchangePowerShellAppPool",
		"System.InvalidCastException: Unable to cast object of type "
		"'System.Security.Claims.ClaimsPrincipal' to a list of add-ins.\r\n"
		"   at Microsoft.Exchange.Data.ApplicationLogic.Extension."
		"ClientExtensionCollectionFormatter.Deserialize(Stream stream)",
		"System.InvalidCastException"};

	cmdlet_event(&log->maker, &c);
	place(&log->maker, "MSExchange Management", host->fqdn, time);
}

/* ---- logs */

static bool is_cleared_event(const struct special *s)
{
	return s->make == application_cleared;
}

static uint64_t write_log(const char *folder, const struct host *host, const struct log_plan *plan)
{
	const struct evtx_writer_options options = {.first_record = plan->first_record};
	const uint64_t end = at(PERIOD_END);
	uint64_t seed = host->seed ^ plan->first_record * 0x9e3779b97f4a7c15u;
	uint64_t time = at(plan->start);
	size_t next = 0;
	struct log log;

	log_open(&log, folder, plan->file, &options);
	while (time < end) {
		while (next < plan->special_count && at(plan->special[next].time) <= time) {
			const struct special *const s = &plan->special[next++];

			log_event(&log);
			s->make(&log, host, at(s->time));
			if (is_cleared_event(s))
				add_cleared(&log);
			else
				log_add(&log);
		}
		log_event(&log);
		place(&log.maker, plan->channel, plan->computer, time);
		plan->background(&log, host, &seed);
		log_add(&log);
		time += (random_next(&seed) >> 11) % (2 * plan->gap_minutes * 60 * FILETIME_SECOND);
	}
	return log_close(&log);
}

static uint64_t write_host(const char *folder, const struct host *host, const struct log_plan *plan,
			   size_t plans)
{
	char below[64], logs[PATH_SIZE];
	uint64_t records = 0;

	snprintf(below, sizeof(below), "%s/C/Windows/System32/winevt/Logs", host->name);
	join_path(logs, folder, below);
	make_folders(logs);
	for (size_t i = 0; i < plans; i++)
		records += write_log(logs, host, &plan[i]);
	return records;
}

#define COUNT(array) (sizeof(array) / sizeof(*(array)))
#define APPLICATION(computer, start, first, special)                                               \
	{                                                                                          \
		"Application.evtx", "Application", computer, start, 150, first,                    \
			application_background, special, COUNT(special)                            \
	}
#define SYSTEM(computer, first, special, count)                                                    \
	{                                                                                          \
		"System.evtx", "System", computer, PERIOD_START, 200, first, system_background,    \
			special, count                                                             \
	}
#define MANAGEMENT(computer, first, special, count)                                                \
	{                                                                                          \
		"MSExchange Management.evtx", "MSExchange Management", computer, PERIOD_START,     \
			600, first, management_background, special, count                          \
	}

static uint64_t write_hosts(const char *folder)
{
	static const struct host ex01 = {"EX01", "ex01.example.org", "15.01.2375.012", 101};
	static const struct host ex02 = {"EX02", "ex02.example.org", "15.02.0986.005", 202};
	static const struct host ex03 = {"EX03", "ex03.example.org", "15.01.2375.017", 303};
	static const struct host ex04 = {"EX04", "ex04.example.org", "15.00.1497.024", 404};
	static const struct special crashes1[] = {{"2021-10-19T04:00:07.8812004Z", crash_benign},
						  {"2021-11-03T09:12:44.0951280Z", crash_attack_1},
						  {"2021-11-03T09:14:07.5312907Z", crash_attack_2},
						  {"2021-11-17T04:00:09.0417222Z", crash_benign}};
	static const struct special crashes2[] = {{"2021-11-24T22:15:31.4406100Z", crash_benign}};
	static const struct special crashes3[] = {{"2021-11-12T03:10:25.1002938Z", crash_benign},
						  {"2021-11-29T03:10:24.7741120Z", crash_benign}};
	static const struct special crashes4[] = {{"2021-10-27T01:45:51.3190045Z", crash_benign},
						  {"2021-11-22T01:45:50.9930717Z", crash_benign}};
	static const struct special pool[] = {{"2021-11-03T09:12:46.2200413Z", pool_crash}};
	static const struct special cleared[] = {{CLEARED_AT, application_cleared}};
	static const struct special get_app[] = {{"2021-11-03T09:12:38.9905512Z", get_app_failed}};
	static const struct log_plan logs1[] = {
		APPLICATION("ex01.example.org", PERIOD_START, 91321, crashes1),
		SYSTEM("EX01", 23011, pool, 1), MANAGEMENT("ex01.example.org", 4102, get_app, 1)};
	static const struct log_plan logs2[] = {
		APPLICATION("ex02.example.org", "2021-11-20T07:44:52.0310984Z", 48213, crashes2),
		SYSTEM("EX02", 18820, cleared, 1), MANAGEMENT("ex02.example.org", 2955, NULL, 0)};
	static const struct log_plan logs3[] = {
		APPLICATION("ex03.example.org", PERIOD_START, 70054, crashes3),
		SYSTEM("EX03", 20977, NULL, 0), MANAGEMENT("ex03.example.org", 3310, NULL, 0)};
	static const struct log_plan logs4[] = {
		APPLICATION("ex04.example.org", PERIOD_START, 120633, crashes4),
		SYSTEM("EX04", 51240, NULL, 0), MANAGEMENT("ex04.example.org", 8077, NULL, 0)};

	return write_host(folder, &ex01, logs1, COUNT(logs1)) +
	       write_host(folder, &ex02, logs2, COUNT(logs2)) +
	       write_host(folder, &ex03, logs3, COUNT(logs3)) +
	       write_host(folder, &ex04, logs4, COUNT(logs4));
}

/* ---- a large log */

/* Everything that a server writes until the file has `mib` MiB: without an attack, or with one as
 * every `attack`th event. */
static uint64_t write_large(const char *path, uint64_t mib, uint64_t attack)
{
	static const struct host host = {"EX05", "ex05.example.org", "15.01.2375.017", 505};
	uint64_t seed = host.seed, time = at(PERIOD_START);
	struct log log;

	log_open(&log, "", path, NULL);
	while (evtx_writer_chunks(log.writer) * 65536 < mib << 20) {
		const unsigned pick = random_below(&seed, 16);

		log_event(&log);
		if (attack && log.next_record % attack == 0) {
			crash_attack_1(&log, &host, time);
		} else if (pick == 0) {
			crash_benign(&log, &host, time);
		} else {
			place(&log.maker, "Application", host.fqdn, time);
			if (pick < 4)
				management_background(&log, &host, &seed);
			else if (pick < 7)
				system_background(&log, &host, &seed);
			else
				application_background(&log, &host, &seed);
		}
		log_add(&log);
		time += random_below(&seed, 200 * (unsigned)(FILETIME_SECOND / 1000));
	}
	return log_close(&log);
}

#endif
