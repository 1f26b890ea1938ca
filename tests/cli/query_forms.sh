# SPDX-License-Identifier: Apache-2.0
# JSON, JSON lines and CSV; several outputs of one run; the counts of Select-Object.
"$TOCSIN_BUILD/make-evidence" evidence >made
where='Get-WinEvent -FilterHashtable @{LogName="Application"; ProviderName="MSExchange Common"; Id=4999} | Where-Object Message -like "*Deserialize*"'
"$TOCSIN" query -q -o json "$where | select TimeCreated, Id, Properties, UserId" evidence/EX01
echo "--- whole events"
"$TOCSIN" query -q -o jsonl "$where | select -First 1" evidence/EX01
"$TOCSIN" query -q -o csv "$where | select -Last 1" evidence/EX01
echo "--- together"
"$TOCSIN" query -q -o ps -o json=a.json -o jsonl=b.jsonl -o csv=c.csv "$where | select Id,RecordId -Skip 1" evidence/EX01
cat b.jsonl c.csv
grep -c '"Id"' a.json
