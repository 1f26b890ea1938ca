/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Lines of text as the filters of `tocsin events`: a letter for the kind, then the term. Compiled
 * twice they are the same predicate and give the same answers; lists of ids and literal texts are
 * answered a second time by plain code.
 */
#include <stdlib.h>

#include "base/utf.h"
#include "lang/filter/filter.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

#define TERMS_MAX 16u

static const char letters[FILTER_KINDS + 1] = "ilpcmurtxw";

static const uint8_t text[] = {'A', 0, 'b', 0, 'a', 0, 'B', 0, '*', 0, 0x61, 1, '[', 0};
static const uint8_t dotted[] = {'E', 0, 'X', 0, '.', 0, 'b', 0};
static const uint8_t number[8] = {7, 0, 0, 0, 0, 0, 0, 0};
static const uint8_t sid[12] = {1, 1, 0, 0, 0, 0, 0, 5, 18, 0, 0, 0};
static const struct event_data values[] = {
	{{NULL, 0}, {VALUE_STRING, {text, sizeof(text)}}},
	{{text, 6}, {VALUE_UINT32, {number, 4}}},
	{{text, 4}, {VALUE_NULL, {NULL, 0}}},
	{{text, 2}, {VALUE_FILETIME, {number, 8}}},
};

static struct event fixed_event(void)
{
	struct event e = {.record_id = 1, .data = values, .data_count = 4};

	e.others = values;
	e.other_count = 2;
	e.binary = (struct view){text, 3};
	e.field[EVENT_PROVIDER] = values[0].value;
	e.field[EVENT_COMPUTER] = (struct value){VALUE_STRING, {dotted, sizeof(dotted)}};
	e.field[EVENT_USER_ID] = (struct value){VALUE_SID, {sid, sizeof(sid)}};
	e.field[EVENT_ID] = (struct value){VALUE_UINT16, {number, 2}};
	e.field[EVENT_LEVEL] = (struct value){VALUE_UINT8, {number, 1}};
	return e;
}

/* ---- Plain code for what the filters do */

static const char *plain_number(const char *p, unsigned long long *ret)
{
	const bool hex = p[0] == '0' && (p[1] == 'x' || p[1] == 'X');

	*ret = strtoull(p, NULL, hex ? 16 : 10);
	p += hex ? 2 : 0;
	return p + strspn(p, hex ? "0123456789abcdefABCDEF" : "0123456789");
}

static const char *plain_blanks(const char *p)
{
	return p + strspn(p, " \t");
}

/* Whether a list that the filter took has the id. */
static bool plain_list(const char *p, unsigned id)
{
	bool found = false;

	for (;; p++) {
		unsigned long long first = 0, last;

		p = plain_blanks(p);
		if (*p != '-')
			p = plain_blanks(plain_number(p, &first));
		last = first;
		if (*p == '-') {
			p = plain_blanks(p + 1);
			last = 0xffff;
			if (*p && *p != ',')
				p = plain_blanks(plain_number(p, &last));
		}
		found |= first <= id && id <= last;
		if (!*p)
			return found;
		if (*p != ',')
			abort();
	}
}

static bool plain_text(struct arena *a, const char *term, const struct event *e)
{
	const struct view needle = utf8_to_utf16(a, view_of(term));
	const struct value binary = {VALUE_BINARY, e->binary};
	bool found = utf16_contains(value_text16(a, &binary), needle, true);

	for (size_t i = 0; i < EVENT_FIELD_COUNT; i++)
		found |= utf16_contains(value_text16(a, &e->field[i]), needle, true);
	for (size_t i = 0; i < e->data_count; i++)
		found |= utf16_contains(value_text16(a, &e->data[i].value), needle, true);
	return found;
}

/* ---- Asking */

static enum tri ask(const struct query *q, const struct event *e)
{
	struct matcher *const m = matcher_new(q, NULL, QUERY_SUBJECT_MESSAGE);
	enum tri answer = TRI_UNDECIDED;

	if (m) {
		answer = matcher_match(m, e);
		if (matcher_match(m, e) != answer)
			abort();
	}
	matcher_free(m);
	return answer;
}

static void check_alone(struct arena *a, const struct filter_term *term)
{
	static const unsigned probes[] = {0, 1, 7, 9, 10, 99, 100, 4624, 4625, 65534, 65535};
	struct event e = fixed_event();
	struct query *q = NULL;
	size_t at;
	bool others;

	if ((term->kind != FILTER_ID && term->kind != FILTER_TEXT) ||
	    filter_compile(term, 1, &q, &others, &at, NULL) != TOCSIN_OK)
		return;
	if (term->kind == FILTER_TEXT && ask(q, &e) != tri_of(plain_text(a, term->text, &e)))
		abort();
	for (size_t i = 0; term->kind == FILTER_ID && i < sizeof(probes) / sizeof(probes[0]); i++) {
		uint8_t id[2];

		put16(id, (uint16_t)probes[i]);
		e.field[EVENT_ID].bytes.p = id;
		if (ask(q, &e) != tri_of(plain_list(term->text, probes[i])))
			abort();
	}
	query_free(q);
}

static void check_all(const struct filter_term *terms, size_t count)
{
	struct tocsin_error errors[2] = {{0}, {0}};
	struct query *q[2] = {NULL, NULL};
	struct buf dumps[2] = {{0}, {0}};
	enum tocsin_status status[2];
	const struct event e = fixed_event();
	size_t at[2] = {count, count};
	bool others[2] = {false, false};

	for (size_t i = 0; i < 2; i++) {
		status[i] = filter_compile(terms, count, &q[i], &others[i], &at[i], &errors[i]);
		if (status[i] == TOCSIN_OK)
			predicate_dump(&dumps[i], q[i]->where);
		else if (at[i] >= count || !errors[i].msg ||
			 errors[i].offset > strlen(terms[at[i]].text))
			abort();
	}
	if (status[0] != status[1] || at[0] != at[1] || others[0] != others[1] ||
	    errors[0].offset != errors[1].offset ||
	    strcmp(buf_cstr(&dumps[0]), buf_cstr(&dumps[1])) != 0)
		abort();
	if (status[0] == TOCSIN_OK && ask(q[0], &e) != ask(q[1], &e))
		abort();
	for (size_t i = 0; i < 2; i++) {
		buf_free(&dumps[i]);
		query_free(q[i]);
	}
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct filter_term terms[TERMS_MAX];
	struct arena arena = {0};
	char *const copy = arena_copy(&arena, data, size);
	size_t count = 0;

	for (char *p = copy; p && *p && count < TERMS_MAX;) {
		const char *const letter = strchr(letters, *p);
		char *const end = p + strcspn(p, "\n");
		const bool last = !*end;

		*end = 0;
		if (letter && *letter)
			terms[count++] =
				(struct filter_term){(enum filter_kind)(letter - letters), p + 1};
		p = last ? end : end + 1;
	}
	for (size_t i = 0; i < count; i++)
		check_alone(&arena, &terms[i]);
	check_all(terms, count);
	arena_free(&arena);
	return 0;
}
