/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Files of our own that nobody else sees: the one exception to "never writes" in base/os.h. Only
 * base/spool.c includes this. os_posix.c and os_windows.c.
 */
#ifndef TOCSIN_BASE_OS_TEMPORARY_H
#define TOCSIN_BASE_OS_TEMPORARY_H

#include "base/os.h"

/*
 * A new empty file to read and write in the system's folder for temporary files (TMPDIR, else
 * /tmp; on Windows what GetTempPath says), for this user only. It goes with os_close() or with the
 * process. TOCSIN_IO with the system's reason and the folder in detail.
 */
TOCSIN_MUST_USE enum tocsin_status os_temporary(struct os_file **ret_file,
						struct tocsin_error *error);

/* Writes all of it at `offset`, or fails. TOCSIN_IO as above: most often the disk is full. */
TOCSIN_MUST_USE enum tocsin_status os_write_at(struct os_file *file, uint64_t offset, const void *p,
					       size_t n, struct tocsin_error *error);

#endif
