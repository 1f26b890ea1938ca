# SPDX-License-Identifier: Apache-2.0
# --since and --until: both ends belong to the period; no record in it is exit 1.
"$TOCSIN_BUILD/make-evidence" demo >/dev/null
all=$("$TOCSIN" events -q --count demo)
before=$("$TOCSIN" events -q --count --until 2021-11-03 demo)
after=$("$TOCSIN" events -q --count --since 2021-11-04 demo)
[ $((before + after)) = "$all" ] && [ "$before" -gt 0 ] && [ "$after" -gt 0 ] && echo "nothing twice, nothing lost"
"$TOCSIN" events -q --since 2030-01-01 demo
echo "none: exit $?"
"$TOCSIN" events -q --count --since 2030-01-01 demo
echo "none counted: exit $?"
"$TOCSIN" events --count --since 2030-01-01 demo 2>&1 | sed 's/of [0-9,]* records.*;/of N records;/'
"$TOCSIN" events --since yesterday demo
echo "no time: exit $?"
