/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A machine is found by the name that its logs end with. The names that they begin with prove
 * little: every server that was installed from one image starts as MINWINPC or as the image's own
 * name, so an earlier name joins logs only where one machine alone has had it.
 */
#include "verdict/hosts.h"

#include <stdlib.h>

#include "base/utf.h"

/* The segments of a log that one machine wrote, or one segment of a collector's log. */
struct node {
	size_t first, count;     /* segments */
	const struct name *name; /* the newest; NULL: no record says one */
	size_t parent;           /* union-find; the earliest one is the root */
};

/* A distinct Computer name, without regard to case and to the root's dot. */
struct name {
	const char *key;
	size_t owner;  /* a node that has it as its newest name; SIZE_MAX: none */
	uint64_t last; /* newest record of all nodes whose newest name it is */
};

/* A node has or had a name: until another one came. */
struct claim {
	const struct name *name;
	size_t node;
	uint64_t until;
};

struct grouping {
	const struct collection *c;
	struct name *names; /* by key */
	size_t name_count;
	struct name **of; /* of segment i; NULL: its Computer is empty */
	struct node *nodes;
	size_t node_count;
	struct claim *claims; /* by name */
	size_t claim_count;
};

static size_t find(struct grouping *g, size_t i)
{
	while (g->nodes[i].parent != i) {
		g->nodes[i].parent = g->nodes[g->nodes[i].parent].parent;
		i = g->nodes[i].parent;
	}
	return i;
}

static void unite(struct grouping *g, size_t a, size_t b)
{
	a = find(g, a);
	b = find(g, b);
	if (a < b)
		g->nodes[b].parent = a;
	else
		g->nodes[a].parent = b;
}

/* ---- names */

static const char *key_of(struct arena *a, const char *computer)
{
	struct view left = view_of(computer);
	struct buf key = {0};
	const char *copy;

	if (left.n > 1 && left.p[left.n - 1] == '.')
		left.n--;
	while (left.n) {
		const uint32_t c = utf8_next(&left);
		char text[4];
		const size_t n = utf8_put(text, c < 0x10000 ? utf16_lower((uint16_t)c) : c);

		buf_add(&key, text, n);
	}
	copy = key.failed ? NULL : arena_copy(a, key.p, key.n);
	buf_free(&key);
	return copy;
}

static int by_key(const void *a, const void *b)
{
	return strcmp(((const struct name *)a)->key, ((const struct name *)b)->key);
}

/* The first name whose key is not below `key`. */
static size_t name_from(const struct grouping *g, const char *key)
{
	size_t low = 0, high = g->name_count;

	while (low < high) {
		const size_t middle = low + (high - low) / 2;

		if (strcmp(g->names[middle].key, key) < 0)
			low = middle + 1;
		else
			high = middle;
	}
	return low;
}

static enum tocsin_status make_names(struct arena *a, struct grouping *g)
{
	const size_t n = g->c->segment_count;
	const char **const keys = arena_array(a, n, sizeof(*keys));
	size_t count = 0;

	g->names = arena_array(a, n, sizeof(*g->names));
	g->of = arena_array(a, n, sizeof(*g->of));
	if (!keys || !g->names || !g->of)
		return TOCSIN_NO_MEMORY;
	for (size_t i = 0; i < n; i++) {
		keys[i] = key_of(a, g->c->segments[i]->computer);
		if (!keys[i])
			return TOCSIN_NO_MEMORY;
		if (keys[i][0])
			g->names[count++].key = keys[i];
	}
	if (count)
		qsort(g->names, count, sizeof(*g->names), by_key);
	for (size_t i = 0; i < count; i++) {
		if (!g->name_count || strcmp(g->names[g->name_count - 1].key, g->names[i].key) != 0)
			g->names[g->name_count++].key = g->names[i].key;
	}
	for (size_t i = 0; i < g->name_count; i++)
		g->names[i].owner = SIZE_MAX;
	for (size_t i = 0; i < n; i++)
		g->of[i] = keys[i][0] ? &g->names[name_from(g, keys[i])] : NULL;
	return TOCSIN_OK;
}

static bool is_short(const char *name)
{
	return !strchr(name, '.');
}

/* ---- nodes */

/*
 * A collector's log: its records were rendered for it, or its channel says so. Other logs are
 * written by one machine.
 */
static bool is_collectors(const struct segment *s)
{
	return s->forwarded || ascii_equal_nocase(s->channel, "ForwardedEvents");
}

/* Whether a's name is the later one: a live record goes before a recovered one, which can be of an
 * earlier machine; then by record ids where they are of one channel, since a clock may
 * have been wrong, else by time. */
static bool is_later(const struct segment *a, const struct segment *b)
{
	if (a->recovered != b->recovered)
		return b->recovered;
	return ascii_equal_nocase(a->channel, b->channel) ? a->ids.last_id > b->ids.last_id
							  : a->to > b->to;
}

static void add_node(struct grouping *g, size_t first, size_t count)
{
	struct node *const n = &g->nodes[g->node_count];
	const struct segment *newest = NULL;

	n->first = first;
	n->count = count;
	n->parent = g->node_count++;
	for (size_t i = first; i < first + count; i++) {
		if (g->of[i] && (!newest || is_later(g->c->segments[i], newest))) {
			newest = g->c->segments[i];
			n->name = g->of[i];
		}
	}
}

static enum tocsin_status make_nodes(struct arena *a, struct grouping *g)
{
	struct segment *const *const s = g->c->segments;
	const size_t n = g->c->segment_count;

	g->nodes = arena_array(a, n, sizeof(*g->nodes));
	if (!g->nodes)
		return TOCSIN_NO_MEMORY;
	/* Segments of one source stand together: they come in source order. */
	for (size_t i = 0, end; i < n; i = end) {
		bool collectors = false;

		for (end = i; end < n && s[end]->source == s[i]->source; end++)
			collectors |= is_collectors(s[end]);
		if (!collectors)
			add_node(g, i, end - i);
		for (size_t k = i, nameless = SIZE_MAX; collectors && k < end; k++) {
			add_node(g, k, 1);
			if (g->of[k])
				continue;
			if (nameless == SIZE_MAX)
				nameless = g->node_count - 1;
			unite(g, nameless, g->node_count - 1);
		}
	}
	return TOCSIN_OK;
}

/* ---- which nodes are one machine */

static int by_claimed_name(const void *a, const void *b)
{
	const struct claim *const x = a, *const y = b;

	if (x->name != y->name)
		return x->name < y->name ? -1 : 1;
	return x->node < y->node ? -1 : x->node > y->node;
}

/* When the newest name of a node came: its earlier ones ended before. */
static uint64_t newest_name_from(const struct grouping *g, const struct node *n)
{
	uint64_t from = UINT64_MAX;

	for (size_t i = n->first; i < n->first + n->count; i++) {
		if (g->of[i] == n->name && g->c->segments[i]->from < from)
			from = g->c->segments[i]->from;
	}
	return from;
}

static enum tocsin_status make_claims(struct arena *a, struct grouping *g)
{
	g->claims = arena_array(a, g->c->segment_count, sizeof(*g->claims));
	if (!g->claims)
		return TOCSIN_NO_MEMORY;
	for (size_t i = 0; i < g->node_count; i++) {
		const struct node *const n = &g->nodes[i];
		const uint64_t from = newest_name_from(g, n);

		for (size_t k = n->first; k < n->first + n->count; k++) {
			struct claim *const claim = &g->claims[g->claim_count];

			if (!g->of[k])
				continue;
			claim->name = g->of[k];
			claim->node = i;
			claim->until = g->of[k] == n->name ? UINT64_MAX : from;
			g->claim_count++;
		}
	}
	if (g->claim_count)
		qsort(g->claims, g->claim_count, sizeof(*g->claims), by_claimed_name);
	return TOCSIN_OK;
}

static void unite_same_names(struct grouping *g)
{
	for (size_t i = 0; i < g->node_count; i++) {
		struct name *const name =
			g->nodes[i].name ? &g->names[g->nodes[i].name - g->names] : NULL;

		if (!name)
			continue;
		for (size_t k = g->nodes[i].first; k < g->nodes[i].first + g->nodes[i].count; k++) {
			if (g->c->segments[k]->to > name->last)
				name->last = g->c->segments[k]->to;
		}
		if (name->owner == SIZE_MAX)
			name->owner = i;
		else
			unite(g, name->owner, i);
	}
}

/*
 * Adds to *found the other machines that have or had a name (`prefix`: one that starts with it) as
 * long as records speak of `name`. False: there are several.
 */
static bool claimants(struct grouping *g, const struct name *name, const char *prefix,
		      size_t *found)
{
	const struct name *const first = prefix ? g->names + name_from(g, prefix) : name;
	size_t low = 0, high = g->claim_count;

	while (low < high) {
		const size_t middle = low + (high - low) / 2;

		if (g->claims[middle].name < first)
			low = middle + 1;
		else
			high = middle;
	}
	for (; low < g->claim_count; low++) {
		const struct claim *const claim = &g->claims[low];
		const size_t root = find(g, claim->node);

		if (prefix ? strncmp(claim->name->key, prefix, strlen(prefix)) != 0
			   : claim->name != name)
			break;
		if (root == find(g, name->owner) || claim->until < name->last || root == *found)
			continue;
		if (*found != SIZE_MAX)
			return false;
		*found = root;
	}
	return true;
}

/*
 * Logs that end with a name belong to the only other machine that had it, and a short name to the
 * only full one that starts with it; where there are several, nothing is guessed.
 */
static enum tocsin_status unite_other_names(struct arena *a, struct grouping *g)
{
	for (size_t i = 0; i < g->name_count; i++) {
		const struct name *const name = &g->names[i];
		size_t found = SIZE_MAX;
		const char *prefix = NULL;
		struct buf text = {0};

		if (name->owner == SIZE_MAX)
			continue;
		if (is_short(name->key)) {
			buf_printf(&text, "%s.", name->key);
			prefix = text.failed ? NULL : arena_copy(a, text.p, text.n);
			buf_free(&text);
			if (!prefix)
				return TOCSIN_NO_MEMORY;
		}
		if (claimants(g, name, NULL, &found) &&
		    (!prefix || claimants(g, name, prefix, &found)) && found != SIZE_MAX)
			unite(g, name->owner, found);
	}
	return TOCSIN_OK;
}

/* ---- groups */

/* A name of a group, for sorting. */
struct called {
	const struct name *name;
	const char *text;
	uint64_t newest;
	bool current; /* some log ends with it */
};

static int by_called_name(const void *a, const void *b)
{
	const struct called *const x = a, *const y = b;

	return x->name < y->name ? -1 : x->name > y->name;
}

static int newest_first(const void *a, const void *b)
{
	const struct called *const x = a, *const y = b;

	if (x->current != y->current)
		return x->current ? -1 : 1;
	if (x->newest != y->newest)
		return x->newest < y->newest ? 1 : -1;
	return strcmp(x->name->key, y->name->key);
}

/* The group's distinct names in `list`, as they are first written; returns how many. */
static size_t distinct_names(struct called *list, size_t count)
{
	size_t kept = 0;

	if (count)
		qsort(list, count, sizeof(*list), by_called_name);
	for (size_t i = 0; i < count; i++) {
		struct called *const last = kept ? &list[kept - 1] : NULL;

		if (!last || last->name != list[i].name) {
			list[kept++] = list[i];
			continue;
		}
		if (strcmp(list[i].text, last->text) < 0)
			last->text = list[i].text;
		last->newest = list[i].newest > last->newest ? list[i].newest : last->newest;
		last->current |= list[i].current;
	}
	if (kept)
		qsort(list, kept, sizeof(*list), newest_first);
	return kept;
}

/* What the group is called: its newest name's short form, as it is written where it is. */
static bool call(struct arena *a, struct host_group *h)
{
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

static enum tocsin_status fill_names(struct arena *a, const struct grouping *g,
				     const size_t *segments, const struct node *const *nodes,
				     struct host_group *h)
{
	struct called *const list = arena_array(a, h->segment_count, sizeof(*list));
	size_t count = 0;

	if (!list)
		return TOCSIN_NO_MEMORY;
	for (size_t i = 0; i < h->segment_count; i++) {
		const size_t s = segments[i];

		if (!g->of[s])
			continue;
		list[count].name = g->of[s];
		list[count].text = g->c->segments[s]->computer;
		list[count].newest = g->c->segments[s]->to;
		list[count++].current = nodes[s]->name == g->of[s];
	}
	count = distinct_names(list, count);
	h->names = arena_array(a, count + 1, sizeof(*h->names));
	if (!h->names)
		return TOCSIN_NO_MEMORY;
	h->names[0] = ""; /* no record says one */
	h->name_count = count ? count : 1;
	for (size_t i = 0; i < count; i++) {
		h->names[i] = list[i].text;
		h->current_count += list[i].current;
	}
	return call(a, h) ? TOCSIN_OK : TOCSIN_NO_MEMORY;
}

static int by_name(const void *a, const void *b)
{
	const struct host_group *const x = a, *const y = b;
	const int order = strcmp(x->name, y->name);

	if (order)
		return order;
	/* Two machines may have one name: they stay in evidence order. */
	return x->order < y->order ? -1 : x->order > y->order;
}

/* One group a root node, in evidence order, with its segments. */
static enum tocsin_status make_groups(struct arena *a, struct grouping *g, struct host_group *hosts,
				      size_t *ret_count)
{
	const size_t n = g->c->segment_count;
	size_t *const group_of = arena_array(a, n, sizeof(*group_of));       /* of a root node */
	size_t *const list = arena_array(a, n, sizeof(*list));               /* segments by group */
	const struct node **const nodes = arena_array(a, n, sizeof(*nodes)); /* of a segment */
	struct segment **const segments = arena_array(a, n, sizeof(*segments));
	size_t count = 0, before = 0;

	if (!group_of || !list || !nodes || !segments)
		return TOCSIN_NO_MEMORY;
	for (size_t i = 0; i < g->node_count; i++) {
		const struct node *const node = &g->nodes[i];
		const size_t root = find(g, i); /* never later than i */

		if (root == i) {
			hosts[count].order = count;
			group_of[i] = count++;
		}
		hosts[group_of[root]].segment_count += node->count;
		for (size_t k = node->first; k < node->first + node->count; k++) {
			nodes[k] = node;
			g->c->segments[k]->host = group_of[root];
		}
	}
	for (size_t i = 0; i < count; i++) {
		hosts[i].segments = segments + before;
		before += hosts[i].segment_count;
		hosts[i].segment_count = 0;
	}
	for (size_t i = 0; i < n; i++) {
		struct host_group *const h = &hosts[g->c->segments[i]->host];

		list[(size_t)(h->segments - segments) + h->segment_count] = i;
		h->segments[h->segment_count++] = g->c->segments[i];
	}
	for (size_t i = 0; i < count; i++)
		TRY(fill_names(a, g, list + (hosts[i].segments - segments), nodes, &hosts[i]));
	*ret_count = count;
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

/* ---- hosts that the user names */

size_t given_host(const char *given)
{
	const char *const equals = strchr(given, '=');

	return equals ? (size_t)(equals - given) : 0;
}

/* Gives the build to the hosts that have the name now, else to those that had it; whether any. */
static bool give(struct host_group *hosts, size_t count, const char *name, size_t which)
{
	for (unsigned once = 1;; once = 0) {
		bool any = false;

		for (size_t i = 0; i < count; i++) {
			struct host_group *const h = &hosts[i];
			const size_t n = once ? h->current_count : h->name_count;
			bool is = false;

			for (size_t k = 0; k < n && !is; k++)
				is = host_same(h->names[k], name);
			if (is)
				h->given[h->given_count++] = which;
			any |= is;
		}
		if (any || !once)
			return any;
	}
}

/* Shares the user's builds among the hosts, and appends a group for each HOST that no evidence
 * names; `hosts` has room for all. */
static enum tocsin_status share_given(struct arena *a, const struct check_options *options,
				      struct host_group *hosts, size_t *count)
{
	for (size_t i = 0; i < *count; i++) {
		hosts[i].given = arena_array(a, options->build_count, sizeof(*hosts[i].given));
		if (!hosts[i].given)
			return TOCSIN_NO_MEMORY;
	}
	for (size_t i = 0; i < options->build_count; i++) {
		const char *const given = options->builds[i];
		const char *const name = arena_copy(a, given, given_host(given));
		struct host_group *const h = &hosts[*count];

		if (!name)
			return TOCSIN_NO_MEMORY;
		if (give(hosts, *count, name, i))
			continue;
		h->names = arena_array(a, 1, sizeof(*h->names));
		h->given = arena_array(a, options->build_count, sizeof(*h->given));
		if (!h->names || !h->given)
			return TOCSIN_NO_MEMORY;
		h->name = h->names[0] = name;
		h->name_count = h->current_count = h->given_count = 1;
		h->given[0] = i;
		h->order = (*count)++;
	}
	return TOCSIN_OK;
}

enum tocsin_status hosts_group(struct arena *a, const struct collection *c,
			       const struct check_options *options, struct host_group **ret_hosts,
			       size_t *ret_count)
{
	struct grouping g = {.c = c};
	struct host_group *const hosts =
		arena_array(a, c->segment_count + options->build_count, sizeof(*hosts));
	size_t count = 0;

	if (!hosts)
		return TOCSIN_NO_MEMORY;
	TRY(make_names(a, &g));
	TRY(make_nodes(a, &g));
	TRY(make_claims(a, &g));
	unite_same_names(&g);
	/* Twice: that a short and a full name are one machine can leave one claimant of a third. */
	TRY(unite_other_names(a, &g));
	TRY(unite_other_names(a, &g));
	TRY(make_groups(a, &g, hosts, &count));
	TRY(share_given(a, options, hosts, &count));
	if (count)
		qsort(hosts, count, sizeof(*hosts), by_name);
	TRY(share_marks(a, c, hosts, count));
	*ret_hosts = hosts;
	*ret_count = count;
	return TOCSIN_OK;
}
