/* SPDX-License-Identifier: Apache-2.0 */
/* A source's summary as one JSON object: docs/summary.md. */
#include <stdio.h>

#include "base/timestamp.h"
#include "output/log_report.h"

/* A name that the records do not have is null. */
static void name(struct json *j, const char *key, const char *text)
{
	json_member_str(j, key, *text ? text : NULL);
}

static void span(struct json *j, const char *key, const struct summary_span *s)
{
	json_key(j, key);
	if (!s->records) {
		json_null(j);
		return;
	}
	json_begin(j, '{');
	json_member_u64(j, "records", s->records);
	json_member_time(j, "first", s->first);
	json_member_time(j, "last", s->last);
	json_member_time(j, "first_written", s->first_written);
	json_member_time(j, "last_written", s->last_written);
	json_member_u64(j, "first_id", s->first_id);
	json_member_u64(j, "last_id", s->last_id);
	json_end(j, '}');
}

static void gaps(struct json *j, const struct summary_log *log, bool known)
{
	json_key(j, "missing");
	if (known)
		json_u64(j, log->missing);
	else
		json_null(j);
	json_key(j, "gaps");
	if (!known) {
		json_null(j);
		return;
	}
	json_begin(j, '[');
	for (size_t i = 1; i < log->run_count; i++) {
		const struct id_run *const a = &log->runs[i - 1], *const b = &log->runs[i];

		json_begin(j, '{');
		json_member_u64(j, "first", a->last + 1);
		json_member_u64(j, "last", b->first - 1);
		json_member_u64(j, "ids", b->first - a->last - 1);
		json_member_time(j, "after", a->last_time);
		json_member_time(j, "before", b->first_time);
		json_end(j, '}');
	}
	json_end(j, ']');
}

static void clock_steps(struct json *j, const struct summary_clock *c)
{
	char seconds[48];

	json_key(j, "clock_set_back");
	if (!c->steps) {
		json_null(j);
		return;
	}
	json_begin(j, '{');
	json_member_u64(j, "times", c->steps);
	snprintf(seconds, sizeof(seconds), "%llu.%07u",
		 (unsigned long long)(c->largest / FILETIME_SECOND),
		 (unsigned)(c->largest % FILETIME_SECOND));
	json_key(j, "seconds");
	json_raw(j, seconds);
	json_member_u64(j, "record_id", c->record_id);
	json_member_time(j, "from", c->from);
	json_member_time(j, "to", c->to);
	json_end(j, '}');
}

static void cleared(struct json *j, const struct summary_log *log)
{
	json_key(j, "cleared");
	json_begin(j, '[');
	for (size_t i = 0; i < log->cleared_count; i++) {
		const struct summary_cleared *const c = &log->cleared[i];

		json_begin(j, '{');
		json_member_time(j, "time", c->time);
		name(j, "channel", c->channel);
		name(j, "account", c->account);
		json_member_u64(j, "event_id", c->event_id);
		json_member_u64(j, "record_id", c->record_id);
		json_member_str(j, "origin", event_origin_name(c->origin));
		json_end(j, '}');
	}
	json_end(j, ']');
}

static void levels(struct json *j, const struct summary_log *log)
{
	json_key(j, "levels");
	json_begin(j, '{');
	for (size_t i = 0; i < SUMMARY_LEVELS; i++) {
		const char *const word = summary_level_name(i);
		char number[16];

		if (!log->levels[i])
			continue;
		snprintf(number, sizeof(number), "%u", (unsigned)i);
		json_member_u64(j,
				word                     ? word
				: i < SUMMARY_LEVELS - 1 ? number
							 : "other",
				log->levels[i]);
	}
	json_end(j, '}');
}

static void providers(struct json *j, const struct summary_log *log)
{
	json_key(j, "providers");
	json_begin(j, '[');
	for (size_t i = 0; i < log->provider_count; i++) {
		const struct summary_provider *const p = &log->providers[i];

		json_begin(j, '{');
		name(j, "name", p->name);
		json_member_u64(j, "records", p->records);
		json_key(j, "events");
		json_begin(j, '[');
		for (size_t k = 0; k < p->event_count; k++) {
			json_begin(j, '{');
			json_key(j, "id");
			if (p->events[k].id == SUMMARY_NO_ID)
				json_null(j);
			else
				json_u64(j, p->events[k].id);
			json_member_u64(j, "records", p->events[k].records);
			json_end(j, '}');
		}
		json_end(j, ']');
		json_end(j, '}');
	}
	json_end(j, ']');
}

static void computers(struct json *j, const struct summary_log *log)
{
	json_key(j, "computers");
	json_begin(j, '[');
	for (size_t i = 0; i < log->computer_count; i++) {
		json_begin(j, '{');
		name(j, "name", log->computers[i].name);
		json_member_u64(j, "records", log->computers[i].records);
		json_end(j, '}');
	}
	json_end(j, ']');
}

static void one_log(struct json *j, const struct summary_log *log, bool filtered)
{
	json_begin(j, '{');
	name(j, "channel", log->channel);
	span(j, "live", &log->spans[EVENT_LIVE]);
	span(j, "recovered", &log->spans[EVENT_RECOVERED]);
	span(j, "carved", &log->spans[EVENT_CARVED]);
	gaps(j, log, !filtered && !log->scattered && log->spans[EVENT_LIVE].records);
	json_member_u64(j, "not_ascending", log->unordered);
	clock_steps(j, &log->clock);
	cleared(j, log);
	levels(j, log);
	computers(j, log);
	providers(j, log);
	json_key(j, "not_listed");
	json_begin(j, '{');
	json_member_u64(j, "events", log->more_events);
	json_member_u64(j, "computers", log->more_computers);
	json_member_u64(j, "cleared", log->more_cleared);
	json_end(j, '}');
	json_end(j, '}');
}

void log_summary_json(const struct log_summary_report *r, struct json *j)
{
	json_begin(j, '{');
	json_member_str(j, "source", r->path);
	json_member_u64(j, "bytes", r->size);
	json_member_u64(j, "records", r->summary->records);
	json_member_u64(j, "lost_places", r->lost);
	json_member_u64(j, "lost_bytes", r->lost_bytes);
	json_key(j, "logs");
	json_begin(j, '[');
	for (size_t i = 0; i < r->summary->log_count; i++)
		one_log(j, &r->summary->logs[i], r->filtered);
	json_end(j, ']');
	json_member_u64(j, "not_listed", r->summary->more_logs);
	json_end(j, '}');
}
