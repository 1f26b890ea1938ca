/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Part of make-evidence: one event log file, written event by event, and beside it (when asked) one
 * line of JSON per event that says what a reader must find. Any failure ends the program: it writes
 * samples, and half of one is worth nothing.
 */
#ifndef TOCSIN_TOOLS_EVIDENCE_LOG_H
#define TOCSIN_TOOLS_EVIDENCE_LOG_H

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#ifdef _WIN32
#include <direct.h>
#endif

#include "base/text.h"
#include "base/timestamp.h"
#include "format/evtx/evtx_writer.h"
#include "format/evtx/writer_event.h"
#include "output/json.h"

#define PATH_SIZE 4096

static void fail(const char *path, const char *why)
{
	fprintf(stderr, "make-evidence: %s: %s\n", path, why);
	exit(1);
}

#ifdef _WIN32
static int make_folder(const char *path)
{
	return _mkdir(path);
}
#else
static int make_folder(const char *path)
{
	return mkdir(path, 0777);
}
#endif

/* Makes the folder and those above it. */
static void make_folders(const char *path)
{
	char part[PATH_SIZE];
	const size_t n = strlen(path);

	if (n >= sizeof(part))
		fail(path, "the path is too long");
	for (size_t i = 1; i <= n; i++) {
		if (path[i] != '/' && path[i] != 0)
			continue;
		memcpy(part, path, i);
		part[i] = 0;
		if (make_folder(part) != 0 && errno != EEXIST)
			fail(part, strerror(errno));
	}
}

/* DIR/NAME, or NAME without a folder, in `out`, which has PATH_SIZE bytes. */
static void join_path(char *out, const char *folder, const char *name)
{
	if (snprintf(out, PATH_SIZE, "%s%s%s", folder, *folder ? "/" : "", name) >= PATH_SIZE)
		fail(folder, "the path is too long");
}

struct log {
	char path[PATH_SIZE];
	FILE *file, *expected;
	struct evtx_writer *writer;
	uint64_t next_record;
	struct arena arena; /* of one event */
	struct event_maker maker;
	struct buf line;
};

static void log_open(struct log *log, const char *folder, const char *name,
		     const struct evtx_writer_options *options)
{
	memset(log, 0, sizeof(*log));
	join_path(log->path, folder, name);
	log->file = fopen(log->path, "wb");
	if (!log->file)
		fail(log->path, strerror(errno));
	log->writer = evtx_writer_new(evtx_sink_stream(log->file), options);
	if (!log->writer)
		fail(log->path, "no memory");
	log->next_record = options && options->first_record ? options->first_record : 1;
}

/* Beside x.evtx, x.expected.jsonl. */
static void log_expect(struct log *log)
{
	char path[PATH_SIZE + 16];
	const size_t stem = strlen(log->path) - strlen(".evtx");

	snprintf(path, sizeof(path), "%.*s.expected.jsonl", (int)stem, log->path);
	log->expected = fopen(path, "wb");
	if (!log->expected)
		fail(path, strerror(errno));
}

static struct event_maker *log_event(struct log *log)
{
	arena_reset(&log->arena);
	event_maker_start(&log->maker, &log->arena);
	return &log->maker;
}

/* ---- what a reader must find */

static void expect_value(struct json *j, struct arena *arena, const struct value *v)
{
	const struct value plain = {(uint8_t)(v->type & ~VALUE_ARRAY), v->bytes};
	struct value item;
	size_t state = 0;

	json_begin(j, '{');
	json_member_u64(j, "type", v->type);
	if (plain.type == VALUE_NULL) {
		json_key(j, "text");
		json_null(j);
	} else if (!(v->type & VALUE_ARRAY)) {
		json_member_str(j, "text", value_text8(arena, v));
	} else {
		json_key(j, "items");
		json_begin(j, '[');
		while (value_item(v, &state, &item))
			json_str(j, value_text8(arena, &item));
		json_end(j, ']');
	}
	json_end(j, '}');
}

static void expect_line(struct log *log, const struct event *e)
{
	struct arena *const arena = &log->arena;
	struct buf hex = {0};
	struct json j;
	char number[24];

	buf_clear(&log->line);
	json_init(&j, &log->line, true);
	json_begin(&j, '{');
	json_key(&j, event_field_name(EVENT_RECORD_ID));
	snprintf(number, sizeof(number), "%llu", (unsigned long long)log->next_record);
	json_str(&j, number);
	for (unsigned i = 0; i < EVENT_FIELD_COUNT; i++) {
		if (e->field[i].type == VALUE_NULL)
			continue;
		json_member_str(&j, event_field_name((enum event_field)i),
				value_text8(arena, &e->field[i]));
	}
	json_key(&j, "data");
	json_begin(&j, '[');
	for (size_t i = 0; i < e->data_count; i++) {
		json_begin(&j, '{');
		json_member_str(&j, "name", utf16_to_utf8(arena, e->data[i].name, NULL));
		json_key(&j, "value");
		expect_value(&j, arena, &e->data[i].value);
		json_end(&j, '}');
	}
	json_end(&j, ']');
	if (e->binary.n) {
		text_hex(&hex, e->binary);
		json_member_str(&j, "binary", buf_cstr(&hex));
	}
	json_end(&j, '}');
	buf_byte(&log->line, '\n');
	if (buf_failed(&log->line) || buf_failed(&hex))
		fail(log->path, "no memory");
	if (fwrite(log->line.p, 1, log->line.n, log->expected) != log->line.n)
		fail(log->path, "the expectations cannot be written");
	buf_free(&hex);
}

/* Adds the event that the maker holds. */
static void log_add_shaped(struct log *log, const struct evtx_shape *shape)
{
	const struct event *const e = event_maker_done(&log->maker);
	struct tocsin_error error = {0};

	if (!e)
		fail(log->path, "an event cannot be made");
	if (evtx_writer_add(log->writer, e, shape, &error) != TOCSIN_OK)
		fail(log->path, error.msg);
	if (log->expected)
		expect_line(log, e);
	log->next_record++;
}

static void log_add(struct log *log)
{
	log_add_shaped(log, NULL);
}

/* Returns the number of records. */
static uint64_t log_close(struct log *log)
{
	struct tocsin_error error = {0};
	uint64_t records;

	if (evtx_writer_finish(log->writer, &error) != TOCSIN_OK)
		fail(log->path, error.msg);
	records = evtx_writer_records(log->writer);
	evtx_writer_free(log->writer);
	if (fclose(log->file) != 0 || (log->expected && fclose(log->expected) != 0))
		fail(log->path, strerror(errno));
	arena_free(&log->arena);
	buf_free(&log->line);
	return records;
}

/* ---- shared by the samples */

static uint64_t at(const char *text)
{
	uint64_t time = 0;

	if (filetime_parse(text, false, &time) != TOCSIN_OK)
		fail(text, "no time");
	return time;
}

/* xorshift64*: the same numbers on every machine. */
static uint64_t random_next(uint64_t *state)
{
	uint64_t x = *state;

	x ^= x >> 12;
	x ^= x << 25;
	x ^= x >> 27;
	*state = x;
	return x * 0x2545f4914f6cdd1du;
}

static unsigned random_below(uint64_t *state, unsigned n)
{
	return (unsigned)((random_next(state) >> 33) % n);
}

/* The System element of a classic event. */
struct classic {
	const char *provider;
	unsigned id, qualifiers, level, task;
};

static void classic_system(struct event_maker *m, const struct classic *c)
{
	event_maker_text(m, EVENT_PROVIDER, c->provider);
	event_maker_number(m, EVENT_ID, VALUE_UINT16, c->id);
	event_maker_number(m, EVENT_QUALIFIERS, VALUE_UINT16, c->qualifiers);
	event_maker_number(m, EVENT_LEVEL, VALUE_UINT8, c->level);
	event_maker_number(m, EVENT_TASK, VALUE_UINT16, c->task);
	event_maker_number(m, EVENT_KEYWORDS, VALUE_HEX64, 0x80000000000000u);
}

/* The System element of an event of a provider with a manifest. */
struct manifest {
	const char *provider, *guid, *source; /* source may be NULL */
	unsigned id, version, level, task, opcode;
	uint64_t keywords;
	unsigned process, thread;
};

static void manifest_system(struct event_maker *m, const struct manifest *f)
{
	event_maker_text(m, EVENT_PROVIDER, f->provider);
	event_maker_guid(m, EVENT_PROVIDER_GUID, f->guid);
	if (f->source)
		event_maker_text(m, EVENT_SOURCE, f->source);
	event_maker_number(m, EVENT_ID, VALUE_UINT16, f->id);
	event_maker_number(m, EVENT_VERSION, VALUE_UINT8, f->version);
	event_maker_number(m, EVENT_LEVEL, VALUE_UINT8, f->level);
	event_maker_number(m, EVENT_TASK, VALUE_UINT16, f->task);
	event_maker_number(m, EVENT_OPCODE, VALUE_UINT8, f->opcode);
	event_maker_number(m, EVENT_KEYWORDS, VALUE_HEX64, f->keywords);
	event_maker_number(m, EVENT_PROCESS_ID, VALUE_UINT32, f->process);
	event_maker_number(m, EVENT_THREAD_ID, VALUE_UINT32, f->thread);
}

static void place(struct event_maker *m, const char *channel, const char *computer, uint64_t time)
{
	event_maker_text(m, EVENT_CHANNEL, channel);
	event_maker_text(m, EVENT_COMPUTER, computer);
	event_maker_time(m, time);
}

/* Unnamed strings up to a NULL. */
static void strings(struct event_maker *m, const char *const *text)
{
	for (; *text; text++)
		event_maker_string(m, NULL, *text);
}

#endif
