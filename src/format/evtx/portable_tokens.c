/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Portable BinXML from a chunk's tokens. Reads them exactly as binxml_compile() and
 * binxml_instance_read() do (tokens: MS-EVEN6 2.2.12), and copies what it reads; only what counts
 * in the chunk is told otherwise: names, definitions, sizes of elements, BinXML values.
 */
#include "base/limits.h"
#include "format/evtx/portable_internal.h"
#include "format/evtx/template.h"
#include "format/evtx/writer_internal.h"

/* One stream. */
struct tokens {
	struct portable_job *job;
	struct form *form;
	struct view chunk;
	size_t at, end; /* in the chunk */
	bool dependencies, in_definition;
	unsigned nesting;
	unsigned depth;    /* elements open */
	bool in_tag;       /* between an element's start and the end of its tag */
	bool in_list;      /* in its attribute list, whose size is to be told */
	bool in_attribute; /* in an attribute's value */
};

static enum tocsin_status bad(const struct tokens *t, const char *msg)
{
	return error_set(t->job->error, TOCSIN_INVALID, t->at, msg);
}

static const uint8_t *peek(const struct tokens *t, size_t n)
{
	return n > t->end - t->at ? NULL : t->chunk.p + t->at;
}

/* Takes `n` bytes that the portable form tells in another way. */
static enum tocsin_status skip(struct tokens *t, size_t n)
{
	if (!peek(t, n))
		return bad(t, "BinXML ends inside a token");
	t->at += n;
	return TOCSIN_OK;
}

static enum tocsin_status copy(struct tokens *t, size_t n)
{
	const uint8_t *const p = peek(t, n);

	if (!p)
		return bad(t, "BinXML ends inside a token");
	form_bytes(t->form, p, n);
	t->at += n;
	return TOCSIN_OK;
}

/* u16 count, count × `width` bytes */
static enum tocsin_status copy_counted(struct tokens *t, size_t width)
{
	const uint8_t *const count = peek(t, 2);

	return copy(t, count ? 2 + width * le16(count) : 2);
}

static bool name_fits(struct view chunk, size_t at)
{
	if (at < 8 || at > chunk.n || chunk.n - at < 8)
		return false;
	return (size_t)le16(chunk.p + at + 6) * 2 + 2 <= chunk.n - at - 8;
}

static bool name_hash_ok(const uint8_t *at)
{
	const size_t units = le16(at + 6);

	return units && le16(at + 4) == (uint16_t)pen_hash(at + 8, units);
}

static enum tocsin_status name(struct tokens *t)
{
	const uint8_t *const p = peek(t, 4);
	size_t offset, n;

	TRY(skip(t, 4));
	offset = le32(p);
	if (!name_fits(t->chunk, offset))
		return bad(t, "BinXML name lies outside the chunk");
	n = (size_t)le16(t->chunk.p + offset + 6) * 2;
	if (offset == t->at)
		TRY(skip(t, 8 + n + 2));
	/* Of older records' remains the reader believes only names whose hash agrees. */
	if (t->job->c->live_end && !name_hash_ok(t->chunk.p + offset))
		return bad(t, "no name stands where BinXML refers to one");
	form_name(t->form, view_slice(t->chunk, offset + 8, n));
	return TOCSIN_OK;
}

/* ---- elements and attributes */

static void end_list(struct tokens *t)
{
	if (t->in_list)
		form_op(t->form, FORM_LIST_END);
	t->in_list = false;
}

static void end_tag(struct tokens *t)
{
	end_list(t);
	t->in_tag = t->in_attribute = false;
}

/* Content begins: ends the start tag unless an attribute's value is what is being read. */
static void before_content(struct tokens *t)
{
	if (!t->in_attribute)
		end_tag(t);
}

/* See start_fits() of binxml_compile.c: the same decision. */
static bool start_fits(const struct tokens *t, size_t header)
{
	const uint8_t *const p = peek(t, header + 4);
	size_t at;

	if (!p)
		return false;
	at = le32(p + header);
	return name_fits(t->chunk, at) && (at <= t->at || at == t->at + header + 4);
}

static enum tocsin_status element_start(struct tokens *t, uint8_t token)
{
	bool with = t->dependencies;

	end_tag(t);
	if (t->depth == LIMIT_XML_DEPTH)
		return bad(t, "BinXML elements are nested too deep");
	form_bytes(t->form, &token, 1);
	if (!start_fits(t, with ? 6 : 4) && start_fits(t, with ? 4 : 6))
		with = !with;
	if (with)
		TRY(copy(t, 2));
	TRY(skip(t, 4));
	form_op(t->form, FORM_SIZE);
	TRY(name(t));
	if (token & TOKEN_MORE) {
		TRY(skip(t, 4));
		form_op(t->form, FORM_LIST);
		t->in_list = true;
	}
	t->depth++;
	t->in_tag = true;
	return TOCSIN_OK;
}

static enum tocsin_status element_close(struct tokens *t, uint8_t token)
{
	if (!t->depth)
		return bad(t, "BinXML closes an element that is not open");
	end_tag(t);
	form_op(t->form, FORM_CLOSE);
	form_byte(t->form, token);
	t->depth--;
	return TOCSIN_OK;
}

static enum tocsin_status attribute(struct tokens *t, uint8_t token)
{
	if (!t->in_tag)
		return bad(t, "BinXML attribute outside an element's start");
	form_bytes(t->form, &token, 1);
	TRY(name(t));
	t->in_attribute = true;
	return TOCSIN_OK;
}

/* ---- content */

static enum tocsin_status literal(struct tokens *t)
{
	const uint8_t *const p = peek(t, 1);
	uint8_t type;
	size_t n;

	TRY(copy(t, 1));
	type = *p;
	switch (type) {
	case VALUE_NULL:
		return TOCSIN_OK;
	case VALUE_STRING:
		return copy_counted(t, 2);
	case VALUE_ANSI:
	case VALUE_BINARY:
	case VALUE_SID:
		return copy_counted(t, 1);
	default:
		n = value_fixed_size(type);
		if (!n || (type & VALUE_ARRAY))
			return bad(t, "literal BinXML value of an unknown type");
		return copy(t, n);
	}
}

static enum tocsin_status processing(struct tokens *t)
{
	const uint8_t *token;

	TRY(name(t));
	token = peek(t, 1);
	if (!token || *token != TOKEN_PI_DATA)
		return bad(t, "BinXML processing instruction without data");
	TRY(copy(t, 1));
	return copy_counted(t, 2);
}

static enum tocsin_status content(struct tokens *t, uint8_t token)
{
	switch (token & ~TOKEN_MORE) {
	case TOKEN_VALUE:
	case TOKEN_CDATA:
	case TOKEN_CHAR_REF:
	case TOKEN_ENTITY_REF:
	case TOKEN_PI_TARGET:
	case TOKEN_SLOT:
	case TOKEN_SLOT_OPTIONAL:
	case TOKEN_INSTANCE:
		before_content(t);
		break;
	case TOKEN_FRAGMENT:
		break;
	default:
		t->at--;
		return bad(t, "unknown BinXML token");
	}
	if ((token & ~TOKEN_MORE) == TOKEN_INSTANCE)
		return portable_instance(t->job, t->form, &t->at, t->end, t->in_definition,
					 t->nesting);
	form_bytes(t->form, &token, 1);
	switch (token & ~TOKEN_MORE) {
	case TOKEN_VALUE:
		return literal(t);
	case TOKEN_CDATA:
		return copy_counted(t, 2);
	case TOKEN_CHAR_REF:
		return copy(t, 2);
	case TOKEN_ENTITY_REF:
		return name(t);
	case TOKEN_PI_TARGET:
		return processing(t);
	default: /* a substitution, a fragment's header */
		return copy(t, 3);
	}
}

static enum tocsin_status one_token(struct tokens *t, uint8_t token)
{
	switch (token & ~TOKEN_MORE) {
	case TOKEN_OPEN:
		return element_start(t, token);
	case TOKEN_BODY:
		end_tag(t);
		form_bytes(t->form, &token, 1);
		return TOCSIN_OK;
	case TOKEN_CLOSE_EMPTY:
	case TOKEN_CLOSE:
		return element_close(t, token);
	case TOKEN_ATTRIBUTE:
		return attribute(t, token);
	default:
		return content(t, token);
	}
}

static enum tocsin_status full(const struct portable_job *job, const struct form *f, size_t at)
{
	if (buf_failed(f->out))
		return error_set(job->error, TOCSIN_NO_MEMORY, at, "no memory to copy a record");
	return error_set(job->error, TOCSIN_LIMIT, at, "the record is too large to be copied");
}

enum tocsin_status portable_tokens(struct portable_job *job, struct form *f, size_t at, size_t end,
				   bool dependencies, bool in_definition, unsigned nesting,
				   bool *ret_ended)
{
	struct tokens t = {
		.job = job,
		.form = f,
		.chunk = job->c->chunk,
		.at = at,
		.end = end,
		.dependencies = dependencies,
		.in_definition = in_definition,
		.nesting = nesting,
	};
	bool ended = false;

	ENSURE(nesting < LIMIT_BINXML_NESTING, job->error, TOCSIN_INVALID, at,
	       "BinXML is nested too deep");
	while (t.at < t.end && !ended) {
		const uint8_t token = t.chunk.p[t.at++];

		ended = token == TOKEN_END;
		if (ended)
			form_bytes(f, &token, 1);
		else
			TRY(one_token(&t, token));
		if (f->full)
			return full(job, f, t.at);
	}
	if (t.depth)
		return bad(&t, "BinXML ends inside an element");
	*ret_ended = ended;
	return TOCSIN_OK;
}

/* ---- template instances */

/* A value that is BinXML itself. What the reader can't read stands as it is. */
static enum tocsin_status nested_value(struct portable_job *job, struct form *f, size_t at,
				       size_t size, uint32_t index, bool in_definition,
				       unsigned nesting)
{
	const struct form_mark mark = form_save(f);
	enum tocsin_status status;
	bool ended;

	form_op(f, FORM_VALUE);
	form_16(f, index);
	status = portable_tokens(job, f, at, at + size, false, in_definition, nesting + 1, &ended);
	if (status == TOCSIN_OK) {
		form_op(f, FORM_VALUE_END);
		return TOCSIN_OK;
	}
	if (status != TOCSIN_INVALID)
		return status;
	form_restore(f, mark);
	form_bytes(f, job->c->chunk.p + at, size);
	job->verbatim = true;
	return TOCSIN_OK;
}

/* Bytes of a value, of which `room` are there. */
static size_t value_room(uint32_t descriptor, size_t room)
{
	return (descriptor & 0xffff) < room ? descriptor & 0xffff : room;
}

/* The descriptors of values that take at most `room` bytes together: u16 size, u8 type, u8. */
static void put_descriptors(struct form *f, const struct value_mend *mend,
			    const uint8_t *descriptors, uint32_t n, size_t room)
{
	for (uint32_t i = 0; i < n && !f->full; i++) {
		const uint32_t descriptor = template_descriptor(mend, descriptors, i);
		const size_t size = value_room(descriptor, room);

		form_32(f, (descriptor & 0xffff0000u) | (uint32_t)size);
		room -= size;
	}
}

static enum tocsin_status values(struct portable_job *job, struct form *f, size_t *at, size_t end,
				 bool in_definition, unsigned nesting)
{
	struct view rest = view_slice(job->c->chunk, *at, end > *at ? end - *at : 0);
	const uint8_t *const count = take(&rest, 4);
	struct value_mend mend = {.index = UINT32_MAX};
	const uint8_t *descriptors = NULL;
	uint32_t n = 0;

	if (count)
		n = le32(count);
	if (count && n <= LIMIT_SUBSTITUTIONS)
		descriptors = take(&rest, (size_t)n * 4);
	ENSURE(descriptors, job->error, TOCSIN_INVALID, *at, "template values are cut off");
	if (job->c->cut)
		mend = template_mend(descriptors, n, rest.n);
	form_op(f, FORM_VALUES);
	form_32(f, n);
	put_descriptors(f, &mend, descriptors, n, rest.n);
	*at += 4 + (size_t)n * 4;
	for (uint32_t i = 0; i < n; i++) {
		const uint32_t descriptor = template_descriptor(&mend, descriptors, i);
		const size_t size = value_room(descriptor, rest.n);
		const uint8_t *const p = take(&rest, size);

		ENSURE(job->c->cut || size == (descriptor & 0xffff), job->error, TOCSIN_INVALID,
		       *at, "a template value reaches past its record");
		if ((uint8_t)(descriptor >> 16) == VALUE_BINXML && size)
			TRY(nested_value(job, f, *at, size, i, in_definition, nesting));
		else
			form_bytes(f, p, size);
		if (f->full)
			return full(job, f, *at);
		*at += size;
	}
	return TOCSIN_OK;
}

/*
 * The instance at chunk[*at .. end) as the reader takes it: its definition, and where its values
 * stand. What the reader decides counts: whether a definition is there, or lost and known from
 * elsewhere.
 */
static enum tocsin_status read_instance(struct portable_job *job, size_t *at, size_t end,
					unsigned nesting, struct portable_definition *ret)
{
	struct binxml_context *const c = job->c;
	const struct binxml_instance *instance;
	const size_t offset = le32(c->chunk.p + *at + 5);
	size_t place = *at;
	bool missing, borrowed;

	c->template_missing = false;
	c->template_path = NULL;
	if (binxml_instance_read(c, &place, end, &instance, job->error) != TOCSIN_OK)
		return TOCSIN_INVALID;
	missing = c->template_missing;
	borrowed = c->template_path != NULL;
	ENSURE(!missing, job->error, TOCSIN_UNSUPPORTED, *at, "a template of the record is lost");
	for (uint32_t i = 0; i < instance->count; i++)
		place -= 4 + instance->values[i].bytes.n;
	*at = place - 4;
	if (borrowed || (job->compiled && !template_has_instances(instance->program)))
		return portable_compiled(job, instance->program, ret);
	return portable_local(job, offset, nesting, ret);
}

enum tocsin_status portable_instance(struct portable_job *job, struct form *f, size_t *at,
				     size_t end, bool in_definition, unsigned nesting)
{
	const struct view header = view_slice(job->c->chunk, *at, end > *at ? end - *at : 0);
	struct portable_definition definition;
	size_t place = *at;

	ENSURE(header.n >= 9, job->error, TOCSIN_INVALID, *at, "template instance is cut off");
	TRY(read_instance(job, &place, end, nesting, &definition));
	/* What stands in a definition names others by content, so that equal ones are equal. */
	form_instance(f, header.p, &definition, !in_definition);
	TRY(values(job, f, &place, end, in_definition, nesting));
	*at = place;
	return TOCSIN_OK;
}
