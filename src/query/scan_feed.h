/* SPDX-License-Identifier: Apache-2.0 */
/* The chunks of all sources of a scan, for the library of templates that they define. */
#ifndef TOCSIN_QUERY_SCAN_FEED_H
#define TOCSIN_QUERY_SCAN_FEED_H

#include "format/evtx/template_library.h"
#include "query/scan.h"

/* Must outlive the library. */
struct scan_feed {
	const struct evidence *evidence;
	const struct scan_options *options;
};

/* A library that reads the sources by itself when it is first asked, beside the workers; costs
 * nothing before. NULL without memory. */
struct template_library *scan_feed_library(struct scan_feed *feed);

#endif
