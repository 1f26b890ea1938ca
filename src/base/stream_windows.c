/* SPDX-License-Identifier: Apache-2.0 */
#ifdef _WIN32
#define WIN32_LEAN_AND_MEAN
#include "base/stream.h"

#include <io.h>
#include <stdlib.h>
#include <windows.h>

struct stream {
	HANDLE handle;
};

enum tocsin_status stream_open(const char *path, struct stream **ret, struct tocsin_error *error)
{
	HANDLE const h = GetStdHandle(STD_INPUT_HANDLE);
	struct stream *s;

	ENSURE(!path, error, TOCSIN_UNSUPPORTED, 0, "neither a file nor a folder: not opened");
	ENSURE(!_isatty(0), error, TOCSIN_UNSUPPORTED, 0,
	       "standard input is a terminal: nothing is piped into it");
	ENSURE(h && h != INVALID_HANDLE_VALUE, error, TOCSIN_IO, 0, "there is no standard input");
	s = malloc(sizeof(*s));
	ENSURE(s, error, TOCSIN_NO_MEMORY, 0, "out of memory");
	s->handle = h;
	*ret = s;
	return TOCSIN_OK;
}

void stream_close(struct stream *s)
{
	free(s);
}

enum tocsin_status stream_read(struct stream *s, void *to, size_t n, size_t *ret_n,
			       struct tocsin_error *error)
{
	const DWORD want = n > (1u << 30) ? 1u << 30 : (DWORD)n;
	DWORD got = 0;

	/* A writer that closes its end of the pipe ends it. */
	if (!ReadFile(s->handle, to, want, &got, NULL) && GetLastError() != ERROR_BROKEN_PIPE &&
	    GetLastError() != ERROR_HANDLE_EOF)
		return error_setf(error, TOCSIN_IO, 0, "can't read", "Windows error %lu",
				  (unsigned long)GetLastError());
	*ret_n = got;
	return TOCSIN_OK;
}

const char *stream_standard_name(void)
{
	return NULL;
}

const char *stream_standard_file(void)
{
	return NULL;
}
#endif
