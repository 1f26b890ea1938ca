/* SPDX-License-Identifier: Apache-2.0 */
/* What `tocsin advisory` answers: what a document says, and what is built in. */
#ifndef TOCSIN_OUTPUT_ADVISORY_REPORT_H
#define TOCSIN_OUTPUT_ADVISORY_REPORT_H

#include "advisory/advisory.h"
#include "advisory/pack.h"
#include "base/buf.h"
#include "output/json.h"

/* Whether tocsin can run a code block. */
struct advisory_run {
	bool tried; /* it is a command of a language that tocsin interprets */
	bool ok;
	struct tocsin_error error; /* tried and not ok: what is not understood, and where */
};

/* For people. `runs` has one entry for each code block. */
void advisory_report_text(struct buf *out, const struct advisory *a,
			  const struct advisory_run *runs, bool color);
void pack_report_text(struct buf *out, const struct pack *p, bool color);

/* One line each: number, date, title, CVEs. False without memory. */
TOCSIN_MUST_USE bool pack_report_list(struct buf *out, struct pack *const packs[], size_t count,
				      unsigned width, bool color);

/*
 * Schema `tocsin.advisory/1`: {"schema", "advisories": [...]}. advisory_report_begin() opens it,
 * advisory_report_end() closes it; between them one call for each advisory.
 */
void advisory_report_begin(struct json *j, struct buf *out);
void advisory_report_json(struct json *j, const struct advisory *a,
			  const struct advisory_run *runs);
void pack_report_json(struct json *j, const struct pack *p);
void advisory_report_end(struct json *j);

#endif
