/* SPDX-License-Identifier: Apache-2.0 */
/* What is the same on every system: whole small files. */
#include "base/os.h"

enum tocsin_status os_read_file(struct arena *a, const char *path, size_t cap, struct view *ret,
				struct tocsin_error *error)
{
	struct os_file *file;
	enum tocsin_status status;
	uint64_t size;
	size_t n = 0;
	uint8_t *p;

	TRY(os_open(path, &file, error));
	size = os_size(file);
	if (size > cap) {
		status = error_setf(
			error, TOCSIN_LIMIT, 0, "file is too large for what it should be",
			"%llu bytes, at most %zu are read", (unsigned long long)size, cap);
		goto out;
	}
	p = arena_alloc(a, (size_t)size + 1);
	if (!p) {
		status = error_set(error, TOCSIN_NO_MEMORY, 0, "out of memory");
		goto out;
	}
	status = os_read_at(file, 0, p, (size_t)size, &n, error);
	if (status == TOCSIN_OK) {
		ret->p = p;
		ret->n = n;
	}
out:
	os_close(file);
	return status;
}
