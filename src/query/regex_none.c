/* SPDX-License-Identifier: Apache-2.0 */
/* Regular expressions in a build without PCRE2: refused, so that no answer is a guess. */
#ifndef TOCSIN_HAVE_PCRE2

#include "query/regex.h"

enum tocsin_status regex_compile(struct view pattern, bool nocase, struct regex **ret,
				 struct tocsin_error *error)
{
	(void)pattern;
	(void)nocase;
	(void)ret;
	return error_setf(error, TOCSIN_UNSUPPORTED, 0,
			  "this build of tocsin has no regular expressions", "build it with PCRE2");
}

void regex_free(struct regex *r)
{
	(void)r;
}

bool regex_may_match(const struct regex *r, struct view text)
{
	(void)r;
	(void)text;
	return true;
}

enum tocsin_status regex_match(struct regex *r, struct view text, bool *ret_matched,
			       struct tocsin_error *error)
{
	(void)r;
	(void)text;
	(void)ret_matched;
	return error_set(error, TOCSIN_UNSUPPORTED, 0,
			 "this build of tocsin has no regular expressions");
}

#else
typedef int regex_none_is_empty; /* ISO C wants a declaration in a file */
#endif
