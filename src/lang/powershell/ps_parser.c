/* SPDX-License-Identifier: Apache-2.0 */
#include "lang/powershell/ps_parser.h"

#include "base/limits.h"
#include "base/utf.h"

struct parser {
	struct arena *arena;
	const struct ps_source *source;
	struct ps_lexer lexer;
	struct tocsin_error *error;
	size_t at;
	bool have; /* `token` is the one at `at` in `mode` */
	enum ps_mode mode;
	struct ps_token token;
	unsigned depth;
};

static enum tocsin_status pipeline(struct parser *p, struct ps_node **ret);
static enum tocsin_status expression(struct parser *p, struct ps_node **ret);
static enum tocsin_status cast(struct parser *p, struct ps_node **ret);

/* ---- Tokens */

static enum tocsin_status peek(struct parser *p, enum ps_mode mode)
{
	if (p->have && p->mode == mode)
		return TOCSIN_OK;
	TRY(ps_lex(&p->lexer, p->at, mode, &p->token));
	p->have = true;
	p->mode = mode;
	return TOCSIN_OK;
}

static void next(struct parser *p)
{
	p->at = p->token.end;
	p->have = false;
}

/* Line breaks (and semicolons) are skipped in the text itself: what follows may be a word, which
 * only argument mode has. */
static void skip_lines(struct parser *p, bool semicolons)
{
	const struct ps_source *const s = p->source;

	p->have = false;
	for (;;) {
		p->at = ps_skip_blanks(s, p->at);
		if (s->p[p->at] != '\n' && !(semicolons && s->p[p->at] == ';'))
			return;
		p->at++;
	}
}

/* Whether the next character that counts is `c`. */
static bool at_char(struct parser *p, char c)
{
	p->at = ps_skip_blanks(p->source, p->at);
	p->have = false;
	return p->source->p[p->at] == c;
}

static enum tocsin_status fail(struct parser *p, size_t at, const char *msg, const char *detail)
{
	return ps_error(p->error, p->source, TOCSIN_SYNTAX, at, msg, "%s", detail);
}

static enum tocsin_status refuse(struct parser *p, size_t at, const char *msg, const char *detail)
{
	return ps_error(p->error, p->source, TOCSIN_UNSUPPORTED, at, msg, "%s", detail);
}

static enum tocsin_status expect(struct parser *p, enum ps_token_kind kind, size_t opened,
				 const char *msg)
{
	skip_lines(p, kind == PS_TOKEN_CLOSE_BLOCK);
	TRY(peek(p, PS_EXPRESSION));
	if (p->token.kind != kind)
		return ps_error(p->error, p->source, TOCSIN_SYNTAX, p->token.at, msg,
				"opened at byte %u", (unsigned)p->source->origin[opened]);
	next(p);
	return TOCSIN_OK;
}

/* ---- Nodes */

static enum tocsin_status node(struct parser *p, enum ps_kind kind, size_t at,
			       const struct ps_token *from, struct ps_node **ret)
{
	struct ps_node *const n = arena_alloc(p->arena, sizeof(*n));

	ENSURE(n, p->error, TOCSIN_NO_MEMORY, 0, "out of memory");
	n->kind = kind;
	n->at = at;
	n->depth = 1;
	n->text = from ? from->text : "";
	n->text_n = from ? from->text_n : 0;
	if (from)
		n->number = from->number;
	*ret = n;
	return TOCSIN_OK;
}

static enum tocsin_status add(struct parser *p, struct ps_node *n, struct ps_node *item)
{
	if (n->count == n->size) {
		const size_t size = n->size ? n->size * 2 : 4;
		struct ps_node **const grown =
			arena_array(p->arena, size, sizeof(struct ps_node *));

		ENSURE(grown, p->error, TOCSIN_NO_MEMORY, 0, "out of memory");
		if (n->count)
			memcpy(grown, n->items, n->count * sizeof(*grown));
		n->items = grown;
		n->size = size;
	}
	n->items[n->count++] = item;
	if (item && item->depth >= n->depth)
		n->depth = item->depth + 1;
	if (n->depth > LIMIT_EXPRESSION_DEPTH)
		return ps_error(p->error, p->source, TOCSIN_LIMIT, n->at,
				"the command is nested too deeply", "%u levels",
				LIMIT_EXPRESSION_DEPTH);
	return TOCSIN_OK;
}

/* ---- Expressions */

static enum tocsin_status array(struct parser *p, size_t opened, struct ps_node **ret)
{
	struct ps_node *n, *inner;

	TRY(node(p, PS_ARRAY, opened, NULL, &n));
	skip_lines(p, true);
	while (!at_char(p, ')')) {
		TRY(pipeline(p, &inner));
		if (inner->kind == PS_ARRAY) {
			for (size_t i = 0; i < inner->count; i++)
				TRY(add(p, n, inner->items[i]));
		} else {
			TRY(add(p, n, inner));
		}
		TRY(peek(p, PS_EXPRESSION));
		if (p->token.kind != PS_TOKEN_NEWLINE && p->token.kind != PS_TOKEN_SEMICOLON)
			break;
		skip_lines(p, true);
	}
	TRY(expect(p, PS_TOKEN_CLOSE, opened, "`@(` without its `)`"));
	*ret = n;
	return TOCSIN_OK;
}

/* A bare key of a hashtable, or a member's name: letters, digits, `_`. */
static enum tocsin_status name(struct parser *p, struct ps_token *ret)
{
	const struct ps_source *const s = p->source;
	const size_t end = ps_word_end(s, p->at);

	memset(ret, 0, sizeof(*ret));
	ret->at = p->at;
	ret->end = end;
	ret->text = arena_copy(p->arena, s->p + p->at, end - p->at);
	ret->text_n = end - p->at;
	ENSURE(ret->text, p->error, TOCSIN_NO_MEMORY, 0, "out of memory");
	return TOCSIN_OK;
}

static enum tocsin_status key(struct parser *p, struct ps_node **ret)
{
	struct ps_token t;

	p->at = ps_skip_blanks(p->source, p->at);
	p->have = false;
	TRY(name(p, &t));
	if (t.text_n && !(t.text[0] >= '0' && t.text[0] <= '9')) {
		p->at = t.end;
	} else {
		TRY(peek(p, PS_EXPRESSION));
		t = p->token;
		if (t.kind != PS_TOKEN_STRING && t.kind != PS_TOKEN_NUMBER)
			return fail(p, t.at, "a key is expected in the hashtable", "@{Name=value}");
		next(p);
	}
	return node(p, PS_STRING, t.at, &t, ret);
}

static enum tocsin_status table(struct parser *p, size_t opened, struct ps_node **ret)
{
	struct ps_node *n, *item;

	TRY(node(p, PS_TABLE, opened, NULL, &n));
	for (;;) {
		skip_lines(p, true);
		if (at_char(p, '}'))
			break;
		if (p->at >= p->source->n)
			return fail(p, opened, "`@{` without its `}`", "the hashtable starts here");
		TRY(key(p, &item));
		TRY(add(p, n, item));
		TRY(peek(p, PS_EXPRESSION));
		if (p->token.kind != PS_TOKEN_ARITHMETIC || strcmp(p->token.text, "=") != 0)
			return fail(p, p->token.at, "`=` is expected behind a key",
				    "@{Name=value; Name=value}");
		next(p);
		skip_lines(p, false);
		TRY(pipeline(p, &item));
		TRY(add(p, n, item));
		TRY(peek(p, PS_EXPRESSION));
		if (p->token.kind != PS_TOKEN_NEWLINE && p->token.kind != PS_TOKEN_SEMICOLON &&
		    p->token.kind != PS_TOKEN_CLOSE_BLOCK)
			return fail(p, p->token.at, "`;` or `}` is expected in the hashtable",
				    "@{Name=value; Name=value}");
	}
	p->at++;
	*ret = n;
	return TOCSIN_OK;
}

static enum tocsin_status block(struct parser *p, size_t opened, struct ps_node **ret)
{
	struct ps_node *n, *statement;

	TRY(node(p, PS_BLOCK, opened, NULL, &n));
	skip_lines(p, true);
	while (!at_char(p, '}') && p->at < p->source->n) {
		TRY(pipeline(p, &statement));
		TRY(add(p, n, statement));
		TRY(peek(p, PS_EXPRESSION));
		if (p->token.kind != PS_TOKEN_NEWLINE && p->token.kind != PS_TOKEN_SEMICOLON)
			break;
		skip_lines(p, true);
	}
	TRY(expect(p, PS_TOKEN_CLOSE_BLOCK, opened, "`{` without its `}`"));
	*ret = n;
	return TOCSIN_OK;
}

static enum tocsin_status paren(struct parser *p, size_t opened, struct ps_node **ret)
{
	struct ps_node *n, *inner;

	TRY(node(p, PS_PAREN, opened, NULL, &n));
	skip_lines(p, false);
	TRY(pipeline(p, &inner));
	TRY(add(p, n, inner));
	TRY(expect(p, PS_TOKEN_CLOSE, opened, "`(` without its `)`"));
	*ret = n;
	return TOCSIN_OK;
}

/* Opening tokens, in either mode. */
static enum tocsin_status enclosed(struct parser *p, struct ps_node **ret)
{
	const struct ps_token t = p->token;
	enum tocsin_status status;

	if (++p->depth > LIMIT_EXPRESSION_DEPTH)
		return ps_error(p->error, p->source, TOCSIN_LIMIT, t.at,
				"the command is nested too deeply", "%u levels",
				LIMIT_EXPRESSION_DEPTH);
	next(p);
	if (t.kind == PS_TOKEN_OPEN)
		status = paren(p, t.at, ret);
	else if (t.kind == PS_TOKEN_OPEN_ARRAY)
		status = array(p, t.at, ret);
	else if (t.kind == PS_TOKEN_OPEN_TABLE)
		status = table(p, t.at, ret);
	else
		status = block(p, t.at, ret);
	p->depth--;
	return status;
}

static bool opens(enum ps_token_kind kind)
{
	return kind == PS_TOKEN_OPEN || kind == PS_TOKEN_OPEN_ARRAY ||
	       kind == PS_TOKEN_OPEN_TABLE || kind == PS_TOKEN_OPEN_BLOCK;
}

/* Behind `(` of a method call. */
static enum tocsin_status arguments(struct parser *p, struct ps_node *call, size_t opened)
{
	struct ps_node *argument;

	skip_lines(p, false);
	while (!at_char(p, ')')) {
		TRY(cast(p, &argument));
		TRY(add(p, call, argument));
		skip_lines(p, false);
		TRY(peek(p, PS_EXPRESSION));
		if (p->token.kind != PS_TOKEN_COMMA)
			break;
		next(p);
		skip_lines(p, false);
	}
	return expect(p, PS_TOKEN_CLOSE, opened, "`(` without its `)`");
}

/* .Name, .Name(…), [index], as long as they follow without a blank. */
static enum tocsin_status postfix(struct parser *p, struct ps_node **inout)
{
	const struct ps_source *const s = p->source;

	for (;;) {
		struct ps_node *const object = *inout, *n, *index;
		const size_t at = p->at;
		struct ps_token t;

		if (at + 1 < s->n && s->p[at] == ':' && s->p[at + 1] == ':')
			return refuse(p, at, "static members are not understood here",
				      "understood: properties of $_");
		if (s->p[at] == '.' && s->p[at + 1] != '.') {
			p->at = at + 1;
			p->have = false;
			TRY(name(p, &t));
			if (!t.text_n) {
				TRY(peek(p, PS_EXPRESSION));
				if (p->token.kind != PS_TOKEN_STRING)
					return fail(p, at, "a property's name is expected",
						    "$_.Message");
				t = p->token;
			}
			p->at = t.end;
			p->have = false;
			TRY(node(p, s->p[p->at] == '(' ? PS_CALL : PS_MEMBER, t.at, &t, &n));
			TRY(add(p, n, object));
			if (n->kind == PS_CALL) {
				p->at++;
				TRY(arguments(p, n, t.end));
			}
		} else if (s->p[at] == '[') {
			p->at = at + 1;
			p->have = false;
			TRY(node(p, PS_INDEX, at, NULL, &n));
			TRY(add(p, n, object));
			TRY(expression(p, &index));
			TRY(add(p, n, index));
			TRY(expect(p, PS_TOKEN_CLOSE_BRACKET, at, "`[` without its `]`"));
		} else {
			return TOCSIN_OK;
		}
		*inout = n;
	}
}

static enum tocsin_status primary(struct parser *p, struct ps_node **ret)
{
	TRY(peek(p, PS_EXPRESSION));
	if (opens(p->token.kind)) {
		TRY(enclosed(p, ret));
		return postfix(p, ret);
	}
	switch (p->token.kind) {
	case PS_TOKEN_STRING:
		TRY(node(p, PS_STRING, p->token.at, &p->token, ret));
		next(p);
		return postfix(p, ret);
	case PS_TOKEN_VARIABLE:
		TRY(node(p, PS_VARIABLE, p->token.at, &p->token, ret));
		next(p);
		return postfix(p, ret);
	case PS_TOKEN_NUMBER:
		TRY(node(p, PS_NUMBER, p->token.at, &p->token, ret));
		next(p);
		return TOCSIN_OK;
	case PS_TOKEN_ARITHMETIC:
		return refuse(p, p->token.at, "this operator is not understood here",
			      p->token.text);
	case PS_TOKEN_END:
		return fail(p, p->token.at, "the command ends too early", "a value is expected");
	default:
		return fail(p, p->token.at, "a value is expected here",
			    "a property, text, a number");
	}
}

/* [type]value; a type alone is only good for static members. */
static enum tocsin_status cast(struct parser *p, struct ps_node **ret)
{
	const struct ps_source *const s = p->source;
	struct ps_node *n, *value;
	struct ps_token t;
	size_t end;
	enum tocsin_status status;

	TRY(peek(p, PS_EXPRESSION));
	if (p->token.kind != PS_TOKEN_OPEN_BRACKET)
		return primary(p, ret);
	t = p->token;
	for (end = t.end; end < s->n && s->p[end] != ']' && s->p[end] != '\n';)
		end++;
	if (end >= s->n || s->p[end] != ']')
		return fail(p, t.at, "`[` without its `]`", "a type");
	t.text = arena_copy(p->arena, s->p + t.end, end - t.end);
	t.text_n = end - t.end;
	ENSURE(t.text, p->error, TOCSIN_NO_MEMORY, 0, "out of memory");
	p->at = end + 1;
	p->have = false;
	if (s->p[p->at] == ':' && s->p[p->at + 1] == ':')
		return refuse(p, t.at, "static members are not understood here", t.text);
	if (++p->depth > LIMIT_EXPRESSION_DEPTH)
		return ps_error(p->error, s, TOCSIN_LIMIT, t.at, "the command is nested too deeply",
				"%u levels", LIMIT_EXPRESSION_DEPTH);
	status = cast(p, &value);
	p->depth--;
	TRY(status);
	TRY(node(p, PS_CAST, t.at, &t, &n));
	TRY(add(p, n, value));
	*ret = n;
	return TOCSIN_OK;
}

/* One item, or an array of several with commas between them, in either of the lexer's modes. */
static enum tocsin_status items(struct parser *p, enum ps_mode mode,
				enum tocsin_status (*item)(struct parser *, struct ps_node **),
				struct ps_node **ret)
{
	struct ps_node *first, *n, *more;

	TRY(item(p, &first));
	TRY(peek(p, mode));
	if (p->token.kind != PS_TOKEN_COMMA) {
		*ret = first;
		return TOCSIN_OK;
	}
	TRY(node(p, PS_ARRAY, first->at, NULL, &n));
	TRY(add(p, n, first));
	while (p->token.kind == PS_TOKEN_COMMA) {
		next(p);
		skip_lines(p, false);
		TRY(item(p, &more));
		TRY(add(p, n, more));
		TRY(peek(p, mode));
	}
	*ret = n;
	return TOCSIN_OK;
}

static enum tocsin_status list(struct parser *p, struct ps_node **ret)
{
	return items(p, PS_EXPRESSION, cast, ret);
}

static enum tocsin_status unary(struct parser *p, struct ps_node **ret)
{
	struct ps_node *n, *value;
	size_t at;
	enum tocsin_status status;

	TRY(peek(p, PS_EXPRESSION));
	if (p->token.kind != PS_TOKEN_OPERATOR || p->token.op != PS_NOT)
		return list(p, ret);
	at = p->token.at;
	if (++p->depth > LIMIT_EXPRESSION_DEPTH)
		return ps_error(p->error, p->source, TOCSIN_LIMIT, at,
				"the command is nested too deeply", "%u levels",
				LIMIT_EXPRESSION_DEPTH);
	next(p);
	skip_lines(p, false);
	status = unary(p, &value);
	p->depth--;
	TRY(status);
	TRY(node(p, PS_NEGATION, at, NULL, &n));
	TRY(add(p, n, value));
	*ret = n;
	return TOCSIN_OK;
}

static enum tocsin_status comparison(struct parser *p, struct ps_node **ret)
{
	struct ps_node *left, *right, *n;

	TRY(unary(p, &left));
	for (;;) {
		TRY(peek(p, PS_EXPRESSION));
		if (p->token.kind == PS_TOKEN_ARITHMETIC && strcmp(p->token.text, "||") != 0 &&
		    strcmp(p->token.text, ">") != 0 && strcmp(p->token.text, "&") != 0)
			return refuse(p, p->token.at,
				      strcmp(p->token.text, "=") != 0
					      ? "this operator is not understood here"
					      : "assignments are not understood here",
				      p->token.text);
		if (p->token.kind == PS_TOKEN_NUMBER && p->token.text[0] == '-')
			return refuse(p, p->token.at, "arithmetic is not understood here",
				      "a date needs quotes: '2021-11-09'");
		if (p->token.kind != PS_TOKEN_OPERATOR || p->token.op >= PS_COMPARISONS) {
			*ret = left;
			return TOCSIN_OK;
		}
		TRY(node(p, PS_COMPARE, p->token.at, NULL, &n));
		n->op = p->token.op;
		n->exact = p->token.exact;
		next(p);
		skip_lines(p, false);
		TRY(unary(p, &right));
		TRY(add(p, n, left));
		TRY(add(p, n, right));
		left = n;
	}
}

static enum tocsin_status expression(struct parser *p, struct ps_node **ret)
{
	struct ps_node *left, *right, *n;

	TRY(comparison(p, &left));
	for (;;) {
		TRY(peek(p, PS_EXPRESSION));
		if (p->token.kind != PS_TOKEN_OPERATOR || p->token.op < PS_AND ||
		    p->token.op > PS_XOR) {
			*ret = left;
			return TOCSIN_OK;
		}
		n = left;
		if (left->kind != PS_LOGIC || left->op != p->token.op || left->op == PS_XOR) {
			TRY(node(p, PS_LOGIC, p->token.at, NULL, &n));
			n->op = p->token.op;
			TRY(add(p, n, left));
		}
		next(p);
		skip_lines(p, false);
		TRY(comparison(p, &right));
		TRY(add(p, n, right));
		left = n;
	}
}

/* ---- Commands */

static enum tocsin_status argument_item(struct parser *p, struct ps_node **ret)
{
	TRY(peek(p, PS_ARGUMENT));
	if (opens(p->token.kind)) {
		TRY(enclosed(p, ret));
		return (*ret)->kind == PS_PAREN ? postfix(p, ret) : TOCSIN_OK;
	}
	switch (p->token.kind) {
	case PS_TOKEN_WORD:
		TRY(node(p, PS_STRING, p->token.at, &p->token, ret));
		(*ret)->bare = true;
		next(p);
		return TOCSIN_OK;
	case PS_TOKEN_STRING:
		TRY(node(p, PS_STRING, p->token.at, &p->token, ret));
		next(p);
		return TOCSIN_OK;
	case PS_TOKEN_NUMBER:
		TRY(node(p, PS_NUMBER, p->token.at, &p->token, ret));
		(*ret)->bare = true;
		next(p);
		return TOCSIN_OK;
	case PS_TOKEN_VARIABLE:
		TRY(node(p, PS_VARIABLE, p->token.at, &p->token, ret));
		next(p);
		return postfix(p, ret);
	case PS_TOKEN_ARITHMETIC:
		return refuse(p, p->token.at, "this operator is not understood here",
			      p->token.text);
	default:
		return fail(p, p->token.at, "an argument is expected here", "a value");
	}
}

static enum tocsin_status argument(struct parser *p, struct ps_node **ret)
{
	return items(p, PS_ARGUMENT, argument_item, ret);
}

static bool ends_command(enum ps_token_kind kind)
{
	return kind == PS_TOKEN_END || kind == PS_TOKEN_NEWLINE || kind == PS_TOKEN_SEMICOLON ||
	       kind == PS_TOKEN_PIPE || kind == PS_TOKEN_CLOSE || kind == PS_TOKEN_CLOSE_BLOCK;
}

static enum tocsin_status command(struct parser *p, struct ps_node **ret)
{
	struct ps_node *n, *item, *value;

	TRY(peek(p, PS_ARGUMENT));
	if (p->token.kind != PS_TOKEN_WORD)
		return fail(p, p->token.at, "a command is expected here",
			    "Get-EventLog or Get-WinEvent");
	TRY(node(p, PS_COMMAND, p->token.at, &p->token, &n));
	next(p);
	for (;;) {
		TRY(peek(p, PS_ARGUMENT));
		if (ends_command(p->token.kind)) {
			*ret = n;
			return TOCSIN_OK;
		}
		if (p->token.kind == PS_TOKEN_PARAMETER) {
			const bool colon = p->token.colon;

			TRY(node(p, PS_PARAMETER, p->token.at, &p->token, &item));
			next(p);
			if (colon) {
				TRY(argument(p, &value));
				TRY(add(p, item, value));
			}
		} else {
			TRY(argument(p, &item));
		}
		TRY(add(p, n, item));
	}
}

/* A statement that starts like a value is an expression; everything else starts with a command. */
static bool starts_expression(const struct parser *p)
{
	const struct ps_source *const s = p->source;
	const unsigned char c = (unsigned char)s->p[p->at];

	if (p->at >= s->n)
		return true;
	if (c >= '0' && c <= '9')
		return true;
	if (c == 0xe2) /* typographic quotes and dashes */
		return (uint8_t)s->p[p->at + 1] == 0x80;
	return c && strchr("'\"$(@[{-!,<", c) != NULL;
}

static enum tocsin_status element(struct parser *p, struct ps_node **ret)
{
	p->at = ps_skip_blanks(p->source, p->at);
	p->have = false;
	if (p->source->p[p->at] == '&')
		return refuse(p, p->at, "calling a command by `&` is not understood here",
			      "write its name");
	return starts_expression(p) ? expression(p, ret) : command(p, ret);
}

/* Whether the next line starts with `|` (PowerShell 7 goes on there; older ones refuse it). */
static bool pipe_on_next_line(const struct parser *p)
{
	size_t at = p->at;

	while (at < p->source->n) {
		at = ps_skip_blanks(p->source, at);
		if (p->source->p[at] == '|')
			return true;
		if (p->source->p[at] != '\n')
			return false;
		at++;
	}
	return false;
}

static enum tocsin_status pipeline(struct parser *p, struct ps_node **ret)
{
	struct ps_node *first, *n = NULL, *item;

	TRY(element(p, &first));
	for (;;) {
		TRY(peek(p, PS_EXPRESSION));
		if (p->token.kind == PS_TOKEN_NEWLINE && pipe_on_next_line(p)) {
			skip_lines(p, false);
			TRY(peek(p, PS_EXPRESSION));
		}
		if (p->token.kind != PS_TOKEN_PIPE)
			break;
		next(p);
		skip_lines(p, false);
		TRY(element(p, &item));
		if (!n) {
			TRY(node(p, PS_PIPELINE, first->at, NULL, &n));
			TRY(add(p, n, first));
		}
		TRY(add(p, n, item));
	}
	*ret = n ? n : first;
	return TOCSIN_OK;
}

static enum tocsin_status script(struct parser *p, struct ps_node **ret)
{
	skip_lines(p, true);
	if (p->at >= p->source->n)
		return fail(p, p->at, "there is no command", "Get-EventLog or Get-WinEvent");
	TRY(pipeline(p, ret));
	TRY(peek(p, PS_EXPRESSION));
	if (p->token.kind == PS_TOKEN_ARITHMETIC)
		return refuse(p, p->token.at, "this operator is not understood here",
			      strcmp(p->token.text, ">") ? p->token.text
							 : "write output with -o FORMAT=FILE");
	if (p->token.kind != PS_TOKEN_NEWLINE && p->token.kind != PS_TOKEN_SEMICOLON &&
	    p->token.kind != PS_TOKEN_END)
		return fail(p, p->token.at, "the command should end here", "something follows it");
	skip_lines(p, true);
	if (p->at < p->source->n)
		return refuse(p, p->at, "a second command is not understood here",
			      "give one command at a time");
	return TOCSIN_OK;
}

enum tocsin_status ps_parse(struct arena *a, const struct ps_source *s, struct ps_node **ret,
			    bool *ret_wrapped, struct tocsin_error *error)
{
	struct parser p = {.arena = a, .source = s, .error = error};

	p.lexer.arena = a;
	p.lexer.source = s;
	p.lexer.error = error;
	TRY(script(&p, ret));
	*ret_wrapped = p.lexer.wrapped_string;
	return TOCSIN_OK;
}
