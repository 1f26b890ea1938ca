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

/* Name characters of XML 1.0: ASCII's in a bit for each. */
static bool is_name_ascii(unsigned c, bool first)
{
	static const uint64_t letters[2] = {0x400000000000000, 0x7fffffe87fffffe}; /* and _ : */
	static const uint64_t others[2] = {0x3ff600000000000, 0};                  /* digits - . */

	return (letters[c >> 6] | (first ? 0 : others[c >> 6])) >> (c & 63) & 1;
}

/*
 * The rest: letters, and what may follow one, that are name characters both in the fourth edition
 * (appendix B), which many parsers still go by, and in the fifth (chapter 2.3). Ranges of less than
 * eight are left out but in scripts that Windows has a language for.
 */
static bool is_name_char(uint32_t cp, bool first)
{
	static const struct {
		uint16_t first, last;
		bool start;
	} ranges[] = {
		{0xb7, 0xb7, false},     {0xc0, 0xd6, true},     {0xd8, 0xf6, true},
		{0xf8, 0x131, true},     {0x134, 0x13e, true},   {0x141, 0x148, true},
		{0x14a, 0x17e, true},    {0x180, 0x1c3, true},   {0x1cd, 0x1f0, true},
		{0x1fa, 0x217, true},    {0x250, 0x2a8, true},   {0x300, 0x345, false},
		{0x386, 0x386, true},    {0x388, 0x38a, true},   {0x38c, 0x38c, true},
		{0x38e, 0x3a1, true},    {0x3a3, 0x3ce, true},   {0x3e2, 0x3f3, true},
		{0x401, 0x40c, true},    {0x40e, 0x44f, true},   {0x451, 0x45c, true},
		{0x45e, 0x481, true},    {0x490, 0x4c4, true},   {0x4d0, 0x4eb, true},
		{0x4ee, 0x4f5, true},    {0x531, 0x556, true},   {0x561, 0x586, true},
		{0x591, 0x5a1, false},   {0x5a3, 0x5b9, false},  {0x5d0, 0x5ea, true},
		{0x621, 0x63a, true},    {0x641, 0x64a, true},   {0x64b, 0x652, false},
		{0x660, 0x669, false},   {0x671, 0x6b7, true},   {0x6c0, 0x6ce, true},
		{0x6d6, 0x6e4, false},   {0x6f0, 0x6f9, false},  {0x905, 0x939, true},
		{0x93e, 0x94d, false},   {0x958, 0x961, true},   {0x966, 0x96f, false},
		{0x985, 0x98c, true},    {0x993, 0x9a8, true},   {0x9e6, 0x9ef, false},
		{0xa13, 0xa28, true},    {0xa66, 0xa71, false},  {0xa93, 0xaa8, true},
		{0xabe, 0xac5, false},   {0xae6, 0xaef, false},  {0xb05, 0xb0c, true},
		{0xb13, 0xb28, true},    {0xb66, 0xb6f, false},  {0xbae, 0xbb5, true},
		{0xbe7, 0xbef, false},   {0xc05, 0xc0c, true},   {0xc12, 0xc28, true},
		{0xc2a, 0xc33, true},    {0xc66, 0xc6f, false},  {0xc85, 0xc8c, true},
		{0xc92, 0xca8, true},    {0xcaa, 0xcb3, true},   {0xce6, 0xcef, false},
		{0xd05, 0xd0c, true},    {0xd12, 0xd28, true},   {0xd2a, 0xd39, true},
		{0xd66, 0xd6f, false},   {0xe01, 0xe2e, true},   {0xe30, 0xe30, true},
		{0xe32, 0xe33, true},    {0xe40, 0xe45, true},   {0xe46, 0xe4e, false},
		{0xe50, 0xe59, false},   {0xed0, 0xed9, false},  {0xf20, 0xf29, false},
		{0xf40, 0xf47, true},    {0xf49, 0xf69, true},   {0xf71, 0xf84, false},
		{0xf99, 0xfad, false},   {0x10a0, 0x10c5, true}, {0x10d0, 0x10f6, true},
		{0x1e00, 0x1e9b, true},  {0x1ea0, 0x1ef9, true}, {0x1f00, 0x1f15, true},
		{0x1f20, 0x1f45, true},  {0x1f50, 0x1f57, true}, {0x1f5f, 0x1f7d, true},
		{0x1f80, 0x1fb4, true},  {0x1fe0, 0x1fec, true}, {0x20d0, 0x20dc, false},
		{0x3005, 0x3005, false}, {0x3007, 0x3007, true}, {0x3021, 0x3029, true},
		{0x3041, 0x3094, true},  {0x30a1, 0x30fa, true}, {0x30fc, 0x30fe, false},
		{0x3105, 0x312c, true},  {0x4e00, 0x9fa5, true}, {0xac00, 0xd7a3, true},
	};
	size_t low = 0, high = sizeof(ranges) / sizeof(ranges[0]);

	while (low < high) {
		const size_t middle = low + (high - low) / 2;

		if (cp > ranges[middle].last)
			low = middle + 1;
		else
			high = middle;
	}
	return low < sizeof(ranges) / sizeof(ranges[0]) && cp >= ranges[low].first &&
	       (ranges[low].start || !first);
}

/* Whether the first colon of a name, before `rest`, parts a prefix from it: what follows has to be
 * able to start a name. */
static bool is_prefix_end(struct view rest)
{
	const uint16_t next = rest.n < 2 ? 0 : le16(rest.p);

	return next < 0x80 && next != ':' && is_name_ascii(next, true);
}

size_t binxml_name_put(char *out, struct view utf16)
{
	const size_t units = utf16.n / 2;
	bool colon = false;
	size_t n = 0;

	if (!units)
		out[n++] = '_'; /* no XML name is empty */
	for (size_t i = 0; i < units; i++) {
		const uint16_t unit = le16(utf16.p + 2 * i);
		uint32_t cp = unit;
		uint16_t next;

		if (unit < 0x80) {
			out[n] = is_name_ascii(unit, n == 0) ? (char)unit : '_';
			if (unit == ':') {
				/* Namespaces allow one, in between. */
				if (colon || !n || !is_prefix_end(view_slice(utf16, 2 * i + 2, 2)))
					out[n] = '_';
				colon = true;
			}
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
