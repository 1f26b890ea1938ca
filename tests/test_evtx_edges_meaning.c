/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What an event means: rows E of docs/edge-cases.md.
 *
 * e07, names of providers in another case: test_filter.c names.
 * e09, e10, e11, message parameters, language files, versions of providers: nothing of it is in an
 * event log; it is in message files. e12, files of collected texts beside a log: not in the log.
 */
#include "edge.h"

#include "../tools/edges_meaning.h"

static void test_e01_qualifiers(void **state)
{
	struct edge_reading r;
	struct edge e;

	(void)state;
	edge_e01(&e);
	edge_read(&r, &e.log, false);
	assert_int_equal(event_number(r.event[0], EVENT_ID, 0), 4999);
	assert_int_equal(event_number(r.event[0], EVENT_QUALIFIERS, 0), 49156);
	assert_int_equal(event_number(r.event[1], EVENT_ID, 0), 4999);
	assert_int_equal(r.event[1]->field[EVENT_QUALIFIERS].type, VALUE_NULL);
	assert_non_null(strstr(buf_cstr(&r.xml), "<EventID Qualifiers='49156'>4999</EventID>"));
	assert_non_null(strstr(buf_cstr(&r.xml), "<EventID>4999</EventID>"));
	edge_reading_free(&r);
	buf_free(&e.log);
}

static void test_e02_rendered_by_the_source(void **state)
{
	struct edge_reading r;
	struct edge e;

	(void)state;
	edge_e02(&e);
	edge_read(&r, &e.log, false);
	assert_true(utf16_equal_ascii(r.event[0]->field[EVENT_MESSAGE].bytes,
				      "Cmdlet failed. Cmdlet Get-App."));
	assert_true(utf16_equal_ascii(r.event[0]->field[EVENT_LEVEL_NAME].bytes, "Fehler"));
	assert_true(utf16_equal_ascii(r.event[0]->field[EVENT_TASK_NAME].bytes, "Allgemein"));
	assert_true(utf16_equal_ascii(r.event[0]->field[EVENT_OPCODE_NAME].bytes, "Info"));
	assert_int_equal(event_number(r.event[0], EVENT_LEVEL, 0), 2); /* the number stays */
	assert_int_equal(r.event[0]->data_count, 1);
	edge_reading_free(&r);
	buf_free(&e.log);
}

static void test_e03_data_without_and_with_names(void **state)
{
	static const char *const names[] = {"", "x", "x", "empty", "null", ""};
	struct edge_reading r;
	struct edge e;

	(void)state;
	edge_e03(&e);
	edge_read(&r, &e.log, false);
	assert_int_equal(r.event[0]->data_count, 6);
	for (size_t i = 0; i < 6; i++)
		assert_true(utf16_equal_ascii(r.event[0]->data[i].name, names[i]));
	/* An empty string is something, NULL is nothing. */
	assert_int_equal(r.event[0]->data[3].value.type, VALUE_STRING);
	assert_int_equal(r.event[0]->data[4].value.type, VALUE_NULL);
	edge_reading_free(&r);
	edge_expect(&e,
		    EDGE_XML("<EventData><Data>1</Data><Data Name='x'>1</Data>"
			     "<Data Name='x'>2</Data><Data Name='empty'></Data>"
			     "<Data Name='null'></Data><Data></Data></EventData>"),
		    EDGE_XML("\"EventData\":{\"Data\":{\"#text\":[\"1\",\"\"]},\"x\":[\"1\",\"2\"],"
			     "\"empty\":\"\",\"null\":\"\"}"));
}

static void test_e04_binary_behind_the_strings(void **state)
{
	struct edge_reading r;
	struct edge e;

	(void)state;
	edge_e04(&e);
	edge_read(&r, &e.log, false);
	assert_int_equal(r.event[0]->data_count, 1);
	assert_int_equal(r.event[0]->binary.n, 3);
	assert_memory_equal(r.event[0]->binary.p, "\0\xff\x10", 3);
	edge_reading_free(&r);
	edge_expect(&e,
		    EDGE_XML("<EventData><Data>first</Data><Binary>00FF10</Binary></EventData>"),
		    EDGE_XML("\"EventData\":{\"Data\":{\"#text\":\"first\"},"
			     "\"Binary\":\"00FF10\"}"));
}

static void test_e05_processing_error(void **state)
{
	struct edge e;

	(void)state;
	edge_e05(&e);
	edge_expect(&e,
		    EDGE_XML("<ProcessingErrorData><ErrorCode>15031</ErrorCode>"
			     "<DataItemName>Item</DataItemName>"
			     "<EventPayload>DEADBEEF</EventPayload></ProcessingErrorData>"),
		    EDGE_XML("\"ProcessingErrorData\":{\"ErrorCode\":15031,"
			     "\"DataItemName\":\"Item\",\"EventPayload\":\"DEADBEEF\"}"));
}

static void test_e06_classic_source_name(void **state)
{
	struct edge_reading r;
	struct edge e;

	(void)state;
	edge_e06(&e);
	edge_read(&r, &e.log, false);
	assert_true(utf16_equal_ascii(r.event[0]->field[EVENT_PROVIDER].bytes, "Tocsin Edge"));
	assert_true(utf16_equal_ascii(r.event[0]->field[EVENT_SOURCE].bytes, "Classic Name"));
	assert_non_null(strstr(buf_cstr(&r.xml), " EventSourceName='Classic Name'/>"));
	edge_reading_free(&r);
	buf_free(&e.log);
}

static void test_e08_zeros_are_printed(void **state)
{
	struct edge_reading r;
	struct edge e;

	(void)state;
	edge_e08(&e);
	edge_read(&r, &e.log, false);
	assert_non_null(strstr(buf_cstr(&r.xml), "<EventID>0</EventID>"));
	assert_non_null(strstr(buf_cstr(&r.xml), "<Level>0</Level><Task>0</Task><Opcode>0</Opcode>"
						 "<Keywords>0x0</Keywords>"));
	assert_non_null(strstr(buf_cstr(&r.xml), "<Computer></Computer>"));
	edge_reading_free(&r);
	buf_free(&e.log);
}

static void test_e13_escaping(void **state)
{
	struct edge e;

	(void)state;
	edge_e13(&e);
	edge_expect(&e,
		    EDGE_XML("<EventData><Data Name='&lt;&amp;&gt;&apos;&quot;\t'>"
			     "&lt;&amp;&gt;'\"\r\n\t_]]&gt;</Data></EventData>"),
		    EDGE_XML("\"EventData\":{\"<&>'\\\"\\t\":"
			     "\"<&>'\\\"\\r\\n\\t\\u001b]]>\"}"));
}

static void test_e14_trees_below_user_data(void **state)
{
	static const char *const names[] = {"Item", "Item", "Item",  "Item",
					    "List", "List", "Mixed", "In"};
	static const char *const texts[] = {"1", "2", "3", "4", "1", "2", "before", "x"};
	struct edge_reading r;
	struct edge e;

	(void)state;
	edge_e14(&e);
	edge_read(&r, &e.log, false);
	assert_int_equal(r.event[0]->data_count, 8);
	for (size_t i = 0; i < 8; i++) {
		assert_true(utf16_equal_ascii(r.event[0]->data[i].name, names[i]));
		assert_string_equal(value_text8(&r.arena, &r.event[0]->data[i].value), texts[i]);
	}
	edge_reading_free(&r);
	edge_expect(&e,
		    EDGE_XML("<UserData><Tree xmlns='urn:tree' kind='7'><Item>1</Item>"
			     "<Item>2</Item><Other><Item>3</Item></Other><Item>4</Item>"
			     "<List>1</List><List>2</List><Mixed>before<In>x</In></Mixed></Tree>"
			     "</UserData>"),
		    EDGE_XML("\"UserData\":{\"Tree\":{\"#attributes\":{\"xmlns\":\"urn:tree\","
			     "\"kind\":7},\"Item\":\"1\",\"Item_1\":\"2\","
			     "\"Other\":{\"Item\":\"3\"},\"Item_2\":\"4\",\"List\":1,\"List_1\":2,"
			     "\"Mixed\":{\"#text\":\"before\",\"In\":\"x\"}}}"));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_e01_qualifiers),
		cmocka_unit_test(test_e02_rendered_by_the_source),
		cmocka_unit_test(test_e03_data_without_and_with_names),
		cmocka_unit_test(test_e04_binary_behind_the_strings),
		cmocka_unit_test(test_e05_processing_error),
		cmocka_unit_test(test_e06_classic_source_name),
		cmocka_unit_test(test_e08_zeros_are_printed),
		cmocka_unit_test(test_e13_escaping),
		cmocka_unit_test(test_e14_trees_below_user_data),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
