/* SPDX-License-Identifier: Apache-2.0 */
/* The main job: compile the packs' commands, scan once, group by host, judge. */
#include <stdio.h>
#include <stdlib.h>

#include "lang/powershell/powershell.h"
#include "verdict/coverage.h"
#include "verdict/judge.h"
#include "verdict/timeline.h"

const char *assessment_name(enum assessment a)
{
	static const char *const names[] = {"no_sign", "insufficient_evidence", "suspected",
					    "attack_found"};

	return names[a];
}

const char *severity_name(enum severity s)
{
	static const char *const names[] = {"info", "low", "medium", "high"};

	return names[s];
}

const char *detection_status_name(enum detection_status s)
{
	static const char *const names[] = {"no_source", "no_hit", "undecided", "hit"};

	return names[s];
}

static void compiled_free(const struct check_options *o, struct compiled *compiled)
{
	for (size_t p = 0; compiled->detections && p < o->pack_count; p++) {
		struct compiled_detection *const list = compiled->detections[p];

		for (size_t d = 0; list && d < o->packs[p]->detection_count; d++)
			query_free(list[d].query);
		free(list);
	}
	free(compiled->detections);
}

/*
 * A command that is not understood does not end the run: the other detections and the exposure
 * still tell something, and the verdict says that this one could not be asked.
 */
static enum tocsin_status compile_detection(struct arena *a, const struct pack_detection *detection,
					    struct compiled_detection *ret)
{
	const struct view command = view_of(detection->command);
	struct tocsin_error why;
	struct buf text = {0};

	if (powershell_compile(command, &ret->query, &why) == TOCSIN_OK)
		return TOCSIN_OK;
	if (why.status == TOCSIN_NO_MEMORY)
		return why.status;
	buf_printf(&text, "column %zu: %s", powershell_column(command, why.offset), why.msg);
	if (why.detail[0])
		buf_printf(&text, " (%s)", why.detail);
	ret->refused = arena_string(a, buf_cstr(&text));
	buf_free(&text);
	return ret->refused ? TOCSIN_OK : TOCSIN_NO_MEMORY;
}

static enum tocsin_status compile_packs(struct arena *a, const struct check_options *o,
					struct compiled *compiled)
{
	compiled->detections = calloc(o->pack_count + 1, sizeof(*compiled->detections));
	if (!compiled->detections)
		return TOCSIN_NO_MEMORY;
	for (size_t p = 0; p < o->pack_count; p++) {
		const struct pack *const pack = o->packs[p];

		compiled->detections[p] =
			calloc(pack->detection_count + 1, sizeof(**compiled->detections));
		if (!compiled->detections[p])
			return TOCSIN_NO_MEMORY;
		for (size_t d = 0; d < pack->detection_count; d++)
			TRY(compile_detection(a, &pack->detections[d],
					      &compiled->detections[p][d]));
	}
	return TOCSIN_OK;
}

static enum tocsin_status add_error(struct check_result *r, size_t *room, const char *source,
				    const struct tocsin_error *error, uint64_t record_id, bool lost)
{
	struct check_error *const e = ARENA_GROW(&r->arena, r->errors, r->error_count, *room);
	struct buf text = {0};

	if (!e)
		return TOCSIN_NO_MEMORY;
	buf_str(&text, error->msg);
	if (error->detail[0])
		buf_printf(&text, " (%s)", error->detail);
	e->source = source;
	e->offset = error->offset;
	e->record_id = record_id;
	e->kind = error->status;
	e->message = arena_string(&r->arena, buf_cstr(&text));
	e->lost = lost;
	r->lost += lost;
	buf_free(&text);
	return e->message ? TOCSIN_OK : TOCSIN_NO_MEMORY;
}

/* The losses of a source beyond those that are told one by one: one entry, with their number. */
static enum tocsin_status add_more(struct check_result *r, size_t *room, const char *source,
				   const struct source_loss *loss)
{
	struct tocsin_error e;

	error_setf(&e, TOCSIN_LIMIT, 0, "more is wrong than is told one by one",
		   "%zu more places, %zu of them lost", loss->more, loss->more_lost);
	TRY(add_error(r, room, source, &e, 0, loss->more_lost > 0));
	r->lost += loss->more_lost ? loss->more_lost - 1 : 0; /* the entry itself is counted */
	return TOCSIN_OK;
}

/* Records that are read with another place's template. */
static enum tocsin_status report_borrowed(struct check_result *r, size_t *room, const char *source,
					  const struct source_loss *loss)
{
	struct tocsin_error e;

	error_setf(&e, TOCSIN_MISMATCH, loss->borrowed_offset,
		   "templates are lost; others that fit, from other chunks or files, stand in",
		   "%llu %s, this one first", (unsigned long long)loss->borrowed,
		   loss->borrowed == 1 ? "record" : "records");
	return add_error(r, room, source, &e, loss->borrowed_id, false);
}

/* Commands that can't be run: what they would have found is not known. */
static enum tocsin_status report_refused(struct check_result *r, size_t *room,
					 const struct check_options *o,
					 const struct compiled *compiled)
{
	for (size_t p = 0; p < o->pack_count; p++) {
		for (size_t d = 0; d < o->packs[p]->detection_count; d++) {
			const char *const refused = compiled->detections[p][d].refused;
			struct tocsin_error e;

			if (!refused)
				continue;
			error_setf(&e, TOCSIN_UNSUPPORTED, 0, "a command can't be run", "%s",
				   refused);
			TRY(add_error(r, room, o->packs[p]->source, &e, 0, false));
			r->complete = false;
		}
	}
	return TOCSIN_OK;
}

/* What could not be listed, what is no evidence, what was lost while reading: in this order. */
static enum tocsin_status report_errors(struct check_result *r, const struct evidence *evidence,
					const struct check_options *o,
					const struct compiled *compiled, const struct collection *c)
{
	size_t room = 0;

	TRY(report_refused(r, &room, o, compiled));
	for (size_t i = 0; i < evidence->error_count; i++)
		TRY(add_error(r, &room, evidence->errors[i].path, &evidence->errors[i].error, 0,
			      true));
	for (size_t i = 0; i < evidence->other_count; i++) {
		const struct source *const s = &evidence->others[i];
		struct tocsin_error e;

		error_set(&e, TOCSIN_UNSUPPORTED, 0, s->reason);
		/* No command asks for event traces; a collection is full of them. */
		TRY(add_error(r, &room, s->path, &e, 0, s->given || s->kind != SOURCE_ETL));
	}
	for (size_t i = 0; i < c->damage_count; i++) {
		const struct scan_damage *const d = &c->damages[i];
		const struct source_loss *const loss = &c->losses[d->source - c->sources];
		const bool last = i + 1 == c->damage_count || c->damages[i + 1].source != d->source;

		TRY(add_error(r, &room, d->source->path, &d->error, d->record_id,
			      d->error.status != TOCSIN_MISMATCH));
		if (last && loss->more)
			TRY(add_more(r, &room, d->source->path, loss));
	}
	for (size_t i = 0; i < evidence->source_count; i++) {
		if (c->losses[i].borrowed)
			TRY(report_borrowed(r, &room, evidence->sources[i].path, &c->losses[i]));
	}
	return TOCSIN_OK;
}

static enum tocsin_status judge_all(struct check_result *r, const struct collection *c,
				    const struct check_options *o, const struct compiled *compiled,
				    struct tocsin_error *error)
{
	struct host_group *groups;
	size_t count;

	TRY(hosts_group(&r->arena, c, o, &groups, &count));
	r->hosts = arena_array(&r->arena, count, sizeof(*r->hosts));
	if (!r->hosts)
		return TOCSIN_NO_MEMORY;
	r->host_count = count;
	for (size_t i = 0; i < count; i++) {
		struct check_host *const h = &r->hosts[i];

		h->name = groups[i].name;
		h->aliases = groups[i].names;
		h->alias_count = groups[i].name_count;
		h->verdicts = arena_array(&r->arena, o->pack_count, sizeof(*h->verdicts));
		if (!h->verdicts)
			return TOCSIN_NO_MEMORY;
		TRY(timeline_make(&r->arena, &groups[i], o, h, error));
		TRY(coverage_make(&r->arena, c, &groups[i], h));
		for (size_t p = 0; p < o->pack_count; p++) {
			TRY(judge_host(&r->arena, c, &groups[i], o, p, compiled->detections[p], h,
				       &h->verdicts[p]));
			r->complete &= h->verdicts[p].assessment != ASSESSMENT_INSUFFICIENT;
		}
	}
	return TOCSIN_OK;
}

/* Refuses a HOST=BUILD that says nothing before the evidence is read for hours. */
static enum tocsin_status check_given(const struct check_options *o, struct tocsin_error *error)
{
	for (size_t i = 0; i < o->build_count; i++) {
		const size_t n = given_host(o->builds[i]);
		enum precision precision;
		struct build_info info;
		struct build b;

		if (!n ||
		    exposure_parse(o->db, o->builds[i] + n + 1, &b, &precision, NULL) !=
			    TOCSIN_OK ||
		    !exposure_identify(o->db, &b, precision, &info))
			return error_setf(error, TOCSIN_USAGE, 0,
					  "expected HOST=BUILD with a build of Exchange, such as "
					  "EX01=15.1.2375.12",
					  "%.100s", o->builds[i]);
	}
	return TOCSIN_OK;
}

enum tocsin_status check_run(const struct evidence *evidence, const struct check_options *options,
			     struct check_result **ret_result, struct tocsin_error *error)
{
	struct check_result *const r = calloc(1, sizeof(*r));
	struct compiled compiled = {NULL};
	struct collection c = {0};
	enum tocsin_status status;

	if (!r)
		return error_set(error, TOCSIN_NO_MEMORY, 0, "out of memory");
	error_set(error, TOCSIN_OK, 0, "");
	status = check_given(options, error);
	if (status == TOCSIN_OK)
		status = compile_packs(&r->arena, options, &compiled);
	if (status == TOCSIN_OK)
		status = collect_run(&c, evidence, options, &compiled, error);
	if (status == TOCSIN_OK) {
		r->records = c.records;
		r->sources = evidence->source_count;
		r->complete = true;
		status = report_errors(r, evidence, options, &compiled, &c);
	}
	if (status == TOCSIN_OK)
		status = judge_all(r, &c, options, &compiled, error);
	compiled_free(options, &compiled);
	if (status != TOCSIN_OK) {
		arena_free(&c.arena);
		check_result_free(r);
		if (status == TOCSIN_NO_MEMORY)
			error_set(error, status, 0, "out of memory");
		return status;
	}
	r->complete &= r->lost == 0 && r->host_count > 0;
	/* The result's texts live in the collection: it goes with the result. */
	r->collected = c.arena;
	*ret_result = r;
	return TOCSIN_OK;
}

void check_result_free(struct check_result *r)
{
	if (r) {
		arena_free(&r->arena);
		arena_free(&r->collected);
		free(r);
	}
}
