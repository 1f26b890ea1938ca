/* SPDX-License-Identifier: Apache-2.0 */
#include "output/event_array.h"

enum tocsin_status event_put_line(event_put_object *object, const struct event_pen *pen,
				  const struct event *e, struct buf *out)
{
	const size_t start = out->n;
	const enum tocsin_status status = object(pen, e, out);

	if (status != TOCSIN_OK)
		out->n = start;
	else
		buf_byte(out, '\n');
	return status;
}

enum tocsin_status event_put_item(event_put_object *object, const struct event_pen *pen,
				  const struct event *e, struct buf *out)
{
	const size_t start = out->n;
	enum tocsin_status status;

	buf_str(out, ",\n");
	status = object(pen, e, out);
	if (status != TOCSIN_OK)
		out->n = start;
	return status;
}

void event_open_array(const struct event_style *style, struct buf *out)
{
	(void)style;
	buf_str(out, "[");
}
