/* SPDX-License-Identifier: Apache-2.0 */
/* Builds of one host over time. */
#ifndef TOCSIN_VERDICT_TIMELINE_H
#define TOCSIN_VERDICT_TIMELINE_H

#include "verdict/hosts.h"

/*
 * The host's builds by time, changes only, from the marks of its segments and from those that
 * the user gave for it. Sets builds, build_count and newest of `host`.
 */
TOCSIN_MUST_USE enum tocsin_status timeline_make(struct arena *a, const struct host_group *group,
						 const struct check_options *options,
						 struct check_host *host,
						 struct tocsin_error *error);

/* Whether the host ran a build affected by one of the pack's CVEs. */
enum ran { RAN_UNKNOWN, RAN_AFFECTED, RAN_OTHER, RAN_NOT_SAID, RAN_NO_MEMORY };

/* What the build that an event holds says alone (*ret_build: that build); RAN_NOT_SAID when it
 * holds none. */
enum ran timeline_own(struct arena *a, const struct exposure_db *db, const struct pack *pack,
		      const char *own, struct build *ret_build);

/*
 * What ran at `time`: the build that the event itself holds (`own`, may be NULL), else the
 * timeline's newest one at or before it; where that does not tell, an affected one after it, as
 * builds only rise. *ret_build is what it was decided by (NULL: nothing).
 */
enum ran timeline_ran(struct arena *a, const struct exposure_db *db, const struct pack *pack,
		      const struct check_host *host, const char *own, uint64_t time,
		      const char **ret_build);

#endif
