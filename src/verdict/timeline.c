/* SPDX-License-Identifier: Apache-2.0 */
#include "verdict/timeline.h"

#include <stdlib.h>

static int by_time(const void *a, const void *b)
{
	const struct check_build *const x = a, *const y = b;

	if (x->time != y->time)
		return x->time < y->time ? -1 : 1;
	return build_compare(&x->build, &y->build);
}

static enum precision precision_of(const char *name)
{
	return !strcmp(name, "su")   ? PRECISION_SU
	       : !strcmp(name, "cu") ? PRECISION_CU
				     : PRECISION_PRODUCT;
}

/* The parts that are known: a build that only says its product or CU has zeros for the others. */
static const char *build_text(struct arena *a, const struct build *b, enum precision precision)
{
	char text[48];
	size_t n = build_format(text, b);

	if (precision == PRECISION_CU && b->part[3] == 0)
		n -= 2; /* ".0" */
	return arena_copy(a, text, n);
}

/* A build that an event proved; text that names no Exchange build proves nothing. */
static enum tocsin_status from_mark(struct arena *a, const struct check_options *options,
				    const struct mark *m, struct check_build *b, bool *ret_is_one)
{
	const struct pack_build *const rule = &options->packs[m->pack]->builds[m->detection];
	struct build_info info;
	struct buf from = {0};

	*ret_is_one =
		exposure_parse(options->db, m->text, &b->build, &b->precision, NULL) == TOCSIN_OK &&
		exposure_identify(options->db, &b->build, b->precision, &info);
	if (!*ret_is_one)
		return TOCSIN_OK;
	if (b->precision > precision_of(rule->precision))
		b->precision = precision_of(rule->precision);
	b->time = m->time;
	b->text = b->precision == PRECISION_PRODUCT ? NULL : build_text(a, &b->build, b->precision);
	buf_printf(&from, "%s %u, record %llu, %s%s%s", m->provider, m->event_id,
		   (unsigned long long)m->record_id, m->segment->source->path,
		   m->origin == EVENT_LIVE ? "" : ", ",
		   m->origin == EVENT_LIVE ? "" : event_origin_name(m->origin));
	b->from = arena_string(a, buf_cstr(&from));
	buf_free(&from);
	return b->from ? TOCSIN_OK : TOCSIN_NO_MEMORY;
}

/* Whether `b` says less of what `before` says: only its CU, or only its product. */
static bool says_less(const struct check_build *b, const struct check_build *before)
{
	const uint32_t *const x = b->build.part, *const y = before->build.part;

	return b->precision < before->precision && x[0] == y[0] && x[1] == y[1] &&
	       (b->precision == PRECISION_PRODUCT || x[2] == y[2]);
}

/* Keeps changes only: a build that says less of the same CU or product than the one before it
 * changes nothing. */
static void drop_repeats(struct check_host *host)
{
	size_t kept = 0;

	for (size_t i = 0; i < host->build_count; i++) {
		const struct check_build *const b = &host->builds[i];
		const struct check_build *const before = kept ? &host->builds[kept - 1] : NULL;

		if (before && ((b->precision == before->precision &&
				build_compare(&b->build, &before->build) == 0) ||
			       says_less(b, before)))
			continue;
		host->builds[kept++] = *b;
	}
	host->build_count = kept;
}

enum tocsin_status timeline_make(struct arena *a, const struct host_group *group,
				 const struct check_options *options, struct check_host *host,
				 struct tocsin_error *error)
{
	struct check_build *const list =
		arena_array(a, group->mark_count + group->given_count, sizeof(*list));
	size_t count = 0;

	if (!list)
		return TOCSIN_NO_MEMORY;
	for (size_t i = 0; i < group->mark_count; i++) {
		bool is_one = false;

		if (group->marks[i]->kind == MARK_BUILD)
			TRY(from_mark(a, options, group->marks[i], &list[count], &is_one));
		count += is_one;
	}
	for (size_t i = 0; i < group->given_count; i++) {
		const char *const given = options->builds[group->given[i]];

		struct check_build *const b = &list[count++];

		TRY(exposure_parse(options->db, given + given_host(given) + 1, &b->build,
				   &b->precision, error));
		b->time = UINT64_MAX;
		b->from = "--build";
		if (b->precision != PRECISION_PRODUCT)
			b->text = build_text(a, &b->build, b->precision);
	}
	if (count)
		qsort(list, count, sizeof(*list), by_time);
	host->builds = list;
	host->build_count = count;
	drop_repeats(host);
	host->newest = host->build_count ? &host->builds[host->build_count - 1] : NULL;
	return TOCSIN_OK;
}

static enum ran judge(struct arena *a, const struct exposure_db *db, const struct pack *pack,
		      const struct build *b, enum precision precision)
{
	enum ran ran = RAN_UNKNOWN;

	for (size_t i = 0; i < pack->cve_count; i++) {
		struct exposure e;

		if (exposure_judge(db, pack->cves[i], b, precision, a, &e) != TOCSIN_OK)
			return RAN_NO_MEMORY; /* no severity is guessed for want of it */
		if (e.status == EXPOSURE_AFFECTED)
			return RAN_AFFECTED;
		if (e.status != EXPOSURE_UNKNOWN)
			ran = RAN_OTHER;
	}
	return ran;
}

enum ran timeline_own(struct arena *a, const struct exposure_db *db, const struct pack *pack,
		      const char *own, struct build *ret_build)
{
	enum precision precision;
	struct build_info info;
	struct build b;

	if (!own || exposure_parse(db, own, &b, &precision, NULL) != TOCSIN_OK ||
	    !exposure_identify(db, &b, precision, &info))
		return RAN_NOT_SAID;
	*ret_build = b;
	return judge(a, db, pack, &b, precision);
}

enum ran timeline_ran(struct arena *a, const struct exposure_db *db, const struct pack *pack,
		      const struct check_host *host, const char *own, uint64_t time,
		      const char **ret_build)
{
	const struct check_build *at = NULL;
	struct build b;
	enum ran ran = timeline_own(a, db, pack, own, &b);
	size_t i;

	*ret_build = NULL;
	if (ran != RAN_NOT_SAID) {
		*ret_build = build_text(a, &b, PRECISION_SU);
		return ran;
	}
	ran = RAN_UNKNOWN;
	for (i = 0; i < host->build_count && host->builds[i].time <= time; i++)
		at = &host->builds[i];
	if (at) {
		*ret_build = at->text;
		ran = judge(a, db, pack, &at->build, at->precision);
	}
	/* Not known, but below the fix later: then it was so before. */
	for (; ran == RAN_UNKNOWN && i < host->build_count; i++) {
		const struct check_build *const after = &host->builds[i];

		ran = judge(a, db, pack, &after->build, after->precision);
		if (ran == RAN_AFFECTED)
			*ret_build = after->text;
		else if (ran != RAN_NO_MEMORY)
			ran = RAN_UNKNOWN;
	}
	return ran;
}
