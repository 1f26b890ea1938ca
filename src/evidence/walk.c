/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Lists files and folders as evidence. Each file is opened once, its first bytes decide. Nothing
 * that looked like evidence is left out in silence: it ends in `sources`, `others` or `errors`.
 *
 * A file counts once however it is reached. Its identity is device and file number, but some file
 * systems (shared folders of virtual machines, mounted images) give one number to several files, so
 * size and a checksum of the first bytes must agree as well: better a file read twice than one
 * lost.
 */
#include "evidence/drain.h"
#include "evidence/evidence.h"
#include "evidence/recognise.h"

#include <stdlib.h>

#include "base/crc32.h"
#include "base/limits.h"
#include "base/os.h"
#include "base/stream.h"
#include "base/utf.h"
#include "format/evtx/evtx.h"

struct file_key {
	uint64_t device, file, size;
	uint32_t crc;
	bool used;
};

/* Open addressing; `room` is a power of two, never more than half full. */
struct key_set {
	struct file_key *keys;
	size_t count, room;
};

struct frame {
	const char *path;
	struct os_entry *entries;
	size_t count, next;
	struct arena_mark mark; /* of `scratch` before this folder */
};

struct walk {
	struct evidence *e;
	bool every_file;
	bool standard_input; /* was given */
	size_t source_room, other_room, error_room;
	struct arena scratch; /* names of the folders on the way */
	struct key_set seen;
	struct key_set given; /* device and file only */
	struct frame stack[LIMIT_WALK_DEPTH];
	size_t depth;
	uint8_t first[EVTX_HEADER_SIZE];
};

static size_t key_slot(const struct key_set *set, const struct file_key *k)
{
	uint64_t h = (k->file ^ k->device << 32 ^ k->size << 17 ^ k->crc) * 0x9e3779b97f4a7c15u;
	size_t i;

	h ^= h >> 29;
	for (i = (size_t)h & (set->room - 1); set->keys[i].used; i = (i + 1) & (set->room - 1)) {
		const struct file_key *const o = &set->keys[i];

		if (o->device == k->device && o->file == k->file && o->size == k->size &&
		    o->crc == k->crc)
			break;
	}
	return i;
}

static bool key_has(const struct key_set *set, const struct file_key *k)
{
	return set->room && set->keys[key_slot(set, k)].used;
}

static bool key_add(struct key_set *set, const struct file_key *k)
{
	size_t i;

	if (set->count * 2 >= set->room) {
		struct key_set more = {NULL, 0, set->room ? set->room * 2 : 64};

		more.keys = calloc(more.room, sizeof(*more.keys));
		if (!more.keys)
			return false;
		for (i = 0; i < set->room; i++) {
			if (set->keys[i].used)
				more.keys[key_slot(&more, &set->keys[i])] = set->keys[i];
		}
		more.count = set->count;
		free(set->keys);
		*set = more;
	}
	i = key_slot(set, k);
	if (!set->keys[i].used)
		set->count++;
	set->keys[i] = *k;
	set->keys[i].used = true;
	return true;
}

/* Room for one more in an array that evidence_free() frees. */
static void *grow(void *array, size_t count, size_t *room, size_t size)
{
	size_t bytes;
	void *more;

	if (count < *room)
		return array;
	if (__builtin_mul_overflow(*room ? *room * 2 : 32, size, &bytes))
		return NULL;
	more = realloc(array, bytes);
	if (more)
		*room = *room ? *room * 2 : 32;
	return more;
}

static bool add_error(struct walk *w, const char *path, const struct tocsin_error *error)
{
	struct evidence *const e = w->e;
	struct source_error *const list =
		grow(e->errors, e->error_count, &w->error_room, sizeof(*list));
	const char *const copy = list ? arena_string(&e->arena, path) : NULL;

	if (list)
		e->errors = list;
	if (!copy)
		return false;
	list[e->error_count].path = copy;
	list[e->error_count].error = *error;
	e->error_count++;
	return true;
}

static bool is_source(const struct walk *w, const struct source *s)
{
	return s->kind == SOURCE_EVTX || w->every_file;
}

static bool add_source(struct walk *w, const char *path, const struct source *what)
{
	struct evidence *const e = w->e;
	const bool readable = is_source(w, what);
	struct source **const list = readable ? &e->sources : &e->others;
	size_t *const count = readable ? &e->source_count : &e->other_count;
	struct source *const more =
		grow(*list, *count, readable ? &w->source_room : &w->other_room, sizeof(*more));
	const char *const copy = more ? arena_string(&e->arena, path) : NULL;

	if (more)
		*list = more;
	if (!copy)
		return false;
	more[*count] = *what;
	more[*count].path = copy;
	++*count;
	if (readable) {
		e->bytes += what->size;
		e->sources[e->source_count - 1].reason = NULL;
	} else {
		e->others[e->other_count - 1].file = NULL;
	}
	return true;
}

static bool named_evtx(const char *path)
{
	const size_t n = strlen(path);

	return n >= 5 && ascii_equal_nocase(path + n - 5, ".evtx");
}

/* Why a file is not read as an event log; NULL where it is no evidence and needs no word. */
static const char *reason_of(const struct source *s, bool evtx_name)
{
	switch (s->kind) {
	case SOURCE_EVTX:
		return NULL;
	case SOURCE_EVT:
		return "a legacy event log (EVT, Windows XP and 2003): not read by this version; "
		       "Windows converts it: wevtutil export-log OLD.evt NEW.evtx /lf:true";
	case SOURCE_ETL:
		return "an event trace (ETL): not read by this version; Windows converts it: "
		       "tracerpt TRACE.etl -o NEW.evtx -of EVTX";
	case SOURCE_OTHER:
		break;
	}
	if (!s->given && !evtx_name)
		return NULL;
	if (s->size == 0)
		return "an empty file";
	return s->given ? "not an event log, by its content"
			: "named .evtx, but its content is not an event log";
}

/*
 * A file that is open, while it is sorted in. `own`: it can't be opened by its path, so a source
 * takes it over.
 */
struct found {
	const char *path;
	struct os_file *file;
	bool given, own;
	bool known; /* device and file number of `key` are set */
	struct file_key key;
};

/* Whether a file was here before; otherwise it is noted. False: no memory. */
static bool note_seen(struct walk *w, const struct file_key *key, bool *ret_before)
{
	*ret_before = key_has(&w->seen, key);
	w->e->duplicates += *ret_before;
	return *ret_before || key_add(&w->seen, key);
}

/* Looks into one open file and files it; closes it unless a source has taken it over. */
static bool sort_in(struct walk *w, struct found *f)
{
	struct source s = {
		f->path, SOURCE_OTHER, os_size(f->file), f->given, f->own ? f->file : NULL, NULL};
	const bool evtx_name = named_evtx(f->path);
	struct tocsin_error error;
	struct view first = {w->first, 0};
	bool done = true, before = false;

	if (os_read_at(f->file, 0, w->first, sizeof(w->first), &first.n, &error) != TOCSIN_OK) {
		done = add_error(w, f->path, &error);
		goto out;
	}
	if (f->known) {
		f->key.size = s.size;
		f->key.crc = crc32_update(0, first);
		done = note_seen(w, &f->key, &before);
		if (!done || before)
			goto out;
	}
	s.kind = source_recognise(first);
	if (s.kind == SOURCE_OTHER && (evtx_name || f->given) && source_has_chunks(f->file, s.size))
		s.kind = SOURCE_EVTX;
	s.reason = reason_of(&s, evtx_name);
	if (is_source(w, &s) || s.reason)
		done = add_source(w, f->path, &s);
	else
		w->e->ignored++;
	if (done && f->own && is_source(w, &s))
		f->file = NULL;
out:
	os_close(f->file);
	return done;
}

static bool visit_file(struct walk *w, const char *path, bool given)
{
	struct found f = {.path = path, .given = given};
	struct tocsin_error error;
	struct os_identity id;

	f.known = os_identity(path, &id) && id.file != 0;
	if (f.known) {
		f.key.device = id.device;
		f.key.file = id.file;
		f.given = given || key_has(&w->given, &f.key);
	}
	if (!f.given && f.known && !id.regular) {
		w->e->ignored++; /* a disk in /dev: open it only when asked to */
		return true;
	}
	if (os_open(path, &f.file, &error) != TOCSIN_OK)
		return add_error(w, path, &error);
	return sort_in(w, &f);
}

/* A pipe or standard input, which is `path` NULL: read to its end. */
static bool visit_stream(struct walk *w, const char *path)
{
	const char *const name = path ? path : stream_standard_name();
	struct found f = {.path = path ? path : "-", .given = true, .own = true};
	struct tocsin_error error;
	struct os_identity id;

	/* The same pipe by two names would be waited for, or be empty, the second time. */
	if (name && os_identity(name, &id) && id.file != 0 && !id.regular) {
		const struct file_key key = {id.device, id.file, 0, 0, true};
		bool before;

		if (!note_seen(w, &key, &before))
			return false;
		if (before)
			return true;
	}
	if (evidence_drain(path, &f.file, &error) != TOCSIN_OK)
		return add_error(w, f.path, &error);
	if (error.status != TOCSIN_OK && !add_error(w, f.path, &error)) {
		os_close(f.file);
		return false;
	}
	return sort_in(w, &f);
}

static bool visit_standard_input(struct walk *w)
{
	const char *const name = stream_standard_file();
	struct found f = {.path = "-", .given = true, .own = true};
	struct tocsin_error error;
	struct os_identity id;

	if (w->standard_input) {
		error_set(&error, TOCSIN_USAGE, 0,
			  "standard input is given twice: it can be read once");
		return add_error(w, "-", &error);
	}
	w->standard_input = true;
	/* A file, and it may be opened once more: no need to copy it. */
	if (!name || os_open(name, &f.file, NULL) != TOCSIN_OK)
		return visit_stream(w, NULL);
	f.known = os_identity(name, &id) && id.file != 0;
	if (f.known) {
		f.key.device = id.device;
		f.key.file = id.file;
	}
	return sort_in(w, &f);
}

/* Opens a folder as the stack's top; one that can't be listed or lies too deep is an error entry.
 */
static bool push_folder(struct walk *w, const char *path)
{
	struct frame *const f = &w->stack[w->depth];
	struct tocsin_error error;

	if (w->depth == LIMIT_WALK_DEPTH) {
		error_setf(&error, TOCSIN_LIMIT, 0, "folder lies too deep, not searched",
			   "at most %u levels", (unsigned)LIMIT_WALK_DEPTH);
		return add_error(w, path, &error);
	}
	memset(f, 0, sizeof(*f));
	f->mark = arena_save(&w->scratch);
	f->path = arena_string(&w->scratch, path);
	if (!f->path)
		return false;
	if (os_list(&w->scratch, path, &f->entries, &f->count, &error) != TOCSIN_OK) {
		arena_restore(&w->scratch, f->mark);
		return add_error(w, path, &error);
	}
	w->depth++;
	return true;
}

/* `folder` + name in the scratch arena; '/' on every system, so that output is the same. */
static const char *join(struct walk *w, const char *folder, const char *name)
{
	const size_t n = strlen(folder), m = strlen(name);
	const bool slash = n && folder[n - 1] != '/' && folder[n - 1] != '\\';
	char *const path = arena_alloc(&w->scratch, n + m + 2);

	if (!path)
		return NULL;
	memcpy(path, folder, n);
	if (slash)
		path[n] = '/';
	memcpy(path + n + (slash ? 1 : 0), name, m);
	return path;
}

static bool visit_entry(struct walk *w, const char *path, const struct os_entry *entry)
{
	struct tocsin_error error;

	switch (entry->kind) {
	case OS_FILE:
		return visit_file(w, path, false);
	case OS_FOLDER:
		if (!entry->is_link)
			return push_folder(w, path);
		w->e->links++;
		return true;
	case OS_MISSING:
		error_set(&error, TOCSIN_NOT_FOUND, 0,
			  entry->is_link ? "a link that leads nowhere" : "can't be looked at");
		return add_error(w, path, &error);
	case OS_OTHER:
		break;
	}
	w->e->ignored++;
	return true;
}

static bool visit_folder(struct walk *w, const char *path)
{
	if (!push_folder(w, path))
		return false;
	while (w->depth) {
		struct frame *const f = &w->stack[w->depth - 1];
		const struct os_entry *entry;
		struct arena_mark mark;
		const size_t depth = w->depth;
		const char *below;

		if (f->next == f->count) {
			arena_restore(&w->scratch, f->mark);
			w->depth--;
			continue;
		}
		entry = &f->entries[f->next++];
		mark = arena_save(&w->scratch);
		below = join(w, f->path, entry->name);
		if (!below || !visit_entry(w, below, entry))
			return false;
		if (w->depth > depth)
			w->stack[depth].mark = mark; /* so that its path goes with it */
		else
			arena_restore(&w->scratch, mark);
	}
	return true;
}

static bool visit_given(struct walk *w, const char *path)
{
	struct tocsin_error error;

	if (!strcmp(path, "-"))
		return visit_standard_input(w);
	switch (os_kind(path)) {
	case OS_FILE:
		return visit_file(w, path, true);
	case OS_FOLDER:
		return visit_folder(w, path);
	case OS_MISSING:
		error_set(&error, TOCSIN_NOT_FOUND, 0, "no such file or folder");
		return add_error(w, path, &error);
	case OS_OTHER:
		break;
	}
	return visit_stream(w, path);
}

/* Which files the user named, before the first folder is walked: a walk may reach them first. */
static bool note_given(struct walk *w, const char *const *paths, size_t count)
{
	size_t i;

	for (i = 0; i < count; i++) {
		struct file_key key = {0, 0, 0, 0, false};
		struct os_identity id;

		if (os_kind(paths[i]) != OS_FILE || !os_identity(paths[i], &id) || !id.file)
			continue;
		key.device = id.device;
		key.file = id.file;
		if (!key_add(&w->given, &key))
			return false;
	}
	return true;
}

enum tocsin_status evidence_open(const char *const *paths, size_t count,
				 const struct evidence_options *options, struct evidence **ret,
				 struct tocsin_error *error)
{
	struct walk *const w = calloc(1, sizeof(*w));
	struct evidence *const e = calloc(1, sizeof(*e));
	bool done = w && e;
	size_t i;

	if (done) {
		w->e = e;
		w->every_file = options && options->every_file;
		done = note_given(w, paths, count);
	}
	for (i = 0; done && i < count; i++)
		done = visit_given(w, paths[i]);
	if (w) {
		arena_free(&w->scratch);
		free(w->seen.keys);
		free(w->given.keys);
		free(w);
	}
	if (!done) {
		evidence_free(e);
		return error_set(error, TOCSIN_NO_MEMORY, 0, "out of memory");
	}
	*ret = e;
	return TOCSIN_OK;
}

void evidence_free(struct evidence *e)
{
	size_t i;

	if (!e)
		return;
	for (i = 0; i < e->source_count; i++)
		os_close(e->sources[i].file);
	arena_free(&e->arena);
	free(e->sources);
	free(e->others);
	free(e->errors);
	free(e);
}
