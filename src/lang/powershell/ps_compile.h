/* SPDX-License-Identifier: Apache-2.0 */
/*
 * From the syntax tree to a query. ps_compile.c holds the pipeline, ps_bind.c parameters and
 * constants, ps_commands.c the two cmdlets that read logs, ps_table.c -FilterHashtable,
 * ps_condition.c what Where-Object selects, ps_select.c what is shown.
 */
#ifndef TOCSIN_LANG_POWERSHELL_PS_COMPILE_H
#define TOCSIN_LANG_POWERSHELL_PS_COMPILE_H

#include "lang/powershell/ps_names.h"
#include "lang/powershell/ps_parser.h"

#define PS_MAX_PARAMETERS 48

struct ps_compiler {
	struct query *query;
	struct arena *scratch; /* the tree */
	const struct ps_source *source;
	struct tocsin_error *error;
	size_t warning_size, regex_size;
	struct query_regex *regexes;
	const char **warnings;
};

/* ---- Errors and warnings */

enum tocsin_status ps_refuse(struct ps_compiler *c, const struct ps_node *at, const char *msg,
			     const char *fmt, ...) PRINTF_LIKE(4, 5);
enum tocsin_status ps_invalid(struct ps_compiler *c, const struct ps_node *at, const char *msg,
			      const char *fmt, ...) PRINTF_LIKE(4, 5);
enum tocsin_status ps_memory(struct ps_compiler *c);

/* Once for each text. */
TOCSIN_MUST_USE enum tocsin_status ps_warn(struct ps_compiler *c, const char *fmt, ...)
	PRINTF_LIKE(2, 3);

/* ---- Parameters (ps_bind.c) */

/* What was given for each parameter of a command; the index is that in its table. */
struct ps_binding {
	const struct ps_node *value[PS_MAX_PARAMETERS]; /* a switch: the parameter's node */
	const struct ps_node *given[PS_MAX_PARAMETERS]; /* what names it: the parameter, or the
							   value that took its position */
};

/* Binds names (abbreviated where unambiguous), aliases and positions. `table` has `count` entries.
 */
TOCSIN_MUST_USE enum tocsin_status ps_bind(struct ps_compiler *c, const struct ps_node *command,
					   const struct ps_parameter *table, size_t count,
					   struct ps_binding *ret);

/* ---- Constants (ps_bind.c) */

/* Whether the node is a literal, a list of them, a cast of one, or (Get-Date 'text'). */
bool ps_is_constant(const struct ps_node *n);

/* (Get-Date): the time of the run, which there is none of here; how that is refused. */
bool ps_is_now(const struct ps_node *n);
enum tocsin_status ps_refuse_now(struct ps_compiler *c, const struct ps_node *n);

/* Its value. */
TOCSIN_MUST_USE enum tocsin_status ps_constant(struct ps_compiler *c, const struct ps_node *n,
					       struct datum *ret);

/* A list of constants, whatever way it is written; one value is a list of one. */
TOCSIN_MUST_USE enum tocsin_status ps_constants(struct ps_compiler *c, const struct ps_node *n,
						const struct datum **ret, size_t *ret_count);

/* The text of a constant as a parameter of type [string] gets it (a bare number as written). */
TOCSIN_MUST_USE enum tocsin_status ps_text(struct ps_compiler *c, const struct ps_node *n,
					   struct view *ret);

/* All texts of a list. */
TOCSIN_MUST_USE enum tocsin_status ps_texts(struct ps_compiler *c, const struct ps_node *n,
					    const struct view **ret, size_t *ret_count);

/* The same, UTF-8. */
TOCSIN_MUST_USE enum tocsin_status ps_utf8(struct ps_compiler *c, const struct ps_node *n,
					   const char **ret);

/* A whole number between `low` and `high`. */
TOCSIN_MUST_USE enum tocsin_status ps_number(struct ps_compiler *c, const struct ps_node *n,
					     const struct datum *d, int64_t low, int64_t high,
					     int64_t *ret);

/* A time; warns where the zone or the order of day and month is an assumption. */
TOCSIN_MUST_USE enum tocsin_status ps_time(struct ps_compiler *c, const struct ps_node *n,
					   const struct datum *d, uint64_t *ret);

/* ---- Parts */

TOCSIN_MUST_USE enum tocsin_status ps_get_event_log(struct ps_compiler *c,
						    const struct ps_node *command);
TOCSIN_MUST_USE enum tocsin_status ps_get_win_event(struct ps_compiler *c,
						    const struct ps_node *command);
TOCSIN_MUST_USE enum tocsin_status ps_filter_hashtable(struct ps_compiler *c,
						       const struct ps_node *value);
TOCSIN_MUST_USE enum tocsin_status ps_where(struct ps_compiler *c, const struct ps_node *command);
TOCSIN_MUST_USE enum tocsin_status ps_select(struct ps_compiler *c, const struct ps_node *command);
TOCSIN_MUST_USE enum tocsin_status ps_format(struct ps_compiler *c, const struct ps_node *command,
					     enum query_view view);

/* A condition as Where-Object's script block has it. */
TOCSIN_MUST_USE enum tocsin_status ps_condition(struct ps_compiler *c, const struct ps_node *n,
						const struct predicate **ret);

/* A property by its name; a missing one is absent, with a warning. */
TOCSIN_MUST_USE enum tocsin_status ps_property(struct ps_compiler *c, const struct ps_node *at,
					       const char *name, struct operand *ret,
					       enum ps_type *ret_type);

/* query.parameters and query.where AND `p`. */
TOCSIN_MUST_USE enum tocsin_status ps_add_parameter(struct ps_compiler *c,
						    const struct predicate *p);

/* An OR of `operand` LIKE each text. */
TOCSIN_MUST_USE enum tocsin_status ps_like_any(struct ps_compiler *c, const struct ps_node *at,
					       struct operand operand, const struct view *texts,
					       size_t count, const struct predicate **ret);

/* `operand` compared with each value, joined by OR. */
TOCSIN_MUST_USE enum tocsin_status ps_compare_any(struct ps_compiler *c, struct operand operand,
						  enum compare compare, const struct datum *values,
						  size_t count, const struct predicate **ret);

/* Appends log names or paths to the query's lists. */
TOCSIN_MUST_USE enum tocsin_status ps_add_names(struct ps_compiler *c, const char ***list,
						size_t *count, const struct view *texts, size_t n);

#endif
