/* SPDX-License-Identifier: Apache-2.0 */
/* Which segments and marks belong to one machine. */
#ifndef TOCSIN_VERDICT_HOSTS_H
#define TOCSIN_VERDICT_HOSTS_H

#include "verdict/collect.h"

struct host_group {
	const char *name;
	const char **names; /* every Computer name, newest first */
	size_t name_count;
	struct segment **segments; /* in evidence order */
	size_t segment_count;
	const struct mark **marks; /* of its segments, in evidence order */
	size_t mark_count;
};

/*
 * Groups segments by machine. A log that is not a collector's belongs to one machine: its Computer
 * names are that machine's names over time. A short name belongs to the FQDN that starts with it,
 * if there is one only. A HOST of options->builds that no evidence names is a group without
 * segments. Sorted by name.
 */
TOCSIN_MUST_USE enum tocsin_status hosts_group(struct arena *a, const struct collection *c,
					       const struct check_options *options,
					       struct host_group **ret_hosts, size_t *ret_count);

/* Whether `name` is one of the group's, as FQDN or short name. */
bool host_is_named(const struct host_group *h, const char *name);

/* Length of HOST in "HOST=BUILD"; 0 when there is no '='. */
size_t given_host(const char *given);

#endif
