/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Records read by the outline of their template are what a walk over their elements gives: on
 * sample logs, on logs of our own, and on the same with bytes changed at random.
 */
#include "test.h"

#include "base/os.h"
#include "event_compare.h"
#include "evidence/evidence.h"
#include "own_log.h"
#include "format/evtx/evtx_writer.h"
#include "format/evtx/writer_event.h"

struct tally {
	unsigned records, by_outline, different;
};

static void compare(struct evtx_decoder *d, const struct event *e, struct tally *t)
{
	const enum comparison c = event_compare(d, e);

	t->records++;
	t->by_outline += c != COMPARE_WALKED;
	t->different += c == COMPARE_DIFFERENT;
	if (c == COMPARE_DIFFERENT)
		print_error("record %llu differs\n", (unsigned long long)e->record_id);
}

static void compare_log(struct view log, struct tally *t)
{
	struct evtx_decoder *const d = evtx_decoder_new();
	struct tocsin_error error;

	assert_non_null(d);
	evtx_decoder_configure(d, &(struct evtx_options){.others = true});
	for (size_t at = EVTX_HEADER_SIZE; at < log.n; at += EVTX_CHUNK_SIZE) {
		struct evtx_chunk_info info;
		const struct event *e;
		enum tocsin_status status;
		struct evtx_loss id;

		if (evtx_chunk_open(d, view_slice(log, at, EVTX_CHUNK_SIZE), at, 0, &info,
				    &error) != TOCSIN_OK)
			continue;
		while ((status = evtx_chunk_next(d, &e, &id, &error)) != TOCSIN_END) {
			if (status == TOCSIN_OK)
				compare(d, e, t);
		}
	}
	evtx_decoder_free(d);
}

static void sample_logs_are_read_the_same(void **state)
{
	static const char *const sets[] = {"evtx-edge-cases", "evtx-attack-samples", "sigma"};
	struct tally t = {0};
	unsigned missing = 0;

	(void)state;
	for (size_t i = 0; i < 3; i++) {
		char path[4096];
		const char *const folder = test_samples(path, sets[i]);
		struct evidence *evidence;
		struct tocsin_error error;
		struct arena a = {0};

		if (!folder) {
			missing++;
			continue;
		}
		assert_ok(evidence_open(&folder, 1, NULL, &evidence, &error));
		for (size_t k = 0; k < evidence->source_count; k++) {
			struct view log;

			assert_ok(os_read_file(&a, evidence->sources[k].path, 64u << 20, &log,
					       &error));
			compare_log(log, &t);
			arena_free(&a);
		}
		evidence_free(evidence);
	}
	if (missing)
		test_skipped(missing, "sets of sample logs to read both ways");
	assert_int_equal(t.different, 0);
	/* Most records take the short way; the rest holds what an outline does not describe. */
	assert_true(t.by_outline >= t.records / 5 * 4);
}

static void own_logs_are_read_the_same(void **state)
{
	struct tally t = {0};
	struct arena a = {0};
	struct buf out = {0};

	(void)state;
	compare_log(own_log(&out, &a), &t);
	assert_int_equal(t.records, 300);
	assert_int_equal(t.different, 0);
	assert_true(t.by_outline >= 200);
	buf_free(&out);
	arena_free(&a);
}

static void changed_logs_are_read_the_same(void **state)
{
	struct tally t = {0};
	struct arena a = {0};
	struct buf out = {0};
	const struct view log = own_log(&out, &a);
	uint64_t seed = 42;

	(void)state;
	for (unsigned round = 0; round < 300; round++) {
		uint8_t *const copy = malloc(log.n);

		assert_non_null(copy);
		memcpy(copy, log.p, log.n);
		for (unsigned k = 0; k < 40; k++) {
			seed = seed * 6364136223846793005u + 1442695040888963407u;
			copy[EVTX_HEADER_SIZE + 512 +
			     (seed >> 33) % (log.n - EVTX_HEADER_SIZE - 512)] =
				(uint8_t)(seed >> 20);
		}
		compare_log((struct view){copy, log.n}, &t);
		free(copy);
	}
	assert_int_equal(t.different, 0);
	assert_true(t.by_outline > 1000);
	buf_free(&out);
	arena_free(&a);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(sample_logs_are_read_the_same),
		cmocka_unit_test(own_logs_are_read_the_same),
		cmocka_unit_test(changed_logs_are_read_the_same),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
