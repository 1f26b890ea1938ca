/* SPDX-License-Identifier: Apache-2.0 */
/* Names of computers: a host is known by its short name and by its full one (EX01,
 * ex01.corp.example). */
#include "evidence/evidence.h"

#include "base/utf.h"

/* Next code point in lower case; 0 at the end (a name holds no NUL: it is a C string). */
static uint32_t next_lower(struct view *v)
{
	uint32_t cp;

	if (!v->n)
		return 0;
	cp = utf8_next(v);
	return cp < 0x10000 ? utf16_lower((uint16_t)cp) : cp;
}

/* A full name may end in the root's dot. */
static struct view name_of(const char *s)
{
	struct view v = view_of(s ? s : "");

	if (v.n > 1 && v.p[v.n - 1] == '.')
		v.n--;
	return v;
}

static bool has_dot(struct view v)
{
	return v.n && memchr(v.p, '.', v.n) != NULL;
}

bool host_same(const char *a, const char *b)
{
	struct view va = name_of(a), vb = name_of(b);
	const bool short_a = !has_dot(va), short_b = !has_dot(vb);
	bool any = false;

	for (;;) {
		const uint32_t ca = next_lower(&va), cb = next_lower(&vb);

		if (ca == cb) {
			if (!ca)
				return true;
			any = true;
			continue;
		}
		/* One has ended: the same host when it is the other's first label. */
		return any && ((!ca && short_a && cb == '.') || (!cb && short_b && ca == '.'));
	}
}
