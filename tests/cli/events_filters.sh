# SPDX-License-Identifier: Apache-2.0
# Filters select in the reader what a search in the output would find; several of a kind are
# alternatives, kinds must all hold; what can't be decided is told and no "none".
"$TOCSIN_BUILD/make-evidence" demo >/dev/null
count() {
	"$TOCSIN" events -q --count "$@" demo
}
lines() {
	"$TOCSIN" events -q demo | grep -c "$1"
}
same() {
	echo "$1: $2"
	[ "$2" -gt 0 ] && [ "$2" -eq "$3" ] || echo "differs: $3"
}
same "one id" "$(count --id 4999)" "$(lines '"#text":4999}')"
same "a list" "$(count --id 4999,7036)" "$(lines '"EventID":{[^}]*},"#text":\(4999\|7036\)}')"
same "twice" "$(count --id 4999 --id 7036)" "$(count --id 4999,7036)"
same "a range" "$(count --id 4998-4999,7000-7036)" "$(count --id 4999,7036)"
same "a level" "$(count --level error)" "$(lines '"Level":2')"
same "a provider" "$(count --provider 'msexchange c*')" "$(lines '"Name":"MSExchange C')"
same "a channel" "$(count --channel system)" "$(lines '"Channel":"System"')"
same "a computer" "$(count --computer ex01)" "$(lines '"Computer":"\(EX01\|ex01.example.org\)"')"
same "a text" "$(count --text deserialize)" "$(lines 'Deserialize')"
same "an expression" "$(count --regex '^w3wp#MSExchangeServicesAppPool$')" "$(lines '"w3wp#MSExchangeServicesAppPool"')"
same "a condition" "$(count --where '$_.Id -eq 4999 -and $_.ProviderName -like "*common"')" "$(count --id 4999)"
same "kinds" "$(count --id 4999 --text deserialize --channel application)" "$(count --text deserialize --id 4999)"
first=$("$TOCSIN" events -q --head 1 --channel System demo | sed 's/.*"EventRecordID":\([0-9]*\).*/\1/')
same "records" "$(count --channel System --computer ex01 --record "$first-$((first + 9))")" 10
echo "== no event"
"$TOCSIN" events --count --user S-1-5-20 demo/EX01/C/Windows/System32/winevt/Logs/System.evtx
echo "exit $?"
echo "== undecided"
"$TOCSIN" events --count --channel System --where '$_.Message -like "*no such words*"' demo
echo "exit $?"
