# SPDX-License-Identifier: Apache-2.0
# Without --cve and --all: the CVEs of the built-in advisories.
"$TOCSIN" advisory list >/dev/null 2>&1 || {
	echo "skipped: 1 (this build reads no built-in advisories)"
	exit 77
}
"$TOCSIN" exposure 15.1.2375.12 >out || exit 1
head -n 1 out
grep -c CVE-2021-42321 out
grep -c CVE-2018-0924 out
exit 0
