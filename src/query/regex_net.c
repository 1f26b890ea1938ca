/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Reads a regular expression as .NET does and writes it for PCRE2 in its 16-bit, non-UTF mode, in
 * which a character is a UTF-16 unit, as in .NET. Reference: .NET regular expression language;
 * pcre2pattern(3). What .NET refuses is refused here, so that PCRE2's own extensions never answer.
 *
 * Rewritten: \w \W \b \B (other categories), \v \xHH \uHHHH \cX (other meaning or syntax), members
 * of sets (PCRE2 would read [:alpha:]), a `{` that starts no quantifier.
 */
#include "query/regex.h"

#include <stdio.h>

#include "base/limits.h"

/* .NET's \w is L, Mn, Nd, Pc; \W all other categories. A word boundary also takes the two joiners
 * for word characters. */
#define WORD "\\p{L}\\p{Mn}\\p{Nd}\\p{Pc}"
#define NOT_WORD                                                                                   \
	"\\p{Mc}\\p{Me}\\p{Nl}\\p{No}\\p{Pd}\\p{Ps}\\p{Pe}\\p{Pi}\\p{Pf}\\p{Po}\\p{S}\\p{Z}\\p{C}"
#define EDGE "[" WORD "\\x{200c}\\x{200d}]"

struct translator {
	struct arena *arena;
	struct view in;
	size_t at, units;
	uint8_t *out;
	size_t n, size; /* in bytes */
	bool failed;
	bool local;
	bool atom; /* a quantifier may follow */
	bool named, unnamed, numbered_reference;
	unsigned depth;
	struct tocsin_error *error;
};

static uint16_t unit(const struct translator *t, size_t i)
{
	return i < t->units ? le16(t->in.p + 2 * i) : 0;
}

static uint16_t next(const struct translator *t)
{
	return unit(t, t->at);
}

static void put(struct translator *t, uint16_t u)
{
	if (t->n + 2 > t->size) {
		const size_t size = t->size ? t->size * 2 : 256;
		uint8_t *const grown = arena_alloc(t->arena, size);

		if (!grown) {
			t->failed = true;
			return;
		}
		if (t->n)
			memcpy(grown, t->out, t->n);
		t->out = grown;
		t->size = size;
	}
	put16(t->out + t->n, u);
	t->n += 2;
}

static void put_str(struct translator *t, const char *s)
{
	for (; *s; s++)
		put(t, (uint8_t)*s);
}

static void put_hex(struct translator *t, uint16_t u)
{
	char text[12];

	snprintf(text, sizeof(text), "\\x{%x}", (unsigned)u);
	put_str(t, text);
}

static bool is_digit(uint16_t u)
{
	return u >= '0' && u <= '9';
}

static bool is_word(uint16_t u)
{
	return is_digit(u) || u == '_' || ((u | 32) >= 'a' && (u | 32) <= 'z' && u < 0x80);
}

static enum tocsin_status refuse(struct translator *t, size_t at, const char *why)
{
	return error_setf(t->error, TOCSIN_SYNTAX, at, "not a regular expression", "%s", why);
}

static enum tocsin_status unsupported(struct translator *t, size_t at, const char *what)
{
	return error_setf(t->error, TOCSIN_UNSUPPORTED, at,
			  "this regular expression is not understood here", "%s", what);
}

/* `count` hex digits behind an escape. */
static enum tocsin_status hex_digits(struct translator *t, size_t count, uint16_t *ret)
{
	uint16_t v = 0;

	for (size_t i = 0; i < count; i++) {
		const uint16_t u = next(t), l = u | 32;

		if (is_digit(u))
			v = (uint16_t)(v << 4 | (u - '0'));
		else if (l >= 'a' && l <= 'f' && u < 0x80)
			v = (uint16_t)(v << 4 | (l - 'a' + 10));
		else
			return refuse(t, t->at, "hexadecimal digits are missing");
		t->at++;
	}
	*ret = v;
	return TOCSIN_OK;
}

/* \p{…}: the general categories; .NET's block names (IsGreek) have no counterpart. */
static enum tocsin_status category(struct translator *t, bool negated)
{
	static const char known[] =
		" L Lu Ll Lt Lm Lo M Mn Mc Me N Nd Nl No P Pc Pd Ps Pe Pi Pf Po "
		"S Sm Sc Sk So Z Zs Zl Zp C Cc Cf Cs Co Cn ";
	const size_t start = t->at;
	char name[6] = " ";
	size_t n = 1;

	if (next(t) != '{')
		return refuse(t, start, "\\p needs a name in braces");
	for (t->at++; t->at < t->units && next(t) != '}'; t->at++) {
		if (n < 4 && next(t) < 0x80)
			name[n] = (char)next(t);
		n++;
	}
	if (t->at >= t->units)
		return refuse(t, start, "\\p needs a name in braces");
	t->at++;
	if (name[1] == 'I' && name[2] == 's')
		return unsupported(t, start, "named blocks (\\p{Is...})");
	name[n < 4 ? n : 4] = ' ';
	if (n < 2 || n > 3 || !strstr(known, name))
		return refuse(t, start, "no such Unicode category");
	name[n] = 0;
	put_str(t, negated ? "\\P{" : "\\p{");
	put_str(t, name + 1);
	put(t, '}');
	return TOCSIN_OK;
}

/* Escapes that stand for one character, inside and outside sets. False: it is none of them. */
static enum tocsin_status one_character(struct translator *t, bool *ret_is, uint16_t *ret)
{
	static const char from[] = "tnrfaev", to[] = "\t\n\r\f\a\x1b\v";
	const uint16_t u = next(t);
	const char *const simple = u && u < 0x80 ? strchr(from, (int)u) : NULL;

	*ret_is = true;
	if (simple) {
		t->at++;
		*ret = (uint8_t)to[simple - from];
		return TOCSIN_OK;
	}
	if (u == 'x' || u == 'u') {
		t->at++;
		return hex_digits(t, u == 'x' ? 2 : 4, ret);
	}
	if (u == 'c') {
		const uint16_t control = unit(t, t->at + 1) & 0xffdf;

		if (control < 'A' || control > 'Z')
			return refuse(t, t->at, "\\c needs a letter");
		t->at += 2;
		*ret = (uint16_t)(control - '@');
		return TOCSIN_OK;
	}
	if (u == '0') {
		uint16_t v = 0;

		for (size_t i = 0; i < 3 && next(t) >= '0' && next(t) <= '7'; i++, t->at++)
			v = (uint16_t)(v * 8 + (next(t) - '0'));
		*ret = v & 0xff;
		return TOCSIN_OK;
	}
	if (t->at < t->units && !is_word(u)) {
		t->at++;
		*ret = u;
		return TOCSIN_OK;
	}
	*ret_is = false;
	return TOCSIN_OK;
}

/* \k<name> and \k'name'. */
static enum tocsin_status named_reference(struct translator *t)
{
	const size_t start = t->at;
	const uint16_t close = next(t) == '<' ? '>' : '\'';

	if (next(t) != '<' && next(t) != '\'')
		return refuse(t, start, "\\k needs a group's name");
	t->at++;
	if (is_digit(next(t)))
		return unsupported(t, start, "numbered \\k");
	put_str(t, "\\k<");
	while (is_word(next(t)))
		put(t, unit(t, t->at++));
	if (next(t) != close)
		return refuse(t, start, "\\k needs a group's name");
	t->at++;
	put(t, '>');
	return TOCSIN_OK;
}

/* Behind a backslash outside a set. */
static enum tocsin_status escape(struct translator *t)
{
	const size_t start = t->at - 1;
	const uint16_t u = next(t);
	bool is_character;
	uint16_t c = 0;

	if (t->at >= t->units)
		return refuse(t, start, "a backslash at the end");
	t->atom = true;
	switch (u) {
	case 'd':
	case 'D':
	case 's':
	case 'S':
		put(t, '\\');
		put(t, u);
		break;
	case 'w':
		put_str(t, "[" WORD "]");
		break;
	case 'W':
		put_str(t, "[^" WORD "]");
		break;
	case 'b':
	case 'B':
		t->local = false;
		put_str(t, u == 'b' ? "(?:(?<=" EDGE ")(?!" EDGE ")|(?<!" EDGE ")(?=" EDGE "))"
				    : "(?:(?<=" EDGE ")(?=" EDGE ")|(?<!" EDGE ")(?!" EDGE "))");
		break;
	case 'A':
	case 'Z':
	case 'z':
	case 'G':
		t->local = false;
		put(t, '\\');
		put(t, u);
		break;
	case 'p':
	case 'P':
		t->at++;
		return category(t, u == 'P');
	case 'k':
		t->at++;
		return named_reference(t);
	default:
		if (u >= '1' && u <= '9') {
			/* In braces, so that a digit behind it stays a character. */
			if (is_digit(unit(t, t->at + 1)))
				return unsupported(t, start, "references with two digits");
			t->numbered_reference = true;
			put_str(t, "\\g{");
			put(t, u);
			put(t, '}');
			break;
		}
		TRY(one_character(t, &is_character, &c));
		if (!is_character)
			return refuse(t, start, "an escape that .NET does not know");
		put_hex(t, c);
		return TOCSIN_OK;
	}
	t->at++;
	return TOCSIN_OK;
}

/* One member of a set. *ret_class: a class such as \d was written; else *ret is the character. */
static enum tocsin_status set_member(struct translator *t, bool *ret_class, uint16_t *ret,
				     bool *ret_escaped)
{
	const size_t start = t->at;
	const uint16_t u = next(t), e = unit(t, t->at + 1);
	bool is_character;

	*ret_class = false;
	*ret_escaped = u == '\\';
	t->at++;
	if (u != '\\') {
		*ret = u;
		return TOCSIN_OK;
	}
	if (t->at >= t->units)
		return refuse(t, start, "a backslash at the end");
	*ret_class = true;
	switch (e) {
	case 'd':
	case 'D':
	case 's':
	case 'S':
		t->at++;
		put(t, '\\');
		put(t, e);
		return TOCSIN_OK;
	case 'w':
	case 'W':
		t->at++;
		put_str(t, e == 'w' ? WORD : NOT_WORD);
		return TOCSIN_OK;
	case 'p':
	case 'P':
		t->at++;
		return category(t, e == 'P');
	default:
		break;
	}
	*ret_class = false;
	if (e == 'b') {
		t->at++;
		*ret = '\b';
		return TOCSIN_OK;
	}
	TRY(one_character(t, &is_character, ret));
	if (!is_character && e >= '1' && e <= '7')
		return unsupported(t, start, "octal escapes");
	return is_character ? TOCSIN_OK
			    : refuse(t, start, "an escape that .NET does not know in a set");
}

/* Behind `[`. */
static enum tocsin_status set(struct translator *t)
{
	const size_t start = t->at - 1;
	bool first = true, is_class, escaped, range_end_escaped;
	uint16_t u = 0, v = 0;

	put(t, '[');
	if (next(t) == '^') {
		put(t, '^');
		t->at++;
	}
	for (;; first = false) {
		if (t->at >= t->units)
			return refuse(t, start, "`[` without its `]`");
		if (next(t) == ']' && !first)
			break;
		if (!first && next(t) == '-' && unit(t, t->at + 1) == '[')
			return unsupported(t, t->at, "subtraction of sets");
		TRY(set_member(t, &is_class, &u, &escaped));
		if (is_class)
			continue;
		if (next(t) != '-' || unit(t, t->at + 1) == ']' || t->at + 1 >= t->units) {
			put_hex(t, u);
			continue;
		}
		t->at++;
		if (next(t) == '[')
			return unsupported(t, t->at, "subtraction of sets");
		TRY(set_member(t, &is_class, &v, &range_end_escaped));
		if (is_class || v < u)
			return refuse(t, t->at, "a range that is none");
		put_hex(t, u);
		put(t, '-');
		put_hex(t, v);
	}
	t->at++;
	put(t, ']');
	t->atom = true;
	return TOCSIN_OK;
}

/* (?imns-imns) and (?imns-imns: */
static enum tocsin_status options(struct translator *t, size_t start)
{
	put_str(t, "(?");
	while (next(t) && next(t) < 0x80 && strchr("imnsIMNS-", (int)next(t))) {
		const uint16_t letter = unit(t, t->at++);

		put(t, letter == 0x2d ? letter : letter | 32);
	}
	if ((next(t) | 32) == 'x')
		return unsupported(t, t->at, "the option x");
	if (next(t) != ')' && next(t) != ':')
		return refuse(t, start, "an unrecognised grouping construct");
	t->depth += next(t) == ':';
	t->atom = false;
	put(t, unit(t, t->at++));
	return TOCSIN_OK;
}

/* (?<name> and (?'name' */
static enum tocsin_status named_group(struct translator *t, size_t start)
{
	const uint16_t close = next(t) == '<' ? '>' : '\'';

	t->at++;
	t->named = true;
	t->depth++;
	if (is_digit(next(t)))
		return unsupported(t, start, "numbered groups");
	put_str(t, "(?<");
	while (is_word(next(t)))
		put(t, unit(t, t->at++));
	if (next(t) == '-')
		return unsupported(t, start, "balancing groups");
	if (next(t) >= 0x80)
		return unsupported(t, t->at, "group names beyond ASCII");
	if (next(t) != close || unit(t, t->at - 1) == '<')
		return refuse(t, start, "an unrecognised grouping construct");
	put(t, '>');
	t->at++;
	t->atom = false;
	return TOCSIN_OK;
}

/* Behind `(`. */
static enum tocsin_status group(struct translator *t)
{
	const size_t start = t->at - 1;
	const uint16_t kind = unit(t, t->at + 1), after = unit(t, t->at + 2);

	t->atom = false;
	if (next(t) != '?') {
		t->unnamed = true;
		t->depth++;
		put(t, '(');
		return TOCSIN_OK;
	}
	if (kind == '#') {
		while (t->at < t->units && next(t) != ')')
			t->at++;
		if (t->at >= t->units)
			return refuse(t, start, "a comment without its `)`");
		t->at++;
		return TOCSIN_OK;
	}
	if (kind == '(')
		return unsupported(t, start, "conditional groups");
	t->at++;
	if ((kind == '<' && after != '=' && after != '!') || kind == '\'')
		return named_group(t, start);
	if (kind == ':' || kind == '>' || kind == '=' || kind == '!' || kind == '<') {
		if (kind != ':')
			t->local = false;
		t->depth++;
		put_str(t, "(?");
		put(t, kind);
		t->at++;
		if (kind == '<')
			put(t, unit(t, t->at++));
		return TOCSIN_OK;
	}
	return options(t, start);
}

/* {n}, {n,}, {n,m}: the length in units, 0 when it is literal text. */
static size_t braces(const struct translator *t)
{
	size_t i = t->at + 1;

	if (!is_digit(unit(t, i)))
		return 0;
	while (is_digit(unit(t, i)))
		i++;
	if (unit(t, i) == ',')
		i++;
	while (is_digit(unit(t, i)))
		i++;
	return unit(t, i) == '}' ? i + 1 - t->at : 0;
}

static enum tocsin_status quantifier(struct translator *t, size_t length)
{
	if (!t->atom)
		return refuse(t, t->at, "a quantifier that follows nothing");
	for (size_t i = 0; i < length; i++)
		put(t, unit(t, t->at++));
	if (next(t) == '?') {
		put(t, '?');
		t->at++;
	}
	t->atom = false;
	return TOCSIN_OK;
}

static enum tocsin_status element(struct translator *t)
{
	const uint16_t u = next(t);
	const size_t length = u == '{' ? braces(t) : (u == '*' || u == '+' || u == '?');

	if (length)
		return quantifier(t, length);
	t->at++;
	switch (u) {
	case '\\':
		return escape(t);
	case '[':
		return set(t);
	case '(':
		return group(t);
	case ')':
		if (!t->depth)
			return refuse(t, t->at - 1, "`)` without its `(`");
		t->depth--;
		put(t, u);
		t->atom = true;
		return TOCSIN_OK;
	case '|':
		put(t, u);
		t->atom = false;
		return TOCSIN_OK;
	case '^':
	case '$':
		t->local = false;
		/* fall through */
	case '.':
		put(t, u);
		break;
	default:
		if (is_word(u) || u >= 0x80)
			put(t, u);
		else
			put_hex(t, u);
		break;
	}
	t->atom = true;
	return TOCSIN_OK;
}

enum tocsin_status regex_translate(struct arena *a, struct view pattern, struct view *ret_pattern,
				   bool *ret_local, struct tocsin_error *error)
{
	struct translator t = {
		.arena = a, .in = pattern, .units = pattern.n / 2, .local = true, .error = error};

	ENSURE(t.units <= LIMIT_PATTERN_UNITS, error, TOCSIN_LIMIT, LIMIT_PATTERN_UNITS,
	       "the regular expression is too long");
	while (t.at < t.units)
		TRY(element(&t));
	if (t.depth)
		return refuse(&t, t.units, "`(` without its `)`");
	/* .NET numbers named groups behind all others, PCRE2 in order of place. */
	if (t.named && t.unnamed && t.numbered_reference)
		return unsupported(&t, 0, "numbered references beside named groups");
	put(&t, 0);
	ENSURE(!t.failed, error, TOCSIN_NO_MEMORY, 0, "out of memory");
	ret_pattern->p = t.out;
	ret_pattern->n = t.n - 2;
	*ret_local = t.local;
	return TOCSIN_OK;
}
