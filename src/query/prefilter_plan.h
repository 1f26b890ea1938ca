/* SPDX-License-Identifier: Apache-2.0 */
/* The planner behind prefilter.h: from a predicate to the literals that it needs. */
#ifndef TOCSIN_QUERY_PREFILTER_PLAN_H
#define TOCSIN_QUERY_PREFILTER_PLAN_H

#include "query/query.h"

/*
 * A set of literals (UTF-16LE) that something needs: where none of them stands in a record, it does
 * not happen. Empty: it never does. Not `known`: it may happen anywhere.
 */
struct need {
	bool known;
	const struct view *list; /* each once */
	size_t count;            /* at most LITERALS_MAX */
	double rate;             /* about how many of them 65,536 bytes hold */
};

static inline struct need need_unknown(void)
{
	return (struct need){false, NULL, 0, 0};
}

static inline struct need need_never(void)
{
	return (struct need){true, NULL, 0, 0};
}

struct planner {
	struct arena *arena;
	const struct query *query;
	enum query_subject subject;
};

/* prefilter_need.c: what the text of a value has to hold to hold `text`, to be LIKE the wildcard,
 * and for the query's expression of that number to match in it or to run out of steps. */
struct need need_text(struct planner *p, struct view text);
struct need need_wildcard(struct planner *p, const struct wildcard *w);
struct need need_regex(struct planner *p, size_t number);

/* For either of two to happen. */
struct need need_either(struct planner *p, struct need a, struct need b);

/* prefilter_compare.c: for a comparison (`negated`: its negation) to be TRUE or UNDECIDED, and for
 * its evaluation to tell an error, operands that are predicates left aside. */
struct need need_compare(struct planner *p, const struct predicate *c, bool negated);
struct need need_compare_error(struct planner *p, const struct predicate *c);

/* prefilter_plan.c: for a predicate to be TRUE or UNDECIDED, or its evaluation to tell an error. */
struct need need_predicate(struct planner *p, const struct predicate *of);

#endif
