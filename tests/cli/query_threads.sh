# SPDX-License-Identifier: Apache-2.0
# The same bytes for any number of threads.
"$TOCSIN_BUILD/make-evidence" evidence >made
"$TOCSIN_BUILD/make-evidence" --large evidence/large.evtx 3 >>made
for command in 'Get-WinEvent -LogName Application | ? Level -le 3' \
	'Get-EventLog Application -Newest 40' \
	'Get-WinEvent -LogName * -Oldest | ? { $_.Message -like "*a*" } | select Id, RecordId, Message -Last 70'; do
	for form in ps json jsonl csv; do
		"$TOCSIN" query -q --threads 1 -o $form "$command" evidence >one 2>one.told
		for n in 2 7; do
			"$TOCSIN" query -q --threads $n -o $form "$command" evidence >rows 2>rows.told
			cmp one rows && cmp one.told rows.told || echo "$form, $n threads: $command"
		done
		[ -s one ] || echo "nothing: $command"
	done
done
echo "all the same"
