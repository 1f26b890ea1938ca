/* SPDX-License-Identifier: Apache-2.0 */
/* What the parts of the EVTX writer share: the chunk being filled and the pen that writes into it.
 */
#ifndef TOCSIN_FORMAT_EVTX_WRITER_INTERNAL_H
#define TOCSIN_FORMAT_EVTX_WRITER_INTERNAL_H

#include "format/evtx/evtx_writer.h"

#define CHUNK_SIZE 65536u
#define CHUNK_HEADER 512u
#define CHUNK_STRINGS 0x80u    /* 64 offsets of names, by hash */
#define CHUNK_TEMPLATES 0x180u /* 32 offsets of template definitions, by hash */
#define STRING_BUCKETS 64u
#define TEMPLATE_BUCKETS 32u
#define RECORD_HEADER 24u
#define RECORD_TRAILER 4u

/* The smallest template definition takes 60 bytes, so a chunk holds at most 1,083; one chunk more
 * is cheap. */
#define WRITER_TEMPLATES 1024u
#define WRITER_TEMPLATE_SLOTS 2048u /* a power of two, at least twice as many */

/* A template of this chunk; `key` is what it was made from, compared in full. */
struct writer_template {
	uint64_t hash;
	uint32_t key_at, key_n; /* in `keys`; key_n 0 is a free slot */
	uint32_t offset;        /* of its definition in the chunk */
};

/* The chunk being filled. `overflow` sticks: what does not fit is not written. */
struct pen {
	uint8_t chunk[CHUNK_SIZE];
	uint32_t at; /* where the next byte goes */
	bool overflow;
	struct writer_template template[WRITER_TEMPLATE_SLOTS];
	uint32_t template_count;
	struct buf keys;
};

/* Empties the chunk, its tables included. */
void pen_reset(struct pen *pen);

/* Where a record began, so that it can be taken back. */
struct pen_mark {
	uint32_t at, template_count;
	size_t keys_n;
	uint8_t tables[4 * (STRING_BUCKETS + TEMPLATE_BUCKETS)];
};

void pen_save(const struct pen *pen, struct pen_mark *mark);
void pen_restore(struct pen *pen, const struct pen_mark *mark);

void pen_8(struct pen *pen, unsigned v);
void pen_16(struct pen *pen, unsigned v);
void pen_32(struct pen *pen, uint32_t v);
void pen_64(struct pen *pen, uint64_t v);
void pen_bytes(struct pen *pen, struct view v);

/* One value of a template instance: its substitution. */
struct pen_value {
	uint8_t type;
	struct view bytes;
};

/* The BinXML of a record; pen->overflow tells whether it fitted. */
TOCSIN_MUST_USE enum tocsin_status pen_event(struct pen *pen, const struct event *e,
					     const struct evtx_shape *shape, uint64_t record_id,
					     uint64_t written, struct tocsin_error *error);

#endif
