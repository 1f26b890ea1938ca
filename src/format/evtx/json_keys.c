/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Unique keys (json_keys.h). Every generated key `name_N` belongs to one name and one N, and a
 * name's N only rises: each key is met at most once in a search for a free suffix, so that all
 * searches of an object together are linear in its keys.
 */
#include "format/evtx/json_keys.h"

#include <stdio.h>

/* Keys up to which a list is as fast as a tree. */
#define LIST_LENGTH 16

/* A key, or a place where the keys below differ: the highest differing bit of the first differing
 * unit. */
struct json_key_node {
	const struct json_key *key; /* NULL: a branch */
	size_t at;
	unsigned bit;
	struct json_key_node *child[2];
};

/* Unit `at` of a key: its byte and a flag, or 0 behind its end, so that a key that begins another
 * one differs from it. */
static unsigned unit(struct view text, size_t at)
{
	return at < text.n ? 0x100u | text.p[at] : 0;
}

static unsigned direction(const struct json_key_node *branch, struct view text)
{
	return (unit(text, branch->at) & branch->bit) != 0;
}

static unsigned highest_bit(unsigned v)
{
	unsigned bit = 0x100;

	while (!(v & bit))
		bit >>= 1;
	return bit;
}

/* The key at the end of the path that `text` takes: the only one that can equal it. */
static const struct json_key *nearest(const struct json_key_node *node, struct view text)
{
	while (!node->key)
		node = node->child[direction(node, text)];
	return node->key;
}

/* Puts a key that is not there yet into the tree. */
static bool tree_insert(struct json_keys *keys, struct arena *a, const struct json_key *key)
{
	struct json_key_node *const leaf = arena_alloc(a, sizeof(*leaf));
	struct json_key_node *branch, **link = &keys->root;
	const struct json_key *other;
	size_t at = 0;

	if (!leaf)
		return false;
	leaf->key = key;
	if (!keys->root) {
		keys->root = leaf;
		return true;
	}
	other = nearest(keys->root, key->text);
	while (unit(other->text, at) == unit(key->text, at))
		at++;
	branch = arena_alloc(a, sizeof(*branch));
	if (!branch)
		return false;
	branch->at = at;
	branch->bit = highest_bit(unit(other->text, at) ^ unit(key->text, at));
	while (!(*link)->key &&
	       ((*link)->at < at || ((*link)->at == at && (*link)->bit > branch->bit)))
		link = &(*link)->child[direction(*link, key->text)];
	branch->child[direction(branch, key->text)] = leaf;
	branch->child[!direction(branch, key->text)] = *link;
	*link = branch;
	return true;
}

static struct json_key *find(const struct json_keys *keys, struct view text)
{
	if (keys->root) {
		const struct json_key *const key = nearest(keys->root, text);

		return view_equal(key->text, text) ? (struct json_key *)key : NULL;
	}
	for (struct json_key *key = keys->first; key; key = key->next) {
		if (view_equal(key->text, text))
			return key;
	}
	return NULL;
}

/* Adds a key that is not there yet. */
static bool insert(struct json_keys *keys, struct arena *a, struct view text)
{
	struct json_key *const key = arena_alloc(a, sizeof(*key));

	if (!key)
		return false;
	key->text = text;
	if (keys->last)
		keys->last->next = key;
	else
		keys->first = key;
	keys->last = key;
	keys->count++;
	if (keys->root)
		return tree_insert(keys, a, key);
	if (keys->count > LIST_LENGTH) {
		for (const struct json_key *k = keys->first; k; k = k->next) {
			if (!tree_insert(keys, a, k))
				return false;
		}
	}
	return true;
}

/* `name` and the next suffix that makes a free key of it: `_1` first, or `.2`. */
static struct view numbered(struct json_keys *keys, struct arena *a, struct json_key *taken,
			    bool dotted)
{
	const size_t n = taken->text.n;
	const size_t room = n + 1 + 10 + 1; /* _, digits of a uint32_t, NUL */
	char *const text = arena_alloc(a, room);
	struct view r = {(const uint8_t *)text, 0};

	if (!text)
		return r;
	if (n)
		memcpy(text, taken->text.p, n);
	do {
		taken->repeats++;
		r.n = n + (size_t)snprintf(text + n, room - n, "%c%lu", dotted ? '.' : '_',
					   (unsigned long)taken->repeats + dotted);
	} while (find(keys, r));
	return r;
}

static struct view add(struct json_keys *keys, struct arena *a, struct view name, bool dotted)
{
	const struct view none = {NULL, 0};
	struct json_key *const taken = find(keys, name);
	struct view text = name;

	if (!text.n)
		text.p = (const uint8_t *)""; /* the empty name is one, too */
	if (taken)
		text = numbered(keys, a, taken, dotted);
	if (!text.p || !insert(keys, a, text))
		return none;
	return text;
}

struct view json_keys_add(struct json_keys *keys, struct arena *a, struct view name)
{
	return add(keys, a, name, false);
}

struct view json_keys_add_dotted(struct json_keys *keys, struct arena *a, struct view name)
{
	return add(keys, a, name, true);
}
