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

static const char chunk_note[] = "chunk";

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
		c->reach.list[i] =
			(uint32_t)larger(carve_chunk_end(c, i), i ? c->reach.list[i - 1] : 0);
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
	size_t r = c->start ? larger(c->start, carve_reach(c, c->start - 1)) : 0;

	for (size_t i = carve_from(&c->records, from); i < c->records.count; i++) {
		const size_t at = c->records.list[i];

		if (at >= c->start)
			break;
		if (carve_is_loose(c, at))
			r = larger(r, carve_record_end(c, at));
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
	c->torn_given = false;
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
void carve_account_rest(struct evtx_carver *c, size_t at)
{
	if (at > c->told) {
		c->account.residue += at - c->told;
		c->told = at;
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

/* ---- Chunks ---- */

static enum tocsin_status open_chunk(struct evtx_carver *c, size_t at, size_t end, bool overlaps,
				     struct tocsin_error *error)
{
	struct evtx_chunk_info info;
	enum tocsin_status status;

	carve_budget_end(c);
	status = evtx_chunk_open(c->d, view_slice(c->bytes, at, end - at), c->offset + at, 0, &info,
				 error);
	if (overlaps)
		carve_budget_begin(c, at);
	return status;
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
			       at + size <= carve_chunk_end(c, i)
		       ? OWNER_OTHER
		       : OWNER_LOST;
}

/* Whether an event of the chunk at hand is left for another place: one whose templates are not in
 * the chunk can be from another chunk. */
static bool leave(struct evtx_carver *c, const struct event *e)
{
	const size_t at = (size_t)(e->offset - c->offset);
	int64_t base;

	if ((!e->template_missing && !e->template_path) || !carve_record_fits(c, at) ||
	    carve_record_size(c, at) != e->size || owner_of(c, at, e->size, &base) == OWNER_CHUNK)
		return false;
	mark_left(c, at);
	return true;
}

/* Whether an event of the chunk at hand is the chunk's to give, and was not given before; then it
 * counts as given. */
static bool takes(struct evtx_carver *c, const struct event *e)
{
	const size_t at = (size_t)(e->offset - c->offset);

	if (was_given(c, at) || leave(c, e))
		return false;
	mark_given(c, at);
	return true;
}

/* Marks the records of chunks before the window's own part, which another window gives. */
static void read_margin(struct evtx_carver *c)
{
	c->margin_read = true;
	for (size_t i = 0; i < c->chunks.count && c->chunks.list[i] < c->start; i++) {
		struct evtx_loss loss;
		const struct event *e;
		enum tocsin_status status;

		c->chunk_at = c->chunks.list[i];
		c->chunk_end = carve_chunk_end(c, i);
		if (c->chunk_end <= c->start ||
		    open_chunk(c, c->chunk_at, c->chunk_end, true, NULL) != TOCSIN_OK)
			continue;
		while ((status = evtx_chunk_next(c->d, &e, &loss, NULL)) != TOCSIN_END) {
			if (status == TOCSIN_OK)
				(void)takes(c, e);
		}
	}
	carve_budget_end(c);
}

/* Starts the next chunk; what is wrong with it as a whole is told. */
static enum tocsin_status begin_chunk(struct evtx_carver *c, struct evtx_loss *ret_loss,
				      struct tocsin_error *error)
{
	const size_t i = c->next_chunk++, at = c->chunks.list[i];
	enum tocsin_status status;

	c->overlaps = i && c->reach.list[i - 1] > at;
	if (c->overlaps && !c->margin_read)
		read_margin(c);
	c->chunk_at = at;
	c->chunk_end = carve_chunk_end(c, i);
	c->beyond = 0;
	carve_account_rest(c, at);
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
		c->account.copies += was_given(c, at);
		if (!takes(c, e))
			continue;
		if (end > c->told)
			c->beyond += end - larger(at, c->told);
		carve_give(c, e, chunk_note, ret_event);
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

/* Whether a whole record stands at `at` that the chunk at hand has to itself and did not give. */
static bool is_left_over(const struct evtx_carver *c, size_t at)
{
	/* What a chunk before reaches over is looked at there. */
	const size_t before = c->chunk_at ? carve_reach(c, c->chunk_at - 1) : 0;
	size_t end;

	if (!carve_record_fits(c, at) || was_given(c, at))
		return false;
	end = at + carve_record_size(c, at);
	return end <= c->chunk_end && end > before;
}

/* The next record in the chunk that it did not give and that is from a lost one. */
static enum tocsin_status late_next(struct evtx_carver *c, const struct event **ret_event,
				    struct evtx_loss *ret_loss, struct tocsin_error *error)
{
	while (c->late_record < c->records.count &&
	       c->records.list[c->late_record] < c->chunk_end) {
		const size_t at = c->records.list[c->late_record++];
		struct carve_record r = {at, 0, c->chunk_at, c->chunk_end};
		enum tocsin_status status;
		uint64_t *to;
		int64_t base;

		if (!is_left_over(c, at))
			continue;
		r.size = carve_record_size(c, at);
		if (!carve_budget_take(c, at, r.size))
			return carve_too_much(c, at, ret_loss, error);
		if (owner_of(c, at, r.size, &base) != OWNER_LOST)
			continue;
		status = carve_tell(c, &r, &base, ret_event, ret_loss, error, &to);
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
		if (!carve_record_fits(c, record))
			return carve_no_record(c, record, ret_event, ret_loss, error);
		return carve_is_loose(c, record)
			       ? carve_loose(c, record, ret_event, ret_loss, error)
			       : TOCSIN_END;
	}
	carve_account_rest(c, c->end);
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
	carve_budget_end(c);
	*ret_loss = (struct evtx_loss){0, 0};
	if (c->torn_given)
		return carve_tell_torn(c, ret_loss, error);
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
	evtx_account_add(to, &c->account);
}
