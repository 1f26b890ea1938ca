/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The filters of `tocsin events` (--id, --provider, --text, --where, ...) compiled to a query.
 * Terms of one kind are alternatives, kinds must all hold; every --where must hold. docs/filters.md
 * has the grammar of each.
 */
#ifndef TOCSIN_LANG_FILTER_FILTER_H
#define TOCSIN_LANG_FILTER_FILTER_H

#include "base/error.h"
#include "query/query.h"

enum filter_kind {
	FILTER_ID,    /* 4624,4625,4700-4710 */
	FILTER_LEVEL, /* numbers, ranges, or names: critical, error, warning, information, verbose
		       */
	FILTER_PROVIDER, /* name, wildcards allowed; also EventSourceName; case does not matter */
	FILTER_CHANNEL,
	FILTER_COMPUTER, /* full name or its first label */
	FILTER_USER,     /* S-1-5-..., System/Security/@UserID */
	FILTER_RECORD,   /* A-B, A-, -B, lists; EventRecordID, else the header's id */
	FILTER_TEXT,     /* literal, anywhere in any value; case does not matter */
	FILTER_REGEX,    /* .NET regular expression on any value; case does not matter */
	FILTER_WHERE,    /* PowerShell condition over $_ as Get-WinEvent has it */
	FILTER_KINDS
};

struct filter_term {
	enum filter_kind kind;
	const char *text; /* UTF-8 */
};

/*
 * Compiles the terms; without any the query selects everything. On failure *ret_term is the term at
 * fault, error->offset the place in its text, in bytes. *ret_others: values are asked for that only
 * event.others has. The caller frees the query with query_free().
 */
TOCSIN_MUST_USE enum tocsin_status filter_compile(const struct filter_term *terms, size_t count,
						  struct query **ret, bool *ret_others,
						  size_t *ret_term, struct tocsin_error *error);

#endif
