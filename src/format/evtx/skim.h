/* SPDX-License-Identifier: Apache-2.0 */
/* The skimmer's own state, one a decoder; what it does is declared in evtx.h. */
#ifndef TOCSIN_FORMAT_EVTX_SKIM_H
#define TOCSIN_FORMAT_EVTX_SKIM_H

#include "format/evtx/evtx_decoder.h"
#include "format/evtx/outline.h"
#include "format/evtx/template.h"
#include "format/evtx/template_variant.h"

struct skim;

struct skim *skim_new(void); /* NULL without memory */
void skim_free(struct skim *s);

/* Whether chunk[at .. end) is a value of elements that surely compile, none with more than one
 * piece of text. */
bool skim_inline(struct view chunk, uint32_t at, uint32_t end);

#endif
