/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Templates and tokens: rows C of docs/edge-cases.md, each written by our own writer.
 *
 * c20, elements or values nested too deep: test_evtx_reader.c test_deep_elements,
 * test_nested_values, test_deep_elements_in_values.
 */
#include "edge.h"

#include "../tools/edges_tokens.h"

static void test_c01_definition_at_its_first_use(void **state)
{
	struct edge e;

	(void)state;
	edge_c01(&e);
	edge_expect(&e,
		    EDGE_XML("<EventData><Data Name='n'>1</Data></EventData>",
			     "<EventData><Data Name='n'>2</Data></EventData>",
			     "<EventData><Data Name='n'>3</Data></EventData>"),
		    NULL);
}

/* One record can't be told as it was; its neighbours can, and the loss names it. */
static void expect_middle_lost(struct edge *e, const char *why)
{
	struct edge_reading r;

	edge_read(&r, &e->log, false);
	assert_string_equal(buf_cstr(&r.ids), "1 3 ");
	assert_int_equal(r.losses, 1);
	if (!strstr(buf_cstr(&r.told), why))
		fail_msg("told: %s", buf_cstr(&r.told));
	assert_string_equal(edge_body(&r, 1), "<EventData><Data Name='whole'>3</Data></EventData>");
	edge_reading_free(&r);
	buf_free(&e->log);
}

static void test_c02_lost_definition(void **state)
{
	struct edge_reading r;
	struct edge e;

	(void)state;
	edge_c02(&e);
	edge_read(&r, &e.log, true);
	assert_int_equal(r.records, 3);
	assert_int_equal(r.losses, 0);
	assert_true(!r.event[0]->template_missing && r.event[1]->template_missing);
	assert_non_null(strstr(buf_cstr(&r.xml), ">kept<"));
	edge_reading_free(&r);
	expect_middle_lost(&e, "template");
}

static void test_c03_definition_cut_short(void **state)
{
	struct edge e;

	(void)state;
	edge_c03(&e);
	expect_middle_lost(&e, ""); /* what follows the cut reads as anything */
}

static void test_c04_one_short_id_several_templates(void **state)
{
	struct edge e;

	(void)state;
	edge_c04(&e);
	edge_expect(&e,
		    EDGE_XML("<EventData><Data Name='first'>5</Data></EventData>",
			     "<EventData><Data Name='other'>5</Data></EventData>",
			     "<EventData><Data Name='third'>5</Data></EventData>",
			     "<EventData><Data Name='first'>5</Data></EventData>",
			     "<EventData><Data Name='other'>5</Data></EventData>",
			     "<EventData><Data Name='third'>5</Data></EventData>"),
		    NULL);
}

static void test_c05_instance_in_a_value(void **state)
{
	struct edge e;

	(void)state;
	edge_c05(&e);
	edge_expect(&e, EDGE_XML("<EventData><Mid><In>deep</In></Mid></EventData>"),
		    EDGE_XML("\"EventData\":{\"Mid\":{\"In\":\"deep\"}}"));
}

static void test_c06_elements_without_a_template(void **state)
{
	struct edge e;

	(void)state;
	edge_c06(&e);
	edge_expect(
		&e,
		EDGE_XML("<UserData><X>plain</X></UserData>", "<UserData><X>bare</X></UserData>"),
		EDGE_XML("\"UserData\":{\"X\":\"plain\"}", "\"UserData\":{\"X\":\"bare\"}"));
}

static void test_c07_several_top_elements(void **state)
{
	struct edge_reading r;
	struct edge e;

	(void)state;
	edge_c07(&e);
	edge_read(&r, &e.log, false);
	/* The event has both: its value, and the message that its computer made of it. */
	assert_int_equal(r.event[0]->data_count, 1);
	assert_true(utf16_equal_ascii(r.event[0]->field[EVENT_MESSAGE].bytes, "said"));
	edge_reading_free(&r);
	edge_expect(
		&e,
		EDGE_XML("<EventData><Data Name='a'>1</Data></EventData>"
			 "<RenderingInfo><Message>said</Message></RenderingInfo>",
			 "<EventData><Data Name='b'>2</Data></EventData>"
			 "<RenderingInfo><Message>again</Message></RenderingInfo>",
			 "<EventData><Data Name='c'>3</Data></EventData>"),
		EDGE_XML("\"EventData\":{\"a\":\"1\"},\"RenderingInfo\":{\"Message\":\"said\"}",
			 "\"EventData\":{\"b\":\"2\"},\"RenderingInfo\":{\"Message\":\"again\"}",
			 "\"EventData\":{\"c\":\"3\"}"));
}

static void test_c08_dependency_ids_here_and_there(void **state)
{
	static const char body[] =
		"<EventData><Data Name='n'>v</Data><In><X>y</X></In></EventData>";
	struct edge e;

	(void)state;
	edge_c08(&e);
	edge_expect(&e, EDGE_XML(body, body, body), NULL);
}

static void test_c09_names_by_reference(void **state)
{
	struct edge e;

	(void)state;
	edge_c09(&e);
	edge_expect(&e,
		    EDGE_XML("<EventData><Same>1</Same><Same>2</Same></EventData>",
			     "<EventData><Same>3</Same></EventData>"),
		    NULL);
}

static void test_c10_sizes_are_not_needed(void **state)
{
	struct edge e;

	(void)state;
	edge_c10(&e);
	edge_expect(&e,
		    EDGE_XML("<EventData><Data Name='n'>wrong sizes</Data><E/></EventData>",
			     "<EventData><Data>no attributes</Data></EventData>",
			     "<EventData><Data/></EventData>"),
		    NULL);
}

static void test_c11_text_of_several_tokens(void **state)
{
	struct edge e;

	(void)state;
	edge_c11(&e);
	edge_expect(&e,
		    EDGE_XML("<EventData><Data Name='n'>one two three</Data>"
			     "<Data Name='m'>a 7 b</Data></EventData>"),
		    EDGE_XML("\"EventData\":{\"n\":\"one two three\",\"m\":\"a 7 b\"}"));
}

static void test_c12_cdata(void **state)
{
	struct edge e;

	(void)state;
	edge_c12(&e);
	edge_expect(&e,
		    EDGE_XML("<EventData><Data Name='raw'><![CDATA[a < b & c]]></Data>"
			     "<Data Name='sly'><![CDATA[]]]]><![CDATA[><Evil/>]]></Data>"
			     "<Data Name='none'><![CDATA[]]></Data>"
			     "<Data Name='mixed'>t<![CDATA[<c>]]>u</Data></EventData>"),
		    EDGE_XML("\"EventData\":{\"raw\":\"a < b & c\",\"sly\":\"]]><Evil/>\","
			     "\"none\":\"\",\"mixed\":\"t<c>u\"}"));
}

static void test_c13_character_references(void **state)
{
	struct edge e;

	(void)state;
	edge_c13(&e);
	edge_expect(&e,
		    EDGE_XML("<EventData><Data Name='n'>&#38;x&#8364;</Data>"
			     "<Data Name='more'>&#65;&#66;</Data>"
			     "<Data Name='forbidden'>__</Data></EventData>"),
		    EDGE_XML("\"EventData\":{\"n\":\"&x\xe2\x82\xac\",\"more\":\"AB\","
			     "\"forbidden\":\"\\u0001\xef\xbf\xbd\"}"));
}

static void test_c14_entity_references(void **state)
{
	struct edge e;

	(void)state;
	edge_c14(&e);
	edge_expect(&e,
		    EDGE_XML("<EventData><Data Name='n'>&lt;&gt;&amp;&quot;&apos;</Data>"
			     "<Data Name='unknown'>&amp;nbsp;</Data></EventData>"),
		    EDGE_XML("\"EventData\":{\"n\":\"<>&\\\"'\",\"unknown\":\"&nbsp;\"}"));
}

static void test_c15_processing_instructions(void **state)
{
	struct edge e;

	(void)state;
	edge_c15(&e);
	edge_expect(&e,
		    EDGE_XML("<EventData><Data Name='n'><?target some data?>x</Data>"
			     "<Data Name='bare'><?alone?></Data></EventData>"),
		    EDGE_XML("\"EventData\":{\"n\":\"x\",\"bare\":\"\"}"));
}

static void test_c16_null_and_empty(void **state)
{
	struct edge e;

	(void)state;
	edge_c16(&e);
	edge_expect(&e,
		    EDGE_XML("<EventData><Data Name='empty'></Data><Data Name='normal'></Data>"
			     "<X kept=''/></EventData>",
			     "<EventData></EventData>"),
		    EDGE_XML("\"EventData\":{\"empty\":\"\",\"normal\":\"\",\"X\":null}",
			     "\"EventData\":null"));
}

static void test_c17_slot_without_a_value(void **state)
{
	struct edge e;

	(void)state;
	edge_c17(&e);
	edge_expect(&e,
		    EDGE_XML("<EventData><Data Name='there'>1</Data><Data Name='beyond'></Data>"
			     "<Data Name='far'></Data></EventData>"),
		    NULL);
}

static void test_c18_array_repeats_its_element(void **state)
{
	struct edge e;

	(void)state;
	edge_c18(&e);
	edge_expect(&e,
		    EDGE_XML("<EventData><Data>a</Data><Data>b</Data><Data Name='n'>1</Data>"
			     "<Data Name='n'>2</Data><Data Name='none'></Data>"
			     "<Data Name='mixed'>&lt;1&gt;</Data>"
			     "<Data Name='mixed'>&lt;2&gt;</Data></EventData>"),
		    EDGE_XML("\"EventData\":{\"Data\":{\"#text\":[\"a\",\"b\"]},\"n\":[1,2],"
			     "\"none\":\"\",\"mixed\":[\"<1>\",\"<2>\"]}"));
}

static void test_c19_end_tokens(void **state)
{
	static const char body[] = "<EventData><Data Name='n'>v</Data></EventData>";
	struct edge e;

	(void)state;
	edge_c19(&e);
	edge_expect(&e, EDGE_XML(body, body), NULL);
}

static void test_c21_other_fragment_versions(void **state)
{
	static const char body[] = "<EventData><Data Name='n'>v</Data></EventData>";
	struct edge e;

	(void)state;
	edge_c21(&e);
	edge_expect(&e, EDGE_XML(body, body), NULL);
}

static void test_c22_values_beyond_the_record(void **state)
{
	struct edge_reading r;
	struct edge e;

	(void)state;
	edge_c22(&e);
	edge_read(&r, &e.log, false);
	assert_string_equal(buf_cstr(&r.ids), "1 2 3 ");
	assert_int_equal(r.losses, 1);
	assert_int_equal(r.lost_bytes, 0);
	assert_non_null(strstr(buf_cstr(&r.told), "the record's values do not fit it"));
	assert_string_equal(edge_body(&r, 1), "<EventData><Data Name='n'>x</Data></EventData>");
	assert_true(r.event[1]->values_cut && r.event[1]->origin == EVENT_LIVE);
	assert_false(r.event[0]->values_cut || r.event[2]->values_cut);
	edge_reading_free(&r);
	buf_free(&e.log);
}

/* The same record where nothing lists it, and where its file ends inside it. */
static void test_c22_recovered_or_cut(void **state)
{
	struct edge_reading r;
	struct edge e;
	uint32_t at, end;
	unsigned cut = 0;

	(void)state;
	edge_c22(&e);
	at = EVTX_HEADER_SIZE + damage_record(&e.log, 0, 1);
	end = EVTX_HEADER_SIZE + damage_record(&e.log, 0, 2);
	damage_clear_chunk(&e.log, 0);
	edge_read(&r, &e.log, true);
	assert_string_equal(buf_cstr(&r.ids), "r1 r2 r3 ");
	assert_true(r.event[1]->values_cut && !r.event[2]->values_cut);
	assert_non_null(strstr(buf_cstr(&r.told), "the record's values do not fit it"));
	assert_int_equal(r.losses, 1);
	assert_string_equal(edge_body(&r, 1), "<EventData><Data Name='n'>x</Data></EventData>");
	edge_reading_free(&r);
	buf_free(&e.log);

	edge_c22(&e);
	for (e.log.n = end - 4; e.log.n > at; e.log.n--) {
		edge_read(&r, &e.log, false);
		assert_true(r.records == 1 || (r.records == 2 && r.event[1]->values_cut));
		assert_non_null(strstr(buf_cstr(&r.told), "file ends inside a record"));
		assert_int_equal(r.unrendered, 0);
		cut += r.records == 2;
		edge_reading_free(&r);
	}
	/* As far as the values that tell which event it is. */
	assert_in_range(cut, 10, 60);
	buf_free(&e.log);
}

/* Two records in one: the id of one, the values of the other. Such a mixture is not given. */
static void test_c22_mixture(void **state)
{
	struct edge_reading r;
	struct edge e;

	(void)state;
	edge_c22(&e);
	put64((uint8_t *)damage_chunk(&e.log, 0) + damage_record(&e.log, 0, 1) + 8, 7);
	edge_read(&r, &e.log, false);
	assert_string_equal(buf_cstr(&r.ids), "1 3 ");
	assert_non_null(strstr(buf_cstr(&r.told), "a template value reaches past its record"));
	edge_reading_free(&r);
	buf_free(&e.log);
}

static void test_c23_type_of_slot_and_value_differ(void **state)
{
	struct edge e;

	(void)state;
	edge_c23(&e);
	edge_expect(&e,
		    EDGE_XML("<EventData><Data Name='size'>0x10</Data>"
			     "<Data Name='hex'>0x8000000000000010</Data><Data Name='text'>x</Data>"
			     "<Data Name='items'>a</Data><Data Name='items'>b</Data></EventData>"),
		    NULL);
}

static void test_c24_empty_tag_or_nothing_inside(void **state)
{
	struct edge e;

	(void)state;
	edge_c24(&e);
	edge_expect(&e, EDGE_XML("<EventData><A/><B></B><C></C></EventData>"),
		    EDGE_XML("\"EventData\":{\"A\":null,\"B\":null,\"C\":null}"));
}

static void test_c25_namespaces(void **state)
{
	struct edge e;

	(void)state;
	edge_c25(&e);
	edge_expect(&e,
		    EDGE_XML("<UserData><Cleared xmlns:auto-ns3='urn:auto' xmlns='urn:own'>"
			     "<auto-ns3:Channel>System</auto-ns3:Channel></Cleared></UserData>"),
		    EDGE_XML("\"UserData\":{\"Cleared\":{\"#attributes\":{"
			     "\"xmlns:auto-ns3\":\"urn:auto\",\"xmlns\":\"urn:own\"},"
			     "\"auto-ns3:Channel\":\"System\"}}"));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_c01_definition_at_its_first_use),
		cmocka_unit_test(test_c02_lost_definition),
		cmocka_unit_test(test_c03_definition_cut_short),
		cmocka_unit_test(test_c04_one_short_id_several_templates),
		cmocka_unit_test(test_c05_instance_in_a_value),
		cmocka_unit_test(test_c06_elements_without_a_template),
		cmocka_unit_test(test_c07_several_top_elements),
		cmocka_unit_test(test_c08_dependency_ids_here_and_there),
		cmocka_unit_test(test_c09_names_by_reference),
		cmocka_unit_test(test_c10_sizes_are_not_needed),
		cmocka_unit_test(test_c11_text_of_several_tokens),
		cmocka_unit_test(test_c12_cdata),
		cmocka_unit_test(test_c13_character_references),
		cmocka_unit_test(test_c14_entity_references),
		cmocka_unit_test(test_c15_processing_instructions),
		cmocka_unit_test(test_c16_null_and_empty),
		cmocka_unit_test(test_c17_slot_without_a_value),
		cmocka_unit_test(test_c18_array_repeats_its_element),
		cmocka_unit_test(test_c19_end_tokens),
		cmocka_unit_test(test_c21_other_fragment_versions),
		cmocka_unit_test(test_c22_values_beyond_the_record),
		cmocka_unit_test(test_c22_recovered_or_cut),
		cmocka_unit_test(test_c22_mixture),
		cmocka_unit_test(test_c23_type_of_slot_and_value_differ),
		cmocka_unit_test(test_c24_empty_tag_or_nothing_inside),
		cmocka_unit_test(test_c25_namespaces),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
