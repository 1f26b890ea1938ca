/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A question and the log that it is asked of: the fast ways through the engine give what the slow
 * one gives. The input is lines of text, ended by an empty one, then the bytes of the log.
 *
 *   first line   flags: n newest first, o others, r with recovery, v values for a message,
 *                a digit for the fields that are looked at
 *   further ones filters: a letter for the kind, then the term; `>` a whole PowerShell command
 *
 * A log without a file's header is chunks alone, each up to the next one's magic and filled up with
 * free space. Of the first two chunks the checksums are repaired: they look whole.
 */
#include "../tests/engine_lab.h"
#include "../tests/evtx_damage.h"
#include "lang/filter/filter.h"
#include "lang/powershell/powershell.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

#define TERMS_MAX 8u
#define SEALED_CHUNKS 2u
#define QUESTION_MAX 4096u

static const char letters[FILTER_KINDS + 1] = "ilpcmurtxw";

/* ---- The question */

static void read_flags(const char *line, struct engine_question *q)
{
	q->until = UINT64_MAX;
	for (; *line; line++) {
		q->newest_first |= *line == 'n';
		q->others |= *line == 'o';
		q->recover |= *line == 'r';
		if (*line == 'v')
			q->subject = QUERY_SUBJECT_VALUES;
		if (*line >= '0' && *line <= '9')
			q->parts = (1u + (uint32_t)(*line - '0') * 0x2491u) & EVENT_PARTS_ALL;
	}
}

/* The query of the lines; false where there is none. */
static bool read_query(char *line, struct query **ret, bool *ret_others)
{
	struct filter_term terms[TERMS_MAX];
	size_t count = 0, at;

	while (line && *line) {
		char *const end = strchr(line, '\n');
		const char *const letter = strchr(letters, *line);

		if (end)
			*end = 0;
		if (*line == '>')
			return powershell_compile(view_of(line + 1), ret, NULL) == TOCSIN_OK;
		if (letter && *letter && count < TERMS_MAX)
			terms[count++] = (struct filter_term){(enum filter_kind)(letter - letters),
							      line + 1};
		line = end ? end + 1 : NULL;
	}
	return filter_compile(terms, count, ret, ret_others, &at, NULL) == TOCSIN_OK;
}

/* ---- The log */

static void start_log(struct buf *log)
{
	buf_add(log, "ElfFile", 8);
	buf_fill(log, 0, EVTX_HEADER_SIZE - 8);
	if (buf_failed(log))
		return;
	put32(damage_at(log, 32), 128);
	put16(damage_at(log, 36), 1);
	put16(damage_at(log, 38), 3);
	put16(damage_at(log, 40), EVTX_HEADER_SIZE);
	damage_seal_file(log);
}

/* Where the next chunk starts behind the one at `at`. */
static size_t next_chunk(const uint8_t *data, size_t size, size_t at)
{
	const size_t end = size - at < EVTX_CHUNK_SIZE ? size : at + EVTX_CHUNK_SIZE;

	for (size_t i = at + DAMAGE_RECORDS; i + 8 <= end; i++)
		if (!memcmp(data + i, "ElfChnk", 8))
			return i;
	return end;
}

/* False: there is nothing to read. */
static bool read_log(const uint8_t *data, size_t size, struct buf *log)
{
	if (!size)
		return false;
	if (evtx_is_file((struct view){data, size})) {
		buf_add(log, data, size);
	} else {
		start_log(log);
		for (size_t at = 0, end; at < size; at = end) {
			end = next_chunk(data, size, at);
			buf_add(log, data + at, end - at);
			buf_fill(log, 0, EVTX_CHUNK_SIZE - (end - at));
		}
	}
	for (unsigned i = 0; !buf_failed(log) && i < SEALED_CHUNKS && i < damage_chunks(log); i++)
		damage_seal_chunk(log, i);
	return !buf_failed(log);
}

/* ---- Asking */

static void touch(const struct engine_question *q, struct view log)
{
	struct prefilter *prefilter = NULL;

	if (prefilter_new(q->query, NULL, q->subject, &prefilter, NULL) == TOCSIN_OK &&
	    !engine_touch(log, prefilter))
		abort();
	prefilter_free(prefilter);
}

static void ask(const struct engine_question *q)
{
	static const struct engine_way ways[] = {
		{0, CPU_AVX512, 1, true, true},
		{SCAN_WITHOUT_PREFILTER, CPU_AVX2, 1, true, true},
		{SCAN_WITHOUT_SELECT | SCAN_WITHOUT_COMPILED, CPU_SSE42, 1, true, true},
		{SCAN_WITHOUT_SKIM, CPU_SCALAR, 1, true, true},
		{SCAN_WITHOUT_COMPILED, CPU_SCALAR, 2, true, true},
	};
	struct engine_answer slow, fast;

	if (!engine_answer(q, &engine_slow, &slow))
		return; /* no memory */
	for (size_t i = 0; i < sizeof(ways) / sizeof(ways[0]); i++) {
		const bool ok = engine_answer(q, &ways[i], &fast);

		if (ok && !engine_same(&slow, &fast, &ways[i]))
			abort();
		engine_answer_free(&fast);
		if (!ok)
			break;
	}
	engine_answer_free(&slow);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct engine_evidence *const e = calloc(1, sizeof(*e));
	struct engine_question q = {.in_memory = true};
	struct buf text = {0}, log = {0};
	struct query *query = NULL;
	char *lines, *flags;
	size_t n = 0;

	while (n < size && n < QUESTION_MAX && (data[n] != '\n' || !n || data[n - 1] != '\n'))
		n++;
	if (n)
		buf_add(&text, data, n);
	lines = flags = (char *)(uintptr_t)buf_cstr(&text);
	n += n < size;
	lines = strchr(flags, '\n');
	if (lines)
		*lines++ = 0;
	read_flags(flags, &q);
	if (e && !buf_failed(&text) && read_log(data + n, size - n, &log) &&
	    read_query(lines, &query, &q.others)) {
		engine_evidence_add(e, "log.evtx", (struct view){(uint8_t *)log.p, log.n});
		q.evidence = &e->evidence;
		q.query = query;
		touch(&q, e->bytes[0]);
		ask(&q);
	}
	query_free(query);
	buf_free(&text);
	buf_free(&log);
	free(e);
	return 0;
}
