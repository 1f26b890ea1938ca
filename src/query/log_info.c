/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The scan tells what was read of each chunk, in the order of the records; a log that has wrapped
 * starts in its middle. So counts and losses pass a sorter by place before they meet the chunks.
 */
#include "query/log_info.h"

#include <stdlib.h>

#include "query/log_file.h"
#include "query/row_sorter.h"

/* Rows held before they go to a temporary file: some ten thousand chunks, some thousand losses. */
#define SORT_MEMORY ((size_t)1 << 20)

/* What a unit read of one chunk. */
struct chunk_count {
	uint32_t number;
	uint64_t records, recovered, losses, lost_bytes;
};

struct unit {
	struct chunk_count *counts;
	size_t count, room;
	struct scan_damage *damages;
	size_t damage_count, damage_room;
	struct evtx_account account;
	struct arena arena;
	bool failed; /* no memory */
};

struct info {
	const struct log_info_sink *sink;
	const struct source *source; /* whose units come in; NULL: none yet */
	struct row_sorter *counts, *damages;
	struct log_info_sums sums;
	uint8_t *bytes; /* a chunk */
	bool stopped;   /* the sink wants no more */
	struct tocsin_error failed;
};

/* ---- Units, in any worker */

static void unit_free(void *context, void *state)
{
	struct unit *const u = state;

	(void)context;
	if (u) {
		arena_free(&u->arena);
		free(u);
	}
}

static void *unit_begin(void *context, const struct scan_worker *w, const struct source *source)
{
	(void)context;
	(void)w;
	(void)source;
	return calloc(1, sizeof(struct unit));
}

/* The counts of a chunk; the last ones are the likeliest. NULL without memory. */
static struct chunk_count *count_of(struct unit *u, uint32_t number)
{
	struct chunk_count *c;

	for (size_t i = u->count; i-- > 0;) {
		if (u->counts[i].number == number)
			return &u->counts[i];
	}
	c = ARENA_GROW(&u->arena, u->counts, u->count, u->room);
	u->failed |= !c;
	if (c)
		c->number = number;
	return c;
}

static void on_event(void *context, const struct scan_worker *w, void *state, const struct event *e)
{
	struct unit *const u = state;
	struct chunk_count *const c = u ? count_of(u, e->chunk) : NULL;

	(void)context;
	(void)w;
	if (c && e->origin == EVENT_LIVE)
		c->records++;
	else if (c)
		c->recovered++;
}

static void on_damage(void *context, const struct scan_worker *w, void *state,
		      const struct scan_damage *damage)
{
	struct unit *const u = state;
	struct scan_damage *d;
	struct chunk_count *c;

	(void)context;
	(void)w;
	if (!u)
		return;
	d = ARENA_GROW(&u->arena, u->damages, u->damage_count, u->damage_room);
	u->failed |= !d;
	if (d)
		*d = *damage;
	if (damage->chunk == SCAN_NO_CHUNK || damage->error.status == TOCSIN_MISMATCH)
		return;
	c = count_of(u, damage->chunk);
	if (c) {
		c->losses++;
		c->lost_bytes += damage->bytes;
	}
}

static void on_account(void *context, const struct scan_worker *w, void *state,
		       const struct evtx_account *account)
{
	struct unit *const u = state;

	(void)context;
	(void)w;
	if (u)
		u->account = *account;
}

/* ---- A source's end */

static bool next_count(struct info *c, struct chunk_count *ret, bool *ret_there)
{
	struct view row;
	uint64_t key;
	const enum tocsin_status status = row_sorter_next(c->counts, &key, &row, &c->failed);

	*ret_there = status == TOCSIN_OK;
	if (*ret_there)
		memcpy(ret, row.p, sizeof(*ret));
	return status == TOCSIN_OK || status == TOCSIN_END;
}

/* A log without checksums has none to be wrong. */
static void no_checksum(enum log_checksum *c)
{
	if (*c == CHECKSUM_WRONG)
		*c = CHECKSUM_NONE;
}

/* Reads one chunk; what can't be read is told as such. */
static void read_chunk(struct info *c, const struct log_file *f, uint32_t number,
		       struct log_info_chunk *ret)
{
	const uint64_t offset = log_file_chunk_offset(f, number);
	const size_t size = log_file_chunk_size(f, number);
	size_t got = 0;

	if (os_read_at(f->file, offset, c->bytes, size, &got, NULL) == TOCSIN_OK) {
		log_info_chunk_parse((struct view){c->bytes, got}, ret);
	} else {
		memset(ret, 0, sizeof(*ret));
		ret->state = LOG_CHUNK_UNREADABLE;
		ret->header_checksum = ret->data_checksum = CHECKSUM_UNKNOWN;
	}
	ret->number = number;
	ret->offset = offset;
	if (f->header.no_crc32) {
		no_checksum(&ret->header_checksum);
		no_checksum(&ret->data_checksum);
	}
}

/* The chunk table, each chunk with what was read from it. */
static bool tell_chunks(struct info *c, const struct log_file *f)
{
	struct chunk_count next;
	bool there;

	if (!next_count(c, &next, &there))
		return false;
	for (uint32_t i = 0; i < f->chunk_count; i++) {
		struct log_info_chunk chunk;

		read_chunk(c, f, i, &chunk);
		while (there && next.number <= i) {
			if (next.number == i) {
				chunk.records += next.records;
				chunk.recovered += next.recovered;
				chunk.losses += next.losses;
				chunk.lost_bytes += next.lost_bytes;
			}
			if (!next_count(c, &next, &there))
				return false;
		}
		c->sums.chunks[chunk.state]++;
		if (!c->sink->chunk(c->sink->context, &chunk)) {
			c->stopped = true;
			return true;
		}
	}
	return true;
}

static bool tell_damages(struct info *c)
{
	struct view row;
	uint64_t key;

	while (!c->stopped) {
		struct scan_damage damage;
		const enum tocsin_status status =
			row_sorter_next(c->damages, &key, &row, &c->failed);

		if (status != TOCSIN_OK)
			return status == TOCSIN_END;
		memcpy(&damage, row.p, sizeof(damage));
		c->stopped = !c->sink->damage(c->sink->context, &damage);
	}
	return true;
}

static void read_header(const struct log_file *f, struct log_info_file *file)
{
	uint8_t bytes[128];
	size_t got = 0;

	file->header = f->header;
	file->damage = f->damage;
	file->data_offset = f->data_offset;
	file->chunk_count = f->chunk_count;
	file->oldest = f->oldest;
	file->size = f->size;
	if (os_read_at(f->file, 0, bytes, sizeof(bytes), &got, NULL) != TOCSIN_OK ||
	    got < sizeof(bytes) || !evtx_is_file((struct view){bytes, got}))
		return;
	file->has_header = f->header.major || f->header.data_offset;
	file->header_size = le32(bytes + 32);
	file->flags = le32(bytes + 120);
}

/* Tells the source whose units have all come in. */
static bool tell_source(struct info *c)
{
	struct log_info_file info = {.source = c->source, .size = c->source->size};
	struct log_file f;
	bool good = true;

	c->source = NULL;
	memset(&f, 0, sizeof(f));
	if (info.source->file)
		log_file_use(&f, info.source->file);
	else if (log_file_open(&f, info.source->path, &info.unread) == TOCSIN_OK)
		info.unread.status = TOCSIN_OK;
	if (f.file) {
		log_file_plan(&f);
		read_header(&f, &info);
	}
	c->stopped = !c->sink->begin(c->sink->context, &info);
	if (f.file && !c->stopped)
		good = tell_chunks(c, &f);
	log_file_close(&f);
	good = good && tell_damages(c);
	if (good && !c->stopped)
		c->stopped = !c->sink->end(c->sink->context, &c->sums);
	row_sorter_free(c->counts);
	row_sorter_free(c->damages);
	c->counts = c->damages = NULL;
	return good && !c->stopped;
}

static bool begin_source(struct info *c, const struct source *source)
{
	memset(&c->sums, 0, sizeof(c->sums));
	c->source = source;
	c->counts = row_sorter_new(SORT_MEMORY);
	c->damages = row_sorter_new(SORT_MEMORY);
	if (c->counts && c->damages)
		return true;
	error_set(&c->failed, TOCSIN_NO_MEMORY, 0, "out of memory");
	return false;
}

static bool add_unit(struct info *c, const struct unit *u)
{
	for (size_t i = 0; i < u->count; i++) {
		const struct chunk_count *const n = &u->counts[i];
		const struct view row = {(const uint8_t *)n, sizeof(*n)};

		c->sums.records += n->records;
		c->sums.recovered += n->recovered;
		if (row_sorter_add(c->counts, n->number, row, &c->failed) != TOCSIN_OK)
			return false;
	}
	for (size_t i = 0; i < u->damage_count; i++) {
		const struct scan_damage *const d = &u->damages[i];
		const struct view row = {(const uint8_t *)d, sizeof(*d)};

		c->sums.losses += d->error.status != TOCSIN_MISMATCH;
		c->sums.checksums += d->error.status == TOCSIN_MISMATCH;
		if (row_sorter_add(c->damages, d->error.offset, row, &c->failed) != TOCSIN_OK)
			return false;
	}
	evtx_account_add(&c->sums.account, &u->account);
	return true;
}

static bool unit_end(void *context, const struct source *source, void *state)
{
	struct info *const c = context;
	struct unit *const u = state;
	bool good = u && !u->failed;

	if (!good)
		error_set(&c->failed, TOCSIN_NO_MEMORY, 0, "out of memory");
	if (good && c->source != source) {
		good = !c->source || tell_source(c);
		good = good && begin_source(c, source);
	}
	good = good && add_unit(c, u);
	unit_free(NULL, u);
	return good;
}

static void on_progress(void *context, uint64_t done, uint64_t total)
{
	const struct info *const c = context;

	if (c->sink->progress)
		c->sink->progress(c->sink->context, done, total);
}

enum tocsin_status log_info_run(const struct evidence *evidence, const struct scan_options *options,
				const struct log_info_sink *sink, struct tocsin_error *error)
{
	struct info c = {.sink = sink, .bytes = malloc(EVTX_CHUNK_SIZE)};
	const struct scan_client client = {
		.context = &c,
		.unit_begin = unit_begin,
		.event = on_event,
		.damage = on_damage,
		.account = on_account,
		.unit_end = unit_end,
		.progress = on_progress,
		.unit_free = unit_free,
	};
	enum tocsin_status status;

	ENSURE(c.bytes, error, TOCSIN_NO_MEMORY, 0, "out of memory");
	status = scan_run(evidence, options, &client, error);
	if (status == TOCSIN_OK && c.failed.status == TOCSIN_OK && c.source && !c.stopped)
		tell_source(&c);
	row_sorter_free(c.counts);
	row_sorter_free(c.damages);
	free(c.bytes);
	if (status == TOCSIN_OK && c.failed.status != TOCSIN_OK) {
		if (error)
			*error = c.failed;
		return error_status(c.failed.status);
	}
	return status;
}
