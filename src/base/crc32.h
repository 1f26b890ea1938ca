/* SPDX-License-Identifier: Apache-2.0 */
#ifndef TOCSIN_BASE_CRC32_H
#define TOCSIN_BASE_CRC32_H

#include "base/view.h"

/* CRC-32 (IEEE 802.3, reflected, as in zip and EVTX) of `v`, going on from `crc` (0 at the start).
 */
uint32_t crc32_update(uint32_t crc, struct view v);

#endif
