/* SPDX-License-Identifier: Apache-2.0 */
/* The one pass over the evidence: what the verdicts are made from, per source and Computer name. */
#ifndef TOCSIN_VERDICT_COLLECT_H
#define TOCSIN_VERDICT_COLLECT_H

#include "query/id_runs.h"
#include "query/query.h"
#include "query/scan.h"
#include "verdict/verdict.h"

/* What is counted for one detection or build rule of one segment. */
struct tally {
	size_t kept;        /* HIT marks that are one record */
	size_t more[4];     /* by enum ran: index + 1 of the mark for the others */
	size_t undecided;   /* index + 1 of the UNDECIDED mark */
	size_t last_build;  /* index + 1 of the newest BUILD mark */
	size_t build_count; /* BUILD marks */
	size_t cleared;     /* CLEARED marks */
};

/*
 * The records of one source that have one Computer and one channel. Recovered records make segments
 * of their own: they can be older than the log, so they neither stretch what it covers nor change
 * whose log it is; of its gaps they close what they fit into.
 */
struct segment {
	const struct source *source;
	const char *computer, *channel;
	bool recovered;
	bool cleared_more; /* tells of more cleared logs than are kept */
	uint64_t from, to, records;
	struct id_runs ids;
	bool forwarded;        /* its records were rendered by a collector */
	struct tally *tallies; /* of the packs' detections, then build rules; NULL: none yet */
	size_t host;           /* index of its host_group, set by hosts_group() */
};

/* Something at a time on a computer: a hit, an undecided record, a build, a cleared log. */
enum mark_kind { MARK_HIT, MARK_UNDECIDED, MARK_BUILD, MARK_CLEARED };

struct mark {
	enum mark_kind kind;
	const struct segment *segment;
	size_t pack, detection; /* HIT, UNDECIDED; BUILD: the pack */
	uint64_t time, record_id, offset, hash;
	/* Records: UNDECIDED ones of one segment and detection are one mark, and so are HIT ones
	 * beyond LIMIT_HITS_KEPT; `time` is then the first one's, `last` the last one's. */
	uint64_t count;
	uint64_t last;
	uint32_t chunk, event_id;
	enum event_origin origin;
	const char *template_path; /* borrowed from there; NULL: its own */
	uint64_t template_offset;
	bool template_ambiguous;
	const char *provider;
	const char *text; /* HIT: the message; BUILD: the build; CLEARED: the log's name */
	const char *build, *account, *process;
};

/* Losses of one source; what is not a loss but told (a checksum) is kept only. */
struct source_loss {
	uint64_t lost;
	size_t kept, more; /* damages in the list, and beyond it */
	size_t more_lost;
	uint64_t borrowed; /* records whose template is lost and was taken from another place */
	uint64_t borrowed_id, borrowed_offset; /* of the first of them */
};

struct collection {
	struct arena arena;
	const struct source *sources; /* of the evidence */
	struct source_loss *losses;   /* one a source */
	struct segment **segments;
	size_t segment_count, segment_room;
	struct mark *marks;
	size_t mark_count, mark_room;
	struct scan_damage *damages;
	size_t damage_count, damage_room;
	uint64_t records;
	size_t run_count, hit_count, text_bytes; /* against their limits */
	struct { /* segments by source and names; open addressing, `room` a power of two */
		size_t *slots; /* index + 1 */
		size_t room;
	} index;
	bool failed; /* memory */
};

/* One detection's command: a query, or why it can't be run. */
struct compiled_detection {
	struct query *query; /* NULL: `refused` says why */
	const char *refused;
};

/* The detections of all packs: [pack][detection]. */
struct compiled {
	struct compiled_detection **detections;
};

/* Runs the scan. `c` is zero; free its arena afterwards. */
TOCSIN_MUST_USE enum tocsin_status collect_run(struct collection *c,
					       const struct evidence *evidence,
					       const struct check_options *options,
					       const struct compiled *compiled,
					       struct tocsin_error *error);

#endif
