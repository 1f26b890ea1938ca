/* SPDX-License-Identifier: Apache-2.0 */
/* What a host's logs span, and why a channel can't tell about the period that is asked for. */
#ifndef TOCSIN_VERDICT_COVERAGE_H
#define TOCSIN_VERDICT_COVERAGE_H

#include "verdict/hosts.h"

/* One entry a segment of the host, in evidence order. */
TOCSIN_MUST_USE enum tocsin_status coverage_make(struct arena *a, const struct collection *c,
						 const struct host_group *group,
						 struct check_host *host);

/*
 * Appends to `out` why `channel` of the host is insufficient for the period ("; " between reasons);
 * nothing when it is sufficient. *ret_from, *ret_to: what it covers inside the period (untouched
 * when nothing).
 */
TOCSIN_MUST_USE enum tocsin_status
coverage_doubts(struct arena *a, const struct collection *c, const struct host_group *group,
		const char *channel, const struct check_options *options, struct buf *out,
		uint64_t *ret_from, uint64_t *ret_to);

#endif
