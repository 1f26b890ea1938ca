/* SPDX-License-Identifier: Apache-2.0 */
/* The decoder's state, shared by the chunk reader and the renderers. */
#ifndef TOCSIN_FORMAT_EVTX_EVTX_DECODER_H
#define TOCSIN_FORMAT_EVTX_EVTX_DECODER_H

#include "format/evtx/binxml.h"
#include "format/evtx/evtx.h"

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
};

#endif
