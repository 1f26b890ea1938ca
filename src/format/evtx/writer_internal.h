/* SPDX-License-Identifier: Apache-2.0 */
/* What the parts of the EVTX writer share: the chunk being filled and the pen that writes into it.
 */
#ifndef TOCSIN_FORMAT_EVTX_WRITER_INTERNAL_H
#define TOCSIN_FORMAT_EVTX_WRITER_INTERNAL_H

#include "format/evtx/binxml_token.h"
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

#define FRAGMENT 0x0001010fu
#define ALWAYS 0xffffu         /* dependency of an element that is always there */
#define NO_DEPENDENCY 0x10000u /* the element start has no dependency id at all */

/* An element whose sizes are filled in when it is closed. */
struct pen_element {
	uint32_t size_at, list_at, attribute_at;
};

/* Hash of 16-bit words, for both tables of a chunk. */
uint32_t pen_hash(const uint8_t *p, size_t words);

/* Fills in a size that counts from behind its own four bytes to the pen. */
void pen_patch_size(struct pen *pen, uint32_t size_at);

/* A name's offset; where the chunk doesn't have the name yet, it follows right behind. */
void pen_name(struct pen *pen, struct view utf16);

/* Element start; then its attributes, then its content or pen_close_empty(), then pen_end().
 * `dependency`: the substitution without which the element is left out, ALWAYS or NO_DEPENDENCY. */
struct pen_element pen_element(struct pen *pen, struct view name, unsigned dependency,
			       bool attributes);
struct pen_element pen_open(struct pen *pen, const char *name, unsigned dependency,
			    bool attributes);
void pen_attribute(struct pen *pen, struct pen_element *el, const char *name);
void pen_attribute_named(struct pen *pen, struct pen_element *el, struct view name);
void pen_content(struct pen *pen, const struct pen_element *el);
void pen_end(struct pen *pen, const struct pen_element *el);
void pen_close_empty(struct pen *pen, const struct pen_element *el);

void pen_text(struct pen *pen, struct view utf16);
void pen_text_ascii(struct pen *pen, const char *ascii);
void pen_substitution(struct pen *pen, unsigned token, unsigned id, unsigned type);

/* <name>%id</name> and name='%id', left out when the value is null; <name>text</name>. */
void pen_optional(struct pen *pen, const char *name, unsigned id, unsigned type);
void pen_optional_attribute(struct pen *pen, struct pen_element *el, const char *name, unsigned id,
			    unsigned type);
void pen_text_element(struct pen *pen, const char *name, struct view utf16);

/* Substitutions of the system template, as Windows numbers them. */
enum system_slot {
	SLOT_LEVEL,
	SLOT_OPCODE,
	SLOT_TASK,
	SLOT_ID,
	SLOT_QUALIFIERS,
	SLOT_KEYWORDS,
	SLOT_TIME,
	SLOT_ACTIVITY,
	SLOT_PROCESS,
	SLOT_THREAD,
	SLOT_RECORD,
	SLOT_VERSION,
	SLOT_USER,
	SLOT_UNUSED,
	SLOT_PROVIDER,
	SLOT_PROVIDER_GUID,
	SLOT_CHANNEL,
	SLOT_UNUSED_2,
	SLOT_RELATED_ACTIVITY,
	SLOT_BODY,
	SLOT_RENDERING, /* ours: Windows forwards rendered events without a template */
	SLOT_COUNT
};

/* What a template is made from. */
enum template_kind { KIND_SYSTEM, KIND_STRINGS, KIND_VALUES, KIND_USER_DATA, KIND_RENDERING };

enum system_flag {
	SYSTEM_MANIFEST = 1, /* Version, Opcode, Correlation, Execution */
	SYSTEM_SLOTS = 2,
	SYSTEM_RENDERING = 4,
	SYSTEM_SOURCE = 8,
	SYSTEM_GUID = 16,
	SYSTEM_CHANNEL = 32,
	SYSTEM_COMPUTER = 64,
	SYSTEM_PROVIDER = 128
};

/* One event on its way into the chunk. */
struct job {
	struct pen *pen;
	const struct event *e;
	const struct evtx_shape *shape;
	unsigned flags;
	enum template_kind body;
	uint64_t record_id, written;
};

/* Fields of RenderingInfo, in the order of its template's substitutions. */
#define WRITER_RENDERED 4u
extern const enum event_field writer_rendered[WRITER_RENDERED];

/*
 * The place of the chunk's template with this key: *ret_offset, or 0 where it has none yet; it is
 * then entered for a definition that follows at the pen, behind the four bytes of its offset.
 */
TOCSIN_MUST_USE enum tocsin_status pen_template(struct pen *pen, struct view key,
						uint32_t *ret_offset, struct tocsin_error *error);

/* Starts a definition: all in front of its stream. Returns where its size is to be patched in. */
uint32_t pen_definition(struct pen *pen, const uint8_t guid[16]);

/* Fragment header, template instance up to its substitutions, and the definition at first use. */
TOCSIN_MUST_USE enum tocsin_status pen_instance(const struct job *job, enum template_kind kind,
						struct tocsin_error *error);

/* One value of a template instance: its substitution. */
struct pen_value {
	uint8_t type;
	struct view bytes;
};

/* The BinXML of a record; pen->overflow tells whether it fitted. */
TOCSIN_MUST_USE enum tocsin_status pen_event(struct pen *pen, const struct event *e,
					     const struct evtx_shape *shape, uint64_t record_id,
					     uint64_t written, struct tocsin_error *error);

/*
 * Writes a record's BinXML at the pen. It may be called twice for one record: a record that does
 * not fit is taken back and written into the next chunk. What does not fit overflows the pen.
 */
typedef enum tocsin_status (*pen_fill)(struct pen *pen, const void *filling,
				       struct tocsin_error *error);

/* As evtx_writer_add_raw(), with a record that `fill` writes. */
TOCSIN_MUST_USE enum tocsin_status evtx_writer_add_filled(struct evtx_writer *w, uint64_t record_id,
							  uint64_t written, pen_fill fill,
							  const void *filling,
							  struct tocsin_error *error);

/* The same with just this id, be it 0, in a chunk where it follows the one before. */
TOCSIN_MUST_USE enum tocsin_status evtx_writer_add_exact(struct evtx_writer *w, uint64_t record_id,
							 uint64_t written, pen_fill fill,
							 const void *filling,
							 struct tocsin_error *error);

#endif
