/* SPDX-License-Identifier: Apache-2.0 */
#include "verdict/hosts.h"

#include <stdlib.h>

/* A distinct Computer name, in a union-find forest of names of one machine. */
struct name {
	const char *text;
	uint64_t newest; /* its last record's time */
	size_t parent;
};

struct names {
	struct name *list;
	size_t count;
	size_t *of; /* of segment i: its name's index */
};

static size_t find(struct names *n, size_t i)
{
	while (n->list[i].parent != i) {
		n->list[i].parent = n->list[n->list[i].parent].parent;
		i = n->list[i].parent;
	}
	return i;
}

static void unite(struct names *n, size_t a, size_t b)
{
	a = find(n, a);
	b = find(n, b);
	/* The earlier one stays the root, so that groups come in evidence order. */
	if (a < b)
		n->list[b].parent = a;
	else
		n->list[a].parent = b;
}

static size_t index_of(const struct names *n, const char *text)
{
	for (size_t i = 0; i < n->count; i++) {
		if (ascii_equal_nocase(n->list[i].text, text))
			return i;
	}
	return SIZE_MAX;
}

static bool is_short(const char *name)
{
	return !strchr(name, '.');
}

/*
 * A collector's log: its records were rendered for it, or its channel says so. Other logs are
 * written by one machine.
 */
static bool is_collectors(const struct collection *c, const struct source *source)
{
	for (size_t i = 0; i < c->segment_count; i++) {
		const struct segment *const s = c->segments[i];

		if (s->source == source &&
		    (s->forwarded || ascii_equal_nocase(s->channel, "ForwardedEvents")))
			return true;
	}
	return false;
}

static void unite_by_source(struct names *n, const struct collection *c)
{
	/* Segments of one source stand together: they come in source order. */
	for (size_t i = 0; i < c->segment_count;) {
		const struct source *const source = c->segments[i]->source;
		const bool collectors = is_collectors(c, source);
		const size_t first = n->of[i];

		for (; i < c->segment_count && c->segments[i]->source == source; i++) {
			if (!collectors)
				unite(n, first, n->of[i]);
		}
	}
}

/* Unites each short name with the FQDN that starts with it, unless two machines have such an FQDN.
 */
static void unite_short_names(struct names *n)
{
	for (size_t i = 0; i < n->count; i++) {
		size_t found = SIZE_MAX;
		bool unique = true;

		if (!is_short(n->list[i].text) || !n->list[i].text[0])
			continue;
		for (size_t k = 0; k < n->count; k++) {
			if (is_short(n->list[k].text) ||
			    !host_same(n->list[i].text, n->list[k].text))
				continue;
			if (found != SIZE_MAX && find(n, found) != find(n, k))
				unique = false;
			found = k;
		}
		if (found != SIZE_MAX && unique)
			unite(n, i, found);
	}
}

static int newest_first(const void *a, const void *b)
{
	const struct name *const x = *(const struct name *const *)a,
				 *const y = *(const struct name *const *)b;

	if (x->newest != y->newest)
		return x->newest < y->newest ? 1 : -1;
	return strcmp(x->text, y->text);
}

/* A group's names, newest first, and what it is called: its newest short name, else the newest
 * one's first label. */
static bool fill_names(struct arena *a, struct names *n, size_t root, struct host_group *h)
{
	const struct name **const list = arena_array(a, n->count, sizeof(*list));

	h->names = arena_array(a, n->count, sizeof(*h->names));
	if (!list || !h->names)
		return false;
	for (size_t i = 0; i < n->count; i++) {
		if (find(n, i) == root)
			list[h->name_count++] = &n->list[i];
	}
	qsort(list, h->name_count, sizeof(*list), newest_first);
	for (size_t i = 0; i < h->name_count; i++)
		h->names[i] = list[i]->text;
	h->name = h->names[0];
	for (size_t i = 0; i < h->name_count; i++) {
		if (is_short(h->names[i]) && host_same(h->names[i], h->names[0])) {
			h->name = h->names[i];
			return true;
		}
	}
	if (!is_short(h->name))
		h->name = arena_copy(a, h->name, strcspn(h->name, "."));
	return h->name != NULL;
}

static int by_name(const void *a, const void *b)
{
	const struct host_group *const x = a, *const y = b;
	const int order = strcmp(x->name, y->name);

	return order ? order : strcmp(x->names[0], y->names[0]);
}

static enum tocsin_status fill_segments(struct arena *a, struct names *n,
					const struct collection *c, size_t root,
					struct host_group *h)
{
	h->segments = arena_array(a, c->segment_count, sizeof(*h->segments));
	if (!h->segments || !fill_names(a, n, root, h))
		return TOCSIN_NO_MEMORY;
	for (size_t i = 0; i < c->segment_count; i++) {
		if (find(n, n->of[i]) == root)
			h->segments[h->segment_count++] = c->segments[i];
	}
	return TOCSIN_OK;
}

/* Hands each mark to the host of its segment. */
static enum tocsin_status share_marks(struct arena *a, const struct collection *c,
				      struct host_group *hosts, size_t count)
{
	for (size_t i = 0; i < count; i++) {
		/* Segments know their host now that the order is final. */
		for (size_t k = 0; k < hosts[i].segment_count; k++)
			hosts[i].segments[k]->host = i;
	}
	for (size_t i = 0; i < c->mark_count; i++)
		hosts[c->marks[i].segment->host].mark_count++;
	for (size_t i = 0; i < count; i++) {
		hosts[i].marks = arena_array(a, hosts[i].mark_count, sizeof(*hosts[i].marks));
		if (!hosts[i].marks)
			return TOCSIN_NO_MEMORY;
		hosts[i].mark_count = 0;
	}
	for (size_t i = 0; i < c->mark_count; i++) {
		struct host_group *const h = &hosts[c->marks[i].segment->host];

		h->marks[h->mark_count++] = &c->marks[i];
	}
	return TOCSIN_OK;
}

size_t given_host(const char *given)
{
	const char *const equals = strchr(given, '=');

	return equals ? (size_t)(equals - given) : 0;
}

bool host_is_named(const struct host_group *h, const char *name)
{
	if (host_same(h->name, name))
		return true;
	for (size_t i = 0; i < h->name_count; i++) {
		if (host_same(h->names[i], name))
			return true;
	}
	return false;
}

/* Appends a group for each given host that no evidence names; `hosts` has room for all. */
static enum tocsin_status add_given(struct arena *a, const struct check_options *options,
				    struct host_group *hosts, size_t *count)
{
	for (size_t i = 0; i < options->build_count; i++) {
		const char *const given = options->builds[i];
		const char *const name = arena_copy(a, given, given_host(given));
		struct host_group *const h = &hosts[*count];
		bool known = false;

		if (!name)
			return TOCSIN_NO_MEMORY;
		for (size_t k = 0; k < *count && !known; k++)
			known = host_is_named(&hosts[k], name);
		if (known)
			continue;
		h->names = arena_array(a, 1, sizeof(*h->names));
		if (!h->names)
			return TOCSIN_NO_MEMORY;
		h->name = h->names[0] = name;
		h->name_count = 1;
		(*count)++;
	}
	return TOCSIN_OK;
}

enum tocsin_status hosts_group(struct arena *a, const struct collection *c,
			       const struct check_options *options, struct host_group **ret_hosts,
			       size_t *ret_count)
{
	struct names n = {arena_array(a, c->segment_count + 1, sizeof(*n.list)), 0,
			  arena_array(a, c->segment_count + 1, sizeof(*n.of))};
	struct host_group *hosts =
		arena_array(a, c->segment_count + options->build_count, sizeof(*hosts));
	size_t count = 0;

	if (!n.list || !n.of || !hosts)
		return TOCSIN_NO_MEMORY;
	for (size_t i = 0; i < c->segment_count; i++) {
		const struct segment *const s = c->segments[i];
		size_t k = index_of(&n, s->computer);

		if (k == SIZE_MAX) {
			k = n.count++;
			n.list[k].text = s->computer;
			n.list[k].parent = k;
		}
		n.of[i] = k;
		if (s->to > n.list[k].newest)
			n.list[k].newest = s->to;
	}
	unite_by_source(&n, c);
	unite_short_names(&n);
	for (size_t i = 0; i < n.count; i++) {
		if (find(&n, i) == i)
			TRY(fill_segments(a, &n, c, i, &hosts[count++]));
	}
	TRY(add_given(a, options, hosts, &count));
	if (count)
		qsort(hosts, count, sizeof(*hosts), by_name);
	TRY(share_marks(a, c, hosts, count));
	*ret_hosts = hosts;
	*ret_count = count;
	return TOCSIN_OK;
}
