/* SPDX-License-Identifier: Apache-2.0 */
/* What a unit tells, and the account of its bytes; see scan_tell.h. */
#include "query/scan_tell.h"

static void tell(struct scan_teller *t, uint64_t record_id, uint64_t bytes, uint32_t chunk,
		 const struct tocsin_error *error)
{
	const struct scan_client *const client = t->job->client;
	const struct scan_damage damage = {t->job->source->source, record_id, bytes, chunk, *error};

	client->damage(client->context, t->job->worker, t->state, &damage);
}

/* Number of the chunk that has this offset. */
static uint32_t chunk_of(const struct scan_teller *t, uint64_t offset)
{
	const struct log_file *const f = &t->job->source->file;

	return t->job->options->carve || offset < f->data_offset
		       ? SCAN_NO_CHUNK
		       : (uint32_t)((offset - f->data_offset) / EVTX_CHUNK_SIZE);
}

void tell_source(struct scan_teller *t, const struct tocsin_error *error, uint64_t bytes)
{
	tell(t, 0, bytes, SCAN_NO_CHUNK, error);
	t->account.lost += bytes;
}

void tell_begin(struct scan_teller *t, uint64_t from, uint64_t to, const struct read_piece *pieces,
		size_t count)
{
	t->pieces = pieces;
	t->piece_count = pieces ? count : 0;
	t->from = from;
	t->to = to;
	t->covered = 0;
	t->hole_piece = t->hole_at = 0;
}

/* Bytes in holes of [from, to). */
static uint64_t holes_in(const struct scan_teller *t, uint64_t from, uint64_t to)
{
	uint64_t sum = 0;
	size_t i;

	for (i = 0; i < t->piece_count && from < to; i++)
		sum += read_piece_overlap(&t->pieces[i], from, to - from);
	return sum;
}

void tell_loss(struct scan_teller *t, const struct evtx_loss *loss,
	       const struct tocsin_error *error)
{
	const uint64_t from = error->offset;
	uint64_t bytes = loss->bytes, holes;

	if (t->piece_count && bytes && bytes <= UINT64_MAX - from) {
		const uint64_t to = from + bytes;

		holes = holes_in(t, from, to);
		bytes -= holes < bytes ? holes : bytes;
		t->covered += holes_in(t, from > t->from ? from : t->from, to < t->to ? to : t->to);
	}
	tell(t, loss->record_id, bytes, chunk_of(t, from), error);
}

/* One hole, as far as it lies in the bytes at hand. */
static void tell_hole(struct scan_teller *t, const struct read_piece *p, size_t at, size_t n)
{
	struct tocsin_error error = p->error;
	const uint64_t a = p->offset + at, b = a + n;
	const uint64_t from = a > t->from ? a : t->from, to = b < t->to ? b : t->to;

	error.offset = from;
	if (from < to)
		tell(t, 0, to - from, chunk_of(t, from), &error);
}

void tell_holes(struct scan_teller *t, uint64_t end)
{
	for (; t->hole_piece < t->piece_count; t->hole_piece++, t->hole_at = 0) {
		const struct read_piece *const p = &t->pieces[t->hole_piece];
		size_t at = t->hole_at, from, n;

		while (read_piece_hole(p, &at, &from, &n)) {
			if (p->offset + from >= end)
				return;
			tell_hole(t, p, from, n);
			t->hole_at = at;
		}
	}
}

/* Moves up to *left bytes from one counter to another. */
static void move(uint64_t *left, uint64_t *from, uint64_t *to)
{
	const uint64_t n = *left < *from ? *left : *from;

	*left -= n;
	*from -= n;
	*to += n;
}

void tell_account(struct scan_teller *t, const struct evtx_account *account)
{
	struct evtx_account a = *account;
	uint64_t left = holes_in(t, t->from, t->to);

	/* Zeros in no loss: free space most likely, else inside of what else there is. */
	left -= t->covered < left ? t->covered : left;
	move(&left, &a.unused, &a.lost);
	move(&left, &a.residue, &a.lost);
	move(&left, &a.records, &a.lost);
	move(&left, &a.recovered, &a.lost);
	move(&left, &a.headers, &a.lost);
	evtx_account_add(&t->account, &a);
}
