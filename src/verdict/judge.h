/* SPDX-License-Identifier: Apache-2.0 */
/* One host's verdict for one advisory. */
#ifndef TOCSIN_VERDICT_JUDGE_H
#define TOCSIN_VERDICT_JUDGE_H

#include "verdict/hosts.h"

/*
 * Fills options->packs[pack_index]'s verdict for the host, whose builds and coverage are there
 * already. `compiled` are the pack's detections.
 */
TOCSIN_MUST_USE enum tocsin_status
judge_host(struct arena *a, const struct collection *c, const struct host_group *group,
	   const struct check_options *options, size_t pack_index,
	   const struct compiled_detection *compiled, const struct check_host *host,
	   struct check_verdict *verdict);

#endif
