/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Records of an arbitrary chunk, or an arbitrary record among usual ones, copied into another log
 * through their portable form: what the reader shows of a record it must show of the copy. The
 * first byte says which (bit 0), whether what is deleted is copied too (bit 1), whether all
 * definitions are taken as the reader has them (bit 2), and whether zeros make the chunk a whole
 * one or it ends where the input does (bit 3).
 */
#include <stdio.h>
#include <stdlib.h>

#include "../tests/portable_lab.h"
#include "binxml_log.h"

/* What is kept from run to run is forgotten this often: a finding stays repeatable. */
#define RUNS_PER_LAB 64

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

/* The chunk in a block of its size, for free(). */
static uint8_t *make_chunk(uint8_t flags, struct view bytes, size_t *ret_n)
{
	static struct binxml_frame frame; /* made once */
	uint8_t *chunk;

	if (flags & 1)
		return binxml_frame_make(&frame) ? binxml_frame_fill(&frame, bytes, ret_n) : NULL;
	*ret_n = flags & 8 ? EVTX_CHUNK_SIZE : bytes.n;
	chunk = calloc(1, *ret_n + !*ret_n);
	if (chunk && bytes.n)
		memcpy(chunk, bytes.p, bytes.n);
	return chunk;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static struct lab lab;
	static unsigned runs;
	uint8_t *chunk;
	size_t n;

	if (!size || size > EVTX_CHUNK_SIZE + 1)
		return 0;
	chunk = make_chunk(data[0], (struct view){data + 1, size - 1}, &n);
	if (!chunk)
		return 0;
	if (runs++ % RUNS_PER_LAB == 0) {
		lab_close(&lab);
		memset(&lab, 0, sizeof(lab));
	}
	lab.options = (struct evtx_options){.no_checksums = true, .recover = data[0] & 2};
	lab.compiled = data[0] & 4;
	if (lab_open(&lab)) {
		lab_copy_chunk(&lab, (struct view){chunk, n});
		if (!lab_same(&lab) && !lab.limited)
			abort();
	}
	lab_again(&lab);
	free(chunk);
	return 0;
}
