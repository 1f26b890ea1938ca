/* SPDX-License-Identifier: Apache-2.0 */
/* Part of make-evidence: edge cases of value types (rows D of docs/edge-cases.md). */
#ifndef TOCSIN_TOOLS_EDGES_VALUES_H
#define TOCSIN_TOOLS_EDGES_VALUES_H

#include "edge_log.h"

/* One record: a Data element named by letters for each value. */
static inline void edge_values(struct edge *e, const struct evtx_tree_value *values, uint32_t count)
{
	static const char *const names[] = {"a", "b", "c", "d", "e", "f", "g", "h", "i", "j",
					    "k", "l", "m", "n", "o", "p", "q", "r", "s", "t"};
	struct evtx_node data[21], name[20][2], attribute[20][2], slot[20][2];
	struct evtx_node body[2] = {{.kind = EVTX_NODE_ELEMENT, .name = "EventData"}, {0}};

	memset(data, 0, sizeof(data));
	memset(name, 0, sizeof(name));
	memset(attribute, 0, sizeof(attribute));
	memset(slot, 0, sizeof(slot));
	if (count > 20) {
		e->failed = true;
		return;
	}
	for (uint32_t i = 0; i < count; i++) {
		name[i][0] = (struct evtx_node)TEXT(names[i]);
		attribute[i][0] = (struct evtx_node){
			.kind = EVTX_NODE_ATTRIBUTE, .name = "Name", .children = name[i]};
		slot[i][0] = (struct evtx_node)SLOT((uint16_t)V(i), values[i].type);
		data[i] = (struct evtx_node){.kind = EVTX_NODE_ELEMENT,
					     .name = "Data",
					     .attributes = attribute[i],
					     .children = slot[i]};
	}
	body[0].children = data;
	edge_add(e, &(struct edge_event){.body = body, .values = values, .count = count});
}

#define EDGE_VALUES(e, ...)                                                                        \
	edge_values((e), VALUES(__VA_ARGS__),                                                      \
		    sizeof(VALUES(__VA_ARGS__)) / sizeof(struct evtx_tree_value))

/* One value of each type that there is, and an array of each that has one. */
static inline void edge_d00(struct edge *e)
{
	edge_start(e, NULL);
	EDGE_VALUES(e, VALUE(VALUE_NULL, ""), VALUE(VALUE_STRING, "s\0"), VALUE(VALUE_ANSI, "ansi"),
		    VALUE(VALUE_INT8, "\xff"), VALUE(VALUE_UINT8, "\xff"),
		    VALUE(VALUE_INT16, "\xff\xff"), VALUE(VALUE_UINT16, "\xff\xff"),
		    VALUE(VALUE_INT32, "\xff\xff\xff\xff"), VALUE(VALUE_UINT32, "\xff\xff\xff\xff"),
		    VALUE(VALUE_INT64, "\xff\xff\xff\xff\xff\xff\xff\xff"),
		    VALUE(VALUE_UINT64, "\xff\xff\xff\xff\xff\xff\xff\xff"),
		    VALUE(VALUE_FLOAT, "\0\0\xc0\x3f"), VALUE(VALUE_DOUBLE, "\0\0\0\0\0\0\x04\xc0"),
		    VALUE(VALUE_BOOL, "\1\0\0\0"), VALUE(VALUE_BINARY, "\1\xab"));
	EDGE_VALUES(
		e,
		VALUE(VALUE_GUID, "\0\x11\x22\x33\x44\x55\x66\x77\x88\x99\xaa\xbb\xcc\xdd\xee\xff"),
		VALUE(VALUE_SIZE, "\x10\0\0\0"),
		VALUE(VALUE_FILETIME, "\0\x80\x3e\xd5\xde\xb1\x9d\x01"),
		VALUE(VALUE_SYSTEMTIME, "\xe5\7\x0b\0\3\0\3\0\x09\0\x0c\0\x2c\0\x5f\0"),
		VALUE(VALUE_SID, "\1\1\0\0\0\0\0\5\x12\0\0\0"), VALUE(VALUE_HEX32, "\x1f\0\0\0"),
		VALUE(VALUE_HEX64, "\x1f\0\0\0\0\0\0\x80"), VALUE(VALUE_HANDLE, "\4\0\0\0\0\0\0\0"),
		VALUE(VALUE_XML, "<\0a\0/\0>\0"));
	EDGE_VALUES(e, VALUE(0x81, "a\0\0\0b\0\0\0"), VALUE(0x82, "a\0b\0"), VALUE(0x83, "\1\xff"),
		    VALUE(0x84, "\1\xff"), VALUE(0x85, "\1\0\xff\xff"), VALUE(0x86, "\1\0\xff\xff"),
		    VALUE(0x87, "\1\0\0\0\xff\xff\xff\xff"), VALUE(0x88, "\1\0\0\0\2\0\0\0"),
		    VALUE(0x89, "\1\0\0\0\0\0\0\0\2\0\0\0\0\0\0\0"),
		    VALUE(0x8a, "\1\0\0\0\0\0\0\0\2\0\0\0\0\0\0\0"),
		    VALUE(0x8b, "\0\0\xc0\x3f\0\0\0\0"),
		    VALUE(0x8c, "\0\0\0\0\0\0\x04\xc0\0\0\0\0\0\0\0\0"),
		    VALUE(0x8d, "\1\0\0\0\0\0\0\0"), VALUE(0x8e, "\1\2"));
	EDGE_VALUES(e,
		    VALUE(0x8f, "\0\x11\x22\x33\x44\x55\x66\x77\x88\x99\xaa\xbb\xcc\xdd\xee\xff"
				"\1\x11\x22\x33\x44\x55\x66\x77\x88\x99\xaa\xbb\xcc\xdd\xee\xff"),
		    VALUE(0x90, "\x10\0\0\0\0\0\0\0\x20\0\0\0\0\0\0\0"),
		    VALUE(0x91, "\0\x80\x3e\xd5\xde\xb1\x9d\x01\1\x80\x3e\xd5\xde\xb1\x9d\x01"),
		    VALUE(0x92, "\xe5\7\x0b\0\3\0\3\0\x09\0\x0c\0\x2c\0\x5f\0"
				"\xe5\7\x0b\0\3\0\3\0\x09\0\x0c\0\x2d\0\0\0"),
		    VALUE(0x93, "\1\1\0\0\0\0\0\5\x12\0\0\0\1\2\0\0\0\0\0\5\x20\0\0\0\x20\2\0\0"),
		    VALUE(0x94, "\1\0\0\0\xff\0\0\0"),
		    VALUE(0x95, "\1\0\0\0\0\0\0\0\xff\0\0\0\0\0\0\0"));
	edge_done(e);
}

/* NULL with bytes of its own: the value behind it stands behind them. */
static inline void edge_d01(struct edge *e)
{
	edge_start(e, NULL);
	EDGE_VALUES(e, VALUE(VALUE_NULL, "four"), VALUE(VALUE_STRING, "x\0"));
	edge_done(e);
}

static inline void edge_d02(struct edge *e)
{
	edge_start(e, NULL);
	EDGE_VALUES(e, VALUE(VALUE_STRING, "o\0d\0d\0!"), VALUE(VALUE_STRING, "n\0\0\0\0\0\0\0"),
		    VALUE(VALUE_STRING, "a\0\0\0b\0"), VALUE(VALUE_STRING, "\x3d\xd8x\0"),
		    VALUE(VALUE_STRING, "x\0\x00\xde"), VALUE(VALUE_STRING, " \0x\0 \0 \0"),
		    VALUE(VALUE_STRING, "\1\0\t\0\xfe\xff"),
		    VALUE(VALUE_STRING, "\x3d\xd8\x14\xdd"));
	edge_done(e);
}

static inline void edge_d03(struct edge *e)
{
	edge_start(e, NULL);
	EDGE_VALUES(e, VALUE(VALUE_ANSI, "gr\xfcn"), VALUE(VALUE_ANSI, "\x80\x9f<&"),
		    VALUE(VALUE_ANSI, "z\0behind"), VALUE(VALUE_ANSI, ""));
	edge_done(e);
}

/* Integers with fewer and more bytes than their type. */
static inline void edge_d04(struct edge *e)
{
	edge_start(e, NULL);
	EDGE_VALUES(e, VALUE(VALUE_UINT32, "\1\2"), VALUE(VALUE_UINT16, "\1\2\3\4"),
		    VALUE(VALUE_INT64, "\1"), VALUE(VALUE_INT8, "\xfe\1"), VALUE(VALUE_UINT8, ""),
		    VALUE(VALUE_STRING, "x\0"));
	edge_done(e);
}

static inline void edge_d05(struct edge *e)
{
	edge_start(e, NULL);
	EDGE_VALUES(e, VALUE(VALUE_FLOAT, "\0\0\0\x40"), VALUE(VALUE_FLOAT, "\xcd\xcc\xcc\x3d"),
		    VALUE(VALUE_FLOAT, "\0\0\x80\x7f"), VALUE(VALUE_FLOAT, "\0\0\x80\xff"),
		    VALUE(VALUE_FLOAT, "\0\0\xc0\xff"), VALUE(VALUE_FLOAT, "\xef\x92\x35\x65"),
		    VALUE(VALUE_DOUBLE, "\0\0\0\0\0\0\xf0\x3f"),
		    VALUE(VALUE_DOUBLE, "\x9a\x99\x99\x99\x99\x99\xb9\x3f"),
		    VALUE(VALUE_DOUBLE, "\0\0\0\0\0\0\xf0\xff"),
		    VALUE(VALUE_DOUBLE, "\x55\x55\x55\x55\x55\x55\xd5\x3f"));
	edge_done(e);
}

static inline void edge_d06(struct edge *e)
{
	edge_start(e, NULL);
	EDGE_VALUES(e, VALUE(VALUE_BOOL, "\1"), VALUE(VALUE_BOOL, "\0\0"),
		    VALUE(VALUE_BOOL, "\1\0\0\0"), VALUE(VALUE_BOOL, "\0\0\0\0\0\0\0\0"),
		    VALUE(VALUE_BOOL, "\x48\0\0\0"), VALUE(VALUE_BOOL, "\xff\xff\xff\xff"));
	edge_done(e);
}

static inline void edge_d07(struct edge *e)
{
	edge_start(e, NULL);
	EDGE_VALUES(e, VALUE(VALUE_BINARY, "\0\x0a\xff"), VALUE(VALUE_BINARY, ""));
	edge_done(e);
}

/* Cut short, and as text in the template, which keeps its case. */
static inline void edge_d08(struct edge *e)
{
	edge_start(e, NULL);
	EDGE_ADD(e,
		 NODES(EVENT_DATA(NAMED("a", SLOT(V(0), VALUE_GUID)), NAMED("b", SLOT(V(1), 15)),
				  NAMED("c", TEXT("{AbCdEf00-1111-2222-3333-444444444444}")))),
		 VALUE(VALUE_GUID, "\x01\xef\xcd\xab\x45\x67\x89\xab\1\2\3\4\5\6\7\xfa"),
		 VALUE(VALUE_GUID, "\1\2\3\4\5\6\7\x08"));
	edge_done(e);
}

static inline void edge_d09(struct edge *e)
{
	edge_start(e, NULL);
	EDGE_VALUES(e, VALUE(VALUE_SIZE, "\xef\xbe\xad\xde"),
		    VALUE(VALUE_SIZE, "\xef\xbe\xad\xde\0\0\0\x80"), VALUE(VALUE_SIZE, "\1\2"),
		    VALUE(VALUE_SIZE, ""));
	edge_done(e);
}

static inline void edge_d10(struct edge *e)
{
	edge_start(e, NULL);
	EDGE_VALUES(e, VALUE(VALUE_FILETIME, "\0\0\0\0\0\0\0\0"),
		    VALUE(VALUE_FILETIME, "\1\0\0\0\0\0\0\0"),
		    /* 9999-12-31T23:59:59.9999999Z, the next tick, the last signed one, the next */
		    VALUE(VALUE_FILETIME, "\xff\x3f\xc0\xd1\x5e\x5a\xc8\x24"),
		    VALUE(VALUE_FILETIME, "\x00\x40\xc0\xd1\x5e\x5a\xc8\x24"),
		    VALUE(VALUE_FILETIME, "\xff\xff\xff\xff\xff\xff\xff\x7f"),
		    VALUE(VALUE_FILETIME, "\0\0\0\0\0\0\0\x80"), VALUE(VALUE_FILETIME, "\1\2\3\4"));
	edge_done(e);
}

static inline void edge_d11(struct edge *e)
{
	edge_start(e, NULL);
	EDGE_VALUES(e, VALUE(VALUE_SYSTEMTIME, "\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0"),
		    VALUE(VALUE_SYSTEMTIME, "\xe5\7\x0b\0\3\0\0\0\x09\0\x0c\0\x2c\0\x5f\0"),
		    VALUE(VALUE_SYSTEMTIME, "\xe5\7\x0b\0\3\0\3\0\x09\0\x0c\0\x2c\0\xe7\3"),
		    VALUE(VALUE_SYSTEMTIME, "\xe5\7\2\0\3\0\x1e\0\x09\0\x0c\0\x2c\0\1\0"),
		    VALUE(VALUE_SYSTEMTIME, "\xe5\7\x0b\0\3\0\3\0"));
	edge_done(e);
}

static inline void edge_d12(struct edge *e)
{
	edge_start(e, NULL);
	EDGE_VALUES(e, VALUE(VALUE_SID, "\1\5\0\0\0\0\0\5\x15\0\0\0"),
		    VALUE(VALUE_SID, "\1\0\0\0\0\0\0\5"), VALUE(VALUE_SID, "\1\1\0\0"),
		    VALUE(VALUE_SID, "\1\1\1\2\3\4\5\6\7\0\0\0"),
		    VALUE(VALUE_SID, "\1\1\0\0\0\0\0\x10\0\x20\0\0"), VALUE(VALUE_SID, ""),
		    VALUE(VALUE_SID, "\1\1\0\0\0\0\0\5\x12\0\0\0rest"));
	edge_done(e);
}

static inline void edge_d13(struct edge *e)
{
	edge_start(e, NULL);
	EDGE_VALUES(e, VALUE(VALUE_HEX32, "\xcd\xab\0\0"), VALUE(VALUE_HEX32, "\0\0\0\0"),
		    VALUE(VALUE_HEX64, "\xcd\xab\0\0\0\0\0\0"), VALUE(VALUE_HEX64, "\1\0\0\0"));
	edge_done(e);
}

static inline void edge_d14(struct edge *e)
{
	edge_start(e, NULL);
	EDGE_VALUES(e, VALUE(VALUE_HANDLE, "\4\1\0\0"), VALUE(VALUE_HANDLE, "\4\1\0\0\0\0\0\x80"),
		    VALUE(VALUE_HANDLE, "\4"));
	edge_done(e);
}

/* A BinXML value where only text can be, and one that is damaged. */
static inline void edge_d15(struct edge *e)
{
	edge_start(e, NULL);
	EDGE_ADD(e,
		 NODES(EVENT_DATA({.kind = EVTX_NODE_ELEMENT,
				   .name = "X",
				   .attributes = NODES(ATTRIBUTE("at", SLOT(V(0), VALUE_BINXML))),
				   .children = NODES(SLOT(V(0), VALUE_BINXML))})),
		 TREE(ELEMENT("In", TEXT("side"))));
	EDGE_ADD(e, NODES(EVENT_DATA(NAMED("n", SLOT(V(0), VALUE_BINXML)))),
		 VALUE(VALUE_BINXML, "\x0f\1\1\0\x77"));
	EDGE_ADD_PLAIN(e, EVENT_DATA(NAMED("whole", TEXT("3"))));
	edge_done(e);
}

static inline void edge_d16(struct edge *e)
{
	edge_start(e, NULL);
	EDGE_VALUES(e, VALUE(VALUE_XML, "<\0a\0>\0&\0a\0m\0p\0;\0<\0/\0a\0>\0"),
		    VALUE(VALUE_XML, ""));
	edge_done(e);
}

static inline void edge_d17(struct edge *e)
{
	edge_start(e, NULL);
	EDGE_VALUES(e, VALUE(0x27, "\1\2"), VALUE(0x28, "\3\4\5"), VALUE(0x7f, "\6"),
		    VALUE(0x27, ""), VALUE(0xa7, "\7\x08"));
	edge_done(e);
}

static inline void edge_d18(struct edge *e)
{
	edge_start(e, NULL);
	EDGE_VALUES(e, VALUE(0x81, "a\0\0\0b\0"), VALUE(0x81, "\0\0\0\0c\0\0\0"), VALUE(0x81, ""),
		    VALUE(0x81, "d\0\0\0\0\0"), VALUE(0x81, "e\0\0\0!"));
	edge_done(e);
}

/* Arrays of ANSI strings, of SIDs one of which is cut, of what has no items. */
static inline void edge_d19(struct edge *e)
{
	edge_start(e, NULL);
	EDGE_VALUES(e, VALUE(0x82, "x\0\0\xfc\0"), VALUE(0x82, "last"),
		    VALUE(0x93, "\1\1\0\0\0\0\0\5\x12\0\0\0\1\5\0\0\0\0\0\5"), VALUE(0x8e, "\1\2"),
		    VALUE(0x90, "\1\0\0\0\2\0\0\0\3\0\0\0"), VALUE(0x8d, "\1\0\0\0\7\0\0\0"),
		    VALUE(0xa1, "\x0f\1\1\0"), VALUE(0x80, "\1"));
	edge_done(e);
}

/* The size is no multiple of an item's. */
static inline void edge_d20(struct edge *e)
{
	edge_start(e, NULL);
	EDGE_VALUES(e, VALUE(0x86, "\1\0\2\0\3"), VALUE(0x8f, "short"),
		    VALUE(0x88, "\1\0\0\0\xaa\xbb"));
	edge_done(e);
}

static inline void edge_d21(struct edge *e)
{
	edge_start(e, NULL);
	EDGE_ADD(e,
		 NODES(EVENT_DATA(NAMED("Plain", TEXT("1")),
				  {.kind = EVTX_NODE_ELEMENT,
				   .name = "ComplexData",
				   .attributes = NODES(ATTRIBUTE("Name", TEXT("Struct"))),
				   .children = NODES(SLOT(V(0), VALUE_BINARY))})),
		 VALUE(VALUE_BINARY, "\1\2\3\4"));
	edge_done(e);
}

static inline void edge_d22(struct edge *e)
{
	edge_start(e, NULL);
	EDGE_ADD_PLAIN(e, EVENT_DATA(ELEMENT("Data", TEXT("11/3/2021 9:12:44 AM")),
				     ELEMENT("Data", TEXT("2021-11-03T09:12:44Z"))));
	edge_done(e);
}

#endif
