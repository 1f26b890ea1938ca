/* SPDX-License-Identifier: Apache-2.0 */
#include "cli/catalog.h"

#ifdef _WIN32
#include <stdlib.h>
#define WIN32_LEAN_AND_MEAN
#include <windows.h>
#include <shellapi.h>

/* The C runtime gives arguments in a code page that can't hold every file name: take them as the
 * system has them, as UTF-8. They live as long as the process. */
int main(void)
{
	int argc = 0;
	wchar_t **const wide = CommandLineToArgvW(GetCommandLineW(), &argc);
	char **const argv = wide ? calloc((size_t)argc + 1, sizeof(*argv)) : NULL;

	for (int i = 0; argv && i < argc; i++) {
		const int n = WideCharToMultiByte(CP_UTF8, 0, wide[i], -1, NULL, 0, NULL, NULL);

		argv[i] = calloc((size_t)n + 1, 1);
		if (!argv[i])
			return EXIT_USAGE;
		WideCharToMultiByte(CP_UTF8, 0, wide[i], -1, argv[i], n, NULL, NULL);
	}
	return argv ? cli_main(argc, argv) : EXIT_USAGE;
}
#else
int main(int argc, char **argv)
{
	return cli_main(argc, argv);
}
#endif
