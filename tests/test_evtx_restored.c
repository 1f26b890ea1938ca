/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Names of older records that were overwritten: two are known by their place, and no other is
 * guessed.
 */
#include "test.h"

#include "binxml_asm.h"
#include "format/evtx/binxml.h"

#define NOWHERE 0x8000u /* a chunk offset with zeros */

/* An element whose name is overwritten; with an attribute Name when `name` is given. */
static void lost_element(struct binasm *a, const char *name)
{
	asm_8(a, name ? 0x41 : 0x01);
	asm_16(a, 0xffff);
	asm_32(a, 0);
	asm_32(a, NOWHERE);
	if (name) {
		asm_32(a, 0);
		asm_attribute(a, "Name");
		asm_text(a, name);
	}
	asm_body(a);
}

static void lost_data(struct binasm *a, const char *name, unsigned slot)
{
	lost_element(a, name);
	asm_slot(a, slot, VALUE_STRING, false);
	asm_close(a);
}

/* Starts a definition's stream. */
static void start(struct binasm *a)
{
	asm_start(a);
	asm_fragment(a);
}

/* The stream as older records have it: names of elements, each behind its depth; "-": it does not
 * read. */
static void expect(const struct binasm *a, const char *want)
{
	struct binxml_context c = {.others = false};
	const struct binxml_program *p;
	struct tocsin_error error;
	struct buf out = {0};
	unsigned depth = 0;

	binxml_context_reset(&c, (struct view){a->chunk, ASM_CHUNK});
	binxml_begin(&c);
	c.live_end = ASM_CHUNK;
	if (binxml_compile(&c, 512, a->at - 512, true, &p, &error) != TOCSIN_OK) {
		assert_string_equal(want, "-");
		assert_string_equal(error.msg, "a name of BinXML is overwritten");
		arena_free(&c.arena);
		return;
	}
	for (uint32_t i = 0; i < p->count; i++) {
		if (p->ops[i].kind == OP_CLOSE)
			depth--;
		if (p->ops[i].kind != OP_OPEN)
			continue;
		buf_printf(&out, "%u", depth++);
		buf_add(&out, p->ops[i].name->utf8.p, p->ops[i].name->utf8.n);
		buf_str(&out, p->ops[i].name->restored ? "* " : " ");
	}
	assert_string_equal(buf_cstr(&out), want);
	buf_free(&out);
	arena_free(&c.arena);
}

static void test_event_data(void **state)
{
	struct binasm *const a = malloc(sizeof(*a));

	(void)state;
	start(a);
	lost_element(a, NULL);
	lost_data(a, "first", 0);
	asm_leaf(a, 0xffff, "Data", "x");
	lost_data(a, "third", 1);
	asm_close(a);
	expect(a, "0EventData* 1Data* 1Data 1Data* ");

	/* EventData can have a Name of its own. */
	start(a);
	lost_element(a, "SET");
	lost_data(a, "first", 0);
	asm_close(a);
	expect(a, "0EventData* 1Data* ");

	start(a);
	lost_element(a, "SET");
	asm_close(a);
	expect(a, "0EventData* ");

	start(a);
	asm_open(a, 0xffff, "EventData");
	asm_body(a);
	lost_data(a, "first", 0);
	asm_close(a);
	expect(a, "0EventData 1Data* ");
	free(a);
}

/* A name is not what other elements with a Name have. */
static void test_others(void **state)
{
	struct binasm *const a = malloc(sizeof(*a));

	(void)state;
	/* Provider */
	start(a);
	asm_open(a, 0xffff, "System");
	asm_body(a);
	lost_data(a, "Example", 0);
	asm_close(a);
	expect(a, "-");

	/* ComplexData */
	start(a);
	asm_open(a, 0xffff, "EventData");
	asm_body(a);
	lost_element(a, "outer");
	asm_leaf(a, 0xffff, "Data", "x");
	asm_close(a);
	asm_close(a);
	expect(a, "-");

	/* One element that holds nothing that tells. */
	start(a);
	lost_data(a, "first", 0);
	expect(a, "-");

	/* Elements of UserData, one of which has a Name. */
	start(a);
	lost_element(a, NULL);
	lost_data(a, "first", 0);
	asm_leaf(a, 0xffff, "Other", "x");
	asm_close(a);
	expect(a, "-");
	free(a);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_event_data),
		cmocka_unit_test(test_others),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
