/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The text of a command as it circulates, and its repairs. Each byte remembers where it stood in
 * the text as given, so that errors point there.
 */
#ifndef TOCSIN_LANG_POWERSHELL_PS_SOURCE_H
#define TOCSIN_LANG_POWERSHELL_PS_SOURCE_H

#include "base/arena.h"
#include "base/view.h"

struct ps_source {
	const char *p; /* NUL-terminated behind its n bytes */
	size_t n;
	const uint32_t *origin; /* n + 1 byte offsets */
	bool joined;            /* PS_JOINT stands where lines were joined */
};

/* Decodes HTML entities and takes prompts (`PS C:\>`, `[PS] C:\>`, `C:\>`, `>>`) off line starts.
 * False without memory. */
bool ps_source_clean(struct arena *a, struct view text, struct ps_source *ret);

/* A blank, and the end of a comment: a comment never takes the lines behind its own with it. */
#define PS_JOINT '\v'

/* The same text with every line break (and the blanks and a backtick around it) as PS_JOINT. */
bool ps_source_join(struct arena *a, const struct ps_source *s, struct ps_source *ret);

/* The same text without Markdown's escapes (`\*`, `\_`, `\"`) and code marks around it. */
bool ps_source_unescape(struct arena *a, const struct ps_source *s, struct ps_source *ret);

#endif
