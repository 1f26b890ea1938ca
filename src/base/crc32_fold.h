/* SPDX-License-Identifier: Apache-2.0 */
/* CRC-32 by carry-less multiplication, where the processor has it: see crc32_fold.c. */
#ifndef TOCSIN_BASE_CRC32_FOLD_H
#define TOCSIN_BASE_CRC32_FOLD_H

#include "base/view.h"

#if defined(__x86_64__)

/* Of the CRC's register as it is inside (not inverted): at least 16 bytes; at least 256. */
uint32_t crc32_fold_128(uint32_t reg, struct view v);
uint32_t crc32_fold_512(uint32_t reg, struct view v);

/* Of eight bytes. */
uint32_t crc32_fold_8_bytes(uint32_t reg, const uint8_t *p);

#endif

/* x^n modulo the polynomial as a factor for folding, computed bit by bit. For tests: the constants
 * in the code are held against it. */
uint64_t crc32_fold_constant(unsigned n);

#endif
