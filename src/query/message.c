/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Message texts: the catalogue, and FormatMessage's template language (sdk-api
 * nf-winbase-formatmessagew; .NET's EventLogEntry.Message for what it adds).
 */
#include "query/message.h"

#include <stdlib.h>

#include "base/data.h"
#include "base/text.h"
#include "base/yaml.h"

#define CATALOGUE_FILE "messages.yaml"

struct wording {
	struct view provider; /* UTF-16LE */
	uint64_t event, qualifiers;
	bool any_qualifiers;
	struct view text; /* UTF-16LE template */
};

struct message_catalogue {
	struct arena arena;
	struct wording *wordings;
	size_t count;
};

/* ---- Loading */

static enum tocsin_status bad(const struct yaml_node *at, struct tocsin_error *error,
			      const char *why)
{
	return error_setf(error, TOCSIN_INVALID, at->offset,
			  "the message catalogue " CATALOGUE_FILE " is wrong", "line %u: %s",
			  at->line, why);
}

/* Only inserts as strings: another format would print a pointer on Windows. A `%` at the end makes
 * FormatMessage fail. */
static bool template_is_known(struct view t)
{
	for (size_t i = 0; i + 1 < t.n; i += 2) {
		if (le16(t.p + i) != '%')
			continue;
		i += 2;
		if (i + 1 >= t.n)
			return false;
		while (i + 3 < t.n && le16(t.p + i) >= '0' && le16(t.p + i) <= '9' &&
		       le16(t.p + i + 2) >= '0' && le16(t.p + i + 2) <= '9')
			i += 2;
		if (le16(t.p + i) >= '1' && le16(t.p + i) <= '9' && i + 3 < t.n &&
		    le16(t.p + i + 2) == '!')
			return false;
	}
	return true;
}

static enum tocsin_status load_wording(struct message_catalogue *c, const struct yaml_node *node,
				       struct tocsin_error *error)
{
	struct wording *const w = &c->wordings[c->count];
	const char *const provider = yaml_text(node, "provider");
	const char *const event = yaml_text(node, "event");
	const char *const qualifiers = yaml_text(node, "qualifiers");
	const char *const text = yaml_text(node, "text");

	if (!provider || !event || !text)
		return bad(node, error, "an entry needs provider, event and text");
	if (!text_parse_u64(view_of(event), &w->event) || w->event > UINT16_MAX)
		return bad(node, error, "event is no event id");
	w->any_qualifiers = !qualifiers;
	if (qualifiers && !text_parse_u64(view_of(qualifiers), &w->qualifiers))
		return bad(node, error, "qualifiers is no number");
	w->provider = utf8_to_utf16(&c->arena, view_of(provider));
	w->text = utf8_to_utf16(&c->arena, view_of(text));
	ENSURE(w->provider.p && w->text.p, error, TOCSIN_NO_MEMORY, 0, "out of memory");
	if (!template_is_known(w->text))
		return bad(node, error, "a template code that is not understood");
	c->count++;
	return TOCSIN_OK;
}

static enum tocsin_status load(struct message_catalogue *c, struct arena *scratch, const char *dir,
			       struct tocsin_error *error)
{
	struct view bytes;
	struct yaml_node *root;
	const struct yaml_node *list;

	TRY(data_load(scratch, dir, CATALOGUE_FILE, &bytes, error));
	TRY(yaml_parse(scratch, bytes, &root, error));
	list = yaml_get(root, "messages");
	if (!list || list->kind != YAML_SEQUENCE)
		return bad(root, error, "it needs a list `messages`");
	c->wordings = arena_array(&c->arena, list->count + 1, sizeof(*c->wordings));
	ENSURE(c->wordings, error, TOCSIN_NO_MEMORY, 0, "out of memory");
	for (size_t i = 0; i < list->count; i++)
		TRY(load_wording(c, &list->children[i], error));
	return TOCSIN_OK;
}

enum tocsin_status message_catalogue_load(const char *dir, struct message_catalogue **ret,
					  struct tocsin_error *error)
{
	struct message_catalogue *const c = calloc(1, sizeof(*c));
	struct arena scratch = {NULL, NULL, 0, 0};
	enum tocsin_status status;

	ENSURE(c, error, TOCSIN_NO_MEMORY, 0, "out of memory");
	status = load(c, &scratch, dir, error);
	arena_free(&scratch);
	if (status != TOCSIN_OK) {
		message_catalogue_free(c);
		return status;
	}
	*ret = c;
	return TOCSIN_OK;
}

void message_catalogue_free(struct message_catalogue *c)
{
	if (!c)
		return;
	arena_free(&c->arena);
	free(c);
}

/* ---- Formatting */

/* UTF-16LE being written into an arena. */
struct text16 {
	struct arena *arena;
	uint8_t *p;
	size_t n, size;
	bool failed;
};

static void add(struct text16 *t, struct view more)
{
	more.n &= ~(size_t)1;
	if (t->n + more.n > t->size) {
		size_t size = t->size ? t->size * 2 : 512;
		uint8_t *grown;

		while (size < t->n + more.n)
			size *= 2;
		grown = arena_alloc(t->arena, size);
		if (!grown) {
			t->failed = true;
			return;
		}
		if (t->n)
			memcpy(grown, t->p, t->n);
		t->p = grown;
		t->size = size;
	}
	if (more.n)
		memcpy(t->p + t->n, more.p, more.n);
	t->n += more.n;
}

static void add_unit(struct text16 *t, uint16_t u)
{
	uint8_t bytes[2];
	const struct view v = {bytes, 2};

	put16(bytes, u);
	add(t, v);
}

static void add_ascii(struct text16 *t, const char *s)
{
	for (; *s; s++)
		add_unit(t, (uint8_t)*s);
}

static struct view insert_text(struct arena *a, const struct value *v)
{
	const struct view empty = {(const uint8_t *)"", 0};

	return value_is_null(v) ? empty : value_text16(a, v);
}

static void add_insert(struct text16 *t, const struct value *v)
{
	const struct view text = insert_text(t->arena, v);

	if (!text.p)
		t->failed = true;
	else
		add(t, text);
}

/* One code behind `%` at unit *i of `w`; false at %0, the end of the message. */
static bool add_code(struct text16 *t, struct view w, size_t *i, const struct event *e)
{
	const size_t units = w.n / 2;
	const uint16_t code = le16(w.p + 2 * *i);

	(*i)++;
	if (code == '0')
		return false;
	if (code >= '1' && code <= '9') {
		const size_t start = *i - 1;
		size_t k = (size_t)(code - '0');

		if (*i < units && le16(w.p + 2 * *i) >= '0' && le16(w.p + 2 * *i) <= '9')
			k = k * 10 + (size_t)(le16(w.p + 2 * (*i)++) - '0');
		if (k <= e->data_count) {
			add_insert(t, &e->data[k - 1].value);
		} else {
			/* A missing insert renders as itself. */
			add_unit(t, '%');
			add(t, view_slice(w, 2 * start, 2 * (*i - start)));
		}
		return true;
	}
	if (code == 'n')
		add_ascii(t, "\r\n");
	else if (code == 'r')
		add_unit(t, '\r');
	else if (code == 't')
		add_unit(t, '\t');
	else if (e->data_count == 0 && (code == '%' || code == '.' || code == '!' || code == ' ')) {
		/* Without strings Windows asks to ignore inserts: these stay as they are. */
		add_unit(t, '%');
		add_unit(t, code);
	} else {
		add_unit(t, code == 'b' ? ' ' : code);
	}
	return true;
}

static void format(struct text16 *t, struct view w, const struct event *e)
{
	const size_t units = w.n / 2;
	size_t i = 0;

	while (i < units) {
		const uint16_t u = le16(w.p + 2 * i);

		i++;
		if (u == '%') {
			if (i >= units || !add_code(t, w, &i, e))
				break;
		} else if (u == '\r' || u == '\n') {
			if (u == '\r' && i < units && le16(w.p + 2 * i) == '\n')
				i++;
			add_ascii(t, "\r\n");
		} else {
			add_unit(t, u);
		}
	}
	/* .NET cuts one line end off. */
	if (t->n >= 4 && le16(t->p + t->n - 2) == '\n')
		t->n -= 4;
}

static const struct wording *find(const struct message_catalogue *c, const struct event *e,
				  struct arena *a)
{
	const uint64_t id = event_number(e, EVENT_ID, UINT64_MAX);
	const uint64_t qualifiers = event_number(e, EVENT_QUALIFIERS, 0);

	for (size_t i = 0; c && i < c->count; i++) {
		const struct wording *const w = &c->wordings[i];

		if (w->event != id || (!w->any_qualifiers && w->qualifiers != qualifiers))
			continue;
		if (utf16_equal_nocase(w->provider, insert_text(a, &e->field[EVENT_PROVIDER])) ||
		    utf16_equal_nocase(w->provider, insert_text(a, &e->field[EVENT_SOURCE])))
			return w;
	}
	return NULL;
}

/* What Get-EventLog shows without the message file (.NET resource MessageNotFormatted). The id is
 * signed. */
static void fallback(struct text16 *t, const struct event *e)
{
	const uint32_t id = (uint32_t)((event_number(e, EVENT_QUALIFIERS, 0) & 0xffff) << 16 |
				       (event_number(e, EVENT_ID, 0) & 0xffff));
	const int64_t number = (int32_t)id;
	struct buf b = {NULL, 0, 0, 0, false};

	buf_printf(&b, "The description for Event ID '%lld' in Source '", (long long)number);
	add_ascii(t, buf_cstr(&b));
	buf_free(&b);
	add_insert(t, value_is_null(&e->field[EVENT_SOURCE]) ? &e->field[EVENT_PROVIDER]
							     : &e->field[EVENT_SOURCE]);
	add_ascii(t, "' cannot be found.  The local computer may not have the necessary registry "
		     "information or message DLL files to display the message, or you may not have "
		     "permission to access them.  The following information is part of the event:");
	for (size_t i = 0; i < e->data_count; i++) {
		add_ascii(t, i ? ", '" : "'");
		add_insert(t, &e->data[i].value);
		add_unit(t, '\'');
	}
}

enum message_source message_text(const struct message_catalogue *c, const struct event *e,
				 struct arena *a, struct view *ret_text)
{
	struct text16 t = {a, NULL, 0, 0, false};
	enum message_source source = MESSAGE_CATALOGUE;
	const struct wording *w;

	if (!value_is_null(&e->field[EVENT_MESSAGE])) {
		const struct view rendered = value_text16(a, &e->field[EVENT_MESSAGE]);

		/* An empty text is one that could not be rendered. */
		if (rendered.p && rendered.n >= 2) {
			*ret_text = rendered;
			return MESSAGE_RENDERED;
		}
	}
	w = find(c, e, a);
	if (w) {
		format(&t, w->text, e);
	} else {
		fallback(&t, e);
		source = MESSAGE_UNKNOWN;
	}
	/* Without memory the text is not known: conditions on it stay undecided. */
	if (t.failed)
		source = MESSAGE_UNKNOWN;
	ret_text->p = t.p && !t.failed ? t.p : (const uint8_t *)"";
	ret_text->n = t.p && !t.failed ? t.n : 0;
	return source;
}
