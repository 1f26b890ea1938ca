# SPDX-License-Identifier: Apache-2.0
# Any number of threads writes the same bytes.
"$TOCSIN_BUILD/make-evidence" evidence >/dev/null
for n in 1 2 5; do
	"$TOCSIN" check -t $n -o json=json.$n -o table=table.$n evidence
done
cmp json.1 json.2 && cmp json.1 json.5 && cmp table.1 table.2 && cmp table.1 table.5 && echo "the same bytes"
[ "$(wc -c <json.1)" -gt 1000 ] && echo "a whole report"
