/* SPDX-License-Identifier: Apache-2.0 */
/*
 * YAML documents as a tree. yaml_libyaml.c does it with libyaml; a build without it has
 * yaml_none.c, which answers TOCSIN_UNSUPPORTED. The subset: one document; scalars, sequences,
 * mappings with scalar keys; no anchors, no tags.
 */
#ifndef TOCSIN_BASE_YAML_H
#define TOCSIN_BASE_YAML_H

#include "base/arena.h"
#include "base/error.h"

enum yaml_kind { YAML_SCALAR, YAML_SEQUENCE, YAML_MAPPING };

struct yaml_node {
	enum yaml_kind kind;
	const char *text;  /* YAML_SCALAR: its UTF-8 text */
	bool plain;        /* YAML_SCALAR: unquoted, so that `true` or `~` may be meant */
	const char **keys; /* YAML_MAPPING: key i of child i; unique */
	struct yaml_node *children;
	size_t count;
	uint32_t line, column; /* from 1 */
	uint64_t offset;       /* in bytes */
	/* A mapping's member: where its key stands; 0 elsewhere. */
	uint32_t key_line, key_column;
	uint64_t key_offset;
};

/* Parses `text`; the tree lives in `a`. On failure error->offset is the place, detail has line and
 * column. */
TOCSIN_MUST_USE enum tocsin_status yaml_parse(struct arena *a, struct view text,
					      struct yaml_node **ret_root,
					      struct tocsin_error *error);

/* A mapping's member, or NULL (also when `node` is NULL or no mapping). */
const struct yaml_node *yaml_get(const struct yaml_node *node, const char *key);

/* A mapping's scalar member, or NULL. */
const char *yaml_text(const struct yaml_node *node, const char *key);

#endif
