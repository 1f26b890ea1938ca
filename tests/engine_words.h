/* SPDX-License-Identifier: Apache-2.0 */
/* Chance, the same everywhere, and the words that random logs and random queries share, so that
 * they meet. */
#ifndef TOCSIN_TESTS_ENGINE_WORDS_H
#define TOCSIN_TESTS_ENGINE_WORDS_H

#include "base/arena.h"
#include "base/buf.h"

#define CHANCE_THEME 5u

struct chance {
	uint64_t state;
	struct arena arena;              /* of what is made by it */
	const char *theme[CHANCE_THEME]; /* words that come often: logs and queries meet in them */
	const char *rare;                /* one that few records have, and many queries ask for */
	unsigned rare_percent;
	bool tame; /* what chance_is_odd() asks for is seldom */
};

static inline uint32_t chance_below(struct chance *c, uint32_t n)
{
	c->state = c->state * 6364136223846793005u + 1442695040888963407u;
	return (uint32_t)((c->state >> 33) % n);
}

/* True in `percent` of 100. */
static inline bool chance_is(struct chance *c, unsigned percent)
{
	return chance_below(c, 100) < percent;
}

/* The same for what real logs hardly have: mostly there is none of it in a whole template, or the
 * fast ways would hardly be taken. */
static inline bool chance_is_odd(struct chance *c, unsigned percent)
{
	return chance_below(c, c->tame ? 2500 : 100) < percent;
}

/* No memory is no case to test here. */
static inline void *chance_alloc(struct chance *c, size_t count, size_t size)
{
	void *const p = arena_array(&c->arena, count ? count : 1, size);

	if (!p)
		abort();
	return p;
}

#define CHANCE_ONE(c, list) ((list)[chance_below((c), sizeof(list) / sizeof((list)[0]))])

/* Pairs that case folding joins or keeps apart, texts that typed values give, texts that have to be
 * escaped, the beginnings of others. None has a character that PowerShell takes for a quote. */
static const char *const engine_words[] = {"Deserialize",
					   "dESERIALIZE",
					   "kelvin",
					   "\xe2\x84\xaa"
					   "elvin",
					   "secret",
					   "\xc5\xbf"
					   "ecret",
					   "min",
					   "m\xc4\xb1n",
					   "M\xc4\xb0N",
					   "stra\xc3\x9f"
					   "e",
					   "\xc3\x84rger",
					   "\xc3\xa4RGER",
					   "4711",
					   "47",
					   "0x1f",
					   "1f",
					   "S-1-5-18",
					   "5-18",
					   "2021-11-0",
					   "00112233-4455",
					   "true",
					   "a<b",
					   "x&y",
					   "lt",
					   "ab",
					   "abab",
					   "aab",
					   "A",
					   "Provider P",
					   "\xf0\x9f\x94\x94",
					   "failed",
					   "Cmdlet",
					   "-1",
					   "Error",
					   "edge"};

static inline char engine_other_case(char c)
{
	return (char)((c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') ? c ^ 0x20 : c);
}

static const char *const engine_rare[] = {"Quartz",
					  "jackdaw",
					  "vex-7",
					  "\xe2\x84\xaa"
					  "raken",
					  "\xc5\xbf"
					  "phinx",
					  "wYvern"};

static inline void chance_start(struct chance *c, uint64_t seed)
{
	c->state = (seed + 1) * 0x9e3779b97f4a7c15u;
	for (size_t i = 0; i < CHANCE_THEME; i++)
		c->theme[i] = CHANCE_ONE(c, engine_words);
	c->rare = CHANCE_ONE(c, engine_rare);
	c->rare_percent = 2;
}

/* One word, its ASCII letters in any case. */
static inline void engine_word(struct chance *c, struct buf *out)
{
	const char *p = chance_is(c, c->rare_percent) ? c->rare
			: chance_is(c, 75)            ? CHANCE_ONE(c, c->theme)
						      : CHANCE_ONE(c, engine_words);
	const unsigned mode = chance_below(c, 4);

	for (; *p; p++) {
		char unit = *p;

		if (mode == 1 || (mode == 2 && chance_is(c, 30)))
			unit = engine_other_case(unit);
		buf_byte(out, unit);
	}
}

static inline const char *engine_phrase(struct chance *c, unsigned most)
{
	static const char *const between[] = {"", "", " ", ".", "-", "*", ", "};
	struct buf b = {0};
	char *text;

	for (unsigned n = chance_below(c, most + 1); n; n--) {
		engine_word(c, &b);
		if (n > 1)
			buf_str(&b, CHANCE_ONE(c, between));
	}
	text = arena_copy(&c->arena, b.p, b.n);
	if (!text || buf_failed(&b))
		abort();
	buf_free(&b);
	return text;
}

static const char *const engine_channels[] = {"Application", "Security", "Edge", "edge",
					      "Microsoft-Windows-K/Operational"};
static const char *const engine_providers[] = {"Provider P", "MSExchange Common", "Tocsin Edge",
					       "K", "\xe2\x84\xaa"};
static const char *const engine_computers[] = {"edge.example.org", "EX01", "ex01.example.org"};
static const char *const engine_sids[] = {"S-1-5-18", "S-1-5-21-1-2-3-4711", "S-1-5-19"};

#define ENGINE_TIME 132804583640951280u /* 2021-11-04T00:12:44.0951280Z */

#endif
