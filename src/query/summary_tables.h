/* SPDX-License-Identifier: Apache-2.0 */
/* Inside of log_summary: names and counters that are looked up by content. */
#ifndef TOCSIN_QUERY_SUMMARY_TABLES_H
#define TOCSIN_QUERY_SUMMARY_TABLES_H

#include "base/arena.h"
#include "base/siphash.h"

/* The key is the text itself, not a value's bytes. */
#define SUMMARY_TEXT UINT32_MAX

/* Numbers of entries by their hash; open addressing. All zero is empty. */
struct summary_index {
	uint32_t *slots; /* number + 1 */
	size_t room;     /* a power of two */
	struct siphash_key key;
};

struct summary_name {
	uint64_t hash;
	uint32_t type; /* of the value, or SUMMARY_TEXT */
	struct view key;
	const char *text; /* in UTF-8; NULL: new, for the caller to set */
	uint64_t content; /* of a SUMMARY_TEXT: a hash that is the same in all parts */
	uint32_t same;    /* number of the entry of that text: another value may look the same */
	uint32_t log;     /* number + 1 of the log with that name */
};

/* Texts, each once. */
struct summary_names {
	struct summary_index index;
	struct summary_name *list;
	size_t count, room;
};

enum summary_kind { SUMMARY_EVENTS, SUMMARY_COMPUTERS };

struct summary_counter {
	uint64_t count;
	enum summary_kind kind;
	uint32_t log, name; /* numbers */
	uint32_t id;        /* of the event */
};

/* Counts by kind, log, name and id, in the order in which they first came up. */
struct summary_counters {
	struct summary_index index;
	struct summary_counter *list;
	size_t count, room;
};

/*
 * The name with that key, or a new one: then `text` is NULL and its key the caller's to keep. NULL
 * without memory, and with *ret_full when it would be more than `max`.
 */
struct summary_name *summary_name_get(struct summary_names *n, struct arena *a, uint32_t type,
				      struct view key, size_t max, bool *ret_full);

/* The same for the counter of `like`; a new one's count is 0. */
struct summary_counter *summary_counter_get(struct summary_counters *c, struct arena *a,
					    const struct summary_counter *like, size_t max,
					    bool *ret_full);

/* The entries go with the arena; what is kept is room for the next ones, up to a bound. */
void summary_names_clear(struct summary_names *n);
void summary_counters_clear(struct summary_counters *c);
void summary_index_free(struct summary_index *i);

#endif
