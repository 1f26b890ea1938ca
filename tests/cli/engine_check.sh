# SPDX-License-Identifier: Apache-2.0
# The same verdict, whatever the engine has to do without; and the words of the option.
"$TOCSIN_BUILD/make-evidence" evidence >/dev/null
"$TOCSIN_BUILD/make-evidence" --edge-cases edges >/dev/null
"$TOCSIN" check -o json --engine scalar,no-skim,no-prefilter,no-select,no-compiled evidence edges >slow 2>slow.told
echo $? >slow.exit
for engine in avx512 avx2 scalar no-skim no-prefilter no-select no-compiled; do
	"$TOCSIN" check -o json --engine $engine evidence edges >fast 2>fast.told
	echo $? >fast.exit
	cmp slow fast && cmp slow.told fast.told && cmp slow.exit fast.exit && echo "$engine: the same"
done
for words in fast 'no-skim,fast' ',' '' 'scalar,'; do
	"$TOCSIN" check --engine "$words" evidence
	echo "$words: exit $?"
done
"$TOCSIN" advisory list --engine scalar
echo "exit $?"
"$TOCSIN" events --help | grep -c engine
"$TOCSIN" --generate man | grep -c engine
"$TOCSIN" --generate complete-bash | grep -c engine
exit 0
