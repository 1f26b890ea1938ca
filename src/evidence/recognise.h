/* SPDX-License-Identifier: Apache-2.0 */
/* Recognition beyond a file's first bytes; for the walk. */
#ifndef TOCSIN_EVIDENCE_RECOGNISE_H
#define TOCSIN_EVIDENCE_RECOGNISE_H

#include "base/os.h"

/*
 * Whether an event log's chunk stands where a log with a 4,096-byte header has its chunks: such a
 * file is an event log whose header was wiped or overwritten. Looks at LIMIT_PROBE_CHUNKS places,
 * and everywhere in the first 132 KiB; a place that can't be read counts as empty.
 */
bool source_has_chunks(struct os_file *file, uint64_t size);

#endif
