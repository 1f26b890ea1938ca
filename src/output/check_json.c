/* SPDX-License-Identifier: Apache-2.0 */
/* Schema tocsin.check/1: fields may be added, never renamed. Times are ISO 8601, UTC, seven digits.
 */
#include "base/timestamp.h"
#include "output/check_report.h"
#include "output/json.h"

static void evidence_list(struct json *j, const struct evidence *e)
{
	json_key(j, "evidence");
	json_begin(j, '[');
	for (size_t i = 0; i < e->source_count; i++) {
		json_begin(j, '{');
		json_member_str(j, "source", e->sources[i].path);
		json_member_str(j, "kind", "evtx");
		json_member_u64(j, "bytes", e->sources[i].size);
		json_end(j, '}');
	}
	json_end(j, ']');
}

static void error_list(struct json *j, const struct check_result *r)
{
	json_key(j, "errors");
	json_begin(j, '[');
	for (size_t i = 0; i < r->error_count; i++) {
		const struct check_error *const e = &r->errors[i];

		json_begin(j, '{');
		json_member_str(j, "source", e->source);
		json_member_u64(j, "offset", e->offset);
		json_key(j, "record_id");
		if (e->record_id)
			json_u64(j, e->record_id);
		else
			json_null(j);
		json_member_str(j, "kind", tocsin_status_name(e->kind));
		json_member_bool(j, "lost", e->lost);
		json_member_str(j, "message", e->message);
		json_end(j, '}');
	}
	json_end(j, ']');
}

static void cve(struct json *j, const struct exposure_db *db, const char *id)
{
	struct cve_info info;
	const bool known = exposure_cve(db, id, &info);

	json_begin(j, '{');
	json_member_str(j, "id", id);
	json_key(j, "cvss");
	if (known && info.cvss_score) {
		json_begin(j, '{');
		json_key(j, "score");
		json_raw(j, info.cvss_score);
		json_member_str(j, "vector", info.cvss_vector);
		json_member_str(j, "severity", info.cvss_severity);
		json_end(j, '}');
	} else {
		json_null(j);
	}
	json_member_bool(j, "kev", known && info.kev);
	json_member_str(j, "kev_date", known ? info.kev_date : NULL);
	json_end(j, '}');
}

static void advisory(struct json *j, const struct exposure_db *db, const struct pack *p)
{
	json_begin(j, '{');
	json_member_str(j, "number", p->number);
	json_member_str(j, "title", p->title);
	json_member_str(j, "version", p->version);
	json_member_str(j, "date", p->date);
	json_member_str(j, "licence", p->licence);
	json_member_str(j, "source", p->source);
	json_key(j, "cves");
	json_begin(j, '[');
	for (size_t i = 0; i < p->cve_count; i++)
		cve(j, db, p->cves[i]);
	json_end(j, ']');
	json_key(j, "references");
	json_begin(j, '[');
	for (size_t i = 0; i < p->reference_count; i++)
		json_str(j, p->references[i]);
	json_end(j, ']');
	json_end(j, '}');
}

static void build(struct json *j, const struct exposure_db *db, const struct check_build *b)
{
	struct build_info info;

	memset(&info, 0, sizeof(info));
	exposure_identify(db, &b->build, b->precision, &info);
	json_begin(j, '{');
	json_member_str(j, "name", info.product);
	json_member_str(j, "cu", info.cu);
	json_member_str(j, "su", info.su);
	json_member_str(j, "build", b->text);
	json_member_str(j, "precision", precision_name(b->precision));
	json_member_str(j, "from", b->from);
	json_member_time(j, "time", b->time == UINT64_MAX ? 0 : b->time);
	json_end(j, '}');
}

static void exposure(struct json *j, const struct check_exposure *e)
{
	json_begin(j, '{');
	json_member_str(j, "cve", e->cve);
	json_member_str(j, "status", exposure_status_name(e->exposure.status));
	json_member_str(j, "reason", e->exposure.reason);
	json_key(j, "fix");
	if (e->exposure.fix_update) {
		json_begin(j, '{');
		json_member_str(j, "update", e->exposure.fix_update);
		json_member_str(j, "kb", e->exposure.fix_kb);
		json_member_str(j, "build", e->exposure.fix_build);
		json_end(j, '}');
	} else {
		json_null(j);
	}
	json_end(j, '}');
}

static void coverage(struct json *j, const struct check_coverage *c)
{
	json_begin(j, '{');
	json_member_str(j, "source", c->source->path);
	json_member_str(j, "channel", c->channel);
	json_member_time(j, "from", c->from);
	json_member_time(j, "to", c->to);
	json_member_u64(j, "records", c->records);
	json_member_bool(j, "recovered", c->recovered);
	json_member_u64(j, "damaged", c->damaged);
	json_member_u64(j, "gaps", c->gaps);
	json_end(j, '}');
}

static void detection(struct json *j, const struct check_detection *d)
{
	json_begin(j, '{');
	json_member_str(j, "id", d->detection->id);
	json_member_str(j, "title", d->detection->title);
	json_member_str(j, "command", d->detection->command);
	json_member_bool(j, "printed", d->detection->printed);
	json_member_str(j, "status", detection_status_name(d->status));
	json_member_u64(j, "hits", d->hits);
	json_member_u64(j, "undecided", d->undecided);
	json_member_str(j, "refused", d->refused);
	json_member_time(j, "first", d->first);
	json_member_time(j, "last", d->last);
	json_key(j, "coverage");
	json_begin(j, '[');
	for (size_t i = 0; i < d->coverage_count; i++)
		coverage(j, &d->coverage[i]);
	json_end(j, ']');
	json_end(j, '}');
}

static void finding(struct json *j, const struct check_finding *f)
{
	json_begin(j, '{');
	json_member_str(j, "severity", severity_name(f->severity));
	json_member_str(j, "title", f->detection->title);
	json_member_str(j, "detection", f->detection->id);
	json_member_time(j, "time", f->time);
	json_member_str(j, "source", f->source->path);
	json_member_u64(j, "offset", f->offset);
	json_member_str(j, "origin", event_origin_name(f->origin));
	if (f->template_path) {
		json_member_str(j, "template_path", f->template_path);
		json_member_u64(j, "template_offset", f->template_offset);
		if (f->template_ambiguous)
			json_member_bool(j, "template_ambiguous", true);
	}
	json_member_str(j, "channel", f->channel);
	json_member_u64(j, "record_id", f->record_id);
	json_member_u64(j, "event_id", f->event_id);
	json_member_str(j, "provider", f->provider);
	json_member_str(j, "build", f->build);
	json_member_str(j, "process", f->process);
	json_member_str(j, "account", f->account);
	json_member_str(j, "client_ip", f->client_ip);
	json_member_str(j, "text", f->text);
	json_member_u64(j, "records", f->records);
	json_end(j, '}');
}

static void verdict(struct json *j, const struct check_verdict *v)
{
	json_begin(j, '{');
	json_member_str(j, "advisory", v->pack->number);
	json_key(j, "exposure");
	json_begin(j, '[');
	for (size_t i = 0; i < v->exposure_count; i++)
		exposure(j, &v->exposures[i]);
	json_end(j, ']');
	json_member_str(j, "assessment", assessment_name(v->assessment));
	json_member_str(j, "reason", v->reason);
	json_key(j, "detections");
	json_begin(j, '[');
	for (size_t i = 0; i < v->detection_count; i++)
		detection(j, &v->detections[i]);
	json_end(j, ']');
	json_key(j, "findings");
	json_begin(j, '[');
	for (size_t i = 0; i < v->finding_count; i++)
		finding(j, &v->findings[i]);
	json_end(j, ']');
	json_end(j, '}');
}

static void host(struct json *j, const struct check_report *r, const struct check_host *h)
{
	json_begin(j, '{');
	json_member_str(j, "host", h->name);
	json_key(j, "aliases");
	json_begin(j, '[');
	for (size_t i = 0; i < h->alias_count; i++)
		json_str(j, h->aliases[i]);
	json_end(j, ']');
	json_key(j, "products");
	json_begin(j, '[');
	if (h->newest)
		build(j, r->options->db, h->newest);
	json_end(j, ']');
	json_key(j, "builds");
	json_begin(j, '[');
	for (size_t i = 0; i < h->build_count; i++)
		build(j, r->options->db, &h->builds[i]);
	json_end(j, ']');
	json_key(j, "verdicts");
	json_begin(j, '[');
	for (size_t i = 0; i < r->options->pack_count; i++)
		verdict(j, &h->verdicts[i]);
	json_end(j, ']');
	json_end(j, '}');
}

void check_report_json(const struct check_report *r, struct buf *out)
{
	struct json j;

	json_init(&j, out, false);
	json_begin(&j, '{');
	json_member_str(&j, "schema", "tocsin.check/1");
	json_member_str(&j, "version", TOCSIN_VERSION_STRING);
	json_member_bool(&j, "complete", r->result->complete);
	json_member_time(&j, "since", r->options->since);
	json_member_time(&j, "until", r->options->until == UINT64_MAX ? 0 : r->options->until);
	json_member_u64(&j, "records", r->result->records);
	json_member_u64(&j, "lost", r->result->lost);
	evidence_list(&j, r->evidence);
	/* Beside those: what the walk left out because it is no event log, or was there before. */
	json_member_u64(&j, "ignored", r->evidence->ignored);
	json_member_u64(&j, "links_not_followed", r->evidence->links);
	json_member_u64(&j, "duplicates", r->evidence->duplicates);
	error_list(&j, r->result);
	json_key(&j, "advisories");
	json_begin(&j, '[');
	for (size_t i = 0; i < r->options->pack_count; i++)
		advisory(&j, r->options->db, r->options->packs[i]);
	json_end(&j, ']');
	json_key(&j, "hosts");
	json_begin(&j, '[');
	for (size_t i = 0; i < r->result->host_count; i++)
		host(&j, r, &r->result->hosts[i]);
	json_end(&j, ']');
	json_end(&j, '}');
	buf_byte(out, '\n');
}
