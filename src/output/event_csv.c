/* SPDX-License-Identifier: Apache-2.0 */
/* CSV: one row an event, always the same columns; the inserted values are one JSON object. */
#include "base/limits.h"
#include "output/csv.h"
#include "output/event_values.h"

static void put_head(const struct event_style *style, struct buf *out)
{
	struct csv c;
	size_t i;

	(void)style;
	csv_init(&c, out);
	for (i = 0; i < event_column_count; i++) {
		if (i == event_columns_leading)
			csv_str(&c, "data");
		csv_str(&c, event_columns[i].name);
	}
	csv_str(&c, "other");
	csv_end_row(&c);
}

/* Values as one JSON object; an empty cell without any. */
static enum tocsin_status put_values(const struct event_pen *pen, const struct event_data *list,
				     size_t count, struct csv *c, struct buf *scratch)
{
	enum tocsin_status status;
	bool any = false;

	buf_clear(scratch);
	if (!count) {
		csv_str(c, "");
		return TOCSIN_OK;
	}
	buf_byte(scratch, '{');
	status = event_members_json(pen, list, count, "", &any, scratch);
	buf_byte(scratch, '}');
	csv_cell(c, (struct view){(const uint8_t *)scratch->p, scratch->n});
	return status;
}

static enum tocsin_status put(const struct event_pen *pen, const struct event *e, struct buf *out)
{
	const size_t start = out->n;
	enum tocsin_status status = TOCSIN_OK;
	struct buf scratch = {0};
	struct csv c;
	size_t i;

	csv_init(&c, out);
	for (i = 0; i < event_column_count && status == TOCSIN_OK; i++) {
		if (i == event_columns_leading)
			status = put_values(pen, e->data, e->data_count, &c, &scratch);
		buf_clear(&scratch);
		event_columns[i].text(pen, e, event_columns[i].field, &scratch, UTF_PLAIN);
		csv_cell(&c, (struct view){(const uint8_t *)scratch.p, scratch.n});
		out->failed |= buf_failed(&scratch);
	}
	if (status == TOCSIN_OK)
		status = put_values(pen, e->others, e->other_count, &c, &scratch);
	csv_end_row(&c);
	out->failed |= buf_failed(&scratch);
	if (status == TOCSIN_OK && out->n - start > LIMIT_RECORD_TEXT)
		status = TOCSIN_LIMIT;
	if (status != TOCSIN_OK && !buf_failed(out))
		out->n = start;
	buf_free(&scratch);
	return status;
}

const struct event_format event_format_csv = {"csv", put_head, put, "", 0};
