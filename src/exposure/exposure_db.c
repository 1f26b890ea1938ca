/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Loads the tables of data/exchange/. They refer to each other by name; here these become pointers,
 * and what doesn't fit is an error with its file and line: a wrong table must not give an answer.
 */
#include "exposure/exposure_db.h"

#include <stdio.h>
#include <stdlib.h>

#include "base/data.h"
#include "base/text.h"
#include "base/utf.h"
#include "exposure/exposure_tsv.h"

static const char *const file_name[FILE_COUNT] = {"exchange/products.tsv", "exchange/builds.tsv",
						  "exchange/cves.tsv", "exchange/fixes.tsv",
						  "exchange/remarks.tsv"};

static const char *const file_header[FILE_COUNT] = {
	"id\tname\tmajor\tminor\tthird_from\tthird_to\tcu_by\tprevious\tended",
	"product\tcu\tsu\tbuild\treleased\tkb\tsources\tconflict",
	("cve\treleased\ttitle\tnamed\tnamed_disputed\tprecondition\tcvss_version\tcvss_score\t"
	 "cvss_severity\tcvss_vector\tkev_date\tconfig\tconfig_text\tconfig_from"),
	"cve\tproduct\tcu\tupdate\tbuild\tkb\tdisputed_build\tdisputed_by",
	"cve\tproduct\tbelow\ttext"};

char *exposure_textv(struct arena *a, const char *fmt, va_list args)
{
	va_list again;
	char *text = NULL;
	int n;

	va_copy(again, args);
	n = vsnprintf(NULL, 0, fmt, args);
	if (n >= 0)
		text = arena_alloc(a, (size_t)n + 1);
	if (text)
		vsnprintf(text, (size_t)n + 1, fmt, again);
	va_end(again);
	return text;
}

static char *make_text(struct arena *a, const char *fmt, ...) PRINTF_LIKE(2, 3);
static char *make_text(struct arena *a, const char *fmt, ...)
{
	va_list args;
	char *text;

	va_start(args, fmt);
	text = exposure_textv(a, fmt, args);
	va_end(args);
	return text;
}

static enum tocsin_status no_memory(struct tocsin_error *error)
{
	return error_set(error, TOCSIN_NO_MEMORY, 0, "out of memory");
}

/* An array for all rows that follow in `t` (and never of no size). */
static enum tocsin_status room(struct exposure_db *db, const struct tsv *t, size_t size, void *ret)
{
	void *const p = arena_array(&db->arena, tsv_rows(t) + 1, size);

	if (!p)
		return no_memory(t->error);
	memcpy(ret, &p, sizeof(p));
	return TOCSIN_OK;
}

/* 2021, 2021-11 or 2021-11-09: only what comparing as text needs. NULL is fine. */
static bool is_date(const char *text)
{
	static const char form[] = "dddd-dd-dd";
	size_t i = 0;

	if (!text)
		return true;
	for (; text[i]; i++) {
		if (i == sizeof(form) - 1)
			return false;
		if (form[i] == '-' ? text[i] != '-' : text[i] < '0' || text[i] > '9')
			return false;
	}
	return i == 7 || i == 10;
}

static bool read_part(const char *text, uint32_t if_missing, uint32_t *ret)
{
	uint64_t v = if_missing;

	if (text && (!text_parse_u64(view_of(text), &v) || v > 65535))
		return false;
	*ret = (uint32_t)v;
	return true;
}

static const struct product *product_named(const struct exposure_db *db, const char *id, size_t n)
{
	for (size_t i = 0; i < db->product_count; i++)
		if (strlen(db->products[i].id) == n && !memcmp(db->products[i].id, id, n))
			return &db->products[i];
	return NULL;
}

static enum tocsin_status load_products(struct exposure_db *db, struct tsv *t)
{
	enum tocsin_status status;

	while ((status = tsv_next(t)) == TOCSIN_OK) {
		struct product *const p = &db->products[db->product_count];
		const char *const by = t->field[6], *const previous = t->field[7];

		if (db->product_count == EXPOSURE_PRODUCTS)
			return tsv_fail(t, "more products than this version knows", NULL);
		p->id = t->field[0];
		p->name = t->field[1];
		if (!p->id || !p->name || product_named(db, p->id, strlen(p->id)))
			return tsv_fail(t, "a product needs an id of its own and a name", p->id);
		p->any_minor = !t->field[3];
		if (!t->field[2] || !read_part(t->field[2], 0, &p->major) ||
		    !read_part(t->field[3], 0, &p->minor) ||
		    !read_part(t->field[4], 0, &p->third_from) ||
		    !read_part(t->field[5], 65535, &p->third_to))
			return tsv_fail(t, "not a part of a build", p->id);
		if (by && strcmp(by, "minor") && strcmp(by, "third"))
			return tsv_fail(t, "cu_by is neither minor nor third", by);
		p->cu_part = !by ? 0 : by[0] == 'm' ? 1 : 2;
		if (previous) {
			p->previous = product_named(db, previous, strlen(previous));
			if (!p->previous)
				return tsv_fail(t, "no such product above", previous);
		}
		p->ended = t->field[8] != NULL;
		db->product_count++;
	}
	return status;
}

/* The CU of a row: the last one, or a new one behind it. */
static enum tocsin_status place_build(struct exposure_db *db, struct tsv *t, size_t at)
{
	struct build_row *const row = &db->builds[at];
	const struct product *const p = exposure_product(db, &row->build);
	struct cu *cu = db->cu_count ? &db->cus[db->cu_count - 1] : NULL;

	if (!p || !p->cu_part || strcmp(p->id, t->field[0]) != 0)
		return tsv_fail(t, "the build is not of this product", t->field[3]);
	if (!cu || cu->product != p || strcmp(cu->name, t->field[1]) != 0) {
		struct product *const own = &db->products[p - db->products];

		for (size_t i = 0; i < db->cu_count; i++)
			if (db->cus[i].product == p && !strcmp(db->cus[i].name, t->field[1]))
				return tsv_fail(t, "the builds of a CU are not together",
						t->field[1]);
		cu = &db->cus[db->cu_count];
		cu->product = p;
		cu->name = t->field[1];
		cu->first = at;
		cu->released = t->field[4];
		cu->preview = !strcmp(cu->name, "Preview");
		if (!own->cu_count)
			own->cu_first = db->cu_count;
		else if (own->cu_first + own->cu_count != db->cu_count)
			return tsv_fail(t, "the builds of a product are not together", p->id);
		own->cu_count++;
		if (!cu->preview && !own->released)
			own->released = cu->released;
		db->cu_count++;
	}
	cu->count++;
	row->cu = (size_t)(cu - db->cus);
	return TOCSIN_OK;
}

static int by_build(const void *key, const void *row)
{
	return build_compare(key, &((const struct build_row *)row)->build);
}

static const struct build_row *row_of(const struct exposure_db *db, const struct build *b)
{
	return db->build_count
		       ? bsearch(b, db->builds, db->build_count, sizeof(*db->builds), by_build)
		       : NULL;
}

static const char *source_name(const struct build_row *row)
{
	return row->from_checker ? "HealthChecker"
	       : row->from_docs  ? "Microsoft's documentation"
				 : "other lists";
}

/* Says in words what a pair of builds that sources give for one update is about. */
static enum tocsin_status word_conflicts(struct exposure_db *db, const struct tsv *t)
{
	for (size_t i = 0; i < db->build_count; i++) {
		struct build_row *const row = &db->builds[i];
		const struct build_row *other;
		char a[48], b[48];

		if (!row->has_conflict)
			continue;
		other = row_of(db, &row->conflict_with);
		if (!other || !other->has_conflict || other->cu != row->cu ||
		    build_compare(&other->conflict_with, &row->build))
			return tsv_fail(t, "conflicting builds must be a pair", NULL);
		build_format(a, &row->build);
		build_format(b, &other->build);
		row->conflict = make_text(
			&db->arena, "sources disagree about %s of %s: it is %s in %s, %s in %s",
			row->update ? row->update : "the release", db->cus[row->cu].name, a,
			source_name(row), b, source_name(other));
		if (!row->conflict)
			return no_memory(t->error);
	}
	return TOCSIN_OK;
}

static enum tocsin_status load_builds(struct exposure_db *db, struct tsv *t)
{
	enum tocsin_status status;

	TRY(room(db, t, sizeof(*db->builds), &db->builds));
	TRY(room(db, t, sizeof(*db->cus), &db->cus));
	while ((status = tsv_next(t)) == TOCSIN_OK) {
		struct build_row *const row = &db->builds[db->build_count];

		for (size_t i = 0; i < 4; i++)
			if (!t->field[i])
				return tsv_fail(t, "product, cu, su and build must be there", NULL);
		if (!build_read(t->field[3], &row->build))
			return tsv_fail(t, "not a build", t->field[3]);
		if (db->build_count && build_compare(&row[-1].build, &row->build) >= 0)
			return tsv_fail(t, "builds must ascend", t->field[3]);
		if (!is_date(t->field[4]))
			return tsv_fail(t, "not a date", t->field[4]);
		row->update = strcmp(t->field[2], "RTM") ? t->field[2] : NULL;
		row->released = t->field[4];
		row->kb = t->field[5];
		row->from_docs = t->field[6] && strstr(t->field[6], "docs");
		row->from_checker = t->field[6] && strstr(t->field[6], "css");
		row->has_conflict = t->field[7] != NULL;
		if (row->has_conflict && !build_read(t->field[7], &row->conflict_with))
			return tsv_fail(t, "not a build", t->field[7]);
		TRY(place_build(db, t, db->build_count));
		db->build_count++;
	}
	if (status != TOCSIN_END)
		return status;
	TRY(word_conflicts(db, t));
	return TOCSIN_END;
}

/* The next word of `*text` (separated by blanks); its length, 0 at the end. */
static size_t next_word(const char **text, const char **ret_word)
{
	const char *p = *text ? *text : "";
	size_t n = 0;

	while (*p == ' ')
		p++;
	while (p[n] && p[n] != ' ')
		n++;
	*ret_word = p;
	*text = p + n;
	return n;
}

static enum tocsin_status read_products(const struct exposure_db *db, const struct tsv *t,
					const char *text, uint32_t *ret)
{
	uint32_t bits = 0;
	const char *word;
	size_t n;

	while ((n = next_word(&text, &word)) != 0) {
		const struct product *const p = product_named(db, word, n);

		if (!p)
			return tsv_fail(t, "no such product", word);
		bits |= UINT32_C(1) << (p - db->products);
	}
	*ret = bits;
	return TOCSIN_OK;
}

static enum tocsin_status read_config_from(const struct exposure_db *db, const struct tsv *t,
					   const char *text, struct cve *c)
{
	const char *word;
	size_t n;

	while ((n = next_word(&text, &word)) != 0) {
		const char *const colon = memchr(word, ':', n);
		const struct product *const p =
			colon ? product_named(db, word, (size_t)(colon - word)) : NULL;
		char build[48];
		size_t length;

		if (!p)
			return tsv_fail(t, "config_from is PRODUCT:BUILD", word);
		length = n - (size_t)(colon + 1 - word);
		if (length >= sizeof(build))
			return tsv_fail(t, "not a build", word);
		memcpy(build, colon + 1, length);
		build[length] = 0;
		if (!build_read(build, &c->config_from[p - db->products]))
			return tsv_fail(t, "not a build", word);
	}
	return TOCSIN_OK;
}

static bool read_config_kind(const char *text, enum config_kind *ret)
{
	static const char *const names[] = {"", "needed", "override", "mitigation", "platform"};

	for (size_t i = 0; i < sizeof(names) / sizeof(*names); i++)
		if (!strcmp(text ? text : "", names[i])) {
			*ret = (enum config_kind)i;
			return true;
		}
	return false;
}

static enum tocsin_status load_cves(struct exposure_db *db, struct tsv *t)
{
	enum tocsin_status status;

	TRY(room(db, t, sizeof(*db->cves), &db->cves));
	while ((status = tsv_next(t)) == TOCSIN_OK) {
		struct cve *const c = &db->cves[db->cve_count];

		c->info.id = t->field[0];
		c->info.released = c->date = t->field[1];
		c->info.title = t->field[2];
		c->info.precondition = t->field[5];
		c->info.cvss_version = t->field[6];
		c->info.cvss_score = t->field[7];
		c->info.cvss_severity = t->field[8];
		c->info.cvss_vector = t->field[9];
		c->info.kev_date = t->field[10];
		c->info.kev = t->field[10] != NULL;
		c->config_text = t->field[12];
		if (!c->info.id || (db->cve_count && strcmp(c[-1].info.id, c->info.id) >= 0))
			return tsv_fail(t, "CVEs must ascend", c->info.id);
		if (!is_date(c->info.released) || !is_date(c->info.kev_date))
			return tsv_fail(t, "not a date", c->info.id);
		TRY(read_products(db, t, t->field[3], &c->named));
		TRY(read_products(db, t, t->field[4], &c->named_disputed));
		if (!read_config_kind(t->field[11], &c->config) ||
		    (c->config != CONFIG_NONE) != (c->config_text != NULL))
			return tsv_fail(t, "unknown kind of configuration, or no text to it",
					t->field[11]);
		TRY(read_config_from(db, t, t->field[13], c));
		db->cve_count++;
	}
	return status;
}

static enum tocsin_status read_fix(struct exposure_db *db, struct tsv *t, struct fix *f)
{
	size_t cu = 0;
	struct build b;

	if (!t->field[1] || !t->field[2])
		return tsv_fail(t, "product and cu must be there", NULL);
	while (cu < db->cu_count && (strcmp(db->cus[cu].product->id, t->field[1]) != 0 ||
				     strcmp(db->cus[cu].name, t->field[2]) != 0))
		cu++;
	if (cu == db->cu_count)
		return tsv_fail(t, "no such cumulative update", t->field[2]);
	f->cu = cu;
	if (t->field[4]) {
		if (!build_read(t->field[4], &b))
			return tsv_fail(t, "not a build", t->field[4]);
		f->row = row_of(db, &b);
		if (!f->row || f->row->cu != cu)
			return tsv_fail(t,
					"the build is not in the table of builds, or of another CU",
					t->field[4]);
	}
	f->disputed_by = t->field[7];
	if (f->disputed_by && (!t->field[6] || !build_read(t->field[6], &f->disputed)))
		return tsv_fail(t, "not a build", t->field[6]);
	return TOCSIN_OK;
}

static enum tocsin_status load_fixes(struct exposure_db *db, struct tsv *t)
{
	size_t at = 0; /* in cves: both tables have the same order */
	enum tocsin_status status;

	TRY(room(db, t, sizeof(*db->fixes), &db->fixes));
	while ((status = tsv_next(t)) == TOCSIN_OK) {
		struct fix *const f = &db->fixes[db->fix_count];
		const char *const id = t->field[0];
		struct cve *c;

		while (at < db->cve_count && (!id || strcmp(db->cves[at].info.id, id) != 0))
			at++;
		if (at == db->cve_count)
			return tsv_fail(t, "no such CVE, or not in the order of the CVEs", id);
		c = &db->cves[at];
		TRY(read_fix(db, t, f));
		if (!(c->named >> (db->cus[f->cu].product - db->products) & 1))
			return tsv_fail(t, "the CVE does not name this product", id);
		if (!c->fix_count) {
			c->fix_first = db->fix_count;
			c->date = NULL;
		} else if (f[-1].cu >= f->cu) {
			return tsv_fail(t, "cumulative updates of a CVE must ascend", t->field[2]);
		}
		if (f->row && f->row->released &&
		    (!c->date || strcmp(c->date, f->row->released) < 0))
			c->date = f->row->released;
		c->fix_count++;
		db->fix_count++;
	}
	for (size_t i = 0; i < db->cve_count; i++)
		if (!db->cves[i].date)
			db->cves[i].date = db->cves[i].info.released;
	return status;
}

static enum tocsin_status load_remarks(struct exposure_db *db, struct tsv *t)
{
	enum tocsin_status status;

	TRY(room(db, t, sizeof(*db->remarks), &db->remarks));
	while ((status = tsv_next(t)) == TOCSIN_OK) {
		struct remark *const r = &db->remarks[db->remark_count];

		r->cve = t->field[0] ? exposure_find_cve(db, t->field[0]) : NULL;
		r->product =
			t->field[1] ? product_named(db, t->field[1], strlen(t->field[1])) : NULL;
		r->text = t->field[3];
		if (!r->cve || !r->product || !r->text || !t->field[2] ||
		    !build_read(t->field[2], &r->below))
			return tsv_fail(t, "a remark needs a CVE, a product, a build and a text",
					t->field[0]);
		db->remark_count++;
	}
	return status;
}

enum tocsin_status exposure_db_parse(const struct view files[FILE_COUNT],
				     struct exposure_db **ret_db, struct tocsin_error *error)
{
	static enum tocsin_status (*const load[FILE_COUNT])(struct exposure_db *, struct tsv *) = {
		load_products, load_builds, load_cves, load_fixes, load_remarks};
	struct exposure_db *const db = calloc(1, sizeof(*db));
	enum tocsin_status status = TOCSIN_END;

	if (!db)
		return no_memory(error);
	for (size_t i = 0; i < FILE_COUNT && status == TOCSIN_END; i++) {
		struct tsv t;

		status = tsv_open(&t, &db->arena, file_name[i], files[i], file_header[i], error);
		if (status == TOCSIN_OK)
			status = load[i](db, &t);
	}
	if (status != TOCSIN_END) {
		exposure_db_free(db);
		return status;
	}
	*ret_db = db;
	return TOCSIN_OK;
}

enum tocsin_status exposure_db_load(const char *dir, struct exposure_db **ret_db,
				    struct tocsin_error *error)
{
	struct view files[FILE_COUNT];
	struct arena arena = {0};
	enum tocsin_status status = TOCSIN_OK;

	for (size_t i = 0; i < FILE_COUNT && status == TOCSIN_OK; i++)
		status = data_load(&arena, dir, file_name[i], &files[i], error);
	if (status == TOCSIN_OK)
		status = exposure_db_parse(files, ret_db, error);
	arena_free(&arena);
	return status;
}

void exposure_db_free(struct exposure_db *db)
{
	if (db) {
		arena_free(&db->arena);
		free(db);
	}
}

const struct cve *exposure_find_cve(const struct exposure_db *db, const char *id)
{
	for (size_t i = 0; i < db->cve_count; i++)
		if (ascii_equal_nocase(db->cves[i].info.id, id))
			return &db->cves[i];
	return NULL;
}

size_t exposure_cve_count(const struct exposure_db *db)
{
	return db->cve_count;
}

bool exposure_cve_at(const struct exposure_db *db, size_t i, struct cve_info *ret)
{
	if (i >= db->cve_count)
		return false;
	*ret = db->cves[i].info;
	return true;
}

bool exposure_cve(const struct exposure_db *db, const char *id, struct cve_info *ret)
{
	const struct cve *const c = exposure_find_cve(db, id);

	if (!c)
		return false;
	*ret = c->info;
	return true;
}
