/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A pattern, a NUL, and a text. Where a regular expression or a wildcard matches, what it needs
 * stands in the text; and every machine finds the pattern's words in the raw bytes at the same
 * places.
 */
#include <stdlib.h>

#include "base/cpu.h"
#include "base/find_literals.h"
#include "query/prefilter_plan.h"
#include "query/regex.h"

#define ROOM 20u

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void check_regex(struct view pattern, struct view text, bool nocase)
{
	struct regex *r = NULL;
	bool matched;

	if (regex_compile(pattern, nocase, &r, NULL) == TOCSIN_OK &&
	    regex_match(r, text, &matched, NULL) == TOCSIN_OK && matched &&
	    !regex_may_match(r, text))
		abort();
	regex_free(r);
}

static void check_wildcard(struct arena *arena, struct view pattern, struct view text, bool nocase)
{
	struct planner p = {arena, NULL, QUERY_SUBJECT_VALUES};
	const struct wildcard *w;
	struct literal_finder *f;
	struct need need;
	uint32_t at;

	if (wildcard_compile(arena, pattern, nocase, &w, NULL) != TOCSIN_OK)
		return;
	need = need_wildcard(&p, w);
	f = need.known ? literal_finder_new(need.list, need.count) : NULL;
	if (f && wildcard_match(w, text) && !literal_find(f, text, 0, text.n, &at, 1))
		abort();
	literal_finder_free(f);
}

/* The pattern's words, in the bytes as they are. */
static void check_machines(struct view pattern, struct view bytes)
{
	struct view words[LITERALS_MAX];
	size_t count = 0, start = 0;
	uint32_t want[ROOM], got[ROOM];
	struct literal_finder *f;
	size_t n;

	for (size_t i = 0; i + 1 < pattern.n + 2 && count < LITERALS_MAX; i += 2) {
		if (i + 1 < pattern.n && le16(pattern.p + i) != '|')
			continue;
		if (i > start)
			words[count++] =
				view_slice(pattern, start,
					   i - start > 2 * LITERAL_UNITS_MAX ? 2 * LITERAL_UNITS_MAX
									     : i - start);
		start = i + 2;
	}
	f = count ? literal_finder_new(words, count) : NULL;
	if (!f)
		return;
	cpu_limit(CPU_SCALAR);
	n = literal_find(f, bytes, 0, bytes.n, want, ROOM);
	for (int level = CPU_SSE42; level <= CPU_AVX512; level++) {
		cpu_limit((enum cpu_level)level);
		if (literal_find(f, bytes, 0, bytes.n, got, ROOM) != n ||
		    memcmp(want, got, (n < ROOM ? n : ROOM) * sizeof(*got)))
			abort();
	}
	literal_finder_free(f);
}

static void check(struct arena *arena, const uint8_t *data, size_t size)
{
	const uint8_t *const nul = size ? memchr(data, 0, size) : NULL;
	const size_t n = nul ? (size_t)(nul - data) : size;
	const struct view rest = {nul ? nul + 1 : data, nul ? size - n - 1 : 0};
	const struct view pattern = utf8_to_utf16(arena, (struct view){data, n});
	const struct view text = utf8_to_utf16(arena, rest);

	for (int nocase = 0; nocase < 2; nocase++) {
		check_regex(pattern, text, nocase != 0);
		check_wildcard(arena, pattern, text, nocase != 0);
	}
	check_machines(pattern, text);
	check_machines(pattern, rest);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct arena arena = {0};

	if (size <= 4096)
		check(&arena, data, size);
	arena_free(&arena);
	return 0;
}
