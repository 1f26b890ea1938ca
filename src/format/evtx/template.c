/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Templates: definitions of a chunk, instances with their values, and the store that keeps compiled
 * ones over chunks.
 *
 * A template's identity is its GUID, its size and its content in position-independent form (names
 * resolved): chunks repeat a definition with other name offsets, and a GUID alone is not unique
 * (two versions of a provider).
 */
#include "format/evtx/template.h"

#include <stdlib.h>

#include "base/limits.h"
#include "format/evtx/compiled.h"
#include "format/evtx/outline.h"
#include "format/evtx/template_library.h"

/* A definition that this chunk has used, by its offset. */
struct chunk_template {
	struct chunk_template *next;
	uint32_t offset;
	const struct binxml_program *program; /* NULL: it does not compile, see `error` */
	struct tocsin_error error;
};

#define STORE_BUCKETS 4096

/* The most values that an event manifest allows. */
#define MANIFEST_VALUES 256u

struct stored {
	struct stored *next;
	struct binxml_program program;
	struct compiled_template compiled;
};

struct template_store {
	struct arena arena;
	struct stored *bucket[STORE_BUCKETS];
	size_t count;
};

struct template_store *template_store_new(void)
{
	return calloc(1, sizeof(struct template_store));
}

void template_store_free(struct template_store *s)
{
	if (s) {
		arena_free(&s->arena);
		free(s);
	}
}

static uint64_t mix(uint64_t h, uint64_t v)
{
	h = (h ^ v) * 0x9e3779b97f4a7c15u;
	return h ^ h >> 29;
}

static uint64_t mix_view(uint64_t h, struct view v)
{
	h = mix(h, v.n);
	while (v.n >= 8) {
		h = mix(h, le64(v.p));
		v.p += 8;
		v.n -= 8;
	}
	for (size_t i = 0; i < v.n; i++)
		h = mix(h, v.p[i]);
	return h;
}

static bool has_value(const struct binxml_op *op)
{
	return op->kind == OP_TEXT || op->kind == OP_CDATA || op->kind == OP_PI ||
	       op->kind == OP_SLOT;
}

static uint64_t program_hash(const struct binxml_program *p)
{
	uint64_t h = mix_view(p->size, (struct view){p->guid, 16});

	for (uint32_t i = 0; i < p->count; i++) {
		const struct binxml_op *const op = &p->ops[i];

		h = mix(h, (uint64_t)op->kind | (uint64_t)op->flags << 8 |
				   (uint64_t)op->slot << 16 | (uint64_t)op->next << 32);
		if (op->name)
			h = mix_view(h, op->name->utf16);
		if (has_value(op))
			h = mix_view(mix(h, op->value.type), op->value.bytes);
	}
	return h;
}

static bool op_equal(const struct binxml_op *x, const struct binxml_op *y)
{
	if (x->kind != y->kind || x->flags != y->flags || x->slot != y->slot ||
	    x->next != y->next || !x->name != !y->name)
		return false;
	if (x->name &&
	    (!view_equal(x->name->utf16, y->name->utf16) || x->name->restored != y->name->restored))
		return false;
	return !has_value(x) ||
	       (x->value.type == y->value.type && view_equal(x->value.bytes, y->value.bytes));
}

bool template_alike(const struct binxml_program *a, const struct binxml_program *b)
{
	if (a->count != b->count)
		return false;
	for (uint32_t i = 0; i < a->count; i++) {
		if (!op_equal(&a->ops[i], &b->ops[i]))
			return false;
	}
	return true;
}

static bool program_equal(const struct binxml_program *a, const struct binxml_program *b)
{
	return a->hash == b->hash && a->size == b->size && memcmp(a->guid, b->guid, 16) == 0 &&
	       template_alike(a, b);
}

static bool copy_view(struct arena *a, struct view *v)
{
	v->p = v->n ? (const uint8_t *)arena_copy(a, v->p, v->n) : NULL;
	return !v->n || v->p;
}

/* A deep copy of a program into the store's arena; NULL without memory. */
static struct stored *program_copy(struct arena *a, const struct binxml_program *p)
{
	struct stored *const s = arena_alloc(a, sizeof(*s));
	struct binxml_op *const ops = arena_array(a, p->count, sizeof(*ops));

	if (!s || !ops)
		return NULL;
	s->program = *p;
	s->program.ops = ops;
	for (uint32_t i = 0; i < p->count; i++) {
		struct binxml_name *name;

		ops[i] = p->ops[i];
		if (has_value(&ops[i]) && !copy_view(a, &ops[i].value.bytes))
			return NULL;
		if (!ops[i].name)
			continue;
		name = arena_alloc(a, sizeof(*name));
		if (!name)
			return NULL;
		*name = *ops[i].name;
		if (!copy_view(a, &name->utf16) || !copy_view(a, &name->utf8))
			return NULL;
		ops[i].name = name;
	}
	s->program.outline = outline_make(a, &s->program, false);
	s->program.inner = outline_make(a, &s->program, true);
	return s;
}

const struct binxml_program *template_store_keep(struct template_store *s,
						 const struct binxml_program *fresh)
{
	struct stored **const bucket = &s->bucket[fresh->hash % STORE_BUCKETS];
	struct stored *copy;
	unsigned chain = 0;

	for (const struct stored *k = *bucket; k; k = k->next) {
		if (program_equal(&k->program, fresh))
			return &k->program;
		chain++;
	}
	if (s->count >= LIMIT_TEMPLATES_KEPT || s->arena.total > LIMIT_TEMPLATE_BYTES ||
	    chain >= LIMIT_TEMPLATE_CHAIN)
		return fresh;
	copy = program_copy(&s->arena, fresh);
	if (!copy)
		return fresh;
	copy->compiled.store = s;
	copy->program.compiled = &copy->compiled;
	copy->next = *bucket;
	*bucket = copy;
	s->count++;
	return &copy->program;
}

struct arena *template_store_arena(struct template_store *s)
{
	return &s->arena;
}

size_t template_store_bytes(const struct template_store *s)
{
	return s->arena.total;
}

bool template_has_instances(const struct binxml_program *p)
{
	for (uint32_t i = 0; i < p->count; i++) {
		if (p->ops[i].kind == OP_INSTANCE)
			return true;
	}
	return false;
}

void binxml_context_reset(struct binxml_context *c, struct view chunk)
{
	if (c->arena.total > LIMIT_ARENA_KEPT)
		arena_free(&c->arena);
	else
		arena_reset(&c->arena);
	memset(c->templates, 0, sizeof(c->templates));
	c->chunk = chunk;
	c->defined = 0;
	c->entered = 0;
	c->nesting = 0;
	c->chunk_nodes = LIMIT_CHUNK_NODES;
	c->chunk_text = LIMIT_CHUNK_TEXT;
	c->portable = NULL;
	c->record = NULL;
}

void binxml_record_begin(struct binxml_context *c, const uint8_t *record)
{
	c->record = record;
	c->template_missing = c->template_ambiguous = false;
	c->template_path = NULL;
	c->template_offset = 0;
}

void binxml_record_end(struct binxml_context *c)
{
	c->record = NULL;
}

void binxml_tell_templates(const struct binxml_context *c, struct event *e)
{
	e->template_missing = c->template_missing;
	e->template_path = c->template_path;
	e->template_offset = c->template_offset;
	e->template_ambiguous = c->template_ambiguous;
}

void binxml_begin(struct binxml_context *c)
{
	c->nodes = LIMIT_RECORD_NODES;
	c->nesting = 0;
	c->text = LIMIT_RECORD_TEXT;
}

bool binxml_charge_text(struct binxml_context *c, size_t n)
{
	if (n > c->text || n > c->chunk_text)
		return false;
	c->text -= n;
	c->chunk_text -= n;
	return true;
}

struct binxml_mark binxml_save(const struct binxml_context *c)
{
	return (struct binxml_mark){arena_save(&c->arena), c->entered};
}

void binxml_rendered(struct binxml_context *c, struct binxml_mark mark, size_t text)
{
	/* A template met for the first time lives in the same memory and stays; the walk that made
	 * the event met them all, so this is the exception. */
	if (c->entered == mark.entered)
		arena_restore(&c->arena, mark.arena);
	c->chunk_text -= text < c->chunk_text ? text : c->chunk_text;
}

size_t binxml_text_room(const struct binxml_context *c)
{
	return c->chunk_text < LIMIT_RECORD_TEXT ? c->chunk_text : LIMIT_RECORD_TEXT;
}

/* Compiles a definition into `entry` and keeps it in the store. */
static enum tocsin_status compile_definition(struct binxml_context *c, size_t at, size_t size,
					     struct chunk_template *entry)
{
	const struct arena_mark mark = arena_save(&c->arena);
	const struct binxml_program *compiled;
	struct binxml_program *program;

	c->defined += size;
	ENSURE(c->defined <= LIMIT_CHUNK_DEFINITIONS, &entry->error, TOCSIN_LIMIT, at,
	       "template definitions overlap");
	TRY(binxml_compile(c, at + 24, size, true, &compiled, &entry->error));
	/* Zeros read as one, and records would come out empty without a word. */
	ENSURE(compiled->count, &entry->error, TOCSIN_INVALID, at,
	       "template definition holds nothing");
	program = (struct binxml_program *)compiled;
	memcpy(program->guid, c->chunk.p + at + 4, 16);
	program->size = (uint32_t)size;
	if (template_has_instances(program)) {
		entry->program = program;
		return TOCSIN_OK;
	}
	program->hash = program_hash(program);
	entry->program = c->store ? template_store_keep(c->store, program) : program;
	if (entry->program != program)
		arena_restore(&c->arena, mark);
	return TOCSIN_OK;
}

/* The entry of the definition at chunk offset `at`, compiled once a chunk; NULL without memory. It
 * is entered before it is compiled, so a definition that holds an instance of itself is an error,
 * not a loop. */
static const struct chunk_template *chunk_template(struct binxml_context *c, size_t at, size_t size)
{
	struct chunk_template **const bucket = &c->templates[at / 8 % CHUNK_TEMPLATE_BUCKETS];
	const uint8_t *const record = c->record;
	const unsigned cut = c->cut;
	struct chunk_template *entry = *bucket;

	while (entry && entry->offset != at)
		entry = entry->next;
	if (entry)
		return entry;
	entry = arena_alloc(&c->arena, sizeof(*entry));
	if (!entry)
		return NULL;
	entry->offset = (uint32_t)at;
	entry->next = *bucket;
	*bucket = entry;
	c->entered++;
	error_set(&entry->error, TOCSIN_INVALID, at, "template definition contains itself");
	c->record = NULL; /* an instance inside a definition is no record's root */
	c->cut = CUT_NEVER;
	if (compile_definition(c, at, size, entry) != TOCSIN_OK)
		entry->program = NULL;
	c->record = record;
	c->cut = cut;
	return entry;
}

enum tocsin_status template_definition(struct binxml_context *c, size_t at,
				       const struct binxml_program **ret,
				       struct tocsin_error *error)
{
	const struct view header = view_slice(c->chunk, at, DEFINITION_HEADER);
	const struct chunk_template *entry;
	size_t size;

	ENSURE(at >= 8 && header.n == DEFINITION_HEADER, error, TOCSIN_INVALID, at,
	       "template definition lies outside the chunk");
	size = le32(header.p + 20);
	ENSURE(size <= c->chunk.n - at - DEFINITION_HEADER, error, TOCSIN_TRUNCATED, at,
	       "template definition reaches past the chunk");
	entry = chunk_template(c, at, size);
	ENSURE(entry, error, TOCSIN_LIMIT, at, "no memory for a template");
	if (!entry->program) {
		if (error)
			*error = entry->error;
		return entry->error.status;
	}
	*ret = entry->program;
	return TOCSIN_OK;
}

/*
 * Whether the definition at `at` is the one that an instance calls `id`. Windows takes the first
 * bytes of the GUID, always; another program may not, and then says so where it defines the
 * template.
 */
static bool goes_by(const struct binxml_context *c, size_t at, uint32_t id)
{
	const struct view guid = view_slice(c->chunk, at + 4, 4);
	const struct view header = view_slice(c->chunk, at < INSTANCE_HEADER ? 0 : at - 10, 10);

	if (guid.n == 4 && le32(guid.p) == id)
		return true;
	return at >= INSTANCE_HEADER && header.n == 10 && header.p[0] == TOKEN_INSTANCE &&
	       le32(header.p + 2) == id && le32(header.p + 6) == at;
}

/* A definition that an instance refers to: defined elsewhere in the chunk, some time before. */
static enum tocsin_status referred(struct binxml_context *c, size_t at, uint32_t id,
				   const struct binxml_program **ret, struct tocsin_error *error)
{
	const struct view header = view_slice(c->chunk, at, DEFINITION_HEADER);

	ENSURE(at >= 8 && header.n == DEFINITION_HEADER, error, TOCSIN_INVALID, at,
	       "template definition lies outside the chunk");
	ENSURE(goes_by(c, at, id), error, TOCSIN_INVALID, at,
	       "another template, or none, stands where this one was defined");
	ENSURE(at >= c->live_end ||
		       DEFINITION_HEADER + (uint64_t)le32(header.p + 20) <= c->live_end - at,
	       error, TOCSIN_INVALID, at, "template definition is overwritten in part");
	return template_definition(c, at, ret, error);
}

/* Whether values of `total` bytes end where they should: a token and padding to eight bytes stand
 * behind a record's. */
static bool values_end(size_t total, size_t room)
{
	return total <= room && room - total <= 8;
}

/* Values of `total` bytes, too many, of which none is odd: which one has one bit too much in its
 * size, if it is one alone that can. */
static struct value_mend mend_flip(const uint8_t *descriptors, uint32_t n, size_t room,
				   size_t total)
{
	const struct value_mend none = {.index = UINT32_MAX};
	struct value_mend mend = none;

	for (uint32_t bit = 1; bit <= 0x8000 && total > room; bit <<= 1) {
		if (bit > total || !values_end(total - bit, room))
			continue;
		for (uint32_t i = 0; i < n; i++) {
			const uint32_t descriptor = le32(descriptors + 4 * (size_t)i);
			const uint8_t type = (uint8_t)(descriptor >> 16);

			if (!(descriptor & bit) ||
			    (value_fixed_size(type) && !(type & VALUE_ARRAY)))
				continue;
			if (mend.index != UINT32_MAX)
				return none;
			mend = (struct value_mend){i, descriptor - bit};
		}
	}
	return mend;
}

struct value_mend template_mend(const uint8_t *descriptors, uint32_t n, size_t room)
{
	const struct value_mend none = {.index = UINT32_MAX};
	struct value_mend mend = none;
	size_t total = 0, size = 0, fixed;
	uint8_t type = 0;
	bool as_sized, as_typed;

	for (uint32_t i = 0; i < n; i++) {
		const uint8_t *const p = descriptors + 4 * (size_t)i;
		const struct value v = {p[2], {NULL, le16(p)}};

		total += v.bytes.n;
		if (value_is_plausible(&v))
			continue;
		if (mend.index != UINT32_MAX)
			return none;
		mend.index = i;
		size = v.bytes.n;
		type = v.type;
	}
	if (mend.index == UINT32_MAX)
		return mend_flip(descriptors, n, room, total);
	fixed = type & VALUE_ARRAY ? 0 : value_fixed_size(type);
	as_sized = values_end(total, room);
	as_typed = fixed && values_end(total - size + fixed, room);
	if (as_sized == as_typed)
		return none;
	mend.descriptor = (uint32_t)(as_typed ? fixed | (size_t)type << 16
					      : size | (size_t)VALUE_BINARY << 16);
	return mend;
}

/* count × {u16 size, u8 type, u8 0}, then the values end to end. */
static enum tocsin_status read_values(struct binxml_context *c, size_t *at, size_t end,
				      struct binxml_instance *instance, struct tocsin_error *error)
{
	struct view rest = view_slice(c->chunk, *at, end - *at);
	const uint8_t *const count = take(&rest, 4);
	struct value_mend mend = {.index = UINT32_MAX};
	const uint8_t *descriptors;
	struct value *values;
	uint32_t n;

	ENSURE(count, error, TOCSIN_TRUNCATED, *at, "template values are cut off");
	n = le32(count);
	ENSURE(n <= LIMIT_SUBSTITUTIONS, error, TOCSIN_LIMIT, *at, "too many template values");
	descriptors = take(&rest, (size_t)n * 4);
	ENSURE(descriptors, error, TOCSIN_TRUNCATED, *at, "template value descriptors are cut off");
	values = arena_array(&c->arena, n, sizeof(*values));
	ENSURE(values, error, TOCSIN_LIMIT, *at, "no memory for template values");
	if (c->cut) {
		mend = template_mend(descriptors, n, rest.n);
		if (mend.index != UINT32_MAX && c->cut == CUT_ALLOWED)
			c->cut = CUT_MENDED;
	}
	for (uint32_t i = 0; i < n; i++) {
		const uint32_t descriptor = template_descriptor(&mend, descriptors, i);
		const size_t size = descriptor & 0xffff;
		const bool whole = size <= rest.n;

		ENSURE(whole || c->cut, error, TOCSIN_TRUNCATED, (size_t)(rest.p - c->chunk.p),
		       "a template value reaches past its record");
		c->cut = whole ? c->cut : CUT_DONE;
		values[i].type = (uint8_t)(descriptor >> 16);
		instance->arrays |= (values[i].type & VALUE_ARRAY) != 0;
		values[i].bytes.n = whole ? size : rest.n;
		values[i].bytes.p = take(&rest, values[i].bytes.n);
		/* Where values are cut, the whole ones have to look like values: what they reach
		 * over could be anything. */
		ENSURE(!c->cut || !whole || value_is_plausible(&values[i]), error, TOCSIN_INVALID,
		       (size_t)(rest.p - c->chunk.p), "what stands for template values is none");
	}
	instance->values = values;
	instance->count = n;
	*at = (size_t)(rest.p - c->chunk.p);
	return TOCSIN_OK;
}

/* Whether what went wrong with a definition means that it is lost: it is not for want of memory. */
static bool is_lost(enum tocsin_status status)
{
	return status == TOCSIN_INVALID || status == TOCSIN_TRUNCATED ||
	       status == TOCSIN_UNSUPPORTED;
}

/* `error` tells what is wrong with the definition; what that means is said besides. */
static enum tocsin_status lost(enum tocsin_status status, struct tocsin_error *error)
{
	static const char meaning[] = "the template is lost; events --recover shows the values";

	if (error)
		memcpy(error->detail, meaning, sizeof(meaning));
	return status;
}

/* Another place's definition for an instance whose own is lost, else one made of its values. */
static enum tocsin_status substitute(struct binxml_context *c, uint32_t id,
				     struct binxml_instance *instance, enum tocsin_status status,
				     struct tocsin_error *error)
{
	struct template_place place;

	instance->program =
		c->lost_templates ? template_library_find(c->lost_templates, c->source, id,
							  instance->values, instance->count, &place)
				  : NULL;
	if (instance->program) {
		c->template_ambiguous |= place.ambiguous;
		if (!c->template_path) {
			c->template_path = place.path;
			c->template_offset = place.offset;
		}
		return TOCSIN_OK;
	}
	if (!c->recover)
		return lost(status, error);
	instance->program = template_from_values(c, instance->values, instance->count);
	ENSURE(instance->program, error, TOCSIN_LIMIT, 0, "the values make too much text");
	c->template_missing = true;
	return TOCSIN_OK;
}

/* Where the values of an instance stand that defines its template at `place`; 0: not known. */
static size_t behind_definition(const struct binxml_context *c, size_t place, size_t end)
{
	const struct view header = view_slice(c->chunk, place, DEFINITION_HEADER);
	size_t size;

	if (header.n < DEFINITION_HEADER || end < place + DEFINITION_HEADER)
		return 0;
	size = le32(header.p + 20);
	return size <= end - place - DEFINITION_HEADER ? place + DEFINITION_HEADER + size : 0;
}

/*
 * Where the values stand of an instance that defines its template at `place` for a chunk that
 * started elsewhere: older bytes were copied to where they are by other multiples than a chunk's.
 * 0: no definition that goes by the instance's id stands there. Values could be made to look like
 * one, but for their count, which stands where a definition has its link (a chunk offset or 0).
 */
static size_t behind_moved(const struct binxml_context *c, size_t place, size_t end, uint32_t id)
{
	const struct view header = view_slice(c->chunk, place, DEFINITION_HEADER + 4);

	if (header.n < DEFINITION_HEADER + 4 || le32(header.p + 4) != id ||
	    (le32(header.p) && le32(header.p) <= MANIFEST_VALUES) ||
	    le32(header.p + DEFINITION_HEADER) != 0x0001010f)
		return 0;
	return behind_definition(c, place, end);
}

enum tocsin_status binxml_instance_read(struct binxml_context *c, size_t *at, size_t end,
					const struct binxml_instance **ret,
					struct tocsin_error *error)
{
	struct binxml_instance *const instance = arena_alloc(&c->arena, sizeof(*instance));
	const struct view header = view_slice(c->chunk, *at, end > *at ? end - *at : 0);
	size_t offset, place = *at + 9;
	enum tocsin_status status;
	uint32_t id;

	ENSURE(instance, error, TOCSIN_LIMIT, *at, "no memory for a template instance");
	ENSURE(header.n >= 9, error, TOCSIN_TRUNCATED, *at, "template instance is cut off");
	/* u8 unknown (1), u32 template id, u32 definition offset */
	id = le32(header.p + 1);
	offset = le32(header.p + 5);
	if (offset == place) {
		/* Defined here, at its first use: the values stand behind the definition. */
		ENSURE(view_slice(c->chunk, place + 20, 4).n == 4 && le32(c->chunk.p + place + 20),
		       error, TOCSIN_INVALID, offset,
		       "template definition has no size: the values behind it can't be found");
		place = behind_definition(c, place, end);
		ENSURE(place, error, TOCSIN_TRUNCATED, offset,
		       "template definition reaches past its record");
		status = template_definition(c, offset, &instance->program, error);
	} else {
		const size_t moved = behind_moved(c, place, end, id);

		status = referred(c, offset, id, &instance->program, error);
		place = moved ? moved : place;
	}
	if (status != TOCSIN_OK && !is_lost(status))
		return status;
	TRY(read_values(c, &place, end, instance, error));
	if (status != TOCSIN_OK)
		TRY(substitute(c, id, instance, status, error));
	*at = place;
	*ret = instance;
	return TOCSIN_OK;
}
