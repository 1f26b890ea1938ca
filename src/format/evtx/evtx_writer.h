/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Windows event logs (EVTX): writing, as Windows lays them out (MS-EVEN6 2.2.12-2.2.17, libyal's
 * "Windows XML Event Log (EVTX)"; what was measured on real logs is in docs/evtx-writer.md).
 *
 *   record    = an instance of a system template (System, literal provider, channel and computer),
 *               its substitution 19 is an instance of a body template (EventData or UserData)
 *   template  = defined where a chunk uses it first, referred to afterwards
 *   chunk     = filled until a record does not fit, then handed to the sink
 *
 * The writer holds one chunk; an event costs no allocation once its buffers have grown. The same
 * calls give the same bytes.
 */
#ifndef TOCSIN_FORMAT_EVTX_WRITER_H
#define TOCSIN_FORMAT_EVTX_WRITER_H

#include <stdio.h>

#include "base/buf.h"
#include "base/error.h"
#include "format/event.h"

struct evtx_writer;

/*
 * Where the bytes go. Offsets rise by what was written, but for the last call, which brings the
 * file's header at offset 0 up to date. False: the system refused.
 */
struct evtx_sink {
	bool (*write)(void *context, uint64_t offset, struct view bytes);
	void *context;
};

/* Into a buffer, whose contents so far are replaced. */
struct evtx_sink evtx_sink_buf(struct buf *out);

/* Into a seekable stream that is opened for writing ("wb") and stands at its start. */
struct evtx_sink evtx_sink_stream(FILE *stream);

struct evtx_writer_options {
	uint64_t first_record; /* id of the first record; 0 is taken as 1 */
	bool dirty;            /* as a log that is copied while it is open: dirty flag, and a file
				  header that still tells of the first chunk alone */
	bool full;             /* flag: the log was full */
	bool no_crc32;         /* flag: checksums are not kept, all are 0 */
};

/* `options` may be NULL. NULL without memory. */
struct evtx_writer *evtx_writer_new(struct evtx_sink sink,
				    const struct evtx_writer_options *options);

/* How a record is laid out, where struct event does not tell. All zero is the usual layout. */
struct evtx_shape {
	/* Element below UserData and its namespace, UTF-16LE; empty: EventData. */
	struct view user_element, user_namespace;
	/* Provider name, GUID and channel are substituted values, as tracing providers log them,
	 * instead of text of the template. */
	bool system_in_slots;
	/* Unnamed strings are one value each, instead of one array as classic providers log them.
	 */
	bool separate_strings;
};

/*
 * Adds a record. What it holds follows from what is there: Version, Opcode, Correlation and
 * Execution are written for events that have one of these or a provider GUID; RenderingInfo where
 * the event has its message. e->record_id 0 takes the next id; e->written 0 takes the event's time;
 * a null record-id field takes the record's id. `shape` may be NULL. Nothing is added on failure:
 * TOCSIN_LIMIT when the record is larger than a chunk, TOCSIN_UNSUPPORTED for a value that only
 * lives in its own chunk (VALUE_BINXML), TOCSIN_IO when the sink refuses.
 */
TOCSIN_MUST_USE enum tocsin_status evtx_writer_add(struct evtx_writer *w, const struct event *e,
						   const struct evtx_shape *shape,
						   struct tocsin_error *error);

/*
 * Adds a record with these bytes as its BinXML, for tests of readers. Offsets inside count from the
 * chunk's start; evtx_writer_position() tells where the BinXML will be.
 */
TOCSIN_MUST_USE enum tocsin_status evtx_writer_add_raw(struct evtx_writer *w, uint64_t record_id,
						       uint64_t written, struct view binxml,
						       struct tocsin_error *error);

/* Offset in the chunk of the next record's BinXML, when it still fits there. */
uint32_t evtx_writer_position(const struct evtx_writer *w);

/* Ends the chunk: the next record starts a new one. Nothing happens when it is empty. */
TOCSIN_MUST_USE enum tocsin_status evtx_writer_end_chunk(struct evtx_writer *w,
							 struct tocsin_error *error);

/* Writes what is left and the file's header. The writer can only be freed afterwards. */
TOCSIN_MUST_USE enum tocsin_status evtx_writer_finish(struct evtx_writer *w,
						      struct tocsin_error *error);

/* Records and chunks so far. */
uint64_t evtx_writer_records(const struct evtx_writer *w);
uint64_t evtx_writer_chunks(const struct evtx_writer *w);

void evtx_writer_free(struct evtx_writer *w);

#endif
