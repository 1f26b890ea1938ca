# SPDX-License-Identifier: Apache-2.0
# Every record that was written is counted; the summary agrees, and --quiet has none.
written=$("$TOCSIN_BUILD/make-evidence" evidence | sed 's/ .*//')
counted=$("$TOCSIN" events --count evidence 2>summary)
[ "$written" -gt 0 ] && [ "$written" = "$counted" ] && echo "all records are there"
sed 's/^tocsin: \([0-9,]*\) records from \([0-9]*\) sources, .*; \(.*\)$/\3/' summary
sed 's/^tocsin: \([0-9,]*\) records.*/\1/' summary | tr -d , >number
[ "$(cat number)" = "$written" ] && echo "the summary says so"
"$TOCSIN" events --quiet --count evidence/EX01 evidence/EX02 >some 2>silence
[ ! -s silence ] && [ "$(cat some)" -lt "$written" ] && echo "some of them, quietly"
"$TOCSIN" events -q evidence | wc -l | tr -d ' ' >lines
[ "$(cat lines)" = "$written" ] && echo "one line of JSON for each"
"$TOCSIN" events -q --xml evidence | grep -c '^<Event ' >elements
[ "$(cat elements)" = "$written" ] && echo "one element for each"
