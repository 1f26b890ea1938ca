/* SPDX-License-Identifier: Apache-2.0 */
/* The EVTX reader on records made by hand: each token, what an instance decides, hostile ones. */
#include "base/limits.h"
#include "binxml_asm.h"

static struct binasm a;

static void test_plain(void **state)
{
	(void)state;
	asm_begin(&a);
	asm_open_list(&a, -1, "Event");
	asm_attribute(&a, "xmlns");
	asm_text(&a, "urn:x");
	asm_body(&a);
	asm_open(&a, -1, "A");
	asm_8(&a, 0x03);
	asm_leaf(&a, -1, "B", NULL);
	asm_leaf(&a, -1, "C", "<'&\">");
	asm_close(&a);
	asm_8(&a, 0);
	asm_expect(&a, "<Event xmlns='urn:x'><A/><B></B><C>&lt;'&amp;\"&gt;</C></Event>",
		   "{\"Event\":{\"#attributes\":{\"xmlns\":\"urn:x\"},\"A\":null,\"B\":null,"
		   "\"C\":\"<'&\\\">\"}}");
}

static void test_text_of_several_tokens(void **state)
{
	(void)state;
	asm_begin(&a);
	asm_open(&a, -1, "Event");
	asm_body(&a);
	asm_8(&a, 0x45);
	asm_8(&a, 1);
	asm_16(&a, 2);
	asm_units(&a, "ab");
	asm_text(&a, "cd");
	asm_close(&a);
	asm_expect(&a, "<Event>abcd</Event>", "{\"Event\":\"abcd\"}");
}

static void test_char_refs(void **state)
{
	(void)state;
	asm_begin(&a);
	asm_open(&a, -1, "Event");
	asm_body(&a);
	asm_8(&a, 0x08);
	asm_16(&a, 'A');
	asm_8(&a, 0x48);
	asm_16(&a, '<');
	asm_8(&a, 0x48);
	asm_16(&a, 1); /* XML can't hold it, as a reference neither */
	asm_8(&a, 0x08);
	asm_16(&a, 0xd83d); /* two halves of U+1F600 */
	asm_8(&a, 0x08);
	asm_16(&a, 0xde00);
	asm_close(&a);
	asm_expect(&a, "<Event>&#65;&#60;___</Event>", "{\"Event\":\"A<\\u0001\xf0\x9f\x98\x80\"}");
}

static void entity(const char *name)
{
	asm_8(&a, 0x09);
	asm_name(&a, name);
}

static void test_entities(void **state)
{
	(void)state;
	asm_begin(&a);
	asm_open(&a, -1, "Event");
	asm_body(&a);
	entity("lt");
	entity("amp");
	entity("quot");
	entity("nbsp"); /* nothing declares it: an XML reader would refuse the record */
	asm_close(&a);
	asm_expect(&a, "<Event>&lt;&amp;&quot;&amp;nbsp;</Event>", "{\"Event\":\"<&\\\"&nbsp;\"}");
}

static void cdata(const char *text)
{
	asm_8(&a, 0x07);
	asm_16(&a, (unsigned)strlen(text));
	asm_units(&a, text);
}

static void test_cdata_and_pi(void **state)
{
	(void)state;
	asm_begin(&a);
	asm_open(&a, -1, "Event");
	asm_body(&a);
	cdata("a<b");
	cdata("]]><Evil/>]]>");
	asm_8(&a, 0x0a);
	asm_name(&a, "target");
	asm_8(&a, 0x0b);
	asm_16(&a, 5);
	asm_units(&a, "x?><!");
	asm_close(&a);
	asm_expect(&a,
		   "<Event><![CDATA[a<b]]><![CDATA[]]]]><![CDATA[><Evil/>]]]]><![CDATA[>]]>"
		   "<?target x? ><!?></Event>",
		   "{\"Event\":\"a<b]]><Evil/>]]>\"}");
}

/* Names that no XML may hold can't write markup. */
static void test_names(void **state)
{
	(void)state;
	asm_begin(&a);
	asm_open_list(&a, -1, "Event");
	asm_attribute(&a, "x='1' y");
	asm_text(&a, "v");
	asm_body(&a);
	asm_leaf(&a, -1, "B><C", "1");
	asm_leaf(&a, -1, "1\"\\", "2");
	asm_close(&a);
	asm_expect(
		&a, "<Event x__1__y='v'><B__C>1</B__C><___>2</___></Event>",
		"{\"Event\":{\"#attributes\":{\"x__1__y\":\"v\"},\"B__C\":\"1\",\"___\":\"2\"}}");
}

/* No attribute stands twice in a tag, and no instruction is called xml. */
static void test_names_twice(void **state)
{
	static const char *const names[] = {"a", "a", "b", "a_1", "a", "c", "d",
					    "e", "f", "g", "h",   "b", "i"};

	(void)state;
	asm_begin(&a);
	asm_open_list(&a, -1, "Event");
	for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++) {
		asm_attribute(&a, names[i]);
		asm_text(&a, "v");
	}
	asm_body(&a);
	asm_8(&a, 0x0a);
	asm_name(&a, "XmL");
	asm_8(&a, 0x0b);
	asm_16(&a, 1);
	asm_units(&a, "x");
	asm_open_list(&a, -1, "A");
	asm_attribute(&a, "a");
	asm_text(&a, "v");
	asm_body(&a);
	asm_close(&a);
	asm_close(&a);
	asm_expect(
		&a,
		"<Event a='v' a_1='v' b='v' a_1_1='v' a_2='v' c='v' d='v' e='v' f='v' g='v' h='v' "
		"b_1='v' i='v'><?_XmL x?><A a='v'></A></Event>",
		"{\"Event\":{\"#attributes\":{\"a\":\"v\",\"a_1\":\"v\",\"b\":\"v\","
		"\"a_1_1\":\"v\",\"a_2\":\"v\",\"c\":\"v\",\"d\":\"v\",\"e\":\"v\","
		"\"f\":\"v\",\"g\":\"v\",\"h\":\"v\",\"b_1\":\"v\",\"i\":\"v\"},"
		"\"A\":{\"#attributes\":{\"a\":\"v\"}}}}");
}

/* The token of an empty tag where the start tag is closed already. */
static void test_late_empty_tag(void **state)
{
	(void)state;
	asm_begin(&a);
	asm_open(&a, -1, "Event");
	asm_body(&a);
	asm_text(&a, "t");
	asm_8(&a, 0x03);
	asm_expect(&a, "<Event>t</Event>", "{\"Event\":\"t\"}");
}

/* A stream without its fragment header, and one that ends with its record. */
static void test_without_header_or_end(void **state)
{
	(void)state;
	asm_start(&a);
	asm_record(&a);
	asm_leaf(&a, -1, "Event", "x");
	asm_expect(&a, "<Event>x</Event>", "{\"Event\":\"x\"}");
}

/* A record's padding is what stood there before. */
static void test_padding_of_a_record(void **state)
{
	const struct asm_value values[] = {{VALUE_UINT8, "\1", 1}};

	(void)state;
	for (unsigned pad = 0; pad < 8; pad++) {
		size_t definition;

		definition = asm_begin_template(&a);
		asm_data(&a, 0xffff, "x", 0, VALUE_UINT8);
		asm_end_template(&a, definition);
		asm_values(&a, values, 1);
		for (unsigned i = 0; i < pad; i++)
			asm_8(&a, 0x2a);
		asm_32(&a, (uint32_t)(a.at + 4 - a.record));
		put32(a.chunk + a.record + 4, (uint32_t)(a.at - a.record));
		put32(a.chunk + 48, (uint32_t)a.at);
		{
			struct reading r;

			asm_read(&r, &a, ASM_CHUNK);
			assert_int_equal(r.records, 1);
			assert_int_equal(r.errors, 0);
			asm_read_end(&r);
		}
	}
}

static void test_several_top_elements(void **state)
{
	(void)state;
	asm_begin(&a);
	asm_leaf(&a, -1, "Event", "x");
	asm_fragment(&a);
	asm_leaf(&a, -1, "Event", "y");
	asm_expect(&a, "<Event>x</Event><Event>y</Event>", "{\"Event\":\"x\",\"Event_1\":\"y\"}");
}

static void test_null_and_empty(void **state)
{
	const struct asm_value values[] = {
		{VALUE_NULL, NULL, 0}, {VALUE_STRING, NULL, 0}, {VALUE_UINT8, "\7", 1}};
	size_t definition;

	(void)state;
	definition = asm_begin_template(&a);
	asm_data(&a, 0, "gone", 0, VALUE_STRING); /* depends on a NULL value: left out */
	asm_data(&a, 1, "empty", 1, VALUE_STRING);
	asm_data(&a, 0xffff, "null", 0, VALUE_STRING);
	asm_data(&a, 2, "seven", 2, VALUE_UINT8);
	asm_data(&a, 0xffff, "beyond", 99, VALUE_STRING); /* no such value */
	asm_open_list(&a, 0xffff, "X");
	asm_attribute(&a, "left");
	asm_slot(&a, 0, VALUE_STRING, true); /* an optional attribute without value */
	asm_attribute(&a, "kept");
	asm_slot(&a, 0, VALUE_STRING, false);
	asm_8(&a, 0x03);
	asm_end_template(&a, definition);
	asm_values(&a, values, 3);
	asm_expect(&a,
		   "<Event><EventData><Data Name='empty'></Data><Data Name='null'></Data>"
		   "<Data Name='seven'>7</Data><Data Name='beyond'></Data><X kept=''/></EventData>"
		   "</Event>",
		   "{\"Event\":{\"EventData\":{\"empty\":\"\",\"null\":\"\",\"seven\":7,"
		   "\"beyond\":\"\",\"X\":null}}}");
}

/* Everything that EventData held is left out: its pair of tags stays. */
static void test_all_left_out(void **state)
{
	const struct asm_value values[] = {{VALUE_NULL, NULL, 0}};
	size_t definition;

	(void)state;
	definition = asm_begin_template(&a);
	asm_data(&a, 0, "gone", 0, VALUE_STRING);
	asm_end_template(&a, definition);
	asm_values(&a, values, 1);
	asm_expect(&a, "<Event><EventData></EventData></Event>",
		   "{\"Event\":{\"EventData\":null}}");
}

static void test_arrays(void **state)
{
	static const char strings[] = "a\0\0\0\0\0b\0", ints[] = "\1\0\2\0\3";
	static const char sids[] = "\1\1\0\0\0\0\0\5\x12\0\0\0\1\2\0\0\0\0\0\5\x20\0\0\0\x20\2\0\0";
	const struct asm_value values[] = {{0x81, strings, 8}, {0x86, ints, 5},
					   {0x81, NULL, 0},    {0x93, sids, 28},
					   {0x82, "x\0y", 3},  {0x81, "a\0\0", 3}};
	size_t definition;

	(void)state;
	definition = asm_begin_template(&a);
	asm_data(&a, 0xffff, NULL, 0, 0x81);
	asm_data(&a, 0xffff, "n", 1, 0x86); /* not a whole number of items: the rest as bytes */
	asm_data(&a, 0xffff, "none", 2, 0x81);
	asm_data(&a, 0xffff, "sid", 3, 0x93);
	asm_data(&a, 0xffff, "ansi", 4, 0x82);
	asm_data(&a, 0xffff, "odd", 5, 0x81);
	asm_end_template(&a, definition);
	asm_values(&a, values, 6);
	asm_expect(
		&a,
		"<Event><EventData><Data>a</Data><Data></Data><Data>b</Data><Data Name='n'>1</Data>"
		"<Data Name='n'>2</Data><Data Name='n'>03</Data><Data Name='none'></Data>"
		"<Data Name='sid'>S-1-5-18</Data><Data Name='sid'>S-1-5-32-544</Data>"
		"<Data Name='ansi'>x</Data><Data Name='ansi'>y</Data><Data Name='odd'>a</Data>"
		"</EventData></Event>",
		"{\"Event\":{\"EventData\":{\"Data\":{\"#text\":[\"a\",\"\",\"b\"]},"
		"\"n\":[1,2,\"03\"],\"none\":\"\",\"sid\":[\"S-1-5-18\",\"S-1-5-32-544\"],"
		"\"ansi\":[\"x\",\"y\"],\"odd\":\"a\"}}}");
}

/* The element is repeated for the first array in its content, else for the first one in its
 * attributes; a further array in it is one text. */
static void test_arrays_elsewhere(void **state)
{
	const struct asm_value values[] = {
		{0x84, "\1\2", 2}, {0x84, "\3\4", 2}, {VALUE_UINT8, "\x9", 1}};
	size_t definition;

	(void)state;
	definition = asm_begin_template(&a);
	asm_open_list(&a, 0xffff, "X");
	asm_attribute(&a, "at");
	asm_slot(&a, 0, 0x84, false);
	asm_body(&a);
	asm_slot(&a, 1, 0x84, false);
	asm_text(&a, ":");
	asm_slot(&a, 0, 0x84, false);
	asm_close(&a);
	asm_open_list(&a, 0xffff, "Y");
	asm_attribute(&a, "at");
	asm_slot(&a, 0, 0x84, true);
	asm_body(&a);
	asm_slot(&a, 2, VALUE_UINT8, false);
	asm_close(&a);
	asm_end_template(&a, definition);
	asm_values(&a, values, 3);
	asm_expect(&a,
		   "<Event><EventData><X at='1,2'>3:1,2</X><X at='1,2'>4:1,2</X><Y at='1'>9</Y>"
		   "<Y at='2'>9</Y></EventData></Event>",
		   "{\"Event\":{\"EventData\":{\"X\":{\"#attributes\":{\"at\":\"1,2\"},"
		   "\"#text\":\"3:1,2\"},\"X_1\":{\"#attributes\":{\"at\":\"1,2\"},"
		   "\"#text\":\"4:1,2\"},\"Y\":{\"#attributes\":{\"at\":1},\"#text\":9},"
		   "\"Y_1\":{\"#attributes\":{\"at\":2},\"#text\":9}}}}");
}

static void test_size_and_damaged_values(void **state)
{
	const struct asm_value values[] = {{0x10, "\1\0\0\x80", 4}, {0x10, "\1\0\0\0\0\0\0\x80", 8},
					   {0x10, "\1\2", 2},       {0x08, "\1\2", 2},
					   {0x0d, "\2\0\0\0", 4},   {0x13, "\1\5\0\0\0\0\0\5", 8},
					   {0x77, "\1", 1}};
	static const char *const names[] = {"s4", "s8", "s2", "u", "b", "sid", "odd"};
	size_t definition;

	(void)state;
	definition = asm_begin_template(&a);
	for (unsigned i = 0; i < 7; i++)
		asm_data(&a, 0xffff, names[i], i, VALUE_STRING);
	asm_end_template(&a, definition);
	asm_values(&a, values, 7);
	asm_expect(&a,
		   "<Event><EventData><Data Name='s4'>0x80000001</Data>"
		   "<Data Name='s8'>0x8000000000000001</Data><Data Name='s2'>0102</Data>"
		   "<Data Name='u'>0102</Data><Data Name='b'>2</Data>"
		   "<Data Name='sid'>0105000000000005</Data><Data Name='odd'>01</Data></EventData>"
		   "</Event>",
		   "{\"Event\":{\"EventData\":{\"s4\":\"0x80000001\",\"s8\":\"0x8000000000000001\","
		   "\"s2\":\"0102\",\"u\":\"0102\",\"b\":2,\"sid\":\"0105000000000005\","
		   "\"odd\":\"01\"}}}");
}

/* Some logs have no dependency ids in their templates, some have them outside. */
static void test_dependency_id_elsewhere(void **state)
{
	const struct asm_value values[] = {{VALUE_UINT8, "\1", 1}};
	size_t definition;

	(void)state;
	asm_begin(&a);
	definition = asm_template(&a);
	asm_open(&a, -1, "Event");
	asm_body(&a);
	asm_open_list(&a, -1, "Data");
	asm_attribute(&a, "Name");
	asm_text(&a, "x");
	asm_body(&a);
	asm_slot(&a, 0, VALUE_UINT8, false);
	asm_end_template(&a, definition);
	asm_values(&a, values, 1);
	asm_expect(&a, "<Event><Data Name='x'>1</Data></Event>",
		   "{\"Event\":{\"Data\":{\"#attributes\":{\"Name\":\"x\"},\"#text\":1}}}");
	asm_begin(&a);
	asm_leaf(&a, 0xffff, "Event", "y");
	asm_expect(&a, "<Event>y</Event>", "{\"Event\":\"y\"}");
}

/* An instance in a BinXML value, whose definition is inline there; a later record refers to it. */
static void test_nested_instance(void **state)
{
	const struct asm_value one[] = {{VALUE_UINT8, "\1", 1}}, two[] = {{VALUE_UINT8, "\2", 1}};
	size_t outer, inner, value;

	(void)state;
	asm_begin(&a);
	outer = asm_template(&a);
	asm_open(&a, 0xffff, "Event");
	asm_body(&a);
	asm_slot(&a, 0, VALUE_BINXML, true);
	asm_close(&a);
	asm_template_end(&a, outer);
	value = asm_binxml_value(&a);
	asm_fragment(&a);
	inner = asm_template(&a);
	asm_open(&a, 0xffff, "UserData");
	asm_body(&a);
	asm_open(&a, 0xffff, "X");
	asm_body(&a);
	asm_slot(&a, 0, VALUE_UINT8, false);
	asm_close(&a);
	asm_close(&a);
	asm_template_end(&a, inner);
	asm_values(&a, one, 1);
	asm_8(&a, 0);
	asm_binxml_value_end(&a, value);
	asm_record_end(&a);
	asm_record(&a);
	asm_fragment(&a);
	asm_instance(&a, outer);
	value = asm_binxml_value(&a);
	asm_fragment(&a);
	asm_instance(&a, inner);
	asm_values(&a, two, 1);
	asm_8(&a, 0);
	asm_binxml_value_end(&a, value);
	asm_expect(&a,
		   "<Event><UserData><X>1</X></UserData></Event>\n"
		   "<Event><UserData><X>2</X></UserData></Event>",
		   "{\"Event\":{\"UserData\":{\"X\":1}}}\n{\"Event\":{\"UserData\":{\"X\":2}}}");
}

static void test_template_in_itself(void **state)
{
	size_t definition;

	(void)state;
	asm_begin(&a);
	definition = asm_template(&a);
	asm_open(&a, 0xffff, "Event");
	asm_body(&a);
	asm_instance(&a, definition);
	asm_values(&a, NULL, 0);
	asm_close(&a);
	asm_template_end(&a, definition);
	asm_values(&a, NULL, 0);
	asm_expect_one_of_two(&a, "template definition contains itself");
}

/* `levels` BinXML values inside each other, of one template. */
static void nested(unsigned levels)
{
	size_t definition, value[32];

	asm_begin(&a);
	definition = asm_template(&a);
	asm_open(&a, 0xffff, "Event");
	asm_body(&a);
	asm_slot(&a, 0, VALUE_BINXML, true);
	asm_close(&a);
	asm_template_end(&a, definition);
	for (unsigned i = 0; i < levels; i++) {
		value[i] = asm_binxml_value(&a);
		asm_fragment(&a);
		asm_instance(&a, definition);
	}
	asm_values(&a, NULL, 0);
	for (unsigned i = levels; i-- > 0;)
		asm_binxml_value_end(&a, value[i]);
}

static void test_nested_values(void **state)
{
	(void)state;
	nested(3);
	asm_expect(&a, "<Event><Event><Event><Event></Event></Event></Event></Event>",
		   "{\"Event\":{\"Event\":{\"Event\":{\"Event\":null}}}}");
	nested(20);
	asm_expect_one_of_two(&a, "BinXML is nested too deep");
}

static void test_deep_elements(void **state)
{
	(void)state;
	asm_begin(&a);
	for (unsigned i = 0; i < LIMIT_XML_DEPTH + 1; i++) {
		asm_open(&a, -1, "E");
		asm_body(&a);
	}
	for (unsigned i = 0; i < LIMIT_XML_DEPTH + 1; i++)
		asm_close(&a);
	asm_expect_one_of_two(&a, "BinXML elements are nested too deep");
}

/* The depth counts over BinXML values too. */
static void test_deep_elements_in_values(void **state)
{
	size_t definition, value[3];

	(void)state;
	asm_begin(&a);
	definition = asm_template(&a);
	for (unsigned i = 0; i < 100; i++) {
		asm_open(&a, 0xffff, "E");
		asm_body(&a);
	}
	asm_slot(&a, 0, VALUE_BINXML, true);
	for (unsigned i = 0; i < 100; i++)
		asm_close(&a);
	asm_template_end(&a, definition);
	for (unsigned i = 0; i < 3; i++) {
		value[i] = asm_binxml_value(&a);
		asm_instance(&a, definition);
	}
	asm_values(&a, NULL, 0);
	for (unsigned i = 3; i-- > 0;)
		asm_binxml_value_end(&a, value[i]);
	asm_expect_one_of_two(&a, "elements are nested too deep");
}

static void test_bad_structure(void **state)
{
	(void)state;
	asm_begin(&a);
	asm_close(&a);
	asm_expect_one_of_two(&a, "BinXML closes an element that is not open");
	asm_begin(&a);
	asm_attribute(&a, "x");
	asm_expect_one_of_two(&a, "BinXML attribute outside an element's start");
	asm_begin(&a);
	asm_8(&a, 0x1f);
	asm_expect_one_of_two(&a, "unknown BinXML token");
	asm_begin(&a);
	asm_open(&a, -1, "Event");
	asm_8(&a, 0);
	asm_expect_one_of_two(&a, "BinXML ends inside an element");
	asm_begin(&a);
	asm_8(&a, 0x01);
	asm_32(&a, 0);
	asm_32(&a, 0xfffffff0);
	asm_expect_one_of_two(&a, "BinXML name lies outside the chunk");
	asm_begin(&a);
	asm_instance(&a, 0xfffffff0);
	asm_values(&a, NULL, 0);
	asm_expect_one_of_two(&a, "template definition lies outside the chunk");
}

/* ---- JSON's keys ---- */

static void test_json_keys(void **state)
{
	const struct asm_value values[] = {{VALUE_UINT8, "\1", 1}};
	size_t definition;

	(void)state;
	definition = asm_begin_template(&a);
	asm_data(&a, 0xffff, "a", 0, VALUE_UINT8);
	asm_data(&a, 0xffff, "a", 0, VALUE_UINT8); /* in a row: one member */
	asm_data(&a, 0xffff, "b", 0, VALUE_UINT8);
	asm_data(&a, 0xffff, "a", 0, VALUE_UINT8); /* comes back: a_1 */
	asm_data(&a, 0xffff, "a_1", 0, VALUE_UINT8);
	asm_data(&a, 0xffff, NULL, 0, VALUE_UINT8); /* without a name beside those with one */
	asm_data(&a, 0xffff, "a", 0, VALUE_UINT8);
	asm_data(&a, 0xffff, NULL, 0, VALUE_UINT8);
	asm_leaf(&a, 0xffff, "b", "x"); /* an element's name can be taken too */
	asm_leaf(&a, 0xffff, "c", "x");
	asm_leaf(&a, 0xffff, "c", "y");
	asm_data(&a, 0xffff, "#text", 0, VALUE_UINT8);
	asm_text(&a, "t");
	asm_end_template(&a, definition);
	asm_values(&a, values, 1);
	asm_record_end(&a);
	{
		struct reading r;

		asm_read(&r, &a, ASM_CHUNK);
		assert_int_equal(r.errors, 0);
		assert_string_equal(
			buf_cstr(&r.json),
			"{\"Event\":{\"EventData\":{\"#text\":\"t\",\"a\":[1,1],\"b\":1,\"a_1\":1,"
			"\"a_1_1\":1,\"Data\":{\"#text\":[1,1]},\"a_2\":1,\"b_1\":\"x\","
			"\"c\":\"x\",\"c_1\":\"y\",\"#text_1\":1}}}\n");
		asm_read_end(&r);
	}
}

/* Attributes of a Data besides its name are not lost. */
static void test_json_data_attributes(void **state)
{
	size_t definition;

	(void)state;
	definition = asm_begin_template(&a);
	asm_open_list(&a, 0xffff, "Data");
	asm_attribute(&a, "Name");
	asm_text(&a, "x");
	asm_attribute(&a, "Unit");
	asm_text(&a, "ms");
	asm_body(&a);
	asm_text(&a, "5");
	asm_close(&a);
	asm_end_template(&a, definition);
	asm_values(&a, NULL, 0);
	asm_expect(&a, "<Event><EventData><Data Name='x' Unit='ms'>5</Data></EventData></Event>",
		   "{\"Event\":{\"EventData\":{\"x\":{\"#attributes\":{\"Unit\":\"ms\"},"
		   "\"#text\":\"5\"}}}}");
}

/* Thousands of elements of two names that take each other's numbers: every key is there once. */
static void test_json_many_keys(void **state)
{
	enum { COUNT = 2000 };
	static char seen[2][2 * COUNT + 2];
	struct reading r;
	size_t name[2], keys = 0;

	(void)state;
	memset(seen, 0, sizeof(seen));
	asm_begin(&a);
	asm_open(&a, -1, "Event");
	asm_body(&a);
	for (unsigned i = 0; i < COUNT; i++) {
		const char *const names[2] = {"A", "A_1"};

		asm_8(&a, 0x01);
		asm_32(&a, 0);
		if (i < 2) {
			name[i] = a.at + 4;
			asm_name(&a, names[i]);
		} else {
			asm_32(&a, (uint32_t)name[i % 2]);
		}
		asm_8(&a, 0x03);
	}
	asm_close(&a);
	asm_record_end(&a);
	asm_read(&r, &a, ASM_CHUNK);
	assert_int_equal(r.errors, 0);
	for (char *p = strstr(r.json.p, "\"A"); p && p < r.json.p + r.json.n;
	     p = strstr(p, "\"A")) {
		const bool second = !strncmp(p, "\"A_1_", 5) || !strncmp(p, "\"A_1\"", 5);
		char *end;
		const long n = p[second ? 4 : 2] == '_' ? strtol(p + (second ? 5 : 3), &end, 10)
							: (end = p + (second ? 4 : 2), 0);

		assert_true(*end == '"' && n >= 0 && n <= COUNT);
		assert_int_equal(seen[second][n]++, 0);
		keys++;
		p = end;
		buf_cstr(&r.json);
	}
	assert_int_equal(keys, COUNT);
	asm_read_end(&r);
}

/* ---- Events ---- */

static void test_event_texts(void **state)
{
	static const char *const names[] = {"Outer", "Inner", "Outer", "BinaryEventData"};
	static const char *const texts[] = {"before", "in", "1st", "0A0B"};
	const struct asm_value values[] = {{VALUE_UINT8, "\1", 1}, {VALUE_NULL, NULL, 0}};
	struct evtx_chunk_info info;
	struct tocsin_error error;
	struct evtx_decoder *const d = evtx_decoder_new();
	const struct event *e;
	size_t definition;
	struct evtx_loss id;

	(void)state;
	definition = asm_begin_template(&a);
	asm_open(&a, 0xffff, "Outer"); /* text on both sides of a child */
	asm_body(&a);
	asm_text(&a, "before");
	asm_leaf(&a, 0xffff, "Inner", "in");
	asm_slot(&a, 0, VALUE_UINT8, false);
	asm_text(&a, "st");
	asm_close(&a);
	asm_slot(&a, 1, VALUE_STRING, false); /* nothing: no value of EventData itself */
	asm_close(&a);
	asm_leaf(&a, 0xffff, "BinaryEventData", "0A0B");
	asm_close(&a);
	asm_template_end(&a, definition);
	asm_values(&a, values, 2);
	asm_record_end(&a);
	evtx_decoder_configure(d, &(struct evtx_options){.no_checksums = true});
	assert_ok(evtx_chunk_open(d, (struct view){a.chunk, ASM_CHUNK}, 0, 0, &info, &error));
	assert_ok(evtx_chunk_next(d, &e, &id, &error));
	assert_int_equal(e->data_count, 4);
	for (size_t i = 0; i < 4; i++) {
		assert_true(utf16_equal_ascii(e->data[i].name, names[i]));
		assert_int_equal(e->data[i].value.type, VALUE_STRING);
		assert_true(utf16_equal_ascii(e->data[i].value.bytes, texts[i]));
	}
	evtx_decoder_free(d);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_plain),
		cmocka_unit_test(test_text_of_several_tokens),
		cmocka_unit_test(test_char_refs),
		cmocka_unit_test(test_entities),
		cmocka_unit_test(test_cdata_and_pi),
		cmocka_unit_test(test_names),
		cmocka_unit_test(test_names_twice),
		cmocka_unit_test(test_late_empty_tag),
		cmocka_unit_test(test_without_header_or_end),
		cmocka_unit_test(test_padding_of_a_record),
		cmocka_unit_test(test_several_top_elements),
		cmocka_unit_test(test_null_and_empty),
		cmocka_unit_test(test_all_left_out),
		cmocka_unit_test(test_arrays),
		cmocka_unit_test(test_arrays_elsewhere),
		cmocka_unit_test(test_size_and_damaged_values),
		cmocka_unit_test(test_dependency_id_elsewhere),
		cmocka_unit_test(test_nested_instance),
		cmocka_unit_test(test_template_in_itself),
		cmocka_unit_test(test_nested_values),
		cmocka_unit_test(test_deep_elements),
		cmocka_unit_test(test_deep_elements_in_values),
		cmocka_unit_test(test_bad_structure),
		cmocka_unit_test(test_json_keys),
		cmocka_unit_test(test_json_data_attributes),
		cmocka_unit_test(test_json_many_keys),
		cmocka_unit_test(test_event_texts),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
