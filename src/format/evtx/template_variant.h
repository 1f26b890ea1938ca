/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Definitions that have been compiled before, by their bytes. Each chunk repeats the definitions of
 * the templates that its records use; what differs from chunk to chunk are the offsets of names,
 * and which of the names stand inline. A variant is one such form of a definition: its bytes with a
 * mask over what may differ, and the names that it refers to. Where a definition equals a variant,
 * the compiler would give an equal program, and need not run.
 */
#ifndef TOCSIN_FORMAT_EVTX_TEMPLATE_VARIANT_H
#define TOCSIN_FORMAT_EVTX_TEMPLATE_VARIANT_H

#include "format/evtx/binxml.h"

struct template_variants;

/* NULL without memory. */
struct template_variants *template_variants_new(void);
void template_variants_free(struct template_variants *v);

/*
 * The program of the definition at chunk offset `at`, whose header and `size` bytes are in the
 * chunk, where it equals a variant; else NULL. *ret_text is what the compiler would charge for its
 * names.
 */
const struct binxml_program *template_variant_find(const struct template_variants *v,
						   struct view chunk, size_t at, size_t size,
						   size_t *ret_text);

/* Keeps the definition at `at`, which was compiled to `program`: that must stay as long as `v`.
 * `names` is what the compiler met. Does nothing where there is no room for it. */
void template_variant_add(struct template_variants *v, struct view chunk, size_t at, size_t size,
			  const struct binxml_name_log *names,
			  const struct binxml_program *program);

#endif
