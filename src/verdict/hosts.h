/* SPDX-License-Identifier: Apache-2.0 */
/* Which segments and marks belong to one machine. */
#ifndef TOCSIN_VERDICT_HOSTS_H
#define TOCSIN_VERDICT_HOSTS_H

#include "verdict/collect.h"

struct host_group {
	const char *name;
	const char **names;        /* every Computer name: current ones first, then newest first */
	size_t name_count;         /* at least 1; the only one may be "" */
	size_t current_count;      /* of them, those that a log of it ends with */
	struct segment **segments; /* in evidence order */
	size_t segment_count;
	const struct mark **marks; /* of its segments, in evidence order */
	size_t mark_count;
	size_t *given; /* which of options->builds are for it */
	size_t given_count;
	size_t order; /* in the evidence */
};

/*
 * Groups segments by machine. A log that is not a collector's belongs to one machine, which is
 * known by the name that the log ends with; its earlier names are that machine's names over time.
 * Logs that end with an earlier name of one machine alone are its logs as well. A short name
 * belongs to the FQDN that starts with it, if there is one only. An empty name joins nothing. A
 * HOST of options->builds that no evidence names is a group without segments. Sorted by name.
 */
TOCSIN_MUST_USE enum tocsin_status hosts_group(struct arena *a, const struct collection *c,
					       const struct check_options *options,
					       struct host_group **ret_hosts, size_t *ret_count);

/* Length of HOST in "HOST=BUILD"; 0 when there is no '='. */
size_t given_host(const char *given);

#endif
