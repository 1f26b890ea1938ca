# SPDX-License-Identifier: Apache-2.0
# What is outside the subset is refused with its place and what would be understood; nothing is read.
"$TOCSIN" query
echo "exit $?"
"$TOCSIN" query 'Get-EventLog Application'
echo "exit $?"
try() {
	"$TOCSIN" query "$1" nowhere
	echo "exit $?"
}
try 'Get-WinEvent -LogName Application -FilterXPath "*[System[EventID=1]]"'
try 'Get-ChildItem -Recurse C:\inetpub'
try 'Get-EventLog Application | Export-Csv x.csv'
try 'Get-EventLog Application | Where-Object { $_.Message -match "[a-z-[aeiou]]" }'
try 'Get-EventLog Application | Where-Object { $_.Message -like "*a* }'
try 'Get-EventLog Application | ForEach-Object { $_.Message }'
