/* SPDX-License-Identifier: Apache-2.0 */
/* Part of make-evidence: edge cases of what an event means (rows E of docs/edge-cases.md). */
#ifndef TOCSIN_TOOLS_EDGES_MEANING_H
#define TOCSIN_TOOLS_EDGES_MEANING_H

#include "edge_log.h"

static inline struct event_maker *edge_begin(struct edge *e)
{
	struct event_maker *const m = &e->maker;

	event_maker_start(m, &e->arena);
	event_maker_text(m, EVENT_PROVIDER, "Tocsin Edge");
	event_maker_text(m, EVENT_CHANNEL, "Application");
	event_maker_text(m, EVENT_COMPUTER, EDGE_COMPUTER);
	event_maker_time(m, EDGE_TIME);
	return m;
}

static inline void edge_finish(struct edge *e, const struct evtx_shape *shape)
{
	if (!e->failed)
		edge_check(e, evtx_writer_add(e->writer, event_maker_done(&e->maker), shape,
					      &e->error));
}

static inline void edge_e01(struct edge *e)
{
	struct event_maker *m;

	edge_start(e, NULL);
	m = edge_begin(e);
	event_maker_number(m, EVENT_ID, VALUE_UINT16, 4999);
	event_maker_number(m, EVENT_QUALIFIERS, VALUE_UINT16, 49156);
	edge_finish(e, NULL);
	m = edge_begin(e);
	event_maker_number(m, EVENT_ID, VALUE_UINT16, 4999);
	edge_finish(e, NULL);
	edge_done(e);
}

static inline void edge_e02(struct edge *e)
{
	struct event_maker *m;

	edge_start(e, NULL);
	m = edge_begin(e);
	event_maker_number(m, EVENT_ID, VALUE_UINT16, 6);
	event_maker_number(m, EVENT_LEVEL, VALUE_UINT8, 2);
	event_maker_string(m, NULL, "Get-App");
	event_maker_text(m, EVENT_MESSAGE, "Cmdlet failed. Cmdlet Get-App.");
	event_maker_text(m, EVENT_LEVEL_NAME, "Fehler");
	event_maker_text(m, EVENT_TASK_NAME, "Allgemein");
	event_maker_text(m, EVENT_OPCODE_NAME, "Info");
	edge_finish(e, NULL);
	edge_done(e);
}

/* Without a name, with one name twice, empty, and nothing at all. */
static inline void edge_e03(struct edge *e)
{
	edge_start(e, NULL);
	EDGE_ADD(e,
		 NODES(EVENT_DATA(ELEMENT("Data", SLOT(V(0), 1)), NAMED("x", SLOT(V(0), 1)),
				  NAMED("x", SLOT(V(1), 1)), NAMED("empty", SLOT(V(2), 1)),
				  NAMED("null", SLOT(V(3), 1)), HOLLOW("Data"))),
		 VALUE(VALUE_STRING, "1\0"), VALUE(VALUE_STRING, "2\0"), VALUE(VALUE_STRING, ""),
		 VALUE(VALUE_NULL, ""));
	edge_done(e);
}

static inline void edge_e04(struct edge *e)
{
	struct event_maker *m;

	edge_start(e, NULL);
	m = edge_begin(e);
	event_maker_string(m, NULL, "first");
	event_maker_binary(m, (struct view){(const uint8_t *)"\0\xff\x10", 3});
	edge_finish(e, NULL);
	edge_done(e);
}

static inline void edge_e05(struct edge *e)
{
	edge_start(e, NULL);
	EDGE_ADD(e,
		 NODES(ELEMENT("ProcessingErrorData", ELEMENT("ErrorCode", SLOT(V(0), 8)),
			       ELEMENT("DataItemName", SLOT(V(1), 1)),
			       ELEMENT("EventPayload", SLOT(V(2), 14)))),
		 VALUE(VALUE_UINT32, "\xb7\x3a\0\0"), VALUE(VALUE_STRING, "I\0t\0e\0m\0"),
		 VALUE(VALUE_BINARY, "\xde\xad\xbe\xef"));
	edge_done(e);
}

static inline void edge_e06(struct edge *e)
{
	struct event_maker *m;

	edge_start(e, NULL);
	m = edge_begin(e);
	event_maker_guid(m, EVENT_PROVIDER_GUID, "{0b5a7c11-2f4e-4d0e-9a3b-5c6d7e8f9011}");
	event_maker_text(m, EVENT_SOURCE, "Classic Name");
	edge_finish(e, NULL);
	edge_done(e);
}

static inline void edge_e08(struct edge *e)
{
	struct event_maker *m;

	edge_start(e, NULL);
	m = edge_begin(e);
	event_maker_number(m, EVENT_ID, VALUE_UINT16, 0);
	event_maker_number(m, EVENT_LEVEL, VALUE_UINT8, 0);
	event_maker_number(m, EVENT_TASK, VALUE_UINT16, 0);
	event_maker_number(m, EVENT_OPCODE, VALUE_UINT8, 0);
	event_maker_number(m, EVENT_KEYWORDS, VALUE_HEX64, 0);
	event_maker_text(m, EVENT_COMPUTER, "");
	edge_finish(e, NULL);
	edge_done(e);
}

/* What XML has to escape, in an element and in an attribute; what it can't hold. */
static inline void edge_e13(struct edge *e)
{
	edge_start(e, NULL);
	EDGE_ADD(e,
		 NODES(EVENT_DATA({.kind = EVTX_NODE_ELEMENT,
				   .name = "Data",
				   .attributes = NODES(ATTRIBUTE("Name", TEXT("<&>'\"\t"))),
				   .children = NODES(SLOT(V(0), VALUE_STRING))})),
		 VALUE(VALUE_STRING, "<\0&\0>\0'\0\"\0\r\0\n\0\t\0\x1b\0]\0]\0>\0"));
	edge_done(e);
}

/* Attributes, a namespace of its own, a list of elements, an array, text beside children. */
static inline void edge_e14(struct edge *e)
{
	edge_start(e, NULL);
	EDGE_ADD(e,
		 NODES(ELEMENT(
			 "UserData",
			 {.kind = EVTX_NODE_ELEMENT,
			  .name = "Tree",
			  .attributes = NODES(ATTRIBUTE("xmlns", TEXT("urn:tree")),
					      ATTRIBUTE("kind", SLOT(V(0), VALUE_UINT8))),
			  .children = NODES(
				  ELEMENT("Item", TEXT("1")), ELEMENT("Item", TEXT("2")),
				  ELEMENT("Other", ELEMENT("Item", TEXT("3"))),
				  ELEMENT("Item", TEXT("4")), ELEMENT("List", SLOT(V(1), 0x86)),
				  ELEMENT("Mixed", TEXT("before"), ELEMENT("In", TEXT("x"))))})),
		 VALUE(VALUE_UINT8, "\7"), VALUE(0x86, "\1\0\2\0"));
	edge_done(e);
}

#endif
