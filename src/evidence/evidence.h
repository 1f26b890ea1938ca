/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Evidence: what the user gave, as a list of sources. Folders are walked in one order everywhere;
 * what a file is, is decided by its content. Everything is opened read-only.
 */
#ifndef TOCSIN_EVIDENCE_EVIDENCE_H
#define TOCSIN_EVIDENCE_EVIDENCE_H

#include "base/arena.h"
#include "base/error.h"
#include "base/os.h"

enum source_kind {
	SOURCE_EVTX,
	SOURCE_EVT,  /* legacy event log (LfLe): recognised, not read */
	SOURCE_ETL,  /* event trace: recognised, not read */
	SOURCE_OTHER /* not evidence that this version reads */
};

struct source {
	const char *path; /* as given ("-": standard input), or given folder + names below it */
	enum source_kind kind;
	uint64_t size; /* bytes when listed; a live log may grow or shrink */
	bool given; /* named by the user, not found by the walk: not being evidence is then an error
		     */
	struct os_file *file; /* standard input or a pipe, copied to a temporary file; else NULL:
				 open `path`. The evidence owns it */
	const char *reason;   /* in `others`: why it is not read (static string); else NULL */
};

/* Something that could not be listed or opened: reported, never fatal. */
struct source_error {
	const char *path;
	struct tocsin_error error;
};

struct evidence {
	struct arena arena;     /* paths */
	struct source *sources; /* of kind SOURCE_EVTX, in walk order */
	size_t source_count;
	struct source *others; /* recognised but not readable, given and not recognised, or named
				  .evtx without being one */
	size_t other_count;
	size_t ignored;    /* files found by the walk that are no evidence (devices, pipes too) */
	size_t duplicates; /* times that a file was reached again: by a link, or given twice */
	size_t links;      /* links to folders that the walk did not follow */
	struct source_error *errors;
	size_t error_count;
	uint64_t bytes; /* of `sources` */
};

struct evidence_options {
	bool every_file; /* each regular file is a source, whatever it holds (carving) */
};

/*
 * Lists `paths` (files and folders). Names of a folder come in byte order, files and folders mixed.
 * Links to folders are not followed below a given folder; the same file reached twice, by whatever
 * path, link or hard link, counts once. `-` is standard input, at most once; it (unless it is a
 * file) and given pipes are read to their end into a temporary file; where reading them fails, what
 * came before is a source beside the error. `options` may be NULL. Never fails for a single bad
 * path (see `errors`), only without memory.
 */
TOCSIN_MUST_USE enum tocsin_status evidence_open(const char *const *paths, size_t count,
						 const struct evidence_options *options,
						 struct evidence **ret, struct tocsin_error *error);
void evidence_free(struct evidence *e);

/* Kind by the first bytes of a file (up to 4,096 given). A file that starts with an event log's
 * chunk has lost its header and is SOURCE_EVTX all the same. */
enum source_kind source_recognise(struct view first_bytes);

/* Whether two UTF-8 computer names are one host: equal ignoring case, or one the short name of the
 * other's FQDN. */
bool host_same(const char *a, const char *b);

#endif
