/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The keys of one JSON object: no key twice. A name that is taken gets `_1`, `_2` and so on behind
 * it, the first that is free.
 *
 * Few keys are a list; more are a crit-bit tree besides, whose depth is bounded by the keys' length
 * whatever they are, so that a record made for it can't turn a lookup into a walk over all keys.
 */
#ifndef TOCSIN_FORMAT_EVTX_JSON_KEYS_H
#define TOCSIN_FORMAT_EVTX_JSON_KEYS_H

#include "base/arena.h"
#include "base/view.h"

struct json_key {
	struct json_key *next;
	struct view text;
	uint32_t repeats; /* suffixes given to this name so far */
};

struct json_key_node;

/* All zero is an empty set. */
struct json_keys {
	struct json_key *first, *last;
	size_t count;
	struct json_key_node *root; /* NULL while the list is short */
};

/*
 * Adds `name`, with a suffix where it is taken, and returns the key's text: `name` itself or a copy
 * in the arena; p == NULL without memory. `name` must live as long as the set.
 */
struct view json_keys_add(struct json_keys *keys, struct arena *a, struct view name);

/* The same with `.2`, `.3` and so on: the second, the third of the name. */
struct view json_keys_add_dotted(struct json_keys *keys, struct arena *a, struct view name);

#endif
