/* SPDX-License-Identifier: Apache-2.0 */
#ifdef _WIN32
#define WIN32_LEAN_AND_MEAN
#define UNICODE
#include "base/os_temporary.h"

#include <fcntl.h>
#include <io.h>
#include <stdio.h>
#include <stdlib.h>
#include <windows.h>

struct os_file {
	HANDLE handle;
};

static wchar_t *wide(const char *utf8)
{
	const int n = MultiByteToWideChar(CP_UTF8, 0, utf8, -1, NULL, 0);
	wchar_t *const w = n > 0 ? malloc((size_t)n * sizeof(*w)) : NULL;

	if (w)
		MultiByteToWideChar(CP_UTF8, 0, utf8, -1, w, n);
	return w;
}

static enum tocsin_status fail(struct tocsin_error *error, const char *msg)
{
	const DWORD code = GetLastError();
	const enum tocsin_status status =
		code == ERROR_FILE_NOT_FOUND || code == ERROR_PATH_NOT_FOUND ? TOCSIN_NOT_FOUND
									     : TOCSIN_IO;

	return error_setf(error, status, 0, msg, "Windows error %lu", (unsigned long)code);
}

enum tocsin_status os_open(const char *path, struct os_file **ret_file, struct tocsin_error *error)
{
	wchar_t *const w = wide(path);
	struct os_file *const file = malloc(sizeof(*file));

	if (!w || !file) {
		free(w);
		free(file);
		return error_set(error, TOCSIN_NO_MEMORY, 0, "out of memory");
	}
	/* Live logs are held open by the event log service: share everything. */
	file->handle =
		CreateFileW(w, GENERIC_READ, FILE_SHARE_READ | FILE_SHARE_WRITE | FILE_SHARE_DELETE,
			    NULL, OPEN_EXISTING, FILE_FLAG_SEQUENTIAL_SCAN, NULL);
	free(w);
	if (file->handle == INVALID_HANDLE_VALUE) {
		free(file);
		return fail(error, "can't open");
	}
	*ret_file = file;
	return TOCSIN_OK;
}

uint64_t os_size(const struct os_file *file)
{
	LARGE_INTEGER size;

	return GetFileSizeEx(file->handle, &size) ? (uint64_t)size.QuadPart : 0;
}

enum tocsin_status os_read_at(struct os_file *file, uint64_t offset, void *to, size_t n,
			      size_t *ret_n, struct tocsin_error *error)
{
	size_t done = 0;

	while (done < n) {
		const uint64_t at = offset + done;
		const DWORD want = n - done > (1u << 30) ? 1u << 30 : (DWORD)(n - done);
		OVERLAPPED where = {0};
		DWORD got = 0;

		where.Offset = (DWORD)at;
		where.OffsetHigh = (DWORD)(at >> 32);
		if (!ReadFile(file->handle, (char *)to + done, want, &got, &where)) {
			if (GetLastError() == ERROR_HANDLE_EOF)
				break;
			return fail(error, "can't read");
		}
		if (!got)
			break;
		done += got;
	}
	*ret_n = done;
	return TOCSIN_OK;
}

void os_close(struct os_file *file)
{
	if (file) {
		CloseHandle(file->handle);
		free(file);
	}
}

enum tocsin_status os_temporary(struct os_file **ret_file, struct tocsin_error *error)
{
	wchar_t folder[MAX_PATH + 1], path[MAX_PATH + 1];
	struct os_file *const file = malloc(sizeof(*file));
	const DWORD n = GetTempPathW(MAX_PATH + 1, folder);

	ENSURE(file, error, TOCSIN_NO_MEMORY, 0, "out of memory");
	file->handle = INVALID_HANDLE_VALUE;
	/* The name is taken by an empty file, which the handle then removes when it is closed. */
	if (n && n <= MAX_PATH && GetTempFileNameW(folder, L"tcs", 0, path))
		file->handle = CreateFileW(
			path, GENERIC_READ | GENERIC_WRITE | DELETE, 0, NULL, CREATE_ALWAYS,
			FILE_ATTRIBUTE_TEMPORARY | FILE_FLAG_DELETE_ON_CLOSE, NULL);
	if (file->handle == INVALID_HANDLE_VALUE) {
		const DWORD code = GetLastError();

		free(file);
		return error_setf(error, TOCSIN_IO, 0, "can't make a temporary file",
				  "Windows error %lu; see TMP and TEMP", (unsigned long)code);
	}
	*ret_file = file;
	return TOCSIN_OK;
}

enum tocsin_status os_write_at(struct os_file *file, uint64_t offset, const void *p, size_t n,
			       struct tocsin_error *error)
{
	size_t done = 0;

	while (done < n) {
		const uint64_t at = offset + done;
		const DWORD want = n - done > (1u << 30) ? 1u << 30 : (DWORD)(n - done);
		OVERLAPPED where = {0};
		DWORD put = 0;

		where.Offset = (DWORD)at;
		where.OffsetHigh = (DWORD)(at >> 32);
		if (!WriteFile(file->handle, (const char *)p + done, want, &put, &where) || !put)
			return error_setf(error, TOCSIN_IO, at, "can't write to a temporary file",
					  "Windows error %lu; see TMP and TEMP",
					  (unsigned long)GetLastError());
		done += put;
	}
	return TOCSIN_OK;
}

static enum os_kind kind_of(DWORD attributes)
{
	return attributes & FILE_ATTRIBUTE_DIRECTORY ? OS_FOLDER
	       : attributes & FILE_ATTRIBUTE_DEVICE  ? OS_OTHER
						     : OS_FILE;
}

enum os_kind os_kind(const char *path)
{
	wchar_t *const w = wide(path);
	const DWORD attributes = w ? GetFileAttributesW(w) : INVALID_FILE_ATTRIBUTES;

	free(w);
	return attributes == INVALID_FILE_ATTRIBUTES ? OS_MISSING : kind_of(attributes);
}

bool os_identity(const char *path, struct os_identity *ret)
{
	wchar_t *const w = wide(path);
	BY_HANDLE_FILE_INFORMATION info;
	HANDLE h = INVALID_HANDLE_VALUE;
	bool known = false;

	if (w)
		h = CreateFileW(w, FILE_READ_ATTRIBUTES,
				FILE_SHARE_READ | FILE_SHARE_WRITE | FILE_SHARE_DELETE, NULL,
				OPEN_EXISTING, FILE_FLAG_BACKUP_SEMANTICS, NULL);
	free(w);
	if (h == INVALID_HANDLE_VALUE)
		return false;
	if (GetFileInformationByHandle(h, &info)) {
		ret->device = info.dwVolumeSerialNumber;
		ret->file = (uint64_t)info.nFileIndexHigh << 32 | info.nFileIndexLow;
		ret->regular = GetFileType(h) == FILE_TYPE_DISK;
		known = true;
	}
	CloseHandle(h);
	return known;
}

static int by_name(const void *a, const void *b)
{
	return strcmp(((const struct os_entry *)a)->name, ((const struct os_entry *)b)->name);
}

enum tocsin_status os_list(struct arena *a, const char *path, struct os_entry **ret_entries,
			   size_t *ret_count, struct tocsin_error *error)
{
	char *const pattern = arena_alloc(a, strlen(path) + 3);
	struct os_entry *list = NULL, *entry;
	size_t count = 0, room = 0;
	enum tocsin_status status = TOCSIN_OK;
	WIN32_FIND_DATAW d;
	HANDLE find;
	wchar_t *w;

	if (!pattern)
		return error_set(error, TOCSIN_NO_MEMORY, 0, "out of memory");
	memcpy(pattern, path, strlen(path));
	memcpy(pattern + strlen(path), "\\*", 3);
	w = wide(pattern);
	find = w ? FindFirstFileW(w, &d) : INVALID_HANDLE_VALUE;
	free(w);
	if (find == INVALID_HANDLE_VALUE)
		return fail(error, "can't open folder");
	do {
		char name[4 * MAX_PATH];

		if (!wcscmp(d.cFileName, L".") || !wcscmp(d.cFileName, L".."))
			continue;
		WideCharToMultiByte(CP_UTF8, 0, d.cFileName, -1, name, (int)sizeof(name), NULL,
				    NULL);
		entry = ARENA_GROW(a, list, count, room);
		if (!entry || !(entry->name = arena_string(a, name))) {
			status = error_set(error, TOCSIN_NO_MEMORY, 0, "out of memory");
			goto out;
		}
		entry->kind = kind_of(d.dwFileAttributes);
		entry->is_link = (d.dwFileAttributes & FILE_ATTRIBUTE_REPARSE_POINT) != 0;
	} while (FindNextFileW(find, &d));
	if (GetLastError() != ERROR_NO_MORE_FILES) {
		status = fail(error, "can't read folder");
		goto out;
	}
	if (count)
		qsort(list, count, sizeof(*list), by_name);
	*ret_entries = list;
	*ret_count = count;
out:
	FindClose(find);
	return status;
}

bool os_is_terminal(int fd)
{
	return _isatty(fd) != 0;
}

unsigned os_terminal_width(int fd)
{
	CONSOLE_SCREEN_BUFFER_INFO info;
	HANDLE const h = GetStdHandle(fd == 2 ? STD_ERROR_HANDLE : STD_OUTPUT_HANDLE);

	return GetConsoleScreenBufferInfo(h, &info)
		       ? (unsigned)(info.srWindow.Right - info.srWindow.Left + 1)
		       : 0;
}

unsigned os_processors(void)
{
	SYSTEM_INFO info;

	GetSystemInfo(&info);
	return info.dwNumberOfProcessors ? info.dwNumberOfProcessors : 1;
}

uint64_t os_clock(void)
{
	LARGE_INTEGER now, frequency;

	QueryPerformanceCounter(&now);
	QueryPerformanceFrequency(&frequency);
	return (uint64_t)((double)now.QuadPart * 1e9 / (double)frequency.QuadPart);
}

void os_prepare_stdio(void)
{
	_setmode(0, _O_BINARY);
	_setmode(1, _O_BINARY);
	_setmode(2, _O_BINARY);
	SetConsoleOutputCP(CP_UTF8);
}
#endif
