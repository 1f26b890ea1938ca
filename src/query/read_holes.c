/* SPDX-License-Identifier: Apache-2.0 */
/* Reading around the bad places of a disk; see read_holes.h. */
#include "query/read_holes.h"

static void mark(struct read_piece *p, uint8_t *to, size_t at, size_t n,
		 const struct tocsin_error *error)
{
	const size_t sector = at / SECTOR_SIZE;

	memset(to + at, 0, n);
	p->sectors[sector / 64] |= UINT64_C(1) << sector % 64;
	if (!p->bad)
		p->error = *error;
	p->bad += n;
}

/* A block sector by sector; how many bytes of it are there. */
static size_t read_block(const struct log_file *f, struct read_piece *p, uint8_t *to, size_t at,
			 size_t n)
{
	size_t done = 0;

	while (done < n) {
		const size_t step = n - done < SECTOR_SIZE ? n - done : SECTOR_SIZE;
		struct tocsin_error error;
		size_t got;

		if (f->read_at(f->file, p->offset + at + done, to + at + done, step, &got,
			       &error) != TOCSIN_OK) {
			mark(p, to, at + done, step, &error);
			got = step;
		}
		done += got;
		if (got < step)
			break;
	}
	return done;
}

void read_piece(const struct log_file *f, uint64_t offset, uint8_t *to, size_t n,
		struct read_piece *ret)
{
	memset(ret, 0, sizeof(*ret));
	ret->offset = offset;
	if (f->read_at(f->file, offset, to, n, &ret->n, NULL) == TOCSIN_OK)
		return;
	ret->n = 0;
	while (ret->n < n) {
		const size_t step = n - ret->n < BLOCK_SIZE ? n - ret->n : BLOCK_SIZE;
		size_t got;

		if (f->read_at(f->file, offset + ret->n, to + ret->n, step, &got, NULL) !=
		    TOCSIN_OK)
			got = read_block(f, ret, to, ret->n, step);
		ret->n += got;
		if (got < step)
			break;
	}
}

static bool is_hole(const struct read_piece *p, size_t at)
{
	const size_t sector = at / SECTOR_SIZE;

	return p->sectors[sector / 64] >> sector % 64 & 1;
}

/* Where the sector of `at` ends in the piece. */
static size_t sector_end(const struct read_piece *p, size_t at)
{
	const size_t end = (at / SECTOR_SIZE + 1) * SECTOR_SIZE;

	return end < p->n ? end : p->n;
}

bool read_piece_hole(const struct read_piece *p, size_t *at, size_t *ret_from, size_t *ret_n)
{
	size_t i = *at, from;

	if (!p->bad)
		return false;
	while (i < p->n && !is_hole(p, i))
		i = sector_end(p, i);
	if (i >= p->n)
		return false;
	from = i;
	while (i < p->n && is_hole(p, i))
		i = sector_end(p, i);
	*at = i;
	*ret_from = from;
	*ret_n = i - from;
	return true;
}

uint64_t read_piece_overlap(const struct read_piece *p, uint64_t offset, uint64_t n)
{
	const uint64_t end = n > UINT64_MAX - offset ? UINT64_MAX : offset + n;
	size_t at = 0, from, bytes;
	uint64_t sum = 0;

	while (read_piece_hole(p, &at, &from, &bytes)) {
		const uint64_t a = p->offset + from, b = a + bytes;
		const uint64_t low = a > offset ? a : offset, high = b < end ? b : end;

		sum += high > low ? high - low : 0;
	}
	return sum;
}
