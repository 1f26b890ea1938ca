/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Tab-separated tables, as in data/exchange/: a header line, no quoting, every line ends in a
 * newline, an empty field is "not known". Strict: what is not exactly this is an error with its
 * line.
 */
#ifndef TOCSIN_EXPOSURE_EXPOSURE_TSV_H
#define TOCSIN_EXPOSURE_EXPOSURE_TSV_H

#include "base/arena.h"
#include "base/error.h"

#define TSV_FIELDS 16

struct tsv {
	const char *name; /* of the file, for errors */
	char *start, *p;  /* a copy of the text; fields are cut out of it in place */
	size_t left;
	unsigned line;
	size_t columns;
	const char *field[TSV_FIELDS]; /* of this row; NULL where empty */
	struct tocsin_error *error;
};

/* `header`: the first line that the file must have, columns separated by tabs. Fields live in `a`.
 */
TOCSIN_MUST_USE enum tocsin_status tsv_open(struct tsv *t, struct arena *a, const char *name,
					    struct view text, const char *header,
					    struct tocsin_error *error);

/* The next row, or TOCSIN_END. */
TOCSIN_MUST_USE enum tocsin_status tsv_next(struct tsv *t);

/* At most this many rows follow. */
size_t tsv_rows(const struct tsv *t);

/* TOCSIN_INVALID for this row; `msg` static, `value` (may be NULL) is quoted. */
enum tocsin_status tsv_fail(const struct tsv *t, const char *msg, const char *value);

#endif
