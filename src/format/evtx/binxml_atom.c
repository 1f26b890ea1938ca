/* SPDX-License-Identifier: Apache-2.0 */
/* Known element and attribute names of Event XML (win32 "Event Schema"); names as text. Names are
 * case-sensitive in XML. */
#include "format/evtx/binxml.h"

/* By their length, which tells most names apart at once. */
#define LENGTH_MAX 17u
#define SAME_LENGTH 6u

static const struct {
	const char *name;
	enum atom atom;
} atoms[LENGTH_MAX + 1][SAME_LENGTH] = {
	[4] = {{"Task", ATOM_TASK}, {"Data", ATOM_DATA}, {"Name", ATOM_NAME}, {"Guid", ATOM_GUID}},
	[5] = {{"Event", ATOM_EVENT}, {"Level", ATOM_LEVEL}},
	[6] = {{"System", ATOM_SYSTEM},
	       {"Opcode", ATOM_OPCODE},
	       {"Binary", ATOM_BINARY},
	       {"UserID", ATOM_USER_ID}},
	[7] = {{"EventID", ATOM_EVENT_ID},
	       {"Version", ATOM_VERSION},
	       {"Channel", ATOM_CHANNEL},
	       {"Message", ATOM_MESSAGE}},
	[8] = {{"Provider", ATOM_PROVIDER},
	       {"Keywords", ATOM_KEYWORDS},
	       {"Computer", ATOM_COMPUTER},
	       {"Security", ATOM_SECURITY},
	       {"UserData", ATOM_USER_DATA},
	       {"ThreadID", ATOM_THREAD_ID}},
	[9] = {{"Execution", ATOM_EXECUTION},
	       {"EventData", ATOM_EVENT_DATA},
	       {"ProcessID", ATOM_PROCESS_ID}},
	[10] = {{"Qualifiers", ATOM_QUALIFIERS},
		{"SystemTime", ATOM_SYSTEM_TIME},
		{"ActivityID", ATOM_ACTIVITY_ID}},
	[11] = {{"TimeCreated", ATOM_TIME_CREATED},
		{"Correlation", ATOM_CORRELATION},
		{"ComplexData", ATOM_COMPLEX_DATA}},
	[13] = {{"EventRecordID", ATOM_EVENT_RECORD_ID}, {"RenderingInfo", ATOM_RENDERING_INFO}},
	[15] = {{"EventSourceName", ATOM_EVENT_SOURCE_NAME}},
	[17] = {{"RelatedActivityID", ATOM_RELATED_ACTIVITY_ID}},
};

enum atom binxml_atom(struct view utf16)
{
	char ascii[LENGTH_MAX];
	const size_t n = utf16.n / 2;

	if (n > LENGTH_MAX)
		return ATOM_OTHER;
	for (size_t i = 0; i < n; i++) {
		if (utf16.p[2 * i + 1])
			return ATOM_OTHER;
		ascii[i] = (char)utf16.p[2 * i];
	}
	for (size_t i = 0; i < SAME_LENGTH && atoms[n][i].name; i++) {
		if (atoms[n][i].name[0] == ascii[0] && !memcmp(atoms[n][i].name, ascii, n))
			return atoms[n][i].atom;
	}
	return ATOM_OTHER;
}

/* NameStartChar and NameChar of XML 1.0 (chapter 2.3): ASCII's in a bit for each. */
static bool is_name_ascii(unsigned c, bool first)
{
	static const uint64_t letters[2] = {0x400000000000000, 0x7fffffe87fffffe}; /* and _ : */
	static const uint64_t others[2] = {0x3ff600000000000, 0};                  /* digits - . */

	return (letters[c >> 6] | (first ? 0 : others[c >> 6])) >> (c & 63) & 1;
}

/* The rest of them. */
static bool is_name_char(uint32_t cp, bool first)
{
	static const struct {
		uint32_t first, last;
		bool start;
	} ranges[] = {
		{0xb7, 0xb7, false},    {0xc0, 0xd6, true},     {0xd8, 0xf6, true},
		{0xf8, 0x2ff, true},    {0x300, 0x36f, false},  {0x370, 0x37d, true},
		{0x37f, 0x1fff, true},  {0x200c, 0x200d, true}, {0x203f, 0x2040, false},
		{0x2070, 0x218f, true}, {0x2c00, 0x2fef, true}, {0x3001, 0xd7ff, true},
		{0xf900, 0xfdcf, true}, {0xfdf0, 0xfffd, true}, {0x10000, 0xeffff, true},
	};

	for (size_t i = 0; i < sizeof(ranges) / sizeof(ranges[0]); i++) {
		if (cp >= ranges[i].first && cp <= ranges[i].last)
			return ranges[i].start || !first;
	}
	return false;
}

size_t binxml_name_put(char *out, struct view utf16)
{
	const size_t units = utf16.n / 2;
	size_t n = 0;

	for (size_t i = 0; i < units; i++) {
		const uint16_t unit = le16(utf16.p + 2 * i);
		uint32_t cp = unit;
		uint16_t next;

		if (unit < 0x80) {
			out[n] = is_name_ascii(unit, n == 0) ? (char)unit : '_';
			n++;
			continue;
		}
		next = i + 1 < units ? le16(utf16.p + 2 * i + 2) : 0;
		if (unit >= 0xd800 && unit < 0xdc00 && next >= 0xdc00 && next < 0xe000) {
			cp = 0x10000 + ((uint32_t)(unit - 0xd800) << 10) +
			     (uint32_t)(next - 0xdc00);
			i++;
		}
		if (is_name_char(cp, n == 0))
			n += utf8_put(out + n, cp);
		else
			out[n++] = '_';
	}
	return n;
}

bool name_is_namespace(const struct binxml_name *attribute)
{
	const struct view name = attribute->utf8;

	return name.n >= 5 && memcmp(name.p, "xmlns", 5) == 0 && (name.n == 5 || name.p[5] == ':');
}

struct view binxml_entity(const struct binxml_name *name)
{
	static const struct {
		const char *name;
		uint8_t utf16[2];
	} entities[] = {{"amp", "&"}, {"lt", "<"}, {"gt", ">"}, {"quot", "\""}, {"apos", "'"}};

	for (size_t i = 0; i < sizeof(entities) / sizeof(entities[0]); i++) {
		if (view_equal(name->utf8, view_of(entities[i].name)))
			return (struct view){entities[i].utf16, 2};
	}
	return (struct view){NULL, 0};
}

enum event_field atom_system_field(enum atom element)
{
	switch (element) {
	case ATOM_EVENT_ID:
		return EVENT_ID;
	case ATOM_VERSION:
		return EVENT_VERSION;
	case ATOM_LEVEL:
		return EVENT_LEVEL;
	case ATOM_TASK:
		return EVENT_TASK;
	case ATOM_OPCODE:
		return EVENT_OPCODE;
	case ATOM_KEYWORDS:
		return EVENT_KEYWORDS;
	case ATOM_EVENT_RECORD_ID:
		return EVENT_RECORD_ID;
	case ATOM_CHANNEL:
		return EVENT_CHANNEL;
	case ATOM_COMPUTER:
		return EVENT_COMPUTER;
	default:
		return EVENT_FIELD_COUNT;
	}
}

enum event_field atom_attribute_field(enum atom element, enum atom attribute)
{
	static const struct {
		enum atom element, attribute;
		enum event_field field;
	} map[] = {
		{ATOM_PROVIDER, ATOM_NAME, EVENT_PROVIDER},
		{ATOM_PROVIDER, ATOM_GUID, EVENT_PROVIDER_GUID},
		{ATOM_PROVIDER, ATOM_EVENT_SOURCE_NAME, EVENT_SOURCE},
		{ATOM_EVENT_ID, ATOM_QUALIFIERS, EVENT_QUALIFIERS},
		{ATOM_TIME_CREATED, ATOM_SYSTEM_TIME, EVENT_TIME},
		{ATOM_CORRELATION, ATOM_ACTIVITY_ID, EVENT_ACTIVITY_ID},
		{ATOM_CORRELATION, ATOM_RELATED_ACTIVITY_ID, EVENT_RELATED_ACTIVITY_ID},
		{ATOM_EXECUTION, ATOM_PROCESS_ID, EVENT_PROCESS_ID},
		{ATOM_EXECUTION, ATOM_THREAD_ID, EVENT_THREAD_ID},
		{ATOM_SECURITY, ATOM_USER_ID, EVENT_USER_ID},
	};

	for (size_t i = 0; i < sizeof(map) / sizeof(map[0]); i++) {
		if (map[i].element == element && map[i].attribute == attribute)
			return map[i].field;
	}
	return EVENT_FIELD_COUNT;
}

enum event_field atom_rendering_field(enum atom element)
{
	switch (element) {
	case ATOM_MESSAGE:
		return EVENT_MESSAGE;
	case ATOM_LEVEL:
		return EVENT_LEVEL_NAME;
	case ATOM_TASK:
		return EVENT_TASK_NAME;
	case ATOM_OPCODE:
		return EVENT_OPCODE_NAME;
	default:
		return EVENT_FIELD_COUNT;
	}
}
