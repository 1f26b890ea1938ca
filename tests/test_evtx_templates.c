/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Templates that are lost: told without recovery, looked up in other chunks and files, else shown
 * by their values. Chunks are written by hand; one public log has lost some for real.
 */
#include "test.h"

#include "base/limits.h"
#include "base/os.h"
#include "base/threads.h"
#include "binxml_asm.h"
#include "format/evtx/template_library.h"

#define SHORT_ID 0x03020100u /* the GUID that asm_template() writes starts so */
#define NOWHERE 0x8000u      /* a chunk offset with zeros */

static const char head[] =
	"<Event xmlns='http://schemas.microsoft.com/win/2004/08/events/event'><System>"
	"<TimeCreated SystemTime='1970-01-01T00:00:00.0000000Z'/>";

/* ---- Writing ---- */

/* The two values that all records here have. */
static void put_values(struct binasm *a, uint32_t number)
{
	uint8_t bytes[4];
	const struct asm_value v[2] = {{VALUE_STRING, "b\0o\0b\0", 6}, {VALUE_UINT32, bytes, 4}};

	put32(bytes, number);
	asm_values(a, v, 2);
}

/* Gives the instance header that was just written, before `definition` or at the end, its id. */
static void set_id(struct binasm *a, size_t end, uint32_t id)
{
	put32(a->chunk + end - 8, id);
}

/* A record that defines <Event><EventData><Data Name='first'>%0</Data><Data>%1</Data>. */
static size_t put_defining(struct binasm *a, const char *first, unsigned type)
{
	size_t d;

	asm_record(a);
	asm_fragment(a);
	d = asm_template(a);
	set_id(a, d, SHORT_ID);
	asm_open(a, 0xffff, "Event");
	asm_body(a);
	asm_open(a, 0xffff, "EventData");
	asm_body(a);
	asm_data(a, 0xffff, first, 0, VALUE_STRING);
	asm_data(a, 0xffff, "number", 1, type);
	asm_end_template(a, d);
	put_values(a, 7);
	asm_record_end(a);
	return d;
}

/* A record of a template that is defined at `definition`, or was. */
static void put_record(struct binasm *a, size_t definition, uint32_t id)
{
	asm_record(a);
	asm_fragment(a);
	asm_instance(a, definition);
	set_id(a, a->at, id);
	put_values(a, 8);
	asm_record_end(a);
}

/* ---- Reading ---- */

static void read_chunk(struct reading *r, const struct binasm *a, struct evtx_options options)
{
	struct evtx_chunk_info info;
	struct tocsin_error error;
	enum tocsin_status status;
	struct evtx_loss loss;

	memset(r, 0, sizeof(*r));
	r->decoder = evtx_decoder_new();
	assert_non_null(r->decoder);
	options.no_checksums = true;
	evtx_decoder_configure(r->decoder, &options);
	assert_ok(evtx_chunk_open(r->decoder, (struct view){a->chunk, ASM_CHUNK}, 4096, 0, &info,
				  &error));
	while ((status = evtx_chunk_next(r->decoder, &r->event, &loss, &error)) != TOCSIN_END) {
		if (status != TOCSIN_OK) {
			r->errors++;
			r->error = error;
			continue;
		}
		r->records++;
		buf_clear(&r->xml);
		buf_clear(&r->json);
		assert_ok(evtx_render_xml(r->decoder, r->event, &r->xml));
		assert_ok(evtx_render_json(r->decoder, r->event, &r->json));
	}
}

/* Two records, the second one's template is not where it says. */
static void lost_record(struct binasm *a)
{
	asm_start(a);
	put_defining(a, "who", VALUE_UINT32);
	put_record(a, NOWHERE, SHORT_ID);
}

/* A log of one chunk for each source. */
struct logs {
	const struct binasm *chunk[4];
	uint32_t count;
	unsigned asked;
};

static const char *feed_path(void *context, uint32_t source)
{
	static const char *const paths[4] = {"a.evtx", "b.evtx", "c.evtx", "d.evtx"};

	(void)context;
	return paths[source];
}

static void feed_chunks(void *context, uint32_t source,
			bool (*chunk)(void *argument, struct view bytes, uint64_t offset),
			void *argument)
{
	struct logs *const l = context;

	l->asked++;
	(void)!chunk(argument, (struct view){l->chunk[source]->chunk, ASM_CHUNK}, 4096);
}

static struct template_library *library(struct logs *l)
{
	const struct template_feed feed = {l, l->count, feed_path, feed_chunks};
	struct template_library *const library = template_library_new(&feed);

	assert_non_null(library);
	return library;
}

/* ---- Tests ---- */

static void test_lost_is_told(void **state)
{
	struct binasm a;
	struct reading r;

	(void)state;
	lost_record(&a);
	read_chunk(&r, &a, (struct evtx_options){0});
	assert_int_equal(r.records, 1);
	assert_int_equal(r.errors, 1);
	assert_non_null(strstr(r.error.detail, "--recover"));
	asm_read_end(&r);
}

static void test_values_are_shown(void **state)
{
	struct binasm a;
	struct reading r;
	char xml[512];

	(void)state;
	lost_record(&a);
	read_chunk(&r, &a, (struct evtx_options){.recover = true});
	assert_int_equal(r.records, 2);
	assert_int_equal(r.errors, 0);
	assert_true(r.event->template_missing);
	assert_null(r.event->template_path);
	snprintf(xml, sizeof(xml),
		 "%s<EventRecordID>2</EventRecordID></System><EventData>"
		 "<Data Name='1' Type='UnicodeString'>bob</Data>"
		 "<Data Name='2' Type='UInt32'>8</Data></EventData></Event>",
		 head);
	assert_string_equal(buf_cstr(&r.xml), xml);
	assert_string_equal(
		buf_cstr(&r.json),
		"{\"Event\":{\"#attributes\":{\"xmlns\":"
		"\"http://schemas.microsoft.com/win/2004/08/events/event\"},"
		"\"System\":{\"TimeCreated\":{\"#attributes\":{\"SystemTime\":"
		"\"1970-01-01T00:00:00.0000000Z\"}},\"EventRecordID\":2},"
		"\"EventData\":{\"1\":{\"#attributes\":{\"Type\":\"UnicodeString\"},"
		"\"#text\":\"bob\"},\"2\":{\"#attributes\":{\"Type\":\"UInt32\"},\"#text\":8}}}}");
	assert_int_equal(event_number(r.event, EVENT_RECORD_ID, 0), 2);
	assert_int_equal(r.event->field[EVENT_TIME].type, VALUE_FILETIME);
	assert_int_equal(r.event->data_count, 2);
	assert_memory_equal(r.event->data[0].name.p, "1\0", 2);
	assert_int_equal(r.event->data[1].value.type, VALUE_UINT32);
	assert_int_equal(le32(r.event->data[1].value.bytes.p), 8);
	asm_read_end(&r);
}

/* A definition stands at the offset, of another template: what it would show is wrong. */
static void test_stale_offset(void **state)
{
	struct binasm a;
	struct reading r;
	size_t d;

	(void)state;
	asm_start(&a);
	d = put_defining(&a, "who", VALUE_UINT32);
	put_record(&a, d, 0x99999999);
	read_chunk(&r, &a, (struct evtx_options){0});
	assert_int_equal(r.records, 1);
	assert_int_equal(r.errors, 1);
	asm_read_end(&r);
	read_chunk(&r, &a, (struct evtx_options){.recover = true});
	assert_int_equal(r.records, 2);
	assert_true(r.event->template_missing);
	assert_null(strstr(buf_cstr(&r.xml), "who"));
	asm_read_end(&r);
}

/* Ids that are no GUID's start are right where they are the same at definition and use. */
static void test_own_ids(void **state)
{
	struct binasm a;
	struct reading r;
	size_t d;

	(void)state;
	asm_start(&a);
	d = put_defining(&a, "who", VALUE_UINT32);
	set_id(&a, d, 77);
	put_record(&a, d, 77);
	read_chunk(&r, &a, (struct evtx_options){0});
	assert_int_equal(r.records, 2);
	assert_string_equal(buf_cstr(&r.xml), "<Event><EventData><Data Name='who'>bob</Data>"
					      "<Data Name='number'>8</Data></EventData></Event>");
	asm_read_end(&r);
}

/* The definition of a record itself is damaged: its size tells where the values are. */
static void test_damaged_definition(void **state)
{
	struct binasm a;
	struct reading r;
	size_t d;

	(void)state;
	asm_start(&a);
	d = put_defining(&a, "who", VALUE_UINT32);
	a.chunk[d + 24 + 4] = 0x3f; /* no token */
	read_chunk(&r, &a, (struct evtx_options){.recover = true});
	assert_int_equal(r.records, 1);
	assert_true(r.event->template_missing);
	assert_non_null(strstr(buf_cstr(&r.xml), "<Data Name='2' Type='UInt32'>7</Data>"));
	asm_read_end(&r);
}

/*
 * Values made to look like a definition behind the instance (a template may have any GUID, and who
 * logs chooses sizes and types): they are values.
 */
static void test_values_like_a_definition(void **state)
{
	struct asm_value v[6] = {{VALUE_STRING, "b\0o\0b\0", 6}, {VALUE_NULL, NULL, 0},
				 {VALUE_NULL, NULL, 0},          {VALUE_NULL, NULL, 0},
				 {VALUE_NULL, "h\0", 2},         {VALUE_STRING, NULL, 0}};
	static uint8_t text[0x10f];
	struct binasm a;
	struct reading r;
	size_t d;

	(void)state;
	memset(text, 0, sizeof(text));
	text[0] = 'x';
	v[5] = (struct asm_value){VALUE_STRING, text, sizeof(text)}; /* 0f 01 01 00 */
	asm_begin(&a);
	d = asm_template(&a);
	asm_open(&a, 0xffff, "Event");
	asm_body(&a);
	asm_slot(&a, 0, VALUE_STRING, false);
	asm_slot(&a, 5, VALUE_STRING, false);
	asm_close(&a);
	asm_template_end(&a, d);
	put32(a.chunk + d + 4, 6 | VALUE_STRING << 16); /* the first descriptor */
	set_id(&a, d, 6 | VALUE_STRING << 16);
	asm_values(&a, v, 6);
	asm_record_end(&a);
	asm_record(&a);
	asm_fragment(&a);
	asm_instance(&a, d);
	set_id(&a, a.at, 6 | VALUE_STRING << 16);
	asm_values(&a, v, 6);
	asm_record_end(&a);
	read_chunk(&r, &a, (struct evtx_options){0});
	assert_int_equal(r.records, 2);
	assert_string_equal(buf_cstr(&r.xml), "<Event>bobx</Event>");
	asm_read_end(&r);
}

/* <Event><System><EventRecordID>..</System>%0</Event> with a body whose template is lost. */
static void test_nested(void **state)
{
	struct binasm a;
	struct reading r;
	size_t d, value;

	(void)state;
	asm_begin(&a);
	d = asm_template(&a);
	asm_open(&a, 0xffff, "Event");
	asm_body(&a);
	asm_open(&a, 0xffff, "System");
	asm_body(&a);
	asm_leaf(&a, 0xffff, "EventID", "4624");
	asm_close(&a);
	asm_slot(&a, 0, VALUE_BINXML, false);
	asm_close(&a);
	asm_template_end(&a, d);
	value = asm_binxml_value(&a);
	asm_fragment(&a);
	asm_instance(&a, NOWHERE);
	put_values(&a, 9);
	asm_8(&a, 0);
	asm_binxml_value_end(&a, value);
	asm_record_end(&a);
	read_chunk(&r, &a, (struct evtx_options){.recover = true});
	assert_int_equal(r.records, 1);
	assert_true(r.event->template_missing);
	assert_string_equal(buf_cstr(&r.xml),
			    "<Event><System><EventID>4624</EventID></System><EventData>"
			    "<Data Name='1' Type='UnicodeString'>bob</Data>"
			    "<Data Name='2' Type='UInt32'>9</Data></EventData></Event>");
	assert_int_equal(event_number(r.event, EVENT_ID, 0), 4624);
	assert_int_equal(r.event->data_count, 2);
	asm_read_end(&r);
	read_chunk(&r, &a, (struct evtx_options){0});
	assert_int_equal(r.records, 0);
	assert_int_equal(r.errors, 1);
	asm_read_end(&r);
}

/* The outer template is lost, the one of the value inside is known; an array, a NULL and a type
 * that nobody knows are among the values. */
static void test_values_of_all_kinds(void **state)
{
	struct binasm a;
	struct reading r;
	char xml[768];
	uint8_t body[4 + 10 + 4 + 8 + 10];
	struct asm_value v[4] = {{VALUE_STRING | VALUE_ARRAY, "x\0\0\0y\0\0\0", 8},
				 {VALUE_NULL, NULL, 0},
				 {0x27, "\1\2", 2},
				 {VALUE_BINXML, body, sizeof(body)}};
	size_t d;

	(void)state;
	asm_start(&a);
	asm_record(&a);
	asm_fragment(&a);
	d = asm_template(&a);
	set_id(&a, d, SHORT_ID);
	asm_open(&a, 0xffff, "UserData");
	asm_body(&a);
	asm_open(&a, 0xffff, "Who");
	asm_body(&a);
	asm_slot(&a, 0, VALUE_STRING, false);
	asm_close(&a);
	asm_open(&a, 0xffff, "Number");
	asm_body(&a);
	asm_slot(&a, 1, VALUE_UINT32, false);
	asm_close(&a);
	asm_close(&a);
	asm_template_end(&a, d);
	put_values(&a, 7);
	asm_record_end(&a);

	put32(body, 0x0001010f);
	body[4] = 0x0c;
	body[5] = 1;
	put32(body + 6, SHORT_ID);
	put32(body + 10, (uint32_t)d);
	put32(body + 14, 2);
	put32(body + 18, 6 | VALUE_STRING << 16);
	put32(body + 22, 4 | VALUE_UINT32 << 16);
	memcpy(body + 26, "b\0o\0b\0\7\0\0\0", 10);
	asm_record(&a);
	asm_fragment(&a);
	asm_instance(&a, NOWHERE);
	asm_values(&a, v, 4);
	asm_record_end(&a);
	read_chunk(&r, &a, (struct evtx_options){.recover = true});
	assert_int_equal(r.records, 2);
	assert_int_equal(r.errors, 0);
	snprintf(xml, sizeof(xml),
		 "%s<EventRecordID>2</EventRecordID></System><EventData>"
		 "<Data Name='1' Type='UnicodeString'>x</Data>"
		 "<Data Name='1' Type='UnicodeString'>y</Data>"
		 "<Data Name='2' Type='Null'></Data><Data Name='3' Type='Unknown'>0102</Data>"
		 "</EventData><UserData><Who>bob</Who><Number>7</Number></UserData></Event>",
		 head);
	assert_string_equal(buf_cstr(&r.xml), xml);
	assert_int_equal(r.event->data_count, 6);
	asm_read_end(&r);
}

static void test_library(void **state)
{
	struct binasm a, b;
	struct logs l = {{&a, &b}, 2, 0};
	struct template_library *const lib = library(&l);
	struct reading r;

	(void)state;
	asm_start(&a);
	put_record(&a, NOWHERE, SHORT_ID);
	asm_start(&b);
	put_defining(&b, "who", VALUE_UINT32);
	read_chunk(&r, &b, (struct evtx_options){.lost_templates = lib, .source = 1});
	assert_null(r.event->template_path);
	assert_int_equal(l.asked, 0); /* nobody needed it */
	asm_read_end(&r);
	read_chunk(&r, &a, (struct evtx_options){.lost_templates = lib});
	assert_int_equal(r.records, 1);
	assert_int_equal(r.errors, 0);
	assert_false(r.event->template_missing);
	assert_string_equal(r.event->template_path, "b.evtx");
	assert_int_equal(r.event->template_offset, 4096 + 512 + 24 + 4 + 10);
	assert_string_equal(buf_cstr(&r.xml), "<Event><EventData><Data Name='who'>bob</Data>"
					      "<Data Name='number'>8</Data></EventData></Event>");
	assert_int_equal(l.asked, 2);
	asm_read_end(&r);
	read_chunk(&r, &a, (struct evtx_options){.lost_templates = lib, .recover = true});
	assert_false(r.event->template_missing);
	assert_int_equal(l.asked, 2); /* read once */
	asm_read_end(&r);
	template_library_free(lib);
}

static void expect_first(const struct binasm *a, struct template_library *lib, uint32_t source,
			 const char *name)
{
	struct reading r;

	read_chunk(&r, a,
		   (struct evtx_options){.lost_templates = lib, .source = source, .recover = true});
	assert_true(r.records >= 1);
	assert_non_null(strstr(buf_cstr(&r.xml), name));
	asm_read_end(&r);
}

/* Several templates have the id: the record's own file counts first, then the others in order; one
 * whose slots are not the values' is none. */
static void test_library_order(void **state)
{
	struct binasm lost, wrong, second, third;
	struct logs l = {{&lost, &wrong, &second, &third}, 4, 0};
	struct template_library *const lib = library(&l);

	(void)state;
	asm_start(&lost);
	put_record(&lost, NOWHERE, SHORT_ID);
	asm_start(&wrong);
	put_defining(&wrong, "wrong", VALUE_GUID); /* a number can't be a GUID */
	asm_start(&second);
	put_defining(&second, "second", VALUE_HEX32); /* but shown in hex */
	asm_start(&third);
	put_defining(&third, "third", VALUE_UINT32);
	expect_first(&lost, lib, 0, "Name='second'>bob");
	expect_first(&lost, lib, 1, "Name='second'>bob");
	expect_first(&lost, lib, 3, "Name='third'>bob");
	template_library_free(lib);
}

static bool is_ambiguous(const struct binasm *a, struct template_library *lib, uint32_t source)
{
	struct reading r;
	bool ambiguous;

	read_chunk(&r, a, (struct evtx_options){.lost_templates = lib, .source = source});
	assert_non_null(r.event->template_path);
	ambiguous = r.event->template_ambiguous;
	asm_read_end(&r);
	return ambiguous;
}

/* Two templates that fit and would show other names: nobody can tell which one it was, not even
 * where the file has one of them. The same one twice, under another GUID, is no doubt. */
static void test_library_ambiguous(void **state)
{
	struct binasm lost, first, same, other;
	struct logs l = {{&lost, &first, &same, &other}, 3, 0};
	struct template_library *lib = library(&l);
	size_t d;

	(void)state;
	asm_start(&lost);
	put_record(&lost, NOWHERE, SHORT_ID);
	asm_start(&first);
	put_defining(&first, "who", VALUE_UINT32);
	asm_start(&same);
	d = put_defining(&same, "who", VALUE_UINT32);
	same.chunk[d + 4 + 8] ^= 1; /* its GUID, behind the short id */
	asm_start(&other);
	put_defining(&other, "whom", VALUE_UINT32);
	assert_false(is_ambiguous(&lost, lib, 0));
	template_library_free(lib);
	l.count = 4;
	lib = library(&l);
	assert_true(is_ambiguous(&lost, lib, 0));
	assert_true(is_ambiguous(&lost, lib, 3));
	template_library_free(lib);
}

/* Definitions made to crowd out the one that fits: what is not known is not ruled out. */
static void test_library_crowded(void **state)
{
	struct binasm lost, fits, crowd;
	struct logs l = {{&lost, &fits, &crowd}, 3, 0};
	struct template_library *const lib = library(&l);
	char name[8];

	(void)state;
	asm_start(&lost);
	put_record(&lost, NOWHERE, SHORT_ID);
	asm_start(&fits);
	put_defining(&fits, "who", VALUE_UINT32);
	asm_start(&crowd);
	for (unsigned i = 0; i < 80; i++) {
		snprintf(name, sizeof(name), "n%u", i);
		put_defining(&crowd, name, VALUE_GUID);
	}
	assert_true(is_ambiguous(&lost, lib, 0));
	template_library_free(lib);
}

/* Very many files with the same template, then one with another. */
#define MANY_SOURCES (LIMIT_LIBRARY_PLACES + 2)

static const char *many_path(void *context, uint32_t source)
{
	(void)context;
	return source == MANY_SOURCES - 1 ? "last.evtx" : "one.evtx";
}

static void many_chunks(void *context, uint32_t source,
			bool (*chunk)(void *argument, struct view bytes, uint64_t offset),
			void *argument)
{
	const struct logs *const l = context;
	const struct binasm *const a = l->chunk[source == MANY_SOURCES - 1];

	(void)!chunk(argument, (struct view){a->chunk, a->at}, 4096);
}

static void test_library_many_files(void **state)
{
	struct binasm lost, one, last;
	struct logs l = {{&one, &last}, 2, 0};
	const struct template_feed feed = {&l, MANY_SOURCES, many_path, many_chunks};
	struct template_library *const lib = template_library_new(&feed);
	struct reading r;
	size_t d;

	(void)state;
	assert_non_null(lib);
	asm_start(&lost);
	put_record(&lost, NOWHERE, SHORT_ID + 1);
	asm_start(&one);
	put_defining(&one, "one", VALUE_UINT32);
	asm_start(&last);
	d = put_defining(&last, "last", VALUE_UINT32);
	set_id(&last, d, SHORT_ID + 1);
	put32(last.chunk + d + 4, SHORT_ID + 1);
	read_chunk(&r, &lost, (struct evtx_options){.lost_templates = lib});
	assert_int_equal(r.records, 1);
	assert_string_equal(r.event->template_path, "last.evtx");
	assert_false(r.event->template_ambiguous);
	asm_read_end(&r);
	template_library_free(lib);
}

/* More or fewer slots than values: another version of the template. */
static void test_library_counts(void **state)
{
	static const uint8_t bytes[4] = {0};
	const struct asm_value v[3] = {
		{VALUE_UINT32, bytes, 4}, {VALUE_UINT32, bytes, 4}, {VALUE_UINT32, bytes, 4}};
	struct value values[3];
	struct template_place place;
	struct binasm a;
	struct logs l = {{&a}, 1, 0};
	struct template_library *const lib = library(&l);

	(void)state;
	asm_start(&a);
	put_defining(&a, "who", VALUE_UINT32);
	for (size_t i = 0; i < 3; i++)
		values[i] = (struct value){VALUE_NULL, {v[i].bytes, 0}};
	assert_null(template_library_find(lib, 0, SHORT_ID, values, 1, &place));
	assert_non_null(template_library_find(lib, 0, SHORT_ID, values, 2, &place));
	assert_null(template_library_find(lib, 0, SHORT_ID, values, 3, &place));
	assert_null(template_library_find(lib, 0, SHORT_ID + 1, values, 2, &place));
	template_library_free(lib);
}

/* The instance before a definition is overwritten: the chunk's table still lists it. A table that
 * goes in a circle ends. */
static void test_library_table(void **state)
{
	struct value values[2] = {{VALUE_NULL, {NULL, 0}}, {VALUE_NULL, {NULL, 0}}};
	struct template_place place;
	struct binasm a;
	struct logs l = {{&a}, 1, 0};
	struct template_library *lib = library(&l);
	size_t d;

	(void)state;
	asm_start(&a);
	d = put_defining(&a, "who", VALUE_UINT32);
	memset(a.chunk + d - 10, 0xff, 10);
	assert_null(template_library_find(lib, 0, SHORT_ID, values, 2, &place));
	template_library_free(lib);
	lib = library(&l);
	put32(a.chunk + 384 + 4 * 5, (uint32_t)d);
	put32(a.chunk + d, (uint32_t)d);
	put32(a.chunk + 384 + 4 * 6, 0xfffffff0);
	assert_non_null(template_library_find(lib, 0, SHORT_ID, values, 2, &place));
	assert_int_equal(place.offset, 4096 + d);
	template_library_free(lib);
}

struct asker {
	struct thread thread;
	struct template_library *lost_templates;
	const struct binxml_program *found;
};

static void ask(void *argument)
{
	struct value values[2] = {{VALUE_NULL, {NULL, 0}}, {VALUE_NULL, {NULL, 0}}};
	struct asker *const a = argument;
	struct template_place place;

	a->found = template_library_find(a->lost_templates, 0, SHORT_ID, values, 2, &place);
}

static void test_library_threads(void **state)
{
	struct binasm a;
	struct logs l = {{&a}, 1, 0};
	struct template_library *const lib = library(&l);
	struct asker askers[4];

	(void)state;
	asm_start(&a);
	put_defining(&a, "who", VALUE_UINT32);
	for (size_t i = 0; i < 4; i++) {
		askers[i].lost_templates = lib;
		assert_true(thread_start(&askers[i].thread, ask, &askers[i]));
	}
	for (size_t i = 0; i < 4; i++) {
		thread_join(&askers[i].thread);
		assert_non_null(askers[i].found);
		assert_ptr_equal(askers[i].found, askers[0].found);
	}
	assert_int_equal(l.asked, 1);
	template_library_free(lib);
}

/* ---- A public log ---- */

struct sample {
	struct view file;
	char path[4200];
};

static const char *sample_path(void *context, uint32_t source)
{
	(void)source;
	return ((struct sample *)context)->path;
}

static void sample_chunks(void *context, uint32_t source,
			  bool (*chunk)(void *argument, struct view bytes, uint64_t offset),
			  void *argument)
{
	const struct view file = ((struct sample *)context)->file;

	(void)source;
	for (size_t at = EVTX_HEADER_SIZE; at < file.n; at += EVTX_CHUNK_SIZE) {
		if (!chunk(argument, view_slice(file, at, EVTX_CHUNK_SIZE), at))
			return;
	}
}

struct counts {
	unsigned records, borrowed, missing;
};

static bool has_field(const struct event *e, enum event_field field)
{
	return !value_is_null(&e->field[field]);
}

static struct counts count_sample(const struct sample *s, struct evtx_options options)
{
	struct evtx_decoder *const d = evtx_decoder_new();
	struct counts n = {0, 0, 0};

	assert_non_null(d);
	evtx_decoder_configure(d, &options);
	for (size_t at = EVTX_HEADER_SIZE; at < s->file.n; at += EVTX_CHUNK_SIZE) {
		struct evtx_chunk_info info;
		const struct event *e;
		struct evtx_loss loss;
		enum tocsin_status status;

		if (evtx_chunk_open(d, view_slice(s->file, at, EVTX_CHUNK_SIZE), at, 0, &info,
				    NULL) != TOCSIN_OK)
			continue;
		while ((status = evtx_chunk_next(d, &e, &loss, NULL)) != TOCSIN_END) {
			if (status != TOCSIN_OK)
				continue;
			n.records++;
			n.borrowed += e->template_path != NULL;
			n.missing += e->template_missing;
			assert_true(!e->template_path || has_field(e, EVENT_ID));
		}
	}
	evtx_decoder_free(d);
	return n;
}

static void test_sample(void **state)
{
	char folder[4096];
	const char *const top = test_samples(folder, "evtx-edge-cases");
	struct sample s;
	struct template_feed feed = {&s, 1, sample_path, sample_chunks};
	struct template_library *lib;
	struct arena arena = {0};
	struct tocsin_error error;
	struct counts n;

	(void)state;
	if (!top) {
		test_skipped(1, "log with templates lost in one chunk");
		return;
	}
	snprintf(s.path, sizeof(s.path),
		 "%s/2-vss_0-Microsoft-Windows-RemoteDesktopServices-RdpCoreTS%%4Operational.evtx",
		 top);
	assert_ok(os_read_file(&arena, s.path, 64u << 20, &s.file, &error));
	lib = template_library_new(&feed);
	assert_non_null(lib);
	n = count_sample(&s, (struct evtx_options){0});
	assert_int_equal(n.borrowed + n.missing, 0);
	assert_int_equal(count_sample(&s, (struct evtx_options){.lost_templates = lib}).borrowed,
			 24);
	assert_int_equal(count_sample(&s, (struct evtx_options){.lost_templates = lib}).records,
			 n.records + 24);
	assert_true(count_sample(&s, (struct evtx_options){.recover = true}).missing >= 24);
	template_library_free(lib);
	arena_free(&arena);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_lost_is_told),
		cmocka_unit_test(test_values_are_shown),
		cmocka_unit_test(test_stale_offset),
		cmocka_unit_test(test_own_ids),
		cmocka_unit_test(test_damaged_definition),
		cmocka_unit_test(test_values_like_a_definition),
		cmocka_unit_test(test_nested),
		cmocka_unit_test(test_values_of_all_kinds),
		cmocka_unit_test(test_library),
		cmocka_unit_test(test_library_order),
		cmocka_unit_test(test_library_ambiguous),
		cmocka_unit_test(test_library_crowded),
		cmocka_unit_test(test_library_many_files),
		cmocka_unit_test(test_library_counts),
		cmocka_unit_test(test_library_table),
		cmocka_unit_test(test_library_threads),
		cmocka_unit_test(test_sample),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
