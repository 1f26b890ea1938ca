/* SPDX-License-Identifier: Apache-2.0 */
/* A log for tests that hold two ways to read or write records against each other. */
#ifndef TESTS_OWN_LOG_H
#define TESTS_OWN_LOG_H

#include "format/evtx/evtx_writer.h"
#include "format/evtx/writer_event.h"
#include "test.h"

/* Records of what the writer can lay out: classic and manifest, arrays, nulls, RenderingInfo. */
#define OWN_LOG_RECORDS 300u

/* The log; its bytes are those of `out`. */
static inline struct view own_log(struct buf *out, struct arena *a)
{
	struct evtx_writer *const w = evtx_writer_new(evtx_sink_buf(out), NULL);
	struct tocsin_error error;

	assert_non_null(w);
	for (unsigned i = 0; i < OWN_LOG_RECORDS; i++) {
		const struct evtx_shape shape = {.system_in_slots = i % 5 == 0,
						 .separate_strings = i % 2};
		struct event_maker m;

		event_maker_start(&m, a);
		event_maker_text(&m, EVENT_PROVIDER, i % 3 ? "MSExchange Common" : "Some-Provider");
		event_maker_number(&m, EVENT_ID, VALUE_UINT16, 4000 + i % 7);
		event_maker_number(&m, EVENT_LEVEL, VALUE_UINT8, i % 5);
		event_maker_time(&m, 132804583640951280u + i);
		event_maker_text(&m, EVENT_CHANNEL, "Application");
		event_maker_text(&m, EVENT_COMPUTER, "EX01");
		if (i % 4 == 0)
			event_maker_guid(&m, EVENT_PROVIDER_GUID,
					 "{00112233-4455-6677-8899-aabbccddeeff}");
		if (i % 6 == 0)
			event_maker_text(&m, EVENT_MESSAGE, "\"worded\" & <so>");
		for (unsigned k = 0; k < i % 6; k++)
			event_maker_string(&m, i % 3 ? NULL : "Name", k % 2 ? "text" : "");
		if (i % 9 == 0)
			event_maker_binary(&m, view_of("binary"));
		assert_ok(evtx_writer_add(w, event_maker_done(&m), &shape, &error));
	}
	assert_ok(evtx_writer_finish(w, &error));
	evtx_writer_free(w);
	return (struct view){(const uint8_t *)out->p, out->n};
}

#endif
