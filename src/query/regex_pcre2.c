/* SPDX-License-Identifier: Apache-2.0 */
/* Regular expressions by PCRE2, 16-bit library: pcre2api(3). The only file that knows PCRE2. */
#ifdef TOCSIN_HAVE_PCRE2

#define PCRE2_CODE_UNIT_WIDTH 16
#include <pcre2.h>

#include <stdlib.h>

#include "base/find_literals.h"
#include "base/limits.h"
#include "query/regex.h"
#include "query/regex_literals.h"

struct regex {
	pcre2_code *code;
	pcre2_match_data *match;
	pcre2_match_context *context;
	uint16_t *text;                  /* aligned copy of the text at hand */
	size_t size;                     /* in units */
	struct literal_finder *literals; /* NULL: a text may match without any */
};

void regex_free(struct regex *r)
{
	if (!r)
		return;
	pcre2_match_context_free(r->context);
	pcre2_match_data_free(r->match);
	pcre2_code_free(r->code);
	literal_finder_free(r->literals);
	free(r->text);
	free(r);
}

static void find_literals(struct regex *r, struct arena *a, struct view pattern, bool nocase)
{
	const struct view *list;
	const size_t count = regex_literals(a, pattern, nocase, &list);

	if (count)
		r->literals = literal_finder_new(list, count);
}

bool regex_may_match(const struct regex *r, struct view text)
{
	uint32_t at;

	if (!r->literals)
		return true;
	for (size_t from = 0; literal_find(r->literals, text, from, text.n, &at, 1); from = at + 1)
		if (at % 2 == 0)
			return true;
	return false;
}

/* Units in host order: views are bytes, at any address, little-endian. */
static void load_units(uint16_t *to, struct view from)
{
	for (size_t i = 0; i < from.n / 2; i++)
		to[i] = le16(from.p + 2 * i);
}

static bool reserve(struct regex *r, size_t units)
{
	uint16_t *grown;

	if (units < r->size)
		return true;
	grown = realloc(r->text, (units + 1) * 2 * sizeof(*grown));
	if (!grown)
		return false;
	r->text = grown;
	r->size = (units + 1) * 2;
	return true;
}

static enum tocsin_status compile(struct regex *r, struct view pattern, bool nocase,
				  struct tocsin_error *error)
{
	/* No PCRE2_UTF: a character is one UTF-16 unit, as in .NET. `^` after a final newline, too,
	 * under (?m). */
	const uint32_t options = PCRE2_UCP | PCRE2_DUPNAMES | PCRE2_ALT_CIRCUMFLEX |
				 PCRE2_NEVER_UTF | (nocase ? PCRE2_CASELESS : 0);
	pcre2_compile_context *const context = pcre2_compile_context_create(NULL);
	int code = 0;
	PCRE2_SIZE at = 0;

	if (!context || !reserve(r, pattern.n / 2)) {
		pcre2_compile_context_free(context);
		return error_set(error, TOCSIN_NO_MEMORY, 0, "out of memory");
	}
	load_units(r->text, pattern);
	pcre2_set_newline(context, PCRE2_NEWLINE_LF);
	pcre2_set_parens_nest_limit(context, LIMIT_EXPRESSION_DEPTH);
	r->code = pcre2_compile(r->text, pattern.n / 2, options, &code, &at, context);
	pcre2_compile_context_free(context);
	if (!r->code) {
		PCRE2_UCHAR wide[120];
		char text[120];
		size_t n = 0;

		if (pcre2_get_error_message(code, wide, 120) < 0)
			wide[0] = 0;
		for (; n < sizeof(text) - 1 && wide[n]; n++)
			text[n] = (char)wide[n];
		text[n] = 0;
		return error_setf(error, TOCSIN_UNSUPPORTED, 0,
				  "this regular expression is not understood here", "%s", text);
	}
	return TOCSIN_OK;
}

enum tocsin_status regex_compile(struct view pattern, bool nocase, struct regex **ret,
				 struct tocsin_error *error)
{
	struct arena arena = {NULL, NULL, 0, 0};
	struct regex *const r = calloc(1, sizeof(*r));
	struct view translated;
	bool local;
	enum tocsin_status status;

	if (!r)
		return error_set(error, TOCSIN_NO_MEMORY, 0, "out of memory");
	status = regex_translate(&arena, pattern, &translated, &local, error);
	if (status == TOCSIN_OK)
		status = compile(r, translated, nocase, error);
	if (status == TOCSIN_OK) {
		r->match = pcre2_match_data_create(1, NULL);
		r->context = pcre2_match_context_create(NULL);
		if (r->match && r->context) {
			pcre2_set_match_limit(r->context, LIMIT_REGEX_STEPS);
			pcre2_set_heap_limit(r->context, LIMIT_REGEX_KIB);
		} else
			status = error_set(error, TOCSIN_NO_MEMORY, 0, "out of memory");
		find_literals(r, &arena, pattern, nocase);
	}
	arena_free(&arena);
	if (status != TOCSIN_OK) {
		regex_free(r);
		return status;
	}
	*ret = r;
	return TOCSIN_OK;
}

enum tocsin_status regex_match(struct regex *r, struct view text, bool *ret_matched,
			       struct tocsin_error *error)
{
	int found;

	ENSURE(reserve(r, text.n / 2), error, TOCSIN_NO_MEMORY, 0, "out of memory");
	load_units(r->text, text);
	found = pcre2_match(r->code, r->text, text.n / 2, 0, 0, r->match, r->context);
	if (found >= 0 || found == PCRE2_ERROR_NOMATCH) {
		*ret_matched = found >= 0;
		return TOCSIN_OK;
	}
	if (found == PCRE2_ERROR_NOMEMORY)
		return error_set(error, TOCSIN_NO_MEMORY, 0, "out of memory");
	return error_setf(error, TOCSIN_LIMIT, 0,
			  "a regular expression needed too many steps on one text", "%u steps",
			  LIMIT_REGEX_STEPS);
}

#else
typedef int regex_pcre2_is_empty; /* ISO C wants a declaration in a file */
#endif
