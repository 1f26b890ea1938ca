# SPDX-License-Identifier: Apache-2.0
# What can't be meant is refused, with what would be understood.
"$TOCSIN_BUILD/make-evidence" demo >/dev/null
try() {
	"$TOCSIN" events -q --count "$@" demo
	echo "exit $?"
}
try --head 0
try --tail -1
try --head 1 --tail 1
try --sort id
try --id 4x
try --level severe
try --record 9-1
try --user administrator
try --regex '('
try --where '$_.Id -eqq 4'
"$TOCSIN" events --shape fla demo
"$TOCSIN" events --csv --shape flat demo
"$TOCSIN" events --csv --table demo
"$TOCSIN" events --csv -o xml demo
"$TOCSIN" events -o evtx demo
"$TOCSIN" events -o yaml demo
echo "exit $?"
