/* SPDX-License-Identifier: Apache-2.0 */
#include "query/row_stages.h"

#include <stdlib.h>

#include "query/row_sorter.h"
#include "query/row_tail.h"
#include "query/seen_set.h"

struct row_stages {
	struct row_stages_options options;
	struct seen_set *seen;
	struct row_sorter *sorter;
	struct row_tail *tail;
	uint64_t duplicates, out;
};

struct row_stages *row_stages_new(const struct row_stages_options *options)
{
	struct row_stages *const s = calloc(1, sizeof(*s));

	if (!s)
		return NULL;
	s->options = *options;
	if (options->dedupe)
		s->seen = seen_set_new(options->memory / 2);
	if (options->sort)
		s->sorter = row_sorter_new(options->memory);
	if (options->tail != UINT64_MAX)
		/* What comes sorted was in a file before. */
		s->tail = row_tail_new(options->tail,
				       options->sort ? options->memory / 16 : options->memory);
	if ((!options->dedupe || s->seen) && (!options->sort || s->sorter) &&
	    (options->tail == UINT64_MAX || s->tail))
		return s;
	row_stages_free(s);
	return NULL;
}

void row_stages_free(struct row_stages *s)
{
	if (!s)
		return;
	seen_set_free(s->seen);
	row_sorter_free(s->sorter);
	row_tail_free(s->tail);
	free(s);
}

static enum tocsin_status put(struct row_stages *s, struct view row)
{
	if (s->out == s->options.head)
		return TOCSIN_END;
	if (!s->options.put(s->options.context, row))
		return TOCSIN_END;
	s->out++;
	return s->out == s->options.head ? TOCSIN_END : TOCSIN_OK;
}

/* Behind sorting. */
static enum tocsin_status pass(struct row_stages *s, struct view row, struct tocsin_error *error)
{
	return s->tail ? row_tail_add(s->tail, row, error) : put(s, row);
}

enum tocsin_status row_stages_add(struct row_stages *s, uint64_t time,
				  const uint8_t hash[HASH_SIZE], struct view row,
				  struct tocsin_error *error)
{
	bool fresh = true;

	if (s->seen)
		TRY(seen_set_add(s->seen, hash, &fresh, error));
	if (!fresh) {
		s->duplicates++;
		return TOCSIN_OK;
	}
	return s->sorter ? row_sorter_add(s->sorter, time, row, error) : pass(s, row, error);
}

/* What the sorter holds, and then what the tail holds. */
enum tocsin_status row_stages_finish(struct row_stages *s, struct tocsin_error *error)
{
	enum tocsin_status status = TOCSIN_OK;
	struct view row;
	uint64_t time;

	while (s->sorter) {
		status = row_sorter_next(s->sorter, &time, &row, error);
		if (status == TOCSIN_END)
			break;
		TRY(status);
		TRY(pass(s, row, error));
	}
	while (s->tail) {
		status = row_tail_next(s->tail, &row, error);
		if (status == TOCSIN_END)
			break;
		TRY(status);
		TRY(put(s, row));
	}
	return TOCSIN_OK;
}

uint64_t row_stages_duplicates(const struct row_stages *s)
{
	return s->duplicates;
}

uint64_t row_stages_out(const struct row_stages *s)
{
	return s->out;
}
