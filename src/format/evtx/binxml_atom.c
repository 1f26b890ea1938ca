/* SPDX-License-Identifier: Apache-2.0 */
/* Known element and attribute names of Event XML (win32 "Event Schema"). Names are case-sensitive
 * in XML. */
#include "format/evtx/binxml.h"

static const char *const atom_names[ATOM_COUNT] = {
	[ATOM_EVENT] = "Event",
	[ATOM_SYSTEM] = "System",
	[ATOM_PROVIDER] = "Provider",
	[ATOM_EVENT_ID] = "EventID",
	[ATOM_VERSION] = "Version",
	[ATOM_LEVEL] = "Level",
	[ATOM_TASK] = "Task",
	[ATOM_OPCODE] = "Opcode",
	[ATOM_KEYWORDS] = "Keywords",
	[ATOM_TIME_CREATED] = "TimeCreated",
	[ATOM_EVENT_RECORD_ID] = "EventRecordID",
	[ATOM_CORRELATION] = "Correlation",
	[ATOM_EXECUTION] = "Execution",
	[ATOM_CHANNEL] = "Channel",
	[ATOM_COMPUTER] = "Computer",
	[ATOM_SECURITY] = "Security",
	[ATOM_EVENT_DATA] = "EventData",
	[ATOM_USER_DATA] = "UserData",
	[ATOM_RENDERING_INFO] = "RenderingInfo",
	[ATOM_DATA] = "Data",
	[ATOM_COMPLEX_DATA] = "ComplexData",
	[ATOM_BINARY] = "Binary",
	[ATOM_MESSAGE] = "Message",
	[ATOM_NAME] = "Name",
	[ATOM_GUID] = "Guid",
	[ATOM_EVENT_SOURCE_NAME] = "EventSourceName",
	[ATOM_QUALIFIERS] = "Qualifiers",
	[ATOM_SYSTEM_TIME] = "SystemTime",
	[ATOM_ACTIVITY_ID] = "ActivityID",
	[ATOM_RELATED_ACTIVITY_ID] = "RelatedActivityID",
	[ATOM_PROCESS_ID] = "ProcessID",
	[ATOM_THREAD_ID] = "ThreadID",
	[ATOM_USER_ID] = "UserID",
};

enum atom binxml_atom(struct view utf16)
{
	char ascii[24];
	const size_t n = utf16.n / 2;

	if (n == 0 || n >= sizeof(ascii))
		return ATOM_OTHER;
	for (size_t i = 0; i < n; i++) {
		if (utf16.p[2 * i + 1])
			return ATOM_OTHER;
		ascii[i] = (char)utf16.p[2 * i];
	}
	ascii[n] = 0;
	for (int a = ATOM_OTHER + 1; a < ATOM_COUNT; a++) {
		if (atom_names[a][0] == ascii[0] && !strcmp(atom_names[a], ascii))
			return (enum atom)a;
	}
	return ATOM_OTHER;
}
