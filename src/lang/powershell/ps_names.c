/* SPDX-License-Identifier: Apache-2.0 */
#include "lang/powershell/ps_names.h"

#include "base/text.h"
#include "base/utf.h"

#define FIELD(f)                                                                                   \
	{                                                                                          \
		.kind = OPERAND_FIELD, .as = {.field = (f) }                                       \
	}
#define PROPERTY(f)                                                                                \
	{                                                                                          \
		.kind = OPERAND_PROPERTY, .as = {.property = (f) }                                 \
	}
#define KIND(k)                                                                                    \
	{                                                                                          \
		.kind = (k), .as = {.index = 0 }                                                   \
	}

static const struct ps_property entry[] = {
	{"EventID", PS_TYPE_NUMBER, FIELD(EVENT_ID)},
	{"MachineName", PS_TYPE_TEXT, FIELD(EVENT_COMPUTER)},
	{"Data", PS_TYPE_NOT_HELD, KIND(OPERAND_ABSENT)},
	{"Index", PS_TYPE_NUMBER, PROPERTY(PROPERTY_INDEX)},
	{"Category", PS_TYPE_TEXT, PROPERTY(PROPERTY_CATEGORY)},
	{"CategoryNumber", PS_TYPE_NUMBER, FIELD(EVENT_TASK)},
	{"EntryType", PS_TYPE_ENTRY_TYPE, PROPERTY(PROPERTY_ENTRY_TYPE)},
	{"Message", PS_TYPE_TEXT, KIND(OPERAND_MESSAGE)},
	{"Source", PS_TYPE_TEXT, PROPERTY(PROPERTY_SOURCE)},
	{"ReplacementStrings", PS_TYPE_LIST, KIND(OPERAND_STRINGS)},
	{"InstanceId", PS_TYPE_NUMBER, PROPERTY(PROPERTY_INSTANCE_ID)},
	{"TimeGenerated", PS_TYPE_TIME, PROPERTY(PROPERTY_TIME_GENERATED)},
	{"TimeWritten", PS_TYPE_TIME, PROPERTY(PROPERTY_TIME_GENERATED)},
	{"UserName", PS_TYPE_TEXT, PROPERTY(PROPERTY_USER_NAME)},
	{"Site", PS_TYPE_NULL, KIND(OPERAND_ABSENT)},
	{"Container", PS_TYPE_NULL, KIND(OPERAND_ABSENT)},
};

static const struct ps_property record[] = {
	{"Message", PS_TYPE_TEXT, KIND(OPERAND_MESSAGE)},
	{"Id", PS_TYPE_NUMBER, FIELD(EVENT_ID)},
	{"Version", PS_TYPE_NUMBER, FIELD(EVENT_VERSION)},
	{"Qualifiers", PS_TYPE_NUMBER, FIELD(EVENT_QUALIFIERS)},
	{"Level", PS_TYPE_NUMBER, FIELD(EVENT_LEVEL)},
	{"Task", PS_TYPE_NUMBER, FIELD(EVENT_TASK)},
	{"Opcode", PS_TYPE_NUMBER, FIELD(EVENT_OPCODE)},
	{"Keywords", PS_TYPE_NUMBER, PROPERTY(PROPERTY_KEYWORDS)},
	{"RecordId", PS_TYPE_NUMBER, PROPERTY(PROPERTY_RECORD_ID)},
	{"ProviderName", PS_TYPE_TEXT, FIELD(EVENT_PROVIDER)},
	{"ProviderId", PS_TYPE_GUID, PROPERTY(PROPERTY_PROVIDER_ID)},
	{"LogName", PS_TYPE_TEXT, FIELD(EVENT_CHANNEL)},
	{"ProcessId", PS_TYPE_NUMBER, FIELD(EVENT_PROCESS_ID)},
	{"ThreadId", PS_TYPE_NUMBER, FIELD(EVENT_THREAD_ID)},
	{"MachineName", PS_TYPE_TEXT, FIELD(EVENT_COMPUTER)},
	{"UserId", PS_TYPE_TEXT, PROPERTY(PROPERTY_USER_SID)},
	{"TimeCreated", PS_TYPE_TIME, PROPERTY(PROPERTY_TIME)},
	{"ActivityId", PS_TYPE_GUID, PROPERTY(PROPERTY_ACTIVITY_ID)},
	{"RelatedActivityId", PS_TYPE_GUID, PROPERTY(PROPERTY_RELATED_ACTIVITY_ID)},
	{"ContainerLog", PS_TYPE_NOT_HELD, KIND(OPERAND_ABSENT)},
	{"MatchedQueryIds", PS_TYPE_NOT_HELD, KIND(OPERAND_ABSENT)},
	{"Bookmark", PS_TYPE_NOT_HELD, KIND(OPERAND_ABSENT)},
	{"LevelDisplayName", PS_TYPE_TEXT, PROPERTY(PROPERTY_LEVEL_NAME)},
	{"OpcodeDisplayName", PS_TYPE_TEXT, PROPERTY(PROPERTY_OPCODE_NAME)},
	{"TaskDisplayName", PS_TYPE_TEXT, PROPERTY(PROPERTY_TASK_NAME)},
	{"KeywordsDisplayNames", PS_TYPE_NOT_HELD, KIND(OPERAND_ABSENT)},
	{"Properties", PS_TYPE_DATA, KIND(OPERAND_DATA_LIST)},
};

const struct ps_property *ps_property_at(enum query_object object, size_t i)
{
	if (object == QUERY_EVENT_LOG_ENTRY)
		return i < sizeof(entry) / sizeof(entry[0]) ? &entry[i] : NULL;
	return i < sizeof(record) / sizeof(record[0]) ? &record[i] : NULL;
}

const struct ps_property *ps_property_find(enum query_object object, const char *name)
{
	const struct ps_property *p;

	for (size_t i = 0; (p = ps_property_at(object, i)); i++)
		if (ascii_equal_nocase(p->name, name))
			return p;
	return NULL;
}

/* The other object's names, and names that people expect. */
static const struct {
	const char *name, *entry, *record;
} meant[] = {
	{"Id", "EventID", NULL},
	{"EventID", NULL, "Id"},
	{"InstanceId", NULL, "Id"},
	{"ProviderName", "Source", NULL},
	{"Provider", "Source", "ProviderName"},
	{"Source", NULL, "ProviderName"},
	{"LevelDisplayName", "EntryType", NULL},
	{"Level", "EntryType", NULL},
	{"EntryType", NULL, "LevelDisplayName"},
	{"TimeCreated", "TimeGenerated", NULL},
	{"Time", "TimeGenerated", "TimeCreated"},
	{"TimeGenerated", NULL, "TimeCreated"},
	{"TimeWritten", NULL, "TimeCreated"},
	{"RecordId", "Index", NULL},
	{"Index", NULL, "RecordId"},
	{"Properties", "ReplacementStrings", NULL},
	{"ReplacementStrings", NULL, "Properties"},
	{"Computer", "MachineName", "MachineName"},
	{"ComputerName", "MachineName", "MachineName"},
	{"UserId", "UserName", NULL},
	{"UserName", NULL, "UserId"},
	{"User", "UserName", "UserId"},
	{"Channel", NULL, "LogName"},
	{"Log", NULL, "LogName"},
	{"Task", "CategoryNumber", NULL},
	{"TaskDisplayName", "Category", NULL},
	{"Category", NULL, "TaskDisplayName"},
	{"CategoryNumber", NULL, "Task"},
};

const char *ps_property_meant(enum query_object object, const char *name)
{
	const struct ps_property *p;
	const char *best = NULL;
	size_t distance = 3;

	for (size_t i = 0; i < sizeof(meant) / sizeof(meant[0]); i++)
		if (ascii_equal_nocase(meant[i].name, name))
			return object == QUERY_EVENT_LOG_ENTRY ? meant[i].entry : meant[i].record;
	for (size_t i = 0; (p = ps_property_at(object, i)); i++) {
		const size_t d = text_distance(p->name, name);

		if (d < distance) {
			distance = d;
			best = p->name;
		}
	}
	return best;
}

const struct ps_parameter ps_common_parameters[] = {
	{"Verbose", "vb", true, -1},
	{"Debug", "db", true, -1},
	{"ErrorAction", "ea", false, -1},
	{"WarningAction", "wa", false, -1},
	{"InformationAction", "infa", false, -1},
	{"ErrorVariable", "ev", false, -1},
	{"WarningVariable", "wv", false, -1},
	{"InformationVariable", "iv", false, -1},
	{"OutVariable", "ov", false, -1},
	{"OutBuffer", "ob", false, -1},
	{"PipelineVariable", "pv", false, -1},
};

const size_t ps_common_parameter_count =
	sizeof(ps_common_parameters) / sizeof(ps_common_parameters[0]);
