/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Printed dates, and the history list:
 *
 *	_History:_ * _10/11/2021 --- v1.0 -- Initial publication_ * _12/11/2021 --- v1.1: text_
 *
 * read from the flat text, so that both forms of a document give the same entries. An entry begins
 * where a day, a month, a year, dashes and a version follow each other; its text goes on to the
 *next.
 */
#include "advisory/reading.h"

#include <stdio.h>

#include "base/timestamp.h"

static const char *const months[] = {"january",   "february", "march",    "april",
				     "may",       "june",     "july",     "august",
				     "september", "october",  "november", "december"};

/* The month that a word of at least three letters names ("Aug", "August"); 0 for none. */
static unsigned month_number(struct view word)
{
	if (word.n < 3)
		return 0;
	for (unsigned m = 0; m < 12; m++) {
		size_t i = 0;

		while (i < word.n && months[m][i] && to_lower(word.p[i]) == (uint8_t)months[m][i])
			i++;
		if (i == word.n)
			return m + 1;
	}
	return 0;
}

static const char *iso(struct reading *r, unsigned year, unsigned month, unsigned day)
{
	const struct civil c = {.year = year, .month = month, .day = day};
	uint64_t time;
	char text[FILETIME_TEXT];

	if (!filetime_from_civil(&c, &time))
		return NULL;
	filetime_format_day(text, time);
	return reading_copy(r, view_of(text));
}

/* Takes an unsigned number of at most four digits; false when there is none. */
static bool take_number(struct view *v, unsigned *ret, unsigned *ret_digits)
{
	unsigned n = 0, value = 0;

	while (n < v->n && n < 5 && is_digit(v->p[n]))
		value = value * 10 + (v->p[n++] - '0');
	if (!n || n > 4)
		return false;
	*v = view_slice(*v, n, v->n);
	*ret = value;
	*ret_digits = n;
	return true;
}

const char *date_iso(struct reading *r, const char *printed)
{
	struct view v = view_of(printed);
	unsigned numbers[3] = {0}, digits[3] = {0}, count = 0, month = 0;

	while (v.n) {
		if (is_digit(v.p[0])) {
			if (count == 3 || !take_number(&v, &numbers[count], &digits[count]))
				return NULL;
			count++;
			/* 1st, 2nd, 3rd, 21th */
			if (v.n >= 2 && is_alpha(v.p[0]) && is_alpha(v.p[1]))
				v = view_slice(v, 2, v.n);
		} else if (is_alpha(v.p[0])) {
			size_t n = 0;

			while (n < v.n && is_alpha(v.p[n]))
				n++;
			if (month)
				return NULL;
			month = month_number(view_slice(v, 0, n));
			if (!month)
				return NULL;
			v = view_slice(v, n, v.n);
		} else {
			v = view_slice(v, 1, v.n);
		}
	}
	if (!month && count == 3 && digits[0] == 4)
		return iso(r, numbers[0], numbers[1], numbers[2]);
	if (!month && count == 3 && digits[2] == 4)
		return iso(r, numbers[2], numbers[1], numbers[0]);
	if (month && count == 2 && digits[1] == 4)
		return iso(r, numbers[1], month, numbers[0]);
	return NULL;
}

/* One entry's head: where it begins, and where its text does. */
struct head {
	size_t begin, text;
	struct view date, version;
	unsigned day, month, year;
};

static bool is_dash(struct view v, size_t *ret_n)
{
	size_t n = 0;

	while (n < v.n && v.p[n] == '-')
		n++;
	if (!n && (view_starts(v, "\xe2\x80\x93") || view_starts(v, "\xe2\x80\x94")))
		n = 3;
	*ret_n = n;
	return n > 0;
}

/* `10/11/2021 --- v1.0` at `pos`. */
static bool read_head(struct view flat, size_t pos, struct head *ret)
{
	struct view v = view_slice(flat, pos, flat.n);
	struct head h = {.begin = pos};
	unsigned digits;
	size_t n;

	if (!take_number(&v, &h.day, &digits) || digits > 2 || !view_starts(v, "/"))
		return false;
	v = view_slice(v, 1, v.n);
	if (!take_number(&v, &h.month, &digits) || digits > 2 || !view_starts(v, "/"))
		return false;
	v = view_slice(v, 1, v.n);
	if (!take_number(&v, &h.year, &digits) || digits != 4)
		return false;
	h.date = view_slice(flat, pos, (size_t)(v.p - flat.p) - pos);
	while (v.n && v.p[0] == ' ')
		v = view_slice(v, 1, v.n);
	if (!is_dash(v, &n))
		return false;
	v = view_slice(v, n, v.n);
	while (v.n && v.p[0] == ' ')
		v = view_slice(v, 1, v.n);
	if (!view_starts_nocase(v, "v"))
		return false;
	v = view_slice(v, 1, v.n);
	if (view_starts(v, "."))
		v = view_slice(v, 1, v.n);
	n = 0;
	while (n < v.n &&
	       (is_digit(v.p[n]) || (v.p[n] == '.' && n && n + 1 < v.n && is_digit(v.p[n + 1]))))
		n++;
	if (!n)
		return false;
	h.version = view_slice(v, 0, n);
	h.text = (size_t)(v.p - flat.p) + n;
	*ret = h;
	return true;
}

/* The entry's words: separators in front and the marks of the next item behind taken off. */
static struct view entry_text(struct view v)
{
	size_t n;

	v = view_trim(v);
	if (is_dash(v, &n) || (v.n && v.p[0] == ':' && (n = 1)))
		v = view_trim(view_slice(v, n, v.n));
	if (v.n && (v.p[v.n - 1] == '*' || v.p[v.n - 1] == '-'))
		v = view_trim(view_slice(v, 0, v.n - 1));
	if (v.n && v.p[v.n - 1] == '_')
		v.n--;
	return view_trim(v);
}

void history_read(struct reading *r, struct view flat, struct advisory *a)
{
	struct list out = {0};
	struct head h = {0}, next;
	bool has = false;

	for (size_t i = 0; i <= flat.n; i++) {
		const bool found = i < flat.n && is_digit(flat.p[i]) &&
				   (i == 0 || flat.p[i - 1] == ' ' || flat.p[i - 1] == '_') &&
				   read_head(flat, i, &next);
		struct advisory_history *entry;
		size_t end = i;

		if (!found && i < flat.n)
			continue;
		if (has) {
			entry = list_add(r, &out, sizeof(*entry));
			if (!entry)
				return;
			/* the next entry's opening emphasis and mark are not this one's words */
			if (found && end > h.text && flat.p[end - 1] == '_')
				end--;
			entry->date = iso(r, h.year, h.month, h.day);
			entry->date_printed = reading_copy(r, h.date);
			entry->version = reading_copy(r, h.version);
			entry->text =
				reading_copy(r, entry_text(view_slice(flat, h.text, end - h.text)));
		}
		if (found) {
			h = next;
			has = true;
			i = next.text - 1;
		}
	}
	a->history = out.items;
	a->history_count = out.count;
}
