# SPDX-License-Identifier: Apache-2.0
# A name may come as several arguments, and several names one after the other.
"$TOCSIN" exposure --cve CVE-2021-42321 Exchange Server 2016 CU22 Nov21SU 2019 cu11 15.1.2375.12
