# SPDX-License-Identifier: Apache-2.0
# A printed command that can't be run is told with its place; the rest of the advisory still answers.
"$TOCSIN_BUILD/make-evidence" evidence >/dev/null
cat >advisory.md <<'MD'
---
title: 'A made-up advisory'
version: '1.0'
number: '2099-001'
date: 'November 10, 2021'
---

# Summary

The flaw `CVE-2021-42321` is old.

# Recommendations

Look for traces:

```
Get-WinEvent -LogName Application -FilterXPath "*[System[EventID=4999]]"
```

And for others:

```
Get-EventLog -LogName Application -Source "MSExchange Common" -EntryType Error | Where-Object { $_.Message -like "*Deserialize*" }
```

# References

[1] <https://example.org/>
MD
"$TOCSIN" check -a advisory.md evidence/EX01 evidence/EX03 >table
echo "exit $?"
sed -n '/^HOST/,/^$/p' table
"$TOCSIN" check -a advisory.md evidence/EX01 >table 2>/dev/null
echo "exit $? where the other command finds something"
"$TOCSIN" check -a advisory.md -o json evidence/EX03 2>/dev/null | grep -c '"refused": "column'
