/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A 128-bit hash that tells contents apart: BLAKE2b with a digest of 16 bytes, without a key (RFC
 * 7693). Cryptographic, because evidence may be made to deceive: with a hash that is only fast,
 * somebody could make two events that count as one.
 */
#ifndef TOCSIN_BASE_HASH_H
#define TOCSIN_BASE_HASH_H

#include "base/view.h"

#define HASH_SIZE 16
#define HASH_BLOCK 128

struct hash {
	uint64_t state[8];
	uint64_t length; /* bytes so far, without those in `block` */
	uint8_t block[HASH_BLOCK];
	size_t filled;
};

void hash_begin(struct hash *h);
void hash_add(struct hash *h, const void *p, size_t n);
void hash_u64(struct hash *h, uint64_t v); /* its 8 bytes, little-endian */
void hash_end(struct hash *h, uint8_t out[HASH_SIZE]);

#endif
