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
#include "own_log.h"
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

		/* The template of a recovered record is mostly lost. */
		t->records[json] += e->origin == EVENT_LIVE;
		t->compiled[json] += e->origin == EVENT_LIVE && r != RENDER_WALKED;
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
	/* Hardly one is something that no form describes. */
	for (unsigned json = 0; json < 2; json++)
		assert_true(t.compiled[json] >= t.records[json] / 200 * 199);
}

static void own_logs_are_written_the_same(void **state)
{
	struct tally t = {0};
	struct arena a = {0};
	struct buf out = {0};

	(void)state;
	compare_log(own_log(&out, &a), &t);
	render_lab_free(&t.lab);
	buf_free(&out);
	arena_free(&a);
	assert_int_equal(t.records[0], 300);
	assert_int_equal(t.different, 0);
	assert_true(t.compiled[0] >= 250 && t.compiled[1] >= 250);
}

static void changed_logs_are_written_the_same(void **state)
{
	struct tally t = {0};
	struct arena a = {0};
	struct buf out = {0};
	const struct view log = own_log(&out, &a);
	uint64_t seed = 7;

	(void)state;
	for (unsigned round = 0; round < 60; round++) {
		uint8_t *const copy = malloc(log.n);

		assert_non_null(copy);
		memcpy(copy, log.p, log.n);
		for (unsigned k = 0; k < 40; k++) {
			seed = seed * 6364136223846793005u + 1442695040888963407u;
			copy[EVTX_HEADER_SIZE + 512 + (seed >> 33) % 20000] ^=
				(uint8_t)(1u << (seed >> 60) % 8);
		}
		compare_log((struct view){copy, log.n}, &t);
		free(copy);
	}
	render_lab_free(&t.lab);
	buf_free(&out);
	arena_free(&a);
	assert_int_equal(t.different, 0);
	assert_true(t.compiled[0] > 1000 && t.compiled[1] > 1000);
}

/* ---- Records assembled at random ---- */

#define SLOTS 12u

struct dice {
	struct binasm a;
	uint64_t seed;
	size_t inner; /* the definition of the template that values may nest; 0: none yet */
	unsigned elements;
};

static unsigned roll(struct dice *d, unsigned sides)
{
	d->seed = d->seed * 6364136223846793005u + 1442695040888963407u;
	return (unsigned)(d->seed >> 33) % sides;
}

static const char *name(struct dice *d)
{
	static const char *const names[] = {"Data",   "Data",   "Data", "EventData", "UserData",
					    "System", "Binary", "A",    "B",         "A_1"};

	return names[roll(d, sizeof(names) / sizeof(names[0]))];
}

static void put_attribute(struct dice *d, const char *attribute)
{
	asm_attribute(&d->a, attribute);
	switch (roll(d, 6)) {
	case 0:
		break;
	case 1:
		asm_slot(&d->a, roll(d, SLOTS), 1, false);
		break;
	case 2:
	case 3:
		asm_slot(&d->a, roll(d, SLOTS), 1, true);
		break;
	default:
		asm_text(&d->a, roll(d, 4) ? "k<\"" : "");
		break;
	}
}

static void put_element(struct dice *d, unsigned depth, const char *called)
{
	static const char *const attributes[] = {"Name", "Guid", "x"};
	const unsigned list = roll(d, 8) ? roll(d, 8) : 0;
	const int dependency = depth && !roll(d, 4) ? (int)roll(d, SLOTS) : 0xffff;
	unsigned children = depth < 4 ? roll(d, 5) : 0;

	d->elements++;
	if (list)
		asm_open_list(&d->a, dependency, called);
	else
		asm_open(&d->a, dependency, called);
	for (unsigned i = 0; i < 3; i++) {
		if (list & 1u << i)
			put_attribute(d, attributes[i]);
	}
	if (!roll(d, 6)) {
		asm_8(&d->a, 0x03); /* <x/> */
		return;
	}
	asm_body(&d->a);
	if (depth && roll(d, 2))
		children = 0;
	if (!children && roll(d, 4)) {
		if (roll(d, 4))
			asm_slot(&d->a, roll(d, SLOTS), 1, roll(d, 2));
		else
			asm_text(&d->a, roll(d, 3) ? "text & more" : "");
	}
	while (children-- && d->elements < 30)
		put_element(d, depth + 1, name(d));
	if (depth < 2 && !roll(d, 3))
		asm_slot(&d->a, roll(d, SLOTS), 0x21, true);
	asm_close(&d->a);
}

/* What a value holds; `bytes` has 64. */
static size_t fill(struct dice *d, unsigned type, uint8_t *bytes)
{
	const size_t fixed = value_fixed_size((uint8_t)type);
	size_t n = roll(d, 20) ? fixed : roll(d, 20);

	for (size_t i = 0; i < 64; i++)
		bytes[i] = (uint8_t)roll(d, 256);
	if (type == VALUE_SID) {
		bytes[0] = 1;
		bytes[1] = 2;
		n = 16;
	} else if ((type & 0x7f) == VALUE_STRING) {
		n = 2 * roll(d, 20);
		for (size_t i = 0; i < n; i += 2)
			put16(bytes + i,
			      (uint16_t)(roll(d, 8) ? 'a' + roll(d, 26)
						    : (unsigned)"\"\\<&'>\0\n"[roll(d, 8)]));
	} else if (type & VALUE_ARRAY) {
		n = (fixed ? fixed : 1) * roll(d, 4);
		n = n > 64 ? 64 : n;
	} else if (!fixed) {
		n = roll(d, 20);
	} else if (fixed == 4 && !roll(d, 2)) {
		put32(bytes, roll(d, 3)); /* booleans */
	}
	return n;
}

/* An instance of the inner template as a value. */
static size_t fill_nested(struct dice *d, uint8_t *bytes)
{
	const bool header = roll(d, 2);
	uint8_t *p = bytes;
	uint8_t *values;

	if (header)
		put32(p, 0x0001010f);
	p += header ? 4 : 0;
	*p++ = 0x0c;
	*p++ = 1;
	put32(p, 0x1234);
	put32(p + 4, (uint32_t)d->inner);
	put32(p + 8, 2);
	p += 12;
	values = p + 8;
	for (unsigned i = 0; i < 2; i++, p += 4) {
		const unsigned type = i ? VALUE_STRING : VALUE_UINT32;
		const size_t n = i ? 2 * roll(d, 5) : 4;

		put16(p, (uint16_t)n);
		p[2] = (uint8_t)(roll(d, 5) ? type : VALUE_NULL);
		p[3] = 0;
		for (size_t k = 0; k < n; k++)
			*values++ = k % 2 ? 0 : (uint8_t)('a' + roll(d, 20));
	}
	*values++ = 0;
	return (size_t)(values - bytes);
}

/* Tokens written in place. */
struct pen {
	uint8_t *p;
	size_t n, at; /* chunk offset of p[0] */
};

static void pen_8(struct pen *p, unsigned v)
{
	p->p[p->n++] = (uint8_t)v;
}

static void pen_name(struct pen *p, const char *ascii)
{
	const size_t n = strlen(ascii);

	put32(p->p + p->n, (uint32_t)(p->at + p->n + 4));
	put32(p->p + p->n + 4, 0);
	put16(p->p + p->n + 8, 0);
	put16(p->p + p->n + 10, (uint16_t)n);
	p->n += 12;
	for (size_t i = 0; i <= n; i++) {
		pen_8(p, (uint8_t)ascii[i]);
		pen_8(p, 0);
	}
}

static void pen_text(struct pen *p, const char *ascii)
{
	pen_8(p, 0x05);
	pen_8(p, 0x01);
	pen_8(p, (unsigned)strlen(ascii));
	pen_8(p, 0);
	for (; *ascii; ascii++) {
		pen_8(p, (uint8_t)*ascii);
		pen_8(p, 0);
	}
}

static void pen_element(struct dice *d, struct pen *p, unsigned depth)
{
	static const char *const names[] = {"A", "B", "A_1", "Data", "x.y", "EventData", "a:b"};
	const unsigned attributes = roll(d, 3);

	pen_8(p, attributes ? 0x41 : 0x01);
	put32(p->p + p->n, 0);
	p->n += 4;
	pen_name(p, names[roll(d, roll(d, 6) ? 5 : 7)]);
	if (attributes) {
		put32(p->p + p->n, 0);
		p->n += 4;
	}
	for (unsigned i = 0; i < attributes; i++) {
		pen_8(p, i + 1 < attributes ? 0x46 : 0x06);
		pen_name(p, i && roll(d, 9) ? "second" : "first");
		for (unsigned k = roll(d, 6) ? 1 : roll(d, 3); k; k--)
			pen_text(p, roll(d, 5) ? "v'&\"" : "");
	}
	if (!roll(d, 3)) {
		pen_8(p, 0x03);
		return;
	}
	if (roll(d, 9))
		pen_8(p, 0x02);
	if (depth > 2 || roll(d, 2)) {
		for (unsigned k = roll(d, 8) ? 1 : roll(d, 3); k; k--)
			pen_text(p, roll(d, 4) ? "t<\n" : "");
	}
	if (depth < 3 && (p->p[p->n - 1] == 0x02 || !roll(d, 20))) {
		for (unsigned k = roll(d, 4); k && p->n < 500; k--)
			pen_element(d, p, depth + 1);
	}
	pen_8(p, 0x04);
}

static size_t fill_inline(struct dice *d, uint8_t *bytes, size_t at)
{
	struct pen p = {bytes, 0, at};

	if (roll(d, 2)) {
		put32(bytes, 0x0001010f);
		p.n = 4;
	}
	for (unsigned k = roll(d, 8) ? 1 : roll(d, 3); k; k--)
		pen_element(d, &p, 0);
	if (roll(d, 4))
		pen_8(&p, roll(d, 20) ? 0 : roll(d, 256));
	return p.n;
}

static void put_values(struct dice *d)
{
	const unsigned count = SLOTS - (roll(d, 6) ? 0 : roll(d, SLOTS));
	size_t at = d->a.at + 4 + 4 * (size_t)count;

	static const uint8_t types[] = {0x00, 0x01, 0x01, 0x01, 0x02, 0x04, 0x06, 0x08, 0x0a, 0x07,
					0x0d, 0x0e, 0x0f, 0x11, 0x13, 0x14, 0x15, 0x10, 0x0c, 0x12};
	static uint8_t bytes[SLOTS][4096];
	struct asm_value v[SLOTS];

	for (unsigned i = 0; i < SLOTS; i++) {
		v[i].type = types[roll(d, sizeof(types))];
		v[i].bytes = bytes[i];
		if (!roll(d, 12))
			v[i].type =
				roll(d, 3) ? 0x81 : types[1 + roll(d, sizeof(types) - 1)] | 0x80u;
		v[i].n = fill(d, v[i].type, bytes[i]);
		if (d->inner && !roll(d, 6)) {
			v[i].type = VALUE_BINXML;
			v[i].n = roll(d, 2) ? fill_nested(d, bytes[i])
					    : fill_inline(d, bytes[i], at);
		}
		at += v[i].n;
	}
	asm_values(&d->a, v, count);
}

/* A chunk whose records are of two templates, one of which values of the other may nest. */
static void assemble(struct dice *d)
{
	size_t definition;

	asm_start(&d->a);
	d->inner = d->elements = 0;
	for (unsigned template = 0; template <2; template ++) {
		asm_record(&d->a);
		asm_fragment(&d->a);
		definition = asm_template(&d->a);
		put_element(d, 0, template ? "Event" : name(d));
		asm_template_end(&d->a, definition);
		put_values(d);
		asm_record_end(&d->a);
		if (!template)
			d->inner = definition;
		for (unsigned i = 0; i < 12; i++) {
			asm_record(&d->a);
			asm_fragment(&d->a);
			asm_instance(&d->a, definition);
			put_values(d);
			asm_record_end(&d->a);
		}
	}
}

static void random_templates_are_written_the_same(void **state)
{
	static struct dice d;
	struct tally t = {0};

	(void)state;
	d.seed = 99;
	for (unsigned round = 0; round < 1500; round++) {
		struct evtx_decoder *const decoder = evtx_decoder_new();

		assert_non_null(decoder);
		assemble(&d);
		evtx_decoder_configure(decoder, &(struct evtx_options){.no_checksums = true});
		compare_chunk(decoder, (struct view){d.a.chunk, ASM_CHUNK}, &t);
		evtx_decoder_free(decoder);
		if (t.different)
			break;
	}
	render_lab_free(&t.lab);
	assert_int_equal(t.different, 0);
	assert_true(t.records[0] > 30000);
	assert_true(t.compiled[0] > t.records[0] / 4 && t.compiled[1] > t.records[1] / 10);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(sample_logs_are_written_the_same),
		cmocka_unit_test(own_logs_are_written_the_same),
		cmocka_unit_test(changed_logs_are_written_the_same),
		cmocka_unit_test(random_templates_are_written_the_same),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
