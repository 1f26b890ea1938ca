/* SPDX-License-Identifier: Apache-2.0 */
#ifndef _WIN32
#define _GNU_SOURCE
#include "base/stream.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#define STANDARD_NAME "/dev/stdin"

struct stream {
	int fd;
};

static enum tocsin_status fail(struct tocsin_error *error, const char *msg)
{
	return error_setf(error, errno == ENOENT ? TOCSIN_NOT_FOUND : TOCSIN_IO, 0, msg, "%s",
			  strerror(errno));
}

static bool is_pipe(const struct stat *st)
{
	return S_ISFIFO(st->st_mode) || S_ISSOCK(st->st_mode);
}

/* Looks before it opens: to open a device may already do something. */
static enum tocsin_status open_pipe(const char *path, int *ret_fd, struct tocsin_error *error)
{
	struct stat st;
	int fd;

	if (stat(path, &st))
		return fail(error, "can't open");
	ENSURE(is_pipe(&st), error, TOCSIN_UNSUPPORTED, 0,
	       "neither a file, a folder nor a pipe: not opened");
	fd = open(path, O_RDONLY | O_CLOEXEC | O_NOCTTY);
	if (fd < 0)
		return fail(error, "can't open");
	if (fstat(fd, &st) || !is_pipe(&st)) {
		close(fd);
		return error_set(error, TOCSIN_UNSUPPORTED, 0, "no pipe any more: not read");
	}
	*ret_fd = fd;
	return TOCSIN_OK;
}

enum tocsin_status stream_open(const char *path, struct stream **ret, struct tocsin_error *error)
{
	struct stream *s;
	int fd = STDIN_FILENO;

	ENSURE(path || !isatty(fd), error, TOCSIN_UNSUPPORTED, 0,
	       "standard input is a terminal: nothing is piped into it");
	if (path)
		TRY(open_pipe(path, &fd, error));
	s = malloc(sizeof(*s));
	if (!s) {
		if (path)
			close(fd);
		return error_set(error, TOCSIN_NO_MEMORY, 0, "out of memory");
	}
	s->fd = fd;
	*ret = s;
	return TOCSIN_OK;
}

void stream_close(struct stream *s)
{
	if (s && s->fd != STDIN_FILENO)
		close(s->fd);
	free(s);
}

/* Until there is something to read; what `errno` says stays. */
static void wait_for(int fd)
{
	struct pollfd p = {fd, POLLIN, 0};
	const int code = errno;

	(void)poll(&p, 1, -1);
	errno = code;
}

enum tocsin_status stream_read(struct stream *s, void *to, size_t n, size_t *ret_n,
			       struct tocsin_error *error)
{
	ssize_t r;

	do {
		r = read(s->fd, to, n);
		/* Whoever has the other name of a shared terminal or pipe may have made it so. */
		if (r < 0 && errno == EAGAIN)
			wait_for(s->fd);
	} while (r < 0 && (errno == EINTR || errno == EAGAIN));
	if (r < 0)
		return fail(error, "can't read");
	*ret_n = (size_t)r;
	return TOCSIN_OK;
}

const char *stream_standard_name(void)
{
	return STANDARD_NAME;
}

const char *stream_standard_file(void)
{
	struct stat st, named;

	if (fstat(STDIN_FILENO, &st) || !S_ISREG(st.st_mode) ||
	    lseek(STDIN_FILENO, 0, SEEK_CUR) != 0)
		return NULL;
	/* The name must lead to the same file: what /dev is, is the system's matter. */
	if (stat(STANDARD_NAME, &named) || named.st_dev != st.st_dev || named.st_ino != st.st_ino)
		return NULL;
	return STANDARD_NAME;
}
#endif
