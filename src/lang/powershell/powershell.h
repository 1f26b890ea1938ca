/* SPDX-License-Identifier: Apache-2.0 */
/*
 * PowerShell detection commands to queries. Nothing is ever run: the command is read by a lexer, a
 * parser and a compiler to the predicate IR. What lies outside the subset (docs/powershell.md) is
 * refused with its place, never answered approximately.
 */
#ifndef TOCSIN_LANG_POWERSHELL_POWERSHELL_H
#define TOCSIN_LANG_POWERSHELL_POWERSHELL_H

#include "base/error.h"
#include "base/view.h"
#include "query/query.h"

/*
 * Compiles a command as advisories print it (UTF-8). HTML entities and prompts are taken off;
 * wrapped lines and Markdown escapes are mended where the text does not compile as it stands.
 * TOCSIN_SYNTAX: it does not parse, or PowerShell itself would refuse it; TOCSIN_UNSUPPORTED:
 * outside the subset; error->offset is the place in bytes of the text as given, error->detail what
 * would be understood. The caller frees the query with query_free().
 */
TOCSIN_MUST_USE enum tocsin_status powershell_compile(struct view utf8_command, struct query **ret,
						      struct tocsin_error *error);

/* Compiles what stands between the braces of `Where-Object { ... }` for events of type `object`: a
 * query that asks for nothing else. */
TOCSIN_MUST_USE enum tocsin_status powershell_compile_condition(struct view utf8_condition,
								enum query_object object,
								struct query **ret,
								struct tocsin_error *error);

/* The same, and query.where of `to` must hold, too. The events are of type to->object. On failure
 * `to` asks for what it asked before. */
TOCSIN_MUST_USE enum tocsin_status
powershell_add_condition(struct view utf8_condition, struct query *to, struct tocsin_error *error);

/* Column (from 1, in characters) of a byte offset in a command. */
size_t powershell_column(struct view utf8_command, uint64_t offset);

#endif
