/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Walks over the chunks of a source for the templates in them. It reads through positions and a
 * buffer of its own, so that workers can read the same file meanwhile. A source that is carved has
 * chunks at any sector.
 */
#include "query/scan_feed.h"

#include <stdlib.h>

#include "query/read_holes.h"

static const uint8_t chunk_magic[8] = {'E', 'l', 'f', 'C', 'h', 'n', 'k', 0};

typedef bool chunk_fn(void *argument, struct view bytes, uint64_t offset);

static const char *feed_path(void *context, uint32_t source)
{
	const struct scan_feed *const feed = context;

	return feed->evidence->sources[source].path;
}

static void walk_log(struct log_file *f, uint8_t *buffer, chunk_fn *chunk, void *argument)
{
	struct read_piece piece;
	uint32_t i;

	log_file_plan(f);
	for (i = 0; i < f->chunk_count; i++) {
		const uint64_t offset = log_file_chunk_offset(f, i);

		read_piece(f, offset, buffer, log_file_chunk_size(f, i), &piece);
		if (!piece.n || !chunk(argument, (struct view){buffer, piece.n}, offset))
			return;
	}
}

/* Two pieces at a time: a chunk that starts in the first is whole. */
static void walk_bytes(struct log_file *f, uint8_t *buffer, chunk_fn *chunk, void *argument)
{
	uint64_t offset;

	for (offset = 0; offset < f->size; offset += EVTX_CHUNK_SIZE) {
		struct read_piece piece, next = {0};
		struct view all = {buffer, 0};
		size_t at;

		read_piece(f, offset, buffer, EVTX_CHUNK_SIZE, &piece);
		if (piece.n == EVTX_CHUNK_SIZE)
			read_piece(f, offset + EVTX_CHUNK_SIZE, buffer + EVTX_CHUNK_SIZE,
				   EVTX_CHUNK_SIZE, &next);
		all.n = piece.n + next.n;
		for (at = 0; at + SECTOR_SIZE <= all.n && at < EVTX_CHUNK_SIZE; at += SECTOR_SIZE) {
			if (memcmp(buffer + at, chunk_magic, sizeof(chunk_magic)) != 0)
				continue;
			if (!chunk(argument, view_slice(all, at, EVTX_CHUNK_SIZE), offset + at))
				return;
		}
		if (!next.n)
			return;
	}
}

static void feed_chunks(void *context, uint32_t source, chunk_fn *chunk, void *argument)
{
	const struct scan_feed *const feed = context;
	const struct source *const s = &feed->evidence->sources[source];
	uint8_t *const buffer = malloc(2 * (size_t)EVTX_CHUNK_SIZE);
	struct log_file f = {0};
	bool open = true;

	if (s->file)
		log_file_use(&f, s->file);
	else
		open = log_file_open(&f, s->path, NULL) == TOCSIN_OK;
	if (open && buffer) {
		f.size = s->size;
		if (feed->options->read_at)
			f.read_at = feed->options->read_at;
		if (feed->options->carve)
			walk_bytes(&f, buffer, chunk, argument);
		else
			walk_log(&f, buffer, chunk, argument);
	}
	if (open)
		log_file_close(&f);
	free(buffer);
}

struct template_library *scan_feed_library(struct scan_feed *feed)
{
	const struct template_feed calls = {
		.context = feed,
		.source_count = feed->evidence->source_count < UINT32_MAX
					? (uint32_t)feed->evidence->source_count
					: UINT32_MAX,
		.path = feed_path,
		.chunks = feed_chunks,
	};

	return template_library_new(&calls);
}
