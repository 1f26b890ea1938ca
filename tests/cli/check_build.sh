# SPDX-License-Identifier: Apache-2.0
# A build from the user counts as now; a host without evidence can be judged by it.
"$TOCSIN_BUILD/make-evidence" evidence >/dev/null
columns() { sed -n '/^HOST/,/^$/p'; }
"$TOCSIN" check --build ex03=15.1.2375.31 --build 'EX09=Exchange Server 2016 CU21' evidence/EX03 | columns
"$TOCSIN" check --build EX03=twelve evidence/EX03
echo "exit $?"
"$TOCSIN" check --build EX03 evidence/EX03
echo "exit $?"
