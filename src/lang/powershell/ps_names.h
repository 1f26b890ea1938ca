/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Names: the properties of the two event objects, and the cmdlets' parameters with their aliases.
 */
#ifndef TOCSIN_LANG_POWERSHELL_PS_NAMES_H
#define TOCSIN_LANG_POWERSHELL_PS_NAMES_H

#include "query/query.h"

/* What a property holds, as far as the literals compared with it must fit. */
enum ps_type {
	PS_TYPE_ANY, /* known only in the event */
	PS_TYPE_TEXT,
	PS_TYPE_NUMBER,
	PS_TYPE_TIME,
	PS_TYPE_ENTRY_TYPE,
	PS_TYPE_GUID,
	PS_TYPE_LIST,
	PS_TYPE_DATA,     /* EventLogRecord.Properties: objects, each with a Value */
	PS_TYPE_NULL,     /* the property is there and always $null */
	PS_TYPE_NOT_HELD, /* the property is there, and this version does not read it */
	PS_TYPE_LITERAL,
	PS_TYPE_BOOL
};

struct ps_property {
	const char *name;
	enum ps_type type;
	struct operand operand;
};

/* A property of the object type by name, ignoring case, or NULL. */
const struct ps_property *ps_property_find(enum query_object object, const char *name);

/* The i-th property in the order that `*` shows; NULL behind the last. */
const struct ps_property *ps_property_at(enum query_object object, size_t i);

/* What someone probably means by a property that the object type does not have, or NULL. */
const char *ps_property_meant(enum query_object object, const char *name);

struct ps_parameter {
	const char *name;
	const char *aliases; /* separated by blanks, or NULL */
	bool is_switch;
	int position; /* -1: by name only */
};

/* Common to all cmdlets: accepted, they change no answer. */
extern const struct ps_parameter ps_common_parameters[];
extern const size_t ps_common_parameter_count;

#endif
