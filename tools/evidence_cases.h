/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Part of make-evidence: one small log per feature of the writer, with what a reader must find.
 * Peers read them in tests/peers.
 */
#ifndef TOCSIN_TOOLS_EVIDENCE_CASES_H
#define TOCSIN_TOOLS_EVIDENCE_CASES_H

#include "evidence_log.h"

#define CASE_COMPUTER "case.example.org"
#define CASE_GUID "{0b5a7c11-2f4e-4d0e-9a3b-5c6d7e8f9011}"
#define CASE_TIME "2021-11-03T09:12:44.0951280Z"

static const struct classic case_classic = {"Tocsin Case", 4999, 16388, 2, 1};
static const struct manifest case_manifest = {
	"Tocsin-Case", CASE_GUID, NULL, 4321, 2, 4, 12, 1, 0x8000000000000000u, 812, 3916};

static struct view bytes_of(const void *p, size_t n)
{
	return (struct view){p, n};
}

static void case_classic_strings(struct log *log)
{
	static const char *const text[] = {"plain",
					   "",
					   "<tag attribute=\"x\" other='y'> & ]]>",
					   "two\r\nlines\tand a tab",
					   "gr\xc3\xb6n \xc3\x9f \xe2\x82\xac \xf0\x9f\x94\x94",
					   "  blanks around  ",
					   "C:\\Windows\\System32\\inetsrv\\w3wp.exe",
					   "",
					   NULL};
	static const uint8_t binary[] = {0, 1, 2, 0x7f, 0x80, 0xfe, 0xff, 0};
	char number[32];

	for (unsigned i = 0; i < 12; i++) {
		struct event_maker *const m = log_event(log);

		classic_system(m, &case_classic);
		place(m, "Application", CASE_COMPUTER, at(CASE_TIME) + i);
		if (i % 3 != 1)
			strings(m, text);
		for (unsigned k = 0; k < i; k++) {
			snprintf(number, sizeof(number), "string %u of %u", k, i);
			event_maker_string(m, NULL, number);
		}
		if (i % 2)
			event_maker_binary(m, bytes_of(binary, sizeof(binary)));
		if (i % 4 == 3)
			event_maker_sid(m, EVENT_USER_ID, "S-1-5-21-1-2-4294967295-1106");
		log_add(log);
	}
}

/* One named value of each type, several times with other contents. */
static void case_types(struct log *log)
{
	static const uint64_t number[] = {0,      1,          0x7f,        0x80,
					  0xffff, 0x7fffffff, 0x80000000u, 0xffffffffffffffffu};
	static const uint8_t systemtime[] = {0xe5, 7, 11, 0, 3, 0, 3, 0, 9, 0, 12, 0, 44, 0, 95, 0};
	static const double real[] = {0, 1, -1, 0.5, 1e100, 3.25, 123456, -0.0625};

	for (unsigned i = 0; i < 8; i++) {
		struct event_maker *const m = log_event(log);
		uint8_t raw[8];
		uint64_t bits;

		manifest_system(m, &case_manifest);
		place(m, "Tocsin-Case/Operational", CASE_COMPUTER, at(CASE_TIME) + i);
		event_maker_sid(m, EVENT_USER_ID, "S-1-5-18");
		if (i % 2)
			event_maker_guid(m, EVENT_ACTIVITY_ID,
					 "{a3591746-a27b-447a-b8be-ff54ae3a46f1}");
		if (i % 4 == 1)
			event_maker_guid(m, EVENT_RELATED_ACTIVITY_ID,
					 "{a3591746-a27b-447a-b8be-ff54ae3a46f2}");
		event_maker_string(m, "Text", i % 2 ? "some text" : "");
		event_maker_value(m, "Ansi", VALUE_ANSI, bytes_of("ascii", 5));
		event_maker_integer(m, "Int8", VALUE_INT8, number[i]);
		event_maker_integer(m, "UInt8", VALUE_UINT8, number[i]);
		event_maker_integer(m, "Int16", VALUE_INT16, number[i]);
		event_maker_integer(m, "UInt16", VALUE_UINT16, number[i]);
		event_maker_integer(m, "Int32", VALUE_INT32, number[i]);
		event_maker_integer(m, "UInt32", VALUE_UINT32, number[i]);
		event_maker_integer(m, "Int64", VALUE_INT64, number[i]);
		event_maker_integer(m, "UInt64", VALUE_UINT64, number[i]);
		memcpy(&bits, &real[i], 8);
		put64(raw, bits);
		event_maker_value(m, "Double", VALUE_DOUBLE, bytes_of(raw, 8));
		event_maker_integer(m, "Bool", VALUE_BOOL, i & 1);
		event_maker_value(m, "Binary", VALUE_BINARY, bytes_of("\x00\xff\x10", 3));
		event_maker_value(m, "Guid", VALUE_GUID, guid_from_text(m->arena, CASE_GUID));
		event_maker_integer(m, "Time", VALUE_FILETIME, at(CASE_TIME) + number[i] % 99);
		event_maker_value(m, "SystemTime", VALUE_SYSTEMTIME,
				  bytes_of(systemtime, sizeof(systemtime)));
		event_maker_value(m, "Sid", VALUE_SID,
				  sid_from_text(m->arena, "S-1-5-21-186559946-3925841745-500"));
		event_maker_integer(m, "Hex32", VALUE_HEX32, number[i]);
		event_maker_integer(m, "Hex64", VALUE_HEX64, number[i]);
		log_add(log);
	}
}

static void case_nulls(struct log *log)
{
	for (unsigned i = 0; i < 4; i++) {
		struct event_maker *const m = log_event(log);

		manifest_system(m, &case_manifest);
		place(m, "Tocsin-Case/Operational", CASE_COMPUTER, at(CASE_TIME) + i);
		event_maker_string(m, "First", i & 1 ? "" : "text");
		event_maker_value(m, "Second", i & 2 ? VALUE_NULL : VALUE_STRING,
				  bytes_of("b", i & 2 ? 0 : 2));
		event_maker_string(m, "Third", "z");
		log_add(log);
	}
}

/* Arrays and pointer-sized values: what not every peer reads. */
static void case_arrays(struct log *log)
{
	static const uint8_t text[] = {'a', 0, 0, 0, 0, 0, 'b', 0, 'c', 0, 0, 0};
	static const uint8_t number[] = {1, 0, 0, 0, 2, 0, 0, 0, 0xff, 0xff, 0xff, 0xff};

	for (unsigned i = 0; i < 3; i++) {
		struct event_maker *const m = log_event(log);

		manifest_system(m, &case_manifest);
		place(m, "Tocsin-Case/Operational", CASE_COMPUTER, at(CASE_TIME) + i);
		event_maker_string(m, "Before", "x");
		event_maker_value(m, "Strings", VALUE_STRING | VALUE_ARRAY,
				  bytes_of(text, sizeof(text)));
		event_maker_value(m, "Numbers", VALUE_UINT32 | VALUE_ARRAY,
				  bytes_of(number, 4 * (i + 1)));
		event_maker_string(m, "After", "y");
		log_add(log);
	}
}

/* As the event log service tells that a log was cleared. */
static void cleared_event(struct event_maker *m, const char *computer, const char *log_name,
			  uint64_t time)
{
	static const struct manifest service = {"Microsoft-Windows-Eventlog",
						"{fc65ddd8-d6ef-4962-83d5-6e5cfe9ce148}",
						NULL,
						104,
						0,
						4,
						104,
						0,
						0x8000000000000000u,
						1128,
						5032};

	manifest_system(m, &service);
	place(m, "System", computer, time);
	event_maker_sid(m, EVENT_USER_ID, "S-1-5-21-1587066498-1489273250-1035260531-1106");
	event_maker_string(m, "SubjectUserName", "admin.backup");
	event_maker_string(m, "SubjectDomainName", "EXAMPLE");
	event_maker_string(m, "Channel", log_name);
	event_maker_string(m, "BackupPath", "");
}

static void add_cleared(struct log *log)
{
	struct evtx_shape shape = {0};

	shape.user_element = utf8_to_utf16(&log->arena, view_of("LogFileCleared"));
	shape.user_namespace = utf8_to_utf16(
		&log->arena,
		view_of("http://manifests.microsoft.com/win/2004/08/windows/eventlog"));
	log_add_shaped(log, &shape);
}

static void case_user_data(struct log *log)
{
	for (unsigned i = 0; i < 5; i++) {
		cleared_event(log_event(log), CASE_COMPUTER, i % 2 ? "Application" : "System",
			      at(CASE_TIME) + i);
		add_cleared(log);
	}
}

/* Provider, GUID and channel as values; unnamed strings as values; a classic source name. */
static void case_shapes(struct log *log)
{
	struct manifest with_source = case_manifest;

	with_source.source = "Tocsin Case Source";
	for (unsigned i = 0; i < 8; i++) {
		const struct evtx_shape shape = {.system_in_slots = i % 2,
						 .separate_strings = i / 2 % 2};
		struct event_maker *const m = log_event(log);

		if (i < 4)
			classic_system(m, &case_classic);
		else
			manifest_system(m, &with_source);
		place(m, i % 3 ? "Application" : "System", CASE_COMPUTER, at(CASE_TIME) + i);
		event_maker_string(m, i < 4 ? NULL : "First", "one");
		event_maker_string(m, i < 4 ? NULL : "Second", "");
		event_maker_string(m, i < 4 ? NULL : "First", "a name comes twice");
		log_add_shaped(log, &shape);
	}
}

/* A collector's log: rendered text, other computers and channels. */
static void case_forwarded(struct log *log)
{
	char computer[64];

	for (unsigned i = 0; i < 6; i++) {
		struct event_maker *const m = log_event(log);

		classic_system(m, &case_classic);
		snprintf(computer, sizeof(computer), "host%u.example.org", i % 3);
		place(m, i % 2 ? "Application" : "System", computer, at(CASE_TIME) + i);
		event_maker_string(m, NULL, "first string");
		event_maker_text(m, EVENT_MESSAGE, "The first string is: first string\r\n");
		event_maker_text(m, EVENT_LEVEL_NAME, "Error");
		if (i % 2)
			event_maker_text(m, EVENT_TASK_NAME, "General");
		log_add(log);
	}
}

/* Several chunks, ids past 32 bits, providers that come and go. */
static void case_many(struct log *log, unsigned count)
{
	static const char *const channel[] = {"Application", "System", "MSExchange Management"};
	uint64_t seed = 42;
	char text[400];

	for (unsigned i = 0; i < count; i++) {
		struct event_maker *const m = log_event(log);
		struct classic c = case_classic;
		char provider[32];

		snprintf(provider, sizeof(provider), "Provider %u", random_below(&seed, 9));
		c.provider = provider;
		c.id = random_below(&seed, 65536);
		if (random_below(&seed, 3)) {
			classic_system(m, &c);
			snprintf(text, sizeof(text), "%*u", (int)random_below(&seed, 390) + 1, i);
			event_maker_string(m, NULL, text);
		} else {
			manifest_system(m, &case_manifest);
			event_maker_integer(m, "Count", VALUE_UINT32, i);
			event_maker_string(m, "Text", provider);
		}
		place(m, channel[random_below(&seed, 3)], CASE_COMPUTER,
		      at(CASE_TIME) + i * FILETIME_SECOND);
		log_add(log);
	}
}

/* A record that fills a chunk to its last byte, one that almost does, small ones between. */
static void case_large(struct log *log)
{
	static const unsigned size[] = {10, 31000, 5, 30000, 7, 16000};
	char *const text = malloc(40000);

	if (!text)
		fail(log->path, "no memory");
	for (unsigned i = 0; i < sizeof(size) / sizeof(*size); i++) {
		struct event_maker *const m = log_event(log);

		memset(text, 'a' + (int)i, size[i]);
		text[size[i]] = 0;
		classic_system(m, &case_classic);
		place(m, "Application", CASE_COMPUTER, at(CASE_TIME) + i);
		event_maker_string(m, NULL, text);
		log_add(log);
	}
	free(text);
}

static void write_case(const char *folder, const char *name, void (*fill)(struct log *),
		       const struct evtx_writer_options *options)
{
	struct log log;

	log_open(&log, folder, name, options);
	log_expect(&log);
	if (fill)
		fill(&log);
	log_close(&log);
}

static void case_few(struct log *log)
{
	case_many(log, 40);
}

static void case_chunks(struct log *log)
{
	case_many(log, 600);
}

static void write_cases(const char *folder)
{
	const struct evtx_writer_options dirty = {.dirty = true};
	const struct evtx_writer_options plain = {.no_crc32 = true};
	const struct evtx_writer_options late = {.first_record = 4294967000u, .full = true};

	make_folders(folder);
	write_case(folder, "classic.evtx", case_classic_strings, NULL);
	write_case(folder, "types.evtx", case_types, NULL);
	write_case(folder, "nulls.evtx", case_nulls, NULL);
	write_case(folder, "arrays.evtx", case_arrays, NULL);
	write_case(folder, "userdata.evtx", case_user_data, NULL);
	write_case(folder, "shapes.evtx", case_shapes, NULL);
	write_case(folder, "forwarded.evtx", case_forwarded, NULL);
	write_case(folder, "chunks.evtx", case_chunks, &late);
	write_case(folder, "large.evtx", case_large, NULL);
	write_case(folder, "dirty.evtx", case_chunks, &dirty);
	write_case(folder, "nocrc.evtx", case_few, &plain);
	write_case(folder, "empty.evtx", NULL, NULL);
}

#endif
