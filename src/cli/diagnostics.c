/* SPDX-License-Identifier: Apache-2.0 */
/* What goes to stderr. A message may hold names from evidence: all of it is cleaned. */
#include "cli/cli.h"

#include <stdarg.h>
#include <stdlib.h>

#include "base/os.h"
#include "base/text.h"

#define PROGRESS_WIDTH 48

/* Puts one line with one call, so that lines of several threads do not mix. */
static void put_line(const char *prefix, const char *text)
{
	struct buf line = {0};

	if (os_is_terminal(2))
		buf_printf(&line, "\r%*s\r", PROGRESS_WIDTH, ""); /* the progress line, if any */
	buf_str(&line, prefix);
	text_clean(&line, view_of(text));
	buf_byte(&line, '\n');
	if (!buf_failed(&line))
		fwrite(line.p, 1, line.n, stderr);
	buf_free(&line);
}

/* A message that does not fit is allocated; without memory it is cut, not lost. */
static void put_formatted(const char *fmt, va_list args) PRINTF_LIKE(1, 0);
static void put_formatted(const char *fmt, va_list args)
{
	char text[1024];
	char *large = NULL;
	va_list again;
	int n;

	va_copy(again, args);
	n = vsnprintf(text, sizeof(text), fmt, args);
	if (n >= (int)sizeof(text) && (large = malloc((size_t)n + 1)))
		vsnprintf(large, (size_t)n + 1, fmt, again);
	va_end(again);
	put_line("tocsin: ", large ? large : n < 0 ? fmt : text);
	free(large);
}

void cli_error(const char *fmt, ...)
{
	va_list args;

	va_start(args, fmt);
	put_formatted(fmt, args);
	va_end(args);
}

void cli_note(const struct cli *cli, const char *fmt, ...)
{
	va_list args;

	if (cli->quiet)
		return;
	va_start(args, fmt);
	put_formatted(fmt, args);
	va_end(args);
}

/* A place in the input only helps where the input is what is wrong. */
static bool has_place(const struct tocsin_error *error)
{
	switch (error->status) {
	case TOCSIN_NOT_FOUND:
	case TOCSIN_NO_MEMORY:
	case TOCSIN_USAGE:
		return false;
	case TOCSIN_IO:
		return error->offset > 0;
	default:
		return true;
	}
}

void cli_report(const char *name, const struct tocsin_error *error, const char *unit)
{
	char place[48] = "";
	const unsigned long long at = error->offset;
	const bool detail = error->detail[0] != 0;

	if (unit && has_place(error)) {
		if (!strcmp(unit, "column"))
			snprintf(place, sizeof(place), "column %llu: ", at + 1);
		else
			snprintf(place, sizeof(place), "offset 0x%llx: ", at);
	}
	cli_error("%s: %s%s%s%s%s", name, place, error->msg ? error->msg : "failed",
		  detail ? " (" : "", error->detail, detail ? ")" : "");
}

void cli_progress(const struct cli *cli, uint64_t done, uint64_t total)
{
	struct buf text = {0}, line = {0};

	if (!cli->progress || !total)
		return;
	if (done < total) {
		const double percent = 100.0 * (double)done / (double)total;

		buf_printf(&text, "%3.0f%%  ", percent);
		cli_bytes(&text, done);
		buf_str(&text, " of ");
		cli_bytes(&text, total);
		buf_printf(&line, "\r%-*s", PROGRESS_WIDTH, buf_cstr(&text));
	} else {
		buf_printf(&line, "\r%*s\r", PROGRESS_WIDTH, "");
	}
	if (!buf_failed(&line))
		fwrite(line.p, 1, line.n, stderr);
	buf_free(&text);
	buf_free(&line);
}

void cli_thousands(struct buf *out, uint64_t n)
{
	char digits[32];
	const int count = snprintf(digits, sizeof(digits), "%llu", (unsigned long long)n);

	for (int i = 0; i < count; i++) {
		if (i && (count - i) % 3 == 0)
			buf_byte(out, ',');
		buf_byte(out, digits[i]);
	}
}

void cli_bytes(struct buf *out, uint64_t n)
{
	static const char *const units[] = {"B", "kB", "MB", "GB", "TB", "PB", "EB"};
	uint64_t unit = 1;
	size_t i = 0;

	while (n / unit >= 1000) {
		unit *= 1000;
		i++;
	}
	/* Integers only: the decimal point does not follow a locale. */
	if (n / unit < 10 && i)
		buf_printf(out, "%llu.%llu %s", (unsigned long long)(n / unit),
			   (unsigned long long)(n % unit / (unit / 10)), units[i]);
	else
		buf_printf(out, "%llu %s", (unsigned long long)(n / unit), units[i]);
}
