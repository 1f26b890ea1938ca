/* SPDX-License-Identifier: Apache-2.0 */
/* Tab-separated tables: see exposure_tsv.h. */
#include "exposure/exposure_tsv.h"

enum tocsin_status tsv_fail(const struct tsv *t, const char *msg, const char *value)
{
	return error_setf(t->error, TOCSIN_INVALID, (uint64_t)(t->p - t->start), msg,
			  "%s, line %u%s%.60s", t->name, t->line, value ? ": " : "",
			  value ? value : "");
}

/* Cuts the next line off; NULL at the end or when its newline is missing. */
static char *next_line(struct tsv *t, size_t *ret_n)
{
	char *const line = t->p;
	char *const end = t->left ? memchr(line, '\n', t->left) : NULL;

	if (!end)
		return NULL;
	*end = 0;
	*ret_n = (size_t)(end - line);
	t->p = end + 1;
	t->left -= *ret_n + 1;
	t->line++;
	return line;
}

enum tocsin_status tsv_open(struct tsv *t, struct arena *a, const char *name, struct view text,
			    const char *header, struct tocsin_error *error)
{
	const char *line;
	size_t n;

	memset(t, 0, sizeof(*t));
	t->name = name;
	t->error = error;
	t->start = t->p = arena_copy(a, text.p, text.n);
	if (!t->start)
		return error_set(error, TOCSIN_NO_MEMORY, 0, "out of memory");
	t->left = text.n;
	t->columns = 1;
	for (const char *c = header; *c; c++)
		t->columns += *c == '\t';
	line = next_line(t, &n);
	if (!line || n != strlen(header) || memcmp(line, header, n) != 0)
		return tsv_fail(t, "data file has other columns than this version reads", NULL);
	return TOCSIN_OK;
}

enum tocsin_status tsv_next(struct tsv *t)
{
	size_t n, count = 0;
	char *line, *field;

	if (!t->left)
		return TOCSIN_END;
	line = next_line(t, &n);
	if (!line)
		return tsv_fail(t, "data file is cut off in a line", NULL);
	field = line;
	for (size_t i = 0; i <= n; i++) {
		const unsigned char c = (unsigned char)line[i];

		if (i < n && c != '\t') {
			if (c < 0x20 || c == 0x7f)
				return tsv_fail(t, "control character in a data file", NULL);
			continue;
		}
		if (count == t->columns)
			return tsv_fail(t, "too many fields in a data file", NULL);
		line[i] = 0;
		t->field[count++] = *field ? field : NULL;
		field = line + i + 1;
	}
	if (count != t->columns)
		return tsv_fail(t, "too few fields in a data file", NULL);
	return TOCSIN_OK;
}

size_t tsv_rows(const struct tsv *t)
{
	size_t rows = 0;

	for (size_t i = 0; i < t->left; i++)
		rows += t->p[i] == '\n';
	return rows;
}
