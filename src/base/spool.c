/* SPDX-License-Identifier: Apache-2.0 */
/* A temporary file that grows at its end, through one buffer; see spool.h. */
#include "base/spool.h"

#include <stdlib.h>

#include "base/os_temporary.h"

struct spool {
	struct os_file *file;
	uint64_t written;           /* bytes in the file */
	size_t held;                /* bytes behind them, in `buffer` */
	struct tocsin_error failed; /* the first failed write: the file has a hole from there on */
	uint8_t buffer[SPOOL_BUFFER];
};

enum tocsin_status spool_open(struct spool **ret, struct tocsin_error *error)
{
	struct spool *const s = calloc(1, sizeof(*s));
	enum tocsin_status status;

	ENSURE(s, error, TOCSIN_NO_MEMORY, 0, "out of memory");
	status = os_temporary(&s->file, error);
	if (status != TOCSIN_OK) {
		free(s);
		return status;
	}
	*ret = s;
	return TOCSIN_OK;
}

void spool_close(struct spool *s)
{
	if (s) {
		os_close(s->file);
		free(s);
	}
}

static enum tocsin_status still_failed(const struct spool *s, struct tocsin_error *error)
{
	if (error)
		*error = s->failed;
	return error_status(s->failed.status);
}

static enum tocsin_status put(struct spool *s, const void *p, size_t n, struct tocsin_error *error)
{
	if (os_write_at(s->file, s->written, p, n, &s->failed) != TOCSIN_OK)
		return still_failed(s, error);
	s->written += n;
	return TOCSIN_OK;
}

static enum tocsin_status flush(struct spool *s, struct tocsin_error *error)
{
	if (s->failed.status != TOCSIN_OK)
		return still_failed(s, error);
	if (s->held) {
		TRY(put(s, s->buffer, s->held, error));
		s->held = 0;
	}
	return TOCSIN_OK;
}

enum tocsin_status spool_append(struct spool *s, const void *p, size_t n,
				struct tocsin_error *error)
{
	if (s->failed.status != TOCSIN_OK)
		return still_failed(s, error);
	if (n > sizeof(s->buffer) - s->held)
		TRY(flush(s, error));
	if (n > sizeof(s->buffer))
		return put(s, p, n, error);
	if (n)
		memcpy(s->buffer + s->held, p, n);
	s->held += n;
	return TOCSIN_OK;
}

uint64_t spool_size(const struct spool *s)
{
	return s->written + s->held;
}

enum tocsin_status spool_read_at(struct spool *s, uint64_t offset, void *to, size_t n,
				 struct tocsin_error *error)
{
	size_t in_file = 0, got;

	ENSURE(offset <= spool_size(s) && n <= spool_size(s) - offset, error, TOCSIN_USAGE, offset,
	       "behind the end of the temporary file");
	if (offset < s->written)
		in_file = n < s->written - offset ? n : (size_t)(s->written - offset);
	if (in_file) {
		TRY(os_read_at(s->file, offset, to, in_file, &got, error));
		ENSURE(got == in_file, error, TOCSIN_IO, offset + got,
		       "the temporary file is shorter than what was written to it");
	}
	if (n > in_file)
		memcpy((uint8_t *)to + in_file, s->buffer + (offset + in_file - s->written),
		       n - in_file);
	return TOCSIN_OK;
}

enum tocsin_status spool_to_file(struct spool *s, struct os_file **ret, struct tocsin_error *error)
{
	const enum tocsin_status status = flush(s, error);

	if (status == TOCSIN_OK) {
		*ret = s->file;
		s->file = NULL;
	}
	spool_close(s);
	return status;
}
