/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Reports on event log files, one source after the other: what its logs hold (--summary) and how
 * the file is built (--info). For people and as JSON; the fields are in docs/summary.md.
 */
#ifndef TOCSIN_OUTPUT_LOG_REPORT_H
#define TOCSIN_OUTPUT_LOG_REPORT_H

#include "output/json.h"
#include "query/log_info.h"
#include "query/log_summary.h"

struct log_style {
	bool color;
	unsigned width; /* 0: nothing is cut */
};

struct log_summary_report {
	const char *path;
	uint64_t size;
	const struct summary_source *summary;
	bool filtered; /* not all records: what is missing between ids is then no gap */
	uint64_t lost; /* places of the source, and their bytes */
	uint64_t lost_bytes;
};

void log_summary_text(const struct log_summary_report *r, const struct log_style *style,
		      struct buf *out);

/* One object. */
void log_summary_json(const struct log_summary_report *r, struct json *j);

/*
 * How a file is built, in parts as they come: begin, its chunks, damages, its damages, end. The
 * JSON is one object.
 */
void log_info_text_begin(const struct log_info_file *f, const struct log_style *style,
			 struct buf *out);
void log_info_text_chunk(const struct log_info_chunk *c, const struct log_style *style,
			 struct buf *out);
void log_info_text_damages(struct buf *out);
void log_info_text_damage(const struct scan_damage *d, const struct log_style *style,
			  struct buf *out);
void log_info_text_end(const struct log_info_sums *s, struct buf *out);

void log_info_json_begin(const struct log_info_file *f, struct json *j);
void log_info_json_chunk(const struct log_info_chunk *c, struct json *j);
void log_info_json_damages(struct json *j);
void log_info_json_damage(const struct scan_damage *d, struct json *j);
void log_info_json_end(const struct log_info_sums *s, struct json *j);

/* ---- What both texts are made of */

/* `1,904,113` */
void log_thousands(struct buf *out, uint64_t n);
/* `2 records`; `one` where it is one. */
void log_counted(struct buf *out, uint64_t n, const char *one, const char *many);
/* `2016-07-08 18:12:51Z`, `unknown` for 0 */
void log_second(struct buf *out, uint64_t filetime);
/* A name from evidence, cleaned; `(none)` for an empty one. */
void log_name(struct buf *out, const char *name);

#endif
