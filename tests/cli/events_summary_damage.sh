# SPDX-License-Identifier: Apache-2.0
# Gaps, losses and order: chunks that are gone, and two logs joined.
"$TOCSIN_BUILD/make-evidence" evidence >/dev/null
log=evidence/EX01/C/Windows/System32/winevt/Logs/Application.evtx
at() {
	echo $((1 + $1 * 16))
}
cp "$log" zeroed.evtx
dd if=/dev/zero of=zeroed.evtx bs=4096 seek="$(at 1)" count=16 conv=notrunc 2>/dev/null
"$TOCSIN" events --summary zeroed.evtx
echo "exit $?"
"$TOCSIN" events -q --summary --json zeroed.evtx 2>/dev/null | sed -n '/"missing"/,/"not_ascending"/p; /"lost/p; /"complete"/p'
(
	cat "$log"
	dd if="$log" bs=4096 skip=1 2>/dev/null
) >joined.evtx
"$TOCSIN" events --summary joined.evtx 2>/dev/null | sed -n 1,4p
"$TOCSIN" events --summary missing.evtx
echo "exit $?"
