/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A value while a predicate is evaluated: what a property of an event holds, or a literal. The
 * conversions and comparisons are Windows PowerShell 5.1's: the right operand is converted to the
 * type of the left one (language specification 7.8; docs/predicates.md).
 */
#ifndef TOCSIN_QUERY_DATUM_H
#define TOCSIN_QUERY_DATUM_H

#include "base/arena.h"
#include "base/buf.h"
#include "base/view.h"

/* Kleene's three values. The order matters: AND is the minimum, OR the maximum. */
enum tri { TRI_FALSE = 0, TRI_UNDECIDED = 1, TRI_TRUE = 2 };

static inline enum tri tri_not(enum tri a)
{
	return (enum tri)(TRI_TRUE - a);
}

static inline enum tri tri_and(enum tri a, enum tri b)
{
	return a < b ? a : b;
}

static inline enum tri tri_or(enum tri a, enum tri b)
{
	return a > b ? a : b;
}

static inline enum tri tri_xor(enum tri a, enum tri b)
{
	if (a == TRI_UNDECIDED || b == TRI_UNDECIDED)
		return TRI_UNDECIDED;
	return a == b ? TRI_FALSE : TRI_TRUE;
}

static inline enum tri tri_of(bool b)
{
	return b ? TRI_TRUE : TRI_FALSE;
}

enum datum_type {
	DATUM_NULL,    /* $null: the object has no such value */
	DATUM_UNKNOWN, /* Windows has a value here, the record does not hold it */
	DATUM_BOOL,
	DATUM_INT,  /* any integer that fits 64 bits with a sign */
	DATUM_UINT, /* above INT64_MAX */
	DATUM_DOUBLE,
	DATUM_TIME,       /* FILETIME; without a zone where the source has none: taken as UTC */
	DATUM_ENTRY_TYPE, /* System.Diagnostics.EventLogEntryType: an integer with names */
	DATUM_TEXT,       /* UTF-16LE */
	DATUM_LIST
};

struct datum {
	enum datum_type type;
	bool guid; /* DATUM_TEXT that is a Guid in .NET: text with braces equals it, too */
	union {
		bool truth;
		int64_t i; /* DATUM_INT, DATUM_ENTRY_TYPE */
		uint64_t u;
		double d;
		uint64_t time;
		struct view text;
		struct {
			const struct datum *items;
			size_t count;
		} list;
	} as;
};

/* EventLogEntryType (System.Diagnostics): the values of EVENTLOGRECORD.EventType. */
enum entry_type {
	ENTRY_NONE = 0, /* no name: shown as 0 */
	ENTRY_ERROR = 1,
	ENTRY_WARNING = 2,
	ENTRY_INFORMATION = 4,
	ENTRY_SUCCESS_AUDIT = 8,
	ENTRY_FAILURE_AUDIT = 16
};

struct datum datum_null(void);
struct datum datum_unknown(void);
struct datum datum_bool(bool v);
struct datum datum_int(int64_t v);
struct datum datum_uint(uint64_t v); /* DATUM_INT where it fits */
struct datum datum_double(double v);
struct datum datum_time(uint64_t filetime);
struct datum datum_entry_type(int64_t v);
struct datum datum_text(struct view utf16);
struct datum datum_ascii(struct arena *a, const char *s); /* DATUM_UNKNOWN without memory */

/* Name of an EventLogEntryType, or NULL for a value without one. */
const char *entry_type_name(int64_t v);

/* The value of a name (ignoring case, a unique prefix is enough, as PowerShell converts) or of a
 * number; false otherwise. */
bool entry_type_parse(struct view utf16, int64_t *ret);

/* Truth as `if` sees it: "", 0, $null, @() are false, a list of one is its item. */
enum tri datum_truth(const struct datum *d);

/* The text that a conversion to [string] gives (invariant culture), as UTF-16LE in `a`; p == NULL
 * without memory. DATUM_NULL and DATUM_UNKNOWN give "". Lists are joined by blanks. */
struct view datum_to_text(struct arena *a, const struct datum *d);

/* Appends the text of a value that is no list, as UTF-8. */
void datum_append(struct buf *out, const struct datum *d);

/*
 * A number as PowerShell converts text: blanks around, sign, decimal, 0x…, a fraction or an
 * exponent. "" is 0. False where PowerShell fails.
 */
bool datum_parse_number(struct view utf16, struct datum *ret);

/*
 * A time as [datetime] reads text in the invariant culture: ISO 8601, M/d/yyyy, yyyy/M/d,
 * `d MMM yyyy`, `MMM d, yyyy`, each with an optional time of day (AM and PM allowed). Without a
 * zone it is taken as UTC and *ret_zone (may be NULL) is false.
 */
bool datum_parse_time(struct view utf16, uint64_t *ret, bool *ret_zone);

/*
 * `left -eq right` for values that are no lists. $null equals only $null; a right value that can't
 * be converted to the left one's type is not equal. `exact`: case matters. TRI_UNDECIDED when one
 * is DATUM_UNKNOWN.
 */
enum tri datum_equal(struct arena *a, const struct datum *left, const struct datum *right,
		     bool exact);

/* How two values are ordered. */
enum ordering {
	ORDER_LESS,
	ORDER_EQUAL,
	ORDER_GREATER,
	ORDER_UNKNOWN, /* a value is unknown, or text that only Windows' sort tables can order */
	ORDER_ERROR    /* PowerShell fails to convert the right value */
};

/*
 * Order of two values that are no lists, as -lt, -le, -gt, -ge see it. Text is ordered as the
 * invariant culture does (punctuation, digits, letters; then lower case before upper): decided for
 * ASCII without - and ', which carry no weight there until the rest is equal; ORDER_UNKNOWN for
 * other text.
 */
enum ordering datum_order(struct arena *a, const struct datum *left, const struct datum *right,
			  bool exact);

#endif
