/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The search by vectors of bytes whose tables have 16 entries, included once for each kind. Before
 * it are defined:
 *
 *   NAME(x)         the name of a function of this kind
 *   TARGET          its attributes
 *   VECTOR, WIDTH   the type and its bytes
 *   LOAD(p) STORE(p, v) SET(byte) OR(a, b) AND(a, b) EQUAL(a, b)
 *   TABLE(p)        16 bytes as a table; LOOK(table, v): for each byte of v, which is below 16,
 *                   table[byte]; with LOOK_ASCII(table, v) it is below 128, and its low half counts
 *   LOW(v) HIGH(v)  the halves of each byte
 *   ANY(v)          whether a byte is not zero
 *
 * Four blocks are looked at together: a branch costs as much as a block.
 */

/* The bytes that are not zero are candidates: `window` or starts. */
TARGET static void NAME(candidates)(struct literal_search *s, size_t at, VECTOR found, bool window)
{
	uint8_t bytes[WIDTH];

	if (!ANY(found))
		return;
	STORE(bytes, found);
	for (size_t i = 0; i < WIDTH; i += 8) {
		uint64_t rest = le64(bytes + i);

		while (rest && at + i < s->end) {
			const size_t k = (size_t)__builtin_ctzll(rest) / 8;

			rest &= ~(0xffull << 8 * k);
			if (window)
				literal_candidate(s, at + i + k, bytes[i + k]);
			else
				literal_start(s, at + i + k);
		}
	}
}

struct NAME(tables) {
	VECTOR low[WINDOW_UNITS], high, high_last;
};

/* The buckets that the low halves of all bytes, and the high ones of the first and the last, allow.
 */
TARGET static inline __attribute__((always_inline)) VECTOR
NAME(window)(const uint8_t *p, const struct NAME(tables) * t, size_t units, bool ascii)
{
	const VECTOR first = LOAD(p), last = LOAD(p + 2 * (units - 1));
	VECTOR found = AND(LOOK(t->high, HIGH(first)), LOOK(t->high_last, HIGH(last)));

	for (size_t i = 0; i < units; i++) {
		const VECTOR v = LOAD(p + 2 * i);

		found = AND(found, ascii ? LOOK_ASCII(t->low[i], v) : LOOK(t->low[i], LOW(v)));
	}
	return found;
}

TARGET static inline __attribute__((always_inline)) void NAME(windows_of)(struct literal_search *s,
									  size_t units, bool ascii)
{
	const struct literal_finder *const f = s->f;
	struct NAME(tables) t;
	size_t at, to;

	if (!literal_windows(s, &at, &to))
		return;
	for (size_t i = 0; i < units; i++)
		t.low[i] = TABLE(f->low[i]);
	t.high = TABLE(f->high[0]);
	t.high_last = TABLE(f->high[units - 1]);
	for (; to - at >= 4 * WIDTH && at < s->end; at += 4 * WIDTH) {
		const uint8_t *const p = s->bytes.p + at;
		const VECTOR a = NAME(window)(p, &t, units, ascii);
		const VECTOR b = NAME(window)(p + WIDTH, &t, units, ascii);
		const VECTOR c = NAME(window)(p + 2 * WIDTH, &t, units, ascii);
		const VECTOR d = NAME(window)(p + 3 * WIDTH, &t, units, ascii);

		if (ANY(OR(OR(a, b), OR(c, d)))) {
			NAME(candidates)(s, at, a, true);
			NAME(candidates)(s, at + WIDTH, b, true);
			NAME(candidates)(s, at + 2 * WIDTH, c, true);
			NAME(candidates)(s, at + 3 * WIDTH, d, true);
		}
	}
	for (; to - at >= WIDTH && at < s->end; at += WIDTH)
		NAME(candidates)(s, at, NAME(window)(s->bytes.p + at, &t, units, ascii), true);
	literal_scan_windows(s, at, to);
}

TARGET static void NAME(windows)(struct literal_search *s)
{
	switch (s->f->window_units * 2 + s->f->ascii) {
	case 2:
		NAME(windows_of)(s, 1, false);
		break;
	case 3:
		NAME(windows_of)(s, 1, true);
		break;
	case 4:
		NAME(windows_of)(s, 2, false);
		break;
	case 5:
		NAME(windows_of)(s, 2, true);
		break;
	case 6:
		NAME(windows_of)(s, 3, false);
		break;
	default:
		NAME(windows_of)(s, 3, true);
		break;
	}
}

TARGET static inline __attribute__((always_inline)) VECTOR
NAME(pair_at)(const uint8_t *p, const struct literal *l, const VECTOR *mask, const VECTOR *value)
{
	return AND(EQUAL(OR(LOAD(p + l->at[0]), mask[0]), value[0]),
		   EQUAL(OR(LOAD(p + l->at[1]), mask[1]), value[1]));
}

TARGET static void NAME(pair)(struct literal_search *s)
{
	const struct literal *const l = &s->f->literals[0];
	const VECTOR mask[2] = {SET((char)l->mask[0]), SET((char)l->mask[1])};
	const VECTOR value[2] = {SET((char)l->value[0]), SET((char)l->value[1])};
	size_t at, to;

	if (!literal_starts(s, &at, &to))
		return;
	for (; to - at >= 4 * WIDTH && !s->more; at += 4 * WIDTH) {
		const uint8_t *const p = s->bytes.p + at;
		const VECTOR a = NAME(pair_at)(p, l, mask, value);
		const VECTOR b = NAME(pair_at)(p + WIDTH, l, mask, value);
		const VECTOR c = NAME(pair_at)(p + 2 * WIDTH, l, mask, value);
		const VECTOR d = NAME(pair_at)(p + 3 * WIDTH, l, mask, value);

		if (ANY(OR(OR(a, b), OR(c, d)))) {
			NAME(candidates)(s, at, a, false);
			NAME(candidates)(s, at + WIDTH, b, false);
			NAME(candidates)(s, at + 2 * WIDTH, c, false);
			NAME(candidates)(s, at + 3 * WIDTH, d, false);
		}
	}
	for (; to - at >= WIDTH && !s->more; at += WIDTH)
		NAME(candidates)(s, at, NAME(pair_at)(s->bytes.p + at, l, mask, value), false);
	literal_scan_starts(s, at, to);
}
