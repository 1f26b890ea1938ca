/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Runs tests/peers/run: other EVTX readers, where they are installed, against what the writer
 * writes. A program of its own so that CTest runs and counts it; 77 is "skipped".
 */
#include "test.h"

#ifdef _WIN32
int main(void)
{
	test_skipped(3, "readers of other projects (no POSIX shell)");
	return TEST_SKIPPED;
}
#else
#include <sys/wait.h>

int main(void)
{
	const char *const build = getenv("TOCSIN_BUILD");
	char command[8192];
	int status;

	if (!build) {
		test_skipped(3, "readers of other projects (TOCSIN_BUILD is not set)");
		return TEST_SKIPPED;
	}
	if (snprintf(command, sizeof(command), "sh '%s/tests/peers/run' '%s/make-evidence'",
		     TEST_SOURCE_DIR, build) >= (int)sizeof(command))
		return 1;
	status = system(command);
	return WIFEXITED(status) ? WEXITSTATUS(status) : 1;
}
#endif
