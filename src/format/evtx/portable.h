/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Records free of their chunk: a record's BinXML with every offset resolved, so that it can be
 * kept, sorted and written into another log exactly as it is: tokens, value types and bytes
 * unchanged. Template definitions are kept once, in a store that all threads share; a portable
 * record refers to them by number.
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
 * Appends the record of an event of the chunk that is open on `d` to `out`. TOCSIN_UNSUPPORTED for
 * one that can't be told exactly (its template is missing).
 */
TOCSIN_MUST_USE enum tocsin_status portable_put(struct portable_store *s, struct evtx_decoder *d,
						const struct event *e, struct buf *out,
						struct tocsin_error *error);

/*
 * Adds a portable record to a log, with its own id and header time. Chunks hold ascending ids: one
 * that does not follow starts a new chunk. Nothing is added on failure: TOCSIN_LIMIT when it does
 * not fit a chunk, TOCSIN_IO when the sink refuses.
 */
TOCSIN_MUST_USE enum tocsin_status evtx_writer_add_portable(struct evtx_writer *w,
							    const struct portable_store *s,
							    struct view record,
							    struct tocsin_error *error);

#endif
