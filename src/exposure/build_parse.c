/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The build that a text names. Numbers: `15.1.2308.20`, zero-padded (a file version), with commas
 * (a version resource), `15.1 (Build 2308.8)` (an AdminDisplayVersion: Active Directory's note of
 * what setup installed, which no security update changes; old ones add 30000 to the third part).
 * Names: `Exchange Server 2016 CU22 Nov21SU`, as Microsoft's HealthChecker writes them.
 */
#include "exposure/exposure_db.h"

#include "base/utf.h"

/* The longest name has some 60 characters. */
#define PARSE_LENGTH 200
#define PARSE_WORDS 16
#define OLD_ADMIN_VERSION 30000

struct parse {
	const struct exposure_db *db;
	const char *start, *p;
	struct tocsin_error *error;
	/* Words of a name, lower case. */
	char words[PARSE_LENGTH + PARSE_WORDS];
	const char *word[PARSE_WORDS + 1]; /* NULL behind the last */
	size_t place[PARSE_WORDS];         /* in the text */
	size_t at;
};

static void skip_blanks(struct parse *s)
{
	while (*s->p == ' ' || *s->p == '\t')
		s->p++;
}

static bool is_digit(char c)
{
	return c >= '0' && c <= '9';
}

static enum tocsin_status no_build(struct parse *s)
{
	return error_setf(s->error, TOCSIN_SYNTAX, (uint64_t)(s->p - s->start), "no build in this",
			  "%.80s", s->start);
}

/* Digits; no part of a version resource exceeds 16 bits. */
static enum tocsin_status read_number(struct parse *s, uint32_t *ret)
{
	const char *const from = s->p;
	uint32_t v = 0;

	if (!is_digit(*s->p))
		return no_build(s);
	for (; is_digit(*s->p); s->p++) {
		v = v * 10 + (uint32_t)(*s->p - '0');
		if (v > 65535)
			return error_setf(s->error, TOCSIN_SYNTAX, (uint64_t)(from - s->start),
					  "a part of a build is at most 65535", "%.80s", s->start);
	}
	*ret = v;
	return TOCSIN_OK;
}

/* Takes a word, any case. */
static bool take_text(struct parse *s, const char *lower)
{
	const size_t n = strlen(lower);

	if (strlen(s->p) < n || !ascii_equal_nocase_n(s->p, n, lower))
		return false;
	s->p += n;
	return true;
}

/* `(Build 2308.8)`, behind two parts. */
static enum tocsin_status read_admin(struct parse *s, struct build *b)
{
	s->p++;
	skip_blanks(s);
	if (!take_text(s, "build"))
		return no_build(s);
	skip_blanks(s);
	TRY(read_number(s, &b->part[2]));
	if (*s->p++ != '.') {
		s->p--;
		return no_build(s);
	}
	TRY(read_number(s, &b->part[3]));
	skip_blanks(s);
	if (*s->p != ')')
		return no_build(s);
	s->p++;
	return TOCSIN_OK;
}

static enum tocsin_status parse_number(struct parse *s, struct build *ret_build,
				       enum precision *ret_precision)
{
	struct build b = {{0}};
	enum precision precision;
	char separator = 0;
	size_t n = 0;

	for (;;) {
		TRY(read_number(s, &b.part[n]));
		n++;
		if ((*s->p != '.' && *s->p != ',') || (separator && *s->p != separator))
			break;
		if (n == 4)
			return no_build(s);
		separator = *s->p++;
		if (separator == ',')
			skip_blanks(s);
	}
	skip_blanks(s);
	precision = n == 4 ? PRECISION_SU : n == 3 ? PRECISION_CU : PRECISION_PRODUCT;
	if (n == 2 && *s->p == '(') {
		TRY(read_admin(s, &b));
		precision = PRECISION_CU;
	}
	skip_blanks(s);
	if (*s->p || n < 2)
		return no_build(s);
	if (b.part[2] >= OLD_ADMIN_VERSION) {
		b.part[2] -= OLD_ADMIN_VERSION;
		precision = PRECISION_CU;
	}
	*ret_build = b;
	*ret_precision = precision;
	return TOCSIN_OK;
}

static bool is_word_byte(char c)
{
	return is_digit(c) || (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z');
}

/* Cuts the text into lower-case words; blanks, commas, brackets and dashes stand between them. */
static enum tocsin_status split(struct parse *s)
{
	size_t n = 0, used = 0;

	while (*s->p) {
		if (strchr(" \t,()-", *s->p)) {
			s->p++;
			continue;
		}
		if (n == PARSE_WORDS || !is_word_byte(*s->p))
			return no_build(s);
		s->place[n] = (size_t)(s->p - s->start);
		s->word[n++] = s->words + used;
		for (; is_word_byte(*s->p); s->p++)
			s->words[used++] =
				*s->p >= 'A' && *s->p <= 'Z' ? (char)(*s->p + ('a' - 'A')) : *s->p;
		s->words[used++] = 0;
	}
	s->word[n] = NULL;
	return TOCSIN_OK;
}

static bool take_word(struct parse *s, const char *word)
{
	if (!s->word[s->at] || strcmp(s->word[s->at], word) != 0)
		return false;
	s->at++;
	return true;
}

/* Two words that mean a short one: the short one is read before the number that follows. */
static const char *take_prefix(struct parse *s)
{
	static const char *const longer[][3] = {{"cumulative", "update", "cu"},
						{"service", "pack", "sp"},
						{"update", "rollup", "ru"}};

	for (size_t i = 0; i < sizeof(longer) / sizeof(*longer); i++) {
		const size_t before = s->at;

		if (take_word(s, longer[i][2]))
			return longer[i][2];
		if (take_word(s, longer[i][0]) && take_word(s, longer[i][1]))
			return longer[i][2];
		s->at = before;
	}
	return "";
}

/* Whether one of the words in `name` ("SP1 (CU4)") is prefix + word, any case. */
static bool name_matches(const char *name, const char *prefix, const char *word)
{
	while (*name) {
		const size_t n = strcspn(name, " ()"), k = strlen(prefix);

		if (n == k + strlen(word) && ascii_equal_nocase_n(name, k, prefix) &&
		    ascii_equal_nocase_n(name + k, n - k, word))
			return true;
		name += n;
		name += strspn(name, " ()");
	}
	return false;
}

static const struct product *take_product(struct parse *s)
{
	while (take_word(s, "microsoft") || take_word(s, "ms") || take_word(s, "exchange") ||
	       take_word(s, "server"))
		continue;
	for (size_t i = 0; i < s->db->product_count; i++) {
		const struct product *const p = &s->db->products[i];
		const size_t before = s->at;

		if (s->word[s->at] && ascii_equal_nocase(p->id, s->word[s->at])) {
			s->at++;
			return p;
		}
		if (!strcmp(p->id, "SE") && take_word(s, "subscription") &&
		    take_word(s, "edition")) {
			(void)take_word(s, "se");
			return p;
		}
		s->at = before;
	}
	return NULL;
}

/* A name that could be one but is in no table: says which there are. */
static enum tocsin_status unknown_cu(struct parse *s, const struct product *p)
{
	const struct cu *const cus = s->db->cus + p->cu_first;
	size_t first = 0;

	while (first + 1 < p->cu_count && cus[first].preview)
		first++;
	return error_setf(s->error, TOCSIN_NOT_FOUND, s->place[s->at],
			  "no such cumulative update is known", "%s has %s to %s", p->name,
			  p->cu_count ? cus[first].name : "none",
			  p->cu_count ? cus[p->cu_count - 1].name : "none");
}

static enum tocsin_status unknown_update(struct parse *s, const struct cu *cu)
{
	struct buf names = {.cap = 150};

	for (size_t i = cu->first; i < cu->first + cu->count; i++)
		buf_printf(&names, "%s%s", i > cu->first ? ", " : "",
			   s->db->builds[i].update ? s->db->builds[i].update : "RTM");
	error_setf(s->error, TOCSIN_NOT_FOUND, s->place[s->at],
		   "no such update of this cumulative update is known", "%s %s has %s",
		   cu->product->name, cu->name, buf_failed(&names) ? "others" : buf_cstr(&names));
	buf_free(&names);
	return TOCSIN_NOT_FOUND;
}

/* Whether a word looks like an update's name, so that it is unknown rather than no name at all. */
static bool looks_like_update(const char *prefix, const char *word)
{
	const size_t n = strlen(word);

	return *prefix || !strncmp(word, "kb", 2) || !strncmp(word, "ru", 2) ||
	       (n >= 7 && n <= 9 && (strstr(word, "su") || strstr(word, "hu")));
}

static enum tocsin_status parse_cu(struct parse *s, const struct product *p, const struct cu **ret)
{
	const char *const prefix = take_prefix(s);
	const char *const word = s->word[s->at] ? s->word[s->at] : "";

	for (size_t i = p->cu_first; i < p->cu_first + p->cu_count; i++)
		if (name_matches(s->db->cus[i].name, prefix, word)) {
			s->at++;
			/* "SP1 (CU4)" is one name. */
			if (s->word[s->at] && strchr(s->db->cus[i].name, '(') &&
			    name_matches(s->db->cus[i].name, "", s->word[s->at]))
				s->at++;
			*ret = &s->db->cus[i];
			return TOCSIN_OK;
		}
	s->p = s->start + (*word ? s->place[s->at] : strlen(s->start));
	if (*word && looks_like_update(prefix, word) && !*prefix)
		return error_setf(s->error, TOCSIN_SYNTAX, s->place[s->at],
				  "the cumulative update is missing before this update", "%.80s",
				  s->start);
	if (*word && (*prefix || !strncmp(word, "cu", 2) || !strncmp(word, "sp", 2)))
		return unknown_cu(s, p);
	return no_build(s);
}

/* The update behind a CU: of several builds of that name the higher one (sources disagree). */
static enum tocsin_status parse_update(struct parse *s, const struct cu *cu,
				       const struct build_row **ret)
{
	const char *const prefix = take_prefix(s);
	const char *const word = s->word[s->at] ? s->word[s->at] : "";
	const struct build_row *found = NULL;

	for (size_t i = cu->first; i < cu->first + cu->count; i++) {
		const struct build_row *const row = &s->db->builds[i];

		if (name_matches(row->update ? row->update : "RTM", prefix, word) ||
		    (row->kb && ascii_equal_nocase(row->kb, word)))
			found = row;
	}
	if (found) {
		s->at++;
		*ret = found;
		return TOCSIN_OK;
	}
	s->p = s->start + (*word ? s->place[s->at] : strlen(s->start));
	return *word && looks_like_update(prefix, word) ? unknown_update(s, cu) : no_build(s);
}

static enum tocsin_status parse_name(struct parse *s, struct build *ret_build,
				     enum precision *ret_precision)
{
	const struct product *p;
	const struct cu *cu;
	const struct build_row *row;

	TRY(split(s));
	p = take_product(s);
	if (!p) {
		s->p = s->start + (s->word[s->at] ? s->place[s->at] : strlen(s->start));
		return no_build(s);
	}
	if (!s->word[s->at]) {
		const struct build b = {{p->major, p->minor, p->third_from, 0}};

		*ret_build = b;
		*ret_precision = PRECISION_PRODUCT;
		return TOCSIN_OK;
	}
	TRY(parse_cu(s, p, &cu));
	row = &s->db->builds[cu->first];
	if (s->word[s->at]) {
		TRY(parse_update(s, cu, &row));
		if (s->word[s->at] && row->kb && ascii_equal_nocase(row->kb, s->word[s->at]))
			s->at++;
		if (s->word[s->at]) {
			s->p = s->start + s->place[s->at];
			return no_build(s);
		}
		*ret_precision = PRECISION_SU;
	} else {
		/* A preview shares its third part with the release: only the whole build tells. */
		*ret_precision = cu->preview ? PRECISION_SU : PRECISION_CU;
	}
	*ret_build = row->build;
	return TOCSIN_OK;
}

enum tocsin_status exposure_parse(const struct exposure_db *db, const char *text,
				  struct build *ret_build, enum precision *ret_precision,
				  struct tocsin_error *error)
{
	struct parse s = {.db = db, .start = text, .p = text, .error = error};
	struct build b;
	enum precision precision;
	const char *p;

	/* Looks no further than needed: the text may be anything. */
	ENSURE(memchr(text, 0, PARSE_LENGTH) != NULL, error, TOCSIN_SYNTAX, 0,
	       "too long for a build");
	skip_blanks(&s);
	if (take_text(&s, "version"))
		skip_blanks(&s);
	else if ((*s.p == 'v' || *s.p == 'V') && is_digit(s.p[1]))
		s.p++;
	for (p = s.p; is_digit(*p); p++)
		continue;
	if (p > s.p && (*p == '.' || *p == ','))
		TRY(parse_number(&s, &b, &precision));
	else
		TRY(parse_name(&s, &b, &precision));
	*ret_build = b;
	*ret_precision = precision;
	return TOCSIN_OK;
}
