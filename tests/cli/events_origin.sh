# SPDX-License-Identifier: Apache-2.0
# Where an event comes from: asked for, of all; unasked, of what is not where its log lists it.
"$TOCSIN_BUILD/make-evidence" demo >/dev/null
cp demo/EX01/C/Windows/System32/winevt/Logs/System.evtx .
for format in jsonl xml table; do
	"$TOCSIN" events -q --origin --head 1 -o $format System.evtx
done
# A chunk without its signature: its records are recovered.
printf X | dd of=System.evtx bs=1 seek=4096 conv=notrunc 2>/dev/null
for format in jsonl xml csv table; do
	"$TOCSIN" events -q --head 1 -o $format System.evtx 2>/dev/null
done
"$TOCSIN" events -q --head 1 --shape flat System.evtx 2>/dev/null
"$TOCSIN" events -q --count System.evtx
echo "exit $?"
