/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Errors: a status plus, in the object that failed, one struct tocsin_error. `msg` is always a
 * static string. TRY forwards a failing status, ENSURE makes one. Outputs named ret_x are untouched
 * on failure.
 */
#ifndef TOCSIN_BASE_ERROR_H
#define TOCSIN_BASE_ERROR_H

#include "tocsin.h"

#if defined(__MINGW32__) && !defined(__clang__)
/* Its C library formats as C17 has it, once asked to (CMakeLists.txt); gcc's own check has to know.
 */
#define PRINTF_LIKE(fmt, args) __attribute__((format(gnu_printf, fmt, args)))
#elif defined(__GNUC__)
#define PRINTF_LIKE(fmt, args) __attribute__((format(printf, fmt, args)))
#else
#define PRINTF_LIKE(fmt, args)
#endif

#define TRY(expr)                                                                                  \
	do {                                                                                       \
		const enum tocsin_status try_status_ = (expr);                                     \
		if (try_status_ != TOCSIN_OK)                                                      \
			return try_status_;                                                        \
	} while (0)

/* ENSURE(condition, error, status, offset, "static message"): returns `status` and fills `error`
 * (may be NULL). */
#define ENSURE(cond, error, status, offset, msg)                                                   \
	do {                                                                                       \
		if (!(cond))                                                                       \
			return error_set((error), (status), (offset), (msg));                      \
	} while (0)

/*
 * Fill `error` (may be NULL), clear its detail, and return `status`. `msg` must be a static string.
 * The status is returned here, where the compiler sees that it is a failure: it can then tell that
 * what the caller goes on with was set.
 */
void error_fill(struct tocsin_error *error, enum tocsin_status status, uint64_t offset,
		const char *msg);

static inline enum tocsin_status error_set(struct tocsin_error *error, enum tocsin_status status,
					   uint64_t offset, const char *msg)
{
	error_fill(error, status, offset, msg);
	return status;
}

/* The same, with a formatted detail (cut at its size; may hold file names, so print it through
 * text_clean()): error_setf(error, status, offset, msg, fmt, ...). */
void error_fillf(struct tocsin_error *error, enum tocsin_status status, uint64_t offset,
		 const char *msg, const char *fmt, ...) PRINTF_LIKE(5, 6);

static inline enum tocsin_status error_status(enum tocsin_status status)
{
	return status;
}

#define error_setf(error, status, ...)                                                             \
	(error_fillf((error), (status), __VA_ARGS__), error_status(status))

#endif
