/* SPDX-License-Identifier: Apache-2.0 */
/* The manual page (man(7) macros) and the completion for bash, from the same tables as the help. */
#include "cli/catalog.h"

/* Text for roff: a backslash and a dash are printed as such, a line never starts a request. */
static void roff(struct buf *out, const char *text)
{
	for (bool start = true; *text; start = *text == '\n', text++) {
		if (start && (*text == '.' || *text == '\''))
			buf_str(out, "\\&");
		if (*text == '\\')
			buf_str(out, "\\e");
		else if (*text == '-')
			buf_str(out, "\\-");
		else if (*text == '\n')
			buf_str(out, "\n.PP\n");
		else
			buf_byte(out, *text);
	}
}

static void roff_option(struct buf *out, const struct option_entry *o)
{
	buf_str(out, ".TP\n\\fB");
	if (o->letter)
		buf_printf(out, "\\-%c\\fR, \\fB", o->letter);
	buf_str(out, "\\-\\-");
	roff(out, o->name);
	buf_str(out, "\\fR");
	if (o->value)
		buf_printf(out, " \\fI%s\\fR", o->value);
	buf_byte(out, '\n');
	roff(out, o->help);
	buf_byte(out, '\n');
}

static void roff_command(struct buf *out, const struct command_entry *c)
{
	buf_printf(out, ".SS tocsin %s [OPTIONS] ", c->name);
	roff(out, c->operands);
	buf_byte(out, '\n');
	roff(out, c->description);
	buf_byte(out, '\n');
	for (size_t i = 0; i < OPTION_COUNT; i++)
		if (strcmp(catalog_options[i].commands, "*") &&
		    catalog_shows(&catalog_options[i], c->name))
			roff_option(out, &catalog_options[i]);
	buf_str(out, ".PP\nExit codes:\n");
	for (size_t i = 0; i < catalog_exit_count; i++)
		if (!strcmp(catalog_exits[i].command, c->name)) {
			buf_printf(out, ".TP\n%s\n", catalog_exits[i].code);
			roff(out, catalog_exits[i].meaning);
			buf_byte(out, '\n');
		}
}

void manual_write(struct buf *out)
{
	/* No date: the same source gives the same page. */
	buf_printf(out, ".TH TOCSIN 1 \"\" \"tocsin %s\" \"User Commands\"\n", tocsin_version());
	buf_str(out,
		".SH NAME\ntocsin \\- turns a security advisory and collected evidence into an "
		"answer\n.SH SYNOPSIS\n.B tocsin\n\\fICOMMAND\\fR [\\fIOPTIONS\\fR] ...\n"
		".SH EXAMPLES\n");
	for (size_t i = 0; i < catalog_example_count; i++) {
		buf_str(out, ".PP\n");
		roff(out, catalog_examples[i].what);
		buf_str(out, ":\n.PP\n.RS 4\n.nf\n");
		roff(out, catalog_examples[i].line);
		buf_str(out, "\n.fi\n.RE\n");
	}
	buf_str(out, ".SH COMMANDS\n");
	for (size_t i = 0; i < catalog_command_count; i++)
		roff_command(out, &catalog_commands[i]);
	buf_str(out, ".SH OPTIONS OF EVERY COMMAND\n");
	for (size_t i = 0; i < OPTION_COUNT; i++)
		if (!strcmp(catalog_options[i].commands, "*"))
			roff_option(out, &catalog_options[i]);
	buf_str(out, ".SH ENVIRONMENT\n.TP\n.B NO_COLOR\nSet and not empty: no colour, unless "
		     "\\fB\\-\\-color always\\fR.\n");
}

void completion_write_bash(struct buf *out)
{
	buf_str(out, "# bash completion for tocsin\n_tocsin()\n{\n"
		     "\tlocal cur=${COMP_WORDS[COMP_CWORD]} command=${COMP_WORDS[1]} words=\n"
		     "\tif [ \"$COMP_CWORD\" -eq 1 ]; then\n\t\twords=\"help");
	for (size_t i = 0; i < catalog_command_count; i++)
		buf_printf(out, " %s", catalog_commands[i].name);
	buf_str(out, "\"\n\telse\n\t\tcase $command in\n");
	for (size_t i = 0; i < catalog_command_count; i++) {
		buf_printf(out, "\t\t%s) words=\"", catalog_commands[i].name);
		for (size_t k = 0, n = 0; k < OPTION_COUNT; k++)
			if (catalog_shows(&catalog_options[k], catalog_commands[i].name))
				buf_printf(out, "%s--%s", n++ ? " " : "", catalog_options[k].name);
		buf_str(out, "\" ;;\n");
	}
	buf_str(out, "\t\tesac\n\t\t[ \"${cur#-}\" != \"$cur\" ] || words=\n\tfi\n"
		     "\tmapfile -t COMPREPLY < <(compgen -W \"$words\" -- \"$cur\")\n}\n"
		     "complete -o default -F _tocsin tocsin\n");
}
