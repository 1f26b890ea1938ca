/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Every way through the engine gives the same answer: random questions about random and damaged
 * logs, about each edge case, and about the samples. TOCSIN_SEED and TOCSIN_CASES ask for more, or
 * for one case again: case i of a run has the seed TOCSIN_SEED + i.
 */
#include "test.h"

#include <unistd.h>

#include "../tools/evidence_edges.h"
#include "engine_damage.h"
#include "engine_lab.h"
#include "engine_logs.h"
#include "engine_queries.h"

#define CASES 120u
#define LOGS_MAX 4u

/* What all cases together met: a test that met nothing proves nothing. */
static struct {
	uint64_t questions, refused, runs, records, passed, selected, undecided, losses;
} met;

static uint64_t number_of(const char *variable, uint64_t otherwise)
{
	const char *const text = getenv(variable);

	return text && *text ? strtoull(text, NULL, 10) : otherwise;
}

static void count(const struct engine_answer *a)
{
	met.runs++;
	met.records += a->records;
	met.passed += a->passed;
	met.selected += a->selected;
	met.undecided += a->undecided;
	met.losses += a->losses;
}

static bool ask_way(const struct engine_question *q, const struct engine_answer *slow,
		    const struct engine_way *way)
{
	struct engine_answer fast;
	const bool ok = engine_answer(q, way, &fast);
	const bool same = ok && engine_same(slow, &fast, way);

	if (!ok) {
		print_error("no answer: out of memory\n");
		engine_way_print(stderr, way);
	}
	count(&fast);
	engine_answer_free(&fast);
	return same;
}

/* The fast way at each level, then `ways` by chance. */
static bool ask(struct chance *c, const struct engine_question *q, unsigned ways)
{
	struct engine_way way = {0, CPU_AVX512, 1, true, true};
	struct engine_answer slow;
	bool same;

	assert_true(engine_answer(q, &engine_slow, &slow));
	count(&slow);
	same = ask_way(q, &slow, &way);
	for (; same && ways; ways--) {
		way.without = chance_below(c, ENGINE_FLAGS_ALL + 1);
		way.without &= chance_below(c, ENGINE_FLAGS_ALL + 1);
		way.level = (enum cpu_level)chance_below(c, CPU_AVX512 + 1);
		way.threads = 1u << chance_below(c, 3);
		way.select = chance_is(c, 70);
		way.prefilter = chance_is(c, 70);
		same = ask_way(q, &slow, &way);
	}
	engine_answer_free(&slow);
	return same;
}

/* ---- Random cases */

static const char wordings[] = "schema: tocsin.messages/1\n"
			       "messages:\n"
			       "  - provider: MSExchange Common\n"
			       "    event: 4999\n"
			       "    text: \"Cmdlet %1 failed. secret%2%nab%3\"\n"
			       "    source: none\n"
			       "  - provider: Provider P\n"
			       "    event: 1\n"
			       "    text: \"kelvin %1%%\"\n"
			       "    source: none\n";

static char folder[] = "/tmp/tocsin-engines-XXXXXX";
static struct message_catalogue *catalogue;

static int set_up(void **state)
{
	char path[128];
	FILE *f;
	enum tocsin_status status;

	(void)state;
	if (!mkdtemp(folder))
		return -1;
	snprintf(path, sizeof(path), "%s/messages.yaml", folder);
	f = fopen(path, "wb");
	if (!f || fputs(wordings, f) < 0 || fclose(f))
		return -1;
	status = message_catalogue_load(folder, &catalogue, NULL);
	remove(path);
	/* A build that reads no YAML knows no wordings. */
	return status == TOCSIN_OK || status == TOCSIN_UNSUPPORTED ? rmdir(folder) : -1;
}

static int tear_down(void **state)
{
	(void)state;
	message_catalogue_free(catalogue);
	return 0;
}

/* A question by chance, but for its evidence. */
static void question_make(struct chance *c, const struct engine_query *query,
			  struct engine_question *q)
{
	q->query = query->query;
	q->catalogue = chance_is(c, 50) ? catalogue : NULL;
	q->subject = chance_is(c, 20) ? QUERY_SUBJECT_VALUES : QUERY_SUBJECT_MESSAGE;
	q->since = chance_is(c, 15) ? ENGINE_TIME + chance_below(c, 20) * 1000000000ull : 0;
	q->until = chance_is(c, 15) ? q->since + chance_below(c, 20) * 1000000000ull : UINT64_MAX;
	q->newest_first = chance_is(c, 40);
	q->others = query->others || chance_is(c, 10);
	q->recover = chance_is(c, 8);
	if (chance_is(c, 30))
		q->parts = 1u + chance_below(c, EVENT_PARTS_ALL);
}

/* Files of a case for a look at them by hand: TOCSIN_KEEP=FOLDER. */
static void keep(uint64_t seed, const struct buf *logs, size_t count_of)
{
	const char *const to = getenv("TOCSIN_KEEP");
	char path[4096];

	for (size_t i = 0; to && i < count_of; i++) {
		FILE *f;

		snprintf(path, sizeof(path), "%s/%llu-%zu.evtx", to, (unsigned long long)seed, i);
		f = fopen(path, "wb");
		if (f && logs[i].n)
			fwrite(logs[i].p, 1, logs[i].n, f);
		if (f)
			fclose(f);
	}
}

static bool one_case(uint64_t seed)
{
	static const char *const names[LOGS_MAX] = {"0.evtx", "1.evtx", "2.evtx", "3.evtx"};
	struct chance c = {0};
	struct engine_evidence *const e = calloc(1, sizeof(*e));
	struct buf logs[LOGS_MAX] = {{0}};
	struct engine_question q = {.in_memory = true};
	struct engine_query query;
	size_t n;
	bool same = true;

	assert_non_null(e);
	chance_start(&c, seed);
	n = 1 + chance_below(&c, LOGS_MAX);
	for (size_t i = 0; i < n; i++) {
		if (chance_is(&c, 90)) {
			logs[i] = engine_log_make(&c);
		} else {
			struct edge edge;

			CHANCE_ONE(&c, edge_cases).make(&edge);
			logs[i] = edge.log;
		}
		engine_damage_log(&c, &logs[i]);
		same &= engine_touch((struct view){(uint8_t *)logs[i].p, logs[i].n}, NULL);
		engine_evidence_add(e, names[i], (struct view){(uint8_t *)logs[i].p, logs[i].n});
	}
	keep(seed, logs, n);
	q.evidence = &e->evidence;
	for (unsigned i = 0; same && i < 3; i++) {
		const bool ok = engine_query_make(&c, &query);

		met.questions++;
		met.refused += !ok;
		if (ok) {
			question_make(&c, &query, &q);
			same = ask(&c, &q, 4);
		}
		if (!same)
			print_error("TOCSIN_SEED=%llu TOCSIN_CASES=1, %s%s%s: %s\n",
				    (unsigned long long)seed, q.newest_first ? "newest " : "",
				    q.others ? "others " : "", q.recover ? "recover " : "",
				    buf_cstr(&query.text));
		engine_query_free(&query);
	}
	for (size_t i = 0; i < n; i++)
		buf_free(&logs[i]);
	arena_free(&c.arena);
	free(e);
	return same;
}

static void chance_finds_no_difference(void **state)
{
	const uint64_t seed = number_of("TOCSIN_SEED", 1), cases = number_of("TOCSIN_CASES", CASES);
	uint64_t wrong = 0;

	(void)state;
	memset(&met, 0, sizeof(met));
	for (uint64_t i = 0; i < cases; i++)
		wrong += !one_case(seed + i);
	if (getenv("TOCSIN_CASES"))
		print_message("%llu questions, %llu refused, %llu runs, %llu records, %llu passed, "
			      "%llu selected, %llu undecided, %llu losses\n",
			      (unsigned long long)met.questions, (unsigned long long)met.refused,
			      (unsigned long long)met.runs, (unsigned long long)met.records,
			      (unsigned long long)met.passed, (unsigned long long)met.selected,
			      (unsigned long long)met.undecided, (unsigned long long)met.losses);
	assert_int_equal(wrong, 0);
	if (cases < CASES)
		return;
	assert_true(met.refused < met.questions / 3);
	assert_true(met.passed > met.records / 20);
	assert_true(met.selected > met.records / 50 && met.selected < met.records / 2);
	assert_true(met.undecided > met.records / 1000);
	assert_true(met.losses > cases);
}

/* ---- Fixed questions */

static const struct filter_term fixed_terms[][2] = {
	{{FILTER_ID, "1,4999,4625,1000-1100"}, {FILTER_ID, "5"}},
	{{FILTER_TEXT, "event"}, {FILTER_TEXT, "deserialize"}},
	{{FILTER_TEXT, "a"}, {FILTER_LEVEL, "0-4"}},
	{{FILTER_REGEX, "whole|\\d{3}"}, {FILTER_PROVIDER, "*e*"}},
	{{FILTER_WHERE, "$_.Message -like '*powershell*' -or $_.Message -match 'kept'"},
	 {FILTER_WHERE, "$_.Id -ne 4"}},
	{{FILTER_CHANNEL, "Security"}, {FILTER_COMPUTER, "edge"}},
};

#define FIXED (sizeof(fixed_terms) / sizeof(fixed_terms[0]))

static void ask_fixed(const struct evidence *e, bool in_memory, unsigned ways, size_t from,
		      size_t step)
{
	struct chance c = {0};

	chance_start(&c, from);
	for (size_t i = from; i < FIXED; i += step) {
		struct engine_question q = {.evidence = e,
					    .in_memory = in_memory,
					    .until = UINT64_MAX,
					    .newest_first = i % 2};
		struct tocsin_error error;
		struct query *query = NULL;
		size_t at;

		assert_ok(filter_compile(fixed_terms[i], 2, &query, &q.others, &at, &error));
		q.query = query;
		assert_true(ask(&c, &q, ways));
		query_free(query);
	}
	arena_free(&c.arena);
}

static void edge_cases_have_no_difference(void **state)
{
	struct engine_evidence *const e = calloc(1, sizeof(*e));
	struct chance c = {0};
	struct edge edge;

	(void)state;
	assert_non_null(e);
	for (size_t i = 0; i < sizeof(edge_cases) / sizeof(edge_cases[0]); i++) {
		edge_cases[i].make(&edge);
		engine_evidence_add(
			e, edge_cases[i].name,
			(struct view){(uint8_t *)arena_copy(&c.arena, edge.log.p, edge.log.n),
				      edge.log.n});
		buf_free(&edge.log);
	}
	memset(&met, 0, sizeof(met));
	ask_fixed(&e->evidence, true, 3, 0, 1);
	assert_true(met.selected > 0 && met.losses > 0);
	arena_free(&c.arena);
	free(e);
}

static void samples_have_no_difference(void **state)
{
	static const char *const archives[] = {"evtx-attack-samples", "evtx-edge-cases"};
	unsigned missing = 0;

	(void)state;
	for (size_t i = 0; i < 2; i++) {
		char path[4096];
		const char *const top = test_samples(path, archives[i]);
		struct evidence *e = NULL;
		struct tocsin_error error;

		missing += !top;
		if (!top)
			continue;
		assert_ok(evidence_open(&top, 1, NULL, &e, &error));
		assert_true(e->source_count > 0);
		/* All questions in a long run. */
		ask_fixed(e, false, 1, i, getenv("TOCSIN_CASES") ? 1 : FIXED / 2);
		evidence_free(e);
	}
	if (missing)
		test_skipped(missing, "archives of samples are not here");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(chance_finds_no_difference),
		cmocka_unit_test(edge_cases_have_no_difference),
		cmocka_unit_test(samples_have_no_difference),
	};

	return cmocka_run_group_tests(tests, set_up, tear_down);
}
