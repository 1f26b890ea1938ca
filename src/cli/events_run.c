/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The scan of `tocsin events`: units on their way from the workers to the client, in order.
 *
 * A unit's `told` is a list of entries, each the number of selected events of the piece before it
 * (8 bytes as they stand in memory), a kind, and for a loss its line with a NUL. A client that ends
 * the run early in a piece is then told of what lies before that place and nothing else, wherever
 * pieces were cut: the same for any number of threads.
 */
#include "cli/events_run.h"

#include <stdlib.h>

#include "base/limits.h"
#include "query/predicate_parts.h"

enum told { TOLD_LOSS = 'l', TOLD_MISMATCH = 'm', TOLD_UNDECIDED = 'u' };

static void add_entry(struct events_unit *u, enum told kind)
{
	buf_add(&u->told, &u->selected, sizeof(u->selected));
	buf_byte(&u->told, (char)kind);
}

void events_unit_loss(struct events_unit *u, const struct scan_damage *damage)
{
	const struct tocsin_error *const error = &damage->error;
	const bool mismatch = error->status == TOCSIN_MISMATCH;
	struct buf *const line = &u->told;

	add_entry(u, mismatch ? TOLD_MISMATCH : TOLD_LOSS);
	buf_printf(line, "%s: ", damage->source->path);
	if (damage->chunk != SCAN_NO_CHUNK)
		buf_printf(line, "chunk %lu, ", (unsigned long)damage->chunk);
	if (damage->record_id)
		buf_printf(line, "record %llu, ", (unsigned long long)damage->record_id);
	if (error->status != TOCSIN_NOT_FOUND && (error->status != TOCSIN_IO || error->offset))
		buf_printf(line, "offset 0x%llx, ", (unsigned long long)error->offset);
	if (damage->bytes) {
		cli_thousands(line, damage->bytes);
		buf_str(line, damage->bytes == 1 ? " byte, " : " bytes, ");
	}
	buf_printf(line, "%s: %s", tocsin_status_name(error->status), error->msg);
	if (error->detail[0])
		buf_printf(line, " (%s)", error->detail);
	buf_byte(line, 0);
}

/* ---- Units */

static void unit_discard(struct events_run *r, struct events_unit *u)
{
	if (!u)
		return;
	if (u->part)
		r->client->part_free(r->client->context, u->part);
	buf_free(&u->told);
	free(u);
}

static struct events_unit *unit_new(const struct events_run *r)
{
	struct events_unit *const u = calloc(1, sizeof(*u));

	if (!u)
		return NULL;
	u->part = r->client->part_new(r->client->context);
	if (!u->part) {
		free(u);
		return NULL;
	}
	return u;
}

static void *unit_begin(void *context, const struct scan_worker *w, const struct source *source)
{
	struct events_run *const r = context;
	struct events_unit *u;

	mutex_lock(&r->lock);
	u = r->pool;
	if (u) {
		r->pool = u->next;
		r->pooled--;
	}
	mutex_unlock(&r->lock);
	if (!u)
		u = unit_new(r);
	if (u) {
		u->source = source;
		u->number = w->unit;
		u->size = u->held = 0;
		u->over = false;
	}
	return u;
}

/* Everything in it has been handed on. */
static void unit_release(struct events_run *r, struct events_unit *u)
{
	bool kept;

	mutex_lock(&r->lock);
	/* About as many as are on their way at once. */
	kept = r->pooled < 2 * r->cli->threads + 2;
	if (kept) {
		u->next = r->pool;
		r->pool = u;
		r->pooled++;
	}
	mutex_unlock(&r->lock);
	if (!kept)
		unit_discard(r, u);
}

/* ---- Handing on */

/* Tells what stands before the `taken`th event of the piece. */
static void tell(struct events_run *r, const struct events_unit *u, uint64_t taken)
{
	const struct buf *const b = &u->told;
	size_t i = 0;

	while (i < b->n) {
		uint64_t before;
		char kind;

		memcpy(&before, b->p + i, sizeof(before));
		kind = b->p[i + sizeof(before)];
		i += sizeof(before) + 1;
		if (before > taken)
			return;
		if (kind == TOLD_UNDECIDED) {
			r->totals.undecided++;
			continue;
		}
		cli_error("%s", b->p + i);
		i += strlen(b->p + i) + 1;
		if (kind == TOLD_LOSS)
			r->totals.lost++;
	}
}

static void add_counts(struct events_totals *t, const struct events_unit *u)
{
	t->records += u->records;
	t->selected += u->selected;
	t->recovered += u->recovered;
	t->carved += u->carved;
	t->borrowed += u->borrowed;
	t->missing += u->missing;
	evtx_account_add(&t->account, &u->account);
}

/* Hands on what the unit has, and empties it: by whoever has the unit whose turn it is. */
static void hand_on(struct events_run *r, struct events_unit *u)
{
	uint64_t taken = UINT64_MAX;
	bool more, failed = buf_failed(&u->told);

	more = !failed && r->client->take(r->client->context, u->source, u->part, &taken);
	if (!failed)
		tell(r, u, more ? UINT64_MAX : taken);
	add_counts(&r->totals, u);
	u->records = u->selected = 0;
	u->size = 0;
	u->recovered = u->carved = u->borrowed = u->missing = 0;
	memset(&u->account, 0, sizeof(u->account));
	if (u->told.size > LIMIT_EVENTS_PIECE)
		buf_free(&u->told);
	buf_clear(&u->told);
	mutex_lock(&r->lock);
	r->held -= u->held;
	u->held = 0;
	r->no_memory = r->no_memory || failed;
	r->ended_early = r->ended_early || (!more && !failed);
	r->stopped = r->stopped || !more;
	cond_broadcast(&r->moved);
	mutex_unlock(&r->lock);
}

/* Whether the run has ended. */
static bool is_over(struct events_run *r)
{
	bool stopped;

	mutex_lock(&r->lock);
	stopped = r->stopped;
	mutex_unlock(&r->lock);
	return stopped;
}

static bool unit_end(void *context, const struct source *source, void *state)
{
	struct events_run *const r = context;
	struct events_unit *const u = state;
	bool stopped;

	(void)source;
	if (!u) {
		mutex_lock(&r->lock);
		r->no_memory = r->stopped = true;
		cond_broadcast(&r->moved);
		mutex_unlock(&r->lock);
		return false;
	}
	if (!is_over(r))
		hand_on(r, u);
	stopped = is_over(r);
	mutex_lock(&r->lock);
	r->due++;
	cond_broadcast(&r->moved);
	mutex_unlock(&r->lock);
	if (stopped)
		unit_discard(r, u);
	else
		unit_release(r, u);
	return !stopped;
}

/*
 * What the unit holds has grown: it is handed on when it is its turn; else the worker
 * waits while too much is held. The unit whose turn it is never waits, so the run can't stand
 * still.
 */
static void flow(struct events_run *r, struct events_unit *u)
{
	const size_t now = u->size + u->told.n;
	bool due;

	if (now < u->held + LIMIT_EVENTS_PIECE)
		return;
	mutex_lock(&r->lock);
	r->held += now - u->held;
	u->held = now;
	while (!r->stopped && u->number != r->due && r->held > LIMIT_EVENTS_HELD)
		cond_wait(&r->moved, &r->lock);
	due = !r->stopped && u->number == r->due;
	mutex_unlock(&r->lock);
	if (due)
		hand_on(r, u);
	u->over = is_over(r);
}

/* ---- What the scan tells */

static void count(struct events_unit *u, const struct event *e)
{
	u->records++;
	u->recovered += e->origin == EVENT_RECOVERED;
	u->carved += e->origin == EVENT_CARVED;
	u->borrowed += e->template_path != NULL;
	u->missing += e->template_missing;
}

static bool has_period(const struct events_run *r)
{
	return r->since || r->until != UINT64_MAX;
}

static enum tri select_event(const struct events_run *r, const struct scan_worker *w,
			     const struct event *e)
{
	if (has_period(r)) {
		const uint64_t time = event_time(e);

		if (time < r->since || time > r->until)
			return TRI_FALSE;
	}
	return r->query ? matcher_match(r->matchers[w->index], e) : TRI_TRUE;
}

static bool on_select(void *context, const struct scan_worker *w, void *state,
		      const struct event *e)
{
	const struct events_run *const r = context;
	struct events_asked *const asked = &r->asked[w->index];
	struct events_unit *const u = state;

	if (!u || u->over)
		return false;
	asked->event = NULL;
	asked->answer = select_event(r, w, e);
	if (asked->answer == TRI_FALSE)
		return false;
	if (asked->answer == TRI_TRUE && r->client->counted) {
		u->selected++;
		r->client->counted(r->client->context, u, 1);
		return false;
	}
	asked->event = e;
	asked->unit = w->unit;
	asked->offset = e->offset;
	return true;
}

/* Whether every record is selected, and none is looked at. */
static bool counts_only(const struct events_run *r)
{
	return r->client->counted && !r->query && !has_period(r);
}

/* They are in their places, with their own templates: else they are not passed over. */
static void on_passed(void *context, const struct scan_worker *w, void *state, uint64_t n)
{
	const struct events_run *const r = context;
	struct events_unit *const u = state;

	(void)w;
	if (!u || u->over)
		return;
	u->records += n;
	if (!counts_only(r))
		return;
	u->selected += n;
	r->client->counted(r->client->context, u, n);
}

static void on_event(void *context, const struct scan_worker *w, void *state, const struct event *e)
{
	struct events_run *const r = context;
	struct events_asked *const asked = &r->asked[w->index];
	struct events_unit *const u = state;
	const bool known =
		asked->event == e && asked->unit == w->unit && asked->offset == e->offset;
	enum tri answer = asked->answer;

	asked->event = NULL;
	if (!u || u->over)
		return;
	count(u, e);
	if (!known)
		answer = select_event(r, w, e);
	if (answer == TRI_UNDECIDED)
		add_entry(u, TOLD_UNDECIDED);
	if (answer != TRI_TRUE)
		return;
	u->selected++;
	u->size = r->client->event(r->client->context, w, u, e);
	flow(r, u);
}

static void on_damage(void *context, const struct scan_worker *w, void *state,
		      const struct scan_damage *damage)
{
	struct events_unit *const u = state;

	(void)w;
	if (!u || u->over)
		return;
	events_unit_loss(u, damage);
	flow(context, u);
}

static void on_account(void *context, const struct scan_worker *w, void *state,
		       const struct evtx_account *account)
{
	struct events_unit *const u = state;

	(void)context;
	(void)w;
	if (u)
		evtx_account_add(&u->account, account);
}

static void on_progress(void *context, uint64_t done, uint64_t total)
{
	const struct events_run *const r = context;

	cli_progress(r->cli, done, total);
}

static void unit_unused(void *context, void *state)
{
	unit_discard(context, state);
}

/* What select_event() looks at. */
static uint32_t select_parts(const struct events_run *r)
{
	return (r->query ? query_parts(r->query, QUERY_SUBJECT_MESSAGE) : 0) |
	       (has_period(r) ? EVENT_PART(EVENT_TIME) : 0);
}

static enum tocsin_status scan(struct events_run *r, struct tocsin_error *error)
{
	const bool select = r->query || has_period(r);
	const struct scan_client client = {
		.context = r,
		.select = select ? on_select : NULL,
		.select_parts = select_parts(r),
		.parts = r->client->parts ? r->client->parts | select_parts(r) : 0,
		.counts_only = counts_only(r),
		.passed = on_passed,
		.prefilter = r->prefilter,
		.unit_begin = unit_begin,
		.event = on_event,
		.damage = on_damage,
		.account = on_account,
		.unit_end = unit_end,
		.progress = on_progress,
		.unit_free = unit_unused,
	};
	const size_t workers = r->cli->threads ? r->cli->threads : 1;
	enum tocsin_status status;

	r->asked = calloc(workers, sizeof(*r->asked));
	ENSURE(r->asked, error, TOCSIN_NO_MEMORY, 0, "out of memory");
	status = scan_run(r->evidence, &r->options, &client, error);
	free(r->asked);
	r->asked = NULL;
	return status;
}

bool events_scan(struct events_run *r, const struct events_client *client)
{
	struct tocsin_error error;
	enum tocsin_status status;

	r->client = client;
	r->due = 0;
	status = scan(r, &error);
	while (r->pool) {
		struct events_unit *const u = r->pool;

		r->pool = u->next;
		unit_discard(r, u);
	}
	if (status != TOCSIN_OK || r->no_memory) {
		cli_error("out of memory");
		return false;
	}
	r->complete = !r->ended_early;
	return true;
}
