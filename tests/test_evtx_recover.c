/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What happens to the records of a damaged, cleared, reused or doctored chunk: which are given, as
 * what, and that each byte of the chunk is accounted for. Chunks are made by the writer and then
 * changed; two logs, an old one and a shorter one written over it, make a chunk that was used
 * twice.
 */
#include "test.h"

#include <time.h>

#include "evtx_memory.h"

#define OLD_RECORDS 12u
#define NEW_RECORDS 3u
#define FIRST_NEW 101u
#define SEEN_MAX 256u

/* A chunk and where its records are. */
struct made {
	uint8_t bytes[EVTX_CHUNK_SIZE];
	size_t at[32], end[32]; /* by number from 1 */
	char *xml[32];
};

struct seen {
	uint64_t id;
	size_t at;
	enum event_origin origin;
	const char *note;
	bool missing;
	char *xml;
};

struct reading {
	enum tocsin_status opened;
	struct tocsin_error error; /* of opening */
	struct seen seen[SEEN_MAX];
	unsigned count, losses;
	uint64_t lost;                 /* bytes, as they were told */
	struct tocsin_error loss;      /* the last one */
	struct evtx_loss loss_details; /* the same */
	struct evtx_account account;
};

static uint64_t explained(const struct evtx_account *a)
{
	return a->headers + a->records + a->recovered + a->unused + a->residue + a->lost;
}

static char *render(struct evtx_decoder *d, const struct event *e)
{
	struct buf out = {0};
	char *text;

	assert_ok(evtx_render_json(d, e, &out));
	buf_clear(&out);
	assert_ok(evtx_render_xml(d, e, &out));
	text = strdup(buf_cstr(&out));
	buf_free(&out);
	return text;
}

/* Reads a chunk; whatever it holds, the account must explain all of it. */
static void chunk_read(struct reading *r, const uint8_t *bytes, size_t n, bool recover)
{
	const struct evtx_options options = {.no_checksums = true, .recover = recover};
	struct evtx_decoder *const d = evtx_decoder_new();
	uint8_t *const copy = malloc(n + !n);
	struct evtx_chunk_info info;
	struct tocsin_error error;
	struct evtx_loss loss;
	enum tocsin_status status;
	const struct event *e;

	assert_non_null(d);
	memcpy(copy, bytes, n);
	memset(r, 0, sizeof(*r));
	evtx_decoder_configure(d, &options);
	r->opened = evtx_chunk_open(d, (struct view){copy, n}, 4096, 0, &info, &r->error);
	if (r->opened != TOCSIN_OK)
		r->lost = n;
	while (r->opened == TOCSIN_OK &&
	       (status = evtx_chunk_next(d, &e, &loss, &error)) != TOCSIN_END) {
		if (status == TOCSIN_OK) {
			struct seen *const s = &r->seen[r->count++ % SEEN_MAX];

			assert_true(r->count <= SEEN_MAX);
			*s = (struct seen){e->record_id, (size_t)e->offset - 4096, e->origin,
					   e->note,      e->template_missing,      render(d, e)};
			assert_true((e->note == NULL) == (e->origin == EVENT_LIVE));
		} else {
			r->losses++;
			r->lost += loss.bytes;
			r->loss = error;
			r->loss_details = loss;
		}
	}
	evtx_chunk_account(d, &r->account);
	assert_int_equal(explained(&r->account), n);
	assert_int_equal(r->account.lost, r->lost);
	free(copy);
	evtx_decoder_free(d);
}

static void reading_end(struct reading *r)
{
	for (unsigned i = 0; i < r->count; i++)
		free(r->seen[i].xml);
	memset(r, 0, sizeof(*r));
}

/* Ids first..last, in this order, from event `from` on; all of this origin. */
static void check_ids(const struct reading *r, unsigned from, uint64_t first, uint64_t last,
		      enum event_origin origin)
{
	for (uint64_t id = first; id <= last; id++, from++) {
		assert_true(from < r->count);
		assert_int_equal(r->seen[from].id, id);
		assert_int_equal(r->seen[from].origin, origin);
	}
}

static void fill(struct event_maker *m, unsigned number, const char *source)
{
	char text[64];

	snprintf(text, sizeof(text), "text of %s %u", source, number);
	event_maker_text(m, EVENT_PROVIDER, "Tocsin-Test");
	event_maker_number(m, EVENT_ID, VALUE_UINT16, 4000 + number);
	event_maker_number(m, EVENT_LEVEL, VALUE_UINT8, 4);
	event_maker_text(m, EVENT_CHANNEL, "Application");
	event_maker_text(m, EVENT_COMPUTER, "ex01.example.org");
	event_maker_time(m, MEMORY_TIME + number);
	if (strcmp(source, "new") == 0)
		event_maker_sid(m, EVENT_USER_ID, "S-1-5-18");
	event_maker_string(m, "Text", text);
	/* A template of its own, which shares names with those before. */
	if (number % 4 == 0)
		event_maker_integer(m, number % 8 ? "Fourth" : "Eighth", VALUE_UINT32, number);
}

/* A chunk of `count` records with ids from `first`. */
static struct made *make(unsigned count, uint64_t first, const char *source)
{
	const struct evtx_writer_options options = {.first_record = first};
	struct made *const m = calloc(1, sizeof(*m));
	struct buf log = {0};
	struct evtx_writer *const w = evtx_writer_new(evtx_sink_buf(&log), &options);
	struct arena arena = {0};
	struct tocsin_error error;
	struct reading r;

	for (unsigned i = 1; i <= count; i++) {
		struct event_maker e;

		event_maker_start(&e, &arena);
		fill(&e, i, source);
		m->at[i] = evtx_writer_position(w) - 24;
		assert_ok(evtx_writer_add(w, event_maker_done(&e), NULL, &error));
	}
	assert_ok(evtx_writer_finish(w, &error));
	evtx_writer_free(w);
	arena_free(&arena);
	assert_int_equal(log.n, 4096 + EVTX_CHUNK_SIZE);
	memcpy(m->bytes, log.p + 4096, EVTX_CHUNK_SIZE);
	buf_free(&log);
	chunk_read(&r, m->bytes, EVTX_CHUNK_SIZE, false);
	assert_int_equal(r.count, count);
	for (unsigned i = 1; i <= count; i++) {
		m->end[i] = m->at[i] + le32(m->bytes + m->at[i] + 4);
		m->xml[i] = strdup(r.seen[i - 1].xml);
	}
	reading_end(&r);
	return m;
}

static void made_free(struct made *m)
{
	for (unsigned i = 0; i < 32; i++)
		free(m->xml[i]);
	free(m);
}

static struct made *make_old(void)
{
	return make(OLD_RECORDS, 1, "old");
}

/* ---- Accounts ---- */

static void test_whole(void **state)
{
	struct made *const m = make_old();
	struct reading r;

	(void)state;
	for (int recover = 0; recover < 2; recover++) {
		chunk_read(&r, m->bytes, EVTX_CHUNK_SIZE, recover);
		assert_int_equal(r.count, OLD_RECORDS);
		assert_int_equal(r.losses, 0);
		check_ids(&r, 0, 1, OLD_RECORDS, EVENT_LIVE);
		assert_int_equal(r.account.headers, 512);
		assert_int_equal(r.account.records, m->end[OLD_RECORDS] - 512);
		assert_int_equal(r.account.unused, EVTX_CHUNK_SIZE - m->end[OLD_RECORDS]);
		reading_end(&r);
	}
	made_free(m);
}

static void test_nothing_in_it(void **state)
{
	static uint8_t bytes[EVTX_CHUNK_SIZE];
	struct reading r;

	(void)state;
	memset(bytes, 0, sizeof(bytes));
	chunk_read(&r, bytes, sizeof(bytes), true);
	assert_int_equal(r.account.unused, sizeof(bytes));
	chunk_read(&r, bytes, 0, true);
	assert_int_equal(r.opened, TOCSIN_OK);
	memset(bytes, 'x', sizeof(bytes));
	chunk_read(&r, bytes, sizeof(bytes), true);
	assert_int_equal(r.opened, TOCSIN_INVALID);
	assert_int_equal(r.account.lost, sizeof(bytes));
	chunk_read(&r, bytes, 300, true);
	assert_int_equal(r.opened, TOCSIN_TRUNCATED);
	assert_int_equal(r.account.lost, 300);
}

static void test_each_length(void **state)
{
	struct made *const m = make_old();
	struct reading r;

	(void)state;
	for (size_t n = 500; n < m->end[3] + 40; n += 3) {
		chunk_read(&r, m->bytes, n, n % 2);
		if (n > m->end[2])
			assert_true(r.count >= 2);
		reading_end(&r);
	}
	made_free(m);
}

/* ---- Damage that needs no option ---- */

static void test_missing_signature(void **state)
{
	struct made *const m = make_old();
	struct reading r;

	(void)state;
	/* The chunk's header tells all the same; then there is none at all. */
	for (size_t zeroed = 8; zeroed <= 512; zeroed += 504) {
		memset(m->bytes, 0, zeroed);
		chunk_read(&r, m->bytes, EVTX_CHUNK_SIZE, false);
		assert_int_equal(r.opened, TOCSIN_OK);
		assert_int_equal(r.error.status, TOCSIN_INVALID);
		assert_int_equal(r.count, OLD_RECORDS);
		check_ids(&r, 0, 1, OLD_RECORDS, EVENT_RECOVERED);
		assert_string_equal(r.seen[0].note, "chunk without its signature");
		assert_string_equal(r.seen[7].xml, m->xml[8]);
		assert_int_equal(r.account.recovered, m->end[OLD_RECORDS] - 512);
		assert_int_equal(r.losses, 0);
		reading_end(&r);
	}
	/* The first records are overwritten as well. */
	memset(m->bytes, 'x', m->at[3]);
	chunk_read(&r, m->bytes, EVTX_CHUNK_SIZE, true);
	check_ids(&r, 0, 3, OLD_RECORDS, EVENT_RECOVERED);
	assert_true(r.seen[0].missing); /* its template went with them */
	assert_int_equal(r.lost, m->at[3] - 512);
	reading_end(&r);
	made_free(m);
}

static void test_resync(void **state)
{
	struct made *const m = make_old();
	struct reading r;

	(void)state;
	memset(m->bytes + m->at[4], 0, 24);
	chunk_read(&r, m->bytes, EVTX_CHUNK_SIZE, false);
	assert_int_equal(r.count, OLD_RECORDS - 1);
	check_ids(&r, 0, 1, 3, EVENT_LIVE);
	check_ids(&r, 3, 5, OLD_RECORDS, EVENT_LIVE);
	assert_int_equal(r.losses, 1);
	assert_int_equal(r.lost, m->end[4] - m->at[4]);
	assert_int_equal(r.loss.offset, 4096 + m->at[4]);
	reading_end(&r);

	/* What follows has an id that is not the chunk's. */
	put64(m->bytes + m->at[5] + 8, 7000);
	chunk_read(&r, m->bytes, EVTX_CHUNK_SIZE, false);
	assert_int_equal(r.count, OLD_RECORDS - 1);
	check_ids(&r, 3, 7000, 7000, EVENT_RECOVERED);
	assert_non_null(strstr(r.seen[3].note, "behind damage"));
	check_ids(&r, 4, 6, OLD_RECORDS, EVENT_LIVE);
	assert_int_equal(r.account.recovered, m->end[5] - m->at[5]);
	reading_end(&r);

	/* And nothing is in it. */
	memset(m->bytes + m->at[5] + 24, 0, m->end[5] - m->at[5] - 28);
	chunk_read(&r, m->bytes, EVTX_CHUNK_SIZE, false);
	assert_int_equal(r.count, OLD_RECORDS - 2);
	assert_int_equal(r.losses, 2);
	assert_int_equal(r.lost, m->end[5] - m->at[4]);
	reading_end(&r);
	made_free(m);
}

/* One field of a record's header is wrong: the event is given all the same, and the damage told. */
static void test_torn_records(void **state)
{
	static const struct {
		size_t at; /* from the record's start; from its end where it is 100 or more */
		uint32_t value;
		const char *msg;
	} cases[] = {
		{0, 0x2b2b, "the record's signature is damaged; the record is given as it reads"},
		{4, 0, "record size is impossible"},
		{4, 0xfffffff0, "record size is impossible"},
		{4, 48, "record size differs from its trailing copy"},
		{104, 8, "record size differs from its trailing copy"},
	};
	struct made *const m = make_old();

	(void)state;
	for (unsigned number = 2; number <= OLD_RECORDS; number += OLD_RECORDS - 2) {
		for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
			uint8_t *const field = cases[i].at < 100
						       ? m->bytes + m->at[number] + cases[i].at
						       : m->bytes + m->end[number] - 4;
			const uint32_t before = le32(field);
			struct reading r;

			put32(field, cases[i].value);
			chunk_read(&r, m->bytes, EVTX_CHUNK_SIZE, i % 2);
			assert_int_equal(r.count, OLD_RECORDS);
			check_ids(&r, 0, 1, OLD_RECORDS, EVENT_LIVE);
			assert_string_equal(r.seen[number - 1].xml, m->xml[number]);
			assert_int_equal(r.losses, 1);
			assert_string_equal(r.loss.msg, cases[i].msg);
			assert_int_equal(r.loss_details.record_id, number);
			reading_end(&r);
			put32(field, before);
		}
	}
	made_free(m);
}

/* A free-space offset that was set back, and the record behind it overwritten: the header still
 * counts the others. */
static void test_hidden_by_free_offset(void **state)
{
	struct made *const m = make_old();
	struct reading r;

	(void)state;
	put32(m->bytes + 48, (uint32_t)m->at[6]);
	memset(m->bytes + m->at[6], 0, m->end[6] - m->at[6]);
	chunk_read(&r, m->bytes, EVTX_CHUNK_SIZE, false);
	assert_int_equal(r.count, OLD_RECORDS - 1);
	check_ids(&r, 0, 1, 5, EVENT_LIVE);
	check_ids(&r, 5, 7, OLD_RECORDS, EVENT_RECOVERED);
	assert_int_equal(r.losses, 1);
	assert_int_equal(r.lost, m->end[6] - m->at[6]);
	reading_end(&r);
	made_free(m);
}

/* ---- Free space ---- */

/* An old chunk with a new, shorter one written over it. */
static struct made *reuse(struct made *old, struct made **ret_new)
{
	struct made *const fresh = make(NEW_RECORDS, FIRST_NEW, "new");

	memcpy(old->bytes, fresh->bytes, fresh->end[NEW_RECORDS]);
	*ret_new = fresh;
	return old;
}

static void test_free_space(void **state)
{
	struct made *fresh, *const m = reuse(make_old(), &fresh);
	const size_t live_end = fresh->end[NEW_RECORDS];
	unsigned first = 1, whole = 0, missing = 0, restored = 0;
	struct reading r;

	(void)state;
	chunk_read(&r, m->bytes, EVTX_CHUNK_SIZE, false);
	assert_int_equal(r.count, NEW_RECORDS);
	assert_int_equal(r.losses, 0);
	assert_int_equal(r.account.recovered, 0);
	assert_true(r.account.residue > 0);
	reading_end(&r);

	while (m->at[first] < live_end)
		first++;
	chunk_read(&r, m->bytes, EVTX_CHUNK_SIZE, true);
	check_ids(&r, 0, FIRST_NEW, FIRST_NEW + NEW_RECORDS - 1, EVENT_LIVE);
	check_ids(&r, NEW_RECORDS, first, OLD_RECORDS, EVENT_RECOVERED);
	assert_int_equal(r.count, NEW_RECORDS + OLD_RECORDS - first + 1);
	assert_int_equal(r.account.recovered, m->end[OLD_RECORDS] - m->at[first]);
	assert_int_equal(r.losses, 0);
	for (unsigned i = NEW_RECORDS; i < r.count; i++) {
		const struct seen *const s = &r.seen[i];

		assert_memory_equal(s->note, "free space", 10);
		restored += strlen(s->note) > 10;
		missing += s->missing;
		whole += strcmp(s->xml, m->xml[s->id]) == 0;
		/* Never other content than it had. */
		assert_true(s->missing || strcmp(s->xml, m->xml[s->id]) == 0);
		assert_non_null(strstr(s->xml, "text of old"));
	}
	assert_true(whole && missing && restored);
	reading_end(&r);
	made_free(fresh);
	made_free(m);
}

static void clear(struct made *m)
{
	memset(m->bytes + 8, 0xff, 32);
	put64(m->bytes + 8, 1);
	put32(m->bytes + 44, 0);
	put32(m->bytes + 48, 512);
}

static void test_cleared_chunk(void **state)
{
	struct made *const m = make_old();
	struct reading r;

	(void)state;
	clear(m);
	chunk_read(&r, m->bytes, EVTX_CHUNK_SIZE, false);
	assert_int_equal(r.count, 0);
	assert_int_equal(r.losses, 0);
	chunk_read(&r, m->bytes, EVTX_CHUNK_SIZE, true);
	assert_int_equal(r.count, OLD_RECORDS);
	check_ids(&r, 0, 1, OLD_RECORDS, EVENT_RECOVERED);
	for (unsigned i = 0; i < r.count; i++) {
		assert_string_equal(r.seen[i].note, "cleared chunk");
		assert_string_equal(r.seen[i].xml, m->xml[i + 1]);
	}
	reading_end(&r);

	/* Off Windows' alignment, behind one on it. */
	memmove(m->bytes + m->at[3] + 3, m->bytes + m->at[3], m->end[5] - m->at[3]);
	chunk_read(&r, m->bytes, EVTX_CHUNK_SIZE, true);
	for (unsigned i = 1; i < r.count; i++)
		assert_true(r.seen[i].at > r.seen[i - 1].at);
	assert_int_equal(r.seen[2].at, m->at[3] + 3);
	reading_end(&r);
	made_free(m);
}

/* What is left of a chunk that started elsewhere: no offset is right, and values are all there is.
 */
static void test_moved(void **state)
{
	struct made *const m = make_old();
	struct reading r;

	(void)state;
	clear(m);
	memmove(m->bytes + m->at[1] + 16, m->bytes + m->at[1], m->end[OLD_RECORDS] - m->at[1]);
	chunk_read(&r, m->bytes, EVTX_CHUNK_SIZE, true);
	assert_int_equal(r.count, OLD_RECORDS);
	check_ids(&r, 0, 1, OLD_RECORDS, EVENT_RECOVERED);
	for (unsigned i = 0; i < r.count; i++) {
		char text[64];

		snprintf(text, sizeof(text), ">text of old %u<", i + 1);
		assert_true(r.seen[i].missing);
		assert_non_null(strstr(r.seen[i].xml, text));
	}
	reading_end(&r);
	made_free(m);
}

static void test_copies(void **state)
{
	struct made *const m = make_old();
	const size_t size = m->end[3] - m->at[3], to = 40000;
	struct reading r;

	(void)state;
	memcpy(m->bytes + to, m->bytes + m->at[3], size);
	chunk_read(&r, m->bytes, EVTX_CHUNK_SIZE, true);
	assert_int_equal(r.count, OLD_RECORDS);
	assert_int_equal(r.account.copies, 1);
	assert_int_equal(r.account.recovered, 0);
	reading_end(&r);

	/* An older version of the record is another event. */
	put64(m->bytes + to + 16, MEMORY_TIME - 1);
	chunk_read(&r, m->bytes, EVTX_CHUNK_SIZE, true);
	assert_int_equal(r.count, OLD_RECORDS + 1);
	check_ids(&r, OLD_RECORDS, 3, 3, EVENT_RECOVERED);
	assert_int_equal(r.account.copies, 0);
	reading_end(&r);
	made_free(m);
}

/* Signature and sizes of a record, and anything between them. */
static void test_noise(void **state)
{
	struct made *const m = make_old();
	uint8_t *const p = m->bytes + 40000;
	struct reading r;

	(void)state;
	for (unsigned fill_byte = 0; fill_byte < 256; fill_byte += 5) {
		memset(p, (int)fill_byte, 4000);
		memcpy(p, m->bytes + m->at[1], 24);
		put32(p + 4, 4000);
		put32(p + 3996, 4000);
		chunk_read(&r, m->bytes, EVTX_CHUNK_SIZE, true);
		assert_int_equal(r.count, OLD_RECORDS);
		assert_int_equal(r.account.noise, 1);
		assert_int_equal(r.losses, 0);
		reading_end(&r);
	}
	made_free(m);
}

/* ---- Damaged values ---- */

/* The descriptor of the first value of this type in record `number`, whose template is defined
 * elsewhere. */
static uint8_t *descriptor(struct made *m, unsigned number, uint8_t type)
{
	uint8_t *const count = m->bytes + m->at[number] + 24 + 4 + 10;

	assert_int_not_equal(le32(count - 4), m->at[number] + 24 + 4 + 10);
	for (uint32_t i = 0; i < le32(count); i++) {
		if (count[4 + 4 * i + 2] == type)
			return count + 4 + 4 * i;
	}
	fail();
	return NULL;
}

/* Reads the cleared chunk; the record of this number has to come, and be told. */
static struct seen *read_mended(struct reading *r, const struct made *m, unsigned number)
{
	chunk_read(r, m->bytes, EVTX_CHUNK_SIZE, true);
	assert_int_equal(r->count, OLD_RECORDS);
	check_ids(r, 0, 1, OLD_RECORDS, EVENT_RECOVERED);
	assert_int_equal(r->losses, 1);
	assert_int_equal(r->lost, 0);
	assert_int_equal(r->loss_details.record_id, number);
	assert_string_equal(r->loss.msg,
			    "the record's values do not fit it; it is given as far as it reads");
	return &r->seen[number - 1];
}

/* A damaged size of a value: its type has one, and with it all values fit. */
static void test_value_size(void **state)
{
	struct made *const m = make_old();
	struct reading r;
	uint8_t *time;

	(void)state;
	time = descriptor(m, 6, VALUE_FILETIME);
	time[0] |= 0x40;
	chunk_read(&r, m->bytes, EVTX_CHUNK_SIZE, false);
	check_ids(&r, 0, 1, OLD_RECORDS, EVENT_LIVE);
	assert_string_equal(r.seen[5].xml, m->xml[6]);
	assert_int_equal(r.losses, 1);
	reading_end(&r);
	clear(m);
	assert_string_equal(read_mended(&r, m, 6)->xml, m->xml[6]);
	reading_end(&r);

	/* A value whose type has no size: without one bit of it all values fit. */
	time[0] ^= 0x40;
	descriptor(m, 6, VALUE_BINXML)[1] |= 0x08;
	assert_string_equal(read_mended(&r, m, 6)->xml, m->xml[6]);
	reading_end(&r);
	descriptor(m, 6, VALUE_BINXML)[1] ^= 0x08;
	time[0] ^= 0x40;

	/* A second one: nobody can tell where the values stand. */
	descriptor(m, 6, VALUE_UINT16)[0] |= 0x40;
	chunk_read(&r, m->bytes, EVTX_CHUNK_SIZE, true);
	assert_int_equal(r.count, OLD_RECORDS - 1);
	assert_int_equal(r.account.noise, 1);
	reading_end(&r);
	made_free(m);
}

/* The same where the template is lost: the values have to be those of the record's header. */
static void test_value_damage_without_template(void **state)
{
	static const struct {
		uint8_t type, field, flip;
		const char *shown;
	} cases[] = {
		{VALUE_FILETIME, 0, 0x40, "Type='FILETIME'>"},
		{VALUE_UINT16, 1, 0x01, "Type='UInt16'>"},
		{VALUE_FILETIME, 2, VALUE_FILETIME ^ VALUE_GUID, "Type='Binary'>"}, /* the type */
		{VALUE_UINT16, 2, VALUE_UINT16 ^ 0x70, "Type='Binary'>A60F<"},
	};
	struct made *const m = make_old();
	const size_t at = m->at[6];
	struct reading r;

	(void)state;
	clear(m);
	m->bytes[at + 24 + 4 + 2] ^= 1; /* another template's id */
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		uint8_t *const field = descriptor(m, 6, cases[i].type) + cases[i].field;
		const uint64_t id = le64(m->bytes + at + 8), written = le64(m->bytes + at + 16);
		const uint8_t before = *field;
		const struct seen *s;

		*field ^= cases[i].flip;
		s = read_mended(&r, m, 6);
		assert_true(s->missing);
		assert_non_null(strstr(s->xml, cases[i].shown));
		assert_non_null(strstr(s->xml, ">text of old 6<"));
		reading_end(&r);

		put64(m->bytes + at + 8, id + 77);
		put64(m->bytes + at + 16, written + 77);
		chunk_read(&r, m->bytes, EVTX_CHUNK_SIZE, true);
		assert_int_equal(r.count, OLD_RECORDS - 1);
		assert_int_equal(r.account.noise, 1);
		reading_end(&r);
		put64(m->bytes + at + 8, id);
		put64(m->bytes + at + 16, written);
		*field = before;
	}
	made_free(m);
}

/* Neither the header nor the record before tell which ids there are: a record without its
 * signature is an event all the same. */
static void test_signature_among_damaged_ids(void **state)
{
	struct made *const m = make_old();
	struct reading r;

	(void)state;
	memset(m->bytes + 8, 0x77, 32);
	put64(m->bytes + m->at[5] + 8, 0);
	put32(m->bytes + m->at[6], 0);
	chunk_read(&r, m->bytes, EVTX_CHUNK_SIZE, false);
	assert_int_equal(r.count, OLD_RECORDS);
	assert_int_equal(r.seen[5].id, 6);
	assert_string_equal(r.seen[5].xml, m->xml[6]);
	assert_int_equal(r.losses, 1);
	assert_int_equal(r.lost, 0);
	reading_end(&r);

	/* What has no event in it is none. */
	memset(m->bytes + m->at[6] + 24, 0, m->end[6] - m->at[6] - 28);
	chunk_read(&r, m->bytes, EVTX_CHUNK_SIZE, false);
	assert_int_equal(r.count, OLD_RECORDS - 1);
	assert_int_equal(r.lost, m->end[6] - m->at[6]);
	reading_end(&r);
	made_free(m);
}

/* ---- Damage, searched ---- */

static void test_hidden_by_size(void **state)
{
	struct made *const m = make_old();
	const uint32_t size = (uint32_t)(m->end[5] - m->at[3]);
	struct reading r;

	(void)state;
	/* Record 3 covers 4 and 5, and the last trailing copy is its own. */
	put32(m->bytes + m->at[3] + 4, size);
	put32(m->bytes + m->end[5] - 4, size);
	chunk_read(&r, m->bytes, EVTX_CHUNK_SIZE, false);
	assert_int_equal(r.count, OLD_RECORDS - 2);
	assert_int_equal(r.losses, 1);
	assert_string_equal(r.loss.msg,
			    "the record's size covers other records behind its content");
	assert_int_equal(r.loss_details.record_id, 3);
	assert_int_equal(r.lost, m->end[5] - m->at[4]);
	reading_end(&r);

	chunk_read(&r, m->bytes, EVTX_CHUNK_SIZE, true);
	assert_int_equal(r.count, OLD_RECORDS);
	check_ids(&r, 0, 1, 3, EVENT_LIVE);
	check_ids(&r, OLD_RECORDS - 2, 4, 5, EVENT_RECOVERED);
	assert_string_equal(r.seen[OLD_RECORDS - 2].note, "inside another record's enlarged size");
	assert_string_equal(r.seen[OLD_RECORDS - 2].xml, m->xml[4]);
	assert_string_equal(r.seen[OLD_RECORDS - 1].xml, m->xml[5]);
	assert_int_equal(r.losses, 1); /* it is told all the same */
	assert_int_equal(r.lost, 0);
	assert_int_equal(r.account.recovered, m->end[5] - m->at[4]);
	reading_end(&r);

	/* The outer record does not read: what it covers is found. */
	memset(m->bytes + m->at[3] + 24, 0xee, 40);
	chunk_read(&r, m->bytes, EVTX_CHUNK_SIZE, true);
	assert_int_equal(r.count, OLD_RECORDS - 1);
	check_ids(&r, OLD_RECORDS - 3, 4, 5, EVENT_RECOVERED);
	assert_int_equal(r.lost, m->end[3] - m->at[3]);
	reading_end(&r);
	made_free(m);
}

/* In a gap that the walk leaves nothing of the walk's rules counts: what reads is given. */
static void test_damage_searched(void **state)
{
	struct made *const m = make_old();
	struct reading r, plain;

	(void)state;
	/* A whole record with a foreign id that reaches into a counted one is passed over. */
	memset(m->bytes + m->at[6], 0, 4);
	put64(m->bytes + m->at[6] + 8, 7000);
	chunk_read(&plain, m->bytes, EVTX_CHUNK_SIZE, false);
	chunk_read(&r, m->bytes, EVTX_CHUNK_SIZE, true);
	assert_int_equal(plain.losses, r.losses);
	for (unsigned i = 0; i < plain.count; i++)
		assert_string_equal(plain.seen[i].xml, r.seen[i].xml);
	assert_true(r.account.lost <= plain.account.lost);
	reading_end(&plain);
	reading_end(&r);
	made_free(m);
}

/* ---- Work ---- */

/* Candidates inside each other, each to the end of the chunk and costly to read. */
static void test_nested_candidates(void **state)
{
	enum { CANDIDATES = 900, SHARED = 40000 };
	struct made *const m = make_old();
	const clock_t begin = clock();
	struct reading r;

	(void)state;
	clear(m);
	memset(m->bytes + 512, 0, EVTX_CHUNK_SIZE - 512);
	for (unsigned i = 0; i < CANDIDATES; i++) {
		const size_t at = 512 + 40u * i, end = EVTX_CHUNK_SIZE - 4u * i;
		uint8_t *const p = m->bytes + at;

		memcpy(p, "\x2a\x2a\0", 4);
		put32(p + 4, (uint32_t)(end - at));
		put64(p + 8, i);
		/* A binary value over all that is between here and the shared part. */
		memcpy(p + 24, "\x0f\1\1\0\x05\x0e", 6);
		put16(p + 30, (uint16_t)(SHARED - at - 32));
		put32(m->bytes + end - 4, (uint32_t)(end - at));
	}
	/* There: as many tokens as fit, and no element. */
	for (size_t i = SHARED; i + 3 <= EVTX_CHUNK_SIZE - 4u * CANDIDATES; i += 3)
		memcpy(m->bytes + i, "\x05\x04\x07", 3);
	chunk_read(&r, m->bytes, EVTX_CHUNK_SIZE, true);
	assert_int_equal(r.count, 0);
	assert_true(r.account.noise > 50);
	assert_true(r.account.noise < CANDIDATES / 2); /* the chunk's share is spent */
	assert_int_equal(r.losses, 1);
	assert_int_equal(r.loss.status, TOCSIN_LIMIT);
	assert_true((double)(clock() - begin) / CLOCKS_PER_SEC < 20);
	reading_end(&r);
	made_free(m);
}

/* ---- Public samples ---- */

struct totals {
	unsigned events, recovered, missing;
	uint64_t explained, size;
};

static bool sample_read(const char *name, bool recover, struct totals *t)
{
	char path[4096], folder[4096];
	static uint8_t chunk[EVTX_CHUNK_SIZE];
	FILE *f;
	size_t n;

	memset(t, 0, sizeof(*t));
	if (!test_samples(folder, "evtx-edge-cases"))
		return false;
	snprintf(path, sizeof(path), "%.3000s/%s", folder, name);
	f = fopen(path, "rb");
	if (!f)
		return false;
	assert_int_equal(fseek(f, 4096, SEEK_SET), 0);
	while ((n = fread(chunk, 1, sizeof(chunk), f)) != 0) {
		struct reading *const r = malloc(sizeof(*r));

		chunk_read(r, chunk, n, recover);
		t->events += r->count;
		for (unsigned i = 0; i < r->count; i++) {
			t->recovered += r->seen[i].origin == EVENT_RECOVERED;
			t->missing += r->seen[i].missing;
		}
		t->explained += explained(&r->account);
		t->size += n;
		reading_end(r);
		free(r);
	}
	fclose(f);
	return true;
}

static void test_samples_recovered(void **state)
{
	static const struct {
		const char *name;
		unsigned live, all;
	} samples[] = {
		{"post-Security.evtx", 126, 127}, /* one hidden by another's size */
		{"sample-with-zero-data-size-event.evtx", 450, 483},
		{"new-user-security.evtx", 4, 4}, /* noise only */
	};

	(void)state;
	for (size_t i = 0; i < sizeof(samples) / sizeof(samples[0]); i++) {
		struct totals plain, all;

		if (!sample_read(samples[i].name, false, &plain)) {
			test_skipped(1, "sample");
			continue;
		}
		assert_true(sample_read(samples[i].name, true, &all));
		assert_int_equal(plain.events, samples[i].live);
		assert_int_equal(all.events, samples[i].all);
		assert_int_equal(all.explained, all.size);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_whole),
		cmocka_unit_test(test_nothing_in_it),
		cmocka_unit_test(test_each_length),
		cmocka_unit_test(test_missing_signature),
		cmocka_unit_test(test_resync),
		cmocka_unit_test(test_torn_records),
		cmocka_unit_test(test_hidden_by_free_offset),
		cmocka_unit_test(test_free_space),
		cmocka_unit_test(test_cleared_chunk),
		cmocka_unit_test(test_moved),
		cmocka_unit_test(test_copies),
		cmocka_unit_test(test_noise),
		cmocka_unit_test(test_value_size),
		cmocka_unit_test(test_value_damage_without_template),
		cmocka_unit_test(test_signature_among_damaged_ids),
		cmocka_unit_test(test_hidden_by_size),
		cmocka_unit_test(test_damage_searched),
		cmocka_unit_test(test_nested_candidates),
		cmocka_unit_test(test_samples_recovered),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
