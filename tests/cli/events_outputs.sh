# SPDX-License-Identifier: Apache-2.0
# Several outputs of one run equal those of single runs; a file appears only when it is complete.
"$TOCSIN_BUILD/make-evidence" demo >/dev/null
"$TOCSIN" events -q demo >single.jsonl
"$TOCSIN" events -q --xml demo >single.xml
"$TOCSIN" events -q -o jsonl=a.jsonl -o xml=a.xml -o count demo >count
echo "exit $?"
cmp single.jsonl a.jsonl
cmp single.xml a.xml
[ "$(wc -l <a.jsonl)" -eq "$(cat count)" ] && echo "three outputs agree"
"$TOCSIN" events -q -o jsonl=a.jsonl demo
echo "exists: exit $?"
"$TOCSIN" events -q --force -o jsonl=a.jsonl demo/EX01
echo "forced: exit $?"
"$TOCSIN" events -q demo | head -n 1 | cut -c 1-10
ls
