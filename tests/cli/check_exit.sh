# SPDX-License-Identifier: Apache-2.0
# Exit codes: 0 complete, 2 --fail-on reached, 3 evidence incomplete, 1 usage.
"$TOCSIN_BUILD/make-evidence" evidence >/dev/null
try() {
	"$TOCSIN" check "$@" >/dev/null 2>errors
	echo "$? $*"
	cat errors
}
try evidence/EX01
try evidence/EX02
try evidence/EX03
try --fail-on attack_found evidence/EX01
try --fail-on attack_found evidence/EX03
try --fail-on suspected evidence/EX01
try --fail-on affected evidence/EX02
try --fail-on affected evidence/EX03 evidence/EX04
try --fail-on atack_found evidence/EX01
try
try missing
try -o yaml evidence/EX01
try --data missing evidence/EX01
