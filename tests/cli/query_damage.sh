# SPDX-License-Identifier: Apache-2.0
# A damaged log gives its hits, its losses with their places, and exit code 2.
"$TOCSIN_BUILD/make-evidence" evidence >made
log=$(find evidence/EX01 -name Application.evtx)
cp "$log" Application.evtx
printf '\377\377' | dd of=Application.evtx bs=1 seek=$((4096 + 512 + 4)) conv=notrunc 2>/dev/null
printed='Get-EventLog -LogName Application -Source "MSExchange Common" -EntryType Error | Where-Object { $_.Message -like "*BinaryFormatter.Deserialize*" }'
"$TOCSIN" query -o jsonl "$printed | select Index" Application.evtx 2>told | grep -v '"undecided":true'
"$TOCSIN" query -q -o json=all.json "$printed" Application.evtx 2>/dev/null
echo "exit $?"
grep -c 'Application.evtx: .*offset 0x' told
sed -n '/"errors": \[$/,$p' all.json | grep -c '"source":"Application.evtx"'
