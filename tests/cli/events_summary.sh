# SPDX-License-Identifier: Apache-2.0
# What the logs hold: for people and as JSON, under filters, and the same for any number of threads.
"$TOCSIN_BUILD/make-evidence" evidence >/dev/null
mv evidence/EX02/C/Windows/System32/winevt/Logs logs
"$TOCSIN" events --summary logs
echo "exit $?"
"$TOCSIN" events --summary --json logs/System.evtx 2>/dev/null
echo "exit $?"
"$TOCSIN" events -q --summary --id 104,6013 logs/System.evtx
echo "filtered: exit $?"
"$TOCSIN" events -q --summary --id 1 logs/System.evtx
echo "nothing: exit $?"
"$TOCSIN" events -q --summary --json --id 1 logs/System.evtx
echo "nothing: exit $?"
"$TOCSIN_BUILD/make-evidence" --large evidence/large.evtx 4 >/dev/null
for threads in 1 2 7; do
	"$TOCSIN" events -q --summary -o json=$threads.json -t $threads evidence
	"$TOCSIN" events -q --summary -o table=$threads.txt -t $threads evidence
done
cmp 1.json 2.json && cmp 1.json 7.json && cmp 1.txt 2.txt && cmp 1.txt 7.txt && echo "same for any threads"
