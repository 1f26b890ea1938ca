/* SPDX-License-Identifier: Apache-2.0 */
/*
 * tocsin: turns a security advisory and collected evidence into an answer.
 *
 * This is the one public header. All functions are safe to call from several threads on different
 * objects; a tocsin_query is immutable once compiled and may be shared. The library never prints,
 * never exits, opens evidence read-only and uses no global state.
 */
#ifndef TOCSIN_H
#define TOCSIN_H

#include <stddef.h>
#include <stdint.h>

#ifdef __cplusplus
extern "C" {
#endif

#define TOCSIN_VERSION_MAJOR 0
#define TOCSIN_VERSION_MINOR 1
#define TOCSIN_VERSION_PATCH 0
#define TOCSIN_VERSION_STRING "0.1.0"

#if defined(__GNUC__)
#define TOCSIN_MUST_USE __attribute__((warn_unused_result))
#else
#define TOCSIN_MUST_USE
#endif

#if defined(TOCSIN_BUILD_SHARED) && defined(__GNUC__)
#define TOCSIN_API __attribute__((visibility("default")))
#else
#define TOCSIN_API
#endif

/*
 * Status of every function that can fail. Values are pinned: grouped in tens, never reused.
 * 1x: what the bytes are; 2x: the caller; 3x: the system.
 */
enum tocsin_status {
	TOCSIN_OK = 0,
	TOCSIN_END = 1,          /* no more items; not a failure */
	TOCSIN_TRUNCATED = 10,   /* bytes are missing */
	TOCSIN_INVALID = 11,     /* bytes are there and wrong */
	TOCSIN_UNSUPPORTED = 12, /* well formed, but this version does not interpret it */
	TOCSIN_LIMIT = 13,       /* a named limit (src/base/limits.h) was reached */
	TOCSIN_MISMATCH = 14,    /* read all the same, but a checksum or header does not agree */
	TOCSIN_USAGE = 20,       /* an argument is wrong */
	TOCSIN_NOT_FOUND = 21,
	TOCSIN_SYNTAX = 22, /* a command, query or advisory text does not parse */
	TOCSIN_IO = 30,     /* the system refused to read or write */
	TOCSIN_NO_MEMORY = 31
};

/*
 * What failed and where. `msg` is a static string that says what is wrong; `detail` adds the
 * particulars. `offset` is a byte offset into the input that the function read (file, command text,
 * advisory text).
 */
struct tocsin_error {
	enum tocsin_status status;
	uint64_t offset;
	const char *msg;
	char detail[200];
};

/* Version of the library at run time, "MAJOR.MINOR.PATCH". Static string. */
TOCSIN_API const char *tocsin_version(void);

/* One English word for a status ("truncated", "invalid", ...). Static string. */
TOCSIN_API const char *tocsin_status_name(enum tocsin_status status);

/* ---- Event logs
 * ------------------------------------------------------------------------------------------- */

/* Reads the records of one EVTX file in file order. One reader per thread. */
typedef struct tocsin_reader tocsin_reader;

/* One decoded record; a view that is valid until the next call to tocsin_reader_next() on its
 * reader. */
typedef struct tocsin_event tocsin_event;

/*
 * Opens an EVTX file read-only. On failure returns the status, fills `error` (may be NULL) and
 * leaves `ret_reader` untouched. The caller owns the reader and frees it with tocsin_reader_free().
 */
TOCSIN_MUST_USE TOCSIN_API enum tocsin_status
tocsin_reader_open(const char *path, tocsin_reader **ret_reader, struct tocsin_error *error);

/*
 * Asks, before the first tocsin_reader_next(), for what the chunks hold beside their records as
 * well: older records in free space and cleared chunks, records hidden inside others, and the bare
 * values of records whose template is lost. They come behind the live records of their chunk;
 * tocsin_event_origin() and tocsin_event_template() tell them apart. What is left of a chunk whose
 * start the file lacks is told as lost and not searched.
 */
TOCSIN_MUST_USE TOCSIN_API enum tocsin_status tocsin_reader_recover(tocsin_reader *reader,
								    struct tocsin_error *error);

/*
 * Next record. TOCSIN_OK with an event; TOCSIN_END after the last; any other status is damage at
 * one place (`error` says what and where): call again to go on behind it. TOCSIN_MISMATCH alone is
 * no loss; TOCSIN_IO is a place that the disk did not give. Records can come without
 * tocsin_reader_recover() that their chunk does not list (it has lost its signature, or is
 * damaged): look at tocsin_event_origin().
 */
TOCSIN_MUST_USE TOCSIN_API enum tocsin_status tocsin_reader_next(tocsin_reader *reader,
								 const tocsin_event **ret_event,
								 struct tocsin_error *error);

/* Frees a reader; NULL is allowed. */
TOCSIN_API void tocsin_reader_free(tocsin_reader *reader);

/* Record id as in the record's header. */
TOCSIN_API uint64_t tocsin_event_record_id(const tocsin_event *event);

/* Offset of the record in its file, in bytes. */
TOCSIN_API uint64_t tocsin_event_offset(const tocsin_event *event);

/* Time of the record in 100 ns since 1601-01-01 UTC (FILETIME): TimeCreated, or the header's time
 * where it has none. */
TOCSIN_API uint64_t tocsin_event_time(const tocsin_event *event);

/* LIVE: where the structures of its file list the record. RECOVERED: in its file, but outside of
 * what they list. */
enum tocsin_origin { TOCSIN_LIVE = 0, TOCSIN_RECOVERED = 1 };

TOCSIN_API enum tocsin_origin tocsin_event_origin(const tocsin_event *event);

/* Where a recovered record was found, in English; empty for a live one. Static string. */
TOCSIN_API const char *tocsin_event_note(const tocsin_event *event);

/*
 * OWN: the record reads with the template that its chunk defines. BORROWED: that definition is
 * lost, and one of another chunk of the file that fits the record's values stands in: the names of
 * values come from there. MISSING: no definition is known, and values come without names.
 */
enum tocsin_template {
	TOCSIN_TEMPLATE_OWN = 0,
	TOCSIN_TEMPLATE_BORROWED = 1,
	TOCSIN_TEMPLATE_MISSING = 2
};

/* `ret_offset` (may be NULL): of a borrowed definition in the file; otherwise left untouched. */
TOCSIN_API enum tocsin_template tocsin_event_template(const tocsin_event *event,
						      uint64_t *ret_offset);

/*
 * The event as XML (UTF-8), worded as Windows renders it. The text is NUL-terminated, owned by the
 * reader and valid until the next call on it; `ret_length` (may be NULL) is its length in bytes
 * without the NUL.
 */
TOCSIN_MUST_USE TOCSIN_API enum tocsin_status
tocsin_event_xml(const tocsin_event *event, const char **ret_xml, size_t *ret_length);

/* ---- Queries
 * ---------------------------------------------------------------------------------------------- */

/* A compiled detection command; immutable. */
typedef struct tocsin_query tocsin_query;

/* Answer of a query for one event. UNDECIDED: the record does not hold what the condition asks
 * about. */
enum tocsin_answer { TOCSIN_NO = 0, TOCSIN_UNDECIDED = 1, TOCSIN_YES = 2 };

/*
 * Compiles a PowerShell detection command as advisories print it (UTF-8, NUL-terminated).
 * TOCSIN_SYNTAX: it does not parse; TOCSIN_UNSUPPORTED: it does something outside the interpreted
 * subset; `error->offset` is the place in bytes. The caller owns the query and frees it with
 * tocsin_query_free().
 */
TOCSIN_MUST_USE TOCSIN_API enum tocsin_status
tocsin_query_compile(const char *command, tocsin_query **ret_query, struct tocsin_error *error);

/*
 * Whether the query selects this event (its filters only; -Newest and -MaxEvents are not applied).
 * What a query needs for asking is set up once for each reader and kept there for the last eight
 * queries asked; without memory for it the answer is TOCSIN_UNDECIDED. Different threads may ask
 * one query about events of their own readers.
 */
TOCSIN_API enum tocsin_answer tocsin_query_match(const tocsin_query *query,
						 const tocsin_event *event);

/* Frees a query; NULL is allowed. */
TOCSIN_API void tocsin_query_free(tocsin_query *query);

#ifdef __cplusplus
}
#endif

#endif /* TOCSIN_H */
