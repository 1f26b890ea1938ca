/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The EVTX reader over public sample logs, where they are: records of each file that is a known
 * edge case, the sum of the others; every record's XML is well-formed and its JSON is JSON without
 * a repeated key.
 */
#include "base/os.h"
#include "format/evtx/evtx.h"
#include "test.h"

#define DEPTH 64 /* elements or objects inside each other; real ones stay below 20 */

struct totals {
	struct evtx_decoder *decoder;
	struct buf text;
	unsigned files, records, errors;
};

/* ---- XML ---- */

/* A name up to a blank, `/` or `>`. */
static struct view xml_name(const char *p)
{
	return (struct view){(const uint8_t *)p, strcspn(p, " />")};
}

static bool xml_entity_ok(const char *p)
{
	static const char *const names[] = {"&amp;", "&lt;", "&gt;", "&quot;", "&apos;"};

	for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++) {
		if (!strncmp(p, names[i], strlen(names[i])))
			return true;
	}
	return p[1] == '#' && p[2 + strspn(p + 2, "0123456789")] == ';';
}

/* The end of a tag that starts at `p`, behind its `>`; NULL when it is not well-formed. */
static const char *xml_tag_end(const char *p)
{
	p += 1 + xml_name(p + 1).n;
	while (*p == ' ') {
		p += 1 + strcspn(p + 1, "= />");
		if (p[0] != '=' || p[1] != '\'')
			return NULL;
		for (p += 2; *p && *p != '\''; p++) {
			if (*p == '<' || (*p == '&' && !xml_entity_ok(p)))
				return NULL;
		}
		if (*p++ != '\'')
			return NULL;
	}
	if (*p == '/')
		p++;
	return *p == '>' ? p + 1 : NULL;
}

/* Tags match, attributes are quoted, nothing is unescaped. */
static bool xml_ok(const char *p)
{
	struct view open[DEPTH];
	unsigned depth = 0;

	while (*p) {
		const char *end;

		if ((unsigned char)*p < 0x20 && *p != '\t' && *p != '\n' && *p != '\r')
			return false;
		if (*p == '&' && !xml_entity_ok(p))
			return false;
		if (!strncmp(p, "<![CDATA[", 9) || !strncmp(p, "<?", 2)) {
			end = strstr(p, p[1] == '?' ? "?>" : "]]>");
			if (!end)
				return false;
			p = end + (p[1] == '?' ? 2 : 3);
		} else if (!strncmp(p, "</", 2)) {
			const struct view name = xml_name(p + 2);

			if (!depth || !view_equal(open[--depth], name) || p[2 + name.n] != '>')
				return false;
			p += 2 + name.n + 1;
		} else if (*p == '<') {
			end = xml_tag_end(p);
			if (!end || !xml_name(p + 1).n)
				return false;
			if (end[-2] != '/') {
				if (depth == DEPTH)
					return false;
				open[depth++] = xml_name(p + 1);
			}
			p = end;
		} else if (!depth) {
			return false;
		} else {
			p++;
		}
	}
	return depth == 0;
}

/* ---- JSON ---- */

static const char *json_value(const char *p, unsigned depth);

/* Behind the closing quote of the string that starts at `p`. */
static const char *json_string(const char *p)
{
	if (*p++ != '"')
		return NULL;
	for (; *p != '"'; p++) {
		if ((unsigned char)*p < 0x20)
			return NULL;
		if (*p == '\\' && !*++p)
			return NULL;
	}
	return p + 1;
}

static const char *json_object(const char *p, unsigned depth)
{
	struct view keys[512];
	size_t count = 0;

	for (p++; p && *p != '}';) {
		const char *const key = p;

		p = json_string(p);
		if (!p || *p != ':' || count == 512)
			return NULL;
		keys[count] = (struct view){(const uint8_t *)key, (size_t)(p - key)};
		for (size_t i = 0; i < count; i++) {
			if (view_equal(keys[i], keys[count]))
				return NULL;
		}
		count++;
		p = json_value(p + 1, depth + 1);
		if (p && *p == ',')
			p++;
	}
	return p ? p + 1 : NULL;
}

static const char *json_value(const char *p, unsigned depth)
{
	static const char *const words[] = {"null", "true", "false"};

	if (depth > DEPTH)
		return NULL;
	if (*p == '"')
		return json_string(p);
	if (*p == '{')
		return json_object(p, depth);
	if (*p == '[') {
		for (p++; p && *p != ']';) {
			p = json_value(p, depth + 1);
			if (p && *p == ',')
				p++;
		}
		return p ? p + 1 : NULL;
	}
	for (size_t i = 0; i < 3; i++) {
		if (!strncmp(p, words[i], strlen(words[i])))
			return p + strlen(words[i]);
	}
	p += *p == '-';
	return *p >= '0' && *p <= '9' ? p + strspn(p, "0123456789") : NULL;
}

static bool utf8_ok(struct view text)
{
	while (text.n) {
		const struct view before = text;

		/* U+FFFD stands for a lone surrogate; then it is written out. */
		if (utf8_next(&text) == 0xfffd && before.n - text.n != 3)
			return false;
	}
	return true;
}

static void check_record(struct totals *t, const struct event *e)
{
	const char *end;

	buf_clear(&t->text);
	assert_ok(evtx_render_xml(t->decoder, e, &t->text));
	assert_true(utf8_ok((struct view){(const uint8_t *)t->text.p, t->text.n}));
	if (!xml_ok(buf_cstr(&t->text)))
		fail_msg("not well-formed: %s", buf_cstr(&t->text));
	buf_clear(&t->text);
	assert_ok(evtx_render_json(t->decoder, e, &t->text));
	assert_true(utf8_ok((struct view){(const uint8_t *)t->text.p, t->text.n}));
	end = json_value(buf_cstr(&t->text), 0);
	if (!end || *end)
		fail_msg("not JSON: %s", buf_cstr(&t->text));
}

static void check_file(struct totals *t, const char *path)
{
	static uint8_t chunk[EVTX_CHUNK_SIZE];
	struct evtx_chunk_info info;
	struct tocsin_error error;
	struct os_file *file;
	const struct event *e;
	enum tocsin_status status;
	uint32_t number = 0;
	struct evtx_loss id;
	size_t n;

	assert_ok(os_open(path, &file, &error));
	t->files++;
	for (uint64_t at = EVTX_HEADER_SIZE; at < os_size(file); at += EVTX_CHUNK_SIZE) {
		assert_ok(os_read_at(file, at, chunk, sizeof(chunk), &n, &error));
		if (evtx_chunk_open(t->decoder, (struct view){chunk, n}, at, number++, &info,
				    &error) != TOCSIN_OK) {
			t->errors++;
			continue;
		}
		while ((status = evtx_chunk_next(t->decoder, &e, &id, &error)) != TOCSIN_END) {
			if (status != TOCSIN_OK) {
				t->errors++;
				continue;
			}
			t->records++;
			check_record(t, e);
		}
	}
	os_close(file);
}

static void check_folder(struct totals *t, const char *path, unsigned depth)
{
	struct arena a = {0};
	struct tocsin_error error;
	struct os_entry *entries;
	size_t count;

	assert_true(depth < 16);
	assert_ok(os_list(&a, path, &entries, &count, &error));
	for (size_t i = 0; i < count; i++) {
		const size_t n = strlen(entries[i].name);
		char below[4096];

		snprintf(below, sizeof(below), "%s/%s", path, entries[i].name);
		if (entries[i].kind == OS_FOLDER)
			check_folder(t, below, depth + 1);
		else if (n > 5 && ascii_equal_nocase(entries[i].name + n - 5, ".evtx"))
			check_file(t, below);
	}
	arena_free(&a);
}

static struct totals start(void)
{
	struct totals t = {evtx_decoder_new(), {0}, 0, 0, 0};

	assert_non_null(t.decoder);
	return t;
}

static void end(struct totals *t)
{
	evtx_decoder_free(t->decoder);
	buf_free(&t->text);
}

static unsigned skipped;

static void test_edge_cases(void **state)
{
	/* Records that an independent reader finds too, or more: it leaves out what stands behind
	 * a template that is damaged. */
	static const struct {
		const char *name;
		unsigned records, errors;
	} files[] = {
		{"2-system-Microsoft-Windows-LiveId%4Operational.evtx", 399, 0},
		{"2-vss_0-Microsoft-Windows-RemoteDesktopServices-RdpCoreTS%4Operational.evtx",
		 1951, 26},
		{"2-vss_0-Microsoft-Windows-TerminalServices-RemoteConnectionManager"
		 "%4Operational.evtx",
		 1795, 1},
		{"2-vss_7-System.evtx", 1160, 0},
		{"Application_no_crc32.evtx", 17, 0},
		{"E_ShadowCopy6_windows_system32_winevt_logs_Microsoft-Windows-CAPI2"
		 "%4Operational.evtx",
		 459, 0},
		{"E_Windows_system32_winevt_logs_Microsoft-Windows-CAPI2%4Operational.evtx", 340,
		 0},
		{"E_Windows_system32_winevt_logs_Microsoft-Windows-Shell-Core%4Operational.evtx",
		 1146, 0},
		{"MSExchange_Management_wec.evtx", 1, 0},
		{"Microsoft-Windows-HelloForBusiness%4Operational.evtx", 6, 2},
		{"Microsoft-Windows-LanguagePackSetup%4Operational.evtx", 17, 2},
		{"Saved-Events.evtx", 4, 0},
		{"Security_short_selected.evtx", 7, 0},
		{"Security_with_size_t.evtx", 636, 0},
		{"issue_201.evtx", 1, 0},
		{"new-user-security.evtx", 4, 0},
		{"post-Security.evtx", 126, 1}, /* one is hidden by the size of another */
		{"sample-with-irregular-bool-values.evtx", 3028, 0},
		{"sample-with-zero-data-size-event.evtx", 450, 1},
		{"sample_with_a_bad_chunk_magic.evtx", 301, 91}, /* 83 without their template */
		{"security.evtx", 2261, 0},
		{"security_bad_string_cache.evtx", 2261, 0},
		{"sysmon.evtx", 358, 8},
		{"system.evtx", 1881, 0},
	};
	char folder[4096], path[8192];

	(void)state;
	if (!test_samples(folder, "evtx-edge-cases")) {
		test_skipped(24, "edge cases of event logs: no samples");
		skipped++;
		skip();
	}
	for (size_t i = 0; i < sizeof(files) / sizeof(files[0]); i++) {
		struct totals t = start();

		snprintf(path, sizeof(path), "%s/%s", folder, files[i].name);
		check_file(&t, path);
		if (t.records != files[i].records || t.errors != files[i].errors)
			fail_msg("%s: %u records, %u errors; expected %u, %u", files[i].name,
				 t.records, t.errors, files[i].records, files[i].errors);
		end(&t);
	}
}

static void expect_archive(const char *archive, unsigned files, unsigned records)
{
	struct totals t;
	char folder[4096];

	if (!test_samples(folder, archive)) {
		test_skipped(files, "sample logs: not there");
		skipped++;
		skip();
	}
	t = start();
	check_folder(&t, folder, 0);
	assert_int_equal(t.files, files);
	assert_int_equal(t.records, records);
	assert_int_equal(t.errors, 0);
	end(&t);
}

static void test_attack_samples(void **state)
{
	(void)state;
	expect_archive("evtx-attack-samples", 277, 8255);
}

static void test_sigma_samples(void **state)
{
	(void)state;
	expect_archive("sigma", 53, 63);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_edge_cases),
		cmocka_unit_test(test_attack_samples),
		cmocka_unit_test(test_sigma_samples),
	};
	const int failed = cmocka_run_group_tests(tests, NULL, NULL);

	return !failed && skipped == sizeof(tests) / sizeof(tests[0]) ? TEST_SKIPPED : failed;
}
