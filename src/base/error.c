/* SPDX-License-Identifier: Apache-2.0 */
/* Status names and the one place that fills struct tocsin_error. */
#include "base/error.h"

#include <stdarg.h>
#include <stdio.h>

const char *tocsin_version(void)
{
	return TOCSIN_VERSION_STRING;
}

const char *tocsin_status_name(enum tocsin_status status)
{
	switch (status) {
	case TOCSIN_OK:
		return "ok";
	case TOCSIN_END:
		return "end";
	case TOCSIN_TRUNCATED:
		return "truncated";
	case TOCSIN_INVALID:
		return "invalid";
	case TOCSIN_UNSUPPORTED:
		return "unsupported";
	case TOCSIN_LIMIT:
		return "limit";
	case TOCSIN_MISMATCH:
		return "mismatch";
	case TOCSIN_USAGE:
		return "usage";
	case TOCSIN_NOT_FOUND:
		return "not found";
	case TOCSIN_SYNTAX:
		return "syntax";
	case TOCSIN_IO:
		return "io";
	case TOCSIN_NO_MEMORY:
		return "no memory";
	}
	return "unknown";
}

void error_fill(struct tocsin_error *error, enum tocsin_status status, uint64_t offset,
		const char *msg)
{
	if (error) {
		error->status = status;
		error->offset = offset;
		error->msg = msg;
		error->detail[0] = 0;
	}
}

void error_fillf(struct tocsin_error *error, enum tocsin_status status, uint64_t offset,
		 const char *msg, const char *fmt, ...)
{
	va_list ap;

	error_fill(error, status, offset, msg);
	if (!error)
		return;
	va_start(ap, fmt);
	vsnprintf(error->detail, sizeof(error->detail), fmt, ap);
	va_end(ap);
}
