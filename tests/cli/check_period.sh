# SPDX-License-Identifier: Apache-2.0
# --since and --until bound what counts and what must be covered.
"$TOCSIN_BUILD/make-evidence" evidence >/dev/null
columns() { sed -n '/^HOST/,/^$/p' | cut -c 1-2000; }
"$TOCSIN" check --since 2021-11-20T12:00 evidence/EX01 evidence/EX02 | columns
"$TOCSIN" check --since 2021-10-01 evidence/EX03 | columns
"$TOCSIN" check --until 2021-11-02 evidence/EX01 | columns
"$TOCSIN" check --since 2021-11-20 --until 2021-11-10 evidence/EX01
echo "exit $?"
"$TOCSIN" check --since yesterday evidence/EX01
echo "exit $?"
