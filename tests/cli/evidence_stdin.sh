# SPDX-License-Identifier: Apache-2.0
# Evidence through standard input, a pipe and a redirected file is what the file itself gives.
"$TOCSIN_BUILD/make-evidence" demo >/dev/null
log=demo/EX01/C/Windows/System32/winevt/Logs/Application.evtx
"$TOCSIN" events -q --jsonl "$log" >expected
cat "$log" | "$TOCSIN" events -q --jsonl - >got
echo "a pipe: exit $?"
cmp expected got
"$TOCSIN" events -q --jsonl - <"$log" >got
echo "a redirected file: exit $?"
cmp expected got
cat "$log" | "$TOCSIN" events -q --count --carve -
echo "carved: exit $?"
mkfifo pipe
cat "$log" >pipe &
"$TOCSIN" events -q --jsonl pipe pipe >got
echo "a named pipe, given twice: exit $?"
cmp expected got
# Somebody has read the start of it: what is left has lost its header.
{ dd bs=4096 count=1 of=/dev/null 2>/dev/null && "$TOCSIN" events -q --jsonl -; } <"$log" >got
echo "without its header: exit $?"
cmp expected got
echo 'not a log' | "$TOCSIN" events -q --count -
echo "not a log: exit $?"
"$TOCSIN" events -q --count - - <"$log"
echo "twice: exit $?"
"$TOCSIN" events -q --count /dev/zero
echo "a device: exit $?"
