/* SPDX-License-Identifier: Apache-2.0 */
/*
 * BinXML values that bring their own elements and texts along (Microsoft-Windows-CAPI2 logs all of
 * its certificates that way), written as their tokens are read, without compiling them first. The
 * usual tokens only, and plain names: elements, attributes of one text, texts that are strings, no
 * text beside elements. binxml_compile.c and the walk are the specification, for what is charged,
 * too.
 */
#include "format/evtx/compiled_write.h"
#include "format/evtx/json_keys.h"
#include "format/evtx/json_value.h"

#define ATTRIBUTES_MAX 16u

/* An element that is open. */
struct level {
	struct view name; /* UTF-16 */
	struct json_keys keys;
	bool object; /* JSON: its bracket is open */
	bool text;
	bool children;
};

struct stream {
	struct rendering *r;
	const struct form *f;
	char *to;
	struct view rest;
	struct level level[FORM_DEPTH + 1]; /* [1]: the root */
	unsigned depth;
	bool in_tag, in_attribute;
	struct view attributes[ATTRIBUTES_MAX]; /* names of the start tag's, UTF-16 */
	unsigned attribute_count;
	bool attribute_text; /* the one at hand has one */
	bool any_attribute;  /* JSON: one shows */
	bool any_root;
};

static bool room(struct stream *s, size_t n)
{
	s->to = ensure(s->r, s->to, n);
	return s->to != NULL;
}

static void put(struct stream *s, const char *text, size_t n)
{
	memcpy(s->to, text, n);
	s->to += n;
}

/* ---- Names */

/* Letters, digits and _ . - in ASCII: what stays as it is wherever names are written. */
static bool is_plain(struct view name)
{
	for (size_t i = 0; i < name.n; i += 2) {
		const uint8_t c = name.p[i], letter = c | 0x20;
		const bool first = (letter >= 'a' && letter <= 'z') || c == '_';

		if (name.p[i + 1] ||
		    (!first && (!i || !((c >= '0' && c <= '9') || c == '.' || c == '-'))))
			return false;
	}
	return name.n > 0;
}

static bool read_name(struct stream *s, struct view *ret)
{
	const struct view chunk = s->r->c->chunk;
	const uint8_t *const p = take(&s->rest, 4);
	size_t offset, here, units;

	if (!p)
		return false;
	offset = le32(p);
	here = (size_t)(s->rest.p - chunk.p);
	/* Here, or in bytes before: where the compiler does not ask for another reading. */
	if (offset < 8 || (offset != here && offset > here - 8) || chunk.n - here < 8)
		return false;
	units = le16(chunk.p + offset + 6);
	if (units * 2 + 2 > chunk.n - offset - 8 ||
	    (offset == here && !take(&s->rest, 8 + units * 2 + 2)))
		return false;
	*ret = view_slice(chunk, offset + 8, units * 2);
	return is_plain(*ret) && binxml_charge_text(s->r->c, units * 3);
}

/* A plain name; there is room. */
static void put_name(struct stream *s, struct view name)
{
	char *const to = s->to;

	for (size_t i = 0; i < name.n / 2; i++)
		to[i] = (char)name.p[2 * i];
	s->to = to + name.n / 2;
}

static bool is_name(struct view utf16, const char *ascii)
{
	const size_t n = strlen(ascii);

	if (utf16.n != 2 * n)
		return false;
	for (size_t i = 0; i < n; i++) {
		if (utf16.p[2 * i] != (uint8_t)ascii[i])
			return false;
	}
	return true;
}

/* ---- Elements */

/* Ends the start tag, where it is open. */
static bool end_tag(struct stream *s)
{
	s->in_attribute = false;
	if (!s->in_tag)
		return true;
	s->in_tag = false;
	s->r->nodes++;
	if (!room(s, 2))
		return false;
	if (!s->r->json)
		*s->to++ = '>';
	return true;
}

/* JSON: the attributes are complete. */
static bool end_attributes(struct stream *s)
{
	if (!s->r->json || !s->any_attribute)
		return true;
	s->any_attribute = false;
	s->to[-1] = '}';
	if (!room(s, 1))
		return false;
	*s->to++ = ',';
	return true;
}

/* The key that the element gets in its parent; the root's is free. */
static bool put_key(struct stream *s, struct view name)
{
	struct level *const parent = &s->level[s->depth];
	struct view key = {NULL, name.n / 2};

	key.p = arena_alloc(&s->r->c->arena, key.n);
	if (!key.p || !room(s, name.n + 32))
		return false;
	for (size_t i = 0; i < key.n; i++)
		((uint8_t *)(uintptr_t)key.p)[i] = name.p[2 * i];
	if (!s->depth) {
		if (s->any_root || !compiled_key_free(s->f, key))
			return false;
		s->any_root = true;
	} else {
		if (!parent->object)
			*s->to++ = '{';
		parent->object = parent->children = true;
		key = json_keys_add(&parent->keys, &s->r->c->arena, key);
		if (!key.p)
			return false;
	}
	*s->to++ = '"';
	put(s, (const char *)key.p, key.n);
	put(s, "\":", 2);
	return true;
}

static bool open_element(struct stream *s, bool more)
{
	struct view name;

	if (!end_tag(s) || !end_attributes(s) || s->depth == FORM_DEPTH ||
	    (s->r->json && s->level[s->depth].text) || !take(&s->rest, 4) || !read_name(s, &name) ||
	    (more && !take(&s->rest, 4)))
		return false;
	s->r->nodes++;
	if (s->r->json) {
		/* These tell Data from other elements. */
		if (is_name(name, "EventData") || is_name(name, "UserData") || !put_key(s, name))
			return false;
	} else {
		if (!room(s, name.n))
			return false;
		*s->to++ = '<';
		put_name(s, name);
	}
	s->depth++;
	memset(&s->level[s->depth], 0, sizeof(s->level[0]));
	s->level[s->depth].name = name;
	s->in_tag = true;
	s->attribute_count = 0;
	s->any_attribute = false;
	return true;
}

static bool close_element(struct stream *s, bool empty)
{
	const struct level *const l = &s->level[s->depth];

	if (!s->depth)
		return false;
	empty = empty && s->in_tag;
	s->in_attribute = false;
	if ((!empty && !end_tag(s)) || !end_attributes(s) || !room(s, l->name.n + 8))
		return false;
	s->in_tag = false;
	s->r->nodes++;
	s->depth--;
	if (!s->r->json && empty) {
		put(s, "/>", 2);
	} else if (!s->r->json) {
		put(s, "</", 2);
		put_name(s, l->name);
		*s->to++ = '>';
	} else {
		if (l->object)
			s->to[-1] = '}';
		else if (!l->text)
			put(s, "null", 4);
		*s->to++ = ',';
	}
	return true;
}

/* ---- Attributes and texts */

static bool begin_attribute(struct stream *s)
{
	struct view name;

	if (!s->in_tag || s->attribute_count == ATTRIBUTES_MAX || !read_name(s, &name))
		return false;
	for (unsigned i = 0; i < s->attribute_count; i++) {
		if (view_equal(s->attributes[i], name))
			return false;
	}
	s->attributes[s->attribute_count++] = name;
	s->r->nodes++;
	s->in_attribute = true;
	s->attribute_text = false;
	return true;
}

static bool put_json(struct stream *s, const struct value *v)
{
	if (!room(s, 1 + value_write_bound(v) + 2))
		return false;
	*s->to++ = '"';
	s->to = utf16_write_to_nul(s->to, v->bytes, UTF_JSON);
	*s->to++ = '"';
	return true;
}

static bool json_attribute(struct stream *s, const struct value *v)
{
	static const char start[] = "{\"#attributes\":{";
	const struct view name = s->attributes[s->attribute_count - 1];

	if (!json_value_shows(v))
		return true;
	if (s->attribute_text || !room(s, sizeof(start) + name.n + 8))
		return false;
	if (!s->any_attribute)
		put(s, start, sizeof(start) - 1);
	s->any_attribute = s->attribute_text = s->level[s->depth].object = true;
	*s->to++ = '"';
	put_name(s, name);
	put(s, "\":", 2);
	if (!put_json(s, v))
		return false;
	*s->to++ = ',';
	return true;
}

static bool json_text(struct stream *s, const struct value *v)
{
	static const char key[] = "\"#text\":";
	struct level *const l = &s->level[s->depth];

	if (!json_value_shows(v))
		return true;
	if (l->text || l->children || !room(s, sizeof(key)))
		return false;
	l->text = true;
	if (l->object)
		put(s, key, sizeof(key) - 1);
	if (!put_json(s, v))
		return false;
	if (l->object)
		*s->to++ = ',';
	return true;
}

/* XML: an attribute is written with its one text. */
static bool xml_attribute(struct stream *s, const struct value *v)
{
	const struct view name = s->attributes[s->attribute_count - 1];

	if (s->attribute_text || !room(s, name.n + value_write_bound(v) + 8))
		return false;
	s->attribute_text = true;
	*s->to++ = ' ';
	put_name(s, name);
	put(s, "='", 2);
	s->to = utf16_write_to_nul(s->to, v->bytes, UTF_XML_ATTRIBUTE);
	*s->to++ = '\'';
	return true;
}

static bool text(struct stream *s)
{
	const uint8_t *const head = take(&s->rest, 3); /* type, count of units */
	struct value v = {VALUE_STRING, {NULL, 0}};

	if (!head || head[0] != VALUE_STRING || !s->depth)
		return false;
	v.bytes.n = (size_t)le16(head + 1) * 2;
	v.bytes.p = take(&s->rest, v.bytes.n);
	if (!v.bytes.p)
		return false;
	s->r->nodes++;
	if (s->in_attribute)
		return s->r->json ? json_attribute(s, &v) : xml_attribute(s, &v);
	if (!end_tag(s) || !end_attributes(s))
		return false;
	if (s->r->json)
		return json_text(s, &v);
	if (!room(s, value_write_bound(&v)))
		return false;
	s->to = utf16_write_to_nul(s->to, v.bytes, UTF_XML_TEXT);
	return true;
}

static bool token(struct stream *s, uint8_t t)
{
	/* XML: one without a text would still be there. */
	if (s->in_attribute && !s->attribute_text && !s->r->json &&
	    (t & ~TOKEN_MORE) != TOKEN_VALUE)
		return false;
	switch (t & ~TOKEN_MORE) {
	case TOKEN_OPEN:
		return open_element(s, t & TOKEN_MORE);
	case TOKEN_BODY:
		return end_tag(s);
	case TOKEN_CLOSE_EMPTY:
		return close_element(s, true);
	case TOKEN_CLOSE:
		return close_element(s, false);
	case TOKEN_ATTRIBUTE:
		return begin_attribute(s);
	case TOKEN_VALUE:
		return text(s);
	case TOKEN_FRAGMENT:
		return take(&s->rest, 3) != NULL;
	default:
		return false;
	}
}

char *compiled_stream(struct rendering *r, char *to, const struct form *f, struct view bytes)
{
	struct stream s = {.r = r, .f = f, .to = to, .rest = bytes};

	if (r->c->live_end)
		return NULL;
	while (s.rest.n) {
		const uint8_t t = *take(&s.rest, 1);

		if (t == TOKEN_END)
			break;
		if (!token(&s, t))
			return NULL;
	}
	return s.depth ? NULL : s.to;
}
