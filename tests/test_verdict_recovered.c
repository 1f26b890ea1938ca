/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Verdicts from records that are not where their log lists them, and from records that are read
 * with another chunk's template: they count, they say so, and they cover nothing.
 */
#include "test.h"

#include <stdlib.h>

#include "evtx_damage.h"
#include "verdict_lab.h"

static void end_chunk(struct log *log)
{
	struct tocsin_error error;

	assert_ok(evtx_writer_end_chunk(log->writer, &error));
}

/* Reads a file of the lab, or writes it. */
static void load(const char *path, struct buf *bytes)
{
	FILE *const f = fopen(path, "rb");
	int c;

	assert_non_null(f);
	while ((c = getc(f)) != EOF)
		buf_byte(bytes, (char)c);
	fclose(f);
}

static void store(const char *path, struct buf *bytes)
{
	FILE *const f = fopen(path, "wb");

	assert_non_null(f);
	assert_int_equal(fwrite(bytes->p, 1, bytes->n, f), bytes->n);
	assert_int_equal(fclose(f), 0);
	buf_free(bytes);
}

static void lose_signature(const char *path, unsigned chunk)
{
	struct buf bytes = {0};

	load(path, &bytes);
	damage_chunk(&bytes, chunk)[0] = 'X';
	store(path, &bytes);
}

/* Three chunks of a log; the second one's records are `middle`. */
static void make_log(struct lab *lab, const char *middle, const char *method, const char *computer,
		     uint64_t id)
{
	struct log *const log = log_open(lab, "EX02", "Application");

	add_plain(log, "2021-10-01T00:00:00Z");
	add_plain(log, "2021-10-02T00:00:00Z");
	end_chunk(log);
	log->computer = computer;
	log->id = id;
	if (method)
		add_crash(log, middle, "15.02.0986.005", method);
	else
		add_plain(log, middle);
	end_chunk(log);
	log->computer = "EX02";
	log->id = 4;
	add_plain(log, "2021-12-01T00:00:00Z");
	log_close(log);
}

static void a_recovered_hit_counts_and_says_so(void **state)
{
	struct lab *const lab = *state;
	const struct check_verdict *v;
	struct buf out = {0};

	make_log(lab, "2021-11-01T00:00:00Z", ATTACK, "EX02", 3);
	lose_signature(lab->paths[0], 1);
	v = only_verdict(check(lab));
	assert_int_equal(v->finding_count, 1);
	assert_int_equal(v->findings[0].origin, EVENT_RECOVERED);
	assert_true(v->assessment >= ASSESSMENT_SUSPECTED);
	assert_false(lab->result->complete);
	check_report_text(&(struct check_report){lab->result, &lab->options, lab->evidence}, 0,
			  false, &out);
	assert_non_null(strstr(buf_cstr(&out), ", recovered"));
	buf_free(&out);
	/* The build that it proves is marked, too. */
	assert_non_null(lab->result->hosts[0].newest);
	assert_non_null(strstr(lab->result->hosts[0].newest->from, ", recovered"));
}

/* Records of a chunk without signature are there, so their ids are no gap; the damage is one. */
static void recovered_records_close_their_gap(void **state)
{
	struct lab *const lab = *state;
	const struct check_verdict *v;

	make_log(lab, "2021-11-01T00:00:00Z", NULL, "EX02", 3);
	lose_signature(lab->paths[0], 1);
	v = only_verdict(check(lab));
	assert_assessment(v, "insufficient_evidence", "Application log is damaged in 1 place");
	assert_null(strstr(v->reason, "lacks"));
	assert_int_equal(v->detections[0].coverage_count, 2);
	assert_false(v->detections[0].coverage[0].recovered);
	assert_true(v->detections[0].coverage[1].recovered);
}

/* An older record, with an id that fits and a time that does not, with a greater id, or of an
 * earlier machine: the log begins, ends and is whose it was without it. */
static void an_old_record_covers_nothing(void **state)
{
	struct lab *const lab = *state;
	const struct check_verdict *v;

	lab->options.since = at("2021-09-01");
	make_log(lab, "2019-01-01T00:00:00Z", NULL, "EX02", 3);
	lose_signature(lab->paths[0], 1);
	v = only_verdict(check(lab));
	assert_assessment(v, "insufficient_evidence",
			  "Application log starts 2021-10-01, after --since");
	assert_assessment(v, "insufficient_evidence", "Application log lacks 1 record id;");

	unlink(lab->paths[0]);
	lab->count = 0;
	make_log(lab, "2019-01-01T00:00:00Z", NULL, "MINWINPC", 50000);
	lose_signature(lab->paths[0], 1);
	v = only_verdict(check(lab));
	assert_string_equal(lab->result->hosts[0].name, "EX02");
	assert_assessment(v, "insufficient_evidence", "Application log lacks 1 record id;");
	assert_assessment(v, "insufficient_evidence", "starts 2021-10-01, after --since");
}

static void recovered_records_alone_cover_nothing(void **state)
{
	struct lab *const lab = *state;
	struct log *const log = log_open(lab, "EX02", "Application");

	add_plain(log, "2021-10-01T00:00:00Z");
	log_close(log);
	lose_signature(lab->paths[0], 0);
	assert_assessment(only_verdict(check(lab)), "insufficient_evidence",
			  "Application log has recovered records only; Application log is damaged "
			  "in 1 place");
}

static void a_borrowed_template_is_told(void **state)
{
	struct lab *const lab = *state;
	struct log *const log = log_open(lab, "EX02", "Application");
	const struct check_verdict *v;
	struct buf bytes = {0}, out = {0};

	for (int i = 0; i < 3; i++)
		add_crash(log, "2021-10-01T00:00:00Z", "15.02.0986.005", ATTACK);
	end_chunk(log);
	add_crash(log, "2021-10-02T00:00:00Z", "15.02.0986.005", HARMLESS);
	log_close(log);
	load(lab->paths[0], &bytes);
	damage_lose_definition(&bytes, 0, 0);
	store(lab->paths[0], &bytes);
	v = only_verdict(check(lab));
	assert_int_equal(v->finding_count, 2);
	assert_string_equal(v->findings[0].template_path, lab->paths[0]);
	assert_true(v->findings[0].template_offset > 4096 + 65536);
	assert_int_equal(lab->result->error_count, 2);
	assert_true(lab->result->errors[0].lost);
	assert_false(lab->result->errors[1].lost);
	assert_int_equal(lab->result->errors[1].record_id, 2);
	assert_non_null(strstr(lab->result->errors[1].message, "2 records"));
	check_report_text(&(struct check_report){lab->result, &lab->options, lab->evidence}, 0,
			  false, &out);
	assert_non_null(strstr(buf_cstr(&out), "its template taken from "));
	buf_free(&out);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(a_recovered_hit_counts_and_says_so),
		TEST(recovered_records_close_their_gap),
		TEST(an_old_record_covers_nothing),
		TEST(recovered_records_alone_cover_nothing),
		TEST(a_borrowed_template_is_told),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
