/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Where a chunk started that is not there any more. A template instance says what its template is
 * called (a short id) and where in its chunk it is defined; the instance that defines it says the
 * same, right before the definition (0C, u8, id, offset, definition). So a record next to which a
 * definition stands that goes by both shows where offset 0 was: 64 bits agree, and the GUID's first
 * bytes once more. A record that holds its definition itself is the common case.
 */
#include "format/evtx/carve.h"

#include <stdlib.h>

#include "format/evtx/template.h"

/* Definitions are searched in parts of this size, so that the list is not sorted for each record.
 */
#define PART EVTX_CHUNK_SIZE

static bool add(struct carve_index *x, uint64_t key, size_t place)
{
	if (x->count == x->room) {
		const size_t room = x->room ? 2 * x->room : 256;
		struct carve_definition *const more = realloc(x->list, room * sizeof(*more));

		if (!more)
			return false;
		x->list = more;
		x->room = room;
	}
	x->list[x->count++] = (struct carve_definition){key, (uint32_t)place};
	return true;
}

/* The chunk offset in a definition's key. */
static size_t key_offset(uint64_t key)
{
	return (size_t)(key >> 32);
}

/* Whether an instance at `p` defines its template; 34 bytes are there. */
static bool defines(const uint8_t *p)
{
	const uint32_t offset = le32(p + 6), size = le32(p + INSTANCE_HEADER + 20);

	return le32(p + 2) == le32(p + INSTANCE_HEADER + 4) &&
	       offset >= CHUNK_HEADER_SIZE + RECORD_HEADER_SIZE + INSTANCE_HEADER &&
	       offset <= EVTX_CHUNK_SIZE - DEFINITION_HEADER &&
	       size <= EVTX_CHUNK_SIZE - DEFINITION_HEADER - offset;
}

/* The next instance token in v[at .. end) with `need` bytes from it on; SIZE_MAX: none. */
static size_t next_token(struct view v, size_t at, size_t end, size_t need)
{
	const size_t last = v.n < need ? 0 : v.n - need + 1;
	const uint8_t *p;

	end = end < last ? end : last;
	if (at >= end)
		return SIZE_MAX;
	p = memchr(v.p + at, TOKEN_INSTANCE, end - at);
	return p ? (size_t)(p - v.p) : SIZE_MAX;
}

/* Adds the definitions whose instances start in v[x->to .. to). Without memory the rest of them is
 * not known: records are then shown by their values. */
static void search_part(struct carve_index *x, struct view v, size_t to)
{
	size_t at = x->to;

	for (;; at++) {
		at = next_token(v, at, to, INSTANCE_HEADER + DEFINITION_HEADER);
		if (at == SIZE_MAX)
			break;
		if (defines(v.p + at) && !add(x, le64(v.p + at + 2), at + INSTANCE_HEADER))
			break;
	}
	x->to = to;
}

static int compare(const void *a, const void *b)
{
	const struct carve_definition *const x = a, *const y = b;

	if (x->key != y->key)
		return x->key < y->key ? -1 : 1;
	return (x->place > y->place) - (x->place < y->place);
}

/* Forgets what lies before `from`. */
static void forget(struct carve_index *x, size_t from)
{
	size_t kept = 0;

	for (size_t i = 0; i < x->count; i++) {
		if (x->list[i].place >= from)
			x->list[kept++] = x->list[i];
	}
	x->count = kept;
	x->from = from;
}

/* Makes the index cover v[from .. to). */
static void cover(struct carve_index *x, struct view v, size_t from, size_t to)
{
	if (to > v.n)
		to = v.n;
	if (from < x->from || from > x->to) {
		x->count = 0;
		x->from = x->to = from;
	}
	if (to <= x->to)
		return;
	forget(x, from);
	search_part(x, v, v.n - to < PART ? v.n : to + PART);
	if (x->count)
		qsort(x->list, x->count, sizeof(*x->list), compare);
}

/* Position of the first definition that is not before (key, place). */
static size_t lower_bound(const struct carve_index *x, uint64_t key, size_t place)
{
	size_t low = 0, high = x->count;

	while (low < high) {
		const size_t middle = low + (high - low) / 2;
		const struct carve_definition *const m = &x->list[middle];

		if (m->key < key || (m->key == key && m->place < place))
			low = middle + 1;
		else
			high = middle;
	}
	return low;
}

/*
 * Of the definitions in v[from .. to) that go by `key`, the last one before the end of the record,
 * else the first one behind, from whose chunk the record can be; false: there is none.
 */
static bool find(const struct carve_index *x, uint64_t key, const struct carve_record *r,
		 int64_t *ret)
{
	const size_t offset = key_offset(key), end = r->at + r->size;
	/* base = place - offset; base + 512 <= at, base + 65536 >= end */
	size_t low = end + offset > EVTX_CHUNK_SIZE ? end + offset - EVTX_CHUNK_SIZE : 0;
	size_t high = r->at + offset < CHUNK_HEADER_SIZE ? 0 : r->at + offset - CHUNK_HEADER_SIZE;
	size_t i;

	low = low > r->from ? low : r->from;
	high = high < r->to ? high : r->to;
	i = lower_bound(x, key, high < end ? high + 1 : end);
	if (i && x->list[i - 1].key == key && x->list[i - 1].place >= low)
		i--;
	if (i == x->count || x->list[i].key != key || x->list[i].place < low ||
	    x->list[i].place > high)
		return false;
	*ret = (int64_t)x->list[i].place - (int64_t)offset;
	return true;
}

/*
 * A record without a template starts with an element whose name stands inline: u8 token, u16
 * dependency id or nothing, u32 size, u32 offset of the name, which is the place right behind.
 */
static bool by_name(struct view v, const struct carve_record *r, int64_t *ret)
{
	const struct view content =
		view_slice(v, r->at + RECORD_HEADER_SIZE, r->size - RECORD_HEADER_SIZE - 4);

	if (content.n < 24 || content.p[0] != 0x0f || (content.p[4] & ~0x40) != 0x01)
		return false;
	for (size_t place = 13; place <= 15; place += 2) {
		const size_t offset = le32(content.p + place - 4);
		const size_t end = place + 8 + 2 * (size_t)le16(content.p + place + 6) + 2;
		const size_t at = r->at + RECORD_HEADER_SIZE + place;

		if (offset < CHUNK_HEADER_SIZE + RECORD_HEADER_SIZE + place ||
		    offset > EVTX_CHUNK_SIZE || end > content.n || le16(content.p + end - 2) != 0 ||
		    at + EVTX_CHUNK_SIZE < offset + r->at + r->size)
			continue;
		*ret = (int64_t)at - (int64_t)offset;
		return true;
	}
	return false;
}

bool carve_base(struct carve_index *x, struct view v, const struct carve_record *r, int64_t *ret)
{
	const size_t from = r->at > EVTX_CHUNK_SIZE ? r->at - EVTX_CHUNK_SIZE : 0;
	size_t i = r->at + RECORD_HEADER_SIZE;

	cover(x, v, from, r->at + EVTX_CHUNK_SIZE);
	for (; x->count; i++) {
		i = next_token(v, i, r->at + r->size, INSTANCE_HEADER);
		if (i == SIZE_MAX)
			break;
		if (find(x, le64(v.p + i + 2), r, ret))
			return true;
	}
	return by_name(v, r, ret);
}
