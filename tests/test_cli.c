/* SPDX-License-Identifier: Apache-2.0 */
/* The tables of commands and options are complete, and the parser gives what they say. */
#include "test.h"

#include "cli/catalog.h"

static void every_option_has_help(void **state)
{
	(void)state;
	for (size_t i = 0; i < OPTION_COUNT; i++) {
		const struct option_entry *const o = &catalog_options[i];

		assert_non_null(o->name);
		assert_true(strlen(o->name) > 1);
		if (o->help) {
			assert_true(strlen(o->help) > 10);
			assert_null(strchr(o->help, '\n'));
			assert_true(o->help[strlen(o->help) - 1] != '.');
		}
		for (size_t k = 0; k < i; k++) {
			assert_string_not_equal(o->name, catalog_options[k].name);
			assert_true(!o->letter || o->letter != catalog_options[k].letter);
		}
	}
}

/* A misspelt command in opts.def would make an option that belongs to nothing. */
static void every_option_belongs_to_commands(void **state)
{
	(void)state;
	for (size_t i = 0; i < OPTION_COUNT; i++) {
		const char *at = catalog_options[i].commands;

		while (strcmp(at, "*") && *at) {
			const size_t n = strcspn(at, " ");
			char name[32] = "";

			assert_true(n < sizeof(name));
			memcpy(name, at, n);
			assert_non_null(catalog_command(name));
			at += n;
			at += *at == ' ';
		}
	}
	assert_true(catalog_belongs(&catalog_options[OPT_SINCE], "check"));
	assert_false(catalog_belongs(&catalog_options[OPT_SINCE], "advisory"));
	assert_false(catalog_belongs(&catalog_options[OPT_BUILD], "chec"));
	assert_true(catalog_belongs(&catalog_options[OPT_QUIET], "advisory"));
}

static void every_command_has_help(void **state)
{
	(void)state;
	for (size_t i = 0; i < catalog_command_count; i++) {
		const struct command_entry *const c = &catalog_commands[i];
		size_t examples = 0, exits = 0;

		assert_true(strlen(c->summary) > 10 && strlen(c->summary) <= 68);
		assert_true(strlen(c->description) > 10);
		for (size_t k = 0; k < catalog_example_count; k++)
			examples += !strcmp(catalog_examples[k].command, c->name);
		for (size_t k = 0; k < catalog_exit_count; k++)
			exits += !strcmp(catalog_exits[k].command, c->name);
		assert_true(examples > 0);
		assert_true(exits > 0);
	}
}

/* Each option of a command is in both of its helps; each common one in the long help. */
static void help_names_every_option(void **state)
{
	(void)state;
	for (size_t c = 0; c < catalog_command_count; c++) {
		struct buf complete = {0}, brief = {0};

		help_write(&complete, &catalog_commands[c], true);
		help_write(&brief, &catalog_commands[c], false);
		for (size_t i = 0; i < OPTION_COUNT; i++) {
			char name[40];

			if (!catalog_belongs(&catalog_options[i], catalog_commands[c].name))
				continue;
			snprintf(name, sizeof(name), "--%s", catalog_options[i].name);
			if (!catalog_options[i].help) {
				assert_null(strstr(buf_cstr(&complete), name));
				assert_null(strstr(buf_cstr(&brief), name));
				continue;
			}
			assert_non_null(strstr(buf_cstr(&complete), name));
			if (strcmp(catalog_options[i].commands, "*"))
				assert_non_null(strstr(buf_cstr(&brief), name));
		}
		buf_free(&complete);
		buf_free(&brief);
	}
}

#define PARSE(...)                                                                                 \
	char *argv[] = {"tocsin", __VA_ARGS__, NULL};                                              \
	struct arena arena = {0};                                                                  \
	struct cli cli;                                                                            \
	int code = -1;                                                                             \
	const bool ok =                                                                            \
		cli_parse((int)(sizeof(argv) / sizeof(*argv)) - 1, argv, &arena, &cli, &code)

static void options_and_operands_mix(void **state)
{
	(void)state;
	PARSE("-q", "check", "-a", "2021-063", "one", "-aother.md", "--build=EX01=15.1.2375.7",
	      "two", "--since", "2021-10-01", "--", "-three", "-");

	assert_true(ok);
	assert_string_equal(cli.command, "check");
	assert_int_equal(cli.arg_count, 4);
	assert_string_equal(cli.args[0], "one");
	assert_string_equal(cli.args[1], "two");
	assert_string_equal(cli.args[2], "-three");
	assert_string_equal(cli.args[3], "-");
	assert_int_equal(cli.option_count[OPT_ADVISORY], 2);
	assert_string_equal(cli.option[OPT_ADVISORY][0], "2021-063");
	assert_string_equal(cli.option[OPT_ADVISORY][1], "other.md");
	assert_string_equal(cli_value(&cli, OPT_BUILD), "EX01=15.1.2375.7");
	assert_string_equal(cli_value(&cli, OPT_SINCE), "2021-10-01");
	assert_true(cli_has(&cli, OPT_QUIET) && cli.quiet && !cli.progress);
	assert_false(cli_has(&cli, OPT_UNTIL));
	assert_null(cli_value(&cli, OPT_UNTIL));
	arena_free(&arena);
}

static void letters_cluster(void **state)
{
	(void)state;
	PARSE("events", "-qt3", "x");

	assert_true(ok);
	assert_true(cli.quiet);
	assert_int_equal(cli.threads, 3);
	assert_int_equal(cli.arg_count, 1);
	arena_free(&arena);
}

static void usage_errors_have_the_commands_code(void **state)
{
	(void)state;
	{
		PARSE("events", "--fail-on", "affected");

		assert_false(ok);
		assert_int_equal(code, EXIT_FAIL_ON);
		arena_free(&arena);
	}
	{
		PARSE("advisory", "--fail-on", "affected");

		assert_false(ok);
		assert_int_equal(code, EXIT_USAGE);
		arena_free(&arena);
	}
}

static void period(void **state)
{
	uint64_t since = 1, until = 1;

	(void)state;
	{
		PARSE("check", "--since", "2021-10-01", "--until", "2021-10-01", "x");

		assert_true(ok);
		assert_true(cli_period(&cli, &since, &until));
		assert_true(until - since == 864000000000ull - 1); /* the whole day */
		arena_free(&arena);
	}
	{
		PARSE("check", "--since", "2021-10-02", "--until", "2021-10-01", "x");

		assert_true(ok);
		assert_false(cli_period(&cli, &since, &until));
		arena_free(&arena);
	}
	{
		PARSE("check", "--since", "yesterday", "x");

		assert_true(ok);
		assert_false(cli_period(&cli, &since, &until));
		arena_free(&arena);
	}
}

static void outputs(void **state)
{
	static const char *const formats[] = {"table", "json", NULL};
	struct cli_output to[4];
	size_t count = 0;

	(void)state;
	{
		PARSE("check", "x");

		assert_true(ok && cli_outputs(&cli, formats, "table", to, 4, &count));
		assert_int_equal(count, 1);
		assert_string_equal(to[0].format, "table");
		assert_null(to[0].file);
		arena_free(&arena);
	}
	{
		PARSE("check", "-o", "json=a=b.json", "-o", "table=-", "x");

		assert_true(ok && cli_outputs(&cli, formats, "table", to, 4, &count));
		assert_int_equal(count, 2);
		assert_string_equal(to[0].format, "json");
		assert_string_equal(to[0].file, "a=b.json");
		assert_null(to[1].file);
		arena_free(&arena);
	}
	{
		PARSE("check", "-o", "json", "-o", "table", "x");

		assert_true(ok);
		assert_false(cli_outputs(&cli, formats, "table", to, 4, &count));
		arena_free(&arena);
	}
	{
		PARSE("check", "-o", "jsn", "x");

		assert_true(ok);
		assert_false(cli_outputs(&cli, formats, "table", to, 4, &count));
		arena_free(&arena);
	}
	{
		PARSE("check", "-o", "json=no/such/folder/x", "x");

		assert_true(ok);
		assert_false(cli_outputs(&cli, formats, "table", to, 4, &count));
		arena_free(&arena);
	}
}

static void nearest(void **state)
{
	static const char *const levels[] = {"affected", "suspected", "attack_found", NULL};

	(void)state;
	assert_string_equal(cli_nearest("atack_found", levels), "attack_found");
	assert_string_equal(cli_nearest("SUSPECTED", levels), "suspected");
	assert_string_equal(cli_nearest("susp", levels), "suspected");
	assert_null(cli_nearest("clean", levels));
	assert_null(cli_nearest("", levels));
}

static void numbers_for_people(void **state)
{
	static const struct {
		uint64_t n;
		const char *thousands, *bytes;
	} cases[] = {{0, "0", "0 B"},
		     {999, "999", "999 B"},
		     {1000, "1,000", "1.0 kB"},
		     {1904113, "1,904,113", "1.9 MB"},
		     {2147483648u, "2,147,483,648", "2.1 GB"},
		     {45000000, "45,000,000", "45 MB"},
		     {UINT64_MAX, "18,446,744,073,709,551,615", "18 EB"}};

	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(*cases); i++) {
		struct buf out = {0};

		cli_thousands(&out, cases[i].n);
		assert_string_equal(buf_cstr(&out), cases[i].thousands);
		buf_clear(&out);
		cli_bytes(&out, cases[i].n);
		assert_string_equal(buf_cstr(&out), cases[i].bytes);
		buf_free(&out);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(every_option_has_help),
		cmocka_unit_test(every_option_belongs_to_commands),
		cmocka_unit_test(every_command_has_help),
		cmocka_unit_test(help_names_every_option),
		cmocka_unit_test(options_and_operands_mix),
		cmocka_unit_test(letters_cluster),
		cmocka_unit_test(usage_errors_have_the_commands_code),
		cmocka_unit_test(period),
		cmocka_unit_test(outputs),
		cmocka_unit_test(nearest),
		cmocka_unit_test(numbers_for_people),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
