# SPDX-License-Identifier: Apache-2.0
# No output form gives a control character of the evidence to a terminal.
"$TOCSIN_BUILD/make-evidence" --writer-cases cases
for form in ps csv json jsonl; do
	"$TOCSIN" query -q -o "$form" 'Get-WinEvent -Path *' cases 2>told >out
	test -s out && printf '%s: %s control characters\n' "$form" \
		"$(LC_ALL=C tr -d '\n\r\t -~\200-\377' <out | wc -c | tr -d ' ')"
done
