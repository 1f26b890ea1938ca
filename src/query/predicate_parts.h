/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Which parts of an event (EVENT_PART) an answer depends on, so that no others need be decoded for
 * it. What is named may be more than what is read, never less; the record's header, its origin and
 * what became of its templates are always there.
 */
#ifndef TOCSIN_QUERY_PREDICATE_PARTS_H
#define TOCSIN_QUERY_PREDICATE_PARTS_H

#include "query/query.h"

/* What predicate_evaluate() may look at; NULL is true of every event. Any catalogue. */
uint32_t predicate_parts(const struct predicate *p, enum query_subject subject);

/* What operand_evaluate() may look at; for OPERAND_MESSAGE evaluation_message(), too. */
uint32_t operand_parts(const struct operand *o, enum query_subject subject);

/* What a matcher of the query may look at: its selection and its parameters. */
uint32_t query_parts(const struct query *q, enum query_subject subject);

#endif
