/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What a record's bytes must hold for a predicate to be anything but FALSE of it: texts that can
 * only come from values as they stand (UTF-16LE, at any byte), so that raw chunks can be searched
 * before anything in them is decoded.
 *
 * Proof. The planner gives a set of literals only where each event that is answered TRUE or
 * UNDECIDED, or whose evaluation tells an error, holds one of them, whole, in one value or in one
 * literal text of its template, whatever its case (literal_fold(), which joins all that
 * utf16_lower(), the matcher's folding, joins). The scan applies it only to records that
 * evtx_skim() calls plain without odd text: each text in such a record is one piece, a UTF-16 value
 * or a text of a template definition, contiguous in the chunk; System's four sure fields (Provider,
 * EventID, Channel, Computer) are there. The text of a value that is no text (digits, GUID, SID,
 * time, hex) is made when it is asked for, so that no literal is taken that such a value could
 * spell. Without memory an event may be undecided that is passed over here.
 */
#ifndef TOCSIN_QUERY_PREFILTER_H
#define TOCSIN_QUERY_PREFILTER_H

#include "query/query.h"

struct prefilter;

/*
 * The prefilter of a query's `where` as matcher_match() answers it with this subject and
 * catalogue; of its `parameters` where query.max counts what passes these. *ret is NULL where no
 * literal can be proved. The query must outlive it. It is immutable: all threads share it.
 */
TOCSIN_MUST_USE enum tocsin_status prefilter_new(const struct query *q,
						 const struct message_catalogue *catalogue,
						 enum query_subject subject, struct prefilter **ret,
						 struct tocsin_error *error);
void prefilter_free(struct prefilter *p);

/*
 * Where, in bytes[from .. to), literals start that end within `bytes`: fills offsets[room] with the
 * first ones in ascending order and returns how many there are, or room + 1 where there are more. A
 * record none of whose bytes (its own values and the definitions of its templates) hold a start can
 * be passed over.
 */
size_t prefilter_find(const struct prefilter *p, struct view bytes, size_t from, size_t to,
		      uint32_t *offsets, size_t room);

/* The literals as text for --explain, docs and tests: `any of "…" "…"`, or `none` for NULL. */
void prefilter_dump(struct buf *out, const struct prefilter *p);

#endif
