/* SPDX-License-Identifier: Apache-2.0 */
/* CRC-32 by slicing-by-8: eight tables, eight bytes a step. */
#include "base/crc32.h"

#include <pthread.h>

#define POLYNOMIAL 0xedb88320u

static uint32_t table[8][256];
static pthread_once_t table_once = PTHREAD_ONCE_INIT;

static void table_make(void)
{
	for (uint32_t i = 0; i < 256; i++) {
		uint32_t c = i;

		for (int k = 0; k < 8; k++)
			c = c & 1 ? POLYNOMIAL ^ c >> 1 : c >> 1;
		table[0][i] = c;
	}
	for (size_t t = 1; t < 8; t++) {
		for (size_t i = 0; i < 256; i++)
			table[t][i] = table[t - 1][i] >> 8 ^ table[0][table[t - 1][i] & 0xff];
	}
}

uint32_t crc32_update(uint32_t crc, struct view v)
{
	const uint8_t *p;

	pthread_once(&table_once, table_make);
	crc = ~crc;
	while ((p = take(&v, 8))) {
		const uint32_t lo = le32(p) ^ crc, hi = le32(p + 4);

		crc = table[7][lo & 0xff] ^ table[6][lo >> 8 & 0xff] ^ table[5][lo >> 16 & 0xff] ^
		      table[4][lo >> 24] ^ table[3][hi & 0xff] ^ table[2][hi >> 8 & 0xff] ^
		      table[1][hi >> 16 & 0xff] ^ table[0][hi >> 24];
	}
	while ((p = take(&v, 1)))
		crc = table[0][(crc ^ *p) & 0xff] ^ crc >> 8;
	return ~crc;
}
