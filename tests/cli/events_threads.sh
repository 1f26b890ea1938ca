# SPDX-License-Identifier: Apache-2.0
# The same bytes on stdout and stderr for any number of threads, over many files, some damaged.
"$TOCSIN_BUILD/make-evidence" evidence >/dev/null
"$TOCSIN_BUILD/make-evidence" --large evidence/large.evtx 8 >/dev/null
cp evidence/large.evtx evidence/damaged.evtx
for chunk in 3 40 77; do
	printf 'damaged' | dd of=evidence/damaged.evtx bs=1 seek=$((4096 + chunk * 65536)) conv=notrunc 2>/dev/null
	printf 'damaged' | dd of=evidence/damaged.evtx bs=1 seek=$((4096 + chunk * 65536 + 70000)) conv=notrunc 2>/dev/null
done
dd if=evidence/large.evtx of=evidence/short.evtx bs=1000 count=3000 2>/dev/null
for format in jsonl xml count; do
	for threads in 1 2 7; do
		"$TOCSIN" events -o $format --threads $threads evidence >$format.$threads 2>$format.$threads.err
		echo "$format, $threads threads: exit $?"
	done
	for threads in 2 7; do
		cmp $format.1 $format.$threads && cmp $format.1.err $format.$threads.err
	done
	[ -s $format.1 ] || echo "nothing written"
done
grep -c 'offset 0x' jsonl.1.err >losses
[ "$(cat losses)" -ge 7 ] && echo "losses are told"
