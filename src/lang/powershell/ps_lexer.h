/* SPDX-License-Identifier: Apache-2.0 */
/*
 * PowerShell's tokens (language specification chapter 2; about_Parsing). The same text has other
 * tokens in the two modes: an expression (`$_.Id -eq 1`) or a command's arguments (`-Id 1`).
 */
#ifndef TOCSIN_LANG_POWERSHELL_PS_LEXER_H
#define TOCSIN_LANG_POWERSHELL_PS_LEXER_H

#include "base/error.h"
#include "lang/powershell/ps_source.h"
#include "query/datum.h"

enum ps_mode { PS_EXPRESSION, PS_ARGUMENT };

enum ps_token_kind {
	PS_TOKEN_END,
	PS_TOKEN_NEWLINE,
	PS_TOKEN_SEMICOLON,
	PS_TOKEN_WORD,       /* argument mode: bare text */
	PS_TOKEN_STRING,     /* quoted; .text is its value */
	PS_TOKEN_NUMBER,     /* .number, .text as written */
	PS_TOKEN_VARIABLE,   /* .text without `$` */
	PS_TOKEN_PARAMETER,  /* argument mode: .text without the dash; .colon */
	PS_TOKEN_OPERATOR,   /* expression mode: .op */
	PS_TOKEN_ARITHMETIC, /* + - * / % .. = and other operators that the subset lacks */
	PS_TOKEN_PIPE,
	PS_TOKEN_COMMA,
	PS_TOKEN_OPEN,         /* ( */
	PS_TOKEN_CLOSE,        /* ) */
	PS_TOKEN_OPEN_BLOCK,   /* { */
	PS_TOKEN_CLOSE_BLOCK,  /* } */
	PS_TOKEN_OPEN_ARRAY,   /* @( */
	PS_TOKEN_OPEN_TABLE,   /* @{ */
	PS_TOKEN_OPEN_BRACKET, /* [ */
	PS_TOKEN_CLOSE_BRACKET
};

enum ps_operator {
	PS_EQ,
	PS_NE,
	PS_LT,
	PS_LE,
	PS_GT,
	PS_GE,
	PS_LIKE,
	PS_NOT_LIKE,
	PS_MATCH,
	PS_NOT_MATCH,
	PS_IN,
	PS_NOT_IN,
	PS_CONTAINS,
	PS_NOT_CONTAINS,
	PS_COMPARISONS, /* the ones above take `i` and `c` in front */
	PS_AND = PS_COMPARISONS,
	PS_OR,
	PS_XOR,
	PS_NOT
};

struct ps_token {
	enum ps_token_kind kind;
	size_t at, end; /* in the source */
	const char *text;
	size_t text_n;
	struct datum number;
	enum ps_operator op;
	bool exact; /* operator with `c` in front */
	bool colon; /* parameter with `:` behind */
};

struct ps_lexer {
	struct arena *arena;
	const struct ps_source *source;
	struct tocsin_error *error;
	bool wrapped_string; /* a quoted string ran over a line break */
};

/* The token at `at` (behind blanks and comments). */
TOCSIN_MUST_USE enum tocsin_status ps_lex(struct ps_lexer *l, size_t at, enum ps_mode mode,
					  struct ps_token *ret);

/* Skips blanks, comments and continued lines; not line breaks. */
size_t ps_skip_blanks(const struct ps_source *s, size_t at);

/* Behind the letters, digits and `_` at `at`; typographic quotes and dashes are none. */
size_t ps_word_end(const struct ps_source *s, size_t at);

/* A comparison or logical operator by its name without the dash, ignoring case; false: no such. */
bool ps_operator_find(const char *name, size_t n, enum ps_operator *ret, bool *ret_exact);

/* Errors at a place of the source. */
enum tocsin_status ps_error(struct tocsin_error *error, const struct ps_source *s,
			    enum tocsin_status status, size_t at, const char *msg, const char *fmt,
			    ...) PRINTF_LIKE(6, 7);

#endif
