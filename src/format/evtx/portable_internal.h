/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What the parts of portable.h share: the form that portable BinXML has, how it is put together,
 * and how it is made from a chunk's tokens (portable_tokens.c) or from a compiled template
 * (portable_program.c). writer_portable.c lays it out in a new chunk.
 *
 *   record      = u64 id, u64 FILETIME written, form
 *   definition  = FD, GUID, form
 *   form        = op*: tokens as they stood in the chunk, but for what has a place or a size there
 *
 * The form comes from our own memory or spool, never from evidence; its reader checks every length
 * all the same.
 */
#ifndef TOCSIN_FORMAT_EVTX_PORTABLE_INTERNAL_H
#define TOCSIN_FORMAT_EVTX_PORTABLE_INTERNAL_H

#include "format/evtx/binxml.h"
#include "format/evtx/portable.h"

enum form_op {
	FORM_BYTES = 1, /* u16 n, bytes: tokens and values as they are */
	FORM_NEW_NAME, /* u16 units, UTF-16: a name offset, and the name where the chunk lacks it */
	FORM_NAME,     /* u32 place of such a name's count in this record or definition */
	FORM_SIZE,     /* an element's size; FORM_CLOSE ends it */
	FORM_LIST,     /* the size of its attribute list; FORM_LIST_END ends it */
	FORM_LIST_END,
	FORM_CLOSE,  /* u8 token */
	FORM_KEPT,   /* u8 first byte, u32 short id, u32 number in the store: a template instance */
	FORM_INLINE, /* u8 first byte, u32 short id, u32 n, definition: the same with a definition
			that the store has no room for */
	FORM_AGAIN,  /* u8 first byte, u32 short id, u32 place in this record of such a definition's
			size */
	FORM_VALUES, /* u32 count, count × descriptor: an instance's values follow */
	FORM_VALUE,  /* u16 index: that value is BinXML, and follows up to FORM_VALUE_END */
	FORM_VALUE_END
};

#define FORM_RECORD_HEADER 16u
#define FORM_DEFINITION 0xfdu /* tells its content from other keys of the writer */
#define FORM_DEFINITION_HEADER 17u

#define FORM_BUCKETS 64u

/* A definition that the form holds itself, so that it stands there once. */
struct form_inline {
	const uint8_t *p; /* where it was copied from */
	uint32_t at;      /* place of its size in the form */
};

struct form_name {
	struct view utf16;
	uint32_t at;   /* place of its count in the form */
	uint32_t next; /* in its bucket: 1 + index; 0: none */
};

/* A record or definition being put together at the end of a buffer. */
struct form {
	struct buf *out;
	size_t base;         /* where it begins there */
	size_t run;          /* place of the length of the bytes at its end; 0: none stand there */
	bool full;           /* sticks: it would be larger than LIMIT_PORTABLE_FORM, or no memory */
	struct arena *arena; /* for `name` */
	struct form_name *name;
	size_t name_count, name_room;
	uint32_t bucket[FORM_BUCKETS]; /* 1 + index; 0: none */
	struct form_inline *inlined;
	size_t inlined_count, inlined_room;
};

void form_start(struct form *f, struct buf *out, struct arena *arena);
void form_op(struct form *f, enum form_op op);
void form_bytes(struct form *f, const uint8_t *p, size_t n);
void form_byte(struct form *f, uint8_t byte);
void form_16(struct form *f, unsigned v); /* an operand, or a token's: see form_bytes() */
void form_32(struct form *f, uint32_t v);
void form_name(struct form *f, struct view utf16);

struct portable_definition;

/* A template instance up to its values: `header` is its first byte and its short id. `by_number`:
 * the store's number may stand for the definition. */
void form_instance(struct form *f, const uint8_t header[5],
		   const struct portable_definition *definition, bool by_number);

/* Where a part that may be taken back begins. */
struct form_mark {
	size_t n, run, name_count, inlined_count;
};

struct form_mark form_save(const struct form *f);
void form_restore(struct form *f, struct form_mark mark);

/* One record on its way. */
struct portable_job {
	struct portable_store *store;
	struct binxml_context *c;
	struct portable_cache *cache; /* the chunk's definitions */
	bool compiled; /* definitions are what the reader made of them: what is left of an older
			  record may have lost a name that the reader knows */
	struct tocsin_error *error; /* offset: the chunk's */
	bool verbatim;              /* a BinXML value that can't be read was copied byte by byte */
};

/* A definition in portable form; its bytes live as long as the chunk is open. */
struct portable_definition {
	bool kept; /* the store has it, by this number */
	uint32_t number;
	struct view form;
};

/* The definition at chunk offset `at`. */
TOCSIN_MUST_USE enum tocsin_status portable_local(struct portable_job *job, size_t at,
						  unsigned nesting,
						  struct portable_definition *ret);

/* A compiled template's definition. */
TOCSIN_MUST_USE enum tocsin_status portable_compiled(struct portable_job *job,
						     const struct binxml_program *program,
						     struct portable_definition *ret);

/*
 * The tokens in chunk[at .. end), as binxml_compile() reads them; *ret_ended: an end token was
 * among them. TOCSIN_LIMIT and TOCSIN_NO_MEMORY: the form grows too large. Other failures: the
 * reader can't read it either.
 */
TOCSIN_MUST_USE enum tocsin_status portable_tokens(struct portable_job *job, struct form *f,
						   size_t at, size_t end, bool dependencies,
						   bool in_definition, unsigned nesting,
						   bool *ret_ended);

/* The template instance behind its token at chunk[*at .. end). */
TOCSIN_MUST_USE enum tocsin_status portable_instance(struct portable_job *job, struct form *f,
						     size_t *at, size_t end, bool in_definition,
						     unsigned nesting);

/* The content of a compiled stream. */
TOCSIN_MUST_USE enum tocsin_status
portable_program(struct form *f, const struct binxml_program *program, struct tocsin_error *error);

/* The definition of that number; an empty view where there is none. */
struct view portable_store_get(const struct portable_store *s, uint32_t number);

#endif
