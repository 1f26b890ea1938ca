/* SPDX-License-Identifier: Apache-2.0 */
/* The filters of `tocsin events`, from its options to a query and a matcher for each worker. */
#include "cli/events_run.h"

#include <stdlib.h>

#include "lang/filter/filter.h"
#include "query/prefilter.h"

static const struct {
	enum option_id option;
	const char *name;
	enum filter_kind kind;
} filters[] = {
	{OPT_ID, "id", FILTER_ID},
	{OPT_LEVEL, "level", FILTER_LEVEL},
	{OPT_PROVIDER, "provider", FILTER_PROVIDER},
	{OPT_CHANNEL, "channel", FILTER_CHANNEL},
	{OPT_COMPUTER, "computer", FILTER_COMPUTER},
	{OPT_USER, "user", FILTER_USER},
	{OPT_RECORD, "record", FILTER_RECORD},
	{OPT_TEXT, "text", FILTER_TEXT},
	{OPT_REGEX, "regex", FILTER_REGEX},
	{OPT_WHERE, "where", FILTER_WHERE},
};

#define FILTER_OPTIONS (sizeof(filters) / sizeof(filters[0]))

/* Column (from 1, in characters) of a byte offset. */
static unsigned long column(const char *text, uint64_t offset)
{
	unsigned long n = 1;
	uint64_t i;

	for (i = 0; i < offset && text[i]; i++)
		n += ((unsigned char)text[i] & 0xc0) != 0x80;
	return n;
}

static void tell_bad_term(const struct filter_term *term, const struct tocsin_error *error)
{
	const char *name = "";
	size_t i;

	for (i = 0; i < FILTER_OPTIONS; i++)
		if (filters[i].kind == term->kind)
			name = filters[i].name;
	cli_error("--%s '%s': column %lu: %s%s%s%s", name, term->text,
		  column(term->text, error->offset), error->msg, error->detail[0] ? " (" : "",
		  error->detail, error->detail[0] ? ")" : "");
}

/* Wordings matter to --where alone. A build without them leaves conditions on them undecided. */
static bool load_catalogue(struct events_run *r)
{
	struct tocsin_error error;
	enum tocsin_status status;

	if (!cli_has(r->cli, OPT_WHERE))
		return true;
	status = message_catalogue_load(r->cli->data, &r->catalogue, &error);
	if (status == TOCSIN_UNSUPPORTED || (status == TOCSIN_NOT_FOUND && !r->cli->data)) {
		cli_error("warning: no message wordings are known in this build (%s)", error.msg);
		return true;
	}
	if (status != TOCSIN_OK)
		cli_report("messages.yaml", &error, "offset");
	return status == TOCSIN_OK;
}

static bool make_matchers(struct events_run *r)
{
	const unsigned threads = r->cli->threads ? r->cli->threads : 1;
	unsigned i;

	r->matchers = calloc(threads, sizeof(*r->matchers));
	for (i = 0; r->matchers && i < threads; i++) {
		r->matchers[i] = matcher_new(r->query, r->catalogue, QUERY_SUBJECT_MESSAGE);
		if (!r->matchers[i])
			break;
	}
	if (r->matchers && i == threads &&
	    prefilter_new(r->query, r->catalogue, QUERY_SUBJECT_MESSAGE, &r->prefilter, NULL) ==
		    TOCSIN_OK)
		return true;
	cli_error("out of memory");
	return false;
}

static bool compile(struct events_run *r, const struct filter_term *terms, size_t count)
{
	struct tocsin_error error;
	enum tocsin_status status;
	bool others = false;
	size_t bad = 0, i;

	status = filter_compile(terms, count, &r->query, &others, &bad, &error);
	if (status == TOCSIN_NO_MEMORY) {
		cli_error("out of memory");
		return false;
	}
	if (status != TOCSIN_OK) {
		tell_bad_term(&terms[bad < count ? bad : 0], &error);
		return false;
	}
	r->options.others = others;
	for (i = 0; i < r->query->warning_count; i++)
		cli_error("warning: %s", r->query->warnings[i]);
	return load_catalogue(r) && make_matchers(r);
}

bool events_open_filters(struct events_run *r)
{
	const struct cli *const cli = r->cli;
	struct filter_term *terms;
	size_t count = 0, i, k;
	bool good;

	for (i = 0; i < FILTER_OPTIONS; i++)
		count += cli->option_count[filters[i].option];
	if (!count)
		return true;
	terms = calloc(count, sizeof(*terms));
	if (!terms) {
		cli_error("out of memory");
		return false;
	}
	for (i = count = 0; i < FILTER_OPTIONS; i++)
		for (k = 0; k < cli->option_count[filters[i].option]; k++)
			terms[count++] = (struct filter_term){filters[i].kind,
							      cli->option[filters[i].option][k]};
	good = compile(r, terms, count);
	free(terms);
	return good;
}
