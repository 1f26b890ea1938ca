/* SPDX-License-Identifier: Apache-2.0 */
#include "query/row_tail.h"

#include <stdlib.h>

#include "base/buf.h"
#include "base/spool.h"

/* A row is its size in 4 bytes and its bytes. Those in memory come before those in the file. */
struct block {
	uint64_t rows;
	struct buf memory;
	struct spool *spool; /* NULL while nothing is in it */
};

struct row_tail {
	uint64_t count;
	size_t room;           /* bytes of a block in memory */
	struct block block[2]; /* the complete one and the one behind it */
	unsigned now;          /* which one is being filled */

	bool reading;
	uint64_t skip; /* rows of the older block that are not among the last */
	uint64_t at;   /* bytes of the block at hand that were read */
	struct buf row;
};

struct row_tail *row_tail_new(uint64_t count, size_t memory)
{
	struct row_tail *const t = calloc(1, sizeof(*t));

	if (t) {
		t->count = count;
		t->room = memory / 2;
	}
	return t;
}

static void block_clear(struct block *b)
{
	spool_close(b->spool);
	b->spool = NULL;
	b->rows = 0;
	buf_clear(&b->memory);
}

void row_tail_free(struct row_tail *t)
{
	unsigned i;

	if (!t)
		return;
	for (i = 0; i < 2; i++) {
		block_clear(&t->block[i]);
		buf_free(&t->block[i].memory);
	}
	buf_free(&t->row);
	free(t);
}

static enum tocsin_status block_add(struct block *b, size_t room, struct view row,
				    struct tocsin_error *error)
{
	uint8_t size[4];

	put32(size, (uint32_t)row.n);
	if (!b->spool && row.n + sizeof(size) <= room - b->memory.n) {
		buf_add(&b->memory, size, sizeof(size));
		buf_add(&b->memory, row.p, row.n);
		ENSURE(!buf_failed(&b->memory), error, TOCSIN_NO_MEMORY, 0, "out of memory");
	} else {
		if (!b->spool)
			TRY(spool_open(&b->spool, error));
		TRY(spool_append(b->spool, size, sizeof(size), error));
		TRY(spool_append(b->spool, row.p, row.n, error));
	}
	b->rows++;
	return TOCSIN_OK;
}

enum tocsin_status row_tail_add(struct row_tail *t, struct view row, struct tocsin_error *error)
{
	ENSURE(row.n <= UINT32_MAX, error, TOCSIN_LIMIT, 0, "a row is too large");
	if (!t->count)
		return TOCSIN_OK;
	if (t->block[t->now].rows == t->count) {
		t->now = !t->now;
		block_clear(&t->block[t->now]);
	}
	return block_add(&t->block[t->now], t->room, row, error);
}

/* The next `n` bytes of a block; they don't cross from memory to the file. */
static enum tocsin_status block_read(struct row_tail *t, struct block *b, size_t n,
				     struct view *ret, struct tocsin_error *error)
{
	char *to;

	if (t->at < b->memory.n) {
		*ret = (struct view){(const uint8_t *)b->memory.p + t->at, n};
	} else {
		buf_clear(&t->row);
		to = buf_reserve(&t->row, n + 1);
		ENSURE(to, error, TOCSIN_NO_MEMORY, 0, "out of memory");
		TRY(spool_read_at(b->spool, t->at - b->memory.n, to, n, error));
		*ret = (struct view){(const uint8_t *)to, n};
	}
	t->at += n;
	return TOCSIN_OK;
}

/* The older block first. */
static void begin_reading(struct row_tail *t)
{
	const struct block *const newer = &t->block[t->now];
	const struct block *const older = &t->block[!t->now];

	t->reading = true;
	t->skip = older->rows ? newer->rows : 0;
	t->now = !t->now;
}

enum tocsin_status row_tail_next(struct row_tail *t, struct view *ret_row,
				 struct tocsin_error *error)
{
	struct view size;
	uint32_t n;

	if (!t->reading)
		begin_reading(t);
	for (;;) {
		struct block *const b = &t->block[t->now];
		const bool skipped = t->skip > 0;

		if (!b->rows) {
			if (!t->block[!t->now].rows)
				return TOCSIN_END;
			t->now = !t->now;
			t->at = 0;
			continue;
		}
		TRY(block_read(t, b, 4, &size, error));
		n = le32(size.p);
		b->rows--;
		if (skipped) {
			t->skip--;
			t->at += n;
			continue;
		}
		return block_read(t, b, n, ret_row, error);
	}
}
