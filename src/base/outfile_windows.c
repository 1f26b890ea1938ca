/* SPDX-License-Identifier: Apache-2.0 */
#ifdef _WIN32
#define WIN32_LEAN_AND_MEAN
#define UNICODE
#include "base/outfile.h"

#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <windows.h>

struct outfile {
	HANDLE handle;
	bool replace;
	wchar_t *temporary;
	wchar_t *path;
};

static enum tocsin_status fail(struct tocsin_error *error, const char *msg)
{
	const DWORD code = GetLastError();
	const enum tocsin_status status =
		code == ERROR_FILE_NOT_FOUND || code == ERROR_PATH_NOT_FOUND ? TOCSIN_NOT_FOUND
									     : TOCSIN_IO;

	return error_setf(error, status, 0, msg, "Windows error %lu", (unsigned long)code);
}

/* A wide copy of `path` with room for `more` units behind it. */
static wchar_t *wide(const char *path, size_t more)
{
	const int n = MultiByteToWideChar(CP_UTF8, 0, path, -1, NULL, 0);
	wchar_t *const w = n > 0 ? calloc((size_t)n + more, sizeof(*w)) : NULL;

	if (w)
		MultiByteToWideChar(CP_UTF8, 0, path, -1, w, n);
	return w;
}

enum tocsin_status outfile_check(const char *path, bool replace, struct tocsin_error *error)
{
	wchar_t *w, *end;
	DWORD attributes;

	ENSURE(*path, error, TOCSIN_USAGE, 0, "an output file needs a name");
	w = wide(path, 0);
	ENSURE(w, error, TOCSIN_NO_MEMORY, 0, "out of memory");
	attributes = GetFileAttributesW(w);
	end = w + wcslen(w);
	while (end > w && end[-1] != L'\\' && end[-1] != L'/' && end[-1] != L':')
		end--;
	*end = 0;
	if (attributes == INVALID_FILE_ATTRIBUTES && end > w &&
	    GetFileAttributesW(w) == INVALID_FILE_ATTRIBUTES) {
		free(w);
		return fail(error, "can't write there: no such folder");
	}
	free(w);
	if (attributes == INVALID_FILE_ATTRIBUTES)
		return TOCSIN_OK;
	ENSURE(!(attributes & FILE_ATTRIBUTE_DIRECTORY), error, TOCSIN_USAGE, 0, "is a folder");
	ENSURE(replace, error, TOCSIN_USAGE, 0, "exists; --force replaces it");
	return TOCSIN_OK;
}

static void release(struct outfile *file)
{
	if (file->handle != INVALID_HANDLE_VALUE)
		CloseHandle(file->handle);
	free(file->temporary);
	free(file->path);
	free(file);
}

enum tocsin_status outfile_open(const char *path, bool replace, struct outfile **ret_file,
				struct tocsin_error *error)
{
	struct outfile *file;
	enum tocsin_status status;

	TRY(outfile_check(path, replace, error));
	file = calloc(1, sizeof(*file));
	ENSURE(file, error, TOCSIN_NO_MEMORY, 0, "out of memory");
	file->handle = INVALID_HANDLE_VALUE;
	file->replace = replace;
	file->path = wide(path, 0);
	file->temporary = wide(path, 32);
	if (!file->path || !file->temporary) {
		release(file);
		return error_set(error, TOCSIN_NO_MEMORY, 0, "out of memory");
	}
	_snwprintf(file->temporary + wcslen(file->temporary), 31, L".%lu.tmp",
		   (unsigned long)GetCurrentProcessId());
	file->handle = CreateFileW(file->temporary, GENERIC_WRITE, 0, NULL, CREATE_NEW,
				   FILE_ATTRIBUTE_NORMAL, NULL);
	if (file->handle == INVALID_HANDLE_VALUE) {
		status = fail(error, "can't create");
		release(file);
		return status;
	}
	*ret_file = file;
	return TOCSIN_OK;
}

enum tocsin_status outfile_write(struct outfile *file, const void *p, size_t n,
				 struct tocsin_error *error)
{
	size_t done = 0;

	while (done < n) {
		const DWORD want = n - done > (1u << 30) ? 1u << 30 : (DWORD)(n - done);
		DWORD put = 0;

		if (!WriteFile(file->handle, (const char *)p + done, want, &put, NULL))
			return fail(error, "can't write");
		done += put;
	}
	return TOCSIN_OK;
}

enum tocsin_status outfile_write_at(struct outfile *file, uint64_t offset, const void *p, size_t n,
				    struct tocsin_error *error)
{
	const LARGE_INTEGER at = {.QuadPart = (LONGLONG)offset};

	if (!SetFilePointerEx(file->handle, at, NULL, FILE_BEGIN))
		return fail(error, "can't write");
	return outfile_write(file, p, n, error);
}

enum tocsin_status outfile_commit(struct outfile *file, struct tocsin_error *error)
{
	const DWORD flags = file->replace ? MOVEFILE_REPLACE_EXISTING : 0;
	enum tocsin_status status = TOCSIN_OK;

	if (!FlushFileBuffers(file->handle))
		status = fail(error, "can't write");
	CloseHandle(file->handle);
	file->handle = INVALID_HANDLE_VALUE;
	if (status == TOCSIN_OK && !MoveFileExW(file->temporary, file->path, flags))
		status = fail(error, "can't give the output its name");
	if (status != TOCSIN_OK)
		DeleteFileW(file->temporary);
	release(file);
	return status;
}

void outfile_discard(struct outfile *file)
{
	if (!file)
		return;
	CloseHandle(file->handle);
	file->handle = INVALID_HANDLE_VALUE;
	DeleteFileW(file->temporary);
	release(file);
}

enum tocsin_status outfile_stdout(const void *p, size_t n, struct tocsin_error *error)
{
	if (fwrite(p, 1, n, stdout) == n && fflush(stdout) == 0)
		return TOCSIN_OK;
	/* The C runtime tells a closed pipe as EINVAL; the system's own code is exact. */
	if (GetLastError() == ERROR_NO_DATA || GetLastError() == ERROR_BROKEN_PIPE)
		return TOCSIN_END;
	return fail(error, "can't write");
}

void outfile_prepare(void)
{
}
#endif
