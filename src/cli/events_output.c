/* SPDX-License-Identifier: Apache-2.0 */
#include "cli/events_output.h"

#include "base/os.h"
#include "format/evtx/portable.h"

/* Small texts are put together up to this: the first ones go out as they come, more and more of
 * those behind them are held, so that neither a reader nor the system waits. For a terminal none
 * is. */
#define PENDING 65536u
#define PENDING_FIRST 1024u

static const struct {
	const char *name;
	enum events_form form;
	const struct event_format *native, *flat; /* by --shape; NULL: has no shape */
} forms[] = {
	{"jsonl", FORM_TEXT, &event_format_jsonl, &event_format_flat_jsonl},
	{"json", FORM_TEXT, &event_format_json, &event_format_flat_json},
	{"xml", FORM_TEXT, &event_format_xml, NULL},
	{"csv", FORM_TEXT, &event_format_csv, NULL},
	{"table", FORM_TEXT, &event_format_table, NULL},
	{"count", FORM_COUNT, NULL, NULL},
	{"evtx", FORM_EVTX, NULL, NULL},
};

#define FORMS (sizeof(forms) / sizeof(forms[0]))

/* ---- What is asked for */

/* The format by -o, or by the one flag of --jsonl, --xml and so on. */
static bool read_outputs(const struct cli *cli, struct cli_output *ret, size_t *ret_count)
{
	static const enum option_id flags[] = {OPT_JSONL, OPT_JSON,  OPT_XML,
					       OPT_CSV,   OPT_TABLE, OPT_COUNT};
	const char *names[FORMS + 1] = {NULL};
	const char *flag = NULL;
	size_t i;

	for (i = 0; i < FORMS; i++)
		names[i] = forms[i].name;
	for (i = 0; i < sizeof(flags) / sizeof(flags[0]); i++) {
		if (!cli_has(cli, flags[i]))
			continue;
		if (flag) {
			cli_error("--%s and --%s: choose one, or give each a place with --output "
				  "FORMAT=FILE",
				  flag, names[i]);
			return false;
		}
		flag = names[i];
	}
	if (flag && cli_has(cli, OPT_OUTPUT)) {
		cli_error(
			"--%s and --output: choose one; --output %s=FILE is the same with a place",
			flag, flag);
		return false;
	}
	if (!flag)
		flag = os_is_terminal(1) ? "table" : "jsonl";
	return cli_outputs(cli, names, flag, ret, EVENTS_OUTPUTS_MAX, ret_count);
}

static bool read_shape(const struct cli *cli, bool *ret_flat)
{
	static const char *const shapes[] = {"native", "flat", NULL};
	const char *const given = cli_has(cli, OPT_SHAPE) ? cli_value(cli, OPT_SHAPE) : shapes[0];
	const char *near;

	*ret_flat = !strcmp(given, shapes[1]);
	if (*ret_flat || !strcmp(given, shapes[0]))
		return true;
	near = cli_nearest(given, shapes);
	cli_error("--shape: '%s' is neither native nor flat%s%s%s", given,
		  near ? "; did you mean '" : "", near ? near : "", near ? "'?" : "");
	return false;
}

static bool open_writer(struct events_outputs *o, struct events_output *out);

static bool open_output(struct events_outputs *o, const struct cli_output *to, bool flat)
{
	const struct cli *const cli = o->cli;
	struct events_output *const out = &o->list[o->count];
	size_t i = 0;

	while (i + 1 < FORMS && strcmp(forms[i].name, to->format) != 0)
		i++;
	out->name = forms[i].name;
	out->form = forms[i].form;
	out->format = flat && forms[i].flat ? forms[i].flat : forms[i].native;
	out->style.origin = cli_has(cli, OPT_ORIGIN);
	if (out->format == &event_format_table)
		out->style.origin |= cli_has(cli, OPT_RECOVER) || cli_has(cli, OPT_CARVE);
	if (!to->file) {
		out->style.terminal = os_is_terminal(1);
		out->style.color = cli->color;
		out->style.width = cli->width;
	}
	if (out->form == FORM_EVTX && !to->file) {
		cli_error("--output evtx: needs a file: evtx=FILE");
		return false;
	}
	out->stream = cli_stream_open(cli, to);
	if (!out->stream)
		return false;
	o->count++;
	if (out->form == FORM_EVTX)
		return open_writer(o, out);
	if (out->form == FORM_TEXT && out->format->head)
		out->format->head(&out->style, &out->pending);
	return true;
}

bool events_outputs_open(struct events_outputs *o, const struct cli *cli)
{
	struct cli_output list[EVENTS_OUTPUTS_MAX];
	size_t count, i;
	bool flat, shaped = false;

	memset(o, 0, sizeof(*o));
	o->cli = cli;
	if (!read_shape(cli, &flat) || !read_outputs(cli, list, &count))
		return false;
	for (i = 0; i < count; i++)
		shaped = shaped || !strncmp(list[i].format, "json", 4);
	if (flat && !shaped) {
		cli_error("--shape flat: only jsonl and json have a shape");
		return false;
	}
	for (i = 0; i < count; i++)
		if (!open_output(o, &list[i], flat))
			return false;
	return true;
}

bool events_outputs_want_others(const struct events_outputs *o)
{
	size_t i;

	for (i = 0; i < o->count; i++)
		if (o->list[i].format == &event_format_flat_jsonl ||
		    o->list[i].format == &event_format_flat_json ||
		    o->list[i].format == &event_format_csv)
			return true;
	return false;
}

/* ---- Writing */

static bool flush(struct events_outputs *o, struct events_output *out)
{
	if (out->pending.n || buf_failed(&out->pending))
		o->stopped = o->stopped || !cli_stream_put(out->stream, &out->pending);
	buf_clear(&out->pending);
	out->hold = out->style.terminal   ? 0
		    : !out->hold          ? PENDING_FIRST
		    : out->hold < PENDING ? out->hold * 2
					  : PENDING;
	return !o->stopped;
}

static bool put_text(struct events_outputs *o, struct events_output *out, struct view text)
{
	if (!text.n)
		return true;
	if (!out->any)
		text = view_slice(text, out->format->joint, text.n);
	out->any = true;
	if (text.n >= PENDING) {
		const struct buf whole = {(char *)(uintptr_t)text.p, text.n, text.n, 0, false};

		if (!flush(o, out))
			return false;
		o->stopped = !cli_stream_put(out->stream, &whole);
		return !o->stopped;
	}
	buf_add(&out->pending, text.p, text.n);
	return out->pending.n < out->hold || flush(o, out);
}

/* ---- Event logs */

static bool write_at(void *context, uint64_t offset, struct view bytes)
{
	return cli_stream_put_at(context, offset, bytes);
}

static bool open_writer(struct events_outputs *o, struct events_output *out)
{
	const struct evtx_sink sink = {write_at, out->stream};

	if (!o->store)
		o->store = portable_store_new();
	out->writer = evtx_writer_new(sink, NULL);
	if (o->store && out->writer)
		return true;
	cli_error("out of memory");
	return false;
}

static bool put_record(struct events_outputs *o, struct events_output *out, struct view record)
{
	struct tocsin_error error;
	enum tocsin_status status;

	if (!record.n)
		return true;
	status = evtx_writer_add_portable(out->writer, o->store, record, &error);
	if (status == TOCSIN_OK)
		return true;
	if (status == TOCSIN_LIMIT) {
		cli_error("evtx: a record is left out: %s%s%s%s", error.msg,
			  error.detail[0] ? " (" : "", error.detail, error.detail[0] ? ")" : "");
		o->left_out++;
		return true;
	}
	if (status != TOCSIN_IO) /* the stream has told */
		cli_report("evtx", &error, NULL);
	o->stopped = o->failed = true;
	return false;
}

bool events_outputs_put(struct events_outputs *o, size_t i, struct view text)
{
	struct events_output *const out = &o->list[i];

	if (o->stopped)
		return false;
	switch (out->form) {
	case FORM_TEXT:
		return put_text(o, out, text);
	case FORM_EVTX:
		return put_record(o, out, text);
	case FORM_COUNT:
		break;
	}
	return true;
}

/* ---- The end */

static void finish(struct events_outputs *o, struct events_output *out, uint64_t kept)
{
	struct tocsin_error error;

	if (out->form == FORM_EVTX) {
		o->failed = evtx_writer_finish(out->writer, &error) != TOCSIN_OK || o->failed;
		return;
	}
	if (out->form == FORM_COUNT) {
		buf_u64(&out->pending, kept);
		buf_byte(&out->pending, '\n');
	} else {
		buf_str(&out->pending, out->format->foot);
	}
	flush(o, out);
}

bool events_outputs_close(struct events_outputs *o, bool complete, uint64_t kept)
{
	bool good = true;
	size_t i;

	for (i = 0; i < o->count; i++) {
		struct events_output *const out = &o->list[i];

		if (complete && !o->stopped)
			finish(o, out, kept);
		buf_free(&out->pending);
		evtx_writer_free(out->writer);
	}
	for (i = 0; i < o->count; i++)
		good = cli_stream_close(o->list[i].stream, complete && !o->stopped && !o->failed) &&
		       good;
	portable_store_free(o->store);
	o->store = NULL;
	o->count = 0;
	return good && !o->failed;
}
