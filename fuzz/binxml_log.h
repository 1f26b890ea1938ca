/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A log of one chunk around arbitrary bytes: a usual record, a record whose BinXML they are, and
 * the usual one again. Shared by fuzz_binxml and by the maker of its corpus, whose offsets count
 * from where the bytes will stand.
 */
#ifndef TOCSIN_FUZZ_BINXML_LOG_H
#define TOCSIN_FUZZ_BINXML_LOG_H

#include "format/evtx/evtx_writer.h"
#include "format/evtx/writer_event.h"

/* False when `binxml` does not fit. *ret_position: its offset in the chunk. */
static bool binxml_log(struct buf *log, struct view binxml, uint32_t *ret_position)
{
	struct evtx_writer *const w = evtx_writer_new(evtx_sink_buf(log), NULL);
	struct arena arena = {0};
	struct event_maker m;
	struct tocsin_error error;
	bool ok;

	if (!w)
		return false;
	event_maker_start(&m, &arena);
	event_maker_text(&m, EVENT_PROVIDER, "Provider");
	event_maker_number(&m, EVENT_ID, VALUE_UINT16, 1);
	event_maker_text(&m, EVENT_CHANNEL, "Application");
	event_maker_time(&m, 132804583640951280u);
	event_maker_string(&m, NULL, "text");
	ok = event_maker_done(&m) && evtx_writer_add(w, &m.event, NULL, &error) == TOCSIN_OK;
	*ret_position = evtx_writer_position(w);
	ok = ok && evtx_writer_add_raw(w, 0, 132804583640951280u, binxml, &error) == TOCSIN_OK &&
	     evtx_writer_add(w, &m.event, NULL, &error) == TOCSIN_OK &&
	     evtx_writer_finish(w, &error) == TOCSIN_OK;
	evtx_writer_free(w);
	arena_free(&arena);
	return ok;
}

#endif
