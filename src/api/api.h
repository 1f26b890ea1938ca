/* SPDX-License-Identifier: Apache-2.0 */
/* What is behind the handles of include/tocsin.h. */
#ifndef TOCSIN_API_API_H
#define TOCSIN_API_API_H

#include <stdatomic.h>

#include "query/log_file.h"
#include "query/query.h"
#include "query/read_holes.h"
#include "query/scan_feed.h"

/*
 * What a compiled query consists of; immutable but for its count of users: the handle, and each
 * reader that keeps a matcher for it. So tocsin_query_free() may come while such readers live on.
 */
struct api_query {
	atomic_uint users;
	struct query *query;
	struct message_catalogue *catalogue; /* NULL: no wording is known */
};

struct tocsin_query {
	struct api_query *shared;
};

/* One user less; NULL is allowed. */
void api_query_release(struct api_query *q);

/* Matchers that a reader keeps: asking a few queries about each event in turn builds none anew. */
#define API_MATCHERS 8

struct api_matcher {
	struct api_query *query; /* NULL: free */
	struct matcher *matcher;
};

struct tocsin_event {
	const struct event *event;
	struct tocsin_reader *reader; /* whose memory the answers about it use */
};

struct tocsin_reader {
	struct log_file file;
	char *path;
	/* The file as a scan's evidence, for the library of its own templates. */
	struct source source;
	struct evidence evidence;
	struct scan_options options;
	struct scan_feed feed;
	struct template_library *lost_templates;
	struct evtx_decoder *decoder;
	uint8_t *chunk;             /* EVTX_CHUNK_SIZE */
	struct read_piece piece;    /* that is in it */
	size_t hole_at;             /* up to where its bad places are told */
	uint32_t next_chunk;        /* to be read */
	bool in_chunk;              /* the decoder has records of the one before it */
	bool told;                  /* reading has begun */
	struct tocsin_error damage; /* to the header or a chunk as a whole, still to be told */
	struct tocsin_event event;
	struct buf xml;
	struct api_matcher matchers[API_MATCHERS];
	unsigned next_matcher; /* to be replaced when all are taken */
};

#endif
