# SPDX-License-Identifier: Apache-2.0
"$TOCSIN" exposure -o json --cve cve-2021-42321 --cve CVE-2024-21410 --cve CVE-1999-0001 15.1.2375.12 SE
