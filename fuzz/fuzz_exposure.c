/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Builds as text, and the tables that they are judged by. An input that begins with a form feed
 * holds all tables (enum exposure_file), a form feed before each; any other is a text.
 */
#include <stdlib.h>

#include "exposure/exposure_db.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

/* Asks about one build as much as can be asked. */
static void ask(const struct exposure_db *db, const struct build *b, enum precision precision)
{
	struct arena arena = {0};
	struct buf name = {0};
	struct cve_info cve;
	struct exposure e;

	exposure_name(db, b, precision, &name);
	for (size_t i = 0; exposure_cve_at(db, i, &cve); i++)
		if (exposure_judge(db, cve.id, b, precision, &arena, &e) == TOCSIN_OK && !e.reason)
			abort();
	buf_free(&name);
	arena_free(&arena);
}

static void ask_text(const struct exposure_db *db, const uint8_t *data, size_t size)
{
	char *const text = malloc(size + 1);
	struct tocsin_error error;
	enum precision precision;
	struct build b;

	if (!text)
		return;
	if (size)
		memcpy(text, data, size);
	text[size] = 0;
	if (exposure_parse(db, text, &b, &precision, &error) == TOCSIN_OK)
		ask(db, &b, precision);
	free(text);
}

static void ask_tables(const struct view files[FILE_COUNT])
{
	static const struct build builds[] = {{{15, 1, 2308, 20}}, {{15, 2, 986, 5}},
					      {{14, 3, 496, 0}},   {{15, 1, 225, 17}},
					      {{15, 2, 2562, 17}}, {{15, 0, 0, 0}}};
	struct exposure_db *db;
	struct tocsin_error error;

	if (exposure_db_parse(files, &db, &error) != TOCSIN_OK)
		return;
	for (size_t i = 0; i < sizeof(builds) / sizeof(*builds); i++)
		for (int p = PRECISION_PRODUCT; p <= PRECISION_SU; p++)
			ask(db, &builds[i], (enum precision)p);
	exposure_db_free(db);
}

/* The compiled-in data, loaded once; NULL in a build without it. */
static const struct exposure_db *whole(void)
{
	static struct exposure_db *db;

	if (!db && exposure_db_load(NULL, &db, NULL) != TOCSIN_OK)
		return NULL;
	return db;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	const struct view input = {data, size};
	struct view files[FILE_COUNT] = {{NULL, 0}};
	size_t at = 0;

	if (!size || data[0] != '\f') {
		if (whole())
			ask_text(whole(), data, size);
		return 0;
	}
	for (size_t i = 0; i < FILE_COUNT && at < size; i++) {
		const uint8_t *const end = memchr(data + at + 1, '\f', size - at - 1);
		const size_t next = end ? (size_t)(end - data) : size;

		files[i] = view_slice(input, at + 1, next - at - 1);
		at = next;
	}
	ask_tables(files);
	return 0;
}
