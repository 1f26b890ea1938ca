/* SPDX-License-Identifier: Apache-2.0 */
/* The EVTX reader on what is made to cost time or memory, and on damaged chunks. */
#include "binxml_asm.h"

#include <time.h>

#include "base/limits.h"
#include "format/evtx/evtx_decoder.h"

static struct binasm a;

/* ---- Work that a record can ask for ---- */

/* <Event> with `count` slots of value 0 as text. */
static void many_slots(unsigned count, const struct asm_value *value)
{
	size_t definition;

	asm_begin(&a);
	definition = asm_template(&a);
	asm_open(&a, 0xffff, "Event");
	asm_body(&a);
	asm_text(&a, "x"); /* so that the first slot is not alone */
	for (unsigned i = 0; i < count; i++)
		asm_slot(&a, 0, value->type, false);
	asm_close(&a);
	asm_template_end(&a, definition);
	asm_values(&a, value, 1);
}

/* A text of thousands of pieces is joined in linear time and memory. */
static void test_many_pieces(void **state)
{
	const struct asm_value value = {VALUE_UINT16, "\xff\xff", 2};
	struct reading r;

	(void)state;
	many_slots(12000, &value);
	asm_record_end(&a);
	asm_read(&r, &a, ASM_CHUNK);
	assert_int_equal(r.records, 1);
	assert_true(r.decoder->context.arena.total < 16u << 20);
	assert_int_equal(r.xml.n, strlen("<Event>x</Event>\n") + 12000 * 5);
	asm_read_end(&r);
}

/* Arrays that no element is repeated for count item by item. */
static void test_array_work(void **state)
{
	static uint8_t items[20000];
	const struct asm_value value = {0x81, items, sizeof(items)}; /* 10,000 empty strings */
	size_t definition;

	(void)state;
	asm_begin(&a);
	definition = asm_template(&a);
	asm_open_list(&a, 0xffff, "Event");
	asm_attribute(&a, "x");
	for (unsigned i = 0; i < 5000; i++)
		asm_slot(&a, 0, 0x81, false);
	asm_8(&a, 0x03);
	asm_template_end(&a, definition);
	asm_values(&a, &value, 1);
	asm_expect_one_of_two(&a, "record expands to too many nodes");
}

/* Looking for the end of an item counts, though nothing comes of it. */
static void test_long_items(void **state)
{
	static uint8_t item[20000];
	const struct asm_value value = {0x81, item, sizeof(item)};
	size_t definition;

	(void)state;
	memset(item, 'x', sizeof(item));
	asm_begin(&a);
	definition = asm_template(&a);
	asm_open(&a, 0xffff, "Event");
	asm_body(&a);
	for (unsigned i = 0; i < 1200; i++) {
		asm_open(&a, 0xffff, "X");
		asm_slot(&a, 0, 0x81, false);
		asm_close(&a);
	}
	asm_close(&a);
	asm_template_end(&a, definition);
	asm_values(&a, &value, 1);
	asm_expect_one_of_two(&a, "record expands to too many nodes");
}

/* Keys count as text, though a run of equal ones is printed once. */
static void test_key_work(void **state)
{
	static uint8_t name[20000];
	const struct asm_value value = {VALUE_BINARY, name, sizeof(name)};
	struct reading r;
	size_t definition;

	(void)state;
	definition = asm_begin_template(&a);
	for (unsigned i = 0; i < 700; i++) {
		asm_open_list(&a, 0xffff, "Data");
		asm_attribute(&a, "Name");
		asm_slot(&a, 0, VALUE_STRING, false);
		asm_8(&a, 0x03);
	}
	asm_end_template(&a, definition);
	asm_values(&a, &value, 1);
	asm_record_end(&a);
	asm_read(&r, &a, ASM_CHUNK);
	assert_int_equal(r.records, 0);
	assert_int_equal(r.errors, 1);
	asm_read_end(&r);
}

static void test_text_limit(void **state)
{
	static uint8_t bytes[30000];
	const struct asm_value value = {VALUE_BINARY, bytes, sizeof(bytes)};

	(void)state;
	many_slots(5000, &value);
	asm_expect_one_of_two(&a, "record renders to too much text");
}

/* A chunk full of records that each stay below their limit stops at the chunk's; what came before
 * is given. */
static void test_chunk_work(void **state)
{
	static uint8_t items[8000];
	const struct asm_value value = {0x81, items, sizeof(items)};
	struct reading r;
	size_t definition;

	(void)state;
	asm_begin(&a);
	definition = asm_template(&a);
	asm_open(&a, 0xffff, "Event");
	for (unsigned i = 0; i < 15; i++) {
		asm_open(&a, 0xffff, "X");
		asm_slot(&a, 0, 0x81, false);
		asm_close(&a);
	}
	asm_close(&a);
	asm_template_end(&a, definition);
	asm_values(&a, &value, 1);
	asm_record_end(&a);
	while (ASM_CHUNK - a.at > sizeof(items) + 100) {
		asm_record(&a);
		asm_fragment(&a);
		asm_instance(&a, definition);
		asm_values(&a, &value, 1);
		asm_record_end(&a);
	}
	asm_read(&r, &a, ASM_CHUNK);
	assert_true(r.records > 0 && r.errors > 0);
	assert_int_equal(r.records + r.errors, a.id);
	asm_read_end(&r);
}

/* Names of 50,000 bytes, one for each ten bytes of input. */
static void test_name_work(void **state)
{
	struct reading r;
	size_t name;

	(void)state;
	asm_begin(&a);
	name = a.at + 1 + 4 + 4;
	asm_open(&a, -1, "Event");
	put16(a.chunk + name + 6, 25000); /* its units, most of them zeros behind the records */
	for (unsigned i = 0; i < 800; i++) {
		asm_8(&a, 0x06);
		asm_32(&a, (uint32_t)name);
	}
	asm_record_end(&a);
	asm_record(&a);
	asm_fragment(&a);
	asm_leaf(&a, -1, "Event", "good");
	asm_record_end(&a);
	asm_read(&r, &a, ASM_CHUNK);
	assert_int_equal(r.records, 1);
	assert_int_equal(r.errors, 1);
	assert_true(r.decoder->context.arena.total < 64u << 20);
	asm_read_end(&r);
}

/* ---- Records of some hundred bytes that ask for gigabytes */

/* What reading a chunk with recovery costs. */
static clock_t timed_read(struct reading *r, bool recover)
{
	const clock_t start = clock();
	struct evtx_chunk_info info;
	struct tocsin_error error;
	enum tocsin_status status;
	struct evtx_loss loss;

	memset(r, 0, sizeof(*r));
	r->decoder = evtx_decoder_new();
	assert_non_null(r->decoder);
	evtx_decoder_configure(r->decoder,
			       &(struct evtx_options){.no_checksums = true, .recover = recover});
	assert_ok(evtx_chunk_open(r->decoder, (struct view){a.chunk, ASM_CHUNK}, 4096, 0, &info,
				  &error));
	while ((status = evtx_chunk_next(r->decoder, &r->event, &loss, &error)) != TOCSIN_END) {
		buf_clear(&r->xml);
		if (status == TOCSIN_OK)
			status = evtx_render_xml(r->decoder, r->event, &r->xml);
		if (status == TOCSIN_OK)
			status = evtx_render_json(r->decoder, r->event, &r->xml);
		r->records += status == TOCSIN_OK;
		r->errors += status != TOCSIN_OK;
		assert_true(r->decoder->context.arena.total <= 256u << 20);
		assert_true(r->xml.n <= 2 * ((size_t)LIMIT_RECORD_TEXT + 65536));
	}
	return clock() - start;
}

/* Generous: a tenth of a second is usual, the sanitizers and a busy machine take their part. */
static void expect_quick(clock_t spent)
{
	assert_true(spent < 20 * CLOCKS_PER_SEC);
}

/* <E>%0%0%0%0%0%0%0%0</E>, whose value 0 holds the same template again, `levels` deep. */
static void doubling(unsigned levels, unsigned uses)
{
	size_t definition, value[32];

	asm_record(&a);
	asm_fragment(&a);
	definition = asm_template(&a);
	asm_open(&a, 0xffff, "E");
	asm_body(&a);
	for (unsigned i = 0; i < uses; i++)
		asm_slot(&a, 0, VALUE_BINXML, true);
	asm_close(&a);
	asm_template_end(&a, definition);
	for (unsigned i = 0; i < levels; i++) {
		value[i] = asm_binxml_value(&a);
		asm_instance(&a, definition);
	}
	asm_values(&a, NULL, 0);
	for (unsigned i = levels; i-- > 0;)
		asm_binxml_value_end(&a, value[i]);
	asm_record_end(&a);
}

static void test_value_in_several_places(void **state)
{
	struct reading r;

	(void)state;
	asm_start(&a);
	doubling(13, 8);
	assert_true(a.at - a.record < 600);
	asm_record(&a);
	asm_fragment(&a);
	asm_leaf(&a, -1, "Event", "good");
	asm_record_end(&a);
	expect_quick(timed_read(&r, false));
	assert_int_equal(r.records, 1);
	assert_int_equal(r.errors, 1);
	asm_read_end(&r);
	/* A chunk full of them. */
	asm_start(&a);
	while (ASM_CHUNK - a.at > 700)
		doubling(13, 8);
	expect_quick(timed_read(&r, false));
	assert_int_equal(r.records, 0);
	assert_int_equal(r.errors, a.id);
	asm_read_end(&r);
}

/* Below the record's limit, each as large as it may be: the chunk's limit ends it. */
static void test_values_in_several_places_below_the_limit(void **state)
{
	struct reading r;

	(void)state;
	asm_start(&a);
	while (ASM_CHUNK - a.at > 700)
		doubling(4, 8);
	expect_quick(timed_read(&r, false));
	assert_true(r.records > 0 && r.errors > 0);
	assert_int_equal(r.records + r.errors, a.id);
	asm_read_end(&r);
}

/* Each definition holds two instances of the next. */
static void test_definitions_of_instances(void **state)
{
	enum { LEVELS = 15 };
	struct reading r;
	size_t next = 0;

	(void)state;
	asm_start(&a);
	for (unsigned i = 0; i < LEVELS; i++) {
		size_t definition;

		asm_record(&a);
		asm_fragment(&a);
		definition = asm_template(&a);
		asm_open(&a, 0xffff, "E");
		asm_body(&a);
		for (unsigned k = 0; next && k < 16; k++) {
			asm_instance(&a, next);
			asm_values(&a, NULL, 0);
		}
		asm_close(&a);
		asm_template_end(&a, definition);
		asm_values(&a, NULL, 0);
		asm_record_end(&a);
		next = definition;
	}
	expect_quick(timed_read(&r, false));
	assert_true(r.records >= 3 && r.errors >= 1);
	assert_int_equal(r.records + r.errors, LEVELS);
	asm_read_end(&r);
}

/* Elements that are repeated for an array, inside of elements that are repeated for one. */
static void test_arrays_in_arrays(void **state)
{
	static const uint8_t items[64];
	size_t definition, value[12];
	struct reading r;

	(void)state;
	asm_begin(&a);
	definition = asm_template(&a);
	asm_open(&a, 0xffff, "E");
	asm_body(&a);
	asm_slot(&a, 0, 0x84, false); /* the array it is repeated for */
	asm_slot(&a, 1, VALUE_BINXML, true);
	asm_close(&a);
	asm_template_end(&a, definition);
	for (unsigned i = 0; i < 12; i++) {
		asm_32(&a, 2);
		asm_16(&a, sizeof(items));
		asm_8(&a, 0x84);
		asm_8(&a, 0);
		value[i] = a.at;
		asm_16(&a, 0);
		asm_8(&a, i < 11 ? VALUE_BINXML : VALUE_NULL);
		asm_8(&a, 0);
		asm_bytes(&a, items, sizeof(items));
		if (i < 11)
			asm_instance(&a, definition);
	}
	for (unsigned i = 11; i-- > 0;)
		put16(a.chunk + value[i], (uint16_t)(a.at - value[i] - 4 - sizeof(items)));
	asm_record_end(&a);
	asm_record(&a);
	asm_fragment(&a);
	asm_leaf(&a, -1, "Event", "good");
	asm_record_end(&a);
	expect_quick(timed_read(&r, false));
	assert_int_equal(r.records, 1);
	assert_int_equal(r.errors, 1);
	asm_read_end(&r);
}

/* Counts that no bytes are there for. */
static void test_huge_counts(void **state)
{
	static const uint32_t counts[] = {0xffffffffu, 0x40000000u, 65536, LIMIT_SUBSTITUTIONS + 1};
	size_t definition;

	(void)state;
	for (size_t i = 0; i < sizeof(counts) / sizeof(counts[0]); i++) {
		struct reading r;

		asm_begin(&a);
		definition = asm_template(&a);
		asm_leaf(&a, 0xffff, "Event", NULL);
		asm_template_end(&a, definition);
		asm_32(&a, counts[i]);
		asm_record_end(&a);
		expect_quick(timed_read(&r, true));
		assert_true(r.decoder->context.arena.total < 1u << 20);
		asm_read_end(&r);
	}
	asm_begin(&a);
	asm_open(&a, -1, "Event");
	asm_body(&a);
	asm_8(&a, 0x05);
	asm_8(&a, 0x01);
	asm_16(&a, 0xffff); /* units of a text */
	asm_close(&a);
	asm_expect_one_of_two(&a, "BinXML ends inside a token");
	asm_begin(&a);
	definition = asm_template(&a);
	asm_leaf(&a, 0xffff, "Event", NULL);
	asm_template_end(&a, definition);
	put32(a.chunk + definition + 20, 0xfffffff0u); /* a definition's size */
	asm_values(&a, NULL, 0);
	asm_expect_one_of_two(&a, "template definition reaches past its record");
}

/* Thousands of definitions over the same bytes: one for each place, each as long as the chunk. */
static void test_overlapping_definitions(void **state)
{
	struct reading r;
	size_t first;

	(void)state;
	asm_start(&a);
	asm_record(&a);
	first = a.at = a.at + 3000;
	for (unsigned i = 0; i < 1000; i++)
		asm_32(&a, 28000); /* any place is a definition of this size */
	asm_record_end(&a);
	for (unsigned i = 0; i < 900; i++) {
		asm_record(&a);
		asm_fragment(&a);
		asm_8(&a, 0x0c);
		asm_8(&a, 0x01);
		asm_32(&a, 28000); /* the id that stands there */
		asm_32(&a, (uint32_t)(first + 4 * (size_t)i));
		asm_values(&a, NULL, 0);
		asm_record_end(&a);
	}
	expect_quick(timed_read(&r, false));
	assert_true(r.errors > 0);
	assert_true(r.decoder->context.arena.total < 64u << 20);
	asm_read_end(&r);
	expect_quick(timed_read(&r, true));
	asm_read_end(&r);
}

/* A record at every 32 bytes of the free space, each reaching to the same end. */
static void test_records_over_each_other(void **state)
{
	struct reading r;

	(void)state;
	asm_start(&a);
	asm_record(&a);
	asm_fragment(&a);
	asm_leaf(&a, -1, "Event", "good");
	asm_record_end(&a);
	for (size_t at = a.at; at + 64 < ASM_CHUNK; at += 32) {
		put32(a.chunk + at, 0x2a2a);
		put32(a.chunk + at + 4, (uint32_t)(ASM_CHUNK - at));
		put64(a.chunk + at + 8, at);
		put32(a.chunk + at + 24, 0x0001010f);
	}
	expect_quick(timed_read(&r, true));
	assert_true(r.records >= 1);
	asm_read_end(&r);
	/* All as long as a third of the chunk, their ends everywhere. */
	for (size_t at = a.at; at + 21856 < ASM_CHUNK; at += 32) {
		put32(a.chunk + at + 4, 21856);
		put32(a.chunk + at + 21852, 21856);
	}
	expect_quick(timed_read(&r, true));
	assert_true(r.records >= 1);
	asm_read_end(&r);
}

/* ---- Chunks ---- */

static void three_records(void)
{
	asm_start(&a);
	for (unsigned i = 0; i < 3; i++) {
		asm_record(&a);
		asm_fragment(&a);
		asm_leaf(&a, -1, "Event", i == 0 ? "one" : i == 1 ? "two" : "three");
		asm_record_end(&a);
	}
}

static void test_padding(void **state)
{
	struct reading r;

	(void)state;
	three_records();
	put32(a.chunk + 48, ASM_CHUNK); /* zeros behind the last record count as used */
	asm_read(&r, &a, ASM_CHUNK);
	assert_int_equal(r.records, 3);
	assert_int_equal(r.errors, 0);
	asm_read_end(&r);
	put64(a.chunk + 32, 4); /* the header misses a record: then it is damage */
	asm_read(&r, &a, ASM_CHUNK);
	assert_int_equal(r.records, 3);
	assert_int_equal(r.errors, 1);
	asm_read_end(&r);
}

/* Behind damage the next whole record is found, also where an odd size moved it. */
static void test_resync(void **state)
{
	struct reading r;
	size_t second;

	(void)state;
	three_records();
	second = 512 + le32(a.chunk + 516);
	memset(a.chunk + second, 0, 24);
	asm_read(&r, &a, ASM_CHUNK);
	assert_int_equal(r.records, 2);
	assert_int_equal(r.errors, 1);
	assert_non_null(strstr(buf_cstr(&r.xml), "three"));
	assert_int_equal(r.error.offset, 4096 + second);
	asm_read_end(&r);
	three_records();
	memmove(a.chunk + second + 3, a.chunk + second, ASM_CHUNK - second - 3);
	memset(a.chunk + second, 0, 3);
	put32(a.chunk + 48, (uint32_t)a.at + 3);
	asm_read(&r, &a, ASM_CHUNK);
	assert_int_equal(r.errors >= 1, true);
	assert_int_equal(r.records + r.errors,
			 4); /* names moved: damage in each, but each is told */
	asm_read_end(&r);
}

/* A truncated file: every length, each record is read or told. */
static void test_truncated(void **state)
{
	(void)state;
	three_records();
	for (size_t n = 512; n <= a.at; n++) {
		struct evtx_decoder *const d = evtx_decoder_new();
		uint8_t *const copy = malloc(n);
		const struct event *e;
		struct evtx_chunk_info info;
		struct tocsin_error error;
		enum tocsin_status status;
		unsigned records = 0, told = 0;
		struct evtx_loss id;

		assert_non_null(d);
		assert_non_null(copy);
		memcpy(copy, a.chunk, n);
		assert_ok(evtx_chunk_open(d, (struct view){copy, n}, 0, 0, &info, &error));
		told += error.status != TOCSIN_OK;
		while ((status = evtx_chunk_next(d, &e, &id, &error)) != TOCSIN_END) {
			records += status == TOCSIN_OK;
			told += status != TOCSIN_OK;
		}
		assert_true(records == 3 || told);
		evtx_decoder_free(d);
		free(copy);
	}
}

/* Each byte of a log with everything in it, wrong in several ways: no crash, and the sanitizers
 * watch. */
static void test_flipped(void **state)
{
	static const uint8_t flips[] = {0xff, 0x01, 0x80, 0x40, 0x0c};
	const struct asm_value values[] = {
		{0x81, "a\0\0\0b\0", 6}, {VALUE_NULL, NULL, 0}, {VALUE_UINT8, "\1", 1}};
	size_t definition;

	(void)state;
	definition = asm_begin_template(&a);
	asm_data(&a, 0xffff, "x", 0, 0x81);
	asm_data(&a, 1, "y", 1, VALUE_STRING);
	asm_data(&a, 2, NULL, 2, VALUE_UINT8);
	asm_end_template(&a, definition);
	asm_values(&a, values, 3);
	asm_record_end(&a);
	asm_record(&a);
	asm_fragment(&a);
	asm_leaf(&a, -1, "Event", "last");
	asm_record_end(&a);
	for (size_t i = 8; i < a.at; i = i == 63 ? 512 : i + 1) {
		const uint8_t was = a.chunk[i];

		for (size_t f = 0; f < sizeof(flips); f++) {
			struct reading r;

			a.chunk[i] = was ^ flips[f];
			asm_read(&r, &a, ASM_CHUNK);
			asm_read_end(&r);
		}
		a.chunk[i] = was;
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_many_pieces),
		cmocka_unit_test(test_array_work),
		cmocka_unit_test(test_long_items),
		cmocka_unit_test(test_key_work),
		cmocka_unit_test(test_text_limit),
		cmocka_unit_test(test_chunk_work),
		cmocka_unit_test(test_name_work),
		cmocka_unit_test(test_padding),
		cmocka_unit_test(test_resync),
		cmocka_unit_test(test_truncated),
		cmocka_unit_test(test_flipped),
		cmocka_unit_test(test_value_in_several_places),
		cmocka_unit_test(test_values_in_several_places_below_the_limit),
		cmocka_unit_test(test_definitions_of_instances),
		cmocka_unit_test(test_arrays_in_arrays),
		cmocka_unit_test(test_huge_counts),
		cmocka_unit_test(test_overlapping_definitions),
		cmocka_unit_test(test_records_over_each_other),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
