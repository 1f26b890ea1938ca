/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What the parts of the advisory parser share. They fill the model in place and don't fail on their
 * own: a document's body has no wrong text. Memory that runs out sticks in `failed` (as in a struct
 * buf) and is asked for once, at the end.
 */
#ifndef TOCSIN_ADVISORY_READING_H
#define TOCSIN_ADVISORY_READING_H

#include "advisory/advisory.h"

struct reading {
	struct arena *arena;
	bool failed;
	bool too_many; /* LIMIT_ADVISORY_CVES */
};

/* A growing array in the arena. */
struct list {
	void *items;
	size_t count, size;
};

/* A zeroed new last item, or NULL. */
void *list_add(struct reading *r, struct list *l, size_t item_size);

/* ASCII white space, as HTML and Markdown know it; no-break spaces are text. */
bool is_blank(uint8_t c);
bool is_digit(uint8_t c);
bool is_alpha(uint8_t c);
bool is_upper(uint8_t c);
uint8_t to_lower(uint8_t c);

struct view view_trim(struct view v);
bool view_starts(struct view v, const char *prefix);
bool view_starts_nocase(struct view v, const char *prefix);
/* Where `needle` is first found at or behind `from`, or SIZE_MAX. */
size_t view_find(struct view v, size_t from, const char *needle);
size_t view_find_nocase(struct view v, size_t from, const char *needle);

/* Copies; "" when memory ran out. */
const char *reading_copy(struct reading *r, struct view v);

/* No-break blanks (U+00A0, U+202F) as blanks: typesetting, in the way of comparing words. */
const char *reading_plain_blanks(struct reading *r, const char *text);

/* The text with each run of white space as one blank, none at the ends. */
struct view reading_collapse(struct reading *r, struct view v);

/* The same, with <http://...> and its like left out as flattening does: both forms of a document
 * then give the same bytes. */
struct view reading_flatten(struct reading *r, struct view v);

/* ---- blocks: the shape of a body, read from lines (published.c) or from one line (flattened.c) */

enum block_kind { BLOCK_HEADING, BLOCK_TEXT, BLOCK_ITEM, BLOCK_CODE };

struct block {
	enum block_kind kind;
	unsigned level;    /* heading: 1 for `#`; item: depth from 0 */
	bool fenced;       /* code */
	const char *text;  /* white space joined; code: verbatim */
	const char *tag;   /* code: behind the fence, or NULL */
	size_t begin, end; /* place in the body */
};

void blocks_published(struct reading *r, struct view body, struct list *blocks);
/* `body` is flat already. */
void blocks_flattened(struct reading *r, struct view body, struct list *blocks);

/* ---- parts */

/* Fills the keys; *ret_end is where the body begins. */
TOCSIN_MUST_USE enum tocsin_status front_matter_parse(struct reading *r, struct view text,
						      struct advisory *a, size_t *ret_end,
						      struct tocsin_error *error);

/* ISO 8601 of a printed date ("November 10, 2021", "10 November, 2021", "2021-11-10"), or NULL. */
const char *date_iso(struct reading *r, const char *printed);

/* From the flat text in front of the first heading. */
void history_read(struct reading *r, struct view flat, struct advisory *a);

/* The kind that a heading's words name; ADVISORY_OTHER for free words. */
enum advisory_section_kind heading_kind(const char *heading);

/* Length of the known heading that `v` starts with (longest first), or 0. */
size_t heading_known(struct view v);

/* Sections, products, recommendations, code and references from the blocks. */
void sections_build(struct reading *r, struct view body, const struct list *blocks,
		    struct advisory *a);

/* Where the flat text names which CVE. */
struct mention {
	size_t begin, end;
	size_t cve; /* index into a->cves */
};

/* CVEs of the title and the flat body; the mentions are those in the body. */
void cves_read(struct reading *r, struct view flat, struct advisory *a, struct list *mentions);

/* Scores in the flat body, with the CVE that each is said of. */
void cvss_read(struct reading *r, struct view flat, const struct list *mentions,
	       struct advisory *a);

/* Guesses the language and tells whether the block only reads evidence. */
void code_classify(struct advisory_code *code);

/* References of one section's text. */
void references_read(struct reading *r, struct view text, bool published, struct list *out);

#endif
