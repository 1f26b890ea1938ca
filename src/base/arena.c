/* SPDX-License-Identifier: Apache-2.0 */
/* A chain of blocks; allocation bumps a pointer in the current one. */
#include "base/arena.h"

#include <stdlib.h>

#include "base/limits.h"

#define ARENA_BLOCK_SIZE ((size_t)64 << 10)
#define ARENA_ALIGN ((size_t)16)

struct arena_block {
	struct arena_block *next;
	size_t size;
	max_align_t data[];
};

/* Frees a chain of blocks. */
static void blocks_free(struct arena *a, struct arena_block *b)
{
	while (b) {
		struct arena_block *const next = b->next;

		a->total -= b->size;
		free(b);
		b = next;
	}
}

/* A block for `n` bytes that will stand at *link, before the blocks that are kept there. */
static struct arena_block *block_new(struct arena *a, struct arena_block **link, size_t n)
{
	const size_t size = n > ARENA_BLOCK_SIZE ? n : ARENA_BLOCK_SIZE;
	struct arena_block *b;

	/* Kept blocks hold nothing. Where they are too small for what is asked they must not use up
	 * the limit: over many resets with changing sizes they would. */
	if (a->total > LIMIT_ARENA_BYTES - n) {
		blocks_free(a, *link);
		*link = NULL;
	}
	if (a->total > LIMIT_ARENA_BYTES - n)
		return NULL;
	b = malloc(sizeof(*b) + size);
	if (!b)
		return NULL;
	b->next = NULL;
	b->size = size;
	a->total += size;
	return b;
}

void *arena_alloc(struct arena *a, size_t n)
{
	struct arena_block *b = a->current;
	void *p;

	if (n > LIMIT_ARENA_BYTES)
		return NULL;
	n = (n + ARENA_ALIGN - 1) & ~(ARENA_ALIGN - 1);
	if (!b || n > b->size - a->used) {
		/* The next kept block that fits, else a new one right behind the current one. */
		struct arena_block **link = b ? &b->next : &a->first;

		if (!*link || n > (*link)->size) {
			struct arena_block *const fresh = block_new(a, link, n);

			if (!fresh)
				return NULL;
			fresh->next = *link;
			*link = fresh;
		}
		a->current = *link;
		a->used = 0;
		b = a->current;
	}
	p = (uint8_t *)b->data + a->used;
	a->used += n;
	return memset(p, 0, n);
}

void *arena_array(struct arena *a, size_t count, size_t size)
{
	size_t n;

	if (__builtin_mul_overflow(count, size, &n))
		return NULL;
	return arena_alloc(a, n);
}

void *arena_grow(struct arena *a, void **list, size_t *count, size_t *room, size_t size)
{
	if (*count == *room) {
		const size_t more = *room ? *room * 2 : 16;
		void *const p = arena_array(a, more, size);

		if (!p)
			return NULL;
		if (*count)
			memcpy(p, *list, *count * size);
		*list = p;
		*room = more;
	}
	return (char *)*list + (*count)++ * size;
}

char *arena_copy(struct arena *a, const void *p, size_t n)
{
	char *copy;

	if (n >= LIMIT_ARENA_BYTES)
		return NULL;
	copy = arena_alloc(a, n + 1);
	if (copy && n)
		memcpy(copy, p, n);
	return copy;
}

char *arena_string(struct arena *a, const char *s)
{
	return arena_copy(a, s, strlen(s));
}

struct arena_mark arena_save(const struct arena *a)
{
	struct arena_mark m = {a->current, a->used};
	return m;
}

void arena_restore(struct arena *a, struct arena_mark mark)
{
	a->current = mark.block;
	a->used = mark.used;
}

void arena_reset(struct arena *a)
{
	a->current = NULL;
	a->used = 0;
}

void arena_free(struct arena *a)
{
	blocks_free(a, a->first);
	memset(a, 0, sizeof(*a));
}
