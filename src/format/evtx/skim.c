/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The fast way over a chunk, see evtx.h. It proves what evtx_chunk_next() would find, and leaves to
 * that one whatever it can't prove.
 *
 * The chunk: from its header to its free space stands record on record, each with its signature, a
 * possible size and the same size behind it, their ids one by one from the header's first to its
 * last, and nothing that goes on behind them. Then the walk (evtx_chunk.c) meets no damage.
 *
 * A plain record: a fragment header and one template instance; its template's definition compiles
 * and has an outline; the values end inside the record, and have types that the outline allows; the
 * same for the one value that may be BinXML, or that is a few elements without a template. Then
 * decoding it can't fail (outline_read.c), and behind its content is no room for another record.
 *
 * Limits: what the records of the chunk can expand to by their outlines and names stays so far
 * below the limits on one chunk that these can't be reached, however often a record is rendered.
 */
#include "format/evtx/skim.h"

#include <stdlib.h>

#include "base/limits.h"

#define RECORDS_MAX (EVTX_CHUNK_SIZE / RECORD_SIZE_MIN)

/* Definitions in a chunk that is skimmed; real ones have some tens. */
#define TEMPLATES_MAX 512u
#define TABLE_SIZE 2048u

struct skim_record {
	struct skim_instance top, nested;
	bool has_nested;
	bool inlined; /* its BinXML value has no template */
};

/* Where a template's definition stands. */
struct skim_place {
	uint32_t at;
	uint32_t number; /* of the template, + 1; 0: free */
};

/* An instance of the event at hand. */
struct skim_content {
	struct binxml_instance instance;
	struct value values[OUTLINE_SLOTS];
};

struct skim {
	struct evtx_skimmed *records;
	struct skim_record *parts; /* of the plain ones */
	uint32_t count;
	struct evtx_skimmed_template templates[TEMPLATES_MAX];
	/* NULL: records with it are not plain. */
	const struct binxml_program *programs[TEMPLATES_MAX];
	struct skim_memo memos[TEMPLATES_MAX]; /* of their instances */
	uint32_t template_count;
	uint32_t ids[TEMPLATES_MAX];         /* what instances call them */
	struct skim_place table[TABLE_SIZE]; /* templates by their offsets */
	uint64_t cost;                       /* nodes that the records take at most */
	size_t defined, text; /* bytes of definitions that were known, text of their names */
	/* Before the event at hand. */
	struct arena_mark mark;
	uint32_t entered;
	const struct portable_cache *portable;
	struct event event;
	bool filled; /* it has parts */
	struct skim_content top, nested;
	struct template_variants *variants;
	struct binxml_name_log names;
};

struct skim *skim_new(void)
{
	struct skim *const s = calloc(1, sizeof(*s));

	if (!s)
		return NULL;
	s->records = malloc(RECORDS_MAX * sizeof(*s->records));
	s->parts = malloc(RECORDS_MAX * sizeof(*s->parts));
	s->variants = template_variants_new();
	if (!s->records || !s->parts || !s->variants) {
		skim_free(s);
		return NULL;
	}
	return s;
}

void skim_free(struct skim *s)
{
	if (!s)
		return;
	template_variants_free(s->variants);
	free(s->records);
	free(s->parts);
	free(s);
}

/* ---- Templates ---- */

static uint32_t table_place(uint32_t at)
{
	return at * 0x9e3779b1u >> 21;
}

static void forget(struct skim *s)
{
	for (uint32_t i = 0; i < s->template_count; i++) {
		uint32_t k = table_place(s->templates[i].at);

		/* Its own place, and those that it may have been moved to. */
		while (s->table[k].number) {
			s->table[k].number = 0;
			k = (k + 1) % TABLE_SIZE;
		}
	}
	s->template_count = 0;
	s->count = 0;
	s->cost = 0;
	s->defined = s->text = 0;
}

/* Compiles a definition that is not known by its bytes; NULL where records need a closer look. */
static const struct binxml_program *compile(struct evtx_decoder *d, size_t at, size_t size)
{
	struct skim *const s = d->skim;
	struct binxml_context *const c = &d->context;
	const struct binxml_program *program = NULL;

	s->names.count = 0;
	s->names.odd = false;
	binxml_begin(c);
	c->names = &s->names;
	if (template_definition(c, at, &program, NULL) != TOCSIN_OK)
		program = NULL;
	c->names = NULL;
	if (!program || (!program->outline && !program->inner))
		return NULL;
	template_variant_add(s->variants, c->chunk, at, size, &s->names, program);
	return program;
}

static const struct binxml_program *know(struct evtx_decoder *d, size_t at, size_t size)
{
	size_t text;
	const struct binxml_program *const program =
		template_variant_find(d->skim->variants, d->context.chunk, at, size, &text);

	if (!program)
		return compile(d, at, size);
	d->skim->defined += size;
	d->skim->text += text;
	return program;
}

/* Number of the template whose definition starts at `at`; TEMPLATES_MAX: there are too many, or
 * none can be there. */
static uint32_t template_at(struct evtx_decoder *d, uint32_t at)
{
	struct skim *const s = d->skim;
	const struct view header = view_slice(d->context.chunk, at, DEFINITION_HEADER);
	uint32_t k = table_place(at), size;

	for (; s->table[k].number; k = (k + 1) % TABLE_SIZE) {
		if (s->table[k].at == at)
			return s->table[k].number - 1;
	}
	if (at < 8 || header.n < DEFINITION_HEADER || s->template_count == TEMPLATES_MAX)
		return TEMPLATES_MAX;
	size = le32(header.p + 20);
	if (size > d->context.chunk.n - at - DEFINITION_HEADER)
		return TEMPLATES_MAX;
	s->programs[s->template_count] = know(d, at, size);
	s->templates[s->template_count].at = at;
	s->templates[s->template_count].size = size + DEFINITION_HEADER;
	s->memos[s->template_count] = (struct skim_memo){NULL, NULL, 0, {0}};
	s->ids[s->template_count] = le32(header.p + 4);
	s->table[k] = (struct skim_place){at, ++s->template_count};
	return s->template_count - 1;
}

/* ---- Instances ---- */

/* How an instance is used: a record's content, below Event, in UserData and the like. */
enum place { PLACE_RECORD, PLACE_EVENT, PLACE_INNER };

static const struct outline *outline_for(const struct binxml_program *p, enum place place)
{
	const struct outline *const o = place == PLACE_INNER ? p->inner : p->outline;

	return o && o->nested == (place != PLACE_RECORD) ? o : NULL;
}

/*
 * An instance whose token stands at `at` and whose bytes end before `end`. False: it needs a closer
 * look. Sets *ret_end behind its values.
 */
static bool read_instance(struct evtx_decoder *d, uint32_t at, uint32_t end, enum place where,
			  struct skim_instance *ret, struct skim_outlook *l, uint32_t *ret_end)
{
	const uint8_t *const p = d->context.chunk.p;
	struct skim *const s = d->skim;
	struct skim_values values;
	uint32_t place = at + INSTANCE_HEADER, id, offset, number;
	const struct outline *o;

	if (end < at || end - at < INSTANCE_HEADER + 4 || p[at] != TOKEN_INSTANCE)
		return false;
	id = le32(p + at + 2);
	offset = le32(p + at + 6);
	if (offset == place) {
		uint32_t size;

		if (end - place < DEFINITION_HEADER + 4)
			return false;
		size = le32(p + place + 20);
		if (!size || size > end - place - DEFINITION_HEADER - 4)
			return false;
		place += DEFINITION_HEADER + size;
	} else if (end - place >= 8 && le32(p + place + 4) == id) {
		/* A definition may stand here that was made for another place. */
		return false;
	}
	number = template_at(d, offset);
	if (number == TEMPLATES_MAX || !s->programs[number] ||
	    (offset != at + INSTANCE_HEADER && s->ids[number] != id))
		return false;
	o = outline_for(s->programs[number], where);
	ret->template = (uint16_t)number;
	ret->descriptors = place + 4;
	if (!o || le32(p + place) > OUTLINE_SLOTS)
		return false;
	ret->outline = o;
	ret->count = (uint16_t)le32(p + place);
	if (end - ret->descriptors < 4u * ret->count)
		return false;
	ret->values = ret->descriptors + 4u * ret->count;
	values = (struct skim_values){p + ret->descriptors, ret->count};
	skim_look(l, o, &values, &s->memos[number]);
	*ret_end = ret->values + l->total;
	return l->fits && l->total <= end - ret->values;
}

/* The BinXML value of a record, if it has one. */
static bool read_nested(struct evtx_decoder *d, const struct skim_outlook *outer,
			struct evtx_skimmed *record, struct skim_record *r)
{
	const uint8_t *const p = d->context.chunk.p;
	const struct outline *const o = r->top.outline;
	const uint16_t slot = o->nested_slot;
	uint32_t at, end, inner_end;
	struct skim_outlook l = {0};

	r->has_nested = r->inlined = false;
	if (slot == SLOT_MANY)
		return false;
	if (slot == SLOT_NONE || slot >= r->top.count)
		return true;
	if (outer->nested_type == VALUE_NULL || !outer->nested_size)
		return true;
	at = r->top.values + outer->before;
	end = at + outer->nested_size;
	if (outer->nested_size > 5 && p[at] == TOKEN_FRAGMENT)
		at += 4;
	r->inlined = p[at] != TOKEN_INSTANCE && skim_inline(d->context.chunk, at, end);
	if (r->inlined) {
		d->skim->cost += 8 + outer->nested_size;
		return true;
	}
	if (!read_instance(d, at, end, o->nested_inner ? PLACE_INNER : PLACE_EVENT, &r->nested, &l,
			   &inner_end) ||
	    r->nested.outline->nested_slot != SLOT_NONE || (inner_end < end && p[inner_end] != 0))
		return false;
	r->has_nested = true;
	record->odd_text |= l.odd;
	record->templates |= 1u << r->nested.template % 32;
	d->skim->cost += r->nested.outline->cost +
			 (uint64_t)l.array_bytes * r->nested.outline->repeats + outer->nested_size;
	return true;
}

/* The record at `at`, of `size` bytes. */
static void skim_record(struct evtx_decoder *d, uint32_t at, uint32_t size)
{
	struct skim *const s = d->skim;
	const uint8_t *const p = d->context.chunk.p;
	struct evtx_skimmed *const record = &s->records[s->count];
	struct skim_record *const r = &s->parts[s->count++];
	const uint32_t content = at + RECORD_HEADER_SIZE, end = at + size - 4;
	const struct outline *o;
	struct skim_outlook l = {0};
	uint32_t behind;

	record->at = at;
	record->size = size;
	record->plain = record->sound = false;
	record->odd_text = false;
	record->templates = 0;
	if (end - content <= 5 || p[content] != TOKEN_FRAGMENT ||
	    !read_instance(d, content + 4, end, PLACE_RECORD, &r->top, &l, &behind))
		return;
	record->templates = 1u << r->top.template % 32;
	o = r->top.outline;
	record->odd_text = l.odd || !o->sure;
	s->cost += o->cost + (uint64_t)l.array_bytes * o->repeats;
	if (!read_nested(d, &l, record, r))
		return;
	/* The padding of a record; and no room for another one behind its content. */
	record->sound = (end - behind < RECORD_ALIGN || p[behind] == 0) &&
			at + size - behind < RECORD_SIZE_MIN;
	record->plain = record->sound && !r->inlined;
}

/* ---- The chunk ---- */

static bool goes_on_behind(const struct evtx_decoder *d, size_t at)
{
	const struct view chunk = d->context.chunk;

	return at < chunk.n && evtx_record_fits(chunk, at) &&
	       le64(chunk.p + at + 8) == d->last_record + 1;
}

static bool skim_records(struct evtx_decoder *d)
{
	const uint8_t *const p = d->context.chunk.p;
	const uint32_t end = d->free_offset;
	uint64_t id = d->first_record;
	uint32_t at = CHUNK_HEADER_SIZE;

	while (at < end) {
		uint32_t size;

		if (end - at < RECORD_SIZE_MIN || le32(p + at) != RECORD_SIGNATURE)
			return false;
		size = le32(p + at + 4);
		if (size < RECORD_SIZE_MIN || size > end - at || le32(p + at + size - 4) != size ||
		    le64(p + at + 8) != id++)
			return false;
		skim_record(d, at, size);
		at += size;
	}
	return id - 1 == d->last_record && !goes_on_behind(d, at);
}

/* Whether the limits on a chunk are far. */
static bool within_limits(const struct evtx_decoder *d)
{
	const struct binxml_context *const c = &d->context;
	const struct skim *const s = d->skim;

	return s->cost <= LIMIT_CHUNK_NODES / 8 && c->defined + s->defined <= EVTX_CHUNK_SIZE &&
	       c->chunk_text >= LIMIT_CHUNK_TEXT - LIMIT_SKIM_TEXT && s->text <= LIMIT_SKIM_TEXT;
}

bool evtx_skim(struct evtx_decoder *d, uint32_t *ret_count)
{
	struct binxml_context *const c = &d->context;
	struct skim *const s = d->skim;
	uint64_t bytes = 0;

	if (d->phase != CHUNK_WALK || d->at != CHUNK_HEADER_SIZE || d->options.recover ||
	    d->options.plain_walk || d->origin != EVENT_LIVE || c->chunk.n != EVTX_CHUNK_SIZE ||
	    !d->has_range || d->free_offset <= CHUNK_HEADER_SIZE)
		return false;
	forget(s);
	if (!skim_records(d) || !within_limits(d))
		return false;
	/* What the compiler would have taken for the templates that were known. */
	c->defined += s->defined;
	c->chunk_text -= s->text;
	for (uint32_t i = 0; i < s->count; i++)
		bytes += s->records[i].sound ? s->records[i].size : 0;
	d->account.records += bytes;
	d->phase = CHUNK_DONE;
	d->free_from = d->free_offset;
	d->free_to = c->chunk.n;
	*ret_count = s->count;
	return true;
}

const struct evtx_skimmed *evtx_skim_records(const struct evtx_decoder *d)
{
	return d->skim->records;
}

const struct evtx_skimmed_template *evtx_skim_templates(const struct evtx_decoder *d,
							uint32_t *ret_count)
{
	*ret_count = d->skim->template_count;
	return d->skim->templates;
}

/* ---- Events ---- */

struct value evtx_skim_channel(const struct evtx_decoder *d, uint32_t i)
{
	const struct skim_instance *const top = &d->skim->parts[i].top;
	const struct outline_step *const s = top->outline->channel;
	const uint8_t *const p = d->context.chunk.p, *const descriptors = p + top->descriptors;
	struct value v = {VALUE_NULL, {NULL, 0}};
	uint32_t before = 0;

	if (!s || (s->slot != SLOT_NONE && s->slot >= top->count))
		return v;
	if (s->slot == SLOT_NONE)
		return s->literal;
	for (uint32_t k = 0; k < s->slot; k++)
		before += le16(descriptors + 4 * (size_t)k);
	v.type = descriptors[4 * (size_t)s->slot + 2];
	v.bytes = (struct view){p + top->values + before, le16(descriptors + 4 * (size_t)s->slot)};
	return v;
}

/* An instance with its values, in `to`. */
static void make_instance(const struct evtx_decoder *d, const struct skim_instance *i,
			  struct skim_content *to)
{
	const uint8_t *const p = d->context.chunk.p, *descriptor = p + i->descriptors;
	const uint8_t *at = p + i->values;
	uint8_t types = 0;

	for (uint32_t k = 0; k < i->count; k++, descriptor += 4) {
		struct value *const v = &to->values[k];

		v->type = descriptor[2];
		v->bytes = (struct view){at, le16(descriptor)};
		at += v->bytes.n;
		types |= v->type;
	}
	to->instance = (struct binxml_instance){
		.program = d->skim->programs[i->template],
		.values = to->values,
		.count = i->count,
		.arrays = types & VALUE_ARRAY,
	};
}

/* The record's instance; the values of the nested one where `whole` asks for them. It lives as long
 * as the event. */
static const struct binxml_instance *make_content(struct evtx_decoder *d, uint32_t i, bool whole)
{
	struct skim *const s = d->skim;
	const struct skim_record *const r = &s->parts[i];

	make_instance(d, &r->top, &s->top);
	s->top.instance.end = s->records[i].at + s->records[i].size - 4;
	if (!r->has_nested)
		return &s->top.instance;
	if (whole)
		make_instance(d, &r->nested, &s->nested);
	else
		s->nested.instance =
			(struct binxml_instance){.program = s->programs[r->nested.template]};
	s->top.instance.nested = &s->nested.instance;
	s->top.instance.nested_slot = r->top.outline->nested_slot;
	return &s->top.instance;
}

/* Whether the parts can be had without the nested instance. */
static bool on_top(const struct evtx_decoder *d, uint32_t i, uint32_t parts)
{
	const struct skim_record *const r = &d->skim->parts[i];

	return !r->has_nested || !(r->nested.outline->parts & parts);
}

/* All but a record's content. */
static void fill_header(const struct evtx_decoder *d, uint32_t i, struct event *e)
{
	const struct evtx_skimmed *const record = &d->skim->records[i];
	const uint8_t *const h = d->context.chunk.p + record->at;

	if (d->skim->filled)
		binxml_forget_content(e);
	e->record = NULL;
	e->record_id = le64(h + 8);
	e->written = le64(h + 16);
	e->offset = d->offset + record->at;
	e->chunk = d->number;
	e->size = record->size;
	e->origin = EVENT_LIVE;
}

bool evtx_skim_offers(const struct evtx_decoder *d, uint32_t i, uint32_t parts)
{
	const struct outline *const o = d->skim->parts[i].top.outline;

	/* What is in UserData and the like is no field. */
	return d->skim->records[i].plain ||
	       (d->skim->records[i].sound && o->nested_inner && !(parts & ~o->quick));
}

/* Whether parts of record `i` are single fields that stand in its own values. */
static bool are_quick(const struct evtx_decoder *d, uint32_t i, uint32_t parts)
{
	return !(parts & ~d->skim->parts[i].top.outline->quick) && on_top(d, i, parts);
}

const struct event *evtx_skim_event(struct evtx_decoder *d, uint32_t i, uint32_t parts)
{
	struct binxml_context *const c = &d->context;
	struct skim *const s = d->skim;
	struct event *const e = &s->event;
	const struct binxml_instance *content;

	s->mark = arena_save(&c->arena);
	s->entered = c->entered;
	s->portable = c->portable;
	fill_header(d, i, e);
	s->filled = parts != 0;
	if (are_quick(d, i, parts)) {
		skim_fields(&s->parts[i].top, c->chunk.p, parts, e);
		return e;
	}
	content = make_content(d, i, !on_top(d, i, parts));
	return outline_extract(c, content, parts, e) ? e : NULL;
}

void evtx_skim_refuse(struct evtx_decoder *d)
{
	const struct skim *const s = d->skim;

	/* What was made for the chunk meanwhile lies behind it, and stays. */
	if (d->context.entered == s->entered && d->context.portable == s->portable)
		arena_restore(&d->context.arena, s->mark);
}

bool evtx_skim_complete(struct evtx_decoder *d, uint32_t i, uint32_t parts)
{
	struct binxml_context *const c = &d->context;
	struct event *const e = &d->skim->event;
	const struct binxml_instance *const content = make_content(d, i, true);

	if (d->skim->filled)
		binxml_forget_content(e);
	d->skim->filled = parts != 0;
	e->record = content;
	if (!are_quick(d, i, parts))
		return outline_extract(c, content, parts, e);
	skim_fields(&d->skim->parts[i].top, c->chunk.p, parts, e);
	return true;
}

enum tocsin_status evtx_skim_decode(struct evtx_decoder *d, uint32_t i, unsigned *state,
				    const struct event **ret_event, struct evtx_loss *ret_loss,
				    struct tocsin_error *error)
{
	const struct evtx_skimmed *const record = &d->skim->records[i];
	enum tocsin_status status;

	*ret_loss = (struct evtx_loss){0, 0};
	if (!*state) {
		d->at = d->trusted_end = record->at;
		d->last_id = le64(d->context.chunk.p + record->at + 8) - 1;
		d->has_last_id = true;
		d->resync = d->told = false;
		d->next_counted = 0;
	} else if (d->pending.status == TOCSIN_OK) {
		return TOCSIN_END;
	}
	/* It is in the account already. */
	if (!*state && record->sound)
		d->account.records -= record->size;
	(*state)++;
	d->phase = CHUNK_WALK;
	status = evtx_chunk_next(d, ret_event, ret_loss, error);
	d->phase = CHUNK_DONE;
	return status;
}
