/* SPDX-License-Identifier: Apache-2.0 */
/* The scalar evaluator of predicates: predicate.h says what each node means, this does just that.
 */
#ifndef TOCSIN_QUERY_EVALUATE_H
#define TOCSIN_QUERY_EVALUATE_H

#include "query/query.h"
#include "query/regex.h"

/* One event under evaluation. The caller resets `arena` and the message fields between events. */
struct evaluation {
	const struct event *event;
	struct arena *arena;
	const struct message_catalogue *catalogue;
	enum query_subject subject;
	struct regex *const *regexes;
	size_t regex_count;
	struct tocsin_error *error; /* the first one stays; may be NULL */
	unsigned regex_failures;    /* texts of this event that reached LIMIT_REGEX_STEPS */
	struct buf text;            /* scratch; the caller frees it */
	bool message_known;         /* the two below are filled */
	enum message_source message_source;
	struct view message;
};

enum tri predicate_evaluate(const struct predicate *p, struct evaluation *x);

/* The value of an operand. A Message without known wording is DATUM_UNKNOWN. */
struct datum operand_evaluate(const struct operand *o, struct evaluation *x);

/* The message's text, once per event. */
enum message_source evaluation_message(struct evaluation *x, struct view *ret_text);

/* What OPERAND_VALUES stands for: the i-th value of the event, from 0, and the text that the
 * event's XML shows of it. A null value is none of them. */
size_t evaluation_value_count(const struct event *e);
struct value evaluation_value(const struct event *e, size_t i);
struct datum evaluation_shown(struct evaluation *x, const struct value *v);

/* The positive comparison `c` of `p` between a left value, which is no list, and a right one. */
enum tri evaluation_compare(const struct predicate *p, enum compare c, struct evaluation *x,
			    const struct datum *l, const struct datum *r);

/* The positive form of a negated comparison; *ret_negated tells. */
enum compare compare_positive(enum compare c, bool *ret_negated);

#endif
