/* SPDX-License-Identifier: Apache-2.0 */
/* Prefilters: a planned set of literals, and the search for them. */
#include "query/prefilter.h"

#include <stdlib.h>

#include "base/find_literals.h"
#include "base/utf.h"
#include "query/prefilter_plan.h"

struct prefilter {
	struct arena arena;
	struct literal_finder *finder;
	const struct view *list;
	size_t count;
};

void prefilter_free(struct prefilter *p)
{
	if (!p)
		return;
	literal_finder_free(p->finder);
	arena_free(&p->arena);
	free(p);
}

enum tocsin_status prefilter_new(const struct query *q, const struct message_catalogue *catalogue,
				 enum query_subject subject, struct prefilter **ret,
				 struct tocsin_error *error)
{
	/* Where only so many events are taken, those that pass the parameters alone are counted. */
	const struct predicate *const selection = q->max == UINT64_MAX ? q->where : q->parameters;
	struct prefilter *const f = calloc(1, sizeof(*f));
	struct planner p = {f ? &f->arena : NULL, q, subject};
	struct need need = need_unknown();

	/* A catalogue can't help: of the next record it has no wording, and leaves it undecided. */
	(void)catalogue;
	ENSURE(f, error, TOCSIN_NO_MEMORY, 0, "out of memory");
	if (selection)
		need = need_predicate(&p, selection);
	if (!need.known || !need.count) {
		prefilter_free(f);
		*ret = NULL;
		return TOCSIN_OK;
	}
	f->list = need.list;
	f->count = need.count;
	f->finder = literal_finder_new(need.list, need.count);
	if (!f->finder) {
		prefilter_free(f);
		return error_set(error, TOCSIN_NO_MEMORY, 0, "out of memory");
	}
	*ret = f;
	return TOCSIN_OK;
}

size_t prefilter_find(const struct prefilter *p, struct view bytes, size_t from, size_t to,
		      uint32_t *offsets, size_t room)
{
	return literal_find(p->finder, bytes, from, to, offsets, room);
}

void prefilter_dump(struct buf *out, const struct prefilter *p)
{
	if (!p) {
		buf_str(out, "none");
		return;
	}
	buf_str(out, "any of");
	for (size_t i = 0; i < p->count; i++) {
		buf_str(out, " \"");
		utf16_append(out, p->list[i], UTF_JSON);
		buf_byte(out, '"');
	}
}
