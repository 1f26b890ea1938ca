/* SPDX-License-Identifier: Apache-2.0 */
/*
 * UTF-16LE text, of which the first two bytes choose how it is escaped and as what type of value it
 * is read: each level of the processor's instructions writes the same bytes as the scalar code, for
 * text, values and checksums, within the room that was asked for.
 */
#include <stdlib.h>

#include "base/cpu.h"
#include "base/crc32.h"
#include "format/value.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

struct texts {
	struct buf whole, to_nul, value;
	uint32_t crc;
};

/* Room of exactly the bound, so that a sanitizer sees what lies beyond it. */
static void keep(struct buf *to, char *room, const char *end)
{
	buf_add(to, room, (size_t)(end - room));
	free(room);
}

static void *room_of(size_t n)
{
	void *const p = malloc(n);

	if (!p)
		abort();
	return p;
}

static void write_all(struct texts *t, struct view text, const struct value *v,
		      enum utf_escape escape)
{
	char *room = room_of(utf16_write_bound(text.n));

	keep(&t->whole, room, utf16_write(room, text, escape));
	room = room_of(utf16_write_bound(text.n));
	keep(&t->to_nul, room, utf16_write_to_nul(room, text, escape));
	room = room_of(value_write_bound(v));
	keep(&t->value, room, value_write(room, v, escape));
	t->crc = crc32_update(0, text);
}

static void free_all(struct texts *t)
{
	buf_free(&t->whole);
	buf_free(&t->to_nul);
	buf_free(&t->value);
}

static bool same(const struct buf *a, const struct buf *b)
{
	return view_equal((struct view){(const uint8_t *)a->p, a->n},
			  (struct view){(const uint8_t *)b->p, b->n});
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct texts scalar = {0};
	struct view text;
	struct value v;
	uint8_t *copy;

	if (size < 2 || size > 8192)
		return 0;
	copy = room_of(size - 2);
	memcpy(copy, data + 2, size - 2);
	text = (struct view){copy, size - 2};
	v = (struct value){data[1], text};
	for (int level = CPU_SCALAR; level <= CPU_AVX512; level++) {
		struct texts t = {0};

		cpu_limit((enum cpu_level)level);
		write_all(&t, text, &v, (enum utf_escape)(data[0] % (UTF_JSON + 1)));
		if (level == CPU_SCALAR) {
			scalar = t;
			continue;
		}
		if (!same(&t.whole, &scalar.whole) || !same(&t.to_nul, &scalar.to_nul) ||
		    !same(&t.value, &scalar.value) || t.crc != scalar.crc)
			abort();
		free_all(&t);
	}
	free_all(&scalar);
	free(copy);
	return 0;
}
