/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Carving: chunks and loose records in any bytes, window by window. What belongs to whom is decided
 * by rules that look at most EVTX_CHUNK_SIZE around a place, so that any windows give the same.
 *
 *   chunk   a signature with a possible header. It reaches to the next chunk's signature, at most
 *           64 KiB; a signature inside one of its whole records is that record's (and is read as a
 *           chunk of its own as well: nothing is lost to bytes that only look like one). Read as in
 *           an event log, with recovery.
 *   loose   a record signature, a possible size and its copy, not wholly inside one chunk. Content
 *           is decoded where its chunk was (carve_base()), else by templates known from elsewhere,
 *           else as bare values. A record in a chunk that it is not from (the half of another chunk
 *           behind it) is loose too, when a definition near it says so.
 *   noise   signatures without a record. One that has everything of a record but its end, or whose
 *           content does not read, is a loss.
 *
 * Bytes: a chunk's all go to the window where it starts, by evtx_chunk_account(); the same for a
 * loose record. A window so begins to count where what starts before it ends. The rest is residue.
 */
#include "format/evtx/carve.h"

#include <stdlib.h>

#include "base/limits.h"

static const char chunk_note[] = "chunk";
static const char loose_note[] = "loose record";
static const char torn_note[] = "loose record, cut off: given as it reads";
static const char torn_message[] = "a loose record is cut off: its end is not where its size says";

/* A record has the header of a chunk before it. */
#define RECORD_SIZE_MAX (EVTX_CHUNK_SIZE - CHUNK_HEADER_SIZE)

/* What may still be spent on what overlaps, in this 64 KiB of the file. */
struct budget {
	uint64_t block;
	uint32_t nodes;
	size_t text;
	bool any;
	bool used; /* by what is open on the decoder */
};

struct evtx_carver {
	struct evtx_decoder *d;
	struct view bytes;
	size_t start, end;
	uint64_t offset;
	bool no_memory;

	struct carve_places chunks, records;
	struct carve_places reach; /* chunk i and all before it end at most here */
	struct carve_index index;
	uint8_t *given; /* a bit for each byte of the window: a record that was given starts there
			 */
	size_t given_room;
	bool margin_read; /* records of the chunks before `start` are marked in it */

	size_t next_chunk, next_record; /* in `chunks` and `records` */
	size_t told;                    /* the account is complete up to here */
	struct evtx_account account;

	/* The chunk that is open, or whose foreign records are looked at. */
	enum { NO_CHUNK, CHUNK_OPEN, CHUNK_LATE } state;
	size_t chunk_at, chunk_end;
	struct evtx_account chunk_account;
	bool overlaps;        /* it starts inside another one */
	size_t beyond;        /* bytes of its records beyond `told`, when it overlaps */
	size_t late_record;   /* in `records` */
	struct event event;   /* the one that was given */
	bool torn_told;       /* unless it is cut off, which is then to be told */
	struct budget budget; /* for what is read besides chunks that stand alone */
	uint8_t *scratch;     /* a chunk whose start lies before the file's */
};

struct evtx_carver *evtx_carver_new(struct evtx_decoder *d)
{
	struct evtx_carver *const c = calloc(1, sizeof(*c));

	if (!c)
		return NULL;
	c->d = d;
	c->scratch = malloc(EVTX_CHUNK_SIZE);
	if (!c->scratch) {
		free(c);
		return NULL;
	}
	return c;
}

void evtx_carver_free(struct evtx_carver *c)
{
	if (c) {
		free(c->chunks.list);
		free(c->records.list);
		free(c->reach.list);
		free(c->index.list);
		free(c->given);
		free(c->scratch);
		free(c);
	}
}

static size_t smaller(size_t a, size_t b)
{
	return a < b ? a : b;
}

static size_t larger(size_t a, size_t b)
{
	return a > b ? a : b;
}

/* ---- What starts where ---- */

/* Whether window position `at` lies inside a whole record of the chunk that starts at `chunk`. */
static bool in_record(const struct evtx_carver *c, size_t chunk, size_t at)
{
	const struct view v = view_slice(c->bytes, chunk, EVTX_CHUNK_SIZE);
	size_t i = CHUNK_HEADER_SIZE;

	at -= chunk;
	for (;;) {
		i = evtx_record_find(v, i, v.n);
		if (i >= at)
			return false;
		i += le32(v.p + i + 4);
		if (i > at)
			return true;
	}
}

/* Where the chunk number `i` of the window ends. */
static size_t chunk_end(const struct evtx_carver *c, size_t i)
{
	const size_t at = c->chunks.list[i];
	const size_t end = smaller(at + EVTX_CHUNK_SIZE, c->bytes.n);

	/* A header that reaches beyond would be outside of what is given around a window. */
	while (++i < c->chunks.count && c->chunks.list[i] + CHUNK_HEADER_SIZE <= end) {
		if (!in_record(c, at, c->chunks.list[i]))
			return c->chunks.list[i];
	}
	return end;
}

/* How far chunks reach that start at or before `at`. */
static size_t reach(const struct evtx_carver *c, size_t at)
{
	const size_t i = carve_from(&c->chunks, at + 1);

	return i ? c->reach.list[i - 1] : 0;
}

/* Whether a whole record stands at `at`, as far as header and copy tell, and its content can be
 * BinXML: a fragment, an element, a processing instruction or nothing. */
static bool record_fits(const struct evtx_carver *c, size_t at)
{
	const struct view v = view_slice(c->bytes, at, RECORD_SIZE_MAX);

	if (!evtx_record_fits(v, 0))
		return false;
	switch (v.n > RECORD_HEADER_SIZE ? v.p[RECORD_HEADER_SIZE] : 0) {
	case 0x00:
	case 0x01:
	case 0x0a:
	case 0x0f:
	case 0x41:
		return true;
	default:
		return false;
	}
}

static size_t record_size(const struct evtx_carver *c, size_t at)
{
	return le32(c->bytes.p + at + 4);
}

/* Where the bytes of a loose record end: a chunk has its own. */
static size_t record_end(const struct evtx_carver *c, size_t at)
{
	const size_t i = carve_from(&c->chunks, at + 1), end = at + record_size(c, at);

	return i < c->chunks.count ? smaller(c->chunks.list[i], end) : end;
}

static bool is_loose(const struct evtx_carver *c, size_t at)
{
	return record_fits(c, at) && reach(c, at) < at + record_size(c, at);
}

/* ---- A window ---- */

static bool prepare(struct evtx_carver *c)
{
	const size_t marks = c->bytes.n / 8 + 2;

	if (!carve_search(c->bytes, &c->chunks, &c->records))
		return false;
	if (c->reach.room < c->chunks.count) {
		free(c->reach.list);
		c->reach.list = malloc(c->chunks.room * sizeof(*c->reach.list));
		c->reach.room = c->reach.list ? c->chunks.room : 0;
		if (!c->reach.list)
			return false;
	}
	for (size_t i = 0; i < c->chunks.count; i++)
		c->reach.list[i] = (uint32_t)larger(chunk_end(c, i), i ? c->reach.list[i - 1] : 0);
	if (c->given_room < marks) {
		free(c->given);
		c->given = malloc(marks);
		c->given_room = c->given ? marks : 0;
		if (!c->given)
			return false;
	}
	if (c->chunks.count)
		memset(c->given, 0, marks); /* used for what is in chunks */
	return true;
}

/* How far what starts before the window's own part reaches into it. */
static size_t reach_of_margin(const struct evtx_carver *c)
{
	const size_t from = c->start > EVTX_CHUNK_SIZE ? c->start - EVTX_CHUNK_SIZE : 0;
	size_t r = c->start ? larger(c->start, reach(c, c->start - 1)) : 0;

	for (size_t i = carve_from(&c->records, from); i < c->records.count; i++) {
		const size_t at = c->records.list[i];

		if (at >= c->start)
			break;
		if (is_loose(c, at))
			r = larger(r, record_end(c, at));
	}
	return r;
}

void evtx_carve_open(struct evtx_carver *c, struct view bytes, size_t start, size_t end,
		     uint64_t offset)
{
	c->bytes = bytes;
	c->start = start;
	c->end = end;
	c->offset = offset;
	c->d->options.recover = c->d->context.recover = true;
	c->index.count = c->index.from = c->index.to = 0;
	c->margin_read = false;
	c->state = NO_CHUNK;
	c->torn_told = true;
	c->budget.used = false;
	memset(&c->account, 0, sizeof(c->account));
	c->no_memory = bytes.n > UINT32_MAX - EVTX_CHUNK_SIZE || !prepare(c);
	if (c->no_memory)
		return;
	c->next_chunk = carve_from(&c->chunks, start);
	c->next_record = carve_from(&c->records, start);
	c->told = reach_of_margin(c);
}

/* Bytes up to `at` that nothing stands in. */
static void account_rest(struct evtx_carver *c, size_t at)
{
	if (at > c->told) {
		c->account.residue += at - c->told;
		c->told = at;
	}
}

/* ---- Work ---- */

/* What is open on the decoder from now on, at `at`, overlaps other things that are read as well: it
 * may spend what is left of the place's share. */
static void budget_begin(struct evtx_carver *c, size_t at)
{
	struct binxml_context *const context = &c->d->context;
	const uint64_t block = (c->offset + at) / EVTX_CHUNK_SIZE;
	struct budget *const b = &c->budget;

	if (!b->any || b->block != block) {
		b->any = true;
		b->block = block;
		b->nodes = LIMIT_CHUNK_NODES;
		b->text = LIMIT_CHUNK_TEXT;
	}
	b->used = true;
	context->chunk_nodes = b->nodes;
	context->chunk_text = b->text;
}

/* Rendering spends as well, so it is settled when the next thing is asked for. */
static void budget_end(struct evtx_carver *c)
{
	if (c->budget.used) {
		c->budget.used = false;
		c->budget.nodes = c->d->context.chunk_nodes;
		c->budget.text = c->d->context.chunk_text;
	}
}

/* ---- Records that were given ---- */

static void mark_given(struct evtx_carver *c, size_t at)
{
	c->given[at / 8] = (uint8_t)(c->given[at / 8] | 1u << at % 8);
}

/* No other signature can start one byte behind one. */
static void mark_left(struct evtx_carver *c, size_t at)
{
	mark_given(c, at + 1);
}

static bool was_given(const struct evtx_carver *c, size_t at)
{
	return c->given[at / 8] >> at % 8 & 1;
}

static bool was_left(const struct evtx_carver *c, size_t at)
{
	return was_given(c, at + 1);
}

static void give(struct evtx_carver *c, const struct event *e, const char *note,
		 const struct event **ret)
{
	c->event = *e;
	c->event.origin = EVENT_CARVED;
	c->event.note = e->note ? e->note : note;
	c->event.chunk = 0;
	*ret = &c->event;
}

/* ---- Loose records ---- */

/* Starts a view of the file that begins at window position `base`; what lies before the window is
 * zeros. */
static void open_base(struct evtx_carver *c, int64_t base)
{
	struct view v = {c->scratch, EVTX_CHUNK_SIZE};

	if (base >= 0) {
		v = view_slice(c->bytes, (size_t)base, EVTX_CHUNK_SIZE);
	} else {
		const size_t before = (size_t)-base;

		v.n = smaller(EVTX_CHUNK_SIZE, before + c->bytes.n);
		memset(c->scratch, 0, before);
		memcpy(c->scratch + before, c->bytes.p, v.n - before);
	}
	evtx_decoder_start(c->d, v, c->offset + (uint64_t)base, 0);
}

/* Decodes the loose record `r`, whose chunk started at `base` when that is known. */
static enum tocsin_status decode_loose(struct evtx_carver *c, const struct carve_record *r,
				       const int64_t *base, bool is_torn, const struct event **ret,
				       struct tocsin_error *error)
{
	struct evtx_decoder *const d = c->d;
	size_t at = 0;

	budget_end(c);
	if (base) {
		open_base(c, *base);
		at = (size_t)((int64_t)r->at - *base);
	} else {
		evtx_decoder_start(d, view_slice(c->bytes, r->at, r->size), c->offset + r->at, 0);
	}
	/* Nothing says that what stands around a record is of the same use of its chunk. */
	d->context.live_end = d->context.chunk.n;
	budget_begin(c, r->at);
	ENSURE(evtx_charge_bytes(d, r->size), error, TOCSIN_LIMIT, c->offset + r->at,
	       "a record is not read: too much overlaps here");
	if (is_torn) {
		d->context.chunk.n = smaller(d->context.chunk.n, at + r->size);
		TRY(evtx_record_decode_cut(d, at, EVENT_CARVED, torn_note, ret, error));
	} else {
		TRY(evtx_record_decode(d, at, r->size, EVENT_CARVED, loose_note, ret, error));
	}
	if (!recovery_makes_sense(*ret))
		return TOCSIN_END;
	return recovery_read_all(d, *ret, error);
}

/* Whether the content starts as Windows' records do. */
static bool is_fragment(const struct evtx_carver *c, size_t at)
{
	static const uint8_t fragment[4] = {0x0f, 1, 1, 0};
	const struct view v = view_slice(c->bytes, at + RECORD_HEADER_SIZE, sizeof(fragment));

	return v.n == sizeof(fragment) && memcmp(v.p, fragment, sizeof(fragment)) == 0;
}

/*
 * Gives the loose record, or tells that it is lost, or counts it as noise (TOCSIN_END). *ret_to is
 * the counter that its bytes go to.
 */
static enum tocsin_status tell_loose(struct evtx_carver *c, const struct carve_record *r,
				     const int64_t *base, const struct event **ret_event,
				     struct evtx_loss *ret_loss, struct tocsin_error *error,
				     uint64_t **ret_to)
{
	const struct event *e;
	const enum tocsin_status status = decode_loose(c, r, base, false, &e, error);

	if (status == TOCSIN_OK) {
		*ret_to = &c->account.recovered;
		give(c, e, loose_note, ret_event);
		return TOCSIN_OK;
	}
	if (status == TOCSIN_LIMIT || (status != TOCSIN_END && is_fragment(c, r->at))) {
		*ret_to = &c->account.lost;
		ret_loss->record_id = le64(c->bytes.p + r->at + 8);
		error->offset = c->offset + r->at;
		return status;
	}
	*ret_to = &c->account.residue;
	c->account.noise++;
	return TOCSIN_END;
}

/* A record's signature and content, but no copy of its size where it should be: it is cut off, or
 * its size is damaged. */
static bool is_torn(const struct evtx_carver *c, size_t at)
{
	const struct view h = view_slice(c->bytes, at, RECORD_HEADER_SIZE + 5);
	size_t size;

	if (h.n < RECORD_HEADER_SIZE + 5 || !is_fragment(c, at) ||
	    h.p[RECORD_HEADER_SIZE + 4] != 0x0c)
		return false;
	size = le32(h.p + 4);
	return size >= RECORD_SIZE_MIN && size <= RECORD_SIZE_MAX;
}

/* Where a torn record ends at the latest: where the next record or chunk starts. */
static size_t torn_end(const struct evtx_carver *c, size_t at)
{
	const size_t end = smaller(record_end(c, at), c->bytes.n);

	for (size_t i = c->next_record; i < c->records.count && c->records.list[i] < end; i++) {
		if (record_fits(c, c->records.list[i]))
			return c->records.list[i];
	}
	return end;
}

/*
 * A torn record is given as far as it reads, and told to be so behind it. How many of its bytes are
 * its own nobody knows: they stay residue.
 */
static enum tocsin_status torn(struct evtx_carver *c, size_t at, const struct event **ret_event,
			       struct evtx_loss *ret_loss, struct tocsin_error *error)
{
	struct carve_record r = {at, torn_end(c, at) - at, 0, c->bytes.n};
	const struct event *e;
	int64_t base;

	ret_loss->record_id = le64(c->bytes.p + at + 8);
	if (r.size >= RECORD_SIZE_MIN &&
	    decode_loose(c, &r, carve_base(&c->index, c->bytes, &r, &base) ? &base : NULL, true, &e,
			 NULL) == TOCSIN_OK) {
		c->torn_told = false;
		give(c, e, loose_note, ret_event);
		return TOCSIN_OK;
	}
	return error_set(error, TOCSIN_TRUNCATED, c->offset + at, torn_message);
}

/* The signature at `at`, outside of chunks. TOCSIN_END: nothing is to be told of it. */
static enum tocsin_status loose(struct evtx_carver *c, size_t at, const struct event **ret_event,
				struct evtx_loss *ret_loss, struct tocsin_error *error)
{
	struct carve_record r = {at, 0, 0, c->bytes.n};
	enum tocsin_status status;
	size_t from, end;
	uint64_t *to;
	int64_t base;

	if (!record_fits(c, at)) {
		if (reach(c, at) > at)
			return TOCSIN_END; /* in a chunk, which has counted it */
		if (!is_torn(c, at)) {
			c->account.noise++;
			return TOCSIN_END;
		}
		return torn(c, at, ret_event, ret_loss, error);
	}
	r.size = record_size(c, at);
	status = tell_loose(c, &r, carve_base(&c->index, c->bytes, &r, &base) ? &base : NULL,
			    ret_event, ret_loss, error, &to);
	account_rest(c, at);
	from = larger(at, c->told);
	end = larger(from, record_end(c, at));
	*to += end - from;
	c->told = end;
	if (status != TOCSIN_OK && status != TOCSIN_END)
		ret_loss->bytes = end - from;
	return status;
}

/* ---- Chunks ---- */

static enum tocsin_status open_chunk(struct evtx_carver *c, size_t at, size_t end, bool overlaps,
				     struct tocsin_error *error)
{
	struct evtx_chunk_info info;
	enum tocsin_status status;

	budget_end(c);
	status = evtx_chunk_open(c->d, view_slice(c->bytes, at, end - at), c->offset + at, 0, &info,
				 error);
	if (overlaps)
		budget_begin(c, at);
	return status;
}

/* Marks the records of chunks before the window's own part, which another window gives. */
static void read_margin(struct evtx_carver *c)
{
	c->margin_read = true;
	for (size_t i = 0; i < c->chunks.count && c->chunks.list[i] < c->start; i++) {
		const size_t at = c->chunks.list[i], end = chunk_end(c, i);
		struct evtx_loss loss;
		const struct event *e;
		enum tocsin_status status;

		if (end <= c->start || open_chunk(c, at, end, true, NULL) != TOCSIN_OK)
			continue;
		while ((status = evtx_chunk_next(c->d, &e, &loss, NULL)) != TOCSIN_END) {
			if (status == TOCSIN_OK)
				mark_given(c, (size_t)(e->offset - c->offset));
		}
	}
	budget_end(c);
}

/* Starts the next chunk; what is wrong with it as a whole is told. */
static enum tocsin_status begin_chunk(struct evtx_carver *c, struct evtx_loss *ret_loss,
				      struct tocsin_error *error)
{
	const size_t i = c->next_chunk++, at = c->chunks.list[i];
	enum tocsin_status status;

	c->chunk_at = at;
	c->chunk_end = chunk_end(c, i);
	c->overlaps = i && c->reach.list[i - 1] > at;
	c->beyond = 0;
	if (c->overlaps && !c->margin_read)
		read_margin(c);
	account_rest(c, at);
	c->state = CHUNK_OPEN;
	status = open_chunk(c, at, c->chunk_end, c->overlaps, error);
	if (status != TOCSIN_OK) {
		/* Nothing but a piece of its header is there. */
		ret_loss->bytes = c->overlaps ? 0 : c->chunk_end - at;
		return status;
	}
	if (error->status == TOCSIN_TRUNCATED)
		error->msg = "a chunk is cut off";
	return error->status == TOCSIN_OK ? TOCSIN_END : error->status;
}

/* The chunk was read; records in it that are not its own follow. */
static void end_chunk(struct evtx_carver *c)
{
	memset(&c->chunk_account, 0, sizeof(c->chunk_account));
	evtx_chunk_account(c->d, &c->chunk_account);
	c->late_record = carve_from(&c->records, c->chunk_at);
	c->state = CHUNK_LATE;
}

/* Adds the account of the chunk at hand to the window's. */
static void account_chunk(struct evtx_carver *c)
{
	const struct evtx_account *const a = &c->chunk_account;

	c->account.noise += a->noise;
	c->account.copies += a->copies;
	if (!c->overlaps) {
		c->account.headers += a->headers;
		c->account.recovered += a->records + a->recovered;
		c->account.unused += a->unused;
		c->account.residue += a->residue;
		c->account.lost += a->lost;
		c->told = larger(c->told, c->chunk_end);
	} else if (c->chunk_end > c->told) {
		const size_t beyond = smaller(c->beyond, c->chunk_end - c->told);

		c->account.recovered += beyond;
		c->account.residue += c->chunk_end - c->told - beyond;
		c->told = c->chunk_end;
	}
}

enum owner { OWNER_CHUNK, OWNER_OTHER, OWNER_LOST };

/*
 * Which chunk a whole record in the chunk at hand is from, by a definition in it: this one, or
 * nothing tells; another one that is there and gives it; one that is lost and started at *ret_base.
 */
static enum owner owner_of(struct evtx_carver *c, size_t at, size_t size, int64_t *ret_base)
{
	const struct carve_record r = {at, size, c->chunk_at, c->chunk_end};
	size_t i;

	if (!carve_base(&c->index, c->bytes, &r, ret_base) || *ret_base == (int64_t)c->chunk_at)
		return OWNER_CHUNK;
	if (*ret_base < 0)
		return OWNER_LOST;
	i = carve_from(&c->chunks, (size_t)*ret_base);
	return i < c->chunks.count && c->chunks.list[i] == (size_t)*ret_base &&
			       at + size <= chunk_end(c, i)
		       ? OWNER_OTHER
		       : OWNER_LOST;
}

/* Whether an event of the chunk at hand is left for another place: one whose templates are not in
 * the chunk can be from another chunk. */
static bool leave(struct evtx_carver *c, const struct event *e)
{
	const size_t at = (size_t)(e->offset - c->offset);
	int64_t base;

	if ((!e->template_missing && !e->template_path) || !record_fits(c, at) ||
	    record_size(c, at) != e->size || owner_of(c, at, e->size, &base) == OWNER_CHUNK)
		return false;
	mark_left(c, at);
	return true;
}

static enum tocsin_status chunk_next(struct evtx_carver *c, const struct event **ret_event,
				     struct evtx_loss *ret_loss, struct tocsin_error *error)
{
	for (;;) {
		const struct event *e;
		const enum tocsin_status status = evtx_chunk_next(c->d, &e, ret_loss, error);
		size_t at, end;

		if (status == TOCSIN_END) {
			end_chunk(c);
			return TOCSIN_END;
		}
		if (status != TOCSIN_OK) {
			if (c->overlaps)
				ret_loss->bytes = 0; /* the other chunk's */
			if (status == TOCSIN_TRUNCATED)
				error->msg = "a chunk is cut off inside a record";
			return status;
		}
		at = (size_t)(e->offset - c->offset);
		end = at + e->size;
		if (was_given(c, at)) {
			c->account.copies++;
			continue;
		}
		if (leave(c, e))
			continue;
		mark_given(c, at);
		if (end > c->told)
			c->beyond += end - larger(at, c->told);
		give(c, e, chunk_note, ret_event);
		return TOCSIN_OK;
	}
}

/* Bytes that the chunk's account has as something else are recovered after all. */
static void account_late(struct evtx_carver *c, size_t at, size_t size)
{
	struct evtx_account *const a = &c->chunk_account;
	uint64_t left = size, part;

	if (c->overlaps || was_left(c, at))
		return;
	part = left < a->residue ? left : a->residue;
	a->residue -= part;
	left -= part;
	part = left < a->unused ? left : a->unused;
	a->unused -= part;
	left -= part;
	part = left < a->lost ? left : a->lost;
	a->lost -= part;
	left -= part;
	a->recovered += size - left;
	a->noise -= a->noise > 0;
}

/* The next record in the chunk that it did not give and that is from a lost one. */
static enum tocsin_status late_next(struct evtx_carver *c, const struct event **ret_event,
				    struct evtx_loss *ret_loss, struct tocsin_error *error)
{
	/* What other chunks reach over is theirs to look at. */
	const size_t before = c->chunk_at ? reach(c, c->chunk_at - 1) : 0;

	while (c->late_record < c->records.count &&
	       c->records.list[c->late_record] < c->chunk_end) {
		const size_t at = c->records.list[c->late_record++];
		struct carve_record r = {at, 0, c->chunk_at, c->chunk_end};
		enum tocsin_status status;
		uint64_t *to;
		int64_t base;

		if (!record_fits(c, at) || was_given(c, at))
			continue;
		r.size = record_size(c, at);
		if (at + r.size > c->chunk_end || at + r.size <= before ||
		    owner_of(c, at, r.size, &base) != OWNER_LOST)
			continue;
		status = tell_loose(c, &r, &base, ret_event, ret_loss, error, &to);
		if (status == TOCSIN_OK)
			account_late(c, at, r.size);
		if (status != TOCSIN_END)
			return status;
	}
	account_chunk(c);
	c->state = NO_CHUNK;
	return TOCSIN_END;
}

/* ---- One after the other ---- */

/* The next thing that starts in the window's own part. TOCSIN_END: nothing is to be told of it. */
static enum tocsin_status step(struct evtx_carver *c, bool *ret_done,
			       const struct event **ret_event, struct evtx_loss *ret_loss,
			       struct tocsin_error *error)
{
	const size_t chunk =
		c->next_chunk < c->chunks.count ? c->chunks.list[c->next_chunk] : SIZE_MAX;
	const size_t record =
		c->next_record < c->records.count ? c->records.list[c->next_record] : SIZE_MAX;

	if (c->state == CHUNK_OPEN)
		return chunk_next(c, ret_event, ret_loss, error);
	if (c->state == CHUNK_LATE)
		return late_next(c, ret_event, ret_loss, error);
	if (chunk < record && chunk < c->end)
		return begin_chunk(c, ret_loss, error);
	if (record < c->end) {
		c->next_record++;
		if (!record_fits(c, record) || is_loose(c, record))
			return loose(c, record, ret_event, ret_loss, error);
		return TOCSIN_END;
	}
	account_rest(c, c->end);
	*ret_done = true;
	return TOCSIN_END;
}

enum tocsin_status evtx_carve_next(struct evtx_carver *c, const struct event **ret_event,
				   struct evtx_loss *ret_loss, struct tocsin_error *error)
{
	struct tocsin_error scratch;
	bool done = false;

	if (!error)
		error = &scratch;
	if (c->no_memory)
		return error_set(error, TOCSIN_NO_MEMORY, c->offset, "no memory to carve");
	budget_end(c);
	if (!c->torn_told) {
		c->torn_told = true;
		*ret_loss = (struct evtx_loss){c->event.record_id, 0};
		return error_set(error, TOCSIN_TRUNCATED, c->event.offset, torn_message);
	}
	while (!done) {
		enum tocsin_status status;

		*ret_loss = (struct evtx_loss){0, 0};
		status = step(c, &done, ret_event, ret_loss, error);
		if (status != TOCSIN_END)
			return status;
	}
	return TOCSIN_END;
}

void evtx_carve_account(const struct evtx_carver *c, struct evtx_account *to)
{
	to->headers += c->account.headers;
	to->recovered += c->account.recovered;
	to->unused += c->account.unused;
	to->residue += c->account.residue;
	to->lost += c->account.lost;
	to->noise += c->account.noise;
	to->copies += c->account.copies;
}
