/* SPDX-License-Identifier: Apache-2.0 */
/* tocsin events --info: how the files are built, and where they are damaged. The damage is on
 * stdout here; stderr has the totals. */
#include "cli/events_tables.h"

#include "cli/events_run.h"
#include "query/log_info.h"

/* Text that comes together before it is written. */
#define PUT_SIZE 65536u

struct info {
	struct events_run run;
	struct events_tables tables;
	bool in_damage; /* of the source at hand */
	uint64_t records, recovered, lost, lost_bytes;
	uint64_t explained; /* bytes */
};

static bool put(struct info *c)
{
	return c->tables.text.n < PUT_SIZE || events_tables_put(&c->tables);
}

static bool on_begin(void *context, const struct log_info_file *file)
{
	struct info *const c = context;
	struct events_tables *const t = &c->tables;

	c->in_damage = false;
	if (t->is_json) {
		log_info_json_begin(file, &t->json);
	} else {
		if (t->any)
			buf_byte(&t->text, '\n');
		log_info_text_begin(file, &t->style, &t->text);
	}
	t->any = true;
	return put(c);
}

static bool on_chunk(void *context, const struct log_info_chunk *chunk)
{
	struct info *const c = context;

	if (c->tables.is_json)
		log_info_json_chunk(chunk, &c->tables.json);
	else
		log_info_text_chunk(chunk, &c->tables.style, &c->tables.text);
	return put(c);
}

static bool on_damage(void *context, const struct scan_damage *damage)
{
	struct info *const c = context;
	struct events_tables *const t = &c->tables;

	if (!c->in_damage && t->is_json)
		log_info_json_damages(&t->json);
	else if (!c->in_damage)
		log_info_text_damages(&t->text);
	c->in_damage = true;
	if (t->is_json)
		log_info_json_damage(damage, &t->json);
	else
		log_info_text_damage(damage, &t->style, &t->text);
	return put(c);
}

static bool on_end(void *context, const struct log_info_sums *sums)
{
	const struct evtx_account *const a = &sums->account;
	struct info *const c = context;
	struct events_tables *const t = &c->tables;

	c->records += sums->records;
	c->recovered += sums->recovered;
	c->lost += sums->losses;
	c->lost_bytes += a->lost;
	c->explained += a->headers + a->records + a->recovered + a->unused + a->residue + a->lost;
	if (t->is_json) {
		if (!c->in_damage)
			log_info_json_damages(&t->json);
		log_info_json_end(sums, &t->json);
	} else {
		log_info_text_end(sums, &t->text);
	}
	return put(c);
}

static void on_progress(void *context, uint64_t done, uint64_t total)
{
	const struct info *const c = context;

	cli_progress(c->run.cli, done, total);
}

/* The totals on stderr; false when bytes are not explained. */
static bool summarise(const struct info *c)
{
	const uint64_t bytes = c->run.evidence->bytes;
	struct buf line = {0};

	log_counted(&line, c->records + c->recovered, "record", "records");
	if (c->recovered) {
		buf_str(&line, " (");
		log_thousands(&line, c->recovered);
		buf_str(&line, " recovered)");
	}
	buf_str(&line, " in ");
	log_counted(&line, c->run.evidence->source_count, "source, ", "sources, ");
	log_counted(&line, bytes, "byte", "bytes");
	buf_str(&line, ": ");
	log_thousands(&line, c->lost_bytes);
	buf_str(&line, " lost in ");
	log_counted(&line, c->lost, "place", "places");
	cli_note(c->run.cli, "%s", buf_cstr(&line));
	buf_free(&line);
	if (c->explained == bytes)
		return true;
	cli_error("internal error: %llu bytes were given, %llu are accounted for; please report "
		  "this",
		  (unsigned long long)bytes, (unsigned long long)c->explained);
	return false;
}

static void begin(struct info *c)
{
	struct json *const j = &c->tables.json;

	if (!c->tables.is_json)
		return;
	json_begin(j, '{');
	json_member_str(j, "schema", "tocsin.info/1");
	json_key(j, "sources");
	json_begin(j, '[');
}

static void end(struct info *c, bool complete)
{
	struct json *const j = &c->tables.json;

	if (c->tables.is_json) {
		json_end(j, ']');
		json_member_u64(j, "records", c->records);
		json_member_u64(j, "recovered", c->recovered);
		json_member_u64(j, "lost_places", c->lost);
		json_member_u64(j, "lost_bytes", c->lost_bytes);
		json_member_bool(j, "complete", complete);
		json_end(j, '}');
		buf_byte(&c->tables.text, '\n');
	}
	events_tables_put(&c->tables);
}

static int run(struct info *c)
{
	const struct log_info_sink sink = {
		.context = c,
		.begin = on_begin,
		.chunk = on_chunk,
		.damage = on_damage,
		.end = on_end,
		.progress = on_progress,
	};
	struct tocsin_error error;
	bool complete, cut;

	begin(c);
	if (!events_find(&c->run))
		return EXIT_FAIL_ON;
	if (log_info_run(c->run.evidence, &c->run.options, &sink, &error) != TOCSIN_OK) {
		cli_report("events --info", &error, NULL);
		return EXIT_FAIL_ON;
	}
	cut = c->tables.stopped;
	complete = !c->run.unread && !c->lost;
	if (!cut)
		end(c, complete);
	if (!events_tables_close(&c->tables, true) || (!cut && !summarise(c)) || !complete)
		return EXIT_FAIL_ON;
	return c->records + c->recovered ? EXIT_COMPLETE : EXIT_USAGE;
}

int events_info(const struct cli *cli)
{
	/* The file is told as it is, whatever records are looked for. */
	static const enum option_id foreign[] = {
		OPT_SHAPE, OPT_DEDUPE, OPT_SORT, OPT_HEAD,  OPT_TAIL,     OPT_ORIGIN,  OPT_CARVE,
		OPT_SINCE, OPT_UNTIL,  OPT_ID,   OPT_LEVEL, OPT_PROVIDER, OPT_CHANNEL, OPT_COMPUTER,
		OPT_USER,  OPT_RECORD, OPT_TEXT, OPT_REGEX, OPT_WHERE,    OPT_SUMMARY,
	};
	struct info c = {0};
	int code = EXIT_FAIL_ON;

	if (events_open(&c.run, cli) && events_tables_open(&c.tables, cli, "info", foreign,
							   sizeof(foreign) / sizeof(foreign[0])))
		code = run(&c);
	events_tables_close(&c.tables, false);
	events_close(&c.run);
	return code;
}
