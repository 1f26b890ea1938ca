/* SPDX-License-Identifier: Apache-2.0 */
/* How events are written down: each format on events made by hand, hostile ones among them. */
#include "base/limits.h"
#include "binxml_asm.h"
#include "output/event_output.h"
#include "output/event_values.h"

static struct binasm a;
static struct buf out; /* of text_of() */

/* What a format makes of an event. */
static const char *text_of(struct evtx_decoder *d, const struct event_format *format,
			   const struct event *e, struct event_style style, const char *path)
{
	struct arena arena = {0};
	const struct event_pen pen = {d, path, &arena, style};

	buf_clear(&out);
	assert_ok(format->put(&pen, e, &out));
	arena_free(&arena);
	return buf_cstr(&out);
}

static struct view utf16(struct arena *arena, const char *text)
{
	return utf8_to_utf16(arena, view_of(text));
}

static struct value string(struct arena *arena, const char *text)
{
	return (struct value){VALUE_STRING, utf16(arena, text)};
}

/* ---- Where an event comes from */

/* One record of the elements in `names`, empty all of them, and what its origin says. */
static void origin_is(const char *const *names, const struct event *like, const char *json,
		      const char *xml)
{
	struct reading r;
	struct event e;

	asm_begin(&a);
	for (; *names; names++)
		asm_leaf(&a, -1, *names, NULL);
	asm_8(&a, 0);
	asm_record_end(&a);
	asm_read(&r, &a, ASM_CHUNK);
	assert_int_equal(r.records, 1);
	e = *r.event;
	e.origin = like->origin;
	e.note = like->note;
	e.template_missing = like->template_missing;
	e.template_path = like->template_path;
	e.template_offset = like->template_offset;
	e.template_ambiguous = like->template_ambiguous;
	e.values_cut = like->values_cut;
	assert_string_equal(text_of(r.decoder, &event_format_jsonl, &e,
				    (struct event_style){.origin = true}, "a--b\"<c"),
			    json);
	assert_string_equal(text_of(r.decoder, &event_format_xml, &e,
				    (struct event_style){.origin = true}, "a--b\"<c"),
			    xml);
	asm_read_end(&r);
}

static void test_origin(void **state)
{
	static const char *const plain[] = {"Event", NULL};
	static const char *const deceiving[] = {"Origin", "Origin_1", "Event", NULL};
	const struct event live = {.origin = EVENT_LIVE};
	const struct event recovered = {
		.origin = EVENT_RECOVERED, .note = "in the free space", .template_missing = true};
	const struct event carved = {.origin = EVENT_CARVED,
				     .template_path = "x---",
				     .values_cut = true,
				     .template_offset = 99};
	const struct event both = {.origin = EVENT_LIVE,
				   .template_path = "x",
				   .template_ambiguous = true,
				   .template_missing = true};

	(void)state;
	origin_is(plain, &live,
		  "{\"Event\":null,\"Origin\":{\"kind\":\"live\",\"source\":\"a--b\\\"<c\","
		  "\"chunk\":0,\"offset\":4608}}\n",
		  "<!-- live: a-&#45;b\"&lt;c, chunk 0, offset 0x1200 -->\n<Event></Event>\n");
	origin_is(plain, &recovered,
		  "{\"Event\":null,\"Origin\":{\"kind\":\"recovered\",\"note\":\"in the free "
		  "space\",\"source\":\"a--b\\\"<c\",\"chunk\":0,\"offset\":4608,"
		  "\"template\":{\"missing\":true}}}\n",
		  "<!-- recovered (in the free space): a-&#45;b\"&lt;c, chunk 0, offset 0x1200; "
		  "template missing -->\n<Event></Event>\n");
	origin_is(plain, &carved,
		  "{\"Event\":null,\"Origin\":{\"kind\":\"carved\",\"source\":\"a--b\\\"<c\","
		  "\"offset\":4608,\"template\":{\"path\":\"x---\",\"offset\":99},\"values_cut\":"
		  "true}}\n",
		  "<!-- carved: a-&#45;b\"&lt;c, offset 0x1200; template from x-&#45;-, "
		  "offset 0x63; values cut off -->\n<Event></Event>\n");
	/* One of its templates is borrowed, another one is missing. */
	origin_is(plain, &both,
		  "{\"Event\":null,\"Origin\":{\"kind\":\"live\",\"source\":\"a--b\\\"<c\","
		  "\"chunk\":0,\"offset\":4608,\"template\":{\"path\":\"x\",\"offset\":0,"
		  "\"ambiguous\":true,\"missing\":true}}}\n",
		  "<!-- live: a-&#45;b\"&lt;c, chunk 0, offset 0x1200; template from x, offset "
		  "0x0; other templates fit as well; template missing -->\n<Event></Event>\n");
	/* A record that says where it comes from does not say it for us. */
	origin_is(deceiving, &live,
		  "{\"Origin\":null,\"Origin_1\":null,\"Event\":null,\"Origin_2\":{\"kind\":"
		  "\"live\",\"source\":\"a--b\\\"<c\",\"chunk\":0,\"offset\":4608}}\n",
		  "<!-- live: a-&#45;b\"&lt;c, chunk 0, offset 0x1200 -->\n<Origin></Origin>"
		  "<Origin_1></Origin_1><Event></Event>\n");
}

/* Unasked, a live event says nothing, any other one does. */
static void test_origin_unasked(void **state)
{
	const struct event_style quiet = {0};
	struct reading r;
	struct event e;

	(void)state;
	asm_begin(&a);
	asm_leaf(&a, -1, "Event", "Origin");
	asm_8(&a, 0);
	asm_record_end(&a);
	asm_read(&r, &a, ASM_CHUNK);
	e = *r.event;
	assert_string_equal(text_of(r.decoder, &event_format_jsonl, &e, quiet, "p"),
			    "{\"Event\":\"Origin\"}\n");
	assert_string_equal(text_of(r.decoder, &event_format_json, &e, quiet, "p"),
			    ",\n{\"Event\":\"Origin\"}");
	assert_string_equal(text_of(r.decoder, &event_format_xml, &e, quiet, "p"),
			    "<Event>Origin</Event>\n");
	e.template_path = "q";
	assert_non_null(strstr(text_of(r.decoder, &event_format_jsonl, &e, quiet, "p"),
			       ",\"Origin\":{\"kind\":\"live\","));
	e.template_path = NULL;
	e.origin = EVENT_CARVED;
	assert_non_null(strstr(text_of(r.decoder, &event_format_xml, &e, quiet, "p"),
			       "<!-- carved: p, offset 0x1200 -->\n<Event>"));
	asm_read_end(&r);
}

/* ---- Flat JSON and CSV */

static const struct event_style plain_style = {0};

static void members_are(const struct event_data *list, size_t count, const char *json)
{
	struct arena arena = {0};
	const struct event_pen pen = {NULL, "", &arena, plain_style};
	struct buf text = {0};
	bool any = false;

	assert_ok(event_members_json(&pen, list, count, "", &any, &text));
	assert_string_equal(buf_cstr(&text), json);
	buf_free(&text);
	arena_free(&arena);
}

/* No key twice, whatever the values are called. */
static void test_members(void **state)
{
	struct arena s = {0};
	const struct event_data list[] = {
		{utf16(&s, "x"), string(&s, "a")},   {utf16(&s, "x"), string(&s, "b")},
		{utf16(&s, "x.3"), string(&s, "c")}, {utf16(&s, "x"), string(&s, "d")},
		{utf16(&s, "x.2"), string(&s, "e")}, {utf16(&s, ""), string(&s, "f")},
		{utf16(&s, "6"), string(&s, "g")},   {utf16(&s, "8"), string(&s, "h")},
		{utf16(&s, ""), string(&s, "i")},    {utf16(&s, "q\"\\\n"), string(&s, "")},
		{utf16(&s, "n"), {VALUE_NULL, {0}}},
	};

	(void)state;
	members_are(list, 11,
		    "\"x\":\"a\",\"x.2\":\"b\",\"x.3\":\"c\",\"x.4\":\"d\",\"x.2.2\":\"e\","
		    "\"6\":\"f\",\"6.2\":\"g\",\"8\":\"h\",\"9\":\"i\",\"q\\\"\\\\\\n\":\"\","
		    "\"n\":null");
	members_are(NULL, 0, "");
	arena_free(&s);
}

static void value_is(uint8_t type, const void *bytes, size_t n, const char *json)
{
	const struct value v = {type, {bytes, n}};
	struct buf text = {0};

	event_value_json(&text, &v);
	assert_string_equal(buf_cstr(&text), json);
	buf_free(&text);
}

static void test_values(void **state)
{
	static const uint8_t ones[8] = {255, 255, 255, 255, 255, 255, 255, 255};
	static const uint8_t zero[8] = {0};
	static const uint8_t infinity_f[4] = {0, 0, 0x80, 0x7f}, big_f[4] = {0xf9, 2, 0x15, 0x50};
	static const uint8_t nan_d[8] = {0, 0, 0, 0, 0, 0, 0xf8, 0x7f};
	static const uint8_t half_d[8] = {0, 0, 0, 0, 0, 0, 0xe0, 0xbf};
	static const uint8_t seven[4] = {7, 0, 0, 0};

	(void)state;
	value_is(VALUE_INT8, ones, 1, "-1");
	value_is(VALUE_UINT64, ones, 8, "18446744073709551615");
	value_is(VALUE_INT64, ones, 8, "-1");
	value_is(VALUE_UINT32, ones, 2, "\"FFFF\""); /* cut: its bytes */
	value_is(VALUE_UINT32, ones, 0, "null");
	value_is(VALUE_HEX32, ones, 4, "\"0xffffffff\"");
	value_is(VALUE_BOOL, zero, 4, "false");
	value_is(VALUE_BOOL, seven, 4, "7");
	value_is(VALUE_FLOAT, big_f, 4, "1e+010");
	value_is(VALUE_FLOAT, infinity_f, 4, "\"1.#INF\"");
	value_is(VALUE_DOUBLE, half_d, 8, "-0.5");
	value_is(VALUE_DOUBLE, nan_d, 8, "\"-1.#IND\"");
	value_is(VALUE_DOUBLE, half_d, 7, "\"000000000000E0\"");
	value_is(VALUE_STRING, "\"\0\\\0\n\0", 6, "\"\\\"\\\\\\n\"");
	value_is(VALUE_BINARY, zero, 2, "\"0000\"");
	value_is(VALUE_BINARY, zero, 0, "\"\"");
	value_is(VALUE_NULL, NULL, 0, "null");
	value_is(0x7e, ones, 3, "\"FFFFFF\"");
}

/* Numbers are numbers where they can be, and shown as they are where not. */
static void test_flat(void **state)
{
	static const uint8_t five[8] = {5};
	struct arena s = {0};
	const struct event_data data = {utf16(&s, "a"), {VALUE_UINT32, {five, 4}}};
	const struct event_data other = {utf16(&s, "a"), string(&s, "o")};
	struct event e = {.record_id = 7,
			  .written = 132804583640951280u,
			  .offset = 4608,
			  .chunk = 3,
			  .data = &data,
			  .data_count = 1};

	(void)state;
	assert_string_equal(text_of(NULL, &event_format_flat_jsonl, &e, plain_style, "p\"q"),
			    "{\"source\":\"p\\\"q\",\"offset\":4608,\"origin\":\"live\","
			    "\"record_id\":7,\"time\":\"2021-11-04T00:12:44.0951280Z\","
			    "\"written\":\"2021-11-04T00:12:44.0951280Z\",\"header_id\":7,"
			    "\"chunk\":3,\"data.a\":5}\n");
	e.field[EVENT_PROVIDER] = string(&s, "A\nB");
	e.field[EVENT_ID] = string(&s, "4999");
	e.field[EVENT_LEVEL] = string(&s, "007");
	e.field[EVENT_TASK] = string(&s, "none");
	e.field[EVENT_OPCODE] = (struct value){VALUE_HEX32, {five, 4}};
	e.field[EVENT_VERSION] = (struct value){VALUE_UINT8, {five, 1}};
	e.field[EVENT_KEYWORDS] = (struct value){VALUE_HEX64, {five, 8}};
	e.field[EVENT_RECORD_ID] = (struct value){VALUE_UINT64, {five, 8}};
	e.field[EVENT_TIME] = (struct value){VALUE_FILETIME, {five, 8}};
	e.origin = EVENT_CARVED;
	e.note = "n";
	e.template_missing = e.values_cut = true;
	e.others = &other;
	e.other_count = 1;
	e.binary = (struct view){five, 2};
	assert_string_equal(text_of(NULL, &event_format_flat_jsonl, &e, plain_style, "p"),
			    "{\"source\":\"p\",\"offset\":4608,\"origin\":\"carved\","
			    "\"record_id\":5,\"time\":\"1601-01-01T00:00:00.0000005Z\","
			    "\"written\":\"2021-11-04T00:12:44.0951280Z\",\"provider\":\"A\\nB\","
			    "\"event_id\":4999,\"version\":5,\"level\":7,\"task\":\"none\","
			    "\"opcode\":5,\"keywords\":\"0x5\",\"binary\":\"0500\","
			    "\"header_id\":7,\"origin_note\":\"n\",\"template_missing\":true,"
			    "\"values_cut\":true,"
			    "\"data.a\":5,\"other.a\":\"o\"}\n");
	assert_string_equal(
		text_of(NULL, &event_format_csv, &e, plain_style, "p,q"),
		"\"p,q\",4608,carved,5,1601-01-01T00:00:00.0000005Z,"
		"2021-11-04T00:12:44.0951280Z,\"A\nB\",4999,,5,7,none,5,0x5,,,,,,,,"
		"\"{\"\"a\"\":5}\",,,,,,,0500,7,,n,true,,,,true,\"{\"\"a\"\":\"\"o\"\"}\"\n");
	arena_free(&s);
}

/* Every row has as many cells as the head. */
static void test_csv_columns(void **state)
{
	const struct event e = {.record_id = 1};
	struct buf head = {0};
	size_t commas = 0;

	(void)state;
	event_format_csv.head(&plain_style, &head);
	for (size_t i = 0; i < head.n; i++)
		commas += head.p[i] == ',';
	for (const char *p = text_of(NULL, &event_format_csv, &e, plain_style, ""); *p; p++)
		commas -= *p == ',';
	assert_int_equal(commas, 0);
	assert_int_equal(strncmp(buf_cstr(&head), "source,offset,origin,record_id,time,", 36), 0);
	assert_non_null(strstr(buf_cstr(&head), ",related_activity_id,data,provider_guid,"));
	buf_free(&head);
}

/* One value that stands in many places is no way to gigabytes. */
static void test_too_much(void **state)
{
	static const struct event_format *const formats[] = {
		&event_format_flat_jsonl, &event_format_flat_json, &event_format_csv};
	const size_t count = 4096, size = 32768;
	uint8_t *const bytes = calloc(1, size);
	struct event_data *const data = calloc(count, sizeof(*data));
	const struct event e = {.data = data, .data_count = count};
	struct arena arena = {0};
	const struct event_pen pen = {NULL, "", &arena, plain_style};
	struct buf text = {0};

	(void)state;
	for (size_t i = 0; i < count; i++)
		data[i].value = (struct value){VALUE_BINARY, {bytes, size}};
	for (size_t i = 0; i < 3; i++) {
		buf_clear(&text);
		buf_str(&text, "before");
		assert_status(formats[i]->put(&pen, &e, &text), TOCSIN_LIMIT);
		assert_string_equal(buf_cstr(&text), "before");
		assert_true(text.size < 4 * (size_t)LIMIT_RECORD_TEXT);
		arena_reset(&arena);
	}
	buf_free(&text);
	arena_free(&arena);
	free(data);
	free(bytes);
}

/* ---- The table */

static void test_table(void **state)
{
	static const uint8_t three[8] = {3};
	struct arena s = {0};
	const struct event_data data[] = {{utf16(&s, "a"), string(&s, "one\n\033[31m")},
					  {utf16(&s, ""), {VALUE_UINT32, {three, 4}}}};
	struct event e = {.record_id = 123456789,
			  .written = 132804583640951280u,
			  .data = data,
			  .data_count = 2};
	struct buf head = {0};

	(void)state;
	e.field[EVENT_LEVEL] = (struct value){VALUE_UINT8, {three, 1}};
	e.field[EVENT_PROVIDER] = string(&s, "Microsoft-Windows-Security-Auditing");
	e.field[EVENT_COMPUTER] = string(&s, "a\x7f");
	e.field[EVENT_ID] = (struct value){VALUE_UINT16, {three, 2}};
	assert_string_equal(text_of(NULL, &event_format_table, &e, plain_style, ""),
			    "2021-11-04 00:12:44.095  warning   Microsoft-Windows-Security-Auditing"
			    "      3  a\\u{7f}           123456789  a=one\\n\\x1b[31m  3\n");
	assert_string_equal(
		text_of(NULL, &event_format_table, &e,
			(struct event_style){.width = 120, .origin = true}, ""),
		"2021-11-04 00:12:44.095  warning   \xe2\x80\xa6Security-Auditing      "
		"      3  a\\u{7f}           123456789  live       a=one\\n\\x1b\xe2\x80\xa6\n");
	e.record_id = 17;
	assert_string_equal(
		text_of(NULL, &event_format_table, &e, (struct event_style){.width = 80}, ""),
		"2021-11-04 00:12:44  warning   \xe2\x80\xa6Security-A\xe2\x80\xa6      3  a\\u{7f}"
		"         17  a=one\\n\xe2\x80\xa6\n");
	event_format_table.head(&plain_style, &head);
	assert_string_equal(buf_cstr(&head),
			    "TIME (UTC)               LEVEL     PROVIDER                     ID  "
			    "COMPUTER            RECORD  VALUES\n");
	buf_free(&head);
	arena_free(&s);
}

static int free_text(void **state)
{
	(void)state;
	buf_free(&out);
	return 0;
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_origin),   cmocka_unit_test(test_origin_unasked),
		cmocka_unit_test(test_members),  cmocka_unit_test(test_values),
		cmocka_unit_test(test_flat),     cmocka_unit_test(test_csv_columns),
		cmocka_unit_test(test_too_much), cmocka_unit_test(test_table),
	};

	return cmocka_run_group_tests(tests, NULL, free_text);
}
