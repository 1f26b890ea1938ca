/* SPDX-License-Identifier: Apache-2.0 */
/* Bytes carved in windows of any size, for a test and a fuzz target. */
#ifndef TOCSIN_TESTS_CARVE_MEMORY_H
#define TOCSIN_TESTS_CARVE_MEMORY_H

#include <stdlib.h>

#include "format/evtx/evtx.h"

/* What was told, in the order in which it was. */
struct carved {
	uint64_t offset, record_id;
	uint64_t content; /* a hash of its XML and JSON; 0: a loss */
	enum tocsin_status status;
	bool template_missing;
	const char *note;
};

struct carving {
	struct carved *list;
	size_t count, room;
	size_t events;
	uint64_t bytes_lost; /* by the losses that were told */
	bool limited;        /* something was too much work: windows may differ */
	struct evtx_account account;
	struct buf text; /* of the last event */
};

static inline uint64_t carving_hash(struct view v)
{
	uint64_t h = 0xcbf29ce484222325u;

	for (size_t i = 0; i < v.n; i++)
		h = (h ^ v.p[i]) * 0x100000001b3u;
	return h | 1;
}

static inline void carving_add(struct carving *r, struct carved one)
{
	if (r->count == r->room) {
		r->room = r->room ? 2 * r->room : 64;
		r->list = realloc(r->list, r->room * sizeof(*r->list));
	}
	r->list[r->count++] = one;
}

static inline void carving_event(struct carving *r, struct evtx_decoder *d, const struct event *e)
{
	struct carved one = {.offset = e->offset,
			     .record_id = e->record_id,
			     .template_missing = e->template_missing,
			     .note = e->note};
	enum tocsin_status xml, json;

	buf_clear(&r->text);
	xml = evtx_render_xml(d, e, &r->text);
	buf_byte(&r->text, '\n');
	json = evtx_render_json(d, e, &r->text);
	r->limited |= xml == TOCSIN_LIMIT || json == TOCSIN_LIMIT;
	one.content = carving_hash((struct view){(const uint8_t *)r->text.p, r->text.n});
	carving_add(r, one);
	r->events++;
}

/* Carves `file` in windows of `window` bytes. Each window is a block of exactly its size, so that
 * the address sanitizer sees a read past it. */
static inline void carve_memory(struct evtx_decoder *d, struct view file, size_t window,
				struct carving *r)
{
	struct evtx_carver *const c = evtx_carver_new(d);

	if (!c)
		return;
	for (size_t start = 0; start < file.n; start += window) {
		const size_t end = file.n - start < window ? file.n : start + window;
		const size_t from = start > EVTX_CARVE_MARGIN ? start - EVTX_CARVE_MARGIN : 0;
		const struct view part = view_slice(file, from, end + EVTX_CARVE_MARGIN - from);
		uint8_t *const copy = malloc(part.n);
		const struct event *e;
		struct tocsin_error error;
		struct evtx_loss loss;
		enum tocsin_status status;

		memcpy(copy, part.p, part.n);
		evtx_carve_open(c, (struct view){copy, part.n}, start - from, end - from, from);
		while ((status = evtx_carve_next(c, &e, &loss, &error)) != TOCSIN_END) {
			if (status == TOCSIN_NO_MEMORY)
				break;
			if (status == TOCSIN_OK) {
				carving_event(r, d, e);
				continue;
			}
			r->limited |= status == TOCSIN_LIMIT;
			r->bytes_lost += loss.bytes;
			carving_add(r, (struct carved){.offset = error.offset,
						       .record_id = loss.record_id,
						       .status = status});
		}
		evtx_carve_account(c, &r->account);
		free(copy);
	}
	evtx_carver_free(c);
}

static inline uint64_t carving_bytes(const struct carving *r)
{
	const struct evtx_account *const a = &r->account;

	return a->headers + a->records + a->recovered + a->unused + a->residue + a->lost;
}

/* Whether two ways to cut the same bytes into windows gave the same. */
static inline bool carving_same(const struct carving *a, const struct carving *b)
{
	if (a->count != b->count || memcmp(&a->account, &b->account, sizeof(a->account)) != 0)
		return false;
	for (size_t i = 0; i < a->count; i++) {
		const struct carved *const x = &a->list[i], *const y = &b->list[i];

		if (x->offset != y->offset || x->record_id != y->record_id ||
		    x->content != y->content || x->status != y->status ||
		    x->template_missing != y->template_missing || x->note != y->note)
			return false;
	}
	return true;
}

static inline void carving_free(struct carving *r)
{
	free(r->list);
	buf_free(&r->text);
}

#endif
