/* SPDX-License-Identifier: Apache-2.0 */
/* Properties of an event as values: what .NET's EventLogEntry and EventLogRecord compute. */
#ifndef TOCSIN_QUERY_PROPERTY_H
#define TOCSIN_QUERY_PROPERTY_H

#include "format/event.h"
#include "query/predicate.h"

/* A system field. Numbers are numbers however they were stored. */
struct datum property_of_field(const struct event *e, enum event_field field, struct arena *a);

/* Whether a system field is a number, whatever it was stored as. */
bool property_is_number(enum event_field field);

/* A computed property. */
struct datum property_of_event(const struct event *e, enum property property, struct arena *a);

/* An inserted value with its type, as EventLogRecord.Properties has it. Binary values are
 * DATUM_UNKNOWN. */
struct datum property_of_value(const struct value *v, struct arena *a);

/* The SID (text) of a well-known account name such as `NT AUTHORITY\SYSTEM`, or NULL. */
const char *account_sid(const char *name);

#endif
