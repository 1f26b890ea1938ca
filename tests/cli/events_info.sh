# SPDX-License-Identifier: Apache-2.0
# How a file is built: whole, damaged in each way that the table shows, cut, and no file at all.
"$TOCSIN_BUILD/make-evidence" evidence >/dev/null
logs=evidence/EX01/C/Windows/System32/winevt/Logs
"$TOCSIN" events --info "$logs/System.evtx"
echo "exit $?"
"$TOCSIN" events -q --info --json "$logs/System.evtx"
echo "exit $?"
"$TOCSIN_BUILD/make-evidence" --large large.evtx 1 >/dev/null
head -c 655360 large.evtx >log.evtx
at() {
	echo $((4096 + $1 * 65536 + $2))
}
put() {
	printf 'XY' | dd of=log.evtx bs=1 seek="$1" conv=notrunc 2>/dev/null
}
put 60                            # the file header's checksum
put "$(at 1 0)"                   # a signature
put "$(at 2 120)"                 # flags, which no checksum covers
put "$(at 3 130)"                 # header checksum
put "$(at 4 900)"                 # data checksum
put "$(at 5 52)"                  # the stored checksum of the data, which the header's covers
dd if=/dev/zero of=log.evtx bs=4096 seek=97 count=16 conv=notrunc 2>/dev/null # chunk 6
"$TOCSIN" events --info log.evtx >info.txt 2>summary
echo "exit $?"
sed 's/  *$//; s/, next record.*//' info.txt
"$TOCSIN" events -q --info --recover --json log.evtx >info.json
echo "recover: exit $?"
grep -c '"number"' info.json
: >empty.evtx
head -c 4096 large.evtx >header.evtx
head -c 4200 large.evtx >cut.evtx
for file in empty header cut; do
	"$TOCSIN" events -q --info $file.evtx
	echo "$file: exit $?"
done
"$TOCSIN" events -q --info missing.evtx
echo "missing: exit $?"
for threads in 1 2 7; do
	"$TOCSIN" events -q --info -o json=$threads.json -t $threads large.evtx log.evtx evidence
done
cmp 1.json 2.json && cmp 1.json 7.json && echo "same for any threads"
