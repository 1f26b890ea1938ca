/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The predicate: what every front end (src/lang/) compiles to and every engine evaluates. It is
 * pure data. src/query/evaluate.c is the scalar evaluator; it is the specification that any faster
 * engine must equal, event for event.
 *
 * Answers are three-valued (Kleene): TRI_UNDECIDED means that the record does not hold what the
 * condition asks about (the wording of a message, the name of an account). AND, OR, XOR, NOT never
 * turn an undecided condition into an answer unless the other side decides alone.
 *
 * Values. An operand gives a struct datum. DATUM_NULL is PowerShell's $null: a property that the
 * object does not have, an inserted value past the last. DATUM_UNKNOWN is a value that exists on
 * Windows and not in the record; each comparison and truth test of it is TRI_UNDECIDED. A record
 * without Provider, Channel, Computer or EventID has lost it: these are then unknown, not $null.
 *
 * Comparisons of a left value L with a right one R (one table for all front ends):
 *
 *   COMPARE_EQUAL .. GREATER_EQUAL  R is converted to L's type (datum_equal, datum_order). A failed
 *                     conversion: not equal; for the orderings PowerShell fails, which is
 *                     TRI_UNDECIDED and told by evaluation.error.
 *   COMPARE_LIKE      L as text against the wildcard; $null is "". NOT_LIKE is its negation.
 *   COMPARE_MATCH     L as text against the regular expression. A text without the literals that
 *                     each match holds (regex_literals.h) does not match. Reaching
 *                     LIMIT_REGEX_STEPS is TRI_UNDECIDED and told by evaluation.error, never
 *                     "no match".
 *   COMPARE_IN        some item of R equals L (the item is the left side of that comparison);
 *                     R that is no list is its own only item.
 *   COMPARE_CONTAINS  some item of L equals R; L that is no list is its own only item.
 *   COMPARE_TEXT_CONTAINS, _STARTS, _ENDS   the methods of [string]: ordinal, case matters.
 *                     On $null PowerShell fails: TRI_UNDECIDED and told by evaluation.error.
 *   COMPARE_ANY_BIT   both numbers: (L & R) != 0; anything else is false.
 *   COMPARE_WITHIN    L is a number in one of `.ranges`; anything else that is known is false.
 *   L a list          the operators but IN and CONTAINS filter it: the answer is the truth of the
 *                     list that is left (none: false; one: that item's own truth; more: true).
 *
 * All values. OPERAND_VALUES stands on the left only. A positive comparison holds when some value
 * of the event satisfies it, undecided when none does and one may; the NOT_ forms are the
 * negations. The values are the texts that the event's XML shows, each whole: system fields,
 * inserted values, the classic event's extra bytes as hex digits, RenderingInfo, and event.others
 * where the reader was asked for them; not names. What the record does not hold (a Message that is
 * only worded when the event is shown) is none of them.
 *
 * Message. Where its text is known (RenderingInfo, catalogue) it is an ordinary text. Where it is
 * not, it holds the inserted values and words that nobody knows:
 *   - LIKE whose wildcard begins and ends with `*` and matches one inserted value: TRUE; the
 *     wildcard `*`: TRUE; otherwise UNDECIDED;
 *   - MATCH whose expression looks at nothing but what it matches (no ^ $ \b, no look-around, no
 *     atomic group or condition) and matches in one inserted value: TRUE; otherwise UNDECIDED;
 *   - TEXT_CONTAINS with one inserted value that contains the text: TRUE; otherwise UNDECIDED;
 *   - truth: TRUE, EQUAL with $null or "": FALSE (a message is not empty);
 *   - everything else UNDECIDED;
 *   - the NOT_ forms are the negations.
 * With QUERY_SUBJECT_VALUES a Message condition is two-valued: it holds when some inserted value,
 * or the RenderingInfo text, satisfies it; the NOT_ forms and NOT_EQUAL hold when none satisfies
 * the positive form.
 */
#ifndef TOCSIN_QUERY_PREDICATE_H
#define TOCSIN_QUERY_PREDICATE_H

#include "base/error.h"
#include "format/event.h"
#include "query/datum.h"
#include "query/wildcard.h"

/* Properties that are computed from several fields. */
enum property {
	PROPERTY_RECORD_ID,      /* EventRecordID, else the record header's id */
	PROPERTY_INDEX,          /* its low 32 bits, signed */
	PROPERTY_TIME,           /* TimeCreated, else the record header's time */
	PROPERTY_TIME_GENERATED, /* the same, whole seconds */
	PROPERTY_SOURCE,         /* EventSourceName where present, else the provider's name */
	PROPERTY_ENTRY_TYPE,     /* from the audit keywords, else the level; unknown above 4 */
	PROPERTY_INSTANCE_ID,    /* Qualifiers << 16 | EventID */
	PROPERTY_LEVEL_NAME,     /* RenderingInfo, else Winmeta's names of 0..5, else unknown */
	PROPERTY_TASK_NAME,      /* RenderingInfo, else unknown */
	PROPERTY_OPCODE_NAME,    /* RenderingInfo, else unknown */
	PROPERTY_CATEGORY,       /* the category's text: RenderingInfo, `(0)` for 0, else unknown */
	PROPERTY_KEYWORDS,       /* as a signed number, as .NET has it */
	PROPERTY_USER_SID,       /* `S-1-5-…`, $null without one */
	PROPERTY_USER_NAME,   /* name of a well-known SID; unknown for others; $null without one */
	PROPERTY_PROVIDER_ID, /* GUIDs without braces, lower case, as .NET writes them */
	PROPERTY_ACTIVITY_ID,
	PROPERTY_RELATED_ACTIVITY_ID,
	PROPERTY_ID,             /* EventID without what lies above its 16 bits */
	PROPERTY_COMPUTER_LABEL, /* the computer's name up to its first dot */
	PROPERTY_COUNT
};

enum operand_kind {
	OPERAND_LITERAL,   /* .literal */
	OPERAND_ABSENT,    /* a property that the object type does not have: $null */
	OPERAND_FIELD,     /* .field of the event */
	OPERAND_PROPERTY,  /* .property */
	OPERAND_STRING,    /* text of the inserted value .index (negative: from the end) */
	OPERAND_STRINGS,   /* list: text of all inserted values */
	OPERAND_DATA,      /* the inserted value .index with its type */
	OPERAND_DATA_LIST, /* list: all inserted values with their types */
	OPERAND_NAMED,     /* list: text of the inserted values named .name (exactly) */
	OPERAND_MESSAGE,
	OPERAND_VALUES,   /* every value of the event */
	OPERAND_PREDICATE /* truth of .predicate */
};

struct operand {
	enum operand_kind kind;
	union {
		struct datum literal;
		enum event_field field;
		enum property property;
		int64_t index;
		struct view name; /* UTF-16LE */
		const struct predicate *predicate;
	} as;
};

enum compare {
	COMPARE_EQUAL,
	COMPARE_NOT_EQUAL,
	COMPARE_LESS,
	COMPARE_LESS_EQUAL,
	COMPARE_GREATER,
	COMPARE_GREATER_EQUAL,
	COMPARE_LIKE, /* .wildcard */
	COMPARE_NOT_LIKE,
	COMPARE_MATCH, /* .regex, .regex_number, .regex_local */
	COMPARE_NOT_MATCH,
	COMPARE_IN,
	COMPARE_NOT_IN,
	COMPARE_CONTAINS,
	COMPARE_NOT_CONTAINS,
	COMPARE_TEXT_CONTAINS,
	COMPARE_TEXT_STARTS,
	COMPARE_TEXT_ENDS,
	COMPARE_ANY_BIT,
	COMPARE_WITHIN, /* .ranges */
	COMPARE_COUNT
};

enum predicate_kind {
	PREDICATE_CONSTANT, /* .constant */
	PREDICATE_AND,      /* .children, all of them; none: true */
	PREDICATE_OR,       /* .children; none: false */
	PREDICATE_XOR,      /* two .children */
	PREDICATE_NOT,      /* one child */
	PREDICATE_TEST,     /* truth of .left */
	PREDICATE_COMPARE   /* .left .compare .right */
};

struct predicate_range {
	uint64_t first, last;
};

struct predicate {
	enum predicate_kind kind;
	enum tri constant;
	const struct predicate **children;
	size_t count;
	enum compare compare;
	bool exact; /* case matters */
	struct operand left, right;
	const struct wildcard *wildcard;
	struct view regex;                    /* UTF-16LE, as the user wrote it */
	size_t regex_number;                  /* this expression's place among those of its query */
	bool regex_local;                     /* looks at nothing but what it matches */
	const struct predicate_range *ranges; /* ascending, apart from each other */
	size_t range_count;
};

/* Nodes in an arena; NULL without memory. */
struct predicate *predicate_constant(struct arena *a, enum tri value);
struct predicate *predicate_test(struct arena *a, struct operand of);
struct predicate *predicate_compare(struct arena *a, struct operand left, enum compare compare,
				    bool exact, struct operand right);
struct predicate *predicate_not(struct arena *a, const struct predicate *child);

/* `left` AND/OR/XOR `right`; a chain of one AND or OR becomes one node. Either may be NULL for AND
 * and OR: the other is returned. The chain grows in place: join each node once on the left. */
struct predicate *predicate_join(struct arena *a, enum predicate_kind kind,
				 const struct predicate *left, const struct predicate *right);

/* `left` LIKE the pattern (UTF-16LE). TOCSIN_INVALID: a bad pattern, as PowerShell says so. */
TOCSIN_MUST_USE enum tocsin_status predicate_like(struct arena *a, struct operand left,
						  bool negated, bool exact, struct view pattern,
						  struct predicate **ret,
						  struct tocsin_error *error);

/* `left` WITHIN the ranges, which may come in any order and overlap; each first <= last. */
struct predicate *predicate_within(struct arena *a, struct operand left,
				   const struct predicate_range *ranges, size_t count);

struct operand operand_literal(struct datum value);
struct operand operand_field(enum event_field field);
struct operand operand_property(enum property property);
struct operand operand_values(void);

/* Name of a property for dumps and messages. */
const char *property_name(enum property property);

/*
 * Appends the predicate as one line of text for tests and --verbose: S-expressions such as
 * `(and (like Channel "application") (like Message "*x*"))`. Equal text means equal predicates.
 */
void predicate_dump(struct buf *out, const struct predicate *p);

#endif
