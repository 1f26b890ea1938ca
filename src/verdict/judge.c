/* SPDX-License-Identifier: Apache-2.0 */
/* Rules: docs/verdicts.md. */
#include "verdict/judge.h"

#include <stdlib.h>

#include "base/timestamp.h"
#include "query/wildcard.h"
#include "verdict/coverage.h"
#include "verdict/timeline.h"

struct judge {
	struct arena *a;
	const struct collection *c;
	const struct host_group *group;
	const struct check_options *options;
	const struct pack *pack;
	size_t pack_index;
	const struct compiled_detection *compiled;
	const struct check_host *host;
	struct check_verdict *v;
};

static enum tocsin_status exposures(struct judge *j)
{
	static const char no_build[] = "no build is known; event logs alone do not prove absence";

	j->v->exposures = arena_array(j->a, j->pack->cve_count, sizeof(*j->v->exposures));
	if (!j->v->exposures)
		return TOCSIN_NO_MEMORY;
	j->v->exposure_count = j->pack->cve_count;
	for (size_t i = 0; i < j->pack->cve_count; i++) {
		struct check_exposure *const e = &j->v->exposures[i];

		e->cve = j->pack->cves[i];
		e->exposure.status = EXPOSURE_UNKNOWN;
		e->exposure.reason = no_build;
		if (j->host->newest)
			TRY(exposure_judge(j->options->db, e->cve, &j->host->newest->build,
					   j->host->newest->precision, j->a, &e->exposure));
	}
	return TOCSIN_OK;
}

/* What makes two hits one record: found by two commands it still counts for each. */
static int same_record(const void *a, const void *b)
{
	const struct mark *const x = *(const struct mark *const *)a;
	const struct mark *const y = *(const struct mark *const *)b;

	if (x->detection != y->detection)
		return x->detection < y->detection ? -1 : 1;
	if (x->record_id != y->record_id)
		return x->record_id < y->record_id ? -1 : 1;
	if (x->time != y->time)
		return x->time < y->time ? -1 : 1;
	if (x->hash != y->hash)
		return x->hash < y->hash ? -1 : 1;
	return strcmp(x->segment->channel, y->segment->channel);
}

static int same_record_then_place(const void *a, const void *b)
{
	const struct mark *const x = *(const struct mark *const *)a;
	const struct mark *const y = *(const struct mark *const *)b;
	const int order = same_record(a, b);

	if (order || x->origin != y->origin)
		return order ? order : x->origin < y->origin ? -1 : 1;
	return x < y ? -1 : x > y; /* marks stand in evidence order */
}

/* The host's hits for this pack; the same record in two exports counts once, as the first of them.
 */
static enum tocsin_status distinct_hits(const struct judge *j, const struct mark ***ret,
					size_t *ret_count)
{
	const struct mark **const hits = arena_array(j->a, j->group->mark_count, sizeof(*hits));
	size_t count = 0, kept = 0;

	if (!hits)
		return TOCSIN_NO_MEMORY;
	for (size_t i = 0; i < j->group->mark_count; i++) {
		const struct mark *const m = j->group->marks[i];

		if (m->kind == MARK_HIT && m->pack == j->pack_index)
			hits[count++] = m;
	}
	if (count)
		qsort(hits, count, sizeof(*hits), same_record_then_place);
	for (size_t i = 0; i < count; i++) {
		if (!kept || same_record(&hits[kept - 1], &hits[i]) != 0)
			hits[kept++] = hits[i];
	}
	*ret = hits;
	*ret_count = kept;
	return TOCSIN_OK;
}

static enum tocsin_status fill_finding(const struct judge *j, const struct mark *m,
				       struct check_finding *f)
{
	const struct pack_detection *const d = &j->pack->detections[m->detection];
	const enum ran ran =
		timeline_ran(j->a, j->options->db, j->pack, j->host, m->build, m->time, &f->build);

	if (ran == RAN_NO_MEMORY)
		return TOCSIN_NO_MEMORY;
	f->severity = ran == RAN_AFFECTED ? d->severity_affected : d->severity_otherwise;
	f->detection = d;
	f->time = m->time;
	f->records = m->count;
	f->last = m->last;
	f->source = m->segment->source;
	f->record_id = m->record_id;
	f->offset = m->offset;
	f->chunk = m->chunk;
	f->origin = m->origin;
	f->template_path = m->template_path;
	f->template_offset = m->template_offset;
	f->template_ambiguous = m->template_ambiguous;
	f->event_id = m->event_id;
	f->provider = m->provider;
	f->channel = m->segment->channel;
	f->account = m->account;
	f->process = m->process;
	f->text = m->text;
	return TOCSIN_OK;
}

static int worst_first(const void *a, const void *b)
{
	const struct check_finding *const x = a, *const y = b;

	if (x->severity != y->severity)
		return x->severity > y->severity ? -1 : 1;
	if (x->time != y->time)
		return x->time < y->time ? -1 : 1;
	return x->record_id < y->record_id ? -1 : x->record_id > y->record_id;
}

/* Whether the query reads a channel; its log names may hold wildcards. A bad one selects nothing
 * here or there. */
static bool asks_channel(struct arena *a, const struct query *q, const char *channel)
{
	const struct arena_mark mark = arena_save(a); /* thousands of hosts ask */
	bool asks = q->channel_count == 0;

	for (size_t i = 0; i < q->channel_count && !asks; i++) {
		const struct wildcard *w;

		asks = wildcard_compile(a, utf8_to_utf16(a, view_of(q->channels[i])), true, &w,
					NULL) == TOCSIN_OK &&
		       wildcard_match(w, utf8_to_utf16(a, view_of(channel)));
	}
	arena_restore(a, mark);
	return asks;
}

static enum tocsin_status detection_coverage(const struct judge *j, const struct query *q,
					     struct check_detection *d)
{
	struct check_coverage *const list =
		arena_array(j->a, j->host->coverage_count, sizeof(*list));

	if (!list)
		return TOCSIN_NO_MEMORY;
	for (size_t i = 0; i < j->host->coverage_count; i++) {
		if (asks_channel(j->a, q, j->host->coverage[i].channel))
			list[d->coverage_count++] = j->host->coverage[i];
	}
	d->coverage = list;
	return TOCSIN_OK;
}

static enum tocsin_status count_hit(const struct judge *j, const struct mark *m)
{
	struct check_detection *const d = &j->v->detections[m->detection];

	d->first = d->hits == 0 || m->time < d->first ? m->time : d->first;
	d->last = m->last > d->last ? m->last : d->last;
	d->hits += m->count;
	return fill_finding(j, m, &j->v->findings[j->v->finding_count++]);
}

static enum tocsin_status detections(struct judge *j)
{
	struct check_verdict *const v = j->v;
	const struct mark **hits;
	size_t count;

	TRY(distinct_hits(j, &hits, &count));
	v->detections = arena_array(j->a, j->pack->detection_count, sizeof(*v->detections));
	v->findings = arena_array(j->a, count, sizeof(*v->findings));
	if (!v->detections || !v->findings)
		return TOCSIN_NO_MEMORY;
	v->detection_count = j->pack->detection_count;
	for (size_t i = 0; i < count; i++)
		TRY(count_hit(j, hits[i]));
	for (size_t i = 0; i < j->group->mark_count; i++) {
		const struct mark *const m = j->group->marks[i];

		if (m->kind == MARK_UNDECIDED && m->pack == j->pack_index)
			v->detections[m->detection].undecided += m->count;
	}
	for (size_t i = 0; i < v->detection_count; i++) {
		struct check_detection *const d = &v->detections[i];

		d->detection = &j->pack->detections[i];
		d->refused = j->compiled[i].refused;
		if (d->refused) {
			d->status = DETECTION_UNDECIDED;
			continue;
		}
		TRY(detection_coverage(j, j->compiled[i].query, d));
		d->status = d->hits             ? DETECTION_HIT
			    : d->undecided      ? DETECTION_UNDECIDED
			    : d->coverage_count ? DETECTION_NO_HIT
						: DETECTION_NO_SOURCE;
	}
	if (v->finding_count)
		qsort(v->findings, v->finding_count, sizeof(*v->findings), worst_first);
	return TOCSIN_OK;
}

/* "2 × title; 1 × title" of the findings of the worst severity, and the build that ran. */
static void reason_findings(const struct judge *j, struct buf *out)
{
	const struct check_verdict *const v = j->v;
	const enum severity worst = v->findings[0].severity;
	const char *build = NULL;
	bool others = false;

	for (size_t d = 0; d < v->detection_count; d++) {
		uint64_t n = 0;

		for (size_t i = 0; i < v->finding_count; i++) {
			if (v->findings[i].severity == worst &&
			    v->findings[i].detection == v->detections[d].detection) {
				n += v->findings[i].records;
				others |= build && v->findings[i].build &&
					  strcmp(build, v->findings[i].build) != 0;
				build = build ? build : v->findings[i].build;
			}
		}
		if (n)
			buf_printf(out, "%s%llu × %s", out->n ? "; " : "", (unsigned long long)n,
				   v->detections[d].detection->title);
	}
	if (build)
		buf_printf(out, ", while build %s%s ran", build, others ? " and others" : "");
	else
		buf_str(out, ", no build known at that time");
}

/* Whether an earlier detection reads the same channel: its doubts are told once. */
static bool told_before(const struct judge *j, size_t detection, size_t channel)
{
	const char *const name = j->compiled[detection].query->channels[channel];

	for (size_t i = 0; i <= detection; i++) {
		const struct query *const q = j->compiled[i].query;
		const size_t n = !q ? 0 : i == detection ? channel : q->channel_count;

		for (size_t k = 0; k < n; k++) {
			if (ascii_equal_nocase(q->channels[k], name))
				return true;
		}
	}
	return false;
}

/* What one required channel leaves of the period that all cover. */
static enum tocsin_status channel_doubts(struct judge *j, const char *channel, struct buf *out,
					 uint64_t *from, uint64_t *to)
{
	const struct arena_mark mark = arena_save(j->a);
	uint64_t first = 0, last = UINT64_MAX;

	TRY(coverage_doubts(j->a, j->c, j->group, channel, j->options, out, &first, &last));
	arena_restore(j->a, mark); /* what it leaves is in `out` */
	*from = first > *from ? first : *from;
	*to = last < *to ? last : *to;
	return TOCSIN_OK;
}

/* A log name of a command may hold wildcards: then it asks for each log that is there. */
static enum tocsin_status pattern_doubts(struct judge *j, const struct query *q, size_t channel,
					 struct buf *out, uint64_t *from, uint64_t *to)
{
	const struct query one = {.channels = q->channels + channel, .channel_count = 1};
	bool any = false;

	if (!strpbrk(q->channels[channel], "*?["))
		return channel_doubts(j, q->channels[channel], out, from, to);
	for (size_t i = 0; i < j->host->coverage_count; i++) {
		const char *const name = j->host->coverage[i].channel;
		bool before = false;

		for (size_t k = 0; k < i && !before; k++)
			before = ascii_equal_nocase(j->host->coverage[k].channel, name);
		if (before || !asks_channel(j->a, &one, name))
			continue;
		any = true;
		TRY(channel_doubts(j, name, out, from, to));
	}
	return any ? TOCSIN_OK : channel_doubts(j, q->channels[channel], out, from, to);
}

/* Channels that must be there: the pack's required ones, else those that its commands read. */
static enum tocsin_status doubts(struct judge *j, struct buf *out, uint64_t *from, uint64_t *to)
{
	bool any = false, nameless = false;

	for (size_t i = 0; i < j->pack->source_count; i++) {
		if (!j->pack->sources[i].required)
			continue;
		any = true;
		TRY(channel_doubts(j, j->pack->sources[i].channel, out, from, to));
	}
	for (size_t i = 0; !any && i < j->pack->detection_count; i++) {
		const struct query *const q = j->compiled[i].query;

		nameless |= q && q->channel_count == 0;
		for (size_t k = 0; q && k < q->channel_count; k++) {
			if (!told_before(j, i, k))
				TRY(pattern_doubts(j, q, k, out, from, to));
		}
	}
	if (nameless)
		buf_printf(out,
			   "%sa command names no log: the evidence may lack the one that it reads",
			   out->n ? "; " : "");
	if (!j->pack->detection_count)
		buf_str(out, "the advisory prints no command that reads evidence");
	for (size_t i = 0; i < j->v->detection_count; i++) {
		const struct check_detection *const d = &j->v->detections[i];

		if (d->refused)
			buf_printf(out, "%sa command can't be run, %s: %s", out->n ? "; " : "",
				   d->detection->title, d->refused);
		if (d->undecided)
			buf_printf(out, "%s%llu %s can't be decided for: %s", out->n ? "; " : "",
				   (unsigned long long)d->undecided,
				   d->undecided == 1 ? "record" : "records", d->detection->title);
	}
	if (!out->n && *from > *to)
		buf_str(out, "the logs that are needed have no time in common");
	return TOCSIN_OK;
}

/* Sources that are not required and not there weaken the answer; the reason says which. */
static void weakened_by(const struct judge *j, struct buf *out)
{
	bool any = false;

	for (size_t i = 0; i < j->pack->source_count; i++) {
		const char *const channel = j->pack->sources[i].channel;
		bool there = false;

		for (size_t k = 0; k < j->host->coverage_count; k++)
			there |= ascii_equal_nocase(j->host->coverage[k].channel, channel);
		if (there || j->pack->sources[i].required)
			continue;
		buf_printf(out, "%s%s", any ? ", " : "; without ", channel);
		any = true;
	}
}

static void reason_covered(const struct judge *j, uint64_t from, uint64_t to, struct buf *out)
{
	char first[FILETIME_TEXT], last[FILETIME_TEXT];

	filetime_format_day(first, from);
	filetime_format_day(last, to);
	buf_printf(out, "%s … %s covered, no gap", first, last);
	if (j->v->finding_count)
		buf_printf(out, "; %zu %s of low severity or below", j->v->finding_count,
			   j->v->finding_count == 1 ? "finding" : "findings");
	weakened_by(j, out);
}

static enum tocsin_status assess(struct judge *j)
{
	struct check_verdict *const v = j->v;
	struct buf reason = {0};
	uint64_t from = 0, to = UINT64_MAX;
	enum tocsin_status status = TOCSIN_OK;

	if (v->finding_count && v->findings[0].severity >= SEVERITY_MEDIUM) {
		v->assessment = v->findings[0].severity == SEVERITY_HIGH ? ASSESSMENT_ATTACK_FOUND
									 : ASSESSMENT_SUSPECTED;
		reason_findings(j, &reason);
	} else {
		status = doubts(j, &reason, &from, &to);
		v->assessment = reason.n ? ASSESSMENT_INSUFFICIENT : ASSESSMENT_NO_SIGN;
		if (reason.n)
			weakened_by(j, &reason);
		else
			reason_covered(j, from, to, &reason);
	}
	if (status == TOCSIN_OK) {
		v->reason = arena_string(j->a, buf_cstr(&reason));
		status = v->reason && !reason.failed ? TOCSIN_OK : TOCSIN_NO_MEMORY;
	}
	buf_free(&reason);
	return status;
}

enum tocsin_status judge_host(struct arena *a, const struct collection *c,
			      const struct host_group *group, const struct check_options *options,
			      size_t pack_index, const struct compiled_detection *compiled,
			      const struct check_host *host, struct check_verdict *verdict)
{
	struct judge j = {a,          c,        group, options, options->packs[pack_index],
			  pack_index, compiled, host,  verdict};

	verdict->pack = j.pack;
	TRY(exposures(&j));
	TRY(detections(&j));
	return assess(&j);
}
