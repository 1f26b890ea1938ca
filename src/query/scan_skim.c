/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The records of a chunk that the decoder has skimmed: which of them the client wants is decided
 * from as little of them as can be. Whatever is not plain is decoded and told as without it.
 */
#include "query/prefilter.h"
#include "query/scan_tell.h"

/* Places of literals in a chunk; where there are more, every record is looked at. */
#define HITS_MAX 512u

/* A chunk on its way through the client. */
struct skimmed {
	struct scan_teller *t;
	struct evtx_decoder *d;
	const struct evtx_skimmed *records;
	uint32_t count;
	bool filtered;           /* by the literals below */
	uint32_t hits[HITS_MAX]; /* where they start, ascending */
	size_t hit_count;
	uint32_t hot;         /* templates that hold one, as evtx_skimmed.templates */
	uint64_t passed;      /* records, not told so far */
	struct value channel; /* of the record before */
	bool watching;        /* the client asks for channels */
};

static void tell_passed(struct skimmed *s)
{
	const struct scan_job *const job = s->t->job;

	if (s->passed)
		job->client->passed(job->client->context, job->worker, s->t->state, s->passed);
	s->passed = 0;
}

static void tell_channel(struct skimmed *s, uint32_t i)
{
	const struct scan_job *const job = s->t->job;
	const struct value channel = evtx_skim_channel(s->d, i);

	if (channel.type == s->channel.type && view_equal(channel.bytes, s->channel.bytes))
		return;
	s->channel = channel;
	s->watching = job->client->seen(job->client->context, job->worker, s->t->state, &channel);
}

/* Looks for the client's literals in the records and their templates. */
static void look_for_literals(struct skimmed *s, struct view bytes)
{
	const struct evtx_skimmed *const last = &s->records[s->count - 1];
	const struct scan_client *const client = s->t->job->client;
	const struct evtx_skimmed_template *templates;
	uint32_t n;

	s->filtered = false;
	if (!client->prefilter || (s->t->job->options->engine & SCAN_WITHOUT_PREFILTER))
		return;
	s->hit_count = prefilter_find(client->prefilter, bytes, s->records[0].at,
				      last->at + last->size, s->hits, HITS_MAX);
	if (s->hit_count > HITS_MAX)
		return;
	s->filtered = true;
	s->hot = 0;
	templates = evtx_skim_templates(s->d, &n);
	for (uint32_t i = 0; i < n; i++) {
		/* A definition may stand where no record does, and was not looked at there. */
		if (templates[i].at < s->records[0].at ||
		    templates[i].at + templates[i].size > last->at + last->size)
			s->hot |= 1u << i % 32;
		for (size_t k = 0; k < s->hit_count; k++) {
			if (s->hits[k] - templates[i].at < templates[i].size)
				s->hot |= 1u << i % 32;
		}
	}
}

/* Whether a literal starts in record `i`. */
static bool holds_literal(const struct skimmed *s, uint32_t i)
{
	const struct evtx_skimmed *const r = &s->records[i];
	size_t low = 0, high = s->hit_count;

	while (low < high) {
		const size_t middle = low + (high - low) / 2;

		if (s->hits[middle] < r->at)
			low = middle + 1;
		else
			high = middle;
	}
	return low < s->hit_count && s->hits[low] - r->at < r->size;
}

static bool is_candidate(const struct skimmed *s, uint32_t i)
{
	const struct evtx_skimmed *const r = &s->records[i];

	if (s->t->job->client->counts_only)
		return false;
	return !s->filtered || r->odd_text || (r->templates & s->hot) ||
	       (s->hit_count && holds_literal(s, i));
}

/* A sound record that holds none of the literals. */
static void pass(struct skimmed *s, uint32_t i)
{
	s->passed++;
	if (s->watching)
		tell_channel(s, i);
}

/* Whether the client refuses an event by its `select_parts`. */
static bool is_refused(struct skimmed *s, const struct event *e)
{
	const struct scan_job *const job = s->t->job;

	if (job->client->select(job->client->context, job->worker, s->t->state, e))
		return false;
	s->passed++;
	evtx_skim_refuse(s->d);
	return true;
}

static bool selects(const struct skimmed *s, uint32_t i)
{
	const struct scan_job *const job = s->t->job;

	return job->client->select && !(job->options->engine & SCAN_WITHOUT_SELECT) &&
	       evtx_skim_offers(s->d, i, job->client->select_parts);
}

/* What the client's `event` looks at. */
static uint32_t wanted_parts(const struct skimmed *s)
{
	const uint32_t parts = s->t->job->client->parts;

	return parts ? parts & EVENT_PARTS_ALL : EVENT_PARTS_ALL;
}

/* What a record that has to be decoded gives. */
struct decoded {
	const struct event *event; /* NULL: a loss */
	struct evtx_loss loss;
	struct tocsin_error error;
};

/* The event, and what is told behind it. */
#define DECODED_MAX 4u

static void tell_one(const struct skimmed *s, const struct decoded *one)
{
	const struct scan_job *const job = s->t->job;

	if (one->event)
		job->client->event(job->client->context, job->worker, s->t->state, one->event);
	else
		tell_loss(s->t, &one->loss, &one->error);
}

/* A record that has to be decoded to know what is in it. */
static bool tell_decoded(struct skimmed *s, uint32_t i)
{
	struct decoded all[DECODED_MAX];
	enum tocsin_status status = TOCSIN_OK;
	unsigned state = 0;
	size_t n = 0;

	if (selects(s, i)) {
		const struct event *const e =
			evtx_skim_event(s->d, i, s->t->job->client->select_parts);

		if (e && is_refused(s, e))
			return true;
	}
	tell_passed(s);
	while (n < DECODED_MAX) {
		struct decoded *const one = &all[n];

		status = evtx_skim_decode(s->d, i, &state, &one->event, &one->loss, &one->error);
		if (status == TOCSIN_END || status == TOCSIN_NO_MEMORY)
			break;
		if (status != TOCSIN_OK)
			one->event = NULL;
		n++;
	}
	for (size_t k = 0; k < n; k++)
		tell_one(s, &all[s->t->job->options->newest_first ? n - 1 - k : k]);
	return status != TOCSIN_NO_MEMORY;
}

/* A record of which what is wanted stands at hand. */
static bool tell_plain(struct skimmed *s, uint32_t i)
{
	const struct scan_job *const job = s->t->job;
	const struct scan_client *const client = job->client;
	const bool select = selects(s, i);
	const struct event *const e = evtx_skim_event(s->d, i, select ? client->select_parts : 0);

	if (!e)
		return tell_decoded(s, i);
	if (select && is_refused(s, e))
		return true;
	tell_passed(s);
	if (!evtx_skim_complete(s->d, i, wanted_parts(s)))
		return tell_decoded(s, i);
	client->event(client->context, job->worker, s->t->state, e);
	evtx_skim_refuse(s->d);
	return true;
}

bool scan_skim(struct scan_teller *t, struct view bytes, bool *ret_skimmed)
{
	const struct scan_job *const job = t->job;
	const bool backwards = job->options->newest_first;
	struct skimmed s = {
		.t = t,
		.d = job->worker->decoder,
		.watching = job->client->seen != NULL,
	};
	bool done = true;

	*ret_skimmed = !(job->options->engine & SCAN_WITHOUT_SKIM) && evtx_skim(s.d, &s.count);
	if (!*ret_skimmed)
		return true;
	s.records = evtx_skim_records(s.d);
	look_for_literals(&s, bytes);
	for (uint32_t k = 0; done && k < s.count; k++) {
		const uint32_t i = backwards ? s.count - 1 - k : k;

		if (s.records[i].sound && !is_candidate(&s, i))
			pass(&s, i);
		else if (evtx_skim_offers(s.d, i, wanted_parts(&s)))
			done = tell_plain(&s, i);
		else
			done = tell_decoded(&s, i);
	}
	tell_passed(&s);
	return done;
}
