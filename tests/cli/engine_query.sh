# SPDX-License-Identifier: Apache-2.0
# The same bytes on stdout and stderr, whatever the engine has to do without.
"$TOCSIN_BUILD/make-evidence" evidence >/dev/null
"$TOCSIN_BUILD/make-evidence" --edge-cases edges >/dev/null
"$TOCSIN_BUILD/make-evidence" --large evidence/large.evtx 1 >/dev/null
n=0
for command in 'Get-EventLog -LogName Application -Source "MSExchange Common" -EntryType Error | ? { $_.Message -like "*BinaryFormatter.Deserialize*" }' \
	'Get-WinEvent -LogName Application | ? { $_.Message -like "*a*" -and $_.Level -le 3 }' \
	'Get-WinEvent -FilterHashtable @{LogName="*"; Id=1,2,4625,4999} -MaxEvents 90 | select Id, RecordId, Message' \
	'Get-EventLog -LogName Application -InstanceId 1000, 4999 -Newest 7'; do
	for form in ps json; do
		"$TOCSIN" query -q -o $form --engine scalar,no-skim,no-prefilter,no-select,no-compiled "$command" evidence edges >slow 2>slow.told
		echo $? >slow.exit
		[ -s slow ] || echo "nothing: $command"
		for engine in avx512 avx2 scalar no-skim no-prefilter no-select no-compiled no-select,no-compiled; do
			"$TOCSIN" query -q -o $form --engine $engine "$command" evidence edges >fast 2>fast.told
			echo $? >fast.exit
			cmp slow fast && cmp slow.told fast.told && cmp slow.exit fast.exit || echo "$form $engine: $command"
			n=$((n + 1))
		done
	done
done
echo "$n times the same"
