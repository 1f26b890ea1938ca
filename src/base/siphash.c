/* SPDX-License-Identifier: Apache-2.0 */
#include "base/siphash.h"

static uint64_t rotate(uint64_t x, unsigned by)
{
	return x << by | x >> (64 - by);
}

static void rounds(uint64_t v[4], unsigned count)
{
	for (; count; count--) {
		v[0] += v[1];
		v[2] += v[3];
		v[1] = rotate(v[1], 13) ^ v[0];
		v[3] = rotate(v[3], 16) ^ v[2];
		v[0] = rotate(v[0], 32);
		v[2] += v[1];
		v[0] += v[3];
		v[1] = rotate(v[1], 17) ^ v[2];
		v[3] = rotate(v[3], 21) ^ v[0];
		v[2] = rotate(v[2], 32);
	}
}

static void compress(uint64_t v[4], uint64_t word)
{
	v[3] ^= word;
	rounds(v, 2);
	v[0] ^= word;
}

struct siphash_key siphash_key_of(const void *place)
{
	const uint64_t at = (uint64_t)(uintptr_t)place;

	return (struct siphash_key){{at, ~at}};
}

uint64_t siphash(const struct siphash_key *key, struct view text)
{
	uint64_t v[4] = {
		key->k[0] ^ 0x736f6d6570736575u,
		key->k[1] ^ 0x646f72616e646f6du,
		key->k[0] ^ 0x6c7967656e657261u,
		key->k[1] ^ 0x7465646279746573u,
	};
	uint64_t last = (uint64_t)text.n << 56;
	size_t i = 0;

	for (; text.n - i >= 8; i += 8)
		compress(v, le64(text.p + i));
	for (unsigned shift = 0; i < text.n; i++, shift += 8)
		last |= (uint64_t)text.p[i] << shift;
	compress(v, last);
	v[2] ^= 0xff;
	rounds(v, 4);
	return v[0] ^ v[1] ^ v[2] ^ v[3];
}
