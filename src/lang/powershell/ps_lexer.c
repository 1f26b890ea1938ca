/* SPDX-License-Identifier: Apache-2.0 */
#include "lang/powershell/ps_lexer.h"

#include <stdarg.h>
#include <stdio.h>

#include "base/utf.h"

enum tocsin_status ps_error(struct tocsin_error *error, const struct ps_source *s,
			    enum tocsin_status status, size_t at, const char *msg, const char *fmt,
			    ...)
{
	error_set(error, status, s->origin[at < s->n ? at : s->n], msg);
	if (error) {
		va_list ap;

		va_start(ap, fmt);
		vsnprintf(error->detail, sizeof(error->detail), fmt, ap);
		va_end(ap);
	}
	return status;
}

/* The character at `at` and its length; 0 and 0 at the end. */
static uint32_t peek(const struct ps_source *s, size_t at, size_t *ret_n)
{
	struct view rest = {(const uint8_t *)s->p + at, at < s->n ? s->n - at : 0};
	uint32_t cp;

	*ret_n = 0;
	if (!rest.n)
		return 0;
	cp = utf8_next(&rest);
	*ret_n = s->n - at - rest.n;
	return cp;
}

static bool is_blank(uint32_t c)
{
	return c == ' ' || c == '\t' || c == '\v' || c == '\f' || c == 0xa0 || c == 0x85 ||
	       c == 0x1680 || (c >= 0x2000 && c <= 0x200a) || c == 0x2028 || c == 0x2029 ||
	       c == 0x202f || c == 0x205f || c == 0x3000 || c == 0x200b || c == 0xfeff;
}

static bool is_dash(uint32_t c)
{
	return c == '-' || (c >= 0x2013 && c <= 0x2015);
}

static bool is_single_quote(uint32_t c)
{
	return c == '\'' || (c >= 0x2018 && c <= 0x201b);
}

static bool is_double_quote(uint32_t c)
{
	return c == '"' || (c >= 0x201c && c <= 0x201e);
}

static bool is_quote(uint32_t c)
{
	return is_single_quote(c) || is_double_quote(c);
}

static bool is_digit(uint32_t c)
{
	return c >= '0' && c <= '9';
}

/* Of a name. Punctuation of the U+2000 block (dashes, quotes, blanks) is none. */
static bool is_letter(uint32_t c)
{
	if (c < 0x80)
		return ((c | 32) >= 'a' && (c | 32) <= 'z') || c == '_';
	return c >= 0xc0 && !(c >= 0x2000 && c < 0x2070) && c != 0x3000 && c != 0xfeff;
}

static bool ends_line(const struct ps_source *s, size_t at)
{
	return s->p[at] == '\n' || (s->joined && s->p[at] == PS_JOINT);
}

size_t ps_skip_blanks(const struct ps_source *s, size_t at)
{
	for (;;) {
		size_t n;
		const uint32_t c = peek(s, at, &n);

		if (n && is_blank(c)) {
			at += n;
		} else if (c == '`' && at + 1 < s->n && s->p[at + 1] == '\n') {
			at += 2;
		} else if (c == '#') {
			while (at < s->n && !ends_line(s, at))
				at++;
		} else if (c == '<' && at + 1 < s->n && s->p[at + 1] == '#') {
			const char *const end = strstr(s->p + at + 2, "#>");

			at = end ? (size_t)(end - s->p) + 2 : s->n;
		} else {
			return at;
		}
	}
}

/* ---- Strings */

static enum tocsin_status unsupported_expansion(struct ps_lexer *l, size_t at)
{
	return ps_error(l->error, l->source, TOCSIN_UNSUPPORTED, at,
			"a string that expands a variable is not understood here",
			"understood: '...' and \"...\" without $name and $(...)");
}

static bool expands(const struct ps_source *s, size_t at)
{
	size_t n;
	const uint32_t c = peek(s, at, &n);

	return is_letter(c) || is_digit(c) || c == '{' || c == '(' || c == '?' || c == '^' ||
	       c == '$' || c == ':';
}

/* The character that a backtick escape stands for. */
static uint32_t escaped(uint32_t c)
{
	static const char from[] = "0abfnrtv", to[] = "\0\a\b\f\n\r\t\v";
	const char *const found = c && c < 0x80 ? strchr(from, (int)c) : NULL;

	return found ? (uint8_t)to[found - from] : c;
}

/* A line break inside quotes: printed commands are wrapped there, so it and the blanks around it
 * are one blank. */
static size_t wrap(struct ps_lexer *l, struct buf *out, size_t at)
{
	const struct ps_source *const s = l->source;

	l->wrapped_string = true;
	while (out->n && (out->p[out->n - 1] == ' ' || out->p[out->n - 1] == '\t'))
		out->n--;
	buf_byte(out, ' ');
	while (at < s->n && (s->p[at] == ' ' || s->p[at] == '\t' || ends_line(s, at)))
		at++;
	return at;
}

static enum tocsin_status quoted(struct ps_lexer *l, struct ps_token *t, struct buf *out)
{
	const struct ps_source *const s = l->source;
	size_t n, at = t->end;
	const bool expandable = is_double_quote(peek(s, at, &n));

	for (at += n; at < s->n;) {
		const uint32_t c = peek(s, at, &n);
		char utf8[4];

		if (expandable ? is_double_quote(c) : is_single_quote(c)) {
			size_t again;
			const uint32_t behind = peek(s, at + n, &again);

			at += n;
			if (!(expandable ? is_double_quote(behind) : is_single_quote(behind))) {
				t->end = at;
				return TOCSIN_OK;
			}
			buf_add(out, s->p + at, again);
			at += again;
		} else if (ends_line(s, at)) {
			at = wrap(l, out, at);
		} else if (expandable && c == '`' && at + 1 < s->n) {
			const uint32_t e = peek(s, at + 1, &n);

			at += 1 + n;
			if (e == '\n')
				at = wrap(l, out, at);
			else
				buf_add(out, utf8, utf8_put(utf8, escaped(e)));
		} else if (expandable && c == '$' && expands(s, at + 1)) {
			return unsupported_expansion(l, at);
		} else {
			buf_add(out, s->p + at, n);
			at += n;
		}
	}
	return ps_error(l->error, s, TOCSIN_SYNTAX, t->at, "a string has no closing quote",
			"it starts here");
}

/* @' … '@ and @" … "@: the text between the lines, without the last line break. */
static enum tocsin_status here_string(struct ps_lexer *l, struct ps_token *t, struct buf *out)
{
	const struct ps_source *const s = l->source;
	size_t n, at = t->at + 1;
	const bool expandable = is_double_quote(peek(s, at, &n));

	at += n;
	while (at < s->n && (s->p[at] == ' ' || s->p[at] == '\t'))
		at++;
	if (at >= s->n || s->p[at] != '\n')
		return ps_error(l->error, s, TOCSIN_SYNTAX, t->at,
				"a here-string needs a line break behind its opening", "@'");
	for (; at < s->n; at++) {
		const uint32_t c = s->p[at] == '\n' ? peek(s, at + 1, &n) : 0;

		if (c && (expandable ? is_double_quote(c) : is_single_quote(c)) &&
		    s->p[at + 1 + n] == '@') {
			/* The first line break belongs to the opening. */
			if (out->n) {
				memmove(out->p, out->p + 1, out->n - 1);
				out->n--;
			}
			t->end = at + n + 2;
			return TOCSIN_OK;
		}
		if (expandable && s->p[at] == '$' && expands(s, at + 1))
			return unsupported_expansion(l, at);
		if (expandable && s->p[at] == '`' && at + 1 < s->n &&
		    (uint8_t)s->p[at + 1] < 0x80) {
			at++;
			buf_byte(out, (char)escaped((uint8_t)s->p[at]));
			continue;
		}
		buf_byte(out, s->p[at]);
	}
	return ps_error(l->error, s, TOCSIN_SYNTAX, t->at, "a here-string has no end", "'@");
}

/* ---- Numbers */

/* A number with suffix and multiplier (`10l`, `4kb`, `0x1F`); false when `p` is no number. */
static bool number(struct arena *a, const char *p, size_t n, struct datum *ret)
{
	static const char *const multipliers[] = {"kb", "mb", "gb", "tb", "pb"};
	unsigned shift = 0;
	struct view text;

	if (!n || !(is_digit((uint8_t)p[0]) || ((p[0] == '.' || p[0] == '-' || p[0] == '+') &&
						n > 1 && (is_digit((uint8_t)p[1]) || p[1] == '.'))))
		return false;
	for (unsigned i = 0; i < 5 && n > 2; i++)
		if (ascii_equal_nocase_n(p + n - 2, 2, multipliers[i]) &&
		    !(p[0] == '0' && (p[1] | 32) == 'x')) {
			shift = 10 * (i + 1);
			n -= 2;
			break;
		}
	if (n > 1 && (p[n - 1] | 32) == 'l')
		n--;
	text = utf8_to_utf16(a, (struct view){(const uint8_t *)p, n});
	if (!text.p || !datum_parse_number(text, ret))
		return false;
	for (; shift; shift -= 10) {
		if (ret->type == DATUM_DOUBLE)
			ret->as.d *= 1024;
		else if (ret->type != DATUM_INT ||
			 __builtin_mul_overflow(ret->as.i, 1024, &ret->as.i))
			return false;
	}
	return true;
}

/* ---- Tokens */

static enum tocsin_status keep(struct ps_lexer *l, struct ps_token *t, struct buf *b)
{
	t->text_n = b->n;
	t->text = b->failed ? NULL : arena_copy(l->arena, b->p ? b->p : "", b->n);
	buf_free(b);
	ENSURE(t->text, l->error, TOCSIN_NO_MEMORY, 0, "out of memory");
	return TOCSIN_OK;
}

static enum tocsin_status string_token(struct ps_lexer *l, struct ps_token *t, bool here)
{
	struct buf b = {NULL, 0, 0, 0, false};
	const enum tocsin_status status = here ? here_string(l, t, &b) : quoted(l, t, &b);

	if (status != TOCSIN_OK) {
		buf_free(&b);
		return status;
	}
	t->kind = PS_TOKEN_STRING;
	return keep(l, t, &b);
}

static enum tocsin_status variable_token(struct ps_lexer *l, struct ps_token *t)
{
	const struct ps_source *const s = l->source;
	struct buf b = {NULL, 0, 0, 0, false};
	size_t at = t->at + 1, n;
	const bool braced = at < s->n && s->p[at] == '{';

	if (at < s->n && s->p[at] == '(')
		return ps_error(l->error, s, TOCSIN_UNSUPPORTED, t->at,
				"a subexpression is not understood here", "$( )");
	at += braced;
	for (; at < s->n; at += n) {
		const uint32_t c = peek(s, at, &n);

		if (braced ? c == '}' : !(is_letter(c) || is_digit(c) || c == ':'))
			break;
		buf_add(&b, s->p + at, n);
	}
	if (!b.n) {
		buf_free(&b);
		return ps_error(l->error, s, TOCSIN_SYNTAX, t->at, "a `$` without a name",
				"understood: $_ $PSItem $true $false $null");
	}
	t->end = at + (braced && at < s->n);
	t->kind = PS_TOKEN_VARIABLE;
	return keep(l, t, &b);
}

static const struct {
	const char *name;
	enum ps_operator op;
} operators[] = {
	{"eq", PS_EQ},
	{"ne", PS_NE},
	{"lt", PS_LT},
	{"le", PS_LE},
	{"gt", PS_GT},
	{"ge", PS_GE},
	{"like", PS_LIKE},
	{"notlike", PS_NOT_LIKE},
	{"match", PS_MATCH},
	{"notmatch", PS_NOT_MATCH},
	{"in", PS_IN},
	{"notin", PS_NOT_IN},
	{"contains", PS_CONTAINS},
	{"notcontains", PS_NOT_CONTAINS},
	{"and", PS_AND},
	{"or", PS_OR},
	{"xor", PS_XOR},
	{"not", PS_NOT},
};

bool ps_operator_find(const char *name, size_t n, enum ps_operator *ret, bool *ret_exact)
{
	for (size_t i = 0; i < sizeof(operators) / sizeof(operators[0]); i++) {
		const bool comparison = operators[i].op < PS_COMPARISONS;
		const bool prefixed = comparison && n > 1 &&
				      ((name[0] | 32) == 'c' || (name[0] | 32) == 'i') &&
				      ascii_equal_nocase_n(name + 1, n - 1, operators[i].name);

		if (!prefixed && !ascii_equal_nocase_n(name, n, operators[i].name))
			continue;
		*ret = operators[i].op;
		*ret_exact = prefixed && (name[0] | 32) == 'c';
		return true;
	}
	return false;
}

size_t ps_word_end(const struct ps_source *s, size_t at)
{
	size_t n;

	for (;;) {
		const uint32_t c = peek(s, at, &n);

		if (!is_letter(c) && !is_digit(c))
			return at;
		at += n;
	}
}

/* Behind a dash in an expression. */
static enum tocsin_status operator_token(struct ps_lexer *l, struct ps_token *t, size_t name)
{
	const struct ps_source *const s = l->source;
	const size_t end = ps_word_end(s, name);

	t->end = end;
	t->text = arena_copy(l->arena, s->p + name, end - name);
	t->text_n = end - name;
	ENSURE(t->text, l->error, TOCSIN_NO_MEMORY, 0, "out of memory");
	t->kind = ps_operator_find(t->text, t->text_n, &t->op, &t->exact) ? PS_TOKEN_OPERATOR
									  : PS_TOKEN_ARITHMETIC;
	return TOCSIN_OK;
}

static enum tocsin_status parameter_token(struct ps_lexer *l, struct ps_token *t, size_t name)
{
	const struct ps_source *const s = l->source;
	size_t at = name, n;

	for (;; at += n) {
		const uint32_t c = peek(s, at, &n);

		if (!n || is_blank(c) || (c < 0x80 && strchr("\n{}();,|&.[:", (int)c)) ||
		    is_quote(c))
			break;
	}
	t->kind = PS_TOKEN_PARAMETER;
	t->colon = at < s->n && s->p[at] == ':';
	t->end = at + t->colon;
	t->text_n = at - name;
	t->text = arena_copy(l->arena, s->p + name, t->text_n);
	ENSURE(t->text, l->error, TOCSIN_NO_MEMORY, 0, "out of memory");
	return TOCSIN_OK;
}

/* Bare text of a command's argument, with quotes inside it joined. */
static enum tocsin_status word_token(struct ps_lexer *l, struct ps_token *t)
{
	const struct ps_source *const s = l->source;
	struct buf b = {NULL, 0, 0, 0, false};
	enum tocsin_status status = TOCSIN_OK;
	size_t n;

	for (t->end = t->at; status == TOCSIN_OK;) {
		const uint32_t c = peek(s, t->end, &n);
		char utf8[4];

		if (!n || is_blank(c) || (c < 0x80 && strchr("\n,;(){}|&", (int)c)))
			break;
		if (is_quote(c)) {
			status = quoted(l, t, &b);
		} else if (c == '`' && t->end + 1 < s->n) {
			const uint32_t e = peek(s, t->end + 1, &n);

			if (e == '\n')
				break;
			buf_add(&b, utf8, utf8_put(utf8, escaped(e)));
			t->end += 1 + n;
		} else if (c == '$' && expands(s, t->end + 1)) {
			status = unsupported_expansion(l, t->end);
		} else {
			buf_add(&b, s->p + t->end, n);
			t->end += n;
		}
	}
	if (status != TOCSIN_OK) {
		buf_free(&b);
		return status;
	}
	t->kind = PS_TOKEN_WORD;
	TRY(keep(l, t, &b));
	if (number(l->arena, t->text, t->text_n, &t->number))
		t->kind = PS_TOKEN_NUMBER;
	return TOCSIN_OK;
}

static enum tocsin_status number_token(struct ps_lexer *l, struct ps_token *t)
{
	const struct ps_source *const s = l->source;
	struct buf b = {NULL, 0, 0, 0, false};
	size_t at = t->at, n;
	enum tocsin_status status;

	if (is_dash(peek(s, at, &n))) {
		buf_byte(&b, '-');
		at += n;
	}
	while (at < s->n && (is_letter((uint8_t)s->p[at]) || is_digit((uint8_t)s->p[at]) ||
			     (s->p[at] == '.' && at + 1 < s->n && is_digit((uint8_t)s->p[at + 1]))))
		buf_byte(&b, s->p[at++]);
	t->end = at;
	t->kind = PS_TOKEN_NUMBER;
	status = keep(l, t, &b);
	if (status == TOCSIN_OK && !number(l->arena, t->text, t->text_n, &t->number))
		return ps_error(l->error, s, TOCSIN_SYNTAX, t->at, "not a number", "%.40s",
				t->text);
	return status;
}

/* Tokens of one or two fixed characters; false: none of them. */
static bool fixed_token(const struct ps_source *s, enum ps_mode mode, struct ps_token *t)
{
	static const struct {
		char c[3];
		enum ps_token_kind kind;
		bool expression_only;
	} fixed[] = {
		{"\n", PS_TOKEN_NEWLINE, false},     {";", PS_TOKEN_SEMICOLON, false},
		{"||", PS_TOKEN_ARITHMETIC, false},  {"|", PS_TOKEN_PIPE, false},
		{",", PS_TOKEN_COMMA, false},        {"(", PS_TOKEN_OPEN, false},
		{")", PS_TOKEN_CLOSE, false},        {"{", PS_TOKEN_OPEN_BLOCK, false},
		{"}", PS_TOKEN_CLOSE_BLOCK, false},  {"@(", PS_TOKEN_OPEN_ARRAY, false},
		{"@{", PS_TOKEN_OPEN_TABLE, false},  {"&", PS_TOKEN_ARITHMETIC, false},
		{">", PS_TOKEN_ARITHMETIC, false},   {"[", PS_TOKEN_OPEN_BRACKET, true},
		{"]", PS_TOKEN_CLOSE_BRACKET, true}, {"..", PS_TOKEN_ARITHMETIC, true},
		{"::", PS_TOKEN_ARITHMETIC, true},   {"+", PS_TOKEN_ARITHMETIC, true},
		{"*", PS_TOKEN_ARITHMETIC, true},    {"/", PS_TOKEN_ARITHMETIC, true},
		{"%", PS_TOKEN_ARITHMETIC, true},    {"=", PS_TOKEN_ARITHMETIC, true},
	};

	for (size_t i = 0; i < sizeof(fixed) / sizeof(fixed[0]); i++) {
		const size_t n = strlen(fixed[i].c);

		if ((fixed[i].expression_only && mode != PS_EXPRESSION) ||
		    strncmp(s->p + t->at, fixed[i].c, n) != 0)
			continue;
		t->kind = fixed[i].kind;
		t->text = fixed[i].c;
		t->text_n = n;
		t->end = t->at + n;
		return true;
	}
	return false;
}

static enum tocsin_status expression_token(struct ps_lexer *l, struct ps_token *t, uint32_t c,
					   size_t n)
{
	const struct ps_source *const s = l->source;
	size_t behind_n;
	const uint32_t behind = peek(s, t->at + n, &behind_n);

	if (is_digit(c) || (is_dash(c) && is_digit(behind)))
		return number_token(l, t);
	if (is_dash(c) && is_letter(behind))
		return operator_token(l, t, t->at + n);
	if (c == '!') {
		t->kind = PS_TOKEN_OPERATOR;
		t->op = PS_NOT;
		t->end = t->at + 1;
		return TOCSIN_OK;
	}
	if (is_dash(c)) {
		t->kind = PS_TOKEN_ARITHMETIC;
		t->text = "-";
		t->end = t->at + n;
		return TOCSIN_OK;
	}
	if (c == '<')
		return ps_error(l->error, s, TOCSIN_SYNTAX, t->at, "`<` is not PowerShell",
				"a placeholder such as <Path> must be replaced first");
	return ps_error(l->error, s, TOCSIN_SYNTAX, t->at,
			"this is not understood in an expression", "text needs quotes");
}

enum tocsin_status ps_lex(struct ps_lexer *l, size_t at, enum ps_mode mode, struct ps_token *ret)
{
	const struct ps_source *const s = l->source;
	struct ps_token t;
	size_t n, behind_n;
	uint32_t c, behind;
	enum tocsin_status status;

	memset(&t, 0, sizeof(t));
	t.text = "";
	t.at = t.end = ps_skip_blanks(s, at);
	c = peek(s, t.at, &n);
	behind = peek(s, t.at + n, &behind_n);
	if (!n) {
		t.kind = PS_TOKEN_END;
		status = TOCSIN_OK;
	} else if (c == 0) {
		status = ps_error(l->error, s, TOCSIN_SYNTAX, t.at, "a NUL in the command", "%s",
				  "it is no text");
	} else if (is_quote(c)) {
		status = string_token(l, &t, false);
	} else if (c == '@' && is_quote(behind)) {
		status = string_token(l, &t, true);
	} else if (c == '$') {
		status = variable_token(l, &t);
	} else if (fixed_token(s, mode, &t)) {
		status = TOCSIN_OK;
	} else if (mode == PS_EXPRESSION) {
		status = expression_token(l, &t, c, n);
	} else if (is_dash(c) && (is_letter(behind) || behind == '?')) {
		status = parameter_token(l, &t, t.at + n);
	} else if (c == '<') {
		status = expression_token(l, &t, c, n);
	} else {
		status = word_token(l, &t);
	}
	if (status == TOCSIN_OK)
		*ret = t;
	return status;
}
