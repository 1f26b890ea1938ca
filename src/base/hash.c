/* SPDX-License-Identifier: Apache-2.0 */
/* BLAKE2b, RFC 7693: names as there. */
#include "base/hash.h"

static const uint64_t iv[8] = {0x6a09e667f3bcc908, 0xbb67ae8584caa73b, 0x3c6ef372fe94f82b,
			       0xa54ff53a5f1d36f1, 0x510e527fade682d1, 0x9b05688c2b3e6c1f,
			       0x1f83d9abfb41bd6b, 0x5be0cd19137e2179};

static const uint8_t sigma[10][16] = {{0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15},
				      {14, 10, 4, 8, 9, 15, 13, 6, 1, 12, 0, 2, 11, 7, 5, 3},
				      {11, 8, 12, 0, 5, 2, 15, 13, 10, 14, 3, 6, 7, 1, 9, 4},
				      {7, 9, 3, 1, 13, 12, 11, 14, 2, 6, 5, 10, 4, 0, 15, 8},
				      {9, 0, 5, 7, 2, 4, 10, 15, 14, 1, 11, 12, 6, 8, 3, 13},
				      {2, 12, 6, 10, 0, 11, 8, 3, 4, 13, 7, 5, 15, 14, 1, 9},
				      {12, 5, 1, 15, 14, 13, 4, 10, 0, 7, 6, 3, 9, 2, 8, 11},
				      {13, 11, 7, 14, 12, 1, 3, 9, 5, 0, 15, 4, 8, 6, 2, 10},
				      {6, 15, 14, 9, 11, 3, 0, 8, 12, 2, 13, 7, 1, 4, 10, 5},
				      {10, 2, 8, 4, 7, 6, 1, 5, 15, 11, 9, 14, 3, 12, 13, 0}};

static uint64_t rotate(uint64_t v, unsigned n)
{
	return v >> n | v << (64 - n);
}

/* Inlined, so that `v` stays in registers: calls take twice as long. */
__attribute__((always_inline)) static inline void
mix(uint64_t *v, unsigned a, unsigned b, unsigned c, unsigned d, uint64_t x, uint64_t y)
{
	v[a] += v[b] + x;
	v[d] = rotate(v[d] ^ v[a], 32);
	v[c] += v[d];
	v[b] = rotate(v[b] ^ v[c], 24);
	v[a] += v[b] + y;
	v[d] = rotate(v[d] ^ v[a], 16);
	v[c] += v[d];
	v[b] = rotate(v[b] ^ v[c], 63);
}

static void compress(struct hash *h, const uint8_t *block, bool last)
{
	uint64_t v[16], m[16];
	unsigned i, round;

	for (i = 0; i < 8; i++) {
		v[i] = h->state[i];
		v[i + 8] = iv[i];
	}
	v[12] ^= h->length; /* its upper half stays 0: nobody has so many bytes */
	if (last)
		v[14] = ~v[14];
	for (i = 0; i < 16; i++)
		m[i] = le64(block + 8 * (size_t)i);
	for (round = 0; round < 12; round++) {
		const uint8_t *const s = sigma[round % 10];

		mix(v, 0, 4, 8, 12, m[s[0]], m[s[1]]);
		mix(v, 1, 5, 9, 13, m[s[2]], m[s[3]]);
		mix(v, 2, 6, 10, 14, m[s[4]], m[s[5]]);
		mix(v, 3, 7, 11, 15, m[s[6]], m[s[7]]);
		mix(v, 0, 5, 10, 15, m[s[8]], m[s[9]]);
		mix(v, 1, 6, 11, 12, m[s[10]], m[s[11]]);
		mix(v, 2, 7, 8, 13, m[s[12]], m[s[13]]);
		mix(v, 3, 4, 9, 14, m[s[14]], m[s[15]]);
	}
	for (i = 0; i < 8; i++)
		h->state[i] ^= v[i] ^ v[i + 8];
}

void hash_begin(struct hash *h)
{
	memset(h, 0, sizeof(*h));
	memcpy(h->state, iv, sizeof(iv));
	h->state[0] ^= 0x01010000 ^ HASH_SIZE; /* fanout and depth 1, no key */
}

/* The last block, full or not, is compressed by hash_end(). */
void hash_add(struct hash *h, const void *p, size_t n)
{
	const uint8_t *from = p;

	while (n) {
		size_t take = HASH_BLOCK - h->filled;

		if (!take) {
			h->length += HASH_BLOCK;
			compress(h, h->block, false);
			h->filled = 0;
			continue;
		}
		take = take < n ? take : n;
		memcpy(h->block + h->filled, from, take);
		h->filled += take;
		from += take;
		n -= take;
	}
}

void hash_u64(struct hash *h, uint64_t v)
{
	uint8_t bytes[8];

	put64(bytes, v);
	hash_add(h, bytes, sizeof(bytes));
}

void hash_end(struct hash *h, uint8_t out[HASH_SIZE])
{
	h->length += h->filled;
	memset(h->block + h->filled, 0, HASH_BLOCK - h->filled);
	compress(h, h->block, true);
	put64(out, h->state[0]);
	put64(out + 8, h->state[1]);
}
