/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Reads packs (docs/pack.md): YAML whose every key is checked. A key that is not known, a missing
 * one or a value of another type is an error with its line and column and what was expected,
 * because a silently ignored slip in a pack would be a silently wrong verdict.
 */
#include "advisory/pack.h"

#include <stdlib.h>

#include "base/limits.h"
#include "base/text.h"
#include "base/timestamp.h"
#include "base/utf.h"
#include "base/yaml.h"

#define SCHEMA "tocsin.pack/1"

struct reader {
	struct pack *pack;
	const char *name; /* for messages */
	struct tocsin_error *error;
};

static enum tocsin_status wrong(const struct reader *r, const struct yaml_node *node,
				const char *msg, const char *expected)
{
	return error_setf(r->error, TOCSIN_INVALID, node->offset, msg,
			  "%.60s: line %u, column %u: expected %s", r->name, node->line,
			  node->column, expected);
}

static enum tocsin_status no_memory(const struct reader *r)
{
	return error_set(r->error, TOCSIN_NO_MEMORY, 0, "out of memory");
}

/* `node` is a mapping and has only these keys. */
static enum tocsin_status check_keys(const struct reader *r, const struct yaml_node *node,
				     const char *const keys[], size_t count)
{
	if (node->kind != YAML_MAPPING)
		return wrong(r, node, "pack has a value of the wrong type", "a mapping");
	for (size_t i = 0; i < node->count; i++) {
		const struct yaml_node *const member = &node->children[i];
		const char *nearest = keys[0];
		size_t k = 0;

		while (k < count && strcmp(keys[k], node->keys[i]) != 0)
			k++;
		if (k < count)
			continue;
		for (k = 1; k < count && strlen(node->keys[i]) < 40; k++)
			if (text_distance(node->keys[i], keys[k]) <
			    text_distance(node->keys[i], nearest))
				nearest = keys[k];
		return error_setf(r->error, TOCSIN_INVALID, member->key_offset,
				  "pack has a key that is not known",
				  "%.60s: line %u, column %u: %.40s; did you mean %s?", r->name,
				  member->key_line, member->key_column, node->keys[i], nearest);
	}
	return TOCSIN_OK;
}

/* The member `key`; `required` makes its absence an error. *ret is NULL where it is absent. */
static enum tocsin_status member(const struct reader *r, const struct yaml_node *node,
				 const char *key, bool required, const struct yaml_node **ret)
{
	*ret = yaml_get(node, key);
	if (!*ret && required)
		return error_setf(r->error, TOCSIN_INVALID, node->offset, "pack lacks a key",
				  "%.60s: line %u, column %u: expected the key %s", r->name,
				  node->line, node->column, key);
	return TOCSIN_OK;
}

static enum tocsin_status text_value(const struct reader *r, const struct yaml_node *node,
				     const char **ret)
{
	if (node->kind != YAML_SCALAR || !node->text[0])
		return wrong(r, node, "pack has a value of the wrong type", "a text");
	*ret = node->text;
	return TOCSIN_OK;
}

static enum tocsin_status text_member(const struct reader *r, const struct yaml_node *node,
				      const char *key, bool required, const char **ret)
{
	const struct yaml_node *value;

	TRY(member(r, node, key, required, &value));
	return value ? text_value(r, value, ret) : TOCSIN_OK;
}

static enum tocsin_status bool_member(const struct reader *r, const struct yaml_node *node,
				      const char *key, bool *ret)
{
	const struct yaml_node *value;

	TRY(member(r, node, key, true, &value));
	if (value->kind != YAML_SCALAR || !value->plain ||
	    (strcmp(value->text, "true") != 0 && strcmp(value->text, "false") != 0))
		return wrong(r, value, "pack has a value of the wrong type", "true or false");
	*ret = value->text[0] == 't';
	return TOCSIN_OK;
}

static enum tocsin_status number_value(const struct reader *r, const struct yaml_node *value,
				       uint64_t max, const char *expected, uint64_t *ret)
{
	if (value->kind != YAML_SCALAR || !value->plain ||
	    !text_parse_u64(view_of(value->text), ret) || *ret > max)
		return wrong(r, value, "pack has a value of the wrong type", expected);
	return TOCSIN_OK;
}

static enum tocsin_status choice_value(const struct reader *r, const struct yaml_node *value,
				       const char *const choices[], size_t count,
				       const char *expected, size_t *ret)
{
	for (size_t i = 0; value->kind == YAML_SCALAR && i < count; i++) {
		if (strcmp(value->text, choices[i]) == 0) {
			*ret = i;
			return TOCSIN_OK;
		}
	}
	return wrong(r, value, "pack has a value that is none of the choices", expected);
}

static enum tocsin_status text_list(const struct reader *r, const struct yaml_node *node,
				    const char *key, bool required, const char ***ret,
				    size_t *ret_count)
{
	const struct yaml_node *list;
	const char **items;

	TRY(member(r, node, key, required, &list));
	if (!list)
		return TOCSIN_OK;
	if (list->kind != YAML_SEQUENCE)
		return wrong(r, list, "pack has a value of the wrong type", "a list of texts");
	if (required && !list->count)
		return wrong(r, list, "pack has an empty list", "at least one text");
	items = arena_array(&r->pack->arena, list->count + 1, sizeof(*items));
	if (!items)
		return no_memory(r);
	for (size_t i = 0; i < list->count; i++)
		TRY(text_value(r, &list->children[i], &items[i]));
	*ret = items;
	*ret_count = list->count;
	return TOCSIN_OK;
}

static enum tocsin_status severity_value(const struct reader *r, const struct yaml_node *value,
					 enum severity *ret)
{
	static const char *const names[] = {"info", "low", "medium", "high"};
	size_t i;

	TRY(choice_value(r, value, names, 4, "info, low, medium or high", &i));
	*ret = (enum severity)i;
	return TOCSIN_OK;
}

/* `severity: low`, or `severity: {affected: high, otherwise: medium}`. */
static enum tocsin_status read_severity(const struct reader *r, const struct yaml_node *node,
					struct pack_detection *d)
{
	static const char *const keys[] = {"affected", "otherwise"};
	const struct yaml_node *value, *part;

	TRY(member(r, node, "severity", true, &value));
	if (value->kind == YAML_SCALAR) {
		TRY(severity_value(r, value, &d->severity_affected));
		d->severity_otherwise = d->severity_affected;
		return TOCSIN_OK;
	}
	TRY(check_keys(r, value, keys, 2));
	TRY(member(r, value, "affected", true, &part));
	TRY(severity_value(r, part, &d->severity_affected));
	TRY(member(r, value, "otherwise", true, &part));
	return severity_value(r, part, &d->severity_otherwise);
}

static enum tocsin_status read_fields(const struct reader *r, const struct yaml_node *node,
				      struct pack_fields *f)
{
	static const char *const keys[] = {"build", "account", "process", "method", "exception"};
	int *const fields[] = {&f->build, &f->account, &f->process, &f->method, &f->exception};
	const struct yaml_node *value;

	for (size_t i = 0; i < 5; i++)
		*fields[i] = -1;
	TRY(member(r, node, "fields", false, &value));
	if (!value)
		return TOCSIN_OK;
	TRY(check_keys(r, value, keys, 5));
	for (size_t i = 0; i < 5; i++) {
		const struct yaml_node *const index = yaml_get(value, keys[i]);
		uint64_t number;

		if (!index)
			continue;
		TRY(number_value(r, index, LIMIT_SUBSTITUTIONS, "the index of a string, from 0",
				 &number));
		*fields[i] = (int)number;
	}
	return TOCSIN_OK;
}

static enum tocsin_status read_detection(const struct reader *r, const struct yaml_node *node,
					 struct pack_detection *d)
{
	static const char *const keys[] = {"id",      "title",    "command", "printed",
					   "subject", "severity", "fields"};
	static const char *const subjects[] = {"message", "values"};
	const struct yaml_node *value;
	size_t subject = 0;

	TRY(check_keys(r, node, keys, 7));
	TRY(text_member(r, node, "id", true, &d->id));
	TRY(text_member(r, node, "title", true, &d->title));
	TRY(text_member(r, node, "command", true, &d->command));
	TRY(bool_member(r, node, "printed", &d->printed));
	TRY(member(r, node, "subject", false, &value));
	if (value)
		TRY(choice_value(r, value, subjects, 2, "message or values", &subject));
	d->values = subject == 1;
	TRY(read_severity(r, node, d));
	TRY(read_fields(r, node, &d->fields));
	d->line = node->line;
	return TOCSIN_OK;
}

/* A list of mappings: room for its items in the arena. */
static enum tocsin_status items(const struct reader *r, const struct yaml_node *root,
				const char *key, size_t item_size,
				const struct yaml_node **ret_list, void **ret_items)
{
	TRY(member(r, root, key, false, ret_list));
	if (!*ret_list)
		return TOCSIN_OK;
	if ((*ret_list)->kind != YAML_SEQUENCE)
		return wrong(r, *ret_list, "pack has a value of the wrong type", "a list");
	*ret_items = arena_array(&r->pack->arena, (*ret_list)->count + 1, item_size);
	return *ret_items ? TOCSIN_OK : no_memory(r);
}

static enum tocsin_status read_detections(const struct reader *r, const struct yaml_node *root)
{
	struct pack *const p = r->pack;
	const struct yaml_node *list;
	void *room = NULL;

	TRY(items(r, root, "detections", sizeof(*p->detections), &list, &room));
	p->detections = room;
	if (list && list->count > LIMIT_PACK_DETECTIONS)
		return wrong(r, list, "pack has too many detections", "fewer");
	for (size_t i = 0; list && i < list->count; i++) {
		TRY(read_detection(r, &list->children[i], &p->detections[i]));
		p->detection_count++;
		for (size_t k = 0; k < i; k++)
			if (strcmp(p->detections[k].id, p->detections[i].id) == 0)
				return wrong(r, yaml_get(&list->children[i], "id"),
					     "pack has two detections of one id", "another id");
	}
	return TOCSIN_OK;
}

static enum tocsin_status read_sources(const struct reader *r, const struct yaml_node *root)
{
	static const char *const keys[] = {"channel", "required", "path"};
	struct pack *const p = r->pack;
	const struct yaml_node *list;
	void *room = NULL;

	TRY(items(r, root, "sources", sizeof(*p->sources), &list, &room));
	p->sources = room;
	for (size_t i = 0; list && i < list->count; i++) {
		const struct yaml_node *const node = &list->children[i];

		TRY(check_keys(r, node, keys, 3));
		TRY(text_member(r, node, "channel", true, &p->sources[i].channel));
		TRY(bool_member(r, node, "required", &p->sources[i].required));
		TRY(text_member(r, node, "path", true, &p->sources[i].path));
		p->source_count++;
	}
	return TOCSIN_OK;
}

static enum tocsin_status read_builds(const struct reader *r, const struct yaml_node *root)
{
	static const char *const keys[] = {"provider", "event", "string", "precision"};
	static const char *const precisions[] = {"su", "cu", "product"};
	struct pack *const p = r->pack;
	const struct yaml_node *list, *value;
	void *room = NULL;

	TRY(items(r, root, "builds", sizeof(*p->builds), &list, &room));
	p->builds = room;
	for (size_t i = 0; list && i < list->count; i++) {
		const struct yaml_node *const node = &list->children[i];
		struct pack_build *const b = &p->builds[i];
		uint64_t number;
		size_t precision;

		TRY(check_keys(r, node, keys, 4));
		TRY(text_member(r, node, "provider", true, &b->provider));
		TRY(member(r, node, "event", true, &value));
		TRY(number_value(r, value, UINT16_MAX, "an event id", &number));
		b->event_id = (uint32_t)number;
		TRY(member(r, node, "string", true, &value));
		TRY(number_value(r, value, LIMIT_SUBSTITUTIONS, "the index of a string, from 0",
				 &number));
		b->string = (unsigned)number;
		TRY(member(r, node, "precision", true, &value));
		TRY(choice_value(r, value, precisions, 3, "su, cu or product", &precision));
		b->precision = precisions[precision];
		p->build_count++;
	}
	return TOCSIN_OK;
}

/* The date is ISO 8601 and each CVE a CVE: both are compared with other data. */
static enum tocsin_status check_forms(const struct reader *r, const struct yaml_node *root)
{
	const struct yaml_node *const date = yaml_get(root, "date");
	const struct yaml_node *const cves = yaml_get(root, "cves");
	uint64_t time;

	if (strlen(r->pack->date) != 10 || filetime_parse(r->pack->date, false, &time) != TOCSIN_OK)
		return wrong(r, date, "pack has a date that is none", "YYYY-MM-DD");
	for (size_t i = 0; i < r->pack->cve_count; i++) {
		const char *const cve = r->pack->cves[i];
		const size_t n = strlen(cve);

		if (n < 13 || strncmp(cve, "CVE-", 4) != 0 || cve[8] != '-' ||
		    strspn(cve + 4, "0123456789") != 4 || strspn(cve + 9, "0123456789") != n - 9)
			return wrong(r, &cves->children[i], "pack has a CVE that is none",
				     "CVE-YYYY-NNNN");
	}
	return TOCSIN_OK;
}

static enum tocsin_status read_pack(const struct reader *r, const struct yaml_node *root)
{
	static const char *const keys[] = {
		"schema",   "number",  "title",     "version", "date",   "licence",    "cves",
		"products", "updates", "condition", "sources", "builds", "references", "detections",
	};
	static const char *const schemas[] = {SCHEMA};
	struct pack *const p = r->pack;
	const struct yaml_node *schema;
	size_t i;

	TRY(check_keys(r, root, keys, sizeof(keys) / sizeof(keys[0])));
	TRY(member(r, root, "schema", true, &schema));
	TRY(choice_value(r, schema, schemas, 1, SCHEMA, &i));
	TRY(text_member(r, root, "number", true, &p->number));
	TRY(text_member(r, root, "title", true, &p->title));
	TRY(text_member(r, root, "version", true, &p->version));
	TRY(text_member(r, root, "date", true, &p->date));
	TRY(text_member(r, root, "licence", true, &p->licence));
	TRY(text_member(r, root, "condition", false, &p->condition));
	TRY(text_list(r, root, "cves", true, &p->cves, &p->cve_count));
	TRY(text_list(r, root, "products", true, &p->products, &p->product_count));
	TRY(text_list(r, root, "updates", false, &p->updates, &p->update_count));
	TRY(text_list(r, root, "references", false, &p->references, &p->reference_count));
	TRY(check_forms(r, root));
	TRY(read_sources(r, root));
	TRY(read_builds(r, root));
	return read_detections(r, root);
}

enum tocsin_status pack_parse(struct view yaml, const char *name, struct pack **ret_pack,
			      struct tocsin_error *error)
{
	struct pack *const p = calloc(1, sizeof(*p));
	struct reader r = {.pack = p, .name = name, .error = error};
	struct yaml_node *root;
	enum tocsin_status status;

	if (!p)
		return error_set(error, TOCSIN_NO_MEMORY, 0, "out of memory");
	status = yaml_parse(&p->arena, yaml, &root, error);
	if (status == TOCSIN_OK) {
		p->source = arena_string(&p->arena, name);
		status = p->source ? read_pack(&r, root) : no_memory(&r);
	}
	if (status == TOCSIN_OK)
		*ret_pack = p;
	else
		pack_free(p);
	return status;
}

void pack_free(struct pack *p)
{
	if (!p)
		return;
	arena_free(&p->arena);
	free(p);
}

const char *pack_severity_name(enum severity severity)
{
	switch (severity) {
	case SEVERITY_INFO:
		return "info";
	case SEVERITY_LOW:
		return "low";
	case SEVERITY_MEDIUM:
		return "medium";
	case SEVERITY_HIGH:
		break;
	}
	return "high";
}
