/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Records of an arbitrary chunk, or an arbitrary record among usual ones, copied into another log
 * through their portable form: what the reader shows of a record it must show of the copy. The
 * first byte says which (bit 0), and whether what is deleted is copied too (bit 1) and all
 * definitions are taken as the reader has them (bit 2).
 */
#include <stdio.h>
#include <stdlib.h>

#include "../tests/portable_lab.h"
#include "binxml_log.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct lab lab = {.options = {.no_checksums = true}};
	struct view bytes = {data, size};
	struct buf log = {0};
	uint32_t position;
	bool ok = true;

	if (!size || size > EVTX_CHUNK_SIZE + 1)
		return 0;
	(void)take(&bytes, 1);
	lab.options.recover = data[0] & 2;
	lab.compiled = data[0] & 4;
	if (data[0] & 1) {
		ok = binxml_log(&log, bytes, &position);
	} else {
		buf_fill(&log, 0, EVTX_HEADER_SIZE);
		buf_add(&log, bytes.p, bytes.n);
		buf_fill(&log, 0, EVTX_CHUNK_SIZE - bytes.n);
	}
	if (ok && lab_open(&lab)) {
		lab_copy(&lab, (struct view){(const uint8_t *)log.p, log.n});
		if (!lab_same(&lab) && !lab.limited)
			abort();
	}
	lab_close(&lab);
	buf_free(&log);
	return 0;
}
