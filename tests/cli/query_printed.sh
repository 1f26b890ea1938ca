# SPDX-License-Identifier: Apache-2.0
# The printed command, as Windows PowerShell prints its answer; damaged copies give the same bytes.
"$TOCSIN_BUILD/make-evidence" evidence >made
printed='Get-EventLog -LogName Application -Source "MSExchange Common" -EntryType Error | Where-Object { $_.Message -like "*BinaryFormatter.Deserialize*" }'
"$TOCSIN" query "$printed" evidence/EX01 >hits 2>told
echo "exit $?"
cat hits
sed 's/ in [0-9,]* records from .*;/ in N records;/; s/^tocsin: [0-9,]* events/tocsin: N events/; s/([0-9]*)$/(N)/' told
same() {
	"$TOCSIN" query -q "$1" evidence/EX01 2>/dev/null | cmp - hits && echo same
}
same "PS C:\\> $printed"
same "$(echo "$printed" | sed 's/"/\&quot;/g')"
same "$(echo "$printed" | sed 's/ -/ –/g; s/"\([^"]*\)"/“\1”/g')"
same "$(echo "$printed" | tr ' ' '\n')"
echo "--- list"
"$TOCSIN" query -q "$printed | Format-List" evidence/EX01 2>/dev/null | sed -n 2,14p
echo "--- columns"
"$TOCSIN" query -q "$printed | select Index, TimeGenerated, MachineName" evidence/EX01 2>/dev/null
echo "--- bare"
"$TOCSIN" query -q "$printed | select -ExpandProperty Index -First 1" evidence/EX01 2>/dev/null
echo "--- records"
"$TOCSIN" query -q 'Get-WinEvent -FilterHashtable @{LogName="Application"; ProviderName="MSExchange Common"; Id=4999} -Oldest | Where-Object Message -Match "deserialize"' evidence/EX01
