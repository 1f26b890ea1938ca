# SPDX-License-Identifier: Apache-2.0
# What check does not read is told: files that are no event logs, links to folders, event traces.
set -eu
"$TOCSIN_BUILD/make-evidence" made >/dev/null
mkdir -p collected/EX01
cp -r made/EX03/C collected/EX01/
echo PK >collected/EX03.zip
echo hello >collected/notes.txt
ln -s ../made collected/more
# The first buffer of an event trace: sizes, bytes used, header type, marker, event 0.
{
	printf '\000\004\000\000'
	dd if=/dev/zero bs=44 count=1 2>/dev/null
	printf '\200\000\000\000'
	dd if=/dev/zero bs=20 count=1 2>/dev/null
	printf '\002\000\002\300\000\000\000\000'
	dd if=/dev/zero bs=24 count=1 2>/dev/null
	printf '\000\004\000\000'
	dd if=/dev/zero bs=916 count=1 2>/dev/null
} >collected/boot.etl
"$TOCSIN" check collected
echo "exit code $?"
"$TOCSIN" check -q -o json collected | grep -E '"(complete|lost|ignored|links_not_followed|duplicates|kind)"'
# Asked for by name, it is evidence that was not read.
"$TOCSIN" check -q collected/boot.etl collected/EX01 >/dev/null || echo "exit code $?"
