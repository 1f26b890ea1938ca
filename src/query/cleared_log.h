/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Records that tell of a cleared log: event 104 of Microsoft-Windows-Eventlog names it, 1102 is the
 * Security log's own.
 */
#ifndef TOCSIN_QUERY_CLEARED_LOG_H
#define TOCSIN_QUERY_CLEARED_LOG_H

#include "format/event.h"

/* Values are null where the record lacks them. */
struct cleared_log {
	bool security;                  /* 1102: it is the Security log, whatever it says */
	struct value channel;           /* 104: the log's name */
	struct value domain, user, sid; /* who cleared it */
};

/* False: the event tells of none. */
bool cleared_log(const struct event *e, struct cleared_log *ret);

#endif
