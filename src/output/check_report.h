/* SPDX-License-Identifier: Apache-2.0 */
/* The result of a check for people, and as JSON (schema tocsin.check/1). Decides nothing. */
#ifndef TOCSIN_OUTPUT_CHECK_REPORT_H
#define TOCSIN_OUTPUT_CHECK_REPORT_H

#include "verdict/verdict.h"

struct check_report {
	const struct check_result *result;
	const struct check_options *options;
	const struct evidence *evidence;
};

/* The answer first, then the reason, then the proof, then what to do. `width` 0: nothing is cut. */
void check_report_text(const struct check_report *r, unsigned width, bool color, struct buf *out);

void check_report_json(const struct check_report *r, struct buf *out);

#endif
