# SPDX-License-Identifier: Apache-2.0
# Every CVE of the data, counted by answer; and the same from a folder as from what is compiled in.
"$TOCSIN" exposure --all 15.2.986.14 >all
sed '1,2d' all | awk '{ s = $2; if (s == "not") s = "not affected"; n[s]++ }
	END { for (s in n) print n[s], s }' | sort -n
"$TOCSIN" exposure --data "$SRC/data" --all 15.2.986.14 | cmp - all && echo same
