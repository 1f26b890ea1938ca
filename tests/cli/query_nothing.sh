# SPDX-License-Identifier: Apache-2.0
# Nothing found, nothing decided, nothing to look at: each said, each with its exit code.
"$TOCSIN_BUILD/make-evidence" evidence >made
short() {
	sed 's/ in [0-9,]* records* from .*;/ in N records;/; s/^tocsin: [0-9,]* events/tocsin: N events/; s/ ([0-9]*)/ (N)/g'
}
try() {
	"$TOCSIN" query "$@" 2>told
	echo "exit $?"
	short <told
}
try 'Get-EventLog Application -InstanceId 1' evidence/EX04
try 'Get-WinEvent -LogName Application | ? Id -eq 65000' evidence/EX04
try 'Get-WinEvent -LogName Sysmon' evidence/EX04
try 'Get-WinEvent -Path nothing.evtx' evidence/EX04
try 'Get-EventLog Application -Source MSExchangeTransport | ? { $_.Message -like "*words of nobody*" }' evidence/EX04
try 'Get-EventLog Application | ? { $_.ProviderName -eq "MSExchange Common" }' evidence/EX04
try 'Get-EventLog Application' nowhere
try -o csv 'Get-WinEvent -Path Application.evtx,nothing.evtx -MaxEvents 1 | select LogName' evidence/EX04
