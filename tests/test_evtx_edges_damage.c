/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Every edge case again, cut at many lengths and with bytes of its headers and records changed,
 * read as a program would and with recovery: no crash, no endless loop (the sanitizers and the time
 * limit watch), what is missing is told, and every byte is explained.
 */
#include "edge.h"

#include "../tools/evidence_edges.h"

struct outcome {
	unsigned records, told;
	uint64_t bytes, explained, lost;
	uint64_t sum; /* of the records' XML, in any order */
};

static uint64_t text_hash(struct view v)
{
	uint64_t h = 0xcbf29ce484222325u;

	for (size_t i = 0; i < v.n; i++)
		h = (h ^ v.p[i]) * 0x100000001b3u;
	return h;
}

static void add_record(struct evtx_decoder *d, const struct event *e, struct buf *text,
		       struct outcome *o)
{
	o->records++;
	buf_clear(text);
	(void)!evtx_render_xml(d, e, text);
	o->sum += text_hash((struct view){(const uint8_t *)text->p, text->n});
	(void)!evtx_render_json(d, e, text);
}

static void read_chunk(struct evtx_decoder *d, struct view bytes, uint64_t offset, uint32_t number,
		       struct buf *text, struct outcome *o)
{
	uint8_t *const copy = malloc(bytes.n ? bytes.n : 1);
	struct evtx_account a = {0};
	struct evtx_chunk_info info;
	struct tocsin_error error;
	struct evtx_loss loss;
	const struct event *e;
	enum tocsin_status status;

	assert_non_null(copy);
	memcpy(copy, bytes.p, bytes.n);
	status = evtx_chunk_open(d, (struct view){copy, bytes.n}, offset, number, &info, &error);
	o->told += error.status != TOCSIN_OK;
	while (status == TOCSIN_OK) {
		const enum tocsin_status next = evtx_chunk_next(d, &e, &loss, &error);

		if (next == TOCSIN_END)
			break;
		if (next != TOCSIN_OK) {
			o->told++;
			continue;
		}
		add_record(d, e, text, o);
	}
	evtx_chunk_account(d, &a);
	o->bytes += bytes.n;
	o->explained += a.headers + a.records + a.recovered + a.unused + a.residue + a.lost;
	o->lost += a.lost;
	free(copy);
}

static struct outcome read_log(struct evtx_decoder *d, struct view log, struct buf *text,
			       bool recover)
{
	struct outcome o = {0, 0, 0, 0, 0, 0};
	uint32_t number = 0;

	evtx_decoder_configure(d, &(struct evtx_options){.no_checksums = true, .recover = recover});
	for (size_t at = EVTX_HEADER_SIZE; at < log.n; at += EVTX_CHUNK_SIZE)
		read_chunk(d, view_slice(log, at, EVTX_CHUNK_SIZE), at, number++, text, &o);
	return o;
}

struct subject {
	const char *name;
	struct edge e;
	struct evtx_decoder *decoder;
	struct buf text;
	unsigned records; /* live, before any damage */
	unsigned told;
	uint64_t lost;
};

static void begin(struct subject *s, const struct edge_case *c)
{
	struct outcome o;

	memset(s, 0, sizeof(*s));
	s->name = c->name;
	c->make(&s->e);
	s->decoder = evtx_decoder_new();
	assert_non_null(s->decoder);
	o = read_log(s->decoder, (struct view){(const uint8_t *)s->e.log.p, s->e.log.n}, &s->text,
		     false);
	s->records = o.records;
	s->told = o.told;
	s->lost = o.lost;
}

static void end(struct subject *s)
{
	evtx_decoder_free(s->decoder);
	buf_free(&s->text);
	buf_free(&s->e.log);
}

/* Reads `n` bytes both ways. `what` and `at` say what was done to them. */
static void check(struct subject *s, size_t n, const char *what, size_t at)
{
	const struct view log = {(const uint8_t *)s->e.log.p, n};
	const struct outcome live = read_log(s->decoder, log, &s->text, false);
	const struct outcome all = read_log(s->decoder, log, &s->text, true);

	if (live.records < s->records && live.told <= s->told && live.lost <= s->lost)
		fail_msg("%s, %s at %zu: %u records of %u, nothing more told", s->name, what, at,
			 live.records, s->records);
	if (all.records < live.records)
		fail_msg("%s, %s at %zu: %u records, with recovery %u", s->name, what, at,
			 live.records, all.records);
	if (live.explained != live.bytes || all.explained != all.bytes)
		fail_msg("%s, %s at %zu: %llu and %llu bytes of %llu explained", s->name, what, at,
			 (unsigned long long)live.explained, (unsigned long long)all.explained,
			 (unsigned long long)live.bytes);
}

static void test_whole(void **state)
{
	(void)state;
	for (size_t i = 0; i < EDGE_CASES; i++) {
		struct subject s;

		begin(&s, &edge_cases[i]);
		check(&s, s.e.log.n, "nothing", 0);
		end(&s);
	}
}

/* A cut hides records; those of the part that is there come, and the cut is told where it is in
 * use. */
static void test_cut(void **state)
{
	(void)state;
	for (size_t i = 0; i < EDGE_CASES; i++) {
		struct subject s;

		begin(&s, &edge_cases[i]);
		for (unsigned chunk = 0; chunk < damage_chunks(&s.e.log); chunk++) {
			const size_t start = EVTX_HEADER_SIZE + (size_t)chunk * EVTX_CHUNK_SIZE;
			struct outcome o;

			/* What a whole chunk that is cut off loses, nobody can tell by the rest. */
			o = read_log(s.decoder, (struct view){(uint8_t *)s.e.log.p, start}, &s.text,
				     false);
			s.records = o.records;
			s.told = o.told;
			s.lost = o.lost;
			for (size_t n = 1; n < 6000; n += n < 560 ? 101 : 191 + i)
				check(&s, start + n, "cut", start + n);
			check(&s, start + EVTX_CHUNK_SIZE - 1, "cut", start + EVTX_CHUNK_SIZE - 1);
		}
		end(&s);
	}
}

static void flip(struct subject *s, size_t at, unsigned bits)
{
	if (at >= s->e.log.n)
		return;
	damage_flip(&s->e.log, at, bits);
	check(s, s->e.log.n, "flip", at);
	damage_flip(&s->e.log, at, bits);
}

static void test_flipped(void **state)
{
	static const uint8_t bits[] = {0x01, 0x80, 0xff, 0x10, 0x0c};

	(void)state;
	for (size_t i = 0; i < EDGE_CASES; i++) {
		struct subject s;

		begin(&s, &edge_cases[i]);
		/* The chunk's header, its tables, the first record's header, and what follows. */
		for (size_t in = 8; in < 56; in++)
			flip(&s, EVTX_HEADER_SIZE + in, bits[(in + i) % sizeof(bits)]);
		for (size_t in = 120 + i % 11; in < 512; in += 11)
			flip(&s, EVTX_HEADER_SIZE + in, bits[(in + i) % sizeof(bits)]);
		for (size_t in = 512; in < 540; in++)
			flip(&s, EVTX_HEADER_SIZE + in, bits[(in + i) % sizeof(bits)]);
		for (size_t in = 540 + i % 29; in < 3000; in += 29)
			flip(&s, EVTX_HEADER_SIZE + in, bits[(in / 29 + i) % sizeof(bits)]);
		end(&s);
	}
}

/* Carved from the same bytes, which might be any, come the same records. */
static void test_carved(void **state)
{
	(void)state;
	for (size_t i = 0; i < EDGE_CASES; i++) {
		struct outcome all, carved = {0, 0, 0, 0, 0, 0};
		enum tocsin_status status;
		struct evtx_carver *carver;
		struct tocsin_error error;
		struct evtx_loss loss;
		const struct event *e;
		struct subject s;
		struct view log;

		begin(&s, &edge_cases[i]);
		log = (struct view){(const uint8_t *)s.e.log.p, s.e.log.n};
		all = read_log(s.decoder, log, &s.text, true);
		carver = evtx_carver_new(s.decoder);
		assert_non_null(carver);
		evtx_carve_open(carver, log, 0, log.n, 0);
		while ((status = evtx_carve_next(carver, &e, &loss, &error)) != TOCSIN_END) {
			if (status == TOCSIN_OK)
				add_record(s.decoder, e, &s.text, &carved);
		}
		if (carved.records != all.records || carved.sum != all.sum)
			fail_msg("%s: %u records with recovery, %u carved%s", s.name, all.records,
				 carved.records,
				 carved.records == all.records ? " that are others" : "");
		evtx_carver_free(carver);
		end(&s);
	}
}

/* Whole files, as a scan sees them: damage to the file's header, cuts, a hole. edge_read_as() sees
 * to it that the account comes out even. */
static void test_scanned(void **state)
{
	static const char name[] = "edge.evtx";

	(void)state;
	for (size_t i = 0; i < EDGE_CASES; i++) {
		const struct edge_case *const c = &edge_cases[i];
		struct edge_reading whole, r;
		struct edge e;

		c->make(&e);
		edge_read_as(&whole, &e.log, name, true);
		/* Without the header's block, and with nothing but zeros in it. */
		damage_zero(&e.log, 0, EVTX_HEADER_SIZE);
		if (e.log.n > EVTX_HEADER_SIZE) {
			edge_read_as(&r, &e.log, name, true);
			if (r.records != whole.records)
				fail_msg("%s: %u records of %u without the file's header", c->name,
					 r.records, whole.records);
			edge_reading_free(&r);
		}
		edge_reading_free(&whole);
		buf_free(&e.log);
		c->make(&e);
		damage_zero(&e.log, EVTX_HEADER_SIZE + 400 + 64 * i, 300);
		edge_read_as(&r, &e.log, name, true);
		edge_reading_free(&r);
		for (size_t n = e.log.n; n > EVTX_HEADER_SIZE + 40; n = n * 2 / 3) {
			damage_cut(&e.log, n);
			edge_read_as(&r, &e.log, name, i % 2);
			edge_reading_free(&r);
		}
		buf_free(&e.log);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_whole),   cmocka_unit_test(test_cut),
		cmocka_unit_test(test_flipped), cmocka_unit_test(test_carved),
		cmocka_unit_test(test_scanned),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
