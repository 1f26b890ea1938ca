/* SPDX-License-Identifier: Apache-2.0 */
/* A source's summary for people: what it is first, then its channels, each with what is odd before
 * what is usual. */
#include "base/text.h"
#include "base/timestamp.h"
#include "output/log_report.h"
#include "output/table.h"

/* What is shown of each list; JSON has all. */
#define GAPS_SHOWN 5u
#define COMPUTERS_SHOWN 5u
#define CLEARED_SHOWN 20u
#define PROVIDERS_SHOWN 20u
#define IDS_SHOWN 10u

#define MINUTE (60 * FILETIME_SECOND)

/* `    ids        `: a line of a channel, or one more of the same kind with an empty label. */
static void label(struct buf *out, const char *name)
{
	buf_printf(out, "    %-10s ", name);
}

static void more(struct buf *out, uint64_t n, const char *one, const char *many)
{
	buf_str(out, "… and ");
	log_thousands(out, n);
	buf_printf(out, " more %s", n == 1 ? one : many);
}

static void period(struct buf *out, uint64_t first, uint64_t last)
{
	log_second(out, first);
	if (last != first) {
		buf_str(out, " to ");
		log_second(out, last);
	}
}

static void ids(struct buf *out, uint64_t first, uint64_t last)
{
	buf_printf(out, "%llu", (unsigned long long)first);
	if (last != first)
		buf_printf(out, " to %llu", (unsigned long long)last);
}

static uint64_t distance(uint64_t a, uint64_t b)
{
	return a > b ? a - b : b - a;
}

/* Header times, where they tell another period than the records do. */
static void written(struct buf *out, const struct summary_span *s)
{
	if (distance(s->first, s->first_written) <= MINUTE &&
	    distance(s->last, s->last_written) <= MINUTE)
		return;
	label(out, "written");
	if (s->last_written)
		period(out, s->first_written, s->last_written);
	else
		buf_str(out, "no times in the records' headers");
	buf_byte(out, '\n');
}

static void gaps(struct buf *out, const struct summary_log *log)
{
	for (size_t i = 1; i < log->run_count; i++) {
		const struct id_run *const a = &log->runs[i - 1], *const b = &log->runs[i];

		label(out, i == 1 ? "gaps" : "");
		if (i > GAPS_SHOWN) {
			more(out, log->run_count - i, "gap", "gaps");
			buf_byte(out, '\n');
			return;
		}
		ids(out, a->last + 1, b->first - 1);
		buf_str(out, " (");
		log_counted(out, b->first - a->last - 1, "id), between ", "ids), between ");
		log_second(out, a->last_time);
		buf_str(out, " and ");
		log_second(out, b->first_time);
		buf_byte(out, '\n');
	}
}

static void live_ids(struct buf *out, const struct summary_log *log, bool filtered)
{
	const struct summary_span *const s = &log->spans[EVENT_LIVE];

	label(out, "ids");
	ids(out, s->first_id, s->last_id);
	if (!filtered && log->scattered) {
		buf_str(out, ", too scattered to find gaps");
	} else if (!filtered && log->run_count > 1) {
		buf_str(out, ", ");
		log_counted(out, log->missing, "id missing in ", "ids missing in ");
		log_counted(out, log->run_count - 1, "gap", "gaps");
	} else if (!filtered) {
		buf_str(out, ", none missing");
	}
	buf_byte(out, '\n');
	if (!filtered && !log->scattered)
		gaps(out, log);
}

/* Records that are not where a log lists them. */
static void other_origins(struct buf *out, const struct summary_log *log)
{
	for (size_t i = EVENT_RECOVERED; i < SUMMARY_ORIGINS; i++) {
		const struct summary_span *const s = &log->spans[i];

		if (!s->records)
			continue;
		label(out, event_origin_name((enum event_origin)i));
		log_counted(out, s->records, "record, ", "records, ");
		period(out, s->first, s->last);
		buf_str(out, ", ids ");
		ids(out, s->first_id, s->last_id);
		buf_byte(out, '\n');
	}
}

/* `1 h 02 min`, `3 days`, of more than a minute */
static void duration(struct buf *out, uint64_t filetime)
{
	const uint64_t minutes = filetime / MINUTE;

	if (minutes >= 2 * 24 * 60) {
		log_thousands(out, minutes / (24 * 60));
		buf_str(out, " days");
	} else if (minutes >= 60) {
		buf_printf(out, "%u h %02u min", (unsigned)(minutes / 60),
			   (unsigned)(minutes % 60));
	} else {
		buf_printf(out, "%u min", (unsigned)minutes);
	}
}

static void oddities(struct buf *out, const struct summary_log *log)
{
	const struct summary_clock *const c = &log->clock;

	if (log->unordered) {
		label(out, "order");
		log_counted(out, log->unordered, "record has an id that is",
			    "records have ids that are");
		buf_str(out, " not above the one before: joined or damaged logs\n");
	}
	if (c->steps) {
		label(out, "clock");
		buf_str(out, "set back ");
		log_counted(out, c->steps, "time, by ", "times, at most by ");
		duration(out, c->largest);
		buf_str(out, ": from ");
		log_second(out, c->from);
		buf_str(out, " to ");
		log_second(out, c->to);
		buf_printf(out, ", record %llu\n", (unsigned long long)c->record_id);
	}
}

static void cleared(struct buf *out, const struct summary_log *log, bool color)
{
	for (size_t i = 0; i < log->cleared_count; i++) {
		const struct summary_cleared *const c = &log->cleared[i];
		struct buf text = {0};

		label(out, i ? "" : "cleared");
		if (i == CLEARED_SHOWN) {
			more(out, log->cleared_count - i, "time", "times");
			buf_byte(out, '\n');
			break;
		}
		log_second(&text, c->time);
		buf_str(&text, "  ");
		if (*c->channel)
			log_name(&text, c->channel);
		else
			buf_str(&text, "a log whose name the record has lost");
		if (*c->account) {
			buf_str(&text, " by ");
			log_name(&text, c->account);
		}
		table_styled(out, TABLE_YELLOW, color, buf_cstr(&text));
		buf_free(&text);
		buf_printf(out, " (event %u, record %llu%s%s)\n", (unsigned)c->event_id,
			   (unsigned long long)c->record_id, c->origin == EVENT_LIVE ? "" : ", ",
			   c->origin == EVENT_LIVE ? "" : event_origin_name(c->origin));
	}
	if (log->more_cleared) {
		label(out, log->cleared_count ? "" : "cleared");
		log_counted(out, log->more_cleared, "time", "times");
		buf_str(out, " more than are kept\n");
	}
}

static void levels(struct buf *out, const struct summary_log *log)
{
	const char *before = "";

	label(out, "levels");
	for (size_t i = 0; i < SUMMARY_LEVELS; i++) {
		const char *const name = summary_level_name(i);

		if (!log->levels[i])
			continue;
		buf_str(out, before);
		log_thousands(out, log->levels[i]);
		if (name)
			buf_printf(out, " %s", name);
		else if (i < SUMMARY_LEVELS - 1)
			buf_printf(out, " of level %u", (unsigned)i);
		else
			buf_str(out, " of another level or none");
		before = ", ";
	}
	buf_byte(out, '\n');
}

static void computers(struct buf *out, const struct summary_log *log)
{
	uint64_t rest = log->more_computers;
	size_t i;

	label(out, "computers");
	for (i = 0; i < log->computer_count && i < COMPUTERS_SHOWN; i++) {
		buf_str(out, i ? ", " : "");
		log_name(out, log->computers[i].name);
		if (log->computer_count > 1 || rest) {
			buf_byte(out, ' ');
			log_thousands(out, log->computers[i].records);
		}
	}
	for (; i < log->computer_count; i++)
		rest += log->computers[i].records;
	if (log->computer_count > COMPUTERS_SHOWN) {
		buf_str(out, ", ");
		more(out, log->computer_count - COMPUTERS_SHOWN, "computer", "computers");
	}
	if (rest) {
		buf_str(out, log->computer_count > COMPUTERS_SHOWN ? ": " : ", others: ");
		log_counted(out, rest, "record", "records");
	}
	buf_byte(out, '\n');
}

/* `4999 (12), 4998 (3), … and 7 more (9)` */
static void event_ids(struct buf *out, const struct summary_provider *p)
{
	uint64_t rest = 0;

	for (size_t i = 0; i < p->event_count; i++) {
		if (i >= IDS_SHOWN) {
			rest += p->events[i].records;
			continue;
		}
		buf_str(out, i ? ", " : "");
		if (p->events[i].id == SUMMARY_NO_ID)
			buf_str(out, "none");
		else
			buf_printf(out, "%u", (unsigned)p->events[i].id);
		if (p->event_count > 1) {
			buf_str(out, " (");
			log_thousands(out, p->events[i].records);
			buf_byte(out, ')');
		}
	}
	if (p->event_count > IDS_SHOWN) {
		buf_str(out, ", … and ");
		log_thousands(out, p->event_count - IDS_SHOWN);
		buf_str(out, " more (");
		log_thousands(out, rest);
		buf_byte(out, ')');
	}
}

static void provider_rest(struct buf *out, const struct summary_log *log)
{
	uint64_t rest = 0;

	for (size_t i = PROVIDERS_SHOWN; i < log->provider_count; i++)
		rest += log->providers[i].records;
	if (rest) {
		buf_str(out, "    ");
		more(out, log->provider_count - PROVIDERS_SHOWN, "provider: ", "providers: ");
		log_counted(out, rest, "record", "records");
		buf_byte(out, '\n');
	}
	if (log->more_events) {
		buf_str(out, "    … and ");
		log_counted(out, log->more_events, "record", "records");
		buf_str(out, " of more providers and event ids than are counted one by one\n");
	}
}

static void providers(struct buf *out, const struct summary_log *log, const struct log_style *style)
{
	static const struct table_column columns[] = {{"RECORDS", TABLE_KEEP, true},
						      {"PROVIDER", TABLE_KEEP, false},
						      {"EVENT IDS", TABLE_CUT, false}};
	struct arena a = {0};
	struct table t;
	struct buf cell = {0}, lines = {0};
	size_t start = 0;

	table_init(&t, &a, columns, sizeof(columns) / sizeof(columns[0]));
	for (size_t i = 0; i < log->provider_count && i < PROVIDERS_SHOWN; i++) {
		const struct summary_provider *const p = &log->providers[i];

		buf_clear(&cell);
		log_thousands(&cell, p->records);
		table_cell(&t, buf_cstr(&cell), TABLE_PLAIN);
		table_cell(&t, *p->name ? p->name : "(none)", TABLE_PLAIN);
		buf_clear(&cell);
		event_ids(&cell, p);
		table_cell(&t, buf_cstr(&cell), TABLE_PLAIN);
	}
	out->failed |= !table_write(&t, &lines, style->width > 4 ? style->width - 4 : style->width,
				    style->color) ||
		       buf_failed(&cell) || buf_failed(&lines);
	for (size_t i = 0; i < lines.n; i++) {
		if (lines.p[i] != '\n')
			continue;
		buf_str(out, "    ");
		buf_add(out, lines.p + start, i + 1 - start);
		start = i + 1;
	}
	buf_free(&lines);
	buf_free(&cell);
	arena_free(&a);
	provider_rest(out, log);
}

static void one_log(struct buf *out, const struct summary_log *log,
		    const struct log_summary_report *r, const struct log_style *style)
{
	const struct summary_span *const live = &log->spans[EVENT_LIVE];
	struct buf name = {0};

	log_name(&name, log->channel);
	buf_str(out, "  ");
	table_styled(out, TABLE_BOLD, style->color, buf_cstr(&name));
	buf_str(out, "  ");
	if (live->records) {
		log_counted(out, live->records, "record, ", "records, ");
		period(out, live->first, live->last);
	} else {
		buf_str(out, "no live records");
	}
	buf_byte(out, '\n');
	if (live->records) {
		written(out, live);
		live_ids(out, log, r->filtered);
	}
	other_origins(out, log);
	oddities(out, log);
	cleared(out, log, style->color);
	levels(out, log);
	computers(out, log);
	providers(out, log, style);
	out->failed |= buf_failed(&name);
	buf_free(&name);
}

void log_summary_text(const struct log_summary_report *r, const struct log_style *style,
		      struct buf *out)
{
	const struct summary_source *const s = r->summary;
	struct buf text = {0};

	text_clean(&text, view_of(r->path));
	table_styled(out, TABLE_BOLD, style->color, buf_cstr(&text));
	buf_str(out, "  ");
	log_counted(out, r->size, "byte, ", "bytes, ");
	if (s->records)
		log_counted(out, s->records, "record", "records");
	else
		buf_str(out, r->filtered ? "no record selected" : "no records");
	if (r->lost) {
		buf_clear(&text);
		log_counted(&text, r->lost, "place lost", "places lost");
		if (r->lost_bytes) {
			buf_str(&text, " (");
			log_counted(&text, r->lost_bytes, "byte)", "bytes)");
		}
		buf_str(out, "; ");
		table_styled(out, TABLE_YELLOW, style->color, buf_cstr(&text));
	}
	buf_byte(out, '\n');
	for (size_t i = 0; i < s->log_count; i++)
		one_log(out, &s->logs[i], r, style);
	if (s->more_logs) {
		buf_str(out, "  … and ");
		log_counted(out, s->more_logs, "record", "records");
		buf_str(out, " of more channels than are told one by one\n");
	}
	out->failed |= buf_failed(&text);
	buf_free(&text);
}
