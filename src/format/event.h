/* SPDX-License-Identifier: Apache-2.0 */
/*
 * One decoded record of any source, as the layers above see it: system fields and inserted values,
 * all typed, all views. How the bytes were laid out stays in the format's folder.
 */
#ifndef TOCSIN_FORMAT_EVENT_H
#define TOCSIN_FORMAT_EVENT_H

#include "format/value.h"

/* Event/System and Event/RenderingInfo. A field that the record does not have is a VALUE_NULL.
 * Provider, ID, channel and computer, which every event has, are lost then; an empty one is an
 * empty VALUE_STRING. */
enum event_field {
	EVENT_PROVIDER, /* System/Provider/@Name */
	EVENT_SOURCE, /* System/Provider/@EventSourceName, the classic name where the provider has a
			 manifest */
	EVENT_PROVIDER_GUID, /* System/Provider/@Guid */
	EVENT_ID,            /* System/EventID, 16 bits */
	EVENT_QUALIFIERS,    /* System/EventID/@Qualifiers */
	EVENT_VERSION,
	EVENT_LEVEL,
	EVENT_TASK,
	EVENT_OPCODE,
	EVENT_KEYWORDS,
	EVENT_TIME,      /* System/TimeCreated/@SystemTime */
	EVENT_RECORD_ID, /* System/EventRecordID */
	EVENT_ACTIVITY_ID,
	EVENT_RELATED_ACTIVITY_ID,
	EVENT_PROCESS_ID,
	EVENT_THREAD_ID,
	EVENT_CHANNEL,
	EVENT_COMPUTER,
	EVENT_USER_ID,    /* System/Security/@UserID, a SID */
	EVENT_MESSAGE,    /* RenderingInfo/Message: the text as the source computer worded it
			     (forwarded events) */
	EVENT_LEVEL_NAME, /* RenderingInfo/Level */
	EVENT_TASK_NAME,
	EVENT_OPCODE_NAME,
	EVENT_FIELD_COUNT
};

/* Parts of an event, as bits: 1 << field for each enum event_field, and the rest. */
#define EVENT_PART(field) (1u << (field))
#define EVENT_PART_DATA (1u << EVENT_FIELD_COUNT) /* data, binary */
#define EVENT_PART_OTHERS (1u << (EVENT_FIELD_COUNT + 1))
#define EVENT_PARTS_ALL ((1u << (EVENT_FIELD_COUNT + 2)) - 1)

/* One inserted value in document order: EventData/Data, EventData/ComplexData, or a leaf below
 * UserData/<x>. */
struct event_data {
	struct view name;   /* UTF-16LE: Data's Name attribute or the leaf's element name; empty for
			       classic events */
	struct value value; /* arrays are expanded: one entry an item */
};

/*
 * How a record came to light. LIVE: where the structures of its file list it. RECOVERED: in an
 * event log file, but outside of what those structures list (free space, a cleared chunk, inside
 * another record, a chunk without its magic). CARVED: found by its own signature in any file.
 */
enum event_origin { EVENT_LIVE, EVENT_RECOVERED, EVENT_CARVED };

/*
 * A record. All views live as long as whatever produced it says (a chunk's buffer and the reader's
 * arena); event_copy() makes one that lives longer.
 */
struct event {
	uint64_t record_id; /* from the record's header */
	uint64_t written;   /* FILETIME from the record's header */
	uint64_t offset;    /* of the record in its file */
	uint32_t chunk;     /* number of the chunk in its file, from 0 */
	uint32_t size;      /* bytes of the record */
	enum event_origin origin;
	const char *note; /* static string: where it was found, for a record that is not LIVE */
	/* A template was lost: its values are shown with their types, and without names. */
	bool template_missing;
	/* Its values do not fit the record: they are given as far as they can be told apart. */
	bool values_cut;
	/* A template was lost and is known from this file (NULL: none was), at this offset. */
	const char *template_path;
	uint64_t template_offset;
	/* Templates that are not alike fit the record: which one was its own nobody can tell. */
	bool template_ambiguous;
	struct value field[EVENT_FIELD_COUNT];
	const struct event_data *data;
	size_t data_count;
	struct view binary; /* EventData/Binary: the classic event's extra bytes */
	/* Values that are neither a field nor in `data`: attributes outside of System, the rest of
	 * RenderingInfo, unknown elements of System. Only where the reader was asked for them. */
	const struct event_data *others;
	size_t other_count;
	const void *record; /* the format's own handle, for rendering (evtx: struct evtx_record) */
};

/* `live`, `recovered` or `carved`. */
const char *event_origin_name(enum event_origin origin);

/* Name of a field as Windows' XML has it ("Provider", "EventID", ...). */
const char *event_field_name(enum event_field field);

/* TimeCreated where the record has it, else the header's time. */
uint64_t event_time(const struct event *e);

/* Number of a field, or `otherwise`. */
uint64_t event_number(const struct event *e, enum event_field field, uint64_t otherwise);

/* i-th inserted value, or a null value beyond the last. */
struct value event_string(const struct event *e, size_t i);

/* A deep copy whose views live in `a` (`record` is NULL in it); NULL without memory. */
struct event *event_copy(struct arena *a, const struct event *e);

#endif
