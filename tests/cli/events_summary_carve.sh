# SPDX-License-Identifier: Apache-2.0
# Records that no log lists stay apart from those that one lists.
"$TOCSIN_BUILD/make-evidence" evidence >/dev/null
log=evidence/EX01/C/Windows/System32/winevt/Logs/System.evtx
(
	head -c 5000 "$SRC/LICENSE"
	cat "$log"
) >blob
"$TOCSIN" events -q --summary --carve blob
echo "exit $?"
"$TOCSIN" events -q --summary --carve --json blob | sed -n '/"live"/,/"levels"/p'
cp "$log" log.evtx
printf X | dd of=log.evtx bs=1 seek=69632 conv=notrunc 2>/dev/null # the second chunk's signature
"$TOCSIN" events -q --summary --recover log.evtx 2>/dev/null | sed 4q
