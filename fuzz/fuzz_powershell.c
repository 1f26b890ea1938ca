/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Any text as a command: compiled, printed as a predicate, asked about an event, and the event
 * shown. What it asks for must not depend on how often it is asked.
 */
#include <stdlib.h>

#include "lang/powershell/powershell.h"
#include "output/powershell_view.h"
#include "output/query_rows.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static const uint8_t text[] = {'B', 0, 'i', 0, 'n', 0, 'a', 0, 'r', 0, 'y', 0, '\n', 0, 'x', 0};
static const uint8_t number[8] = {7, 0, 0, 0, 0, 0, 0, 0};
static const struct event_data strings[] = {
	{{NULL, 0}, {VALUE_STRING, {text, sizeof(text)}}},
	{{text, 6}, {VALUE_UINT32, {number, 4}}},
	{{text, 4}, {VALUE_NULL, {NULL, 0}}},
	{{text, 2}, {VALUE_FILETIME, {number, 8}}},
};

static void ask(const struct query *q, enum query_subject subject, const struct event *e)
{
	struct matcher *const m = matcher_new(q, NULL, subject);
	struct ps_view *const v = ps_view_new(q, 60);
	struct buf out = {0};

	if (m && v) {
		const enum tri answer = matcher_match(m, e);

		if (matcher_match(m, e) != answer)
			abort();
		(void)matcher_parameters(m);
		ps_view_group(v, m, &out);
		ps_view_head(v, (struct view){(const uint8_t *)out.p, 0}, &out);
		ps_view_row(v, m, e, &out);
		ps_view_tail(v, &out);
		query_json(q, m, e, "fuzz", answer == TRI_UNDECIDED, &out);
		query_csv(q, m, e, "fuzz", answer == TRI_UNDECIDED, &out);
	}
	buf_free(&out);
	ps_view_free(v);
	matcher_free(m);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	const struct view command = {data, size};
	struct event e = {.record_id = 1, .data = strings, .data_count = 4};
	struct tocsin_error error;
	struct query *q = NULL;
	struct buf out = {0};

	e.field[EVENT_PROVIDER] = strings[0].value;
	e.field[EVENT_ID].type = VALUE_UINT16;
	e.field[EVENT_ID].bytes = (struct view){number, 2};
	if (powershell_compile(command, &q, &error) != TOCSIN_OK) {
		if (!error.msg || error.offset > size ||
		    powershell_column(command, error.offset) < 1)
			abort();
		return 0;
	}
	predicate_dump(&out, q->where);
	buf_free(&out);
	ask(q, QUERY_SUBJECT_MESSAGE, &e);
	ask(q, QUERY_SUBJECT_VALUES, &e);
	query_free(q);
	return 0;
}
