# SPDX-License-Identifier: Apache-2.0
# What is no build is told with what would be understood; the others are still answered.
"$TOCSIN" exposure --cve CVE-2021-42321 hello 15.1.2308.20 10.0.17763.1 2016 CU99 15.1.2308.20.1
echo "exit $?"
"$TOCSIN" exposure
echo "exit $?"
"$TOCSIN" exposure -o jsn 15.1.2308.20
echo "exit $?"
"$TOCSIN" exposure --data /nowhere 15.1.2308.20
echo "exit $?"
"$TOCSIN" exposure --cve CVE-2021-42321 "$(printf '15.1\033[31m')"
