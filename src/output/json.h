/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Writes JSON to a buffer: commas, quotes and indentation are its business, nesting is the
 * caller's. Two-space indentation, or one line when `compact`. Order is the caller's, so the same
 * calls give the same bytes.
 */
#ifndef TOCSIN_OUTPUT_JSON_H
#define TOCSIN_OUTPUT_JSON_H

#include "base/buf.h"

#define JSON_DEPTH 32

struct json {
	struct buf *out;
	bool compact;
	unsigned depth;
	bool has_items[JSON_DEPTH];
	bool after_key;
};

void json_init(struct json *j, struct buf *out, bool compact);
void json_begin(struct json *j, char bracket); /* '{' or '[' */
void json_end(struct json *j, char bracket);   /* '}' or ']' */
void json_key(struct json *j, const char *key);
void json_text(struct json *j, struct view utf8);
void json_str(struct json *j, const char *s); /* NULL gives null */
void json_u64(struct json *j, uint64_t v);
void json_i64(struct json *j, int64_t v);
void json_bool(struct json *j, bool v);
void json_null(struct json *j);
void json_raw(struct json *j, const char *literal); /* a number's own text */

/* key and value in one call */
void json_member_str(struct json *j, const char *key, const char *s);
void json_member_u64(struct json *j, const char *key, uint64_t v);
void json_member_bool(struct json *j, const char *key, bool v);
/* ISO 8601 with seven digits; null when 0 */
void json_member_time(struct json *j, const char *key, uint64_t filetime);

#endif
