/* SPDX-License-Identifier: Apache-2.0 */
/* Help from the tables: examples first; -h is one screen, --help is all there is. */
#include "cli/catalog.h"

#define WIDTH 80 /* as narrow as terminals come */
#define LEFT 30  /* where short descriptions of options start */

static const char *const features[] = {
#ifdef TOCSIN_HAVE_PCRE2
	"pcre2",
#endif
#ifdef TOCSIN_HAVE_YAML
	"yaml",
#endif
#ifdef TOCSIN_EMBED_DATA
	"data",
#endif
	NULL};

void help_version(struct buf *out)
{
	buf_printf(out, "tocsin %s\nbuilt with:", tocsin_version());
	for (size_t i = 0; features[i]; i++)
		buf_printf(out, " %s", features[i]);
	buf_str(out, features[0] ? "\n" : " none of pcre2, yaml, data\n");
}

/* Words of `text` in lines of at most WIDTH columns, each indented; '\n' ends a paragraph. */
static void wrap(struct buf *out, const char *text, size_t indent)
{
	size_t column = 0;

	while (*text) {
		const size_t n = strcspn(text, " \n");

		if (column && column + 1 + n > WIDTH) {
			buf_byte(out, '\n');
			column = 0;
		}
		if (column) {
			buf_byte(out, ' ');
			column++;
		} else {
			buf_fill(out, ' ', indent);
			column = indent;
		}
		buf_add(out, text, n);
		column += n;
		text += n;
		if (*text == '\n') {
			buf_byte(out, '\n');
			column = 0;
		}
		text += *text != 0;
	}
	buf_byte(out, '\n');
}

static void option_names(struct buf *out, const struct option_entry *o)
{
	if (o->letter)
		buf_printf(out, "-%c, ", o->letter);
	else
		buf_str(out, "    ");
	buf_printf(out, "--%s", o->name);
	if (o->value)
		buf_printf(out, " %s", o->value);
}

/* The part before the particulars. */
static size_t brief(const char *help)
{
	const char *const paren = strstr(help, " (");
	const size_t n = strcspn(help, ";:");

	return paren && (size_t)(paren - help) < n ? (size_t)(paren - help) : n;
}

static void option_line(struct buf *out, const struct option_entry *o, bool complete)
{
	const size_t start = out->n;

	buf_str(out, "  ");
	option_names(out, o);
	if (complete) {
		buf_byte(out, '\n');
		wrap(out, o->help, 10);
		return;
	}
	if (out->n - start + 2 > LEFT)
		buf_printf(out, "\n%*s", LEFT, "");
	else
		buf_fill(out, ' ', LEFT - (out->n - start));
	buf_add(out, o->help, brief(o->help));
	buf_byte(out, '\n');
}

static bool is_common(const struct option_entry *o)
{
	return !strcmp(o->commands, "*");
}

static void common_options(struct buf *out, bool complete)
{
	buf_str(out, "\nOptions of every command:\n");
	for (size_t i = 0; i < OPTION_COUNT; i++)
		if (is_common(&catalog_options[i]))
			option_line(out, &catalog_options[i], complete);
}

static void examples(struct buf *out, const char *command, bool complete)
{
	buf_str(out, "Examples:\n");
	for (size_t i = 0; i < catalog_example_count; i++) {
		const struct example_entry *const e = &catalog_examples[i];

		if (strcmp(e->command, command))
			continue;
		if (complete)
			buf_printf(out, "  # %s\n", e->what);
		buf_printf(out, "  %s\n", e->line);
	}
}

static void command_help(struct buf *out, const struct command_entry *c, bool complete)
{
	buf_printf(out, "tocsin %s: %s\n\n", c->name, c->summary);
	examples(out, c->name, complete);
	buf_printf(out, "\nUsage: tocsin %s [OPTIONS] %s\n", c->name, c->operands);
	if (complete) {
		buf_byte(out, '\n');
		wrap(out, c->description, 0);
	}
	buf_str(out, "\nOptions:\n");
	for (size_t i = 0; i < OPTION_COUNT; i++)
		if (!is_common(&catalog_options[i]) && catalog_shows(&catalog_options[i], c->name))
			option_line(out, &catalog_options[i], complete);
	if (!complete) {
		buf_printf(out, "\nAll options, the formats and the exit codes: tocsin %s --help\n",
			   c->name);
		return;
	}
	common_options(out, true);
	buf_str(out, "\nExit codes:\n");
	for (size_t i = 0; i < catalog_exit_count; i++)
		if (!strcmp(catalog_exits[i].command, c->name))
			buf_printf(out, "  %s  %s\n", catalog_exits[i].code,
				   catalog_exits[i].meaning);
}

void help_write(struct buf *out, const struct command_entry *command, bool complete)
{
	if (command) {
		command_help(out, command, complete);
		return;
	}
	buf_str(out, "tocsin: turns a security advisory and collected evidence into an answer\n\n"
		     "Examples:\n");
	for (size_t i = 0; i < catalog_command_count; i++)
		for (size_t k = 0; k < catalog_example_count; k++)
			if (!strcmp(catalog_examples[k].command, catalog_commands[i].name) &&
			    strlen(catalog_examples[k].line) < WIDTH - 2) {
				buf_printf(out, "  %s\n", catalog_examples[k].line);
				break;
			}
	buf_str(out, "\nUsage: tocsin COMMAND [OPTIONS] ...\n\nCommands:\n");
	for (size_t i = 0; i < catalog_command_count; i++)
		buf_printf(out, "  %-10s%s\n", catalog_commands[i].name,
			   catalog_commands[i].summary);
	if (complete)
		common_options(out, true);
	buf_str(out,
		"\nMore: tocsin COMMAND -h (one screen), tocsin COMMAND --help (everything)\n");
}
