/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A pack: our data file for one advisory (data/advisories/NUMBER.yaml, schema `tocsin.pack/1`,
 * documented in docs/pack.md). Facts in our own words, the printed commands as data, further
 * detections, required sources.
 */
#ifndef TOCSIN_ADVISORY_PACK_H
#define TOCSIN_ADVISORY_PACK_H

#include "advisory/advisory.h"
#include "base/arena.h"
#include "base/error.h"

enum severity { SEVERITY_INFO, SEVERITY_LOW, SEVERITY_MEDIUM, SEVERITY_HIGH };

/* Where a finding's particulars stand in the event: an index into its inserted strings, -1 for
 * none. */
struct pack_fields {
	int build, account, process, method, exception;
};

struct pack_detection {
	const char *id; /* "printed-command" */
	const char *title;
	const char *command; /* PowerShell, as src/lang/powershell reads it */
	bool printed;        /* the advisory prints it */
	bool values; /* `subject: values`: Message conditions are looked for in the inserted values
		      */
	/* Severity of a hit while a build below the fix ran (or of an affected CU without a fix),
	 * and otherwise. */
	enum severity severity_affected, severity_otherwise;
	struct pack_fields fields;
	uint32_t line; /* in the pack, for errors */
};

struct pack_source {
	const char *channel;
	bool required;
	const char *path; /* where it would be on the host, for "what is missing" */
};

/* An event that proves a build at its time: provider, id, which string, how precise ("su", "cu").
 */
struct pack_build {
	const char *provider;
	uint32_t event_id;
	unsigned string;
	const char *precision;
};

struct pack {
	struct arena arena;                                    /* everything below lives here */
	const char *number, *title, *version, *date, *licence; /* date ISO 8601 */
	const char *source;                                    /* "built-in" or the file's name */
	const char **cves;
	size_t cve_count;
	const char **products; /* affected, as the advisory names them */
	size_t product_count;
	const char **updates;
	size_t update_count;
	const char *condition; /* "attacker must be authenticated", or NULL */
	struct pack_detection *detections;
	size_t detection_count;
	/* None (a document without a built-in pack): the channels that the commands name are
	 * required. */
	struct pack_source *sources;
	size_t source_count;
	struct pack_build *builds;
	size_t build_count;
	const char **references; /* address, or NULL where the copy has lost it */
	size_t reference_count;
};

/* Parses a pack's YAML. `name` for messages; error->offset is the byte offset, detail has line and
 * column. */
TOCSIN_MUST_USE enum tocsin_status pack_parse(struct view yaml, const char *name,
					      struct pack **ret_pack, struct tocsin_error *error);

/* Whether a file's text is a pack (and no advisory document). */
bool pack_recognise(struct view text);

/*
 * A pack for `-a WHAT`: the number of a built-in pack, or the path of a CERT-EU document (published
 * or flattened) or of a pack. A document is joined with the built-in pack of its number where there
 * is one: its facts and printed commands are the document's, further detections, sources and builds
 * the pack's. `data` as in data_load.
 */
TOCSIN_MUST_USE enum tocsin_status pack_open(const char *what, const char *data,
					     struct pack **ret_pack, struct tocsin_error *error);

/* All built-in packs, sorted by number. The caller frees each with pack_free() and the array with
 * free(). */
TOCSIN_MUST_USE enum tocsin_status pack_builtin(const char *data, struct pack ***ret_packs,
						size_t *ret_count, struct tocsin_error *error);

/*
 * A pack from a parsed document, joined with `builtin` (NULL: there is none of its number) as
 * pack_open() does. The pack owns copies of all it holds. `name` becomes its source.
 */
TOCSIN_MUST_USE enum tocsin_status pack_from_advisory(const struct advisory *doc,
						      const struct pack *builtin, const char *name,
						      struct pack **ret_pack,
						      struct tocsin_error *error);

void pack_free(struct pack *p);

/* "info", "low", "medium", "high" */
const char *pack_severity_name(enum severity severity);

#endif
