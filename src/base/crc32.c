/* SPDX-License-Identifier: Apache-2.0 */
/* CRC-32 by slicing-by-16: sixteen tables, sixteen bytes a step. What crc32_fold.c does faster is
 * held against it. */
#include "base/crc32.h"

#include <pthread.h>

#include "base/cpu.h"
#include "base/crc32_fold.h"

#define POLYNOMIAL 0xedb88320u

static uint32_t table[16][256];
static pthread_once_t table_once = PTHREAD_ONCE_INIT;

static void table_make(void)
{
	for (uint32_t i = 0; i < 256; i++) {
		uint32_t c = i;

		for (int k = 0; k < 8; k++)
			c = c & 1 ? POLYNOMIAL ^ c >> 1 : c >> 1;
		table[0][i] = c;
	}
	for (size_t t = 1; t < 16; t++) {
		for (size_t i = 0; i < 256; i++)
			table[t][i] = table[t - 1][i] >> 8 ^ table[0][table[t - 1][i] & 0xff];
	}
}

/* Works on the register as it is inside: the CRC inverted. */
static uint32_t update_scalar(uint32_t crc, struct view v)
{
	const uint8_t *p;

	pthread_once(&table_once, table_make);
	while ((p = take(&v, 16))) {
		const uint32_t a = le32(p) ^ crc, b = le32(p + 4);
		const uint32_t c = le32(p + 8), d = le32(p + 12);

		crc = table[15][a & 0xff] ^ table[14][a >> 8 & 0xff] ^ table[13][a >> 16 & 0xff] ^
		      table[12][a >> 24] ^ table[11][b & 0xff] ^ table[10][b >> 8 & 0xff] ^
		      table[9][b >> 16 & 0xff] ^ table[8][b >> 24] ^ table[7][c & 0xff] ^
		      table[6][c >> 8 & 0xff] ^ table[5][c >> 16 & 0xff] ^ table[4][c >> 24] ^
		      table[3][d & 0xff] ^ table[2][d >> 8 & 0xff] ^ table[1][d >> 16 & 0xff] ^
		      table[0][d >> 24];
	}
	while ((p = take(&v, 1)))
		crc = table[0][(crc ^ *p) & 0xff] ^ crc >> 8;
	return crc;
}

#if defined(__x86_64__)

static uint32_t update(uint32_t crc, struct view v)
{
	const enum cpu_level level = cpu_level();
	const uint8_t *p;

	if (level == CPU_SCALAR)
		return update_scalar(crc, v);
	if (v.n >= 256 && level >= CPU_AVX512)
		return crc32_fold_512(crc, v);
	if (v.n >= 16)
		return crc32_fold_128(crc, v);
	if ((p = take(&v, 8)))
		crc = crc32_fold_8_bytes(crc, p);
	return v.n ? update_scalar(crc, v) : crc;
}

#else

static uint32_t update(uint32_t crc, struct view v)
{
	return update_scalar(crc, v);
}

#endif

uint32_t crc32_update(uint32_t crc, struct view v)
{
	return ~update(~crc, v);
}
