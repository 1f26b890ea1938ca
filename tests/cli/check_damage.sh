# SPDX-License-Identifier: Apache-2.0
# What can't be read is told, with its place, and the run goes on; control characters never get out.
"$TOCSIN_BUILD/make-evidence" evidence >/dev/null
mkdir mixed
logs=evidence/EX03/C/Windows/System32/winevt/Logs
cp "$logs/System.evtx" mixed/System.evtx
head -c 120000 "$logs/Application.evtx" >mixed/Application.evtx
echo "no event log" >"mixed/$(printf 'fake\033[31m').evtx"
printf '0000LfLe0000' >mixed/old.evt
echo "only a text" >mixed/readme.txt
"$TOCSIN" check mixed >report
echo "exit $?"
sed -n '/^HOST/,$p' report
"$TOCSIN" check mixed/readme.txt
echo "exit $?"
mkdir empty
"$TOCSIN" check empty
echo "exit $?"
