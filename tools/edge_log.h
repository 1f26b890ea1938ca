/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Part of make-evidence, and of the tests of the same cases: an event log in memory, written record
 * by record, and short names for the nodes that its records are made of.
 */
#ifndef TOCSIN_TOOLS_EDGE_LOG_H
#define TOCSIN_TOOLS_EDGE_LOG_H

#include <stdlib.h>

#include "../tests/evtx_damage.h"
#include "format/evtx/evtx_tree.h"
#include "format/evtx/writer_event.h"

#define EDGE_TIME 132804583640951280u /* 2021-11-04T00:12:44.0951280Z */
#define EDGE_COMPUTER "edge.example.org"
#define EDGE_NAMESPACE "http://schemas.microsoft.com/win/2004/08/events/event"

#define NODES(...) ((const struct evtx_node[]){__VA_ARGS__, {.kind = EVTX_NODE_NONE}})
#define TEXT(t)                                                                                    \
	{                                                                                          \
		.kind = EVTX_NODE_TEXT, .text = (t)                                                \
	}
#define MORE_TEXT(t)                                                                               \
	{                                                                                          \
		.kind = EVTX_NODE_TEXT, .text = (t), .more = true                                  \
	}
#define CDATA(t)                                                                                   \
	{                                                                                          \
		.kind = EVTX_NODE_CDATA, .text = (t)                                               \
	}
#define CHARACTER(u)                                                                               \
	{                                                                                          \
		.kind = EVTX_NODE_CHAR, .slot = (u)                                                \
	}
#define ENTITY(n)                                                                                  \
	{                                                                                          \
		.kind = EVTX_NODE_ENTITY, .name = (n)                                              \
	}
#define PI(n, t)                                                                                   \
	{                                                                                          \
		.kind = EVTX_NODE_PI, .name = (n), .text = (t)                                     \
	}
#define SLOT(i, t)                                                                                 \
	{                                                                                          \
		.kind = EVTX_NODE_SLOT, .slot = (i), .type = (t)                                   \
	}
#define OPTIONAL(i, t)                                                                             \
	{                                                                                          \
		.kind = EVTX_NODE_SLOT, .slot = (i), .type = (t), .optional = true                 \
	}
#define LITERAL(t, b)                                                                              \
	{                                                                                          \
		.kind = EVTX_NODE_LITERAL, .type = (t), .bytes = BYTES(b)                          \
	}
#define RAW(b)                                                                                     \
	{                                                                                          \
		.kind = EVTX_NODE_BYTES, .bytes = BYTES(b)                                         \
	}
#define ATTRIBUTE(n, ...)                                                                          \
	{                                                                                          \
		.kind = EVTX_NODE_ATTRIBUTE, .name = (n), .children = NODES(__VA_ARGS__)           \
	}
#define ELEMENT(n, ...)                                                                            \
	{                                                                                          \
		.kind = EVTX_NODE_ELEMENT, .name = (n), .children = NODES(__VA_ARGS__)             \
	}
#define HOLLOW(n)                                                                                  \
	{                                                                                          \
		.kind = EVTX_NODE_ELEMENT, .name = (n)                                             \
	}
#define EMPTY(n)                                                                                   \
	{                                                                                          \
		.kind = EVTX_NODE_ELEMENT, .name = (n), .empty_tag = true                          \
	}
#define NAMED(n, ...)                                                                              \
	{                                                                                          \
		.kind = EVTX_NODE_ELEMENT, .name = "Data",                                         \
		.attributes = NODES(ATTRIBUTE("Name", TEXT(n))), .children = NODES(__VA_ARGS__)    \
	}
/* Left out when its value is NULL. */
#define NAMED_OPTIONAL(n, i, t)                                                                    \
	{                                                                                          \
		.kind = EVTX_NODE_ELEMENT, .name = "Data", .depends = (i) + 1,                     \
		.attributes = NODES(ATTRIBUTE("Name", TEXT(n))), .children = NODES(OPTIONAL(i, t)) \
	}
#define EVENT_DATA(...) ELEMENT("EventData", __VA_ARGS__)

#define BYTES(b)                                                                                   \
	{                                                                                          \
		(const uint8_t *)(b), sizeof(b) - 1                                                \
	} /* of a string literal */
#define VALUES(...) ((const struct evtx_tree_value[]){__VA_ARGS__})
#define VALUE(t, b)                                                                                \
	{                                                                                          \
		.type = (t), .bytes = BYTES(b)                                                     \
	}
#define TREE(...)                                                                                  \
	{                                                                                          \
		.nodes = NODES(__VA_ARGS__)                                                        \
	}

/* Values of edge_event() start behind the two of its System. */
#define FIRST_SLOT 2u
#define V(i) (FIRST_SLOT + (i))

struct edge {
	struct buf log;
	struct evtx_writer *writer;
	struct arena arena;
	struct event_maker maker;
	struct tocsin_error error;
	unsigned templates; /* with GUIDs of their own */
	bool failed;        /* sticks */
};

/* A record that edge_add() writes: an Event with a System, and what else it holds. */
struct edge_event {
	const struct evtx_node *body;
	const struct evtx_tree_value *values;
	uint32_t count;
	uint8_t guid;     /* first byte of its template's GUID; 0: a template of its own */
	uint8_t guid_end; /* last byte: the same short id, another GUID */
	unsigned variant; /* see struct evtx_tree_template */
	bool lost;
	uint64_t id, written;
	const struct evtx_tree_options *options;
};

static inline void edge_start(struct edge *e, const struct evtx_writer_options *options)
{
	memset(e, 0, sizeof(*e));
	e->writer = evtx_writer_new(evtx_sink_buf(&e->log), options);
	e->failed = !e->writer;
}

static inline void edge_check(struct edge *e, enum tocsin_status status)
{
	if (status != TOCSIN_OK)
		e->failed = true;
}

/* Ends the log: its bytes are in e->log, to be damaged. */
static inline void edge_done(struct edge *e)
{
	if (!e->failed)
		edge_check(e, evtx_writer_finish(e->writer, &e->error));
	evtx_writer_free(e->writer);
	arena_free(&e->arena);
	e->writer = NULL;
	if (e->failed) {
		fprintf(stderr, "an edge case can't be written: %s\n", e->error.msg);
		abort();
	}
}

static inline struct view edge_text(struct edge *e, const char *utf8)
{
	const struct view v = utf8_to_utf16(&e->arena, view_of(utf8));

	e->failed |= !v.p;
	return v;
}

static inline void edge_tree(struct edge *e, const struct evtx_node *nodes,
			     const struct evtx_tree_options *options)
{
	if (!e->failed)
		edge_check(e, evtx_writer_add_tree(e->writer, 0, EDGE_TIME, nodes, options,
						   &e->error));
}

/* A System of literal text, but for the time and the record's id. */
static inline struct evtx_node edge_system(void)
{
	static const struct evtx_node name[] = {TEXT("Tocsin-Edge"), {0}};
	static const struct evtx_node provider[] = {
		{.kind = EVTX_NODE_ATTRIBUTE, .name = "Name", .children = name}, {0}};
	static const struct evtx_node time_slot[] = {SLOT(0, VALUE_FILETIME), {0}};
	static const struct evtx_node time[] = {
		{.kind = EVTX_NODE_ATTRIBUTE, .name = "SystemTime", .children = time_slot}, {0}};
	static const struct evtx_node id[] = {TEXT("1"), {0}}, level[] = {TEXT("4"), {0}};
	static const struct evtx_node record_id[] = {SLOT(1, VALUE_UINT64), {0}};
	static const struct evtx_node channel[] = {TEXT("Edge"), {0}};
	static const struct evtx_node computer[] = {TEXT(EDGE_COMPUTER), {0}};
	static const struct evtx_node system[] = {
		{.kind = EVTX_NODE_ELEMENT,
		 .name = "Provider",
		 .attributes = provider,
		 .empty_tag = true},
		{.kind = EVTX_NODE_ELEMENT, .name = "EventID", .children = id},
		{.kind = EVTX_NODE_ELEMENT, .name = "Level", .children = level},
		{.kind = EVTX_NODE_ELEMENT,
		 .name = "TimeCreated",
		 .attributes = time,
		 .empty_tag = true},
		{.kind = EVTX_NODE_ELEMENT, .name = "EventRecordID", .children = record_id},
		{.kind = EVTX_NODE_ELEMENT, .name = "Channel", .children = channel},
		{.kind = EVTX_NODE_ELEMENT, .name = "Computer", .children = computer},
		{0}};

	return (struct evtx_node){.kind = EVTX_NODE_ELEMENT, .name = "System", .children = system};
}

/* Not inlined: gcc would unroll the loop over the body's elements beyond a body that it knows. */
__attribute__((noinline, unused)) static void edge_add(struct edge *e,
						       const struct edge_event *event)
{
	struct evtx_tree_value values[64];
	struct evtx_node body[16] = {edge_system()};
	const uint64_t id = event->id ? event->id : evtx_writer_records(e->writer) + 1;
	const uint64_t written = event->written ? event->written : EDGE_TIME + id;
	struct evtx_tree_template template = {.variant = event->variant, .lost = event->lost};
	uint8_t number[16];
	size_t n = 1;

	if (e->failed || event->count > 64 - FIRST_SLOT) {
		e->failed = true;
		return;
	}
	for (const struct evtx_node *b = event->body; b && b->kind != EVTX_NODE_NONE && n < 15; b++)
		body[n++] = *b;
	put64(number, written);
	put64(number + 8, id);
	values[0] = (struct evtx_tree_value){VALUE_FILETIME, {number, 8}, NULL, 0};
	values[1] = (struct evtx_tree_value){VALUE_UINT64, {number + 8, 8}, NULL, 0};
	for (uint32_t i = 0; i < event->count; i++)
		values[FIRST_SLOT + i] = event->values[i];
	memcpy(template.guid, "....edge template", 16);
	put32(template.guid, event->guid ? event->guid : 0x1000u + e->templates++);
	template.guid[15] = event->guid_end;
	{
		const struct evtx_node top = {
			.kind = EVTX_NODE_ELEMENT,
			.name = "Event",
			.attributes = NODES(ATTRIBUTE("xmlns", TEXT(EDGE_NAMESPACE))),
			.children = body};
		const struct evtx_node definition[] = {top, {0}};
		const struct evtx_node record[] = {{.kind = EVTX_NODE_INSTANCE,
						    .template = &template,
						    .values = values,
						    .value_count = FIRST_SLOT + event->count},
						   {0}};

		template.nodes = definition;
		edge_check(e, evtx_writer_add_tree(e->writer, id, written, record, event->options,
						   &e->error));
	}
}

/* One event: its body, and its values from V(0) on. */
#define EDGE_ADD(e, body_, ...)                                                                    \
	edge_add((e), &(struct edge_event){.body = (body_),                                        \
					   .values = VALUES(__VA_ARGS__),                          \
					   .count = sizeof(VALUES(__VA_ARGS__)) /                  \
						    sizeof(struct evtx_tree_value)})

/* The same without values. */
#define EDGE_ADD_PLAIN(e, ...) edge_add((e), &(struct edge_event){.body = NODES(__VA_ARGS__)})

/* `count` usual events of a classic provider: ids go on, a second apart. */
static inline void edge_usual(struct edge *e, unsigned count)
{
	for (unsigned i = 0; i < count && !e->failed; i++) {
		struct event_maker *const m = &e->maker;
		const uint64_t n = evtx_writer_records(e->writer);
		char text[32];

		arena_reset(&e->arena);
		event_maker_start(m, &e->arena);
		event_maker_text(m, EVENT_PROVIDER, "Tocsin Edge");
		event_maker_number(m, EVENT_ID, VALUE_UINT16, 1000 + n);
		event_maker_number(m, EVENT_LEVEL, VALUE_UINT8, 4);
		event_maker_text(m, EVENT_CHANNEL, "Application");
		event_maker_text(m, EVENT_COMPUTER, EDGE_COMPUTER);
		event_maker_time(m, EDGE_TIME + n * 10000000u);
		snprintf(text, sizeof(text), "event %llu", (unsigned long long)n + 1);
		event_maker_string(m, NULL, text);
		edge_check(e, evtx_writer_add(e->writer, event_maker_done(m), NULL, &e->error));
	}
}

/* A log of usual events: `chunks` times `each`. */
static inline void edge_usual_log(struct edge *e, const struct evtx_writer_options *options,
				  unsigned chunks, unsigned each)
{
	edge_start(e, options);
	for (unsigned i = 0; i < chunks && !e->failed; i++) {
		edge_usual(e, each);
		edge_check(e, evtx_writer_end_chunk(e->writer, &e->error));
	}
	edge_done(e);
}

#endif
