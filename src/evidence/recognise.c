/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What a file is, by its content; its name never decides.
 *
 *   EVTX  `ElfFile\0` at 0 (libyal, "Windows XML Event Log (EVTX)", file header); or, with the
 *         header lost, `ElfChnk\0` where a chunk starts
 *   EVT   `LfLe` at 4 (libyal, "Windows Event Log (EVT)", file header)
 *   ETL   has no signature of its own. A file is a sequence of buffers; the first one holds the
 *         trace's header event. Layout: _WMI_BUFFER_HEADER (Windows' public symbols),
 *         TRACE_LOGFILE_HEADER (Windows SDK, evntrace.h, "always the first event"):
 *
 *           0   4  size of the buffer, a whole number of KiB
 *           48  4  bytes used in it
 *           72  2  version of the event header
 *           74  1  header type: 1 system trace from 32-bit Windows, 2 from 64-bit Windows
 *           75  1  C0, the marker of such a header
 *           78  2  event: group 0, type 0 = the trace's header
 *           104 4  size of the buffer again
 */
#include "evidence/evidence.h"
#include "evidence/recognise.h"

#include "base/limits.h"
#include "format/evtx/evtx.h"
#include "format/evtx/find_chunk.h"

#define ETL_BUFFER_MIN (1u << 10)
#define ETL_BUFFER_MAX (16u << 20) /* EVENT_TRACE_PROPERTIES.BufferSize: at most 16,384 KiB */

static const uint8_t chunk_magic[8] = {'E', 'l', 'f', 'C', 'h', 'n', 'k', 0};

static bool is_etl(struct view v)
{
	const uint8_t *const h = take(&v, 108);
	uint32_t size;

	if (!h)
		return false;
	size = le32(h);
	return size >= ETL_BUFFER_MIN && size <= ETL_BUFFER_MAX && size % 1024 == 0 &&
	       le32(h + 48) <= size && (h[74] == 1 || h[74] == 2) && h[75] == 0xc0 &&
	       le16(h + 78) == 0 && le32(h + 104) == size;
}

enum source_kind source_recognise(struct view first_bytes)
{
	const struct view v = first_bytes;

	if (evtx_is_file(v) || (v.n >= 8 && memcmp(v.p, chunk_magic, 8) == 0))
		return SOURCE_EVTX;
	if (v.n >= 8 && memcmp(v.p + 4, "LfLe", 4) == 0)
		return SOURCE_EVT;
	return is_etl(v) ? SOURCE_ETL : SOURCE_OTHER;
}

/* Where the start of a log was cut off, its first whole chunk may start anywhere. */
static bool chunk_near_start(struct os_file *file, uint64_t size)
{
	uint8_t bytes[4096 + EVTX_CHUNK_HEAD];
	uint64_t at;

	for (at = 0; at < 2 * EVTX_CHUNK_SIZE + EVTX_HEADER_SIZE && at < size; at += 4096) {
		struct view v = {bytes, 0};
		size_t found;

		if (os_read_at(file, at, bytes, sizeof(bytes), &v.n, NULL) == TOCSIN_OK &&
		    evtx_find_chunk(v, &found))
			return true;
	}
	return false;
}

bool source_has_chunks(struct os_file *file, uint64_t size)
{
	uint64_t at = EVTX_HEADER_SIZE;
	uint8_t magic[8];
	size_t n;
	unsigned i;

	for (i = 0; i < LIMIT_PROBE_CHUNKS && at < size; i++, at += EVTX_CHUNK_SIZE) {
		if (os_read_at(file, at, magic, sizeof(magic), &n, NULL) == TOCSIN_OK && n == 8 &&
		    memcmp(magic, chunk_magic, 8) == 0)
			return true;
	}
	return chunk_near_start(file, size);
}
