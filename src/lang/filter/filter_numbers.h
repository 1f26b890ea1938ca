/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Lists of numbers and ranges.
 *
 *   list  = item { "," item }
 *   item  = end | end "-" [ end ] | "-" end      blanks may stand around each part
 *   end   = decimal | "0x" hexadecimal | a level's name
 */
#ifndef TOCSIN_LANG_FILTER_FILTER_NUMBERS_H
#define TOCSIN_LANG_FILTER_FILTER_NUMBERS_H

#include "base/error.h"
#include "query/predicate.h"

/* What a list holds, and how its errors are worded. */
struct number_kind {
	uint64_t max;
	bool levels;          /* names of levels are numbers */
	const char *expected; /* "an event id is expected here" */
	const char *large;    /* "no event id is as large as this" */
	const char *example;
};

struct number_list {
	const struct predicate_range *ranges;
	size_t count;
	bool named_information; /* level 4 was asked for by its name */
};

/* Reads a list. TOCSIN_SYNTAX: error->offset is the place in bytes, error->detail what is right. */
TOCSIN_MUST_USE enum tocsin_status filter_numbers(struct arena *a, const char *text,
						  const struct number_kind *kind,
						  struct number_list *ret,
						  struct tocsin_error *error);

#endif
