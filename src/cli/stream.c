/* SPDX-License-Identifier: Apache-2.0 */
/* Where results go: -o FORMAT[=FILE]. */
#include "cli/cli.h"

#include <stdlib.h>

#include "base/outfile.h"

struct cli_stream {
	struct outfile *file; /* NULL: stdout */
	const char *name;
	bool over;   /* nobody reads any more */
	bool failed; /* and an error was printed */
};

/* Whether `format` (n bytes of `given`) is in the list; prints why not. */
static const char *find_format(const char *const formats[], const char *given, size_t n)
{
	char word[64];
	const char *near;

	for (size_t i = 0; formats[i]; i++)
		if (strlen(formats[i]) == n && !memcmp(formats[i], given, n))
			return formats[i];
	snprintf(word, sizeof(word), "%.*s", n < sizeof(word) ? (int)n : 63, given);
	near = cli_nearest(word, formats);
	if (near) {
		cli_error("--output: no format '%s'; did you mean '%s'?", word, near);
	} else {
		struct buf all = {0};

		for (size_t i = 0; formats[i]; i++)
			buf_printf(&all, "%s%s", i ? ", " : "", formats[i]);
		cli_error("--output: no format '%s', only %s", word, buf_cstr(&all));
		buf_free(&all);
	}
	return NULL;
}

/* One place for one output. */
static bool check_place(const struct cli *cli, const struct cli_output *all, size_t n)
{
	const struct cli_output *const o = &all[n];
	struct tocsin_error error;

	for (size_t i = 0; i < n; i++) {
		if (!o->file && !all[i].file) {
			cli_error("--output: only one can go to stdout; give the other a file: "
				  "%s=FILE",
				  o->format);
			return false;
		}
		if (o->file && all[i].file && !strcmp(o->file, all[i].file)) {
			cli_error("--output: '%s' is given twice", o->file);
			return false;
		}
	}
	if (o->file && outfile_check(o->file, cli_has(cli, OPT_FORCE), &error) != TOCSIN_OK) {
		cli_report(o->file, &error, NULL);
		return false;
	}
	return true;
}

bool cli_outputs(const struct cli *cli, const char *const formats[], const char *standard,
		 struct cli_output *ret, size_t max, size_t *ret_count)
{
	const size_t count = cli->option_count[OPT_OUTPUT];

	if (count > max) {
		cli_error("--output: at most %zu can be given", max);
		return false;
	}
	for (size_t i = 0; i < count; i++) {
		const char *const given = cli->option[OPT_OUTPUT][i];
		const char *const equals = strchr(given, '=');
		const size_t n = equals ? (size_t)(equals - given) : strlen(given);

		ret[i].format = find_format(formats, given, n);
		ret[i].file = equals && strcmp(equals + 1, "-") ? equals + 1 : NULL;
		if (!ret[i].format || !check_place(cli, ret, i))
			return false;
	}
	if (!count) {
		ret[0].format = standard;
		ret[0].file = NULL;
	}
	*ret_count = count ? count : 1;
	return true;
}

struct cli_stream *cli_stream_open(const struct cli *cli, const struct cli_output *to)
{
	struct cli_stream *const stream = calloc(1, sizeof(*stream));
	struct tocsin_error error;

	if (!stream) {
		cli_error("out of memory");
		return NULL;
	}
	stream->name = to->file ? to->file : "stdout";
	if (to->file && outfile_open(to->file, cli_has(cli, OPT_FORCE), &stream->file, &error)) {
		cli_report(to->file, &error, NULL);
		free(stream);
		return NULL;
	}
	return stream;
}

bool cli_stream_put(struct cli_stream *stream, const struct buf *what)
{
	struct tocsin_error error;
	enum tocsin_status status;

	if (stream->over || stream->failed)
		return false;
	if (buf_failed(what)) {
		cli_error("%s: out of memory for the output", stream->name);
		stream->failed = true;
		return false;
	}
	status = stream->file ? outfile_write(stream->file, what->p, what->n, &error)
			      : outfile_stdout(what->p, what->n, &error);
	stream->over = status == TOCSIN_END;
	stream->failed = status != TOCSIN_OK && !stream->over;
	if (stream->failed)
		cli_report(stream->name, &error, NULL);
	return status == TOCSIN_OK;
}

bool cli_stream_put_at(struct cli_stream *stream, uint64_t offset, struct view bytes)
{
	struct tocsin_error error;

	if (stream->over || stream->failed)
		return false;
	if (outfile_write_at(stream->file, offset, bytes.p, bytes.n, &error) == TOCSIN_OK)
		return true;
	stream->failed = true;
	cli_report(stream->name, &error, NULL);
	return false;
}

bool cli_stream_close(struct cli_stream *stream, bool complete)
{
	struct tocsin_error error;
	bool ok;

	if (!stream)
		return false;
	ok = !stream->failed;
	if (stream->file && ok && complete) {
		ok = outfile_commit(stream->file, &error) == TOCSIN_OK;
		if (!ok)
			cli_report(stream->name, &error, NULL);
	} else {
		outfile_discard(stream->file);
	}
	free(stream);
	return ok;
}

bool cli_write(const struct cli *cli, const struct cli_output *to, const struct buf *what)
{
	struct cli_stream *const stream = cli_stream_open(cli, to);

	if (!stream)
		return false;
	cli_stream_put(stream, what);
	return cli_stream_close(stream, true);
}
