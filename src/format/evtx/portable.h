/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Records free of their chunk: a record's BinXML with every offset resolved, so that it can be
 * kept, sorted and written into another log exactly as it is: tokens, value types and bytes
 * unchanged. Template definitions are kept once, in a store that all threads share; a portable
 * record refers to them by number, or brings along what the store has no room for.
 *
 *   workers             portable_put() for each event, into the unit's buffer or a spool
 *   the ordered stage   evtx_writer_add_portable() into one log, with the same store
 *
 * The bytes of the log depend on the records and their order alone. What may differ from the
 * record's own log is what no reader shows: offsets, sizes of elements that were wrong, padding.
 */
#ifndef TOCSIN_FORMAT_EVTX_PORTABLE_H
#define TOCSIN_FORMAT_EVTX_PORTABLE_H

#include "base/buf.h"
#include "format/evtx/evtx.h"
#include "format/evtx/evtx_writer.h"

struct portable_store; /* safe from several threads */

struct portable_store *portable_store_new(void); /* NULL without memory */
void portable_store_free(struct portable_store *s);

/*
 * Appends the record of an event of the chunk that is open on `d` to `out`, which stays as it was
 * on failure. A record whose template is borrowed (event.template_path) brings that definition
 * along. TOCSIN_UNSUPPORTED for one that can't be told exactly (a template of it is missing),
 * TOCSIN_LIMIT for one that no chunk could hold, TOCSIN_INVALID where it shows what can't be read.
 */
TOCSIN_MUST_USE enum tocsin_status portable_put(struct portable_store *s, struct evtx_decoder *d,
						const struct event *e, struct buf *out,
						struct tocsin_error *error);

/*
 * Adds a portable record to a log, with its own id and header time. Chunks hold ascending ids, by
 * which readers skip them: one that does not follow starts a new chunk, so logs whose records are
 * merged by time take more room than one behind the other. All records of a log come from one
 * store. Nothing is added on failure: TOCSIN_LIMIT when it does not fit a chunk, TOCSIN_INVALID
 * when `record` was damaged, TOCSIN_IO when the sink refuses.
 */
TOCSIN_MUST_USE enum tocsin_status evtx_writer_add_portable(struct evtx_writer *w,
							    const struct portable_store *s,
							    struct view record,
							    struct tocsin_error *error);

#endif
