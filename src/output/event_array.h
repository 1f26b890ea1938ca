/* SPDX-License-Identifier: Apache-2.0 */
/* JSON objects one a line, or as the items of one array: for every shape of the object. */
#ifndef TOCSIN_OUTPUT_EVENT_ARRAY_H
#define TOCSIN_OUTPUT_EVENT_ARRAY_H

#include "output/event_output.h"

/* Appends an event's object; what it leaves on failure is taken back. */
typedef enum tocsin_status event_put_object(const struct event_pen *pen, const struct event *e,
					    struct buf *out);

/* struct event_format's `put` for jsonl and for json, whose `head` is event_open_array(), `foot`
 * "\n]\n" and `joint` 1. */
enum tocsin_status event_put_line(event_put_object *object, const struct event_pen *pen,
				  const struct event *e, struct buf *out);
enum tocsin_status event_put_item(event_put_object *object, const struct event_pen *pen,
				  const struct event *e, struct buf *out);
void event_open_array(const struct event_style *style, struct buf *out);

#endif
