# SPDX-License-Identifier: Apache-2.0
# A document as published, flattened to one line, and the built-in number give the same verdicts.
"$TOCSIN_BUILD/make-evidence" evidence >/dev/null
for form in 2021-063 "$SRC/tests/data/own-2021-063.md" "$SRC/tests/data/own-2021-063.txt"; do
	"$TOCSIN" check -a "$form" -o json evidence | sed '/"advisories": \[/,/^  \],/d' >"report.$(basename "$form")"
done
for report in report.*; do
	cmp "$report" report.2021-063 && echo "the same verdicts"
done
"$TOCSIN" check -a 2099-001 evidence
echo "exit $?"
