/* SPDX-License-Identifier: Apache-2.0 */
#include "output/json.h"

#include <assert.h>
#include <inttypes.h>

#include "base/text.h"
#include "base/timestamp.h"

void json_init(struct json *j, struct buf *out, bool compact)
{
	memset(j, 0, sizeof(*j));
	j->out = out;
	j->compact = compact;
}

static void newline(struct json *j)
{
	if (j->compact)
		return;
	buf_byte(j->out, '\n');
	buf_fill(j->out, ' ', 2u * j->depth);
}

/* What comes before a value or key: a comma behind the previous one, and the indentation. */
static void before(struct json *j)
{
	if (j->after_key) {
		j->after_key = false;
		return;
	}
	if (!j->depth)
		return;
	if (j->has_items[j->depth - 1])
		buf_byte(j->out, ',');
	j->has_items[j->depth - 1] = true;
	newline(j);
}

void json_begin(struct json *j, char bracket)
{
	before(j);
	assert(j->depth < JSON_DEPTH);
	buf_byte(j->out, bracket);
	j->has_items[j->depth++] = false;
}

void json_end(struct json *j, char bracket)
{
	assert(j->depth > 0);
	j->depth--;
	if (j->has_items[j->depth])
		newline(j);
	buf_byte(j->out, bracket);
}

void json_key(struct json *j, const char *key)
{
	before(j);
	text_json_str(j->out, key);
	buf_byte(j->out, ':');
	if (!j->compact)
		buf_byte(j->out, ' ');
	j->after_key = true;
}

void json_text(struct json *j, struct view utf8)
{
	before(j);
	text_json(j->out, utf8);
}

void json_str(struct json *j, const char *s)
{
	if (s)
		json_text(j, view_of(s));
	else
		json_null(j);
}

void json_u64(struct json *j, uint64_t v)
{
	before(j);
	buf_u64(j->out, v);
}

void json_i64(struct json *j, int64_t v)
{
	before(j);
	buf_printf(j->out, "%" PRId64, v);
}

void json_raw(struct json *j, const char *literal)
{
	before(j);
	buf_str(j->out, literal);
}

void json_bool(struct json *j, bool v)
{
	json_raw(j, v ? "true" : "false");
}

void json_null(struct json *j)
{
	json_raw(j, "null");
}

void json_member_str(struct json *j, const char *key, const char *s)
{
	json_key(j, key);
	json_str(j, s);
}

void json_member_u64(struct json *j, const char *key, uint64_t v)
{
	json_key(j, key);
	json_u64(j, v);
}

void json_member_bool(struct json *j, const char *key, bool v)
{
	json_key(j, key);
	json_bool(j, v);
}

void json_member_time(struct json *j, const char *key, uint64_t filetime)
{
	char text[FILETIME_TEXT];

	json_key(j, key);
	if (!filetime) {
		json_null(j);
		return;
	}
	filetime_format(text, filetime);
	json_str(j, text);
}
