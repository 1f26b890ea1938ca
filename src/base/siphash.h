/* SPDX-License-Identifier: Apache-2.0 */
/*
 * SipHash-2-4 (Aumasson, Bernstein 2012): for hash tables whose keys come from evidence. Who does
 * not know the key can't make contents that fall together and turn a table into a list.
 */
#ifndef TOCSIN_BASE_SIPHASH_H
#define TOCSIN_BASE_SIPHASH_H

#include "base/view.h"

struct siphash_key {
	uint64_t k[2];
};

/* A key of where a table lies, which differs from run to run. What is put out must not depend on
 * the order in such a table. */
struct siphash_key siphash_key_of(const void *place);

uint64_t siphash(const struct siphash_key *key, struct view text);

#endif
