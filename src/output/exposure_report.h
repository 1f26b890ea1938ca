/* SPDX-License-Identifier: Apache-2.0 */
/* What `tocsin exposure` answers: what each build is, and whether it is exposed. */
#ifndef TOCSIN_OUTPUT_EXPOSURE_REPORT_H
#define TOCSIN_OUTPUT_EXPOSURE_REPORT_H

#include "base/arena.h"
#include "base/buf.h"
#include "exposure/exposure.h"

struct exposure_line {
	struct cve_info cve; /* only the id where the CVE is not in the data */
	struct exposure exposure;
};

struct exposure_subject {
	const char *input; /* as the user wrote it */
	struct build build;
	enum precision precision;
	struct build_info info;
	const char *name; /* exposure_name() */
	struct exposure_line *lines;
	size_t line_count;
};

/* For people. False without memory. */
TOCSIN_MUST_USE bool exposure_report_table(struct buf *out, const struct exposure_subject *subjects,
					   size_t count, bool color);

/* Schema `tocsin.exposure/1`. */
void exposure_report_json(struct buf *out, const struct exposure_subject *subjects, size_t count);

#endif
