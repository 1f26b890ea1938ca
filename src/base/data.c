/* SPDX-License-Identifier: Apache-2.0 */
/* Data files: the compiled-in set, or a folder in its place. Both give the same list. */
#include "base/data.h"

#include <stdlib.h>

#include "base/limits.h"
#include "base/os.h"

/* Files found so far, newest first; an array of the final size follows at the end. */
struct found {
	struct data_file file;
	struct found *next;
};

struct walk {
	struct arena *a;
	const char *dir, *prefix;
	struct found *found;
	size_t count;
	struct tocsin_error *error;
};

static enum tocsin_status no_memory(struct tocsin_error *error)
{
	return error_set(error, TOCSIN_NO_MEMORY, 0, "out of memory");
}

/* Whether `name` is what a prefix asks for: everything below a folder, or the one file. */
static bool wanted(const char *name, const char *prefix)
{
	const size_t n = strlen(prefix);

	if (n == 0 || prefix[n - 1] == '/')
		return !strncmp(name, prefix, n);
	return !strcmp(name, prefix);
}

/* Names stay inside the data folder on every system, whoever makes them. */
static bool is_inside(const char *name)
{
	return name[0] != '/' && !strpbrk(name, "\\:") && !strstr(name, "..");
}

static bool is_hidden(const char *name)
{
	const size_t n = strlen(name);

	return name[0] == '.' || (n && name[n - 1] == '~');
}

static char *join(struct arena *a, const char *left, const char *right)
{
	const size_t n = strlen(left), m = strlen(right);
	const bool slash = n && left[n - 1] != '/';
	char *const path = arena_alloc(a, n + m + 2);

	if (!path)
		return NULL;
	memcpy(path, left, n);
	if (slash)
		path[n] = '/';
	memcpy(path + n + (slash ? 1 : 0), right, m);
	return path;
}

static enum tocsin_status add_file(struct walk *w, const char *name)
{
	struct found *const f = arena_alloc(w->a, sizeof(*f));
	const char *const path = join(w->a, w->dir, name);
	enum tocsin_status status;

	if (!f || !path)
		return no_memory(w->error);
	f->file.name = name;
	status = os_read_file(w->a, path, LIMIT_DATA_FILE_BYTES, &f->file.bytes, w->error);
	if (status != TOCSIN_OK) {
		if (w->error && !w->error->detail[0])
			error_setf(w->error, status, 0, w->error->msg, "%s", name);
		return status;
	}
	f->next = w->found;
	w->found = f;
	w->count++;
	return TOCSIN_OK;
}

/* `folder` is relative to the data folder, "" or with its '/'. */
static enum tocsin_status walk_folder(struct walk *w, const char *folder, unsigned depth)
{
	struct os_entry *entries;
	size_t count;
	const char *const path = join(w->a, w->dir, folder);

	ENSURE(depth < LIMIT_WALK_DEPTH, w->error, TOCSIN_LIMIT, 0,
	       "data folders are nested too deeply");
	if (!path)
		return no_memory(w->error);
	TRY(os_list(w->a, path, &entries, &count, w->error));
	for (size_t i = 0; i < count; i++) {
		const char *name = join(w->a, folder, entries[i].name);

		if (!name)
			return no_memory(w->error);
		if (is_hidden(entries[i].name))
			continue;
		if (entries[i].kind == OS_FOLDER && !entries[i].is_link) {
			name = join(w->a, name, ""); /* only the slash */
			if (!name)
				return no_memory(w->error);
			TRY(walk_folder(w, name, depth + 1));
		} else if (entries[i].kind == OS_FILE && wanted(name, w->prefix)) {
			TRY(add_file(w, name));
		}
	}
	return TOCSIN_OK;
}

static enum tocsin_status list_folder(struct walk *w)
{
	const size_t n = strlen(w->prefix);
	const char *const start = join(w->a, w->dir, w->prefix);

	ENSURE(os_kind(w->dir) == OS_FOLDER, w->error, TOCSIN_NOT_FOUND, 0,
	       "the data folder is not there");
	if (!start)
		return no_memory(w->error);
	if (n == 0 || w->prefix[n - 1] == '/')
		return os_kind(start) == OS_FOLDER ? walk_folder(w, w->prefix, 0) : TOCSIN_OK;
	return os_kind(start) == OS_FILE ? add_file(w, w->prefix) : TOCSIN_OK;
}

static enum tocsin_status list_embedded(struct walk *w)
{
	for (size_t i = 0; i < data_embedded_count; i++) {
		struct found *f;

		if (!wanted(data_embedded[i].name, w->prefix))
			continue;
		f = arena_alloc(w->a, sizeof(*f));
		if (!f)
			return no_memory(w->error);
		f->file = data_embedded[i];
		f->next = w->found;
		w->found = f;
		w->count++;
	}
	return TOCSIN_OK;
}

static int by_name(const void *a, const void *b)
{
	return strcmp(((const struct data_file *)a)->name, ((const struct data_file *)b)->name);
}

enum tocsin_status data_list(struct arena *a, const char *dir, const char *prefix,
			     struct data_file **ret_files, size_t *ret_count,
			     struct tocsin_error *error)
{
	struct walk w = {a, dir, prefix, NULL, 0, error};
	struct data_file *files;
	size_t i = 0;

	ENSURE(is_inside(prefix), error, TOCSIN_USAGE, 0, "not the name of a data file");
	/* The prefix outlives the call as the name of a file. */
	w.prefix = arena_string(a, prefix);
	if (!w.prefix)
		return no_memory(error);
	TRY(dir ? list_folder(&w) : list_embedded(&w));
	files = arena_array(a, w.count ? w.count : 1, sizeof(*files));
	if (!files)
		return no_memory(error);
	for (const struct found *f = w.found; f; f = f->next)
		files[i++] = f->file;
	qsort(files, w.count, sizeof(*files), by_name);
	*ret_files = files;
	*ret_count = w.count;
	return TOCSIN_OK;
}

enum tocsin_status data_load(struct arena *a, const char *dir, const char *name, struct view *ret,
			     struct tocsin_error *error)
{
	struct data_file *files;
	size_t count;

	TRY(data_list(a, dir, name, &files, &count, error));
	if (count != 1)
		return error_setf(
			error, TOCSIN_NOT_FOUND, 0, "no such data file", "%s%s", name,
			dir || data_embedded_count ? "" : " (none is compiled in: use --data DIR)");
	*ret = files[0].bytes;
	return TOCSIN_OK;
}
