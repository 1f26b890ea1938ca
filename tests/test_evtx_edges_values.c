/* SPDX-License-Identifier: Apache-2.0 */
/* Value types: rows D of docs/edge-cases.md, each written by our own writer. */
#include "edge.h"

#include "../tools/edges_values.h"

/* <Data Name='a'>…</Data><Data Name='b'>…</Data>… of one record; NULL ends, "\1" keeps the name:
 * a further item of an array. */
static void expect_values(struct edge *e, const char *const *texts)
{
	struct buf xml = {0};
	struct edge_reading r;
	char name = 'a' - 1;

	buf_str(&xml, "<EventData>");
	for (size_t i = 0; texts[i]; i++) {
		const bool again = texts[i][0] == '\1';

		name = (char)(name + !again);
		buf_printf(&xml, "<Data Name='%c'>%s</Data>", name, texts[i] + again);
	}
	buf_str(&xml, "</EventData>");
	edge_read(&r, &e->log, false);
	assert_int_equal(r.losses, 0);
	assert_int_equal(r.records, 1);
	assert_string_equal(edge_body(&r, 0), buf_cstr(&xml));
	edge_reading_free(&r);
	buf_free(&xml);
	buf_free(&e->log);
}

#define EXPECT(e, ...) expect_values((e), EDGE_XML(__VA_ARGS__))
#define ITEM(text) "\1" text

/* All types in one file, and all as JSON. */
static void test_d00_every_type(void **state)
{
	struct edge e;

	(void)state;
	edge_d00(&e);
	edge_expect(
		&e,
		EDGE_XML(
			"<EventData><Data Name='a'></Data><Data Name='b'>s</Data>"
			"<Data Name='c'>ansi</Data><Data Name='d'>-1</Data><Data "
			"Name='e'>255</Data>"
			"<Data Name='f'>-1</Data><Data Name='g'>65535</Data><Data "
			"Name='h'>-1</Data>"
			"<Data Name='i'>4294967295</Data><Data Name='j'>-1</Data>"
			"<Data Name='k'>18446744073709551615</Data><Data Name='l'>1.5</Data>"
			"<Data Name='m'>-2.5</Data><Data Name='n'>true</Data>"
			"<Data Name='o'>01AB</Data></EventData>",
			"<EventData><Data Name='a'>{33221100-5544-7766-8899-aabbccddeeff}</Data>"
			"<Data Name='b'>0x10</Data>"
			"<Data Name='c'>1970-01-01T00:00:00.0000000Z</Data>"
			"<Data Name='d'>2021-11-03T09:12:44.0950000Z</Data>"
			"<Data Name='e'>S-1-5-18</Data><Data Name='f'>0x1f</Data>"
			"<Data Name='g'>0x800000000000001f</Data><Data Name='h'>4</Data>"
			"<Data Name='i'>&lt;a/&gt;</Data></EventData>",
			"<EventData><Data Name='a'>a</Data><Data Name='a'>b</Data>"
			"<Data Name='b'>a</Data><Data Name='b'>b</Data><Data Name='c'>1</Data>"
			"<Data Name='c'>-1</Data><Data Name='d'>1</Data><Data Name='d'>255</Data>"
			"<Data Name='e'>1</Data><Data Name='e'>-1</Data><Data Name='f'>1</Data>"
			"<Data Name='f'>65535</Data><Data Name='g'>1</Data><Data Name='g'>-1</Data>"
			"<Data Name='h'>1</Data><Data Name='h'>2</Data><Data Name='i'>1</Data>"
			"<Data Name='i'>2</Data><Data Name='j'>1</Data><Data Name='j'>2</Data>"
			"<Data Name='k'>1.5</Data><Data Name='k'>0</Data><Data Name='l'>-2.5</Data>"
			"<Data Name='l'>0</Data><Data Name='m'>true</Data>"
			"<Data Name='m'>false</Data><Data Name='n'>0102</Data></EventData>",
			"<EventData><Data Name='a'>{33221100-5544-7766-8899-aabbccddeeff}</Data>"
			"<Data Name='a'>{33221101-5544-7766-8899-aabbccddeeff}</Data>"
			"<Data Name='b'>0x10</Data><Data Name='b'>0x20</Data>"
			"<Data Name='c'>1970-01-01T00:00:00.0000000Z</Data>"
			"<Data Name='c'>1970-01-01T00:00:00.0000001Z</Data>"
			"<Data Name='d'>2021-11-03T09:12:44.0950000Z</Data>"
			"<Data Name='d'>2021-11-03T09:12:45.0000000Z</Data>"
			"<Data Name='e'>S-1-5-18</Data><Data Name='e'>S-1-5-32-544</Data>"
			"<Data Name='f'>0x1</Data><Data Name='f'>0xff</Data>"
			"<Data Name='g'>0x1</Data><Data Name='g'>0xff</Data></EventData>"),
		EDGE_XML(
			"\"EventData\":{\"a\":\"\",\"b\":\"s\",\"c\":\"ansi\",\"d\":-1,\"e\":255,"
			"\"f\":-1,\"g\":65535,\"h\":-1,\"i\":4294967295,\"j\":-1,"
			"\"k\":18446744073709551615,\"l\":\"1.5\",\"m\":\"-2.5\",\"n\":true,"
			"\"o\":\"01AB\"}",
			"\"EventData\":{\"a\":\"{33221100-5544-7766-8899-aabbccddeeff}\","
			"\"b\":\"0x10\",\"c\":\"1970-01-01T00:00:00.0000000Z\","
			"\"d\":\"2021-11-03T09:12:44.0950000Z\",\"e\":\"S-1-5-18\",\"f\":\"0x1f\","
			"\"g\":\"0x800000000000001f\",\"h\":\"4\",\"i\":\"<a/>\"}",
			"\"EventData\":{\"a\":[\"a\",\"b\"],\"b\":[\"a\",\"b\"],\"c\":[1,-1],"
			"\"d\":[1,255],\"e\":[1,-1],\"f\":[1,65535],\"g\":[1,-1],\"h\":[1,2],"
			"\"i\":[1,2],\"j\":[1,2],\"k\":[\"1.5\",\"0\"],\"l\":[\"-2.5\",\"0\"],"
			"\"m\":[true,false],\"n\":\"0102\"}",
			"\"EventData\":{\"a\":[\"{33221100-5544-7766-8899-aabbccddeeff}\","
			"\"{33221101-5544-7766-8899-aabbccddeeff}\"],\"b\":[\"0x10\",\"0x20\"],"
			"\"c\":[\"1970-01-01T00:00:00.0000000Z\",\"1970-01-01T00:00:00.0000001Z\"],"
			"\"d\":[\"2021-11-03T09:12:44.0950000Z\",\"2021-11-03T09:12:45.0000000Z\"],"
			"\"e\":[\"S-1-5-18\",\"S-1-5-32-544\"],\"f\":[\"0x1\",\"0xff\"],"
			"\"g\":[\"0x1\",\"0xff\"]}"));
}

static void test_d01_null_with_bytes(void **state)
{
	struct edge e;

	(void)state;
	edge_d01(&e);
	EXPECT(&e, "", "x");
}

static void test_d02_strings(void **state)
{
	struct edge e;

	(void)state;
	edge_d02(&e);
	EXPECT(&e, "odd", "n", "a", "_x", "x_", " x  ", "_\t_", "\xf0\x9f\x94\x94");
}

static void test_d03_ansi(void **state)
{
	struct edge e;

	(void)state;
	edge_d03(&e);
	EXPECT(&e, "gr\xc3\xbcn", "\xc2\x80\xc2\x9f&lt;&amp;", "z", "");
}

static void test_d04_integers_of_other_sizes(void **state)
{
	struct edge e;

	(void)state;
	edge_d04(&e);
	EXPECT(&e, "0102", "513", "01", "-2", "", "x");
}

static void test_d05_floats(void **state)
{
	struct edge e;

	(void)state;
	edge_d05(&e);
	EXPECT(&e, "2", "0.1", "1.#INF", "-1.#INF", "-1.#IND", "5.359117e+022", "1", "0.1",
	       "-1.#INF", "0.333333333333333");
}

static void test_d06_booleans(void **state)
{
	struct edge e;

	(void)state;
	edge_d06(&e);
	EXPECT(&e, "true", "false", "true", "false", "72", "-1");
}

static void test_d07_binary(void **state)
{
	struct edge e;

	(void)state;
	edge_d07(&e);
	EXPECT(&e, "000AFF", "");
}

static void test_d08_guids(void **state)
{
	struct edge e;

	(void)state;
	edge_d08(&e);
	EXPECT(&e, "{abcdef01-6745-ab89-0102-0304050607fa}", "0102030405060708",
	       "{AbCdEf00-1111-2222-3333-444444444444}");
}

static void test_d09_sizes(void **state)
{
	struct edge e;

	(void)state;
	edge_d09(&e);
	EXPECT(&e, "0xdeadbeef", "0x80000000deadbeef", "0102", "");
}

static void test_d10_filetimes(void **state)
{
	struct edge e;

	(void)state;
	edge_d10(&e);
	EXPECT(&e, "1601-01-01T00:00:00.0000000Z", "1601-01-01T00:00:00.0000001Z",
	       "9999-12-31T23:59:59.9999999Z", "0000-01-01T00:00:00.0000000Z",
	       "0828-09-14T02:48:05.4775807Z", "0000-00-00T00:00:00.0000000Z", "01020304");
}

static void test_d11_systemtimes(void **state)
{
	struct edge e;

	(void)state;
	edge_d11(&e);
	EXPECT(&e, "1601-01-01T00:00:00.0000000Z", "1601-01-01T00:00:00.0000000Z",
	       "2021-11-03T09:12:44.9990000Z", "1601-01-01T00:00:00.0000000Z", "E5070B0003000300");
}

static void test_d12_sids(void **state)
{
	struct edge e;

	(void)state;
	edge_d12(&e);
	EXPECT(&e, "010500000000000515000000", "S-1-5", "01010000", "S-1-0x10203040506-7",
	       "S-1-16-8192", "", "S-1-5-18");
}

static void test_d13_hex(void **state)
{
	struct edge e;

	(void)state;
	edge_d13(&e);
	EXPECT(&e, "0xabcd", "0x0", "0xabcd", "01000000");
}

static void test_d14_handles(void **state)
{
	struct edge e;

	(void)state;
	edge_d14(&e);
	EXPECT(&e, "260", "9223372036854776068", "04");
}

static void test_d15_binxml_values(void **state)
{
	struct edge_reading r;
	struct edge e;

	(void)state;
	edge_d15(&e);
	edge_read(&r, &e.log, false);
	assert_string_equal(buf_cstr(&r.ids), "1 3 ");
	assert_int_equal(r.losses, 1);
	assert_non_null(strstr(buf_cstr(&r.told), "unknown BinXML token"));
	assert_string_equal(edge_body(&r, 0), "<EventData><X at=''><In>side</In></X></EventData>");
	assert_string_equal(edge_body(&r, 1), "<EventData><Data Name='whole'>3</Data></EventData>");
	edge_reading_free(&r);
	buf_free(&e.log);
}

static void test_d16_text_of_xml(void **state)
{
	struct edge e;

	(void)state;
	edge_d16(&e);
	EXPECT(&e, "&lt;a&gt;&amp;amp;&lt;/a&gt;", "");
}

static void test_d17_unknown_types(void **state)
{
	struct edge e;

	(void)state;
	edge_d17(&e);
	EXPECT(&e, "0102", "030405", "06", "", "0708");
}

static void test_d18_string_arrays(void **state)
{
	struct edge e;

	(void)state;
	edge_d18(&e);
	EXPECT(&e, "a", ITEM("b"), "", ITEM(""), ITEM("c"), "", "d", ITEM(""), "e");
}

static void test_d19_other_arrays(void **state)
{
	struct edge e;

	(void)state;
	edge_d19(&e);
	EXPECT(&e, "x", ITEM(""), ITEM("\xc3\xbc"), "last", "S-1-5-18", ITEM("0105000000000005"),
	       "0102", "0x1", ITEM("0x2"), ITEM("0x3"), "true", ITEM("7"), "0F010100", "01");
}

static void test_d20_rest_of_an_array(void **state)
{
	struct edge e;

	(void)state;
	edge_d20(&e);
	EXPECT(&e, "1", ITEM("2"), ITEM("03"), "73686F7274", "1", ITEM("AABB"));
}

static void test_d21_complex_data(void **state)
{
	struct edge_reading r;
	struct edge e;

	(void)state;
	edge_d21(&e);
	edge_read(&r, &e.log, false);
	assert_int_equal(r.event[0]->data_count, 2);
	assert_true(utf16_equal_ascii(r.event[0]->data[1].name, "Struct"));
	edge_reading_free(&r);
	edge_expect(&e,
		    EDGE_XML("<EventData><Data Name='Plain'>1</Data>"
			     "<ComplexData Name='Struct'>01020304</ComplexData></EventData>"),
		    NULL);
}

static void test_d22_times_as_text(void **state)
{
	struct edge e;

	(void)state;
	edge_d22(&e);
	edge_expect(&e,
		    EDGE_XML("<EventData><Data>11/3/2021 9:12:44 AM</Data>"
			     "<Data>2021-11-03T09:12:44Z</Data></EventData>"),
		    EDGE_XML("\"EventData\":{\"Data\":{\"#text\":[\"11/3/2021 9:12:44 AM\","
			     "\"2021-11-03T09:12:44Z\"]}}"));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_d00_every_type),
		cmocka_unit_test(test_d01_null_with_bytes),
		cmocka_unit_test(test_d02_strings),
		cmocka_unit_test(test_d03_ansi),
		cmocka_unit_test(test_d04_integers_of_other_sizes),
		cmocka_unit_test(test_d05_floats),
		cmocka_unit_test(test_d06_booleans),
		cmocka_unit_test(test_d07_binary),
		cmocka_unit_test(test_d08_guids),
		cmocka_unit_test(test_d09_sizes),
		cmocka_unit_test(test_d10_filetimes),
		cmocka_unit_test(test_d11_systemtimes),
		cmocka_unit_test(test_d12_sids),
		cmocka_unit_test(test_d13_hex),
		cmocka_unit_test(test_d14_handles),
		cmocka_unit_test(test_d15_binxml_values),
		cmocka_unit_test(test_d16_text_of_xml),
		cmocka_unit_test(test_d17_unknown_types),
		cmocka_unit_test(test_d18_string_arrays),
		cmocka_unit_test(test_d19_other_arrays),
		cmocka_unit_test(test_d20_rest_of_an_array),
		cmocka_unit_test(test_d21_complex_data),
		cmocka_unit_test(test_d22_times_as_text),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
