/* SPDX-License-Identifier: Apache-2.0 */
/*
 * tocsin events, its main mode: the selected events, written down.
 *
 * A worker makes the texts of its unit's events for each output. Where nothing happens to rows on
 * their way out they are put as a whole; else each event is a row: its header, and its texts one
 * behind the other.
 */
#include "cli/events_list.h"

#include <stdlib.h>

#include "base/hash.h"
#include "base/limits.h"
#include "base/text.h"
#include "cli/events_output.h"
#include "cli/events_run.h"
#include "format/evtx/portable.h"
#include "query/row_stages.h"

struct row_header {
	uint64_t number; /* of the piece's selected events before it */
	uint64_t time, record_id, offset;
	uint8_t hash[HASH_SIZE];
	uint32_t size[EVENTS_OUTPUTS_MAX];
};

/* What comes behind the header is the row on its way: the sizes again, and the texts. */
struct part {
	struct buf text[EVENTS_OUTPUTS_MAX]; /* [0] alone: rows */
	uint64_t events;
	uint64_t unit; /* that `made` counts for, plus 1 */
	size_t made[EVENTS_OUTPUTS_MAX];
};

/* Why an output goes without an event. */
struct why {
	const char *name; /* of the format; NULL: nothing is wrong */
	const char *text; /* NULL: what the status says */
};

/* A worker's own. */
struct hand {
	struct arena arena;
	struct buf xml; /* for hashes */
};

struct list {
	const struct cli *cli;
	struct events_outputs outputs;
	struct row_stages *stages; /* NULL: nothing happens to rows */
	struct hand *hands;
	unsigned hand_count;
	bool rows; /* texts go as rows */
	bool dedupe;
	bool failed; /* and an error was printed */
	uint64_t kept, lost;
	uint64_t head, tail;
};

static void *part_new(void *context)
{
	(void)context;
	return calloc(1, sizeof(struct part));
}

static void part_free(void *context, void *state)
{
	struct part *const p = state;
	size_t i;

	(void)context;
	for (i = 0; i < EVENTS_OUTPUTS_MAX; i++)
		buf_free(&p->text[i]);
	free(p);
}

/*
 * Room for the text of usual units is kept: the system takes longer to give it than it takes to
 * fill it. What one large unit needed is not kept for all.
 */
static void part_clear(const struct list *l, struct part *p)
{
	const size_t share = LIMIT_EVENTS_KEPT / l->cli->threads / l->outputs.count;
	const size_t most = share > 2 * LIMIT_EVENTS_PIECE ? share : 2 * LIMIT_EVENTS_PIECE;
	size_t i;

	for (i = 0; i < EVENTS_OUTPUTS_MAX; i++) {
		if (p->text[i].size > most)
			buf_free(&p->text[i]);
		buf_clear(&p->text[i]);
	}
	p->events = 0;
}

/* ---- Workers */

static enum tocsin_status make_text(struct list *l, const struct scan_worker *w,
				    const struct events_output *o, const char *path,
				    const struct event *e, struct buf *out, struct why *why)
{
	struct hand *const h = &l->hands[w->index];
	const struct event_pen pen = {w->decoder, path, &h->arena, o->style};
	struct tocsin_error error;
	enum tocsin_status status;

	if (o->form == FORM_COUNT)
		return TOCSIN_OK;
	if (o->form == FORM_TEXT)
		return o->format->put(&pen, e, out);
	status = portable_put(l->outputs.store, w->decoder, e, out, &error);
	if (status != TOCSIN_OK)
		why->text = error.msg;
	return status;
}

/*
 * Appends the text for output `i`. An event that can't be written, or that is too much for its
 * unit, leaves nothing of itself. Without memory the buffer stays failed: whoever puts it tells.
 */
static enum tocsin_status add_text(struct list *l, const struct scan_worker *w,
				   const struct events_unit *u, size_t i, const struct event *e,
				   struct buf *out, struct why *why)
{
	const struct events_output *const o = &l->outputs.list[i];
	struct part *const p = u->part;
	const size_t before = out->n;
	struct why reason = {o->name, NULL};
	enum tocsin_status status = TOCSIN_LIMIT; /* what made it so took long enough */

	if (p->made[i] <= LIMIT_UNIT_TEXT)
		status = make_text(l, w, o, u->source->path, e, out, &reason);
	if (buf_failed(out))
		return TOCSIN_OK;
	p->made[i] += out->n - before;
	if (status == TOCSIN_OK && p->made[i] > LIMIT_UNIT_TEXT)
		status = TOCSIN_LIMIT;
	if (status == TOCSIN_OK)
		return status;
	out->n = before;
	if (!why->name)
		*why = reason;
	return status;
}

/* What makes two records one: id, header time and all that they say, computer and channel in it. */
static void hash_event(struct list *l, const struct scan_worker *w, const struct event *e,
		       uint8_t ret[HASH_SIZE])
{
	struct buf *const xml = &l->hands[w->index].xml;
	struct hash h;

	buf_clear(xml);
	hash_begin(&h);
	hash_u64(&h, e->record_id);
	hash_u64(&h, e->written);
	if (evtx_render_xml(w->decoder, e, xml) == TOCSIN_OK) {
		hash_add(&h, xml->p, xml->n);
	} else {
		/* Too much to be rendered: it is like no other. */
		hash_u64(&h, w->unit);
		hash_u64(&h, e->offset);
	}
	hash_end(&h, ret);
}

/* The event as a row. */
static enum tocsin_status add_row(struct list *l, const struct scan_worker *w,
				  const struct events_unit *u, const struct event *e,
				  struct why *why)
{
	struct part *const p = u->part;
	struct buf *const out = &p->text[0];
	const size_t start = out->n;
	struct row_header header;
	enum tocsin_status status = TOCSIN_OK;
	size_t i;

	memset(&header, 0, sizeof(header));
	header.number = u->selected - 1;
	header.time = event_time(e);
	header.record_id = e->record_id;
	header.offset = e->offset;
	if (l->dedupe)
		hash_event(l, w, e, header.hash);
	buf_add(out, &header, sizeof(header));
	for (i = 0; i < l->outputs.count; i++) {
		const size_t from = out->n;
		const enum tocsin_status s = add_text(l, w, u, i, e, out, why);

		header.size[i] = (uint32_t)(out->n - from);
		status = status == TOCSIN_OK ? s : status;
	}
	if (!buf_failed(out))
		memcpy(out->p + start, &header, sizeof(header));
	return status;
}

static size_t on_event(void *context, const struct scan_worker *w, struct events_unit *u,
		       const struct event *e)
{
	struct list *const l = context;
	struct part *const p = u->part;
	enum tocsin_status status = TOCSIN_OK;
	struct why why = {NULL, NULL};
	size_t held = 0, i;

	if (p->unit != u->number + 1) {
		p->unit = u->number + 1;
		memset(p->made, 0, sizeof(p->made));
	}
	p->events++;
	if (l->rows)
		status = add_row(l, w, u, e, &why);
	for (i = 0; !l->rows && i < l->outputs.count; i++) {
		const enum tocsin_status s = add_text(l, w, u, i, e, &p->text[i], &why);

		status = status == TOCSIN_OK ? s : status;
	}
	arena_reset(&l->hands[w->index].arena);
	if (status != TOCSIN_OK) {
		struct scan_damage damage = {u->source, e->record_id, 0, SCAN_NO_CHUNK, {0}};

		error_setf(&damage.error, status, e->offset, "not written out", "%s: %s", why.name,
			   why.text                 ? why.text
			   : status == TOCSIN_LIMIT ? "too much text"
						    : "its content can't be read to its end");
		events_unit_loss(u, &damage);
	}
	for (i = 0; i < l->outputs.count; i++)
		held += p->text[i].n;
	return held;
}

static void on_counted(void *context, struct events_unit *u, uint64_t n)
{
	struct part *const p = u->part;

	(void)context;
	p->events += n;
}

/* What is looked at to write an event down. JSON and XML are rendered from its record. */
static uint32_t shown_parts(const struct list *l)
{
	uint32_t parts = SCAN_NO_PARTS;
	size_t i;

	if (l->rows)
		parts |= EVENT_PART(EVENT_TIME); /* to sort by */
	for (i = 0; i < l->outputs.count; i++) {
		const struct events_output *const o = &l->outputs.list[i];

		if (o->form == FORM_TEXT && o->format != &event_format_jsonl &&
		    o->format != &event_format_json && o->format != &event_format_xml)
			parts = EVENT_PARTS_ALL;
	}
	return parts;
}

/* Whether nothing is asked for but how many there are. */
static bool counts_only(const struct list *l)
{
	size_t i;

	for (i = 0; i < l->outputs.count; i++)
		if (l->outputs.list[i].form != FORM_COUNT)
			return false;
	return !l->rows;
}

/* ---- In order */

/* A row that comes out of the stages. */
static bool put_row(void *context, struct view row)
{
	struct list *const l = context;
	uint32_t size[EVENTS_OUTPUTS_MAX];
	const uint8_t *const sizes = take(&row, sizeof(size));
	size_t i;

	if (!sizes)
		return false;
	memcpy(size, sizes, sizeof(size));
	l->kept++;
	for (i = 0; i < l->outputs.count; i++) {
		const struct view text = {row.p, size[i]};

		if (!take(&row, size[i]) || !events_outputs_put(&l->outputs, i, text))
			return false;
	}
	return true;
}

static void tell_failed(struct list *l, const struct tocsin_error *error)
{
	if (!l->failed)
		cli_error("%s%s%s%s", error->msg, error->detail[0] ? " (" : "", error->detail,
			  error->detail[0] ? ")" : "");
	l->failed = true;
}

/* Into the stages; false: no more is wanted, or it failed. */
static bool stage_row(struct list *l, const struct source *source, const struct row_header *h,
		      struct view row)
{
	struct tocsin_error error;
	enum tocsin_status status;

	if (!l->stages)
		return put_row(l, row);
	status = row_stages_add(l->stages, h->time, h->hash, row, &error);
	if (status == TOCSIN_LIMIT) {
		cli_error("%s: record %llu, offset 0x%llx, limit: %s", source->path,
			  (unsigned long long)h->record_id, (unsigned long long)h->offset,
			  error.msg);
		l->lost++;
		return true;
	}
	if (status != TOCSIN_OK && status != TOCSIN_END)
		tell_failed(l, &error);
	return status == TOCSIN_OK;
}

static bool take_rows(struct list *l, const struct source *source, const struct part *p,
		      uint64_t *ret_taken)
{
	struct view rest = {(const uint8_t *)p->text[0].p, p->text[0].n};
	struct row_header h;
	const uint8_t *header;

	while ((header = take(&rest, sizeof(h)))) {
		struct view row = {header + offsetof(struct row_header, size), sizeof(h.size)};
		size_t i, n = 0;

		memcpy(&h, header, sizeof(h));
		for (i = 0; i < l->outputs.count; i++)
			n += h.size[i];
		if (!take(&rest, n))
			return false;
		row.n += n;
		if (!stage_row(l, source, &h, row)) {
			*ret_taken = h.number;
			return false;
		}
	}
	return true;
}

static bool take_texts(struct list *l, const struct part *p)
{
	size_t i;

	l->kept += p->events;
	for (i = 0; i < l->outputs.count; i++)
		if (!events_outputs_put(&l->outputs, i,
					(struct view){(const uint8_t *)p->text[i].p, p->text[i].n}))
			return false;
	return true;
}

static bool on_take(void *context, const struct source *source, void *state, uint64_t *ret_taken)
{
	struct list *const l = context;
	struct part *const p = state;
	bool more = true;
	size_t i;

	for (i = 0; i < l->outputs.count && more; i++)
		if (buf_failed(&p->text[i])) {
			cli_error("out of memory for the output");
			l->failed = true;
			more = false;
		}
	if (more)
		more = l->rows ? take_rows(l, source, p, ret_taken) : take_texts(l, p);
	part_clear(l, p);
	return more;
}

/* ---- Setting up, and the end */

static bool read_number(const struct cli *cli, enum option_id id, const char *name, uint64_t *ret)
{
	const char *const given = cli_value(cli, id);

	*ret = UINT64_MAX;
	if (!given || (text_parse_u64(view_of(given), ret) && *ret && *ret < UINT64_MAX))
		return true;
	cli_error("--%s: '%s' is no number from 1", name, given);
	return false;
}

static bool read_stages(struct list *l)
{
	const struct cli *const cli = l->cli;
	const char *const sort = cli_value(cli, OPT_SORT);

	l->dedupe = cli_has(cli, OPT_DEDUPE);
	if (sort && strcmp(sort, "time") != 0) {
		cli_error("--sort: events can be sorted by time, not by '%s'", sort);
		return false;
	}
	if (!read_number(cli, OPT_HEAD, "head", &l->head) ||
	    !read_number(cli, OPT_TAIL, "tail", &l->tail))
		return false;
	if (l->head != UINT64_MAX && l->tail != UINT64_MAX) {
		cli_error("--head and --tail: choose one");
		return false;
	}
	return true;
}

static bool open_stages(struct list *l)
{
	const struct row_stages_options options = {
		.dedupe = l->dedupe,
		.sort = cli_has(l->cli, OPT_SORT),
		.head = l->head,
		.tail = l->tail,
		.memory = LIMIT_ROWS_HELD,
		.put = put_row,
		.context = l,
	};
	size_t i;

	for (i = 0; i < l->outputs.count; i++)
		l->rows = l->rows || l->outputs.list[i].form == FORM_EVTX;
	l->hand_count = l->cli->threads ? l->cli->threads : 1;
	l->hands = calloc(l->hand_count, sizeof(*l->hands));
	if (options.dedupe || options.sort || l->head != UINT64_MAX || l->tail != UINT64_MAX) {
		l->stages = row_stages_new(&options);
		l->rows = true;
	}
	if (l->hands && (l->stages || !options.dedupe))
		return true;
	cli_error("out of memory");
	return false;
}

/* What the stages still hold; false when an error was printed. */
static bool finish_stages(struct list *l)
{
	struct tocsin_error error;
	enum tocsin_status status;

	if (l->failed || l->outputs.failed)
		return false;
	if (!l->stages || l->outputs.stopped)
		return true;
	status = row_stages_finish(l->stages, &error);
	if (status != TOCSIN_OK && status != TOCSIN_END)
		tell_failed(l, &error);
	return !l->failed && !l->outputs.failed;
}

/* Why fewer events were kept than selected; NULL when all were. */
static const char *left_out(const struct list *l, struct buf *text)
{
	const uint64_t duplicates = l->stages ? row_stages_duplicates(l->stages) : 0;

	if (duplicates) {
		cli_thousands(text, duplicates);
		buf_str(text, duplicates == 1 ? " duplicate left out" : " duplicates left out");
	}
	if (l->outputs.left_out) {
		buf_str(text, text->n ? "; " : "");
		cli_thousands(text, l->outputs.left_out);
		buf_str(text, " too large for the event log");
	}
	return text->n ? buf_cstr(text) : NULL;
}

static int run(struct list *l, struct events_run *r)
{
	const struct events_client client = {
		.context = l,
		.parts = shown_parts(l),
		.part_new = part_new,
		.part_free = part_free,
		.event = on_event,
		.counted = counts_only(l) ? on_counted : NULL,
		.take = on_take,
	};
	struct buf why = {0};
	const char *text;
	int code = EXIT_FAIL_ON;
	bool good;

	r->options.others = r->options.others || events_outputs_want_others(&l->outputs);
	if (!events_find(r))
		return code;
	good = events_scan(r, &client);
	good = good && finish_stages(l);
	text = left_out(l, &why);
	r->totals.lost += l->lost + l->outputs.left_out;
	if (!events_outputs_close(&l->outputs, good, l->kept) || !good)
		goto out;
	if (l->outputs.stopped || events_summarise(r, l->kept, text))
		code = events_exit(r, l->kept);
out:
	buf_free(&why);
	return code;
}

int events_list(const struct cli *cli)
{
	struct list l = {.cli = cli};
	struct events_run r;
	int code = EXIT_FAIL_ON;
	unsigned i;

	if (events_open(&r, cli) && read_stages(&l) && events_outputs_open(&l.outputs, cli) &&
	    open_stages(&l))
		code = run(&l, &r);
	events_outputs_close(&l.outputs, false, 0);
	for (i = 0; l.hands && i < l.hand_count; i++) {
		arena_free(&l.hands[i].arena);
		buf_free(&l.hands[i].xml);
	}
	free(l.hands);
	row_stages_free(l.stages);
	events_close(&r);
	return code;
}
