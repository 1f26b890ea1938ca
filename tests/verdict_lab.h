/* SPDX-License-Identifier: Apache-2.0 */
/* A folder of logs made by the writer, and what check says of it: for the tests of verdicts. */
#ifndef TOCSIN_TESTS_VERDICT_LAB_H
#define TOCSIN_TESTS_VERDICT_LAB_H

#include "test.h"

#include <unistd.h>

#include "base/limits.h"
#include "base/os.h"
#include "base/timestamp.h"
#include "format/evtx/evtx_writer.h"
#include "format/evtx/writer_event.h"
#include "output/check_report.h"
#include "verdict/verdict.h"

#define ATTACK "M.E.C.S.F.TypedBinaryFormatter.Deserialize"
#define HARMLESS "M.E.D.Something.Else"

/* A folder of logs, and what check says of it. */
struct lab {
	char folder[64];
	char paths[24][96];
	const char *given[24];
	size_t count;
	struct check_options options;
	struct pack **packs;
	size_t pack_count;
	struct exposure_db *db;
	struct message_catalogue *catalogue;
	struct evidence *evidence;
	struct check_result *result;
};

/* One log being written. */
struct log {
	FILE *file;
	struct evtx_writer *writer;
	struct arena arena;
	const char *computer, *channel;
	uint64_t id;
	bool forwarded;
};

static inline int setup(void **state)
{
	struct lab *const lab = calloc(1, sizeof(*lab));
	char data[4096];
	struct tocsin_error error;

	snprintf(lab->folder, sizeof(lab->folder), "/tmp/tocsin-verdict-XXXXXX");
	assert_non_null(mkdtemp(lab->folder));
	test_source(data, "data");
	assert_ok(pack_builtin(data, &lab->packs, &lab->pack_count, &error));
	assert_int_equal(lab->pack_count, 1);
	assert_ok(exposure_db_load(data, &lab->db, &error));
	assert_ok(message_catalogue_load(data, &lab->catalogue, &error));
	lab->options.packs = lab->packs;
	lab->options.pack_count = lab->pack_count;
	lab->options.db = lab->db;
	lab->options.catalogue = lab->catalogue;
	lab->options.until = UINT64_MAX;
	lab->options.threads = 2;
	*state = lab;
	return 0;
}

static inline int teardown(void **state)
{
	struct lab *const lab = *state;

	check_result_free(lab->result);
	evidence_free(lab->evidence);
	message_catalogue_free(lab->catalogue);
	exposure_db_free(lab->db);
	for (size_t i = 0; i < lab->pack_count; i++)
		pack_free(lab->packs[i]);
	free(lab->packs);
	for (size_t i = 0; i < lab->count; i++)
		unlink(lab->paths[i]);
	rmdir(lab->folder);
	free(lab);
	return 0;
}

static inline uint64_t at(const char *iso)
{
	uint64_t t;

	assert_ok(filetime_parse(iso, false, &t));
	return t;
}

static inline struct log *log_open(struct lab *lab, const char *computer, const char *channel)
{
	struct log *const log = calloc(1, sizeof(*log));
	char *const path = lab->paths[lab->count];

	snprintf(path, sizeof(lab->paths[0]), "%s/%02zu.evtx", lab->folder, lab->count);
	lab->given[lab->count++] = path;
	log->file = fopen(path, "wb");
	assert_non_null(log->file);
	log->writer = evtx_writer_new(evtx_sink_stream(log->file), NULL);
	assert_non_null(log->writer);
	log->computer = computer;
	log->channel = channel;
	log->id = 1;
	return log;
}

static inline void log_close(struct log *log)
{
	struct tocsin_error error;

	assert_ok(evtx_writer_finish(log->writer, &error));
	evtx_writer_free(log->writer);
	fclose(log->file);
	arena_free(&log->arena);
	free(log);
}

/* An event with strings; the list of them ends with NULL. */
static inline void add(struct log *log, const char *time, const char *provider, unsigned id,
		       unsigned level, const char *const *strings)
{
	struct event_maker m;
	struct tocsin_error error;
	const struct event *e;

	event_maker_start(&m, &log->arena);
	event_maker_text(&m, EVENT_PROVIDER, provider);
	event_maker_number(&m, EVENT_ID, VALUE_UINT16, id);
	event_maker_number(&m, EVENT_LEVEL, VALUE_UINT8, level);
	event_maker_time(&m, at(time));
	event_maker_text(&m, EVENT_CHANNEL, log->channel);
	event_maker_text(&m, EVENT_COMPUTER, log->computer);
	if (log->forwarded)
		event_maker_text(&m, EVENT_MESSAGE, "worded by its own computer");
	for (size_t i = 0; strings && strings[i]; i++)
		event_maker_string(&m, NULL, strings[i]);
	m.event.record_id = log->id;
	log->id++;
	e = event_maker_done(&m);
	assert_non_null(e);
	assert_ok(evtx_writer_add(log->writer, e, NULL, &error));
}

static inline void add_plain(struct log *log, const char *time)
{
	add(log, time, "ESENT", 102, 4, (const char *const[]){"svchost", NULL});
}

/* A crash report of a process of this build, in this method. */
static inline void add_crash(struct log *log, const char *time, const char *build,
			     const char *method)
{
	const char *const strings[] = {"1124",
				       "E12IIS",
				       "c-RTL-AMD64",
				       build,
				       "w3wp#MSExchangeServicesAppPool",
				       "M.Exchange.Compliance",
				       method,
				       "System.InvalidCastException",
				       "66d7",
				       build,
				       "True",
				       "False",
				       "w3wp",
				       "",
				       NULL};

	add(log, time, "MSExchange Common", 4999, 2, strings);
}

static inline const struct check_result *check(struct lab *lab)
{
	struct tocsin_error error;

	check_result_free(lab->result);
	evidence_free(lab->evidence);
	lab->result = NULL;
	lab->evidence = NULL;
	assert_ok(evidence_open(lab->given, lab->count, NULL, &lab->evidence, &error));
	assert_ok(check_run(lab->evidence, &lab->options, &lab->result, &error));
	return lab->result;
}

static inline const struct check_verdict *only_verdict(const struct check_result *r)
{
	assert_int_equal(r->host_count, 1);
	return &r->hosts[0].verdicts[0];
}

static inline void assert_assessment(const struct check_verdict *v, const char *assessment,
				     const char *reason_has)
{
	assert_string_equal(assessment_name(v->assessment), assessment);
	if (!strstr(v->reason, reason_has))
		fail_msg("reason is \"%s\", without \"%s\"", v->reason, reason_has);
}

static inline const char *exposure_of(const struct check_verdict *v)
{
	assert_int_equal(v->exposure_count, 1);
	return exposure_status_name(v->exposures[0].exposure.status);
}

#define TEST(f) cmocka_unit_test_setup_teardown(f, setup, teardown)

#endif
