/* SPDX-License-Identifier: Apache-2.0 */
/* A report on an advisory document for people. */
#include "output/advisory_report.h"

#include "base/text.h"
#include "output/table.h"

/* What differs between documents and packs is told before this. */
static void put_title(struct buf *out, bool color, const char *number, const char *version,
		      const char *date, const char *title)
{
	struct buf head = {0};

	buf_str(&head, "CERT-EU ");
	text_clean(&head, view_of(number));
	if (version && *version) {
		buf_str(&head, " v");
		text_clean(&head, view_of(version));
	}
	if (date && *date) {
		buf_str(&head, " (");
		text_clean(&head, view_of(date));
		buf_byte(&head, ')');
	}
	buf_str(&head, "  ");
	text_clean(&head, view_of(title));
	table_styled(out, TABLE_BOLD, color, buf_cstr(&head));
	buf_byte(out, '\n');
	buf_free(&head);
}

static void put_head(struct buf *out, bool color, const char *head)
{
	buf_byte(out, '\n');
	table_styled(out, TABLE_BOLD, color, head);
	buf_byte(out, '\n');
}

/* Text of several lines, each indented; control characters shown. */
static void put_lines(struct buf *out, const char *indent, const char *text)
{
	for (;;) {
		const size_t n = strcspn(text, "\n");

		buf_str(out, indent);
		text_clean(out, (struct view){(const uint8_t *)text, n});
		buf_byte(out, '\n');
		if (!text[n])
			return;
		text += n + 1;
	}
}

static void put_line(struct buf *out, const char *before, const char *text)
{
	buf_str(out, before);
	text_clean(out, view_of(text));
	buf_byte(out, '\n');
}

static void put_licence(struct buf *out, const struct advisory *a)
{
	static const char unknown[] = "not said in this document";

	put_line(out, "Licence: ", a->licence_title ? a->licence_title : unknown);
	if (a->licence_link)
		put_line(out, "         ", a->licence_link);
	if (a->licence_author)
		put_line(out, "By:      ", a->licence_author);
	buf_str(out, "Read:    ");
	buf_str(out, a->form == ADVISORY_PUBLISHED
			     ? "as published\n"
			     : "flattened: addresses and text between < and > are lost in this "
			       "copy\n");
	for (size_t i = 0; i < a->key_count; i++) {
		if (a->keys[i].known)
			continue;
		buf_str(out, "Key not known: ");
		text_clean(out, view_of(a->keys[i].name));
		put_line(out, ": ", a->keys[i].value);
	}
}

static void put_history(struct buf *out, const struct advisory *a, bool color)
{
	if (!a->history_count)
		return;
	put_head(out, color, "HISTORY");
	for (size_t i = 0; i < a->history_count; i++) {
		const struct advisory_history *const h = &a->history[i];

		buf_str(out, "  ");
		text_clean(out, view_of(h->date ? h->date : h->date_printed));
		buf_str(out, "  v");
		text_clean(out, view_of(h->version));
		put_line(out, "  ", h->text);
	}
}

/* "CVSS 3.1 8.8 high" */
static void put_cvss(struct buf *out, const struct advisory_cvss *c)
{
	/* CVSS:3.1/AV:… names the version itself */
	const bool named = c->vector && strncmp(c->vector, "CVSS:", 5) == 0;
	const char *const parts[] = {named ? NULL : c->version, c->score, c->severity, c->vector};

	buf_str(out, "CVSS");
	for (size_t i = 0; i < 4; i++) {
		if (!parts[i])
			continue;
		buf_byte(out, ' ');
		text_clean(out, view_of(parts[i]));
	}
}

/* Whether an earlier score says the same of the same CVE: documents repeat themselves. */
static bool is_repeated(const struct advisory *a, size_t at)
{
	const struct advisory_cvss *const c = &a->cvss[at];

	for (size_t i = 0; i < at && i < 256; i++) {
		const struct advisory_cvss *const d = &a->cvss[i];

		if (c->cve == d->cve && c->score && d->score && !c->vector &&
		    strcmp(c->score, d->score) == 0)
			return true;
	}
	return false;
}

static void put_cves(struct buf *out, const struct advisory *a, bool color)
{
	bool open = false;

	put_head(out, color, "CVES");
	if (!a->cve_count)
		buf_str(out, "  none is named\n");
	for (size_t i = 0; i < a->cve_count; i++) {
		buf_str(out, "  ");
		text_clean(out, view_of(a->cves[i]));
		for (size_t k = 0; k < a->cvss_count; k++) {
			if (a->cvss[k].cve != a->cves[i] || is_repeated(a, k))
				continue;
			buf_str(out, "  ");
			put_cvss(out, &a->cvss[k]);
		}
		buf_byte(out, '\n');
	}
	for (size_t k = 0; k < a->cvss_count; k++) {
		if (a->cvss[k].cve || is_repeated(a, k))
			continue;
		if (!open)
			buf_str(out, "  of no single CVE:\n");
		open = true;
		buf_str(out, "    ");
		put_cvss(out, &a->cvss[k]);
		buf_byte(out, '\n');
	}
}

static void put_items(struct buf *out, const char *head, const struct advisory_item *items,
		      size_t count, bool plain, bool color)
{
	put_head(out, color, head);
	if (!count)
		buf_str(out, "  none is given\n");
	for (size_t i = 0; i < count; i++) {
		buf_fill(out, ' ', 2u + 2u * items[i].depth);
		if (!items[i].prose)
			buf_str(out, "- ");
		put_line(out, "", plain && !items[i].prose ? items[i].plain : items[i].text);
	}
}

static void put_run(struct buf *out, const struct advisory_run *run)
{
	if (!run->tried)
		return;
	if (run->ok) {
		buf_str(out, "; tocsin can run it");
		return;
	}
	buf_str(out, "; tocsin can't run it: ");
	text_clean(out, view_of(run->error.msg));
	if (run->error.detail[0]) {
		buf_str(out, " (");
		text_clean(out, view_of(run->error.detail));
		buf_byte(out, ')');
	}
	buf_printf(out, ", column %llu", (unsigned long long)run->error.offset + 1);
}

static void put_codes(struct buf *out, const struct advisory *a, const struct advisory_run *runs,
		      bool color)
{
	if (!a->code_count)
		return;
	put_head(out, color, "CODE");
	for (size_t i = 0; i < a->code_count; i++) {
		const struct advisory_code *const c = &a->codes[i];

		buf_printf(out, "  %zu  %s, %s: %s", i + 1,
			   strcmp(c->language, "unknown") == 0 ? "unknown language" : c->language,
			   c->reads_evidence ? "reads evidence" : "no detection", c->reason);
		put_run(out, &runs[i]);
		buf_byte(out, '\n');
		put_lines(out, "     ", c->text);
	}
}

static void put_references(struct buf *out, const struct advisory *a, bool color)
{
	if (!a->reference_count)
		return;
	put_head(out, color, "REFERENCES");
	for (size_t i = 0; i < a->reference_count; i++) {
		const struct advisory_reference *const r = &a->references[i];

		buf_str(out, "  ");
		if (r->number)
			buf_printf(out, "[%u] ", r->number);
		if (r->label) {
			text_clean(out, view_of(r->label));
			buf_str(out, ": ");
		}
		put_line(out, "", r->address ? r->address : "address not in this copy");
	}
}

void advisory_report_text(struct buf *out, const struct advisory *a,
			  const struct advisory_run *runs, bool color)
{
	put_title(out, color, a->number, a->version, a->date ? a->date : a->date_printed, a->title);
	put_licence(out, a);
	put_history(out, a, color);
	put_cves(out, a, color);
	put_items(out, "AFFECTED PRODUCTS", a->products, a->product_count, true, color);
	put_items(out, "RECOMMENDATIONS", a->recommendations, a->recommendation_count, false,
		  color);
	put_codes(out, a, runs, color);
	put_references(out, a, color);
}

/* ---- packs */

static void put_list(struct buf *out, const char *head, const char *const *items, size_t count,
		     bool color)
{
	if (!count)
		return;
	put_head(out, color, head);
	for (size_t i = 0; i < count; i++)
		put_line(out, "  ", items[i] ? items[i] : "address not in this copy");
}

static void put_detections(struct buf *out, const struct pack *p, bool color)
{
	if (!p->detection_count)
		return;
	put_head(out, color, "DETECTIONS");
	for (size_t i = 0; i < p->detection_count; i++) {
		const struct pack_detection *const d = &p->detections[i];
		const char *const affected = pack_severity_name(d->severity_affected);
		const char *const otherwise = pack_severity_name(d->severity_otherwise);

		buf_str(out, "  ");
		text_clean(out, view_of(d->title));
		if (d->severity_affected == d->severity_otherwise)
			buf_printf(out, ": %s", affected);
		else
			buf_printf(out, ": %s while an affected build ran, otherwise %s", affected,
				   otherwise);
		buf_str(out, d->printed ? " (printed in the advisory)\n" : "\n");
		put_lines(out, "     ", d->command);
	}
}

static void put_sources(struct buf *out, const struct pack *p, bool color)
{
	if (!p->source_count)
		return;
	put_head(out, color, "LOGS");
	for (size_t i = 0; i < p->source_count; i++) {
		buf_str(out, "  ");
		text_clean(out, view_of(p->sources[i].channel));
		buf_str(out, p->sources[i].required ? ", required: " : ": ");
		put_line(out, "", p->sources[i].path);
	}
}

void pack_report_text(struct buf *out, const struct pack *p, bool color)
{
	put_title(out, color, p->number, p->version, p->date, p->title);
	if (p->licence)
		put_line(out, "Licence: ", p->licence);
	put_line(out, "Read:    ", p->source);
	if (p->condition)
		put_line(out, "Only if: ", p->condition);
	put_list(out, "CVES", p->cves, p->cve_count, color);
	put_list(out, "AFFECTED PRODUCTS", p->products, p->product_count, color);
	put_list(out, "UPDATES", p->updates, p->update_count, color);
	put_detections(out, p, color);
	put_sources(out, p, color);
	put_list(out, "REFERENCES", p->references, p->reference_count, color);
}

bool pack_report_list(struct buf *out, struct pack *const packs[], size_t count, unsigned width,
		      bool color)
{
	static const struct table_column columns[] = {{"NUMBER", TABLE_KEEP, false},
						      {"DATE", TABLE_KEEP, false},
						      {"TITLE", TABLE_CUT, false},
						      {"CVES", TABLE_KEEP, false}};
	struct arena arena = {0};
	struct table t;
	bool ok = true;

	table_init(&t, &arena, columns, sizeof(columns) / sizeof(columns[0]));
	for (size_t i = 0; i < count; i++) {
		struct buf cves = {0};

		for (size_t k = 0; k < packs[i]->cve_count; k++)
			buf_printf(&cves, "%s%s", k ? ", " : "", packs[i]->cves[k]);
		ok = ok && !buf_failed(&cves);
		table_cell(&t, packs[i]->number, TABLE_BOLD);
		table_cell(&t, packs[i]->date, TABLE_PLAIN);
		table_cell(&t, packs[i]->title, TABLE_PLAIN);
		table_cell(&t, buf_cstr(&cves), TABLE_PLAIN);
		buf_free(&cves);
	}
	ok = ok && table_write(&t, out, width, color);
	arena_free(&arena);
	return ok;
}
