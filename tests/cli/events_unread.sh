# SPDX-License-Identifier: Apache-2.0
# What can't be read is told, and is an error; what is no evidence is passed over.
"$TOCSIN_BUILD/make-evidence" demo >/dev/null
mkdir folder
cp demo/EX01/C/Windows/System32/winevt/Logs/System.evtx folder/log.bin
echo 'only notes' >folder/notes.txt
"$TOCSIN" events -q --count folder >/dev/null
echo "a log by its content: exit $?"
echo 'not a log' >folder/fake.evtx
printf '\060\0\0\0LfLe' >folder/old.evt
: >folder/empty.evtx
"$TOCSIN" events -q --count folder >/dev/null
echo "a name that promises more: exit $?"
"$TOCSIN" events -q --count missing.evtx folder/notes.txt - </dev/null >/dev/null
echo "given and not readable: exit $?"
"$TOCSIN" events
echo "nothing given: exit $?"
"$TOCSIN" events --xml --count folder
echo "two formats: exit $?"
printf 'not a log' >"$(printf 'folder/a\033[31mred\n.evtx')"
"$TOCSIN" events -q --count folder >/dev/null
