/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Which 128-bit hashes were seen before, for any number of them in bounded memory: a table; when it
 * is full, a sorted run in a temporary file behind a filter that spares the look-up for most new
 * ones. Exact for the hashes given.
 */
#ifndef TOCSIN_QUERY_SEEN_SET_H
#define TOCSIN_QUERY_SEEN_SET_H

#include "base/error.h"
#include "base/view.h"

struct seen_set;

/* `memory`: bytes to take at most; fewer than 256 KiB count as that. NULL without memory. */
struct seen_set *seen_set_new(size_t memory);
void seen_set_free(struct seen_set *s);

/* Adds a hash; *ret_new tells whether it was not there. */
TOCSIN_MUST_USE enum tocsin_status seen_set_add(struct seen_set *s, const uint8_t hash[16],
						bool *ret_new, struct tocsin_error *error);

#endif
