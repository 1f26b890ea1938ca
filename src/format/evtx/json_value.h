/* SPDX-License-Identifier: Apache-2.0 */
/* How a value stands in JSON: whether it shows at all, and whether it needs quotes. */
#ifndef TOCSIN_FORMAT_EVTX_JSON_VALUE_H
#define TOCSIN_FORMAT_EVTX_JSON_VALUE_H

#include "format/value.h"

/* Whether the value has any text. */
static inline bool json_value_shows(const struct value *v)
{
	switch (v->type) {
	case VALUE_NULL:
		return false;
	case VALUE_STRING:
	case VALUE_XML:
		return v->bytes.n >= 2 && le16(v->bytes.p);
	case VALUE_ANSI:
		return v->bytes.n && v->bytes.p[0];
	default:
		return v->bytes.n > 0;
	}
}

/* Whether the value's text is a JSON number or literal as it stands. */
static inline bool json_value_is_bare(const struct value *v)
{
	return value_is_integer(v) || v->type == VALUE_BOOL;
}

#endif
