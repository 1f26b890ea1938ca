# SPDX-License-Identifier: Apache-2.0
# The contract tocsin.check/1, whole; the file that -o names has what stdout would have.
"$TOCSIN_BUILD/make-evidence" evidence >/dev/null
"$TOCSIN" check -o json=report.json -o table evidence/EX01 evidence/EX02 >table
cat report.json
"$TOCSIN" check -o json evidence/EX01 evidence/EX02 | cmp - report.json && echo "the same on stdout"
"$TOCSIN" check evidence/EX01 evidence/EX02 | cmp - table && echo "the same table"
