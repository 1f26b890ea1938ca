/* SPDX-License-Identifier: Apache-2.0 */
/* Words that the reports on log files share. */
#include "base/text.h"
#include "base/timestamp.h"
#include "output/log_report.h"

void log_thousands(struct buf *out, uint64_t n)
{
	char digits[20];
	size_t count = 0;

	do
		digits[count++] = (char)('0' + n % 10);
	while (n /= 10);
	while (count) {
		buf_byte(out, digits[--count]);
		if (count && count % 3 == 0)
			buf_byte(out, ',');
	}
}

void log_counted(struct buf *out, uint64_t n, const char *one, const char *many)
{
	log_thousands(out, n);
	buf_printf(out, " %s", n == 1 ? one : many);
}

void log_second(struct buf *out, uint64_t filetime)
{
	char text[FILETIME_TEXT];

	if (!filetime) {
		buf_str(out, "unknown");
		return;
	}
	filetime_format_second(text, filetime);
	buf_str(out, text);
}

void log_name(struct buf *out, const char *name)
{
	if (*name)
		text_clean(out, view_of(name));
	else
		buf_str(out, "(none)");
}
