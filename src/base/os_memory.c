/* SPDX-License-Identifier: Apache-2.0 */
/*
 * glibc raises the size from which a block is a mapping of its own to the largest that was freed.
 * Buffers that travel between threads then stay in heaps that never shrink: the more threads, the
 * more memory. A fixed size gives large blocks back to the system.
 */
#include "base/os.h"

#include <stdlib.h>

#ifdef __GLIBC__
#include <malloc.h>

#define MAPPED_FROM (256 << 10)

void os_prepare_memory(void)
{
	mallopt(M_MMAP_THRESHOLD, MAPPED_FROM);
}
#else
void os_prepare_memory(void)
{
}
#endif
