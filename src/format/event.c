/* SPDX-License-Identifier: Apache-2.0 */
#include "format/event.h"

const char *event_origin_name(enum event_origin origin)
{
	switch (origin) {
	case EVENT_LIVE:
		return "live";
	case EVENT_RECOVERED:
		return "recovered";
	case EVENT_CARVED:
		return "carved";
	}
	return "unknown";
}

const char *event_field_name(enum event_field field)
{
	static const char *const names[EVENT_FIELD_COUNT] = {
		"Provider",   "EventSourceName",   "Guid",        "EventID",
		"Qualifiers", "Version",           "Level",       "Task",
		"Opcode",     "Keywords",          "TimeCreated", "EventRecordID",
		"ActivityID", "RelatedActivityID", "ProcessID",   "ThreadID",
		"Channel",    "Computer",          "UserID",      "Message",
		"LevelName",  "TaskName",          "OpcodeName"};

	return field < EVENT_FIELD_COUNT ? names[field] : "";
}

uint64_t event_time(const struct event *e)
{
	uint64_t t;

	return value_time(&e->field[EVENT_TIME], &t) ? t : e->written;
}

uint64_t event_number(const struct event *e, enum event_field field, uint64_t otherwise)
{
	uint64_t v;

	return value_number(&e->field[field], &v) ? v : otherwise;
}

struct value event_string(const struct event *e, size_t i)
{
	const struct value none = {VALUE_NULL, {NULL, 0}};

	return i < e->data_count ? e->data[i].value : none;
}

static bool copy_view(struct arena *a, struct view *v)
{
	if (!v->n)
		return true;
	v->p = (const uint8_t *)arena_copy(a, v->p, v->n);
	return v->p != NULL;
}

static const struct event_data *copy_data(struct arena *a, const struct event_data *from,
					  size_t count)
{
	struct event_data *const data = arena_array(a, count, sizeof(*data));

	for (size_t i = 0; data && i < count; i++) {
		data[i] = from[i];
		if (!copy_view(a, &data[i].name) || !copy_view(a, &data[i].value.bytes))
			return NULL;
	}
	return data;
}

struct event *event_copy(struct arena *a, const struct event *e)
{
	struct event *const copy = arena_alloc(a, sizeof(*copy));

	if (!copy)
		return NULL;
	*copy = *e;
	copy->record = NULL;
	copy->data = copy_data(a, e->data, e->data_count);
	copy->others = copy_data(a, e->others, e->other_count);
	if (!copy->data || !copy->others)
		return NULL;
	for (size_t i = 0; i < EVENT_FIELD_COUNT; i++) {
		if (!copy_view(a, &copy->field[i].bytes))
			return NULL;
	}
	return copy_view(a, &copy->binary) ? copy : NULL;
}
