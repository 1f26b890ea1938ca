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
	FAST_VALUES  /* some value satisfies one of several conditions */
};

enum fast_number {
	NUMBER_FIELD, /* .field */
	NUMBER_ID,    /* its low 16 bits */
	NUMBER_INSTANCE_ID,
	NUMBER_ENTRY_TYPE,
	NUMBER_TIME,
	NUMBER_TIME_SECONDS
};

/* fast_match.cost of what looks at all values. */
#define FAST_COST_ALL 64u

struct fast_match {
	enum fast_kind kind;
	const struct predicate *predicate; /* what it stands for */
	bool negated;
	bool fails;  /* may tell an error, or depends on how many were met before it */
	bool exact;  /* FAST_TEXT: case matters */
	bool words;  /* FAST_VALUES: a number, an id or a time satisfies none of them */
	bool source; /* FAST_TEXT: EventSourceName where it is there, else .field */
	unsigned cost;
	enum tri constant;
	enum fast_number number;
	enum event_field field;
	const struct predicate_range *ranges; /* ascending, apart */
	size_t range_count;
	struct view literal;                  /* not empty, without a NUL */
	const struct predicate *const *asked; /* FAST_VALUES: of OPERAND_VALUES */
	/* FAST_VALUES: what a text must hold for one of them to say anything but FALSE; NULL: it
	 * may be any text, and all are LIKE. */
	struct literal_finder *finder;
	size_t regex_end; /* FAST_VALUES: behind the last one's number */
	const struct fast_match **children;
	size_t count; /* of `asked` or children */
};

/* A predicate of `q`. Both must outlive it. NULL without memory. */
const struct fast_match *fast_match_new(struct arena *a, const struct query *q,
					const struct predicate *p);

/* Frees what is not in its arena. */
void fast_match_free(const struct fast_match *f);

enum tri fast_match_evaluate(const struct fast_match *f, struct evaluation *x);

/* match_values.c: the part of it for FAST_VALUES, and what makes one of `count` conditions that
 * fast_is_values() is true of. False: no memory, or they stay as they are. */
bool fast_is_values(const struct predicate *p);
bool fast_values_bind(struct arena *a, const struct query *q, struct fast_match *f,
		      const struct predicate *const *asked, size_t count);
enum tri fast_values_evaluate(const struct fast_match *f, struct evaluation *x);

#endif
