# SPDX-License-Identifier: Apache-2.0
# Head, tail, sort and dedupe, alone and together, for any number of threads.
"$TOCSIN_BUILD/make-evidence" demo >/dev/null
cp demo/EX01/C/Windows/System32/winevt/Logs/Application.evtx copy.evtx
"$TOCSIN" events -q demo >all
total=$(wc -l <all | tr -d ' ')
head -n 7 all >want
"$TOCSIN" events -q --head 7 demo | cmp want - && echo "the first seven"
tail -n 7 all >want
"$TOCSIN" events -q --tail 7 demo | cmp want - && echo "the last seven"
"$TOCSIN" events -q --tail 1000000 demo | cmp all - && echo "more than there are"
"$TOCSIN" events -q --head 1000000 demo | cmp all - && echo "of both ends"

# Sorted as sort(1) sorts by time, stable.
"$TOCSIN" events -q --jsonl --shape flat demo >flat
sed 's/.*"time":"\([^"]*\)".*/\1/' flat >moments
paste moments flat >keyed
sort -s -k 1,1 keyed | cut -f 2- >want
"$TOCSIN" events -q --jsonl --shape flat --sort time demo | cmp want - && echo "sorted"
head -n 5 want >part
"$TOCSIN" events -q --jsonl --shape flat --sort time --head 5 demo | cmp part - && echo "the oldest"
tail -n 5 want >part
"$TOCSIN" events -q --jsonl --shape flat --sort time --tail 5 demo | cmp part - && echo "the newest"

# A copy of a log brings nothing new.
"$TOCSIN" events --dedupe demo copy.evtx >deduped 2>told
cmp all deduped && echo "each once"
sed 's/.*; \([0-9,]* duplicates\)/\1/' told
[ "$("$TOCSIN" events -q --dedupe --count demo copy.evtx)" = "$total" ] && echo "counted once"
"$TOCSIN" events --head 3 --count demo
"$TOCSIN" events -q --dedupe --sort time --tail 900 demo copy.evtx >one
for threads in 1 2 7; do
	"$TOCSIN" events -q --threads $threads --dedupe --sort time --tail 900 demo copy.evtx | cmp one -
	"$TOCSIN" events --threads $threads --head 901 -o jsonl demo copy.evtx 2>&1 | cksum
done
