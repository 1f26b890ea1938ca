/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Evidence: what the user gave, as a list of sources. Folders are walked in one order everywhere;
 * what a file is, is decided by its content. Everything is opened read-only.
 */
#ifndef TOCSIN_EVIDENCE_EVIDENCE_H
#define TOCSIN_EVIDENCE_EVIDENCE_H

#include "base/arena.h"
#include "base/error.h"

enum source_kind {
	SOURCE_EVTX,
	SOURCE_EVT,  /* legacy event log (LfLe): recognised, not read */
	SOURCE_ETL,  /* event trace: recognised, not read */
	SOURCE_OTHER /* not evidence that this version reads */
};

struct source {
	const char *path; /* as given, or given folder + names below it */
	enum source_kind kind;
	uint64_t size; /* bytes when listed; a live log may grow or shrink */
	bool given; /* named by the user, not found by the walk: not being evidence is then an error
		     */
};

/* Something that could not be listed or opened: reported, never fatal. */
struct source_error {
	const char *path;
	struct tocsin_error error;
};

struct evidence {
	struct arena arena;
	struct source *sources; /* of kind SOURCE_EVTX, in walk order */
	size_t source_count;
	struct source *others; /* recognised but not readable, or given and not recognised */
	size_t other_count;
	size_t ignored; /* files found by the walk that are no evidence */
	struct source_error *errors;
	size_t error_count;
	uint64_t bytes; /* of `sources` */
};

/*
 * Lists `paths` (files and folders). Links to folders are not followed below a given folder; the
 * same file reached twice by the same path counts once. Never fails for a single bad path: see
 * `errors`.
 */
TOCSIN_MUST_USE enum tocsin_status evidence_open(const char *const *paths, size_t count,
						 struct evidence **ret, struct tocsin_error *error);
void evidence_free(struct evidence *e);

/* Kind by the first bytes of a file (up to 4,096 given). */
enum source_kind source_recognise(struct view first_bytes);

/* Whether two UTF-8 computer names are one host: equal ignoring case, or one the short name of the
 * other's FQDN. */
bool host_same(const char *a, const char *b);

#endif
