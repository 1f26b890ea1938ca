/* SPDX-License-Identifier: Apache-2.0 */
/* Names of BinXML: which ones mean something, and how they are written. */
#include "test.h"

#include "format/evtx/binxml.h"

static const char *const known[] = {
	"Event",           "System",      "Provider",   "EventID",       "Version",
	"Level",           "Task",        "Opcode",     "Keywords",      "TimeCreated",
	"EventRecordID",   "Correlation", "Execution",  "Channel",       "Computer",
	"Security",        "EventData",   "UserData",   "RenderingInfo", "Data",
	"ComplexData",     "Binary",      "Message",    "Name",          "Guid",
	"EventSourceName", "Qualifiers",  "SystemTime", "ActivityID",    "RelatedActivityID",
	"ProcessID",       "ThreadID",    "UserID",
};

#define KNOWN (sizeof(known) / sizeof(known[0]))

static enum atom atom_of(const uint16_t *units, size_t n)
{
	uint8_t *const bytes = malloc(2 * n + !n);
	enum atom atom;

	assert_non_null(bytes);
	for (size_t i = 0; i < n; i++)
		put16(bytes + 2 * i, units[i]);
	atom = binxml_atom((struct view){bytes, 2 * n});
	free(bytes);
	return atom;
}

/* Each of them is its own, and with any unit changed, added or left out it is no other's. */
static void known_names(void **state)
{
	bool met[ATOM_COUNT] = {false};

	(void)state;
	assert_int_equal(KNOWN, ATOM_COUNT - 1);
	assert_int_equal(atom_of(NULL, 0), ATOM_OTHER);
	for (size_t i = 0; i < KNOWN; i++) {
		const size_t n = strlen(known[i]);
		uint16_t units[24] = {0};
		enum atom atom;

		for (size_t k = 0; k < n; k++)
			units[k] = (uint8_t)known[i][k];
		atom = atom_of(units, n);
		assert_int_not_equal(atom, ATOM_OTHER);
		assert_false(met[atom]);
		met[atom] = true;
		assert_int_equal(atom_of(units, n + 1), ATOM_OTHER);
		assert_int_equal(atom_of(units, 24), ATOM_OTHER);
		assert_int_equal(atom_of(units, n - 1), ATOM_OTHER);
		for (size_t k = 0; k < n; k++) {
			units[k] ^= 0x20;
			assert_int_equal(atom_of(units, n), ATOM_OTHER);
			units[k] ^= 0x120;
			assert_int_equal(atom_of(units, n), ATOM_OTHER);
			units[k] ^= 0x100;
		}
	}
}

static bool is_letter(unsigned c)
{
	return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c == '_';
}

static void written_names(void **state)
{
	static const uint16_t mixed[] = {0xe4, 0xd7, 0xd83d, 0xde00, 0xd83d, 'x', 0xde00, 0x4e00};
	static const char text[] = "\xc3\xa4___x_\xe4\xb8\x80";
	uint8_t bytes[sizeof(mixed)];
	char out[3 * sizeof(mixed)];

	(void)state;
	for (unsigned c = 0; c < 0x80; c++) {
		const bool other = (c >= '0' && c <= '9') || c == '-' || c == '.';
		const uint8_t pair[4] = {(uint8_t)c, 0, (uint8_t)c, 0};

		assert_int_equal(binxml_name_put(out, (struct view){pair, 4}), 2);
		assert_int_equal(out[0], is_letter(c) ? (char)c : '_');
		assert_int_equal(out[1], is_letter(c) || other ? (char)c : '_');
	}
	for (size_t i = 0; i < sizeof(mixed) / sizeof(mixed[0]); i++)
		put16(bytes + 2 * i, mixed[i]);
	assert_int_equal(binxml_name_put(out, (struct view){bytes, sizeof(bytes)}),
			 sizeof(text) - 1);
	assert_memory_equal(out, text, sizeof(text) - 1);
}

static void expect_written(const char *name, const char *expected)
{
	uint8_t utf16[64];
	char out[3 * sizeof(utf16)];
	const size_t n = strlen(name);
	size_t written;

	for (size_t i = 0; i < n; i++)
		put16(utf16 + 2 * i, (uint8_t)name[i]);
	written = binxml_name_put(out, (struct view){utf16, 2 * n});
	assert_int_equal(written, strlen(expected));
	assert_memory_equal(out, expected, written);
}

/* One colon, in between; letters that parsers of the fourth edition refuse are none. */
static void prefixes(void **state)
{
	static const uint8_t late[] = {'C', 0, 0x72, 0x0e, 'l', 0, 0x69, 0x31, 0x32, 0x0e};
	char out[3 * sizeof(late)];

	(void)state;
	expect_written("auto-ns3:Channel", "auto-ns3:Channel");
	expect_written(":a", "_a");
	expect_written("a:", "a_");
	expect_written("a:b:c", "a:b_c");
	expect_written("a::b", "a__b");
	expect_written("a:1", "a_1");
	expect_written("", "_");
	assert_int_equal(binxml_name_put(out, (struct view){late, sizeof(late)}), 7);
	assert_memory_equal(out, "C_l_\xe0\xb8\xb2", 7);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(known_names),
		cmocka_unit_test(written_names),
		cmocka_unit_test(prefixes),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
