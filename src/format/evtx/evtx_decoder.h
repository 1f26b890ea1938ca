/* SPDX-License-Identifier: Apache-2.0 */
/* The decoder's state, shared by the chunk reader and the renderers. */
#ifndef TOCSIN_FORMAT_EVTX_EVTX_DECODER_H
#define TOCSIN_FORMAT_EVTX_EVTX_DECODER_H

#include "format/evtx/binxml.h"
#include "format/evtx/evtx.h"

#define CHUNK_HEADER_SIZE 512u
#define RECORD_HEADER_SIZE 24u
#define RECORD_SIZE_MIN 28u
#define RECORD_ALIGN 8u

struct evtx_decoder {
	struct binxml_context context; /* the current chunk's bytes, memory and templates */
	uint64_t offset;               /* of the chunk in its file */
	uint32_t number;
	size_t at; /* where the next record starts; 0: none */
	uint32_t free_offset;
	uint64_t last_record; /* the last id, by the chunk's header */
	uint64_t last_id;     /* of the record before `at` */
	bool has_last_id;
	bool told;                   /* damage was told behind the last record that was read */
	struct tocsin_error pending; /* damage to tell at the next call; status TOCSIN_OK: none */
	uint64_t pending_id;
	struct evtx_options options;
	size_t content_end; /* chunk offset behind the BinXML of the record decoded last */
};

/*
 * Decodes the record at chunk offset `at`, `size` bytes with header and trailing copy; neither its
 * signature nor the copy is looked at. `note` is a static string, NULL for a live record. The event
 * is valid until the next chunk is opened. Offsets in events and errors are the file's.
 */
TOCSIN_MUST_USE enum tocsin_status
evtx_record_decode(struct evtx_decoder *d, size_t at, size_t size, enum event_origin origin,
		   const char *note, const struct event **ret_event, struct tocsin_error *error);

#endif
