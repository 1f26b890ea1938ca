/* SPDX-License-Identifier: Apache-2.0 */
/* EVTX writer: the chunk being filled, byte by byte. What does not fit makes the pen overflow. */
#include "format/evtx/writer_internal.h"

void pen_reset(struct pen *pen)
{
	memset(pen->chunk, 0, sizeof(pen->chunk));
	memset(pen->template, 0, sizeof(pen->template));
	pen->at = CHUNK_HEADER;
	pen->overflow = false;
	pen->template_count = 0;
	buf_clear(&pen->keys);
}

void pen_save(const struct pen *pen, struct pen_mark *mark)
{
	mark->at = pen->at;
	mark->template_count = pen->template_count;
	mark->keys_n = pen->keys.n;
	memcpy(mark->tables, pen->chunk + CHUNK_STRINGS, sizeof(mark->tables));
}

void pen_restore(struct pen *pen, const struct pen_mark *mark)
{
	memset(pen->chunk + mark->at, 0, pen->at - mark->at);
	memcpy(pen->chunk + CHUNK_STRINGS, mark->tables, sizeof(mark->tables));
	pen->at = mark->at;
	pen->overflow = false;
	pen->keys.n = mark->keys_n;
	/* Only a record that starts a chunk's end or fails comes here, so a walk is cheap enough.
	 */
	for (size_t i = 0; i < WRITER_TEMPLATE_SLOTS; i++) {
		struct writer_template *const t = &pen->template[i];

		if (t->key_n && t->offset >= mark->at)
			memset(t, 0, sizeof(*t));
	}
	pen->template_count = mark->template_count;
}

/* Room for `n` bytes at the pen, which moves behind them; NULL when they do not fit. */
static uint8_t *room(struct pen *pen, size_t n)
{
	uint8_t *const p = pen->chunk + pen->at;

	if (pen->overflow || n > CHUNK_SIZE - pen->at) {
		pen->overflow = true;
		return NULL;
	}
	pen->at += (uint32_t)n;
	return p;
}

void pen_8(struct pen *pen, unsigned v)
{
	uint8_t *const p = room(pen, 1);

	if (p)
		*p = (uint8_t)v;
}

void pen_16(struct pen *pen, unsigned v)
{
	uint8_t *const p = room(pen, 2);

	if (p)
		put16(p, (uint16_t)v);
}

void pen_32(struct pen *pen, uint32_t v)
{
	uint8_t *const p = room(pen, 4);

	if (p)
		put32(p, v);
}

void pen_64(struct pen *pen, uint64_t v)
{
	uint8_t *const p = room(pen, 8);

	if (p)
		put64(p, v);
}

void pen_bytes(struct pen *pen, struct view v)
{
	uint8_t *const p = room(pen, v.n);

	if (p && v.n)
		memcpy(p, v.p, v.n);
}
