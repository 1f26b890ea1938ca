# SPDX-License-Identifier: Apache-2.0
# The same bytes on stdout and stderr, whatever the engine has to do without.
"$TOCSIN_BUILD/make-evidence" evidence >/dev/null
"$TOCSIN_BUILD/make-evidence" --edge-cases edges >/dev/null
n=0
both() {
	"$TOCSIN" events --engine=scalar,no-skim,no-prefilter,no-select,no-compiled "$@" evidence edges >slow 2>slow.told
	echo $? >slow.exit
	[ -s slow ] || echo "nothing: $*"
	for engine in avx512 sse4.2 scalar no-skim no-prefilter no-select no-compiled; do
		"$TOCSIN" events --engine=$engine "$@" evidence edges >fast 2>fast.told
		echo $? >fast.exit
		cmp slow fast && cmp slow.told fast.told && cmp slow.exit fast.exit || echo "$engine: $*"
		n=$((n + 1))
	done
}
both --jsonl
both --xml
both --csv --id 1,1000-5000
both --jsonl --shape flat --text exchange
both --count --level error --since 2021-10-01
both --jsonl --regex 'S-1-5-\d+' --provider 'm*'
both --jsonl --where '$_.Message -like "*e*" -or $_.Id -eq 1'
both --jsonl --recover
both --summary
both --info
echo "$n times the same"
