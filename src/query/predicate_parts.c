/* SPDX-License-Identifier: Apache-2.0 */
/* Follows evaluate.c, property.c and message.c: what each of them reads of an event. */
#include "query/predicate_parts.h"

#define PART(field) EVENT_PART(EVENT_##field)

static uint32_t property_parts(enum property property)
{
	switch (property) {
	case PROPERTY_RECORD_ID:
	case PROPERTY_INDEX:
		return PART(RECORD_ID);
	case PROPERTY_TIME:
	case PROPERTY_TIME_GENERATED:
		return PART(TIME);
	case PROPERTY_SOURCE:
		return PART(SOURCE) | PART(PROVIDER);
	case PROPERTY_ENTRY_TYPE:
		return PART(KEYWORDS) | PART(LEVEL);
	case PROPERTY_INSTANCE_ID:
		return PART(ID) | PART(QUALIFIERS);
	case PROPERTY_LEVEL_NAME:
		return PART(LEVEL_NAME) | PART(LEVEL);
	case PROPERTY_TASK_NAME:
		return PART(TASK_NAME);
	case PROPERTY_OPCODE_NAME:
		return PART(OPCODE_NAME);
	case PROPERTY_CATEGORY:
		return PART(TASK_NAME) | PART(TASK);
	case PROPERTY_KEYWORDS:
		return PART(KEYWORDS);
	case PROPERTY_USER_SID:
	case PROPERTY_USER_NAME:
		return PART(USER_ID);
	case PROPERTY_PROVIDER_ID:
		return PART(PROVIDER_GUID);
	case PROPERTY_ACTIVITY_ID:
		return PART(ACTIVITY_ID);
	case PROPERTY_RELATED_ACTIVITY_ID:
		return PART(RELATED_ACTIVITY_ID);
	case PROPERTY_ID:
		return PART(ID);
	case PROPERTY_COMPUTER_LABEL:
		return PART(COMPUTER);
	case PROPERTY_COUNT:
		break;
	}
	return EVENT_PARTS_ALL;
}

/* The text that the source computer made, else what words it: the wording is found by provider and
 * id, and takes the inserted values. With the values as its subject nothing is worded. */
static uint32_t message_parts(enum query_subject subject)
{
	const uint32_t values = PART(MESSAGE) | EVENT_PART_DATA;

	return subject == QUERY_SUBJECT_VALUES
		       ? values
		       : values | PART(ID) | PART(QUALIFIERS) | PART(PROVIDER) | PART(SOURCE);
}

uint32_t operand_parts(const struct operand *o, enum query_subject subject)
{
	switch (o->kind) {
	case OPERAND_LITERAL:
	case OPERAND_ABSENT:
		return 0;
	case OPERAND_FIELD:
		return EVENT_PART(o->as.field);
	case OPERAND_PROPERTY:
		return property_parts(o->as.property);
	case OPERAND_STRING:
	case OPERAND_STRINGS:
	case OPERAND_DATA:
	case OPERAND_DATA_LIST:
	case OPERAND_NAMED:
		return EVENT_PART_DATA;
	case OPERAND_MESSAGE:
		return message_parts(subject);
	case OPERAND_VALUES:
		break;
	case OPERAND_PREDICATE:
		return predicate_parts(o->as.predicate, subject);
	}
	return EVENT_PARTS_ALL;
}

/* One operand that is worded where the other is a message as well: a subject of values asks for the
 * values alone, but operand_evaluate() of the other side words it. */
static uint32_t compare_parts(const struct predicate *p, enum query_subject subject)
{
	const bool both = p->left.kind == OPERAND_MESSAGE && p->right.kind == OPERAND_MESSAGE;

	return operand_parts(&p->left, subject) |
	       operand_parts(&p->right, both ? QUERY_SUBJECT_MESSAGE : subject);
}

uint32_t predicate_parts(const struct predicate *p, enum query_subject subject)
{
	/* Depth is bounded by the front ends (LIMIT_EXPRESSION_DEPTH). */
	uint32_t parts = 0;

	if (!p)
		return 0;
	switch (p->kind) {
	case PREDICATE_CONSTANT:
		return 0;
	case PREDICATE_AND:
	case PREDICATE_OR:
	case PREDICATE_XOR:
	case PREDICATE_NOT:
		for (size_t i = 0; i < p->count; i++)
			parts |= predicate_parts(p->children[i], subject);
		return parts;
	case PREDICATE_TEST:
		return operand_parts(&p->left, subject);
	case PREDICATE_COMPARE:
		/* WITHIN has no right side: it is zero, a literal. */
		return compare_parts(p, subject);
	}
	return EVENT_PARTS_ALL;
}

uint32_t query_parts(const struct query *q, enum query_subject subject)
{
	return predicate_parts(q->where, subject) | predicate_parts(q->parameters, subject);
}
