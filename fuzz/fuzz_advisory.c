/* SPDX-License-Identifier: Apache-2.0 */
/* Any text as an advisory document: parsed, made a pack, and written for people and as JSON. */
#include <stdlib.h>

#include "advisory/advisory.h"
#include "advisory/pack.h"
#include "output/advisory_report.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct advisory *a = NULL;
	struct pack *p = NULL;
	struct advisory_run *runs;
	struct tocsin_error error;
	struct buf out = {0};
	struct json j;

	if (advisory_parse((struct view){data, size}, &a, &error) != TOCSIN_OK)
		return 0;
	runs = calloc(a->code_count + 1, sizeof(*runs));
	if (runs) {
		advisory_report_text(&out, a, runs, false);
		buf_clear(&out);
		advisory_report_begin(&j, &out);
		advisory_report_json(&j, a, runs);
		if (pack_from_advisory(a, NULL, "fuzz", &p, &error) == TOCSIN_OK)
			pack_report_json(&j, p);
		advisory_report_end(&j);
	}
	pack_free(p);
	buf_free(&out);
	free(runs);
	advisory_free(a);
	return 0;
}
