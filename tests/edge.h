/* SPDX-License-Identifier: Apache-2.0 */
/* What a program gets to see of an event log: a scan of it, as text that a test can compare. */
#ifndef TOCSIN_TESTS_EDGE_H
#define TOCSIN_TESTS_EDGE_H

#include "test.h"

#include <unistd.h>

#include "../tools/edge_log.h"
#include "query/scan.h"

struct edge_reading {
	struct buf ids;   /* "1 2 r3 ": in the order of the scan, r: recovered, c: carved */
	struct buf xml;   /* all records, each ended by a line feed */
	struct buf json;  /* the same */
	struct buf told;  /* "invalid 0x1200 12 the message\n": status, offset, bytes */
	unsigned records; /* of any origin */
	unsigned recovered, losses, mismatches, unrendered;
	uint64_t lost_bytes;
	struct evtx_account account;
	uint64_t size;
	struct arena arena;
	const struct event *event[64]; /* copies of the first ones */
};

static inline void edge_on_event(void *context, const struct scan_worker *w, void *unit,
				 const struct event *e)
{
	static const char origin[] = {
		[EVENT_LIVE] = 0, [EVENT_RECOVERED] = 'r', [EVENT_CARVED] = 'c'};
	struct edge_reading *const r = context;

	(void)unit;
	if (origin[e->origin])
		buf_byte(&r->ids, origin[e->origin]);
	buf_printf(&r->ids, "%llu ", (unsigned long long)e->record_id);
	if (r->records < 64)
		r->event[r->records] = event_copy(&r->arena, e);
	r->records++;
	r->recovered += e->origin != EVENT_LIVE;
	if (evtx_render_xml(w->decoder, e, &r->xml) != TOCSIN_OK ||
	    evtx_render_json(w->decoder, e, &r->json) != TOCSIN_OK)
		r->unrendered++;
	buf_byte(&r->xml, '\n');
	buf_byte(&r->json, '\n');
}

static inline void edge_on_damage(void *context, const struct scan_worker *w, void *unit,
				  const struct scan_damage *d)
{
	struct edge_reading *const r = context;

	(void)w;
	(void)unit;
	buf_printf(&r->told, "%s 0x%llx %llu %s\n", tocsin_status_name(d->error.status),
		   (unsigned long long)d->error.offset, (unsigned long long)d->bytes, d->error.msg);
	r->losses += d->error.status != TOCSIN_MISMATCH;
	r->mismatches += d->error.status == TOCSIN_MISMATCH;
	r->lost_bytes += d->bytes;
}

static inline void edge_on_account(void *context, const struct scan_worker *w, void *unit,
				   const struct evtx_account *a)
{
	struct edge_reading *const r = context;

	(void)w;
	(void)unit;
	r->account.headers += a->headers;
	r->account.records += a->records;
	r->account.recovered += a->recovered;
	r->account.unused += a->unused;
	r->account.residue += a->residue;
	r->account.lost += a->lost;
	r->account.noise += a->noise;
	r->account.copies += a->copies;
}

static inline void *edge_unit_begin(void *context, const struct scan_worker *w,
				    const struct source *source)
{
	(void)w;
	(void)source;
	return context;
}

static inline bool edge_unit_end(void *context, const struct source *source, void *unit)
{
	(void)context;
	(void)source;
	(void)unit;
	return true;
}

/* Bytes seen are bytes explained. */
static inline bool edge_explained(const struct edge_reading *r)
{
	const struct evtx_account *const a = &r->account;

	return a->headers + a->records + a->recovered + a->unused + a->residue + a->lost == r->size;
}

/* Scans a file. The reading is to be freed with edge_reading_free(). Its account must come out
 * even, always. */
static inline void edge_read_path(struct edge_reading *r, const char *path, bool recover)
{
	const struct scan_client client = {
		.context = r,
		.unit_begin = edge_unit_begin,
		.event = edge_on_event,
		.damage = edge_on_damage,
		.account = edge_on_account,
		.unit_end = edge_unit_end,
	};
	const struct scan_options options = {.threads = 1, .recover = recover};
	struct evidence *e = NULL;
	struct tocsin_error error;

	memset(r, 0, sizeof(*r));
	assert_ok(evidence_open(&path, 1, NULL, &e, &error));
	assert_int_equal(e->source_count, 1);
	r->size = e->bytes;
	assert_ok(scan_run(e, &options, &client, &error));
	evidence_free(e);
	assert_true(edge_explained(r));
}

static inline void edge_reading_free(struct edge_reading *r)
{
	buf_free(&r->ids);
	buf_free(&r->xml);
	buf_free(&r->json);
	buf_free(&r->told);
	arena_free(&r->arena);
}

/* Scans bytes, as a file of a name. */
static inline void edge_read_as(struct edge_reading *r, const struct buf *log, const char *name,
				bool recover)
{
	char folder[] = "/tmp/tocsin-edge-XXXXXX", path[256];
	FILE *f;

	assert_non_null(mkdtemp(folder));
	snprintf(path, sizeof(path), "%s/%s", folder, name);
	f = fopen(path, "wb");
	assert_non_null(f);
	if (log->n)
		assert_int_equal(fwrite(log->p, 1, log->n, f), log->n);
	assert_int_equal(fclose(f), 0);
	edge_read_path(r, path, recover);
	remove(path);
	remove(folder);
}

static inline void edge_read(struct edge_reading *r, const struct buf *log, bool recover)
{
	edge_read_as(r, log, "edge.evtx", recover);
}

/* The ids that a scan tells, nothing lost. */
static inline void edge_expect_ids(const struct buf *log, const char *ids)
{
	struct edge_reading r;

	edge_read(&r, log, false);
	if (r.losses)
		print_error("%s", buf_cstr(&r.told));
	assert_string_equal(buf_cstr(&r.ids), ids);
	assert_int_equal(r.losses, 0);
	edge_reading_free(&r);
}

/* What stands behind the System of record `i`, up to the end of its Event; in the arena. */
static inline const char *edge_body(struct edge_reading *r, unsigned i)
{
	const char *line = buf_cstr(&r->xml), *from, *to;

	while (i-- && line)
		line = strstr(line, "</Event>\n") + 9;
	from = strstr(line, "</System>");
	assert_non_null(from);
	from += strlen("</System>");
	to = strstr(from, "</Event>\n");
	assert_non_null(to);
	return arena_copy(&r->arena, from, (size_t)(to - from));
}

/* What its JSON says beside System: from the member behind it to the end; in the arena. */
static inline const char *edge_json(struct edge_reading *r, unsigned i)
{
	const char *line = buf_cstr(&r->json), *from;

	while (i--)
		line = strchr(line, '\n') + 1;
	from = strstr(line, "\"Computer\":\"" EDGE_COMPUTER "\"");
	assert_non_null(from);
	from = strchr(from, '}') + 1; /* the end of System */
	if (*from == ',')
		from++;
	/* The two braces that end the Event and the object. */
	return arena_copy(&r->arena, from, strcspn(from, "\n") - 2);
}

/* Each record's body, one after the other, nothing lost; the log is freed. */
static inline void edge_expect(struct edge *e, const char *const *bodies, const char *const *jsons)
{
	struct edge_reading r;
	unsigned i = 0;

	edge_read(&r, &e->log, false);
	if (r.losses || r.unrendered)
		print_error("%s", buf_cstr(&r.told));
	assert_int_equal(r.losses, 0);
	assert_int_equal(r.unrendered, 0);
	for (; bodies[i]; i++) {
		assert_true(i < r.records);
		assert_string_equal(edge_body(&r, i), bodies[i]);
		if (jsons)
			assert_string_equal(edge_json(&r, i), jsons[i]);
	}
	assert_int_equal(r.records, i);
	edge_reading_free(&r);
	buf_free(&e->log);
}

#define EDGE_XML(...) ((const char *const[]){__VA_ARGS__, NULL})

#endif
