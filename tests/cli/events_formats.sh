# SPDX-License-Identifier: Apache-2.0
# Each format, to the byte, and that they agree: JSON is JSON, CSV has as many cells in each row.
"$TOCSIN_BUILD/make-evidence" demo >/dev/null
mv demo/EX01/C/Windows/System32/winevt/Logs/*.evtx .
for format in --jsonl --json --xml --csv --table '--jsonl --shape flat' '--json --shape flat' --count; do
	echo "== $format"
	# shellcheck disable=SC2086 # options and their values
	"$TOCSIN" events -q $format --head 2 Application.evtx System.evtx
	echo "exit $?"
done
echo "== nothing"
for format in --json --csv --jsonl --table; do
	"$TOCSIN" events -q $format --id 1 System.evtx
	echo "exit $?"
done
echo "== agreement"
"$TOCSIN" events -q --jsonl System.evtx >lines
"$TOCSIN" events -q --json System.evtx | sed '1d;$d;s/,$//' >items
cmp lines items && echo "an array of the same objects"
"$TOCSIN" events -q System.evtx >default
cmp lines default && echo "JSON lines are the default"
"$TOCSIN" events -q --shape native System.evtx >default
cmp lines default && echo "in the native shape"
"$TOCSIN" events -q -o json=a.json -o csv=a.csv -o table=a.table -o count=a.count System.evtx
for format in json csv table count; do
	"$TOCSIN" events -q --$format System.evtx >single
	cmp single a.$format && echo "$format"
done
