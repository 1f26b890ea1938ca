/* SPDX-License-Identifier: Apache-2.0 */
/* Part of make-evidence: edge cases of templates and tokens (rows C of docs/edge-cases.md). */
#ifndef TOCSIN_TOOLS_EDGES_TOKENS_H
#define TOCSIN_TOOLS_EDGES_TOKENS_H

#include "edge_log.h"

/* Defined at first use, referred to afterwards: outside, and inside of a BinXML value. */
static inline void edge_c01(struct edge *e)
{
	const struct evtx_tree_template inner = {
		.guid = "..nested here..", .nodes = NODES(EVENT_DATA(NAMED("n", SLOT(0, 4))))};
	const struct evtx_node *const body = NODES(OPTIONAL(V(0), VALUE_BINXML));

	edge_start(e, NULL);
	for (unsigned i = 0; i < 3; i++) {
		const uint8_t number = (uint8_t)(i + 1);
		const struct evtx_tree_value one = {VALUE_UINT8, {&number, 1}, NULL, 0};

		edge_add(e, &(struct edge_event){
				    .body = body,
				    .values = VALUES({.nodes = NODES({.kind = EVTX_NODE_INSTANCE,
								      .template = &inner,
								      .values = &one,
								      .value_count = 1})}),
				    .count = 1,
				    .guid = 1});
	}
	edge_done(e);
}

/* Instances of a definition that is not there, among records that are whole. */
static inline void edge_c02(struct edge *e)
{
	edge_start(e, NULL);
	EDGE_ADD_PLAIN(e, EVENT_DATA(NAMED("whole", TEXT("1"))));
	edge_add(e, &(struct edge_event){.body = NODES(EVENT_DATA(NAMED("n", SLOT(V(0), 4)))),
					 .values = VALUES(VALUE(VALUE_STRING, "k\0e\0p\0t\0"),
							  VALUE(VALUE_UINT8, "\7")),
					 .count = 2,
					 .lost = true});
	EDGE_ADD_PLAIN(e, EVENT_DATA(NAMED("whole", TEXT("3"))));
	edge_done(e);
}

/* The second record's definition says that it is shorter than it is. */
static inline void edge_c03(struct edge *e)
{
	uint32_t size_at;

	edge_start(e, NULL);
	EDGE_ADD_PLAIN(e, EVENT_DATA(NAMED("whole", TEXT("1"))));
	EDGE_ADD_PLAIN(e, EVENT_DATA(NAMED("cut", TEXT("2"))));
	EDGE_ADD_PLAIN(e, EVENT_DATA(NAMED("whole", TEXT("3"))));
	edge_done(e);
	size_at = damage_record(&e->log, 0, 1) + 24 + 4 + 10 + 20;
	put32(damage_chunk(&e->log, 0) + size_at, 40);
	damage_seal_chunk(&e->log, 0);
}

/* One short id: two contents of a GUID, and a GUID that differs behind its first four bytes. */
static inline void edge_c04(struct edge *e)
{
	const struct evtx_node *const body[3] = {NODES(EVENT_DATA(NAMED("first", SLOT(V(0), 4)))),
						 NODES(EVENT_DATA(NAMED("other", SLOT(V(0), 4)))),
						 NODES(EVENT_DATA(NAMED("third", SLOT(V(0), 4))))};

	edge_start(e, NULL);
	for (unsigned i = 0; i < 6; i++)
		edge_add(e, &(struct edge_event){.body = body[i % 3],
						 .values = VALUES(VALUE(VALUE_UINT8, "\5")),
						 .count = 1,
						 .guid = 9,
						 .guid_end = i % 3 == 2,
						 .variant = i % 3});
	edge_done(e);
}

/* An instance, with its definition, in a value that is in an instance in a value. */
static inline void edge_c05(struct edge *e)
{
	const struct evtx_tree_template innermost = {
		.guid = "..innermost....", .nodes = NODES(ELEMENT("In", SLOT(0, VALUE_STRING)))};
	const struct evtx_tree_template middle = {
		.guid = "..middle........",
		.nodes = NODES(EVENT_DATA(ELEMENT("Mid", OPTIONAL(0, VALUE_BINXML))))};
	const struct evtx_tree_value text = VALUE(VALUE_STRING, "d\0e\0e\0p\0");
	const struct evtx_tree_value in_middle = {.nodes = NODES({.kind = EVTX_NODE_INSTANCE,
								  .template = &innermost,
								  .values = &text,
								  .value_count = 1})};

	edge_start(e, NULL);
	EDGE_ADD(e, NODES(OPTIONAL(V(0), VALUE_BINXML)),
		 {.nodes = NODES({.kind = EVTX_NODE_INSTANCE,
				  .template = &middle,
				  .values = &in_middle,
				  .value_count = 1})});
	edge_done(e);
}

/* Elements in a BinXML value without any template; without a header as well. */
static inline void edge_c06(struct edge *e)
{
	static const struct evtx_tree_options bare = {.no_headers = true};

	edge_start(e, NULL);
	EDGE_ADD(e, NODES(ELEMENT("UserData", OPTIONAL(V(0), VALUE_BINXML))),
		 TREE(ELEMENT("X", TEXT("plain"))));
	edge_add(e, &(struct edge_event){
			    .body = NODES(ELEMENT("UserData", OPTIONAL(V(0), VALUE_BINXML))),
			    .values = VALUES(TREE(ELEMENT("X", TEXT("bare")))),
			    .count = 1,
			    .options = &bare});
	edge_done(e);
}

/* Several elements, and several fragments, in one value; an empty value. */
static inline void edge_c07(struct edge *e)
{
	edge_start(e, NULL);
	EDGE_ADD(e, NODES(OPTIONAL(V(0), VALUE_BINXML)),
		 TREE(EVENT_DATA(NAMED("a", TEXT("1"))),
		      ELEMENT("RenderingInfo", ELEMENT("Message", TEXT("said")))));
	EDGE_ADD(e, NODES(OPTIONAL(V(0), VALUE_BINXML)),
		 TREE(EVENT_DATA(NAMED("b", TEXT("2"))), {.kind = EVTX_NODE_FRAGMENT},
		      ELEMENT("RenderingInfo", ELEMENT("Message", TEXT("again")))));
	EDGE_ADD(e, NODES(OPTIONAL(V(0), VALUE_BINXML), EVENT_DATA(NAMED("c", TEXT("3")))),
		 VALUE(VALUE_BINXML, ""));
	edge_done(e);
}

/* Dependency ids where they should be, nowhere, and everywhere. */
static inline void edge_c08(struct edge *e)
{
	static const struct evtx_tree_options options[3] = {
		{.dependency_ids = EVTX_DEPENDENCIES_IN_TEMPLATES},
		{.dependency_ids = EVTX_DEPENDENCIES_NOWHERE},
		{.dependency_ids = EVTX_DEPENDENCIES_EVERYWHERE}};

	edge_start(e, NULL);
	for (unsigned i = 0; i < 3; i++)
		edge_add(e, &(struct edge_event){
				    .body = NODES(EVENT_DATA(NAMED("n", SLOT(V(0), VALUE_STRING)),
							     ELEMENT("In", OPTIONAL(V(1), 0x21)))),
				    .values = VALUES(VALUE(VALUE_STRING, "v\0"),
						     TREE(ELEMENT("X", TEXT("y")))),
				    .count = 2,
				    .options = &options[i]});
	edge_done(e);
}

/* A name that is there already, from the same record and from one before. */
static inline void edge_c09(struct edge *e)
{
	edge_start(e, NULL);
	EDGE_ADD_PLAIN(e, EVENT_DATA(ELEMENT("Same", TEXT("1")), ELEMENT("Same", TEXT("2"))));
	EDGE_ADD_PLAIN(e, EVENT_DATA(ELEMENT("Same", TEXT("3"))));
	edge_done(e);
}

/* Sizes that tell nothing; lists of attributes without any; the two bytes that may follow one. */
static inline void edge_c10(struct edge *e)
{
	static const struct evtx_tree_options wrong = {.wrong_sizes = true};

	edge_start(e, NULL);
	edge_add(e, &(struct edge_event){
			    .body = NODES(EVENT_DATA(NAMED("n", TEXT("wrong sizes")), EMPTY("E"))),
			    .options = &wrong});
	EDGE_ADD_PLAIN(e, EVENT_DATA({.kind = EVTX_NODE_ELEMENT,
				      .name = "Data",
				      .empty_list = true,
				      .children = NODES(TEXT("no attributes"))}));
	EDGE_ADD_PLAIN(e, EVENT_DATA({.kind = EVTX_NODE_ELEMENT,
				      .name = "Data",
				      .empty_list = true,
				      .empty_tag = true}));
	edge_done(e);
}

static inline void edge_c11(struct edge *e)
{
	edge_start(e, NULL);
	EDGE_ADD(e,
		 NODES(EVENT_DATA(NAMED("n", MORE_TEXT("one "), MORE_TEXT("two "), TEXT("three")),
				  NAMED("m", TEXT("a "), SLOT(V(0), VALUE_UINT8), TEXT(" b")))),
		 VALUE(VALUE_UINT8, "\7"));
	edge_done(e);
}

static inline void edge_c12(struct edge *e)
{
	edge_start(e, NULL);
	EDGE_ADD_PLAIN(e, EVENT_DATA(NAMED("raw", CDATA("a < b & c")),
				     NAMED("sly", CDATA("]]><Evil/>")), NAMED("none", CDATA("")),
				     NAMED("mixed", TEXT("t"), CDATA("<c>"), TEXT("u"))));
	edge_done(e);
}

static inline void edge_c13(struct edge *e)
{
	edge_start(e, NULL);
	EDGE_ADD_PLAIN(e,
		       EVENT_DATA(NAMED("n", CHARACTER(38), TEXT("x"), CHARACTER(0x20ac)),
				  NAMED("more", {.kind = EVTX_NODE_CHAR, .slot = 65, .more = true},
					CHARACTER(66)),
				  NAMED("forbidden", CHARACTER(1), CHARACTER(0xd800))));
	edge_done(e);
}

static inline void edge_c14(struct edge *e)
{
	edge_start(e, NULL);
	EDGE_ADD_PLAIN(e, EVENT_DATA(NAMED("n", ENTITY("lt"), ENTITY("gt"), ENTITY("amp"),
					   ENTITY("quot"), ENTITY("apos")),
				     NAMED("unknown", ENTITY("nbsp"))));
	edge_done(e);
}

static inline void edge_c15(struct edge *e)
{
	edge_start(e, NULL);
	EDGE_ADD_PLAIN(e, EVENT_DATA(NAMED("n", PI("target", "some data"), TEXT("x")),
				     NAMED("bare", PI("alone", ""))));
	edge_done(e);
}

/* Optional and normal substitutions of nothing, and of an empty string. */
static inline void edge_c16(struct edge *e)
{
	edge_start(e, NULL);
	EDGE_ADD(e,
		 NODES(EVENT_DATA(NAMED_OPTIONAL("gone", V(0), VALUE_STRING),
				  NAMED_OPTIONAL("empty", V(1), VALUE_STRING),
				  NAMED("normal", SLOT(V(0), VALUE_STRING)),
				  {.kind = EVTX_NODE_ELEMENT,
				   .name = "X",
				   .empty_tag = true,
				   .attributes = NODES(ATTRIBUTE("gone", OPTIONAL(V(0), 1)),
						       ATTRIBUTE("kept", SLOT(V(0), 1)))})),
		 VALUE(VALUE_NULL, ""), VALUE(VALUE_STRING, ""));
	EDGE_ADD(e, NODES(EVENT_DATA(NAMED_OPTIONAL("gone", V(0), VALUE_UINT32))),
		 VALUE(VALUE_NULL, ""));
	edge_done(e);
}

static inline void edge_c17(struct edge *e)
{
	edge_start(e, NULL);
	EDGE_ADD(e,
		 NODES(EVENT_DATA(NAMED("there", SLOT(V(0), VALUE_UINT8)),
				  NAMED("beyond", SLOT(V(1), VALUE_UINT8)),
				  NAMED("far", OPTIONAL(0xfffe, VALUE_UINT8)))),
		 VALUE(VALUE_UINT8, "\1"));
	edge_done(e);
}

static inline void edge_c18(struct edge *e)
{
	edge_start(e, NULL);
	EDGE_ADD(e,
		 NODES(EVENT_DATA(ELEMENT("Data", SLOT(V(0), 0x81)), NAMED("n", SLOT(V(1), 0x86)),
				  NAMED("none", SLOT(V(2), 0x81)),
				  NAMED("mixed", TEXT("<"), SLOT(V(1), 0x86), TEXT(">")))),
		 VALUE(0x81, "a\0\0\0b\0\0\0"), VALUE(0x86, "\1\0\2\0"), VALUE(0x81, ""));
	edge_done(e);
}

/* No end tokens at all, and too many. */
static inline void edge_c19(struct edge *e)
{
	static const struct evtx_tree_options none = {.no_ends = true}, many = {.more_end = 40};
	const struct evtx_node *const body = NODES(EVENT_DATA(NAMED("n", TEXT("v"))));

	edge_start(e, NULL);
	edge_add(e, &(struct edge_event){.body = body, .options = &none});
	edge_add(e, &(struct edge_event){.body = body, .options = &many});
	edge_done(e);
}

static inline void edge_c21(struct edge *e)
{
	static const struct evtx_tree_options old = {.version = 0x0100},
					      later = {.version = 0x0203};
	const struct evtx_node *const body = NODES(EVENT_DATA(NAMED("n", TEXT("v"))));

	edge_start(e, NULL);
	edge_add(e, &(struct edge_event){.body = body, .options = &old});
	edge_add(e, &(struct edge_event){.body = body, .options = &later});
	edge_done(e);
}

/* A value whose descriptor reaches past the record. */
static inline void edge_c22(struct edge *e)
{
	edge_start(e, NULL);
	EDGE_ADD_PLAIN(e, EVENT_DATA(NAMED("whole", TEXT("1"))));
	EDGE_ADD(e, NODES(EVENT_DATA(NAMED("n", SLOT(V(0), VALUE_STRING)))),
		 {.type = VALUE_STRING, .bytes = BYTES("x\0"), .claimed = 60000});
	EDGE_ADD_PLAIN(e, EVENT_DATA(NAMED("whole", TEXT("3"))));
	edge_done(e);
}

/* The slot declares one type, the instance brings another. */
static inline void edge_c23(struct edge *e)
{
	edge_start(e, NULL);
	EDGE_ADD(e,
		 NODES(EVENT_DATA(NAMED("size", SLOT(V(0), VALUE_SIZE)),
				  NAMED("hex", SLOT(V(1), VALUE_SIZE)),
				  NAMED("text", SLOT(V(2), VALUE_UINT32)),
				  NAMED("items", SLOT(V(3), VALUE_STRING)))),
		 VALUE(VALUE_HEX32, "\x10\0\0\0"), VALUE(VALUE_HEX64, "\x10\0\0\0\0\0\0\x80"),
		 VALUE(VALUE_STRING, "x\0"), VALUE(0x81, "a\0\0\0b\0\0\0"));
	edge_done(e);
}

static inline void edge_c24(struct edge *e)
{
	edge_start(e, NULL);
	EDGE_ADD(e, NODES(EVENT_DATA(EMPTY("A"), HOLLOW("B"), ELEMENT("C", SLOT(V(0), 1)))),
		 VALUE(VALUE_STRING, ""));
	edge_done(e);
}

static inline void edge_c25(struct edge *e)
{
	edge_start(e, NULL);
	EDGE_ADD_PLAIN(e,
		       ELEMENT("UserData",
			       {.kind = EVTX_NODE_ELEMENT,
				.name = "Cleared",
				.attributes = NODES(ATTRIBUTE("xmlns:auto-ns3", TEXT("urn:auto")),
						    ATTRIBUTE("xmlns", TEXT("urn:own"))),
				.children = NODES(ELEMENT("auto-ns3:Channel", TEXT("System")))}));
	edge_done(e);
}

#endif
