# SPDX-License-Identifier: Apache-2.0
# Filters from the command line: alternatives of one kind, kinds together, refusals with their column, times before now.
"$TOCSIN_BUILD/make-evidence" demo >/dev/null
count() { "$TOCSIN" events -q --count "$@" demo; }
all=$(count)
[ "$(count --id 0-65535)" = "$all" ] && echo "every id: all"
[ $(($(count --id -1000) + $(count --id 1001-))) = "$all" ] && echo "two halves: all"
[ $(($(count --level error) + $(count --level 0-1,3-))) = "$all" ] && echo "levels: all"
[ "$(count --level error)" -gt 0 ] && [ "$(count --level error)" -lt "$all" ] && echo "errors: some"
[ "$(count --level error --level warning)" = "$(count --level error,warn)" ] && echo "a list is several"
[ "$(count --where '$_.Level -eq 2')" = "$(count --level 2)" ] && echo "a condition says the same"
[ "$(count --since 90000d)" = "$all" ] && echo "since long ago: all"
[ "$(count --until 1s)" = "$all" ] && echo "until a second ago: all"
count --since 1s
echo "since a second ago: exit $?"
count --text 'in no event at all'
echo "text: exit $?"
for term in '--id=1,9-8' '--id=70000' '--level=errors' '--record=-' '--provider=a[b' '--user=jdoe' '--text=' '--where=$_.Id -eq'; do
	"$TOCSIN" events "$term" demo
	echo "$term: exit $?"
done
