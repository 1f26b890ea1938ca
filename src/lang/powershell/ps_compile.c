/* SPDX-License-Identifier: Apache-2.0 */
/* The pipeline, and the attempts at a text that circulated. */
#include "lang/powershell/ps_compile.h"

#include <stdarg.h>
#include <stdio.h>

#include "base/limits.h"
#include "base/utf.h"
#include "lang/powershell/powershell.h"

static void set_error(struct ps_compiler *c, enum tocsin_status status, size_t at, const char *msg)
{
	const struct ps_source *const s = c->source;

	error_set(c->error, status, s->origin[at < s->n ? at : s->n], msg);
}

enum tocsin_status ps_refuse(struct ps_compiler *c, const struct ps_node *at, const char *msg,
			     const char *fmt, ...)
{
	va_list ap;

	set_error(c, TOCSIN_UNSUPPORTED, at->at, msg);
	va_start(ap, fmt);
	if (c->error)
		vsnprintf(c->error->detail, sizeof(c->error->detail), fmt, ap);
	va_end(ap);
	return TOCSIN_UNSUPPORTED;
}

enum tocsin_status ps_invalid(struct ps_compiler *c, const struct ps_node *at, const char *msg,
			      const char *fmt, ...)
{
	va_list ap;

	set_error(c, TOCSIN_SYNTAX, at->at, msg);
	va_start(ap, fmt);
	if (c->error)
		vsnprintf(c->error->detail, sizeof(c->error->detail), fmt, ap);
	va_end(ap);
	return TOCSIN_SYNTAX;
}

enum tocsin_status ps_memory(struct ps_compiler *c)
{
	return error_set(c->error, TOCSIN_NO_MEMORY, 0, "out of memory");
}

enum tocsin_status ps_warn(struct ps_compiler *c, const char *fmt, ...)
{
	struct query *const q = c->query;
	char text[400];
	va_list ap;

	va_start(ap, fmt);
	vsnprintf(text, sizeof(text), fmt, ap);
	va_end(ap);
	for (size_t i = 0; i < q->warning_count; i++)
		if (!strcmp(c->warnings[i], text))
			return TOCSIN_OK;
	if (q->warning_count == c->warning_size) {
		const size_t size = c->warning_size ? c->warning_size * 2 : 8;
		const char **const grown = arena_array(&q->arena, size, sizeof(const char *));

		if (!grown)
			return ps_memory(c);
		if (q->warning_count)
			memcpy(grown, c->warnings, q->warning_count * sizeof(*grown));
		c->warnings = grown;
		c->warning_size = size;
		q->warnings = grown;
	}
	c->warnings[q->warning_count] = arena_string(&q->arena, text);
	return c->warnings[q->warning_count++] ? TOCSIN_OK : ps_memory(c);
}

/* ---- Pipeline */

enum cmdlet {
	CMD_EVENT_LOG,
	CMD_WIN_EVENT,
	CMD_WHERE,
	CMD_SELECT,
	CMD_FORMAT_LIST,
	CMD_FORMAT_TABLE,
	CMD_OUT,
	CMD_UNKNOWN
};

static enum cmdlet find_cmdlet(const struct ps_node *n)
{
	static const struct {
		const char *name;
		enum cmdlet cmdlet;
	} names[] = {
		{"Get-EventLog", CMD_EVENT_LOG},
		{"Get-WinEvent", CMD_WIN_EVENT},
		{"Where-Object", CMD_WHERE},
		{"where", CMD_WHERE},
		{"?", CMD_WHERE},
		{"Select-Object", CMD_SELECT},
		{"select", CMD_SELECT},
		{"Format-List", CMD_FORMAT_LIST},
		{"fl", CMD_FORMAT_LIST},
		{"Format-Table", CMD_FORMAT_TABLE},
		{"ft", CMD_FORMAT_TABLE},
		{"Out-Host", CMD_OUT},
		{"oh", CMD_OUT},
		{"Out-Default", CMD_OUT},
	};
	/* Scripts name the module too: Microsoft.PowerShell.Core\Where-Object. */
	const char *const slash = strrchr(n->text, '\\');
	const char *const name = slash ? slash + 1 : n->text;

	/* Published texts have typographic dashes in cmdlet names as well. */
	for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++) {
		const char *p = name, *q = names[i].name;

		for (; *p && *q; q++) {
			if (*q == '-' && (uint8_t)p[0] == 0xe2 && (uint8_t)p[1] == 0x80 &&
			    (uint8_t)p[2] >= 0x93 && (uint8_t)p[2] <= 0x95) {
				p += 3;
				continue;
			}
			if (!ascii_equal_nocase_n(p, 1, (char[2]){*q, 0}))
				break;
			p++;
		}
		if (!*p && !*q)
			return names[i].cmdlet;
	}
	return CMD_UNKNOWN;
}

#define UNDERSTOOD                                                                                 \
	"understood: Get-EventLog or Get-WinEvent | Where-Object | Select-Object | Format-List, "  \
	"Format-Table"

static enum tocsin_status refuse_cmdlet(struct ps_compiler *c, const struct ps_node *n)
{
	static const char *const writers[] = {
		"Export-Csv",   "epcsv", "ConvertTo-Csv", "Out-File",   "ConvertTo-Json",
		"Out-GridView", "ogv",   "tee",           "Tee-Object", "Set-Content"};

	for (size_t i = 0; i < sizeof(writers) / sizeof(writers[0]); i++)
		if (ascii_equal_nocase(n->text, writers[i]))
			return ps_refuse(c, n, "this command is not understood here",
					 "%.40s; leave it out and write with -o csv=FILE, "
					 "-o json=FILE or -o jsonl=FILE",
					 n->text);
	return ps_refuse(c, n, "this command is not understood here", "%.40s; " UNDERSTOOD,
			 n->text);
}

/* One stage behind the first; *stage only grows: where, select, format, out. */
static enum tocsin_status stage(struct ps_compiler *c, const struct ps_node *n,
				enum cmdlet *stage_at)
{
	const enum cmdlet cmdlet = find_cmdlet(n);

	switch (cmdlet) {
	case CMD_WHERE:
		if (*stage_at > CMD_WHERE)
			return ps_refuse(c, n,
					 "Where-Object behind Select-Object is not understood here",
					 "put it in front");
		TRY(ps_where(c, n));
		break;
	case CMD_SELECT:
		if (*stage_at >= CMD_SELECT)
			return ps_refuse(c, n, "a second Select-Object is not understood here",
					 "give one, in front of the format");
		TRY(ps_select(c, n));
		break;
	case CMD_FORMAT_LIST:
	case CMD_FORMAT_TABLE:
		if (*stage_at >= CMD_FORMAT_LIST)
			return ps_refuse(c, n, "a second format is not understood here",
					 "give one");
		TRY(ps_format(c, n,
			      cmdlet == CMD_FORMAT_LIST ? QUERY_VIEW_LIST : QUERY_VIEW_TABLE));
		break;
	case CMD_OUT:
		if (n->count)
			return ps_refuse(c, n, "arguments are not understood here", "%.40s",
					 n->text);
		break;
	default:
		return refuse_cmdlet(c, n);
	}
	*stage_at = cmdlet;
	return TOCSIN_OK;
}

static enum tocsin_status compile(struct ps_compiler *c, const struct ps_node *n)
{
	const size_t count = n->kind == PS_PIPELINE ? n->count : 1;
	enum cmdlet at = CMD_WHERE, first;

	for (size_t i = 0; i < count; i++) {
		const struct ps_node *const item = n->kind == PS_PIPELINE ? n->items[i] : n;

		if (item->kind != PS_COMMAND)
			return ps_refuse(c, item, "a command is expected here", UNDERSTOOD);
		if (i > 0) {
			TRY(stage(c, item, &at));
			continue;
		}
		first = find_cmdlet(item);
		if (first == CMD_EVENT_LOG)
			TRY(ps_get_event_log(c, item));
		else if (first == CMD_WIN_EVENT)
			TRY(ps_get_win_event(c, item));
		else
			return refuse_cmdlet(c, item);
		if (c->query->parameters) {
			c->query->where = predicate_join(&c->query->arena, PREDICATE_AND, NULL,
							 c->query->parameters);
			if (!c->query->where)
				return ps_memory(c);
		}
	}
	return TOCSIN_OK;
}

/* ---- Attempts */

struct attempt {
	const struct ps_source *source;
	const char *repaired; /* warning, or NULL */
};

/* What is compiled: a bare condition that is added to `to`, or a command. */
struct request {
	struct view text;
	struct query *to; /* NULL: a command */
};

static enum tocsin_status add_condition(struct ps_compiler *c, const struct ps_node *root)
{
	struct query *const q = c->query;
	const struct predicate *p;
	struct predicate *where;

	TRY(ps_condition(c, root, &p));
	where = predicate_join(&q->arena, PREDICATE_AND, q->where, p);
	if (!where)
		return ps_memory(c);
	q->where = where;
	return TOCSIN_OK;
}

static enum tocsin_status try_source(struct arena *scratch, const struct attempt *attempt,
				     struct query *to, struct query **ret,
				     struct tocsin_error *error)
{
	struct ps_compiler c = {.scratch = scratch, .source = attempt->source, .error = error};
	struct query before;
	struct ps_node *root;
	bool wrapped;
	enum tocsin_status status;

	TRY(ps_parse(scratch, attempt->source, &root, &wrapped, error));
	c.query = to ? to : query_new();
	ENSURE(c.query, error, TOCSIN_NO_MEMORY, 0, "out of memory");
	before = *c.query;
	/* Lists that are there already are full: they are copied where they grow. */
	c.regex_size = before.regex_count;
	c.warning_size = before.warning_count;
	c.warnings = before.warnings;
	status = to ? add_condition(&c, root) : compile(&c, root);
	if (status == TOCSIN_OK && wrapped)
		status = ps_warn(&c, "a line break inside quotes is read as one blank");
	if (status == TOCSIN_OK && attempt->repaired)
		status = ps_warn(&c, "%s", attempt->repaired);
	if (status != TOCSIN_OK && to) {
		const struct arena arena = to->arena;

		*to = before;
		to->arena = arena;
	} else if (status != TOCSIN_OK) {
		query_free(c.query);
	} else if (!to) {
		*ret = c.query;
	}
	return status;
}

static enum tocsin_status attempts(struct arena *scratch, const struct request *request,
				   struct query **ret, struct tocsin_error *error)
{
	struct ps_source sources[4];
	const struct attempt all[] = {
		{&sources[0], NULL},
		{&sources[1], NULL},
		{&sources[2], "Markdown's backslashes were taken off"},
		{&sources[3], "Markdown's backslashes were taken off"},
	};
	enum tocsin_status status = TOCSIN_OK;

	ENSURE(request->text.n <= LIMIT_COMMAND_BYTES, error, TOCSIN_LIMIT, LIMIT_COMMAND_BYTES,
	       "the command is too long");
	ENSURE(ps_source_clean(scratch, request->text, &sources[0]) &&
		       ps_source_join(scratch, &sources[0], &sources[1]) &&
		       ps_source_unescape(scratch, &sources[0], &sources[2]) &&
		       ps_source_join(scratch, &sources[2], &sources[3]),
	       error, TOCSIN_NO_MEMORY, 0, "out of memory");
	for (size_t i = 0; i < 4; i++) {
		/* The error that counts is that of the text as it stands. */
		const enum tocsin_status now =
			try_source(scratch, &all[i], request->to, ret, i ? NULL : error);

		if (now == TOCSIN_OK || now == TOCSIN_NO_MEMORY)
			return now;
		if (!i)
			status = now;
	}
	return status;
}

static enum tocsin_status compile_text(const struct request *request, struct query **ret,
				       struct tocsin_error *error)
{
	struct arena scratch = {NULL, NULL, 0, 0};
	const enum tocsin_status status = attempts(&scratch, request, ret, error);

	arena_free(&scratch);
	return status;
}

enum tocsin_status powershell_compile(struct view utf8_command, struct query **ret,
				      struct tocsin_error *error)
{
	const struct request request = {utf8_command, NULL};

	return compile_text(&request, ret, error);
}

enum tocsin_status powershell_add_condition(struct view utf8_condition, struct query *to,
					    struct tocsin_error *error)
{
	const struct request request = {utf8_condition, to};

	return compile_text(&request, NULL, error);
}

enum tocsin_status powershell_compile_condition(struct view utf8_condition,
						enum query_object object, struct query **ret,
						struct tocsin_error *error)
{
	struct query *const q = query_new();
	enum tocsin_status status;

	ENSURE(q, error, TOCSIN_NO_MEMORY, 0, "out of memory");
	q->object = object;
	status = powershell_add_condition(utf8_condition, q, error);
	if (status == TOCSIN_OK)
		*ret = q;
	else
		query_free(q);
	return status;
}

size_t powershell_column(struct view utf8_command, uint64_t offset)
{
	struct view rest = {utf8_command.p,
			    offset < utf8_command.n ? (size_t)offset : utf8_command.n};
	size_t column = 1;

	for (; rest.n; column++)
		(void)utf8_next(&rest);
	return column;
}
