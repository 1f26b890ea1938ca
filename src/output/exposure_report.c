/* SPDX-License-Identifier: Apache-2.0 */
#include "output/exposure_report.h"

#include <stdio.h>

#include "base/text.h"
#include "output/json.h"
#include "output/table.h"

static enum table_style status_style(enum exposure_status s)
{
	return s == EXPOSURE_AFFECTED  ? TABLE_RED
	       : s == EXPOSURE_UNKNOWN ? TABLE_YELLOW
				       : TABLE_GREEN;
}

static const char *status_words(enum exposure_status s)
{
	return s == EXPOSURE_NOT_AFFECTED ? "not affected" : exposure_status_name(s);
}

/* "Nov21SU (KB5007409, 15.1.2308.20)" */
static void put_fix(struct buf *out, const struct exposure *e)
{
	if (!e->fix_update)
		return;
	buf_str(out, e->fix_update);
	if (e->fix_kb && e->fix_build)
		buf_printf(out, " (%s, %s)", e->fix_kb, e->fix_build);
	else if (e->fix_kb || e->fix_build)
		buf_printf(out, " (%s)", e->fix_kb ? e->fix_kb : e->fix_build);
}

/* What the build is, in one line, and what is to be known about it. */
static void put_subject(struct buf *out, const struct exposure_subject *s, bool color)
{
	char build[48];
	const char *separator = " (";

	build_format(build, &s->build);
	if (s->precision != PRECISION_PRODUCT) {
		table_styled(out, TABLE_BOLD, color, build);
		buf_str(out, "  ");
	}
	buf_str(out, s->name);
	if (s->info.release_date) {
		buf_printf(out, "%sreleased %s", separator, s->info.release_date);
		separator = ", ";
	}
	if (s->info.kb) {
		buf_printf(out, "%s%s", separator, s->info.kb);
		separator = ", ";
	}
	buf_str(out, *separator == ',' ? ")\n" : "\n");
	if (s->info.conflict)
		buf_printf(out, "note: %s\n", s->info.conflict);
}

bool exposure_report_table(struct buf *out, const struct exposure_subject *subjects, size_t count,
			   bool color)
{
	/* Reasons are proof: never cut, a terminal may wrap them. */
	static const struct table_column columns[] = {{"CVE", TABLE_KEEP, false},
						      {"EXPOSURE", TABLE_KEEP, false},
						      {"FIX", TABLE_KEEP, false},
						      {"BECAUSE", TABLE_KEEP, false}};
	struct arena arena = {0};
	struct buf fix = {0};
	bool ok = true;

	for (size_t i = 0; i < count && ok; i++) {
		const struct exposure_subject *const s = &subjects[i];
		struct table t;

		if (i)
			buf_byte(out, '\n');
		put_subject(out, s, color);
		table_init(&t, &arena, columns, sizeof(columns) / sizeof(*columns));
		for (size_t k = 0; k < s->line_count; k++) {
			const struct exposure_line *const line = &s->lines[k];
			const enum exposure_status status = line->exposure.status;

			buf_clear(&fix);
			put_fix(&fix, &line->exposure);
			table_cell(&t, line->cve.id, TABLE_PLAIN);
			table_cell(&t, status_words(status), status_style(status));
			table_cell(&t, buf_cstr(&fix), TABLE_PLAIN);
			table_cell(&t, line->exposure.reason, TABLE_PLAIN);
		}
		if (s->line_count)
			ok = table_write(&t, out, 0, color);
		arena_reset(&arena);
	}
	ok = ok && !buf_failed(&fix) && !buf_failed(out);
	buf_free(&fix);
	arena_free(&arena);
	return ok;
}

static void json_product(struct json *j, const struct exposure_subject *s)
{
	char build[48];

	build_format(build, &s->build);
	json_key(j, "product");
	json_begin(j, '{');
	json_member_str(j, "name", s->info.product);
	json_member_str(j, "cu", s->info.cu);
	json_member_str(j, "su", s->info.su);
	json_member_str(j, "su_before", s->info.su_before);
	json_member_str(j, "build", s->precision == PRECISION_PRODUCT ? NULL : build);
	json_member_str(j, "precision", precision_name(s->precision));
	json_member_str(j, "released", s->info.release_date);
	json_member_str(j, "kb", s->info.kb);
	json_member_str(j, "conflict", s->info.conflict);
	json_end(j, '}');
}

static void json_line(struct json *j, const struct exposure_line *line)
{
	const struct exposure *const e = &line->exposure;
	const struct cve_info *const c = &line->cve;

	json_begin(j, '{');
	json_member_str(j, "cve", c->id);
	json_member_str(j, "status", exposure_status_name(e->status));
	json_member_str(j, "reason", e->reason);
	json_key(j, "fix");
	if (e->fix_update) {
		json_begin(j, '{');
		json_member_str(j, "update", e->fix_update);
		json_member_str(j, "kb", e->fix_kb);
		json_member_str(j, "build", e->fix_build);
		json_end(j, '}');
	} else {
		json_null(j);
	}
	json_key(j, "cvss");
	if (c->cvss_vector) {
		json_begin(j, '{');
		json_key(j, "score");
		json_raw(j, c->cvss_score ? c->cvss_score : "null");
		json_member_str(j, "vector", c->cvss_vector);
		json_member_str(j, "severity", c->cvss_severity);
		json_end(j, '}');
	} else {
		json_null(j);
	}
	json_member_str(j, "kev", c->kev_date);
	json_member_str(j, "precondition", c->precondition);
	json_end(j, '}');
}

void exposure_report_json(struct buf *out, const struct exposure_subject *subjects, size_t count)
{
	struct json j;

	json_init(&j, out, false);
	json_begin(&j, '{');
	json_member_str(&j, "schema", "tocsin.exposure/1");
	json_key(&j, "builds");
	json_begin(&j, '[');
	for (size_t i = 0; i < count; i++) {
		const struct exposure_subject *const s = &subjects[i];

		json_begin(&j, '{');
		json_member_str(&j, "input", s->input);
		json_member_str(&j, "name", s->name);
		json_product(&j, s);
		json_key(&j, "exposure");
		json_begin(&j, '[');
		for (size_t k = 0; k < s->line_count; k++)
			json_line(&j, &s->lines[k]);
		json_end(&j, ']');
		json_end(&j, '}');
	}
	json_end(&j, ']');
	json_end(&j, '}');
	buf_byte(out, '\n');
}
