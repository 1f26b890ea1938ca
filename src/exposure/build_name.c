/* SPDX-License-Identifier: Apache-2.0 */
/* Builds: comparing and printing them, and what a build is. */
#include "exposure/exposure_db.h"

#include <stdio.h>

int build_compare(const struct build *a, const struct build *b)
{
	for (size_t i = 0; i < 4; i++)
		if (a->part[i] != b->part[i])
			return a->part[i] < b->part[i] ? -1 : 1;
	return 0;
}

size_t build_format(char out[48], const struct build *b)
{
	return (size_t)snprintf(out, 48, "%u.%u.%u.%u", b->part[0], b->part[1], b->part[2],
				b->part[3]);
}

bool build_read(const char *text, struct build *ret)
{
	struct build b = {{0}};

	for (size_t i = 0; i < 4; i++) {
		size_t digits = 0;

		for (; *text >= '0' && *text <= '9'; text++, digits++)
			if ((b.part[i] = b.part[i] * 10 + (uint32_t)(*text - '0')) > 65535)
				return false;
		if (!digits || *text != (i < 3 ? '.' : 0))
			return false;
		text++;
	}
	*ret = b;
	return true;
}

const char *precision_name(enum precision p)
{
	return p == PRECISION_SU ? "su" : p == PRECISION_CU ? "cu" : "product";
}

const struct product *exposure_product(const struct exposure_db *db, const struct build *b)
{
	for (size_t i = 0; i < db->product_count; i++) {
		const struct product *const p = &db->products[i];

		if (p->major == b->part[0] && (p->any_minor || p->minor == b->part[1]) &&
		    p->third_from <= b->part[2] && b->part[2] <= p->third_to)
			return p;
	}
	return NULL;
}

/*
 * The telling part is unique per CU, but for previews that share it with the release: then the
 * fourth part decides, and without it the release counts.
 */
const struct cu *exposure_cu(const struct exposure_db *db, const struct build *b,
			     enum precision precision)
{
	const struct product *const p = exposure_product(db, b);
	const struct cu *found = NULL;

	if (!p || !p->cu_part || precision == PRECISION_PRODUCT)
		return NULL;
	for (size_t i = p->cu_first; i < p->cu_first + p->cu_count; i++) {
		const struct cu *const cu = &db->cus[i];

		for (size_t k = cu->first; k < cu->first + cu->count; k++) {
			const struct build *const row = &db->builds[k].build;

			if (row->part[p->cu_part] != b->part[p->cu_part])
				continue;
			if (!found || precision == PRECISION_CU || build_compare(row, b) <= 0)
				found = cu;
		}
	}
	return found;
}

const struct build_row *exposure_row(const struct exposure_db *db, const struct cu *cu,
				     const struct build *b)
{
	const struct build_row *found = NULL;

	for (size_t i = cu->first; i < cu->first + cu->count; i++)
		if (build_compare(&db->builds[i].build, b) <= 0)
			found = &db->builds[i];
	return found;
}

bool exposure_identify(const struct exposure_db *db, const struct build *b,
		       enum precision precision, struct build_info *ret)
{
	const struct product *const p = exposure_product(db, b);
	const struct cu *const cu = exposure_cu(db, b, precision);
	const struct build_row *row;

	if (!p)
		return false;
	memset(ret, 0, sizeof(*ret));
	ret->product = p->name;
	ret->product_id = p->id;
	if (!cu)
		return true;
	ret->cu = cu->name;
	if (precision == PRECISION_CU) {
		ret->release_date = cu->released;
		return true;
	}
	row = exposure_row(db, cu, b);
	if (!row)
		return true;
	if (build_compare(&row->build, b)) {
		ret->su_before = row->update ? row->update : "RTM";
		return true;
	}
	ret->su = row->update ? row->update : "RTM";
	ret->release_date = row->released;
	ret->kb = row->kb;
	ret->conflict = row->conflict;
	return true;
}

/* ", between Oct21SU and Nov21SU" for a fourth part that no table has. */
static void name_between(const struct exposure_db *db, const struct cu *cu, const struct build *b,
			 struct buf *out)
{
	const struct build_row *const row = exposure_row(db, cu, b);
	const struct build_row *next = row ? row + 1 : &db->builds[cu->first];

	if (next == &db->builds[cu->first + cu->count])
		next = NULL;
	if (!row)
		buf_str(out, ", older than its release");
	else if (!next)
		buf_printf(out, ", newer than %s", row->update ? row->update : "its release");
	else
		buf_printf(out, ", between %s and %s", row->update ? row->update : "its release",
			   next->update ? next->update : "RTM");
}

void exposure_name(const struct exposure_db *db, const struct build *b, enum precision precision,
		   struct buf *out)
{
	struct build_info info;

	if (!exposure_identify(db, b, precision, &info)) {
		buf_str(out, "no Exchange build");
		return;
	}
	buf_str(out, info.product);
	if (precision == PRECISION_PRODUCT || !strcmp(info.product_id, "Online"))
		return;
	if (!info.cu) {
		buf_str(out, ", cumulative update unknown");
		return;
	}
	buf_printf(out, " %s", info.cu);
	if (precision == PRECISION_CU)
		buf_str(out, ", update unknown");
	else if (!info.su)
		name_between(db, exposure_cu(db, b, precision), b, out);
	else if (strcmp(info.su, "RTM") != 0)
		buf_printf(out, " %s", info.su);
}
