/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What --text and --regex search: each text of a record and nothing else. The texts are collected
 * here by a walk of its own, which knows nothing of fields and inserted values; on sample logs both
 * must have the same, and the filters must give what a plain search over them gives.
 */
#include "test.h"

#include "base/os.h"
#include "binxml_asm.h"
#include "evidence/evidence.h"
#include "format/evtx/evtx_decoder.h"
#include "lang/filter/filter.h"

#define DEPTH 300

/* ---- The texts of a record, by a walk */

struct collector {
	struct arena arena;
	struct view *texts; /* UTF-16LE, none of them empty */
	size_t count, room;
	const struct binxml_name *open[DEPTH];
	unsigned depth;
	const struct binxml_name *attribute;
	struct buf pending;
};

static bool is_called(const struct binxml_name *name, const char *ascii)
{
	return view_equal(name->utf8, view_of(ascii));
}

static void keep(struct collector *c)
{
	struct view *t;

	if (c->pending.n) {
		t = ARENA_GROW(&c->arena, c->texts, c->count, c->room);
		assert_non_null(t);
		t->p = (const uint8_t *)arena_copy(&c->arena, c->pending.p, c->pending.n);
		t->n = c->pending.n;
	}
	buf_clear(&c->pending);
}

static void on_open(void *sink, const struct binxml_name *name)
{
	struct collector *const c = sink;

	keep(c);
	assert_true(c->depth < DEPTH);
	c->open[c->depth++] = name;
}

static void on_attribute(void *sink, const struct binxml_name *name)
{
	struct collector *const c = sink;

	buf_clear(&c->pending);
	c->attribute = name;
}

/* What an inserted value is called is no value. */
static bool is_data_name(const struct collector *c)
{
	const struct binxml_name *const element = c->open[c->depth - 1];

	return is_called(c->attribute, "Name") && c->depth >= 2 &&
	       !is_called(c->open[1], "System") && !is_called(c->open[1], "RenderingInfo") &&
	       (is_called(element, "Data") || is_called(element, "ComplexData"));
}

static void on_attribute_end(void *sink)
{
	struct collector *const c = sink;
	const struct view name = c->attribute->utf8;

	if (!(name.n >= 5 && !memcmp(name.p, "xmlns", 5) && (name.n == 5 || name.p[5] == ':')) &&
	    !is_data_name(c))
		keep(c);
	buf_clear(&c->pending);
}

static void on_body(void *sink)
{
	(void)sink;
}

static void on_text(void *sink, const struct value *value)
{
	struct collector *const c = sink;
	const struct view text = value_text16(&c->arena, value);

	buf_add(&c->pending, text.p, text.n & ~(size_t)1);
}

static void on_char_ref(void *sink, uint16_t unit)
{
	uint8_t bytes[2];

	put16(bytes, unit);
	buf_add(&((struct collector *)sink)->pending, bytes, 2);
}

static void on_entity_ref(void *sink, const struct binxml_name *name)
{
	static const char *const entities[][2] = {
		{"amp", "&\0"}, {"lt", "<\0"}, {"gt", ">\0"}, {"quot", "\"\0"}, {"apos", "'\0"}};
	struct collector *const c = sink;
	size_t i = 0;

	while (!is_called(name, entities[i][0]))
		assert_true(++i < 5); /* no others here */
	buf_add(&c->pending, entities[i][1], 2);
}

static void on_pi(void *sink, const struct binxml_name *target, const struct value *data)
{
	struct collector *const c = sink;
	const struct buf before = c->pending;

	(void)target;
	c->pending = (struct buf){0};
	on_text(c, data);
	keep(c);
	buf_free(&c->pending);
	c->pending = before;
}

static void on_close(void *sink, const struct binxml_name *name, bool empty_tag)
{
	struct collector *const c = sink;

	(void)name;
	(void)empty_tag;
	keep(c);
	c->depth--;
}

static bool on_failed(void *sink)
{
	(void)sink;
	return false;
}

static void collect(struct collector *c, struct evtx_decoder *d, const struct event *e)
{
	static const struct binxml_sink ops = {
		.open = on_open,
		.attribute = on_attribute,
		.attribute_end = on_attribute_end,
		.body = on_body,
		.text = on_text,
		.char_ref = on_char_ref,
		.entity_ref = on_entity_ref,
		.cdata = on_text,
		.pi = on_pi,
		.close = on_close,
		.failed = on_failed,
	};
	struct tocsin_error error;

	arena_reset(&c->arena);
	c->texts = NULL;
	c->count = c->room = 0;
	c->depth = 0;
	assert_ok(binxml_walk(&d->context, e->record, &ops, c, &error));
	keep(c);
}

static void collector_free(struct collector *c)
{
	buf_free(&c->pending);
	arena_free(&c->arena);
}

/* ---- Filters */

static struct query *compile(enum filter_kind kind, const char *text, bool *ret_others)
{
	const struct filter_term term = {kind, text};
	struct tocsin_error error;
	struct query *q = NULL;
	size_t at;

	assert_ok(filter_compile(&term, 1, &q, ret_others, &at, &error));
	return q;
}

static bool selects(enum filter_kind kind, const char *text, const struct event *e)
{
	bool others;
	struct query *const q = compile(kind, text, &others);
	struct matcher *const m = matcher_new(q, NULL, QUERY_SUBJECT_MESSAGE);
	const enum tri answer = matcher_match(m, e);

	assert_int_not_equal(answer, TRI_UNDECIDED);
	matcher_free(m);
	query_free(q);
	return answer == TRI_TRUE;
}

/* ---- A record that has text wherever XML can have it */

static void attribute(struct binasm *a, const char *name, const char *text)
{
	asm_attribute(a, name);
	asm_text(a, text);
}

static void open_with(struct binasm *a, const char *element, const char *name, const char *text)
{
	asm_open_list(a, -1, element);
	attribute(a, name, text);
}

static void pi(struct binasm *a, const char *target, const char *text)
{
	asm_8(a, 0x0a);
	asm_name(a, target);
	asm_8(a, 0x0b);
	asm_16(a, (unsigned)strlen(text));
	asm_units(a, text);
}

static void odd_system(struct binasm *a)
{
	asm_open(a, -1, "System");
	asm_body(a);
	open_with(a, "Provider", "Name", "provider-name");
	attribute(a, "Odd", "odd-attribute");
	asm_8(a, 0x03);
	asm_leaf(a, -1, "EventID", "1");
	asm_leaf(a, -1, "EventID", "second-id");
	asm_text(a, "loose-in-system");
	asm_open(a, -1, "Unknown");
	asm_body(a);
	asm_text(a, "before-deep");
	asm_leaf(a, -1, "Deep", "deep-down");
	asm_text(a, "behind-deep");
	asm_close(a);
	open_with(a, "Data", "Name", "data-in-system");
	asm_8(a, 0x03);
	asm_close(a);
}

static void odd_data(struct binasm *a)
{
	asm_open(a, -1, "EventData");
	asm_body(a);
	open_with(a, "Data", "Name", "name-of-data");
	attribute(a, "Kind", "kind-of-data");
	asm_body(a);
	asm_text(a, "JOIN");
	asm_8(a, 0x08); /* a character reference */
	asm_16(a, 'E');
	asm_8(a, 0x07); /* CDATA */
	asm_16(a, 2);
	asm_units(a, "D<");
	asm_8(a, 0x09); /* an entity reference */
	asm_name(a, "amp");
	asm_text(a, "end");
	asm_close(a);
	asm_leaf(a, -1, "Binary", "first-binary");
	asm_leaf(a, -1, "Binary", "second-binary");
	asm_close(a);
}

static void odd_rest(struct binasm *a)
{
	open_with(a, "RenderingInfo", "Culture", "en-culture");
	asm_body(a);
	asm_leaf(a, -1, "Message", "worded-message");
	asm_open(a, -1, "Keywords");
	asm_body(a);
	asm_leaf(a, -1, "Keyword", "keyword-one");
	asm_leaf(a, -1, "Keyword", "keyword-two");
	asm_close(a);
	asm_leaf(a, -1, "Provider", "rendered-provider");
	asm_close(a);
	asm_open(a, -1, "UserData");
	asm_body(a);
	open_with(a, "Own", "xmlns:own", "own-space");
	attribute(a, "Own", "own-attribute");
	asm_body(a);
	asm_leaf(a, -1, "Leaf", "leaf-value");
	asm_close(a);
	asm_close(a);
	pi(a, "target-of-pi", "data-of-pi");
	asm_text(a, "at-the-end");
}

static void odd_record(struct binasm *a)
{
	asm_begin(a);
	open_with(a, "Event", "xmlns", "event-space");
	attribute(a, "Stray", "attribute-of-event");
	asm_body(a);
	asm_text(a, "at-the-start");
	odd_system(a);
	odd_data(a);
	odd_rest(a);
	asm_close(a);
	asm_8(a, 0);
	asm_record_end(a);
}

static const struct event *read_one(struct evtx_decoder *d, const struct binasm *a, bool others)
{
	struct evtx_chunk_info info;
	struct tocsin_error error;
	struct evtx_loss loss;
	const struct event *e = NULL;

	evtx_decoder_configure(d, &(struct evtx_options){.no_checksums = true, .others = others});
	assert_ok(evtx_chunk_open(d, (struct view){a->chunk, ASM_CHUNK}, 4096, 0, &info, &error));
	assert_ok(evtx_chunk_next(d, &e, &loss, &error));
	return e;
}

static struct binasm odd;

static void every_text_is_searched(void **state)
{
	static const char *const everywhere[] = {
		"provider-name",     "deep-down",          "JOINED<&end",    "worded-message",
		"rendered-provider", "leaf-value",         "odd-attribute",  "second-id",
		"loose-in-system",   "before-deep",        "behind-deep",    "kind-of-data",
		"first-binary",      "second-binary",      "en-culture",     "keyword-one",
		"keyword-two",       "own-attribute",      "data-of-pi",     "at-the-start",
		"at-the-end",        "attribute-of-event", "data-in-system",
	};
	static const char *const nowhere[] = {
		"event-space", "own-space", "name-of-data", "target-of-pi", "Keyword>",
		"<Data",       "EventData", "JOIN ED",      "endfirst",
	};
	struct evtx_decoder *const d = evtx_decoder_new();
	struct collector c = {0};
	const struct event *e;

	(void)state;
	odd_record(&odd);
	e = read_one(d, &odd, true);
	for (size_t i = 0; i < sizeof(everywhere) / sizeof(everywhere[0]); i++) {
		if (!selects(FILTER_TEXT, everywhere[i], e))
			fail_msg("%s is not found", everywhere[i]);
	}
	for (size_t i = 0; i < sizeof(nowhere) / sizeof(nowhere[0]); i++) {
		if (selects(FILTER_TEXT, nowhere[i], e))
			fail_msg("%s is found", nowhere[i]);
	}
	collect(&c, d, e);
	assert_int_equal(c.count, sizeof(everywhere) / sizeof(everywhere[0]) + 1); /* EventID */
	collector_free(&c);
	evtx_decoder_free(d);
}

/* The reader is asked for what is neither field nor value only where a filter needs it. */
static void others_are_asked_for(void **state)
{
	struct evtx_decoder *const d = evtx_decoder_new();
	const struct event *e;
	bool others = true;

	(void)state;
	odd_record(&odd);
	e = read_one(d, &odd, false);
	assert_int_equal(e->other_count, 0);
	assert_false(selects(FILTER_TEXT, "attribute-of-event", e));
	assert_true(selects(FILTER_TEXT, "joined<&end", e));
	query_free(compile(FILTER_ID, "1", &others));
	assert_false(others);
	query_free(compile(FILTER_TEXT, "1", &others));
	assert_true(others);
	evtx_decoder_free(d);
}

static void copies_keep_others(void **state)
{
	struct evtx_decoder *const d = evtx_decoder_new();
	struct arena a = {0};
	const struct event *copy;

	(void)state;
	odd_record(&odd);
	copy = event_copy(&a, read_one(d, &odd, true));
	evtx_decoder_free(d);
	assert_true(selects(FILTER_TEXT, "attribute-of-event", copy));
	assert_true(selects(FILTER_TEXT, "leaf-value", copy));
	arena_free(&a);
}

/* ---- Sample logs */

/* A filter beside a plain answer to the same question. */
struct question {
	enum filter_kind kind;
	const char *text;
	bool (*plain)(const struct event *e); /* NULL: search the collected texts */
	struct query *query;
	struct matcher *matcher;
	struct view needle;
	unsigned selected, wrong;
};

static uint64_t number(const struct event *e, enum event_field field)
{
	return event_number(e, field, UINT64_MAX);
}

static bool plain_ids(const struct event *e)
{
	const uint64_t id = number(e, EVENT_ID);

	return id == 1 || id == 3 || (id >= 10 && id <= 13) || (id >= 4624 && id <= 4634) ||
	       id == 4688 || (id >= 7045 && id <= 65535);
}

static bool plain_levels(const struct event *e)
{
	const uint64_t level = number(e, EVENT_LEVEL);

	return level <= 3 || level == 5;
}

static bool plain_records(const struct event *e)
{
	const uint64_t id = event_number(e, EVENT_RECORD_ID, e->record_id);

	return id <= 10 || (id >= 100 && id <= 2000) || id >= 1000000;
}

static bool begins(const struct value *v, const char *with)
{
	struct arena a = {0};
	const char *const text = value_text8(&a, v);
	const size_t n = text ? strlen(text) : 0;
	const bool is = n >= strlen(with) && ascii_equal_nocase_n(text, strlen(with), with);

	arena_free(&a);
	return is;
}

static bool plain_channel(const struct event *e)
{
	return begins(&e->field[EVENT_CHANNEL], "microsoft-windows-sysmon/");
}

static bool plain_where(const struct event *e)
{
	return number(e, EVENT_ID) == 4624 && number(e, EVENT_LEVEL) < 3;
}

static struct question questions[] = {
	{.kind = FILTER_ID, .text = "4624-4634, 10-13, 1,3,4688 ,7045-", .plain = plain_ids},
	{.kind = FILTER_LEVEL, .text = "verbose,logalways-warning", .plain = plain_levels},
	{.kind = FILTER_RECORD, .text = "1000000-,100-2000,-10", .plain = plain_records},
	{.kind = FILTER_CHANNEL, .text = "Microsoft-Windows-Sysmon/*", .plain = plain_channel},
	{.kind = FILTER_WHERE, .text = "$_.Id -eq 4624 -and $_.Level -lt 3", .plain = plain_where},
	{.kind = FILTER_TEXT, .text = "powershell"},
	{.kind = FILTER_TEXT, .text = "S-1-5-18"},
	{.kind = FILTER_TEXT, .text = "0x"},
	{.kind = FILTER_TEXT, .text = "Name"},
	{.kind = FILTER_TEXT, .text = "\\"},
	{.kind = FILTER_TEXT, .text = "00000000"},
	{.kind = FILTER_TEXT, .text = "-9A"},
	{.kind = FILTER_TEXT, .text = "en-US"},
	{.kind = FILTER_TEXT, .text = "\xc3\x89"},
};

#define QUESTIONS (sizeof(questions) / sizeof(questions[0]))

static void ask(struct question *q, const struct event *e, const struct collector *c)
{
	const enum tri answer = matcher_match(q->matcher, e);
	const bool lost = q->kind == FILTER_CHANNEL && value_is_null(&e->field[EVENT_CHANNEL]);
	bool plain = q->plain && q->plain(e);

	for (size_t i = 0; !q->plain && !plain && i < c->count; i++)
		plain = utf16_contains(c->texts[i], q->needle, true);
	q->selected += plain;
	q->wrong += answer != (lost ? TRI_UNDECIDED : tri_of(plain));
}

static bool among(struct view text, const struct datum *list)
{
	for (size_t i = 0; i < list->as.list.count; i++)
		if (view_equal(list->as.list.items[i].as.text, text))
			return true;
	return false;
}

/* The values that are searched and the texts that a walk shows, both ways. */
static unsigned differences(struct matcher *m, const struct collector *c)
{
	const struct operand values = operand_values();
	const struct datum list = matcher_value(m, &values);
	unsigned different = 0;

	assert_int_equal(list.type, DATUM_LIST);
	for (size_t i = 0; i < c->count; i++)
		different += !among(c->texts[i], &list);
	for (size_t i = 0; i < list.as.list.count; i++) {
		const struct view text = list.as.list.items[i].as.text;
		bool found = text.n < 2;

		for (size_t k = 0; k < c->count && !found; k++)
			found = view_equal(c->texts[k], text);
		different += !found;
	}
	return different;
}

struct tally {
	unsigned records, different;
	struct collector collector;
};

static void read_log(struct view log, struct tally *t)
{
	struct evtx_decoder *const d = evtx_decoder_new();

	evtx_decoder_configure(d, &(struct evtx_options){.others = true});
	for (size_t at = EVTX_HEADER_SIZE; at < log.n; at += EVTX_CHUNK_SIZE) {
		struct evtx_chunk_info info;
		const struct event *e;
		enum tocsin_status status;
		struct tocsin_error error;
		struct evtx_loss loss;

		if (evtx_chunk_open(d, view_slice(log, at, EVTX_CHUNK_SIZE), at, 0, &info,
				    &error) != TOCSIN_OK)
			continue;
		while ((status = evtx_chunk_next(d, &e, &loss, &error)) != TOCSIN_END) {
			if (status != TOCSIN_OK)
				continue;
			t->records++;
			collect(&t->collector, d, e);
			for (size_t i = 0; i < QUESTIONS; i++)
				ask(&questions[i], e, &t->collector);
			t->different += differences(questions[0].matcher, &t->collector);
		}
	}
	evtx_decoder_free(d);
}

static void start_questions(struct arena *a)
{
	for (size_t i = 0; i < QUESTIONS; i++) {
		struct question *const q = &questions[i];
		bool others;

		q->query = compile(q->kind, q->text, &others);
		q->matcher = matcher_new(q->query, NULL, QUERY_SUBJECT_MESSAGE);
		q->needle = utf8_to_utf16(a, view_of(q->text));
		assert_non_null(q->matcher);
	}
}

static void end_questions(bool samples)
{
	for (size_t i = 0; i < QUESTIONS; i++) {
		struct question *const q = &questions[i];

		if (q->wrong)
			fail_msg("`%s`: %u wrong answers", q->text, q->wrong);
		if (samples && !q->selected)
			fail_msg("`%s` selects nothing: the test has no teeth", q->text);
		matcher_free(q->matcher);
		query_free(q->query);
	}
}

static void samples_are_searched_whole(void **state)
{
	static const char *const sets[] = {"evtx-edge-cases", "evtx-attack-samples", "sigma"};
	struct tally t = {0};
	struct arena a = {0};
	unsigned missing = 0;

	(void)state;
	start_questions(&a);
	for (size_t i = 0; i < 3; i++) {
		char path[4096];
		const char *const folder = test_samples(path, sets[i]);
		struct evidence *evidence;
		struct tocsin_error error;
		struct arena file = {0};

		if (!folder) {
			missing++;
			continue;
		}
		assert_ok(evidence_open(&folder, 1, NULL, &evidence, &error));
		for (size_t k = 0; k < evidence->source_count; k++) {
			struct view log;

			assert_ok(os_read_file(&file, evidence->sources[k].path, 64u << 20, &log,
					       &error));
			read_log(log, &t);
			arena_free(&file);
		}
		evidence_free(evidence);
	}
	if (missing)
		test_skipped(missing, "sets of sample logs to search");
	assert_int_equal(t.different, 0);
	end_questions(missing == 0);
	collector_free(&t.collector);
	arena_free(&a);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(every_text_is_searched),
		cmocka_unit_test(others_are_asked_for),
		cmocka_unit_test(copies_keep_others),
		cmocka_unit_test(samples_are_searched_whole),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
