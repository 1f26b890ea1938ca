# SPDX-License-Identifier: Apache-2.0
# Builds in several spellings, one CVE.
"$TOCSIN" exposure --cve CVE-2021-42321 15.1.2308.20 15.01.2308.015 'Version 15.1 (Build 2308.8)' \
	15.2.858.15 15.0.1497.24 15.1.2375.14 15.1.1415.8
