# SPDX-License-Identifier: Apache-2.0
# Each loss is told with its place, the rest is read, the exit code says that it is not complete.
"$TOCSIN_BUILD/make-evidence" --large whole.evtx 1 >/dev/null
whole=$("$TOCSIN" events -q --count whole.evtx)
at() {
	echo $((4096 + $1 * 65536))
}
cp whole.evtx log.evtx
printf X | dd of=log.evtx bs=1 seek="$(at 2)" conv=notrunc 2>/dev/null
dd if=/dev/zero of=log.evtx bs=4096 count=32 seek=$((1 + 5 * 16)) conv=notrunc 2>/dev/null
dd if=log.evtx of=cut.evtx bs=4096 count=$((1 + 10 * 16 + 2)) 2>/dev/null
dd if=/dev/zero of=log.evtx bs=4096 count=1 conv=notrunc 2>/dev/null
names() {
	sed 's/records\{0,1\} [0-9]* to [0-9]*/records A to B/; s/record [0-9]*,/record N,/; s/([0-9]* of/(N of/
		s/^tocsin: [0-9,]* records/tocsin: N records/'
}
for file in log.evtx cut.evtx; do
	count=$("$TOCSIN" events --count $file 2>errors)
	echo "$file: exit $?"
	names <errors
	[ "$count" -gt 0 ] && [ "$count" -lt "$whole" ] && echo "the rest is read"
done
