/* SPDX-License-Identifier: Apache-2.0 */
/* Puts the parts of an advisory together. */
#include "advisory/advisory.h"

#include <stdlib.h>

#include "advisory/reading.h"
#include "base/limits.h"

const char *advisory_key_value(const struct advisory *a, const char *name)
{
	for (size_t i = 0; i < a->key_count; i++)
		if (strcmp(a->keys[i].name, name) == 0)
			return a->keys[i].value;
	return NULL;
}

/* An original date has been misspelt in one document. */
static const char *original_date(const struct advisory *a)
{
	const char *const value = advisory_key_value(a, "original_date");

	return value ? value : advisory_key_value(a, "orignal_date");
}

/* A key's value without blanks at its ends, or NULL; the key itself keeps what is printed. */
static const char *trimmed(struct reading *r, const char *value)
{
	return value ? reading_copy(r, view_trim(view_of(value))) : NULL;
}

static void read_keys(struct reading *r, struct advisory *a)
{
	a->title = trimmed(r, advisory_key_value(a, "title"));
	if (a->title)
		a->title = reading_plain_blanks(r, a->title);
	a->version = trimmed(r, advisory_key_value(a, "version"));
	a->number = trimmed(r, advisory_key_value(a, "number"));
	a->date_printed = trimmed(r, advisory_key_value(a, "date"));
	a->original_date_printed = trimmed(r, original_date(a));
	a->date = a->date_printed ? date_iso(r, a->date_printed) : NULL;
	a->original_date = a->original_date_printed ? date_iso(r, a->original_date_printed) : NULL;
	a->licence_title = trimmed(r, advisory_key_value(a, "licence_title"));
	a->licence_link = trimmed(r, advisory_key_value(a, "licence_link"));
	a->licence_restrictions = trimmed(r, advisory_key_value(a, "licence_restrictions"));
	a->licence_author = trimmed(r, advisory_key_value(a, "licence_author"));
}

static void read_body(struct reading *r, struct view body, struct advisory *a)
{
	struct list blocks = {0}, mentions = {0};
	const struct block *block;
	struct view flat;
	size_t preamble = body.n;

	if (a->form == ADVISORY_FLATTENED) {
		/* A copy may have been wrapped again on its way. */
		body = reading_collapse(r, body);
		blocks_flattened(r, body, &blocks);
		flat = body;
		preamble = body.n;
	} else {
		blocks_published(r, body, &blocks);
		flat = reading_flatten(r, body);
	}
	block = blocks.items;
	for (size_t i = 0; i < blocks.count; i++) {
		if (block[i].kind == BLOCK_HEADING) {
			preamble = block[i].begin;
			break;
		}
	}
	history_read(r, reading_flatten(r, view_slice(body, 0, preamble)), a);
	sections_build(r, body, &blocks, a);
	/* Both forms give the same flat text, so CVEs and scores can't differ between them. */
	cves_read(r, flat, a, &mentions);
	if (!r->failed && !r->too_many)
		cvss_read(r, flat, &mentions, a);
}

enum tocsin_status advisory_parse(struct view text, struct advisory **ret,
				  struct tocsin_error *error)
{
	struct advisory *a;
	struct reading r = {0};
	enum tocsin_status status;
	const uint8_t *nul;
	size_t body = 0;

	ENSURE(text.n <= LIMIT_DOCUMENT_BYTES, error, TOCSIN_LIMIT, 0,
	       "document is too large for an advisory");
	nul = text.n ? memchr(text.p, 0, text.n) : NULL;
	ENSURE(!nul, error, TOCSIN_INVALID, (uint64_t)(nul - text.p),
	       "a NUL byte: this is no text");
	a = calloc(1, sizeof(*a));
	if (!a)
		return error_set(error, TOCSIN_NO_MEMORY, 0, "out of memory");
	r.arena = &a->arena;
	if (view_starts(text, "\xef\xbb\xbf"))
		body = 3;
	text = view_slice(text, body, text.n);
	status = front_matter_parse(&r, text, a, &body, error);
	if (status != TOCSIN_OK)
		goto out;
	read_keys(&r, a);
	if (!r.failed && (!a->number || !a->title)) {
		status = error_setf(error, TOCSIN_SYNTAX, body, "front matter lacks a key",
				    "%s is needed", a->number ? "title" : "number");
		goto out;
	}
	read_body(&r, view_slice(text, body, text.n), a);
	if (r.too_many)
		status = error_setf(error, TOCSIN_LIMIT, body, "too many CVEs in one advisory",
				    "at most %u are read", LIMIT_ADVISORY_CVES);
	if (r.failed)
		status = error_set(error, TOCSIN_NO_MEMORY, 0, "out of memory");
out:
	if (status == TOCSIN_OK)
		*ret = a;
	else
		advisory_free(a);
	return status;
}

void advisory_free(struct advisory *a)
{
	if (!a)
		return;
	arena_free(&a->arena);
	free(a);
}
