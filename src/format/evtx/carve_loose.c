/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Carving records without their chunk. Content is decoded in a view of the file that starts where
 * the chunk did (carve_base()), else by itself; templates are then looked up elsewhere, else values
 * are shown as they are.
 *
 * Work: such records may lie over each other, and the views that they ask for do. What is read that
 * way in one 64 KiB of the file may cost as much as one chunk.
 */
#include "base/limits.h"
#include "format/evtx/carve.h"

#define RESTORED "; the element names Data and EventData are restored"

/* Rendering spends as well, so it is settled when the next thing is asked for. */
void carve_budget_end(struct evtx_carver *c)
{
	if (c->budget.used) {
		c->budget.used = false;
		c->budget.nodes = c->d->context.chunk_nodes;
		c->budget.text = c->d->context.chunk_text;
	}
}

/* The place's share; what was open before is settled. */
static struct budget *budget_at(struct evtx_carver *c, size_t at)
{
	const uint64_t block = (c->offset + at) / EVTX_CHUNK_SIZE;
	struct budget *const b = &c->budget;

	carve_budget_end(c);
	if (!b->any || b->block != block) {
		b->any = true;
		b->block = block;
		b->nodes = LIMIT_CHUNK_NODES;
		b->text = LIMIT_CHUNK_TEXT;
	}
	return b;
}

/* Takes the work of looking through `n` bytes that others may be in as well; false when it is not
 * left. */
bool carve_budget_take(struct evtx_carver *c, size_t at, size_t n)
{
	struct budget *const b = budget_at(c, at);
	const uint32_t nodes = (uint32_t)(8 + n / 2); /* as evtx_charge_bytes() */

	if (b->nodes < nodes)
		return false;
	b->nodes -= nodes;
	return true;
}

/* What is open on the decoder from now on, at `at`, overlaps other things that are read as well: it
 * may spend what is left of the place's share. */
void carve_budget_begin(struct evtx_carver *c, size_t at)
{
	struct budget *const b = budget_at(c, at);

	b->used = true;
	c->d->context.chunk_nodes = b->nodes;
	c->d->context.chunk_text = b->text;
}

void carve_give(struct evtx_carver *c, const struct event *e, const char *note,
		const struct event **ret)
{
	c->event = *e;
	c->event.origin = EVENT_CARVED;
	c->event.note = e->note ? e->note : note;
	c->event.chunk = 0;
	*ret = &c->event;
}

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

/* Gives the loose record `r`, whose chunk started at `base` when that is known. */
static enum tocsin_status decode_loose(struct evtx_carver *c, const struct carve_record *r,
				       const int64_t *base, bool is_torn, const struct event **ret,
				       struct tocsin_error *error)
{
	static const char *const notes[2][2] = {
		{"loose record", "loose record" RESTORED},
		{"loose record, cut off: given as it reads",
		 "loose record, cut off: given as it reads" RESTORED},
	};
	struct evtx_decoder *const d = c->d;
	enum tocsin_status status;
	const struct event *e;
	size_t at = 0;

	carve_budget_end(c);
	if (base) {
		open_base(c, *base);
		at = (size_t)((int64_t)r->at - *base);
	} else {
		evtx_decoder_start(d, view_slice(c->bytes, r->at, r->size), c->offset + r->at, 0);
	}
	/* Nothing says that what stands around a record is of the same use of its chunk. */
	d->context.live_end = d->context.chunk.n;
	carve_budget_begin(c, r->at);
	if (is_torn) {
		d->context.chunk.n = smaller(d->context.chunk.n, at + r->size);
		status = evtx_record_decode_cut(d, at, EVENT_CARVED, NULL, &e, error);
	} else {
		status = evtx_record_decode(d, at, r->size, EVENT_CARVED, NULL, &e, error);
	}
	if (status == TOCSIN_TRUNCATED &&
	    evtx_record_decode_clipped(d, at, r->size, r->size - (is_torn ? 0 : 4), EVENT_CARVED,
				       NULL, &e) == TOCSIN_OK)
		status = TOCSIN_OK;
	TRY(status);
	if (!recovery_makes_sense(e))
		return TOCSIN_END;
	TRY(recovery_read_all(d, e, error));
	carve_give(c, e, notes[is_torn][d->restored], ret);
	return TOCSIN_OK;
}

/* Whether the content starts as Windows' records do. */
static bool is_fragment(const struct evtx_carver *c, size_t at)
{
	static const uint8_t fragment[4] = {0x0f, 1, 1, 0};
	const struct view v = view_slice(c->bytes, at + RECORD_HEADER_SIZE, sizeof(fragment));

	return v.n == sizeof(fragment) && memcmp(v.p, fragment, sizeof(fragment)) == 0;
}

/* A record whose share of work is spent, or whose content does not read. */
static enum tocsin_status lose(struct evtx_carver *c, size_t at, enum tocsin_status status,
			       struct evtx_loss *ret_loss, struct tocsin_error *error)
{
	ret_loss->record_id = le64(c->bytes.p + at + 8);
	error->offset = c->offset + at;
	return status;
}

enum tocsin_status carve_too_much(struct evtx_carver *c, size_t at, struct evtx_loss *ret_loss,
				  struct tocsin_error *error)
{
	return lose(
		c, at,
		error_set(error, TOCSIN_LIMIT, 0, "a record is not read: too much overlaps here"),
		ret_loss, error);
}

/*
 * Gives the loose record, or tells that it is lost, or nothing (TOCSIN_END): it is noise. *ret_to
 * is the counter that its bytes go to.
 */
enum tocsin_status carve_tell(struct evtx_carver *c, const struct carve_record *r,
			      const int64_t *base, const struct event **ret_event,
			      struct evtx_loss *ret_loss, struct tocsin_error *error,
			      uint64_t **ret_to)
{
	const enum tocsin_status status = decode_loose(c, r, base, false, ret_event, error);

	if (status == TOCSIN_OK) {
		c->torn = r->at;
		c->torn_given = c->event.values_cut;
		*ret_to = &c->account.recovered;
		return TOCSIN_OK;
	}
	if (status == TOCSIN_LIMIT || (status != TOCSIN_END && is_fragment(c, r->at))) {
		*ret_to = &c->account.lost;
		return lose(c, r->at, status, ret_loss, error);
	}
	*ret_to = &c->account.residue;
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
	const size_t end = smaller(carve_record_end(c, at), c->bytes.n);

	for (size_t i = c->next_record; i < c->records.count && c->records.list[i] < end; i++) {
		if (carve_record_fits(c, c->records.list[i]))
			return c->records.list[i];
	}
	return end;
}

enum tocsin_status carve_tell_torn(struct evtx_carver *c, struct evtx_loss *ret_loss,
				   struct tocsin_error *error)
{
	if (c->torn_given && carve_record_fits(c, c->torn)) {
		c->torn_given = false;
		return lose(c, c->torn, error_set(error, TOCSIN_INVALID, 0, evtx_values_cut_msg),
			    ret_loss, error);
	}
	c->torn_given = false;
	return lose(c, c->torn,
		    error_set(error, TOCSIN_TRUNCATED, 0,
			      "a loose record is cut off: its end is not where its size says"),
		    ret_loss, error);
}

/*
 * A torn record is given as far as it reads, and told to be so behind it. How many of its bytes are
 * its own nobody knows: they stay residue.
 */
static enum tocsin_status torn(struct evtx_carver *c, size_t at, const struct event **ret_event,
			       struct evtx_loss *ret_loss, struct tocsin_error *error)
{
	struct carve_record r = {at, 0, 0, c->bytes.n};
	int64_t base;

	if (!carve_budget_take(c, at, carve_record_size(c, at)))
		return carve_too_much(c, at, ret_loss, error);
	r.size = torn_end(c, at) - at;
	c->torn = at;
	if (r.size >= RECORD_SIZE_MIN &&
	    decode_loose(c, &r, carve_base(&c->index, c->bytes, &r, &base) ? &base : NULL, true,
			 ret_event, NULL) == TOCSIN_OK) {
		c->torn_given = true;
		return TOCSIN_OK;
	}
	return carve_tell_torn(c, ret_loss, error);
}

/* A signature outside of chunks that no whole record stands at. */
enum tocsin_status carve_no_record(struct evtx_carver *c, size_t at, const struct event **ret_event,
				   struct evtx_loss *ret_loss, struct tocsin_error *error)
{
	if (carve_reach(c, at) > at)
		return TOCSIN_END; /* in a chunk, which has counted it */
	if (is_torn(c, at))
		return torn(c, at, ret_event, ret_loss, error);
	c->account.noise++;
	return TOCSIN_END;
}

/* A whole record outside of chunks. TOCSIN_END: nothing is to be told of it. */
enum tocsin_status carve_loose(struct evtx_carver *c, size_t at, const struct event **ret_event,
			       struct evtx_loss *ret_loss, struct tocsin_error *error)
{
	const struct carve_record r = {at, carve_record_size(c, at), 0, c->bytes.n};
	uint64_t *to = &c->account.lost;
	enum tocsin_status status;
	size_t from, end;
	int64_t base;

	if (!carve_budget_take(c, at, r.size))
		status = carve_too_much(c, at, ret_loss, error);
	else
		status =
			carve_tell(c, &r, carve_base(&c->index, c->bytes, &r, &base) ? &base : NULL,
				   ret_event, ret_loss, error, &to);
	carve_account_rest(c, at);
	from = larger(at, c->told);
	end = larger(from, carve_record_end(c, at));
	*to += end - from;
	c->told = end;
	if (status == TOCSIN_END)
		c->account.noise++;
	else if (status != TOCSIN_OK)
		ret_loss->bytes = end - from;
	return status;
}
