/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Whether a build is exposed to a CVE. The rules stand in docs/verdicts.md, in the order in which
 * they are tried here; each answer carries its reason as one sentence.
 */
#include "exposure/exposure_db.h"

/* One question on its way through the rules. */
struct question {
	const struct exposure_db *db;
	const struct cve *cve;
	const struct build *build;
	enum precision precision;
	const struct product *product;
	const struct cu *cu;             /* NULL: unknown */
	const struct fix *fix, *fix_end; /* of this product */
	char text[48];                   /* the build */
	struct arena *arena;
	struct exposure *ret;
	bool failed; /* out of memory: told once, at the end */
};

/* Formatted text; "" without memory. */
static const char *say(struct question *q, const char *fmt, ...) PRINTF_LIKE(2, 3);
static const char *say(struct question *q, const char *fmt, ...)
{
	const char *text;
	va_list args;

	va_start(args, fmt);
	text = exposure_textv(q->arena, fmt, args);
	va_end(args);
	q->failed |= !text;
	return text ? text : "";
}

static void answer(struct question *q, enum exposure_status status, const char *reason)
{
	q->ret->status = status;
	q->ret->reason = reason;
}

/* The update that fixes it, or the CU where that is the fix itself. */
static const char *update_of(const struct question *q, const struct fix *f)
{
	return f->row->update ? f->row->update : q->db->cus[f->cu].name;
}

static const char *build_text(struct question *q, const struct build *b)
{
	char text[48];

	build_format(text, b);
	return say(q, "%s", text);
}

/* What to install, for a server of the fix's own CU or (`first_cu`) of another one. */
static void set_fix(struct question *q, const struct fix *f, bool first_cu)
{
	if (!f || !f->row)
		return;
	q->ret->fix_update =
		first_cu && f->row->update
			? say(q, "%s and then %s", q->db->cus[f->cu].name, f->row->update)
			: update_of(q, f);
	q->ret->fix_kb = f->row->kb;
	q->ret->fix_build = build_text(q, &f->row->build);
}

/* Whether `date` is certainly later than `than`; a month is not later than its own days. */
static bool later(const char *date, const char *than)
{
	const size_t n =
		date && than ? strlen(date) < strlen(than) ? strlen(date) : strlen(than) : 0;

	return n && strncmp(date, than, n) > 0;
}

static bool named(const struct question *q, const struct product *p)
{
	return q->cve->named >> (p - q->db->products) & 1;
}

/* Whether a line that came out after the fix goes on from one that was affected. */
static bool follows_affected(const struct question *q)
{
	const struct product *p = q->product;

	while (!named(q, p) && p->previous && later(p->released, q->cve->date))
		p = p->previous;
	return named(q, p);
}

/*
 * What is told beside the rule: researchers' findings, sources that disagree, mitigations, what
 * else is to be done.
 */
static const char *remarks(struct question *q)
{
	const char *text = "";

	for (size_t i = 0; i < q->db->remark_count; i++) {
		const struct remark *const r = &q->db->remarks[i];

		if (r->cve == q->cve && r->product == q->product &&
		    build_compare(q->build, &r->below) < 0)
			text = say(q, "%s; %s", text, r->text);
	}
	if (q->cve->named_disputed >> (q->product - q->db->products) & 1)
		text = say(q,
			   "%s; HealthChecker counts %s as affected, the vendor's list of "
			   "affected products does not name it",
			   text, q->product->name);
	if (q->cve->config == CONFIG_MITIGATION)
		text = say(q, "%s; %s", text, q->cve->config_text);
	if (q->cve->config == CONFIG_NEEDED)
		text = say(q, "%s; beside the update, %s", text, q->cve->config_text);
	return text;
}

static void affected(struct question *q, const char *reason)
{
	answer(q, EXPOSURE_AFFECTED, say(q, "%s%s", reason, remarks(q)));
}

/* The build holds the fix (`reason` says why); some fixes need more than that. */
static void fixed(struct question *q, const char *reason)
{
	const struct build *const from = &q->cve->config_from[q->product - q->db->products];

	if (q->cve->config == CONFIG_OVERRIDE) {
		answer(q, EXPOSURE_FIXED, say(q, "%s; %s", reason, q->cve->config_text));
	} else if (q->cve->config != CONFIG_NEEDED) {
		answer(q, EXPOSURE_FIXED, reason);
	} else if (from->part[0] && q->precision != PRECISION_PRODUCT &&
		   build_compare(q->build, from) >= 0) {
		answer(q, EXPOSURE_FIXED,
		       say(q, "%s; %s, which setup does since %s unless told not to", reason,
			   q->cve->config_text, build_text(q, from)));
	} else {
		answer(q, EXPOSURE_UNKNOWN,
		       say(q, "%s, but %s: a build does not show it", reason, q->cve->config_text));
	}
}

/* Rule: a fix outside Exchange. */
static bool judge_platform(struct question *q)
{
	if (q->cve->config != CONFIG_PLATFORM)
		return false;
	if (!named(q, q->product) && !(q->product->previous && named(q, q->product->previous)))
		return false;
	answer(q, EXPOSURE_UNKNOWN,
	       say(q, "the fix is not in Exchange but in %s: a build does not show it",
		   q->cve->config_text));
	return true;
}

/* Rule: a product that is not named. */
static bool judge_unnamed(struct question *q)
{
	if (named(q, q->product))
		return false;
	if (!follows_affected(q)) {
		answer(q, EXPOSURE_NOT_AFFECTED,
		       say(q, "%s is not named as affected by %s", q->product->name,
			   q->cve->info.id));
	} else if (q->cu && !later(q->cu->released, q->cve->date)) {
		answer(q, EXPOSURE_UNKNOWN,
		       say(q, "%s %s is no release: whether it holds the fix is not known",
			   q->product->name, q->cu->name));
	} else {
		fixed(q, say(q, "%s came out (%s) with the fix inside", q->product->name,
			     q->product->released));
	}
	return true;
}

/* "CU21 and CU22", or "CU8 to CU19" for many in a row. */
static const char *fixed_cus(struct question *q)
{
	const size_t n = (size_t)(q->fix_end - q->fix);
	const char *text = q->db->cus[q->fix->cu].name;

	if (n > 3 && q->fix_end[-1].cu - q->fix->cu == n - 1)
		return say(q, "%s to %s", text, q->db->cus[q->fix_end[-1].cu].name);
	for (size_t i = 1; i < n; i++)
		text = say(q, "%s%s%s", text, i + 1 < n ? ", " : " and ",
			   q->db->cus[q->fix[i].cu].name);
	return text;
}

/* The newest fix with a known build: what a server without a fix for its own CU goes to. */
static const struct fix *newest_fix(const struct question *q)
{
	for (const struct fix *f = q->fix_end; f-- > q->fix;)
		if (f->row)
			return f;
	return NULL;
}

/*
 * Rule: the vendor names this CU but its first fixed build is not known. Updates of a CU hold what
 * earlier ones held, so what came out before the CVE certainly lacks the fix, and no more is sure.
 */
static void judge_undated(struct question *q)
{
	const char *const cu = q->cu->name, *const released = q->cve->info.released;
	const struct build_row *const row =
		q->precision == PRECISION_SU ? exposure_row(q->db, q->cu, q->build) : NULL;

	if (row && !build_compare(&row->build, q->build) && later(released, row->released))
		affected(q, say(q,
				"the vendor names %s as affected, and %s came out (%s) before "
				"the fix (%s)",
				cu, q->text, row->released, released));
	else
		answer(q, EXPOSURE_UNKNOWN,
		       say(q,
			   "the vendor names %s as affected and fixed, but its first fixed "
			   "build is not known",
			   cu));
	if (newest_fix(q) && newest_fix(q)->cu > (size_t)(q->cu - q->db->cus))
		set_fix(q, newest_fix(q), true);
}

/* Rule: this CU got a fix. */
static void judge_own(struct question *q, const struct fix *f)
{
	const char *const cu = q->cu->name;
	const char *const first = f->row ? build_text(q, &f->row->build) : NULL;
	/* The update in brackets; a CU that is itself the fix needs none. */
	const char *const update = f->row && f->row->update ? say(q, " (%s)", f->row->update) : "";

	if (!f->row) {
		judge_undated(q);
		return;
	}
	if (q->precision == PRECISION_CU && &q->db->builds[q->cu->first] != f->row) {
		answer(q, EXPOSURE_UNKNOWN,
		       say(q,
			   "only the cumulative update is known: %s is affected below %s%s "
			   "and fixed from it on; the version of ExSetup.exe or the list of "
			   "installed updates decides%s",
			   cu, first, update, remarks(q)));
		set_fix(q, f, false);
		return;
	}
	if (q->precision == PRECISION_CU || build_compare(q->build, &f->row->build) >= 0) {
		fixed(q,
		      q->precision == PRECISION_CU ? say(q, "%s came out with the fix inside", cu)
		      : build_compare(q->build, &f->row->build)
			      ? say(q, "%s is above %s%s, the first fixed build of %s", q->text,
				    first, update, cu)
			      : say(q, "%s%s is the first fixed build of %s", first, update, cu));
		return;
	}
	if (f->disputed_by && build_compare(q->build, &f->disputed) >= 0)
		affected(q, say(q,
				"%s is below %s%s, the first fixed build of %s; %s gives %s "
				"as the first fixed build: of two the higher one counts here",
				q->text, first, update, cu, f->disputed_by,
				build_text(q, &f->disputed)));
	else
		affected(q, say(q, "%s is below %s%s, the first fixed build of %s", q->text, first,
				update, cu));
	set_fix(q, f, false);
}

/* Rule: the CU is in no table. */
static void judge_unknown_cu(struct question *q)
{
	const struct product *const p = q->product;
	const struct cu *const newest =
		p->cu_count ? &q->db->cus[p->cu_first + p->cu_count - 1] : NULL;

	if (newest && !p->ended &&
	    q->build->part[p->cu_part] > q->db->builds[newest->first].build.part[p->cu_part])
		fixed(q, say(q,
			     "%s is of a cumulative update newer than %s, the newest one "
			     "known here, and those hold the fix",
			     q->text, newest->name));
	else
		answer(q, EXPOSURE_UNKNOWN,
		       say(q, "%s belongs to no known cumulative update of %s", q->text, p->name));
}

static void judge_cu(struct question *q)
{
	const size_t own = (size_t)(q->cu - q->db->cus);

	for (const struct fix *f = q->fix; f < q->fix_end; f++)
		if (f->cu == own) {
			judge_own(q, f);
			return;
		}
	if (own > q->fix_end[-1].cu) {
		fixed(q, q->cu->released ? say(q, "%s came out (%s) with the fix inside",
					       q->cu->name, q->cu->released)
					 : say(q, "%s came out with the fix inside", q->cu->name));
		return;
	}
	affected(q, say(q, "%s %s is out of support and got no fix of its own, it came for %s",
			q->product->name, q->cu->name, fixed_cus(q)));
	set_fix(q, newest_fix(q), true);
}

static void judge_named(struct question *q);

/* Rule: only the product is known. Enough when all its cumulative updates hold the fix. */
static void judge_product(struct question *q)
{
	const struct product *const p = q->product;
	size_t good = 0, all = 0;

	for (size_t i = p->cu_first; i < p->cu_first + p->cu_count; i++) {
		struct exposure each = {EXPOSURE_UNKNOWN, NULL, NULL, NULL, NULL};
		struct question one = *q;

		one.cu = &q->db->cus[i];
		if (one.cu->preview)
			continue;
		one.build = &q->db->builds[one.cu->first].build;
		one.precision = PRECISION_CU;
		one.ret = &each;
		judge_named(&one);
		q->failed |= one.failed;
		good += each.status == EXPOSURE_FIXED;
		all++;
	}
	if (all && good == all)
		fixed(q, say(q, "every release of %s holds the fix", p->name));
	else
		answer(q, EXPOSURE_UNKNOWN,
		       say(q, "only the product is known, and not all builds of %s hold the fix",
			   p->name));
}

static void judge_named(struct question *q)
{
	if (q->fix == q->fix_end)
		answer(q, EXPOSURE_UNKNOWN,
		       say(q, "%s is named as affected, but no first fixed build is known",
			   q->product->name));
	else if (q->precision == PRECISION_PRODUCT)
		judge_product(q);
	else if (!q->cu)
		judge_unknown_cu(q);
	else
		judge_cu(q);
}

static void judge(struct question *q)
{
	const struct cve *const c = q->cve;

	if (!q->product) {
		answer(q, EXPOSURE_UNKNOWN,
		       say(q, "%s is no build of a product that is known here", q->text));
		return;
	}
	if (!q->product->cu_part) {
		answer(q, EXPOSURE_NOT_AFFECTED,
		       say(q, "%s is not affected: its operator keeps it up to date",
			   q->product->name));
		return;
	}
	if (judge_platform(q) || judge_unnamed(q))
		return;
	q->fix = q->db->fixes + c->fix_first;
	q->fix_end = q->fix + c->fix_count;
	while (q->fix < q->fix_end && q->db->cus[q->fix->cu].product != q->product)
		q->fix++;
	while (q->fix_end > q->fix && q->db->cus[q->fix_end[-1].cu].product != q->product)
		q->fix_end--;
	judge_named(q);
}

enum tocsin_status exposure_judge(const struct exposure_db *db, const char *cve,
				  const struct build *b, enum precision precision, struct arena *a,
				  struct exposure *ret)
{
	struct exposure e = {EXPOSURE_UNKNOWN, NULL, NULL, NULL, NULL};
	struct question q = {.db = db, .build = b, .precision = precision, .arena = a, .ret = &e};

	build_format(q.text, b);
	q.cve = exposure_find_cve(db, cve);
	q.product = exposure_product(db, b);
	q.cu = exposure_cu(db, b, precision);
	if (q.cve)
		judge(&q);
	else
		answer(&q, EXPOSURE_UNKNOWN, say(&q, "%.40s is in no data of this version", cve));
	if (q.failed)
		return TOCSIN_NO_MEMORY;
	*ret = e;
	return TOCSIN_OK;
}

const char *exposure_status_name(enum exposure_status s)
{
	switch (s) {
	case EXPOSURE_AFFECTED:
		return "affected";
	case EXPOSURE_FIXED:
		return "fixed";
	case EXPOSURE_NOT_AFFECTED:
		return "not_affected";
	case EXPOSURE_UNKNOWN:
		break;
	}
	return "unknown";
}
