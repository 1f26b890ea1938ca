/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A record as a tree, token by token, for the writer: everything that BinXML can say (MS-EVEN6
 * 2.2.12), also what the event log service seldom or never writes. Names and texts are UTF-8 and
 * must be valid; arrays of nodes end with one of kind EVTX_NODE_NONE.
 */
#ifndef TOCSIN_FORMAT_EVTX_EVTX_TREE_H
#define TOCSIN_FORMAT_EVTX_EVTX_TREE_H

#include "format/evtx/evtx_writer.h"

enum evtx_node_kind {
	EVTX_NODE_NONE,
	EVTX_NODE_ELEMENT,   /* name, depends, attributes, children, empty_tag, empty_list */
	EVTX_NODE_ATTRIBUTE, /* name, children: its value. Only in `attributes` */
	EVTX_NODE_TEXT,      /* text: a literal string */
	EVTX_NODE_LITERAL,   /* type, bytes: a literal of any type (no arrays) */
	EVTX_NODE_SLOT,      /* slot, type, optional: a value of the template's instance */
	EVTX_NODE_CDATA,     /* text */
	EVTX_NODE_CHAR,      /* slot: the UTF-16 unit of a character reference */
	EVTX_NODE_ENTITY,    /* name */
	EVTX_NODE_PI,        /* name: the target; text: the data */
	EVTX_NODE_INSTANCE,  /* template, values, value_count */
	EVTX_NODE_FRAGMENT,  /* a fragment's header */
	EVTX_NODE_BYTES      /* bytes, as they are */
};

struct evtx_tree_template;
struct evtx_tree_value;

struct evtx_node {
	enum evtx_node_kind kind;
	const char *name, *text;
	const struct evtx_node *attributes, *children;
	unsigned depends; /* left out when this value is NULL: the slot + 1; 0: always there */
	bool empty_tag;   /* closed as <x/>; it has no children then */
	bool empty_list;  /* has a list of attributes though none are in it */
	bool optional;    /* slots */
	bool more;        /* the token says that more of the same text follows */
	uint8_t type;
	uint16_t slot;
	struct view bytes;
	const struct evtx_tree_template *template;
	const struct evtx_tree_value *values;
	uint32_t value_count;
};

/* A definition stands in a chunk where it is used first; GUID and variant tell two apart. */
struct evtx_tree_template {
	uint8_t guid[16];
	unsigned variant; /* definitions of one GUID with other contents */
	bool lost;        /* not written: its instances refer to a place that holds nothing */
	const struct evtx_node *nodes;
};

struct evtx_tree_value {
	uint8_t type;
	struct view bytes;
	const struct evtx_node *nodes; /* instead of bytes: BinXML */
	uint16_t claimed; /* size that its descriptor tells instead of its own; 0: the right one */
};

/* How streams are laid out. All zero is the usual: fragment headers where Windows has them. */
enum evtx_dependency_ids {
	EVTX_DEPENDENCIES_IN_TEMPLATES, /* as MS-EVEN6 has it: there, and nowhere else */
	EVTX_DEPENDENCIES_NOWHERE,
	EVTX_DEPENDENCIES_EVERYWHERE
};

struct evtx_tree_options {
	enum evtx_dependency_ids dependency_ids;
	bool no_headers;   /* no stream begins with a fragment header */
	bool no_ends;      /* no stream ends with its token */
	bool wrong_sizes;  /* of elements and attribute lists: readers must not need them */
	unsigned version;  /* of fragments: major << 8 | minor; 0: 1.1 */
	unsigned more_end; /* so many end tokens more behind the record's own */
};

/*
 * Adds a record that holds `nodes`. As evtx_writer_add() otherwise; `options` may be NULL.
 * TOCSIN_LIMIT also for trees that are nested too deep, TOCSIN_USAGE for a node where it can't be.
 */
TOCSIN_MUST_USE enum tocsin_status evtx_writer_add_tree(struct evtx_writer *w, uint64_t record_id,
							uint64_t written,
							const struct evtx_node *nodes,
							const struct evtx_tree_options *options,
							struct tocsin_error *error);

#endif
