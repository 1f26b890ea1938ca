/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A predicate made ready for many events: numbers and times as ranges that are looked up in the
 * field's own bytes, names compared where they stand, the cheapest condition of a chain first. It
 * answers what predicate_evaluate() answers, and the first error that it tells is the same one:
 * what has no quick form, and a value of a type that one is not made for, goes to
 * predicate_evaluate() itself.
 */
#ifndef TOCSIN_QUERY_MATCH_FAST_H
#define TOCSIN_QUERY_MATCH_FAST_H

#include "query/evaluate.h"

enum fast_kind {
	FAST_SLOW, /* predicate_evaluate() */
	FAST_CONSTANT,
	FAST_AND,
	FAST_OR,
	FAST_NOT,
	FAST_NUMBER, /* a number or a time within ranges */
	FAST_TEXT,   /* a name equals a literal */
	FAST_VALUES  /* some value is like one of several patterns */
};

enum fast_number {
	NUMBER_FIELD, /* .field */
	NUMBER_ID,    /* its low 16 bits */
	NUMBER_INSTANCE_ID,
	NUMBER_ENTRY_TYPE,
	NUMBER_TIME,
	NUMBER_TIME_SECONDS
};

struct fast_match {
	enum fast_kind kind;
	const struct predicate *predicate; /* what it stands for */
	bool negated;
	bool fails;  /* may tell an error, or depends on how many were met before it */
	bool exact;  /* FAST_TEXT: case matters */
	bool words;  /* FAST_VALUES: no pattern matches a number, an id or a time */
	bool source; /* FAST_TEXT: EventSourceName where it is there, else .field */
	unsigned cost;
	enum tri constant;
	enum fast_number number;
	enum event_field field;
	const struct predicate_range *ranges; /* ascending, apart */
	size_t range_count;
	struct view literal; /* not empty, without a NUL */
	const struct wildcard **patterns;
	const struct fast_match **children;
	size_t count; /* of patterns or children */
};

/* `p` must outlive it. NULL without memory. */
const struct fast_match *fast_match_new(struct arena *a, const struct predicate *p);

enum tri fast_match_evaluate(const struct fast_match *f, struct evaluation *x);

#endif
