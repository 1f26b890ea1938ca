/* SPDX-License-Identifier: Apache-2.0 */
/* A record read by its template's outline against the same record walked: for a test and a fuzz
 * target. */
#ifndef TOCSIN_TESTS_EVENT_COMPARE_H
#define TOCSIN_TESTS_EVENT_COMPARE_H

#include "format/evtx/evtx_decoder.h"
#include "format/evtx/outline.h"

enum comparison { COMPARE_WALKED, COMPARE_SAME, COMPARE_DIFFERENT };

static inline bool same_value(const struct value *a, const struct value *b)
{
	return a->type == b->type && view_equal(a->bytes, b->bytes);
}

static inline bool same_data(const struct event_data *a, const struct event_data *b, size_t count)
{
	for (size_t i = 0; i < count; i++) {
		if (!view_equal(a[i].name, b[i].name) || !same_value(&a[i].value, &b[i].value))
			return false;
	}
	return true;
}

static inline bool same_event(const struct event *a, const struct event *b)
{
	if (a->data_count != b->data_count || !view_equal(a->binary, b->binary) ||
	    a->other_count != b->other_count)
		return false;
	for (size_t i = 0; i < EVENT_FIELD_COUNT; i++) {
		if (!same_value(&a->field[i], &b->field[i]))
			return false;
	}
	return same_data(a->data, b->data, a->data_count) &&
	       same_data(a->others, b->others, a->other_count);
}

/*
 * One record both ways; COMPARE_WALKED where no outline fits. A walk that reaches a limit tells
 * nothing: an outline costs less.
 */
static inline enum comparison event_compare(struct evtx_decoder *d, const struct event *e)
{
	struct event outlined = {.record = e->record}, walked = {.record = e->record};
	struct tocsin_error error;
	enum tocsin_status status;

	binxml_begin(&d->context);
	if (!outline_extract(&d->context, e->record, EVENT_PARTS_ALL, &outlined))
		return COMPARE_WALKED;
	binxml_begin(&d->context);
	status = binxml_extract_walk(&d->context, e->record, &walked, &error);
	if (status == TOCSIN_LIMIT)
		return COMPARE_WALKED;
	return status == TOCSIN_OK && same_event(&outlined, &walked) ? COMPARE_SAME
								     : COMPARE_DIFFERENT;
}

#endif
