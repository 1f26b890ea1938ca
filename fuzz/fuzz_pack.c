/* SPDX-License-Identifier: Apache-2.0 */
/* Any text as a pack: parsed, and written for people and as JSON. */
#include "advisory/pack.h"
#include "output/advisory_report.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct pack *p = NULL;
	struct tocsin_error error;
	struct buf out = {0};
	struct json j;

	if (pack_parse((struct view){data, size}, "fuzz", &p, &error) != TOCSIN_OK)
		return 0;
	pack_report_text(&out, p, false);
	buf_clear(&out);
	advisory_report_begin(&j, &out);
	pack_report_json(&j, p);
	advisory_report_end(&j);
	pack_free(p);
	buf_free(&out);
	return 0;
}
