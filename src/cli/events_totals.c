/* SPDX-License-Identifier: Apache-2.0 */
/* What a run of `tocsin events` comes to: the line of totals, and the exit code. */
#include "cli/events_run.h"

static void add_count(struct buf *out, uint64_t n, const char *one, const char *many)
{
	cli_thousands(out, n);
	buf_printf(out, " %s", n == 1 ? one : many);
}

static void add_sources(struct buf *line, const struct events_run *r)
{
	const struct evidence *const e = r->evidence;

	if (r->traces) {
		buf_str(line, "; ");
		add_count(line, r->traces, "event trace (ETL)", "event traces (ETL)");
		buf_str(line, " not read");
	}
	if (e->links) {
		buf_str(line, "; ");
		add_count(line, e->links, "link to a folder", "links to folders");
		buf_str(line, " not followed");
	}
	if (e->duplicates) {
		buf_str(line, "; ");
		add_count(line, e->duplicates, "file", "files");
		buf_str(line, " reached twice, read once");
	}
}

/* `, 3 recovered, 1 carved` in brackets, where there are any. */
static void add_kinds(struct buf *line, const struct events_totals *t)
{
	const struct {
		uint64_t n;
		const char *what;
	} kinds[] = {
		{t->recovered, "recovered"},
		{t->carved, "carved"},
		{t->borrowed, "by a template of another chunk or file"},
		{t->missing, "without their template"},
	};
	const char *before = " (";
	size_t i;

	for (i = 0; i < sizeof(kinds) / sizeof(kinds[0]); i++) {
		if (!kinds[i].n)
			continue;
		buf_str(line, before);
		cli_thousands(line, kinds[i].n);
		buf_printf(line, " %s", kinds[i].what);
		before = ", ";
	}
	if (before[0] == ',')
		buf_byte(line, ')');
}

/* What became of each byte; what is nought is left out, but what is lost is always told. */
static void add_bytes(struct buf *line, const struct events_run *r)
{
	const struct evtx_account *const a = &r->totals.account;
	const bool looked = r->options.recover || r->options.carve;
	const struct {
		uint64_t n;
		const char *what;
	} parts[] = {
		{a->headers, "in headers"},
		{a->records, "in records"},
		{a->recovered, "recovered"},
		{a->unused, "unused"},
		{a->residue, r->options.carve ? "something else"
			     : looked         ? "free space with remains"
				      : "free space with remains (--recover looks into it)"},
	};
	size_t i;

	add_count(line, r->evidence->bytes, "byte", "bytes");
	buf_str(line, ": ");
	for (i = 0; i < sizeof(parts) / sizeof(parts[0]); i++) {
		if (!parts[i].n)
			continue;
		cli_thousands(line, parts[i].n);
		buf_printf(line, " %s, ", parts[i].what);
	}
	cli_thousands(line, a->lost);
	buf_str(line, " lost");
	if (r->totals.lost) {
		buf_str(line, " (");
		add_count(line, r->totals.lost, "place is", "places are");
		buf_str(line, " told)");
	}
}

/* Bytes that what became of them is known of. */
static uint64_t explained(const struct evtx_account *a)
{
	return a->headers + a->records + a->recovered + a->unused + a->residue + a->lost;
}

static void tell_undecided(const struct events_run *r)
{
	const unsigned threads = r->cli->threads ? r->cli->threads : 1;
	const struct tocsin_error *error = NULL;
	struct buf line = {0};
	unsigned i;

	if (!r->totals.undecided)
		return;
	for (i = 0; r->matchers && i < threads && !error; i++)
		error = matcher_error(r->matchers[i]);
	add_count(&line, r->totals.undecided, "event is", "events are");
	buf_str(&line, " undecided and left out: ");
	if (error)
		buf_printf(&line, "%s%s%s%s", error->msg, error->detail[0] ? " (" : "",
			   error->detail, error->detail[0] ? ")" : "");
	else
		buf_str(&line, "the records do not hold what a condition asks about");
	cli_error("%s", buf_cstr(&line));
	buf_free(&line);
}

/* Behind a run that ended early nothing is known of the rest. */
static void summarise_part(const struct events_run *r, uint64_t kept)
{
	struct buf line = {0};

	add_count(&line, kept, "event", "events");
	buf_str(&line, "; the run ended there: what lies behind was not read");
	if (r->totals.lost) {
		buf_str(&line, "; ");
		add_count(&line, r->totals.lost, "place", "places");
		buf_str(&line, " lost before");
	}
	cli_note(r->cli, "%s", buf_cstr(&line));
	buf_free(&line);
}

bool events_summarise(const struct events_run *r, uint64_t kept, const char *left_out)
{
	const struct events_totals *const t = &r->totals;
	const struct evidence *const e = r->evidence;
	const uint64_t bytes = explained(&t->account);
	struct buf line = {0};

	tell_undecided(r);
	if (r->ended_early) {
		summarise_part(r, kept);
		return true;
	}
	if (kept != t->records) {
		cli_thousands(&line, kept);
		buf_str(&line, " of ");
	}
	add_count(&line, t->records, "record", "records");
	buf_str(&line, " from ");
	add_count(&line, e->source_count, "source", "sources");
	add_kinds(&line, t);
	buf_str(&line, ", ");
	add_bytes(&line, r);
	if (bytes == e->bytes)
		buf_str(&line, "; every byte accounted for");
	if (t->account.noise) {
		buf_str(&line, "; ");
		add_count(&line, t->account.noise, "place looked like a record and is none",
			  "places looked like records and are none");
	}
	if (t->account.copies) {
		buf_str(&line, "; ");
		add_count(&line, t->account.copies, "copy of a live record left out",
			  "copies of live records left out");
	}
	if (left_out)
		buf_printf(&line, "; %s", left_out);
	add_sources(&line, r);
	cli_note(r->cli, "%s", buf_cstr(&line));
	buf_free(&line);
	if (bytes != e->bytes)
		cli_error("internal error: %llu bytes were given, %llu are accounted for; please "
			  "report this",
			  (unsigned long long)e->bytes, (unsigned long long)bytes);
	return bytes == e->bytes;
}

int events_exit(const struct events_run *r, uint64_t kept)
{
	/* What was not looked at is no "none". */
	if (r->unread || r->totals.lost || r->totals.undecided)
		return EXIT_FAIL_ON;
	return kept ? EXIT_COMPLETE : EXIT_USAGE;
}
