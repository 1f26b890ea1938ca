/* SPDX-License-Identifier: Apache-2.0 */
#ifndef _WIN32
#define _GNU_SOURCE
#include "base/outfile.h"

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

struct outfile {
	int fd;
	bool replace;
	char *temporary; /* NULL: written in place */
	char *path;
};

static enum tocsin_status fail(struct tocsin_error *error, const char *msg)
{
	const int code = errno;
	const enum tocsin_status status = code == ENOENT || code == ENOTDIR ? TOCSIN_NOT_FOUND
					  : code == ENOMEM                  ? TOCSIN_NO_MEMORY
									    : TOCSIN_IO;

	return error_setf(error, status, 0, msg, "%s", strerror(code));
}

/* A device or a pipe: it has nothing that a new file could replace. */
static bool in_place(const struct stat *st)
{
	return S_ISCHR(st->st_mode) || S_ISFIFO(st->st_mode) || S_ISSOCK(st->st_mode);
}

static enum tocsin_status check_folder(const char *path, struct tocsin_error *error)
{
	const char *const slash = strrchr(path, '/');
	const char *const folder = !slash ? "." : slash == path ? "/" : path;
	const size_t n = folder == path ? (size_t)(slash - path) : strlen(folder);
	char *const copy = strndup(folder, n);
	enum tocsin_status status = TOCSIN_OK;
	struct stat st;

	if (!copy)
		return error_set(error, TOCSIN_NO_MEMORY, 0, "out of memory");
	if (stat(copy, &st))
		status = errno == ENOENT ? error_set(error, TOCSIN_NOT_FOUND, 0,
						     "can't write there: no such folder")
					 : fail(error, "can't write there");
	else if (!S_ISDIR(st.st_mode))
		status = error_set(error, TOCSIN_NOT_FOUND, 0, "can't write there: not a folder");
	else if (access(copy, W_OK | X_OK))
		status = fail(error, "can't write there");
	free(copy);
	return status;
}

enum tocsin_status outfile_check(const char *path, bool replace, struct tocsin_error *error)
{
	struct stat st;

	ENSURE(*path, error, TOCSIN_USAGE, 0, "an output file needs a name");
	if (stat(path, &st) == 0) {
		if (in_place(&st))
			return TOCSIN_OK;
		ENSURE(!S_ISDIR(st.st_mode), error, TOCSIN_USAGE, 0, "is a folder");
		ENSURE(S_ISREG(st.st_mode), error, TOCSIN_USAGE, 0, "is no regular file");
		ENSURE(replace, error, TOCSIN_USAGE, 0, "exists; --force replaces it");
	}
	return check_folder(path, error);
}

static void release(struct outfile *file)
{
	if (file->fd >= 0)
		close(file->fd);
	free(file->temporary);
	free(file->path);
	free(file);
}

enum tocsin_status outfile_open(const char *path, bool replace, struct outfile **ret_file,
				struct tocsin_error *error)
{
	const size_t room = strlen(path) + 32;
	struct outfile *file;
	enum tocsin_status status;
	struct stat st;

	TRY(outfile_check(path, replace, error));
	file = calloc(1, sizeof(*file));
	ENSURE(file, error, TOCSIN_NO_MEMORY, 0, "out of memory");
	file->fd = -1;
	file->replace = replace;
	file->path = strdup(path);
	if (!file->path)
		goto no_memory;
	if (stat(path, &st) == 0 && in_place(&st)) {
		file->fd = open(path, O_WRONLY | O_CLOEXEC | O_NOCTTY);
	} else {
		file->temporary = malloc(room);
		if (!file->temporary)
			goto no_memory;
		snprintf(file->temporary, room, "%s.%ld.tmp", path, (long)getpid());
		file->fd = open(file->temporary, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0666);
	}
	if (file->fd < 0) {
		status = fail(error, "can't create");
		release(file);
		return status;
	}
	*ret_file = file;
	return TOCSIN_OK;
no_memory:
	release(file);
	return error_set(error, TOCSIN_NO_MEMORY, 0, "out of memory");
}

static enum tocsin_status write_all(int fd, const void *p, size_t n, struct tocsin_error *error)
{
	size_t done = 0;

	while (done < n) {
		const ssize_t r = write(fd, (const char *)p + done, n - done);

		if (r < 0 && errno == EINTR)
			continue;
		if (r < 0 && errno == EPIPE)
			return TOCSIN_END;
		if (r < 0)
			return fail(error, "can't write");
		done += (size_t)r;
	}
	return TOCSIN_OK;
}

enum tocsin_status outfile_write(struct outfile *file, const void *p, size_t n,
				 struct tocsin_error *error)
{
	return write_all(file->fd, p, n, error);
}

enum tocsin_status outfile_write_at(struct outfile *file, uint64_t offset, const void *p, size_t n,
				    struct tocsin_error *error)
{
	size_t done = 0;

	while (done < n) {
		const ssize_t r =
			pwrite(file->fd, (const char *)p + done, n - done, (off_t)(offset + done));

		if (r < 0 && errno == EINTR)
			continue;
		if (r < 0)
			return fail(error, "can't write");
		done += (size_t)r;
	}
	return TOCSIN_OK;
}

/* The name must not exist yet: a hard link decides that in one step, where the file system has it.
 */
static bool give_new_name(const struct outfile *file)
{
	struct stat st;

	if (link(file->temporary, file->path) == 0) {
		unlink(file->temporary);
		return true;
	}
	if (errno == EEXIST)
		return false;
	if (lstat(file->path, &st) == 0) {
		errno = EEXIST;
		return false;
	}
	return rename(file->temporary, file->path) == 0;
}

enum tocsin_status outfile_commit(struct outfile *file, struct tocsin_error *error)
{
	enum tocsin_status status = TOCSIN_OK;
	int closed;

	if (file->temporary && fsync(file->fd) && errno != EINVAL && errno != ENOSYS)
		status = fail(error, "can't write");
	closed = close(file->fd);
	file->fd = -1;
	if (status == TOCSIN_OK && closed)
		status = fail(error, "can't write");
	if (status == TOCSIN_OK && file->temporary &&
	    !(file->replace ? rename(file->temporary, file->path) == 0 : give_new_name(file)))
		status = fail(error, "can't give the output its name");
	if (status != TOCSIN_OK && file->temporary)
		unlink(file->temporary);
	release(file);
	return status;
}

void outfile_discard(struct outfile *file)
{
	if (!file)
		return;
	if (file->temporary)
		unlink(file->temporary);
	release(file);
}

enum tocsin_status outfile_stdout(const void *p, size_t n, struct tocsin_error *error)
{
	if (fflush(stdout))
		return errno == EPIPE ? TOCSIN_END : fail(error, "can't write");
	return write_all(STDOUT_FILENO, p, n, error);
}

void outfile_prepare(void)
{
	signal(SIGPIPE, SIG_IGN);
	signal(SIGXFSZ, SIG_IGN); /* a limit on the size of files: the write fails */
	/* A closed stream must not become the number of a file that is opened later: what is
	 * printed would go into it. Opened for reading, it stays an error to write there. */
	for (int fd = 0; fd <= 2; fd++)
		if (fcntl(fd, F_GETFD) < 0 && open("/dev/null", O_RDONLY) < 0)
			return;
}
#endif
