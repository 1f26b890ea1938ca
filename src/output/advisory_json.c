/* SPDX-License-Identifier: Apache-2.0 */
/* Advisory documents and packs as JSON, schema `tocsin.advisory/1`. */
#include "output/advisory_report.h"

void advisory_report_begin(struct json *j, struct buf *out)
{
	json_init(j, out, false);
	json_begin(j, '{');
	json_member_str(j, "schema", "tocsin.advisory/1");
	json_key(j, "advisories");
	json_begin(j, '[');
}

void advisory_report_end(struct json *j)
{
	json_end(j, ']');
	json_end(j, '}');
	buf_byte(j->out, '\n');
}

static void head(struct json *j, const char *number, const char *title, const char *version,
		 const char *date)
{
	json_member_str(j, "number", number);
	json_member_str(j, "title", title);
	json_member_str(j, "version", version);
	json_member_str(j, "date", date);
}

static void keys(struct json *j, const struct advisory *a)
{
	json_key(j, "other_keys");
	json_begin(j, '[');
	for (size_t i = 0; i < a->key_count; i++) {
		if (a->keys[i].known)
			continue;
		json_begin(j, '{');
		json_member_str(j, "key", a->keys[i].name);
		json_member_str(j, "value", a->keys[i].value);
		json_end(j, '}');
	}
	json_end(j, ']');
}

static void history(struct json *j, const struct advisory *a)
{
	json_key(j, "history");
	json_begin(j, '[');
	for (size_t i = 0; i < a->history_count; i++) {
		json_begin(j, '{');
		json_member_str(j, "date", a->history[i].date);
		json_member_str(j, "date_printed", a->history[i].date_printed);
		json_member_str(j, "version", a->history[i].version);
		json_member_str(j, "text", a->history[i].text);
		json_end(j, '}');
	}
	json_end(j, ']');
}

/* The scores said of one CVE; those of none when it is NULL. */
static void scores(struct json *j, const struct advisory *a, const char *cve)
{
	json_begin(j, '[');
	for (size_t i = 0; i < a->cvss_count; i++) {
		const struct advisory_cvss *const c = &a->cvss[i];

		if (c->cve != cve)
			continue;
		json_begin(j, '{');
		json_member_str(j, "score", c->score);
		json_member_str(j, "version", c->version);
		json_member_str(j, "severity", c->severity);
		json_member_str(j, "vector", c->vector);
		json_member_str(j, "wording", c->wording);
		json_end(j, '}');
	}
	json_end(j, ']');
}

static void cves(struct json *j, const struct advisory *a)
{
	json_key(j, "cves");
	json_begin(j, '[');
	for (size_t i = 0; i < a->cve_count; i++) {
		json_begin(j, '{');
		json_member_str(j, "id", a->cves[i]);
		json_key(j, "cvss");
		scores(j, a, a->cves[i]);
		json_end(j, '}');
	}
	json_end(j, ']');
	json_key(j, "cvss_of_no_single_cve");
	scores(j, a, NULL);
}

static void sections(struct json *j, const struct advisory *a)
{
	json_key(j, "sections");
	json_begin(j, '[');
	for (size_t i = 0; i < a->section_count; i++) {
		json_begin(j, '{');
		json_member_str(j, "kind", advisory_section_name(a->sections[i].kind));
		json_member_u64(j, "level", a->sections[i].level);
		json_member_str(j, "heading", a->sections[i].heading);
		json_member_str(j, "text", a->sections[i].text);
		json_end(j, '}');
	}
	json_end(j, ']');
}

static void items(struct json *j, const char *key, const struct advisory_item *list, size_t count)
{
	json_key(j, key);
	json_begin(j, '[');
	for (size_t i = 0; i < count; i++) {
		json_begin(j, '{');
		json_member_str(j, "text", list[i].text);
		json_member_str(j, "plain", list[i].plain);
		json_member_u64(j, "depth", list[i].depth);
		json_member_bool(j, "prose", list[i].prose);
		json_end(j, '}');
	}
	json_end(j, ']');
}

static void run(struct json *j, const struct advisory_run *r)
{
	json_key(j, "runnable");
	if (r->tried)
		json_bool(j, r->ok);
	else
		json_null(j);
	if (!r->tried || r->ok)
		return;
	json_key(j, "run_error");
	json_begin(j, '{');
	json_member_str(j, "kind", tocsin_status_name(r->error.status));
	json_member_str(j, "message", r->error.msg);
	json_member_str(j, "detail", r->error.detail);
	json_member_u64(j, "offset", r->error.offset);
	json_end(j, '}');
}

static void codes(struct json *j, const struct advisory *a, const struct advisory_run *runs)
{
	json_key(j, "code");
	json_begin(j, '[');
	for (size_t i = 0; i < a->code_count; i++) {
		const struct advisory_code *const c = &a->codes[i];

		json_begin(j, '{');
		json_member_str(j, "language", c->language);
		json_member_bool(j, "reads_evidence", c->reads_evidence);
		json_member_str(j, "reason", c->reason);
		run(j, &runs[i]);
		json_member_str(j, "text", c->text);
		json_member_str(j, "tag", c->tag);
		json_member_bool(j, "fenced", c->fenced);
		json_key(j, "section");
		if (c->section == ADVISORY_NONE)
			json_null(j);
		else
			json_u64(j, c->section);
		json_end(j, '}');
	}
	json_end(j, ']');
}

static void references(struct json *j, const struct advisory *a)
{
	json_key(j, "references");
	json_begin(j, '[');
	for (size_t i = 0; i < a->reference_count; i++) {
		json_begin(j, '{');
		json_member_u64(j, "number", a->references[i].number);
		json_member_str(j, "address", a->references[i].address);
		json_member_str(j, "label", a->references[i].label);
		json_end(j, '}');
	}
	json_end(j, ']');
}

void advisory_report_json(struct json *j, const struct advisory *a, const struct advisory_run *runs)
{
	json_begin(j, '{');
	head(j, a->number, a->title, a->version, a->date);
	json_member_str(j, "source", "document");
	json_member_str(j, "form", a->form == ADVISORY_PUBLISHED ? "published" : "flattened");
	json_member_str(j, "date_printed", a->date_printed);
	json_member_str(j, "original_date", a->original_date);
	json_member_str(j, "original_date_printed", a->original_date_printed);
	json_member_str(j, "licence", a->licence_title);
	json_member_str(j, "licence_link", a->licence_link);
	json_member_str(j, "licence_restrictions", a->licence_restrictions);
	json_member_str(j, "licence_author", a->licence_author);
	keys(j, a);
	history(j, a);
	cves(j, a);
	items(j, "products", a->products, a->product_count);
	items(j, "recommendations", a->recommendations, a->recommendation_count);
	codes(j, a, runs);
	references(j, a);
	sections(j, a);
	json_end(j, '}');
}

/* ---- packs */

static void texts(struct json *j, const char *key, const char *const *list, size_t count)
{
	json_key(j, key);
	json_begin(j, '[');
	for (size_t i = 0; i < count; i++)
		json_str(j, list[i]);
	json_end(j, ']');
}

static void detections(struct json *j, const struct pack *p)
{
	json_key(j, "detections");
	json_begin(j, '[');
	for (size_t i = 0; i < p->detection_count; i++) {
		const struct pack_detection *const d = &p->detections[i];

		json_begin(j, '{');
		json_member_str(j, "id", d->id);
		json_member_str(j, "title", d->title);
		json_member_str(j, "command", d->command);
		json_member_bool(j, "printed", d->printed);
		json_member_str(j, "subject", d->values ? "values" : "message");
		json_member_str(j, "severity_affected", pack_severity_name(d->severity_affected));
		json_member_str(j, "severity_otherwise", pack_severity_name(d->severity_otherwise));
		json_end(j, '}');
	}
	json_end(j, ']');
}

static void sources(struct json *j, const struct pack *p)
{
	json_key(j, "sources");
	json_begin(j, '[');
	for (size_t i = 0; i < p->source_count; i++) {
		json_begin(j, '{');
		json_member_str(j, "channel", p->sources[i].channel);
		json_member_bool(j, "required", p->sources[i].required);
		json_member_str(j, "path", p->sources[i].path);
		json_end(j, '}');
	}
	json_end(j, ']');
}

void pack_report_json(struct json *j, const struct pack *p)
{
	json_begin(j, '{');
	head(j, p->number, p->title, p->version, p->date);
	json_member_str(j, "source", p->source);
	json_member_str(j, "licence", p->licence);
	json_member_str(j, "condition", p->condition);
	json_key(j, "cves");
	json_begin(j, '[');
	for (size_t i = 0; i < p->cve_count; i++) {
		json_begin(j, '{');
		json_member_str(j, "id", p->cves[i]);
		json_end(j, '}');
	}
	json_end(j, ']');
	json_key(j, "products");
	json_begin(j, '[');
	for (size_t i = 0; i < p->product_count; i++) {
		json_begin(j, '{');
		json_member_str(j, "plain", p->products[i]);
		json_end(j, '}');
	}
	json_end(j, ']');
	texts(j, "updates", p->updates, p->update_count);
	detections(j, p);
	sources(j, p);
	json_key(j, "references");
	json_begin(j, '[');
	for (size_t i = 0; i < p->reference_count; i++) {
		json_begin(j, '{');
		json_member_u64(j, "number", i + 1);
		json_member_str(j, "address", p->references[i]);
		json_end(j, '}');
	}
	json_end(j, ']');
	json_end(j, '}');
}
