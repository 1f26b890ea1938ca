/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The syntax tree of a command, and the parser that makes it. It covers more than the compiler
 * understands, so that what is refused is refused by name.
 *
 *   pipeline   = element { "|" element }
 *   element    = command | expression
 *   command    = word { parameter | argument { "," argument } }
 *   expression = comparison { ("-and" | "-or" | "-xor") comparison }    equal, left to right
 *   comparison = unary { operator unary }                               left to right
 *   unary      = ("-not" | "!") unary | list
 *   list       = cast { "," cast }
 *   cast       = "[" type "]" cast | postfix
 *   postfix    = primary { "." name [ arguments ] | "[" expression "]" }
 */
#ifndef TOCSIN_LANG_POWERSHELL_PS_PARSER_H
#define TOCSIN_LANG_POWERSHELL_PS_PARSER_H

#include "lang/powershell/ps_lexer.h"

enum ps_kind {
	PS_STRING,   /* .text; .bare: an argument without quotes */
	PS_NUMBER,   /* .number, .text as written */
	PS_VARIABLE, /* .text */
	PS_MEMBER,   /* items[0] . text */
	PS_CALL,     /* items[0] . text ( items[1…] ) */
	PS_INDEX,    /* items[0] [ items[1] ] */
	PS_ARRAY,    /* items */
	PS_TABLE,    /* items: key, value, key, value … */
	PS_BLOCK,    /* items: statements */
	PS_PAREN,    /* items[0]: a pipeline or an expression */
	PS_CAST,     /* [text] items[0] */
	PS_NEGATION, /* -not items[0] */
	PS_LOGIC,    /* items[0] op items[1] op … (.op: PS_AND, PS_OR, PS_XOR) */
	PS_COMPARE,  /* items[0] op items[1] */
	PS_PIPELINE, /* items: commands and expressions, two or more */
	PS_COMMAND,  /* .text, items: arguments and parameters */
	PS_PARAMETER /* -text, items[0] behind `:` */
};

struct ps_node {
	enum ps_kind kind;
	bool bare, exact;
	enum ps_operator op;
	size_t at; /* in the source */
	const char *text;
	size_t text_n;
	struct datum number;
	struct ps_node **items;
	size_t count, size;
	unsigned depth;
};

/*
 * Parses one command. TOCSIN_SYNTAX or TOCSIN_UNSUPPORTED with the place. Nesting is bounded by
 * LIMIT_EXPRESSION_DEPTH. *ret_wrapped tells that a quoted string ran over a line break.
 */
TOCSIN_MUST_USE enum tocsin_status ps_parse(struct arena *a, const struct ps_source *s,
					    struct ps_node **ret, bool *ret_wrapped,
					    struct tocsin_error *error);

#endif
