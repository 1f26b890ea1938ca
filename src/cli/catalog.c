/* SPDX-License-Identifier: Apache-2.0 */
#include "cli/catalog.h"

const struct option_entry catalog_options[OPTION_COUNT] = {
#define OPTION(id, long_name, short_name, value, commands, help)                                   \
	[OPT_##id] = {long_name, short_name, value, commands, help},
#include "cli/opts.def"
};

const struct command_entry catalog_commands[] = {
#define COMMAND(id, name, operands, usage_error, summary, description)                             \
	{name, operands, usage_error, summary, description, cmd_##id},
#include "cli/commands.def"
};
const size_t catalog_command_count = sizeof(catalog_commands) / sizeof(*catalog_commands);

const struct example_entry catalog_examples[] = {
#define EXAMPLE(id, what, line) {#id, what, line},
#include "cli/commands.def"
};
const size_t catalog_example_count = sizeof(catalog_examples) / sizeof(*catalog_examples);

const struct exit_entry catalog_exits[] = {
#define EXITS(id, code, meaning) {#id, code, meaning},
#include "cli/commands.def"
};
const size_t catalog_exit_count = sizeof(catalog_exits) / sizeof(*catalog_exits);

const struct command_entry *catalog_command(const char *name)
{
	for (size_t i = 0; i < catalog_command_count; i++)
		if (!strcmp(name, catalog_commands[i].name))
			return &catalog_commands[i];
	return NULL;
}

bool catalog_belongs(const struct option_entry *option, const char *command)
{
	const size_t n = strlen(command);
	const char *at = option->commands;

	if (!strcmp(at, "*"))
		return true;
	while ((at = strstr(at, command))) {
		const bool starts = at == option->commands || at[-1] == ' ';

		if (starts && (at[n] == ' ' || !at[n]))
			return true;
		at += n;
	}
	return false;
}

bool catalog_shows(const struct option_entry *option, const char *command)
{
	return option->help && catalog_belongs(option, command);
}
