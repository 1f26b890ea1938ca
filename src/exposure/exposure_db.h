/* SPDX-License-Identifier: Apache-2.0 */
/* The data of data/exchange/ in memory; only for src/exposure/ and its tests. */
#ifndef TOCSIN_EXPOSURE_EXPOSURE_DB_H
#define TOCSIN_EXPOSURE_EXPOSURE_DB_H

#include <stdarg.h>

#include "exposure/exposure.h"

/* Product lines; a bit each in a CVE. There are six. */
#define EXPOSURE_PRODUCTS 16

struct product {
	const char *id, *name;
	uint32_t major, minor, third_from, third_to;
	bool any_minor;   /* 2010: 14.0 to 14.3 */
	unsigned cu_part; /* the part that tells the cumulative update; 0: there are none */
	const struct product *previous; /* the line that this one goes on from, or NULL */
	bool ended;                     /* no further cumulative update comes */
	const char *released;      /* of its first cumulative update that is no preview, or NULL */
	size_t cu_first, cu_count; /* in db->cus */
};

struct cu {
	const struct product *product;
	const char *name;
	const char *released; /* of its first build, or NULL */
	bool preview;
	size_t first, count; /* in db->builds */
};

struct build_row {
	struct build build;
	size_t cu;          /* in db->cus */
	const char *update; /* NULL: the cumulative update itself */
	const char *released, *kb, *conflict;
	struct build conflict_with;
	bool has_conflict;
	bool from_docs, from_checker; /* sources: Microsoft's documentation, HealthChecker */
};

/* What fixes a CVE in one cumulative update. */
struct fix {
	size_t cu;
	const struct build_row *row; /* NULL: the vendor names the CU; its first fixed build is not
					known */
	struct build disputed;       /* a lower first fixed build that another source gives … */
	const char *disputed_by;     /* … or NULL */
};

enum config_kind {
	CONFIG_NONE,
	CONFIG_NEEDED,     /* the fixed build alone does not close the hole */
	CONFIG_OVERRIDE,   /* the fixed build does, unless it is switched off again */
	CONFIG_MITIGATION, /* an affected server may have been shielded */
	CONFIG_PLATFORM    /* the fix is not in Exchange at all */
};

struct cve {
	struct cve_info info;
	uint32_t named, named_disputed; /* products, by bit */
	enum config_kind config;
	const char *config_text;
	/* From this build on setup makes the configuration itself; all zero: never. */
	struct build config_from[EXPOSURE_PRODUCTS];
	const char *date;            /* when the fix was out, or NULL */
	size_t fix_first, fix_count; /* in db->fixes, by product and CU */
};

struct remark {
	const struct cve *cve;
	const struct product *product;
	struct build below;
	const char *text;
};

struct exposure_db {
	struct arena arena;
	struct product products[EXPOSURE_PRODUCTS];
	size_t product_count;
	struct cu *cus;
	size_t cu_count;
	struct build_row *builds; /* ascending */
	size_t build_count;
	struct cve *cves; /* by id */
	size_t cve_count;
	struct fix *fixes;
	size_t fix_count;
	struct remark *remarks;
	size_t remark_count;
};

/* The texts of the files, in this order. */
enum exposure_file { FILE_PRODUCTS, FILE_BUILDS, FILE_CVES, FILE_FIXES, FILE_REMARKS, FILE_COUNT };

/* exposure_db_load() from memory. */
TOCSIN_MUST_USE enum tocsin_status exposure_db_parse(const struct view files[FILE_COUNT],
						     struct exposure_db **ret_db,
						     struct tocsin_error *error);

/* The line that a build belongs to, or NULL. */
const struct product *exposure_product(const struct exposure_db *db, const struct build *b);

/* Its cumulative update, or NULL when that is not known. */
const struct cu *exposure_cu(const struct exposure_db *db, const struct build *b,
			     enum precision precision);

/* The newest known build of `cu` at or below `b`, or NULL. */
const struct build_row *exposure_row(const struct exposure_db *db, const struct cu *cu,
				     const struct build *b);

const struct cve *exposure_find_cve(const struct exposure_db *db, const char *id);

/* Four numbers and dots, nothing else, as the data files have them; each at most 65535. */
bool build_read(const char *text, struct build *ret);

/* Formatted text in an arena, NULL without memory. */
char *exposure_textv(struct arena *a, const char *fmt, va_list args) PRINTF_LIKE(2, 0);

#endif
