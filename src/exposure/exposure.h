/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Products, builds and CVEs (data/exchange/): what a build is, and whether it is exposed. Rules:
 * docs/verdicts.md.
 */
#ifndef TOCSIN_EXPOSURE_EXPOSURE_H
#define TOCSIN_EXPOSURE_EXPOSURE_H

#include "base/arena.h"
#include "base/buf.h"
#include "base/error.h"

/* How much a build number proves: only the product, the cumulative update, or the security update
 * too. */
enum precision { PRECISION_PRODUCT, PRECISION_CU, PRECISION_SU };

/* Four unsigned parts, compared as numbers. */
struct build {
	uint32_t part[4];
};

enum exposure_status { EXPOSURE_UNKNOWN, EXPOSURE_NOT_AFFECTED, EXPOSURE_FIXED, EXPOSURE_AFFECTED };

struct exposure_db;

/* Loads the data (`dir` as in data_load). Immutable, shared by threads; freed with
 * exposure_db_free(). */
TOCSIN_MUST_USE enum tocsin_status exposure_db_load(const char *dir, struct exposure_db **ret_db,
						    struct tocsin_error *error);
void exposure_db_free(struct exposure_db *db);

/* -1, 0, 1 */
int build_compare(const struct build *a, const struct build *b);

/* `15.1.2308.20` without leading zeros; returns the length. */
size_t build_format(char out[48], const struct build *b);

/*
 * The build that a text names: `15.1.2308.20`, `15.01.2308.020`, `15,1,2308,20`, `Version 15.1
 * (Build 2308.8)` (an AdminDisplayVersion: CU precision), `15.1.2308` (CU precision), `Exchange
 * Server 2016 CU22 Nov21SU`. TOCSIN_SYNTAX when it names none, TOCSIN_NOT_FOUND for a name that is
 * not in the data.
 */
TOCSIN_MUST_USE enum tocsin_status exposure_parse(const struct exposure_db *db, const char *text,
						  struct build *ret_build,
						  enum precision *ret_precision,
						  struct tocsin_error *error);

/* What a build is. Strings live in the db; NULL where unknown. */
struct build_info {
	const char *product;    /* "Exchange Server 2016" */
	const char *product_id; /* "2016" */
	const char *cu;         /* "CU22"; NULL: the third part is in no table */
	const char *su; /* "Nov21SU", "RTM" for the CU itself; NULL: unknown fourth part, or CU
			   precision */
	const char
		*su_before; /* newest known update at or below an unknown fourth part, else NULL */
	const char *release_date; /* ISO 8601 */
	const char *kb;
	const char *conflict; /* sources disagree about this build: what they say */
};

/* False when it is not an Exchange build at all. */
bool exposure_identify(const struct exposure_db *db, const struct build *b,
		       enum precision precision, struct build_info *ret);

/* "Exchange Server 2016 CU22 Oct21SU" (or "… CU22, update unknown") into `out`. */
void exposure_name(const struct exposure_db *db, const struct build *b, enum precision precision,
		   struct buf *out);

struct exposure {
	enum exposure_status status;
	const char *reason;     /* in the arena given, one sentence */
	const char *fix_update; /* what to install: "Nov21SU" or "CU23 and then Nov23SU"; NULL:
				   nothing */
	const char *fix_kb;
	const char *fix_build; /* NULL where there is none */
};

/* Exposure of a build to a CVE. `cve` not in the data gives EXPOSURE_UNKNOWN with that reason. */
TOCSIN_MUST_USE enum tocsin_status exposure_judge(const struct exposure_db *db, const char *cve,
						  const struct build *b, enum precision precision,
						  struct arena *a, struct exposure *ret);

struct cve_info {
	const char *id, *title, *released; /* ISO 8601 */
	const char *cvss_score, *cvss_vector, *cvss_version,
		*cvss_severity; /* NULL where no source gives one */
	bool kev;
	const char *kev_date;
	const char *precondition; /* "authenticated mailbox user (post-auth)" or NULL */
};

size_t exposure_cve_count(const struct exposure_db *db);
bool exposure_cve_at(const struct exposure_db *db, size_t i,
		     struct cve_info *ret); /* sorted by id */
bool exposure_cve(const struct exposure_db *db, const char *id, struct cve_info *ret);

const char *
exposure_status_name(enum exposure_status s); /* "affected", "not_affected", "fixed", "unknown" */
const char *precision_name(enum precision p); /* "su", "cu", "product" */

#endif
