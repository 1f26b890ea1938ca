# SPDX-License-Identifier: Apache-2.0
# -Newest and -MaxEvents count what passes the parameters, for each log file; --since and --until.
"$TOCSIN_BUILD/make-evidence" evidence >made
count() {
	"$TOCSIN" query -q -o jsonl "$1" $2 2>/dev/null | wc -l | tr -d ' '
}
one=$(find evidence/EX01 -name Application.evtx)
count 'Get-EventLog Application -Newest 7' "$one"
count 'Get-EventLog Application -Newest 7' evidence
count 'Get-EventLog Application -Newest 0' "$one"
count 'Get-EventLog Application -Newest 5 | ? { $_.EventID -lt 0 }' "$one"
count 'Get-WinEvent Application -MaxEvents 3 | select -First 2' "$one"
count 'Get-WinEvent -Path C:\logs\application.EVTX -MaxEvents 1' evidence
newest=$("$TOCSIN" query -q 'Get-WinEvent Application -MaxEvents 1 | select -exp RecordId' "$one")
oldest=$("$TOCSIN" query -q 'Get-WinEvent Application -Oldest -MaxEvents 1 | select -exp RecordId' "$one")
[ "$newest" -gt "$oldest" ] && echo "newest first"
"$TOCSIN" query -q 'Get-WinEvent Application' "$one" --since 2021-11-03 --until 2021-11-03 -o jsonl |
	grep -vc '"time":"2021-11-03T' || :
