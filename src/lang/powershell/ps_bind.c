/* SPDX-License-Identifier: Apache-2.0 */
/* Parameters by name, abbreviation, alias and position; constants. */
#include "lang/powershell/ps_compile.h"

#include "base/utf.h"

/* ---- Parameters */

/* Whether a name or alias of `p` starts with the n bytes of `name`; *exact: is them. */
static bool matches(const struct ps_parameter *p, const char *name, size_t n, bool *exact)
{
	const char *word = p->name;
	bool found = false;

	for (;;) {
		const size_t length = strcspn(word, " ");

		if (n <= length && ascii_equal_nocase_n(word, n, name)) {
			found = true;
			if (n == length)
				*exact = true;
		}
		if (word == p->name) {
			word = p->aliases;
			if (!word)
				return found;
		} else {
			word += length;
			if (!*word)
				return found;
			word++;
		}
	}
}

/* Index in the table; common parameters come behind it. */
static enum tocsin_status find(struct ps_compiler *c, const struct ps_node *given,
			       const char *command, const struct ps_parameter *table, size_t count,
			       size_t *ret)
{
	size_t found = SIZE_MAX, hits = 0;
	struct buf known = {NULL, 0, 0, 0, false};
	enum tocsin_status status;

	for (size_t i = 0; i < count + ps_common_parameter_count; i++) {
		const struct ps_parameter *const p =
			i < count ? &table[i] : &ps_common_parameters[i - count];
		bool exact = false;

		if (!given->text_n || !matches(p, given->text, given->text_n, &exact))
			continue;
		if (exact) {
			*ret = i;
			return TOCSIN_OK;
		}
		found = i;
		hits++;
	}
	if (hits == 1) {
		*ret = found;
		return TOCSIN_OK;
	}
	for (size_t i = 0; i < count; i++)
		buf_printf(&known, "%s-%s", i ? ", " : "", table[i].name);
	if (hits)
		status = ps_invalid(c, given, "an ambiguous parameter name", "-%.40s of %s: %s",
				    given->text, command, buf_cstr(&known));
	else
		status = ps_invalid(c, given, "an unknown parameter", "-%.40s; %s has %s",
				    given->text, command, buf_cstr(&known));
	buf_free(&known);
	return status;
}

/* The next free position: Where-Object's first one depends on what is given, see ps_where. */
static size_t position(const struct ps_parameter *table, size_t count, const struct ps_binding *b)
{
	for (int at = 0; at < 3; at++)
		for (size_t i = 0; i < count; i++)
			if (table[i].position == at && !b->value[i])
				return i;
	return SIZE_MAX;
}

enum tocsin_status ps_bind(struct ps_compiler *c, const struct ps_node *command,
			   const struct ps_parameter *table, size_t count, struct ps_binding *ret)
{
	memset(ret, 0, sizeof(*ret));
	for (size_t i = 0; i < command->count; i++) {
		const struct ps_node *const item = command->items[i];
		const struct ps_node *value = item;
		size_t at = 0;

		if (item->kind == PS_PARAMETER) {
			const struct ps_parameter *p;

			TRY(find(c, item, command->text, table, count, &at));
			p = at < count ? &table[at] : &ps_common_parameters[at - count];
			if (item->count) {
				value = item->items[0];
				if (p->is_switch)
					return ps_refuse(c, item,
							 "a switch with a value is not understood "
							 "here",
							 "-%s", p->name);
			} else if (!p->is_switch) {
				if (i + 1 >= command->count ||
				    command->items[i + 1]->kind == PS_PARAMETER)
					return ps_invalid(c, item, "a parameter without its value",
							  "-%s", p->name);
				value = command->items[++i];
			}
			if (at >= count)
				continue;
		} else {
			at = position(table, count, ret);
			if (at == SIZE_MAX)
				return ps_invalid(c, item, "an argument that has no place",
						  "%.40s takes no more of them", command->text);
		}
		if (ret->value[at])
			return ps_invalid(c, item, "a parameter is given twice", "-%s",
					  table[at].name);
		ret->value[at] = value;
		ret->given[at] = item;
	}
	return TOCSIN_OK;
}

/* ---- Constants */

static bool is_get_date(const struct ps_node *n)
{
	return n->kind == PS_PAREN && n->items[0]->kind == PS_COMMAND &&
	       ascii_equal_nocase(n->items[0]->text, "Get-Date") && n->items[0]->count > 0;
}

bool ps_is_now(const struct ps_node *n)
{
	while (n->kind == PS_PAREN)
		n = n->items[0];
	return n->kind == PS_COMMAND && ascii_equal_nocase(n->text, "Get-Date") && !n->count;
}

enum tocsin_status ps_refuse_now(struct ps_compiler *c, const struct ps_node *n)
{
	return ps_refuse(c, n, "the time of the run is not known here",
			 "give a date: (Get-Date '2021-11-09')");
}

bool ps_is_constant(const struct ps_node *n)
{
	switch (n->kind) {
	case PS_STRING:
	case PS_NUMBER:
		return true;
	case PS_VARIABLE:
		return ascii_equal_nocase(n->text, "true") ||
		       ascii_equal_nocase(n->text, "false") || ascii_equal_nocase(n->text, "null");
	case PS_ARRAY:
		for (size_t i = 0; i < n->count; i++)
			if (!ps_is_constant(n->items[i]))
				return false;
		return true;
	case PS_CAST:
	case PS_PAREN:
		return is_get_date(n) || ps_is_constant(n->items[0]);
	default:
		return false;
	}
}

static enum tocsin_status get_date(struct ps_compiler *c, const struct ps_node *n,
				   struct datum *ret)
{
	static const struct ps_parameter table[] = {{"Date", NULL, false, 0}};
	struct ps_binding b;
	struct view text;
	uint64_t time;

	TRY(ps_bind(c, n->items[0], table, 1, &b));
	if (!b.value[0])
		return ps_refuse_now(c, n);
	TRY(ps_text(c, b.value[0], &text));
	{
		const struct datum d = datum_text(text);

		TRY(ps_time(c, b.value[0], &d, &time));
	}
	*ret = datum_time(time);
	return TOCSIN_OK;
}

static bool type_is(const struct ps_node *n, const char *names)
{
	const size_t skip = n->text_n > 7 && ascii_equal_nocase_n(n->text, 7, "system.") ? 7 : 0;

	while (*names) {
		const size_t length = strcspn(names, " ");

		if (n->text_n - skip == length &&
		    ascii_equal_nocase_n(names, length, n->text + skip))
			return true;
		names += length + (names[length] == ' ');
	}
	return false;
}

static enum tocsin_status convert(struct ps_compiler *c, const struct ps_node *n,
				  const struct datum *value, struct datum *ret)
{
	int64_t whole;
	uint64_t time;

	if (value->type == DATUM_LIST)
		return ps_refuse(c, n, "a cast of a list is not understood here", "[%.40s]",
				 n->text);
	if (type_is(n, "datetime")) {
		TRY(ps_time(c, n->items[0], value, &time));
		*ret = datum_time(time);
	} else if (type_is(n, "int int32 long int64 uint32 uint64")) {
		const bool wide = type_is(n, "long int64 uint32 uint64");

		TRY(ps_number(c, n->items[0], value, wide ? INT64_MIN : INT32_MIN,
			      wide ? INT64_MAX : INT32_MAX, &whole));
		*ret = datum_int(whole);
	} else if (type_is(n, "double float single")) {
		const struct datum zero = datum_double(0);
		struct datum d = *value;

		if (value->type == DATUM_TEXT && !datum_parse_number(value->as.text, &d))
			return ps_invalid(c, n, "not a number", "[%.40s]", n->text);
		*ret = d.type == DATUM_INT ? datum_double((double)d.as.i) : d;
		if (ret->type != zero.type)
			return ps_refuse(c, n, "this cast is not understood here", "[%.40s]",
					 n->text);
	} else if (type_is(n, "string")) {
		const struct view text = datum_to_text(&c->query->arena, value);

		if (!text.p)
			return ps_memory(c);
		*ret = datum_text(text);
	} else if (type_is(n, "bool boolean")) {
		*ret = datum_bool(datum_truth(value) == TRI_TRUE);
	} else {
		return ps_refuse(c, n, "this cast is not understood here",
				 "[%.40s]; understood: [datetime], [int], [long], [double], "
				 "[string], [bool]",
				 n->text);
	}
	return TOCSIN_OK;
}

static enum tocsin_status constant_list(struct ps_compiler *c, const struct ps_node *n,
					struct datum *ret)
{
	struct datum *const items = arena_array(&c->query->arena, n->count + 1, sizeof(*items));

	if (!items)
		return ps_memory(c);
	for (size_t i = 0; i < n->count; i++) {
		TRY(ps_constant(c, n->items[i], &items[i]));
		if (items[i].type == DATUM_LIST)
			return ps_refuse(c, n->items[i], "a list in a list is not understood here",
					 "write one list");
	}
	ret->type = DATUM_LIST;
	ret->as.list.items = items;
	ret->as.list.count = n->count;
	return TOCSIN_OK;
}

enum tocsin_status ps_constant(struct ps_compiler *c, const struct ps_node *n, struct datum *ret)
{
	struct datum inner;
	struct view text;

	switch (n->kind) {
	case PS_STRING:
		text = utf8_to_utf16(&c->query->arena,
				     (struct view){(const uint8_t *)n->text, n->text_n});
		if (!text.p)
			return ps_memory(c);
		*ret = datum_text(text);
		return TOCSIN_OK;
	case PS_NUMBER:
		*ret = n->number;
		return TOCSIN_OK;
	case PS_VARIABLE:
		if (!ps_is_constant(n))
			break;
		*ret = ascii_equal_nocase(n->text, "null")
			       ? datum_null()
			       : datum_bool(ascii_equal_nocase(n->text, "true"));
		return TOCSIN_OK;
	case PS_ARRAY:
		return constant_list(c, n, ret);
	case PS_CAST:
		TRY(ps_constant(c, n->items[0], &inner));
		return convert(c, n, &inner, ret);
	case PS_PAREN:
		if (is_get_date(n))
			return get_date(c, n, ret);
		return ps_constant(c, n->items[0], ret);
	case PS_COMMAND:
		if (ps_is_now(n))
			return ps_refuse_now(c, n);
		return ps_refuse(c, n, "a command is not understood here",
				 "%.40s; text needs quotes, a date is (Get-Date '2021-11-09')",
				 n->text);
	case PS_CALL:
		if (ps_is_now(n->items[0]))
			return ps_refuse_now(c, n);
		return ps_refuse(c, n, "a method is not understood here",
				 ".%.40s(); give a value: 'text', 4999, (Get-Date '2021-11-09')",
				 n->text);
	default:
		break;
	}
	if (n->kind == PS_VARIABLE)
		return ps_refuse(c, n, "a variable is not understood here",
				 "$%.40s; write its value", n->text);
	return ps_refuse(c, n, "a fixed value is expected here",
			 "understood: 'text', 4999, a list");
}

enum tocsin_status ps_constants(struct ps_compiler *c, const struct ps_node *n,
				const struct datum **ret, size_t *ret_count)
{
	struct datum *one;
	struct datum d;

	TRY(ps_constant(c, n, &d));
	if (d.type == DATUM_LIST && !d.as.list.count)
		return ps_invalid(c, n, "a value is missing", "the list is empty");
	if (d.type == DATUM_LIST) {
		*ret = d.as.list.items;
		*ret_count = d.as.list.count;
		return TOCSIN_OK;
	}
	one = arena_alloc(&c->query->arena, sizeof(*one));
	if (!one)
		return ps_memory(c);
	*one = d;
	*ret = one;
	*ret_count = 1;
	return TOCSIN_OK;
}

enum tocsin_status ps_text(struct ps_compiler *c, const struct ps_node *n, struct view *ret)
{
	struct datum d;

	if (n->kind == PS_NUMBER && n->bare) {
		/* A parameter of type [string] gets a bare number as it was written. */
		*ret = utf8_to_utf16(&c->query->arena,
				     (struct view){(const uint8_t *)n->text, n->text_n});
		return ret->p ? TOCSIN_OK : ps_memory(c);
	}
	TRY(ps_constant(c, n, &d));
	if (d.type == DATUM_NULL || d.type == DATUM_LIST)
		return ps_invalid(c, n, "one text is expected here", "'text'");
	*ret = datum_to_text(&c->query->arena, &d);
	return ret->p ? TOCSIN_OK : ps_memory(c);
}

enum tocsin_status ps_texts(struct ps_compiler *c, const struct ps_node *n, const struct view **ret,
			    size_t *ret_count)
{
	const struct ps_node *list = n;
	struct view *texts;
	size_t count;

	while (list->kind == PS_PAREN && !is_get_date(list))
		list = list->items[0];
	count = list->kind == PS_ARRAY ? list->count : 1;
	if (!count)
		return ps_invalid(c, n, "a value is missing", "the list is empty");
	texts = arena_array(&c->query->arena, count + 1, sizeof(*texts));
	if (!texts)
		return ps_memory(c);
	for (size_t i = 0; i < count; i++)
		TRY(ps_text(c, list->kind == PS_ARRAY ? list->items[i] : list, &texts[i]));
	*ret = texts;
	*ret_count = count;
	return TOCSIN_OK;
}

enum tocsin_status ps_utf8(struct ps_compiler *c, const struct ps_node *n, const char **ret)
{
	struct view text;
	const char *utf8;

	TRY(ps_text(c, n, &text));
	utf8 = utf16_to_utf8(&c->query->arena, text, NULL);
	if (!utf8)
		return ps_memory(c);
	*ret = utf8;
	return TOCSIN_OK;
}

enum tocsin_status ps_number(struct ps_compiler *c, const struct ps_node *n, const struct datum *d,
			     int64_t low, int64_t high, int64_t *ret)
{
	struct datum v = *d;

	if (d->type == DATUM_TEXT && !(d->as.text.n && datum_parse_number(d->as.text, &v)))
		return ps_invalid(c, n, "a whole number is expected here", "not text");
	if (v.type == DATUM_BOOL)
		v = datum_int(v.as.truth);
	if (v.type != DATUM_INT || v.as.i < low || v.as.i > high)
		return ps_invalid(c, n, "a whole number is expected here", "%lld to %lld",
				  (long long)low, (long long)high);
	*ret = v.as.i;
	return TOCSIN_OK;
}

/* 3/4/2021 is the 4th of March here, and the 3rd of April on many machines. */
static bool ambiguous_day(struct view text)
{
	unsigned numbers[2] = {0, 0};
	size_t at = 0;

	for (size_t i = 0; i < text.n / 2; i++) {
		const uint16_t u = le16(text.p + 2 * i);

		if (u == '/') {
			if (++at == 2)
				return numbers[0] >= 1 && numbers[0] <= 12 && numbers[1] <= 12 &&
				       numbers[0] != numbers[1];
		} else if (u >= '0' && u <= '9' && at < 2 && numbers[at] < 100) {
			numbers[at] = numbers[at] * 10 + (u - '0');
		} else if (u != ' ') {
			return false;
		}
	}
	return false;
}

enum tocsin_status ps_time(struct ps_compiler *c, const struct ps_node *n, const struct datum *d,
			   uint64_t *ret)
{
	bool zone = true;

	if (d->type == DATUM_TIME) {
		*ret = d->as.time;
		return TOCSIN_OK;
	}
	if (d->type != DATUM_TEXT || !datum_parse_time(d->as.text, ret, &zone))
		return ps_invalid(c, n, "a date or time is expected here",
				  "understood: '2021-11-09', '2021-11-09 13:00', '11/9/2021'");
	if (!zone)
		TRY(ps_warn(c, "times without a zone are taken as UTC; Windows takes them in the "
			       "local time of the machine that runs the command"));
	if (ambiguous_day(d->as.text))
		TRY(ps_warn(c, "dates with slashes are read month first; Windows may read "
			       "parameters day first, by its language"));
	return TOCSIN_OK;
}
