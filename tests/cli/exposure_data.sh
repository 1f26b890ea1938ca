# SPDX-License-Identifier: Apache-2.0
# The committed tables are well-formed.
command -v python3 >/dev/null 2>&1 || {
	echo "skipped: 1 check of data/exchange (no python3)"
	exit 77
}
python3 "$SRC/scripts/make-exchange-data" --check
