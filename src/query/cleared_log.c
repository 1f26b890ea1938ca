/* SPDX-License-Identifier: Apache-2.0 */
#include "query/cleared_log.h"

#define CLEARED_LOG 104u       /* System, Microsoft-Windows-Eventlog: names the log */
#define CLEARED_SECURITY 1102u /* Security: the Security log itself */

bool cleared_log(const struct event *e, struct cleared_log *ret)
{
	const uint64_t id = event_number(e, EVENT_ID, UINT64_MAX);
	struct cleared_log c = {.security = id == CLEARED_SECURITY};
	const struct {
		const char *name;
		struct value *to;
	} fields[] = {
		{"Channel", &c.channel},
		{"SubjectDomainName", &c.domain},
		{"SubjectUserName", &c.user},
		{"SubjectUserSid", &c.sid},
	};

	if ((id != CLEARED_LOG && id != CLEARED_SECURITY) ||
	    !utf16_equal_ascii(e->field[EVENT_PROVIDER].bytes, "Microsoft-Windows-Eventlog"))
		return false;
	for (size_t i = 0; i < e->data_count; i++) {
		for (size_t k = 0; k < sizeof(fields) / sizeof(fields[0]); k++) {
			if (utf16_equal_ascii(e->data[i].name, fields[k].name))
				*fields[k].to = e->data[i].value;
		}
	}
	*ret = c;
	return true;
}
