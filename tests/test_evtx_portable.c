/* SPDX-License-Identifier: Apache-2.0 */
/* Records copied from log to log through their portable form show just what they showed. */
#include "test.h"

#include "../tools/evidence_edges.h"
#include "base/limits.h"
#include "base/os.h"
#include "base/threads.h"
#include "binxml_asm.h"
#include "format/evtx/portable_internal.h"
#include "format/evtx/template_library.h"
#include "evtx_memory.h"
#include "portable_lab.h"

static struct view bytes_of(const struct buf *b)
{
	return (struct view){(const uint8_t *)b->p, b->n};
}

/* What every copy must be: the same to see, without a loss, and its own copy byte by byte. */
static void check_copy(struct lab *lab, const char *name)
{
	struct lab again = {.options = {.others = lab->options.others}};

	if (lab->refused > lab->missing)
		fail_msg("%s: %s", name, lab->refusal.msg);
	if (!lab_same(lab))
		fail_msg("%s: differs after %zu of %zu: %s", name, (size_t)lab->met, lab->count,
			 lab->difference ? lab->difference : "losses");
	assert_true(lab_open(&again));
	lab_copy(&again, bytes_of(&lab->log));
	assert_true(lab_same(&again));
	assert_true(view_equal(bytes_of(&again.log), bytes_of(&lab->log)));
	lab_close(&again);
}

/* ---- one log as the source of its own lost templates ---- */

static const char *one_path(void *context, uint32_t source)
{
	(void)context;
	(void)source;
	return "the log";
}

static void one_chunks(void *context, uint32_t source,
		       bool (*chunk)(void *argument, struct view bytes, uint64_t offset),
		       void *argument)
{
	const struct view log = *(const struct view *)context;

	(void)source;
	for (size_t at = EVTX_HEADER_SIZE; at < log.n; at += EVTX_CHUNK_SIZE) {
		if (!chunk(argument, view_slice(log, at, EVTX_CHUNK_SIZE), at))
			return;
	}
}

/* Copies a log with all that recovery finds. */
static void copy_recovered(struct lab *lab, struct view log)
{
	const struct template_feed feed = {&log, 1, one_path, one_chunks};
	struct template_library *const library = template_library_new(&feed);

	assert_non_null(library);
	lab->options.recover = true;
	lab->options.lost_templates = library;
	lab_copy(lab, log);
	lab->options.lost_templates = NULL;
	template_library_free(library);
}

/* ---- what BinXML can say ---- */

static void test_edges(void **state)
{
	size_t records = 0;
	unsigned missing = 0;

	(void)state;
	for (size_t i = 0; i < EDGE_CASES; i++) {
		for (unsigned how = 0; how < 3; how++) {
			struct lab lab = {.options = {.others = true}, .compiled = how == 1};
			struct edge e;

			edge_cases[i].make(&e);
			assert_true(lab_open(&lab));
			if (how == 2)
				copy_recovered(&lab, bytes_of(&e.log));
			else
				lab_copy(&lab, bytes_of(&e.log));
			check_copy(&lab, edge_cases[i].name);
			records += lab.count;
			missing += lab.missing;
			lab_close(&lab);
			buf_free(&e.log);
		}
	}
	assert_true(records > 3 * EDGE_CASES);
	assert_int_equal(missing, 1); /* c02, recovered */
}

/* A record that its file cuts off is copied as it is shown, wherever the cut is. */
static void test_cut_off(void **state)
{
	unsigned copied = 0;
	size_t end = 0;

	(void)state;
	for (size_t less = 1; less < 100; less++) {
		struct lab lab = {.options = {.others = true}};
		struct edge e;

		edge_c16(&e);
		end = EVTX_HEADER_SIZE + le32((const uint8_t *)damage_chunk(&e.log, 0) + 48);
		e.log.n = end - less;
		assert_true(lab_open(&lab));
		lab_copy(&lab, bytes_of(&e.log));
		check_copy(&lab, "cut off");
		copied += lab.count == 2;
		lab_close(&lab);
		buf_free(&e.log);
	}
	assert_true(copied > 4);
}

/* ---- the layout of a copy ---- */

static void seven_records(struct lab *lab, unsigned chunks)
{
	struct edge e;

	edge_usual_log(&e, NULL, chunks, 50);
	lab_copy(lab, bytes_of(&e.log));
	buf_free(&e.log);
}

/* A selection: record numbers go on where ids do not. */
static void test_cut(void **state)
{
	struct lab lab = {.every = 7};
	const uint8_t *c;

	(void)state;
	assert_true(lab_open(&lab));
	seven_records(&lab, 2);
	assert_int_equal(lab.count, 15);
	check_copy(&lab, "cut");
	assert_int_equal(lab.log.n, 4096 + 65536);
	c = (const uint8_t *)lab.log.p + 4096;
	assert_int_equal(le64(c + 8), 1);
	assert_int_equal(le64(c + 16), 15);
	assert_int_equal(le64(c + 24), 1);
	assert_int_equal(le64(c + 32), 99);
	assert_int_equal(le64((const uint8_t *)lab.log.p + 24), 100);
	lab_close(&lab);
}

/* Logs one behind the other: ids start again, and with them a chunk. */
static void test_merge(void **state)
{
	struct lab lab = {0};
	const uint8_t *c;

	(void)state;
	assert_true(lab_open(&lab));
	seven_records(&lab, 2);
	seven_records(&lab, 1);
	check_copy(&lab, "merge");
	assert_int_equal(lab.count, 150);
	assert_int_equal(lab.log.n, 4096 + 2 * 65536);
	c = (const uint8_t *)lab.log.p + 4096 + 65536;
	assert_int_equal(le64(c + 8), 101);
	assert_int_equal(le64(c + 16), 150);
	assert_int_equal(le64(c + 24), 1);
	assert_int_equal(le64(c + 32), 50);
	assert_int_equal(le64((const uint8_t *)lab.log.p + 24), 101);
	lab_close(&lab);
}

/* What is in the store already changes nothing, nor does another store. */
static void test_store_order(void **state)
{
	struct lab plain = {0}, used = {0}, other = {0};
	struct evtx_writer *const second = evtx_writer_new(evtx_sink_buf(&other.log), NULL);
	struct tocsin_error error;

	(void)state;
	assert_true(lab_open(&plain) && lab_open(&used));
	for (size_t i = 0; i < 5; i++) {
		struct edge e;

		edge_d00(&e);
		lab_copy(&used, bytes_of(&e.log));
		buf_free(&e.log);
		edge_c05(&e);
		lab_copy(&used, bytes_of(&e.log));
		buf_free(&e.log);
	}
	/* The rest goes into another log. */
	assert_ok(evtx_writer_finish(used.writer, &error));
	evtx_writer_free(used.writer);
	used.writer = second;
	seven_records(&used, 2);
	seven_records(&plain, 2);
	check_copy(&plain, "an empty store");
	assert_ok(evtx_writer_finish(second, &error));
	assert_true(view_equal(bytes_of(&plain.log), bytes_of(&other.log)));
	lab_close(&plain);
	lab_close(&used);
	buf_free(&other.log);
}

/* ---- one store, several threads ---- */

#define THREADS 4u

struct worker {
	struct thread thread;
	struct portable_store *store;
	struct view log;
	struct buf records, ends; /* portable records end to end; their ends, 8 bytes each */
	unsigned failed;
	bool limited;
};

static void put_one(void *context, struct evtx_decoder *d, const struct event *e)
{
	struct worker *const w = context;
	uint8_t end[8];

	if (portable_put(w->store, d, e, &w->records, NULL) != TOCSIN_OK)
		w->failed++;
	put64(end, w->records.n);
	buf_add(&w->ends, end, sizeof(end));
}

static void put_all(void *argument)
{
	struct worker *const w = argument;
	struct evtx_decoder *const d = evtx_decoder_new();

	w->failed += d ? lab_each(d, w->log, put_one, w, &w->limited) : 1;
	evtx_decoder_free(d);
}

static void test_threads(void **state)
{
	struct portable_store *const store = portable_store_new();
	struct worker worker[THREADS] = {0};
	struct lab plain = {0};
	struct edge e;

	(void)state;
	edge_start(&e, NULL);
	for (unsigned i = 0; i < 600; i++) {
		char name[16];

		snprintf(name, sizeof(name), "n%u", i % 300);
		EDGE_ADD_PLAIN(&e, EVENT_DATA(NAMED(name, TEXT("x"))));
	}
	edge_done(&e);
	for (unsigned i = 0; i < THREADS; i++) {
		worker[i].store = store;
		worker[i].log = bytes_of(&e.log);
		assert_true(thread_start(&worker[i].thread, put_all, &worker[i]));
	}
	for (unsigned i = 0; i < THREADS; i++)
		thread_join(&worker[i].thread);
	assert_true(lab_open(&plain));
	lab_copy(&plain, bytes_of(&e.log));
	check_copy(&plain, "threads");
	for (unsigned i = 0; i < THREADS; i++) {
		struct buf log = {0};
		struct evtx_writer *const writer = evtx_writer_new(evtx_sink_buf(&log), NULL);
		size_t at = 0;

		assert_int_equal(worker[i].failed, 0);
		assert_int_equal(worker[i].ends.n, 8 * plain.count);
		for (size_t k = 0; k < plain.count; k++) {
			const size_t end = (size_t)le64((const uint8_t *)worker[i].ends.p + 8 * k);

			assert_ok(evtx_writer_add_portable(
				writer, store,
				view_slice(bytes_of(&worker[i].records), at, end - at), NULL));
			at = end;
		}
		assert_ok(evtx_writer_finish(writer, NULL));
		assert_true(view_equal(bytes_of(&log), bytes_of(&plain.log)));
		evtx_writer_free(writer);
		buf_free(&log);
		buf_free(&worker[i].records);
		buf_free(&worker[i].ends);
	}
	portable_store_free(store);
	buf_free(&e.log);
	lab_close(&plain);
}

static void add_raw(struct lab *lab, struct buf *record, uint64_t id)
{
	struct tocsin_error error;

	put64((uint8_t *)record->p, id);
	assert_ok(evtx_writer_add_portable(lab->writer, lab->store, bytes_of(record), &error));
}

/* Ids that no log of Windows has stay what they are. */
static void test_ids(void **state)
{
	static const uint64_t ids[] = {5, 0, 1, 1, UINT64_MAX, 7, 1ull << 40};
	struct lab lab = {.every = 50};
	struct buf record = {0};
	size_t n = 0;

	(void)state;
	assert_true(lab_open(&lab));
	seven_records(&lab, 1);
	buf_add(&record, lab.record.p, lab.record.n);
	for (size_t i = 0; i < sizeof(ids) / sizeof(*ids); i++)
		add_raw(&lab, &record, ids[i]);
	assert_ok(evtx_writer_finish(lab.writer, NULL));
	for (size_t at = 4096; at < lab.log.n; at += 65536) {
		const uint8_t *const c = (const uint8_t *)lab.log.p + at;

		for (size_t k = 512; k < le32(c + 48); k += le32(c + k + 4), n++)
			assert_true(le64(c + k + 8) == (n ? ids[n - 1] : 1));
	}
	assert_int_equal(n, 1 + sizeof(ids) / sizeof(*ids));
	assert_int_equal(evtx_writer_chunks(lab.writer), 4);
	buf_free(&record);
	lab_close(&lab);
}

/* Two logs in the order of time: falling ids do not cost a chunk each, and nobody stops at the
 * first record that has the last one's id. */
static void test_interleaved(void **state)
{
	struct lab lab = {.every = 50};
	struct buf record = {0};
	size_t records = 0, chunks, full = 0;

	(void)state;
	assert_true(lab_open(&lab));
	seven_records(&lab, 1);
	buf_add(&record, lab.record.p, lab.record.n);
	for (uint64_t i = 1; i <= 4000; i++)
		add_raw(&lab, &record, i % 2 ? 5000 + i / 2 : 100 + i / 2);
	assert_ok(evtx_writer_finish(lab.writer, NULL));
	chunks = (size_t)evtx_writer_chunks(lab.writer);
	for (size_t at = 4096; at < lab.log.n; at += 65536) {
		const uint8_t *const c = (const uint8_t *)lab.log.p + at;

		full += le32(c + 48) > 60000;
		for (size_t k = 512; k < le32(c + 48); k += le32(c + k + 4), records++) {
			const bool last = k == le32(c + 44);

			assert_true(last || le64(c + k + 8) != le64(c + 32));
		}
	}
	assert_int_equal(records, 4001);
	assert_true(chunks - full <= 9 + chunks / 8);
	assert_int_equal(log_read(bytes_of(&lab.log), NULL, NULL).records, 4001);
	assert_int_equal(log_read(bytes_of(&lab.log), NULL, NULL).damages, 0);
	buf_free(&record);
	lab_close(&lab);
}

static void test_many_templates(void **state)
{
	struct lab lab = {0};
	struct edge e;

	(void)state;
	edge_start(&e, NULL);
	for (unsigned round = 0; round < 2; round++) {
		e.templates = 0;
		for (unsigned i = 0; i < 1500; i++) {
			char name[16];

			snprintf(name, sizeof(name), "n%u", i);
			EDGE_ADD_PLAIN(&e, EVENT_DATA(NAMED(name, TEXT("x"))));
		}
	}
	edge_done(&e);
	assert_true(lab_open(&lab));
	lab_copy(&lab, bytes_of(&e.log));
	assert_int_equal(lab.count, 3000);
	check_copy(&lab, "many templates");
	assert_true(portable_store_get(lab.store, 1499).n > 0);
	assert_int_equal(portable_store_get(lab.store, 1500).n, 0);
	buf_free(&e.log);
	lab_close(&lab);
}

/* ---- limits ---- */

/* Records whose definitions the full store does not take bring them along, once each. */
static void test_full_store(void **state)
{
	static char text[20001];
	struct lab lab = {0};
	struct edge e;

	(void)state;
	memset(text, 'x', 20000);
	edge_start(&e, NULL);
	for (unsigned i = 0; i < 450; i++) {
		snprintf(text, 20001, "%08u", i);
		text[8] = 'x';
		EDGE_ADD_PLAIN(&e, EVENT_DATA(NAMED("long", TEXT(text))));
	}
	for (unsigned i = 0; i < 2; i++) {
		const struct evtx_tree_template inner = {
			.guid = "inner", .nodes = NODES(ELEMENT("inner", SLOT(0, VALUE_STRING)))};
		const struct evtx_tree_value value[] = {VALUE(VALUE_STRING, "v\0")};
		const struct evtx_node instance = {.kind = EVTX_NODE_INSTANCE,
						   .template = &inner,
						   .values = value,
						   .value_count = 1};

		EDGE_ADD(&e, NODES(EVENT_DATA(SLOT(V(0), VALUE_BINXML), SLOT(V(1), VALUE_BINXML))),
			 TREE(instance), TREE(instance));
	}
	edge_done(&e);
	assert_true(lab_open(&lab));
	lab_copy(&lab, bytes_of(&e.log));
	assert_int_equal(lab.count, 452);
	assert_int_equal(lab.record.p[FORM_RECORD_HEADER + 7], FORM_INLINE);
	assert_non_null(memchr(lab.record.p, FORM_AGAIN, lab.record.n));
	check_copy(&lab, "a full store");
	buf_free(&e.log);
	lab_close(&lab);
}

static struct binasm a;

/* Elements of a plain record whose names all lie in one long inline name, `step` units apart. */
static void long_names(unsigned count, unsigned units, unsigned step)
{
	size_t name;

	asm_begin(&a);
	asm_8(&a, 0x01);
	asm_32(&a, 0);
	asm_32(&a, (uint32_t)a.at + 4);
	name = a.at;
	asm_32(&a, 0);
	asm_16(&a, 0);
	asm_16(&a, units);
	/* Each unit can stand for the count of a name that begins three units before. */
	for (unsigned i = 0; i < units; i++)
		asm_16(&a, units / 2 - i % 1000);
	asm_16(&a, 0);
	asm_body(&a);
	for (unsigned i = 0; i < count; i++) {
		asm_8(&a, 0x01);
		asm_32(&a, 0);
		asm_32(&a, (uint32_t)(name + 2 + 2 * (size_t)i * step));
		asm_8(&a, 0x03);
	}
	asm_close(&a);
	asm_record_end(&a);
}

static void copy_assembled(struct lab *lab)
{
	struct buf log = {0};

	buf_fill(&log, 0, EVTX_HEADER_SIZE);
	buf_add(&log, a.chunk, sizeof(a.chunk));
	assert_true(lab_open(lab));
	lab_copy(lab, bytes_of(&log));
	buf_free(&log);
}

/* One name at many places is one name; many overlapping ones would make a record of megabytes. */
static void test_names(void **state)
{
	struct lab same = {0}, overlapping = {0};

	(void)state;
	long_names(150, 20000, 0);
	copy_assembled(&same);
	assert_int_equal(same.count, 1);
	assert_true(same.record.n < EVTX_CHUNK_SIZE + 4096);
	check_copy(&same, "one long name");
	long_names(150, 20000, 1);
	copy_assembled(&overlapping);
	assert_int_equal(overlapping.count, 0);
	assert_int_equal(overlapping.refused, 1);
	assert_status(overlapping.refusal.status, TOCSIN_LIMIT);
	assert_int_equal(overlapping.record.n, 0);
	lab_close(&same);
	lab_close(&overlapping);
}

/* An instance inside an instance inside ...: what the reader reads is copied. */
static void test_nested(void **state)
{
	size_t value[8];
	struct lab lab = {0};

	(void)state;
	asm_begin(&a);
	for (unsigned i = 0; i < 7; i++) {
		const size_t definition = asm_template(&a);

		asm_open(&a, 0xffff, "level");
		asm_body(&a);
		asm_slot(&a, 0, VALUE_BINXML, false);
		asm_close(&a);
		asm_template_end(&a, definition);
		value[i] = asm_binxml_value(&a);
		asm_fragment(&a);
	}
	asm_leaf(&a, -1, "deep", "x");
	for (unsigned i = 7; i-- > 0;)
		asm_binxml_value_end(&a, value[i]);
	asm_record_end(&a);
	copy_assembled(&lab);
	assert_int_equal(lab.count, 1);
	assert_int_equal(lab.records[0].xml_status, TOCSIN_OK);
	check_copy(&lab, "nested");
	lab_close(&lab);
}

/* A BinXML value that can't be read: it stays as it is where the record does not show it; a record
 * that would show it is not copied, and that is said. */
static void test_unreadable_value(void **state)
{
	static const uint8_t noise[] = {0x0f, 1, 1, 0, 0x01, 0xff, 0xff, 0xff};
	const struct asm_value values[] = {{VALUE_BINXML, noise, sizeof(noise)},
					   {VALUE_STRING, "y", 2}};

	(void)state;
	for (unsigned slot = 0; slot < 2; slot++) {
		struct lab lab = {0};
		size_t definition;

		asm_begin(&a);
		definition = asm_template(&a);
		asm_open(&a, 0xffff, "Event");
		asm_body(&a);
		asm_slot(&a, slot, slot ? VALUE_STRING : VALUE_BINXML, false);
		asm_close(&a);
		asm_template_end(&a, definition);
		asm_values(&a, values, 2);
		asm_8(&a, 0);
		asm_record_end(&a);
		copy_assembled(&lab);
		if (slot) {
			assert_int_equal(lab.count, 1);
			check_copy(&lab, "a value that is not shown");
			assert_non_null(memmem(lab.log.p, lab.log.n, noise, sizeof(noise)));
		} else {
			assert_int_equal(lab.count, 0);
		}
		lab_close(&lab);
	}
}

/* Content behind a record's instance that is no longer than padding could be. */
static void test_short_rest(void **state)
{
	struct lab lab = {0};
	size_t definition;

	(void)state;
	asm_begin(&a);
	definition = asm_template(&a);
	asm_leaf(&a, 0xffff, "Event", "x");
	asm_template_end(&a, definition);
	asm_values(&a, NULL, 0);
	asm_8(&a, 0x07);
	asm_16(&a, 1);
	asm_16(&a, 'y');
	for (unsigned i = 0; i < 16; i++)
		asm_8(&a, 0);
	asm_record_end(&a);
	copy_assembled(&lab);
	assert_int_equal(lab.count, 1);
	assert_view(lab.records[0].xml, "<Event>x</Event><![CDATA[y]]>");
	check_copy(&lab, "a short rest");
	lab_close(&lab);
}

/* ---- failures ---- */

struct failing {
	unsigned left; /* writes that go well */
};

static bool failing_write(void *context, uint64_t offset, struct view bytes)
{
	struct failing *const f = context;

	(void)offset;
	(void)bytes;
	return f->left && f->left--;
}

static void test_sink_fails(void **state)
{
	struct lab lab = {.every = 50};
	struct buf record = {0};

	(void)state;
	assert_true(lab_open(&lab));
	seven_records(&lab, 1);
	buf_add(&record, lab.record.p, lab.record.n);
	for (unsigned n = 0; n < 2; n++) {
		struct failing f = {n};
		struct evtx_writer *const w =
			evtx_writer_new((struct evtx_sink){failing_write, &f}, NULL);
		struct tocsin_error error;

		assert_non_null(w);
		assert_ok(evtx_writer_add_portable(w, lab.store, bytes_of(&record), &error));
		/* The same id again begins a chunk, and ends the one before. */
		assert_status(evtx_writer_add_portable(w, lab.store, bytes_of(&record), &error),
			      TOCSIN_IO);
		assert_int_equal(evtx_writer_records(w), 1);
		evtx_writer_free(w);
	}
	buf_free(&record);
	lab_close(&lab);
}

/* A kept record that was damaged meanwhile never takes the log with it. */
static void test_damaged_form(void **state)
{
	struct lab lab = {0};
	struct edge e;
	struct buf copy = {0};

	(void)state;
	assert_true(lab_open(&lab));
	edge_c05(&e);
	lab_copy(&lab, bytes_of(&e.log));
	buf_free(&e.log);
	assert_true(lab.record.n > 64);
	for (size_t i = 0; i < lab.record.n * 9; i++) {
		struct view record = {(const uint8_t *)lab.record.p, i / 9};
		struct tocsin_error error;

		buf_clear(&copy);
		if (i % 9) {
			record.n = lab.record.n;
			buf_add(&copy, lab.record.p, lab.record.n);
			copy.p[i / 9] = (char)(copy.p[i / 9] ^ 1 << (i % 9 - 1));
			record.p = (const uint8_t *)copy.p;
		}
		(void)!evtx_writer_add_portable(lab.writer, lab.store, record, &error);
	}
	assert_ok(evtx_writer_finish(lab.writer, NULL));
	buf_free(&copy);
	lab_close(&lab);
}

static void test_wrong_event(void **state)
{
	const struct event missing = {.template_missing = true}, foreign = {.size = 64};
	struct evtx_decoder *const d = evtx_decoder_new();
	struct portable_store *const s = portable_store_new();
	struct buf out = {0};
	struct tocsin_error error;

	(void)state;
	buf_str(&out, "before");
	assert_status(portable_put(s, d, &missing, &out, &error), TOCSIN_UNSUPPORTED);
	assert_status(portable_put(s, d, &foreign, &out, &error), TOCSIN_USAGE);
	assert_string_equal(buf_cstr(&out), "before");
	buf_free(&out);
	portable_store_free(s);
	portable_store_free(NULL);
	evtx_decoder_free(d);
}

/* ---- sample logs ---- */

struct totals {
	unsigned files, records, refused, missing, borrowed, alike;
	struct evtx_options options;
	unsigned every;
	bool recover;
	const char *keep; /* folder for the copies; NULL: none */
};

static void keep_copy(const struct totals *t, const struct lab *lab)
{
	char path[8192];
	FILE *file;

	snprintf(path, sizeof(path), "%s/%04u.evtx", t->keep, t->files);
	file = fopen(path, "wb");
	assert_non_null(file);
	assert_int_equal(fwrite(lab->log.p, 1, lab->log.n, file), lab->log.n);
	assert_int_equal(fclose(file), 0);
}

/* Whether definitions as the reader has them make the same log: as the service writes them, they
 * do. */
static bool alike(const struct lab *usual, struct view log)
{
	struct lab lab = {.options = usual->options, .every = usual->every, .compiled = true};
	bool same;

	assert_true(lab_open(&lab));
	lab_copy(&lab, log);
	assert_int_equal(lab.refused, usual->refused);
	assert_true(lab_same(&lab));
	same = view_equal(bytes_of(&lab.log), bytes_of(&usual->log));
	lab_close(&lab);
	return same;
}

static void copy_file(struct totals *t, const char *path)
{
	struct lab lab = {.options = t->options, .every = t->every};
	struct arena arena = {0};
	struct tocsin_error error;
	struct view log;

	assert_true(lab_open(&lab));
	assert_ok(os_read_file(&arena, path, 64u << 20, &log, &error));
	if (t->recover)
		copy_recovered(&lab, log);
	else
		lab_copy(&lab, log);
	check_copy(&lab, path);
	if (t->keep)
		keep_copy(t, &lab);
	t->files++;
	t->records += (unsigned)lab.count;
	t->refused += lab.refused;
	t->missing += lab.missing;
	t->borrowed += lab.borrowed;
	if (!t->recover)
		t->alike += alike(&lab, log);
	lab_close(&lab);
	arena_free(&arena);
}

static void copy_folder(struct totals *t, const char *path, unsigned depth)
{
	struct arena arena = {0};
	struct tocsin_error error;
	struct os_entry *entries;
	size_t count;

	assert_true(depth < 16);
	assert_ok(os_list(&arena, path, &entries, &count, &error));
	for (size_t i = 0; i < count; i++) {
		const size_t n = strlen(entries[i].name);
		char below[4096];

		snprintf(below, sizeof(below), "%s/%s", path, entries[i].name);
		if (entries[i].kind == OS_FOLDER)
			copy_folder(t, below, depth + 1);
		else if (n > 5 && !strcmp(entries[i].name + n - 5, ".evtx"))
			copy_file(t, below);
	}
	arena_free(&arena);
}

static void copy_samples(struct totals *t)
{
	static const char *const archives[] = {"evtx-edge-cases", "evtx-attack-samples", "sigma"};

	for (size_t i = 0; i < sizeof(archives) / sizeof(*archives); i++) {
		char path[4096];

		if (test_samples(path, archives[i]))
			copy_folder(t, path, 0);
		else
			test_skipped(1, archives[i]);
	}
	print_message("%u logs, %u records copied, %u with a borrowed template, %u without one\n",
		      t->files, t->records, t->borrowed, t->missing);
}

static void test_samples_all(void **state)
{
	struct totals t = {.every = 1, .options = {.others = true}};

	(void)state;
	t.keep = getenv("TOCSIN_PORTABLE_KEEP"); /* for other readers */
	copy_samples(&t);
}

static void test_samples_cut(void **state)
{
	struct totals t = {.every = 7};

	(void)state;
	copy_samples(&t);
	assert_int_equal(t.alike, t.files);
}

static void test_samples_recovered(void **state)
{
	struct totals t = {.every = 1, .recover = true};

	(void)state;
	copy_samples(&t);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_edges),
		cmocka_unit_test(test_cut_off),
		cmocka_unit_test(test_cut),
		cmocka_unit_test(test_merge),
		cmocka_unit_test(test_store_order),
		cmocka_unit_test(test_ids),
		cmocka_unit_test(test_interleaved),
		cmocka_unit_test(test_threads),
		cmocka_unit_test(test_many_templates),
		cmocka_unit_test(test_full_store),
		cmocka_unit_test(test_names),
		cmocka_unit_test(test_nested),
		cmocka_unit_test(test_unreadable_value),
		cmocka_unit_test(test_short_rest),
		cmocka_unit_test(test_sink_fails),
		cmocka_unit_test(test_damaged_form),
		cmocka_unit_test(test_wrong_event),
		cmocka_unit_test(test_samples_all),
		cmocka_unit_test(test_samples_cut),
		cmocka_unit_test(test_samples_recovered),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
