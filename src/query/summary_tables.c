/* SPDX-License-Identifier: Apache-2.0 */
#include "query/summary_tables.h"

#include <stdlib.h>

#define SLOTS_MIN 64u
#define SLOTS_KEPT 65536u

static uint64_t name_hash(const struct summary_index *i, uint32_t type, struct view key)
{
	return siphash(&i->key, key) ^ type;
}

static uint64_t counter_hash(const struct summary_index *i, const struct summary_counter *c)
{
	uint8_t bytes[16];

	put32(bytes, (uint32_t)c->kind);
	put32(bytes + 4, c->log);
	put32(bytes + 8, c->name);
	put32(bytes + 12, c->id);
	return siphash(&i->key, (struct view){bytes, sizeof(bytes)});
}

void summary_index_free(struct summary_index *i)
{
	free(i->slots);
	i->slots = NULL;
	i->room = 0;
}

static void index_clear(struct summary_index *i)
{
	if (i->room > SLOTS_KEPT)
		summary_index_free(i);
	else if (i->room)
		memset(i->slots, 0, i->room * sizeof(*i->slots));
}

static void index_put(struct summary_index *i, uint64_t hash, size_t number)
{
	size_t slot = (size_t)hash & (i->room - 1);

	while (i->slots[slot])
		slot = (slot + 1) & (i->room - 1);
	i->slots[slot] = (uint32_t)number + 1;
}

/* Room for one more than `count`. True: it is a new table, to be filled again. */
static bool index_grow(struct summary_index *i, size_t count, bool *ret_failed)
{
	struct summary_index bigger = {.room = i->room ? i->room * 2 : SLOTS_MIN};

	*ret_failed = false;
	if ((count + 1) * 2 <= i->room)
		return false;
	bigger.slots = calloc(bigger.room, sizeof(*bigger.slots));
	if (!bigger.slots) {
		*ret_failed = true;
		return false;
	}
	/* Evidence does not know where memory lies: no names are made to meet in one place. */
	bigger.key = siphash_key_of(bigger.slots);
	summary_index_free(i);
	*i = bigger;
	return true;
}

struct summary_name *summary_name_get(struct summary_names *n, struct arena *a, uint32_t type,
				      struct view key, size_t max, bool *ret_full)
{
	uint64_t hash = name_hash(&n->index, type, key);
	struct summary_name *name;
	bool failed;

	*ret_full = false;
	for (size_t i = (size_t)hash & (n->index.room - 1); n->index.room && n->index.slots[i];
	     i = (i + 1) & (n->index.room - 1)) {
		name = &n->list[n->index.slots[i] - 1];
		if (name->hash == hash && name->type == type && view_equal(name->key, key))
			return name;
	}
	*ret_full = n->count >= max;
	if (*ret_full)
		return NULL;
	if (index_grow(&n->index, n->count, &failed)) {
		for (size_t i = 0; i < n->count; i++) {
			name = &n->list[i];
			name->hash = name_hash(&n->index, name->type, name->key);
			index_put(&n->index, name->hash, i);
		}
		hash = name_hash(&n->index, type, key);
	}
	name = failed ? NULL : ARENA_GROW(a, n->list, n->count, n->room);
	if (!name)
		return NULL;
	name->hash = hash;
	name->type = type;
	name->key = key;
	index_put(&n->index, hash, n->count - 1);
	return name;
}

struct summary_counter *summary_counter_get(struct summary_counters *c, struct arena *a,
					    const struct summary_counter *like, size_t max,
					    bool *ret_full)
{
	uint64_t hash = counter_hash(&c->index, like);
	struct summary_counter *counter;
	bool failed;

	*ret_full = false;
	for (size_t i = (size_t)hash & (c->index.room - 1); c->index.room && c->index.slots[i];
	     i = (i + 1) & (c->index.room - 1)) {
		counter = &c->list[c->index.slots[i] - 1];
		if (counter->kind == like->kind && counter->log == like->log &&
		    counter->name == like->name && counter->id == like->id)
			return counter;
	}
	*ret_full = c->count >= max;
	if (*ret_full)
		return NULL;
	if (index_grow(&c->index, c->count, &failed)) {
		for (size_t i = 0; i < c->count; i++)
			index_put(&c->index, counter_hash(&c->index, &c->list[i]), i);
		hash = counter_hash(&c->index, like);
	}
	counter = failed ? NULL : ARENA_GROW(a, c->list, c->count, c->room);
	if (!counter)
		return NULL;
	*counter = *like;
	counter->count = 0;
	index_put(&c->index, hash, c->count - 1);
	return counter;
}

void summary_names_clear(struct summary_names *n)
{
	index_clear(&n->index);
	n->list = NULL;
	n->count = n->room = 0;
}

void summary_counters_clear(struct summary_counters *c)
{
	index_clear(&c->index);
	c->list = NULL;
	c->count = c->room = 0;
}
