/* SPDX-License-Identifier: Apache-2.0 */
/* Evidence that comes once and in order, made into a file; for the walk. */
#ifndef TOCSIN_EVIDENCE_DRAIN_H
#define TOCSIN_EVIDENCE_DRAIN_H

#include "base/error.h"
#include "base/os.h"

/*
 * Copies standard input (`path` NULL) or a named pipe to its end into a temporary file.
 * TOCSIN_OK: *ret_file, the caller's to close; a status other than TOCSIN_OK in `error` then tells
 * that reading failed behind it. Other statuses: nothing could be read, or not be kept.
 */
TOCSIN_MUST_USE enum tocsin_status evidence_drain(const char *path, struct os_file **ret_file,
						  struct tocsin_error *error);

#endif
