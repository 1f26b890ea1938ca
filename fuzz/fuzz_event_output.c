/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The input as the BinXML of a record, written down in every format: JSON must be JSON with no key
 * twice, a row of CSV have as many cells as its head, a line of the table be one line; compiled
 * templates write what a walk writes. The first byte chooses what is told of the record's origin.
 */
#include "json_check.h"

#include "../tests/render_compare.h"
#include "binxml_log.h"
#include "format/evtx/evtx.h"
#include "output/event_output.h"

/* What a decoder keeps from run to run is forgotten this often: a finding stays repeatable. */
#define RUNS_PER_DECODER 64

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static struct {
	struct evtx_decoder *decoder;
	unsigned runs;
	struct buf log, out;
	struct arena arena;
	size_t cells;
} lab;

/* Cells of the first row, as RFC 4180 has them; what is behind it must be nothing. */
static size_t csv_cells(struct view text)
{
	size_t cells = 1, i;
	bool quoted = false;

	for (i = 0; i < text.n; i++) {
		if (text.p[i] == '"')
			quoted = !quoted;
		else if (!quoted && text.p[i] == ',')
			cells++;
		else if (!quoted && text.p[i] == '\n')
			break;
	}
	if (i + 1 != text.n)
		abort();
	return cells;
}

static void must(bool good)
{
	if (!good)
		abort();
}

static void check(const struct event_format *format, struct view text)
{
	must(text.n > 0);
	if (format == &event_format_xml)
		return;
	if (format == &event_format_csv) {
		must(csv_cells(text) == lab.cells);
		return;
	}
	if (format == &event_format_table) {
		must(memchr(text.p, '\n', text.n) == text.p + text.n - 1);
		must(!memchr(text.p, '\033', text.n));
		return;
	}
	if (format->joint) /* ",\n" in front, or a line feed behind */
		text = view_slice(text, 2, text.n);
	else
		text.n--;
	must(json_check(text));
	must(!memchr(text.p, '\n', text.n));
}

static void write_down(struct event e, uint8_t origin)
{
	static const struct event_format *const formats[] = {
		&event_format_xml,        &event_format_jsonl,     &event_format_json,
		&event_format_flat_jsonl, &event_format_flat_json, &event_format_csv,
		&event_format_table};
	const struct event_style style = {.origin = origin & 1, .width = origin & 2 ? 100 : 0};
	const struct event_pen pen = {lab.decoder, "a--b\"<\n", &lab.arena, style};

	e.origin = (enum event_origin)((origin >> 2) % 3);
	e.note = origin & 16 ? "note -- \"here\"" : NULL;
	e.template_missing = origin & 32;
	e.template_path = origin & 64 ? "c--" : NULL;
	e.values_cut = origin & 128;
	for (size_t i = 0; i < sizeof(formats) / sizeof(formats[0]); i++) {
		const enum tocsin_status status = formats[i]->put(&pen, &e, &lab.out);

		if (status == TOCSIN_OK)
			check(formats[i], (struct view){(const uint8_t *)lab.out.p, lab.out.n});
		else
			must(lab.out.n == 0);
		buf_clear(&lab.out);
		arena_reset(&lab.arena);
	}
}

static void check_compiled(const struct event *e)
{
	struct render_lab both = {{0}, {0}};

	must(render_compare(&both, lab.decoder, e, FORM_XML) != RENDER_DIFFERENT);
	must(render_compare(&both, lab.decoder, e, FORM_JSON) != RENDER_DIFFERENT);
	render_lab_free(&both);
}

static bool lab_ready(void)
{
	const struct evtx_options options = {.no_checksums = true, .others = true};

	if (lab.runs++ % RUNS_PER_DECODER == 0) {
		evtx_decoder_free(lab.decoder);
		lab.decoder = evtx_decoder_new();
		if (lab.decoder)
			evtx_decoder_configure(lab.decoder, &options);
	}
	if (!lab.cells) {
		event_format_csv.head(&(struct event_style){.width = 0}, &lab.out);
		lab.cells = csv_cells((struct view){(const uint8_t *)lab.out.p, lab.out.n});
		buf_clear(&lab.out);
	}
	return lab.decoder != NULL;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct evtx_chunk_info info;
	struct tocsin_error error;
	enum tocsin_status status;
	struct evtx_loss loss;
	const struct event *e;
	uint32_t position;

	if (!size || !lab_ready() ||
	    !binxml_log(&lab.log, (struct view){data + 1, size - 1}, &position))
		return 0;
	if (evtx_chunk_open(lab.decoder,
			    view_slice((struct view){(const uint8_t *)lab.log.p, lab.log.n},
				       EVTX_HEADER_SIZE, EVTX_CHUNK_SIZE),
			    EVTX_HEADER_SIZE, 0, &info, &error) != TOCSIN_OK)
		abort();
	while ((status = evtx_chunk_next(lab.decoder, &e, &loss, &error)) != TOCSIN_END)
		if (status == TOCSIN_OK) {
			check_compiled(e);
			write_down(*e, data[0]);
		}
	return 0;
}
