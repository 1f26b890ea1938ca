/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Packs from where they are: compiled in, in a file, or made from an advisory document. A document
 * says what it says itself (number, title, CVEs, products, printed commands); what it doesn't say
 * (severities, where an event holds what, which logs matter) comes from the built-in pack of its
 * number, where there is one.
 */
#include "advisory/pack.h"

#include <stdio.h>
#include <stdlib.h>

#include "base/data.h"
#include "base/limits.h"
#include "base/os.h"

#define FOLDER "advisories/"

static enum tocsin_status no_memory(struct tocsin_error *error)
{
	return error_set(error, TOCSIN_NO_MEMORY, 0, "out of memory");
}

static int by_number(const void *a, const void *b)
{
	const struct pack *const *const x = a;
	const struct pack *const *const y = b;

	return strcmp((*x)->number, (*y)->number);
}

static bool is_pack_name(const char *name)
{
	const size_t n = strlen(name);

	return n > 5 && strcmp(name + n - 5, ".yaml") == 0;
}

enum tocsin_status pack_builtin(const char *data, struct pack ***ret_packs, size_t *ret_count,
				struct tocsin_error *error)
{
	struct arena a = {0};
	struct data_file *files = NULL;
	struct pack **packs = NULL;
	size_t file_count = 0, count = 0;
	enum tocsin_status status = data_list(&a, data, FOLDER, &files, &file_count, error);

	if (status != TOCSIN_OK)
		goto out;
	packs = calloc(file_count + 1, sizeof(struct pack *));
	if (!packs) {
		status = no_memory(error);
		goto out;
	}
	for (size_t i = 0; i < file_count && status == TOCSIN_OK; i++) {
		if (!is_pack_name(files[i].name))
			continue;
		status = pack_parse(files[i].bytes, files[i].name, &packs[count], error);
		if (status == TOCSIN_OK)
			packs[count++]->source = "built-in";
	}
	if (status == TOCSIN_OK && count)
		qsort(packs, count, sizeof(struct pack *), by_number);
out:
	arena_free(&a);
	if (status != TOCSIN_OK) {
		for (size_t i = 0; i < count; i++)
			pack_free(packs[i]);
		free(packs);
		return status;
	}
	*ret_packs = packs;
	*ret_count = count;
	return TOCSIN_OK;
}

/* The built-in pack of a number. TOCSIN_NOT_FOUND without one; then `error` is not touched. */
static enum tocsin_status find_builtin(const char *number, const char *data, struct pack **ret,
				       struct tocsin_error *error)
{
	struct pack **packs;
	size_t count;
	enum tocsin_status status = TOCSIN_NOT_FOUND;

	TRY(pack_builtin(data, &packs, &count, error));
	for (size_t i = 0; i < count; i++) {
		if (strcmp(packs[i]->number, number) == 0 && status != TOCSIN_OK) {
			*ret = packs[i];
			status = TOCSIN_OK;
		} else {
			pack_free(packs[i]);
		}
	}
	free(packs);
	return status;
}

/* ---- a pack from a document */

struct join {
	const struct advisory *doc;
	const struct pack *builtin; /* NULL: there is none */
	struct pack *pack;
	bool failed;
};

static const char *copy(struct join *j, const char *s)
{
	const char *c;

	if (!s)
		return NULL;
	c = arena_string(&j->pack->arena, s);
	if (!c)
		j->failed = true;
	return c;
}

static void *room(struct join *j, size_t count, size_t size)
{
	void *const p = arena_array(&j->pack->arena, count + 1, size);

	if (!p)
		j->failed = true;
	return p;
}

static void copy_list(struct join *j, const char *const *from, size_t count, const char ***ret,
		      size_t *ret_count)
{
	const char **const to = room(j, count, sizeof(const char *));

	for (size_t i = 0; to && i < count; i++)
		to[i] = copy(j, from[i]);
	*ret = to;
	*ret_count = to ? count : 0;
}

/* Items of the lists; where a document lists nothing, its paragraphs. */
static void copy_products(struct join *j)
{
	const struct advisory *const d = j->doc;
	bool prose = true;

	for (size_t i = 0; i < d->product_count; i++)
		prose = prose && d->products[i].prose;
	j->pack->products = room(j, d->product_count, sizeof(const char *));
	for (size_t i = 0; j->pack->products && i < d->product_count; i++)
		if (d->products[i].prose == prose)
			j->pack->products[j->pack->product_count++] = copy(j, d->products[i].plain);
}

/* In place; an address that this copy of the document has lost stays NULL. */
static void copy_references(struct join *j)
{
	const struct advisory *const d = j->doc;

	j->pack->references = room(j, d->reference_count, sizeof(const char *));
	for (size_t i = 0; j->pack->references && i < d->reference_count; i++)
		j->pack->references[j->pack->reference_count++] = copy(j, d->references[i].address);
}

/* Whether two commands are the same but for white space. */
static bool same_command(const char *a, const char *b)
{
	for (;;) {
		const bool gap_a = *a == ' ' || (*a >= '\t' && *a <= '\r');
		const bool gap_b = *b == ' ' || (*b >= '\t' && *b <= '\r');

		if (gap_a != gap_b) {
			/* a gap at either end is none */
			if (gap_a && !a[strspn(a, " \t\r\n\v\f")])
				a += strspn(a, " \t\r\n\v\f");
			else if (gap_b && !b[strspn(b, " \t\r\n\v\f")])
				b += strspn(b, " \t\r\n\v\f");
			else
				return false;
			continue;
		}
		if (gap_a) {
			a += strspn(a, " \t\r\n\v\f");
			b += strspn(b, " \t\r\n\v\f");
			continue;
		}
		if (*a != *b)
			return false;
		if (!*a)
			return true;
		a++;
		b++;
	}
}

/* Commands that the document prints and tocsin may run. */
static bool is_detection(const struct advisory_code *code)
{
	return code->reads_evidence && strcmp(code->language, "powershell") == 0;
}

static void add_detection(struct join *j, const struct pack_detection *from, const char *command,
			  bool printed)
{
	struct pack_detection *const d = &j->pack->detections[j->pack->detection_count++];

	*d = *from;
	d->id = copy(j, from->id);
	d->title = copy(j, from->title);
	d->command = copy(j, command);
	d->printed = printed;
}

/* A printed command that no pack knows. */
static void add_unknown(struct join *j, const char *command, unsigned index)
{
	char id[40];
	const struct pack_detection d = {
		.id = id,
		.title = "The advisory's detection command selects an event",
		.severity_affected = SEVERITY_HIGH,
		.severity_otherwise = SEVERITY_MEDIUM,
		.fields = {-1, -1, -1, -1, -1},
	};

	snprintf(id, sizeof(id), "document-command-%u", index);
	add_detection(j, &d, command, true);
}

/*
 * Printed commands first, as the document has them; one that the built-in pack knows has its
 * meaning from there. Then the pack's further ones, among them those that it calls printed and this
 * document does not print: they still look for the same attack.
 */
static void join_detections(struct join *j)
{
	const struct advisory *const d = j->doc;
	const size_t known = j->builtin ? j->builtin->detection_count : 0;
	bool *const used = room(j, known, sizeof(bool));
	unsigned unknown = 0;

	j->pack->detections = room(j, known + d->code_count, sizeof(*j->pack->detections));
	if (!used || !j->pack->detections)
		return;
	for (size_t i = 0; i < d->code_count && j->pack->detection_count < LIMIT_PACK_DETECTIONS;
	     i++) {
		size_t k = 0;

		if (!is_detection(&d->codes[i]))
			continue;
		while (k < known &&
		       !same_command(d->codes[i].text, j->builtin->detections[k].command))
			k++;
		if (k == known)
			add_unknown(j, d->codes[i].text, ++unknown);
		else if (!used[k])
			add_detection(j, &j->builtin->detections[k], d->codes[i].text, true);
		if (k < known)
			used[k] = true;
	}
	for (size_t k = 0; k < known; k++)
		if (!used[k])
			add_detection(j, &j->builtin->detections[k],
				      j->builtin->detections[k].command, false);
}

static void join_builtin(struct join *j)
{
	const struct pack *const b = j->builtin;
	struct pack *const p = j->pack;

	p->condition = copy(j, b->condition);
	copy_list(j, b->updates, b->update_count, &p->updates, &p->update_count);
	p->sources = room(j, b->source_count, sizeof(*p->sources));
	for (size_t i = 0; p->sources && i < b->source_count; i++) {
		p->sources[i] = b->sources[i];
		p->sources[i].channel = copy(j, b->sources[i].channel);
		p->sources[i].path = copy(j, b->sources[i].path);
		p->source_count++;
	}
	p->builds = room(j, b->build_count, sizeof(*p->builds));
	for (size_t i = 0; p->builds && i < b->build_count; i++) {
		p->builds[i] = b->builds[i];
		p->builds[i].provider = copy(j, b->builds[i].provider);
		p->builds[i].precision = copy(j, b->builds[i].precision);
		p->build_count++;
	}
}

static const char *licence(struct join *j)
{
	const struct advisory *const d = j->doc;
	char *text;
	size_t n;

	if (!d->licence_title && !d->licence_author)
		return j->builtin ? copy(j, j->builtin->licence) : NULL;
	if (!d->licence_title || !d->licence_author)
		return copy(j, d->licence_title ? d->licence_title : d->licence_author);
	n = strlen(d->licence_title) + strlen(d->licence_author) + 3;
	text = room(j, n, 1);
	if (text)
		snprintf(text, n, "%s, %s", d->licence_title, d->licence_author);
	return text;
}

enum tocsin_status pack_from_advisory(const struct advisory *doc, const struct pack *builtin,
				      const char *name, struct pack **ret_pack,
				      struct tocsin_error *error)
{
	struct pack *const p = calloc(1, sizeof(*p));
	struct join j = {.doc = doc, .builtin = builtin, .pack = p};

	if (!p)
		return no_memory(error);
	p->number = copy(&j, doc->number);
	p->title = copy(&j, doc->title);
	p->version = copy(&j, doc->version ? doc->version : "");
	p->date = copy(&j, doc->date ? doc->date : doc->date_printed ? doc->date_printed : "");
	p->licence = licence(&j);
	p->source = copy(&j, name);
	copy_list(&j, doc->cves, doc->cve_count, &p->cves, &p->cve_count);
	copy_products(&j);
	copy_references(&j);
	if (builtin)
		join_builtin(&j);
	join_detections(&j);
	if (j.failed) {
		pack_free(p);
		return no_memory(error);
	}
	*ret_pack = p;
	return TOCSIN_OK;
}

/* A pack names its schema; a document has no such key. */
bool pack_recognise(struct view text)
{
	static const char mark[] = "schema:";
	const size_t n = sizeof(mark) - 1;

	for (size_t i = 0; i + n <= text.n; i++)
		if (memcmp(text.p + i, mark, n) == 0 && (i == 0 || text.p[i - 1] == '\n'))
			return true;
	return false;
}

static enum tocsin_status open_document(struct view text, const char *name, const char *data,
					struct pack **ret_pack, struct tocsin_error *error)
{
	struct advisory *doc;
	struct pack *builtin = NULL;
	enum tocsin_status status;

	TRY(advisory_parse(text, &doc, error));
	status = find_builtin(doc->number, data, &builtin, error);
	if (status == TOCSIN_OK || status == TOCSIN_NOT_FOUND)
		status = pack_from_advisory(doc, builtin, name, ret_pack, error);
	pack_free(builtin);
	advisory_free(doc);
	return status;
}

/* `2021-063`: digits, a hyphen, digits. Such a name is a number unless a file has it. */
static bool is_number(const char *what)
{
	const size_t year = strspn(what, "0123456789");
	const size_t serial = what[year] == '-' ? strspn(what + year + 1, "0123456789") : 0;

	return year == 4 && serial >= 2 && !what[year + 1 + serial];
}

enum tocsin_status pack_open(const char *what, const char *data, struct pack **ret_pack,
			     struct tocsin_error *error)
{
	struct arena a = {0};
	struct view text;
	enum tocsin_status status;

	if (is_number(what) && os_kind(what) != OS_FILE) {
		status = find_builtin(what, data, ret_pack, error);
		if (status == TOCSIN_NOT_FOUND)
			error_setf(error, status, 0, "no built-in advisory has this number",
				   "%.40s; give the file of the document", what);
		return status;
	}
	status = os_read_file(&a, what, LIMIT_DOCUMENT_BYTES, &text, error);
	if (status == TOCSIN_OK)
		status = pack_recognise(text) ? pack_parse(text, what, ret_pack, error)
					      : open_document(text, what, data, ret_pack, error);
	arena_free(&a);
	return status;
}
