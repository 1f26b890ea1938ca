/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A pattern, a NUL, and a text: the short ways of the matcher give what the general one gives, and
 * a regular expression of the same characters is read or refused.
 */
#include <stdlib.h>

#include "query/regex.h"
#include "query/wildcard.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void compare(struct arena *arena, const uint8_t *data, size_t size)
{
	const uint8_t *const nul = size ? memchr(data, 0, size) : NULL;
	const size_t n = nul ? (size_t)(nul - data) : size;
	const struct view pattern = utf8_to_utf16(arena, (struct view){data, n});
	const struct view text =
		utf8_to_utf16(arena, (struct view){nul ? nul + 1 : data, nul ? size - n - 1 : 0});

	for (int nocase = 0; nocase < 2; nocase++) {
		const struct wildcard *w;
		struct regex *r = NULL;
		bool matched;

		if (wildcard_compile(arena, pattern, nocase != 0, &w, NULL) == TOCSIN_OK) {
			struct wildcard general = *w;

			general.shape = WILDCARD_GENERAL;
			if (wildcard_match(w, text) != wildcard_match(&general, text))
				abort();
		}
		if (regex_compile(pattern, nocase != 0, &r, NULL) == TOCSIN_OK)
			(void)!regex_match(r, text, &matched, NULL);
		regex_free(r);
	}
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct arena arena = {0};

	if (size <= 4096)
		compare(&arena, data, size);
	arena_free(&arena);
	return 0;
}
