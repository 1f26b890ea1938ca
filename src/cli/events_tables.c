/* SPDX-License-Identifier: Apache-2.0 */
/* The output of --summary and --info. */
#include "cli/events_tables.h"

#include "base/os.h"

static const struct {
	const char *name;
	enum option_id id;
} flags[] = {
	{"table", OPT_TABLE}, {"json", OPT_JSON}, {"jsonl", OPT_JSONL},
	{"xml", OPT_XML},     {"csv", OPT_CSV},   {"count", OPT_COUNT},
};

static const char *option_name(enum option_id id)
{
	static const char *const names[] = {
#define OPTION(option, long_name, short_name, value, commands, help) [OPT_##option] = long_name,
#include "cli/opts.def"
	};

	return names[id];
}

/* The format by -o, or by --json or --table. */
static bool read_output(const struct cli *cli, const char *mode, struct cli_output *ret)
{
	static const char *const formats[] = {"table", "json", NULL};
	const char *chosen = NULL;
	size_t count, i;

	for (i = 0; i < sizeof(flags) / sizeof(flags[0]); i++) {
		if (!cli_has(cli, flags[i].id))
			continue;
		if (i > 1) {
			cli_error("--%s: writes a table, or JSON with --json; --%s does not go "
				  "with it",
				  mode, flags[i].name);
			return false;
		}
		if (chosen) {
			cli_error("--%s and --%s: choose one", chosen, flags[i].name);
			return false;
		}
		chosen = flags[i].name;
	}
	if (chosen && cli_has(cli, OPT_OUTPUT)) {
		cli_error("--%s and --output: choose one", chosen);
		return false;
	}
	return cli_outputs(cli, formats, chosen ? chosen : formats[0], ret, 1, &count);
}

bool events_tables_open(struct events_tables *t, const struct cli *cli, const char *mode,
			const enum option_id *foreign, size_t foreign_count)
{
	struct cli_output output;

	memset(t, 0, sizeof(*t));
	for (size_t i = 0; i < foreign_count; i++) {
		if (cli_has(cli, foreign[i])) {
			cli_error("--%s: --%s does not go with it", mode, option_name(foreign[i]));
			return false;
		}
	}
	if (!read_output(cli, mode, &output))
		return false;
	t->is_json = !strcmp(output.format, "json");
	t->style.color = cli->color && !output.file;
	t->style.width = output.file ? 0 : cli->width;
	json_init(&t->json, &t->text, false);
	t->stream = cli_stream_open(cli, &output);
	return t->stream != NULL;
}

bool events_tables_put(struct events_tables *t)
{
	if (!t->stopped && (t->text.n || buf_failed(&t->text)))
		t->stopped = !cli_stream_put(t->stream, &t->text);
	buf_clear(&t->text);
	return !t->stopped;
}

bool events_tables_close(struct events_tables *t, bool complete)
{
	bool good = false;

	if (t->stream)
		good = cli_stream_close(t->stream, complete && !t->stopped);
	buf_free(&t->text);
	memset(t, 0, sizeof(*t));
	return good;
}
