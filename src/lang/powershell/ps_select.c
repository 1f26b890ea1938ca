/* SPDX-License-Identifier: Apache-2.0 */
/* Select-Object, Format-List, Format-Table: what is shown. */
#include "lang/powershell/ps_compile.h"

#include "base/utf.h"

static enum tocsin_status add_column(struct ps_compiler *c, struct query_column **columns,
				     const struct ps_node *at, const char *label)
{
	struct query *const q = c->query;
	struct query_column *const column = &(*columns)[q->column_count];
	enum ps_type type;

	TRY(ps_property(c, at, label, &column->operand, &type));
	column->label = arena_string(&q->arena, label);
	if (!column->label)
		return ps_memory(c);
	q->column_count++;
	return TOCSIN_OK;
}

static enum tocsin_status all_columns(struct ps_compiler *c, const struct ps_node *at)
{
	struct query *const q = c->query;
	struct query_column *columns;
	const struct ps_property *p;
	size_t count = 0;

	while (ps_property_at(q->object, count))
		count++;
	columns = arena_array(&q->arena, count + 1, sizeof(*columns));
	if (!columns)
		return ps_memory(c);
	q->columns = columns;
	for (size_t i = 0; (p = ps_property_at(q->object, i)); i++)
		if (p->type != PS_TYPE_NOT_HELD)
			TRY(add_column(c, &columns, at, p->name));
	return TOCSIN_OK;
}

static enum tocsin_status columns(struct ps_compiler *c, const struct ps_node *value)
{
	struct query *const q = c->query;
	const size_t count = value->kind == PS_ARRAY ? value->count : 1;
	struct query_column *list;

	if (q->column_count)
		return ps_refuse(c, value, "a second list of properties is not understood here",
				 "give one");
	list = arena_array(&q->arena, count + 1, sizeof(*list));
	if (!list)
		return ps_memory(c);
	for (size_t i = 0; i < count; i++) {
		const struct ps_node *const n = value->kind == PS_ARRAY ? value->items[i] : value;

		if (n->kind == PS_TABLE)
			return ps_refuse(c, n, "calculated properties are not understood here",
					 "understood: names of properties");
		if (n->kind != PS_STRING || !n->text_n)
			return ps_refuse(c, n, "a property's name is expected here",
					 "Select-Object TimeCreated, Message");
		if (count == 1 && !strcmp(n->text, "*"))
			return all_columns(c, n);
		if (strpbrk(n->text, "*?["))
			return ps_refuse(c, n, "wildcards in names are not understood here",
					 "write the names, or * alone for all");
		q->columns = list;
		TRY(add_column(c, &list, n, n->text));
	}
	return TOCSIN_OK;
}

enum {
	SELECT_PROPERTY,
	SELECT_FIRST,
	SELECT_LAST,
	SELECT_SKIP,
	SELECT_EXPAND,
	SELECT_KNOWN,
	SELECT_EXCLUDE = SELECT_KNOWN,
	SELECT_UNIQUE,
	SELECT_INDEX,
	SELECT_WAIT,
	SELECT_INPUT,
	SELECT_PARAMETERS
};

static const struct ps_parameter select_parameters[SELECT_PARAMETERS] = {
	[SELECT_PROPERTY] = {"Property", NULL, false, 0},
	[SELECT_FIRST] = {"First", NULL, false, -1},
	[SELECT_LAST] = {"Last", NULL, false, -1},
	[SELECT_SKIP] = {"Skip", NULL, false, -1},
	[SELECT_EXPAND] = {"ExpandProperty", NULL, false, -1},
	[SELECT_EXCLUDE] = {"ExcludeProperty", NULL, false, -1},
	[SELECT_UNIQUE] = {"Unique", NULL, true, -1},
	[SELECT_INDEX] = {"Index", NULL, false, -1},
	[SELECT_WAIT] = {"Wait", NULL, true, -1},
	[SELECT_INPUT] = {"InputObject", NULL, false, -1},
};

static enum tocsin_status count_of(struct ps_compiler *c, const struct ps_node *n, uint64_t *ret)
{
	struct datum d;
	int64_t v;

	if (!n)
		return TOCSIN_OK;
	TRY(ps_constant(c, n, &d));
	TRY(ps_number(c, n, &d, 0, INT32_MAX, &v));
	*ret = (uint64_t)v;
	return TOCSIN_OK;
}

enum tocsin_status ps_select(struct ps_compiler *c, const struct ps_node *command)
{
	struct query *const q = c->query;
	struct ps_binding b;

	TRY(ps_bind(c, command, select_parameters, SELECT_PARAMETERS, &b));
	for (size_t i = SELECT_KNOWN; i < SELECT_PARAMETERS; i++)
		if (b.value[i])
			return ps_refuse(c, b.given[i], "this parameter is not understood here",
					 "-%s; understood: -Property, -First, -Last, -Skip, "
					 "-ExpandProperty",
					 select_parameters[i].name);
	if (b.value[SELECT_LAST] && (b.value[SELECT_FIRST] || b.value[SELECT_SKIP]))
		return ps_refuse(c, b.value[SELECT_LAST],
				 "-Last beside -First or -Skip is not understood here",
				 "give one of them");
	TRY(count_of(c, b.value[SELECT_FIRST], &q->first));
	TRY(count_of(c, b.value[SELECT_LAST], &q->last));
	TRY(count_of(c, b.value[SELECT_SKIP], &q->skip));
	if (b.value[SELECT_EXPAND]) {
		const struct ps_node *const n = b.value[SELECT_EXPAND];

		if (b.value[SELECT_PROPERTY])
			return ps_refuse(c, n,
					 "-ExpandProperty beside -Property is not understood here",
					 "give one of them");
		if (n->kind != PS_STRING || strpbrk(n->text, "*?["))
			return ps_refuse(c, n, "a property's name is expected here",
					 "-ExpandProperty Message");
		if (!ps_property_find(q->object, n->text))
			return ps_invalid(c, n, "the property to expand can't be found",
					  "%.60s; is '%s' meant?", n->text,
					  ps_property_meant(q->object, n->text)
						  ? ps_property_meant(q->object, n->text)
						  : "Message");
		q->expand = true;
		return columns(c, n);
	}
	return b.value[SELECT_PROPERTY] ? columns(c, b.value[SELECT_PROPERTY]) : TOCSIN_OK;
}

enum tocsin_status ps_format(struct ps_compiler *c, const struct ps_node *command,
			     enum query_view view)
{
	static const struct ps_parameter table[] = {
		{"Property", NULL, false, 0},
		{"AutoSize", NULL, true, -1},
		{"Wrap", NULL, true, -1},
		{"Force", NULL, true, -1},
		{"HideTableHeaders", NULL, true, -1},
		{"GroupBy", NULL, false, -1},
		{"View", NULL, false, -1},
	};
	struct ps_binding b;

	TRY(ps_bind(c, command, table, sizeof(table) / sizeof(table[0]), &b));
	for (size_t i = 4; i < 7; i++)
		if (b.value[i])
			return ps_refuse(c, b.given[i], "this parameter is not understood here",
					 "-%s; understood: -Property, -AutoSize, -Wrap",
					 table[i].name);
	if (c->query->expand)
		return ps_refuse(c, command,
				 "a format behind -ExpandProperty is not understood "
				 "here",
				 "leave it out");
	c->query->view = view;
	return b.value[0] ? columns(c, b.value[0]) : TOCSIN_OK;
}
