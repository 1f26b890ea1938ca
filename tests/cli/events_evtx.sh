# SPDX-License-Identifier: Apache-2.0
# Selected records as a new event log: what it shows is what the old ones showed.
"$TOCSIN_BUILD/make-evidence" demo >/dev/null
"$TOCSIN" events --id 4999,7036 --sort time -o evtx=new.evtx -o jsonl=want -o xml=want.xml demo
echo "exit $?"
"$TOCSIN" events new.evtx | cmp want - && echo "the same events"
"$TOCSIN" events -q --xml new.evtx | cmp want.xml - && echo "as XML, too"
"$TOCSIN" events -q -o evtx=new.evtx demo
echo "exists: exit $?"
"$TOCSIN" events -q --force -o evtx=new.evtx --id 4999 demo
echo "forced: exit $?"
"$TOCSIN" events -q --count new.evtx
"$TOCSIN" events -q -o evtx=none.evtx --id 1 demo/EX01/C/Windows/System32/winevt/Logs/System.evtx
echo "none: exit $?"
"$TOCSIN" events -q --count none.evtx
echo "an empty log: exit $?"
