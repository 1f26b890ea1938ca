/* SPDX-License-Identifier: Apache-2.0 */
/*
 * BinXML, inside: streams of tokens (MS-EVEN6 2.2.12) compiled to programs, and the walker that
 * runs a program over a record's values and tells a sink what is there. XML, JSON and the event
 * extractor are three sinks of one walker.
 *
 *   template definition  = u32 next, GUID, u32 size, stream
 *   template instance    = 0C, u8, u32 id, u32 definition offset, [definition], u32 count, count ×
 * {u16 size, u8 type, u8}, values name                 = u32 next, u16 hash, u16 count, UTF-16 ×
 * count, u16 0
 */
#ifndef TOCSIN_FORMAT_EVTX_BINXML_H
#define TOCSIN_FORMAT_EVTX_BINXML_H

#include "base/arena.h"
#include "base/error.h"
#include "format/event.h"

/* Names that mean something to the extractor; everything else is ATOM_OTHER. */
enum atom {
	ATOM_OTHER,
	ATOM_EVENT,
	ATOM_SYSTEM,
	ATOM_PROVIDER,
	ATOM_EVENT_ID,
	ATOM_VERSION,
	ATOM_LEVEL,
	ATOM_TASK,
	ATOM_OPCODE,
	ATOM_KEYWORDS,
	ATOM_TIME_CREATED,
	ATOM_EVENT_RECORD_ID,
	ATOM_CORRELATION,
	ATOM_EXECUTION,
	ATOM_CHANNEL,
	ATOM_COMPUTER,
	ATOM_SECURITY,
	ATOM_EVENT_DATA,
	ATOM_USER_DATA,
	ATOM_RENDERING_INFO,
	ATOM_DATA,
	ATOM_COMPLEX_DATA,
	ATOM_BINARY,
	ATOM_MESSAGE,
	ATOM_NAME,
	ATOM_GUID,
	ATOM_EVENT_SOURCE_NAME,
	ATOM_QUALIFIERS,
	ATOM_SYSTEM_TIME,
	ATOM_ACTIVITY_ID,
	ATOM_RELATED_ACTIVITY_ID,
	ATOM_PROCESS_ID,
	ATOM_THREAD_ID,
	ATOM_USER_ID,
	ATOM_COUNT
};

struct binxml_name {
	struct view utf16;
	struct view
		utf8; /* a name in XML and JSON as it stands: what no XML name may hold is `_` */
	enum atom atom;
	bool restored; /* overwritten, and known by what stands around it */
};

enum binxml_op_kind {
	OP_OPEN,       /* name, slot = dependency, next = behind its OP_CLOSE; flag OP_SLOTS */
	OP_ATTRIBUTE,  /* name, next = behind its value */
	OP_BODY,       /* the start tag is complete */
	OP_CLOSE,      /* name; flag OP_EMPTY: closed as <x/> */
	OP_TEXT,       /* value */
	OP_SLOT,       /* slot; flag OP_OPTIONAL */
	OP_CHAR_REF,   /* slot = the UTF-16 unit */
	OP_ENTITY_REF, /* name */
	OP_CDATA,      /* value */
	OP_PI,         /* name, value */
	OP_INSTANCE    /* instance (record streams only) */
};

#define OP_EMPTY 1u
#define OP_OPTIONAL 2u
#define OP_SLOTS 4u /* has an OP_SLOT of its own, in its content or its attributes */
#define SLOT_NONE 0xffffu

struct binxml_instance;
struct compiled_template;

struct binxml_op {
	uint8_t kind, flags;
	uint16_t slot;
	uint32_t next;
	const struct binxml_name *name;
	union {
		struct value value;
		const struct binxml_instance *instance;
	};
};

/* A compiled stream. Templates live in the decoder's store, other streams in the chunk's arena. */
struct binxml_program {
	struct binxml_op *ops;
	uint32_t count;
	uint8_t guid[16];              /* templates only */
	uint32_t size;                 /* bytes of the stream: a definition's as it says, others'
					  with their end token */
	uint64_t hash;                 /* of the position-independent content */
	const struct outline *outline; /* kept templates only; NULL: records are walked */
	const struct outline *inner;   /* the same for a value inside UserData and the like */
	struct compiled_template *compiled; /* kept templates only */
};

/* A program with the values for its slots. */
struct binxml_instance {
	const struct binxml_program *program;
	const struct value *values;
	uint32_t count;
	bool arrays; /* one of the values is an array */
	/* The instance that is the value of slot `nested_slot`, where it is known already; NULL:
	 * not known. */
	const struct binxml_instance *nested;
	uint32_t nested_slot;
	/* A record's content: the chunk offset behind it, and whether values are cut there. */
	bool cut;
	uint32_t end;
};

/* Where a compilation met references to names. */
#define BINXML_NAMES_LOGGED 1024u

struct binxml_name_log {
	uint32_t fields[BINXML_NAMES_LOGGED]; /* chunk offsets of the name offsets */
	size_t count;
	bool odd; /* there were more, or the bytes alone do not tell how they were read */
};

struct template_store;
struct template_library;
struct chunk_template;

#define CHUNK_TEMPLATE_BUCKETS 128

/* Where streams are compiled: the chunk, its templates so far, and memory that lives as long as the
 * chunk. */
struct binxml_context {
	struct view chunk;
	struct arena arena;
	struct template_store *store;
	struct chunk_template *templates[CHUNK_TEMPLATE_BUCKETS];
	size_t defined;       /* bytes of all definitions compiled for this chunk */
	uint32_t entered;     /* definitions met in this chunk */
	unsigned nesting;     /* compilations and walks inside each other */
	uint32_t nodes;       /* what the walk at hand may still visit */
	uint32_t chunk_nodes; /* what all walks over this chunk may still visit */
	size_t text;          /* bytes of text that may still be made for the record at hand */
	size_t chunk_text;    /* the same for this chunk */
	struct portable_cache *portable; /* of portable.c, for this chunk; NULL: none so far */
	/* Stay as they are over chunks: where lost templates are looked up (NULL: nowhere), the
	 * number of the file at hand there, and whether values without a template are shown. */
	struct template_library *lost_templates;
	uint32_t source;
	bool recover;

	/* The record whose own content is being read; NULL while a value inside it is. */
	const uint8_t *record;
	/* What became of its templates, see struct event. */
	bool template_missing, template_ambiguous;
	const char *template_path;
	uint64_t template_offset;
	/* A damaged size or type among values is put right where that is certain (CUT_MENDED, see
	 * template_mend()). Other values that reach past what they stand in are cut there, and
	 * those behind them are empty; BinXML among them that does not read shows nothing.
	 * Otherwise they are errors. */
	enum { CUT_NEVER, CUT_ALLOWED, CUT_MENDED, CUT_DONE } cut;
	bool others;     /* fill event.others; stays as it is over chunks */
	bool plain_walk; /* see struct evtx_options; the same */
	/* Reading what is left of older records: behind this chunk offset nothing live stands, so
	 * what crosses it is a mixture. 0: live records are read. Names are then checked against
	 * their hashes, and some of those that fail are restored. */
	size_t live_end;
	struct binxml_name_log *names; /* to be filled by compilations; NULL: by none */
};

/* Forgets a chunk: its templates and memory. `chunk` is the next one. */
void binxml_context_reset(struct binxml_context *c, struct view chunk);

/* Begins to read or walk a record: it may make as much as one record may. */
void binxml_begin(struct binxml_context *c);

/* Brackets the reading of a record's own content, `record` being its header: between them a lost
 * template is the record's root. binxml_extract() comes after both; then `e` is told of it. */
void binxml_record_begin(struct binxml_context *c, const uint8_t *record);
void binxml_record_end(struct binxml_context *c);
void binxml_tell_templates(const struct binxml_context *c, struct event *e);

/* Takes `n` bytes off what may still be made for the record and its chunk; false when they are not
 * left. */
bool binxml_charge_text(struct binxml_context *c, size_t n);

/* Where a rendering's memory begins. */
struct binxml_mark {
	struct arena_mark arena;
	uint32_t entered;
};

struct binxml_mark binxml_save(const struct binxml_context *c);

/* Ends a rendering that made `text` bytes: frees what it allocated and charges the text. */
void binxml_rendered(struct binxml_context *c, struct binxml_mark mark, size_t text);

/* Bytes of text that one rendering may make: LIMIT_RECORD_TEXT, or what is left for the chunk. */
size_t binxml_text_room(const struct binxml_context *c);

/*
 * Compiles the stream in chunk[start .. start + size). `dependencies`: element starts carry a
 * dependency id, as in template definitions; where that reading gives no valid name the other one
 * is tried. error->offset counts from the chunk's start.
 */
TOCSIN_MUST_USE enum tocsin_status binxml_compile(struct binxml_context *c, size_t start,
						  size_t size, bool dependencies,
						  const struct binxml_program **ret,
						  struct tocsin_error *error);

/*
 * The instance behind a template instance token (0C) at chunk offset `*at`; its bytes end before
 * `end`. Advances *at behind the values.
 */
TOCSIN_MUST_USE enum tocsin_status binxml_instance_read(struct binxml_context *c, size_t *at,
							size_t end,
							const struct binxml_instance **ret,
							struct tocsin_error *error);

/* What a walk tells. All views live as long as the chunk. */
struct binxml_sink {
	void (*open)(void *sink, const struct binxml_name *name);
	void (*attribute)(void *sink, const struct binxml_name *name);
	void (*attribute_end)(void *sink);
	void (*body)(void *sink); /* the start tag is complete, content or a close follows */
	void (*text)(void *sink,
		     const struct value *value); /* content or attribute value; never an array */
	void (*char_ref)(void *sink, uint16_t unit);
	void (*entity_ref)(void *sink, const struct binxml_name *name);
	void (*cdata)(void *sink, const struct value *value);
	void (*pi)(void *sink, const struct binxml_name *target, const struct value *data);
	void (*close)(void *sink, const struct binxml_name *name, bool empty_tag);
	bool (*failed)(void *sink); /* the sink can't go on (output limit, memory) */
};

/* Walks a record's content. Fails on damage in nested values and on the limits; the sink has then
 * seen a part. */
TOCSIN_MUST_USE enum tocsin_status binxml_walk(struct binxml_context *c,
					       const struct binxml_instance *instance,
					       const struct binxml_sink *ops, void *sink,
					       struct tocsin_error *error);

/* The store of compiled templates, kept over chunks: one a decoder. */
struct template_store *template_store_new(void);
void template_store_free(struct template_store *s);

/*
 * The kept program equal to `fresh` by GUID, size and content, or a kept copy of it; `fresh` itself
 * when the store is full (LIMIT_TEMPLATES_KEPT, LIMIT_TEMPLATE_BYTES).
 */
const struct binxml_program *template_store_keep(struct template_store *s,
						 const struct binxml_program *fresh);

/* The atom of a name. */
enum atom binxml_atom(struct view utf16);

/* Which field of an event an element of System or RenderingInfo, or an attribute in System, is;
 * EVENT_FIELD_COUNT: none. */
enum event_field atom_system_field(enum atom element);
enum event_field atom_rendering_field(enum atom element);
enum event_field atom_attribute_field(enum atom element, enum atom attribute);

/* Writes a name as UTF-8 to out[3 * units + 1]: what no XML name may hold becomes `_`, and so does
 * an empty one. Returns its length. */
size_t binxml_name_put(char *out, struct view utf16);

/* Whether an attribute declares a namespace: `xmlns`, `xmlns:...`. */
bool name_is_namespace(const struct binxml_name *attribute);

/* The UTF-16 text of XML's own entities (amp, lt, gt, quot, apos); empty for others. */
struct view binxml_entity(const struct binxml_name *name);

/* Clears all of an event but what comes from its header. */
void binxml_forget_content(struct event *e);

/* The same by walking the record: what binxml_extract() must equal. */
TOCSIN_MUST_USE enum tocsin_status binxml_extract_walk(struct binxml_context *c,
						       const struct binxml_instance *instance,
						       struct event *e, struct tocsin_error *error);

/* System, data and binary of an event from a record's content (extract.c). `e` has its header
 * fields set already. */
TOCSIN_MUST_USE enum tocsin_status binxml_extract(struct binxml_context *c,
						  const struct binxml_instance *instance,
						  struct event *e, struct tocsin_error *error);

#endif
