/* SPDX-License-Identifier: Apache-2.0 */
/* Holds what compiled templates write of a record against what a walk does, and what both charge;
 * used by test_render_compiled.c and by the fuzzer of event log files. */
#ifndef TOCSIN_TESTS_RENDER_COMPARE_H
#define TOCSIN_TESTS_RENDER_COMPARE_H

#include "format/evtx/compiled.h"
#include "format/evtx/evtx_decoder.h"

enum rendered { RENDER_WALKED, RENDER_SAME, RENDER_DIFFERENT };

/* The last two renderings: to look at where they differ. */
struct render_lab {
	struct buf walked, compiled;
};

static inline void render_lab_free(struct render_lab *lab)
{
	buf_free(&lab->walked);
	buf_free(&lab->compiled);
}

static inline enum rendered render_compare(struct render_lab *lab, struct evtx_decoder *d,
					   const struct event *e, enum form_kind kind)
{
	struct binxml_context *const c = &d->context;
	const uint32_t nodes = c->chunk_nodes;
	const size_t text = c->chunk_text;
	const bool plain = c->plain_walk;
	uint32_t walked_nodes;
	size_t walked_text;
	enum tocsin_status status;
	bool compiled = false;

	buf_clear(&lab->walked);
	buf_clear(&lab->compiled);
	c->plain_walk = true;
	status = kind == FORM_XML ? evtx_render_xml(d, e, &lab->walked)
				  : evtx_render_json(d, e, &lab->walked);
	walked_nodes = nodes - c->chunk_nodes;
	walked_text = text - c->chunk_text;
	c->plain_walk = false;
	/* Forms are made when they are asked for again. */
	for (unsigned i = 0; i < 2 * FORM_TRIED && !compiled; i++) {
		c->chunk_nodes = nodes;
		c->chunk_text = text;
		compiled = compiled_render(c, e->record, kind, &lab->compiled);
		if (!compiled &&
		    (lab->compiled.n || c->chunk_nodes != nodes || c->chunk_text != text))
			return RENDER_DIFFERENT;
	}
	c->plain_walk = plain;
	if (!compiled) {
		c->chunk_nodes = nodes - walked_nodes;
		c->chunk_text = text - walked_text;
		return RENDER_WALKED;
	}
	if (status != TOCSIN_OK || lab->walked.n != lab->compiled.n ||
	    memcmp(lab->walked.p, lab->compiled.p, lab->walked.n) != 0)
		return RENDER_DIFFERENT;
	return nodes - c->chunk_nodes == walked_nodes && text - c->chunk_text == walked_text
		       ? RENDER_SAME
		       : RENDER_DIFFERENT;
}

#endif
