/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Part of make-evidence: one small event log for each row of docs/edge-cases.md that a file can
 * show. The tests make the same logs in memory.
 */
#ifndef TOCSIN_TOOLS_EVIDENCE_EDGES_H
#define TOCSIN_TOOLS_EVIDENCE_EDGES_H

#include "edges_file.h"
#include "edges_meaning.h"
#include "edges_tokens.h"
#include "edges_values.h"

struct edge_case {
	const char *name;
	void (*make)(struct edge *e);
};

static const struct edge_case edge_cases[] = {
	{"a01-dirty", edge_a01},
	{"a02-flags", edge_a02},
	{"a03-unknown-flags", edge_a03},
	{"a05-wrapped", edge_a05},
	{"a06-zero-chunk", edge_a06},
	{"a07-cleared-chunk", edge_a07},
	{"a08-chunk-magic", edge_a08},
	{"a09-checksums", edge_a09},
	{"a10-cut", edge_a10},
	{"a11-junk-behind", edge_a11},
	{"a12-version-3.2", edge_a12},
	{"a13-wrong-header", edge_a13},
	{"a16-several-channels", edge_a16},
	{"a18-header-only", edge_a18},
	{"b01-torn-record", edge_b01},
	{"b02-impossible-sizes", edge_b02},
	{"b03-free-space", edge_b03},
	{"b04-older-records", edge_b04},
	{"b05-wrong-ids", edge_b05},
	{"b06-swallowed-record", edge_b06},
	{"b07-zeros", edge_b07},
	{"b08-size-past-chunk", edge_b08},
	{"b09-ids", edge_b09},
	{"b10-two-times", edge_b10},
	{"b11-absurd-times", edge_b11},
	{"b12-name-loops", edge_b12},
	{"b13-template-loops", edge_b13},
	{"b14-other-starts", edge_b14},
	{"b15-one-record", edge_b15},
	{"c01-references", edge_c01},
	{"c02-lost-definition", edge_c02},
	{"c03-short-definition", edge_c03},
	{"c04-short-ids", edge_c04},
	{"c05-nested-instances", edge_c05},
	{"c06-plain-fragments", edge_c06},
	{"c07-several-elements", edge_c07},
	{"c08-dependency-ids", edge_c08},
	{"c09-names", edge_c09},
	{"c10-sizes", edge_c10},
	{"c11-text-tokens", edge_c11},
	{"c12-cdata", edge_c12},
	{"c13-character-references", edge_c13},
	{"c14-entities", edge_c14},
	{"c15-instructions", edge_c15},
	{"c16-null-and-empty", edge_c16},
	{"c17-no-value", edge_c17},
	{"c18-arrays", edge_c18},
	{"c19-end-tokens", edge_c19},
	{"c21-versions", edge_c21},
	{"c22-values-beyond", edge_c22},
	{"c23-other-types", edge_c23},
	{"c24-empty-tags", edge_c24},
	{"c25-namespaces", edge_c25},
	{"d00-every-type", edge_d00},
	{"d01-null", edge_d01},
	{"d02-strings", edge_d02},
	{"d03-ansi", edge_d03},
	{"d04-integers", edge_d04},
	{"d05-floats", edge_d05},
	{"d06-booleans", edge_d06},
	{"d07-binary", edge_d07},
	{"d08-guids", edge_d08},
	{"d09-sizes", edge_d09},
	{"d10-filetimes", edge_d10},
	{"d11-systemtimes", edge_d11},
	{"d12-sids", edge_d12},
	{"d13-hex", edge_d13},
	{"d14-handles", edge_d14},
	{"d15-binxml", edge_d15},
	{"d16-xml-text", edge_d16},
	{"d17-unknown-types", edge_d17},
	{"d18-string-arrays", edge_d18},
	{"d19-other-arrays", edge_d19},
	{"d20-array-rests", edge_d20},
	{"d21-complex-data", edge_d21},
	{"d22-times-as-text", edge_d22},
	{"e01-qualifiers", edge_e01},
	{"e02-rendered", edge_e02},
	{"e03-data", edge_e03},
	{"e04-binary", edge_e04},
	{"e05-processing-error", edge_e05},
	{"e06-source-name", edge_e06},
	{"e08-zeros", edge_e08},
	{"e13-escaping", edge_e13},
	{"e14-user-data", edge_e14},
};
#define EDGE_CASES (sizeof(edge_cases) / sizeof(edge_cases[0]))

#endif
