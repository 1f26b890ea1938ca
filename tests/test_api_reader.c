/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The public reader against a scan of the same file: the same records, of the same origin, and the
 * same losses in the same order, on damaged logs, bad disks and with recovery.
 */
#include "test.h"

#include "api/api.h"
#include "evtx_damage.h"
#include "scan_damage_lab.h"

/* What the reader tells, worded as the lab words a scan. */
static void read_all(const char *path, bool recover, struct buf *out)
{
	static const char *const marks[] = {"", "r"};
	struct tocsin_error error = {0};
	enum tocsin_status status;
	const tocsin_event *e;
	tocsin_reader *r = NULL;

	status = tocsin_reader_open(path, &r, &error);
	if (status != TOCSIN_OK)
		return; /* no event log to the scan either, which then tells nothing */
	r->file.read_at = read_bad;
	if (recover)
		assert_ok(tocsin_reader_recover(r, &error));
	while ((status = tocsin_reader_next(r, &e, &error)) != TOCSIN_END) {
		enum tocsin_template template;
		uint64_t offset = 0;
		const char *xml;

		if (status != TOCSIN_OK) {
			buf_printf(out, "!%s:%llx ", tocsin_status_name(status),
				   (unsigned long long)error.offset);
			continue;
		}
		assert_ok(tocsin_event_xml(e, &xml, NULL));
		template = tocsin_event_template(e, &offset);
		assert_int_equal(tocsin_event_template(e, NULL), template);
		assert_int_equal(offset != 0, e->event->template_path != NULL);
		assert_int_equal(*tocsin_event_note(e) != 0,
				 tocsin_event_origin(e) == TOCSIN_RECOVERED);
		if (e->event->template_path)
			assert_string_equal(e->event->template_path, path);
		buf_printf(out, "%llu%s%s%s ", (unsigned long long)tocsin_event_record_id(e),
			   marks[tocsin_event_origin(e)],
			   template == TOCSIN_TEMPLATE_MISSING ? "?" : "", offset ? "t" : "");
	}
	assert_status(tocsin_reader_recover(r, &error), TOCSIN_USAGE);
	tocsin_reader_free(r);
}

static int by_text(const void *a, const void *b)
{
	return strcmp(*(char *const *)a, *(char *const *)b);
}

/* The words of a text in one order: a scan begins with the oldest chunk, the reader with the first
 * one of the file. What a scan carves before the first chunk is left out. */
static void sort_words(struct buf *text)
{
	char *words[400];
	struct buf sorted = {0};
	size_t n = 0;
	char *w = text->n ? (char *)(uintptr_t)buf_cstr(text) : NULL;

	/* Each word has a space behind it. */
	for (char *end; w && (end = strchr(w, ' ')); w = end + 1) {
		assert_true(n < 400);
		*end = 0;
		if (*w == '!' || !strchr(w, 'c'))
			words[n++] = w;
	}
	qsort(words, n, sizeof(*words), by_text);
	for (size_t i = 0; i < n; i++)
		buf_printf(&sorted, "%s ", words[i]);
	buf_free(text);
	*text = sorted;
}

/* Frees the log. */
static void compare(struct buf *log, bool recover, const char *expected)
{
	const struct scan_options options = {.recover = recover, .read_at = read_bad};
	const char *const path = save(log);
	struct evidence *e = NULL;
	struct buf text = {0};
	struct tocsin_error error;
	struct result r;

	assert_ok(evidence_open(&path, 1, NULL, &e, &error));
	run_options(e, &options, 0, false, &r);
	read_all(path, recover, &text);
	if (expected)
		assert_string_equal(buf_cstr(&text), expected);
	sort_words(&text);
	sort_words(&r.text);
	assert_string_equal(buf_cstr(&text), buf_cstr(&r.text));
	evidence_free(e);
	buf_free(&r.text);
	buf_free(&text);
	buf_free(log);
	remove(path);
	free((void *)(uintptr_t)path);
	bad_count = 0;
}

static void test_bad_sectors(void **state)
{
	struct buf log = {0};

	(void)state;
	make_log(&log, 3, 1);
	bad_place(0x11000 + 0x8000, 1);
	compare(&log, false, "1 2 3 !io:19000 4 5 6 7 8 9 ");
	/* A chunk's header, and all of a chunk. */
	make_log(&log, 3, 1);
	bad_place(0x11000, 1);
	compare(&log, false, "1 2 3 !io:11000 !invalid:11000 4r 5r 6r 7 8 9 ");
	make_log(&log, 3, 1);
	bad_place(0x11000, 0x10000);
	compare(&log, false, "1 2 3 !io:11000 7 8 9 ");
	/* Two places of one chunk. */
	make_log(&log, 1, 1);
	bad_place(0x1000 + 0x8000, 1);
	bad_place(0x1000 + 0xa000, 1);
	compare(&log, false, "!io:9000 !io:b000 1 2 3 ");
}

static void test_lost_templates(void **state)
{
	struct buf log = {0};

	(void)state;
	make_log(&log, 3, 1);
	damage_lose_definition(&log, 1, 0);
	compare(&log, false, "1 2 3 !invalid:11200 5t 6t 7 8 9 ");
	make_log(&log, 1, 1);
	damage_lose_definition(&log, 0, 0);
	compare(&log, true, "2? 3? !invalid:1200 ");
}

static void test_recovery(void **state)
{
	struct buf log = {0};

	(void)state;
	make_log(&log, 2, 1);
	damage_clear_chunk(&log, 0);
	compare(&log, true, "1r 2r 3r 4 5 6 ");
	make_log(&log, 2, 1);
	damage_clear_chunk(&log, 0);
	compare(&log, false, "4 5 6 ");
}

static void test_random_damage(void **state)
{
	uint64_t seed = 0x5eed;

	(void)state;
	for (unsigned i = 0; i < 60; i++) {
		struct buf log = {0};

		make_log(&log, 4, 1);
		damage_log(&log, &seed);
		if (i % 3 == 0)
			bad_place(random_below(&seed, log.n), 1 + random_below(&seed, 5000));
		compare(&log, i % 2, NULL);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_bad_sectors),
		cmocka_unit_test(test_lost_templates),
		cmocka_unit_test(test_recovery),
		cmocka_unit_test(test_random_damage),
	};

	return cmocka_run_group_tests(tests, lab_set_up, lab_tear_down);
}
