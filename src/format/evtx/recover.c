/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Records that no structure of their chunk lists any more: in its free space, where an earlier use
 * of the chunk left them; in places that the walk told as lost; inside records whose size was
 * enlarged to cover them.
 *
 * A candidate is a signature, a possible size and a matching copy of it. Its content is years older
 * than what stands around it, and refers to names and template definitions by chunk offset, where
 * something else may stand by now. So it counts only when all of it reads to an event that makes
 * sense, names agree with their hashes, and its template is the one that its record names. Anything
 * else is noise: counted, never given.
 *
 * Work: a candidate may lie inside another one, so each is paid for by its bytes. When the chunk's
 * share is spent, what is left is told as lost.
 */
#include <stdlib.h>

#include "base/limits.h"
#include "format/evtx/evtx_decoder.h"

/* Free space is zeros mostly, and half of what a log is: they are passed over in steps. */
static size_t zero_bytes(struct view v)
{
	size_t n = 0;

	for (const uint8_t *p; (p = take(&v, 32));) {
		uint64_t w[4];

		memcpy(w, p, sizeof(w));
		if ((w[0] | w[1] | w[2] | w[3]) == 0) {
			n += 32;
			continue;
		}
		for (size_t i = 0; i < 32; i++)
			n += p[i] == 0;
	}
	for (size_t i = 0; i < v.n; i++)
		n += v.p[i] == 0;
	return n;
}

void recovery_account_free(const struct evtx_decoder *d, size_t from, size_t to,
			   struct evtx_account *account)
{
	const size_t zeros = zero_bytes(view_slice(d->context.chunk, from, to - from));

	account->unused += zeros;
	account->residue += to - from - zeros;
}

void recovery_add_record(struct evtx_decoder *d, const struct event *e)
{
	struct recovery *const r = &d->recovery;
	const struct event **const item =
		ARENA_GROW(&d->context.arena, r->live, r->live_count, r->live_room);

	if (item)
		*item = e;
}

static struct chunk_span *add_span(struct evtx_decoder *d, size_t from, size_t to)
{
	struct recovery *const r = &d->recovery;
	struct chunk_span *const span =
		ARENA_GROW(&d->context.arena, r->spans, r->span_count, r->span_room);

	if (span) {
		span->from = (uint32_t)from;
		span->to = (uint32_t)to;
	}
	return span;
}

bool recovery_takes(struct evtx_decoder *d, const struct evtx_loss *loss,
		    const struct tocsin_error *error)
{
	struct chunk_span *span;

	if (!d->options.recover || !loss->bytes)
		return false;
	span = add_span(d, d->lost_from, d->lost_from + loss->bytes);
	if (!span)
		return false;
	span->kind = d->lost_inside ? SPAN_INSIDE : SPAN_DAMAGE;
	span->cover = d->lost_cover;
	span->record_id = loss->record_id;
	span->error = *error;
	return true;
}

/* ---- Candidates ---- */

static int by_id(const void *a, const void *b)
{
	const struct event *const x = *(const struct event *const *)a;
	const struct event *const y = *(const struct event *const *)b;

	return (x->record_id > y->record_id) - (x->record_id < y->record_id);
}

void recovery_begin(struct evtx_decoder *d)
{
	struct recovery *const r = &d->recovery;
	const size_t n = d->context.chunk.n, end = d->at < n ? d->at : n;
	struct chunk_span *span;

	if (d->options.recover) {
		if (r->live_count)
			qsort(r->live, r->live_count, sizeof(*r->live), by_id);
		span = end < n ? add_span(d, end, n) : NULL;
		if (span) {
			span->kind = SPAN_FREE;
			return;
		}
	}
	d->free_from = end;
	d->free_to = n;
}

/* Whether the record at chunk[at .. at + size) is one that was given. */
static bool is_copy(const struct evtx_decoder *d, size_t at, size_t size)
{
	const struct recovery *const r = &d->recovery;
	const struct view chunk = d->context.chunk;
	const uint64_t id = le64(chunk.p + at + 8);
	size_t low = 0, high = r->live_count;

	while (low < high) {
		const size_t middle = low + (high - low) / 2;

		if (r->live[middle]->record_id < id)
			low = middle + 1;
		else
			high = middle;
	}
	for (; low < r->live_count && r->live[low]->record_id == id; low++) {
		const struct event *const e = r->live[low];
		const size_t live_at = (size_t)(e->offset - d->offset);

		if (e->size == size && live_at != at &&
		    memcmp(chunk.p + live_at, chunk.p + at, size - 4) == 0)
			return true;
	}
	return false;
}

static bool has_field(const struct event *e, enum event_field field)
{
	return e->field[field].bytes.n && !value_is_null(&e->field[field]);
}

/* Values whose template is lost: of known types, each as large as its type asks. */
static bool values_make_sense(const struct binxml_instance *instance)
{
	size_t bytes = 0;

	for (uint32_t i = 0; i < instance->count; i++) {
		if (!value_is_plausible(&instance->values[i]))
			return false;
		bytes += instance->values[i].bytes.n;
	}
	return bytes != 0;
}

bool recovery_makes_sense(const struct event *e)
{
	const struct binxml_name *const root = evtx_record_root(e);

	if (e->template_missing)
		return values_make_sense(e->record);
	return root && root->atom == ATOM_EVENT && has_field(e, EVENT_ID) &&
	       (has_field(e, EVENT_PROVIDER) || has_field(e, EVENT_PROVIDER_GUID) ||
		has_field(e, EVENT_CHANNEL) || has_field(e, EVENT_COMPUTER));
}

static void see_name(void *sink, const struct binxml_name *name)
{
	*(bool *)sink |= name->restored;
}

static void see_nothing(void *sink)
{
	(void)sink;
}

static void see_value(void *sink, const struct value *value)
{
	(void)sink;
	(void)value;
}

static void see_unit(void *sink, uint16_t unit)
{
	(void)sink;
	(void)unit;
}

static void see_pi(void *sink, const struct binxml_name *target, const struct value *data)
{
	(void)data;
	see_name(sink, target);
}

static void see_close(void *sink, const struct binxml_name *name, bool empty_tag)
{
	(void)sink;
	(void)name;
	(void)empty_tag;
}

static bool never_failed(void *sink)
{
	(void)sink;
	return false;
}

enum tocsin_status recovery_read_all(struct evtx_decoder *d, const struct event *e,
				     struct tocsin_error *error)
{
	static const struct binxml_sink ops = {
		.open = see_name,
		.attribute = see_name,
		.attribute_end = see_nothing,
		.body = see_nothing,
		.text = see_value,
		.char_ref = see_unit,
		.entity_ref = see_name,
		.cdata = see_value,
		.pi = see_pi,
		.close = see_close,
		.failed = never_failed,
	};
	struct binxml_context *const c = &d->context;
	const struct binxml_mark mark = binxml_save(c);
	enum tocsin_status status;

	d->restored = false;
	binxml_begin(c);
	status = binxml_walk(c, e->record, &ops, &d->restored, error);
	if (c->entered == mark.entered)
		arena_restore(&c->arena, mark.arena);
	return status;
}

static const char *span_note(const struct evtx_decoder *d, const struct chunk_span *span)
{
#define NOTES(where)                                                                               \
	{                                                                                          \
		where, where "; the element names Data and EventData are restored"                 \
	}
	static const char *const notes[][2] = {
		NOTES("behind damage"),
		NOTES("inside another record's enlarged size"),
		NOTES("free space"),
		NOTES("cleared chunk"),
	};
#undef NOTES

	return notes[span->kind + (span->kind == SPAN_FREE && d->cleared)][d->restored];
}

/* Whether reading the record at hand took more work than a real one can: then it is not noise, but
 * not read either. */
static bool worked_hard(const struct binxml_context *c)
{
	return c->nodes < LIMIT_RECORD_NODES / 2 || c->text < LIMIT_RECORD_TEXT / 2 ||
	       c->chunk_nodes < LIMIT_CHUNK_NODES / 16 || c->chunk_text < LIMIT_CHUNK_TEXT / 16 ||
	       c->arena.total > LIMIT_ARENA_BYTES / 2;
}

/*
 * Judges the candidate at chunk[at .. at + size). True: what there is of it is *ret, or, without
 * its event, it is one more copy.
 */
static bool judge(struct evtx_decoder *d, const struct chunk_span *span, size_t at, size_t size,
		  struct chunk_found *ret)
{
	struct binxml_context *const c = &d->context;
	const struct binxml_mark mark = binxml_save(c);
	const struct event *e = NULL;
	struct tocsin_error error;
	enum tocsin_status status = TOCSIN_LIMIT;

	if (evtx_charge_bytes(d, size)) {
		c->live_end = d->at < c->chunk.n ? d->at : c->chunk.n;
		status = evtx_record_decode(d, at, size, EVENT_RECOVERED, NULL, &e, &error);
		if (status == TOCSIN_TRUNCATED ||
		    (status == TOCSIN_OK && e->template_missing && !recovery_makes_sense(e)))
			status = evtx_record_decode_clipped(d, at, size, size - 4, EVENT_RECOVERED,
							    NULL, &e);
		if (status == TOCSIN_OK)
			status = recovery_makes_sense(e) ? recovery_read_all(d, e, &error)
							 : TOCSIN_INVALID;
		if (status == TOCSIN_OK)
			((struct event *)e)->note = span_note(d, span);
		c->live_end = 0;
		if (status == TOCSIN_LIMIT && !worked_hard(c))
			status = TOCSIN_INVALID;
	}
	if (status != TOCSIN_OK && c->entered == mark.entered)
		arena_restore(&c->arena, mark.arena);
	if (status != TOCSIN_OK && status != TOCSIN_LIMIT) {
		d->account.noise++;
		return false;
	}
	*ret = (struct chunk_found){status == TOCSIN_OK ? e : NULL, (uint32_t)at, (uint32_t)size};
	return true;
}

/* ---- Spans ---- */

static bool fits(const struct evtx_decoder *d, const struct chunk_span *span, size_t at, size_t to)
{
	struct view chunk = d->context.chunk;

	chunk.n = to;
	return to == span->to ? evtx_record_fits_inside(chunk, at, to, span->cover)
			      : evtx_record_fits(chunk, at);
}

/* The first record in chunk[from .. to), on Windows' alignment or off it; false: there is none. */
static bool find(struct evtx_decoder *d, const struct chunk_span *span, size_t from, size_t to,
		 bool aligned, struct chunk_found *ret)
{
	const struct view chunk = d->context.chunk;

	for (size_t i = from; i < to; i++) {
		size_t size;

		i = evtx_signature_find(chunk, i, to);
		if (i == to || (i % RECORD_ALIGN == 0) != aligned || !fits(d, span, i, to))
			continue;
		size = le32(chunk.p + i + 4);
		if (is_copy(d, i, size)) {
			d->account.copies++;
			i += size - 1;
		} else if (judge(d, span, i, size, ret)) {
			return true;
		}
	}
	return false;
}

/* Puts a record behind those found; false: no memory for it, and it is lost. */
static bool add_found(struct evtx_decoder *d, const struct chunk_found *f)
{
	struct recovery *const r = &d->recovery;
	struct chunk_found *const item =
		ARENA_GROW(&d->context.arena, r->found, r->found_count, r->found_room);

	if (item)
		*item = *f;
	return item;
}

/* Records off Windows' alignment, between those on it. */
static void search_between(struct evtx_decoder *d, const struct chunk_span *span, size_t from,
			   size_t to)
{
	struct chunk_found f;

	while (find(d, span, from, to, false, &f) && add_found(d, &f))
		from = f.at + f.size;
}

/* Finds all records of a span. */
static void search(struct evtx_decoder *d, const struct chunk_span *span)
{
	/* A live record that does not read is not tried again. */
	size_t at = span->from + (span->kind == SPAN_DAMAGE && span->cover);
	struct chunk_found f;

	d->recovery.found_count = d->recovery.next_found = 0;
	for (;;) {
		const bool any = find(d, span, at, span->to, true, &f);

		search_between(d, span, at, any ? f.at : span->to);
		if (!any || !add_found(d, &f))
			return;
		at = f.at + f.size;
	}
}

/* Counts what was found in a span, and what is left of it; returns how much that is. */
static size_t account_span(struct evtx_decoder *d, const struct chunk_span *span)
{
	const struct recovery *const r = &d->recovery;
	size_t at = span->from, left = span->to - span->from;

	for (size_t i = 0; i < r->found_count; i++) {
		const struct chunk_found *const f = &r->found[i];

		if (span->kind == SPAN_FREE)
			recovery_account_free(d, at, f->at, &d->account);
		if (f->event)
			d->account.recovered += f->size;
		else
			d->account.lost += f->size;
		left -= f->size;
		at = f->at + f->size;
	}
	if (span->kind == SPAN_FREE)
		recovery_account_free(d, at, span->to, &d->account);
	else
		d->account.lost += left;
	return left;
}

/* Searches the next span; what was lost there is told first. TOCSIN_OK: nothing is to tell. */
static enum tocsin_status next_span(struct evtx_decoder *d, struct evtx_loss *ret_loss,
				    struct tocsin_error *error)
{
	const struct chunk_span *const span = &d->recovery.spans[d->recovery.next_span++];
	size_t left;

	search(d, span);
	left = account_span(d, span);
	if (span->kind == SPAN_FREE)
		return TOCSIN_OK;
	ret_loss->record_id = span->record_id;
	ret_loss->bytes = left;
	*error = span->error;
	return error->status;
}

enum tocsin_status recovery_next(struct evtx_decoder *d, const struct event **ret_event,
				 struct evtx_loss *ret_loss, struct tocsin_error *error)
{
	struct recovery *const r = &d->recovery;

	if (r->cut) {
		ret_loss->record_id = r->cut->record_id;
		error_set(error, TOCSIN_INVALID, r->cut->offset, evtx_values_cut_msg);
		r->cut = NULL;
		return error->status;
	}
	for (;;) {
		const struct chunk_found *f;

		if (r->next_found < r->found_count) {
			f = &r->found[r->next_found++];
			if (f->event) {
				r->cut = f->event->values_cut ? f->event : NULL;
				*ret_event = f->event;
				return TOCSIN_OK;
			}
			ret_loss->record_id = le64(d->context.chunk.p + f->at + 8);
			ret_loss->bytes = f->size;
			return error_set(error, TOCSIN_LIMIT, d->offset + f->at,
					 "a record that was found is not read: the chunk asks for "
					 "too much work");
		}
		if (r->next_span == r->span_count)
			return TOCSIN_END;
		TRY(next_span(d, ret_loss, error));
	}
}
