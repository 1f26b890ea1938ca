/* SPDX-License-Identifier: Apache-2.0 */
/* The table for people: the answer first, then the reason, then the proof, then what to do. */
#include <stdio.h>

#include "base/text.h"
#include "base/timestamp.h"
#include "output/check_report.h"
#include "output/table.h"

#define FINDINGS_SHOWN 20u /* a host and advisory; -o json has all */
#define TEXT_SHOWN 400u    /* bytes of a finding's text */

static void clean(struct buf *out, const char *s)
{
	text_clean(out, view_of(s ? s : "?"));
}

/* "attack_found" -> "attack found" */
static void words(struct buf *out, const char *name)
{
	for (; *name; name++)
		buf_byte(out, *name == '_' ? ' ' : *name);
}

static void cve_line(const struct check_report *r, const char *id, const struct pack *p,
		     struct buf *out)
{
	struct cve_info info;

	buf_str(out, id);
	if (exposure_cve(r->options->db, id, &info)) {
		if (info.cvss_score)
			buf_printf(out, "  CVSS %s %s %s",
				   info.cvss_version ? info.cvss_version : "", info.cvss_score,
				   info.cvss_severity ? info.cvss_severity : "");
		if (info.kev && info.kev_date)
			buf_printf(out, "  exploited in the wild (KEV %s)", info.kev_date);
	}
	if (p->condition)
		buf_printf(out, "  %s", p->condition);
	buf_byte(out, '\n');
}

static void heading(const struct check_report *r, const struct pack *p, bool color, struct buf *out)
{
	struct buf line = {0};

	buf_str(&line, "CERT-EU ");
	clean(&line, p->number);
	buf_str(&line, " v");
	clean(&line, p->version);
	buf_str(&line, " (");
	clean(&line, p->date);
	buf_str(&line, ")  ");
	clean(&line, p->title);
	table_styled(out, TABLE_BOLD, color, buf_cstr(&line));
	buf_byte(out, '\n');
	buf_free(&line);
	for (size_t i = 0; i < p->cve_count; i++)
		cve_line(r, p->cves[i], p, out);
	buf_byte(out, '\n');
}

/* "Exchange 2016 CU22 Oct21SU (15.1.2375.12)" */
static const char *product(struct arena *a, const struct check_report *r,
			   const struct check_host *h)
{
	struct buf text = {0};
	const char *copy;

	if (!h->newest)
		return "unknown";
	exposure_name(r->options->db, &h->newest->build, h->newest->precision, &text);
	if (h->newest->text)
		buf_printf(&text, " (%s)", h->newest->text);
	copy = arena_string(a, buf_cstr(&text));
	buf_free(&text);
	return copy;
}

/* The exposure that matters most among the advisory's CVEs. */
static const struct exposure *worst(const struct check_verdict *v)
{
	const struct exposure *w = NULL;

	for (size_t i = 0; i < v->exposure_count; i++) {
		const struct exposure *const e = &v->exposures[i].exposure;

		if (!w || e->status == EXPOSURE_AFFECTED ||
		    (e->status == EXPOSURE_UNKNOWN && w->status != EXPOSURE_AFFECTED) ||
		    (e->status == EXPOSURE_FIXED && w->status == EXPOSURE_NOT_AFFECTED))
			w = e;
	}
	return w;
}

static enum table_style assessment_style(enum assessment a)
{
	return a == ASSESSMENT_ATTACK_FOUND ? TABLE_RED
	       : a == ASSESSMENT_NO_SIGN    ? TABLE_PLAIN
					    : TABLE_YELLOW;
}

static const char *as_words(struct arena *a, const char *name)
{
	struct buf text = {0};
	const char *copy;

	words(&text, name);
	copy = arena_string(a, buf_cstr(&text));
	buf_free(&text);
	return copy;
}

static void hosts(const struct check_report *r, size_t pack, unsigned width, bool color,
		  struct buf *out)
{
	static const struct table_column columns[] = {{"HOST", TABLE_KEEP, false},
						      {"PRODUCT (BUILD)", TABLE_KEEP, false},
						      {"EXPOSURE", TABLE_KEEP, false},
						      {"ASSESSMENT", TABLE_KEEP, false},
						      {"BECAUSE", TABLE_CUT, false}};
	struct arena a = {0};
	struct table t;

	table_init(&t, &a, columns, sizeof(columns) / sizeof(columns[0]));
	for (size_t i = 0; i < r->result->host_count; i++) {
		const struct check_host *const h = &r->result->hosts[i];
		const struct check_verdict *const v = &h->verdicts[pack];
		const struct exposure *const e = worst(v);
		const enum exposure_status status = e ? e->status : EXPOSURE_UNKNOWN;

		table_cell(&t, h->name[0] ? h->name : "(no name)", TABLE_BOLD);
		table_cell(&t, product(&a, r, h), TABLE_PLAIN);
		table_cell(&t, as_words(&a, exposure_status_name(status)),
			   status == EXPOSURE_AFFECTED  ? TABLE_RED
			   : status == EXPOSURE_UNKNOWN ? TABLE_YELLOW
							: TABLE_PLAIN);
		table_cell(&t, as_words(&a, assessment_name(v->assessment)),
			   assessment_style(v->assessment));
		table_cell(&t, v->reason, TABLE_PLAIN);
	}
	out->failed |= !table_write(&t, out, width, color);
	arena_free(&a);
}

static void finding(const struct check_finding *f, struct buf *out)
{
	char when[FILETIME_TEXT];
	const size_t length = strlen(f->text);
	struct view text = {(const uint8_t *)f->text, length < TEXT_SHOWN ? length : TEXT_SHOWN};

	filetime_format(when, f->time);
	when[10] = ' ';
	buf_printf(out, "  %s  %-6s  ", when, severity_name(f->severity));
	clean(out, f->provider);
	buf_printf(out, " %u, record %llu", f->event_id, (unsigned long long)f->record_id);
	if (f->build)
		buf_printf(out, ", build %s", f->build);
	if (f->process) {
		buf_str(out, ", ");
		clean(out, f->process);
	}
	buf_str(out, "\n      ");
	clean(out, f->detection->title);
	if (f->records > 1) {
		filetime_format_second(when, f->last);
		buf_printf(out, ", the first of %llu more that are not shown one by one, until %s",
			   (unsigned long long)f->records, when);
	}
	if (f->account) {
		buf_str(out, ", account ");
		clean(out, f->account);
	}
	buf_str(out, "\n      ");
	while (text.n < length && (text.p[text.n] & 0xc0) == 0x80)
		text.n--; /* not inside a character */
	text_clean(out, text);
	if (text.n < length)
		buf_str(out, " …");
	buf_str(out, "\n      ");
	clean(out, f->source->path);
	buf_printf(out, ", chunk %u, offset 0x%llx", f->chunk, (unsigned long long)f->offset);
	if (f->origin != EVENT_LIVE)
		buf_printf(out, ", %s", event_origin_name(f->origin));
	if (f->template_path) {
		buf_str(out, ", its template taken from ");
		clean(out, f->template_path);
		buf_printf(out, ", offset 0x%llx", (unsigned long long)f->template_offset);
		if (f->template_ambiguous)
			buf_str(out, " (others fit as well)");
	}
	buf_byte(out, '\n');
}

static void install(const struct exposure *e, struct buf *out)
{
	buf_printf(out, "  to do   install %s", e->fix_update);
	if (e->fix_kb || e->fix_build)
		buf_printf(out, " (%s%s%s)", e->fix_kb ? e->fix_kb : "",
			   e->fix_kb && e->fix_build ? ", " : "", e->fix_build ? e->fix_build : "");
	buf_byte(out, '\n');
}

/* What to do: one line for each CVE that has a fix to install, and what an attack asks for. */
static void to_do(const struct check_verdict *v, struct buf *out)
{
	for (size_t i = 0; i < v->exposure_count; i++) {
		const struct exposure *const e = &v->exposures[i].exposure;

		if (e->status == EXPOSURE_FIXED || e->status == EXPOSURE_NOT_AFFECTED)
			continue;
		buf_printf(out, "  %s %s: ", v->exposures[i].cve,
			   e->status == EXPOSURE_AFFECTED ? "affected" : "unknown");
		clean(out, e->reason);
		buf_byte(out, '\n');
		if (e->fix_update)
			install(e, out);
	}
	if (v->assessment == ASSESSMENT_ATTACK_FOUND)
		buf_str(out, "  to do   treat as compromised until cleared\n");
	else if (v->assessment == ASSESSMENT_SUSPECTED)
		buf_str(out,
			"  to do   look into the findings: they do not prove an attack alone\n");
	else if (v->assessment == ASSESSMENT_INSUFFICIENT)
		buf_str(out,
			"  to do   find the missing records: backups, volume shadow copies, a log "
			"collector\n");
}

/* Columns of the table before its last one, as hosts() fills it. */
static size_t width_before_reason(const struct check_report *r, size_t pack)
{
	size_t widths[4] = {strlen("HOST"), strlen("PRODUCT (BUILD)"), strlen("EXPOSURE"),
			    strlen("ASSESSMENT")};
	struct arena a = {0};
	size_t sum = 0;

	for (size_t i = 0; i < r->result->host_count; i++) {
		const struct check_host *const h = &r->result->hosts[i];
		const struct check_verdict *const v = &h->verdicts[pack];
		const struct exposure *const e = worst(v);
		const char *const texts[4] = {
			h->name[0] ? h->name : "(no name)", product(&a, r, h),
			exposure_status_name(e ? e->status : EXPOSURE_UNKNOWN),
			assessment_name(v->assessment)};

		for (size_t k = 0; k < 4; k++) {
			const size_t n = texts[k] ? text_width(view_of(texts[k])) : 0;

			widths[k] = n > widths[k] ? n : widths[k];
		}
		arena_reset(&a);
	}
	arena_free(&a);
	for (size_t k = 0; k < 4; k++)
		sum += widths[k] + 2;
	return sum;
}

/* What the table has no room for; a quiet host's reason too when the table cut it, since it says
 * what was covered. */
static void details(const struct check_report *r, size_t pack, unsigned width, bool color,
		    struct buf *out)
{
	const size_t before = width ? width_before_reason(r, pack) : 0;
	bool quiet_before = false;

	for (size_t i = 0; i < r->result->host_count; i++) {
		const struct check_host *const h = &r->result->hosts[i];
		const struct check_verdict *const v = &h->verdicts[pack];
		const struct exposure *const e = worst(v);
		const bool quiet =
			!v->finding_count && v->assessment == ASSESSMENT_NO_SIGN &&
			(!e || e->status == EXPOSURE_FIXED || e->status == EXPOSURE_NOT_AFFECTED);
		struct buf title = {0};

		if (quiet && (!width || before + text_width(view_of(v->reason)) <= width))
			continue;
		if (!quiet || !quiet_before)
			buf_byte(out, '\n');
		quiet_before = quiet;
		clean(&title, h->name[0] ? h->name : "(no name)");
		buf_str(&title, "  ");
		words(&title, assessment_name(v->assessment));
		table_styled(out, assessment_style(v->assessment), color, buf_cstr(&title));
		buf_str(out, "  ");
		clean(out, v->reason);
		buf_byte(out, '\n');
		buf_free(&title);
		for (size_t k = 0; k < v->finding_count && k < FINDINGS_SHOWN; k++)
			finding(&v->findings[k], out);
		if (v->finding_count > FINDINGS_SHOWN)
			buf_printf(out, "  … and %zu more findings: -o json has all\n",
				   v->finding_count - FINDINGS_SHOWN);
		to_do(v, out);
	}
}

static void thousands(struct buf *out, uint64_t n)
{
	char digits[32];
	const int length = snprintf(digits, sizeof(digits), "%llu", (unsigned long long)n);

	for (int i = 0; i < length; i++) {
		if (i && (length - i) % 3 == 0)
			buf_byte(out, ',');
		buf_byte(out, digits[i]);
	}
}

static void counted(struct buf *out, uint64_t n, const char *one, const char *many)
{
	thousands(out, n);
	buf_printf(out, " %s", n == 1 ? one : many);
}

static void totals(const struct check_report *r, struct buf *out)
{
	const struct check_result *const c = r->result;
	size_t silent = 0;

	for (size_t i = 0; i < c->host_count; i++) {
		bool tells = true;

		for (size_t p = 0; p < r->options->pack_count; p++)
			tells &= c->hosts[i].verdicts[p].assessment != ASSESSMENT_INSUFFICIENT;
		silent += !tells;
	}
	buf_byte(out, '\n');
	counted(out, c->host_count, "host, ", "hosts, ");
	counted(out, c->sources, "source, ", "sources, ");
	counted(out, r->evidence->bytes, "byte, ", "bytes, ");
	counted(out, c->records, "record; ", "records; ");
	counted(out, c->lost, "loss", "losses");
	if (silent) {
		buf_str(out, "; evidence incomplete for ");
		counted(out, silent, "host", "hosts");
	}
	buf_byte(out, '\n');
	if (r->evidence->ignored || r->evidence->links) {
		buf_str(out, "not read: ");
		if (r->evidence->ignored)
			counted(out, r->evidence->ignored, "file that is no event log",
				"files that are no event logs (archives must be unpacked)");
		if (r->evidence->links) {
			buf_str(out, r->evidence->ignored ? ", " : "");
			counted(out, r->evidence->links, "link to a folder", "links to folders");
		}
		buf_byte(out, '\n');
	}
}

void check_report_text(const struct check_report *r, unsigned width, bool color, struct buf *out)
{
	for (size_t p = 0; p < r->options->pack_count; p++) {
		if (p)
			buf_byte(out, '\n');
		heading(r, r->options->packs[p], color, out);
		hosts(r, p, width, color, out);
		details(r, p, width, color, out);
	}
	totals(r, out);
}
