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
	return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c == '_' || c == ':';
}

static void written_names(void **state)
{
	static const uint16_t mixed[] = {0xe4, 0xd7, 0xd83d, 0xde00, 0xd83d, 'x', 0xde00, 0x4e00};
	static const char text[] = "\xc3\xa4_\xf0\x9f\x98\x80_x_\xe4\xb8\x80";
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

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(known_names),
		cmocka_unit_test(written_names),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
