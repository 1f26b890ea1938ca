/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What the tests of the scan share: logs made by our own writer, runs over them, and what a run
 * told as text. Each run also checks the accounts: every byte of every source in one counter, and
 * the bytes of all losses together are those that the account calls lost.
 */
#ifndef TOCSIN_TESTS_SCAN_LAB_H
#define TOCSIN_TESTS_SCAN_LAB_H

#include <sys/stat.h>
#include <unistd.h>

#include "base/threads.h"
#include "format/evtx/evtx_writer.h"
#include "query/log_file.h"
#include "query/scan.h"

#define PER_CHUNK 3u

static char folder[] = "/tmp/tocsin-scan-XXXXXX";
static unsigned files_made;

/* ---- Making logs */

static inline struct value text_value(struct arena *a, const char *text)
{
	const struct value v = {VALUE_STRING, utf8_to_utf16(a, view_of(text))};
	return v;
}

static inline void make_event(struct arena *a, struct event *e, uint64_t id)
{
	static uint8_t number[2] = {1, 0};
	static uint8_t level[1] = {4};
	struct event_data *const data = arena_alloc(a, sizeof(*data));
	uint8_t *const time = arena_alloc(a, 8);
	char text[64];

	memset(e, 0, sizeof(*e));
	snprintf(text, sizeof(text), "value %llu", (unsigned long long)id);
	put64(time, 132800000000000000u + id * 10000000u);
	e->record_id = id;
	e->written = le64(time);
	e->field[EVENT_PROVIDER] = text_value(a, "Test Provider");
	e->field[EVENT_CHANNEL] = text_value(a, "Application");
	e->field[EVENT_COMPUTER] = text_value(a, "EX01");
	e->field[EVENT_ID] = (struct value){VALUE_UINT16, {number, 2}};
	e->field[EVENT_LEVEL] = (struct value){VALUE_UINT8, {level, 1}};
	e->field[EVENT_TIME] = (struct value){VALUE_FILETIME, {time, 8}};
	data->value = text_value(a, text);
	e->data = data;
	e->data_count = 1;
}

/* A log of `chunks` chunks with PER_CHUNK records each, ids from `first`. */
static inline void make_log(struct buf *out, unsigned chunks, uint64_t first)
{
	const struct evtx_writer_options options = {.first_record = first};
	struct evtx_writer *const w = evtx_writer_new(evtx_sink_buf(out), &options);
	struct arena a = {0};
	struct tocsin_error error;
	unsigned i, k;

	assert_non_null(w);
	for (i = 0; i < chunks; i++) {
		for (k = 0; k < PER_CHUNK; k++) {
			struct event e;

			make_event(&a, &e, first + i * PER_CHUNK + k);
			assert_ok(evtx_writer_add(w, &e, NULL, &error));
			arena_reset(&a);
		}
		assert_ok(evtx_writer_end_chunk(w, &error));
	}
	assert_ok(evtx_writer_finish(w, &error));
	evtx_writer_free(w);
	arena_free(&a);
	assert_int_equal(out->n, EVTX_HEADER_SIZE + chunks * EVTX_CHUNK_SIZE);
}

static uint8_t *chunk_of(struct buf *log, unsigned number)
{
	return (uint8_t *)log->p + EVTX_HEADER_SIZE + number * EVTX_CHUNK_SIZE;
}

/* Moves chunks so that chunk `by` comes first: what a log looks like that has wrapped. */
static inline void rotate(struct buf *log, unsigned by)
{
	const size_t all = log->n - EVTX_HEADER_SIZE, cut = (size_t)by * EVTX_CHUNK_SIZE;
	uint8_t *const copy = malloc(all);

	assert_non_null(copy);
	memcpy(copy, chunk_of(log, 0), all);
	memcpy(chunk_of(log, 0), copy + cut, all - cut);
	memcpy(chunk_of(log, 0) + all - cut, copy, cut);
	free(copy);
}

static inline const char *save(const struct buf *log)
{
	char *const path = malloc(128);
	FILE *f;

	assert_non_null(path);
	snprintf(path, 128, "%s/%03u.evtx", folder, files_made++);
	f = fopen(path, "wb");
	assert_non_null(f);
	assert_int_equal(fwrite(log->p, 1, log->n, f), log->n);
	assert_int_equal(fclose(f), 0);
	return path;
}

/* ---- Running */

#define LAB_SOURCES 400u

/* "17 " a live record, "17r " a recovered one, "17c " a carved one, with "?" behind it where its
 * template is lost and "t" where that is known from somewhere else; "!invalid:400 " a loss with its
 * offset (with "+512" behind it where `bytes` is asked for). */
struct unit {
	struct buf text;
	const struct source *source;
	uint64_t lost; /* bytes of the losses */
	struct evtx_account account;
	bool accounted;
};

struct source_sum {
	struct evtx_account account;
	uint64_t lost;
};

struct result {
	struct buf text;
	const struct evidence *evidence;
	struct source_sum sums[LAB_SOURCES];
	unsigned begun, ended, freed, stop_after;
	bool bytes; /* tell those of a loss */
	struct mutex lock;
};

static inline void *unit_begin(void *context, const struct scan_worker *w,
			       const struct source *source)
{
	struct result *const r = context;

	struct unit *const u = calloc(1, sizeof(*u));

	(void)w;
	assert_non_null(u);
	u->source = source;
	mutex_lock(&r->lock);
	r->begun++;
	mutex_unlock(&r->lock);
	return u;
}

static inline void on_event(void *context, const struct scan_worker *w, void *unit,
			    const struct event *e)
{
	static const char *const marks[] = {"", "r", "c"};
	struct unit *const u = unit;
	struct buf xml = {0};

	(void)context;
	assert_ok(evtx_render_xml(w->decoder, e, &xml)); /* any event of the chunk can be */
	assert_true(xml.n > (e->template_missing ? 10 : 100));
	buf_free(&xml);
	buf_printf(&u->text, "%llu%s%s%s ", (unsigned long long)e->record_id, marks[e->origin],
		   e->template_missing ? "?" : "", e->template_path ? "t" : "");
}

static inline void on_damage(void *context, const struct scan_worker *w, void *unit,
			     const struct scan_damage *d)
{
	const struct result *const r = context;
	struct unit *const u = unit;

	(void)w;
	assert_ptr_equal(d->source, u->source);
	assert_non_null(d->error.msg);
	buf_printf(&u->text, "!%s:%llx", tocsin_status_name(d->error.status),
		   (unsigned long long)d->error.offset);
	if (r->bytes && d->bytes)
		buf_printf(&u->text, "+%llu", (unsigned long long)d->bytes);
	buf_byte(&u->text, ' ');
	if (d->error.status == TOCSIN_MISMATCH)
		assert_int_equal(d->bytes, 0);
	u->lost += d->bytes;
}

static inline void on_account(void *context, const struct scan_worker *w, void *unit,
			      const struct evtx_account *account)
{
	struct unit *const u = unit;

	(void)context;
	(void)w;
	assert_false(u->accounted);
	u->accounted = true;
	u->account = *account;
}

static inline uint64_t account_bytes(const struct evtx_account *a)
{
	return a->headers + a->records + a->recovered + a->unused + a->residue + a->lost;
}

static inline void unit_free(void *context, void *unit)
{
	struct result *const r = context;
	struct unit *const u = unit;

	r->freed++;
	buf_free(&u->text);
	free(u);
}

static inline void account_add(struct evtx_account *to, const struct evtx_account *a)
{
	to->headers += a->headers;
	to->records += a->records;
	to->recovered += a->recovered;
	to->unused += a->unused;
	to->residue += a->residue;
	to->lost += a->lost;
	to->noise += a->noise;
	to->copies += a->copies;
}

static inline bool unit_end(void *context, const struct source *source, void *unit)
{
	struct result *const r = context;
	struct unit *const u = unit;

	const size_t n = (size_t)(source - r->evidence->sources);

	assert_true(u->accounted);
	assert_true(n < LAB_SOURCES);
	account_add(&r->sums[n].account, &u->account);
	r->sums[n].lost += u->lost;
	if (u->text.n)
		buf_add(&r->text, u->text.p, u->text.n);
	buf_free(&u->text);
	free(u);
	return ++r->ended != r->stop_after;
}

/* The accounts of a whole run. */
static inline void check_accounts(const struct result *r)
{
	size_t i;

	for (i = 0; i < r->evidence->source_count; i++) {
		const struct source *const s = &r->evidence->sources[i];

		if (account_bytes(&r->sums[i].account) != s->size ||
		    r->sums[i].account.lost != r->sums[i].lost)
			print_error("%s: %llu bytes, %llu explained; %llu lost, %llu told\n",
				    s->path, (unsigned long long)s->size,
				    (unsigned long long)account_bytes(&r->sums[i].account),
				    (unsigned long long)r->sums[i].account.lost,
				    (unsigned long long)r->sums[i].lost);
		assert_int_equal(account_bytes(&r->sums[i].account), s->size);
		assert_int_equal(r->sums[i].account.lost, r->sums[i].lost);
	}
}

/* The result is to be freed with buf_free(&r->text). */
static inline void run_options(const struct evidence *e, const struct scan_options *options,
			       unsigned stop_after, bool bytes, struct result *r)
{
	const struct scan_client client = {
		.context = r,
		.unit_begin = unit_begin,
		.event = on_event,
		.damage = on_damage,
		.account = on_account,
		.unit_end = unit_end,
		.unit_free = unit_free,
	};
	struct tocsin_error error;

	memset(r, 0, sizeof(*r));
	assert_true(mutex_init(&r->lock));
	r->evidence = e;
	r->stop_after = stop_after;
	r->bytes = bytes;
	assert_ok(scan_run(e, options, &client, &error));
	mutex_destroy(&r->lock);
	assert_int_equal(r->begun, r->ended + r->freed);
	if (!stop_after)
		check_accounts(r);
}

static inline void run_evidence(const struct evidence *e, unsigned threads, bool newest,
				unsigned stop_after, struct result *r)
{
	const struct scan_options options = {.threads = threads, .newest_first = newest};

	run_options(e, &options, stop_after, false, r);
}

/* Events that a run told, without the losses. */
static inline unsigned count_events(const struct result *r)
{
	unsigned n = 0;
	size_t i;

	for (i = 0; i < r->text.n; i++)
		n += r->text.p[i] == ' ' && (i == 0 || r->text.p[i - 1] != ' ');
	for (i = 0; i < r->text.n; i++)
		n -= r->text.p[i] == '!';
	return n;
}

/* Scans the files with 1, 2 and 7 threads; all must tell `expected`. Frees the paths' files. */
static inline void expect(const char **paths, size_t count, bool newest, const char *expected)
{
	static const unsigned threads[] = {1, 2, 7};
	struct evidence *e = NULL;
	struct tocsin_error error;
	size_t i;

	assert_ok(evidence_open(paths, count, NULL, &e, &error));
	assert_int_equal(e->source_count, count);
	for (i = 0; i < 3; i++) {
		struct result r;

		run_evidence(e, threads[i], newest, 0, &r);
		assert_string_equal(buf_cstr(&r.text), expected);
		assert_int_equal(r.freed, 0);
		buf_free(&r.text);
	}
	evidence_free(e);
}

static inline void expect_log(const struct buf *log, bool newest, const char *expected)
{
	const char *const path = save(log);
	const char *paths[1] = {path};

	expect(paths, 1, newest, expected);
	remove(path);
	free((void *)(uintptr_t)path);
}

static inline void add_ids(struct buf *b, uint64_t from, uint64_t to)
{
	if (from <= to)
		for (; from <= to; from++)
			buf_printf(b, "%llu ", (unsigned long long)from);
	else
		for (; from >= to; from--)
			buf_printf(b, "%llu ", (unsigned long long)from);
}

/* ---- The folder for the files */

static inline int lab_set_up(void **state)
{
	(void)state;
	return mkdtemp(folder) ? 0 : -1;
}

static inline int lab_tear_down(void **state)
{
	(void)state;
	return rmdir(folder);
}

#endif
