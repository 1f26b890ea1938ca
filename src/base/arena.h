/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Memory that is freed in one step. A worker owns one arena per purpose and resets it per chunk or
 * per record; results are views into it. Blocks are kept over resets, so the steady state allocates
 * nothing.
 */
#ifndef TOCSIN_BASE_ARENA_H
#define TOCSIN_BASE_ARENA_H

#include "base/view.h"

struct arena_block;

/* All zero is an empty arena. */
struct arena {
	struct arena_block *first, *current;
	size_t used;  /* in `current` */
	size_t total; /* bytes of all blocks */
};

struct arena_mark {
	struct arena_block *block;
	size_t used;
};

/* `n` zeroed bytes, aligned for any object; NULL when memory or LIMIT_ARENA_BYTES is exhausted. */
void *arena_alloc(struct arena *a, size_t n);

/* arena_alloc of count * size, checked for overflow. */
void *arena_array(struct arena *a, size_t count, size_t size);

/* A copy of `n` bytes, NUL-terminated (the NUL is not counted); NULL as arena_alloc. */
char *arena_copy(struct arena *a, const void *p, size_t n);

/* A copy of a C string. */
char *arena_string(struct arena *a, const char *s);

/*
 * Room for one more item at the end of an array in the arena, zeroed, and counted: ARENA_GROW(&a,
 * list, count, room) with `list` a pointer and `count`, `room` size_t lvalues, all zero at first.
 * The array doubles, so earlier pointers into it may go stale. NULL without memory.
 */
#define ARENA_GROW(a, list, count, room)                                                           \
	arena_grow((a), (void **)&(list), &(count), &(room), sizeof(*(list)))
void *arena_grow(struct arena *a, void **list, size_t *count, size_t *room, size_t size);

/* Frees everything allocated since `mark` in one step; blocks are kept. */
struct arena_mark arena_save(const struct arena *a);
void arena_restore(struct arena *a, struct arena_mark mark);

/* Frees all contents, keeps the blocks. */
void arena_reset(struct arena *a);

/* Frees contents and blocks; the arena is empty and usable again. */
void arena_free(struct arena *a);

#endif
