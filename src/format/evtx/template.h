/* SPDX-License-Identifier: Apache-2.0 */
/* Template definitions, inside: what the chunk reader, the library of templates and the carver
 * share. */
#ifndef TOCSIN_FORMAT_EVTX_TEMPLATE_H
#define TOCSIN_FORMAT_EVTX_TEMPLATE_H

#include "format/evtx/binxml.h"
#include "format/evtx/binxml_token.h"

#define INSTANCE_HEADER 10u   /* token, u8, u32 id, u32 definition offset */
#define DEFINITION_HEADER 24u /* u32 next, GUID, u32 size */

/* Whether an instance that starts at `p`, at chunk offset `at`, defines its template right behind:
 * INSTANCE_HEADER + DEFINITION_HEADER bytes are there. */
static inline bool template_inline(const uint8_t *p, size_t at)
{
	return p[0] == TOKEN_INSTANCE && le32(p + 6) == at + INSTANCE_HEADER &&
	       le32(p + 2) == le32(p + INSTANCE_HEADER + 4);
}

/* The one value of an instance whose descriptor is damaged, and what it was; no value: UINT32_MAX.
 */
struct value_mend {
	uint32_t index;
	uint32_t descriptor; /* u16 size, u8 type */
};

/*
 * Which of the descriptors of `n` values, `room` bytes and padding together, is damaged. Only where
 * there is one way to put them right: one alone can't be, and with the size that its type has the
 * values end where they should, or they do so as they are, and the type is wrong: then it is bytes.
 * Or the values are too long, and end where they should without one bit of one size alone.
 */
struct value_mend template_mend(const uint8_t *descriptors, uint32_t n, size_t room);

/* Descriptor `i`, put right. */
static inline uint32_t template_descriptor(const struct value_mend *mend,
					   const uint8_t *descriptors, uint32_t i)
{
	return i == mend->index ? mend->descriptor : le32(descriptors + 4 * (size_t)i);
}

/* The definition at chunk offset `at`, compiled once a chunk; one that does not compile keeps its
 * error. */
TOCSIN_MUST_USE enum tocsin_status template_definition(struct binxml_context *c, size_t at,
						       const struct binxml_program **ret,
						       struct tocsin_error *error);

/* Whether a compiled template nests an instance of its own; such a one points into its chunk and
 * can't be kept. */
bool template_has_instances(const struct binxml_program *p);

/* Whether two templates without instances show values alike: GUIDs and sizes may differ. */
bool template_alike(const struct binxml_program *a, const struct binxml_program *b);

/* Memory that lives as long as a store. */
struct arena *template_store_arena(struct template_store *s);

/* Memory that a store takes. */
size_t template_store_bytes(const struct template_store *s);

/*
 * A program that shows values whose template is lost, as the content of the record at hand or of a
 * value inside it; in the chunk's memory, NULL when there is not enough of it.
 */
const struct binxml_program *template_from_values(struct binxml_context *c,
						  const struct value *values, uint32_t count);

#endif
