/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A template's outline: where its event's fields and values come from, found once for each kept
 * template. Most records are then read slot by slot without walking their elements. A template that
 * an outline can't describe has none, and a record whose values don't fit it is walked: extract.c
 * is the specification, and a test holds both against each other.
 */
#ifndef TOCSIN_FORMAT_EVTX_OUTLINE_H
#define TOCSIN_FORMAT_EVTX_OUTLINE_H

#include "format/evtx/binxml.h"

struct outline;

/* Which field of an event an element of System or RenderingInfo, or an attribute in System, is;
 * EVENT_FIELD_COUNT: none. */
enum event_field extract_system_field(enum atom element);
enum event_field extract_rendering_field(enum atom element);
enum event_field extract_attribute_field(enum atom element, enum atom attribute);

/* The outline of a program that stays as it is, in `a`; NULL when it has none (or no memory). */
const struct outline *outline_make(struct arena *a, const struct binxml_program *p);

/*
 * Fills `e` from a record by the outlines of its templates. False: the record has to be walked, and
 * `e` holds a part of it.
 */
bool outline_extract(struct binxml_context *c, const struct binxml_instance *instance,
		     struct event *e);

#endif
