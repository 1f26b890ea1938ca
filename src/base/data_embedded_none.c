/* SPDX-License-Identifier: Apache-2.0 */
/* No data files compiled in: a build without cmake/embed.cmake, which needs --data DIR. */
#ifndef TOCSIN_EMBED_DATA
#include "base/data.h"

/* C has no empty arrays; the count says that this one is. */
const struct data_file data_embedded[] = {{NULL, {NULL, 0}}};
const size_t data_embedded_count = 0;

#else
/* An empty translation unit is not C. */
typedef int data_embedded_elsewhere;
#endif
