/* SPDX-License-Identifier: Apache-2.0 */
/* Reads `4624,4625,4700-4710`: see filter_numbers.h. */
#include "lang/filter/filter_numbers.h"

#include "base/text.h"

#define LEVEL_INFORMATION 4u

struct reader {
	const char *text;
	size_t at;
	const struct number_kind *kind;
	struct tocsin_error *error;
	bool named_information;
};

/* One end of a range; `given` is false where there is none. */
struct range_end {
	uint64_t number;
	size_t at;
	bool given;
};

static void skip_blanks(struct reader *r)
{
	while (r->text[r->at] == ' ' || r->text[r->at] == '\t')
		r->at++;
}

static bool level_number(const char *name, size_t n, uint64_t *ret)
{
	static const struct {
		const char *name;
		uint64_t number;
	} levels[] = {
		{"logalways", 0},
		{"critical", 1},
		{"error", 2},
		{"warning", 3},
		{"warn", 3},
		{"information", LEVEL_INFORMATION},
		{"informational", LEVEL_INFORMATION},
		{"info", LEVEL_INFORMATION},
		{"verbose", 5},
	};

	for (size_t i = 0; i < sizeof(levels) / sizeof(levels[0]); i++) {
		if (ascii_equal_nocase_n(name, n, levels[i].name)) {
			*ret = levels[i].number;
			return true;
		}
	}
	return false;
}

static enum tocsin_status read_end(struct reader *r, struct range_end *ret)
{
	const char *start;
	size_t n;

	skip_blanks(r);
	start = r->text + r->at;
	n = strcspn(start, " \t,-");
	ret->at = r->at;
	ret->given = n > 0;
	if (!n)
		return TOCSIN_OK;
	if (r->kind->levels && level_number(start, n, &ret->number)) {
		r->named_information |= ret->number == LEVEL_INFORMATION;
	} else if (!text_parse_u64((struct view){(const uint8_t *)start, n}, &ret->number)) {
		if (strspn(start, "0123456789") == n)
			return error_setf(r->error, TOCSIN_SYNTAX, ret->at, r->kind->large,
					  "at most %llu", (unsigned long long)r->kind->max);
		return error_setf(r->error, TOCSIN_SYNTAX, ret->at, r->kind->expected,
				  "write it like %s", r->kind->example);
	}
	if (ret->number > r->kind->max)
		return error_setf(r->error, TOCSIN_SYNTAX, ret->at, r->kind->large, "at most %llu",
				  (unsigned long long)r->kind->max);
	r->at += n;
	skip_blanks(r);
	return TOCSIN_OK;
}

static enum tocsin_status read_item(struct reader *r, struct predicate_range *ret)
{
	struct range_end first, last;
	size_t dash;

	TRY(read_end(r, &first));
	dash = r->at;
	if (r->text[r->at] != '-') {
		if (!first.given)
			return error_setf(r->error, TOCSIN_SYNTAX, first.at, r->kind->expected,
					  "an item of the list is empty; write it like %s",
					  r->kind->example);
		last = first;
	} else {
		r->at++;
		TRY(read_end(r, &last));
	}
	if (!first.given && !last.given)
		return error_setf(r->error, TOCSIN_SYNTAX, dash, "a range has no end at all",
				  "write it like %s, or -B, or A-", r->kind->example);
	if (r->text[r->at] && r->text[r->at] != ',')
		return error_setf(r->error, TOCSIN_SYNTAX, r->at, "a comma is expected here",
				  "write it like %s", r->kind->example);
	ret->first = first.given ? first.number : 0;
	ret->last = last.given ? last.number : r->kind->max;
	if (ret->first > ret->last)
		return error_setf(r->error, TOCSIN_SYNTAX, first.at, "a range runs backwards",
				  "write %llu-%llu", (unsigned long long)ret->last,
				  (unsigned long long)ret->first);
	return TOCSIN_OK;
}

enum tocsin_status filter_numbers(struct arena *a, const char *text, const struct number_kind *kind,
				  struct number_list *ret, struct tocsin_error *error)
{
	struct reader r = {.text = text, .kind = kind, .error = error};
	struct predicate_range *list = NULL;
	size_t count = 0, room = 0;

	for (;;) {
		struct predicate_range range, *added;

		TRY(read_item(&r, &range));
		added = ARENA_GROW(a, list, count, room);
		ENSURE(added, error, TOCSIN_NO_MEMORY, 0, "out of memory");
		*added = range;
		if (!r.text[r.at])
			break;
		r.at++; /* the comma */
	}
	ret->ranges = list;
	ret->count = count;
	ret->named_information = r.named_information;
	return TOCSIN_OK;
}
