/* SPDX-License-Identifier: Apache-2.0 */
/*
 * An advisory document as a model. CERT-EU's security advisories are read in the two forms in which
 * they circulate: as published (Markdown behind front matter) and flattened (all of it on one line:
 * every <...> removed, each run of white space one blank). The same document gives the same model
 * in both, but for what flattening destroys (docs/advisories.md lists it).
 *
 * Text is UTF-8 as the document has it, unchecked: print it through text_clean() or utf8_append().
 */
#ifndef TOCSIN_ADVISORY_ADVISORY_H
#define TOCSIN_ADVISORY_ADVISORY_H

#include "base/arena.h"
#include "base/error.h"

enum advisory_form { ADVISORY_PUBLISHED, ADVISORY_FLATTENED };

/* A front matter line. */
struct advisory_key {
	const char *name, *value;
	bool known; /* false: this version does not know what it means */
};

struct advisory_history {
	const char *date;         /* ISO 8601, or NULL where the printed one is no date */
	const char *date_printed; /* "10/11/2021" */
	const char *version;      /* "1.0" */
	const char *text;
};

enum advisory_section_kind {
	ADVISORY_SUMMARY,
	ADVISORY_TECHNICAL_DETAILS,
	ADVISORY_AFFECTED_PRODUCTS,
	ADVISORY_RECOMMENDATIONS,
	ADVISORY_DETECTION,
	ADVISORY_REFERENCES,
	ADVISORY_OTHER
};

struct advisory_section {
	enum advisory_section_kind kind; /* a sub-heading without own meaning has its parent's */
	unsigned level;                  /* 1 for `#` */
	const char *heading;             /* as printed */
	const char *text;                /* as printed, up to the next heading of any level */
};

/* A score as printed. NULL: not printed. */
struct advisory_cvss {
	const char *score;    /* "8.8" */
	const char *version;  /* "3.1" */
	const char *severity; /* the word beside the score, as printed */
	const char *vector;
	const char *wording; /* the words that were read so */
	const char *cve;     /* the one it is said of; NULL where the text leaves it open */
};

/* One list item, or a paragraph between items. */
struct advisory_item {
	const char *text;  /* as printed, white space joined */
	const char *plain; /* without emphasis, code marks, citations, closing punctuation */
	unsigned depth;    /* of nesting, from 0; always 0 in the flattened form */
	bool prose;        /* a paragraph, no item */
};

struct advisory_code {
	const char *text;     /* verbatim, without the last line end */
	const char *tag;      /* behind the fence, or NULL; says nothing reliable */
	const char *language; /* a guess from the content: "powershell", "cmd", "shell", "kql",
				 "spl", "snort", "xml", "registry", "log", "unknown" */
	bool reads_evidence;  /* a command that only reads logs, files or a log store */
	const char *reason;   /* why so, one short sentence */
	bool fenced;          /* false: by indentation; flattening makes such a block prose */
	size_t section;       /* its index; ADVISORY_NONE in front of the first heading */
};

struct advisory_reference {
	unsigned number;     /* 0 where it has none */
	const char *address; /* NULL: not in this copy */
	const char *label;   /* text beside the address, or NULL */
};

#define ADVISORY_NONE SIZE_MAX

struct advisory {
	struct arena arena; /* everything below lives here */
	enum advisory_form form;

	struct advisory_key *keys; /* all, in order */
	size_t key_count;
	/* From the keys; NULL where absent, but title and number are always there. The title has
	 * its no-break blanks as blanks. */
	const char *title, *version, *number;
	const char *date, *original_date;                 /* ISO 8601, or NULL where unreadable */
	const char *date_printed, *original_date_printed; /* as printed */
	const char *licence_title, *licence_link, *licence_restrictions, *licence_author;

	struct advisory_history *history;
	size_t history_count;
	struct advisory_section *sections;
	size_t section_count;
	const char **cves; /* "CVE-2021-42321", in the order in which they are first named */
	size_t cve_count;
	struct advisory_cvss *cvss;
	size_t cvss_count;
	struct advisory_item *products; /* of the sections about affected products */
	size_t product_count;
	struct advisory_item *recommendations;
	size_t recommendation_count;
	struct advisory_code *codes;
	size_t code_count;
	struct advisory_reference *references;
	size_t reference_count;
};

/*
 * Parses a document; the form is recognised. TOCSIN_SYNTAX: no such document; TOCSIN_TRUNCATED: it
 * ends inside the front matter. error->offset is a byte offset. Freed with advisory_free().
 */
TOCSIN_MUST_USE enum tocsin_status advisory_parse(struct view text, struct advisory **ret,
						  struct tocsin_error *error);

void advisory_free(struct advisory *a);

/* The value of a front matter key, or NULL. */
const char *advisory_key_value(const struct advisory *a, const char *name);

/* "summary", "technical_details", ... */
const char *advisory_section_name(enum advisory_section_kind kind);

#endif
