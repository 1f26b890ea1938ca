/* SPDX-License-Identifier: Apache-2.0 */
#ifndef _WIN32
#define _GNU_SOURCE
#include "base/os_temporary.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <sched.h>
#include <stdlib.h>
#include <sys/ioctl.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

/* Where the system has no files without a name, opening the folder for writing fails. */
#ifndef O_TMPFILE
#define O_TMPFILE 0
#endif

struct os_file {
	int fd;
};

/* Status and message of the last failed call. */
static enum tocsin_status fail(struct tocsin_error *error, const char *msg)
{
	const int code = errno;
	const enum tocsin_status status = code == ENOENT || code == ENOTDIR ? TOCSIN_NOT_FOUND
					  : code == ENOMEM                  ? TOCSIN_NO_MEMORY
									    : TOCSIN_IO;

	return error_setf(error, status, 0, msg, "%s", strerror(code));
}

enum tocsin_status os_open(const char *path, struct os_file **ret_file, struct tocsin_error *error)
{
	struct os_file *file;
	struct stat st;
	const int fd = open(path, O_RDONLY | O_CLOEXEC | O_NOCTTY | O_NONBLOCK);

	if (fd < 0)
		return fail(error, "can't open");
	if (fstat(fd, &st) == 0 && !S_ISREG(st.st_mode) && !S_ISBLK(st.st_mode)) {
		close(fd);
		return error_set(error, TOCSIN_IO, 0, "not a regular file");
	}
	file = malloc(sizeof(*file));
	if (!file) {
		close(fd);
		return error_set(error, TOCSIN_NO_MEMORY, 0, "out of memory");
	}
	file->fd = fd;
	*ret_file = file;
	return TOCSIN_OK;
}

uint64_t os_size(const struct os_file *file)
{
	const off_t end = lseek(file->fd, 0, SEEK_END);

	return end < 0 ? 0 : (uint64_t)end;
}

enum tocsin_status os_read_at(struct os_file *file, uint64_t offset, void *to, size_t n,
			      size_t *ret_n, struct tocsin_error *error)
{
	size_t done = 0;

	while (done < n) {
		const ssize_t r =
			pread(file->fd, (char *)to + done, n - done, (off_t)(offset + done));

		if (r < 0 && errno == EINTR)
			continue;
		if (r < 0) {
			error_setf(error, TOCSIN_IO, offset + done, "can't read", "%s",
				   strerror(errno));
			return TOCSIN_IO;
		}
		if (r == 0)
			break;
		done += (size_t)r;
	}
	*ret_n = done;
	return TOCSIN_OK;
}

void os_close(struct os_file *file)
{
	if (file) {
		close(file->fd);
		free(file);
	}
}

/* What a failed call on a temporary file is told as: where such files go can be changed. */
static enum tocsin_status fail_temporary(struct tocsin_error *error, uint64_t offset,
					 const char *msg, const char *folder)
{
	const int code = errno;

	return error_setf(error, code == ENOMEM ? TOCSIN_NO_MEMORY : TOCSIN_IO, offset, msg,
			  "%s; TMPDIR is %s", strerror(code), folder);
}

static const char *temporary_folder(void)
{
	const char *const folder = getenv("TMPDIR");

	return folder && *folder ? folder : "/tmp";
}

/* A file that has a name for a moment: for file systems without O_TMPFILE. */
static int named_temporary(const char *folder)
{
	static const char name[] = "/tocsin-XXXXXX";
	const size_t n = strlen(folder);
	char *const path = malloc(n + sizeof(name));
	int fd, code;

	if (!path)
		return -1;
	memcpy(path, folder, n);
	memcpy(path + n, name, sizeof(name));
	fd = mkostemp(path, O_CLOEXEC);
	code = errno;
	if (fd >= 0 && unlink(path)) {
		code = errno;
		close(fd);
		fd = -1;
	}
	free(path);
	errno = code;
	return fd;
}

enum tocsin_status os_temporary(struct os_file **ret_file, struct tocsin_error *error)
{
	const char *const folder = temporary_folder();
	struct os_file *const file = malloc(sizeof(*file));
	int fd;

	ENSURE(file, error, TOCSIN_NO_MEMORY, 0, "out of memory");
	fd = open(folder, O_TMPFILE | O_RDWR | O_EXCL | O_CLOEXEC, 0600);
	if (fd < 0)
		fd = named_temporary(folder);
	if (fd < 0) {
		const enum tocsin_status status =
			fail_temporary(error, 0, "can't make a temporary file", folder);

		free(file);
		return status;
	}
	file->fd = fd;
	*ret_file = file;
	return TOCSIN_OK;
}

enum tocsin_status os_write_at(struct os_file *file, uint64_t offset, const void *p, size_t n,
			       struct tocsin_error *error)
{
	size_t done = 0;

	while (done < n) {
		const ssize_t r =
			pwrite(file->fd, (const char *)p + done, n - done, (off_t)(offset + done));

		if (r < 0 && errno == EINTR)
			continue;
		if (r == 0)
			errno = ENOSPC;
		if (r <= 0)
			return fail_temporary(error, offset + done,
					      "can't write to a temporary file",
					      temporary_folder());
		done += (size_t)r;
	}
	return TOCSIN_OK;
}

static enum os_kind kind_of(const struct stat *st)
{
	return S_ISDIR(st->st_mode)                           ? OS_FOLDER
	       : S_ISREG(st->st_mode) || S_ISBLK(st->st_mode) ? OS_FILE
							      : OS_OTHER;
}

enum os_kind os_kind(const char *path)
{
	struct stat st;

	return stat(path, &st) ? OS_MISSING : kind_of(&st);
}

bool os_identity(const char *path, struct os_identity *ret)
{
	struct stat st;

	if (stat(path, &st))
		return false;
	ret->device = (uint64_t)st.st_dev;
	ret->file = (uint64_t)st.st_ino;
	ret->regular = S_ISREG(st.st_mode);
	return true;
}

static int by_name(const void *a, const void *b)
{
	return strcmp(((const struct os_entry *)a)->name, ((const struct os_entry *)b)->name);
}

enum tocsin_status os_list(struct arena *a, const char *path, struct os_entry **ret_entries,
			   size_t *ret_count, struct tocsin_error *error)
{
	struct os_entry *list = NULL, *entry;
	size_t count = 0, room = 0;
	const struct dirent *d;
	DIR *const dir = opendir(path);
	enum tocsin_status status = TOCSIN_OK;

	if (!dir)
		return fail(error, "can't open folder");
	while (errno = 0, (d = readdir(dir))) {
		struct stat st;

		if (!strcmp(d->d_name, ".") || !strcmp(d->d_name, ".."))
			continue;
		entry = ARENA_GROW(a, list, count, room);
		if (!entry || !(entry->name = arena_string(a, d->d_name))) {
			status = error_set(error, TOCSIN_NO_MEMORY, 0, "out of memory");
			goto out;
		}
		entry->kind = OS_MISSING;
		if (fstatat(dirfd(dir), d->d_name, &st, AT_SYMLINK_NOFOLLOW) == 0) {
			entry->is_link = S_ISLNK(st.st_mode);
			if (!entry->is_link || fstatat(dirfd(dir), d->d_name, &st, 0) == 0)
				entry->kind = kind_of(&st);
		}
	}
	if (errno) {
		status = fail(error, "can't read folder");
		goto out;
	}
	if (count)
		qsort(list, count, sizeof(*list), by_name);
	*ret_entries = list;
	*ret_count = count;
out:
	closedir(dir);
	return status;
}

bool os_is_terminal(int fd)
{
	return isatty(fd) == 1;
}

unsigned os_terminal_width(int fd)
{
	struct winsize size;

	return ioctl(fd, TIOCGWINSZ, &size) == 0 ? size.ws_col : 0;
}

unsigned os_processors(void)
{
	cpu_set_t set;
	const long online = sysconf(_SC_NPROCESSORS_ONLN);

	if (sched_getaffinity(0, sizeof(set), &set) == 0) {
		const int n = CPU_COUNT(&set);

		if (n > 0)
			return (unsigned)n;
	}
	return online > 0 ? (unsigned)online : 1;
}

uint64_t os_clock(void)
{
	struct timespec t;

	clock_gettime(CLOCK_MONOTONIC, &t);
	return (uint64_t)t.tv_sec * 1000000000u + (uint64_t)t.tv_nsec;
}

void os_prepare_stdio(void)
{
}
#endif
