/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A plain main for fuzz targets: runs every file given, or every file of a folder given, through
 * LLVMFuzzerTestOneInput once. So each corpus is an ordinary test under any compiler. A copy with
 * the exact size lets the address sanitizer see a read past the end.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/os.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

#define FUZZ_INPUT_MAX (64u << 20)

static bool run_file(const char *path)
{
	struct arena arena = {0};
	struct tocsin_error error;
	struct view content;
	uint8_t *exact;
	bool ok = false;

	if (os_read_file(&arena, path, FUZZ_INPUT_MAX, &content, &error) != TOCSIN_OK) {
		fprintf(stderr, "%s: %s %s\n", path, error.msg, error.detail);
		goto out;
	}
	exact = malloc(content.n ? content.n : 1);
	if (!exact)
		goto out;
	memcpy(exact, content.p, content.n);
	LLVMFuzzerTestOneInput(exact, content.n);
	free(exact);
	ok = true;
out:
	arena_free(&arena);
	return ok;
}

/* Adds the number of inputs that ran to *count. */
static bool run_path(const char *path, size_t *count)
{
	struct arena arena = {0};
	struct tocsin_error error;
	struct os_entry *entries = NULL;
	size_t n = 0;
	bool ok = true;

	if (os_kind(path) != OS_FOLDER) {
		++*count;
		return run_file(path);
	}
	if (os_list(&arena, path, &entries, &n, &error) != TOCSIN_OK) {
		fprintf(stderr, "%s: %s %s\n", path, error.msg, error.detail);
		ok = false;
	}
	for (size_t i = 0; i < n; i++) {
		const size_t room = strlen(path) + strlen(entries[i].name) + 2;
		char *const file = malloc(room);

		if (!file || entries[i].kind != OS_FILE) {
			free(file);
			continue;
		}
		snprintf(file, room, "%s/%s", path, entries[i].name);
		ok &= run_file(file);
		++*count;
		free(file);
	}
	arena_free(&arena);
	return ok;
}

int main(int argc, char **argv)
{
	size_t count = 0;
	bool ok = true;

	for (int i = 1; i < argc; i++)
		ok &= run_path(argv[i], &count);
	printf("%zu inputs\n", count);
	return ok && count ? 0 : 1;
}
